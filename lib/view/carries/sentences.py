"""Traits, and what the page comes to, in words.

called      what people call a trait, as typed
headline    the page in a sentence: what goes with staying, what with leaving, or that nothing does
priced      features that go with staying and whose place in the plans is worth a thought
with_it     what having the trait means, for the list of its accounts
"""

from collections.abc import Mapping, Sequence

import pandas as pd

from lib.measures.carries.traits import IN_EVERY_PLAN, IN_NO_PLAN, LEAVING, STAYING
from lib.view import numbers
from lib.view.plain import plain
from lib.view.words import word

MOST_NAMED = 3
WITH = {
    "feature": ("Used it", "Did not use it"),
    "setting": ("Set", "Not set"),
    "behaviour": ("Had it", "Had it not"),
}


def called(row: Mapping[str, object]) -> str:
    """Automations; Single sign on: off; Use in every week."""
    name = str(row["trait_name"])
    if row["trait_kind"] == "setting":
        setting, colon, value = name.partition(": ")
        return f"{word(setting)}{colon}{value}"
    if row["trait_kind"] == "behaviour":
        return name[:1].upper() + name[1:]
    return word(name) if name == row["trait"] else name


def with_it(kind: str) -> tuple[str, str]:
    """What to call those that had the trait and those that had not."""
    return WITH[kind]


def headline(table: pd.DataFrame, rows: Sequence[Mapping[str, object]]) -> str:
    """HTML. `rows` are those of `table`."""
    tested = int(table["p_value"].notna().sum())
    if not tested:
        return "<b>Too few to tell what goes with staying.</b>"
    staying, leaving = ([row for row in rows if row["goes_with"] == verdict] for verdict in (STAYING, LEAVING))
    beyond, looked_at = "beyond chance and beyond age, segment and size", f"{tested} features, settings and behaviours"
    if not staying and not leaving:
        return f"<b>Nothing stands out:</b> none of {looked_at} goes with staying or leaving {beyond}."
    parts = []
    if staying:
        verb = "goes" if len(staying) == 1 else "go"
        parts.append(f"<b>{len(staying)} of {looked_at} {verb} with staying</b>, {beyond}: {_named(staying)}.")
    else:
        parts.append(f"<b>None of {looked_at} goes with staying</b> {beyond}.")
    if leaving:
        verb = "goes" if len(leaving) == 1 else "go"
        leaving = sorted(leaving, key=lambda row: row["adjusted_difference"])
        parts.append(f"<b>{len(leaving)} {verb} with leaving</b>: {_named(leaving)}.")
    return " ".join(parts)


def priced(rows: Sequence[Mapping[str, object]]) -> str:
    """HTML: A and B go with staying and are in every plan: they could be worth more. Empty where there is none such."""
    parts = []
    for hint in (IN_EVERY_PLAN, IN_NO_PLAN):
        names = [plain(called(row)) for row in rows if row["price_hint"] == hint]
        if names:
            where, rest = hint.split(": ")
            listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
            verb, they = ("is", "it") if len(names) == 1 else ("are", "they")
            parts.append(f"{listed} {verb} {where}: {they} {rest}.")
    return f"<b>Price hint:</b> {' '.join(parts)}" if parts else ""


def _named(rows: Sequence[Mapping[str, object]]) -> str:
    said = [
        f"{plain(called(row))} {numbers.points(row['adjusted_difference'])} "
        f"<span class='hl-nowrap'>{_interval(row)}</span>"
        for row in rows[:MOST_NAMED]
    ]
    more = [f"and {len(rows) - MOST_NAMED} more"] if len(rows) > MOST_NAMED else []
    return ", ".join([*said, *more])


def _interval(row: Mapping[str, object]) -> str:
    """(+1.8 to +5.7), points."""
    said = numbers.points_between(*(row[f"adjusted_difference{end}"] for end in ("", "_lo", "_hi")))
    return said[said.index("(") :]
