"""Answers about how accounts stand, what changed, what is to be done.

MEASURES   name -> Measure
"""

from lib.measures.registry.options import PAGE, SAID, WRITTEN, Measure, Option

MEASURES = {
    "facets": Measure(
        "lib.measures.facets:facets",
        "how many accounts of the book have each value of a dimension, or stand in each way",
        (Option("by", "names", "dimensions, and states: stage, utilisation, renewal, notice, movement, ready"),),
        WRITTEN,
    ),
    "mybook": Measure(
        "lib.measures.mybook.listing:mybook",
        "every live account of the book as it stands on the day: money, renewal, use, stage, contact, risk",
        (
            Option(
                "only",
                "text",
                "accounts, at_risk, renewing, at_risk_and_renewing, in_grace, under_used, dropping, rising",
            ),
            Option("search", "text", "text in id or name"),
            Option("sort", "text", "column to sort by (default: attention)"),
            *PAGE,
        ),
        WRITTEN,
    ),
    "mybook_tiles": Measure(
        "lib.measures.mybook.tiles:mybook_tiles",
        "accounts, ARR, at risk, renewing, and both: on the day and 30 days before",
        (),
        WRITTEN,
    ),
    "changes": Measure(
        "lib.measures.mybook.changes:changes",
        "what became different about the accounts of the book since an earlier day, bad news with most ARR first",
        (
            Option("since", "text", "the earlier day (default: 30 days before the as-of day)"),
            Option("only", "text", "one kind of change, as “at risk” or “lost”"),
            Option(
                "written_from",
                "text",
                "moment from which what others wrote counts (default: the end of the earlier day)",
            ),
            Option("written_until", "text", "moment until which it counts (default: all of it)"),
            Option("reader", "text", "whose own writing is left out"),
            *PAGE,
        ),
        SAID,
    ),
    "triage": Measure(
        "lib.measures.triage:triage",
        "the renewals of a quarter, those still open by deadline first, and what is known of each",
        (
            Option("quarter_opens_on", "text", "first day (default: of the fiscal quarter of the as-of day)"),
            Option("quarter_closes_on", "text", "the day after the last"),
            Option("which", "text", "all, those still open, or those decided", ("all", "open", "decided")),
            *PAGE,
        ),
        WRITTEN,
    ),
    "worklist": Measure(
        "lib.measures.worklist:worklist",
        "what is to be done for the accounts: tasks, commitments, next steps and steps of save plans, overdue first",
        (
            Option("on", "text", "the day by which something is overdue (default: the as-of day)"),
            Option("only", "text", "which of it", ("open", "overdue", "this_week", "done")),
            Option("owner", "names", "whose"),
            Option("whose", "names", "for accounts of these CSMs, or theirs to do"),
            Option("sort", "text", "the order", ("due", "arr", "account", "owner", "changed")),
            *PAGE,
        ),
        ("task", "next_step", "save_plan"),
    ),
    "handover": Measure(
        "lib.measures.handover:handover",
        "how much sales has told us of each account, and what is missing",
        PAGE,
        ("handover",),
    ),
}
