"""The definition of the journey, changed: stages and rules in a table, what that would do to today's figures, and saving it.

render   all of it; for a part of a page that opens

It runs by itself, so that a cell that is written does not ask the page anew. What is written stays until it is saved or left,
also while the reader is elsewhere, and whatever others save meanwhile.
"""

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.view import access, door, inforce, look
from lib.view.funnel import editorstate, preview, versions
from lib.view.funnel.editorstate import COLUMNS, KINDS, METRICS, MILESTONES, RULES, Draft
from lib.view.plain import plain
from lib.view.words import word

_DRAFT = "draft of the journey"


def render(book: Book) -> None:
    """The editor of the journey, for `book`'s figures; for who may not save, too: they see what a change would do."""
    _edit(book)


@st.fragment
def _edit(book: Book) -> None:
    versions.again()
    versions.told()
    draft = _draft()
    _said_of_others(draft)
    table = st.container()
    draft.rules = _rules(draft)  # whose journeys there are says which columns the table has
    if draft.by != draft.rules["by"]:
        draft.redraw()  # with other columns it is another table
    with table:
        draft.rows = _stages(draft)
    words = _drafted(draft)
    is_changed = words is not None and words != draft.unchanged
    with st.container():  # always there: what comes and goes must not move what stands below it
        if is_changed:
            preview.show(book, draft.unchanged, words, editorstate.renamed(draft.rows))
    _save(draft, words if is_changed else None)
    versions.show()


def _draft() -> Draft:
    """The edit at hand; it begins anew with what is in force as long as nothing is changed in it."""
    draft: Draft | None = st.session_state.get(_DRAFT)
    now = inforce.newest()
    base, after = (now.definitions, now.id) if now else (inforce.default(), None)
    if draft is None or (draft.after != after and editorstate.is_untouched(draft)):
        draft = st.session_state[_DRAFT] = editorstate.begun(base, after, draft)
    elif _table(draft) not in st.session_state:  # the reader was elsewhere
        draft.redraw()
    return draft


def _said_of_others(draft: Draft) -> None:
    """What was saved since the edit began, or since the link was made."""
    now = inforce.newest()
    with st.container():  # always there: what comes and goes must not move what stands below it
        if inforce.is_old():
            look.note("The link shows older definitions; what is changed here are those of today.")
        if draft.after != (now and now.id):
            who = plain(now.made_by) if now else "Somebody"
            look.notice(
                f"{who} changed the definitions after you began. What you wrote is kept here, and cannot be saved over theirs."
            )
            st.button("Begin anew with those of now", key="journey anew", on_click=_leave)


def _leave() -> None:
    """Leave the edit. For callbacks."""
    draft: Draft = st.session_state[_DRAFT]
    now = inforce.newest()
    base, after = (now.definitions, now.id) if now else (inforce.default(), None)
    st.session_state[_DRAFT] = editorstate.begun(base, after, draft)
    versions.forget()


def _stages(draft: Draft) -> pd.DataFrame:
    """The table of stages; gives its rows as they stand now."""
    column, by = st.column_config, draft.rules["by"]
    has_journeys = bool(by) or bool(draft.start["journey"].astype(bool).any())
    return st.data_editor(
        draft.start,
        key=_table(draft),
        num_rows="dynamic",
        hide_index=True,
        row_height=32,
        placeholder="",
        column_order=[*(["journey"] if has_journeys else []), *COLUMNS],
        column_config={
            "journey": column.SelectboxColumn(
                word(by) if by else "Journey of", options=["", *_values(by, draft)], format_func=_whose,
                help="Whose journey the stage is of; everybody else has the journey without a value.",
            ),
            "place": column.NumberColumn("Order", width=72, step=0.5, format="%g", help="1.5 comes between 1 and 2."),
            "stage": column.TextColumn("Stage", width=115, required=True, max_chars=100),
            "objective": column.TextColumn("Objective", width=132, max_chars=300),
            "metric": column.SelectboxColumn(
                "Completed by", width=175, options=list(METRICS), format_func=METRICS.get, default="milestone", required=True,
                help="What leads on to the next stage; the last is never completed. What files record counts before any metric.",
            ),
            "of": column.TextColumn("Of", width=58, max_chars=300, help="Which feature, or which survey; else empty."),
            "at_least": column.NumberColumn(
                "At least", width=84, min_value=0, format="%g", help="Of a share: 0.5 is half of the seats."
            ),
            "expected_days": column.NumberColumn(
                "Expected days", width=122, min_value=0, max_value=1825, step=1, format="%d", help="Empty: none expected."
            ),
            "kind": column.SelectboxColumn(
                "Kind", width=84, options=KINDS, default="usual", required=True,
                help="Optional: passed over without being missed. Exit: an end that is none of the journey's aims, a deal lost.",
            ),
        },
    )  # fmt: skip


