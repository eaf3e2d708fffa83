"""Why customers left: what lapsed or was cancelled in the period, by reason and over time, and the contracts behind a reason.

section   the sentence, the reasons, their course, and the list that is open
"""

from functools import partial

import pandas as pd

from lib.book import Book, say_day
from lib.measures import Answer
from lib.measures.ahead.lossreasons import EVERY, NOT_GIVEN
from lib.view import door, look, numbers, step, tables
from lib.view.account import paper
from lib.view.account.paper import Column
from lib.view.ahead import asking
from lib.view.ahead.aheadstate import Ahead
from lib.view.charts import bars, theme
from lib.view.plain import plain

ORDERS = {"arr": "ARR, highest first", "newest": "Newest first", "reason": "By reason", "account": "By account"}
_COLUMNS = [
    "name",
    "account",
    "lost_reason",
    "renewal_ending",
    "lost_on",
    "renewal_line",
    "lost_arr",
    "currency",
    "csm",
    "segment",
]
_EVERY = {"month": "By month", "quarter": "By quarter", "year": "By year"}
_MOST = 12  # reasons that are drawn; all are in the download


def section(book: Book, state: Ahead) -> dict[str, Answer]:
    """What was lost in the period, by the reason somebody wrote down."""
    look.section(
        "Why customers left", "lines that lapsed or were cancelled in the period, by the reason of the contract file"
    )
    answer, course = door.try_ask("loss_reasons", book), door.try_ask("loss_reasons", book, every=state.every)
    if answer is None or course is None:
        return {}
    shown = {"Reasons": answer, "Over time": course}
    if answer.table.empty:
        look.empty(
            "Nothing was lost",
            "No term of this book lapsed or was cancelled in this period. Widen the period, or lift a filter.",
        )
        return shown
    whole = _largest(answer.table)
    look.html(f'<p class="hl-said">{_said(answer.table, whole)}</p>')
    if set(whole["lost_reason"]) == {NOT_GIVEN}:
        look.empty(
            "No reasons are given", "The column lost_reason of a contract file, one row per term, would fill this part."
        )
    else:
        _chart(whole)
        asking.choice("Parts of the period", "every", list(EVERY), state, said=_EVERY.get, width=160)
        _course(course.table, whole)
    return shown | _list(book, state, whole)


def _largest(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of the currency with most accounts lost."""
    return table[table["currency"] == table.loc[table["of_lost_accounts"].idxmax(), "currency"]].reset_index(drop=True)


def _said(table: pd.DataFrame, whole: pd.DataFrame) -> str:
    lost = asking.money(table.groupby("currency")["lost_arr"].sum().to_dict())
    first = whole[whole["lost_reason"] != NOT_GIVEN].head(1)
    said = f"<b>{lost} ARR</b> lapsed or was cancelled."
    for row in first.itertuples():
        said += (
            f" <b>{plain(row.lost_reason)}</b> is named most: "
            f"{numbers.interval(row.reason_rate, row.reason_rate_lo, row.reason_rate_hi)} of "
            f"{numbers.plural(row.of_lost_accounts, 'account')}, {numbers.percent(row.reason_arr_rate)} of the ARR."
        )
    if table["currency"].nunique() > 1:
        said += f" Drawn are those in {plain(whole['currency'].iat[0]) or 'no currency'}; others are in the download."
    return said


def _chart(whole: pd.DataFrame) -> None:
    rows = tables.records(whole.head(_MOST))
    few = door.definitions().reading.few_accounts
    drawn = [
        bars.Row(
            name=row["lost_reason"], n=row["of_lost_accounts"], n_lost=row["n_lost_accounts"], rate=row["reason_rate"],
            lo=row["reason_rate_lo"], hi=row["reason_rate_hi"], base=float("nan"), arr=row["of_lost_arr"], arr_lost=row["lost_arr"],
            q=float("nan"), few=few,
        )
        for row in rows
    ]  # fmt: skip
    figure = bars.figure(drawn, verb="lost for it", base="", unit="accounts lost", colours=theme.palette())
    theme.show(
        figure, "reasons", alt=bars.alternative(drawn, verb="lost", by="reason"),
        on_click=lambda number: (look.ask_to_scroll("lost"), step.turn(reason=rows[number]["lost_reason"])),
    )  # fmt: skip


def _course(course: pd.DataFrame, whole: pd.DataFrame) -> None:
    """Accounts lost, a row per reason and a column per part of the period; the last one is not over where it is cut."""
    mine = course[course["currency"] == whole["currency"].iat[0]]
    parts = sorted(mine["lost_from"].unique())[-8:]
    held = {(row.lost_reason, row.lost_from): row for row in mine.itertuples()}

    def cell(at, row: dict) -> str:
        found = held.get((row["lost_reason"], at))
        return (
            numbers.NOTHING
            if found is None
            else f"{numbers.count(found.n_lost_accounts)}<small>{numbers.money(found.lost_arr)}</small>"
        )

    paper.table(
        tables.records(whole.head(_MOST)),
        [
            Column("Accounts lost, and their ARR", lambda row: paper.short(row["lost_reason"])),
            *(Column(f"from {say_day(pd.Timestamp(at).date())}", partial(cell, at), is_number=True) for at in parts),
            Column("In all", lambda row: f"{numbers.count(row['n_lost_accounts'])}<small>{numbers.money(row['lost_arr'])}</small>",
                   is_number=True),
        ],
        label="Accounts lost by reason and part of the period",
    )  # fmt: skip


def _list(book: Book, state: Ahead, whole: pd.DataFrame) -> dict[str, Answer]:
    known = whole["lost_reason"].tolist()
    look.section(
        "The contracts", "a click on a bar lists those of its reason; one on a name opens the account", place="lost"
    )
    named = [state.reason] if state.reason not in ("", *known) else []
    return asking.listed(
        book, state, "loss_accounts", {"reason": state.reason} if state.reason else {},
        columns=_COLUMNS, page="lost_page", file_name="lost.csv", orders=ORDERS, order="lost_order",
        nobody=("No contracts here", "Nothing was lost for this reason. Choose another."),
        choose=partial(
            asking.choice, "Reason", "reason", ["", *known, *named], state, said=lambda name: name or "Any reason", width=240
        ),
    )  # fmt: skip
