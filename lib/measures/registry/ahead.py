"""Answers about renewals: what went with them, and what lies ahead.

MEASURES   name -> Measure
"""

from lib.measures.registry.options import PAGE, WRITTEN, Measure, Option

LEAD = Option("lead_days", "whole", "days before the renewal on which accounts are read (default: of the definitions)")
USE = Option("use", "text", "which seats are used: those of active people, or all assigned", ("active", "assigned"))
WITHIN_DAYS = Option("within_days", "whole", "renewals within so many days (default: of the definitions)")
SEARCH = Option("search", "text", "text in id or name")

MEASURES = {
    "renewal_deciles": Measure(
        "lib.measures.ahead.deciles:renewal_deciles",
        "what goes with renewing: the renewal rate in tenths of what accounts had before",
        (Option("trait", "text", "one trait alone (default: all)"), LEAD),
        WRITTEN,
    ),
    "tenth_accounts": Measure(
        "lib.measures.ahead.tenthaccounts:tenth_accounts",
        "the renewals behind a tenth",
        (
            Option("trait", "text", "the trait, as seats_active_rate"),
            Option("tenth", "whole", "1, the lowest, to 10 (default: all)"),
            LEAD,
            Option("sort", "text", "the order", ("lost", "value", "arr", "account")),
            *PAGE,
        ),
        WRITTEN,
    ),
    "right_sizing": Measure(
        "lib.measures.ahead.sizing:right_sizing",
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
        "lib.measures.ahead.sizingquarters:sizing_quarters",
        "the same by fiscal quarter",
        (USE, WITHIN_DAYS),
    ),
    "sizing_record": Measure(
        "lib.measures.ahead.sizingrecord:sizing_record",
        "of renewals decided in the period: whether those that used few of their seats were cut",
        (USE, LEAD),
    ),
    "adoption_race": Measure(
        "lib.measures.ahead.race:adoption_race",
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
        "lib.measures.ahead.raceverdicts:race_verdicts",
        "the same counted by verdict",
        (WITHIN_DAYS,),
    ),
    "loss_reasons": Measure(
        "lib.measures.ahead.lossreasons:loss_reasons",
        "why customers left: what lapsed or was cancelled, by reason",
        (Option("every", "text", "parts of the period (default: one)", ("month", "quarter", "year")),),
    ),
    "loss_accounts": Measure(
        "lib.measures.ahead.lostaccounts:loss_accounts",
        "the contracts behind a reason",
        (
            Option("reason", "text", 'one reason alone, or "not given" (default: all)'),
            Option("sort", "text", "the order", ("arr", "newest", "reason", "account")),
            SEARCH,
            *PAGE,
        ),
    ),
    "notice_deadlines": Measure(
        "lib.measures.ahead.deadlines:notice_deadlines",
        "deadlines for notice ahead, by week",
        (WITHIN_DAYS,),
    ),
    "notice_accounts": Measure(
        "lib.measures.ahead.deadlineaccounts:notice_accounts",
        "the accounts with a deadline for notice ahead",
        (
            WITHIN_DAYS,
            Option("week", "text", "a day: deadlines of its week alone"),
            Option("sort", "text", "the order", ("deadline", "arr", "account")),
            SEARCH,
            *PAGE,
        ),
    ),
    "save_rate": Measure(
        "lib.measures.ahead.saves:save_rate",
        "what became of save plans, beside accounts at risk without one",
        (),
        WRITTEN,
    ),
    "plan_moves": Measure(
        "lib.measures.ahead.plans:plan_moves",
        "from which plan (or tier) to which accounts went, at renewal and in mid-term",
        (Option("what", "text", "the plan of contracts, or the tier of accounts", ("plan", "tier")),),
    ),
    "save_accounts": Measure(
        "lib.measures.ahead.saveaccounts:save_accounts",
        "the accounts behind the save rate",
        (
            Option(
                "group", "text", "those with a save plan, or those at risk without (default: both)", ("plan", "none")
            ),
            Option("which", "text", "what became of them", ("all", "saved", "lost", "undecided")),
            *PAGE,
        ),
        WRITTEN,
    ),
    "moved_accounts": Measure(
        "lib.measures.ahead.movedaccounts:moved_accounts",
        "the terms behind a move (default: all that came to another plan)",
        (
            Option("what", "text", "the plan of contracts, or the tier of accounts", ("plan", "tier")),
            Option("went_from", "text", "the plan or tier before; an empty text: not given"),
            Option("went_to", "text", "the plan or tier after"),
            Option("moved_when", "text", "when", ("at renewal", "mid-term")),
            *PAGE,
        ),
    ),
    "flat_renewers": Measure(
        "lib.measures.ahead.flats:flat_renewers",
        "accounts that renew flat again and again",
        (
            Option("times", "whole", "renewals in a row, or more (default: of the definitions)"),
            Option("sort", "text", "the order", ("times", "arr", "renewal", "account")),
            SEARCH,
            *PAGE,
        ),
    ),
}
