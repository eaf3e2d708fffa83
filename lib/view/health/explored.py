"""Whose health is failing: what matters in one sentence, the tiles, and since when movement is told.

Told      the answers the page begins with
ask       the spread and the movement
said      what matters, in one sentence, and the choice of since when; or why there is nothing to say
tiles     accounts, ARR and their change, of each colour; each opens its accounts
since_of  the earlier day of a state, as the measures take it
"""

from datetime import timedelta
from typing import NamedTuple

import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.measures.health.stood import COLOURS, GONE, NEW
from lib.view import booklink, door, frame, look, numbers, step, tables
from lib.view import tiles as tile
from lib.view.health.explorerstate import BACK, Explorer, opening
from lib.view.tiles import Tile

_LABELS = {"red": "Red", "amber": "Amber", "green": "Green", "none": "No score"}
_FILES = {
    "health_spread": "Scores", "health_movement": "Movement", "health_matrix": "Colour by ARR by renewal",
    "health_breakdown": "By value", "health_trend": "Week by week", "health_disagreements": "Disagreements",
}  # fmt: skip


class Told(NamedTuple):
    """The spread on the day, and the movement since the earlier one; None where nothing is known of it."""

    spread: Answer
    movement: Answer | None

    @property
    def answers(self) -> dict[str, Answer]:
        """The answers for the passport."""
        return {"Scores": self.spread, **({"Movement": self.movement} if self.movement else {})}

    @property
    def has_accounts(self) -> bool:
        """Whether any account of the book is a customer on the day, or on trial."""
        return not self.spread.table.empty

    @property
    def has_scores(self) -> bool:
        """Whether any account has one."""
        return bool((self.spread.table["colour"] != "none").any())

    @property
    def has_movement(self) -> bool:
        """Whether colours of an earlier day are known."""
        return self.movement is not None and not self.movement.table.empty

    @property
    def between(self) -> str:
        """from 27 Sep 2026 to 31 Oct 2026."""
        said = self.movement.notes[0].rstrip(".") if self.has_movement else ""
        return said[:1].lower() + said[1:]

    def n(self, colour: str, of: str = "n_accounts") -> float:
        """Accounts of a colour on the day, or another sum of the spread."""
        rows = self.spread.table
        return rows.loc[rows["colour"] == colour, of].sum()

    def moved(self, of: str, *, then: tuple[str, ...] = (), now: tuple[str, ...] = ()) -> float:
        """The sum of a column of the movement, of some colours then and now; none: any."""
        rows = self.movement.table
        kept = (rows["from_colour"].isin(then) | (not then)) & (rows["to_colour"].isin(now) | (not now))
        return rows.loc[kept, of].sum()


def ask(book: Book, state: Explorer) -> Told:
    """The spread and the movement."""
    with st.skeleton(height=120):
        spread = door.ask("health_spread", book)
        movement = door.try_ask("health_movement", book, since=since_of(book, state))
    return Told(spread, movement)


def since_of(book: Book, state: Explorer) -> str:
    """The earlier day of the state."""
    days = int(state.back or door.definitions().health.movement_days)
    return (book.as_of - timedelta(days=days)).isoformat()


def said(book: Book, told: Told, state: Explorer) -> None:
    """What matters, in one sentence, and the choice of since when; or why there is nothing to say."""
    if not told.has_accounts:
        look.empty(
            "Nobody here is a customer on the day",
            "No account of this book is one, or on trial. Lift a filter, or look as of another day.",
        )
        return
    n_scored = sum(told.n(colour) for colour in COLOURS if colour != "none")
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="health said"
    ):
        look.html(f'<p class="hl-said">{_sentence(told, n_scored)}</p>')
        with st.container(
            horizontal=True, vertical_alignment="center", gap="small", width="content", key="health since"
        ):
            _choose(book, state)
    if not told.has_scores:
        look.empty(
            "No account has a score",
            "Too little of what a score is made of is known. Use tells most: events.csv (account, person, feature, occurred_at); "
            "then contracts.csv, tickets.csv, surveys.csv and touches.csv.",
            "<code>.venv/bin/python -m lib import events.csv</code>",
        )


