"""From plan to plan, and from tier to tier: where accounts went when they renewed, or in mid-term.

plan_moves   a row per way of moving, from, to and currency
COLUMNS      of the answer, whatever the options
lay          the terms that were renewed or changed, as the temp table moved_term
KINDS        what can move: the plan of the contract, or the account's tier
"""

import duckdb

from lib import stats
from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import renewals
from lib.measures import Answer
from lib.store.dimensions import find_dimension, read_catalogue
from lib.store.opening import value_on

COLUMNS = [
    "moved_when", "went_from", "went_to", "currency", "is_move", "n_moved_accounts", "n_moved_lines", "of_plan_accounts",
    "plan_rate", "plan_rate_lo", "plan_rate_hi", "arr_before", "arr_after", "arr_gained",
]  # fmt: skip
KINDS = ("plan", "tier")
_MOVED = """create or replace temp table moved_term as
select
    renewal._account, renewal.line, renewal.currency, renewal.renews_on,
    if(renewal.outcome = 'changed', 'mid-term', 'at renewal') as moved_when,
    nullif({before}, '') as went_from, nullif({after}, '') as went_to, renewal.arr_due, renewal.arr_renewed
from renewal
join book as account on account._account = renewal._account
where (
    renewal.outcome in ('renewed_flat', 'renewed_up', 'renewed_down')
    or (renewal.outcome = 'changed' and renewal.renewed_on is not null)
)
  and renewal.renews_on >= $opens_on::date and renewal.renews_on < $closes_on::date"""
_SQL = """with counted as (
    select
        moved_when, went_from, went_to, currency, count(distinct _account) as n_moved_accounts, count(*) as n_moved_lines,
        sum(arr_due)::double as arr_before, sum(arr_renewed)::double as arr_after, sum(arr_renewed - arr_due)::double as arr_gained
    from moved_term
    group by moved_when, went_from, went_to, currency
),
whole as (
    select moved_when, went_from, currency, count(distinct _account) as of_plan_accounts
    from moved_term
    group by moved_when, went_from, currency
)
select counted.*, of_plan_accounts, counted.went_from is distinct from counted.went_to as is_move
from counted
join whole on whole.moved_when = counted.moved_when and whole.went_from is not distinct from counted.went_from
    and whole.currency = counted.currency
order by moved_when, of_plan_accounts desc, counted.went_from nulls last, is_move, n_moved_accounts desc, went_to nulls last"""


def lay(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, what: str) -> str:
    """The terms of the period that were renewed or changed, with the plan or the tier before and after; gives the SQL."""
    if what not in KINDS:
        raise Refused(f"There is no move of {what!r}; choose from {', '.join(KINDS)}.")
    before, after = "renewal.plan_due", "renewal.plan_renewed"
    if what == "tier":
        tier = find_dimension(read_catalogue(con), "tier")
        before = value_on(tier, "(renewal.renews_on - 1)")
        after = value_on(tier, "least(renewal.renews_on + $grace_days::integer, $as_of::date)")
    renewals.lay(con, book.as_of, definitions)
    sql = _MOVED.format(before=before, after=after)
    asked = {"opens_on": book.opens_on, "closes_on": book.closes_on}
    if "$grace_days" in sql:
        asked |= {"grace_days": definitions.renewals.grace_days, "as_of": book.as_of}
    con.execute(sql, asked)
    return sql


def plan_moves(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, what: str = "plan") -> Answer:
    """Terms that were renewed, or changed before their end, in the period: the plan before and after, those that stayed included.

    what   plan: of the terms; tier: of the account the day before, and once the grace days after are over

    plan_rate is of the accounts of that plan that renewed (or changed in mid-term), so that each plan has its own.
    """
    laid = lay(con, book, definitions, what)
    rows = con.execute(_SQL).df()
    lo, hi = stats.wilson(rows["n_moved_accounts"], rows["of_plan_accounts"])
    table = rows.assign(plan_rate=rows["n_moved_accounts"] / rows["of_plan_accounts"], plan_rate_lo=lo, plan_rate_hi=hi)
    n, n_moved = int(table["n_moved_lines"].sum()), int((table["n_moved_lines"] * table["is_move"]).sum())
    note = f"{n_moved:,} of {n:,} terms that renewed or changed in the period came to another {what}."
    return Answer(table[COLUMNS], notes=(note,), sql=f"{laid};\n\n{_SQL}")
