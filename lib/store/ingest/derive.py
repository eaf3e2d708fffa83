"""What do deals and invoices say about accounts? Deals become milestones, paid invoices contracts.

derive   one clean Parquet file of deals or invoices -> {table: the Parquet file made from it}, and notes

Deals: the current stage was reached on entered_on; without it an open stage on created_on, a won or lost one on
closes_on. Columns entered:<stage> say it for every stage. One milestone per account and stage, the earliest day.
Invoices: payments in a row, for the same product, in one currency, at the same amount, are one term. A payment covers one
month; three, six or twelve where no two payments of an account stand nearer and none was missed between. A month that is
not covered ends a term. An account's last term has no end while the last month it covers is the newest of the file, or the
one before, which may not have been billed yet. What a payment covers that stands alone is not known: a note says so.
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from lib.store import tables
from lib.store.ingest import rows
from lib.store.ingest.kinds import kind_of

SHAPED = """
create temp table shaped as
select * from expected
union all by name
select * from read_parquet($path)
"""
IS_PAID = """
update shaped
set is_paid = lower(status) like 'partial%' or not coalesce(regexp_matches(lower(status), $unpaid), false)
"""
ENTERED_NEVER = 'alter table expected add column "entered:" date'  # so that there is always one to unpivot
DECIDED = """
create temp macro is_decided(stage) as
    regexp_matches(lower(stage), '\\b(won|lost)\\b|closed ?(won|lost)|gewonnen|verloren')
"""
MILESTONES = """
create temp table found as
with deal as (
    select *, is_decided(stage) as is_decided
    from shaped
),
now_in as (
    select account, stage,
           coalesce(entered_on, case when is_decided then closes_on else created_on end) as reached_on, 1 as source
    from deal
),
was_in as (
    unpivot (select account, columns('^entered:') from shaped)
    on columns('^entered:') into name stage value reached_on
),
reached as (
    select account, stage, reached_on, source from now_in
    union all
    select account, substr(stage, length('entered:') + 1) as stage, reached_on, 2 as source from was_in
),
worded as (
    select *, regexp_replace(lower(stage), '[^\\p{L}\\p{N}]', '', 'g') as words
    from reached
    where account is not null and trim(stage) <> ''
),
said as (
    select words, arg_min(stage, (source, stage)) as stage from worded group by words
)
select worded.account, said.stage, min(worded.reached_on) as reached_on
from worded join said on worded.words = said.words
where worded.reached_on is not null
group by worded.account, said.stage
order by worded.account, said.stage
"""
CONTRACTS = """
create temp table found as
with newest as (
    select max(date_trunc('month', paid_on)) as month from shaped
),
paid as (
    select account, product, upper(currency) as currency, date_trunc('month', paid_on)::date as month, amount
    from shaped
    where account is not null and paid_on is not null and amount is not null and is_paid
),
month as (
    select account, product, currency, month, sum(amount)::decimal(18, 2) as amount
    from paid
    group by account, product, currency, month
    having sum(amount) > 0
),
beside as (
    select month.*, coalesce(n_covered, 1) as n_covered,
           lag(month) over line as month_before, lag(amount) over line as amount_before
    from month
    left join covered on covered.account = month.account and covered.product is not distinct from month.product
                         and covered.currency is not distinct from month.currency
    window line as (partition by month.account, month.product, month.currency order by month)
),
numbered as (
    select *, count(*) filter (
                  month_before is null or amount_before <> amount
                  or abs(datediff('month', month_before, month) - n_covered) > case when n_covered > 1 then 1 else 0 end
              ) over (partition by account, product, currency order by month) as term
    from beside
),
term as (
    select account, product, currency, term, min(month) as starts_on,
           (max(month) + to_months(any_value(n_covered) - 1))::date as last_month,
           (12 * any_value(amount) / any_value(n_covered))::decimal(18, 2) as arr, any_value(n_covered) > 1 as is_long
    from numbered
    group by account, product, currency, term
),
last as (
    select *, lead(starts_on) over (partition by account, product, currency order by starts_on) as next_on
    from term
)
select
    concat_ws('/', escaped(account), escaped(coalesce(product, '')), escaped(coalesce(currency, '')),
              strftime(starts_on, '%Y-%m')) as contract,
    account, product, starts_on,
    case when next_on is null and last_month >= newest.month - interval 1 month then null
         when is_long and next_on <= last_month + interval 2 month then next_on  -- paid a month early or late
         else (last_month + interval 1 month)::date end as ends_on,
    arr, currency, 'subscription' as kind, true as is_recurring
