"""How the figures of the levers are computed, by the definitions in force, for the passport.

meaning   a figure and how it is computed
"""

from lib.view import door


def meaning() -> dict[str, str]:
    """All six, since all six stand on the page."""
    definitions = door.definitions()
    words, alpha = definitions.levers, definitions.hotspots.alpha
    return {
        "ARR at stake": "ARR of the accounts found, each currency apart; of trials an estimate: the median of what converted "
        "trials of the segment bought first.",
        "Trial conversion": f"trials under way, as Health reads them, with fewer than {words.trial_events} uses in their first "
        f"{words.trial_days} days. Use is known by the day, features by the week: the first hours are the first day. Early "
        f"features: of trials whose {definitions.health.convert_days} days are over; the difference by Mantel and Haenszel over "
        "segments, q by Benjamini and Hochberg.",
        "Up-sell": f"{words.limit_share * 100:g} % or more of the seats assigned (as the KPI counts them), or of a metered "
        f"allowance used at the rate of the last four weeks; or there within {words.soon_days} days. The day: of seats a walk with "
        "the drift of 13 weeks, of allowances the slope of a straight line through them; 95 %. Fast adopters took "
        f"{words.fast_velocity * 100:g} % of their peers' median days through the stages they completed, or less.",
        "Declining use": f"weekly active people of {words.fall_weeks} full weeks, each held against what all accounts did in it, "
        f"split where the two means differ most (t). Now {words.fall_share * 100:g} % of before or less, and q at most "
        f"{alpha * 100:g} %: the splits tried and the accounts searched are paid for.",
        "Evangelists": f"the {words.heavy_share * 100:g} % of people who use the features that go with staying most, with "
        f"{words.heavy_events} uses or more in {words.heavy_weeks} weeks; not where the account is red or leaves, nor where the "
        "person is a detractor or opted out.",
        "Usability barriers": f"people who met one {words.barrier_times} times or more in {words.barrier_weeks} weeks; accounts "
        f"with {words.barrier_people} of them or more, that are {words.barrier_share * 100:g} % of its active people.",
        "Pricing": "features that go with staying, with the price hint of What carries: customers of the cheapest plan that use "
        "one that comes in it, and customers of any plan that use one that comes in none.",
    }  # fmt: skip
