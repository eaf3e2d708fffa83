"""What is to be done for the accounts of the book: tasks, dated commitments, next steps and steps of save plans.

worklist   one row each, overdue first
ONLY       which rows `only` keeps
COLUMNS    of the answer, whatever the options
"""

from collections.abc import Sequence
from datetime import date

import duckdb

from lib.book import Book, say_day
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import standing
from lib.facts.days import day_of
from lib.facts.paging import check_page
from lib.facts.standing import TERMS
from lib.measures import Answer

COLUMNS = [
    "account", "name", "csm", "work", "title", "owner", "due_on", "days_overdue", "arr", "play", "task_role",
    "exception_rule", "made_by", "made_at", "changed_by", "changed_at", "id", "version", "step", "n_overdue", "n_rows",
]  # fmt: skip
ONLY = {
    "open": "not is_done",
    "overdue": "not is_done and is_overdue",
    "this_week": "not is_done and due_on between date_trunc('week', $on::date)::date and date_trunc('week', $on::date)::date + 6",
    "done": "is_done",
}
SORTS = {
    "due": "is_overdue desc, due_on nulls last, arr desc nulls last",
    "arr": "arr desc nulls last, due_on nulls last",
    "account": "coalesce(name, account), due_on nulls last",
    "owner": "owner nulls last, due_on nulls last",
    "changed": "changed_at desc",
}
_WHEN = "coalesce(getvariable('written_to')::date, date '9999-12-31')"  # what was written or done by then counts

_SQL = f"""
with stood as (
    select account.account, account.name, account.csm::varchar as csm, term.arr::double as arr
    from book as account
    join {TERMS} as term on term._account = account._account
),
said as (
    select
        account, case when is_commitment then 'commitment' else 'task' end as work, title, owner, due_on::date as due_on,
        done_on::date as done_on, play, role as task_role, rule as exception_rule,
        made_by, made_at, changed_by, changed_at, id, version, null::integer as step
    from written_task
    union all
    select
        account, 'next step', "text", owner, due_on::date, done_on::date, null, null, null,
        made_by, made_at, changed_by, changed_at, id, version, null
    from written_next_step
    union all
    select
        account, 'save plan step', plan_step->>'text', owner, null, (plan_step->>'done_on')::date, null, null, null,
        made_by, made_at, changed_by, changed_at, id, version, step
    from (
        select *, unnest(steps::json[]) as plan_step, generate_subscripts(steps::json[], 1) - 1 as step
        from written_save_plan
        where coalesce(closed_on::date > {_WHEN}, true)
    )
),
work as (
    select
        stood.*, said.* exclude (account),
        coalesce(done_on <= {_WHEN}, false) as is_done,
        not is_done and coalesce(due_on < $on::date, false) as is_overdue,
        case when not is_done then greatest($on::date - due_on, 0) end as days_overdue
    from said
    join stood on stood.account = said.account
    where coalesce(said.made_at::date <= {_WHEN}, true)
      and is_one_of($owners::varchar[], owner)
      and (is_one_of($whose::varchar[], csm) or is_one_of($whose::varchar[], owner))
)
"""


def worklist(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    on: date | str | None = None,
    only: str = "open",
    owner: Sequence[str] | None = None,
    whose: Sequence[str] | None = None,
    sort: str = "due",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """Rows `offset` to `offset + limit` of the work for the book's accounts; n_rows of them in all, n_overdue overdue.

    on       the day by which something is overdue; by default the book's. What is due on the day itself is not
    only     open, overdue, this_week (due from Monday to Sunday of the week of `on`), done
    owner    those of these people, whatever the case; what nobody owns is left out then
    whose    what is to be done for the accounts of these CSMs, and what is theirs to do for others
    sort     due: the longest overdue first, then by day, those without one last, then by ARR

    A step of a save plan counts as long as the plan is open, and has no day of its own. `id` and `version` are of the row as
    it was read (of the plan for a step, whose place in it is `step`, from 0): an act on it names both.
    """
    if only not in ONLY:
        raise Refused(f"There is no selection {only!r}; choose from {', '.join(ONLY)}.")
    if sort not in SORTS:
        raise Refused(f"Work cannot be sorted by {sort!r}; choose from {', '.join(SORTS)}.")
    check_page(limit, offset)
    day = day_of(on) or book.as_of
    sql = (
        f"{_SQL}select {', '.join(name for name in COLUMNS if not name.startswith('n_'))},\n"
        "    count(*) filter (where is_overdue) over () as n_overdue, count(*) over () as n_rows\n"
        f"from work where {ONLY[only]}\norder by {SORTS[sort]}, account, id, step\nlimit $limit offset $offset"
    )
    asked = {"on": day, "limit": limit, "offset": offset}
    asked |= {"owners": None if owner is None else list(owner), "whose": None if whose is None else list(whose)}
    table = con.execute(sql, standing.parameters(sql, book.as_of, definitions) | asked).df()
    return Answer(table[COLUMNS], notes=(f"Overdue is what was due before {say_day(day)}.",), sql=sql)
