"""Sources beyond files: what is new of databases and object stores, as one batch; interrupted, undone, refused."""

import gzip
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from lib.__main__ import main
from lib.errors import Refused
from lib.store.folder import current, last_published, read_manifest
from lib.store.sync import marks
from lib.store.sync.settings import read_sources
from tests import postgres

SECRET = "hunter2/ü@:"
ACCOUNTS = """
[accounts]
as = "account"
url = "sqlite:///crm.db"
query = "select id as account, name, plan, arr, updated_at from accounts where updated_at > :since"
watermark = "updated_at"
map = { updated_at = "skip" }
"""


def run(*arguments) -> int:
    return main([str(argument) for argument in arguments])


def stored(store: Path, query: str) -> list[tuple]:
    with duckdb.connect(str(current(store) / "core.duckdb"), read_only=True) as con:
        return con.execute(query).fetchall()


def batches(store: Path) -> list[str]:
    return [batch.batch for batch in read_manifest(last_published(store)).batches]


class Desk:
    """A folder with settings, a SQLite database and a store."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.store, self.settings = folder, folder / "store", folder / "sources.toml"
        self.say(ACCOUNTS)
        self.sql("create table accounts (id text, name text, plan text, arr numeric, updated_at text)")
        self.add("A", "Acme", "Team", 1200, "2024-01-01 10:00:00")
        self.add("B", "Beta", "Solo", 0.1, "2024-01-02 10:00:00")

    def say(self, settings: str) -> None:
        self.settings.write_text(settings, encoding="utf-8")

    def sql(self, statement: str, *values) -> None:
        with sqlite3.connect(self.folder / "crm.db") as con:
            con.execute(statement, values)

    def add(self, *values) -> None:
        self.sql("insert into accounts values (?, ?, ?, ?, ?)", *values)

    def sync(self, *options) -> int:
        return run("sync", self.settings, "--store", self.store, *options)

    def plans(self) -> dict[str, str]:
        return dict(stored(self.store, "select account, plan::varchar from account order by 1"))


@pytest.fixture
def desk(tmp_path) -> Desk:
    return Desk(tmp_path)


def test_only_what_is_new_is_brought_and_nothing_new_is_said(desk, capsys):
    assert desk.sync() == 0
    assert stored(desk.store, "select account, arr::varchar from account order by 1") == [
        ("A", "1200.00"),
        ("B", "0.10"),
    ]
    assert desk.sync() == 0
    assert "nothing was published" in capsys.readouterr().err and batches(desk.store) == ["000001"]
    desk.add("A", "Acme", "Enterprise", 1500, "2024-01-03 10:00:00")
    desk.add("C", "Gamma", "Solo", 5, "2024-01-03 10:00:00")
    assert desk.sync() == 0
    assert desk.plans() == {"A": "Enterprise", "B": "Solo", "C": "Solo"}
    (newest,) = read_manifest(current(desk.store)).batches[1:]
    assert (newest.n_read, newest.source) == (2, "sync of accounts")
    assert "2 rows, newer than updated_at 2024-01-02 10:00:00" in capsys.readouterr().err


def test_a_row_that_comes_late_at_the_newest_moment_is_seen_by_a_query_that_says_so(desk):
    desk.say(ACCOUNTS.replace("> :since", ">= :since"))
    assert desk.sync() == 0 and desk.sync() == 0
    assert batches(desk.store) == ["000001"], "the rows at the newest moment are known"
    desk.add("C", "Gamma", "Solo", 5, "2024-01-02 10:00:00")
    assert desk.sync() == 0
    assert read_manifest(current(desk.store)).batches[-1].n_read == 1
    assert desk.plans() == {"A": "Team", "B": "Solo", "C": "Solo"}


def test_undo_takes_the_watermark_back_also_of_a_batch_in_the_middle(desk):
    for number in (3, 4):
        assert desk.sync() == 0
        desk.add(f"N{number}", "New", "Solo", 5, f"2024-01-0{number} 10:00:00")
    assert desk.sync() == 0
    assert run("undo", "000002", "--store", desk.store) == 0
    assert "N3" not in desk.plans() and "N4" in desk.plans()
    assert desk.sync() == 0
    assert set(desk.plans()) == {"A", "B", "N3", "N4"}
    for batch in ("000001", "000003", "000004"):
        assert run("undo", batch, "--store", desk.store) == 0
    assert current(desk.store) is None
    assert desk.sync() == 0
    assert set(desk.plans()) == {"A", "B", "N3", "N4"}
    assert desk.sync() == 0 and batches(desk.store) == ["000005"]


def test_a_crash_between_publishing_and_the_note_repeats_and_changes_nothing(desk, monkeypatch):
    with monkeypatch.context() as crashing:
        crashing.setattr(marks.folder, "write_whole", _dies_at(marks.FILE, marks.folder.write_whole))
        with pytest.raises(KeyboardInterrupt):
            desk.sync()
    before = desk.plans()
    assert batches(desk.store) == ["000001"] and not (desk.store / marks.FILE).exists()
    assert desk.sync() == 0
    assert batches(desk.store) == ["000001"] and desk.plans() == before
    assert (desk.store / marks.FILE).exists(), "the note is made up for"
    with monkeypatch.context() as crashing:
        crashing.setattr(marks.folder, "write_whole", _dies_at(marks.FILE, marks.folder.write_whole))
        desk.add("C", "Gamma", "Solo", 5, "2024-01-05 10:00:00")
        with pytest.raises(KeyboardInterrupt):
            desk.sync()
    desk.add("D", "Delta", "Solo", 5, "2024-01-06 10:00:00")
    assert desk.sync() == 0 and desk.sync() == 0
    assert stored(desk.store, "select account from account order by 1") == [("A",), ("B",), ("C",), ("D",)]
    assert batches(desk.store) == ["000001", "000002", "000003"]


def _dies_at(name: str, write):
    def written(path: Path, text: str) -> None:
        if path.name == name:
            raise KeyboardInterrupt
        write(path, text)

    return written


def test_a_dry_run_and_a_full_one(desk, capsys):
    assert desk.sync("--dry-run") == 0
    assert current(desk.store) is None and not (desk.store / marks.FILE).exists()
    assert "nothing was imported" in capsys.readouterr().err
    assert desk.sync() == 0
    desk.add("C", "Gamma", "Solo", 5, "2024-01-05 10:00:00")
    report = desk.folder / "report.json"
    assert desk.sync("--full", "--report", report) == 0
    assert json.loads(report.read_text())["files"][0]["n_read"] == 3
    assert desk.sync() == 0 and batches(desk.store) == ["000001", "000002"]


def test_a_source_described_otherwise_is_read_from_its_start(desk, capsys):
    assert desk.sync() == 0
    desk.say(ACCOUNTS.replace("name, plan", "name, upper(plan) as plan"))
    assert desk.sync() == 0
    assert desk.plans() == {"A": "TEAM", "B": "SOLO"}
    assert "described otherwise" in capsys.readouterr().err


def test_two_sources_are_one_batch_and_rows_find_their_accounts(desk):
    (desk.folder / "in").mkdir()
    (desk.folder / "in" / "t 1.csv").write_text("Ticket ID,Organization,Created at\n1,Acme,2024-05-01 10:00\n")
    desk.say(ACCOUNTS + '[tickets]\nas = "ticket"\npath = "in"\nwatermark = "file"\ntime_zone = "Europe/Berlin"\n')
    assert desk.sync() == 0
    assert stored(desk.store, "select account, opened_at::varchar from ticket") == [("A", "2024-05-01 08:00:00")]
    (desk.folder / "in" / "t 2.csv").write_text("Ticket ID,Organization,Created at\n2,beta,2024-05-01 10:00\n")
    assert desk.sync() == 0
    assert stored(desk.store, "select ticket, account from ticket order by 1") == [("1", "A"), ("2", "B")]
    assert [b.source for b in read_manifest(current(desk.store)).batches] == [
        "sync of accounts, tickets",
        "sync of tickets",
    ]
    (desk.folder / "in" / "t 3.csv").write_text("Ticket ID,Organization,Created at\n3,Acme,no day\n")
    desk.add("C", "Gamma", "Solo", 5, "2024-01-05 10:00:00")
    assert desk.sync() == 1, "one refused cell stops the run"
    assert "C" not in desk.plans()
    assert desk.sync("--skip-refused") == 1, "a file of refused rows alone is no file of tickets"
    (desk.folder / "in" / "t 3.csv").write_text(
        "Ticket ID,Organization,Created at\n3,Acme,no day\n4,C,2024-05-02 10:00\n"
    )
    assert desk.sync("--skip-refused") == 0
    assert stored(desk.store, "select ticket from ticket order by 1") == [("1",), ("2",), ("4",)]


def test_changed_deleted_and_empty_files(desk, capsys):
    inbox = desk.folder / "in"
    inbox.mkdir()
    for name, text in {
        "a.csv": "account,plan\nA,1\n",
        "b.csv": "account,plan\nB,1\n",
        "c.csv": "account,plan\n",
    }.items():
        (inbox / name).write_text(text)
    (inbox / "_SUCCESS").write_text("")
    pd.DataFrame({"account": [], "plan": []}, dtype=str).to_parquet(inbox / "d.parquet")
    desk.say('[accounts]\nas = "account"\npath = "in/*"\nwatermark = "file"\n')
    assert desk.sync() == 0
    assert desk.plans() == {"A": "1", "B": "1"}
    assert "4 files; 2 without a row (c.csv, d.parquet)" in capsys.readouterr().err
    (inbox / "a.csv").write_text("account,plan\nA,22\n")
    (inbox / "b.csv").unlink()
    assert desk.sync() == 0
    assert desk.plans() == {"A": "22", "B": "1"}
    assert "1 file, 1 of them changed" in capsys.readouterr().err
    assert run("undo", "000002", "--store", desk.store) == 0
    assert desk.sync() == 0 and desk.plans()["A"] == "22", "the file counts as new again"
    for path in inbox.iterdir():
        path.unlink()
    assert desk.sync() == 0, "an inbox that was emptied is no fault"
    inbox.rmdir()
    assert desk.sync() == 1, "one that is gone is"
    desk.say('[accounts]\nas = "account"\npath = "out/*.csv"\n')
    assert desk.sync() == 1
    assert "[accounts]: there is no file at out/*.csv" in capsys.readouterr().err


def test_values_of_any_kind_come_as_they_are(desk):
    desk.sql(
        'create table odd (id integer, name text, note text, seats integer, started text, "x;drop table odd" real)'
    )
    notes = ['a "quoted", text', "two\nlines\r\nthree", "=cmd()", "None", "ä€😀"]
    for number, note in enumerate(notes):
        desk.sql("insert into odd values (?, ?, ?, ?, ?, ?)", number, None, note, 1 << 40, "2024-02-29", 0.1 + number)
    desk.say('[odd]\nas = "account"\nurl = "sqlite:///crm.db"\ntable = "odd"\nmap = { id = "account" }\n')
    assert desk.sync() == 0
    rows = stored(desk.store, 'select note::varchar, "x;drop table odd"::varchar from account order by account')
    assert [value for _, value in rows] == ["0.1", "1.1", "2.1", "3.1", "4.1"]
    assert [note for note, _ in rows] == ['a "quoted", text', "two\nlines\r\nthree", "=cmd()", "None", "ä€😀"]
    assert desk.sync() == 0 and batches(desk.store) == ["000001"], "without a watermark, the same rows are in already"
    desk.sql("create table bytes (id text, photo blob)")
    desk.sql("insert into bytes values ('A', x'00ff')")
    desk.say('[b]\nas = "account"\nurl = "sqlite:///crm.db"\ntable = "bytes"\n')
    assert desk.sync() == 1


WRONG = {
    "": "names no source",
    "x = 1": "must stand in a table",
    "[a": "is not TOML",
    '["a b"]\npath = "x"': "the name of a source",
    '[a]\npat = "x"': "there is no key 'pat'",
    '[a]\nas = "thing"\npath = "x"': "as 'thing': it can be account",
    "[a]\npath = 5": "path 5: it must be text",
    '[a]\nas = "account"': "either a url (a database) or a path",
    '[a]\npath = "x"\nurl = "y"': "either a url (a database) or a path",
    '[a]\npath = "x"\nquery = "select 1"': "query: it does not go with path",
    '[a]\nurl = "sqlite://"': "either a query or a table",
    '[a]\npath = "x"\nwatermark = "updated_at"': "of files it can only be 'file'",
    '[a]\npath = "x"\nmode = "replace"\nwatermark = "file"': "Take one of them out",
    '[a]\npath = "x"\nmode = "insert"\n[b]\npath = "y"': "Make it two files",
    '[a]\npath = "x"\ntime_zone = "Mars"': "time_zone 'Mars': it must be a time zone",
    '[a]\npath = "x"\ndate_order = { d = "dym" }': "with dmy, mdy or ymd",
    '[a]\nurl = "sqlite://"\ntable = "a.b.c"\nsince = true': "since True: it must be",
    '[a]\nurl = "x"\ntable = ""': "table '': it must be",
}


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_wrong_settings_are_refused_by_key_value_and_rule(tmp_path, text):
    (tmp_path / "sources.toml").write_text(text)
    with pytest.raises(Refused) as refusal:
        read_sources(tmp_path / "sources.toml")
    assert WRONG[text] in str(refusal.value)


REFUSED = {  # settings of [a] -> what is said
    'url = "sqlite:///crm.db"\nquery = "select * from accounts where id = :id"': "asks for :id",
    'url = "sqlite:///crm.db"\nquery = "select id from accounts where updated_at > :since"': "go together",
    'url = "sqlite:///crm.db"\nquery = "select id from accounts"\nwatermark = "id"': "go together",
    'url = "sqlite:///crm.db"\ntable = "accounts"\nwatermark = "changed"': "'changed' is none of the columns",
    'url = "sqlite:///crm.db"\nquery = "select id, id from accounts"': "two columns 'id'",
    'url = "sqlite:///crm.db"\ntable = "no_table"': "no such table: no_table",
    'url = "sqlite:///none.db"\ntable = "accounts"': "there is no file none.db",
    'url = "nonsense"\ntable = "accounts"': "is no address of a database",
    'url = "nosuch://u:${PW}@h/d"\ntable = "accounts"': "no such database or driver",
    'url = "postgresql+pg8000://u:${PW}@h/d"\ntable = "accounts"': "Install the package pg8000",
    'url = "postgresql+psycopg://u:${PW}@127.0.0.1:1/d"\ntable = "accounts"': "[a] cannot be read: connection failed",
    'url = "postgresql+psycopg://u:hunter2@127.0.0.1:1/hunter2"\nquery = "select 1"': "[a] cannot be read: connection",
    'url = "postgresql+psycopg://u:${UNSET_PW}@127.0.0.1:1/d"\ntable = "accounts"': "environment variable UNSET_PW",
    'path = "s3://bucket/*.csv"\noptions = { key = "k", secret = "${PW}", client_kwargs = { endpoint_url = '
    '"http://127.0.0.1:1", region_name = "eu-west-1" }, config_kwargs = { retries = { max_attempts = 0 } } }': "[a]",
    'path = "nosuch://${PW}/x"': "[a]",
    'path = "nothing.csv"': "there is no file at nothing.csv",
}


@pytest.mark.parametrize("text", REFUSED, ids=range(len(REFUSED)))
def test_what_cannot_be_reached_is_said_and_nothing_published(desk, monkeypatch, capsys, text):
    monkeypatch.setenv("PW", SECRET)
    desk.say(f'{ACCOUNTS}[a]\nas = "account"\n{text}\n')
    assert desk.sync() == 1
    said = capsys.readouterr()
    assert REFUSED[text] in said.err
    assert "hunter2" not in said.err + said.out
    assert current(desk.store) is None and not (desk.store / marks.FILE).exists()


def test_a_file_of_a_million_bytes_too_many_is_refused_while_it_comes(desk, monkeypatch, capsys):
    (desk.folder / "big.csv").write_bytes(b"account,plan\n" + b"A,1\n" * 400_000)
    desk.say('[big]\npath = "big.csv"\n')
    monkeypatch.setenv("HEADLIGHT_MAX_FILE_BYTES", "1MB")
    assert desk.sync() == 1
    assert "at most 1.0 MB can be read" in capsys.readouterr().err


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL, empty."""
    if not postgres.programs():
        pytest.skip("there is no PostgreSQL; .ci/install-postgres installs one where apt is")
    import psycopg

    with postgres.cluster() as where:
        about = {"host": where["host"], "port": where["port"], "dbname": where["name"]}
        with psycopg.connect(**about, user="reader", password=postgres.PASSWORD, autocommit=True) as con:
            yield where, con


