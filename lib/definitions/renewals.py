"""Renewals in the definitions: what renews what, what other currencies are worth, and what a customer is.

Renewals    days of grace, days early, and rates
Economics   the margin, and the months over which a customer's worth is counted
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
class Economics:
    gross_margin: float
    horizon_months: int

    def rules(self):
        yield "gross_margin", 0 < self.gross_margin <= 1, "a share above 0 and up to 1; 1 counts revenue"
        yield "horizon_months", 1 <= self.horizon_months <= 120, "months, 1 to 120"
