"""The upload page without a browser: with and without shared data, from a dropped file to its answers and back."""

import re
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lib.view.address import pair
from tests.pages import is_well, text
from tests.stores import NAMES, N

PAGE = "pages/upload.py"


def accounts(n: int = 300, *, arr: str = "1200", name: str = "Kunde") -> bytes:
    """A small export; US loses far more than the others."""
    rows = [
        f"K{at},{name} {at},{'US' if at % 3 else 'EMEA'},{arr if at == 7 else 500 + at},{'yes' if at % 3 and at % 2 else 'no'}"
        for at in range(n)
    ]
    return "\n".join(["Account ID,Name,Region,ARR,Churned", *rows]).encode()


TICKETS = b"Ticket ID,Account ID,Opened\nT1,K1,2026-01-02\nT2,K2,2026-01-03\nT3,nobody,2026-02-03\n"


@pytest.fixture
def visit(visit):
    """visit(store) is a first visit to the upload page."""
    return lambda store, page=PAGE, query=None: visit(store, page, query)


def drop(app: AppTest, **files: bytes) -> AppTest:
    """Drop files and look at them; what stands for a dot in a name is two underscores."""
    app.file_uploader[0].set_value([(name.replace("__", "."), content, "text/csv") for name, content in files.items()])
    app.run()
    return settle(app.button(key="upload look").click().run())


def settle(app: AppTest, seconds: float = 90) -> AppTest:
    """Wait for the child at work, as the page's own clock would."""
    until = time.monotonic() + seconds
    while (upload := app.session_state["the upload"]).job and time.monotonic() < until:
        upload.job.wait(1)
        app.run()
    return app


def explore(app: AppTest) -> AppTest:
    return settle(app.button(key="upload explore").click().run())


def desk(app: AppTest) -> Path:
    """The folder of the session."""
    return app.session_state["the upload"].place.parent


def step(app: AppTest) -> str:
    return app.session_state["the upload"].step


def test_with_and_without_data_it_opens_and_promises_privacy(visit, full_store, tmp_path):
    for store in (full_store, tmp_path / "nothing"):
        app = visit(store)
        assert is_well(app), text(app)
        assert "Only you see it." in text(app) and "It goes when you go." in text(app)
        assert app.button(key="upload look").disabled
    assert "There is no shared data yet" in text(app)


def test_without_data_every_page_leads_here(visit, tmp_path):
    app = visit(tmp_path / "nothing", "pages/overview.py")
    assert "There is no data yet" in text(app)
    assert "Bring your export ›" in [each.proto.label for each in app.get("page_link")]


def test_from_a_file_to_its_answers_and_back(visit, full_store):
    app = drop(visit(full_store), accounts__csv=accounts())
    assert step(app) == "sheets" and "accounts.csv" in text(app), text(app)
    app = explore(app)
    assert is_well(app) and step(app) == "result", text(app)
    assert "It is in: 300 accounts" in text(app) and "Your upload ‘accounts.csv’" in text(app)
    assert list(app.dataframe[0].value[["n_read", "n_kept", "n_refused", "n_merged"]].iloc[0]) == [300, 300, 0, 0]

    app.switch_page("pages/hotspots.py").run()
    assert is_well(app) and "300 accounts" in text(app) and "Your upload ‘accounts.csv’" in text(app)
    assert "nobody else sees: for others the link opens the shared data" in text(app)
    app.button(key="private leave").click().run()
    assert f"{N:,} accounts" in text(app) and "This is the shared data." in text(app) and "Kunde" not in text(app)
    app.button(key="private enter").click().run()
    assert "300 accounts" in text(app)
    folder = desk(app)
    assert any(folder.iterdir())
    app.button(key="private discard").click().run()
    assert f"{N:,} accounts" in text(app) and "accounts.csv" not in text(app) and not folder.exists()
    app.switch_page(PAGE).run()
    assert step(app) == "files" and is_well(app)


def test_an_upload_keeps_its_own_book_and_what_is_in_it(visit, full_store, monkeypatch, caplog):
    """From other sessions, from the book and the links of the shared data, and from the log."""
    from lib.view import door

    app = explore(drop(visit(full_store), secret__csv=accounts(name="Geheim")))
    for page in ("pages/overview.py", "pages/hotspots.py", PAGE):
        other = visit(full_store, page)
        assert is_well(other) and "secret.csv" not in text(other) and "Geheim" not in text(other)
        assert not any(each.value.astype(str).stack().str.contains("Geheim").any() for each in other.dataframe)
    assert "Your upload ‘secret.csv’" in text(app.run())

    app.switch_page("pages/hotspots.py")
    app.query_params["f.channel"] = "Reseller"
    app.query_params["path"] = [pair("channel", "Reseller")]
    app.run()
    assert is_well(app) and "which this data does not have" in text(app) and "300 accounts" in text(app)

    app.multiselect(key="book filter region").select("US").run()
    assert " in US " in text(app)
    app.button(key="private leave").click().run()
    assert is_well(app) and "f.region" not in app.query_params and " in US " not in text(app)
    app.multiselect(key="book filter channel").select("Reseller").run()
    app.button(key="private enter").click().run()
    assert is_well(app) and " in US " in text(app) and "does not have" not in text(app)
    app.button(key="private leave").click().run()
    assert "in channel Reseller" in text(app)

    def fails(*_, **__):
        raise RuntimeError("Geheim 7 is odd")

    app.button(key="private enter").click().run()
    monkeypatch.setattr(door, "measure", fails)
    app.multiselect(key="book filter region").set_value(["EMEA"]).run()
    reference = re.search(r"Reference \*\*(\w+)\*\*", app.error[0].value).group(1)
    assert reference in caplog.text and "RuntimeError" in caplog.text and "Geheim" not in caplog.text
    assert "secret.csv" not in caplog.text


