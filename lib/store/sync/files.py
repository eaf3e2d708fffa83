"""Files of a folder, a pattern or an object store, through fsspec: which of them are new, and those on disk.

fetch     download what is new or changed since it was last seen
Fetched   what came of it

A path is a file, a folder (with all that is below it) or a pattern with * and **. Hidden files are left out (names that
begin with . or _), of a folder also what is no file of data by its name. A file is known by its name, its size and its tag
or the moment it was written.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from lib.errors import Refused
from lib.store.ingest.formats import BETWEEN
from lib.store.ingest.formats.kind import NAMED
from lib.store.ingest.formats.unpack import shown
from lib.store.ingest.limits import Limits
from lib.store.sync.empty import is_empty
from lib.store.sync.secrets import Secrets
from lib.store.sync.settings import BY_FILE, Source

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

CHUNK = 4 << 20
TAGS = ("ETag", "etag", "content_md5", "md5Hash", "checksum", "crc32c")
WRITTEN = ("LastModified", "last_modified", "mtime", "updated", "modified", "created")


@dataclass(frozen=True)
class Fetched:
    """The new files of one source, on disk; `marks` of all that were new, `empty` of those without a row."""

    paths: tuple[Path, ...]
    marks: dict[str, str]
    empty: tuple[str, ...]


def fetch(
    source: Source, into: Path, limits: Limits, secrets: Secrets, seen: Mapping[str, str] | None = None
) -> Fetched:
    """Download the files of `source` that are not `seen` as they are; refuses what cannot be reached or is too big."""
    where = f"[{source.name}]"
    try:
        return _fetched(source, into, limits, secrets, seen or {})
    except Refused as refusal:
        raise Refused(secrets.hidden(refusal)) from None
    except ImportError as error:  # fsspec names the package
        raise Refused(f"{where}, path: {secrets.hidden(error)}") from None
    except FileNotFoundError:
        raise Refused(f"{where}: there is nothing at {source.path}.") from None
    except Exception as error:  # each object store has errors of its own
        raise Refused(f"{where} cannot be read: {secrets.hidden(error) or type(error).__name__}") from None


def _fetched(source: Source, into: Path, limits: Limits, secrets: Secrets, seen: Mapping[str, str]) -> Fetched:
    system, root = _opened(source, secrets)
    found = {name: _mark(info) for name, info in _listed(system, root).items()}
    if not found and not (seen and _is_reached(system, root)):
        raise Refused(f"[{source.name}]: there is no file at {source.path}.")
    known = {secrets.without(name): name for name in found}  # an address may hold a key
    is_all = source.watermark != BY_FILE
    new = {said: found[name] for said, name in known.items() if is_all or seen.get(said) != found[name]}
    limits.check("members", len(new), f"[{source.name}]")
    paths, empty = [], []
    for name in new:
        to = _place(into, source.name, name, paths)
        _download(system, known[name], to, limits)
        if is_empty(to, name):
            empty.append(PurePosixPath(name).name)
            to.unlink()
        else:
            paths.append(to)
    return Fetched(tuple(paths), new, tuple(empty))


def _opened(source: Source, secrets: Secrets) -> tuple["AbstractFileSystem", str]:
    """The file system and the path in it, secrets filled in."""
    from fsspec.core import url_to_fs

    options = _filled(dict(source.options), f"[{source.name}], options", secrets)
    path = secrets.filled(source.path, f"[{source.name}], path")
    if "://" not in path and "::" not in path:
        path = str(source.folder / Path(path).expanduser())
    return url_to_fs(path, skip_instance_cache=True, **options)


def _filled(value: object, where: str, secrets: Secrets) -> object:
    if isinstance(value, dict):
        return {name: _filled(each, where, secrets) for name, each in value.items()}
    return secrets.filled(value, where) if isinstance(value, str) else value


def _listed(system: "AbstractFileSystem", root: str) -> dict[str, dict]:
    """name -> what the store says of it, of every file that is meant, in the order of their names."""
    from fsspec.core import has_magic

    if has_magic(root):
        found = system.glob(root, detail=True)
    elif system.isdir(root):
        found = system.find(root, detail=True)
        found = {name: info for name, info in found.items() if PurePosixPath(name).suffix.lower() in NAMED}
    else:
        found = {root: system.info(root)} if system.exists(root) else {}
    return {
        name: info
        for name, info in sorted(found.items())
        if info.get("type") != "directory" and not PurePosixPath(name).name.startswith((".", "_"))
    }


def _is_reached(system: "AbstractFileSystem", root: str) -> bool:
    """Whether a place without files is there: a folder of this machine, or a bucket, as a prefix is gone with its files."""
    from fsspec.core import has_magic
    from fsspec.implementations.local import LocalFileSystem

    parts = list(takewhile(lambda part: not has_magic(part), root.split("/")))
    return system.exists(
        "/".join(parts) or "/" if isinstance(system, LocalFileSystem) else root.strip("/").split("/")[0]
    )


def _mark(info: Mapping) -> str:
    """What changes when the file does."""
    told = next((info[name] for name in (*TAGS, *WRITTEN) if info.get(name) is not None), "")
    return f"{info.get('size')} {told}"


def _place(into: Path, source: str, name: str, taken: list[Path]) -> Path:
    """Where to put it: under its own name, behind its source's, once."""
    parts = PurePosixPath(shown(PurePosixPath(name).name)[-60:])
    places = [into / f"{source}{BETWEEN}{parts}"]
    while places[-1] in taken:
        places.append(into / f"{source}{BETWEEN}{parts.stem} ({len(places) + 1}){parts.suffix}")
    return places[-1]


def _download(system: "AbstractFileSystem", name: str, to: Path, limits: Limits) -> None:
    n_bytes = 0
    with system.open(name, "rb", block_size=CHUNK) as remote, to.open("wb") as local:
        while chunk := remote.read(CHUNK):
            n_bytes += len(chunk)
            limits.check("file_bytes", n_bytes, PurePosixPath(name).name)
            local.write(chunk)
