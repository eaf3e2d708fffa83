"""Who is behind a cell of a cohort: as many rows as the cell counts.

cohort_members   the people or accounts of one cohort in one step, retained or not
COLUMNS          of the answer, whatever the options
WHICH            name -> SQL: all who are eligible, those retained, those who are not
SORTABLE         columns a reader can sort by
"""

from collections.abc import Sequence

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.paging import check_page
from lib.measures import Answer
from lib.measures.cohorts import counted, keys, rates
from lib.measures.cohorts.question import Question, asked
from lib.measures.cohorts.spans import spans
from lib.measures.cohorts.statement import members, parameters

COLUMNS = [
    "account",
    "name",
    "person",
    "person_name",
    "role",
    "csm",
    "segment",
    "began_on",
    "is_retained",
    "arr_began",
    "n_rows",
]
SORTABLE = COLUMNS[:-1]
WHICH = {"eligible": "true", "retained": "is_retained", "lost": "not is_retained"}
_PAGE = """,
listed as (
    select member.*, coalesce(bool_or(span.member is not null), false) as is_retained
    from member
    left join span on span.member = member.member and from_step <= $at and to_step > $at
    where entry_step <= $at and whole_steps > $at and list_contains($keys::varchar[], coalesce(member.cohort, $missing))
    group by all
),
page as (
    select
        listed.account, book.name::varchar as name, listed.person, person.name as person_name, person.role,
        book.csm::varchar as csm, book.segment::varchar as segment, began_on, is_retained,
        nullif(listed.arr, 0)::double as arr_began, count(*) over () as n_rows
    from listed
    join book on book._account = listed._account
    left join core.person on person.account = listed.account and person.person = listed.person
    where {which}
)
from page
order by {sort} {direction} nulls last, account, person
limit $limit offset $offset
"""
_MISSING = "\x1f"  # stands for a missing value among the values of a dimension


def cohort_members(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    of: str = "users",
    cohort: str | None = None,
    every: str = "month",
    step: str = "month",
    n_steps: int | None = None,
    brackets: Sequence[str | int] = (),
    kind: str = "on",
    calendar: str = "rolling",
    feature: str = "",
    value: str | None = rates.POOLED,
    pooled: bool | None = None,
    at: int = 0,
    which: str = "retained",
    sort: str = "began_on",
    descending: bool = False,
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """The members of the cohort `value` in step `at`, a row each; the options before are those of `cohorts`.

    value   the cohort as `cohorts` names it; empty: a dimension's missing value
    pooled  the members of all cohorts whose cell is complete; unless said, what the value "all" of no dimension means
    which   retained, lost (eligible and not retained), or eligible: both

    Of retained ARR the rows are the accounts that still had a live term. Raises Refused for an unknown sort or choice.
    """
    question = asked(
        con, of=of, cohort=cohort, every=every, step=step, n_steps=n_steps, brackets=brackets, kind=kind,
        calendar=calendar, feature=feature,
    )  # fmt: skip
    if sort not in SORTABLE:
        raise Refused(f"Members cannot be sorted by {sort!r}; choose from {', '.join(SORTABLE)}.")
    if which not in WHICH:
        raise Refused(f"There is no choice {which!r} of members; choose from {', '.join(WHICH)}.")
    check_page(limit, offset)
    chosen = _keys(con, question, book, definitions, value or None, pooled, at)
    tail = _PAGE.format(which=WHICH[which], sort=sort, direction="desc" if descending else "asc")
    sql = f"{members(question)},{spans(question)}{tail}"
    values = {
        "keys": [_MISSING if key is None else key for key in chosen], "missing": _MISSING, "at": at, "limit": limit,
        "offset": offset,
    }  # fmt: skip
    rows = con.execute(sql, parameters(sql, question, book, definitions) | values).df()
    return Answer(rows[COLUMNS], sql=sql)


def _keys(
    con: duckdb.DuckDBPyConnection,
    question: Question,
    book: Book,
    definitions: Definitions,
    value: str | None,
    pooled: bool | None,
    at: int,
) -> list[str | None]:
    """The cohorts whose members are listed, as SQL says them."""
    by_name = {} if question.dimension else keys(question, book, definitions)
    is_named = value in question.dimension.values if question.dimension else value in by_name
    if pooled or (pooled is None and value == rates.POOLED and not is_named):
        found, _, _ = counted(con, question, book, definitions)
        whole = found.loc[found["is_complete"] & (found["step"] == at), "key"]
        return [None if key != key else key for key in whole]
    return [value] if question.dimension else [by_name[value]] if is_named else []
