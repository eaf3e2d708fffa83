"""Answers about renewals: how long customers stay, how they end, what they are worth.

MEASURES   name -> Measure
"""

from lib.measures.registry.options import PAGE, Measure, Option

BY = Option("by", "text", "a dimension whose values stand side by side, as it was on the first day of a customer")
AMONG = Option("among", "text", "whose lives: all, or of those who became customers in the period", ("all", "period"))
HORIZON = Option(
    "horizon", "whole", "months over which lives are compared (default: of the definitions, as far as known)"
)

MEASURES = {
    "survival": Measure(
        "lib.measures.lives.survival:survival",
        "how long customers stay: the share still there by months, and each value against the rest",
        (BY, AMONG, HORIZON),
    ),
    "customer_ends": Measure(
        "lib.measures.lives.ends:customer_ends",
        "which end comes first by months of life: down-sold, lapsed, cancelled",
        (BY, AMONG, Option("until", "text", "a first down-sell is an end, or losses alone", ("any", "lost"))),
    ),
    "economics": Measure(
        "lib.measures.lives.economics:economics",
        "what a customer brings, what winning it cost, and how soon that is earned back",
        (BY, AMONG, HORIZON),
    ),
    "customer_lives": Measure(
        "lib.measures.lives.liveslist:customer_lives",
        "the customers behind the curves: from when until when each was one, and how that ended",
        (
            BY,
            Option(
                "level",
                "text",
                "with --by: a value, as it was on the first day of a customer (default: all; empty: none given)",
            ),
            AMONG,
            Option("which", "text", "which customers", ("all", "left", "still")),
            Option("sort", "text", "order", ("arr", "shortest", "longest", "newest", "account")),
            *PAGE,
        ),
    ),
}
