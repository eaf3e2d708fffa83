"""What is this file? Its kind, what each header is, and how sure that is, from a look at its first rows.

recognise    one CSV text file -> Recognised; refuses only what cannot be read at all
Recognised   the kind, how sure, the mapping, examples, the other kinds it may be, and what a person must be told
as_json      the same as plain lists and dicts

How sure: what the headers tell (a name that one kind uses tells all, one that every kind uses next to nothing, one that
only others use speaks against it), cut where a needed column was found by a loose name only, an id stands on many rows
or another kind is nearly as likely; below one half where a needed column is absent.
"""

import csv
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from lib.errors import Refused
from lib.store.ingest import dialect as dialects
from lib.store.ingest import doubts, rows
from lib.store.ingest import text as texts
from lib.store.ingest.dialect import Dialect
from lib.store.ingest.fields import PLAIN, Mapped, propose
from lib.store.ingest.kinds import KINDS, Kind, kind_of
from lib.store.ingest.profile import Profile, profiles_of
from lib.store.ingest.words import telling

HEAD_BYTES, HEAD_ROWS = 1 << 19, 3_000
N_SAMPLES, SAMPLE_LENGTH = 5, 80
N_RIVALS = 3
SURE = 0.5  # below it, the kind is a guess that a person must confirm
ABSENT = 0.45  # the most there can be where a needed column is not there
BY_LOOSE_NAME, REPEATED_ID = 0.9, 0.6
TELLS = {"given": 1.0, "by name": 1.0, "by name and contents": 0.5}  # a mapped column, by how it was found
TELLS_OF_MEANING = 0.5  # a column whose name we know and have no place for
AGAINST = 0.5  # a column whose name another kind knows and this one does not
FULLY_KNOWN = 0.2  # of the doubt that is left, what goes where every header is known
NEAR = 0.85  # another kind so near the best is a doubt


@dataclass(frozen=True)
class Recognised:
    """What one file seems to be. `confidence` is between 0 and 1; below SURE the kind is a guess."""

    file: str
    table: str
    confidence: float
    mapping: tuple[Mapped, ...]
    dialect: Dialect
    samples: dict[str, tuple[str, ...]]
    rivals: tuple[tuple[str, float], ...]  # other kinds, the likeliest first
    problems: tuple[str, ...]

    @property
    def asked(self) -> dict[str, str]:
        """{header: field, plain or skip}: the mapping as read and match take it."""
        return {m.header: m.says if m.field or m.how == "skipped" else PLAIN for m in self.mapping}


@dataclass(frozen=True)
class _Head:
    """The first rows of a file."""

    dialect: Dialect
    headers: tuple[str, ...]
    rows: list[list[str]]
    profiles: list[Profile]


@dataclass(frozen=True)
class _Guess:
    """One kind the file may be."""

    table: str
    confidence: float
    mapped: list[Mapped]
    notes: list[str]


def recognise(
    path: str | Path,
    work: str | Path,
    *,
    table: str | None = None,
    mapping: Mapping[str, str] | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    decimal: str | None = None,
) -> Recognised:
    """What `path` seems to be, by its headers and first rows; scratch files live in `work` and are gone afterwards.

    table, mapping   what the person has said already: the kind of file, {header: field, plain or skip}
    """
    path = Path(path)
    if not path.is_file():
        raise Refused(f"There is no file {path}.")
    kinds = (kind_of(table).name,) if table else KINDS
    Path(work).mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=work, prefix=".recognising-") as folder:
            head = _head(path, Path(folder).resolve(), delimiter, encoding, decimal)
    except (OSError, UnicodeError) as error:
        raise Refused(f"{path.name} cannot be opened: {error}.") from None
    best, *others = _guesses(kinds, head, mapping or {})
    rivals = tuple((guess.table, guess.confidence) for guess in others if guess.confidence)[:N_RIVALS]
    return Recognised(
        file=path.name,
        table=best.table,
        confidence=best.confidence,
        mapping=tuple(best.mapped),
        dialect=head.dialect,
        samples={header: _samples(row[at] for row in head.rows) for at, header in enumerate(head.headers)},
        rivals=rivals,
        problems=tuple(_problems(best, rivals, head, decimal)),
    )


