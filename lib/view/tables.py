"""Tables as people read them, and downloads that are safe to open in a spreadsheet.

show       a table with the glossary's labels, numbers on the right
tenths     how columns of scores are drawn
named      the key of a table whose rows can be ticked
download   a button that makes the whole table when it is clicked
records    the rows of a table as dicts
csv_bytes  a table as CSV; no cell of it is a formula
"""

from collections.abc import Callable, Mapping
from hashlib import sha256

import pandas as pd
import streamlit as st

from lib.export import safe_csv
from lib.glossary import TERMS
from lib.measures import Answer

_FORMATS = {"money": "localized", "count": "localized", "ratio": "%.2f", "days": "localized"}


def show(
    table: pd.DataFrame,
    *,
    key: str,
    height: int | str = "auto",
    labels: Mapping[str, str] | None = None,
    config: Mapping[str, object] | None = None,
    selects: str = "",
    clicked: Callable[[], None] | None = None,
):
    """A table of an answer: columns by their names in the glossary, numbers on the right, rates in percent.

    config    how columns are drawn that are more than a text or a number
    selects   "multi-row": rows can be ticked; the table gives which, and the page runs again
    clicked   is called back once what is selected changes
    """
    columns = {name: _column(name, (labels or {}).get(name)) for name in table.columns} | dict(config or {})
    return st.dataframe(
        _rounded(table),
        key=key,
        hide_index=True,
        height=height,
        row_height=32,
        column_config={name: columns[name] for name in table.columns},
        placeholder="–",
        **({"on_select": clicked or "rerun", "selection_mode": selects} if selects else {}),
    )


def tenths(*names: str) -> dict[str, object]:
    """How columns of scores are drawn: with one digit after the point."""
    return {name: st.column_config.NumberColumn(TERMS[name].label, format="%.1f") for name in names}


def named(name: str, rows: pd.Series | pd.DataFrame) -> str:
    """The key of a table whose rows can be ticked. Other rows are another table: a tick never moves to a neighbour."""
    return f"{name} {sha256(rows.to_csv(index=False).encode()).hexdigest()[:16]}"


def download(
    label: str,
    file_name: str,
    answer: Callable[[], Answer],
    *,
    key: str,
    drop: tuple[str, ...] = (),
    is_quiet: bool = False,
) -> None:
    """A button that asks for all rows when it is clicked, and gives them as CSV."""
    st.download_button(
        label,
        data=lambda: csv_bytes(answer().table.drop(columns=list(drop))),
        file_name=file_name,
        mime="text/csv",
        key=key,
        icon=":material/download:",
        type="tertiary" if is_quiet else "secondary",
        on_click="ignore",
    )


def records(table: pd.DataFrame) -> list[dict]:
    """One dict a row."""
    names = list(table.columns)
    return [dict(zip(names, row, strict=True)) for row in zip(*(table[name].tolist() for name in names), strict=True)]


def csv_bytes(table: pd.DataFrame) -> bytes:
    """CSV with a header, in UTF-8 with the mark that spreadsheets look for; no cell of it is a formula."""
    return safe_csv(table).encode("utf-8-sig")


def _rounded(table: pd.DataFrame) -> pd.DataFrame:
    """Rates in percent, money and days in whole numbers."""
    units = {name: TERMS[name].unit for name in table.columns if name in TERMS}
    rates = {name: table[name] * 100 for name, unit in units.items() if unit == "rate" and name != "p_adjusted"}
    whole = {name: table[name].round() for name, unit in units.items() if unit in ("money", "days", "count")}
    return table.assign(**rates, **whole)


def _column(name: str, label: str | None):
    term = TERMS.get(name)
    said = label or (term.label if term else name)
    unit = term.unit if term else ""
    if name == "p_adjusted":
        return st.column_config.NumberColumn(said, format="%.1e")
    if unit == "rate":
        return st.column_config.NumberColumn(said, format="%.1f %%")
    if unit == "day":
        return st.column_config.DateColumn(said, format="D MMM YYYY")
    if unit == "flag":
        return st.column_config.CheckboxColumn(said)
    if unit in _FORMATS:
        return st.column_config.NumberColumn(said, format=_FORMATS[unit])
    return st.column_config.Column(said)
