"""Where is churn hot? Which combinations of values lose more than the rest, and more than their parts explain."""

from lib.facts.base import OUTCOMES
from lib.view import address, door, drill, frame, hotpage, look, passport, tables
from lib.view.hotstate import read_state

book = frame.page("Hot-spots", "Where is churn hot?")
dimensions = door.dimensions(book)
outcomes = door.outcomes(book)
state, dropped = read_state(address.read(), dimensions)
frame.notices(dropped)
if state.path and frame.has_arrived():
    look.ask_to_scroll("drill")
outcome = state.outcome or outcomes[0]
verb = OUTCOMES[outcome].verb

hotpage.choose(book, state, outcomes, dimensions)
whole = door.ask("breakdown", book, outcome=state.outcome or None)
if whole.table.empty:
    look.empty(
        "Nobody is at risk here",
        "No account of this book could be lost in this period. Widen the period, or lift a filter.",
    )
else:
    found = hotpage.ask(book, state)
    hotpage.tiles(book, state, whole, found, verb)
    look.section("Hot-spots", "what loses more than its parts explain, most at stake first", place="finds")
    hotpage.finds(book, state, whole, found, verb)

    look.section("Look inside", "go through the book in any order", place="drill")
    shown = drill.panel(book, state, outcome, dimensions)

    if found is not None and len(found.table):
        tables.download("Download the hot-spots", "hotspots.csv", lambda: found, key="download hotspots")
    passport.passport(hotpage.meaning(outcome), {"Hot-spots": found, **shown} if found is not None else shown)
