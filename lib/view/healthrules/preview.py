"""What a draft of the rules would do, before it is published: who changes colour today, and what it would have said before.

show   the sentence, the colours in force against those of the draft, the past of both, and the accounts behind each figure
stands  212 accounts are red (2.2 M ARR), 905 amber
told    12 accounts turn red (0.4 M ARR), 3 turn green
"""

import math

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.definitions import Definitions
from lib.measures import Answer
from lib.view import accountlink, door, look, numbers, tables
from lib.view.account import paper
from lib.view.charts import squares, theme
from lib.view.charts.squares import Square
from lib.view.healthrules import draftstate, said
from lib.view.healthrules.draftstate import Draft
from lib.view.paging import PAGE
from lib.view.plain import plain
from lib.view.words import word

COLOURS = {"red": "red", "amber": "amber", "green": "green", "none": "no score"}
_ORDER = {"green": 3, "amber": 2, "red": 1}
_WHICH = "health movers of"
_MOST_CHANGES = 6
_LISTED = [
    "name", "arr", "colour_in_force", "colour_draft", "score_in_force", "score_draft", "draft_reason",
    "profile_draft", "csm", "account",
]  # fmt: skip
Cell = tuple[str, str]
_ALL: Cell = ("", "")


def show(book: Book, draft: Draft, words: Definitions | None) -> dict[str, Answer]:
    """What `words` would do, beside what is in force; nothing where nothing is changed."""
    with st.container():  # always there: what comes and goes must not move what stands below it
        look.section("What it would do", "to the accounts of this book; nothing is published yet")
        if words is None:
            look.note("Mend what is said above, and this says who would turn red.")
            return {}
        was = draftstate.alike(draft.base).health.as_rules()
        changed = said.differences(was, words.health.as_rules(), draftstate.renamed(draft))
        if changed:
            more = f" · and {len(changed) - _MOST_CHANGES} more changes" if len(changed) > _MOST_CHANGES else ""
            look.note(f"Changed: {' · '.join(paper.short(each) for each in changed[:_MOST_CHANGES])}{more}")
        asked = {"meaning": draft.base, "draft": draftstate.text_of(words) if changed else ""}
        with st.skeleton(height=200):
            now = door.try_ask("health_draft", book, **asked)
        if now is None:
            return {}
        if now.table.empty:
            look.empty(
                "No account of this book has a reading on the day",
                "Health is read from contracts and usage events; widen the book, or bring them.",
            )
            return {"Would change colour": now}
        if not changed:
            look.html(f'<p class="hl-said">{stands(now.table)}</p>')
            look.note("Nothing is changed. Change a weight above, and this says who would turn red.")
            return {"Would change colour": now}
        look.html(f'<p class="hl-said">{told(now.table)}</p>')
        left, right = st.columns([5, 6], gap="medium")
        with left:
            _matrix(now.table)
        with right:
            past = _past(book, asked)
        _movers(book, now.table, asked)
        return {"Would change colour": now} | ({"In the past": past} if past else {})


def stands(table: pd.DataFrame) -> str:
    """How many have which colour by the rules in force, with their ARR."""
    by = table.groupby("colour_in_force")[["n_accounts", "arr"]].sum()
    found = [
        f"{numbers.count(by.loc[colour, 'n_accounts'])} {'without a score' if colour == 'none' else colour} "
        f"({numbers.money(by.loc[colour, 'arr'])} ARR)"
        for colour in COLOURS
        if colour in by.index
    ]
    return f"By the rules in force: {', '.join(found)}, of {numbers.plural(by['n_accounts'].sum(), 'account')}."


def told(table: pd.DataFrame) -> str:
    """The sentence of it: how many turn which colour, with their ARR."""
    moved = table[table["colour_in_force"] != table["colour_draft"]]
    n_all = numbers.plural(table["n_accounts"].sum(), "account")
    if moved.empty:
        return f"No account would change colour, of {n_all}."
    by = moved.groupby("colour_draft")[["n_accounts", "arr"]].sum()
    found = []
    for colour in COLOURS:
        if colour in by.index:
            n, arr = by.loc[colour]
            turn = "lose their score" if colour == "none" else f"turn {colour}"
            turn = turn if n != 1 else turn.replace("lose their", "loses its").replace("turn ", "turns ")
            who = numbers.plural(n, "account") if not found else numbers.count(n)
            found.append(f"{who} {turn} ({numbers.money(arr)} ARR)")
    return f"<b>{', '.join(found)}</b>, of {n_all}."


def _matrix(table: pd.DataFrame) -> None:
    """Accounts by their colour in force, a row each, and by that of the draft; a click on a cell lists them."""
    cells = tables.records(table)
    rows = [each for each in COLOURS if any(cell["colour_in_force"] == each for cell in cells)]
    columns = list(COLOURS)
    most = max([cell["n_accounts"] for cell in cells if cell["colour_in_force"] != cell["colour_draft"]] + [1])
    drawn = [_square(cell, rows, columns, most) for cell in cells]

    def opened(number: int) -> None:
        st.session_state[_WHICH] = (cells[number]["colour_in_force"], cells[number]["colour_draft"])
        look.ask_to_scroll("draft movers")

    theme.show(
        squares.figure(drawn, [COLOURS[each] for each in rows], [COLOURS[each] for each in columns], down="in force",
                       across="draft", colours=theme.palette()),
        "health draft matrix",
        alt=squares.alternative(drawn, rows, columns, said="Accounts by colour in force and by the draft"),
        on_click=opened,
    )  # fmt: skip
    look.note(
        "Orange: worse by the draft. Green: better. Grey: as in force, or a score on one side only. A click lists them."
    )


