"""Which header is which field? By its words (synonyms/) and by what stands in the column; --map wins.

match         headers and column profiles -> one Mapped per header, with how it was decided, and notes
fields_of     the fields a table can be fed, from the schema and synonyms/: another table is another entry there
meaning       a header as a set of words, so that customerID, "Customer ID" and id_customer are one

A firm name keeps its field while most of the filled cells fit (the others are refused cell by cell); a loose name needs
nearly all of them; a yes or no needs every one. A column that fits no field stays a plain column.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from lib.errors import Refused
from lib.store.ingest.kinds import kind_of
from lib.store.ingest.profile import Profile

SKIP, PLAIN = "skip", "plain"
MOST, NEARLY_ALL = 0.5, 0.95  # shares of the filled cells that must fit a firm and a loose name
FLAG_VALUES = 2

READS = {  # how text becomes each type of the schema, where synonyms/ does not say otherwise
    "VARCHAR": "text",
    "BIGINT": "whole",
    "DOUBLE": "number",
    "DECIMAL(18,2)": "money",
    "DATE": "day",
    "TIMESTAMP": "moment",
    "BOOLEAN": "flag",
}
NOISE = {"of", "the", "in", "a", "c", "cf", "sfdc", "hs", "crm", "custom", "property", "metadata", "utc"}
NOISE |= {"usd", "eur", "gbp", "chf", "cad", "aud", "jpy"}


@dataclass(frozen=True)
class Field:
    """One field of a table that a file can feed."""

    name: str
    column: str  # of the schema
    reads: str
    firm: tuple[str, ...] = ()
    loose: tuple[str, ...] = ()
    inverted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mapped:
    """One header of the file and what became of it. `field` is None for a plain or skipped column."""

    header: str
    field: Field | None
    how: str  # given, by name, by name and contents, plain, skipped
    reads: str = "plain"


@cache
def fields_of(table: str) -> dict[str, Field]:
    """Every field of `table` by name, in the order they choose their headers."""
    schema = kind_of(table).columns
    synonyms = Path(__file__).parent / "synonyms" / f"{table}.toml"
    entries = tomllib.loads(synonyms.read_text(encoding="utf-8")) if synonyms.exists() else {}
    known = {name: {} for name in schema} | entries
    return {
        name: Field(
            name,
            column := entry.get("into", name),
            entry.get("reads", READS[schema[column]]),
            *(tuple(entry.get(kind, ())) for kind in ("firm", "loose", "inverted")),
        )
        for name, entry in sorted(known.items(), key=lambda item: [*entries, *schema].index(item[0]))
    }


def match(
    table: str, headers: Sequence[str], profiles: Sequence[Profile], given: Mapping[str, str] | None = None
) -> tuple[list[Mapped], list[str]]:
    """What each header is, in the file's order, and notes on what a reader may not expect."""
    fields = fields_of(table)
    found = _given(table, fields, headers, given or {})
    notes: list[str] = []
    taken = {mapped.field.column for mapped in found.values() if mapped.field}
    rivals: dict[str, list[str]] = {}
    for field in fields.values():
        for header, how in _candidates(field, headers):
            if header in found:
                continue
            if field.column in taken:
                rivals.setdefault(field.column, []).append(header)
                continue
            profile = profiles[headers.index(header)]
            n_fit = _n_fitting(profile, _reads(field, how))
            says_nothing = how == "loose" and _is_flag(field) and not n_fit
            if n_fit < _needed(field, how) * profile.n_filled or says_nothing:
                if profile.n_filled:
                    notes.append(_misfit_note(header, field, n_fit, profile))
                continue
            by = "by name" if how == "firm" else "by name and contents"
            found[header] = Mapped(header, field, by, _reads(field, how))
            taken.add(field.column)
    _refuse_third_value(found, profiles, headers, fields)
    notes += _leave_out_echoes(found, rivals.get("churned", []), headers, profiles)
    mapped = [found.get(header, Mapped(header, None, PLAIN)) for header in headers]
    return mapped, [note for note in notes if not _settled(note, mapped)]


