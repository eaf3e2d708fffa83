"""Answers about exceptions as work: what is open, what plays were started and came of them, what is new.

MEASURES   name -> Measure
"""

from lib.facts.plays import READS
from lib.measures.registry.options import PAGE, WRITTEN, Measure, Option

ON = Option("on", "text", "the day by which a snooze is over (default: the as-of day)")
_OWNER = Option("owner", "names", "whose: whom it was handed over to, else the account's CSM")
_WHOSE = Option("whose", "names", "of the accounts of these CSMs, and what was handed over to them of others")
_READS = tuple(dict.fromkeys((*READS, *WRITTEN)))

MEASURES = {
    "my_exceptions": Measure(
        "lib.measures.plays.listing:my_exceptions",
        "the accounts with open exceptions, one line each, by ARR and nearness of the renewal",
        (ON, _OWNER, _WHOSE, *PAGE),
        _READS,
    ),
    "account_exceptions": Measure(
        "lib.measures.plays.story:account_exceptions",
        "every exception of some accounts, open and past, with its play",
        (
            Option("accounts", "names", "ids of accounts (default: all of the book)"),
            Option("only", "text", "which of them", ("all", "open", "standing", "past")),
            ON,
            _OWNER,
            _WHOSE,
            *PAGE,
        ),
        _READS,
    ),
    "play_runs": Measure(
        "lib.measures.plays.runs:play_runs",
        "the plays that were started, what is done of each, and whether the metric recovered",
        (
            Option(
                "result",
                "text",
                "of the closing check",
                ("still open", "not due yet", "recovered", "recovered late", "left"),
            ),
            ON,
            *PAGE,
        ),
        _READS,
    ),
    "digest": Measure(
        "lib.measures.plays.digest:digest",
        "what is new since yesterday: exceptions, those that are over, work that is due, renewals to decide",
        (
            Option("since", "text", "the day up to which everything was told (default: the day before the as-of day)"),
            Option("on", "text", "the day it is read on (default: the as-of day that is given, else today)"),
            _WHOSE,
        ),
        (*_READS, "next_step"),
    ),
}
