"""People by conditions: against a twin in pandas over the raw tables of the sample, person by person; and by hand, at the bounds."""

import json
from datetime import date, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.book import year_to
from lib.definitions.conditions import KINDS, SHAPES, Condition, said
from lib.errors import Refused
from lib.facts import open_store
from lib.facts.addressees import read, text_of
from lib.facts.ask import ask as asking
from lib.measures.outreach.contacts import COLUMNS
from lib.measures.registry import measure
from tests.worldlets import WORDS, account_frame, contract_frame, open_world

HARD = next(each for each in WORDS.campaigns.ready if each.campaign == "Ready for the next step")


def found(snapshot, conditions, *, day=None, written=None, **options):
    book = year_to(day or snapshot.manifest.as_of)
    said = conditions if isinstance(conditions, str) else json.dumps(conditions)
    with asking(snapshot, book, WORDS, written=written) as con:
        return measure("contacts")(con, book, WORDS, conditions=said, **options)


def people(answer) -> set[tuple[str, str]]:
    return set(zip(answer.table["account"], answer.table["person"], strict=True))


# --- the twin: raw tables, plain pandas, nothing of ours


@pytest.fixture(scope="module")
def raw(sample_store):
    """The sample as its files had it, and the day it ends."""
    snapshot = open_store(sample_store)
    day = pd.Timestamp(snapshot.manifest.as_of)
    with asking(snapshot, year_to(snapshot.manifest.as_of), WORDS) as con:
        table = {
            name: con.execute(f"from core.{name}").df()
            for name in ("person", "touch", "milestone", "feature", "survey", "account")
        }
    parts = [pd.read_parquet(path) for path in sample_store.rglob("event*.parquet")]
    events = pd.concat(parts)
    events = events.drop_duplicates("event") if events["event"].notna().all() else events
    events["day"] = pd.to_datetime(events["occurred_at"]).dt.normalize()
    system = set(table["feature"].loc[table["feature"]["is_system"].fillna(False).astype(bool), "feature"])
    used = events[events["person"].notna() & ~events["feature"].isin(system) & (events["day"] <= day)]
    return snapshot, day, table, used


def twin(raw, feature: str) -> pd.DataFrame:
    """A row per person of the file, by account and person, with what the hard audience asks."""
    _, day, table, used = raw
    who = table["person"].set_index(["account", "person"])
    by_person = used.groupby(["account", "person"])
    first, last = by_person["day"].min().reindex(who.index), by_person["day"].max().reindex(who.index)
    came = pd.concat([pd.to_datetime(who["provisioned_at"]).dt.normalize(), first], axis=1).min(axis=1)
    first_stage = table["milestone"].assign(reached_on=pd.to_datetime(table["milestone"]["reached_on"]))
    adoption = first_stage[first_stage["stage"] != "Onboarding"].groupby("account")["reached_on"].min()
    left_first = pd.Series(who.index.get_level_values("account").map(adoption), who.index)
    trained = pd.to_datetime(who["trained_on"]).where(lambda each: each <= day)
    later = pd.concat([left_first, came], axis=1).max(axis=1).where(left_first.notna())
    touch = table["touch"][table["touch"]["person"].notna()]
    touched = (
        touch.assign(day=pd.to_datetime(touch["occurred_at"]).dt.normalize())
        .groupby(["account", "person"])["day"]
        .max()
    )
    return pd.DataFrame({
        "days": (day - came).dt.days,
        "is_trained": trained.notna(),
        "last": last,
        "n_logins": used[used["feature"] == "login"].groupby(["account", "person"]).size().reindex(who.index).fillna(0),
        "n_days": by_person["day"].nunique().reindex(who.index).fillna(0),
        "onboarded": trained.fillna(later),
        "touched": touched.reindex(who.index),
        "has_feature": who.index.isin(used[used["feature"] == feature].groupby(["account", "person"]).groups),
        "is_champion": who["buying_role"] == "champion",
        "role": who["role"],
    })  # fmt: skip


