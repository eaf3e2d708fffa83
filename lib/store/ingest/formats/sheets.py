"""Which tables does a file hold? Each as a text file that the engine can read, under the name people know it by.

Sheet    one table: its name, where its text is, what it came from, and what must be said of it
sheets   all of a file: itself when it is text, else CSV files in a new folder inside the work folder

Whole or nothing: where anything is refused, what was written is removed. Nothing is ever written under a name out of an
archive. To be run in a child process with a memory limit: the readers of workbooks and Parquet are native code.
"""

import errno
import re
import shutil
import tempfile
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from lib.errors import Refused
from lib.store.ingest.formats import columnar, unpack, workbook
from lib.store.ingest.formats import kind as kinds
from lib.store.ingest.formats.unpack import Budget
from lib.store.ingest.limits import DEFAULTS, Limits

BETWEEN = " › "  # the name of a file and of what is inside it


@dataclass(frozen=True)
class Sheet:
    """One table of a file."""

    name: str  # as people see it: "q3.xlsx › Accounts", "exports.zip › tickets.csv", "accounts.csv"
    path: Path  # CSV text: the file itself where it is text, else generated in the work folder
    format: str  # what it came from: text, workbook, parquet or json
    notes: tuple[str, ...] = ()  # what was left out, as sentences; an archive's stand on its first sheet


class _Place:
    """Where one import writes: a folder of its own, generated names, a budget of bytes."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self.folder, self.limits, self.budget = folder, limits, Budget(limits)
        self._numbers = count(1)

    def new(self, suffix: str) -> Path:
        return self.folder / f"{next(self._numbers):04}{suffix}"


def sheets(path: Path, work: Path, limits: Limits = DEFAULTS) -> tuple[Sheet, ...]:
    """The tables of the file `path`; refuses a file that has none, is damaged, or is beyond a limit."""
    path, work = Path(path), Path(work)
    if not path.is_file():
        raise Refused(f"There is no file {path}.")
    limits.check("file_bytes", path.stat().st_size, path.name)
    folder = Path(tempfile.mkdtemp(dir=work, prefix="sheets-")).resolve()
    try:
        found = tuple(_of_file(path, path.name, _Place(folder, limits), within=()))
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, MemoryError):
            raise Refused(
                f"{path.name} needs more memory than an import may take. Save it as CSV, or split it."
            ) from None
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise Refused(f"The disk is full: {path.name} cannot be unpacked. Free some room and try again.") from None
        raise
    if not any(folder.iterdir()):
        folder.rmdir()
    return found


def _of_file(path: Path, name: str, place: _Place, within: tuple[str, ...]) -> list[Sheet]:
    """The tables of a file as given, or of one that came out of the archives `within`."""
    kind = kinds.kind_of(path, name)
    told = kinds.misnamed(name, kind)
    notes = (told,) if told else ()
    if kind in within or (kind == "zip" and within):
        raise Refused(f"{name} is an archive inside an archive. Unpack the outer one and send what is inside.")
    if kind == "text":
        return [Sheet(name, path, kind, notes)]
    if kind == "gzip":
        return _with_notes(notes, _of_gzip(path, name, place, within))
    if kind == "zip":
        return _with_notes(notes, _of_zip(path, name, place))
    if kind == "workbook":
        found, left_out = workbook.write(path, name, lambda: place.new(".csv"), place.folder, place.budget)
        tables = [Sheet(f"{name}{BETWEEN}{title}", to, kind, told) for title, to, told in found]
        return _with_notes((*notes, *left_out), tables)
    to = place.new(".csv")
    write = columnar.write_parquet if kind == "parquet" else columnar.write_json
    return [Sheet(name, to, kind, (*notes, *write(path, to, name, place.folder, place.budget)))]


def _of_gzip(path: Path, name: str, place: _Place, within: tuple[str, ...]) -> list[Sheet]:
    to = place.new(".csv")
    unpack.gunzip(path, to, name, place.budget)
    inner = re.sub(r"(?i)\.gz$", "", name)
    found = _of_file(to, inner, place, (*within, "gzip"))
    _drop_unless_used(to, found)
    return [replace(sheet, name=name + sheet.name.removeprefix(inner)) for sheet in found]


def _of_zip(path: Path, name: str, place: _Place) -> list[Sheet]:
    found: list[Sheet] = []
    with kinds.directory(path, name) as archive:
        infos, left_out = unpack.members(archive, name, place.limits)
        for info in infos:
            to, full = place.new(".csv"), f"{name}{BETWEEN}{unpack.shown(info.filename)}"
            with to.open("wb") as out:
                for chunk in unpack.unzip(archive, info, full, place.budget):
                    out.write(chunk)
            within = _of_file(to, full, place, ("zip",))
            _drop_unless_used(to, within)
            found += within
            place.limits.check("sheets", len(found), name)
    if not found:
        raise Refused(f"{name} holds nothing that can be read. {' '.join(left_out[:5])}".strip())
    return _with_notes(tuple(left_out), found)


def _drop_unless_used(path: Path, found: list[Sheet]) -> None:
    if all(sheet.path != path for sheet in found):
        path.unlink()


def _with_notes(notes: tuple[str, ...], found: list[Sheet]) -> list[Sheet]:
    return [replace(found[0], notes=(*notes, *found[0].notes)), *found[1:]]
