"""The editor of the journey: what a change would do is seen before it is saved, and what is saved counts for everybody."""

import html
import math
import re
from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from lib.definitions import load, made_of
from lib.definitions.journey import METRICS, Stage
from lib.errors import Refused
from lib.view import access
from lib.view.funnel import editorstate
from lib.workspace import open_workspace, wording
from tests.pages import is_well, text

NOW = datetime(2026, 11, 1, tzinfo=UTC)
HOSTILE = '![x](http://e.example/x.png) <img src=x onerror="1"> **b** :material/x: $y$'


def script() -> None:
    import streamlit as st

    from lib.book import year_to
    from lib.view import door, inforce, step
    from lib.view.funnel import editor

    inforce.settle()
    step.arrive("seen" not in st.session_state)
    st.session_state["seen"] = True
    if "elsewhere" not in st.session_state:
        editor.render(year_to(door.look_up().manifest.as_of))


@pytest.fixture
def space(visit, tmp_path):
    return open_workspace(f"sqlite:///{tmp_path}/workspace.db")


@pytest.fixture
def opened(visit, sample_store, monkeypatch):
    """opened() -> the editor of the sample, as another reader's session."""
    monkeypatch.setenv("HEADLIGHT_STORE", str(sample_store))
    return lambda: AppTest.from_function(script, default_timeout=60).run()


def edit(app, n: int, *, rows=None, added=(), deleted=()) -> str:
    """Change cells, add and delete rows of the table that is drawn as the n-th."""
    changed = {"edited_rows": rows or {}, "added_rows": list(added), "deleted_rows": list(deleted)}
    app.session_state[f"journey stages {n}"] = changed
    app.run()
    assert is_well(app), app.exception
    return text(app)


def figures(app) -> dict[str, list[str]]:
    """What the preview says: stage -> its cells."""
    (table,) = [each.proto.body for each in app.get("html") if "<table" in each.proto.body]
    rows = [re.findall(r"<td.*?>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", table)[1:]]
    said = [[" ".join(html.unescape(re.sub(r"<.*?>", " ", cell)).split()) for cell in row] for row in rows]
    return {stage: cells for stage, *cells in said}


def stages(**changes) -> tuple[Stage, ...]:
    """Those of the default, each with its changes: Usage={"expected_days": 3}."""
    return tuple(replace(each, **changes.get(each.stage, {})) for each in load().journey.stages)


def with_stages(found, **rules):
    return replace(load(), journey=replace(load().journey, stages=tuple(found), **rules))


# --- the rows and what they make ------------------------------------------------------------------------------------


def test_the_rows_of_the_default_make_the_default():
    journey = load().journey
    rows = editorstate.rows_of(journey)
    assert editorstate.drafted(load(), rows, editorstate.rules_of(journey)) == load()
    assert rows["stage"].tolist() == ["Onboarding", "Adoption", "Usage", "Value", "Advocacy"]
    assert rows["at_least"].tolist()[:3] == [3, 0.5, 1] and math.isnan(
        rows["at_least"][3]
    )  # a milestone counts nothing
    assert rows["expected_days"].tolist()[:4] == [each.expected_days for each in journey.stages[:4]] and math.isnan(
        rows["expected_days"][4]
    )


def made(rows: list[dict], **rules):
    """The stages that rows of the table make."""
    rows = pd.DataFrame(rows).reindex(columns=["journey", *editorstate.COLUMNS, "was"])
    found = editorstate.drafted(load(), rows, editorstate.rules_of(load().journey) | rules)
    return [(each.journey, each.stage, each.metric, each.is_exit) for each in found.journey.stages]


def test_rows_come_in_their_order_new_ones_last_and_exits_behind_all():
    rows = [
        {"place": 1, "stage": " Won ", "metric": "milestone", "kind": "usual"},
        {"place": 2, "stage": "Lost", "metric": None, "kind": "exit"},
        {"place": 1.5, "stage": "Between", "metric": "days", "at_least": 3},
        {"stage": "New"},
        {"place": 0, "stage": "First", "journey": None},
    ]
    found = [stage for _, stage, _, _ in made(rows)]
    assert found == ["First", "Won", "Between", "New", "Lost"]