def url_of(where: dict) -> str:
    return f"postgresql+psycopg://reader:${{PG_PASSWORD}}@{where['host']}:{where['port']}/{where['name']}"


KINDS = """
drop schema if exists "we.ird" cascade;
create schema "we.ird";
create table "we.ird"."Acc""ounts; --%(x)s :y" (
    "account" uuid, "name" text, "arr" numeric(20, 4), "is ok" boolean, "tags" text[], "about" jsonb, "seen" timestamptz,
    "local" timestamp, "day" date, "ratio" double precision, "100% :done" integer, "changed" timestamptz);
insert into "we.ird"."Acc""ounts; --%(x)s :y" values
    ('6e2b7c1e-0000-4000-8000-000000000001', 'Acme', 12345678901234.1200, true, '{a,"b,c"}', '{"k": [1, 2.50]}',
     '2024-07-01 00:30:00+02', '2024-07-01 00:30:00', '2024-02-29', 0.1, 7, '2024-01-01 00:00:00.123456+00'),
    ('6e2b7c1e-0000-4000-8000-000000000002', null, null, null, null, null, null, null, null, null, null,
     '2024-03-10 06:59:59+00');
"""


def test_every_kind_of_postgres_comes_as_text_that_says_the_same(desk, server, monkeypatch):
    where, con = server
    con.execute(KINDS)
    monkeypatch.setenv("PG_PASSWORD", postgres.PASSWORD)
    desk.say(
        f'[odd]\nas = "account"\nurl = "{url_of(where)}"\nwatermark = "changed"\n'
        'table = ["we.ird", \'Acc"ounts; --%(x)s :y\']\n'
    )
    assert desk.sync() == 0
    query = (
        'select name, arr::varchar, "is ok"::varchar, tags::varchar, about::varchar, seen::varchar, "local"::varchar, '
        'day::varchar, ratio::varchar, "100% :done"::varchar from account order by account'
    )
    assert stored(desk.store, query) == [
        ("Acme", "12345678901234.12", "true", '["a", "b,c"]', '{"k": [1, 2.5]}', "2024-06-30",
         "2024-07-01", "2024-02-29", "0.1", "7"),
        (None,) * 10,
    ]  # fmt: skip
    assert desk.sync() == 0 and batches(desk.store) == ["000001"], "the row at the newest moment is known"
    con.execute("update \"we.ird\".\"Acc\"\"ounts; --%%(x)s :y\" set name = 'Beta', changed = '2024-03-10 07:00:00+00' "
                "where name is null".replace("%%", "%"))  # fmt: skip
    assert desk.sync() == 0
    assert read_manifest(current(desk.store)).batches[-1].n_read == 1
    assert stored(desk.store, "select name from account order by account") == [("Acme",), ("Beta",)]


