"""Goals of campaigns: worked by hand; against a twin in plain Python over the sample; and that nobody is lost between the counts."""

import json
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib import effects
from lib.book import year_to
from lib.definitions import made_of, words_of
from lib.definitions.campaigns import Campaign
from lib.definitions.conditions import Condition, said
from lib.errors import Refused
from lib.facts import goalread, open_store
from lib.facts.ask import ask as asking
from lib.measures.outreach import goalrows
from lib.measures.outreach.goalpeople import COLUMNS as PEOPLE
from lib.measures.outreach.goalpeople import WHICH
from lib.measures.outreach.goals import COLUMNS, NO_GOAL, NOBODY_HELD, NOT_KNOWN, OTHER_DAYS
from lib.measures.registry import measure
from lib.stats import wilson
from tests.worldlets import WORDS, account_frame, contract_frame, open_world

DAY = date(2026, 6, 30)  # a Tuesday
OURS = Campaign("Ours", "About it", "Hello", Condition("days_of_use", least=1))


def with_reach(**reach):
    whole = WORDS.words()
    return made_of(whole | {"reach": whole["reach"] | reach}, "a test")


THIRTY = with_reach(effect_days=30, least_accounts=10)


def at(days_ago: int, hour: int = 9) -> datetime:
    return datetime.combine(DAY - timedelta(days=days_ago), time(hour))


def on(days_ago: int) -> date:
    return DAY - timedelta(days=days_ago)


def written(letters=(), drawn=(), campaigns=(OURS,)) -> dict[str, pa.Table]:
    """What the team wrote: letters (play, account, person, day), draws (play, account, person, held, day), campaigns of audiences."""
    touch = [
        {
            "account": account,
            "person": person,
            "occurred_at": datetime.combine(day, time(8)),
            "kind": "campaign",
            "play": play,
        }
        for play, account, person, day in letters
    ]
    hold = [
        {"account": account, "person": person, "name": play, "kind": "campaign", "is_held": held, "drawn_on": day,
         "made_at": datetime.combine(day, time(8))}
        for play, account, person, held, day in drawn
    ]  # fmt: skip
    kept = [
        {
            "id": f"i{n}",
            "campaign": each if isinstance(each, str) else json.dumps(words_of(each)),
            "changed_at": at(300 - n),
        }
        for n, each in enumerate(campaigns)
    ]
    kinds = {
        "touch": {"account": pa.string(), "person": pa.string(), "occurred_at": pa.timestamp("us"), "kind": pa.string(), "play": pa.string()},
        "hold_out": {"account": pa.string(), "person": pa.string(), "name": pa.string(), "kind": pa.string(), "is_held": pa.bool_(),
                     "drawn_on": pa.date32(), "made_at": pa.timestamp("us")},
        "audience": {"id": pa.string(), "campaign": pa.string(), "changed_at": pa.timestamp("us")},
    }  # fmt: skip
    return {
        name: pa.Table.from_pylist(given, pa.schema(list(kinds[name].items())))
        for name, given in (("touch", touch), ("hold_out", hold), ("audience", kept))
    }


def ask(snapshot, name="campaign_goals", *, told=None, day=None, words=THIRTY, **options):
    book = year_to(day or snapshot.manifest.as_of)
    with asking(snapshot, book, words, written=told) as con:
        return measure(name)(con, book, words, **options)


def one(answer, campaign="Ours") -> dict:
    return answer.table.set_index("campaign").loc[campaign].to_dict()


def who(snapshot, which, told, campaign="Ours", **more) -> set[str]:
    found = ask(snapshot, "campaign_goal_people", told=told, campaign=campaign, which=which, **more).table
    assert list(found) == PEOPLE and set(found["n_rows"]) <= {len(found)}
    return set(found["person"])


# --- by hand

