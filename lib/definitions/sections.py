"""The sections of a definitions file: a dataclass each, whose `rules` say what its words must be."""

import itertools
import math
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Calendar:
    fiscal_year_starts_in: int

    def rules(self):
        yield "fiscal_year_starts_in", 1 <= self.fiscal_year_starts_in <= 12, "a month, 1 to 12"


@dataclass(frozen=True)
class Reading:
    stale_days: int
    few_accounts: int
    too_few_accounts: int

    def rules(self):
        yield "stale_days", self.stale_days >= 0, "days, 0 or more"
        yield "few_accounts", self.few_accounts >= 1, "accounts, 1 or more"
        yield "too_few_accounts", self.too_few_accounts >= 1, "accounts, 1 or more"


@dataclass(frozen=True)
class Hotspots:
    alpha: float
    minimum_lift: float
    depth: int
    tenure_bands_days: tuple[float, ...]

    def rules(self):
        yield "alpha", 0 < self.alpha <= 0.5, "a share above 0 and up to 0.5"
        yield "minimum_lift", 1 <= self.minimum_lift <= 10, "a ratio, 1 to 10"
        yield "depth", 1 <= self.depth <= 4, "1 to 4 dimensions"
        yield "tenure_bands_days", _rises(self.tenure_bands_days, at_most=5), "up to 5 days, rising"


@dataclass(frozen=True)
class UsagePattern:
    weeks: int
    frequency: tuple[float, ...]
    breadth: tuple[float, ...]
    volume: tuple[float, ...]
    seat_utilisation: tuple[float, ...]
    concentration: tuple[float, ...]

    def rules(self):
        yield "weeks", 1 <= self.weeks <= 52, "weeks, 1 to 52"
        for name in ("frequency", "breadth", "volume", "seat_utilisation", "concentration"):
            yield name, _rises(getattr(self, name), at_most=9), "1 to 9 numbers, rising"


@dataclass(frozen=True)
class Standing:
    renewal_windows_days: tuple[float, ...]
    renewing_days: int
    onboarding_days: int
    utilisation_bands: tuple[float, ...]
    drop_ratio: float
    rise_ratio: float
    least_active: int
    top_user_share: float
    low_sentiment: int
    least_peers: int

    def rules(self):
        days = self.renewal_windows_days
        is_whole = all(map(float.is_integer, days)) and all(0 < each <= 730 for each in days)
        yield "renewal_windows_days", _rises(days, at_most=9) and is_whole, "1 to 9 numbers of days, 1 to 730, rising"
        yield "renewing_days", 1 <= self.renewing_days <= 730, "days, 1 to 730"
        yield "onboarding_days", 0 <= self.onboarding_days <= 730, "days, 0 to 730"
        is_share = all(0 < each <= 2 for each in self.utilisation_bands)
        yield (
            "utilisation_bands",
            _rises(self.utilisation_bands, at_most=5) and is_share,
            "1 to 5 shares of seats, rising",
        )
        yield "drop_ratio", 0 < self.drop_ratio < 1, "a ratio above 0 and below 1"
        yield "rise_ratio", 1 < self.rise_ratio <= 10, "a ratio above 1 and up to 10"
        yield "least_active", self.least_active >= 1, "people, 1 or more"
        yield "top_user_share", 0 < self.top_user_share <= 0.5, "a share above 0 and up to 0.5"
        yield "low_sentiment", 1 <= self.low_sentiment <= 5, "a score, 1 to 5"
        yield "least_peers", self.least_peers >= 1, "accounts, 1 or more"


