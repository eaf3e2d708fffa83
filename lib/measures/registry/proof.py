"""Answers about what health foretold, and whether it can be trusted.

MEASURES   name -> Measure
"""

from lib.measures.registry.options import PAGE, Measure, Option

READ = ("sentiment", "touch", "cancel_request", "save_plan")  # what the team wrote that scores are made of
_BY = Option("by", "text", "stage, touch, profile, or a dimension (default: all together)")
_DAYS = Option("days", "whole", "a loss counts within so many days of a reading: 90 or 180 (default: 90)")
_LEVEL = Option("level", "text", "one value of it alone; an empty text: not given")
_SEARCH = Option("search", "text", "text in id or name")
_LISTED = (
    _BY,
    _LEVEL,
    Option("sort", "text", "the order", ("arr", "newest", "lead", "score", "account")),
    _SEARCH,
    *PAGE,
)
_COLOURS = ("red", "amber", "green", "none")

MEASURES: dict[str, Measure] = {
    "health_proof": Measure(
        "lib.measures.health.proof:health_proof",
        "whether the health score tells who will be lost: ranking, red against what came, calibration",
        (_BY, _DAYS),
        READ,
    ),
    "health_calibration": Measure(
        "lib.measures.health.calibration:health_calibration",
        "scores and chances in bins, beside the share that was lost after",
        (_DAYS,),
        READ,
    ),
    "health_drift": Measure(
        "lib.measures.health.drift:health_drift",
        "whether the health score still works as it did, by quarter",
        (_DAYS,),
        READ,
    ),
    "proof_readings": Measure(
        "lib.measures.health.proofreadings:proof_readings",
        "the readings behind a figure of the proof",
        (
            Option("scored_by", "text", "which score", ("rules", "prediction")),
            Option("which", "text", "which of them", ("all", "red", "lost", "red and lost", "red and kept", "missed")),
            _DAYS,
            _BY,
            _LEVEL,
            Option("said_from", "number", "a score (of the prediction: chance) of so much or more"),
            Option("said_until", "number", "of so much or less"),
            Option("quarter", "text", "the first day of a fiscal quarter: only those in it"),
            Option("sort", "text", "the order", ("said", "newest", "account")),
            _SEARCH,
            *PAGE,
        ),
        READ,
    ),
    "health_losses": Measure(
        "lib.measures.health.leads:health_losses",
        "accounts lost in the period by the colour of their score before",
        (_BY,),
        READ,
    ),
    "health_warning": Measure(
        "lib.measures.health.warning:health_warning",
        "accounts lost in the period by the days for which they had been red",
        (),
        READ,
    ),
    "health_lead": Measure(
        "lib.measures.health.lead:health_lead",
        "the accounts lost in the period, each with its score before",
        (
            Option("before", "text", "the colour proof_days before the loss", _COLOURS),
            Option("final", "text", "the colour final_days before the loss", _COLOURS),
            Option("lead", "text", 'a bin of days of warning, as "31 to 60"'),
            *_LISTED,
        ),
        READ,
    ),
    "false_greens": Measure(
        "lib.measures.health.lead:false_greens",
        "those of them that were green to the end",
        _LISTED,
        READ,
    ),
}
