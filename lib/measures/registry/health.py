"""Answers about health: how accounts score, what a score is made of, and its weeks.

MEASURES   name -> Measure
"""

from lib.measures.registry.options import ACCOUNT, PAGE, WRITTEN, Measure, Option

_DAY = Option("day", "text", "the day of the scores (default: the as-of day)")
_SINCE = Option("since", "text", "the earlier day they are compared with (default: 30 days before)")

MEASURES: dict[str, Measure] = {
    "health": Measure(
        "lib.measures.health.listing:health",
        "the health of every account of the book on a day: score, colour, what it is made of, what is not known, predicted risk",
        (
            _DAY,
            _SINCE,
            Option("colour", "text", "red, amber, green, or none: no score (default: all)"),
            Option("profile", "text", "accounts of one profile of the rules"),
            Option("touch", "text", "high or low (default: both)"),
            Option("by", "text", "with level: a dimension"),
            Option("level", "text", "with by: accounts of one value on the day; empty: without a value"),
            Option("is_changed", "flag", "those alone that had another colour on the earlier day"),
            Option("search", "text", "text in id or name"),
            Option("sort", "text", "the order", ("at_stake", "score", "change", "risk", "arr", "renewal", "account")),
            *PAGE,
        ),
        WRITTEN,
    ),
    "health_parts": Measure(
        "lib.measures.health.parts:health_parts",
        "what one account's score is made of, and what changed it since an earlier day",
        (ACCOUNT, _DAY, _SINCE),
        WRITTEN,
    ),
    "health_history": Measure(
        "lib.measures.health.history:health_history",
        "one account's score week by week, with what happened to it on the way",
        (ACCOUNT,),
        WRITTEN,
    ),
}