@pytest.mark.parametrize("feature", ["automation", "forecast", "segment_builder", "report"])
def test_the_hard_audience_is_that_of_a_twin_person_by_person(raw, feature):
    """Signed up 30-90 days ago, trained, logged in last week, more than 10 log-ins, not contacted since, feature unused. The
    small sample has few such people, so each bound is widened, too, until there are many."""
    snapshot, day, _, _ = raw
    mine = twin(raw, feature)
    n_found = 0
    for least, most, days, logins in ((30, 90, 7, 11), (30, 400, 28, 11), (0, 900, 60, 5), (0, 5_000, 400, 0)):
        is_in = (
            mine["days"].between(least, most)
            & mine["is_trained"]
            & (mine["last"] > day - pd.Timedelta(days=days))
            & (mine["n_logins"] >= logins)
            & mine["onboarded"].notna()
            & ~(mine["touched"] > mine["onboarded"])
            & ~mine["has_feature"]
        )
        expected = set(mine.index[is_in])
        wide = {"signed_up": {"least": least, "most": most}, "last_login": {"days": days}, "logins": {"least": logins}}
        asked = [{**json.loads(text_of([each]))[0], **wide.get(each.condition, {})} for each in HARD.who]
        asked = [each for each in asked if each != {"condition": "logins", "least": 0}]
        answer = found(snapshot, asked, feature=feature)
        assert people(answer) == expected and len(answer.table) == len(expected), (least, most, days, logins)
        assert list(answer.table) == COLUMNS and set(answer.table["n_rows"]) <= {len(expected)}
        n_found += len(expected)
    assert n_found > 5


def test_each_of_its_conditions_alone_is_that_of_the_twin_both_ways(raw):
    snapshot, day, _, _ = raw
    mine = twin(raw, "approval")
    holds = {
        '{"condition": "signed_up", "least": 30, "most": 400': mine["days"].between(30, 400),
        '{"condition": "trained"': mine["is_trained"],
        '{"condition": "last_login", "days": 30': mine["last"] > day - pd.Timedelta(days=30),
        '{"condition": "never_logged_in"': mine["last"].isna(),
        '{"condition": "logins", "least": 11': mine["n_logins"] >= 11,
        '{"condition": "days_of_use", "most": 20': mine["n_days"] <= 20,
        '{"condition": "contacted", "days": 60': mine["touched"] > day - pd.Timedelta(days=60),
        '{"condition": "contacted"': mine["touched"].notna(),
        '{"condition": "feature", "feature": "approval"': mine["has_feature"],
        '{"condition": "champion"': mine["is_champion"],
        '{"condition": "role", "values": ["Analyst", "Manager"]': mine["role"].isin(["Analyst", "Manager"]),
    }  # fmt: skip
    for text, is_in in holds.items():
        assert 0 < is_in.sum() < len(mine), text
        assert people(found(snapshot, f"[{text}}}]")) == set(mine.index[is_in]), text
        if KINDS[json.loads(f"{text}}}")["condition"]].denied:
            assert people(found(snapshot, f'[{text}, "is_not": true}}]')) == set(mine.index[~is_in]), text


# --- by hand

DAY = date(2026, 6, 30)  # a Tuesday


def at(days_ago: int) -> datetime:
    return datetime.combine(DAY - timedelta(days=days_ago), datetime.min.time()) + timedelta(hours=9)


