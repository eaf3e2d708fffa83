"""Who has left the path: accounts with their exceptions, or exceptions one by one; sorted, searched and paged.

exceptions   a row per account, or per exception
COLUMNS      of the answer, whatever the options
SORTS        the orders
"""

from collections.abc import Sequence
from datetime import date

import duckdb
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.exceptionsaid import said
from lib.facts.paging import check_page
from lib.measures import Answer
from lib.measures.exceptions import standing
from lib.measures.exceptions.standing import STATES

COLUMNS = [
    "account", "name", "csm", "exception_owner", "exception_rules", "exceptions", "n_exceptions", "arr", "renews_on",
    "days_to_renewal", "newest_on", "is_new_exception", "is_waiting", "person", "person_name", "exception_rule", "is_good_news",
    "exception_began_on", "exception_ended_on", "told_on", "exception_value", "exception_said", "exception_state", "snoozed_until",
    "act_reason", "acted_on", "acted_by", "exception_play", "n_exceptions_in_all", "n_rows",
]  # fmt: skip
PER = ("account", "exception")
SORTS = {
    "work": "is_good, weight desc, arr desc nulls last",
    "arr": "arr desc nulls last",
    "renewal": "renews_on nulls last",
    "newest": "newest_on desc",
    "account": "coalesce(name, account)",
}
_CHOSEN = """with chosen as (
    select here.*, person.name as person_name
    from exception_here as here
    left join core.person as person on person.account = here.account and person.person = here.person
    where ($state = 'all' or state = $state)
        and coalesce(rule = $rule::varchar, true)
        and coalesce(lower(owner) = lower($owner::varchar), $owner::varchar is null)
        and ($accounts::varchar[] is null or list_contains($accounts::varchar[], here.account))
        and ($is_waiting is null or is_waiting = $is_waiting)
        and (not $is_new or is_new)
        and ($within_days::integer is null or began_on > $as_of::date - $within_days::integer)
        and (
            $search::varchar is null
            or contains(lower(here.account), lower($search::varchar))
            or coalesce(contains(lower(here.name), lower($search::varchar)), false)
        )
)"""
_PER = {
    "account": f"""{_CHOSEN},
by_account as (
    select
        account, any_value(name) as name, any_value(csm) as csm, count(*) as n_exceptions, any_value(arr) as arr,
        any_value(renews_on) as renews_on, any_value(days_to_renewal) as days_to_renewal, any_value(weight) as weight,
        bool_and(is_good) as is_good, max(coalesce(told_on, began_on)) as newest_on, bool_or(is_new) as is_new,
        bool_and(is_waiting) as is_waiting, max_by(owner, began_on) as owner,
        list({{'rule': rule, 'person': person_name, 'person_id': person, 'value': value, 'began_on': began_on, 'state': state}}
            order by is_good, place, began_on desc, person) as told
    from chosen
    group by account
)
select *, (sum(n_exceptions) over ())::bigint as n_exceptions_in_all, count(*) over () as n_rows from by_account""",
    "exception": f"""{_CHOSEN}
select *, 1 as n_exceptions, coalesce(told_on, began_on) as newest_on, count(*) over () as n_exceptions_in_all,
    count(*) over () as n_rows
from chosen""",
}


