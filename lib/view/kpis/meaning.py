"""The figures of the page in words, for its passport.

meaning   a figure and how it is computed
"""

from lib.measures.kpis.adoption import EARLIER, SURE
from lib.view import door


def meaning() -> dict[str, str]:
    """How the figures of the page are computed, by the definitions in force."""
    words = door.definitions()
    days, few = words.standing.onboarding_days, words.reading.few_accounts
    return {
        "A KPI": "what every account adds above the line / what it adds below it, summed; a time until something is reached is "
        "a median by Kaplan and Meier, with those who have not reached it yet. Its rule stands behind the question mark.",
        "Whose": f"live accounts past onboarding: past the first stage, or {days} days after their start; KPIs of onboarding are "
        "of those before that. Accounts that say nothing are left out and counted with their reason, never taken for a zero.",
        "Target": "of the definitions; met at the target or better. An account by itself is held against the same target.",
        "Intervals": "95 %. Shares of accounts: Wilson's. Ratios: over accounts, since what people of one account do goes "
        "together. Times: the log-log band of the curve.",
        "Change": f"against {EARLIER} days before, each day with the accounts it was about. Beyond chance where the q of Benjamini "
        f"and Hochberg over all KPIs is {SURE * 100:.0f} % or less; what the same accounts had on both days cancels. Of times, "
        f"and of fewer than {few} accounts, no such thing is said.",
        "Furthest off": "the KPI that lacks the largest share of its target; where less is better, the target against the value.",
        "Trend": "the KPI on the last day of each of the last months and on the day itself, each as it was known then.",
        "Not shown": "anything after the day the page is seen as of; accounts that you may not see.",
    }
