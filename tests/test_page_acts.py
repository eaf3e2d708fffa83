"""An act of a page is whole and done once, whatever is clicked meanwhile, and nobody acts who may not by now."""

import time
from datetime import UTC, date, datetime
from threading import Thread

import pytest
from sqlalchemy import Engine, event
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.runtime.scriptrunner_utils.script_run_context import get_script_run_ctx
from streamlit.testing.v1 import AppTest

from lib.errors import Refused
from lib.scope import ALL, NOBODY
from lib.view import access, jobs, private, written
from lib.view.access import Viewer
from lib.view.desk import Desk
from lib.view.mybook import mybook
from lib.view.upload import running
from lib.view.upload.change import Change
from lib.view.upload.state import Upload
from lib.view.writing import acting, filling, pen, writing
from lib.view.writing.acting import Acts
from lib.workspace import Row, preferences, rows, views, visits
from tests.pages import is_well
from tests.test_access import house, store  # noqa: F401
from tests.test_page_writing import choose, fill, press, sit, space, text, today  # noqa: F401
from tests.twobooks import ADA, BOSS, DANA, secrets

NOW = datetime(2026, 11, 1, tzinfo=UTC)
DAY = date(2026, 11, 20)


# --- interrupted


@pytest.fixture
def clicks_on():
    """With every transaction that is written the reader clicks elsewhere: the callback is stopped where it next touches the
    session's state, as Streamlit does it."""

    def clicked(_con) -> None:
        if context := get_script_run_ctx():
            context.script_requests.request_rerun(RerunData())

    event.listen(Engine, "commit", clicked)
    yield
    event.remove(Engine, "commit", clicked)


def test_what_is_saved_while_the_reader_clicks_on_is_told_and_can_be_undone(sit, space, clicks_on):  # noqa: F811
    app = sit()
    choose(app, "note", "A00000")
    fill(app, text="once")
    press(app, "save write A00000 note 0")
    assert [row["text"] for row in rows.rows(space, "note")] == ["once"] and "Note saved." in text(app)
    assert app.text_area(key="write A00000 note 1 text").value == ""
    assert "write A00000 note 0 text" not in app.session_state
    press(app, "undo writing A00000")
    assert rows.rows(space, "note") == [] and "Taken back" in text(app)


def test_a_row_that_is_changed_or_closed_while_the_reader_clicks_on_is_told_too(sit, space, clicks_on):  # noqa: F811
    task = rows.add(space, "task", {"account": "A00000", "title": "Call"}, by="jo", now=NOW)
    app = sit()
    press(app, f"open {task.id}")
    fill(app, title="Call Ann")
    press(app, "save edit")
    assert rows.find(space, "task", task.id)["title"] == "Call Ann" and "saved." in text(app)
    assert not [each for each in app.text_input if each.key.startswith("edit")]
    press(app, f"end {task.id}")
    assert rows.find(space, "task", task.id)["done_on"] == DAY and "Done." in text(app)
    press(app, "undo kept")
    assert rows.find(space, "task", task.id)["done_on"] is None
    press(app, f"remove {task.id}")
    assert rows.rows(space, "task") == [] and "removed." in text(app)
    press(app, "undo kept")
    assert [row["title"] for row in rows.rows(space, "task")] == ["Call Ann"]


def test_a_removed_row_is_brought_back_with_what_was_typed_in_one(sit, space, clicks_on):  # noqa: F811
    task = rows.add(space, "task", {"account": "A00000", "title": "Call"}, by="jo", now=NOW)
    app = sit()
    press(app, f"open {task.id}")
    fill(app, title="Call Ann")
    rows.remove(space, "task", task.id, 1, by="lee", now=NOW)
    press(app, "save edit")
    press(app, "save edit")  # "Bring it back and save"
    now = rows.find(space, "task", task.id)
    assert (now["title"], now.version, now.removed_at) == ("Call Ann", 3, None) and "saved." in text(app)


def work(found: list[dict]) -> None:
    import datetime

    import streamlit as st

    from lib.view import door
    from lib.view.mybook import worklist
    from lib.view.writing import told

    st.session_state.setdefault("whether the reader just came to the page", False)
    door.look_up()
    told.show("work list")
    done = {"done_on": datetime.date(2026, 11, 20)}
    st.button("Done", key="done", on_click=worklist._act, args=(found, done, "done"))


