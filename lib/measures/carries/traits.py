"""Which features, settings and behaviours go with staying, beyond chance and beyond the mix of age, segment and size.

carries    a row per trait: retention with and without it, the adjusted difference, the verdict
COLUMNS    of the answer, whatever the options
VERDICTS   STAYING, LEAVING, CHANCE, FEW: what is said of a trait
"""

import duckdb
import numpy as np
import pandas as pd

from lib import stats, strata
from lib.book import Book
from lib.definitions import Definitions
from lib.facts.base import OUTCOMES, check_outcome
from lib.facts.carried import PLAN, parameters
from lib.measures import Answer, left_out
from lib.measures.carries.counted import Counts, count

STAYING, LEAVING, CHANCE, FEW = "goes with staying", "goes with leaving", "not beyond chance", "too few to tell"
VERDICTS = (STAYING, LEAVING, CHANCE, FEW)
IN_EVERY_PLAN, IN_NO_PLAN = "in every plan: could be worth more", "in no plan: could be worth more"
COLUMNS = [
    "trait_kind", "trait", "trait_name", "level", "goes_with",
    "n_with", "n_lost_with", "retained_with_rate", "retained_with_rate_lo", "retained_with_rate_hi",
    "n_without", "n_lost_without", "retained_without_rate", "retained_without_rate_lo", "retained_without_rate_hi",
    "adjusted_difference", "adjusted_difference_lo", "adjusted_difference_hi",
    "odds_ratio", "odds_ratio_lo", "odds_ratio_hi", "p_value", "q_value", "price_hint",
]  # fmt: skip
NO_DAYS = "The data does not say when accounts left, so nothing can be said to have come before."
_FEATURES = f"""with plan as (
    from {PLAN}
)
select
    feature, any_value(name) as trait_name, any_value(level) as level, any_value(feature.plan) as plan, any_value(place) as place,
    (select count(plan) from core.feature) > 0 as has_plans
from core.feature as feature
left join plan on plan.plan = feature.plan
group by feature"""
_KNOWN = """select is_known, (closes_on - opens_on) // 7 as n_weeks,
    (select count(distinct feature) from usage.usage_feature_week
     where week >= span.opens_on and week < span.closes_on and account in (select account from scope)) as n_features
from use_before($opens_on, $usage_weeks) as span"""


def carries(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, outcome: str | None = None
) -> Answer:
    """A row per trait that some accounts had before the period, those that go with staying first.

    Kept or lost is the outcome of the hot-spots, of accounts at risk when the period opens; what they had is read before it.
    Features, and the behaviours that are about how it is used, are told of accounts that used anything at all: one gone silent
    uses no feature, and would make each look as if it kept accounts. Silence is a behaviour of its own, "any use".

    adjusted_difference is Mantel and Haenszel's over strata of age, segment and size, its interval Klingenberg's (2014);
    q_value is Benjamini and Hochberg's over all that were tested, of whatever kind. A trait goes with staying, or leaving, where
    q is at most the alpha of the hot-spots and the interval leaves out 0. Nothing is said, and nothing tested, of one with fewer
    than least_accounts on either side, or of an answer with fewer than least_lost losses.
    Each is told by itself: two that the same accounts have share what they go with.
    """
    outcome = check_outcome(con, outcome)
    if not OUTCOMES[outcome].has_period:
        return Answer(pd.DataFrame(columns=COLUMNS), notes=(NO_DAYS,))
    counts, sql = count(con, book, definitions, outcome)
    features = con.execute(_FEATURES, parameters(_FEATURES, book, definitions)).df().set_index("feature")
    table = _table(counts, features, definitions)
    return Answer(table[COLUMNS], left_out(*counts.left_out), tuple(_notes(con, book, definitions, counts, table)), sql)


