-- Renewals ahead of each of several days, what was known of them and their accounts on that day, and what became of them since.
-- They read the terms that renewals.py laid as of the last day; all that is known on an earlier one is dated on it or before it.

-- Grain: one row per day of `days`, account, currency and renews_on, up to horizon_days ahead: what an account decides at once. Terms longer
-- than a month that ran on the day, by their planned ends; of all days but the last, one account in so many. arr_due, seats_due,
-- has_notice, has_asked, notice_by: as of the day.
-- is_signed, arr_signed: what takes their place had begun by the day; with counts_signed, on the last day, also what is in the file.
-- has_begun_anew: it has begun, and is itself a renewal ahead.
-- What came, as known on the last day: is_renewed (any of them was renewed, or changed for another on the way; lapsed and cancelled
-- are not), arr_renewed; is_undecided: not known yet.
create macro renewal_ahead(days, horizon_days, counts_signed, one_in) as table
with landmark as (
    select day, day = max(day) over () as is_last from (select unnest(days::date[]) as day)
),
term as materialized (
    select
        term._account, term.line, term.currency, term.arr, term.seats, term.starts_on, term.ended_on, term.ending,
        contract.ends_on as renews_on, contract.cancelled_on, contract.notice_given_on, contract.asked_to_cancel_on, contract.notice_by
    from renewal_term as term
    join core.contract as contract on contract._account = term._account and contract.contract = term.contract
    where term.has_begun and contract.ends_on > term.starts_on + 31
),
running as materialized (
    select landmark.day, landmark.is_last, term.*
    from term
    join landmark
        on term.starts_on <= landmark.day and term.renews_on > landmark.day and term.renews_on <= landmark.day + horizon_days::integer
        and coalesce(term.cancelled_on > landmark.day, true)
        and (landmark.is_last or term._account % one_in::integer = 0)
),
line as materialized (
    select distinct day, is_last, _account, line, currency, renews_on, ended_on from running
),
came as (
    select line.day, line._account, line.currency, line.renews_on, sum(renewal.arr_renewed) as arr_renewed
    from line
    join renewal
        on renewal._account = line._account and renewal.line = line.line and renewal.currency = line.currency
        and renewal.renews_on = line.ended_on
    group by line.day, line._account, line.currency, line.renews_on
),
signed as (
    select
        line.day, line._account, line.currency, line.renews_on, bool_or(next.starts_on <= line.day) as has_begun_anew,
        sum(next.arr) filter (where next.is_arr_known and next.currency = next.follows_currency) as arr_signed
    from line
    join renewal_term as next
        on next._account = line._account and next.line = line.line and next.follows_currency = line.currency
        and next.follows_on = line.ended_on
    where next.starts_on <= line.day or (counts_signed and line.is_last)
    group by line.day, line._account, line.currency, line.renews_on
),
due as (
    select
        day, _account, currency, renews_on,
        min(starts_on) as started_on,
        sum(arr) as arr_due,
        sum(seats) as seats_due,
        min(notice_by) as notice_by,
        bool_and(coalesce(notice_given_on <= day, false)) as has_notice,
        bool_or(coalesce(asked_to_cancel_on <= day, false)) as has_asked,
        bool_or(ending in ('renewed', 'changed')) as is_renewed,
        bool_or(ending in ('pending', 'upcoming', 'open')) as is_undecided
    from running
    group by day, _account, currency, renews_on
)
select
    due.*, coalesce(came.arr_renewed, 0) as arr_renewed, signed._account is not null as is_signed,
    coalesce(signed.has_begun_anew, false) as has_begun_anew,
    case when signed._account is not null then coalesce(signed.arr_signed, due.arr_due) end as arr_signed
from due
left join came
    on came.day = due.day and came._account = due._account and came.currency = due.currency and came.renews_on = due.renews_on
left join signed
    on signed.day = due.day and signed._account = due._account and signed.currency = due.currency
    and signed.renews_on = due.renews_on;

