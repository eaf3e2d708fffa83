"""The six revenue levers: whom to help convert, sell more, win back, enrol, unblock, and what to price; each with its list."""

from lib.view import frame, passport
from lib.view.levers import board, opened, whom
from lib.view.levers.meaning import meaning

book = frame.page("Levers", "The six revenue levers")
state = board.stand()
answer = board.ask(book)
board.show(book, answer, state)
shown = opened.show(book, answer, state)
shown |= whom.section(book, shown, state)
passport.passport(meaning(), shown)