def at_work(space, monkeypatch, tmp_path, full_store) -> tuple[AppTest, list[Row]]:  # noqa: F811
    """A page whose one button stays as it was drawn, as a browser's does until the answer comes."""
    monkeypatch.setenv("HEADLIGHT_STORE", str(full_store))
    monkeypatch.setenv("HEADLIGHT_WORKSPACE", f"sqlite:///{tmp_path}/workspace.db")
    task = rows.add(space, "task", {"account": "A00000", "title": "Call"}, by="jo", now=NOW)
    step = rows.add(space, "next_step", {"account": "A00001", "text": "Ask"}, by="jo", now=NOW)
    found = [
        {"id": each.id, "version": 1, "step": None, "work": kind, "title": "t"}
        for each, kind in ((task, "task"), (step, "next step"))
    ]
    return AppTest.from_function(work, args=(found,), default_timeout=60).run(), [task, step]


def test_many_rows_of_several_tables_are_done_together_while_the_reader_clicks_on(
    space, monkeypatch, tmp_path, full_store, clicks_on  # noqa: F811
):  # fmt: skip
    app, made = at_work(space, monkeypatch, tmp_path, full_store)
    press(app, "done")
    assert [rows.find(space, row.table, row.id)["done_on"] for row in made] == [DAY, DAY]
    assert "2 done." in text(app)
    press(app, "undo work list")
    assert [rows.find(space, row.table, row.id)["done_on"] for row in made] == [None, None]
    assert "2 as before." in text(app)


def test_a_second_click_on_done_is_nobody_elses_change_and_keeps_the_undo(
    space, monkeypatch, tmp_path, full_store  # noqa: F811
):  # fmt: skip
    app, made = at_work(space, monkeypatch, tmp_path, full_store)
    press(app, "done")
    press(app, "done")
    assert "2 done." in text(app) and "meanwhile" not in text(app)
    assert [rows.find(space, row.table, row.id).version for row in made] == [2, 2]
    press(app, "undo work list")
    assert "2 as before." in text(app)
    press(app, "done")  # of versions that are gone: now it says so
    assert "2 done" not in text(app)


# --- twice at once


def both(*acts) -> None:
    threads = [Thread(target=act) for act in acts]
    for each in threads:
        each.start()
    for each in threads:
        each.join(10)
        assert not each.is_alive()


def test_two_clicks_that_run_at_once_save_once(monkeypatch):
    acts, made = Acts(), []

    def add(table, accounts, values) -> list[Row]:
        time.sleep(0.1)  # a busy workspace
        made.append(values["text"])
        return [Row(table, str(len(made)), 1, "jo", NOW, "jo", NOW)]

    monkeypatch.setattr(acting, "acts", lambda: acts)
    monkeypatch.setattr(filling, "typed", lambda form, key, row=None: {"text": "once"})
    monkeypatch.setattr(pen, "add", add)

    def click() -> None:
        writing._save("note", "write A note 0", ("A",), "A")

    both(click, click, click)
    assert made == ["once"] and acts.said["writing A"].text == "Note saved." and acts.turns == {("note", "A"): 1}


def test_a_refused_save_can_be_clicked_again(monkeypatch):
    acts, answers = Acts(), [Refused("The workspace is busy."), None]

    def add(table, accounts, values) -> list[Row]:
        if refusal := answers.pop(0):
            raise refusal
        return [Row(table, "1", 1, "jo", NOW, "jo", NOW)]

    monkeypatch.setattr(acting, "acts", lambda: acts)
    monkeypatch.setattr(filling, "typed", lambda form, key, row=None: {"text": "once"})
    monkeypatch.setattr(pen, "add", add)
    writing._save("note", "write A note 0", ("A",), "A")
    assert acts.lacking == {"write A note 0": ["The workspace is busy."]} and acts.turns == {} and not acts.said
    writing._save("note", "write A note 0", ("A",), "A")
    assert acts.lacking == {} and acts.said["writing A"].is_good and not answers


def test_two_clicks_on_publish_that_run_at_once_begin_one_child(monkeypatch, tmp_path):
    begun, desk = [], Desk(tmp_path)

    def start(arguments, place, afterwards) -> jobs.Job:
        time.sleep(0.1)
        begun.append(arguments)
        return jobs.Job(arguments, place, afterwards)

    monkeypatch.setenv("HEADLIGHT_STORE", str(tmp_path / "store"))
    monkeypatch.setattr(jobs, "start", start)
    monkeypatch.setattr(access, "publisher", lambda: "anna")
    monkeypatch.setattr(private, "desk", lambda: desk)
    for act in ("import", "undo"):
        change = Change((act, "000001"), seen={"expects": "000001"})
        both(change.make, change.make)
        assert len(begun) == 1 and change.is_making
        begun.clear()


