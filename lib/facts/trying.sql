-- Trials: how they began, and what became of them. Use is known by the day and features by the week, so the first hours of a trial are
-- its first day. Nothing after the day is known.

-- Grain: one row per account of scope whose first term was a trial that began by the day.
--   began_on, bought_on     of the trial; of the first term that is none, by the day
--   early_until             the Monday after the week of the last of its early_days: until then features are early
--   is_use_known            use is known since it began
--   n_first_events, n_first_people   uses, and people, in its first trial_days; n_day_events: on its first day. first_use_on: ever since
create macro tried_on(as_of, trial_days, early_days) as table
with term as (
    select
        _account,
        min(starts_on) filter (where kind is not distinct from 'trial') as began_on,
        min(starts_on) filter (where kind is distinct from 'trial') as bought_on,
        bool_or(starts_on is null and kind is distinct from 'trial') as is_since_ever
    from core.contract
    where coalesce(starts_on <= as_of::date, true)
    group by _account
),
trial as materialized (
    select
        ours._account, ours.account, ours.segment::varchar as segment, term.began_on, term.bought_on,
        (date_trunc('week', term.began_on + early_days::integer - 1) + interval 7 day)::date as early_until,
        coalesce(term.began_on >= span.opens_on and term.began_on < span.known_until, false) as is_use_known
    from term
    join (select _account, account, segment from scope) as ours on ours._account = term._account
    cross join use_span(as_of) as span
    where term.began_on is not null and not term.is_since_ever and coalesce(term.bought_on > term.began_on, true)
),
used as (
    select
        trial._account,
        min(used.day) as first_use_on,
        coalesce(sum(used.n_events) filter (where used.day = trial.began_on), 0) as n_day_events,
        coalesce(sum(used.n_events) filter (where used.day < trial.began_on + trial_days::integer), 0) as n_first_events,
        count(distinct used.person) filter (where used.day < trial.began_on + trial_days::integer) as n_first_people
    from trial
    join usage.usage_person_day as used on used.account = trial.account and used.day >= trial.began_on and used.day <= as_of::date
    group by trial._account
)
select
    trial.*,
    used.first_use_on,
    coalesce(used.n_day_events, 0)::bigint as n_day_events,
    coalesce(used.n_first_events, 0)::bigint as n_first_events,
    coalesce(used.n_first_people, 0) as n_first_people
from trial
left join used on used._account = trial._account;

-- Grain: one row per such account and feature that its people used early; a login is none.
create macro tried_early_on(as_of, trial_days, early_days) as table
select distinct tried._account, used.feature
from tried_on(as_of, trial_days, early_days) as tried
join usage.usage_feature_week as used
    on used.account = tried.account and used.week >= date_trunc('week', tried.began_on)::date and used.week < tried.early_until
    and used.n_active_people > 0
left join core.feature as said on said.feature = used.feature
where coalesce(lower(trim(said.role)) <> 'login', true);
