"""Who was at risk, who is lost, and who cannot be judged yet: every rule by hand, and a plain twin on random contracts.

The period is 2025, asked long after (as of 1 November 2026) with 30 grace days, unless a test says otherwise.
"""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worldlets import days, on_contracts

LATE = "2026-11-01"
LOST, KEPT, PENDING, ABSENT = True, False, None, "not at risk"


def term(starts=None, ends=None, **more) -> dict:
    dates = {name: days(value) for name, value in more.items() if name.endswith("_on")}
    return {"starts_on": days(starts), "ends_on": days(ends)} | more | dates


def judge(outcome, *terms, opens="2025-01-01", closes="2026-01-01", as_of=LATE, grace=30):
    """The outcome of the one account with these terms."""
    rows = on_contracts(*terms).execute(
        f"from outcome_{outcome}(?::date, ?::date, ?::date, ?)", [opens, closes, as_of, grace]
    ).fetchall()  # fmt: skip
    assert len(rows) <= 1
    return rows[0][3] if rows else ABSENT


YEAR_2024 = term("2024-06-01", "2025-06-01")

LOST_RULES = {
    "lost: ended in the period, nothing after": (LOST, [YEAR_2024], {}),
    "kept: renewed at the end of the term": (KEPT, [YEAR_2024, term("2025-06-01", "2026-06-01")], {}),
    "kept: renewed late, within the grace days": (
        KEPT, [term("2024-12-20", "2025-12-20"), term("2026-01-19", "2027-01-19")], {},
    ),
    "lost: renewed a day after the grace days": (
        LOST, [term("2024-12-20", "2025-12-20"), term("2026-01-20", "2027-01-20")], {},
    ),
    "kept: came back within the period": (KEPT, [YEAR_2024, term("2025-10-01", "2026-10-01")], {}),
    "pending: the grace days still run": (PENDING, [YEAR_2024], {"as_of": "2025-06-30"}),
    "lost: the grace days are over": (LOST, [YEAR_2024], {"as_of": "2025-07-01"}),
    "lost at once: notice was given": (
        LOST, [term("2024-06-01", "2025-06-01", notice_given_on="2025-03-01")], {"as_of": "2025-06-01"},
    ),
    "pending: the notice came only later": (
        PENDING, [term("2024-06-01", "2025-06-01", notice_given_on="2025-06-20")], {"as_of": "2025-06-10"},
    ),
    "lost at once: cancelled mid-term": (
        LOST, [term("2024-06-01", "2026-06-01", cancelled_on="2025-03-01")], {"as_of": "2025-03-01"},
    ),
    "kept: cancelled, but only after the as-of day": (
        KEPT, [term("2024-06-01", "2026-06-01", cancelled_on="2025-03-01")], {"as_of": "2025-02-28"},
    ),
    "not at risk: a trial is no customer": (ABSENT, [term("2024-06-01", "2025-06-01", kind="trial")], {}),
    "lost: a trial afterwards keeps nobody": (LOST, [YEAR_2024, term("2025-05-01", "2027-05-01", kind="trial")], {}),
    "kept: evergreen": (KEPT, [term("2020-01-01")], {}),
    "lost: evergreen, cancelled": (LOST, [term("2020-01-01", cancelled_on="2025-05-05")], {}),
    "kept: since ever, no start known": (KEPT, [term(None, "2026-03-01")], {}),
    "kept: one product left of two": (KEPT, [YEAR_2024, term("2024-01-01", "2027-01-01", product="B")], {}),
    "lost: with the last of two": (LOST, [YEAR_2024, term("2024-09-01", "2025-09-01", product="B")], {}),
    "lost: two that end together": (LOST, [YEAR_2024, term("2024-01-01", "2025-06-01", product="B")], {}),
    "pending: two end together, one of them refused": (
        PENDING, [YEAR_2024, term("2024-01-01", "2025-06-01", product="B", notice_given_on="2025-01-05")],
        {"as_of": "2025-06-10"},
    ),
    "pending: the refused one ended last, the other can still renew": (
        PENDING, [YEAR_2024, term("2024-01-01", "2025-06-05", product="B", notice_given_on="2025-01-05")],
        {"as_of": "2025-06-10"},
    ),
    "kept: half-way through three years": (KEPT, [term("2024-06-01", "2027-06-01")], {}),
    "at risk: starts on the opening day": (LOST, [term("2025-01-01", "2025-07-01")], {}),
    "not at risk: starts a day later": (ABSENT, [term("2025-01-02", "2025-07-01")], {}),
    "not at risk: ends on the opening day": (ABSENT, [term("2024-01-01", "2025-01-01")], {}),
    "at risk: ends a day later": (LOST, [term("2024-01-02", "2025-01-02")], {}),
    "lost: ends on the day the period closes": (LOST, [term("2025-01-01", "2026-01-01")], {}),
    "kept: ends a day later": (KEPT, [term("2025-01-01", "2026-01-02")], {}),
    "kept: follows on the day the period closes": (
        KEPT, [term("2025-01-01", "2026-01-01"), term("2026-01-01", "2027-01-01")], {},
    ),
    "kept: as of a day inside the period, before the end": (KEPT, [YEAR_2024], {"as_of": "2025-05-31"}),
    "pending: a late renewal that as of the day has not begun": (
        PENDING, [YEAR_2024, term("2025-06-20", "2026-06-20")], {"as_of": "2025-06-10"},
    ),
    "kept: the same, once it has begun": (
        KEPT, [YEAR_2024, term("2025-06-20", "2026-06-20")], {"as_of": "2025-06-20"},
    ),
    "lost at once without grace days": (LOST, [YEAR_2024], {"as_of": "2025-06-01", "grace": 0}),
}  # fmt: skip


