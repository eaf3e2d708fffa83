"""The door of the house: who is not let in sees why, and the way in; who is, sees as whom, and the way out.

gate   what every page begins with: ends it for those who may see nothing
foot   the end of the sidebar: who is signed in, seeing as another person, the way out
nobody_of_yours  where a reader's scope holds no account
"""

import logging
from typing import NoReturn

import streamlit as st

from lib.view import access, look, private, step
from lib.view.access import Viewer
from lib.view.plain import plain

_REFUSED = "refusals that were logged"
_CHOICE = "view as"
_MYSELF = "Myself"
_log = logging.getLogger("headlight")


def gate() -> None:
    """Let the reader in, or say why not and end the page. No data is read before."""
    who = access.viewer()
    if not who.is_in:
        _kept_out(who)
    with st.container():  # always there: what comes and goes must not move what stands below it
        if who.viewing_as:
            _as_another(who)


def foot() -> None:
    """Who is signed in, and the way out; for admins a way to see as others do."""
    who = access.viewer()
    with st.sidebar:
        if who.is_open:
            look.note("Open: anybody who reaches this address sees everything.")
            return
        look.note(f"Signed in as <b>{plain(who.name)}</b>")
        if who.is_admin or who.viewing_as:
            _choose_whom(who)
        st.button("Sign out", key="sign out", icon=":material/logout:", type="tertiary", on_click=_sign_out)


def nobody_of_yours() -> None:
    """Nothing of this data is the reader's."""
    look.empty(
        "No account here is yours",
        "Your role names whose accounts you see, and no account of this data carries one of those names.",
        "Whoever keeps the roles of this server can mend that.",
    )


def _kept_out(who: Viewer) -> NoReturn:
    if who.standing not in (access.SIGNED_OUT, access.UNSET):
        _refused(who)
    look.html('<div class="hl-title"><h1>Headlight</h1></div>')
    if who.standing == access.SIGNED_OUT:
        _sign_in()
    elif who.standing == access.EXPOSED:
        look.empty(
            "Nobody can sign in here, so only this machine is answered",
            "Anybody who reaches this address would see every account. Open it on the server itself, or through a tunnel:",
            "<code>ssh -L 8501:127.0.0.1:8501 SERVER</code>",
            "To let others in, set up sign-in and roles in <code>.streamlit/secrets.toml</code> (the sections "
            "<code>auth</code> and <code>roles</code>; see README.md), then restart.",
        )
    elif who.standing == access.UNSET:
        look.empty(
            "Sign-in is not set up rightly", "Until it is, nobody is let in. The server’s log says what is wrong."
        )
    else:
        said = f"You are signed in as {plain(who.name)}" if who.name else "You are signed in without an e-mail address"
        why = {
            access.NO_ROLE: ("but have no role here", "Ask whoever keeps the roles of this server for one."),
            access.UNVERIFIED: (
                "but that address is not verified",
                "Verify it where you sign in, sign out here, and sign in again.",
            ),
        }[who.standing]
        look.empty(f"{said}, {why[0]}", why[1])
        st.button("Sign out", key="sign out", on_click=_sign_out)
    st.stop()


def _sign_in() -> None:
    """A button for each way in; mostly there is one."""
    for provider in access.providers():
        label = f"Sign in with {plain(provider)}" if provider else "Sign in"
        if st.button(label, key=f"sign in {provider or ''}", type="primary"):
            try:
                st.login(provider)
            except Exception as error:
                _log.error("nobody can sign in: %s", error)
                look.notice("Sign-in is not set up rightly. The server’s log says what is wrong.")


def _sign_out() -> None:
    """What was uploaded goes at once, not when the session ends."""
    if private.dataset():
        private.discard()
    access.view_as("")
    st.logout()


def _refused(who: Viewer) -> None:
    """Log a refusal, once a session."""
    refusal = (who.standing, who.name)
    if st.session_state.get(_REFUSED) != refusal:
        st.session_state[_REFUSED] = refusal
        _log.warning("a reader was kept out (%s): %s", who.standing, ascii(who.name[:200]))


def _as_another(who: Viewer) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="private-as"):
        look.html(f'<p class="hl-private"><b>You see what {plain(who.viewing_as)} sees.</b></p>')
        st.space("stretch")
        st.button("Back to what I see", key="view as myself", type="tertiary", on_click=access.view_as, args=("",))


def _choose_whom(who: Viewer) -> None:
    others = [email for email in access.people() if email.lower() != who.name.lower()]
    now = who.viewing_as if who.viewing_as in others else ""
    step.show(_CHOICE, now)

    def chosen() -> None:
        access.view_as(st.session_state[_CHOICE] or "")

    st.selectbox("See as", ["", *others], key=_CHOICE, format_func=lambda email: email or _MYSELF, on_change=chosen)
