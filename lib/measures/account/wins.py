"""Small wins of late, for a word of thanks: each by its own rule.

account_wins   one row per win, the newest first
COLUMNS        of the answer
RULES          kind of win -> its rule, with {places} of the definitions
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.facts.standing import utilisation_labels
from lib.measures import Answer
from lib.measures.account import asked

COLUMNS = ["happened_on", "win", "title", "detail"]
RULES = {
    "goal": "a goal was reached.",
    "stage": "a stage was reached for the first time.",
    "promoter": "an NPS answer of {promoter} or more.",
    "record": "more people active in a week than in any week of the year before it, at least {least_active}; the best such week.",
    "feature": "a feature used for the first time, by {people} people or more in one week.",
    "seats": "people active in 4 full weeks / seats bought came to the highest band, {band}, from below it.",
    "renewed": "a contract of more than a month was renewed, or grew.",
}
_SQL = """
with span as (
    select date_trunc('week', $as_of::date + 1)::date as closes_on, $as_of::date - $wins_days::integer as since_on
),
week as materialized (
    from week_of($account, $as_of, $grace_days, 105)
),
record as (
    select
        week_on, n_people,
        max(n_people) over (order by week_on range between interval 364 days preceding and interval 7 days preceding) as before,
        count(n_people) over (order by week_on range between interval 364 days preceding and interval 7 days preceding) as n_before
    from week
),
person as materialized (
    select person, week
    from usage.usage_person_week, span
    where account = $account and week >= since_on - 40 and week < closes_on
),
rate as (
    select week_on, count(distinct person) / any_value(seats) as rate
    from (select week_on, seats from week where n_people is not null) as week
    left join person on person.week between week_on - 21 and week_on
    group by week_on
    having any_value(seats) > 0
),
crossed as (
    select week_on, rate, lag(rate) over (order by week_on) as rate_before from rate, span where week_on >= since_on - 12
),
feature as (
    select feature, min(week) as week_on, arg_min(n_active_people, (-n_active_people::integer, week)) as n_people
    from usage.usage_feature_week, span
    where account = $account and week < closes_on
    group by feature
),
win as (
    select happened_on, 'goal' as win, title, detail
    from (
        select reached_on as happened_on, concat_ws(': ', 'Goal reached', category) as title,
            case when due_on >= reached_on then 'on time' end as detail
        from core.goal where account = $account
        union all
        select reached_on::date, concat_ws(': ', 'Goal reached', category),
            case when due_on::date >= reached_on::date then 'on time' end
        from written_goal where account = $account
    )
    union all
    select reached_on, 'stage', 'Reached ' || stage, null from core.milestone where account = $account
    union all
    select answered_on, 'promoter', format('NPS {:g}', score), comment
    from core.survey where account = $account and kind = 'nps' and score >= $promoter_score
    union all
    (
        select
            week_on + 6, 'record', format('{} people active in a week', n_people),
            format('{} at most in the year before', before)
        from record, span
        where n_people > before and n_before >= 13 and n_people >= $least_active and week_on + 6 >= since_on
        order by n_people desc, week_on desc
        limit 1
    )
    union all
    select
        feature.week_on + 6, 'feature', 'Took up ' || coalesce(known.name, feature),
        format('up to {} people in a week', n_people)
    from feature
    left join core.feature as known using (feature)
    where n_people >= $win_feature_people
      and feature.week_on > (select min(week) from usage.usage_week where account = $account)
    union all
    (
        select
            week_on + 6, 'seats', format('{:.0f} % of seats active', rate * 100),
            format('{:.0f} % the week before', rate_before * 100)
        from crossed
        where rate >= list_extract($utilisation_bands::double[], -1)
          and rate_before < list_extract($utilisation_bands::double[], -1)
        order by week_on desc
        limit 1
    )
    union all
    select
        starts_on, 'renewed', 'Contract ' || became,
        concat_ws(', ', plan::varchar, case when arr is not null then format('{:,.0f} ARR', arr::double) end)
    from term_of($account, $as_of, $grace_days)
    where became in ('renewed', 'renewed up') and not (is_monthly and became = 'renewed')
)
select happened_on, win, title, detail
from win, span
where happened_on <= $as_of::date and happened_on > since_on and exists (from scope where scope.account = $account)
order by happened_on desc, win, title
"""


def account_wins(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, account: str = "") -> Answer:
    """Small wins of the last `wins_days` days. notes: the rule of each kind of win."""
    return Answer(
        con.execute(_SQL, asked(_SQL, book, definitions, account)).df()[COLUMNS],
        notes=tuple(f"{kind}: {rule}" for kind, rule in rules(definitions).items()),
        sql=_SQL.strip(),
    )


def rules(definitions: Definitions) -> dict[str, str]:
    """Kind of win -> its rule in full."""
    words = definitions.one_account
    places = {
        "promoter": words.promoter_score,
        "least_active": definitions.standing.least_active,
        "people": words.win_feature_people,
        "band": utilisation_labels(definitions)[-1],
    }
    return {kind: rule.format(**places) for kind, rule in RULES.items()}