USED = {"ann": 50, "bob": 70, "cy": 29, "dot": 15, "eve": 5, "fay": 40}  # who used it on one day only, so many days ago
LETTERS = {"ann": 60, "bob": 60, "cy": 60, "dot": 45, "ed": 10, "eve": 10, "hal": 60}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Account a has those of LETTERS, and fay and gus; b has iv; the machine of b is there to be seen in every week."""
    names = [*LETTERS, "fay", "gus"]
    person = [{"person": each, "account": "a", "name": each.title(), "provisioned_at": at(200)} for each in names]
    person.append({"person": "iv", "account": "b", "name": "Iv", "provisioned_at": at(200), "role": "Analyst"})
    events = [{"account": "a", "person": each, "occurred_at": at(ago), "feature": "sync"} for each, ago in USED.items()]
    events += [
        {"account": "b", "person": "pulse", "occurred_at": at(ago), "feature": "login"} for ago in range(0, 200, 7)
    ]
    frames = {
        "account": account_frame(["a", "b"], name=["Alpha", "Beta"]),
        "contract": contract_frame({"account": "a", "starts_on": on(300)}, {"account": "b", "starts_on": on(300)}),
        "person": pd.DataFrame(person, dtype=object),
        "event": pd.DataFrame([{"event": f"e{n}", **each} for n, each in enumerate(events)]),
        "feature": pd.DataFrame([{"feature": "sync", "name": "Sync of files", "level": "advanced"}]),
    }
    return open_world(tmp_path_factory.mktemp("goals"), frames)


TOLD = written(
    [*(("Ours", "a", each, on(ago)) for each, ago in LETTERS.items()), ("Ours", "a", "hal", on(20))],
    [("Ours", "a", each, each in ("fay", "gus"), on(60)) for each in ("ann", "bob", "cy", "hal", "fay", "gus")],
)


def test_a_campaign_by_hand(world):
    """Letters of 60 days ago are read 61 and 30 days ago. Bob had used it before. Cy came a day too late, Dot on the very last day. Hal's
    first letter counts. Ed's and Eve's 30 days are not over. Of Ann, Cy, Dot and Hal two met it: half, of one account."""
    answer = ask(world, told=TOLD)
    row = one(answer)
    assert list(answer.table) == COLUMNS and len(answer.table) == 1
    counts = {name: row[name] for name in COLUMNS if name.startswith("n_")}
    assert counts == {
        "n_sent_to": 7, "n_goal_before": 1, "n_goal_early": 2, "n_goal_by_now": 1, "n_goal_unread": 0, "n_goal_counted": 4,
        "n_goal_met": 2, "n_held_out": 2, "n_held_out_before": 0, "n_held_out_early": 0, "n_held_out_unread": 0, "n_held_out_counted": 2,
        "n_held_out_met": 1, "n_goal_compared": 3, "n_compared_met": 1,
    }  # fmt: skip
    assert (row["met_rate"], row["held_out_met_rate"]) == (0.5, 0.5) and row["goal_effect"] == pytest.approx(
        1 / 3 - 1 / 2
    )
    assert row["goal_said"] == "used it on 1 or more days" and answer.left_out.empty
    assert (row["goal_verdict"], row["goal_untold"]) == (effects.UNTOLD, "fewer than 10 on a side") and pd.isna(
        row["goal_q_value"]
    )
    assert (row["first_letter_on"].date(), row["last_letter_on"].date()) == (on(60), on(10))
    lists = {"met": {"ann", "dot"}, "not met": {"cy", "hal"}, "before": {"bob"}, "too early": {"ed", "eve"}, "not read": set(),
             "held": {"fay", "gus"}, "compared": {"ann", "cy", "hal"}, "written": set(LETTERS)}  # fmt: skip
    assert set(lists) == set(WHICH)
    for which, names in lists.items():
        assert who(world, which, TOLD) == names, which
    early = ask(world, "campaign_goal_people", told=TOLD, campaign="Ours", which="too early").table.set_index("person")
    assert early["is_met_by_now"].to_dict() == {"ed": False, "eve": True} and early.loc[
        "ed", "goal_over_on"
    ].date() == on(-20)


def test_nothing_after_the_day_is_known(world):
    """31 days ago Ann's and the others' days are not over, Dot's letter is there, Ed's is not; nobody is held to be met or missed."""
    row = one(ask(world, told=TOLD, day=on(31)))
    assert [
        row[each] for each in ("n_sent_to", "n_goal_before", "n_goal_early", "n_goal_by_now", "n_goal_counted")
    ] == [5, 1, 4, 1, 0]
    assert pd.isna(row["met_rate"]) and row["goal_untold"] == "too early"
    row = one(ask(world, told=TOLD, day=on(30)))  # and a day later they are
    assert [row[each] for each in ("n_sent_to", "n_goal_early", "n_goal_counted", "n_goal_met")] == [5, 1, 3, 1]
    assert ask(world, told=TOLD, day=on(61)).table.empty


def test_a_letter_of_after_the_data_is_too_early_by_its_own_day(world):
    """It counts as of the data's last day, as everything does, and its 30 days begin when it was sent."""
    told = written([("Ours", "a", "gus", on(-40)), ("Ours", "a", "ann", on(-40))])
    row = one(ask(world, told=told))
    assert [row[each] for each in ("n_sent_to", "n_goal_before", "n_goal_early", "n_goal_by_now")] == [2, 1, 1, 0]
    assert row["last_letter_on"].date() == on(-40)


