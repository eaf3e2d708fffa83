"""Who is due when: months before and after the day against CSMs; a click on a cell lists its renewals.

section   the calendar
"""

import pandas as pd
import streamlit as st

from lib.book import Book, say_day
from lib.measures import Answer
from lib.measures.renewals.calendar import AHEAD
from lib.view import door, look, numbers, tables
from lib.view.charts import duemap, theme
from lib.view.charts.duemap import Cell
from lib.view.plain import plain
from lib.view.renewals import board, spelt
from lib.view.renewals.figures import opens
from lib.view.renewals.renewalsstate import NOBODY, Renewals

MOST = 12  # CSMs that are drawn; all are in the download
MOST_BEFORE = 6  # months before the day that are drawn
EVERYONE = "Everyone"


def section(book: Book, levers: Answer, state: Renewals) -> dict[str, Answer]:
    """The calendar of the pool."""
    unit = spelt.amount(state.money)
    look.section("Who is due when", f"{unit} that comes up for renewal; a click on a cell lists its renewals")
    with st.skeleton(height=420):
        answer = door.try_ask("due_calendar", book)
    if answer is None:
        return {}
    rows = tables.records(answer.table[answer.table["currency"] == board.shown_currency(levers, state)])
    rows = _of_months(rows, book)
    if not rows:
        look.empty("Nothing is due", "No term longer than a month comes to its end from this period on. Lift a filter.")
        return {"Due": answer}
    months = sorted({row["period_from"] for row in rows})
    people = list(dict.fromkeys(_who(row) for row in rows if not row["is_everyone"]))
    names = [EVERYONE, *(people[:MOST] if len(people) > 1 else [])]
    placed = [row for row in rows if row["is_everyone"] or (len(names) > 1 and _who(row) in names[1:])]
    cells = [_cell(row, names, months, state) for row in placed]

    def opened(at: int) -> None:
        row = placed[at]
        days = {"begins": f"{row['period_from']:%Y-%m-%d}", "ends": f"{row['period_until']:%Y-%m-%d}"}
        opens("due", of="pool", csm="" if row["is_everyone"] else _who(row), **days)()

    theme.show(
        duemap.figure(cells, names, [_month(day, months) for day in months], _today(book, months), colours=theme.palette()),
        "due map", alt=duemap.alternative(cells, names, [f"{day:%b %Y}" for day in months]), on_click=opened,
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="due foot"):
        look.note(_said(book, len(people)))
        tables.download(
            "Download", "due-calendar.csv", door.whole("due_calendar", book), key="download due", is_quiet=True
        )
    return {"Due": answer}


def _of_months(rows: list[dict], book: Book) -> list[dict]:
    """Those of the months that are drawn: around the day; of a period that ended before them, its own."""
    first = pd.Timestamp(book.as_of).replace(day=1) - pd.DateOffset(months=MOST_BEFORE)
    closes_on = pd.Timestamp(book.closes_on)
    if closes_on > first:
        return [row for row in rows if row["period_until"] > first]
    first = closes_on - pd.DateOffset(months=MOST_BEFORE + AHEAD)
    return [row for row in rows if first < row["period_until"] <= closes_on]


def _cell(row: dict, names: list[str], months: list, state: Renewals) -> Cell:
    months_of = 1 if state.money == "arr" else 12
    who = EVERYONE if row["is_everyone"] else _who(row)
    amount = row["arr_due"] / months_of
    under = (
        f"{row['n_lapsed']} lost"
        if row["n_lapsed"]
        else f"{row['n_open_notice']} notice"
        if row["n_open_notice"]
        else ""
    )
    asked = ("" if row["is_everyone"] else _who(row), f"{row['period_from']:%Y-%m-%d}")
    is_open = state.lever == "due" and (state.csm, state.begins) == asked
    return Cell(
        names.index(who),
        months.index(row["period_from"]),
        amount,
        under,
        _hover(row, who, months_of, state),
        row["is_ahead"],
        is_open,
    )


def _hover(row: dict, who: str, months_of: int, state: Renewals) -> str:
    unit = spelt.amount(state.money)
    lines = [
        f"<b>{plain(who)}</b> · {row['period_from']:%B %Y}",
        f"{numbers.plural(row['n_due'], 'renewal')} of {numbers.plural(row['n_due_accounts'], 'account')}, "
        f"{numbers.count(row['arr_due'] / months_of)} {unit} due",
    ]
    if row["n_renewed"] or row["n_lapsed"]:
        lines.append(f"{numbers.count(row['n_renewed'])} renewed, {numbers.count(row['n_lapsed'])} lapsed")
    if row["n_open"]:
        notice = f", {numbers.count(row['n_open_notice'])} with notice given" if row["n_open_notice"] else ""
        lines.append(f"{numbers.count(row['n_open'])} open{notice}")
    return "<br>".join(lines)


def _month(day, months: list) -> str:
    return f"{day:%b}<br>{day:%Y}" if day == months[0] or day.month == 1 else f"{day:%b}"


def _today(book: Book, months: list) -> float:
    """Where the day the book is seen as of stands among the months."""
    day = pd.Timestamp(book.as_of)
    past = [at for at, month in enumerate(months) if month <= day]
    return min(past[-1] + (day.day / day.days_in_month), len(months)) if past else 0.0


def _said(book: Book, n_people: int) -> str:
    parts = [
        f"The line is {say_day(book.as_of)}. The darker, the more is due (everyone by a scale apart). Lost: lapsed; notice: given."
    ]
    if n_people > MOST:
        parts.append(f"The {MOST} CSMs with most due of {n_people}; the bar’s filter shows any other.")
    return " ".join(parts)


def _who(row: dict) -> str:
    return row["csm"] if isinstance(row["csm"], str) and row["csm"] else NOBODY
