"""My book is of my accounts: who sees more than their own lands on their own, and one click shows the rest.

narrowed   the book a link names, cut to the reader's own accounts where it says nothing of a CSM
offer      the one click that lifts that, or brings it back
work       the book to ask for work, and whose: what was handed over to the reader is theirs, whosever account it is of

A link without a word on the CSM means one's own accounts, so nothing has to be written to the address on arrival.
"""

import streamlit as st

from lib.book import Book, year_to
from lib.errors import Refused
from lib.scope import Scope
from lib.store.opening import Snapshot
from lib.view import access, booklink, door, private, step
from lib.view.writing import pen

_BY = "csm"


def narrowed(book: Book, snapshot: Snapshot) -> Book:
    """The book, cut to the reader's own accounts where the link says nothing of a CSM."""
    own = _own(snapshot)
    if own and not booklink.is_lifted() and _BY not in dict(book.filters):
        return book.where(_BY, own)
    return book


def offer(book: Book) -> None:
    """One click to all the reader may see, or back to their own accounts."""
    own = _own(door.opened())
    chosen = dict(book.filters).get(_BY, ())
    if not own or (chosen and set(chosen) != set(own)):
        return
    rest = "everyone" if access.viewer().scope.is_all else "my whole team"

    def turned() -> None:
        step.cut(lambda now: now.where(_BY, () if chosen else own))

    label = f"Show {rest}" if chosen else "Show my own accounts"
    st.button(
        label, key="whose", type="tertiary", icon=":material/group:" if chosen else ":material/person:", on_click=turned
    )


def work(book: Book) -> tuple[Book, tuple[str, ...] | None]:
    """Where the book is cut to the reader's own accounts: the book without that cut, and the names whose work is meant. Else the
    book as it is; and on an earlier day, for whose an account was then the book alone knows."""
    last, own = door.opened().manifest.as_of, _own(door.opened())
    if not own or set(dict(book.filters).get(_BY, ())) != set(own) or (last and book.as_of < last):
        return book, None
    return book.where(_BY, ()), (*own, *pen.my_names())


def _own(snapshot: Snapshot) -> tuple[str, ...]:
    """The reader's names as their accounts carry them; none where nobody's are, or where all they see is theirs."""
    who = access.viewer()
    if not who.csms or private.is_on():
        return ()
    return _names(snapshot.version, who.scope.key, who.csms, _snapshot=snapshot, _scope=who.scope)


@st.cache_data(max_entries=door.MOST_SCOPES, show_spinner=False)
def _names(version: str, scope: str, csms: tuple[str, ...], *, _snapshot: Snapshot, _scope: Scope) -> tuple[str, ...]:
    """Names are compared by the store, as a scope compares them."""
    try:
        _snapshot.dimension(_BY)
    except Refused:
        return ()
    book = year_to(_snapshot.manifest.received_on)
    counted = "select count(*), list(distinct csm::varchar order by csm::varchar) from scope"
    with _snapshot.ask(book, Scope(csms)) as con:
        n_own, names = con.execute(counted).fetchone()
    with _snapshot.ask(book, _scope) as con:
        n_seen = con.execute(counted).fetchone()[0]
    return tuple(names) if 0 < n_own < n_seen else ()
