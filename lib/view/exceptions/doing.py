"""Acts on exceptions, of one account or of many: rows of exception_act, all of them or none, with an undo.

done, snooze, hand, reopen   for callbacks; rows are of the answer account_exceptions, told at a place
snoozing, handing            the widgets that ask until when and why, and to whom; with the button
mark                         names exceptions as they stand
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from hashlib import sha256

import pandas as pd
import streamlit as st

from lib.book import say_day
from lib.view import access, numbers
from lib.view.writing import acting, pen, told
from lib.workspace.handing import Given
from lib.workspace.many import Done
from lib.workspace.rules import MOST_TEXT

USUAL_SNOOZE = 14  # days


def done(place: str, rows: Sequence[dict], reason: str | None = None) -> None:
    """They need nobody any more; each is open again when it comes back after it was over."""
    _act(place, rows, {"act": "done"}, reason, "done")


def reopen(place: str, rows: Sequence[dict]) -> None:
    """They are open again."""
    _act(place, rows, {"act": "reopened"}, None, "open again")


def snooze(place: str, rows: Sequence[dict], until: date | None, reason: str | None) -> None:
    """They are quiet until a day, for a reason."""
    if until is None or until <= access.today():
        told.tell(place, "Choose a day to come: until then it is quiet.")
    elif not (reason or "").strip():
        told.tell(place, "Say why it can wait: what is snoozed carries its reason.")
    else:
        _act(place, rows, {"act": "snoozed", "until_on": until}, reason, f"snoozed until {say_day(until)}")


def hand(place: str, rows: Sequence[dict], owner: str | None, reason: str | None = None) -> None:
    """They are somebody else's, with what is open of their plays and a CSM's to do; what was done about them stays."""
    to = (owner or "").strip()
    if not to:
        told.tell(place, "Choose whom to hand it to.")
        return

    def write() -> tuple[str, Callable[[], str]]:
        handed = pen.hand(list(map(_given, rows)), to, on=access.today(), reason=_reason(reason))
        tasks = f" and {numbers.plural(len(handed.tasks), 'open task')}" if handed.tasks else ""
        said = f"{numbers.plural(len(handed.acts), 'exception')}{tasks} handed to {to}."
        return said, lambda: _as_before(pen.unhand(handed))

    _once(place, ("handed", to, _reason(reason), mark(rows)), write)


def snoozing(place: str, rows: Sequence[dict], name: str) -> None:
    """Until when, and why."""
    until, why = f"snoozed until {name}", f"snoozed because {name}"
    first = access.today() + timedelta(days=1)
    st.date_input(
        "Snooze until", access.today() + timedelta(days=USUAL_SNOOZE), first, key=until, format="DD/MM/YYYY", width=150
    )
    st.text_input("Why", key=why, max_chars=MOST_TEXT, placeholder="The reason", width=150)
    st.button("Snooze", key=f"snooze {name}",
              on_click=lambda: snooze(place, rows, st.session_state[until], st.session_state[why]))  # fmt: skip


def handing(place: str, rows: Sequence[dict], name: str) -> None:
    """To whom."""
    to, owners = f"exception handed to {name}", pen.owners([row["account"] for row in rows])
    st.selectbox(
        "Hand to", owners, index=None, placeholder="Somebody", key=to, accept_new_options=not owners, width=160
    )
    st.button("Hand over", key=f"hand exception {name}", on_click=lambda: hand(place, rows, st.session_state[to]))


def mark(rows: Sequence[dict]) -> str:
    """Names these exceptions as they stand."""
    parts = (
        "account",
        "exception_rule",
        "person",
        "exception_began_on",
        "exception_state",
        "exception_owner",
        "snoozed_until",
    )
    return sha256(repr([[row[name] for name in parts] for row in rows]).encode()).hexdigest()[:16]


def _act(place: str, rows: Sequence[dict], values: Mapping[str, object], reason: str | None, said: str) -> None:
    """One act on every exception."""
    values = {**values, "reason": _reason(reason)}

    def write() -> tuple[str, Callable[[], str]]:
        said_of = [{"account": row["account"], "rule": row["exception_rule"], "person": row["person"]} for row in rows]
        made = pen.add_rows("exception_act", [{**values, **each, "acted_on": access.today()} for each in said_of])
        return f"{numbers.plural(len(made), 'exception')} {said}.", lambda: _as_before(pen.take_back(made))

    _once(place, (repr(sorted(values.items())), mark(rows)), write)


def _once(place: str, this: tuple, write: Callable[[], tuple[str, Callable[[], str]]]) -> None:
    """What `write` does, told with its undo; the same on the same ones, as they were, is a second click."""
    acts = acting.acts()
    with acts.one(place):
        if this in acts.done:
            return
        said, undo = write()
        acts.done.add(this)

        def undone() -> str:
            text = undo()
            acts.done.discard(this)
            return text

        acts.tell(place, said, undo=undone)


def _as_before(back: Done) -> str:
    n = {table: sum(row.table == table for row in back.rows) for table in ("exception_act", "task")}
    tasks = f" and {numbers.plural(n['task'], 'task')}" if n["task"] else ""
    stayed = f" {numbers.count(len(back.refused))} changed meanwhile and stayed." if back.refused else ""
    return f"{numbers.plural(n['exception_act'], 'exception')}{tasks} as before.{stayed}"


def _given(row: dict) -> Given:
    """An exception to hand over: tasks go along of who has it, and of who hands it over."""
    owners = tuple(filter(None, [row["exception_owner"], *pen.my_names()]))
    began = pd.Timestamp(row["exception_began_on"]).date()
    return Given(row["account"], row["exception_rule"], began, owners, row["person"])


def _reason(said: str | None) -> str | None:
    return (said or "").strip() or None
