"""How use and contact before a renewal go with its outcome: the renewal rate in tenths of what accounts had.

renewal_deciles   a row per trait and tenth, the traits that go with renewing most first
COLUMNS           of the answer, whatever the options
RENEWING, LOSING, CHANCE, FEW   what is said of a trait
"""

import duckdb
import numpy as np
import pandas as pd

from lib import stats
from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.measures import Answer, left_out
from lib.measures.ahead import before
from lib.measures.ahead.before import TRAITS

COLUMNS = [
    "trait", "trait_name", "renewal_goes_with", "rank_correlation", "p_value", "q_value", "n_told", "tenth", "trait_from",
    "trait_until", "n_decided", "n_renewed", "renewed_rate", "renewed_rate_lo", "renewed_rate_hi", "currency", "arr_due",
    "arr_kept", "arr_kept_rate", "arr_kept_rate_lo", "arr_kept_rate_hi", "is_small",
]  # fmt: skip
RENEWING, LOSING, CHANCE, FEW = "goes with renewing", "goes with leaving", "not beyond chance", "too few to tell"
_ORDER = {RENEWING: 0, LOSING: 0, CHANCE: 1, FEW: 2}
_ROWS = """select
    decided_renewal._account as number, is_renewed, currency, arr_due::double as arr_due, arr_kept::double as arr_kept, reading.*
from decided_renewal
join trait_reading as reading on reading._account = decided_renewal._account and reading.reads_on = decided_renewal.reads_on
where not (is_pending or is_ahead) and coalesce(tenure_days > 0, true)
order by decided_renewal._account, decided_renewal.renews_on"""
_LEFT = """select
    count(*) filter (where is_pending), count(*) filter (where is_ahead),
    (select count(*) from trait_reading where tenure_days <= 0)
from decided_renewal"""


def renewal_deciles(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    trait: str | None = None,
    lead_days: int | None = None,
) -> Answer:
    """Renewals of the period that are decided, by tenths of what their account had `lead_days` before each, or earlier.

    trait   one alone; its q is still that among all of them

    Equal values are in one tenth, so a tenth may be missing. p_value is of the rank correlation between what an account had and
    whether it renewed, renewals of one account taken together (stats.rank_trend); q_value is Benjamini and Hochberg's over the
    traits. With fewer than least_accounts renewals, or than least_lost renewed or lost, nothing is tested.
    """
    if trait and trait not in TRAITS:
        raise Refused(f"There is no such trait; choose from {', '.join(TRAITS)}.")
    before.lay(con, book, definitions, lead_days)
    rows = con.execute(_ROWS).df()
    pending, ahead, young = con.execute(_LEFT).fetchone()
    tested = [_tested(rows, name, definitions) for name in TRAITS]
    q = stats.benjamini_hochberg([each["p_value"] for each in tested])
    found = []
    for each, share in zip(tested, q, strict=True):
        name = each["trait"]
        if each["n_told"] and trait in (None, "", name):
            found.append(
                _by_tenth(
                    rows, each | {"q_value": share, "renewal_goes_with": _said(each, share, definitions)}, definitions
                )
            )
    table = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=COLUMNS)
    place = table["renewal_goes_with"].map(_ORDER)
    table = table.assign(place=place, by=-table["rank_correlation"].abs()).sort_values(
        ["place", "by", "trait", "tenth"], kind="stable", ignore_index=True
    )
    return Answer(
        table[COLUMNS],
        left_out((before.PENDING, pending), (before.AHEAD, ahead), (before.YOUNG, young)),
        tuple(_notes(rows, tested, q, definitions, lead_days)),
        f"{before.SQL};\n\n{_ROWS}",
    )


def _tested(rows: pd.DataFrame, name: str, definitions: Definitions) -> dict:
    values, renewed = rows[name].to_numpy(float), rows["is_renewed"].to_numpy(bool)
    is_told = ~np.isnan(values)
    n, n_renewed, words = int(is_told.sum()), int(renewed[is_told].sum()), definitions.carries
    correlation = p = np.nan
    if n >= words.least_accounts and min(n_renewed, n - n_renewed) >= words.least_lost:
        correlation, p = stats.rank_trend(values[is_told], renewed[is_told], rows["number"].to_numpy()[is_told])
    return {"trait": name, "trait_name": TRAITS[name], "rank_correlation": correlation, "p_value": p, "n_told": n}


