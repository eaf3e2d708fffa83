"""What a trial says: in one sentence, as tiles and pictures, each figure with the accounts behind it.

shown   all of it
"""

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import streamlit as st

from lib.book import Book, say_day
from lib.measures import Answer
from lib.view import accountlist, door, look, numbers, step, tables
from lib.view import tiles as tile
from lib.view.exceptions import trialcharts
from lib.view.exceptions.exceptionstate import CLOSED, Exceptions
from lib.view.paging import PAGE
from lib.view.plain import plain
from lib.view.tiles import Tile

_COLUMNS = [
    "name", "account", "csm", "arr", "person_name", "fired_on", "n_times_fired", "trial_outcome", "trial_lost_on", "warned_on",
    "warning_days",
]  # fmt: skip
_TITLES = {
    "told": "Accounts it would have told of", "judged": "Accounts it can be judged by", "right": "Told of, and lost after",
    "stayed": "Told of, and stayed", "pending": "Too early to tell", "lost": "Lost in these days", "warned": "Lost, and warned of",
    "missed": "Lost without a warning", "open": "Accounts with one on any of these days",
}  # fmt: skip


def shown(book: Book, state: Exceptions, found: Answer, asked: dict) -> dict[str, Answer]:
    """The sentence, the tiles, the pictures, and the accounts behind the figure that is open."""
    row = tables.records(found.table)[0]
    look.html(f'<p class="hl-said">{_sentence(row)}</p>')
    look.note(" ".join(map(plain, found.notes)))
    _tiles(row)
    left, right = st.columns([3, 2], gap="medium")
    told = {}
    with left:
        if (days := door.try_ask("exception_trial_days", book, **asked)) is not None:
            trialcharts.days(days.table)
            told["Days of the trial"] = days
    with right:
        if (overlap := door.try_ask("exception_overlap", book, **asked)) is not None:
            trialcharts.overlap(overlap.table)
            told["Overlap"] = overlap
    return told | _accounts(book, state, asked)


def _sentence(row: dict) -> str:
    """84 accounts would have come up, 84 exceptions, 0.5 a day; those it tells of are lost 14 times as often as customers are."""
    if not row["n_fired"]:
        return "It would have told of nobody new in these days."
    a_day = row["fired_per_day"]
    who, n = numbers.plural(row["n_fired_accounts"], "account"), numbers.plural(row["n_fired"], "exception")
    told = f"<b>{who}</b> would have come up, {n}, {a_day:.{1 if a_day < 10 else 0}f} a day"
    if not math.isfinite(row["rule_precision"]):
        return f"{told}; whether they were lost after cannot be judged."
    if row["rule_lift_lo"] > 1:
        worth = f"those it tells of are lost <b>{row['rule_lift']:.1f} times</b> as often as customers are"
    elif row["rule_lift_hi"] < 1:
        worth = "those it tells of are lost less often than customers are"
    else:
        worth = "those it tells of are lost <b>no more often</b> than customers are, beyond chance"
    return f"{told}; {worth}."


def _tiles(row: dict) -> None:
    """Precision, recall, lift and lead; each opens its accounts."""
    judged = f"{numbers.count(row['n_judged_lost'])} of {numbers.count(row['n_judged'])} judged were lost"
    losses = f"{numbers.count(row['n_warned'])} of {numbers.plural(row['n_trial_lost'], 'loss', 'losses')}"
    lift, lifts, lead, middle = numbers.NOTHING, "", numbers.NOTHING, "nobody was warned of"
    if math.isfinite(row["rule_lift"]):
        lift, lifts = f"{row['rule_lift']:.1f}", f"{row['rule_lift_lo']:.1f}–{row['rule_lift_hi']:.1f}"
    if math.isfinite(row["lead_half_days"]):
        lead = f"{row['lead_half_days']:.0f} days"
        middle = f"half of them {row['lead_quarter_days']:.0f} to {row['lead_three_quarter_days']:.0f}"
    figures = (
        ("told", "Told of", numbers.count(row["n_fired_accounts"]), "", f"{numbers.count(row['n_trial_pending'])} pending"),
        ("judged", "Precision", _percent(row["rule_precision"]), _bounds(row, "rule_precision"), judged),
        ("lost", "Recall", _percent(row["rule_recall"]), _bounds(row, "rule_recall"), losses),
        ("missed", "Lift", lift, lifts, f"{_percent(row['trial_base_rate'])} are lost without any rule"),
        ("warned", "Lead time", lead, "", middle),
    )  # fmt: skip
    opens = {"missed": "List what it missed"}
    drawn = [Tile(f"trial {which}", *said, opens.get(which, "List them")) for which, *said in figures]
    tile.row(drawn, {f"trial {which}": _opener(which) for which, *_ in figures})


def _percent(rate: float) -> str:
    return numbers.percent(rate) if math.isfinite(rate) else numbers.NOTHING


def _bounds(row: dict, name: str) -> str:
    return f"{row[f'{name}_lo'] * 100:.0f}–{row[f'{name}_hi'] * 100:.0f} %" if math.isfinite(row[name]) else ""


def _opener(which: str) -> Callable[[], None]:
    def opened() -> None:
        step.turn(**(CLOSED | {"which": which}))
        look.ask_to_scroll("trial-accounts")

    return opened


def _accounts(book: Book, state: Exceptions, asked: dict) -> dict[str, Answer]:
    """The accounts behind the figure that is open."""
    with st.container(key="trial accounts"):  # always there: what comes and goes must not move what stands below it
        if not (state.which or state.shared or state.day):
            return {}
        which = state.which or "open"
        asked = asked | {"which": which, "shared_with": state.shared or None, "fired_day": state.day or None}
        shared = f", and “{plain(state.shared)}” at the same time" if state.shared else ""
        day = f", begun on {say_day(date.fromisoformat(state.day))}" if state.day else ""
        look.section(f"{_TITLES[which]}{shared}{day}", "a click on a name opens the account", place="trial-accounts")
        found = door.try_ask(
            "exception_trial_accounts", book, **asked, limit=PAGE, offset=(state.trial_page - 1) * PAGE
        )
        if found is None:
            return {}
        if found.table.empty:
            look.empty("No accounts here", "Choose another figure.")
        else:
            columns = [name for name in _COLUMNS if name == "account" or found.table[name].notna().any()]
            accountlist.show(
                found.table, columns, door.whole("exception_trial_accounts", book, **asked), key="trial list",
                page=state.trial_page, parameter="trial_page", file_name="exception-trial.csv", most=360, config={"account": None},
            )  # fmt: skip
        st.button("Close", key="close trial list", type="tertiary", on_click=lambda: step.turn(**CLOSED))
        return {"Accounts of the trial": replace(found, table=found.table.head(0))}
