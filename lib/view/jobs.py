"""Long work of a reader in a child process: started, watched, bounded and cancelled without holding a page.

start    put a command of the shell in line; gives the Job
Job      one of them: where it stands, how far it is, and what to tell its reader

Two work at a time; the others wait in line. What a child says beside its answer is for its reader. Of a crash the log gets
a reference and the places in our code, never a message: it could hold a name or a value of the reader's file.
"""

import json
import logging
import os
import re
import secrets
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Condition, Lock, Thread, Timer

ROOT = Path(__file__).parents[2]
MODULE = "lib"  # what the children run
N_AT_ONCE = 2
LONGEST_LINE, N_LINES = 20_000, 200
UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9, "": 1}

_log = logging.getLogger("headlight")
_turn = Condition()
_line: list["Job"] = []  # at work or waiting, in the order they came
_FRAME = re.compile(r'  File "([^"]+)", line (\d+), in ([\w<>.]+)')
_OUT_OF_MEMORY = re.compile(r"\b(MemoryError|OutOfMemoryException|bad_alloc|failed to map segment)\b")


def memory_limit() -> int:
    """Bytes a child may use: HEADLIGHT_IMPORT_MEMORY, as 4GB or 500MB; 4 GB where it says nothing that can be read."""
    asked = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMG]B|)", os.environ.get("HEADLIGHT_IMPORT_MEMORY", "4GB").upper())
    return int(float(asked[1]) * UNITS[asked[2]]) if asked else 4 * UNITS["GB"]


def time_limit() -> float:
    """Seconds a child may take: HEADLIGHT_IMPORT_SECONDS, or half an hour."""
    asked = os.environ.get("HEADLIGHT_IMPORT_SECONDS", "")
    return float(asked) if re.fullmatch(r"\d+(\.\d+)?", asked) else 1_800


def start(arguments: Sequence[str], place: Path, afterwards: Callable[[], None] = lambda: None) -> "Job":
    """Put `python -m lib ARGUMENTS` in line. `place` is a folder of the reader's, for its output and what it needs on the way.

    afterwards  is called when it is over, however it ended
    """
    job = Job(arguments, place, afterwards)
    with _turn:
        _line.append(job)
    Thread(target=job._take_turn, name="headlight job", daemon=True).start()
    return job