def _said(tested: dict, q: float, definitions: Definitions) -> str:
    if np.isnan(q):
        return FEW
    if q > definitions.hotspots.alpha:
        return CHANCE
    return RENEWING if tested["rank_correlation"] > 0 else LOSING


def _by_tenth(rows: pd.DataFrame, tested: dict, definitions: Definitions) -> pd.DataFrame:
    told = rows[rows[tested["trait"]].notna()]
    values = told[tested["trait"]].to_numpy(float)
    currencies = told["currency"].dropna().unique()
    has_money = len(currencies) == 1 and told["currency"].notna().all()
    due, kept = (told[name].fillna(0).to_numpy() for name in ("arr_due", "arr_kept"))
    parts = pd.DataFrame(
        {
            "tenth": before.tenths(values), "value": values, "is_renewed": told["is_renewed"].to_numpy(bool), "due": due,
            "kept": kept, "kept_kept": kept * kept, "kept_due": kept * due, "due_due": due * due,
        }
    ).groupby("tenth")  # fmt: skip
    sums, n = parts[["is_renewed", "due", "kept", "kept_kept", "kept_due", "due_due"]].sum(), parts.size().to_numpy()
    renewed = sums["is_renewed"].to_numpy(int)
    lo, hi = stats.wilson(renewed, n)
    money = np.where(has_money, 1.0, np.nan)
    arr_lo, arr_hi = stats.ratio_of_sums(
        sums["kept"], sums["due"], sums["kept_kept"], sums["kept_due"], sums["due_due"], n
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        arr_rate = sums["kept"].to_numpy() / sums["due"].to_numpy()
    return pd.DataFrame(
        {
            **tested,
            "tenth": sums.index, "trait_from": parts["value"].min().to_numpy(), "trait_until": parts["value"].max().to_numpy(),
            "n_decided": n, "n_renewed": renewed, "renewed_rate": renewed / n, "renewed_rate_lo": lo, "renewed_rate_hi": hi,
            "currency": currencies[0] if has_money else None,
            "arr_due": sums["due"].to_numpy().round(2) * money, "arr_kept": sums["kept"].to_numpy().round(2) * money,
            "arr_kept_rate": arr_rate * money,
            "arr_kept_rate_lo": np.clip(arr_lo, 0, 1) * money, "arr_kept_rate_hi": np.clip(arr_hi, 0, 1) * money,
            "is_small": n < definitions.carries.least_accounts,
        }
    )  # fmt: skip


def _notes(rows: pd.DataFrame, tested: list[dict], q: np.ndarray, definitions: Definitions, lead_days: int | None):
    lead = definitions.renewals_ahead.lead_days if lead_days is None else lead_days
    n, n_renewed = len(rows), int(rows["is_renewed"].sum())
    words = definitions.carries
    if n < words.least_accounts or min(n_renewed, n - n_renewed) < words.least_lost:
        yield (
            f"Too few to tell: {n_renewed:,} renewals were renewed and {n - n_renewed:,} lost; it takes {words.least_lost:,} of "
            f"each, and {words.least_accounts:,} in all."
        )
    else:
        yield (
            f"{(~np.isnan(q)).sum():,} of {len(tested):,} traits could be tested; of those said to go with renewing or leaving, "
            f"{definitions.hotspots.alpha * 100:g} % at most are expected to be chance."
        )
    yield (
        f"What an account had is read {lead:,} days before its renewal. It goes with the outcome and need not bring it about: "
        "accounts are not matched by age, segment or size here, as those of “What goes with staying” are."
    )
    if rows["currency"].nunique() > 1 or rows["currency"].isna().any():
        yield "ARR is in several currencies, and the definitions give no rate: only renewals are counted."
    if rows["number"].nunique() < n:
        yield f"{n:,} renewals of {rows['number'].nunique():,} accounts: an account counts with each of its own."
