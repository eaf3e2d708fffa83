"""What do deals and invoices say about accounts? Deals become milestones, paid invoices contracts.

derive   one clean Parquet file of deals or invoices -> {table: the Parquet file made from it}

Deals: the current stage was reached on entered_on; without it an open stage on created_on, a won or lost one on
closes_on. Columns entered:<stage> say it for every stage. One milestone per account and stage, the earliest day.
Invoices: months paid in a row, for the same product, in one currency, at the same amount, are one term. A whole month
without a payment ends it. An account's last term has no end while its last month is the newest of the file, or the
one before, which may not have been billed yet. One month stands for a twelfth of a year: yearly invoices do not fit.
"""

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
ENTERED_NEVER = 'alter table expected add column "entered:" date'  # so that there is always one to unpivot
MILESTONES = """
create temp table found as
with deal as (
    select *, regexp_matches(lower(stage), '\\b(won|lost)\\b|closed ?(won|lost)|gewonnen|verloren') as is_decided
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
    where account is not null and paid_on is not null and amount is not null
          and (lower(status) like 'partial%' or not coalesce(regexp_matches(lower(status), $unpaid), false))
),
month as (
    select account, product, currency, month, sum(amount)::decimal(18, 2) as amount
    from paid
    group by account, product, currency, month
    having sum(amount) > 0
),
beside as (
    select *, lag(month) over line as month_before, lag(amount) over line as amount_before
    from month
    window line as (partition by account, product, currency order by month)
),
numbered as (
    select *, count(*) filter (
                  month_before is null or month_before + interval 1 month <> month or amount_before <> amount
              ) over (partition by account, product, currency order by month) as term
    from beside
),
term as (
    select account, product, currency, term, min(month) as starts_on, max(month) as last_month,
           (12 * any_value(amount))::decimal(18, 2) as arr
    from numbered
    group by account, product, currency, term
),
last as (
    select *, row_number() over (partition by account, product, currency order by starts_on desc) = 1 as is_last
    from term
)
select
    concat_ws('/', escaped(account), escaped(coalesce(product, '')), escaped(coalesce(currency, '')),
              strftime(starts_on, '%Y-%m')) as contract,
    account, product, starts_on,
    case when is_last and last_month >= newest.month - interval 1 month then null
         else (last_month + interval 1 month)::date end as ends_on,
    arr, currency, 'subscription' as kind, true as is_recurring
from last cross join newest
order by account, product, currency, starts_on
"""
ESCAPED = "create temp macro escaped(x) as replace(replace(x, '%', '%25'), '/', '%2F')"  # no two ids run together
UNPAID = (
    "fail|refund|void|uncollect|draft|open|pending|cancel|unpaid|not.?paid|past.?due|overdue|declin|disput|charge.?back"
    "|incomplete|process|requires|written|revers|schedul|expired|offen|storn|erstattet|rembours|impay|anulad|pendiente"
)
TABLES = {"deal": "milestone", "invoice": "contract"}


def derive(kind: str, data: Path, into: Path) -> dict[str, Path]:
    """The tables made from the Parquet file `data` of `kind`, each a file in the folder `into`; none for other kinds."""
    if kind not in TABLES:
        return {}
    table = TABLES[kind]
    data, into = data.resolve(), into.resolve()
    into.mkdir(parents=True, exist_ok=True)
    with rows.within_memory(data.name), rows.connect(data, into, data.stat().st_size) as con:
        _shape(con, kind, data)
        if kind == "deal":
            con.execute(MILESTONES)
        else:
            con.execute(ESCAPED)
            con.execute(CONTRACTS, {"unpaid": UNPAID})
        made, part = into / f"{table}.parquet", into / f"{table}.parquet.part"
        con.execute("copy found to $part (format parquet, compression zstd)", {"part": str(part)})
        return {table: part.replace(made)}


def _shape(con: duckdb.DuckDBPyConnection, kind: str, data: Path) -> None:
    """Table `shaped`: the rows of the file with every column of the kind, those it lacks empty."""
    columns = ", ".join(f"{tables.quote(name)} {type_}" for name, type_ in kind_of(kind).columns.items())
    con.execute(f"create temp table expected ({columns})")
    if kind == "deal":
        con.execute(ENTERED_NEVER)
    con.execute(SHAPED, {"path": str(data)})
