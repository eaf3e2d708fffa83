"""What rules of exceptions are told by, in words: 38 % of the seats in use, 24 days without use.

value_said   the value of a fact as a sentence needs it; "" where there is none
"""

import math

from lib.definitions.exceptions import FACTS

_RATES = {
    "utilisation": "of the seats in use",
    "people_change": "of the people active in the four weeks before",
    "days_change": "of the days of use in the four weeks before",
    "people_growth": "of the people active a quarter before",
    "utilisation_to_peers": "of the utilisation of peers",
    "adoption_gap": "of the term ahead of adoption",
    "help_loops": "of the sessions go in circles with help",
    "abandoned": "of the guided processes not finished",
    "login_only": "of the sessions are a login and nothing else",
}
_TIMES = {"onboarding_to_peers": "the time peers need to onboard", "stage_days": "the days expected in the stage"}
_COUNTS = {
    "active_people": "person active in four weeks|people active in four weeks",
    "active_days": "day of use a week|days of use a week",
    "breadth": "feature in use|features in use",
    "key_features": "high-value feature a week|high-value features a week",
    "silent_days": "day without use|days without use",
    "nps_days": "day since the last NPS survey|days since the last NPS survey",
    "contact_days": "day since a two-way contact|days since a two-way contact",
    "quiet_days": "day without any contact|days without any contact",
    "review_days": "day since a business review|days since a business review",
    "never_used_days": "day with a login and without use|days with a login and without use",
    "renewal_days": "day to the renewal|days to the renewal",
    "flat_renewals": "renewal in a row for the same ARR|renewals in a row for the same ARR",
    "wins": "win|wins",
    "tickets": "ticket a person|tickets a person",
}
_FLAGS = {
    "notice": "notice given",
    "asked_to_cancel": "asked to cancel",
    "champion_left": "nobody has come in their place",
}


def value_said(fact: str, value: float | None) -> str:
    """The value of `fact` in words.

    >>> value_said("utilisation", 0.384), value_said("silent_days", 1.0), value_said("nps", 6.0), value_said("notice", None)
    ('38 % of the seats in use', '1 day without use', 'NPS answer 6', '')
    """
    if fact not in FACTS or value is None or not math.isfinite(value):
        return ""
    if fact in _FLAGS:
        return _FLAGS[fact] if value else ""
    if fact in _RATES:
        return f"{_number(value * 100, 0)} % {_RATES[fact]}"
    if fact in _TIMES:
        return f"{_number(value, 1)} × {_TIMES[fact]}"
    if fact in _COUNTS:
        one, many = _COUNTS[fact].split("|")
        said = _number(value, 1)
        return f"{said} {one if said == '1' else many}"
    return f"{'NPS answer' if fact == 'nps' else 'health score'} {_number(value, 0)}"


def _number(value: float, digits: int) -> str:
    said = f"{value:,.{digits}f}"
    return (said.rstrip("0").rstrip(".") if "." in said else said).replace("-", "\u2212")
