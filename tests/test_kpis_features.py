"""KPIs of features by hand: what is open to a plan, at its rhythm, new; and the features themselves, one by one."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from lib import stats
from lib.book import year_to
from lib.facts.ask import ask as asking
from lib.facts.kpis import KPIS
from lib.measures.registry import measure
from lib.scope import Scope
from tests.test_kpis_use import DAY, back, person, rows, use
from tests.worldlets import WORDS, account_frame, ask, contract_frame, days, open_world

FEATURES = [name for name, each in KPIS.items() if each.group == "Features"]
LAST_FOUR = (back(1), back(2), back(3), back(4))
EVENTS = [
    *use("pulse", "pulse", *(back(n) for n in range(0, 40)), feature="beat"),  # use is known from September 2025
    *use("s1", "p1", *LAST_FOUR, feature="auto"),
    *use("s1", "p1", back(1), feature="report"), *use("s1", "p1", back(1), feature="future"), *use("s1", "p1", back(20), feature="old"),
    *use("s1", "p2", back(1), back(2), back(6), feature="report"),
    *use("s1", "p2", back(0), back(-1), feature="deep"),  # a week that is not over, and after the day
    *use("s1", None, *LAST_FOUR, feature="sync"),
    *use("s2", "q", back(13), feature="deep"), *use("s2", "q", back(0), back(1), back(2), back(3), feature="auto"),
    *use("b1", "c1", *LAST_FOUR, feature="login"), *use("b1", "c2", *(back(n, 1) for n in range(1, 5)), feature="login"),
    *use("b1", "c1", back(4), feature="fore"), *use("b1", "c1", back(14), feature="auto"),
    *use("b2", "d", *(back(n, day) for n in range(1, 5) for day in (0, 3)), feature="login"),
    *use("down", "x", back(12), feature="fore"),  # on 6 April, while its plan was Business
    *use("later", "lena", back(10), feature="report"),
    *use("api", None, *LAST_FOUR, feature="sync"),
    *use("fresh", "f", back(1), feature="report"), *use("gone", "g", back(30), feature="report"),
]  # fmt: skip
FILE = pd.DataFrame(
    [
        ("login", "Log in", "simple", None, None, "daily", False), ("report", "Reports", "simple", None, None, "weekly", False),
        ("auto", "Automation", "Advanced ", "starter", date(2022, 1, 1), "Weekly", False),
        ("fore", "Forecast", "advanced", "Business", date(2026, 2, 3), "now and then", False),  # so by the month
        ("board", "Board", "advanced", "Business", None, None, False), ("deep", "Depths", "advanced", None, date(2025, 7, 1), "quarterly", False),
        ("future", "Future", "advanced", "Starter", date(2026, 7, 15), "weekly", False),  # tried before its release
        ("sync", "Sync", "advanced", "Starter", date(2022, 1, 1), "daily", True),
        ("unused", "Unused", "simple", None, None, None, False),
    ],
    columns=["feature", "name", "level", "plan", "released_on", "cadence", "is_system"],
    dtype=object,
)  # fmt: skip
PLANS = {"s1": "Starter", "s2": "Starter", "b1": "Business", "b2": "Business", "down": "Starter", "later": "Business", "api": "Starter",
         "pulse": None, "fresh": "Starter", "gone": "Starter"}  # fmt: skip
HISTORY = [
    ("down", "plan", date(1900, 1, 1), date(2026, 5, 1), "Business"), ("down", "plan", date(2026, 5, 1), None, "Starter"),
    ("later", "plan", date(1900, 1, 1), date(2026, 7, 5), "Starter"), ("later", "plan", date(2026, 7, 5), None, "Business"),
]  # fmt: skip
SETTINGS = [
    ("s1", "p1", "digest", "on", date(2026, 2, 1)), ("s1", None, "language", "de", None), ("s1", "p2", "digest", "off", date(2026, 3, 1)),
    ("b1", "c1", "theme", "dark", DAY), ("b2", "d", "beta", "on", DAY + timedelta(1)),
]  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    terms = [
        {"account": name, "starts_on": days({"fresh": "2026-06-01", "pulse": "2025-09-01"}.get(name, "2026-01-05")),
         "ends_on": days("2026-03-01" if name == "gone" else "2027-06-10"), "arr": 1.0}
        for name in PLANS
    ]  # fmt: skip
    people = {
        "s1": ("p1", "p2"),
        "s2": ("q",),
        "b1": ("c1", "c2"),
        "b2": ("d",),
        "down": ("x",),
        "later": ("lena",),
        "fresh": ("f",),
    }
    frames = {
        "account": account_frame(
            PLANS, plan=list(PLANS.values()), csm=["Lee" if name in ("b1", "b2") else "Dana" for name in PLANS]
        ),
        "account_history": pd.DataFrame(HISTORY, columns=["account", "field", "from_on", "until_on", "value"], dtype=object),
        "contract": contract_frame(*terms),
        "person": pd.DataFrame([person(name, account) for account, names in people.items() for name in names], dtype=object),
        "event": pd.DataFrame(EVENTS),
        "feature": FILE,
        "setting": pd.DataFrame(SETTINGS, columns=["account", "person", "setting", "value", "set_on"], dtype=object),
    }  # fmt: skip
    return open_world(tmp_path_factory.mktemp("features"), frames)


@pytest.fixture(scope="module")
def found(world):
    return rows(world, FEATURES)


MONTHS = 175 / 30.4375  # from 5 January to 29 June
BY_HAND = {
    ("s1", "features_per_user"): (4, 2),  # p1: auto, report, future; p2: report
    # of advanced ones Starter has auto, by the file and in use, and deep, which s2 uses; nobody of it uses fore
    ("s1", "advanced_rate"): (1, 2),
    ("s1", "high_value_rate"): (1, 2),
    ("s1", "new_features_rate"): (0, 1),  # deep, of 1 July 2025
    ("s1", "features_per_month"): (4, MONTHS),  # auto, report, future, old
    ("s1", "settings_tuned"): (2, 3),  # of digest, language, theme
    ("s2", "features_per_user"): (1, 1),
    ("s2", "advanced_rate"): (2, 2),
    ("s2", "high_value_rate"): (1, 2),  # deep once in 13 weeks; auto in three weeks of four
    ("s2", "new_features_rate"): (1, 1),
    # Business has fore, auto and board
    ("b1", "features_per_user"): (3, 2),
    ("b1", "advanced_rate"): (1, 3),  # auto was 14 weeks ago
    ("b1", "high_value_rate"): (1, 3),  # fore: once in four weeks
    ("b1", "new_features_rate"): (1, 1),
    ("b1", "settings_tuned"): (1, 3),
    ("b2", "high_value_rate"): (0, 3),
    ("b2", "settings_tuned"): (0, 3),
    ("down", "advanced_rate"): (0, 2),  # fore is not open to Starter
    ("down", "new_features_rate"): (0, 1),
    ("down", "features_per_user"): "nobody active in 4 weeks",
    ("down", "features_per_month"): (1, MONTHS),
    ("later", "advanced_rate"): (0, 2),  # Starter until 5 July
    ("later", "features_per_month"): (1, MONTHS),
    ("api", "advanced_rate"): "nobody with a login",
    ("api", "features_per_month"): "nobody with a login",
    ("api", "settings_tuned"): (0, 3),
    ("pulse", "advanced_rate"): "no advanced feature open to it",
    ("pulse", "high_value_rate"): "no high-value feature open to it",
    ("pulse", "new_features_rate"): "no new feature open to it",
    ("pulse", "features_per_month"): "began before use is known",
}  # fmt: skip


@pytest.mark.parametrize("key", BY_HAND, ids=" ".join)
def test_what_an_account_adds_by_its_features(found, key):
    said = BY_HAND[key]
    assert found[key] == (said if isinstance(said, str) else pytest.approx(said))


def test_high_value_features_are_those_named_at_their_own_rhythm(world):
    words = replace(
        WORDS, adoption=replace(WORDS.adoption, high_value_features=("login", "report", "unheard of", "sync"))
    )
    found = rows(world, ["high_value_rate"], words=words)
    assert found[("b2", "high_value_rate")] == (1, 1)  # two days of login in each week; nobody of Business uses report
    assert found[("b1", "high_value_rate")] == (0, 1)  # two people, a day a week each
    assert found[("s1", "high_value_rate")] == (0, 1)  # report in two weeks of four
    once = replace(words, cadence=replace(WORDS.cadence, weekly=(2.0, 4.0), daily_days=1))
    assert {key[0]: said for key, said in rows(world, ["high_value_rate"], words=once).items() if key[0] in ("s1", "b1")} == {
        "s1": (1, 1), "b1": (1, 1),
    }  # fmt: skip


def test_what_few_of_a_plan_use_is_not_open_to_all_of_it(world):
    """Of Starter's accounts with use since they are on it, s1, s2, later, fresh and gone, one uses deep; auto comes in it by the file."""
    for share, n in ((0.2, 2), (0.21, 1)):
        words = replace(WORDS, adoption=replace(WORDS.adoption, open_share=share))
        assert rows(world, ["advanced_rate"], words=words)[("down", "advanced_rate")] == (0, n)


