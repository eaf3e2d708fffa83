"""What a CSM writes, on one account or on many at once: one small form a kind, kept in the workspace.

KINDS   table of the workspace -> what it is called, in the order of the page
panel   choose what to write about these accounts, and write it
"""

from collections.abc import Sequence

import streamlit as st

from lib.book import say_day
from lib.errors import Refused
from lib.view import look, numbers
from lib.view.plain import plain
from lib.view.writing import acting, filling, forms, pen, told
from lib.view.writing.acting import Acts
from lib.view.writing.filling import Offer
from lib.view.writing.forms import FORMS
from lib.workspace import Row

KINDS = tuple(name for name in FORMS if name != "handover")


def panel(accounts: Sequence[str], names: Sequence[str] = (), *, place: str = "") -> None:
    """Choose what to write about `accounts`, and write it; `names` are what people call them. `place` tells two apart."""
    told.show(f"writing {place}")
    if accounts and pen.can_write():
        _write(tuple(accounts), tuple(names), place)


@st.fragment
def _write(accounts: tuple[str, ...], names: tuple[str, ...], place: str) -> None:
    """In a part that runs by itself: typing does not make the page work."""
    told.again()
    called = plain(names[0] if len(accounts) == 1 and names else numbers.plural(len(accounts), "account"))
    look.section(f"Write about {called}", "it counts at once, for everyone who sees it", place="write")
    table = st.segmented_control(
        "What",
        list(KINDS),
        key=f"kind of what is written {place}",
        format_func=lambda name: FORMS[name].label,
        label_visibility="collapsed",
        persist_state="page",
    )
    if table:
        with st.container(border=True):
            _form(table, accounts, place)


def _form(table: str, accounts: tuple[str, ...], place: str) -> None:
    acts = acting.acts()
    form, key = FORMS[table], _key(acts, table, place)
    is_one = len(accounts) == 1
    offer = Offer(pen.owners(accounts), pen.people(accounts[0]) if is_one and table == "touch" else {})
    begins, skips = forms.new(form, pen.myself()), [] if is_one else ["person"]
    if table == "renewal_call":
        renews = pen.renewals(accounts)
        look.note(_said_of_renewals(accounts, renews))
        skips += ["renews_on"] if len(renews) == len(accounts) else []
    filling.draw(form, key, offer, begins, skips=skips)
    lacking = acts.lacking.get(key)
    with st.container():
        if lacking:
            look.notice(*map(plain, lacking))
    said = "Save" if is_one else f"Save on {numbers.plural(len(accounts), 'account')}"
    st.button(said, key=f"save {key}", type="primary", on_click=_save, args=(table, key, accounts, place))


def _save(table: str, key: str, accounts: tuple[str, ...], place: str) -> None:
    """Once for each time the form was filled in: a second click on the same button finds it saved."""
    acts, form = acting.acts(), FORMS[table]
    with acts.one(f"writing {place}"):
        if key != _key(acts, table, place):
            return
        held = filling.typed(form, key)
        lacking = forms.lacking(form, held)
        try:
            made = [] if lacking else _add(table, accounts, forms.values(form, held))
        except Refused as refusal:
            lacking = [str(refusal)]
        if lacking:
            acts.lacking[key] = lacking
            return
        acts.turns[table, place] = acts.turns.get((table, place), 0) + 1
        acts.lacking.pop(key, None)
        acts.spent.append((form, key))
        on = "" if place else f" on {numbers.plural(len(made), 'account')}"
        acts.tell(f"writing {place}", f"{form.label} saved{on}.", undo=lambda: _take_back(made))


def _add(table: str, accounts: tuple[str, ...], values: dict) -> list[Row]:
    """The rows; a renewal call is of each account's own renewal, and of its own ARR where no amount was typed."""
    if values.get("person") and (len(accounts) > 1 or values["person"] not in pen.people(accounts[0])):
        values["person"] = None  # chosen while another account was ticked
    if table != "renewal_call":
        return pen.add(table, accounts, values)
    renews, own = pen.renewals(accounts), {}
    for account in accounts:
        renews_on, arr = renews.get(account, (None, None))
        amount = values["amount"]
        own[account] = {"renews_on": renews_on or values["renews_on"], "amount": arr if amount is None else amount}
    if without := [account for account in accounts if own[account]["renews_on"] is None]:
        few = ", ".join(without[:3]) + (f" and {len(without) - 3} more" if len(without) > 3 else "")
        raise Refused(f"No renewal is known of {few}: choose a renewal day, or leave them out.")
    return pen.add(table, accounts, values, own)


def _said_of_renewals(accounts: Sequence[str], renews: dict) -> str:
    """Which renewals a call is about."""
    if not renews:
        return "No renewal is known: choose its day."
    days = sorted(day for day, _ in renews.values())
    known = [arr for _, arr in renews.values() if arr is not None]
    arr = f" {numbers.money(float(sum(known)))} ARR renews, unless you type another amount." if known else ""
    if len(accounts) == 1:
        return f"The renewal on {say_day(days[0])}.{arr}"
    span = say_day(days[0]) if days[0] == days[-1] else f"{say_day(days[0])} to {say_day(days[-1])}"
    each = f"Each account's own renewal, {span}, and its own ARR."
    n_without = len(accounts) - len(renews)
    lack = f" {numbers.plural(n_without, 'account')} without one: choose a day for those." if n_without else ""
    return f"{each}{arr.replace('another amount', 'an amount, which is then that of each')}{lack}"


def _take_back(made: list[Row]) -> str:
    done = pen.take_back(made)
    said = f"Taken back on {numbers.plural(len(done.rows), 'account')}."
    return said + (f" {len(done.refused)} changed meanwhile and stayed." if done.refused else "")


def _key(acts: Acts, table: str, place: str) -> str:
    """Of the form's widgets, until it is saved."""
    return f"write {place} {table} {acts.turns.get((table, place), 0)}"
