"""My book, part by part: the tiles, the accounts in the order they need somebody, and what is written about them.

stand     the state of the page, of the link
tiles     accounts, ARR, at risk and renewing, each against 30 days before; each opens its accounts
last_visit  when the reader was here before
accounts  the list: chosen by a tile, sorted, paged, its columns the reader's own; those ticked can be written about
"""

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.measures.mybook import AT_RISK
from lib.measures.mybook.listing import SORTABLE
from lib.view import access, accountlink, address, door, frame, look, numbers, private, step, tables, words, written
from lib.view import tiles as tile
from lib.view.mybook.mybookstate import CHOOSABLE, USUAL, MyBook, read_state
from lib.view.paging import PAGE, foot
from lib.view.tiles import Tile
from lib.view.writing import pen, writing
from lib.workspace import preferences, visits
from lib.workspace.visits import Visit

_COLUMNS, _PAGE_FILE = "columns of My book", "pages/book.py"
_ONLY = {
    "accounts": "All", "at_risk": "At risk", "renewing": "Renewing in 90 days",
    "at_risk_and_renewing": "At risk and renewing", "in_grace": "In grace", "under_used": "Under-used",
    "dropping": "Dropping", "rising": "Rising",
}  # fmt: skip
_TILES = {
    "accounts": ("Accounts", "List them"), "arr": ("ARR", "List by ARR"), "at_risk": ("At risk", "List them"),
    "renewing": ("Renewing in 90 days", "List them"), "at_risk_and_renewing": ("At risk and renewing", "List them"),
}  # fmt: skip
_SORTS = {"attention": "need of attention", "arr": "ARR", "renews_on": "renewal day", "notice_by": "notice deadline"}


MEANING = {
    "Accounts": "those with a contract that is live on the day, or ended inside the grace days without a notice.",
    "At risk": AT_RISK,
    "Renewing": "the next end of a live recurring term of more than a month falls within 90 days, or is in its grace days.",
    "Needs attention": "ARR at risk, highest first; then the nearest renewal; then ARR.",
    "What changed": "the accounts as they stand on the day against the earlier one, each as was known that day; the gravest are "
    "those with most ARR lost, or at risk for a reason that is new. Since the last visit begins with the last day of the data "
    "seen then. What others wrote counts from the visit on.",
    "Exceptions": "rules that began to hold of an account and hold still, nobody having said that it is done or to wait; those of "
    "most ARR first, halved for every renewing_days that the renewal is away. New ones above new_per_week of a CSM wait.",
    "To decide": "renewals of the quarter that are upcoming, or in their grace days, without a notice.",
    "30 days ago": "the same accounts, as they stood and as was known on that day.",
}


def stand() -> MyBook:
    """The state of the page, of the link."""
    state, dropped = read_state(address.read())
    step.stand(state=state)
    frame.notices(dropped)
    return state


def tiles(book: Book) -> Answer:
    """Accounts, ARR, at risk and renewing, each against 30 days before; each opens its accounts."""
    answer = door.ask("mybook_tiles", book)
    rows = {row["tile"]: row for row in tables.records(answer.table)}
    shown = []
    for name, (label, opens) in _TILES.items():
        row = rows[name]
        is_money = name == "arr"
        value = numbers.money(row["arr"]) if is_money else numbers.count(row["n"])
        beside = "" if name == "accounts" or not row["arr"] or is_money else f"{numbers.money(row['arr'])} ARR"
        change = row["arr_change"] if is_money else row["n_change"]
        below = _change(change, numbers.money, "less") if is_money else _change(change, numbers.count, "fewer")
        shown.append(
            Tile(name, label, value, beside, below, opens, is_hot=name == "at_risk_and_renewing" and row["n"] > 0)
        )
    tile.row(shown, {name: _opener(name) for name in _TILES})
    return answer


def _opener(name: str):
    def opened() -> None:
        if name == "arr":
            step.turn(only="accounts", sort="arr", up=False)
        else:
            step.turn(only=name)
        look.ask_to_scroll("accounts")

    return opened


def _change(change: float, said: Callable[[float], str], less: str) -> str:
    if not change:
        return "as 30 days ago"
    return f"{'▲' if change > 0 else '▼'} {said(abs(change))} {'more' if change > 0 else less} in 30 days"


def accounts(book: Book, state: MyBook) -> dict[str, Answer]:
    """The list, and the form for those ticked."""
    order = "ARR at risk first, then the nearest renewal; " if state.sort == "attention" else ""
    look.section("Accounts", f"{order}a name opens the account", place="accounts")
    columns = _choose(state)
    asked = {"only": state.only, "sort": state.sort, "descending": not state.up}
    answer = door.try_ask("mybook", book, **asked, limit=PAGE, offset=(state.page - 1) * PAGE)
    if answer is None:
        return {}
    if answer.table.empty:
        look.empty("No accounts here", *_why(answer), "Choose “All”, lift a filter, or go to the first page.")
        return {"Accounts": answer}
    ticked = _table(answer.table, columns)
    _below(book, state, answer, asked)
    if pen.can_write():
        chosen = answer.table.iloc[ticked]
        writing.panel(chosen["account"].tolist(), chosen["name"].fillna(chosen["account"]).tolist())
    return {"Accounts": replace(answer, table=answer.table.head(0))}  # the list itself stands above, whole


