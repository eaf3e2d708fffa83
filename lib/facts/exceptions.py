"""Exceptions laid on a cursor: when what rules say began to hold of accounts and of their people, and when it was over.

lay       the view exception_spell (exception_spells.sql) of some rules, over all accounts: join it to `book` or `scope`
ON        exception_on: the same with what the team did about them, and the state they are in on a day ($on)
STATES    the states, in their order
lines     lays exception_signal: what rules are told by, as lines that hold until the next (signal_use.sql)
made_of   what exceptions are made of: part of a key of what is made of them
WRITTEN   the written tables they read

Nothing later is known on a day, so that the exceptions of a day are the same whenever it is asked about; tests replay every day.
Lines and spells are kept beside the snapshot: another rule costs a look at the lines of its fact.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta

import duckdb

from lib.definitions import Definitions
from lib.definitions.exceptions import FACTS, Rule
from lib.facts import health, journey
from lib.facts.shelf import Shelf, name_of
from lib.store import relations
from lib.store.dimensions import read_catalogue

ON = "exception_on($as_of, $on)"
STATES = ("open", "snoozed", "done", "gone")
WRITTEN = ("touch", "cancel_request", "save_plan", "renewal_call", "goal", "sentiment")
PIECE = 156  # weeks of use that health_use.sql counts at once
LOOK_BACK = 13  # weeks before it that a reading of use_week_on is held against
MANY_LINES = 5_000_000
WEEKS = Shelf("use_week", most=2, many=MANY_LINES)
FAMILIES = Shelf("exception_family", most=24, many=10 * MANY_LINES)
GATES = Shelf("exception_gate", most=3, many=MANY_LINES)
SPELLS = Shelf("exception_spell", most=8, many=MANY_LINES)

_WEEKS = """from use_week_on($as_of, $n_weeks, $grace_days, $high_value, $least_people)
where day > $as_of::date - 7 * $n_new::integer"""
_GATES = "gate_on($as_of, $grace_days, $onboarding_days, $new_from_days, $new_to_days, $renewing_days)"
_BY_WEEKS = ("use", "adopting", "health")  # families read at the end of every week, from a first one on
_ADOPTED = "$adopted_days, $adopted_within_days, $loyal_weeks, $loyal_of_weeks"
_HEALTH = """(
    select
        'health_score' as fact, _account, null::varchar as person, day as from_on, health_score::double as value, 0::double as pace
    from health_score
    where dayofweek(day) = 0  -- on a day in the week a score is of that day alone
)"""
_FAMILIES = {
    "use": "signal_use_on()",
    "peers": "signal_peers_on($as_of, $least_peers)",
    "journey": "signal_journey_on($as_of)",
    "adopting": f"signal_adopting_on($as_of, $n_weeks, $grace_days, {_ADOPTED})",
    "contact": "signal_contact_on($as_of, $ticket_days, $survey_days, $win_days, $promoter_from)",
    "terms": "signal_terms_on($as_of)",
    "health": _HEALTH,
    "friction": "signal_friction_on($as_of, $least_sessions)",
    "people": "signal_people_on($as_of, $grace_days, $champion_days, $least_sessions)",
}
_LINES = """
with told as (
    select list_position($facts::varchar[], fact)::utinyint as fact, _account, person, from_on, value, pace from {relation}
    where from_on <= $as_of::date and list_contains($facts::varchar[], fact)
),
said as (
    select *, lag(value) over line as value_before, lag(pace) over line as pace_before, lag(from_on) over line as from_before
    from told
    window line as (partition by fact, _account, person order by from_on)
)
select
    list_extract($facts::varchar[], fact) as fact, _account, person, from_on, value, pace,
    lead(from_on, 1, date '9999-12-31') over (partition by fact, _account, person order by from_on) as until_on
from said
where from_before is null or pace is distinct from pace_before
   or value is distinct from value_before + pace_before * (from_on - from_before)
"""
_NO_LINES = """
select
    null::varchar as fact, null::uinteger as _account, null::varchar as person, null::date as from_on, null::double as value,
    null::double as pace, null::date as until_on
