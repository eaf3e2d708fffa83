"""Answers about renewals: what went with them, and what lies ahead.

MEASURES   name -> Measure
"""

from lib.measures.registry.options import PAGE, Measure, Option

LEAD = Option("lead_days", "whole", "days before the renewal on which accounts are read (default: of the definitions)")
USE = Option("use", "text", "which seats are used: those of active people, or all assigned", ("active", "assigned"))
WITHIN_DAYS = Option("within_days", "whole", "renewals within so many days (default: of the definitions)")
SEARCH = Option("search", "text", "text in id or name")

MEASURES = {
    "renewal_deciles": Measure(
        "lib.measures.renewals.deciles:renewal_deciles",
        "what goes with renewing: the renewal rate in tenths of what accounts had before",
        (Option("trait", "text", "one trait alone (default: all)"), LEAD),
    ),
    "right_sizing": Measure(
        "lib.measures.renewals.sizing:right_sizing",
        "renewals ahead with far more seats than are used, and the ARR exposed if they are cut",
        (
            USE,
            WITHIN_DAYS,
            Option("quarter", "text", "the first day of three months: renewals in them alone"),
            Option("sort", "text", "the order", ("exposed", "renewal", "least", "account")),
            SEARCH,
            *PAGE,
        ),
    ),
    "sizing_quarters": Measure(
        "lib.measures.renewals.sizingquarters:sizing_quarters",
        "the same by fiscal quarter",
        (USE, WITHIN_DAYS),
    ),
    "sizing_record": Measure(
        "lib.measures.renewals.sizingrecord:sizing_record",
        "of renewals decided in the period: whether those that used few of their seats were cut",
        (USE, LEAD),
    ),
    "adoption_race": Measure(
        "lib.measures.renewals.race:adoption_race",
        "whether accounts reach, before their renewal, the adoption that past renewers had",
        (
            WITHIN_DAYS,
            Option("verdict", "text", 'one verdict alone, as "will not make it" (default: all)'),
            Option("sort", "text", "the order", ("verdict", "renewal", "arr", "chance", "account")),
            SEARCH,
            *PAGE,
        ),
    ),
    "race_verdicts": Measure(
        "lib.measures.renewals.raceverdicts:race_verdicts",
        "the same counted by verdict",
        (WITHIN_DAYS,),
    ),
}
