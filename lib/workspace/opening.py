"""A workspace is a database: where it is, how it is opened, read and written, and how often it was written.

open_workspace   open it, and make its tables the first time
Workspace        an open one
default_url      where it is when nobody says
is_there         whether somebody made it already, as far as can be told without opening it
reading          a connection that reads; what it reads first and last is of one moment
writing          a connection that writes one table: all of it, on the disk, or nothing
edition          a number that grows with everything written

Every write begins by taking the number of its table: that is also the lock. Of two writers of a table one waits, so what
a writer has read inside its transaction is still so when it writes. In SQLite it waits for writers of other tables too.
"""

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    create_engine,
    delete,
    event,
    func,
    insert,
    inspect,
    make_url,
    select,
    text,
    update,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, TimeoutError

from lib.errors import Busy, Refused
from lib.workspace.sheets import EDITION_TABLE, METADATA, SHAPE, SHAPE_TABLE, sheet_of
from lib.workspace.tables import SHEETS

PATIENCE = 30  # seconds until a writer that does not get its turn, or a server that does not answer, is given up
_LOCK = 7_481_926_035  # any number: PostgreSQL's lock on making the tables
_LOCK_NOT_AVAILABLE = "55P03"  # how PostgreSQL says that somebody else holds it
_EXAMPLES = "such as sqlite:////srv/headlight/workspace.db or postgresql+psycopg://user:password@host/name"


@dataclass(frozen=True)
class Workspace:
    """An open workspace. Threads may share it; a process that forks opens its own."""

    engine: Engine

    @property
    def place(self) -> str:
        """Where it is, without its secrets."""
        return self.engine.url.set(query={}).render_as_string(hide_password=True)

    def close(self) -> None:
        """Give its connections back; what was written stays."""
        self.engine.dispose()


def default_url(beside: Path | None = None) -> str:
    """Where the workspace is when nobody says: HEADLIGHT_WORKSPACE, or workspace.db `beside` the store it is about."""
    place = (beside or Path(__file__).parents[2] / "data" / "store").resolve().with_name("workspace.db")
    return os.environ.get("HEADLIGHT_WORKSPACE") or URL.create("sqlite", database=str(place)).render_as_string()


def is_there(url: str) -> bool:
    """Whether there is a workspace at `url` to read; of a server that is found out by asking it."""
    try:
        place = make_url(url)
    except (ArgumentError, ValueError):
        return True  # opening it says what is wrong
    return place.get_backend_name() != "sqlite" or Path(place.database or "").is_file()


def open_workspace(url: str | None = None) -> Workspace:
    """Open the workspace at `url`; where there is none yet, make it. Raises Refused with the reason where it cannot."""
    engine = _engine(url or default_url())
    workspace = Workspace(engine)
    try:
        with _told(workspace, "opened"):
            if engine.dialect.name == "sqlite":
                _use_wal(engine)
            with engine.connect() as con:
                shape = _shape(con, workspace)
            if shape is None or shape < SHAPE:
                with _begun(engine) as con:
                    _make(con)
                    shape = _shape(con, workspace)
        if shape > SHAPE:
            raise Refused(
                f"The workspace {workspace.place} was written by a newer Headlight (shape {shape}; this one knows {SHAPE}). "
                "Update Headlight; nothing was changed."
            )
    except BaseException:
        engine.dispose()
        raise
    return workspace


@contextmanager
def reading(workspace: Workspace) -> Iterator[Connection]:
    """A connection that reads."""
    with _told(workspace, "read"), workspace.engine.connect() as con:
        yield con


@contextmanager
def writing(workspace: Workspace, *tables: str) -> Iterator[Connection]:
    """A connection that writes `tables`: on the disk when this ends, undone when it raises."""
    names = [sheet_of(table).name for table in tables]
    with _told(workspace, "written; nothing was saved"), _begun(workspace.engine) as con:
        mine = EDITION_TABLE.c.table.in_(names)
        con.execute(update(EDITION_TABLE).where(mine).values(edition=EDITION_TABLE.c.edition + 1))
        yield con


def edition(workspace: Workspace, tables: Sequence[str] = ()) -> int:
    """How many transactions wrote `tables` (or any table), in this process or another: part of every cache key."""
    asked = select(func.sum(EDITION_TABLE.c.edition))
    if tables:
        asked = asked.where(EDITION_TABLE.c.table.in_([sheet_of(each).name for each in tables]))
    with reading(workspace) as con:
        return int(con.execute(asked).scalar_one())


