"""Answers about health: scores, what they are made of, what they foretold.

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
from lib.measures.registry.options import PAGE, WRITTEN, Measure, Option

_DRAFT = Option("draft", "text", "a [health] section of the definitions as JSON (default: the rules in force)")
_COLOURS = ("red", "amber", "green", "none")
MEASURES: dict[str, Measure] = {
    "health_draft": Measure(
        "lib.measures.health.draft:health_draft",
        "how many accounts would change colour by other rules of health",
        (_DRAFT,),
        WRITTEN,
    ),
    "health_draft_movers": Measure(
        "lib.measures.health.draftmovers:health_draft_movers",
        "the accounts that would change colour by other rules of health, and why",
        (
            _DRAFT,
            Option("from_colour", "text", "those of this colour in force", _COLOURS),
            Option("to_colour", "text", "those of this colour by the draft", _COLOURS),
from lib.measures.registry.options import PAGE, WRITTEN, Measure, Option

MEASURES: dict[str, Measure] = {
    "risk_model": Measure(
        "lib.measures.health.riskmodel:risk_model",
        "what goes with a loss within 90 and 180 days, and with the conversion of a trial: odds ratios as learnt on the day",
        (Option("outcome", "text", "what is predicted (default: all)", ("risk_90", "risk_180", "convert_rate")),),
        WRITTEN,
    ),
    "trial_odds": Measure(
        "lib.measures.health.trialodds:trial_odds",
        "trials under way: the chance of each to convert in time, and what moves it",
        (
            Option("sort", "text", "the order", ("chance", "left", "account")),
            Option("search", "text", "text in id or name"),
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
    "health_draft_record": Measure(
        "lib.measures.health.draftrecord:health_draft_record",
        "what other rules of health would have said of losses in the past, beside those in force",
        (_DRAFT,),
        WRITTEN,
    ),
    "suggested_weights": Measure(
        "lib.measures.health.suggested:suggested_weights",
        "weights of health that past losses suggest, and what they are worth on a later part of the past",
        (_DRAFT,),
        WRITTEN,
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
