"""Answers about the journey of accounts: who comes from stage to stage, and how long that takes.

MEASURES   name -> Measure
"""

from lib.measures.registry.options import PAGE, Measure, Option

BY = Option("by", "text", "a dimension whose values stand side by side")
JOURNEY = Option("journey", "text", "one of the journeys, where the definitions have several")

MEASURES = {
    "funnel": Measure(
        "lib.measures.funnel.stages:funnel",
        "the stages of the journey: who completes each, how long that takes, and the bottleneck beyond chance",
        (BY, JOURNEY),
        ("goal",),
    ),
    "stage_times": Measure(
        "lib.measures.funnel.between:stage_times",
        "how long it takes from one stage to another, with those still on the way and those that exited",
        (
            Option("from_stage", "text", "the stage they came into (default: the first)"),
            Option("to_stage", "text", "the stage they came to (default: the one after it, or the last)"),
            JOURNEY,
        ),
        ("goal",),
    ),
    "stage_trend": Measure(
        "lib.measures.funnel.trend:stage_trend",
        "days in a stage and how many were on time, by when accounts came into it",
        (
            Option("every", "text", "how long those of one row were coming in", ("week", "month", "quarter", "year")),
            BY,
            JOURNEY,
        ),
        ("goal",),
    ),
    "laggards": Measure(
        "lib.measures.funnel.laggards:laggards",
        "accounts longer in a stage than most of their peers took, those late for their renewal first",
        (
            Option("stage", "text", "the stage they are in (default: any)"),
            JOURNEY,
            Option("sort", "text", "the order", ("cost", "slowest", "renewal", "account")),
            Option("search", "text", "text in id or name"),
            *PAGE,
        ),
        ("goal",),
    ),
    "stage_accounts": Measure(
        "lib.measures.funnel.listing:stage_accounts",
        "the accounts of a stage: inside now, or those that came in during the period and how they went on",
        (
            Option("stage", "text", "the stage (default: all)"),
            JOURNEY,
            Option("which", "text", "which accounts", ("now", "entered", "completed", "inside", "exited")),
            BY,
            Option("level", "text", "with --by: a value, as it was when the stage was entered (default: none given)"),
            Option("sort", "text", "order", ("longest", "newest", "arr", "renewal", "account")),
            *PAGE,
        ),
        ("goal",),
    ),
}
