"""Where red gathers: by any dimension, each value against the rest; and week by week.

levels   the share red of each value, and whether it stands out beyond chance
weeks    the colours of each week of history
"""

import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.measures.health.stood import BY_HEALTH
from lib.view import door, look, numbers, step, tables
from lib.view.account import paper
from lib.view.account.paper import Column
from lib.view.charts import bars, colourweeks, theme
from lib.view.charts.bars import SURE, Row
from lib.view.charts.colourweeks import Week
from lib.view.charts.scorebars import TONES
from lib.view.health import behind
from lib.view.health.explored import since_of
from lib.view.health.explorerstate import MISSING, Explorer, opening
from lib.view.plain import plain
from lib.view.words import word, word_within

MOST_BARS = 12  # all values are in the table and the download


def levels(book: Book, state: Explorer) -> dict[str, Answer]:
    """The share red of each value of the chosen dimension, and the accounts of the one that is open."""
    look.section("Where red gathers", "share red of those with a score; each value against all others together")
    names = [*BY_HEALTH, *(each.name for each in door.opened().dimensions if each.name not in BY_HEALTH)]
    step.show("health by", state.by)
    st.selectbox(
        "By", names, key="health by", width=230, label_visibility="collapsed", format_func=lambda name: f"By {word_within(name)}",
        on_change=lambda: step.turn(by=st.session_state["health by"], level="", at="" if state.at == "levels" else state.at),
    )  # fmt: skip
    answer = door.try_ask("health_breakdown", book, by=state.by)
    if answer is None or answer.table.empty:
        return {}
    rows = tables.records(answer.table)
    look.html(
        f'<div class="hl-quiet">{_verdict(rows)}</div>'
        if not _apart(rows)
        else f'<p class="hl-said">{_verdict(rows)}</p>'
    )
    shown = [row for row in rows if not row["is_small"]][:MOST_BARS]
    shown = shown or [row for row in rows if row["n_with_score"]][:MOST_BARS]
    drawn = [_row(row) for row in shown]

    def opened(number: int) -> None:
        opening("levels", colour="red", level=shown[number]["level"] or MISSING)()

    left, right = st.columns([3, 2], gap="medium")
    with left:
        theme.show(
            bars.figure(drawn, verb="red", base="all others", unit="accounts", colours=theme.palette()), "health levels",
            alt=bars.alternative(drawn, verb="red", by=word_within(state.by)), on_click=opened,
        )  # fmt: skip
        if n_small := sum(row["is_small"] for row in rows if row not in shown):
            few = door.definitions().reading.few_accounts
            look.note(f"Not drawn: {numbers.plural(n_small, 'value')} with fewer than {few} scores, too few to tell.")
    with right:
        _table(rows, state)
    return {"Where red gathers": answer, **behind.panel(book, state, "levels", since_of(book, state))}


def weeks(book: Book, state: Explorer) -> dict[str, Answer]:
    """The colours of each week; a bar opens its accounts as they were that day."""
    answer = door.try_ask("health_trend", book)
    if answer is None or len(answer.table) < 3:
        return {}
    look.section("Week by week", "each week by what was known then; who was lost since is counted while there")
    rows = tables.records(answer.table)
    drawn = [_week(row) for row in rows]
    colours = list(TONES)

    def opened(number: int) -> None:
        at, place = divmod(number, len(colours))
        opening("weeks", week=f"{rows[at]['scored_on']:%Y-%m-%d}", colour=colours[place])()

    theme.show(
        colourweeks.figure(drawn, colours=theme.palette()),
        "health weeks",
        alt=colourweeks.alternative(drawn),
        on_click=opened,
    )
    for note in answer.notes:
        look.note(plain(note))
    return {"Week by week": answer, **behind.panel(book, state, "weeks", since_of(book, state))}


def _apart(rows: list[dict]) -> list[dict]:
    """The values whose share of red differs from the rest beyond chance, the surest first."""
    return sorted((row for row in rows if row["q_value"] <= SURE), key=lambda row: row["q_value"])


def _verdict(rows: list[dict]) -> str:
    found = _apart(rows)
    high = [row for row in found if row["red_rate"] > row["rest_red_rate"]]
    low = [row for row in found if row["red_rate"] < row["rest_red_rate"]]
    if all(row["is_small"] for row in rows) or len(rows) < 2:
        few = door.definitions().reading.few_accounts
        return f"<b>Too few to tell.</b> Values are compared from {few} scores on, against all others together."
    if not found:
        return "<b>Nothing stands out.</b> The shares of red differ no more than chance would have them."
    said = [f"Red gathers in {', '.join(_said(row) for row in high[:3])}."] * bool(high)
    said += [f"Less red than elsewhere: {', '.join(_said(row) for row in low[:3])}."] * bool(low)
    return " ".join(said)


def _said(row: dict) -> str:
    rest = numbers.percent(row["rest_red_rate"])
    return f"<b>{paper.short(_name(row))}</b> ({numbers.percent(row['red_rate'])}, elsewhere {rest})"


def _table(rows: list[dict], state: Explorer) -> None:
    columns = [
        Column(plain(word(state.by)), lambda row: f"<b>{paper.short(_name(row))}</b>"),
        Column("Red", lambda row: numbers.count(row["n_red"]), is_number=True),
        Column("Amber", lambda row: numbers.count(row["n_amber"]), is_number=True),
        Column("Green", lambda row: numbers.count(row["n_green"]), is_number=True),
        Column("ARR red", lambda row: numbers.money(row["arr_red"]), is_number=True),
        Column("q", lambda row: _q(row["q_value"]), is_number=True),
    ]
    paper.table(rows, columns, label="Colours by value", height=420)


def _q(q: float) -> str:
    return numbers.NOTHING if q != q else "<0.001" if q < 0.001 else f"{q:.3f}"


def _row(row: dict) -> Row:
    few = door.definitions().reading.few_accounts
    return Row(
        _name(row), row["n_with_score"], row["n_red"], row["red_rate"], row["red_rate_lo"], row["red_rate_hi"],
        row["rest_red_rate"], row["arr"], row["arr_red"], row["q_value"], few,
    )  # fmt: skip


def _week(row: dict) -> Week:
    n = {"red": row["n_red"], "amber": row["n_amber"], "green": row["n_green"], "none": row["n_no_score"]}
    return Week(
        row["scored_on"].date(), n, row["red_rate"], row["red_rate_lo"], row["red_rate_hi"], row["arr_red"], row["health_mean"],
        row["is_new_rules"],
    )  # fmt: skip


def _name(row: dict) -> str:
    return row["level"] if isinstance(row["level"], str) else MISSING
