"""How accounts stand as of a day: every rule by hand, a day before, on and after; and a plain twin on random worlds."""

import math
import random
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.book import year_to
from lib.errors import Refused
from lib.facts.ask import ask
from lib.facts.standing import STANDING, STATES, parameters, values
from lib.scope import NOBODY, Scope
from lib.workspace import schema
from tests.worldlets import WORDS, account_frame, contract_frame, days, open_world

DAY = date(2026, 6, 30)  # a Tuesday: the last full week ended on Sunday, 28 June
WEEKS = [date(2026, 6, 22) - timedelta(weeks=n) for n in range(13)]  # Mondays, the newest first


def term(account, starts=None, ends=None, **more):
    given_days = {name: days(value) for name, value in more.items() if name.endswith(("_on", "_by"))}
    return (
        {"account": account, "starts_on": days(starts), "ends_on": days(ends), "arr": 100.0, "seats": 10}
        | more
        | given_days
    )


def uses(account, people, weeks):
    """One event a person and week."""
    return [
        {"occurred_at": datetime.combine(week, datetime.min.time()), "account": account, "person": f"{account}-{n}", "feature": "f"}
        for week in weeks for n in range(people)
    ]  # fmt: skip


@contextmanager
def asking(world, day=DAY, scope=None, written=None, book=None):
    with ask(world, book or year_to(day), WORDS, *([scope] if scope else []), written=written) as con:
        yield con


def stand(world, day=DAY, written=None, scope=None) -> dict[str, dict]:
    sql = f"select scope.account, standing.* from {STANDING} as standing join scope using (_account)"
    with asking(world, day, scope, written) as con:
        rows = con.execute(sql, parameters(sql, day, WORDS))
        names = [each[0] for each in rows.description]
        return {row[0]: dict(zip(names, row, strict=True)) for row in rows.fetchall()}


