"""Whether those that used few of their seats were cut: the record of the renewals that were decided in the period.

sizing_record   a row for those well under what was bought, and one for the others
COLUMNS         of the answer, whatever the options
OVER, OTHERS    what the rows are called
"""

import duckdb
import pandas as pd

from lib import stats
from lib.book import Book
from lib.definitions import Definitions
from lib.measures import Answer
from lib.measures.ahead import before, sized

COLUMNS = [
    "sizing_group", "currency", "n_decided", "n_cut", "cut_rate", "cut_rate_lo", "cut_rate_hi", "n_lapsed", "lapsed_rate",
    "lapsed_rate_lo", "lapsed_rate_hi", "arr_due", "arr_kept", "arr_kept_rate", "arr_kept_rate_lo", "arr_kept_rate_hi",
]  # fmt: skip
OVER, OTHERS = "well under what was bought", "the others"
_RECORD = """select
    {used} / seats < $sizing_below::double as is_over, currency, is_renewed,
    is_renewed and (is_cut or coalesce(seats_renewed < seats_due, false)) as is_cut,
    arr_due::double as arr_due, arr_kept::double as arr_kept
from decided_renewal as decided
join seats_used_before() as used on used._account = decided._account and used.reads_on = decided.reads_on
where not (is_pending or is_ahead) and seats > 0 and seats_due > 0 and {used} is not null
  and not coalesce(n_active = 0 and n_system_events > 0, false)
  and began_on <= decided.reads_on - $onboarding_days::integer
order by decided._account, renews_on"""


def sizing_record(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    use: str = "active",
    lead_days: int | None = None,
) -> Answer:
    """Renewals decided in the period by whether their account used less than sizing_below of the seats due, lead_days before.

    Cut: renewed for fewer seats, or for less ARR.
    """
    sized.check_use(use)
    before.lay(con, book, definitions, lead_days, with_traits=False)
    sql = _RECORD.format(used=sized.USES[use])
    words = definitions.renewals_ahead
    asked = {"sizing_below": words.sizing_below, "onboarding_days": definitions.standing.onboarding_days}
    rows = con.execute(sql, asked).df()
    found = [_recorded(name, rows[rows["is_over"] == is_over]) for name, is_over in ((OVER, True), (OTHERS, False))]
    lead = words.lead_days if lead_days is None else lead_days
    notes = (
        f"{len(rows):,} renewals of the period are decided and had seats, and use was known {lead:,} days before; what goes with a "
        "cut need not bring it about.",
    )
    return Answer(pd.DataFrame(found, columns=COLUMNS), notes=notes, sql=f"{before.SQL};\n\n{sql}")


def _recorded(name: str, rows: pd.DataFrame) -> dict:
    n, n_cut, n_lapsed = len(rows), int(rows["is_cut"].sum()), int((~rows["is_renewed"].astype(bool)).sum())
    (cut_lo, lapsed_lo), (cut_hi, lapsed_hi) = stats.wilson([n_cut, n_lapsed], [n, n])
    has_money = rows["currency"].nunique() == 1 and rows["currency"].notna().all()
    due, kept = rows["arr_due"].to_numpy(float), rows["arr_kept"].to_numpy(float)
    arr_lo, arr_hi = stats.ratio_of_sums(
        kept.sum(), due.sum(), (kept * kept).sum(), (kept * due).sum(), (due * due).sum(), n
    )
    nothing = float("nan")
    return {
        "sizing_group": name, "currency": rows["currency"].iat[0] if has_money else None,
        "n_decided": n, "n_cut": n_cut, "cut_rate": n_cut / n if n else nothing, "cut_rate_lo": cut_lo, "cut_rate_hi": cut_hi,
        "n_lapsed": n_lapsed, "lapsed_rate": n_lapsed / n if n else nothing, "lapsed_rate_lo": lapsed_lo,
        "lapsed_rate_hi": lapsed_hi,
        "arr_due": due.sum() if has_money else nothing, "arr_kept": kept.sum() if has_money else nothing,
        "arr_kept_rate": kept.sum() / due.sum() if has_money and due.sum() else nothing,
        "arr_kept_rate_lo": max(float(arr_lo), 0) if has_money else nothing,
        "arr_kept_rate_hi": min(float(arr_hi), 1) if has_money else nothing,
    }  # fmt: skip
