"""The levers reconcile: of what was due, from opening to closing, by month and by account, whatever the contracts."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.book import Book
from lib.errors import Refused
from lib.facts import open_store
from lib.facts.ask import ask
from lib.measures.registry import measure
from tests.test_facts_renewals import FIRST, LATE, history, rows_of, term
from tests.worldlets import WORDS, account_frame, contract_frame, on_contracts, open_world

PARTS_OF_DUE = ["renewed_flat", "renewed_up", "renewed_down", "downsell", "lapsed", "pending", "upcoming"]
YEAR_25 = Book(date(2025, 1, 1), date(2026, 1, 1), LATE)


def told(rows: list[dict], name: str, book: Book, only: str | None = None, **options) -> pd.DataFrame:
    """The answer on these contracts alone, of all accounts or of one."""
    con = on_contracts(*rows)
    con.execute(
        "create or replace temp view book as select distinct _account from core.contract"
        + (f" where account = '{only}'" if only else "")
    )
    con.execute("set variable known_to = null")
    return measure(name)(con, book, WORDS, **options).table


def arr(table: pd.DataFrame, lever: str, part: str = "") -> float:
    return table.loc[(table["lever"] == lever) & (table["part"] == part), "lever_arr"].sum()


book = st.tuples(st.integers(0, 900), st.integers(1, 700), st.integers(0, 1_400)).map(
    lambda drawn: Book(FIRST + timedelta(drawn[0]), FIRST + timedelta(drawn[0] + drawn[1]), FIRST + timedelta(drawn[2]))
)


@settings(max_examples=25)
@given(history, book)
def test_what_was_due_is_what_became_of_it_to_the_cent(drawn, book):
    table = told(rows_of(drawn), "renewals", book)
    for _, own in table.groupby("currency"):
        assert round(100 * arr(own, "due")) == sum(round(100 * arr(own, lever)) for lever in PARTS_OF_DUE)
        n = own[own["part"] == ""].set_index("lever")["n_terms"]
        assert n["due"] == n[[each for each in PARTS_OF_DUE if each != "downsell"]].sum()
        assert n["lapsed"] == own.loc[(own["lever"] == "lapsed") & (own["part"] != ""), "n_terms"].sum()
    assert_parts_add_up(table)


@settings(max_examples=25)
@given(history, book)
def test_opening_and_what_moved_are_the_closing_to_the_cent(drawn, book):
    """The opening and the closing are of the terms live on a day, what moved is of renewals: two ways to one sum."""
    table = told(rows_of(drawn), "renewals", book, view="calendar")
    for _, own in table.groupby("currency"):
        whole = own[own["part"] == ""].set_index("lever")["lever_arr"]
        moves = whole.drop(["opening", "closing"]).map(lambda x: round(100 * x)).sum()
        assert round(100 * whole["opening"]) + moves == round(100 * whole["closing"])
    assert_parts_add_up(table)


def assert_parts_add_up(table: pd.DataFrame) -> None:
    for (lever, _), own in table.groupby(["lever", "currency"]):
        if (own["part"] != "").any():
            whole = own.loc[own["part"] == "", "lever_arr"].sum()
            assert round(100 * whole) == round(100 * own.loc[own["part"] != "", "lever_arr"].sum()), lever


@settings(max_examples=8)
@given(history, book, st.randoms(use_true_random=False))
def test_the_order_of_rows_is_irrelevant(drawn, book, dice):
    rows = [row | {"contract": f"c{number}"} for number, row in enumerate(rows_of(drawn))]
    shuffled = rows.copy()
    dice.shuffle(shuffled)
    for name, options in (("renewals", {}), ("renewals", {"view": "calendar"}), ("retention", {"view": "calendar"})):
        pd.testing.assert_frame_equal(told(rows, name, book, **options), told(shuffled, name, book, **options))


@settings(max_examples=8)
@given(history, book, st.sampled_from(["pool", "calendar"]))
def test_parts_of_the_book_and_of_the_period_add_up(drawn, book, view):
    rows = rows_of(drawn)
    whole = told(rows, "renewals", book, view=view)
    key = ["currency", "lever", "part"]
    cents = lambda table: (100 * table.groupby(key)["lever_arr"].sum()).round()  # noqa: E731
    halves = pd.concat([told(rows, "renewals", book, only=each, view=view) for each in ("a", "b")])
    assert_same(cents(whole), cents(halves))
    if (book.closes_on - book.opens_on).days > 1:
        months = told(rows, "renewals", book, view=view, every="month")
        assert_same(
            cents(whole[~whole["lever"].isin(["opening", "closing"])]),
            cents(months[~months["lever"].isin(["opening", "closing"])]),
        )
        for _, own in months.groupby("currency"):
            opening, closing = (own.loc[own["lever"] == each, "lever_arr"].tolist() for each in ("opening", "closing"))
            assert opening[1:] == closing[:-1]


def assert_same(whole: pd.Series, parts: pd.Series) -> None:
    """Both say the same, where one may lack what is 0."""
    both = pd.concat([whole, parts], axis=1).fillna(0)
    assert (both.iloc[:, 0] == both.iloc[:, 1]).all()


@settings(max_examples=25)
@given(history, book, st.sampled_from(["pool", "calendar"]))
def test_gross_retention_is_a_share_and_net_is_no_less(drawn, book, view):
    table = told(rows_of(drawn), "retention", book, view=view)
    known = table[table["grr"].notna()]
    assert ((known["grr"] >= 0) & (known["grr"] <= 1 + 1e-12) & (known["nrr"] >= known["grr"] - 1e-12)).all()
    assert np.allclose(known["revenue_churn_rate"], 1 - known["grr"])
    rates = table[table["n_customers"] > 0]
    assert np.allclose(rates["logo_churn_rate"] + rates["logo_retention_rate"], 1)
    assert (rates["n_lost"] <= rates["n_customers"]).all()


@settings(max_examples=8)
@given(history, book)
def test_customers_lost_are_those_the_outcome_says(drawn, book):
    """The calendar's logo churn against outcome_lost, which is written from the accounts' side; pending is not lost in both."""
    rows = [row | {"currency": "EUR"} for row in rows_of(drawn)]
    table = told(rows, "retention", book, view="calendar")
    con = on_contracts(*rows)
    asked = [book.opens_on, book.closes_on, book.as_of, WORDS.renewals.grace_days]
    known = con.execute("select _account, had_outcome from outcome_lost(?, ?, ?, ?)", asked).fetchall()
    if book.closes_on <= book.as_of and known:
        assert table["n_lost"].sum() == sum(bool(lost) for _, lost in known)


TERMS = [
    term("2024-03-01", "2025-03-01", 100, account="flat"), term("2025-03-01", "2026-03-01", 100, account="flat"),
    term("2024-03-01", "2025-03-01", 200, account="up"), term("2025-03-01", "2026-03-01", 250, account="up"),
    term("2024-04-01", "2025-04-01", 400, account="down"), term("2025-04-01", "2026-04-01", 300, account="down"),
    term("2024-05-01", "2025-05-01", 500, account="gone"),
    term("2024-05-01", "2025-05-01", 50, account="told", notice_given_on="2025-02-01"),
    term("2024-01-01", "2027-01-01", 900, account="quit", cancelled_on="2025-06-01"),
    term("2025-07-01", None, 70, account="new"),
]  # fmt: skip


def test_a_year_by_hand():
    table = told(TERMS, "renewals", YEAR_25)
    whole = table[table["part"] == ""].set_index("lever")
    said = whole["lever_arr"].to_dict()
    assert {name: said[name] for name in ("due", *PARTS_OF_DUE)} == {
        "due": 1_250, "renewed_flat": 100, "renewed_up": 200, "renewed_down": 300, "downsell": 100, "lapsed": 550,
        "pending": 0, "upcoming": 0,
    }  # fmt: skip
    assert (said["upsell"], said["cancelled"], said["new"]) == (50, 900, 70)
    assert whole.loc["lapsed", ["n_terms", "of_terms"]].tolist() == [2, 5]
    assert whole.loc["lapsed", "arr_rate"] == pytest.approx(550 / 1_250)
    assert (arr(table, "lapsed", "with notice"), arr(table, "lapsed", "without notice")) == (50, 500)
    pool = told(TERMS, "retention", YEAR_25).iloc[0]
    assert (pool["n_customers"], pool["n_lost"], pool["grr"], pool["nrr"]) == (5, 2, 600 / 1_250, 650 / 1_250)
    calendar = told(TERMS, "retention", YEAR_25, view="calendar").iloc[0]
    assert (calendar["n_customers"], calendar["n_lost"]) == (6, 3)
    assert (calendar["grr"], calendar["nrr"]) == (600 / 2_150, 650 / 2_150)
    bridge = told(TERMS, "renewals", YEAR_25, view="calendar", money="mrr")
    assert [round(12 * arr(bridge, lever)) for lever in ("opening", "new", "upsell", "downsell", "lapse", "cancellation", "closing")] == [
        2_150, 70, 50, -100, -550, -900, 720,
    ]  # fmt: skip


def test_other_rules_by_hand():
    """Of six customers of the start three are lost; one is won; five renewals were due, two of them not renewed."""
    table = told(TERMS, "rules", YEAR_25).set_index("rule")
    assert table["n_lost"].to_dict() == {
        "Headlight, pool": 2, "Headlight, calendar": 3, "ChartMogul, standard": 3, "Shopify": 3, "Stripe": 3, "Gainsight": 2,
    }  # fmt: skip
    rate = table["logo_churn_rate"]
    assert rate["Headlight, pool"] == rate["Gainsight"] == 2 / 5
    assert rate["Headlight, calendar"] == rate["ChartMogul, standard"] == 3 / 6
    assert rate["Stripe"] == 3 / 7
    assert rate["Shopify"] == pytest.approx(2 / 6 + 1 / 4)  # two of six on 1 May, one of four on 1 June
    assert table.loc["ChartMogul, standard", "revenue_churn_rate"] == pytest.approx((550 + 900 + 100) / 2_150)
    assert table["why"].str.len().min() > 20


def test_what_is_not_decided_is_a_loss_to_one_rule_alone():
    """Due on 20 December, asked on the 31st: pending to us, not renewed to Gainsight's; lost to those without grace days."""
    book = Book(date(2025, 12, 1), date(2026, 1, 1), date(2025, 12, 31))
    table = told([term("2024-12-20", "2025-12-20", 100)], "rules", book).set_index("rule")
    assert table["n_lost"].to_dict() == {
        "Headlight, calendar": 0, "ChartMogul, standard": 1, "Shopify": 1, "Stripe": 1, "Gainsight": 1,
    }  # fmt: skip


