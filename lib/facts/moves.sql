-- How ARR moved, lever by lever. Of the terms of renewal_terms.sql.

-- Grain: one row per account, line, currency, day and lever: by how much its ARR moved. What moved up to a day adds up to the ARR on it, so
-- that the ARR before a period and what moved in it make the ARR after it. A move of 0 is there where a customer came or went.
--   new, reactivated   no customer before; none in the grace days before. cross_sell: a customer, and no term of that line live
--   upsell, downsell   more or less of a line: at its renewal (is_at_renewal), by a change or by what was bought beside it in mid-term
--   lapse, cancellation   a line ended, with its term and before it
--   restated           renewed in another currency without a rate, or for an ARR not known before or after: neither up nor down
-- An up- or down-sell is volume (seats more or less, at the price before) and the rest: edition where the plan changed, price where it did not;
-- untold where seats are not known. What was bought beside is all volume.
create macro move_of_terms(grace_days) as table
with went as (
    select
        _account, line, currency, counts_until as moved_on,
        any_value(ending) as ending,
        sum(arr) as arr, bool_and(is_arr_known) as is_arr_known,
        case when bool_and(seats is not null) then sum(seats) end as seats,
        min(plan) as first_plan, max(plan) as last_plan
    from renewal_term
    where has_counted and counts_until is not null
    group by _account, line, currency, counts_until
),
came as (
    select
        _account, line, currency, counts_from as moved_on,
        follows_on is not null as is_next,
        coalesce(follows_currency, currency) as follows_currency,
        sum(arr) as arr, bool_and(is_arr_known) as is_arr_known,
        case when bool_and(seats is not null) then sum(seats) end as seats,
        min(plan) as first_plan, max(plan) as last_plan
    from renewal_term
    where has_counted
    group by _account, line, currency, counts_from, follows_on is not null, coalesce(follows_currency, currency)
),
account_day as (
    select
        _account, counts_from,
        max(max(coalesce(counts_until, date '9999-12-31'))) over (
            partition by _account order by counts_from rows between unbounded preceding and 1 preceding
        ) as live_until
    from renewal_term
    where has_counted
    group by _account, counts_from
),
line_day as (
    select
        _account, line, counts_from,
        max(max(coalesce(counts_until, date '9999-12-31'))) over (
            partition by _account, line order by counts_from rows between unbounded preceding and 1 preceding
        ) as live_until
    from renewal_term
    where has_counted
    group by _account, line, counts_from
),
begun as (
    select
        came._account, came.line, came.currency, came.moved_on,
        case
            when account_day.live_until is null then 'new'
            when account_day.live_until < came.moved_on - grace_days::integer then 'reactivated'
            when coalesce(line_day.live_until < came.moved_on, true) then 'cross_sell'
            else 'upsell'
        end as lever,
        false as is_at_renewal,
        came.arr as arr_change,
        case when lever = 'upsell' and came.seats > 0 then came.arr else 0 end as volume,
        0 as price, 0 as edition
    from came
    join account_day on account_day._account = came._account and account_day.counts_from = came.moved_on
    join line_day
        on line_day._account = came._account and line_day.line = came.line and line_day.counts_from = came.moved_on
    where not is_next
),
gone as (
    select
        _account, line, currency, moved_on,
        case ending when 'lapsed' then 'lapse' else 'cancellation' end as lever,
        ending = 'lapsed' as is_at_renewal,
        -arr as arr_change, 0 as volume, 0 as price, 0 as edition
    from went
    where ending in ('lapsed', 'cancelled')
),
went_on as (
    select
        went._account, went.line, went.currency, went.moved_on,
        ending = 'renewed' as is_at_renewal,
        coalesce(came.arr, 0) - went.arr as arr_change,
        came.arr is not null and went.is_arr_known and came.is_arr_known as is_told,
        round((came.seats - went.seats) * went.arr / nullif(went.seats, 0), 2)::decimal(18, 2) as by_volume,
        (came.first_plan, came.last_plan) is distinct from (went.first_plan, went.last_plan) as is_replanned
    from went
    left join came
        on came._account = went._account and came.line = went.line and came.currency = went.currency
        and came.moved_on = went.moved_on and is_next and came.follows_currency = went.currency
    where ending in ('renewed', 'changed')
),
resold as (
    select
        _account, line, currency, moved_on,
        case when not is_told then 'restated' when arr_change > 0 then 'upsell' else 'downsell' end as lever,
        is_at_renewal, arr_change,
        case when is_told then coalesce(by_volume, 0) else 0 end as volume,
        case when is_told and not is_replanned and by_volume is not null then arr_change - by_volume else 0 end as price,
        case when is_told and is_replanned then arr_change - coalesce(by_volume, 0) else 0 end as edition
    from went_on
    where arr_change <> 0
),
redenominated as (
    select
        _account, line, currency, moved_on, 'restated' as lever, true as is_at_renewal, arr as arr_change,
        0 as volume, 0 as price, 0 as edition
    from came
    where is_next and follows_currency <> currency
)
select
    _account, line, currency, moved_on, lever, is_at_renewal,
    arr_change::decimal(18, 2) as arr_change, volume::decimal(18, 2) as volume, price::decimal(18, 2) as price,
    edition::decimal(18, 2) as edition,
    case when lever in ('upsell', 'downsell') then arr_change - volume - price - edition else 0 end::decimal(18, 2) as untold
from (
    select * from begun
    union all by name select * from gone
    union all by name select * from resold
    union all by name select * from redenominated
);

create table arr_move as from move_of_terms(0);
