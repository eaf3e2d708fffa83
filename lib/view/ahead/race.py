"""Adoption in time? Whether accounts reach, before they renew, the adoption that past renewers had.

section   the sentence, a tile per verdict, and the accounts
"""

from functools import partial

import pandas as pd

from lib.book import Book
from lib.measures import Answer
from lib.measures.ahead.races import AHEAD, FEW, IN_DOUBT, NOT, ON_COURSE, VERDICTS
from lib.view import door, look, numbers, step, tables, tiles
from lib.view.ahead import asking
from lib.view.ahead.aheadstate import Ahead
from lib.view.tiles import Tile

ORDERS = {
    "verdict": "Gravest first, by ARR", "renewal": "Next renewal first", "arr": "ARR, highest first",
    "chance": "Least likely first", "account": "By account",
}  # fmt: skip
_CALLED = {
    NOT: "Will not make it",
    IN_DOUBT: "In doubt",
    ON_COURSE: "On course",
    AHEAD: "Ahead",
    FEW: "Too few to tell",
}
_COLUMNS = [
    "name", "race_verdict", "chance", "adoption_share_rate", "goal_rate", "renews_on", "arr_due", "currency", "pace_said", "csm",
    "peers_rate", "n_alike", "segment", "seats", "n_goal", "account",
]  # fmt: skip


def section(book: Book, state: Ahead) -> dict[str, Answer]:
    """The contract cycle against the adoption cycle."""
    days = door.definitions().renewals_ahead.race_days
    look.section("Adoption in time?", f"renewals within {days} days against the adoption that past renewers had")
    counted = door.try_ask("race_verdicts", book)
    if counted is None:
        return {}
    shown = {"Verdicts": counted}
    if counted.table.empty:
        look.empty(
            "Nothing can be told",
            "It takes renewals ahead with seats, and 13 full weeks of use by people. A contract file with seats and a file of "
            "usage events (occurred_at, account, person, feature) would fill this part.",
        )
        return shown
    look.html(f'<p class="hl-said">{_said(counted.table)}</p>')
    _tiles(counted.table, state)
    return shown | asking.listed(
        book, state, "adoption_race", {"verdict": state.verdict} if state.verdict else {},
        columns=_COLUMNS, page="race_page", file_name="adoption-race.csv", orders=ORDERS, order="race_order",
        nobody=("No renewals here", "None has this verdict. Choose another, or go to the first page."),
        says=_chances, labels={"chance": "Chance to reach it (95 %)"},
        choose=partial(
            asking.choice, "Verdict", "verdict", ["", *VERDICTS], state, width=220,
            said=lambda name: _CALLED.get(name, "Any verdict"),
        ),
    )  # fmt: skip


def _said(counted: pd.DataFrame) -> str:
    told = counted[counted["race_verdict"] != FEW]
    n, n_not = int(told["n_renewals"].sum()), int(told.loc[told["race_verdict"] == NOT, "n_renewals"].sum())
    if not n:
        return "Too few past renewals are like these to tell whether they will get there."
    arr = asking.money(told[told["race_verdict"] == NOT].groupby("currency")["arr_due"].sum().to_dict())
    if not n_not:
        return (
            f"<b>Of {numbers.plural(n, 'renewal')} ahead none is unlikely</b> to reach the adoption that three in four "
            "renewers had."
        )
    return (
        f"<b>{numbers.count(n_not)} of {numbers.plural(n, 'renewal')}</b> ahead, <b>{arr} ARR</b>, will hardly reach the adoption "
        "that three in four renewers had: few past accounts as far off got there in the time that is left."
    )


def _tiles(counted: pd.DataFrame, state: Ahead) -> None:
    shown, opens = [], {}
    for verdict in VERDICTS[:4]:
        rows = counted[counted["race_verdict"] == verdict]
        n, whole = int(rows["n_renewals"].sum()), tables.records(rows.head(1))
        share = asking.cell(whole[0], "verdict_rate") if len(rows) == 1 else ""
        arr = asking.money(dict(zip(rows["currency"], rows["arr_due"], strict=True))) if n else numbers.NOTHING
        is_open = verdict == state.verdict
        shown.append(
            Tile(f"verdict {verdict}", _CALLED[verdict], numbers.count(n), f"{arr} ARR", share,
                 "Listed below" if is_open else "List them", is_hot=verdict == NOT and n > 0)
        )  # fmt: skip
        opens[f"verdict {verdict}"] = partial(step.turn, verdict="" if is_open else verdict)
    tiles.row(shown, opens)


def _chances(table: pd.DataFrame) -> pd.DataFrame:
    """The list with each chance and its interval as one text."""
    bounded = table.rename(columns={f"reach_chance_{end}": f"reach_chance_rate_{end}" for end in ("lo", "hi")})
    return table.assign(chance=[asking.cell(row, "reach_chance_rate") for row in tables.records(bounded)])