where false
"""
_N_WEEKS = "select coalesce(($as_of::date - min(week)) // 7 + 1, 1)::integer from usage.usage_week where week + 6 <= $as_of::date"
_RULES = """
create or replace temp table exception_rule (
    place integer, rule varchar, fact varchar, sign integer, enter double, leave double, for_days integer, gates varchar[],
    is_by_weeks boolean
)
"""
_SCOPE = "select count(*), coalesce(bit_xor(hash(_account)), 0)::varchar from scope"
_READ = {
    "contact": ("touch", "goal"),
    "terms": ("cancel_request",),
    "journey": ("goal",),
    "peers": ("goal",),
}  # of WRITTEN
_READ_BY_GATES = ("save_plan", "renewal_call", "goal")


def lay(
    con: duckdb.DuckDBPyConnection, as_of: date, definitions: Definitions, rules: Sequence[Rule] | None = None
) -> None:
    """The view exception_spell of `rules` (those that are on), up to `as_of`; a second call puts those of others in its place."""
    rules = definitions.exceptions.on() if rules is None else rules
    bound = _bound(con, as_of, definitions)
    told_by = _lines(con, bound, definitions, [rule.fact for rule in rules])
    asked = _asked(_GATES, bound)
    gates = name_of(asked, definitions.journey, _said(con, _READ_BY_GATES))
    GATES.lay(con, gates, lambda name, table: _of_all(con, table, f"from {_GATES}", asked, definitions))
    rows = [_row(place, rule) for place, rule in enumerate(rules)]
    con.execute(_RULES)
    if rows:
        con.executemany("insert into exception_rule values (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    key, sql = name_of(as_of, told_by, gates, rows), "from exception_spell_on($as_of)"
    SPELLS.lay(con, key, lambda name, table: _made(con, table, sql, {"as_of": as_of}))


def lines(
    con: duckdb.DuckDBPyConnection, as_of: date, definitions: Definitions, facts: Sequence[str]
) -> tuple[str, ...]:
    """The view exception_signal of `facts`; gives what names it."""
    return _lines(con, _bound(con, as_of, definitions), definitions, facts)


def made_of(con: duckdb.DuckDBPyConnection, as_of: date, definitions: Definitions) -> tuple:
    """The same again wherever what exceptions are made of is the same."""
    return as_of, definitions.hash, _said(con, WRITTEN)


def _lines(
    con: duckdb.DuckDBPyConnection, bound: dict, definitions: Definitions, facts: Sequence[str]
) -> tuple[str, ...]:
    keys = []
    for family in _FAMILIES:
        asked = [name for name, fact in FACTS.items() if fact.family == family and name in facts]
        if asked:
            keys.append(_family(con, family, bound | {"facts": asked}, definitions))
    tables = [f"from {FAMILIES.table('exception_family', key)}" for key in keys]
    con.execute(f"create or replace temp view exception_signal as {' union all '.join(tables) or _NO_LINES}")
    return tuple(keys)


def _family(con: duckdb.DuckDBPyConnection, family: str, bound: dict, definitions: Definitions) -> str:
    """The lines of a family on its shelf; gives their key. Those of peers are of the asker's scope, all others of everybody."""
    sql, said = _LINES.format(relation=_FAMILIES[family]), (definitions.journey, _said(con, _READ.get(family, ())))
    if family in ("use", "peers"):
        weeks = _asked(_WEEKS, bound)
        WEEKS.lay(con, name_of(weeks), lambda name, table: _weeks(con, table, weeks))
        said = (weeks, *said, _seen(con)) if family == "peers" else weeks
    if family == "health":
        health.lay(con, bound["as_of"], definitions)
        said = health.made_of(con, bound["as_of"], definitions), definitions.health
    asked = _asked(sql, bound)
    key = name_of(family, said, asked)

    def make(name: str, table: str) -> None:
        if family in ("use", "peers", "health"):  # as the cursor stands
            _made(con, table, sql, asked)
        else:
            _of_all(con, table, sql, asked, definitions)

    FAMILIES.lay(con, key, make)
    return key


