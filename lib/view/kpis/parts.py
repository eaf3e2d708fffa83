"""What a KPI is made of, one by one: the features behind those of features, promised outcomes behind the time to value.

section   the table for the KPI that is open, where it has one; gives the answer for the passport
"""

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.facts.kpis import KPIS
from lib.measures import Answer
from lib.view import door, look, numbers, tables

_FEATURES = {
    "name": "Feature", "level": "Level", "plan": "Plan", "depth": "Of active people", "accounts": "Of settled accounts",
    "rhythm": "At its rhythm, of accounts that ever did", "first": "First users in 4 weeks", "before": "In the 4 before",
}  # fmt: skip
_OUTCOMES = {
    "category": "Promised", "days": "Days until half are reached", "reached": "Reached", "open_90": "Open after 90 days",
    "open_180": "After 180", "on_time": "By the due day", "worth": "Value promised", "won": "Reached",
}  # fmt: skip
_TEXT = ("name", "level", "plan", "category")
_HEIGHT = 380


def section(book: Book, name: str) -> dict[str, Answer]:
    """Feature by feature for the KPIs of features; by category of promised outcome for the time to value."""
    if KPIS[name].group == "Features":
        return _table(book, "feature_adoption", "Feature by feature", _feature, _FEATURES)
    if name == "ttv_days":
        return _table(book, "value_times", "By what was promised", _outcome, _OUTCOMES)
    return {}


def _table(book: Book, measure: str, title: str, cells, labels: dict[str, str]) -> dict[str, Answer]:
    look.html(f'<h3 class="hl-kind">{title}</h3>')
    answer = door.try_ask(measure, book)
    if answer is None:
        return {}
    if answer.table.empty:
        look.empty("Nothing is known of them", "Bring usage events with their feature, or the goals of accounts.")
        return {title: answer}
    shown = pd.DataFrame([cells(row) for row in tables.records(answer.table)])
    shown = shown[[each for each in shown if shown[each].ne("").any()]]
    drawn = {
        each: st.column_config.TextColumn(labels[each], alignment="left" if each in _TEXT else "right")
        for each in shown
    }
    tables.show(shown, key=measure, height=min(_HEIGHT, 42 + 32 * len(shown)), labels=labels, config=drawn)
    tables.download("Download", f"{measure}.csv", door.whole(measure, book), key=f"download {measure}", is_quiet=True)
    return {title: answer}


def _feature(row: dict) -> dict[str, str]:
    return {
        "name": row["feature_name"] or row["feature"], "level": row["level"] or "",
        "plan": row["feature_plan"] or "",
        "depth": _rate(row, "depth_rate", "n_active_people"),
        "accounts": _rate(row, "feature_accounts_rate", "n_settled_accounts"),
        "rhythm": _rate(row, "rhythm_rate", "n_ever_accounts"),
        "first": numbers.count(row["n_first_users"]), "before": numbers.count(row["n_first_users_earlier"]),
    }  # fmt: skip


def _outcome(row: dict) -> dict[str, str]:
    known = "All" if row["is_every_category"] else row["category"] or "(not said)"
    days = [row[f"value_days{end}"] for end in ("", "_lo", "_hi")]
    half, lo, hi = (numbers.count(each) for each in days)
    return {
        "category": known,
        "days": half if days[0] != days[0] else f"{half} ({lo}–{hi if days[2] == days[2] else 'not reached'})",
        "reached": f"{numbers.count(row['n_goals_reached'])} of {numbers.count(row['n_goals'])}",
        "open_90": numbers.count(row["n_open_90"]), "open_180": numbers.count(row["n_open_180"]),
        "on_time": _rate(row, "on_time_rate", "n_goals_due"),
        "worth": numbers.money(row["promised_value"]), "won": numbers.money(row["reached_value"]),
    }  # fmt: skip


def _rate(row: dict, name: str, n: str) -> str:
    """44.2 % (43.1–45.3) of 1,676."""
    if row[name] != row[name]:
        return numbers.NOTHING
    return f"{numbers.interval(row[name], row[f'{name}_lo'], row[f'{name}_hi'])} of {numbers.count(row[n])}"
