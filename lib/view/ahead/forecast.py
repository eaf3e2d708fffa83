"""What will renew: ranges for the next quarters, past forecasts beside what came, the renewals behind a range, and the calls.

section   all of it; gives the answers for the passport
MEANING   its figures in words, for the passport
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.measures.forecast.calls import NO_CALLS
from lib.view import accountlist, door, look, numbers, step, tables
from lib.view.ahead.aheadstate import Ahead
from lib.view.charts import spans, theme
from lib.view.charts.spans import Span
from lib.view.paging import PAGE
from lib.view.plain import plain
from lib.view.words import word, word_within

MEANING = {
    "Chance to renew": "odds learnt from how past renewals came out, by what was known so many quarters ahead of them: logistic "
    "regression, its coefficients held near zero. One that is cancelled on the way is lost.",
    "Range": "what 8 of 10 draws hold, and half of them. Drawn anew each time: each account's luck, what the coefficients may be "
    "as well, what befalls whole quarters, and for how much past renewals of that size renewed.",
    "Past forecasts": "learnt anew from what was decided when the quarter opened, and held against what came.",
    "Calls": "the newest of each renewal; their own past is that of calls made before the quarter opened.",
}
_COLUMNS = ["name", "account", "renews_on", "arr_due", "chance", "arr_in_doubt", "odds_reasons", "csm"]
_SORTS = {
    "doubt": "Most ARR in doubt first", "chance": "Lowest chance first", "arr": "ARR due, highest first",
    "renewal": "Next renewal first", "account": "By account",
}  # fmt: skip
_CALL_COLUMNS = ["renewal_call", "n_due", "arr_due", "arr_called", "arr_lo", "arr_hi", "such", "calls_expected"]
_CALLS = {"commit": "Commit", "likely": "Likely", "at_risk": "At risk", "no call": "No call"}


def section(book: Book, state: Ahead) -> dict[str, Answer]:
    """Of all the book, and where a dimension is chosen of each of its values too."""
    look.section("What will renew?", "from each renewal's own odds; ranges, never a point", place="forecast")
    with st.skeleton(height=260):
        answer, record = door.try_ask("renewal_forecast", book), door.try_ask("forecast_record", book)
    if answer is None or record is None:
        return {}
    shown = {"Forecast": answer, "Past forecasts": record}
    if answer.table.empty:
        _nothing(answer)
        return shown
    table, past, names = _of_one_currency(answer.table, record.table, state)
    look.html(f'<p class="hl-said">{_said(table, past)}</p>')
    _drawn(table, past)
    with st.container(key="forecast behind"):
        shown |= _behind(book, table, names, state)
    with st.container(key="forecast calls"):
        shown |= _calls(book, state.by)
    return shown


def _nothing(answer: Answer) -> None:
    if answer.notes and answer.notes[0].startswith("No forecast"):
        look.empty(
            "Too little past to forecast from", plain(answer.notes[0]), "Contracts of earlier years would fill it."
        )
    else:
        look.empty("Nothing is due", "No renewal of this book falls in the next quarters.")


def _of_one_currency(
    table: pd.DataFrame, past: pd.DataFrame, state: Ahead
) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """The rows of the currency that most is due in, or of the one chosen; and all there are."""
    due = table.groupby("currency")["arr_due"].sum().sort_values(ascending=False)
    names = list(due.index)
    chosen = state.currency if state.currency in names else names[0]
    with st.container(key="forecast currency"):  # always there
        if len(names) > 1:
            step.show("forecast in", chosen)
            st.segmented_control(
                "Currency", names, key="forecast in", required=True, label_visibility="collapsed",
                on_change=lambda: step.turn(currency=st.session_state["forecast in"]),
            )  # fmt: skip
    return table[table["currency"] == chosen], past[past["currency"] == chosen], names


def _said(table: pd.DataFrame, past: pd.DataFrame) -> str:
    """The takeaway: what is due next, its range, and how such ranges did."""
    row = table[~table["is_rest"]].iloc[0] if (~table["is_rest"]).any() else table.iloc[0]
    said = (
        f"In {_quarter(row)} <b>{numbers.money(row['arr_due'])}</b> is due from {numbers.plural(row['n_due'], 'account')}; expect "
        f"<b>{numbers.money(row['arr_lo'])} to {numbers.money(row['arr_hi'])}</b> renewed, 8 times of 10."
    )
    if past.empty:
        return f"{said} No past quarter can be held against it yet."
    n, inside = len(past), int(past["is_inside"].sum())
    return f"{said} Of the last {numbers.plural(n, 'quarter')} {numbers.count(inside)} fell in the range."


def _drawn(table: pd.DataFrame, past: pd.DataFrame) -> None:
    ahead = [
        _span(
            row, f"{numbers.money(row['arr_lo'])} to {numbers.money(row['arr_hi'])} of {numbers.money(row['arr_due'])}"
        )
        for row in tables.records(table)
    ]
    before = [
        _span(row, f"{numbers.money(row['arr_renewed'])} came of {numbers.money(row['arr_due'])}")
        for row in tables.records(past)
    ]
    low = max(0.0, min(min(each.lo, each.came if each.came == each.came else 1.0) for each in [*ahead, *before]) - 0.04)
    left, right = st.columns(2, gap="medium")
    for place, title, rows, key in (
        (left, "Ahead", ahead, "forecast ahead"),
        (right, "Past forecasts, made when the quarter opened", before, "forecast past"),
    ):
        with place:
            look.note(f"<b>{title}</b>")
            if rows:
                st.plotly_chart(
                    spans.figure(rows, low=low, colours=theme.palette()), key=key, theme=None, alt=spans.alternative(rows),
                    config={"displayModeBar": False, "doubleClick": False},
                )  # fmt: skip
            else:
                look.note("None of which all renewals are decided.")
    look.note(
        "Pale: 8 of 10. Dark: half. Line: expected. Dot: what came, a ring where it fell outside."
        + (f" {_scores(past)}" if len(past) else "")
    )


def _span(row: dict, said: str) -> Span:
    due = row["arr_due"] or float("nan")
    came = row.get("arr_renewed", float("nan")) / due
    share = [row[f"arr_{bound}"] / due for bound in ("expected", "lo", "hi", "lo50", "hi50")]
    return Span(_quarter(row), said, *share, came, bool(row.get("is_inside", True)))


def _scores(past: pd.DataFrame) -> str:
    first = past.iloc[0]
    better = "better" if first["brier"] < first["brier_base"] else "no better"
    return (
        f"Missed by {numbers.points(first['bias_rate'])} of ARR due over all; account by account {better} than one chance for all "
        f"(Brier {first['brier']:.3f} against {first['brier_base']:.3f})."
    )


def _behind(book: Book, table: pd.DataFrame, names: Sequence[str], state: Ahead) -> dict[str, Answer]:
    """The renewals of one range, those with most in doubt first; and the range by value."""
    rows = {_day(row["due_from"]).isoformat(): row for row in tables.records(table)}
    due = state.due if state.due in rows else next(iter(rows))
    _choose(rows, due, state)
    row = rows[due]
    look.note(_parts(row))
    shown = _by_value(book, row, state.by) if state.by else {}
    asked = {"due_from": _day(row["due_from"]), "due_until": _day(row["due_until"]), "sort": state.odds_order}
    answer = door.try_ask("renewal_odds", book, **asked, limit=PAGE, offset=(state.odds_page - 1) * PAGE)
    if answer is None:
        return shown
    if answer.table.empty:
        look.empty("No renewals here", "Go to the first page.")
        return shown
    listed = answer.table.assign(
        odds_reasons=["; ".join(each) for each in answer.table["odds_reasons"]],
        chance=[
            "signed" if row["is_signed"] else numbers.interval(*(row[f"renew_rate{end}"] for end in ("", "_lo", "_hi")))
            for row in tables.records(answer.table)
        ],
    )
    accountlist.show(
        listed, _COLUMNS + (["currency"] if len(names) > 1 else []), door.whole("renewal_odds", book, **asked),
        key="forecast accounts", page=state.odds_page, parameter="odds_page", file_name="renewals-ahead.csv", most=360,
        labels={"chance": word("renew_rate")},
    )  # fmt: skip
    if answer.notes:
        look.note(plain(answer.notes[0]))
    return shown | {"Renewals ahead": replace(answer, table=answer.table.head(0))}


def _choose(rows: dict[str, dict], due: str, state: Ahead) -> None:
    """Which range, in which order, and by what."""
    step.show("forecast quarter", due)
    step.show("forecast order", state.odds_order)
    step.show("forecast by", state.by)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.segmented_control(
            "Which quarter", list(rows), key="forecast quarter", required=True, label_visibility="collapsed", width="content",
            format_func=lambda each: _quarter(rows[each]), on_change=lambda: step.turn(due=st.session_state["forecast quarter"]),
        )  # fmt: skip
        st.selectbox(
            "Order", list(_SORTS), key="forecast order", format_func=_SORTS.get, width=220, label_visibility="collapsed",
            on_change=lambda: step.turn(odds_order=st.session_state["forecast order"]),
        )  # fmt: skip
        st.selectbox(
            "By", ["", *(each.name for each in door.opened().dimensions)], key="forecast by", width=200,
            label_visibility="collapsed", format_func=lambda name: f"By {word_within(name)}" if name else "All together",
            on_change=lambda: step.turn(by=st.session_state["forecast by"]),
        )  # fmt: skip


def _parts(row: dict) -> str:
    signed = f"{numbers.plural(row['n_signed'], 'is', 'are')} signed already. " if row["n_signed"] else ""
    ranges = [
        f"{said} {numbers.money(row[f'{name}_lo'])} to {numbers.money(row[f'{name}_hi'])}"
        for said, name in (("base renewed", "base"), ("up-sell", "upsell"), ("down-sell", "downsell"))
    ]
    return (
        f"<b>{_quarter(row)}</b>: {numbers.plural(row['n_due'], 'account')} due, {numbers.count(row['accounts_lo'])} to "
        f"{numbers.count(row['accounts_hi'])} renew. {signed}Of the ARR: {', '.join(ranges)}."
    )


def _by_value(book: Book, row: dict, by: str) -> dict[str, Answer]:
    answer = door.try_ask("renewal_forecast", book, by=by)
    if answer is None:
        return {}
    rows = answer.table[(answer.table["due_from"] == row["due_from"]) & (answer.table["currency"] == row["currency"])]
    rows = rows.sort_values("arr_due", ascending=False)
    columns = ["level", "n_due", "accounts_lo", "accounts_hi", "arr_due", "arr_lo", "arr_expected", "arr_hi"]
    rows = rows.assign(level=rows["level"].where(rows["level"].notna(), "missing"))
    tables.show(
        rows[columns], key="forecast by value", height=min(266, 42 + 32 * len(rows)), labels={"level": word(by)}
    )
    return {f"Forecast by {word_within(by)}": answer}


def _calls(book: Book, by: str) -> dict[str, Answer]:
    answer = door.try_ask("renewal_calls", book, **({"by": by} if by else {}))
    if answer is None:
        return {}
    look.section("What the team calls", "beside the odds of the same renewals")
    if not (answer.table["renewal_call"] != "no call").any():
        look.note(NO_CALLS)
        return {"Calls": answer}
    rows = answer.table.assign(
        renewal_call=answer.table["renewal_call"].map(_CALLS),
        level=answer.table["level"].where(answer.table["level"].notna(), "missing"),
        arr_called=answer.table["arr_called"].where(answer.table["renewal_call"] != "no call"),
        such=[_such(row) for row in tables.records(answer.table)],
    )
    tables.show(
        rows[[*(["level"] if by else []), *_CALL_COLUMNS]], key="forecast calls list", height=min(330, 42 + 32 * len(rows)),
        labels={"level": word(by), "such": word("call_rate"), "arr_lo": "By odds, low", "arr_hi": "By odds, high"},
    )  # fmt: skip
    look.note(_call_scores(answer))
    return {"Calls": answer}


def _such(row: dict) -> str:
    """How many of such calls renewed before: 74.1 % (61.1–84.3) of 54."""
    if not row["n_called_before"]:
        return ""
    return f"{numbers.interval(row['call_rate'], row['call_lo'], row['call_hi'])} of {numbers.count(row['n_called_before'])}"


def _call_scores(answer: Answer) -> str:
    first, said = answer.table.iloc[0], plain(answer.notes[-1])
    if not first["n_scored"]:
        return said
    closer = "calls were closer" if first["brier_calls"] < first["brier_odds"] else "odds were closer"
    return (
        f"{said} On them the {closer} to what came: Brier {first['brier_calls']:.3f} by calls, {first['brier_odds']:.3f} by odds "
        "(0 is best)."
    )


def _quarter(row) -> str:
    """Jan to Mar 2027."""
    first, last = _day(row["due_from"]), _day(row["due_until"]) - timedelta(1)
    rest = "rest of " if first.day > 1 else ""
    return f"{rest}{first:%b}–{last:%b %Y}" if first.month != last.month else f"{rest}{last:%b %Y}"


def _day(said) -> date:
    return said.date() if isinstance(said, pd.Timestamp) else said
