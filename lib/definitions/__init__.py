"""Definitions: the user's words as frozen dataclasses, validated, named by their hash.

load      read and check a definitions file; a wrong one raises Refused, naming key, value and rule
made_of   the same of sections as they are read from a file, or kept as an edit
Definitions   all sections of a file; sections says what each holds, and the rule of each word
DEFAULT   data/definitions.toml
"""

import hashlib
import json
import tomllib
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from pathlib import Path

from lib.definitions.ahead import Forecast, RenewalsAhead
from lib.definitions.journey import Journey, Stage
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
    return made_of(raw, path.name)


def made_of(raw: dict, source: str) -> Definitions:
    """Definitions of their sections, {section: {key: value}}; `source` is what an error calls them. Raises Refused as load does."""
    parts = {part.name: part.type for part in fields(Definitions)}
    _same_keys(source, "", raw, parts)
    return Definitions(**{name: _section(source, name, kind, raw[name]) for name, kind in parts.items()})


def _section(source: str, name: str, kind: type, raw: object) -> object:
    if not isinstance(raw, dict):
        raise Refused(f"{source}: [{name}] must be a section, but it is {raw!r}.")
    _same_keys(source, f"{name}.", raw, {each.name for each in fields(kind)})
    values = {each.name: _value(source, f"{name}.{each.name}", each.type, raw[each.name]) for each in fields(kind)}
    section = kind(**values)
    for key, holds, rule in section.rules():
        if not holds:
            found = "" if key == "stages" else f" = {raw[key]!r}"
            raise Refused(f"{source}: {name}.{key}{found} must be {rule}.")
    return section


def _value(source: str, key: str, kind: type, raw: object) -> object:
    if kind is int and _is_number(raw) and float(raw).is_integer():
        return int(raw)
    if kind is float and _is_number(raw):
        return float(raw)
    if kind == tuple[float, ...] and isinstance(raw, list | tuple) and all(map(_is_number, raw)):
        return tuple(float(each) for each in raw)
    if kind == tuple[str, ...] and isinstance(raw, list | tuple) and all(isinstance(each, str) for each in raw):
        return tuple(raw)
    if (kind is str and isinstance(raw, str)) or (kind is bool and isinstance(raw, bool)):
        return raw
    if kind == tuple[Stage, ...] and isinstance(raw, list | tuple):
        return tuple(_stage(source, f"{key}[{at}]", each) for at, each in enumerate(raw, 1))
    names = {
        str: "a name",
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        tuple[str, ...]: "a list of names",
    }
    expected = names.get(kind, "a list of numbers")
    raise Refused(f"{source}: {key} = {raw!r} must be {expected}.")


def _stage(source: str, key: str, raw: object) -> Stage:
    kinds = {each.name: each.type for each in fields(Stage)}
    if not isinstance(raw, dict) or "stage" not in raw:
        raise Refused(f'{source}: {key} = {raw!r} must be a stage: {{stage = "Onboarding", expected_days = 30}}.')
    _same_keys(source, f"{key}.", raw, kinds, needed=("stage",))
    return Stage(**{name: _value(source, f"{key}.{name}", kinds[name], value) for name, value in raw.items()})


def _is_number(raw: object) -> bool:
    return isinstance(raw, (int, float)) and not isinstance(raw, bool)


def _same_keys(source: str, where: str, found: dict, expected, needed=None) -> None:
    for key in expected if needed is None else needed:
        if key not in found:
            raise Refused(f"{source}: {where}{key} is missing.")
    for key in found:
        if key not in expected:
            raise Refused(f"{source}: {where}{key} is not known; known are {', '.join(sorted(expected))}.")