def as_json(recognised: Recognised) -> dict:
    """The answer as plain values; a mapping's value is a field, a kept meaning, plain or skip."""
    said = ("encoding", "delimiter", "quote", "decimal", "header_row")
    return {
        "file": recognised.file,
        "table": recognised.table,
        "confidence": recognised.confidence,
        "mapping": {m.header: m.says for m in recognised.mapping},
        "dialect": {name: getattr(recognised.dialect, name) for name in said},
        "problems": list(recognised.problems),
        "samples": {header: list(found) for header, found in recognised.samples.items()},
        "rivals": [{"table": table, "confidence": confidence} for table, confidence in recognised.rivals],
    }


def _head(path: Path, work: Path, delimiter: str | None, encoding: str | None, decimal: str | None) -> _Head:
    """The first rows, read exactly: those of another width than the header are the reader's to report."""
    start = work / "head" / path.name  # a folder of its own: refusals name the file
    start.parent.mkdir()
    is_whole = _copy_start(path, start)
    text = texts.as_utf8(start, work, encoding)
    text, dialect, headers, has_rows = _found(text, work, path.name, delimiter, decimal)
    found = []
    with suppress(csv.Error):  # a quote that breaks the file, or is cut with it: what stands above it will do
        for record in dialects.records(text, dialect):
            found.append(record)
            if len(found) > HEAD_ROWS:
                break
        else:
            found = found if is_whole else found[:-1]
    records = [record for record in found[1:] if len(record) == len(headers)] if has_rows else []
    return _Head(dialect, headers, records, _profiles(records, len(headers), work))


def _found(
    text: texts.Text, work: Path, name: str, delimiter: str | None, decimal: str | None
) -> tuple[texts.Text, Dialect, tuple[str, ...], bool]:
    """The text, its dialect and its headers, and whether rows follow: a header alone is an export without rows yet."""
    try:
        return *dialects.find(text, work, name, delimiter, decimal), True
    except Refused as refused:
        lines = text.path.read_text(encoding="utf-8-sig", errors="replace").rstrip().splitlines()
        if not lines:
            raise
        twice = work / "twice.csv"
        twice.write_text("\n".join([*lines, lines[-1], ""]), encoding="utf-8")
        doubled = replace(text, path=twice, starts_at=0)
        with suppress(Refused, csv.Error):
            doubled, dialect, headers = dialects.find(doubled, work, name, delimiter, decimal)
            header, *below = dialects.records(doubled, dialect)
            if below == [header]:
                return doubled, dialect, headers, False
        raise refused


