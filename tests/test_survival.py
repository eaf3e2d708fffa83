"""Every number of lib.survival against a hand-worked case and a second implementation; and against worlds whose truth is known."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from lib import stats, survival

# Freireich's leukaemia remissions, 6-MP arm (weeks; True: relapse seen): the textbook example of a censored sample.
WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSED = (
    [True, True, True, False, True, False, True, False, False, True, True] + [False] * 3 + [True, True] + [False] * 5
)


def repeated(times, *counts) -> tuple[np.ndarray, np.ndarray]:
    """A row for each that was counted: its time, and which of the counts it was in."""
    rows = [np.repeat(times, each) for each in counts]
    return np.concatenate(rows).astype(float), np.repeat(np.arange(len(counts)), [len(each) for each in rows])


def days_of(n_counts: int, least: int = 1):
    """Counts by day, days in any order and some of them twice."""
    return st.lists(st.tuples(st.integers(least, 30), *[st.integers(0, 4)] * n_counts), min_size=2, max_size=25).map(
        lambda rows: np.array(rows).T
    )


# --- survival


def test_kaplan_meier_of_the_textbook_sample():
    curve = survival.kaplan_meier(WEEKS, RELAPSED)
    # by hand: 18/21; x 16/17; x 14/15; x 11/12; x 10/11; x 6/7; x 5/6
    assert curve.times.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve.n_at_risk.tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert curve.share == pytest.approx(
        [0.857143, 0.806723, 0.752941, 0.690196, 0.627451, 0.537815, 0.448179], abs=1e-6
    )
    assert survival.median_survival(curve) == 23


def test_survival_is_read_as_a_step_and_the_median_is_blank_where_it_is_not_reached():
    curve = survival.kaplan_meier([1, 2, 3, 4], [True, False, False, False])
    assert survival.survival_at(curve, [0, 0.5, 1, 100]).tolist() == [1, 1, 0.75, 0.75]
    assert np.isnan(survival.median_survival(curve))


@pytest.mark.parametrize("curve", [survival.kaplan_meier([1, 2], [False, False]), survival.curve_of([], [], [])])
def test_a_sample_without_any_end_has_no_step(curve):
    assert len(curve.times) == 0
    assert survival.survival_at(curve, [5]).tolist() == [1]
    assert np.isnan(survival.quantile_interval(curve, 0.25)).all()


def test_a_quarter_gone_is_a_quarter_gone_however_it_rounds():
    """Ten that end one by one: 0.1 of them by the first, though 1 - 0.1 is no binary number."""
    curve = survival.curve_of(range(1, 11), np.ones(10), np.zeros(10))
    assert [survival.quantile_interval(curve, share)[0] for share in (0.1, 0.3, 0.7, 0.9)] == [1, 3, 7, 9]


@given(days_of(2))
def test_a_curve_from_counts_is_that_of_the_rows_in_scipy_and_statsmodels(counted):
    from scipy.stats import CensoredData, ecdf
    from statsmodels.duration.survfunc import SurvfuncRight

    days, censored = repeated(*counted)
    assume((censored == 0).any())
    ours = survival.curve_of(*counted)
    data = CensoredData(uncensored=days[censored == 0], right=days[censored == 1])
    assert survival.survival_at(ours, range(31)) == pytest.approx(ecdf(data).sf.evaluate(np.arange(31.0)))
    theirs = SurvfuncRight(days, censored == 0)
    assert ours.times.tolist() == theirs.surv_times.tolist() and ours.n_at_risk.tolist() == theirs.n_risk.tolist()
    assert ours.n_events.tolist() == theirs.n_events.tolist()
    rows = survival.kaplan_meier(days, censored == 0)
    assert np.array_equal(rows.share, ours.share) and np.array_equal(rows.times, ours.times)
    is_left = ours.share > 1e-12
    assert survival.greenwood(ours)[is_left] == pytest.approx(theirs.surv_prob_se[is_left])


@given(days_of(2), st.sampled_from([0.1, 0.25, 0.5, 0.75, 0.9]))
def test_quantiles_are_those_of_statsmodels(counted, share):
    from statsmodels.duration.survfunc import SurvfuncRight

    counted = np.hstack([counted, [[31], [0], [1]]])  # one is still there: at a share of 0 there is no band
    curve = survival.curve_of(*counted)
    days, censored = repeated(*counted)
    assume(
        len(curve.times) and np.abs(curve.share - (1 - share)).min() > 1e-9
    )  # at the very share only rounding differs
    theirs = SurvfuncRight(days, censored == 0)
    time, lo, hi = survival.quantile_interval(curve, share)
    assert time == pytest.approx(theirs.quantile(share), nan_ok=True)
    band = survival.log_log(curve.share, survival.greenwood(curve))
    if ((band[0] <= 1 - share) & (band[1] >= 1 - share)).any():  # else statsmodels gives none
        low, high = theirs.quantile_ci(share)
        assert (lo, hi) == pytest.approx((low, np.nan if np.isinf(high) else high), nan_ok=True)


# --- ends of another kind come first


def test_competing_ends_by_hand():
    """Of ten, one completes on day 1 and one leaves, one is last seen then; two complete on day 3; the rest are seen to day 5."""
    ours = survival.aalen_johansen([1, 3, 5], [1, 2, 0], [1, 0, 0], [1, 0, 5])
    assert ours.rate == pytest.approx([1 / 10, 1 / 10 + 8 / 10 * 2 / 7, 1 / 10 + 8 / 10 * 2 / 7])
    assert ours.waiting == pytest.approx([8 / 10, 8 / 10 * 5 / 7, 8 / 10 * 5 / 7])
    assert ours.n_seen.tolist() == [10, 9, 9]
    assert ours.error[0] == pytest.approx(np.sqrt(0.1 * 0.9 / 10))


def test_beyond_what_was_seen_nothing_is_said_and_before_the_first_all_may_be():
    ours = survival.aalen_johansen([2, 4, 9], [0, 3, 0], [0, 1, 0], [1, 0, 5])
    rate, lo, hi = survival.incidence_at(ours, [0, 3, 4, 9, 10])
    assert np.isnan([rate[-1], lo[-1], hi[-1]]).all() and not np.isnan(np.stack([rate, lo, hi])[:, :-1]).any()
    assert (rate[:2] == 0).all() and (lo[:2] == 0).all()
    assert hi[:2] == pytest.approx([stats.wilson(0, 10)[1], stats.wilson(0, 9)[1]])  # one was last seen on day 2
    assert (lo[2] < rate[2] < hi[2]) and (rate[3], lo[3], hi[3]) == (rate[2], lo[2], hi[2])
    nobody = survival.incidence_at(survival.aalen_johansen([], [], [], []), [0, 30])
    assert np.isnan(nobody).all()


def test_where_nobody_is_left_the_share_stays_what_it_is():
    rate, lo, hi = survival.incidence_at(survival.aalen_johansen([2, 4], [3, 4], [1, 2], [0, 0]), [4, 1_000])
    assert rate == pytest.approx([0.7, 0.7]) and lo[0] == lo[1] and hi[0] == hi[1]
    rate, lo, hi = survival.incidence_at(survival.aalen_johansen([1], [8], [0], [0]), [1])
    assert (rate[0], lo[0], hi[0]) == (1, pytest.approx(stats.wilson(8, 8)[0]), 1)


@given(days_of(2))
@example(np.array([(1, 2, 0), (2, 3, 0)]).T)  # where all have come, rounding is no error
def test_uncensored_it_is_a_proportion_and_its_error(counted):
    days, events, competing = counted
    n = (events + competing).sum()
    assume(n > 0)
    ours = survival.aalen_johansen(days, events, competing, np.zeros(len(days)))
    for day in range(1, 31):
        k = events[days <= day].sum()
        rate, lo, hi = survival.incidence_at(ours, day)
        assert rate == pytest.approx(k / n)
        assert (lo <= rate + 1e-9) and (rate <= hi + 1e-9)
        at = np.searchsorted(ours.times, day, side="right") - 1
        if at >= 0:
            assert ours.error[at] == pytest.approx(np.sqrt(k / n * (1 - k / n) / n), abs=1e-9)


def looped(rows: list[tuple[int, int]]) -> dict[int, tuple[float, float]]:
    """Aalen and Johansen's curve and its variance, day by day and term by term, as the books print them."""
    still, steps, found = 1.0, [], {}
    for day in sorted({each for each, _ in rows}):
        n = sum(each >= day for each, _ in rows)
        d, k = sum(each == day and end != 2 for each, end in rows), rows.count((day, 0))
        steps.append((n, d, k, still, (steps[-1][4] if steps else 0) + still * k / n))
        rate = steps[-1][4]
        variance = 0.0
        for n_j, d_j, k_j, before, rate_j in steps:
            if n_j > d_j:
                variance += (rate - rate_j) ** 2 * d_j / (n_j * (n_j - d_j))
            variance += before**2 * (n_j - k_j) / n_j**3 * k_j - 2 * (rate - rate_j) * before * k_j / n_j**2
        found[day] = rate, variance
        still *= 1 - d / n
    return found


