"""What a list of renewals is made of: the last steps of a statement, each a relation `entry` of rows without their account's name.

RENEWALS    what came to its end in a period, and what became of it
MOVES       how ARR moved in a period
STANDING    who stood on a day: an account and currency each
CUSTOMERS   the customers of the day a period opens, and whether they still are when it closes
"""

RENEWALS = """
entry as (
    select
        renewal._account, renewal.line, renewal.currency, renews_on as moved_on, outcome as lever, is_due,
        spell._account is not null as is_gone,
        arr_due as arr_from,
        case when outcome not in ('pending', 'upcoming', 'cancelled') then arr_renewed end as arr_to,
        arr_to - arr_from as arr_moved,
        seats_due as seats_from, seats_renewed as seats_to, plan_due as plan_from, plan_renewed as plan_to,
        renewal.notice_by, renewal.has_notice, renewal.has_asked, renewal.lost_reason, true as is_at_renewal,
        move.volume, move.price, move.edition, move.untold
    from renewal
    left join (from arr_move where is_at_renewal and lever in ('upsell', 'downsell')) as move
        on move._account = renewal._account and move.line = renewal.line and move.currency = renewal.currency
        and move.moved_on = renewal.renews_on
    left join customer_spell as spell
        on spell._account = renewal._account and spell.ended_on = renewal.renews_on
    where renews_on >= $from_on::date and renews_on < $until_on::date
)"""
MOVES = """
begun as (
    select
        _account, line, currency, counts_from,
        case when bool_and(seats is not null) then sum(seats) end as seats,
        array_to_string(list_sort(list(distinct plan)), ' + ') as plans
    from renewal_term
    where has_counted and follows_on is null
    group by _account, line, currency, counts_from
),
entry as (
    select
        move._account, move.line, move.currency, moved_on, lever, false as is_due,
        coalesce(move.lever not in ('new', 'reactivated', 'cross_sell') and (
            lever <> 'upsell' or is_at_renewal or (outcome = 'changed' and arr_renewed - arr_due = arr_change)
        ) and ended._account is not null, false) as has_ended,
        case when has_ended then arr_due else 0 end as arr_from,
        case when has_ended then arr_due else 0 end + arr_change as arr_to,
        arr_change as arr_moved,
        case when has_ended then seats_due end as seats_from,
        case when has_ended then seats_renewed else begun.seats end as seats_to,
        case when has_ended then plan_due end as plan_from,
        case when has_ended then plan_renewed else begun.plans end as plan_to,
        case when has_ended then ended.notice_by end as notice_by,
        coalesce(has_ended and ended.has_notice, false) as has_notice,
        coalesce(has_ended and ended.has_asked, false) as has_asked,
        case when has_ended then ended.lost_reason end as lost_reason,
        is_at_renewal, volume, price, edition, untold
    from arr_move as move
    left join renewal as ended
        on ended._account = move._account and ended.line = move.line and ended.currency = move.currency
        and ended.renews_on = moved_on
    left join begun
        on begun._account = move._account and begun.line = move.line and begun.currency = move.currency
        and begun.counts_from = moved_on
    where moved_on >= $from_on::date and moved_on < $until_on::date
)"""
STANDING = """
entry as (
    select
        _account, array_to_string(list_sort(list(distinct line)), ' + ') as line, currency,
        null::date as moved_on, 'standing' as lever, false as is_due,
        null::decimal(18, 2) as arr_from, sum(arr) as arr_to, null::decimal(18, 2) as arr_moved,
        null::bigint as seats_from,
        case when bool_and(seats is not null) then sum(seats) end as seats_to,
        null::varchar as plan_from,
        array_to_string(list_sort(list(distinct plan)), ' + ') as plan_to,
        min(notice_by) as notice_by, bool_and(has_notice) as has_notice, bool_or(has_asked) as has_asked,
        null::varchar as lost_reason, false as is_at_renewal, 0 as volume, 0 as price, 0 as edition, 0 as untold
    from renewal_term
    where has_counted and counts_from < $on::date and coalesce(counts_until >= $on::date, true)
    group by _account, currency
)"""
CUSTOMERS = """
stood as (
    select
        _account, line, currency, contract, seats, plan, arr, notice_by, has_notice, has_asked, lost_reason,
        counts_from <= $from_on::date and coalesce(counts_until > $from_on::date, true) as is_opening,
        counts_from <= $until_on::date and coalesce(counts_until > $until_on::date, true) as is_closing,
        not bool_or(is_closing) over (partition by _account) as is_gone
    from renewal_term
    where has_counted and counts_from <= $until_on::date and coalesce(counts_until > $from_on::date, true)
),
entry as (
    select
        _account, array_to_string(list_sort(list(distinct line) filter (where is_opening)), ' + ') as line, currency,
        null::date as moved_on, case when bool_or(is_gone) then 'gone' else 'kept' end as lever, false as is_due,
        coalesce(sum(arr) filter (where is_opening), 0) as arr_from,
        coalesce(sum(arr) filter (where is_closing), 0) as arr_to,
        arr_to - arr_from as arr_moved,
        sum(seats) filter (where is_opening) as seats_from,
        sum(seats) filter (where is_closing) as seats_to,
        array_to_string(list_sort(list(distinct plan) filter (where is_opening)), ' + ') as plan_from,
        array_to_string(list_sort(list(distinct plan) filter (where is_closing)), ' + ') as plan_to,
        min(notice_by) filter (where is_opening) as notice_by,
        coalesce(bool_and(has_notice) filter (where is_opening), false) as has_notice,
        coalesce(bool_or(has_asked) filter (where is_opening), false) as has_asked,
        max(lost_reason) filter (where is_opening) as lost_reason
    from stood
    group by _account, currency
    having bool_or(is_opening)
)"""
