"""The state of the account page, and its way to the link and back.

OneAccount   the account, the kind of things on the timeline, and the page of it
read_state   the state a link names, and a notice for each part that could not be used
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lib.measures.account.timeline import KINDS
from lib.view import address

LONGEST = 500  # letters of an id


@dataclass(frozen=True)
class OneAccount:
    """One view of the page. Every field has the name of its parameter; defaults are left out of the link."""

    account: str = ""
    kind: str = ""  # of things on the timeline; none: all
    page: int = 1  # of the timeline

    def to_query(self) -> address.Query:
        """The state as parameters of the link; `read_state` is its inverse."""
        return address.written(self)


def read_state(query: Mapping[str, Sequence[str]]) -> tuple[OneAccount, list[str]]:
    """The state `query` names; unknown parts are dropped, with a notice each. Whether the account exists the data says."""
    notices: list[str] = []
    page = address.page(query, "page", notices)
    account = (query.get("account") or [""])[-1][:LONGEST]
    kind = address.chosen(query, "kind", ("", *KINDS), "", notices)
    return OneAccount(account, kind, page), notices
