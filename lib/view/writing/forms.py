"""What each kind of writing asks for: one small form a kind, the same for writing and for changing.

Field, Form   a column of a form, and a form
FORMS    table of the workspace -> its form
lacking  what is still to be said, in words
values   what was typed as the workspace takes it
shown    a row of the workspace as widgets show it
new      what a form begins with
FEELINGS, TOUCHES, CALLS, OUTCOMES, COMPLEXITY   the words of choices
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal

from lib.view import access
from lib.workspace import Row


@dataclass(frozen=True)
class Field:
    """One column of a form.

    kind     text, line, choice, day, happened (a day up to today), moment (the same, kept with its time), money, number, flag,
             owner, person, url, steps
    ask      what is said where it is empty; "" where it may be
    closes   it says how the row ended: not asked for when it is written
    """

    name: str
    label: str
    kind: str
    ask: str = ""
    choices: Mapping[object, str] = field(default_factory=dict)
    hint: str = ""
    closes: bool = False


@dataclass(frozen=True)
class Form:
    """What a kind is called, what it asks for, and one word for many."""

    label: str
    fields: tuple[Field, ...]
    many: str = ""

    def asked(self, row: Row | None = None) -> tuple[Field, ...]:
        """The fields for a new row; of one that has ended, also how it did."""
        return tuple(each for each in self.fields if not each.closes or (row and row[each.name] is not None))


FEELINGS = {1: "1 · angry", 2: "2 · unhappy", 3: "3 · neutral", 4: "4 · pleased", 5: "5 · delighted"}
TOUCHES = {"call": "Call", "email": "Email", "training": "Training", "qbr": "Business review"}
CALLS = {"commit": "Commit", "likely": "Likely", "at_risk": "At risk"}
OUTCOMES = {"saved": "Saved", "lost": "Lost"}
COMPLEXITY = {
    each: each
    for each in ("Simple: out of the box", "Moderate: some set-up, few integrations", "Complex: several systems or a migration",
                 "Very complex: a project of its own")
}  # fmt: skip
_OWNER = Field("owner", "Owner", "owner")

FORMS = {
    "note": Form("Note", (Field("text", "Note", "text", "Write the note first."),), "notes"),
    "touch": Form(
        "Touch",
        (
            Field("kind", "What was it?", "choice", "Choose what it was, such as a call or an email.", TOUCHES),
            Field("is_two_way", "Did the customer answer or take part?", "choice", "Say whether the customer took part.",
                  {True: "Yes", False: "Not yet"}),
            Field("occurred_at", "Day", "moment", "Choose the day it happened on."),
            Field("person", "With", "person"),
            Field("url", "Link", "url", hint="https://…"),
            Field("is_proactive", "We began it", "flag"),
            Field("comment", "What was said", "text"),
        ),
        "touches",
    ),
    "sentiment": Form(
        "Sentiment",
        (
            Field("score", "How does the customer feel?", "choice", "Choose how the customer feels, from 1 to 5.", FEELINGS),
            Field("said_on", "Day", "happened", "Choose the day they felt so."),
            Field("comment", "Why", "text"),
        ),
        "sentiments",
    ),
    "next_step": Form(
        "Next step",
        (
            Field("text", "Next step", "text", "Say what the next step is."),
            Field("due_on", "Due", "day"),
            _OWNER,
            Field("done_on", "Done on", "happened", closes=True),
        ),
        "next steps",
    ),
    "task": Form(
        "Task",
        (
            Field("title", "What is to be done", "line", "Say what is to be done."),
            Field("due_on", "Due", "day"),
            _OWNER,
            Field("is_commitment", "Promised to the customer", "flag"),
            Field("done_on", "Done on", "happened", closes=True),
            Field("detail", "Details", "text"),
        ),
        "tasks",
    ),
    "save_plan": Form(
        "Save plan",
        (
            Field("reason", "Why the account may leave", "text", "Say why the account may leave."),
            Field("steps", "Steps, one a line", "steps"),
            Field("opened_on", "Opened on", "happened", "Choose the day the plan was opened on."),
            _OWNER,
            Field("arr", "ARR at stake", "money"),
            Field("closed_on", "Closed on", "happened", closes=True),
            Field("outcome", "Outcome", "choice", "", OUTCOMES, closes=True),
        ),
        "save plans",
    ),
    "cancel_request": Form(
        "Cancel request",
        (
            Field("reason", "Their reason", "text", "Give their reason, or write that they gave none."),
            Field("asked_on", "Asked on", "happened", "Choose the day they asked on."),
            Field("withdrawn_on", "Withdrawn on", "happened", closes=True),
            Field("comment", "Comment", "text"),
        ),
        "cancel requests",
    ),
    "renewal_call": Form(
        "Renewal call",
        (
            Field("call", "Call", "choice", "Choose the call: commit, likely or at risk.", CALLS),
            Field("renews_on", "Renewal day", "day"),
            Field("amount", "Amount", "money", hint="the ARR renewing"),
            Field("called_on", "Called on", "happened", "Choose the day of the call."),
            Field("comment", "Why", "text"),
        ),
        "renewal calls",
    ),
    "goal": Form(
        "Goal",
        (
            Field("category", "What the customer wants to reach", "line", "Say what the customer wants to reach."),
            Field("promised_on", "Agreed on", "day"),
            Field("due_on", "Due", "day"),
            Field("value", "Worth", "number"),
            Field("reached_on", "Reached on", "happened", closes=True),
            Field("comment", "Comment", "text"),
        ),
        "goals",
    ),
    "handover": Form(
        "Hand-over",
        (
            Field("pain", "Pain", "text", hint="What hurt enough to buy?"),
            Field("impact", "Impact", "text", hint="What does it cost them, in money or time?"),
            Field("critical_event", "Critical event", "text", hint="By when must it work, and why then?"),
            Field("success_criteria", "Success criteria", "text", hint="How will they know it was worth it?"),
            Field("buyer", "Buyer", "text", hint="Who signed, and who pays?"),
            Field("champions", "Champions", "text", hint="Who wants this to work?"),
            Field("blockers", "Blockers", "text", hint="Who does not?"),
            Field("verbal_commitments", "Verbal commitments", "text", hint="What was promised that no contract says?"),
            Field("complexity", "How complex is the implementation?", "choice", "", COMPLEXITY),
        ),
    ),
}  # fmt: skip


def lacking(form: Form, held: Mapping[str, object]) -> list[str]:
    """What is still to be said, and what cannot be so, in words."""
    said = [each.ask for each in form.fields if each.ask and each.name in held and _is_empty(held[each.name])]
    for each in form.fields:
        day = held.get(each.name)
        if each.kind in ("happened", "moment") and isinstance(day, date) and day > access.today():
            said.append(f"{each.label}: that day is still to come.")
    if held.get("is_commitment") and not held.get("due_on"):
        said.append("Say by when it was promised.")
    return said


def values(form: Form, held: Mapping[str, object], row: Row | None = None) -> dict[str, object]:
    """What was typed, as the workspace takes it."""
    return {each.name: _kept(each, held[each.name], row) for each in form.fields if each.name in held}


def shown(form: Form, row: Row) -> dict[str, object]:
    """The values of a row as the widgets show them."""
    return {each.name: _shown(each, row[each.name]) for each in form.asked(row)}


def new(form: Form, who: str | None) -> dict[str, object]:
    """What a new row begins with: today, and oneself as the owner."""
    today = access.today()
    starts = {"happened": today, "moment": today, "owner": who, "flag": False}
    return {each.name: starts[each.kind] for each in form.asked() if each.kind in starts}


def _kept(each: Field, value: object, row: Row | None) -> object:
    if value is None or value == "":
        return [] if each.kind == "steps" else None
    if each.kind == "moment":
        return datetime.now(UTC) if value == access.today() else datetime.combine(value, time(12), UTC)
    if each.kind == "money":
        return Decimal(f"{value:.2f}")
    if each.kind == "steps":
        done = {step["text"]: step["done_on"] for step in (row["steps"] if row else ())}
        lines = filter(None, (line.strip() for line in str(value).splitlines()))
        return [{"text": line, "done_on": done.get(line)} for line in lines]
    return value


def _shown(each: Field, value: object) -> object:
    if each.kind == "steps":
        return "\n".join(step["text"] for step in value)
    if value is None:
        return {"flag": False, "text": "", "line": "", "url": ""}.get(each.kind)
    if each.kind == "moment":
        return value.date()
    return float(value) if each.kind == "money" else value


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())
