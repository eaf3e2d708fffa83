"""The search for hot-spots: the worst cell is found and told to the model, the rest judged anew, until chance suffices.

scan          Base -> Scan: every find with its adjusted strength, and what was tested
Find, Scan    the result

A cell is worth reporting when it loses more than strata and the finds so far lead to expect, beyond what chance does
somewhere among all cells tested. One rule so deals with parents, children, partial overlap and correlated dimensions.
The first find is wrong in at most `alpha` of bases without a pattern (Bonferroni, an equal share of alpha to each
depth, so that a longer name must earn its length); for later finds that holds in simulation (test_hotspot_worlds).
"""

from dataclasses import dataclass, replace

import numpy as np

from lib.facts.base import Base
from lib.measures.hotspots.cube import Cell, plan
from lib.measures.hotspots.groups import Groups, Weighing, split
from lib.measures.hotspots.model import Expectation, expect, expected_rates
from lib.measures.hotspots.search import Search, prepare, strata, weights_of

SAME_ACCOUNTS = 0.95  # Jaccard similarity from which two cells are one by two names
UNTOLD = 0.02  # least share of a cell's information the model must leave unexplained; below, it has been told already
MOST_FINDS = 40
MOST_GROUPS = (
    4096  # finds that overlap in every way cut the base ever finer; past this the table of groups outgrows memory
)


@dataclass(frozen=True)
class Find:
    """A cell worse than chance and the other finds explain. Amounts are accounts, or ARR where that was searched.

    observed, expected  amount lost; amount due from strata and the *other* finds
    log_p, p_adjusted   one-sided, given the others; p_adjusted is corrected for all cells tested
    adjusted_odds       odds ratio of the cell in the fit of all finds and strata
    adjusted_lift       observed / expected
    effective_n         accounts of equal weight that would be as informative: n, or (sum m)^2 / sum m^2
    is_listed           its crude rate is above the rest's by the minimum lift; the others are in the model only
    """

    cell: Cell
    n: int
    n_lost: int
    observed: float
    expected: float
    log_p: float
    p_adjusted: float
    adjusted_odds: float
    adjusted_lift: float
    effective_n: float
    aliases: tuple[Cell, ...]
    is_listed: bool


@dataclass(frozen=True)
class Scan:
    """What was searched and what was found. tested_by_depth[k - 1] cells of k dimensions were tested."""

    finds: tuple[Find, ...]
    n_cells: int
    tested_by_depth: tuple[int, ...]
    min_n: int
    alpha: float
    min_lift: float
    weight: str

    @property
    def n_tested(self) -> int:
        return sum(self.tested_by_depth)


@dataclass(frozen=True)
class _Told:
    """A find while the search goes on: its place among the tested cells, and those of its aliases."""

    at: int
    aliases: list[int]


def scan(
    base: Base,
    *,
    depth: int = 3,
    min_n: int | None = None,
    alpha: float = 0.05,
    min_lift: float = 1.1,
    weight: str = "accounts",
) -> Scan:
    """The hot-spots of a base among all combinations of up to `depth` (1 to 4) dimension values.

    min_n     accounts a cell, and the rest, must hold (default_min_n)
    alpha     chance of naming anything on a base without a pattern
    min_lift  least lift worth naming, on top of what the other finds explain
    weight    "accounts" counts each lost account once; "arr" by its ARR, which needs three to ten times the accounts
    """
    min_n = default_min_n(len(base)) if min_n is None else min_n
    nothing = Scan((), 0, (0,) * min(depth, len(base.dimensions)), min_n, alpha, min_lift, weight)
    unit, weights = weights_of(base, weight)
    if not base.dimensions or base.lost.all() or not base.lost.any() or unit == 0:
        return nothing

    weighing = Weighing(plan(tuple(len(d.levels) for d in base.dimensions), depth), base.codes, base.lost, weights)
    search, groups = prepare(weighing, *strata(base), min_n, alpha, min_lift)
    result = replace(nothing, n_cells=search.n_cells, tested_by_depth=search.tested_by_depth)
    if not len(search.price):
        return result
    groups, told, expectations = _backward(search, *_forward(search, groups))
    _, log_odds = expected_rates(groups)
    return replace(
        result,
        finds=tuple(
            _find(search, groups, *find, unit)
            for find in zip(told, expectations, np.exp(log_odds).tolist(), strict=True)
        ),
    )


