"""Where readers' own files lie on disk: a folder for each session, in a house of this process, gone with either.

    BASE/headlight-private-…/   the house of one server process, mode 0700; BASE is HEADLIGHT_PRIVATE or the temp folder
      alive                     locked as long as that process lives
      …/                        the desk of one session, under a random name

Desk       one session's folder, and what must end when it goes
house      the house of this process, made when first asked for
sweep      remove the houses of processes that are no more
safe_name  a file's name as its reader knows it, fit to be a name on disk
"""

import atexit
import os
import secrets
import shutil
import tempfile
import unicodedata
from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path
from threading import Lock

from filelock import FileLock, Timeout

LONGEST_NAME, LONGEST_BYTES = 100, 180
_PREFIX = "headlight-private-"
_held: list[FileLock] = []  # the locks of this process's houses, kept until it ends
_making = Lock()


class Desk:
    """What a session has on disk. `clear` may be called from any thread, more than once."""

    def __init__(self, house: Path) -> None:
        self.folder = house / secrets.token_urlsafe(24)
        self.folder.mkdir(mode=0o700)
        self._ends: list[Callable[[], None]] = []
        self._is_cleared = False
        self._changing = Lock()

    def place(self) -> Path:
        """A fresh folder on the desk, under a random name."""
        folder = self.folder / secrets.token_urlsafe(24)
        folder.mkdir(mode=0o700, parents=True)
        return folder

    def ends_with(self, end: Callable[[], None]) -> None:
        """Call `end` when the desk is cleared; at once where it is already."""
        with self._changing:
            if not self._is_cleared:
                self._ends.append(end)
                return
        end()

    def clear(self) -> None:
        """End what is at work here, and remove everything."""
        with self._changing:
            self._is_cleared, ends, self._ends = True, self._ends, []
        for end in ends:
            end()
        shutil.rmtree(self.folder, ignore_errors=True)


def house() -> Path:
    """The house of this process; the houses of dead ones are swept when it is made."""
    with _making:
        return _house(base())


def base() -> Path:
    """The folder in which houses stand."""
    return Path(os.environ.get("HEADLIGHT_PRIVATE") or tempfile.gettempdir())


@cache
def _house(base: Path) -> Path:
    base.mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep(base)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=base))  # mode 0700
    lock = FileLock(folder / "moving in")
    lock.acquire()
    os.rename(folder / "moving in", folder / "alive")  # the lock goes with the file: nobody sees it unlocked
    _held.append(lock)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def sweep(base: Path) -> int:
    """Remove the houses in `base` whose process is no more, and give their number; those of other users are left alone."""
    n_removed = 0
    for folder in base.glob(f"{_PREFIX}*"):
        try:
            if folder.is_symlink() or folder.stat().st_uid != os.getuid() or not (folder / "alive").is_file():
                continue
            lock = FileLock(folder / "alive")
            lock.acquire(timeout=0)
        except (Timeout, OSError):
            continue
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()
        n_removed += 1
    return n_removed


def safe_name(name: str, taken: Collection[str] = ()) -> str:
    """The last part of `name`, at most 100 letters, without what would be a path or could not be seen; none of `taken`."""
    last = name.replace("\\", "/").split("/")[-1]
    seen = "".join("_" if unicodedata.category(letter)[0] == "C" else letter for letter in last).strip()
    stem, ending = _parted(seen.lstrip("."))
    for number in range(1, len(taken) + 2):
        more = f" ({number})" if number > 1 else ""
        end = f"{more}{ending}"
        found = f"{_cut(stem or 'file', LONGEST_NAME - len(end), LONGEST_BYTES - len(end.encode()))}{end}"
        if found not in taken:
            return found
    raise AssertionError("one of n + 1 names is not among n")


def _parted(name: str) -> tuple[str, str]:
    """ "q3.csv.gz" as "q3" and ".csv.gz"; an ending has at most 12 letters."""
    stem, ending = name, ""
    for _ in range(2):
        head, dot, tail = stem.rpartition(".")
        if not (dot and tail.isalnum() and len(tail) <= 8 and len(ending) + len(tail) < 12):
            break
        stem, ending = head, f".{tail}{ending}"
    return stem, ending


def _cut(text: str, letters: int, n_bytes: int) -> str:
    return text[:letters].encode()[:n_bytes].decode(errors="ignore")
