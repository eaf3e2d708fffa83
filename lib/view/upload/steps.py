"""The step of an upload the reader is at.

show     the trail of steps, and the screen of the one they are at
"""

import streamlit as st

from lib.view import look
from lib.view.upload import files, result, running, sheets
from lib.view.upload.state import Upload, begin_anew

TRAIL = {"files": "Bring files", "sheets": "Say what they are", "importing": "Read them", "result": "What came in"}
_SCREENS = {
    "files": files.show,
    "recognising": running.show,
    "sheets": sheets.show,
    "importing": running.show,
    "result": result.show,
}


def show(upload: Upload) -> None:
    """The trail of steps, and the screen of the one the reader is at."""
    now = ("sheets" if upload.asked else "files") if upload.step == "recognising" else upload.step
    at = list(TRAIL).index(now)
    looks = ["hl-past" if number < at else "hl-here" if number == at else "" for number in range(len(TRAIL))]
    steps = "".join(
        f'<li class="{look_of}"{" aria-current=step" if number == at else ""}><i>{number + 1}</i>{said}</li>'
        for number, (said, look_of) in enumerate(zip(TRAIL.values(), looks, strict=True))
    )
    with st.container(horizontal=True, vertical_alignment="center", key="upload-trail"):
        look.html(f'<ol class="hl-steps">{steps}</ol>')
        st.space("stretch")
        if upload.files:
            st.button(
                "Start over", key="upload anew", type="tertiary", icon=":material/restart_alt:", on_click=begin_anew
            )
    with st.container(key=f"upload-{upload.step}"):
        _SCREENS[upload.step](upload)
