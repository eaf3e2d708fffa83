"""Lives of people by hand: provisioned, used, adopted, loyal, gone; what they are on a day; accounts by their own rule."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pandas as pd
import pytest

from lib.book import year_to
from lib.facts.ask import ask
from lib.facts.people import ADOPTION, CLASS, LIFE, parameters
from lib.scope import NOBODY
from tests.worldlets import WORDS, account_frame, contract_frame, days, open_world

DAY = date(2026, 6, 30)  # a Tuesday: the last full week ended on Sunday, 28 June
MONDAY = date(2026, 3, 2)
NAMES = [
    "three of four", "two of four", "spread", "third week", "joins on a tuesday", "five days", "four days", "slow days",
    "unlisted", "early bird", "never", "no day", "closed", "closed before", "left too soon", "deactivated late", "new", "today",
    "login only", "partial week", "silent now", "sometimes",
]  # fmt: skip


def at(day: date, hour: int = 9) -> datetime:
    return datetime.combine(day, datetime.min.time()) + timedelta(hours=hour)


def use(person: str, *offsets: int, account: str = "a", feature: str = "report") -> list[dict]:
    """Events on so many days after MONDAY."""
    return [
        {"occurred_at": at(MONDAY + timedelta(n)), "account": account, "person": person, "feature": feature}
        for n in offsets
    ]


def person(name: str, came: date | None = MONDAY, account: str = "a", **more) -> dict:
    return {
        "person": name,
        "account": account,
        "provisioned_at": at(came) if came else None,
        "deactivated_on": None,
    } | more


EVENTS = [
    *use("pulse", *range(0, 121), account="z"),  # somebody uses it all along: use is known from MONDAY to DAY
    *use("three of four", 0, 7, 14),  # weeks 1, 2, 3: holds when life is four weeks old, on day 27
    *use("two of four", 0, 7, 28, 35),  # weeks 1, 2 and 5, 6: never three within four
    *use("spread", 0, 7, 21, 49, 63, 70),  # weeks 1, 2, 4: on day 27
    *use("third week", 0, 35, 42, 49),  # weeks 6, 7, 8: on the Sunday of week 8, day 55
    *use("joins on a tuesday", 1, 8, 15),  # came on day 1: weeks 2 and 3 alone count, the first is not full
    *use("five days", 0, 1, 2, 3, 27),  # the fifth day within 28 is day 27
    *use("four days", 0, 1, 2, 3, 28),  # day 28 is one too late
    *use("slow days", *range(0, 120, 6)),  # every six days: five within 25 days, on day 24; a week in all but few
    *use("unlisted", 10, 17, 24, 31),  # in no file: begins with the first use, a Thursday
    *use("early bird", 2, 9),  # used before the file says they came
    *use("closed", 0, 7, 14, 21),
    *use("closed before", 40),
    *use("left too soon", 0, 7, 14, 21, account="gone"),
    *use("deactivated late", 0, 7, 14, 21),
    *use("new", 112),
    *use("login only", 0, 7, 14, 21, feature="login"),
    *use("login only", 30, feature="Log-in"), *use("login only", 36),
    *use("partial week", 119),  # Monday, 29 June: the week is not over
    *use("silent now", 0, 7, 14, 21),
    *use("sometimes", 0, 112),
    *[{"occurred_at": at(MONDAY + timedelta(n)), "account": "machines", "person": None, "feature": "report"} for n in (0, 7, 14)],
    *[{"occurred_at": at(MONDAY + timedelta(n)), "account": "a", "person": "never", "feature": "sync"} for n in (0, 7, 14, 21)],
    *use("three of four", 122, 129, 136, 143),  # after DAY
]  # fmt: skip
PEOPLE = [
    *[person(name) for name in NAMES if name not in ("unlisted", "no day")],
    person("no day", None),
    person("pulse", account="z"),
]  # fmt: skip
CHANGED = {
    "joins on a tuesday": {"provisioned_at": at(MONDAY + timedelta(1))},
    "early bird": {"provisioned_at": at(MONDAY + timedelta(9))},
    "closed": {"deactivated_on": MONDAY + timedelta(24)},  # the Thursday of week 4: its Sunday is not lived
    "closed before": {"provisioned_at": at(MONDAY + timedelta(30)), "deactivated_on": MONDAY + timedelta(20)},
    "left too soon": {"account": "gone"},
    "deactivated late": {"deactivated_on": DAY + timedelta(1)},
    "new": {"provisioned_at": at(MONDAY + timedelta(110))},
    "today": {"provisioned_at": at(DAY, 23)},
    "partial week": {"provisioned_at": at(MONDAY + timedelta(20))},
}
CONTRACTS = [
    {"account": "a", "starts_on": days("2026-01-01"), "ends_on": days("2026-09-01"), "arr": 100.0},
    {"account": "z", "starts_on": days("2026-01-01"), "ends_on": days("2027-01-01"), "arr": 50.0},
    {"account": "gone", "starts_on": days("2026-03-01"), "ends_on": MONDAY + timedelta(26), "arr": 10.0},
    {"account": "grace", "starts_on": days("2026-03-01"), "ends_on": days("2026-06-15"), "arr": 10.0},
    {"account": "trial", "starts_on": days("2026-03-01"), "ends_on": days("2026-04-01"), "kind": "trial"},
    {"account": "machines", "starts_on": days("2026-03-01"), "ends_on": days("2027-03-01"), "arr": 10.0},
]  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    rows = [row | CHANGED.get(row["person"], {}) for row in PEOPLE]
    rows += [person("t", account="trial"), person("g", account="grace"), person("later", DAY + timedelta(1))]
    accounts = ["a", "z", "gone", "grace", "trial", "machines"]
    frames = {
        "account": account_frame(accounts, name=accounts, csm="Dana"),
        "contract": contract_frame(*CONTRACTS),
        "person": pd.DataFrame(rows, dtype=object),
        "event": pd.DataFrame(EVENTS),
        "feature": pd.DataFrame({"feature": ["sync"], "is_system": [True]}),
    }
    return open_world(tmp_path_factory.mktemp("store"), frames)


def found(world, relation, key, day=DAY, words=WORDS, scope=None):
    with ask(world, year_to(day), words, *([scope] if scope else [])) as con:
        rows = con.execute(f"select * from {relation}", parameters(relation, day, words))
        names = [each[0] for each in rows.description]
        return {row[names.index(key)]: dict(zip(names, row, strict=True)) for row in rows.fetchall()}


@pytest.fixture(scope="module")
def lives(world):
    return found(world, LIFE, "person")


LIVES = {
    "three of four": {"days_to_loyal": 27, "days_to_adopted": None, "begins_with": "provisioning", "seen_days": 120, "left_by": None},
    "two of four": {"days_to_loyal": None},
    "spread": {"days_to_loyal": 27},
    "third week": {"days_to_loyal": 55},
    "joins on a tuesday": {"days_to_loyal": None, "seen_days": 119},
    "five days": {"days_to_adopted": 27, "days_to_loyal": None},
    "four days": {"days_to_adopted": None},
    "slow days": {"days_to_adopted": 24, "days_to_loyal": 27},
    "unlisted": {"begins_with": "first use", "provisioned_on": MONDAY + timedelta(10), "days_to_loyal": 31, "is_start_seen": False},
    "early bird": {"begins_with": "first use", "provisioned_on": MONDAY + timedelta(2)},
    "never": {"first_use_on": None, "first_key_action_on": None, "seen_days": 120},
    "no day": {"provisioned_on": None, "seen_days": None, "is_start_seen": None},
    "closed": {"days_to_loyal": None, "seen_days": 23, "left_by": "deactivated", "followed_days": 120},
    "closed before": {"seen_days": None},
    "left too soon": {"days_to_loyal": None, "seen_days": 25, "left_by": "account left"},
    "deactivated late": {"days_to_loyal": 27, "seen_days": 120, "left_by": None, "deactivated_on": None},
    "login only": {"first_key_action_on": MONDAY + timedelta(36), "days_to_key_action": 36, "first_use_on": MONDAY},
    "partial week": {"first_key_action_on": None, "first_use_on": MONDAY + timedelta(119)},
    "today": {"seen_days": 0},
    "t": {"left_by": "account left", "seen_days": 29},
    "g": {"left_by": None, "seen_days": 120},
}  # fmt: skip


@pytest.mark.parametrize("name", LIVES)
def test_life(lives, name):
    assert {field: lives[name][field] for field in LIVES[name]} == LIVES[name]


def test_nobody_of_tomorrow_and_no_machine_is_a_person(lives):
    assert "later" not in lives and None not in lives and {each["account"] for each in lives.values()} >= {"a", "gone"}
    assert "machines" not in {each["account"] for each in lives.values()}


def test_loyal_by_its_sunday_and_not_a_day_before(world):
    """Three of four weeks end on Sunday, day 27: the Saturday before does not know it."""
    loyal_on = {n: found(world, LIFE, "person", MONDAY + timedelta(n))["three of four"]["loyal_on"] for n in (26, 27)}
    assert loyal_on == {26: None, 27: MONDAY + timedelta(27)}


def test_a_login_is_closed_from_its_day(world):
    seen = {n: found(world, LIFE, "person", MONDAY + timedelta(n))["closed"] for n in (23, 24)}
    assert [(each["left_by"], each["seen_days"]) for each in seen.values()] == [(None, 23), ("deactivated", 23)]


def test_an_account_is_gone_once_the_grace_days_are_over_and_then_from_its_last_day(world):
    grace = WORDS.renewals.grace_days
    seen = [found(world, LIFE, "person", MONDAY + timedelta(26 + grace + n))["left too soon"] for n in (-1, 0)]
    assert [each["left_by"] for each in seen] == [None, "account left"]
    assert seen[1]["ends_on"] == MONDAY + timedelta(26)


def test_nothing_of_later_days_is_known(world):
    """As of a day, the same as if the later events had never been."""
    day = MONDAY + timedelta(30)
    known = found(world, LIFE, "person", day)
    assert known["third week"]["loyal_on"] is None and known["third week"]["last_use_on"] == MONDAY
    assert all(each["last_use_on"] is None or each["last_use_on"] <= day for each in known.values())
    assert known["slow days"]["known_until"] == day + timedelta(1)


def test_past_the_end_of_use_a_life_is_seen_no_further(world):
    late = found(world, LIFE, "person", DAY + timedelta(200))["three of four"]
    assert late["known_until"] == MONDAY + timedelta(147)  # the last event is of Friday, day 143; its week is the last
    assert late["seen_days"] == 146


def test_key_actions_that_are_named_are_the_only_ones(world):
    words = replace(WORDS, adoption=replace(WORDS.adoption, key_actions=("login",)))
    assert found(world, LIFE, "person", words=words)["login only"]["first_key_action_on"] == MONDAY


def test_other_rules_for_adopted_and_loyal(world):
    words = replace(
        WORDS, adoption=replace(WORDS.adoption, adopted_days=1, adopted_within_days=1, loyal_weeks=1, loyal_of_weeks=1)
    )
    lives = found(world, LIFE, "person", words=words)
    assert lives["five days"]["days_to_adopted"] == 0 and lives["two of four"]["days_to_loyal"] == 6
    assert (
        lives["joins on a tuesday"]["days_to_loyal"] == 12
    )  # day 13 is the Sunday of the first full week; they came on day 1


CLASSES = {
    "slow days": "loyal", "three of four": "dormant", "never": "never", "no day": "never", "closed": "deactivated", "new": "casual",
    "partial week": "casual", "silent now": "dormant", "sometimes": "casual", "left too soon": None, "deactivated late": "dormant",
    "today": "never", "pulse": "loyal", "t": None,
}  # fmt: skip


def test_classes_of_a_day(world):
    classes = found(world, CLASS, "person")
    assert {name: classes[name]["user_class"] for name in CLASSES} == CLASSES
    assert [name for name in CLASSES if classes[name]["is_new"]] == ["new", "today"]


def test_a_class_is_of_its_day(world):
    by_day = {
        n: found(world, CLASS, "person", MONDAY + timedelta(n))["silent now"]["user_class"]
        for n in (26, 27, 47, 55, 60)
    }
    # weeks 1 to 4: loyal from their last Sunday; then 2 of the last four weeks, then none
    assert by_day == {26: "casual", 27: "loyal", 47: "casual", 55: "dormant", 60: "dormant"}


def test_past_the_end_of_use_nobody_has_a_class_but_the_deactivated(world):
    late = found(world, CLASS, "person", DAY + timedelta(200))
    assert {each["user_class"] for each in late.values()} <= {None, "deactivated"}


def test_a_scope_has_its_own_people_alone(world):
    assert found(world, LIFE, "person", scope=NOBODY) == {} and found(world, CLASS, "person", scope=NOBODY) == {}
    assert found(world, ADOPTION, "account", scope=NOBODY) == {}


# --- accounts: three of four people must have adopted (0.75); u1 to u4 of account "b"


@pytest.fixture(scope="module")
def accounts(tmp_path_factory):
    quick = (0, 1, 2, 3, 4)
    events = [
        *use("pulse", *range(0, 121), account="z"),
        *use("u1", *quick, account="b"), *use("u2", *(n + 10 for n in quick), account="b"),
        *use("u3", *(n + 50 for n in quick), account="b"),
        *use("v1", *quick, account="solo"),
    ]  # fmt: skip
    rows = [person(name, account="b") for name in ("u1", "u2", "u3")]
    rows += [person("u4", account="b", deactivated_on=MONDAY + timedelta(100)), person("v1", account="solo")]
    rows += [person("v2", MONDAY + timedelta(80), account="solo"), person("pulse", account="z")]
    names = ["b", "solo", "z", "nobody"]
    frames = {
        "account": account_frame(names, name=names),
        "contract": contract_frame(*({"account": each, "starts_on": MONDAY, "ends_on": days("2026-08-01"), "arr": 9.0} for each in names)),
        "person": pd.DataFrame(rows, dtype=object),
        "event": pd.DataFrame(events),
    }  # fmt: skip
    return open_world(tmp_path_factory.mktemp("store"), frames)


ACCOUNTS = {
    # u1 on day 4, u2 on day 14, u3 on day 54: 3 of 4 then; u4's login is closed since: 3 of 3
    "b": {"n_users": 3, "n_adopted": 3, "is_adopted": True, "days_to_adopted": 54, "renews_on": days("2026-08-01"), "days_to_renewal": 32},
    # alone on day 4; a second person came on day 80, and has not: 1 of 2
    "solo": {"n_users": 2, "n_adopted": 1, "adopted_share": 0.5, "is_adopted": False, "days_to_adopted": 4},
    "nobody": {"n_users": 0, "adopted_share": None, "is_adopted": None, "adopted_on": None, "has_people": False},
}  # fmt: skip


@pytest.mark.parametrize("name", ACCOUNTS)
def test_account(accounts, name):
    stood = found(accounts, ADOPTION, "account")
    assert {field: stood[name][field] for field in ACCOUNTS[name]} == ACCOUNTS[name]


def test_an_account_adopts_on_the_day_and_not_before(accounts):
    assert [found(accounts, ADOPTION, "account", MONDAY + timedelta(n))["b"]["is_adopted"] for n in (53, 54)] == [
        False,
        True,
    ]
