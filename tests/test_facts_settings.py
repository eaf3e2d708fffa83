"""Settings in use as of a day, by hand."""

from datetime import date

import pandas as pd
import pytest

from lib.book import year_to
from lib.facts.ask import ask
from lib.scope import Scope
from tests.worldlets import WORDS, account_frame, days, open_world

CHOICES = [  # account, person, setting, value, set_on
    ("a", None, "digest", "weekly", "2026-03-01"),
    ("a", "p", "digest", "daily", "2026-05-01"),
    ("a", "q", "digest", "off", None),
    ("a", "p", "sso", "on", "2026-06-30"),
    ("b", "p", "sso", "on", "2026-07-01"),
    ("nobody", "p", "sso", "on", "2026-01-01"),
]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    setting = pd.DataFrame(
        [(*rest, days(day)) for *rest, day in CHOICES], columns=["account", "person", "setting", "value", "set_on"]
    )
    accounts = account_frame("ab", csm=["Ann", "Bob"])
    return open_world(tmp_path_factory.mktemp("store"), {"account": accounts, "setting": setting})


def chosen(world, day: date, *scope: Scope) -> list[tuple]:
    with ask(world, year_to(day), WORDS, *scope) as con:
        return con.execute(
            "select scope.account, person, setting, value, is_latest from setting_on($as_of) join scope using (_account) "
            "order by account, setting, person nulls first",
            {"as_of": day},
        ).fetchall()


def test_the_last_choices_up_to_the_day_and_the_accounts_last_word(world):
    assert chosen(world, date(2026, 6, 30)) == [
        ("a", None, "digest", "weekly", False),
        ("a", "p", "digest", "daily", True),
        ("a", "q", "digest", "off", False),
        ("a", "p", "sso", "on", True),
    ]


def test_before_the_first_dated_choice_one_of_no_known_day_holds(world):
    assert chosen(world, date(2026, 2, 28)) == [("a", "q", "digest", "off", True)]


def test_a_choice_counts_from_its_day_and_for_those_who_may_see_the_account(world):
    assert chosen(world, date(2026, 7, 1), Scope(csms=("Bob",))) == [("b", "p", "sso", "on", True)]
