"""Definitions: the user's words as frozen dataclasses, validated, named by their hash.

load      read and check a definitions file; a wrong one raises Refused, naming key, value and rule
made_of   the same of sections as they are read from a file, or kept as an edit
known_words   what of a kept section this Headlight knows
piece     one piece of a section by itself, such as a campaign; words_of: the same back
Definitions   all sections of a file; sections says what each holds, and the rule of each word
DEFAULT   data/definitions.toml
"""

import hashlib
import json
import tomllib
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar, get_args, get_origin

from lib.definitions.ahead import Forecast, RenewalsAhead
from lib.definitions.campaigns import Campaigns
from lib.definitions.exceptions import Exceptions
from lib.definitions.health import Health
from lib.definitions.journey import Journey
from lib.definitions.levers import Levers
from lib.definitions.reach import Reach
from lib.definitions.renewals import Economics, Renewals
from lib.definitions.sections import (
    Adoption,
    Cadence,
    Calendar,
    Carries,
    Corners,
    Hotspots,
    OneAccount,
    Reading,
    Standing,
    Targets,
    UsagePattern,
    Voice,
)
from lib.errors import Refused

Piece = TypeVar("Piece")
WEIGHTS = tuple[tuple[str, float], ...]  # {name: number} of a file
_EXPECTED = {
    str: "a name", bool: "true or false", int: "a whole number", float: "a number", WEIGHTS: "{name = number, ...}",
    tuple[str, ...]: "a list of names", tuple[float, ...]: "a list of numbers",
}  # fmt: skip
_OF_PIECES = (  # too long to be said again in an error
    "stages", "parts", "profiles", "overrides", "earlier", "triggers", "plays", "moments", "ready",
)  # fmt: skip
_OF_PIECES = ("stages", "parts", "profiles", "overrides", "earlier", "meters")  # too long to be said again in an error
DEFAULT = Path(__file__).parents[2] / "data" / "definitions.toml"


@dataclass(frozen=True)
class Definitions:
    calendar: Calendar
    reading: Reading
    renewals: Renewals
    economics: Economics
    renewals_ahead: RenewalsAhead
    forecast: Forecast
    hotspots: Hotspots
    usage_pattern: UsagePattern
    standing: Standing
    journey: Journey
    one_account: OneAccount
    adoption: Adoption
    carries: Carries
    corners: Corners
    voice: Voice
    cadence: Cadence
    targets: Targets
    health: Health
    exceptions: Exceptions
    campaigns: Campaigns
    reach: Reach
    levers: Levers

    @cached_property
    def hash(self) -> str:
        """Names these definitions and no others; part of every cache key and of every link."""
        return hashlib.sha256(json.dumps(self.words(), sort_keys=True).encode()).hexdigest()[:12]

    def words(self) -> dict:
        """The same as `made_of` takes it: {section: {key: value}}, all of it what TOML and JSON can say."""
        return _plain(self)


def load(path: Path = DEFAULT) -> Definitions:
    """Read definitions from a TOML file. Raises Refused for a key that is missing, unknown, of the wrong kind or out of range."""
    try:
        raw = tomllib.loads(path.read_text())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Refused(f"{path.name} cannot be read: {error}") from error
    return made_of(raw, path.name)


def made_of(raw: dict, source: str) -> Definitions:
    """Definitions of their sections, {section: {key: value}}; `source` is what an error calls them. Raises Refused as load does."""
    parts = {part.name: part.type for part in fields(Definitions)}
    _same_keys(source, "", raw, parts)
    return Definitions(**{name: _section(source, name, kind, raw[name]) for name, kind in parts.items()})


def known_words(section: str, raw: object) -> object:
    """What of a kept section this Headlight knows: keys it does not know are left out, pieces within it too."""
    return _known({each.name: each.type for each in fields(Definitions)}[section], raw)


