"""Deals become milestones and paid invoices contracts: rows worked by hand."""

from datetime import date
from decimal import Decimal

import duckdb
import pytest

from lib.store.ingest.derive import derive


@pytest.fixture
def notes() -> list[str]:
    """What was told of the file derived from last."""
    return []


@pytest.fixture
def made(tmp_path, notes):
    """Writes rows of SQL values as a Parquet file of `kind` and reads back what is derived from it."""

    con = duckdb.connect()

    def of(kind, columns, *rows):
        data = tmp_path / "data.parquet"
        names = ", ".join(f'"{column}"' for column in columns.split(", "))
        values = ", ".join(f"({row})" for row in rows)
        con.execute(f"copy (select * from (values {values}) as t({names})) to '{data}' (format parquet)")
        files, notes[:] = derive(kind, data, tmp_path / "into")
        ((table, path),) = files.items()
        assert [found.name for found in (tmp_path / "into").iterdir()] == [f"{table}.parquet"]
        return con.sql(f"from '{path}'")

    yield of
    con.close()


DEAL = "deal, account, stage, entered_on, created_on, closes_on"


def test_the_current_stage_of_a_deal(made):
    found = made(
        "deal", DEAL,
        "'1', 'A', 'Proposal', date '2024-03-01', date '2024-01-01', date '2024-06-01'",  # entered says it
        "'2', 'B', 'Engaging', null, date '2024-01-05', date '2024-06-02'",  # open: created
        "'3', 'C', 'Won', null, date '2024-01-06', date '2024-06-03'",  # decided: closes
        "'4', 'D', 'Closed Lost', null, date '2024-01-07', date '2024-06-04'",
        "'5', 'E', 'Lost', null, date '2024-01-08', null",  # decided on no day we know
        "'6', 'F', null, null, date '2024-01-09', null",
        "'7', 'G', 'closedwon', null, date '2024-01-10', date '2024-06-05'",
        "'8', 'H', 'Wonder', null, date '2024-01-11', date '2024-06-06'",  # no word of winning
    )  # fmt: skip
    assert found.columns == ["account", "stage", "reached_on"]
    assert found.fetchall() == [
        ("A", "Proposal", date(2024, 3, 1)),
        ("B", "Engaging", date(2024, 1, 5)),
        ("C", "Won", date(2024, 6, 3)),
        ("D", "Closed Lost", date(2024, 6, 4)),
        ("G", "closedwon", date(2024, 6, 5)),
        ("H", "Wonder", date(2024, 1, 11)),
    ]


def test_the_earliest_day_of_an_account_and_stage(made):
    found = made(
        "deal", DEAL,
        "'1', 'A', 'Won', null, null, date '2024-06-03'",
        "'2', 'A', 'Won', null, null, date '2024-05-02'",
        "'3', 'B', 'Won', null, null, date '2024-07-01'",
    )  # fmt: skip
    assert found.fetchall() == [("A", "Won", date(2024, 5, 2)), ("B", "Won", date(2024, 7, 1))]


def test_columns_of_single_stages_and_two_spellings_of_one(made):
    found = made(
        "deal", "deal, account, stage, closes_on, entered:qualifiedtobuy, entered:closedwon",
        "'1', 'A', 'Closed Won', date '2024-06-30', date '2024-02-01', date '2024-06-03'",
        "'2', 'B', 'Closed Won', null::date, null::date, null::date",
    )  # fmt: skip
    assert found.fetchall() == [("A", "Closed Won", date(2024, 6, 3)), ("A", "qualifiedtobuy", date(2024, 2, 1))]


INVOICE = "invoice, account, paid_on, amount"


def terms(found):
    return found.project("account, starts_on, ends_on, arr").fetchall()


def test_months_in_a_row_are_a_term_and_a_gap_or_another_amount_ends_it(made):
    found = made(
        "invoice", INVOICE,
        "'1', 'A', date '2024-01-31', 10.00",
        "'2', 'A', date '2024-02-01', 10.00",
        "'3', 'A', date '2024-03-15', 25.50",  # more: another term
        "'4', 'A', date '2024-05-15', 25.50",  # April unpaid: another term
        "'5', 'B', date '2024-09-30', 1.00",  # the newest month of the file
        "'6', 'C', date '2024-08-01', 2.00",  # the month before it: still open
        "'7', 'D', date '2024-07-31', 3.00",  # two months before it: ended
    )  # fmt: skip
    assert terms(found) == [
        ("A", date(2024, 1, 1), date(2024, 3, 1), Decimal("120.00")),
        ("A", date(2024, 3, 1), date(2024, 4, 1), Decimal("306.00")),
        ("A", date(2024, 5, 1), date(2024, 6, 1), Decimal("306.00")),
        ("B", date(2024, 9, 1), None, Decimal("12.00")),
        ("C", date(2024, 8, 1), None, Decimal("24.00")),
        ("D", date(2024, 7, 1), date(2024, 8, 1), Decimal("36.00")),
    ]


