"""The hand-over from sales: what was sold, to whom and why, how much of it is known, and the form that fills it in.

panel   of one account
"""

import streamlit as st

from lib.book import say_day
from lib.view import look
from lib.view.plain import plain
from lib.view.writing import editing, forms, pen, told
from lib.view.writing.filling import Offer
from lib.view.writing.forms import FORMS
from lib.workspace import Row

_FORM = FORMS["handover"]
_SHORT = {"complexity": "Complexity"}


def panel(account: str) -> None:
    """What sales has told us of `account`. Not of a reader's own upload; only to read for an admin who sees as another."""
    if not pen.may_see(account):
        return
    look.section("Hand-over from sales")
    _part(account)


@st.fragment
def _part(account: str) -> None:
    told.again()
    place = f"handover {account}"
    told.show(place)
    found = pen.kept(account, ["handover"])["handover"]
    row = found[0] if found else None
    filled = [each for each in _FORM.fields if row and row[each.name]]
    look.html(_completeness(row, [each.name for each in filled]))
    if editing.opened(place) is not None and pen.can_write():
        with st.container(border=True):
            editing.form(place, Offer(), n_columns=2)
        return
    if filled:
        look.html(_read(row))
    if pen.can_write():
        said = "Change" if filled else "Fill it in"
        st.button(
            said,
            key=f"open {place}",
            icon=":material/edit:",
            on_click=editing.begin,
            args=(place, "handover", account, row),
        )
    elif not filled:
        look.note("Nobody has filled it in.")


def _completeness(row: Row | None, filled: list[str]) -> str:
    """6 of 9 filled in; missing: buyer, blockers. And a bar, and who wrote last."""
    n = len(_FORM.fields)
    missing = [_label(each).lower() for each in _FORM.fields if each.name not in filled]
    said = f"<b>{len(filled)} of {n} filled in</b>" + (
        f"; missing: {', '.join(missing)}" if 0 < len(filled) < n else ""
    )
    who = f" · last by {plain(row.changed_by)}, {say_day(row.changed_at.date())}" if row else ""
    share = f"{100 * len(filled) / n:.0f}"
    return (
        f'<p class="hl-note">{said}{who}</p><div class="hl-filled" role="img" aria-label="{len(filled)} of {n} filled in">'
        f'<i style="width:{share}%"></i></div>'
    )


def _read(row: Row) -> str:
    cells = [(_label(each), row[each.name]) for each in _FORM.fields]
    return '<dl class="hl-handover">' + "".join(
        f"<div><dt>{label}</dt><dd{'' if value else ' class=hl-none'}>{lines(value) if value else 'not said'}</dd></div>"
        for label, value in cells
    ) + "</dl>"  # fmt: skip


def lines(text: str) -> str:
    """Text of several lines as HTML, line by line."""
    return "<br>".join(map(plain, text.splitlines()))


def _label(each: forms.Field) -> str:
    return _SHORT.get(each.name, each.label)
