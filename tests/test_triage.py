"""The renewals of a quarter: who belongs to it, in which order, and what became of them."""

from datetime import date, datetime, timedelta

import pandas as pd
import pyarrow as pa
import pytest

from lib.book import year_to
from lib.errors import Refused
from lib.facts.ask import ask
from lib.facts.days import fiscal_quarter
from lib.measures.triage import COLUMNS, triage
from tests.test_facts_standing import term, written
from tests.worldlets import WORDS, account_frame, contract_frame, open_world

DAY = date(2026, 5, 15)
TERMS = [
    term("first day", "2025-04-01", "2026-04-01"), term("first day", "2026-04-01", "2027-04-01"),
    term("last day", "2025-06-30", "2026-06-30", notice_by="2026-05-31"),
    term("day before", "2025-03-31", "2026-03-31"),
    term("day after", "2025-07-01", "2026-07-01", notice_by="2026-03-31"),
    term("notice in it", "2025-08-01", "2026-08-01", notice_by="2026-04-01"),
    term("monthly", "2026-05-01", "2026-06-01"),
    term("trial", "2026-01-01", "2026-06-01", kind="trial"),
    term("one-off", "2025-06-01", "2026-06-01", is_recurring=False),
    term("cancelled", "2025-06-01", "2026-06-01", cancelled_on="2026-05-15"),
    term("cancels later", "2025-06-01", "2026-06-01", cancelled_on="2026-05-16"),
    term("lapsed", "2025-04-05", "2026-04-05"),
    term("pending", "2025-05-10", "2026-05-10"),
    term("two", "2025-06-10", "2026-06-10", product="A", arr=1.0), term("two", "2025-06-20", "2026-06-20", product="B", arr=2.0, asked_to_cancel_on="2026-05-15"),
    term("not begun", "2026-05-16", "2026-06-28"),
]  # fmt: skip
WRITTEN = {
    "renewal_call": pa.table({"account": ["two"] * 3, "renews_on": [date(2026, 6, 10)] * 2 + [date(2026, 6, 20)],
                              "call": ["likely", "commit", "at_risk"], "amount": [1.0, 2.0, 3.0],
                              "called_on": [date(2026, 5, 1), date(2026, 5, 16), date(2026, 5, 2)]}),
    "save_plan": written("save_plan", account=["last day"], opened_on=[DAY]),
    "touch": pa.table({"account": ["last day"], "occurred_at": [datetime(2026, 5, 15, 12)], "kind": ["call"], "is_two_way": [True]}),
}  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    names = list(dict.fromkeys(each["account"] for each in TERMS))
    return open_world(
        tmp_path_factory.mktemp("store"),
        {"account": account_frame(names, csm="Dana", call="x", risk="y"), "contract": contract_frame(*TERMS)},
    )


def asked(world, day=DAY, **options):
    with ask(world, year_to(day), WORDS, written=WRITTEN) as con:
        return triage(con, year_to(day), WORDS, **options)


def test_who_belongs_to_the_quarter_and_what_became_of_it(world):
    table = asked(world).table.set_index("account")
    assert table["renewal_outcome"].to_dict() == {
        "first day": "renewed", "lapsed": "lapsed", "pending": "pending", "notice in it": "upcoming",
        "last day": "upcoming", "cancels later": "upcoming", "two": "upcoming",
    }  # fmt: skip
    assert table["n_rows"].tolist() == [7] * 7


def test_of_calls_made_after_the_data_ends_the_last_one_counts(world):
    """All of them count on the data's last day: which is the newest is told by the day they are of, not by their order."""
    last = world.manifest.as_of
    calls = written("renewal_call", account=["two"] * 3, renews_on=[date(2026, 6, 10)] * 3, call=["likely", "commit", "at_risk"],
                    called_on=[last + timedelta(5), last + timedelta(20), last + timedelta(9)], made_at=[datetime(2027, 1, 9), datetime(2027, 1, 1), datetime(2027, 1, 8)])  # fmt: skip
    quarter = {"quarter_opens_on": date(2026, 4, 1), "quarter_closes_on": date(2026, 7, 1)}
    with ask(world, year_to(last), WORDS, written={"renewal_call": calls}) as con:
        found = triage(con, year_to(last), WORDS, **quarter).table.set_index("account")
    assert found.loc["two", "renewal_call"] == "commit" and found.loc["two", "called_on"].date() == last