@given(days_of(3))
def test_competing_ends_are_those_of_statsmodels_and_of_a_loop(counted):
    from statsmodels.duration.survfunc import CumIncidenceRight

    days, end = repeated(*counted)
    assume(len(days) > 0)
    ours = survival.aalen_johansen(*counted)
    for day, (rate, variance) in looped([(int(d), int(e)) for d, e in zip(days, end, strict=True)]).items():
        at = ours.times.tolist().index(day)
        assert (ours.rate[at], ours.error[at] ** 2) == pytest.approx((rate, variance), abs=1e-9)
    if (end == 0).any():
        theirs = CumIncidenceRight(days, np.array([1, 2, 0])[end])
        at = np.searchsorted(ours.times, theirs.times)
        assert ours.rate[at] == pytest.approx(theirs.cinc[0])


def test_the_error_is_that_of_a_bootstrap():
    dice = np.random.default_rng(4)
    days, end = dice.geometric(0.02, 400), dice.choice(3, 400, p=[0.5, 0.2, 0.3])
    table = np.zeros((3, days.max() + 1))
    np.add.at(table, (end, days), 1)
    ours = survival.aalen_johansen(np.arange(table.shape[1]), *table)
    drawn = [
        survival.incidence_at(survival.aalen_johansen(np.arange(table.shape[1]), *each.reshape(table.shape)), [20, 60])[
            0
        ]
        for each in dice.multinomial(400, table.ravel() / 400, 400)
    ]
    at = np.searchsorted(ours.times, [20, 60], side="right") - 1
    assert np.std(drawn, axis=0) == pytest.approx(ours.error[at], rel=0.12)


