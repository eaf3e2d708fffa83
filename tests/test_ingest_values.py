"""How text becomes a value: each rule for a cell, and each decision for a column, with the answers written out."""

import datetime as dt
from decimal import Decimal

import duckdb
import pytest

from lib.errors import Refused
from lib.store.ingest import values
from lib.store.ingest.profile import profiles_of


@pytest.fixture(scope="module")
def con():
    with duckdb.connect() as con:
        con.execute(values.macros())
        yield con


@pytest.fixture
def profile_of(con):
    def profile(*cells):
        con.execute("create or replace table raw (c0 varchar)")
        con.executemany("insert into raw values ($1)", [[cell] for cell in cells])
        return profiles_of(con, 1)[0]

    return profile


def value(con, macro: str, text: str):
    return con.execute(f"select {macro.format('filled($x)')}", {"x": text}).fetchone()[0]


@pytest.mark.parametrize(
    ("text", "as_text", "as_anything_else"),
    [
        ("", None, None),
        (" \t\u00a0", None, None),
        ("NULL", None, None),
        ("#N/A", None, None),
        ("\\N", None, None),
        ("000000000000000AAA", None, None),
        ("None", "None", None),
        ("NA", "NA", None),
        ("-", "-", None),
        ("#REF!", "#REF!", None),
        ("  Gold ", "Gold", "Gold"),
        ("=cmd()", "=cmd()", "=cmd()"),
        ("007", "007", "007"),
    ],
)
def test_blanks(con, text, as_text, as_anything_else):
    assert con.execute("select text_of($x), filled($x)", {"x": text}).fetchone() == (as_text, as_anything_else)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12.5", 12.5),
        ("1,234.56", 1234.56),
        ("$1,234.56", 1234.56),
        ("€ 9", 9),
        ("9 EUR", 9),
        ("US$5", 5),
        ("-$3", -3),
        ("(12.50)", -12.5),
        ("($1,200)", -1200),
        ("\u22123", -3),
        ("1 234 567", 1234567),
        ("1\u00a0234", 1234),
        ("1'234", 1234),
        ("85%", 0.85),
        ("1e-05", 1e-05),
        ("12,5", None),
        ("1234,567", None),
        ("1.234,5", None),
        ("12 34", None),
        ("ABC123", None),
        ("ABC 123", None),
        ("nan", None),
        ("inf", None),
        ("0x1F", None),
        ("1_000", None),
        ("1.03E+13", None),
    ],
)
def test_numbers_with_a_decimal_point(con, text, number):
    assert value(con, "share_of(point_digits(undressed({})))", text) == number


@pytest.mark.parametrize(
    ("text", "number"), [("12,5", 12.5), ("1.234,56", 1234.56), ("1.234", 1234), ("-0,5", -0.5), ("1,234.5", None)]
)
def test_numbers_with_a_decimal_comma(con, text, number):
    assert value(con, "share_of(comma_digits(undressed({})))", text) == number


@pytest.mark.parametrize(
    ("monthly", "yearly"),
    [("29.85", "358.20"), ("0.01", "0.12"), ("33.333333", "400.00"), ("1,000.10", "12001.20"), ("9" * 17, None)],
)
def test_twelve_months_are_exact(con, monthly, yearly):
    found = value(con, "year_of_months(point_digits({}))", monthly)
    assert found == (Decimal(yearly) if yearly else None)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2023-12-31", "2023-12-31"),
        ("2023/1/5", "2023-01-05"),
        ("2023-12-31T10:00:00Z", "2023-12-31"),
        ("2023-12-31 23:59:59.123456+05:30", "2023-12-31"),
        ("31/12/2023", "2023-12-31"),
        ("3/4/2023 11:59 PM", "2023-04-03"),
        ("31.12.23", "2023-12-31"),
        ("1-2-69", "2069-02-01"),
        ("1-2-70", "1970-02-01"),
        ("31 Dec 2023", "2023-12-31"),
        ("31-Jan-24", "2024-01-31"),
        ("Wed, 31 January 2024", "2024-01-31"),
        ("January 31st, 2024", "2024-01-31"),
        ("5 Sept 2020", "2020-09-05"),
        ("12/31/2023", None),
        ("30/02/2023", None),
        ("2023-12", None),
        ("45292", None),
        ("soon", None),
    ],
)
def test_days_read_day_first(con, text, day):
    assert value(con, "read_dmy({})", text) == (dt.date.fromisoformat(day) if day else None)


