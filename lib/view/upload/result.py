"""Step 4: what came in, row for row; what does not meet; what was refused; and where to go with it.

show     the whole of it
counts   the rows of each file: read, loaded, refused, merged
"""

import pandas as pd
import streamlit as st

from lib.view import look, numbers
from lib.view.plain import plain
from lib.view.upload import feeds, meets, publish, refused
from lib.view.upload.kinds import LABELS, kind_name, rows_of
from lib.view.upload.sheets import without_flags
from lib.view.upload.state import Upload


def show(upload: Upload) -> None:
    """What came in, what was refused, and where to go with it."""
    report = upload.report
    if upload.trouble:
        look.notice(plain(without_flags(upload.trouble)))
    _verdict(report)
    n_refused = sum(int(each.get("n_refused") or 0) for each in report.get("files") or ())
    if report.get("is_whole"):
        feeds.pages(report)
    elif n_refused:  # what must be answered stands first
        refused.show(upload, n_refused)
    look.section("Row for row", "rows in the file = loaded + refused + merged")
    _counts(report)
    meets.show(report)
    if n_refused and report.get("is_whole"):
        refused.show(upload, n_refused)
    publish.show(upload)
    _notes(report)
    if report.get("is_whole"):
        feeds.lacks(report)
    st.button(
        "Back to the columns",
        key="upload back",
        icon=":material/arrow_back:",
        on_click=upload.back_to,
        args=("sheets",),
    )


def counts(report: dict) -> pd.DataFrame:
    """The rows of each file: read, loaded, refused, merged."""
    names = ["n_read", "n_kept", "n_refused", "n_merged"]
    rows = [
        [
            each.get("file"),
            kind_name(str(each.get("table"))),
            *(int(each.get(n) or 0) for n in names),
        ]
        for each in report.get("files") or ()
    ]
    return pd.DataFrame(rows, columns=["file", "table", *names])


def _verdict(report: dict) -> None:
    loaded = {name: int(n) for name, n in (report.get("tables") or {}).items() if n}
    n_refused = int(counts(report)["n_refused"].sum())
    if report.get("is_whole"):
        said = " · ".join(f"{numbers.count(n)} {rows_of(name, n)}" for name, n in loaded.items() if name in LABELS)
        aside = (
            f" {numbers.plural(n_refused, 'row')} stayed out."
            if n_refused
            else " Every row of your files is accounted for."
        )
        look.html(
            f'<div class="hl-quiet"><b>It is in: {plain(said or "no rows")}.</b><p>{plain(aside.strip())}</p></div>'
        )
        return
    said = without_flags(str(report.get("message") or "")) or "Nothing was loaded yet."
    if n_refused:
        said = (
            f"{numbers.plural(n_refused, 'row')} of {numbers.count(counts(report)['n_read'].sum())} cannot be read as they "
            "stand. Nothing is loaded yet: mend them, or leave those rows out."
        )
    look.notice(plain(said))


def _counts(report: dict) -> None:
    table = counts(report)
    whole = {"n_read": "Rows in the file", "n_kept": "Loaded", "n_refused": "Refused", "n_merged": "Merged"}
    st.dataframe(
        table,
        key="upload counts",
        hide_index=True,
        row_height=32,
        column_config={
            "file": st.column_config.TextColumn("File", width="large"),
            "table": st.column_config.TextColumn("Read as"),
            **{name: st.column_config.NumberColumn(said, format="localized") for name, said in whole.items()},
        },
    )


def _notes(report: dict) -> None:
    notes = [*map(str, report.get("notes") or ())]
    for each in report.get("files") or ():
        notes += [f"{each.get('file')}: {note}" for note in each.get("notes") or ()]
    if not notes:
        return
    with st.expander(f"What was done on the way ({len(notes)})", expanded=False):
        for note in notes:
            look.note(plain(without_flags(note)))
