"""Answers about rules of health that are tried before they count, and the weights that losses suggest.

MEASURES   name -> Measure
"""

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
            *PAGE,
        ),
        WRITTEN,
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