def _square(cell: dict, rows: list[str], columns: list[str], most: int) -> Square:
    was, would, n = cell["colour_in_force"], cell["colour_draft"], cell["n_accounts"]
    tone = "rest" if was == would or "none" in (was, would) else "hot" if _ORDER[would] < _ORDER[was] else "good"
    hover = (
        f"<b>{COLOURS[was]} in force, {COLOURS[would]} by the draft</b><br>"
        f"{numbers.plural(n, 'account')}<br>{numbers.count(cell['arr'])} ARR"
    )
    share = 0.12 if was == would else 0.1 + 0.9 * n / most
    at = rows.index(was), columns.index(would)
    return Square(*at, share, tone, numbers.count(n), numbers.money(cell["arr"]), hover)


def _past(book: Book, asked: dict) -> Answer | None:
    """What both would have said of losses in the period."""
    with st.skeleton(height=160):
        answer = door.try_ask("health_draft_record", book, **asked)
    if answer is None:
        return None
    rows = tables.records(answer.table)
    would = rows[-1]
    if not math.isfinite(would["rank_auc"]):
        look.note(plain(" ".join(answer.notes)))
        return answer
    lines = [
        ("Of those in red, lost in 90 days", *(numbers.interval(*_three(row, "red_precision")) for row in rows)),
        ("Of those lost in 90 days, in red", *(numbers.interval(*_three(row, "red_recall")) for row in rows)),
        ("AUC", *(_auc(row) for row in rows)),
        ("Readings in red", *(numbers.count(row["n_landmarks_red"]) for row in rows)),
        ("Median lead, days", *(_lead(row) for row in rows)),
    ]
    columns = [
        paper.Column("In the past", lambda row: row[0]),
        paper.Column("In force", lambda row: row[1], is_number=True),
        paper.Column("Draft", lambda row: f"<b>{row[2]}</b>", is_number=True),
    ]
    paper.table(lines, columns, label="What both would have said of losses")
    look.note(f"{verdict(would)} {plain(answer.notes[0])} As if each had held of every week.")
    return answer


def verdict(row: dict) -> str:
    """Whether the draft ranks losses better, beyond chance."""
    gain, lo, hi = _three(row, "auc_gain")
    if not math.isfinite(gain):
        return ""
    if gain == lo == hi:
        return "Both rank losses alike."
    interval = f"AUC {gain:+.3f}, {lo:+.3f} to {hi:+.3f}".replace("-", numbers.MINUS)
    if lo > 0:
        return f"The draft ranks losses better ({interval})."
    return (
        f"The draft ranks losses worse ({interval})."
        if hi < 0
        else f"No difference in ranking beyond chance ({interval})."
    )


def _auc(row: dict) -> str:
    auc, lo, hi = _three(row, "rank_auc")
    return f"{auc:.3f} ({lo:.2f}–{hi:.2f})"


def _lead(row: dict) -> str:
    behind = f"{numbers.n_of(row['n_lead'])}, {numbers.count(row['n_never_red'])} never red"
    return f"{numbers.count(row['lead_median_days'])} <small>{behind}</small>"


def _three(row: dict, name: str) -> tuple[float, float, float]:
    return row[name], row[f"{name}_lo"], row[f"{name}_hi"]


def _movers(book: Book, table: pd.DataFrame, asked: dict) -> None:
    """The accounts behind the figures: all that change colour, or those of one cell."""
    cells = {(row["colour_in_force"], row["colour_draft"]): row["n_accounts"] for row in tables.records(table)}
    n_moved = sum(n for (was, would), n in cells.items() if was != would)
    choices: dict[Cell, int] = {_ALL: n_moved} | dict(sorted(cells.items(), key=lambda each: each[0][0] == each[0][1]))

    def named(cell: Cell) -> str:
        said_of = "All that change colour" if cell == _ALL else f"{COLOURS[cell[0]]} → {COLOURS[cell[1]]}"
        return f"{said_of} ({numbers.count(choices.get(cell, 0))})"

    look.section("Who they are", "most ARR first; a click on a name opens the account", place="draft movers")
    if st.session_state.get(_WHICH) not in choices:
        st.session_state[_WHICH] = _ALL
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        cell = st.selectbox(
            "Which", list(choices), format_func=named, key=_WHICH, label_visibility="collapsed", width=300
        )
        n, page = choices.get(cell, 0), 1
        if n > PAGE:
            page = st.pagination(math.ceil(n / PAGE), key=f"health movers page {cell}", max_visible_pages=5)
    if not n:
        look.note("Nobody.")
        return
    asked = asked | ({"from_colour": cell[0], "to_colour": cell[1]} if cell != _ALL else {})
    answer = door.try_ask("health_draft_movers", book, **asked, limit=PAGE, offset=(page - 1) * PAGE)
    if answer is None or answer.table.empty:
        return
    listed, names = accountlink.opening(answer.table[_LISTED], key="health movers")
    column = st.column_config
    shown = {name: column.NumberColumn(word(name), format="%.1f") for name in ("score_in_force", "score_draft")}
    shown["draft_reason"] = column.TextColumn("Why", width="large")
    tables.show(listed, key="health movers", height=min(420, 42 + 32 * len(listed)), config=names | shown)
    everyone = door.whole("health_draft_movers", book, **asked)
    tables.download("Download", "health-draft-movers.csv", everyone, key="download health movers", drop=("n_rows",))
