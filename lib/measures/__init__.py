"""The answers. Each measure is a pure function (con, book, definitions, *, options) -> Answer."""

from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class Answer:
    """What a measure returns: the same columns whatever the options, an empty table for an empty book.

    table     one tidy row per answer; columns are terms of lib/glossary.py
    left_out  columns `reason`, `n`: what was not counted, and why
    notes     sentences a reader must know to read the table rightly
    sql       the statement that counted, as it ran
    """

    table: pd.DataFrame
    left_out: pd.DataFrame = field(default_factory=lambda: left_out())
    notes: tuple[str, ...] = ()
    sql: str = ""


def left_out(*rows: tuple[str, int]) -> pd.DataFrame:
    """A `left_out` table from (reason, n) pairs; reasons with n = 0 are dropped."""
    return pd.DataFrame([row for row in rows if row[1]], columns=["reason", "n"])
