"""Opening a page: who views, which data, which book; then the title and the line that says it in English.

This is the gate: every page begins here, also one whose file runs by itself, and for who may see nothing it ends here.

page     the one call every page begins with; gives the book
room     the same for a page that needs no data
has_arrived  whether the reader just came to the page
notices  what of a link could not be used
described  a book in plain English, without its days
fresh    how far the data goes, for the line under a title
on_its_day  the day of a book alone, without its filters
nobody_at_risk  where the book holds no one to lose
share    the link to this very view, to copy
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import NoReturn

import streamlit as st

from lib.book import Book, is_of_book, say_day
from lib.errors import Refused
from lib.facts.standing import spelt
from lib.store.opening import Snapshot
from lib.view import accountlink, address, door, inforce, look, mishap, private, rooms, signin, step, warming
from lib.view.bookbar import bookbar
from lib.view.plain import plain
from lib.view.words import word_within

_N = "accounts of the book"


def page(
    title: str,
    question: str,
    *,
    about: Callable[[Book], tuple[str, str] | None] | None = None,
    narrowed: Callable[[Book, Snapshot], Book] | None = None,
) -> Book:
    """Open a page: sign-in and scope, data, book bar, title. Where there is no data, say how to bring some, and end.

    about      what a page about one thing is headed by in the place of the question and the book, both past `plain`
    narrowed   what the page makes of a link that says less than it needs
    """
    _enter(title)
    snapshot = _opened(question)
    warming.begin()
    if not door.scope().is_all and not snapshot.manifest.n_rows["account"]:
        _closed(question, "None of the accounts is yours")
        signin.nobody_of_yours()
        st.stop()
    book, n_accounts, said = bookbar.bar(snapshot, narrowed)
    st.session_state[_N] = n_accounts
    signin.foot()
    _heading(*(about and about(book)) or (question, _line(book, n_accounts, snapshot.manifest.as_of)))
    inforce.line()
    notices([*inforce.notices(), *said])
    accountlink.follow(book)
    return book


def room(title: str, question: str, line: str) -> None:
    """Open a page that stands without data: links that carry the book on, title, and `line` in the place of the book."""
    _enter(title)
    _closed(question, line, {name: values for name, values in address.read().items() if is_of_book(name)})


def has_arrived() -> bool:
    """Whether this run is the reader's first on this page: they followed a link, or loaded it anew."""
    return step.has_arrived()


def notices(said: Sequence[str]) -> None:
    """What of a link could not be used, and what was used instead."""
    with st.container():  # always there: what comes and goes must not move what stands below it
        if said:
            look.notice(*(plain(each) for each in said))


def on_its_day(book: Book) -> Book:
    """The day of the book alone, not its filters: one entry of the cache for whatever asks how one thing stands."""
    return replace(book.uncut(), opens_on=book.as_of, closes_on=book.as_of + timedelta(days=1))


def nobody_at_risk() -> NoReturn:
    """The state of a book in which nobody could be lost; ends the page."""
    if st.session_state[_N]:
        look.empty(
            "Nobody is at risk here",
            "No account of this book could be lost in this period. Widen the period, or lift a filter.",
        )
    else:
        look.empty("No account is in this book", "Clear the search, or lift a filter of the bar at the left.")
    st.stop()


def share(query: Mapping[str, Sequence[str]]) -> None:
    """The link to this very view, to copy."""
    with st.popover(
        "Link", icon=":material/link:", help="The link restores this view: page, book, filters, selection and day."
    ):
        if private.is_on():
            look.note("This view is of your upload, which nobody else sees: for others the link opens the shared data.")
        st.code(address.link({name: list(values) for name, values in query.items()}), language=None, wrap_lines=True)


def _enter(title: str) -> None:
    st.set_page_config(page_title=f"{title} · Headlight", page_icon=look.ICON, layout="wide")
    look.dress()
    signin.gate()
    inforce.settle()
    step.arrive(st.session_state.get(rooms.ON) != title)
    st.session_state[rooms.ON] = title
    private.banner()


def _opened(question: str) -> Snapshot:
    """The current snapshot. Where there is none, or it cannot be opened, says so and ends the page."""
    try:
        if snapshot := door.look_up():
            return snapshot
    except Refused as refusal:
        _closed(question, "The data cannot be opened")
        look.empty("The data cannot be opened", plain(refusal))
    except Exception as error:
        _closed(question, "The data cannot be opened")
        mishap.failed(error)
    else:
        _closed(question, "No data yet")
        _no_data()
    st.stop()


def _closed(question: str, line: str, query: Mapping[str, Sequence[str]] | None = None) -> None:
    with st.sidebar:
        rooms.links({name: list(values) for name, values in (query or {}).items()})
    signin.foot()
    _heading(question, line)


def _heading(question: str, line: str) -> None:
    look.html(f'<div class="hl-title"><h1>{question}</h1><p>{line}</p></div>')


def _line(book: Book, n_accounts: int, last_day: date | None) -> str:
    """128 accounts of Dana in EMEA, with notice given · 1 Nov 2025 – 31 Oct 2026 · data to 31 Oct 2026."""
    who = described(book, n_accounts)
    if last_day is None:
        return f"{who} · no dates in the data: who has churned is known, when is not"
    return " · ".join([who, f'<span class="hl-nowrap">{book.period()}</span>', *fresh(book, last_day)])


def described(book: Book, n_accounts: int | None = None) -> str:
    """The book in plain English, without its days; past `plain`."""
    windows = door.definitions().standing.renewal_windows_days
    shown = replace(
        book,
        filters=tuple((name, _few(values)) for name, values in book.filters),
        states=tuple((name, tuple(spelt(name, value, windows) for value in values)) for name, values in book.states),
    )
    return plain(shown.describe(n_accounts, word_within))


def fresh(book: Book, last_day: date | None) -> list[str]:
    """How far the data goes, as of which day it is seen, and whether it is old: parts of the line under a title."""
    if last_day is None:
        return ["no dates in the data"]
    parts = [f'<span class="hl-nowrap">data to {say_day(last_day)}</span>']
    if book.as_of != last_day:
        parts.append(f'<span class="hl-nowrap">as known on {say_day(book.as_of)}</span>')
    days_old = (date.today() - last_day).days
    if days_old > door.definitions().reading.stale_days:
        parts.append(f'<span class="hl-stale hl-nowrap">⚠ data ends {days_old} days ago</span>')
    return parts


def _few(values: Sequence[str | None]) -> tuple[str | None, ...]:
    """The first of many values, and how many more there are."""
    return tuple(values) if len(values) <= 4 else (*values[:3], f"{len(values) - 3} more")


def _no_data() -> None:
    look.empty(
        "There is no data yet",
        "Bring a file with one row per account; a column that says who has left is enough to begin.",
        "For everyone who opens this address:",
        "<code>.venv/bin/python -m lib import accounts.csv --as account</code>",
        "Or look around in a sample company:",
        "<code>.venv/bin/python -m lib sample</code>",
        "Then reload this page. Or look at a file of yours now, for yourself alone:",
    )
    st.page_link(rooms.UPLOAD.file, label="Bring your export ›")
