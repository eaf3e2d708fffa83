"""The lever that is open: its sentence, what it found by matter, and what goes with it; a click on a bar lists its accounts.

show   the part; gives the answers for the passport
"""

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.view import booklink, door, look, numbers, rooms, step, tables
from lib.view.charts import matters, theme, whiskers
from lib.view.levers.leverstate import Lever
from lib.view.levers.words import HOME, NAMES, money
from lib.view.plain import plain

_ENDS = ("", "_lo", "_hi")
_FEW, _CONVERTING, _STAYING = "too few to tell", "goes with converting", "goes with staying"
_LEAVING = ("goes with not converting", "goes with leaving")
_BY = {
    "trials": "use",
    "upsell": "need",
    "declining": "week",
    "evangelists": "feature",
    "barriers": "barrier",
    "pricing": "feature",
}
MOST_DRAWN = 12


def show(book: Book, answer: Answer | None, state: Lever) -> dict[str, Answer]:
    """What the open lever found."""
    if answer is None:
        return {}
    page, what = HOME[state.lever]
    look.section(NAMES[state.lever], place="lever")
    finding = answer.table.loc[answer.table["revenue_lever"] == state.lever, "lever_finding"].iat[0]
    look.html(f'<p class="hl-said">{plain(finding)}</p>')
    room = next(each for group in rooms.ROOMS.values() for each in group if each.title == page)
    parts = door.try_ask("lever_parts", book, lever=state.lever)
    shown = {"Levers": answer}
    if parts is None:
        return shown
    shown["By matter"] = parts
    with st.container(key=f"lever picture {state.lever}"):  # always there: what stands below keeps its place
        if not parts.table.empty:
            _bars(parts.table, state)
        shown |= _beside(book, state)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="lever home"):
        st.page_link(room.file, label=f"{room.title} ›", query_params=booklink.query(book), width="content")
        look.note(f"has {what}.")
    return shown


def _bars(table: pd.DataFrame, state: Lever) -> None:
    by_people = state.lever == "evangelists"
    unit = "people to enrol" if by_people else "accounts"
    needs, bars = [], []
    for need, rows in table.groupby("need", sort=False):
        needs.append(need)
        worth = money(dict(zip(rows["currency"], rows["stake_arr"], strict=True)))
        n = rows["n_found_people" if by_people else "n_found_accounts"].iat[0]
        name = rows["need_said"].iat[0].removeprefix("week of ")
        bars.append(matters.Bar(name, int(n), f"{worth} ARR", need == state.need))
    draw = matters.columns if state.lever == "declining" else matters.rows

    def clicked(at: int) -> None:
        step.turn(need="" if needs[at] == state.need else needs[at], barrier="")
        look.ask_to_scroll("whom")

    theme.show(
        draw(bars, unit=unit, colours=theme.palette()), f"lever {state.lever} {state.need}",
        alt=matters.alternative(bars, unit=unit, by=_BY[state.lever]), on_click=clicked,
    )  # fmt: skip


def _beside(book: Book, state: Lever) -> dict[str, Answer]:
    """What goes with it, of the levers that can say so; what the data cannot tell."""
    if state.lever == "trials":
        answer = door.try_ask("trial_features", book)
        if answer is None:
            return {}
        look.section("Early features", "used in the first days of a trial, and its conversion")
        _features(
            answer,
            "early_difference",
            "early_goes_with",
            "feature_name",
            "points of conversion, with it against without it",
        )
        return {"Early features": answer}
    if state.lever in ("evangelists", "pricing"):
        answer = door.try_ask("carries", book)
        if answer is None or answer.table.empty:
            return {}
        rows = answer.table[answer.table["trait_kind"] == "feature"]
        _features(
            Answer(rows, notes=()),
            "adjusted_difference",
            "goes_with",
            "trait_name",
            "points of retention, with it against without it",
        )
        return {"What carries": answer}
    if state.lever == "barriers":
        return _barriers(book, state)
    return {}


def _features(answer: Answer, value: str, verdict: str, name: str, title: str) -> None:
    for note in answer.notes:
        look.note(plain(note))
    told = [row for row in tables.records(answer.table) if row[verdict] != _FEW]
    if not told:
        if answer.table.empty:
            look.empty(
                "Nothing known of features",
                "A file of usage events (occurred_at, account, person, feature) would fill this part.",
            )
        return
    drawn = sorted(sorted(told, key=lambda row: row["q_value"])[:MOST_DRAWN], key=lambda row: -row[value])
    sign = {_CONVERTING: 1, _STAYING: 1} | dict.fromkeys(_LEAVING, -1)
    dots = [
        whiskers.Row(
            row[name],
            *(row[f"{value}{end}"] for end in _ENDS),
            sign.get(row[verdict], 0),
            _hover(row, value, verdict, name),
        )
        for row in drawn
    ]
    theme.show(
        whiskers.figure(dots, title=title, colours=theme.palette()), f"lever features {value}",
        alt=whiskers.alternative(dots, of=title), on_click=lambda at: None,
    )  # fmt: skip
    look.note("Filled: beyond chance among all looked at. Open and grey: not. What goes with it need not be its cause.")


def _hover(row: dict, value: str, verdict: str, name: str) -> str:
    points = numbers.points_between(*(row[f"{value}{end}"] for end in _ENDS))
    return f"<b>{plain(row[name])}</b><br>{points} points: {row[verdict]}<br>q {row['q_value']:.3f}"


def _barriers(book: Book, state: Lever) -> dict[str, Answer]:
    answer = door.try_ask("barrier_features", book)
    if answer is None:
        return {}
    for note in answer.notes:
        look.note(plain(note))
    if answer.table.empty:
        return {"Where it happens": answer}
    look.section("Where it happens", "held up once or more, of the people who used it; a click lists those with more")
    said = {"loops": "loops with help", "unfinished": "not finished"}
    places, rows = [], []
    for (need, barrier), paid in answer.table.groupby(["need", "barrier"], sort=False):
        row = next(iter(tables.records(paid)))
        places.append((need, barrier))
        rows.append({
            "Where": row["barrier_name"], "Barrier": said[need],
            "Held up": numbers.interval(*(row[f"held_rate{end}"] for end in _ENDS)),
            "Of people": numbers.count(row["n_people_using"]), "Accounts listed": numbers.count(row["n_found_accounts"]),
            "ARR at stake": money(dict(zip(paid["currency"], paid["stake_arr"], strict=True))),
        })  # fmt: skip
    shown = pd.DataFrame(rows)
    key = tables.named(
        f"barriers {state.need} {state.barrier}", shown
    )  # what was clicked is said above the list: no cell stays lit

    def clicked() -> None:
        if cells := st.session_state[key]["selection"]["cells"]:
            need, barrier = places[cells[0][0]]
            step.turn(need=need, barrier=barrier)
            look.ask_to_scroll("whom")

    right = {name: st.column_config.TextColumn(name, alignment="right") for name in shown.columns[2:]}
    height = min(400, 42 + 32 * len(rows))
    tables.show(shown, key=key, height=height, config=right, selects="single-cell", clicked=clicked)
    return {"Where it happens": answer}
