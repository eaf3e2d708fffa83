"""How long customers stay, in words.

said     the takeaway: how many are still there, and which value leaves sooner or stays longer beyond chance
firsts   a row per value, with what is said of it as a whole
name_of  a value as it is shown
between, signed, plus, amount   figures of a row with their interval, months or money more or less, and money
"""

from collections.abc import Sequence

import pandas as pd

from lib.facts.levels import OTHER
from lib.measures import Answer
from lib.measures.lives.lives import DAYS_A_MONTH
from lib.view import numbers, tables
from lib.view.plain import plain
from lib.view.words import word_within

MISSING = "(missing)"  # a value that is not given
SURE = 0.05  # q up to which a value differs from the rest beyond chance


def firsts(answer: Answer) -> list[dict]:
    """A row per value, with what is said of it as a whole; all other values together last."""
    rows = answer.table[~answer.table["is_whole"].astype(bool)].drop_duplicates("level")
    return sorted(tables.records(rows), key=lambda row: row["level"] == OTHER)


def name_of(level: object) -> str:
    """A value as it is shown."""
    return level if isinstance(level, str) else MISSING


def said(whole: pd.DataFrame, rows: Sequence[dict], by: str) -> str:
    """The takeaway, past `plain`."""
    parts = [_still(whole)]
    if by:
        named = [row for row in rows if row["level"] != OTHER]
        differ = [row for row in named if row["q_rest"] <= SURE]
        sooner, longer = (
            sorted(
                (row for row in differ if row["life_difference"] * sign > 0),
                key=lambda row: -abs(row["life_difference"]),
            )
            for sign in (-1, 1)
        )
        parts += [_differs(row) for row in (*sooner[:1], *longer[:1])]
        more = len(differ) - len(sooner[:1]) - len(longer[:1])
        if more > 0:
            parts.append(f"{numbers.plural(more, 'other value differs', 'other values differ')} as well.")
        if not differ:
            is_told = any(row["q_rest"] == row["q_rest"] for row in named)
            parts.append(
                f"By {plain(word_within(by))} nothing stands out beyond chance."
                if is_told
                else f"Too few to compare by {plain(word_within(by))}."
            )
    return " ".join(parts)


def _still(whole: pd.DataFrame) -> str:
    first = whole.iloc[0]
    if first["half_stay_days"] == first["half_stay_days"]:
        lo, hi = (_time(first[f"half_stay_days_{end}"]) for end in ("lo", "hi"))
        between = f" ({lo} to {hi})" if hi else f" ({lo} or more)"
        return f"<b>Half of the customers are still there after {_time(first['half_stay_days'])}</b>{between}."
    row = whole[whole["month"] <= first["horizon_months"]].iloc[-1]
    rate = numbers.percent(row["survival_rate"], 0)
    between = f"{row['survival_rate_lo'] * 100:.0f} to {row['survival_rate_hi'] * 100:.0f} %"
    return f"<b>{rate} of the customers are still there after {_time(row['month'] * DAYS_A_MONTH)}</b> ({between})."


def _differs(row: dict) -> str:
    months, name = row["life_difference"], plain(name_of(row["level"]))
    how, more = ("leave sooner", "less") if months < 0 else ("stay longer", "more")
    worth = row["arr_difference_worth"]
    money = (
        f", {numbers.money(abs(worth))} {plain(row['currency'])} {more} each".replace("  ", " ")
        if row["arr_difference_lo"] * row["arr_difference_hi"] > 0 and worth * months > 0
        else ""
    )
    q = "q&nbsp;&lt;&nbsp;0.001" if row["q_rest"] < 0.001 else f"q&nbsp;=&nbsp;{row['q_rest']:.2g}"
    return (
        f"<b>{name} customers {how}</b>: {abs(months):.1f} months {more} of the first {row['horizon_months']} than the rest "
        f"({q}){money}."
    )


def _time(days: float) -> str:
    """3.1 years, 8.2 months, 20 days; nothing where there is no number."""
    if days != days:
        return ""
    for length, unit in ((12 * DAYS_A_MONTH, "year"), (DAYS_A_MONTH, "month")):
        if days >= 1.5 * length:
            value = f"{days / length:.1f}".removesuffix(".0")
            return f"{value} {unit}s"
    return numbers.plural(days, "day")


def between(row: dict, name: str) -> str:
    """31.5 (31.3–31.8)."""
    value, lo, hi = (row[f"{name}{end}"] for end in ("", "_lo", "_hi"))
    if value != value:
        return numbers.NOTHING
    return f"{value:.1f}" if lo != lo else f"{value:.1f} ({lo:.1f}–{hi:.1f})"


def signed(row: dict, name: str) -> str:
    """−2.3 (−3.0 to −1.5)."""
    value, lo, hi = (row[f"{name}{end}"] for end in ("", "_lo", "_hi"))
    if value != value:
        return numbers.NOTHING
    return f"{_sign(value)} ({_sign(lo)} to {_sign(hi)})" if lo == lo else _sign(value)


def plus(money: float) -> str:
    """+2.3 k, −3.2 k."""
    return f"+{numbers.money(money)}" if money > 0 else numbers.money(money)


def amount(row: dict, name: str) -> str:
    """48 k (46 k–50 k)."""
    value, lo, hi = (row[f"{name}{end}"] for end in ("", "_lo", "_hi"))
    return numbers.money(value) if lo != lo else f"{numbers.money(value)} ({numbers.money(lo)}–{numbers.money(hi)})"


def _sign(value: float) -> str:
    said = f"{value:+.1f}"
    return said[1:] if said[1:] == "0.0" else said.replace("-", numbers.MINUS)
