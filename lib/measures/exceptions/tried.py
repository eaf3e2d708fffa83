"""What a rule would have told in the last try_days, and what came: laid for the answers about it.

Tried     the rule, the days, and the other rules that are on
lay       the temp tables trial_spell, trial_account; refuses in words what is no rule
DRAFT     what a rule without a name is called
SQL       the statements of both

trial_spell    the book's exceptions that lasted on one of the days: the rule's own at place 0, then those of the rules that are on
trial_account  a row per account of the book that it told of, or that was lost
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta

import duckdb

from lib.book import Book
from lib.definitions import Definitions, made_of
from lib.definitions.exceptions import Rule
from lib.errors import Refused
from lib.facts import exceptions, renewals

DRAFT = "The draft"
_SPELLS = """create or replace temp table trial_spell as
select spell.* from exception_spell as spell
join book on book._account = spell._account
where coalesce(spell.ended_on > $opens_on::date, true)"""
_ACCOUNTS = """create or replace temp table trial_account as
with fired as (
    select _account, min(began_on) as fired_on, arg_min(person, began_on) as person, count(*) as n_times
    from trial_spell
    where place = 0 and began_on >= $opens_on::date
    group by _account
),
loss as materialized (
    select spell._account, ended_on as lost_on
    from customer_spell as spell
    join book on book._account = spell._account
    where ending in ('lapsed', 'cancelled') and ended_on <= $as_of::date
),
followed as (
    select fired._account, min(lost_on) as lost_after_on
    from fired
    join loss on loss._account = fired._account and lost_on >= fired_on and lost_on <= fired_on + $judge_days::integer
    group by fired._account
),
lost as (
    select _account, max(lost_on) as lost_on
    from loss
    where lost_on >= $opens_on::date and lost_on <= $decided_to::date
    group by _account
),
warned as (
    select lost._account, min(began_on) as warned_on
    from lost
    join exception_spell as spell
        on spell.place = 0 and spell._account = lost._account and began_on < lost_on
        and coalesce(spell.ended_on > lost_on - $judge_days::integer, true)
    group by lost._account
)
select
    book._account, fired_on, person, n_times, lost_after_on, lost_on, warned_on, lost_on - warned_on as lead_days,
    case
        when fired_on is null then null
        when fired_on + $judge_days::integer > $decided_to::date then 'pending'
        when lost_after_on is not null then 'lost'
        else 'stayed'
    end as outcome
from book
left join fired on fired._account = book._account
left join followed on followed._account = book._account
left join lost on lost._account = book._account
left join warned on warned._account = book._account
where fired_on is not null or lost_on is not null"""
SQL = f"{_SPELLS};\n\n{_ACCOUNTS}"


@dataclass(frozen=True)
class Tried:
    """A rule that is tried, from a day on, judged up to another; and the rules that are on beside it."""

    rule: Rule
    others: tuple[Rule, ...]
    opens_on: date
    decided_to: date
    is_judged: bool


def lay(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    rule: str | None,
    fact: str | None,
    test: str | None,
    enter: float | None,
    leave: float | None,
    among: Sequence[str] | None,
    for_days: int | None,
) -> Tried:
    """Both temp tables of a rule of the definitions, of one changed in what is given, or of one made of it."""
    words = definitions.exceptions
    given = {"fact": fact, "test": test, "enter": enter, "leave": leave, "for_days": for_days}
    given = {name: value for name, value in given.items() if value is not None}
    asked = _rule(definitions, rule, given | ({} if among is None else {"among": tuple(among)}))
    others = tuple(each for each in words.on() if each.rule != asked.rule)
    exceptions.lay(con, book.as_of, definitions, (asked, *others))
    renewals.lay(con, book.as_of, definitions)
    tried = Tried(
        asked, others, book.as_of - timedelta(words.try_days - 1), book.as_of - timedelta(definitions.renewals.grace_days),
        not asked.is_good and "trial" not in asked.among,
    )  # fmt: skip
    con.execute(_SPELLS, {"opens_on": tried.opens_on})
    bound = {
        "as_of": book.as_of,
        "opens_on": tried.opens_on,
        "decided_to": tried.decided_to,
        "judge_days": words.judge_days,
    }
    con.execute(_ACCOUNTS, bound)
    return tried


def _rule(definitions: Definitions, name: str | None, given: dict) -> Rule:
    """The rule that is asked for, if the definitions would take it."""
    words = definitions.exceptions
    known = words.rule(name) if name else None
    if name and known is None:
        raise Refused(f"There is no rule {name!r}; the rules are {', '.join(each.rule for each in words.triggers)}.")
    if known is None:
        if lacking := [each for each in ("fact", "test", "enter") if each not in given]:
            raise Refused(f"Say the name of a rule to try, or what it is made of: {', '.join(lacking)} is not said.")
        known = Rule(DRAFT, leave=given["enter"], **{name: given[name] for name in ("fact", "test", "enter")})
    asked = replace(known, **given)
    section = {**definitions.words()["exceptions"], "triggers": [asdict(asked)]}
    return made_of({**definitions.words(), "exceptions": section}, DRAFT).exceptions.triggers[0]