def test_it_needs_no_shared_data(visit, tmp_path):
    app = explore(drop(visit(tmp_path / "nothing"), accounts__csv=accounts()))
    assert is_well(app) and step(app) == "result", text(app)
    assert "private leave" not in [each.key for each in app.button]
    app.switch_page("pages/overview.py").run()
    assert is_well(app) and "300 accounts" in text(app)
    app.button(key="private discard").click().run()
    assert is_well(app) and "There is no data yet" in text(app)


def test_refused_cells_can_be_left_out_and_mended(visit, full_store):
    app = explore(drop(visit(full_store), accounts__csv=accounts(arr="twelve")))
    assert step(app) == "result" and "1 row of 300 cannot be read" in text(app), text(app)
    assert "Nothing is loaded yet" in text(app) and "Your upload" not in text(app)
    assert "ARR" in text(app) and "Leave that row out" in text(app)

    app = settle(app.button(key="upload skip").click().run())
    assert "It is in: 299 accounts" in text(app) and "1 row stayed out" in text(app), text(app)
    first = desk(app)
    n_places = len(list(first.iterdir()))

    upload = app.session_state["the upload"]
    app.session_state[f"mend {upload.n_reports} 0"] = {
        "edited_rows": {0: {"instead": "1200"}},
        "added_rows": [],
        "deleted_rows": [],
    }
    app.run()
    app = settle(app.button(key="upload mend").click().run())
    assert "It is in: 300 accounts" in text(app) and "Every row of your files" in text(app), text(app)
    assert len(list(first.iterdir())) == n_places  # the store before it is gone


def test_several_files_say_how_they_meet(visit, full_store):
    app = explore(drop(visit(full_store), accounts__csv=accounts(), tickets__csv=TICKETS))
    assert is_well(app) and step(app) == "result", text(app)
    assert "2 of 3 support tickets name an account that is there." in text(app) and "nobody" in text(app)
    assert "Your upload ‘accounts.csv’ and 1 more" in text(app)


def test_the_same_columns_are_read_as_last_time(visit, full_store):
    app = drop(visit(full_store), q3__csv=accounts())
    assert "read such a file on" not in text(app)
    app.session_state["the upload"].sheets[0].map["Name"] = "skip"
    app = explore(app)
    app.button(key="upload anew").click().run()
    app = drop(app, q4__csv=accounts(200))
    assert (
        "as somebody read such a file on" in text(app)
        and app.session_state["the upload"].sheets[0].map["Name"] == "skip"
    )


def test_what_was_said_is_kept_while_the_reader_is_elsewhere(visit, full_store):
    app = drop(visit(full_store), accounts__csv=accounts())
    app = settle(app.selectbox(key="sheet kind 0").select("contract").run())
    assert step(app) == "sheets"
    app.switch_page("pages/overview.py").run()
    app.switch_page(PAGE).run()
    assert app.selectbox(key="sheet kind 0").value == "contract" and "as you say" in text(app)
    app.selectbox(key="sheet kind 0").select("skip").run()
    assert app.button(key="upload explore").disabled and "Everything is left out" in text(app)


FEARED = [NAMES[0], NAMES[1], "../../x", "a\tb\x1b", "<script>alert(1)</script>", "x" * 300, "=cmd()"]


def test_names_people_fear_are_shown_as_typed_and_stay_on_the_desk(visit, full_store, tmp_path):
    """All at once: each brings accounts of its own, so that one that was not read would be missed."""
    app = visit(full_store)
    files = [
        (f"{name}.csv", accounts(100).replace(b"\nK", f"\nK{at}-".encode()), "text/csv")
        for at, name in enumerate(FEARED)
    ]
    app.file_uploader[0].set_value(files)
    app = settle(app.run().button(key="upload look").click().run())
    assert step(app) == "sheets", text(app)
    app = explore(app)
    assert is_well(app) and "It is in: 700 accounts" in text(app), text(app)
    assert not re.search(r"!\[|<script>alert", " ".join(each.proto.body for each in app.get("html")))
    inside = set((tmp_path / "private").rglob("*"))
    assert len([path for path in inside if path.suffix == ".csv"]) == len(FEARED)
    assert not [path for path in tmp_path.rglob("*.csv") if path not in inside]
    assert not (Path("/tmp") / "x.csv").exists()


def test_files_that_cannot_be_read_are_refused_in_words(visit, full_store):
    app = drop(visit(full_store), empty__csv=b"")
    assert is_well(app) and step(app) == "files" and "empty" in text(app), text(app)
    app.button(key="upload remove 0").click().run()
    assert app.button(key="upload look").disabled


def test_cancel_brings_the_reader_back(visit, full_store):
    app = drop(visit(full_store), accounts__csv=accounts())
    app.button(key="upload explore").click().run()
    app.session_state["the upload"].job.cancel()
    app = settle(app)
    assert is_well(app) and step(app) == "sheets" and "Cancelled" in text(app)