def test_where_nobody_was_held_out_the_rate_stands_alone(world):
    told = written([("Ours", "a", each, on(60)) for each in ("ann", "cy", "hal")] + [("Ours", "b", "iv", on(60))])
    row = one(ask(world, told=told))
    assert (row["goal_verdict"], row["goal_untold"]) == (effects.UNTOLD, NOBODY_HELD)
    assert [row[each] for each in ("met_rate", "met_rate_lo", "met_rate_hi")] == [
        0.25,
        0,
        1,
    ]  # two accounts tell nothing
    assert (
        pd.isna([row["goal_effect"], row["held_out_met_rate"], row["goal_p_value"]]).all()
        and row["n_goal_compared"] == 0
    )


def test_who_is_held_out_and_written_to_counts_by_the_draw(world):
    """Gus was held out and got a letter later; Fay had one before the draw: she was written to, and is not compared."""
    told = written(
        [("Ours", "a", "gus", on(50)), ("Ours", "a", "fay", on(70)), ("Ours", "a", "ann", on(60))],
        [("Ours", "a", "gus", True, on(60)), ("Ours", "a", "fay", True, on(60)), ("Ours", "a", "ann", False, on(60)),
         ("Ours", "a", "cy", False, on(60))],
    )  # fmt: skip
    assert who(world, "held", told) == {"gus"} and who(world, "written", told) == {"fay", "ann"}
    assert who(world, "compared", told) == {
        "ann",
        "cy",
    }  # Cy was drawn to be written to: as drawn, whether a letter is logged or not
    row = one(ask(world, told=told))
    assert [row[each] for each in ("n_sent_to", "n_held_out", "n_goal_compared", "n_compared_met")] == [2, 1, 2, 1]


def test_accounts_meet_it_by_one_of_their_people(world):
    told = written(
        [("Ours", "a", None, on(60)), ("Ours", "b", None, on(60))],
        campaigns=[replace(OURS, goal=Condition("last_login", days=5))],
    )
    found = ask(world, "campaign_goal_people", told=told, campaign="Ours", which="written").table.set_index("account")
    assert found["person"].isna().all() and found["letter_state"].to_dict() == {"a": "not met", "b": "before"}


def test_a_feature_is_known_by_the_week(world):
    """The letter is of Friday 1 May (60 days ago); Ann used it on Monday the 11th, Bob on Tuesday 21 April."""
    goal = replace(OURS, goal=Condition("feature"), feature="sync")
    told = written([("Ours: sync", "a", each, on(60)) for each in ("ann", "bob", "cy")], campaigns=[goal])
    answer = ask(world, told=told)
    row = one(answer, "Ours: sync")
    assert [row[each] for each in ("n_goal_before", "n_goal_counted", "n_goal_met")] == [1, 2, 1]
    assert row["goal_said"] == "used Sync of files" and any("known by the week" in each for each in answer.notes)


def test_ready_campaigns_are_known_by_their_letters_and_their_feature(world):
    plays = [
        "New-user welcome",
        "Drive feature use: sync",
        "Drive feature use",
        "Drive feature use: ",
        "Newsletter",
        "Win-back: x",
    ]
    answer = ask(
        world,
        told=written(
            [(play, "a", "ann", on(60)) for play in plays], campaigns=["{", "[]", "null", '{"campaign": "Newsletter"}']
        ),
    )
    assert answer.table["campaign"].tolist() == ["Drive feature use: sync", "New-user welcome"]
    assert answer.table["goal_said"].tolist() == ["used Sync of files", "used it on 3 or more days"]
    assert answer.left_out.values.tolist() == [[NO_GOAL, 4]]


