"""Who is this account, and how does it stand? One account on one page that prints whole."""

import streamlit as st

from lib.view import frame, passport
from lib.view.account import exceptions, finder, head, health, kpis, lists, story, use
from lib.view.account.meaning import meaning
from lib.view.writing import handover, kept

book = frame.page("Account", "Which account?", about=head.about)
state = head.stand()
answer = head.ask("account", book, state)
if answer is None or answer.table.empty:
    finder.find(book, state)
    st.stop()

found = head.row(answer)
head.tiles(found)
head.facts(found)
off_the_path = st.container()
stands = st.container()
shown = {"Account": answer, **use.panel(book, state)}
against = st.container()
left, right = st.columns(2, gap="medium")
with left:
    shown |= lists.people(book, state)
with right:
    shown |= lists.features(book, state)
shown |= story.timeline(book, state)
left, right = st.columns(2, gap="medium")
with left:
    shown |= lists.goals(book, state)
with right:
    shown |= lists.wins(book, state)
shown |= lists.contracts(book, state)
with off_the_path:  # asked last, as what is below: they take longest
    shown |= exceptions.panel(book, state)
with stands:
    shown |= health.panel(book, state)
with against:
    shown |= kpis.panel(book, state)

kept.panel(state.account, head.name_of(found))
handover.panel(state.account)
passport.passport(meaning(), shown)
