"""A child at work: how far it is, and Cancel; the page runs again when it is over.

show    the child, looked at every half second
"""

import streamlit as st

from lib.view import look, numbers
from lib.view.jobs import Job
from lib.view.plain import plain

EVERY = 0.5  # seconds between two looks at the child


@st.fragment(run_every=EVERY)
def show(job: Job, usual: str, key: str) -> None:
    """How far a child is. `usual` is what it does while it does not say; `key` names the button that ends it."""
    if job.is_over:
        st.rerun()
    if job.state == "waiting":
        n_ahead = job.n_ahead
        others = f"{numbers.plural(n_ahead, 'upload')} of others" if n_ahead > 1 else "another reader’s upload"
        said, share = f"Waiting in line: {others} will be done first.", None
    else:
        said, share = job.step or usual, job.share
    look.html(f'<p class="hl-said" role="status"><b>{plain(said[:1].upper() + said[1:])}</b></p>')
    if share is None:
        look.html('<div class="hl-busy"><i></i></div>')
    else:
        st.progress(share)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Cancel", key=key, icon=":material/close:", on_click=job.cancel)
        look.note("You may leave this page meanwhile; the work goes on, and waits for you here.")