def test_journeys_keep_their_stages_apart():
    rows = [
        {"place": 1, "stage": "A"}, {"place": 2, "stage": "B"},
        {"place": 2, "stage": "B", "journey": "Mid"}, {"place": 1, "stage": "C", "journey": "Mid"},
    ]  # fmt: skip
    assert made(rows, by="segment") == [
        ("", "A", "milestone", False), ("", "B", "milestone", False),
        ("Mid", "C", "milestone", False), ("Mid", "B", "milestone", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "rules", "said"),
    [
        ({"stage": None}, {}, "Stage 3 has no name. Give it one, or delete its row."),
        ({"stage": "a "}, {}, "“a” comes twice in a journey."),
        ({"metric": "survey"}, {}, "“C” is completed by a survey: say which under “Of”."),
        ({"metric": "feature_people", "of": " "}, {}, "“C” is completed by a feature: say which under “Of”."),
        ({"of": "nps"}, {}, "“C” says “nps” under “Of”, where only a feature or a survey is named. Clear it."),
        ({"metric": "events", "at_least": 0}, {}, "“C” is completed by at least 0; it must be above 0."),
        ({"metric": "mood"}, {}, "completed by a metric, one of milestone"),
        ({"expected_days": 2000}, {}, "with expected_days of 0 to 1825"),
        ({"expected_days": 2.5}, {}, "expected_days = 2.5 must be a whole number"),
        ({"journey": "Mid"}, {}, "“C” is of the journey “Mid”: choose a column under “Journeys by”, or clear that."),
        ({"journey": "Mid"}, {"by": "segment"}, "The journey “Mid” has 1 stage; it needs 2 to 20, exits not counted."),
        ({}, {"slow_share": 0.2}, "journey.slow_share = 0.2 must be a share of 0.5 or more"),
    ],
)
def test_what_is_no_journey_is_refused_in_words(row, rules, said):
    rows = [{"place": 1, "stage": "A"}, {"place": 2, "stage": "B"}, {"place": 3, "stage": "C"} | row]
    with pytest.raises(Refused) as refused:
        made(rows, **rules)
    assert said in str(refused.value)


def test_every_metric_is_said_in_words():
    assert set(editorstate.METRICS) == set(METRICS)


def test_a_stage_with_another_name_is_the_same_one_and_a_new_one_is_not():
    rows = editorstate.rows_of(load().journey)
    rows.loc[2, "stage"] = "Use"
    rows = pd.concat([rows, pd.DataFrame([{"stage": "More", "was": None}])])
    assert editorstate.renamed(rows) == {"Usage": "Use"}
    rows.loc[0, "stage"] = "Usage"  # another stage has taken its name
    assert editorstate.renamed(rows.head(5)) == {"Onboarding": "Usage"}


# --- in the page ----------------------------------------------------------------------------------------------------


def test_a_change_is_seen_before_it_is_saved_and_then_counts_in_other_sessions(opened, space):
    app = opened()
    assert is_well(app) and "What it would do" not in text(app) and app.button(key="journey save").disabled
    said = edit(app, 0, rows={0: {"expected_days": 45}})
    assert "No account would stand in another stage, of 80 accounts." in said
    assert figures(app)["Onboarding"][-1] == "30 → 45" and figures(app)["Adoption"][-1] == "60"
    assert "nothing is saved yet" in said and wording.versions(space) == []
    app.text_input(key="journey comment 0").set_value("Sales promise 45 days").run()
    app.button(key="journey save").click().run()
    (kept,) = wording.versions(space)
    assert kept.definitions == with_stages(stages(Onboarding={"expected_days": 45}))
    assert kept.comment == "Sales promise 45 days" and kept.made_by == access.publisher()
    assert "Saved: in force for everybody from now on." in text(app) and "What it would do" not in text(app)

    other = opened()
    assert is_well(other) and "changed journey (stages)" in text(other) and "Sales promise 45 days" in text(other)
    assert other.session_state["draft of the journey"].base == kept.definitions
    other.button(key="words again default").click().run()
    assert wording.newest(space).definitions == load()
    assert "2 versions beside the default" in text(other) and "Again the default" in text(other)


def test_accounts_that_would_stand_elsewhere_are_counted(opened):
    app = opened()
    said = edit(app, 0, deleted=[2])
    assert "would stand in another stage" in said and "instead of “Usage”" in said
    found = figures(app)
    assert all(cell.endswith("→ –") or cell == "–" for cell in found["Usage gone"])
    n_in, was = found["Adoption"][0].split(" → "), found["Usage gone"][0].split(" → ")[0]
    assert int(n_in[1]) == int(n_in[0]) + int(was)  # who was in Usage is still in the stage before it
    app = opened()
    said = edit(app, 0, rows={2: {"stage": "Use"}})  # files record Usage, and Use by nobody
    assert "instead of “Use”" in said and "Usage" not in figures(app)


def test_wrong_input_is_said_beside_the_table_and_nothing_is_lost(opened, space):
    app = opened()
    said = edit(app, 0, rows={0: {"stage": "Adoption"}, 1: {"expected_days": 7}})
    assert "“Adoption” comes twice in a journey." in said and "What it would do" not in said
    assert app.button(key="journey save").disabled and not app.button(key="journey leave").disabled
    said = edit(app, 0, rows={0: {"stage": "Start"}, 1: {"expected_days": 7}})
    assert "comes twice" not in said and not app.button(key="journey save").disabled
    assert app.session_state["draft of the journey"].rows["expected_days"].tolist()[1] == 7
    app.button(key="journey leave").click().run()
    assert app.session_state["draft of the journey"].rows["stage"].tolist()[0] == "Onboarding"
    assert "What it would do" not in text(app) and wording.versions(space) == []


