"""What the team wrote on one account: to read, to write, to change, to close and to take away.

panel   of one account
"""

from collections.abc import Callable, Sequence

import streamlit as st

from lib.view import access, look, numbers, written
from lib.view.plain import label
from lib.view.writing import acting, editing, keptrows, pen, told, writing
from lib.view.writing.filling import Offer
from lib.view.writing.forms import FORMS, OUTCOMES
from lib.workspace import Conflict, Row

_AT_FIRST = 4  # rows of a kind that are shown before the others are asked for
_MOST_ON_PAPER = 300_000  # letters of a kind that are sent for the printer alone
_PAGE = 25  # rows of a kind at a time once they are: each may hold a long text
_TO_DO = ("task", "next_step")
_GROUPS = {
    "To do": _TO_DO, "Save plans": ("save_plan",), "Cancel requests": ("cancel_request",), "Renewal calls": ("renewal_call",),
    "Sentiment": ("sentiment",), "Notes": ("note",), "Touches": ("touch",), "Goals": ("goal",), "Done": _TO_DO,
}  # fmt: skip
_CLOSES = {  # table -> the column, the word for closing, the word for opening it again
    "task": ("done_on", "Done", "Open it again"),
    "next_step": ("done_on", "Done", "Open it again"),
    "cancel_request": ("withdrawn_on", "Withdrawn", "It stands again"),
    "goal": ("reached_on", "Reached", "Not reached after all"),
}


def panel(account: str, name: str) -> None:
    """What the team wrote on `account`, which people call `name`. Not of a reader's own upload; only to read for an admin
    who sees as another."""
    if not pen.may_see(account):
        return
    writing.panel([account], [name], place=account)
    look.section("What the team wrote", "newest first; what is overdue on top")
    _part(account)


@st.fragment
def _part(account: str) -> None:
    told.again()
    place = _place(account)
    told.show(place)
    found = written.tried(lambda: pen.kept(account)) or {}
    groups = {title: _of(title, found) for title in _GROUPS}
    there = {title: rows for title, rows in groups.items() if rows}
    if not there and editing.opened(place) is None:
        look.empty(
            "Nothing yet",
            "Choose above what to write: a note, a touch, a next step. Everybody who sees this account sees it.",
        )
        return
    with st.container(key="kept"):
        only = st.pills(
            "Kinds",
            list(there),
            key=f"kinds of {account}",
            label_visibility="collapsed",
        )
        only = only if only in there else None  # a kind may have gone since it was chosen
        listed = {title: rows for title, rows in there.items() if only == title or (only is None and title != "Done")}
        shown = {title: _shown(account, title, rows, is_whole=only == title) for title, rows in listed.items()}
        open_id = editing.opened(place)
        if (
            open_id is not None
            and pen.can_write()
            and not any(row.id == open_id for rows in shown.values() for row in rows)
        ):
            _form(account)  # its row is out of sight, or was removed by somebody: what was typed stays
        for title, rows in shown.items():
            _group(account, title, rows, listed[title], is_whole=only == title)


def _of(title: str, found: dict[str, list[Row]]) -> list[Row]:
    rows = [row for table in _GROUPS[title] for row in found.get(table, [])]
    if title == "To do":
        return sorted((row for row in rows if keptrows.is_open(row)), key=keptrows.rank)
    if title == "Done":
        return sorted((row for row in rows if not keptrows.is_open(row)), key=lambda row: row["done_on"], reverse=True)
    return (
        sorted(rows, key=lambda row: not keptrows.is_open(row))
        if title in ("Save plans", "Cancel requests", "Goals")
        else rows
    )


