"""Answers about renewals: each lever alone, what is kept, and the same by other rules.

MEASURES   name -> Measure
"""

from lib.measures.registry.options import PAGE, Measure, Option

VIEW = Option(
    "view", "text", "of what was due (default), or from the opening to the closing of the period", ("pool", "calendar")
)
EVERY = Option("every", "text", "cut the period into months, fiscal quarters or years", ("month", "quarter", "year"))
BY = Option("by", "text", "a dimension whose values stand side by side")
MONEY = Option("money", "text", "amounts of a year (default), or a twelfth of them", ("arr", "mrr"))
CURRENCY = Option("currency", "text", "one of the currencies (default: all, never added up)")

MEASURES = {
    "renewals": Measure(
        "lib.measures.renewals.levers:renewals",
        "every lever alone, reconciled: what was due and became of it, or what moved ARR from opening to closing",
        (VIEW, EVERY, BY, MONEY),
    ),
    "retention": Measure(
        "lib.measures.renewals.retention:retention",
        "logo churn and retention, revenue churn, gross and net revenue retention, of the pool or the calendar",
        (VIEW, EVERY, BY, MONEY),
    ),
    "rules": Measure(
        "lib.measures.renewals.rules:rules",
        "churn of the same period by the rules of ChartMogul, Shopify, Stripe and Gainsight, and why they differ",
        (MONEY,),
    ),
    "renewal_accounts": Measure(
        "lib.measures.renewals.listing:renewal_accounts",
        "the renewals, or the moves, behind the figure of a lever",
        (
            Option("view", "text", "what was due and what became of it, or how ARR moved", ("pool", "calendar")),
            Option("lever", "text", "due, renewed_flat, lapsed ...; new, upsell, lapse ... (default: all)"),
            Option("part", "text", "volume, price, edition, untold, with notice, without notice"),
            Option("period_from", "text", "from this day on (default: the period's first)"),
            Option("period_until", "text", "until before this day (default: the period's last is in it)"),
            CURRENCY,
            Option("by", "text", "a dimension"),
            Option("level", "text", "with --by: a value, as it was when the period opened (default: none given)"),
            Option("csm", "text", "whose renewals: the CSM on the day of it"),
            MONEY,
            Option("sort", "text", "order", ("arr", "soonest", "latest", "account")),
            *PAGE,
        ),
    ),
    "due_calendar": Measure(
        "lib.measures.renewals.calendar:due_calendar",
        "who is due when: the renewal pool by month and CSM, before the day and twelve months after it",
        (),
    ),
    "lost_concentration": Measure(
        "lib.measures.renewals.concentration:lost_concentration",
        "how few accounts most of the lost ARR comes from: the Lorenz curve and Gini's coefficient",
        (MONEY,),
    ),
    "largest_losses": Measure(
        "lib.measures.renewals.losses:largest_losses",
        "the accounts that lost most, by lapses, cancellations and down-sells",
        (CURRENCY, MONEY, *PAGE),
    ),
}
