"""The KPI that is open: what it says, its trend, its segments, its accounts, and what it is made of.

panel   all of it; gives the answers for the passport
"""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.facts.kpis import KPIS
from lib.measures import Answer
from lib.measures.kpis.adoption import EARLIER
from lib.view import accountlist, door, look, numbers, step, tables
from lib.view.charts import ranges, theme, trend
from lib.view.kpis import parts, spelt
from lib.view.kpis.kpistate import Kpis
from lib.view.kpis.units import PER_ACCOUNT, SCORE, SIDES, UNITS
from lib.view.paging import PAGE
from lib.view.plain import plain
from lib.view.words import word_within

MOST_SEGMENTS = 10  # that are drawn; all are in the download
_USUAL = "segment"
_WHICH = {"missed": "Miss the target", "met": "Meet it", "unknown": "Not told", "all": "All"}
_SORTS = {
    "worst": "Worst first", "arr": "Most ARR first", "renewal": "Renewing first", "change": "Changed for the worse first",
    "account": "By name",
}  # fmt: skip
_COLUMNS = (
    "name",
    "account",
    "csm",
    "arr",
    "renews_on",
    "kpi_value",
    "kpi_k",
    "kpi_n",
    "kpi_value_earlier",
    "kpi_change",
    "why_not",
)
_NO_BARS = {"displayModeBar": False, "doubleClick": False}


def panel(book: Book, answer: Answer, state: Kpis) -> dict[str, Answer]:
    """The trend, the segments and the accounts of the KPI that is open. The trend, which takes longest, is asked for last."""
    name = state.kpi
    with st.container(border=True, key="kpi-opened"):
        look.section(spelt.label(name), plain(spelt.meaning(name)), place="kpi")
        look.note(_of_how_many(next(row for row in tables.records(answer.table) if row["kpi"] == name)))
        left, right = st.columns([1.1, 1], gap="medium")
        with right:
            shown = _segments(book, state)
        with st.container():
            shown |= _accounts(book, state)
        with st.container():
            shown |= parts.section(book, name)
        with left:
            shown |= _trend(book, name)
    return shown


def _of_how_many(row: dict) -> str:
    left = f"; left out: {plain(row['why_left_out'])}" if row["n_kpi_left_out"] else ""
    return f"Told of {numbers.plural(row['n_kpi_accounts'], 'account')}{left}."


def _trend(book: Book, name: str) -> dict[str, Answer]:
    look.html('<h3 class="hl-kind">Month by month</h3>')
    with st.skeleton(height=trend.HEIGHT):
        answer = door.try_ask("adoption_trend", book, kpi=name)
    if answer is None:
        return {}
    rows = tables.records(answer.table)
    columns = ("kpi_value", "kpi_value_lo", "kpi_value_hi")
    by = _drawn_by(name)
    points = [
        trend.Point(row["kpi_on"].date(), *(row[each] * by for each in columns), row["n_kpi_accounts"]) for row in rows
    ]
    if not any(point.value == point.value for point in points):
        look.empty("Not told in these months", "Nothing is known of it before.")
        return {"Trend": answer}
    target, said = rows[0]["target_value"] * by, spelt.target(name, rows[0]["target_value"])

    def between(*figures: float) -> str:
        return spelt.interval(name, *(each / by for each in figures))

    st.plotly_chart(
        trend.figure(
            points, target=target, said=said, spelt=between, is_rate=spelt.is_rate(name), colours=theme.palette()
        ),
        key="kpi trend", theme=None, config=_NO_BARS,
        alt=trend.alternative(points, name=spelt.label(name), said=said, spelt=between),
    )  # fmt: skip
    look.note("On the last day of each month, as each day knew it, with its 95 % band.")
    return {"Trend": answer}


def _segments(book: Book, state: Kpis) -> dict[str, Answer]:
    known = [each.name for each in door.opened().dimensions]
    if not known:
        return {}
    by, name = state.by or (_USUAL if _USUAL in known else known[0]), state.kpi
    step.show("kpi by", by)

    def turned() -> None:
        step.turn(by=st.session_state["kpi by"])

    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="kpi segments"):
        st.selectbox("By", known, key="kpi by", on_change=turned, width=230, label_visibility="collapsed",
                     format_func=lambda each: f"By {word_within(each)}")  # fmt: skip
    with st.skeleton(height=200):
        answer = door.try_ask("adoption", book, only=name, by=by)
    if answer is None:
        return {}
    few = door.definitions().reading.few_accounts
    rows = [row for row in tables.records(answer.table) if row["segment"]]
    drawn = [_range(row, by, few) for row in rows[:MOST_SEGMENTS]]
    if not any(row.value == row.value for row in drawn):
        look.empty("Nothing to compare", "No account it can be told of.")
        return {"By segment": answer}
    said = spelt.target(name, rows[0]["target_value"])
    asked = {
        "target": rows[0]["target_value"] * _drawn_by(name),
        "said": said,
        "spelt": lambda figure: spelt.value(name, figure / _drawn_by(name)),
    }
    st.plotly_chart(
        ranges.figure(drawn, **asked, is_rate=spelt.is_rate(name), colours=theme.palette()),
        key="kpi by segment", theme=None, config=_NO_BARS,
        alt=ranges.alternative(drawn, name=spelt.label(name), by=by, said=said, spelt=asked["spelt"]),
    )  # fmt: skip
    more = f" The {MOST_SEGMENTS} largest of {len(rows)} are drawn." if len(rows) > MOST_SEGMENTS else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        look.note(f"A full dot meets the target, a ring does not.{more}")
        tables.download("Download", f"kpi-{name}-by-segment.csv", door.whole("adoption", book, only=name, by=by),
                        key="download kpi by", is_quiet=True)  # fmt: skip
    return {"By segment": answer}


