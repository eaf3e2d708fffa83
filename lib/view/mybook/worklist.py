"""To do: the open work of the book's accounts, overdue first; ticked rows are done, postponed or handed over, many at once.

section   the list, its headline, and what can be done with the rows that are ticked
day_of_work  the day by which something is overdue, or a snooze over
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256

import pandas as pd
import streamlit as st

from lib.book import Book, say_day
from lib.measures import Answer
from lib.view import access, accountlink, door, look, numbers, private, rooms, tables
from lib.view.mybook import mine
from lib.view.plain import plain
from lib.view.writing import acting, pen, told
from lib.workspace import Row
from lib.workspace.many import Done

_PLACE, _ONLY, _MINE = "work list", "which work", "my own work alone"
_MOST = 500  # rows sent to the browser; the download has all
_SELECTIONS = {"open": "Open", "overdue": "Overdue", "this_week": "Due this week", "done": "Done"}
_COLUMNS = ["title", "name", "due_on", "days_overdue", "owner", "play", "task_role", "work", "arr", "csm", "made_by"]
_TABLES = {"task": "task", "commitment": "task", "next step": "next_step", "save plan step": "save_plan"}
_MOST_OPENED = 3  # links to accounts beside what can be done


def section(book: Book) -> dict[str, Answer]:
    """The open work of the book. Not of a reader's own upload; only to read for an admin who sees as another."""
    if private.is_on():
        return {}
    day, (book, whose) = day_of_work(book), mine.work(book)
    whole = door.try_ask("worklist", book, on=day, whose=whose, limit=1)
    if whole is None:
        return {}
    n, n_overdue = (0, 0) if whole.table.empty else (int(whole.table[name].iat[0]) for name in ("n_rows", "n_overdue"))
    late = f', <span class="hl-worse">{numbers.count(n_overdue)} overdue</span>' if n_overdue else ""
    look.section("To do", f"{numbers.count(n)} open{late}", place="todo")
    _part(book, day, whose)
    return {"To do": replace(whole, table=whole.table.head(0))}


def day_of_work(book: Book) -> date:
    """The day by which something is overdue: today, or the day as of which the book is seen."""
    last = door.opened().manifest.as_of
    return book.as_of if last and book.as_of < last else access.today()


@st.fragment
def _part(book: Book, day: date, whose: tuple[str, ...] | None) -> None:
    told.again()
    told.show(_PLACE)
    asked = _choose(day) | {"whose": whose}
    answer = door.try_ask("worklist", book, **asked, limit=_MOST)
    if answer is None:
        return
    table = answer.table
    if table.empty:
        nothing = "Nothing is to be done." if asked["only"] == "open" else "No work of this kind."
        look.note(
            f"{nothing} Tick accounts above and write a task, a next step or a save plan: it stands here until it is done."
        )
        return
    ticked = _table(table)
    with st.container():
        if ticked and pen.can_write():
            _acts(book, table.iloc[ticked])
    with st.container(horizontal=True, vertical_alignment="center"):
        n_rows = int(table["n_rows"].iat[0])
        if n_rows > len(table):
            look.note(f"The first {numbers.count(len(table))} of {numbers.count(n_rows)}.")
        tables.download(
            "Download",
            "to-do.csv",
            door.whole("worklist", book, **asked),
            key="download work",
            drop=("n_rows", "n_overdue"),
        )


def _choose(day: date) -> dict:
    """Which of the work is listed, as the measure is asked."""
    with st.container(horizontal=True, vertical_alignment="center"):
        only = st.segmented_control(
            "Which", list(_SELECTIONS), key=_ONLY, format_func=_SELECTIONS.get, default="open", required=True,
            label_visibility="collapsed",
        )  # fmt: skip
        me = pen.my_names()
        is_mine = bool(me) and st.checkbox("Mine alone", key=_MINE, help=plain(f"owned by {' or '.join(me)}"))
    return {
        "on": day,
        "only": only,
        "owner": me if is_mine else None,
        "sort": "changed" if only == "done" else "due",
    }


def _table(table: pd.DataFrame) -> list[int]:
    """The list; gives the places of the rows that are ticked. Another list is another table: a tick never moves to a neighbour."""
    late = table["days_overdue"].where(table["days_overdue"] > 0)
    said = table.assign(name=table["name"].fillna(table["account"]), days_overdue=late)
    columns = [
        name for name in _COLUMNS if said[name].notna().any() and (name != "days_overdue" or said[name].fillna(0).any())
    ]
    if set(said["work"]) == {"task"}:
        columns.remove("work")
    event = tables.show(
        said[columns],
        key=tables.named("work", table[["id", "version", "step"]]),
        height=min(36 + 32 * len(table), 390),
        selects="multi-row",
        labels={"name": "Account"},
        config={"title": st.column_config.TextColumn("To do", width=240)},
    )
    return list(event.selection.rows)


