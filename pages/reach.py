"""Did it help? Whom the team reaches, how well accounts are covered, what came of it, and which plays are worth their hours."""

from lib.view import frame, passport
from lib.view.reach import board, reachstate
from lib.view.reach.meaning import meaning

book = frame.page("Reach", "Did it help?")
shown = board.section(book, reachstate.stand())
passport.passport(meaning(), shown)
