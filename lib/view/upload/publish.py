"""Step 4, for who may publish: what was uploaded becomes data of everybody, after a look at what that would change.

show    the section of the result step; nothing for who may not
"""

import streamlit as st

from lib.store.folder import MODES, current, default_store
from lib.view import access, look, numbers, private, rooms
from lib.view.plain import plain
from lib.view.upload import change, difference, meets, watching
from lib.view.upload.sheets import without_flags
from lib.view.upload.state import SKIP, Upload

CALLED = {"update": "Update them", "insert": "Leave them as they are", "replace": "Replace all there is"}
WHY_GONE = {
    "replace": "These files do not hold them, and “Replace all there is” leaves out what earlier files said.",
}
_MODE = "publish mode"


def show(upload: Upload) -> None:
    """How to treat rows that are known, what would change, and the way to publish it."""
    with st.container(key="upload-publish"):  # always there: what comes and goes must not move what stands below it
        if access.may_publish() and upload.report and upload.report.get("is_whole"):
            _section(upload)


def _section(upload: Upload) -> None:
    now = upload.change
    if now and now.job and now.job.is_over:
        now.settle()
    if now and now.made and not change.is_in(now.made):  # it was taken out since
        upload.shelve()
        now = None
    look.section("Publish for everyone", "until then, only you see what you brought", place="publish")
    if now and now.made:
        _published(now)
        return
    if now and now.job:
        watching.show(now.job, "Publishing" if now.is_making else "Looking at what would change", key="publish cancel")
        return
    if now and now.trouble:
        look.notice(plain(without_flags(now.trouble)))
    _how(upload)
    if not (now and now.seen):
        st.button(
            "See what would change", key="publish look", icon=":material/difference:", on_click=_look, args=(upload,)
        )
    elif now.seen.get("same_as"):
        _in_already(now.seen["same_as"])
    elif not now.seen.get("is_whole"):
        _refused(upload)
    else:
        _seen(upload)


def _how(upload: Upload) -> None:
    """What becomes of rows that are known already, by their account, contract, ticket and so on."""
    if current(default_store()) is None:
        look.note("There is no shared data yet: this would be the first.")
        return

    def chosen() -> None:
        upload.shelve()
        upload.mode = st.session_state[_MODE]

    st.radio(
        "Rows that everybody’s data knows already",
        list(MODES),
        index=list(MODES).index(upload.mode),
        key=_MODE,
        format_func=CALLED.get,
        captions=[f"{said[0].upper()}{said[1:]}." for said in MODES.values()],
        on_change=chosen,
    )


def _look(upload: Upload, *, skips_refused: bool = False) -> None:
    """Begin to find out what publishing would change."""
    read = [sheet for sheet in upload.sheets if sheet.kind != SKIP]
    files = [path for name, path in upload.files.items() if any(sheet.is_in(name) for sheet in read)]
    upload.shelve()
    upload.change = change.of_upload(
        files, upload.plan(), upload.mode, skips_refused=skips_refused or upload.skips_refused
    )
    upload.change.look()


def _seen(upload: Upload) -> None:
    now = upload.change
    with st.container(border=True, key="publish-seen"):
        if now.is_stale:
            look.notice("Somebody published meanwhile, so nothing was done. This is what would change now.")
        difference.show(now.seen, "publish", WHY_GONE.get(upload.mode, ""))
        if now.seen.get("matches") != upload.report.get("matches"):  # the shared accounts are known to them, too
            meets.show(now.seen)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button("Publish", key="publish make", type="primary", icon=":material/publish:", on_click=now.make)
            st.button("Not now", key="publish not", on_click=upload.shelve)
            look.note("Everybody sees it at once. It is one entry of the log below, and can be undone there.")


def _in_already(same: dict) -> None:
    look.html(
        f'<div class="hl-quiet"><b>These files are in already, as batch {plain(same.get("batch"))}: there is nothing to '
        f"do.</b><p>Published by {plain(same.get('who'))} at {plain(str(same.get('received_at'))[:16].replace('T', ' '))} "
        "UTC.</p></div>"
    )


def _refused(upload: Upload) -> None:
    """Rows that can be read by themselves, but not beside what is there."""
    files = upload.change.seen.get("files") or ()
    n = sum(int(each.get("n_refused") or 0) for each in files)
    look.notice(f"{numbers.plural(n, 'row')} cannot be read beside the data that is there. Nothing was changed.")
    for each in files:
        for count in each.get("refused_counts") or ():
            look.note(
                f"<b>{plain(count.get('column'))}</b>: {plain(count.get('reason'))} · "
                f"{numbers.plural(int(count.get('n') or 0), 'cell')} in {plain(each.get('file'))}"
            )
    st.button(
        "See what would change without them",
        key="publish skip",
        icon=":material/playlist_remove:",
        on_click=_look,
        args=(upload,),
        kwargs={"skips_refused": True},
    )


def _published(now: change.Change) -> None:
    look.html(
        f'<div class="hl-quiet"><b>Published as batch {plain(now.made)}.</b><p>Everybody sees it now. Undo is in the log '
        "below. Your upload stays aside, for you, until you discard it.</p></div>"
    )
    if private.is_on():
        st.button("Show the shared data", key="publish shared", icon=":material/groups:", on_click=private.leave)
        return
    with st.container(horizontal=True, gap="small"):
        for room in [room for group in rooms.ROOMS.values() for room in group if room != rooms.UPLOAD][:2]:
            st.page_link(room.file, label=f"{room.title} ›", icon=room.icon)
