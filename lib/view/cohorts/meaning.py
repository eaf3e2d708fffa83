"""The figures of the page of cohorts in words, for the passport.

meaning   a figure and how it is computed
"""

from lib.measures.cohorts.compare import SILENT_DAYS


def meaning() -> dict[str, str]:
    """How the figures of the page are computed, in words."""
    return {
        "Cohort": (
            "people, or accounts, that began in the same week, month or quarter of the page's period; or with the same"
            " value on the day they began. Sign-up is the day a person was provisioned, else of the first use; of an "
            "account its given start, else its first term. Contract start is the first term that is no trial."
        ),
        "Key action": (
            "the first use of a feature that the definitions name; where they name none, of any but a login or help."
        ),
        "Step": "counted from the day each began (rolling), or by days, Mondays and months of the calendar. Step 0 is the "
        "one they began in.",
        "In the step": "used anything in it; an account has a live term on its last day.",
        "In it or later, back by then, in every step so far": (
            "on or after; again, after the day they began, by the end of the step; a streak from step 0 on."
        ),
        "Share that uses a feature": (
            "has used it for the first time by the end of the step: the curve of complete cells only rises."
        ),
        "Eligible": (
            "members of whom the whole step is known: by the last day of the data; before the end of the term while a "
            "renewal is pending in its grace days. Whose account left stays in: not to come back is a loss, whatever "
            "the reason, as usual in the field."
        ),
        "Unfinished": (
            "somebody in the cohort has not finished the step, or the cohort still takes people in; such cells are in "
            "no mean. By a dimension a cell counts whoever has finished the step."
        ),
        "All complete": "sum retained / sum eligible of complete cells; never a mean of rates.",
        "Interval": "Wilson's, 95 %; of ARR the middle 95 % of a bootstrap over accounts (Poisson, 500 draws, seeded).",
        "ARR, gross and net": (
            "ARR on the last day of the step / ARR on the day each account began; gross counts of each account at most"
            " what it began with. Net is never read without gross beside it."
        ),
        "Best, worst": (
            "against the other complete cohorts of the step, with q up to 5 % over all cohorts of that step (Benjamini"
            " and Hochberg)."
        ),
        "Two cohorts": (
            "the difference has Newcombe's interval (of ARR: of the bootstrap); q is over the steps. Over the whole "
            f"time a log-rank test: of people, of the days until use pauses for {SILENT_DAYS} days for the first time, "
            "whether or not they come back: so cohorts are alike however long they are known."
        ),
    }
