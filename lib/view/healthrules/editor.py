"""The rules of health, changed: weights by profile, parts and their bands, thresholds and what holds a score down.

stand   the edit at hand; it stays until it is published or left, also while the reader is elsewhere
edit    the tables; gives the definitions they make, None where they make none
leave   leave the edit, or begin one with other rules; for callbacks
saved   begin anew once it is published
"""

import math

import pandas as pd
import streamlit as st

from lib.definitions import Definitions
from lib.definitions.health import CONDITIONS, FACTS, NULL_RULES, Health
from lib.errors import Refused
from lib.view import door, inforce, look
from lib.view.account import paper
from lib.view.funnel import versions
from lib.view.healthrules import draftstate, said
from lib.view.healthrules.draftstate import RENEWAL, Draft
from lib.view.healthrules.fitting import BOTH, stages_of, unfit
from lib.view.plain import plain

_DRAFT = "draft of the rules of health"
_ROW, _HEAD = 32, 40  # pixels
_ROOM, _PART, _NEAR, _NARROWEST = (
    922,
    116,
    104,
    74,
)  # pixels: what a screen of 1280 has for the table, and columns of it
_TABS = ("Weights", "Parts and bands", "Profiles", "Thresholds and overrides")
_TOUCHES = {BOTH: "high and low touch", "high": "high touch", "low": "low touch"}


def stand() -> Draft:
    """The edit at hand; it begins anew with what is in force as long as nothing is changed in it."""
    versions.told()
    draft: Draft | None = st.session_state.get(_DRAFT)
    base, after = _in_force()
    if draft is None or (draft.after != after and draftstate.is_untouched(draft)):
        draft = st.session_state[_DRAFT] = draftstate.begun(base, after, draft)
    elif _key("parts", draft) not in st.session_state:  # the reader was elsewhere
        draft.redraw()
    _said_of_others(draft, after)
    return draft


def leave(rules: Health | None = None) -> None:
    """Leave the edit; with `rules` begin one with them in the place of those in force. For callbacks."""
    base, after = _in_force()
    st.session_state[_DRAFT] = draftstate.begun(base, after, st.session_state.get(_DRAFT), rules)
    versions.forget()


def saved(words: Definitions) -> None:
    """Begin anew with what was published; which version that is, is looked up by the run to come."""
    st.session_state[_DRAFT] = draftstate.begun(words, None, st.session_state.get(_DRAFT))


def edit(draft: Draft) -> Definitions | None:
    """The tables; gives the definitions they make. Where they make none, says why below them."""
    weights, parts, fits, rest = st.tabs(_TABS)
    with parts:
        draft.parts_now = _parts(draft)
        in_words = st.container()
    draft.type_weights(st.session_state.get(_key("weights", draft), {}).get("edited_rows", {}))
    draftstate.follow_parts(draft)
    with fits:
        _follow_fits(draft, _fits(draft))
        of_fits = st.container()
    with weights:
        draft.weights_now = _weights(draft)
    with rest:
        draft.said = _rest(draft)
    with st.container():  # always there: what comes and goes must not move what stands below it
        try:
            words = draftstate.drafted(draft)
        except Refused as refusal:
            look.notice(plain(refusal))
            return None
    with in_words, st.expander("The bands in words"):
        for each in words.health.parts:
            look.note(f"<b>{paper.short(each.part)}</b>: {paper.short(said.bands(each))}")
    with of_fits:
        _say_unfit(draft, words)
    return words


def _in_force() -> tuple[Definitions, str | None]:
    now = inforce.newest()
    return (now.definitions, now.id) if now else (inforce.default(), None)


def _said_of_others(draft: Draft, after: str | None) -> None:
    """What was published since the edit began, or since the link was made."""
    with st.container():  # always there: what comes and goes must not move what stands below it
        if inforce.is_old():
            look.note("The link shows older definitions; what is changed here are the rules of today.")
        if draft.after != after:
            now = inforce.newest()
            who = plain(now.made_by) if now else "Somebody"
            look.notice(
                f"{who} changed the definitions after you began. Yours is kept here, and cannot be published over theirs."
            )
            st.button("Begin anew with those of now", key="health anew", on_click=leave)


def _weights(draft: Draft) -> pd.DataFrame:
    """The grid of weights: a row per part, a column per profile; empty is no weight. Gives it as it stands now."""
    column = st.column_config
    names = [_short(each.profile) for each in draft.profiles()]
    widths = _widths(names)
    profiles = {
        f"w{at}": column.NumberColumn(
            name,
            min_value=0,
            max_value=1000,
            step=1,
            format="%g",
            width=widths[at],
            help=said.whose(profile),
        )
        for at, (name, profile) in enumerate(zip(names, draft.profiles(), strict=True))
    }
    look.note(
        "What each part weighs for accounts of a profile (H: high touch, L: low touch); only the shares count, so they need not "
        "add up to 100. Empty: nothing."
    )
    return st.data_editor(
        draft.weights,
        key=_key("weights", draft),
        hide_index=True,
        row_height=_ROW,
        height=_HEAD + _ROW * len(draft.weights),
        placeholder="",
        disabled=["part"],
        column_config={
            "part": column.TextColumn("Part", width=_PART, pinned=True),
            RENEWAL: column.NumberColumn(
                "Renewal ×", min_value=0, max_value=1000, step=0.5, format="%g", width=_NEAR,
                help="So many times its weight while a renewal is coming up; empty: once.",
            ),
            **profiles,
        },
    )  # fmt: skip