def test_fiscal_quarters_and_the_edges_of_the_period(tmp_path):
    """A fiscal year that starts in February has quarters from February, May, August and November."""
    words = replace(WORDS, calendar=replace(WORDS.calendar, fiscal_year_starts_in=2))
    frames = {"account": account_frame(["a"]), "contract": contract_frame(term("2024-03-01", "2025-03-01"))}
    book = Book(date(2025, 1, 15), date(2025, 9, 1), LATE)
    with ask(open_world(tmp_path, frames), book, words) as con:
        table = measure("renewals")(con, book, words, every="quarter").table
    starts = table["period_from"].dt.date.unique().tolist()
    assert starts == [date(2025, 1, 15), date(2025, 2, 1), date(2025, 5, 1), date(2025, 8, 1)]
    assert table["period_until"].max() == pd.Timestamp("2025-09-01")
    assert table.loc[table["lever"].eq("lapsed") & table["part"].eq(""), "n_terms"].tolist() == [0, 1, 0, 0]


@pytest.fixture(scope="module")
def hand(tmp_path_factory):
    """Two accounts: one moved from EMEA to APAC in April; its term of 100 in euros and one of 30 in dollars."""
    accounts = account_frame(["a", "b"], region=["APAC", None])
    history = pd.DataFrame(
        [("a", "region", days, until, value) for days, until, value in (
            (date(2020, 1, 1), date(2025, 4, 1), "EMEA"), (date(2025, 4, 1), None, "APAC"))],
        columns=["account", "field", "from_on", "until_on", "value"],
    )  # fmt: skip
    contracts = contract_frame(
        term("2024-03-01", "2025-03-01", 100, currency="EUR"), term("2025-03-01", "2026-03-01", 120, currency="EUR"),
        term("2024-06-01", "2025-06-01", 30, currency="USD", product="X"), term("2024-06-01", "2025-06-01", 7, account="b"),
        term("2024-06-01", "2024-07-01", 7, account="b", kind="trial"), term("2024-06-01", "2024-07-01", 7, account="b", is_recurring=False),
        term("2025-06-01", "2025-06-01", 7, account="b"), term("2024-06-01", "2025-01-01", None, account="b", product="Y"),
    )  # fmt: skip
    store = tmp_path_factory.mktemp("hand")
    return open_world(store, {"account": accounts, "account_history": history, "contract": contracts})


