"""Files too large for the page's box: the reader's browser asks for leave, sends the file to disk, and says that it is there.

show      a box for them, below the page's own; it takes from that, too, what is too large for it
is_busy   whether one is on its way
arrived   take files that came into the upload
most      bytes the page's own box takes
"""

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import streamlit as st

from lib.view import access, look, numbers, private
from lib.view.desk import safe_name
from lib.view.upload import tickets
from lib.view.upload.state import Upload, current

KEY = "upload large"
EVERY = 2  # seconds between two looks at what is on its way
SPARE = 1 << 30  # bytes of disk that are left to others


def show(upload: Upload, endings: list[str], limit: int) -> None:
    """The box for large files. Together with those that are there they have at most `limit` bytes."""

    def told() -> None:
        words = st.session_state[KEY].get("words")
        if isinstance(words, dict):
            _told(current(), words, endings, limit)

    ticket = upload.ticket if is_busy(upload) else None
    _box()(
        key=KEY,
        data={
            "path": tickets.where(),
            "ticket": ticket and ticket.token,
            "number": upload.n_asked,
            "said": upload.answer,
            "came": upload.came,
            "most": most(),
            "limits": f"Over {numbers.count(most() >> 20)} MB, up to {size(limit)}: it goes to this server’s disk piece by piece. "
            "Or drop it in the box above.",
        },
        on_words_change=told,
    )
    if ticket:
        _watch(upload)


def is_busy(upload: Upload) -> bool:
    """Whether a large file is on its way, or may come."""
    return upload.ticket is not None and upload.ticket.is_open


def arrived(upload: Upload) -> None:
    """Take a file that came into the upload, as if it had been dropped in the page's own box."""
    ticket = upload.ticket
    if ticket and not ticket.is_open:
        upload.ticket = None
        if ticket.state == "whole":
            upload.files[ticket.name], upload.came = ticket.file, ticket.token


def most() -> int:
    """Bytes the page's own box takes; it holds them in memory."""
    return int(st.get_option("server.maxUploadSize")) << 20


def size(n_bytes: int) -> str:
    """A size in whole or tenth units of 1,024: 5 GB, 1.5 GB, 700 MB."""
    unit, name = (1 << 30, "GB") if n_bytes >= 1 << 30 else (1 << 20, "MB")
    return f"{n_bytes / unit:.3g} {name}"


@st.fragment(run_every=EVERY)
def _watch(upload: Upload) -> None:
    """Say that others are before it; go on when it is there, whether or not the browser said so."""
    if not is_busy(upload):
        st.rerun()
    if upload.ticket.is_waiting:
        look.note("Waiting in line: other readers’ large files are on their way, and this one begins after them.")


def _told(upload: Upload, words: dict, endings: list[str], limit: int) -> None:
    """What the browser says: that one ended, and which it would send now. A callback runs before the page's own gate."""
    if not access.viewer().is_in:
        return
    if upload.ticket and words.get("ended") == upload.n_asked:
        if upload.ticket.is_open:
            upload.ticket.void()  # cancelled, or broken on the way
        arrived(upload)
    if not words.get("name"):
        return
    if is_busy(upload):
        upload.ticket.void()
    upload.n_asked, upload.ticket, upload.answer = int(words["number"]), None, ""
    name, n_bytes = str(words["name"]), max(0, int(words["size"]))
    upload.answer = _refusal(upload, name, n_bytes, endings, limit)
    if not upload.answer:
        upload.place = upload.place or private.desk().place()
        upload.ticket = tickets.issue(safe_name(name, upload.files), upload.place, n_bytes)
        private.desk().ends_with(upload.ticket.void)


def _refusal(upload: Upload, name: str, n_bytes: int, endings: list[str], limit: int) -> str:
    """Why a file is not worth sending; empty where it is."""
    if name.rpartition(".")[2].lower() not in endings:
        return f"Files of this kind cannot be read here. Those that can end in {', '.join(f'.{each}' for each in endings)}."
    there = sum(path.stat().st_size for path in upload.files.values())
    if there + n_bytes > limit:
        subject = "Together the files are" if there else "The file is"
        return f"{subject} larger than {size(limit)}. Export fewer columns or a shorter period."
    if n_bytes + SPARE > shutil.disk_usage(upload.place or private.desk().folder).free:
        return "There is not enough room left on this server’s disk for the file."
    return ""


@cache
def _box() -> Callable:
    html, css, js = (Path(__file__).with_name(f"large.{kind}").read_text("utf-8") for kind in ("html", "css", "js"))
    return st.components.v2.component("headlight_large_files", html=html, css=css, js=js)