def test_moments_with_an_offset_and_without_are_both_right(desk, server, monkeypatch):
    where, con = server
    con.execute(
        "drop table if exists calls; create table calls (id int, account text, began timestamptz, ended timestamp)"
    )
    con.execute("insert into calls values (1, 'A', '2024-07-01 10:00:00-07', '2024-07-01 20:30:00')")
    con.execute("insert into calls values (2, 'A', '2024-10-27 00:30:00+00', '2024-10-27 12:00:00.25')")
    monkeypatch.setenv("PG_PASSWORD", postgres.PASSWORD)
    desk.say(
        f'[calls]\nas = "ticket"\nurl = "{url_of(where)}"\ntable = "calls"\ntime_zone = "Europe/Berlin"\n'
        'map = { id = "ticket", began = "opened_at", ended = "closed_at" }\n'
    )
    assert desk.sync() == 0
    assert stored(desk.store, "select opened_at::varchar, closed_at::varchar from ticket order by ticket") == [
        ("2024-07-01 17:00:00", "2024-07-01 18:30:00"),
        ("2024-10-27 00:30:00", "2024-10-27 11:00:00.25"),
    ]


@pytest.mark.parametrize("kind, values", {
    "timestamptz": ["2024-11-03 01:30:00-04", "2024-11-03 01:30:00-05", "2024-11-03 02:00:00-05"],
    "timestamp": ["2024-11-03 01:30:00", "2024-11-03 01:30:00.000001", "2024-11-03 02:00:00"],
    "date": ["2024-11-03", "2024-11-04", "2024-11-05"],
    "bigint": ["-5", "9007199254740993", "9007199254740994"],
    "smallint": ["1", "2", "3"],
    "numeric": ["0.1", "0.10000000000000000001", "1"],
    "text": ["a", "b", "c"],
}.items())  # fmt: skip
def test_a_watermark_of_any_kind_begins_at_the_beginning_and_goes_on(desk, server, monkeypatch, kind, values):
    where, con = server
    con.execute(f"drop table if exists steps; create table steps (id text, step {kind}, plan text)")
    monkeypatch.setenv("PG_PASSWORD", postgres.PASSWORD)
    desk.say(
        f'[steps]\nas = "account"\nurl = "{url_of(where)}"\nwatermark = "step"\nmap = {{ step = "skip" }}\n'
        "query = \"select id as account, plan, step from steps where step > :since and plan <> '\\\\:x'\"\n"
    )
    for number, value in enumerate(values):
        con.execute(f"insert into steps values ('A{number}', '{value}', 'p')")
        assert desk.sync() == 0
        assert read_manifest(current(desk.store)).batches[-1].n_read == 1, value
        assert len(desk.plans()) == number + 1
    assert desk.sync() == 0 and len(batches(desk.store)) == len(values)


