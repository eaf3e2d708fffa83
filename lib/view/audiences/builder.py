"""The builder: conditions added, changed and removed; how many fit, counted as they change; the letter, and the saving.

zone        the button that opens it, or the draft at hand
adapt       begin one from a campaign; change: from a kept audience; for callbacks
"""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from lib.book import Book
from lib.definitions.campaigns import Campaign
from lib.definitions.conditions import KINDS, SHAPES, UNBOUNDED, Condition
from lib.errors import Refused
from lib.measures import Answer
from lib.view import door, look, written
from lib.view.audiences import draft as drafts
from lib.view.audiences import letterbox, letterform, ready, words
from lib.view.audiences.audiencestate import Audiences, turn
from lib.view.audiences.draft import Draft
from lib.view.plain import plain
from lib.view.writing import acting, pen, told
from lib.workspace import Row, audiences

_DRAFT, _N = "audience that is being built", "how many audiences were begun"
_PLACE = "audience builder"
_UNITS = {"signed_up": "days ago", "renews": "days from now", "logins": "log-ins", "days_of_use": "days"}
_WIDTH = {"names": 420, "answer": 300, "feature": 220}


def adapt(campaign: Campaign, feature: str) -> None:
    """Begin one from a campaign. For callbacks."""
    _begin(lambda n: drafts.of_campaign(n, campaign, feature))
    turn(build=True, ready="", audience="")
    look.ask_to_scroll("builder")


def change(row: Row) -> None:
    """Begin one from a kept audience, to change it. For callbacks."""
    with acting.acts().one("audiences"):
        _begin(lambda n: drafts.of_audience(n, row))
        turn(build=True, audience="", ready="")
        look.ask_to_scroll("builder")


def zone(book: Book, state: Audiences) -> dict[str, Answer]:
    """The button that opens the builder, or the draft at hand."""
    if not pen.can_write():
        return {}
    told.show(_PLACE)
    if not state.build:
        st.button("Build an audience", icon=":material/add:", key="build", on_click=_open)
        return {}
    draft: Draft = st.session_state.get(_DRAFT) or _begin(drafts.begun)
    look.section(
        "Change the audience" if draft.of else "A new audience", "all conditions hold at once", place="builder"
    )
    with st.container(border=True, key="builder"):
        _accounts(draft, book)
        with st.container(gap="small", key="conditions"):
            for number in list(draft.rows):
                draft.rows[number] = _condition(draft, number, book)
        _add(draft)
        st.divider()
        letterform.form(draft, book)
        with st.container():  # always there: what comes and goes must not move what stands below it
            shown = _size(draft)
        _foot(draft, shown)
    return shown


def _open() -> None:
    if not st.session_state.get(_DRAFT):
        _begin(drafts.begun)
    turn(build=True)


def _begin(make: Callable[[int], Draft]) -> Draft:
    n = st.session_state[_N] = st.session_state.get(_N, 0) + 1
    made = st.session_state[_DRAFT] = make(n)
    return made


def _leave() -> None:
    st.session_state.pop(_DRAFT, None)
    turn(build=False)


def shows(key: str, value: object) -> str:
    """The key of a widget that begins with `value`, and then keeps what the reader makes of it."""
    if key not in st.session_state:
        st.session_state[key] = value
    return key


