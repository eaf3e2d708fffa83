"""The figures of the page in words, for its passport.

meaning   a figure and how it is computed
"""


def meaning() -> dict[str, str]:
    """How the figures of the page are computed."""
    return {
        "A draft": "counts for nobody but who writes it, until it is published. It is scored by the same statements as the rules "
        "in force, of the same readings of the same accounts.",
        "Would change colour": "accounts of the book on the day, by their colour in force and by the draft's; ARR as of that day.",
        "In the past": "every fourth Sunday of the period whose 90 days after it are decided, of customers with a score by both: "
        "both are read as if each had held of every week. Precision: of readings in red, the share lost within 90 days. Recall: "
        "of readings within 90 days before a loss, the share in red. Intervals: Wilson's, of as many trials as accounts (Kish).",
        "AUC": "how often a reading before a loss has the lower score of two, the other without one: Mann and Whitney, clustered "
        "by account (Obuchowski); the difference is paired (DeLong).",
        "Lead": "of accounts lost in the period, the days before the loss since when they were red without a break; 0 where they "
        "were not red at the end.",
        "Suggested weights": "logistic regression of a loss within 90 days on the points of the parts a profile has, none below 0, "
        "held near 0 (ridge), with the nearness of a renewal held equal; learned on the earlier part of the history and judged on "
        "the later. What goes with losses need not cause them.",
        "Published from a day on": "weeks that end before the day keep the score they had; for all of history, every week is "
        "scored anew. Links made before show the rules of their day.",
    }