def test_what_others_use_or_set_is_as_if_it_were_not(world):
    own = rows(world, FEATURES, scope=Scope(("Lee",)))
    assert {account for account, _ in own} == {"b1", "b2"}
    assert own[("b1", "settings_tuned")] == (1, 1) and own[("b1", "high_value_rate")] == (1, 3)
    with asking(world, year_to(DAY), WORDS, Scope(("Lee",))) as con:
        table = measure("feature_adoption")(con, year_to(DAY), WORDS).table
    assert not {"old", "beat"} & set(table["feature"])  # they stand in no file
    assert (table["n_active_people"] == 3).all() and table["n_feature_users"].sum() == 4


# --- the features themselves


@pytest.fixture(scope="module")
def features(world):
    return ask(world, "feature_adoption", year_to(DAY))


def test_features_by_hand(features):
    """Active are p1, p2, q, c1, c2, d and pulse: 7 people of 5 accounts; settled are those 5, down and later."""
    table = features.table.set_index("feature")
    assert (table["n_active_people"] == 7).all() and (table["n_settled_accounts"] == 7).all()
    counts = [
        "n_feature_users",
        "n_feature_accounts",
        "n_ever_accounts",
        "n_rhythm_accounts",
        "n_first_users",
        "n_first_users_earlier",
    ]
    assert {name: tuple(said) for name, said in table[counts].iterrows()} == {
        "login": (3, 2, 2, 1, 3, 0),
        "auto": (2, 2, 3, 1, 2, 0),
        "report": (2, 1, 2, 0, 1, 1),  # p2 six weeks ago
        "beat": (1, 1, 1, 1, 0, 0),
        "fore": (1, 1, 2, 1, 1, 0),
        "future": (1, 1, 1, 1, 1, 0),
        "deep": (0, 0, 1, 1, 0, 0),
        "old": (0, 0, 1, 0, 0, 0),
        "unused": (0, 0, 0, 0, 0, 0),
        "board": (0, 0, 0, 0, 0, 0),
    }
    assert list(features.table["feature"])[:3] == ["login", "auto", "report"]
    said = table.loc["report"]
    assert said["depth_rate"] == pytest.approx(2 / 7) and said["feature_accounts_rate"] == pytest.approx(1 / 7)
    # over accounts: s1 (2 of 2), s2 (0 of 1), b1 (0 of 2), b2 (0 of 1), pulse (0 of 1)
    lo, hi = stats.ratio_of_sums(2, 7, 4, 4, 11, 5)
    assert (said["depth_rate_lo"], said["depth_rate_hi"]) == pytest.approx((max(float(lo), 0), min(float(hi), 1)))
    assert np.isnan(table.loc["unused", "rhythm_rate"]) and table.loc["unused", "depth_rate"] == 0
    assert (said["feature_name"], said["cadence"], table.loc["fore", "feature_plan"]) == (
        "Reports",
        "weekly",
        "Business",
    )


def test_who_is_left_out_of_the_features(features):
    assert dict(features.left_out.itertuples(index=False)) == {
        "accounts that are live and not yet past onboarding": 1,  # fresh
        "accounts that are not live": 1,  # gone
        "settled accounts of which nobody is known": 1,  # api
        "system features": 1,
    }


def test_without_use_there_are_no_features_to_tell_of(world, tmp_path):
    late = ask(world, "feature_adoption", year_to(date(2026, 9, 30)))
    assert late.table.empty and "settled accounts of which no use is known up to the day" in set(
        late.left_out["reason"]
    )
    bare = ask(
        open_world(tmp_path, {"account": account_frame(["a"]), "feature": FILE}), "feature_adoption", year_to(DAY)
    )
    assert bare.table.empty and list(bare.table) == list(late.table)


def test_first_users_are_not_told_where_use_is_known_too_short(world):
    soon = ask(world, "feature_adoption", year_to(date(2026, 2, 1))).table
    assert len(soon) and soon["n_first_users"].notna().all() and soon["n_first_users_earlier"].isna().all()
