"""Macros as a database of their own, made once a process: making those of the facts takes a second, attaching them no time.

attach   what some scripts say, in reach of a connection that has the tables they read
NAME     as what the facts are attached
PATH     where a cursor of a snapshot looks for what it is asked

The facts are made over the tables of the first snapshot that is opened, and hold no row of them: snapshots have the same tables.
"""

import hashlib
import os
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from lib.store.tables import quote

NAME = "facts"
PATH = f"core,usage,memory,{NAME}"
_making = threading.Lock()


def attach(con: duckdb.DuckDBPyConnection, scripts: Sequence[str], name: str = NAME) -> None:
    """What `scripts` create, as the database `name`, read-only."""
    made_of = hashlib.sha256(chr(0).join(scripts).encode()).hexdigest()[:12]
    with _making:
        file = Path(_folder(os.getpid()).name) / f"{made_of}.duckdb"
        if not file.exists():
            _make(con, file, scripts, name)
    con.execute(f"attach {_text(file)} as {name} (read_only)")


@cache
def _folder(process: int) -> TemporaryDirectory:
    """Gone with the process; a fork makes its own."""
    return TemporaryDirectory(prefix="headlight-", ignore_cleanup_errors=True)


def _make(con: duckdb.DuckDBPyConnection, file: Path, scripts: Sequence[str], name: str) -> None:
    file.parent.mkdir(mode=0o700, exist_ok=True)  # a long-lived server's may have been tidied away
    making = file.with_suffix(".making")
    making.unlink(missing_ok=True)
    (home,) = con.execute("select current_database()").fetchone()
    con.execute(f"attach {_text(making)} as {name}")
    con.execute(f"use {name}")
    for script in scripts:
        con.execute(script)
    con.execute(f"use {quote(home)}")
    con.execute(f"detach {name}")
    making.rename(file)


def _text(file: Path) -> str:
    return "'" + str(file).replace("'", "''") + "'"
