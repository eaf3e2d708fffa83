"""The SQL of the facts as a database of its own, made once a process: making it takes a second, attaching it no time.

attach   what the scripts say, in reach of a root that has a snapshot's tables
NAME     as what it is attached
PATH     where a cursor looks for what it is asked

It is made over the tables of the first snapshot that is opened, and holds no row of them: snapshots have the same tables.
"""

import hashlib
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

NAME = "facts"
PATH = f"core,usage,memory,{NAME}"
_making = threading.Lock()


def attach(root: duckdb.DuckDBPyConnection, scripts: Sequence[str]) -> None:
    """The relations that `scripts` create, as `facts`, read-only; none of them where there are no scripts."""
    if not scripts:
        root.execute(f"attach ':memory:' as {NAME}")
        return
    with _making:
        file = Path(_folder().name) / f"{hashlib.sha256(chr(0).join(scripts).encode()).hexdigest()[:12]}.duckdb"
        if not file.exists():
            _make(root, file, scripts)
    root.execute(f"attach {_text(file)} as {NAME} (read_only)")


@cache
def _folder() -> TemporaryDirectory:
    """Gone with the process."""
    return TemporaryDirectory(prefix="headlight-", ignore_cleanup_errors=True)


def _make(root: duckdb.DuckDBPyConnection, file: Path, scripts: Sequence[str]) -> None:
    file.parent.mkdir(mode=0o700, exist_ok=True)  # a long-lived server's may have been tidied away
    making = file.with_suffix(".making")
    making.unlink(missing_ok=True)
    root.execute(f"attach {_text(making)} as {NAME}")
    root.execute(f"use {NAME}")
    for script in scripts:
        root.execute(script)
    root.execute("use memory")
    root.execute(f"detach {NAME}")
    making.rename(file)


def _text(file: Path) -> str:
    return "'" + str(file).replace("'", "''") + "'"