TERMS = [
    term("year", "2025-09-01", "2026-09-01", notice_by="2026-08-01"),
    term("monthly", "2026-06-15", "2026-07-15"),
    term("32 days", "2026-06-15", "2026-07-17"),
    term("evergreen", "2020-01-01"),
    term("since ever", None, "2026-07-30"),
    term("grace", "2025-06-20", "2026-06-20"),
    term("refused", "2025-06-20", "2026-06-20", notice_given_on="2026-06-01"),
    term("ends today", "2025-06-30", "2026-06-30"),
    term("begins today", "2026-06-30", "2027-06-30"),
    term("begins tomorrow", "2026-07-01", "2027-07-01"),
    term("trial", "2026-06-01", "2026-07-01", kind="trial"),
    term("cancelled", "2026-01-01", "2027-01-01", cancelled_on="2026-06-30"),
    term("cancels later", "2026-01-01", "2027-01-01", cancelled_on="2026-07-01"),
    term("notice later", "2026-01-01", "2027-01-01", notice_given_on="2026-07-01"),
    term("notice", "2026-01-01", "2027-01-01", notice_given_on="2026-06-30", asked_to_cancel_on="2026-01-05"),
    term("asked", "2026-01-01", "2027-01-01", asked_to_cancel_on="2026-06-30"),
    term("asked later", "2026-01-01", "2027-01-01", asked_to_cancel_on="2026-07-01"),
    term("one-off", "2026-01-01", "2027-01-01", is_recurring=False),
    term("two", "2026-01-01", "2027-01-01", product="A", notice_by="2026-10-01"),
    term("two", "2026-02-01", "2026-08-01", product="B", arr=7.0, notice_by="2026-07-10"),
    term("two", "2026-02-01", "2026-08-01", product="C", arr=5.0, seats=None),
    term("no seats", "2026-01-01", "2027-01-01", seats=None),
    term("renewed", "2025-03-01", "2026-03-01", notice_given_on="2026-01-01"),
    term("renewed", "2026-03-01", "2027-03-01"),
    *[term(f"use {n}", "2020-01-01", None) for n in ("drop", "just no drop", "rising", "few", "zero before", "none", "steady")],
    term("use young", "2026-05-20", None),
    *[term(f"stage {n}", "2026-06-01", None) for n in ("two a day", "back", "later")],
]  # fmt: skip
EVENTS = [
    *uses("use drop", 10, WEEKS[4:8]), *uses("use drop", 6, WEEKS[:4]),
    *uses("use just no drop", 10, WEEKS[4:8]), *uses("use just no drop", 7, WEEKS[:4]),
    *uses("use rising", 8, WEEKS[4:8]), *uses("use rising", 10, WEEKS[:1]),
    *uses("use few", 4, WEEKS[4:8]), *uses("use few", 1, WEEKS[:4]),
    *uses("use zero before", 5, WEEKS[:2]),
    *uses("use steady", 8, WEEKS), *uses("use young", 9, WEEKS[:3]),
    *uses("use none", 9, [date(2026, 6, 29)]),  # the week of the day is not full
]  # fmt: skip
STAGES = [
    *[("use steady", stage, day) for stage, day in (("First", "2024-01-01"), ("Second", "2024-02-01"), ("Third", "2024-04-01"))],
    *[("use drop", stage, day) for stage, day in (("First", "2024-01-01"), ("Second", "2024-03-01"), ("Third", "2024-07-01"))],
    ("stage two a day", "First", "2026-06-01"), ("stage two a day", "Second", "2026-06-20"), ("stage two a day", "Third", "2026-06-20"),
    ("stage back", "Second", "2026-06-02"), ("stage back", "First", "2026-06-10"),
    ("stage later", "First", "2026-06-30"), ("stage later", "Second", "2026-07-01"),
]  # fmt: skip
HOSTILE = [
    "is_live",
    "stage",
    "nps",
    "arr_at_risk",
    "notice",
    "weekly",
    "movement",
    "_segment",
    "as_of",
    "key_0",
    "is_pending",
]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    names = list(dict.fromkeys([*(each["account"] for each in TERMS), "nothing"]))
    frames = {
        "account": account_frame(names, name=names, csm="Dana", segment="S", **dict.fromkeys(HOSTILE, "x")),
        "contract": contract_frame(*TERMS),
        "event": pd.DataFrame(EVENTS),
        "milestone": pd.DataFrame([(a, s, days(d)) for a, s, d in STAGES], columns=["account", "stage", "reached_on"]),
        "ticket": pd.DataFrame(
            [("t1", "year", datetime(2026, 6, 30, 23), None), ("t2", "year", datetime(2026, 7, 1), None),
             ("t3", "year", datetime(2026, 1, 1), datetime(2026, 6, 30, 9)), ("t4", "year", datetime(2026, 1, 1), datetime(2026, 7, 1))],
            columns=["ticket", "account", "opened_at", "closed_at"], dtype=object),
        "touch": pd.DataFrame(
            [("k1", "year", datetime(2026, 6, 1), "call", True), ("k2", "year", datetime(2026, 6, 9), "campaign", True),
             ("k3", "year", datetime(2026, 6, 9), "call", False), ("k4", "year", datetime(2026, 7, 1), "call", True)],
            columns=["touch", "account", "occurred_at", "kind", "is_two_way"], dtype=object),
        "survey": pd.DataFrame(
            [("s1", "year", "nps", date(2026, 6, 1), 3), ("s2", "year", "nps", date(2026, 6, 30), 9), ("s3", "year", "nps", date(2026, 7, 1), 1),
             ("s4", "year", "csat", date(2026, 6, 30), 5)],
            columns=["survey", "account", "kind", "answered_on", "score"], dtype=object),
    }  # fmt: skip
    return open_world(tmp_path_factory.mktemp("store"), frames)


@pytest.fixture(scope="module")
def stood(world):
    return stand(world)