class Job:
    """A child process of one reader. A thread of its own writes here; pages read.

    state   waiting, running; at last done, refused, failed, cancelled, too big, too long
    step    what it is doing, in its own words
    share   how much of that is done, from 0 to 1; None where nobody knows
    place   the folder it writes in
    """

    def __init__(self, arguments: Sequence[str], place: Path, afterwards: Callable[[], None]) -> None:
        self.state, self.step, self.share, self.reference = "waiting", "", None, ""
        self._arguments, self.place, self._afterwards = list(arguments), place, afterwards
        self._said: deque[str] = deque(maxlen=N_LINES)
        self._process: subprocess.Popen | None = None
        self._ended_as = ""  # the state asked for by whoever ended it
        self._ending = Lock()

    @property
    def is_over(self) -> bool:
        """Whether it has come to an end, of whatever kind."""
        return self.state not in ("waiting", "running")

    @property
    def n_ahead(self) -> int:
        """How many must end before this one begins."""
        with _turn:
            return max(0, _line.index(self) - N_AT_ONCE + 1) if self in _line else 0

    @property
    def said(self) -> list[str]:
        """What it said beside its answer, line by line: for its reader alone."""
        return [line for line in self._said if line.strip()]

    def answer(self) -> object:
        """What it wrote as JSON; None where that cannot be read."""
        try:
            return json.loads((self.place / "answer").read_bytes())
        except (OSError, ValueError):
            return None

    def cancel(self) -> None:
        """End it and all it started, now."""
        self._end("cancelled")

    def wait(self, seconds: float) -> bool:
        """Wait until it is over, at most so long; for tests."""
        with _turn:
            return _turn.wait_for(lambda: self.is_over, seconds)

    def sentence(self) -> str:
        """Why there is no result, for its reader. It holds text from data: it has not passed `plain`."""
        return {
            "cancelled": "Cancelled. Nothing was kept of it.",
            "too big": f"This needs more memory than one upload may take here ({memory_limit() / UNITS['GB']:.3g} GB). Bring "
            "fewer rows or columns, or ask whoever runs this server to import it from the shell.",
            "too long": f"This took longer than an upload may take here ({time_limit() / 60:.0f} minutes) and was stopped. "
            "Bring fewer rows, or ask whoever runs this server to import it from the shell.",
            "failed": "Something went wrong on our side, and the files could not be read. Reference "
            f"{self.reference}: the server's log says more under it.",
        }.get(self.state, " ".join(self.said[-5:]) or "The files cannot be read.")

    def _take_turn(self) -> None:
        ended_as = "failed"
        try:
            with _turn:
                _turn.wait_for(lambda: self._ended_as or _line.index(self) < N_AT_ONCE)
            ended_as = self._ended_as or self._work()
        except Exception as error:
            self._note(type(error).__name__, [])
        finally:
            with suppress(OSError):
                self._afterwards()
            with _turn:
                self.state = ended_as
                _line.remove(self)
                _turn.notify_all()

    def _work(self) -> str:
        command = [sys.executable, "-m", "lib.view.child", str(memory_limit()), MODULE, *self._arguments]
        (self.place / "scratch").mkdir(mode=0o700, exist_ok=True)
        environment = {**os.environ, "TMPDIR": str(self.place / "scratch"), "PYTHONUTF8": "1"}
        with (self.place / "answer").open("wb") as answer, self._ending:
            if self._ended_as:
                return self._ended_as
            self._process = process = subprocess.Popen(
                command, cwd=ROOT, env=environment, start_new_session=True,
                stdin=subprocess.PIPE, stdout=answer, stderr=subprocess.PIPE,
            )  # fmt: skip
            self.state = "running"
        clock = Timer(time_limit(), self._end, ("too long",))
        clock.daemon = True
        clock.start()
        try:
            with process:  # closes its ends of the pipes, and waits
                crash = self._listen(process)
        finally:
            clock.cancel()
        return self._verdict(process.returncode, crash)

    def _listen(self, process: subprocess.Popen) -> list[str]:
        """Take down what it says; gives the lines of a traceback apart."""
        crash: list[str] = []
        for raw in iter(lambda: process.stderr.readline(LONGEST_LINE), b""):
            line = raw.decode("utf-8", "replace").rstrip("\n")
            if line.startswith("progress {"):
                self._progress(line.removeprefix("progress "))
            elif crash or line.startswith("Traceback (most recent call last)"):
                crash = [*crash, line][-400:]
            else:
                self._said.append(line)
        return crash

    def _progress(self, text: str) -> None:
        try:
            said = json.loads(text)
            step, share = str(said["step"])[:300], said.get("share")
        except (ValueError, KeyError, AttributeError):
            return
        is_share = isinstance(share, (int, float)) and 0 <= share <= 1
        self.step, self.share = step, float(share) if is_share else None

    def _verdict(self, code: int, crash: list[str]) -> str:
        if self._ended_as:
            return self._ended_as
        if code == 0:
            return "done"
        last_words = crash or (list(self._said) if code != 1 else [])
        if any(_OUT_OF_MEMORY.search(line) for line in last_words) or code == -signal.SIGKILL:
            return "too big"
        if code == 1 and not crash:
            return "refused"
        self._note(_kind_of(crash) or f"exit code {code}", crash)
        return "failed"

    def _note(self, kind: str, crash: list[str]) -> None:
        """Put the crash into the log under a reference: its kind and its places in code, no message."""
        self.reference = secrets.token_hex(4)
        frames = [_FRAME.fullmatch(line) for line in crash]
        places = [f"{Path(found[1]).name}:{found[2]} {found[3]}" for found in frames if found and _is_code(found[1])]
        _log.error(
            "reference %s: a reader's import ended with %s at %s", self.reference, kind, " < ".join(places[::-1])
        )

    def _end(self, as_what: str) -> None:
        with _turn:
            if self.is_over:
                return
            self._ended_as = self._ended_as or as_what
            _turn.notify_all()
        with self._ending:
            if self._process and self._process.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)


def _is_code(file: str) -> bool:
    return file.endswith(".py") and file.startswith((str(ROOT), sys.prefix, sys.base_prefix))


def _kind_of(crash: Sequence[str]) -> str:
    """The class of the last exception of a traceback: the first line without indent after its frames."""
    kind, is_within = "", False
    for line in crash:
        if not line.startswith(" "):
            named = re.match(r"[\w.]{1,80}(?=:|$)", line)
            kind, is_within = (named.group() if is_within and named else kind), line.startswith("Traceback (")
    return kind
