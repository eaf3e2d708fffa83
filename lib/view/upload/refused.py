"""Step 4: refused cells by column and reason. Three ways out: mend them here, leave the rows out, take them home.

show     the groups, and the three ways
groups   the refused cells by file, column and reason, most first
as_csv   all refused cells as CSV that is safe to open in a spreadsheet
"""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from lib.view import look, numbers, tables
from lib.view.plain import plain
from lib.view.upload import running
from lib.view.upload.state import Upload

CELLS = ["file", "row", "column", "value", "reason"]
N_EDITED, N_GROUPS = 500, 30


@dataclass(frozen=True)
class Group:
    """Cells refused for one reason in one column."""

    file: str
    column: str
    reason: str
    n: int
    cells: pd.DataFrame  # those the report holds


def groups(report: dict) -> list[Group]:
    """The refused cells by file, column and reason, most first."""
    found = []
    for each in report.get("files") or ():
        cells = _cells(each)
        for count in each.get("refused_counts") or ():
            column, reason = str(count.get("column")), str(count.get("reason"))
            own = cells[(cells["column"] == column) & (cells["reason"] == reason)].reset_index(drop=True)
            found.append(Group(str(each.get("file")), column, reason, int(count.get("n") or len(own)), own))
    return sorted(found, key=lambda group: -group.n)


def as_csv(report: dict) -> bytes:
    """All refused cells the report holds, as CSV that is safe to open in a spreadsheet."""
    parts = [_cells(each) for each in report.get("files") or ()]
    return tables.csv_bytes(pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=CELLS))


def show(upload: Upload, n_refused: int) -> None:
    """The groups, and the three ways out."""
    report, found = upload.report, groups(upload.report)
    look.section("Refused cells", "by column and reason; write the right value beside, or leave it")
    written: dict[tuple[str, int, str], str] = {}
    for number, group in enumerate(found[:N_GROUPS]):
        label = f"**{plain(group.column)}**: {plain(group.reason)} · {numbers.plural(group.n, 'cell')} in {plain(group.file)}"
        with st.expander(label, expanded=len(found) == 1 and not report.get("is_whole")):
            written |= _mend(upload, number, group)
    if len(found) > N_GROUPS:
        look.note(f"{len(found) - N_GROUPS} more kinds are in the download.")
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="upload-ways"):
        said = (
            "Apply fixes"
            if not written
            else "Apply 1 fix"
            if len(written) == 1
            else f"Apply {numbers.count(len(written))} fixes"
        )
        if st.button(said, key="upload mend", type="primary", icon=":material/build:", disabled=not written):
            for (file, row, column), value in written.items():
                upload.fixes.setdefault(file, {})[row, column] = value
            running.import_all(upload, skips_refused=upload.skips_refused)
            st.rerun()
        if not report.get("is_whole") and st.button(
            f"Leave {'that row' if n_refused == 1 else f'those {numbers.count(n_refused)} rows'} out",
            key="upload skip",
            icon=":material/playlist_remove:",
        ):
            upload.skips_refused = True
            running.import_all(upload, skips_refused=True)
            st.rerun()
        st.download_button(
            "Download the refused",
            data=lambda: as_csv(report),
            file_name="refused.csv",
            mime="text/csv",
            key="upload refused",
            icon=":material/download:",
            on_click="ignore",
        )


def _mend(upload: Upload, number: int, group: Group) -> dict[tuple[str, int, str], str]:
    """The cells of a group with a place to write beside each, and one for all; gives what was written."""
    key = f"mend {upload.n_reports} {number}"
    for_all = ""
    if len(group.cells) > 1:
        for_all = st.text_input(
            "The same for all of them", key=f"{key} all", placeholder="leave empty to write them one by one", width=360
        ).strip()
    shown = group.cells.head(N_EDITED)
    edited = st.data_editor(
        shown[["row", "value"]].assign(instead=""),
        key=key,
        hide_index=True,
        num_rows="fixed",
        row_height=32,
        height=min(360, 38 + 32 * max(1, len(shown))),
        column_config={
            "row": st.column_config.NumberColumn("Row", disabled=True, width="small", format="localized"),
            "value": st.column_config.TextColumn("As it stands", disabled=True),
            "instead": st.column_config.TextColumn("Read it as"),
        },
    )
    if group.n > len(shown):
        look.note(f"The first {numbers.count(len(shown))} of {numbers.count(group.n)}; the download has more.")
    written = {}
    if for_all:
        written = {(group.file, int(row), group.column): for_all for row in group.cells["row"]}
    for row, value in zip(edited["row"], edited["instead"], strict=True):
        if value and str(value).strip():
            written[group.file, int(row), group.column] = str(value).strip()
    return written


def _cells(of_file: dict) -> pd.DataFrame:
    cells = pd.DataFrame([*(of_file.get("refused") or ())], columns=CELLS)
    return cells.assign(
        **{name: cells[name].map(lambda each: "" if each is None else str(each)) for name in CELLS if name != "row"}
    )
