"""The figures of the page in words, for its passport.

meaning   a figure and how it is computed
"""

from lib.view import door


def meaning() -> dict[str, str]:
    """How the figures of the page are computed, by the definitions in force."""
    words = door.definitions()
    return {
        "A customer's life": "from its first term until it is first lost; a gap of "
        f"{words.renewals.grace_days} days or less is none. Followed until the grace days before the day, or renewals would "
        "count by how early they are signed. Customers from before their contracts are known are at risk from the first one "
        "on (left truncation).",
        "Still there": "Kaplan and Meier: who is still a customer was last seen, not lost. 95 % bands, log-log.",
        "Against the rest": f"months stayed of the first {words.economics.horizon_months} (area below the curve), less those "
        "of all others together; of ARR the same of each unit of it. q: log-rank against the rest, Benjamini and Hochberg over all "
        "values that have enough customers.",
        "Which end comes first": "Aalen and Johansen: a customer who lapses never cancels, so the two add up, with who is still "
        "there, to all. A first down-sell counts as an end of its own.",
        "LTV": "the ARR that customers begin with, times the years it stays within the horizon, times the gross margin of the "
        "definitions; up-sell and down-sell are not in it. Its interval is that of accounts drawn anew.",
        "LTV : CAC, payback": "of customers whose acquisition cost is given: worth over cost, and the month by which the ARR "
        "still there has earned it.",
    }
