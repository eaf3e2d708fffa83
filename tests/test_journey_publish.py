"""Publishing in a real browser while the shell imports: both batches are there, another reader sees them, and an undo."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from lib.store import folder
from lib.store.folder import last_published, read_manifest
from tests.conftest import ROOT
from tests.test_journey import WIDE, settle, visit
from tests.test_journey_upload import SLOW, drop, explore, is_in, reader
from tests.test_page_upload import accounts
from tests.worldlets import NOW

pytestmark = pytest.mark.browser


def test_two_writers_at_once_both_come_in_and_one_is_taken_back(
    serve, chromium: Browser, full_store, tmp_path, monkeypatch
):
    """40 accounts from the app and 7 from the shell join 2,400; then the app's 40 leave again."""
    monkeypatch.setenv("HEADLIGHT_PRIVATE", str(tmp_path / "private"))
    store, nightly = Path(shutil.copytree(full_store, tmp_path / "store")), tmp_path / "nightly.csv"
    nightly.write_text("Account ID,Region\n" + "".join(f"N{at},US\n" for at in range(7)))
    url = serve(store)
    ada, jo = reader(chromium, url), chromium.new_context(viewport=WIDE).new_page()
    visit(jo, f"{url}/hotspots")
    expect(jo.locator(".hl-title")).to_contain_text("2,400 accounts")

    drop(ada, "q3.csv", accounts(40))
    explore(ada)
    is_in(ada, 40)
    ada.get_by_role("button", name="See what would change").click()
    expect(ada.get_by_text("This adds 40 rows, takes nothing away.")).to_be_visible(timeout=SLOW)
    settle(ada)
    publish = ada.get_by_role("button", name="Publish", exact=True)
    with folder.writing(store, who="berta", now=NOW, wait_seconds=5):  # both are at work before either can be done
        publish.click()
        expect(ada.get_by_text("Waiting for berta, who is publishing")).to_be_visible(timeout=SLOW)
        command = [sys.executable, "-m", "lib", "import", nightly, f"--store={store}", "--as", "account", "--who=night"]
        shell = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 60
        while len(list((store / "incoming").iterdir())) < 2 and time.monotonic() < until:
            time.sleep(0.05)
    assert shell.wait(60) == 0
    meanwhile = ada.get_by_text("Somebody published meanwhile, so nothing was done.")
    published = ada.get_by_text("Published as batch")
    expect(meanwhile.or_(published)).to_be_visible(timeout=SLOW)
    if meanwhile.is_visible():  # the shell was first: what was seen is no more what would change
        settle(ada)
        publish.click()
    expect(published).to_be_visible(timeout=SLOW)
    batches = {each.source: each.batch for each in read_manifest(last_published(store)).batches}
    assert len(batches) == 4 and {"q3.csv", "nightly.csv"} <= set(batches)
    ours = batches["q3.csv"]
    jo.locator('[data-testid="stSidebar"] a').filter(has_text="Overview").click()
    expect(jo.locator(".hl-title")).to_contain_text("2,447 accounts")
    expect(ada.locator(".hl-private")).to_contain_text("Your upload ‘q3.csv’")  # still theirs, beside the shared data

    settle(ada)
    ada.locator(f".st-key-batch-of-log-{ours}").get_by_role("button", name="Undo").click()
    expect(ada.get_by_text("This takes 40 rows away.")).to_be_visible(timeout=SLOW)
    settle(ada)
    ada.get_by_role("button", name=f"Take batch {ours} out").click()
    expect(ada.get_by_text("It is out.")).to_be_visible(timeout=SLOW)
    jo.locator('[data-testid="stSidebar"] a').filter(has_text="Hot-spots").click()
    expect(jo.locator(".hl-title")).to_contain_text("2,407 accounts")
    for page in (ada, jo):
        page.context.close()
