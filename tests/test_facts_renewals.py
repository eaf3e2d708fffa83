"""Which term renews which, what was due, what moved, who was a customer: every rule by hand, and a plain twin on random contracts.

As of 1 November 2026 with 30 grace days, and early within 120, unless a test says otherwise.
"""

import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.book import Book
from lib.facts import renewals
from lib.facts.ask import ask
from tests.worldlets import WORDS, account_frame, contract_frame, days, on_contracts, open_world

LATE = date(2026, 11, 1)


def term(starts=None, ends=None, arr=100, **more) -> dict:
    dates = {name: days(value) for name, value in more.items() if name.endswith("_on")}
    return {"starts_on": days(starts), "ends_on": days(ends), "arr": arr} | more | dates


def laid(*terms, as_of=LATE, words=WORDS):
    con = on_contracts(*terms)
    renewals.lay(con, as_of, words)
    return con


def renewed(*terms, **asked) -> list[tuple]:
    """(end, outcome, ARR due, ARR renewed) of every end, in order."""
    rows = laid(*terms, **asked).execute(
        "select renews_on::varchar, outcome, arr_due::double, arr_renewed::double from renewal order by renews_on, line, currency"
    )
    return rows.fetchall()


def moved(*terms, **asked) -> list[tuple]:
    """(day, lever, change of ARR) of every move, in order."""
    rows = laid(*terms, **asked).execute(
        "select moved_on::varchar, lever, arr_change::double from arr_move order by moved_on, lever, line, currency"
    )
    return rows.fetchall()


YEAR = term("2024-06-01", "2025-06-01")
NEXT = term("2025-06-01", "2027-06-01")