def test_a_goal_that_names_what_nobody_of_the_scope_has_is_not_told(world):
    for goal in (
        Condition("feature", feature="secret"),
        Condition("stage", values=("Secret",)),
        Condition("role", values=("Analyst", "Secret")),
    ):
        answer = ask(world, told=written([("Ours", "a", "ann", on(60))], campaigns=[replace(OURS, goal=goal)]))
        assert (
            answer.table.empty
            and answer.left_out.values.tolist() == [[NO_GOAL, 1]]
            and "ecret" not in f"{answer.notes}{answer.sql}"
        )


@pytest.mark.parametrize(
    ("goal", "note"),
    [
        (Condition("role", values=("Analyst",)), "Roles are known as they are now alone"),
        (Condition("champion"), "Roles are known as they are now alone"),
        (Condition("nps", values=("promoter",)), ""),  # nobody was asked
        (Condition("trained"), ""),
    ],
)
def test_what_the_data_does_not_tell_of_past_days_is_not_read(world, goal, note):
    answer = ask(
        world,
        told=written([("Ours", "a", each, on(60)) for each in ("ann", "cy")], campaigns=[replace(OURS, goal=goal)]),
    )
    row = one(answer)
    assert (row["n_sent_to"], row["n_goal_unread"], row["n_goal_counted"]) == (2, 2, 0) and pd.isna(row["met_rate"])
    assert row["goal_untold"] == "the data does not tell the goal of past days" and answer.left_out.values.tolist() == [
        [NOT_KNOWN, 2]
    ]
    assert not note or any(note in each for each in answer.notes)


def test_before_use_is_known_nobody_is_said_not_to_have_used_it(world):
    """Use is known from the Monday 14 Dec 2025 on, 198 days ago: a letter of before is not read."""
    told = written([("Ours", "a", "ann", on(230)), ("Ours", "a", "cy", on(60))])
    answer = ask(world, told=told)
    assert [one(answer)[each] for each in ("n_goal_unread", "n_goal_counted")] == [1, 1]


def test_no_more_days_are_read_than_said_those_with_most_letters_first(world, monkeypatch):
    monkeypatch.setattr(goalrows, "MOST_DAYS", 2)
    told = written([("Ours", "a", each, on(ago)) for each, ago in
                    {"ann": 60, "cy": 60, "hal": 61, "dot": 61, "gus": 62, "ed": 10, "eve": 10, "fay": 10}.items()])  # fmt: skip
    answer = ask(world, told=told)
    row = one(answer)
    assert (row["n_sent_to"], row["n_goal_unread"], row["n_goal_counted"], row["n_goal_early"]) == (8, 4, 4, 0)
    assert answer.left_out.values.tolist() == [[OTHER_DAYS, 4]] and who(world, "not read", told) == {
        "gus",
        "ed",
        "eve",
        "fay",
    }


def test_what_is_not_there_is_refused_or_said_and_nothing_is_an_empty_table(world):
    nothing = ask(world)
    assert nothing.table.empty and list(nothing.table) == COLUMNS and nothing.notes == ()
    unknown = ask(world, "campaign_goal_people", told=TOLD, campaign="Theirs")
    assert unknown.table.empty and "No campaign of this name" in unknown.notes[0]
    with pytest.raises(Refused, match="There is no choice 'some'"):
        ask(world, "campaign_goal_people", which="some")


def test_who_did_not_meet_it_is_an_audience(world):
    asked = {"asks": "campaign_goal_people", "options": {"campaign": "Ours", "which": "not met"}}
    found = ask(world, "members", told=TOLD, which="all", **asked).table
    assert set(found["person"]) == {"cy", "hal"}
    letters = ask(world, "letters", told=TOLD, which="all", campaign="Win-back", **asked).table
    assert set(letters["person"]) == {
        "cy",
        "hal",
    }  # and what comes after it on the same cursor reads people as of the day


# --- the difference, beyond chance or not


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    """Sixty accounts of two people: of those written to two in three came, of those held out one in six."""
    names = [f"a{n:02}" for n in range(60)]
    person = [{"person": f"p{n}", "account": each, "provisioned_at": at(200)} for each in names for n in (1, 2)]
    came = [each for n, each in enumerate(names) if (n % 3 if n < 30 else n % 6 == 0)]
    events = [{"account": each, "person": "p1", "occurred_at": at(40), "feature": "sync"} for each in came]
    events += [
        {"account": "a00", "person": "pulse", "occurred_at": at(ago), "feature": "login"} for ago in range(0, 200, 7)
    ]
    frames = {
        "account": account_frame(names),
        "contract": contract_frame(*({"account": each, "starts_on": on(300)} for each in names)),
        "person": pd.DataFrame(person, dtype=object),
        "event": pd.DataFrame([{"event": f"e{n}", **each} for n, each in enumerate(events)]),
    }
    return open_world(tmp_path_factory.mktemp("crowd"), frames), names, came


