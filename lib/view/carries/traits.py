"""What goes with staying, on the page: the headline, a dot with its whisker per trait, the table; each opens its accounts.

stand    the state of the page, of the link
ask      the answer
show     headline, chart and table; or what is lacking
opened   the row of the trait that is open
"""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from lib.book import Book, say_day
from lib.measures import Answer
from lib.measures.carries.traits import CHANCE, FEW, LEAVING, NO_DAYS, STAYING
from lib.view import address, booklink, door, frame, look, numbers, step, tables
from lib.view.carries import sentences
from lib.view.carries.carriesstate import Carries, read_state
from lib.view.charts import theme, whiskers
from lib.view.plain import plain

MOST_DRAWN = 14
_SIGN = {STAYING: 1, LEAVING: -1}
_LABELS = {
    "name": "Trait", "kind": "Kind", "adjusted": "Difference, points", "verdict": "Verdict", "with": "Retained with it",
    "without": "Retained without it",
}  # fmt: skip
_OUTCOMES = {
    "lost": "Kept or lost in the period", "lapsed": "Kept or lapsed at renewal", "cancelled": "Kept or cancelled before term",
}  # fmt: skip
_RIGHT = ("adjusted", "with", "without")
_ENDS = ("", "_lo", "_hi")


def stand() -> Carries:
    """The state of the page, of the link."""
    state, dropped = read_state(address.read())
    step.stand(state=state)
    frame.notices(dropped)
    return state


def ask(book: Book, state: Carries) -> Answer | None:
    """What goes with staying; None where it could not be asked, which is said in its place."""
    with st.skeleton(height=300):
        return door.try_ask("carries", book, **({"outcome": state.outcome} if state.outcome else {}))


def show(book: Book, answer: Answer | None, state: Carries) -> None:
    """Headline, chart and table; or what is lacking, and which files would fill the page."""
    outcomes = door.outcomes(book)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="carries choice"):
        _choose(state, outcomes)
        st.space("stretch")
        frame.share({**booklink.query(book), **state.to_query()})
    if answer is None:
        return
    if answer.table.empty:
        _nothing(answer)
        return
    rows = tables.records(answer.table)
    look.html(f'<p class="hl-said">{sentences.headline(answer.table, rows)}</p>')
    _notes(book, answer)
    _picture(_drawn(rows, state), rows, state)
    _table(book, rows, state)


def opened(answer: Answer, state: Carries) -> dict | None:
    """The row of the trait that is open; None where there is none such."""
    rows = tables.records(answer.table)
    return next((row for row in rows if (row["trait_kind"], row["trait"]) == (state.kind, state.trait)), None)


def _open(row: dict) -> None:
    step.turn(kind=row["trait_kind"], trait=row["trait"], side="with", which="all")
    look.ask_to_scroll("behind")


def _choose(state: Carries, outcomes: Sequence[str]) -> None:
    if len(outcomes) < 2:
        return
    step.show("carries outcome", state.outcome or outcomes[0])

    def turned() -> None:
        name = st.session_state["carries outcome"]
        step.turn(outcome="" if name == outcomes[0] else name)

    st.selectbox(
        "Outcome", outcomes, key="carries outcome", on_change=turned, width=270, label_visibility="collapsed",
        format_func=_OUTCOMES.get,
    )  # fmt: skip


def _nothing(answer: Answer) -> None:
    if NO_DAYS in answer.notes:
        look.empty(
            "When did they leave?",
            f"{NO_DAYS} Bring contracts (account, start, end, ARR), or accounts with the day each began and left.",
            "<code>.venv/bin/python -m lib import contracts.csv</code>",
        )
        return
    look.empty(
        "Nothing known from before the period",
        "What accounts had before it is read from usage events (account, person, feature, time), settings with the day they were "
        "chosen, touches and people. Bring one of these, or choose a later period or another book.",
        "<code>.venv/bin/python -m lib import events.csv settings.csv touches.csv people.csv</code>",
    )


def _notes(book: Book, answer: Answer) -> None:
    """What to know before reading on: price hints, cautions, and how to take "goes with"."""
    if hint := sentences.priced(tables.records(answer.table)):
        look.html(f'<p class="hl-said">{hint}</p>')
    cautions = answer.notes[:-1]  # the last note is for the passport
    with st.container():  # always there: what comes and goes must not move what stands below it
        if cautions:
            look.notice(*(plain(each) for each in cautions))
    n_left = int(answer.left_out["n"].sum())
    said = [
        f"What accounts had before {say_day(book.opens_on)}, against who stayed after it.",
        "What goes with staying need not be its cause.",
        f"{numbers.plural(n_left, 'account')} not counted, or not against features: why is said at the foot."
        if n_left
        else "",
    ]
    look.note(" ".join(filter(None, said)))


