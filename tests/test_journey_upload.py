"""Readers and their own data in a real browser: two upload at once, a third watches; switching, discarding, reloading."""

import os
import re
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, TimeoutError, expect

from tests.test_journey import WIDE, settle, visit
from tests.test_page_upload import accounts

pytestmark = pytest.mark.browser
SLOW = 60_000


@pytest.fixture(scope="module")
def url(shown, full_store) -> str:
    """A server for the tests that look at their page alone."""
    return shown(full_store)


@pytest.fixture
def private(tmp_path, monkeypatch) -> Path:
    """The folder in which the files lie of the readers of a server that starts now."""
    monkeypatch.setenv("HEADLIGHT_PRIVATE", str(tmp_path / "private"))
    monkeypatch.setenv("STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL", "1")
    return tmp_path / "private"


@pytest.fixture
def served(private, serve, full_store):
    """The address of a server of this test's own, and the folder its readers' files lie in."""
    return serve(full_store), private


def reader(chromium: Browser, url: str) -> Page:
    page = chromium.new_context(viewport=WIDE).new_page()
    visit(page, f"{url}/upload")
    return page


def drop(page: Page, name: str, content: bytes) -> None:
    page.locator("input[type=file]").set_input_files([{"name": name, "mimeType": "text/csv", "buffer": content}])
    page.get_by_role("button", name="Look at it").click()


def explore(page: Page) -> None:
    button = page.get_by_role("button", name="Explore it")
    expect(button).to_be_enabled(timeout=SLOW)
    settle(page)
    button.click()


def is_in(page: Page, n: int) -> None:
    expect(page.get_by_text(f"It is in: {n} accounts")).to_be_visible(timeout=SLOW)
    settle(page)


def goes_to(page: Page, title: str, question: str) -> None:
    page.locator('[data-testid="stSidebar"]').get_by_role("link", name=title, exact=True).click()
    expect(page.locator("h1")).to_have_text(question)
    settle(page)


def everything(page: Page) -> str:
    return page.content() + page.evaluate("document.body.innerText")


def test_two_readers_upload_at_once_and_nobody_meets_the_others_rows(serve, served, chromium: Browser):
    url, private = served
    dana = reader(chromium, url)  # the first visit of all: by a deep link, and through the list of pages all the same
    front = dana.locator('[data-testid="stSidebar"] a').filter(has_text="Overview")
    assert front.get_attribute("href") == ""  # without the list, pages are named by their files
    jo, ravi = (reader(chromium, url) for _ in range(2))
    drop(dana, "danas-secret.csv", accounts(240, name="Danakunde"))
    drop(jo, "jos-secret.csv", accounts(330, name="Jokunde"))
    for page in (dana, jo):
        explore(page)
    is_in(dana, 240)
    is_in(jo, 330)
    for page, own, n in ((dana, "danas-secret.csv", 240), (jo, "jos-secret.csv", 330), (ravi, None, 2_400)):
        goes_to(page, "Overview", "What needs attention now?")
        goes_to(page, "Hot-spots", "Where is churn hot?")
        expect(page.locator(".hl-title")).to_contain_text(f"{n:,} accounts")
        seen = everything(page)
        for name in ("danas-secret.csv", "jos-secret.csv"):
            assert (name in seen) == (name == own)
        for row in ("Danakunde", "Jokunde"):
            assert row not in seen or row.lower()[:2] == str(own)[:2]

    dana.get_by_role("button", name="Back to the shared data").click()
    expect(dana.locator(".hl-title")).to_contain_text("2,400 accounts")
    dana.get_by_role("button", name="Show my upload").click()
    expect(dana.locator(".hl-title")).to_contain_text("240 accounts")
    n_desks = len(desks(private))
    dana.get_by_role("button", name="Discard").click()
    expect(dana.locator(".hl-title")).to_contain_text("2,400 accounts")
    settle(dana)
    assert "danas-secret" not in everything(dana) and len(desks(private)) == n_desks - 1
    expect(jo.locator(".hl-private")).to_contain_text("jos-secret.csv")
    for page in (dana, jo, ravi):
        page.context.close()
    are_gone(private)


