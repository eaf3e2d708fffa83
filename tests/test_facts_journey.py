"""The stages of a journey: every rule by hand, a day before, on and after; and a plain twin of random journeys in a random world."""

import random
import re
import statistics
from dataclasses import replace
from datetime import date, datetime, timedelta

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.book import year_to
from lib.definitions.journey import METRICS, NAMED, Journey, Stage
from lib.facts.ask import ask
from lib.facts.standing import values
from lib.measures.registry import reads
from lib.scope import ALL, Scope
from lib.workspace import schema
from tests.worldlets import WORDS, account_frame, contract_frame, days, open_world

DAY = date(2026, 6, 30)
MONDAY = date(2026, 6, 1)  # the week that ends on Sunday, 7 June
SPELL = "select account, stage, entered_on, left_on, exited_on, days, ending, next_stage, is_last, expected_days, journey from journey_spell_on($as_of, 30) order by account, place"


def journey(*stages: Stage, by: str = "", milestones: str = "stage") -> Journey:
    return replace(WORDS.journey, by=by, milestones=milestones, stages=stages)


def spells(world, way: Journey, day: date = DAY, scope: Scope = ALL, written=None) -> dict[str, dict[str, dict]]:
    """account -> stage -> its row, in the order of the journey."""
    with ask(world, year_to(day), replace(WORDS, journey=way), scope, written) as con:
        rows = con.execute(SPELL, {"as_of": day})
        names = [each[0] for each in rows.description]
        found: dict = {}
        for row in rows.fetchall():
            each = dict(zip(names, row, strict=True))
            found.setdefault(each["account"], {})[each["stage"]] = each
        return found


def entered(world, way: Journey, day: date = DAY, **options) -> dict[str, dict[str, str]]:
    """account -> stage -> the day it was entered."""
    return {
        account: {stage: f"{each['entered_on']}" for stage, each in stages.items()}
        for account, stages in spells(world, way, day, **options).items()
    }


def term(account: str, starts: str | None, ends: str | None = None, **more) -> dict:
    return {"account": account, "starts_on": days(starts), "ends_on": days(ends), "seats": 10, "arr": 100.0} | more


def use(account: str, people: int, week: date, feature: str = "f", at: int = 0) -> list[dict]:
    return [
        {"occurred_at": datetime.combine(week + timedelta(at), datetime.min.time()), "account": account, "person": f"{account}-{n}",
         "feature": feature} for n in range(people)
    ]  # fmt: skip


