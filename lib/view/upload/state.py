"""Where an upload stands: its files, its sheets, what the reader said of them, what came of it. Kept with the session.

Upload        the whole of it
Sheet         one table of a file, as it was recognised and as the reader has it
current       the upload of this session
begin_anew    forget it and start with no files; for callbacks
fingerprint   names exports with the same columns
remember      keep how sheets are read, for the next export with the same columns
recall        read a sheet as the last one with the same columns was
SKIP, PLAIN   a sheet or column that is left out, a column kept as it is
"""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from lib.book import say_day
from lib.store.ingest.fields import PLAIN, SKIP
from lib.store.ingest.formats import BETWEEN
from lib.view import access, written
from lib.view.jobs import Job
from lib.view.upload.change import Change
from lib.view.upload.tickets import Ticket
from lib.workspace import mappings

_UPLOAD = "the upload"
_KIND = "upload"  # of mapping that is kept
_READINGS = ("delimiter", "encoding", "decimal", "time_zone")


@dataclass
class Sheet:
    """One table of a file. `kind`, `map` and what follows begin as recognised, or as last time, and are the reader's to change."""

    file: str  # as recognition named it: the key of the plan
    recognised: str
    confidence: float
    fields: tuple[str, ...]
    mapping: dict[str, str]  # header -> field, as found for the kind `found_as`
    dialect: dict[str, object]
    problems: tuple[str, ...]
    samples: dict[str, list]
    rivals: tuple[str, ...]  # what else it may be
    kind: str = ""
    found_as: str = ""
    map: dict[str, str] = field(
        default_factory=dict
    )  # header -> field, for the kind it is; absent: found when it is read
    date_order: dict[str, str] = field(default_factory=dict)
    readings: dict[str, str] = field(
        default_factory=dict
    )  # delimiter, encoding, decimal, time_zone: what the reader said
    is_remembered: bool = False
    remembered: str = ""  # whose reading it is and since when, in words; text from data

    @classmethod
    def of(cls, found: Mapping) -> "Sheet":
        """A sheet from what `recognise` says of it."""
        kind = str(found.get("table") or SKIP)
        mapping = {str(header): str(name) for header, name in (found.get("mapping") or {}).items()}
        return cls(
            file=str(found["file"]),
            recognised=kind,
            confidence=float(found.get("confidence") or 0),
            fields=tuple(found.get("fields") or ()),
            mapping=mapping,
            dialect=dict(found.get("dialect") or {}),
            problems=tuple(map(str, found.get("problems") or ())),
            samples={str(header): list(values or ()) for header, values in (found.get("samples") or {}).items()},
            rivals=tuple(
                str(each["table"] if isinstance(each, Mapping) else each[0]) for each in found.get("rivals") or ()
            ),
            kind=kind,
            found_as=kind,
            map=dict(mapping),
        )

    def is_in(self, name: str) -> bool:
        """Whether it is the uploaded file `name`, or a sheet or member of it: “q3.xlsx › Accounts”."""
        return self.file == name or self.file.startswith(f"{name}{BETWEEN}")

    def becomes(self, kind: str) -> None:
        """The reader says what the sheet is. Its columns are found anew for another kind, at the latest when it is read."""
        self.kind = kind
        self.map = dict(self.mapping) if kind == self.found_as else {}

    def looked_at_again(self, found: "Sheet") -> None:
        """Take over what was found now that the reader has said what it is, or how it is written."""
        self.found_as, self.mapping, self.map = self.kind, found.mapping, dict(found.mapping)
        self.fields, self.dialect = found.fields, found.dialect
        self.problems, self.samples = found.problems, found.samples

    def doubles(self) -> dict[str, list[str]]:
        """Fields that more than one column would become, each with those columns."""
        found: dict[str, list[str]] = {}
        for header, name in self.map.items():
            if name not in (SKIP, PLAIN):
                found.setdefault(name, []).append(header)
        return {name: headers for name, headers in found.items() if len(headers) > 1}

    def plan(self) -> dict:
        """What the import is told of this sheet."""
        if self.kind == SKIP:
            return {"as": SKIP}
        said = {name: self.readings[name] for name in _READINGS if self.readings.get(name)}
        return {"as": self.kind, "map": dict(self.map), "date_order": dict(self.date_order), **said}


