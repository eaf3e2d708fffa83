"""A change of the shared data on its way: looked at in a dry run, then made, each by a child process.

Change     what is asked for, what it would do, what came of it
of_upload  the publishing of an upload
of_undo    the undo of a batch
is_in      whether a batch is part of the shared data
"""

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock

from lib.errors import Refused
from lib.store.folder import Manifest, default_store, last_published, read_manifest, sweep_incoming
from lib.view import access, jobs, private

_ODD = "What would change cannot be understood. Nothing was changed; try again."


@dataclass
class Change:
    """An import into the shared data, or an undo. Who may not publish cannot begin either: it is asked at every beginning."""

    act: tuple[str, ...]  # of the shell: import and its files, or undo and its batch
    plan: dict | None = None  # how the files are read
    job: jobs.Job | None = None
    is_making: bool = False  # whether the child makes the change, or looks what it would be
    seen: dict | None = None  # what it would do
    is_stale: bool = False  # whether that is another thing than the reader saw first
    made: str = ""  # the batch that was published or taken out
    trouble: str = ""  # why it was not; text from data
    _alone: RLock = field(default_factory=RLock, repr=False, compare=False)  # two clicks may be at work at once

    @property
    def batch(self) -> str:
        """The batch an undo takes out; empty of an import."""
        return self.act[1] if self.act[0] == "undo" else ""

    def look(self) -> None:
        """Begin to find out what it would do."""
        with self._alone:
            self.is_stale, self.seen = False, None
            self._begin("--dry-run")

    def make(self) -> None:
        """Begin to make it: just what was seen, or nothing."""
        with self._alone:
            if not self.job and self.seen and self.seen.get("expects"):  # a second click makes nothing twice
                self._begin(f"--expects={self.seen['expects']}")

    def end(self) -> None:
        """End what is at work."""
        if self.job:
            self.job.cancel()

    def settle(self) -> None:
        """Take in what came of a child that is over; once."""
        with self._alone:
            if self.job and self.job.is_over:
                self._settle()

    def _settle(self) -> None:
        job, self.job = self.job, None
        try:
            report = json.loads((job.place / "report.json").read_bytes())
        except (OSError, ValueError):
            report = {}
        shutil.rmtree(job.place, ignore_errors=True)
        (self._made if self.is_making else self._looked)(job, report)

    def _begin(self, how: str) -> None:
        """All that may be stopped by another click is asked for first: a child that runs is known here, and ends with the desk."""
        try:
            who, desk = access.publisher(), private.desk()
        except Refused as refusal:
            self.end()
            self.job, self.seen, self.trouble = None, None, str(refusal)
            return
        self.end()
        self.job, self.trouble = None, ""
        self.is_making = how != "--dry-run"
        place, store = desk.place(), default_store()
        arguments = [*self.act, how, f"--who={who}"]
        arguments += [f"--store={store.absolute()}", f"--report={place / 'report.json'}"]
        if self.plan is not None:
            (place / "plan.json").write_text(json.dumps(self.plan), encoding="utf-8")
            arguments += [f"--plan={place / 'plan.json'}", f"--work={place}"]
        # of what a child that was ended had laid in the store nothing stays
        self.job = jobs.start(arguments, place, afterwards=lambda: sweep_incoming(store))
        desk.ends_with(self.job.cancel)

    def _looked(self, job: jobs.Job, report: dict) -> None:
        is_told = report.get("same_as") or "changes" in report or report.get("files")
        if job.state in ("done", "refused") and is_told and not report.get("message"):
            self.seen = report
        else:
            self.trouble = _why_not(job, report)

    def _made(self, job: jobs.Job, report: dict) -> None:
        if report.get("refused_as") == "Stale":
            self.look()
            self.is_stale = True
        elif self._came_in():
            self.made, self.seen = self.batch or self.seen["batch"]["batch"], None
        else:
            self.trouble = _why_not(job, report)

    def _came_in(self) -> bool:
        """Whether the data holds the change: a child that was ended may have made it just before."""
        if self.batch:
            return self.batch in [each.batch for each in _shared().undone]
        return is_in(self.seen["batch"]["batch"], self.seen["batch"]["file_hash"])


def _why_not(job: jobs.Job, report: dict) -> str:
    said = str(report.get("message") or "") if job.state == "refused" else ""
    return said or (_ODD if job.state == "done" else job.sentence())


def is_in(batch: str, file_hash: str | None = None) -> bool:
    """Whether a batch, of these files where they are named, is part of the shared data."""
    return any(each.batch == batch and file_hash in (None, each.file_hash) for each in _shared().batches)


def _shared() -> Manifest:
    """What the shared data is made of."""
    newest = last_published(default_store())
    return read_manifest(newest) if newest else Manifest("", "", (), {})


def of_upload(files: list[Path], plan: dict, mode: str, *, skips_refused: bool) -> Change:
    """The publishing of these files, read as the plan says; `mode` is one of lib.store.folder.MODES."""
    skips = ("--skip-refused",) if skips_refused else ()
    return Change(("import", *map(str, files), f"--mode={mode}", *skips), plan)


def of_undo(batch: str) -> Change:
    """The undo of a batch."""
    return Change(("undo", batch))
