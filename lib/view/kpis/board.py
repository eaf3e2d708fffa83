"""The KPIs by group, a line each: value with its interval against the target, met or missed, change, accounts.

stand    the state of the page, of the link
ask      the KPIs of the book; where none can be told, says which files would fill the page and ends it
told     the rows that have a value
said     the headline sentence
show     the list; gives the place below the group of the KPI that is open
untold   the KPIs that cannot be told, in one line, with what would feed them
"""

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.facts.kpis import GROUPS, KPIS
from lib.measures import Answer
from lib.measures.kpis.adoption import EARLIER
from lib.view import address, booklink, door, frame, look, numbers, step, tables
from lib.view.kpis import spelt
from lib.view.kpis.headline import headline
from lib.view.kpis.kpistate import Kpis, read_state
from lib.view.plain import plain

FEEDS = {  # what the KPIs of a group are read from
    "Seats": "contracts with their seats, people, usage events",
    "Use": "usage events that name a person (account, person, feature, time), people",
    "Features": "usage events with their feature, features",
    "Onboarding and value": "milestones, goals, usage events",
    "Voice and contact": "surveys, tickets, touches",
    "Growth": "contracts with their amounts, usage events",
}
_HEADS = ("KPI", "0–100 %", "Value (95 % interval)", "Target", "", f"In {EARLIER} days", "Accounts")


def stand() -> Kpis:
    """The state of the page, of the link."""
    state, dropped = read_state(address.read(), door.opened().dimensions)
    step.stand(state=state)
    frame.notices(dropped)
    return state


def ask(book: Book) -> Answer:
    """The KPIs of the book; where none can be told, says which files would fill the page and ends it."""
    with st.skeleton(height=420):
        answer = door.ask("adoption", book)
    if told(answer):
        return answer
    if not answer.table["n_kpi_left_out"].sum():
        days = door.definitions().standing.onboarding_days
        look.empty(
            "No account past onboarding is in this book",
            f"KPIs are of live accounts past their onboarding: past the first stage, or {days} days after their start. "
            "Lift a filter, look as of another day, or bring contracts with their starts.",
        )
    else:
        lines = [f"<b>{group}</b>: {FEEDS[group]}" for group in GROUPS if group in FEEDS]
        look.empty(
            "No KPI can be told yet",
            "Accounts alone do not say how the product is adopted. Each of these files fills a part of this page:",
            *lines,
            "<code>.venv/bin/python -m lib import contracts.csv people.csv events.csv</code>",
        )
    st.stop()


def told(answer: Answer) -> list[dict]:
    """The rows that have a value."""
    return [row for row in _rows(answer) if row["kpi_value"] == row["kpi_value"]]


