"""By which words do the fields of a table go? Read from synonyms/: one file per kind, and who.toml for all of them.

meanings_of  every field and every kept meaning of a table, in the order they choose their headers
fields_of    those that have a column; another kind of file is another entry in kinds.py and a file in synonyms/
entered      a deal's column that says when one stage was reached, as a field of its own: entered:<stage>
meaning      a header as a set of words, so that customerID, CUSTOMERID, "Customer ID" and id_customer are one
bare         the same without the words by which a kind of file calls its own rows: Deal - Owner in a file of deals
candidates   the headers that may be a field, the best name first
telling      how far a header's words alone tell which kind of file it stands in: 1 where one
             kind only uses them, 0 where none does
"""

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from lib.store.ingest.kinds import KINDS, kind_of

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
NOISE |= {"usd", "eur", "gbp", "chf", "cad", "aud", "jpy", "gp", "attribute", "trait"}
OWN = {  # kind -> what its rows go by, as vendors put it before the names of their columns
    "account": {"account", "company", "customer", "organization", "organisation"},
    "contract": {"subscription", "contract"},
    "deal": {"deal", "opportunity"},
    "invoice": {"invoice"},
    "person": {"person", "contact", "user", "visitor"},
    "survey": {"survey", "response"},
    "ticket": {"ticket", "case", "conversation", "issue"},
}
MARKS = re.compile(r"\(do not modify\)|\(\d+\)|\bq\d+(?=[\W_])", re.IGNORECASE)  # of a vendor: Account ID (18), Q1_NPS
QUESTIONS = (  # as surveys put them, with the product's name in the middle
    (re.compile(r"(how likely|wie wahrscheinlich|probab|waarschijnlijk).*(recom|empfehl|aanbevel)", re.I), "nps score"),
    (re.compile(r"(reason|grund|raison|motivo|reden) .*(score|rating|note|bewertung|respuesta)", re.I), "verbatim"),
)
WHO = ("account", "person")  # other kinds name them too, and all in the same words
ENTERED = "entered:"
LOOSE_USE = 1 / 3
STAGE_COLUMN = re.compile(r"(?:hs_(?:v2_)?date_entered_(.+)|date entered\s+['\"“”‘’]?(.+?)['\"“”‘’]?)", re.IGNORECASE)
OF_PIPELINE = re.compile(r"\s*\([^()]*pipeline\)$", re.IGNORECASE)


LOOK_ALIKES = str.maketrans(
    "АВЕКМНОРСТХаеорсухіΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEKMHOPCTXaeopcyxiABEZHIKMNOPTYXo"
)  # Cyrillic, Greek


@dataclass(frozen=True)
class Field:
    """One field of a table that a file can feed, or a kept meaning, which has no column."""

    name: str
    column: str  # of the schema
    reads: str
    firm: tuple[str, ...] = ()
    loose: tuple[str, ...] = ()
    inverted: tuple[str, ...] = ()
    is_kept: bool = False  # we know what it says and have no column for it
    is_unique: bool = False  # a column whose values repeat is not this one


def fields_of(table: str) -> dict[str, Field]:
    """Every field of `table` that has a column, by name, in the order they choose their headers."""
    return {name: field for name, field in meanings_of(table).items() if not field.is_kept}


@cache
def meanings_of(table: str) -> dict[str, Field]:
    """Every field of `table` by name, then its kept meanings: a column of the schema always chooses first."""
    schema = kind_of(table).columns
    entries = _written(table)
    shared = {name: _joined(entries.get(name, {}), _written("who")[name]) for name in _named_in(table)}
    order = [*entries, *schema]
    known = {name: {} for name in schema} | entries | shared
    found = [_field(name, known[name], schema) for name in sorted(known, key=order.index)]
    return {field.name: field for field in sorted(found, key=lambda field: field.is_kept)}


def entered(header: str) -> Field | None:
    """When a deal entered one stage: hs_date_entered_<stage> and Date entered 'Stage'; None for any other header."""
    found = STAGE_COLUMN.fullmatch(header.strip())
    stage = OF_PIPELINE.sub("", found[1] or found[2]).strip() if found else ""
    if not stage or meaning(stage) <= {"current", "stage"}:
        return None
    return entered_stage(stage)


def entered_stage(stage: str) -> Field:
    """The field of the day on which a deal entered `stage`."""
    return Field(ENTERED + stage, ENTERED + stage, "day")


@lru_cache(maxsize=20_000)
def meaning(header: str) -> frozenset[str]:
    """The words of a header, without case, order, plural, brackets and a vendor's own marks."""
    words = _words(next((says for question, says in QUESTIONS if question.search(header)), header))
    return _run_together().get(*words, words) if len(words) == 1 else words


