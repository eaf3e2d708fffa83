"""Save plans and accounts at risk without one, with what became of each.

asked           a row each; and the SQL
WITH, WITHOUT   what they are called
"""

import duckdb
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.facts import health, renewals, standing
from lib.facts.standing import RISK

WITH, WITHOUT = "with a save plan", "at risk, without one"
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
