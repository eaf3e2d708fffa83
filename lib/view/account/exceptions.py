"""Exceptions of one account: those that are open, with their play and its tasks to tick; those that are over, folded.

panel   the section
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from hashlib import sha256

import pandas as pd
import streamlit as st

from lib.book import Book, say_day
from lib.measures import Answer
from lib.view import access, door, frame, look, numbers, private, tables, written
from lib.view.account import paper
from lib.view.account.paper import Column, day, tag, text
from lib.view.account.state import OneAccount
from lib.view.exceptions import doing, plays
from lib.view.plain import label, plain
from lib.view.writing import acting, pen, told
from lib.workspace import Conflict, Row

_ENDED = {"done": "done", "gone": "over by itself"}


def panel(book: Book, state: OneAccount) -> dict[str, Answer]:
    """What is open now, and what was. Not of a reader's own upload: what is done about it is about the shared data."""
    if private.is_on():
        return {}
    answer = _asked(book, state.account)
    if answer is None:
        return {}
    n = int(answer.table["exception_state"].isin(("open", "snoozed")).sum())
    look.section("Exceptions", f"{numbers.count(n)} open" if n else "none is open", place="exceptions")
    _part(book, state.account)
    return {"Exceptions": answer}


def _asked(book: Book, account: str) -> Answer | None:
    last = door.opened().manifest.as_of
    on = book.as_of if last and book.as_of < last else access.today()
    return door.try_ask("account_exceptions", frame.on_its_day(book), accounts=[account], on=on)


@st.fragment
def _part(book: Book, account: str) -> None:
    told.again()
    told.show(_place(account))
    answer = _asked(book, account)
    if answer is None:
        return
    rows = tables.records(answer.table.astype(object).where(answer.table.notna(), None))
    stands = [row for row in rows if row["exception_state"] in ("open", "snoozed")]
    past = [row for row in rows if row["exception_state"] not in ("open", "snoozed")]
    if not rows:
        look.note("No rule that is on has told of this account.")
    tasks = (written.tried(lambda: pen.kept(account, ("task",))) or {}).get("task", []) if stands else []
    for row in stands:
        _one(account, row, tasks)
    if past:
        with st.expander(f"{numbers.plural(len(past), 'past exception')}", key=f"past exceptions of {account}"):
            _past(past)


def _one(account: str, row: dict, tasks: Sequence[Row]) -> None:
    """One that stands: since when, by what, whose; its play, and what can be done."""
    name = sha256(repr((row["exception_rule"], row["person"], row["play"])).encode()).hexdigest()[:12]
    place = _place(account)
    with st.container(border=True, gap="small", key=f"exception-{name}"):
        with st.container(horizontal=True, vertical_alignment="top", gap="small", key=f"kept-row-{name}"):
            look.html(_face(row))
            if pen.can_write():
                if row["play_started_on"] is None:
                    plays.offer_one(account, row["exception_rule"], row["person"], place)
                _acts(place, row, name)
        if row["play_started_on"] is not None:
            look.html(f'<p class="hl-said">{plays.progress(row)}</p>')
            _tasks(place, row, tasks)


def _face(row: dict) -> str:
    who = _who(row)
    since = pd.Timestamp(row["exception_began_on"]).date()
    state = tag("good news") if row["is_good_news"] else ""
    if row["exception_state"] == "snoozed":
        until = row["snoozed_until"]
        state += tag(f"snoozed until {say_day(pd.Timestamp(until).date())}" if until is not None else "snoozed")
    state += tag("waits its turn") if row["is_waiting"] else ""
    facts = [f"since {say_day(since)}"]
    facts += [_values(row)] if _values(row) else []
    facts += [plain(row["exception_owner"])] if row["exception_owner"] else []
    why = f'<div class="hl-more">{paper.short(row["act_reason"])}</div>' if row["act_reason"] else ""
    said = f"{plain(row['exception_rule'])}{f': {plain(who)}' if who else ''}"
    return f'<div class="hl-kept"><div class="hl-head"><b>{said}</b>{state}<small>{" · ".join(facts)}</small></div>{why}</div>'


def _who(row: dict) -> str:
    return row["person_name"] or row["person"] or ""


