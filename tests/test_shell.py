"""The shell twin, as a process: what it prints, where it prints it, and how it ends."""

import csv
import io
import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from lib.__main__ import main
from lib.workspace import audiences, open_workspace
from lib.workspace.audiences import Asked
from tests.worldlets import account_frame, contract_frame, days, publish_frames

ROOT = Path(__file__).resolve().parents[1]


def shell(*arguments: str, store: Path | None = None) -> subprocess.CompletedProcess:
    environment = os.environ | ({"HEADLIGHT_STORE": str(store)} if store else {})
    return subprocess.run(
        [sys.executable, "-m", "lib", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """120 accounts of two channels; a third of the resellers end in March 2026, one account in 2024."""
    store = tmp_path_factory.mktemp("store")
    accounts = [f"a{n:03d}" for n in range(120)]
    channel = ["=Reseller" if n % 2 else "Direct" for n in range(119)] + [None]
    contracts = contract_frame(*[
        {"contract": a, "account": a, "starts_on": days("2024-01-01"), "arr": 10.5,
         "ends_on": days("2026-03-01") if n % 6 == 1 else days("2024-06-01") if n == 0 else None,
         "notice_given_on": days("2026-01-01") if n % 6 == 1 else None}
        for n, a in enumerate(accounts)
    ])  # fmt: skip
    publish_frames(store, {"account": account_frame(accounts, channel=channel, region="EU"), "contract": contracts})
    return store


def rows(capsys, *arguments) -> list[dict]:
    assert main([*arguments, "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_breakdown_as_json_from_a_process(store):
    done = shell("breakdown", "--by", "channel,region", "--as-of", "2026-11-01", "--format", "json", store=store)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert {"segment", "n", "n_lost", "churn_rate", "churn_rate_lo", "churn_rate_hi"} <= set(found[0])
    assert [(row["segment"], row["n"], row["n_lost"]) for row in found] == [
        ({"channel": "=Reseller", "region": "EU"}, 59, 20),
        ({"channel": "Direct", "region": "EU"}, 59, 0),
        ({"channel": None, "region": "EU"}, 1, 0),
    ]
    assert found[1]["lift_vs_parent"] == 0 and found[2]["churn_rate_hi"] < 1


def test_a_refusal_is_one_sentence_on_stderr_and_exit_code_1(store):
    done = shell("breakdown", "--by", "colour", "--store", str(store))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "There is no dimension 'colour'; this data has channel, region.\n"


def test_wrong_usage_is_exit_code_2():
    done = shell("breakdown", "--as-of", "soon")
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage: python -m lib breakdown" in done.stderr and "Traceback" not in done.stderr


def test_hotspots_as_json_have_the_promised_keys(store, capsys):
    found = rows(capsys, "hotspots", "--store", str(store), "--min-n", "20", "--as-of", "2026-11-01")
    assert [row["segment"] for row in found] == [{"channel": "=Reseller"}]
    assert {"segment", "n", "n_lost", "churn_rate", "churn_rate_lo", "churn_rate_hi", "rest_rate", "lift",
            "lift_vs_parent", "adjusted_lift", "excess_lost", "arr_lost", "p_adjusted"} <= set(found[0])  # fmt: skip
    assert (found[0]["n"], found[0]["n_lost"], found[0]["arr_lost"]) == (59, 20, 210)


def test_csv_is_safe_to_open_in_a_spreadsheet(store, capsys):
    assert main(["accounts", "--store", str(store), "--format", "csv", "--limit", "3", "--sort", "channel"]) == 0
    out, _ = capsys.readouterr()
    table = list(csv.DictReader(io.StringIO(out, newline="")))
    assert len(table) == 3
    assert {row["channel"] for row in table} <= {"'=Reseller", "Direct"}
    assert {row["n_rows"] for row in table} == {"119"}


def test_a_table_is_aligned_text(store, capsys):
    assert main(["breakdown", "--store", str(store), "--by", "channel"]) == 0
    out, _ = capsys.readouterr()
    assert "churn_rate_lo" in out.splitlines()[0] and "=Reseller" in out and "channel missing" in out
    assert main(["accounts", "--store", str(store), "--search", "nobody"]) == 0
    assert capsys.readouterr().out == "(no rows)\n"


@pytest.mark.parametrize(
    ("options", "n"),
    [
        (["--where", "channel=Direct"], 59),
        (["--where", "channel=Direct", "--where", "channel=="], 59),
        (["--where", "channel=Direct", "--where", "channel==Reseller"], 118),
        (["--where", "channel="], 1),
        (["--where", "Channel=Direct", "--where", "region=US"], 0),
        (["--within", "channel=Direct"], 59),
        (["--within", "channel="], 1),
        (["--opens-on", "2024-02-01", "--closes-on", "2025-01-01"], 120),
        (["--closes-on", "2025-01-01"], 120),
        (["--as-of", "2024-12-31"], 120),
        (["--opens-on", "2026-03-01"], 99),
    ],
)
def test_options_cut_the_book(store, capsys, options, n):
    found = rows(capsys, "breakdown", "--store", str(store), *(["--as-of", "2026-11-01"] if "--as-of" not in options else []),
                 *options)  # fmt: skip
    assert sum(row["n"] for row in found) == n


@pytest.mark.parametrize(
    "arguments",
    [
        ["breakdown", "--opens-on", "2026-01-01", "--closes-on", "2026-01-01"],
        ["breakdown", "--where", "colour=red"],
        ["breakdown", "--outcome", "happy"],
        ["breakdown", "--definitions", "/nowhere/at-all.toml"],
        ["hotspots", "--depth", "9"],
        ["accounts", "--sort", "shoe_size"],
        ["accounts", "--limit", "-1"],
        ["undo", "000009"],
    ],
)
def test_what_cannot_be_done_is_refused_in_words(store, capsys, arguments):
    assert main([*arguments, "--store", str(store)]) == 1
    out, err = capsys.readouterr()
    assert out == "" and err.strip().endswith((".", "'")) and len(err.strip()) > 20


def test_a_store_without_data_is_refused_with_the_way_out(tmp_path, capsys):
    for command in ("hotspots", "batches", "breakdown"):
        assert main([command, "--store", str(tmp_path)]) == 1
        assert "python -m lib import" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nothing"],
        ["breakdown", "--as-of", "2026-02-30"],
        ["breakdown", "--as-of", "0001-01-01"],
        ["breakdown", "--as-of", "9999-12-31"],
        ["breakdown", "--where", "channel"],
        ["breakdown", "--bands", "arr=1,two"],
        ["breakdown", "--format", "xml"],
        ["hotspots", "--weight", "seats"],
        ["hotspots", "--depth", "two"],
        ["sample", "--accounts", "0"],
    ],
)
def test_what_is_not_understood_is_exit_code_2(arguments, store, capsys):
    with pytest.raises(SystemExit) as ended:
        main([*arguments, *(["--store", str(store)] if len(arguments) > 1 else [])])
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_batches_lists_what_came_in(store, capsys):
    found = rows(capsys, "batches", "--store", str(store))
    assert [(row["batch"], row["who"], row["tables"]) for row in found] == [("000001", "anna", ["account", "contract"])]


def test_undo_from_the_shell_takes_a_batch_out(tmp_path, capsys):
    for name in "ab":
        publish_frames(tmp_path, {"account": account_frame([name], churned=None if name == "b" else True)})
    assert main(["undo", "000001", "--store", str(tmp_path)]) == 0
    assert "Batch 000001 is out; the store holds 000002" in capsys.readouterr().err
    assert [row["account"] for row in rows(capsys, "accounts", "--store", str(tmp_path))] == ["b"]


def test_what_was_left_out_and_what_must_be_known_is_said_on_stderr(tmp_path, capsys):
    publish_frames(tmp_path, {"account": account_frame("abc", churned=[True, None, None])})
    assert main(["hotspots", "--store", str(tmp_path), "--format", "json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == []
    assert "left out: 2: the churned flag is empty\n" in err
    assert "nothing to compare" in err or "too few" in err


def test_an_audience_is_asked_by_its_name_and_whose_it_is(store, tmp_path, capsys):
    place = f"sqlite:///{tmp_path}/workspace.db"
    asked = ["--store", str(store), "--workspace", place]
    assert main(["audiences", "--store", str(store), "--workspace", f"sqlite:///{tmp_path}/none.db"]) == 1
    assert "no audience was saved" in capsys.readouterr().err and not (tmp_path / "none.db").exists()
    space = open_workspace(place)
    lost = {"within": [["channel", "=Reseller"]], "only_lost": True}
    days_of = {"from": ["2025-11-02"], "to": ["2026-11-02"], "as_of": ["2026-11-01"]}
    question = Asked("accounts", "accounts", lost, days_of, "pages/hotspots.py", says="lost")
    for owner in ("anna", "bob"):
        audiences.save(space, "=Lost", question, 20, by=owner, now=datetime(2026, 11, 1))
    assert [(row["name"], row["owner"], row["n_then"]) for row in rows(capsys, "audiences", *asked)] == [
        ("=Lost", "anna", 20),
        ("=Lost", "bob", 20),
    ]
    assert main(["audiences", *asked, "--format", "csv"]) == 0 and "\n'=Lost,anna," in capsys.readouterr().out
    assert main(["audience", "=Lost", *asked]) == 1
    assert "2 audiences are called '=Lost'; say whose with --owner: anna, bob." in capsys.readouterr().err
    found = rows(capsys, "audience", "=Lost", "--owner", "bob", *asked)
    assert [row["account"] for row in found] == [f"a{n:03d}" for n in range(1, 120, 6)]
    assert main(["audience", "Gone", *asked]) == 1 and "python -m lib audiences lists those" in capsys.readouterr().err


def test_a_ready_campaign_is_asked_by_its_name_without_a_workspace(sample_store, tmp_path, capsys):
    asked = ["--store", str(sample_store), "--workspace", f"sqlite:///{tmp_path}/none.db"]
    found = rows(capsys, "audience", "Win-back", *asked)
    everyone = rows(capsys, "audience", "Win-back", "--all", *asked)
    assert {row["reason"] for row in found} == {None} and 0 < len(found) < len(everyone)
    assert all(row["subject"].startswith("What kept you away") and row["email"] for row in found)
    assert main(["audience", "Drive feature use", *asked]) == 1 and "say which" in capsys.readouterr().err
    assert rows(capsys, "audience", "Drive feature use", "--feature", "forecast", *asked)[0]["subject"].startswith(
        "Forecasts"
    )
