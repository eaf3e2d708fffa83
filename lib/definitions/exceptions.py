"""Exceptions: rules that say when a customer has left the path, and plays that say what to do then.

Exceptions   the section: the rules, those that are on, and how many new ones a CSM is told of
Rule         when an exception begins, and when it is over
Play, Task   what to do
FACTS        what a rule can be told by; GATES: of whom it can be told
"""

from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit


class Fact(NamedTuple):
    """What a rule is told by: in words, and the relation that has it (lib/facts/signals.py)."""

    says: str
    family: str
    is_of_people: bool = False  # of people rather than accounts


FACTS = {
    "utilisation": Fact("people active in four weeks / seats", "use"),
    "active_people": Fact("people active in four weeks", "use"),
    "people_change": Fact("active people of each week, four weeks / the four before", "use"),
    "days_change": Fact("days of use, four weeks / the four before", "use"),
    "people_growth": Fact("active people of each week, four weeks / those of a quarter before", "use"),
    "active_days": Fact("days of use a week, in four weeks", "use"),
    "breadth": Fact("features used in four weeks", "use"),
    "key_features": Fact("high-value features used a week, in four weeks", "use"),
    "silent_days": Fact("days since anybody used it", "use"),
    "utilisation_to_peers": Fact("utilisation / the median of the segment", "peers"),
    "onboarding_to_peers": Fact("days in the first stage / the median of those who completed it", "peers"),
    "stage_days": Fact("days in the stage / days expected", "journey"),
    "adoption_gap": Fact("share of the term that is over, less the share of people who have adopted", "adopting"),
    "tickets": Fact("tickets opened / people with a login", "contact"),
    "nps": Fact("latest NPS answer", "contact"),
    "nps_days": Fact("days since the last NPS survey", "contact"),
    "contact_days": Fact("days since the last two-way contact", "contact"),
    "quiet_days": Fact("days since any contact, either way", "contact"),
    "review_days": Fact("days since the last business review", "contact"),
    "wins": Fact("outcomes reached and top NPS answers, in some days", "contact"),
    "renewal_days": Fact("days to the next renewal", "terms"),
    "notice": Fact("1 once notice is given", "terms"),
    "asked_to_cancel": Fact("1 once asked to cancel", "terms"),
    "flat_renewals": Fact("renewals in a row for the same ARR", "terms"),
    "health_score": Fact("health score", "health"),
    "help_loops": Fact("sessions that go back and forth between a task and help / sessions, in four weeks", "friction"),
    "abandoned": Fact("guided processes begun and not finished / begun, in four weeks", "friction"),
    "champion_left": Fact("1 once a champion or sponsor has left, until another comes", "people", True),
    "never_used_days": Fact("days with a login and without any use", "people", True),
    "login_only": Fact("sessions with nothing but a login / sessions, in four weeks", "people", True),
}  # fmt: skip
GATES = {  # of whom a rule is told -> in words; customers alone, unless on trial
    "onboarding": "in onboarding",
    "settled": "past onboarding",
    "new": "newly past onboarding",
    "renewing": "with a renewal near",
    "unprepared": "without a save plan and without a renewal call",
    "trial": "on trial",
}
TESTS = {"at_least": "or more", "at_most": "or less"}
ROLES = ("CSM", "account executive", "support", "digital")
TOUCHES = ("", "high", "low")
MOST_RULES, MOST_TASKS, MOST_DAYS = 60, 12, 1_085  # days: the weeks that facts about use can tell


@dataclass(frozen=True)
class Rule:
    """An exception begins on the day on which its fact is `enter` or beyond, and is over once it is back past `leave`."""

    rule: str
    fact: str
    test: str  # at_least, at_most
    enter: float
    leave: float  # between it and `enter` nothing changes
    among: tuple[str, ...] = ()
    for_days: int = 0  # it must have held for so many days
    is_good: bool = False  # good news
    is_on: bool = False
    play: str = ""

    @property
    def is_of_people(self) -> bool:
        return FACTS[self.fact].is_of_people


@dataclass(frozen=True)
class Task:
    """One piece of work of a play."""

    task: str
    role: str
    due_days: int
    guide: str = ""  # a link, or the name of a document
    touch: str = ""  # for accounts of that touch model alone


@dataclass(frozen=True)
class Play:
    """What to do about an exception."""

    play: str
    aim: str  # what is to be true in the end
    check_days: int  # after so many days the fact is to be back
    hours: float  # of work
    tasks: tuple[Task, ...]


