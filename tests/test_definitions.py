"""Definitions: the default is right, an edit gets another name, and a wrong file says which key, value and rule."""

from pathlib import Path

import pytest

from lib.definitions import DEFAULT, load, made_of
from lib.errors import Refused

TEXT = DEFAULT.read_text()


def changed(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    text = TEXT
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = tmp_path / "mine.toml"
    path.write_text(text)
    return path


def test_the_default_is_read_as_it_is_written():
    words = load()
    assert words.renewals.grace_days == 30
    assert words.hotspots.alpha == 0.05
    assert words.usage_pattern.volume == (10.0, 100.0, 1000.0)


def test_the_journey_is_read_as_rows_whose_exits_come_last():
    words = load()
    kept = words.words()
    assert made_of(kept, "an edit").hash == words.hash
    kept["journey"]["stages"] = ({"stage": "Lost", "is_exit": True}, {"stage": "Engaging"}, {"stage": "Won"})
    rows = made_of(kept, "an edit").journey.rows()
    assert [(row["stage"], row["place"], row["is_exit"]) for row in rows] == [
        ("Engaging", 1, False),
        ("Won", 2, False),
        ("Lost", 3, True),
    ]


def test_an_edit_has_another_hash_and_a_comment_does_not(tmp_path):
    assert load(changed(tmp_path, ("grace_days = 30", "grace_days = 31"))).hash != load().hash
    assert load(changed(tmp_path, ("# month, 1 to 12", "# some other words"))).hash == load().hash
    assert load(changed(tmp_path, ("grace_days = 30", "grace_days = 30.0"))).hash == load().hash


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("grace_days = 30", "grace_days = 400"), "renewals.grace_days = 400 must be days, 0 to 365"),
        (("grace_days = 30", "grace_days = -1"), "renewals.grace_days = -1 must be days, 0 to 365"),
        (("grace_days = 30", "grace_days = 2.5"), "renewals.grace_days = 2.5 must be a whole number"),
        (("grace_days = 30", "grace_days = 'many'"), "renewals.grace_days = 'many' must be a whole number"),
        (("grace_days = 30", "grace_days = true"), "renewals.grace_days = True must be a whole number"),
        (("grace_days = 30", "grace_days = inf"), "renewals.grace_days = inf must be a whole number"),
        (("grace_days = 30", "grace = 30"), "renewals.grace_days is missing"),
        (
            ("grace_days = 30", "grace_days = 30\ngrace = 3"),
            "renewals.grace is not known; known are currency, early_days, grace_days, rates",
        ),
        (
            ("fiscal_year_starts_in = 1 ", "fiscal_year_starts_in = 13 "),
            "calendar.fiscal_year_starts_in = 13 must be a month",
        ),
        (("expected_days = 30 },", "expected_days = -1 },"), "journey.stages must be with expected_days of 0 to 1825"),
        (('metric = "goals"', 'metric = "mood"'), "journey.stages must be completed by a metric, one of milestone, "),
        (
            ('metric = "goals"', 'metric = "survey"'),
            "journey.stages must be with `of` for the metrics feature_people and survey",
        ),
        (('stage = "Usage"', 'stage = "adoption"'), "journey.stages must be stages that come once in a journey"),
        (('stage = "Usage"', 'step = "Usage"'), r"journey.stages\[3\] = .* must be a piece of its own: {stage = ...}"),
        (
            ('metric = "goals", at_least = 1', 'metric = "goals", at_least = true'),
            r"journey.stages\[3\].at_least = True must be a number",
        ),
        (('metric = "goals"', 'metrics = "goals"'), r"journey.stages\[3\].metrics is not known; known are at_least, "),
        (
            ('stage = "Advocacy"', 'stage = "Advocacy", journey = "SMB"'),
            "journey.stages must be 2 to 20 stages a journey",
        ),
        (('milestones = "stage"', 'milestones = "all"'), "journey.milestones = 'all' must be stage or account"),
        (("alpha = 0.05", "alpha = 0"), "hotspots.alpha = 0 must be a share above 0 and up to 0.5"),
        (("alpha = 0.05", "alpha = nan"), "hotspots.alpha = nan must be a share"),
        (("minimum_lift = 1.15", "minimum_lift = 0.9"), "hotspots.minimum_lift = 0.9 must be a ratio, 1 to 10"),
        (("depth = 3", "depth = 5"), "hotspots.depth = 5 must be 1 to 4 dimensions"),
        (("[90, 180, 365, 730]", "[90, 90]"), r"hotspots.tenure_bands_days = \[90, 90\] must be up to 5 days, rising"),
        (("[90, 180, 365, 730]", "[]"), r"hotspots.tenure_bands_days = \[\] must be up to 5 days, rising"),
        (("[90, 180, 365, 730]", "[1, 2, 3, 4, 5, 6]"), "hotspots.tenure_bands_days .* must be up to 5 days"),
        (("[90, 180, 365, 730]", "[nan]"), "hotspots.tenure_bands_days .* must be up to 5 days"),
        (("[90, 180, 365, 730]", "[90, inf]"), "hotspots.tenure_bands_days .* must be up to 5 days"),
        (("[3, 6, 10]", "['three']"), r"usage_pattern.breadth = \['three'\] must be a list of numbers"),
        (("[3, 6, 10]", "[true]"), r"usage_pattern.breadth = \[True\] must be a list of numbers"),
        (("[3, 6, 10]", "3"), "usage_pattern.breadth = 3 must be a list of numbers"),
        (("\nweeks = 13", "\nweeks = 53"), "usage_pattern.weeks = 53 must be weeks, 1 to 52"),
        (
            ("limit_share = 0.8", "limit_share = 1.2"),
            "levers.limit_share = 1.2 must be a share of the limit above 0 and up to 1",
        ),
        (
            ('counts = "machines"', 'counts = "robots"'),
            "levers.meters must be metrics, each once, with counts = people, machines, all",
        ),
        (('value_stage = "Value"', "value_stage = ' '"), "adoption.value_stage = ' ' must be the name of a stage"),
        (('value_stage = "Value"', "value_stage = 3"), "adoption.value_stage = 3 must be a name"),
        (("answer_days = 14 ", "answer_days = 180 "), "voice.answer_days = 180 must be days, 0 or more and fewer than"),
        (("promoter_from = 9 ", "promoter_from = 6 "), "voice.promoter_from = 6 must be a score above detractor_to"),
        (("[calendar]", "[kalender]"), "calendar is missing"),
        (
            ("[calendar]", "[more]\nx = 1\n[calendar]"),
            "more is not known; known are adoption, cadence, calendar, campaigns, carries",
        ),
        (("monthly = [1, 4]", "monthly = [5, 4]"), r"cadence.monthly = \[5, 4\] must be two whole numbers, so many of"),
        (("monthly = [1, 4]", "monthly = [1]"), r"cadence.monthly = \[1\] must be two whole numbers, so many of"),
        (
            ("[calendar]\nfiscal_year_starts_in = 1 ", "calendar = 1\n[other]\nx = 1 "),
            "other is not known|must be a section",
        ),
        (("[calendar]", "[calendar"), "cannot be read"),
    ],
)
def test_a_wrong_file_names_the_key_the_value_and_the_rule(tmp_path, change, said):
    with pytest.raises(Refused, match=rf"mine.toml.*{said}"):
        load(changed(tmp_path, change))


def test_a_section_that_is_none_is_refused(tmp_path):
    rest = TEXT.split("[reading]")[1]
    path = tmp_path / "mine.toml"
    path.write_text(f"calendar = 1\n[reading]{rest}")
    with pytest.raises(Refused, match=r"mine.toml: \[calendar\] must be a section, but it is 1"):
        load(path)


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path):
    with pytest.raises(Refused, match=r"none\.toml cannot be read"):
        load(tmp_path / "none.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Refused, match=r"binary\.toml cannot be read"):
        load(tmp_path / "binary.toml")
