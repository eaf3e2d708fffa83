"""Lives of people and of accounts as users: the relations of people.sql, lives.sql and adopting.sql, and what they bind.

PERSON     person_on: a row per person, when they came, were last seen, left
LOYAL      person_loyal: the same with the day of becoming loyal
ADOPTING   person_adopting: the same with the day of adopting too
LIFE       person_life: the same with the day of the first key action too
CLASS      user_class_on: the same with what each is on the day
ADOPTION   account_adoption_on: a row per account, how far its people have come
CLASSES    what a person can be on a day, in the order readers see them
parameters the values that a statement over them binds
spell      the rules for loyal and adopted, as a sentence
"""

import re
from datetime import date

from lib.definitions import Definitions
from lib.facts import standing
from lib.store.rollups import PLAIN_NAMES

_LOYAL = "$loyal_weeks, $loyal_of_weeks"
_RULES = f"$adopted_days, $adopted_within_days, {_LOYAL}"
PERSON = "person_on($as_of, $grace_days)"
LOYAL = f"person_loyal($as_of, $grace_days, {_LOYAL})"
ADOPTING = f"person_adopting($as_of, $grace_days, {_RULES})"
LIFE = f"person_life($as_of, $grace_days, $key_actions, $plain_names, {_RULES})"
CLASS = f"user_class_on($as_of, $grace_days, {_LOYAL})"
ADOPTION = f"account_adoption_on($as_of, $grace_days, $renewal_windows, {_RULES}, $account_adopted_share)"
CLASSES = ("loyal", "casual", "dormant", "never", "deactivated")


def parameters(sql: str, as_of: date, definitions: Definitions) -> dict:
    """The values `sql` binds: those its text names, since DuckDB refuses surplus ones."""
    words = definitions.adoption
    values = {
        "key_actions": list(words.key_actions),
        "plain_names": [name for names in PLAIN_NAMES.values() for name in names],
        "adopted_days": words.adopted_days,
        "adopted_within_days": words.adopted_within_days,
        "loyal_weeks": words.loyal_weeks,
        "loyal_of_weeks": words.loyal_of_weeks,
        "account_adopted_share": words.account_adopted_share,
    }
    named = set(re.findall(r"\$(\w+)", sql))
    return standing.parameters(sql, as_of, definitions) | {name: values[name] for name in values if name in named}


def spell(definitions: Definitions) -> dict[str, str]:
    """What makes a person adopted and loyal, and an account adopted, by the definitions: name -> the rule in words."""
    words = definitions.adoption
    return {
        "adopted": f"use on {words.adopted_days} different days within {words.adopted_within_days} days",
        "loyal": f"use in {words.loyal_weeks} of the last {words.loyal_of_weeks} full weeks, all of them of the person's life",
        "account": f"{words.account_adopted_share:.0%} of the people with an open login have adopted".replace(
            "%", " %"
        ),
    }
