"""The KPIs of adoption: what each is, and the relations (kpi_*.sql) that give what every account adds to it.

KPIS        name -> Kpi, in the order readers see them; what each says stands in the glossary, under its name
FEATURE, FEATURE_USE   the features there are, and what accounts use of them
GROUPS      the headings they stand under
relation    the rows of several KPIs, as one relation of the columns kpi_seats.sql tells
parameters  the values that a statement over them binds
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from math import inf

from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import people, standing

_SEATS = f"kpi_seats_on({standing.USE.removeprefix('use_on(').removesuffix(')')}, $risen_points)"
_ONBOARDING = "kpi_onboarding_on($as_of, $grace_days, $started_within_days, $onboarding_days)"
_FIRST_VALUE = "kpi_first_value_on($as_of, $grace_days, $started_within_days, $key_actions, $plain_names, $value_stage)"
_VOICE = (
    "kpi_voice_on($as_of, $grace_days, $review_days, $ticket_days, $survey_days, $answer_days, $promoter_from, $detractor_to, "
    "$satisfied_from)"
)
_ARR_GROWTH = "kpi_arr_growth_on($as_of)"
_HEAVY_LOST = "kpi_heavy_lost_on($as_of, $grace_days, $renewal_windows, $heavy_share, $least_peers)"
_USE = (
    "kpi_use_on($as_of, $grace_days, $renewal_windows, $adopted_days, $adopted_within_days, $loyal_weeks, $loyal_of_weeks, "
    "$spread_window, $spread_share, $spread_least_events)"
)
_FEATURES = (
    "kpi_features_on($as_of, $grace_days, $renewal_windows, $high_value_features, $cadences, $daily_days, $advanced_window, "
    "$new_release_days, $open_share)"
)
FEATURE = "feature_on($as_of, $high_value_features, $cadences)"
FEATURE_USE = "feature_use_on($as_of, $high_value_features, $cadences, $daily_days)"
_TOLD = (
    "select _account, kpi, among, case when why_not is null then k end::double as k, "
    "case when why_not is null then n end::double as n, why_not from "
)


@dataclass(frozen=True)
class Kpi:
    """One KPI. A share is of accounts, a ratio of what accounts add to both sides, a time is until something is reached."""

    group: str
    kind: str  # share, ratio, time
    family: str  # the relation that has it
    is_less_better: bool = False
    bounds: tuple[float, float] = (0.0, inf)  # between which its value lies, and its interval ends


_PART = (0.0, 1.0)  # what an account adds above is never more than what it adds below
KPIS = {
    "under_utilised_rate": Kpi("Seats", "share", _SEATS, is_less_better=True),
    "seats_assigned_rate": Kpi("Seats", "ratio", _SEATS),
    "seats_active_rate": Kpi("Seats", "ratio", _SEATS),
    "activated_seats_rate": Kpi("Seats", "ratio", _SEATS),
    "risen_rate": Kpi("Seats", "share", _SEATS),
    "dau_mau": Kpi("Use", "ratio", _USE, bounds=_PART),
    "wau_mau": Kpi("Use", "ratio", _USE, bounds=_PART),
    "weekly_active_rate": Kpi("Use", "share", _USE),
    "adopted_share_rate": Kpi("Use", "ratio", _USE, bounds=_PART),
    "high_engaged_users": Kpi("Use", "ratio", _USE),
    "medium_engaged_users": Kpi("Use", "ratio", _USE),
    "low_engaged_users": Kpi("Use", "ratio", _USE, is_less_better=True),
    "use_gini": Kpi("Use", "ratio", _USE, is_less_better=True, bounds=_PART),
    "one_person_rate": Kpi("Use", "share", _USE, is_less_better=True),
    "roles_in_use_rate": Kpi("Use", "ratio", _USE, bounds=_PART),
    "features_per_user": Kpi("Features", "ratio", _FEATURES),
    "high_value_rate": Kpi("Features", "ratio", _FEATURES, bounds=_PART),
    "advanced_rate": Kpi("Features", "ratio", _FEATURES, bounds=_PART),
    "new_features_rate": Kpi("Features", "ratio", _FEATURES, bounds=_PART),
    "features_per_month": Kpi("Features", "ratio", _FEATURES),
    "settings_tuned": Kpi("Features", "ratio", _FEATURES, bounds=_PART),
    "onboarded_on_time_rate": Kpi("Onboarding and value", "share", _ONBOARDING),
    "first_key_action_days": Kpi("Onboarding and value", "time", _FIRST_VALUE, is_less_better=True),
    "ttv_days": Kpi("Onboarding and value", "time", _FIRST_VALUE, is_less_better=True),
    "onboarding_engagement_rate": Kpi("Onboarding and value", "ratio", _ONBOARDING, bounds=_PART),
    "business_review_rate": Kpi("Voice and contact", "share", _VOICE),
    "tickets_per_user": Kpi("Voice and contact", "ratio", _VOICE, is_less_better=True),
    "net_promoter_score": Kpi("Voice and contact", "ratio", _VOICE, bounds=(-1.0, 1.0)),
    "nps_response_rate": Kpi("Voice and contact", "ratio", _VOICE, bounds=_PART),
    "csat_rate": Kpi("Voice and contact", "ratio", _VOICE, bounds=_PART),
    "csat_response_rate": Kpi("Voice and contact", "ratio", _VOICE, bounds=_PART),
    "surveyed_proficiency": Kpi("Voice and contact", "ratio", _VOICE),
    "arr_growth_rate": Kpi("Growth", "ratio", _ARR_GROWTH, bounds=(-1.0, inf)),
    "heavy_lost_rate": Kpi("Growth", "share", _HEAVY_LOST, is_less_better=True),
}
GROUPS = tuple(dict.fromkeys(each.group for each in KPIS.values()))


def kpi(name: str) -> Kpi:
    """The KPI called `name`; raises Refused with those there are."""
    if name not in KPIS:
        raise Refused(f"There is no KPI {name!r}; choose from {', '.join(KPIS)}.")
    return KPIS[name]


def relation(names: Sequence[str]) -> str:
    """The rows of the KPIs `names`, those of the same family asked for once; k and n are empty where why_not says why."""
    families = dict.fromkeys(kpi(name).family for name in names)
    return "(" + " union all ".join(f"{_TOLD}{family}" for family in families) + ")"


def parameters(sql: str, as_of: date, definitions: Definitions) -> dict:
    """The values `sql` binds: those its text names, since DuckDB refuses surplus ones."""
    adoption, spread = definitions.adoption, definitions.one_account
    values = {
        "risen_points": adoption.risen_points,
        "spread_window": spread.spread_window,
        "spread_share": spread.spread_share,
        "spread_least_events": spread.spread_least_events,
        "high_value_features": list(adoption.high_value_features),
        "advanced_window": adoption.advanced_window,
        "new_release_days": adoption.new_release_days,
        "open_share": adoption.open_share,
        "daily_days": definitions.cadence.daily_days,
        "cadences": definitions.cadence.rhythms(),
        "started_within_days": adoption.started_within_days,
        "value_stage": adoption.value_stage,
        "heavy_share": adoption.heavy_share,
        **asdict(definitions.voice),
    }
    named = set(re.findall(r"\$(\w+)", sql))
    return people.parameters(sql, as_of, definitions) | {name: values[name] for name in values if name in named}
