"""Answers as plain text: JSON rows, CSV that is safe to open in a spreadsheet, a segment's name.

plain_rows     a table as a list of dicts that JSON can hold
safe_csv       a table as CSV; no cell of it is a formula
safe_cell      one text so that a spreadsheet shows it and does not run it
segment_text   Reseller × US
value_text     US; TechSupport: No
"""

import math
import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd

_SAYS_NOTHING = {"yes", "no", "y", "n", "true", "false", "none", "other", "unknown", "n/a", "all other values"}
_SIGN = "=+\\-@\uff1d\uff0b\uff0d\uff20"  # those of full width, too: spreadsheets of East Asia take them for the others
_UNSEEN = r"\s\x00-\x1f\u200b-\u200f\u2060\ufeff"  # what may stand before a sign and is not seen
_STARTS_A_FORMULA = re.compile(rf"[\t\r]|[{_UNSEEN}]*[{_SIGN}]")
# Where a comma is a decimal sign, spreadsheets split a row at ; or at a tab and know nothing of the quotes within: what follows
# one, or a line break, begins a cell there.
_SPLITS = ";\t\r\n"
_BEGINS_A_FORMULA_AFTER = re.compile(rf"(?<=[{_SPLITS}])(?=[{_UNSEEN}\"]*[{_SIGN}])")


def plain_rows(table: pd.DataFrame) -> list[dict]:
    """One dict a row; what is not there is None, never NaN."""
    return [{name: _plain(value) for name, value in row.items()} for row in table.to_dict("records")]


def safe_csv(table: pd.DataFrame) -> str:
    """CSV with a header; a text that a spreadsheet would take for a formula gets an apostrophe before it."""
    table = table.reset_index(drop=True)
    said = {safe_cell(name): _safe_column(table[name]) for name in table.columns}
    return pd.DataFrame(said).to_csv(index=False, lineterminator="\r\n")  # so a bare CR is quoted and starts no row


def _safe_column(values: pd.Series) -> pd.Series:
    """The cells of a column. Numbers, and texts that begin with a letter or a figure, are taken as they are: a million is many."""
    if values.dtype in (float, int, bool):
        return values.where(np.isfinite(values)) if values.dtype == float else values
    if isinstance(values.dtype, pd.StringDtype):
        odd = ~values.str.match("[0-9A-Za-z]", na=True).astype(bool)
        odd |= values.str.contains(f"[{_SPLITS}]", na=False).astype(bool)
        return values.where(~odd, values[odd].map(safe_cell)) if odd.any() else values
    return pd.Series([safe_cell(_flat(value)) for value in values], index=values.index, dtype=object)


def safe_cell(value: object) -> object:
    """`value` as a spreadsheet should show it: numbers stay numbers, a text never begins like a formula, nor does a part of
    it that a spreadsheet would make a cell of its own."""
    if not isinstance(value, str):
        return value
    apart = _BEGINS_A_FORMULA_AFTER.sub("'", value)
    return f"'{apart}" if _STARTS_A_FORMULA.match(value) else apart


def segment_text(segment: Mapping[str, str | None]) -> str:
    """The values of a segment, joined: Reseller × US. A value that says nothing alone brings its name: TechSupport: No."""
    return " × ".join(value_text(name, value) for name, value in segment.items()) or "all accounts"


def value_text(name: str, value: str | None) -> str:
    """One value of a dimension so that it can be read without its column.

    >>> value_text("region", "US"), value_text("TechSupport", "No"), value_text("region", None)
    ('US', 'TechSupport: No', 'region missing')
    """
    if value is None:
        return f"{name} missing"
    speaks = any(letter.isalpha() for letter in value) and value.casefold() not in _SAYS_NOTHING
    return value if speaks and not value.startswith(("up to ", "over ")) else f"{name}: {value}"


def _flat(value: object) -> object:
    value = _plain(value)
    if isinstance(value, Mapping):
        return segment_text(value)
    if isinstance(value, list):
        return "; ".join(str(_flat(each)) for each in value)
    return value


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_plain(each) for each in value]
    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value)
    if isinstance(value, (np.generic, Decimal)):
        value = value.item() if isinstance(value, np.generic) else float(value)
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return value
