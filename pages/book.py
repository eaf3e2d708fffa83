"""Which accounts need me now? The reader's accounts as they stand, and what the team writes about them."""

from lib.view import frame, mybook, passport, renewals, worklist

book = frame.page("My book", "Which accounts need me now?")
state = mybook.stand()
mybook.since()
tiles = mybook.tiles(book)
shown = mybook.accounts(book, state)
todo = worklist.section(book)
due = renewals.card(book)
passport.passport(mybook.MEANING, {"Tiles": tiles, **shown, **todo, **due})