def bare(table: str, header: str) -> frozenset[str]:
    """The words of a header no name of this table has, without those that say the table; empty where that is no other."""
    words = meaning(header)
    left = words - OWN.get(table, set())
    return frozenset() if left == words or words in _names_in(table) else left


def _words(header: str) -> frozenset[str]:
    header = MARKS.sub(" ", _in_plain_letters(header)) if not header.isalpha() else _in_plain_letters(header)
    header = re.sub(r"ID[sS](?![a-z])", "Id", header)
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", header)
    words = re.findall(r"[^\W_]+", spaced.casefold())
    if len(words) > 1:  # Created datetime
        words = ["date" if word == "datetime" else word for word in words]
    kept = [word for word in words if word not in NOISE] or words
    return frozenset(_single(word) for word in kept)


@cache
def _run_together() -> dict[str, frozenset[str]]:
    """Names without a mark between their words, as databases write them: stagename -> stage, name."""
    every = (
        name
        for kind in KINDS
        for field in meanings_of(kind).values()
        for _, names in names_of(field)
        for name in names
        if " " in name
    )
    return {_single(re.sub(r"[\W_]+", "", name.casefold())): _words(name) for name in every}


def _single(word: str) -> str:
    return word[:-1] if (len(word) > 3 or word == "ids") and word.endswith("s") and not word.endswith("ss") else word


def _in_plain_letters(header: str) -> str:
    """Without marks that nobody sees, wide letters as narrow ones, and a Cyrillic A among Latin letters as an A."""
    if header.isascii():
        return header
    header = "".join(each for each in unicodedata.normalize("NFKC", header) if unicodedata.category(each) != "Cf")
    return header.translate(LOOK_ALIKES) if re.search("[A-Za-z]", header) else header


@cache
def _names_in(table: str) -> frozenset[frozenset[str]]:
    return frozenset(
        meaning(name) for field in meanings_of(table).values() for _, names in names_of(field) for name in names
    )


def candidates(table: str, field: Field, headers: Sequence[str]) -> list[tuple[str, str]]:
    """(header, kind of name) of the headers that may be this field, the best name first."""
    by_meaning: dict[frozenset[str], list[str]] = {}
    by_rest: dict[frozenset[str], list[str]] = {}
    for header in headers:
        by_meaning.setdefault(meaning(header), []).append(header)
        by_rest.setdefault(bare(table, header), []).append(header)
    found = [
        (header, kind)
        for kind, names in names_of(field)
        for by in (by_meaning, by_rest)
        for name in names
        for header in by.get(meaning(name), [])
    ]
    return list(dict(reversed(found)).items())[::-1]


def telling(header: str) -> float:
    """How far the words of this header tell one kind: 1 over the kinds that use them, loose uses counted for a third."""
    n_uses = _n_uses()[meaning(header)]
    return 1 / max(n_uses, 1) if n_uses else 0.0


def names_of(field: Field) -> list[tuple[str, tuple[str, ...]]]:
    """(firm, loose or inverted, the names), the best first: a field's own name is always firm."""
    own = () if field.is_kept else (field.name.replace("_", " "),)
    return [("firm", (*own, *field.firm)), ("loose", field.loose), ("inverted", field.inverted)]


@cache
def _n_uses() -> Counter[frozenset[str]]:
    """words -> the kinds that use them: 1 for each where they are a firm name, LOOSE_USE where they may be one."""
    uses: Counter = Counter()
    for kind in KINDS:
        of_kind: dict[frozenset[str], float] = {}
        for field in meanings_of(kind).values():
            for how, names in names_of(field):
                use = LOOSE_USE if field.is_kept or how == "loose" else 1
                for words in map(meaning, names):
                    of_kind[words] = max(of_kind.get(words, 0), use)
        uses.update(of_kind)
    return uses


@cache
def _written(name: str) -> dict[str, dict]:
    path = Path(__file__).parent / "synonyms" / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _named_in(table: str) -> list[str]:
    return [name for name in WHO if name in kind_of(table).columns and name != table]


def _joined(own: dict, shared: dict) -> dict:
    """A kind's own names first, then those that all kinds share."""
    return shared | {
        key: list(dict.fromkeys([*said, *shared.get(key, [])])) if isinstance(said, list) else said
        for key, said in own.items()
    }


def _field(name: str, entry: dict, schema: dict[str, str]) -> Field:
    is_kept = entry.get("kept", False)
    column = "" if is_kept else entry.get("into", name)
    reads = entry.get("reads", "text" if is_kept else READS[schema[column]])
    names = (tuple(entry.get(kind, ())) for kind in ("firm", "loose", "inverted"))
    return Field(name, column, reads, *names, is_kept=is_kept, is_unique=entry.get("unique", False))
