"""lib.odds against a second implementation, and against worlds whose odds are known."""

import numpy as np
import pytest
from scipy import optimize

from lib import odds


def some(n=600, seed=3):
    dice = np.random.default_rng(seed)
    columns = np.column_stack([dice.normal(size=n), dice.random(n) < 0.3, np.full(n, 4.0), dice.normal(5, 2, n)])
    columns[dice.random(n) < 0.2, 3] = np.nan
    chance = 1 / (1 + np.exp(-(1 + columns[:, 0] - 2 * columns[:, 1])))
    return columns, (dice.random(n) < chance).astype(float)


def test_the_odds_are_those_that_an_optimiser_finds_on_the_same_posterior():
    columns, outcome = some()
    found = odds.fit(columns, outcome, prior=0.7)
    design = found.design(columns)

    def unlikely(beta):
        log_odds = design @ beta
        return (
            np.logaddexp(0, log_odds).sum() - outcome @ log_odds + (beta[1:] ** 2).sum() / 2 / 0.49 + beta[0] ** 2 / 200
        )

    other = optimize.minimize(unlikely, np.zeros(5), method="BFGS", options={"gtol": 1e-8})
    assert found.coefficients == pytest.approx(other.x, abs=1e-4)
    step, spread = 1e-4, np.empty((5, 5))
    for i in range(5):  # the curve at the top, by differences
        for j in range(5):
            a, b = np.eye(5)[i] * step, np.eye(5)[j] * step
            x = found.coefficients
            spread[i, j] = (unlikely(x + a + b) - unlikely(x + a) - unlikely(x + b) + unlikely(x)) / step**2
    assert np.linalg.inv(spread) == pytest.approx(found.covariance, abs=2e-3)


def test_a_column_that_never_differs_has_no_say_and_a_gap_counts_as_average():
    columns, outcome = some()
    found = odds.fit(columns, outcome)
    assert found.coefficients[3] == pytest.approx(0, abs=1e-9)
    row = np.nanmean(columns, axis=0)
    with_gap = row.copy()
    with_gap[3] = np.nan
    assert found.log_odds(with_gap[None]) == pytest.approx(found.log_odds(row[None]))


def test_odds_that_are_nearly_certain_are_found_too():
    """Newton's full steps run away from here."""
    flag = np.r_[np.ones(300), np.zeros(7_000)]
    outcome = np.r_[np.arange(300) < 60, np.arange(7_000) < 6_600].astype(float)
    found = odds.fit(flag[:, None], outcome)
    chance = 1 / (1 + np.exp(-found.log_odds(np.array([[1.0], [0.0]]))))
    assert chance == pytest.approx([0.2, 6_600 / 7_000], abs=0.02)


def test_shuffled_outcomes_give_the_base_rate():
    columns, outcome = some(n=20_000)
    found = odds.fit(columns, np.random.default_rng(1).permutation(outcome))
    chance = 1 / (1 + np.exp(-found.log_odds(columns)))
    assert np.abs(chance - outcome.mean()).max() < 0.15 and chance.std() < 0.02


@pytest.mark.parametrize("true", [0.0, 0.4])
def test_what_befalls_whole_groups_is_told_from_chance(true):
    dice, found = np.random.default_rng(5), []
    for _ in range(60):
        group = np.repeat(np.arange(16), 400)
        log_odds = 2 + true * dice.standard_normal(16)[group]
        outcome = (dice.random(len(group)) < 1 / (1 + np.exp(-log_odds))).astype(float)
        found.append(odds.shock(outcome, np.full(len(group), outcome.mean()), group, 0.0) * np.sqrt(19 / 15))
    assert np.sqrt(np.mean(np.square(found))) == pytest.approx(true, abs=0.1)


def test_with_one_quarter_only_what_is_usual_is_said_of_it():
    assert odds.shock(np.ones(5), np.full(5, 0.8), np.zeros(5, int), 0.15) == 0.15
