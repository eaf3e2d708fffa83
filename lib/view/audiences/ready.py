"""The ready campaigns of the definitions: whom each is for, how many they are today, and the letters of the one that is open.

zone           the list, and the open one
knows_people   whether the data has people to write to
"""

from collections.abc import Callable

import streamlit as st

from lib.book import Book
from lib.definitions.campaigns import Campaign
from lib.definitions.conditions import said
from lib.measures import Answer
from lib.view import door, look, numbers
from lib.view.audiences import letterbox
from lib.view.audiences.audiencestate import Audiences, turn
from lib.view.plain import plain


def zone(book: Book, state: Audiences, adapt: Callable[[Campaign, str], None]) -> dict[str, Answer]:
    """The ready campaigns; `adapt` begins an audience of the reader's own from one."""
    ready = door.definitions().campaigns.ready
    found = door.try_ask("campaigns", book) if ready else None
    if found is None:
        return {}
    look.section("Ready campaigns", "for whom they are today")
    if not found.table["n_members"].any() and not knows_people(book):
        look.empty(
            "No people are known yet",
            "Bring a file of people (person, account, name, e-mail, sign-up) to write to them; events tell who logs in.",
        )
        return {}
    shown = {"Ready campaigns": found}
    rows = {row.campaign: row for row in found.table.itertuples()}
    with st.container(gap="xsmall", key="ready"):
        for each in ready:
            is_open = each.campaign == state.ready
            with st.container(border=is_open, key=f"ready {each.campaign}"):
                _line(each, rows[each.campaign], is_open=is_open)
                if is_open:
                    shown |= _open(each, rows[each.campaign], book, state, adapt)
    if state.ready and state.ready not in rows:
        look.notice("There is no such campaign in the definitions any more.")
    return shown


def knows_people(book: Book) -> bool:
    known = door.try_ask("audience_choices", book)
    return known is not None and known.table["condition"].isin(["role", "buying_role"]).any()


def _line(each: Campaign, row: object, *, is_open: bool) -> None:
    def turned() -> None:
        turn(ready="" if is_open else each.campaign, members="reachable", feature="", audience="")

    name = row.feature_name if isinstance(row.feature_name, str) else "the feature"
    who = " · ".join(plain(said(one, name)) for one in each.who)
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"audience-row-ready-{each.campaign}"
    ):
        look.html(
            f'<div class="hl-kept"><div class="hl-head"><b>{plain(each.campaign)}</b></div><div class="hl-more">{who}</div></div>'
        )
        spared = f" of {numbers.count(row.n_members)}" if row.n_to_write != row.n_members else ""
        look.html(f'<p class="hl-many"><b>{numbers.count(row.n_to_write)}</b>{spared} to write to</p>')
        st.button("Close" if is_open else "Open", key=f"open ready {each.campaign}", on_click=turned)


def _open(
    each: Campaign, row: object, book: Book, state: Audiences, adapt: Callable[[Campaign, str], None]
) -> dict[str, Answer]:
    feature = ""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="ready-about"):
        if each.needs_feature:
            feature = _feature(book, state, row.feature if isinstance(row.feature, str) else "")
        st.button(
            "Adapt", key=f"adapt {each.campaign}", icon=":material/edit:", on_click=lambda: adapt(each, feature),
            help="Begin an audience of your own with its conditions and its letter.",
        )  # fmt: skip
    if each.needs_feature and not feature:
        look.note("It is about a feature, and the data knows none.")
        return {}
    return letterbox.panel(each, book, state, key=each.campaign, feature=feature)


def _feature(book: Book, state: Audiences, usual: str) -> str:
    """The feature the campaign is about: the one of the link, else the most used advanced one."""
    known = features(book)
    chosen = state.feature if state.feature in known else usual
    if not known:
        return ""
    key = "feature of a campaign"
    options = list(known)
    if st.session_state.get(key) not in known or st.session_state.get(key) != chosen:
        st.session_state[key] = chosen or options[0]
    return st.selectbox(
        "About the feature", options, key=key, format_func=known.get, width=280,
        on_change=lambda: turn(feature=st.session_state[key]),
    )  # fmt: skip


def features(book: Book) -> dict[str, str]:
    """Every feature the scope knows: id -> name."""
    found = door.try_ask("audience_choices", book)
    if found is None:
        return {}
    of = found.table[found.table["condition"] == "feature"]
    return dict(zip(of["choice"], of["choice_said"], strict=True))
