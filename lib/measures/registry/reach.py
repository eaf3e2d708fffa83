"""Answers about reach: whom the team reaches, how accounts are covered, and whether it helped.

MEASURES   name -> Measure
"""

from lib.measures.registry.options import PAGE, Measure, Option

READ = ("sentiment", "touch", "cancel_request", "save_plan", "goal", "hold_out")
_DIMENSION = "a dimension whose values stand side by side"
_SEARCH = Option("search", "text", "text in id or name")
_LEVEL = (
    Option("by", "text", "a dimension"),
    Option("level", "text", "with --by: one value of it alone; an empty text: not given"),
)
_STATES = ("met in time", "not met in time", "not met, no CSM", "too new", "none asked", "no rule", "contact not known")
_DAYS = Option("days", "whole", "look back so many days (default: reach_days of the definitions)")
_OUTCOME = Option("outcome", "text", "what may come (default: kept)", ("kept", "expanded", "used"))

MEASURES: dict[str, Measure] = {
    "reach": Measure(
        "lib.measures.reach.reach:reach",
        "accounts and ARR reached by a person or by campaigns in the last days, of our own accord or asked",
        (Option("by", "text", "a dimension (default: tier; an empty text: none)"), _DAYS),
        ("touch",),
    ),
    "reach_accounts": Measure(
        "lib.measures.reach.reachaccounts:reach_accounts",
        "the customers behind a share of reach",
        (
            Option(
                "which",
                "text",
                "which of them",
                (
                    "all",
                    "reached",
                    "digital only",
                    "one-way only",
                    "not touched",
                    "digital",
                    "touched",
                    "proactive",
                    "reactive",
                ),
            ),
            *_LEVEL,
            _DAYS,
            Option("sort", "text", "the order", ("arr", "longest", "account")),
            _SEARCH,
            *PAGE,
        ),
        ("touch",),
    ),
    "coverage": Measure(
        "lib.measures.reach.coverage:coverage",
        "whether accounts are met as often as their touch model asks, by CSM or any dimension",
        (Option("by", "text", "a dimension (default: csm; an empty text: none)"),),
        ("touch",),
    ),
    "coverage_accounts": Measure(
        "lib.measures.reach.coverageaccounts:coverage_accounts",
        "the customers behind coverage: those behind, those to meet, or those of one state",
        (
            Option("which", "text", "which of them", ("behind", "all", "to meet", *_STATES)),
            *_LEVEL,
            Option("sort", "text", "the order", ("arr", "longest", "renewal", "account")),
            _SEARCH,
            *PAGE,
        ),
        ("touch",),
    ),
    "coverage_tail": Measure(
        "lib.measures.reach.tail:coverage_tail",
        "where coverage stopped when the period opened, and who was lost from there in it",
        (),
        ("touch",),
    ),
    "tail_accounts": Measure(
        "lib.measures.reach.tailaccounts:tail_accounts",
        "the customers behind the tail",
        (
            Option("state", "text", "how they were covered", ("behind", "all", *_STATES)),
            Option("which", "text", "which of them", ("all", "lost", "kept")),
            Option("sort", "text", "the order", ("arr", "longest", "account")),
            _SEARCH,
            *PAGE,
        ),
        ("touch",),
    ),
    "impact": Measure(
        "lib.measures.reach.impact:impact",
        "save rate, lead time, and who stayed, bought more or came to speak for you where the team reached accounts",
        (Option("by", "text", _DIMENSION),),
        READ,
    ),
    "impact_accounts": Measure(
        "lib.measures.reach.impactaccounts:impact_accounts",
        "the accounts behind a figure of impact",
        (
            Option(
                "figure",
                "text",
                "which figure (default: kept)",
                ("saved", "lead time", "kept", "expanded", "advocates"),
            ),
            Option("side", "text", "with it, or without it", ("all", "with", "without")),
            Option("which", "text", "which of them", ("all", "came", "not")),
            *_LEVEL,
            Option("sort", "text", "the order", ("arr", "account")),
            _SEARCH,
            *PAGE,
        ),
        READ,
    ),
    "play_effects": Measure(
        "lib.measures.reach.playeffects:play_effects",
        "what came of every play and campaign, beyond chance among all of them, and the hours they took",
        (_OUTCOME,),
        READ,
    ),
    "play_accounts": Measure(
        "lib.measures.reach.playaccounts:play_accounts",
        "the accounts behind the effect of a play or a campaign",
        (
            Option("play", "text", "its name"),
            Option("side", "text", "with it, or without it", ("with", "without")),
            Option("which", "text", "which of them", ("all", "came", "not")),
            _OUTCOME,
            Option("sort", "text", "the order", ("newest", "outcome", "account")),
            _SEARCH,
            *PAGE,
        ),
        READ,
    ),
}
