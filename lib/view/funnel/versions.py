"""What was in force when: every version of the definitions, by whom and why, what it changed, and the way back to it.

show    the list, newest first, the default last
save    make definitions those in force; says why not where they cannot be, and gives whether they are
again   run the whole page once more after it: the editor runs by itself
told    what saving said
forget  say it no more
"""

from datetime import UTC, datetime

import streamlit as st

from lib.book import say_day
from lib.definitions import Definitions
from lib.errors import Refused
from lib.view import access, frame, inforce, look, numbers, written
from lib.view.plain import plain
from lib.workspace import wording
from lib.workspace.wording import Version

MOST = 12  # of them shown; a shell lists all
_SAID, _IS_NEW = "what saving definitions said", "whether the page is to run again after it"


def save(definitions: Definitions, comment: str, *, after: str | None) -> bool:
    """Make `definitions` those in force for everybody, from the next run on, also where the link names others."""
    st.session_state[_IS_NEW] = True
    try:
        by, now = access.publisher(), datetime.now(UTC)
        wording.kept(written.workspace(), definitions, comment, after=after, by=by, now=now)
    except Refused as refusal:
        st.session_state[_SAID] = (str(refusal), "⚠")
        return False
    inforce.forget()
    st.session_state[_SAID] = ("Saved: in force for everybody from now on. What was before is kept below.", "✓")
    return True


def again() -> None:
    """Run the whole page once more, if something was saved or refused."""
    if st.session_state.pop(_IS_NEW, False):
        st.rerun()


def told() -> None:
    """What saving said, until the reader comes to the page anew."""
    if frame.has_arrived():
        st.session_state.pop(_SAID, None)
    with st.container():  # always there: what comes and goes must not move what stands below it
        if said := st.session_state.get(_SAID):
            look.notice(plain(said[0]), icon=said[1])


def forget() -> None:
    """Say no more what saving said."""
    st.session_state.pop(_SAID, None)


def show() -> None:
    """The versions, newest first, and the default; for whoever may, a button that puts one in force again."""
    found = inforce.versions()
    look.section(
        "Versions",
        numbers.plural(len(found), "version") + " beside the default" if found else "none beside the default",
    )
    before = [each.definitions for each in found[1:]] + [inforce.default()]
    for at, (each, was) in enumerate(zip(found[:MOST], before, strict=False)):
        _version(each, wording.changes(was, each.definitions), is_in_force=at == 0)
    if len(found) > MOST:
        look.note(f"{len(found) - MOST} older ones: <code>python -m lib definitions</code> lists all.")
    _line("default", "the default", "The default", "data/definitions.toml", inforce.default(), is_in_force=not found)


def _version(version: Version, changed: list[str], *, is_in_force: bool) -> None:
    said = [f"“{plain(version.comment)}”"] if version.comment else []
    said.append(f"changed {plain(_words(changed))}" if changed else "changed nothing")
    if version.mended:
        said.append(
            f"in part the default's, as this Headlight cannot read all of it: {plain(', '.join(version.mended))}"
        )
    when = f"{say_day(version.made_at)}, {version.made_at:%H:%M} UTC"
    title = f"{when} <small>{plain(version.made_by)}</small>"
    _line(version.id, f"that of {when}", title, " · ".join(said), version.definitions, is_in_force=is_in_force)


def _line(id: str, name: str, title: str, said: str, definitions: Definitions, *, is_in_force: bool) -> None:
    """`title` and `said` have passed `plain` where they hold data; `name` is what going back to it is called."""

    def again() -> None:
        now = inforce.newest()
        save(definitions, f"Again {name}", after=now and now.id)

    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"version-row-{id}"):
        tag = '<span class="hl-tag">in force</span>' if is_in_force else ""
        look.html(
            f'<div class="hl-kept"><div class="hl-head"><b>{title}</b>{tag}</div><div class="hl-more">{said}</div></div>'
        )
        if access.may_publish() and not is_in_force:
            way = "Use the default again" if id == "default" else "Use again"
            st.button(way, key=f"words again {id}", type="tertiary", on_click=again)


def _words(changed: list[str]) -> str:
    """journey (by, stages), targets (csat rate)."""
    by_section: dict[str, list[str]] = {}
    for each in changed:
        section, key = each.replace("_", " ").split(".")
        by_section.setdefault(section, []).append(key)
    return ", ".join(f"{section} ({', '.join(keys)})" for section, keys in by_section.items())
