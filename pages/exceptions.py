"""What has left the path? Accounts by what rules tell of them, what is done about it, and a rule tried before it is on."""

from lib.view import frame, passport
from lib.view.exceptions import exceptionpage, exceptionstate, lines, trying

book = frame.page("Exceptions", "What has left the path?")
state = exceptionstate.stand()
shown = exceptionpage.head(book, state)
shown |= lines.section(book, state)
shown |= exceptionpage.rules(book, state)
shown |= trying.section(book, state)
passport.passport(exceptionpage.meaning(), shown)
