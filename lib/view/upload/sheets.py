"""Step 2: what each sheet is and how it is read. The reader looks it over, corrects it, and goes on.

show      a card for each sheet, and the way on
"""

import re
from collections.abc import Sequence

import streamlit as st

from lib.view import look, numbers
from lib.view.plain import plain
from lib.view.upload import columns, running
from lib.view.upload.kinds import field_label, kind_label, kinds_of
from lib.view.upload.state import PLAIN, SKIP, Sheet, Upload

SURE, LIKELY = 0.8, 0.5
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
DECIMALS = {".": "point", ",": "comma"}
ENCODINGS = ("utf-8", "cp1252", "latin-1", "utf-16", "cp1250", "shift_jis")
ORDERS = {"dmy": "Day first: 31/12/2024", "mdy": "Month first: 12/31/2024", "ymd": "Year first: 24/12/31"}
ZONES = ("UTC", "Europe/London", "Europe/Berlin", "America/New_York", "America/Chicago", "America/Denver",
         "America/Los_Angeles", "Asia/Kolkata", "Asia/Singapore", "Asia/Tokyo", "Australia/Sydney")  # fmt: skip
_SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+(?=[A-Z'‘“])")
_OF_DAYS = re.compile(r"day first|month first|year first|date order|day-first|two ways|dmy", re.IGNORECASE)
_OF_DECIMALS = re.compile(r"decimal", re.IGNORECASE)


def show(upload: Upload) -> None:
    """A card for each sheet, and the way on."""
    if upload.trouble and not any(upload.trouble in sheet.problems for sheet in upload.sheets):
        look.notice(plain(without_flags(upload.trouble)))
    if any(sheet.is_remembered for sheet in upload.sheets):
        look.note("Columns you have brought before are read as you said then.")
    for number, sheet in enumerate(upload.sheets):
        with st.container(border=True, key=f"sheet-{number}"):
            _card(upload, number, sheet)
    _go_on(upload)


def _card(upload: Upload, number: int, sheet: Sheet) -> None:
    named, is_what, is_read = st.columns([1.5, 1, 0.42], vertical_alignment="center")
    with named:
        how = "" if sheet.kind == SKIP else f'<p class="hl-note">{_counted(sheet)}<br>{plain(_how_read(sheet))}</p>'
        look.html(f'<div><p class="hl-sheet"><b>{plain(sheet.file)}</b>{_surety(sheet)}</p>{how}</div>')
    with is_what:
        _kind(upload, number, sheet)
    if sheet.kind == SKIP:
        return
    with is_read, st.popover("Reading", icon=":material/tune:", key=f"reading {number}", help="How the file is read"):
        _readings(upload, number, sheet)
    for place, problem in enumerate(sheet.problems):
        _problem(number, place, sheet, problem)
    for name, headers in sheet.doubles().items():
        both = ", ".join(f"‘{header}’" for header in headers)
        look.notice(plain(f"{both} would all become “{field_label(sheet.kind)(name)}”: keep one of them."))
    if len(upload.sheets) == 1:
        columns.editor(number, sheet)
    else:
        with st.expander("Columns", expanded=bool(sheet.doubles()) or sheet.confidence < LIKELY):
            columns.editor(number, sheet)


def _surety(sheet: Sheet) -> str:
    if sheet.is_remembered:
        return f'<span class="hl-tag">{plain(sheet.remembered)}</span>'
    if sheet.kind != sheet.recognised:
        return '<span class="hl-tag">as you say</span>'
    if sheet.kind == SKIP:
        return ""
    said = "sure" if sheet.confidence >= SURE else "likely" if sheet.confidence >= LIKELY else "unsure"
    return f'<span class="hl-tag{" hl-yes" if said == "unsure" else ""}">{said}</span>'


def _kind(upload: Upload, number: int, sheet: Sheet) -> None:
    key = f"sheet kind {number}"
    options = kinds_of(sheet)

    def chosen() -> None:
        sheet.becomes(st.session_state[key])
        if sheet.kind not in (SKIP, sheet.found_as):
            running.look_again(upload, sheet)

    st.selectbox(
        "What it is",
        options,
        index=options.index(sheet.kind),
        key=key,
        format_func=kind_label,
        on_change=chosen,
        label_visibility="collapsed",
    )


def _how_read(sheet: Sheet) -> str:
    """Semicolons between columns · windows-1252 · comma as decimal mark · header in row 3 · times in Europe/Berlin."""
    read = {**sheet.dialect, **sheet.readings}
    said = []
    if read.get("delimiter"):
        said.append(f"{DELIMITERS.get(read['delimiter'], read['delimiter'])} between columns")
    if read.get("encoding"):
        said.append(str(read["encoding"]).upper() if str(read["encoding"]).startswith("utf") else str(read["encoding"]))
    if read.get("decimal"):
        said.append(f"decimal {DECIMALS.get(read['decimal'], read['decimal'])}")
    if (read.get("header_row") or 1) != 1:
        said.append(f"header in row {read['header_row']}")
    if read.get("time_zone"):
        said.append(f"times in {read['time_zone']}")
    line = " · ".join(map(str, said))
    return line[:1].upper() + line[1:]


def _problem(number: int, place: int, sheet: Sheet, problem: str) -> None:
    """A problem in plain words, and the control that answers it."""
    look.notice(plain(without_flags(problem)))
    if header := _whose_days(sheet, problem):
        orders = [order for order in ORDERS if order != "ymd" or "year first" in problem or "ymd" in problem]
        _date_order(number, place, sheet, header, orders)
    elif _OF_DECIMALS.search(problem):
        _reading(f"problem {number} {place}", sheet, "decimal", "The decimal mark is", DECIMALS)


def _whose_days(sheet: Sheet, problem: str) -> str | None:
    """The column whose days can be read in more than one way, where that is the problem."""
    if _OF_DECIMALS.search(problem) or not _OF_DAYS.search(problem):
        return None
    return next((each for each in sorted(sheet.mapping, key=len, reverse=True) if repr(each) in problem), None)


def _date_order(number: int, place: int, sheet: Sheet, header: str, orders: list[str]) -> None:
    key = f"date order {number} {place}"
    shown = ", ".join(map(str, sheet.samples.get(header, [])[:3]))

    def chosen() -> None:
        sheet.date_order[header] = st.session_state[key]

    st.radio(
        f"How the days of ‘{plain(header)}’ are written{f' ({plain(shown)})' if shown else ''}",
        orders,
        index=orders.index(sheet.date_order[header]) if sheet.date_order.get(header) in orders else None,
        key=key,
        format_func=ORDERS.get,
        horizontal=True,
        on_change=chosen,
    )


def _readings(upload: Upload, number: int, sheet: Sheet) -> None:
    """Delimiter, encoding, decimal mark and time zone, as found or as the reader says."""
    if sheet.dialect.get("delimiter"):
        _reading(f"reading {number}", sheet, "delimiter", "Between columns", DELIMITERS, renews=upload)
        found = str(sheet.dialect.get("encoding") or "")
        names = {name: name for name in dict.fromkeys((*([found] if found else []), *ENCODINGS))}
        _reading(f"reading {number}", sheet, "encoding", "Letters are written in", names, renews=upload)
    _reading(f"reading {number}", sheet, "decimal", "The decimal mark is", DECIMALS)
    zone = str(sheet.dialect.get("time_zone") or ZONES[0])
    zones = {each: each for each in (zone, *ZONES)}
    _reading(f"reading {number}", sheet, "time_zone", "Times without a zone are of", zones, usual=zone)


def _reading(
    place: str,
    sheet: Sheet,
    name: str,
    label: str,
    options: dict[str, str],
    *,
    usual: str | None = None,
    renews: Upload | None = None,
) -> None:
    """A choice that stands for what was found; where it `renews` an upload, the columns are found anew."""
    key = f"{place} {name}"
    now = sheet.readings.get(name) or sheet.dialect.get(name) or usual

    def chosen() -> None:
        sheet.readings[name] = st.session_state[key]
        if renews:
            sheet.map = {}
            running.look_again(renews, sheet)

    st.selectbox(
        label,
        list(options),
        index=list(options).index(now) if now in options else None,
        key=key,
        format_func=options.get,
        placeholder="found column by column",
        on_change=chosen,
    )


def _counted(sheet: Sheet) -> str:
    if not sheet.map:
        return "Its columns are found when it is read."
    known = [name for name in sheet.map.values() if name in columns.known(sheet)]
    changed = columns.changed(sheet)
    said = f"{numbers.plural(len(sheet.map), 'column')}: {len(known)} known"
    return f"{said} · <b>{len(changed)} changed by you</b>" if changed else said


def _go_on(upload: Upload) -> None:
    read = [sheet for sheet in upload.sheets if sheet.kind != SKIP]
    waits = _waits_for(read)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if st.button("Explore it", key="upload explore", type="primary", icon=":material/flare:", disabled=bool(waits)):
            upload.fixes, upload.report = {}, None
            running.import_all(upload)
            st.rerun()
        st.button("Add files", key="upload more", icon=":material/add:", on_click=upload.back_to, args=("files",))
        if waits:
            look.note(waits)


def _waits_for(read: Sequence[Sheet]) -> str:
    """What must be answered before the files can be read; empty where nothing must."""
    if not read:
        return "Everything is left out: say of at least one sheet what it is."
    if any(sheet.doubles() for sheet in read):
        return "Two columns cannot become the same field."
    for sheet in read:
        for header in filter(None, (_whose_days(sheet, problem) for problem in sheet.problems)):
            if sheet.map.get(header, PLAIN) not in (PLAIN, SKIP) and header not in sheet.date_order:
                return f"Say first how the days of ‘{plain(header)}’ are written, or keep the column as it is."
    return ""


def without_flags(text: str) -> str:
    """A sentence without the part that is said to people at a shell."""
    return " ".join(each for each in _SENTENCE_ENDS.split(text) if " --" not in f" {each}") or text
