"""Which header is which field? By its words (synonyms/) and by what stands in the column; --map wins.

match     headers and column profiles -> one Mapped per header, with how it was decided, and notes; refuses a column
          that is named as a yes or no and is none
propose   the same without refusing: what stands in the way comes back as sentences
fields_of, meaning   see words.py

A firm name keeps its field while most of the filled cells fit (the others are refused cell by cell); a loose name needs
nearly all of them; a yes or no needs every one. A column that fits no field stays a plain column; where its name says
something we know but have no column for, or what another column says better, `means` has the name of that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from lib.errors import Refused
from lib.store.ingest.kinds import kind_of
from lib.store.ingest.profile import Profile
from lib.store.ingest.words import (
    ENTERED,
    Field,
    candidates,
    entered,
    entered_stage,
    fields_of,
    meaning,
    meanings_of,
)

__all__ = ["PLAIN", "SKIP", "Field", "Mapped", "fields_of", "match", "meaning", "propose"]

SKIP, PLAIN = "skip", "plain"
MOST, NEARLY_ALL = 0.5, 0.95  # shares of the filled cells that must fit a firm and a loose name
FLAG_VALUES = 2


@dataclass(frozen=True)
class Mapped:
    """One header of the file and what became of it. `field` is None for a plain or skipped column."""

    header: str
    field: Field | None
    how: str  # given, by name, by name and contents, plain, skipped
    reads: str = "plain"
    means: str = ""  # of a column that feeds no field: the field or kept meaning its name says

    @property
    def says(self) -> str:
        """What the column is, in one word: a field, a kept meaning, plain or skip."""
        if self.field:
            return self.field.name
        return SKIP if self.how == "skipped" else self.means or PLAIN


def match(
    table: str, headers: Sequence[str], profiles: Sequence[Profile], given: Mapping[str, str] | None = None
) -> tuple[list[Mapped], list[str]]:
    """What each header is, in the file's order, and notes on what a reader may not expect."""
    mapped, notes, refusals = propose(table, headers, profiles, given)
    if refusals:
        raise Refused(refusals[0])
    return mapped, notes


def propose(
    table: str, headers: Sequence[str], profiles: Sequence[Profile], given: Mapping[str, str] | None = None
) -> tuple[list[Mapped], list[str], list[str]]:
    """What each header is, notes, and the reasons for which the file cannot be read so."""
    fields = fields_of(table)
    profile_of = dict(zip(headers, profiles, strict=True))
    found = _given(table, headers, given or {})
    notes: list[str] = []
    rivals: dict[str, list[str]] = {}
    means: dict[str, str] = {}
    _take_entered_stages(table, found, means, profile_of)
    taken = {mapped.field.column for mapped in found.values() if mapped.field}
    for field in fields.values():
        for header, how in candidates(table, field, headers):
            if header in found:
                continue
            profile = profile_of[header]
            n_fit = 0 if _is_no_key(table, field, how, profile) else _n_fitting(field, profile, _reads(field, how))
            says_nothing = how == "loose" and _is_flag(field) and not n_fit
            fits = n_fit >= _needed(field, how) * profile.n_filled and not says_nothing
            if field.column in taken:
                rivals.setdefault(field.column, []).append(header)
                if fits and how == "firm":
                    means.setdefault(header, field.name)
                continue
            if not fits:
                if profile.n_filled:
                    notes.append(_misfit_note(table, header, field, n_fit, profile))
                continue
            by = "by name" if how == "firm" else "by name and contents"
            found[header] = Mapped(header, field, by, _reads(field, how))
            taken.add(field.column)
    refusals = _third_values(table, found, profile_of, fields)
    notes += _leave_out_echoes(found, rivals.get("churned", []), profile_of)
    means |= _kept_meanings(table, found, profile_of)
    mapped = [found.get(header, Mapped(header, None, PLAIN, means=means.get(header, ""))) for header in headers]
    return mapped, [note for note in notes if not _settled(table, note, mapped)], refusals


def _take_entered_stages(
    table: str, found: dict[str, Mapped], means: dict[str, str], profile_of: Mapping[str, Profile]
) -> None:
    """A deal's columns of days, one per stage: each is a field of its own, the first of a stage is used."""
    if table != "deal":
        return
    taken = {mapped.field.column for mapped in found.values() if mapped.field}
    for header, profile in profile_of.items():
        field = entered(header)
        if field is None or header in found or _n_fitting(field, profile, "day") < MOST * profile.n_filled:
            continue
        if field.column in taken:
            means[header] = field.name
            continue
        found[header] = Mapped(header, field, "by name", "day")
        taken.add(field.column)


def _kept_meanings(table: str, found: Mapping[str, Mapped], profile_of: Mapping[str, Profile]) -> dict[str, str]:
    """header -> what its name says, for the columns left over and the meanings that have no column of ours."""
    means: dict[str, str] = {}
    for field in meanings_of(table).values():
        for header, how in candidates(table, field, list(profile_of)) if field.is_kept else ():
            profile = profile_of[header]
            n_fit = _n_fitting(field, profile, field.reads)
            if header not in found and n_fit >= _needed(field, how) * profile.n_filled:
                means.setdefault(header, field.name)
    return means


