"""Levers and their parts as people call them.

LEVERS, PARTS   name -> what people call it, of either view
CALENDAR        the same where the calendar says it otherwise
lever           what a lever is called in a view
amount          ARR or MRR
parted          a lever with its part
money_of        the ARR of a lever
period          a list's days: Mar 2026, or from one day to another
currency        a currency, or that none is given
"""

from datetime import date, timedelta

from lib.book import read_day, say_day
from lib.view import numbers

LEVERS = {
    "due": "Due", "decided": "Decided", "renewed_flat": "Renewed flat", "renewed_up": "Renewed for more",
    "renewed_down": "Renewed for less", "downsell": "Down-sell", "lapsed": "Lapsed", "gone": "Customers lost", "pending": "Pending",
    "upcoming": "Upcoming", "upsell": "Up-sell at renewal", "cancelled": "Cancelled", "new": "New", "reactivated": "Reactivated",
    "cross_sell": "Cross-sell", "upsell_mid_term": "Up-sell mid-term", "downsell_mid_term": "Down-sell mid-term",
    "opening": "Opening", "lapse": "Lapsed", "cancellation": "Cancelled", "restated": "Restated", "closing": "Closing",
    "lost": "Lost", "moved": "All that moved", "customers": "Customers", "kept": "Still a customer", "standing": "Live",
}  # fmt: skip
CALENDAR = {"downsell": "Down-sell at renewal", "gone": "Gone"}
PARTS = {
    "volume": "Volume", "price": "Price", "edition": "Edition", "untold": "Not told apart", "with notice": "With notice",
    "without notice": "Without notice",
}  # fmt: skip

_PARTS_WITHIN = {"without notice": "no notice", "untold": "not told apart"}


def lever(name: str, view: str) -> str:
    """What a lever is called."""
    return (CALENDAR if view == "calendar" else {}).get(name, LEVERS.get(name, name))


def amount(money: str) -> str:
    """ARR, or MRR."""
    return money.upper()


def period(begins: str, ends: str) -> str:
    """Mar 2026 where it is a month, else its first and last day."""
    first, after = read_day(begins), read_day(ends)
    last = after - timedelta(days=1)
    if first.day == 1 and after == _next_month(first):
        return f"{first:%b %Y}"
    return f"{say_day(first)} – {say_day(last)}"


def currency(name: str) -> str:
    """A currency, or that none is given."""
    return name or "no currency given"


def parted(name: str, part: str, view: str) -> str:
    """A lever with its part: Lapsed, no notice; Up-sell at renewal, volume."""
    said = lever(name, view)
    return f"{said}, {_PARTS_WITHIN.get(part, part)}" if part else said


def money_of(row: dict) -> str:
    """The ARR of a lever, short, without a sign."""
    return numbers.money(abs(row["lever_arr"]))


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
