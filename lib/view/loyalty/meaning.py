"""The figures of the page in words, for its passport.

meaning     a figure and how it is computed
of_people   an answer whose rows are people, for the passport
"""

from dataclasses import replace

from lib.facts.people import spell
from lib.measures import Answer, left_out
from lib.view import door


def meaning() -> dict[str, str]:
    """How the figures of the page are computed, by the definitions in force."""
    words, rules = door.definitions().adoption, spell(door.definitions())
    lowest = words.clock_share - words.clock_margin
    return {
        "Comes": "the day of the person file, or of the first use where that is earlier or the file has none. The clock counts "
        "who came while use is known, in whatever period; who came before is left out, as nobody saw when they became loyal.",
        "Adopted": f"{rules['adopted']}. An account: {rules['account']}.",
        "Loyal": f"{rules['loyal']}; known on the Sunday that ends them. System events are nobody's use.",
        "Casual, dormant, never": "used in fewer of those weeks, or since; used before and not in them; not once. People of "
        "accounts that have left have no class.",
        "Becomes so": f"within {words.horizon_days} days of coming, by Aalen and Johansen: whoever is deactivated, or whose "
        "account leaves, before they become loyal never do; who is still there when the data ends is censored. If none leaves: "
        "Kaplan and Meier.",
        "Intervals": "95 %, over accounts, since what people of one account do goes together: the infinitesimal jackknife of "
        "the curve summed over accounts, Wilson's on the number of independent people with that error. Shares of classes and of "
        "accounts: Wilson's.",
        "The rule": f"{words.clock_share * 100:.0f} % of those who become loyal do by day {words.clock_days}, and the others then "
        f"have a chance of {words.rare_chance * 100:.0f} % or less. It does not hold where an interval lies beyond that; it holds "
        f"where none does, and surely {lowest * 100:.0f} % or more do, and the others surely have no higher chance; else there are "
        "too few to tell.",
        "Nurture pays until": f"the last day on which the interval of the chance in the next {words.nurture_days} days lies above "
        f"{words.nurture_chance * 100:.0f} %.",
    }


def of_people(answer: Answer, of: str = "people") -> Answer:
    """The answer with what it leaves out said of people in its notes: the passport would call all of them accounts."""
    said = (f"Left out: {row.n:,} {of}: {row.reason}." for row in answer.left_out.itertuples())
    return replace(answer, left_out=left_out(), notes=(*answer.notes, *said))
