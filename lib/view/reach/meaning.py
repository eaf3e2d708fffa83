"""The figures of the page in words.

meaning   a figure and how it is computed, in our words
"""

from lib.view import door


def meaning() -> dict[str, str]:
    """What the passport says of each figure."""
    words, alpha = door.definitions().reach, door.definitions().hotspots.alpha
    return {
        "Reached": f"a two-way contact with a person in {words.reach_days} days, campaigns apart; files and what the team wrote "
        "alike. Each customer is reached, else digital only, else one-way only, else not touched. Shares of accounts: Wilson; of "
        "ARR and of touches: ratios over accounts, linearised.",
        "Met in time": "a two-way contact within the days that the account's touch model asks for. Too new, none asked and without "
        "a rule are counted, not judged.",
        "Lost more": "customers when the period opened, by their coverage then; losses in the period after it; within strata of "
        "touch model and of whether a renewal fell in the period (Mantel and Haenszel; Klingenberg).",
        "More with reach": f"customers that a person had reached in the {words.reach_days} days before the period against others "
        "alike in health, renewal ahead, notice, recent contact and touch model, as of before those days (Mantel and Haenszel).",
        "Effect of a play": "where people or accounts were held out by chance: the difference of the shares (Newcombe), people of "
        "an account counted as chance together. Else: on the Sunday of the week of its first touch an account is compared with "
        "customers that the play had not touched by then, alike in the same, as read a week before; what comes is counted from "
        "that Sunday on for both, so nobody has days in which it could not be lost.",
        "Helps, harms": f"Benjamini and Hochberg's q over all plays told is at most {alpha * 100:g} %, and the interval leaves out "
        f"0. Fewer than {words.least_accounts} accounts on a side: cannot tell yet.",
        "Smallest visible": "the least rise of the share that would have been seen in four of five cases, with as many accounts.",
        "Hours": "touches of the play in the period times the hours of their kind, of the definitions.",
    }