def _accounts(draft: Draft, book: Book) -> None:
    """People or accounts, and of which accounts."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="builder-accounts"):
        draft.whom = st.segmented_control(
            "Whom", ["people", "accounts"], key=shows(f"whom {draft.n}", draft.whom), format_func=str.capitalize, required=True
        )  # fmt: skip
        for name in drafts.DIMENSIONS:
            known = written.quietly(lambda name=name: door.values(name)) or ()
            options = list(dict.fromkeys([*known, *draft.cut.get(name, [])]))
            if options:
                label = "CSM" if name == "csm" else name.capitalize()
                key = shows(f"cut {name} {draft.n}", draft.cut.get(name, []))
                draft.cut[name] = st.multiselect(label, options, key=key, placeholder="any", width=124)


def _condition(draft: Draft, number: int, book: Book) -> Condition:
    """One condition as a line; gives it as it stands now."""
    each = draft.rows[number]
    kind, key = KINDS[each.condition], f"condition {draft.n} {number}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"condition-row-{number}"):
        look.html(f'<p class="hl-label hl-condition">{kind.label}</p>')
        if kind.denied:
            choices = {False: _verb(kind.says), True: _verb(kind.denied)}
            width = 290 if kind.shape == "flag" else 210
            is_not = st.selectbox("Is it so", list(choices), key=shows(f"{key} not", each.is_not), format_func=choices.get,
                                  label_visibility="collapsed", width=width)  # fmt: skip
            each = replace(each, is_not=is_not)
        for taken in SHAPES[kind.shape]:
            each = replace(each, **{taken: _taken(each, taken, key, book)})
        st.button("", key=f"{key} remove", icon=":material/close:", type="tertiary", help=f"Remove: {kind.label}",
                  on_click=lambda: draft.rows.pop(number, None))  # fmt: skip
    return each


def _verb(says: str) -> str:
    return says.partition("{}")[0].strip() or says


def _taken(each: Condition, name: str, key: str, book: Book) -> object:
    """What one field of a condition is now."""
    kind, was, key = KINDS[each.condition], getattr(each, name), f"{key} {name}"
    if name == "values":
        known = dict(zip(kind.values, kind.values, strict=True)) or _known(each.condition, book)
        options = list(dict.fromkeys([*known, *was]))
        found = st.multiselect(kind.label, options, key=shows(key, list(was)), format_func=lambda value: known.get(value, value),
                               label_visibility="collapsed", placeholder="choose", width=_WIDTH[kind.shape])  # fmt: skip
        return tuple(found)
    if name == "feature":
        known = ready.features(book)
        options = list(dict.fromkeys([*known, *([was] if was else [])]))
        found = st.selectbox(
            "Feature", options, key=shows(key, was or None), format_func=lambda value: known.get(value, value), index=None,
            placeholder="which feature", label_visibility="collapsed", width=_WIDTH["feature"],
        )  # fmt: skip
        return found or ""
    is_open = (name == "most" and was == UNBOUNDED) or (name == "days" and not was)
    label = {"least": "from", "most": "to", "days": "days"}[name]
    hint = {"least": "from", "most": "any", "days": "ever"}[name]
    found = st.number_input(label, 0, UNBOUNDED, step=1, key=shows(key, None if is_open else was), placeholder=hint,
                            label_visibility="collapsed", width=130)  # fmt: skip
    unit = {"least": "to", "days": "days"}.get(name) or _unit(each.condition)
    look.html(f'<p class="hl-note hl-unit">{unit}</p>')
    return found if found is not None else {"least": 0, "most": UNBOUNDED, "days": 0}[name]


def _unit(condition: str) -> str:
    return {"signed_up": "days ago", "renews": "days from now", "logins": "log-ins", "days_of_use": "days"}.get(
        condition, "features"
    )


def _known(condition: str, book: Book) -> dict[str, str]:
    found = door.try_ask("audience_choices", book)
    if found is None:
        return {}
    of = found.table[found.table["condition"] == condition]
    return dict(zip(of["choice"], of["choice_said"], strict=True))


def _add(draft: Draft) -> None:
    key = f"add condition {draft.n}"

    def added() -> None:
        if st.session_state[key]:
            draft.add(st.session_state[key])
            st.session_state[key] = None

    st.selectbox("Add a condition", list(KINDS), key=shows(key, None), index=None, format_func=lambda name: KINDS[name].label,
                 placeholder="Add a condition", label_visibility="collapsed", width=300, on_change=added)  # fmt: skip


def _size(draft: Draft) -> dict[str, Answer]:
    """How many fit now, and how many of them are spared."""
    for each in drafts.lacking(draft):
        look.note(f"Not counted yet: {plain(each)}.")
    try:
        question = drafts.asked(draft)
        book = words.book_of(question)
    except Refused as refusal:
        look.notice(plain(refusal))
        return {}
    letter = drafts.campaign(draft)
    options = drafts.options_text(question.options)
    size = letterbox.sized(letter, book, asks=question.asks, options=options, feature=letter.feature if letter else "")
    if size is None:
        return {}
    look.html(f'<p class="hl-size">{letterbox.said(size, draft.whom)}</p>')
    return {"Audience": size}


def _foot(draft: Draft, shown: dict[str, Answer]) -> None:
    """A name, and the saving."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="builder-foot"):
        draft.name = st.text_input("Name", key=shows(f"name of draft {draft.n}", draft.name), max_chars=100,
                                   placeholder="A name for them", width=360) or ""  # fmt: skip
        n = int(shown["Audience"].table.iloc[0]["n_members"]) if shown else 0
        # it is kept in the run that has read every widget: what was typed last arrives together with the click
        is_saved = st.button("Save", key=f"save draft {draft.n}", type="primary", disabled=not shown)
        st.button("Close", key="close builder", on_click=_leave)
    if is_saved and shown:
        _save(draft, n)
        told.again()


def _save(draft: Draft, n: int) -> None:
    """Keep it, or what it changes; once: the draft is gone then."""
    acts = acting.acts()
    with acts.one(_PLACE):
        if (this := ("draft", draft.n)) in acts.done:
            return
        drafts.check_name(draft)
        question, name = drafts.asked(draft), draft.name.strip()
        if draft.of:
            row = audiences.asks_anew(written.workspace(), *draft.of, name, question, n, **written.by())
            undo = None
        else:
            row = audiences.save(written.workspace(), name, question, n, **written.by())

            def undo() -> str:
                audiences.remove(written.workspace(), row.id, row.version, **written.by())
                return f"“{name}” is not kept."

        acts.done.add(this)
        acts.tell(_PLACE, f"“{name}” is kept.", undo=undo)
        _leave()
        turn(audience=row.id)
