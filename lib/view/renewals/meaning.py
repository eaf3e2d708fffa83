"""The figures of the page in words, for its passport.

meaning   a figure and how it is computed
"""

from lib.view import door


def meaning() -> dict[str, str]:
    """How the figures of the page are computed, by the definitions in force."""
    words = door.definitions().renewals
    return {
        "A renewal": "terms of an account's product line that end on the same day, in one currency. Due: longer than a month, "
        "recurring, no trial, not cancelled before its end; monthly and evergreen terms are in the calendar alone.",
        "Renewed": f"another term of the line begins up to {words.early_days} days before the end, or {words.grace_days} days "
        "after it, "
        "and outlasts it: flat, for more or for less ARR. What it was worth before stands in its lever; what it gained is up-sell.",
        "Lapsed": "its end came and nothing renewed it: with notice, at once; without, when the grace days are over. Until "
        "then it is "
        "pending, no failure. Upcoming: its end is after the day.",
        "Gross and net retention": "what is left of the ARR that was decided (pool), or of the opening (calendar): gross "
        "counts nothing "
        "above what it was, net what the same customers bought more as well. They stand side by side; no cross-sell or new "
        "business is set against a loss. Intervals are 95 %, over accounts.",
        "Logo churn, logo retention": "accounts lost with their last live contract, and the others: of accounts with a "
        "renewal decided "
        "(pool), or of the opening day's customers (calendar). Some call the retained share “logo churn”. Intervals: Wilson.",
        "Up-sell and down-sell": "more or less of a product line: volume is the seats at the price before, edition the rest "
        "where the "
        "plan changed, price where it did not. Cross-sell: a product line the customer did not have.",
        "May still change": "a period that goes, with the grace days of what ended in it, past the last day that is known.",
        "Gini": "0 where all lost alike, near 1 where one account lost it all; its interval is by a bootstrap over accounts.",
        "Currencies": "never added up; rates between them can be given in the definitions.",
    }