# --- both


@given(days_of(3), st.integers(2, 5))
def test_repeating_everybody_changes_no_rate(counted, times):
    days, *counts = counted
    more = [each * times for each in counts]
    once, often = survival.aalen_johansen(days, *counts), survival.aalen_johansen(days, *more)
    assert once.rate == pytest.approx(often.rate) and once.waiting == pytest.approx(often.waiting)
    assert once.error == pytest.approx(often.error * np.sqrt(times), abs=1e-9)
    assert survival.curve_of(days, *counts[:2]).share == pytest.approx(survival.curve_of(days, *more[:2]).share)


@given(days_of(3), st.integers(1, 1_000))
def test_who_came_today_changes_no_rate(counted, n_new):
    """Last seen on day 0, before anything can have happened to anybody: in every count of those at risk then, and in no other."""
    days, *counts = counted
    with_new = [np.append(days, 0), *(np.append(each, new) for each, new in zip(counts, (0, 0, n_new), strict=True))]
    for day in range(1, 31):
        with_them = survival.incidence_at(survival.aalen_johansen(*with_new), day)[0]
        without = survival.incidence_at(survival.aalen_johansen(days, *counts), day)[0]
        assert with_them == pytest.approx(without, nan_ok=True)


# --- groups


def test_logrank_agrees_with_scipy():
    from scipy.stats import CensoredData, logrank

    rng = np.random.default_rng(3)
    durations, observed, group = rng.exponential(10, 200).round(1) + 0.1, rng.random(200) < 0.7, rng.integers(0, 2, 200)
    samples = [
        CensoredData(uncensored=durations[(group == g) & observed], right=durations[(group == g) & ~observed])
        for g in (0, 1)
    ]
    theirs = logrank(*samples)
    chi2, freedom, p = survival.logrank(durations, observed, group)
    assert (chi2, freedom, p) == pytest.approx((theirs.statistic**2, 1, theirs.pvalue))


@pytest.mark.parametrize("share", [0.5, 0.03, 0.001])
def test_rounding_is_no_difference_between_groups(share):
    """Thousands of days add up to a direction without variance but that of rounding, which differs from processor to processor."""
    from statsmodels.duration.survfunc import survdiff

    for seed in range(12):
        dice = np.random.default_rng(seed)
        durations, observed = dice.exponential(1_000, 4_000), dice.random(4_000) < 0.4
        group = (np.arange(4_000) < share * 4_000).astype(int)
        chi2, freedom, p = survival.logrank(durations, observed, group)
        assert (chi2, freedom, p) == pytest.approx(
            (*(wanted := survdiff(durations, observed, group))[:1], 1, *wanted[1:])
        )