def _sentence(told: Told, n_scored: float) -> str:
    if not n_scored:
        return f"<b>{numbers.plural(told.n('none'), 'account')}</b>, and none with a score."
    n_red, arr_red, arr = told.n("red"), told.n("red", "arr"), told.spread.table["arr"].sum()
    share = f", {numbers.percent(arr_red / arr)} of the book’s" if arr else ""
    worth = f": {numbers.money(arr_red)} ARR{share}" if arr_red else ""
    line = f"<b>{numbers.count(n_red)} of {numbers.plural(n_scored, 'scored account')} {_is(n_red)} red</b>{worth}."
    if not told.has_movement:
        return line
    others = tuple(colour for colour in COLOURS if colour != "red")
    came, arr_came = (told.moved(of, then=(*others, NEW), now=("red",)) for of in ("n_accounts", "arr"))
    better, n_gone = told.moved("n_accounts", then=("red",), now=others), told.moved("n_accounts", now=(GONE,))
    gone_red = told.moved("n_accounts", then=("red",), now=(GONE,))
    worth = f" ({numbers.money(arr_came)} ARR)" if arr_came else ""
    when = told.between[0].upper() + told.between[1:]
    turned = f" {when}, <b>{numbers.count(came)} turned red</b>{worth} and {numbers.count(better)} left red"
    gone = f"; of {numbers.count(n_gone)} that are gone, {numbers.count(gone_red)} were red" if n_gone else ""
    return f"{line}{turned}{gone}."


def _is(n: float) -> str:
    return "is" if n == 1 else "are"


def _choose(book: Book, state: Explorer) -> None:
    """Since when movement is told; the link; downloads under More."""
    usual = f"{door.definitions().health.movement_days} days"
    names = [name for name, label in BACK.items() if not name or label != usual]
    step.show("health back", state.back if state.back in names else "")
    st.selectbox(
        "Movement since", names, key="health back", width=130, label_visibility="collapsed",
        format_func=lambda name: f"Last {BACK[name] if name else usual}",
        on_change=lambda: step.turn(back=st.session_state["health back"]),
    )  # fmt: skip
    more = st.popover("More", icon=":material/more_horiz:", key="health more", on_change="rerun")
    if more.open:
        with more:
            for name, label in _FILES.items():
                asked = {"since": since_of(book, state)} if name == "health_movement" else {}
                asked |= {"by": state.by} if name == "health_breakdown" else {}
                tables.download(
                    label, f"{name.replace('_', '-')}.csv", door.whole(name, book, **asked),
                    key=f"download {name}", is_quiet=True, drop=("n_rows",) if name == "health_disagreements" else (),
                )  # fmt: skip
    frame.share({**booklink.query(book), **state.to_query()})


def tiles(told: Told) -> None:
    """Accounts and ARR of each colour, and how many more or fewer than then; each opens its accounts."""
    shown = [
        Tile(
            f"health {colour}", label, numbers.count(told.n(colour)), f"{numbers.money(told.n(colour, 'arr'))} ARR",
            _below(told, colour), "Open", is_hot=colour == "red" and told.n("red") > 0,
        )
        for colour, label in _LABELS.items()
    ]  # fmt: skip
    tile.row(shown, {f"health {colour}": opening("colours", colour=colour) for colour in _LABELS})


def _below(told: Told, colour: str) -> str:
    if not told.has_movement:
        return ""
    n = told.n(colour) - told.moved("n_accounts", then=(colour,))
    arr = told.n(colour, "arr") - told.moved("arr_then", then=(colour,))
    if not n and not round(arr):
        return "as then"
    more = f"{'▲' if n > 0 else '▼'} {numbers.count(abs(n))} {'more' if n > 0 else 'fewer'}" if n else "as many"
    return f"{more}, {'+' if arr > 0 else ''}{numbers.money(arr)} ARR" if round(arr) else more
