"""Answers about what loses, and who was lost.

MEASURES   name -> Measure
"""

from lib.measures.registry.options import BANDS, OUTCOME, PAGE, WITHIN, Measure, Option

MEASURES = {
    "hotspots": Measure(
        "lib.measures.hotspots:hotspots",
        "combinations of values that lose more than the rest and more than their parts explain",
        (
            OUTCOME,
            Option("by", "names", "dimensions to search (default: all that are searched unasked)"),
            Option("depth", "whole", "dimensions a hot-spot may combine, 1 to 4"),
            Option("min_n", "whole", "accounts a segment must have"),
            Option("alpha", "number", "family-wise error: at most this share of lists holds a chance find"),
            Option("weight", "text", "count accounts, or weigh them by ARR", ("accounts", "arr")),
            BANDS,
        ),
    ),
    "breakdown": Measure(
        "lib.measures.breakdown:breakdown",
        "the rate by one to four dimensions, every combination that occurs",
        (OUTCOME, Option("by", "names", "dimensions, in any order"), WITHIN, BANDS),
    ),
    "change": Measure(
        "lib.measures.change:change",
        "this period against the previous one: the mix part and the rate part of every value",
        (OUTCOME, Option("by", "text", "the dimension"), WITHIN),
    ),
    "compare": Measure(
        "lib.measures.compare:compare",
        "book against book (CSMs, regions): lost against what the accounts' mix lets one expect, with control limits",
        (OUTCOME, Option("by", "text", "the dimension (default: csm)"), BANDS),
    ),
    "accounts": Measure(
        "lib.measures.accounts:accounts",
        "the accounts of a segment",
        (
            OUTCOME,
            WITHIN,
            Option("only_lost", "flag", "only accounts with the outcome"),
            Option("only_decided", "flag", "without accounts whose outcome is still pending"),
            Option("search", "text", "text in id or name"),
            Option("sort", "text", "column to sort by"),
            *PAGE,
            BANDS,
        ),
    ),
}