@given(st.integers(2, 4), st.integers(0, 10_000))
def test_logrank_from_counts_is_that_of_statsmodels(n_groups, seed):
    from statsmodels.duration.survfunc import survdiff

    dice = np.random.default_rng(seed)
    days = dice.permutation(40)[:12]
    events, others = dice.integers(0, 4, (2, n_groups, 12))
    others[:, -1] += 3  # somebody of every group is at risk when somebody ends
    days[-1], events[0, 0] = 41, 1
    rows = [repeated(days, *each) for each in zip(events, others, strict=True)]
    durations, censored = (np.concatenate(each) for each in zip(*rows, strict=True))
    group = np.repeat(np.arange(n_groups), [len(each) for each, _ in rows])
    wanted = survdiff(durations, censored == 0, group)
    assert survival.logrank_of(days, events, others) == pytest.approx((wanted[0], n_groups - 1, wanted[1]), abs=1e-7)
    assert survival.logrank(durations, censored == 0, group) == pytest.approx(
        (wanted[0], n_groups - 1, wanted[1]), abs=1e-7
    )


def test_groups_that_can_not_be_compared_are_not():
    assert np.isnan(survival.logrank_of([1, 2], [[1, 1]], [[0, 0]])[2])  # one group
    assert np.isnan(survival.logrank_of([1, 2], [[1, 1], [0, 0]], [[0, 0], [0, 0]])[2])  # the other one is empty
    assert np.isnan(survival.logrank_of([1, 2, 3], [[0, 0, 4], [0, 0, 0]], [[0, 0, 0], [2, 3, 0]])[2])  # never together
    with_nobody = survival.logrank_of([1, 2, 3], [[1, 2, 0], [0, 1, 1], [0, 0, 0]], [[0, 0, 3], [1, 0, 2], [0, 0, 0]])
    assert with_nobody == pytest.approx(survival.logrank_of([1, 2, 3], [[1, 2, 0], [0, 1, 1]], [[0, 0, 3], [1, 0, 2]]))
    assert with_nobody[1] == 1


# --- worlds whose truth is known: a stage of some months, entered over two years, read today


MEDIAN_DAYS, SPREAD = 240, 0.9  # the days a stage takes: a lognormal law
EXIT_DAYS = 900  # mean days until an account leaves, whatever stage it is in
WORLD_DAYS = 730
QUANTILES = {
    share: np.ceil(MEDIAN_DAYS * np.exp(SPREAD * z)) for share, z in ((0.25, -0.674490), (0.5, 0), (0.75, 0.674490))
}


