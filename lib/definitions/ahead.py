"""Renewals ahead in the definitions: how far one looks, what counts as too many seats, and when a chance is a verdict.

RenewalsAhead   days, shares and chances
Forecast        the least a forecast learns from, and how far its record goes back
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class RenewalsAhead:
    lead_days: int
    sizing_days: int
    sizing_below: float
    cushion_share: float
    race_days: int
    race_unlikely: float
    notice_days: int
    flat_times: int

    def rules(self):
        yield "lead_days", 0 <= self.lead_days <= 365, "days, 0 to 365"
        for name in ("sizing_days", "race_days", "notice_days"):
            yield name, 1 <= getattr(self, name) <= 730, "days, 1 to 730"
        yield "sizing_below", 0 < self.sizing_below <= 1, "a share of seats above 0 and up to 1"
        yield "cushion_share", 0 <= self.cushion_share <= 1, "a share, 0 to 1"
        yield "race_unlikely", 0 < self.race_unlikely < 0.5, "a chance above 0 and below 0.5"
        yield "flat_times", 1 <= self.flat_times <= 20, "renewals, 1 to 20"


@dataclass(frozen=True)
class Forecast:
    least_renewals: int
    least_lost: int
    least_days: int
    learn_quarters: int
    record_quarters: int
    usual_shock: float

    def rules(self):
        yield "least_renewals", self.least_renewals >= 50, "renewals, 50 or more"
        yield "least_lost", self.least_lost >= 10, "renewals, 10 or more"
        yield "least_days", 92 <= self.least_days <= 3650, "days, 92 to 3650"
        yield "learn_quarters", 2 <= self.learn_quarters <= 40, "quarters, 2 to 40"
        yield "record_quarters", 1 <= self.record_quarters <= self.learn_quarters, "quarters, 1 to learn_quarters"
        yield "usual_shock", 0 <= self.usual_shock <= 1, "log-odds, 0 to 1"
