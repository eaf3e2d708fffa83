"""How well is the product adopted? Every KPI of adoption against its target; a click opens its trend, segments and accounts."""

from lib.view import frame, passport
from lib.view.kpis import board, opened
from lib.view.kpis.meaning import meaning

book = frame.page("KPIs", "How well is the product adopted?")
state = board.stand()
answer = board.ask(book)
board.said(book, answer, state)
place = board.show(answer, state)
board.untold(answer)
shown = {"KPIs": answer}
if place is not None:
    with place:
        shown |= opened.panel(book, answer, state)
passport.passport(meaning(), shown)
