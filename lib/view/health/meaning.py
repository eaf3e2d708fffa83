"""The figures of the page in words, for its passport.

meaning   a figure and how it is computed
"""

from lib.view import door


def meaning() -> dict[str, str]:
    """How the figures of the page are computed, by the definitions in force."""
    words = door.definitions().health
    return {
        "Health score": "0 to 100: the points of the parts of the account’s profile, weighed; a part that is not known is "
        "reweighted, or as the null rule says. What holds a score down caps it.",
        "Red, amber, green": f"below {words.red_below:g}; from there; from {words.green_from:g} on. No score: less than "
        f"{words.least_weight:.0%} of the weight is known, or as the null rule says.",
        "Who is counted": "customers on the day, those in the grace days of a renewal, and trials.",
        "Then and now": "the last weeks that ended by either day; of the day itself what is known by it. New: no customer then, "
        "nor on trial. Gone: none now. ARR is that of each day.",
        "What moved it": "the parts whose contribution changed most, with their points on both days, and what they added to the "
        "score or took from it; other rules, another profile and what holds the score down stand before them.",
        "Bands of ARR": "quarters of the book’s accounts with ARR, cut at round figures.",
        "Where red gathers": "red / scored with Wilson’s interval. q: against all other values together, Benjamini and Hochberg "
        "over the values with enough scores; where none is low, nothing stands out.",
        "Where the signs disagree": "each sign ranks the book; those who are alike share the middle of their ranks. Use: the mean "
        "points of the parts that tell of use. Said: the mean points of sentiment, NPS and support rating.",
    }
