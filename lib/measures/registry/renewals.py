"""Answers about renewals: each lever alone, what is kept, and the same by other rules.

MEASURES   name -> Measure
"""

from lib.measures.registry.options import Measure, Option

VIEW = Option(
    "view", "text", "of what was due (default), or from the opening to the closing of the period", ("pool", "calendar")
)
EVERY = Option("every", "text", "cut the period into months, fiscal quarters or years", ("month", "quarter", "year"))
BY = Option("by", "text", "a dimension whose values stand side by side")
MONEY = Option("money", "text", "amounts of a year (default), or a twelfth of them", ("arr", "mrr"))

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
}
