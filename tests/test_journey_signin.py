"""Signing in, in a real browser with a real provider on this machine: a link first, one's own book alone, and out again."""

import os
import re
import subprocess
import sys
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import ROOT, _free_port, _wait_for
from tests.test_journey import WIDE, settle
from tests.twobooks import ADA, BOSS, DANA, FOREIGN, LEE, STRANGER, N, secrets, two_books

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)
CLAIMS = {each: {"email": each, "email_verified": True} for each in (DANA, LEE, BOSS, ADA, STRANGER)}
CLAIMS["unsure"] = {"email": BOSS, "email_verified": False}
LINK = {"by": "region", "f.channel": "Direct", "path": "segment:SMB"}


@pytest.fixture(scope="module")
def provider():
    """The address of an OpenID provider that takes anybody for whom they say they are."""
    mock = pytest.importorskip("oidc_provider_mock")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
        people = [mock.User(sub=name, claims=claims) for name, claims in CLAIMS.items()]
        with mock.run_server_in_thread(user_claims=people) as server:
            yield f"http://localhost:{server.server_port}"


@pytest.fixture(scope="module")
def start(tmp_path_factory, provider):
    """start(script, roles=...) serves two books behind a sign-in, and gives the address and the log."""
    store, started = two_books(tmp_path_factory.mktemp("books")), []

    def run(script=ROOT / "app.py", **options):
        port, place = _free_port(), tmp_path_factory.mktemp("signin")
        url = f"http://127.0.0.1:{port}"
        path = secrets(place, issuer=provider, origin=url, **options)
        command = [
            sys.executable,
            "-m",
            "streamlit",
            "run",
            str(script),
            "--server.port",
            str(port),
            "--secrets.files",
            str(path),
        ]
        at = {
            "HEADLIGHT_STORE": str(store),
            "HEADLIGHT_WORKSPACE": f"sqlite:///{place}/workspace.db",
            "PYTHONPATH": str(ROOT),
        }
        with (place / "log").open("w") as log:
            server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **at}, stdout=log, stderr=subprocess.STDOUT)
        started.append(server)
        _wait_for(f"{url}/_stcore/health", server, place / "log")
        return url, place / "log"

    yield run
    for server in started:
        server.terminate()
    for server in started:
        server.wait(timeout=20)


@pytest.fixture(scope="module")
def served(start):
    """A server for all who need no other roles; the first test meets it fresh: nobody has opened its front page."""
    return start()


@pytest.fixture
def reader(chromium: Browser):
    """reader() is a browser of its own: its page, and all that the server ever sent it."""
    contexts = []

    def opened() -> tuple[Page, list[bytes]]:
        context = chromium.new_context(viewport=WIDE)
        contexts.append(context)
        page, heard = context.new_page(), []
        page.on("websocket", lambda wire: wire.on("framereceived", lambda frame: heard.append(_bytes(frame))))
        return page, heard

    yield opened
    for context in contexts:
        context.close()


def _bytes(frame: str | bytes) -> bytes:
    return frame.encode() if isinstance(frame, str) else frame


def sign_in(page: Page, name: str) -> None:
    page.get_by_role("button", name="Sign in").click()
    page.get_by_placeholder("sub").fill(name)
    page.get_by_role("button", name="Authorize").click()


def is_at_the_door(page: Page, heard: list[bytes]) -> None:
    """A title and a button are all there is, on the page and on the wire."""
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    settle(page)
    assert page.locator('[data-testid="stMain"]').inner_text().split() == ["Headlight", "Sign", "in"]
    assert page.locator('[data-testid="stSidebar"]').count() == 0
    wire = b"".join(heard)
    assert wire and not [
        word for word in (b"Customer", b"Dana Smith", b"EMEA", FOREIGN.encode(), b"accounts") if word in wire
    ]


def test_a_link_first_then_ones_own_book_and_out_again(served, reader):
    url, log = served
    page, heard = reader()
    link = f"/hotspots?{urlencode(LINK)}"
    page.goto(url + link)
    is_at_the_door(page, heard)

    sign_in(page, DANA)
    expect(page.locator(".hl-title")).to_contain_text("in channel Direct")  # the link, not the front page
    settle(page)
    assert page.url == url + link and "headlight_view" not in {each["name"] for each in page.context.cookies()}
    expect(page.locator(".st-key-crumbs")).to_contain_text("Segment: SMB")
    page.goto(f"{url}/?{urlencode({'f.region': f'{FOREIGN} US', 'batch': '000001'})}")
    expect(page.locator(".hl-title")).to_contain_text(f"{N:,} accounts")
    settle(page)
    expect(page.locator("body")).to_contain_text("that choice was left out")
    wire = b"".join(heard).replace(f"{FOREIGN} US".encode(), b"")
    assert b"Customer" in wire and FOREIGN.encode() not in wire

    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="End session").click()
    n_heard = len(heard)
    is_at_the_door(page, heard[n_heard:] or heard[-1:])
    page.goto(url + link)  # and a link leads nowhere again
    is_at_the_door(page, heard[n_heard:])
    assert "kept out" not in log.read_text() and "dana" not in log.read_text()


