"""Companies whose renewals are known: of the sample, and of odds given by hand.

sampled    the sample company with all that odds are learnt from
coverage   forecasts made a year before the end against what came: a row per quarter and value of a dimension
by_odds    frames of accounts that renew every year by odds that their kind has
"""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as parquet

from lib.book import year_to
from lib.facts import open_store
from lib.facts.ask import ask
from lib.measures.forecast.past import read
from lib.store import folder, sample
from lib.store.folder import Batch
from lib.store.opening import Snapshot
from lib.store.publish import publish
from tests.funnelworlds import answer
from tests.worldlets import NOW, WORDS, account_frame, contract_frame

MADE_ON, LAST = date(2025, 9, 30), date(2026, 10, 31)  # the sample's last four quarters whose renewals are all decided
_TABLES = ("account", "account_history", "contract", "person", "event", "survey", "ticket", "touch")


def sampled(store: Path, accounts: int, seed: int, *, events_per_account: float = 40) -> Snapshot:
    parts: dict[str, list[pa.Table]] = {}
    for name, rows in sample.tables(accounts, seed, events_per_account=events_per_account):
        if name in _TABLES:
            parts.setdefault(name, []).append(rows)
    with folder.staging(store) as staged:
        for name, tables in parts.items():
            parquet.write_table(pa.concat_tables(tables), staged / f"{name}.parquet")
        publish(store, staged, Batch("", "sample", "", tuple(parts), "anna", NOW.isoformat()), now=NOW)
    return open_store(store)


def coverage(world: Snapshot, dimensions: Sequence[str]) -> pd.DataFrame:
    """due_from, level, by, n_due, the ranges that were forecast on MADE_ON, and n_renewed, arr_renewed as known on LAST."""
    found = []
    for by in dimensions:
        made = answer(world, "renewal_forecast", year_to(MADE_ON), by=by).table
        with ask(world, year_to(LAST), WORDS) as con:
            rows = read(con, year_to(LAST), WORDS, by).ahead_of(MADE_ON)
        assert not rows["is_undecided"][rows["renews_on"] < pd.Timestamp(2026, 10, 1)].any()
        due_from = rows["renews_on"].dt.to_period("Q").dt.start_time.dt.date
        came = rows.groupby([due_from.rename("due_from"), "level"], dropna=False).agg(
            n_came=("is_renewed", "size"), n_renewed=("is_renewed", "sum"), arr_renewed=("arr_renewed", "sum")
        )
        found.append(made.merge(came.reset_index(), on=["due_from", "level"]).assign(by=by))
    table = pd.concat(found, ignore_index=True)
    assert (table["n_due"] == table["n_came"]).all()
    for name, came in (("arr", "arr_renewed"), ("accounts", "n_renewed")):
        table[f"is_{name}_inside"] = table[came].between(table[f"{name}_lo"], table[f"{name}_hi"])
        table[f"is_{name}_half"] = table[came].between(table[f"{name}_lo50"], table[f"{name}_hi50"])
    return table


def by_odds(chances: Sequence[float], *, seed: int = 1, n: int = 900, years: int = 5) -> dict[str, pd.DataFrame]:
    """n accounts that begin over the year 2021 and renew each year for as much as they had; `kind` says which of the chances.

    Of Ann or Bob; terms that begin after LAST are not in the data.
    """
    dice = np.random.default_rng(seed)
    kinds = [f"k{each}" for each in dice.integers(0, len(chances), n)]
    rows = []
    for number, kind in enumerate(kinds):
        first, arr = date(2021, 1, 1) + timedelta(int(dice.integers(365))), round(float(dice.lognormal(9, 1)), 2)
        for year in range(years + 1):
            begins, ends = (first.replace(year=first.year + each) for each in (year, year + 1))
            if begins > LAST:
                break
            rows.append(
                {"account": f"a{number:04d}", "product": "Suite", "starts_on": begins, "ends_on": ends, "arr": arr}
            )
            if dice.random() > chances[int(kind[1:])]:
                break
    csm = [("Ann", "Bob")[number % 2] for number in range(n)]
    accounts = account_frame([f"a{number:04d}" for number in range(n)], kind=kinds, csm=csm)
    return {"account": accounts, "contract": contract_frame(*rows)}