def _acts(book: Book, chosen: pd.DataFrame) -> None:
    """What can be done with the rows that are ticked."""
    rows = tables.records(chosen.astype(object).where(chosen.notna(), None))
    ids = sha256(repr([(row["id"], row["version"], row["step"]) for row in rows]).encode()).hexdigest()[:16]
    day, owner, owners = f"postponed to {ids}", f"handed to {ids}", pen.owners([row["account"] for row in rows])
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="work-acts"):
        are_done = all(row["days_overdue"] is None for row in rows)
        if are_done:
            st.button("Open again", key=f"reopen {ids}", on_click=_act, args=(rows, {"done_on": None}, "open again"))
        else:
            st.button(f"Done ({len(rows)})", key=f"done {ids}", type="primary", on_click=_act,
                      args=(rows, {"done_on": access.today()}, "done"))  # fmt: skip
            st.date_input("Postpone to", access.today() + timedelta(7), key=day, format="DD/MM/YYYY", width=150)
            st.button("Postpone", key=f"postpone {ids}", on_click=lambda: _postpone(rows, st.session_state[day]))
            st.selectbox(
                "Hand to",
                owners,
                index=None,
                placeholder="Somebody",
                key=owner,
                accept_new_options=not owners,
                width=210,
            )
            st.button("Hand over", key=f"hand {ids}", on_click=lambda: _hand(rows, st.session_state[owner]))
        for account, name in dict.fromkeys(
            (row["account"], row["name"] or row["account"]) for row in rows[:_MOST_OPENED]
        ):
            st.page_link(rooms.ACCOUNT.file, label=f"{plain(name)} ›", query_params=accountlink.query(account, book))


def _postpone(rows: Sequence[dict], day: date | None) -> None:
    if day is None:
        told.tell(_PLACE, "Choose the day to postpone to.")
    else:
        _act(rows, {"due_on": day}, f"postponed to {say_day(day)}")


def _hand(rows: Sequence[dict], owner: str | None) -> None:
    if not owner:
        told.tell(_PLACE, "Choose whom to hand it to.")
    else:
        _act(rows, {"owner": owner}, f"handed to {owner}")


def _act(rows: Sequence[dict], values: dict, said: str) -> None:
    """One change of every row, each by the version that was read. What changed meanwhile is named and left as it is; the same
    act on the same versions is a second click."""
    acts = acting.acts()
    this = (repr(values), *((row["id"], row["version"], row["step"]) for row in rows))
    with acts.one(_PLACE):
        if this in acts.done:
            return
        if "owner" in values:
            pen.check_owner([row["account"] for row in rows], values["owner"])
        asked, before, n_without = {}, [], 0
        for table in dict.fromkeys(_TABLES.values()):
            mine = [row for row in rows if _TABLES[row["work"]] == table]
            if table == "save_plan" and "due_on" in values:
                n_without, mine = len(mine), []  # steps of a plan have no day
            if mine:
                asked[table], was = _asked(table, mine, values)
                before += was
        done = pen.change_many(asked)
        undo = None
        if done.rows:
            acts.done.add(this)
            undo = _undo(done.rows, before)
        acts.tell(_PLACE, _said(rows, done, said, n_without), is_good=bool(done.rows), undo=undo)


def _asked(table: str, mine: Sequence[dict], values: dict) -> tuple[list[tuple[str, int, dict]], list[Row]]:
    """What is asked of the rows of a table, and the rows as they were before."""
    versions = {row["id"]: int(row["version"]) for row in mine}
    was = pen.found(table, list(versions))
    asked = []
    for id, version in versions.items():
        new = values
        if table == "save_plan" and "done_on" in values and id in was:
            ticked = {int(row["step"]) for row in mine if row["id"] == id}
            new = {"steps": [step | (values if at in ticked else {}) for at, step in enumerate(was[id]["steps"])]}
        asked.append((id, version, new))
    return asked, list(was.values())


def _said(rows: Sequence[dict], done: Done, said: str, n_without: int) -> str:
    changed = {row.id for row in done.rows}
    n = sum(row["id"] in changed and not (n_without and row["step"] is not None) for row in rows)
    parts = [f"{numbers.count(n)} {said}."] if n else ["Nothing was saved."]
    if done.refused:
        left = [f"“{row['title'][:60]}”" for row in rows if row["id"] in done.refused]
        parts.append(
            f"{', '.join(left[:5])}{' and others' if len(left) > 5 else ''} changed meanwhile: look at it as it is now."
        )
    if n_without:
        parts.append(
            f"{numbers.plural(n_without, 'step')} of a save plan {'has' if n_without == 1 else 'have'} no day to postpone."
        )
    return " ".join(parts)


def _undo(now: Sequence[Row], before: Sequence[Row]) -> Callable[[], str]:
    """Puts back what each row said, if nobody changed it since."""

    def undone() -> str:
        was, asked = {row.id: row for row in before}, {}
        for row in now:
            names = ("steps", "owner") if row.table == "save_plan" else ("due_on", "done_on", "owner")
            asked.setdefault(row.table, []).append((row.id, row.version, {name: was[row.id][name] for name in names}))
        done = pen.change_many(asked)
        n, n_stayed = len(done.rows), len(done.refused)
        return f"{numbers.count(n)} as before." + (
            f" {numbers.count(n_stayed)} changed meanwhile and stayed." if n_stayed else ""
        )

    return undone