def test_a_query_may_reach_back_behind_the_newest_moment(desk, server, monkeypatch):
    where, con = server
    con.execute("drop table if exists late; create table late (id text, plan text, changed timestamptz)")
    monkeypatch.setenv("PG_PASSWORD", postgres.PASSWORD)
    desk.say(
        f'[late]\nas = "account"\nurl = "{url_of(where)}"\nwatermark = "changed"\nmap = {{ changed = "skip" }}\n'
        "query = \"select id as account, plan, changed from late where changed >= :since - interval '1 hour'\"\n"
    )
    for account, moment in (("A", "10:00:00"), ("B", "09:30:00")):
        con.execute(f"insert into late values ('{account}', 'p', '2024-01-01 {moment}+00')")
        assert desk.sync() == 0
    assert desk.plans() == {"A": "p", "B": "p"}
    assert desk.sync() == 0 and batches(desk.store) == ["000001", "000002"]


def test_the_first_run_begins_where_the_settings_say(desk):
    desk.say(ACCOUNTS + "since = 2024-01-01T23:00:00\n")
    assert desk.sync() == 0 and desk.plans() == {"B": "Solo"}


def test_a_wrong_password_is_said_without_it(desk, server, monkeypatch, capsys):
    where, _ = server
    monkeypatch.setenv("PG_PASSWORD", SECRET)
    desk.say(f'[a]\nurl = "{url_of(where)}"\ntable = "accounts"\n')
    assert desk.sync() == 1
    said = capsys.readouterr().err
    assert "password authentication failed" in said and "hunter2" not in said


