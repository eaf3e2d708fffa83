"""Excel workbooks: every part is read through once, as a stream, before the reader of workbooks sees the file.

write     one CSV for every sheet that has at least a header and a row; hidden ones too
survey    the check: no document type (no entities, no other files), no sheet that claims more than the limits allow

What is written: dates and moments as ISO text, whole numbers without ".0", TRUE and FALSE, errors as Excel shows them,
formulas by the value stored with them, percentages as numbers, text as it is. Rows keep their places, so that row 7 is
row 7. The reader holds one sheet at a time in memory, as a full rectangle: that is what the limit on cells is for.
"""

import csv
import datetime
import posixpath
import zipfile
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

import python_calamine as calamine

from lib.errors import Refused
from lib.store.ingest.formats import kind as kinds
from lib.store.ingest.formats import unpack
from lib.store.ingest.formats.part import Part
from lib.store.ingest.formats.unpack import Budget

NOT_XML = (".bin", ".png", ".jpg", ".jpeg", ".gif", ".emf", ".wmf", ".vml", ".bmp", ".tif", ".tiff", ".svg", ".data")
MAP_LIMIT = 16 << 20  # bytes of the parts that say which sheet is which part
WHOLE_FROM = 1e15  # Excel keeps 15 digits: a longer number is written as 1.23e+17, which no id may be
Found = tuple[str, Path, tuple[str, ...]]


def write(
    path: Path, name: str, new: Callable[[], Path], folder: Path, budget: Budget
) -> tuple[list[Found], tuple[str, ...]]:
    """(title, CSV, notes) of every sheet with data, and a sentence for every sheet left out."""
    parts = survey(path, name, budget)
    link = folder / "workbook.xlsx"  # the reader goes by the ending of the name
    link.symlink_to(path.resolve())
    found, left_out = [], []
    try:
        with _in_words(name), calamine.CalamineWorkbook.from_path(str(link)) as book:
            budget.limits.check("sheets", len(book.sheets_metadata), name)
            for about in book.sheets_metadata:
                part = parts.get(about.name, Part(about.name))
                title = unpack.shown(about.name)
                if about.typ != calamine.SheetTypeEnum.WorkSheet:
                    left_out.append(f"{title!r} is left out: it is a chart or a macro, not a sheet.")
                elif part.n_rows < 2 or _write(book, about.name, part, to := new(), name, budget) < 2:
                    left_out.append(f"{title!r} is left out: it has no rows of data.")
                else:
                    found.append((title, to, tuple(_notes(title, about, part))))
    finally:
        link.unlink()
    if not found:
        raise Refused(f"{name} has no sheet with a header and a row of data. {' '.join(left_out[:5])}".strip())
    return found, tuple(left_out)


def survey(path: Path, name: str, budget: Budget) -> dict[str, Part]:
    """What every sheet of the workbook claims, by its title; refuses what is hostile, damaged or too big."""
    limits, seen, lengths = budget.limits, {}, array("L")
    counted = Budget(limits)  # read, not written
    n_bytes = n_text = 0
    with kinds.directory(path, name) as archive:
        unpack.check(archive, name, limits)
        for info in archive.infolist():
            part = Part(name)
            is_xml = not info.filename.lower().endswith(NOT_XML) and not info.is_dir()
            for chunk in unpack.unzip(archive, info, name, counted):
                n_bytes += len(chunk)
                limits.check("workbook_bytes", n_bytes, name)
                if is_xml:
                    part.feed(chunk)
                    n_text += len(chunk) * (part.root == "sst")
                    limits.check("strings_bytes", n_text, name)
                if part.root == "worksheet":
                    _check_extent(part, info.filename, name, budget)
            if is_xml:
                seen[info.filename] = part.finish()
            if part.root == "worksheet":
                _check_extent(part, info.filename, name, budget)
            if part.root == "sst":
                lengths.extend(part.lengths)
        titles = _titles(archive, name)
        longest = max(lengths, default=0)
        for file, part in seen.items():
            if part.root == "worksheet" and part.n_shared * longest > limits.strings_bytes:
                again = Part(name, lengths)
                for chunk in unpack.unzip(archive, archive.getinfo(file), name, Budget(limits)):
                    again.feed(chunk)
                    limits.check("strings_bytes", again.text_bytes, f"{name} ({file})")
    absent = [title for title, file in titles.items() if file not in seen]
    if absent or not titles:
        raise Refused(f"{name} is damaged: its sheet {absent[0] if absent else ''!r} is missing. Save it again.")
    return {title: seen[file] for title, file in titles.items()}