def default_min_n(n: int) -> int:
    """A thousandth of the base, but at least 100 accounts; 30 to 100 for bases below 10,000."""
    return max(30, min(100, n // 100), n // 1000)


def _forward(search: Search, groups: Groups) -> tuple[Groups, list[_Told]]:
    """Tell one find after the other until none is left."""
    told: list[_Told] = []
    while len(told) < MOST_FINDS and len(groups.stratum) <= MOST_GROUPS:
        score = _scores(search, groups)
        best = int(np.argmax(score))
        if score[best] <= 0:
            break
        trial = split(groups, search.weighing, search.tested, search.cell(best))
        same = _same_accounts(search, trial)
        name = _shortest(search, score, [*same[score[same] > 0], best])
        if name != best:
            trial = split(groups, search.weighing, search.tested, search.cell(name))
            same = np.append(_same_accounts(search, trial), best)
        groups = trial
        told.append(_Told(name, _other_names(search, name, best, same)))
    return groups, told


def _scores(search: Search, groups: Groups) -> np.ndarray:
    """(T,): log alpha - log p_adjusted where it may be above 0, for a find; -inf where it is not or little is left to tell."""
    rates, _ = expected_rates(groups)
    expectation = expect(groups, rates)
    least_excess = np.log(search.min_lift) * expectation.information
    tellable = np.flatnonzero(
        (expectation.unexplained_share >= UNTOLD)
        & (search.observed - expectation.expected >= least_excess)
        & search.may_surprise(expectation)
    )
    score = np.full(len(search.price), -np.inf)
    score[tellable] = search.only(tellable).surplus(expectation.only(tellable))
    return score


def _same_accounts(search: Search, groups: Groups) -> np.ndarray:
    """The tested cells that hold nearly the same accounts as the find told last."""
    last = groups.inside[:, -1]
    n, n_last = search.sums[0], groups.total[0, last].sum()
    both = groups.cells[0, last].sum(axis=0)
    return np.flatnonzero(both >= SAME_ACCOUNTS * (n + n_last - both))


def _shortest(search: Search, score: np.ndarray, names: list[int]) -> int:
    """Of several names for the same accounts the one with fewest dimensions, then the best score, then the first."""
    return min(names, key=lambda at: (len(search.cell(at)), -score[at], at))


def _other_names(search: Search, name: int, best: int, same: np.ndarray) -> list[int]:
    """The aliases worth showing: not those that only lengthen another, unless it was the one that led here."""
    told, others = [set(search.cell(name))], []
    for at in sorted(set(same.tolist()) - {name}, key=lambda at: (len(search.cell(at)), at)):
        cell = set(search.cell(at))
        if at == best or not any(shorter <= cell for shorter in told):
            others.append(at)
            told.append(cell)
    return others


def _backward(search: Search, groups: Groups, told: list[_Told]) -> tuple[Groups, list[_Told], list[Expectation]]:
    """Take back the finds that those told later explain, the weakest first; and what to expect of each that stays."""
    while told:
        expectations = [_given_others(groups, k, find.at) for k, find in enumerate(told)]
        surplus = [
            search.only([find.at]).surplus(expectation)[0] for find, expectation in zip(told, expectations, strict=True)
        ]
        weakest = int(np.argmin(surplus))
        if surplus[weakest] > 0:
            return groups, told, expectations
        groups, told = groups.without(weakest), told[:weakest] + told[weakest + 1 :]
    return groups, [], []


def _given_others(groups: Groups, find: int, at: int) -> Expectation:
    """What strata and the other finds lead to expect of one find."""
    others = groups.without(find).only([at])
    rates, _ = expected_rates(others)
    return expect(others, rates)


def _find(search: Search, groups: Groups, told: _Told, expectation: Expectation, odds: float, unit: float) -> Find:
    """A find with all that is said of it; `unit` brings weights back to ARR."""
    at = told.at
    observed, sums, expected = search.observed[at], search.sums[:, at], float(expectation.expected[0])
    m, m2 = sums[min(1, len(sums) - 1)], sums[min(2, len(sums) - 1)]
    rest_rate = (groups.lost.sum() - observed) / (groups.of_power(1)[0].sum() - m)
    log_p = float(search.only([at]).log_tail(expectation)[0])
    return Find(
        cell=search.cell(at),
        n=int(sums[0]),
        n_lost=int(search.n_lost[at]),
        observed=float(observed * unit),
        expected=expected * unit,
        log_p=log_p,
        p_adjusted=float(np.exp(min(0.0, log_p + search.price[at]))),
        adjusted_odds=odds,
        adjusted_lift=float(observed / expected),
        effective_n=float(m * m / m2),
        aliases=tuple(search.cell(other) for other in told.aliases),
        is_listed=bool(observed / m >= search.min_lift * rest_rate),
    )
