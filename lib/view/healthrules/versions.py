"""The versions of the rules of health: who made them, when and why, what each changed, and the way back to it.

show   those that changed the rules, newest first, the default last
"""

from datetime import date

import streamlit as st

from lib.book import say_day
from lib.definitions import Definitions
from lib.definitions.health import Health
from lib.view import inforce, look, numbers
from lib.view.account import paper
from lib.view.healthrules import editor, said
from lib.view.healthrules.draftstate import Draft
from lib.view.plain import plain
from lib.workspace.wording import Version

MOST = 12  # of them shown
_MOST_CHANGES = 4


def show(draft: Draft) -> None:
    """The versions; a button puts the rules of one into the draft, to be published again like any other."""
    found = inforce.versions()
    before = [each.definitions for each in found[1:]] + [inforce.default()]
    changed = [(each, was) for each, was in zip(found, before, strict=False) if each.definitions.health != was.health]
    look.section(
        "Versions of the rules",
        numbers.plural(len(changed), "version") + " beside the default" if changed else "none beside the default",
    )
    for each, was in changed[:MOST]:
        _version(each, was, draft)
    if len(changed) > MOST:
        look.note(f"{len(changed) - MOST} older ones: <code>python -m lib definitions</code> lists all.")
    _line("default", "The default", "data/definitions.toml", inforce.default().health, draft)


def _version(version: Version, was: Definitions, draft: Draft) -> None:
    now = version.definitions.health
    told = [f"“{plain(version.comment)}”"] if version.comment else []
    changes = said.differences(was.health.as_rules(), now.as_rules())
    more = f" · and {len(changes) - _MOST_CHANGES} more changes" if len(changes) > _MOST_CHANGES else ""
    told.append(
        " · ".join(paper.short(each) for each in changes[:_MOST_CHANGES]) + more if changes else "the same rules"
    )
    told.append(_holds(now))
    when = f"{say_day(version.made_at)}, {version.made_at:%H:%M} UTC"
    _line(version.id, f"{when} <small>{plain(version.made_by)}</small>", " · ".join(told), now, draft)


def _holds(health: Health) -> str:
    return (
        f"from {say_day(date.fromisoformat(health.earlier[-1].until))} on" if health.earlier else "for all of history"
    )


def _line(id: str, title: str, told: str, health: Health, draft: Draft) -> None:
    """`title` and `told` have passed `plain` where they hold data."""
    is_in_force = health.as_rules() == draft.base.health.as_rules()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"health-version-{id}"):
        tag = '<span class="hl-tag">in force</span>' if is_in_force else ""
        look.html(
            f'<div class="hl-kept"><div class="hl-head"><b>{title}</b>{tag}</div><div class="hl-more">{told}</div></div>'
        )
        if not is_in_force:
            st.button(
                "Put into the draft", key=f"health again {id}", type="tertiary", on_click=editor.leave, args=(health,)
            )
