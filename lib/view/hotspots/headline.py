"""The four figures both pages begin with: accounts lost, the share, ARR lost, and hot-spots.

figures   the tiles; what stands below each, and what a click does, is the page's
"""

from collections.abc import Mapping

import pandas as pd

from lib.measures import Answer
from lib.view import numbers
from lib.view.tiles import Tile


def figures(
    whole: pd.Series, found: Answer | None, verb: str, *, below: Mapping[str, str], opens: Mapping[str, str]
) -> list[Tile]:
    """Tiles of the whole book's row and of its hot-spots; `below` and `opens` are by the tile's name."""
    n_found = n_listed(found)
    lo, hi = (f"{whole[name] * 100:.1f}" for name in ("churn_rate_lo", "churn_rate_hi"))
    of_all, of_arr = f"of {numbers.count(whole['n'])}", f"of {numbers.money(whole['arr'])}"
    has_money = bool(whole["arr"])
    faces = [
        ("lost", f"Accounts {verb}", numbers.count(whole["n_lost"]), of_all),
        ("rate", f"Share {verb}", numbers.percent(whole["churn_rate"]), f"{lo}–{hi}"),
        ("arr", f"ARR {verb}", numbers.money(whole["arr_lost"]) if has_money else "–", of_arr if has_money else ""),
        ("hotspots", "Hot-spots", "–" if found is None else str(n_found), ""),
    ]
    no_money = "the data holds no ARR"
    return [
        Tile(
            name,
            label,
            value,
            beside,
            no_money if name == "arr" and not has_money else below.get(name, ""),
            opens[name],
            is_hot=name == "hotspots" and n_found > 0,
        )
        for name, label, value, beside in faces
    ]


def n_listed(found: Answer | None) -> int:
    """Hot-spots on the list."""
    return 0 if found is None else int(found.table["is_listed"].sum())
