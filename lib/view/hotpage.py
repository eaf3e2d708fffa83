"""The parts of the hot-spot page above its drill: what to search for, the headline figures, the ranked finds.

choose   outcome and weight in a line, the rest under More
ask      the hot-spots of the book
tiles    lost accounts, rate, ARR lost, hot-spots; each opens its rows
finds    the ranked list, or why it is empty
meaning  the figures of the page in words, for the passport
"""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from lib.book import Book
from lib.facts.base import OUTCOMES
from lib.measures import Answer
from lib.store.dimensions import StoredDimension
from lib.view import door, drill, frame, hotlist, look, numbers, sentences
from lib.view.hotstate import WEIGHTS, HotState
from lib.view.plain import plain
from lib.view.tiles import Tile, row
from lib.view.words import word

_OUTCOME_NAMES = {
    "lost": "Lost in the period",
    "lapsed": "Lapsed at renewal",
    "cancelled": "Cancelled before term",
    "churned": "Marked as churned",
}


def choose(book: Book, state: HotState, outcomes: Sequence[str], dimensions: Sequence[StoredDimension]) -> None:
    """What is searched: outcome and weight in view, the rest folded."""

    def put(**changes) -> None:
        drill.put(book, replace(state, **changes))

    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if len(outcomes) > 1:
            st.session_state["outcome"] = state.outcome or outcomes[0]
            st.selectbox(
                "Outcome", outcomes, key="outcome", format_func=_OUTCOME_NAMES.get, width=220, label_visibility="collapsed",
                on_change=lambda: put(outcome="" if st.session_state["outcome"] == outcomes[0] else st.session_state["outcome"], page=1),
            )  # fmt: skip
        st.session_state["weight"] = state.weight
        st.segmented_control(
            "Counted in", list(WEIGHTS), key="weight", format_func=WEIGHTS.get, required=True, label_visibility="collapsed",
            on_change=lambda: put(weight=st.session_state["weight"]),
        )  # fmt: skip
        with st.popover("More", icon=":material/tune:"):
            _more(state, dimensions, put)
        st.space("stretch")
        frame.share({**book.to_query(), **state.to_query()})


def _more(state: HotState, dimensions: Sequence[StoredDimension], put) -> None:
    defaults = door.definitions().hotspots
    st.session_state["depth"] = state.depth or defaults.depth
    st.segmented_control(
        "Dimensions a hot-spot may combine", [1, 2, 3, 4], key="depth", required=True,
        on_change=lambda: put(depth=0 if st.session_state["depth"] == defaults.depth else st.session_state["depth"]),
    )  # fmt: skip
    st.session_state["min n"] = state.min_n or None
    st.number_input(
        "Accounts a segment must have", min_value=5, step=10, key="min n", placeholder="chosen by the search",
        on_change=lambda: put(min_n=int(st.session_state["min n"] or 0)),
    )  # fmt: skip
    st.session_state["search"] = list(state.search)
    st.multiselect(
        "Dimensions to search", [each.name for each in dimensions], key="search", format_func=word, placeholder="The usual ones",
        on_change=lambda: put(search=tuple(st.session_state["search"])),
    )  # fmt: skip


def ask(book: Book, state: HotState) -> Answer | None:
    """The hot-spots of the book, as the state wants them searched."""
    with st.skeleton(height=300):
        return door.try_ask(
            "hotspots", book, outcome=state.outcome or None, weight=state.weight, by=state.search,
            depth=state.depth or None, min_n=state.min_n or None,
        )  # fmt: skip


def tiles(book: Book, state: HotState, whole: Answer, found: Answer | None, verb: str) -> None:
    """The headline figures of the book; each opens the accounts behind it."""
    if whole.table.empty or not whole.table["n"].iat[0]:
        return
    all_of = whole.table.iloc[0]
    n_found = 0 if found is None else int(found.table["is_listed"].sum())

    def opens(place: str, **changes):
        def clicked() -> None:
            drill.put(book, replace(state.drilled(()), **changes))
            look.ask_to_scroll(place)

        return clicked

    rate = numbers.percent(all_of["churn_rate"])
    bounds = f"{all_of['churn_rate_lo'] * 100:.1f}–{all_of['churn_rate_hi'] * 100:.1f} %, {numbers.n_of(all_of['n'])}"
    has_money = bool(all_of["arr"])
    shown = [
        Tile("lost", f"Accounts {verb}", numbers.count(all_of["n_lost"]), f"of {numbers.count(all_of['n'])}", "at risk in the period" if OUTCOMES[state.outcome or "lost"].has_period else "", f"List the {verb}"),
        Tile("rate", f"Share {verb}", rate, "", f"between {bounds}", "List everyone at risk"),
        Tile("arr", f"ARR {verb}", numbers.money(all_of["arr_lost"]) if has_money else "–", f"of {numbers.money(all_of['arr'])}" if has_money else "", f"{numbers.percent(all_of['arr_loss_rate'])} of ARR" if has_money else "the data holds no ARR", "List by ARR"),
        Tile("hotspots", "Hot-spots", "–" if found is None else str(n_found), "", _reach(found), "See them", is_hot=n_found > 0),
    ]  # fmt: skip
    row(
        shown,
        {
            "lost": opens("drill", rows="lost", sort="arr", up=False),
            "rate": opens("drill", rows="all", sort="arr", up=False),
            "arr": opens("drill", rows="lost", sort="arr", up=False),
            "hotspots": opens("finds"),
        },
    )


def finds(book: Book, state: HotState, whole: Answer, found: Answer | None, verb: str) -> None:
    """The ranked finds, or that nothing stands out and how small an effect would have shown."""
    if found is None:
        return
    listed = found.table["is_listed"].sum()
    if not listed:
        all_of = whole.table.iloc[0] if len(whole.table) else {"n": 0, "n_lost": 0}
        said = plain(sentences.nothing(all_of["n"], all_of["n_lost"], verb))
        notes = "".join(f"<p>{plain(note)}</p>" for note in found.notes)
        look.html(f'<div class="hl-quiet"><b>{said}</b>{notes}</div>')

    def opened(path) -> None:
        drill.put(book, replace(state.drilled(path), rows="all"))
        look.ask_to_scroll("drill")

    hotlist.show(found.table, verb, state, opened)


def meaning(outcome: str) -> dict[str, str]:
    """How the figures of the page are computed, in words."""
    alpha = door.definitions().hotspots.alpha
    return {
        OUTCOMES[
            outcome
        ].verb.capitalize(): f"{OUTCOMES[outcome].question}; dimensions hold their values of the opening day.",
        "Share": "accounts with the outcome / accounts at risk, both in the book. The interval is Wilson's, 95 %.",
        "Hot-spot": "a combination whose rate is above the rest's and above what tenure and the other hot-spots explain. "
        f"Over everything that was looked at, at most {numbers.percent(alpha, 0)} of such lists hold a find made by chance. "
        "It goes with the loss; it need not be its cause.",
        "More accounts": "accounts lost − accounts × the rate of the best parent: the combination with one value less that has the highest rate.",
        "Firm, tentative": "the adjusted p is below 1 %, or below the limit above.",
        "ARR": "annual recurring revenue on the opening day; a share of ARR is ARR lost / ARR at risk.",
    }


def _reach(found: Answer | None) -> str:
    if found is None or found.table.empty:
        return "nothing stands out" if found is not None else ""
    firm = int((found.table["is_listed"] & (found.table["confidence"] == "firm")).sum())
    return f"{firm} firm, {int(found.table['is_listed'].sum()) - firm} tentative"
