"""How the figures of the account page are computed, in words.

meaning   a figure and its rule
"""

from lib.measures.account.wins import rules
from lib.measures.mybook import AT_RISK
from lib.view import door


def meaning() -> dict[str, str]:
    """A figure and its rule."""
    words = door.definitions()
    page, standing = words.one_account, words.standing
    return {
        "ARR": "of the live recurring terms; in the grace days, of those that have ended.",
        "Stage": "the furthest milestone reached; days since then, against the median of accounts of the same segment in that "
        f"stage (Kaplan and Meier, with those still in it), where at least {standing.least_peers} came to it.",
        "Seats active": "people with any use in the last 4 full weeks / seats of the live terms.",
        "At risk": AT_RISK,
        "Health": "points of parts, weighed by the profile of the account's stage and touch model; what each gives is in whole "
        "thousandths and adds up to the score. What holds a score down is a row of its own. The rules are those of their day.",
        "Share of use": f"a person's events / those of all people of the account, over {page.spread_window} full weeks; the "
        f"sentence names the fewest people who do {page.spread_share:.0%} of it, where there are at least "
        f"{page.spread_least_events} events.",
        "Silent": f"used it once, but not in the last {page.recent_weeks} full weeks. Key people are champions, sponsors, buyers.",
        "Peers of features": "accounts of the same plan with use in those weeks, or of the same segment where they are "
        f"fewer than {standing.least_peers}; a new feature was first used in the last {page.new_feature_days} days.",
        "Came as": f"renewed where a term of the product starts within {words.renewals.grace_days} days of the end before; up or "
        "down by ARR, else by seats.",
        "KPIs": "of this account alone, by the rules of the page of KPIs; the segment's figure is of all its accounts that you "
        f"see, where they are at least {standing.least_peers}.",
        "Small wins": " ".join(f"({kind}) {rule}" for kind, rule in rules(words).items()),
        "Exceptions": "rules that began to hold of the account, until they are over; a play counts as recovered where it was over "
        "by the day of its check, which does not say that the play did it.",
        "Not shown": "anything after the day the page is seen as of; accounts that you may not see.",
    }
