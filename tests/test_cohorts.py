"""Cohorts: the published example, every kind by hand, rolling and of the calendar, and a plain second implementation."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib import stats
from lib.book import Book
from lib.errors import Refused
from lib.measures.cohorts import COLUMNS, cohorts
from lib.measures.cohorts.compare import cohort_compare
from lib.measures.cohorts.members import cohort_members
from tests.cohortworlds import Person, Term, World, cells, ended_on, is_retained, opens, people_of, world
from tests.worldlets import WORDS

YEAR = Book(date(2026, 1, 1), date(2027, 1, 1), date(2026, 12, 31))
KNOWN = (date(2026, 1, 1), date(2026, 12, 31))


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


def person(name: str, came: str, *days: str, account: str = "a") -> Person:
    return Person(name, account, day(came), tuple(map(day, days)))


def ask(given_world: World, book: Book = YEAR, /, **options):
    return cohorts(world(given_world), book, WORDS, **options)


def row(answer, cohort: str) -> list[float | None]:
    """The retained shares of one cohort; None in unfinished steps."""
    rows = answer.table[answer.table["cohort"] == cohort]
    return [rate if whole else None for rate, whole in zip(rows["retained_rate"], rows["is_complete"], strict=True)]


def test_the_published_example_of_a_pooled_mean():
    """Mixpanel: 1,000 people of whom 500 come back and 500 of whom 400 do are 60 %, not the mean of 50 % and 80 %."""
    people = [person(f"j{n}", "01-05", *(["02-10"] if n < 500 else [])) for n in range(1_000)]
    people += [person(f"f{n}", "02-05", *(["03-10"] if n < 400 else [])) for n in range(500)]
    answer = ask(World(tuple(people), known=KNOWN), n_steps=1)
    assert row(answer, "Jan 2026")[1] == 0.5 and row(answer, "Feb 2026")[1] == 0.8
    pooled = answer.table[answer.table["is_pooled"] & (answer.table["step"] == 1)].iloc[0]
    assert (pooled["n_retained"], pooled["n_eligible"], pooled["retained_rate"]) == (900, 1_500, 0.6)
    lo, hi = stats.wilson(900, 1_500)
    assert (pooled["retained_rate_lo"], pooled["retained_rate_hi"]) == (lo, hi)


# Somebody who came on Wednesday, 14 January. Months by the own clock: 14 Jan-13 Feb, 14 Feb-13 Mar, 14 Mar-13 Apr, 14 Apr-13 May.
# Months of the calendar: January, February, March, April.
ANN = person("ann", "01-14", "01-14", "02-13", "03-14", "03-31", "04-02")


@pytest.mark.parametrize(
    ("kind", "calendar", "shares"),
    [
        ("on", "rolling", [1, 0, 1, 0]),  # 13 Feb is still month 0; 14 Mar, 31 Mar and 2 Apr are month 2
        ("on", "calendar", [1, 1, 1, 1]),
        ("on_or_after", "rolling", [1, 1, 1, 0]),  # the last use lies in month 2
        ("on_or_after", "calendar", [1, 1, 1, 1]),
        ("on_or_before", "rolling", [1, 1, 1, 1]),  # back on 13 Feb, in month 0
        ("on_or_before", "calendar", [0, 1, 1, 1]),  # the day of coming is no return
        ("streak", "rolling", [1, 0, 0, 0]),
        ("streak", "calendar", [1, 1, 1, 1]),
    ],
)
def test_every_kind_by_hand(kind, calendar, shares):
    answer = ask(World((ANN,), known=KNOWN), kind=kind, calendar=calendar, n_steps=3)
    assert row(answer, "Jan 2026") == shares


@pytest.mark.parametrize(
    ("step", "calendar", "shares"),
    [
        ("week", "rolling", [1, 0, 1, 0]),  # Wed 14-Tue 20, 21-27, 28 Jan-3 Feb, 4-10 Feb
        ("week", "calendar", [1, 0, 0, 1]),  # Mon 12-Sun 18, 19-25, 26 Jan-1 Feb, 2-8 Feb
        ("day", "rolling", [1, 1, 0, 0]),
        ("day", "calendar", [1, 1, 0, 0]),
    ],
)
def test_weeks_and_days_by_hand(step, calendar, shares):
    bob = person("bob", "01-14", "01-14", "01-15", "02-02")
    assert row(ask(World((bob,), known=KNOWN), step=step, calendar=calendar, n_steps=3), "Jan 2026") == shares


@pytest.mark.parametrize(
    ("calendar", "shares"),
    [
        ("rolling", [1, 0, 1, 0]),  # day 0; days 1-6; 7-29 (21 Jan is day 7); 30-59
        ("calendar", [1, 0, 1, 0]),
    ],
)
def test_brackets_by_hand(calendar, shares):
    bob = person("bob", "01-14", "01-14", "01-21", "03-15")  # day 0, day 7, day 60
    answer = ask(
        World((bob,), known=KNOWN), kind="bracket", step="day", calendar=calendar, brackets=["0", "1", "7", "30", "60"]
    )
    assert row(answer, "Jan 2026") == shares
    assert answer.table["step_label"].tolist()[:4] == ["day 0", "days 1 to 6", "days 7 to 29", "days 30 to 59"]
    months = ask(World((ANN,), known=KNOWN), kind="bracket", brackets=[1, 3], calendar=calendar)
    assert row(months, "Jan 2026") == [1]  # months 1 and 2 together


def test_a_month_begun_on_the_31st_ends_with_the_month():
    eve = person("eve", "01-31", "02-27", "02-28", "03-30", "03-31")  # 31 Jan-27 Feb, 28 Feb-30 Mar, 31 Mar-29 Apr
    assert row(ask(World((eve,), known=KNOWN), n_steps=2), "Jan 2026") == [1, 1, 1]
    late = person("late", "01-31", "02-28")
    assert row(ask(World((late,), known=KNOWN), n_steps=2), "Jan 2026") == [0, 1, 0]


def test_unfinished_cells_say_when_they_complete_and_stay_out_of_means():
    """Known to 10 April. One came on 3 March (month 0 ends 2 April), one on 20 March (ends 19 April)."""
    people = (person("early", "03-03", "03-05"), person("late", "03-20", "03-21"), person("old", "02-01", "02-02"))
    answer = ask(
        World(people, known=(day("01-01"), day("04-10"))), Book(day("01-01"), day("04-11"), day("04-10")), n_steps=2
    )
    march = answer.table[answer.table["cohort"] == "Mar 2026"].set_index("step")
    assert march["n_eligible"].tolist() == [1, 0, 0] and not march["is_complete"].any()
    assert march["completes_on"].tolist() == [day("04-19"), day("05-19"), day("06-19")]
    pooled = answer.table[answer.table["is_pooled"]].set_index("step")
    assert pooled["n_eligible"].tolist() == [1, 1, 0]  # of February alone
    assert np.isnan(pooled["retained_rate"][2])


def test_a_cohort_that_still_takes_people_in_is_unfinished():
    """Known to 20 March: who comes on the 31st would finish day 0 then."""
    world_ = World((person("a", "03-01", "03-01"),), known=(day("01-01"), day("03-20")))
    answer = ask(world_, Book(day("01-01"), day("04-01"), day("03-20")), step="day", n_steps=1)
    first = answer.table.iloc[0]
    assert not first["is_complete"] and first["completes_on"] == day("03-31") and first["n_eligible"] == 1


def test_nothing_after_the_day_counts():
    later = World((person("a", "01-05", "02-10"), person("b", "03-05", "03-06")), known=KNOWN)
    answer = ask(later, Book(day("01-01"), day("02-10"), day("02-09")), kind="on_or_after", n_steps=1)
    assert answer.table.loc[~answer.table["is_pooled"], "n_retained"].sum() == 0
    assert set(answer.table["cohort"]) == {"Jan 2026", "all"}


def test_who_is_left_out_is_said():
    people = (
        person("before use", "01-02", "03-03"),
        person("in", "03-03", "03-03"),
        person("outside", "05-05", "05-05"),
    )
    known = (day("02-01"), day("12-31"))
    answer = ask(World(people, known=known), Book(day("01-01"), day("04-01"), day("12-31")))
    assert dict(answer.left_out.to_numpy()) == {"began before the usage data does": 1, "began outside the period": 1}
    answer = ask(World((Person("never", "a", None),), known=known), cohort="first_use")
    assert answer.table.empty and list(answer.table.columns) == COLUMNS


def test_people_without_a_sign_up_day_begin_with_their_first_use():
    people = (Person("p", "a", None, (day("03-05"), day("04-06"))), Person("q", "a", day("02-02"), (day("03-05"),)))
    assert row(ask(World(people, known=KNOWN), n_steps=1), "Mar 2026") == [1, 1]
    first_use = ask(World(people, known=KNOWN), cohort="first_use", n_steps=1)
    assert row(first_use, "Mar 2026") == [1, 0.5]


def test_people_count_from_the_first_step_of_their_account_they_were_there_for():
    """The account begins on 10 January; who came on 5 February counts from month 1, 10 February, on."""
    people = (person("first", "01-09", "01-11"), person("second", "02-05", "02-06", "02-11"))
    answer = ask(World(people, (Term("a", day("01-10")),), known=KNOWN), cohort="contract_start", n_steps=2)
    table = answer.table[answer.table["cohort"] == "Jan 2026"]
    assert table["n_eligible"].tolist() == [1, 2, 2] and table["n_retained"].tolist() == [1, 1, 0]
    assert table["n_cohort"].tolist() == [2, 2, 2] and table["is_complete"].all()


def test_the_first_key_action_is_no_login_and_no_help():
    people = (
        Person(
            "p", "a", day("01-05"), (day("01-06"), day("03-03")), (("login", day("01-06")), ("report", day("03-03")))
        ),
        Person("q", "a", day("01-05"), (day("01-06"),), (("Help page", day("01-06")),)),
    )
    answer = ask(World(people, known=KNOWN), cohort="key_action", n_steps=1)
    assert set(answer.table["cohort"]) == {"Mar 2026", "all"} and row(answer, "Mar 2026") == [1, 0]


def test_a_feature_is_adopted_once_and_for_all():
    """Used first in the week of 16 February, on 18 February: month 1 of who came on 14 January. The curve only rises."""
    people = (
        Person("p", "a", day("01-14"), (day("01-15"), day("02-18")), (("export", day("02-18")),)),
        Person("q", "a", day("01-14"), (day("01-15"),), (("report", day("01-15")),)),
    )
    assert row(ask(World(people, known=KNOWN), feature="export", n_steps=3), "Jan 2026") == [0, 0.5, 0.5, 0.5]
    assert row(ask(World(people, (Term("a", day("01-10")),), known=KNOWN), of="accounts", feature="export", n_steps=2),
               "Jan 2026") == [0, 1, 1]  # fmt: skip


# One account: 100 from 10 January 2026 for three months, renewed with 150 but a week late; another of 200 that leaves on 1 March.
TERMS = (
    Term("a", day("01-10"), day("04-10"), 100.0),
    Term("a", day("04-17"), day("12-30"), 150.0),
    Term("b", day("01-20"), day("12-30"), 200.0, cancelled_on=day("03-01")),
)


@pytest.mark.parametrize(
    ("options", "shares"),
    [
        ({"of": "accounts"}, [1, 0.5, 0.5, 0.5]),  # b is gone on 19 March, the last day of its month 1
        # by weeks: b to its week 4 (23 Feb); a to week 11; on 10 April, the last day of its week 12, it has no term; in week 13 it has
        ({"of": "accounts", "kind": "streak", "step": "week", "n_steps": 13}, [1] * 5 + [0.5] * 7 + [0, 0]),
        ({"of": "accounts", "step": "week", "n_steps": 13}, [1] * 5 + [0.5] * 7 + [0, 0.5]),
        ({"of": "accounts", "calendar": "calendar"}, [1, 1, 0.5, 0.5]),  # b lives on 28 February
        ({"of": "arr_gross"}, [1, 1 / 3, 1 / 3, 1 / 3]),  # a: 100 of 300, never more
        ({"of": "arr_net"}, [1, 1 / 3, 1 / 3, 0.5]),  # a: 150 of 300 from 9 May on
    ],
)
def test_accounts_and_arr_by_hand(options, shares):
    answer = ask(World(terms=TERMS), **{"n_steps": 3} | options)
    found = row(answer, "Jan 2026")
    assert found == pytest.approx(shares)
    assert answer.table["gross_retained_rate"].max() <= 1 or options["of"] == "accounts"


def test_a_pending_renewal_is_neither_kept_nor_lost():
    """The term ends on 10 April; on 20 April its grace days run: known to 10 April alone, so month 2 counts and month 3 does not."""
    terms, book = (Term("a", day("01-10"), day("04-10")),), Book(day("01-01"), day("04-21"), day("04-20"))
    table = ask(World(terms=terms), book, of="accounts", n_steps=3).table
    assert table["n_eligible"].tolist()[:4] == [1, 1, 1, 0] and table["n_retained"].tolist()[:4] == [1, 1, 1, 0]
    refused = (Term("a", day("01-10"), day("04-10"), notice_given_on=day("03-01")),)
    late = Book(day("01-01"), day("05-11"), day("05-10"))
    assert ask(World(terms=refused), late, of="accounts", n_steps=3).table["n_retained"].tolist()[:4] == [1, 1, 1, 0]
    assert ask(World(terms=refused), late, of="accounts", n_steps=3).table["n_eligible"].tolist()[:4] == [1, 1, 1, 1]


def test_arr_needs_some_at_the_beginning_and_no_odd_kind():
    with pytest.raises(Refused, match="last day of a step"):
        ask(World(terms=TERMS), of="arr_net", kind="streak")
    with pytest.raises(Refused, match="users or accounts"):
        ask(World(terms=TERMS), of="arr_net", feature="export")
    free = ask(World(terms=(Term("a", day("01-10"), arr=0.0),)), of="arr_net")
    assert free.table.empty and dict(free.left_out.to_numpy()) == {"no ARR on the day they began": 1}


@pytest.mark.parametrize(
    "options",
    [
        {"of": "x"}, {"every": "year"}, {"step": "hour"}, {"kind": "x"}, {"calendar": "x"}, {"n_steps": 0}, {"n_steps": 61},
        {"kind": "bracket", "brackets": ["3", "1"]}, {"kind": "bracket", "brackets": ["a"]}, {"kind": "bracket", "brackets": [-1, 2]},
    ],
)  # fmt: skip
def test_odd_options_are_refused(options):
    with pytest.raises(Refused):
        ask(World(), **options)


def test_quarters_follow_the_fiscal_year():
    people = (person("p", "02-10", "02-10"),)
    assert ask(World(people, known=KNOWN), every="quarter").table["cohort"].iat[0] == "Q1 2026"
    fiscal = replace(WORDS, calendar=replace(WORDS.calendar, fiscal_year_starts_in=2))
    table = cohorts(world(World(people, known=KNOWN)), YEAR, fiscal, every="quarter").table
    assert table["cohort"].iat[0] == "Feb 2026 to Apr 2026" and table["cohort_opens_on"].iat[0] == day("02-01")
    assert ask(World(people, known=KNOWN), every="week").table["cohort"].iat[0] == "week of 9 Feb 2026"


# --- against a plain second implementation, on random worlds

some_day = st.integers(0, 160).map(lambda n: date(2026, 1, 1) + timedelta(n))
some_people = st.lists(
    st.tuples(st.one_of(st.none(), some_day), st.lists(some_day, max_size=8)), min_size=1, max_size=7
).map(lambda found: tuple(Person(f"p{at}", f"a{at % 3}", came, tuple(days)) for at, (came, days) in enumerate(found)))
some_terms = st.lists(
    st.tuples(st.integers(0, 2), some_day, st.integers(5, 120), st.integers(1, 9), st.one_of(st.none(), some_day)), min_size=1, max_size=6
).map(
    lambda found: tuple(
        Term(f"a{at}", starts, starts + timedelta(n), 100.0 * arr, cancelled_on=gone if gone and gone > starts else None)
        for at, starts, n, arr, gone in found
    )
)  # fmt: skip
some_book = st.integers(20, 170).map(
    lambda n: Book(date(2026, 1, 1), date(2026, 5, 1), date(2026, 1, 1) + timedelta(n))
)
units = st.sampled_from(["day", "week", "month"])
calendars = st.sampled_from(["rolling", "calendar"])


def counted(answer) -> dict:
    rows = answer.table[~answer.table["is_pooled"]]
    return {(opens_on, step): (eligible, retained) for opens_on, step, eligible, retained in
            zip(rows["cohort_opens_on"], rows["step"], rows["n_eligible"], rows["n_retained"], strict=True)}  # fmt: skip


@settings(max_examples=25)
@given(some_people, some_book, st.sampled_from(["on", "on_or_after", "on_or_before", "streak"]), units, calendars,
       st.sampled_from(["signup", "first_use"]))  # fmt: skip
def test_people_agree_with_a_plain_twin(people, book, kind, unit, calendar, begins):
    of, is_calendar = World(people, known=(date(2026, 1, 1), date(2026, 6, 10))), calendar == "calendar"
    answer = ask(of, book, kind=kind, step=unit, calendar=calendar, n_steps=5, cohort=begins)

    def retained(who, began, k):
        return is_retained(who, began, k, kind, unit, is_calendar, min(book.as_of, date(2026, 6, 10)) + timedelta(1))

    twin = cells(people_of(of, book, begins), retained, 6, unit, is_calendar)
    assert counted(answer) == {key: value[:2] for key, value in twin.items()}
    for name, rows in answer.table[~answer.table["is_pooled"]].groupby("cohort_opens_on"):
        is_closed = min((name + timedelta(31)).replace(day=1), book.closes_on) <= min(
            book.as_of, date(2026, 6, 10)
        ) + timedelta(1)
        assert rows["is_complete"].tolist() == [is_closed and twin[name, k][2] == 0 for k in rows["step"]]


@settings(max_examples=30)
@given(some_terms, some_book, st.sampled_from(["on", "on_or_after", "on_or_before", "streak"]), units, calendars)
def test_accounts_agree_with_a_plain_twin(terms, book, kind, unit, calendar):
    is_calendar, as_of = calendar == "calendar", book.as_of
    answer = ask(World(terms=terms), book, of="accounts", kind=kind, step=unit, calendar=calendar, n_steps=5)
    of_account = {
        name: [t for t in terms if t.account == name and t.starts_on <= as_of] for name in {t.account for t in terms}
    }
    members = []
    for name, own in of_account.items():
        if not own or not book.opens_on <= min(t.starts_on for t in own) < book.closes_on:
            continue
        grace = [ended_on(t, as_of) for t in own if ended_on(t, as_of) <= as_of < ended_on(t, as_of) + timedelta(WORDS.renewals.grace_days)
                 and not (t.cancelled_on and t.cancelled_on <= as_of)]  # fmt: skip
        is_live = any(ended_on(t, as_of) > as_of for t in own)
        until = max(grace) if grace and not is_live else as_of + timedelta(1)
        members.append((min(t.starts_on for t in own), until, name))

    def lives(name, began, k):
        last = opens(began, k + 1, unit, is_calendar) - timedelta(1)
        return any(t.starts_on <= last < ended_on(t, as_of) for t in of_account[name])

    def retained(name, began, k):
        far = range(k, 400)
        steps = {"on": [k], "on_or_after": far, "on_or_before": range(k + 1)}.get(kind)
        return (
            any(lives(name, began, at) for at in steps) if steps else all(lives(name, began, at) for at in range(k + 1))
        )

    twin = cells(members, retained, 6, unit, is_calendar)
    assert counted(answer) == {key: value[:2] for key, value in twin.items()}


@settings(max_examples=8)
@given(some_people, some_book, units, calendars)
def test_kinds_hold_to_one_another_and_means_to_their_sums(people, book, unit, calendar):
    of, asked = (
        World(people, known=(date(2026, 1, 1), date(2026, 6, 10))),
        {"step": unit, "calendar": calendar, "n_steps": 5},
    )
    tables = {kind: ask(of, book, kind=kind, **asked).table for kind in ("on", "on_or_after", "on_or_before", "streak")}
    for table in tables.values():
        cells_of, pooled = table[~table["is_pooled"] & table["is_complete"]], table[table["is_pooled"]]
        sums = cells_of.groupby("step")[["n_eligible", "n_retained"]].sum()
        for each in pooled.itertuples():
            expected = sums.loc[each.step].tolist() if each.step in sums.index else [0, 0]
            assert [each.n_eligible, each.n_retained] == expected
            assert (
                each.retained_rate == pytest.approx(expected[1] / expected[0])
                if expected[0]
                else np.isnan(each.retained_rate)
            )
    on, streak = tables["on"], tables["streak"]
    assert (streak["n_retained"] <= on["n_retained"]).all()
    assert (tables["on_or_after"]["n_retained"] >= on["n_retained"]).all()
    for _, rows in tables["on_or_after"][~on["is_pooled"] & on["is_complete"]].groupby("cohort"):
        assert rows["n_retained"].is_monotonic_decreasing
    for _, rows in tables["on_or_before"][~on["is_pooled"] & on["is_complete"]].groupby("cohort"):
        assert rows["n_retained"].is_monotonic_increasing


# --- members and comparing


def many(n: int, came: str, back: str, share: float, name: str) -> tuple[Person, ...]:
    return tuple(person(f"{name}{at}", came, came, *([back] if at < n * share else [])) for at in range(n))


def test_a_cell_opens_as_many_members_as_it_counts():
    of = World((*many(20, "01-05", "02-10", 0.5, "j"), *many(10, "02-05", "03-10", 0.8, "f")), known=KNOWN)
    for value, retained, lost in (("Jan 2026", 10, 10), ("Feb 2026", 8, 2), ("all", 18, 12)):
        for which, n in (("retained", retained), ("lost", lost), ("eligible", retained + lost)):
            rows = cohort_members(world(of), YEAR, WORDS, value=value, at=1, which=which).table
            assert len(rows) == n and (n == 0 or rows["n_rows"].iat[0] == n)
    page = cohort_members(world(of), YEAR, WORDS, value="all", at=1, limit=3, offset=15, sort="person").table
    assert page["n_rows"].tolist() == [18] * 3 and page["person"].is_monotonic_increasing
    assert cohort_members(world(of), YEAR, WORDS, value="nobody's", at=1).table.empty
    with pytest.raises(Refused, match="cannot be sorted"):
        cohort_members(world(of), YEAR, WORDS, sort="'; drop")


def test_two_cohorts_are_compared_step_by_step_and_over_their_time():
    of = World((*many(200, "01-05", "02-10", 0.5, "j"), *many(200, "02-05", "03-10", 0.8, "f")), known=KNOWN)
    table = cohort_compare(world(of), YEAR, WORDS, first="Jan 2026", second="Feb 2026", n_steps=2).table
    at_one = table[table["step"] == 1].iloc[0]
    assert at_one["rate_difference"] == pytest.approx(-0.3)
    lo, hi = stats.newcombe(100, 200, 160, 200)
    assert (at_one["rate_difference_lo"], at_one["rate_difference_hi"]) == (lo, hi)
    from scipy.stats import fisher_exact

    exact = fisher_exact([[100, 100], [160, 40]]).pvalue
    assert exact <= at_one["p_value"] <= 5 * exact  # both far out in the tail, ours to the safe side
    assert (table["q_value"].dropna() >= table["p_value"].dropna()).all()


def test_the_whole_time_is_compared_by_the_first_pause():
    """Who used nothing for more than 28 days has paused on the day of use before; who never did is censored 28 days before the end."""
    always = tuple(
        (day("01-05") + timedelta(20 * n)).isoformat()[5:] for n in range(19)
    )  # to 31 December: no pause to be seen
    of = World(
        (
            *many(100, "01-05", "01-25", 0.5, "j"),  # 50 pause on day 0, 50 on day 20
            *(person(f"always{n}", "01-05", *always) for n in range(10)),
            *many(100, "02-05", "02-28", 0.8, "f"),  # 20 on day 0, 80 on day 23
            *(
                person(f"back{n}", "02-05", "05-05", "12-30") for n in range(5)
            ),  # a long pause from day 0 on, though they come back
        ),
        known=KNOWN,
    )
    row_ = cohort_compare(world(of), YEAR, WORDS, first="Jan 2026", second="Feb 2026", n_steps=1).table.iloc[0]
    from scipy.stats import CensoredData, logrank

    jan = CensoredData(
        uncensored=[1.0] * 50 + [21.0] * 50, right=[(date(2027, 1, 1) - day("01-05")).days - 28 + 1.0] * 10
    )
    feb = CensoredData(uncensored=[1.0] * 25 + [24.0] * 80)
    assert row_["logrank_p"] == pytest.approx(logrank(jan, feb).pvalue)
    assert (row_["n_ended"], row_["n_ended_other"]) == (100, 105) and (
        row_["median_days"],
        row_["other_median_days"],
    ) == (20, 23)


def test_accounts_are_compared_by_the_day_they_left():
    terms = tuple(Term(f"j{n}", day("01-10"), None if n % 2 else day("03-10")) for n in range(20))
    terms += tuple(Term(f"f{n}", day("02-10"), None if n % 4 else day("03-12")) for n in range(20))
    row_ = cohort_compare(world(World(terms=terms)), YEAR, WORDS, of="accounts", n_steps=1).table.iloc[0]
    from scipy.stats import CensoredData, logrank

    jan = CensoredData(uncensored=[60.0] * 10, right=[357.0] * 10)
    feb = CensoredData(uncensored=[31.0] * 5, right=[326.0] * 15)
    assert row_["logrank_p"] == pytest.approx(logrank(jan, feb).pvalue)


def test_newcombe_is_that_of_statsmodels():
    from statsmodels.stats.proportion import confint_proportions_2indep

    for k, n, k_2, n_2 in ((50, 100, 80, 100), (0, 12, 3, 9), (7, 7, 1, 40)):
        expected = confint_proportions_2indep(k, n, k_2, n_2, method="newcomb", compare="diff")
        assert stats.newcombe(k, n, k_2, n_2) == pytest.approx(expected)


def test_two_alike_are_seldom_told_apart():
    """100 pairs of cohorts drawn alike: at the first step about one in twenty has a p up to 5 %, and no more than chance allows."""
    dice = np.random.default_rng(3)
    k, k_2 = dice.binomial(80, 0.6, 400), dice.binomial(90, 0.6, 400)
    p = stats.rate_differs(k, 80, k + k_2, 170)
    assert (p <= 0.05).mean() < 0.08


def test_the_bootstrap_covers_what_it_should():
    """A ratio of sums, drawn 150 times from a law whose ratio is 0.7: about 95 % of the intervals hold it."""
    dice, held = np.random.default_rng(4), 0
    for at in range(150):
        base = dice.lognormal(3, 1, 120)
        kept = base * (dice.random(120) < 0.7)
        sums = stats.poisson_bootstrap(np.column_stack([kept, base]), 300, seed=at)
        lo, hi = np.quantile(sums[:, 0] / sums[:, 1], [0.025, 0.975])
        held += lo <= 0.7 <= hi
    assert 0.86 <= held / 150 <= 1
    assert (
        stats.poisson_bootstrap(np.ones((50, 1)), 9, seed=1) == stats.poisson_bootstrap(np.ones((50, 1)), 9, seed=1)
    ).all()


def test_arr_intervals_are_those_of_the_accounts_and_the_same_each_time():
    terms = tuple(Term(f"a{at}", day("01-10"), None if at % 4 else day("03-05"), 100.0 + at) for at in range(80))
    one, two = (ask(World(terms=terms), of="arr_gross", n_steps=2).table for _ in range(2))
    pd.testing.assert_frame_equal(one, two)
    kept = one[(one["step"] == 2) & ~one["is_pooled"]].iloc[0]
    assert kept["retained_rate_lo"] < kept["retained_rate"] < kept["retained_rate_hi"]
    lost = sum(100.0 + at for at in range(0, 80, 4))
    assert kept["arr_retained"] == pytest.approx(sum(100.0 + at for at in range(80)) - lost)
