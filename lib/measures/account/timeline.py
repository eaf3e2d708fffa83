"""Everything that happened to an account, on one line of time.

account_timeline   one row per thing, the newest first, `n_rows` of them in all
COLUMNS            of the answer
KINDS              what the things are; a reader can ask for one kind
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.paging import check_page
from lib.measures import Answer
from lib.measures.account import asked

COLUMNS = ["happened_on", "happening", "title", "detail", "who", "link", "n_rows"]
KINDS = ("contract", "milestone", "goal", "ticket", "survey", "touch", "change", "written")
_SQL = """
with chosen as materialized (
    select * from scope where account = $account
),
person as (
    select person, any_value(coalesce(name, person)) as name from core.person where account = $account group by person
),
term as materialized (
    select *, nullif(concat_ws(': ', coalesce(product, product_family), plan::varchar), '') as what
    from term_of($account, $as_of, $grace_days)
),
rolled as (
    select count(*) as n_rolled from term where is_monthly and became = 'renewed'
),
contract as (
    select
        starts_on as happened_on,
        case became when 'trial' then 'Trial began' when 'came back' then 'Came back' else 'Contract ' || became end as title,
        concat_ws(', ', what,
            case
                when became in ('renewed up', 'renewed down', 'changed') and arr_before <> arr
                    then format('{:,.0f} to {:,.0f} ARR', arr_before::double, arr::double)
                when arr is not null then format('{:,.0f} ARR', arr::double)
            end,
            case
                when became in ('renewed up', 'renewed down', 'changed') and seats_before <> seats
                    then format('{:,} to {:,} seats', seats_before, seats)
                when seats is not null then format('{:,} seats', seats)
            end) as detail
    from term
    where not (is_monthly and became = 'renewed')
    union all
    select
        closes_on,
        case
            when is_trial then 'Trial ended'
            when cancelled_on is not null then 'Contract cancelled'
            when state = 'in grace' then 'Contract ended, renewal pending'
            else 'Contract ended'
        end,
        concat_ws(', ', what, lost_reason,
            case when arr is not null then format('{:,.0f} ARR', arr::double) end)
    from term
    where closes_on <= $as_of::date and not is_followed
    union all
    select
        notice_given_on, 'Notice given',
        concat_ws(', ', what, 'takes effect ' || strftime(ends_on, '%-d %b %Y'))
    from term
    union all
    select asked_to_cancel_on, 'Asked to cancel', what from term
),
now as (
    unpivot (select columns(*)::varchar from (select * exclude (_account) from chosen)) on columns(*) into name field value value
),
changed as (
    select
        history.field, history.until_on, history.value as value_before,
        coalesce(later.value, case when later.account is null then now.value end) as value_after
    from core.account_history as history
    left join core.account_history as later
        on later.account = history.account and later.field = history.field and later.from_on = history.until_on
    left join now on now.field = history.field
    where history.account = $account
),
change as (  -- a parent outside the scope is not named, and that it changed would tell of it
    select
        until_on as happened_on,
        case field when 'csm' then 'CSM' else upper(field[1]) || replace(field[2:], '_', ' ') end || ' changed' as title,
        coalesce(value_before, 'none') || ' → ' || coalesce(value_after, 'none') as detail
    from changed
    where field <> 'parent'
        or coalesce(value_before in (select account from scope), true)
            and coalesce(value_after in (select account from scope), true)
),
thing as (
    select happened_on, 'contract' as happening, title, detail, null as who, null as link from contract
    union all
    select happened_on, 'change', title, detail, null, null from change
    union all
    select reached_on, 'milestone', 'Reached ' || stage, null, null, null from core.milestone where account = $account
    union all
    select
        opened_at::date, 'ticket', 'Ticket opened',
        concat_ws(', ', severity,
            case
                when closed_at < $as_of::date + 1 then 'closed ' || strftime(closed_at, '%-d %b %Y')
                else 'open'
            end,
            case when closed_at < $as_of::date + 1 and csat is not null then format('CSAT {:g}', csat) end),
        person.name, url
    from core.ticket
    left join person on person.person = ticket.person
    where account = $account
    union all
    select
        coalesce(case when answered_on <= $as_of::date then answered_on end, sent_on), 'survey',
        concat_ws(' ', case when length(kind) <= 4 then upper(kind) else upper(kind[1]) || kind[2:] end,
            case when answered_on <= $as_of::date then format('{:g}', score) else 'survey sent, no answer' end),
        case when answered_on <= $as_of::date then comment end,
        person.name, null
    from core.survey
    left join person on person.person = survey.person
    where account = $account
    union all
    select
        occurred_at::date, 'touch', kind,
        concat_ws('; ', 'with ' || person.name, case when is_two_way then 'two-way' end, play), made_by, url
    from core.touch
    left join person on person.person = touch.person
    where account = $account
    union all
    select promised_on, 'goal', concat_ws(': ', 'Goal promised', category), 'due ' || strftime(due_on, '%-d %b %Y'), null, null
    from core.goal where account = $account
    union all
    select
        reached_on, 'goal', concat_ws(': ', 'Goal reached', category),
        case
            when reached_on > due_on then format('{} days late', reached_on - due_on)
            when due_on is not null then 'on time'
        end, null, null
    from core.goal where account = $account
),
known as (  -- of what the team wrote, said_of tells what is known: the rest lies within the data, or is not there yet
    select * from thing where happened_on <= $as_of::date
    union all
    select happened_on, kind, title, detail, who, url from said_of($account)
),
told as (
    select
        happened_on, happening,
        case
            when happening = 'touch' and lower(title) = 'qbr' then 'Business review'
            when happening = 'touch' then coalesce(upper(title[1]) || title[2:], 'Touch')
            else title
        end as title,
        nullif(detail, '') as detail, who, link
    from known
    where exists (from chosen) and ($kind::varchar = '' or happening = $kind::varchar)
)
select *, count(*) over () as n_rows, (select n_rolled from rolled) as n_rolled
from told
order by happened_on desc, happening, title, detail nulls last, who nulls last, link nulls last
limit $limit offset $offset
"""


def account_timeline(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    account: str = "",
    kind: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """Everything that happened to the account by the day, the newest first, `n_rows` rows in all.

    kind     one of KINDS; empty for all
    limit    None gives every row after the first `offset`

    A ticket stands on the day it was opened, a survey on the day of its answer. Terms of a month or less that rolled on
    unchanged are no rows: a note counts them. What has no day is left out. Raises Refused for a kind there is none of.
    """
    if kind and kind not in KINDS:
        raise Refused(f"Nothing on the timeline is of the kind {kind!r}; choose from {', '.join(KINDS)}.")
    check_page(limit, offset)
    values = asked(_SQL, book, definitions, account, kind=kind, limit=limit, offset=offset)
    rows = con.execute(_SQL, values).df()
    n_rolled = int(rows["n_rolled"].iat[0]) if len(rows) else 0
    notes = (f"{n_rolled} monthly terms that rolled on unchanged are not listed.",) if n_rolled else ()
    return Answer(rows[COLUMNS], notes=notes, sql=_SQL.strip())
