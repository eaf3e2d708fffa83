"""New people at the critical moments of their start: the share contacted in time, and who was not.

zone   a tile per moment; the people of the one that is open
"""

from collections.abc import Callable

import streamlit as st

from lib.book import Book
from lib.definitions.campaigns import BEGINS, Moment
from lib.measures import Answer
from lib.view import door, look, numbers, step, tables, tiles
from lib.view.audiences import saving
from lib.view.audiences.audiencestate import Audiences, turn
from lib.view.plain import plain
from lib.view.tiles import Tile

_IN_A_ROW, _MOST = 4, 500
_WHICH = {"missed": "Not contacted", "contacted": "Contacted in time", "still": "Still in time"}
_COLUMNS = ["person_name", "name", "email", "role", "csm", "came_on", "moment_on", "contacted_on"]


def zone(book: Book, state: Audiences) -> dict[str, Answer]:
    """The tiles, and the people of the open one; nothing where no new people are known."""
    words = door.definitions().campaigns
    found = door.try_ask("moment_coverage", book) if words.moments else None
    if found is None or not found.table[["n_came", "n_in_time"]].to_numpy().any():
        return {}
    look.section(
        "Do new people hear from us?",
        f"those who came in the last {words.new_user_days} days, at their first moments",
        place="moments",
    )
    rows = dict(zip(found.table["moment"], found.table.itertuples(), strict=True))
    for at in range(0, len(words.moments), _IN_A_ROW):
        some = words.moments[at : at + _IN_A_ROW]
        tiles.row(
            [_tile(each, rows[each.moment]) for each in some], {_name(each): _opener(each, state) for each in some}
        )
    with st.container():  # always there: what comes and goes must not move what stands below it
        if state.moment in rows:
            return {"Coverage": found} | _people(rows[state.moment], book, state)
    return {"Coverage": found}


def _name(each: Moment) -> str:
    return f"moment {each.moment}"


def _tile(each: Moment, row: object) -> Tile:
    begins = BEGINS[each.begins]
    if each.begins == "not_begun":
        begins = begins.replace("for the first days", f"for {each.after_days} days")
    elif each.after_days:
        begins += f" {each.after_days} days before"
    known = f"{row.contact_rate_lo * 100:.1f}–{row.contact_rate_hi * 100:.1f}" if row.n_came else ""
    still = f"<br>{numbers.count(row.n_in_time)} more still in time" if row.n_in_time else ""
    n = numbers.n_of(row.n_came).replace(" ", "&nbsp;")
    below = f"contacted within {each.within_days} days once they {begins} · {n}{still}"
    opens = f"{numbers.count(row.n_missed)} not contacted"
    return Tile(_name(each), plain(each.moment), numbers.percent(row.contact_rate), known, below, opens)


def _opener(each: Moment, state: Audiences) -> Callable[[], None]:
    return lambda: turn(moment="" if state.moment == each.moment else each.moment, which="missed")


def _people(row: object, book: Book, state: Audiences) -> dict[str, Answer]:
    n = {"missed": row.n_missed, "contacted": row.n_contacted, "still": row.n_in_time}
    labels = {name: f"{label} {numbers.count(n[name])}" for name, label in _WHICH.items()}
    with st.container(border=True, key="moment people"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            look.html(f'<p class="hl-size"><b>{plain(row.moment)}</b></p>')
            step.show("which of a moment", state.which)
            st.segmented_control(
                "Which", list(labels), key="which of a moment", format_func=labels.get, required=True, label_visibility="collapsed",
                on_change=lambda: turn(which=st.session_state["which of a moment"]),
            )  # fmt: skip
            st.button(
                "",
                key="close moment",
                icon=":material/close:",
                help="Close",
                type="tertiary",
                on_click=lambda: turn(moment=""),
            )
        asked = {"moment": row.moment, "which": state.which}
        found = door.try_ask("moment_people", book, **asked, limit=_MOST)
        if found is None:
            return {}
        if found.table.empty:
            look.note("Nobody.")
            return {row.moment: found}
        columns = [name for name in _COLUMNS if found.table[name].notna().any()]
        tables.show(found.table[columns], key=f"moment {row.moment} {state.which}", height=min(360, 40 + 32 * len(found.table)),
                    labels={"name": "Account"})  # fmt: skip
        with st.container(horizontal=True, vertical_alignment="center"):
            if len(found.table) < n[state.which]:
                look.note(
                    f"The first {numbers.count(len(found.table))} of {numbers.count(n[state.which])}; the download has all."
                )
            tables.download(f"Download {numbers.count(n[state.which])}", "moment.csv", door.whole("moment_people", book, **asked),
                            key="download moment", drop=("n_rows",))  # fmt: skip
            saving.offer(book, whom="people", asks="moment_people", options=asked, n=int(n[state.which]),
                         view={"moment": [row.moment], "which": [state.which]},
                         says=f"new people, {row.moment}: {_WHICH[state.which].lower()}")  # fmt: skip
    return {row.moment: found}
