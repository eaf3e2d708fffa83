"""What changed on My book: since the reader was last here, or in some days; the kinds as pills, a click lists the accounts.

card    the section
Since   between which days, and what to say of them
since   the span the reader chose, for the data there is
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd
import streamlit as st

from lib.book import Book, say_day
from lib.measures import Answer
from lib.measures.mybook.changes import CHANGES, USUAL_DAYS
from lib.view import accountlist, door, look, numbers, step, tables, written
from lib.view.mybook.mybookstate import ALL, SPANS, MyBook
from lib.view.paging import PAGE
from lib.view.plain import plain
from lib.workspace.visits import Visit

N_NAMED = 3  # accounts named before any list is opened
_KINDS = {
    "at risk": "Became at risk",
    "renewal near": "Renewal within 90 days",
    "usage drop": "Use dropped",
    "back": "Came back",
}
_COLUMNS = ["name", "account", "said", "arr", "arr_change", "arr_at_stake", "csm"]


@dataclass(frozen=True)
class Since:
    """From which day on changes are told, and from which moment what others wrote; the words for both."""

    day: date
    said: str
    moment: datetime | None = None
    note: str = ""


def since(state: MyBook, seen: Visit | None, as_of: date, last_day: date) -> Since:
    """The span the reader chose. What was imported since a visit counts, whatever day that was: it begins where the data ended."""
    days = SPANS[state.span] or USUAL_DAYS
    usual = Since(as_of - timedelta(days=days), f"in the {days} days to {say_day(as_of)}")
    if SPANS[state.span] or seen is None or as_of < last_day:
        return usual
    visited = f"you were last here on {say_day(seen.at.date())}"
    known_to = seen.data_to or seen.at.date()
    if known_to < as_of:
        return Since(known_to, f"since {visited}: from {say_day(known_to)} to {say_day(as_of)}", seen.at)
    return Since(
        usual.day,
        usual.said,
        seen.at,
        f"No new data since {visited}; this is what changed {usual.said}. What others wrote counts since then.",
    )


def card(book: Book, state: MyBook, seen: Visit | None) -> dict[str, Answer]:
    """What is different about the reader's accounts; the gravest by name, the kinds to choose from, and their list."""
    last_day = door.opened().manifest.as_of
    if last_day is None:
        return {}  # without dates nothing is known to have changed
    span = since(state, seen, book.as_of, last_day)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="changed"):
        look.section("What changed", plain(span.said), place="changed")
        _span(state, seen)
    with st.container():  # always there: what comes and goes must not move what stands below it
        if span.note:
            look.note(span.note)
    asked = {
        "since": span.day,
        "written_from": span.moment,
        "written_until": None
        if book.as_of >= last_day
        else datetime.combine(book.as_of + timedelta(days=1), datetime.min.time()),
        "reader": written.who(),
    }
    whole = door.try_ask("changes", book, **asked, limit=PAGE)
    if whole is None:
        return {}
    by_kind = {each["change"]: each for each in whole.table["by_change"].iat[0]} if len(whole.table) else {}
    _choose(state, by_kind, len(whole.table) and int(whole.table["n_rows"].iat[0]))
    if whole.table.empty:
        look.note("Nothing is different about these accounts.")
    elif not state.change:
        look.note(f"The gravest: {'; '.join(_named(row) for row in tables.records(whole.table.head(N_NAMED)))}.")
    else:
        _list(book, state, asked)
    return {"What changed": Answer(whole.table.head(0), whole.left_out, whole.notes, whole.sql)}


def _span(state: MyBook, seen: Visit | None) -> None:
    """Since when."""
    spans = [name for name in SPANS if SPANS[name] or seen]
    step.show("span of change", state.span if state.span in spans else str(USUAL_DAYS))

    def spanned() -> None:
        step.turn(span=st.session_state["span of change"] or "visit")

    def label(name: str) -> str:
        return f"{name} days" if SPANS[name] else f"Since my last visit ({_short(seen.data_to or seen.at.date())})"

    st.segmented_control(
        "Since", spans, key="span of change", format_func=label, required=True, on_change=spanned, label_visibility="collapsed",
        width="content",
    )  # fmt: skip


def _choose(state: MyBook, by_kind: dict[str, dict], n_rows: int) -> None:
    """Which kind of change; one chosen again folds its list."""
    kinds = [ALL, *(kind for kind in CHANGES if kind in by_kind or kind == state.change)]
    counts = {kind: each["n"] for kind, each in by_kind.items()} | {ALL: n_rows}
    step.show("kind of change", state.change or None)

    def chosen() -> None:
        step.turn(change=st.session_state["kind of change"] or "")

    st.pills(
        "Changes",
        kinds,
        key="kind of change",
        format_func=lambda kind: f"{_kind(kind)}  {numbers.count(counts.get(kind, 0))}",
        on_change=chosen,
        label_visibility="collapsed",
    )


def _list(book: Book, state: MyBook, asked: dict) -> None:
    asked = asked | {"only": "" if state.change == ALL else state.change}
    answer = door.try_ask("changes", book, **asked, limit=PAGE, offset=(state.change_page - 1) * PAGE)
    if answer is None:
        return
    if answer.table.empty:
        look.empty("No accounts here", "Choose another kind of change, or go to the first page.")
        return
    said = answer.table.assign(said=[", ".join(_told(row)) for row in tables.records(answer.table)])
    shown = [name for name in _COLUMNS if said[name].notna().any() and (name != "arr_change" or said[name].any())]
    accountlist.show(
        said, shown, door.whole("changes", book, **asked), key="changes", page=state.change_page, parameter="change_page",
        file_name="what-changed.csv", most=330, drop=("n_rows", "by_change"), labels={"said": "What changed"},
        config={"said": st.column_config.TextColumn("What changed", width="large")},
    )  # fmt: skip


def _named(row: dict) -> str:
    """Acme: became at risk, use dropped (158 k ARR)."""
    who = plain(row["name"] if isinstance(row["name"], str) else row["account"])
    at_stake = f" ({numbers.money(row['arr_at_stake'])} ARR)" if row["arr_at_stake"] else ""
    return f"<b>{who}</b> {plain(', '.join(_told(row)))}{at_stake}"


def _told(row: dict) -> list[str]:
    """The changes of one account, in words."""
    details = {
        "CSM changed": f"CSM {row['csm'] or 'none'}, before {row['csm_earlier'] or 'none'}",
        "stage reached": f"reached {row['stage']}",
        "NPS answered": f"NPS {row['nps']:g}" if pd.notna(row["nps"]) else "",
        "ticket opened": f"{numbers.plural(row['n_tickets_opened'], 'ticket')} opened",
        "written about": f"written about {numbers.plural(row['n_written'], 'time')}",
        "ARR up": f"ARR {numbers.money(row['arr_earlier'])} to {numbers.money(row['arr'])}",
        "ARR down": f"ARR {numbers.money(row['arr_earlier'])} to {numbers.money(row['arr'])}",
        "renewal near": f"renews on {say_day(row['renews_on'].date())}" if pd.notna(row["renews_on"]) else "",
    }
    return [details.get(change) or _kind(change)[0].lower() + _kind(change)[1:] for change in row["changes"]]


def _kind(change: str) -> str:
    return "All" if change == ALL else _KINDS.get(change, change[0].upper() + change[1:])


def _short(day: date) -> str:
    """30 Oct."""
    return f"{day.day} {day:%b}"
