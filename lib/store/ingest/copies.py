"""Copies of a checked text that a reader may need, each written as a stream into the work folder.

from_offset               from a byte on: without what stands above the header
without                   the header and the rows, without what stands above and between
up_to                     without the lines below the rows
without_mixed_line_ends   with one kind of line end
"""

from pathlib import Path

from lib.store.ingest.text import CHUNK, Text, chunks


def from_offset(text: Text, offset: int, work: Path) -> Text:
    """A copy that begins at byte `offset`: the file without the lines above its header."""
    copy = work / "from_header.csv"
    with text.path.open("rb") as file, copy.open("wb") as out:
        file.seek(offset)
        while chunk := file.read(CHUNK):
            out.write(chunk)
    return Text(copy, text.encoding, 0, text.n_bytes - offset)


def without(text: Text, header_at: int, header_ends: int, rows_at: int, work: Path) -> Text:
    """A copy of the header and the rows, without what stands above and between them; places in bytes."""
    copy = work / "from_header.csv"
    with text.path.open("rb") as file, copy.open("wb") as out:
        file.seek(header_at)
        out.write(file.read(header_ends - header_at))
        file.seek(rows_at)
        while chunk := file.read(CHUNK):
            out.write(chunk)
    return Text(copy, text.encoding, 0, copy.stat().st_size)


def up_to(text: Text, n_bytes: int, work: Path) -> Text:
    """A copy of the first `n_bytes` of the file: without the lines below its rows."""
    copy = work / "above_footer.csv"
    with text.path.open("rb") as file, copy.open("wb") as out:
        while left := n_bytes - out.tell():
            out.write(file.read(min(CHUNK, left)))
    return Text(copy, text.encoding, text.starts_at, n_bytes)


def without_mixed_line_ends(text: Text, work: Path) -> Text:
    """A copy in which every line ends in a line feed: files glued together from two systems have both kinds."""
    copy = work / "line_ends.csv"
    with copy.open("wb") as out:
        held = b""
        for chunk in chunks(text.path):
            chunk = held + chunk
            held = b"\r" if chunk.endswith(b"\r") else b""  # its line feed may open the next chunk
            chunk = chunk[: len(chunk) - len(held)]
            out.write(chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
        out.write(held.replace(b"\r", b"\n"))
    return Text(copy, text.encoding, text.starts_at, text.n_bytes)