RULES = {  # of the end on 1 June 2025 of a term of 100: outcome, ARR renewed
    "flat": ([YEAR, NEXT], {}, "renewed_flat", 100),
    "up": ([YEAR, NEXT | {"arr": 130}], {}, "renewed_up", 130),
    "down": ([YEAR, NEXT | {"arr": 60}], {}, "renewed_down", 60),
    "nothing followed": ([YEAR], {}, "lapsed", 0),
    "late, on the last grace day": ([YEAR, term("2025-07-01", "2026-07-01")], {}, "renewed_flat", 100),
    "a day too late": ([YEAR, term("2025-07-02", "2026-07-02")], {}, "lapsed", 0),
    "early": ([YEAR, term("2025-02-01", "2027-02-01", 120)], {}, "renewed_up", 120),
    "too early: bought beside it": ([YEAR, term("2025-01-31", "2027-02-01", 120)], {}, "lapsed", 0),
    "begun before the end, and another on it: the first was bought beside it": (
        [YEAR, NEXT, term("2025-05-01", "2027-05-01", 40)], {}, "renewed_flat", 100,
    ),
    "what does not outlast the end renews nothing": ([YEAR, term("2025-05-01", "2025-06-01", 40)], {}, "lapsed", 0),
    "a trial renews nothing": ([YEAR, NEXT | {"kind": "trial"}], {}, "lapsed", 0),
    "a one-off renews nothing": ([YEAR, NEXT | {"is_recurring": False}], {}, "lapsed", 0),
    "another product renews nothing": ([YEAR | {"product": "A"}, NEXT | {"product": "B"}], {}, "lapsed", 0),
    "another product of the family does": (
        [YEAR | {"product": "A", "product_family": "F"}, NEXT | {"product": "B", "product_family": "F"}], {}, "renewed_flat", 100,
    ),
    "cancelled on its first day: it never lived": ([YEAR, NEXT | {"cancelled_on": date(2025, 6, 1)}], {}, "lapsed", 0),
    "pending while the grace days run": ([YEAR], {"as_of": date(2025, 6, 30)}, "pending", 0),
    "lapsed when they are over": ([YEAR], {"as_of": date(2025, 7, 1)}, "lapsed", 0),
    "with notice it lapses at once": ([YEAR | {"notice_given_on": date(2025, 3, 1)}], {"as_of": date(2025, 6, 1)}, "lapsed", 0),
    "notice given, and renewed all the same": ([YEAR | {"notice_given_on": date(2025, 3, 1)}, NEXT], {}, "renewed_flat", 100),
    "upcoming": ([YEAR], {"as_of": date(2025, 5, 31)}, "upcoming", 0),
    "upcoming, though renewed early: it counts in the month of its end": (
        [YEAR, term("2025-03-01", "2027-03-01")], {"as_of": date(2025, 5, 31)}, "upcoming", 0,
    ),
    "a renewal that has not begun is none yet": ([YEAR, term("2025-06-20", "2026-06-20")], {"as_of": date(2025, 6, 10)}, "pending", 0),
    "its worth is not known: flat": ([YEAR | {"arr": None}, NEXT], {}, "renewed_flat", 0),
    "of no value, renewed": ([YEAR | {"arr": 0}, NEXT | {"arr": 0}], {}, "renewed_flat", 0),
    "in another currency: flat, at what was due": (
        [YEAR | {"currency": "EUR"}, NEXT | {"currency": "USD", "arr": 500}], {}, "renewed_flat", 100,
    ),
    "cancelled before its end": ([term("2024-06-01", "2026-01-01", cancelled_on="2025-06-01")], {}, "cancelled", 0),
    "cancelled for another in its place: changed": (
        [term("2024-06-01", "2026-01-01", cancelled_on="2025-06-01"), NEXT | {"arr": 150}], {}, "changed", 150,
    ),
    "a cancellation that is not known yet": (
        [YEAR | {"cancelled_on": date(2025, 3, 1)}], {"as_of": date(2025, 2, 1)}, "upcoming", 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_what_became_of_an_end(rule):
    terms, asked, outcome, arr = RULES[rule]
    found = {day: rest for day, *rest in renewed(*terms, **asked)}
    assert (found["2025-06-01"][0], found["2025-06-01"][2]) == (outcome, arr)


def test_terms_that_end_together_are_one_renewal():
    """Base of 100 and seats of 20 added in mid-term, renewed as one of 130: 10 more, not 30 more and 20 lost."""
    terms = [YEAR, term("2024-12-01", "2025-06-01", 20), NEXT | {"arr": 130}]
    assert renewed(*terms)[0] == ("2025-06-01", "renewed_up", 120, 130)
    assert moved(*terms) == [("2024-06-01", "new", 100), ("2024-12-01", "upsell", 20), ("2025-06-01", "upsell", 10)]


def test_a_renewal_of_two_terms_is_one():
    terms = [YEAR, NEXT | {"arr": 70}, NEXT | {"arr": 50}]
    assert renewed(*terms)[0] == ("2025-06-01", "renewed_up", 100, 120)


def test_each_term_renews_one_end_the_nearest():
    """Two lines of ends a month apart: the term of 15 June stands nearer to the end of 1 June; 1 July has no other."""
    terms = [YEAR, term("2024-07-01", "2025-07-01", 50), term("2025-06-15", "2026-06-15", 140)]
    assert renewed(*terms)[:2] == [("2025-06-01", "renewed_up", 100, 140), ("2025-07-01", "lapsed", 50, 0)]


def test_several_years_come_up_at_their_end_alone():
    assert renewed(term("2023-06-01", "2026-06-01"), term("2026-06-01", "2029-06-01")) == [
        ("2026-06-01", "renewed_flat", 100, 100), ("2029-06-01", "upcoming", 100, 0),
    ]  # fmt: skip


def test_a_term_of_a_month_and_one_without_an_end_are_never_due():
    rows = laid(term("2026-01-01", "2026-02-01"), term("2026-02-01", None)).execute("select is_due from renewal")
    assert rows.fetchall() == [(False,)]


def test_signed_ahead_is_told_apart():
    con = laid(YEAR, NEXT | {"arr": 110}, as_of=date(2025, 5, 1))
    row = con.execute("select outcome, signed_on::varchar, arr_signed::double from renewal").fetchall()
    assert row == [("upcoming", "2025-06-01", 110)]


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ([YEAR, term("2025-06-01", "2026-06-01"), term("2026-06-15", None)], [("2024-06-01", "new", 100)]),  # late: no hole
        ([YEAR, term("2025-05-01", "2026-12-01")], [("2024-06-01", "new", 100)]),  # early: not twice
        ([YEAR, term("2025-09-01", None, 80)],
         [("2024-06-01", "new", 100), ("2025-06-01", "lapse", -100), ("2025-09-01", "reactivated", 80)]),
        ([YEAR | {"product": "A"}, term("2024-09-01", "2027-01-01", 30, product="B")],
         [("2024-06-01", "new", 100), ("2024-09-01", "cross_sell", 30), ("2025-06-01", "lapse", -100)]),
        ([YEAR | {"product": "A"}, term("2025-06-01", "2027-01-01", 30, product="B")],  # no day without a term: never lost
         [("2024-06-01", "new", 100), ("2025-06-01", "cross_sell", 30), ("2025-06-01", "lapse", -100)]),
        ([term("2024-06-01", "2026-06-01", cancelled_on="2025-01-01")], [("2024-06-01", "new", 100), ("2025-01-01", "cancellation", -100)]),
        ([term("2024-06-01", "2026-06-01", cancelled_on="2025-01-01"), term("2025-01-10", None, 70)],
         [("2024-06-01", "new", 100), ("2025-01-01", "downsell", -30)]),
        ([YEAR | {"currency": "EUR"}, NEXT | {"currency": "USD", "arr": 500}],
         [("2024-06-01", "new", 100), ("2025-06-01", "restated", -100), ("2025-06-01", "restated", 500)]),
        ([YEAR | {"arr": None}, NEXT], [("2024-06-01", "new", 0), ("2025-06-01", "restated", 100)]),
        ([term(None, "2025-06-01")], [("1900-01-01", "new", 100), ("2025-06-01", "lapse", -100)]),
        ([term("2025-06-01", "2025-05-01")], []),  # ends before it begins
    ],
)  # fmt: skip
def test_what_moved(terms, expected):
    assert moved(*terms) == expected


