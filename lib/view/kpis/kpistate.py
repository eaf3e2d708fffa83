"""The state of the page of KPIs, and its way to the link and back.

Kpis         which KPI is open, by what, and which of its accounts are listed
read_state   the state a link names, and a notice for each part that could not be used
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lib.facts.kpis import KPIS
from lib.measures.kpis.listing import SORTS, WHICH
from lib.store.dimensions import StoredDimension
from lib.view import address


@dataclass(frozen=True)
class Kpis:
    """One view of the page. Every field has the name of its parameter; defaults are left out of the link."""

    kpi: str = ""  # the one that is open; none: the list alone
    by: str = ""  # a dimension; none: the usual one
    which: str = "missed"
    sort: str = "worst"
    page: int = 1  # of its accounts

    def to_query(self) -> address.Query:
        """The state as parameters of the link; `read_state` is its inverse."""
        return address.written(self)


def read_state(query: Mapping[str, Sequence[str]], dimensions: Sequence[StoredDimension]) -> tuple[Kpis, list[str]]:
    """The state `query` names; unknown parts are dropped, with a notice each."""
    notices: list[str] = []

    def chosen(name: str, known, default: str) -> str:
        return address.chosen(query, name, known, default, notices)

    state = Kpis(
        kpi=chosen("kpi", ("", *KPIS), ""),
        by=chosen("by", ("", *(each.name for each in dimensions)), ""),
        which=chosen("which", WHICH, "missed"),
        sort=chosen("sort", SORTS, "worst"),
        page=address.page(query, "page", notices),
    )
    return state, notices
