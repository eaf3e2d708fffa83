"""Adoption against the renewal: the slope and the chance by hand, nothing of the day or later, and whether stated chances come true."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from lib.book import Book
from lib.errors import Refused
from lib.facts.ask import ask
from lib.measures.ahead import races
from lib.measures.ahead.races import FEW, IN_DOUBT, NOT
from lib.scope import Scope
from tests.funnelworlds import answer
from tests.test_renewals_deciles import term, used
from tests.worldlets import WORDS, account_frame, contract_frame, open_world

DAY = date(2026, 6, 30)
YEAR = Book(date(2025, 7, 1), date(2026, 7, 1), DAY)
EASY = replace(WORDS, carries=replace(WORDS.carries, least_accounts=2))
MONDAY = date(2026, 6, 29)  # the last full week ends before it


def weekly(account: str, until: date, people: list[int]) -> list[dict]:
    """Events of so many people in each of the weeks up to `until`, a Monday; the last of `people` is the last week."""
    return [
        used(account, until - timedelta(weeks=ago), f"p{n}")
        for ago, count in enumerate(reversed(people), 1)
        for n in range(count)
    ]


@pytest.mark.parametrize(
    "people", [[2] * 12 + [3], list(range(13)), [0, 0, 5, 1, 0, 0, 7, 2, 2, 0, 1, 0, 3], [0] * 12 + [4]]
)
def test_level_and_pace_are_those_of_a_straight_line(tmp_path, people):
    from scipy.stats import linregress

    events = [
        *weekly("a", MONDAY, people),
        used("a", date(2026, 1, 1)),
        *(used("a", MONDAY, f"late{n}") for n in range(9)),
    ]
    world = open_world(
        tmp_path,
        {
            "account": account_frame(["a"]),
            "contract": contract_frame(term("a", "2025-10-01", "2026-10-01")),
            "event": pd.DataFrame(events),
        },
    )
    with ask(world, YEAR, WORDS) as con:
        con.execute(
            "create or replace temp table renewal_reading as "
            "select _account, account, $day::date as reads_on, 4 as seats from scope",
            {"day": DAY + timedelta(1)},
        )
        level, pace, error = con.execute("select level, pace, pace_error from adoption_before()").fetchone()
        con.execute("update renewal_reading set reads_on = $day", {"day": date(2025, 11, 1)})
        assert con.execute("select count(*) from adoption_before()").fetchone() == (0,)  # fewer than 13 weeks
    line = linregress(np.arange(13), people)
    assert level == pytest.approx(np.mean(people[-4:])) and pace == pytest.approx(line.slope)
    assert error == pytest.approx(line.stderr)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Ten seats each. Four past accounts of 1 June 2026: three that renewed had 2, 4 and 6 people a week, one that lapsed had 0; 13
    weeks before they had 2, 2, 6 and 2. Ahead on 28 September (13 weeks): "low" has 1, "mid" 2, "high" 7."""
    until = date(2026, 6, 1)
    before = until - timedelta(weeks=13)
    ways = {"r2": (2, 2), "r4": (2, 4), "r6": (6, 6), "lost": (2, 0)}
    events = []
    for account, (then, last) in ways.items():
        events += weekly(account, until, [last] * 13) + weekly(account, before, [then] * 30)
        events += weekly(
            account, until + timedelta(weeks=4), [9] * 4
        )  # what comes after its renewal says nothing of it
    for account, people in {"low": 1, "mid": 2, "high": 7}.items():
        events += weekly(account, MONDAY, [people] * 13)
    begun, due = "2025-06-01", "2026-06-01"
    return open_world(
        tmp_path_factory.mktemp("race"),
        {
            "account": account_frame(
                [*ways, "low", "mid", "high", "young", "seatless", "gone"], csm=["Ann"] * 7 + ["Bob"] * 3, name=None
            ),
            "contract": contract_frame(
                *(term(each, begun, due, seats=10, notice_given_on=None if each != "lost" else date(2026, 5, 1)) for each in ways),
                *(term(each, due, "2027-06-01", seats=20) for each in ("r2", "r4", "r6")),  # for twice the seats
                *(term(each, "2025-09-28", "2026-09-28", seats=10, arr=value) for each, value in (("low", 10.0), ("mid", 90.0), ("high", 5.0))),
                term("young", "2026-05-28", "2026-09-28", seats=10),
                term("seatless", "2025-09-28", "2026-09-28", seats=None),
                term("gone", "2025-09-28", "2026-09-28", seats=10, notice_given_on=date(2026, 5, 1)),
            ),
            "event": pd.DataFrame(events),
        },
    )  # fmt: skip