def _engine(said: str) -> Engine:
    try:
        url = make_url(said)
        backend = url.get_backend_name()
    except (ArgumentError, ValueError):
        raise Refused(f"The workspace's URL is no address of a database, {_EXAMPLES}.") from None
    if backend == "sqlite" and url.database not in (None, "", ":memory:"):
        _make_folder(Path(url.database).parent)
        engine = create_engine(url, hide_parameters=True, connect_args={"timeout": PATIENCE})
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if backend != "postgresql":
        raise Refused(
            f"A workspace is a file of SQLite or a database of PostgreSQL, {_EXAMPLES}; {backend!r} is neither."
        )
    try:
        engine = create_engine(
            url, hide_parameters=True, pool_pre_ping=True, connect_args={"connect_timeout": PATIENCE}
        )
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise Refused(f"The workspace's driver is missing: {error}. Use postgresql+psycopg://… .") from None
    event.listen(engine, "connect", _set_up_postgresql)
    return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"The workspace's folder {folder} cannot be made: {error.strerror}.") from None


def _set_up_sqlite(con: sqlite3.Connection, _record: object) -> None:
    con.isolation_level = None  # the driver begins nothing by itself: _begin_sqlite does
    con.execute("pragma synchronous = full")  # what was acknowledged survives a power cut


def _set_up_postgresql(con: object, _record: object) -> None:
    with con.cursor() as cursor:
        cursor.execute(f"set lock_timeout = {int(PATIENCE * 1000)}")
    con.commit()  # a rollback would take the setting with it


def _begin_sqlite(con: Connection) -> None:
    """A writer takes the lock before it reads: one that takes it later may have read what is no longer so."""
    con.exec_driver_sql("begin immediate" if con.get_execution_options().get("is_writing") else "begin")


@contextmanager
def _begun(engine: Engine) -> Iterator[Connection]:
    with engine.connect().execution_options(is_writing=True) as con, con.begin():
        yield con


def _use_wal(engine: Engine) -> None:
    """Readers do not wait for a writer. Two first openings may collide here, and SQLite does not wait for us."""
    until = time.monotonic() + PATIENCE
    while True:
        con = engine.raw_connection()
        try:
            con.driver_connection.execute("pragma journal_mode = wal")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)
        finally:
            con.close()


def _shape(con: Connection, workspace: Workspace) -> int | None:
    """The shape of the tables that are there; None where there are none."""
    there = set(inspect(con).get_table_names())
    if SHAPE_TABLE.name in there:
        return con.execute(select(SHAPE_TABLE.c.shape)).scalar_one()
    if others := sorted(there & set(METADATA.tables)):
        raise Refused(
            f"{workspace.place} is no workspace, and has a table {others[0]!r}. Give Headlight a database of its own."
        )
    return None


def _make(con: Connection) -> None:
    """Make the tables, or what those of an earlier shape lack, unless another process was first."""
    if con.dialect.name == "postgresql":
        con.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    known = con.execute(select(SHAPE_TABLE.c.shape)).scalar() if inspect(con).has_table(SHAPE_TABLE.name) else 0
    if known >= SHAPE:
        return
    _add_columns(con)
    METADATA.create_all(con)
    counted = set(con.execute(select(EDITION_TABLE.c.table)).scalars())
    if new := [{"table": name, "edition": 0} for name in SHEETS if name not in counted]:
        con.execute(insert(EDITION_TABLE), new)
    con.execute(delete(SHAPE_TABLE))
    con.execute(insert(SHAPE_TABLE), {"shape": SHAPE})


def _add_columns(con: Connection) -> None:
    """The columns that tables made by an earlier shape lack."""
    there, quoted = inspect(con), con.dialect.identifier_preparer.quote
    for table in METADATA.tables.values():
        known = {column["name"] for column in there.get_columns(table.name)} if there.has_table(table.name) else None
        for column in table.columns if known else ():
            if column.name not in known:
                kind = column.type.compile(con.dialect)
                con.execute(text(f"alter table {quoted(table.name)} add column {quoted(column.name)} {kind}"))


@contextmanager
def _told(workspace: Workspace, what: str) -> Iterator[None]:
    """What the database says, as a refusal in words."""
    try:
        yield
    except (DBAPIError, TimeoutError, sqlite3.Error) as error:
        said = getattr(error, "orig", error)
        is_late = isinstance(error, TimeoutError) or "database is locked" in str(said)
        if is_late or getattr(said, "sqlstate", "") == _LOCK_NOT_AVAILABLE:
            raise Busy(
                f"The workspace {workspace.place} has been in use by others for over {PATIENCE} seconds. "
                "Nothing was saved; try again."
            ) from error
        raise Refused(f"The workspace {workspace.place} cannot be {what}: {said}") from error
