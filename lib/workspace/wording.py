"""The definitions as people changed them: one row a version, the newest in force; none means data/definitions.toml.

Version    definitions as they were kept, by whom, when and why
newest     the version in force; None where nobody changed any
of_hash    the newest version of this name
versions   all of them, newest first
kept       make a version the one in force, unless another was made meanwhile
read       kept words as this Headlight understands them
changes    the words two definitions differ in

What an older Headlight kept lacks the words that came since, what a newer one kept may have some too many, and a rule may
have become narrower: nobody is locked out of their own words by an upgrade, so the default stands in for what does not fit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select

from lib.definitions import Definitions, known_words, load, made_of
from lib.errors import Refused, Stale
from lib.workspace import rows
from lib.workspace.opening import Workspace, writing
from lib.workspace.rows import Row
from lib.workspace.sheets import sheet_of

TABLE = "definition"


@dataclass(frozen=True)
class Version:
    """Definitions as they were kept.

    name     the hash they were kept under; after an upgrade they may be completed, and then have another
    mended   the sections for which the default stands in, in whole or in part
    """

    id: str
    name: str
    definitions: Definitions
    mended: tuple[str, ...]
    comment: str
    made_by: str
    made_at: datetime


def newest(workspace: Workspace) -> Version | None:
    """The version in force."""
    found = rows.rows(workspace, TABLE, most=1)
    return _version(found[0]) if found else None


def of_hash(workspace: Workspace, name: str) -> Version | None:
    """The newest version of this name."""
    found = rows.rows(workspace, TABLE, where={"hash": name}, most=1)
    return _version(found[0]) if found else None


def versions(workspace: Workspace) -> list[Version]:
    """All versions, newest first."""
    return [_version(row) for row in rows.rows(workspace, TABLE)]


def kept(
    workspace: Workspace, definitions: Definitions, comment: str = "", *, after: str | None, by: str, now: datetime
) -> Version | None:
    """Make `definitions` those in force, and give the version; what is in force already is left as it is.

    after   the id of the version that was looked at, None for the default; raises Stale where it is in force no more
    """
    definitions = made_of(
        definitions.words(), "an edit"
    )  # nothing is kept that breaks a rule, or is read as something else
    sheet, there = sheet_of(TABLE), newest(workspace)
    if (there.definitions if there else load()) == definitions:
        return there
    made = rows.new(sheet, {"words": definitions.words(), "hash": definitions.hash, "comment": comment}, by, now)
    t = sheet.table
    asked = select(t.c.id, t.c.made_by, t.c.made_at).where(t.c.removed_at.is_(None))
    with writing(workspace, TABLE) as con:
        last = con.execute(asked.order_by(t.c.made_at.desc(), t.c.id.desc()).limit(1)).first()
        if (last and last.id) != after:
            when = last and f"by {last.made_by}, {last.made_at.day} {last.made_at:%b %Y, %H:%M} UTC, "
            raise Stale(
                f"The definitions were changed {when or ''}after you opened them. "
                "Yours were not saved; look at those of now, and save again."
            )
        if last and made.made_at <= last.made_at:  # by another server's clock: what is made last is in force
            made = replace(made, made_at=last.made_at + timedelta(microseconds=1))
        rows.insert_new(con, sheet, [made])
    return _version(made)


def read(words: Mapping[str, object]) -> tuple[Definitions, tuple[str, ...]]:
    """Kept words as this Headlight understands them, and the sections for which the default stands in, or in parts."""
    default = load().words()
    sections, mended = {}, []
    for name, section in default.items():
        said = words.get(name)
        sections[name] = _readable(name, section, said, default)
        if not isinstance(said, Mapping) or sections[name] is section or set(said) != set(section):
            mended.append(name)
    return made_of(sections, "the workspace"), tuple(mended)


def changes(before: Definitions, after: Definitions) -> list[str]:
    """The words two definitions differ in: journey.stages."""
    was, now = before.words(), after.words()
    return [f"{name}.{key}" for name, section in now.items() for key in section if section[key] != was[name][key]]


def _readable(name: str, section: dict, said: object, default: dict) -> dict:
    """The section as it was kept, completed; the default's where even that breaks a rule of today."""
    if not isinstance(said, Mapping):
        return section
    known = known_words(name, dict(said))
    completed = {key: known.get(key, value) for key, value in section.items()}
    try:
        made_of({**default, name: completed}, "the workspace")
    except Refused:
        return section
    return completed


def _version(row: Row) -> Version:
    definitions, mended = read(row["words"])
    return Version(row.id, row["hash"], definitions, mended, row["comment"] or "", row.made_by, row.made_at)
