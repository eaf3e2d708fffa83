"""Files into a store from a shell: recognised, joined, previewed, brought in once, taken out again."""

import json
from pathlib import Path

import duckdb
import pytest

from lib.__main__ import main
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