def test_the_other_orders(con):
    assert value(con, "read_mdy({})", "3/4/2023") == dt.date(2023, 3, 4)
    assert value(con, "read_ymd({})", "24-01-15") == dt.date(2024, 1, 15)


@pytest.mark.parametrize(
    ("text", "gone", "stays"),
    [
        ("Yes", True, False),
        ("0", False, True),
        ("TRUE", True, False),
        ("Churned", True, True),
        ("Stayed", False, False),
        ("Active", False, False),
        ("Lost", True, True),
        ("maybe", None, None),
    ],
)
def test_a_bare_yes_turns_with_the_header_and_a_speaking_word_does_not(con, text, gone, stays):
    assert (value(con, "read_gone({})", text), value(con, "read_stays({})", text)) == (gone, stays)


def order(profile, asked=None):
    return values.decide_day_order("start", profile, asked)


def test_the_order_of_days_is_what_the_column_shows(profile_of):
    assert order(profile_of("01/02/2023", "31/12/2023")) == "dmy"
    assert order(profile_of("01/02/2023", "12/31/2023")) == "mdy"
    assert order(profile_of("01.02.2023")) == "dmy"
    assert order(profile_of("02/02/2023")) == "dmy"
    assert order(profile_of("2023-01-02")) == "dmy"


def test_days_that_can_be_read_in_two_ways_are_asked_for(profile_of):
    ambiguous = profile_of("01/02/2023", "2023-05-05", "03/03/2023")
    with pytest.raises(Refused, match=r"'01/02/2023' may be day first or month first \(1 such values\).*dmy or mdy"):
        order(ambiguous)
    assert order(ambiguous, "mdy") == "mdy"


def test_days_that_contradict_each_other_are_refused_showing_both(profile_of):
    with pytest.raises(Refused, match=r"'13/02/2023' can only be day first.*'03/14/2023' only month first"):
        order(profile_of("13/02/2023", "03/14/2023"))


def test_three_short_numbers_may_have_the_year_first(profile_of):
    with pytest.raises(Refused, match="year first or last, such as '24-01-15'"):
        order(profile_of("24-01-15", "24-02-17"))
    assert order(profile_of("24-01-15", "24-02-17"), "ymd") == "ymd"
    assert order(profile_of("15/01/24", "17/02/24", "18/02/24")) == "dmy"
    assert order(profile_of("1/15/24")) == "mdy"


def decimal(profile, asked=None, of_file=None, delimiter=","):
    return values.decide_decimal("mrr", profile, asked, of_file, delimiter)


def test_the_decimal_mark_is_what_the_column_shows(profile_of):
    assert decimal(profile_of("1,234", "12,5")) == ","
    assert decimal(profile_of("1,234", "12.5")) == "."
    assert decimal(profile_of("1,234")) == "."
    assert decimal(profile_of("1.234"), of_file=",") == ","
    assert decimal(profile_of("1.234", "12.5"), asked=",") == ","


def test_a_number_that_can_be_read_in_two_ways_in_a_semicolon_file_is_asked_for(profile_of):
    with pytest.raises(Refused, match=r"'1.234' may have a decimal mark or a thousands separator"):
        decimal(profile_of("1.234"), delimiter=";")


@pytest.mark.parametrize(
    ("header", "cells", "kind"),
    [
        ("score", ["1", "2", "30"], "whole"),
        ("spend", ["1.5", "2", " "], "number"),
        ("share", ["10%", "20%", "30%"], "number"),
        ("is senior", ["0", "1", "1"], "text"),
        ("zip code", ["12345", "23456", "34567"], "text"),
        ("branch", ["012", "345", "678"], "text"),
        ("dialled", ["+4420", "+4930", "+331"], "text"),
        ("long", ["1234567890123456", "2", "3"], "text"),
        ("mixed", ["1", "2", "three"], "text"),
        ("last seen", ["2023-01-01", "2023-05-06 10:00"], "day"),
        ("version", ["1.2.10", "1.3.10"], "text"),
        ("nothing", ["", " "], "text"),
        ("two marks", ["1.5", "2,5"], "text"),
    ],
)
def test_what_a_column_without_a_field_is(profile_of, header, cells, kind):
    assert values.decide_plain(frozenset(header.split()), profile_of(*cells)) == kind


def test_two_currencies_in_one_column_are_refused(profile_of):
    with pytest.raises(Refused, match=r"'mrr' has amounts in \$ and €: one file, one currency"):
        values.expression("c0", "money", "mrr", profile_of("$5", "€6"), date_order=None, decimal=lambda: ".")
