"""What a shell prints: tables on stdout as text, JSON or safe CSV; everything said about them on stderr."""

import json
import sys

import pandas as pd

from lib.export import plain_rows, safe_csv, segment_text


def write(table: pd.DataFrame, form: str) -> str:
    """A table as text: columns aligned, JSON rows, or CSV that is safe to open in a spreadsheet."""
    if form == "json":
        return json.dumps(plain_rows(table), ensure_ascii=False, indent=1) + "\n"
    if form == "csv":
        return safe_csv(table)
    if table.empty:
        return "(no rows)\n"
    said = table.map(lambda value: segment_text(value) if isinstance(value, dict) else value)
    return said.to_string(index=False) + "\n"


def say(text: str) -> None:
    """A sentence for the person at the shell, beside the answer."""
    print(text, file=sys.stderr)
