"""The letters of a campaign: how many, who is spared and why, what is written, and the sending of them.

panel   all of it, of a ready campaign or of an audience that has one
sized   the answer that counts them
said    398 people in 210 accounts: 376 to write to; 12 opted out, 10 contacted lately
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.definitions import words_of
from lib.definitions.campaigns import Campaign
from lib.definitions.conditions import said as in_words
from lib.measures import Answer
from lib.view import door, look, numbers, step, tables
from lib.view.audiences.audiencestate import Audiences, turn
from lib.view.plain import plain
from lib.view.writing import acting, pen, told

_MOST = 500  # rows sent to the browser; the file has all
_FILES, _N_SENT = "files of letters that were logged", "how often letters were logged"
_FILE = ["person_name", "email", "subject", "body", "name", "csm", "role", "person", "account"]
_HELD_OUT = "held out"
_LISTS = {"reachable": "to_write", "apart": "spared"}


def sized(campaign: Campaign | None, book: Book, **asked: object) -> Answer | None:
    """The answer that counts the members, and those spared; None where it cannot be asked, which is said."""
    return door.try_ask("audience_size", book, **_campaign(campaign), **asked)


def said(size: Answer, whom: str) -> str:
    """398 people in 210 accounts: 376 to write to; 12 opted out, 10 contacted lately."""
    rows = size.table.set_index("outreach")
    n, n_accounts = int(rows.loc["all", "n_members"]), int(rows.loc["all", "n_their_accounts"])
    if not n:
        return "<b>Nobody</b> fits now."
    one, many = ("person", "people") if whom == "people" else ("account", "accounts")
    where = f" in {numbers.plural(n_accounts, 'account')}" if whom == "people" else ""
    spared = [f"{numbers.count(each.n_members)} {plain(each.outreach)}" for each in size.table.iloc[2:].itertuples()]
    split = f"{numbers.count(_n(size, 'to write to'))} to write to" + (
        f"; spared: {', '.join(spared)}" if spared else ""
    )
    return f"<b>{numbers.plural(n, one, many)}</b>{where}: {split}."


def panel(
    campaign: Campaign,
    book: Book,
    state: Audiences,
    *,
    key: str,
    feature: str = "",
    whom: str = "people",
    **asked: object,
) -> dict[str, Answer]:
    """The letters of `campaign`; asked: the list of members, where it is not the campaign's own."""
    play = campaign.play(campaign.feature or feature)
    campaign = _with_hold_out(campaign, key)
    question = {**_campaign(campaign), "feature": feature, **asked}
    size = sized(campaign, book, feature=feature, **asked)
    if size is None:
        return {}
    with st.container():
        look.html(f'<p class="hl-size">{said(size, whom)}</p>')
    n = {"reachable": _n(size, "to write to"), "apart": _n(size, "all") - _n(size, "to write to")}
    told.show(f"letters {key}")
    _foot(campaign, play, question, book, n["reachable"], key)
    if not sum(n.values()):
        return {"Members": size}
    listed = door.try_ask("letters", book, **question, which=_LISTS[state.members], limit=_MOST)
    if listed is None:
        return {"Members": size}
    first = listed if state.members == "reachable" else door.try_ask("letters", book, **question, limit=1)
    _letter(campaign, first, feature)
    _choose(n, state, key)
    _people(listed.table, n[state.members], key, whom)
    return {"Members": size, "Letters": listed}


def _campaign(campaign: Campaign | None) -> dict[str, str]:
    return {"campaign": json.dumps(words_of(campaign), ensure_ascii=False) if campaign else ""}


def _n(size: Answer, name: str) -> int:
    return int(size.table.set_index("outreach").loc[name, "n_members"])


def _with_hold_out(campaign: Campaign, key: str) -> Campaign:
    """The campaign with the hold-out the reader asks for; it is asked for below, and known here already."""
    percent = st.session_state.get(f"hold out {key}", round(campaign.hold_share * 100))
    return replace(campaign, hold_share=(percent or 0) / 100)


