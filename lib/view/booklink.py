"""The book in the address: as it is while that is short, and by the hash of its filters where it is not.

query      the parameters of a book, and of the words it is seen with
book       the book that parameters name, and a notice for each part that could not be used
is_lifted  whether the reader wants all accounts they may see, where my own would be meant (lib.view.mybook.mine)
lift       remember it, when a step lifts the filter by CSM; it goes along in every link

A long one is kept in the workspace, so that a link to it opens on any server of this house; of a reader's own data it is
kept with their session alone, like the data.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

import streamlit as st

from lib.book import BY_HASH, EVERYONE, WHOSE, WORDS, Book, from_query
from lib.errors import Refused
from lib.view import access, inforce, private, written
from lib.view.address import Query
from lib.workspace import links

LONGEST = 6_000  # letters of the book's part of a link; past that some servers and mail programs cut it
_DAYS = ("from", "to", "as_of")
_LIFTED = "all accounts, not one's own"
_OWN, _KEPT = "long books of the reader's own data", "long books this session has kept"


def query(book: Book) -> Query:
    """The book as parameters of the link; `book` is its inverse."""
    beside = {**({WHOSE: [EVERYONE]} if is_lifted() else {}), **inforce.query()}
    whole = {**book.to_query(), **beside}
    if len(urlencode(whole, doseq=True)) <= LONGEST:
        return whole
    days = {name: whole[name] for name in _DAYS}
    cuts = {name: values for name, values in whole.items() if name not in (*_DAYS, WHOSE, WORDS)}
    try:
        return {**days, **beside, BY_HASH: [_keep(cuts)]}
    except Refused:
        return whole  # long, but whole


def book(asked: Mapping[str, list[str]], default: Book) -> tuple[Book, list[str]]:
    """The book an address names, and a notice for each part of it that could not be used."""
    st.session_state[_LIFTED] = asked.get(WHOSE) == [EVERYONE]
    name = (asked.get(BY_HASH) or [""])[-1]
    if not name:
        return from_query(asked, default)
    found = _find(name)
    rest = {parameter: values for parameter, values in asked.items() if parameter != BY_HASH}
    read, notices = from_query({**(found or {}), **rest}, default)
    if found is None:
        notices.append("The link's filters are not kept here; the accounts are not cut by them.")
    return read, notices


def is_lifted() -> bool:
    """Whether the reader wants all accounts they may see, where their own would be meant."""
    return st.session_state.get(_LIFTED, False)


def lift(was: Book, book: Book) -> None:
    """Remember that the filter by CSM was lifted, or set again; for readers who have accounts of their own."""
    had, has = ("csm" in dict(each.filters) for each in (was, book))
    if had != has:
        st.session_state[_LIFTED] = had and bool(access.viewer().csms)


def _keep(cuts: Query) -> str:
    kept: dict[str, str] = st.session_state.setdefault(_KEPT, {})
    said = repr((private.is_on(), sorted(cuts.items())))
    if said not in kept:
        if private.is_on():
            own = st.session_state.setdefault(_OWN, {})
            kept[said] = f"own{len(own)}"
            own[kept[said]] = cuts
        else:
            kept[said] = links.keep(written.workspace(), cuts, **written.by())
    return kept[said]


def _find(name: str) -> Query | None:
    own = st.session_state.get(_OWN, {})
    if name in own:
        return own[name]
    try:
        return links.find(written.workspace(), name)
    except Refused:
        return None
