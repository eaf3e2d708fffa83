"""Campaigns: what is written to whom, who is spared, and the moments at which new people should hear from somebody.

Campaigns   the section
Campaign    one of them: a letter, whom it is for, whom it spares, who is held out
Moment      a moment of a person's first days at which they should be contacted
FIELDS      what a letter may name of who gets it -> what stands where it is not known
BEGINS      what a moment begins with -> in words
TICKETS     whose open ticket keeps a letter back -> in words
"""

import re
from dataclasses import dataclass

from lib.definitions.conditions import KINDS, Condition

FIELDS = {
    "first_name": "there",
    "person_name": "there",
    "account_name": "your company",
    "csm": "your customer success team",
    "role": "",
    "feature": "",
    "days_of_use": "0",
    "features_used": "0",
    "active_people": "0",
    "people": "0",
}
FIELD = re.compile(r"\{([^{}]*)\}")
BEGINS = {
    "signed_up": "signed up",
    "first_use": "logged in for the first time",
    "not_begun": "did not log in for the first days",
    "trained": "finished training",
}
TICKETS = {"none": "nobody’s", "person": "the person’s own", "account": "anybody’s of the account"}
MOST_SUBJECT, MOST_BODY, MOST_CONDITIONS, MOST_READY, MOST_MOMENTS = 200, 5_000, 20, 40, 12


@dataclass(frozen=True)
class Campaign:
    """What is written to whom.

    who            conditions, all of which hold; none where an audience says whom
    goal           what should hold of them afterwards
    feature        the feature it is about, where it is about one; empty: chosen when it is sent
    send_once      nobody gets it twice
    quiet_days     who was contacted within so many days is spared
    open_tickets   whose open ticket spares them: none, person, account
    most_advanced  who used more advanced features than this is spared, lately; -1: nobody
    hold_share     a share held out at random, to compare with
    salt           what the draw goes by, beside the person; empty: the name
    """

    campaign: str
    subject: str
    body: str
    goal: Condition
    who: tuple[Condition, ...] = ()
    feature: str = ""
    send_once: bool = True
    quiet_days: int = 14
    open_tickets: str = "person"
    most_advanced: int = -1
    hold_share: float = 0.0
    salt: str = ""

    def rules(self):
        yield (
            "campaign",
            0 < len(self.campaign.strip()) <= 100 and self.campaign.isprintable(),
            "a name of up to 100 letters",
        )
        one_line = 0 < len(self.subject.strip()) <= MOST_SUBJECT and self.subject.isprintable()
        yield "subject", one_line, f"one line of up to {MOST_SUBJECT} letters"
        yield "body", 0 < len(self.body.strip()) <= MOST_BODY, f"a text of up to {MOST_BODY:,} letters"
        for name in ("subject", "body"):
            known = all(each in FIELDS for each in FIELD.findall(getattr(self, name)))
            yield name, known, f"a text whose fields are among {', '.join(f'{{{each}}}' for each in FIELDS)}"
        for at, each in enumerate(self.who, 1):
            for key, holds, rule in each.rules():
                yield "who", holds, f"conditions that can be asked: of number {at} {key} must be {rule}"
        yield "who", len(self.who) <= MOST_CONDITIONS, f"up to {MOST_CONDITIONS} conditions"
        for key, holds, rule in self.goal.rules():
            yield "goal", holds, f"a condition that can be asked: {key} must be {rule}"
        yield "quiet_days", 0 <= self.quiet_days <= 730, "days, 0 to 730"
        yield "open_tickets", self.open_tickets in TICKETS, f"one of {', '.join(TICKETS)}"
        yield "most_advanced", -1 <= self.most_advanced <= 1_000, "features, 0 to 1,000, or -1 for nobody"
        yield "hold_share", 0 <= self.hold_share <= 0.5, "a share, 0 to 0.5"
        yield "salt", len(self.salt) <= 100, "a text of up to 100 letters"

    def play(self, feature: str = "") -> str:
        """Under what name its letters are logged: of one about a feature each feature is a campaign of its own."""
        return f"{self.campaign}: {feature}"[:200] if feature else self.campaign

    @property
    def needs_feature(self) -> bool:
        """Whether it is about a feature that is still to be chosen."""
        asks = any(KINDS[each.condition].shape == "feature" and not each.feature for each in (*self.who, self.goal))
        return not self.feature and (asks or "{feature}" in f"{self.subject}{self.body}")


@dataclass(frozen=True)
class Moment:
    """A moment of a person's first days: `after_days` after what it begins with; contacted in the `within_days` from then."""

    moment: str
    begins: str
    within_days: int
    after_days: int = 0


@dataclass(frozen=True)
class Campaigns:
    new_user_days: int
    moments: tuple[Moment, ...]
    ready: tuple[Campaign, ...]

    def rules(self):
        yield "new_user_days", 7 <= self.new_user_days <= 730, "days, 7 to 730"
        names = [each.moment.strip().casefold() for each in self.moments]
        yield "moments", len(names) <= MOST_MOMENTS, f"up to {MOST_MOMENTS} moments"
        yield "moments", all(names) and len(set(names)) == len(names), "moments with a name each, that come once"
        yield (
            "moments",
            all(each.begins in BEGINS for each in self.moments),
            f"moments that begin with one of {', '.join(BEGINS)}",
        )
        within = all(1 <= each.within_days <= 365 and 0 <= each.after_days <= 365 for each in self.moments)
        yield "moments", within, "moments with within_days of 1 to 365 and after_days of 0 to 365"
        has_wait = all(each.after_days > 0 or each.begins != "not_begun" for each in self.moments)
        yield "moments", has_wait, "moments that begin with not_begun after_days of 1 or more"
        names = [each.campaign.strip().casefold() for each in self.ready]
        yield "ready", len(names) <= MOST_READY, f"up to {MOST_READY} campaigns"
        yield "ready", len(set(names)) == len(names), "campaigns that come once, upper and lower case alike"
        for each in self.ready:
            yield "ready", bool(each.who), f"campaigns that say for whom: “{each.campaign}” has no conditions"
            for key, holds, rule in each.rules():
                yield "ready", holds, f"campaigns in order: {key} of “{each.campaign[:60]}” must be {rule}"
