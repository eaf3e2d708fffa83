"""Where is churn hot? Which combinations of values lose more than the rest, and more than their parts explain."""

from lib.view import address, door, frame, look, passport, step
from lib.view.hotspots import drill, hotpage
from lib.view.hotspots.hotstate import read_state

book = frame.page("Hot-spots", "Where is churn hot?")
dimensions, outcomes = door.dimensions(book), door.outcomes(book)
state, dropped = read_state(address.read(), dimensions)
step.stand(state=state)
frame.notices(dropped)
if state.path and frame.has_arrived():
    look.ask_to_scroll("drill")
outcome = state.outcome or outcomes[0]

hotpage.choose(book, state, outcomes, dimensions)
whole = door.ask("breakdown", book, outcome=state.outcome or None, within=())
if whole.table.empty:
    frame.nobody_at_risk()
found = hotpage.ask(book, state)
hotpage.tiles(book, state, whole, found, outcome)

look.section("Hot-spots", "what loses more than its parts explain, most at stake first", place="finds")
if found is not None:
    hotpage.finds(book, state, whole, found, outcome)

look.section("Look inside", "go through the book in any order", place="drill")
shown = drill.panel(book, state, outcome, dimensions)

answers = {"Hot-spots": found, **shown} if found is not None else shown
passport.passport(hotpage.meaning(outcome), answers)
