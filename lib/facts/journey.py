"""The journey in force, laid on a cursor: the stages of the definitions, or the files' own where none of them is recorded.

lay   the temp tables journey_stage, journey_said and journey_of, which stages.sql and journey.sql read
"""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

import duckdb

from lib.definitions.journey import METRICS, Journey
from lib.store.dimensions import StoredDimension, find_dimension
from lib.store.tables import quote

if TYPE_CHECKING:
    import pyarrow as pa

_SAID = """
create temp table journey_said as
select said.stage, defined.journey, defined.place
from (select distinct stage from core.milestone where reached_on <= $as_of) as said
join defined_stage as defined on lower(trim(said.stage)) = defined.name
"""
_TELLABLE = """
select
    exists (from usage.usage_week where week + 6 <= $as_of::date) as has_use,
    exists (from core.survey where score is not null and answered_on <= $as_of::date) as has_surveys,
    exists (from core.goal where coalesce(promised_on, reached_on, $as_of::date) <= $as_of::date)
        or exists (from written_goal where coalesce(promised_on, reached_on, $as_of::date) <= $as_of::date) as has_goals
"""
_DEFINED = """
create temp table journey_stage as
with recorded as (
    select distinct journey, place, true as is_said from journey_said
),
told as (
    select
        defined.* exclude (name, metric),
        case
            when is_exit or ($is_told_by_stage and is_said) then 'milestone'
            when lag(metric) over line is null then 'start'
            when list_contains($tellable, lag(metric) over line) then lag(metric) over line
            else 'milestone'
        end as metric,
        lag("of") over line as metric_of,
        lag(at_least) over line as least,
        coalesce(is_said, false) as is_recorded
    from defined_stage as defined
    left join recorded using (journey, place)
    window line as (partition by journey, is_exit order by place)
),
ended as (
    select
        *,
        bool_or(is_recorded) over later as is_passed,
        min(case when metric <> 'milestone' then place end) over later as told_at,
        min(case when metric = 'milestone' and not is_optional then place end) over later as shut_at
    from told
    window later as (partition by journey, is_exit order by place rows between 1 following and unbounded following)
)
select
    * exclude (metric, is_recorded, is_passed, told_at, shut_at),
    case
        when metric = 'start' and not coalesce(is_passed or told_at < coalesce(shut_at, told_at + 1), false) then 'milestone'
        else metric
    end as metric,
    is_recorded or metric <> 'milestone' as is_known
from ended
"""
_COUNTED = """
select
    (select count(*) from journey_said),
    (select count(*) from (select 1 from core.milestone where reached_on <= $as_of limit 1))
"""
_OWN = """
create temp table journey_stage as
with reached as (
    select _account, stage, reached_on from core.milestone where reached_on <= $as_of
),
first_reached as (
    select _account, min(reached_on) as reached_on from reached group by _account
),
late as (
    select
        stage,
        median(reached.reached_on - first_reached.reached_on) as days,
        regexp_matches(lower(stage), '\\blost\\b|verloren|perdu') as is_exit
    from reached
    join first_reached using (_account)
    group by stage
)
select
    '' as journey, row_number() over (order by is_exit, days, stage)::integer as place, stage, '' as objective, 0 as expected_days,
    false as is_optional, is_exit, 'milestone' as metric, null::varchar as metric_of, null::double as least,
    true as is_known
from late
"""
_OWN_SAID = "create or replace temp table journey_said as select stage, journey, place from journey_stage"


def lay(con: duckdb.DuckDBPyConnection, dimensions: Sequence[StoredDimension], journey: Journey, as_of: date) -> None:
    """The stages in force, each with what enters it; which texts of the files mean it; and who is on which journey.

    Where files record stages and none of the journey's, their own stand in the order in which accounts come to them by
    `as_of`: the median of days since an account's first stage. Whole on purpose: readers of one house speak of the same
    order, and a book of few accounts has none of its own.

    A metric of which the data says nothing enters no stage; nor does an account's start, where nothing would tell its end.
    """
    con.register("defined_stage", _defined(journey))
    con.execute(_SAID, {"as_of": as_of})
    n_said, n_recorded = con.execute(_COUNTED, {"as_of": as_of}).fetchone()
    if n_said or not n_recorded:
        con.execute(_DEFINED, {"is_told_by_stage": journey.milestones == "stage", "tellable": _tellable(con, as_of)})
    else:
        con.execute(_OWN, {"as_of": as_of})
        con.execute(_OWN_SAID)
    if journey.by and any(each.answers_to(journey.by) for each in dimensions):
        column = quote(find_dimension(dimensions, journey.by).column)
        con.execute(
            f"create temp view journey_of as select _account, account.{column}::varchar as journey from core.account"
        )


def _tellable(con: duckdb.DuckDBPyConnection, as_of: date) -> list[str]:
    """The metrics of which the data says anything."""
    has_use, has_surveys, has_goals = con.execute(_TELLABLE, {"as_of": as_of}).fetchone()
    found = ["days"]
    found += [name for name in METRICS if name.startswith(("active_", "feature", "event"))] if has_use else []
    return found + ["survey"] * has_surveys + ["goals"] * has_goals


@lru_cache(maxsize=8)
def _defined(journey: Journey) -> "pa.Table":
    import pyarrow as pa

    kinds = {
        "journey": pa.string(), "place": pa.int32(), "stage": pa.string(), "name": pa.string(), "objective": pa.string(),
        "metric": pa.string(), "of": pa.string(), "at_least": pa.float64(), "expected_days": pa.int32(),
        "is_optional": pa.bool_(), "is_exit": pa.bool_(),
    }  # fmt: skip
    rows = [each | {"name": each["stage"].lower()} for each in journey.rows()]
    return pa.table({name: pa.array([row[name] for row in rows], kind) for name, kind in kinds.items()})