def test_what_is_open_comes_first_by_the_deadline_that_is_ahead(world):
    """Notice by 1 April has passed for "notice in it": its end counts. Notice by 31 May is ahead for "last day"."""
    table = asked(world).table
    assert table["account"].tolist() == [
        "pending",
        "last day",
        "cancels later",
        "two",
        "notice in it",
        "first day",
        "lapsed",
    ]
    deadlines = ["2026-05-10", "2026-05-31", "2026-06-01", "2026-06-10", "2026-08-01", None, None]
    assert [None if day is pd.NaT else day.date().isoformat() for day in table["decide_by"]] == deadlines
    assert table["is_open"].tolist() == [True] * 5 + [False] * 2
    assert asked(world, limit=3, offset=2).table["account"].tolist() == table["account"].tolist()[2:5]


def test_a_term_that_was_renewed_does_not_date_the_one_that_is_ahead(tmp_path):
    terms = [
        term("two", "2025-04-10", "2026-04-10", product="A"), term("two", "2026-04-10", "2027-04-10", product="A"),
        term("two", "2025-06-20", "2026-06-20", product="B", notice_by="2026-05-15"),
        term("refused", "2025-06-20", "2026-06-20", notice_given_on="2026-05-15"),
        term("refuses tomorrow", "2025-06-20", "2026-06-20", notice_given_on="2026-05-16"),
    ]  # fmt: skip
    world = open_world(
        tmp_path, {"account": account_frame(["two", "refused", "refuses tomorrow"]), "contract": contract_frame(*terms)}
    )
    table = asked(world).table.set_index("account")
    assert (table.loc["two", "renews_on"].date(), table.loc["two", "decide_by"].date()) == (date(2026, 4, 10), DAY)
    assert table["is_open"].to_dict() == {"two": True, "refuses tomorrow": True, "refused": False}


@pytest.mark.parametrize(("which", "n"), [("all", 7), ("open", 5), ("decided", 2)])
def test_a_choice_keeps_its_rows_and_the_figures_of_all(world, which, n):
    table = asked(world, which=which).table
    assert len(table) == n and table["n_rows"].tolist() == [n] * n
    figures = {each["figure"]: (each["n"], each["arr"]) for each in table["by_figure"].iat[0]}
    assert figures == {
        "open": (5, 403.0), "decided": (2, 200.0), "asked": (1, 3.0), "save plan": (1, 100.0),
        "commit": (0, 0), "likely": (1, 1.0), "at_risk": (0, 0),
    }  # fmt: skip


def test_what_is_known_of_a_renewal(world):
    table = asked(world).table.set_index("account")
    two, last = table.loc["two"], table.loc["last day"]
    assert (two["arr_renewing"], two["notice"], two["has_asked"]) == (3, "cancel asked", True)
    assert (two["renewal_call"], two["call_amount"], two["is_at_risk"]) == ("likely", 1, True)
    assert asked(world, date(2026, 5, 16)).table.set_index("account").loc["two", "renewal_call"] == "commit"
    assert (last["days_to_notice"], last["days_to_renewal"], last["has_save_plan"]) == (16, 46, True)
    assert last["last_touch_on"].date() == DAY and last["risk_reasons"] == ["in a save plan"]


def test_another_quarter_can_be_asked_and_nonsense_cannot(world):
    found = asked(world, quarter_opens_on="2026-07-01", quarter_closes_on=date(2026, 10, 1)).table
    assert set(found["account"]) == {"day after", "notice in it"}
    for options in ({"quarter_opens_on": "soon"}, {"quarter_opens_on": "2027-01-01"}, {"limit": -1}, {"which": "x"}):
        with pytest.raises(Refused):
            asked(world, **options)
    empty = asked(world, quarter_opens_on="1999-01-01", quarter_closes_on="1999-04-01").table
    assert empty.empty and list(empty.columns) == COLUMNS


@pytest.mark.parametrize(
    ("day", "starts_in", "opens", "closes"),
    [("2026-05-15", 1, "2026-04-01", "2026-07-01"), ("2026-01-31", 2, "2025-11-01", "2026-02-01"), ("2026-02-01", 2, "2026-02-01", "2026-05-01"),
     ("2026-12-31", 1, "2026-10-01", "2027-01-01"), ("2026-12-01", 12, "2026-12-01", "2027-03-01"), ("2026-11-30", 12, "2026-09-01", "2026-12-01")],
)  # fmt: skip
def test_a_fiscal_quarter_begins_where_the_year_does(day, starts_in, opens, closes):
    expected = (date.fromisoformat(opens), date.fromisoformat(closes))
    assert fiscal_quarter(date.fromisoformat(day), starts_in) == expected