RULES = {
    "year": {"is_live": True, "arr": 100, "renews_on": days("2026-09-01"), "notice_by": days("2026-08-01"), "days_to_renewal": 63,
                 "renewal_window": "90 days", "notice": "none", "n_open_tickets": 2, "last_touch_on": days("2026-06-01"), "nps": 9, "is_past_onboarding": True},
    "monthly": {"is_live": True, "renews_on": None, "renewal_window": "rolling", "days_to_renewal": None, "arr_renewing": None},
    "32 days": {"renews_on": days("2026-07-17"), "renewal_window": "30 days"},
    "evergreen": {"is_live": True, "renews_on": None, "renewal_window": "rolling", "arr": 100},
    "since ever": {"is_live": True, "renewal_window": "30 days", "days_to_renewal": 30, "is_past_onboarding": True},
    "grace": {"is_live": False, "is_pending": True, "is_past": False, "renews_on": days("2026-06-20"), "days_to_renewal": -10,
                  "renewal_window": "in grace", "arr": 100, "arr_renewing": 100},
    "refused": {"is_live": False, "is_pending": False, "is_past": True, "arr": None, "renewal_window": "none", "notice": "none", "is_at_risk": False},
    "ends today": {"is_live": False, "is_pending": True, "days_to_renewal": 0},
    "begins today": {"is_live": True, "is_past_onboarding": False, "renewal_window": "later"},
    "begins tomorrow": {"is_live": False, "is_upcoming": True, "is_past": False, "arr": None},
    "trial": {"is_live": False, "is_pending": False, "is_past": False, "is_upcoming": False},
    "nothing": {"is_live": False, "is_pending": False, "is_past": False, "is_upcoming": False},
    "cancelled": {"is_live": False, "is_past": True, "is_pending": False},
    "cancels later": {"is_live": True, "renews_on": days("2027-01-01")},
    "notice later": {"notice": "none", "is_at_risk": False, "risk_reasons": []},
    "notice": {"notice": "notice given", "is_at_risk": True, "risk_reasons": ["notice given", "cancel asked"], "arr_at_risk": 100},
    "asked": {"notice": "cancel asked", "risk_reasons": ["cancel asked"]},
    "asked later": {"notice": "none"},
    "one-off": {"is_live": True, "arr": None, "renews_on": None, "renewal_window": "none"},
    "two": {"arr": 112, "seats": 20, "renews_on": days("2026-08-01"), "arr_renewing": 12, "notice_by": days("2026-07-10")},
    "no seats": {"seats": None, "seats_active_rate": None, "utilisation": "no seats given"},
    "renewed": {"notice": "none", "started_on": days("2025-03-01")},
    "use drop": {"n_active_people": 6, "usage_trend": 0.6, "movement": "significant drop", "risk_reasons": ["usage drop"],
                     "utilisation": "60 to 70 %", "seats_active_rate": 0.6, "stage": "Third"},
    "use just no drop": {"movement": "steady", "usage_trend": 0.7, "utilisation": "70 to 80 %"},
    "use rising": {"movement": "rising", "usage_trend": 1.25, "utilisation": "80 % or more"},
    "use few": {"movement": "too little use", "usage_trend": None, "n_active_people": 1, "utilisation": "under 60 %"},
    "use zero before": {"movement": "rising", "usage_trend": None},
    "use none": {"n_active_people": 0, "movement": "too little use"},
    "use young": {"n_active_people": 9, "movement": "too little use", "usage_trend": None},
    "stage two a day": {"stage": "Third", "stage_since": days("2026-06-20"), "dwell_days": 10, "is_past_onboarding": True},
    "stage back": {"stage": "Second", "stage_since": days("2026-06-02"), "dwell_days": 28},
    "stage later": {"stage": "First", "dwell_days": 0, "is_past_onboarding": False},
}  # fmt: skip


@pytest.mark.parametrize("account", RULES)
def test_rule(stood, account):
    assert {name: stood[account][name] for name in RULES[account]} == RULES[account]


def test_grace_ends_with_its_last_day(world):
    found = {day: stand(world, date(2026, 7, day))["grace"] for day in (19, 20)}
    assert (found[19]["is_pending"], found[20]["is_pending"], found[20]["is_past"]) == (True, False, True)
    assert stand(world, date(2026, 6, 19))["grace"]["renewal_window"] == "30 days"


def test_a_notice_is_known_from_its_day(world):
    assert [stand(world, date(2026, 6, day))["notice"]["notice"] for day in (29, 30)] == [
        "cancel asked",
        "notice given",
    ]


def test_use_is_not_known_past_the_end_of_the_data(world):
    late = stand(world, date(2026, 9, 1))
    assert {each["n_active_people"] for each in late.values()} == {None}
    assert {each["movement"] for each in late.values()} == {"too little use"}
    assert late["use steady"]["utilisation"] == "no use known"


def written(table: str, **columns) -> pa.Table:
    """A written table with these columns, and the others that the workspace keeps left empty."""
    n = len(next(iter(columns.values())))
    types = {each.name: each.type for each in schema(table)}
    return pa.table({name: pa.array(columns.get(name, [None] * n), kind) for name, kind in types.items()})


