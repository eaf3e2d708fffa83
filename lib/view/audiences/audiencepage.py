"""The reader's audiences and those that others share: what each asks, how many they were, how many they are now.

MEANING  the figures of the page in words, for its passport
stand   the state of this run, of the link
page    the audiences, the open one with its members; none: how to make one
"""

from collections.abc import Callable, Sequence

import streamlit as st

from lib.book import Book, say_day, year_to
from lib.definitions import piece
from lib.definitions.campaigns import Campaign
from lib.errors import Refused
from lib.measures import Answer
from lib.view import access, address, booklink, door, frame, look, numbers, private, rooms, written
from lib.view.audiences import builder, coverage, letterbox, opened, ready, sent, words
from lib.view.audiences.audiencestate import Audiences, read_state, turn
from lib.view.audiences.draft import LIST, PAGE, options_text
from lib.view.plain import plain
from lib.view.writing import acting, told
from lib.workspace import Row, audiences
from lib.workspace.audiences import Asked, asked

MEANING = {
    "Audience": "a list under a name: which list, how it is asked, of which book. Nobody is kept in it: whoever opens it sees who "
    "fits now, among the accounts they may see.",
    "Now": "the rows of the list, asked on the newest day of the data unless it was saved as of an earlier one; then: what its "
    "owner saw when it was saved.",
    "Spared": "of a campaign: who opted out, is deactivated or has no address; who got this very letter; who has an open ticket, "
    "was contacted lately, or is no beginner any more, as the campaign says; who is held out. Each once, for the first that "
    "holds, by what is known today, what was logged a moment ago included.",
    "Contacted in time": "of the new people who came to a moment and whose days for it are over, those with a touch of any kind "
    "in those days, in the store or written down. The interval takes the people of an account together (Wilson).",
    "Goal met": "of the people a campaign wrote to, those of whom its goal holds so many days after their first letter "
    "(effect_days of the definitions); whom it held of the day before are taken out, and whose days are not over are too early to "
    "tell. The difference: those drawn to get one less those held out (Newcombe), helping or harming where it is beyond chance "
    "among all campaigns (Benjamini and Hochberg). Where nobody was held out, no effect is told.",
    "Left out": "people who have opted out, or whose login is closed, by what the data knows now. They count, and are not in the "
    "file unless you say so.",
}
_PLACE, _COUNTED = "audiences", "audiences that were counted"


def stand() -> Audiences:
    """The state of this run, of the link."""
    state, dropped = read_state(address.read())
    frame.notices(dropped)
    return state


def page(state: Audiences) -> dict[str, Answer]:
    """The audiences; gives the answer of the open one, for the passport."""
    if not _can_be_asked():
        return {}
    told.show(_PLACE)
    manifest = door.opened().manifest
    today = year_to(manifest.as_of or manifest.received_on)
    shown = coverage.zone(today, state) | ready.zone(today, state, builder.adapt) | sent.zone(today, state)
    return shown | _kept(state) | builder.zone(today, state)


def _kept(state: Audiences) -> dict[str, Answer]:
    """The reader's own audiences, and those of others."""
    space = written.tried(written.workspace)
    if space is None:
        return {}
    mine = written.tried(lambda: audiences.own(space, written.who())) or []
    shared = written.tried(lambda: audiences.shared(space, written.who())) or []
    others = [row for row in shared if words.is_ours(row)]
    if not mine and not others:
        if not state.build:
            _none_yet()
        return {}
    if state.audience and state.audience not in {row.id for row in (*mine, *others)}:
        look.notice("There is no such audience, or it is not shared with you.")
    shown = _list("Yours", mine, state)
    return shown | _list("Shared by others", others, state)


def _can_be_asked() -> bool:
    """Whether there is shared data, and the reader is themselves; says what is lacking."""
    if private.is_on():
        look.empty(
            "These are audiences of the shared data", "Your upload is yours alone, and nothing is kept about it."
        )
        return False
    if access.viewer().viewing_as:
        look.empty("Audiences are one's own", "You see as another person does. Go back to yourself to see yours.")
        return False
    if written.tried(door.look_up) is None:
        look.empty("There is no data yet", "An audience is a question to the data. Bring some first.")
        st.page_link(rooms.UPLOAD.file, label="Bring your export ›")
        return False
    return True


def _none_yet() -> None:
    look.empty(
        "No audience yet",
        "Build one of conditions, below. Or open the people or accounts behind a figure, and choose “Save as audience” under "
        "the list: a cell of Cohorts, a class of Loyalty, the accounts of a hot-spot.",
        "What is kept is the question, not the people: each time it is asked, it answers with today's data.",
    )
    with st.container(horizontal=True, gap="medium"):
        for room in (each for group in rooms.ROOMS.values() for each in group):
            if room.title in ("Cohorts", "Loyalty", "Hot-spots"):
                st.page_link(room.file, label=f"{room.title} ›", width="content")


def _list(title: str, found: Sequence[Row], state: Audiences) -> dict[str, Answer]:
    if not found:
        return {}
    look.section(title, numbers.plural(len(found), "audience"))
    shown = {}
    for row in found:
        shown |= _audience(row, state)
    return shown