def test_an_upsell_is_volume_and_price_or_edition():
    """100 for 10 seats; 150 for 12: two more seats at the 10 each was, 20, and 30 by price; or by edition where the plan changed."""
    before, after = YEAR | {"seats": 10, "plan": "Team"}, NEXT | {"arr": 150, "seats": 12}
    sql = "select volume::double, price::double, edition::double, untold::double from arr_move where lever = 'upsell'"
    assert laid(before, after | {"plan": "Team"}).execute(sql).fetchall() == [(20, 30, 0, 0)]
    assert laid(before, after | {"plan": "Business"}).execute(sql).fetchall() == [(20, 0, 30, 0)]
    assert laid(before, after | {"plan": "Team", "seats": None}).execute(sql).fetchall() == [(0, 0, 0, 50)]
    assert laid(before, term("2025-01-01", "2025-06-01", 20, seats=2)).execute(sql).fetchall() == [(20, 0, 0, 0)]


def test_rates_make_one_currency_of_several():
    """1 EUR is 1.1 USD: 100 EUR become 110 USD, and a renewal for 121 USD is 11 more."""
    words = replace(WORDS, renewals=replace(WORDS.renewals, currency="USD", rates=("EUR 1.1",)))
    terms = [YEAR | {"currency": "eur"}, NEXT | {"currency": "USD", "arr": 121}]
    assert renewed(*terms, words=words)[0] == ("2025-06-01", "renewed_up", 110, 121)
    assert moved(*terms, words=words) == [("2024-06-01", "new", 110), ("2025-06-01", "upsell", 11)]


