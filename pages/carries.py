"""What goes with staying? Features, settings and behaviours against renewal; and use, satisfaction and proficiency together."""

from lib.view import door, frame, passport
from lib.view.carries import behind, corners, traits
from lib.view.carries.meaning import meaning

book = frame.page("What carries", "What goes with staying?")
state = traits.stand()
answer = traits.ask(book, state)
traits.show(book, answer, state)
shown = {"What carries": answer} if answer is not None else {}
shown |= behind.section(book, answer, state)
shown |= corners.section(book, state)
passport.passport(meaning(state.outcome or door.outcomes(book)[0]), shown)
