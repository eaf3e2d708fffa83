"""Below the steps: every change of the shared data, and the way to take one back.

show        the log, newest first; an undo beside each import for who may publish
as_csv      the whole log as CSV that is safe to open in a spreadsheet
"""

import pandas as pd
import streamlit as st

from lib.errors import Refused
from lib.store.folder import Batch, Manifest, default_store, last_published, read_manifest
from lib.view import access, address, imports, look, numbers, tables
from lib.view.plain import plain
from lib.view.upload import change, difference, watching
from lib.view.upload.kinds import kind_name

N_SHOWN, N_LETTERS, N_TABLES = 6, 10, 4
MODES = {"insert": "new rows only", "replace": "in the place of earlier ones"}
WHY_GONE = "Only this import has them."
_UNDO = "the undo on its way"
_COMMANDS = ("import accounts.csv", "batches", "undo BATCH", "sample")


def show() -> None:
    """Every import of the shared store, those that were taken out too. For those who see all of it."""
    who = access.viewer()
    with st.container(key="upload-log"):
        if not who.scope.is_all:
            return
        look.html(difference.sheet())
        look.section("The shared data", "what was imported, newest first", place="log")
        manifest = _manifest()
        if manifest and manifest.log:
            _list(manifest)
        if access.may_publish():
            commands = " ".join(f"<code>.venv/bin/python -m lib {each}</code>" for each in _COMMANDS)
            look.html(
                f'<p class="hl-note">The same from the shell of this server:</p><p class="hl-commands">{commands}</p>'
            )


def as_csv(manifest: Manifest) -> bytes:
    """The whole log: every batch with the hashes of its files, who and when."""
    rows = [
        {
            "batch": each.batch,
            "source": each.source,
            "files": "; ".join(str(file.get("name")) for file in each.files),
            "file_hash": each.file_hash,
            "tables": "; ".join(table for table in each.tables if table != "heading"),
            **{name: getattr(each, name) for name in ("mode", "n_read", "n_kept", "n_refused", "n_merged")},
            **{name: getattr(each, name) for name in ("who", "received_at", "undone_by", "undone_at")},
        }
        for each in manifest.log
    ]
    return tables.csv_bytes(pd.DataFrame(rows))


def _manifest() -> Manifest | None:
    """The newest manifest of the shared store; None, and a word why, where there is none."""
    place = last_published(default_store())
    if place is None:
        look.note("There is no shared data yet.")
        return None
    try:
        return read_manifest(place)
    except (Refused, OSError, ValueError, TypeError):
        look.note("The list of imports cannot be read.")
        return None


def _list(manifest: Manifest) -> None:
    log = manifest.log[::-1]
    n_pages = -(-len(log) // N_SHOWN)
    page = min(int(st.session_state.get("log page") or 1), n_pages)
    opened = (address.read().get("batch") or [""])[-1]
    undo: change.Change | None = st.session_state.get(_UNDO)
    if undo and undo.job and undo.job.is_over:
        undo.settle()
        st.rerun()
    for batch in log[(page - 1) * N_SHOWN : page * N_SHOWN]:
        with st.container(key=f"batch-of-log-{batch.batch}", gap="xsmall"):
            _batch(batch, undo)
            imports.refused(batch, is_open=batch.batch == opened)
            with st.container():
                if undo and undo.batch == batch.batch and access.may_publish():
                    _undoing(undo)
    if n_pages > 1:
        st.pagination(n_pages, key="log page", max_visible_pages=5)
    _download()


def _batch(batch: Batch, undo: change.Change | None) -> None:
    counts = [f"{numbers.count(batch.n_read)} rows read", f"{numbers.count(batch.n_kept)} kept"]
    counts += [
        f"{numbers.count(n)} {said}" for n, said in ((batch.n_refused, "refused"), (batch.n_merged, "merged")) if n
    ]
    held = _few([kind_name(table) for table in batch.tables if table != "heading"])
    hashed = (
        f' · <code title="{plain(batch.file_hash)}">{plain(batch.file_hash[:N_LETTERS])}…</code>'
        if batch.file_hash
        else ""
    )
    undone = f"<br>Taken out by {plain(batch.undone_by)}, {_when(batch.undone_at)}" if batch.undone_at else ""
    mode = f'<span class="hl-tag">{MODES[batch.mode]}</span>' if batch.mode in MODES else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"batch-head-{batch.batch}"):
        look.html(
            f'<p class="hl-batch{" hl-undone" if batch.undone_at else ""}"><span class="hl-number">{plain(batch.batch)}</span>'
            f'<b>{plain(batch.source)}</b>{mode}<br><span class="hl-note">{_when(batch.received_at)} by {plain(batch.who)} · '
            f"{plain(held)} · {', '.join(counts)}{hashed}{undone}</span></p>"
        )
        if not batch.undone_at and access.may_publish():
            is_busy = bool(undo and undo.job and undo.is_making)
            st.button("Undo", key=f"undo {batch.batch}", icon=":material/undo:", type="tertiary", disabled=is_busy,
                      on_click=_look, args=(batch.batch,), help="See first what taking it out would change")  # fmt: skip


def _few(names: list[str]) -> str:
    return (
        ", ".join(names)
        if len(names) <= N_TABLES
        else f"{', '.join(names[: N_TABLES - 1])} and {len(names) - N_TABLES + 1} more"
    )


def _when(moment: str) -> str:
    return f"{plain(moment[:16].replace('T', ' '))} UTC"


def _look(batch: str) -> None:
    """Begin to find out what taking a batch out would change."""
    _drop()
    st.session_state[_UNDO] = undo = change.of_undo(batch)
    undo.look()


def _drop() -> None:
    if old := st.session_state.pop(_UNDO, None):
        old.end()


def _undoing(undo: change.Change) -> None:
    """What taking the batch out would change, and the way to do it; how far it is; that it was done."""
    if undo.made:
        look.html('<div class="hl-quiet"><b>It is out.</b><p>To bring it back, import its files again.</p></div>')
        return
    if undo.job:
        said = "Taking it out" if undo.is_making else "Looking at what would change"
        watching.show(undo.job, said, key="undo cancel")
        return
    if undo.trouble:
        look.notice(plain(undo.trouble))
    if not undo.seen:
        return
    with st.container(border=True, key="undo-seen"):
        if undo.is_stale:
            look.notice("Somebody published meanwhile, so nothing was done. This is what would change now.")
        difference.show(undo.seen, "undo", WHY_GONE)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(f"Take batch {plain(undo.batch)} out", key="undo make", type="primary", icon=":material/undo:",
                      on_click=undo.make)  # fmt: skip
            st.button("Leave it in", key="undo not", on_click=_drop)
            look.note("Everybody sees it at once. To bring it back, import its files again.")


def _download() -> None:
    who = access.viewer()

    def whole() -> bytes:
        if not access.scope_now(who).is_all:  # a role may have ended since the button was drawn
            raise Refused("You may not see the log any more.")
        return as_csv(read_manifest(last_published(default_store())))

    st.download_button("Download the log", data=whole, file_name="imports.csv", mime="text/csv", key="log download",
                       icon=":material/download:", type="tertiary", on_click="ignore")  # fmt: skip
