"""Where it hurts: one colour's accounts by size and nearness of the renewal; every cell opens its accounts.

section   the matrix, and the accounts of the cell that is open
"""

import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.measures.health.matrix import windows_of
from lib.measures.health.stood import COLOURS
from lib.view import door, look, numbers, step, tables
from lib.view.charts import squares, theme
from lib.view.charts.scorebars import TONES
from lib.view.charts.squares import Square
from lib.view.health import behind
from lib.view.health.explored import since_of
from lib.view.health.explorerstate import Explorer, opening

_SAID = {"red": "Red", "amber": "Amber", "green": "Green", "none": "No score"}


def section(book: Book, state: Explorer) -> dict[str, Answer]:
    """ARR against renewal, of the colour that is chosen."""
    look.section("Where it hurts", "by size and nearness of the renewal")
    answer = door.try_ask("health_matrix", book)
    if answer is None or answer.table.empty:
        return {}
    step.show("health shade", state.shade)
    st.segmented_control(
        "Colour", list(COLOURS), key="health shade", format_func=_SAID.get, required=True, width="content",
        label_visibility="collapsed", on_change=lambda: step.turn(shade=st.session_state["health shade"]),
    )  # fmt: skip
    rows = tables.records(answer.table)
    bands = sorted({row["arr_band"] for row in rows}, reverse=True)
    windows = [each for each in windows_of(door.definitions()) if each in {row["renewal_window"] for row in rows}]
    cells = [row for row in rows if row["colour"] == state.shade]
    names = {row["arr_band"]: _band(row) for row in rows}
    if not cells:
        look.html(f'<div class="hl-quiet"><b>{_SAID[state.shade]}: nobody here.</b></div>')
        return {"Colour by ARR by renewal": answer, **behind.panel(book, state, "matrix", since_of(book, state))}
    has_arr = any(row["arr"] for row in cells)
    most = max(row["arr" if has_arr else "n_accounts"] for row in cells)
    drawn = [_square(row, bands, windows, most, has_arr) for row in cells]

    def opened(number: int) -> None:
        cell = cells[number]
        opening("matrix", colour=state.shade, band=str(cell["arr_band"]), window=cell["renewal_window"])()

    down, across = [names[each] for each in bands], [behind.renewal(each) for each in windows]
    theme.show(
        squares.figure(drawn, down, across, down="ARR", across="renewal", colours=theme.palette()), "health matrix",
        alt=squares.alternative(drawn, down, across, said=f"{_SAID[state.shade]} accounts by ARR and renewal"), on_click=opened,
    )  # fmt: skip
    look.note(
        f"Accounts that are {_SAID[state.shade].lower()}, of how many in the cell; below, their ARR: the more, the darker."
    )
    return {"Colour by ARR by renewal": answer, **behind.panel(book, state, "matrix", since_of(book, state))}


def _square(row: dict, bands: list[int], windows: list[str], most: float, has_arr: bool) -> Square:
    share = row["arr" if has_arr else "n_accounts"] / most if most else 0
    hover = (
        f"<b>{_band(row)} ARR, renewal {behind.renewal(row['renewal_window'])}</b><br>"
        f"{numbers.count(row['n_accounts'])} of {numbers.plural(row['n_in_cell'], 'account')} "
        f"({numbers.percent(row['n_accounts'] / row['n_in_cell'])})<br>"
        f"{numbers.count(row['arr'])} of {numbers.count(row['arr_in_cell'])} ARR"
    )
    big = f"{numbers.count(row['n_accounts'])} of {numbers.count(row['n_in_cell'])}"
    small = numbers.money(row["arr"]) if has_arr else " "
    return Square(
        bands.index(row["arr_band"]),
        windows.index(row["renewal_window"]),
        share,
        TONES[row["colour"]],
        big,
        small,
        hover,
    )


def _band(row: dict) -> str:
    if not row["arr_band"]:
        return "no ARR"
    if row["arr_band_until"] != row["arr_band_until"]:
        return f"{numbers.money(row['arr_band_from'])} or more"
    if not row["arr_band_from"]:
        return f"under {numbers.money(row['arr_band_until'])}"
    return f"{numbers.money(row['arr_band_from'])} to {numbers.money(row['arr_band_until'])}"
