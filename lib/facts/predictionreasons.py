"""Why an account's predicted chance is above or below the usual one, in the reader's units.

lay   the temp table health_reason, of the accounts and readings in the temp table health_asked

health_reason   per account, reading and outcome: place (1 moves it most), trait, reason (in words, with its points), points

A trait's points are what the chance would lose, were the trait as that of the average account the model learnt from and all
else the same. They do not add up to the chance, and what goes with a loss need not cause it.
"""

from datetime import date

import duckdb
import numpy as np
import pandas as pd

from lib import odds
from lib.definitions import Definitions
from lib.facts import predictiontraits as traits
from lib.facts.predictionlearn import STAGE, Reader, reader
from lib.facts.predictiontraits import IS, OUTCOMES
from lib.facts.predictionwords import said, signed, trait_of

MOST, LEAST_POINTS = 4, 0.1
_RISK = """
select risk.* from health_risk as risk
join health_asked as asked on asked._account = risk._account and asked.reading = risk.reading
"""
_MODEL = "select * from health_model where outcome = $outcome and taught_to = $taught_to order by place"
_MADE = """
create or replace temp table health_reason as
select
    _account::uinteger as _account, reading::usmallint as reading, outcome::varchar as outcome, place::integer as place,
    trait::varchar as trait, reason::varchar as reason, points::double as points
from reason_made
"""
_COLUMNS = ["_account", "reading", "outcome", "place", "trait", "reason", "points"]


def lay(con: duckdb.DuckDBPyConnection, as_of: date, definitions: Definitions) -> None:
    """After prediction.lay and health_asked (few rows: those of a page). Readings of which nothing is predicted have no reasons."""
    risk = con.execute(_RISK).df()
    found: list[dict] = []
    if len(risk):
        read = reader(con, as_of, definitions)
        rows = read.asked(sorted(set(risk["reading"].tolist())))
        rows = rows.merge(risk[["_account", "reading", "taught_to", *OUTCOMES]], on=["_account", "reading"])
        for outcome in OUTCOMES:
            for taught_to, of_day in rows[rows[outcome].notna()].groupby("taught_to"):
                model = con.execute(_MODEL, {"outcome": outcome, "taught_to": taught_to}).df()
                found += _reasons(of_day, outcome, model, read)
    con.register("reason_made", pd.DataFrame(found, columns=_COLUMNS).astype({"points": float}))
    con.execute(_MADE)
    con.unregister("reason_made")


def _reasons(rows: pd.DataFrame, outcome: str, model: pd.DataFrame, read: Reader) -> list[dict]:
    known = _named(rows, read)
    of_numbers = traits.numbers(rows, outcome)
    parts: dict[str, np.ndarray] = {}
    log_odds = np.full(len(rows), model["coefficient"].iat[0])
    for each in model.iloc[1:].itertuples():
        name, is_level, value = each.trait.partition(IS)
        column = np.array([row[name] == value for row in known], float) if is_level else of_numbers[name]
        scale = each.scale if each.scale == each.scale else np.inf
        part = np.nan_to_num((column - each.centre) / scale) * each.coefficient
        trait = trait_of(each.trait)
        parts[trait] = parts.get(trait, 0.0) + part
        log_odds = log_odds + part
    points = {trait: odds.points(log_odds, part) for trait, part in parts.items()}
    found = []
    for at, row in enumerate(known):
        most = sorted(points, key=lambda trait: -abs(points[trait][at]))[:MOST]
        kept = [trait for trait in most if abs(points[trait][at]) >= LEAST_POINTS]
        for place, trait in enumerate(kept, 1):
            of_trait = float(points[trait][at])
            reason = f"{said(trait, row)}: {signed(of_trait)}"
            found.append(
                dict(
                    zip(
                        _COLUMNS,
                        (row["_account"], row["reading"], outcome, place, trait, reason, of_trait),
                        strict=True,
                    )
                )
            )
    return found


def _named(rows: pd.DataFrame, read: Reader) -> list[dict]:
    """The rows with the values of dimensions by their names."""
    known = rows.to_dict("records")
    for row in known:
        for column, each in read.dimensions.items():
            code = row[column]
            row[each.name if column != STAGE else "stage"] = read.values[column][code - 1] if code else None
    return known
