"""Offering to save the list that is open as an audience: a name, for oneself or for all; saved, said, and undone.

offer   a button that opens the form; beside any list of people or accounts
"""

from collections.abc import Callable
from hashlib import sha256

import streamlit as st

from lib.book import Book
from lib.view import access, door, numbers, rooms, written
from lib.view.writing import acting, pen, told
from lib.workspace import audiences
from lib.workspace.audiences import Asked, days_apart

_PLACE = "audience"


def offer(
    book: Book,
    *,
    whom: str,
    asks: str,
    options: dict,
    n: int,
    view: dict[str, list[str]],
    says: str,
    keeps_period: bool = False,
) -> None:
    """A button that opens a form to save the list as an audience. Not on the reader's own data, which others lack, nor for
    an admin who sees as another.

    whom, asks, options   what the rows are, the answer that gives them, and how it is asked
    view                  the state of the page, as parameters of a link
    says                  the list in words
    keeps_period          whether it is about the book's very period, not the one that ends now
    """
    room = rooms.here()
    if room is None or not pen.can_write():
        return
    last_day = door.opened().manifest.as_of
    kept = days_apart(book, last_day, keeps_period=keeps_period)
    asked = Asked(whom, asks, options, kept, room.file, view, says[:500])
    this = sha256(repr((asked, n)).encode()).hexdigest()[:12]  # of another list: another form, and nothing said yet
    name, shared, place = f"audience name {this}", f"audience shared {this}", f"{_PLACE} {this}"
    with st.popover("Save as audience", icon=":material/campaign:", type="tertiary", key=f"save audience {asks}"):
        counted = numbers.plural(n, *{"people": ("person", "people"), "accounts": ("account",)}[whom])
        st.text_input(f"Save these {counted} as", key=name, max_chars=100, placeholder="A name for them")
        with st.container(horizontal=True, vertical_alignment="center"):
            if not access.viewer().is_open:
                st.checkbox("Open to all", key=shared, help="Others then see it, each of their own accounts.")
            st.button("Save", key=f"audience save {asks}", type="primary",
                      on_click=_saver(asked, n, lambda: st.session_state.get(name) or "",
                                      lambda: bool(st.session_state.get(shared)), place))  # fmt: skip
        told.show(place)


def _saver(asked: Asked, n: int, name: Callable[[], str], is_shared: Callable[[], bool], place: str) -> Callable:
    def saved() -> None:
        called, shared, acts = name().strip(), is_shared(), acting.acts()
        if not called:
            told.tell(place, "Give the audience a name first.")
            return
        this = (asked.page, repr(asked), called)
        with acts.one(place):
            if this in acts.done:  # a second click
                return
            row = audiences.save(written.workspace(), called, asked, n, is_shared=shared, **written.by())
            acts.done.add(this)

            def undone() -> str:
                audiences.remove(written.workspace(), row.id, row.version, **written.by())
                acts.done.discard(this)
                return f"“{called}” is not kept."

            acts.tell(place, f"“{called}” is kept under Audiences.", undo=undone)

    return saved
