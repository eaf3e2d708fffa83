"""How is the file written? Delimiter, quote, header row and decimal mark, by our own look at its first rows.

Dialect   what was found or given, frozen; find() makes it, with the headers, from a checked text
records   the file's records one by one, slowly and exactly: for the rare questions about single rows

Rules. Delimiter: of , ; tab | the one that splits the header and makes the rows equally wide; the widest wins. Quote: "
unless the header is written in '. A backslash escapes a quote where \\" stands before more text and "" never does. The
header is the first record with at least half as many filled cells as the rows have; what stands above is left out. So
are one or two records right below it that say no value where all the others do: labels, which survey tools set there.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lib.errors import Refused
from lib.store.ingest import copies
from lib.store.ingest import text as texts
from lib.store.ingest.text import Text

DELIMITERS = (",", ";", "\t", "|")
COLUMN_LIMIT = 1_000
SAMPLE_BYTES = 1 << 20
SAMPLE_RECORDS = 500
LABEL_ROWS = 2  # at most so many stand below a header
TITLE_ROWS = 10  # at most so many stand above a header
HEADER_LINES = 3  # more lines than that in one header are a quote that is never closed
csv.field_size_limit(texts.LINE_LIMIT)  # Python's own 131,072 would refuse values that a row may have

VALUE = re.compile(r"[-+$€£]?\d[\d.,]*%?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?")
COMMA_DECIMAL = re.compile(r"[-+]?(\d+,(\d{1,2}|\d{4,})|\d{1,3}(\.\d{3})+,\d+)")
POINT_DECIMAL = re.compile(r"[-+]?(\d+\.(\d{1,2}|\d{4,})|\d{1,3}(,\d{3})+\.\d+)")


@dataclass(frozen=True)
class Dialect:
    """How a file is written."""

    encoding: str
    delimiter: str
    quote: str
    escape: str
    decimal: str | None  # "." or ","; None: its first rows do not tell, each column is asked
    header_row: int  # the last of its rows, counted as a spreadsheet counts, from 1
    n_labels: int = 0  # rows below the headers themselves


def find(
    text: Text, work: Path, name: str, delimiter: str | None = None, decimal: str | None = None
) -> tuple[Text, Dialect, tuple[str, ...]]:
    """The text from its header on, its dialect and its headers; refuses what cannot be a table."""
    if delimiter is not None and delimiter not in DELIMITERS:
        raise Refused(f"{delimiter!r} cannot be the delimiter: it must be one of , ; tab |.")
    if decimal not in (None, ".", ","):
        raise Refused(f"{decimal!r} cannot be the decimal mark: it must be . or ,.")
    sample, is_whole = _sample(text)
    if not sample.strip():
        raise Refused(f"{name} is empty: it needs a header row and at least one row of data.")
    quote = _quote_of(sample)
    escape = _escape_of(sample, quote)
    delimiter = delimiter or _delimiter_of(sample, is_whole, quote, escape)
    found = _sample_records(sample, is_whole, delimiter, quote, escape)
    at = _header_at([cells for _, cells in found])
    n_lines_above, headers = found[at]
    is_cut = len(found) == 1 and not is_whole
    if is_cut and sum(map(len, headers)) < len(sample) // 2:
        raise Refused(
            f"{name}: row {at + 2} does not end within {SAMPLE_BYTES:,} bytes. A quote ({quote}) in it is not closed, or "
            "one of its cells is longer than a row may be."
        )
    is_long = len(found) == 1 and len(headers) > COLUMN_LIMIT
    if any(header.count("\n") > HEADER_LINES for header in headers) or (is_cut and not is_long):
        raise Refused(
            f"{name}: the header in row {at + 1} does not end. A quote ({quote}) in it is not closed, or it is longer "
            f"than {SAMPLE_BYTES:,} bytes."
        )
    if len(headers) > COLUMN_LIMIT:
        raise Refused(
            f"{name} has {'at least ' if is_long else ''}{len(headers):,} columns; at most {COLUMN_LIMIT:,} can be read. "
            "Export only the columns you want to compare by."
        )
    if len(headers) < 2:
        raise Refused(
            f"{name} has one column only ({headers[0].strip()[:80]!r}): no comma, semicolon, tab or bar splits its "
            "header. Export at least an account id and one more column, or name the delimiter."
        )
    _check_widths([cells for _, cells in found[at + 1 :]], len(headers), name, at + 1)
    if is_whole and at == len(found) - 1:
        raise Refused(f"{name} has a header and no rows of data below it.")
    n_labels = _n_labels([cells for _, cells in found[at + 1 :]], len(headers))
    lines = io.StringIO(sample, newline="").readlines()
    offsets = [text.starts_at + len("".join(lines[:n]).encode()) for n, _ in found[at : at + n_labels + 2]]
    if n_labels:
        text = copies.without(text, offsets[0], offsets[1], offsets[-1], work)
    elif n_lines_above:
        text = copies.from_offset(text, offsets[0], work)
    decimal = decimal or _decimal_of([cells for _, cells in found[at + n_labels + 1 :]])
    found_out = Dialect(text.encoding, delimiter, quote, escape, decimal, at + 1 + n_labels, n_labels)
    return text, found_out, _named(headers, name)


def records(text: Text, dialect: Dialect) -> Iterator[list[str]]:
    """Every record of the file in order, blank lines as []; raises csv.Error where the quoting breaks."""
    with text.path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        yield from _reader(file, dialect.delimiter, dialect.quote, dialect.escape, strict=True)


def _sample(text: Text) -> tuple[str, bool]:
    """The first MiB up to its last line end, and whether that is all there is."""
    with text.path.open("rb") as file:
        file.seek(text.starts_at)
        head = file.read(SAMPLE_BYTES)
        is_whole = not file.read(1)
    if not is_whole:
        head = head[: max(head.rfind(b"\n"), head.rfind(b"\r")) + 1] or head
    return head.decode("utf-8", "replace"), is_whole


def _reader(lines, delimiter: str, quote: str, escape: str, *, strict: bool = False):
    doubled = escape == quote
    return csv.reader(
        lines,
        delimiter=delimiter,
        quotechar=quote,
        doublequote=doubled,
        escapechar=None if doubled else escape,
        skipinitialspace=True,  # as DuckDB does
        strict=strict,
    )


def _sample_records(
    sample: str, is_whole: bool, delimiter: str, quote: str, escape: str
) -> list[tuple[int, list[str]]]:
    """(physical lines above, cells) of the first records; the last one may be cut where the sample ends early."""
    reader = _reader(io.StringIO(sample, newline=""), delimiter, quote, escape)
    found: list[tuple[int, list[str]]] = []
    n_above = 0
    try:
        for cells in reader:
            found.append((n_above, cells))
            n_above = reader.line_num
            if len(found) == SAMPLE_RECORDS:
                return found
    except csv.Error:
        return found or [(0, [sample])]
    return found if is_whole or len(found) < 2 else found[:-1]


def _quote_of(sample: str) -> str:
    header = sample.lstrip("\r\n").split("\n", 1)[0].strip()
    return "'" if header.startswith("'") and header.endswith("'") and '"' not in header and len(header) > 1 else '"'


def _escape_of(sample: str, quote: str) -> str:
    """A backslash only where it must be one: C:\\ at the end of a quoted value is far more common."""
    inside = re.search(rf"\\{quote}(?![,;\t|\r\n]|$)", sample)
    doubled = re.search(rf"[^,;\t|\r\n{quote}]{quote}{quote}", sample)
    return "\\" if inside and not doubled else quote


def _delimiter_of(sample: str, is_whole: bool, quote: str, escape: str) -> str:
    best, best_score = ",", (-1.0, -1.0)
    for delimiter in DELIMITERS:
        found = [cells for _, cells in _sample_records(sample, is_whole, delimiter, quote, escape) if cells]
        if not found:
            continue
        width, n_so_wide = _usual_width(found)
        score = (float(len(found[0]) == width and width > 1), (width - 1) * n_so_wide / len(found))
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _usual_width(found: list[list[str]]) -> tuple[int, int]:
    return max(Counter(map(len, found)).items(), key=lambda item: (item[1], item[0]))


def _header_at(found: list[list[str]]) -> int:
    filled = [sum(1 for cell in cells if cell.strip()) for cells in found]
    width, _ = _usual_width([cells for cells in found if cells] or [[""]])
    enough = max(2, width / 2)
    first = next((at for at, n in enumerate(filled) if n >= enough), next((at for at, n in enumerate(filled) if n), 0))
    if _has_value(found[first]):  # Run by: Ann | 31/01/2024. A header says names, and soon stands below it
        below = range(first + 1, min(first + TITLE_ROWS, len(found)))
        return next((at for at in below if filled[at] > filled[first] and not _has_value(found[at])), first)
    return first


def _n_labels(rows: list[list[str]], width: int) -> int:
    """Records at the top, two at most, with no value in the columns where nearly all below have one."""
    below = [cells for cells in rows[LABEL_ROWS:] if len(cells) == width]
    if len(below) < LABEL_ROWS:
        return 0
    valued = [at for at in range(width) if sum(_has_value([cells[at]]) for cells in below) >= 0.9 * len(below)]
    n = 0
    for cells in rows[:LABEL_ROWS]:
        if len(cells) != width or len(valued) < 2 or _has_value([cells[at] for at in valued]) or not any(cells):
            break
        if len(valued) < 3 and not all(cells[at].strip() for at in valued):
            break  # a row that lacks two values is a row
        n += 1
    return n


def _has_value(cells: list[str]) -> bool:
    return any(VALUE.fullmatch(cell.strip()) for cell in cells)


def _check_widths(rows: list[list[str]], width: int, name: str, header_row: int) -> None:
    """A header that is not as wide as nearly all the rows would shift every value: better none than wrong."""
    rows = [cells for cells in rows if cells]
    if not rows:
        return
    usual, n_usual = _usual_width(rows)
    if usual != width and n_usual >= 0.9 * len(rows) and len(rows) > 1:
        raise Refused(
            f"{name}: the header in row {header_row} has {width} columns, but {n_usual:,} of the first {len(rows):,} "
            f"rows have {usual}. Give every column a header (or name the delimiter)."
        )


def _decimal_of(rows: list[list[str]]) -> str | None:
    cells = [cell.strip() for row in rows for cell in row]
    n_comma = sum(1 for cell in cells if COMMA_DECIMAL.fullmatch(cell))
    n_point = sum(1 for cell in cells if POINT_DECIMAL.fullmatch(cell))
    if n_comma == n_point:
        return None
    return "," if n_comma > n_point else "."


def _named(headers: list[str], name: str) -> tuple[str, ...]:
    """Headers trimmed, nameless ones called "column 7"; two that differ by case and spaces only are refused."""
    named = tuple(header.strip(" \t\r\n\u00a0\ufeff") or f"column {at}" for at, header in enumerate(headers, 1))
    first_at: dict[str, int] = {}
    for at, header in enumerate(named, 1):
        before = first_at.setdefault(header.casefold(), at)
        if before != at:
            raise Refused(
                f"{name}: the header {header!r} stands twice, over columns {before} and {at}. "
                "Rename or delete one of them: nothing says which is meant."
            )
    return named