def test_currencies_are_never_added_and_levels_are_of_the_day_a_period_opens(hand):
    with ask(hand, YEAR_25, WORDS) as con:
        table = measure("renewals")(con, YEAR_25, WORDS, by="region", every="quarter").table
        whole = measure("renewals")(con, YEAR_25, WORDS)
    due = table[(table["lever"] == "due") & (table["n_terms"] > 0)]
    found = due[["period_from", "level", "currency", "lever_arr"]].astype(object).values.tolist()
    first, second = pd.Timestamp("2025-01-01"), pd.Timestamp("2025-04-01")
    assert [[day, None if level != level else level, *rest] for day, level, *rest in found] == [
        [first, "EMEA", "EUR", 100], [first, None, "", 0], [second, "APAC", "USD", 30], [second, None, "", 7],
    ]  # fmt: skip
    assert set(whole.table["currency"]) == {"", "EUR", "USD"}
    assert "EUR, USD" in whole.notes[0]
    assert whole.left_out.values.tolist() == [
        ["terms that are trials", 1], ["terms that do not recur", 1],
        ["terms that end on the day they begin, or before it", 1],
        ["terms without a known ARR: counted, with an ARR of 0", 1],
    ]  # fmt: skip


def test_a_part_of_the_book_is_asked_alone(hand):
    cut = YEAR_25.where("region", [None])
    with ask(hand, cut, WORDS) as con:
        table = measure("retention")(con, cut, WORDS).table
    assert table[["currency", "n_customers", "n_lost", "arr_base"]].values.tolist() == [["", 1, 1, 7]]