def _foot(campaign: Campaign, play: str, question: Mapping, book: Book, n: int, key: str) -> None:
    """Who is held out, the sending, and the file of what was sent."""
    if not pen.can_write():
        return
    files, place = st.session_state.setdefault(_FILES, {}), f"letters {key}"
    n_sent = st.session_state.setdefault(_N_SENT, {}).get(place, 0)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key=f"send-{key}"):
        step.show(f"hold out {key}", round(campaign.hold_share * 100))
        st.number_input(
            "Hold out, %", 0, 50, step=5, key=f"hold out {key}", width=130,
            help="So many of them, drawn once at random, get no letter: to compare with. A second draw draws nobody anew.",
        )  # fmt: skip
        label = f"Log {numbers.plural(n, 'letter')} and make the file" if n else "Nobody to write to"
        st.button(
            label, key=f"log {key}", type="primary", disabled=not n,
            on_click=_sender(campaign, play, question, book, key, n_sent),
            help="Each letter is logged as a touch of the campaign, so that whoever got it is spared at once. Undo takes it back.",
        )  # fmt: skip
        if place in files:
            n_rows, content = files[place]
            st.download_button(
                f"Download {numbers.plural(n_rows, 'letter')}", content, "letters.csv", "text/csv", key=f"file {key}",
                icon=":material/download:", on_click="ignore",
            )  # fmt: skip


def _sender(campaign: Campaign, play: str, question: Mapping, book: Book, key: str, n_sent: int) -> Callable[[], None]:
    """What logs the letters, once for each time the button was drawn."""

    place = f"letters {key}"

    def send() -> None:
        meant = _with_hold_out(campaign, key)  # as it was typed a moment ago
        files, often, acts = st.session_state[_FILES], st.session_state[_N_SENT], acting.acts()
        with acts.one(place):
            if often.get(place, 0) != n_sent:
                return
            table = door.answer("letters", book, **{**question, **_campaign(meant)}, which="all").table
            to, held = (_whom(table[each]) for each in (table["reason"].isna(), table["reason"] == _HELD_OUT))
            sent = pen.send(play, to, held, draws=meant.hold_share > 0, is_once=meant.send_once)
            got = [each in sent.to for each in _whom(table)]
            files[place] = (len(sent.to), tables.csv_bytes(table.loc[got, _FILE]))
            often[place] = n_sent + 1
            n = len(sent.to)

            def undone() -> str:
                n_back = pen.unsend(sent)
                files.pop(place, None)
                return (
                    f"{numbers.plural(n_back, 'letter is', 'letters are')} not logged any more. Do not send the file."
                )

            held_out = f" {numbers.plural(len(held), 'person is', 'people are')} held out." if held else ""
            acts.tell(
                place,
                f"{numbers.plural(n, 'letter is', 'letters are')} logged; the file is ready.{held_out}",
                undo=undone,
            )

    return send


def _whom(table: pd.DataFrame) -> list[tuple[str, str | None]]:
    people = table["person"].astype(object).where(table["person"].notna(), None)
    return list(zip(table["account"], people, strict=True))


def _letter(campaign: Campaign, first: Answer | None, feature: str) -> None:
    """The letter as the first of them gets it; without anybody, as it is written."""
    with st.expander("The letter", icon=":material/mail:"):
        if first is not None and len(first.table):
            row = first.table.iloc[0]
            subject, body = row["subject"], row["body"]
            aside = f"as {plain(row['person_name'] or row['name'] or row['account'])} gets it"
        else:
            subject, body, aside = campaign.subject, campaign.body.strip(), "as it is written"
        paragraphs = "".join(f"<p>{plain(each)}</p>" for each in str(body).split("\n") if each.strip())
        look.html(f'<div class="hl-letter"><div><b>{plain(subject)}</b><small>{aside}</small></div>{paragraphs}</div>')
        goal = in_words(campaign.goal, campaign.feature or feature or "the feature")
        once = "Nobody gets it twice" if campaign.send_once else "It may be sent again"
        look.note(f"Goal: {plain(goal)}. {once}.")


def _choose(n: Mapping[str, int], state: Audiences, key: str) -> None:
    labels = {
        "reachable": f"To write to {numbers.count(n['reachable'])}",
        "apart": f"Spared {numbers.count(n['apart'])}",
    }
    step.show(f"letters of {key}", state.members)
    st.segmented_control(
        "Which", list(labels), key=f"letters of {key}", format_func=labels.get, required=True, label_visibility="collapsed",
        on_change=lambda: turn(members=st.session_state[f"letters of {key}"]),
    )  # fmt: skip


def _people(table: pd.DataFrame, n: int, key: str, whom: str) -> None:
    if table.empty:
        look.note("Nobody.")
        return
    columns = (
        ["person_name", "reason", "email", "name", "csm", "role"] if whom == "people" else ["name", "reason", "csm"]
    )
    columns = [name for name in columns if table[name].notna().any()]
    tables.show(table[columns], key=f"letters {key}", height=min(360, 40 + 32 * len(table)),
                labels={"name": "Account", "reason": "Spared because"})  # fmt: skip
    if len(table) < n:
        look.note(f"The first {numbers.count(len(table))} of {numbers.count(n)}; the file has all.")
