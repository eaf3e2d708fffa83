-- Settings in use as of a day. Grain: one row per account of scope, person (empty: the whole account's) and setting: the value
-- last chosen. A choice of a later day is as if it were not; one of no known day holds since ever. is_latest marks the account's
-- last word on a setting, whoever's it was. What was chosen before is not kept: between the two choices there is no row.
create macro setting_on(as_of) as table
select
    scope._account,
    chosen.person,
    chosen.setting,
    chosen.value,
    chosen.set_on,
    row_number() over (
        partition by scope._account, chosen.setting
        order by chosen.set_on desc nulls last, chosen.person nulls first
    ) = 1 as is_latest
from core.setting as chosen
join scope on scope.account = chosen.account
where chosen.set_on is null or chosen.set_on <= as_of::date;
