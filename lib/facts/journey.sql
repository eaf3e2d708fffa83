-- How long accounts were in the stages of their journey, and how each stay ended. Grain: one row per account of scope and stage it
-- entered, the last stage included.
--   entered_on, left_on     as stage_spell has them (stages.sql)
--   exited_on               the day the account was lost, or came to an exit, while in the stage
--   days                    in the stage: to left_on, exited_on or the day
--   ending                  completed, exited, or inside: still in it on the day, which says nothing yet
--   next_stage, is_last     the stage it went on to; the last stage of a journey that the data can tell of is never completed
-- An account lost is one whose last term has ended and is past the grace days (begun_on). One that comes to a stage after it was
-- lost has exited on the day it came. A stage passed over has no row.
create macro journey_spell_on(as_of, grace_days) as table
with spell as (
    select spell.*, lead(stage) over (partition by _account order by place) as next_stage from stage_spell(as_of) as spell
),
gone as (
    select begun._account, least(gone_on, exited_on) as gone_on
    from begun_on(as_of, grace_days) as begun
    left join exit_on(as_of) as said on said._account = begun._account
),
last_place as (
    select journey, max(place) as place from journey_stage where is_known and not is_exit group by journey
),
stay as (
    select
        spell._account, mine.account, mine.journey, spell.stage, spell.place, spell.next_stage,
        spell.place = last_place.place as is_last,
        journey.expected_days,
        spell.reached_on as entered_on,
        spell.left_on,
        case when spell.left_on is null and gone.gone_on is not null then greatest(gone.gone_on, spell.reached_on) end as exited_on
    from spell
    join account_journey() as mine on mine._account = spell._account
    join journey_stage as journey on journey.journey = mine.journey and journey.place = spell.place and not journey.is_exit
    join last_place on last_place.journey = mine.journey
    left join gone on gone._account = spell._account
)
select
    *,
    coalesce(left_on, exited_on, as_of::date) - entered_on as days,
    case when left_on is not null then 'completed' when exited_on is not null then 'exited' else 'inside' end as ending
from stay;
