"""What was read into the store, and what of it was refused: the last imports, each opening its refused cells.

card     the last imports
refused  the way to the refused cells of an import, and they themselves while it is open
"""

import pandas as pd
import streamlit as st

from lib.store.folder import Batch, Manifest
from lib.view import address, look, numbers, tables
from lib.view.plain import plain

N_SHOWN = 5


def card(manifest: Manifest, n_shown: int = N_SHOWN) -> None:
    """The last imports: rows read, kept and refused; a click on the refused opens the cells and their reasons."""
    opened = (address.read().get("batch") or [""])[-1]
    for batch in reversed(manifest.batches[-n_shown:]):
        with st.container(border=True, key=f"batch-{batch.batch}"):
            _batch(batch, is_open=batch.batch == opened)
    if len(manifest.batches) > n_shown:
        look.note(f"{len(manifest.batches) - n_shown} earlier imports.")


def _batch(batch: Batch, *, is_open: bool) -> None:
    said = f"{numbers.count(batch.n_read)} rows read, {numbers.count(batch.n_kept)} kept"
    if batch.n_merged:
        said += f", {numbers.count(batch.n_merged)} merged"
    day = batch.received_at[:16].replace("T", " ")
    tables_read = plain(", ".join(batch.tables))
    look.html(
        f'<div class="hl-note"><b>{plain(batch.source)}</b><br>{said} · {tables_read}<br>{plain(day)} UTC by '
        f"{plain(batch.who)}</div>"
    )
    for note in batch.notes[:3]:
        look.note(plain(note))
    refused(batch, is_open=is_open)


def refused(batch: Batch, *, is_open: bool) -> None:
    """The way to the refused cells of an import, where it has any; and they themselves while it is open."""
    if not batch.n_refused:
        return
    st.button(
        f"{numbers.plural(batch.n_refused, 'row')} refused {'⌃' if is_open else '›'}",
        key=f"refused {batch.batch}",
        type="tertiary",
        on_click=address.write,
        args=(lambda name: name == "batch", {} if is_open else {"batch": [batch.batch]}),
    )
    if is_open:
        cells = pd.DataFrame(list(batch.refused), columns=["file", "row", "column", "value", "reason"])
        tables.show(cells, key=f"cells {batch.batch}", labels={name: name.capitalize() for name in cells.columns})
        look.note(
            f"{numbers.plural(len(cells), 'refused cell')}{': the first that were kept' if batch.n_refused > len(cells) else ''}."
        )
