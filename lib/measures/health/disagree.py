"""Where the signs disagree: rules, prediction, use and what people say of the same account, as ranks among the book.

health_disagreements   a row per account whose signs are far apart, most ARR times gap first, paged
COLUMNS                of the answer, whatever the options
SIGNS                  column -> the sign in words
USE, SAID              the facts that tell of use, and of what people say

A rank of 0 is the worst of the book, 100 the best; those who are alike share the middle of their ranks.
"""

import duckdb
import pandas as pd

from lib.book import Book, say_day
from lib.definitions import Definitions
from lib.facts.paging import check_page
from lib.measures import Answer, left_out
from lib.measures.health import foretold, stood

COLUMNS = [
    "account", "name", "csm", "colour", "health_score", "rules_rank", "risk_rank", "use_rank", "said_rank", "disagree_gap",
    "disagreement", "arr", "renews_on", "n_rows",
]  # fmt: skip
SIGNS = {"rules_rank": "rules", "risk_rank": "prediction", "use_rank": "use", "said_rank": "what people say"}
USE = ("utilisation", "active_people", "active_trend", "active_days", "breadth", "key_features", "silent_weeks")
SAID = ("sentiment", "nps", "csat")
FEW_SIGNS = "fewer than two signs are known of them"
_SQL = """with foretold as (
    select _account, risk_90 from health_foretold where reading = $now
),
point as (
    select _account, rule, substr(place, 7)::integer as place, points
    from (
        unpivot (select _account, rule, columns('^point_') from health_part where reading = $now)
        on columns('^point_') into name place value points
    )
),
told as (
    select
        _account,
        avg(points) filter (list_contains($use::varchar[], fact)) as use_points,
        avg(points) filter (list_contains($said::varchar[], fact)) as said_points
    from point
    join health_part_of as part on part.rule = point.rule and part.place = point.place
    group by _account
),
sign as (
    select stood.*, -risk_90 as safety, use_points, said_points
    from health_stood as stood
    left join told on told._account = stood._account
    left join foretold on foretold._account = stood._account
    where is_here
),
ranked as (
    select
        *,
        {rules} as rules_rank, {risk} as risk_rank, {use} as use_rank, {said} as said_rank,
        greatest(rules_rank, risk_rank, use_rank, said_rank) - least(rules_rank, risk_rank, use_rank, said_rank) as disagree_gap
    from sign
)"""
_RANK = (
    "case when {of} is not null then 100 * "
    "(rank() over (order by {of} nulls last) - 1 + (count(*) over (partition by {of}) - 1) / 2) "
    "/ nullif(count({of}) over () - 1, 0) end"
)
_OF = {"rules": "health_score", "risk": "safety", "use": "use_points", "said": "said_points"}
_RANKED = _SQL.format(**{name: _RANK.format(of=of) for name, of in _OF.items()})
_ROWS = f"""{_RANKED}
select
    account.account, account.name, account.csm::varchar as csm, to_colour as colour, health_score, held_by,
    rules_rank, risk_rank, use_rank, said_rank, disagree_gap, ranked.arr::double as arr, ranked.renews_on,
    count(*) over () as n_rows
from ranked
join book as account on account._account = ranked._account
where disagree_gap >= $disagree_points
order by ranked.arr * disagree_gap desc nulls last, disagree_gap desc, account.account
limit $limit offset $offset"""
_FEW = f"""{_RANKED}
select count(*)
from ranked
where len(list_filter([rules_rank, risk_rank, use_rank, said_rank], lambda known: known is not null)) < 2"""


def health_disagreements(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    day: str | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """The accounts of the book whose signs are disagree_points or more apart: rows `offset` to `offset + limit`.

    rules: the health score; prediction: the chance of a loss, the least first; use: the mean points of the parts that tell of use;
    what people say: the mean points of sentiment, NPS and support ratings. A sign that is not known of an account is empty.
    """
    check_page(limit, offset)
    days, laid = stood.lay(con, book, definitions, day=day)
    missing = foretold.lay(con, book.as_of, definitions)
    bound = {"now": days.now, "use": list(USE), "said": list(SAID)}
    asked = bound | {
        "disagree_points": definitions.health.disagree_points, "limit": limit, "offset": offset,
    }  # fmt: skip
    table = con.execute(_ROWS, asked).df()
    said = [_disagreement(row) for row in table.to_dict("records")]
    table = table.assign(disagreement=pd.Series(said, index=table.index, dtype=object))
    ((n_few,),) = con.execute(_FEW, bound).fetchall()
    out = left_out(*stood.left_out_of(con), (FEW_SIGNS, n_few))
    return Answer(table[COLUMNS], out, (f"Signs of {say_day(days.day)}.", *missing), f"{laid};\n\n{_ROWS}")


def _disagreement(row: dict) -> str:
    """Green by the rules (82), but use among the lowest 4 %."""
    known = sorted((row[name], name) for name in SIGNS if row[name] == row[name])
    said = f"{_told(row, known[-1][1], is_best=True)}, but {_told(row, known[0][1], is_best=False)}"
    return said[0].upper() + said[1:]


def _told(row: dict, name: str, *, is_best: bool) -> str:
    """What a sign says of an account where it is the best of its signs, or the worst."""
    share = f"{max(100 - row[name] if is_best else row[name], 1):.0f} %"
    if name == "rules_rank" and row["colour"] == ("green" if is_best else "red"):
        held = f": {row['held_by']}" if isinstance(row["held_by"], str) else ""
        return f"{row['colour']} by the rules ({row['health_score']:.0f}{held})"
    if name == "rules_rank":
        return f"its score among the {'highest' if is_best else 'lowest'} {share} ({row['health_score']:.0f}, {row['colour']})"
    if name == "risk_rank":
        return f"among the {share} {'safest' if is_best else 'riskiest'} by prediction"
    if name == "use_rank":
        return f"use among the {'highest' if is_best else 'lowest'} {share}"
    return f"what people say among the {'best' if is_best else 'worst'} {share}"