WRITTEN = {
    "sentiment": pa.table({"account": ["year", "year", "asked later", "grace"], "score": [5, 2, 1, 3],
                           "said_on": [date(2026, 6, 30), date(2026, 6, 30), date(2026, 7, 1), date(2026, 6, 1)],
                           "made_at": [datetime(2026, 6, 30, 8), datetime(2026, 6, 30, 9), datetime(2026, 7, 1), datetime(2026, 6, 1)]}),
    "save_plan": written("save_plan", account=["grace", "two", "monthly"], opened_on=[date(2026, 6, 30), date(2026, 1, 1), date(2026, 7, 1)],
                         closed_on=[None, date(2026, 6, 30), None], outcome=[None, "saved", None]),
    "cancel_request": pa.table({"account": ["evergreen", "monthly"], "asked_on": [date(2026, 6, 30), date(2026, 6, 1)],
                                "withdrawn_on": pa.array([None, date(2026, 6, 30)], pa.date32())}),
    "touch": pa.table({"account": ["year"], "occurred_at": [datetime(2026, 6, 30, 22)], "kind": ["email"], "is_two_way": [True]}),
}  # fmt: skip


def test_what_people_wrote_counts_from_its_day(world):
    found = stand(world, written=WRITTEN)
    assert (found["year"]["sentiment"], found["year"]["risk_reasons"]) == (2, ["low sentiment"])
    assert found["year"]["last_touch_on"] == DAY
    assert found["asked later"]["sentiment"] is None
    assert (found["grace"]["has_save_plan"], found["grace"]["risk_reasons"]) == (True, ["in a save plan"])
    assert (found["two"]["has_save_plan"], found["two"]["save_plan_outcome"]) == (False, "saved")
    assert [found[name]["notice"] for name in ("evergreen", "monthly")] == ["cancel asked", "none"]
    before = stand(world, date(2026, 6, 29), written=WRITTEN)
    assert [before[name]["notice"] for name in ("evergreen", "monthly")] == ["none", "cancel asked"]
    assert before["two"]["has_save_plan"] and not before["grace"]["has_save_plan"]


def test_of_words_said_after_the_data_ends_the_last_one_counts(world):
    """All of them count on the data's last day; one that is of an earlier day does not become the newest by being written last."""
    last = world.manifest.as_of
    said = written("sentiment", account=["year"] * 3, score=[5, 2, 4], said_on=[last + timedelta(20), last + timedelta(9), last],
                   made_at=[datetime(2027, 1, 1), datetime(2027, 1, 9), datetime(2027, 1, 10)])  # fmt: skip
    assert stand(world, last, {"sentiment": said})["year"]["sentiment"] == 5


def test_stages_stand_in_the_order_accounts_come_to_them(world):
    with asking(world) as con:
        assert values(con, "stage", DAY, WORDS) == ("First", "Second", "Third", None)


def test_a_scope_has_its_own_accounts_alone(world):
    assert stand(world, scope=NOBODY) == {}
    assert len(stand(world, scope=Scope(("dana",)))) == len(stand(world))


@settings(max_examples=25)
@given(st.integers(-200, 120))
def test_one_row_per_account_and_states_partition(world, away):
    day = DAY + timedelta(days=away)
    found = stand(world, day)
    assert len(found) == len(set(found)) == 33
    for name, state in STATES.items():
        with asking(world, day) as con:
            known = values(con, name, day, WORDS)
        for each in found.values():
            assert all(value in known for value in (each[state.column] if state.is_list else [each[state.column]]))
    for each in found.values():
        assert each["is_live"] + each["is_pending"] + each["is_past"] + each["is_upcoming"] <= 1
        assert each["is_at_risk"] == bool(each["risk_reasons"]) and (not each["ready"] or each["is_live"])


@pytest.mark.parametrize("name", STATES)
def test_the_book_cut_by_a_state_has_the_accounts_that_stand_so(world, stood, name):
    column, is_list = STATES[name].column, STATES[name].is_list
    with asking(world) as con:
        known = values(con, name, DAY, WORDS)
    for value in known:
        with asking(world, book=year_to(DAY).standing(name, [value])) as con:
            found = {account for (account,) in con.execute("select account from book").fetchall()}
            assert con.execute("select count(*) from scope").fetchone()[0] == 33
        assert found == {
            a for a, each in stood.items() if (value in each[column] if is_list else value == each[column])
        }


