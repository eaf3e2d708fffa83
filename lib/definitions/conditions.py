"""Conditions that people and accounts are chosen by: a closed catalogue, each with what it takes and its words.

Condition    one of them, as definitions and audiences keep it
Kind         what a condition asks, and what it takes
KINDS        name -> Kind, in the order in which people choose
SHAPES       what each shape takes
UNBOUNDED    a bound that is none
said         a condition in words
"""

from dataclasses import dataclass, fields

UNBOUNDED = 36_525  # days, or a number of something: a hundred years, or no bound
MOST_VALUES, MOST_LETTERS = 100, 200
BANDS = ("promoter", "passive", "detractor")
CLASSES = ("loyal", "casual", "dormant", "never", "deactivated")
SHAPES = {  # what a condition of the shape takes beside its name
    "flag": (),
    "between": ("least", "most"),
    "days": ("days",),
    "names": ("values",),
    "answer": ("values", "days"),
    "feature": ("feature", "days"),
}


@dataclass(frozen=True)
class Kind:
    """What a condition asks.

    label    as people choose it
    shape    what it takes, one of SHAPES
    says     in words, where it holds; {} is what it takes
    denied   in words, where it is turned round; empty: it cannot be
    values   the values there are, where they are a closed set; else they come from the data
    of       person, or account: of all its people alike
    """

    label: str
    shape: str
    says: str
    denied: str = ""
    values: tuple[str, ...] = ()
    of: str = "person"


KINDS = {
    "signed_up": Kind("Days since sign-up", "between", "signed up {} days ago"),
    "trained": Kind("Training", "flag", "finished training", "did not finish training"),
    "last_login": Kind("Last log-in", "days", "logged in within {} days", "did not log in within {} days"),
    "never_logged_in": Kind("Never logged in", "flag", "never logged in", "has logged in"),
    "days_of_use": Kind("Days of use", "between", "used it on {} days"),
    "logins": Kind("Log-ins", "between", "{} log-ins"),
    "contacted": Kind("Last contact", "days", "contacted {}", "not contacted {}"),
    "contacted_since_onboarding": Kind(
        "Contact since onboarding", "flag", "contacted since onboarding", "not contacted since onboarding"
    ),
    "feature": Kind("Feature", "feature", "used {}", "did not use {}"),
    "advanced_features": Kind("Advanced features used", "between", "used {} advanced features"),
    "user_class": Kind("User class", "names", "is {}", "is not {}", CLASSES),
    "role": Kind("Role", "names", "role is {}", "role is not {}"),
    "buying_role": Kind("Buying role", "names", "buying role is {}", "buying role is not {}"),
    "champion": Kind("Champion", "flag", "is a champion", "is no champion"),
    "nps": Kind("NPS answer", "answer", "NPS answer is {}", "NPS answer is not {}", BANDS),
    "stage": Kind("Stage of the account", "names", "account is in {}", "account is not in {}", of="account"),
    "renews": Kind("Days to renewal", "between", "account renews in {} days", of="account"),
    "account_left": Kind("Customer", "flag", "account has left", "account has not left", of="account"),
}


@dataclass(frozen=True)
class Condition:
    """One condition. What its kind does not take stays as it is here.

    is_not         turned round
    least, most    bounds, both included
    days           so many days or fewer ago, the day itself included; 0: ever
    feature        a feature's id; empty: the one the campaign is about
    """

    condition: str
    is_not: bool = False
    least: int = 0
    most: int = UNBOUNDED
    days: int = 0
    values: tuple[str, ...] = ()
    feature: str = ""

    def rules(self):
        kind = KINDS.get(self.condition)
        yield "condition", kind is not None, f"one of {', '.join(KINDS)}"
        if kind is None:
            return
        taken = SHAPES[kind.shape]
        for each in fields(self)[2:]:
            is_usual = each.name in taken or getattr(self, each.name) == each.default
            yield each.name, is_usual, f"left out: {self.condition} does not take it"
        yield "is_not", bool(kind.denied) or not self.is_not, f"left out: {self.condition} cannot be turned round"
        yield "least", 0 <= self.least <= UNBOUNDED, f"0 to {UNBOUNDED:,}"
        yield "most", self.least <= self.most <= UNBOUNDED, f"least or more, up to {UNBOUNDED:,}"
        if "least" in taken:
            yield "least", self.least > 0 or self.most < UNBOUNDED, "above 0, or most a bound: as it is, anybody fits"
        fewest = 1 if self.condition == "last_login" else 0
        yield "days", fewest * ("days" in taken) <= self.days <= UNBOUNDED, f"days, {fewest} to {UNBOUNDED:,}"
        if "values" in taken:
            yield "values", 1 <= len(self.values) <= MOST_VALUES, f"1 to {MOST_VALUES} of them"
            if kind.values:
                known = all(each in kind.values for each in self.values)
                yield "values", known, f"of {', '.join(kind.values)}"
        yield (
            "values",
            all(0 < len(each) <= MOST_LETTERS for each in self.values),
            f"texts of up to {MOST_LETTERS} letters",
        )
        yield "feature", len(self.feature) <= MOST_LETTERS, f"an id of up to {MOST_LETTERS} letters"


def said(each: Condition, feature: str = "the feature") -> str:
    """A condition in words; `feature` is what a feature is called where none is named.

    >>> said(Condition("signed_up", least=30, most=90)), said(Condition("contacted", is_not=True, days=14))
    ('signed up 30 to 90 days ago', 'not contacted within 14 days')
    >>> said(Condition("logins", least=11)), said(Condition("feature", is_not=True, feature="sync"))
    ('11 or more log-ins', 'did not use sync')
    """
    kind = KINDS[each.condition]
    match kind.shape:
        case "between":
            taken = _between(each.least, each.most)
        case "days":
            taken = str(each.days) if each.condition == "last_login" else _within(each.days)
        case "names" | "answer":
            ago = f", {_within(each.days)}" if each.days else ""
            taken = f"{' or '.join(each.values)}{ago}"
        case "feature":
            taken = f"{each.feature or feature}{f' {_within(each.days)}' if each.days else ''}"
        case _:
            taken = ""
    return (kind.denied if each.is_not else kind.says).replace("{}", taken).strip()


def _between(least: int, most: int) -> str:
    if most == UNBOUNDED:
        return f"{least:,} or more"
    if least in (0, most):
        return f"{most:,}" if least == most else f"{most:,} or fewer"
    return f"{least:,} to {most:,}"


def _within(days: int) -> str:
    return f"within {days:,} {'day' if days == 1 else 'days'}" if days else ""