def piece(kind: type[Piece], raw: object, source: str) -> Piece:
    """One piece of a section by itself; `source` is what an error calls it. Raises Refused as load does."""
    if not isinstance(raw, dict):
        raise Refused(f"{source} must be a piece of its own, but it is {str(raw)[:60]!r}.")
    made = _piece(source, kind.__name__.lower(), kind, raw)
    for key, holds, rule in made.rules():
        if not holds:
            raise Refused(f"{source}: {key} must be {rule}.")
    return made


def words_of(piece: object) -> dict:
    """A piece as `piece` takes it."""
    return _plain(piece)


def _section(source: str, name: str, kind: type, raw: object) -> object:
    if not isinstance(raw, dict):
        raise Refused(f"{source}: [{name}] must be a section, but it is {raw!r}.")
    section = _piece(source, name, kind, raw)
    for key, holds, rule in section.rules():
        if not holds:
            found = "" if key in _OF_PIECES else f" = {raw[key]!r}"
            raise Refused(f"{source}: {name}.{key}{found} must be {rule}.")
    return section


def _piece(source: str, key: str, kind: type, raw: object) -> object:
    """A dataclass of {name: value}; what has a default may be left out."""
    kinds = {each.name: each.type for each in fields(kind)}
    needed = [each.name for each in fields(kind) if each.default is MISSING]
    if not isinstance(raw, dict) or (key.endswith("]") and needed[0] not in raw):
        raise Refused(f"{source}: {key} = {raw!r} must be a piece of its own: {{{needed[0]} = ...}}.")
    _same_keys(source, f"{key}.", raw, kinds, needed)
    return kind(**{name: _value(source, f"{key}.{name}", kinds[name], value) for name, value in raw.items()})


def _value(source: str, key: str, kind: type, raw: object) -> object:
    if kind is int and _is_number(raw) and float(raw).is_integer():
        return int(raw)
    if kind is float and _is_number(raw):
        return float(raw)
    if (kind is str and isinstance(raw, str)) or (kind is bool and isinstance(raw, bool)):
        return raw
    if is_dataclass(kind):
        return _piece(source, key, kind, raw)
    if kind == WEIGHTS:
        if isinstance(raw, dict) and all(map(_is_number, raw.values())):
            return tuple((name, float(weight)) for name, weight in raw.items())
    elif get_origin(kind) is tuple and isinstance(raw, list | tuple):
        of = get_args(kind)[0]
        if is_dataclass(of):
            return tuple(_piece(source, f"{key}[{at}]", of, each) for at, each in enumerate(raw, 1))
        if all(_is_number(each) if of is float else isinstance(each, of) for each in raw):
            return tuple(map(of, raw))
    raise Refused(f"{source}: {key} = {raw!r} must be {_EXPECTED.get(kind, 'a list')}.")


def _plain(piece: object) -> dict:
    """A dataclass as `made_of` takes it."""
    return {each.name: _said(each.type, getattr(piece, each.name)) for each in fields(piece)}


def _said(kind: type, value: object) -> object:
    if kind == WEIGHTS:
        return dict(value)
    if is_dataclass(value):
        return _plain(value)
    return [_said(object, each) for each in value] if isinstance(value, tuple) else value


def _known(kind: type, raw: object) -> object:
    if is_dataclass(kind) and isinstance(raw, dict):
        kinds = {each.name: each.type for each in fields(kind)}
        return {name: _known(kinds[name], value) for name, value in raw.items() if name in kinds}
    if get_origin(kind) is tuple and kind != WEIGHTS and isinstance(raw, list | tuple):
        return [_known(get_args(kind)[0], each) for each in raw]
    return raw


def _is_number(raw: object) -> bool:
    return isinstance(raw, (int, float)) and not isinstance(raw, bool)


def _same_keys(source: str, where: str, found: dict, expected, needed=None) -> None:
    for key in expected if needed is None else needed:
        if key not in found:
            raise Refused(f"{source}: {where}{key} is missing.")
    for key in found:
        if key not in expected:
            raise Refused(f"{source}: {where}{key} is not known; known are {', '.join(sorted(expected))}.")
