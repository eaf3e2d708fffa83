"""What can be done with the exceptions of ticked accounts: done, snoozed, open again, handed over; each can be undone.

bar     the exceptions, which of them an act is about, and the acts
PLACE   where what an act said is shown
"""

import importlib.util
from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import sha256

import pandas as pd
import streamlit as st

from lib.book import Book, say_day
from lib.measures import Answer
from lib.view import access, door, look, numbers, tables
from lib.view.account import paper
from lib.view.exceptions.exceptionpage import day_of
from lib.view.exceptions.exceptionstate import Exceptions
from lib.view.plain import plain
from lib.view.writing import acting, pen, told
from lib.view.writing.acting import Acts
from lib.workspace import Row

PLACE = "exceptions"
_MOST_SAID = 12  # exceptions told in words
_PLAYS = "lib.view.exceptions.plays"


def bar(book: Book, state: Exceptions, ticked: pd.DataFrame) -> None:
    """What the exceptions of the ticked accounts say, and what can be done with them."""
    asked = {
        "per": "exception", "accounts": tuple(ticked["account"]), "waiting": "with", "on": day_of(book),
        "state": state.show if state.show in ("snoozed", "done") else "open", "rule": state.rule or None,
    }  # fmt: skip
    if state.show == "gone":
        look.note("These are over by themselves: there is nothing to do.")
        return
    found = door.try_ask("exceptions", book, **asked)
    if found is None or found.table.empty:
        return
    with st.container(border=True, key="exception-acts"):
        rows = _chosen(found, len(ticked))
        if door.opened().manifest.as_of and book.as_of < door.opened().manifest.as_of:
            look.note("You look at an earlier day; acts are made on the newest day of the data.")
        elif rows:
            _acts(rows, state)
            _offer(book, rows)


def _chosen(found: Answer, n_accounts: int) -> list[dict]:
    """The exceptions in words; gives those of the rules that are chosen, all at first."""
    rows = tables.records(found.table.astype(object).where(found.table.notna(), None))
    said = [_line(row, is_named=n_accounts > 1) for row in rows[:_MOST_SAID]]
    more = f"<li>and {numbers.plural(len(rows) - _MOST_SAID, 'more exception')}</li>" if len(rows) > _MOST_SAID else ""
    look.html(f'<ul class="hl-lines">{"".join(f"<li>{each}</li>" for each in said)}{more}</ul>')
    rules = list(dict.fromkeys(row["exception_rule"] for row in rows))
    if len(rules) == 1:
        return rows
    chosen = st.pills(
        "Of these", rules, default=rules, selection_mode="multi", key=f"of {_mark(rows)}", format_func=plain
    )
    return [row for row in rows if row["exception_rule"] in chosen]


def _line(row: dict, *, is_named: bool) -> str:
    """Key user left: Ann Lee has left, since 3 Sep 2026; snoozed to 4 Nov 2026: holidays (Dana)."""
    who = row["person_name"] or row["person"]
    why = " ".join(filter(None, (paper.short(who) if who else "", plain(row["exception_said"]))))
    whose = f"<b>{paper.short(row['name'] or row['account'])}</b> " if is_named else ""
    parts = [f"{whose}{plain(row['exception_rule'])}: {why}, since {say_day(row['exception_began_on'].date())}"]
    if row["snoozed_until"] is not None:
        parts.append(f"snoozed to {say_day(row['snoozed_until'].date())}")
    if row["act_reason"]:
        parts.append(f"“{paper.short(row['act_reason'])}”")
    if row["acted_by"]:
        parts.append(f"by {paper.short(row['acted_by'])}")
    if row["exception_owner"] and row["exception_owner"] != row["csm"]:
        parts.append(f"handed to {paper.short(row['exception_owner'])}")
    if row["is_waiting"]:
        parts.append("waits: its CSM is told next week, unless somebody acts on it")
    return " · ".join(parts)


