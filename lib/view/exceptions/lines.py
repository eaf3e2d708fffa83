"""Who has left the path: a line per account with its exceptions, and what can be done with those that are ticked.

section   the list
chips_of  its rules as chips
"""

from dataclasses import replace

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.errors import Refused
from lib.measures import Answer
from lib.view import accountlink, door, look, numbers, private, step, tables
from lib.view.exceptions import acts
from lib.view.exceptions.exceptionpage import day_of
from lib.view.exceptions.exceptionstate import SHOWN, Exceptions
from lib.view.paging import foot
from lib.view.plain import plain
from lib.view.writing import pen, told

_SIZE = 100  # lines of a page
_LINE, _AROUND = 67, 4  # letters that the chips of a line have place for, and those that the edges of one take
_SORTS = {
    "work": "Most urgent first", "arr": "ARR, highest first", "renewal": "Next renewal first", "newest": "Newest first",
    "account": "By account",
}  # fmt: skip
_COLUMNS = [
    "name",
    "account",
    "exception_rules",
    "arr",
    "renews_on",
    "newest_on",
    "exception_owner",
]


def section(book: Book, state: Exceptions) -> dict[str, Answer]:
    """The accounts, in the order they need somebody."""
    asked = _asked(book, state)
    found = door.try_ask("exceptions", book, **asked, limit=_SIZE, offset=(state.list_page - 1) * _SIZE)
    n, n_all = (0, 0)
    if found is not None and not found.table.empty:
        n, n_all = (int(found.table[name].iat[0]) for name in ("n_rows", "n_exceptions_in_all"))
    counted = f"{numbers.plural(n_all, 'exception')} of {numbers.plural(n, 'account')}"
    look.section(_title(state), f"{counted} · tick a line to act, click a name to open the account", place="exceptions")
    told.again()
    told.show(acts.PLACE)
    _choose(book, state)
    if found is None:
        return {}
    with st.container(key="exception-lines"):  # always there: what comes and goes must not move what stands below it
        if found.table.empty:
            _nothing(state)
        else:
            ticked = _table(found.table)
            with st.container():
                if ticked:
                    acts.bar(book, state, found.table.iloc[ticked])
            with st.container(horizontal=True, vertical_alignment="center"):
                foot(state.list_page, len(found.table), n, name="exceptions", parameter="list_page", size=_SIZE)
                everyone = door.whole("exceptions", book, **(asked | {"per": "exception"}))
                tables.download(
                    "Download",
                    "exceptions.csv",
                    everyone,
                    key="download exceptions",
                    drop=("n_rows", "n_exceptions_in_all"),
                )
    return {"Exceptions": replace(found, table=found.table.head(0))}


def _asked(book: Book, state: Exceptions) -> dict:
    """The options of the list, those that are set."""
    states = {"new": "open", "waiting": "open"}
    asked = {
        "state": states.get(state.show, state.show), "on": day_of(book), "sort": state.order, "is_new": state.show == "new",
        "waiting": {"waiting": "only", "open": "left out", "new": "left out"}.get(state.show, "with"),
        "rule": state.rule or None, "owner": state.owner or None, "within_days": int(state.days) if state.days else None,
    }  # fmt: skip
    return asked


def _title(state: Exceptions) -> str:
    said = {"open": "Off the path", "all": "Began"}.get(state.show, SHOWN[state.show])
    rule = f": {plain(state.rule)}" if state.rule else ""
    days = f", began in {state.days} days" if state.days else ""
    return f"{said}{rule}{days}"


def _choose(book: Book, state: Exceptions) -> None:
    """Which exceptions, of which rule and owner, in which order."""
    rules = ["", *(each.rule for each in door.definitions().exceptions.on())]
    owners = ["", *_owners(state)]
    with st.container(horizontal=True, vertical_alignment="center", key="exception-choice"):
        _select("Which", "show", list(SHOWN), state.show, SHOWN.get, 170, days="")
        _select("Rule", "rule", rules, state.rule, lambda each: plain(each) or "All rules", 260)
        _select("Owner", "owner", owners, state.owner, lambda each: plain(each) or "All owners", 200)
        _select("Order", "order", list(_SORTS), state.order, _SORTS.get, 190)


def _select(label: str, name: str, values: list[str], now: str, said, width: int, **also: str) -> None:
    key = f"exceptions {name}"
    step.show(key, now if now in values else values[0])
    st.selectbox(
        label, values, key=key, format_func=said, width=width, label_visibility="collapsed",
        on_change=lambda: step.turn(**{name: st.session_state[key]}, **also),
    )  # fmt: skip


def _owners(state: Exceptions) -> list[str]:
    try:
        known = list(door.values("csm"))
    except Refused:
        known = []
    return list(dict.fromkeys([*([state.owner] if state.owner else []), *known]))


def _nothing(state: Exceptions) -> None:
    if state.show in ("open", "new") and not (state.rule or state.owner):
        what = "No account of this book is off the path" if state.show == "open" else "Nothing new this week"
        look.html(f'<div class="hl-quiet"><b>{what}.</b><p>Rules that are off tell of nobody: try one below.</p></div>')
    else:
        look.empty("Nothing here", "Choose another rule, another owner, or “Open”.")


def _table(table: pd.DataFrame) -> list[int]:
    """The lines; gives the places of those that are ticked."""
    columns = [name for name in _COLUMNS if name == "account" or table[name].notna().any()]
    told = zip(table["exception_rules"], table["is_new_exception"], strict=True)
    chips = [chips_of(["New", *rules] if is_new else list(rules)) for rules, is_new in told]
    listed, names = accountlink.opening(table[columns].assign(exception_rules=chips), key="exceptions", width=165)
    shown = sorted({chip for each in chips for chip in each})
    column = st.column_config
    event = tables.show(
        listed, key=tables.named("exceptions", table["account"]),
        height=min(42 + 32 * len(table), 490),
        selects="multi-row" if pen.can_write() and not private.is_on() else "",
        config={
            "exception_rules": column.MultiselectColumn(
                "Exceptions", width=370, options=shown, color=[_colour(chip) for chip in shown]
            ),
            "newest_on": column.DateColumn("Newest", format="D MMM YYYY", width=88), "account": None, **names,
            "arr": column.NumberColumn("ARR", width=68, format="localized"),
            "renews_on": column.DateColumn("Renews on", format="D MMM YYYY", width=88),
            "exception_owner": column.TextColumn("Owner", width=105),
        },
    )  # fmt: skip
    return list(event.selection.rows) if pen.can_write() and not private.is_on() else []


def chips_of(names: list[str]) -> list[str]:
    """The first ones that stand whole on a line, and how many more there are.

    >>> chips_of(["New", "Low licence utilisation", "Significant drop in use", "Renewal near, no save strategy"])
    ['New', 'Low licence utilisation', 'Significant drop in use', '+1']
    """
    shown, n_left = [], _LINE
    for at, name in enumerate(names):
        n_left -= len(name) + _AROUND
        is_last = at == len(names) - 1
        if at and n_left < (0 if is_last else len("+1") + _AROUND):
            return [*shown, f"+{len(names) - at}"]
        shown.append(name)
    return shown


def _colour(rule: str) -> str:
    """Of a chip: what is new stands out, good news is green."""
    if rule == "New" or rule.startswith("+"):
        return "orange" if rule == "New" else "gray"
    of = door.definitions().exceptions.rule(rule)
    return "green" if of and of.is_good else "blue"
