"""One glossary: every column of every answer is a term of it, and the README shows it whole."""

from importlib import import_module
from pathlib import Path

from lib import glossary
from lib.glossary import TERMS, UNITS
from lib.measures.registry import MEASURES
from tests.every import every

README = (Path(__file__).parents[1] / "README.md").read_text()


def columns_of(name: str) -> list[str]:
    module = import_module(MEASURES[name].path.split(":")[0])
    columns = getattr(module, "COLUMNS", None) or import_module(f"{module.__name__}.report").COLUMNS
    return list(columns)


@every(MEASURES)
def test_every_column_of_an_answer_is_a_word_of_the_glossary(name):
    assert [column for column in columns_of(name) if column not in TERMS] == []


@every(TERMS)
def test_every_word_stands_in_the_readme_with_its_meaning(name):
    term = TERMS[name]
    assert f"| {term.label} (`{name}`) | {term.meaning} | {term.unit} |" in README
    assert term.unit in UNITS and term.label and term.meaning


def test_every_file_of_words_is_read_and_no_word_stands_in_two():
    found = list(glossary._terms())
    assert len(found) == len(TERMS)
    assert {path.stem for path in Path(glossary.__file__).parent.glob("words/*")} == set(glossary._SUBJECTS)


@every(TERMS)
def test_suffixes_tell_the_unit(name):
    unit = TERMS[name].unit
    if name.startswith("n_") or name == "n":
        assert unit == "count"
    if name.endswith("_rate"):
        assert unit == "rate"
    if name.startswith("is_"):
        assert unit == "flag"
    if name.endswith("_on"):
        assert unit == "day"
