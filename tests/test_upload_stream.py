"""The way in for large files, over HTTP: a ticket is good for one file, and of a file there is all or nothing."""

import asyncio
import errno
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from threading import Thread

import pytest
import uvicorn
from starlette.applications import Starlette
from streamlit.runtime.pages_manager import PagesManager

from lib.errors import Refused
from lib.view import private, serve
from lib.view.desk import Desk, house, safe_name
from lib.view.upload import large, stream, tickets
from lib.view.upload.files import ENDINGS
from lib.view.upload.state import Upload
from tests.conftest import ROOT
from tests.stores import NAMES

MB = 1 << 20
CONTENT = b"Account ID,Name\nK1,Kunde\n" * 5_000


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    """Where a server of this process listens that has nothing but the way in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEADLIGHT_PRIVATE", str(tmp_path_factory.mktemp("private")))
        yield from _served()


def _served():

    @asynccontextmanager
    async def lifespan(app):
        async with serve.lifespan(app):
            yield

    server = uvicorn.Server(uvicorn.Config(Starlette(routes=serve.routes(), lifespan=lifespan), port=0))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(20)


@pytest.fixture
def ticket(tmp_path):
    return tickets.issue("accounts.csv", tmp_path, MB)


def until(holds, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never was so"
        time.sleep(0.01)


def heads(port: int, ticket: tickets.Ticket | None, **changed) -> dict[str, str]:
    said = {"Origin": f"http://127.0.0.1:{port}", "X-Headlight-Ticket": ticket.token if ticket else None}
    return {name: value for name, value in {**said, **changed}.items() if value is not None}


def put(port: int, ticket, body=CONTENT, method: str = "PUT", **changed) -> tuple[int, str]:
    """The status and the words of the answer."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request(method, stream.PATH, body, heads(port, ticket, **changed))
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b'{"said": ""}')["said"]


def begin(port: int, ticket: tickets.Ticket, length: int | None, first: bytes = b"") -> socket.socket:
    """A connection with a request under way: its head, and the first of its body."""
    lines = [f"PUT {stream.PATH} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    lines += [f"{name}: {value}" for name, value in heads(port, ticket).items()]
    lines += ["Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}", "", ""]
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall("\r\n".join(lines).encode() + first)
    return connection


def status(connection: socket.socket) -> int:
    with closing(connection):
        return int(connection.recv(4096).split(b" ")[1])


def test_a_ticket_works_once(port, ticket):
    assert put(port, ticket) == (201, "The file is here.")
    assert ticket.state == "whole" and ticket.file.read_bytes() == CONTENT
    assert [each.name for each in ticket.folder.iterdir()] == ["accounts.csv"]
    assert ticket.file.stat().st_mode & 0o777 == 0o600
    code, said = put(port, ticket, b"another")
    assert code == 410 and "used or is too old" in said and ticket.file.read_bytes() == CONTENT


@pytest.mark.parametrize(
    "changed",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
        {"Origin": None},
        {"X-Headlight-Ticket": None},
        {"X-Headlight-Ticket": "guessed"},
        *({"method": method} for method in ("GET", "POST", "DELETE", "OPTIONS", "PATCH")),
    ],
    ids=str,
)
def test_without_right_it_is_forbidden_and_the_ticket_stays_good(port, ticket, changed):
    code, said = put(port, ticket, **changed)
    assert code == 403 and "may not send files here" in said
    assert not any(ticket.folder.iterdir())
    assert put(port, ticket)[0] == 201


def test_too_old_or_called_off_it_is_gone(port, ticket, tmp_path):
    ticket.expires_at = time.monotonic() - 1
    called_off = tickets.issue("b.csv", tmp_path, MB)
    called_off.void()
    assert [put(port, each)[0] for each in (ticket, called_off)] == [410, 410]
    assert not list(tmp_path.rglob("*.csv")) and not list(tmp_path.rglob("part"))


def test_too_large_is_refused_by_its_length_before_a_byte_is_sent(port, ticket):
    assert status(begin(port, ticket, MB + 1)) == 413
    until(lambda: not ticket.folder.exists())
    assert ticket.state == "void"


def test_too_large_is_refused_on_its_way_where_no_length_was_said(port, ticket):
    piece = b"x" * 65_536
    connection = begin(port, ticket, None)
    with pytest.raises(OSError):  # the server hangs up
        for _ in range(20_000):
            connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
    connection.close()
    until(lambda: not ticket.folder.exists())
    assert ticket.state == "void"


def test_exactly_as_large_as_allowed_is_taken(port, ticket):
    assert put(port, ticket, b"x" * MB)[0] == 201 and ticket.file.stat().st_size == MB


