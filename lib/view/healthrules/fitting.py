"""Whom each profile of health is for, as rows of a table.

fits_of    the rows of the rules: profile, its stages, its touch
fitted     profiles for those whom the rows say
stages_of  the stages a profile can be for
unfit      profiles that are nobody's, and accounts that have none
BOTH       what a row says that is for any touch
"""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from lib.definitions import Definitions
from lib.definitions.health import TOUCHES, TRIAL, Health, Profile
from lib.facts import healthrules

BOTH = "both"


def fits_of(health: Health) -> pd.DataFrame:
    """A row per profile: its name, the stages it is for, none for any other, and the touch: high, low or both."""
    rows = [
        {"profile": each.profile, "stages": list(each.stages), "touch": each.touch or BOTH} for each in health.profiles
    ]
    return pd.DataFrame(rows, columns=["profile", "stages", "touch"], dtype=object)


def fitted(profiles: Sequence[Profile], fits: pd.DataFrame) -> list[Profile]:
    """The profiles, for those whom the rows say."""
    rows = zip(profiles, fits["stages"], fits["touch"], strict=True)
    return [
        replace(
            each,
            stages=() if stages is None or isinstance(stages, float) else tuple(stages),
            touch=touch if touch in TOUCHES else "",
        )
        for each, stages, touch in rows
    ]


def stages_of(base: Definitions, profiles: Sequence[Profile]) -> list[str]:
    """A trial, the stages of the journey, and those that profiles name, as they name them."""
    named = [stage for each in profiles for stage in each.stages]
    known = [TRIAL, *(each.stage for each in base.journey.stages)]
    called = {each.casefold(): each for each in [*known, *named]}
    return list(called.values())


def unfit(health: Health, stages: Sequence[str]) -> tuple[list[str], list[str]]:
    """Profiles that are nobody's, since one before them takes their accounts; and the accounts that have none."""
    taken, lacking = set(), []
    for stage in (*stages, ""):  # "": a stage that nobody names
        for touch in TOUCHES:
            each = healthrules.profile_of(health, stage.lower(), touch)
            if each:
                taken.add(each.profile)
            else:
                lacking.append(f"{stage or 'any other stage'}, {touch} touch")
    return [each.profile for each in health.profiles if each.profile not in taken], lacking
