"""What moves a predicted chance, in the reader's units.

trait_of   the trait that a column is part of: what is said of an account at once
said       a trait of one account: "weekly active people fell 38 % in four weeks"
signed     points with their sign: "+9 points"
STEPS      name of a column -> (what it is called, a step of it in the reader's words, that step in the column's own unit)
"""

from collections.abc import Mapping

import numpy as np

from lib.facts.predictiontraits import IS, UNKNOWN

_PART_OF = {
    "renews_within": "renewal", "renews_late": "renewal", "is_past_notice": "renewal", "has_notice_within": "has_notice",
}  # fmt: skip
_YEAR = 365.25
STEPS = {
    "renews_within": ("Renewal due", "within the days predicted, against not", 1.0),
    "renews_late": ("Renewal due late", "at the end of the days predicted, against their beginning", 1.0),
    "no renewal": ("No renewal date", "none, against one", 1.0),
    "is_past_notice": (
        "Notice deadline passed",
        "without notice, renewal due within the days predicted, against not",
        1.0,
    ),
    "has_notice": ("Notice given", "given, against not", 1.0),
    "has_notice_within": ("Notice, renewal due", "within the days predicted, against not", 1.0),
    "has_asked": ("Asked to cancel", "asked, against not", 1.0),
    "is_first": ("First term", "in it, against renewed before", 1.0),
    "customer_days": ("Time as a customer", "two years, against one", np.log(3 / 2)),
    "size": ("ARR", "ten times as much", 1.0),
    "trend": ("Weekly active people", "half as many as four weeks before", -np.log(2)),
    "has_lost_champion": ("Champion left", "left, against not", 1.0),
    "silence": ("Weeks without use", "three full ones, against none", np.log(4)),
    "seats_used": ("Share of seats active", "10 points more", 0.1),
    "no seats_used": ("No seats given", "none, against some", 1.0),
    "active_days": ("Days of use a week", "one more", 1.0),
    "breadth": ("Features used", "seven in four weeks, against three", np.log(2)),
    "key_features": ("High-value features", "one a week, against none", np.log(2)),
    "pace": ("Time in the stage", "twice as long as expected, against as long", np.log(3 / 2)),
    "tickets": ("Tickets per login", "one more per person with a login", 1.0),
    "csat": ("Rating of support", "one more", 1.0),
    "no csat": ("No rating of support", "none, against one", 1.0),
    "nps": ("NPS answer", "one more", 1.0),
    "no nps": ("No NPS answer", "none, against one", 1.0),
    "sentiment": ("Sentiment of the team", "one more", 1.0),
    "no sentiment": ("No sentiment given", "none, against one", 1.0),
    "contact": ("Last two-way contact", "90 days ago, against 30", np.log(91 / 31)),
    "goals": ("Outcomes reached", "all that were due, against none", 1.0),
    "no goals": ("No outcome due so far", "none, against one", 1.0),
    "trial_days": ("Days on trial", "seven more", 7.0),
    "people": ("People active", "three in four weeks, against one", np.log(2)),
}


def trait_of(name: str) -> str:
    """The trait of a column: a dimension, or what the column and its like say together."""
    name = name.split(IS)[0].removeprefix(UNKNOWN)
    return _PART_OF.get(name, name)


def said(trait: str, row: Mapping) -> str:
    """row: of readings as numbers (prediction.sql); values of dimensions by their names."""
    if trait in _SAID:
        return _SAID[trait](row)
    value = row.get(trait)
    name = trait.replace("_", " ")
    return f"{name} {value}" if value else f"no {name} given"


def signed(points: float) -> str:
    """Whole points, tenths of few."""
    return f"{points:+.{1 if abs(points) < 1.95 else 0}f} points".replace("-", "−")


def _is_known(value) -> bool:
    return value is not None and value == value


def _count(n: float, one: str, many: str = "") -> str:
    return f"{n:.0f} {one if n == 1 else many or one + 's'}"


