"""The campaigns that were sent, and whether the goal of each was met; the people behind the figures of the one that is open.

zone   a line per campaign, the latest letters first, and the open one
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import streamlit as st

from lib.book import Book, say_day
from lib.effects import HARMS, HELPS, UNTOLD
from lib.measures import Answer
from lib.view import door, look, numbers, step, tables
from lib.view.audiences import ready, saving
from lib.view.audiences.audiencestate import Audiences, turn
from lib.view.plain import plain

_FIRST, _MOST = 6, 500  # campaigns that stand open; rows sent to the browser, the download has all
_TONES = {HELPS: " hl-fine", HARMS: " hl-yes"}
_LABELS = {
    "not met": "Not met", "met": "Met", "before": "Before", "too early": "Too early", "not read": "Not read", "held": "Held out",
    "compared": "Compared",
}  # fmt: skip
_COLUMNS = ["person_name", "name", "email", "role", "csm", "goal_from_on"]


def zone(book: Book, state: Audiences) -> dict[str, Answer]:
    """The campaigns of the book that were sent; nothing where no people are known to write to."""
    found = door.try_ask("campaign_goals", book)
    if found is None or (found.table.empty and not ready.knows_people(book)):
        return {}
    days = door.definitions().reach.effect_days
    look.section("Did campaigns reach their goal?", f"read {days} days after the letter", place="sent")
    rows = tables.records(found.table)
    if state.sent and state.sent not in {row["campaign"] for row in rows}:
        look.notice("No campaign of the name in the link was sent to anybody of yours.")
    if not rows:
        look.empty(
            "No campaign with a goal was sent yet",
            "Log the letters of a ready campaign, or of an audience of yours: what came of them is read here. Hold some out, "
            "and it can be told from what would have come anyway.",
        )
        return {"Goals": found}
    with st.container(gap="xsmall", key="sent"):
        shown = _lines(rows[:_FIRST], book, state)
        if rest := rows[_FIRST:]:
            is_there = state.sent in {row["campaign"] for row in rest}
            with st.expander(f"{numbers.plural(len(rest), 'earlier campaign')}", expanded=is_there, key="sent before"):
                shown |= _lines(rest, book, state)
    look.note(" ".join(map(plain, found.notes)))
    return {"Goals": found} | shown


def _lines(rows: Sequence[Mapping], book: Book, state: Audiences) -> dict[str, Answer]:
    shown = {}
    for row in rows:
        is_open = row["campaign"] == state.sent
        with st.container(border=is_open, key=f"sent {row['campaign']}"):
            _line(row, is_open=is_open)
            with st.container():  # always there: what comes and goes must not move what stands below it
                if is_open:
                    shown |= _people(row, book, state)
    return shown


def _line(row: Mapping, *, is_open: bool) -> None:
    def turned() -> None:
        came = next((name for name, n in _counts(row).items() if n), "not met")
        turn(sent="" if is_open else row["campaign"], came=came, audience="", ready="")

    key = f"audience-row-sent-{row['campaign']}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=key):
        look.html(_face(row))
        look.html(f'<div class="hl-met">{_figures(row)}</div>')
        st.button("Close" if is_open else "Open", key=f"open sent {row['campaign']}", on_click=turned)


def _face(row: Mapping) -> str:
    first, last = (row[each].date() for each in ("first_letter_on", "last_letter_on"))
    when = say_day(last) if first == last else f"{say_day(first)} – {say_day(last)}"
    apart = [
        (row["n_goal_before"], "met it before"),
        (row["n_goal_early"], _early(row)),
        (row["n_goal_unread"], "not read"),
    ]
    said = "".join(f", {numbers.count(n)} {what}" for n, what in apart if n)
    verdict = ": ".join(filter(None, [row["goal_verdict"], row["goal_untold"]]))
    return (
        f'<div class="hl-kept"><div class="hl-head"><b>{plain(row["campaign"])}</b>'
        f'<span class="hl-tag{_TONES.get(row["goal_verdict"], "")}">{verdict}</span></div>'
        f'<div class="hl-more">Goal: {plain(row["goal_said"])} · {when}</div>'
        f'<div class="hl-who">{numbers.count(row["n_sent_to"])} written to{said}{_visible(row)}</div></div>'
    )


def _visible(row: Mapping) -> str:
    """What would have been seen, where nothing was."""
    smallest = row["goal_smallest"]
    is_told = row["goal_verdict"] != UNTOLD or smallest != smallest
    return "" if is_told else f" · a rise of {smallest * 100:.1f} points would have shown"


def _early(row: Mapping) -> str:
    by_now = f" ({numbers.count(row['n_goal_by_now'])} met by now)" if row["n_goal_by_now"] else ""
    return f"too early{by_now}"


def _figures(row: Mapping) -> str:
    """The rate of those written to, of those held out, and the difference, one below the other; before that, when it is known."""
    if not row["n_goal_counted"] and row["n_goal_early"]:
        known_on = row["first_letter_on"].date() + timedelta(days=door.definitions().reach.effect_days)
        return f"<p><span>too early</span><i>known from {say_day(known_on)}</i></p>"
    lines = [_rate(row, "met_rate", row["n_goal_counted"], "met it")]
    if row["n_held_out"]:
        lines.append(_rate(row, "held_out_met_rate", row["n_held_out_counted"], "of those held out"))
    if row["goal_effect"] == row["goal_effect"]:
        points = numbers.points_between(row["goal_effect"], row["goal_effect_lo"], row["goal_effect_hi"])
        lines.append(f"<span>{points}</span><i>difference, points</i>")
    return "".join(f"<p>{each}</p>" for each in lines)


def _rate(row: Mapping, name: str, n: int, said: str) -> str:
    if not n:
        return f"<span>{numbers.NOTHING}</span><i>{said}: nobody yet</i>"
    between = numbers.interval(row[name], row[f"{name}_lo"], row[f"{name}_hi"])
    return f"<span><b>{between.split(' (')[0]}</b> ({between.split(' (')[1]}</span><i>{said}, {numbers.n_of(n)}</i>"


def _counts(row: Mapping) -> dict[str, int]:
    """How many are behind each figure; those compared where they are not all who are counted."""
    return {
        "not met": row["n_goal_counted"] - row["n_goal_met"], "met": row["n_goal_met"], "before": row["n_goal_before"],
        "too early": row["n_goal_early"], "not read": row["n_goal_unread"], "held": row["n_held_out"],
        "compared": row["n_goal_compared"] if row["n_goal_compared"] != row["n_goal_counted"] else 0,
    }  # fmt: skip


def _people(row: Mapping, book: Book, state: Audiences) -> dict[str, Answer]:
    n = _counts(row)
    shown = {
        name: f"{said} {numbers.count(n[name])}" for name, said in _LABELS.items() if n[name] or name == state.came
    }
    step.show("which of a campaign", state.came)
    st.segmented_control(
        "Which", list(shown), key="which of a campaign", format_func=shown.get, required=True, label_visibility="collapsed",
        on_change=lambda: turn(came=st.session_state["which of a campaign"]),
    )  # fmt: skip
    asked = {"campaign": row["campaign"], "which": state.came}
    found = door.try_ask("campaign_goal_people", book, **asked, limit=_MOST)
    if found is None:
        return {}
    if found.table.empty:
        look.note("Nobody.")
        return {"People": found}
    _list(found, n[state.came], book, asked)
    return {"People": found}


def _list(found: Answer, n: int, book: Book, asked: Mapping[str, str]) -> None:
    table = found.table
    told = {"too early": "is_met_by_now", "held": "letter_state", "compared": "letter_state"}.get(asked["which"])
    columns = [name for name in (*_COLUMNS, told) if name and table[name].notna().any()]
    tables.show(table[columns], key=f"sent {asked['campaign']} {asked['which']}", height=min(360, 40 + 32 * len(table)),
                labels={"name": "Account"})  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(table) < n:
            look.note(f"The first {numbers.count(len(table))} of {numbers.count(n)}; the download has all.")
        tables.download(f"Download {numbers.count(n)}", "campaign.csv", door.whole("campaign_goal_people", book, **asked),
                        key="download sent", drop=("n_rows",))  # fmt: skip
        saving.offer(
            book, whom="people" if table["person"].notna().any() else "accounts", asks="campaign_goal_people",
            options=dict(asked), n=int(n), view={"sent": [asked["campaign"]], "came": [asked["which"]]},
            says=f"{asked['campaign']}: {_LABELS[asked['which']].lower()}",
        )  # fmt: skip
