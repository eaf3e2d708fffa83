"""KPIs of onboarding and value, voice and contact, growth: every rule by hand, a plain twin on the sample, nothing after the day."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from lib import glossary, survival
from lib.book import year_to
from lib.facts import open_store
from lib.facts.ask import ask
from lib.facts.kpis import KPIS, parameters, relation
from lib.measures.kpis.adoption import adoption
from lib.measures.kpis.values import COLUMNS, value_times
from lib.scope import NOBODY, Scope
from lib.store import sample
from tests.worldlets import WORDS, account_frame, contract_frame, days, open_world, publish_frames

DAY = date(2026, 6, 30)  # a Tuesday: the last full week ended on Sunday, 28 June
OURS = [name for name in KPIS if KPIS[name].group in ("Onboarding and value", "Voice and contact", "Growth")]


def rows(world, names=OURS, day=DAY, written=None, scope=None, words=WORDS) -> dict[tuple[str, str], tuple]:
    """(KPI, account) -> (k, n) or why not."""
    sql = (
        f"select kpi, scope.account, k, n, why_not from {relation(names)} as part "
        "join scope on scope._account = part._account where list_contains($kpis::varchar[], kpi)"
    )
    with ask(world, year_to(day), words, *([scope] if scope else []), written=written) as con:
        found = con.execute(sql, parameters(sql, day, words) | {"kpis": list(names)}).fetchall()
    assert len(found) == len({each[:2] for each in found})
    assert all((k is None) == (n is None) == (why is not None) for _, _, k, n, why in found)
    return {(kpi, account): why or (k, n) for kpi, account, k, n, why in found}


def of(found: dict, kpi: str) -> dict:
    return {account: told for (name, account), told in found.items() if name == kpi}


def table(text: str, names: str, **kinds) -> pd.DataFrame:
    """A frame from lines of words; days as 2026-01-31, `.` is empty."""
    lines = [line.split() for line in text.strip().splitlines()]
    frame = pd.DataFrame(lines, columns=names.split(), dtype=object)
    frame = frame.where(frame != ".", None)
    for name in frame:
        if name.endswith("_on"):
            frame[name] = frame[name].map(days)
        if name.endswith("_at"):
            frame[name] = frame[name].map(lambda text: text and datetime.fromisoformat(text))
        if name in ("score", "csat", "value"):
            frame[name] = frame[name].map(lambda text: None if text is None else float(text))
    return frame.assign(**kinds)


def numbered(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(**{name: [f"{name}{n}" for n in range(len(frame))]})


STARTS = {
    "fast": "2026-01-10", "edge": "2026-01-10", "slow": "2026-01-10", "lost": "2026-01-10", "none": "2026-01-10", "api": "2026-01-10",
    "tried": "2026-01-15", "later": "2026-03-01", "just": "2026-04-01", "young": "2026-04-02", "week": "2026-06-29",
    "old": "2025-06-30", "year": "2025-07-01", "upcoming": "2026-07-05", "since ever": None,
}  # fmt: skip
EVENTS = """
fast p 2026-01-12 login
fast p 2026-01-19 login
fast p 2026-01-22 f
edge p1 2026-02-02 f
edge p2 2026-01-28 f
lost p 2026-02-25 f
none p 2026-06-29 f
api . 2026-01-12 sync
young y1 2026-03-30 f
young y1 2026-06-10 login
young y2 2026-06-29 f
young y3 2026-06-10 f
trial p 2026-03-10 f
"""
MILESTONES = [
    *((name, "First", "2026-01-10") for name in ("fast", "edge", "slow", "lost", "tried", "later", "just", "old", "year", "young")),
    ("fast", "Second", "2026-03-01"), ("edge", "Second", "2026-04-10"), ("slow", "Second", "2026-04-11"), ("tried", "Second", "2026-04-01"),
    ("later", "Second", "2026-07-01"), ("just", "Second", "2026-06-30"), ("year", "Second", "2025-08-01"),
]  # fmt: skip
SURVEYS = """
young nps 2026-06-16 . .
young nps 2026-06-17 2026-06-18 8
young nps 2026-01-02 2026-01-05 9
young nps 2026-01-01 2026-01-01 0
young nps 2026-05-01 2026-07-02 0
fast nps . 2026-06-01 9
fast nps . 2026-06-01 10
fast nps . 2026-06-01 7
fast nps . 2026-06-01 6
fast nps . 2026-06-01 0
fast nps . 2026-06-01 11
edge nps . 2026-01-01 10
slow NPS . 2026-01-02 10
young csat 2026-05-30 2026-06-01 4
young csat 2026-05-30 . .
young csat 2026-05-30 2026-07-01 99
young proficiency 2026-05-30 2026-06-01 3
young proficiency 2026-05-30 2026-06-02 4
young proficiency 2026-05-30 2026-07-02 5
"""
TICKETS = """
young 2026-04-02T00:00 2026-05-01T09:00 5
young 2026-04-01T23:59 2026-05-02T09:00 3
young 2026-01-01T00:00 2026-05-03T09:00 .
young 2026-04-03T00:00 2026-07-01T00:00 77
young 2026-07-01T00:00 . .
"""
TOUCHES = """
fast 2026-03-31T00:00 qbr
edge 2026-03-30T23:59 qbr
slow 2026-06-01T00:00 campaign
young 2026-07-01T00:00 qbr
"""
GOALS = """
fast A 2026-01-10 2026-05-31 2026-04-20 10
fast B 2026-01-10 2026-03-31 2026-05-01 .
edge A 2026-01-10 2026-05-31 2026-07-05 20
slow A 2026-07-02 2026-12-31 . 5
lost A 2026-01-10 2026-02-28 2026-03-01 40
week . 2026-07-01 . . .
tried . 2026-02-14 2026-07-31 . 7
"""
WRITTEN = {
    "goal": pa.table({"account": ["none"], "category": ["A"], "promised_on": [date(2026, 1, 1)], "due_on": [date(2026, 2, 9)],
                      "reached_on": [date(2026, 2, 9)], "value": [1.0]}),
    "touch": pa.table({"account": ["none"], "occurred_at": [datetime(2026, 6, 30, 18)], "kind": ["qbr"], "is_two_way": [True]}),
}  # fmt: skip


def usage(text: str) -> pd.DataFrame:
    frame = table(text, "account person occurred_at feature")
    steady = [("old", "p", datetime(2025, 9, 1) + timedelta(weeks=n), "f") for n in range(43)]
    return pd.concat([frame, pd.DataFrame(steady, columns=frame.columns)], ignore_index=True)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    terms = [
        {"account": name, "starts_on": days(starts), "ends_on": None, "arr": 1.0} for name, starts in STARTS.items()
    ]
    terms[3]["cancelled_on"] = date(2026, 2, 20)
    trials = [{"account": name, "starts_on": days(starts), "ends_on": days(ends), "kind": "trial"}
              for name, starts, ends in (("trial", "2026-03-01", "2026-03-15"), ("tried", "2026-01-01", "2026-01-15"))]  # fmt: skip
    people = table(
        "y1 . \ny2 .\ny3 2026-05-01", "person deactivated_on", account="young", provisioned_at=datetime(2026, 4, 2)
    )
    frames = {
        "account": account_frame([*STARTS, "trial"], csm=["Dana"] * 3 + ["Lee"] * (len(STARTS) - 2)),
        "contract": contract_frame(*terms, *trials),
        "person": people,
        "event": usage(EVENTS),
        "milestone": pd.DataFrame(
            [(account, stage, days(day)) for account, stage, day in MILESTONES],
            columns=["account", "stage", "reached_on"],
        ),
        "survey": numbered("survey", table(SURVEYS, "account kind sent_on answered_on score")),
        "ticket": numbered("ticket", table(TICKETS, "account opened_at closed_at csat")),
        "touch": numbered("touch", table(TOUCHES, "account occurred_at kind")),
        "goal": numbered("goal", table(GOALS, "account category promised_on due_on reached_on value")),
    }
    return open_world(tmp_path_factory.mktemp("value"), frames)


@pytest.fixture(scope="module")
def told(world):
    return rows(world, written=WRITTEN)


# --- onboarding and value


def test_onboarded_on_time(told):
    """90 days after 10 January is 10 April; who was lost before did not; 2 April is too young by a day."""
    alone, run, no_stage = "a trial alone", "its days to onboard still run", "no stage reached"
    assert of(told, "onboarded_on_time_rate") == {
        "fast": (1, 1), "edge": (1, 1), "slow": (0, 1), "lost": (0, 1), "none": no_stage, "api": no_stage,
        "tried": (1, 1),  # its trial began on 1 January: 1 April is day 90
        "later": (0, 1), "just": (1, 1), "young": run, "week": run, "year": (1, 1), "trial": alone,
    }  # fmt: skip


def test_first_key_action(told):
    """Use is known from 1 September 2025 to 28 June 2026, day 169 after 10 January."""
    assert of(told, "first_key_action_days") == {
        "fast": (9, 1),  # the first day of the week in which a key action was: 19 January
        "edge": (18, 1),  # the earlier of two people
        "slow": (169, 0),
        "lost": (40, 0),  # there until 19 February; the use of the 25th is after it
        "none": (169, 0),  # a use of the week that still runs
        "api": "used by machines alone",
        "tried": (178, 0), "later": (119, 0), "just": (88, 0), "trial": (9, 1),
        "young": (0, 1),  # used before its contract began
        "week": "no full week of use yet", "year": "began before use is known",
    }  # fmt: skip


def test_key_actions_are_those_of_the_definitions(world):
    words = replace(WORDS, adoption=replace(WORDS.adoption, key_actions=("login",)))
    found = of(rows(world, ["first_key_action_days"], words=words), "first_key_action_days")
    assert (found["fast"], found["edge"]) == ((2, 1), (169, 0))


def test_time_to_value_is_until_the_first_promised_outcome(told):
    found = of(told, "ttv_days")
    assert {name: found[name] for name in ("fast", "edge", "lost", "none", "tried")} == {
        "fast": (100, 1), "edge": (171, 0), "lost": (40, 0), "none": (30, 1), "tried": (180, 0),
    }  # fmt: skip
    assert {why for name, why in found.items() if name not in ("fast", "edge", "lost", "none", "tried")} == {
        "no outcome promised"
    }


def test_without_promised_outcomes_value_is_a_stage(tmp_path):
    reached = [
        ("a", "First", "2026-01-10"),
        ("a", "Value", "2026-03-01"),
        ("b", "First", "2026-01-10"),
        ("b", "Value", "2026-07-01"),
    ]
    frames = {
        "account": account_frame(["a", "b"]),
        "contract": contract_frame(*({"account": name, "starts_on": date(2026, 1, 10)} for name in "ab")),
        "milestone": pd.DataFrame([(a, s, days(d)) for a, s, d in reached], columns=["account", "stage", "reached_on"]),
    }
    bare = open_world(tmp_path / "stages", frames)
    assert of(rows(bare), "ttv_days") == {"a": (50, 1), "b": (171, 0)}
    other = replace(WORDS, adoption=replace(WORDS.adoption, value_stage="Worth"))
    assert set(of(rows(bare, words=other), "ttv_days").values()) == {"neither an outcome promised nor a stage of value"}
    assert set(of(rows(bare), "first_key_action_days").values()) == {"no use known"}


def test_engagement_of_new_accounts_is_of_people_with_an_open_login(told):
    """Of young's three one is closed; y1 was active in the last four full weeks, y2 in the running one alone."""
    assert told["onboarding_engagement_rate", "young"] == (1, 2)
    assert told["onboarding_engagement_rate", "api"] == "nobody known"


