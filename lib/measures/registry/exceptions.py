"""Answers about exceptions: who has left the path, how the rules do, and what one would tell.

MEASURES   name -> Measure
READS      the written tables that exceptions depend on
"""

from lib.facts.exceptions import WRITTEN
from lib.measures.registry.options import PAGE, Measure, Option

READS = (*WRITTEN, "exception_act")
_STANDING = (*READS, "task")  # what waits: a play that was started does not
_ON = Option("on", "text", "the day by which a snooze is over (default: the book's)")
_RULE = (
    Option("rule", "text", "a rule of the definitions; without it, one made of what is given"),
    Option("fact", "text", "another fact that it is told by"),
    Option("test", "text", "at_least or at_most"),
    Option("enter", "number", "where an exception begins"),
    Option("leave", "number", "past which it is over (default: as enter)"),
    Option("among", "names", "of whom it is told, such as settled,renewing"),
    Option("for_days", "whole", "it must have held for so many days"),
)

MEASURES: dict[str, Measure] = {
    "exceptions": Measure(
        "lib.measures.exceptions.listing:exceptions",
        "who has left the path: accounts with their exceptions, those of most ARR and nearest renewal first",
        (
            Option("per", "text", "a row for each", ("account", "exception")),
            Option("rule", "text", "those of one rule that is on"),
            Option("state", "text", "in which state", ("open", "snoozed", "done", "gone", "all")),
            Option("owner", "text", "those of one owner"),
            Option("accounts", "names", "those of some accounts, by their ids"),
            Option("is_new", "flag", "those alone that were told in the last week"),
            Option(
                "waiting", "text", "new ones above the most a CSM is told of in a week", ("left out", "only", "with")
            ),
            Option("within_days", "whole", "those that began in so many days"),
            Option("search", "text", "text in id or name of the account"),
            _ON,
            Option("sort", "text", "the order", ("work", "arr", "renewal", "newest", "account")),
            *PAGE,
        ),
        _STANDING,
    ),
    "exception_tiles": Measure(
        "lib.measures.exceptions.tiles:exception_tiles",
        "how many accounts have open exceptions, new ones, ones that wait or are snoozed, and their ARR",
        (_ON,),
        _STANDING,
    ),
    "exception_rules": Measure(
        "lib.measures.exceptions.rules:exception_rules",
        "the rules: which are on, how many exceptions are open, new, gone or done, and how long they stay open",
        (_ON,),
        _STANDING,
    ),
    "exception_trial": Measure(
        "lib.measures.exceptions.trial:exception_trial",
        "a rule tried before it is on: how often it would have told, precision, recall and lead time against later loss",
        _RULE,
        READS,
    ),
    "exception_trial_days": Measure(
        "lib.measures.exceptions.trialdays:exception_trial_days",
        "a rule tried, day by day: exceptions begun and open",
        _RULE,
        READS,
    ),
    "exception_overlap": Measure(
        "lib.measures.exceptions.overlap:exception_overlap",
        "a rule tried: the share of its accounts that the rules that are on tell of as well",
        _RULE,
        READS,
    ),
    "exception_trial_accounts": Measure(
        "lib.measures.exceptions.trialaccounts:exception_trial_accounts",
        "the accounts behind a trial: told, lost, stayed, pending, warned, missed",
        (
            *_RULE,
            Option(
                "which",
                "text",
                "which of them",
                ("told", "judged", "right", "stayed", "pending", "lost", "warned", "missed", "open"),
            ),
            Option("shared_with", "text", "those with an exception of that rule at the same time"),
            Option("fired_day", "text", "those with one that began on that day"),
            *PAGE,
        ),
        READS,
    ),
}
