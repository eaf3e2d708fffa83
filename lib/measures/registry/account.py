"""Answers about one account.

MEASURES   name -> Measure
"""

from lib.measures.registry.options import ACCOUNT, PAGE, SAID, WRITTEN, Measure, Option

MEASURES = {
    "account": Measure(
        "lib.measures.account.head:account",
        "one account as it stands on the day: who, worth, renewal, stage against peers, seats, risk",
        (ACCOUNT,),
        WRITTEN,
    ),
    "account_weeks": Measure(
        "lib.measures.account.weeks:account_weeks",
        "one account's people, use and seats, week by week over two years",
        (ACCOUNT,),
    ),
    "account_people": Measure(
        "lib.measures.account.people:account_people",
        "one account's people: who uses it, how the use is spread, who has gone silent",
        (ACCOUNT,),
    ),
    "account_features": Measure(
        "lib.measures.account.features:account_features",
        "the features one account uses, against its peers",
        (ACCOUNT,),
    ),
    "account_terms": Measure(
        "lib.measures.account.terms:account_terms",
        "the contract terms of one account, and what became of each",
        (ACCOUNT,),
    ),
    "account_timeline": Measure(
        "lib.measures.account.timeline:account_timeline",
        "everything that happened to one account, newest first",
        (
            ACCOUNT,
            Option(
                "kind", "text", "contract, milestone, goal, ticket, survey, touch, change or written (default: all)"
            ),
            *PAGE,
        ),
        SAID,
    ),
    "account_goals": Measure(
        "lib.measures.account.goals:account_goals",
        "what one account was promised, and what it reached",
        (ACCOUNT,),
        ("goal",),
    ),
    "account_wins": Measure(
        "lib.measures.account.wins:account_wins",
        "small wins of one account in the last 90 days",
        (ACCOUNT,),
        ("goal",),
    ),
    "account_find": Measure(
        "lib.measures.account.find:account_find",
        "accounts by name or id, those that have left too",
        (
            Option("search", "text", "text in id or name"),
            Option("limit", "whole", "at most this many rows, 50 or fewer"),
        ),
    ),
}
