"""The head of the account page: who it is, and what a reader wants in the first twenty seconds.

about    title and line of the page; None where the link names no account that the viewer has
stand    the state of the page, of the link
row      the account's row; None where there is none
ask      an answer about this account
tiles    ARR and renewal, stage against peers, seats in use, and the risk with its reasons; each leads to its rows
opener   a button that turns the page to another account
facts    tickets, what they said, the last contact, and the way out to the CRM
"""

import pandas as pd
import streamlit as st

from lib.book import Book, say_day
from lib.measures import Answer
from lib.view import accountlink, address, door, frame, look, numbers, step
from lib.view import tiles as tile
from lib.view.account.state import OneAccount, read_state
from lib.view.plain import label, plain
from lib.view.tiles import Tile

_MISSING = numbers.NOTHING
_STATES = {
    "in grace": "in grace", "left": "has left", "not begun": "not begun yet", "trial": "on trial", "no contract": "no contract",
}  # fmt: skip
_MOVED = {
    "significant drop": '<span class="hl-worse">▼ dropped</span>',
    "rising": '<span class="hl-better">▲ rising</span>',
}


def about(book: Book) -> tuple[str, str] | None:
    """Title and line of the page; None where the link names no account that the viewer has."""
    state, _ = read_state(address.read())
    answer = ask("account", book, state) if state.account else None
    if answer is None or answer.table.empty:
        return None
    found = row(answer)
    said = [found["account"], *(found[name] for name in ("segment", "region") if not _is_nothing(found[name]))]
    said += [f"plan {found['plan']}"] if not _is_nothing(found["plan"]) else []
    said += [f"CSM {found['csm']}"] if not _is_nothing(found["csm"]) else []
    said += [f"customer since {say_day(found['started_on'].date())}"] if not _is_nothing(found["started_on"]) else []
    said += [_STATES[found["account_state"]]] if found["account_state"] in _STATES else []
    said += [f"part of {found['parent_name']}"] if not _is_nothing(found["parent_name"]) else []
    parts = [*(plain(each) for each in said), *frame.fresh(book, door.opened().manifest.as_of)]
    return plain(name_of(found)), " · ".join(parts)


def stand() -> OneAccount:
    """The state of the page, of the link."""
    state, dropped = read_state(address.read())
    step.stand(state=state)
    frame.notices(dropped)
    return state


def ask(name: str, book: Book, state: OneAccount, **options) -> Answer | None:
    """An answer about this account: whatever the book is cut to, and the same for all periods."""
    return door.try_ask(name, frame.on_its_day(book), account=state.account, **options)


def row(answer: Answer) -> dict:
    """The account's row."""
    return answer.table.iloc[0].to_dict()


def name_of(found: dict) -> str:
    """What people call the account."""
    return found["account"] if _is_nothing(found["name"]) else found["name"]


def opener(said: str, account: str, *, key: str) -> None:
    """A button that turns this page to another account: a link from a page to itself would not write the address."""
    to = {"account": account, "kind": "", "page": 1}
    st.button(said, key=key, type="tertiary", on_click=step.turn, kwargs=to)


def tiles(found: dict) -> None:
    """ARR and renewal, stage against peers, seats in use, and the risk with its reasons; each leads to its rows."""
    shown = [_worth(found), _stage(found), _seats(found), _risk(found)]
    leads = {
        "worth": ("contracts", None),
        "stage": ("timeline", "milestone"),
        "seats": ("people", None),
        "risk": ("timeline", ""),
    }
    tile.row(shown, {name: _opener(*lead) for name, lead in leads.items()})


def facts(found: dict) -> None:
    """Tickets, what they said, the last contact, and the way out to the CRM."""
    said = [
        ("Open tickets", numbers.count(found["n_open_tickets"])),
        ("NPS answer", _of_day(found["nps"], found["nps_on"])),
        ("Sentiment", _of_day(found["sentiment"], found["sentiment_on"], " of 5")),
        ("Last touch", _day(found["last_touch_on"])),
        ("Account executive", _text(found["account_executive"])),
        ("Industry", _text(found["industry"])),
        ("Employees", numbers.count(found["employees"]) if not _is_nothing(found["employees"]) else _MISSING),
    ]
    said += [("Children", numbers.count(found["n_children"]))] if found["n_children"] else []
    with st.container(horizontal=True, vertical_alignment="center", key="account-facts"):
        cells = "".join(f"<div><dt>{label}</dt><dd>{value}</dd></div>" for label, value in said)
        look.html(f'<dl class="hl-facts">{cells}</dl>')
        if not _is_nothing(found["parent_name"]):
            opener(f"{label(found['parent_name'])} ›", found["parent_account"], key="open parent")
        if url := accountlink.web(found["url"]):
            st.link_button("Open in the CRM", url, icon=":material/open_in_new:")


