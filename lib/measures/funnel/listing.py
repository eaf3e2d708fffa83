"""The accounts behind the figures of a stage: who came in, went on, is still inside, or left.

stage_accounts   a row per account of the stage, sorted and paged
COLUMNS          of the answer, whatever the options
WHICH            name -> SQL of which are listed
SORTS            name -> SQL of the order
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import standing
from lib.facts.paging import check_page
from lib.measures import Answer
from lib.store.dimensions import find_dimension, read_catalogue
from lib.store.opening import value_on

COLUMNS = [
    "account", "name", "csm", "arr", "renews_on", "journey", "level", "stage", "entered_on", "days", "ending", "left_on",
    "next_stage", "n_rows",
]  # fmt: skip
_OF_PERIOD = "entered_on >= $opens_on and entered_on < $closes_on"
WHICH = {
    "now": "ending = 'inside'",
    "entered": _OF_PERIOD,
    "completed": f"ending = 'completed' and {_OF_PERIOD}",
    "inside": f"ending = 'inside' and {_OF_PERIOD}",
    "exited": f"ending = 'exited' and {_OF_PERIOD}",
}
SORTS = {
    "longest": "days desc, arr desc nulls last",
    "newest": "entered_on desc, arr desc nulls last",
    "arr": "arr desc nulls last",
    "renewal": "renews_on nulls last, arr desc nulls last",
    "account": "coalesce(name, account)",
}
_SQL = """with stay as (
    select
        account.account, account.name, account.csm::varchar as csm, spell._account, journey, {level} as level, stage, place,
        entered_on, spell.days, ending, coalesce(left_on, exited_on) as left_on, next_stage
    from journey_spell_on($as_of, $grace_days) as spell
    join book as account on account._account = spell._account
    where ($stage::varchar is null or stage = $stage::varchar) and ($journey::varchar is null or journey = $journey::varchar)
),
listed as (
    select stay.*, stood.arr::double as arr, stood.renews_on
    from stay
    left join (select _account, arr, renews_on from {terms}) as stood on stood._account = stay._account
    where {which} and {of_level}
)
select *, count(*) over () as n_rows
from listed
order by {order}, account, place
limit $limit offset $offset"""


def stage_accounts(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    stage: str | None = None,
    journey: str | None = None,
    which: str = "now",
    by: str | None = None,
    level: str | None = None,
    sort: str = "longest",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """The stays in `stage`, of all stages where none is named, rows `offset` to `offset + limit`; n_rows of them in all.

    which   now: inside on the day, whenever they came; entered in the period, and of those completed, inside, exited
    level   with `by`, a dimension: those of one value of it, as it was on the day the stage was entered; none: without a value
    """
    for name, value, known in (("selection", which, WHICH), ("order", sort, SORTS)):
        if value not in known:
            raise Refused(f"There is no {name} {value!r}; choose from {', '.join(known)}.")
    check_page(limit, offset)
    said = value_on(find_dimension(read_catalogue(con), by), "spell.entered_on") if by else "null::varchar"
    sql = _SQL.format(
        level=said, terms=standing.TERMS, which=WHICH[which], order=SORTS[sort],
        of_level="level is not distinct from $level::varchar" if by else "true",
    )  # fmt: skip
    asked = {"stage": stage or None, "journey": journey, "limit": limit, "offset": offset}
    asked |= {} if which == "now" else {"opens_on": book.opens_on, "closes_on": book.closes_on}
    asked |= {"level": level or None} if by else {}
    table = con.execute(sql, standing.parameters(sql, book.as_of, definitions) | asked).df()
    return Answer(table[COLUMNS], sql=sql)
