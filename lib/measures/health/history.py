"""The score of one account week by week, and what happened to it on the way.

health_history   a row per reading on which the account is a customer or on trial, the oldest first
COLUMNS          of the answer
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.facts import health
from lib.measures import Answer
from lib.measures.health import foretold
from lib.measures.health.sayings import CAP, WHY_NOT

COLUMNS = [
    "day", "health_score", "colour", "profile", "stage", "touch", "is_renewing", "known_share", "held_by", "why_not", "risk_90",
    "risk_180", "convert_rate", "marks",
]  # fmt: skip
_MARKS = (  # of a reading against the one before it
    "case when was_trial and not is_trial then 'from trial to customer' end",
    "case when reading > reading_before + 1 then 'back after a gap' end",
    "case when rule <> rule_before then format('new rules from {}', strftime(from_day, '%-d %b %Y')) end",
    "case when stage is distinct from stage_before and stage is not null and not is_trial then format('reached {}', stage) end",
    "case when has_other_profile then format('profile: {} → {}', coalesce(profile_before, 'none'), coalesce(profile, 'none')) end",
    "case when is_renewing and not was_renewing then format('renewal in {} days or less', renewal_days) end",
    "case when is_renewed then format('renewed, until {}', strftime(renews_on, '%-d %b %Y')) end",
    "case when is_moved then format('renews on {}', strftime(renews_on, '%-d %b %Y')) end",
    "case when in_grace and not was_in_grace then 'renewal overdue' end",
    "case when seats <> seats_before then format('seats {:,} → {:,}', seats_before, seats) end",
    "case when round(arr) <> round(arr_before) then format('ARR {:,.0f} → {:,.0f}', arr_before, arr) end",
    "case when notice_given and not was_noticed then 'notice given' end",
    "case when was_noticed and not notice_given and not in_grace then 'notice withdrawn' end",
    "case when asked_to_cancel and not had_asked then 'asked to cancel' end",
    "case when had_asked and not asked_to_cancel then 'cancel request withdrawn' end",
    "case when in_save_plan and not was_in_save_plan then 'save plan opened' end",
    "case when was_in_save_plan and not in_save_plan then 'save plan closed' end",
)
_SAID = ",\n        ".join(_MARKS)
_SQL = f"""with told as (
    select
        score.reading, score.day, score.health_score::double as health_score, score.colour, score.profile, score.is_renewing,
        round(score.known_share::double, 4) as known_share, score.rule,
        rules.from_day, rules.renewal_days, score.is_held, {CAP} as cap,
        {WHY_NOT} as why_not,
        case when reading.is_trial then 'trial' else reading.stage end as stage,
        part.touch, part.asked_to_cancel, part.notice_given, part.in_save_plan, part.in_grace,
        reading.is_trial, reading.arr::double as arr, reading.seats::bigint as seats, reading.renews_on,
        risk.risk_90, risk.risk_180, risk.convert_rate
    from scope
    join health_score as score on score._account = scope._account
    join health_reading as reading on reading._account = score._account and reading.reading = score.reading
    join health_part as part on part._account = score._account and part.reading = score.reading
    join health_rule as rules on rules.rule = score.rule
    left join health_foretold as risk on risk._account = score._account and risk.reading = score.reading
    where scope.account = $account
),
stepped as (
    select
        *,
        lag(reading) over line as reading_before, lag(rule) over line as rule_before, lag(stage) over line as stage_before,
        lag(profile) over line as profile_before, lag(is_renewing) over line as was_renewing,
        profile is distinct from profile_before as has_other_profile,
        lag(renews_on) over line as renews_on_before,
        renews_on > renews_on_before and renews_on_before - day <= renewal_days as is_renewed,
        renews_on <> renews_on_before and not is_renewed as is_moved,
        lag(in_grace) over line as was_in_grace, lag(seats) over line as seats_before, lag(arr) over line as arr_before,
        lag(notice_given) over line as was_noticed, lag(asked_to_cancel) over line as had_asked,
        lag(in_save_plan) over line as was_in_save_plan, lag(is_trial) over line as was_trial
    from told
    window line as (order by reading)
)
select
    * exclude (cap),
    case when is_held then format('{{:s}}, at most {{:g}}', cap.said, cap.at_most) end as held_by,
    case when reading_before is null then [] else list_filter([
        {_SAID}
    ], lambda each: each is not null) end as marks
from stepped
order by reading"""


def health_history(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, account: str = ""
) -> Answer:
    """The account's score at the end of every week and on the as-of day, by the rules of its day; the book's filters do not count.

    `marks` say what became different since the reading before: the profile, the renewal window, a renewal, seats, ARR, notice,
    a request to cancel, a save plan, a stage, the rules. Weeks in which it was no customer and not on trial have no row.
    """
    health.lay(con, book.as_of, definitions)
    notes = foretold.lay(con, book.as_of, definitions)
    table = con.execute(_SQL, {"account": account}).df()
    table["marks"] = [list(each) for each in table["marks"]]
    return Answer(table[COLUMNS], notes=notes, sql=_SQL)
