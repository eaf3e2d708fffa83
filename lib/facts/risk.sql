-- is_at_risk: live or pending, and at least one reason holds. health_red: who is red, by the score of a day (health.py lays it; without it
-- nobody is).
create table health_red (_account uinteger, day date);
create macro risk_on(
    as_of, grace_days, renewal_windows, utilisation_bands, utilisation_labels, drop_ratio, rise_ratio, least_active, low_sentiment
) as table
with known as (
    select
        used.*,
        contact.* exclude (_account, account),
        list_filter([
            case when has_notice then 'notice given' end,
            case when has_asked then 'cancel asked' end,
            case when has_save_plan then 'in a save plan' end,
            case when red._account is not null then 'health red' end,
            case when movement = 'significant drop' then 'usage drop' end,
            case when sentiment <= low_sentiment::integer then 'low sentiment' end
        ], lambda reason: (is_live or is_pending) and reason is not null) as risk_reasons,
        (is_live or is_pending) and (
            has_notice or has_asked or has_save_plan or red._account is not null or movement = 'significant drop' or coalesce(sentiment <= low_sentiment::integer, false)
        ) as is_at_risk
    from use_on(
        as_of, grace_days, renewal_windows, utilisation_bands, utilisation_labels, drop_ratio, rise_ratio, least_active
    ) as used
    join contact_on(as_of) as contact using (_account, account)
    left join (select _account from health_red where day = as_of::date) as red on red._account = used._account
)
select
    *,
    case when is_at_risk then coalesce(arr, 0) else 0 end as arr_at_risk
from known;
