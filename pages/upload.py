"""What does your own data say? A file of the reader's, read for them alone, step by step."""

from lib.view import frame
from lib.view.upload import log, state, steps

frame.room(
    "Bring your export",
    "What does your own data say?",
    "Accounts, contracts, tickets, usage: any export, read in a minute, for you alone",
)
steps.show(state.current())
log.show()