@dataclass(frozen=True)
class OneAccount:
    spread_window: int
    spread_share: float
    spread_least_events: int
    recent_weeks: int
    new_feature_days: int
    wins_days: int
    promoter_score: int
    win_feature_people: int

    def rules(self):
        yield "spread_window", 1 <= self.spread_window <= 52, "weeks, 1 to 52"
        yield "spread_share", 0 < self.spread_share < 1, "a share above 0 and below 1"
        yield "spread_least_events", self.spread_least_events >= 1, "events, 1 or more"
        yield "recent_weeks", 1 <= self.recent_weeks <= 52, "weeks, 1 to 52"
        yield "new_feature_days", 1 <= self.new_feature_days <= 365, "days, 1 to 365"
        yield "wins_days", 1 <= self.wins_days <= 730, "days, 1 to 730"
        yield "promoter_score", 0 <= self.promoter_score <= 10, "a score, 0 to 10"
        yield "win_feature_people", self.win_feature_people >= 1, "people, 1 or more"


@dataclass(frozen=True)
class Adoption:
    key_actions: tuple[str, ...]
    high_value_features: tuple[str, ...]
    adopted_days: int
    adopted_within_days: int
    loyal_weeks: int
    loyal_of_weeks: int
    account_adopted_share: float
    clock_days: int
    horizon_days: int
    clock_share: float
    clock_margin: float
    rare_chance: float
    nurture_days: int
    nurture_chance: float
    risen_points: float
    started_within_days: int
    value_stage: str
    heavy_share: float
    advanced_window: int
    new_release_days: int
    open_share: float

    def rules(self):
        for name in ("key_actions", "high_value_features"):
            said = getattr(self, name)
            yield name, all(map(str.strip, said)) and len(set(said)) == len(said), "features, each once; or none"
        yield "adopted_days", 1 <= self.adopted_days <= 366, "days, 1 to 366"
        yield "adopted_within_days", self.adopted_days <= self.adopted_within_days <= 366, "days, adopted_days to 366"
        yield "loyal_weeks", 1 <= self.loyal_weeks <= self.loyal_of_weeks, "weeks, 1 to loyal_of_weeks"
        yield "loyal_of_weeks", 1 <= self.loyal_of_weeks <= 52, "weeks, 1 to 52"
        yield "account_adopted_share", 0 < self.account_adopted_share <= 1, "a share above 0 and up to 1"
        yield "clock_days", 7 <= self.clock_days <= 730, "days, 7 to 730"
        yield "horizon_days", self.clock_days < self.horizon_days <= 1095, "days, more than clock_days and up to 1095"
        yield "clock_share", 0.5 <= self.clock_share < 1, "a share of 0.5 or more and below 1"
        yield "clock_margin", 0 < self.clock_margin <= 0.25, "a share above 0 and up to 0.25"
        yield "rare_chance", 0 < self.rare_chance < 1, "a share above 0 and below 1"
        yield "nurture_days", 7 <= self.nurture_days <= 180, "days, 7 to 180"
        yield "nurture_chance", 0 < self.nurture_chance < 1, "a share above 0 and below 1"
        yield "risen_points", 0 < self.risen_points < 1, "a share above 0 and below 1"
        yield "started_within_days", 30 <= self.started_within_days <= 1095, "days, 30 to 1095"
        yield "value_stage", bool(self.value_stage.strip()), "the name of a stage"
        yield "heavy_share", 0 < self.heavy_share <= 0.5, "a share above 0 and up to 0.5"
        yield "advanced_window", 1 <= self.advanced_window <= 52, "weeks, 1 to 52"
        yield "new_release_days", 1 <= self.new_release_days <= 1095, "days, 1 to 1095"
        yield "open_share", 0 <= self.open_share <= 0.5, "a share, 0 to 0.5"


@dataclass(frozen=True)
class Voice:
    review_days: int
    ticket_days: int
    survey_days: int
    answer_days: int
    promoter_from: int
    detractor_to: int
    satisfied_from: int

    def rules(self):
        for name in ("review_days", "ticket_days", "survey_days"):
            yield name, 1 <= getattr(self, name) <= 730, "days, 1 to 730"
        yield "answer_days", 0 <= self.answer_days < self.survey_days, "days, 0 or more and fewer than survey_days"
        yield "promoter_from", self.detractor_to < self.promoter_from <= 10, "a score above detractor_to and up to 10"
        yield "detractor_to", 0 <= self.detractor_to <= 9, "a score, 0 to 9"
        yield "satisfied_from", 2 <= self.satisfied_from <= 5, "a score, 2 to 5"


