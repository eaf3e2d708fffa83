"""Each lever month by month (quarter, year), in a small chart of its own; a click on a period lists it.

section   the choice of the length of a period, and the charts
"""

import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.view import door, look, numbers, step, tables
from lib.view.charts import levertrend, theme
from lib.view.charts.levertrend import MANY, Panel, Point
from lib.view.renewals import board, spelt
from lib.view.renewals.figures import opens
from lib.view.renewals.renewalsstate import EVERY, Renewals

_SAID = {"month": "Months", "quarter": "Fiscal quarters", "year": "Fiscal years"}
_POOL = (
    ("lapsed", "with notice"),
    ("lapsed", "without notice"),
    ("downsell", ""),
    ("upsell", ""),
    ("renewed_flat", ""),
)
_CALENDAR = (
    ("lapse", ""), ("cancellation", ""), ("downsell", ""), ("upsell", ""), ("upsell_mid_term", ""), ("cross_sell", ""), ("new", ""),
)  # fmt: skip
_LOSSES = ("lapsed", "downsell", "lapse", "cancellation")
MOST = 36  # periods that are drawn: the last ones
_WHOLE = {"month": 28, "quarter": 90, "year": 365}  # days that a whole one has at least


def section(book: Book, levers: Answer, state: Renewals) -> dict[str, Answer]:
    """The charts, each figure alone; gross and net retention in one."""
    unit = spelt.amount(state.money)
    look.section(
        "Period by period",
        f"each lever in % of {'what was decided' if state.view == 'pool' else f'the opening {unit} of its period'}",
    )
    asked = {**board.options(state), "every": state.every}
    _choose(book, asked, state)
    with st.skeleton(height=2 * levertrend.HEIGHT):
        found, rates = door.try_ask("renewals", book, **asked), door.try_ask("retention", book, **asked)
    if found is None or rates is None:
        return {}
    currency = board.shown_currency(levers, state)
    told = found.table[found.table["currency"] == currency]
    kept = rates.table[rates.table["currency"] == currency].sort_values("period_from").tail(MOST)
    if len(kept) < 2:
        look.empty("One period has no trend", "Choose shorter ones, or widen the period in the bar.")
        return {"Levers by period": found}
    keys = [("decided" if state.view == "pool" else "customers", ""), ("gone", "")]
    panels = _kept(tables.records(kept), state)
    for key in _POOL if state.view == "pool" else _CALENDAR:
        own = told[(told["lever"] == key[0]) & (told["part"] == key[1])].sort_values("period_from").tail(MOST)
        if own["n_terms"].any():
            keys.append(key)
            panels.append(_panel(tables.records(own), key, state))
    days = [(f"{row['period_from']:%Y-%m-%d}", f"{row['period_until']:%Y-%m-%d}") for row in tables.records(kept)]

    def opened(at: int) -> None:
        number, period = divmod(at, MANY)
        begins, ends = days[period]
        opens(*keys[number], begins=begins, ends=ends)()

    theme.show(
        levertrend.figure(panels, colours=theme.palette()), f"levers by {state.every} {state.view}",
        alt=levertrend.alternative(panels), on_click=opened,
    )  # fmt: skip
    look.note(
        "Whiskers are 95 %. Hatched, or a ring: the period goes, with the grace days, past the last day that is known, or the book "
        "holds only a part of it. A click on a period lists it."
    )
    return {"Levers by period": found, "Retention by period": rates}


def _choose(book: Book, asked: dict, state: Renewals) -> None:
    step.show("renewals every", state.every)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="renewals periods"):
        st.segmented_control(
            "Every", list(EVERY), key="renewals every", format_func=_SAID.get, required=True, label_visibility="collapsed",
            width="content", on_change=lambda: step.turn(every=st.session_state["renewals every"]),
        )  # fmt: skip
        tables.download(
            "Levers", "renewals.csv", door.whole("renewals", book, **asked), key="download levers", is_quiet=True
        )
        tables.download("Retention", "retention.csv", door.whole("retention", book, **asked), key="download retention",
                        is_quiet=True)  # fmt: skip


def _kept(rows: list[dict], state: Renewals) -> list[Panel]:
    net = [
        _point(row, "nrr", state, f"net {numbers.interval(row['nrr'], row['nrr_lo'], row['nrr_hi'])}") for row in rows
    ]
    gross = [
        _point(row, "grr", state, f"{_period(row)}gross {numbers.interval(row['grr'], row['grr_lo'], row['grr_hi'])}")
        for row in rows
    ]
    logos = [
        _point(row, "logo_churn_rate", state, _period(row) + _logos(row)) for row in rows
    ]  # fmt: skip
    return [
        Panel("Gross", gross, beside_name="net retention", beside=net),
        Panel("Logo churn", logos, is_loss=True),
    ]


def _logos(row: dict) -> str:
    rate = numbers.interval(*(row[f"logo_churn_rate{end}"] for end in ("", "_lo", "_hi")))
    return f"{rate}<br>{numbers.count(row['n_lost'])} of {numbers.plural(row['n_customers'], 'account')} lost"


def _panel(rows: list[dict], key: tuple[str, str], state: Renewals) -> Panel:
    def hover(row: dict) -> str:
        rate = numbers.interval(abs(row["arr_rate"]), *sorted((abs(row["arr_rate_lo"]), abs(row["arr_rate_hi"]))))
        return (
            f"{_period(row)}{rate}<br>{numbers.money(row['lever_arr'])} {spelt.amount(state.money)}, "
            f"{numbers.plural(row['n_accounts'], 'account')}"
        )

    points = [_point(row, "arr_rate", state, hover(row), is_positive=True) for row in rows]
    return Panel(spelt.parted(*key, state.view), points, is_loss=key[0] in _LOSSES)


def _point(row: dict, name: str, state: Renewals, hover: str, *, is_positive: bool = False) -> Point:
    value, lo, hi = (row[f"{name}{end}"] for end in ("", "_lo", "_hi"))
    if is_positive and value < 0:
        value, lo, hi = -value, -hi, -lo
    lo = max(lo, 0)
    is_cut = (row["period_until"] - row["period_from"]).days < _WHOLE[state.every]
    if row["is_unfinished"] or is_cut:
        hover = f"{hover}<br>{'may still change' if row['is_unfinished'] else f'only a part of the {state.every}'}"
    return Point(f"{row['period_from']:%b %y}", value, lo, hi, hover, bool(row["is_unfinished"] or is_cut))


def _period(row: dict) -> str:
    begins, ends = (f"{row[name]:%Y-%m-%d}" for name in ("period_from", "period_until"))
    return f"<b>{spelt.period(begins, ends)}</b><br>"
