"""The definitions from a shell: the versions people made, one of them as a file, and answers by any of them."""

import json
import tomllib
from dataclasses import replace
from datetime import datetime

import pytest

from lib.__main__ import main
from lib.definitions import DEFAULT, load, made_of
from lib.workspace import open_workspace, wording

HOSTILE = "\"\"\"''' \\ \u202e <b>\n# é😀 \x7f"


def words(nps: float, stage: str = "Onboarding"):
    first, *rest = load().journey.stages
    journey = replace(load().journey, stages=(replace(first, stage=stage), *rest))
    return replace(load(), journey=journey, targets=replace(load().targets, net_promoter_score=nps))


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A workspace with two versions: (its options, their names)."""
    url = f"sqlite:///{tmp_path_factory.mktemp('words')}/workspace.db"
    space = open_workspace(url)
    first = wording.kept(space, words(71), "Higher", after=None, by="anna", now=datetime(2026, 5, 3))
    second = wording.kept(space, words(72, HOSTILE.strip()), "=1+1", after=first.id, by="bob", now=datetime(2026, 6, 3))
    space.close()
    return ["--workspace", url], (first.name, second.name)


def told(capsys, *arguments) -> str:
    assert main(list(arguments)) == 0
    return capsys.readouterr().out


def test_the_versions_are_listed_newest_first_and_the_default_last(capsys, place):
    at, (first, second) = place
    rows = json.loads(told(capsys, "definitions", *at, "--format", "json"))
    assert [row["hash"] for row in rows] == [second, first, load().hash]
    assert [row["made_by"] for row in rows] == ["bob", "anna", None]
    assert [row["comment"] for row in rows] == ["=1+1", "Higher", "definitions.toml"]
    assert rows[1]["changed"] == "targets.net_promoter_score"
    assert rows[0]["changed"] == "journey.stages, targets.net_promoter_score" and rows[2]["changed"] is None
    assert "Higher" in told(capsys, "definitions", *at)
    assert "'=1+1" in told(capsys, "definitions", *at, "--format", "csv")  # no formula


def test_where_nobody_changed_any_there_is_the_default(capsys, tmp_path):
    rows = json.loads(told(capsys, "definitions", "--store", str(tmp_path / "store"), "--format", "json"))
    assert [row["hash"] for row in rows] == [load().hash] and not list(tmp_path.iterdir())


def test_a_version_is_shown_as_a_file_that_says_the_same(capsys, place, tmp_path):
    at, (_, second) = place
    text = told(capsys, "definitions", *at, "--show", second)
    assert made_of(tomllib.loads(text), "shown") == words(72, HOSTILE.strip())
    (tmp_path / "mine.toml").write_text(text)
    assert load(tmp_path / "mine.toml").hash == second
    assert tomllib.loads(told(capsys, "definitions", *at, "--show", load().hash)) == json.loads(
        json.dumps(load().words())
    )


def test_an_answer_is_by_those_in_force_by_a_version_or_by_a_file(capsys, place, flag_store):
    at, (first, _) = place

    def target(*options) -> float:
        rows = json.loads(told(capsys, "adoption", "--store", str(flag_store), "--format", "json", *options))
        return next(row["target_value"] for row in rows if row["kpi"] == "net_promoter_score")

    assert target(*at) == 72 and target(*at, "--definitions", first) == 71
    assert target(*at, "--definitions", load().hash) == load().targets.net_promoter_score
    assert target(*at, "--definitions", str(DEFAULT)) == load().targets.net_promoter_score
    assert target() == load().targets.net_promoter_score


@pytest.mark.parametrize("command", [["definitions", "--show"], ["adoption", "--definitions"]])
def test_a_hash_nobody_kept_is_refused(capsys, place, flag_store, command):
    at, _ = place
    assert main([*command, "0123456789ab", "--store", str(flag_store), *at]) == 1
    assert "No definitions are kept under '0123456789ab'" in capsys.readouterr().err