def milestones(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame([(a, s, days(d)) for a, s, d in rows], columns=["account", "stage", "reached_on"])


# --- what enters a stage


def both(name: str, **completed) -> tuple[Stage, Stage]:
    """A journey of two stages for the account `name`."""
    return Stage("A", journey=name, **completed), Stage("B", journey=name)


MET = {  # an account of its own a metric -> what completes its first stage, the day on which it does
    "people": ({"metric": "active_people", "at_least": 3}, "2026-06-07"),
    "active days": ({"metric": "active_days", "at_least": 2}, "2026-06-07"),
    "features": ({"metric": "features", "at_least": 2}, "2026-06-07"),
    "events": ({"metric": "events", "at_least": 4}, "2026-06-07"),
    "share": ({"metric": "active_share", "at_least": 0.5}, "2026-06-07"),
    "feature people": ({"metric": "feature_people", "of": "sync", "at_least": 1.5}, "2026-06-07"),
    "survey": ({"metric": "survey", "of": "NPS", "at_least": 9}, "2026-06-09"),
    "goals": ({"metric": "goals", "at_least": 2}, "2026-06-11"),
    "days": ({"metric": "days", "at_least": 29.5}, "2026-06-20"),
    "milestone": ({}, None),
}
BEFORE = MONDAY - timedelta(7)


@pytest.fixture(scope="module")
def metered(tmp_path_factory):
    """An account a metric: nearly there a week before, there in the week of 1 June."""
    events = [
        *use("people", 2, BEFORE), *use("people", 3, MONDAY),
        *use("active days", 5, BEFORE), *use("active days", 1, MONDAY), *use("active days", 1, MONDAY, at=6),
        *use("features", 5, BEFORE), *use("features", 1, MONDAY), *use("features", 1, MONDAY, "g"),
        *use("events", 3, BEFORE), *use("events", 4, MONDAY),
        *use("share", 4, BEFORE), *use("share", 5, MONDAY),
        *use("feature people", 1, BEFORE, "sync"), *use("feature people", 5, BEFORE), *use("feature people", 2, MONDAY, "sync"),
    ]  # fmt: skip
    surveys = [("nps", "2026-06-05", 8), ("csat", "2026-06-06", 9), ("Nps", "2026-06-09", 9), ("nps", "2026-06-12", 10)]
    goals = [("g1", "2026-06-04"), ("g2", "2026-06-11"), ("g3", "2026-06-12"), ("g4", None)]
    frames = {
        "account": account_frame(MET, segment=list(MET)),
        "contract": contract_frame(
            *[term(name, "2026-05-21") for name in MET],
            term("share", "2026-06-01", kind="trial", seats=100),
            term("share", "2026-01-01", "2026-06-07", seats=100),  # ended by the week's Sunday
        ),
        "event": pd.DataFrame(events),
        "survey": pd.DataFrame(
            [(f"s{n}", "survey", kind, days(on), score) for n, (kind, on, score) in enumerate(surveys)],
            columns=["survey", "account", "kind", "answered_on", "score"],
        ),
        "goal": pd.DataFrame(
            [(goal, "goals", days(on)) for goal, on in goals], columns=["goal", "account", "reached_on"], dtype=object
        ),
    }
    return open_world(tmp_path_factory.mktemp("store"), frames)


METERED = journey(*(each for name, (rule, _) in MET.items() for each in both(name, **rule)), by="segment")


def test_every_metric_is_tried():
    assert {rule.get("metric", "milestone") for rule, _ in MET.values()} == set(METRICS)


@pytest.mark.parametrize("name", MET)
def test_a_metric_completes_a_stage_on_the_day_it_is_met_and_not_before(metered, name):
    begun, met_on = ("2026-01-01" if name == "share" else "2026-05-21"), MET[name][1]
    if met_on is None:
        assert name not in entered(metered, METERED)  # nothing would ever end its first stage
        return
    for away, is_met in ((-1, False), (0, True), (1, True)):
        found = entered(metered, METERED, days(met_on) + timedelta(away))[name]
        assert found == {"A": begun} | ({"B": met_on} if is_met else {})


def test_an_outcome_written_in_the_app_counts_as_one_of_the_files(metered):
    empty = {each.name: pa.array([None], each.type) for each in schema("goal")}
    goal = pa.table(empty | {"account": pa.array(["goals"]), "reached_on": pa.array([date(2026, 6, 5)], schema("goal").field("reached_on").type)})  # fmt: skip
    assert entered(metered, METERED, written={"goal": goal})["goals"]["B"] == "2026-06-05"
    assert entered(metered, METERED, date(2026, 6, 4), written={"goal": goal})["goals"] == {"A": "2026-05-21"}


def test_a_threshold_beyond_all_days_and_counts_is_never_met(metered):
    far = journey(
        *(each for name in ("days", "goals") for each in both(name, metric=name, at_least=9e11)), by="segment"
    )
    assert {name: list(stages) for name, stages in entered(metered, far).items()} == {"days": ["A"], "goals": ["A"]}


# --- what files record, and what ends what metrics tell

WAY = (
    Stage("First", metric="goals", expected_days=30),
    Stage("Second", metric="survey", of="nps", expected_days=10),
    Stage("Third", metric="days", at_least=20),
    Stage("Last"),
    Stage("Deal lost", is_exit=True),
)
RECORDED = [
    ("recorded", "First", "2026-02-01"), ("recorded", " second ", "2026-03-01"), ("recorded", "Second", "2026-04-01"),
    ("out of order", "Third", "2026-02-01"), ("out of order", "Second", "2026-03-01"), ("out of order", "First", "2026-02-10"),
    ("skips", "First", "2026-01-05"), ("skips", "Third", "2026-02-05"),
    ("exit", "First", "2026-01-05"), ("exit", "deal LOST", "2026-01-20"),
    ("exit first", "Deal lost", "2026-01-20"), ("exit first", "Second", "2026-01-31"),
    ("same day", "First", "2026-01-05"), ("same day", "Second", "2026-01-05"),
    ("elsewhere", "First", "2026-01-05"), ("elsewhere", "Kick-off", "2026-01-01"),
    ("lost", "First", "2026-01-05"), ("lost late", "First", "2026-01-05"), ("lost late", "Second", "2026-05-31"),
    ("in grace", "First", "2026-01-05"), ("no day", "First", None),
]  # fmt: skip


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    names = list(dict.fromkeys([*(account for account, _, _ in RECORDED), "nothing"]))
    ends = {"lost": "2026-05-01", "lost late": "2026-05-01", "in grace": "2026-06-15"}
    frames = {
        "account": account_frame(names, segment="S", csm=["Dana" if name != "same day" else "Lee" for name in names]),
        "contract": contract_frame(*[term(name, "2026-01-01", ends.get(name)) for name in names]),
        "milestone": milestones(*RECORDED),
        "goal": pd.DataFrame([(f"g {name}", name, date(2026, 1, 15)) for name in names], columns=["goal", "account", "reached_on"]),
        "survey": pd.DataFrame([(f"s {name}", name, "nps", date(2026, 1, 10), 9) for name in names],
                               columns=["survey", "account", "kind", "answered_on", "score"]),
    }  # fmt: skip
    return open_world(tmp_path_factory.mktemp("store"), frames)


BY_STAGE = {  # First, Second and Third are recorded of somebody: metrics tell no more than Last, 20 days after Third
    "recorded": {"First": "2026-02-01", "Second": "2026-03-01"},
    "out of order": {"First": "2026-02-01", "Second": "2026-02-01", "Third": "2026-02-01", "Last": "2026-02-21"},
    "skips": {"First": "2026-01-05", "Third": "2026-02-05", "Last": "2026-02-25"},
    "exit": {"First": "2026-01-05"},
    "exit first": {"Second": "2026-01-31"},
    "same day": {"First": "2026-01-05", "Second": "2026-01-05"},
    "elsewhere": {"First": "2026-01-05"},
    "lost": {"First": "2026-01-05"},
    "lost late": {"First": "2026-01-05", "Second": "2026-05-31"},
    "in grace": {"First": "2026-01-05"},
}
BY_ACCOUNT = {  # who has no record of a stage enters it when the one before is completed: goal 15, survey 10 January, then 20 days
    "recorded": {"First": "2026-02-01", "Second": "2026-03-01", "Third": "2026-03-01", "Last": "2026-03-21"},
    "out of order": {"First": "2026-02-01", "Second": "2026-02-01", "Third": "2026-02-01", "Last": "2026-02-21"},
    "skips": {"First": "2026-01-05", "Second": "2026-01-15", "Third": "2026-02-05", "Last": "2026-02-25"},
    "exit": {"First": "2026-01-05", "Second": "2026-01-15", "Third": "2026-01-15", "Last": "2026-02-04"},
    "exit first": {"First": "2026-01-01", "Second": "2026-01-31", "Third": "2026-01-31", "Last": "2026-02-20"},
    "same day": {"First": "2026-01-05", "Second": "2026-01-05", "Third": "2026-01-10", "Last": "2026-01-30"},
    "nothing": {"First": "2026-01-01", "Second": "2026-01-15", "Third": "2026-01-15", "Last": "2026-02-04"},
    "no day": {"First": "2026-01-01", "Second": "2026-01-15", "Third": "2026-01-15", "Last": "2026-02-04"},
}


@pytest.mark.parametrize("account", [*BY_STAGE, "nothing", "no day"])
def test_what_is_recorded_wins_for_the_whole_stage(recorded, account):
    assert entered(recorded, journey(*WAY)).get(account, {}) == BY_STAGE.get(account, {})


@pytest.mark.parametrize("account", BY_ACCOUNT)
def test_what_is_recorded_wins_account_by_account(recorded, account):
    assert entered(recorded, journey(*WAY, milestones="account"))[account] == BY_ACCOUNT[account]


def test_a_stage_is_told_by_its_metric_until_somebody_is_recorded_in_it(recorded):
    """Third is recorded of somebody for the first time on 1 February."""
    told = {day: entered(recorded, journey(*WAY), date(2026, 2, 1) - timedelta(day))["same day"] for day in (1, 0)}
    assert told[0] == BY_STAGE["same day"]
    assert told[1] == BY_STAGE["same day"] | {"Third": "2026-01-10", "Last": "2026-01-30"}
    assert entered(recorded, journey(*WAY), date(2026, 1, 4)) == {
        "elsewhere": {"Kick-off": "2026-01-01"}
    }  # all there is


@pytest.mark.parametrize("milestones", ["stage", "account"])
def test_an_optional_stage_is_passed_over_and_any_other_ends_what_metrics_tell(metered, milestones):
    """Extra is for who answered a survey, which "goals" was never sent; its first outcome, of 4 June, completes it all the same."""
    begin, extra, then = (
        Stage("Begin", metric="survey", of="nps"),
        Stage("Extra", metric="goals", is_optional=True),
        Stage("Then"),
    )
    way = journey(begin, extra, then, milestones=milestones)
    assert entered(metered, way)["goals"] == {"Begin": "2026-05-21", "Then": "2026-06-04"}
    must = journey(begin, replace(extra, is_optional=False), then, milestones=milestones)
    assert entered(metered, must)["goals"] == {"Begin": "2026-05-21"}


def test_a_start_begins_no_stage_that_nothing_would_end(metered):
    """Extra would be entered by a record, of which there is none; as long as Extra is optional, Then can come first."""
    begin, extra, then = Stage("Begin"), Stage("Extra", metric="goals"), Stage("Then")
    assert entered(metered, journey(begin, extra, then)) == {}
    assert entered(metered, journey(begin, replace(extra, is_optional=True), then))["goals"] == {
        "Begin": "2026-05-21",
        "Then": "2026-06-04",
    }
    asked = journey(replace(begin, metric="survey", of="nps"), then)
    assert [len(entered(metered, asked, date(2026, 6, day))) for day in (4, 5)] == [
        0,
        len(MET),
    ]  # as long as nobody was asked


def test_days_count_from_a_stage_that_was_entered(metered):
    way = journey(Stage("Begin"), Stage("Extra", metric="days", at_least=5, is_optional=True), Stage("Then"))
    assert entered(metered, way)["goals"] == {"Begin": "2026-05-21"}


def test_no_stage_begins_before_the_one_before_it(recorded):
    """The survey of 10 January completes Second at once when the goal of 15 January begins it."""
    found = spells(recorded, journey(*WAY, milestones="account"))["nothing"]
    assert [(each["days"], each["ending"]) for each in found.values()] == [
        (14, "completed"), (0, "completed"), (20, "completed"), (146, "inside")
    ]  # fmt: skip


# --- how stays end


def test_a_stay_has_its_days_its_end_and_what_came_next(recorded):
    found = spells(recorded, journey(*WAY))
    first = found["skips"]["First"]
    assert (first["left_on"], first["days"], first["ending"], first["next_stage"]) == (
        days("2026-02-05"),
        31,
        "completed",
        "Third",
    )
    assert (first["expected_days"], first["is_last"], first["journey"]) == (30, False, "")
    last = found["skips"]["Last"]
    assert (last["is_last"], last["left_on"], last["next_stage"], last["ending"]) == (True, None, None, "inside")
    assert (last["days"], last["expected_days"]) == (125, 0)  # 25 February to 30 June


def test_an_exit_ends_the_stage_one_is_in_on_its_day_or_on_the_day_one_comes(recorded):
    found = spells(recorded, journey(*WAY))
    assert [(found[a][s]["exited_on"], found[a][s]["days"], found[a][s]["ending"]) for a, s in (("exit", "First"), ("exit first", "Second"))] == [
        (days("2026-01-20"), 15, "exited"), (days("2026-01-31"), 0, "exited"),
    ]  # fmt: skip
    before = spells(recorded, journey(*WAY), date(2026, 1, 19))["exit"]["First"]
    assert (before["ending"], before["days"]) == ("inside", 14)
    assert spells(recorded, journey(*WAY), date(2026, 1, 20))["exit"]["First"]["ending"] == "exited"


def test_a_lost_account_exits_with_its_last_term_once_the_grace_days_are_over(recorded):
    for day, ending, n_days in (
        ("2026-05-30", "inside", 145),
        ("2026-05-31", "exited", 116),
        ("2026-06-30", "exited", 116),
    ):
        stay = spells(recorded, journey(*WAY), days(day))["lost"]["First"]
        assert (stay["ending"], stay["days"]) == (ending, n_days), day
    late = spells(recorded, journey(*WAY))["lost late"]
    assert [(each["ending"], each["days"]) for each in late.values()] == [("completed", 146), ("exited", 0)]
    assert spells(recorded, journey(*WAY))["in grace"]["First"]["ending"] == "inside"


# --- journeys by a column


@pytest.fixture(scope="module")
def segments(tmp_path_factory):
    names = ["small", "big", "other", "none"]
    return open_world(
        tmp_path_factory.mktemp("store"),
        {
            "account": account_frame(names, segment=["S", "L", "M", None], csm=["Dana", "Dana", "Dana", "Lee"]),
            "contract": contract_frame(*[term(name, "2026-01-01") for name in names]),
            "milestone": milestones(*[(name, stage, day) for name in names for stage, day in (("Both", "2026-02-01"), ("Large", "2026-03-01"))]),
        },
    )  # fmt: skip


SMALL = (Stage("Begin", journey="S"), Stage("Both", journey="S"))
LARGE = (Stage("Begin", journey="L"), Stage("Large", journey="L"), Stage("Both", journey="L"))
ALL_OTHERS = (Stage("Both"), Stage("Begin"))


def test_a_value_has_its_own_journey_and_the_rest_that_for_everybody_or_none(segments):
    own = {"small": {"Begin": "2026-01-01", "Both": "2026-02-01"}, "big": {"Begin": "2026-01-01", "Large": "2026-02-01", "Both": "2026-02-01"}}  # fmt: skip
    assert entered(segments, journey(*SMALL, *LARGE, by="segment")) == own
    rest = {name: {"Both": "2026-02-01"} for name in ("other", "none")}
    assert entered(segments, journey(*SMALL, *LARGE, *ALL_OTHERS, by="segment")) == own | rest


def test_a_column_there_is_none_of_leaves_everybody_on_the_journey_for_everybody(segments):
    everybody = {name: {"Both": "2026-02-01"} for name in ("small", "big", "other", "none")}
    assert entered(segments, journey(*SMALL, *ALL_OTHERS, by="no such column")) == everybody
    assert entered(segments, journey(*SMALL, by="no such column")) == {}


# --- the files' own order, and the scope


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory):
    """Three stages and an exit of which the journey names none. Lee's accounts come to Demo and Offer the other way round."""
    rows = [
        ("a", "Demo", "2026-01-01"), ("a", "Offer", "2026-01-11"), ("a", "Won", "2026-02-01"),
        ("b", "Demo", "2026-01-01"), ("b", "Offer", "2026-01-05"), ("b", "Lost to a rival", "2026-01-09"),
        ("c", "Offer", "2026-03-01"), ("c", "Demo", "2026-03-03"), ("c", "Pilot", "2026-04-01"),
        ("d", "Demo", "2026-07-01"),
    ]  # fmt: skip
    frames = {
        "account": account_frame("abcd", csm=["Dana", "Dana", "Lee", "Dana"]),
        "contract": contract_frame(*[term(name, "2026-01-01") for name in "abcd"]),
        "milestone": milestones(*rows),
    }
    return open_world(tmp_path_factory.mktemp("store"), frames)


