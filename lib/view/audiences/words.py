"""What an audience asks, in words, and whether it is the reader's to see.

book_of   the book an audience is of, on the data of this run
room_of   the page it was saved on
english   the page it came from, the list, the book and its days; past `plain`
is_ours   whether one that somebody else shares names nothing outside the reader's scope
n_then    how many they were when it was saved, for whom that figure is
"""

from lib.book import Book, say_day
from lib.definitions.conditions import KINDS
from lib.facts.addressees import read
from lib.facts.levels import OTHER
from lib.measures.cohorts.question import BEGINNINGS
from lib.view import door, frame, ours, written
from lib.view.plain import plain
from lib.view.rooms import ROOMS, Room
from lib.workspace import Row
from lib.workspace.audiences import Asked, asked

# lists of how things stand on the book's day, whatever its period
_OF_A_DAY = (
    "people",
    "adoption_accounts",
    "contacts",
    "moment_people",
    "campaign_goal_people",
)


def book_of(question: Asked) -> Book:
    """The book an audience is of, on the data of this run; raises Refused where its days cannot be read."""
    manifest = door.opened().manifest
    return question.book_on(manifest.as_of or manifest.received_on)


def room_of(question: Asked) -> Room | None:
    """The page an audience was saved on; None where there is none such any more."""
    return next((each for group in ROOMS.values() for each in group if each.file == question.page), None)


def english(question: Asked, book: Book) -> str:
    """Cohorts: people by sign-up, Nov 2025, month 1: retained · all accounts in EMEA · the 12 months to the newest data."""
    room = room_of(question)
    where = f"{room.title}: " if room and question.asks != "contacts" else ""
    return " · ".join([f"{where}{plain(question.says)}", frame.described(book), _days(question, book)])


def _days(question: Asked, book: Book) -> str:
    if "as_of" in question.book:
        day = f"as known on {say_day(book.as_of)}"
        return day if question.asks in _OF_A_DAY else f"{book.period()}, {day}"
    if question.asks in _OF_A_DAY:
        return "on the newest day of the data"
    return book.period() if "from" in question.book else "the 12 months to the newest day of the data"


def is_ours(row: Row) -> bool:
    """Whether it is the reader's own, or names nothing outside their scope."""
    if row["owner"] == written.who() or door.scope().is_all:
        return True
    question = asked(row)
    if question.asks == "contacts":
        return ours.is_whole(question.book, []) and _knows_choices(question)
    if question.asks == "campaign_goal_people":
        return ours.is_whole(question.book, []) and _knows_campaign(question)
    named = _named(question.options)
    return named is not None and ours.is_whole(question.book, named) and _knows_feature(question)


def _named(options: dict) -> list[tuple[str, str | None]] | None:
    """What the options of a list name: dimensions, and a value of each; None where they name accounts."""
    if options.get("search"):
        return None
    named = [(name, value) for name, value in options.get("within") or () if value != OTHER]
    cohort = options.get("cohort")
    if cohort and cohort not in BEGINNINGS:
        named.append((cohort, None if options.get("pooled") else options.get("value") or None))
    return named


def _knows_campaign(question: Asked) -> bool:
    """Whether the campaign it names wrote to anybody of the reader's scope."""
    found = written.quietly(lambda: door.answer("campaign_goals", book_of(question)))
    return found is not None and question.options.get("campaign") in set(found.table["campaign"])


def _knows_feature(question: Asked) -> bool:
    asked = question.options
    feature = asked.get("feature") or (asked.get("need") if asked.get("lever") in ("evangelists", "pricing") else None)
    if not feature:
        return True
    known = written.quietly(lambda: door.answer("cohort_features", book_of(question)))
    return known is not None and feature in set(known.table["feature"])


def _knows_choices(question: Asked) -> bool:
    """Whether every role, stage and feature it names is one that the reader's scope has."""
    asked = {
        "conditions": str(question.options.get("conditions", "[]")),
        "feature": str(question.options.get("feature", "")),
    }
    conditions = written.quietly(lambda: read(asked["conditions"]))
    found = written.quietly(lambda: door.answer("audience_choices", book_of(question)))
    if conditions is None or found is None:
        return False
    known = set(zip(found.table["condition"], found.table["choice"], strict=True))
    features = [asked["feature"], str(question.campaign.get("feature", "")), *(each.feature for each in conditions)]
    named = {("feature", each) for each in features if each}
    for each in conditions:
        named |= {(each.condition, value) for value in each.values if not KINDS[each.condition].values}
    return named <= known


def n_then(row: Row) -> int | None:
    """How many they were when it was saved. It counts what its owner saw: nobody's of a smaller scope."""
    return row["n"] if row["owner"] == written.who() or door.scope().is_all else None
