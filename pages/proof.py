"""Can the health score be trusted? How many of those lost were red before, how many green to the end, and how it ranks."""

from lib.view import frame, passport
from lib.view.health import risk
from lib.view.proof import board, proofstate
from lib.view.proof.meaning import meaning

book = frame.page("Health proof", "Can the health score be trusted?")
shown = board.section(book, proofstate.stand())
shown |= risk.section(book)
passport.passport(meaning(), shown, ("row", "rows"))
