"""How does each cohort adopt? People, accounts and ARR that began together, step by step."""

from lib.view import frame, passport
from lib.view.cohorts import cohortpage, compared, opened
from lib.view.cohorts.meaning import meaning

book = frame.page("Cohorts", "How does each cohort adopt?")
state = cohortpage.stand(book)
cohortpage.choose(book, state)
answer = cohortpage.ask(book, state)
cohortpage.said(book, answer, state)

cohortpage.pictures(book, answer, state)
shown = opened.panel(book, answer, state)
shown |= compared.panel(book, answer, state)
cohortpage.table(book, answer, state)
passport.passport(meaning(), {"Cohorts": answer, **shown}, cohortpage.counted(state))
