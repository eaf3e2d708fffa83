"""Answers about the journey of accounts: who comes from stage to stage, and how long that takes.

MEASURES   name -> Measure
"""

from lib.measures.registry.options import Measure, Option

BY = Option("by", "text", "a dimension whose values stand side by side")
JOURNEY = Option("journey", "text", "one of the journeys, where the definitions have several")

MEASURES = {
    "funnel": Measure(
        "lib.measures.funnel.stages:funnel",
        "the stages of the journey: who completes each, how long that takes, and the bottleneck beyond chance",
        (BY, JOURNEY),
    ),
}
