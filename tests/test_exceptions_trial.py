"""A rule tried before it is on: precision, recall, base rate, lead and overlap, worked by hand and by a second implementation."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from lib.book import Book
from lib.definitions.exceptions import Rule
from lib.errors import Refused
from lib.facts import exceptions, renewals
from lib.facts.ask import ask
from lib.measures.exceptions.overlap import exception_overlap
from lib.measures.exceptions.trial import COLUMNS, exception_trial
from lib.measures.exceptions.trialaccounts import exception_trial_accounts
from lib.measures.exceptions.trialdays import exception_trial_days
from lib.stats import wilson
from tests.worldlets import WORDS, account_frame, contract_frame, open_world

AS_OF = date(2026, 11, 1)  # tried from 6 May; grace of 30 days: losses are known to 2 October, and 4 July can be judged
BOOK = Book(date(2025, 11, 2), date(2026, 11, 2), AS_OF)
ASKED = Rule("Asked", "asked_to_cancel", "at_least", 1, 1, is_on=True)
NOTICE = Rule("Notice", "notice", "at_least", 1, 1, is_on=True)
GOOD = Rule("Good", "asked_to_cancel", "at_least", 1, 1, is_good=True)
TRIED = replace(
    WORDS, exceptions=replace(WORDS.exceptions, triggers=(ASKED, NOTICE, GOOD), try_days=180, judge_days=90)
)


def contract(account: str, asked: str | None = None, cancelled: str | None = None, notice: str | None = None) -> dict:
    days = {"asked_to_cancel_on": asked, "cancelled_on": cancelled, "notice_given_on": notice}
    return {
        "account": account, "arr": 100.0, "starts_on": date(2025, 1, 1), "ends_on": date(2027, 1, 1),
        **{name: day and date.fromisoformat(day) for name, day in days.items()},
    }  # fmt: skip


ROWS = [
    contract("right", "2026-06-01", "2026-08-01"),  # lost 61 days after
    contract("stayed", "2026-06-10", notice="2026-07-01"),
    contract("early", "2026-08-20", "2026-09-15"),  # lost, but 90 days are not over: pending; warned for 26 days
    contract("late", "2026-10-01"),
    contract("missed", None, "2026-07-15"),
    contract("before", "2026-03-01", "2026-05-20"),  # told before the trial, lost in it: warned for 80 days
    contract("calm", notice="2026-06-01"),
    contract("unknown", None, "2026-10-20"),  # lost when losses are not known yet
    contract("same", "2026-07-20", "2026-07-20"),  # asked on the day it left: no warning
]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    frames = {
        "account": account_frame([row["account"] for row in ROWS], csm="Dana"),
        "contract": contract_frame(*ROWS),
    }
    return open_world(tmp_path_factory.mktemp("trial"), frames)


def asked(world, of=exception_trial, words=TRIED, book: Book = BOOK, **options):
    with ask(world, book, words) as con:
        return of(con, book, words, **options)


def test_precision_recall_and_lead_by_hand(world):
    row = asked(world, rule="Asked").table.iloc[0]
    # right, stayed, early and late came up; stayed and late are open
    assert row[["n_fired", "n_fired_accounts", "n_open_now"]].tolist() == [4, 4, 2]
    # right and stayed can be judged, one is lost; early is pending although it is lost
    assert row[["n_judged", "n_judged_lost", "n_trial_pending"]].tolist() == [2, 1, 2]
    assert row["rule_precision"] == 0.5 and row["rule_precision_lo"] == pytest.approx(0.0945, abs=1e-4)
    # lost: right, early, missed, before, same; warned of: right, early, before
    assert row[["n_trial_lost", "n_warned"]].tolist() == [5, 3] and row["rule_recall"] == 0.6
    # 26, 61 and 80 days
    assert row[["lead_quarter_days", "lead_half_days", "lead_three_quarter_days"]].tolist() == [43.5, 61, 70.5]


def test_the_base_rate_is_of_every_seventh_day_that_can_be_judged(world):
    """From 6 May to 1 July: nine days. Eight accounts on each, and before, lost on 20 May, on two of them. Lost within 90 days:
    right, missed and same on all nine, early (15 September) on 17 and 24 June and 1 July, before on both its days."""
    row = asked(world, rule="Asked").table.iloc[0]
    assert row["n_base"] == 8 * 9 + 2 and row["trial_base_rate"] == pytest.approx((3 * 9 + 3 + 2) / 74)
    assert row["rule_lift"] == pytest.approx(0.5 / (32 / 74))
    assert row["trial_base_rate_lo"] < row["trial_base_rate"] < row["trial_base_rate_hi"]


def test_day_by_day(world):
    table = asked(world, exception_trial_days, rule="Asked").table.set_index("trial_day")
    assert len(table) == 180 and table["n_fired"].sum() == 4
    seen = {day: tuple(table.loc[day, ["n_fired", "n_open_that_day"]]) for day in ("2026-05-06", "2026-05-20", "2026-06-01", "2026-06-10", "2026-08-01", "2026-11-01")}  # fmt: skip
    assert seen == {
        "2026-05-06": (0, 1), "2026-05-20": (0, 0), "2026-06-01": (1, 1), "2026-06-10": (1, 2), "2026-08-01": (0, 1), "2026-11-01": (0, 2),
    }  # fmt: skip


def test_overlap_is_of_accounts_with_both_at_the_same_time(world):
    """Asked has five accounts on these days; only stayed has notice as well. Notice has two: stayed and calm."""
    row = asked(world, exception_overlap, rule="Asked").table.iloc[0]
    assert row[["exception_rule", "n_tried", "n_in_both", "n_of_rule"]].tolist() == ["Notice", 5, 1, 2]
    assert row["overlap_rate"] == 0.2 and row["overlap_back_rate"] == 0.5
    lo, hi = wilson(1, 5)
    assert (row["overlap_rate_lo"], row["overlap_rate_hi"]) == (lo, hi)


@pytest.mark.parametrize(
    ("options", "accounts"),
    [
        ({"which": "told"}, "early late right stayed"), ({"which": "judged"}, "right stayed"), ({"which": "right"}, "right"),
        ({"which": "stayed"}, "stayed"), ({"which": "pending"}, "early late"), ({"which": "lost"}, "before early missed right same"),
        ({"which": "warned"}, "before early right"), ({"which": "missed"}, "missed same"),
        ({"which": "open"}, "before early late right stayed"), ({"which": "open", "shared_with": "Notice"}, "stayed"),
        ({"fired_day": "2026-06-10"}, "stayed"), ({"which": "lost", "limit": 2, "offset": 1}, "early missed"),
    ],
)  # fmt: skip
def test_every_figure_opens_its_accounts(world, options, accounts):
    table = asked(world, exception_trial_accounts, rule="Asked", **options).table
    assert sorted(table["account"]) == accounts.split()
    assert set(table["n_rows"]) == {5 if "limit" in options else len(table)}


def test_a_rule_made_of_words_is_the_one_that_says_the_same(world):
    made = asked(world, fact="asked_to_cancel", test="at_least", enter=1).table
    known = asked(world, rule="Asked").table
    pd.testing.assert_frame_equal(made.drop(columns="exception_rule"), known.drop(columns="exception_rule"))
    assert made["exception_rule"].iat[0] == "The draft" and list(made.columns) == COLUMNS
    # 20 days later each: right on 21 June, which still can be judged; stayed on 30 June; late on 21 October; early on 9 September
    later = asked(world, rule="Asked", for_days=20).table.iloc[0]
    assert later[["n_fired", "n_judged", "n_judged_lost", "lead_half_days"]].tolist() == [4, 2, 1, 41]


def test_good_news_and_rules_of_trials_have_no_precision_and_say_why(world):
    for options, told in (
        ({"rule": "Good"}, "Good news foretells no loss"),
        ({"rule": "Asked", "among": ["trial"]}, "none is lost"),
    ):
        answer = asked(world, **options)
        assert answer.table[["rule_precision", "rule_recall", "rule_lift", "lead_half_days"]].isna().all(axis=None)
        assert any(told in note for note in answer.notes)


def test_too_short_a_trial_judges_nobody(world):
    row = asked(
        world, words=replace(TRIED, exceptions=replace(TRIED.exceptions, try_days=30)), rule="Asked"
    ).table.iloc[0]
    assert (
        row["n_judged"] == 0 and row["n_base"] == 0 and np.isnan(row["rule_precision"]) and np.isnan(row["rule_lift"])
    )


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"rule": "x"}, "There is no rule 'x'; the rules are Asked, Notice, Good."), ({}, "fact, test, enter is not said"),
        ({"fact": "mood", "test": "at_least", "enter": 1}, "told by a fact, one of"), ({"rule": "Asked", "test": "x"}, "with a test"),
        ({"rule": "Asked", "leave": 2}, "left where they are entered, or further back"), ({"rule": "Asked", "among": ["x"]}, "among some of"),
        ({"rule": "Asked", "for_days": -1}, "for_days of 0 to 365"), ({"rule": "Asked", "enter": float("nan")}, "numbers to enter"),
    ],
)  # fmt: skip
def test_what_is_no_rule_is_said(world, options, told):
    with pytest.raises(Refused, match=told):
        asked(world, **options)


def test_a_list_that_there_is_none_of_is_said(world):
    for options in ({"which": "x"}, {"shared_with": "Asked"}, {"fired_day": "x"}):
        with pytest.raises(Refused):
            asked(world, exception_trial_accounts, rule="Asked", **options)


# --- a second implementation, over spells and losses as data frames


def random_rows(seed: int) -> list[dict]:
    dice = np.random.default_rng(seed)
    rows = []
    for at in range(220):
        first = date(2025, 11, 1) + timedelta(int(dice.integers(0, 365)))
        asked_on = first if dice.random() < 0.6 else None
        cancelled = first + timedelta(int(dice.integers(-30, 150))) if dice.random() < 0.4 else None
        cancelled = cancelled if cancelled and cancelled <= AS_OF else None
        rows.append(contract(f"a{at}", asked_on and asked_on.isoformat(), cancelled and cancelled.isoformat()))
    return rows


def test_precision_recall_and_base_rate_equal_a_walk_over_accounts(tmp_path):
    rows = random_rows(1)
    frames = {"account": account_frame([row["account"] for row in rows], csm="Dana"), "contract": contract_frame(*rows)}
    snapshot = open_world(tmp_path / "walk", frames)
    with ask(snapshot, BOOK, TRIED) as con:
        exceptions.lay(con, AS_OF, TRIED, [ASKED])
        renewals.lay(con, AS_OF, TRIED)
        spells = con.execute("select _account, began_on, ended_on from exception_spell").df()
        lives = con.execute("select _account, began_on, ended_on, ending from customer_spell").df()
        row = exception_trial(con, BOOK, TRIED, rule="Asked").table.iloc[0]
    opens, decided = pd.Timestamp(2026, 5, 6), pd.Timestamp(2026, 10, 2)
    judge, ever = pd.Timedelta(days=90), pd.Timestamp("2200-01-01")
    losses = lives[lives["ending"].isin(["lapsed", "cancelled"])]
    lost_on = {account: list(of["ended_on"]) for account, of in losses.groupby("_account")}
    right = judged = warned = lost = 0
    leads = []
    for account, of in spells[spells["began_on"] >= opens].groupby("_account"):
        first = of["began_on"].min()
        if first + judge <= decided:
            judged += 1
            right += any(first <= at <= first + judge for at in lost_on.get(account, []))
    for account, days in lost_on.items():
        inside = [at for at in days if opens <= at <= decided]
        if inside:
            lost, at, own = lost + 1, max(inside), spells[spells["_account"] == account]
            before = own[(own["began_on"] < at) & (own["ended_on"].fillna(ever) > at - judge)]
            warned += len(before) > 0
            leads += [(at - before["began_on"].min()).days] if len(before) else []
    n = k = 0
    for at in pd.date_range(opens, decided - judge, freq="7D"):
        here = lives[(lives["began_on"] <= at) & (lives["ended_on"].fillna(ever) > at)]
        n += len(here)
        k += (here["ending"].isin(["lapsed", "cancelled"]) & (here["ended_on"] <= at + judge)).sum()
    assert lost > 20 and judged > 20 > right > 0
    assert row[["n_judged", "n_judged_lost", "n_trial_lost", "n_warned", "n_base"]].tolist() == [
        judged,
        right,
        lost,
        warned,
        n,
    ]
    assert row["rule_precision"] == pytest.approx(right / judged) and row["trial_base_rate"] == pytest.approx(k / n)
    assert row["lead_half_days"] == np.median(leads)
