"""From what was due to what became of it, or from the opening to the closing of the period, step by step; each opens its list.

section   the columns
"""

from lib.book import Book
from lib.measures import Answer
from lib.view import look, numbers
from lib.view.charts import theme, waterfall
from lib.view.charts.waterfall import DOWN, KEPT, LEVEL, OPEN, UP, Step
from lib.view.plain import plain
from lib.view.renewals import board, figures, spelt
from lib.view.renewals.board import Told
from lib.view.renewals.renewalsstate import Renewals

_POOL = {
    ("renewed_flat", ""): KEPT, ("renewed_up", ""): KEPT, ("renewed_down", ""): KEPT, ("downsell", ""): DOWN,
    ("lapsed", "with notice"): DOWN, ("lapsed", "without notice"): DOWN, ("pending", ""): OPEN, ("upcoming", ""): OPEN,
}  # fmt: skip
_MOVES = (
    ("new", ""), ("reactivated", ""), ("cross_sell", ""), ("upsell", ""), ("upsell_mid_term", ""), ("downsell", ""),
    ("downsell_mid_term", ""), ("lapse", ""), ("cancellation", ""), ("restated", ""),
)  # fmt: skip


def section(book: Book, levers: Answer, state: Renewals) -> dict[str, Answer]:
    """The columns, each of which opens its list."""
    told, unit = board.told(levers, state), spelt.amount(state.money)
    is_pool = state.view == "pool"
    look.section(
        "What became of what was due" if is_pool else f"From opening to closing {unit}",
        "the parts add up to what was due, to the cent; up-sell stands beside them" if is_pool
        else "what was there, and everything that moved, add up to what is there now, to the cent",
    )  # fmt: skip
    keys, steps = _due(told, state) if is_pool else _moved(told, state)
    theme.show(
        waterfall.figure(steps, colours=theme.palette()), f"bridge {state.view}", alt=waterfall.alternative(steps),
        on_click=lambda at: figures.opens(*keys[at])(),
    )  # fmt: skip
    look.note(" ".join(filter(None, _to_know(steps, board.shown_currency(levers, state)))))
    return {}


def _to_know(steps: list[Step], currency: str) -> list[str]:
    begins = waterfall.begins_at(steps)
    return [
        f"Amounts in {plain(currency)}." if currency else "",
        f"The axis begins at {numbers.money(begins)}, not at 0." if begins else "",
        "Hatched: not decided yet." if any(step.kind == OPEN for step in steps) else "",
        "A click on a column lists what is in it.",
    ]


def _due(told: Told, state: Renewals) -> tuple[list[tuple[str, str]], list[Step]]:
    """What was due, its parts down to nothing, and up-sell on its own."""
    keys, left = [("due", "")], told["due", ""]["lever_arr"]
    steps = [_step(told, keys[0], LEVEL, 0, state)]
    for key, kind in _POOL.items():
        if key in told and told[key]["n_terms"]:
            left -= told[key]["lever_arr"]
            keys.append(key)
            steps.append(_step(told, key, kind, max(left, 0), state))
    keys.append(("upsell", ""))
    return keys, [*steps, _step(told, keys[-1], UP, 0, state)]


def _moved(told: Told, state: Renewals) -> tuple[list[tuple[str, str]], list[Step]]:
    """What there was, what came and went, and what there is."""
    keys, there = [("opening", "")], told["opening", ""]["lever_arr"]
    steps = [_step(told, keys[0], LEVEL, 0, state)]
    for key in _MOVES:
        row = told[key]
        if row["n_terms"]:
            moved = row["lever_arr"]
            keys.append(key)
            steps.append(_step(told, key, UP if moved >= 0 else DOWN, min(there, there + moved), state))
            there += moved
    keys.append(("closing", ""))
    return keys, [*steps, _step(told, keys[-1], LEVEL, 0, state)]


def _step(told: Told, key: tuple[str, str], kind: str, base: float, state: Renewals) -> Step:
    row = told[key]
    name = spelt.parted(*key, state.view)
    amount = abs(row["lever_arr"])
    is_open = (state.lever, state.piece) == key and not (state.level or state.csm or state.begins)
    return Step(
        _wrapped(name), kind, base, amount, waterfall.money(amount, kind), _hover(told, key, name, state), is_open
    )


def _hover(told: Told, key: tuple[str, str], name: str, state: Renewals) -> str:
    row, unit = told[key], spelt.amount(state.money)
    lines = [
        f"<b>{name}</b>",
        f"{numbers.count(row['lever_arr'])} {unit}",
        f"{numbers.plural(row['n_accounts'], 'account')}, {numbers.count(row['n_terms'])} in all",
    ]
    if row["arr_rate"] == row["arr_rate"]:
        of = "what was decided" if state.view == "pool" else "the opening"
        lines.append(f"{numbers.interval(row['arr_rate'], row['arr_rate_lo'], row['arr_rate_hi'])} of {of}")
    parts = [
        f"{spelt.PARTS[part].lower()} {numbers.money(each['lever_arr'])}"
        for (lever, part), each in told.items()
        if lever == key[0] and part and not key[1] and each["lever_arr"]
    ]
    return "<br>".join([*lines, *([", ".join(parts)] if parts else [])])


def _wrapped(name: str) -> str:
    """A name in lines of a word or two."""
    words, lines = name.split(), [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + len(word) > 10:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(lines)