def _audience(row: Row, state: Audiences) -> dict[str, Answer]:
    """One audience: what it asks, and what can be done with it; its members where it is open."""
    question, is_open = asked(row), row.id == state.audience
    try:
        book = words.book_of(question)
    except Refused as refusal:
        book, why = None, str(refusal)
    is_asked = is_open or row.id in st.session_state.setdefault(_COUNTED, set())
    with st.container(border=is_open, key=f"audience {row.id}"):
        line = st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"audience-row-{row.id}")
        with st.container():  # why it cannot be asked stands below the line
            answer = opened.counted(question, book) if book and is_asked else None
        with line:
            look.html(_face(row, words.english(question, book) if book else plain(why)))
            _now(row, answer, is_asked=is_asked)
            _acts(row, question, book, is_open)
        if is_open and book and answer is not None and question.campaign:
            return _letters(row, question, book, state)
        if is_open and book:
            return opened.panel(row, question, book, answer, state)
    return {}


def _letters(row: Row, question: Asked, book: Book, state: Audiences) -> dict[str, Answer]:
    """The letters of an audience that has a campaign."""
    try:
        campaign = piece(Campaign, dict(question.campaign), "The letter")
    except Refused as refusal:
        look.notice(plain(refusal))
        return {}
    options = options_text(question.options)
    return letterbox.panel(campaign, book, state, key=row.id, whom=question.whom, asks=question.asks, options=options)


def _face(row: Row, said: str) -> str:
    tags = f'<span class="hl-tag">{row["whom"]}</span>' + ('<span class="hl-tag">open to all</span>' * row["is_shared"])
    n = words.n_then(row)
    then = f"{numbers.count(n)} when it was saved on" if n is not None else "saved on"
    who = f" by {plain(row['owner'])}" if row["owner"] != written.who() else ""
    return (
        f'<div class="hl-kept"><div class="hl-head"><b>{plain(row["name"])}</b>{tags}</div><div class="hl-more">{said}</div>'
        f'<div class="hl-who">{then} {say_day(row.made_at.date())}{who}</div></div>'
    )


def _now(row: Row, answer: Answer | None, *, is_asked: bool) -> None:
    """How many they are now, where that was asked."""
    if not is_asked:
        st.button("Count now", key=f"count {row.id}", type="tertiary", on_click=_counter(row.id))
    else:
        n = numbers.count(opened.n_of(answer)) if answer else numbers.NOTHING
        look.html(f'<p class="hl-now"><b>{n}</b> now</p>')


def _counter(id: str) -> Callable[[], None]:
    return lambda: st.session_state[_COUNTED].add(id)


def _acts(row: Row, question: Asked, book: Book | None, is_open: bool) -> None:
    """Open it, go where it came from; of one's own, rename, share, remove."""

    def turned() -> None:
        turn(audience="" if is_open else row.id, members="reachable", ready="")

    st.button("Close" if is_open else "Open", key=f"open {row.id}", on_click=turned)
    if question.asks == LIST:
        if row["owner"] == written.who():
            st.button("Change", key=f"change {row.id}", type="tertiary", on_click=lambda: builder.change(row))
    elif question.page == PAGE:  # a link to the page one is on would not reach the address
        st.button("Show", key=f"show {row.id}", type="tertiary", help="Where it was saved", on_click=_shower(question))
    elif book and (room := words.room_of(question)):
        query = {**booklink.query(book), **question.view}
        st.page_link(room.file, label=f"{room.title} ›", query_params=query, help="Where it was saved", width="content")
    if row["owner"] != written.who():
        return
    with st.popover(
        "", icon=":material/more_vert:", type="tertiary", help="Rename, share or remove", key=f"more {row.id}"
    ):
        _change(row)


def _shower(question: Asked) -> Callable[[], None]:
    def shown() -> None:
        turn(**vars(read_state(question.view)[0]))
        look.ask_to_scroll("sent" if "sent" in question.view else "moments")

    return shown


def _change(row: Row) -> None:
    name = f"name of {row.id} {row.version}"
    st.text_input("Name", row["name"], key=name, max_chars=100)
    with st.container(horizontal=True, gap="small"):

        def renamed() -> None:
            new = (st.session_state[name] or "").strip()
            _act(row, f"“{row['name']}” is called “{new}” now.", lambda: audiences.rename(
                written.workspace(), row.id, row.version, new, **written.by()))  # fmt: skip

        def shared() -> None:
            way = "is yours alone now" if row["is_shared"] else "is open to all now"
            _act(row, f"“{row['name']}” {way}.", lambda: audiences.share(
                written.workspace(), row.id, row.version, not row["is_shared"], **written.by()))  # fmt: skip

        st.button("Rename", key=f"rename {row.id}", on_click=renamed)
        if not access.viewer().is_open:
            st.button("Keep to yourself" if row["is_shared"] else "Open to all", key=f"share {row.id}", on_click=shared)
        st.button("Remove", key=f"remove {row.id}", icon=":material/delete:", on_click=lambda: _remove(row))


def _remove(row: Row) -> None:
    def restored(gone: Row) -> str:
        audiences.restore(written.workspace(), gone.id, gone.version, **written.by())
        return f"“{row['name']}” is back."

    _act(
        row,
        f"“{row['name']}” was removed.",
        lambda: audiences.remove(written.workspace(), row.id, row.version, **written.by()),
        undo=restored,
    )


def _act(row: Row, said: str, act: Callable[[], Row], undo: Callable[[Row], str] | None = None) -> None:
    """One act on an audience, once a version: a second click on the same is none."""
    acts = acting.acts()
    this = ("audience", row.id, row.version, said)
    with acts.one(_PLACE):
        if this in acts.done:
            return
        now = act()
        acts.done.add(this)
        acts.tell(_PLACE, said, undo=(lambda: undo(now)) if undo else None)
