"""Whom an audience writes to: the rows of a list that another answer gives, each with how to reach them.

members   one row per person, or per account, of the list
COLUMNS   of the answer, whatever the options
LISTS     the answers whose rows are people or accounts
WHICH     name -> SQL: whom one may write to, those left apart, or all
check     refuses a list there is none of, and options it does not have

Asked by name through the registry, so that a list is counted in one place and an audience has as many members as it.
"""

import json
from collections.abc import Mapping

import duckdb
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.paging import check_page
from lib.measures import Answer, left_out
from lib.measures.registry import MEASURES, measure

COLUMNS = ["account", "name", "csm", "person", "person_name", "email", "role", "reason", "n_rows"]
LISTS = ("people", "cohort_members", "accounts", "adoption_accounts", "lever_accounts", "lever_people")
WHICH = {"reachable": "reason is null", "apart": "reason is not null", "all": "true"}
_MET = """with member as (
    select distinct account, person from list_asked
),
met as (
    select
        member.account, account.name, account.csm::varchar as csm, member.person, person.name as person_name, person.email,
        person.role,
        case
            when person.opted_out_on is not null then 'opted out'
            when person.deactivated_on is not null then 'deactivated'
        end as reason
    from member
    join book as account on account.account = member.account
    left join core.person as person on person.account = member.account and person.person = member.person
)
"""


def members(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    asks: str = "people",
    options: Mapping[str, object] | str = "{}",
    which: str = "reachable",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """Rows `offset` to `offset + limit` of the members of the list `asks`, asked with `options`; n_rows of them in all.

    which   reachable: without people who have opted out or whose login is closed, who are counted in left_out; apart: those
            alone, with the reason; all

    Whether one may write to somebody is what the data knows now, whatever day is asked about: a letter is sent today.
    Raises Refused for a list there is none of, and for what that list refuses.
    """
    if which not in WHICH:
        raise Refused(f"There is no choice {which!r} of members; choose from {', '.join(WHICH)}.")
    check_page(limit, offset)
    asked = check(asks, options)
    found = measure(asks)(con, book, definitions, **asked)
    con.register("list_asked", _keys(found.table))
    try:
        counts = con.execute(f"{_MET}select reason, count(*), count(person) - count(email) from met group by reason")
        n_apart = {reason: (n, n_without) for reason, n, n_without in counts.fetchall()}
        sql = (
            f"{_MET}select *, count(*) over () as n_rows\nfrom met\nwhere {WHICH[which]}\n"
            "order by coalesce(name, account), account, coalesce(person_name, person)\nlimit $limit offset $offset"
        )
        table = con.execute(sql, {"limit": limit, "offset": offset}).df()
    finally:
        con.unregister("list_asked")
    apart = [(reason, n_apart[reason][0]) for reason in ("opted out", "deactivated") if reason in n_apart]
    return Answer(
        table[COLUMNS],
        left_out(*apart) if which == "reachable" else left_out(),
        _notes(n_apart.get(None, (0, 0))[1]),
        f"-- list_asked:\n{found.sql}\n\n-- its members:\n{sql}",
    )


def check(asks: str, options: Mapping[str, object] | str) -> dict[str, object]:
    """The options of the list `asks`, as it takes them; refuses a list there is none of, and options it does not have."""
    if asks not in LISTS:
        raise Refused(f"There is no list {asks!r} of people or accounts; choose from {', '.join(LISTS)}.")
    try:
        said = json.loads(options) if isinstance(options, str) else options
    except ValueError:
        said = None
    if not isinstance(said, Mapping):
        raise Refused('The options of a list are an object of JSON, such as {"user_class": "loyal"}.')
    known = {option.name: option for option in MEASURES[asks].options}
    if odd := [name for name in said if name not in known or name in ("limit", "offset")]:
        raise Refused(f"The list {asks} has no option {odd[0]!r} any more.")
    return {name: _fit(asks, known[name].kind, name, value) for name, value in said.items()}


def _fit(asks: str, kind: str, name: str, value: object) -> object:
    """A value of the kind the option takes: what came through JSON may be anything."""
    fits = (
        value is None
        or {
            "text": lambda: isinstance(value, str),
            "flag": lambda: isinstance(value, bool),
            "whole": lambda: isinstance(value, int) and not isinstance(value, bool),
            "number": lambda: isinstance(value, (int, float)) and not isinstance(value, bool),
            "names": lambda: isinstance(value, (list, tuple)) and all(isinstance(each, (str, int)) for each in value),
            "pairs": lambda: isinstance(value, (list, tuple)) and all(map(_is_pair, value)),
            "bands": lambda: isinstance(value, Mapping),
        }[kind]()
    )
    if not fits:
        raise Refused(f"The list {asks} cannot be asked with {name} = {str(value)[:60]!r}.")
    return [tuple(each) for each in value] if kind == "pairs" and value else value


def _is_pair(value: object) -> bool:
    return (
        isinstance(value, (list, tuple))
        and len(value) == 2
        and isinstance(value[0], str)
        and (value[1] is None or isinstance(value[1], str))
    )


def _keys(table: pd.DataFrame) -> object:
    """Whom the list names, as DuckDB reads it."""
    import pyarrow as pa

    people = table["person"] if "person" in table else pd.Series([None] * len(table), dtype=object)
    columns = {"account": table["account"], "person": people.astype(object).where(people.notna(), None)}
    return pa.table({name: pa.array(values.tolist(), pa.string()) for name, values in columns.items()})


def _notes(n_without: int) -> tuple[str, ...]:
    if not n_without:
        return ()
    return (f"{n_without:,} {'person has' if n_without == 1 else 'people have'} no e-mail address in the data.",)
