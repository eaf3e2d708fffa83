"""The takeaway in words, of the pool or of the calendar.

takeaway      what renewed of what was due, and the largest loss; or how ARR moved
largest_loss  the lever by which most was lost
"""

from lib.view import numbers
from lib.view.renewals import spelt
from lib.view.renewals.renewalsstate import Renewals

_LOSSES = {
    "pool": (("downsell", ""), ("lapsed", "with notice"), ("lapsed", "without notice")),
    "calendar": (("downsell", ""), ("downsell_mid_term", ""), ("lapse", ""), ("cancellation", "")),
}
_GAINS = (("new", ""), ("reactivated", ""), ("cross_sell", ""), ("upsell", ""), ("upsell_mid_term", ""))
_WITHIN = {
    ("downsell", ""): "down-sell", ("lapsed", "with notice"): "lapsed with notice",
    ("lapsed", "without notice"): "lapsed without notice", ("downsell_mid_term", ""): "down-sell mid-term", ("lapse", ""): "lapses",
    ("cancellation", ""): "cancellations", ("new", ""): "new customers", ("reactivated", ""): "customers who came back",
    ("cross_sell", ""): "cross-sell", ("upsell", ""): "up-sell at renewal", ("upsell_mid_term", ""): "up-sell mid-term",
}  # fmt: skip


def takeaway(told: dict[tuple[str, str], dict], kept: dict | None, state: Renewals) -> str:
    """What renewed of what was due, and the largest loss; or how ARR moved from opening to closing."""
    return _pool(told, kept, state) if state.view == "pool" else _calendar(told, kept, state)


def _pool(told: dict, kept: dict | None, state: Renewals) -> str:
    unit, due = spelt.amount(state.money), told["due", ""]
    if kept is None or not kept["arr_base"]:
        n = numbers.plural(due["n_terms"], "renewal")
        return f"<b>{n} of {spelt.money_of(due)} {unit} due</b>, none of it decided yet."
    undecided = sum(told[name, ""]["lever_arr"] for name in ("pending", "upcoming"))
    of = (
        f"Of {numbers.money(kept['arr_base'])} {unit} due and decided ({numbers.money(undecided)} is still open)"
        if undecided
        else f"Of {numbers.money(kept['arr_base'])} {unit} due"
    )
    rate = numbers.interval(kept["grr"], kept["grr_lo"], kept["grr_hi"])
    return f"<b>{of}, {numbers.money(kept['arr_kept'])} renewed: {rate}.</b> {_said(told, 'loss', largest_loss(told, state))}"


def _calendar(told: dict, kept: dict | None, state: Renewals) -> str:
    unit = spelt.amount(state.money)
    ends = f"From {spelt.money_of(told['opening', ''])} to {spelt.money_of(told['closing', ''])} {unit}"
    parts = [
        _said(told, "gain", _largest(told, _GAINS)),
        _said(told, "loss", largest_loss(told, state)),
    ]
    if kept is not None and kept["grr"] == kept["grr"]:
        rate = f"{numbers.interval(kept['grr'], kept['grr_lo'], kept['grr_hi'])} of the opening {unit} is still there"
        return f"<b>{ends}; {rate}.</b> {' '.join(filter(None, parts))}"
    return f"<b>{ends}.</b> {' '.join(filter(None, parts))}"


def largest_loss(told: dict[tuple[str, str], dict], state: Renewals) -> tuple[str, str] | None:
    """The lever, and its part, by which most was lost; None where nothing was."""
    return _largest(told, _LOSSES[state.view])


def _largest(told: dict, of: tuple[tuple[str, str], ...]) -> tuple[str, str] | None:
    found = [key for key in of if key in told and told[key]["lever_arr"]]
    return max(found, key=lambda key: abs(told[key]["lever_arr"]), default=None)


def _said(told: dict, what: str, key: tuple[str, str] | None) -> str:
    """The largest of some levers; of a loss none is said as well."""
    if key is None:
        return "Nothing was lost." if what == "loss" else ""
    n = numbers.plural(told[key]["n_accounts"], "account")
    return f"The largest {what}: {spelt.money_of(told[key])} {_WITHIN[key]}, {n}."
