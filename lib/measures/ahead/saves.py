"""What became of save plans, beside accounts at risk without one.

save_rate   a row for those with a save plan, and one for those at risk without
COLUMNS     of the answer, whatever the options
asked       those that are looked at, with what became of each; and the SQL
WITH, WITHOUT   what the rows are called
"""

import duckdb
import numpy as np
import pandas as pd

from lib import stats
from lib.book import Book
from lib.definitions import Definitions
from lib.facts import health, renewals, standing
from lib.facts.standing import RISK
from lib.measures import Answer, left_out

COLUMNS = [
    "save_group", "n_plans", "n_decided_accounts", "n_saved", "save_rate", "save_rate_lo", "save_rate_hi", "currency",
    "arr_decided", "arr_saved", "arr_save_rate", "arr_save_rate_lo", "arr_save_rate_hi",
]  # fmt: skip
WITH, WITHOUT = "with a save plan", "at risk, without one"
OPEN = "save plans still open, or closed without an outcome"
UNDECIDED = "at risk without a save plan, and neither renewed nor left since"
_SQL = """with planned as (
    select ours._account, said.opened_on::date as since, said.closed_on::date as closed_on, said.outcome
    from written_save_plan as said
    join (select _account, account from book) as ours on ours.account = said.account
    where said.opened_on::date >= $opens_on::date and said.opened_on::date < $closes_on::date
      and said.opened_on::date <= $as_of::date
),
ever_planned as (
    select ours._account
    from written_save_plan as said
    join (select _account, account from book) as ours on ours.account = said.account
    where said.opened_on::date < $closes_on::date and coalesce(said.closed_on::date > $opens_on::date, true)
),
at_risk as (
    select risk._account
    from {risk} as risk
    where is_at_risk and _account in (select _account from book) and _account not in (select _account from ever_planned)
),
asked as (
    select 'with a save plan' as save_group, _account, since, closed_on, outcome from planned
    union all
    select 'at risk, without one', _account, $opens_on::date, null, null from at_risk
),
numbered as (
    select *, row_number() over (order by save_group, _account, since) as number from asked
),
spell as (
    select _account, max(coalesce(ended_on, date '9999-12-31')) as ended_on
    from customer_spell
    where began_on <= $as_of::date
    group by _account
),
renewed as (
    select number, count(*) as n_renewed
    from numbered
    join renewal as renewal on renewal._account = numbered._account
    where is_due and renewal.outcome like 'renewed%' and renews_on > since and renews_on < $closes_on::date
    group by number
),
worth as (
    select number, case when count(distinct currency) = 1 then any_value(currency) end as currency, sum(arr) as arr
    from numbered
    join renewal_term as term on term._account = numbered._account
    where has_counted and counts_from <= since and coalesce(counts_until > since, true)
    group by number
)
select
    save_group, numbered._account, since as counts_from_on, currency, coalesce(arr, 0)::double as arr,
    coalesce(spell.ended_on > since and spell.ended_on <= $as_of::date and spell.ended_on < $closes_on::date, false) as has_left,
    case
        when has_left then false
        when closed_on <= $as_of::date and outcome is not null then outcome = 'saved'
        when n_renewed > 0 then true
    end as is_saved
from numbered
left join spell on spell._account = numbered._account
left join renewed on renewed.number = numbered.number
left join worth on worth.number = numbered.number
order by numbered.number"""


def asked(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions) -> tuple[pd.DataFrame, str]:
    """A row per save plan of the period and per account at risk without one: since when, its ARR, whether it was saved; the SQL."""
    renewals.lay(con, book.as_of, definitions)
    health.red(con, definitions, book.opens_on)
    sql = _SQL.format(risk=RISK.replace("$as_of", "$opens_on"))
    words = standing.parameters(sql, book.as_of, definitions)
    return con.execute(sql, words | {"opens_on": book.opens_on, "closes_on": book.closes_on}).df(), sql


def save_rate(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions) -> Answer:
    """Save plans opened in the period that are decided, and how many were saved; accounts at risk when it opened, without one.

    Decided: the account left in the period, whatever was said of it; else the plan was closed as saved or lost; else a renewal of
    the account came in the period since. Without a plan it is decided where the account left or renewed. ARR is what was live
    when the plan was opened, or when the period was.
    """
    rows, sql = asked(con, book, definitions)
    found = [_counted(name, rows[rows["save_group"] == name]) for name in (WITH, WITHOUT)]
    undecided = rows["is_saved"].isna()
    left = left_out(
        *(
            (why, int((undecided & (rows["save_group"] == name)).sum()))
            for name, why in ((WITH, OPEN), (WITHOUT, UNDECIDED))
        )
    )
    return Answer(pd.DataFrame(found, columns=COLUMNS), left, tuple(_notes(found)), sql)


def _counted(name: str, rows: pd.DataFrame) -> dict:
    told = rows[rows["is_saved"].notna()]
    saved = told["is_saved"].to_numpy(bool)
    n, n_saved, nothing = len(told), int(saved.sum()), float("nan")
    lo, hi = stats.wilson(n_saved, n)
    has_money = told["currency"].nunique() == 1 and told["currency"].notna().all()
    due = told["arr"].to_numpy(float)
    kept = due * saved
    arr_lo, arr_hi = stats.ratio_of_sums(
        kept.sum(), due.sum(), (kept * kept).sum(), (kept * due).sum(), (due * due).sum(), n
    )
    return {
        "save_group": name, "n_plans": len(rows), "n_decided_accounts": n, "n_saved": n_saved,
        "save_rate": n_saved / n if n else nothing, "save_rate_lo": float(lo), "save_rate_hi": float(hi),
        "currency": told["currency"].iat[0] if has_money else None,
        "arr_decided": due.sum() if has_money else nothing, "arr_saved": kept.sum() if has_money else nothing,
        "arr_save_rate": kept.sum() / due.sum() if has_money and due.sum() else nothing,
        "arr_save_rate_lo": float(np.clip(arr_lo, 0, 1)) if has_money else nothing,
        "arr_save_rate_hi": float(np.clip(arr_hi, 0, 1)) if has_money else nothing,
    }  # fmt: skip


def _notes(found: list[dict]):
    yield (
        "Whom to save is chosen, so the two differ in more than the plan: what goes with a plan need not come of it. Plans count "
        "from the day they were opened, the others from the day the period opened."
    )
    first, second = found
    lo, hi = (
        float(each)
        for each in stats.newcombe(
            first["n_saved"], first["n_decided_accounts"], second["n_saved"], second["n_decided_accounts"]
        )
    )
    if lo == lo:
        gap = 100 * (first["save_rate"] - second["save_rate"])
        yield f"The difference is {gap:+.1f} points (95 %: {100 * lo:+.1f} to {100 * hi:+.1f}, Newcombe)."
