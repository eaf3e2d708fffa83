"""The words in force on a page: the newest of the workspace, or those an old link was made with."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from lib.definitions import load
from lib.view import inforce
from lib.workspace import open_workspace, rows, views, wording
from tests.pages import is_well, text

MAY, JUNE = datetime(2026, 5, 3, tzinfo=UTC), datetime(2026, 6, 3, tzinfo=UTC)
PAGE = "pages/hotspots.py"


@pytest.fixture
def space(visit, tmp_path):
    return open_workspace(f"sqlite:///{tmp_path}/workspace.db")


def with_lift(lift: float):
    """The default, but for what a hot-spot must at least be above the rest."""
    return replace(load(), hotspots=replace(load().hotspots, minimum_lift=lift))


def keep(space, definitions, at=MAY):
    now = wording.newest(space)
    return wording.kept(space, definitions, after=now and now.id, by="anna", now=at)


def links_of(app) -> str:
    return " ".join(each.proto.query_string for each in app.get("page_link"))


def shown(app):
    return app.session_state[inforce._SHOWN].definitions


def test_while_nobody_changed_anything_no_link_names_the_words(visit, full_store, space):
    app = visit(full_store, PAGE)
    assert is_well(app) and shown(app) == load()
    assert "words=" not in links_of(app) and "since changed" not in text(app)
    app = visit(full_store, PAGE, {"words": load().hash})
    assert shown(app) == load() and "not kept here" not in text(app)


def test_an_old_link_shows_the_old_definition_and_says_so_until_one_goes_back(visit, full_store, space):
    first = keep(space, with_lift(1.5))
    app = visit(full_store, PAGE)
    assert shown(app) == with_lift(1.5) and "since changed" not in text(app)
    assert f"words={first.name}" in links_of(app)
    copied = next(each.value for each in app.code if "http" in each.value or "words=" in each.value)
    assert f"words={first.name}" in copied

    keep(space, with_lift(2.0), JUNE)
    app = visit(full_store, PAGE, {"words": first.name})
    assert is_well(app) and shown(app) == with_lift(1.5)
    assert "With the definitions of 3 May 2026, since changed" in text(app)
    assert f"words={first.name}" in links_of(app)
    app.session_state["passport"] = True
    assert f"All by the definitions of 3 May 2026 ({first.name}), by anna." in " ".join(text(app.run()).split())
    app.button(key="words of today").click().run()
    assert is_well(app) and shown(app) == with_lift(2.0) and "since changed" not in text(app)
    assert "words" not in app.query_params and first.name not in links_of(app)
    app = visit(full_store, PAGE, {"words": load().hash})
    assert shown(app) == load() and "With the default definitions, since changed" in text(app)


def test_a_session_goes_on_with_the_words_of_its_link_and_keeps_them_in_what_it_saves(visit, full_store, space):
    first = keep(space, with_lift(1.5))
    app = visit(full_store, PAGE)
    app.selectbox(key="book period").set_value("This fiscal quarter").run()
    assert app.query_params["words"] == first.name
    app.text_input(key="saved view name").set_value("Mine")
    app.button(key="saved view save").click().run()
    keep(space, with_lift(2.0), JUNE)
    app.run()
    assert shown(app) == with_lift(1.5) and "since changed" in text(app)
    (kept,) = rows.rows(space, views.TABLE)
    assert kept["query"]["words"] == [first.name]


@pytest.mark.parametrize("name", ["feedbeef0123", "'; drop table definition; --", "\x00", "<b>x</b>", "x" * 10_000])
def test_words_nobody_kept_are_said_and_today_s_are_used(visit, full_store, space, name):
    keep(space, with_lift(1.5))
    app = visit(full_store, PAGE, {"words": name})
    assert is_well(app) and shown(app) == with_lift(1.5)
    assert "are not kept here; today's are used" in text(app)
    assert "<b>x" not in "".join(each.proto.body for each in app.get("html"))


def test_a_workspace_that_cannot_be_read_is_said_and_the_file_counts(visit, full_store, tmp_path):
    (tmp_path / "workspace.db").write_text("no database")
    app = visit(full_store, PAGE)
    assert not app.exception and shown(app) == load()
    assert "The definitions that people changed cannot be read; those of the file are used." in text(app)


def test_an_answer_is_asked_with_other_words_than_those_of_the_run_and_kept_apart(visit, full_store):
    def script():
        from dataclasses import replace

        import streamlit as st

        from lib.book import year_to
        from lib.definitions import load
        from lib.view import door

        book = year_to(door.look_up().manifest.as_of)
        other = replace(load(), targets=replace(load().targets, net_promoter_score=77.0))
        answers = [door.ask("adoption", book, meaning=each).table for each in (None, other, None)]
        st.session_state["targets"] = [
            table.set_index("kpi")["target_value"]["net_promoter_score"] for table in answers
        ]

    visit(full_store)
    app = AppTest.from_function(script, default_timeout=60).run()
    assert app.session_state["targets"] == [load().targets.net_promoter_score, 77.0, load().targets.net_promoter_score]