def test_stages_no_journey_names_stand_in_the_order_accounts_come_to_them(pipeline):
    """Medians of days since the first: Demo 0, Offer 4, Pilot 31, Won 31; what says lost is an exit."""
    found = spells(pipeline, WORDS.journey)
    assert {account: {stage: str(each["entered_on"]) for stage, each in stages.items()} for account, stages in found.items()} == {
        "a": {"Demo": "2026-01-01", "Offer": "2026-01-11", "Won": "2026-02-01"},
        "b": {"Demo": "2026-01-01", "Offer": "2026-01-05"},
        "c": {"Demo": "2026-03-01", "Offer": "2026-03-01", "Pilot": "2026-04-01"},
    }  # fmt: skip
    assert [(each["ending"], each["exited_on"]) for each in found["b"].values()] == [
        ("completed", None),
        ("exited", days("2026-01-09")),
    ]
    assert [each["is_last"] for each in found["a"].values()] == [False, False, True]
    assert entered(pipeline, WORDS.journey, date(2026, 1, 1)) == {
        "a": {"Demo": "2026-01-01"},
        "b": {"Demo": "2026-01-01"},
    }


def test_names_that_fit_bring_the_journey_back(pipeline):
    way = journey(Stage("Offer"), Stage("won"))
    assert entered(pipeline, way)["a"] == {"Offer": "2026-01-11", "won": "2026-02-01"}