def test_a_campaign_helps_beyond_chance_of_all_of_them(crowd):
    snapshot, names, came = crowd
    to, held = names[:30], names[30:]
    told = written(
        [("Ours", each, "p1", on(60)) for each in to] + [("Null", each, "p2", on(60)) for each in to],
        [
            (play, each, who, n >= 30, on(60))
            for n, each in enumerate(names)
            for play, who in (("Ours", "p1"), ("Null", "p2"))
        ],
        [OURS, replace(OURS, campaign="Null")],
    )
    answer = ask(snapshot, told=told)
    ours, null = one(answer), one(answer, "Null")
    k, k_held = len(set(to) & set(came)), len(set(held) & set(came))
    assert (k, k_held) == (20, 5) and (ours["n_goal_met"], ours["n_held_out_met"]) == (20, 5)
    assert (ours["met_rate_lo"], ours["met_rate_hi"]) == pytest.approx(tuple(map(float, wilson(20, 30))), abs=0.03)
    expected = effects.held_out([*[1] * 20, *[0] * 10, *[1] * 5, *[0] * 25], [True] * 30 + [False] * 30, range(60))
    assert (ours["goal_effect"], ours["goal_effect_lo"], ours["goal_p_value"]) == pytest.approx(
        (expected.difference, expected.lo, expected.p)
    )
    assert (ours["goal_verdict"], ours["goal_untold"]) == (effects.HELPS, "") and ours["goal_q_value"] == pytest.approx(
        2 * expected.p
    )
    assert (null["goal_verdict"], null["n_goal_met"], null["n_held_out_met"]) == (effects.UNTOLD, 0, 0)
    assert null["goal_untold"] == "not beyond chance"


# --- the twin, over the sample


@pytest.fixture(scope="module")
def raw(sample_store):
    snapshot = open_store(sample_store)
    with asking(snapshot, year_to(snapshot.manifest.as_of), WORDS) as con:
        days = con.execute("select account, person, day from usage.usage_person_day").df()
        people = con.execute("select account, person from core.person order by all").fetchall()
        came = {
            (a, p): on for a, p, on in con.execute("select account, person, provisioned_at from core.person").fetchall()
        }
        answers = con.execute("select account, person, answered_on, score from core.survey where kind = 'nps'").df()
    return snapshot, snapshot.manifest.as_of, days.assign(day=pd.to_datetime(days["day"])), people, answers, came


GOALS = {
    "used": Condition("days_of_use", least=20),
    "came": Condition("last_login", days=14),
    "begun": Condition("never_logged_in", is_not=True),
    "away": Condition("last_login", days=28, is_not=True),
    "loves": Condition("nps", values=("promoter",), days=180),
}


def twin(raw, goal: Condition, who: tuple[str, str], day: pd.Timestamp) -> bool:
    """Whether it holds of a person on a day, from the raw tables."""
    _, _, days, _, answers, came = raw
    own = days[(days["account"] == who[0]) & (days["person"] == who[1]) & (days["day"] <= day)]["day"]
    match goal.condition:
        case "days_of_use":
            return own.nunique() >= goal.least
        case "last_login":
            is_known = len(own) or came[who] < day + pd.Timedelta(days=1)
            return bool(is_known) and bool((own > day - pd.Timedelta(days=goal.days)).any()) != goal.is_not
        case "never_logged_in":
            return bool(len(own))
    said = answers[(answers["account"] == who[0]) & (answers["person"] == who[1]) & answers["score"].notna()]
    said = said[pd.to_datetime(said["answered_on"]) <= day].sort_values("answered_on")
    return bool(len(said)) and said["score"].iat[-1] >= WORDS.voice.promoter_from and (
        pd.to_datetime(said["answered_on"].iat[-1]) > day - pd.Timedelta(days=goal.days)
    )  # fmt: skip


