"""The tables of the workspace, the grain in the comment above each; what a column takes stands beside its name.

SHEETS     name -> sheet (sheets.py)
HANDOVER   the fields of a hand-over from sales

Money is kept in cents, JSON as text, moments in UTC. A row is never deleted: `removed_at` says when it was taken away.
A column that a later shape adds may be empty: the rows that are there have none.
"""

from lib.workspace.rules import (
    called,
    choice,
    day,
    flag,
    json_value,
    line,
    moment,
    money,
    needed,
    number,
    steps,
    text,
    url,
    whole,
)
from lib.workspace.sheets import MOMENT, SHEETS, WHO, about_account, sheet

__all__ = ["HANDOVER", "SHEETS"]

# one row per time somebody said how an account feels: 1 (bad) to 5 (good)
about_account(
    "sentiment",
    {"score": needed(whole(1, 5)), "said_on": needed(day()), "comment": text()},
    newest="said_on",
)

# one row per note on an account
about_account("note", {"text": needed(text())})

# one row per step the account and its CSM agreed on
about_account("next_step", {"text": needed(text()), "due_on": day(), "owner": line(), "done_on": day()})

# one row per contact with an account, as in the store. made_by made the contact; changed_by wrote it down
about_account(
    "touch",
    {
        "occurred_at": needed(moment()),
        "kind": needed(choice("call", "email", "training", "qbr", "campaign")),
        "person": line(500),
        "made_by": WHO,
        "is_two_way": flag(),
        "is_proactive": flag(),
        "play": line(200),  # or the campaign it was part of
        "comment": text(),
        "url": url(),
    },
    newest="occurred_at",
)

# one row per piece of work for an account
about_account(
    "task",
    {
        "title": needed(text(500)),
        "owner": line(),
        "due_on": day(),
        "is_commitment": needed(flag(), default=False),  # promised to the customer
        "done_on": day(),
        "detail": text(),
        "play": line(200),  # the play it is part of, and
        "rule": line(200),  # the exception that set it off
        "person": line(500),
        "role": line(),  # whose work it is: CSM, account executive, support
    },
)

# one row per act on an exception: what a rule says of an account, or of one of its people; the newest counts, while the exception
# that was open on its day lasts
about_account(
    "exception_act",
    {
        "rule": needed(line(200)),
        "person": line(500),
        "act": needed(choice("snoozed", "done", "reopened", "handed_over")),
        "acted_on": needed(day()),
        "until_on": day(),  # of a snooze: the day on which it is open again
        "owner": line(),  # to whom it was handed over
        "reason": text(),
    },
    newest="acted_on",
    span=("acted_on", "until_on"),
)

# one row per account, or person of it, drawn when a campaign or a play began: who gets it, who is held out to compare with
about_account(
    "hold_out",
    {
        "name": needed(line(200)),  # of the campaign or the play
        "kind": needed(choice("campaign", "play")),
        "person": line(500),
        "is_held": needed(flag()),
        "drawn_on": needed(day()),
    },
    newest="drawn_on",
)

# one row per attempt to keep an account
about_account(
    "save_plan",
    {
        "reason": needed(text()),
        "steps": needed(steps(), default=[]),
        "arr": money(),  # what is at stake
        "owner": line(),
        "opened_on": needed(day()),
        "closed_on": day(),
        "outcome": choice("saved", "lost"),
    },
    newest="opened_on",
    span=("opened_on", "closed_on"),
)

# one row per time an account asked to cancel
about_account(
    "cancel_request",
    {"reason": text(), "asked_on": needed(day()), "withdrawn_on": day(), "comment": text()},
    newest="asked_on",
    span=("asked_on", "withdrawn_on"),
)

# one row per forecast of a renewal; the newest one of an account and its renews_on counts
about_account(
    "renewal_call",
    {
        "renews_on": needed(day()),
        "call": needed(choice("commit", "likely", "at_risk")),
        "amount": money(),
        "called_on": needed(day()),
        "comment": text(),
    },
    newest="called_on",
)

# one living row per account: what sales told us of it
HANDOVER = ("pain", "impact", "critical_event", "success_criteria", "buyer", "champions", "blockers",
             "verbal_commitments", "complexity")  # fmt: skip
about_account("handover", {name: text() for name in HANDOVER}, one_per=("account",))

# one row per outcome the customer bought for, as in the store
about_account(
    "goal",
    {
        "category": needed(line()),
        "promised_on": day(),
        "due_on": day(),
        "reached_on": day(),
        "value": number(),
        "comment": text(),
    },
)

# one living row per owner, page and name: a page with everything chosen on it
sheet(
    "saved_view",
    {
        "owner": WHO,
        "page": needed(line(100)),
        "name": needed(line(200)),
        "query": needed(json_value(is_object=True)),
        "is_shared": needed(flag(), default=False),
    },
    one_per=("owner", "page", "name"),
)

# one living row per owner and name: whom to write to, as a question that is asked anew each time
sheet(
    "audience",
    {
        "owner": WHO,
        "name": needed(called()),
        "whom": needed(choice("people", "accounts")),
        "asks": needed(line(100)),  # the list whose rows they are: a measure
        "options": needed(json_value(is_object=True), default={}),
        "book": needed(
            json_value(is_object=True), default={}
        ),  # parameters; without days it is the year to the last day
        "page": needed(line(100)),  # where it was saved, and
        "view": needed(json_value(is_object=True), default={}),  # what was open there, as parameters
        "says": text(500),  # the list in words
        "n": needed(whole(0, 1_000_000_000)),  # how many they were when it was saved
        "is_shared": needed(flag(), default=False),
        "campaign": json_value(is_object=True),  # what is written to them: subject, body, goal ...
    },
    one_per=("owner", "name"),
)

# one row per book too long for an address; its id is the hash of the query
sheet("link", {"query": needed(json_value(is_object=True))})

# one living row per reader and name: chosen columns and the like
sheet(
    "preference",
    {"who": WHO, "name": needed(line(200)), "value": needed(json_value())},
    one_per=("who", "name"),
)

# the last two visits of a reader to a page, and the last day of the data they saw
sheet(
    "visit",
    {"who": WHO, "page": needed(line(100)), "visited_at": MOMENT, "data_to": day()},
    newest="visited_at",
    finds=("who", "page"),
)

# one living row per layout of a file, kind of table and reader: which header is which field
sheet(
    "mapping",
    {
        "fingerprint": needed(line(200)),
        "kind": needed(line(100)),
        "who": WHO,
        "mapping": needed(json_value(is_object=True)),
    },
    one_per=("fingerprint", "kind", "who"),
)

# one row per version of the definitions, the newest in force; who goes back to an old one makes a new row of the same hash
sheet(
    "definition",
    {"words": needed(json_value(is_object=True)), "hash": needed(line(100)), "comment": text(500)},
    finds=("hash",),
)