def meaning(header: str) -> frozenset[str]:
    """The words of a header, without case, order, plural, brackets and a vendor's own marks."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", header)
    words = re.findall(r"[^\W_]+", spaced.casefold())
    kept = [word for word in words if word not in NOISE] or words
    return frozenset(
        word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word for word in kept
    )


def _given(table: str, fields: dict[str, Field], headers: Sequence[str], given: Mapping[str, str]) -> dict[str, Mapped]:
    """The mapping asked for; headers and fields may be written in any case."""
    by_case = {header.casefold(): header for header in headers}
    found: dict[str, Mapped] = {}
    by_column: dict[str, str] = {}
    for asked, name in given.items():
        header = by_case.get(asked.strip().casefold())
        if header is None:
            raise Refused(f"The file has no column {asked!r}. {_seen(headers)}")
        name = name.strip().casefold()
        if name == SKIP:
            found[header] = Mapped(header, None, "skipped", SKIP)
        elif name == PLAIN:
            found[header] = Mapped(header, None, "plain")
        elif name in fields:
            field = fields[name]
            if field.column in by_column:
                raise Refused(f"{by_column[field.column]!r} and {header!r} both map to {field.column}: choose one.")
            by_column[field.column] = header
            says_opposite = meaning(header) in {meaning(inverted) for inverted in field.inverted}
            found[header] = Mapped(header, field, "given", "stays" if says_opposite else field.reads)
        else:
            close = get_close_matches(name, fields, n=1)
            raise Refused(
                f"{table} has no field {name!r}{f' (did you mean {close[0]}?)' if close else ''}. "
                f"It has {', '.join(fields)}; {PLAIN} keeps a column as it is, {SKIP} leaves it out."
            )
    return found


def _candidates(field: Field, headers: Sequence[str]) -> list[tuple[str, str]]:
    """(header, kind of name) of the headers that may be this field, the best name first."""
    by_meaning: dict[frozenset[str], list[str]] = {}
    for header in headers:
        by_meaning.setdefault(meaning(header), []).append(header)
    own = (("firm", (field.name.replace("_", " "),)),)
    named = (*own, ("firm", field.firm), ("loose", field.loose), ("inverted", field.inverted))
    found = [(header, kind) for kind, names in named for name in names for header in by_meaning.get(meaning(name), [])]
    return list(dict(reversed(found)).items())[::-1]


def _reads(field: Field, how: str) -> str:
    return "stays" if how == "inverted" else field.reads


def _is_flag(field: Field) -> bool:
    return field.reads in ("flag", "gone")


def _needed(field: Field, how: str) -> float:
    if _is_flag(field):
        return 1.0
    return MOST if how == "firm" else NEARLY_ALL


def _n_fitting(profile: Profile, reads: str) -> int:
    if reads in ("text", "id"):
        return profile.n_filled
    if reads in ("flag", "gone", "stays"):
        n = {"flag": profile.n_flag, "gone": profile.n_gone, "stays": profile.n_gone}[reads]
        return n if profile.n_values <= FLAG_VALUES else 0
    if reads == "day":
        return profile.n_day
    return profile.n_whole if reads == "whole" else profile.n_number


def _refuse_third_value(
    found: dict[str, Mapped], profiles: Sequence[Profile], headers: Sequence[str], fields: dict[str, Field]
) -> None:
    """A column that is named as a yes-or-no must be one: a third value would be counted as neither."""
    taken = {mapped.field.column for mapped in found.values() if mapped.field}
    named = {
        header: field
        for field in fields.values()
        if _is_flag(field) and field.column not in taken
        for header, how in _candidates(field, headers)
        if how == "firm" and header not in found
    }
    given = {m.header: m.field for m in found.values() if m.field and m.how == "given" and _is_flag(m.field)}
    for header, field in (named | given).items():
        profile = profiles[headers.index(header)]
        if _n_fitting(profile, field.reads) == profile.n_filled:
            continue
        values = ", ".join(f"{value!r} ({n:,})" for value, n in profile.commonest)
        n_more = profile.n_values - len(profile.commonest)
        has = "more than two values" if profile.n_values > FLAG_VALUES else "values that are neither a yes nor a no"
        raise Refused(
            f"{header!r} should say yes or no ({field.name}) but has {has}: "
            f"{values or repr(profile.example)}{f' and {n_more:,} more' if n_more > 0 else ''}. "
            f"Rewrite it with two values (Yes and No will do), or map it: '{header}={PLAIN}' keeps it as a dimension, "
            f"'{header}={SKIP}' leaves it out."
        )


def _leave_out_echoes(
    found: dict[str, Mapped], rivals: Sequence[str], headers: Sequence[str], profiles: Sequence[Profile]
) -> list[str]:
    """A second column that says who churned would, as a dimension, explain everything and hide the rest."""
    echoes = [
        header
        for header in rivals
        if header not in found and _n_fitting(profile := profiles[headers.index(header)], "gone") == profile.n_filled
    ]
    found |= {header: Mapped(header, None, "skipped", SKIP) for header in echoes}
    return [
        f"{header!r} may say once more whether an account churned, so it is left out: as a dimension it would "
        f"explain everything. Map it to {PLAIN!r} to keep it."
        for header in echoes
    ]


def _misfit_note(header: str, field: Field, n_fit: int, profile: Profile) -> str:
    if _is_flag(field):
        why = f"its {profile.n_values:,} values are no yes and no"
    else:
        why = f"only {n_fit:,} of its {profile.n_filled:,} values fit"
    return f"{header!r} is named like {field.name}, but {why}: kept as a plain column."


def _settled(note: str, mapped: Sequence[Mapped]) -> bool:
    """A note on a column that found another field after all would only puzzle."""
    return any(note.startswith(f"{m.header!r} is named like") and m.field for m in mapped)


def _seen(headers: Sequence[str]) -> str:
    shown = ", ".join(repr(header[:60]) for header in headers[:30])
    return f"Its headers: {shown}{f' and {len(headers) - 30:,} more' if len(headers) > 30 else ''}."
