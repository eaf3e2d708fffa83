"""The SQL that rules of health make of readings: points of bands, and the score as a sum of contributions.

tables         the rules as small tables: health_rule, health_part_of, health_weight
points         the points of every part, of the readings of the days its rules hold of
scores         the scores, from points and weights
contributions  what each part adds to a score, of the accounts and readings laid as health_asked

Numbers of the rules stand in the SQL as numbers, names of columns are quoted; no word of a user is in it. A contribution is whole
thousandths of a point, and a score the sum of its contributions: no rounding comes between them.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from lib.definitions.health import CONDITIONS, TOUCHES, TRIAL, Part, Profile, Rules
from lib.store.dimensions import StoredDimension
from lib.store.opening import value_on

if TYPE_CHECKING:
    import pyarrow as pa

Span = tuple[date | None, date | None, Rules]

_TOLD_BY = {  # fact -> of `reading`, with what the team wrote (`said`) beside it
    "utilisation": "reading.active_people / nullif(reading.seats, 0)",
    "active_people": "reading.active_people",
    "active_trend": (
        "case when greatest(reading.weekly_people, reading.weekly_people_before) >= $least_active "
        "then reading.weekly_people / nullif(reading.weekly_people_before, 0) end"
    ),
    "active_days": "reading.active_days",
    "breadth": "reading.breadth",
    "key_features": "reading.key_features",
    "silent_weeks": "reading.silent_weeks",
    "velocity": "case when not reading.is_trial then (reading.day - reading.stage_since) / reading.expected_days end",
    "tickets": "reading.n_tickets / nullif(reading.logins, 0)",
    "csat": "reading.csat",
    "nps": "reading.nps",
    "sentiment": "said.sentiment",
    "contact": (
        "case when reading.are_touches_known or said.touched_on is not null "
        "then reading.day - coalesce(greatest(reading.touched_on, said.touched_on), reading.began_on) end"
    ),
    "goals": "reading.goals_reached / nullif(reading.goals_due, 0)",
    "champion": "reading.lost_champions",
}
_HOLDS = {
    "asked_to_cancel": "reading.has_asked or coalesce(said.has_asked, false)",
    "notice_given": "reading.has_notice",
    "in_save_plan": "coalesce(said.has_save_plan, false)",
    "in_grace": "reading.is_pending",
}
_BESIDE = """said as materialized (
    from health_said_on($as_of, $n_weeks, $said_days)
)"""
_POINTS = f"""with {_BESIDE},
model as (
    select _account, lower(trim(value)) as model, from_on, coalesce(until_on, date '9999-12-31') as until_on
    from core.account_history
    join core.account using (account)
    where field = 'touch_model'
),
touched as (
    from model
    union all
    select _account, lower(trim(touch_model::varchar)), coalesce(since, date '0001-01-01'), date '9999-12-31'
    from core.account
    left join (select _account, max(until_on) as since from model group by _account) as later using (_account)
    where coalesce(since < date '9999-12-31', true)
)
"""
_POINTS_OF = """select
    reading._account, reading.reading, reading.day, health_rule.rule,
    case when reading.is_trial then '{trial}' else lower(reading.stage) end as stage,
    case
        when list_contains(health_rule.high_touch, touched.model) or (touched.model is null and account.csm is not null) then 'high'
        else 'low'
    end as touch,
    coalesce(reading.renews_on - reading.day between 0 and health_rule.renewal_days, false) as is_renewing,
    {holds},
    {points}
from health_reading as reading
join health_rule
    on health_rule.rule = {rule} and coalesce(reading.day >= from_day, true) and coalesce(reading.day < until_day, true)
