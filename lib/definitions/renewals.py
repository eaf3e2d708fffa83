"""Renewals in the definitions: what renews what, what other currencies are worth, and when a forecast may speak.

Renewals   days of grace, days early, and rates
Forecast   the least a forecast learns from, and how far its record goes back
"""

import re
from dataclasses import dataclass

_RATE = re.compile(r"[A-Z]{3} +(?!0*\.?0*$)\d{1,9}(\.\d{1,8})?")


@dataclass(frozen=True)
class Renewals:
    grace_days: int
    early_days: int
    currency: str
    rates: tuple[str, ...]

    def rules(self):
        yield "grace_days", 0 <= self.grace_days <= 365, "days, 0 to 365"
        yield "early_days", 0 <= self.early_days <= 365, "days, 0 to 365"
        yield "currency", re.fullmatch(r"([A-Z]{3})?", self.currency), "three capital letters, or empty"
        named = [each.split()[0] for each in self.rates if _RATE.fullmatch(each)]
        is_rate = len(named) == len(set(named)) == len(self.rates) and self.currency not in named
        yield "rates", is_rate, 'other currencies and what one of theirs is worth, each once: ["EUR 1.08", "GBP 1.27"]'
        yield "rates", self.currency or not self.rates, "empty where no currency is given"

    def worth(self) -> dict[str, str]:
        """What one unit of a currency is worth in `currency`, itself first; nothing where none is given."""
        return {self.currency: "1"} | dict(each.split() for each in self.rates) if self.currency else {}


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
