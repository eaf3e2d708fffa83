"""Which features, used in the first days of a trial, go with its conversion, beyond chance and segment.

trial_features   a row per feature
COLUMNS          of the answer, whatever the options
"""

import duckdb
import numpy as np
import pandas as pd

from lib import stats, strata
from lib.book import Book
from lib.definitions import Definitions
from lib.facts.levers import TRIED, TRIED_EARLY, parameters
from lib.measures import Answer, left_out

CONVERTING, LEAVING, CHANCE, FEW = (
    "goes with converting",
    "goes with not converting",
    "not beyond chance",
    "too few to tell",
)
VERDICTS = (CONVERTING, LEAVING, CHANCE, FEW)
COLUMNS = [
    "feature", "feature_name", "early_goes_with",
    "n_trials_with", "n_converted_with", "converted_with_rate", "converted_with_rate_lo", "converted_with_rate_hi",
    "n_trials_without", "n_converted_without", "converted_without_rate", "converted_without_rate_lo", "converted_without_rate_hi",
    "early_difference", "early_difference_lo", "early_difference_hi", "early_odds", "early_odds_lo", "early_odds_hi", "q_value",
]  # fmt: skip
_TRIALS = f"""select
    tried._account, coalesce(tried.segment, '') as segment,
    coalesce(tried.bought_on - tried.began_on <= $convert_days, false) as is_converted,
    case
        when not tried.is_use_known then 'unknown'
        when tried.began_on + $convert_days > $as_of::date then 'undecided'
        when tried.bought_on < tried.early_until then 'sooner'
        when early.n is null then 'silent'
        else 'told'
    end as why
from {TRIED} as tried
join (select _account from book) as ours on ours._account = tried._account
left join (select _account, count(*) as n from {TRIED_EARLY} group by _account) as early on early._account = tried._account
order by tried._account"""
_EARLY = f"""select early._account, early.feature, coalesce(said.name, early.feature) as feature_name
from {TRIED_EARLY} as early
left join core.feature as said on said.feature = early.feature
join (select _account from book) as ours on ours._account = early._account
order by early.feature, early._account"""
_WHY = {
    "unknown": "use is not known since the trial began", "undecided": "still has days left to convert",
    "sooner": "bought before its first days were over", "silent": "used no feature in its first days: told by the list of trials",
}  # fmt: skip


def trial_features(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions) -> Answer:
    """A row per feature that trials used early, those that go with converting first.

    Trials whose days to convert (convert_days of health) are over by the day, and whose people used any feature early; early is
    read in whole weeks, and a trial that bought within them is left out, so that nothing early can be after the purchase.
    The difference and the odds are Mantel and Haenszel's over segments; q is Benjamini and Hochberg's over all that were tested.
    Features are told one by one: two that the same trials use share what they go with.
    """
    convert_days = definitions.health.convert_days
    trials = _ask(con, _TRIALS, book, definitions, convert_days=convert_days).df()
    told = trials[trials["why"] == "told"].reset_index(drop=True)
    early = _ask(con, _EARLY, book, definitions).df()
    early = early[early["_account"].isin(told["_account"])]
    table = _table(told, early, definitions)
    n_by = trials["why"].value_counts()
    left = left_out(*((said, int(n_by.get(name, 0))) for name, said in _WHY.items()))
    notes = _notes(told, table, definitions)
    return Answer(table[COLUMNS], left, notes, f"{_TRIALS};\n\n{_EARLY};")


def _ask(con, sql: str, book: Book, definitions: Definitions, **more):
    asked = parameters(sql, book.as_of, definitions)
    return con.execute(sql, asked | {name: value for name, value in more.items() if f"${name}" in sql})


