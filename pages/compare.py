"""Which books lose more than their mix explains? Book against book: lost against expected, as a funnel, not a league table."""

from lib.view import address, door, frame, look, passport
from lib.view.compare import compare, comparestate

book = frame.page("Compare fairly", "Which books lose more than their mix explains?")
dimensions, outcome = door.dimensions(book), door.outcomes(book)[0]
state, dropped = comparestate.read_state(address.read(), dimensions)
frame.notices(dropped)
if state is None:
    compare.nothing_to_compare()

compare.choose(book, state, dimensions)
answer = compare.ask(book, state)
compare.said(answer.table, state, outcome)

compare.picture(answer, state, dimensions, outcome)
compare.chosen(book, answer.table, state, outcome)

look.section("Every book", "largest first; a click on a row opens it")
compare.table(book, answer, state, dimensions)
passport.passport(compare.meaning(outcome), {"Books": answer})
