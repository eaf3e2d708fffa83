"""Accounts by the values of dimensions: the numbers beside a filter."""

from lib.book import year_to
from tests.worldlets import YEAR, account_frame, ask, open_world


def counts(answer) -> list[tuple]:
    return [(*row.segment.items(), row.n) for row in answer.table.itertuples()]


def test_most_common_first_missing_last_and_the_whole_book_on_top(tmp_path):
    regions = ["US", "US", "EMEA", None, None, None, "US"]
    world = open_world(tmp_path, {"account": account_frame("abcdefg", region=regions, churned=True)})
    found = ask(world, "facets", by=["region"])
    assert counts(found) == [(7,), (("region", "US"), 3), (("region", "EMEA"), 1), (("region", None), 3)]
    assert counts(ask(world, "facets")) == [(7,)]


def test_filters_of_the_book_cut_the_counts(tmp_path):
    frame = account_frame("abcd", region=["US", "US", "EMEA", None], plan=["Team", "Pro", "Team", "Team"], churned=True)
    world = open_world(tmp_path, {"account": frame})
    cut = YEAR.where("plan", ["Team"])
    assert counts(ask(world, "facets", cut, by=["region"])) == [
        (3,), (("region", "EMEA"), 1), (("region", "US"), 1), (("region", None), 1)
    ]  # fmt: skip
    assert counts(ask(world, "facets", cut.where("region", [None]), by=["plan"])) == [(1,), (("plan", "Team"), 1)]


def test_bands_keep_their_order(tmp_path):
    frame = account_frame([f"a{number}" for number in range(40)], employees=list(range(1, 41)), churned=True)
    world = open_world(tmp_path, {"account": frame})
    found = ask(world, "facets", by=["employees"])
    assert [value for row in found.table["segment"][1:] for value in row.values()] == list(
        world.dimension("employees").values
    )
    assert found.table["n"][1:].sum() == 40


def test_values_are_those_of_the_books_day(tmp_path):
    from datetime import date

    import pandas as pd

    history = pd.DataFrame(
        {
            "account": ["a"],
            "field": ["csm"],
            "from_on": [date(2020, 1, 1)],
            "until_on": [date(2026, 1, 1)],
            "value": ["Dana"],
        }
    )
    world = open_world(tmp_path, {"account": account_frame("ab", csm="Jo", churned=True), "account_history": history})
    assert counts(ask(world, "facets", year_to(date(2025, 6, 1)), by=["csm"]))[1:] == [
        (("csm", "Dana"), 1),
        (("csm", "Jo"), 1),
    ]
    assert counts(ask(world, "facets", year_to(date(2026, 6, 1)), by=["csm"]))[1:] == [(("csm", "Jo"), 2)]
