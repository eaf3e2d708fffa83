"""What rules of exceptions are told by and of whom, by hand; and that it is what other facts say of the same day."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from lib.book import year_to
from lib.definitions.exceptions import FACTS
from lib.facts import exceptions
from lib.facts.ask import ask
from tests.worldlets import WORDS, account_frame, contract_frame, on_contracts, open_world

FEW = replace(WORDS, standing=replace(WORDS.standing, least_peers=2))
LAST = date(2026, 10, 31)
OVER, UNKNOWN, NOTHING = "over", "unknown", "nothing"
_VALUE = """
select value + pace * ($day::date - from_on), value is null and pace is null
from exception_signal
where fact = $fact and _account = (select _account from core.account where account = $account) and person is not distinct from $person
  and from_on <= $day::date and until_on > $day::date
"""


def told(con, fact: str, account: str, day: str | date, person: str | None = None):
    """A fact on a day: its value, over, unknown, or nothing at all."""
    rows = con.execute(_VALUE, {"fact": fact, "account": account, "day": day, "person": person}).fetchall()
    assert len(rows) < 2
    return OVER if rows and rows[0][1] else NOTHING if not rows else UNKNOWN if rows[0][0] is None else rows[0][0]


# -- by hand. used: six people every Monday of eight weeks from 2 March on, then three of them on two days with a main feature, then nobody.
# busy: whose use goes on, so that use is known. machine: use of no person.
def _events() -> pd.DataFrame:
    rows = []
    for week in range(35):
        monday = datetime(2026, 3, 2, 9) + timedelta(7 * week)
        rows += [(monday, "busy", "b", "open"), (monday, "machine", None, "open")]
        if week < 12:
            rows += [(monday, "used", f"p{at}", "open") for at in range(6 if week < 8 else 3)]
        if 8 <= week < 12:
            rows.append((monday + timedelta(1), "used", "p0", "api"))
    rows.append((datetime(2026, 4, 20, 9), "used", "late", "open"))
    return pd.DataFrame(rows, columns=["occurred_at", "account", "person", "feature"]).assign(quantity=1.0)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    accounts = ["used", "busy", "machine", "quick", "slow", "staged", "renewed", "tried", "prospect", "moved"]
    start, one_year = date(2026, 1, 5), date(2027, 1, 5)
    term = {"starts_on": start, "ends_on": one_year, "arr": 100.0, "seats": 10}
    refused = {"asked_to_cancel_on": date(2026, 9, 1), "notice_given_on": date(2026, 10, 1)}
    frames = {
        "account": account_frame(accounts, name=accounts, csm=["Dana", *["Jo"] * 9], segment="SMB"),
        "contract": contract_frame(
            *({"account": each} | term for each in ("used", "busy", "machine", "quick", "slow", "staged")),
            {"account": "renewed", "starts_on": date(2023, 6, 1), "ends_on": date(2024, 6, 1), "arr": 90.0},
            *({"account": "renewed", "starts_on": date(year, 6, 1), "ends_on": date(year + 1, 6, 1), "arr": 100.0} | more
              for year, more in ((2024, {}), (2025, {}), (2026, refused))),
            {"account": "tried", "starts_on": date(2026, 7, 1), "ends_on": date(2026, 7, 31), "kind": "trial"},
            {"account": "tried", "starts_on": date(2026, 7, 20), "ends_on": date(2027, 7, 20), "arr": 1.0},
            {"account": "moved", "starts_on": date(2025, 10, 1), "ends_on": date(2026, 10, 1), "arr": 1.0, "cancelled_on": date(2026, 6, 1)},
        ),
        "event": _events(),
        "feature": pd.DataFrame({"feature": ["open", "api"], "level": ["simple", "advanced"]}),
        "person": pd.DataFrame(
            [(f"p{at}", "used", "user", datetime(2026, 1, 5), None) for at in range(6)]
            + [("late", "used", "user", datetime(2026, 4, 1, 12), None), ("never", "used", "user", datetime(2026, 4, 1), date(2026, 6, 1)),
               ("boss", "staged", "Champion", datetime(2025, 1, 1), date(2026, 3, 1)),
               ("heir", "staged", "sponsor", datetime(2026, 5, 1), None),
               ("gone", "slow", "champion", datetime(2025, 1, 1), date(2026, 3, 1))],
            columns=["person", "account", "buying_role", "provisioned_at", "deactivated_on"],
        ),
        "milestone": pd.DataFrame(
            [("quick", "Onboarding", date(2026, 1, 10)), ("quick", "Adoption", date(2026, 1, 30)),
             ("slow", "Onboarding", date(2026, 1, 10)), ("slow", "Adoption", date(2026, 2, 19)),
             ("staged", "Onboarding", date(2026, 3, 1)), ("staged", "Adoption", date(2026, 4, 10)),
             ("busy", "Onboarding", date(2026, 3, 1)), ("busy", "Adoption", date(2026, 3, 1))],
            columns=["account", "stage", "reached_on"],
        ),
        "touch": pd.DataFrame(
            [("u1", "busy", datetime(2026, 2, 1), "call", True), ("u2", "used", datetime(2026, 4, 1), "call", True),
             ("u3", "used", datetime(2026, 5, 1), "email", False), ("u4", "used", datetime(2026, 6, 1), "qbr", True),
             ("u5", "used", datetime(2026, 7, 1), "campaign", True)],
            columns=["touch", "account", "occurred_at", "kind", "is_two_way"],
        ),
        "ticket": pd.DataFrame([("t", "used", datetime(2026, 6, 20, 15))], columns=["ticket", "account", "opened_at"]),
        "survey": pd.DataFrame(
            [("s1", "used", "nps", date(2026, 6, 25), date(2026, 6, 28), 6.0), ("s2", "used", "nps", date(2026, 8, 1), date(2026, 8, 2), 9.0),
             ("s3", "slow", "nps", date(2026, 3, 1), date(2026, 3, 2), 3.0)],
            columns=["survey", "account", "kind", "sent_on", "answered_on", "score"],
        ),
        "goal": pd.DataFrame([("g", "used", date(2026, 9, 1), date(2026, 9, 1))], columns=["goal", "account", "due_on", "reached_on"]),
    }  # fmt: skip
    return open_world(tmp_path_factory.mktemp("exceptions"), frames)


@pytest.fixture(scope="module")
def con(world):
    with ask(world, year_to(LAST), FEW) as con:
        exceptions.lines(con, LAST, FEW, list(FACTS))
        yield con


BY_HAND = [
    # use, read on Sundays. After one week: six of ten seats, one day in the one week known
    ("utilisation", "used", "2026-03-07", NOTHING, UNKNOWN),
    ("utilisation", "used", "2026-03-08", 0.6), ("active_people", "used", "2026-03-14", 6.0), ("active_days", "used", "2026-03-08", 1.0),
    ("people_change", "used", "2026-04-25", UNKNOWN),
    # after the eighth: 25 person-weeks (one came late) / 24, 4 days / 4; seven people
    ("people_change", "used", "2026-04-26", 25 / 24), ("days_change", "used", "2026-04-26", 1.0), ("active_people", "used", "2026-04-26", 7.0),
    # weeks 7 to 10: 6 + 7 + 3 + 3 person-weeks after 24, 1 + 1 + 2 + 2 days, a main feature in two weeks of four
    ("people_change", "used", "2026-05-10", 19 / 24), ("days_change", "used", "2026-05-16", 1.5), ("active_days", "used", "2026-05-10", 1.5),
    ("breadth", "used", "2026-05-10", 2.0), ("key_features", "used", "2026-05-10", 0.5), ("breadth", "used", "2026-04-26", 1.0),
    # weeks 9 to 12: three people; 13 to 16: nobody, and too few before to speak of a change
    ("utilisation", "used", "2026-05-24", 0.3), ("people_change", "used", "2026-05-24", 12 / 25), ("silent_days", "used", "2026-05-24", 0.0),
    ("people_change", "used", "2026-06-21", UNKNOWN), ("days_change", "used", "2026-06-21", 0.0), ("utilisation", "used", "2026-06-21", 0.0),
    # silence goes on between Sundays
    ("silent_days", "used", "2026-05-30", 6.0), ("silent_days", "used", "2026-06-10", 17.0), ("silent_days", "busy", "2026-10-25", 0.0),
    # a quarter before the 17th week: weeks 1 to 4
    ("people_growth", "used", "2026-06-27", UNKNOWN), ("people_growth", "used", "2026-06-28", 0.0),
    ("utilisation", "machine", "2026-06-28", UNKNOWN), ("silent_days", "machine", "2026-06-28", UNKNOWN),
    # peers of the segment: 10, 60 and thrice no %, and machine's are not known: a median of 0 says nothing; then 10, 30 and 0
    ("utilisation_to_peers", "used", "2026-03-08", UNKNOWN), ("utilisation_to_peers", "machine", "2026-03-08", NOTHING),
    # 20 and 40 days before 1 March: 30; staged took 15 by the 16th. In April busy's is known, on a day: 20 are the middle one
    ("onboarding_to_peers", "staged", "2026-03-16", 0.5), ("onboarding_to_peers", "staged", "2026-04-09", 39 / 20),
    ("onboarding_to_peers", "staged", "2026-04-10", OVER), ("onboarding_to_peers", "quick", "2026-01-29", UNKNOWN),
    ("onboarding_to_peers", "busy", "2026-05-01", OVER),
    # 30 days of onboarding, 60 of adoption
    ("stage_days", "staged", "2026-03-16", 0.5), ("stage_days", "staged", "2026-04-10", 0.0), ("stage_days", "staged", "2026-06-09", 1.0),
    ("stage_days", "busy", "2026-04-30", 1.0), ("stage_days", "staged", "2026-02-28", NOTHING),
    # seven months of a year are over, and nobody has adopted: one day a week each is too few. moved has no people, and is cancelled
    ("adoption_gap", "staged", "2026-07-05", 181 / 365), ("adoption_gap", "moved", "2026-05-31", NOTHING),
    # eight people with a login in June, seven once never has gone
    ("tickets", "used", "2026-06-19", 0.0), ("tickets", "used", "2026-06-20", 1 / 7), ("tickets", "used", "2026-09-18", 0.0),
    ("tickets", "renewed", "2026-06-19", NOTHING),
    ("nps", "used", "2026-06-27", NOTHING), ("nps", "used", "2026-06-28", 6.0), ("nps", "used", "2026-08-02", 9.0),
    ("nps", "slow", "2026-08-28", 3.0), ("nps", "slow", "2026-08-29", OVER),
    # since the last survey; without one since the first term, once anybody got one: on 1 March
    ("nps_days", "used", "2026-02-28", NOTHING), ("nps_days", "used", "2026-03-01", 55.0), ("nps_days", "used", "2026-06-30", 5.0),
    ("nps_days", "renewed", "2026-03-01", 1004.0),
    ("contact_days", "used", "2026-01-31", NOTHING), ("contact_days", "used", "2026-02-01", 27.0), ("contact_days", "used", "2026-05-10", 39.0),
    ("contact_days", "used", "2026-07-10", 39.0), ("quiet_days", "used", "2026-05-10", 9.0), ("quiet_days", "used", "2026-06-21", 1.0),
    ("quiet_days", "used", "2026-06-30", 2.0), ("review_days", "used", "2026-05-31", NOTHING), ("review_days", "used", "2026-06-11", 10.0),
    ("review_days", "busy", "2026-06-01", 147.0),
    ("wins", "used", "2026-08-01", NOTHING), ("wins", "used", "2026-08-15", 1.0), ("wins", "used", "2026-08-16", 0.0), ("wins", "used", "2026-09-01", 1.0),
    ("renewal_days", "renewed", "2026-05-30", 2.0), ("renewal_days", "renewed", "2026-06-01", 365.0), ("renewal_days", "moved", "2026-06-01", OVER),
    ("asked_to_cancel", "renewed", "2026-08-31", NOTHING), ("asked_to_cancel", "renewed", "2026-09-01", 1.0),
    ("notice", "renewed", "2026-09-30", NOTHING), ("notice", "renewed", "2026-10-01", 1.0),
    ("flat_renewals", "renewed", "2024-06-01", 0.0), ("flat_renewals", "renewed", "2025-06-01", 1.0), ("flat_renewals", "renewed", "2026-06-01", 2.0),
]  # fmt: skip
OF_PEOPLE = [
    ("champion_left", "staged", "boss", "2026-02-28", NOTHING), ("champion_left", "staged", "boss", "2026-03-01", 1.0),
    ("champion_left", "staged", "boss", "2026-05-01", OVER), ("champion_left", "slow", "gone", "2026-08-27", 1.0),
    ("champion_left", "slow", "gone", "2026-08-28", OVER), ("champion_left", "staged", "heir", "2026-10-31", NOTHING),
    ("never_used_days", "used", "late", "2026-04-11", 10.0), ("never_used_days", "used", "late", "2026-04-20", OVER),
    ("never_used_days", "used", "never", "2026-05-31", 60.0), ("never_used_days", "used", "never", "2026-06-01", OVER),
    ("never_used_days", "used", "p0", "2026-03-02", NOTHING),
]  # fmt: skip


@pytest.mark.parametrize(("fact", "account", "day", "expected"), [(*case[:3], case[3:]) for case in BY_HAND])
def test_facts_by_hand(con, fact, account, day, expected):
    assert told(con, fact, account, day) in [
        each if isinstance(each, str) else pytest.approx(each) for each in expected
    ]


@pytest.mark.parametrize(("fact", "account", "person", "day", "expected"), OF_PEOPLE)
def test_facts_of_people_by_hand(con, fact, account, person, day, expected):
    assert told(con, fact, account, day, person) == expected


# -- of whom
GATES_BY_HAND = [
    ("customer", "renewed", [(date(2023, 6, 1), date(2027, 6, 1))]),  # on notice: no grace days after it
    ("customer", "used", [(date(2026, 1, 5), date(2027, 2, 4))]),  # thirty of them
    ("customer", "moved", [(date(2025, 10, 1), date(2026, 6, 1))]),
    ("trial", "tried", [(date(2026, 7, 1), date(2026, 7, 20))]),  # until it bought
    ("customer", "tried", [(date(2026, 7, 20), date(2027, 8, 19))]),
    ("customer", "prospect", []), ("unprepared", "prospect", [(date(1900, 1, 1), date(9999, 12, 31))]),
    ("onboarding", "staged", [(date(2026, 1, 5), date(2026, 4, 5))]),  # ninety days, before it came to adoption
    ("onboarding", "quick", [(date(2026, 1, 5), date(2026, 1, 30))]), ("settled", "quick", [(date(2026, 1, 30), date(9999, 12, 31))]),
    ("new", "quick", [(date(2026, 3, 1), date(2026, 5, 30))]),  # 30 to 120 days after
    ("renewing", "used", [(date(2026, 9, 7), date(2027, 1, 5))]), ("renewing", "moved", []), ("renewing", "prospect", []),
]  # fmt: skip


@pytest.mark.parametrize(("gate", "account", "expected"), GATES_BY_HAND)
def test_of_whom_a_rule_is_told_by_hand(world, gate, account, expected):
    with ask(world, year_to(LAST), WORDS) as con:
        exceptions.lay(con, LAST, WORDS)
        sql = "select from_on, until_on from exception_gate join core.account using (_account) where gate = $gate and account = $account"
        assert sorted(con.execute(sql, {"gate": gate, "account": account}).fetchall()) == expected


def written(**tables: list[dict]) -> dict:
    """What the team wrote, as the workspace gives it."""
    made = {"made_by": "dana", "made_at": datetime(2026, 10, 31)}
    return {name: pa.Table.from_pylist([row | made for row in rows]) for name, rows in tables.items()}


def test_what_the_team_wrote_counts_as_what_files_say(world):
    asked = {"account": "used", "asked_on": date(2026, 9, 10), "withdrawn_on": date(2026, 9, 20)}
    plan = {"account": "used", "opened_on": date(2026, 9, 1), "closed_on": date(2026, 9, 11)}
    call = {"account": "used", "called_on": date(2026, 10, 1), "renews_on": date(2026, 10, 20)}
    touch = {"account": "used", "occurred_at": datetime(2026, 8, 1), "kind": "call", "is_two_way": True}
    goal = {"account": "slow", "reached_on": date(2026, 10, 20)}
    said = written(cancel_request=[asked], save_plan=[plan], renewal_call=[call], touch=[touch], goal=[goal])
    with ask(world, year_to(LAST), WORDS, written=said) as con:
        exceptions.lay(con, LAST, WORDS, WORDS.exceptions.triggers)
        exceptions.lines(con, LAST, WORDS, list(FACTS))
        days = [date(2026, 9, each) for each in (9, 10, 19, 20)]
        assert [told(con, "asked_to_cancel", "used", day) for day in days] == [NOTHING, 1.0, 1.0, OVER]
        assert told(con, "contact_days", "used", "2026-08-09") == 8 and told(con, "wins", "slow", "2026-10-31") == 1
        gate = con.execute(
            "select from_on, until_on from exception_gate join core.account using (_account) "
            "where gate = 'unprepared' and account = 'used' order by 1"
        ).fetchall()
    far = date(1900, 1, 1), date(9999, 12, 31)
    assert gate == [
        (far[0], date(2026, 9, 1)), (date(2026, 9, 11), date(2026, 10, 1)), (date(2026, 10, 20), far[1]),
    ]  # fmt: skip


def test_those_who_go_by_a_flag_of_their_own_are_customers_on_every_day(tmp_path):
    """Of three without a contract one has gone; the third says nothing, in a house with contracts: no customer."""
    accounts = account_frame(["stays", "went", "silent", "bought"], churned=[False, True, None, None], seats=4)
    bought = contract_frame(
        {"account": "bought", "starts_on": date(2026, 1, 1), "ends_on": date(2027, 1, 1), "arr": 1.0, "seats": 4}
    )
    days = [datetime(2026, 3, 2, 9) + timedelta(7 * week) for week in range(30)]
    events = pd.DataFrame([(day, each, "p", "f", 1.0) for day in days for each in ("stays", "silent")],
                          columns=["occurred_at", "account", "person", "feature", "quantity"])  # fmt: skip
    world = open_world(tmp_path, {"account": accounts, "contract": bought, "event": events})
    rule = replace(WORDS.exceptions.rule("Low licence utilisation"), among=())
    for day in (date(2026, 9, 20), date(2026, 9, 22)):  # a Sunday, and a day in the week
        with ask(world, year_to(day), WORDS) as con:
            exceptions.lay(con, day, WORDS, [rule])
            assert told(con, "utilisation", "stays", day) == 0.25
            rows = con.execute(
                "select account, value from exception_spell join core.account using (_account)"
            ).fetchall()
        assert sorted(rows) == [("bought", 0.0), ("stays", 0.25)]


def test_terms_of_every_kind_make_the_gates_and_the_facts_that_stand_on_the_day():
    """Random terms, evergreen, cancelled, refused, several at once: customers, who renews soon, notice and requests, day by day."""
    dice, rows = np.random.default_rng(11), []
    for _ in range(300):
        starts = LAST - timedelta(int(dice.integers(0, 900)))
        ends = None if dice.random() < 0.2 else starts + timedelta(int(dice.choice([20, 90, 365, 730])))
        row = {
            "account": f"a{dice.integers(0, 150)}",
            "starts_on": starts,
            "ends_on": ends,
            "arr": float(dice.integers(1, 4) * 100),
        }
        row |= {"kind": "trial" if dice.random() < 0.15 else "subscription", "is_recurring": bool(dice.random() < 0.9)}
        for name, share in (("notice_given_on", 0.1), ("cancelled_on", 0.15), ("asked_to_cancel_on", 0.1)):
            row[name] = starts + timedelta(int(dice.integers(0, 400))) if dice.random() < share else None
        rows.append(row)
    con = on_contracts(*rows)
    con.execute(
        "delete from core.account; insert into core.account by name select distinct _account, account from core.contract"
    )
    con.execute("create or replace temp view scope as from core.account")
    try:
        gates = con.execute("from gate_on($day, 30, 90, 30, 120, 120)", {"day": LAST}).df()
        lines = con.execute("select *, lead(from_on, 1, date '9999-12-31') over (partition by fact, _account order by from_on) as until_on "
                            "from signal_terms_on($day)", {"day": LAST}).df()  # fmt: skip
        assert not lines.duplicated(["fact", "_account", "from_on"]).any()
        for ago in range(0, 700, 23):
            day = pd.Timestamp(LAST - timedelta(ago))
            stands = con.execute("from term_on($day, 30, [30])", {"day": day.date()}).df().set_index("_account")
            is_ours = stands["is_live"] | stands["is_pending"]
            on = gates[(gates["from_on"] <= day) & (gates["until_on"] > day)]
            who = {gate: set(each["_account"]) for gate, each in on.groupby("gate")}
            assert who["customer"] == set(stands.index[is_ours])
            is_near = stands["is_live"] & (stands["days_to_renewal"] <= 120)
            assert who.get("renewing", set()) == set(stands.index[is_near])
            now = (
                lines[(lines["from_on"] <= day) & (lines["until_on"] > day)].dropna(subset="pace").set_index("_account")
            )
            now = now.assign(value=now["value"] + now["pace"] * (day - now["from_on"]).dt.days)
            of = {fact: each["value"] for fact, each in now.groupby("fact")}
            live = stands[stands["is_live"]]
            assert of["renewal_days"].reindex(live.index).equals(live["days_to_renewal"].astype(float))
            for fact, column in (("notice", "has_notice"), ("asked_to_cancel", "has_asked")):
                assert set(of.get(fact, pd.Series()).index) & set(live.index) == set(live.index[live[column]])
    finally:
        con.execute("delete from core.account")
