"""The six revenue levers in the definitions: what counts as engaged, near its limit, falling, a heavy user, a barrier.

Meter    how an allowance is held against use
Levers   days, shares and numbers
"""

from dataclasses import dataclass

COUNTS = ("people", "machines", "all")


@dataclass(frozen=True)
class Meter:
    """An allowance of so much in `days`, used up by the quantity of people's events, of machines', or of both."""

    metric: str
    counts: str
    days: int = 30


@dataclass(frozen=True)
class Levers:
    trial_days: int
    trial_events: int
    early_days: int
    least_trials: int
    least_converted: int
    limit_share: float
    soon_days: int
    meters: tuple[Meter, ...]
    fast_velocity: float
    fall_weeks: int
    fall_share: float
    fall_least_people: float
    heavy_weeks: int
    heavy_share: float
    heavy_events: int
    barrier_weeks: int
    barrier_times: int
    barrier_left: int
    barrier_people: int
    barrier_share: float

    def rules(self):
        yield "trial_days", 1 <= self.trial_days <= 60, "days, 1 to 60"
        yield "trial_events", self.trial_events >= 1, "uses, 1 or more"
        yield "early_days", 1 <= self.early_days <= 60, "days, 1 to 60"
        yield "least_trials", self.least_trials >= 10, "trials, 10 or more"
        yield "least_converted", self.least_converted >= 5, "trials, 5 or more"
        yield "limit_share", 0 < self.limit_share <= 1, "a share of the limit above 0 and up to 1"
        yield "soon_days", 0 <= self.soon_days <= 730, "days, 0 to 730"
        is_meter = all(each.metric and each.counts in COUNTS and 1 <= each.days <= 366 for each in self.meters)
        is_once = len({each.metric for each in self.meters}) == len(self.meters)
        yield (
            "meters",
            is_meter and is_once,
            f"metrics, each once, with counts = {', '.join(COUNTS)} and days, 1 to 366",
        )
        yield "fast_velocity", 0 < self.fast_velocity < 1, "a share of the peers' days above 0 and below 1"
        yield "fall_weeks", 8 <= self.fall_weeks <= 104, "weeks, 8 to 104"
        yield "fall_share", 0 < self.fall_share < 1, "a share of the use before, above 0 and below 1"
        yield "fall_least_people", self.fall_least_people > 0, "people a week, more than 0"
        yield "heavy_weeks", 1 <= self.heavy_weeks <= 52, "weeks, 1 to 52"
        yield "heavy_share", 0 < self.heavy_share <= 0.5, "a share of people above 0 and up to 0.5"
        yield "heavy_events", self.heavy_events >= 1, "uses, 1 or more"
        yield "barrier_weeks", 1 <= self.barrier_weeks <= 52, "weeks, 1 to 52"
        yield "barrier_times", self.barrier_times >= 1, "times, 1 or more"
        yield "barrier_left", self.barrier_left >= 1, "processes, 1 or more"
        yield "barrier_people", self.barrier_people >= 1, "people, 1 or more"
        yield "barrier_share", 0 < self.barrier_share <= 1, "a share of people above 0 and up to 1"