@pytest.mark.parametrize("name", ["renewals", "retention", "rules"])
def test_an_empty_book_has_the_columns(hand, name):
    empty = YEAR_25.where("region", ["Atlantis"])
    with ask(hand, empty, WORDS) as con:
        table = measure(name)(con, empty, WORDS).table
        whole = measure(name)(con, YEAR_25, WORDS).table
    assert table.empty and list(table.columns) == list(whole.columns)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"view": "net"}, "There is no view 'net'; choose from pool, calendar."),
        ({"every": "day"}, "A period is a month, a quarter, a year"),
        ({"money": "gold"}, "Amounts are arr or mrr."),
        ({"by": "colour"}, "colour"),
    ],
)
def test_what_cannot_be_asked_is_refused(hand, options, said):
    with ask(hand, YEAR_25, WORDS) as con, pytest.raises(Refused, match=said):
        measure("renewals")(con, YEAR_25, WORDS, **options)


def test_the_sample_reconciles_by_month_and_segment(sample_store):
    world = open_store(sample_store)
    book = Book(date(2024, 11, 1), date(2026, 11, 1), date(2026, 10, 31))
    with ask(world, book, WORDS) as con:
        bridge = measure("renewals")(con, book, WORDS, view="calendar", every="month", by="segment").table
        pool = measure("renewals")(con, book, WORDS, every="month", by="segment").table
    whole = bridge[bridge["part"] == ""].pivot_table(
        index=["period_from", "level"], columns="lever", values="lever_arr", aggfunc="sum"
    )
    moves = whole.drop(columns=["opening", "closing"]).sum(axis=1)
    assert np.allclose(whole["opening"] + moves, whole["closing"], atol=0.005) and whole["closing"].min() > 0
    due = pool[pool["part"] == ""].pivot_table(
        index=["period_from", "level"], columns="lever", values="lever_arr", aggfunc="sum"
    )
    assert np.allclose(due["due"], due[PARTS_OF_DUE].sum(axis=1), atol=0.005) and due["due"].sum() > 0
    last = pool[pool["period_from"] == pool["period_from"].max()]
    assert last["is_unfinished"].all() and not pool["is_unfinished"].all()