def _worth(found: dict) -> Tile:
    days, deadline = found["days_to_renewal"], found["days_to_notice"]
    beside, below = "", "no renewal known"
    if not _is_nothing(days):
        beside = f"renews {_day(found['renews_on'])}" if days > 0 else f"ended {_day(found['renews_on'])}"
        below = f"in {numbers.plural(days, 'day')}" if days > 0 else f"in grace for {numbers.plural(-days, 'day')}"
        if not _is_nothing(deadline):
            below += f"; notice {'by' if deadline >= 0 else 'was due'} {_day(found['notice_by'])}"
    elif found["renewal_window"] == "rolling":
        below = "rolls on, month by month or evergreen"
    elif not _is_nothing(found["ended_on"]):
        below = f"ended {_day(found['ended_on'])}"
    return Tile("worth", "ARR", numbers.money(found["arr"]), beside, below, "See the contracts")


def _stage(found: dict) -> Tile:
    if _is_nothing(found["stage"]):
        return Tile("stage", "Stage", _MISSING, "", "no milestone reached by this day", "See the timeline")
    days, ratio = found["dwell_days"], found["dwell_ratio"]
    beside = "" if _is_nothing(days) else numbers.plural(days, "day")
    if _is_nothing(ratio):
        enough = found["n_peers"] >= door.definitions().standing.least_peers
        still = f"half or more of {numbers.count(found['n_peers'])} peers are still in it"
        below = "when it left" if _is_nothing(days) else still if enough else "too few peers to compare with"
    else:
        peers = (
            f"peers' median {numbers.plural(found['peers_dwell_days'], 'day')}, n = {numbers.count(found['n_peers'])}"
        )
        slower = "hl-worse" if ratio > 1 else "hl-better"
        below = f'<span class="{slower}">{ratio:.1f} ×</span> {peers}'
    return Tile("stage", "Stage", plain(found["stage"]), beside, below, "See the milestones")


def _seats(found: dict) -> Tile:
    active, before = found["n_active_people"], found["n_active_before"]
    if _is_nothing(active):
        value, beside = _MISSING, f"of {numbers.count(found['seats'])}" if not _is_nothing(found["seats"]) else ""
        return Tile("seats", "Seats active", value, beside, "no use known by this day", "See the people")
    has_seats = not _is_nothing(found["seats_active_rate"])
    of_seats = f"of {numbers.count(found['seats'])} · {numbers.percent(found['seats_active_rate'], 0)}"
    moved = _MOVED.get(found["movement"], "")
    earlier = "" if _is_nothing(before) else f"{numbers.count(before)}{'' if moved else ' the 4 weeks before'}"
    said = [found["utilisation"]] if has_seats else []
    said += [" from ".join(each for each in (moved, earlier) if each)] if moved or earlier else []
    label = "Seats active" if has_seats else "People active"
    return Tile(
        "seats", label, numbers.count(active), of_seats if has_seats else "", " · ".join(said), "See the people"
    )


def _risk(found: dict) -> Tile:
    if not found["is_at_risk"]:
        value = "Not at risk" if found["account_state"] in ("live", "in grace") else _MISSING
        return Tile(
            "risk", "Risk", value, "", "none of the reasons holds" if value != _MISSING else "", "See the timeline"
        )
    beside = f"{numbers.money(found['arr_at_risk'])} ARR" if found["arr_at_risk"] else ""
    return Tile("risk", "Risk", "At risk", beside, ", ".join(found["risk_reasons"]), "See the timeline", is_hot=True)


def _opener(place: str, kind: str | None):
    """Shows a part of the page; of the timeline, the things of one kind."""

    def opened() -> None:
        if kind is not None:
            step.turn(kind=kind)
        look.ask_to_scroll(place)

    return opened


def _of_day(value: object, when: object, unit: str = "") -> str:
    return _MISSING if _is_nothing(value) else f"{value:g}{unit} <small>{_day(when)}</small>"


def _day(value: object) -> str:
    return _MISSING if _is_nothing(value) else say_day(pd.Timestamp(value).date())


def _text(value: object) -> str:
    return _MISSING if _is_nothing(value) else plain(value)


def _is_nothing(value: object) -> bool:
    return value is None or value is pd.NaT or value is pd.NA or value != value