@pytest.mark.parametrize("rule", LOST_RULES)
def test_lost(rule):
    expected, terms, asked = LOST_RULES[rule]
    assert judge("lost", *terms, **asked) is expected


LAPSED_RULES = {
    "not at risk: a monthly term ends all the time": (ABSENT, [term("2025-05-01", "2025-06-01")], {}),
    "lapsed: only another product was bought": (
        LOST, [YEAR_2024 | {"product": "A"}, term("2025-06-01", "2026-06-01", product="B")], {},
    ),
    "renewed: the same product, no family given": (
        KEPT, [YEAR_2024 | {"product": "A"}, term("2025-06-01", "2026-06-01", product="A")], {},
    ),
    "lapsed: the term ended and nothing followed": (LOST, [YEAR_2024], {}),
    "renewed": (KEPT, [YEAR_2024, term("2025-06-01", "2026-06-01")], {}),
    "renewed early": (KEPT, [YEAR_2024, term("2025-03-01", "2026-03-01")], {}),
    "renewed late, within the grace days": (KEPT, [YEAR_2024, term("2025-07-01", "2026-07-01")], {}),
    "renewed too late": (LOST, [YEAR_2024, term("2025-07-02", "2026-07-02")], {}),
    "renewed, and the new term cancelled on its first day": (
        LOST, [YEAR_2024, term("2025-06-01", "2026-06-01", cancelled_on="2025-06-01")], {},
    ),
    "pending inside the grace days": (PENDING, [YEAR_2024], {"as_of": "2025-06-30"}),
    "pending: a late renewal that has not begun": (
        PENDING, [YEAR_2024, term("2025-06-20", "2026-06-20")], {"as_of": "2025-06-10"},
    ),
    "lapsed with notice, at once": (
        LOST, [term("2024-06-01", "2025-06-01", notice_given_on="2025-01-01")], {"as_of": "2025-06-01"},
    ),
    "upcoming: not due as of the day": (ABSENT, [YEAR_2024], {"as_of": "2025-05-31"}),
    "not due: cancelled before its end": (ABSENT, [term("2024-06-01", "2025-06-01", cancelled_on="2025-02-01")], {}),
    "not due: evergreen": (ABSENT, [term("2020-01-01")], {}),
    "not due: a one-off": (ABSENT, [term("2024-06-01", "2025-06-01", is_recurring=False)], {}),
    "not due: a trial": (ABSENT, [term("2024-06-01", "2025-06-01", kind="trial")], {}),
    "not due: half-way through three years": (ABSENT, [term("2024-06-01", "2027-06-01")], {}),
    "due on the opening day": (LOST, [term("2024-01-01", "2025-01-01")], {}),
    "not due on the day the period closes": (ABSENT, [term("2025-01-01", "2026-01-01")], {}),
    "another family does not renew this one": (
        LOST, [term("2024-06-01", "2025-06-01", product_family="A"), term("2025-06-01", None, product_family="B")], {},
    ),
    "lapsed: one of two families": (
        LOST,
        [term("2024-06-01", "2025-06-01", product_family="A"), term("2024-06-01", "2025-06-01", product_family="B"),
         term("2025-06-01", None, product_family="B")], {},
    ),
    "a trial does not renew": (LOST, [YEAR_2024, term("2025-06-01", "2026-06-01", kind="trial")], {}),
}  # fmt: skip