def test_what_a_contract_made_of_invoices_says(made):
    found = made(
        "invoice", f"{INVOICE}, currency, product", "'1', 'a/b', date '2023-12-05', 0.10, 'usd', 'Pro'"
    )  # fmt: skip
    assert found.columns == [
        "contract", "account", "product", "starts_on", "ends_on", "arr", "currency", "kind", "is_recurring"
    ]  # fmt: skip
    assert [str(kind) for kind in found.types[3:6]] == ["DATE", "DATE", "DECIMAL(18,2)"]
    assert found.fetchall() == [
        ("a%2Fb/Pro/USD/2023-12", "a/b", "Pro", date(2023, 12, 1), None, Decimal("1.20"), "USD", "subscription", True)
    ]


def test_a_month_is_the_sum_of_its_payments_across_the_new_year(made):
    found = made(
        "invoice", INVOICE,
        "'1', 'A', date '2023-12-01', 0.10",
        "'2', 'A', date '2023-12-20', 0.20",
        "'3', 'A', date '2024-01-20', 0.30",
    )  # fmt: skip
    assert terms(found) == [("A", date(2023, 12, 1), None, Decimal("3.60"))]


def test_products_and_currencies_are_terms_of_their_own(made):
    found = made(
        "invoice", f"{INVOICE}, currency, product",
        "'1', 'A', date '2024-01-01', 10.00, 'usd', 'Pro'",
        "'2', 'A', date '2024-01-01', 10.00, 'EUR', 'Pro'",
        "'3', 'A', date '2024-01-01', 10.00, 'USD', 'Add-on'",
        "'4', 'A', date '2024-02-01', 10.00, 'USD', 'Pro'",
    )  # fmt: skip
    assert found.project("contract, starts_on, arr").fetchall() == [
        ("A/Add-on/USD/2024-01", date(2024, 1, 1), Decimal("120.00")),
        ("A/Pro/EUR/2024-01", date(2024, 1, 1), Decimal("120.00")),
        ("A/Pro/USD/2024-01", date(2024, 1, 1), Decimal("120.00")),
    ]


@pytest.mark.parametrize("status", ["Failed", "refunded", "VOID", "uncollectible", "open", "not paid", "canceled"])
def test_what_was_not_paid_or_was_given_back_is_no_month(made, status):
    found = made(
        "invoice", f"{INVOICE}, status",
        "'1', 'A', date '2024-01-05', 10.00, 'Paid'",
        f"'2', 'A', date '2024-02-05', 10.00, '{status}'",
        "'3', 'A', date '2024-03-05', 10.00, 'succeeded'",
        "'4', 'A', date '2024-03-06', 5.00, null",
    )  # fmt: skip
    assert terms(found) == [
        ("A", date(2024, 1, 1), date(2024, 2, 1), Decimal("120.00")),
        ("A", date(2024, 3, 1), None, Decimal("180.00")),
    ]


def test_the_newest_month_counts_though_nothing_was_paid_in_it(made):
    found = made(
        "invoice", f"{INVOICE}, status",
        "'1', 'A', date '2024-01-05', 10.00, 'Paid'",
        "'2', 'B', date '2024-03-05', 10.00, 'Failed'",
    )  # fmt: skip
    assert terms(found) == [("A", date(2024, 1, 1), date(2024, 2, 1), Decimal("120.00"))]


def test_a_month_paid_back_by_another_row_is_not_paid(made):
    found = made("invoice", INVOICE, "'1', 'A', date '2024-01-05', 10.00", "'2', 'A', date '2024-01-06', -10.00")
    assert terms(found) == []