def test_states_and_filters_cut_together_and_what_there_is_none_of_is_refused(world):
    both = (
        replace(year_to(DAY), search="use")
        .standing("movement", ["rising", "steady"])
        .standing("utilisation", ["under 60 %"])
    )
    with asking(world, book=both) as con:
        assert con.execute("select account from book").fetchall() == [("use zero before",)]
    with asking(world, book=both.standing("utilisation", ["80 % or more", "70 to 80 %"])) as con:
        assert {a for (a,) in con.execute("select account from book").fetchall()} == {
            "use just no drop",
            "use rising",
            "use steady",
        }
    for book, said in (
        (year_to(DAY).standing("mood", ["x"]), "no state 'mood'"),
        (year_to(DAY).standing("notice", ["x'"]), "no value"),
    ):
        with pytest.raises(Refused, match=said), asking(world, book=book):
            pass


def test_an_empty_usage_and_flags_alone(flag_store):
    from lib.facts import open_store

    found = stand(open_store(flag_store), date(2026, 11, 1))
    assert len(found) == 600 and {each["is_live"] for each in found.values()} == {True, False}
    assert all(each["is_live"] != each["is_past"] for each in found.values())
    assert {each["renewal_window"] for each in found.values()} == {"none"}
    assert {each["utilisation"] for each in found.values()} == {"no seats given"}


# --- a twin, written from the words ---------------------------------------------------------------------------------


def random_world(seed: int) -> dict:
    dice = random.Random(seed)

    def a_day(low, high):
        return DAY + timedelta(days=dice.randint(low, high))

    def maybe(share, value):
        return value if dice.random() < share else None

    names = [f"a{n}" for n in range(160)]
    terms, events, stages = [], [], []
    for name in names:
        for _ in range(dice.randint(0, 3)):
            starts = maybe(0.95, a_day(-500, 20))
            ends = maybe(0.8, a_day(-60, 200))
            if starts and ends and ends <= starts:
                ends = starts + timedelta(days=dice.choice([28, 31, 32, 365]))
            terms.append({
                "account": name, "starts_on": starts, "ends_on": ends, "arr": maybe(0.9, float(dice.randint(1, 99))),
                "seats": maybe(0.8, dice.randint(0, 12)), "kind": dice.choice(["subscription", "subscription", "trial"]),
                "is_recurring": dice.choice([True, True, None, False]), "cancelled_on": maybe(0.15, a_day(-50, 20)),
                "notice_given_on": maybe(0.2, a_day(-50, 20)), "asked_to_cancel_on": maybe(0.2, a_day(-50, 20)),
                "notice_by": maybe(0.5, a_day(-50, 100)),
            })  # fmt: skip
        before, after = dice.randint(0, 9), dice.randint(0, 9)
        events += uses(name, before, dice.sample(WEEKS[4:8], 2)) + uses(name, after, dice.sample(WEEKS[:4], 2))
        at = a_day(-400, -100)
        for stage in ("A", "B", "C", "D")[: dice.randint(0, 4)]:
            stages.append((name, stage, at))
            at += timedelta(days=dice.randint(1, 90))
    events += uses("a0", 1, WEEKS)
    segments = [dice.choice(["S", "M", None]) for _ in names]
    return {"names": names, "segments": segments, "terms": terms, "events": events, "stages": stages}


