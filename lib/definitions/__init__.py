"""Definitions: the user's words as frozen dataclasses, validated, named by their hash.

load      read and check a definitions file; a wrong one raises Refused, naming key, value and rule
Definitions   all sections of a file; sections says what each holds, and the rule of each word
DEFAULT   data/definitions.toml
"""

import hashlib
import json
import tomllib
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from pathlib import Path

from lib.definitions.sections import (
    Adoption,
    Cadence,
    Calendar,
    Carries,
    Corners,
    Hotspots,
    OneAccount,
    Reading,
    Renewals,
    Standing,
    Targets,
    UsagePattern,
    Voice,
)
from lib.errors import Refused

DEFAULT = Path(__file__).parents[2] / "data" / "definitions.toml"


@dataclass(frozen=True)
class Definitions:
    calendar: Calendar
    reading: Reading
    renewals: Renewals
    hotspots: Hotspots
    usage_pattern: UsagePattern
    standing: Standing
    one_account: OneAccount
    adoption: Adoption
    carries: Carries
    corners: Corners
    voice: Voice
    cadence: Cadence
    targets: Targets

    @cached_property
    def hash(self) -> str:
        """Names these definitions and no others; part of every cache key and of every link."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:12]


def load(path: Path = DEFAULT) -> Definitions:
    """Read definitions from a TOML file. Raises Refused for a key that is missing, unknown, of the wrong kind or out of range."""
    try:
        raw = tomllib.loads(path.read_text())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Refused(f"{path.name} cannot be read: {error}") from error
    parts = {part.name: part.type for part in fields(Definitions)}
    _same_keys(path, "", raw, parts)
    return Definitions(**{name: _section(path, name, kind, raw[name]) for name, kind in parts.items()})


def _section(path: Path, name: str, kind: type, raw: object) -> object:
    if not isinstance(raw, dict):
        raise Refused(f"{path.name}: [{name}] must be a section, but it is {raw!r}.")
    _same_keys(path, f"{name}.", raw, {each.name for each in fields(kind)})
    values = {each.name: _value(path, f"{name}.{each.name}", each.type, raw[each.name]) for each in fields(kind)}
    section = kind(**values)
    for key, holds, rule in section.rules():
        if not holds:
            raise Refused(f"{path.name}: {name}.{key} = {raw[key]!r} must be {rule}.")
    return section


def _value(path: Path, key: str, kind: type, raw: object) -> object:
    if kind is int and _is_number(raw) and float(raw).is_integer():
        return int(raw)
    if kind is float and _is_number(raw):
        return float(raw)
    if kind == tuple[float, ...] and isinstance(raw, list) and all(map(_is_number, raw)):
        return tuple(float(each) for each in raw)
    if kind == tuple[str, ...] and isinstance(raw, list) and all(isinstance(each, str) for each in raw):
        return tuple(raw)
    if kind is str and isinstance(raw, str):
        return raw
    names = {str: "a name", int: "a whole number", float: "a number", tuple[str, ...]: "a list of names"}
    expected = names.get(kind, "a list of numbers")
    raise Refused(f"{path.name}: {key} = {raw!r} must be {expected}.")


def _is_number(raw: object) -> bool:
    return isinstance(raw, (int, float)) and not isinstance(raw, bool)


def _same_keys(path: Path, where: str, found: dict, expected) -> None:
    for key in expected:
        if key not in found:
            raise Refused(f"{path.name}: {where}{key} is missing.")
    for key in found:
        if key not in expected:
            raise Refused(f"{path.name}: {where}{key} is not known; known are {', '.join(sorted(expected))}.")
