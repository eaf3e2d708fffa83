"""What renews, and what is lost? Each lever alone, of what was due or from opening to closing, reconciled; every figure opens."""

from lib.view import frame, passport
from lib.view.renewals import board, figures, opened, otherrules, parts
from lib.view.renewals.meaning import meaning

book = frame.page("Renewals", "What renews, and what is lost?")
state = board.stand()
levers, rates = board.ask(book, state)
board.head(book, levers, rates, state)
figures.show(levers, rates, state)
shown = {"Levers": levers, "Retention": rates}
shown |= opened.panel(book, levers, state)
shown |= parts.section(book, levers, state)
shown |= otherrules.folded(book, levers, state)
passport.passport(meaning(), shown, ("term", "terms"))
