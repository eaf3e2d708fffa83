"""Exceptions in plain words. Names in them are data: they pass `plain` where they are shown.

said        what the fact of a rule says of an account: 31 % of seats in use
condition   when a rule tells, and when it is over
WHY         fact -> how its value is said
"""

import math

from lib.definitions.exceptions import FACTS, GATES, Rule

_SHARES = {
    "utilisation", "people_change", "days_change", "people_growth", "utilisation_to_peers", "adoption_gap", "help_loops",
    "abandoned", "login_only",
}  # fmt: skip
WHY = {
    "utilisation": "{percent} of seats in use",
    "active_people": "{n} active",
    "people_change": "{change} active people than before",
    "days_change": "{change} days of use than before",
    "people_growth": "{change} active people than a quarter before",
    "active_days": "{n} days of use a week",
    "breadth": "{n} features used",
    "key_features": "{n} high-value features a week",
    "silent_days": "no use for {n} days",
    "utilisation_to_peers": "{percent} of its peers’ utilisation",
    "onboarding_to_peers": "{n} times its peers’ days in the first stage",
    "stage_days": "{n} times the expected days in its stage",
    "adoption_gap": "adoption {points} points behind the term",
    "tickets": "{n} tickets a person",
    "nps": "NPS answer {n}",
    "nps_days": "last NPS survey {n} days ago",
    "contact_days": "no two-way contact for {n} days",
    "quiet_days": "no contact for {n} days",
    "review_days": "no business review for {n} days",
    "wins": "wins: {n}",
    "renewal_days": "renews in {n} days",
    "notice": "notice was given",
    "asked_to_cancel": "asked to cancel",
    "flat_renewals": "{n} renewals for the same ARR",
    "health_score": "health score {n}",
    "help_loops": "{percent} of sessions go in circles",
    "abandoned": "{percent} of guided processes abandoned",
    "champion_left": "has left",
    "never_used_days": "a login for {n} days, never used",
    "login_only": "{percent} of sessions end after the login",
}


def said(fact: str, value: float | None) -> str:
    """What the value of a fact says.

    >>> said("utilisation", 0.314), said("people_change", 0.55), said("silent_days", None)
    ('31 % of seats in use', '45 % fewer active people than before', '')
    """
    if value is None or not math.isfinite(value):
        return ""
    change = f"{abs(1 - value) * 100:.0f} % {'fewer' if value < 1 else 'more'}"
    return WHY[fact].format(
        n=f"{value:.{0 if abs(value) >= 10 else 1}f}".removesuffix(".0"),
        percent=f"{value * 100:.0f} %", points=f"{value * 100:.0f}", change=change,
    )  # fmt: skip


def condition(rule: Rule) -> str:
    """When the rule tells, and when it is over.

    >>> condition(Rule("Low", "utilisation", "at_most", 0.4, 0.5, ("settled",), 14))
    'people active in four weeks / seats: 40 % or less, until over 50 %; for 14 days; past onboarding'
    """
    is_up, says = rule.test == "at_least", FACTS[rule.fact].says
    parts = [f"{says}: {_number(rule, rule.enter)} or {'more' if is_up else 'less'}"]
    if says.startswith("1 once ") and is_up and rule.enter == 1:
        parts = [says.removeprefix("1 ")]
    elif rule.leave != rule.enter:
        parts[0] += f", until {'under' if is_up else 'over'} {_number(rule, rule.leave)}"
    if rule.for_days:
        parts.append(f"for {rule.for_days} days")
    return "; ".join([*parts, *(GATES[gate] for gate in rule.among)])


def _number(rule: Rule, value: float) -> str:
    return f"{value * 100:g} %" if rule.fact in _SHARES else f"{value:g}"
