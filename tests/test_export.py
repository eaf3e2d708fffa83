"""What leaves the app: JSON without NaN, CSV without formulas, and names of segments."""

import csv
import io
import json
from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.export import plain_rows, safe_cell, safe_csv, segment_text, value_text


def read_back(table: pd.DataFrame) -> list[list[str]]:
    return list(csv.reader(io.StringIO(safe_csv(table), newline="")))


@pytest.mark.parametrize(
    "text",
    ["=cmd()", "+1", "-1", "@x", "\t1", "\r1", " =1", "  @SUM(A1)", "＝1", "＋1", "－1", "＠x", "\ufeff=1", "\u200b=1"],
)
def test_a_text_never_begins_like_a_formula(text):
    assert safe_cell(text) == f"'{text}"
    assert read_back(pd.DataFrame({"name": [text], "n": [1]}))[1][0][0] == "'"


@pytest.mark.parametrize(
    ("text", "said"),
    [("x;=1+1", "x;'=1+1"), ("a\t=1+1", "a\t'=1+1"), ("x; +1", "x;' +1"), ('x;"=1', "x;'\"=1"), ("x;＝1", "x;'＝1"),
     ("a\n=1", "a\n'=1"), ("\n=1", "'\n'=1"), ("\t=1", "'\t'=1"), ("\r=1", "'\r'=1"), ("a;b=1", "a;b=1"), ("a; b\tc", "a; b\tc")],
)  # fmt: skip
def test_what_a_spreadsheet_would_split_off_begins_no_formula(text, said):
    assert safe_cell(text) == said
    assert read_back(pd.DataFrame({"n": [1], "name": pd.Series([text], dtype="string")}))[1] == ["1", said]


odd_texts = st.text(st.sampled_from("ab1=+-@＝＋－＠;,\t\r\n\"' \ufeff"), max_size=9) | st.text(
    st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=9
)


@given(st.lists(st.tuples(odd_texts, odd_texts), min_size=1, max_size=4), st.integers(-9, 9))
def test_however_a_spreadsheet_splits_a_row_no_cell_begins_like_a_formula(rows, n):
    table = pd.DataFrame(rows, columns=["name", "note;=1"]).assign(n=n)
    for order in (["name", "n", "note;=1"], ["n", "note;=1", "name"]):
        for split in ",;\t":
            for row in csv.reader(io.StringIO(safe_csv(table[order]), newline=""), delimiter=split):
                for cell in row:
                    begins = cell.lstrip(" \t\r\n\ufeff\u200b")
                    assert not begins.startswith(tuple("=+-@＝＋－＠")) or begins.split(",")[0] == str(n), (split, cell)


@pytest.mark.parametrize("value", [-1, -0.5, "a=b", "Müller & Co", "", None, "1-2"])
def test_numbers_and_plain_text_stay_what_they_are(value):
    assert safe_cell(value) is value


def test_a_header_and_a_segment_are_as_safe_as_a_cell():
    table = pd.DataFrame({"=evil": [1], "segment": [{"channel": "=cmd()", "region": "US"}]})
    assert read_back(table) == [["'=evil", "segment"], ["1", "'=cmd() × US"]]


@given(st.lists(st.text(alphabet=st.characters(exclude_characters="\x00", exclude_categories=["Cs"])), min_size=1))
def test_any_text_comes_back_from_csv_save_for_the_apostrophe(texts):
    rows = read_back(pd.DataFrame({"name": texts, "n": range(len(texts))}))[1:]
    assert [row[0] for row in rows] == [safe_cell(text) for text in texts]
    assert not any(row[0].lstrip().startswith(("=", "+", "-", "@")) for row in rows)


def test_json_has_null_and_never_nan():
    table = pd.DataFrame(
        {"a": [np.nan, 1.5], "b": [np.inf, -np.inf], "c": [pd.NaT, pd.Timestamp("2026-10-31")], "d": [None, pd.NA]}
    )
    rows = plain_rows(table)
    assert rows == [
        {"a": None, "b": None, "c": None, "d": None},
        {"a": 1.5, "b": None, "c": "2026-10-31T00:00:00", "d": None},
    ]
    json.dumps(rows, allow_nan=False)


def test_json_has_null_for_what_a_nullable_column_misses():
    table = pd.DataFrame({"is_lost": pd.array([True, None], "boolean"), "n": pd.array([None, 2], "Int64")})
    assert json.dumps(plain_rows(table)) == '[{"is_lost": true, "n": null}, {"is_lost": null, "n": 2}]'
    assert read_back(table) == [["is_lost", "n"], ["True", ""], ["", "2"]]


def test_json_has_plain_types_at_any_depth():
    table = pd.DataFrame(
        {
            "n": np.array([3], np.int64),
            "is_lost": np.array([True]),
            "day": [date(2026, 10, 31)],
            "moment": [datetime(2026, 10, 31, 8, 30)],
            "money": [Decimal("12.50")],
            "segment": [{"band": np.str_("up to 3"), "region": None, "rate": np.float64("nan")}],
            "aliases": [[{"a": np.int32(1)}, (np.bool_(False),)]],
            "values": [np.array([1.0, np.nan])],
            "when": [np.datetime64("2026-10-31")],
        }
    )
    rows = plain_rows(table)
    assert rows == [{
        "n": 3, "is_lost": True, "day": "2026-10-31", "moment": "2026-10-31T08:30:00", "money": 12.5,
        "segment": {"band": "up to 3", "region": None, "rate": None}, "aliases": [{"a": 1}, [False]],
        "values": [1.0, None], "when": "2026-10-31T00:00:00",
    }]  # fmt: skip
    assert {type(rows[0]["n"]), type(rows[0]["is_lost"])} == {int, bool}
    json.dumps(rows, allow_nan=False)


def test_a_carriage_return_does_not_start_a_row():
    assert read_back(pd.DataFrame({"name": ["Acme\r=cmd()"], "n": [1]})) == [["name", "n"], ["Acme\r'=cmd()", "1"]]


def test_an_empty_table_is_a_header_and_no_rows():
    table = pd.DataFrame(columns=["segment", "n"])
    assert plain_rows(table) == []
    assert safe_csv(table).strip() == "segment,n"


def test_a_list_of_segments_is_one_cell():
    table = pd.DataFrame({"aliases": [[{"a": "US"}, {"b": None}]]})
    assert read_back(table)[1] == ["US; b missing"]


@pytest.mark.parametrize(
    ("segment", "said"),
    [
        ({}, "all accounts"),
        ({"channel": "Reseller", "region": "US"}, "Reseller × US"),
        ({"channel": "Reseller", "region": None}, "Reseller × region missing"),
        ({"TechSupport": "No"}, "TechSupport: No"),
        ({"seats": "over 3 to 6"}, "seats: over 3 to 6"),
        ({"code": "7"}, "code: 7"),
    ],
)
def test_a_segment_reads_without_its_columns(segment, said):
    assert segment_text(segment) == said
    assert value_text("region", None) == "region missing"
