"""Is the file text, in which encoding, and whole? One bounded pass; never a file, nor a line, in memory at once.

as_utf8         the file as UTF-8 on disk: itself where it is UTF-8 already, else a transcoded copy in the work folder
chunks          the bytes of a file, in turn                                     (copies.py: other copies of it)

How the encoding is told, in this order: as given; a byte-order mark; zeros in every second byte (UTF-16); UTF-8 when
every byte of the file fits it; UTF-8 with damaged lines (each reported) when more characters fit than do not; else
cp1252, or cp932 where that makes kana of it. A byte that neither defines is refused: Latin-1 would take it, and would
take anything.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lib.errors import Refused

CHUNK = 1 << 18  # bytes at a time: few enough that copies of them stay in the processor's cache
ENOUGH = 100  # kana that leave no doubt
LINE_LIMIT = 2_000_000  # bytes of one line; DuckDB's own limit for a row, so that both say the same

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
NOT_TEXT = (
    (b"PK\x03\x04", "an Excel workbook or a zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"PAR1", "a Parquet file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"SQLite format 3", "a SQLite database"),
)


@dataclass(frozen=True)
class Text:
    """A checked UTF-8 file, and what was learned on the way."""

    path: Path
    encoding: str  # of the file as given
    starts_at: int  # bytes of the byte-order mark
    n_bytes: int

    @property
    def has_blank_lines(self) -> bool:
        """Whether there are any. They may stand inside quoted values: a hint that row numbers need care, not a count."""
        last, n_bytes = b"", 0
        for chunk in chunks(self.path):
            if not n_bytes and chunk[:1] in (b"\r", b"\n"):
                return True
            blanks = (b"\n\n", b"\n\r\n", b"\r\r") if b"\r" in chunk or b"\r" in last else (b"\n\n",)
            seam = last + chunk[:3]
            if any(blank in chunk or blank in seam for blank in blanks):
                return True
            last, n_bytes = (last + chunk[-3:])[-3:], n_bytes + len(chunk)
        return False


def as_utf8(path: Path, work: Path, encoding: str | None = None) -> Text:
    """`path` as checked UTF-8; refuses what is binary, has NUL bytes or a line longer than the limit."""
    with path.open("rb") as file:
        head = file.read(1 << 16)
    kind = next((kind for magic, kind in NOT_TEXT if head.startswith(magic)), None)
    if kind:
        raise Refused(f"{path.name} is {kind}, not CSV text: open it where it came from and save it as CSV.")
    encoding = _known(encoding) if encoding else _encoding_by_its_head(path.name, head)
    if encoding == "utf-8":
        encoding = _utf8_or_cp1252(path)
    if encoding == "utf-8":
        mark = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
        return Text(path, encoding, mark, path.stat().st_size)
    watch = _Watch(path.name)
    copy = work / "utf8.csv"
    with copy.open("wb") as out:
        for chunk in _transcoded(path, encoding):
            watch.see(chunk)
            out.write(chunk)
    return Text(copy, encoding, 0, watch.n_bytes)


def has_spaces_at_cell_ends(text: Text, delimiter: str, quote: str, nth: int = 0, of: int = 1) -> bool:
    """Whether any cell may begin or end with white space: where none stands beside a delimiter, a quote or a line end.

    Of the nth part of the file of so many, for several threads at once.

    Yes where in doubt: of a no-break space (C2 A0) or a byte-order mark (EF BB BF) the outer bytes are looked for.
    """
    other_spaces = set(b"\t\v\f") - set(delimiter.encode())
    seen = bytearray(CHUNK + 2)
    byte = np.frombuffer(seen, dtype=np.uint8)
    is_end, is_mark, is_space, is_it = np.empty((4, len(seen)), dtype=bool)  # once: filling them costs less
    for _ in _read_into(seen, text.path, nth, of):
        np.equal(byte, ord("\n"), out=is_end)
        if 13 in seen:
            is_end |= byte == 13
        np.logical_or(is_end, np.equal(byte, ord(delimiter), out=is_it), out=is_mark)
        np.equal(byte, ord(" "), out=is_space)
        for other in other_spaces if seen.isascii() else other_spaces.union(b"\xc2\xa0\xef\xbf"):
            if other in seen:
                is_space |= byte == other
        if quote.encode() in seen:
            is_quote = byte == ord(quote)
            begins, ends = is_mark[:-2] & is_end[2:], is_end[:-2] & is_mark[2:]  # a quoted cell, with a line end
            if (is_quote[1:-1] & (begins | ends)).any():
                return True
            is_mark |= is_quote
        for first, second in ((is_space, is_mark), (is_mark, is_space)):
            if np.logical_and(first[:-1], second[1:], out=is_it[1:]).any():
                return True
    return False


def _read_into(seen: bytearray, path: Path, nth: int, of: int) -> Iterator[None]:
    """Fills `seen` with the nth part of a file, over and over, each time after the last two bytes of the time before.

    What the bytes do not fill is letters; behind the last byte of the file stands a line end.
    """
    size = path.stat().st_size
    with path.open("rb") as file, memoryview(seen) as view:
        file.seek(max(size * nth // of - 2, 0))
        view[:] = b"x" * len(seen)
        while (left := size * (nth + 1) // of - file.tell()) > 0 and (n := file.readinto(view[2:][:left])):
            view[n + 2 :] = b"x" * (len(seen) - n - 2)
            yield
            view[:2] = view[n : n + 2]
        if file.tell() == size:
            view[2:] = b"\n".ljust(len(seen) - 2, b"x")
            yield


def _known(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
        if name == "utf-8-sig":
            name = "utf-8"
        "".encode(name)  # codecs such as base64 are no text encodings
    except LookupError:
        raise Refused(f"{encoding!r} is no known text encoding: try utf-8, cp1252, latin-1 or utf-16.") from None
    return name


def _encoding_by_its_head(name: str, head: bytes) -> str:
    """The encoding as far as the first 64 KiB tell it; utf-8 still to be proved by the rest."""
    marked = next((encoding for mark, encoding in MARKS if head.startswith(mark)), None)
    if marked:
        return marked
    zeros = head.count(0)
    if zeros:
        at_odd, at_even = head[1::2].count(0), head[0::2].count(0)
        if len(head) >= 4 and zeros > 0.35 * len(head) and min(at_odd, at_even) < 0.1 * zeros:
            return "utf-16-le" if at_odd > at_even else "utf-16-be"
        if zeros > 0.02 * len(head) and not min(at_odd, at_even):  # letters beyond Latin have none: line ends do
            for encoding, low in (("utf-16-le", head[0::2]), ("utf-16-be", head[1::2])):
                high = head[1::2] if encoding == "utf-16-le" else head[0::2]
                if (10, 0) in zip(low, high, strict=False):
                    return encoding
        line = head[: head.index(0)].count(b"\n") + 1
        raise Refused(
            f"{name} has a NUL byte in line {line}: it is a binary or damaged file. Export it again as CSV text."
        )
    n_control = len(head) - len(head.translate(None, bytes({*range(1, 32)} - set(b"\t\n\r\f\v\x1a\x1b"))))
    if n_control > 0.05 * len(head):
        raise Refused(
            f"{name} is not text: {n_control:,} of its first {len(head):,} bytes are control characters. "
            "Export it again as CSV."
        )
    return "utf-8"


def _utf8_or_cp1252(path: Path) -> str:
    """utf-8 when all bytes fit, or more characters beyond ASCII fit than do not; else cp1252."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        for chunk in _watched(path):
            if not chunk.isascii() or decoder.getstate()[0]:  # most chunks are ASCII, and need no decoding
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
        return "utf-8"
    except UnicodeDecodeError:
        pass
    n_good = n_bad = 0
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    for chunk in _watched(path):
        found = decoder.decode(chunk)
        n_strange = found.count("\ufffd")
        n_bad += n_strange
        n_good += len(found) - n_strange - len(found.encode("ascii", "ignore"))
    if n_good > n_bad:
        return "utf-8"
    return "cp932" if _is_japanese(path) else "cp1252"


