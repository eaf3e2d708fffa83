"""The walls of the house: who may import whom, who may open a database, read a clock, or grow how long."""

import ast
import inspect
import re
from functools import cache
from pathlib import Path

from lib.facts import scripts
from lib.measures.registry import MEASURES, measure
from tests.every import every

ROOT = Path(__file__).resolve().parents[1]
FILES = [
    path
    for path in (ROOT / "app.py", *sorted((ROOT / "lib").rglob("*.py")), *sorted((ROOT / "pages").glob("*.py")))
    if path.exists()
]
COMMON = {
    "lib",
    "lib.book",
    "lib.calibration",
    "lib.definitions",
    "lib.definitions.ahead",
    "lib.definitions.exceptions",
    "lib.definitions.campaigns",
    "lib.definitions.conditions",
    "lib.definitions.health",
    "lib.definitions.journey",
    "lib.definitions.reach",
    "lib.definitions.levers",
    "lib.definitions.renewals",
    "lib.definitions.sections",
    "lib.effects",
    "lib.errors",
    "lib.export",
    "lib.hazards",
    "lib.odds",
    "lib.ranking",
    "lib.roles",
    "lib.scope",
    "lib.stats",
    "lib.strata",
    "lib.survival",
    "lib.turning",
    "lib.glossary",
}
MAY_IMPORT = {  # a room -> the rooms it may import, itself aside; COMMON is open to all
    "app": {"pages", "lib.view"},
    "pages": {"lib.view", "lib.measures"},
    "lib.view": {"lib.measures", "lib.facts", "lib.workspace", "lib.store"},
    "lib.measures": {"lib.facts", "lib.store"},
    "lib.facts": {"lib.store", "lib.workspace"},
    "lib.workspace": set(),
    "lib.store": set(),
    "lib.shell": {"lib.measures", "lib.facts", "lib.store", "lib.workspace"},
    "lib.__main__": {"lib.shell", "lib.measures", "lib.store"},
}  # fmt: skip
HEAVY = ("scipy.stats", "statsmodels", "sklearn", "plotly.express")
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time"),
          ("time", "localtime"), ("Timestamp", "now"), ("Timestamp", "today")}  # fmt: skip


def module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room(name: str) -> str:
    return name.split(".")[0] if not name.startswith("lib") else ".".join(name.split(".")[:2])


def imports(tree: ast.AST) -> set[str]:
    """Every module a tree imports, at its top or inside a function; `from a import b` counts as a and a.b."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def top_level_imports(tree: ast.Module) -> set[str]:
    return set().union(*(imports(node) for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))), set())


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


MODULES = {module(path) for path in FILES}
each_file = every(FILES, lambda path: str(path.relative_to(ROOT)))


@each_file
def test_imports_run_one_way(path):
    here, tree = module(path), parsed(path)
    ours = {name for name in imports(tree) if name in MODULES and name.split(".")[0] in ("lib", "pages", "app")}
    for name in ours - COMMON:
        allowed = MAY_IMPORT.get(room(here), set()) | {room(here)}
        assert room(name) in allowed, f"{here} imports {name}"
    if here in COMMON:
        assert ours <= COMMON, f"{here} stands below everything else"


@each_file
def test_streamlit_stays_in_the_view(path):
    if room(module(path)) not in ("app", "pages", "lib.view"):
        assert not [name for name in imports(parsed(path)) if name.split(".")[0] in ("streamlit", "plotly")]


@each_file
def test_only_the_store_opens_a_database(path):
    if room(module(path)) == "lib.store":
        return
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "duckdb":
            assert node.attr[0].isupper(), f"duckdb.{node.attr}: outside the store a connection is passed, never made"
        if isinstance(node, ast.ImportFrom):
            assert node.module != "duckdb"


@each_file
def test_measures_do_not_import_one_another(path):
    parts = module(path).split(".")
    if parts[:2] != ["lib", "measures"] or len(parts) < 3:
        return
    others = {name.split(".")[2] for name in imports(parsed(path)) if name.startswith("lib.measures.")}
    others -= {parts[2], "registry", "Answer", "left_out"}
    assert not others, f"{module(path)} imports the measures {others}"


@each_file
def test_only_the_view_and_the_shell_read_the_clock(path):
    if room(module(path)) in ("app", "lib.view", "lib.__main__"):
        return
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Attribute):
            owner = getattr(node.value, "id", getattr(node.value, "attr", ""))
            assert (owner, node.attr) not in CLOCKS, f"line {node.lineno} reads the clock"


@each_file
def test_heavy_libraries_are_imported_by_the_functions_that_need_them(path):
    late = [name for name in top_level_imports(parsed(path)) if name.startswith(HEAVY)]
    assert not late


@each_file
def test_no_module_outgrows_a_reader(path):
    assert len(path.read_text().splitlines()) <= (80 if room(module(path)) == "pages" else 300)


@each_file
def test_everything_public_says_what_it_is(path):
    """In its own docstring, or by a line of the module's that begins with its name."""
    tree = parsed(path)
    listed = ast.get_docstring(tree) or ""
    assert path.name == "__init__.py" or listed, "the module has no docstring"
    named = {word.strip(",") for line in listed.splitlines() for word in re.split(r"\s{2,}", line)[0].split()}
    if room(module(path)) in ("pages", "app"):
        return
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            is_section = isinstance(node, ast.ClassDef) and path.name == "sections.py"
            assert is_section or node.name in named or ast.get_docstring(node), f"{node.name} has no docstring"


@every(MEASURES)
def test_every_measure_exists_and_its_options_are_its_parameters(name):
    function = measure(name)
    parameters = inspect.signature(function).parameters
    assert list(parameters)[:3] == ["con", "book", "definitions"]
    for option in MEASURES[name].options:
        assert parameters[option.name].kind is inspect.Parameter.KEYWORD_ONLY, option.name
    required = {p.name for p in parameters.values() if p.default is p.empty} - {"con", "book", "definitions"}
    assert required <= {option.name for option in MEASURES[name].options}


def test_every_fact_is_loaded():
    """They are loaded in an order that is written down; one that is forgotten would be missed by nobody else."""
    on_disk = {path.read_text() for path in (ROOT / "lib" / "facts").glob("*.sql")}
    assert on_disk == set(scripts()) and max(len(each.splitlines()) for each in on_disk) <= 200


def test_the_walls_are_not_held_over_nothing():
    assert len(FILES) > 25
    assert {"lib.store", "lib.facts", "lib.measures", "lib.view"} <= {room(module(path)) for path in FILES}
