"""The tables of the workspace, the grain in the comment above each; what a column takes stands beside its name.

Sheet      one table, and what holds of its rows
SHEETS     name -> sheet
sheet_of   the sheet of a name; refuses what is none
checked    the values of a row as they are kept; refuses what breaks a rule
EVERY      the columns that every table has
SHAPE      counts up when the tables change; an older Headlight then keeps out, a newer one makes what is lacking
HANDOVER   the fields of a hand-over from sales
METADATA, SHAPE_TABLE, EDITION_TABLE   for opening

Money is kept in cents, JSON as text, moments in UTC. A row is never deleted: `removed_at` says when it was taken away.
A column that a later shape adds may be empty: the rows that are there have none.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, DateTime, Index, Integer, MetaData, Table, Text

from lib.errors import Refused
from lib.workspace.rules import (
    Rule,
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

SHAPE = 4
METADATA = MetaData()
EVERY = ("id", "version", "made_by", "made_at", "changed_by", "changed_at", "removed_at")
WHO = needed(line())
MOMENT = needed(moment())

# one row: the SHAPE of the Headlight that made these tables
SHAPE_TABLE = Table("shape", METADATA, Column("shape", Integer, primary_key=True, autoincrement=False))

# one row per table below: how many transactions wrote it
EDITION_TABLE = Table("edition", METADATA, Column("table", Text, primary_key=True), Column("edition", BigInteger))


@dataclass(frozen=True)
class Sheet:
    """One table, and what holds of its rows.

    newest   the column by which the newest row counts; where it is the same, the one made last
    one_per  the columns of which there is one living row a value
    span     two days, the second never before the first
    """

    table: Table
    rules: Mapping[str, Rule]
    newest: str = "made_at"
    one_per: tuple[str, ...] = ()
    span: tuple[str, str] | None = None

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def says(self) -> str:
        """The name in words."""
        return self.name.replace("_", " ")


SHEETS: dict[str, Sheet] = {}


def _sheet(name: str, rules: dict[str, Rule], *, finds: tuple[str, ...] = (), **holds) -> None:
    table = Table(
        name,
        METADATA,
        Column("id", Text, primary_key=True),
        *[Column(each, rule.sql, nullable=not rule.is_needed) for each, rule in rules.items() if each not in EVERY],
        Column("version", Integer, nullable=False),
        Column("made_by", Text, nullable=False),
        Column("made_at", DateTime, nullable=False),
        Column("changed_by", Text, nullable=False),
        Column("changed_at", DateTime, nullable=False),
        Column("removed_at", DateTime),
    )
    sheet = SHEETS[name] = Sheet(table, rules, **holds)
    if finds:
        Index(f"{name}_by_{finds[0]}", *[table.c[each] for each in finds])
    if sheet.one_per:
        living = table.c.removed_at.is_(None)
        columns = [table.c[each] for each in sheet.one_per]
        Index(f"{name}_one_living", *columns, unique=True, sqlite_where=living, postgresql_where=living)


def _about_account(name: str, rules: dict[str, Rule], **holds) -> None:
    _sheet(name, {"account": needed(line(500)), **rules}, finds=("account",), **holds)


# one row per time somebody said how an account feels: 1 (bad) to 5 (good)
_about_account(
    "sentiment",
    {"score": needed(whole(1, 5)), "said_on": needed(day()), "comment": text()},
    newest="said_on",
)

# one row per note on an account
_about_account("note", {"text": needed(text())})

# one row per step the account and its CSM agreed on
_about_account("next_step", {"text": needed(text()), "due_on": day(), "owner": line(), "done_on": day()})

# one row per contact with an account, as in the store. made_by made the contact; changed_by wrote it down
_about_account(
    "touch",
    {
        "occurred_at": needed(moment()),
        "kind": needed(choice("call", "email", "training", "qbr", "campaign")),
        "person": line(500),
        "made_by": WHO,
        "is_two_way": flag(),
        "is_proactive": flag(),
        "comment": text(),
        "url": url(),
    },
    newest="occurred_at",
)

# one row per piece of work for an account
_about_account(
    "task",
    {
        "title": needed(text(500)),
        "owner": line(),
        "due_on": day(),
        "is_commitment": needed(flag(), default=False),  # promised to the customer
        "done_on": day(),
        "detail": text(),
    },
)

# one row per attempt to keep an account
_about_account(
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
_about_account(
    "cancel_request",
    {"reason": text(), "asked_on": needed(day()), "withdrawn_on": day(), "comment": text()},
    newest="asked_on",
    span=("asked_on", "withdrawn_on"),
)

# one row per forecast of a renewal; the newest one of an account and its renews_on counts
_about_account(
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
_about_account("handover", {name: text() for name in HANDOVER}, one_per=("account",))

# one row per outcome the customer bought for, as in the store
_about_account(
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
_sheet(
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
_sheet(
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
    },
    one_per=("owner", "name"),
)

# one row per book too long for an address; its id is the hash of the query
_sheet("link", {"query": needed(json_value(is_object=True))})

# one living row per reader and name: chosen columns and the like
_sheet(
    "preference",
    {"who": WHO, "name": needed(line(200)), "value": needed(json_value())},
    one_per=("who", "name"),
)

# the last two visits of a reader to a page, and the last day of the data they saw
_sheet(
    "visit",
    {"who": WHO, "page": needed(line(100)), "visited_at": MOMENT, "data_to": day()},
    newest="visited_at",
    finds=("who", "page"),
)

# one living row per layout of a file, kind of table and reader: which header is which field
_sheet(
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
_sheet(
    "definition",
    {"words": needed(json_value(is_object=True)), "hash": needed(line(100)), "comment": text(500)},
    finds=("hash",),
)


def sheet_of(name: str) -> Sheet:
    """The sheet called `name`."""
    if name not in SHEETS:
        raise Refused(f"The workspace has no table {name!r}; it has {', '.join(SHEETS)}.")
    return SHEETS[name]


def checked(sheet: Sheet, values: Mapping[str, object], *, is_new: bool) -> dict[str, object]:
    """`values` as they are kept; for a new row all columns, else those that change."""
    for column in values:
        if column not in sheet.rules:
            raise Refused(f"{sheet.name} has no column {column!r}; it has {', '.join(sheet.rules)}.")
    return {
        column: rule.kept(f"{sheet.name}.{column}", values.get(column, rule.default))
        for column, rule in sheet.rules.items()
        if is_new or column in values
    }
