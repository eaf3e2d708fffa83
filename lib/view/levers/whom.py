"""The accounts or people of the lever that is open: a list to act on, to download, and to save as an audience.

section   the list
"""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import streamlit as st

from lib.book import Book, say_day
from lib.measures import Answer
from lib.measures.levers.found import NEEDS
from lib.view import accountlist, door, look, step, tables
from lib.view.audiences import saving
from lib.view.levers.leverstate import WITH_PEOPLE, Lever
from lib.view.levers.words import NAMES
from lib.view.paging import PAGE
from lib.view.plain import label

_HIGH = 420
_ACCOUNTS = [
    "name", "lever_why", "stake_arr", "currency", "lever_since_on", "limit_said",
    "renews_on", "csm", "segment", "plan", "n_touched", "account",
]  # fmt: skip
_PEOPLE = [
    "name",
    "person_name",
    "lever_why",
    "n_times",
    "role",
    "person_nps",
    "colour",
    "why_not_now",
    "csm",
    "renews_on",
    "account",
    "person",
]
_ORDERS = {
    "arr": "ARR, highest first", "nearest": "Limit reached soonest", "most": "Highest share first", "newest": "Newest first",
    "renewal": "Next renewal first", "account": "By account",
}  # fmt: skip
_FOR = {
    "trials": ("arr", "newest", "account"), "upsell": ("nearest", "arr", "most", "renewal", "account"),
    "declining": ("arr", "newest", "renewal", "account"), "evangelists": ("arr", "renewal", "account"),
    "barriers": ("arr", "most", "renewal", "account"), "pricing": ("arr", "renewal", "account"),
}  # fmt: skip
_PEOPLE_ORDERS = {"most": "Heaviest first", "account": "By account", "person": "By person"}
_WHICH = {"now": "To enrol now", "apart": "Not now, and why", "all": "All"}
_NOBODY = {
    "trials": ("No such trial", "An account is on trial where its first contract is of the kind trial; its use comes from events."),
    "upsell": ("Nobody is near a limit", "Seats come with contracts, allowances with a file of them (account, metric, allowance)."),
    "declining": ("Nobody's use fell beyond chance", "It takes usage events of half a year."),
    "evangelists": ("Nobody to enrol", "It takes usage events with people and features."),
    "barriers": ("Nobody is held up", "It takes usage events, and a feature file whose column role marks logins, help and tasks."),
    "pricing": ("Nothing to price", "It takes a feature file with plans, and features that go with staying."),
}  # fmt: skip


def section(book: Book, shown: Mapping[str, Answer], state: Lever) -> dict[str, Answer]:
    """Whom to turn to; `shown` has what the lever found by matter, and is empty where nothing could be asked."""
    if "By matter" not in shown:
        return {}
    parts = shown["By matter"].table
    named = dict(zip(parts["need"], parts["need_said"], strict=True))
    of_people = state.lists == "people" and state.lever in WITH_PEOPLE
    look.section("Whom to turn to", "a click on an account's name opens it", place="whom")
    _choose(state, of_people, named, _barriers(shown))
    with st.container():  # always there: what stands below keeps its place
        return _people(book, state) if of_people else _accounts(book, state)


def _barriers(shown: Mapping[str, Answer]) -> dict[str, str]:
    """Tasks and processes at which people are held up, by name."""
    found = shown.get("Where it happens")
    return {} if found is None else dict(zip(found.table["barrier"], found.table["barrier_name"], strict=True))


def _choose(state: Lever, of_people: bool, named: Mapping[str, str], barriers: Mapping[str, str]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="whom choices"):
        if state.lever in WITH_PEOPLE:
            _segments("lists", state.lists, {"accounts": "Accounts", "people": "People"})
        if of_people and state.lever == "evangelists":
            _segments("which", state.which, _WHICH)
        orders = _PEOPLE_ORDERS if of_people else {name: _ORDERS[name] for name in _FOR[state.lever]}
        field = "people_order" if of_people else "order"
        now = getattr(state, field)
        key = f"lever {field} {state.lever}"
        step.show(key, now if now in orders else next(iter(orders)))
        st.selectbox(
            "Order", list(orders), key=key, format_func=orders.get, width=220, label_visibility="collapsed",
            on_change=lambda: step.turn(**{field: st.session_state[key]}),
        )  # fmt: skip
        if state.need:
            said = named.get(state.need, NEEDS.get(state.lever, {}).get(state.need, state.need))
            st.button(
                f"{label(said)} ✕", key="all needs", type="tertiary", on_click=lambda: step.turn(need="", barrier="")
            )
        if state.barrier:
            said = barriers.get(state.barrier, state.barrier)
            st.button(f"{label(said)} ✕", key="all barriers", type="tertiary", on_click=lambda: step.turn(barrier=""))


