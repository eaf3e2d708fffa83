"""Which accounts need me now? The reader's accounts as they stand, what changed, and what the team writes about them."""

from lib.view import frame, passport
from lib.view.mybook import changed, mine, mybook, renewals, worklist

book = frame.page("My book", "Which accounts need me now?", narrowed=mine.narrowed)
state = mybook.stand()
mine.offer(book)
tiles = mybook.tiles(book)
different = changed.card(book, state, mybook.last_visit())
shown = mybook.accounts(book, state)
todo = worklist.section(book)
due = renewals.card(book, state)
passport.passport(mybook.MEANING, {"Tiles": tiles, **different, **shown, **todo, **due})