def _is_japanese(path: Path) -> bool:
    """Text that can be cp932, as Excel saves it in Japan: mostly kana, or with some of it and no cp1252."""
    n_kana, n_strange, is_cp1252 = 0, 0, True
    western, eastern = (codecs.getincrementaldecoder(name)("strict") for name in ("cp1252", "cp932"))
    try:
        for chunk in chunks(path):
            strange = [letter for letter in eastern.decode(chunk) if letter > "\x7f"]
            n_strange += len(strange)
            n_kana += sum("\u3040" <= letter <= "\u30ff" for letter in strange)
            if is_cp1252:
                try:
                    western.decode(chunk)
                except UnicodeDecodeError:
                    is_cp1252 = False
            if n_kana >= ENOUGH and not is_cp1252:
                return True
        eastern.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return n_kana > n_strange / 2 or (n_kana > 0 and not is_cp1252)


def chunks(path: Path, nth: int = 0, of: int = 1) -> Iterator[bytes]:
    """The file's bytes, a chunk at a time; of the nth part of it alone, with the two bytes before it."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(size * nth // of - 2, 0))
        while (left := size * (nth + 1) // of - file.tell()) > 0 and (chunk := file.read(min(CHUNK, left))):
            yield chunk


def _watched(path: Path) -> Iterator[bytes]:
    watch = _Watch(path.name)
    for chunk in chunks(path):
        watch.see(chunk)
        yield chunk


def _transcoded(path: Path, encoding: str) -> Iterator[bytes]:
    """The file's text as chunks of UTF-8, without a byte-order mark."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    n_lines, first = 0, True
    try:
        for chunk in chunks(path):
            found = decoder.decode(chunk)
            if first:
                found, first = found.removeprefix("\ufeff"), False
            n_lines += found.count("\n")
            yield found.encode("utf-8", "strict")
        yield decoder.decode(b"", final=True).encode("utf-8")
    except UnicodeError as error:
        raise Refused(
            f"{path.name} cannot be read as {encoding}, at or after line {n_lines + 1}: {error.reason}. "
            "Export it as UTF-8, or name its encoding."
        ) from None


