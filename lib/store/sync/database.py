"""A query's rows as one Parquet file of text, through SQLAlchemy, chunk by chunk.

fetch     the rows of a source that are new, on disk; how far they reach
Fetched   what came of it

:since is bound, never pasted: to the newest value of the watermark seen so far, at first to the beginning. Rows that stand
exactly at the newest value may come twice where a query asks with >=; those that are known are left out.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lib.errors import Refused
from lib.store.ingest.limits import Limits
from lib.store.sync.cells import texts
from lib.store.sync.secrets import Secrets
from lib.store.sync.settings import Source
from lib.store.sync.watermark import Newest, beginning

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.sql import Executable

CHUNK = 10_000  # rows in memory at a time
PATIENCE = 30  # seconds until a database that does not answer is given up
PATIENT = ("psycopg", "psycopg2", "pymysql", "mysqldb")  # drivers that take connect_timeout
SINCE = "since"


@dataclass(frozen=True)
class Fetched:
    """What is new of one source. `newest` is None where it has no watermark, or no row had a value in it."""

    path: Path
    n_rows: int
    newest: Newest | None


def fetch(source: Source, to: Path, limits: Limits, secrets: Secrets, seen: Newest | None = None) -> Fetched:
    """Write the rows of `source` that are new since `seen` to the file `to`; refuses what cannot be reached or read."""
    with _told(source, secrets), _engine(source, secrets) as engine, engine.connect() as con:
        con = con.execution_options(stream_results=True, yield_per=CHUNK)
        statement, bound = _asked(source, con, seen)
        result = con.execute(statement, bound)
        headers = _headers(source, list(result.keys()), limits)
        newest = Newest.of(seen) if source.watermark else None
        at = headers.index(source.watermark) if source.watermark else None
        n_rows = _write((list(rows) for rows in result.partitions(CHUNK)), headers, at, newest, source, to, limits)
        result.close()
    return Fetched(to, n_rows, newest if newest and newest.value is not None else None)


def _write(
    chunks: Iterator[list],
    headers: Sequence[str],
    at: int | None,
    newest: Newest | None,
    source: Source,
    to: Path,
    limits: Limits,
) -> int:
    """Rows as text columns, within the limits; how many there were that were not known."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    schema = pa.schema([(header, pa.string()) for header in headers])
    where, n_rows = f"[{source.name}]", 0
    with parquet.ParquetWriter(to, schema) as writer:
        for rows in chunks:
            said = [
                texts(column, header, where) for column, header in zip(zip(*rows, strict=True), headers, strict=True)
            ]
            if newest:
                kept = newest.see([row[at] for row in rows], list(zip(*said, strict=True)), where)
                said = [[column[each] for each in kept] for column in said] if len(kept) < len(rows) else said
            n_rows += len(said[0])
            limits.check("rows", n_rows, where)
            writer.write_batch(pa.record_batch([pa.array(column, pa.string()) for column in said], schema=schema))
            limits.check("file_bytes", to.stat().st_size, where)
    return n_rows


def _headers(source: Source, headers: list[str], limits: Limits) -> list[str]:
    where = f"[{source.name}]"
    limits.check("columns", len(headers), where)
    if twice := sorted({header for header in headers if headers.count(header) > 1}):
        raise Refused(f"{where}: the query has two columns {twice[0]!r}. Name them apart: … as other_name.")
    if source.watermark and source.watermark not in headers:
        raise Refused(
            f"{where}, watermark: {source.watermark!r} is none of the columns that come back: {', '.join(headers)}. "
            "Ask for it in the query."
        )
    return headers