def said(book: Book, answer: Answer, state: Kpis) -> None:
    """The headline sentence, and the link to this view."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="kpi-said"):
        look.html(f'<p class="hl-said">{headline(told(answer))}</p>')
        frame.share({**booklink.query(book), **state.to_query()})


def show(answer: Answer, state: Kpis) -> st.delta_generator.DeltaGenerator | None:
    """The list by group; gives the place below the group of the KPI that is open."""
    place, few = None, door.definitions().reading.few_accounts
    with st.container(gap=None, key="kpis"):
        look.html(f'<div class="hl-kpi hl-kpi-head">{"".join(f"<span>{head}</span>" for head in _HEADS)}</div>')
        rows = told(answer)
        for group in GROUPS:
            of_group = [row for row in rows if row["kpi_group"] == group]
            if of_group:
                n_met = sum(row["is_met"] is True for row in of_group)
                look.html(f'<h3 class="hl-kind">{group} <span>{n_met} of {len(of_group)} met</span></h3>')
            for row in of_group:
                _line(row, state, few)
            below = st.container()  # always there: what opens must not move what stands below it
            if state.kpi and KPIS[state.kpi].group == group:
                place = below
    return place


def untold(answer: Answer) -> None:
    """The KPIs that cannot be told, in one line, with what would feed them."""
    parts = []
    for group in GROUPS:
        rows = [row for row in _rows(answer) if row["kpi_group"] == group and row["kpi_value"] != row["kpi_value"]]
        if rows:
            names = ", ".join(spelt.label(row["kpi"]) for row in rows)
            feeds = f" ({FEEDS[group]})" if group in FEEDS else ""
            parts.append(f"<b>{names}</b>{feeds}")
    if parts:
        look.note(f"Not told, for want of data, with the files that would feed them: {'; '.join(parts)}.")


def _rows(answer: Answer) -> list[dict]:
    """The rows of the whole book, with None for flags that are not known."""
    flags = ("is_met", "is_moved")
    return [
        row | {name: None if pd.isna(row[name]) else bool(row[name]) for name in flags}
        for row in tables.records(answer.table)
        if not row["segment"]
    ]


def _line(row: dict, state: Kpis, few: int) -> None:
    name = row["kpi"]
    is_open = state.kpi == name

    def opened() -> None:
        step.turn(kpi="" if is_open else name)
        if not is_open:
            look.ask_to_scroll("kpi")

    with st.container(horizontal=True, gap=None, key=f"kpi-{name}{'-open' if is_open else ''}"):
        look.html(_face(row, few))
        st.button("Close" if is_open else "Open", key=f"open kpi {name}", type="tertiary", on_click=opened)


def _face(row: dict, few: int) -> str:
    name, is_small = row["kpi"], row["n_kpi_accounts"] < few
    value, lo, hi = row["kpi_value"], row["kpi_value_lo"], row["kpi_value_hi"]
    between = spelt.bounds(name, value, lo, hi)
    left = f" · {numbers.count(row['n_kpi_left_out'])} left out" if row["n_kpi_left_out"] else ""
    cells = [
        f'<b>{spelt.label(name)}</b>&nbsp;<i class="hl-what" title="{plain(spelt.meaning(name))}">?</i>',
        _scale(row) if spelt.is_rate(name) else "",
        f"<b>{spelt.value(name, value)}</b>{f' <small>({between})</small>' if between else ''}",
        spelt.target(name, row["target_value"]),
        spelt.verdict(row["is_met"]),
        _change(row),
        f'<span title="{plain(row["why_left_out"])}">{numbers.count(row["n_kpi_accounts"])}{left}</span>',
    ]
    faded = f' hl-few" title="fewer than {few} accounts: too few to tell' if is_small else ""
    return f'<div class="hl-kpi{faded}">{"".join(f"<span>{cell}</span>" for cell in cells)}</div>'


def _change(row: dict) -> str:
    said = spelt.change(row["kpi"], row["kpi_change"], row["kpi_value"])
    if row["is_moved"] is not True:
        return f"<small>{said}</small>"
    how = "better" if spelt.is_better(row["kpi"], row["kpi_change"]) else "worse"
    return f'<span class="hl-{how}">{said}, {how}</span>'


def _scale(row: dict) -> str:
    """The value, its interval and the target on the line from 0 to 100 %; the side where the target is met is tinted."""

    def x(share: float) -> float:
        return round(100 * min(max(share, 0), 1), 2)

    value, lo, hi, goal = (row[name] for name in ("kpi_value", "kpi_value_lo", "kpi_value_hi", "target_value"))
    good = (0, x(goal)) if KPIS[row["kpi"]].is_less_better else (x(goal), 100 - x(goal))
    whisker = (
        f'<i class="hl-span" style="left:{x(lo)}%;width:{x(hi) - x(lo):.2f}%"></i>' if lo == lo and hi == hi else ""
    )
    return (
        f'<span class="hl-scale" aria-hidden="true"><i class="hl-goal" style="left:{good[0]}%;width:{good[1]:.2f}%"></i>'
        f'<i class="hl-tick" style="left:{x(goal)}%"></i>{whisker}<i class="hl-dot" style="left:{x(value)}%"></i></span>'
    )
