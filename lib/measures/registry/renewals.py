"""Answers about renewals: what was due, what became of it, and whom that was.

MEASURES   name -> Measure
"""

from lib.measures.registry.options import PAGE, Measure, Option

MONEY = Option("money", "text", "yearly or monthly amounts", ("arr", "mrr"))
CURRENCY = Option("currency", "text", "one of the currencies (default: all, never added up)")

MEASURES = {
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
