"""Answers about the predicted risk: what goes with a loss, and which trials will convert.

MEASURES   name -> Measure
"""

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
}