def worlds(n_worlds: int, n: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Days in the stage of n accounts that entered it in the last two years, and how that ended: completed, exited, inside."""
    dice = np.random.default_rng(11)
    for _ in range(n_worlds):
        takes = np.ceil(MEDIAN_DAYS * np.exp(SPREAD * dice.standard_normal(n))).astype(int)
        leaves = np.ceil(dice.exponential(EXIT_DAYS, n)).astype(int)
        seen = dice.integers(1, WORLD_DAYS + 1, n)
        days = np.minimum(np.minimum(takes, leaves), seen)
        yield days, np.where(days == takes, 0, np.where(days == leaves, 1, 2))


def completed_by(day: int) -> float:
    """The share that completes the stage by the day, leaving counted: the sum over the days until then."""
    from scipy.special import ndtr

    days = np.arange(1, day + 1)
    until, before = (ndtr(np.log(np.maximum(each, 1e-9) / MEDIAN_DAYS) / SPREAD) for each in (days, days - 1))
    return float(((until - before) * np.exp(-(days - 1) / EXIT_DAYS)).sum())  # it comes first where both fall on a day


def simulated(n_worlds: int, n: int) -> tuple[dict, dict, float]:
    """Means over the worlds of what we say; how often its interval holds the truth; and the mean of the naive medians."""
    said = {name: [] for name in (*QUANTILES, "day 90")}
    is_held, naive, by_90 = {name: [] for name in said}, [], completed_by(90)
    day = np.arange(WORLD_DAYS + 1)
    for days, end in worlds(n_worlds, n):
        table = np.zeros((3, WORLD_DAYS + 1))
        np.add.at(table, (end, days), 1)
        curve = survival.curve_of(day, table[0], table[1] + table[2])
        for share, wanted in QUANTILES.items():
            time, lo, hi = survival.quantile_interval(curve, share)
            said[share].append(time)
            is_held[share].append(lo <= wanted and not hi < wanted)  # a bound that is not reached is beyond all days
        rate, lo, hi = survival.incidence_at(survival.aalen_johansen(day, *table), 90)
        said["day 90"].append(rate)
        is_held["day 90"].append(lo <= by_90 <= hi)
        naive.append(np.median(days[end == 0]))
    return (
        {name: np.mean(each) for name, each in said.items()},
        {name: np.mean(each) for name, each in is_held.items()},
        np.mean(naive),
    )


@pytest.mark.parametrize(
    ("n_worlds", "n"),
    [
        (1_000, 200),
        pytest.param(20_000, 200, marks=pytest.mark.slow),
        pytest.param(4_000, 2_000, marks=pytest.mark.slow),
    ],
)
def test_what_is_said_is_true_where_the_median_of_the_finished_is_not(n_worlds, n):
    said, is_held, naive = simulated(n_worlds, n)
    assert 0.97 < said[0.5] / MEDIAN_DAYS < 1.03 and 0.97 < said[0.25] / QUANTILES[0.25] < 1.03
    assert naive < 0.8 * MEDIAN_DAYS  # who takes long has not finished yet
    assert 0.97 < said["day 90"] / completed_by(90) < 1.03
    assert all(0.93 < share < 0.97 for share in is_held.values()), is_held


# --- the time had until a day


def test_the_time_had_until_a_day_by_hand():
    """Of four, one ends on day 2 and one is last seen on day 4; of two left one ends on day 6. Until day 8: 2 + 4 x 3/4 + 2 x 3/8."""
    curve = survival.curve_of([2, 4, 6, 9], [1, 0, 1, 0], [0, 1, 0, 1])
    mean, error = survival.restricted_mean(curve, 8)
    assert mean == pytest.approx(2 + 4 * 3 / 4 + 2 * 3 / 8)
    assert error**2 == pytest.approx((4 * 3 / 4 + 2 * 3 / 8) ** 2 / (4 * 3) + (2 * 3 / 8) ** 2 / (2 * 1))
    assert survival.restricted_mean(curve, 2) == (2, 0) and survival.restricted_mean(curve, 0) == (0, 0)
    assert survival.restricted_mean(survival.curve_of([], [], []), 5) == (5, 0)  # nobody is seen to end


@given(days_of(1), st.integers(1, 31))
def test_where_all_are_seen_to_end_it_is_a_mean_and_its_error(counted, until):
    ends, _ = repeated(*counted)
    assume(len(ends) > 0)
    had = np.minimum(ends, until)
    curve = survival.kaplan_meier(ends, np.ones(len(ends), bool))
    wanted = (had.mean(), had.std() / np.sqrt(len(had)))
    assert survival.restricted_mean(curve, until) == pytest.approx(wanted)
    influence = survival.mean_influence(curve, until, ends, np.ones(len(ends), bool))
    assert influence == pytest.approx((had - had.mean()) / len(had), abs=1e-9)


@given(days_of(2), st.integers(1, 31), st.integers(0, 10_000))
def test_what_each_contributes_is_what_the_mean_moves_by(counted, until, seed):
    """The slope of the mean in each weight, by a small step; and weights of influence add up to nothing."""
    days, censored = repeated(*counted)
    assume(len(days) > 1 and (censored == 0).any())
    is_event, weight = censored == 0, np.random.default_rng(seed).uniform(0.5, 2, len(days))

    def mean(weights) -> float:
        return survival.restricted_mean(survival.curve_of(days, weights * is_event, weights * ~is_event), until)[0]

    curve = survival.curve_of(days, weight * is_event, weight * ~is_event)
    assume(curve.share[-1] > 1e-9)  # at a share of 0 a step has no slope
    influence = survival.mean_influence(curve, until, days, is_event)
    assert (influence * weight).sum() == pytest.approx(0, abs=1e-9)
    for at in range(min(len(days), 3)):
        step = np.where(np.arange(len(days)) == at, 1e-5, 0)
        assert (mean(weight + step) - mean(weight - step)) / 2e-5 == pytest.approx(influence[at], abs=1e-6)


def test_the_interval_of_a_weighted_mean_holds_where_the_large_stay_longer():
    dice, is_held = np.random.default_rng(8), []
    for _ in range(400):
        weight = dice.lognormal(0, 0.8, 300)
        ends = dice.exponential(20 * weight**0.5)
        seen = dice.uniform(5, 60, 300)
        days, is_event = np.minimum(ends, seen), ends <= seen
        curve = survival.curve_of(days, weight * is_event, weight * ~is_event)
        mean, _ = survival.restricted_mean(curve, 24)
        error = np.sqrt(((survival.mean_influence(curve, 24, days, is_event) * weight) ** 2).sum())
        many = np.exp(0.8 * dice.standard_normal(20_000))
        truth = (many * 20 * many**0.5 * -np.expm1(-24 / (20 * many**0.5))).sum() / many.sum()
        is_held.append(abs(mean - truth) < 1.96 * error)
    assert 0.92 < np.mean(is_held) < 0.975


# --- who is followed from a later age on


@given(days_of(2), st.integers(0, 10_000))
def test_who_came_late_is_at_risk_after_that_age_alone(counted, seed):
    """A second implementation, day by day over everybody; and statsmodels for the curve."""
    from statsmodels.duration.survfunc import SurvfuncRight

    days, censored = repeated(*counted)
    assume(len(days) > 0)
    entered = np.floor(np.random.default_rng(seed).uniform(0, days))
    entered[0] = 0
    is_event = censored == 0
    times = np.concatenate([days, entered])
    late = np.concatenate([0 * days, entered > 0])
    events, others = (np.concatenate([each, 0 * days]) for each in (is_event, ~is_event))
    share, mean, incidence = 1.0, 0.0, 0.0
    for day in range(31):
        mean += share if day < 30 else 0
        n, d = ((entered < day + 1) & (days >= day + 1)).sum(), (is_event & (days == day + 1)).sum()
        incidence += share * d / n if d else 0
        share *= 1 - d / n if d else 1
    curve = survival.curve_of(times, events, others, late)
    assert survival.survival_at(curve, 31) == pytest.approx(share)
    assert survival.restricted_mean(curve, 30)[0] == pytest.approx(mean)
    ours = survival.aalen_johansen(times, events, 0 * events, others, late)
    assert ours.rate[-1] == pytest.approx(incidence)
    if is_event.any():
        theirs = SurvfuncRight(days, is_event, entry=entered)
        at = np.searchsorted(theirs.surv_times, curve.times)
        assert curve.share == pytest.approx(theirs.surv_prob[at])
    influence = survival.mean_influence(curve, 30, days, is_event, entered)
    assert influence.sum() == pytest.approx(0, abs=1e-9)


def test_a_record_that_begins_late_tells_the_same_life_once_that_is_counted():
    """Lives of 1,000 days on average, of which only those are on record that were still there on some day of the fourth year."""
    dice = np.random.default_rng(5)
    ends, begins_at = np.ceil(dice.exponential(1_000, 40_000)), dice.integers(0, 1_500, 40_000)
    is_on_record = ends > begins_at  # the record begins at that age of theirs
    days, entered = ends[is_on_record], begins_at[is_on_record].astype(float)
    until = np.minimum(days, entered + 800)
    is_event = days == until
    naive = survival.curve_of(until, is_event, ~is_event)
    times, none = np.concatenate([until, entered]), 0 * entered
    told = survival.curve_of(times, np.append(is_event, none), np.append(~is_event, none), np.append(none, entered > 0))
    truth = 1_000 * -np.expm1(-1_200 / 1_000)
    assert survival.restricted_mean(told, 1_200)[0] == pytest.approx(truth, rel=0.02)
    assert survival.restricted_mean(naive, 1_200)[0] > 1.15 * truth


@given(st.integers(2, 3), st.integers(0, 10_000))
def test_logrank_of_who_came_late_is_that_of_statsmodels(n_groups, seed):
    from statsmodels.duration.survfunc import survdiff

    dice = np.random.default_rng(seed)
    days, is_event, group = dice.integers(2, 30, 120), dice.random(120) < 0.6, dice.integers(0, n_groups, 120)
    entered = np.where(dice.random(120) < 0.3, np.floor(dice.uniform(0, days)), 0)
    wanted = survdiff(days.astype(float), is_event, group, entry=entered)
    is_in = np.arange(n_groups)[:, None] == group
    none = np.zeros_like(is_in)
    ours = survival.logrank_of(
        np.concatenate([days, entered]),
        np.hstack([is_in & is_event, none]),
        np.hstack([is_in & ~is_event, none]),
        np.hstack([none, is_in & (entered > 0)]),
    )
    assert ours == pytest.approx((wanted[0], n_groups - 1, wanted[1]), abs=1e-7)