def _table(counts: Counts, features: pd.DataFrame, definitions: Definitions) -> pd.DataFrame:
    n_with, lost_with, n_without, lost_without = (
        each.sum(axis=1) for each in (counts.n_with, counts.n_lost_with, counts.n_without, counts.n_lost_without)
    )
    pooled = strata.mantel_haenszel(
        counts.n_with - counts.n_lost_with, counts.n_with, counts.n_without - counts.n_lost_without, counts.n_without
    )
    words = definitions.carries
    is_enough = (np.minimum(n_with, n_without) >= words.least_accounts) & (lost_with + lost_without >= words.least_lost)
    p = np.where(is_enough, pooled.p, np.nan)
    q = stats.benjamini_hochberg(p)
    is_sure = q <= definitions.hotspots.alpha
    verdict = np.select(
        [np.isnan(p), is_sure & (pooled.difference_lo > 0), is_sure & (pooled.difference_hi < 0)],
        [FEW, STAYING, LEAVING],
        CHANCE,
    )
    with_lo, with_hi = stats.wilson(n_with - lost_with, n_with)
    without_lo, without_hi = stats.wilson(n_without - lost_without, n_without)
    with np.errstate(divide="ignore", invalid="ignore"):
        kept_with, kept_without = 1 - lost_with / n_with, 1 - lost_without / n_without
    known = features.reindex(np.where(counts.kinds == "feature", counts.names, None))
    named = [name if pd.isna(said) else said for name, said in zip(counts.names, known["trait_name"], strict=True)]
    table = pd.DataFrame(
        {
            "trait_kind": counts.kinds, "trait": counts.names, "trait_name": named,
            "level": known["level"].to_numpy(object), "goes_with": verdict.astype(object),
            "n_with": n_with.astype(int), "n_lost_with": lost_with.astype(int),
            "retained_with_rate": kept_with, "retained_with_rate_lo": with_lo, "retained_with_rate_hi": with_hi,
            "n_without": n_without.astype(int), "n_lost_without": lost_without.astype(int),
            "retained_without_rate": kept_without, "retained_without_rate_lo": without_lo, "retained_without_rate_hi": without_hi,
            "adjusted_difference": pooled.difference,
            "adjusted_difference_lo": pooled.difference_lo, "adjusted_difference_hi": pooled.difference_hi,
            "odds_ratio": pooled.odds_ratio, "odds_ratio_lo": pooled.odds_ratio_lo, "odds_ratio_hi": pooled.odds_ratio_hi,
            "p_value": p, "q_value": q,
            "price_hint": [_hint(*each) for each in zip(verdict, known["plan"], known["place"], known["has_plans"], strict=True)],
        }
    )  # fmt: skip
    place = {name: number for number, name in enumerate(VERDICTS)}
    return (
        table.assign(
            place=table["goes_with"].map(place),
            by=-np.where(
                np.isnan(p), np.minimum(n_with, n_without), pooled.difference
            ),  # of too few, the largest first
        )
        .sort_values(["place", "by", "trait_kind", "trait"], kind="stable")
        .reset_index(drop=True)
    )


def _hint(verdict: str, plan: object, place: object, has_plans: object) -> str | None:
    """What the plans say of a feature that goes with staying. Plans count where the feature file has any."""
    if verdict != STAYING or has_plans is not True:
        return None
    if pd.isna(plan):
        return IN_NO_PLAN
    return IN_EVERY_PLAN if place == 1 else None


def _notes(con, book: Book, definitions: Definitions, counts: Counts, table: pd.DataFrame):
    words = definitions.carries
    is_known, n_weeks, n_features = con.execute(_KNOWN, parameters(_KNOWN, book, definitions)).fetchall()[0]
    wanted = max(definitions.usage_pattern.weeks, 4)
    if counts.n < 2 * words.least_accounts:
        yield (
            f"Too few to tell: {counts.n:,} accounts can be told of, and it takes {words.least_accounts:,} that have a trait "
            f"and {words.least_accounts:,} that do not."
        )
    if counts.n_lost < words.least_lost:
        yield f"Too few to tell: {counts.n_lost:,} accounts were lost, and it takes {words.least_lost:,}."
    if not is_known:
        yield "Use is not known in the four full weeks before the period, so no feature and no use is looked at."
    elif n_weeks < wanted:
        yield f"Use is known for {n_weeks} of the {wanted} full weeks before the period."
    if is_known and n_features <= words.few_event_types:
        tracked = "1 feature is" if n_features == 1 else f"{n_features:,} features are"
        yield f"A caution: {tracked} tracked, and what is not tracked cannot be seen; more than {words.few_event_types} say more."
    tested = table["p_value"].notna().sum()
    yield (
        f"{tested:,} of {len(table):,} traits have accounts enough to be tested; of those said to go with staying or leaving, "
        f"{definitions.hotspots.alpha:.0%} at most are expected to be chance.".replace("%", " %")
    )
