-- Grain: one row per stage. Stages stand in the order in which accounts come to them: by the median of days since an
-- account's first stage, over the whole data as of the day; by name where that is the same. Whole on purpose: readers of one house speak of the same
-- order, and a book of few accounts has none of its own. A stage that no account of the scope reached is named nowhere.
create macro stage_order(as_of) as table
with reached as (
    select _account, stage, reached_on from core.milestone where reached_on <= as_of::date
),
first_reached as (
    select _account, min(reached_on) as reached_on from reached group by _account
),
late as (
    select stage, median(reached.reached_on - first_reached.reached_on) as days
    from reached
    join first_reached using (_account)
    group by stage
)
select stage, row_number() over (order by days, stage) as place from late;

-- Grain: one row per account of scope and stage it reached. left_on: the day the next stage was reached, empty while in it.
create macro stage_spell(as_of) as table
select
    _account, stage, place, reached_on,
    lead(reached_on) over (partition by _account order by place) as left_on,
    left_on is null as is_furthest
from core.milestone
join stage_order(as_of) using (stage)
semi join (select _account from scope) as scope using (_account)
where reached_on <= as_of::date;

create macro stage_on(as_of) as table
select _account, stage, place, reached_on as stage_since, as_of::date - reached_on as dwell_days
from stage_spell(as_of)
where is_furthest;
