"""Step 2: which column of a sheet becomes which field. What differs from what was found stands out.

editor    the table of columns, to change
changed   the columns the reader changed
known     the fields of a sheet that are more than a column kept as it is
"""

import pandas as pd
import streamlit as st

from lib.view.upload.kinds import FOUND_LATER, choices, field_label
from lib.view.upload.state import PLAIN, SKIP, Sheet

N_SAMPLES, LONGEST = 3, 60
HIGHEST = 420
_WASH = "background-color: rgba(31, 111, 178, 0.14)"


def known(sheet: Sheet) -> set[str]:
    """The fields of a sheet that are more than a column kept as it is."""
    return {name for name in choices(sheet) if name not in (PLAIN, SKIP, FOUND_LATER)}


def changed(sheet: Sheet) -> list[str]:
    """The columns the reader changed, of a sheet that was looked at as what it is."""
    if sheet.kind != sheet.found_as or not sheet.map:
        return []
    return [header for header, name in sheet.map.items() if name != sheet.mapping.get(header)]


def editor(number: int, sheet: Sheet) -> None:
    """The table of columns: header, values, and what it becomes."""
    headers, key = list(sheet.mapping), f"columns {number} {sheet.kind}"
    label = field_label(sheet.kind)
    now_changed = set(changed(sheet))
    table = pd.DataFrame(
        {
            "header": headers,
            "values": [_shown(sheet.samples.get(header, [])) for header in headers],
            "becomes": [sheet.map.get(header, FOUND_LATER) for header in headers],
            "found": [f"● was {label(sheet.mapping[header])}" if header in now_changed else "" for header in headers],
        }
    )

    def edited() -> None:
        for row, cells in st.session_state[key]["edited_rows"].items():
            if cells.get("becomes") is not None:
                sheet.map[headers[int(row)]] = cells["becomes"]

    st.data_editor(
        table.style.apply(lambda row: [_WASH if row["header"] in now_changed else ""] * len(row), axis=1),
        key=key,
        on_change=edited,
        hide_index=True,
        num_rows="fixed",
        row_height=32,
        height=min(HIGHEST, 36 + 32 * max(1, len(headers)) + 2),
        column_config={
            "header": st.column_config.TextColumn("Column of the file", disabled=True),
            "values": st.column_config.TextColumn("Some of its values", disabled=True, width="large"),
            "becomes": st.column_config.SelectboxColumn(
                "Becomes", options=choices(sheet), format_func=label, required=True, width="medium"
            ),
            "found": st.column_config.TextColumn("Changed", disabled=True),
        },
    )


def _shown(values: list) -> str:
    said = [str(value)[:LONGEST] for value in values if value not in (None, "")]
    return "  ·  ".join(said[:N_SAMPLES])