def term_twin(terms: list[dict]) -> dict:
    def ended(each):
        return min(
            (
                d
                for d in (each["ends_on"], each["cancelled_on"] if (each["cancelled_on"] or date.max) <= DAY else None)
                if d
            ),
            default=date.max,
        )

    def known(each, name):
        return each[name] is not None and each[name] <= DAY

    real = [each for each in terms if each["kind"] != "trial"]
    begun = [each for each in real if (each["starts_on"] or date.min) <= DAY]
    live = [each for each in begun if ended(each) > DAY]
    grace = [
        each for each in begun
        if not live and not known(each, "cancelled_on") and not known(each, "notice_given_on") and ended(each) + timedelta(30) > DAY
    ]  # fmt: skip
    due = [
        each for each in live
        if each["is_recurring"] is not False and each["ends_on"] and (not each["starts_on"] or (each["ends_on"] - each["starts_on"]).days > 31)
    ]  # fmt: skip
    ours = live or grace

    def total(of):
        return (
            sum(each["arr"] for each in of if each["arr"] is not None)
            if any(each["arr"] is not None for each in of)
            else None
        )

    renews_on = (
        min((each["ends_on"] for each in due), default=None)
        if live
        else max((ended(each) for each in grace), default=None)
    )
    notice = "notice given" if any(known(e, "notice_given_on") for e in live) else "cancel asked" if any(
        known(e, "asked_to_cancel_on") for e in ours) else "none"  # fmt: skip
    seats = [each["seats"] for each in ours if each["seats"] is not None]
    return {
        "is_live": bool(live), "is_pending": bool(grace), "is_past": bool(begun and not live and not grace),
        "is_upcoming": bool(real and not begun), "arr": total([e for e in ours if e["is_recurring"] is not False]),
        "seats": sum(seats) if seats else None, "renews_on": renews_on, "notice": notice,
        "arr_renewing": total([e for e in (due if live else [g for g in grace if g["is_recurring"] is not False])
                               if not live or e["ends_on"] == renews_on]) if renews_on else None,
        "notice_by": min((e["notice_by"] for e in due if e["notice_by"]), default=None),
        "started": min((e["starts_on"] for e in terms if e["starts_on"] and e["starts_on"] <= DAY), default=None),
        "ended_on": max((ended(e) for e in begun), default=None) if begun and not ours else None,
    }  # fmt: skip


def median_twin(stays: list[tuple[int, bool]]) -> int | None:
    left = 1.0
    for day in sorted({stay for stay, has_left in stays if has_left}):
        n = sum(stay >= day for stay, _ in stays)
        left *= 1 - sum(stay == day and has_left for stay, has_left in stays) / n
        if left <= 0.5 + 1e-9:
            return day
    return None


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_standing_agrees_with_its_twin(tmp_path, seed):
    given_world = random_world(seed)
    frames = {
        "account": account_frame(given_world["names"], segment=given_world["segments"]),
        "contract": contract_frame(*given_world["terms"]),
        "event": pd.DataFrame(given_world["events"]),
        "milestone": pd.DataFrame(given_world["stages"], columns=["account", "stage", "reached_on"]),
    }
    found = stand(open_world(tmp_path, frames))
    terms = {
        name: term_twin([t for t in given_world["terms"] if t["account"] == name]) for name in given_world["names"]
    }
    seen = {name: ({e["person"] for e in given_world["events"] if e["account"] == name and e["occurred_at"].date() in WEEKS[:4]},
                   {e["person"] for e in given_world["events"] if e["account"] == name and e["occurred_at"].date() in WEEKS[4:8]})
            for name in given_world["names"]}  # fmt: skip
    stays: dict = {}
    reached = {
        name: [(s, d) for a, s, d in given_world["stages"] if a == name and d <= DAY] for name in given_world["names"]
    }
    for name, segment in zip(given_world["names"], given_world["segments"], strict=True):
        for at, (stage, day) in enumerate(reached[name]):
            has_left = at + 1 < len(reached[name])
            until = reached[name][at + 1][1] if has_left else min(DAY, terms[name]["ended_on"] or DAY)
            stays.setdefault((segment, stage), []).append((max((until - day).days, 0), has_left))
    for name, segment in zip(given_world["names"], given_world["segments"], strict=True):
        got, want = found[name], terms[name]
        for column in (
            "is_live",
            "is_pending",
            "is_past",
            "is_upcoming",
            "arr",
            "seats",
            "renews_on",
            "notice",
            "arr_renewing",
            "notice_by",
        ):
            assert got[column] == want[column], (name, column, got[column], want[column])
        now, before = (len(people) for people in seen[name])
        is_old = want["started"] is None or want["started"] <= WEEKS[7]
        movement = (
            "too little use" if not is_old or max(now, before) < 5
            else "significant drop" if now <= 0.6 * before else "rising" if now >= 1.25 * before else "steady"
        )  # fmt: skip
        assert (got["n_active_people"], got["movement"]) == (now, movement), name
        if want["seats"]:
            assert math.isclose(got["seats_active_rate"], now / want["seats"])
        if reached[name]:
            stage, since = reached[name][-1]
            assert (got["stage"], got["stage_since"]) == (stage, since)
            peers = stays[segment, stage]
            assert got["peers_dwell_days"] == (median_twin(peers) if len(peers) >= 10 else None), (name, stage)