MILLION = r"""
import re, sys
from pathlib import Path
from lib.store.ingest.limits import Limits
from lib.store.sync import database
from lib.store.sync.secrets import Secrets
from lib.store.sync.settings import read_sources
(source,) = read_sources(Path(sys.argv[1]))
found = database.fetch(source, Path(sys.argv[2]), Limits(), Secrets())
peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())  # ru_maxrss counts the parent's, too
print(found.n_rows, found.newest.value, int(peak[1]) // 1024)
"""


@pytest.mark.slow
def test_a_million_rows_stay_below_300_mb(desk, server, monkeypatch):
    where, con = server
    con.execute(
        "drop table if exists many; create table many as select n as id, 'account ' || n % 5000 as account, "
        "timestamptz '2024-01-01' + n * interval '1 second' as occurred_at, md5(n::text) as feature, n / 7.0 as quantity "
        "from generate_series(1, 1000000) as n"
    )
    monkeypatch.setenv("PG_PASSWORD", postgres.PASSWORD)
    desk.say(f'[many]\nas = "event"\nurl = "{url_of(where)}"\ntable = "public.many"\nwatermark = "id"\n')
    command = [sys.executable, "-c", MILLION, desk.settings, desk.folder / "many"]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": "."})
    assert done.returncode == 0, done.stderr
    n_rows, newest, megabytes = map(int, done.stdout.split())
    assert (n_rows, newest) == (1_000_000, 1_000_000)
    assert megabytes < 300
    assert desk.sync() == 0
    assert read_manifest(current(desk.store)).n_rows["event"] == 1_000_000