join touched on touched._account = reading._account and touched.from_on <= reading.day and touched.until_on > reading.day
join core.account as account on account._account = reading._account
left join said on said._account = reading._account and said.reading = reading.reading"""
_WEIGHED = """
join health_rule as rules on rules.rule = part.rule
left join health_weight as weight
    on weight.rule = part.rule and weight.touch = part.touch and weight.is_renewing = part.is_renewing
    and weight.stage = case when list_contains(rules.stages, part.stage) then part.stage else '' end"""
_SCORES = f"""
with weighed as (
    select
        part._account, part.reading, part.day, part.rule, weight.profile, part.is_renewing, red_below, green_from,
        {{all_weight}} as all_weight,
        {{known_weight}} as known_weight,
        case when null_rule = 'reweight' then known_weight else all_weight end as base,
        case
            when null_rule = 'none' and known_weight < all_weight then null
            when known_weight < least_weight * all_weight or base = 0 then null
            else {{added}}
        end as added,
        least({{caps}}) as cap
    from health_part as part{_WEIGHED}
)
select
    _account, reading, day, rule, profile, is_renewing,
    (known_weight / nullif(all_weight, 0))::float as known_share,
    base::float as base,
    added / 1000 as added_score,
    case when added is not null then least(added, cap) / 1000 end as health_score,
    case
        when health_score is null then 'none'
        when health_score < red_below then 'red'
        when health_score < green_from then 'amber'
        else 'green'
    end as colour,
    coalesce(cap < added, false) as is_held
from weighed
"""
_CONTRIBUTIONS = f"""
with {_BESIDE},
piece as (
    select
        part._account, part.reading, part.day, part.rule, score.profile, score.is_renewing, score.base,
        unnest([
            {{pieces}}
        ], recursive := true)
    from health_asked as asked
    join health_part as part on part._account = asked._account and part.reading = asked.reading
    join health_score as score on score._account = asked._account and score.reading = asked.reading
    join health_reading as reading on reading._account = asked._account and reading.reading = asked.reading
    join core.account as account on account._account = asked._account
    left join said on said._account = asked._account and said.reading = asked.reading{_WEIGHED}
)
select
    piece._account, reading, day, piece.rule, profile, is_renewing, piece.place, named.part, fact, "of", value, points, weight,
    case when weight > 0 and points is not null then weight / base end as share,
    coalesce(contribution, 0) / 1000 as contribution
