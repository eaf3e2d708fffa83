"""Publishing a draft of the rules for everybody, from a day on or for all of history, or discarding it.

bar   the choice, why, and the two buttons; for who may not publish, whom to ask
"""

import streamlit as st

from lib.book import Book, say_day
from lib.definitions import Definitions
from lib.facts import healthdraft
from lib.view import access, door, look, private
from lib.view.funnel import versions
from lib.view.healthrules import draftstate, editor
from lib.view.healthrules.draftstate import Draft
from lib.view.plain import plain

FROM_DAY, ALWAYS = "from", "always"


def bar(book: Book, draft: Draft, words: Definitions | None) -> None:
    """Publish the draft as a version, or leave it as it was."""
    versions.again()
    is_changed = words is not None and words.health.as_rules() != draftstate.alike(draft.base).health.as_rules()
    look.section("Publish", "or discard; until then every figure stays as it is")
    if not access.may_publish():
        whom = " or ".join(map(plain, access.admins())) or "an admin"
        look.note(
            f"Try what you like: nothing here is published. What counts for everybody is changed by admins; ask {whom}."
        )
        _discard(draft, is_changed)
        return
    if private.is_on():
        look.note("You look at data of your own. Go back to the shared data to publish rules for everybody.")
        _discard(draft, is_changed)
        return
    day = door.opened().manifest.as_of or book.as_of
    ways = {
        FROM_DAY: f"From {say_day(day)} on: weeks before keep the score they had",
        ALWAYS: "For all of history: every week is scored anew",
    }
    way = st.radio(
        "Holds", list(ways), format_func=ways.get, key="health holds", horizontal=True, label_visibility="collapsed"
    )
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        comment = st.text_input(
            "Why", key=f"health comment {draft.n}", max_chars=500, placeholder="What it is for", width="stretch"
        )
        if st.button("Publish for everybody", key="health publish", type="primary", disabled=not is_changed):
            published = healthdraft.from_day(draft.base, words, day) if way == FROM_DAY else words
            if versions.save(published, comment, after=draft.after):
                editor.saved(published)
            versions.again()
        _discard(draft, is_changed)


def _discard(draft: Draft, is_changed: bool) -> None:
    is_touched = is_changed or not draftstate.is_untouched(draft)
    st.button("Discard", key="health discard", on_click=editor.leave, disabled=not is_touched)