def _values(row: dict) -> str:
    """20 % of seats in use when it began, 30 % now."""
    then, now = plain(row["said_then"] or ""), plain(row["said_now"] or "")
    if not then or not now or then == now:
        return now or then
    return f"{then} when it began, {now} now"


def _acts(place: str, row: dict, name: str) -> None:
    small = {"type": "tertiary"}
    if row["exception_state"] == "snoozed":
        st.button(
            "Wake", key=f"wake {name}", icon=":material/alarm:", on_click=doing.reopen, args=(place, [row]), **small
        )
    else:
        with st.popover("Snooze", icon=":material/snooze:", key=f"snoozes {name}", **small):
            doing.snoozing(place, [row], name)
    with st.popover("Hand over", icon=":material/person_add:", key=f"hands {name}", **small):
        doing.handing(place, [row], name)
    st.button(
        "Done", key=f"done exception {name}", icon=":material/check:", on_click=doing.done, args=(place, [row]), **small
    )


def _tasks(place: str, row: dict, tasks: Sequence[Row]) -> None:
    """The tasks of the play, to be ticked; each by the version that was read."""
    since = pd.Timestamp(row["play_started_on"]).date()
    mine = [
        each
        for each in tasks
        if (each["rule"], each["person"], each["play"]) == (row["exception_rule"], row["person"], row["play"])
        and each.made_at.date() >= since
    ]
    with st.container(key=f"kept-steps-{mine[0].id if mine else since}", gap=None):
        for each in sorted(mine, key=lambda task: (task["due_on"] or date.max, task["title"])):
            key = f"task {each.id} {each.version}"
            st.checkbox(
                _task(each), value=each["done_on"] is not None, key=key, disabled=not pen.can_write(), on_change=_ticked,
                args=(place, each, key), help=plain(each["detail"]) if each["detail"] else None,
            )  # fmt: skip
    if links := plays.links(mine):
        look.note(f"Guides: {', '.join(links)}")


def _task(task: Row) -> str:
    who = task["owner"] or "nobody"
    due = task["due_on"]
    late = "" if due is None or task["done_on"] or due >= access.today() else ", overdue"
    by = f", by {say_day(due)}{late}" if due else ""
    return f"{label(task['title'])} :gray[({label(who)}{by})]"


def _ticked(place: str, task: Row, key: str) -> None:
    values = {"done_on": access.today() if st.session_state[key] else None}
    acts, this = acting.acts(), (task.id, task.version, repr(values))
    with acts.one(place):
        if this in acts.done:
            return
        try:
            made = pen.change("task", task.id, task.version, values)
        except Conflict as conflict:
            acts.tell(
                place,
                f"{conflict.row.changed_by} changed it while you looked at it. Yours was not saved.",
                is_good=False,
            )
            return
        acts.done.add(this)
        before = {"done_on": task["done_on"]}
        said = "Task done." if values["done_on"] else "Task open again."
        acts.tell(place, said, undo=_taken_back(made, before))


def _taken_back(made: Row, before: Mapping[str, object]) -> Callable[[], str]:
    def undone() -> str:
        pen.change(made.table, made.id, made.version, before)
        return "Taken back."

    return undone


def _past(rows: Sequence[dict]) -> None:
    columns = [
        Column("Since", lambda row: day(row["exception_began_on"]), is_narrow=True),
        Column("Over", lambda row: day(row["exception_ended_on"]), is_narrow=True),
        Column("Exception", lambda row: paper.said(f"<b>{plain(row['exception_rule'])}</b>", _who(row))),
        Column("When it began", lambda row: text(row["said_then"])),
        Column("How it ended", lambda row: paper.said(tag(_ENDED[row["exception_state"]]), row["act_reason"] or "")),
        Column("Play", lambda row: _played(row)),
    ]  # fmt: skip
    paper.table(rows, columns, label="Past exceptions", height=330)


def _played(row: dict) -> str:
    if row["play_started_on"] is None:
        return numbers.NOTHING
    done = f"{row['n_tasks_done']} of {numbers.plural(row['n_tasks'], 'task')} done"
    return paper.said(f"{plain(row['play'])}: {plain(row['check_result'])}", done)


def _place(account: str) -> str:
    return f"exceptions of {account}"
