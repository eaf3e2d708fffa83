"""Answers about the health of a book: spread, movement, breakdown, trend, and where signs disagree.

MEASURES   name -> Measure
"""

from lib.measures.registry.options import PAGE, WRITTEN, Measure, Option

DAY = Option("day", "text", "the day on which scores are read (default: the as-of day)")
SINCE = Option("since", "text", "the earlier day (default: movement_days before)")
_COLOURS = ("red", "amber", "green", "none")

MEASURES: dict[str, Measure] = {
    "health_spread": Measure(
        "lib.measures.health.spread:health_spread",
        "how the book scores: accounts of every ten points and colour, and those without a score by why",
        (DAY,),
        WRITTEN,
    ),
    "health_movement": Measure(
        "lib.measures.health.movement:health_movement",
        "who moved from which colour to which since an earlier day, new and gone ones too, with the ARR of both days",
        (SINCE, DAY),
        WRITTEN,
    ),
    "health_movers": Measure(
        "lib.measures.health.movers:health_movers",
        "the accounts that changed colour since an earlier day, and what moved their scores",
        (
            SINCE,
            DAY,
            Option("which", "text", "which of them", ("all", "worse", "better")),
            Option("sort", "text", "order", ("arr", "fell", "rose", "account")),
            *PAGE,
        ),
        WRITTEN,
    ),
    "health_matrix": Measure(
        "lib.measures.health.matrix:health_matrix",
        "where it hurts: accounts and ARR by colour, size and nearness of the renewal",
        (DAY,),
        WRITTEN,
    ),
    "health_breakdown": Measure(
        "lib.measures.health.bylevel:health_breakdown",
        "the colours of each value of a dimension, and whether its share of red differs from the rest beyond chance",
        (Option("by", "text", "a dimension; or profile, stage, touch"), DAY),
        WRITTEN,
    ),
    "health_trend": Measure(
        "lib.measures.health.trend:health_trend",
        "accounts of each colour week by week, the share that is red, and the ARR that is",
        (),
        WRITTEN,
    ),
    "health_disagreements": Measure(
        "lib.measures.health.disagree:health_disagreements",
        "the accounts of which rules, prediction, use and what people say disagree most",
        (DAY, *PAGE),
        WRITTEN,
    ),
    "health_accounts": Measure(
        "lib.measures.health.healthaccounts:health_accounts",
        "the accounts behind every figure of health",
        (
            DAY,
            SINCE,
            Option("colour", "text", "of one colour", _COLOURS),
            Option("score_from", "whole", "the lower end of ten points: 0, 10 ... 90"),
            Option("why", "text", "why there is no score", ("no profile", "a part", "too little")),
            Option("band", "whole", "a band of ARR, 1 the smallest; 0: no ARR"),
            Option("window", "text", "a renewal window: in grace, 30 days ..., later, none"),
            Option("from_colour", "text", "of this colour on the earlier day", (*_COLOURS, "new")),
            Option("to_colour", "text", "of this colour on the day", (*_COLOURS, "gone")),
            Option("by", "text", "a dimension; or profile, stage, touch"),
            Option("level", "text", "with --by: a value, as it was on the day (empty: none given)"),
            Option("search", "text", "text in id or name"),
            Option("sort", "text", "order", ("arr", "lowest", "highest", "fell", "renewal", "account")),
            *PAGE,
        ),
        WRITTEN,
    ),
}
