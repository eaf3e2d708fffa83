"""Publishing in the app: who may, what they see before it, that just that is published or nothing, and taken back."""

import getpass
import json
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit import config
from streamlit.runtime.secrets import secrets_singleton
from streamlit.testing.v1 import AppTest

from lib.__main__ import main
from lib.store import folder
from lib.store.folder import current, last_published, read_manifest
from lib.view import jobs
from lib.view.upload import log
from lib.view.upload.change import Change
from lib.view.upload.state import Sheet, Upload
from tests.conftest import ROOT
from tests.pages import is_well, text
from tests.stores import NAMES
from tests.twobooks import ADA, BOSS, DANA, secrets, signed_in
from tests.worldlets import NOW, account_frame, publish_frames

PAGE = "pages/upload.py"
BASE = "Account ID,Name,Region,ARR\nA,Acme,EU,100\nB,Beta,US,200\nC,Coda,EU,300\nD,Dune,US,400\n"
NEW = "Account ID,Region\nB,EU\nC,EU\nE,APAC\n"  # B moves, C stays, E is new
OPTIONS = {"--mode", "--dry-run", "--who", "--store", "--report", "--plan", "--work"}
READ = {"Account ID": "account", "Region": "region"}


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> Path:
    """A store of four accounts, to be copied."""
    place = tmp_path_factory.mktemp("base")
    (place / "base.csv").write_text(BASE)
    assert main(["import", str(place / "base.csv"), f"--store={place / 'store'}", "--who=anna"]) == 0
    return place / "store"


@pytest.fixture
def store(base, tmp_path) -> Path:
    import shutil

    return Path(shutil.copytree(base, tmp_path / "store"))


@pytest.fixture
def brought(visit, store, tmp_path) -> Callable[..., AppTest]:
    """brought(content, name) is the upload page after a file was read into the reader's own dataset."""

    def run(content: str = NEW, name: str = "new.csv", app: AppTest | None = None) -> AppTest:
        app = app or visit(store, PAGE)
        desk = tmp_path / "desk"
        desk.mkdir(exist_ok=True)
        (desk / name).write_text(content)
        sheet = Sheet.of({"file": name, "table": "account", "mapping": READ})
        report = {"is_whole": True, "files": [], "tables": {"account": 3}, "matches": []}
        app.session_state["the upload"] = Upload("result", desk, {name: desk / name}, [sheet], report=report)
        return app.run()

    return run


def change_of(app: AppTest) -> Change | None:
    return app.session_state["the upload"].change


def wait(app: AppTest, of: Callable[[AppTest], Change | None] = change_of) -> AppTest:
    """Wait for the child at work, as the page's own clock would."""
    until = time.monotonic() + 90
    while (change := of(app)) and change.job and time.monotonic() < until:
        change.job.wait(1)
        app.run()
    assert is_well(app), text(app)
    return app


def click(app: AppTest, key: str) -> AppTest:
    return app.button(key=key).click().run()


def keys(app: AppTest) -> set[str]:
    return {each.key for each in app.button}


def html(app: AppTest) -> str:
    return " ".join(each.proto.body for each in app.get("html"))


def rows(app: AppTest) -> dict[str, list[str]]:
    """The table of what would change: now, then, added, changed, same, gone of each table."""
    found = re.findall(r"<tr><th>(.*?)</th>(.*?)</tr>", html(app))
    return {name: re.findall(r"<td[^>]*>([^<]*)</td>", cells)[:6] for name, cells in found}


def batches(store: Path) -> list[tuple]:
    return [(each.batch, each.mode, each.who, each.undone_by) for each in read_manifest(last_published(store)).log]


def tree(place: Path) -> set[str]:
    return {str(path) for path in place.rglob("*")}


ME = getpass.getuser()


def test_seen_first_then_published_and_the_same_file_again_is_said_to_be_in(brought, store):
    app, lies = brought(), tree(store)
    assert "publish make" not in keys(app) and "See what would change" in text(app)
    app = wait(click(app, "publish look"))
    assert "This adds 1 row, changes 1, takes nothing away." in text(app), text(app)
    assert rows(app)["Accounts"] == ["4", "5", "+1", "1", "3", "–"]
    assert "Region in 1" in text(app) and "Accounts 4 → 5" in " ".join(text(app).split())
    (cells,) = (each.value for each in app.dataframe if "Then" in each.value)
    assert list(cells.iloc[0]) == ["Accounts", "B", "Region", "US", "EU"] and len(cells) == 1
    assert (
        tree(store) == lies
    )  # not even while it was looked at: see test_a_dry_run_elsewhere_lays_nothing_in_the_store

    app = wait(click(app, "publish make"))
    assert "Published as batch 000002" in text(app)
    assert batches(store) == [("000001", "update", "anna", ""), ("000002", "update", ME, "")]
    assert read_manifest(current(store)).n_rows["account"] == 5 and not list((store / "incoming").iterdir())
    listed = re.findall(r'hl-number">(\d+)</span><b>(.*?)</b>', html(app))
    assert [batch for batch, _ in listed] == ["000002", "000001"] and "by anna" in text(app)

    app = wait(click(brought(app=app), "publish look"))
    assert "These files are in already, as batch 000002: there is nothing to do." in text(app)
    assert "publish make" not in keys(app)