-- Grain: one row per day of `days` and account of scope of which anything is known. people_recent, people_before: people active a week, over the
-- last four full weeks and the four before them, zero where nobody was, empty where the days of the data do not reach; nps: the newest
-- answer of a year; n_tickets: opened in 90 days; is_touched: a two-way contact in 90 days; sentiment: the newest. Tickets and contacts
-- are empty where the data does not reach back so far, and are_answers_known, are_sentiments_known say whether it does: a day before
-- the first ticket is no day without tickets. has_asked_in_writing: by what the team wrote; has_lost_champion: a champion or sponsor left in 180 days.
create macro known_ahead(days) as table
with landmark as (
    select day, date_trunc('week', day + 1)::date as closes_on from (select unnest(days::date[]) as day)
),
known as (
    select
        landmark.*,
        (select min(week) from usage.usage_week) <= closes_on - 56
            and exists (from usage.usage_week where week = closes_on - 7) as is_use_known,
        exists (from core.touch where is_two_way and occurred_at < day - 90) as are_touches_known,
        exists (from core.ticket where opened_at < day - 90) as are_tickets_known,
        exists (from core.survey where kind = 'nps' and score is not null and answered_on <= day - 365) as are_answers_known,
        exists (from written_sentiment where said_on::date <= day - 90) as are_sentiments_known
    from landmark
),
use as (
    select
        landmark.day, week.account,
        sum(week.n_active_people) filter (where week.week >= landmark.closes_on - 28) / 4 as people_recent,
        sum(week.n_active_people) filter (where week.week < landmark.closes_on - 28) / 4 as people_before
    from usage.usage_week as week
    join landmark on week.week >= landmark.closes_on - 56 and week.week < landmark.closes_on
    group by landmark.day, week.account
),
answered as (
    select day, _account, arg_max(score, (answered_on, survey)) as nps
    from core.survey
    join landmark on answered_on <= day and answered_on > day - 365
    where kind = 'nps' and score is not null
    group by day, _account
),
ticketed as (
    select day, _account, count(*) as n_tickets
    from core.ticket
    join landmark on opened_at < day + 1 and opened_at >= day - 90
    group by day, _account
),
touched as (
    select day, _account, true as is_touched
    from core.touch
    join landmark on occurred_at < day + 1 and occurred_at >= day - 90
    where is_two_way and kind is distinct from 'campaign'
    group by day, _account
),
said as (
    select day, account, arg_max(score::integer, place) as sentiment
    from written_sentiment
    join landmark on said_on::date <= day
    where score is not null
    group by day, account
),
asked as (
    select day, account, true as has_asked_in_writing
    from written_cancel_request
    join landmark on asked_on::date <= day and coalesce(withdrawn_on::date > day, true)
    group by day, account
),
left_us as (
    select day, account, true as has_lost_champion
    from core.person
    join landmark on deactivated_on <= day and deactivated_on > day - 180
    where buying_role in ('champion', 'sponsor')
    group by day, account
)
select
    known.day, scope._account,
    case when is_use_known then coalesce(people_recent, 0) end as people_recent,
    case when is_use_known then coalesce(people_before, 0) end as people_before,
    nps,
    are_answers_known,
    case when are_tickets_known then coalesce(n_tickets, 0) end as n_tickets,
    case when are_touches_known then coalesce(is_touched, false) end as is_touched,
    sentiment,
    are_sentiments_known,
    coalesce(has_asked_in_writing, false) as has_asked_in_writing,
    coalesce(has_lost_champion, false) as has_lost_champion
from (select _account, account from scope) as scope
cross join known
left join use on use.day = known.day and use.account = scope.account
left join answered on answered.day = known.day and answered._account = scope._account
left join ticketed on ticketed.day = known.day and ticketed._account = scope._account
left join touched on touched.day = known.day and touched._account = scope._account
left join said on said.day = known.day and said.account = scope.account
left join asked on asked.day = known.day and asked.account = scope.account
left join left_us on left_us.day = known.day and left_us.account = scope.account;
