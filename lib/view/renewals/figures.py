"""The tiles of the page: what is kept, and each lever alone; every one opens its list.

show   all of them
opens  a callback that opens the list of a lever
"""

from collections.abc import Callable

import streamlit as st

from lib.measures import Answer
from lib.view import look, numbers, step, tiles
from lib.view.renewals import board, sentences, spelt
from lib.view.renewals.board import Told
from lib.view.renewals.renewalsstate import CLOSED, Renewals
from lib.view.tiles import Tile

_DUE = (  # they add up to what was due
    ("renewed_flat", ""), ("renewed_up", ""), ("renewed_down", ""), ("downsell", ""), ("lapsed", "with notice"),
    ("lapsed", "without notice"), ("pending", ""), ("upcoming", ""),
)  # fmt: skip
_BESIDE = (
    ("upsell", ""), ("cancelled", ""), ("upsell_mid_term", ""), ("downsell_mid_term", ""), ("cross_sell", ""), ("new", ""),
    ("reactivated", ""),
)  # fmt: skip
_MOVED = (
    ("new", ""), ("reactivated", ""), ("cross_sell", ""), ("upsell", ""), ("upsell_mid_term", ""), ("downsell", ""),
    ("downsell_mid_term", ""), ("lapse", ""), ("cancellation", ""), ("restated", ""),
)  # fmt: skip
_RARE = ("reactivated", "downsell_mid_term", "restated", "upcoming", "pending")  # shown where there is any
ROWS = {
    "pool": (("Of what was due", _DUE), ("Beside it, in the same period", _BESIDE)),
    "calendar": (("What came on top, and what went", _MOVED),),
}


def show(levers: Answer, rates: Answer, state: Renewals) -> None:
    """What is kept, then each lever alone."""
    told, kept = board.told(levers, state), board.kept(rates, levers, state)
    largest = sentences.largest_loss(told, state)
    _rates(told, kept, state)
    for number, (title, keys) in enumerate(ROWS[state.view]):
        found = [key for key in keys if key in told and (told[key]["n_terms"] or key[0] not in _RARE)]
        with st.container(key=f"levers-{number}", gap=None):
            look.html(f'<h3 class="hl-kind">{title} <span>{spelt.amount(state.money)}</span></h3>')
            tiles.row(
                [_lever(told[key], key, state, is_hot=key == largest) for key in found],
                {_name(key): opens(*key) for key in found},
            )


def opens(lever: str, piece: str = "", **also: str) -> Callable[[], None]:
    """A callback that opens the list of a lever."""

    def opened() -> None:
        step.turn(**{**CLOSED, "lever": lever, "piece": piece, **also})
        look.ask_to_scroll("listed")

    return opened


def _rates(told: Told, kept: dict | None, state: Renewals) -> None:
    is_pool, unit = state.view == "pool", spelt.amount(state.money)
    whole_list, base = ("due", "decided") if is_pool else ("opening", "customers")
    row = kept or {}
    of_money = f"Of {numbers.money(row.get('arr_base'))} {unit}"
    whole = told["due", ""] if is_pool else told["opening", ""]
    shown = [
        Tile("whole", "Due for renewal" if is_pool else f"Opening {unit}", spelt.money_of(whole), unit if is_pool else "",
             numbers.plural(whole["n_terms"], "renewal") if is_pool else "on the eve of the period",
             f"Of {numbers.plural(whole['n_accounts'], 'account')}"),
        Tile("grr", "Gross retention", numbers.percent(row.get("grr")), _between(row, "grr"),
             f"revenue churn {numbers.percent(row.get('revenue_churn_rate'))}", of_money),
        Tile("nrr", "Net retention", numbers.percent(row.get("nrr")), _between(row, "nrr"),
             "with up-sell" if is_pool else "with up- and cross-sell", of_money),
        Tile("logos", "Logo retention", numbers.percent(row.get("logo_retention_rate")), _between(row, "logo_retention_rate"),
             "share of accounts kept", f"Of {numbers.plural(row.get('n_customers', 0), 'account')}"),
        Tile("churn", "Logo churn", numbers.percent(row.get("logo_churn_rate")), _between(row, "logo_churn_rate"),
             "share of accounts lost", f"{numbers.plural(row.get('n_lost', 0), 'account')} lost"),
    ]  # fmt: skip
    lists = {"whole": whole_list, "grr": base, "nrr": base, "logos": base, "churn": "gone"}
    with st.container(key="rates"):
        tiles.row(shown, {name: opens(lever) for name, lever in lists.items()})


def _between(row: dict, name: str) -> str:
    lo, hi = row.get(f"{name}_lo", float("nan")), row.get(f"{name}_hi", float("nan"))
    return f"{lo * 100:.1f}–{hi * 100:.1f}" if lo == lo and hi == hi else ""


def _lever(row: dict, key: tuple[str, str], state: Renewals, *, is_hot: bool) -> Tile:
    name, part = key
    what = (
        "renewal"
        if state.view == "pool" and (key in _DUE or name == "upsell")
        else "term"
        if name == "cancelled"
        else "move"
    )
    few = numbers.plural(row["n_terms"], what)
    rate = f"{numbers.percent(row['arr_rate'])}" if row["arr_rate"] == row["arr_rate"] else ""
    sign = "" if state.view == "pool" or not row["lever_arr"] else numbers.MINUS if row["lever_arr"] < 0 else "+"
    return Tile(
        _name(key), spelt.parted(name, part, state.view), f"{sign}{spelt.money_of(row)}", rate, "", few,
        is_hot=is_hot,
    )  # fmt: skip


def _name(key: tuple[str, str]) -> str:
    return "-".join(filter(None, key)).replace(" ", "-").replace("_", "-")