@pytest.mark.parametrize("rule", LAPSED_RULES)
def test_lapsed(rule):
    expected, terms, asked = LAPSED_RULES[rule]
    assert judge("lapsed", *terms, **asked) is expected


CANCELLED_RULES = {
    "cancelled in the period": (LOST, [term("2024-06-01", "2026-06-01", cancelled_on="2025-03-01")], {}),
    "cancelled on the day the period closes: its last day was inside": (
        LOST, [term("2024-06-01", "2026-06-01", cancelled_on="2026-01-01")], {},
    ),
    "kept: cancelled a day later": (KEPT, [term("2024-06-01", "2026-06-01", cancelled_on="2026-01-02")], {}),
    "not at risk: gone when the period opens": (
        ABSENT, [term("2024-06-01", "2026-06-01", cancelled_on="2025-01-01")], {},
    ),
    "kept: not yet cancelled as of the day": (
        KEPT, [term("2024-06-01", "2026-06-01", cancelled_on="2025-03-01")], {"as_of": "2025-02-28"},
    ),
    "kept: left at the end of the term": (KEPT, [term("2024-06-01", "2025-06-01", cancelled_on="2025-06-01")], {}),
    "kept: changed mid-term for another contract": (
        KEPT, [term("2024-06-01", "2026-06-01", cancelled_on="2025-03-01"), term("2025-03-01", "2026-03-01")], {},
    ),
    "cancelled: what was bought later is another product": (
        LOST,
        [
            term("2024-06-01", "2026-06-01", cancelled_on="2025-03-01", product="A"),
            term("2025-03-01", "2026-03-01", product="B"),
        ],
        {},
    ),
    "kept: lapsed": (KEPT, [YEAR_2024], {}),
    "evergreen, cancelled": (LOST, [term("2020-01-01", cancelled_on="2025-03-01")], {}),
    "one of two products": (
        LOST, [term("2024-06-01", "2026-06-01", cancelled_on="2025-03-01"), term("2020-01-01", product="B")], {},
    ),
    "not at risk: a trial": (ABSENT, [term("2024-06-01", "2026-06-01", kind="trial", cancelled_on="2025-03-01")], {}),
    "not at risk: new in the period": (ABSENT, [term("2025-02-01", "2026-06-01", cancelled_on="2025-03-01")], {}),
}  # fmt: skip


@pytest.mark.parametrize("rule", CANCELLED_RULES)
def test_cancelled(rule):
    expected, terms, asked = CANCELLED_RULES[rule]
    assert judge("cancelled", *terms, **asked) is expected


def test_arr_and_start_are_those_of_the_opening_day():
    con = on_contracts(
        term("2023-06-01", "2024-06-01", arr=1),  # over
        term("2024-06-01", "2025-06-01", arr=10),
        term("2024-09-01", None, arr=100, product="B"),
        term("2025-03-01", None, arr=1000, product="C"),  # not yet
        term("2024-01-01", None, arr=5000, kind="trial"),
    )
    for outcome in ("lost", "cancelled"):
        rows = con.execute(f"from outcome_{outcome}('2025-01-01', '2026-01-01', '2026-11-01', 30)").fetchall()
        assert rows[0][1] == (date(2023, 6, 1) if outcome == "lost" else date(2024, 6, 1))
        assert rows[0][2] == 110
    due = con.execute("select arr from outcome_lapsed('2025-01-01', '2026-01-01', '2026-11-01', 30)").fetchall()
    assert due == [(10,)]  # what was due


# --- a twin, written from the words ---------------------------------------------------------------------------------

