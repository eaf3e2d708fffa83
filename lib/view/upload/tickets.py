"""Leave to send one large file: who may, where to, until when, how large. Known to the page and to the server alike.

Ticket       leave for one file; where that stands
issue        a new one
find         the one a token names
open_at      say where files are sent; the server does, as it starts
where        where files are sent; empty where the server was started without that way in
most_bytes   how large the files of one reader may be together: HEADLIGHT_UPLOAD_BYTES, as 5GB or 500MB

A token is random, good for one file and ten minutes until it is used. Nothing of a file is kept but whole.
"""

import os
import secrets
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from lib.errors import Refused
from lib.store.ingest.limits import PREFIX, from_environment

VARIABLE = "HEADLIGHT_UPLOAD_BYTES"
SECONDS = 600  # until it must be used
REMEMBERED = 3_600  # seconds after that in which it is still known, to say why it is good no more
_path = ""
_known: dict[str, "Ticket"] = {}
_changing = Lock()


@dataclass(eq=False)
class Ticket:
    """Leave for one file. The server writes here, from its own thread; the page reads.

    state   new, at work; at last whole, or void where nothing was kept
    """

    name: str  # of the file, fit for a disk
    folder: Path  # of its own, on the reader's desk
    most: int  # bytes
    expires_at: float  # on the clock that only runs forwards
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    state: str = "new"

    @property
    def file(self) -> Path:
        """Where the file lies once it is whole."""
        return self.folder / self.name

    @property
    def part(self) -> Path:
        """Where it lies on the way."""
        return self.folder / "part"

    @property
    def is_open(self) -> bool:
        """Whether a file is on its way with it, or may still come."""
        return self.state == "at work" or (self.state == "new" and time.monotonic() < self.expires_at)

    @property
    def is_waiting(self) -> bool:
        """Whether its browser has asked to send, and others are before it."""
        return self.state == "at work" and not self.part.exists()

    def take(self) -> bool:
        """Use it; False where it was used before, called off, or is too old."""
        with _changing:
            if self.state != "new" or not self.is_open:
                return False
            self.state = "at work"
            return True

    def finish(self) -> bool:
        """The file is whole: give it its name. False where it was called off meanwhile."""
        with _changing:
            if self.state != "at work":
                return False
            self.part.rename(self.file)
            self.state = "whole"
            return True

    def void(self) -> None:
        """Call it off: what is there of the file is removed. One that is whole stays."""
        with _changing:
            if self.state == "whole":
                return
            self.state = "void"
        shutil.rmtree(self.folder, ignore_errors=True)


def issue(name: str, place: Path, most: int) -> Ticket:
    """Leave to send one file of at most so many bytes into a new folder in `place`. `name` has passed `safe_name`."""
    now = time.monotonic()
    ticket = Ticket(name, place / secrets.token_urlsafe(12), most, now + SECONDS)
    ticket.folder.mkdir(mode=0o700)
    with _changing:
        for token, old in list(_known.items()):
            if now > old.expires_at + REMEMBERED and old.state != "at work":
                del _known[token]
        _known[ticket.token] = ticket
    return ticket


def find(token: str) -> Ticket | None:
    """The ticket a token names."""
    with _changing:
        return _known.get(token)


def open_at(path: str) -> None:
    """Say where files are sent."""
    global _path
    _path = path


def where() -> str:
    """Where files are sent; empty where the server was started without that way in."""
    return _path


def most_bytes(environment: Mapping[str, str] | None = None) -> int:
    """How large the files of one reader may be together; refuses what is no size."""
    asked = (os.environ if environment is None else environment).get(VARIABLE, "")
    try:
        return from_environment({f"{PREFIX}FILE_BYTES": asked}).file_bytes
    except Refused as refusal:
        raise Refused(str(refusal).replace(f"{PREFIX}FILE_BYTES", VARIABLE)) from None
