"""Lives of customers: by hand, by second implementations, as identities of any history, and in worlds whose truth is known."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as example
from hypothesis import strategies as st

from lib import survival as curves
from lib.book import Book, year_to
from lib.errors import Refused
from lib.facts.ask import ask
from lib.measures.lives import economics as money
from lib.measures.lives import ends, lives, liveslist, survival
from lib.measures.registry import measure
from tests.funnelworlds import LAST, answer, sampled
from tests.worldlets import WORDS, account_frame, contract_frame, on_contracts, open_world

YEAR = year_to(LAST)
MONTH = lives.DAYS_A_MONTH


def day(text: str) -> date:
    return date.fromisoformat(text)


def term(account: str, starts_on: str | None, ends_on: str, arr: float, **more) -> dict:
    return {
        "account": account,
        "starts_on": starts_on and day(starts_on),
        "ends_on": day(ends_on),
        "arr": arr,
        "currency": "USD",
    } | more


HAND = [
    term("lapsed", "2024-01-01", "2025-01-01", 120),  # 366 days
    term("kept", "2024-01-01", "2025-01-01", 60),
    term("kept", "2025-01-01", "2027-01-01", 60),  # 1,004 days until 1 Oct 2026
    term("cancelled", "2024-01-01", "2025-01-01", 30, cancelled_on=day("2024-07-01")),  # 182 days
    term("pending", "2025-10-15", "2026-10-15", 60),  # 351 days until 1 Oct 2026
    term("new", "2026-10-10", "2027-10-10", 60),
    term("back", "2024-01-01", "2025-01-01", 60),  # 366 days; what comes after is another time
    term("back", "2025-06-01", "2027-06-01", 500),
    term("ever", None, "2027-01-01", 60),
    term("late", "2024-01-01", "2027-01-01", 40),  # a customer since 2020: at risk from day 1,461 on
    term("down", "2024-01-01", "2025-01-01", 100),
    term("down", "2025-01-01", "2027-01-01", 80),  # down-sold on day 366
]  # fmt: skip
STARTED = {"late": day("2020-01-01"), "kept": day("2023-12-15")}  # the second is a trial's: near the first contract
COSTS = {"lapsed": 90.0, "kept": 30.0, "cancelled": 45.0, "late": None}


@pytest.fixture(scope="module")
def hand(tmp_path_factory):
    names = list(dict.fromkeys(each["account"] for each in HAND))
    accounts = account_frame(
        [*names, "never"],
        segment=["SMB" if name in ("lapsed", "cancelled", "back") else "Enterprise" for name in [*names, "never"]],
        started_on=[STARTED.get(name) for name in [*names, "never"]],
        acquisition_cost=[COSTS.get(name) for name in [*names, "never"]],
    )
    return open_world(tmp_path_factory.mktemp("hand"), {"account": accounts, "contract": contract_frame(*HAND)})


def of_month(table: pd.DataFrame, month: int) -> pd.Series:
    found = table[table["month"] == month]
    assert len(found) == 1
    return found.iloc[0]


# --- worked by hand


def test_who_is_still_there_by_hand(hand):
    """Six from day 0: one of six ends on day 182, one is last seen on 351, two of four end on 366."""
    found = answer(hand, "survival", YEAR)
    assert list(found.table.columns) == survival.COLUMNS
    assert dict(found.left_out.to_numpy()) == {lives.SINCE_EVER: 1, lives.TOO_NEW: 1, lives.CAME_BACK: 1}
    rates = {month: of_month(found.table, month).survival_rate for month in (0, 5, 6, 11, 12, 32)}
    assert rates == pytest.approx({0: 1, 5: 1, 6: 5 / 6, 11: 5 / 6, 12: 5 / 12, 32: 5 / 12})
    still = {month: of_month(found.table, month).n_still for month in (0, 6, 11, 12, 32, 33, 50)}
    assert still == {0: 6, 6: 5, 11: 5, 12: 2, 32: 2, 33: 0, 50: 1}
    assert [of_month(found.table, month).n_ended_by for month in (5, 6, 12, 50)] == [0, 1, 3, 3]
    row = found.table.iloc[0]
    assert (row.n_lives, row.n_lives_ended, row.half_stay_days, row.currency) == (7, 3, 366, "USD")
    assert any("1 began before" in note for note in found.notes) and "1 Oct 2026" in found.notes[0]


def test_the_months_had_of_two_years_by_hand(hand):
    row = answer(hand, "survival", YEAR, horizon=24).table.iloc[0]
    until = 24 * MONTH
    assert row.life_months == pytest.approx((182 + 184 * 5 / 6 + (until - 366) * 5 / 12) / MONTH)
    # ARR: 430 at risk, 30 cancelled; 60 last seen; of 340 on day 366 180 end
    kept = 400 / 430
    wanted = (182 + 184 * kept + (until - 366) * kept * 160 / 340) / MONTH
    assert (row.arr_months, row.arr_at_start) == pytest.approx((wanted, 470 / 7))
    assert row[["life_difference", "arr_difference", "p_rest", "q_rest", "p_lives"]].isna().all()  # nothing to compare


def test_which_end_comes_first_by_hand(hand):
    found = answer(hand, "customer_ends", YEAR)
    assert list(found.table.columns) == ends.COLUMNS
    rates = {row.first_end: row.first_end_rate for row in found.table[found.table["month"] == 13].itertuples()}
    assert rates == pytest.approx({"cancelled": 1 / 6, "lapsed": 5 / 6 * 2 / 4, "down-sold": 5 / 6 * 1 / 4})
    lost = answer(hand, "customer_ends", YEAR, until="lost").table
    rates = {row.first_end: row.first_end_rate for row in lost[lost["month"] == 13].itertuples()}
    assert rates == pytest.approx({"cancelled": 1 / 6, "lapsed": 5 / 6 * 2 / 4})


def test_worth_and_cost_by_hand(hand):
    """Costs are given of lapsed, kept and cancelled: 165 for an ARR of 210, of which 180 stay from day 182 on, 60 from day 366."""
    words = replace(
        WORDS,
        economics=replace(WORDS.economics, gross_margin=0.8),
        reading=replace(WORDS.reading, few_accounts=3),
    )
    (row,) = answer(hand, "economics", YEAR, words, horizon=24).table.itertuples()
    assert list(answer(hand, "economics", YEAR).table.columns) == money.COLUMNS
    followed = 366 + 1_004 + 182 + 351 + 366 + 1_004 + 1_004
    assert (row.n_lives, row.n_lives_ended, row.currency) == (7, 3, "USD")
    assert (row.life_years, row.losses_per_year) == pytest.approx((followed / 365.25, 3 / followed * 365.25))
    assert row.ltv == pytest.approx(470 / 7 * row.arr_months / 12 * 0.8)
    until = 24 * MONTH
    months = (182 + 184 * 180 / 210 + (until - 366) * 60 / 210) / MONTH
    assert (row.n_with_cost, row.cost_per_customer) == (3, 55)
    assert row.ltv_to_cost == pytest.approx(210 * months / 12 * 0.8 / 165)
    needed = 12 * 165 / (210 * 0.8) * MONTH - 182 - 184 * 180 / 210  # days of all of the ARR, past those had by day 366
    assert row.payback_months == pytest.approx((366 + needed * 210 / 60) / MONTH)
    assert row.ltv_lo < row.ltv < row.ltv_hi and row.ltv_to_cost_lo < row.ltv_to_cost < row.ltv_to_cost_hi
    few = answer(hand, "economics", YEAR, horizon=24).table.iloc[0]  # by 30 or more
    assert few.is_small and few.ltv > 0 and few[["ltv_lo", "ltv_hi", "ltv_to_cost_lo", "ltv_to_cost_hi"]].isna().all()


def test_who_came_in_the_period_are_those_alone(hand):
    book = Book(day("2025-10-01"), day("2026-10-01"), LAST)
    found = answer(hand, "survival", book, among="period")
    assert found.table["n_lives"].unique().tolist() == [1] and found.table["month"].max() == 11
    assert dict(found.left_out.to_numpy())[lives.NOT_IN] == 6


def test_seen_from_an_earlier_day_nobody_knows_what_came_later(hand):
    """On 1 Aug 2024 lives are known until 2 July: the cancellation of 1 July is, the lapses of January are not."""
    table = answer(hand, "survival", year_to(day("2024-08-01"))).table
    assert (table["n_lives"].iat[0], table["n_lives_ended"].iat[0]) == (6, 1)


def test_no_lives_are_an_empty_answer_with_all_columns(hand):
    for name, columns in (
        ("survival", survival.COLUMNS),
        ("customer_ends", ends.COLUMNS),
        ("economics", money.COLUMNS),
    ):
        for by in (None, "segment"):
            table = answer(hand, name, YEAR.where("segment", ["nobody's"]), by=by).table
            assert table.empty and list(table.columns) == columns


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("survival", {"among": "some"}),
        ("survival", {"horizon": 0}),
        ("customer_ends", {"until": "ever"}),
        ("economics", {"by": "x"}),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(hand, name, options):
    with pytest.raises(Refused):
        answer(hand, name, YEAR, **options)


def test_a_level_is_the_one_of_the_first_day(tmp_path):
    history = pd.DataFrame(
        [("a", "csm", date(2024, 1, 1), date(2025, 3, 1), "Ann")],
        columns=["account", "field", "from_on", "until_on", "value"],
    )
    frames = {
        "account": account_frame("ab", csm=["Bob", None]),
        "contract": contract_frame(
            term("a", "2025-02-01", "2027-02-01", 10), term("b", "2025-02-01", "2027-02-01", 10)
        ),
        "account_history": history,
    }
    table = answer(open_world(tmp_path, frames), "survival", YEAR, by="csm").table
    assert set(table.loc[~table["is_whole"], "level"]) == {"Ann", None}


def test_currencies_are_never_added(tmp_path):
    frames = {
        "account": account_frame("abc", acquisition_cost=[10.0, 20.0, 30.0]),
        "contract": contract_frame(
            term("a", "2025-02-01", "2027-02-01", 100),
            term("b", "2025-02-01", "2027-02-01", 300),
            term("c", "2025-02-01", "2027-02-01", 700, currency="EUR"),
        ),
    }
    world = open_world(tmp_path, frames)
    table = answer(world, "economics", YEAR, horizon=12).table.set_index("currency")
    assert table["arr_at_start"].to_dict() == {"USD": 200, "EUR": 700}
    assert table["cost_per_customer"].to_dict() == {"USD": 15, "EUR": 30}
    assert table["ltv"].to_dict() == pytest.approx({"USD": 200, "EUR": 700})  # nobody left within the year
    found = answer(world, "survival", YEAR)
    assert found.table[["currency", "arr_at_start", "n_lives"]].iloc[0].tolist() == ["USD", 200, 3]
    assert any("pay in USD: 1 pay in others" in note for note in found.notes)
    words = replace(WORDS, renewals=replace(WORDS.renewals, currency="USD", rates=("EUR 2",)))
    (row,) = answer(world, "economics", YEAR, words, horizon=12).table.itertuples()
    assert (row.arr_at_start, row.cost_per_customer) == ((100 + 300 + 1_400) / 3, (10 + 20 + 60) / 3)


def test_the_list_has_as_many_customers_as_every_figure_counts(hand, company):
    for world, by in ((hand, "segment"), (company, "channel")):
        table = answer(world, "survival", YEAR, by=by).table
        whole, levels = table[table["is_whole"]].iloc[0], table[~table["is_whole"]].drop_duplicates("level")
        assert whole[["n_lives", "n_lives_ended"]].tolist() == levels[["n_lives", "n_lives_ended"]].sum().tolist()
        for row in levels.itertuples():
            of = {"by": by, "level": row.level or ""}
            n = {
                which: len(answer(world, "customer_lives", YEAR, which=which, **of).table) for which in ("all", "left")
            }
            assert n == {"all": row.n_lives, "left": row.n_lives_ended}
    found = answer(hand, "customer_lives", YEAR, sort="account").table
    assert list(found.columns) == liveslist.COLUMNS
    ended = found.dropna(subset="life_end").set_index("account")[["life_days", "life_end"]]
    assert ended.T.to_dict("list") == {
        "back": [366, "lapsed"],
        "cancelled": [182, "cancelled"],
        "lapsed": [366, "lapsed"],
    }
    assert answer(hand, "customer_lives", YEAR, by="segment").table["level"].value_counts().to_dict() == {
        "SMB": 3,
        "Enterprise": 4,
    }
    late = found.set_index("account").loc["late"]
    assert (late.life_from_on.date(), late.life_days, late.arr_at_start) == (STARTED["late"], 2_465, 40)
    with pytest.raises(Refused):
        answer(hand, "customer_lives", YEAR, which="lost")


# --- any history


def told(rows: Sequence[dict], *asked: str, accounts: Sequence[str] = (), **options) -> list[pd.DataFrame]:
    """The answers to a history of contracts alone, of some of the accounts or all."""
    con = on_contracts(*rows)
    con.execute("create or replace temp view scope as select distinct _account from core.contract")
    kept = f"list_contains({list(accounts)!r}::varchar[], account)" if accounts else "true"
    con.execute(
        "create or replace temp view book as select distinct _account, account, null::date as started_on, "
        f"500::decimal(18, 2) as acquisition_cost, null::double as tenure_months, null::boolean as churned, 0 as arr from core.contract where {kept}"
    )
    return [measure(name)(con, YEAR, WORDS, **options).table for name in asked]


@st.composite
def histories(draw) -> list[dict]:
    rows = []
    for number in range(draw(st.integers(2, 6))):
        starts = date(2024, 1, 1) + timedelta(draw(st.integers(0, 600)))
        for _ in range(draw(st.integers(1, 3))):
            ends_on = starts + timedelta(draw(st.sampled_from([30, 90, 365])))
            cut = draw(st.one_of(st.none(), st.integers(1, 400)))
            rows.append(
                {"account": f"a{number}", "starts_on": starts, "ends_on": ends_on, "arr": float(draw(st.integers(0, 5)) * 100),
                 "currency": "USD", "cancelled_on": None if cut is None else starts + timedelta(cut)}
            )  # fmt: skip
            starts = ends_on + timedelta(draw(st.sampled_from([0, 0, 10, 60])))
    return rows


@given(histories(), st.randoms(use_true_random=False))
@example(max_examples=10)
def test_identities_of_any_history(rows, dice):
    whole, worth = told(rows, "survival", "economics", horizon=12)
    (lost,), (first,) = told(rows, "customer_ends", until="lost"), told(rows, "customer_ends")
    still, gone = (
        whole.set_index("month")["survival_rate"],
        lost.groupby("month")["first_end_rate"].sum(min_count=len(ends.ENDS) - 1),
    )
    assert (still + gone).dropna().to_numpy() == pytest.approx(1)  # the losses and who is still there are all
    assert (np.diff(still.dropna()) <= 1e-12).all() and still.dropna().between(-1e-12, 1 + 1e-12).all()
    assert (first.groupby("month")["first_end_rate"].sum() <= 1 + 1e-9).all()
    shuffled = dice.sample(rows, len(rows))
    for table, again in zip((whole, worth), told(shuffled, "survival", "economics", horizon=12), strict=True):
        pd.testing.assert_frame_equal(table, again)
    names = sorted({each["account"] for each in rows})
    parts = [told(rows, "economics", accounts=each)[0] for each in (names[:1], names[1:])]
    for name in ("n_lives", "n_lives_ended", "life_years"):
        assert sum(part[name].sum() for part in parts) == pytest.approx(worth[name].sum())


def test_who_renews_late_makes_nobody_leave_and_who_renews_early_makes_nobody_stay():
    """A fifth lapse after their year, a fifth renew 20 days late. All of these years end in the weeks around the as-of day, of
    whom on that day those on time are known and the others are not."""
    dice, rows = np.random.default_rng(6), []
    for number, fate in enumerate(dice.choice(["lapses", "late", "on time"], 3_000, p=[0.2, 0.2, 0.6])):
        ends_on = LAST - timedelta(int(dice.integers(0, 60)))
        rows.append({"account": f"a{number}", "starts_on": ends_on - timedelta(365), "ends_on": ends_on, "arr": 1.0})
        renewed_on = ends_on + timedelta(20 if fate == "late" else 0)
        if fate != "lapses" and renewed_on <= LAST:
            rows.append(
                {"account": f"a{number}", "starts_on": renewed_on, "ends_on": renewed_on + timedelta(365), "arr": 1.0}
            )
    (table,) = told(rows, "survival")
    row = of_month(table, 12)
    assert row.survival_rate_lo < 0.8 < row.survival_rate_hi and row.n_ended_by > 200


# --- second implementations, on a sample company; and what was planted in it


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    return sampled(tmp_path_factory.mktemp("planted"), 3_000, 3, planted=True)


@pytest.fixture(scope="module")
def rows(company):
    with ask(company, YEAR, WORDS) as con:
        lives.lay(con, YEAR, WORDS, "channel", "all")
        found = con.execute("from customer_life where why_not is null").df()
    return found.assign(is_ended=found["ending"] != "open")


def test_curves_and_tests_are_those_of_statsmodels(company, rows):
    from scipy.stats import false_discovery_control
    from statsmodels.duration.survfunc import SurvfuncRight, survdiff

    table = answer(company, "survival", YEAR, by="channel").table
    p = {}
    for level, own in rows.groupby("level"):
        theirs, ours = SurvfuncRight(own["days"], own["is_ended"]), table[table["level"] == level]
        for month in (6, 12, 24, 36):
            at = np.searchsorted(theirs.surv_times, lives.day_of(month), side="right") - 1
            row = of_month(ours, month)
            assert row.survival_rate == pytest.approx(theirs.surv_prob[at])
            lo, hi = curves.log_log(theirs.surv_prob[at], theirs.surv_prob_se[at])
            assert (row.survival_rate_lo, row.survival_rate_hi) == pytest.approx((float(lo), float(hi)))
        p[level] = survdiff(rows["days"], rows["is_ended"], rows["level"] == level)[1]
        assert ours["p_rest"].iat[0] == pytest.approx(p[level], rel=1e-6)
    assert table["p_lives"].iat[0] == pytest.approx(
        survdiff(rows["days"], rows["is_ended"], rows["level"])[1], rel=1e-6
    )
    wanted = dict(zip(p, false_discovery_control(list(p.values())), strict=True))
    assert table.groupby("level")["q_rest"].first().to_dict() == pytest.approx(wanted, rel=1e-6)


def drawn(rows: pd.DataFrame, dice: np.random.Generator, months: int) -> tuple[float, float, float, float]:
    """Of accounts drawn anew: months stayed, months of ARR, worth, and worth against cost of those with one."""
    one = rows.iloc[dice.integers(0, len(rows), len(rows))]

    def of(part: pd.DataFrame, weight) -> float:
        curve = curves.curve_of(part["days"], weight * part["is_ended"], weight * ~part["is_ended"])
        return curves.restricted_mean(curve, months * MONTH)[0] / MONTH

    costed = one[one["acquisition_cost"].notna()]
    arr = of(one, one["arr"])
    against = costed["arr"].sum() * of(costed, costed["arr"]) / 12 / costed["acquisition_cost"].sum()
    return of(one, 1), arr, one["arr"].mean() * arr / 12, against


def test_intervals_are_those_of_accounts_drawn_anew(company, rows):
    own, dice = rows[rows["level"] == "Reseller"], np.random.default_rng(2)
    draws = np.array([drawn(own, dice, 24) for _ in range(300)])
    life = answer(company, "survival", YEAR, by="channel", horizon=24).table.query("level == 'Reseller'").iloc[0]
    worth = answer(company, "economics", YEAR, by="channel", horizon=24).table.query("level == 'Reseller'").iloc[0]
    wide = {
        "life_months": (life, draws[:, 0]), "arr_months": (life, draws[:, 1]), "ltv": (worth, draws[:, 2]),
        "ltv_to_cost": (worth, draws[:, 3]),
    }  # fmt: skip
    for name, (row, found) in wide.items():
        assert row[f"{name}_hi"] - row[f"{name}_lo"] == pytest.approx(2 * 1.96 * found.std(), rel=0.15), name
        assert row[name] == pytest.approx(found.mean(), rel=0.01), name


def test_the_channel_with_a_planted_hot_spot_leaves_sooner_and_no_other_does(company):
    table = answer(company, "survival", YEAR, by="channel").table.groupby("level").first()
    sooner = table[(table["q_rest"] <= 0.05) & (table["life_difference_hi"] < 0)]
    assert sooner.index.tolist() == ["Reseller"] and sooner["p_lives"].iat[0] < 0.001


def test_where_nothing_is_planted_nothing_stands_out(tmp_path):
    world = sampled(tmp_path, 3_000, 5, planted=False)
    for by in ("channel", "region", "segment", "lead_source"):
        assert answer(world, "survival", YEAR, by=by).table["q_rest"].min() > 0.05, by