def test_the_accounts_of_others_are_in_no_answer_nor_are_the_stages_they_alone_reached(pipeline):
    dana, whole = Scope(("Dana",)), spells(pipeline, WORDS.journey)
    assert spells(pipeline, WORDS.journey, scope=dana) == {name: whole[name] for name in "ab"}
    with ask(pipeline, year_to(DAY), WORDS, dana) as con:
        assert values(con, "stage", DAY, WORDS) == ("Demo", "Offer", "Won", None)


def test_of_another_book_a_scope_hears_no_day(recorded):
    whole = spells(recorded, journey(*WAY, milestones="account"))
    lee = spells(recorded, journey(*WAY, milestones="account"), scope=Scope(("Lee",)))
    assert lee == {"same day": whole["same day"]}


# --- the twin: random journeys in a random world, written from the words

N = 60
SEGMENTS = ("S", "M", None)
NAMES = ("A", "B", "C", "D", "E")
FEATURES = ("f", "g", "h")
OPENS = date(2026, 1, 5)  # a Monday


def random_world(seed: int) -> dict[str, list[dict]]:
    dice = random.Random(seed)

    def a_day(low=0, high=176):
        return OPENS + timedelta(dice.randint(low, high))

    def maybe(share, value):
        return value if dice.random() < share else None

    rows: dict = {name: [] for name in ("account", "contract", "milestone", "event", "survey", "goal")}
    for number in range(N):
        name = f"a{number}"
        rows["account"].append(
            {
                "account": name,
                "segment": dice.choice(SEGMENTS),
                "started_on": maybe(0.3, a_day()),
                "csm": dice.choice(["Dana", "Lee"]),
            }
        )
        for _ in range(dice.choice([0, 1, 1, 2])):
            starts, kind = maybe(0.9, a_day(-30, 100)), dice.choice(["subscription"] * 4 + ["trial"])
            ends, cancelled = maybe(0.4, a_day(101, 200)), maybe(0.2, a_day(101, 200))
            rows["contract"].append(
                {
                    "account": name,
                    "starts_on": starts,
                    "ends_on": ends,
                    "cancelled_on": cancelled,
                    "kind": kind,
                    "seats": maybe(0.8, dice.randint(1, 6)),
                }
            )
        for stage in dice.sample([*"abcdexy", "gone"], dice.choice([0, 0, 1, 2, 4])):
            rows["milestone"].append({"account": name, "stage": stage, "reached_on": a_day()})
        for _ in range(dice.choice([0, 3, 9])):
            week, people = OPENS + timedelta(7 * dice.randint(0, 24)), dice.randint(1, 5)
            rows["event"] += use(name, people, week, dice.choice(FEATURES), dice.randint(0, 6))
        for n in range(dice.choice([0, 0, 2])):
            rows["survey"].append(
                {
                    "survey": f"{name}{n}",
                    "account": name,
                    "kind": dice.choice(["nps", "csat"]),
                    "answered_on": maybe(0.9, a_day()),
                    "score": float(dice.randint(0, 10)),
                }
            )
        for n in range(dice.choice([0, 0, 1, 3])):
            rows["goal"].append({"goal": f"{name}{n}", "account": name, "reached_on": maybe(0.8, a_day())})
    return rows  # fmt: skip


