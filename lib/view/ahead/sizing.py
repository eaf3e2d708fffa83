"""Seats against use: renewals ahead with far more seats than are used, and what is exposed if they are cut to that.

section   the sentence, a tile per quarter, the record of the period, and the accounts
"""

from functools import partial

import pandas as pd

from lib.book import Book, say_day
from lib.measures import Answer
from lib.measures.ahead import sized
from lib.view import door, look, numbers, step, tables, tiles
from lib.view.account import paper
from lib.view.account.paper import Column
from lib.view.ahead import asking
from lib.view.ahead.aheadstate import Ahead
from lib.view.plain import plain
from lib.view.tiles import Tile

ORDERS = {
    "exposed": "Most exposed first",
    "renewal": "Next renewal first",
    "least": "Least used first",
    "account": "By account",
}
_USES = {"active": "Used: people active in four weeks", "assigned": "Used: people with a login"}
_COLUMNS = [
    "name", "account", "renews_on", "seats", "n_active_people", "n_assigned", "seats_used_rate", "seats_over", "arr_due",
    "arr_exposed", "currency", "csm", "notice_by", "segment",
]  # fmt: skip
_MOST_TILES = 4


def section(book: Book, state: Ahead) -> dict[str, Answer]:
    """Renewals that could be cut to use."""
    words = door.definitions().renewals_ahead
    look.section(
        "Seats against use",
        f"renewals within {words.sizing_days} days; exposed: what goes if seats are cut to those used",
    )
    asked = {"use": state.use}
    quarters, record = door.try_ask("sizing_quarters", book, **asked), door.try_ask("sizing_record", book, **asked)
    if quarters is None or record is None:
        return {}
    shown = {"Quarters": quarters, "Record": record}
    if quarters.table.empty:
        look.empty(*_nothing(quarters))
        return shown
    look.html(f'<p class="hl-said">{_said(quarters.table, record.table, words)}</p>')
    _tiles(quarters.table, state)
    _record(record.table)
    return shown | asking.listed(
        book, state, "right_sizing", {**asked, **({"quarter": state.quarter} if state.quarter else {})},
        columns=_COLUMNS, page="size_page", file_name="right-sizing.csv", orders=ORDERS, order="size_order",
        nobody=("Nobody is over-provisioned here", "Every renewal of these uses as many of its seats as is expected."),
        choose=partial(_choose, quarters.table, state),
    )  # fmt: skip


def _nothing(quarters: Answer) -> tuple[str, str]:
    """What keeps the part empty, and which file would fill it."""
    left = dict(zip(quarters.left_out["reason"], quarters.left_out["n"], strict=True))
    if sized.NO_SEATS in left:
        return ("No seats are known", "A contract file with the column seats, one row per term, would fill this part.")
    if left:
        return (
            "No use is known",
            "A file of usage events (occurred_at, account, person, feature) would fill this part.",
        )
    return (
        "No renewals ahead",
        "No term longer than a month ends in these days. Lift a filter, look as of another day, or bring a contract file with "
        "ends_on.",
    )


def _said(quarters: pd.DataFrame, record: pd.DataFrame, words) -> str:
    n, n_over = int(quarters["n_renewals"].sum()), int(quarters["n_over"].sum())
    exposed = asking.money(quarters.groupby("currency")["arr_exposed"].sum().to_dict())
    said = (
        f"<b>{numbers.count(n_over)} of {numbers.plural(n, 'renewal')}</b> ahead use under {words.sizing_below * 100:.0f} % of "
        f"their seats: <b>{exposed} ARR exposed</b> if they cut to what they use."
    )
    over, others = tables.records(record)
    if over["n_decided"] and others["n_decided"]:
        said += (
            f" In the period {numbers.percent(over['cut_rate'])} of such renewals were cut ({numbers.n_of(over['n_decided'])}), "
            f"{numbers.percent(others['cut_rate'])} of the others ({numbers.n_of(others['n_decided'])})."
        )
    return said


def _tiles(quarters: pd.DataFrame, state: Ahead) -> None:
    rows = tables.records(quarters.head(_MOST_TILES))
    shown, opens = [], {}
    for number, row in enumerate(rows):
        first = row["quarter_opens_on"].date()
        last = row["quarter_closes_on"].date() - pd.Timedelta(days=1)
        name = f"quarter {number}"
        shown.append(
            Tile(
                name, f"{say_day(first)} – {say_day(last)}", asking.money({row["currency"]: row["arr_exposed"]}), "ARR exposed",
                f"{numbers.count(row['n_over'])} of {numbers.count(row['n_renewals'])} renewals: {asking.cell(row, 'over_rate')}",
                "Listed below" if first.isoformat() == state.quarter else "List them",
            )
        )  # fmt: skip
        opens[name] = partial(step.turn, quarter="" if first.isoformat() == state.quarter else first.isoformat())
    tiles.row(shown, opens)


def _record(record: pd.DataFrame) -> None:
    lead = door.definitions().renewals_ahead.lead_days
    look.note(f"The record: renewals of the period that are decided, by the seats in use {lead} days before.")
    paper.table(
        tables.records(record),
        [
            Column("Use of seats", lambda row: plain(row["sizing_group"])),
            Column("Decided", lambda row: numbers.count(row["n_decided"]), is_number=True),
            Column("Cut", lambda row: asking.cell(row, "cut_rate"), is_number=True),
            Column("Lapsed", lambda row: asking.cell(row, "lapsed_rate"), is_number=True),
            Column("ARR kept", lambda row: asking.cell(row, "arr_kept_rate"), is_number=True),
        ],
        label="Renewals of the period by the seats in use before",
    )


def _choose(quarters: pd.DataFrame, state: Ahead) -> None:
    known = {row.quarter_opens_on.date().isoformat(): row.quarter_opens_on.date() for row in quarters.itertuples()}
    asking.choice("Use", "use", list(_USES), state, said=_USES.get, width=300)
    named = [state.quarter] if state.quarter not in ("", *known) else []
    asking.choice(
        "Quarter", "quarter", ["", *known, *named], state, width=240,
        said=lambda day: f"Quarter from {say_day(known[day])}" if day in known else f"From {day}" if day else "Whenever they renew",
    )  # fmt: skip
