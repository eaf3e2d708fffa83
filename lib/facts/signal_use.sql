-- Signals: what rules of exceptions are told by (exceptions.py). Every macro signal_*_on gives lines of the same columns: from `from_on` on, until
-- the next line of the same fact, account and person, the fact is value + pace * (days since from_on).
--   value empty             not known, and says nothing: what is open stays open, nothing begins
--   value and pace empty    over: what is open ends
-- Nothing after a day is known on it, so that a line never moves when later data come; a week is read on its last day, a Sunday.

-- Use of the last four full weeks, at the end of every week. Grain: one row per account and week on which it has a term, a trial too, or its grace days.
create macro use_week_on(as_of, n_weeks, grace_days, high_value, least_people) as table
with reach as (
    select min(week) as first_week, list(distinct week) as weeks from usage.usage_week where week + 6 <= as_of::date
),
used as materialized (
    from health_use_on(as_of, n_weeks, high_value)
),
stood as (
    select _account, reading, has_live, live_seats, has_trial, trial_seats, grace_seats, began_on
    from health_terms_on(as_of, n_weeks, grace_days) where _account in (select _account from core.contract)
    union all by name  -- customers by a flag of their own
    select _account, reading
    from core.account
    cross join (select reading from reading_days(as_of, n_weeks))
    where not coalesce(churned, false) and _account not in (select _account from core.contract)
),
ours as materialized (
    select
        terms._account, terms.reading as week_no, days.day,
        coalesce(case when has_live then live_seats when has_trial then trial_seats else grace_seats end, account.seats) as seats,
        terms.began_on, first_week,
        coalesce(list_contains(weeks, days.day - 6), false) as is_known
    from stood as terms
    join (select reading, day from reading_days(as_of, n_weeks) where reading < n_weeks::integer) as days on days.reading = terms.reading
    join (select _account, seats from core.account) as account on account._account = terms._account
    cross join reach
)
select
    ours._account, ours.day, ours.seats,
    coalesce(used.used_on >= ours.day - 90 and coalesce(used.used_by_people_on < ours.day - 90, true), false) as is_machine,
    ours.is_known and not is_machine as counts,
    case when counts then coalesce(used.n_people, 0) end as active_people,
    case when counts then coalesce(used.n_people, 0) / nullif(ours.seats, 0) end as utilisation,
    case
        when counts and ours.began_on <= ours.day - 55 and first_week <= ours.day - 55
          and greatest(coalesce(used.n_people, 0), before.n_people) >= least_people::integer
            then coalesce(used.n_weekly_people, 0) / nullif(before.n_weekly_people, 0)
    end as people_change,
    case
        when counts and ours.began_on <= ours.day - 55 and first_week <= ours.day - 55 and before.n_days >= 4
            then coalesce(used.n_days, 0) / before.n_days
    end as days_change,
    case
        when counts and ours.began_on <= ours.day - 118 and first_week <= ours.day - 118
          and greatest(coalesce(used.n_people, 0), quarter.n_people) >= least_people::integer
            then coalesce(used.n_weekly_people, 0) / nullif(quarter.n_weekly_people, 0)
    end as people_growth,
    greatest(least((ours.day + 1 - greatest(ours.began_on, first_week)) // 7, 4), 1) as n_weeks_known,
    case when counts then coalesce(used.n_days, 0) / n_weeks_known end as active_days,
    case when counts then coalesce(used.n_features, 0) end as breadth,
    case when counts then coalesce(used.n_key, 0) / n_weeks_known end as key_features,
    case when counts then (ours.day - coalesce(used.used_by_people_on, greatest(ours.began_on, first_week) - 1)) end as silent_days
from ours
left join used on used._account = ours._account and used.week_no = ours.week_no
left join used as before on before._account = ours._account and before.week_no = ours.week_no - 4
left join used as quarter on quarter._account = ours._account and quarter.week_no = ours.week_no - 13;

-- Of the table use_week (use_week_on, laid by exceptions.py). Silence goes on between Sundays while it lasts.
create macro signal_use_on() as table
with numbers as (
    select
        _account, day, utilisation, active_people::double as active_people, people_change, days_change, people_growth, active_days,
        breadth::double as breadth, key_features::double as key_features, silent_days::double as silent_days
    from use_week
)
select
    fact, _account, null::varchar as person, day as from_on, value, case when fact = 'silent_days' then 1 else 0 end::double as pace
from numbers
unpivot include nulls (value for fact in (
    utilisation, active_people, people_change, days_change, people_growth, active_days, breadth, key_features, silent_days
));