from piece
join health_part_of as named on named.rule = piece.rule and named.place = piece.place
where weight > 0
"""


def tables(spans: Sequence[Span]) -> "dict[str, pa.Table]":
    """The rules as tables. health_rule: from which day until which; health_part_of: its parts; health_weight: what each weighs.

    A weight is told by rule, stage (one that a profile names, or '': any other), touch, and whether the renewal is near.
    """
    import pyarrow as pa

    n_parts = most_parts(spans)
    rule = [_rule(place, *span) for place, span in enumerate(spans)]
    part = [
        {"rule": place, "place": at, "part": each.part, "fact": each.fact, "of": each.of}
        for place, (_, _, rules) in enumerate(spans)
        for at, each in enumerate(rules.parts, 1)
    ]
    weight = [each for place, (_, _, rules) in enumerate(spans) for each in _weights(place, rules, n_parts)]
    kinds = {
        "from_day": pa.date32(),
        "until_day": pa.date32(),
        "stages": pa.list_(pa.string()),
        "high_touch": pa.list_(pa.string()),
    }
    schema = pa.schema([(name, kinds.get(name) or pa.array([value]).type) for name, value in _typed(rule[0]).items()])
    return {
        "health_rule": pa.Table.from_pylist(rule, schema=schema),
        "health_part_of": pa.Table.from_pylist(part),
        "health_weight": pa.Table.from_pylist(weight),
    }


def most_parts(spans: Sequence[Span]) -> int:
    """Of the rules that have most parts: how many."""
    return max(len(rules.parts) for _, _, rules in spans)


def points(spans: Sequence[Span], columns: dict[str, StoredDimension]) -> str:
    """Grain: a row per account and reading: rule, stage, touch, is_renewing, what holds of it, and point_1, point_2 ...

    columns   the dimensions of accounts that parts are told by; of one that is not here nothing is known
    """
    of_rules = []
    for rule, (_, _, rules) in enumerate(spans):
        said = [
            f"{_banded(told(each, columns), each)}::utinyint as point_{at}" for at, each in enumerate(rules.parts, 1)
        ]
        said += [f"null::utinyint as point_{at}" for at in range(len(rules.parts) + 1, most_parts(spans) + 1)]
        holds = [f"{sql} as {name}" for name, sql in _HOLDS.items()]
        of_rules.append(_POINTS_OF.format(trial=TRIAL, rule=rule, holds=", ".join(holds), points=",\n    ".join(said)))
    return _POINTS + "\nunion all\n".join(of_rules)


def scores(n_parts: int) -> str:
    """Grain: a row per account and reading: profile, the share of the weight that is known, what the parts add up to, the score."""
    numbers = range(1, n_parts + 1)
    return _SCORES.format(
        all_weight=" + ".join(f"coalesce(weight_{at}, 0)" for at in numbers),
        known_weight=" + ".join(f"if(point_{at} is null, 0, coalesce(weight_{at}, 0))" for at in numbers),
        added=" + ".join(_contribution(at) for at in numbers),
        caps=", ".join(f"case when {name} then {name}_at_most * 1000 end" for name in CONDITIONS),
    )


def contributions(spans: Sequence[Span], columns: dict[str, StoredDimension]) -> str:
    """Grain: a row per account, reading and part with a weight: value, points, weight, share of the weight known, contribution."""
    pieces = []
    for at in range(1, most_parts(spans) + 1):
        values = [
            f"when part.rule = {rule} then ({told(rules.parts[at - 1], columns)})::double"
            for rule, (_, _, rules) in enumerate(spans)
            if at <= len(rules.parts)
        ]
        pieces.append(
            f"{{'place': {at}, 'value': case {' '.join(values)} end, 'points': point_{at}::double, "
            f"'weight': coalesce(weight_{at}, 0)::double, 'contribution': {_contribution(at)}}}"
        )
    return _CONTRIBUTIONS.format(pieces=",\n            ".join(pieces))


def told(part: Part, columns: dict[str, StoredDimension]) -> str:
    """SQL for the value of a part: of `reading`, with `said` and `account` beside it.

    A column whose changes nobody recorded says what it is now: of earlier readings it is not known.
    """
    if part.fact != "column":
        return _TOLD_BY[part.fact]
    if part.of not in columns:
        return "null::double"
    each = columns[part.of]
    value = f"try_cast({value_on(each, 'reading.day')} as double)"
    return value if each.has_history else f"case when reading.day = $as_of::date then {value} end"


def profile_of(rules: Rules, stage: str, touch: str) -> Profile | None:
    """The profile of accounts of a stage (as `named` has it, or '': any other) and a touch; None where none fits."""
    for each in rules.profiles:
        stages = [name.lower() for name in each.stages]
        if each.touch in ("", touch) and (stage in stages if stages else stage != TRIAL):
            return each
    return None


def _rule(place: int, from_day: date | None, until_day: date | None, rules: Rules) -> dict:
    at_most = {each.when: each.at_most for each in rules.overrides}
    return {
        "rule": place, "from_day": from_day, "until_day": until_day,
        "null_rule": rules.null_rule, "least_weight": rules.least_weight,
        "red_below": rules.red_below, "green_from": rules.green_from, "renewal_days": rules.renewal_days,
        "stages": _named(rules), "high_touch": [each.strip().lower() for each in rules.high_touch],
    } | {f"{name}_at_most": at_most.get(name) for name in CONDITIONS}  # fmt: skip


def _typed(rule: dict) -> dict:
    return {name: 0.0 if name.endswith("_at_most") else value for name, value in rule.items()}


def _named(rules: Rules) -> list[str]:
    """The stages that profiles name, as they are compared; a trial is one."""
    return sorted({TRIAL, *(stage.lower() for each in rules.profiles for stage in each.stages)})


def _weights(place: int, rules: Rules, n_parts: int) -> Iterator[dict]:
    near = dict(rules.renewal_weights)
    for stage in (*_named(rules), ""):
        for touch in TOUCHES:
            profile = profile_of(rules, stage, touch)
            if profile is None:
                continue
            weights = dict(profile.weights)
            for is_renewing in (False, True):
                each = [
                    weights.get(part.part, 0.0) * (near.get(part.part, 1.0) if is_renewing else 1.0)
                    for part in rules.parts
                ]
                each += [0.0] * (n_parts - len(each))
                row = {
                    "rule": place,
                    "stage": stage,
                    "touch": touch,
                    "is_renewing": is_renewing,
                    "profile": profile.profile,
                }
                yield row | {f"weight_{at}": weight for at, weight in enumerate(each, 1)}


def _banded(value: str, part: Part) -> str:
    bands = " ".join(
        f"when {value} < {cut!r} then {points:.0f}" for cut, points in zip(part.cuts, part.points, strict=False)
    )
    return f"case when ({value}) is null then null {bands} else {part.points[-1]:.0f} end"


def _contribution(at: int) -> str:
    return f"coalesce(round(1000 * weight_{at} * point_{at} / nullif(base, 0)), 0)::integer"