def test_replacing_warns_of_what_goes_and_a_stale_look_is_looked_at_anew(brought, store):
    app = brought()
    app.radio(key="publish mode").set_value("replace").run()
    app = wait(click(app, "publish look"))
    assert "2 of 4 accounts would be gone. These files do not hold them" in " ".join(text(app).split())
    assert rows(app)["Accounts"] == ["4", "3", "+1", "2", "–", f"{chr(0x2212)}2"]  # B and C lose name and ARR; A, D go

    publish_frames(store, {"account": account_frame("F")}, who="the nightly import")
    app = wait(click(app, "publish make"))
    assert "Somebody published meanwhile, so nothing was done." in text(app)
    assert len(batches(store)) == 2 and rows(app)["Accounts"][:2] == ["5", "3"]
    app = wait(click(app, "publish make"))
    assert "Published as batch 000003" in text(app)
    assert [each[1:3] for each in batches(store)[1:]] == [("update", "the nightly import"), ("replace", ME)]
    assert read_manifest(current(store)).n_rows["account"] == 3


def test_another_way_of_treating_known_rows_must_be_looked_at_first(brought):
    app = brought()
    app.session_state["the upload"].change = Change(
        ("import",), seen={"is_whole": True, "changes": [], "expects": "000001"}
    )
    assert "publish make" in keys(app.run())
    app.radio(key="publish mode").set_value("insert").run()
    assert "publish make" not in keys(app) and "publish look" in keys(app)


def test_while_another_writes_one_waits_and_can_leave_it_and_nothing_is_left_behind(brought, store):
    app = wait(click(brought(), "publish look"))
    with folder.writing(store, who="berta", now=NOW, wait_seconds=5):
        click(app, "publish make")
        job, until = change_of(app).job, time.monotonic() + 60
        while "berta" not in job.step and time.monotonic() < until:
            time.sleep(0.05)
        assert "Waiting for berta, who is publishing" in text(app.run())
        assert len(list((store / "incoming").iterdir())) == 1
        click(app, "publish cancel")
        app = wait(app)
        assert "Cancelled. Nothing was kept of it." in text(app) and not list((store / "incoming").iterdir())
    assert len(batches(store)) == 1 and "publish make" in keys(app)  # what was seen holds still
    assert "Published as batch 000002" in text(wait(click(app, "publish make")))


def test_a_child_that_was_ended_just_after_it_published_is_believed_by_what_is_there(brought, store):
    """Killed between the flip and its report: there is no report, and the batch is in."""
    app = wait(click(brought(), "publish look"))
    change = change_of(app)
    real = change.seen["batch"]
    change.seen["batch"] = {"batch": "000001", "file_hash": read_manifest(current(store)).batches[0].file_hash}
    job = jobs.Job([], store, lambda: None)
    job.state = "cancelled"
    change._made(job, {})
    assert change.made == "000001"
    change.made, change.seen = "", {"batch": real}
    change._made(job, {})
    assert not change.made and "Nothing was kept" in change.trouble


def test_a_batch_in_the_middle_shows_what_goes_with_it_and_goes(visit, store, tmp_path):
    publish_frames(store, {"account": account_frame("BF", region="APAC")}, who="jo")
    publish_frames(store, {"account": account_frame("G", region="EU")}, who="jo")
    undoing = lambda app: app.session_state["the undo on its way"]  # noqa: E731
    app = wait(click(visit(store, PAGE), "undo 000002"), undoing)
    assert rows(app)["Accounts"] == ["6", "5", "–", "1", "4", f"{chr(0x2212)}1"]  # F goes; B is Beta in the US again
    assert "1 of 6 accounts would be gone. Only this import has them." in " ".join(text(app).split())
    app = wait(click(app, "undo make"), undoing)
    assert "It is out." in text(app) and f"Taken out by {ME}" in text(app) and "undo 000002" not in keys(app)
    assert [each[0] for each in batches(store) if not each[3]] == ["000001", "000003"]
    assert batches(store)[1] == ("000002", "update", "jo", ME)
    assert b"000002" in log.as_csv(read_manifest(last_published(store)))


# who may


