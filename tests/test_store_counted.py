"""What readers are told of usage events: repeated, late, of days to come, of nobody we know; by hand, over three imports."""

from datetime import datetime

import pandas as pd
import pytest

from lib.facts import open_store
from lib.store import publish
from lib.store.counted import sentences
from tests.worldlets import YEAR, account_frame, publish_frames

CLOCK = "%Y-%m-%d %H:%M"


def events(*rows: tuple[str, str, str | None]) -> pd.DataFrame:
    """Rows of (moment, account, person)."""
    return pd.DataFrame(
        [(datetime.strptime(moment, CLOCK), account, person) for moment, account, person in rows],
        columns=["occurred_at", "account", "person"],
    )


@pytest.fixture(scope="module")
def road(tmp_path_factory):
    """Weeks begin on 5, 12 and 19 October. The first file arrives on the 13th, the second on the 20th, the third on the 21st."""
    store = tmp_path_factory.mktemp("store")
    people = pd.DataFrame({"person": ["p", "q"], "account": ["a", "b"]})
    first = events(("2026-10-06 09:00", "a", "p"), ("2026-10-13 09:00", "a", "q"), ("2026-10-14 09:00", "a", "p"))
    second = events(
        ("2026-10-06 09:00", "a", "p"), ("2026-10-11 09:00", "a", None), ("2026-10-12 09:00", "b", "q"), ("2026-10-19 09:00", "x", "p")
    )  # fmt: skip
    third = events(("2026-10-19 09:30", "y", None), ("2026-10-18 23:59", "a", "p"))
    made = [
        publish_frames(store, {"account": account_frame("ab"), "person": people, "event": first}, received=datetime(2026, 10, 13, 20)),
        publish_frames(store, {"event": second}, received=datetime(2026, 10, 20, 20)),
        publish_frames(store, {"event": third}, received=datetime(2026, 10, 21, 20)),
    ]  # fmt: skip
    return store, made


def test_each_import_says_what_of_it_was_repeated_late_or_to_come(road):
    """The first had reached the week of the 12th: its event of the 14th, not come yet, reaches nothing."""
    _, made = road
    assert made[2].counted["by_batch"] == {
        "000001": {"n_merged": 0, "n_future": 1, "n_late": 0},
        "000002": {"n_merged": 1, "n_future": 0, "n_late": 2},
        "000003": {"n_merged": 0, "n_future": 0, "n_late": 1},
    }
    assert [made[2].counted[name] for name in ("n_merged", "n_future", "n_late")] == [1, 1, 3]


def test_events_of_unknown_accounts_and_people_are_counted_until_somebody_describes_them(road):
    """x and y are no accounts; q of a is not the q of b."""
    store, made = road
    names = ("n_of_unknown_accounts", "n_unknown_accounts", "n_of_unknown_people", "n_unknown_people")
    assert [made[0].counted[name] for name in names] == [0, 0, 1, 1]
    assert [made[2].counted[name] for name in names] == [2, 2, 1, 1]
    known = publish_frames(
        store, {"account": account_frame("xy"), "person": pd.DataFrame({"person": ["q"], "account": ["a"]})}
    )
    assert [known.counted[name] for name in names] == [0, 0, 1, 1]  # now p of x is the one nobody describes
    without = publish.undo(store, "000002", who="anna", now=datetime(2026, 10, 22))
    assert [without.counted[name] for name in names] == [0, 0, 0, 0]
    assert list(without.counted["by_batch"]) == ["000001", "000003"]
    with open_store(store).ask(YEAR) as con:
        assert con.execute("select sum(n_events + n_events_system) from usage_week").fetchone() == (5,)


def test_what_is_not_zero_is_said_in_a_sentence_each(road):
    counted = road[1][2].counted
    assert sentences(counted) == [
        "3 usage events came late and count in their weeks.",
        "1 usage event came twice and counts once.",
        "1 usage event is dated ahead and waits for its day.",
        "2 usage events are of 2 unknown accounts and wait for a file of them.",
        "1 usage event is of 1 unknown person and counts as any other.",
    ]
    assert sentences(counted, "000003")[0].startswith("1 usage event came late")
    assert len(sentences(counted, "000003")) == 3
    assert sentences({}) == []


def test_without_a_file_of_people_nobody_is_unknown_and_without_events_nothing_is_counted(tmp_path):
    assert publish_frames(tmp_path, {"account": account_frame("a")}).counted == {}
    made = publish_frames(tmp_path, {"event": events(("2026-10-06 09:00", "a", "p"))})
    assert made.counted["n_unknown_people"] == 0
