"""How long do customers stay, how do they end, and what is one worth? Curves, first ends, worth, and the customers themselves."""

from lib.view import frame, passport
from lib.view.lives import lives, livesstate, opened
from lib.view.lives.meaning import meaning

book = frame.page("Lifetimes", "How long do customers stay, and what is one worth?")
state = livesstate.stand()
shown = lives.section(book, state)
if lives.is_told(shown):
    shown |= opened.section(book, shown["Customers"], state)
passport.passport(meaning(), shown)
