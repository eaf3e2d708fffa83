-- What a loss, or a conversion, is predicted from: readings (health_reading.sql) with what the team wrote beside them, as numbers.

-- Where a cursor has no readings laid: none.
create table health_reading as
from health_reading_on(date '1900-01-01', 13, 0, []::varchar[], 0, 0, 0) limit 0;

-- Grain: one row per account and reading of a customer or a trial, none in its grace days; every `step`-th reading back from the last.
--   renews_in, past_notice_by   days to the renewal; the notice deadline of that term is over, and no notice was given
--   is_first                    the first term is not over: no renewal so far
--   contact_days                since the last two-way contact; who had none: since it began
--   are_..._known               whether anybody had such an answer on the day
--   lost_in, converts_in        what came: days from the reading to the loss; days from the beginning of the trial to the first term bought.
--                               These are no traits: they know what came later
-- What a whole file would have to say is empty where there is none.
create macro prediction_known_on(as_of, n_weeks, said_days, step) as table
with said as materialized (
    from health_said_on(as_of, n_weeks, said_days)
),
taken as (
    select *
    from health_reading
    where not is_pending and ((select max(reading) from health_reading) - reading) % step::integer = 0
),
asked as (
    select
        taken.reading,
        bool_or(taken.csat is not null) as csat, bool_or(taken.nps is not null) as nps, bool_or(said.sentiment is not null) as sentiment
    from taken
    left join said on said._account = taken._account and said.reading = taken.reading
    group by taken.reading
),
first_term as (
    select _account, min(ends_on) filter (where kind is distinct from 'trial') as ends_on, min(starts_on) filter (where kind is distinct from 'trial') as bought_on
    from core.contract
    group by _account
)
select
    reading._account, reading.reading, reading.day, reading.is_trial,
    reading.stage,
    coalesce(reading.renews_on - reading.day, -1)::float as renews_in,
    (not reading.has_notice and coalesce(reading.notice_by < reading.day, false))::float as is_past_notice,
    reading.has_notice::float as has_notice,
    (reading.has_asked or coalesce(said.has_asked, false))::float as has_asked,
    reading.arr::float as arr, reading.seats::float as seats,
    case when not reading.is_trial then reading.day - reading.started_on end::float as customer_days,
    case when not reading.is_trial then coalesce(first_term.ends_on > reading.day, true) end::float as is_first,
    case when reading.is_trial then reading.day - reading.began_on end::float as trial_days,
    case when reading.expected_days > 0 then reading.day - reading.stage_since end::float as stage_days,
    reading.expected_days::float as expected_days,
    reading.active_people::float as active_people,
    reading.weekly_people::float as weekly_people, reading.weekly_people_before::float as weekly_people_before,
    reading.active_days::float as active_days, reading.breadth::float as breadth, reading.key_features::float as key_features,
    reading.silent_weeks::float as silent_weeks,
    reading.n_tickets::float as n_tickets, reading.logins::float as logins,
    reading.csat::float as csat, coalesce(asked.csat, false) as are_csat_known,
    reading.nps::float as nps, coalesce(asked.nps, false) as are_nps_known,
    said.sentiment::float as sentiment, coalesce(asked.sentiment, false) as are_sentiment_known,
    case
        when reading.are_touches_known or said.touched_on is not null
            then reading.day - coalesce(greatest(reading.touched_on, said.touched_on), reading.began_on)
    end::float as contact_days,
    reading.goals_due::float as goals_due, reading.goals_reached::float as goals_reached,
    reading.lost_champions::float as lost_champions,
    case when spell.ending in ('lapsed', 'cancelled') then spell.ended_on - reading.day end::float as lost_in,
    case when reading.is_trial then first_term.bought_on - reading.began_on end::float as converts_in
from taken as reading
left join said on said._account = reading._account and said.reading = reading.reading
left join asked on asked.reading = reading.reading
left join first_term on first_term._account = reading._account
left join customer_spell as spell
    on not reading.is_trial and spell._account = reading._account
    and spell.began_on <= reading.day and coalesce(spell.ended_on > reading.day, true);
