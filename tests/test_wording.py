"""Definitions kept in the workspace: the newest is in force, an old one is found by its name, an upgrade locks nobody out."""

import tomllib
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from lib.definitions import DEFAULT, load, made_of
from lib.errors import Refused, Stale
from lib.workspace import edition, open_workspace, rows, wording

NOW = datetime(2026, 5, 3, 8, 0, 0)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def space(tmp_path):
    opened = open_workspace(f"sqlite:///{tmp_path}/workspace.db")
    yield opened
    opened.close()


def with_days(days: int):
    """The default, but for the days expected of the first stage."""
    journey = load().journey
    first, *rest = journey.stages
    return replace(load(), journey=replace(journey, stages=(replace(first, expected_days=days), *rest)))


def keep(space, definitions, after=None, by="anna", now=NOW, comment=""):
    return wording.kept(space, definitions, comment, after=after and after.id, by=by, now=now)


def test_nobody_changed_any_then_the_newest_counts_and_the_old_are_found_by_their_names(space):
    assert wording.newest(space) is None and wording.versions(space) == []
    first = keep(space, with_days(40), comment="Sales promise 40 days")
    second = keep(space, with_days(50), first, by="bob", now=LATER)
    assert wording.newest(space) == second and wording.versions(space) == [second, first]
    assert wording.newest(space).definitions == with_days(50)
    found = wording.of_hash(space, with_days(40).hash)
    assert (found.definitions, found.made_by, found.made_at) == (with_days(40), "anna", NOW)
    assert (found.comment, found.mended) == ("Sales promise 40 days", ())
    assert wording.of_hash(space, load().hash) is None
    again = keep(space, with_days(40), second, now=LATER + timedelta(days=1))
    assert wording.newest(space) == again and wording.of_hash(space, with_days(40).hash) == again


def test_what_is_in_force_is_not_kept_twice(space):
    assert keep(space, load()) is None
    first = keep(space, with_days(40))
    written = edition(space, [wording.TABLE])
    assert keep(space, with_days(40), first, by="bob", now=LATER) == first
    assert written == edition(space, [wording.TABLE]) == 1


def test_who_looked_at_other_definitions_than_those_in_force_saves_nothing_over_them(space):
    first = keep(space, with_days(40))
    for after in (None, replace(first, id="another")):
        with pytest.raises(Stale, match="changed by anna, 3 May 2026, 08:00 UTC, after you opened them"):
            keep(space, with_days(50), after, by="bob", now=LATER)
    assert wording.versions(space) == [first]


def test_the_version_made_last_is_in_force_whatever_the_clock_says(space):
    first = keep(space, with_days(40), now=LATER)
    second = keep(space, with_days(50), first, now=NOW)
    third = keep(space, load(), second, now=LATER)
    assert [each.definitions for each in wording.versions(space)] == [load(), with_days(50), with_days(40)]
    assert wording.newest(space) == third


def test_text_no_database_keeps_is_refused(space):
    words = load().words()
    words["journey"]["stages"] = ({"stage": "Won\x00"}, {"stage": "Lost"})
    with pytest.raises(Refused, match="without NUL"):
        keep(space, made_of(words, "an edit"))


# --- upgrades -------------------------------------------------------------------------------------------------------


def kept_by_another(space, change):
    """A version as another Headlight would have kept it, read by this one."""
    words = with_days(40).words()
    change(words)
    rows.add(space, wording.TABLE, {"words": words, "hash": "0123456789ab"}, by="anna", now=NOW)
    found = wording.of_hash(space, "0123456789ab")
    assert wording.newest(space) == found and found.name == "0123456789ab"
    return found


def test_a_section_a_key_and_a_stages_key_added_since_are_the_defaults(space):
    def older(words):
        del words["carries"], words["journey"]["landmark_days"]
        for stage in words["journey"]["stages"]:
            del stage["is_exit"]

    found = kept_by_another(space, older)
    assert found.definitions == with_days(40) and found.mended == ("journey", "carries")


def test_words_of_a_newer_headlight_are_lost(space):
    def newer(words):
        words["plays"] = {"trigger": 3}
        words["renewals"] = {"grace_days": 12, "patience": "long"}
        words["journey"]["stages"][0]["colour"] = "blue"

    found = kept_by_another(space, newer)
    assert found.definitions == replace(with_days(40), renewals=replace(load().renewals, grace_days=12))
    assert found.mended == ("renewals",)


@pytest.mark.parametrize("wrong", [{"grace_days": 4_000}, {"grace_days": "long"}, [], None, 7])
def test_a_section_that_breaks_a_rule_of_today_is_the_defaults_and_the_others_stay(space, wrong):
    found = kept_by_another(space, lambda words: words.update(renewals=wrong))
    assert found.definitions == with_days(40) and found.mended == ("renewals",)


@pytest.mark.parametrize("stages", [[], ["x"], 7, [{"stage": "A", "metric": "mood"}, {"stage": "B"}], [{}, {}]])
def test_a_journey_that_cannot_be_read_is_the_defaults(space, stages):
    found = kept_by_another(space, lambda words: words["journey"].update(stages=stages))
    assert found.definitions == load() and "journey" in found.mended


def test_nothing_at_all_is_the_default(space):
    rows.add(space, wording.TABLE, {"words": {}, "hash": "x"}, by="anna", now=NOW)
    found = wording.newest(space)
    assert found.definitions == load() and set(found.mended) == set(tomllib.loads(DEFAULT.read_text()))


def test_changes_name_section_and_key():
    assert wording.changes(load(), load()) == []
    other = replace(with_days(40), renewals=replace(load().renewals, grace_days=12))
    assert wording.changes(load(), other) == ["renewals.grace_days", "journey.stages"]
