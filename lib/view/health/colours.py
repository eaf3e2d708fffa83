"""The spread of scores and the movement between colours, side by side; every bar and cell opens its accounts.

section   both
"""

import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.measures.health.stood import COLOURS, GONE, NEW, WHY
from lib.view import door, look, numbers, tables
from lib.view.charts import scorebars, squares, theme
from lib.view.charts.scorebars import Bar
from lib.view.charts.squares import Square
from lib.view.health import behind
from lib.view.health.explored import Told, since_of
from lib.view.health.explorerstate import Explorer, opening

_SAID = {"red": "red", "amber": "amber", "green": "green", "none": "no score", NEW: "new", GONE: "gone"}
_ORDER = {"green": 3, NEW: 3, "none": 2.5, "amber": 2, "red": 1, GONE: 0}


def section(book: Book, told: Told, state: Explorer) -> dict[str, Answer]:
    """The spread at the left, the movement at the right, and the accounts of the figure that is open."""
    left, right = st.columns(2, gap="medium")
    with left:
        look.section("How the book scores")
        _spread(told)
    with right:
        look.section("Who moved", told.between)
        _movement(told)
    return behind.panel(book, state, "colours", since_of(book, state))


def _spread(told: Told) -> None:
    bars = [
        Bar(None if row["colour"] == "none" else int(row["score_from"]), row["colour"], row["n_accounts"], row["arr"],
            WHY.get(row["why_no_score"], ""))
        for row in tables.records(told.spread.table)
    ]  # fmt: skip
    words = door.definitions().health

    def opened(number: int) -> None:
        bar, row = bars[number], told.spread.table.iloc[number]
        figure = {"why": row["why_no_score"]} if bar.low is None else {"score": str(bar.low)}
        opening("colours", colour=bar.colour, **figure)()

    theme.show(
        scorebars.figure(bars, cuts=(words.red_below, words.green_from), colours=theme.palette()), "health spread",
        alt=scorebars.alternative(bars), on_click=opened,
    )  # fmt: skip
    n_trials, n_held = told.spread.table["n_trials"].sum(), told.spread.table["n_held"].sum()
    also = [f"{numbers.count(n_trials)} on trial"] * bool(n_trials) + [f"{numbers.count(n_held)} held down"] * bool(
        n_held
    )
    why = ", ".join(WHY[each] for each in told.spread.table["why_no_score"].dropna().unique())
    look.note(
        " ".join([*([f"Among them {' and '.join(also)}."] if also else []), *([f"No score: {why}."] if why else [])])
    )


def _movement(told: Told) -> None:
    if not told.has_movement:
        look.note("Colours of an earlier day are not known: no file says since when these accounts are customers.")
        return
    rows, columns = [*COLOURS, NEW], [*COLOURS, GONE]
    cells = tables.records(told.movement.table)
    most = max([row["n_accounts"] for row in cells if row["from_colour"] != row["to_colour"]] + [1])
    drawn = [_square(row, rows, columns, most) for row in cells]

    def opened(number: int) -> None:
        opening("colours", from_colour=cells[number]["from_colour"], to_colour=cells[number]["to_colour"])()

    theme.show(
        squares.figure(drawn, [_SAID[each] for each in rows], [_SAID[each] for each in columns], down="then", across="now",
                       colours=theme.palette()),
        "health movement",
        alt=squares.alternative(drawn, rows, columns, said="Accounts by colour then and colour now"),
        on_click=opened,
    )  # fmt: skip
    look.note("Orange: worse than then. Green: better. Grey: as then. The small figure is ARR.")


def _square(row: dict, rows: list[str], columns: list[str], most: int) -> Square:
    then, now = row["from_colour"], row["to_colour"]
    tone = "rest" if then in (now, NEW) else "hot" if _ORDER[now] < _ORDER[then] else "good"
    arr = row["arr_then"] if now == GONE else row["arr"]
    share = 0.12 if tone == "rest" else 0.1 + 0.9 * min(row["n_accounts"] / most, 1)
    title = f"{_SAID[then]} then, {_SAID[now]} now"
    hover = f"<b>{title}</b><br>{numbers.plural(row['n_accounts'], 'account')}<br>{numbers.count(arr)} ARR"
    big, small = numbers.count(row["n_accounts"]), numbers.money(arr)
    return Square(rows.index(then), columns.index(now), share, tone, big, small, hover)
