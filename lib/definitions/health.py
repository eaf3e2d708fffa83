"""Health: which parts make the score of which accounts, in which bands, with which weight.

Health     the section: the rules in force, what predicts a loss, and the rules that were in force before
Rules      parts, profiles, overrides, colours
Part, Profile, Override, Earlier   their pieces
FACTS      what a part can be told by; CONDITIONS: what can hold a score down
"""

from dataclasses import dataclass
from datetime import date

FACTS = {  # what a part is told by -> what its bands count
    "utilisation": "people active in four weeks / seats",
    "active_people": "people active in four weeks",
    "active_trend": "people active in four weeks / in the four before",
    "active_days": "days of use a week, in four weeks",
    "breadth": "features used in four weeks",
    "key_features": "high-value features used a week, in four weeks",
    "silent_weeks": "full weeks since the last use",
    "velocity": "days in the stage / days expected",
    "tickets": "tickets opened / people with a login",
    "csat": "mean rating of support",
    "nps": "mean NPS answer",
    "sentiment": "the team’s latest sentiment",
    "contact": "days since the last two-way contact",
    "goals": "promised outcomes that were due and are reached",
    "champion": "champions and sponsors who left",
    "column": "a column of accounts, such as days a payment is overdue",
}
CONDITIONS = {  # what holds a score down -> in words
    "asked_to_cancel": "asked to cancel",
    "notice_given": "notice given",
    "in_save_plan": "in a save plan",
    "in_grace": "renewal overdue",
}
TRIAL = "trial"  # the stage of who has not bought yet
TOUCHES = ("high", "low")
NULL_RULES = {
    "reweight": "the weight of a part that is not known goes to those that are",
    "zero": "a part that is not known counts nothing",
    "none": "an account of which a part is not known has no score",
}
MOST_CUTS, MOST_PARTS, MOST_PROFILES, MOST_EARLIER, MOST_COLUMNS = 8, 24, 40, 20, 4


@dataclass(frozen=True)
class Part:
    """Something the score is made of: points by the band its fact falls into. A value equal to a cut is in the band above it."""

    part: str
    fact: str
    cuts: tuple[float, ...]
    points: tuple[float, ...]  # one more than cuts
    of: str = ""  # the column of accounts, for `column`


@dataclass(frozen=True)
class Profile:
    """Which parts count how much for accounts of some stages and a touch model. The first that fits an account is its own."""

    profile: str
    weights: tuple[tuple[str, float], ...]
    stages: tuple[str, ...] = ()  # none: any but a trial
    touch: str = ""  # high, low; empty: both


@dataclass(frozen=True)
class Override:
    """While `when` holds of an account its score is `at_most` this."""

    when: str
    at_most: float


