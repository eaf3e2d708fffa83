"""The figures of the page in words, for its passport.

meaning   a figure and how it is computed
"""

from lib.view import door


def meaning() -> dict[str, str]:
    """How the figures of the page are computed, by the definitions in force."""
    words = door.definitions().journey
    return {
        "A stage": "is entered on the day a file records; else when the metric of the stage before it is met, the first "
        "one when the account starts. Who came to a later stage has passed those before it, and nobody goes back.",
        "Came in": "in the period of the book, and followed to the day it is seen as of. Went on: entered the next stage "
        "by then. Left: the account was lost, or came to an end such as a deal lost. Still inside: neither, which is no "
        "failure. Inside now counts whoever is there on the day, whenever they came.",
        "Go on within": f"the share that goes on within {words.horizon_days} days, or the longest stay seen, by Aalen and "
        "Johansen: who leaves never does, who is still inside is followed as long as was seen.",
        "Median days": "from entering to going on, by Kaplan and Meier: who is still inside, or left, counts as long as "
        "they were seen. The median of those who finished alone would be too short. Intervals are 95 %.",
        "Slowest": "the stage whose median is above the days expected by the definitions beyond chance, or whose last two "
        "quarters took longer than the two before (log-rank), at 5 % over all stages and values that were compared "
        "(Bonferroni); of those the one with most account-days lost. "
        f"Fewer than {words.least_accounts} accounts are not compared.",
        "Stage by segment": "the value of the day on which the stage was entered. Values are compared by log-rank for "
        "each stage, q by Benjamini and Hochberg over all stages; in colour is what is slower than expected where they "
        "differ, and the slowest of all.",
        "Not counted": "in a curve: who came in on the very day, since nothing is seen of them yet. Nothing after the day "
        "the page is seen as of is known.",
    }