FIRST = date(2025, 1, 1)
a_day = st.integers(-40, 60).map(lambda n: FIRST + timedelta(days=n))
maybe = st.one_of(st.none(), a_day)
a_term = st.fixed_dictionaries(
    {"starts_on": maybe, "ends_on": maybe, "cancelled_on": st.one_of(st.none(), st.none(), a_day),
     "notice_given_on": st.one_of(st.none(), st.none(), a_day), "kind": st.sampled_from(["subscription", None, "trial"])}
)  # fmt: skip
accounts = st.lists(st.lists(a_term, min_size=1, max_size=4), min_size=1, max_size=12)


def ended(each):
    return min((day for day in (each["ends_on"], each["cancelled_on"]) if day), default=date.max)


def is_live(each, day):
    return (each["starts_on"] or date.min) <= day < ended(each)


def lost_twin(terms, opens_on, closes_on, as_of, grace):
    terms = [each for each in terms if each["kind"] != "trial"]
    if not any(is_live(each, opens_on) for each in terms):
        return ABSENT
    day = min(closes_on, as_of)
    if any(is_live(each, day) for each in terms):
        return KEPT
    begun = [each for each in terms if (each["starts_on"] or date.min) <= day]
    until = max(ended(each) for each in begun) + timedelta(days=grace)
    if any(each["starts_on"] and day < each["starts_on"] <= min(until, as_of) for each in terms):
        return KEPT
    for each in begun:
        refused = any(each[name] and each[name] <= as_of for name in ("cancelled_on", "notice_given_on"))
        if not refused and as_of < ended(each) + timedelta(days=grace):
            return PENDING
    return LOST


def answers(con, opens_on, closes_on, as_of, grace) -> dict:
    rows = con.execute(
        "select account, had_outcome from outcome_lost(?, ?, ?, ?) join (select distinct _account, account from core.contract) "
        "using (_account)",
        [opens_on, closes_on, as_of, grace],
    ).fetchall()
    return dict(rows)


def numbered(given_accounts):
    return [each | {"account": str(n)} for n, terms in enumerate(given_accounts) for each in terms]


@settings(max_examples=60, deadline=None)
@given(accounts, st.integers(0, 40), st.integers(1, 30), st.integers(0, 60), st.sampled_from([0, 5, 30]))
def test_lost_agrees_with_its_twin_row_by_row(given_accounts, opening, length, seen, grace):
    opens_on = FIRST + timedelta(days=opening)
    closes_on, as_of = opens_on + timedelta(days=length), opens_on + timedelta(days=seen)
    found = answers(on_contracts(*numbered(given_accounts)), opens_on, closes_on, as_of, grace)
    expected = {str(n): lost_twin(t, opens_on, closes_on, as_of, grace) for n, t in enumerate(given_accounts)}
    assert found == {account: outcome for account, outcome in expected.items() if outcome != ABSENT}


@settings(max_examples=40, deadline=None)
@given(accounts, st.integers(1, 30), st.integers(1, 30))
def test_periods_in_a_row_leave_no_loss_between_them(given_accounts, first, second):
    """Who is kept through one period opens the next; who is lost does not."""
    con = on_contracts(*numbered(given_accounts))
    middle, end, as_of = FIRST + timedelta(days=first), FIRST + timedelta(days=first + second), date(2027, 1, 1)
    before, after = answers(con, FIRST, middle, as_of, 0), answers(con, middle, end, as_of, 0)
    for account, is_lost in before.items():
        assert (account in after) is not is_lost


@settings(max_examples=40, deadline=None)
@given(accounts, st.integers(0, 60))
def test_what_is_written_down_after_the_as_of_day_changes_nothing(given_accounts, seen):
    as_of = FIRST + timedelta(days=seen)
    terms = numbered(given_accounts)
    known = [
        each
        | {
            name: each[name] if each[name] and each[name] <= as_of else None
            for name in ("cancelled_on", "notice_given_on")
        }
        for each in terms
        if (each["starts_on"] or date.min) <= max(as_of, FIRST)
    ]
    period = FIRST, FIRST + timedelta(days=45), as_of, 10
    assert answers(on_contracts(*known), *period) == answers(on_contracts(*terms), *period)
