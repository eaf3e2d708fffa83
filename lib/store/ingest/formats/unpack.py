"""Taking archives apart as streams: what comes out is counted as it comes, and the header of no archive is believed.

Budget    the bytes that one import may still write
gunzip    a gzip file, of one or several parts, as a plain file
members   the members of a zip archive that may hold a table, and a sentence for each that does not
unzip     one of them as a plain file
guarded   the bytes of one packed stream, refused as soon as they pass the budget or the ratio
"""

import errno
import gzip
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from lib.errors import Refused
from lib.store.ingest.formats import kind as kinds
from lib.store.ingest.limits import Limits

CHUNK = 1 << 20
RATIO_FROM = 10 << 20  # small files may be as repetitive as they like
LOCAL_HEADER = 30  # bytes before each member's name


class Budget:
    """What all writing for one import has cost so far."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.spent = 0

    def spend(self, n_bytes: int, name: str) -> None:
        """Counts `n_bytes` more, written for `name`; refuses when that is too many."""
        self.spent += n_bytes
        self.limits.check("unpacked_bytes", self.spent, name)


def guarded(stream: BinaryIO, packed, budget: Budget, name: str) -> Iterator[bytes]:
    """The stream in chunks; `packed()` is the number of packed bytes that it has taken so far."""
    n_out = 0
    while chunk := stream.read(CHUNK):
        n_out += len(chunk)
        budget.spend(len(chunk), name)
        if n_out > RATIO_FROM:
            budget.limits.check("unpack_ratio", n_out / max(packed(), 1), name)
        yield chunk


def gunzip(path: Path, to: Path, name: str, budget: Budget) -> None:
    """Writes what the gzip file holds; refuses one that is cut short or followed by something else."""
    try:
        with path.open("rb") as file, gzip.GzipFile(fileobj=file) as stream, to.open("wb") as out:
            for chunk in guarded(stream, file.tell, budget, name):
                out.write(chunk)
    except EOFError:
        raise Refused(f"{name} is cut short: its last part is missing. Send it again.") from None
    except gzip.BadGzipFile as error:
        if "Not a gzipped" in str(error):  # its beginning is gzip: kind_of has seen it
            raise Refused(
                f"{name} is followed by bytes that are no gzip: it is damaged, or two files were joined. Send it again."
            ) from None
        raise Refused(f"{name} is damaged ({error}). Send it again.") from None
    except zlib.error as error:
        raise Refused(f"{name} is damaged: {error}. Send it again.") from None


def members(archive: zipfile.ZipFile, name: str, limits: Limits) -> tuple[list[zipfile.ZipInfo], list[str]]:
    """The members that may hold a table, in the archive's order, and what is left out."""
    every = archive.infolist()
    check(archive, name, limits)
    found, left_out = [], []
    for info in every:
        why = _left_out(info)
        if why:
            left_out.append(f"{shown(info.filename)} is left out: it {why}.")
        elif not info.is_dir():
            found.append(info)
    return found, left_out


def check(archive: zipfile.ZipFile, name: str, limits: Limits) -> None:
    """Refuses an archive that no packer writes: too many members, twice the same, overlapping, encrypted."""
    every = archive.infolist()
    limits.check("members", len(every), name)
    seen = set()
    for info in every:
        if info.filename.casefold() in seen:
            raise Refused(f"{name} has two files named {shown(info.filename)}. Pack each once, and send it again.")
        seen.add(info.filename.casefold())
        if info.flag_bits & 1:
            raise Refused(f"{name} is protected by a password. Pack it without one.")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused(f"{name} is packed in an unusual way (method {info.compress_type}). Pack it as a plain zip.")
    ends = archive.start_dir
    for info in sorted(every, key=lambda info: info.header_offset, reverse=True):
        if info.header_offset + LOCAL_HEADER + info.compress_size > ends:
            raise Refused(
                f"{name} is no sound zip archive: its members overlap at {shown(info.filename)}. Pack it again."
            )
        ends = info.header_offset


def unzip(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, budget: Budget) -> Iterator[bytes]:
    """One member in chunks, guarded; refuses a damaged one, and before it is unpacked what says to be too big."""
    budget.limits.check("unpacked_bytes", info.file_size, name)
    if info.file_size > RATIO_FROM:
        budget.limits.check("unpack_ratio", info.file_size / max(info.compress_size, 1), name)
    try:
        with archive.open(info) as stream:
            yield from guarded(stream, lambda: info.compress_size, budget, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise
        raise Refused(f"{name} is damaged: {error}. Send it again.") from None


def shown(name: str) -> str:
    """A member's name as people may see it: one line, not too long."""
    return "".join(letter if letter.isprintable() else "?" for letter in name)[-120:]


def _left_out(info: zipfile.ZipInfo) -> str | None:
    parts = PurePosixPath(info.filename.replace("\\", "/")).parts
    if not parts or parts[0] == "/" or ".." in parts or ":" in parts[0]:
        return "has a name that leads out of the archive"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a link"
    if info.is_dir():
        return None
    if parts[0] == "__MACOSX" or any(part.startswith(".") for part in parts):
        return "is a hidden file of the system"
    if PurePosixPath(parts[-1]).suffix.lower() not in {*kinds.NAMED, ".xls", ".xlsb"}:
        return "is no CSV, TSV, TXT, XLSX, Parquet, JSON or gz file"
    return None
