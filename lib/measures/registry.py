"""One registry of the answers, for pages and shell alike: a name, the function, and the options a reader can set.

MEASURES   name -> Measure
WRITTEN    the tables of the workspace that say how an account stands
SAID the tables in which people write about accounts
measure    the function of a name, imported when first asked for
reads      the tables of the workspace that an answer depends on
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module


@dataclass(frozen=True)
class Option:
    """An option of a measure as a shell spells it."""

    name: str
    kind: str  # text, number, whole, names (a,b,c), pairs (a=b, repeatable), bands (a=1,2,3, repeatable), flag
    help: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Measure:
    """An answer: where its function lives, what it says, and its options."""

    path: str  # module:function
    summary: str
    options: tuple[Option, ...]
    reads: tuple[str, ...] = ()  # tables of the workspace it reads


WRITTEN = ("sentiment", "save_plan", "cancel_request", "touch", "renewal_call")  # by which accounts stand as they do
SAID = (*WRITTEN, "note", "next_step", "task", "goal")  # all that is written about an account
_ACCOUNT = Option("account", "text", "the account's id")
_OUTCOME = Option("outcome", "text", "lost, lapsed, cancelled or churned (default: what the data can answer)")
_BANDS = Option("bands", "bands", "cut points of a number, as tenure_months=12,24,48 (repeatable)")
_OF = Option("of", "text", "people who become loyal, or accounts that adopt", ("people", "accounts"))
_WITHIN = Option("within", "pairs", "keep one value, as channel=Reseller (repeatable; an empty value is missing)")
_COHORTS = (
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

MEASURES = {
    "hotspots": Measure(
        "lib.measures.hotspots:hotspots",
        "combinations of values that lose more than the rest and more than their parts explain",
        (
            _OUTCOME,
            Option("by", "names", "dimensions to search (default: all that are searched unasked)"),
            Option("depth", "whole", "dimensions a hot-spot may combine, 1 to 4"),
            Option("min_n", "whole", "accounts a segment must have"),
            Option("alpha", "number", "family-wise error: at most this share of lists holds a chance find"),
            Option("weight", "text", "count accounts, or weigh them by ARR", ("accounts", "arr")),
            _BANDS,
        ),
    ),
    "breakdown": Measure(
        "lib.measures.breakdown:breakdown",
        "the rate by one to four dimensions, every combination that occurs",
        (_OUTCOME, Option("by", "names", "dimensions, in any order"), _WITHIN, _BANDS),
    ),
    "change": Measure(
        "lib.measures.change:change",
        "this period against the previous one: the mix part and the rate part of every value",
        (_OUTCOME, Option("by", "text", "the dimension"), _WITHIN),
    ),
    "compare": Measure(
        "lib.measures.compare:compare",
        "book against book (CSMs, regions): lost against what the accounts' mix lets one expect, with control limits",
        (_OUTCOME, Option("by", "text", "the dimension (default: csm)"), _BANDS),
    ),
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
            Option("limit", "whole", "at most this many rows"),
            Option("offset", "whole", "rows to skip"),
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
            Option("limit", "whole", "at most this many rows"),
            Option("offset", "whole", "rows to skip"),
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
            Option("limit", "whole", "at most this many rows"),
            Option("offset", "whole", "rows to skip"),
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
            Option("sort", "text", "the order", ("due", "arr", "account", "owner", "changed")),
            Option("limit", "whole", "at most this many rows"),
            Option("offset", "whole", "rows to skip"),
        ),
        ("task", "next_step", "save_plan"),
    ),
    "handover": Measure(
        "lib.measures.handover:handover",
        "how much sales has told us of each account, and what is missing",
        (Option("limit", "whole", "at most this many rows"), Option("offset", "whole", "rows to skip")),
        ("handover",),
    ),
    "cohorts": Measure(
        "lib.measures.cohorts:cohorts",
        "cohorts step by step: people, accounts or ARR retained, or a feature adopted, and the pooled mean",
        _COHORTS,
    ),
    "cohort_members": Measure(
        "lib.measures.cohorts.members:cohort_members",
        "the people or accounts behind one cell of the cohorts",
        (
            *_COHORTS,
            Option("value", "text", "the cohort, as `cohorts` names it (default: all that have finished the step)"),
            Option("at", "whole", "the step, from 0"),
            Option("which", "text", "which of them", ("retained", "lost", "eligible")),
            Option("sort", "text", "column to sort by"),
            Option("limit", "whole", "at most this many rows"),
            Option("offset", "whole", "rows to skip"),
        ),
    ),
    "cohort_compare": Measure(
        "lib.measures.cohorts.compare:cohort_compare",
        "two cohorts against each other, step by step and over their whole time",
        (
            *_COHORTS,
            Option("first", "text", "a cohort, as `cohorts` names it"),
            Option("second", "text", "the other one"),
        ),
    ),
    "cohort_features": Measure(
        "lib.measures.cohorts.features:cohort_features",
        "the features that people of the book have used by the day",
        (),
    ),
    "accounts": Measure(
        "lib.measures.accounts:accounts",
        "the accounts of a segment",
        (
            _OUTCOME,
            _WITHIN,
            Option("only_lost", "flag", "only accounts with the outcome"),
            Option("only_decided", "flag", "without accounts whose outcome is still pending"),
            Option("search", "text", "text in id or name"),
            Option("sort", "text", "column to sort by"),
            Option("limit", "whole", "at most this many rows"),
            Option("offset", "whole", "rows to skip"),
            _BANDS,
        ),
    ),
    "loyalty": Measure(
        "lib.measures.loyalty.clock:loyalty",
        "the 90/10 clock: by day after coming, how many are loyal, and the chance of the others to become so yet",
        (_OF, Option("by", "text", "a dimension (default: the whole book alone)")),
    ),
    "loyalty_curve": Measure(
        "lib.measures.loyalty.curve:loyalty_curve",
        "the rising curve of becoming loyal, week by week after coming",
        (_OF, Option("by", "text", "a dimension (default: the whole book alone)")),
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
            Option("limit", "whole", "at most this many rows"),
            Option("offset", "whole", "rows to skip"),
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
            Option("limit", "whole", "at most this many rows"),
            Option("offset", "whole", "rows to skip"),
        ),
        WRITTEN,
    ),
    "account": Measure(
        "lib.measures.account.head:account",
        "one account as it stands on the day: who, worth, renewal, stage against peers, seats, risk",
        (_ACCOUNT,),
        WRITTEN,
    ),
    "account_weeks": Measure(
        "lib.measures.account.weeks:account_weeks",
        "one account's people, use and seats, week by week over two years",
        (_ACCOUNT,),
    ),
    "account_people": Measure(
        "lib.measures.account.people:account_people",
        "one account's people: who uses it, how the use is spread, who has gone silent",
        (_ACCOUNT,),
    ),
    "account_features": Measure(
        "lib.measures.account.features:account_features",
        "the features one account uses, against its peers",
        (_ACCOUNT,),
    ),
    "account_terms": Measure(
        "lib.measures.account.terms:account_terms",
        "the contract terms of one account, and what became of each",
        (_ACCOUNT,),
    ),
    "account_timeline": Measure(
        "lib.measures.account.timeline:account_timeline",
        "everything that happened to one account, newest first",
        (
            _ACCOUNT,
            Option(
                "kind", "text", "contract, milestone, goal, ticket, survey, touch, change or written (default: all)"
            ),
            Option("limit", "whole", "at most this many rows"),
            Option("offset", "whole", "rows to skip"),
        ),
        SAID,
    ),
    "account_goals": Measure(
        "lib.measures.account.goals:account_goals",
        "what one account was promised, and what it reached",
        (_ACCOUNT,),
        ("goal",),
    ),
    "account_wins": Measure(
        "lib.measures.account.wins:account_wins",
        "small wins of one account in the last 90 days",
        (_ACCOUNT,),
        ("goal",),
    ),
    "account_find": Measure(
        "lib.measures.account.find:account_find",
        "accounts by name or id, those that have left too",
        (
            Option("search", "text", "text in id or name"),
            Option("limit", "whole", "at most this many rows, 50 or fewer"),
        ),
    ),
}


def measure(name: str) -> Callable:
    """The function of the measure called `name`."""
    module, function = MEASURES[name].path.split(":")
    return getattr(import_module(module), function)


def reads(name: str, *, is_cut_by_states: bool) -> tuple[str, ...]:
    """The tables of the workspace that the answer `name` depends on, of a book that is cut by how accounts stand or is not."""
    return tuple(dict.fromkeys((*MEASURES[name].reads, *(WRITTEN if is_cut_by_states else ()))))