def test_two_readers_at_once_see_two_books(served, reader):
    url, _ = served
    (dana, of_dana), (lee, of_lee) = reader(), reader()
    for page in (dana, lee):
        page.goto(f"{url}/hotspots?by=channel")
    for page, name in ((dana, DANA), (lee, LEE)):
        sign_in(page, name)
    for page in (dana, lee, dana):
        expect(page.locator(".hl-title")).to_contain_text(f"{N:,} accounts")
        page.get_by_role("radio", name=re.compile("^(Lost|All)")).and_(
            page.locator('[aria-checked="false"]')
        ).first.click()
        settle(page)
    assert FOREIGN.encode() not in b"".join(of_dana) and FOREIGN not in dana.locator("body").inner_text()
    assert b"Dana Smith" not in b"".join(of_lee) and b"Customer" not in b"".join(of_lee)
    assert b"Customer" in b"".join(of_dana) and FOREIGN.encode() in b"".join(of_lee)


def test_without_a_role_or_a_verified_address_nobody_comes_in_and_an_admin_sees_as_others(served, reader):
    url, log = served
    for name, said in ((STRANGER, "but have no role here"), ("unsure", "is not verified")):
        page, heard = reader()
        page.goto(f"{url}/upload")
        sign_in(page, name)
        expect(page.locator("body")).to_contain_text(said)
        settle(page)
        assert not [word for word in (b"Customer", b"EMEA", FOREIGN.encode()) if word in b"".join(heard)]
    assert STRANGER in log.read_text() and "unverified" in log.read_text()

    page, heard = reader()
    page.set_viewport_size({"width": 1440, "height": 2400})  # a list of choices closes when what holds it scrolls
    page.goto(url)
    sign_in(page, ADA)
    expect(page.locator(".hl-title")).to_contain_text(f"{2 * N:,} accounts")
    settle(page)
    page.get_by_role("combobox", name="See as").click()
    page.get_by_role("option", name=DANA).click()
    expect(page.locator("body")).to_contain_text(f"You see what {DANA} sees.")
    expect(page.locator(".hl-title")).to_contain_text(f"{N:,} accounts")
    settle(page)
    assert FOREIGN not in page.locator('[data-testid="stMain"]').inner_text()
    page.get_by_role("button", name="Back to what I see").click()
    expect(page.locator(".hl-title")).to_contain_text(f"{2 * N:,} accounts")


def test_a_page_file_that_runs_without_app_py_is_gated_too(start, reader, tmp_path):
    """The folder of pages beside a script that lists none: Streamlit runs the file of a link by itself."""
    bare = tmp_path / "bare.py"
    bare.write_text("")
    (tmp_path / "pages").symlink_to(ROOT / "pages")
    url, _ = start(bare)
    page, heard = reader()
    for page_file in sorted((ROOT / "pages").glob("*.py")):
        heard.clear()
        page.goto(f"{url}/{page_file.stem}?f.csm=Dana+Smith")
        is_at_the_door(page, heard)
    sign_in(page, STRANGER)  # the last of them
    page.goto(f"{url}/hotspots")
    expect(page.locator("body")).to_contain_text("but have no role here")
    settle(page)
    assert b"Customer" not in b"".join(heard)


def test_my_book_is_mine_until_i_lift_it_and_back_is_one_step(start, reader):
    """Arriving writes nothing to the address, so Back leads to the page before at once."""
    url, _ = start(roles=f'[roles."{BOSS}"]\nsees = "all"\ncsm = ["Dana Smith"]\n')
    page, _ = reader()
    page.goto(url)
    sign_in(page, BOSS)
    line = page.locator(".hl-title")
    expect(line).to_contain_text(f"{2 * N:,} accounts")
    settle(page)
    to_book = page.locator('[data-testid="stSidebar"] a').filter(has_text="My book")
    to_book.click()
    expect(line).to_contain_text(f"{N:,} accounts of Dana Smith")
    settle(page)
    page.go_back()
    expect(page.locator("h1")).to_have_text("What needs attention now?")
    page.go_forward()
    expect(line).to_contain_text(f"{N:,} accounts of Dana Smith")
    settle(page)
    page.get_by_role("button", name="Show everyone").click()
    expect(line).to_contain_text(f"{2 * N:,} accounts ·")
    settle(page)
    page.go_back()
    expect(line).to_contain_text(f"{N:,} accounts of Dana Smith")
    page.go_forward()
    expect(line).to_contain_text(f"{2 * N:,} accounts ·")
    page.locator('[data-testid="stSidebar"] a').filter(has_text="Overview").click()
    expect(page.locator("h1")).to_have_text("What needs attention now?")
    settle(page)
    to_book.click()  # lifted stays lifted on the way
    expect(page.locator("h1")).to_have_text("Which accounts need me now?")
    expect(line).to_contain_text(f"{2 * N:,} accounts ·")
