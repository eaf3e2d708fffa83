"""The figures of the page in words, for its passport.

meaning   a figure and how it is computed
"""

from lib.facts.base import OUTCOMES
from lib.view import door, numbers


def meaning(outcome: str) -> dict[str, str]:
    """How the figures of the page are computed, by the definitions in force."""
    words, bands = door.definitions().carries, door.definitions().hotspots
    corner, standing = door.definitions().corners, door.definitions().standing
    weeks, alpha = max(door.definitions().usage_pattern.weeks, 4), numbers.percent(bands.alpha, 0)
    return {
        "Retained": f"not {OUTCOMES[outcome].verb}: {OUTCOMES[outcome].question}. The interval is Wilson's, 95 %.",
        "Before": f"everything is read before the period opens: features and use in the {weeks} full weeks before it, settings and "
        f"people by the day before, two-way touches of {words.touch_days} days, business reviews of "
        f"{door.definitions().voice.review_days} days. "
        "Accounts whose first contract began less than four full weeks before are left out.",
        "Feature used": "by people of the account. Machines have no feature in the rollups: they are the behaviour “API use”. An "
        "account that used nothing at all is not counted against a feature: it would make each look as if it kept accounts. "
        "Silence is the behaviour “any use”.",
        "Setting": f"the account's last choice; with {words.few_values} values or fewer, each value by itself. One of no known day "
        "is not counted, and one changed since the period opened is not known any more.",
        "Adjusted difference": "retention with it − without it, within strata of age, segment on the opening day and quarter of "
        "size (ARR; seats or employees where no ARR is given), weighed by Mantel and Haenszel. Interval: Klingenberg 2014 with "
        "Sato's variance. Odds ratio beside it in the download: Robins, Breslow and Greenland.",
        "Goes with staying": f"q is {alpha} or less and the interval lies above 0; with leaving: below 0. p is Cochran, Mantel and "
        "Haenszel's; q is Benjamini and Hochberg's over all features, settings and behaviours tested. It need not be the cause, "
        "and two traits that the same accounts have share what they go with.",
        "Too few to tell": f"fewer than {words.least_accounts} accounts with it, or without it, or fewer than {words.least_lost} "
        "lost among them.",
        "Price hint": "a feature that goes with staying and comes in the cheapest plan (median ARR a seat), or in none.",
        "Use": f"high: {standing.utilisation_bands[0] * 100:.0f} % of seats active in 28 days or more; without seats: used in each "
        "of the last 4 full weeks.",
        "Satisfied": f"mean of the people's latest NPS {corner.nps_satisfied:g} or more; where there is none, mean CSAT "
        f"{corner.csat_satisfied:g} or more; else the team's sentiment {corner.sentiment_satisfied:g} or more; all of "
        f"{corner.said_days} days.",
        "Proficient": f"mean of the people's latest proficiency surveys {corner.proficient_score:g} or more; where there is none, "
        f"{corner.proficient_share * 100:.0f} % or more of the advanced features that accounts of its plan use.",
    }
