"""The parts of the page that compares books: by what, the sentence, the funnel, the book that was chosen, the table.

nothing_to_compare  where the data has no dimension
choose      the box for the dimension, and the link to this view
ask         the answer
said        the headline sentence
picture     the funnel, and the box that does without a mouse what a click does
chosen      one book's figures, with the ways to its accounts and its hot-spots
table       every book with all figures, and the download
meaning     the figures of the page in words, for the passport
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NoReturn

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.facts.base import OUTCOMES
from lib.glossary import TERMS
from lib.measures import Answer
from lib.measures.compare import FEWEST, TOO_FEW, funnel
from lib.store.dimensions import StoredDimension
from lib.view import address, booklink, door, frame, look, numbers, step, tables
from lib.view.charts import control, theme
from lib.view.compare.comparestate import FIRST, State, is_of_state, usual
from lib.view.hotspots.hotstate import HotState
from lib.view.plain import plain
from lib.view.words import word, word_within

HOTSPOTS = "pages/hotspots.py"
MOST_NAMED = 3  # books a sentence names
MOST_ROWS = 14  # of the table in view at once
_FORMATS = {"count": "localized", "accounts": "%.1f", "ratio": "%.2f", "rate": "%.1f %%", "money": "localized"}
_SHOWN = [
    "n", "n_lost", "expected_lost", "loss_ratio", "loss_ratio_lo", "loss_ratio_hi", "stands_out", "churn_rate",
    "churn_rate_lo", "churn_rate_hi", "adjusted_rate", "adjusted_rate_lo", "adjusted_rate_hi", "arr", "arr_lost",
]  # fmt: skip


def nothing_to_compare() -> NoReturn:
    """The state of data that has no dimension; ends the page."""
    look.empty(
        "Nothing to compare by", "The data holds no dimension, such as a CSM or a region. Import accounts with one."
    )
    st.stop()


def choose(book: Book, state: State, dimensions: Sequence[StoredDimension]) -> None:
    """The box for the dimension, and the link to this view."""
    first = usual(dimensions)
    names = [each.name for each in dimensions]
    names = [*(name for name in FIRST if name in names), *(name for name in names if name not in FIRST)]
    step.show("compare by", state.by.name)

    def turned() -> None:
        by = st.session_state["compare by"]
        address.write(is_of_state, {} if by == first else {"by": [by]})

    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.selectbox("Books by", names, key="compare by", format_func=word, width=260, on_change=turned)
        st.space("stretch")
        frame.share({**booklink.query(book), **state.to_query(first)})


def ask(book: Book, state: State) -> Answer:
    """The books compared; where nobody is at risk, says so and ends the page."""
    with st.skeleton(height=300):
        answer = door.ask("compare", book, by=state.by.name)
    if answer.table.empty:
        frame.nobody_at_risk()
    return answer


def said(table: pd.DataFrame, state: State, outcome: str) -> None:
    """The headline sentence, what it does not mean, and the numbers behind it."""
    look.html(f'<p class="hl-said"><b>{plain(headline(table, OUTCOMES[outcome].verb, state.by.name))}</b></p>')
    look.note(
        "A book's number is its accounts' luck and mix as well as anyone's work, and what goes with a book need not be its doing. "
        "The mix is the accounts' values, age and use when the period opened: what was done or left undone before is part of it."
    )


def headline(table: pd.DataFrame, verb: str, by: str) -> str:
    """What the comparison comes to, in a sentence or two; text as typed."""
    books, n_lost, n = numbers.plural(len(table), "book"), table["n_lost"].sum(), table["n"].sum()
    if len(table) == 1:
        return f"There is one book by {word_within(by)}: it has nothing to be compared with."
    if n_lost in (0, n):
        return f"{'No account was' if n_lost == 0 else 'Every account was'} {verb} here: there is nothing to compare."
    if (table["stands_out"] == TOO_FEW).all():
        return f"Too few to tell: none of the {books} has {FEWEST} accounts expected to be {verb} and enough accounts."
    out = table[table["stands_out"] == "yes"].sort_values("unexplained_lost", ascending=False, kind="stable")
    more, fewer = out[out["unexplained_lost"] > 0], out[out["unexplained_lost"] < 0].iloc[::-1]
    if out.empty:
        return f"Nothing stands out among {books}: the differences are what chance and mix make."
    parts = [
        f"{len(group)} {'loses' if len(group) == 1 else 'lose'} {how} than {'its' if len(group) == 1 else 'their'} mix explains: "
        f"{_named(group, by, verb)}."
        for group, how in ((more, "more"), (fewer, "fewer"))
        if len(group)
    ]
    return f"Of {books}, {' '.join(parts)}"


def picture(answer: Answer, state: State, dimensions: Sequence[StoredDimension], outcome: str) -> None:
    """The funnel; a click on a point, or a choice in the box under it, opens the book."""
    records, name, verb = tables.records(answer.table), state.by.name, OUTCOMES[outcome].verb
    values = [row["segment"][name] for row in records]
    rows = [_row(row, name, state) for row in records]
    figure = control.figure(rows, funnel.curve(answer.table), verb=verb, colours=theme.palette())
    alt = control.alternative(rows, verb=verb, by=word(name))
    go = _opener(state, dimensions)
    theme.show(figure, f"funnel {name} {state.open}", alt=alt, on_click=lambda at: go(values[at]))
    notes = ["Inside the funnel lies what chance, and what books ordinarily differ by, make of a book of that size."]
    if any(row.verdict in ("more", "fewer") for row in rows):
        notes.append("▲ more and ▼ fewer than the mix explains.")
    if any(row.verdict == "few" for row in rows):
        few = door.definitions().reading.few_accounts
        notes.append(f"Hollow: too few to tell (under {FEWEST} expected, or fewer than {few} accounts).")
    look.note(" ".join([*notes, *(plain(each) for each in answer.notes[1:-1])]))  # the mix itself is in the passport
    _box(values, state, go)


def chosen(book: Book, table: pd.DataFrame, state: State, outcome: str) -> None:
    """The figures of the open book, and the ways to its accounts and to its hot-spots."""
    if not state.open:
        return
    name, value, verb = state.by.name, state.open[0], OUTCOMES[outcome].verb
    found = [row for row in tables.records(table) if row["segment"][name] == value]
    with st.container(border=True, key="open book"):
        if not found:
            look.note(f"<b>{plain(_value(value))}</b>: no account of it is at risk in this period.")
            return
        look.html(f'<p class="hl-said">{_sentence(found[0], _value(value), verb)}</p>')
        path = ((name, value),)
        ways = {
            f"List the {numbers.count(found[0]['n_lost'])} {verb} ›": HotState(path=path, rows="lost").to_query(),
            f"List all {numbers.count(found[0]['n'])} ›": HotState(path=path).to_query(),
        }
        if state.by.name in {each.name for each in door.opened().dimensions}:  # usage patterns are no filters
            ways["Hot-spots of its accounts of today ›"] = booklink.query(book.where(name, [value]))
        with st.container(horizontal=True, gap="medium"):
            for label, query in ways.items():
                st.page_link(HOTSPOTS, label=label, query_params={**booklink.query(book), **query})


def table(book: Book, answer: Answer, state: State, dimensions: Sequence[StoredDimension]) -> None:
    """Every book, largest first; a click on a row opens the book."""
    name, go = state.by.name, _opener(state, dimensions)
    values = [segment[name] for segment in answer.table["segment"]]
    key = f"books {name} {state.open}"

    def picked() -> None:
        if rows := st.session_state[key]["selection"]["rows"]:
            go(values[rows[0]])

    units = {each: TERMS[each].unit for each in _SHOWN}
    shown = answer.table[_SHOWN].assign(
        **{each: answer.table[each] * 100 for each, unit in units.items() if unit == "rate"},
        **{each: answer.table[each].round() for each, unit in units.items() if unit == "money"},
    )
    shown.insert(0, word(name), [_value(value) for value in values])
    st.dataframe(
        shown,
        key=key,
        hide_index=True,
        height="auto" if len(shown) <= MOST_ROWS else 35 + 32 * MOST_ROWS,
        row_height=32,
        column_config={each: _column(each) for each in _SHOWN},
        placeholder="–",
        on_select=picked,
        selection_mode="single-row",
    )
    tables.download(
        "Download",
        f"compare-{_file_name(name)}.csv",
        door.whole("compare", book, by=name),
        key="download compare",
        is_quiet=True,
    )


def meaning(outcome: str) -> dict[str, str]:
    """How the figures of the page are computed, in words."""
    return {
        OUTCOMES[outcome].verb.capitalize(): f"{OUTCOMES[outcome].question}.",
        "Book": "the accounts with one value of the dimension on the opening day; missing is a value too.",
        "Expected": "the sum of the accounts' chances, from a regularised logistic fit on all accounts of the selection. It "
        "knows their values, age and use on the opening day, each with an effect of its own, and not whose book they are in. "
        "What tells the books by itself (a country of a region, a region with one CSM) is left out or counted as average.",
        "Lost / expected": "indirect standardisation. The interval is Wilson's of the book's rate, divided by its expected rate: "
        "the book's own chance, 95 %.",
        "Rate at an average mix": "lost / expected × the rate of the selection; at most 100 %.",
        "Limits": "inside them lie 95 % and 99.8 % of books that differ by chance and by the ordinary spread between books "
        "(Spiegelhalter 2005: additive, from z-scores with a tenth at each end drawn in; from 10 books on). Tails are binomial "
        "mid-P, scaled to the variance the fit leaves: near the exact Poisson-binomial law's.",
        "Stands out": "beyond its own 99.8 % limit, with q up to 5 % over all books that can be told: at most one list in twenty "
        "without a pattern holds one. The curves are those of a book of average mix; each book's own limits are below.",
        "Too few to tell": f"fewer than {FEWEST} accounts expected to be lost, or to stay, or fewer accounts than the definitions' "
        "few_accounts.",
    }


def _opener(state: State, dimensions: Sequence[StoredDimension]) -> Callable[[str | None], None]:
    """What opens a book, for callbacks."""
    first = usual(dimensions)

    def opened(value: str | None) -> None:
        address.write(is_of_state, replace(state, open=(value,)).to_query(first))

    return opened


def _box(values: Sequence[str | None], state: State, go: Callable[[str | None], None]) -> None:
    key = f"open {state.by.name} {state.open}"

    def picked() -> None:
        at = st.session_state[key]
        if at is not None:
            go(values[at])

    st.selectbox(
        "Open a book",
        range(len(values)),
        index=values.index(state.open[0]) if state.open and state.open[0] in values else None,
        key=key,
        placeholder="Click a point, or choose a book here",
        format_func=lambda at: _value(values[at]),
        label_visibility="collapsed",
        on_change=picked,
    )


def _column(name: str):
    term = TERMS[name]
    label = {"_lo": "low", "_hi": "high"}.get(name[-3:], term.label)
    if term.unit not in _FORMATS:
        return st.column_config.Column(label, help=term.meaning)
    return st.column_config.NumberColumn(label, help=term.meaning, format=_FORMATS[term.unit])


def _row(row: dict, by: str, state: State) -> control.Row:
    value, verdict = row["segment"][by], "no"
    if row["stands_out"] == TOO_FEW:
        verdict = "few"
    elif row["stands_out"] == "yes":
        verdict = "more" if row["unexplained_lost"] > 0 else "fewer"
    drawn = (
        "n",
        "n_lost",
        "expected_lost",
        "loss_ratio",
        "loss_ratio_lo",
        "loss_ratio_hi",
        "limit_998_lo",
        "limit_998_hi",
    )
    more = ("churn_rate", "adjusted_rate", "arr", "arr_lost")
    return control.Row(_value(value), *(row[name] for name in (*drawn, *more)), verdict, (value,) == state.open)


def _sentence(row: Mapping, name: str, verb: str) -> str:
    """One book's figures as HTML."""
    rate = numbers.interval(row["churn_rate"], row["churn_rate_lo"], row["churn_rate_hi"])
    parts = [
        f"<b>{plain(name)}</b>: {numbers.count(row['n_lost'])} of {numbers.count(row['n'])} {verb}, {rate}",
        f"{row['expected_lost']:.1f} expected given the mix: {row['loss_ratio']:.2f} times ({row['loss_ratio_lo']:.2f}–"
        f"{row['loss_ratio_hi']:.2f})" if row["loss_ratio"] == row["loss_ratio"] else "none expected",
        f"{numbers.percent(row['adjusted_rate'])} at an average mix, {numbers.percent(row['overall_rate'])} overall",
    ]  # fmt: skip
    if row["arr"]:
        parts.append(f"{numbers.money(row['arr_lost'])} of {numbers.money(row['arr'])} ARR {verb}")
    verdict = {"yes": "beyond its limit: stands out", "no": "within what chance and mix make"}
    parts.append(verdict.get(row["stands_out"], row["stands_out"]))
    return " · ".join(f'<span class="hl-nowrap">{part}</span>' for part in parts)


def _named(out: pd.DataFrame, by: str, verb: str) -> str:
    """Dana Ames (41 lost, 24.3 expected) and 2 more."""
    names = [
        f"{_value(row['segment'][by])} ({numbers.count(row['n_lost'])} {verb}, {row['expected_lost']:.1f} expected)"
        for row in tables.records(out.head(MOST_NAMED))
    ]
    more = len(out) - len(names)
    return f"{', '.join(names)}{f' and {more} more' if more else ''}"


def _value(value: str | None) -> str:
    return "(missing)" if value is None else value


def _file_name(text: str) -> str:
    return re.sub(r"[^0-9A-Za-z]+", "-", text).strip("-").lower() or "books"
