"""Numbers as people read them: short, with their unit, a true minus sign, and a dash where there is none.

count     1,234              money   1.2 M, 340 k, 9,500     percent  12.3 %
interval  11.2 % (8.4–14.7)  points  +1.2 points             n_of     n = 128
plural    23 accounts                points_between  +1.2 (+0.3 to +2.1)
"""

import math

MINUS = "\u2212"
NOTHING = "–"


def count(value: float) -> str:
    """1,234; a dash where there is no number."""
    return NOTHING if _is_nothing(value) else _minus(f"{round(value):,}")


def money(value: float) -> str:
    """1.2 M, 340 k, 9,500: short, without a currency, since the data may name none."""
    if _is_nothing(value):
        return NOTHING
    size = abs(value)
    for least, unit, sign in ((499.5e6, 1e9, "B"), (499.5e3, 1e6, "M"), (9_999.5, 1e3, "k")):
        if size >= least:
            return _minus(f"{value / unit:,.{0 if sign == 'k' or size / unit >= 99.95 else 1}f} {sign}")
    return _minus(f"{value:,.0f}")


def percent(rate: float, digits: int = 1) -> str:
    """12.3 %, from 0.123."""
    return NOTHING if _is_nothing(rate) else _minus(f"{rate * 100:.{digits}f} %")


def interval(rate: float, lo: float, hi: float) -> str:
    """11.2 % (8.4–14.7)."""
    return percent(rate) if _is_nothing(lo) or _is_nothing(hi) else f"{percent(rate)} ({lo * 100:.1f}–{hi * 100:.1f})"


def points(difference: float) -> str:
    """+1.2 points, from a difference of two rates."""
    return NOTHING if _is_nothing(difference) else f"{_signed(difference * 100, 1)} points"


def points_between(difference: float, lo: float, hi: float) -> str:
    """+1.2 (+0.3 to +2.1): points, from a difference of two rates and its interval."""
    if _is_nothing(difference):
        return NOTHING
    return f"{_signed(difference * 100, 1)} ({_signed(lo * 100, 1)} to {_signed(hi * 100, 1)})"


def n_of(n: float) -> str:
    """n = 128."""
    return f"n = {count(n)}"


def plural(n: float, one: str, many: str | None = None) -> str:
    """1 account, 23 accounts."""
    return f"{count(n)} {one if round(n) == 1 else many or one + 's'}"


def _signed(value: float, digits: int) -> str:
    said = f"{value:+,.{digits}f}"
    return said[1:] if not any(letter in "123456789" for letter in said) else _minus(said)


def _minus(said: str) -> str:
    """A true minus sign, and none before a zero."""
    return said.lstrip("-") if not any(letter in "123456789" for letter in said) else said.replace("-", MINUS)


def _is_nothing(value: float | None) -> bool:
    return value is None or not math.isfinite(value)