def are_gone(private: Path) -> None:
    """Nobody's files are there any more: a session is let go of some time after its tab."""
    until = time.monotonic() + 60
    while desks(private) and time.monotonic() < until:
        time.sleep(0.2)
    assert not desks(private)


def desks(private: Path) -> list[Path]:
    """The desks of the readers that are there."""
    return [each for each in private.glob("headlight-private-*/*") if each.is_dir()]


def test_a_reload_is_asked_about_and_then_loses_the_upload(url, chromium: Browser):
    page = reader(chromium, url)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.reload()
    settle(page)
    assert asked == []
    drop(page, "mine.csv", accounts(210))
    explore(page)
    is_in(page, 210)
    page.reload()
    settle(page)
    assert asked == ["beforeunload"] and "mine.csv" not in everything(page)


def test_an_import_is_cancelled_and_the_page_stays_usable(url, chromium: Browser):
    page = reader(chromium, url)
    drop(page, "mine.csv", accounts(300))
    explore(page)
    cancel = page.get_by_role("button", name="Cancel")
    if cancel.is_visible():
        cancel.click()
    expect(page.get_by_text(re.compile("Cancelled|It is in"))).to_be_visible(timeout=SLOW)
    assert page.locator('[data-testid="stException"]').count() == 0
    page.context.close()


def test_a_column_changed_in_the_table_stands_out_and_counts(url, chromium: Browser):
    page = reader(chromium, url)
    drop(page, "mine.csv", accounts(220))
    expect(page.get_by_text("5 columns")).to_be_visible(timeout=SLOW)
    settle(page)
    table = page.get_by_test_id("stDataFrame").first
    box = table.bounding_box()
    where = table.locator("canvas").first
    width = where.bounding_box()["width"]
    page.mouse.dblclick(box["x"] + width * 0.72, box["y"] + 36 + 32 * 1.5)  # what Name becomes
    page.wait_for_timeout(600)  # the cell's list opens
    page.keyboard.type("Region", delay=60)
    page.wait_for_timeout(300)
    page.keyboard.press("Enter")
    if os.environ.get("HEADLIGHT_SHOT"):
        page.wait_for_timeout(1500)
        page.screenshot(path=os.environ["HEADLIGHT_SHOT"])
    expect(page.get_by_text("1 changed by you")).to_be_visible()
    expect(page.get_by_text("would all become “Region”")).to_be_visible()
    expect(page.get_by_role("button", name="Explore it")).to_be_disabled()
    page.context.close()


@pytest.fixture(scope="module")
def small(serve_all, full_store, tmp_path_factory):
    """A server whose page's own box takes one megabyte, and the folder its readers' files lie in."""
    private = tmp_path_factory.mktemp("private")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEADLIGHT_PRIVATE", str(private))
        patch.setenv("STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL", "1")
        patch.setenv("STREAMLIT_SERVER_MAX_UPLOAD_SIZE", "1")
        return serve_all(full_store), private


@pytest.fixture
def served_small(small):
    """The same, as it is without a reader."""
    are_gone(small[1])
    return small