def _segments(parameter: str, value: str, words: dict[str, str]) -> None:
    key = f"lever {parameter}"
    step.show(key, value)
    st.segmented_control(
        parameter.capitalize(), list(words), key=key, format_func=words.get, required=True, label_visibility="collapsed",
        on_change=lambda: step.turn(**{parameter: st.session_state[key]}),
    )  # fmt: skip


def _accounts(book: Book, state: Lever) -> dict[str, Answer]:
    options = _options(state)
    asked = options | {"sort": state.order if state.order in _FOR[state.lever] else _FOR[state.lever][0]}
    return _listed(book, state, "lever_accounts", "accounts", _ACCOUNTS, options, asked, state.accounts_page)


def _options(state: Lever) -> dict[str, str]:
    """What of the state is asked of either list."""
    return {"lever": state.lever} | {name: value for name in ("need", "barrier") if (value := getattr(state, name))}


def _people(book: Book, state: Lever) -> dict[str, Answer]:
    options = _options(state)
    options |= {"which": state.which} if state.lever == "evangelists" and state.which != "now" else {}
    return _listed(
        book,
        state,
        "lever_people",
        "people",
        _PEOPLE,
        options,
        options | {"sort": state.people_order},
        state.people_page,
    )


def _listed(
    book: Book, state: Lever, measure: str, whom: str, wanted: list[str], options: dict, asked: dict, page: int
) -> dict[str, Answer]:
    answer = door.try_ask(measure, book, **asked, limit=PAGE, offset=(page - 1) * PAGE)
    if answer is None:
        return {}
    if answer.table.empty:
        look.empty(*_NOBODY[state.lever])
        return {whom.capitalize(): answer}
    table = answer.table
    if state.lever == "upsell":  # of no other lever has an account a limit
        table = table.assign(limit_said=[_limit(row) for row in tables.records(table)])
    columns = [name for name in wanted if name == "account" or (name in table and table[name].notna().any())]
    if state.lever == "upsell" and state.need != "pace" and "lever_since_on" in columns:
        columns.remove("lever_since_on")  # of fast adopters alone
    if "currency" in columns and table["currency"].nunique(dropna=False) == 1:
        columns.remove("currency")
    view = replace(state, accounts_page=1, people_page=1).to_query()
    accountlist.show(
        table, columns, door.whole(measure, book, **asked), key=f"lever {whom}", page=page, parameter=f"{whom}_page",
        file_name=f"{state.lever}-{whom}.csv", most=_HIGH, labels=_labels(state),
        beside=lambda: saving.offer(
            book, whom=whom, asks=measure, options=options, n=int(table["n_rows"].iat[0]), view=view,
            says=": ".join(filter(None, (f"{whom}, {NAMES[state.lever].lower()}", state.need, state.barrier))),
        ),
    )  # fmt: skip
    return {whom.capitalize(): replace(answer, table=table.head(0))}  # the list itself stands above, whole


def _limit(row: dict) -> str | None:
    """31 Jul 2027 (from 1 Jan 2027 on): when the limit, or most of it, is reached."""
    share, day, first, last = (row[name] for name in ("crosses_rate", "crosses_on", "crosses_lo_on", "crosses_hi_on"))
    if share != share:
        return "past it" if row["level_rate"] >= 1 else None
    what = "" if share == 1 else f"{share * 100:.0f} %: "
    if day is pd.NaT or day is None:
        return f"{what}not within two years" if first is pd.NaT else f"{what}not before {say_day(first.date())}"
    span = (
        f"from {say_day(first.date())} on" if last is pd.NaT else f"{say_day(first.date())} to {say_day(last.date())}"
    )
    return f"{what}{say_day(day.date())} ({span})"


def _labels(state: Lever) -> dict[str, str]:
    since = {"trials": "Trial began", "declining": "Use fell, week of", "upsell": "Stage completed"}
    return {
        "lever_since_on": since.get(state.lever, "Since"),
        "stake_arr": "Likely ARR" if state.lever == "trials" else "ARR",
        "limit_said": "Limit reached (95 %)",
        "lever_why": "Features" if state.lever == "evangelists" else "What is the matter",
    }
