"""Where it hurts: colour, size and nearness of the renewal, each account in one cell.

health_matrix   a row per colour, band of ARR and renewal window that occurs
COLUMNS         of the answer, whatever the options
"""

import duckdb

from lib.book import Book, say_day
from lib.definitions import Definitions
from lib.measures import Answer, left_out
from lib.measures.health import stood

COLUMNS = [
    "colour", "arr_band", "arr_band_from", "arr_band_until", "renewal_window", "n_accounts", "n_in_cell", "arr", "arr_in_cell",
]  # fmt: skip
_SQL = """select
    to_colour as colour, arr_band,
    ([0.0] || $cuts::double[])[nullif(arr_band, 0)] as arr_band_from, ($cuts::double[])[nullif(arr_band, 0)] as arr_band_until,
    renewal_window, count(*) as n_accounts, sum(count(*)) over cell::bigint as n_in_cell,
    sum(arr)::double as arr, sum(sum(arr)) over cell::double as arr_in_cell
from health_stood
where is_here
group by to_colour, arr_band, renewal_window
window cell as (partition by arr_band, renewal_window)
order by
    list_position($colours::varchar[], to_colour), arr_band desc,
    list_position($windows::varchar[], renewal_window)"""


def health_matrix(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, day: str | None = None
) -> Answer:
    """The accounts of the book by colour, ARR and renewal; the cells add up to the book.

    Bands of ARR are quarters of the book's accounts with ARR, cut at figures of two digits; who has none is in band 0. n_in_cell
    and arr_in_cell are of all colours of a cell.
    """
    days, sql = stood.lay(con, book, definitions, day=day)
    bound = {"cuts": stood.arr_cuts(con, days.now), "colours": list(stood.COLOURS), "windows": windows_of(definitions)}
    table = con.execute(_SQL, bound).df()[COLUMNS]
    notes = (f"Scores of {say_day(days.day)}.",)
    return Answer(table, left_out(*stood.left_out_of(con)), notes, f"{sql};\n\n{_SQL}")


def windows_of(definitions: Definitions) -> list[str]:
    """The renewal windows, the nearest first."""
    return ["in grace", *(f"{days:.0f} days" for days in definitions.standing.renewal_windows_days), "later", "none"]