def test_the_goal_and_the_chance_by_hand(world):
    found = answer(world, "adoption_race", YEAR, EASY, sort="account")
    rows = found.table.set_index("account")
    assert rows.index.tolist() == ["high", "low", "mid"] and rows["adoption_share_rate"].tolist() == [0.7, 0.1, 0.2]
    # renewed with 0.2, 0.4 and 0.6 of the seats then: the lower quartile is 0.3; 13 weeks before 0.2, 0.2, 0.6: the median is 0.2
    assert rows["goal_rate"].tolist() == pytest.approx([0.3] * 3) and rows["n_goal"].tolist() == [3] * 3
    assert rows["peers_rate"].tolist() == pytest.approx([0.2] * 3) and rows["days_to_renewal"].tolist() == [90] * 3
    # below the goal 13 weeks before were three, with gains of 0, 0.2 and -0.2: "low" lacks 0.2, "mid" 0.1
    assert rows.loc["low", ["n_reached", "n_alike"]].tolist() == [1, 3] and rows.loc[
        "mid", ["n_reached", "n_alike"]
    ].tolist() == [1, 3]
    assert rows.loc["low", "race_verdict"] == IN_DOUBT and rows.loc["low", "reach_chance_rate"] == pytest.approx(1 / 3)
    assert rows.loc["high", "race_verdict"] == FEW and rows.loc["high", "n_alike"] == 1  # one alone was above
    assert dict(found.left_out.itertuples(index=False)) == {races.NO_SEATS: 1, races.NOTICE: 1, races.YOUNG: 1}


def test_verdicts_add_up_and_the_list_is_cut_and_paged(world):
    counted = answer(world, "race_verdicts", YEAR, EASY).table
    assert dict(zip(counted["race_verdict"], counted["n_renewals"], strict=True)) == {IN_DOUBT: 2, FEW: 1}
    assert counted["arr_due"].tolist() == [100, 5] and counted["verdict_rate"].tolist() == pytest.approx([2 / 3, 1 / 3])
    strict = replace(EASY, renewals_ahead=replace(EASY.renewals_ahead, race_unlikely=0.4))
    assert answer(world, "adoption_race", YEAR, strict, verdict=NOT).table["account"].tolist() == [
        "mid",
        "low",
    ]  # by ARR
    paged = answer(world, "adoption_race", YEAR, EASY, sort="account", limit=1, offset=2).table
    assert paged["account"].tolist() == ["mid"] and paged["n_rows"].tolist() == [3]
    assert answer(world, "adoption_race", YEAR, EASY, search="LO").table["account"].tolist() == ["low"]
    for options in ({"verdict": "win"}, {"sort": "luck"}, {"within_days": 0}, {"offset": -1}):
        with pytest.raises(Refused):
            answer(world, "adoption_race", YEAR, **options)


def test_without_past_renewals_nothing_is_said_and_other_scopes_are_no_peers(world):
    found = answer(world, "adoption_race", YEAR).table  # four are fewer than thirty
    assert set(found["race_verdict"]) == {FEW} and found["goal_rate"].isna().all()
    assert answer(world, "adoption_race", YEAR, EASY, Scope(("Bob",))).table.empty
    ann = answer(world, "adoption_race", YEAR.where("csm", ["Bob"]), EASY)
    assert ann.table.empty and ann.left_out["n"].sum() == 3
