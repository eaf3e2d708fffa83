"""Step 1: files dropped on the page go to the reader's own folder on disk, then are recognised.

show   the box for files, and those that are there already
save   put one uploaded file on disk, in pieces
"""

import secrets
import shutil
from pathlib import Path
from typing import BinaryIO

import streamlit as st

from lib.view import look, numbers, private
from lib.view.desk import safe_name
from lib.view.plain import plain
from lib.view.upload import large, running, tickets
from lib.view.upload.state import Upload

ENDINGS = ["csv", "tsv", "txt", "xlsx", "parquet", "gz", "zip", "jsonl"]
MOST_FILES, MOST_BYTES = 40, 2 << 30
PIECE = 1 << 20


def show(upload: Upload) -> None:
    """The box for files, and those that are there already."""
    large.arrived(upload)
    if upload.trouble:
        look.notice(plain(upload.trouble))
    if upload.files:
        _there(upload)
    dropped = st.file_uploader(
        "More files" if upload.files else "Your files",
        type=ENDINGS,
        accept_multiple_files=True,
        key=f"upload drop {upload.n_drops}",
        help=_help(),
    )
    if tickets.where():
        large.show(upload, ENDINGS, _most_bytes())
    look.note(
        "CSV, TSV, text, Excel (.xlsx), Parquet or JSON lines, also packed as .gz or .zip. One file with a row per account is "
        "enough; add contracts, tickets or usage events and they are joined by the account’s id."
    )
    too_many = _too_many(upload, dropped)
    if too_many:
        look.notice(too_many)
    said = "Look at it" if len(upload.files) + len(dropped) == 1 else "Look at them"
    can_go_on = bool(dropped or upload.files) and not too_many and not large.is_busy(upload)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(said, key="upload look", type="primary", disabled=not can_go_on):
            _take(upload, dropped)
            running.recognise(upload)
            st.rerun()
    if not upload.files:
        _promise()


def save(source: BinaryIO, into: Path) -> None:
    """Put one uploaded file on disk, in pieces; nobody but this server's user can read it."""
    source.seek(0)
    with into.open("xb") as target:
        into.chmod(0o600)
        shutil.copyfileobj(source, target, PIECE)


def _take(upload: Upload, dropped: list) -> None:
    """Put the dropped files on disk and let the server's memory go of them."""
    upload.place = upload.place or private.desk().place()
    for each in dropped:
        name = safe_name(each.name, upload.files)
        folder = upload.place / secrets.token_urlsafe(12)
        folder.mkdir(mode=0o700)
        save(each, folder / name)
        upload.files[name] = folder / name
    _forget([each.file_id for each in dropped])
    upload.n_drops += 1


def _forget(ids: list[str]) -> None:
    """Let Streamlit go of files it would hold in memory until the session ends."""
    from streamlit import runtime
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx()
    if runtime.exists() and context:
        for each in ids:
            runtime.get_instance().uploaded_file_mgr.remove_file(context.session_id, each)


def _there(upload: Upload) -> None:
    for number, (name, path) in enumerate(upload.files.items()):
        with st.container(horizontal=True, vertical_alignment="center", key=f"upload-file-{number}"):
            look.html(
                f'<p class="hl-said"><b>{plain(name)}</b> <span class="hl-note">{_size(path.stat().st_size)}</span></p>'
            )
            st.space("stretch")
            st.button("Remove", key=f"upload remove {number}", type="tertiary", on_click=_remove, args=(upload, name))


def _remove(upload: Upload, name: str) -> None:
    shutil.rmtree(upload.files.pop(name).parent, ignore_errors=True)
    upload.sheets = [sheet for sheet in upload.sheets if not sheet.is_in(name)]


def _too_many(upload: Upload, dropped: list) -> str:
    n_bytes = sum(path.stat().st_size for path in upload.files.values()) + sum(each.size for each in dropped)
    if len(upload.files) + len(dropped) > MOST_FILES:
        return f"At most {MOST_FILES} files at once; remove some, or pack them as one .zip."
    if n_bytes > _most_bytes():
        return f"Together the files are larger than {large.size(_most_bytes())}; bring fewer, or import them from the shell."
    return ""


def _most_bytes() -> int:
    """How large the files may be together: without a way past the server's memory, less."""
    return tickets.most_bytes() if tickets.where() else min(MOST_BYTES, tickets.most_bytes())


def _help() -> str:
    if tickets.where():
        most = large.size(_most_bytes())
        return f"Files larger than the box says, up to {most} together, go to this server’s disk piece by piece."
    return "Each file may be as large as the box says. Larger ones are imported from the shell: `python -m lib import FILE`."


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:,.1f} MB" if n_bytes >= 1e5 else f"{numbers.count(max(1, round(n_bytes / 1e3)))} KB"


def _promise() -> None:
    look.html(
        '<div class="hl-promise"><p><b>Only you see it.</b> Your files are read into a place of their own on this server, for '
        "this tab. The shared data does not change, and no other reader meets a row or a name of yours.</p>"
        "<p><b>It goes when you go.</b> Discard it, close the tab or reload the page, and files and answers are removed. "
        "Nothing is sent anywhere else.</p></div>"
    )
