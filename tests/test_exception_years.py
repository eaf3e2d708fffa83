"""Exceptions that last for years: the same whenever it is asked, done as long as they last, however many weeks of use there are."""

from datetime import date, datetime, timedelta

import pandas as pd
import pyarrow as pa
import pytest

from lib.book import year_to
from lib.facts import exceptions, open_store
from lib.facts.ask import ask
from tests import test_exception_replay
from tests.worldlets import WORDS, account_frame, contract_frame, open_world

LOW = "Low licence utilisation"
FIRST, LAST = date(2022, 1, 3), date(2026, 5, 31)  # a Monday, and a Sunday 230 weeks later
BETTER, WORSE = date(2022, 10, 3), date(2023, 1, 2)  # of `back`: between the two four of its ten use it


def used(account: str, n_people, first: date = FIRST) -> list[tuple]:
    """An event on the Monday of every week by as many people as n_people says of the day."""
    weeks = range((LAST - first).days // 7 + 1)
    days = [first + timedelta(weeks=week) for week in weeks]
    return [
        (datetime.combine(day, datetime.min.time()), account, f"{account} {n}", "Editor", 1.0)
        for day in days for n in range(n_people(day))
    ]  # fmt: skip


def frames(first: date = FIRST) -> dict[str, pd.DataFrame]:
    """Ten seats each: one uses `low` all the time, and `back` but for a quarter of 2022; all use `well`."""
    terms = [{"account": each, "starts_on": date(2021, 9, 1), "ends_on": date(2028, 9, 1), "arr": 1.0, "seats": 10}
             for each in ("low", "back", "well")]  # fmt: skip
    events = [
        *used("low", lambda day: 1, first),
        *used("back", lambda day: 4 if BETTER <= day < WORSE else 1, first),
        *used("well", lambda day: 10, first),
    ]
    columns = ["occurred_at", "account", "person", "feature", "quantity"]
    return {
        "account": account_frame(["low", "back", "well"], csm="Dana"),
        "contract": contract_frame(*terms),
        "event": pd.DataFrame(events, columns=columns),
    }


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return open_world(tmp_path_factory.mktemp("years"), frames())


def acted(*acts: tuple[str, str, date], rule: str = LOW) -> dict:
    rows = [
        {"account": account, "rule": rule, "person": None, "act": act, "acted_on": day, "until_on": None, "owner": None,
         "reason": None, "made_by": "dana", "made_at": datetime.combine(day, datetime.min.time())}
        for account, act, day in acts
    ]  # fmt: skip
    return {"exception_act": pa.Table.from_pylist(rows)}


def states(world, day: date, rule: str = LOW, **said) -> list[tuple]:
    with ask(world, year_to(day), WORDS, written=said) as con:
        exceptions.lay(con, day, WORDS, [WORDS.exceptions.rule(rule)])
        sql = f"select account, began_on, ended_on, state from {exceptions.ON} order by account, began_on"
        return con.execute(sql, {"as_of": day, "on": day}).fetchall()


def test_what_lasts_for_four_years_is_done_for_four_years_until_it_recovers(world):
    """The first Sunday is 9 January 2022, and 14 days later it has held for as long as the rule asks. On 9 October 2022 four
    of the last four weeks' people are active, and from the week of 2 January 2023 on three weeks later one again."""
    said = acted(("low", "done", date(2022, 2, 1)), ("back", "done", date(2022, 2, 1)))
    began = date(2022, 1, 23)
    over, again = date(2022, 10, 9), date(2023, 1, 29) + timedelta(14)
    for day in (LAST, LAST - timedelta(7), date(2025, 3, 2)):
        assert states(world, day, **said) == [
            ("back", began, over, "done"), ("back", again, None, "open"), ("low", began, None, "done"),
        ], day  # fmt: skip


def test_a_day_is_what_the_last_day_knows_of_it_over_four_years(world, monkeypatch):
    """Of all rules but the one of health scores, which are kept for history_weeks."""
    kept = [rule for rule in test_exception_replay.RULES if rule.fact != "health_score"]
    monkeypatch.setattr(test_exception_replay, "RULES", kept)
    test_exception_replay.replayed(world, [LAST - timedelta(weeks=ago) for ago in (1, 75, 200)])


def test_weeks_in_pieces_are_the_weeks_at_once(sample_store, monkeypatch):
    """104 weeks of the sample, of every column, in pieces that look back as one whole does."""
    found, day = [], date(2026, 10, 31)
    for piece in (156, 30, 17):
        monkeypatch.setattr(exceptions, "PIECE", piece)
        with ask(open_store(sample_store), year_to(day), WORDS) as con:
            exceptions.lines(con, day, WORDS, ["utilisation"])
            found.append(con.execute("from use_week order by _account, day").fetchall())
    assert len(found[0]) > 5_000 and found[0] == found[1] == found[2]


def test_what_lasted_when_the_first_week_known_was_read_is_done_as_before(tmp_path):
    """Events of before October 2024 are not kept any more; what was done in 2022, when they were, is of what still lasts."""
    first = date(2024, 10, 7)
    world = open_world(tmp_path, frames(first))
    said = acted(("low", "done", date(2022, 2, 1)), ("back", "handed_over", date(2024, 1, 1)))
    began = date(2024, 10, 13) + timedelta(14)
    assert states(world, LAST, **said) == [("back", began, None, "open"), ("low", began, None, "done")]
    reopened = acted(("low", "done", date(2022, 2, 1)), ("low", "reopened", date(2024, 11, 1)))
    assert states(world, LAST, **reopened)[1][3] == "open"


def test_red_for_longer_than_scores_are_kept_is_done_as_before(world):
    said = acted(("low", "done", date(2022, 6, 1)), rule="Health red")
    for day in (LAST, LAST - timedelta(7)):
        (back, low) = states(world, day, "Health red", **said)
        assert low == ("low", day - timedelta(7 * 103 - 7), None, "done") and back[3] == "open"