@dataclass(frozen=True)
class Exceptions:
    try_days: int
    new_per_week: int
    renewing_days: int
    new_from_days: int
    new_to_days: int
    win_days: int
    least_people: int
    least_sessions: int
    judge_days: int
    triggers: tuple[Rule, ...]
    plays: tuple[Play, ...]

    def rules(self):
        yield "try_days", 28 <= self.try_days <= MOST_DAYS, f"days, 28 to {MOST_DAYS}"
        yield "new_per_week", 1 <= self.new_per_week <= 1000, "exceptions, 1 to 1000"
        for name in ("renewing_days", "win_days", "judge_days"):
            yield name, 1 <= getattr(self, name) <= 730, "days, 1 to 730"
        yield "new_from_days", 0 <= self.new_from_days < self.new_to_days, "days, fewer than new_to_days"
        yield "new_to_days", self.new_to_days <= 730, "days, up to 730"
        yield "least_people", self.least_people >= 1, "people, 1 or more"
        yield "least_sessions", self.least_sessions >= 1, "sessions, 1 or more"
        yield from self._of_triggers()
        yield from self._of_plays()

    def _of_triggers(self):
        names, key = [each.rule for each in self.triggers], "triggers"
        yield key, len(names) <= MOST_RULES, f"at most {MOST_RULES} rules"
        yield key, all(map(_is_name, names)), "rules with a name each of up to 100 letters, without a space at its ends"
        yield key, len({name.casefold() for name in names}) == len(names), "rules that come once, in any case"
        yield key, all(each.fact in FACTS for each in self.triggers), f"told by a fact, one of {', '.join(FACTS)}"
        yield key, all(each.test in TESTS for each in self.triggers), f"with a test, one of {', '.join(TESTS)}"
        far = all(abs(each.enter) < 1e9 and abs(each.leave) < 1e9 for each in self.triggers)
        yield key, far, "with numbers to enter and to leave"
        apart = all(
            each.leave <= each.enter if each.test == "at_least" else each.leave >= each.enter for each in self.triggers
        )
        yield key, apart, "left where they are entered, or further back"
        gates = all(gate in GATES for each in self.triggers for gate in each.among)
        yield key, gates, f"among some of {', '.join(GATES)}"
        yield key, all(0 <= each.for_days <= 365 for each in self.triggers), "with for_days of 0 to 365"
        plays = {each.play for each in self.plays}
        yield key, all(each.play in plays | {""} for each in self.triggers), f"with a play there is: {', '.join(plays)}"

    def _of_plays(self):
        names = [each.play for each in self.plays]
        yield (
            "plays",
            all(map(_is_name, names)),
            "plays with a name each of up to 100 letters, without a space at its ends",
        )
        yield "plays", len({name.casefold() for name in names}) == len(names), "plays that come once, in any case"
        yield "plays", all(0 < len(each.tasks) <= MOST_TASKS for each in self.plays), f"of 1 to {MOST_TASKS} tasks"
        yield "plays", all(1 <= each.check_days <= 730 for each in self.plays), "with check_days of 1 to 730"
        yield "plays", all(0 <= each.hours <= 1000 for each in self.plays), "with hours of 0 to 1000"
        tasks = [task for each in self.plays for task in each.tasks]
        yield "plays", all(0 < len(task.task.strip()) <= 500 for task in tasks), "with tasks of up to 500 letters"
        yield "plays", all(task.role in ROLES for task in tasks), f"with tasks for one of {', '.join(ROLES)}"
        yield "plays", all(task.touch in TOUCHES for task in tasks), "with tasks for high or low touch, or both (empty)"
        yield "plays", all(0 <= task.due_days <= 365 for task in tasks), "with tasks due in 0 to 365 days"
        yield "plays", all(_is_guide(task.guide) for task in tasks), "with guides that are links (http, https) or names"

    def rule(self, name: str) -> Rule | None:
        """The rule called `name`, if there is one."""
        return next((each for each in self.triggers if each.rule == name), None)

    def play(self, name: str) -> Play | None:
        """The play called `name`, if there is one."""
        return next((each for each in self.plays if each.play == name), None)

    def on(self) -> tuple[Rule, ...]:
        """The rules that are on."""
        return tuple(each for each in self.triggers if each.is_on)


def _is_name(name: str) -> bool:
    return name.strip() == name != "" and len(name) <= 100


def _is_guide(guide: str) -> bool:
    """A link that may be opened, or a name without a colon before its first slash."""
    return urlsplit(guide).scheme in ("", "http", "https")
