"""Who changed colour, and why: the parts that moved the score most, another profile, a cancel request.

health_movers   a row per account, most ARR first, paged
COLUMNS         of the answer, whatever the options
SORTS, WHICH    name -> SQL of the order; of which accounts
"""

import duckdb
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import health
from lib.facts.paging import check_page
from lib.measures import Answer, left_out
from lib.measures.health import movement, stood

COLUMNS = [
    "account", "name", "csm", "from_colour", "to_colour", "health_score_before", "health_score", "health_change", "moved_by",
    "profile", "arr", "renews_on", "n_rows",
]  # fmt: skip
SORTS = {
    "arr": "stood.arr desc nulls last",
    "fell": "health_change nulls last",
    "rose": "health_change desc nulls last",
    "account": "coalesce(account.name, account.account)",
}
WHICH = {"all": "true", "worse": "health_score < health_score_before", "better": "health_score > health_score_before"}
N_PARTS = 3  # are named of an account: those that moved most
LEAST_POINTS = 0.5  # of the score: a part that moved it by less is not named
_SQL = """select
    stood._account, account.account, account.name, account.csm::varchar as csm,
    from_colour, to_colour, health_score_before, health_score, health_score - health_score_before as health_change,
    profile, profile_then, rule, rule_then, stood.is_renewing, was_renewing, renewal_window, held_by, held_then, why_no_score,
    stood.arr::double as arr, stood.renews_on,
    count(*) over () as n_rows
from health_stood as stood
join book as account on account._account = stood._account
where not is_undated and from_colour <> 'new' and to_colour <> 'gone' and from_colour <> to_colour and {which}
order by {order}, account.account
limit $limit offset $offset"""
_ASKED = """create or replace temp table health_asked as
select _account, unnest([$before, $now])::usmallint as reading from health_mover"""
_MOVED = """with piece as (
    select _account, part, points, share, contribution, reading = $now as is_now from health_contribution
),
moved as (
    select
        _account, coalesce(today.part, before.part) as part,
        before.points as points_then, today.points as points, before.share as share_then, today.share as share,
        coalesce(today.contribution, 0) - coalesce(before.contribution, 0) as moved
    from (from piece where is_now) as today
    full join (from piece where not is_now) as before using (_account, part)
)
select *
from moved
where abs(moved) >= $least_points
qualify row_number() over (partition by _account order by abs(moved) desc, part) <= $n_parts
order by _account, abs(moved) desc, part"""


def health_movers(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    since: str | None = None,
    day: str | None = None,
    which: str = "all",
    sort: str = "arr",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """The accounts of the book that are here on both days and are of another colour now: rows `offset` to `offset + limit`.

    which   all, those whose score fell, or those whose score rose

    moved_by says what moved the score: other rules or another profile first, then what holds it down, then the parts that moved it
    most, with the points of both days and the points of the score that came or went.
    """
    for name, value, known in (("selection", which, WHICH), ("order", sort, SORTS)):
        if value not in known:
            raise Refused(f"There is no {name} {value!r}; choose from {', '.join(known)}.")
    check_page(limit, offset)
    days, laid = stood.lay(con, book, definitions, day=day, since=since)
    movement.check(days)
    sql = _SQL.format(which=WHICH[which], order=SORTS[sort])
    con.execute(f"create or replace temp table health_mover as {sql}", {"limit": limit, "offset": offset})
    con.execute(_ASKED, {"before": days.before, "now": days.now})
    health.detail(con, book.as_of, definitions)
    table = con.execute("from health_mover").df()
    bound = {"now": days.now, "least_points": LEAST_POINTS, "n_parts": N_PARTS}
    parts: dict[int, list[str]] = {}
    for row in con.execute(_MOVED, bound).df().to_dict("records"):
        parts.setdefault(row["_account"], []).append(_part(row))
    why = [_why(row, parts.get(row["_account"], [])) for row in table.to_dict("records")]
    table = table.assign(moved_by=pd.Series(why, index=table.index, dtype=object))
    out = left_out(*stood.left_out_of(con, is_movement=True))
    return Answer(table[COLUMNS], out, (movement.said(days),), ";\n\n".join((laid, sql, _MOVED)))


def _why(row: dict, parts: list[str]) -> list[str]:
    """What moved the score; of one that came or went, that it did."""
    if row["to_colour"] == "none":
        return [*_whole(row), f"no score any more: {stood.WHY[row['why_no_score']]}"]
    if row["from_colour"] == "none":
        return [*_whole(row), "enough is known for a score now"]
    return [*_whole(row), *parts]


def _whole(row: dict) -> list[str]:
    """What moved the score as a whole: rules, profile, renewal, and what holds it down."""
    said = []
    if row["rule"] != row["rule_then"]:
        said.append("other rules since")
    if _differ(row["profile"], row["profile_then"]):
        said.append(f"profile changed: {_word(row['profile_then'])} → {_word(row['profile'])}")
    if row["is_renewing"] != row["was_renewing"]:
        is_over = row["renewal_window"] == "in grace"
        said.append(
            "renewal overdue" if is_over else "renewal now near" if row["is_renewing"] else "renewal no longer near"
        )
    if _differ(row["held_by"], row["held_then"]):
        said += [each for each in (_word(row["held_by"], ""),) if each]
        said += [f"no longer held down: {each}" for each in (_word(row["held_then"], ""),) if each]
    return said


def _part(row: dict) -> str:
    """Trend 60 → 30 points of 100: −10.5."""
    then, now, moved = row["points_then"], row["points"], _signed(row["moved"])
    if pd.isna(now):
        return f"{row['part']} counts no more: {moved}"
    if pd.isna(then):
        return f"{row['part']} now counts, {now:g} points of 100: {moved}"
    if then == now:
        return f"{row['part']} weighs {100 * row['share_then']:.1f} → {100 * row['share']:.1f} %: {moved}"
    return f"{row['part']} {then:g} → {now:g} points of 100: {moved}"


def _differ(one: object, other: object) -> bool:
    return _word(one) != _word(other)


def _word(said: object, nothing: str = "none") -> str:
    return said if isinstance(said, str) else nothing


def _signed(points: float) -> str:
    return f"{points:+.1f}".replace("-", "−")
