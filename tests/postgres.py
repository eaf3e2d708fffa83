"""A PostgreSQL of the tests' own: thrown away afterwards. `python -m tests.postgres` fails where none is installed."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

PASSWORD = "p@ss/wörd:%20"  # every letter of it has a meaning in a URL


def programs() -> Path | None:
    """The folder of initdb and postgres: the newest of Debian's, or what is on the PATH."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    found = str(debian[-1]) if debian else shutil.which("initdb")
    return Path(found).parent if found else None


@contextlib.contextmanager
def cluster() -> Iterator[dict[str, str | int]]:
    """A running server on a free port, with a user `reader` whose password is PASSWORD; gives host, port and name."""
    somebody = _somebody()
    place = Path(tempfile.mkdtemp(prefix="postgres-"))
    try:
        (place / "password").write_text(PASSWORD)
        for path in (place, place / "password"):
            if somebody:
                shutil.chown(path, somebody["user"])
        create = ["--username=reader", "--auth=scram-sha-256", f"--pwfile={place / 'password'}", "--encoding=UTF8"]
        _run([programs() / "initdb", *create, "--no-locale", "--no-sync", "-D", place / "data"], somebody)
        port = _free_port()
        options = ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "timezone=America/New_York"]
        command = [programs() / "postgres", "-D", place / "data", "-p", str(port), "-k", place, *options]
        with (place / "log").open("w") as log:
            server = subprocess.Popen(command, cwd="/", stdout=log, stderr=subprocess.STDOUT, **somebody)
        try:
            _wait_for(port, server, place / "log")
            yield {"host": "127.0.0.1", "port": port, "name": "postgres"}
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=30)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _somebody() -> dict[str, str | int]:
    """Who runs it: PostgreSQL refuses to be run by root."""
    if os.geteuid() != 0:
        return {}
    names = {each.pw_name for each in pwd.getpwall()}
    who = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return {"user": who.pw_uid, "group": who.pw_gid}


def _run(command: list, somebody: dict) -> None:
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, **somebody)
    assert done.returncode == 0, done.stderr


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def _wait_for(port: int, server: subprocess.Popen, log: Path, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert server.poll() is None, log.read_text()
        if "ready to accept connections" in log.read_text():
            return
        time.sleep(0.05)
    raise AssertionError(f"PostgreSQL does not answer on port {port}: {log.read_text()}")


if __name__ == "__main__":
    sys.exit(0 if programs() else 1)
