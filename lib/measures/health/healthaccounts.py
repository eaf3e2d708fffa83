"""The accounts behind every figure of health: of a colour, of ten points, of a cell, of those who moved, of a value, on a day.

health_accounts   a row per account, sorted, searched and paged
COLUMNS           of the answer, whatever the options
SORTS             name -> SQL of the order
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.paging import check_page
from lib.measures import Answer, left_out
from lib.measures.health import movement, stood
from lib.measures.health.matrix import windows_of

COLUMNS = [
    "account", "name", "csm", "colour", "health_score", "from_colour", "health_score_before", "health_change", "profile",
    "is_renewing", "known_share", "held_by", "why_no_score", "level", "arr", "arr_then", "renewal_window", "renews_on", "n_rows",
]  # fmt: skip
SORTS = {
    "arr": "coalesce(stood.arr, stood.arr_then) desc nulls last",
    "lowest": "health_score nulls last",
    "highest": "health_score desc nulls last",
    "fell": "health_change nulls last",
    "renewal": "stood.renews_on nulls last",
    "account": "coalesce(account.name, account.account)",
}
_SQL = """select
    account.account, account.name, account.csm::varchar as csm,
    to_colour as colour, health_score, from_colour, health_score_before, health_score - health_score_before as health_change,
    coalesce(profile, profile_then) as profile, stood.is_renewing, known_share, held_by, why_no_score, level,
    stood.arr::double as arr, stood.arr_then::double as arr_then, renewal_window, stood.renews_on,
    count(*) over () as n_rows
from health_stood as stood
join book as account on account._account = stood._account
left join health_level on health_level._account = stood._account
where ($is_movement and not is_undated or not $is_movement and is_here)
    and coalesce(to_colour = $colour::varchar, true)
    and coalesce(from_colour = $from_colour::varchar, true)
    and coalesce(to_colour = $to_colour::varchar, true)
    and ($score_from::integer is null
        or (health_score is not null and least(floor(health_score / 10) * 10, 90) = $score_from::integer))
    and ($why::varchar is null or coalesce(why_no_score = $why::varchar, false))
    and ($band::integer is null or arr_band = $band::integer)
    and ($window::varchar is null or coalesce(renewal_window = $window::varchar, false))
    and (not $is_level or level is not distinct from $level::varchar)
    and (
        $search::varchar is null
        or contains(lower(account.account), lower($search::varchar))
        or coalesce(contains(lower(account.name), lower($search::varchar)), false)
    )
order by {order}, account.account
limit $limit offset $offset"""


def health_accounts(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    day: str | None = None,
    since: str | None = None,
    colour: str | None = None,
    score_from: int | None = None,
    why: str | None = None,
    band: int | None = None,
    window: str | None = None,
    from_colour: str | None = None,
    to_colour: str | None = None,
    by: str | None = None,
    level: str | None = None,
    search: str | None = None,
    sort: str = "arr",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """The accounts of the book that are customers on the day, or on trial, rows `offset` to `offset + limit`; n_rows in all.

    from_colour, to_colour   of `health_movement`: then those who were here on either day are listed, `new` and `gone` too
    score_from               the lower end of ten points of `health_spread`; why: the reason for which there is no score
    band, window             of `health_matrix`
    level                    with `by`: those of one value of `health_breakdown`; "": those without one
    """
    for name, value, known in (
        ("colour", colour, stood.COLOURS),
        ("colour then", from_colour, (*stood.COLOURS, stood.NEW)),
        ("colour now", to_colour, (*stood.COLOURS, stood.GONE)),
        ("reason", why, stood.WHY),
        ("window", window, windows_of(definitions)),
        ("order", sort, SORTS),
    ):
        if value is not None and value not in known:
            raise Refused(f"There is no {name} {value!r}; choose from {', '.join(known)}.")
    check_page(limit, offset)
    days, laid = stood.lay(con, book, definitions, day=day, since=since)
    is_movement = from_colour is not None or to_colour is not None
    if is_movement:
        movement.check(days)
    levels = stood.lay_levels(con, by, days.day)
    sql = _SQL.format(order=SORTS[sort])
    bound = {
        "colour": colour, "from_colour": from_colour, "to_colour": to_colour, "score_from": score_from, "why": why, "band": band,
        "window": window, "is_level": by is not None and level is not None, "level": level or None, "search": search or None,
        "is_movement": is_movement, "limit": limit, "offset": offset,
    }  # fmt: skip
    table = con.execute(sql, bound).df()[COLUMNS]
    table = table.assign(level=table["level"].astype(object).where(table["level"].notna(), None))
    out = left_out(*stood.left_out_of(con, is_movement=is_movement))
    return Answer(table, out, (movement.said(days),) if days.since else (), ";\n\n".join((laid, levels, sql)))
