-- Grain: one row per contact by the team with an account of scope, up to the day: those of files and those the team wrote.
--   occurred_at        the moment it counts on (written.py: one written after the data's last day counts as of it)
--   real_occurred_at   when it took place
--   is_digital         a campaign: written to many at once; all else is a person's. is_human: two-way, and a person's
create macro touch_on(as_of) as table
with touch as (
    select _account, person, occurred_at, occurred_at as real_occurred_at, kind, is_two_way, is_proactive, play, made_by, url
    from core.touch
    where occurred_at < as_of::date + 1
    union all
    select ours._account, said.person, said.occurred_at, real_occurred_at, kind, is_two_way, is_proactive, play, made_by, said.url
    from written_touch as said
    join (select _account, account from scope) as ours on ours.account = said.account
    where said.occurred_at < as_of::date + 1
)
select
    touch.*,
    coalesce(kind = 'campaign', false) as is_digital,
    coalesce(is_two_way, false) and not is_digital as is_human
from touch
where _account in (select _account from scope);