def _shown(account: str, title: str, rows: Sequence[Row], *, is_whole: bool) -> Sequence[Row]:
    """The first few of many, until the others are asked for; then one page of them."""
    if len(rows) <= _AT_FIRST + 1:
        return rows
    if not (is_whole or st.session_state.get(_asked(account, title), False)):
        return rows[:_AT_FIRST]
    n_pages = -(-len(rows) // _PAGE)
    page = min(int(st.session_state.get(_page(account, title)) or 1), n_pages)
    return rows[(page - 1) * _PAGE : page * _PAGE]


def _asked(account: str, title: str) -> str:
    return f"all of {title} of {account}"


def _page(account: str, title: str) -> str:
    return f"page of {title} of {account}"


def _group(account: str, title: str, rows: Sequence[Row], whole: Sequence[Row], *, is_whole: bool) -> None:
    n = len(whole)
    st.html(f'<h3 class="hl-kind">{title} <span>{numbers.count(n)}</span></h3>')
    for row in rows:
        _row(account, row)
    if len(rows) == n:
        return
    _on_paper([row for row in whole if row not in rows])

    def all_of_them() -> None:
        st.session_state[_asked(account, title)] = True

    if is_whole or st.session_state.get(_asked(account, title), False):
        st.pagination(-(-n // _PAGE), key=_page(account, title), max_visible_pages=5)
    else:
        st.button(f"All {numbers.count(n)} ›", key=f"show {title} {account}", type="tertiary", on_click=all_of_them)


def _on_paper(rows: Sequence[Row]) -> None:
    """What the screen folds away and paper does not: within what a page may send to a browser."""
    faces, n_letters = [], 0
    for row in rows:
        faces.append(keptrows.face(row, access.today()))
        n_letters += len(faces[-1])
        if n_letters > _MOST_ON_PAPER:
            faces.append(f'<p class="hl-note">{numbers.count(len(rows) - len(faces))} more stand in the app.</p>')
            break
    look.html(f'<div class="hl-print">{"".join(faces)}</div>')


def _form(account: str) -> None:
    with st.container(border=True):
        editing.form(_place(account), Offer(pen.owners([account]), pen.people(account)))


def _row(account: str, row: Row) -> None:
    can_write = pen.can_write()
    if can_write and editing.opened(_place(account)) == row.id:
        _form(account)
        return
    with st.container(horizontal=True, vertical_alignment="top", gap="small", key=f"kept-row-{row.id}"):
        look.html(keptrows.face(row, access.today()))
        if can_write:
            _acts(account, row)
    if row.table == "save_plan" and row["steps"]:
        _steps(account, row, can_write)


def _acts(account: str, row: Row) -> None:
    place, small = _place(account), {"type": "tertiary"}
    if row.table in _CLOSES:
        column, closes, reopens = _CLOSES[row.table]
        is_open = keptrows.is_open(row)
        icon, said = (":material/check:", closes) if is_open else (":material/undo:", reopens)
        values = {column: access.today() if is_open else None}
        st.button(
            "",
            key=f"end {row.id} {row.version}",
            icon=icon,
            help=said,
            on_click=_change,
            args=(place, row, values, said),
            **small,
        )
    elif row.table == "save_plan":
        _closing(place, row)
    st.button("", key=f"open {row.id}", icon=":material/edit:", help="Change", on_click=editing.begin,
              args=(place, row.table, account, row), **small)  # fmt: skip
    st.button(
        "",
        key=f"remove {row.id}",
        icon=":material/delete:",
        help="Remove",
        on_click=_remove,
        args=(place, row),
        **small,
    )


def _closing(place: str, row: Row) -> None:
    """A save plan ends on a day, saved or lost."""
    if row["closed_on"]:
        again = {"closed_on": None, "outcome": None}
        st.button("", key=f"end {row.id} {row.version}", icon=":material/undo:", help="Open it again", type="tertiary",
                  on_click=_change, args=(place, row, again, "Open again"))  # fmt: skip
        return
    with st.popover("Close", icon=":material/check:", type="tertiary"):
        outcome, day = f"outcome {row.id}", f"closed on {row.id}"
        st.segmented_control("How it came out", list(OUTCOMES), key=outcome, format_func=OUTCOMES.get)
        last = max(access.today(), row["opened_on"])
        st.date_input("On", access.today(), row["opened_on"], last, key=day, format="DD/MM/YYYY", width=160)

        def closed() -> None:
            how = st.session_state[outcome]
            if how is None:
                told.tell(place, "Choose whether the account was saved or lost.")
            else:
                _change(place, row, {"outcome": how, "closed_on": st.session_state[day]}, f"Save plan closed: {how}")

        st.button("Close the plan", key=f"end {row.id} {row.version}", type="primary", on_click=closed)


def _steps(account: str, row: Row, can_write: bool) -> None:
    """Each step of a plan, to be ticked. What is ticked is of the version that was read."""
    with st.container(key=f"kept-steps-{row.id}", gap=None):
        for number, step in enumerate(row["steps"]):
            key = f"step {number} {row.id} {row.version}"

            def ticked(number: int = number, key: str = key) -> None:
                day = access.today() if st.session_state[key] else None
                steps = [each | ({"done_on": day} if at == number else {}) for at, each in enumerate(row["steps"])]
                _change(_place(account), row, {"steps": steps}, "Step done" if day else "Step open again")

            st.checkbox(
                label(step["text"]),
                value=step["done_on"] is not None,
                key=key,
                disabled=not can_write or row["closed_on"] is not None,
                on_change=ticked,
            )


def _change(place: str, row: Row, values: dict, said: str) -> None:
    """One click: by the version that was read; whoever was first is told of."""

    def act() -> tuple[str, Callable[[], object]]:
        made = pen.change(row.table, row.id, row.version, values)
        before = {name: row[name] for name in values}
        return f"{said}.", lambda: pen.change(row.table, row.id, made.version, before)

    _once(place, row, repr(values), act)


def _remove(place: str, row: Row) -> None:
    def act() -> tuple[str, Callable[[], object]]:
        gone = pen.remove(row.table, row.id, row.version)
        return f"{FORMS[row.table].label} removed.", lambda: pen.restore(row.table, row.id, gone.version)

    _once(place, row, "remove", act)


def _once(place: str, row: Row, what: str, act: Callable[[], tuple[str, Callable[[], object]]]) -> None:
    """An act of one click, which gives what it says and how it is taken back; the same of the same version is a second click.

    Where somebody was first, nothing was typed that could be lost: their row is what the page shows.
    """
    acts, this = acting.acts(), (row.id, row.version, what)
    with acts.one(place):
        if this in acts.done:
            return
        try:
            said, back = act()
        except Conflict as conflict:
            theirs = "removed" if conflict.row.removed_at else "changed"
            said = f"{conflict.row.changed_by} {theirs} it while you looked at it; here it is as it stands now."
            acts.tell(place, f"{said} Yours was not saved.", is_good=False)
        else:
            acts.done.add(this)
            acts.tell(place, said, undo=_taken_back(back))


def _taken_back(act: Callable[[], object]) -> Callable[[], str]:
    def undone() -> str:
        act()
        return "Taken back."

    return undone


def _place(account: str) -> str:
    return f"kept {account}"
