"""The parts of the hot-spot page above its drill: what to search for, the headline figures, the ranked finds.

choose   outcome and weight in a line, the rest under More
ask      the hot-spots of the book
tiles    accounts lost, the share, ARR lost, hot-spots; each opens its rows
finds    the ranked list, or why it is empty
meaning  the figures of the page in words, for the passport
"""

from collections.abc import Callable, Sequence

import streamlit as st

from lib.book import Book
from lib.facts.base import OUTCOMES
from lib.measures import Answer
from lib.store.dimensions import StoredDimension
from lib.view import booklink, door, frame, look, numbers, step, tables
from lib.view.hotspots import headline, hotlist, sentences
from lib.view.hotspots.hotstate import WEIGHTS, HotState, Path
from lib.view.plain import plain
from lib.view.tiles import row
from lib.view.words import word

_OUTCOMES = {
    "lost": "Lost in the period",
    "lapsed": "Lapsed at renewal",
    "cancelled": "Cancelled before term",
    "churned": "Marked as churned",
}


def choose(book: Book, state: HotState, outcomes: Sequence[str], dimensions: Sequence[StoredDimension]) -> None:
    """What is searched: outcome and weight in view, the rest folded."""

    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if len(outcomes) > 1:
            _outcome(state, outcomes)
        step.show("weight", state.weight)
        st.segmented_control(
            "Counted in",
            list(WEIGHTS),
            key="weight",
            format_func=WEIGHTS.get,
            required=True,
            label_visibility="collapsed",
            on_change=lambda: step.turn(weight=st.session_state["weight"]),
        )
        more = st.popover("More", icon=":material/tune:", key="more", on_change="rerun")
        if more.open:  # what is folded away would not take the values it is given
            with more:
                _more(state, dimensions)
        st.space("stretch")
        frame.share({**booklink.query(book), **state.to_query()})


def ask(book: Book, state: HotState) -> Answer | None:
    """The hot-spots of the book, as the state wants them searched."""
    with st.skeleton(height=300):
        return door.try_ask(
            "hotspots",
            book,
            outcome=state.outcome or None,
            weight=state.weight,
            by=state.search,
            depth=state.depth or None,
            min_n=state.min_n or None,
        )


def tiles(book: Book, state: HotState, whole: Answer, found: Answer | None, outcome: str) -> None:
    """The headline figures of the book; each opens the accounts behind it."""
    verb = OUTCOMES[outcome].verb

    def opens(place: str, **changes) -> Callable[[], None]:
        def clicked() -> None:
            step.turn(to=(), sort="arr", up=False, **changes)
            look.ask_to_scroll(place)

        return clicked

    of_book = whole.table.iloc[0]
    below = {
        "lost": "at risk when the period opened" if OUTCOMES[outcome].has_period else "",
        "rate": numbers.n_of(of_book["n"]),
        "arr": f"{numbers.percent(of_book['arr_loss_rate'])} of ARR",
        "hotspots": _firmness(found),
    }
    words = {"lost": f"List the {verb}", "rate": "List all", "arr": "List by ARR", "hotspots": "See them"}
    row(
        headline.figures(of_book, found, verb, below=below, opens=words),
        {
            "lost": opens("drill", rows="lost"),
            "rate": opens("drill", rows="all"),
            "arr": opens("drill", rows="lost"),
            "hotspots": opens("finds"),
        },
    )


def finds(book: Book, state: HotState, whole: Answer, found: Answer, outcome: str) -> None:
    """The ranked finds, or that nothing stands out and how small an effect would have shown."""
    verb = OUTCOMES[outcome].verb
    if not headline.n_listed(found):
        nothing(whole, found, verb)

    def opened(path: Path) -> None:
        step.turn(to=path, rows="all")
        look.ask_to_scroll("drill")

    hotlist.show(found.table, verb, state, opened)
    if len(found.table):
        tables.download(
            "Hot-spots with all figures", "hotspots.csv", lambda: found, key="download hotspots", is_quiet=True
        )


def nothing(whole: Answer, found: Answer, verb: str) -> None:
    """The calm state of a book without hot-spots."""
    of_book = whole.table.iloc[0]
    said = plain(sentences.nothing(of_book["n"], of_book["n_lost"], verb, door.definitions().reading.too_few_accounts))
    notes = "".join(f"<p>{plain(note)}</p>" for note in found.notes)
    look.html(f'<div class="hl-quiet"><b>{said}</b>{notes}</div>')


def meaning(outcome: str) -> dict[str, str]:
    """How the figures of the page are computed, in words."""
    alpha = numbers.percent(door.definitions().hotspots.alpha, 0)
    return {
        OUTCOMES[outcome].verb.capitalize(): f"{OUTCOMES[outcome].question}.",
        "Share": "accounts with the outcome / accounts at risk, both in the book. The interval is Wilson's, 95 %.",
        "Values": "an account counts where it stood on the opening day; usage patterns are measured before it.",
        "Hot-spot": "a combination whose rate is above the rest's, and above what tenure and the other hot-spots explain. Over "
        f"everything looked at, at most {alpha} of such lists hold a find made by chance. It goes with the loss; it need not be "
        "its cause.",
        "More accounts, more ARR": "lost − at risk × the rate of the best parent: the combination with one value less whose "
        "rate is highest.",
        "Firm, tentative": f"the adjusted p is below 1 %; or below {alpha}.",
        "ARR": "annual recurring revenue on the opening day; a share of ARR is ARR lost / ARR at risk.",
    }


def _outcome(state: HotState, outcomes: Sequence[str]) -> None:
    step.show("outcome", state.outcome or outcomes[0])

    def chosen() -> None:
        name = st.session_state["outcome"]
        step.turn(outcome="" if name == outcomes[0] else name)

    st.selectbox(
        "Outcome",
        outcomes,
        key="outcome",
        format_func=_OUTCOMES.get,
        width=220,
        label_visibility="collapsed",
        on_change=chosen,
    )


def _more(state: HotState, dimensions: Sequence[StoredDimension]) -> None:
    usual = door.definitions().hotspots.depth
    step.show("depth", state.depth or usual)
    step.show("min n", state.min_n or None)
    step.show("search", list(state.search))

    def deeper() -> None:
        step.turn(depth=0 if st.session_state["depth"] == usual else st.session_state["depth"])

    st.segmented_control(
        "Dimensions a hot-spot may combine", [1, 2, 3, 4], key="depth", required=True, on_change=deeper
    )
    st.number_input(
        "Accounts a segment must have",
        min_value=5,
        step=10,
        key="min n",
        placeholder="chosen by the search",
        on_change=lambda: step.turn(min_n=int(st.session_state["min n"] or 0)),
    )
    st.multiselect(
        "Dimensions to search",
        [each.name for each in dimensions],
        key="search",
        format_func=word,
        placeholder="The usual ones",
        on_change=lambda: step.turn(search=tuple(st.session_state["search"])),
    )


def _firmness(found: Answer | None) -> str:
    if found is None:
        return ""
    if not headline.n_listed(found):
        return "nothing stands out"
    firm = int((found.table["is_listed"] & (found.table["confidence"] == "firm")).sum())
    return f"{firm} firm, {headline.n_listed(found) - firm} tentative"
