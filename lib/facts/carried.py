"""What accounts had before a day, and the corner they stand in on one: relations of carried.sql and corner.sql, what they bind.

LIVED       lived_before: a row per account, whether it is old enough to tell and used anything
TRAIT       trait_before: a row per account and trait it had
PLAN        plan_on: plans by what they cost
CORNER      corner_on: a row per account, its use, satisfaction and proficiency
KINDS       what a trait can be
OF_USERS    behaviours that are told of accounts with any use alone; features always are
CORNERS     the corners there are
parameters  the values that a statement over them binds
"""

import re

from lib.book import Book
from lib.definitions import Definitions
from lib.facts import base, standing

LIVED = "lived_before($opens_on, $usage_weeks)"
TRAIT = "trait_before($opens_on, $usage_weeks, $few_values, $touch_days, $review_days)"
PLAN = "plan_on($opens_on)"
CORNER = (
    f"corner_on({standing.USE.removeprefix('use_on(').removesuffix(')')}, $usage_weeks, $said_days, $nps_satisfied, "
    "$csat_satisfied, $sentiment_satisfied, $proficient_score, $proficient_share, $high_value_features)"
)
KINDS = ("feature", "setting", "behaviour")
OF_USERS = ("use in every week", "API use", "several roles active", "guided process finished")
CORNERS = ("false comfort", "strong", "at the edge", "quiet champions", "not known")


def parameters(sql: str, book: Book, definitions: Definitions) -> dict:
    """The values `sql` binds: those its text names, since DuckDB refuses surplus ones."""
    trait, corner = definitions.carries, definitions.corners
    values = {
        "few_values": trait.few_values,
        "touch_days": trait.touch_days,
        "review_days": definitions.voice.review_days,
        "said_days": corner.said_days,
        "nps_satisfied": corner.nps_satisfied,
        "csat_satisfied": corner.csat_satisfied,
        "sentiment_satisfied": corner.sentiment_satisfied,
        "proficient_score": corner.proficient_score,
        "proficient_share": corner.proficient_share,
        "high_value_features": list(definitions.adoption.high_value_features),
        "renewing_days": definitions.standing.renewing_days,
    }
    named = set(re.findall(r"\$(\w+)", re.sub(r"\"[^\"]*\"|'[^']*'", "", sql)))
    return (
        base.parameters(sql, book, definitions)
        | standing.parameters(sql, book.as_of, definitions)
        | {name: value for name, value in values.items() if name in named}
    )
