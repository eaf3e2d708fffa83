"""The accounts of My book: sorted, searched and paged in SQL, whole when downloaded.

mybook      one row per account that is live or pending, `n_rows` of them in all
COLUMNS     of the answer, whatever the options
SORTABLE    what a reader can sort by; "attention" is ARR at risk, then the nearness of the renewal
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import health
from lib.facts.paging import check_page
from lib.facts.standing import STOOD
from lib.measures import Answer, left_out
from lib.measures.mybook import LISTED, ONLY, parameters

_DIMENSIONS = ("csm", "segment", "region", "plan", "tier")
_MONEY = ("arr", "arr_at_risk", "arr_renewing")
_LISTS = ("risk_reasons", "weekly")
COLUMNS = [
    "account", "name", *_DIMENSIONS, *_MONEY,
    "renews_on", "notice_by", "days_to_renewal", "renewal_window", "notice", "is_at_risk", "risk_reasons",
    "stage", "dwell_days", "dwell_ratio", "seats", "n_active_people", "seats_active_rate", "utilisation",
    "usage_trend", "movement", "weekly", "n_open_tickets", "last_touch_on", "nps", "sentiment", "has_save_plan", "n_rows",
]  # fmt: skip
SORTABLE = ["attention", *(each for each in COLUMNS if each not in (*_LISTS, "n_rows"))]
_ATTENTION = ("standing.arr_at_risk", "standing.is_at_risk", "-standing.days_to_renewal", "standing.arr")
_WAS = "\n".join([  # values that held on the day and have changed since
    "    select account,",
    ",\n".join(
        f"        bool_or(field = '{name}') as had_{name}, max(value) filter (where field = '{name}') as {name}"
        for name in _DIMENSIONS
    ),
    "    from core.account_history",
    "    where from_on <= $as_of::date and until_on > $as_of::date",
    "    group by account",
])  # fmt: skip
_SAID = [each for each in COLUMNS if each not in ("account", "name", *_DIMENSIONS, *_MONEY, "weekly", "n_rows")]


def mybook(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    only: str = "accounts",
    search: str = "",
    sort: str = "attention",
    descending: bool = True,
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """The accounts of the book that are live or pending on its day, one row each, `n_rows` of them in all.

    only     those a tile stands for: a name of ONLY
    search   text that the account's id or name holds, whatever its case
    limit    None gives every row after the first `offset`

    csm, segment, region, plan and tier are those of the day. What is missing comes last, whichever way the rows are
    sorted. left_out counts the other accounts of the book. Raises Refused for an unknown sort or `only`.
    """
    if sort not in SORTABLE:
        raise Refused(f"Accounts cannot be sorted by {sort!r}; choose from {', '.join(SORTABLE)}.")
    if only not in ONLY:
        raise Refused(f"There is no selection {only!r}; choose from {', '.join(ONLY)}.")
    check_page(limit, offset)
    health.red(con, definitions, book.as_of)
    keys = _ATTENTION if sort == "attention" else (_plain(sort),)
    direction = "desc" if descending else "asc"
    order = ", ".join([*(f"page.key_{at} {direction} nulls last" for at in range(len(keys))), "page.account"])
    found = "(contains(lower(account.account), lower($search)) or contains(lower(account.name), lower($search)))"
    sql = "\n".join([
        f"with was as (\n{_WAS}\n),",
        "stood as materialized (",
        f"    select standing.*, account.account, {' and '.join(['standing.is_chosen', *([found] if search else [])])} as is_kept,",
        f"        {', '.join(f'{key} as key_{at}' for at, key in enumerate(keys))}",
        "    from book as account",
        f"    join (select *, {LISTED} and {ONLY[only]} as is_chosen from {STOOD}) as standing using (_account)",
        *(["    left join was on was.account = account.account"] if sort in _DIMENSIONS else []),
        "),",
        "counted as (",
        "    select",
        "        count(*) filter (where is_kept) as n_rows,",
        "        count(*) filter (where is_past) as n_past,",
        "        count(*) filter (where is_upcoming) as n_upcoming,",
        f"        count(*) filter (where not ({LISTED} or is_past or is_upcoming)) as n_without",
        "    from stood",
        "),",
        "page as (",
        f"    select * from stood as page where is_kept order by {order} limit $limit offset $offset",
        ")",
        "select counted.*, page.account, account.name,",
        f"    {', '.join(f'{_plain(name)} as {name}' for name in _DIMENSIONS)},",
        f"    {', '.join(f'page.{name}::double as {name}' for name in _MONEY)},",
        f"    {', '.join(f'page.{name}' for name in _SAID)},",
        "    coalesce(weekly.weekly, list_resize([]::uinteger[], 13, 0)) as weekly",
        "from counted",
        "left join page on true",
        "left join book as account on account._account = page._account",
        "left join was on was.account = page.account",
        "left join weekly_on($as_of, (select list(_account) from page)) as weekly on weekly._account = page._account",
        f"order by {order}",
    ])  # fmt: skip
    values = (
        parameters(sql, book, definitions) | {"limit": limit, "offset": offset} | ({"search": search} if search else {})
    )
    rows = con.execute(sql, values).df()
    n_past, n_upcoming, n_without = (int(rows[name].iat[0]) for name in ("n_past", "n_upcoming", "n_without"))
    table = rows[rows["account"].notna()].reset_index(drop=True)
    for name in _LISTS:
        table[name] = [each.tolist() for each in table[name]]
    return Answer(
        table[COLUMNS],
        left_out(
            ("every contract has ended", n_past),
            ("no contract has begun yet", n_upcoming),
            ("no contract, or a trial alone", n_without),
        ),
        sql=sql,
    )


def _plain(name: str) -> str:
    """SQL of a column: of the account, of the account as it was on the day, or of how it stands."""
    if name in _DIMENSIONS:
        return f"case when had_{name} then was.{name} else account.{name}::varchar end"
    return f"account.{name}" if name in ("account", "name") else f"standing.{name}"
