"""The KPIs of one account against their targets and the figures of its segment.

panel   the table, and in a line those that cannot be told
"""

import pandas as pd

from lib.book import Book
from lib.facts.kpis import KPIS
from lib.measures import Answer
from lib.view import look, numbers, tables
from lib.view.account import head, paper
from lib.view.account.paper import Column
from lib.view.account.state import OneAccount
from lib.view.kpis import spelt
from lib.view.kpis.units import SIDES
from lib.view.plain import plain


def panel(book: Book, state: OneAccount) -> dict[str, Answer]:
    """The table of those that can be told; the others in a line, with why."""
    look.section("KPIs against targets", "beside the figure of its segment")
    answer = head.ask("account_kpis", book, state)
    if answer is None:
        return {}
    rows = tables.records(answer.table)
    told = [row for row in rows if row["kpi_value"] == row["kpi_value"]]
    if not told:
        reasons = dict.fromkeys(plain(row["why_not"] or "nothing is known") for row in rows)
        look.note(f"No KPI can be told of this account: {'; '.join(reasons)}.")
        return {"KPIs": answer}
    paper.table(told, _columns(), label="KPIs of the account against their targets", height=420)
    if untold := _untold(rows):
        look.note(f"Not told: {untold}.")
    return {"KPIs": answer}


def _columns() -> list[Column]:
    return [
        Column("About", lambda row: row["kpi_group"], is_narrow=True),
        Column("KPI", lambda row: f'<span title="{plain(spelt.meaning(row["kpi"]))}">{spelt.label(row["kpi"])}</span>'),
        Column("Value", _value, is_number=True),
        Column("Target", _target),
        Column("", lambda row: spelt.verdict(None if pd.isna(row["is_met"]) else bool(row["is_met"])), is_narrow=True),
        Column("Its segment", _peers, is_number=True),
    ]


def _value(row: dict) -> str:
    said = spelt.of_account(row["kpi"], row["kpi_value"], row["kpi_n"])
    sides = _beside(f"{numbers.count(row['kpi_k'])} of {numbers.count(row['kpi_n'])}")
    return f"{sides if row['kpi'] in SIDES else ''}<b>{said}</b>"


def _target(row: dict) -> str:
    """Of a share of accounts: what it should be here, and the share that the whole is held against."""
    said, about = spelt.target(row["kpi"], row["target_value"]), KPIS[row["kpi"]]
    if about.kind != "share":
        return said
    return f"{'no' if about.is_less_better else 'yes'}{_beside(f'{said} of accounts')}"


def _peers(row: dict) -> str:
    if row["peers_kpi_value"] != row["peers_kpi_value"]:
        return "too few"
    return f"{spelt.value(row['kpi'], row['peers_kpi_value'])}{_beside(numbers.n_of(row['n_kpi_peers']))}"


def _beside(said: str) -> str:
    return f'<span class="hl-beside">{said}</span>'


def _untold(rows: list[dict]) -> str:
    """KPIs without a value, by why."""
    by_reason: dict[str, list[str]] = {}
    for row in rows:
        if row["kpi_value"] != row["kpi_value"]:
            by_reason.setdefault(row["why_not"] or "nothing known", []).append(spelt.label(row["kpi"]))
    return "; ".join(f"{', '.join(names)} ({plain(reason)})" for reason, names in by_reason.items())
