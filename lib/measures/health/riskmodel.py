"""What goes with a loss, or with the conversion of a trial: the traits of the predicted risk.

risk_model   a row per outcome and trait, as learnt on the book's day
COLUMNS      of the answer, whatever the options
"""

import duckdb
import numpy as np
import pandas as pd
from scipy.special import ndtr

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import health, prediction
from lib.facts.predictiontraits import IS, OUTCOMES
from lib.facts.predictionwords import STEPS
from lib.measures import Answer
from lib.stats import benjamini_hochberg
from lib.store.dimensions import read_catalogue
from lib.store.tables import quote

COLUMNS = [
    "risk_outcome", "risk_trait", "risk_step", "risk_odds", "risk_odds_lo", "risk_odds_hi", "q_value", "n_taught_rows", "n_taught",
    "n_taught_happened", "taught_rate", "taught_to",
]  # fmt: skip
ALL_OF_THEM = "Of all accounts of the store, whatever the filters: the risk is the same for every reader."
GOES_WITH = "A trait goes with what came, all other traits the same; it need not cause it."
_Z = 1.959964
_SQL = """
select *
from health_model
where taught_to = $as_of and ($outcome = '' or outcome = $outcome)
order by outcome, place
"""
_STAGES = """
select distinct 'stage', stage
from health_reading
join (select _account from scope) as scope using (_account)
where stage is not null
"""


def risk_model(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, outcome: str = "") -> Answer:
    """The odds ratio of each trait per step a reader can picture, with its 95 % interval.

    outcome   risk_90, risk_180 or convert_rate; without it all of them

    The coefficients are held near zero (ridge), so that intervals are of what was learnt rather than of a bare comparison; an
    account seen at several readings counts once in them. q over all traits of an outcome (Benjamini and Hochberg).
    """
    if outcome and outcome not in OUTCOMES:
        raise Refused(f"There is no outcome {outcome!r}; choose from {', '.join(OUTCOMES)}.")
    health.lay(con, book.as_of, definitions)
    prediction.lay(con, book.as_of, definitions)
    model = con.execute(_SQL, {"as_of": book.as_of, "outcome": outcome or ""}).df()
    model = model[(model["trait"] != "") & model["scale"].notna()]
    model = model[_is_told(con, model["trait"])].reset_index(drop=True)
    named = [_named(trait) for trait in model["trait"]]
    step = np.array([each[2] for each in named], float) / model["scale"].to_numpy(float)
    log_odds, error = model["coefficient"].to_numpy(float) * step, np.abs(model["error"].to_numpy(float) * step)
    table = pd.DataFrame(
        {
            "risk_outcome": model["outcome"].astype(object), "risk_trait": pd.Series([each[0] for each in named], dtype=object),
            "risk_step": pd.Series([each[1] for each in named], dtype=object), "risk_odds": np.exp(log_odds),
            "risk_odds_lo": np.exp(log_odds - _Z * error), "risk_odds_hi": np.exp(log_odds + _Z * error),
            "q_value": _q(model["outcome"], log_odds, error), "n_taught_rows": model["n_rows"].astype(int),
            "n_taught": model["n_accounts"].astype(int), "n_taught_happened": model["n_happened"].astype(int),
            "taught_rate": model["base_rate"].astype(float), "taught_to": model["taught_to"],
        }
    )  # fmt: skip
    order = np.lexsort([-np.abs(log_odds), table["risk_outcome"].map(list(OUTCOMES).index).to_numpy(int)])
    said = (GOES_WITH, ALL_OF_THEM) if len(table) else ()
    return Answer(
        table.iloc[order][COLUMNS].reset_index(drop=True), notes=(*prediction.notes(con, definitions), *said), sql=_SQL
    )


def _is_told(con: duckdb.DuckDBPyConnection, traits: pd.Series) -> np.ndarray:
    """Whether a trait may be named: a value of a dimension only where an account the viewer may see has it."""
    names = {trait.partition(IS)[0] for trait in traits if IS in trait}
    seen = set(con.execute(_STAGES).fetchall()) if "stage" in names else set()
    for each in read_catalogue(con):
        if each.name in names:
            sql = f"select distinct $name, {quote(each.column)}::varchar from scope where {quote(each.column)} is not null"
            seen |= set(con.execute(sql, {"name": each.name}).fetchall())
    return np.array([IS not in trait or tuple(trait.split(IS, 1)) in seen for trait in traits], bool)


def _named(trait: str) -> tuple[str, str, float]:
    """What it is called, its step in words, and in the unit of the column."""
    name, is_level, value = trait.partition(IS)
    if is_level:
        return f"{name.replace('_', ' ').capitalize()}: {value}", "against all others", 1.0
    return STEPS[name]


def _q(outcome: pd.Series, log_odds: np.ndarray, error: np.ndarray) -> np.ndarray:
    p = 2 * ndtr(-np.abs(np.divide(log_odds, error, out=np.zeros(len(error)), where=error > 0)))
    q = np.full(len(p), np.nan)
    for each in outcome.unique():
        here = (outcome == each).to_numpy()
        q[here] = benjamini_hochberg(p[here])
    return q
