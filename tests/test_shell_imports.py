"""Files into a store from a shell: recognised, joined, previewed, brought in once, taken out again."""

import json
from pathlib import Path

import duckdb
import pytest

from lib.__main__ import _name, main
from lib.store.folder import current, last_published, read_manifest

ACCOUNTS = "account id,name,region,ARR,started on,churned on\nA,Acme,EU,1200,2023-01-01,\nB,Beta,US,2400,2023-01-01,2024-06-01\n"
PEOPLE = "Email,Company,Job Title\nann@x.com,Acme,Boss\nBob@x.com,B,\n"
TICKETS = (
    "Ticket ID,Requester,Organization,Created at,Solved at,Priority\n"
    "1,ann@x.com,A,2024-05-01 10:00,2024-05-01 12:00,high\n"
    "2,bob@x.com,,2024-05-01T10:00:00Z,,low\n"
    "3,eve@x.com,,2024-05-01 10:00,,low\n"
    "4,ann@x.com,Zeta,2024-05-02 10:00,,low\n"
)


@pytest.fixture
def files(tmp_path) -> Path:
    """A folder with three exports that name each other's rows."""
    for name, content in (("accounts.csv", ACCOUNTS), ("people.csv", PEOPLE), ("tickets.csv", TICKETS)):
        (tmp_path / name).write_text(content)
    return tmp_path


def run(*arguments) -> int:
    return main([str(argument) for argument in arguments])


def stored(store: Path, query: str) -> list[tuple]:
    with duckdb.connect(str(current(store) / "core.duckdb"), read_only=True) as con:
        return con.execute(query).fetchall()


def test_files_find_their_accounts_by_id_by_name_and_by_person(files, capsys):
    store, report = files / "store", files / "report.json"
    names = [files / name for name in ("tickets.csv", "people.csv", "accounts.csv")]
    assert run("import", *names, "--store", store, "--report", report) == 1  # ticket 3 is nobody's
    assert current(store) is None
    options = ("--skip-refused", "--report", report, "--time-zone", "Europe/Berlin")
    assert run("import", *names, "--store", store, *options) == 0
    assert stored(store, "select person, account from person order by all") == [("Bob@x.com", "B"), ("ann@x.com", "A")]
    assert stored(store, "select ticket, account, opened_at::varchar from ticket order by all") == [
        ("1", "A", "2024-05-01 08:00:00"),
        ("2", "B", "2024-05-01 10:00:00"),
        ("4", "Zeta", "2024-05-02 08:00:00"),
    ]
    said = json.loads(report.read_text())
    assert said["is_whole"] and said["tables"] == {"account": 2, "person": 2, "ticket": 3}
    for each in said["files"]:
        assert each["n_read"] == each["n_kept"] + each["n_refused"] + each["n_merged"]
    (refused,) = (each["refused"] for each in said["files"] if each["table"] == "ticket")
    assert [(cell["row"], cell["column"], cell["value"]) for cell in refused] == [(4, "Requester", "eve@x.com")]
    (match,) = (each for each in said["matches"] if each["table"] == "ticket")
    assert (match["n_rows"], match["n_matched"], match["unmatched"]) == (3, 2, ["Zeta"])
    assert "1 of 3 rows name an account that is not known, such as 'Zeta'" in capsys.readouterr().err


def test_accounts_are_known_from_the_store_and_made_where_no_file_describes_them(files):
    store = files / "store"
    (files / "terms.csv").write_text(
        "Customer ID,Start Date,End Date,MRR\nA,2024-01-01,2025-01-01,100\nQ,2024-01-01,,50\n"
    )
    assert run("import", files / "terms.csv", "--store", store) == 0
    assert stored(store, "select account from account order by all") == [("A",), ("Q",)]
    assert stored(store, "select contract, arr::int from contract order by all") == [
        ("A · 2024-01-01", 1200),
        ("Q · 2024-01-01", 600),
    ]
    assert run("import", files / "accounts.csv", "--store", store) == 0
    (files / "notes.csv").write_text("Company,Occurred at,Type\nacme ,2024-02-01,call\n")
    assert run("import", files / "notes.csv", "--as", "touch", "--store", store) == 0
    assert stored(store, "select account, kind from touch") == [("A", "call")]


