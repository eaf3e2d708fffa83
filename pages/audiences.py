"""Whom do we write to? Lists saved under a name, asked anew each time."""

from lib.view import frame, passport
from lib.view.audiences import audiencepage

frame.room(
    "Audiences",
    "Whom do we write to?",
    "Campaigns and audiences are questions: asked anew, they answer with today's data",
)
state = audiencepage.stand()
shown = audiencepage.page(state)
passport.passport(audiencepage.MEANING, shown, ("person", "people"))  # accounts are never left out
