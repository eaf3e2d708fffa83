"""The terms behind a move from plan to plan, or from tier to tier.

moved_accounts   a row per term that was renewed or changed, sorted and paged; `n_rows` of them in all
COLUMNS          of the answer, whatever the options
WHEN             when a term can have moved
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.paging import check_page
from lib.measures import Answer
from lib.measures.ahead import plans

COLUMNS = [
    "account", "name", "csm", "segment", "renewal_line", "went_on", "moved_when", "went_from", "went_to", "currency", "arr_before",
    "arr_after", "arr_gained", "n_rows",
]  # fmt: skip
WHEN = ("at renewal", "mid-term")
_LISTED = """select
    ours.account, ours.name, ours.csm, ours.segment, line as renewal_line, moved.renews_on as went_on, moved_when,
    went_from, went_to, currency, arr_due::double as arr_before, arr_renewed::double as arr_after,
    (arr_renewed - arr_due)::double as arr_gained,
    count(*) over () as n_rows
from moved_term as moved
join (
    select _account, account, name::varchar as name, csm::varchar as csm, segment::varchar as segment from book
) as ours on ours._account = moved._account
where ($moved_when::varchar is null or moved_when = $moved_when::varchar)
  and case
      when $went_from::varchar is null and $went_to::varchar is null then went_from is distinct from went_to
      else went_from is not distinct from nullif($went_from::varchar, '')
          and went_to is not distinct from nullif($went_to::varchar, '')
  end
order by abs(arr_gained) desc nulls last, ours.account, went_on, line
limit $limit offset $offset"""


def moved_accounts(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    what: str = "plan",
    went_from: str | None = None,
    went_to: str | None = None,
    moved_when: str | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """What `plan_moves` counts, from one plan (or tier) to another, an empty text being one not given; rows as for a page.

    Without plans, all terms that came to another one.
    """
    if moved_when and moved_when not in WHEN:
        raise Refused(f"There is no such time of a move; choose from {', '.join(WHEN)}.")
    check_page(limit, offset)
    laid = plans.lay(con, book, definitions, what)
    asked = {
        "went_from": went_from,
        "went_to": went_to,
        "moved_when": moved_when or None,
        "limit": limit,
        "offset": offset,
    }
    return Answer(con.execute(_LISTED, asked).df()[COLUMNS], sql=f"{laid};\n\n{_LISTED}")
