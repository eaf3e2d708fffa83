"""What comes up for renewal, and what will renew: a forecast with its record, seats against use, adoption in time, deadlines."""

from lib.view import frame, passport
from lib.view.ahead import aheadpage

book = frame.page("Renewals ahead", "What comes up for renewal?")
state = aheadpage.stand()
aheadpage.choose(book, state)
shown = aheadpage.show(book, state)
passport.passport(aheadpage.meaning(state), shown, ("renewal", "renewals"))