def in_a_loop_of_its_own(awaited) -> None:
    """Run it in a thread: a browser of another test may have a loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, awaited).result()


@pytest.mark.parametrize("length", [MB, None], ids=["with a length", "chunked"])
def test_a_broken_connection_leaves_nothing(port, ticket, length):
    first = b"x" * 300_000
    connection = begin(port, ticket, length, first if length else b"%x\r\n%b\r\n" % (len(first), first))
    until(ticket.part.exists)
    connection.close()
    until(lambda: not ticket.folder.exists())
    assert ticket.state == "void" and put(port, ticket)[0] == 410


def test_called_off_on_its_way_it_leaves_nothing(port, tmp_path):
    ticket = tickets.issue("a.csv", tmp_path, 100 * MB)
    connection = begin(port, ticket, 50 * MB, b"x" * MB)
    until(ticket.part.exists)
    ticket.void()
    with suppress(ConnectionError):  # it may have closed before all is sent
        connection.sendall(b"x" * 2 * MB)
    assert status(connection) == 410 and not ticket.folder.exists()


def test_the_session_takes_what_is_on_its_way_with_it(port, tmp_path):
    desk = Desk(tmp_path)
    ticket = tickets.issue("a.csv", desk.place(), 100 * MB)
    desk.ends_with(ticket.void)
    connection = begin(port, ticket, 50 * MB, b"x" * MB)
    until(ticket.part.exists)
    desk.clear()
    connection.sendall(b"x" * 2 * MB)
    assert status(connection) == 410 and not desk.folder.exists()


def test_silence_ends_it(port, ticket, monkeypatch):
    monkeypatch.setattr(stream, "LONGEST_SILENCE", 0.3)
    assert status(begin(port, ticket, MB, b"x")) == 408
    until(lambda: not ticket.folder.exists())


@pytest.mark.parametrize("number, code", [(errno.ENOSPC, 507), (errno.EIO, 500)])
def test_a_full_or_broken_disk_is_said_in_words_and_nothing_is_logged_of_the_file(
    port, tmp_path, monkeypatch, caplog, number, code
):
    ticket = tickets.issue("Geheim.csv", tmp_path, MB)

    def fails(*_):
        raise OSError(number, "no", "Geheim.csv")

    monkeypatch.setattr(stream, "_put", fails)
    assert put(port, ticket) == (code, stream.SAYS[code])
    assert not ticket.folder.exists() and errno.errorcode[number] in caplog.text
    assert "Geheim" not in caplog.text and ticket.token not in caplog.text and "Kunde" not in caplog.text


def test_two_readers_send_at_once_and_a_third_waits(port, tmp_path):
    dana, jo, ravi = (tickets.issue("same.csv", tmp_path, MB) for _ in range(3))
    whose = {ticket.token: ticket.token.encode() * 1_000 for ticket in (dana, jo, ravi)}
    sent = {each.token: begin(port, each, len(whose[each.token]), b"") for each in (dana, jo)}
    until(lambda: dana.part.exists() and jo.part.exists())
    waits = begin(port, ravi, len(whose[ravi.token]), whose[ravi.token])
    until(lambda: ravi.state == "at work")
    time.sleep(0.3)
    assert not ravi.part.exists() and not ravi.file.exists()
    for at in range(0, 3):  # by turns
        for token, connection in sent.items():
            third = len(whose[token]) // 3 + 1
            connection.sendall(whose[token][at * third : (at + 1) * third])
    assert [status(each) for each in (*sent.values(), waits)] == [201, 201, 201]
    assert all(each.file.read_bytes() == whose[each.token] for each in (dana, jo, ravi))


@pytest.mark.parametrize(
    "name", [*NAMES[:3], "../../x.csv", "..", "", "part", "a\0b\n.csv", "C:\\x.csv", "x" * 300, "/etc/x"]
)
def test_whatever_its_name_it_lies_on_the_desk(port, tmp_path, name):
    (tmp_path / "desk").mkdir()
    ticket = tickets.issue(safe_name(name), tmp_path / "desk", MB)
    assert put(port, ticket)[0] == 201
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == [ticket.file]
    assert ticket.file.parent == ticket.folder and ticket.file.read_bytes() == CONTENT


def ask(upload: Upload, name: str, size: int, limit: int = 10 * MB, ended: int | None = None) -> tickets.Ticket | None:
    words = {"number": upload.n_asked + 1, "name": name, "size": size, "ended": ended}
    large._told(upload, words, ENDINGS, limit)
    return upload.ticket


@pytest.fixture
def upload(tmp_path, monkeypatch):
    desk = Desk(tmp_path)
    monkeypatch.setattr(private, "desk", lambda: desk)
    return Upload()


def test_what_would_be_refused_gets_no_ticket(upload, monkeypatch):
    assert ask(upload, "photo.jpeg", 5) is None and "Files of this kind" in upload.answer
    assert ask(upload, "a.csv", 10 * MB + 1) is None and "The file is larger than 10 MB" in upload.answer
    monkeypatch.setattr(large, "SPARE", 1 << 60)
    assert ask(upload, "a.csv", 5) is None and "not enough room" in upload.answer


def test_a_file_that_came_is_one_of_the_files(port, upload):
    first = ask(upload, "a.csv", len(CONTENT))
    assert large.is_busy(upload) and put(port, first)[0] == 201
    second = ask(upload, "a.csv", 10 * MB - len(CONTENT), ended=upload.n_asked)
    assert (
        upload.files == {"a.csv": first.file} and second.name == "a (2).csv" and second.most == 10 * MB - len(CONTENT)
    )
    large._told(upload, {"ended": upload.n_asked, "number": 9, "name": None}, ENDINGS, MB)  # cancelled
    assert second.state == "void" and not large.is_busy(upload) and list(upload.files) == ["a.csv"]
    assert ask(upload, "b.csv", 10 * MB) is None and "Together the files are larger" in upload.answer


def test_how_large_is_set_as_other_sizes_are():
    assert tickets.most_bytes({}) == 5 << 30
    assert tickets.most_bytes({"HEADLIGHT_UPLOAD_BYTES": "700 mb"}) == 700 * MB
    with pytest.raises(Refused, match="HEADLIGHT_UPLOAD_BYTES is 'much'"):
        tickets.most_bytes({"HEADLIGHT_UPLOAD_BYTES": "much"})


def test_the_page_says_where_large_files_go(visit, full_store, monkeypatch):
    monkeypatch.setattr(tickets, "_path", "")
    app = visit(full_store, "pages/upload.py")
    assert "imported from the shell" in app.file_uploader[0].help and not app.exception
    monkeypatch.setattr(tickets, "_path", stream.PATH)
    app.run()
    assert "up to 5 GB together" in app.file_uploader[0].help and not app.exception


def test_streamlit_has_the_switch_that_deep_links_need(monkeypatch, tmp_path):
    """Private to Streamlit: where it goes, a first visit by deep link runs a page's file without app.py."""
    monkeypatch.setattr(PagesManager, "uses_pages_directory", None)
    monkeypatch.setattr(tickets, "_path", "")
    monkeypatch.setenv("HEADLIGHT_PRIVATE", str(tmp_path))

    async def starts() -> None:
        async with serve.lifespan(None):
            manager = PagesManager(str(ROOT / "app.py"))  # made for each session; it looks for a folder of pages
            assert manager.uses_pages_directory is False and tickets.where() == stream.PATH
            place = Desk(house()).place()
        assert tickets.where() == "" and not place.exists()  # whatever the signal, nothing of a reader's stays

    in_a_loop_of_its_own(starts())


