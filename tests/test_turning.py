"""When a series fell, and when it reaches a level: against scipy, by hand, and how often chance is called a fall."""

import numpy as np
import pytest
from scipy import stats as sp

from lib.turning import LEAST_WEEKS, along_drift, along_line, falls


def test_the_split_is_the_one_of_the_largest_t_as_scipy_has_it():
    y = np.random.default_rng(3).normal(10, 2, (40, 26))
    y[:20, 17:] -= 4
    found = falls(y)
    for row, at in zip(y, found.at, strict=True):
        splits = range(LEAST_WEEKS, 26 - LEAST_WEEKS + 1)
        each = {k: sp.ttest_ind(row[:k], row[k:], alternative="greater") for k in splits}
        assert at == max(each, key=lambda k: each[k].statistic)
    assert found.alike < 0.1
    best = sp.ttest_ind(y[0][: found.at[0]], y[0][found.at[0] :], alternative="greater")
    r = found.alike
    honest = best.statistic * np.sqrt((1 - r) / (1 + r))
    assert found.p[0] == pytest.approx(min(1, 21 * sp.t.sf(honest, 24)), rel=1e-9)
    assert found.before[0] == pytest.approx(y[0][: found.at[0]].mean())


def test_a_fall_is_found_in_its_week_and_a_rise_is_none():
    fell = np.r_[np.tile([5, 6], 9), [2, 1, 2, 2, 1, 2, 2, 2]]
    found = falls(np.array([fell, fell[::-1], [4] * 26]))
    assert found.at[0] == 18 and found.p[0] < 1e-6
    assert found.p[1] == 1 and found.p[2] == 1


@pytest.mark.parametrize("alike", [0.0, 0.4])
def test_of_series_where_nothing_fell_no_more_than_one_in_twenty_is_said_to_have(alike):
    """Weeks that are like the week before look like falls; that is what the correlation is there for."""
    dice = np.random.default_rng(8)
    noise = dice.normal(0, 1, (4_000, 60))
    for week in range(1, 60):
        noise[:, week] += alike * noise[:, week - 1]
    found = falls(10 + noise[:, -26:])
    assert abs(found.alike - alike) < 0.12
    assert (found.p < 0.05).mean() < 0.05


def test_few_people_by_chance_are_no_fall():
    assert (falls(np.random.default_rng(4).binomial(3, 0.9, (4_000, 26))).p < 0.01).mean() < 0.015


def test_without_series_or_weeks_there_is_nothing():
    assert len(falls(np.empty((0, 26))).p) == 0
    assert np.isnan(falls(np.ones((2, 5))).p).all()


def test_a_line_without_noise_reaches_its_level_on_one_day_and_a_falling_one_never_does():
    reach = along_line([30.0, 30.0, 0.0], [10.0, -1.0, 5.0], [0.0, 0.0, 3.0], 13, 4)
    assert reach.weeks.tolist() == [3, np.inf, 0]
    assert reach.lo[0] == pytest.approx(3) and reach.hi[0] == pytest.approx(3)
    assert reach.hi[1] == np.inf and reach.hi[2] == 0


def test_the_interval_of_a_line_holds_the_day_it_is_to_hold():
    """Lines with noise whose mean of the last four weeks, had there been none, reaches the level after 8 weeks."""
    dice, weeks = np.random.default_rng(5), np.arange(-6, 7)
    y = 50 + 4.0 * weeks + dice.normal(0, 5, (8_000, 13))
    slope, level = (y * weeks).sum(axis=1) / 182, y[:, -4:].mean(axis=1)
    spread = np.sqrt(((y - y.mean(axis=1)[:, None] - slope[:, None] * weeks) ** 2).sum(axis=1) / 11)
    target = 50 + 4.0 * (4.5 + 8)
    reach = along_line(target - level, slope, spread, 13, 4)
    assert 0.93 <= ((reach.lo <= 8) & (reach.hi >= 8)).mean() <= 0.97


def test_the_interval_of_a_walk_holds_where_it_will_be():
    """A walk of 13 weeks tells the gain; whether it has gained so much after 10 more weeks is inside the bounds 95 times in 100."""
    dice = np.random.default_rng(6)
    past, ahead = dice.normal(2, 1.5, (8_000, 13)), dice.normal(2, 1.5, (8_000, 10)).sum(axis=1)
    reach = along_drift(ahead, past.mean(axis=1), past.std(axis=1, ddof=1), 13)
    held = (reach.lo <= 10 + 1e-9) & (reach.hi >= 10 - 1e-9)
    assert 0.93 <= held.mean() <= 0.97
    assert (reach.lo <= reach.weeks).all() and (reach.weeks <= reach.hi).all()
