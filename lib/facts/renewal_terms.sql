-- Terms as of a day: which renews which, and from when until when each counts. renewals.py lays them on a cursor, and what renewals.sql
-- and moves.sql make of them: renewal_term, renewal, arr_move and customer_spell.
--
-- The rules. A term counts that recurs, is no trial, has begun, and lasts a day at least. A line is an account's product family, or
-- the product where no family is given; terms of a line that end on the same day in one currency end together: one renewal.
--   renews     a term renews the end of its line that is nearest to its beginning, if it begins early_days before that end or less, or
--              grace_days after it or less, began later than a term that ended, and outlasts it. Where a term begins on the end or
--              in the grace days, one that began before the end was bought beside it and renews nothing
--   counts     a term that renews counts from the end it renews, early or late, so that nothing is counted twice and no gap of grace
--              days is a loss; any other from its beginning. A term counts until its end; while an answer is pending, it still counts
--   cancelled  ended before its term. One that another of its line takes the place of, from the day before up to the grace days
--              after, was changed, not cancelled
--   refused    notice was given for every term that ends together: a lapse at once, without grace days
-- Money is in its own currency, or in that of the definitions where they give a rate; nothing is added up across currencies.
create table renewal_term (
    _account uinteger, line varchar, currency varchar, contract varchar, plan varchar, seats bigint, arr decimal(18, 2), is_arr_known boolean,
    starts_on date, ended_on date, is_long boolean, is_cancelled boolean, has_begun boolean, notice_by date, has_notice boolean,
    has_asked boolean, lost_reason varchar, follows_on date, follows_currency varchar, counts_from date, counts_until date,
    has_counted boolean, ending varchar
);

-- Grain: one row per term that recurs, by as_of. has_begun: by as_of; what has not begun is signed, and counts for nothing yet.
-- is_long: it may be due for renewal: longer than a month, with an end. follows_on: the end it renews. ending, of those that end together: renewed,
-- changed, lapsed, cancelled, pending (in its grace days), upcoming (past as_of), open (without an end).
create macro renewal_term_on(as_of, grace_days, early_days, currencies, factors) as table
with said as (
    select
        rowid as term, _account, contract,
        coalesce(product_family, product, '') as line,
        coalesce(upper(trim(currency)), '') as own_currency,
        list_position(currencies::varchar[], own_currency) as place,
        case when place > 0 then (currencies::varchar[])[1] else own_currency end as currency,
        case when place > 0 then (arr * (factors::decimal(18, 8)[])[place])::decimal(18, 2) else arr end as known_arr,
        plan, seats,
        coalesce(starts_on, date '1900-01-01') as starts_on,
        ends_on,
        coalesce(cancelled_on <= as_of::date and coalesce(cancelled_on < ends_on, true), false) as is_cancelled,
        case when is_cancelled then cancelled_on else ends_on end as ended_on,
        coalesce(ends_on > coalesce(starts_on, date '1900-01-01') + 31, false) as is_long,
        notice_by,
        coalesce(notice_given_on <= as_of::date, false) as has_notice,
        coalesce(asked_to_cancel_on <= as_of::date, false) as has_asked,
        lost_reason
    from core.contract
    where kind is distinct from 'trial' and coalesce(is_recurring, true)
),
term as materialized (
    select starts_on <= as_of::date as has_begun, said.*
    from said
    where coalesce(ended_on > starts_on, true)
),
ended as materialized (
    select
        _account, line, currency, ended_on,
        min(starts_on) as first_started_on,
        bool_and(is_cancelled) as is_cancelled,
        bool_and(is_cancelled or has_notice) as is_refused
    from term
    where has_begun and ended_on is not null
    group by _account, line, currency, ended_on
),
nearest as (
    select
        term.term, term._account, term.line, term.has_begun, term.starts_on, ended.currency, ended.ended_on,
        row_number() over (
            partition by term.term
            order by (ended.currency <> term.currency)::integer, abs(term.starts_on - ended.ended_on), ended.ended_on, ended.currency
        ) as place
    from term
    join ended
        on ended._account = term._account and ended.line = term.line
        and ended.ended_on >= term.starts_on - grace_days::integer
        and ended.ended_on <= term.starts_on + case when ended.is_cancelled then 1 else early_days::integer end
        and ended.first_started_on < term.starts_on
        and coalesce(term.ended_on > ended.ended_on, true)
),
follows as materialized (
    select term, has_begun, _account, line, currency as follows_currency, ended_on as follows_on
    from nearest
    where place = 1
    qualify starts_on >= ended_on or not bool_or(starts_on >= ended_on) over (partition by _account, line, currency, ended_on)
),
renewed as (
    select distinct _account, line, follows_currency as currency, follows_on as ended_on from follows where has_begun
),
closed as (
    select
        ended.*,
        case
            when ended.ended_on > as_of::date then 'upcoming'
            when renewed._account is not null then case when is_cancelled then 'changed' else 'renewed' end
            when is_cancelled then 'cancelled'
            when not is_refused and as_of::date < ended.ended_on + grace_days::integer then 'pending'
            else 'lapsed'
        end as ending
    from ended
    left join renewed
        on renewed._account = ended._account and renewed.line = ended.line and renewed.currency = ended.currency
        and renewed.ended_on = ended.ended_on
)
select
    term._account, term.line, term.currency, term.contract, term.plan, term.seats,
    coalesce(term.known_arr, 0)::decimal(18, 2) as arr, term.known_arr is not null as is_arr_known,
    term.starts_on, term.ended_on, term.is_long, term.is_cancelled, term.has_begun, term.notice_by, term.has_notice, term.has_asked,
    term.lost_reason, follows.follows_on, follows.follows_currency,
    coalesce(follows.follows_on, term.starts_on) as counts_from,
    case when closed.ending not in ('pending', 'upcoming') then term.ended_on end as counts_until,
    term.has_begun and coalesce(follows.follows_on, term.starts_on) <= as_of::date as has_counted,
    case when term.has_begun then coalesce(closed.ending, 'open') end as ending
from term
left join follows on follows.term = term.term
left join closed
    on closed._account = term._account and closed.line = term.line and closed.currency = term.currency and closed.ended_on = term.ended_on;