def exceptions(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    per: str = "account",
    rule: str | None = None,
    state: str = "open",
    owner: str | None = None,
    accounts: Sequence[str] | None = None,
    is_new: bool = False,
    waiting: str = "left out",
    within_days: int | None = None,
    search: str | None = None,
    on: date | str | None = None,
    sort: str = "work",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """Rows `offset` to `offset + limit` of the book's exceptions, of the rules that are on; n_rows of them in all.

    per          account: a line each with its exceptions; exception: one by one
    state        open, snoozed, done, gone (over by itself), all
    waiting      of new ones above new_per_week of a CSM (lib/facts/exceptionqueue.py): left out, only, with
    within_days  those that began in so many days
    on           the day by which a snooze is over; by default the book's
    sort         work: the ARR, halved for every renewing_days that the renewal is away (a year where none is known), most first;
                 accounts with good news alone come last

    What somebody acted on never waits. Those of people carry their names.
    """
    words = definitions.exceptions
    for said_so, known, what in (
        (per, PER, "row"),
        (state, STATES, "state"),
        (sort, SORTS, "order"),
        (waiting, WAITING, "choice"),
    ):
        if said_so not in known:
            raise Refused(f"There is no {what} {said_so!r}; choose from {', '.join(known)}.")
    if rule is not None and rule not in {each.rule for each in words.on()}:
        raise Refused(
            f"No rule {rule!r} is on; those that are: {', '.join(each.rule for each in words.on()) or 'none'}."
        )
    check_page(limit, offset)
    _, laid = standing.lay(con, book, definitions, on)
    order = f"{SORTS[sort]}, account{', place, began_on desc, person' if per == 'exception' else ''}"
    sql = f"{_PER[per]}\norder by {order}\nlimit $limit offset $offset"
    asked = {
        "state": state, "rule": rule, "owner": owner, "accounts": None if accounts is None else list(accounts), "is_new": is_new,
        "is_waiting": WAITING[waiting], "within_days": within_days, "as_of": book.as_of, "search": search or None,
        "limit": limit, "offset": offset,
    }  # fmt: skip
    table = con.execute(sql, asked).df()
    ((n_waiting,),) = con.execute("select count(*) from exception_here where is_waiting").fetchall()
    notes = (f"{n_waiting:,} new ones wait: a CSM is told of {words.new_per_week} in a week.",) if n_waiting else ()
    return Answer(_told(table, definitions)[COLUMNS], notes=notes, sql=f"{laid};\n\n{sql}")


WAITING = {"left out": False, "only": True, "with": None}


_PARTS = {
    "rule": "exception_rule", "person": "person_name", "person_id": "person", "value": "exception_value",
    "began_on": "exception_began_on", "state": "exception_state",
}  # fmt: skip


def _told(table: pd.DataFrame, definitions: Definitions) -> pd.DataFrame:
    """With the words, and the columns that one kind of row has and the other has not."""
    rules = {each.rule: each for each in definitions.exceptions.triggers}
    renamed = {
        "owner": "exception_owner", "rule": "exception_rule", "is_good": "is_good_news", "began_on": "exception_began_on",
        "ended_on": "exception_ended_on", "value": "exception_value", "state": "exception_state", "reason": "act_reason",
        "is_new": "is_new_exception",
    }  # fmt: skip
    table = table.rename(columns=renamed)
    if "told" in table:
        told = [list(each) for each in table["told"]]
        table["exception_rules"] = [list(dict.fromkeys(each["rule"] for each in row)) for row in told]
        table["exceptions"] = [[_sentence(each, rules) for each in row] for row in told]
    else:
        table["exception_said"] = [
            said(rules[rule].fact, value)
            for rule, value in zip(table["exception_rule"], table["exception_value"], strict=True)
        ]
        table["exception_play"] = [rules[rule].play for rule in table["exception_rule"]]
        table["exception_rules"] = [[rule] for rule in table["exception_rule"]]
        parts = zip(*(table[name].tolist() for name in _PARTS.values()), strict=True)
        table["exceptions"] = [[_sentence(dict(zip(_PARTS, each, strict=True)), rules)] for each in parts]
    empty = {name: None for name in COLUMNS if name not in table}
    return table.assign(**empty)


def _sentence(told: dict, rules: dict) -> str:
    """Key user left: Ann Lee has left, since 3 Sep 2026."""
    who = next((each for each in (told["person"], told["person_id"]) if isinstance(each, str)), "")
    why = said(rules[told["rule"]].fact, told["value"])
    since = pd.Timestamp(told["began_on"])
    state = "" if told["state"] == "open" else f" ({told['state']})"
    return f"{told['rule']}: {' '.join(filter(None, (who, why)))}, since {since.day} {since:%b %Y}{state}"