def _table(told: pd.DataFrame, early: pd.DataFrame, definitions: Definitions) -> pd.DataFrame:
    words = definitions.levers
    features = sorted(early["feature"].unique())
    names = early.drop_duplicates("feature").set_index("feature")["feature_name"]
    segments, at = np.unique(told["segment"].to_numpy(str), return_inverse=True)
    row = pd.Series(range(len(told)), index=told["_account"])
    converted = told["is_converted"].to_numpy(bool)
    shape = (2, len(features), len(segments))
    having, every = np.zeros(shape), np.zeros((2, len(segments)))
    np.add.at(every[0], at, 1)
    np.add.at(every[1], at, converted)
    place = {feature: number for number, feature in enumerate(features)}
    of_row, of_feature = row.loc[early["_account"]].to_numpy(int), early["feature"].map(place).to_numpy(int)
    np.add.at(having[0], (of_feature, at[of_row]), 1)
    np.add.at(having[1], (of_feature, at[of_row]), converted[of_row])
    rest = every[:, None, :] - having
    pooled = strata.mantel_haenszel(having[1], having[0], rest[1], rest[0])
    n_with, k_with, n_without, k_without = (each.sum(axis=1) for each in (having[0], having[1], rest[0], rest[1]))
    k = converted.sum()
    enough = (np.minimum(n_with, n_without) >= words.least_trials) & (min(k, len(told) - k) >= words.least_converted)
    q = stats.benjamini_hochberg(np.where(enough, pooled.p, np.nan))
    is_sure = q <= definitions.hotspots.alpha
    verdict = np.select(
        [np.isnan(q), is_sure & (pooled.difference_lo > 0), is_sure & (pooled.difference_hi < 0)],
        [FEW, CONVERTING, LEAVING],
        CHANCE,
    )
    columns = {
        "feature": features,
        "feature_name": [names[each] for each in features],
        "early_goes_with": verdict.astype(object),
    }
    for side, n, hits in (("with", n_with, k_with), ("without", n_without, k_without)):
        lo, hi = stats.wilson(hits, n)
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = hits / n
        columns |= {f"n_trials_{side}": n.astype(int), f"n_converted_{side}": hits.astype(int), f"converted_{side}_rate": rate,
                    f"converted_{side}_rate_lo": lo, f"converted_{side}_rate_hi": hi}  # fmt: skip
    for end in ("", "_lo", "_hi"):
        columns |= {
            f"early_difference{end}": getattr(pooled, f"difference{end}"),
            f"early_odds{end}": getattr(pooled, f"odds_ratio{end}"),
        }
    table = pd.DataFrame(columns | {"q_value": q})
    order = {name: number for number, name in enumerate(VERDICTS)}
    return (
        table.assign(
            place=table["early_goes_with"].map(order),
            by=-np.where(np.isnan(q), np.minimum(n_with, n_without), pooled.difference),
        )
        .sort_values(["place", "by", "feature"], kind="stable")
        .reset_index(drop=True)
    )


def _notes(told: pd.DataFrame, table: pd.DataFrame, definitions: Definitions) -> tuple[str, ...]:
    words, n, k = definitions.levers, len(told), int(told["is_converted"].sum())
    if n < 2 * words.least_trials or min(k, n - k) < words.least_converted:
        return (
            f"Too few to tell: {n:,} trials can be told of, {k:,} of them converted. It takes {words.least_trials:,} that used a "
            f"feature and as many that did not, and {words.least_converted:,} that converted and as many that did not.",
        )
    sure = int(table["early_goes_with"].isin([CONVERTING, LEAVING]).sum())
    tested = int(table["q_value"].notna().sum())
    said = f"{sure:,} of {tested:,} features that could be tested" if sure else "Nothing stands out: no feature"
    share = f"{definitions.hotspots.alpha * 100:g} %"
    return (
        f"{said} {'go' if sure != 1 else 'goes'} with converting, or not, beyond chance; {k:,} of {n:,} trials converted.".replace(
            "no feature go ", "no feature goes "
        ),
        f"Of those said to go with it, {share} at most are expected to be chance.",
    )
