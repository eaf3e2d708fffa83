"""What the account page lists: people, features, contracts, goals and small wins.

people     who uses it and how the use is spread; key people who have gone or fallen silent are named
features   what is used, against peers
contracts  the terms and what became of each
goals      promised and reached
wins       what there is to celebrate
"""

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.view import door, frame, look, numbers, tables
from lib.view.account import head, paper
from lib.view.account.paper import Column, day, tag, text
from lib.view.account.state import OneAccount
from lib.view.plain import plain

_TALL = 330  # pixels of a list on the screen
_GONE = ("left", "silent", "never active")
_LATE = ("reached late", "overdue")


def people(book: Book, state: OneAccount) -> dict[str, Answer]:
    """Who uses it and how the use is spread; key people who have gone or fallen silent are named."""
    look.section("People", _over(), place="people")
    answer = head.ask("account_people", book, state)
    if answer is None:
        return {}
    rows = tables.records(answer.table)
    if not rows:
        look.empty(
            "No people known by this day",
            "Import people (person, account, name, role) or usage events to see them here.",
        )
        return {"People": answer}
    gone = [
        f"{row['buying_role']} {_who(row)} {_verb(row)}"
        for row in rows
        if row["is_key"] and row["person_state"] in _GONE
    ]
    look.html(f'<p class="hl-said">{"<br>".join([*map(plain, answer.notes), *_alarm(gone)])}</p>')
    columns = [
        Column("Person", lambda row: f"{plain(_who(row))}<small>{_known_of(row)}</small>"),
        Column("Days", lambda row: numbers.count(_number(row["n_active_days"])), True),
        Column("Share of use", lambda row: numbers.percent(_number(row["use_share"]), 0), True),
        Column("Last used", lambda row: day(row["last_week_on"])),
        Column("", lambda row: _person_state(row)),
    ]  # fmt: skip
    paper.table(rows, columns, label="People", height=_TALL)
    _download(book, state, "account_people", "people")
    return {"People": answer}


def features(book: Book, state: OneAccount) -> dict[str, Answer]:
    """What is used, by how many, against peers."""
    look.section("Features", _over(), place="features")
    answer = head.ask("account_features", book, state)
    if answer is None:
        return {}
    rows = tables.records(answer.table)
    if not rows:
        look.empty("No features known by this day", "Import usage events with a feature each to see them here.")
        return {"Features": answer}
    look.html(f'<p class="hl-said">{" ".join(map(plain, answer.notes))}</p>')
    columns = [
        Column("Feature", lambda row: plain(row["feature_name"] if isinstance(row["feature_name"], str) else row["feature"])),
        Column("", lambda row: _feature_state(row["feature_state"])),
        Column("People", lambda row: numbers.count(_number(row["n_people_most"])), True),
        Column("Events", lambda row: numbers.count(_number(row["n_events"])), True),
        Column("Last used", lambda row: day(row["last_week_on"])),
        Column("Peers", lambda row: numbers.percent(_number(row["peers_use_rate"]), 0), True),
    ]  # fmt: skip
    paper.table(rows, columns, label="Features", height=_TALL)
    _download(book, state, "account_features", "features")
    return {"Features": answer}


def contracts(book: Book, state: OneAccount) -> dict[str, Answer]:
    """The terms and what became of each."""
    look.section("Contracts", "newest first", place="contracts")
    answer = head.ask("account_terms", book, state)
    if answer is None:
        return {}
    rows = tables.records(answer.table)
    if not rows:
        look.empty(
            "No contract has begun by this day", "Import contracts (account, start, end, ARR, seats) to see them here."
        )
        return {"Contracts": answer}
    columns = [
        Column("Contract", lambda row: text(row["contract"])),
        Column("Product", lambda row: text(", ".join(each for each in (row["product"], row["plan"]) if isinstance(each, str)))),
        Column("Starts", lambda row: day(row["starts_on"])),
        Column("Ends", lambda row: day(row["ends_on"])),
        Column("Came as", lambda row: text(row["became"])),
        Column("Now", lambda row: tag(row["term_state"], "yes" if row["term_state"] in ("cancelled", "in grace", "ended") else "")),
        Column("ARR", lambda row: numbers.money(_number(row["arr"])), True),
        Column("Seats", lambda row: numbers.count(_number(row["seats"])), True),
        Column("Notice by", lambda row: day(row["notice_by"])),
        Column("Notice given", lambda row: day(row["notice_given_on"])),
        Column("Reason", lambda row: text(row["lost_reason"])),
    ]  # fmt: skip
    paper.table(rows, columns, label="Contracts", height=_TALL)
    _download(book, state, "account_terms", "contracts")
    return {"Contracts": answer}