def _copy_start(path: Path, start: Path) -> bool:
    """The file's first whole lines, as bytes; whether that is all of it."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        is_whole = not file.read(1)
    if not is_whole:
        unit = 2 if b"\0" in head[:200] else 1  # UTF-16 has a zero beside every letter
        at = max(head.rfind(b"\n"), head.rfind(b"\r"))
        head = head[: at - at % unit + unit] if at >= 0 else head
    start.write_bytes(head)
    return is_whole


def _profiles(records: Sequence[Sequence[str]], n_columns: int, work: Path) -> list[Profile]:
    if not records:
        return [Profile()] * n_columns
    clean = work / "rows.csv"
    with clean.open("w", encoding="utf-8", errors="replace", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([f"c{at}" for at in range(n_columns)])
        writer.writerows([cell.replace("\r", " ").replace("\n", " ") for cell in record] for record in records)
    dialect = Dialect("utf-8", ",", '"', '"', None, 1)
    text = texts.Text(clean, "utf-8", 0, clean.stat().st_size)
    with rows.within_memory(clean.name), rows.connect(clean, work, text.n_bytes) as con:
        rows.load(con, text, dialect, [f"c{at}" for at in range(n_columns)], work)
        return profiles_of(con, n_columns)


def _guesses(kinds: Sequence[str], head: _Head, given: Mapping[str, str]) -> list[_Guess]:
    """Every kind, the likeliest first; those that lack a field the person asked for are out."""
    found, refusals = [], []
    for table in kinds:
        try:
            mapped, notes, in_the_way = propose(table, head.headers, head.profiles, given)
        except Refused as refused:
            refusals.append(refused)
            continue
        found.append(_Guess(table, _confidence(kind_of(table), mapped, head.profiles), mapped, [*in_the_way, *notes]))
    if not found:
        raise refusals[0]
    best, *others = sorted(found, key=lambda guess: -guess.confidence)
    doubt = max(0.0, others[0].confidence / best.confidence - NEAR) if others and best.confidence else 0.0
    sure = round(best.confidence * (1 - doubt), 2)
    return [replace(best, confidence=max(sure, others[0].confidence if others else 0.0)), *others]


def _confidence(kind: Kind, mapped: Sequence[Mapped], profiles: Sequence[Profile]) -> float:
    how_of = {m.field.column: m.how for m in mapped if m.field}
    told = sum((telling(m.header) or 1) * _weight(m) for m in mapped)
    against = sum(telling(m.header) * AGAINST for m in mapped if not (m.field or m.means))
    n_known = sum(1 for m in mapped if m.field or m.means)
    likely = told / (told + 1 + against)
    likely += (1 - likely) * FULLY_KNOWN * n_known / len(mapped)
    n_absent = sum(1 for group in kind.needs if not set(group) & set(how_of))
    if n_absent:
        return round(ABSENT * likely * (1 - n_absent / len(kind.needs) / 2), 2)
    for group in kind.needs:
        if all(how_of.get(column, "by name and contents") == "by name and contents" for column in group):
            likely *= BY_LOOSE_NAME
    for m, profile in zip(mapped, profiles, strict=True):
        if doubts.is_repeated_id(kind, m, profile):
            likely *= REPEATED_ID
    return round(likely, 2)


def _weight(mapped: Mapped) -> float:
    return TELLS[mapped.how] if mapped.field else TELLS_OF_MEANING if mapped.means else 0.0


def _samples(cells: Iterable[str]) -> tuple[str, ...]:
    distinct = dict.fromkeys(cell.strip()[:SAMPLE_LENGTH] for cell in cells if cell.strip())
    return tuple(distinct)[:N_SAMPLES]


def _problems(best: _Guess, rivals: tuple[tuple[str, float], ...], head: _Head, decimal: str | None) -> list[str]:
    """What a person must be told, the gravest first."""
    found = []
    if not any(m.field for m in best.mapped):
        found.append("No header is one that Headlight knows: say what kind of file it is, and which column is what.")
    elif best.confidence < SURE:
        found.append(f"This may be no file for Headlight: {best.table} is only the nearest kind. Say what it is.")
    elif rivals and rivals[0][1] >= NEAR * best.confidence:
        found.append(f"It is read as {best.table}, but may be {rivals[0][0]} just as well: say which.")
    columns = {m.field.column for m in best.mapped if m.field}
    found += [
        f"No column says {' or '.join(group)}, which every row of such a file ({best.table}) needs: say which one does."
        for group in kind_of(best.table).needs
        if not set(group) & columns
    ]
    found += doubts.repeated_ids(best.table, best.mapped, head.profiles)
    found += best.notes
    found += doubts.two_ways(best.mapped, head.profiles, head.dialect, decimal)
    found += doubts.same_meanings(best.table, best.mapped)
    if not head.rows:
        found.append("The file has a header and no rows yet: it is recognised by its headers alone.")
    return list(dict.fromkeys(found))
