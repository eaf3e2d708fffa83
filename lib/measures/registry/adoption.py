"""Answers about who stays, adopts and becomes loyal.

MEASURES   name -> Measure
LISTS      the answers whose rows are people or accounts, to whom one may write
"""

from lib.measures.registry.options import ACCOUNT, PAGE, WRITTEN, Measure, Option

OF = Option("of", "text", "people who become loyal, or accounts that adopt", ("people", "accounts"))
COHORTS = (
    Option("of", "text", "what is counted", ("users", "accounts", "arr_gross", "arr_net")),
    Option("cohort", "text", "signup, contract_start, key_action, first_use, or a dimension"),
    Option("every", "text", "how long a cohort takes people in", ("week", "month", "quarter")),
    Option("step", "text", "the unit of the steps", ("day", "week", "month")),
    Option("n_steps", "whole", "steps after the first one"),
    Option("brackets", "names", "bounds of steps in units, for kind bracket, as 0,1,7,30"),
    Option("kind", "text", "when one counts", ("on", "on_or_after", "on_or_before", "streak", "bracket")),
    Option("calendar", "text", "steps from one's own beginning, or of the calendar", ("rolling", "calendar")),
    Option("feature", "text", "the share that has used this feature by then"),
)

LISTS = (
    "people",
    "cohort_members",
    "accounts",
    "adoption_accounts",
    "contacts",
    "moment_people",
    "campaign_goal_people",
    "lever_accounts",
    "lever_people",
)
KPI = Option("kpi", "text", "which KPI, by the name `adoption` gives it")
KPIS_READ = WRITTEN  # a promised outcome among them
BY = Option("by", "text", "a dimension (default: the whole book alone)")

MEASURES = {
    "adoption": Measure(
        "lib.measures.kpis.adoption:adoption",
        "the KPIs of adoption on the day and 30 days before, each against its target",
        (Option("only", "text", "one KPI alone"), BY),
        KPIS_READ,
    ),
    "value_times": Measure(
        "lib.measures.kpis.values:value_times",
        "days until promised outcomes were reached, by their category; how many on time, and what they are worth",
        (),
        KPIS_READ,
    ),
    "feature_adoption": Measure(
        "lib.measures.kpis.features:feature_adoption",
        "features: depth of adoption, accounts that use them and at their rhythm, who used them for the first time",
        (),
        WRITTEN,
    ),
    "adoption_trend": Measure(
        "lib.measures.kpis.trend:adoption_trend",
        "one KPI on the last day of each of the last 13 months, against its target",
        (KPI, BY),
        KPIS_READ,
    ),
    "kpi_accounts": Measure(
        "lib.measures.kpis.listing:kpi_accounts",
        "the accounts of one KPI, those furthest from its target first",
        (
            KPI,
            Option("which", "text", "which", ("all", "met", "missed", "unknown")),
            Option("sort", "text", "the order", ("worst", "arr", "renewal", "account", "change")),
            *PAGE,
        ),
        KPIS_READ,
    ),
    "account_kpis": Measure(
        "lib.measures.kpis.account:account_kpis",
        "the KPIs of one account, against their targets and the figures of its segment",
        (ACCOUNT,),
        KPIS_READ,
    ),
    "cohorts": Measure(
        "lib.measures.cohorts:cohorts",
        "cohorts step by step: people, accounts or ARR retained, or a feature adopted, and the pooled mean",
        COHORTS,
    ),
    "cohort_members": Measure(
        "lib.measures.cohorts.members:cohort_members",
        "the people or accounts behind one cell of the cohorts",
        (
            *COHORTS,
            Option("value", "text", "the cohort, as `cohorts` names it (default: all that have finished the step)"),
            Option("pooled", "flag", "all cohorts that have finished the step, whatever a dimension calls “all”"),
            Option("at", "whole", "the step, from 0"),
            Option("which", "text", "which of them", ("retained", "lost", "eligible")),
            Option("sort", "text", "column to sort by"),
            *PAGE,
        ),
    ),
    "cohort_compare": Measure(
        "lib.measures.cohorts.compare:cohort_compare",
        "two cohorts against each other, step by step and over their whole time",
        (
            *COHORTS,
            Option("first", "text", "a cohort, as `cohorts` names it"),
            Option("second", "text", "the other one"),
        ),
    ),
    "cohort_features": Measure(
        "lib.measures.cohorts.features:cohort_features",
        "the features that people of the book have used by the day",
        (),
    ),
    "loyalty": Measure(
        "lib.measures.loyalty.clock:loyalty",
        "the 90/10 clock: by day after coming, how many are loyal, and the chance of the others to become so yet",
        (OF, Option("by", "text", "a dimension (default: the whole book alone)")),
    ),
    "loyalty_curve": Measure(
        "lib.measures.loyalty.curve:loyalty_curve",
        "the rising curve of becoming loyal, week by week after coming",
        (OF, Option("by", "text", "a dimension (default: the whole book alone)")),
    ),
    "user_classes": Measure(
        "lib.measures.loyalty.classes:user_classes",
        "people who are loyal, casual, dormant, never came, or are deactivated: on the day and 30 days before",
        (Option("by", "text", "a dimension (default: the whole book alone)"),),
    ),
    "people": Measure(
        "lib.measures.loyalty.people:people",
        "the persons of a class, and the chance they have yet to become loyal",
        (
            Option("user_class", "text", "which", ("all", "loyal", "casual", "dormant", "never", "deactivated")),
            Option("sort", "text", "the order", ("last_use", "newest", "oldest", "account", "person")),
            *PAGE,
        ),
    ),
    "account_adoption": Measure(
        "lib.measures.loyalty.accounts:account_adoption",
        "accounts that have adopted, or not yet, by how near their renewal is",
        (),
        WRITTEN,
    ),
    "adoption_accounts": Measure(
        "lib.measures.loyalty.listing:adoption_accounts",
        "accounts and how far their people have come, those that renew soonest first",
        (
            Option("which", "text", "which", ("all", "adopted", "not_adopted", "unknown")),
            Option("window", "text", "how near the renewal is, as “30 days”"),
            Option("sort", "text", "the order", ("renewal", "arr", "share", "account")),
            *PAGE,
        ),
        WRITTEN,
    ),
    "members": Measure(
        "lib.measures.members:members",
        "the people or accounts of a list, and how to reach them; who opted out or is deactivated stands apart",
        (
            Option("asks", "text", "the list", LISTS),
            Option("options", "text", 'its options as JSON, such as {"user_class": "loyal"}'),
            Option("which", "text", "whom one may write to, those apart, or all", ("reachable", "apart", "all")),
            *PAGE,
        ),
        (*WRITTEN, "hold_out", "audience"),  # what a list of a campaign's people reads
    ),
}
