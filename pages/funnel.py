"""Where do customers get stuck, and who is slow? Stage by stage: how many go on, after how many days, and who does not."""

from lib.view import frame, passport
from lib.view.funnel import behind, between, changing, indicator, segments, slow, stages, trends
from lib.view.funnel.meaning import meaning

book = frame.page("Funnel", "Where do customers get stuck, and who is slow?")
answer = stages.ask(book)
state = stages.stand(answer, slow.SORTS)
usual, levels = segments.usual(book, state), segments.ask(book, state)
stages.said(book, answer, usual, state)
place = stages.show(answer, usual, state)
shown = {"Stages": answer, **({"Stages by segment": levels} if levels else {})}
if place is not None:
    with place:
        shown |= behind.panel(book, answer, levels, state)
whole = stages.rows_of(answer, state)
segments.section(book, whole, levels, state)
shown |= slow.section(book, whole, state)
shown |= trends.section(book, whole)
shown |= between.section(book, whole, state)
shown |= indicator.section(book)
changing.folded(book)
passport.passport(meaning(), shown)