@dataclass
class Upload:
    """An upload on its way: step by step, and back."""

    step: str = "files"  # files, recognising, sheets, importing, result
    place: Path | None = None  # the folder of its files
    files: dict[str, Path] = field(default_factory=dict)  # name as people know it -> where it lies
    sheets: list[Sheet] = field(default_factory=list)
    job: Job | None = None
    asked: Sheet | None = None  # the one sheet the child at work looks at again
    store: Path | None = None  # where the import at work publishes
    skips_refused: bool = False
    fixes: dict[str, dict[tuple[int, str], str]] = field(default_factory=dict)  # file -> (row, column) -> value
    report: dict | None = None
    n_reports: int = 0  # names the editors of this report: those of another begin anew
    trouble: str = ""  # why there is no result; text from data
    n_drops: int = 0  # names the box files are dropped in: an emptied one is another
    ticket: Ticket | None = None  # leave for the large file that is on its way
    n_asked: int = 0  # names the large file the browser last asked leave for
    answer: str = ""  # why it got none
    came: str = ""  # the ticket of the last one that came
    mode: str = "update"  # what becomes of known rows of the shared data where the upload is published
    change: Change | None = None  # the publishing of it, on its way

    def plan(self) -> dict:
        """What the import is told of all sheets, mended cells included."""
        plan = {sheet.file: sheet.plan() for sheet in self.sheets}
        for file, cells in self.fixes.items():
            fixes = [{"row": row, "column": column, "value": value} for (row, column), value in cells.items()]
            plan.setdefault(file, {})["fixes"] = fixes
        return plan

    def shelve(self) -> None:
        """Let go of a publishing that is on its way."""
        if self.change:
            self.change.end()
        self.change = None

    def back_to(self, step: str) -> None:
        """Go back a step; what was said stays."""
        self.step, self.trouble = step, ""


def current() -> Upload:
    """The upload of this session; a new one where its files are gone."""
    found: Upload | None = st.session_state.get(_UPLOAD)
    if found is None or (found.place and not found.place.is_dir()):
        found = st.session_state[_UPLOAD] = Upload()
    return found


def begin_anew() -> None:
    """Forget the upload and start with no files. A dataset that came of it stays."""
    old = current()
    if old.job:
        old.job.cancel()
    old.shelve()
    if old.ticket:
        old.ticket.void()
    if old.place:
        shutil.rmtree(old.place, ignore_errors=True)
    st.session_state[_UPLOAD] = Upload()


def fingerprint(sheet: Sheet) -> str:
    """Names exports with the same columns, in whatever order, recognised as the same kind; tells nothing of the columns."""
    return hashlib.sha256(json.dumps([sheet.recognised, *sorted(sheet.mapping)]).encode()).hexdigest()


def remember(sheets: Sequence[Sheet]) -> None:
    """Keep how these sheets are read for the next export with the same columns: as places of columns, not as their names.

    The files are the reader's alone; what is kept of them, in the workspace, says nothing to who lacks such a file.
    """
    for sheet in sheets:
        if (sheet.kind, sheet.map, sheet.date_order, sheet.readings) == (sheet.recognised, sheet.mapping, {}, {}):
            continue
        place = {header: str(at) for at, header in enumerate(sorted(sheet.mapping))}
        said = {
            "kind": sheet.kind,
            "map": {place[header]: name for header, name in sheet.map.items() if header in place},
            "date_order": {place[header]: order for header, order in sheet.date_order.items() if header in place},
            "readings": dict(sheet.readings),
        }
        key = fingerprint(sheet)
        written.quietly(
            lambda key=key, said=said: mappings.remember(written.workspace(), key, _KIND, said, **written.reader())
        )


def recall(sheet: Sheet) -> Sheet:
    """The sheet, read as the last one with the same columns was: by this reader, or where nobody signs in by anybody.

    A column that somebody else skipped or renamed would be missing from the reader's own data without a word.
    """
    is_open = access.viewer().is_open
    found = written.quietly(
        lambda: mappings.recall(written.workspace(), fingerprint(sheet), _KIND, who=written.who(), is_shared=is_open)
    )
    if found:
        said, headers = found.mapping, sorted(sheet.mapping)
        sheet.kind, sheet.is_remembered = said["kind"], True
        whose = "somebody" if found.who == "everyone" else "you" if found.who == written.who() else found.who
        sheet.remembered = f"as {whose} read such a file on {say_day(found.on.date())}"
        sheet.map = {headers[int(at)]: name for at, name in said["map"].items()}
        sheet.date_order = {headers[int(at)]: order for at, order in said["date_order"].items()}
        sheet.readings = dict(said["readings"])
    return sheet