def _given(table: str, headers: Sequence[str], given: Mapping[str, str]) -> dict[str, Mapped]:
    """The mapping asked for; headers and fields may be written in any case."""
    fields, meanings = fields_of(table), meanings_of(table)
    by_case = {header.casefold(): header for header in headers}
    found: dict[str, Mapped] = {}
    by_column: dict[str, str] = {}
    for asked, name in given.items():
        header = by_case.get(asked.strip().casefold())
        if header is None:
            raise Refused(f"The file has no column {asked!r}. {_seen(headers)}")
        stage = name.strip()[len(ENTERED) :].strip()
        name = name.strip().casefold()
        if name == SKIP:
            found[header] = Mapped(header, None, "skipped", SKIP)
        elif name == PLAIN:
            found[header] = Mapped(header, None, "plain")
        elif name in meanings and meanings[name].is_kept:
            found[header] = Mapped(header, None, PLAIN, means=name)
        elif name in fields or (table == "deal" and name.startswith(ENTERED) and stage):
            field = fields.get(name) or entered_stage(stage)
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


def _reads(field: Field, how: str) -> str:
    return "stays" if how == "inverted" else field.reads


def _is_flag(field: Field) -> bool:
    return field.reads in ("flag", "gone")


def _needed(field: Field, how: str) -> float:
    if _is_flag(field):
        return 1.0
    return MOST if how == "firm" else NEARLY_ALL


def _n_fitting(field: Field, profile: Profile, reads: str) -> int:
    if _repeats(field, profile):
        return 0
    if reads in ("text", "id"):
        return profile.n_filled
    if reads in ("flag", "gone", "stays"):
        n = {"flag": profile.n_flag, "gone": profile.n_gone, "stays": profile.n_gone}[reads]
        return n if profile.n_values <= FLAG_VALUES else 0
    if reads in ("day", "moment") and profile.unmarked:
        return profile.n_filled
    if reads == "day":
        return profile.n_day
    if reads == "moment":
        return profile.n_day + profile.n_epoch
    if reads in ("money", "monthly"):
        return profile.n_number + profile.n_short
    return profile.n_whole if reads == "whole" else profile.n_number


def _is_no_key(table: str, field: Field, how: str, profile: Profile) -> bool:
    """An id that is one on all rows, or is only perhaps named so and stands on several, is that of something else."""
    kind = kind_of(table)
    if kind.key != (field.column,) or profile.n_filled < 2:
        return False
    return profile.n_values == 1 or (
        how == "loose" and bool(kind.numbered) and 2 * profile.n_values <= profile.n_filled
    )


def _repeats(field: Field, profile: Profile) -> bool:
    """An id of single events that stands on many of them is the name of something else."""
    return field.is_unique and 2 * profile.n_values <= profile.n_filled > 1


def _third_values(
    table: str, found: Mapping[str, Mapped], profile_of: Mapping[str, Profile], fields: Mapping[str, Field]
) -> list[str]:
    """A column that is named as a yes-or-no must be one: a third value would be counted as neither."""
    taken = {mapped.field.column for mapped in found.values() if mapped.field}
    named = {
        header: field
        for field in fields.values()
        if _is_flag(field) and field.column not in taken
        for header, how in candidates(table, field, list(profile_of))
        if how == "firm" and header not in found
    }
    given = {m.header: m.field for m in found.values() if m.field and m.how == "given" and _is_flag(m.field)}
    refusals = []
    for header, field in (named | given).items():
        profile = profile_of[header]
        if _n_fitting(field, profile, field.reads) == profile.n_filled:
            continue
        values = ", ".join(f"{value!r} ({n:,})" for value, n in profile.commonest)
        n_more = profile.n_values - len(profile.commonest)
        has = "more than two values" if profile.n_values > FLAG_VALUES else "values that are neither a yes nor a no"
        refusals.append(
            f"{header!r} should say yes or no ({field.name}) but has {has}: "
            f"{values or repr(profile.example)}{f' and {n_more:,} more' if n_more > 0 else ''}. "
            f"Rewrite it with two values (Yes and No will do), or map it: '{header}={PLAIN}' keeps it as a dimension, "
            f"'{header}={SKIP}' leaves it out."
        )
    return refusals


def _leave_out_echoes(found: dict[str, Mapped], rivals: Sequence[str], profile_of: Mapping[str, Profile]) -> list[str]:
    """A second column that says who churned would, as a dimension, explain everything and hide the rest."""
    echoes = [
        header
        for header in rivals
        if header not in found
        and (profile := profile_of[header]).n_values <= FLAG_VALUES
        and profile.n_gone == profile.n_filled
    ]
    found |= {header: Mapped(header, None, "skipped", SKIP) for header in echoes}
    return [
        f"{header!r} may say once more whether an account churned, so it is left out: as a dimension it would "
        f"explain everything. Map it to {PLAIN!r} to keep it."
        for header in echoes
    ]


def _misfit_note(table: str, header: str, field: Field, n_fit: int, profile: Profile) -> str:
    if _is_flag(field):
        why = f"its {profile.n_values:,} values are no yes and no"
    elif _repeats(field, profile) or (not n_fit and kind_of(table).key == (field.column,)):
        why = f"its {profile.n_filled:,} cells have {profile.n_values:,} values only"
    else:
        why = f"only {n_fit:,} of its {profile.n_filled:,} values fit"
    return f"{header!r} is named like {field.name}, but {why}: {_becomes(table)}."


def _becomes(table: str) -> str:
    return "kept as a plain column" if kind_of(table).keeps else "left out"


def _settled(table: str, note: str, mapped: Sequence[Mapped]) -> bool:
    """A note on a column that found another field after all, or is left out as something else, would only puzzle."""
    known = (m for m in mapped if m.field or (m.means and not kind_of(table).keeps))
    return any(note.startswith(f"{m.header!r} is named like") for m in known)


def _seen(headers: Sequence[str]) -> str:
    shown = ", ".join(repr(header[:60]) for header in headers[:30])
    return f"Its headers: {shown}{f' and {len(headers) - 30:,} more' if len(headers) > 30 else ''}."
