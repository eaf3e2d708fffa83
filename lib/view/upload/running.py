"""A child at work for the reader: how far it is, Cancel, and what follows when it is done.

recognise    begin to find out what the files are
look_again   begin to find the columns of one sheet, now that the reader has said what it is
import_all   begin to read them into a store of their own
show         the screen meanwhile

Each begins nothing for a reader who may see nothing by now: a click on a page that was drawn before comes here first.
"""

import json
import shutil
from pathlib import Path

import streamlit as st

from lib.view import access, jobs, private
from lib.view.private import Dataset
from lib.view.upload import watching
from lib.view.upload.state import SKIP, Sheet, Upload, recall, remember

_ODD = "The files were read, but what came of it cannot be understood. Nothing was kept; try again."


def recognise(upload: Upload) -> None:
    """Begin to find out what the files are."""
    if not access.viewer().is_in:
        return
    _begin(
        upload,
        "recognising",
        ["recognise", *map(str, upload.files.values()), "--format", "json"],
        private.desk().place(),
    )


def look_again(upload: Upload, sheet: Sheet) -> None:
    """Begin to find the columns of one sheet, now that the reader has said what it is or how it is written."""
    if not access.viewer().is_in:
        return
    place = private.desk().place()
    plan = {name: value for name, value in sheet.plan().items() if name not in ("map", "date_order")}
    (place / "plan.json").write_text(json.dumps({sheet.file: plan}), encoding="utf-8")
    paths = [str(path) for name, path in upload.files.items() if sheet.is_in(name)]
    arguments = ["recognise", *paths, "--plan", str(place / "plan.json"), "--format", "json"]
    _begin(upload, "recognising", arguments, place)
    upload.asked = sheet


def import_all(upload: Upload, *, skips_refused: bool = False) -> None:
    """Begin to read the files as the plan says, into a store of their own."""
    if not access.viewer().is_in:
        return
    remember(upload.sheets)
    place, upload.store = private.desk().place(), private.new_store()
    (place / "plan.json").write_text(json.dumps(upload.plan()), encoding="utf-8")
    arguments = ["import", *map(str, upload.files.values()), "--plan", str(place / "plan.json")]
    arguments += ["--store", str(upload.store), "--report", str(place / "report.json")]
    _begin(upload, "importing", [*arguments, *(["--skip-refused"] if skips_refused else [])], place)


def show(upload: Upload) -> None:
    """How far the child is; the next screen when it is done."""
    if upload.job is None:
        upload.back_to("files")
        st.rerun()
    if upload.job.is_over:
        _done(upload)
        st.rerun()
    usual = "Finding out what the files are" if upload.step == "recognising" else "Reading your files"
    watching.show(upload.job, usual, key="upload cancel")


def _begin(upload: Upload, step: str, arguments: list[str], place: Path) -> None:
    desk = private.desk()
    if upload.job:
        upload.job.cancel()
    upload.shelve()
    upload.job = jobs.start(arguments, place)
    desk.ends_with(upload.job.cancel)
    upload.step, upload.trouble, upload.asked = step, "", None


def _done(upload: Upload) -> None:
    """What follows the child's end: the next step, or the last one with the reason."""
    job, upload.job = upload.job, None
    if upload.step == "recognising":
        _recognised(upload, job)
    else:
        _imported(upload, job)
    shutil.rmtree(job.place, ignore_errors=True)


def _recognised(upload: Upload, job: jobs.Job) -> None:
    found = job.answer() if job.state == "done" else None
    try:
        sheets = [Sheet.of(each) for each in found or ()]
    except (TypeError, ValueError, KeyError, AttributeError):
        sheets = []
    if upload.asked:
        asked, upload.asked, upload.step = upload.asked, None, "sheets"
        upload.trouble = "" if sheets else job.sentence()
        for sheet in sheets:
            if sheet.file == asked.file:
                asked.looked_at_again(sheet)
        return
    if not sheets:
        upload.step, upload.trouble = "files", _ODD if job.state == "done" else job.sentence()
        return
    known = {(old.file, tuple(old.mapping)): old for old in upload.sheets}
    upload.sheets = [known.get((sheet.file, tuple(sheet.mapping))) or recall(sheet) for sheet in sheets]
    upload.step = "sheets"


def _imported(upload: Upload, job: jobs.Job) -> None:
    try:
        report = json.loads((job.place / "report.json").read_bytes())
    except (OSError, ValueError):
        report = None
    if job.state == "done" and report and report.get("is_whole"):
        names = tuple(name for name in upload.files if any(s.is_in(name) and s.kind != SKIP for s in upload.sheets))
        private.put(Dataset(upload.store, names or tuple(upload.files)))
    else:
        shutil.rmtree(upload.store, ignore_errors=True)
    if job.state in ("done", "refused") and report and (report.get("files") or report.get("is_whole")):
        upload.report, upload.step = report, "result"
        upload.n_reports += 1
        return
    said = str((report or {}).get("message") or "") if job.state == "refused" else ""
    upload.trouble = said or (_ODD if job.state == "done" else job.sentence())
    upload.step = "result" if upload.report and job.state == "cancelled" else "sheets"