@pytest.fixture
def house(visit, store, tmp_path, monkeypatch):
    """house(email) is a first visit to the upload page of the reader with that address; no child may begin."""
    monkeypatch.setenv("HEADLIGHT_STORE", str(store))
    before = config.get_option("secrets.files")
    config.set_option("secrets.files", [str(secrets(tmp_path))])
    begun = []

    def start(arguments, place, afterwards) -> jobs.Job:
        begun.append(list(arguments))
        return jobs.Job(arguments, place, afterwards)

    monkeypatch.setattr(jobs, "start", start)

    def run(email: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).switch_page(PAGE)
        app.user = signed_in(email)
        return app.run()

    yield run, begun
    config.set_option("secrets.files", before)
    secrets_singleton._reset()


def offers(app: AppTest) -> set[str]:
    """The ways to change the shared data that are on the page."""
    said = {key for key in keys(app) if key.startswith(("publish", "undo"))}
    return said | {word for word in ("Publish for everyone", "-m lib") if word in text(app)}


def test_only_an_admin_as_themself_is_offered_it(house, brought):
    run, begun = house
    assert offers(brought(app=run(DANA))) == set() and "what was imported" not in text(run(DANA))
    app = brought(app=run(BOSS))
    assert offers(app) == set() and "by anna" in text(app)  # who sees all sees the log
    app = brought(app=run(ADA))
    assert offers(app) == {"publish look", "undo 000001", "Publish for everyone", "-m lib"}
    click(app, "publish look")
    assert f"--who={ADA}" in begun[0]
    assert {each.partition("=")[0] for each in begun[0] if each.startswith("--")} == OPTIONS
    app.session_state["whom the admin sees as"] = BOSS
    assert offers(brought(app=app)) == set()


@pytest.mark.parametrize("how", ["no admin any more", "no role any more", "as another"])
def test_a_click_after_the_role_ended_begins_nothing(house, brought, tmp_path, how):
    run, begun = house
    app = brought(app=run(ADA))
    app.session_state["the upload"].change = Change(
        ("import",), seen={"is_whole": True, "changes": [], "expects": "000001"}
    )
    app.session_state["the undo on its way"] = Change(("undo", "000001"), seen={"changes": [], "expects": "000001"})
    assert {"publish make", "undo make", "undo 000001"} <= keys(app.run())
    if how == "as another":
        app.session_state["whom the admin sees as"] = BOSS
    else:
        sees = f'[roles."{ADA}"]\nsees = "all"\n' if how == "no admin any more" else f'[roles."{BOSS}"]\nsees = "all"\n'
        secrets(tmp_path, roles=sees)
    for key in ("publish make", "undo make", "undo 000001"):
        app.button(key=key).click()
    app.run()
    assert begun == [] and offers(app) == set() and is_well(app)


def test_what_cannot_be_read_beside_the_shared_data_is_said_and_can_stay_out(house, brought):
    run, begun = house
    app = brought(app=run(ADA))
    count = {"column": NAMES[0], "reason": "two accounts are called so", "n": 3}
    files = [{"file": NAMES[1], "n_refused": 3, "refused_counts": [count]}]
    app.session_state["the upload"].change = Change(("import",), seen={"is_whole": False, "files": files})
    app.run()
    assert "3 rows cannot be read beside the data that is there." in text(app) and NAMES[0] in text(app)
    assert "publish make" not in keys(app)
    click(app, "publish skip")
    assert "--skip-refused" in begun[0] and "--dry-run" in begun[0]


# text from data


def test_names_people_fear_are_text_in_the_difference_and_in_the_log(brought, store):
    row = dict.fromkeys(("n_before", "n_after", "n_changed", "n_missing"), 2) | {"n_added": 0, "n_same": 0}
    said = {
        "is_whole": True, "expects": "000001", "matches": [],
        "changes": [{"table": "account", **row, "by_column": [[name, 2] for name in NAMES[:4]],
                     "examples": [{"key": name, "column": name, "before": name, "after": None} for name in NAMES]},
                    {"table": NAMES[1], **row, "by_column": [], "first_on": NAMES[6], "last_on": NAMES[0]}],
        "impact": [{"label": NAMES[0], "sentence": f"{NAMES[0]} 1 → 2: {NAMES[1]}."}],
    }  # fmt: skip
    manifest = last_published(store) / "manifest.json"
    raw = json.loads(manifest.read_text())
    raw["batches"][0] |= {"source": NAMES[0], "who": NAMES[1], "file_hash": NAMES[6], "tables": [*NAMES]}
    manifest.write_text(json.dumps(raw))
    app = brought()
    app.session_state["the upload"].change = Change(("import",), seen=said, trouble=NAMES[6])
    app.run()
    assert is_well(app) and NAMES[0] in text(app) and NAMES[6] in text(app)
    assert not re.search(r"!\[x\]|<script>alert|<img", html(app))
    (cells,) = (each.value for each in app.dataframe if "Then" in each.value)
    assert list(cells["Row"]) == list(NAMES)  # a table shows text as it is