def _made(con: duckdb.DuckDBPyConnection, table: str, sql: str, asked: dict) -> None:
    con.execute(f"create or replace table {table} as {sql}", asked)


def _weeks(con: duckdb.DuckDBPyConnection, table: str, asked: dict) -> None:
    """Use of every week there is, or what has been open for long would begin anew with every week: in pieces, the last one first,
    each with the weeks before it that it looks back to."""
    n_left, ends_on, made = asked["n_weeks"], asked["as_of"], f"create or replace table {table} as"
    while n_left > 0:
        n_weeks = min(n_left, PIECE)
        n_new = n_weeks if n_weeks == n_left else n_weeks - LOOK_BACK
        con.execute(f"{made} {_WEEKS}", asked | {"as_of": ends_on, "n_weeks": n_weeks, "n_new": n_new})
        ends_on -= timedelta(days=(ends_on.weekday() + 1) % 7 + 7 * n_new)  # a Sunday
        n_left, made = n_left - n_new, f"insert into {table}"


def _of_all(con: duckdb.DuckDBPyConnection, table: str, sql: str, asked: dict, definitions: Definitions) -> None:
    """A table of what `sql` says whoever asks: made on a cursor whose scope is everybody."""
    with con.cursor() as whole:
        whole.execute(f"set search_path = '{relations.PATH}'")
        for name in WRITTEN:
            whole.register(f"written_{name}", con.sql(f"from written_{name}").to_arrow_table())
        whole.execute("create temp view scope as from core.account")
        journey.lay(whole, read_catalogue(whole), definitions.journey, asked["as_of"])
        _made(whole, table, sql, asked)


def _row(place: int, rule: Rule) -> tuple:
    gates = list(dict.fromkeys((*(() if "trial" in rule.among else ("customer",)), *rule.among)))
    sign = 1 if rule.test == "at_least" else -1
    is_by_weeks = FACTS[rule.fact].family in _BY_WEEKS
    return place, rule.rule, rule.fact, sign, rule.enter, rule.leave, rule.for_days, gates, is_by_weeks


def _said(con: duckdb.DuckDBPyConnection, names: Sequence[str]) -> list[tuple]:
    """Names what the team wrote in these tables and no other."""
    hashes = [f"select coalesce(bit_xor(hash(written)), 0)::varchar from written_{name} as written" for name in names]
    return [con.execute(each).fetchall() for each in hashes]


def _seen(con: duckdb.DuckDBPyConnection) -> list[tuple]:
    """Names whose accounts the asker may see, and no others'."""
    return con.execute(_SCOPE).fetchall()


def _asked(sql: str, bound: dict) -> dict:
    """Of `bound` what `sql` names, since DuckDB refuses surplus values."""
    named = set(re.findall(r"\$(\w+)", sql))
    return {name: value for name, value in bound.items() if name in named}


def _bound(con: duckdb.DuckDBPyConnection, as_of: date, definitions: Definitions) -> dict:
    words, adoption = definitions.exceptions, definitions.adoption
    ((n_weeks,),) = con.execute(_N_WEEKS, {"as_of": as_of}).fetchall()
    return health.parameters(con, as_of, definitions) | {
        "n_weeks": n_weeks,
        "onboarding_days": definitions.standing.onboarding_days,
        "least_peers": definitions.standing.least_peers,
        "promoter_from": definitions.one_account.promoter_score,
        "adopted_days": adoption.adopted_days, "adopted_within_days": adoption.adopted_within_days,
        "loyal_weeks": adoption.loyal_weeks, "loyal_of_weeks": adoption.loyal_of_weeks,
        "new_from_days": words.new_from_days, "new_to_days": words.new_to_days, "renewing_days": words.renewing_days,
        "win_days": words.win_days, "least_people": words.least_people, "least_sessions": words.least_sessions,
    }  # fmt: skip
