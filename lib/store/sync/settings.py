"""What is to be read from where: sources.toml, checked key by key before anything is read.

read_sources   the file -> its sources, in its order; refuses what is wrong: where, which key, which value, which rule
Source         one table of the file
mode_of        the one mode of all sources: they are published as one batch
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time
from pathlib import Path

from lib.errors import Refused
from lib.store.folder import MODES
from lib.store.ingest.kinds import KINDS
from lib.store.ingest.values import ORDERS, is_time_zone

NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")
DATABASE = ("url", "query", "table", "since")
FILES = ("path", "options", "delimiter", "encoding")
BY_FILE = "file"  # the watermark of files


@dataclass(frozen=True)
class Source:
    """One source of rows: a query or table of a database (`url`), or files (`path`).

    is_exact   the table was given as a list: its names are quoted, letter by letter
    since      where the first run begins; by default at the beginning
    options    what the library of an object store is told: keys, an endpoint
    folder     of the settings: relative paths begin there
    """

    name: str
    kind: str | None = None
    url: str | None = None
    query: str | None = None
    table: tuple[str, ...] = ()
    is_exact: bool = False
    since: object = None
    path: str | None = None
    options: Mapping = field(default_factory=dict)
    watermark: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    date_order: Mapping[str, str] = field(default_factory=dict)
    decimal: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    time_zone: str = "UTC"
    mode: str = "update"
    folder: Path = Path()

    @property
    def fingerprint(self) -> str:
        """Of all that decides what is read, secrets aside: a source that is described otherwise is read from its start."""
        said = {**asdict(self), "url": re.sub(r"(://[^:/@]*):.*@", r"\1@", self.url or "")}
        for name in ("name", "options", "folder", "mode", "since"):
            del said[name]
        return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()[:16]


def read_sources(path: Path) -> tuple[Source, ...]:
    """The sources that the file `path` describes."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Refused(f"There is no file {path}.") from None
    except (OSError, UnicodeError) as error:
        raise Refused(f"{path} cannot be opened: {error}.") from None
    except tomllib.TOMLDecodeError as error:
        raise Refused(f"{path} is not TOML: {error}.") from None
    if not raw:
        raise Refused(f"{path.name} names no source. Each is a table, such as [accounts], with a url or a path.")
    found = tuple(_source(path, name, said) for name, said in raw.items())
    mode_of(found)
    return found


def mode_of(sources: tuple[Source, ...]) -> str:
    """The mode of all sources; refuses several, as one batch has one mode."""
    modes = {source.mode: source.name for source in sources}
    if len(modes) > 1:
        said = ", ".join(f"[{name}] has mode = {mode!r}" for mode, name in modes.items())
        raise Refused(f"All sources of a file are brought in as one batch, in one mode: {said}. Make it two files.")
    return next(iter(modes))


def _source(path: Path, name: str, said: object) -> Source:
    if not isinstance(said, dict):
        raise Refused(f"{path.name}, {name}: it is {said!r} and must stand in a table that names a source: [accounts].")
    where = f"{path.name}, [{name}]"
    if not NAME.fullmatch(name):
        raise Refused(f"{where}: the name of a source has up to 60 letters, digits, - and _.")
    for key, value in said.items():
        if key not in RULES:
            raise Refused(f"{where}: there is no key {key!r}; there are {', '.join(RULES)}.")
        if rule := RULES[key](value):
            shown = "" if key in ("url", "options") else f" {repr(value)[:80]}"  # those may hold a password
            raise Refused(f"{where}, {key}{shown}: {rule}.")
    _check_together(where, said)
    names = {"as": "kind", "map": "mapping"}
    given = {names.get(key, key): value for key, value in said.items()}
    if "table" in said:
        given |= {"table": _parts(said["table"]), "is_exact": isinstance(said["table"], list)}
    return Source(name=name, folder=path.resolve().parent, **given)


def _check_together(where: str, said: Mapping) -> None:
    """Keys that need or exclude one another."""
    if ("url" in said) == ("path" in said):
        raise Refused(f"{where}: a source has either a url (a database) or a path (files).")
    of, others = ("url", FILES) if "url" in said else ("path", DATABASE)
    if wrong := [key for key in others if key in said]:
        raise Refused(f"{where}, {wrong[0]}: it does not go with {of}.")
    if of == "url" and ("query" in said) == ("table" in said):
        raise Refused(f"{where}: a database needs either a query or a table.")
    watermark = said.get("watermark")
    if of == "path" and watermark not in (None, BY_FILE):
        raise Refused(f"{where}, watermark: {watermark!r}: of files it can only be {BY_FILE!r}.")
    if watermark and said.get("mode") == "replace":
        raise Refused(
            f"{where}, mode: 'replace' leaves out all that was brought before, and a watermark brings only what is new. "
            "Take one of them out."
        )
    if "since" in said and not watermark:
        raise Refused(f"{where}, since: it says where a watermark begins, and there is none.")


def _parts(table: str | list[str]) -> tuple[str, ...]:
    """(schema, table) or (table,); a list where a name has a dot in it."""
    return tuple(table) if isinstance(table, list) else tuple(part for part in table.rpartition(".")[::2] if part)


def _text(value: object) -> str | None:
    return None if isinstance(value, str) and value.strip(" ") else "it must be text"


def _one_of(*values: str) -> Callable[[object], str | None]:
    return lambda value: None if isinstance(value, str) and value in values else f"it can be {', '.join(values)}"


def _table(value: object) -> str | None:
    parts = [value] if isinstance(value, str) else value
    is_good = isinstance(parts, list) and 1 <= len(parts) <= 2 and all(isinstance(p, str) and p.strip() for p in parts)
    return None if is_good else 'it must be "table", "schema.table" or ["schema", "table"]'


def _pairs(value: object) -> str | None:
    is_good = isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
    return None if is_good else 'it must be { "HEADER" = "field", … }'


def _orders(value: object) -> str | None:
    is_good = isinstance(value, dict) and all(isinstance(each, str) and each in ORDERS for each in value.values())
    return None if is_good else 'it must be { "HEADER" = "dmy", … }, with dmy, mdy or ymd'


def _options(value: object) -> str | None:
    return None if isinstance(value, dict) else 'it must be { name = "value", … }'


def _since(value: object) -> str | None:
    is_good = isinstance(value, str | int | float | date | datetime) and not isinstance(value, bool | time)
    return None if is_good else "it must be a day, a moment, a number or text"


def _zone(value: object) -> str | None:
    return None if is_time_zone(value) else "it must be a time zone, such as Europe/Berlin, America/New_York or UTC"


RULES: dict[str, Callable[[object], str | None]] = {  # key -> what is wrong with its value
    "as": _one_of(*KINDS),
    "url": _text,
    "query": _text,
    "table": _table,
    "since": _since,
    "path": _text,
    "options": _options,
    "watermark": _text,
    "map": _pairs,
    "date_order": _orders,
    "decimal": _one_of(".", ","),
    "delimiter": _text,
    "encoding": _text,
    "time_zone": _zone,
    "mode": _one_of(*MODES),
}
