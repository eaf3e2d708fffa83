"""Downloads are safe to open in a spreadsheet, and hold every row."""

import csv
import io

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from lib.view.tables import csv_bytes
from tests.stores import NAMES

FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def cells(table: pd.DataFrame) -> list[list[str]]:
    return list(csv.reader(io.StringIO(csv_bytes(table).decode("utf-8-sig"), newline="")))


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1))
def test_no_cell_is_a_formula(texts):
    rows = cells(pd.DataFrame({"name": texts}))
    assert not any(cell.startswith(FORMULAS) for row in rows for cell in row)


def test_numbers_stay_numbers_and_segments_are_read():
    table = pd.DataFrame(
        {"segment": [{"channel": "Reseller", "region": None}], "n": [3], "excess_lost": [-2.5], "rate": [float("nan")]}
    )
    assert cells(table) == [["segment", "n", "excess_lost", "rate"], ["Reseller × region missing", "3", "-2.5", ""]]


def test_names_people_fear_survive():
    rows = cells(pd.DataFrame({"name": list(NAMES)}))
    assert [row[0].removeprefix("'") for row in rows[1:]] == list(NAMES)


def test_the_first_letter_of_a_header_is_looked_at_too():
    assert cells(pd.DataFrame({"=cmd()": [1]}))[0] == ["'=cmd()"]
