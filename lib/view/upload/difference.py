"""What a change of the shared data would do, for people: the figures that move, the tables, some cells; what to beware of.

show    the whole of it, from the report of a dry run
sheet   its style, and that of the log
MUCH    of a table: that much gone is warned of
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import pandas as pd
import streamlit as st

from lib.view import look, numbers, tables
from lib.view.plain import plain
from lib.view.upload.kinds import kind_name, rows_of
from lib.view.words import word

MUCH = 0.05
N_COLUMNS = 4
_PARTS = {"n_added": "added", "n_changed": "changed", "n_same": "same", "n_missing": "gone"}
_SIGNS = {"n_added": "+", "n_changed": "", "n_missing": numbers.MINUS}


def show(report: Mapping, key: str, why_gone: str) -> None:
    """What would change. `why_gone` says why rows would go, where many do; `key` names the parts of the page."""
    look.html(sheet())
    changes = [row for row in report.get("changes") or () if _rows(row, *_PARTS)]
    touched = [row for row in changes if _rows(row, *_SIGNS)]
    look.html(f'<p class="hl-verdict">{_verdict(touched)}</p>')
    _beware(touched, why_gone)
    if not touched:
        return
    look.html(_figures(report.get("impact") or ()))
    look.html(_table(touched))
    same = [f"{kind_name(row['table'])} ({numbers.count(row['n_same'])})" for row in changes if row not in touched]
    if same:
        look.note(f"Untouched: {plain(', '.join(same))}.")
    _examples(touched, key)


@cache
def sheet() -> str:
    """The style of this, and of the log."""
    return f"<style>{Path(__file__).with_name('difference.css').read_text()}</style>"


def _rows(row: Mapping, *names: str) -> int:
    return sum(int(row.get(name) or 0) for name in names)


def _verdict(touched: Sequence[Mapping]) -> str:
    """Adds 18 rows, changes 40, takes 3 away."""
    if not touched:
        return "<b>Nothing would change:</b> every row is there as it stands."
    added, changed, gone = (sum(_rows(row, name) for row in touched) for name in _SIGNS)
    said = [
        f"adds {numbers.plural(added, 'row')}" if added else "",
        f"changes {numbers.plural(changed, 'row') if not added else numbers.count(changed)}" if changed else "",
        f"takes {numbers.plural(gone, 'row')} away" if gone else "takes nothing away",
    ]
    return f"<b>This {plain(', '.join(filter(None, said)))}.</b>"


def _beware(touched: Sequence[Mapping], why_gone: str) -> None:
    """Where much of a table would go."""
    lines = [
        f"<b>{numbers.count(gone)} of {numbers.count(had)} {plain(rows_of(row['table'], had))} would be gone.</b>"
        for row in touched
        if (gone := _rows(row, "n_missing")) and gone >= MUCH * (had := _rows(row, "n_before"))
    ]
    with st.container():  # always there: what comes and goes must not move what stands below it
        if lines:
            look.notice(f"{' '.join(lines)} {plain(why_gone)}")


def _figures(impact: Sequence[Mapping]) -> str:
    """The headline figures that move, before and after, and what they move by."""
    moved = [row for row in impact if row.get("sentence")]
    if not moved:
        return '<p class="hl-note">None of the headline figures moves.</p>'
    items, because = [], ""
    for row in moved:
        said, _, because = str(row["sentence"]).removesuffix(".").partition(": ")
        before, _, after = said.removeprefix(f"{row['label']} ").partition(" → ")
        items.append(f"<li><span>{plain(row['label'])}</span>{plain(before)} → <b>{plain(after)}</b></li>")
    why = (
        f'<p class="hl-note">Over the year to the last day of the data. Because: {plain(because)}.</p>'
        if because
        else ""
    )
    across = len(items) if len(items) <= 4 else 3
    return f'<ul class="hl-moves" style="grid-template-columns: repeat({across}, minmax(0, 1fr))">{"".join(items)}</ul>{why}'


def _table(touched: Sequence[Mapping]) -> str:
    heads = ["", "Now", "Then", "Added", "Changed", "Same", "Gone", "Of all rows", "Most changed"]
    lines = "".join(map(_line, touched))
    return (
        f'<table class="hl-diff"><thead><tr>{"".join(f"<th>{head}</th>" for head in heads)}</tr></thead>'
        f"<tbody>{lines}</tbody></table>"
    )


def _line(row: Mapping) -> str:
    whole = max(1, _rows(row, *_PARTS))
    cells = "".join(_counted(name, said, _rows(row, name)) for name, said in _PARTS.items())
    shares = "".join(
        f'<i class="hl-{said}" style="width: {100 * n / whole:.2f}%" title="{numbers.plural(n, "row")} {said}"></i>'
        for name, said in _PARTS.items()
        if (n := _rows(row, name))
    )
    return (
        f"<tr><th>{plain(kind_name(row['table']))}</th><td>{numbers.count(_rows(row, 'n_before'))}</td>"
        f"<td>{numbers.count(_rows(row, 'n_after'))}</td>{cells}"
        f'<td><div class="hl-shares">{shares}</div></td><td class="hl-which">{_most_changed(row)}</td></tr>'
    )


def _counted(name: str, said: str, n: int) -> str:
    return (
        f'<td class="hl-{said}">{_SIGNS.get(name, "")}{numbers.count(n)}</td>' if n else f"<td>{numbers.NOTHING}</td>"
    )


def _most_changed(row: Mapping) -> str:
    """CSM in 40, ARR in 12, and 3 more."""
    found = [(str(name), int(n)) for name, n in row.get("by_column") or ()]
    if not found:
        first, last = row.get("first_on"), row.get("last_on")
        return plain(f"weeks {first} to {last}") if first and last else ""
    said = [f"{word(name)[:40]} in {numbers.count(n)}" for name, n in found[:N_COLUMNS]]
    more = len(found) - N_COLUMNS
    return plain(", ".join([*said, f"{more} more"] if more > 0 else said))


def _examples(touched: Sequence[Mapping], key: str) -> None:
    rows = [
        (kind_name(row["table"]), each["key"], word(str(each["column"])), each["before"], each["after"])
        for row in touched
        for each in row.get("examples") or ()
    ]
    if not rows:
        return
    with st.expander("Some cells, before and after", expanded=False):
        names = ["Of", "Row", "Column", "Now", "Then"]
        tables.show(pd.DataFrame(rows, columns=names), key=f"{key} examples", height=min(400, 40 + 32 * len(rows)))
