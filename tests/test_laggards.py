"""Who is slow: peers worked by hand, a twin on the sample, and the chance ahead against curves of the rest and brute force."""

import itertools
import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.book import year_to
from lib.definitions.journey import Stage
from lib.errors import Refused
from lib.facts import open_store
from lib.facts.ask import ask
from lib.measures.funnel.ahead import chance_after, remaining_after
from lib.measures.funnel.laggards import COLUMNS, SORTS, laggards
from lib.measures.funnel.stays import Stays
from lib.scope import ALL, NOBODY, Scope
from lib.survival import aalen_johansen, incidence_at, kaplan_meier
from tests.worldlets import WORDS, account_frame, contract_frame, days, open_world

DAY = date(2026, 7, 1)
WAY = (Stage("First", expected_days=30), Stage("Second"), Stage("Last"))
THROUGH = {
    "c10": 10,
    "c12": 12,
    "c14": 14,
    "c20": 20,
    "c30": 30,
    "c38": 38,
    "c60": 60,
    "c90": 90,
}  # First, since 1 January, in days
INSIDE = {"i40": 40, "j40": 40, "i5": 5, "before": 376, "t100": 100, "t2": 2, "today": 0}  # days in First by 1 July
RENEWS = {"i40": "2026-09-08", "j40": "2026-09-09", "before": "2026-07-30", "t100": "2026-12-31"}
ARR = {"i40": 10.0, "j40": 900.0, "before": 20.0, "t100": 500.0, "c60": 30.0, "c90": None}
HOSTILE = [
    "days",
    "is_slow",
    "place",
    "percentile",
    "later_days",
    "segment_",
    "stage",
    "n_rows",
    "slow_days",
    "peers",
    "as_of",
]


def words(least: int = 4, share: float = 0.58):
    journey = replace(WORDS.journey, stages=WAY, least_accounts=least, slow_share=share, next_days=20)
    return replace(WORDS, journey=journey)


def slow(world, *, day: date = DAY, book=None, scope=ALL, of=None, **options):
    asked = book or year_to(day)
    with ask(world, asked, of or words(), scope) as con:
        return laggards(con, asked, of or words(), **options)