from last cross join newest
order by account, product, currency, starts_on
"""
COVERED = """
create temp table covered as
with invoice as (
    select account, product, upper(currency) as currency, paid_on, is_paid
    from shaped
    where account is not null and paid_on is not null and amount > 0
),
beside as (
    select *, lag(paid_on) over (partition by account, product, currency order by paid_on) as before_on
    from (select distinct * exclude (is_paid) from invoice where is_paid)
),
missed as (
    select beside.account, beside.product, beside.currency
    from beside join invoice on invoice.account = beside.account and not invoice.is_paid
         and invoice.product is not distinct from beside.product
         and invoice.currency is not distinct from beside.currency
         and invoice.paid_on between beside.before_on + $retried and beside.paid_on - $retried
),
line as (
    select account, product, currency, count(*) as n_payments, min(paid_on - before_on) as nearest
    from beside
    group by account, product, currency
)
select line.*,
       case when missed.account is not null then 1
            when nearest between 350 and 380 then 12
            when nearest between 170 and 196 then 6
            when nearest between 80 and 102 then 3
            else 1 end as n_covered,
       coalesce(nearest > 45, true) and n_covered = 1 and missed.account is null as is_unsure
from line
left join (select distinct * from missed) as missed
    on missed.account = line.account and missed.product is not distinct from line.product
       and missed.currency is not distinct from line.currency
"""
NOTES_ON_INVOICES = """
select count(distinct account) filter (n_covered = 12), count(distinct account) filter (n_covered = 6),
       count(distinct account) filter (n_covered = 3), count(distinct account) filter (is_unsure)
from covered
"""
NOTES_ON_DEALS = """
select count(*) filter (
           trim(stage) <> ''
           and coalesce(entered_on, case when is_decided then closes_on else created_on end) is null
       ) as n_undated,
       count(*) as n_deals, (select count(*) from found) as n_found
from (select *, is_decided(stage) as is_decided from shaped)
"""
RETRIED_DAYS = 20  # a payment that fails is tried again for as long
ESCAPED = "create temp macro escaped(x) as replace(replace(x, '%', '%25'), '/', '%2F')"  # no two ids run together
UNPAID = (
    "fail|refund|void|uncollect|draft|open|pending|cancel|unpaid|not.?paid|past.?due|overdue|declin|disput|charge.?back"
    "|incomplete|process|requires|written|revers|schedul|expired|offen|storn|erstattet|rembours|impay|anulad|pendiente"
)
TABLES = {"deal": "milestone", "invoice": "contract"}


def derive(kind: str, data: Path, into: Path) -> tuple[dict[str, Path], list[str]]:
    """The tables made from the Parquet file `data` of `kind`, each a file in the folder `into`, and what must be told.

    None for other kinds.
    """
    if kind not in TABLES:
        return {}, []
    table = TABLES[kind]
    data, into = data.resolve(), into.resolve()
    into.mkdir(parents=True, exist_ok=True)
    with rows.within_memory(data.name), rows.connect(data, into, data.stat().st_size) as con:
        _shape(con, kind, data)
        if kind == "deal":
            con.execute(DECIDED)
            con.execute(MILESTONES)
            notes = _notes_on_deals(*con.execute(NOTES_ON_DEALS).fetchone())
        else:
            con.execute(ESCAPED)
            con.execute("alter table shaped add column is_paid boolean")
            con.execute(IS_PAID, {"unpaid": UNPAID})
            con.execute(COVERED, {"retried": RETRIED_DAYS})
            con.execute(CONTRACTS)
            notes = _notes_on_invoices(con.execute(NOTES_ON_INVOICES).fetchone())
        made, part = into / f"{table}.parquet", into / f"{table}.parquet.part"
        con.execute(f"copy found to $part ({tables.PARQUET})", {"part": str(part)})
        return {table: part.replace(made)}, notes


def _notes_on_deals(n_undated: int, n_deals: int, n_found: int) -> list[str]:
    notes = []
    if n_found < n_deals:
        notes.append(
            f"{n_deals:,} deals give {n_found:,} milestones: one for each account and stage, on the first day it was reached."
        )
    if n_undated:
        notes.append(f"{n_undated:,} deals do not say on which day they reached the stage they are in: it is left out.")
    return notes


def _notes_on_invoices(counts: Sequence[int]) -> list[str]:
    notes = [
        f"Paid {every}: {n:,} accounts. Each payment covers {n_months} months."
        for every, n_months, n in zip(
            ("by the year", "by the half-year", "by the quarter"), (12, 6, 3), counts, strict=False
        )
        if n
    ]
    if counts[-1]:
        notes.append(
            f"Payments that stand alone, of {counts[-1]:,} accounts: nothing tells how long they cover, and each counts as one "
            "month. Where it is a year, its recurring revenue is twelve times too high: bring contracts instead."
        )
    return notes


def _shape(con: duckdb.DuckDBPyConnection, kind: str, data: Path) -> None:
    """Table `shaped`: the rows of the file with every column of the kind, those it lacks empty."""
    columns = ", ".join(f"{tables.quote(name)} {type_}" for name, type_ in kind_of(kind).columns.items())
    con.execute(f"create temp table expected ({columns})")
    if kind == "deal":
        con.execute(ENTERED_NEVER)
    con.execute(SHAPED, {"path": str(data)})
