"""The state of the page of audiences, and its way to the link and back.

Audiences    which audience, campaign, moment or campaign sent is open, and which of its people are listed; whether one is built
read_state   the state a link names, and a notice for each part that could not be used
turn         change it; for callbacks
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

from lib.view import address

LISTED = ("reachable", "apart")
OF_MOMENT = ("missed", "contacted", "still")
OF_SENT = ("not met", "met", "before", "too early", "not read", "held", "compared")


@dataclass(frozen=True)
class Audiences:
    """One view of the page. Every field has the name of its parameter; defaults are left out of the link."""

    audience: str = ""  # the id of the one that is open
    members: str = "reachable"  # which of its members are listed
    ready: str = ""  # the ready campaign that is open
    feature: str = ""  # the feature it is about, where the reader chose one
    build: bool = False  # whether the builder is open
    moment: str = ""  # the moment of new people that is open
    which: str = "missed"  # which of its people are listed
    sent: str = ""  # the campaign that was sent and is open
    came: str = "not met"  # which of its people are listed

    def to_query(self) -> address.Query:
        """The state as parameters of the link; `read_state` is its inverse."""
        return address.written(self)


def read_state(query: Mapping[str, Sequence[str]]) -> tuple[Audiences, list[str]]:
    """The state `query` names; unknown parts are dropped, with a notice each. Whether there is such an audience is asked later."""
    notices: list[str] = []
    members = address.chosen(query, "members", LISTED, "reachable", notices)
    which = address.chosen(query, "which", OF_MOMENT, "missed", notices)
    came = address.chosen(query, "came", OF_SENT, "not met", notices)
    audience, ready, feature, build, moment, sent = (
        (query.get(name) or [""])[-1][:200] for name in ("audience", "ready", "feature", "build", "moment", "sent")
    )
    return Audiences(audience, members, ready, feature, build == "yes", moment, which, sent, came), notices


def turn(**changes: str | bool) -> None:
    """Change the state from where the reader last stood; the book of the link stays as it is."""
    state, _ = read_state(address.seen())
    names = {field.name for field in fields(state)}
    address.write(lambda name: name in names, replace(state, **changes).to_query())