SPELLS = {
    "one": ([YEAR, NEXT], [("2024-06-01", None, "open")]),
    "lost": ([YEAR], [("2024-06-01", "2025-06-01", "lapsed")]),
    "cancelled": ([YEAR | {"cancelled_on": date(2025, 1, 5)}], [("2024-06-01", "2025-01-05", "cancelled")]),
    "back after the grace days": (
        [YEAR, term("2025-09-01", None)], [("2024-06-01", "2025-06-01", "lapsed"), ("2025-09-01", None, "open")],
    ),
    "another product within the grace days": (
        [YEAR | {"product": "A"}, term("2025-06-20", None, product="B")], [("2024-06-01", None, "open")],
    ),
    "lost with the last of two": (
        [YEAR | {"product": "A"}, term("2024-09-01", "2025-09-01", product="B")], [("2024-06-01", "2025-09-01", "lapsed")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SPELLS)
def test_who_was_a_customer_when(case):
    terms, expected = SPELLS[case]
    rows = laid(*terms).execute("select began_on::varchar, ended_on::varchar, ending from customer_spell order by 1")
    assert rows.fetchall() == expected


def test_a_customer_in_grace_is_one():
    rows = laid(YEAR, as_of=date(2025, 6, 10)).execute("select ended_on, ending from customer_spell")
    assert rows.fetchall() == [(None, "pending")]


FIRST = date(2024, 1, 1)
day = st.integers(0, 900).map(lambda n: FIRST + timedelta(n))
history = st.lists(
    st.fixed_dictionaries(
        {
            "account": st.sampled_from(["a", "b"]),
            "product": st.sampled_from(["A", "B"]),
            "starts_on": day,
            "length": st.sampled_from([28, 31, 90, 90, 365, 365, None]),
            "arr": st.sampled_from([0, 100, 100, 120.5, None]),
            "seats": st.sampled_from([None, 3, 5]),
            "plan": st.sampled_from(["Team", "Business"]),
            "currency": st.sampled_from(["EUR", "EUR", "USD"]),
            "cancelled_after": st.sampled_from([None, None, None, 10, 60]),
            "has_notice": st.booleans(),
        }
    ),
    min_size=1, max_size=9,
)  # fmt: skip


def rows_of(drawn: list[dict]) -> list[dict]:
    """Contract rows of a drawn history; some terms follow each other to the day."""
    rows, last = [], {}
    for each in drawn:
        line = each["account"], each["product"]
        starts_on = last.get(line, each["starts_on"]) if each["starts_on"].day % 2 else each["starts_on"]
        ends_on = starts_on + timedelta(each["length"]) if each["length"] else None
        last[line] = ends_on or each["starts_on"]
        rows.append(
            {
                **{name: each[name] for name in ("account", "product", "arr", "seats", "plan", "currency")},
                "starts_on": starts_on, "ends_on": ends_on,
                "cancelled_on": starts_on + timedelta(each["cancelled_after"]) if each["cancelled_after"] else None,
                "notice_given_on": ends_on - timedelta(5) if each["has_notice"] and ends_on else None,
            }
        )  # fmt: skip
    return rows


def twin(rows: list[dict], as_of: date, grace: int = 30, early: int = 120) -> dict:
    """The rules again, term by term: (account, product, currency, end) -> (outcome, ARR due, ARR renewed)."""
    lived = []
    for row in rows:
        cancelled = row["cancelled_on"]
        is_cancelled = bool(cancelled and cancelled <= as_of and (row["ends_on"] is None or cancelled < row["ends_on"]))
        ended = cancelled if is_cancelled else row["ends_on"]
        if ended is None or ended > row["starts_on"]:
            lived.append({**row, "ended": ended, "is_cancelled": is_cancelled, "has_begun": row["starts_on"] <= as_of})
    ends = defaultdict(list)
    for each in lived:
        if each["has_begun"] and each["ended"]:
            ends[each["account"], each["product"], each["currency"], each["ended"]].append(each)
    follows = defaultdict(list)
    for each in lived:
        near = []
        for key, ending in ends.items():
            account, product, currency, end = key
            if (account, product) != (each["account"], each["product"]):
                continue
            is_late = 0 <= (each["starts_on"] - end).days <= grace
            is_early = 0 < (end - each["starts_on"]).days <= (1 if all(e["is_cancelled"] for e in ending) else early)
            outlasts = each["ended"] is None or each["ended"] > end
            if (is_late or is_early) and outlasts and min(e["starts_on"] for e in ending) < each["starts_on"]:
                near.append((currency != each["currency"], abs((each["starts_on"] - end).days), end, currency, key))
        if near:
            follows[min(near)[-1]].append(each)
    found = {}
    for key, ending in ends.items():
        end = key[3]
        on_time = [each for each in follows[key] if each["starts_on"] >= end]
        next_ones = [each for each in on_time or follows[key] if each["has_begun"]]
        due = sum(Decimal(str(each["arr"] or 0)) for each in ending)
        own = [each for each in next_ones if each["currency"] == key[2]]
        arr = sum(Decimal(str(each["arr"] or 0)) for each in own)
        is_told = all(each["arr"] is not None for each in ending + next_ones) and len(own) == len(next_ones)
        is_cancelled = all(each["is_cancelled"] for each in ending)
        is_refused = all(each["is_cancelled"] or (each["notice_given_on"] or date.max) <= as_of for each in ending)
        if end > as_of:
            found[key] = ("upcoming", due, 0)
        elif next_ones and is_cancelled:
            found[key] = ("changed", due, arr)
        elif next_ones:
            outcome = "renewed_flat" if not is_told or arr == due else "renewed_up" if arr > due else "renewed_down"
            found[key] = (outcome, due, due if outcome == "renewed_flat" else arr)
        elif is_cancelled:
            found[key] = ("cancelled", due, 0)
        else:
            found[key] = ("lapsed" if is_refused or (as_of - end).days >= grace else "pending", due, 0)
    return found


asked_on = st.integers(0, 1_300).map(lambda n: FIRST + timedelta(n))


@settings(max_examples=100)
@given(history, asked_on)
def test_the_rules_agree_with_a_plain_twin(drawn, as_of):
    assert_twin(rows_of(drawn), as_of)


@pytest.mark.slow
@settings(max_examples=2_000)
@given(history, asked_on)
def test_the_rules_agree_with_a_plain_twin_on_many(drawn, as_of):
    assert_twin(rows_of(drawn), as_of)


def assert_twin(rows: list[dict], as_of: date) -> None:
    con = laid(*rows, as_of=as_of)
    numbers = dict(con.execute("select distinct _account, account from core.contract").fetchall())
    found = con.execute(
        "select _account, line, currency, renews_on, outcome, arr_due, arr_renewed from renewal"
    ).fetchall()
    assert {(numbers[row[0]], *row[1:4]): row[4:] for row in found} == twin(rows, as_of)


@pytest.mark.parametrize("many", [renewals.MANY_TERMS, 10])
def test_many_readers_of_many_days_each_see_their_own(tmp_path, monkeypatch, many):
    """Six readers of six days at once, more than are kept: each sees its day to the end of its question, also when asked again,
    and when what is kept is packed meanwhile.
    """
    monkeypatch.setattr(renewals.SHELF, "many", many)
    world = open_world(
        tmp_path,
        {
            "account": account_frame([f"a{n}" for n in range(60)]),
            "contract": contract_frame(
                *(
                    term(f"2024-{1 + n % 12:02}-01", f"2025-{1 + n % 12:02}-01", 100 + n, account=f"a{n}")
                    for n in range(60)
                )
            ),
        },
    )
    sql = "select count(*), sum(arr_due), count(*) filter (where outcome = 'lapsed') from renewal"
    asked = [date(2025, month, 10) for month in range(1, 12, 2)]

    def look(day: date) -> list[tuple]:
        book = Book(date(2025, 1, 1), date(2026, 1, 1), day)
        with ask(world, book, WORDS) as con:
            renewals.lay(con, day, WORDS)
            found = [con.execute(sql).fetchone()]
            time.sleep(0.02)
            return [*found, con.execute(sql).fetchone()]

    alone = {day: look(day) for day in asked}
    with ThreadPoolExecutor(6) as readers:
        for day, found in zip(asked * 8, readers.map(look, asked * 8), strict=True):
            assert found == alone[day] and found[0] == found[1]
    with ask(world, Book(LATE, LATE + timedelta(1), LATE), WORDS) as con:
        kept = con.execute(
            "select count(*) from duckdb_tables() where table_name like 'renewal\\_term\\_%' escape '\\'"
        )
        assert kept.fetchone()[0] <= renewals.MOST_KEPT + len(asked)
