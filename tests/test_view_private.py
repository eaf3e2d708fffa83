"""The reader's own data on disk and at work: who can read it, when it goes, what a child process may do and say."""

import json
import os
import re
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lib.view import desk, jobs
from lib.view.desk import Desk, safe_name
from lib.view.upload import refused, result
from lib.view.upload.sheets import without_flags
from lib.view.upload.state import PLAIN, SKIP, Sheet, Upload
from tests.conftest import ROOT

RECOGNISED = {
    "file": "q3.xlsx › Accounts",
    "table": "account",
    "confidence": 0.9,
    "mapping": {"Konto": "account", "Kunde": "name", "Land": PLAIN},
    "fields": ["account", "name", "region"],
    "dialect": {"encoding": "utf-8", "delimiter": ";"},
    "problems": [],
    "samples": {"Konto": ["K1"]},
    "rivals": [["contract", 0.3]],
}


def waits_for(condition, seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.02)
    return bool(condition())


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.fixture
def child(tmp_path, monkeypatch):
    """child(code, *arguments) starts a job that runs `code` in the place of the shell."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    n_made, started = iter(range(100)), []

    def start(code: str, *arguments: str) -> jobs.Job:
        number = next(n_made)
        (tmp_path / f"act{number}.py").write_text("import json, os, sys, time\n" + code)
        place = tmp_path / f"place{number}"
        place.mkdir()
        monkeypatch.setattr(jobs, "MODULE", f"act{number}")
        job = jobs.start(arguments, place)
        assert waits_for(lambda: job.state != "waiting" or job.n_ahead)  # before the next one changes MODULE
        started.append(job)
        return job

    yield start
    for job in started:
        job.cancel()
        job.wait(10)


# names and folders


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("accounts.csv", "accounts.csv"),
        ("../../x.csv", "x.csv"),
        (r"C:\Users\ann\x.csv", "x.csv"),
        ("/etc/passwd", "passwd"),
        ("a\x00b.csv", "a_b.csv"),
        ("a\nb\x1b[31m.csv", "a_b_[31m.csv"),
        ("<script>.csv", "<script>.csv"),
        ("..", "file"),
        (".", "file"),
        ("", "file"),
        ("dir/", "file"),
        (".htaccess", "htaccess"),
        ("\u202egnp.csv", "_gnp.csv"),
        ("\ud800.csv", "_.csv"),
        ("q3.csv.gz", "q3.csv.gz"),
        ("-rf.csv", "-rf.csv"),
    ],
)
def test_names_people_fear_become_names_on_disk(given, kept, tmp_path):
    assert safe_name(given) == kept
    (tmp_path / safe_name(given)).write_text("")
    assert [each.name for each in tmp_path.iterdir()] == [kept]


@pytest.mark.parametrize(
    "name", ["x" * 300 + ".csv", "é" * 300 + ".csv.gz", "名" * 300 + ".xlsx", "x" * 300, "." + "y" * 300]
)
def test_a_long_name_is_cut_and_keeps_its_ending(name, tmp_path):
    kept = safe_name(name)
    assert len(kept) <= 100 and len(kept.encode()) <= 255
    assert kept.endswith(tuple(re.findall(r"(?:\.csv)?\.(?:csv|gz|xlsx)$", name)) or "")
    (tmp_path / kept).write_text("")


def test_two_files_of_one_name_are_two():
    assert safe_name("a.csv", {"a.csv"}) == "a (2).csv"
    assert safe_name("dir/a.csv", {"a.csv", "a (2).csv"}) == "a (3).csv"
    long = safe_name("x" * 300 + ".csv")
    assert safe_name("x" * 300 + ".csv", {long}) != long and len(safe_name("x" * 300 + ".csv", {long})) <= 100


def test_a_desk_is_for_its_session_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("HEADLIGHT_PRIVATE", str(tmp_path / "private"))
    dana, jo = Desk(desk.house()), Desk(desk.house())
    for folder in (tmp_path / "private", desk.house(), dana.folder, dana.place()):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert dana.folder != jo.folder and dana.folder.parent == jo.folder.parent
    assert len(dana.folder.name) >= 30
    ended = []
    dana.ends_with(lambda: ended.append("dana"))
    kept = jo.place()
    dana.clear()
    dana.clear()
    assert ended == ["dana"] and not dana.folder.exists() and kept.exists()
    dana.ends_with(lambda: ended.append("late"))
    assert ended == ["dana", "late"]


def test_houses_of_dead_processes_are_swept_and_no_others(tmp_path):
    code = "from lib.view import desk; import sys; print(desk.house(), flush=True); sys.stdin.read()"
    environment = {**os.environ, "HEADLIGHT_PRIVATE": str(tmp_path)}
    living, killed = (
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment, stdin=-1, stdout=-1, text=True)
        for _ in range(2)
    )
    lives_in, died_in = (Path(each.stdout.readline().strip()) for each in (living, killed))
    assert desk.sweep(tmp_path) == 0 and died_in.is_dir()
    killed.kill()
    killed.wait()
    (tmp_path / "headlight-private-new").mkdir()  # another process is just moving in
    (tmp_path / "notes").mkdir()
    (tmp_path / "headlight-private-link").symlink_to(tmp_path / "notes")
    assert desk.sweep(tmp_path) == 1
    assert lives_in.is_dir() and not died_in.exists()
    assert (tmp_path / "headlight-private-new").is_dir() and (tmp_path / "notes").is_dir()
    living.communicate("", timeout=20)  # it ends as processes should, and takes its house with it
    assert not lives_in.exists()


# children


def test_a_child_says_how_far_it_is_and_answers(child, tmp_path):
    job = child(
        "print('progress ' + json.dumps({'step': 'reading a.csv', 'share': 0.4}), file=sys.stderr, flush=True)\n"
        "print('progress {broken', file=sys.stderr)\nprint('a sentence', file=sys.stderr, flush=True)\n"
        "print(json.dumps(sys.argv[1:]))\nwhile not os.path.exists(sys.argv[1]): time.sleep(.01)",
        str(tmp_path / "go on"),
        "--as; rm -rf /",
    )
    assert waits_for(lambda: job.said) and (job.state, job.step, job.share) == ("running", "reading a.csv", 0.4)
    (tmp_path / "go on").touch()
    assert job.wait(20) and job.state == "done"
    assert job.answer() == [str(tmp_path / "go on"), "--as; rm -rf /"] and job.said == ["a sentence"]


def test_a_refusal_is_told_in_its_own_words(child):
    job = child("print('accounts.csv is empty.', file=sys.stderr)\nsys.exit(1)")
    assert job.wait(20) and (job.state, job.sentence()) == ("refused", "accounts.csv is empty.")


def test_a_crash_is_calm_and_leaves_no_data_in_the_log(child, caplog):
    job = child("def read():\n    raise ValueError('Acme Ltd in accounts.csv\\nBeta Ltd: 7')\nread()")
    assert job.wait(20) and job.state == "failed"
    assert job.reference in job.sentence() and "Traceback" not in job.sentence() and "Acme" not in job.sentence()
    assert job.reference in caplog.text and "ValueError" in caplog.text and "child.py" in caplog.text
    assert "Acme" not in caplog.text and "Beta" not in caplog.text and "accounts.csv" not in caplog.text


def test_cancel_ends_the_child_and_its_children(child, tmp_path):
    job = child(
        "import subprocess\nother = subprocess.Popen(['sleep', '100'])\n"
        f"open({str(tmp_path / 'pids')!r}, 'w').write(f'{{os.getpid()}} {{other.pid}}\\n')\ntime.sleep(100)"
    )
    assert waits_for(lambda: (tmp_path / "pids").exists() and (tmp_path / "pids").read_text().endswith("\n"))
    pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    job.cancel()
    assert job.wait(10) and job.state == "cancelled"
    assert waits_for(lambda: not any(map(is_alive, pids)))


def test_memory_and_time_are_bounded(child, monkeypatch):
    monkeypatch.setenv("HEADLIGHT_IMPORT_MEMORY", "300MB")
    job = child("kept = bytearray(600_000_000)")
    assert job.wait(20) and job.state == "too big" and "0.3 GB" in job.sentence()
    monkeypatch.setenv("HEADLIGHT_IMPORT_SECONDS", "0.5")
    job = child("time.sleep(100)")
    assert job.wait(20) and job.state == "too long"


@pytest.mark.parametrize(
    ("asked", "n_bytes"), [("2GB", 2 * 10**9), ("500 mb", 5 * 10**8), ("lots", 4 * 10**9), ("", 4 * 10**9), ("7", 7)]
)
def test_the_memory_limit_is_read(monkeypatch, asked, n_bytes):
    monkeypatch.setenv("HEADLIGHT_IMPORT_MEMORY", asked)
    assert jobs.memory_limit() == n_bytes


def test_two_work_and_the_others_wait_their_turn(child):
    first, second, third, fourth = (child("time.sleep(100)") for _ in range(4))
    assert waits_for(lambda: second.state == "running")
    assert [each.state for each in (first, second, third, fourth)] == ["running", "running", "waiting", "waiting"]
    assert (third.n_ahead, fourth.n_ahead) == (1, 2)
    third.cancel()
    assert third.wait(10) and third.state == "cancelled" and fourth.n_ahead == 1
    first.cancel()
    assert waits_for(lambda: fourth.state == "running")


def test_a_child_goes_when_the_server_is_killed(tmp_path):
    (tmp_path / "act.py").write_text("import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(100)")
    code = (
        "import sys, time; from pathlib import Path; from lib.view import jobs; jobs.MODULE = 'act'\n"
        "job = jobs.start([], Path(sys.argv[1]))\ntime.sleep(100)"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    server = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, env=environment)
    answer = tmp_path / "answer"
    assert waits_for(lambda: answer.exists() and answer.read_text().endswith("\n"))
    pid = int(answer.read_text())
    assert is_alive(pid)
    server.kill()
    server.wait()
    assert waits_for(lambda: not is_alive(pid))


# what the reader said


def test_the_plan_says_what_the_reader_saw():
    sheet = Sheet.of(RECOGNISED)
    sheet.map["Land"], sheet.date_order["Seit"], sheet.readings["decimal"] = "region", "dmy", ","
    upload = Upload(sheets=[sheet], fixes={sheet.file: {(12, "ARR"): "1200"}})
    assert upload.plan() == {
        "q3.xlsx › Accounts": {
            "as": "account",
            "map": {"Konto": "account", "Kunde": "name", "Land": "region"},
            "date_order": {"Seit": "dmy"},
            "decimal": ",",
            "fixes": [{"row": 12, "column": "ARR", "value": "1200"}],
        }
    }
    sheet.becomes("contract")
    assert sheet.plan()["map"] == {}
    sheet.becomes(SKIP)
    assert sheet.plan() == {"as": SKIP}
    sheet.becomes("account")
    assert sheet.map == RECOGNISED["mapping"]


def test_two_columns_of_one_field_are_noticed():
    sheet = Sheet.of(RECOGNISED)
    assert not sheet.doubles()
    sheet.map["Land"] = "account"
    assert sheet.doubles() == {"account": ["Konto", "Land"]}


def test_a_sheet_knows_its_file():
    sheet = Sheet.of(RECOGNISED)
    assert sheet.is_in("q3.xlsx") and not sheet.is_in("q3.xls") and not sheet.is_in("q3.xlsx › Acc")
    assert not Sheet.of({**RECOGNISED, "file": "a.csv.gz"}).is_in("a.csv")


def test_an_odd_answer_of_recognition_is_survived():
    sheet = Sheet.of({"file": "x.csv", "table": None, "mapping": None, "problems": None, "dialect": None})
    assert sheet.kind == SKIP and sheet.plan() == {"as": SKIP}


def test_sentences_for_the_shell_are_not_shown_on_a_page():
    said = "'start' may be day first or month first. Say which: --date-order 'start=dmy or mdy'."
    assert without_flags(said) == "'start' may be day first or month first."
    assert without_flags("Nothing was imported.") == "Nothing was imported."


def test_refused_cells_are_grouped_and_safe_to_take_home():
    cells = [
        {"file": "a.csv", "row": 3, "column": "ARR", "value": "=cmd()", "reason": "not an amount"},
        {"file": "a.csv", "row": 9, "column": "ARR", "value": None, "reason": "not an amount"},
        {"file": "a.csv", "row": 9, "column": "Start", "value": "31.02.2026", "reason": "not a day"},
    ]
    counts = [
        {"column": "Start", "reason": "not a day", "n": 1},
        {"column": "ARR", "reason": "not an amount", "n": 20_000},
    ]
    report = {"files": [{"file": "a.csv", "table": "account", "n_read": 5, "n_kept": 2, "n_refused": 2, "n_merged": 1,
                         "refused": cells, "refused_counts": counts}]}  # fmt: skip
    first, second = refused.groups(report)
    assert (first.column, first.n, list(first.cells["row"])) == ("ARR", 20_000, [3, 9])
    assert (second.column, list(second.cells["value"])) == ("Start", ["31.02.2026"])
    assert b"'=cmd()" in refused.as_csv(report)
    table = result.counts(report)
    assert (table["n_read"] == table["n_kept"] + table["n_refused"] + table["n_merged"]).all()
    assert json.dumps(report)