def test_a_year_paid_at_once_is_a_year_though_paid_early_or_late_and_dearer_in_the_end(made, notes):
    found = made(
        "invoice", INVOICE,
        "'1', 'A', date '2021-03-01', 1200.00",
        "'2', 'A', date '2022-02-20', 1200.00",  # 356 days later, and a month early
        "'3', 'A', date '2023-03-01', 1500.00",  # 374 days later
        "'4', 'B', date '2021-06-10', 600.00",
        "'5', 'B', date '2023-06-12', 600.00",  # back after a year away: two years are no cadence
        "'6', 'B', date '2024-06-12', 600.00",  # but one is
        "'7', 'C', date '2022-01-31', 10.00",
        "'8', 'C', date '2022-02-28', 10.00",
    )  # fmt: skip
    assert terms(found) == [
        ("A", date(2021, 3, 1), date(2023, 3, 1), Decimal("1200.00")),
        ("A", date(2023, 3, 1), date(2024, 3, 1), Decimal("1500.00")),
        ("B", date(2021, 6, 1), date(2022, 6, 1), Decimal("600.00")),
        ("B", date(2023, 6, 1), None, Decimal("600.00")),
        ("C", date(2022, 1, 1), date(2022, 3, 1), Decimal("120.00")),
    ]
    assert notes == ["Paid by the year: 2 accounts. Each payment covers 12 months."]


def test_quarters_and_half_years(made, notes):
    found = made(
        "invoice", INVOICE,
        "'1', 'A', date '2024-01-15', 30.00", "'2', 'A', date '2024-04-15', 30.00", "'3', 'A', date '2024-07-15', 30.00",
        "'4', 'B', date '2023-10-01', 60.00", "'5', 'B', date '2024-04-01', 60.00",
        "'6', 'D', date '2024-12-01', 5.00", "'7', 'D', date '2024-11-01', 5.00",
    )  # fmt: skip
    assert terms(found) == [
        ("A", date(2024, 1, 1), date(2024, 10, 1), Decimal("120.00")),
        ("B", date(2023, 10, 1), date(2024, 10, 1), Decimal("120.00")),
        ("D", date(2024, 11, 1), None, Decimal("60.00")),
    ]
    assert [note.split(":")[0] for note in notes] == ["Paid by the half-year", "Paid by the quarter"]


def test_months_missed_between_two_payments_are_no_quarter_and_a_retry_is_no_missed_month(made):
    found = made(
        "invoice", f"{INVOICE}, status",
        "'1', 'A', date '2024-01-10', 10.00, 'paid'", "'2', 'A', date '2024-02-10', 10.00, 'failed'",
        "'3', 'A', date '2024-03-10', 10.00, 'failed'", "'4', 'A', date '2024-04-10', 10.00, 'paid'",
        "'5', 'B', date '2024-01-10', 30.00, 'paid'", "'6', 'B', date '2024-04-07', 30.00, 'failed'",
        "'7', 'B', date '2024-04-10', 30.00, 'paid'",
    )  # fmt: skip
    assert terms(found) == [
        ("A", date(2024, 1, 1), date(2024, 2, 1), Decimal("120.00")),
        ("A", date(2024, 4, 1), None, Decimal("120.00")),
        ("B", date(2024, 1, 1), None, Decimal("120.00")),
    ]


def test_a_payment_that_stands_alone_is_a_month_and_doubtful(made, notes):
    found = made("invoice", INVOICE, "'1', 'A', date '2024-01-05', 1200.00", "'2', 'A', date '2024-06-05', 1200.00")
    assert terms(found)[0] == ("A", date(2024, 1, 1), date(2024, 2, 1), Decimal("14400.00"))
    assert len(notes) == 1 and "stand alone, of 1 accounts" in notes[0] and "twelve times too high" in notes[0]


def test_deals_that_share_a_milestone_and_deals_without_a_day_are_told(made, notes):
    made(
        "deal", DEAL,
        "'1', 'A', 'Won', null, null, date '2024-06-03'",
        "'2', 'A', 'Won', null, null, date '2024-05-02'",
        "'3', 'B', 'Prospecting', null, null, null",
    )  # fmt: skip
    assert notes == [
        "3 deals give 1 milestones: one for each account and stage, on the first day it was reached.",
        "1 deals do not say on which day they reached the stage they are in: it is left out.",
    ]


def test_other_kinds_give_nothing(tmp_path):
    assert derive("ticket", tmp_path / "none.parquet", tmp_path) == ({}, [])
