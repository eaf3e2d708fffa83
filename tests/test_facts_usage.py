"""Usage patterns: by hand, over full weeks before a day, and nothing of the day or after it.

The day is Monday 5 January 2026; 13 weeks reach back to Monday 6 October 2025, the last four to 8 December.
"""

import shutil
from dataclasses import replace
from datetime import date, datetime, timedelta

import pandas as pd
import pytest

from lib.facts import open_store
from tests.worldlets import YEAR, account_frame, ask, contract_frame, days, open_world, publish_frames

DAY = date(2026, 1, 5)
LAST_WEEK = datetime(2025, 12, 29, 9)


def events(*rows) -> pd.DataFrame:
    """(account, person, feature, moment) each."""
    return pd.DataFrame(rows, columns=["account", "person", "feature", "occurred_at"])


def week(n: int, hour: int = 9) -> datetime:
    """A moment on the Monday n full weeks before DAY."""
    return datetime(2026, 1, 5, hour) - timedelta(days=7 * n)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    store = tmp_path_factory.mktemp("store")
    rows = [
        # a: 2 people, 2 features; p1 three events on two days of one week, p2 one event 10 weeks ago
        ("a", "p1", "x", week(1)), ("a", "p1", "x", week(1, 15)), ("a", "p1", "y", week(1) + timedelta(days=2)),
        ("a", "p2", "x", week(10)),
        # out of the span: the day itself, later, and more than 13 weeks ago
        ("a", "p3", "z", week(0)), ("a", "p3", "z", week(-2)), ("a", "p3", "z", week(14)),
        # b: system events and a system feature alone
        ("b", None, "x", week(1)), ("b", "p1", "sync", week(1)),
        # h: eight weeks old, active once in each of its weeks
        *[("h", "p1", "x", week(n)) for n in range(1, 9)],
    ]  # fmt: skip
    contracts = contract_frame(
        {"account": "a", "starts_on": days("2024-01-01"), "seats": 8},
        {"account": "a", "starts_on": days("2024-01-01"), "seats": 2, "product": "B"},
        {"account": "b", "starts_on": days("2024-01-01"), "seats": 0},
        {"account": "h", "starts_on": week(8).date(), "seats": None},
        {"account": "new", "starts_on": days("2025-12-09"), "seats": 5},
        {"account": "old enough", "starts_on": days("2025-12-08"), "seats": 5},
        {"account": "gone", "starts_on": days("2024-01-01"), "ends_on": DAY, "seats": 5},
        {"account": "not yet", "starts_on": DAY + timedelta(days=1), "seats": 5},
        {"account": "silent", "starts_on": days("2024-01-01"), "seats": 5},
        {"account": "tried", "starts_on": days("2024-01-01"), "ends_on": days("2026-01-02"), "kind": "trial"},
        {"account": "tried", "starts_on": days("2026-01-02"), "seats": 5},
    )
    publish_frames(
        store,
        {
            "account": account_frame(["a", "b", "h", "new", "old enough", "gone", "not yet", "silent", "tried"]),
            "contract": contracts,
            "event": events(*rows),
            "feature": pd.DataFrame({"feature": ["sync"], "is_system": [True]}),
        },
    )
    return store


def patterns(store, day=DAY, weeks=13) -> dict[str, tuple]:
    with open_store(store).ask(YEAR) as con:
        rows = con.execute(
            "select account.account, pattern.* exclude (_account) "
            "from usage_before(?, ?) as pattern join core.account using (_account)",
            [day, weeks],
        ).fetchall()
    return {row[0]: row[1:] for row in rows}


def test_the_five_patterns_by_hand(store):
    frequency, breadth, volume, seats, concentration = patterns(store)["a"]
    assert frequency == pytest.approx(3 / 13)  # days with use: Monday and Wednesday of one week, Monday of another
    assert breadth == 2
    assert volume == pytest.approx(4 / 13)
    assert seats == pytest.approx(1 / 10)  # p1 of ten seats was active in the last four weeks, p2 was not
    assert concentration == pytest.approx(3 / 4)


def test_system_events_and_system_features_are_nobodys_use(store):
    assert patterns(store)["b"] == (0, 0, 0, None, None)  # zero seats have no share


def test_a_young_account_is_measured_over_the_weeks_it_lived(store):
    frequency, _, volume, seats, _ = patterns(store)["h"]
    assert (frequency, volume, seats) == (1, 1, None)


def test_no_use_at_all_is_zero_and_has_no_concentration(store):
    assert patterns(store)["silent"] == (0, 0, 0, 0, None)


def test_too_young_gone_and_not_yet_started_accounts_have_no_pattern(store):
    assert set(patterns(store)) == {"a", "b", "h", "old enough", "silent", "tried"}  # a trial counts as life


def test_an_event_on_the_day_or_after_changes_nothing(store, tmp_path):
    store = shutil.copytree(store, tmp_path / "store")
    before = patterns(store)
    later = [("a", "p9", "w", datetime(2026, 1, 5)), ("silent", "p", "x", datetime(2026, 1, 5, 12)),
             ("silent", "p", "x", datetime(2026, 3, 1))]  # fmt: skip
    publish_frames(store, {"event": events(*later)})
    assert patterns(store) == before
    publish_frames(store, {"event": events(("silent", "p", "x", datetime(2026, 1, 4, 23, 59)))})
    assert patterns(store)["silent"] != before["silent"]


@pytest.mark.parametrize("weekday", range(1, 7))
def test_an_event_on_an_opening_day_inside_a_week_changes_nothing(store, weekday):
    day = DAY + timedelta(days=weekday)
    before = patterns(store, day)
    assert before["a"] == patterns(store, DAY)["a"]  # the week that has begun is not a full one
    assert "a" in before


def test_fewer_weeks_see_less(store):
    frequency, breadth, _, _, concentration = patterns(store, weeks=4)["a"]
    assert (frequency, breadth, concentration) == (2 / 4, 2, 1)


def test_bands_of_usage_are_dimensions_of_the_opening_day(tmp_path):
    contracts = contract_frame(*[{"account": a, "starts_on": days("2024-01-01"), "seats": 2} for a in "abc"],
                               {"account": "d", "starts_on": days("2026-01-01"), "seats": 2})  # fmt: skip
    rows = [("a", "p", "x", week(1)), *[("b", "p", f"f{n}", week(1)) for n in range(11)], ("c", "p", "x", week(0))]
    world = open_world(tmp_path, {"account": account_frame("abcd"), "contract": contracts, "event": events(*rows)})
    book = replace(YEAR, opens_on=DAY)
    cells = {
        name: ask(world, "breakdown", book, by=[name]).table
        for name in ("usage_breadth", "seat_utilisation", "usage_concentration")
    }
    said = {name: {row[name]: n for row, n in zip(t["segment"], t["n"], strict=True)} for name, t in cells.items()}
    assert said["usage_breadth"] == {"up to 3 features": 1, "over 10 features": 1, "none": 1, None: 1}
    assert said["seat_utilisation"] == {"over 30 to 60 % of seats": 2, "none": 1, None: 1}
    assert said["usage_concentration"] == {"over 80 % by one person": 2, None: 2}