# --- by who may not, or not any more


KEPT_OUT = [
    Viewer(DANA, NOBODY, access.NO_ROLE), Viewer("", NOBODY, access.SIGNED_OUT), Viewer("", NOBODY, access.EXPOSED),
    Viewer(DANA, NOBODY, access.UNVERIFIED), Viewer("", NOBODY, access.UNSET), Viewer(ADA, ALL, viewing_as=DANA),
]  # fmt: skip


@pytest.mark.parametrize("viewer", KEPT_OUT, ids=lambda viewer: viewer.standing)
def test_nobody_writes_who_may_see_nothing_or_sees_as_another(monkeypatch, viewer):
    monkeypatch.setattr(access, "viewer", lambda: viewer)
    for asked in (written.by, written.reader):
        with pytest.raises(Refused):
            asked()
    assert written.who() == viewer.name
    monkeypatch.setattr(access, "viewer", lambda: Viewer(DANA, ALL))
    assert written.by()["by"] == written.reader()["who"] == DANA


def ended(app: AppTest, tmp_path, how: str) -> None:
    """The page stays as it was drawn; its reader is another by now."""
    if how == "as another":
        app.session_state[access._AS] = DANA
    else:
        secrets(tmp_path, roles=f'[roles."{BOSS}"]\nsees = "all"\n')


@pytest.mark.parametrize("how", ["no role any more", "as another"])
def test_a_page_drawn_before_keeps_no_view_and_no_columns(house, space, tmp_path, how):  # noqa: F811
    views.save(space, "Mine", "pages/book.py", {}, is_shared=False, by=ADA, now=NOW)
    (mine,) = rows.rows(space, "saved_view")
    clicks = ("saved view save", f"view shared {mine.id}", f"view removed {mine.id}")
    app = house(ADA, "pages/book.py")
    app.session_state["columns"] = True
    app.run()
    app.text_input(key="saved view name").set_value("Later")
    app.multiselect(key="columns of My book").set_value(["arr"])
    for key in clicks:
        app.button(key=key).click()
    ended(app, tmp_path, how)
    app.run()
    assert is_well(app) and rows.rows(space, "saved_view") == [mine]
    assert preferences.find(space, "columns of My book", who=ADA) is None


def test_to_see_as_another_is_no_visit(house, space):  # noqa: F811
    app = house(ADA, "pages/overview.py")
    app.session_state[access._AS] = DANA
    app.switch_page("pages/book.py").run()
    assert is_well(app) and rows.rows(space, visits.TABLE) == []
    app.session_state[access._AS] = ""
    app.run()
    assert [row["who"] for row in rows.rows(space, visits.TABLE)] == [ADA]


def test_to_see_as_another_reads_ones_own_visit_before_and_writes_none(space, monkeypatch):  # noqa: F811
    for day in (1, 5):
        visits.note(space, "pages/book.py", who=ADA, now=datetime(2026, 11, day, tzinfo=UTC))
    before = rows.rows(space, visits.TABLE)
    monkeypatch.setattr(written, "workspace", lambda: space)
    monkeypatch.setattr(private, "is_on", lambda: False)
    monkeypatch.setattr(access, "viewer", lambda: Viewer(ADA, ALL, viewing_as=DANA))
    assert mybook.last_visit().at.day == 1
    assert rows.rows(space, visits.TABLE) == before


def test_an_upload_begins_no_child_for_a_reader_whose_role_has_ended(monkeypatch, tmp_path):
    begun = []
    monkeypatch.setattr(jobs, "start", lambda *asked, **named: begun.append(asked))
    monkeypatch.setattr(private, "desk", lambda: Desk(tmp_path))
    monkeypatch.setattr(access, "viewer", lambda: Viewer(DANA, NOBODY, access.NO_ROLE))
    upload = Upload()
    for begin in (running.recognise, lambda of: running.look_again(of, None), running.import_all):
        begin(upload)
    assert begun == [] and upload.job is None and upload.step == Upload().step and not list(tmp_path.iterdir())
