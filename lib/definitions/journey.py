"""The journey of accounts: stages in order, and what completes each.

Journey   the section: its stages, and how they are measured
Stage     one of them; entered when the one before it is completed
METRICS   what can complete a stage; NAMED: those that say of what
"""

from dataclasses import asdict, dataclass

METRICS = {  # what completes a stage of the journey -> what its threshold counts
    "milestone": None,  # the next stage, recorded
    "active_people": "people active in a week",
    "active_days": "days with use in a week",
    "features": "features used in a week",
    "events": "events in a week",
    "active_share": "people active in a week / seats",
    "feature_people": "people who have used the feature of `of`",
    "survey": "a score of the survey of `of`",
    "goals": "promised outcomes reached",
    "days": "days after the stage was entered",
}
NAMED = ("feature_people", "survey")  # metrics that say of what in `of`


@dataclass(frozen=True)
class Stage:
    """A stage of a journey: entered when the one before it is completed."""

    stage: str
    objective: str = ""
    metric: str = "milestone"  # completes it
    of: str = ""
    at_least: float = 1.0
    expected_days: int = 0  # 0: none expected
    is_optional: bool = False  # passed over without being missed
    is_exit: bool = False  # an end that is none of the journey's aims: a deal lost
    journey: str = ""  # the value of journey.by it is for; empty: everybody without a journey of their own


@dataclass(frozen=True)
class Journey:
    by: str
    milestones: str
    horizon_days: int
    next_days: int
    least_accounts: int
    slow_share: float
    landmark_days: int
    stages: tuple[Stage, ...]

    def rules(self):
        yield "milestones", self.milestones in ("stage", "account"), "stage or account"
        yield "horizon_days", 30 <= self.horizon_days <= 1825, "days, 30 to 1825"
        yield "next_days", 1 <= self.next_days <= 365, "days, 1 to 365"
        yield "least_accounts", self.least_accounts >= 1, "accounts, 1 or more"
        yield "slow_share", 0.5 <= self.slow_share < 1, "a share of 0.5 or more and below 1"
        yield "landmark_days", 7 <= self.landmark_days <= 730, "days, 7 to 730"
        names = list(dict.fromkeys(each.journey for each in self.stages))
        journeys = [[each for each in self.stages if each.journey == name] for name in names]
        is_named = all(each.stage.strip() == each.stage != "" for each in self.stages)
        yield "stages", is_named, "stages with a name each, without a space at its ends"
        once = all(len({each.stage.casefold() for each in stages}) == len(stages) for stages in journeys)
        yield "stages", once, "stages that come once in a journey, upper and lower case alike"
        long = all(2 <= sum(not each.is_exit for each in stages) <= 20 for stages in journeys)
        yield "stages", bool(journeys) and long, "2 to 20 stages a journey, exits not counted"
        yield "stages", bool(self.by) or names == [""], "of one journey where `by` names no column: leave `journey` out"
        known = all(each.metric in METRICS for each in self.stages)
        yield "stages", known, f"completed by a metric, one of {', '.join(METRICS)}"
        told = all(bool(each.of.strip()) == (each.metric in NAMED) for each in self.stages)
        yield "stages", told, f"with `of` for the metrics {' and '.join(NAMED)}, and for no other"
        yield "stages", all(0 < each.at_least < 1e12 for each in self.stages), "with at_least above 0"
        yield "stages", all(0 <= each.expected_days <= 1825 for each in self.stages), "with expected_days of 0 to 1825"

    def rows(self) -> list[dict]:
        """The stages as rows, numbered in their journey; an exit's number says only that it comes last."""
        numbered, counts = [], {}
        for each in sorted(self.stages, key=lambda stage: stage.is_exit):
            counts[each.journey] = place = counts.get(each.journey, 0) + 1
            numbered.append(asdict(each) | {"place": place})
        return numbered