@pytest.fixture
def wide_csv(tmp_path) -> Callable[..., Path]:
    """wide_csv(n) is an export of 300 accounts, or more, and at least n bytes, with notes nobody asked for."""

    def made(n: int, n_accounts: int = 300) -> Path:
        path, note = tmp_path / "large.csv", "long notes, " * (n // n_accounts // 12 + 1)
        head, *rows = accounts(n_accounts).decode().splitlines()
        path.write_text("\n".join([f"{head},Notes", *(f'{row},"{note}"' for row in rows)]))
        return path

    return made


def choose(page: Page, path: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a larger file").press("Enter")  # as by keyboard
    chooser.value.set_files(path)


def goes_on(page: Page, within: int = SLOW, n: str = "300") -> None:
    """The large file is there, and is read as any other."""
    expect(page.get_by_text("large.csv")).to_be_visible(timeout=within)
    expect(page.get_by_role("button", name="Look at it")).to_be_enabled(timeout=within)
    settle(page)
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("button", name="Explore it")).to_be_enabled(timeout=within)
    settle(page)
    page.get_by_role("button", name="Explore it").click()
    expect(page.get_by_text(f"It is in: {n} accounts")).to_be_visible(timeout=within)


def test_a_file_too_large_for_the_box_streams_to_disk_and_goes_on(served_small, chromium: Browser, wide_csv):
    url, private = served_small
    page = reader(chromium, url)
    choose(page, wide_csv(2_000_000))
    goes_on(page)
    assert [each.name for each in private.rglob("*.csv")] == ["large.csv"] and not list(private.rglob("part"))
    page.context.close()


def test_dropped_in_the_box_it_streams_as_well(served_small, chromium: Browser, wide_csv):
    page = reader(chromium, served_small[0])
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "PUT" else None)
    page.locator('[data-testid="stFileUploader"] input[type=file]').set_input_files(wide_csv(2_000_000))
    expect(page.get_by_text("large.csv")).to_be_visible(timeout=SLOW)
    dropped = """([name, n]) => { const all = new DataTransfer(); all.items.add(new File(['a'.repeat(n)], name));
        document.querySelector('[data-testid="stFileUploaderDropzone"]')
        .dispatchEvent(new DragEvent('drop', {dataTransfer: all, bubbles: true, cancelable: true, composed: true})) }"""
    page.evaluate(dropped, ["second.csv", 2_000_000])
    expect(page.get_by_role("button", name="Remove")).to_have_count(2, timeout=SLOW)
    assert [each.rpartition("/")[2] for each in sent] == ["large-file", "large-file"]
    page.evaluate(dropped, ["photo.jpeg", 2_000_000])
    expect(page.get_by_role("alert").filter(has_text="Files of this kind cannot be read here")).to_be_visible()
    settle(page)
    small = page.get_by_role("button", name="Remove small.csv").first
    for _ in range(3):  # our own event may fall on a box that is just drawn anew; a hand would drop it again
        page.evaluate(dropped, ["small.csv", 2_000])
        with suppress(TimeoutError):
            small.wait_for(timeout=SLOW / 4)
            break
    expect(small).to_be_visible()
    assert "/_stcore/upload_file/" in sent[-1]
    page.context.close()


def test_on_its_way_it_shows_how_far_survives_other_pages_and_is_cancelled(served_small, chromium: Browser, wide_csv):
    url, private = served_small
    page = reader(chromium, url)
    slow = page.context.new_cdp_session(page)
    slow.send("Network.enable")
    slow.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 400_000},
    )
    choose(page, wide_csv(6_000_000))
    bar = page.get_by_role("progressbar", name="How much of the file is here")
    expect(bar).to_be_visible()
    expect(bar).not_to_have_attribute("aria-valuenow", "0")
    expect(page.get_by_text(re.compile(r"^\d+ % · \d+ of 6 MB"))).to_be_visible()
    expect(page.get_by_role("button", name="Look at")).to_be_disabled()
    if os.environ.get("HEADLIGHT_SHOT"):
        page.wait_for_timeout(4_000)
        page.screenshot(path=os.environ["HEADLIGHT_SHOT"])
    goes_to(page, "Overview", "What needs attention now?")
    goes_to(page, "Bring your export", "What does your own data say?")
    expect(bar).to_be_visible()
    assert list(private.rglob("part"))
    page.get_by_role("button", name="Cancel").press("Enter")
    expect(page.get_by_role("alert").filter(has_text="Cancelled. Nothing was kept of it.")).to_be_visible()
    settle(page)
    assert not list(private.rglob("part")) and not list(private.rglob("*.csv"))
    expect(page.get_by_role("button", name="Choose a larger file")).to_be_visible()
    page.context.close()


@pytest.mark.slow
def test_past_the_usual_cap_a_file_streams_to_disk_and_goes_on(served, chromium: Browser, wide_csv):
    page = reader(chromium, served[0])
    choose(page, wide_csv(210 << 20, 60_000))
    goes_on(page, 200_000, "60,000")
    page.context.close()
