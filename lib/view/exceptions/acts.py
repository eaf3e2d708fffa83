"""What can be done with the exceptions of ticked accounts: done, snoozed, open again, handed over; each can be undone.

bar     the exceptions, which of them an act is about, and the acts
PLACE   where what an act said is shown
"""

from collections.abc import Sequence
from datetime import timedelta

import pandas as pd
import streamlit as st

from lib.book import Book, say_day
from lib.measures import Answer
from lib.view import access, door, look, numbers, tables
from lib.view.account import paper
from lib.view.exceptions import doing, plays
from lib.view.exceptions.exceptionpage import day_of
from lib.view.exceptions.exceptionstate import Exceptions
from lib.view.plain import plain
from lib.view.writing import pen

PLACE = "exceptions"
_MOST_SAID = 12  # exceptions told in words


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
            _acts(book, rows, state)


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
        "Of these", rules, default=rules, selection_mode="multi", key=f"of {doing.mark(rows)}", format_func=plain
    )
    return [row for row in rows if row["exception_rule"] in chosen]


def _line(row: dict, *, is_named: bool) -> str:
    """Key user left: Ann Lee has left, since 3 Sep 2026; snoozed to 4 Nov 2026: holidays (Dana)."""
    who = row["person_name"] or row["person"]
    why = " ".join(filter(None, (paper.short(who) if who else "", plain(row["exception_said"]))))
    whose = f"<b>{paper.short(row['name'] or row['account'])}</b> " if is_named else ""
    parts = [f"{whose}{plain(row['exception_rule'])}: {why}, since {say_day(row['exception_began_on'].date())}"]
    if row["snoozed_until"] is not None:
        parts.append(f"snoozed until {say_day(row['snoozed_until'].date())}")
    if row["act_reason"]:
        parts.append(f"“{paper.short(row['act_reason'])}”")
    if row["acted_by"]:
        parts.append(f"by {paper.short(row['acted_by'])}")
    if row["exception_owner"] and row["exception_owner"] != row["csm"]:
        parts.append(f"handed to {paper.short(row['exception_owner'])}")
    if row["is_waiting"]:
        parts.append("waits: its CSM is told next week, unless somebody acts on it")
    return " · ".join(parts)


def _acts(book: Book, rows: Sequence[dict], state: Exceptions) -> None:
    name = doing.mark(rows)
    n, reason, day, owner = len(rows), f"why {name}", f"snoozed until {name}", f"handed to {name}"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="exception-buttons"):
        if state.show in ("done", "snoozed"):
            st.button(
                f"Open again ({n})", key=f"reopen {name}", type="primary", on_click=doing.reopen, args=(PLACE, rows)
            )
        if state.show == "done":
            return
        plays.offer(book, rows, PLACE)
        said, asked = st.session_state, pen.owners([row["account"] for row in rows])
        st.text_input("Reason", key=reason, max_chars=500, placeholder="Why", width=220)
        st.button(f"Done ({n})", key=f"done {name}", on_click=lambda: doing.done(PLACE, rows, said[reason]))
        st.date_input("Snooze until", access.today() + timedelta(14), key=day, format="DD/MM/YYYY", width=140)
        st.button("Snooze", key=f"snooze {name}", on_click=lambda: doing.snooze(PLACE, rows, said[day], said[reason]))
        st.selectbox(
            "Hand to", asked, index=None, placeholder="Somebody", key=owner, accept_new_options=not asked, format_func=plain,
            width=180,
        )  # fmt: skip
        st.button("Hand over", key=f"hand {name}", on_click=lambda: doing.hand(PLACE, rows, said[owner], said[reason]))
