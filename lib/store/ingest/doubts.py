"""What of a file's columns may be meant in another way than they are read? In sentences, for a person to decide.

repeated_ids    an id that should be on one row each and is not
two_ways        days and numbers that can be read in two ways
same_meanings   columns that say the same, and which of them is used
"""

from collections.abc import Sequence

from lib.errors import Refused
from lib.store.ingest import values
from lib.store.ingest.dialect import Dialect
from lib.store.ingest.fields import Mapped
from lib.store.ingest.kinds import Kind, kind_of
from lib.store.ingest.profile import Profile
from lib.store.ingest.words import fields_of

NEARLY_UNIQUE = 0.8


def is_repeated_id(kind: Kind, mapped: Mapped, profile: Profile) -> bool:
    """Whether this column is the id of the file's rows, and stands on several rows each."""
    is_id = mapped.field is not None and kind.key == (mapped.field.column,)
    return is_id and profile.n_values < NEARLY_UNIQUE * profile.n_filled


def repeated_ids(table: str, mapped: Sequence[Mapped], profiles: Sequence[Profile]) -> list[str]:
    """Whether the file may be a list of something else, told by its ids."""
    return [
        f"{m.header!r} has {profile.n_values:,} ids on {profile.n_filled:,} rows, where a file of this kind ({table}) has "
        "one row for each: say what kind of file it is, or which column is the id."
        for m, profile in zip(mapped, profiles, strict=True)
        if is_repeated_id(kind_of(table), m, profile)
    ]


def two_ways(mapped: Sequence[Mapped], profiles: Sequence[Profile], dialect: Dialect, decimal: str | None) -> list[str]:
    """Days whose order, and numbers whose decimal mark, the values do not tell."""
    found = []
    for m, profile in zip(mapped, profiles, strict=True):
        try:
            if m.field and m.reads in ("day", "moment") and profile.n_day:
                values.decide_day_order(m.header, profile, None)
            if m.field and m.reads in ("money", "monthly", "number", "whole"):
                values.decide_decimal(m.header, profile, decimal, dialect.decimal, dialect.delimiter)
        except Refused as doubt:
            found.append(str(doubt))
    return found


def same_meanings(table: str, mapped: Sequence[Mapped]) -> list[str]:
    """Two headers of one field, or of one kept meaning."""
    keeps, fields = kind_of(table).keeps, fields_of(table)
    used = {m.field.column: m.header for m in mapped if m.field}
    kept: dict[str, str] = {}
    found = []
    for m in mapped:
        if m.field or not m.means or m.how == "skipped":
            continue
        column = fields[m.means].column if m.means in fields else m.means
        if header := used.get(column):
            rest = "stays a plain column" if keeps else "is left out"
            found.append(f"{header!r} and {m.header!r} both say {column}: {header!r} is used, {m.header!r} {rest}.")
        elif keeps and kept.setdefault(m.means, m.header) != m.header:
            found.append(f"{kept[m.means]!r} and {m.header!r} both say {m.means}: both stay plain columns.")
    return found