@pytest.mark.parametrize("name", GOALS)
def test_every_state_is_that_of_a_twin_person_by_person(raw, name):
    """Sixty letters on three days, the last of which is too early. Both ways of reading are met: by use alone, and as audiences know
    people."""
    snapshot, day, _, people, *_ = raw
    goal, ago = GOALS[name], [200, 120, 9]
    letters = [
        ("Ours", *each, day - timedelta(days=ago[n % 3])) for n, each in enumerate(people[:: max(len(people) // 60, 1)])
    ]
    expected = {}
    for _, account, person, from_on in letters:
        start = pd.Timestamp(from_on)
        if twin(raw, goal, (account, person), start - pd.Timedelta(days=1)):
            state = "before"
        elif from_on + timedelta(days=90) > day:
            state = "too early"
        else:
            state = "met" if twin(raw, goal, (account, person), start + pd.Timedelta(days=90)) else "not met"
        expected[account, person] = state
    told = written(letters, campaigns=[replace(OURS, goal=goal)])
    asked = {"campaign": "Ours", "which": "written", "words": with_reach(effect_days=90)}
    found = ask(snapshot, "campaign_goal_people", told=told, **asked).table
    assert (
        dict(zip(zip(found["account"], found["person"], strict=True), found["letter_state"], strict=True)) == expected
    )
    assert len(set(expected.values())) > 2 or name in ("begun", "loves"), said(goal)


@given(
    letters=st.lists(st.tuples(st.integers(0, 199), st.integers(-20, 300)), max_size=30),
    draws=st.lists(st.tuples(st.integers(0, 199), st.booleans(), st.integers(0, 300)), max_size=20),
    name=st.sampled_from(sorted(GOALS)),
    most=st.integers(1, 3),
)
@settings(max_examples=5)
def test_nobody_is_lost_between_the_counts(raw, letters, draws, name, most):
    snapshot, day, _, people, *_ = raw
    told = written(
        [("Ours", *people[n % len(people)], day - timedelta(days=ago)) for n, ago in letters],
        [("Ours", *people[n % len(people)], held, day - timedelta(days=ago)) for n, held, ago in draws],
        [replace(OURS, goal=GOALS[name])],
    )
    kept, goalrows.MOST_DAYS = goalrows.MOST_DAYS, most
    try:
        table = ask(snapshot, told=told).table
        for row in table.to_dict("records"):
            assert (
                row["n_sent_to"]
                == row["n_goal_counted"] + row["n_goal_before"] + row["n_goal_early"] + row["n_goal_unread"]
            )
            assert (
                row["n_held_out"]
                == row["n_held_out_counted"]
                + row["n_held_out_before"]
                + row["n_held_out_early"]
                + row["n_held_out_unread"]
            )
            assert 0 <= row["n_goal_met"] <= row["n_goal_counted"] and row["n_goal_by_now"] <= row["n_goal_early"]
            listed = (
                ask(snapshot, "campaign_goal_people", told=told, campaign="Ours", which="written")
                .table["letter_state"]
                .value_counts()
            )
            assert listed.sum() == row["n_sent_to"] and listed.get("met", 0) == row["n_goal_met"]
            assert listed.get("before", 0) == row["n_goal_before"] and listed.get("too early", 0) == row["n_goal_early"]
    finally:
        goalrows.MOST_DAYS = kept
    assert len(table) <= 1


def test_what_is_told_by_use_or_answers_alone_is_what_audiences_know(raw, monkeypatch):
    """The quick way of reading against the whole one, of everybody of the sample."""
    snapshot, day, _, people, *_ = raw
    goals = [GOALS["used"], GOALS["came"], GOALS["begun"], GOALS["loves"], Condition("feature", feature="forecast")]
    asked = pa.table({
        "goal": pa.array([n for n in range(len(goals)) for _ in people], pa.int32()), "account": [a for _ in goals for a, _ in people],
        "person": [p for _ in goals for _, p in people], "read_on": pa.array([day - timedelta(days=40)] * len(goals) * len(people)),
    })  # fmt: skip
    with asking(snapshot, year_to(day), WORDS) as con:
        con.register("given", asked)
        con.execute("create temp table goal_asked as from given")
        found = []
        for is_quick in (True, False):
            if not is_quick:
                monkeypatch.setattr(goalread, "_told_by", lambda goal: "")
            goalread.lay(con, goals, WORDS)
            found.append(con.execute("from goal_held order by all").fetchall())
        assert found[0] == found[1] and {goal for goal, *_ in found[0]} == set(range(len(goals)))
        assert (
            con.execute("select count(*) from scope").fetchall()
            == con.execute("select count(*) from core.account").fetchall()
        )
