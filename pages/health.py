"""Whose health is failing? How the book scores, who moved and why, where it hurts and gathers, and where the signs disagree."""

from lib.view import frame, passport
from lib.view.health import colours, disagreeing, explored, explorerstate, gathers, hurts, movers
from lib.view.health.meaning import meaning

book = frame.page("Health", "Whose health is failing?")
state = explorerstate.stand()
told = explored.ask(book, state)
explored.said(book, told, state)
shown = told.answers
if told.has_accounts:
    explored.tiles(told)
    shown |= colours.section(book, told, state)
if told.has_scores:
    shown |= movers.section(book, told, state)
    shown |= hurts.section(book, state)
    shown |= gathers.levels(book, state)
    shown |= gathers.weeks(book, state)
    shown |= disagreeing.section(book, state)
passport.passport(meaning(), shown)
