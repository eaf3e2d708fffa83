"""When a CSM is told of an exception: at most new_per_week new ones in a week, the others wait for the next.

lay        the temp table exception_told, after exceptions.lay; told_on is empty of what waits, or was over before
told_days  the days on which exceptions of one CSM are told

A day fills what is left of its week, those of most weight first; what began later never takes a place that was given. Weight is the
ARR on the day it began, halved for every renewing_days that the renewal is away; good news comes after all else. What lasts since
before try_days is told already. The queue is of the account's own CSM and of all their accounts that the asker may see, whatever
was done since: so it is the same for whoever asks, and what was told one day is told on every later one.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from heapq import heappop, heappush

import duckdb
import numpy as np
import pandas as pd

from lib.definitions import Definitions

_NEW = """
create or replace temp table exception_new as
with began as (
    select
        spell.place, spell._account, spell.person, spell.began_on, spell.ended_on, scope.csm::varchar as csm, scope.arr as arr_said
    from exception_spell as spell
    join scope on scope._account = spell._account
    where spell.began_on > $from_on::date and scope.csm is not null
),
day as (
    select _account, began_on, any_value(arr_said) as arr_said from began group by _account, began_on
),
worth as (
    select
        day._account, day.began_on,
        coalesce(sum(arr) filter (where coalesce(is_recurring, true)), any_value(arr_said))::double as arr,
        min(ends_on) filter (where coalesce(is_recurring, true) and coalesce(ends_on > starts_on + 31, true)) - day.began_on as days
    from day
    left join core.contract as term
        on term._account = day._account and term.kind is distinct from 'trial' and coalesce(term.starts_on <= day.began_on, true)
        and coalesce(least(term.ends_on, term.cancelled_on) > day.began_on, true)
    group by day._account, day.began_on
)
select
    began.* exclude (arr_said), date_trunc('week', began.began_on)::date as week,
    list_contains($good::integer[], place) as is_good,
    coalesce(arr * pow(2, -coalesce(days, 365) / $renewing_days::double), 0) as weight,
    row_number() over (order by began.csm, began.began_on, began._account, place, person nulls first) as at_row
from began
join worth using (_account, began_on)
"""
_CROWDED = """
with week as (
    select csm, week, count(*) as n from exception_new group by csm, week
)
select csm, began_on, ended_on, is_good, weight, at_row
from exception_new
where csm in (select csm from week where n > $most)
order by at_row
"""
_TOLD = """
create or replace temp table exception_told as
select
    spell.place, spell._account, spell.person, spell.began_on,
    case when crowded.at_row is null then spell.began_on else crowded.told_on end as told_on
from exception_spell as spell
left join exception_new as new
    on new.place = spell.place and new._account = spell._account and new.person is not distinct from spell.person
    and new.began_on = spell.began_on
left join crowded_rows as crowded on crowded.at_row = new.at_row
"""
SQL = f"{_NEW.strip()};\n\n{_TOLD.strip()}"


def lay(con: duckdb.DuckDBPyConnection, as_of: date, definitions: Definitions) -> None:
    """The temp table exception_told of the exceptions that are laid (those of the rules that are on)."""
    words = definitions.exceptions
    good = [place for place, rule in enumerate(words.on()) if rule.is_good]
    asked = {"from_on": as_of - timedelta(words.try_days), "good": good, "renewing_days": words.renewing_days}
    con.execute(_NEW, asked)
    rows = con.execute(_CROWDED, {"most": words.new_per_week}).fetchall()
    told, begin = [], 0
    for end in range(1, len(rows) + 1):
        if end == len(rows) or rows[end][0] != rows[begin][0]:
            told += told_days([row[1:5] for row in rows[begin:end]], words.new_per_week, as_of)
            begin = end
    days = np.array([np.datetime64(day or "NaT", "D") for day in told], "datetime64[us]")
    con.register("crowded_rows", pd.DataFrame({"at_row": [row[5] for row in rows], "told_on": days}))
    con.execute(_TOLD)
    con.unregister("crowded_rows")


def told_days(new: Sequence[tuple[date, date | None, bool, float]], most: int, as_of: date) -> list[date | None]:
    """Of each of `new` (began_on, ended_on, is_good, weight), in the order in which they began, the day on which it is told."""
    told: list[date | None] = [None] * len(new)
    waiting: list[tuple[bool, float, int]] = []
    at, n_left, day = 0, most, new[0][0]
    monday = day - timedelta(day.weekday())
    while day <= as_of:
        while at < len(new) and new[at][0] <= day:
            heappush(waiting, (new[at][2], -new[at][3], at))
            at += 1
        while waiting and n_left:
            first = heappop(waiting)[2]
            ended = new[first][1]
            if ended is None or ended > day:
                told[first], n_left = day, n_left - 1
        coming = [*([new[at][0]] if at < len(new) else []), *([monday + timedelta(7)] if waiting else [])]
        if not coming:
            break
        day = min(coming)
        if day >= monday + timedelta(7):
            monday, n_left = day - timedelta(day.weekday()), most
    return told
