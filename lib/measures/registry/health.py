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
    ),
}