def test_a_key_in_an_address_stays_out_of_names_state_and_log(desk, monkeypatch, capsys):
    monkeypatch.setenv("TOKEN", "hunter2")
    (desk.folder / "signed=hunter2.csv").write_text("account,plan\nA,Team\n")
    desk.say('[a]\nas = "account"\npath = "signed=${TOKEN}.csv"\nwatermark = "file"\n')
    assert desk.sync() == 0 and desk.sync() == 0 and desk.plans() == {"A": "Team"}
    said = capsys.readouterr()
    manifest = (last_published(desk.store) / "manifest.json").read_text()
    assert "hunter2" not in said.out + said.err + manifest + (desk.store / marks.FILE).read_text()
    assert batches(desk.store) == ["000001"]


@pytest.fixture
def bucket(monkeypatch):
    """An S3 of the test's own: a client, and its address."""
    import boto3
    from moto.server import ThreadedMotoServer

    for name, value in {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": SECRET, "S3_SECRET": SECRET}.items():
        monkeypatch.setenv(name, value)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    address = f"http://127.0.0.1:{port}"
    client = boto3.client("s3", endpoint_url=address, region_name="us-east-1")
    client.create_bucket(Bucket="usage")
    yield client, address
    server.stop()


def test_an_object_store_gives_what_is_new_of_parquet_and_gzip(desk, bucket, capsys):
    client, address = bucket

    def put(name: str, days: list[str]) -> None:
        frame = pd.DataFrame({"account": "A", "occurred_at": pd.to_datetime(days, utc=True), "feature": "f"})
        path = desk.folder / "part"
        if name.endswith(".parquet"):
            frame.to_parquet(path)
        else:
            path.write_bytes(gzip.compress(frame.to_csv(index=False).encode()))
        client.put_object(Bucket="usage", Key=name, Body=path.read_bytes())

    def n_events() -> int:
        return read_manifest(current(desk.store)).n_rows["event"]

    desk.say(
        ACCOUNTS + '[events]\nas = "event"\npath = "s3://usage/events/**/*"\nwatermark = "file"\n'
        'options = { key = "key", secret = "${S3_SECRET}", '
        f'client_kwargs = {{ endpoint_url = "{address}", region_name = "us-east-1" }} }}\n'
    )
    put("events/day=1/part.parquet", ["2024-05-01T10:00:00Z", "2024-05-01T11:00:00Z"])
    put("events/day=2/part.csv.gz", ["2024-05-02T10:00:00Z"])
    put("other/x.parquet", ["2024-05-09T10:00:00Z"])
    assert desk.sync() == 0
    assert n_events() == 3
    assert desk.sync() == 0 and batches(desk.store) == ["000001"]
    put("events/day=2/part.csv.gz", ["2024-05-02T10:00:00Z", "2024-05-02T12:00:00Z"])
    put("events/day=3/part.parquet", ["2024-05-03T10:00:00Z"])
    client.delete_object(Bucket="usage", Key="events/day=1/part.parquet")
    capsys.readouterr()
    assert desk.sync() == 0
    assert "events: 2 files, 1 of them changed." in capsys.readouterr().err
    assert n_events() == 5
    assert desk.sync() == 0 and batches(desk.store) == ["000001", "000002"]
    assert SECRET not in (desk.store / marks.FILE).read_text()
    client.delete_object(Bucket="usage", Key="events/day=2/part.csv.gz")
    client.delete_object(Bucket="usage", Key="events/day=3/part.parquet")
    assert desk.sync() == 0
    client.delete_object(Bucket="usage", Key="other/x.parquet")
    client.delete_bucket(Bucket="usage")
    assert desk.sync() == 1, "a bucket that is gone is not an empty one"
    desk.say(desk.settings.read_text().replace("s3://usage", "s3://nothing"))
    assert desk.sync() == 1
    said = capsys.readouterr().err
    assert "[events]" in said and "hunter2" not in said