# --- voice and contact


def test_business_reviews_of_the_files_and_of_the_team(told):
    """The last 92 days begin on 31 March."""
    found = of(told, "business_review_rate")
    assert {name for name, each in found.items() if each == (1, 1)} == {"fast", "none"}
    assert {name for name, each in found.items() if each == (0, 1)} == {*STARTS, "trial"} - {"fast", "none"}


def test_tickets_are_counted_a_person(told):
    assert told["tickets_per_user", "young"] == (2, 2)  # of 2 and 3 April
    assert told["tickets_per_user", "fast"] == (0, 1)
    assert told["tickets_per_user", "api"] == "nobody known"


def test_nps_is_promoters_less_detractors(told):
    found = of(told, "net_promoter_score")
    assert (found["fast"], found["young"], found["slow"]) == ((0, 5), (1, 2), (1, 1))
    assert found["edge"] == "no answer lately"


def test_surveys_that_may_still_be_answered_do_not_count_as_unanswered(told):
    """young's of 2 January (answered), 1 May (not by the day) and 16 June; not of 17 June nor of 1 January."""
    assert told["nps_response_rate", "young"] == (1, 3)
    assert told["nps_response_rate", "lost"] == "not asked lately"


def test_a_list_of_answers_tells_nothing_of_who_was_asked(tmp_path):
    answers = table("a nps . 2026-05-01 9\na nps . 2026-05-02 9", "account kind sent_on answered_on score")
    frames = {"account": account_frame(["a"]), "survey": numbered("survey", answers)}
    found = rows(open_world(tmp_path / "answers", frames))
    assert found["nps_response_rate", "a"] == "not asked lately" and found["net_promoter_score", "a"] == (2, 2)