def test_a_dry_run_says_what_would_change_and_changes_nothing(files, capsys):
    store = files / "store"
    run("import", files / "accounts.csv", "--store", store)
    before = current(store)
    (files / "later.csv").write_text(ACCOUNTS.replace("1200", "1300") + "C,Gamma,EU,5,2024-01-01,\n")
    capsys.readouterr()
    report = files / "report.json"
    assert run("import", files / "later.csv", "--store", store, "--dry-run", "--report", report) == 0
    assert current(store) == before
    said = json.loads(report.read_text())
    (account,) = (each for each in said["changes"] if each["table"] == "account")
    assert [account[name] for name in ("n_added", "n_changed", "n_same", "n_missing")] == [1, 1, 1, 0]
    assert "nothing was imported" in capsys.readouterr().err


def test_the_same_file_twice_is_said_and_not_done(files, capsys):
    store = files / "store"
    for _ in range(2):
        assert run("import", files / "accounts.csv", "--store", store) == 0
    assert "is in already, as batch 000001" in capsys.readouterr().err
    assert len(read_manifest(current(store)).batches) == 1


def test_modes_and_undo_of_the_only_batch(files, capsys):
    store = files / "store"
    run("import", files / "accounts.csv", "--store", store)
    (files / "more.csv").write_text("account id,region\nA,APAC\nC,APAC\n")
    assert run("import", files / "more.csv", "--store", store, "--mode", "insert") == 0
    assert stored(store, "select account, region::varchar from account order by 1") == [
        ("A", "EU"),
        ("B", "US"),
        ("C", "APAC"),
    ]
    assert run("import", "--undo", "000001", "--store", store) == 0
    assert stored(store, "select account, region::varchar from account order by 1") == [("A", "APAC"), ("C", "APAC")]
    assert run("undo", "000002", "--store", store) == 0
    assert current(store) is None and len(read_manifest(last_published(store)).log) == 2
    assert run("batches", "--store", store, "--format", "json") == 0
    assert [each["undone_at"] != "" for each in json.loads(capsys.readouterr().out)] == [True, True]


def test_a_plan_says_how_each_file_is_read_and_mends_cells(files):
    store, plan = files / "store", files / "plan.json"
    (files / "odd.csv").write_text("key;when;amount\nA;03.04.2023;1,5\nB;31/31/2023;2,5\n")
    asked = {
        "odd.csv": {
            "as": "account",
            "map": {"key": "account", "when": "started_on", "amount": "arr"},
            "fixes": [{"row": 3, "column": "when", "value": "05.04.2023"}],
        },
        "tickets.csv": {"as": "skip"},
    }
    plan.write_text(json.dumps(asked))
    assert run("import", files / "odd.csv", files / "tickets.csv", "--plan", plan, "--store", store) == 0
    assert stored(store, "select account, started_on::varchar, arr::varchar from account order by 1") == [
        ("A", "2023-04-03", "1.50"),
        ("B", "2023-04-05", "2.50"),
    ]
    plan.write_text("[1")
    assert run("import", files / "odd.csv", "--plan", plan, "--store", store) == 1


def test_recognise_says_what_files_hold(files, capsys):
    assert run("recognise", files / "people.csv", files / "tickets.csv", "--format", "json") == 0
    people, tickets = json.loads(capsys.readouterr().out)
    assert (people["file"], people["table"], tickets["table"]) == ("people.csv", "person", "ticket")
    assert tickets["mapping"]["Requester"] == "person" and 0.5 < tickets["confidence"] <= 1
    assert tickets["dialect"]["delimiter"] == "," and "Priority" in tickets["samples"]


def test_what_no_one_recognises_is_asked_for(files, capsys):
    (files / "products.csv").write_text("product,series,sales_price\nX,Y,5\n")
    assert run("import", files / "products.csv", "--store", files / "store") == 1
    assert "not clear what products.csv holds" in capsys.readouterr().err


