"""Who has left the path: the queue of new exceptions, the order, the states and the figures of the rules, worked by hand."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.book import Book
from lib.definitions.exceptions import FACTS, Rule
from lib.errors import Refused
from lib.facts.ask import ask
from lib.facts.exceptionqueue import told_days
from lib.facts.exceptionsaid import WHY, condition, said
from lib.measures.exceptions.listing import COLUMNS, exceptions
from lib.measures.exceptions.rules import exception_rules
from lib.measures.exceptions.tiles import exception_tiles
from lib.measures.plays.listing import my_exceptions
from lib.scope import ALL
from tests.playworlds import tasks
from tests.worldlets import WORDS, account_frame, contract_frame, open_world

AS_OF = date(2026, 11, 1)  # a Sunday
BOOK = Book(date(2025, 11, 2), AS_OF + timedelta(1), AS_OF)
ASKED = Rule("Asked", "asked_to_cancel", "at_least", 1, 1, is_on=True, play="Save the account")
NOTICE = Rule("Notice", "notice", "at_least", 1, 1, is_on=False)
RISE = Rule("Renews", "renewal_days", "at_most", 30, 30, is_on=True, is_good=True)  # as if it were good news
MONDAY = date(2026, 10, 26)


def words(*rules: Rule, **changes):
    return replace(WORDS, exceptions=replace(WORDS.exceptions, triggers=rules, **changes))


# --- the queue

Y = date(2026, 10, 5)  # a Monday


def day(n: int) -> date:
    return Y + timedelta(n)


def test_a_day_fills_what_is_left_of_its_week_those_of_most_weight_first():
    new = [(day(0), None, False, 10), (day(0), None, False, 30), (day(0), None, False, 20), (day(0), None, True, 99)]
    # two of 5 October; the week after: 10, and the good news
    assert told_days(new, 2, day(30)) == [day(7), day(0), day(0), day(7)]
    assert told_days(new, 2, day(6)) == [None, day(0), day(0), None]


def test_what_begins_later_takes_no_place_that_was_given_and_a_weightier_one_passes_those_that_wait():
    new = [(day(1), None, False, 1), (day(1), None, False, 2), (day(2), None, False, 3), (day(2), None, False, 900), (day(8), None, False, 50)]  # fmt: skip
    # Tuesday takes both places; on Monday 900 and 3 are told, so that 50 of the Tuesday after waits for 19 October
    assert told_days(new, 2, day(30)) == [day(1), day(1), day(7), day(7), day(14)]


def test_what_is_over_while_it_waits_is_never_told_and_leaves_its_place():
    new = [(day(0), None, False, 5), (day(0), day(6), False, 4), (day(0), None, False, 3), (day(0), day(7), False, 2)]
    assert told_days(new, 1, day(30)) == [day(0), None, day(7), None]


one = st.tuples(st.integers(0, 40), st.integers(1, 40) | st.none(), st.booleans(), st.integers(0, 5))


def made(rows) -> list:
    return [
        (day(n), lasts and day(n + lasts), good, float(weight))
        for n, lasts, good, weight in sorted(rows, key=lambda each: each[0])
    ]


def naive(new, most, as_of):
    """The same, a day at a time."""
    told, today, given_of = [None] * len(new), day(0), {}
    while today <= as_of:
        week = today - timedelta(today.weekday())
        waiting = [
            at
            for at, each in enumerate(new)
            if told[at] is None and each[0] <= today and (each[1] is None or each[1] > today)
        ]
        for at in sorted(waiting, key=lambda at: (new[at][2], -new[at][3], at)):
            if given_of.get(week, 0) < most:
                told[at], given_of[week] = today, given_of.get(week, 0) + 1
        today += timedelta(1)
    return told


@given(st.lists(one, min_size=1, max_size=25), st.integers(1, 3))
def test_the_queue_is_what_a_walk_day_by_day_gives(rows, most):
    assert told_days(made(rows), most, day(60)) == naive(made(rows), most, day(60))


@given(st.lists(one, min_size=1, max_size=25), st.integers(1, 3), st.integers(0, 50))
def test_what_is_told_one_day_is_told_on_every_later_one(rows, most, until):
    new = made(rows)
    later = told_days(new, most, day(60))
    known = [each for each in new if each[0] <= day(until)]
    assert not known or told_days(known, most, day(until)) == [
        told if told and told <= day(until) else None for told in later[: len(known)]
    ]


@given(st.lists(one, min_size=2, max_size=20), st.integers(1, 3))
def test_with_one_fewer_nobody_waits_longer(rows, most):
    """So that a window of try_days that moves on makes nothing wait again that was told."""
    new = made(rows)
    for of_all, of_fewer in zip(told_days(new, most, day(90))[1:], told_days(new[1:], most, day(90)), strict=True):
        assert of_all is None or (of_fewer is not None and of_fewer <= of_all)


# --- a world of one CSM


def contract(account: str, arr: float, asked: date | None, **said) -> dict:
    return {
        "account": account, "arr": arr, "starts_on": date(2025, 1, 1), "ends_on": date(2027, 6, 1), "asked_to_cancel_on": asked, **said,
    }  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    rows = [
        contract("a", 100, MONDAY), contract("b", 300, MONDAY), contract("c", 200, MONDAY), contract("d", 900, MONDAY + timedelta(1)),
        contract("old", 50, date(2026, 1, 10)),  # before try_days
        contract("free", 700, MONDAY),  # without a CSM
        contract("back", 60, date(2026, 9, 1), cancelled_on=date(2026, 9, 21)),
        contract("near", 100, None, ends_on=AS_OF + timedelta(10)), contract("far", 190, None, ends_on=AS_OF + timedelta(130)),
    ]  # fmt: skip
    names = ["a", "b", "c", "d", "old", "free", "back", "near", "far", "calm"]
    frames = {
        "account": account_frame(names, name=[f"The {each}" for each in names], csm=[None if each == "free" else "Dana" for each in names]),
        "contract": contract_frame(*rows),
    }  # fmt: skip
    return open_world(tmp_path_factory.mktemp("exceptions"), frames)


def act(account: str, act: str, **said) -> dict:
    return {
        "account": account, "rule": "Asked", "person": None, "act": act, "acted_on": AS_OF, "until_on": None, "owner": None, "reason": None,
        "made_by": "dana", "made_at": datetime(2026, 11, 1, 9), **said,
    }  # fmt: skip


def written(*acts: dict) -> dict[str, pa.Table]:
    days = {name: pa.date32() for name in ("acted_on", "until_on")}
    texts = {name: pa.string() for name in ("account", "rule", "person", "act", "owner", "reason", "made_by")}
    schema = pa.schema([(name, kind) for name, kind in {**texts, **days, "made_at": pa.timestamp("us")}.items()])
    return {"exception_act": pa.Table.from_pylist(list(acts), schema)}


def listed(world, definitions, *acts: dict, book: Book = BOOK, of=exceptions, **options) -> pd.DataFrame:
    with ask(world, book, definitions, ALL, written(*acts)) as con:
        return of(con, book, definitions, **options).table


TWO = words(ASKED, new_per_week=2)


def test_two_are_told_in_a_week_the_weightiest_of_each_day_and_the_others_wait(world):
    found = listed(world, TWO)
    assert found["account"].tolist() == ["free", "b", "c", "old"] and set(found["n_rows"]) == {4}
    assert found["exceptions"].tolist()[1] == ["Asked: asked to cancel, since 26 Oct 2026"]
    assert listed(world, TWO, waiting="only")["account"].tolist() == ["d", "a"]
    assert listed(world, TWO, waiting="with")["account"].tolist() == ["d", "free", "b", "c", "a", "old"]
    tiles = listed(world, TWO, of=exception_tiles).set_index("exception_figure")
    assert tiles["n_exceptions"].to_dict() == {"open": 4, "new": 3, "waiting": 2, "snoozed": 0}
    assert tiles["arr"].to_dict() == {"open": 1250, "new": 1200, "waiting": 1000, "snoozed": 0}


def test_on_monday_the_waiting_are_told_and_what_was_told_stays(world):
    monday = replace(BOOK, as_of=AS_OF + timedelta(1))
    told = listed(world, TWO, book=monday, per="exception").set_index("account")["told_on"].dt.date.to_dict()
    assert told == {
        "free": MONDAY,
        "b": MONDAY,
        "c": MONDAY,
        "d": monday.as_of,
        "a": monday.as_of,
        "old": date(2026, 1, 10),
    }


def test_the_queue_is_the_same_whatever_the_book_is_cut_to(world):
    assert listed(world, TWO, book=replace(BOOK, search="The a"), waiting="with")["is_waiting"].tolist() == [True]
    assert listed(world, TWO, book=replace(BOOK, search="The a")).empty


def test_what_somebody_acted_on_waits_no_more_and_takes_nobodys_place(world):
    acts = (
        act("a", "snoozed", until_on=date(2026, 11, 20), reason="holidays"), act("d", "handed_over", owner="Eve"),
        act("b", "done", reason="they stay"),
    )  # fmt: skip
    assert listed(world, TWO, *acts)[["account", "exception_owner"]].fillna("-").values.tolist() == [
        ["d", "Eve"],
        ["free", "-"],
        ["c", "Dana"],
        ["old", "Dana"],
    ]
    assert listed(world, TWO, *acts, owner="eve")["account"].tolist() == ["d"]
    snoozed = listed(world, TWO, *acts, state="snoozed", per="exception").iloc[0]
    assert (snoozed["account"], snoozed["act_reason"], snoozed["acted_by"]) == ("a", "holidays", "dana")
    assert snoozed["snoozed_until"].date() == date(2026, 11, 20)
    assert listed(world, TWO, *acts, state="done")["account"].tolist() == ["b"]
    # on the day it was put off to it is open again, and a new act reopens what is done
    assert "a" in listed(world, TWO, *acts, on="2026-11-20")["account"].tolist()
    reopened = act("b", "reopened", made_at=datetime(2026, 11, 1, 10))
    assert "b" in listed(world, TWO, *acts, reopened)["account"].tolist()


def test_what_a_play_was_started_for_waits_no_more_in_the_list_as_on_my_book(world):
    begun = {**written(), "task": tasks(("a", "Asked", "Save the account", "2026-11-01", None, None))}
    for acts, waits in ((written(), {"a", "d"}), (begun, {"d"})):
        with ask(world, BOOK, TWO, ALL, acts) as con:
            found = exceptions(con, BOOK, TWO, waiting="only").table
            mine = my_exceptions(con, BOOK, TWO).table
            assert set(found["account"]) == waits and not waits & set(mine["account"])
            assert set(mine["account"]) == set(exceptions(con, BOOK, TWO).table["account"])


def test_what_is_over_by_itself_is_gone_and_is_counted_with_its_rule(world):
    gone = listed(world, TWO, state="gone", per="exception").iloc[0]
    assert (gone["account"], gone["exception_ended_on"].date()) == ("back", date(2026, 9, 21))
    rules = listed(world, words(NOTICE, ASKED, new_per_week=2), act("c", "done"), of=exception_rules)
    assert rules["exception_rule"].tolist() == ["Asked", "Notice"] and rules["is_active_rule"].tolist() == [True, False]
    first, off = rules.iloc[0], rules.iloc[1]
    # open: free, b, old; a and d wait; a, b, c, d and free began in 7 days; back in the 180 as well
    names = ["n_exceptions", "n_waiting", "n_snoozed", "n_new_7", "n_new_30", "n_began", "n_gone", "n_done"]
    assert first[names].tolist() == [3, 2, 0, 5, 5, 6, 1, 1]
    # of those six: d is last seen on day 5, a, b and free on day 6; c is done on day 6, 4 of 5 are left; back is over on day 20
    assert first["open_median_days"] == 20
    assert off[names].isna().all()
    for column, options in (("n_exceptions", {}), ("n_waiting", {"waiting": "only"}), ("n_gone", {"state": "gone"}), ("n_done", {"state": "done"}), ("n_new_7", {"state": "all", "within_days": 7, "waiting": "with"})):  # fmt: skip
        opened = listed(world, TWO, act("c", "done"), per="exception", rule="Asked", **options)
        assert len(opened) == first[column], column


def test_the_order_is_arr_and_nearness_of_the_renewal_with_good_news_last(world):
    renews = replace(RISE, enter=365, leave=365, is_good=False)
    two = words(renews, new_per_week=1000)
    # near: 100 x 2^(-10/120) = 94.4; far: 190 x 2^(-130/120) = 89.7
    order = [each for each in listed(world, two)["account"] if each in ("near", "far")]
    assert order == ["near", "far"]
    assert [each for each in listed(world, two, sort="arr")["account"] if each in ("near", "far")] == ["far", "near"]
    good = words(RISE, ASKED, new_per_week=1000)
    assert listed(world, good)["account"].tolist()[-1] == "near"


def test_columns_are_the_same_and_an_empty_book_is_empty(world):
    for options in ({}, {"per": "exception"}, {"rule": "Asked", "state": "gone"}):
        assert list(listed(world, TWO, **options).columns) == COLUMNS
        empty = listed(world, TWO, book=replace(BOOK, search="nobody"), **options)
        assert list(empty.columns) == COLUMNS and empty.empty
    assert listed(world, words(), per="account").empty
    assert listed(world, TWO, limit=1, offset=1)["account"].tolist() == ["b"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"per": "x"}, "There is no row 'x'"), ({"state": "x"}, "There is no state 'x'"), ({"sort": "x"}, "There is no order 'x'"),
        ({"waiting": "x"}, "There is no choice 'x'"), ({"rule": "Notice"}, "No rule 'Notice' is on; those that are: Asked."),
        ({"limit": -1}, "A page has no negative rows"), ({"on": "x"}, "'x' is not a day"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_said(world, options, told):
    with pytest.raises(Refused, match=told):
        listed(world, TWO, **options)


def test_every_fact_has_words():
    assert set(WHY) == set(FACTS)
    for rule in WORDS.exceptions.triggers:
        assert said(rule.fact, rule.enter) and condition(rule)
    assert said("utilisation", float("nan")) == "" == said("nps", None)