def _range(row: dict, by: str, few: int) -> ranges.Range:
    value = row["segment"].get(by)
    return ranges.Range(
        "(missing)" if value is None or value != value else value,
        *(row[each] * _drawn_by(row["kpi"]) for each in ("kpi_value", "kpi_value_lo", "kpi_value_hi")),
        row["n_kpi_accounts"],
        None if pd.isna(row["is_met"]) else bool(row["is_met"]),
        row["n_kpi_accounts"] < few,
    )


def _drawn_by(name: str) -> int:
    """A score is drawn from -100 to 100, as it is told."""
    return 100 if UNITS.get(name) == SCORE else 1


def _accounts(book: Book, state: Kpis) -> dict[str, Answer]:
    name, asked = state.kpi, {"kpi": state.kpi, "which": state.which, "sort": state.sort}
    answer = door.try_ask("kpi_accounts", book, **asked, limit=PAGE, offset=(state.page - 1) * PAGE)
    _choose(state)
    if answer is None:
        return {}
    if answer.table.empty:
        is_good = state.which == "missed" and state.page == 1
        look.empty(
            "No account misses this target by itself" if is_good else "No accounts here",
            "Choose others above." if is_good else "Choose others above, or go to the first page.",
        )
        return {"Accounts": answer}
    listed = _readable(answer.table, name)
    columns = [each for each in _COLUMNS if each == "account" or listed[each].notna().any()]
    columns = [each for each in columns if each not in _hidden(name)]
    accountlist.show(
        listed, columns, door.whole("kpi_accounts", book, **asked), key="kpi accounts", page=state.page, parameter="page",
        file_name=f"kpi-{name}-{state.which}.csv", most=420, labels=_labels(name), config=_config(name),
    )  # fmt: skip
    return {"Accounts": replace(answer, table=answer.table.head(0))}  # the list itself stands above, whole


def _choose(state: Kpis) -> None:
    step.show("kpi which", state.which)
    step.show("kpi sort", state.sort)

    def turned() -> None:
        step.turn(which=st.session_state["kpi which"], sort=st.session_state["kpi sort"])

    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="kpi choice"):
        look.html(f'<h3 class="hl-kind">Accounts <span>each by itself; earlier: {EARLIER} days before</span></h3>')
        st.segmented_control("Which accounts", list(_WHICH), key="kpi which", format_func=_WHICH.get, on_change=turned,
                             required=True, label_visibility="collapsed", width="content")  # fmt: skip
        st.selectbox("Order", list(_SORTS), key="kpi sort", format_func=_SORTS.get, on_change=turned, width=230,
                     label_visibility="collapsed")  # fmt: skip


def _readable(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Rates in percent; of a share whether it is so, of a time how long so far."""
    figures = ("kpi_value", "kpi_value_earlier", "kpi_change")
    if KPIS[name].kind == "share":
        so = {each: table[each].map({1.0: "yes", 0.0: "no"}) for each in figures[:2]}
        return table.assign(**so)
    by = 100 if spelt.is_rate(name) else _drawn_by(name)
    table = table.assign(**{each: table[each] * by for each in figures})
    if KPIS[name].kind == "time":
        table = table.assign(kpi_n=table["kpi_n"].map({1.0: "reached", 0.0: "not yet"}))
    return table


def _hidden(name: str) -> tuple[str, ...]:
    match KPIS[name].kind:
        case "share":
            return ("kpi_k", "kpi_n", "kpi_change")
        case "time":
            return ("kpi_k",)
    return () if name in SIDES else ("kpi_k", "kpi_n")


def _labels(name: str) -> Mapping[str, str]:
    k, n = SIDES.get(name, ("", ""))
    beside = {"kpi_n": "Reached"} if KPIS[name].kind == "time" else {"kpi_k": k, "kpi_n": n}
    return {
        "kpi_value": spelt.label(name), "kpi_value_earlier": "Earlier",
        **{each: said for each, said in beside.items() if said},
    }  # fmt: skip


def _config(name: str) -> Mapping[str, object]:
    labels, about = _labels(name), KPIS[name]
    if about.kind == "share":
        return {each: st.column_config.TextColumn(labels[each]) for each in ("kpi_value", "kpi_value_earlier")}
    value, change = ("%.1f %%", "%+.1f points") if spelt.is_rate(name) else ("%.2f", "%+.2f")
    if about.kind == "time" or UNITS.get(name) in (SCORE, PER_ACCOUNT):
        value, change = "%.0f", "%+.0f"
    drawn = {
        "kpi_value": st.column_config.NumberColumn(labels["kpi_value"], format=value),
        "kpi_value_earlier": st.column_config.NumberColumn(labels["kpi_value_earlier"], format=value),
        "kpi_change": st.column_config.NumberColumn("Change", format=change),
    }
    if about.kind == "time":
        return drawn | {"kpi_n": st.column_config.TextColumn(labels["kpi_n"])}
    sides = {each: st.column_config.NumberColumn(labels.get(each), format="localized") for each in ("kpi_k", "kpi_n")}
    return drawn | (sides if name in SIDES else {})
