"""Offering to save the list that is open as an audience: a name, for oneself or for all; saved, said, and undone.

offer   a button that opens the form; beside any list of people or accounts
"""

from hashlib import sha256

import streamlit as st

from lib.book import Book
from lib.view import access, door, numbers, rooms, written
from lib.view.writing import acting, pen, told
from lib.workspace import audiences
from lib.workspace.audiences import Asked, days_apart


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
    name, shared, place = f"audience name {this}", f"audience shared {this}", f"audience {this}"

    def saved() -> None:
        _save(asked, n, st.session_state[name].strip(), bool(st.session_state.get(shared)), place)

    with st.popover("Save as audience", icon=":material/campaign:", type="tertiary", key=f"save audience {asks}"):
        one, many = ("person", "people") if whom == "people" else ("account", "accounts")
        st.text_input(
            f"Save {'this' if n == 1 else 'these'} {numbers.plural(n, one, many)} as",
            key=name, max_chars=100, placeholder="A name for them",
        )  # fmt: skip
        with st.container(horizontal=True, vertical_alignment="center"):
            if not access.viewer().is_open:
                st.checkbox("Open to all", key=shared, help="Others then see it, each of their own accounts.")
            st.button("Save", key=f"audience save {asks}", type="primary", on_click=saved)
        told.show(place)


def _save(asked: Asked, n: int, name: str, is_shared: bool, place: str) -> None:
    """Keep it, once: the same again is a second click, until it is undone."""
    if not name:
        told.tell(place, "Give the audience a name first.")
        return
    acts, this = acting.acts(), (repr(asked), name)
    with acts.one(place):
        if this in acts.done:
            return
        row = audiences.save(written.workspace(), name, asked, n, is_shared=is_shared, **written.by())
        acts.done.add(this)

        def undone() -> str:
            audiences.remove(written.workspace(), row.id, row.version, **written.by())
            acts.done.discard(this)
            return f"“{name}” is not kept."

        acts.tell(place, f"“{name}” is kept under Audiences.", undo=undone)