def test_a_size_nobody_can_read_ends_the_start(monkeypatch):
    monkeypatch.setenv("HEADLIGHT_UPLOAD_BYTES", "5 gigs")
    with pytest.raises(Refused, match="or a size such as 500MB"):
        in_a_loop_of_its_own(anext(serve.lifespan.__wrapped__(None)))


def test_the_command_people_start_it_with_has_the_way_in(serve, full_store):
    host = serve(full_store).removeprefix("http://")
    with closing(http.client.HTTPConnection(host, timeout=30)) as connection:
        for method in ("PUT", "GET"):
            connection.request(method, stream.PATH, headers={"Origin": f"http://{host}"})
            answer = connection.getresponse()
            assert (answer.status, json.loads(answer.read())["said"]) == (403, stream.SAYS[403])


SERVER = """
import sys, uvicorn
from pathlib import Path
from starlette.applications import Starlette
from lib.view import serve
from lib.view.upload import tickets
print(tickets.issue("big.csv", Path(sys.argv[1]), 2 << 30).token, flush=True)
uvicorn.run(Starlette(routes=serve.routes()), port=int(sys.argv[2]), log_level="error")
"""


@pytest.mark.slow
def test_memory_stays_flat_at_a_gigabyte_and_a_half(tmp_path):
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(tmp_path), str(port)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        token = server.stdout.readline().strip()
        until(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0)
        before = peak(server.pid)
        big = tmp_path / "sparse"
        with big.open("wb") as file:
            os.truncate(file.fileno(), 1_500_000_000)
        with big.open("rb") as body, closing(http.client.HTTPConnection("127.0.0.1", port, timeout=120)) as connection:
            said = {
                "Origin": f"http://127.0.0.1:{port}",
                "X-Headlight-Ticket": token,
                "Content-Length": str(1_500_000_000),
            }
            connection.request("PUT", stream.PATH, body, said)
            assert connection.getresponse().status == 201
        assert next(tmp_path.glob("*/big.csv")).stat().st_size == 1_500_000_000
        assert peak(server.pid) - before < 30 * MB
    finally:
        server.kill()
        server.wait(20)


def peak(pid: int) -> int:
    """Bytes of memory a process held at most."""
    line = next(each for each in Path(f"/proc/{pid}/status").read_text().splitlines() if each.startswith("VmHWM"))
    return int(line.split()[1]) << 10
