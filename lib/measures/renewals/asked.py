"""What the answers about renewals have in common: their periods, levels and money.

Asked      the options of an answer, checked
asked      those options; refuses what there is none of
parameters what a statement binds of them
PERIOD     the first step of a statement: the periods
levelled   a step that gathers the rarer levels of rows
cells_of   counts with every period, level and currency
unfinished whether periods may still change
EVERY      how long a period is; MONEY: what amounts are; VIEWS
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import duckdb
import pandas as pd

from lib.book import Book, say_day
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.levels import MOST_LEVELS, OTHER
from lib.store.dimensions import find_dimension, read_catalogue
from lib.store.opening import value_on

EVERY = {"month": 1, "quarter": 3, "year": 12}  # months
MONEY = {"arr": 1, "mrr": 12}  # what a year's amount is divided by
VIEWS = ("pool", "calendar")
MOST_PERIODS = 600

PERIOD = """period as materialized (
    select unnest($period_from::date[]) as period_from, unnest($period_until::date[]) as period_until
)"""
_LEVELLED = f"""told_apart as (
    select level
    from {{rows}}
    where level is not null
    group by level
    qualify count(*) over () < {MOST_LEVELS} or row_number() over (order by count(*) desc, level) < {MOST_LEVELS - 1}
),
{{name}} as (
    select * replace (case when level is null or level in (from told_apart) then level else '{OTHER}' end as level)
    from {{rows}}
)"""


@dataclass(frozen=True)
class Asked:
    """The options of an answer: periods [from, until), SQL for the level of an account when a period opens, and money.

    last_day   the last day that is known: the as-of day, or the data's own where that is earlier
    """

    periods: tuple[tuple[date, date], ...]
    level: str
    by: str | None
    divisor: int
    last_day: date

    def notes(self, table: pd.DataFrame) -> Iterator[str]:
        """What a reader must know of a table with currencies and unfinished periods."""
        currencies = [each or "no currency given" for each in table["currency"].unique()]
        if len(currencies) > 1:
            yield (
                f"Amounts are in {', '.join(currencies)}, each by itself: no rate is given between them (definitions, [renewals])."
            )
        if table["is_unfinished"].any():
            yield (
                f"What is known ends on {say_day(self.last_day)}: a period is unfinished while it, or the grace days of what "
                "ended in it, go past that day."
            )


def asked(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, every: str | None, by: str | None, money: str
) -> Asked:
    """The options, checked. Raises Refused for a period, a dimension or money there is none of."""
    if every is not None and every not in EVERY:
        raise Refused(f"A period is a {', a '.join(EVERY)}, or the book's own where none is said.")
    if money not in MONEY:
        raise Refused(f"Amounts are {' or '.join(MONEY)}.")
    periods = tuple(_periods(book.opens_on, book.closes_on, every, definitions.calendar.fiscal_year_starts_in))
    if len(periods) > MOST_PERIODS:
        raise Refused(f"These are {len(periods):,} periods; ask for longer ones, or for {MOST_PERIODS} at most.")
    level = value_on(find_dimension(read_catalogue(con), by), "period.period_from") if by else "null::varchar"
    known_to = con.execute("select getvariable('known_to')").fetchone()[0]
    return Asked(periods, level, by, MONEY[money], min(book.as_of, known_to or book.as_of))


def parameters(asked: Asked) -> dict:
    """The values of $period_from and $period_until."""
    opens, closes = zip(*asked.periods, strict=True)
    return {"period_from": list(opens), "period_until": list(closes)}


def levelled(asked: Asked, rows: str, name: str) -> str:
    """A step that gathers the rarer levels of `rows` in one."""
    return _LEVELLED.format(rows=rows, name=name) if asked.by else f"{name} as (\n    from {rows}\n)"


def cells_of(counted: pd.DataFrame, option: Asked) -> pd.DataFrame:
    """Counts of periods, levels and currencies: every period with every level and currency there is in any, 0 where it had none.

    In order: periods; levels by name, those without one last; currencies.
    """
    counted = counted.assign(level=counted["level"].astype(object).where(counted["level"].notna(), None))
    groups = sorted(
        {(row.level, row.currency) for row in counted.itertuples()},
        key=lambda group: (group[0] is None, group[0] or "", group[1]),
    )
    whole = pd.DataFrame(
        [(*period, *group) for period in option.periods for group in groups],
        columns=["period_from", "period_until", "level", "currency"],
    ).astype({"period_from": "datetime64[us]", "period_until": "datetime64[us]", "level": object, "currency": object})
    counted = counted.astype({"period_from": "datetime64[us]", "currency": object})
    found = whole.merge(counted, on=["period_from", "level", "currency"], how="left")
    numbers = [name for name in counted if name not in whole]
    found[numbers] = found[numbers].astype(float).fillna(0)
    return found


def unfinished(until: pd.Series, option: Asked, definitions: Definitions) -> pd.Series:
    """Whether periods that close then may still change: they, or the grace days of what ends in them, go past the last day."""
    return (until - pd.Timestamp(option.last_day)).dt.days - 1 + definitions.renewals.grace_days > 0


def _periods(opens_on: date, closes_on: date, every: str | None, starts_in: int) -> Iterator[tuple[date, date]]:
    """The parts of [opens_on, closes_on) that months, fiscal quarters or fiscal years cut it into."""
    if every is None:
        yield opens_on, closes_on
        return
    length = EVERY[every]
    month = opens_on.year * 12 + opens_on.month - 1
    month -= (opens_on.month - starts_in) % length
    while (first := date(month // 12, month % 12 + 1, 1)) < closes_on:
        month += length
        yield max(first, opens_on), min(date(month // 12, month % 12 + 1, 1), closes_on)