def _asked(source: Source, con: "Connection", seen: Newest | None) -> tuple["Executable", dict]:
    """The statement and what is bound in it."""
    from sqlalchemy import bindparam, column, select, table, text
    from sqlalchemy.sql import quoted_name
    from sqlalchemy.types import NULLTYPE

    since = seen.value if seen else source.since
    if source.query is None:
        quoted = [quoted_name(part, True) if source.is_exact else part for part in source.table]
        every = select(text("*")).select_from(table(quoted[-1], schema=quoted[0] if len(quoted) == 2 else None))
        if since is None:
            return every, {}
        return every.where(column(source.watermark) >= bindparam(SINCE, type_=NULLTYPE)), {SINCE: since}
    statement = text(source.query.strip().rstrip(";"))
    named = set(statement.compile().params)
    if others := sorted(named - {SINCE}):
        raise Refused(
            f"[{source.name}], query: it asks for :{others[0]}, and only :{SINCE} is filled in. A colon that means itself "
            f"is written \\\\:{others[0]} in a text of TOML."
        )
    if (SINCE in named) != bool(source.watermark):
        raise Refused(
            f"[{source.name}], query: :{SINCE} and a watermark go together. "
            + (
                f"Say where {source.watermark} > :{SINCE}."
                if source.watermark
                else 'Say watermark = "COLUMN", or take it out.'
            )
        )
    if not source.watermark:
        return statement, {}
    return statement, {SINCE: beginning(con, statement, source) if since is None else since}


@contextmanager
def _engine(source: Source, secrets: Secrets) -> Iterator["Engine"]:
    """An engine for one run, with its secrets filled in."""
    from sqlalchemy import NullPool, create_engine

    url = _url(source, secrets)
    is_patient = url.get_driver_name() in PATIENT and "connect_timeout" not in url.query
    timeout = {"connect_timeout": PATIENCE} if is_patient else {}
    engine = create_engine(url, poolclass=NullPool, connect_args=timeout, hide_parameters=True)
    try:
        yield engine
    finally:
        engine.dispose()


def _url(source: Source, secrets: Secrets):
    """The URL; variables are filled in part by part, so that a password needs no escaping."""
    from sqlalchemy import URL, make_url
    from sqlalchemy.exc import ArgumentError

    where = f"[{source.name}], url"
    try:
        try:
            url = make_url(source.url)
            parts = {
                name: secrets.filled(value, where) if isinstance(value, str) else value
                for name, value in url._asdict().items()
                if name not in ("drivername", "query")
            }
            query = {name: secrets.filled(value, where) if isinstance(value, str) else value
                     for name, value in url.query.items()}  # fmt: skip
            url = URL.create(url.drivername, **parts, query=query)
        except (ArgumentError, ValueError):  # the whole of it may be a variable, or the port
            url = make_url(secrets.filled(source.url, where))
    except (ArgumentError, ValueError):
        raise Refused(
            f"{where}: it is no address of a database, such as postgresql+psycopg://user:${{PASSWORD}}@host/name."
        ) from None
    secrets.keep(url.password)
    if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
        place = source.folder / url.database
        if not place.is_file():  # SQLite would make an empty one
            raise Refused(f"{where}: there is no file {url.database}.")
        url = url.set(database=str(place))
    return url


@contextmanager
def _told(source: Source, secrets: Secrets) -> Iterator[None]:
    """What databases and their drivers say, as a refusal that names the source and hides its secrets."""
    from sqlalchemy.exc import DBAPIError, NoSuchModuleError

    where = f"[{source.name}]"
    try:
        yield
    except Refused as refusal:
        raise Refused(secrets.hidden(refusal)) from None
    except NoSuchModuleError as error:
        raise Refused(f"{where}, url: {secrets.hidden(error)}: SQLAlchemy has no such database or driver.") from None
    except ModuleNotFoundError as error:
        raise Refused(f"{where}: the driver of this database is missing. Install the package {error.name}.") from None
    except DBAPIError as error:
        raise Refused(f"{where} cannot be read: {secrets.hidden(error.orig)}") from None
    except Exception as error:  # a driver's own errors have no common family
        raise Refused(f"{where} cannot be read: {secrets.hidden(error)}") from None