class _Watch:
    """Sees every chunk of the text go by; refuses NUL bytes and over-long lines, whatever their size, at once."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.n_bytes = self.n_lines = self._unended = 0

    def see(self, chunk: bytes) -> None:
        if not chunk:
            return
        if 0 in chunk:
            line = self.n_lines + chunk[: chunk.index(0)].count(b"\n") + 1
            raise Refused(
                f"{self.name} has a NUL byte in line {line:,}: it is a binary or damaged file. "
                "Export it again as CSV text."
            )
        self._measure_lines(chunk)
        self.n_bytes += len(chunk)
        self.n_lines += np.count_nonzero(np.frombuffer(chunk, dtype=np.uint8) == 10)  # a third of the time of count()

    def _measure_lines(self, chunk: bytes) -> None:
        """A line can pass the limit only across chunks, or within one longer than the limit (a transcoded one)."""
        ends = [at for at in (chunk.find(b"\n"), chunk.find(b"\r")) if at >= 0]
        if self._unended + (min(ends) if ends else len(chunk)) > LINE_LIMIT:
            self._refuse_line(self.n_lines + 1)
        if len(chunk) > LINE_LIMIT:
            for n_before, line in enumerate(chunk.replace(b"\r", b"\n").split(b"\n")):
                if len(line) > LINE_LIMIT:
                    self._refuse_line(self.n_lines + n_before + 1)
        end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
        self._unended = len(chunk) - end - 1 if end >= 0 else self._unended + len(chunk)

    def _refuse_line(self, line: int) -> None:
        raise Refused(
            f"{self.name}: line {line:,} is longer than {LINE_LIMIT:,} bytes, the most a row may have. "
            "Look there for a missing line end or a quote that is never closed."
        )
