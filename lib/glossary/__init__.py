"""The words of Headlight: every column of every answer, and every term of a page, in one place.

Term    one word
UNITS   what a word can be measured in
TERMS   name -> Term, read from words/*.toml; the README's table and the tables' headers are made from it, and a test holds both
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

UNITS = ("accounts", "count", "rate", "ratio", "money", "days", "day", "text", "flag", "segment", "list")
_SUBJECTS = (
    "hotspots",
    "standing",
    "health_scores",
    "changes",
    "account",
    "work",
    "adoption",
    "cohorts",
    "audiences",
    "carries",
    "kpis",
    "funnel",
    "laggards",
    "renewals",
    "lives",
    "ahead",
    "duelists",
    "forecast",
    "health_explorer",
    "health_sandbox",
    "health_risk",
    "health_proof",
    "outreach",
    "exceptions",
    "plays",
    "reach",
    "levers",
)


@dataclass(frozen=True)
class Term:
    """One word: what people read, what it is measured in (one of UNITS), and its rule."""

    label: str
    unit: str
    meaning: str


def _terms() -> Iterator[tuple[str, Term]]:
    for subject in _SUBJECTS:
        words = tomllib.loads((Path(__file__).parent / "words" / f"{subject}.toml").read_text("utf-8"))
        for unit, named in words.items():
            for name, (label, meaning) in named.items():
                yield name, Term(label, unit, meaning)


TERMS: dict[str, Term] = dict(_terms())
