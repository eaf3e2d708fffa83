"""Answers about renewals: what is due, what came of it, and what will.

MEASURES   name -> Measure
"""

from lib.measures.registry.options import PAGE, Measure, Option

BY = Option("by", "text", "a dimension whose values stand side by side")
_KNOWN = ("sentiment", "cancel_request")  # what the team wrote that odds are learnt from

MEASURES = {
    "renewal_forecast": Measure(
        "lib.measures.forecast.forecast:renewal_forecast",
        "what will renew in the next four quarters, as ranges from each renewal's own odds",
        (BY, Option("every", "text", "how long a row is", ("quarter", "month"))),
        _KNOWN,
    ),
    "forecast_record": Measure(
        "lib.measures.forecast.record:forecast_record",
        "past forecasts, each by what was known then, against what came",
        (BY,),
        _KNOWN,
    ),
    "renewal_odds": Measure(
        "lib.measures.forecast.chances:renewal_odds",
        "each renewal ahead: its chance, what moves it, and the ARR in doubt",
        (
            Option("due_from", "text", "the first day it is due (default: what the forecast covers)"),
            Option("due_until", "text", "the first day after"),
            BY,
            Option("level", "text", "with --by: a value, as of the day (default: none given)"),
            Option("sort", "text", "the order", ("doubt", "chance", "arr", "renewal", "account")),
            Option("search", "text", "text in id or name"),
            *PAGE,
        ),
        _KNOWN,
    ),
    "renewal_calls": Measure(
        "lib.measures.forecast.calls:renewal_calls",
        "what the team calls of renewals ahead beside their odds, and how both did",
        (BY,),
        (*_KNOWN, "renewal_call"),
    ),
}
