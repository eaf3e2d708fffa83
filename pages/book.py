"""Which accounts need me now? The reader's accounts as they stand, what changed, and what the team writes about them."""

import streamlit as st

from lib.view import frame, passport
from lib.view.mybook import changed, exceptions, mine, mybook, renewals, worklist

book = frame.page("My book", "Which accounts need me now?", narrowed=mine.narrowed)
state = mybook.stand()
mine.offer(book)
tiles = mybook.tiles(book)
different = changed.card(book, state, mybook.last_visit())
shown = mybook.accounts(book, state)
off_the_path = st.container()
todo = worklist.section(book)
due = renewals.card(book, state)
with off_the_path:  # asked last, as what is below: it takes longest
    left = exceptions.section(book)
passport.passport(mybook.MEANING, {"Tiles": tiles, **different, **shown, **left, **todo, **due})
