"""KPIs of use and of features: what each account adds, by hand; days without data; the sample counted anew from raw events."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pandas as pd
import pytest

from lib.book import year_to
from lib.facts import kpis
from lib.facts.ask import ask as asking
from lib.facts.kpis import KPIS
from lib.facts.people import LIFE
from lib.scope import NOBODY, Scope
from tests.worldlets import WORDS, account_frame, contract_frame, days, open_world

DAY = date(2026, 6, 30)  # a Tuesday: the last full week ended on Sunday, 28 June
USE = [name for name, each in KPIS.items() if each.group == "Use"]
FEATURES = [name for name, each in KPIS.items() if each.group == "Features"]


def back(weeks: int, day: int = 0) -> date:
    """A day of the week so many weeks back, from its Monday, 0; 1 is the last full week and 0 the one of the day."""
    return date(2026, 6, 29) - timedelta(7 * weeks - day)


def use(account: str, person: str | None, *on: date, feature: str = "report", times: int = 1) -> list[dict]:
    return [
        {"occurred_at": datetime(day.year, day.month, day.day, 9), "account": account, "person": person, "feature": feature}
        for day in on
        for _ in range(times)
    ]  # fmt: skip


def person(
    name: str, account: str, role: str | None = None, came: date = date(2026, 1, 5), gone: date | None = None
) -> dict:
    came_at = datetime(came.year, came.month, came.day, 8)
    return {"person": name, "account": account, "role": role, "provisioned_at": came_at, "deactivated_on": gone}


def rows(world, names, day=DAY, words=WORDS, scope=None) -> dict[tuple[str, str], tuple]:
    """(account, KPI) -> (k, n), or the reason why not."""
    with asking(world, year_to(day), words, *([scope] if scope else [])) as con:
        sql = f"select account, kpi, k, n, why_not from {kpis.relation(names)} join scope using (_account)"
        found = con.execute(sql, kpis.parameters(sql, day, words)).fetchall()
    assert all((k is None) == (n is None) == (why is not None) for _, _, k, n, why in found)
    return {(account, name): why or (k, n) for account, name, k, n, why in found if name in names}


EVENTS = [
    *use("pulse", "pulse", *(back(n) for n in range(0, 40))),  # use is known from September 2025 to the day
    *use("mixed", "ann", *(back(n, d) for n in (1, 2, 3, 4) for d in range(5)), times=8),  # every business day
    *use("mixed", "bob", back(2, 5), back(4, 5), times=15),  # two Saturdays
    *use("mixed", "dan", back(4)),  # the login is closed since
    *use("mixed", "eve", back(1, 1), times=10),  # in no file
    *use("mixed", "cat", back(0, 2), back(-1), back(-2)),  # after the day: as if it had not been
    *use("mixed", "ann", back(0), times=500),  # the week of the day is not over
    *use("api", None, *(back(n) for n in (1, 2, 3, 4)), feature="sync"),
    *use("gap", None, *(back(n) for n in (1, 2, 4)), feature="sync"),
    *use("young", "yan", back(1), back(2), times=60),
    *use("quiet", "q1", back(1), back(14), times=60),  # 60 events in 13 weeks, fewer than 100
    *use("alike", "x", back(9), times=70),
    *use("alike", "y", back(13), times=70),
    *use("habits", "long ago", *(back(36, d) for d in (0, 7, 14, 21, 27))),  # five days within 28, over the edge of weeks
    *use("habits", "too slow", *(back(36, d) for d in (0, 7, 14, 21, 28))),
    *use("habits", "just now", *(back(2, d) for d in (0, 1, 2, 3)), back(0)),  # the fifth day is the day before the day
    *use("habits", "tomorrow", *(back(2, d) for d in (0, 1, 2, 3)), back(0, 2)),
]  # fmt: skip
PEOPLE = [
    person("ann", "mixed", "Engineer"), person("bob", "mixed", " Engineer "), person("cat", "mixed", "Manager"),
    person("dan", "mixed", "Director", gone=date(2026, 6, 10)), person("late", "mixed", "Analyst", came=DAY + timedelta(1)),
    person("nobody", "gap"), person("yan", "young"), person("yve", "young"),
    person("q1", "quiet"), person("q2", "quiet", ""), person("x", "alike"), person("y", "alike"),
    *(person(name, "habits", came=date(2025, 9, 1)) for name in ("long ago", "too slow", "just now", "tomorrow")),
    person("pulse", "pulse"),
]  # fmt: skip
ACCOUNTS = ["mixed", "api", "gap", "young", "quiet", "alike", "habits", "pulse", "empty"]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    terms = [
        {"account": name, "starts_on": days("2026-06-10" if name == "young" else "2025-09-01"), "ends_on": days("2027-06-10"), "arr": 1.0}
        for name in ACCOUNTS
    ]  # fmt: skip
    frames = {
        "account": account_frame(ACCOUNTS, csm=["Dana"] + ["Lee"] * 8),
        "contract": contract_frame(*terms),
        "person": pd.DataFrame(PEOPLE, dtype=object),
        "event": pd.DataFrame(EVENTS),
        "feature": pd.DataFrame({"feature": ["sync"], "is_system": [True]}),
    }
    return open_world(tmp_path_factory.mktemp("use"), frames)


@pytest.fixture(scope="module")
def found(world):
    return rows(world, USE)


SHORT = "here for less than 4 weeks"
BY_HAND = {
    # on business days ann 20, dan 1, eve 1; ann, bob, dan and eve are active; their weeks are 4, 2, 1, 1
    ("mixed", "dau_mau"): (22 / 20, 4),
    ("mixed", "wau_mau"): (8 / 4, 4),
    ("mixed", "weekly_active_rate"): (1, 1),
    ("mixed", "adopted_share_rate"): (1, 4),  # ann; of ann, bob, cat and eve
    ("mixed", "high_engaged_users"): (1, 1),
    ("mixed", "medium_engaged_users"): (2, 1),
    ("mixed", "low_engaged_users"): (1, 1),
    # cat 0, eve 10, bob 30, ann 160 of 200: 2 x (2 x 10 + 3 x 30 + 4 x 160) / (4 x 200) - 5 / 4
    ("mixed", "use_gini"): (0.625, 1),
    ("mixed", "one_person_rate"): (1, 1),  # 160 of 200 is just enough
    ("mixed", "roles_in_use_rate"): (1, 2),  # Engineer, of Engineer and Manager
    ("api", "weekly_active_rate"): (1, 1),
    ("api", "dau_mau"): "nobody active in 4 weeks",
    ("api", "adopted_share_rate"): "nobody with a login",
    ("api", "low_engaged_users"): "nobody with a login",
    ("api", "use_gini"): "fewer than 2 people with a login",
    ("api", "roles_in_use_rate"): "nobody with a login",
    ("gap", "weekly_active_rate"): (0, 1),
    ("gap", "low_engaged_users"): (1, 1),
    ("gap", "adopted_share_rate"): (0, 1),
    ("gap", "one_person_rate"): "fewer than 2 people with a login",
    ("gap", "roles_in_use_rate"): "no roles given",
    ("young", "dau_mau"): SHORT,
    ("young", "wau_mau"): SHORT,
    ("young", "weekly_active_rate"): SHORT,
    ("young", "high_engaged_users"): SHORT,
    ("young", "roles_in_use_rate"): SHORT,
    ("young", "adopted_share_rate"): (0, 2),
    ("young", "use_gini"): (0.5, 1),  # one of two does all
    ("young", "one_person_rate"): (1, 1),
    ("quiet", "use_gini"): "too little use in 13 weeks",
    ("quiet", "roles_in_use_rate"): "no roles given",
    ("alike", "use_gini"): (0, 1),
    ("alike", "one_person_rate"): (0, 1),
    ("alike", "low_engaged_users"): (2, 1),
    ("alike", "weekly_active_rate"): (0, 1),
    ("habits", "adopted_share_rate"): (2, 4),  # long ago, just now
    ("empty", "dau_mau"): "nobody active in 4 weeks",
    ("empty", "weekly_active_rate"): (0, 1),
}  # fmt: skip


@pytest.mark.parametrize("key", BY_HAND, ids=" ".join)
def test_what_an_account_adds_by_its_use(found, key):
    said = BY_HAND[key]
    assert found[key] == (said if isinstance(said, str) else pytest.approx(said))


def test_every_account_of_scope_has_a_row_a_kpi(world, found):
    assert set(found) == {(account, name) for account in ACCOUNTS for name in USE}
    own = rows(world, USE, scope=Scope(("Dana",)))
    assert own == {key: said for key, said in found.items() if key[0] == "mixed"}
    assert rows(world, [*USE, *FEATURES], scope=NOBODY) == {}


@pytest.mark.parametrize("name", ["pulse", "mixed"])
def test_outside_the_usage_data_nothing_is_said_of_use(world, name):
    for day in (date(2025, 8, 1), date(2027, 3, 1)):
        said = {kpi: why for (account, kpi), why in rows(world, [*USE, *FEATURES], day).items() if account == name}
        assert set(said) == {*USE, *FEATURES}
        assert {kpi for kpi, why in said.items() if why != "no use known"} == {"settings_tuned"}
    soon = rows(world, USE, date(2025, 10, 5))  # use began on 29 September 2025: one full week
    for kpi in ("dau_mau", "weekly_active_rate", "adopted_share_rate", "high_engaged_users", "roles_in_use_rate"):
        assert soon[("pulse", kpi)] == "use known for less than 4 weeks"


def test_an_empty_store_says_nothing(tmp_path):
    with asking(open_world(tmp_path, {"account": account_frame(["a"])}), year_to(DAY), WORDS) as con:
        sql = f"select why_not, count(k) from {kpis.relation([*USE, *FEATURES])} group by why_not order by why_not"
        assert con.execute(sql, kpis.parameters(sql, DAY, WORDS)).fetchall() == [
            ("no settings given", 0),
            ("no use known", 0),
        ]


@pytest.mark.parametrize("within", [5, 7, 20, 28, 60])
def test_who_has_adopted_is_as_in_lives_of_people(world, within):
    """The quick way of the KPI and the day of person_life, whatever the rule."""
    words = replace(WORDS, adoption=replace(WORDS.adoption, adopted_within_days=within))
    for day in (DAY, DAY + timedelta(1), date(2026, 2, 11)):
        with asking(world, year_to(day), words) as con:
            sql = f"""select account, count(adopted_on), count(*) from {LIFE}
                where deactivated_on is null and gone_on is null group by account"""
            lives = {account: said for account, *said in con.execute(sql, kpis.parameters(sql, day, words)).fetchall()}
        found = rows(world, ["adopted_share_rate"], day, words)
        assert {account: list(said) for (account, _), said in found.items() if isinstance(said, tuple)} == lives
