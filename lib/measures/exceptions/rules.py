"""How the rules do: which are on, what each has told, what became of it, and how long it stays open.

exception_rules   a row per rule of the definitions
COLUMNS           of the answer, whatever the options
"""

from datetime import date

import duckdb
import numpy as np
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.facts.exceptionsaid import condition
from lib.measures import Answer
from lib.measures.exceptions import standing
from lib.survival import kaplan_meier, median_interval

COLUMNS = [
    "exception_rule", "is_active_rule", "rule_condition", "is_good_news", "exception_play", "n_exceptions", "n_exception_accounts",
    "n_waiting", "n_snoozed", "n_new_7", "n_new_30", "n_began", "n_gone", "n_done", "open_median_days", "open_median_days_lo",
    "open_median_days_hi",
]  # fmt: skip
_SQL = """select
    rule as exception_rule,
    count(*) filter (where state = 'open' and not is_waiting) as n_exceptions,
    count(distinct account) filter (where state = 'open' and not is_waiting) as n_exception_accounts,
    count(*) filter (where is_waiting) as n_waiting,
    count(*) filter (where state = 'snoozed') as n_snoozed,
    count(*) filter (where began_on > $as_of::date - 7) as n_new_7,
    count(*) filter (where began_on > $as_of::date - 30) as n_new_30,
    count(*) filter (where began_on > $as_of::date - $try_days::integer) as n_began,
    count(*) filter (where state = 'gone' and began_on > $as_of::date - $try_days::integer) as n_gone,
    count(*) filter (where state = 'done' and began_on > $as_of::date - $try_days::integer) as n_done
from exception_here
group by rule"""
_SPANS = """select
    rule, case when state = 'done' then acted_on else coalesce(ended_on, $as_of::date) end - began_on as days,
    state in ('done', 'gone') as is_over
from exception_here
where began_on > $as_of::date - $try_days::integer"""
_COUNTS = [name for name in COLUMNS if name.startswith("n_")]


def exception_rules(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, on: date | str | None = None
) -> Answer:
    """The rules in the order of the definitions, those that are on first; figures of a rule that is off are empty: try it.

    on   the day by which a snooze is over; by default the book's

    New: began in 7, or 30 days. Began, gone by itself and done are of the last try_days. Median days open: Kaplan and Meier, of
    those that began in them; what is still open, or snoozed, is censored.
    """
    words = definitions.exceptions
    _, laid = standing.lay(con, book, definitions, on)
    asked = {"as_of": book.as_of, "try_days": words.try_days}
    counted = con.execute(_SQL, asked).df().set_index("exception_rule")
    spans = con.execute(_SPANS, asked).df()
    medians = {rule: _median(rows) for rule, rows in spans.groupby("rule")}
    found = [_row(each, counted, medians) for each in sorted(words.triggers, key=lambda each: not each.is_on)]
    table = pd.DataFrame(found, columns=COLUMNS).astype(dict.fromkeys((*_COUNTS, *COLUMNS[-3:]), float))
    return Answer(table, sql=f"{laid};\n\n{_SQL};\n\n{_SPANS}")


def _median(rows: pd.DataFrame) -> tuple[float, float, float]:
    return median_interval(kaplan_meier(rows["days"].to_numpy(float), rows["is_over"].to_numpy(bool)))


def _row(rule, counted: pd.DataFrame, medians: dict) -> dict:
    none = 0.0 if rule.is_on else np.nan
    counts = counted.loc[rule.rule].to_dict() if rule.rule in counted.index else dict.fromkeys(_COUNTS, none)
    median = medians.get(rule.rule, (np.nan,) * 3)
    return {
        "exception_rule": rule.rule, "is_active_rule": rule.is_on, "rule_condition": condition(rule), "is_good_news": rule.is_good,
        "exception_play": rule.play, **counts,
        **dict(zip(("open_median_days", "open_median_days_lo", "open_median_days_hi"), median, strict=True)),
    }  # fmt: skip
