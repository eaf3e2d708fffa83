"""Reach in the definitions: within which days a contact counts, how often accounts are to be met, what a contact costs.

Reach   days, hours, least counts
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reach:
    reach_days: int
    meet_every_days: tuple[tuple[str, float], ...]
    effect_days: int
    least_accounts: int
    hours: tuple[tuple[str, float], ...]
    other_hours: float

    def rules(self):
        yield "reach_days", 1 <= self.reach_days <= 730, "days, 1 to 730"
        days = [every for _, every in self.meet_every_days]
        is_whole = all(each.is_integer() and 0 <= each <= 730 for each in days)
        yield "meet_every_days", is_whole, "days by touch model, whole and 0 to 730 (0: none is asked)"
        yield "effect_days", 14 <= self.effect_days <= 365, "days, 14 to 365"
        yield "least_accounts", self.least_accounts >= 10, "accounts, 10 or more"
        yield "hours", all(0 <= each <= 1000 for _, each in self.hours), "hours by kind of touch, 0 to 1000"
        yield "other_hours", 0 <= self.other_hours <= 1000, "hours, 0 to 1000"

    def models(self) -> tuple[list[str], list[int]]:
        """Touch models as they are compared, and in how many days each asks for a meeting."""
        return _folded(self.meet_every_days), [int(every) for _, every in self.meet_every_days]

    def kinds(self) -> tuple[list[str], list[float]]:
        """Kinds of touch as they are compared, and the hours each takes."""
        return _folded(self.hours), [each for _, each in self.hours]


def _folded(named: tuple[tuple[str, float], ...]) -> list[str]:
    return [name.strip().lower() for name, _ in named]
