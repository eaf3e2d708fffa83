"""A row opened to be changed: its form, prefilled; saved by the version that was read; and what happens when somebody was first.

Only what the reader changed is saved, so two people may change different parts of a row. Whoever comes second is told who
changed what and when, sees it beside their own, and loses nothing of what they typed.

begin   open a row, or the form for a row to come; for callbacks
opened  the id of the row that is open at a place, "" for one to come, None where none is
form    the form of what is open
stop    close it; for callbacks
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import streamlit as st

from lib.book import say_day
from lib.errors import Refused
from lib.view import look
from lib.view.plain import plain
from lib.view.writing import acting, filling, forms, pen
from lib.view.writing.acting import Acts
from lib.view.writing.filling import Offer
from lib.view.writing.forms import FORMS, Form
from lib.workspace import Conflict, Row

_TURN = ("rows", "opened")


@dataclass(frozen=True)
class _Open:
    """A row as it was read, or None for one to come; `begins` is what its widgets showed then."""

    table: str
    account: str
    row: Row | None
    begins: Mapping[str, object]
    key: str
    told: tuple[str, ...] = ()
    beside: Mapping[str, str] = field(default_factory=dict)

    @property
    def form(self) -> Form:
        return FORMS[self.table]


def begin(place: str, table: str, account: str, row: Row | None) -> None:
    """Open `row`, or the form for a row to come."""
    acts = acting.acts()
    acts.turns[_TURN] = turn = acts.turns.get(_TURN, 0) + 1
    begins = forms.shown(FORMS[table], row) if row else {}
    acts.opened[place] = _Open(table, account, row, begins, f"edit {place} {turn}")


def opened(place: str) -> str | None:
    """The id of the row that is open at `place`."""
    found: _Open | None = acting.acts().opened.get(place)
    return found and (found.row.id if found.row else "")


def stop(place: str) -> None:
    """Close it without saving."""
    _close(acting.acts(), place)


def form(place: str, offer: Offer, *, n_columns: int = 1) -> None:
    """The form of what is open at `place`, with Save and Cancel."""
    found: _Open = acting.acts().opened[place]
    filling.draw(found.form, found.key, offer, found.begins, row=found.row, beside=found.beside, n_columns=n_columns)
    with st.container():
        if found.told:
            look.notice(*map(plain, found.told))
    with st.container(horizontal=True, gap="small"):
        is_gone = bool(found.row and found.row.removed_at)
        said = "Bring it back and save" if is_gone else "Save mine over theirs" if found.beside else "Save"
        st.button(said, key=f"save {found.key}", type="primary", on_click=_save, args=(place, found.key))
        st.button("Cancel", key=f"cancel {found.key}", on_click=stop, args=(place,))


def _save(place: str, key: str) -> None:
    """Once: a second click on the same button finds it closed."""
    acts = acting.acts()
    with acts.one(place):
        found: _Open | None = acts.opened.get(place)
        if found is None or found.key != key:
            return
        held = filling.typed(found.form, key, found.row)
        changed = [name for name, value in held.items() if not _same(value, found.begins.get(name))]
        if lacking := forms.lacking(found.form, held):
            acts.opened[place] = replace(found, told=tuple(lacking))
        elif not changed and not (found.row and found.row.removed_at):
            _close(acts, place)
        else:
            _put(acts, place, found, held, changed)


def _put(acts: Acts, place: str, found: _Open, held: Mapping[str, object], changed: list[str]) -> None:
    row = found.row
    values = forms.values(found.form, {name: held[name] for name in changed}, row)
    try:
        if row is None:
            made = _add(found, values)
            undo = lambda: _undone(pen.remove, made.table, made.id, made.version)  # noqa: E731
        else:
            put = pen.restore if row.removed_at else pen.change
            made = put(row.table, row.id, row.version, values)
            before = {name: row[name] for name in values}
            undo = lambda: _undone(pen.change, row.table, row.id, made.version, before)  # noqa: E731
    except Conflict as conflict:
        acts.opened[place] = _met(found, held, conflict.row)
    except Refused as refusal:
        acts.opened[place] = replace(found, told=(str(refusal),))
    else:
        _close(acts, place)
        acts.tell(place, f"{found.form.label} saved.", undo=undo)


def _close(acts: Acts, place: str) -> None:
    """Close what is open at `place`; what was typed is forgotten by the coming run."""
    if found := acts.opened.pop(place, None):
        acts.spent.append((found.form, found.key))


def _add(found: _Open, values: dict) -> Row:
    """A row to come. Of a table with one row an account, somebody may have made it meanwhile: that is a conflict too."""
    there = pen.kept(found.account, [found.table])[found.table] if found.table == "handover" else []
    if there:
        raise Conflict("", there[0])
    return pen.add(found.table, [found.account], values)[0]


def _undone(act, *asked) -> str:
    act(*asked)
    return "Taken back."


def _met(found: _Open, held: Mapping[str, object], now: Row) -> _Open:
    """Somebody was first: what the reader left alone is now as that person left it, and theirs stands beside what both changed."""
    who, when = _short(now.changed_by), f"{say_day(now.changed_at.date())}, {now.changed_at:%H:%M} UTC"
    if now.removed_at:
        said = f"{who} removed it on {when}, while it was open here. What you typed is still here."
        return replace(found, row=now, told=(said,), beside={})
    theirs = forms.shown(found.form, now)
    moved = [each for each in found.form.asked(now) if not _same(theirs[each.name], found.begins.get(each.name))]
    beside = {}
    for each in moved:
        if _same(held.get(each.name), found.begins.get(each.name)):
            filling.put(found.key, each.name, theirs[each.name])
        elif not _same(held.get(each.name), theirs[each.name]):
            beside[each.name] = f"<b>{plain(who)}:</b> {plain(_said(each, theirs[each.name]))}"
    what = ", ".join(f"“{each.label}”" for each in moved) or "something else"
    said = [f"{who} changed {what} on {when}, while it was open here. Yours is not saved yet."]
    said.append(
        "Where both of you changed the same, theirs stands under yours: save yours in its place, or cancel."
        if beside
        else "You changed different parts: save again, and both are kept."
    )
    return replace(found, row=now, begins=theirs, told=tuple(said), beside=beside)


def _short(who: str) -> str:
    return who if len(who) <= 60 else f"{who[:59]}…"


def _said(each: forms.Field, value: object) -> str:
    if value is None or value == "":
        return "nothing"
    if each.kind in ("day", "happened", "moment"):
        return say_day(value)
    return str(
        each.choices.get(value, value)
        if each.choices
        else {True: "yes", False: "no"}.get(value, value)
        if each.kind == "flag"
        else value
    )


def _same(one: object, other: object) -> bool:
    return (one or None) == (other or None) if isinstance(one, str) or isinstance(other, str) else one == other