def test_satisfaction_is_the_share_of_fours_and_fives(told):
    """A 5 and a 3 on tickets, a 4 in a survey; what is answered in July is not known: not even that it is no 1 to 5."""
    assert told["csat_rate", "young"] == (2, 3)
    assert told["csat_response_rate", "young"] == (3, 6)  # three tickets closed and three surveys sent


def test_a_scale_that_is_not_1_to_5_gives_no_share(world, tmp_path):
    late = date(2026, 7, 1)
    assert of(rows(world, ["csat_rate"], late), "csat_rate")["young"] == "not on a scale of 1 to 5"
    frames = {
        "account": account_frame(["a", "b"]),
        "ticket": numbered("ticket", table("a 2026-05-01 2026-05-02 80\nb 2026-05-01 2026-05-02 4", "account opened_at closed_at csat")),
        "survey": numbered("survey", table("a csat 2026-05-01 2026-05-02 5", "account kind sent_on answered_on score")),
    }  # fmt: skip
    found = of(rows(open_world(tmp_path / "scales", frames)), "csat_rate")
    assert found == {"a": (1, 1), "b": "not on a scale of 1 to 5"}  # the survey is; tickets are not, of b either


def test_proficiency_is_a_mean(told):
    assert (
        told["surveyed_proficiency", "young"] == (7, 2) and told["surveyed_proficiency", "fast"] == "no answer lately"
    )