def test_what_others_save_meanwhile_is_not_overwritten(opened, space):
    app = opened()
    edit(app, 0, rows={0: {"expected_days": 45}})
    theirs = with_stages(stages(Onboarding={"expected_days": 50}))
    wording.kept(space, theirs, after=None, by="bob", now=NOW)
    app.button(key="journey save").click().run()
    assert "The definitions were changed by bob, 1 Nov 2026, 00:00 UTC, after you opened them." in text(app)
    assert wording.newest(space).definitions == theirs
    assert "bob changed the definitions after you began." in text(app)
    assert app.session_state["draft of the journey"].rows["expected_days"].tolist()[0] == 45  # nothing is lost
    app.button(key="journey anew").click().run()
    assert app.session_state["draft of the journey"].rows["expected_days"].tolist()[0] == 50
    assert "after you began" not in text(app)


def test_an_edit_that_changed_nothing_follows_what_others_save(opened, space):
    app = opened()
    wording.kept(space, with_stages(stages(Onboarding={"expected_days": 50})), after=None, by="bob", now=NOW)
    app.run()
    assert app.session_state["draft of the journey"].rows["expected_days"].tolist()[0] == 50
    assert "after you began" not in text(app)


def test_an_old_link_edits_those_of_today_and_saving_lets_go_of_it(opened, space):
    wording.kept(space, with_stages(stages(Onboarding={"expected_days": 50})), after=None, by="bob", now=NOW)
    app = AppTest.from_function(script, default_timeout=60)
    app.query_params["words"] = load().hash
    app.run()
    assert "The link shows older definitions; what is changed here are those of today." in text(app)
    edit(app, 0, rows={1: {"expected_days": 7}})
    app.button(key="journey save").click().run()
    theirs = {"Onboarding": {"expected_days": 50}, "Adoption": {"expected_days": 7}}
    assert wording.newest(space).definitions == with_stages(stages(**theirs))
    assert "words" not in app.query_params and "older definitions" not in text(app)


def test_what_was_written_stays_while_the_reader_is_elsewhere(opened):
    app = opened()
    edit(app, 0, rows={0: {"expected_days": 45}}, deleted=[4])
    app.session_state["elsewhere"] = True
    assert not app.run().get("arrow_data_frame")
    del app.session_state["elsewhere"]
    app.run()
    assert is_well(app) and not app.button(key="journey save").disabled
    found = app.session_state["draft of the journey"]
    assert found.start["expected_days"].tolist()[0] == 45 and len(found.start) == 4
    edit(app, 1, rows={1: {"expected_days": 7}})
    assert found.rows["expected_days"].tolist()[:2] == [45, 7]


def test_journeys_by_a_column_are_edited_side_by_side(opened, space):
    app = opened()
    app.selectbox(key="journey by 0").set_value("segment").run()
    rows = [{"journey": "Enterprise", "stage": name, "place": at, "metric": "milestone", "kind": "usual"}
            for at, name in enumerate(("Onboarding", "Value"), 1)]  # fmt: skip
    edit(app, 1, added=rows)
    app.button(key="journey save").click().run()
    found = wording.newest(space).definitions.journey
    assert found.by == "segment" and [(each.journey, each.stage) for each in found.stages][5:] == [
        ("Enterprise", "Onboarding"),
        ("Enterprise", "Value"),
    ]
    assert is_well(app)


def test_names_people_fear_are_shown_as_typed(opened, space):
    words = with_stages(stages(Usage={"stage": HOSTILE}, Value={"objective": HOSTILE}))
    wording.kept(space, made_of(words.words(), "x"), HOSTILE, after=None, by=HOSTILE, now=NOW)
    app = opened()
    edit(app, 0, deleted=[1], rows={2: {"stage": f"{HOSTILE}!"}})
    edit(app, 0, rows={2: {"stage": HOSTILE}, 3: {"stage": HOSTILE}})
    bodies = "".join(each.proto.body for each in app.get("html")) + "".join(each.value for each in app.markdown)
    for word in ("<img", "![x]", "**b**", ":material/x:", "$y$"):
        assert word not in bodies, word
    assert HOSTILE in " ".join(text(app).split())


def test_who_may_not_save_sees_what_it_would_do_and_whom_to_ask(opened, space, monkeypatch):
    monkeypatch.setattr(access, "may_publish", lambda: False)
    monkeypatch.setattr(access, "admins", lambda: ("ada@acme.com", "boss@acme.com"))
    app = opened()
    said = edit(app, 0, rows={0: {"expected_days": 45}})
    assert "What it would do" in said and "ask ada@acme.com or boss@acme.com" in said
    assert not [each.key for each in app.button if each.key in ("journey save", "words again default")]


def test_what_was_written_stays_when_another_column_is_chosen(opened):
    app = opened()
    edit(app, 0, rows={0: {"expected_days": 45}})
    app.selectbox(key="journey by 0").set_value("segment").run()
    assert app.session_state["draft of the journey"].rows["expected_days"].tolist()[0] == 45
    assert is_well(app) and "What it would do" in text(app)
