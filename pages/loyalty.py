"""Who becomes loyal, and until when is there hope? The classes of people, the 90/10 clock, accounts against their renewal."""

from lib.view import frame, passport
from lib.view.loyalty import classes, clock, renewing
from lib.view.loyalty.meaning import meaning, of_people

book = frame.page("Loyalty", "Who becomes loyal, and until when is there hope?")
state = clock.stand()
answer = clock.ask(book, state)
clock.said(answer, state)
shown = {"Classes": of_people(classes.tiles(book))}
shown |= classes.people(book, state)
rising = clock.picture(book, answer, state)
clock.table(book, answer, state)
shown |= renewing.section(book, state)
clocks = {"Clock": answer, **({"Curve": rising} if rising else {})}
passport.passport(meaning(), {**{name: of_people(each, state.of) for name, each in clocks.items()}, **shown})