@dataclass(frozen=True)
class Carries:
    least_accounts: int
    least_lost: int
    few_event_types: int
    few_values: int
    touch_days: int

    def rules(self):
        yield "least_accounts", self.least_accounts >= 1, "accounts, 1 or more"
        yield "least_lost", self.least_lost >= 1, "accounts, 1 or more"
        yield "few_event_types", self.few_event_types >= 0, "features, 0 or more"
        yield "few_values", 1 <= self.few_values <= 20, "values, 1 to 20"
        yield "touch_days", 1 <= self.touch_days <= 730, "days, 1 to 730"


@dataclass(frozen=True)
class Corners:
    said_days: int
    nps_satisfied: float
    csat_satisfied: float
    sentiment_satisfied: float
    proficient_score: float
    proficient_share: float

    def rules(self):
        yield "said_days", 1 <= self.said_days <= 1095, "days, 1 to 1095"
        for name in ("nps_satisfied", "csat_satisfied", "sentiment_satisfied", "proficient_score"):
            yield name, 0 <= getattr(self, name) <= 100, "a score, 0 to 100"
        yield "proficient_share", 0 < self.proficient_share <= 1, "a share above 0 and up to 1"


@dataclass(frozen=True)
class Cadence:
    daily: tuple[float, ...]
    weekly: tuple[float, ...]
    monthly: tuple[float, ...]
    quarterly: tuple[float, ...]
    daily_days: int

    def rules(self):
        for name in ("daily", "weekly", "monthly", "quarterly"):
            weeks = getattr(self, name)
            is_right = len(weeks) == 2 and all(map(float.is_integer, weeks)) and 1 <= weeks[0] <= weeks[1] <= 52
            yield name, is_right, "two whole numbers, so many of the last so many weeks, 1 to 52"
        yield "daily_days", 1 <= self.daily_days <= 7, "days, 1 to 7"

    def rhythms(self) -> list[dict]:
        """The weeks each rhythm asks for: at least `least` of the last `among`."""
        named = {"daily": self.daily, "weekly": self.weekly, "monthly": self.monthly, "quarterly": self.quarterly}
        return [{"rhythm": name, "least": int(least), "among": int(among)} for name, (least, among) in named.items()]


@dataclass(frozen=True)
class Targets:
    """A target per KPI, by the KPI's name: what is at least it, or at most, where less is better, is met."""

    under_utilised_rate: float
    seats_assigned_rate: float
    seats_active_rate: float
    activated_seats_rate: float
    risen_rate: float
    dau_mau: float
    wau_mau: float
    weekly_active_rate: float
    adopted_share_rate: float
    high_engaged_users: float
    medium_engaged_users: float
    low_engaged_users: float
    use_gini: float
    one_person_rate: float
    roles_in_use_rate: float
    features_per_user: float
    high_value_rate: float
    advanced_rate: float
    new_features_rate: float
    features_per_month: float
    settings_tuned: float
    onboarded_on_time_rate: float
    first_key_action_days: float
    ttv_days: float
    onboarding_engagement_rate: float
    business_review_rate: float
    tickets_per_user: float
    net_promoter_score: float
    nps_response_rate: float
    csat_rate: float
    csat_response_rate: float
    surveyed_proficiency: float
    arr_growth_rate: float
    heavy_lost_rate: float

    def rules(self):
        for each in fields(self):
            yield each.name, math.isfinite(getattr(self, each.name)), "a number"


def _rises(values: tuple[float, ...], *, at_most: int) -> bool:
    return (
        0 < len(values) <= at_most
        and all(map(math.isfinite, values))
        and all(low < high for low, high in itertools.pairwise(values))
    )