def goals(book: Book, state: OneAccount) -> dict[str, Answer]:
    """What was promised and what was reached."""
    look.section("Goals", "what they bought it for", place="goals")
    answer = head.ask("account_goals", book, state)
    if answer is None:
        return {}
    rows = tables.records(answer.table)
    if not rows:
        look.note("No goal is known by this day.")
        return {"Goals": answer}
    columns = [
        Column("Goal", lambda row: paper.said(text(row["category"]), _late(row["days_late"]))),
        Column("", lambda row: tag(row["goal_state"], "yes" if row["goal_state"] in _LATE else "")),
        Column("Due", lambda row: day(row["due_on"])),
        Column("Reached", lambda row: day(row["reached_on"])),
        Column("Worth", lambda row: numbers.money(_number(row["goal_value"])), True),
    ]  # fmt: skip
    paper.table(rows, columns, label="Goals", height=_TALL)
    return {"Goals": answer}


def wins(book: Book, state: OneAccount) -> dict[str, Answer]:
    """What there is to celebrate."""
    n_days = door.definitions().one_account.wins_days
    look.section("Small wins", f"of the last {n_days} days", place="wins")
    answer = head.ask("account_wins", book, state)
    if answer is None:
        return {}
    rows = tables.records(answer.table)
    if not rows:
        look.note(f"None in {n_days} days: no goal or stage reached, no promoter, no record of use, no renewal.")
        return {"Wins": answer}
    columns = [
        Column("Day", lambda row: day(row["happened_on"])),
        Column("Win", lambda row: paper.said(f"<b>{plain(row['title'])}</b>", row["detail"])),
    ]  # fmt: skip
    paper.table(rows, columns, label="Small wins", height=_TALL)
    return {"Wins": answer}


def _late(days: object) -> str:
    return "" if pd.isna(days) else f"{numbers.plural(days, 'day')} late"


def _alarm(gone: list[str]) -> list[str]:
    return [f'<span class="hl-worse">⚠ {plain("; ".join(gone))}.</span>'] if gone else []


def _verb(row: dict) -> str:
    return {"left": "has left", "silent": "is silent", "never active": "was never active"}[row["person_state"]]


def _who(row: dict) -> str:
    return row["person_name"] if isinstance(row["person_name"], str) else row["person"]


def _known_of(row: dict) -> str:
    role, buying, trained = row["role"], row["buying_role"], row["trained_on"]
    said = [plain(role)] if isinstance(role, str) else []
    said += [f"<b>{plain(buying)}</b>" if row["is_key"] else plain(buying)] if isinstance(buying, str) else []
    said += [f"trained {day(trained)}"] if not pd.isna(trained) else []
    return " · ".join(said)


def _person_state(row: dict) -> str:
    state = row["person_state"]
    return tag(state, "yes" if row["is_key"] and state in _GONE else "") if isinstance(state, str) else ""


def _feature_state(state: object) -> str:
    return "" if not isinstance(state, str) or state == "in use" else tag(state)


def _number(value: object) -> float:
    return float("nan") if pd.isna(value) else float(value)


def _over() -> str:
    words = door.definitions().one_account
    return f"use of the last {words.spread_window} full weeks, active ones of the last {words.recent_weeks}"


def _download(book: Book, state: OneAccount, measure: str, name: str) -> None:
    asked = door.whole(measure, frame.on_its_day(book), account=state.account)
    with st.container(key=f"hide on paper {name}"):
        tables.download("Download", f"account-{name}.csv", asked, key=f"download {name}", is_quiet=True)