def _check_extent(part: Part, file: str, name: str, budget: Budget) -> None:
    subject = f"{name} ({file} inside)"
    budget.limits.check("rows", part.n_rows, subject)
    budget.limits.check("columns", part.n_columns, subject)
    budget.limits.check("cells", part.n_rows * part.n_columns, subject)


def _titles(archive: zipfile.ZipFile, name: str) -> dict[str, str]:
    """Title of each sheet -> the part that holds it. Both maps have been read through and have no document type."""

    def elements(file: str, tag: str) -> list[dict]:
        try:
            info = archive.getinfo(file)
        except KeyError:
            raise Refused(
                f"{name} is damaged: {file} is missing inside. Open it, save it again and send that."
            ) from None
        if info.file_size > MAP_LIMIT:
            raise Refused(f"{name} lists more sheets than a workbook can have. Save the sheets to be read as CSV.")
        root = ElementTree.fromstring(archive.read(info))
        return [
            {key.rpartition("}")[2]: value for key, value in element.attrib.items()}
            for element in root.iter()
            if element.tag.rpartition("}")[2] == tag
        ]

    targets = {
        found.get("Id"): posixpath.normpath(posixpath.join("/xl", found.get("Target", "")))[1:]
        for found in elements("xl/_rels/workbook.xml.rels", "Relationship")
        if found.get("TargetMode") != "External"
    }
    return {found.get("name", ""): targets.get(found.get("id"), "") for found in elements("xl/workbook.xml", "sheet")}


class _Counted:
    """A text file that tells the budget what is written to it."""

    def __init__(self, out, budget: Budget, name: str) -> None:
        self.out, self.budget, self.name = out, budget, name

    def write(self, line: str) -> None:
        """One record."""
        self.budget.spend(len(line), self.name)
        self.out.write(line)


def _write(book, title: str, part: Part, to: Path, name: str, budget: Budget) -> int:
    """Writes the sheet and counts its rows that are not blank; leaves no file where these are fewer than two."""
    n_filled = 0
    with to.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(_Counted(out, budget, name), lineterminator="\n")
        sheet = book.get_sheet_by_name(title)
        left = sheet.start[1] if sheet.start else 0  # rows are whole from the first, columns begin at the first used
        for at, row in enumerate(sheet.iter_rows()):
            cells = [value if type(value) is str else _as_text(value) for value in row]
            if part.errors:
                for column in range(len(cells)):
                    if not cells[column]:
                        cells[column] = part.errors.get((at, left + column), "")
            n_filled += any(cells)
            writer.writerow(cells)
    if n_filled < 2:
        to.unlink()
    return n_filled


def _as_text(value) -> str:
    if value is True or value is False:
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if value.is_integer():
            return str(int(value)) if abs(value) < WHOLE_FROM else f"{value:.14e}"
        return repr(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, datetime.timedelta):
        seconds = round(value.total_seconds())
        return f"{'-' * (seconds < 0)}{abs(seconds) // 3600}:{abs(seconds) // 60 % 60:02}:{abs(seconds) % 60:02}"
    return "" if value is None else str(value)


def _notes(title: str, about, part: Part) -> Iterator[str]:
    if about.visible != calamine.SheetVisibleEnum.Visible:
        yield f"{title!r} is a hidden sheet; it is read like the others."
    if part.n_unvalued:
        yield (
            f"{title!r} has formulas without a stored value ({part.n_unvalued:,}): these cells are read as blank. "
            "Open the workbook in a spreadsheet and save it to have them worked out."
        )
    if part.errors:
        shown = ", ".join(sorted(set(part.errors.values()))[:5])
        yield f"{title!r} has cells with an error ({len(part.errors):,}: {shown}), kept as they stand."


@contextmanager
def _in_words(name: str) -> Iterator[None]:
    """What the reader of workbooks cannot read, refused; a panic of native code is no Exception, only a BaseException."""
    try:
        yield
    except calamine.PasswordError:
        raise Refused(f"{name} is protected by a password. Open it, remove the password and save it.") from None
    except calamine.CalamineError as error:
        raise Refused(f"{name} cannot be read: {str(error)[:200]}. Open it, save it again and send that.") from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise Refused(f"{name} is damaged: {str(error)[:200]}. Open it, save it again and send that.") from None
