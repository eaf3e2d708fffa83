"""The state of My book, and its way to the link and back.

MyBook       which accounts, changes and renewals are listed, how, and by which columns
read_state   the state a link names, and a notice for each part that could not be used
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lib.measures.mybook import ONLY
from lib.measures.mybook.changes import CHANGES
from lib.measures.mybook.listing import COLUMNS, SORTABLE
from lib.measures.triage import WHICH
from lib.view import address

ALL = "all"  # changes
SPANS = {"visit": 0, "7": 7, "30": 30, "90": 90}  # days; 0: since the last visit
CHOOSABLE = tuple(name for name in COLUMNS if name not in ("account", "name", "n_rows"))
USUAL = (
    "arr", "risk_reasons", "renews_on", "notice_by", "weekly", "seats_active_rate", "stage", "dwell_days",
    "dwell_ratio", "last_touch_on", "sentiment", "csm",
)  # fmt: skip


@dataclass(frozen=True)
class MyBook:
    """One view of the page. Every field has the name of its parameter; defaults are left out of the link."""

    only: str = "accounts"
    sort: str = "attention"
    up: bool = False
    page: int = 1
    columns: tuple[str, ...] = ()  # none: the reader's own choice, or the usual ones
    span: str = "visit"  # of SPANS: since when changes are told
    change: str = ""  # one of CHANGES, or ALL: which accounts are listed; none: no list
    change_page: int = 1
    which: str = "open"  # of WHICH: which renewals
    renewals_page: int = 1

    def to_query(self) -> address.Query:
        """The state as parameters of the link; `read_state` is its inverse."""
        return address.written(self)


def read_state(query: Mapping[str, Sequence[str]]) -> tuple[MyBook, list[str]]:
    """The state `query` names; unknown parts are dropped, with a notice each."""
    notices: list[str] = []

    def chosen(name: str, known, default: str) -> str:
        return address.chosen(query, name, known, default, notices)

    def page(name: str) -> int:
        return address.page(query, name, notices)

    columns = tuple(name for name in dict.fromkeys(query.get("columns", [])) if name in CHOOSABLE)
    if len(columns) < len(set(query.get("columns", []))):
        notices.append("The link asks for a column this list does not have; it was left out.")
    return (
        MyBook(
            only=chosen("only", ONLY, "accounts"),
            sort=chosen("sort", SORTABLE, "attention"),
            up=chosen("up", ("", "yes"), "") == "yes",
            page=page("page"),
            columns=columns,
            span=chosen("span", SPANS, "visit"),
            change=chosen("change", ("", ALL, *CHANGES), ""),
            change_page=page("change_page"),
            which=chosen("which", WHICH, "open"),
            renewals_page=page("renewals_page"),
        ),
        notices,
    )