# --- growth


def term(account, starts, ends, arr=100.0, **more):
    return {"account": account, "starts_on": days(starts), "ends_on": days(ends), "arr": arr, "currency": "USD"} | more


TERMS = [
    term("grown", "2025-01-01", "2026-01-01", 100.10), term("grown", "2026-01-01", "2027-01-01", 130.30),
    term("shrunk", "2025-01-01", "2026-01-01", 80), term("shrunk", "2025-02-01", "2026-03-01", 20), term("shrunk", "2026-01-01", "2027-01-01", 60),
    term("one-off", "2025-01-01", None, 50), term("one-off", "2026-01-01", None, 999, is_recurring=False),
    term("cancels later", "2025-01-01", None, 10, cancelled_on=date(2026, 7, 1)),
    term("new", "2025-07-01", None), term("gone", "2025-01-01", "2026-01-01"), term("unknown", "2025-01-01", None, None),
    term("free", "2025-01-01", None, 0), term("euro", "2025-01-01", None, currency="EUR"), term("lower case", "2025-01-01", None, currency="usd"),
    term("both", "2025-01-01", None), term("both", "2026-01-01", None, currency="EUR"), term("derived", "2025-01-01", None, is_derived=True),
    term("trial", "2025-01-01", None, kind="trial"),
]  # fmt: skip


def test_growth_is_of_accounts_live_on_both_days_in_one_currency(tmp_path):
    names = list(dict.fromkeys(each["account"] for each in TERMS))
    book = {"account": account_frame([*names, "flagged"], churned=False), "contract": contract_frame(*TERMS)}
    found = of(rows(open_world(tmp_path / "growth", book)), "arr_growth_rate")
    derived = "its ARR of then is not known"
    assert found == {
        "grown": (30.2, 100.1), "shrunk": (-40, 100), "one-off": (0, 50), "cancels later": (0, 10), "lower case": (0, 100),
        "new": "no customer a year before", "gone": "no customer a year before", "unknown": derived, "derived": derived,
        "free": "no ARR a year before", "euro": "in another currency than most", "both": "in several currencies",
        "trial": "no contract known", "flagged": "no contract known",
    }  # fmt: skip


# Weeks of 18 May to 14 June: 12 others with 0 to 11 events a head, and those lost on 17 June. Of the 15 that tell, the fourth has 9.
LOST = {"heavy": 18, "light": 3, "seats": 100, "silent": 7, "short": 9}