def on(days_ago: int) -> date:
    return DAY - timedelta(days=days_ago)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Account a is a customer, b has left, c has nobody. Ann came 30 days ago, Bob 90, Cy 91; Di is of b."""
    came = {"ann": ("a", 30), "bob": ("a", 90), "cy": ("a", 91), "di": ("b", 200)}
    more = {
        "ann": {"trained_on": on(20), "buying_role": "champion", "role": "Analyst"},
        "bob": {"trained_on": on(-1), "role": "Manager"},  # tomorrow: not known yet
    }
    person = [
        {"person": who, "account": of, "name": who.title(), "provisioned_at": at(n), **more.get(who, {})}
        for who, (of, n) in came.items()
    ]
    events = [("a", "ann", 6, "login"), ("a", "ann", 6, "sync"), ("a", "bob", 7, "login"), ("a", "pulse", 0, "login")]
    events += [("a", "pulse", each, "login") for each in range(7, 120, 7)]
    frames = {
        "account": account_frame(["a", "b", "c"], name=["Alpha", "Beta", "Gamma"]),
        "contract": contract_frame(
            {"account": "a", "starts_on": on(300), "ends_on": on(-65)},
            {"account": "b", "starts_on": on(700), "ends_on": on(100)},
            {"account": "c", "starts_on": on(300), "ends_on": on(-400)},
        ),
        "person": pd.DataFrame([{"trained_on": None, "buying_role": None, "role": None, **each} for each in person], dtype=object),
        "event": pd.DataFrame(
            [{"event": f"e{n}", "occurred_at": at(ago), "account": of, "person": who, "feature": what} for n, (of, who, ago, what) in enumerate(events)]
        ),
        "touch": pd.DataFrame(
            [
                {"touch": "t1", "account": "a", "person": "ann", "occurred_at": at(20), "kind": "training"},
                {"touch": "t2", "account": "a", "person": "bob", "occurred_at": at(14), "kind": "email"},
                {"touch": "t4", "account": "a", "person": "cy", "occurred_at": at(1), "kind": "campaign"},
                {"touch": "t3", "account": "a", "person": None, "occurred_at": at(1), "kind": "call"},
            ],
            dtype=object,
        ),
        "survey": pd.DataFrame(
            [
                {"survey": "s1", "account": "a", "person": "bob", "kind": "nps", "answered_on": on(50), "score": 9.0},
                {"survey": "s2", "account": "a", "person": "bob", "kind": "nps", "answered_on": on(5), "score": 6.0},
                {"survey": "s3", "account": "a", "person": "cy", "kind": "nps", "answered_on": on(80), "score": 7.0},
            ]
        ),
        "feature": pd.DataFrame([{"feature": "login", "level": "simple", "role": "login"}, {"feature": "sync", "level": "advanced", "role": "task"}]),
    }  # fmt: skip
    return open_world(tmp_path_factory.mktemp("contacts"), frames)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"condition": "signed_up", "least": 30, "most": 90}, {"ann", "bob"}),
        ({"condition": "signed_up", "least": 31, "most": 91}, {"bob", "cy"}),
        ({"condition": "trained"}, {"ann"}),
        ({"condition": "last_login", "days": 7}, {"ann", "pulse"}),  # seven days with the day itself: the 24th to the 30th
        ({"condition": "last_login", "days": 8}, {"ann", "bob", "pulse"}),
        ({"condition": "never_logged_in"}, {"cy", "di"}),
        ({"condition": "logins", "least": 2}, {"pulse"}),
        ({"condition": "logins", "least": 1, "most": 1}, {"ann", "bob"}),
        ({"condition": "days_of_use", "most": 0}, {"cy", "di"}),
        ({"condition": "contacted", "days": 14}, {"cy"}),
        ({"condition": "contacted", "days": 15}, {"bob", "cy"}),
        ({"condition": "contacted"}, {"ann", "bob", "cy"}),  # a touch without a person is nobody's
        ({"condition": "contacted_since_onboarding"}, {"cy"}),  # Ann's training is not since her training
        # the account left its first stage a week ago, once three people were active: Bob's mail was before
        ({"condition": "contacted_since_onboarding", "is_not": True}, {"ann", "bob", "pulse"}),
        ({"condition": "feature", "feature": "sync"}, {"ann"}),
        ({"condition": "feature", "feature": "sync", "days": 3}, {"ann"}),  # a week reaches to its Sunday, the 28th
        ({"condition": "feature", "feature": "sync", "is_not": True}, {"bob", "cy", "di", "pulse"}),
        ({"condition": "advanced_features", "least": 1}, {"ann"}),
        ({"condition": "role", "values": ["Manager"]}, {"bob"}),
        ({"condition": "champion"}, {"ann"}),
        ({"condition": "nps", "values": ["detractor"]}, {"bob"}),
        ({"condition": "nps", "values": ["promoter"]}, set()),  # the latest answer counts
        ({"condition": "nps", "values": ["passive"], "days": 80}, set()),
        ({"condition": "nps", "values": ["passive"], "days": 81}, {"cy"}),
        ({"condition": "account_left"}, {"di"}),
        ({"condition": "account_left", "is_not": True}, {"ann", "bob", "cy", "pulse"}),
        ({"condition": "renews", "least": 65, "most": 65}, {"ann", "bob", "cy", "pulse"}),
        ({"condition": "user_class", "values": ["never"]}, {"cy"}),
    ],
)  # fmt: skip
def test_bounds_by_hand(world, condition, expected):
    assert set(found(world, [condition], day=DAY).table["person"]) == expected


def test_accounts_are_let_in_by_their_own_conditions_and_by_one_person_who_fits_all(world):
    def accounts(*conditions):
        table = found(world, list(conditions), day=DAY, whom="accounts").table
        assert table["person"].isna().all() and table["account"].is_unique
        return set(table["account"])

    left, champion = {"condition": "account_left"}, {"condition": "champion"}
    assert accounts() == {"a", "b", "c"} and accounts(left) == {"b"} and accounts(left | {"is_not": True}) == {"a", "c"}
    assert accounts(champion) == {"a"} and accounts(champion, {"condition": "never_logged_in"}) == set()
    assert accounts({"condition": "never_logged_in"}) == {"a", "b"}
    assert accounts(champion | {"is_not": True}) == {"a", "b"}  # an account of which nobody is known has no such person


def test_on_an_earlier_day_nothing_of_later_is_known(world):
    def persons(condition, days_ago):
        return set(found(world, [condition], day=on(days_ago)).table["person"])

    assert persons({"condition": "feature", "feature": "sync"}, 3) == set()  # the week of the 22nd is over on the 28th
    assert persons({"condition": "feature", "feature": "sync"}, 2) == {"ann"}
    assert persons({"condition": "trained"}, 21) == set() and persons({"condition": "signed_up", "most": 1}, 30) == {
        "ann"
    }
    assert persons({"condition": "nps", "values": ["promoter"]}, 6) == {"bob"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x", "Conditions are a list of JSON"),
        ("{}", "Conditions are a list of JSON"),
        ("[1]", "Condition 1 must be a piece of its own"),
        (json.dumps([{"condition": "trained"}] * 21), "of up to 20"),
        ('[{"condition": "trained"}, {"condition": "tall"}]', "Condition 2: condition must be one of signed_up"),
        ('[{"condition": "signed_up", "least": 9, "most": 3}]', "Condition 1: most must be least or more"),
        ('[{"condition": "signed_up"}]', "as it is, anybody fits"),
        ('[{"condition": "signed_up", "least": "many"}]', "condition.least = 'many' must be a whole number"),
        ('[{"condition": "signed_up", "least": 1, "is_not": true}]', "cannot be turned round"),
        ('[{"condition": "last_login"}]', "days must be days, 1 to"),
        ('[{"condition": "trained", "days": 3}]', "days must be left out: trained does not take it"),
        ('[{"condition": "role"}]', "values must be 1 to 100 of them"),
        ('[{"condition": "nps", "values": ["angry"]}]', "values must be of promoter, passive, detractor"),
        ('[{"condition": "feature"}]', "Say which feature is meant."),
        ('[{"condition": "trained", "sql": "drop"}]', "condition.sql is not known"),
        ('[{"is_not": true}]', "condition.condition is missing"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(world, text, why):
    with pytest.raises(Refused, match=why):
        found(world, text, day=DAY)


def test_a_text_of_a_condition_is_bound_and_never_run(world):
    for text in ("'; drop table core.person; --", "$feature_0", '") or true --'):
        asked = [{"condition": "role", "values": [text]}, {"condition": "feature", "feature": text}]
        answer = found(world, asked, day=DAY)
        assert answer.table.empty and text not in answer.sql


@given(st.data())
@settings(max_examples=80)
def test_what_is_kept_is_read_as_it_was_and_every_condition_has_words(data):
    kind = data.draw(st.sampled_from(sorted(KINDS)))
    days, texts = st.integers(0, 400), st.lists(st.text(min_size=1, max_size=9), min_size=1, max_size=3)
    values = st.lists(st.sampled_from(KINDS[kind].values), min_size=1, max_size=3) if KINDS[kind].values else texts
    least = data.draw(days)
    whole = {
        "least": least,
        "most": least + data.draw(days),
        "days": 1 + data.draw(days),
        "values": tuple(data.draw(values)),
        "feature": "sync",
    }
    each = Condition(kind, **{name: whole[name] for name in SHAPES[KINDS[kind].shape]})
    assert read(text_of([each])) == (each,) and "{}" not in said(each).replace(
        "{}", "", "".join(each.values).count("{}")
    )