def _rules(draft: Draft) -> dict[str, object]:
    """The other words of the journey, as they stand now; those that are seldom changed are folded."""
    said = draft.rules
    choices = list(dict.fromkeys(["", said["by"], *(each.name for each in door.opened().dimensions)]))
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        now = {
            "by": st.selectbox(
                "Journeys by", choices, choices.index(said["by"]), key=_key("by", draft), width=200, format_func=_by,
                help="A column of accounts whose values have journeys of their own.",
            ),
            "milestones": st.selectbox(
                "What files record counts", list(MILESTONES), list(MILESTONES).index(said["milestones"]),
                key=_key("milestones", draft), format_func=MILESTONES.get, width=340,
                help="A stage that a file records is entered on that day, whatever a metric says.",
            ),
        }  # fmt: skip
        with st.popover("More", icon=":material/tune:"):
            for name, (label, means, step) in RULES.items():
                form = None if step == 1 else "%.2f"
                now[name] = st.number_input(
                    label, value=said[name], step=step, format=form, key=_key(name, draft), help=means
                )
    return {name: said[name] if now[name] is None else now[name] for name in said}


def _values(by: str, draft: Draft) -> list[str]:
    """The values of accounts a stage can be for, and those the journey names already."""
    try:
        known = door.values(by) if by else ()
    except Refused:
        known = ()
    return [each for each in dict.fromkeys([*draft.start["journey"], *known]) if each]


def _drafted(draft: Draft) -> Definitions | None:
    """The definitions the table makes; where it makes none, says why below it."""
    with st.container():  # always there: what comes and goes must not move what stands below it
        try:
            return editorstate.drafted(draft.base, draft.rows, draft.rules)
        except Refused as refusal:
            look.notice(plain(refusal))
            return None


def _save(draft: Draft, words: Definitions | None) -> None:
    """Save the change for everybody, or leave it; for who may not, whom to ask."""
    if not access.may_publish():
        whom = " or ".join(map(plain, access.admins())) or "an admin"
        look.note(
            f"Try what you like: nothing here is saved. What counts for everybody is changed by admins; ask {whom}."
        )
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        comment = st.text_input(
            "Why", key=_key("comment", draft), max_chars=500, placeholder="What it is for", width="stretch"
        )
        if st.button("Save for everybody", key="journey save", type="primary", disabled=words is None):
            if versions.save(words, comment, after=draft.after):
                # what is in force is looked up by the run to come
                st.session_state[_DRAFT] = editorstate.begun(words, None, draft)
            versions.again()
        is_touched = words is not None or not editorstate.is_untouched(draft)
        st.button("Leave it as it was", key="journey leave", on_click=_leave, disabled=not is_touched)


def _by(name: str) -> str:
    return word(name) if name else "One journey for all"


def _whose(value: str) -> str:
    return value or "everybody else"


def _table(draft: Draft) -> str:
    return f"journey stages {draft.n_drawn}"


def _key(name: str, draft: Draft) -> str:
    return f"journey {name} {draft.n}"