def lost_world(n_others: int) -> dict[str, pd.DataFrame]:
    others = [f"o{n}" for n in range(n_others)]
    terms = [term(name, "2025-01-01", None, seats=10) for name in others]
    terms += [term(name, "2026-06-01" if name == "short" else "2025-01-01", None, cancelled_on=date(2026, 6, 17),
                   seats=10 if name == "seats" else None) for name in LOST]  # fmt: skip
    terms += [
        term("long ago", "2025-01-01", "2025-06-30"),
        term("unseen", "2025-01-01", "2025-09-01"),
        term("to go", "2025-01-01", "2026-07-01"),
    ]
    people = [(f"{name}-1", name) for name in others] + [
        ("heavy-1", "heavy"),
        ("heavy-2", "heavy"),
        ("light-1", "light"),
        ("short-1", "short"),
    ]
    events = [(name, f"{name}-1", n) for n, name in enumerate(others)] + [
        (name, None if name in ("seats", "silent") else f"{name}-1", n) for name, n in LOST.items()
    ]
    uses = [
        (name, who, datetime(2026, 5, 18, n // 60, n % 60), "f") for name, who, n_uses in events for n in range(n_uses)
    ]
    uses += [("o0", "o0-1", datetime(2025, 9, 1), "f"), ("heavy", "heavy-1", datetime(2026, 6, 15), "f")]
    return {
        "account": account_frame([*others, *LOST, "long ago", "unseen", "to go"]),
        "contract": contract_frame(*terms),
        "person": pd.DataFrame(people, columns=["person", "account"]).assign(provisioned_at=datetime(2025, 1, 1)),
        "event": pd.DataFrame(uses, columns=["account", "person", "occurred_at", "feature"]),
    }


def test_lost_at_heavy_use_is_against_those_who_lived_through_the_same_weeks(tmp_path):
    found = of(rows(open_world(tmp_path / "lost", lost_world(12))), "heavy_lost_rate")
    assert found == {
        "heavy": (1, 1),  # 18 events, 2 people: 9 a head, as the fourth of 15 has
        "light": (0, 1), "seats": (1, 1),  # nobody known, so a seat: 10
        "silent": "neither people nor seats known", "short": "lost within four weeks", "unseen": "no use known",
    }  # fmt: skip
    few = of(rows(open_world(tmp_path / "few", lost_world(5))), "heavy_lost_rate")
    assert few["heavy"] == "too few accounts to compare with"


# --- the edges of a world


@pytest.mark.parametrize("kpi", OURS)
def test_every_kpi_is_a_word_has_a_target_and_is_told_by_its_family(told, kpi):
    term = glossary.TERMS[kpi]
    assert len(term.label) <= 25
    assert getattr(WORDS.targets, kpi) > 0
    assert ("less is better" in term.meaning) == KPIS[kpi].is_less_better
    assert (term.unit == "days") == (KPIS[kpi].kind == "time")
    assert of(told, kpi) or kpi == "heavy_lost_rate"  # whose only loss is told in a world of its own


def test_without_a_scope_nothing_is_told_and_a_scope_has_its_own_alone(world):
    assert rows(world, scope=NOBODY) == {}
    own = rows(world, scope=Scope(("Dana",)), written=WRITTEN)
    assert {account for _, account in own} == {"fast", "edge", "slow"}
    assert own["net_promoter_score", "fast"] == (0, 5)


def test_a_day_before_anything_is_known_has_figures_of_nothing(world):
    day = date(2020, 1, 1)
    with ask(world, year_to(day), WORDS, Scope(("Dana",))) as con:
        answer = adoption(con, year_to(day), WORDS).table.set_index("kpi")
    assert set(OURS) <= set(answer.index) and answer.loc[OURS, "kpi_value"].isna().all()


def test_accounts_alone_are_enough_to_be_asked(tmp_path):
    bare = open_world(tmp_path / "bare", {"account": account_frame(["a"], started_on=date(2026, 1, 1))})
    found = rows(bare)
    assert (
        found["onboarded_on_time_rate", "a"] == "no stage reached"
        and found["business_review_rate", "a"] == "no contact known"
    )
    assert found["tickets_per_user", "a"] == "no ticket known"
    assert found["arr_growth_rate", "a"] == "no customer a year before"
    with ask(bare, year_to(DAY), WORDS) as con:
        answer = value_times(con, year_to(DAY), WORDS)
    assert list(answer.table) == COLUMNS and answer.table.empty and "stage Value" in answer.notes[0]


# --- what was promised, by category


def test_promised_outcomes_by_category(world):
    """A: fast 100 of 141 days due, edge open, lost not reached, none 30 (from its start, and reached on the day it was due)."""
    with ask(world, year_to(DAY), WORDS, written=WRITTEN) as con:
        answer = value_times(con, year_to(DAY), WORDS)
    found = answer.table.set_index(answer.table["category"].fillna("none"))
    a = found.loc["A"]
    assert (a["n_goals"], a["n_goals_reached"], a["n_goals_due"], a["on_time_rate"]) == (4, 2, 4, 0.5)
    # Kaplan and Meier: 30 (1 of 4 reached), 40 censored, 100 (1 of 2 reached): 0.75, then 0.375
    assert (a["value_days"], a["n_open_90"], a["n_open_180"]) == (100, 2, 0)
    assert (a["promised_value"], a["reached_value"], a["n_goals_valued"]) == (71, 11, 4)
    b = found.loc["B"]
    assert (b["value_days"], b["on_time_rate"], b["n_goals_valued"]) == (111, 0, 0) and np.isnan(b["promised_value"])
    every = answer.table[answer.table["is_every_category"]].iloc[0]
    assert (every["n_goals"], every["n_goals_reached"], every["promised_value"]) == (6, 3, 78)
    assert (found.loc["none", "n_goals"].tolist(), found.loc["none", "n_goals_due"].tolist()) == ([6, 1], [5, 0])


# --- the sample: a plain twin, and nothing after the day

TODAY = date(2026, 5, 12)  # a Tuesday within the two years


@pytest.fixture(scope="module")
def raw() -> dict[str, pd.DataFrame]:
    return frames(220, seed=3)


@pytest.fixture(scope="module")
def known(raw) -> dict[str, pd.DataFrame]:
    return known_by(raw, TODAY)


@pytest.fixture(scope="module")
def sampled(raw, tmp_path_factory):
    return made(tmp_path_factory.mktemp("sampled"), raw)


def frames(accounts: int, seed: int) -> dict[str, pd.DataFrame]:
    """The sample company in pandas; money as numbers."""
    found = {name: part.to_pandas(date_as_object=True) for name, part in sample.tables(accounts, seed=seed)}
    for name, column in (("account", "acquisition_cost"), ("contract", "arr")):
        found[name][column] = found[name][column].astype(float)
    return found


def made(store, frames):
    publish_frames(store, {name: frame.astype(object) for name, frame in frames.items() if name != "entitlement"})
    return open_store(store)


def known_by(raw: dict[str, pd.DataFrame], day: date) -> dict[str, pd.DataFrame]:
    """The sample as it was known at the end of `day`."""

    def until(frame, name):
        return frame[frame[name].map(lambda value: pd.isna(value) or as_day(value) <= day)]

    def hidden(frame, name, *also):
        late = frame[name].map(lambda value: pd.notna(value) and as_day(value) > day)
        return frame.assign(**{each: frame[each].astype(object).mask(late, None) for each in (name, *also)})

    known = dict(raw)
    for name, by in (("contract", "starts_on"), ("event", "occurred_at"), ("milestone", "reached_on"), ("ticket", "opened_at"),
                     ("survey", "sent_on"), ("touch", "occurred_at"), ("goal", "promised_on"), ("person", "provisioned_at")):  # fmt: skip
        known[name] = until(raw[name], by)
    for name, by, *also in (("contract", "cancelled_on"), ("contract", "notice_given_on"), ("ticket", "closed_at", "csat"), ("goal", "reached_on"),
                            ("survey", "answered_on", "score"), ("person", "deactivated_on")):  # fmt: skip
        known[name] = hidden(known[name], by, *also)
    return known


def as_day(value) -> date:
    return pd.Timestamp(value).date()


def test_nothing_after_the_day_changes_anything(known, sampled, tmp_path):
    then = made(tmp_path / "then", known)
    assert rows(sampled, day=TODAY) == rows(then, day=TODAY)
    assert rows(sampled, day=TODAY) != rows(sampled, day=TODAY + timedelta(days=60))
    both = []
    for world in (sampled, then):
        with ask(world, year_to(TODAY), WORDS) as con:
            both.append(value_times(con, year_to(TODAY), WORDS).table)
    pd.testing.assert_frame_equal(*both)
    assert len(both[0]) > 3


def within(frame: pd.DataFrame, name: str, n_days: int, least: int = 0) -> pd.DataFrame:
    """The rows of the last `n_days` days, those of the last `least` left out."""
    return frame[np.array([pd.notna(at) and least <= (TODAY - as_day(at)).days < n_days for at in frame[name]], bool)]


def ended(terms: pd.DataFrame) -> list[date]:
    """The day each term ended, or is to end; the end of time for an evergreen one."""
    both = zip(terms["ends_on"], terms["cancelled_on"], strict=True)
    return [min((each for each in two if pd.notna(each)), default=date.max) for two in both]


def last_seen(terms: pd.DataFrame) -> date:
    """The last day of an account that is gone, its grace days over; else the day itself."""
    gone = max(ended(terms))
    return gone - timedelta(days=1) if (TODAY - gone).days >= 30 else TODAY


@pytest.fixture(scope="module")
def twin(known) -> dict[tuple[str, str], tuple]:
    """The same figures from the raw rows, account by account."""
    found = {}
    by = {name: dict(list(frame.groupby("account"))) for name, frame in known.items() if "account" in frame}
    none = {name: frame.iloc[:0] for name, frame in known.items()}
    for account in known["account"]["account"]:
        mine = {name: by[name].get(account, none[name]) for name in by}
        logins = mine["person"][mine["person"]["deactivated_on"].isna()]
        seen = set(logins["person"]) | set(mine["event"]["person"].dropna()) - set(mine["person"]["person"])
        surveys = mine["survey"]
        recent = within(surveys, "answered_on", 180)
        ripe = within(surveys, "sent_on", 180, 14)
        tickets = mine["ticket"]
        closed = within(tickets, "closed_at", 180)
        nps, csat = (recent[recent["kind"] == kind]["score"] for kind in ("nps", "csat"))
        csat = pd.concat([csat, closed["csat"].dropna()])
        asked = ripe[ripe["kind"] == "nps"]
        opened = len(within(tickets, "opened_at", 90))
        reviews = within(mine["touch"][mine["touch"]["kind"] == "qbr"], "occurred_at", 92)
        figures = {
            "net_promoter_score": (sum(nps >= 9) - sum(nps <= 6), len(nps)),
            "csat_rate": (sum(csat >= 4), len(csat)),
            "nps_response_rate": (asked["answered_on"].notna().sum(), len(asked)),
            "tickets_per_user": (opened, len(seen)),
            "business_review_rate": (int(len(reviews) > 0), 1),
        }
        terms = mine["contract"][mine["contract"]["kind"] != "trial"]
        lives = list(zip(terms["arr"], terms["starts_on"], ended(terms), strict=True))
        now_arr, then_arr = (
            sum(arr for arr, starts, ends in lives if starts <= day < ends)
            for day in (TODAY, TODAY - timedelta(days=365))
        )
        if now_arr and then_arr:
            figures["arr_growth_rate"] = (float(now_arr - then_arr), float(then_arr))
        began = min(mine["contract"]["starts_on"], default=date.max)
        if 0 <= (TODAY - began).days < 365:
            last = last_seen(mine["contract"])
            past = min(mine["milestone"][mine["milestone"]["stage"] != "Onboarding"]["reached_on"], default=date.max)
            if len(terms) and (TODAY - began).days >= 90:
                figures["onboarded_on_time_rate"] = (int((past - began).days <= 90), 1)
            goals = mine["goal"]
            if len(goals):
                value = min((day for day in goals["reached_on"] if pd.notna(day) and day <= last), default=None)
                figures["ttv_days"] = (((value or last) - began).days, int(value is not None))
        found |= {(kpi, account): (float(k), float(n)) for kpi, (k, n) in figures.items() if n or kpi == "ttv_days"}
    return found


@pytest.mark.parametrize(
    "kpi",
    ["net_promoter_score", "csat_rate", "nps_response_rate", "tickets_per_user", "business_review_rate", "arr_growth_rate",
     "onboarded_on_time_rate", "ttv_days"],
)  # fmt: skip
def test_the_sample_is_as_its_raw_rows_say(sampled, twin, kpi):
    ours = {account: told for account, told in of(rows(sampled, day=TODAY), kpi).items() if not isinstance(told, str)}
    theirs = of(twin, kpi)
    assert len(theirs) > 10 and ours.keys() == theirs.keys()
    for account, told in ours.items():
        assert told == pytest.approx(theirs[account]), account


def test_first_key_action_is_as_the_raw_events_say(known, sampled):
    """Of people alone, in a feature that is neither a login nor help, in a full week: the first day of that week they used anything."""
    role = known["feature"].set_index("feature")["role"]
    events = known["event"].dropna(subset=["person"])
    events = events[
        ~events["feature"].map(known["feature"].set_index("feature")["is_system"].fillna(False)).astype(bool)
    ]
    day = pd.to_datetime(events["occurred_at"]).dt.normalize()
    events = events.assign(day=day, week=day - pd.to_timedelta(day.dt.day_of_week, unit="D"))
    closes_on = pd.Timestamp("2026-05-11")
    key = events[~events["feature"].map(role).isin(["login", "help"]) & (events["week"] < closes_on)]
    week = key.groupby(["account", "person"])["week"].min().rename("first_week").reset_index()
    both = events.merge(week, on=["account", "person"])
    first = both[both["week"] == both["first_week"]].groupby("account")["day"].min()
    began = known["contract"].groupby("account")["starts_on"].min()
    ours = of(rows(sampled, ["first_key_action_days"], TODAY), "first_key_action_days")
    reached = {account: told[0] for account, told in ours.items() if not isinstance(told, str) and told[1]}
    assert len(reached) > 10
    for account, k in reached.items():
        assert k == max((first[account].date() - began[account]).days, 0), account
    for account, told in ours.items():
        if not isinstance(told, str) and not told[1]:
            assert account not in first.index or (first[account].date() - began[account]).days > told[0]


def test_lost_at_heavy_use_is_as_the_raw_events_say(known, sampled):
    words = replace(WORDS, adoption=replace(WORDS.adoption, heavy_share=0.4))
    ours = of(rows(sampled, ["heavy_lost_rate"], TODAY, words=words), "heavy_lost_rate")
    ours = {account: told[0] for account, told in ours.items() if not isinstance(told, str)}
    terms = known["contract"][known["contract"]["kind"] != "trial"]
    terms = terms.assign(end=ended(terms))
    used_on = pd.to_datetime(known["event"]["occurred_at"]).dt.date
    assert len(ours) > 5 and set(ours.values()) == {0, 1}
    for account, is_heavy in ours.items():
        end = terms[terms["account"] == account]["end"].max()
        closes = end - timedelta(days=end.weekday())
        opens = closes - timedelta(days=28)
        n_events = known["event"][(used_on >= opens) & (used_on < closes)].groupby("account").size()
        living = terms[(terms["starts_on"] <= opens) & (terms["end"] >= closes)]
        heads = heads_between(known["person"], opens, closes)
        a_head = {}
        for other, theirs in living.groupby("account"):
            n_heads = heads.get(other, theirs["seats"].fillna(0).sum())
            if n_heads:
                a_head[other] = n_events.get(other, 0) / n_heads
        least = sorted(a_head.values(), reverse=True)[int(np.ceil(0.4 * len(a_head))) - 1]
        assert is_heavy == (a_head[account] > 0 and a_head[account] >= least - 1e-12), account


def heads_between(people: pd.DataFrame, opens: date, closes: date) -> pd.Series:
    """How many people of an account had a login at some time of the days [opens, closes)."""
    came = np.array([as_day(at) < closes for at in people["provisioned_at"]], bool)
    stayed = np.array([pd.isna(day) or day > opens for day in people["deactivated_on"]], bool)
    return people[came & stayed].groupby("account").size()


def test_curves_of_value_are_alike_in_scipy_and_statsmodels(known, sampled):
    """Durations of every promised outcome from the raw rows; the whole curve in both, and the median of the answer in each."""
    from scipy.stats import CensoredData, ecdf
    from statsmodels.duration.survfunc import SurvfuncRight

    began = known["contract"].groupby("account")["starts_on"].min()
    terms = dict(list(known["contract"].groupby("account")))
    durations, observed = [], []
    for goal in known["goal"].itertuples():
        last = last_seen(terms[goal.account])
        is_reached = pd.notna(goal.reached_on) and goal.reached_on <= last
        opens = max(goal.promised_on, began[goal.account])
        durations.append(max(((goal.reached_on if is_reached else last) - opens).days, 0))
        observed.append(is_reached)
    durations, observed = np.array(durations, float), np.array(observed, bool)
    theirs = ecdf(CensoredData(uncensored=durations[observed], right=durations[~observed])).sf
    other, ours = SurvfuncRight(durations, observed), survival.kaplan_meier(durations, observed)
    assert np.allclose(other.surv_prob, theirs.evaluate(other.surv_times), rtol=0, atol=1e-9)
    assert np.allclose(ours.share, theirs.evaluate(ours.times), rtol=0, atol=1e-9)
    with ask(sampled, year_to(TODAY), WORDS) as con:
        row = value_times(con, year_to(TODAY), WORDS).table.iloc[0]
    assert (row["n_goals"], row["n_goals_reached"]) == (len(durations), observed.sum())
    assert row["value_days"] == theirs.quantiles[theirs.probabilities <= 0.5 + 1e-12][0] == other.quantile(0.5)
    assert (row["n_open_90"], row["n_open_180"]) == ((durations >= 90).sum(), (durations >= 180).sum())


@pytest.mark.slow
def test_heavy_users_who_leave_are_found_where_they_were_planted(tmp_path):
    """At 3,000 accounts: three in four of them found at least, and three in four of those found are of them."""
    from lib.store.sample import company

    world = made(tmp_path / "planted", frames(3_000, seed=1))
    planted = {
        account
        for block, first in enumerate(range(0, 3_000, sample.BLOCK))
        for who in [company.draw(1, block, first, sample.BLOCK, planted=True)]
        for account, is_heavy in zip(who.ids.to_pylist(), who.is_heavy, strict=True)
        if is_heavy
    }
    found = of(rows(world, ["heavy_lost_rate"], date(2026, 10, 31)), "heavy_lost_rate")
    told = {account: each[0] for account, each in found.items() if not isinstance(each, str)}
    heavy, said = {a for a in told if a in planted}, {a for a in told if told[a]}
    assert len(heavy & said) / len(heavy) > 0.75 and len(heavy & said) / len(said) > 0.75