def _drawn(rows: Sequence[dict], state: Carries) -> list[dict]:
    """The traits that are drawn, from most staying to most leaving: all that could be tested, or those that say most."""
    tested = [row for row in rows if row["goes_with"] != FEW]
    if state.drawn == "top":
        sure = sorted(tested, key=lambda row: (row["goes_with"] == CHANCE, row["p_value"]))
        tested = sure[: max(MOST_DRAWN, sum(row["goes_with"] != CHANCE for row in tested))]
    return sorted(tested, key=lambda row: -row["adjusted_difference"])


def _picture(drawn: Sequence[dict], rows: Sequence[dict], state: Carries) -> None:
    if not drawn:
        return
    dots = [
        whiskers.Row(
            sentences.called(row),
            *(row[f"adjusted_difference{end}"] for end in _ENDS),
            _SIGN.get(row["goes_with"], 0),
            _hover(row),
        )
        for row in drawn
    ]
    theme.show(
        whiskers.figure(dots, title="points of retention, with it against without it", colours=theme.palette()),
        f"carries {state.drawn} {state.outcome}",
        alt=whiskers.alternative(dots, of="the adjusted difference in retention by trait, points"),
        on_click=lambda at: _open(drawn[at]),
    )
    n_tested = sum(row["goes_with"] != FEW for row in rows)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="carries drawn"):
        look.note(
            "Filled: beyond chance among all looked at (a circle goes with staying, a diamond with leaving). Open and grey: not. "
            "Click one to list its accounts."
        )
        if n_tested > len(drawn) or state.drawn == "all":
            st.button(
                f"Draw all {n_tested}" if state.drawn == "top" else "Draw the strongest",
                key="carries all",
                type="tertiary",
                on_click=lambda: step.turn(drawn="all" if state.drawn == "top" else "top"),
            )


def _hover(row: dict) -> str:
    lines = [
        f"<b>{plain(sentences.called(row))}</b>, {row['trait_kind']}",
        f"{_points(row)} points: {row['goes_with']}",
    ]
    for side in ("with", "without"):
        lines.append(f"{numbers.interval(*_rates(row, side))} retained {side} it, {numbers.n_of(row[f'n_{side}'])}")
    if row["odds_ratio"] == row["odds_ratio"]:
        lines.append(f"odds ratio {row['odds_ratio']:.2f}")
    return "<br>".join([*lines, f"q {row['q_value']:.3f}"])


def _points(row: dict) -> str:
    return numbers.points_between(*(row[f"adjusted_difference{end}"] for end in _ENDS))


def _rates(row: dict, side: str) -> list[float]:
    return [row[f"retained_{side}_rate{end}"] for end in _ENDS]


def _table(book: Book, rows: Sequence[dict], state: Carries) -> None:
    """The figures of all traits; the name of one opens its accounts, as the box below does without a mouse."""
    shown = pd.DataFrame([_cells(row) for row in rows])
    key = "carries table"

    def clicked() -> None:
        at = st.session_state[f"{key} opens"]["row"]
        if 0 <= at < len(rows):
            _open(rows[at])

    config = {name: st.column_config.TextColumn(_LABELS[name], alignment="right") for name in _RIGHT}
    config["name"] = st.column_config.ButtonColumn(
        _LABELS["name"],
        type="tertiary",
        alignment="left",
        pinned=True,
        width="medium",
        on_click=clicked,
        key=f"{key} opens",
    )
    height = min(430, 42 + 32 * len(shown))
    tables.show(
        shown, key=key, height=height, labels=_LABELS, config={n: each for n, each in config.items() if n in shown}
    )
    asked = {"outcome": state.outcome} if state.outcome else {}
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="carries foot"):
        _pick(rows, state)
        st.space("stretch")
        everything = door.whole("carries", book, **asked)
        tables.download("Download", "what-carries.csv", everything, key="download carries", is_quiet=True)


def _cells(row: dict) -> dict:
    with_it, without = (
        f"{numbers.interval(*_rates(row, side))} of {numbers.count(row[f'n_{side}'])}" for side in ("with", "without")
    )
    return {
        "name": sentences.called(row), "kind": row["trait_kind"],
        "adjusted": numbers.NOTHING if row["goes_with"] == FEW else _points(row), "verdict": row["goes_with"],
        "with": with_it, "without": without,
    }  # fmt: skip


def _pick(rows: Sequence[dict], state: Carries) -> None:
    at = next((n for n, row in enumerate(rows) if (row["trait_kind"], row["trait"]) == (state.kind, state.trait)), None)
    step.show("carries trait", at)

    def picked() -> None:
        chosen = st.session_state["carries trait"]
        if chosen is not None:
            _open(rows[chosen])

    st.selectbox(
        "Trait", range(len(rows)), key="carries trait", on_change=picked, width=300, label_visibility="collapsed",
        placeholder="List the accounts of …",
        format_func=lambda number: f"{sentences.called(rows[number])} ({rows[number]['trait_kind']})",
    )  # fmt: skip
