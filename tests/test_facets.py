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


def test_states_are_counted_in_their_order_and_a_dimension_keeps_its_name(tmp_path):
    from tests.worldlets import contract_frame, days

    contracts = contract_frame(
        {"account": "a", "starts_on": days("2026-01-01")},
        {"account": "b", "starts_on": days("2026-01-01"), "ends_on": days("2026-11-15")},
        {
            "account": "c",
            "starts_on": days("2025-11-15"),
            "ends_on": days("2026-11-15"),
            "notice_given_on": days("2026-10-01"),
        },
    )
    world = open_world(tmp_path, {"account": account_frame("abcd", stage="lead"), "contract": contracts})
    found = ask(world, "facets", by=["renewal", "notice", "ready", "stage", "s.stage"])
    assert counts(found) == [
        (4,),
        (("stage", "lead"), 4),
        (("renewal", "30 days"), 2), (("renewal", "rolling"), 1), (("renewal", "none"), 1),
        (("notice", "notice given"), 1), (("notice", "none"), 3),
        (("ready", "past onboarding"), 3),
        (("s.stage", None), 4),
    ]  # fmt: skip


def test_a_facet_of_a_state_is_what_the_book_cut_by_it_holds(tmp_path):
    from lib.facts.ask import ask as cut
    from lib.measures.facets import facets
    from tests.test_facts_standing import DAY, random_world
    from tests.worldlets import WORDS, contract_frame

    given = random_world(11)
    frames = {"account": account_frame(given["names"]), "contract": contract_frame(*given["terms"])}
    world, book = open_world(tmp_path, frames), year_to(DAY)
    names = ("renewal", "notice", "utilisation", "movement", "ready", "stage")
    with cut(world, book, WORDS) as con:
        found = facets(con, book, WORDS, by=names).table
    for segment, n in found[1:].itertuples(index=False):
        ((name, value),) = segment.items()
        with cut(world, book.standing(name, [value]), WORDS) as con:
            assert facets(con, book, WORDS).table["n"][0] == n
    for name in names[:4]:
        assert sum(n for segment, n in found[1:].itertuples(index=False) if name in segment) == 160
