"""Renewals ahead in the definitions: how far one looks, what counts as too many seats, and when a chance is a verdict.

RenewalsAhead   days, shares and chances
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
