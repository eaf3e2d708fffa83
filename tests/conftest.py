"""What several tests share: small stores, made once a run; servers that show them; a browser."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import local_script_runner

from lib.workspace import edition, open_workspace
from tests import stores

settings.register_profile("headlight", deadline=None)  # a busy machine is no defect of the code
settings.load_profile("headlight")

# every AppTest looks through all installed packages for components, half a second each time; they do not change meanwhile
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


def _ended(runner: local_script_runner.LocalScriptRunner, timeout: float) -> None:
    """Wait until a script ended, without asking it a thousand times a second, which would slow it down."""
    runner._script_thread.join(timeout)
    if runner._script_thread.is_alive():
        runner.request_stop()
        raise RuntimeError(f"the script ran for more than {timeout} seconds")


local_script_runner.require_widgets_deltas = _ended

ROOT = Path(__file__).resolve().parents[1]
MAIN = sys.modules["__main__"]


@pytest.fixture(autouse=True)
def main_module():
    """An AppTest leaves its script behind as the main module, which every process started afterwards would run anew."""
    sys.modules["__main__"] = MAIN


@pytest.fixture(scope="session")
def full_store(tmp_path_factory) -> Path:
    return stores.full(tmp_path_factory.mktemp("full"))


@pytest.fixture(scope="session")
def quiet_store(tmp_path_factory) -> Path:
    return stores.quiet(tmp_path_factory.mktemp("quiet"))


@pytest.fixture(scope="session")
def flag_store(tmp_path_factory) -> Path:
    return stores.flags(tmp_path_factory.mktemp("flags"))


@pytest.fixture(scope="session")
def hostile_store(tmp_path_factory) -> Path:
    return stores.hostile(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="session")
def sample_store(tmp_path_factory) -> Path:
    """A few accounts of the sample company: every table, two years."""
    from lib.__main__ import main

    store = tmp_path_factory.mktemp("sample")
    assert main(["sample", "--accounts", "80", "--store", str(store)]) == 0
    return store


@pytest.fixture
def serve(tmp_path_factory):
    """serve(store) starts a server that shows the store, and gives its address; it ends with the test."""
    with _serving(tmp_path_factory) as start:
        yield start


@pytest.fixture(scope="module")
def serve_all(tmp_path_factory):
    """The same for all tests of a module."""
    with _serving(tmp_path_factory) as start:
        yield start


@pytest.fixture(scope="session")
def shown(tmp_path_factory):
    """shown(store) is the address of a server of that store, for all journeys of a worker that change nothing for others."""
    private = str(tmp_path_factory.mktemp("private"))
    with _serving(tmp_path_factory) as start:

        @cache
        def once(store: Path) -> str:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("HEADLIGHT_PRIVATE", private)
                return start(store)

        yield once


@pytest.fixture(scope="session")
def planted_url(shown, tmp_path_factory) -> str:
    """Where 600 accounts of the sample are shown, with what is planted in them."""
    from tests.funnelworlds import sampled

    store = tmp_path_factory.mktemp("planted")
    sampled(store, 600, 1, planted=True)
    return shown(store)


@contextmanager
def _serving(tmp_path_factory):
    started = []

    def start(store: Path) -> str:
        port = _free_port()
        log = (tmp_path_factory.mktemp("server") / "log").open("w")
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
        server = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, "HEADLIGHT_STORE": str(store)}, stdout=log, stderr=subprocess.STDOUT
        )
        started.append(server)
        _wait_for(f"http://127.0.0.1:{port}/_stcore/health", server, Path(log.name))
        return f"http://127.0.0.1:{port}"

    try:
        yield start
    finally:
        for server in started:
            server.terminate()
        for server in started:
            server.wait(timeout=20)


@pytest.fixture(scope="session")
def chromium():
    """The contexts of one headless Chromium for all browser tests of a worker; each test opens its own."""
    from playwright.sync_api import sync_playwright

    from tests.browser import ARGUMENTS, Contexts, executable

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        yield Contexts(browser)
        browser.close()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def _wait_for(url: str, server: subprocess.Popen, log: Path, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert server.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"no answer from {url}: {log.read_text()}")


@pytest.fixture(scope="session")
def unwritten(tmp_path_factory):
    """unwritten() is the address of a workspace nobody has written to: the same one until somebody does, so that tests which
    only read share the answers that are kept for it."""
    place = ""

    def address() -> str:
        nonlocal place
        if not place or edition(space := open_workspace(place)):
            place = f"sqlite:///{tmp_path_factory.mktemp('workspace')}/workspace.db"
            space = open_workspace(place)
        space.close()
        return place

    return address


@pytest.fixture
def one_session(request, monkeypatch, tmp_path_factory, unwritten) -> None:
    """What is visited in a test is one session's own. Where the test has a folder, its workspace lies there."""
    from streamlit.runtime.caching import clear_session_data_cache, clear_session_resource_cache

    has_folder = "tmp_path" in request.fixturenames
    folder = request.getfixturevalue("tmp_path") if has_folder else tmp_path_factory.mktemp("visit")
    monkeypatch.setenv("HEADLIGHT_PRIVATE", str(folder / "private"))
    monkeypatch.setenv("HEADLIGHT_WORKSPACE", f"sqlite:///{folder}/workspace.db" if has_folder else unwritten())
    for clear in (clear_session_data_cache, clear_session_resource_cache):
        clear("test session id")  # which every AppTest says it is


@pytest.fixture
def visit(monkeypatch, one_session):
    """visit(store, page, query) runs a page as a first visit by that link; every visit of a test is one session's own."""
    from streamlit.testing.v1 import AppTest

    def run(store, page: str = "pages/hotspots.py", query: dict | None = None) -> "AppTest":
        monkeypatch.setenv("HEADLIGHT_STORE", str(store))
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).switch_page(page)
        for name, values in (query or {}).items():
            app.query_params[name] = values
        return app.run()

    return run