@dataclass(frozen=True)
class Rules:
    red_below: float
    green_from: float
    null_rule: str
    least_weight: float
    high_touch: tuple[str, ...]
    renewal_days: int
    renewal_weights: tuple[tuple[str, float], ...]
    parts: tuple[Part, ...]
    profiles: tuple[Profile, ...]
    overrides: tuple[Override, ...]

    def rules(self):
        yield "red_below", 0 < self.red_below < 100, "a score above 0 and below 100"
        yield "green_from", self.red_below < self.green_from <= 100, "a score above red_below and up to 100"
        yield "null_rule", self.null_rule in NULL_RULES, f"one of {', '.join(NULL_RULES)}"
        yield "least_weight", 0 < self.least_weight <= 1, "a share above 0 and up to 1"
        yield "high_touch", all(map(str.strip, self.high_touch)), "touch models"
        yield "renewal_days", 0 <= self.renewal_days <= 730, "days, 0 to 730"
        yield from self._of_parts()
        yield from self._of_profiles()
        whens = [each.when for each in self.overrides]
        yield "overrides", all(when in CONDITIONS for when in whens), f"for one of {', '.join(CONDITIONS)}"
        yield "overrides", len(set(whens)) == len(whens), "overrides, one for each condition"
        yield "overrides", all(0 <= each.at_most <= 100 for each in self.overrides), "with at_most of 0 to 100"

    def _of_parts(self):
        names = [each.part for each in self.parts]
        yield "parts", 0 < len(names) <= MOST_PARTS, f"1 to {MOST_PARTS} parts"
        yield (
            "parts",
            all(name.strip() == name != "" for name in names),
            "parts with a name each, without a space at its ends",
        )
        yield (
            "parts",
            len({name.casefold() for name in names}) == len(names),
            "parts that come once, upper and lower case alike",
        )
        yield "parts", all(each.fact in FACTS for each in self.parts), f"told by a fact, one of {', '.join(FACTS)}"
        told = all(bool(each.of.strip()) == (each.fact == "column") for each in self.parts)
        yield "parts", told, "with `of`, a column of accounts, for the fact column, and for no other"
        n_columns = len({each.of for each in self.parts if each.of})
        yield "parts", n_columns <= MOST_COLUMNS, f"of at most {MOST_COLUMNS} columns of accounts"
        fits = all(0 < len(each.cuts) <= MOST_CUTS and len(each.points) == len(each.cuts) + 1 for each in self.parts)
        yield "parts", fits, f"with 1 to {MOST_CUTS} cuts, and points for the bands they make: one more than cuts"
        rise = all(
            all(abs(cut) < 1e12 for cut in each.cuts)
            and all(a < b for a, b in zip(each.cuts, each.cuts[1:], strict=False))
            for each in self.parts
        )
        yield "parts", rise, "with cuts that rise"
        yield "parts", all(0 <= each <= 100 for part in self.parts for each in part.points), "with points of 0 to 100"

    def _of_profiles(self):
        names, parts = [each.profile for each in self.profiles], {each.part for each in self.parts}
        yield "profiles", 0 < len(names) <= MOST_PROFILES, f"1 to {MOST_PROFILES} profiles"
        yield (
            "profiles",
            all(name.strip() == name != "" for name in names),
            "profiles with a name each, without a space at its ends",
        )
        yield "profiles", len(set(names)) == len(names), "profiles that come once"
        yield (
            "profiles",
            all(each.touch in ("", *TOUCHES) for each in self.profiles),
            f"for a touch of {' or '.join(TOUCHES)}, or none",
        )
        for key, weighed in (
            ("renewal_weights", [self.renewal_weights]),
            ("profiles", [each.weights for each in self.profiles]),
        ):
            known = all(name in parts for weights in weighed for name, _ in weights)
            yield key, known, f"with weights of parts there are: {', '.join(sorted(parts))}"
            yield (
                key,
                all(0 <= weight <= 1000 for weights in weighed for _, weight in weights),
                "with weights of 0 to 1000",
            )
        yield (
            "profiles",
            all(sum(weight for _, weight in each.weights) > 0 for each in self.profiles),
            "with a weight above 0 each",
        )


@dataclass(frozen=True)
class Earlier:
    """Rules that held of the weeks before a day, and hold of them still."""

    until: str
    rules: Rules


@dataclass(frozen=True)
class Health(Rules):
    history_weeks: int
    champion_days: int
    movement_days: int
    proof_days: int
    final_days: int
    learn_days: int
    least_history_days: int
    least_accounts: int
    least_lost: int
    few_event_types: int
    convert_days: int
    disagree_points: float
    earlier: tuple[Earlier, ...]

    def rules(self):
        yield from super().rules()
        yield "history_weeks", 13 <= self.history_weeks <= 156, "weeks, 13 to 156"
        for name in ("champion_days", "movement_days", "proof_days", "convert_days"):
            yield name, 1 <= getattr(self, name) <= 730, "days, 1 to 730"
        yield "final_days", 0 <= self.final_days < self.proof_days, "days, 0 or more and fewer than proof_days"
        yield "learn_days", 180 <= self.learn_days <= 3650, "days, 180 to 3650"
        yield "least_history_days", 31 <= self.least_history_days <= 730, "days, 31 to 730"
        yield "least_accounts", self.least_accounts >= 20, "accounts, 20 or more"
        yield "least_lost", self.least_lost >= 5, "accounts, 5 or more"
        yield "few_event_types", self.few_event_types >= 0, "features, 0 or more"
        yield "disagree_points", 1 <= self.disagree_points <= 100, "points, 1 to 100"
        yield "earlier", len(self.earlier) <= MOST_EARLIER, f"at most {MOST_EARLIER} earlier rules"
        yield (
            "earlier",
            all(map(_is_day, (each.until for each in self.earlier))),
            "with `until`, a day such as 2026-10-31",
        )
        days = [each.until for each in self.earlier]
        yield "earlier", days == sorted(set(days)), "in the order of their days"
        for each in self.earlier:
            for key, holds, rule in each.rules.rules():
                yield "earlier", holds, f"rules, {key} {rule}"

    def spans(self) -> list[tuple[date | None, date | None, Rules]]:
        """(from, until, rules), the oldest first: of weeks that end on `from` or later and before `until`."""
        edges = [None, *(date.fromisoformat(each.until) for each in self.earlier), None]
        of = [*(each.rules for each in self.earlier), self.as_rules()]
        return list(zip(edges, edges[1:], of, strict=False))

    def as_rules(self) -> Rules:
        """The rules in force, without the rest."""
        from dataclasses import fields

        return Rules(**{each.name: getattr(self, each.name) for each in fields(Rules)})


def _is_day(said: str) -> bool:
    try:
        return date.fromisoformat(said).isoformat() == said
    except ValueError:
        return False
