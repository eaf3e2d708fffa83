"""How long before the loss the score was red: the accounts lost in the period, each with its colour before.

health_lead   a row per account, sorted, searched and paged; `n_rows` of them in all
false_greens  the same of those that were green to the end
COLUMNS       of both, whatever the options
SORTS         name -> SQL of the order
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.paging import check_page
from lib.measures import Answer
from lib.measures.health import losses
from lib.measures.health.losses import COLOURS, LEAD

COLUMNS = [
    "account", "name", "csm", "segment", "stage", "lost_on", "renewal_ending", "arr_then", "colour_early", "score_before",
    "is_held_before", "risk_before", "colour_final", "score_final", "lead_days", "lost_reason", "n_rows",
]  # fmt: skip
SORTS = {
    "arr": "arr_then desc nulls last", "newest": "loss.lost_on desc, arr_then desc nulls last",
    "lead": "lead_days, arr_then desc nulls last", "score": "score_final desc nulls last, arr_then desc nulls last",
    "account": "coalesce(ours.name, ours.account)",
}  # fmt: skip
_LISTED = """with reason as (
    select _account, renews_on as lost_on, max(nullif(trim(lost_reason), '')) as lost_reason
    from renewal
    where outcome in ('lapsed', 'cancelled')
    group by _account, renews_on
)
select
    ours.account, ours.name, ours.csm, ours.segment, loss.stage, loss.lost_on, renewal_ending, loss.arr as arr_then,
    colour_before as colour_early, score_before, is_held_before, risk_before, colour_final, score_final, lead_days, lost_reason,
    count(*) over () as n_rows
from proof_loss as loss
join (
    select _account, account, name::varchar as name, csm::varchar as csm, segment::varchar as segment from book
) as ours on ours._account = loss._account
left join reason on reason._account = loss._account and reason.lost_on = loss.lost_on
where ($before::varchar is null or colour_before = $before::varchar)
  and ($final::varchar is null or colour_final = $final::varchar)
  and ($lead_from::integer is null or lead_days >= $lead_from::integer)
  and ($lead_until::integer is null or lead_days < $lead_until::integer)
  and (not $is_cut or level is not distinct from $level::varchar)
  and (contains(lower(ours.account), $search::varchar) or coalesce(contains(lower(ours.name), $search::varchar), false))
order by {sort}, ours.account
limit $limit offset $offset"""


def health_lead(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    before: str | None = None,
    final: str | None = None,
    lead: str | None = None,
    by: str | None = None,
    level: str | None = None,
    sort: str = "arr",
    search: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """Accounts lost in the period: the colour proof_days and final_days before, and the days it was red without a break to the end.

    before, final   a colour (red, amber, green, none) proof_days and final_days before the loss
    lead            a bin of lead days, as "31 to 60"
    by, level       only those of a value of a dimension as of the loss; an empty level is missing

    Rows `offset` to `offset + limit`. A lead of 0: the last reading before the loss was not red.
    """
    for name, asked, known in (("colour", before, COLOURS), ("colour", final, COLOURS), ("bin of days", lead, LEAD)):
        if asked and asked not in known:
            raise Refused(f"There is no {name} {asked!r}; choose from {', '.join(known)}.")
    if sort not in SORTS:
        raise Refused(f"There is no order {sort!r}; choose from {', '.join(SORTS)}.")
    check_page(limit, offset)
    is_cut = by is not None and level is not None
    laid = losses.lay(con, book, definitions, by if is_cut else None)
    sql, (lead_from, lead_until) = _LISTED.format(sort=SORTS[sort]), LEAD.get(lead or "", (None, None))
    asked = {
        "before": before or None, "final": final or None, "lead_from": lead_from, "lead_until": lead_until, "is_cut": is_cut,
        "level": level or None, "search": search.lower(), "limit": limit, "offset": offset,
    }  # fmt: skip
    table = con.execute(sql, asked).df()[COLUMNS]
    return Answer(table, losses.left(con, book, definitions), (_said(definitions),), f"{laid};\n\n{sql}")


def false_greens(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    by: str | None = None,
    level: str | None = None,
    sort: str = "arr",
    search: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """Accounts lost in the period that were green to the end, final_days before; the same rows as health_lead's."""
    asked = {"by": by, "level": level, "sort": sort, "search": search, "limit": limit, "offset": offset}
    return health_lead(con, book, definitions, final="green", **asked)


def _said(definitions: Definitions) -> str:
    words = definitions.health
    return (
        f"Colours are those of the last reading {words.proof_days} and {words.final_days} days before the loss, by the rules "
        "that hold of that week; the prediction is that of 90 days, at its last reading by then."
    )
