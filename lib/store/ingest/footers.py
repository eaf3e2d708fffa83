"""Is there a footer? What report writers set below the rows: a total, a copyright, who ran the report.

cut   the text without it, and what it said

A footer is told from data by its shape: the last records of the file, each with one or two filled cells at most where
the rows above have at least twice as many. A line of totals is as wide as a row; it is told by its first word. In files
of few columns, and where a spreadsheet has filled the lines up with delimiters, so is every other line.
"""

import csv
import io
import re
from pathlib import Path

from lib.store.ingest import copies
from lib.store.ingest.dialect import Dialect
from lib.store.ingest.text import Text

TAIL_BYTES = 1 << 16
MOST_LINES = 30
GRAND_TOTAL = re.compile(r"(grand totals?|gesamtsumme|total général)\b")
ALONE = re.compile(
    r"(total |number of |record |row )?(records?|rows|count|results|entries)( count)?:? ?[\d.,]+"
    r"|page \d+ (of|/) \d+|filter(s|ed by)?:|confidential information\b|(copyright )?(\(c\)|©)|copyright 20\d\d"
    r"|(report )?(generated|run|exported) (by|on|at)\b"
)
TOTALS = {"total", "totals", "grand total", "subtotal", "sum", "gesamt", "summe", "total général", "suma"}
TOTALS |= {
    "average",
    "avg",
    "mean",
    "count",
    "median",
    "durchschnitt",
    "moyenne",
    "promedio",
    "totaal",
    "totale",
    "合計",
}


def cut(text: Text, dialect: Dialect, width: int, work: Path) -> tuple[Text, str]:
    """(the text up to its footer, the footer in short); the text as it is and "" where it has none."""
    starts_at = max(text.starts_at, text.n_bytes - TAIL_BYTES)
    with text.path.open("rb") as file:
        file.seek(starts_at)
        tail = file.read()
    lines = tail.splitlines(keepends=True)
    if starts_at > text.starts_at:
        lines = lines[1:]  # it begins in the middle of one
    kept, said = len(lines), []
    for at in range(len(lines) - 1, max(0, len(lines) - MOST_LINES), -1):
        cells = _cells(lines[at], dialect)
        if cells is None or not _is_footer(cells, width):
            break
        if any(cells):
            kept, said = at, [" ".join(filter(None, cells)), *said]
    if not said or not any(lines[:kept]):
        return text, ""
    n_bytes = text.n_bytes - sum(map(len, lines[kept:]))
    return copies.up_to(text, n_bytes, work), "; ".join(said)[:200]


def _cells(line: bytes, dialect: Dialect) -> list[str] | None:
    """The cells of one line, None where it is not a record of its own."""
    written = line.decode("utf-8", "replace")
    if written.count(dialect.quote) % 2:
        return None
    read = csv.reader(io.StringIO(written), delimiter=dialect.delimiter, quotechar=dialect.quote)
    return [cell.strip() for cell in next(read, [])]


def _is_footer(cells: list[str], width: int) -> bool:
    """Blank, or short of most of its cells in a file that is wide enough to tell, or a line of totals."""
    n_filled = sum(1 for cell in cells if cell)
    if not n_filled:
        return True
    first = next(cell for cell in cells if cell).casefold()
    said, first = first, first.rstrip(":")
    if (first in TOTALS and n_filled < max(len(cells), 3)) or GRAND_TOTAL.match(first):
        return True
    if n_filled == 1 and ALONE.match(said):
        return True
    return len(cells) <= 2 < width / 2 and n_filled == len(cells)
