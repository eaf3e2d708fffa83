"""Below the steps: what was imported into the shared data, and how to change that from a shell.

show    every import of the shared store, folded
"""

import streamlit as st

from lib.errors import Refused
from lib.store.folder import current, default_store, read_manifest
from lib.view import access, imports, look


def show() -> None:
    """Every import of the shared store, folded; where there is none, how to make one. For those who see all of it."""
    if not access.viewer().scope.is_all:
        return
    place = current(default_store())
    with st.expander("The shared data: what was imported, and how to add to it", expanded=False, key="upload-log"):
        look.html(
            '<p class="hl-note">What everyone sees is imported, published and taken back from the shell of this server:</p>'
            '<p class="hl-commands"><code>.venv/bin/python -m lib import accounts.csv</code> '
            "<code>.venv/bin/python -m lib batches</code> <code>.venv/bin/python -m lib undo BATCH</code> "
            "<code>.venv/bin/python -m lib sample</code></p>"
        )
        if place is None:
            look.note("There is no shared data yet.")
            return
        try:
            manifest = read_manifest(place)
        except (Refused, OSError, ValueError, TypeError):
            look.note("The list of imports cannot be read.")
            return
        imports.card(manifest, n_shown=len(manifest.batches))