def _renewal(row: Mapping) -> str:
    if row["renews_in"] < 0:
        return "no renewal date"
    due = f"renewal in {_count(row['renews_in'], 'day')}"
    return f"{due}, notice deadline passed without notice" if row["is_past_notice"] else due


def _trend(row: Mapping) -> str:
    now, before = row["weekly_people"], row["weekly_people_before"]
    if not _is_known(now) or not _is_known(before):
        return "trend of use not known"
    if not before:
        return "weekly active people came in the last four weeks" if now else "no weekly active people in eight weeks"
    change = round(100 * (now / before - 1))
    if not change:
        return "weekly active people as many as four weeks before"
    return f"weekly active people {'rose' if change > 0 else 'fell'} {abs(change)} % in four weeks"


def _silence(row: Mapping) -> str:
    weeks = row["silent_weeks"]
    if not _is_known(weeks):
        return "use not known"
    return f"no use for {_count(weeks, 'full week')}" if weeks else "used in the last full week"


def _seats(row: Mapping) -> str:
    if not row["seats"] > 0:
        return "no seats given"
    if not _is_known(row["active_people"]):
        return "seats in use not known"
    return f"{100 * row['active_people'] / row['seats']:.0f} % of seats active in four weeks"


def _pace(row: Mapping) -> str:
    if not _is_known(row["stage_days"]):
        return "stage not known"
    return f"in {row['stage']} for {_count(row['stage_days'], 'day')}, {row['expected_days']:.0f} expected"


def _tickets(row: Mapping) -> str:
    if not _is_known(row["n_tickets"]):
        return "tickets not known"
    return f"{_count(row['n_tickets'], 'ticket')} of late"


def _goals(row: Mapping) -> str:
    if not row["goals_due"]:
        return "no promised outcome due so far"
    return f"{row['goals_reached']:.0f} of {_count(row['goals_due'], 'promised outcome')} reached"


def _number(name: str, words: str, unknown: str):
    return lambda row: words.format(row[name]) if _is_known(row[name]) else unknown


def _many(name: str, one: str, words: str, unknown: str):
    many = "people" if one == "person" else ""
    return lambda row: _count(row[name], one, many) + words if _is_known(row[name]) else unknown


def _flag(name: str, yes: str, no: str):
    return lambda row: yes if row[name] > 0 else no


_SAID = {
    "renewal": _renewal,
    "has_notice": _flag("has_notice", "notice given", "no notice given"),
    "has_asked": _flag("has_asked", "asked to cancel", "has not asked to cancel"),
    "is_first": _flag("is_first", "in its first term", "renewed before"),
    "customer_days": lambda row: (
        f"customer for {row['customer_days'] / _YEAR:.1f} years" if _is_known(row["customer_days"]) else "age not known"
    ),
    "size": _number("arr", "ARR {:,.0f}", "ARR not known"),
    "trend": _trend,
    "has_lost_champion": _flag("lost_champions", "a champion left", "no champion left"),
    "silence": _silence,
    "seats_used": _seats,
    "active_days": _number("active_days", "{:.1f} days of use a week", "days of use not known"),
    "breadth": _many("breadth", "feature", " used in four weeks", "features used not known"),
    "key_features": _number("key_features", "{:.1f} high-value features used a week", "high-value features not known"),
    "pace": _pace,
    "tickets": _tickets,
    "csat": _number("csat", "support rated {:.1f}", "no rating of support"),
    "nps": _number("nps", "NPS answer {:.0f}", "no NPS answer"),
    "sentiment": _number("sentiment", "sentiment {:.0f}", "no sentiment given"),
    "contact": _many("contact_days", "day", " since the last two-way contact", "contacts not known"),
    "goals": _goals,
    "trial_days": _many("trial_days", "day", " on trial", "days on trial not known"),
    "people": _many("active_people", "person", " active in four weeks", "use not known"),
}