def _acts(rows: Sequence[dict], state: Exceptions) -> None:
    mark, n = _mark(rows), len(rows)
    day, reason, owner = f"snoozed to {mark}", f"why {mark}", f"handed to {mark}"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="exception-buttons"):
        if state.show == "done" or state.show == "snoozed":
            st.button(
                f"Open again ({n})",
                key=f"reopen {mark}",
                type="primary",
                on_click=_act,
                args=(rows, {"act": "reopened"}, "open again"),
            )
        if state.show != "done":
            st.text_input("Reason", key=reason, max_chars=500, placeholder="Why", width=240)
            st.button(f"Done ({n})", key=f"done {mark}", type="primary" if state.show != "snoozed" else "secondary",
                      on_click=lambda: _done(rows, st.session_state[reason]))  # fmt: skip
            st.date_input("Snooze to", access.today() + timedelta(14), key=day, format="DD/MM/YYYY", width=140)
            st.button(
                "Snooze",
                key=f"snooze {mark}",
                on_click=lambda: _snooze(rows, st.session_state[day], st.session_state[reason]),
            )
            st.selectbox(
                "Hand to", pen.owners(), index=None, placeholder="Somebody", key=owner, accept_new_options=not pen.owners(),
                format_func=plain, width=190,
            )  # fmt: skip
            st.button(
                "Hand over",
                key=f"hand {mark}",
                on_click=lambda: _hand(rows, st.session_state[owner], st.session_state[reason]),
            )


def _offer(book: Book, rows: Sequence[dict]) -> None:
    """A way to start the plays of these exceptions, where there is one."""
    if importlib.util.find_spec(_PLAYS):
        importlib.import_module(_PLAYS).offer(book, rows)


def _done(rows: Sequence[dict], reason: str) -> None:
    _act(rows, {"act": "done", "reason": (reason or "").strip() or None}, "done")


def _snooze(rows: Sequence[dict], until: date | None, reason: str) -> None:
    if until is None or until <= access.today():
        told.tell(PLACE, "Choose a day to snooze to, after today.")
    elif not (reason or "").strip():
        told.tell(PLACE, "Say why it can wait: what is snoozed carries its reason.")
    else:
        _act(rows, {"act": "snoozed", "until_on": until, "reason": reason.strip()}, f"snoozed to {say_day(until)}")


def _hand(rows: Sequence[dict], owner: str | None, reason: str) -> None:
    if not owner:
        told.tell(PLACE, "Choose whom to hand it to.")
    else:
        _act(
            rows, {"act": "handed_over", "owner": owner, "reason": (reason or "").strip() or None}, f"handed to {owner}"
        )


def _act(rows: Sequence[dict], values: dict, said: str) -> None:
    """One act on every exception, written at once; the same again is a second click."""
    held = acting.acts()
    this = ("exception", repr(values), _mark(rows))
    with held.one(PLACE):
        if this in held.done:
            return
        each = [
            {
                "account": row["account"],
                "rule": row["exception_rule"],
                "person": row["person"],
                "acted_on": access.today(),
                **values,
            }
            for row in rows
        ]
        made = pen.add_rows("exception_act", each)
        held.done.add(this)
        held.tell(PLACE, f"{numbers.plural(len(made), 'exception')} {said}.", undo=lambda: _undone(held, made, this))


def _undone(held: Acts, made: Sequence[Row], this: tuple) -> str:
    done = pen.take_back(made)
    held.done.discard(this)
    stayed = f" {numbers.count(len(done.refused))} changed meanwhile and stayed." if done.refused else ""
    return f"{numbers.plural(len(done.rows), 'exception')} as before.{stayed}"


def _mark(rows: Sequence[dict]) -> str:
    """Names these exceptions as they stand."""
    parts = (
        "account",
        "exception_rule",
        "person",
        "exception_began_on",
        "exception_state",
        "exception_owner",
        "acted_on",
        "snoozed_until",
    )
    return sha256(repr([[row[name] for name in parts] for row in rows]).encode()).hexdigest()[:16]
