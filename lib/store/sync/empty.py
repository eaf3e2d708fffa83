"""Is there a row in this file? A nightly export of a quiet day has a header alone, and is no mistake.

is_empty   whether a file has no row: no byte, a header and nothing below it, Parquet of no rows, an empty list
"""

import gzip
from pathlib import Path

from lib.errors import Refused
from lib.store.ingest.formats.kind import kind_of

LOOK = 1 << 20  # bytes at the beginning that are looked at


def is_empty(path: Path, name: str) -> bool:
    """Whether the file holds no row; what cannot be told at its beginning is not empty, nor is what cannot be read."""
    if not path.stat().st_size:
        return True
    try:
        kind = kind_of(path, name)
        if kind == "parquet":
            return _has_no_rows(path)
        with gzip.open(path) if kind == "gzip" else path.open("rb") as file:
            head = file.read(LOOK) if kind in ("text", "gzip") else b"?\n?"
    except (Refused, OSError, EOFError):
        return False  # what is wrong with it is said where it is read
    if head.startswith((b"{", b"PAR1", b"PK")):
        return False
    if head.startswith(b"["):
        return not head.strip(b"[] \r\n\t")
    return len(head) < LOOK and sum(bool(line.strip()) for line in head.replace(b"\0", b"").splitlines()) < 2


def _has_no_rows(path: Path) -> bool:
    import pyarrow as pa
    import pyarrow.parquet as parquet

    try:
        return parquet.read_metadata(path).num_rows == 0
    except pa.ArrowException:
        return False
