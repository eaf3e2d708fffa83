"""Answers about what goes with staying.

MEASURES   name -> Measure
"""

from lib.measures.registry.options import OUTCOME, PAGE, WRITTEN, Measure, Option

SORT = Option("sort", "text", "the order")

MEASURES = {
    "carries": Measure(
        "lib.measures.carries.traits:carries",
        "features, settings and behaviours: retention with and without each, beyond chance and the mix of age, segment and size",
        (OUTCOME,),
        ("touch",),
    ),
    "carries_accounts": Measure(
        "lib.measures.carries.listing:carries_accounts",
        "the accounts that had a feature, a setting or a behaviour before the period, or had it not",
        (
            Option("trait_kind", "text", "what the trait is", ("feature", "setting", "behaviour")),
            Option("trait", "text", "the trait, as `carries` names it"),
            Option("side", "text", "those that had it, or those that had not", ("with", "without")),
            Option("which", "text", "which of them", ("all", "lost", "kept")),
            OUTCOME,
            SORT,
            *PAGE,
        ),
        ("touch",),
    ),
    "corners": Measure(
        "lib.measures.carries.corners:corners",
        "accounts by use, satisfaction and proficiency read together, on the day",
        (),
        WRITTEN,
    ),
    "corner_accounts": Measure(
        "lib.measures.carries.members:corner_accounts",
        "the accounts of a corner, and what put them there",
        (
            Option(
                "corner",
                "text",
                "which",
                ("all", "false comfort", "strong", "at the edge", "quiet champions", "not known"),
            ),
            Option("proficiency", "text", "which", ("all", "proficient", "not proficient", "not known")),
            SORT,
            *PAGE,
        ),
        WRITTEN,
    ),
    "velocity_hazard": Measure(
        "lib.measures.funnel.indicator:velocity_hazard",
        "accounts by days in the first stage, in quarters: how many times as often each is lost later, like against like",
        (),
        ("goal",),  # a promised outcome may complete a stage
    ),
}
