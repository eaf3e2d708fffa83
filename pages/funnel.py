"""Where do customers get stuck, and who is slow? Stage by stage: how many go on, after how many days, and who does not."""

from lib.view import frame, passport
from lib.view.funnel import behind, segments, stages
from lib.view.funnel.meaning import meaning

book = frame.page("Funnel", "Where do customers get stuck, and who is slow?")
answer = stages.ask(book)
state = stages.stand(answer, ())
levels = segments.ask(book, state)
stages.said(book, answer, levels, state)
place = stages.show(answer, levels, state)
shown = {"Stages": answer, **({"Stages by segment": levels} if levels else {})}
if place is not None:
    with place:
        shown |= behind.panel(book, answer, levels, state)
segments.section(book, stages.rows_of(answer, state), levels, state)
passport.passport(meaning(), shown)
