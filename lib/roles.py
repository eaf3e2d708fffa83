"""Roles: whose accounts each reader may see. They stand in secrets.toml, one section an e-mail address, never in definitions.

Role    what one reader sees: their own accounts, their team's, all; and whom they stand in for, until when
Roles   everybody's; `of` finds one by e-mail address
load    read and check the roles of a secrets file; a wrong one raises Refused, naming key, value and rule
read    a secrets file as it stands; of one that cannot be read, nothing is repeated
SEES    what `sees` can be

    [roles."dana@acme.com"]
    sees = "own"
    csm = ["Dana Smith"]                                # the names accounts carry
    cover = [{csm = "Ann Bo", until = 2026-12-31}]      # that day included
"""

import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from lib.errors import Refused
from lib.scope import ALL, Scope

SEES = ("own", "team", "all", "admin")
_KEYS = ("sees", "csm", "team", "cover")


@dataclass(frozen=True)
class Cover:
    """Somebody whose accounts are looked after, to the day `until` and on it."""

    csm: str
    until: date


@dataclass(frozen=True)
class Role:
    """What one reader sees. `csm` are the names their own accounts carry."""

    email: str  # as the file has it
    sees: str  # one of SEES
    csm: tuple[str, ...] = ()
    team: tuple[str, ...] = ()
    cover: tuple[Cover, ...] = ()

    @property
    def is_admin(self) -> bool:
        """Whether they may also see as another person does, publish, and change the definitions."""
        return self.sees == "admin"

    def scope(self, today: date) -> Scope:
        """The accounts they may see on the day `today`."""
        if self.sees in ("all", "admin"):
            return ALL
        team = self.team if self.sees == "team" else ()
        return Scope((*self.csm, *team, *(each.csm for each in self.cover if today <= each.until)))


@dataclass(frozen=True)
class Roles:
    """Everybody's roles."""

    known: Mapping[str, Role] = field(default_factory=dict)  # folded address -> role

    def of(self, email: object) -> Role | None:
        """The role of the reader with this address; None for everybody else. Case and outer spaces do not matter."""
        return self.known.get(_folded(email)) if isinstance(email, str) else None

    def sights(self, today: date) -> Iterator[tuple[str, Scope]]:
        """Every name under which somebody owns work (as accounts carry it, else the address), with what its bearer may see."""
        for role in self.known.values():
            for name in role.csm or (role.email,):
                yield name, role.scope(today)

    @property
    def emails(self) -> tuple[str, ...]:
        """The addresses with a role, in order."""
        return tuple(sorted(role.email for role in self.known.values()))

    @property
    def admins(self) -> tuple[str, ...]:
        """The addresses of the admins, in order: whom to ask."""
        return tuple(sorted(role.email for role in self.known.values() if role.is_admin))


def load(given: Path | Mapping) -> Roles:
    """The roles of a secrets file, or of what one holds. Raises Refused for anything it does not know for sure."""
    held = given if isinstance(given, Mapping) else read(given)
    sections = held.get("roles", {})
    if not isinstance(sections, Mapping):
        raise Refused('secrets.toml: roles must be sections, one an e-mail address, such as [roles."dana@acme.com"].')
    known: dict[str, Role] = {}
    for email, section in sections.items():
        role = _role(email, section)
        if _folded(email) in known:
            raise Refused(f"secrets.toml: roles has {email!r} twice; case and outer spaces do not make another reader.")
        known[_folded(email)] = role
    return Roles(known)


def read(path: Path) -> dict:
    """A secrets file as it stands. Raises Refused with the place of a fault, and nothing of what is written there."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise Refused(
            f"There is no {path}, so nobody has a role to see by. Name the file by --secrets; or leave the viewer out, "
            "and see one CSM's accounts by --where csm=NAME."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(
            f"{path} cannot be read: {getattr(error, 'strerror', None) or 'it is not text in UTF-8'}."
        ) from None
    except tomllib.TOMLDecodeError as error:
        _, _, place = str(error).rpartition("(")
        raise Refused(f"{path} cannot be read: it is not TOML ({place or 'somewhere)'}.") from None


def _folded(email: str) -> str:
    """An address as it is compared. A letter that merely looks like an ASCII one when it is small stays what it is."""
    return "".join(
        small if (small := letter.lower()).isascii() == letter.isascii() else letter for letter in email.strip()
    )


def _role(email: str, section: object) -> Role:
    key = f"roles.{email!r}"
    if "@" not in email.strip()[1:-1] or not _is_clean(email) or len(email.split()) != 1:
        raise Refused(f'secrets.toml: {key} must be named by an e-mail address, such as [roles."dana@acme.com"].')
    if not isinstance(section, Mapping):
        raise Refused(f"secrets.toml: {key} = {section!r} must be a section with the keys {', '.join(_KEYS)}.")
    for name in section:
        if name not in _KEYS:
            raise Refused(f"secrets.toml: {key}.{name} is not known; known are {', '.join(_KEYS)}.")
    if "sees" not in section:
        raise Refused(f"secrets.toml: {key}.sees is missing; it can be {', '.join(SEES)}.")
    sees = section["sees"]
    if not isinstance(sees, str) or sees not in SEES:
        raise Refused(f"secrets.toml: {key}.sees = {sees!r} must be one of {', '.join(SEES)}.")
    role = Role(
        email.strip(),
        sees,
        _names(f"{key}.csm", section.get("csm", [])),
        _names(f"{key}.team", section.get("team", [])),
        _cover(f"{key}.cover", section.get("cover", [])),
    )
    if sees == "own" and not role.csm:
        raise Refused(
            f"secrets.toml: {key}.csm must name at least one CSM where sees is own: their accounts are what is seen."
        )
    if sees == "team" and not role.team:
        raise Refused(f"secrets.toml: {key}.team must name at least one CSM where sees is team.")
    if sees == "own" and role.team:
        raise Refused(
            f"secrets.toml: {key}.team = {list(role.team)!r} is for those who see their team; here sees is own."
        )
    return role


def _names(key: str, given: object) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(map(_is_name, given)):
        raise Refused(f'secrets.toml: {key} = {given!r} must be a list of names, such as ["Dana Smith"].')
    return tuple(dict.fromkeys(name.strip() for name in given))


def _cover(key: str, given: object) -> tuple[Cover, ...]:
    rule = 'a list such as [{csm = "Ann Bo", until = 2026-12-31}]'
    if not isinstance(given, list):
        raise Refused(f"secrets.toml: {key} = {given!r} must be {rule}.")
    covers = []
    for each in given:
        if not isinstance(each, Mapping) or set(each) != {"csm", "until"}:
            raise Refused(f"secrets.toml: {key} has {each!r}; it must be {rule}.")
        if not _is_name(each["csm"]):
            raise Refused(f"secrets.toml: {key} has csm = {each['csm']!r}, which must be a name.")
        if type(each["until"]) is not date:  # a moment is a date too, and which of the days it means is a guess
            raise Refused(
                f"secrets.toml: {key} has until = {each['until']!r}, which must be a day, such as 2026-12-31."
            )
        covers.append(Cover(each["csm"].strip(), each["until"]))
    return tuple(covers)


def _is_name(given: object) -> bool:
    return isinstance(given, str) and bool(given.strip()) and _is_clean(given)


def _is_clean(text: str) -> bool:
    """Whether nothing in it is hidden: no control character, no half of a letter."""
    return not any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text)