def frames_of(rows: dict[str, list[dict]]) -> dict[str, pd.DataFrame]:
    frames = {name: pd.DataFrame(each, dtype=object) for name, each in rows.items() if each}
    return frames | {"contract": contract_frame(*rows["contract"])}


@pytest.fixture(scope="module")
def random_worlds(tmp_path_factory):
    worlds = [
        (rows, open_world(tmp_path_factory.mktemp("store"), frames_of(rows))) for rows in map(random_world, (1, 2))
    ]
    return worlds.__getitem__


class Twin:
    """What the words say, account by account, of what is known on a day."""

    def __init__(self, rows: dict[str, list[dict]], way: Journey, day: date):
        self.rows, self.way, self.day = rows, way, day
        said = [each for each in rows["milestone"] if each["reached_on"] <= day]
        named = {each.stage.lower() for each in way.stages}
        self.is_own = bool(said) and not any(each["stage"].lower() in named for each in said)
        self.recorded: dict = {}
        for each in said:
            stages = self.recorded.setdefault(each["account"], {})
            stages[each["stage"].lower()] = min(
                each["reached_on"], stages.get(each["stage"].lower(), each["reached_on"])
            )
        self.anybodys = {stage for stages in self.recorded.values() for stage in stages}

    def on(self, account: dict) -> tuple[list[Stage], list[Stage]]:
        """Its stages in order, and its exits."""
        if self.is_own:
            return self.own()
        names = {each.journey for each in self.way.stages}
        mine = account["segment"] if self.way.by and account["segment"] in names else ""
        stages = [each for each in self.way.stages if each.journey == mine]
        return [each for each in stages if not each.is_exit], [each for each in stages if each.is_exit]

    def own(self):
        since: dict = {}
        for stages in self.recorded.values():
            for stage, on in stages.items():
                since.setdefault(stage, []).append((on - min(stages.values())).days)
        line = sorted(since, key=lambda stage: (statistics.median(since[stage]), stage))
        ends = [stage for stage in line if re.search("lost", stage)]
        return [Stage(each) for each in line if each not in ends], [Stage(each, is_exit=True) for each in ends]

    def is_tellable(self, metric: str) -> bool:
        """Whether the data says anything of it by the day."""

        def known(table: str, *columns: str) -> bool:
            moments = [next((each[name] for name in columns if each.get(name)), None) for each in self.rows[table]]
            return any(each <= self.day if each else table == "goal" for each in moments)

        if metric == "survey":
            return known("survey", "answered_on")
        if metric == "goals":
            return known("goal", "promised_on", "reached_on")
        weeks = [each["occurred_at"].date() for each in self.rows["event"]]
        return metric != "milestone" and (
            metric == "days" or any(at + timedelta(6 - at.weekday()) <= self.day for at in weeks)
        )

    def is_told(self, stages: list[Stage], at: int) -> bool:
        """Whether a metric, or the account's start, enters the stage: of the first, where it could end."""
        stage = stages[at]
        if self.is_own or (self.way.milestones == "stage" and stage.stage.lower() in self.anybodys):
            return False
        if at:
            return self.is_tellable(stages[at - 1].metric)
        for later in range(1, len(stages)):
            if self.is_told(stages, later):
                return True
            if not stages[later].is_optional:
                break
        return any(each.stage.lower() in self.anybodys for each in stages[1:])

    def of(self, table: str, account: str) -> list[dict]:
        return [each for each in self.rows[table] if each["account"] == account]

    def start(self, account: dict) -> date | None:
        terms = [each for each in self.of("contract", account["account"]) if each["kind"] != "trial"]
        starts = [each["starts_on"] for each in terms]
        return min(starts) if starts and None not in starts else account["started_on"]

    def met(self, account: str, stage: Stage) -> date | None:
        """The first day on which the metric of `stage` is met."""
        weeks: dict = {}
        for each in self.of("event", account):
            at = each["occurred_at"].date()
            weeks.setdefault(at - timedelta(at.weekday()), []).append(each)
        ended = {
            week + timedelta(6): events for week, events in sorted(weeks.items()) if week + timedelta(6) <= self.day
        }
        counts = {
            "active_people": lambda events: len({each["person"] for each in events}),
            "active_days": lambda events: len({each["occurred_at"].date() for each in events}),
            "features": lambda events: len({each["feature"] for each in events}),
            "events": len,
        }
        if stage.metric in counts:
            return min(
                (on for on, events in ended.items() if counts[stage.metric](events) >= stage.at_least), default=None
            )
        if stage.metric == "active_share":
            for on, events in ended.items():
                live = [
                    each["seats"] for each in self.of("contract", account)
                    if each["kind"] != "trial" and (each["starts_on"] or date.min) <= on < min(each["ends_on"] or date.max, each["cancelled_on"] or date.max)
                ]  # fmt: skip
                seats = sum(filter(None, live))
                if seats and len({each["person"] for each in events}) >= stage.at_least * seats:
                    return on
            return None
        happened = {
            "feature_people": lambda: self.first_uses(ended, stage.of),
            "survey": lambda: [each["answered_on"] for each in self.of("survey", account)
                               if each["answered_on"] and each["kind"] == stage.of.lower() and each["score"] >= stage.at_least],
            "goals": lambda: [each["reached_on"] for each in self.of("goal", account) if each["reached_on"]],
        }[stage.metric]()  # fmt: skip
        known = sorted(on for on in happened if on <= self.day)
        n = 1 if stage.metric == "survey" else int(-(-stage.at_least // 1))
        return known[n - 1] if len(known) >= n else None

    def first_uses(self, ended: dict, feature: str) -> list[date]:
        firsts: dict = {}
        for on, events in ended.items():
            for each in events:
                if each["feature"] == feature:
                    firsts.setdefault(each["person"], on)
        return list(firsts.values())

    def entered(self, account: dict) -> dict[str, date]:
        name, (stages, _) = account["account"], self.on(account)
        recorded = self.recorded.get(name, {})
        found, last, is_open = {}, None, True
        for at, stage in enumerate(stages):
            key = stage.stage.lower()
            on = recorded.get(key)
            if on is None and is_open and self.is_told(stages, at):
                before = stages[at - 1] if at else None
                if before is None:
                    on = self.start(account)
                elif before.metric == "days":
                    entered_on = found.get(before.stage)
                    on = entered_on and entered_on + timedelta(int(-(-before.at_least // 1)))
                elif before.metric != "milestone":
                    met_on = self.met(name, before)
                    on = met_on and max(met_on, last or met_on)
                on = on if on and on <= self.day else None
            if on is not None:
                found[stage.stage], last, is_open = on, on, True
            else:
                is_open = is_open and stage.is_optional and not self.is_own
        line = list(found)
        return {stage: min(found[later] for later in line[at:]) for at, stage in enumerate(line)}

    def gone(self, account: dict) -> date | None:
        terms = [
            each for each in self.of("contract", account["account"]) if (each["starts_on"] or date.min) <= self.day
        ]
        ends = [
            min(each["ends_on"] or date.max, each["cancelled_on"] if each["cancelled_on"] and each["cancelled_on"] <= self.day else date.max)
            for each in terms
        ]  # fmt: skip
        lost = max(ends) if ends and max(ends) < date.max and max(ends) + timedelta(30) <= self.day else None
        exits = [
            on
            for each in self.on(account)[1]
            if (on := self.recorded.get(account["account"], {}).get(each.stage.lower()))
        ]
        return min([*exits, *([lost] if lost else [])], default=None)

    def stays(self) -> dict[str, list[tuple]]:
        """account -> (stage, entered on, days, ending), in order."""
        answer = {}
        for account in self.rows["account"]:
            line, gone = list(self.entered(account).items()), self.gone(account)
            for (stage, on), following in zip(line, [*line[1:], None][: len(line)], strict=True):
                ending = "completed" if following else "exited" if gone else "inside"
                until = following[1] if following else max(gone, on) if gone else self.day
                answer.setdefault(account["account"], []).append((stage, on, (until - on).days, ending))
        return answer


@st.composite
def journeys(draw) -> Journey:
    by, milestones_win = draw(st.sampled_from(["", "", "segment"])), draw(st.sampled_from(["stage", "account"]))
    stages: list[Stage] = []
    for name in ("",) if not by else draw(st.sampled_from([("", "S"), ("S", "M"), ("M",)])):
        line = draw(st.permutations(draw(st.sampled_from([NAMES[:3], NAMES, ("q", "r", "s"), ("q", "A", "r")]))))
        for stage in line:
            metric = draw(st.sampled_from(list(METRICS)))
            at_least = draw({"active_share": st.sampled_from([0.3, 0.75, 2.0]), "survey": st.integers(1, 10).map(float),
                             "days": st.sampled_from([0.5, 10.0, 30.0])}.get(metric, st.sampled_from([1.0, 1.5, 2.0, 4.0])))  # fmt: skip
            of = (
                ""
                if metric not in NAMED
                else draw(st.sampled_from(("NPS", "csat") if metric == "survey" else FEATURES))
            )
            stages.append(
                Stage(stage, metric=metric, of=of, at_least=at_least, is_optional=draw(st.booleans()), journey=name)
            )
        if draw(st.booleans()):
            stages.append(Stage("Gone", is_exit=True, journey=name))
    return journey(*stages, by=by, milestones=milestones_win)


@settings(max_examples=30)
@given(st.integers(0, 1), journeys(), st.integers(-10, 210))
def test_stays_agree_with_their_twin(random_worlds, which, way, away):
    rows, world = random_worlds(which)
    assert all(is_kept for _, is_kept, _ in way.rules())
    day = OPENS + timedelta(away)
    found = {
        account: [(stage.lower(), each["entered_on"], each["days"], each["ending"]) for stage, each in stages.items()]
        for account, stages in spells(world, way, day).items()
    }
    want = {
        account: [(stage.lower(), *rest) for stage, *rest in stays]
        for account, stays in Twin(rows, way, day).stays().items()
    }
    assert found == want


@settings(max_examples=3)
@given(journeys(), st.integers(20, 150))
def test_nothing_that_happens_after_the_day_is_known_on_it(random_worlds, tmp_path_factory, way, away):
    rows, world = random_worlds(0)
    day = OPENS + timedelta(away)
    moments = {"milestone": "reached_on", "survey": "answered_on", "goal": "reached_on"}
    cut = {
        name: [each for each in table if name not in moments or (each[moments[name]] or date.max) <= day]
        for name, table in rows.items()
    }
    cut["event"] = [each for each in cut["event"] if each["occurred_at"].date() <= day] or rows["event"][:1]
    cut["contract"] = [
        each | {"cancelled_on": None if (each["cancelled_on"] or date.max) > day else each["cancelled_on"]}
        for each in cut["contract"]
    ]
    earlier = open_world(tmp_path_factory.mktemp("cut"), frames_of(cut))
    assert spells(earlier, way, day) == spells(world, way, day)


def test_an_answer_by_stage_reads_the_outcomes_people_write():
    """A goal reached completes a stage: a book cut by stage, and each answer that tells one, depends on them."""
    assert "goal" in reads("breakdown", is_cut_by_states=True)
    assert all("goal" in reads(name, is_cut_by_states=False) for name in ("facets", "mybook", "account", "laggards"))
