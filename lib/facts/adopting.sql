-- Grain: one row per account of scope, live or not: how far its people have come by the day, and its renewal beside it.
-- n_users         people by the day whose login is open
-- n_adopted, n_loyal   of them: those who have adopted by then, those who were loyal once
-- adopted_share   n_adopted / n_users; is_adopted: it is account_adopted_share or more; both empty where nobody is known
-- adopted_on      the first day at whose end the share was that high among the people there were by then
-- met_on          the day its first person came, or its first contract (trials too) began, whichever was earlier
-- seen_days, followed_days, is_start_seen, left_by   of the account, as of people (lives.sql)
create macro account_adoption_on(
    as_of, grace_days, renewal_windows, adopted_days, adopted_within_days, loyal_weeks, loyal_of_weeks, account_adopted_share
) as table
with life as materialized (
    from person_adopting(as_of, grace_days, adopted_days, adopted_within_days, loyal_weeks, loyal_of_weeks)
),
span as (
    select any_value(opens_on) as opens_on, any_value(known_until) as known_until from life
),
known as (
    select
        *,
        coalesce(provisioned_on, date '1900-01-01') as came_on,
        coalesce(deactivated_on > coalesce(provisioned_on, date '1900-01-01'), true) as was_there
    from life
),
moved as (
    select _account, came_on as day, 1 as users, 0 as adopted from known where was_there
    union all
    select _account, adopted_on as day, 0 as users, 1 as adopted from known where adopted_on is not null
    union all
    select _account, deactivated_on as day, -1 as users, case when adopted_on is not null then -1 else 0 end as adopted
    from known
    where was_there and deactivated_on is not null
),
by_day as (
    select _account, day, sum(users) as users, sum(adopted) as adopted from moved group by _account, day
),
running as (
    select
        _account, day,
        sum(users) over (partition by _account order by day) as n_users,
        sum(adopted) over (partition by _account order by day) as n_adopted
    from by_day
),
reached as (
    select _account, min(day) as adopted_on
    from running
    where n_users > 0 and n_adopted >= account_adopted_share::double * n_users - 1e-9
    group by _account
),
people as (
    select
        _account,
        min(provisioned_on) as first_person_on,
        any_value(gone_on) as gone_on,
        sum(case when deactivated_on is null then 1 else 0 end)::integer as n_users,
        sum(case when deactivated_on is null and adopted_on is not null then 1 else 0 end)::integer as n_adopted,
        sum(case when deactivated_on is null and loyal_on is not null then 1 else 0 end)::integer as n_loyal
    from known
    group by _account
),
stood as (
    select
        term._account, term.account, term.is_live, term.is_pending, term.is_past, term.arr, term.renews_on, term.days_to_renewal,
        term.renewal_window,
        least(term.tried_on, people.first_person_on) as met_on,
        coalesce(n_users, 0)::integer as n_users,
        coalesce(n_adopted, 0)::integer as n_adopted,
        coalesce(n_loyal, 0)::integer as n_loyal,
        reached.adopted_on,
        people._account is not null as has_people,
        opens_on, known_until,
        case when known_until is not null then least(known_until, gone_on) end as ends_on
    from term_on(as_of, grace_days, renewal_windows) as term
    cross join span
    left join people on people._account = term._account
    left join reached on reached._account = term._account
)
select
    *,
    n_adopted / nullif(n_users, 0) as adopted_share,
    n_adopted >= account_adopted_share::double * nullif(n_users, 0) - 1e-9 as is_adopted,
    adopted_on - met_on as days_to_adopted,
    case when ends_on > met_on then ends_on - 1 - met_on end as seen_days,
    known_until - 1 - met_on as followed_days,
    met_on >= opens_on as is_start_seen,
    case when ends_on < known_until then 'account left' end as left_by
from stood;