def test_recognise_takes_what_is_said_of_every_file(files, capsys):
    assert run("recognise", files / "people.csv", "--as", "touch", "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)[0]["table"] == "touch"


# what would change, in whose name, and only if nothing came between


def log_of(store: Path) -> list[tuple]:
    return [(each.batch, each.who, each.undone_by) for each in read_manifest(last_published(store)).log]


def tree(folder: Path) -> set[str]:
    return {str(path) for path in folder.rglob("*")}


def test_an_undo_says_first_what_it_would_change_and_of_the_only_batch_that_nothing_is_left(files, capsys):
    store, report = files / "store", files / "report.json"
    (files / "later.csv").write_text("account id,region\nB,EU\nC,EU\n")
    run("import", files / "accounts.csv", "--store", store)
    run("import", files / "later.csv", "--store", store)
    before, lies = current(store), tree(store)
    capsys.readouterr()
    assert run("undo", "000001", "--store", store, "--dry-run", "--report", report) == 0
    said = json.loads(report.read_text())
    (account,) = (each for each in said["changes"] if each["table"] == "account")
    counts = ("n_before", "n_after", "n_added", "n_changed", "n_same", "n_missing")
    assert [account[name] for name in counts] == [
        3,
        2,
        0,
        1,
        1,
        1,
    ]  # A goes; B loses name, ARR and days; C is untouched
    assert {name for name, n in account["by_column"]} >= {"name", "arr", "churned_on"}
    assert "Accounts 3 → 2" in capsys.readouterr().err
    assert said["expects"] == "000002" and current(store) == before and tree(store) == lies

    run("undo", "000002", "--store", store)
    assert run("import", "--undo", "000001", "--dry-run", "--report", report, "--store", store) == 0
    said = json.loads(report.read_text())
    assert [(each["n_before"], each["n_after"], each["n_missing"]) for each in said["changes"]] == [
        (2, 0, 2),
        (2, 0, 2),
    ]
    assert [each["after"] for each in said["impact"] if each["figure"] == "accounts"] == [0]
    assert len(log_of(store)) == 2 and current(store) is not None
    assert run("undo", "000002", "--store", store, "--dry-run") == 1
    assert "was undone already" in capsys.readouterr().err


def test_what_was_looked_at_is_published_or_nothing(files, capsys):
    store, report = files / "store", files / "report.json"
    assert run("import", files / "accounts.csv", "--store", store, "--dry-run", "--report", report) == 0
    assert json.loads(report.read_text())["expects"] == "none" and current(store) is None
    assert run("import", files / "accounts.csv", "--store", store, "--expects", "none", "--report", report) == 0
    said = json.loads(report.read_text())
    assert said["batch"]["batch"] == "000001" and said["refused_as"] is None
    (files / "more.csv").write_text("account id,region\nC,EU\n")
    assert run("import", files / "more.csv", "--store", store, "--expects", "none", "--report", report) == 1
    said = json.loads(report.read_text())
    assert said["refused_as"] == "Stale" and "snapshot 000001, not none" in said["message"]
    assert run("undo", "000001", "--store", store, "--expects", "000007") == 1
    assert "look first at what would change now" in capsys.readouterr().err and len(log_of(store)) == 1
    assert run("undo", "000001", "--store", store, "--expects", "000001") == 0


def test_a_name_in_the_log_is_one_line_and_never_an_option(files):
    store, given = files / "store", "--store=/nowhere"
    assert run("import", files / "accounts.csv", f"--store={store}", f"--who={given}") == 0
    assert run("undo", "000001", f"--store={store}", f"--who={given}") == 0
    assert log_of(store) == [("000001", given, given)]
    kept = {
        "ada@acme.com": "ada@acme.com",
        "<b>x</b>": "<b>x</b>",
        "a\nb\x1b[31m\u202ec": "a b [31m c",
        "x" * 300: "x" * 200,
    }
    assert {each: _name(each) for each in kept} == kept
    with pytest.raises(SystemExit):
        run("import", files / "accounts.csv", "--store", store, "--who", " \n")


def test_a_cell_that_was_mended_since_makes_it_another_import(files, capsys):
    store, plan = files / "store", files / "plan.json"
    (files / "odd.csv").write_text("account id,ARR\nA,1200\nB,twelve\n")
    assert run("import", files / "odd.csv", "--as", "account", "--store", store, "--skip-refused") == 0
    mended = {"as": "account", "fixes": [{"row": 3, "column": "ARR", "value": "12"}]}
    plan.write_text(json.dumps({"odd.csv": mended}))
    for _ in range(2):
        assert run("import", files / "odd.csv", "--plan", plan, "--store", store) == 0
    assert "is in already, as batch 000002" in capsys.readouterr().err
    assert stored(store, "select account, arr::int from account order by 1") == [("A", 1200), ("B", 12)]


def test_a_dry_run_elsewhere_lays_nothing_in_the_store_also_on_another_disk(files, monkeypatch):
    import errno
    import os

    store, work, report = files / "store", files / "work", files / "report.json"
    run("import", files / "accounts.csv", "--store", store)
    lies, laid = tree(store), []

    def other_disk(*_):
        laid.extend(work.rglob("*.parquet"))
        raise OSError(errno.EXDEV, "another disk")

    monkeypatch.setattr(os, "link", other_disk)
    options = ("--store", store, "--dry-run", "--work", work, "--report", report)
    assert run("import", files / "tickets.csv", "--skip-refused", *options) == 0
    assert laid and tree(store) == lies and not any((work / "incoming").iterdir())
    assert {each["table"]: each["n_added"] for each in json.loads(report.read_text())["changes"]}["ticket"] == 2