def _choose(state: MyBook) -> list[str]:
    """Which accounts, in which order, and by which columns; gives the columns."""
    step.show("only", state.only)
    step.show("sort mybook", state.sort)

    def chosen() -> None:
        step.turn(only=st.session_state["only"])

    def sorted_by() -> None:
        by = st.session_state["sort mybook"]
        step.turn(sort=by, up=by in ("renews_on", "notice_by", "days_to_renewal", "name", "account", "csm"))

    with st.container(horizontal=True, vertical_alignment="center", key="listing"):
        st.selectbox(
            "Which",
            list(_ONLY),
            key="only",
            format_func=_ONLY.get,
            on_change=chosen,
            label_visibility="collapsed",
            width=220,
        )
        st.selectbox(
            "Order",
            [*_SORTS, *(name for name in SORTABLE if name not in _SORTS)],
            key="sort mybook",
            format_func=lambda name: f"By {_SORTS.get(name) or words.word_within(name)}",
            on_change=sorted_by,
            label_visibility="collapsed",
            width=220,
        )
        return _columns(state)


def _columns(state: MyBook) -> list[str]:
    """The columns of the link, else those the reader once chose, else the usual ones; a choice is remembered."""
    own = (
        None
        if private.is_on()
        else written.quietly(lambda: preferences.find(written.workspace(), _COLUMNS, who=written.who()))
    )
    known = [name for name in own if name in CHOOSABLE] if isinstance(own, list) else []
    shown = list(state.columns) or list(dict.fromkeys(known)) or list(USUAL)

    def chosen() -> None:
        picked = st.session_state[_COLUMNS] or list(USUAL)
        if not private.is_on():
            written.quietly(lambda: preferences.keep(written.workspace(), _COLUMNS, picked, **written.reader()))
        step.turn(columns=tuple(picked), page=state.page)

    folded = st.popover("Columns", icon=":material/view_column:", key="columns", on_change="rerun")
    if folded.open:  # what is folded away would not take the values it is given
        with folded:
            look.note("In the order they are chosen; remembered for the next visit.")
            step.show(_COLUMNS, shown)
            st.multiselect(
                "Columns",
                CHOOSABLE,
                key=_COLUMNS,
                format_func=words.word,
                on_change=chosen,
                label_visibility="collapsed",
            )
    return shown


def _table(table: pd.DataFrame, columns: list[str]) -> list[int]:
    """The rows of the page; gives the places of those that are ticked."""
    has_names = table["name"].notna().any()
    said = table.assign(risk_reasons=[", ".join(reasons) for reasons in table["risk_reasons"]])
    columns = [
        name for name in columns if name == "weekly" or said[name].notna().any()
    ]  # what is known of nobody says nothing
    if not said["weekly"].map(any).any():
        columns = [name for name in columns if name != "weekly"]
    listed, names = accountlink.opening(said[[*(["name"] if has_names else []), "account", *columns]], key="mybook")
    event = tables.show(
        listed,
        key=tables.named("mybook", table["account"]),
        height=min(520, 42 + 32 * len(said)),
        config={
            "weekly": st.column_config.AreaChartColumn(words.word("weekly"), width="small", y_min=0),
            **names,
        },
        selects="multi-row" if pen.can_write() else "",
    )
    return list(event.selection.rows) if pen.can_write() else []


def _below(book: Book, state: MyBook, answer: Answer, asked: dict) -> None:
    n_rows = int(answer.table["n_rows"].iat[0])
    with st.container(horizontal=True, vertical_alignment="center"):
        foot(state.page, len(answer.table), n_rows, name="my book")
        tables.download("Download", f"my-book-{state.only}.csv", door.whole("mybook", book, **asked), key="download mybook",
                        drop=("n_rows",))  # fmt: skip
        for reason in _why(answer):
            look.note(reason)


def _why(answer: Answer) -> list[str]:
    """Who is not listed."""
    return [f"Not listed: {numbers.plural(row.n, 'account')}, {row.reason}." for row in answer.left_out.itertuples()]


def last_visit() -> Visit | None:
    """The reader's visit before this one, and the data they saw then. To see as another person is no visit of anybody."""
    if private.is_on():
        return None
    if access.viewer().viewing_as:
        return written.quietly(lambda: visits.previous(written.workspace(), _PAGE_FILE, who=written.who()))
    data_to = door.opened().manifest.as_of
    return written.quietly(lambda: visits.note(written.workspace(), _PAGE_FILE, data_to=data_to, **written.reader()))