def by_account(answer) -> dict[str, dict]:
    table = answer.table.astype(object).where(answer.table.notna(), None)
    return {row["account"]: row for row in table.to_dict("records")}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Segment S: eight through First, one that left it after 16 days, three inside, one from before the period, one of today; of T three."""
    since = date(2026, 1, 1)
    rows = [(name, "First", since) for name in (*THROUGH, "x16", "t10")]
    rows += [(name, "First", DAY - timedelta(n)) for name, n in INSIDE.items()]
    rows += [(name, "Second", since + timedelta(n)) for name, n in (THROUGH | {"t10": 10}).items()]
    rows += [(name, "Last", since + timedelta(n + 50)) for name, n in THROUGH.items() if n < 60]
    names = list(dict.fromkeys(name for name, _, _ in rows))
    terms = [
        {"account": name, "starts_on": date(2025, 1, 1), "ends_on": date(2026, 1, 17) if name == "x16" else days(RENEWS.get(name)),
         "arr": ARR.get(name, 1.0)} for name in names
    ]  # fmt: skip
    frames = {
        "account": account_frame(names, name=[f"Customer {name}" if name != "i40" else None for name in names], csm=["Lee" if name in ("t10", "t100", "t2") else "Dana" for name in names],
 segment=["T" if name in ("t10", "t100", "t2") else "S" for name in names], **dict.fromkeys(HOSTILE, "x")),
        "contract": contract_frame(*terms),
        "milestone": pd.DataFrame(rows, columns=["account", "stage", "reached_on"]),
    }  # fmt: skip
    return open_world(tmp_path_factory.mktemp("store"), frames)


@pytest.fixture(scope="module")
def found(world):
    return by_account(slow(world))


# First, of S, 12 peers: S(t) is 10/11, 9/11, 8/11 (then x16 exits), 48/77 at 20, 40/77 at 30, 32/77 at 38 days (then two are inside
# for 40), 16/77 at 60, 0 at 90. 58 % are through by 38 days, and half. Of T there are three, so all 15 tell: 11/13, 10/13, 9/13,
# 63/104 at 20, 54/104, 45/104 at 38 (half), 30/104 at 60 (58 %), 15/104 at 90. Second: 6 of 8 through at 50.
WORKED = {
    "i40": {"stage": "First", "segment": "S", "days": 40, "entered_on": "2026-05-22", "slow_since": "2026-06-29", "expected_days": 30,
            "peers": "S", "n_peers": 12, "peers_dwell_days": 38, "velocity": 40 / 38, "percentile": 45 / 77, "next_rate": 0.5,
            "expected_on": "2026-07-21", "arr": 10, "renews_on": "2026-09-08", "is_late_for_renewal": True, "name": None},
    "j40": {"renews_on": "2026-09-09", "is_late_for_renewal": False, "csm": "Dana", "name": "Customer j40"},  # 20 + 50 days: that day
    "before": {"days": 376, "slow_since": "2025-07-28", "percentile": 1, "next_rate": None, "expected_on": None, "n_peers": 12,
               "is_late_for_renewal": True},  # whenever it is through, Second takes 50 days
    "t100": {"segment": "T", "peers": "all", "n_peers": 15, "peers_dwell_days": 38, "percentile": 89 / 104, "slow_since": "2026-05-22",
             "next_rate": None, "next_lo": None, "expected_on": None, "is_late_for_renewal": None},
    "c60": {"stage": "Second", "days": 121, "entered_on": "2026-03-02", "slow_since": "2026-04-21", "peers": "S", "n_peers": 8,
            "peers_dwell_days": 50, "velocity": 121 / 50, "percentile": 0.75, "expected_days": None, "is_late_for_renewal": False},
    "c90": {"days": 91, "slow_since": "2026-05-21", "next_rate": 0, "renews_on": None, "arr": None},
    "t10": {"stage": "Second", "peers": "all", "n_peers": 9, "peers_dwell_days": 50, "percentile": 6 / 9},
}  # fmt: skip


@pytest.mark.parametrize("account", WORKED)
def test_worked_by_hand(found, account):
    for name, want in WORKED[account].items():
        got = found[account][name]
        got = str(got.date()) if isinstance(got, pd.Timestamp) else got
        assert got == (pytest.approx(want) if isinstance(want, float) else want), name


def test_who_is_not_slow_has_left_or_is_through_is_not_listed(found):
    assert set(found) == set(WORKED)


def test_the_interval_of_one_in_two_is_log_log(found):
    """Half of two peers: error sqrt(1/8), over |ln(1/2)| / 2 and times 1.96 it is 2; so 1/2 to the power of e to the 2, and to the -2."""
    power = math.exp(1.959964 * math.sqrt(0.125) / (0.5 * math.log(2)))
    assert found["i40"]["next_hi"] == pytest.approx(1 - 0.5**power)
    assert found["i40"]["next_lo"] == pytest.approx(1 - 0.5 ** (1 / power))
    assert (found["c90"]["next_lo"], found["c90"]["next_hi"]) == (0, pytest.approx(0.7934, abs=1e-3))  # Wilson: 0 of 1


def test_where_peers_are_too_few_the_expected_days_tell_and_who_has_none_is_counted(world):
    few = words(least=16)
    answer = slow(world, of=few)
    found = by_account(answer)
    assert set(found) == {"i40", "j40", "before", "t100"}
    assert {(row["peers"], row["n_peers"], row["percentile"], row["velocity"], row["expected_on"]) for row in found.values()} == {("all", 15, None, None, None)}  # fmt: skip
    assert str(found["i40"]["slow_since"].date()) == "2026-06-21"  # 30 days after 22 May
    assert answer.left_out["n"].tolist() == [3]  # c60, c90, t10 in Second
    assert answer.notes[0].startswith("4 of 7 accounts inside a stage are slow") and answer.notes[2].startswith("Of 7 ")
    assert [
        by_account(slow(world, day=date(2026, 6, day), of=few)).get("i40", {}).get("days") for day in (20, 21, 22)
    ] == [None, 30, 31]


def test_a_quantile_nobody_reached_leaves_the_expected_days(world):
    """In Second 6 of 8 are through: not nine tenths, and no days are expected."""
    answer = slow(world, of=words(share=0.9))
    assert {row["stage"] for row in by_account(answer).values()} == {"First"}
    assert answer.left_out["n"].tolist() == [3]
    alone = slow(world, of=words(share=0.9), stage="Second")
    assert len(alone.table) == 0 and alone.notes[0].startswith("Nobody can be called slow: not 90 % of 4 peers")


def test_value_is_had_where_its_stage_is_reached(world):
    """With value in Second, i40 is expected there by 21 July, long before its renewal; with it in First it has it already."""
    for stage, is_late in (("second", False), ("FIRST", False)):
        of = replace(words(), adoption=replace(WORDS.adoption, value_stage=stage))
        assert by_account(slow(world, of=of))["i40"]["is_late_for_renewal"] is is_late


def test_peers_are_those_one_sees(world, found):
    """Lee sees three accounts that came to First: too few, so the expected days tell; Dana sees all of S."""
    assert list(slow(world, scope=NOBODY).table.columns) == COLUMNS and len(slow(world, scope=NOBODY).table) == 0
    dana = by_account(slow(world, scope=Scope(("Dana",))))
    assert dana == {name: found[name] | {"n_rows": 5} for name in ("i40", "j40", "before", "c60", "c90")}
    lee = slow(world, scope=Scope(("Lee",)))
    assert [(row["account"], row["peers"], row["n_peers"], str(row["slow_since"].date())) for row in by_account(lee).values()] == [
        ("t100", "all", 3, "2026-04-22")
    ]  # fmt: skip
    assert lee.left_out["n"].tolist() == [1]


def test_peers_came_in_the_period(world):
    """Of a period that closed on 1 May those since then are none: nine of S are left."""
    book = replace(year_to(DAY), closes_on=date(2026, 5, 1))
    assert {name: row["n_peers"] for name, row in by_account(slow(world, book=book)).items() if row["stage"] == "First"} == {
        "i40": 9, "j40": 9, "before": 9, "t100": 11,
    }  # fmt: skip


def test_the_book_is_listed_and_the_scope_are_its_peers(world):
    """A book of T alone has the same peers and the same account."""
    small = slow(world, book=year_to(DAY).where("segment", ["T"]))
    assert {name: row | {"n_rows": 0} for name, row in by_account(small).items()} == {
        name: row | {"n_rows": 0} for name, row in by_account(slow(world)).items() if row["segment"] == "T"
    }


# --- order, search, pages, refusals

ORDERS = {
    "cost": ["before", "i40", "j40", "t100", "c60", "t10", "c90"],  # late: 20, 10; then 900, 500, 30, 1, none
    "slowest": ["before", "t100", "c60", "c90", "t10", "i40", "j40"],
    "renewal": ["before", "i40", "j40", "t100", "c60", "t10", "c90"],
    "account": [
        "before",
        "c60",
        "c90",
        "j40",
        "t10",
        "t100",
        "i40",
    ],  # i40 has no name, and its id comes after "Customer"
}


@pytest.mark.parametrize("sort", SORTS)
def test_orders(world, sort):
    assert slow(world, sort=sort).table["account"].tolist() == ORDERS[sort]


def test_pages_put_together_are_the_whole(world):
    whole = slow(world).table
    pages = [slow(world, limit=3, offset=at) for at in (0, 3, 6, 9)]
    pd.testing.assert_frame_equal(pd.concat([each.table for each in pages[:3]], ignore_index=True), whole)
    assert [len(each.table) for each in pages] == [3, 3, 1, 0]
    assert {each.notes for each in pages} == {slow(world).notes} and set(whole["n_rows"]) == {7}


def test_stage_journey_and_search_choose(world):
    assert set(slow(world, stage="Second").table["account"]) == {"c60", "c90", "t10"}
    assert len(slow(world, stage="Last").table) == 0
    assert len(slow(world, journey="").table) == len(WORKED)
    assert slow(world, search="CUSTOMER C").table["account"].tolist() == ["c60", "c90"]
    assert slow(world, search="i4").table["account"].tolist() == ["i40"]


@pytest.mark.parametrize("search", ["%", "_", "' or 1=1 --", "\\", "$stage", '"', "x\x00", "🙂", "a" * 10_000])
def test_a_search_is_text_and_nothing_else(world, search):
    assert len(slow(world, search=search).table) == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"sort": "arr"}, "no order 'arr'; choose from cost, slowest, renewal, account"),
        ({"stage": "Third"}, "no such stage: there are First, Second, Last"),
        ({"journey": "S"}, "no such journey"),
        ({"limit": -1}, "no negative rows"),
    ],
)
def test_what_there_is_none_of_is_refused(world, options, said):
    with pytest.raises(Refused, match=said):
        slow(world, **options)


def test_an_account_without_a_stage_is_said_to_be_in_none(flag_store):
    answer = slow(open_store(flag_store), day=date(2026, 11, 1), of=WORDS)
    assert answer.notes == ("No account of the book is inside a stage before the last.",)


# --- a twin on the sample


def survival_twin(peers: list[tuple]) -> list[tuple[int, float]]:
    """(day, share not through), exits and those inside censored."""
    left, steps = 1.0, []
    for day in sorted({n for n, ending in peers if ending == "completed"}):
        left *= 1 - sum(each == (day, "completed") for each in peers) / sum(n >= day for n, _ in peers)
        steps.append((day, left))
    return steps


def chance_twin(peers: list[tuple], day: int, ahead: int) -> float:
    """Of peers still inside after `day`, those through within `ahead` more; by running through the days."""
    rest = [each for each in peers if each[0] > day]
    if not rest or (
        max(n for n, _ in rest) < day + ahead and any(n == max(rest)[0] and e == "inside" for n, e in rest)
    ):
        return math.nan
    waiting, done = 1.0, 0.0
    for at in range(day + 1, day + ahead + 1):
        n = sum(each >= at for each, _ in rest)
        through, gone = (sum(each == (at, ending) for each in rest) for ending in ("completed", "exited"))
        done += waiting * through / n if n else 0
        waiting *= 1 - (through + gone) / n if n else 1
    return done


def test_the_sample_agrees_with_a_twin(sample_store):
    snapshot = open_store(sample_store)
    book, least = year_to(snapshot.manifest.as_of), 6
    of = replace(WORDS, journey=replace(WORDS.journey, least_accounts=least))
    with ask(snapshot, book, of) as con:
        spells = con.execute(
            "select spell.*, scope.segment::varchar as segment from journey_spell_on($day, 30) as spell join scope using (_account)",
            {"day": book.as_of},
        ).df()
        table = laggards(con, book, of).table.set_index("account")
    opens, closes, today = (pd.Timestamp(each) for each in (book.opens_on, book.closes_on, book.as_of))
    is_peer = (spells["entered_on"] >= opens) & (spells["entered_on"] < min(closes, today))
    n_told = 0
    for row in spells[(spells["ending"] == "inside") & ~spells["is_last"]].itertuples():
        peers = spells[is_peer & (spells["stage"] == row.stage)]
        own = peers[peers["segment"] == row.segment]
        peers = own if len(own) >= least else peers
        seen = list(zip(peers["days"], peers["ending"], strict=True))
        steps = survival_twin(seen) if len(seen) >= least else []
        slow_days = next((day for day, share in steps if share <= 0.25 + 1e-9), row.expected_days or math.inf)
        assert (row.account in table.index) == (row.days >= max(slow_days, 1)), row
        if row.account not in table.index:
            continue
        got = table.loc[row.account]
        assert (got["stage"], got["days"], got["n_peers"]) == (row.stage, row.days, len(seen))
        assert got["slow_since"] == row.entered_on + pd.Timedelta(days=slow_days)
        if len(seen) < least:
            assert math.isnan(got["percentile"])
            continue
        n_told += 1
        still = next((share for day, share in reversed(steps) if day <= row.days), 1.0)
        half = next((day for day, share in steps if share <= still / 2 + 1e-9), None) if still > 1e-9 else None
        assert got["percentile"] == pytest.approx(1 - still)
        assert (None if pd.isna(got["expected_on"]) else (got["expected_on"] - today).days) == (
            half and half - row.days
        )
        assert got["next_rate"] == pytest.approx(chance_twin(seen, row.days, 30), nan_ok=True)
    assert n_told >= 5


# --- the chance ahead


def some(days_inside, ending) -> Stays:
    ending = np.asarray(ending)
    return Stays(np.asarray(days_inside, float), *(np.where(ending == each, 1.0, 0.0) for each in range(3)))


@given(st.lists(st.tuples(st.integers(0, 25), st.integers(0, 2)), max_size=40), st.integers(0, 27), st.integers(1, 12))
def test_the_chance_ahead_is_the_curve_of_those_still_there(stays, day, ahead):
    seen = some([n for n, _ in stays], [ending for _, ending in stays])
    is_rest = seen.days > day
    rest = aalen_johansen(*(each[is_rest] for each in (seen.days, seen.completed, seen.exited, seen.inside)))
    got = [each[0] for each in chance_after(seen, [day], ahead)]
    assert got == pytest.approx([each[0] for each in incidence_at(rest, [day + ahead])], nan_ok=True, abs=1e-7)
    curve = kaplan_meier(seen.days[is_rest], seen.completed[is_rest] > 0)
    half = next((time for time, share in zip(curve.times, curve.share, strict=True) if share <= 0.5 + 1e-12), math.nan)
    assert remaining_after(seen.dwell, [day])[0] == pytest.approx(half - day, nan_ok=True)


def test_the_chance_ahead_against_brute_force():
    """Stays of a day or more that end with chances p and q a day, seen for up to 120 days: of those there after 30, what became."""
    dice, p, q = np.random.default_rng(5), 0.02, 0.01
    truth = p / (p + q) * (1 - (1 - p - q) ** 20)
    n_worlds, is_inside, rates = 300, 0, []
    for _ in range(n_worlds):
        n = 150
        lasts, followed = dice.geometric(p + q, n), dice.integers(1, 121, n)
        is_through = dice.random(n) < p / (p + q)
        ending = np.where(lasts > followed, 2, np.where(is_through, 0, 1))
        rate, lo, hi = (each[0] for each in chance_after(some(np.minimum(lasts, followed), ending), [30], 20))
        rates.append(rate)
        is_inside += lo <= truth <= hi
    assert abs(np.mean(rates) - truth) < 4 * np.std(rates) / math.sqrt(n_worlds)
    assert 0.92 <= is_inside / n_worlds <= 0.98


def test_many_days_at_once_are_each_of_them():
    dice = np.random.default_rng(1)
    seen = some(dice.integers(0, 90, 400), dice.integers(0, 3, 400))
    at = np.arange(100)
    whole = chance_after(seen, at, 30)
    for day, ahead in itertools.product((0, 31, 60, 89, 99), (0,)):
        assert [each[day] for each in whole] == pytest.approx(
            [each[ahead] for each in chance_after(seen, [day], 30)], nan_ok=True
        )
