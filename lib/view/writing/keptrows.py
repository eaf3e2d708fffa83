"""A row of what the team wrote, as people read it: a line of HTML for each kind, everything from data in it plain.

face      the line
is_open   whether it is still to be done, or in force
rank      where it stands among those of its kind: what is overdue first
lines     text of several lines, the rest of a long one to be opened
"""

from datetime import date

from lib.book import say_day
from lib.view import numbers
from lib.view.plain import plain
from lib.view.writing.forms import CALLS, FEELINGS, OUTCOMES, TOUCHES
from lib.workspace import Row

LONG = 280  # letters of a text that are shown at once
_ENDS = {
    "task": "done_on", "next_step": "done_on", "save_plan": "closed_on", "cancel_request": "withdrawn_on", "goal": "reached_on",
}  # fmt: skip
_OF = {"sentiment": "said_on", "touch": "occurred_at", "renewal_call": "called_on"}


def is_open(row: Row) -> bool:
    """Whether it is still to be done, or in force; of what does not end, never."""
    return row.table in _ENDS and row[_ENDS[row.table]] is None


def rank(row: Row) -> tuple:
    """What is overdue longest first, then by day, what has none last."""
    due = row.values.get("due_on")
    return (due is None, due or date.max)


def face(row: Row, today: date) -> str:
    """The line of a row: what it says, what is to be known of it, and who wrote it when."""
    head, facts, more = _PARTS[row.table](row)
    due = row.values.get("due_on")
    if due:
        facts.insert(0, _due(due, today, is_open(row)))
    if owner := row.values.get("owner"):
        facts.append(plain(owner))
    said = " · ".join(facts)
    body = lines(head) if row.table in ("note", "next_step") else plain(head)
    under = f'<div class="hl-more">{lines(more)}</div>' if more else ""
    done = "" if row.table not in _ENDS or is_open(row) else " hl-ended"
    return (
        f'<div class="hl-kept{done}"><div class="hl-head">{body}{f"<small>{said}</small>" if said else ""}</div>{under}'
        f'<div class="hl-who" title="{_moments(row)}">{_who(row)}</div></div>'
    )


def lines(text: str) -> str:
    """Text of several lines as HTML; of a long one the beginning, and the rest to be opened."""
    if len(text) <= LONG:
        return "<br>".join(map(plain, text.splitlines()))
    begins, rest = text[:LONG], text[LONG:]
    more = '<span class="hl-more-follows"> …</span>'
    return f"<details><summary>{lines(begins)}{more}</summary>{'<br>'.join(map(plain, rest.splitlines()))}</details>"


def _due(due: date, today: date, counts: bool) -> str:
    late = (today - due).days
    said = f"due {say_day(due)}"
    return f'<b class="hl-late">{said}, {numbers.plural(late, "day")} overdue</b>' if counts and late > 0 else said


def _who(row: Row) -> str:
    of = row.values.get(_OF.get(row.table, ""))
    day = of.date() if hasattr(of, "date") else of or row.made_at.date()
    changed = (
        f", changed by {plain(row.changed_by)}"
        if row.changed_by != row.made_by
        else ", changed"
        if row.version > 1
        else ""
    )
    return f"{say_day(day)} · {plain(row.made_by)}{changed}"


def _moments(row: Row) -> str:
    """For the hover."""
    made = f"written {row.made_at:%Y-%m-%d %H:%M} UTC by {plain(row.made_by)}"
    changed = f", changed {row.changed_at:%Y-%m-%d %H:%M} UTC by {plain(row.changed_by)}"
    return made + (changed if row.version > 1 else "")


def _task(row: Row) -> tuple[str, list[str], str]:
    facts = ["promised to the customer"] if row["is_commitment"] else []
    return row["title"], facts + _ended("done", row["done_on"]), row["detail"] or ""


def _next_step(row: Row) -> tuple[str, list[str], str]:
    return row["text"], _ended("done", row["done_on"]), ""


def _save_plan(row: Row) -> tuple[str, list[str], str]:
    facts = [f"since {say_day(row['opened_on'])}"]
    facts += [f"{numbers.money(float(row['arr']))} ARR at stake"] if row["arr"] is not None else []
    if row["steps"]:
        n_done = sum(step["done_on"] is not None for step in row["steps"])
        facts.append(f"{n_done} of {len(row['steps'])} steps done")
    outcome = OUTCOMES.get(row["outcome"], "closed").lower()
    return row["reason"], facts + _ended(outcome, row["closed_on"]), ""


def _cancel_request(row: Row) -> tuple[str, list[str], str]:
    facts = [f"asked on {say_day(row['asked_on'])}", *_ended("withdrawn", row["withdrawn_on"])]
    return row["reason"] or "No reason given", facts, row["comment"] or ""


def _renewal_call(row: Row) -> tuple[str, list[str], str]:
    facts = [f"renews on {say_day(row['renews_on'])}"]
    facts += [f"{numbers.money(float(row['amount']))}"] if row["amount"] is not None else []
    return CALLS[row["call"]], facts, row["comment"] or ""


def _sentiment(row: Row) -> tuple[str, list[str], str]:
    return FEELINGS[row["score"]], [], row["comment"] or ""


def _note(row: Row) -> tuple[str, list[str], str]:
    return row["text"], [], ""


def _touch(row: Row) -> tuple[str, list[str], str]:
    facts = [
        said for said, holds in (("they took part", row["is_two_way"]), ("we began it", row["is_proactive"])) if holds
    ]
    facts += [f"with {plain(row['person'])}"] if row["person"] else []
    if (row["url"] or "").lower().startswith(("http://", "https://")):
        facts.append(f'<a href="{plain(row["url"])}" target="_blank" rel="noopener noreferrer">link</a>')
    return TOUCHES.get(row["kind"], row["kind"].capitalize()), facts, row["comment"] or ""


def _goal(row: Row) -> tuple[str, list[str], str]:
    facts = [f"worth {numbers.money(row['value'])}"] if row["value"] is not None else []
    return row["category"], facts + _ended("reached", row["reached_on"]), row["comment"] or ""


def _ended(how: str, day: date | None) -> list[str]:
    return [f"<b>{how} on {say_day(day)}</b>"] if day else []


_PARTS = {
    "task": _task, "next_step": _next_step, "save_plan": _save_plan, "cancel_request": _cancel_request,
    "renewal_call": _renewal_call, "sentiment": _sentiment, "note": _note, "touch": _touch, "goal": _goal,
}  # fmt: skip