def _parts(draft: Draft) -> pd.DataFrame:
    """The table of parts; gives its rows as they stand now."""
    column = st.column_config
    look.note(
        "Add a row for a part, or delete one; its weights stand under “Weights”. A value equal to a cut is in the band above it."
    )
    rows = st.data_editor(
        draft.parts,
        key=_key("parts", draft),
        num_rows="dynamic",
        hide_index=True,
        row_height=_ROW,
        height=_HEAD + _ROW * (len(draft.parts) + 2),
        placeholder="",
        column_order=["part", "fact", "of", "cuts", "points"],
        column_config={
            "part": column.TextColumn("Part", width=140, required=True, max_chars=100),
            "fact": column.SelectboxColumn("Told by", width=300, options=list(FACTS), format_func=FACTS.get, required=True),
            "of": column.TextColumn("Column", width=90, max_chars=200, help="Of accounts, where one tells the part; else empty."),
            "cuts": column.TextColumn("Bands begin at", width=180, required=True, max_chars=200),
            "points": column.TextColumn(
                "Points of each band", width=180, required=True, max_chars=200, help="0 to 100; one more than cuts."
            ),
        },
    )  # fmt: skip
    return rows


def _fits(draft: Draft) -> pd.DataFrame:
    """The table of whom each profile is for; gives its rows as they stand now."""
    column = st.column_config
    look.note(
        "The first profile that fits an account is its own. Without a stage it is for any that no other names; a trial is a stage."
    )
    return st.data_editor(
        draft.fits,
        key=_key("fits", draft),
        hide_index=True,
        row_height=_ROW,
        height=_HEAD + _ROW * len(draft.fits),
        disabled=["profile"],
        column_config={
            "profile": column.TextColumn("Profile", width=220),
            "stages": column.MultiselectColumn("Stages", width=440, options=stages_of(draft.base, draft.begins.profiles)),
            "touch": column.SelectboxColumn(
                "Touch", width=170, options=list(_TOUCHES), format_func=_TOUCHES.get, required=True
            ),
        },
    )  # fmt: skip


def _follow_fits(draft: Draft, fits: pd.DataFrame) -> None:
    """Take them; the table of weights says anew whom its columns are for."""
    was, draft.fits_now = draft.profiles(), fits
    if draft.profiles() != was:
        draft.weigh(draft.weights_now)


def _say_unfit(draft: Draft, words: Definitions) -> None:
    """What the profiles leave out."""
    nobodys, lacking = unfit(words.health, stages_of(draft.base, draft.begins.profiles))
    if nobodys:
        look.notice(f"Nobody's profile, since one above it takes its accounts: {plain(' · '.join(nobodys))}.")
    if lacking:
        look.notice(f"No profile, and so no score: {plain(' · '.join(lacking))}.")


def _rest(draft: Draft) -> dict[str, object]:
    """The other words of the rules, as they stand now."""
    now, was = dict(draft.said), draft.drawn
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        for name, label, step, means in (
            ("red_below", "Red below", 1.0, "A score below this is red."),
            ("green_from", "Green from", 1.0, "A score of this or more is green; between the two it is amber."),
            ("renewal_days", "Renewal coming up within, days", 1, "A renewal this near makes some parts count more."),
            ("least_weight", "Least share known", 0.05, "Where less of the weight is known, there is no score."),
        ):
            form = "%d" if isinstance(step, int) else "%g"
            found = st.number_input(
                label, value=was[name], step=step, format=form, key=_key(name, draft), help=means, width=200
            )
            now[name] = was[name] if found is None else found
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        now["null_rule"] = st.selectbox(
            "A part that is not known", list(NULL_RULES), list(NULL_RULES).index(was["null_rule"]),
            format_func=NULL_RULES.get, key=_key("null", draft), width=460,
        )  # fmt: skip
        now["high_touch"] = st.multiselect(
            "High-touch models", _models(was["high_touch"]), list(was["high_touch"]), key=_key("touch", draft),
            accept_new_options=True, help="Touch models with people behind them; all others are low touch.", width=380,
        )  # fmt: skip
    look.note("While this holds of an account, its score is at most that; empty: it is not held down.")
    at_most = {each["when"]: each["at_most"] for each in was["overrides"]}
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        found = {
            when: st.number_input(
                label.capitalize(),
                0.0,
                100.0,
                at_most.get(when),
                5.0,
                "%g",
                key=_key(when, draft),
                placeholder="not held down",
                width=200,
            )
            for when, label in CONDITIONS.items()
        }
    order = [*at_most, *(when for when in found if when not in at_most)]
    now["overrides"] = [{"when": when, "at_most": found[when]} for when in order if found[when] is not None]
    return now


def _models(chosen: tuple[str, ...]) -> list[str]:
    """The touch models there are, and those that are chosen."""
    try:
        known = door.values("touch_model")
    except Refused:
        known = ()
    return list(dict.fromkeys([*chosen, *(each.lower() for each in known)]))


def _short(name: str) -> str:
    """Of a profile as a heading; one that is long is cut."""
    said = name.replace(", high touch", " H").replace(", low touch", " L")
    return said if len(said) <= 24 else f"{said[:23]}…"


def _widths(names: list[str]) -> list[int]:
    """Pixels of the profiles: as wide as their names, narrower where a screen of 1280 would not have them all."""
    wide = [max(_NARROWEST, 44 + 7 * len(name)) for name in names]
    room = _ROOM - _PART - _NEAR
    return [max(_NARROWEST, math.floor(each * min(1, room / sum(wide)))) for each in wide]


def _key(name: str, draft: Draft) -> str:
    """Of a widget. The table of weights alone is drawn anew when a part gets another name: nobody types in it then."""
    return f"health {name} {draft.n} {draft.n_weighed if name == 'weights' else draft.n_drawn}"
