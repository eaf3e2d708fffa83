"""The workspace on SQLite and on PostgreSQL: what is written comes back, is never lost, and is never half there."""

import json
import multiprocessing
import os
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import URL, make_url

from lib.errors import Busy, Refused
from lib.workspace import Conflict, default_url, edition, frame, many, open_workspace, opening, rows, schema
from lib.workspace.tables import SHEETS
from tests import postgres

NOW = datetime(2026, 11, 1, 8, 0, 0)
LATER = NOW + timedelta(hours=2)
HOSTILE = "'; drop table note; -- \" %s :x \\ \u202e <b>é😀"
ROOT = Path(__file__).resolve().parents[1]
fork = multiprocessing.get_context("forkserver")
fork.set_forkserver_preload(["tests.test_workspace"])


@pytest.fixture(scope="module")
def server():
    """fresh() -> the URL of an empty schema of a PostgreSQL."""
    if not postgres.programs():
        pytest.skip("there is no PostgreSQL; .ci/install-postgres installs one where apt is")
    import psycopg

    with postgres.cluster() as where:
        numbers = iter(range(1_000))

        def fresh() -> str:
            name = f"w{next(numbers)}"
            about = {"host": where["host"], "port": where["port"], "dbname": where["name"], "user": "reader"}
            with psycopg.connect(**about, password=postgres.PASSWORD, autocommit=True) as con:
                con.execute(f"create schema {name}")
            url = URL.create(
                "postgresql+psycopg", "reader", postgres.PASSWORD, where["host"], where["port"], where["name"],
                query={"options": f"-csearch_path={name}"},
            )  # fmt: skip
            return url.render_as_string(hide_password=False)

        yield fresh


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def fresh(request, tmp_path_factory):
    """fresh() -> the URL of a workspace nobody opened yet."""
    if request.param == "postgresql":
        return request.getfixturevalue("server")
    return lambda: f"sqlite:///{tmp_path_factory.mktemp('workspace') / 'workspace.db'}"


@pytest.fixture
def url(fresh):
    return fresh()


@pytest.fixture
def workspace(url):
    opened = open_workspace(url)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def shared(fresh):
    """One workspace for all examples of a property."""
    opened = open_workspace(fresh())
    yield opened
    opened.close()


@pytest.fixture
def file(tmp_path):
    """A workspace in SQLite: (its file, it)."""
    path = tmp_path / "workspace.db"
    opened = open_workspace(f"sqlite:///{path}")
    yield path, opened
    opened.close()


def note(workspace, text="called, no answer", account="a", *, by="anna", now=NOW):
    return rows.add(workspace, "note", {"account": account, "text": text}, by=by, now=now)


def texts(workspace, **asked) -> list[str]:
    return [row["text"] for row in rows.rows(workspace, "note", **asked)]


# --- what is written comes back -------------------------------------------------------------------------------------

TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=200)
NAME = TEXT.filter(str.strip).map(lambda text: text[:100]).filter(str.strip)
CALLED = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=100)
DAY = st.dates(date(1900, 1, 1), date(2199, 12, 31))
MOMENT = st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31)).map(lambda at: at.replace(fold=0))
MONEY = st.decimals(0, Decimal("9999999999999999.99"), places=2, allow_nan=False)
FLAG = st.booleans()
JSON = st.recursive(
    st.none() | FLAG | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
OBJECT = st.dictionaries(TEXT, JSON, max_size=4)
STEPS = st.lists(st.fixed_dictionaries({"text": NAME, "done_on": st.none() | DAY}), max_size=4)

NEEDED = {  # table -> what each row of it has
    "sentiment": {"score": st.integers(1, 5), "said_on": DAY},
    "note": {"text": NAME},
    "next_step": {"text": NAME},
    "touch": {"occurred_at": MOMENT, "kind": st.sampled_from(["call", "email", "training", "qbr", "campaign"])},
    "task": {"title": NAME, "is_commitment": FLAG},
    "save_plan": {"reason": NAME, "steps": STEPS, "opened_on": st.just(date(1900, 1, 1))},
    "cancel_request": {"asked_on": st.just(date(1900, 1, 1))},
    "exception_act": {
        "rule": NAME,
        "act": st.sampled_from(["snoozed", "done", "reopened", "handed_over"]),
        "acted_on": st.just(date(1900, 1, 1)),
    },
    "hold_out": {"name": NAME, "kind": st.sampled_from(["campaign", "play"]), "is_held": FLAG, "drawn_on": DAY},
    "renewal_call": {"renews_on": DAY, "call": st.sampled_from(["commit", "likely", "at_risk"]), "called_on": DAY},
    "handover": {},
    "goal": {"category": NAME},
    "saved_view": {"owner": NAME, "page": NAME, "name": NAME, "query": OBJECT, "is_shared": FLAG},
    "audience": {
        "owner": NAME,
        "name": CALLED,
        "whom": st.sampled_from(["people", "accounts"]),
        "asks": NAME,
        "options": OBJECT,
        "book": OBJECT,
        "page": NAME,
        "view": OBJECT,
        "n": st.integers(0, 10**9),
        "is_shared": FLAG,
    },
    "link": {"query": OBJECT},
    "preference": {"who": NAME, "name": NAME, "value": JSON.filter(lambda value: value is not None)},
    "visit": {"who": NAME, "page": NAME, "visited_at": MOMENT},
    "mapping": {"fingerprint": NAME, "kind": NAME, "who": NAME, "mapping": OBJECT},
    "definition": {"words": OBJECT, "hash": NAME},
}
MAY = {  # table -> what a row of it may have
    "sentiment": {"comment": TEXT},
    "next_step": {"due_on": DAY, "owner": TEXT, "done_on": DAY},
    "touch": {"person": TEXT, "made_by": NAME, "is_two_way": FLAG, "is_proactive": FLAG, "comment": TEXT,
              "url": TEXT.map("https://{}".format), "play": TEXT},
    "task": {"owner": TEXT, "due_on": DAY, "done_on": DAY, "detail": TEXT, "play": TEXT, "rule": TEXT, "person": TEXT, "role": TEXT},
    "exception_act": {"person": TEXT, "until_on": DAY, "owner": TEXT, "reason": TEXT},
    "hold_out": {"person": TEXT},
    "save_plan": {"arr": MONEY, "owner": TEXT, "closed_on": DAY, "outcome": st.sampled_from(["saved", "lost"])},
    "cancel_request": {"reason": TEXT, "withdrawn_on": DAY, "comment": TEXT},
    "renewal_call": {"amount": MONEY, "comment": TEXT},
    "handover": dict.fromkeys(
        ["pain", "impact", "critical_event", "success_criteria", "buyer", "champions", "blockers",
         "verbal_commitments", "complexity"], TEXT),
    "visit": {"data_to": DAY},
    "audience": {"says": TEXT, "campaign": OBJECT},
    "definition": {"comment": TEXT},
    "goal": {"promised_on": DAY, "due_on": DAY, "reached_on": DAY, "comment": TEXT,
             "value": st.floats(allow_nan=False, allow_infinity=False)},
}  # fmt: skip


def values_of(table: str) -> st.SearchStrategy[dict]:
    about = {"account": NAME} if "account" in SHEETS[table].rules else {}
    may = {column: values | st.none() for column, values in MAY.get(table, {}).items() if column != "made_by"}
    made_by = {"made_by": NAME} if table == "touch" else {}
    return st.fixed_dictionaries({**about, **NEEDED[table]}, optional=may | made_by)


def kept(table: str, value):
    """What is kept of a value: blank text is an empty cell, but for a preference, whose value is of any kind."""
    return None if isinstance(value, str) and not value.strip() and table != "preference" else value


def test_a_preference_of_no_letters_is_one(workspace):
    made = rows.add(workspace, "preference", {"who": "anna", "name": "search", "value": ""}, by="anna", now=NOW)
    assert rows.find(workspace, "preference", made.id)["value"] == ""


@pytest.mark.parametrize("table", SHEETS)
def test_every_row_comes_back_as_it_was_written(shared, table):
    @settings(max_examples=15)
    @given(values_of(table), NAME, MOMENT)
    def comes_back(values, who, at):
        row = rows.add(shared, table, values, by=who, now=at)
        assert rows.find(shared, table, row.id) == row
        for column in SHEETS[table].rules:
            if column in values:
                assert row[column] == kept(table, values[column])
        assert (row.version, row.changed_by, row.made_at, row.changed_at, row.removed_at) == (1, who, at, at, None)
        assert row.made_by == values.get("made_by", who)
        again = rows.change(shared, table, row.id, 1, {each: values[each] for each in values if each != "account"},
                            by=who, now=at)  # fmt: skip
        assert rows.find(shared, table, row.id) == again
        assert again.values == row.values
        said = frame(shared, table).filter(pc.field("id") == row.id).to_pylist()
        for column, value in row.values.items():
            assert said[0][column] == (as_json(value) if isinstance(value, (dict, list)) else value) or (
                table == "preference" and json.loads(said[0][column]) == value
            )
        rows.remove(shared, table, row.id, 2, by=who, now=at)

    comes_back()


def as_json(value) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def test_the_tests_name_every_column_there_is():
    for table, sheet in SHEETS.items():
        named = {*NEEDED[table], *MAY.get(table, {})} | ({"account"} & set(sheet.rules))
        assert named == set(sheet.rules)


def test_a_moment_with_a_zone_is_kept_in_utc(workspace):
    berlin = timezone(timedelta(hours=1))
    row = rows.add(
        workspace, "touch", {"account": "a", "kind": "call", "occurred_at": datetime(2026, 11, 1, 9, 30, tzinfo=berlin)},
        by="anna", now=datetime(2026, 11, 1, 23, 59, 59, 7, tzinfo=UTC),
    )  # fmt: skip
    found = rows.find(workspace, "touch", row.id)
    assert found["occurred_at"] == datetime(2026, 11, 1, 8, 30)
    assert found.made_at == datetime(2026, 11, 1, 23, 59, 59, 7)


def test_a_touch_is_made_by_its_writer_unless_another_is_named(workspace):
    for named in ({}, {"made_by": "bob"}):
        rows.add(workspace, "touch", {"account": "a", "kind": "call", "occurred_at": NOW, **named}, by="anna", now=NOW)
    assert sorted((row.made_by, row["made_by"], row.changed_by) for row in rows.rows(workspace, "touch")) == [
        ("anna", "anna", "anna"),
        ("bob", "bob", "anna"),
    ]


def test_hostile_text_is_text(workspace):
    made = note(workspace, HOSTILE, HOSTILE, by=HOSTILE)
    note(workspace, "other")
    assert rows.rows(workspace, "note", accounts=[HOSTILE, "'; drop table note; --"]) == [made]
    assert rows.rows(workspace, "note", where={"text": HOSTILE}) == [made]
    assert rows.find(workspace, "note", HOSTILE) is None
    assert rows.find(workspace, "note", "a\x00b") is rows.find(workspace, "note", "\ud800") is None
    assert rows.rows(workspace, "note", accounts=["a\x00b", "\ud800"]) == []
    assert rows.found(workspace, "note", [HOSTILE, made.id, "a\x00b", "\ud800", made.id]) == {made.id: made}
    assert rows.latest(workspace, "note")[HOSTILE] == made
    assert len(texts(workspace)) == 2


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
def test_text_no_database_can_keep_is_refused(workspace, text):
    for values, by in (
        ({"account": "a", "text": text}, "anna"),
        ({"account": text, "text": "t"}, "anna"),
        ({"account": "a", "text": "t"}, text),
    ):
        with pytest.raises(Refused, match="without NUL"):
            rows.add(workspace, "note", values, by=by, now=NOW)
    assert edition(workspace) == 0


# --- which rows, in which order -------------------------------------------------------------------------------------


def test_rows_are_living_ones_newest_first_of_the_accounts_and_values_asked_for(workspace):
    for number, (account, text) in enumerate([("a", "one"), ("b", "two"), ("a", "three"), ("c", "four")]):
        note(workspace, text, account, now=NOW + timedelta(minutes=number))
    assert texts(workspace) == ["four", "three", "two", "one"]
    assert texts(workspace, most=2) == ["four", "three"]
    assert texts(workspace, accounts=["b", "a", "a"]) == ["three", "two", "one"]
    assert texts(workspace, accounts=["b", "a"], most=1) == ["three"]
    assert texts(workspace, accounts=[]) == []
    assert texts(workspace, where={"text": "two"}) == ["two"]
    assert texts(workspace, where={"account": "a", "text": "one"}) == ["one"]


def test_a_question_for_an_empty_value_finds_empty_ones(workspace):
    for due in (None, date(2026, 12, 1)):
        rows.add(workspace, "task", {"account": "a", "title": str(due), "due_on": due}, by="anna", now=NOW)
    assert [row["title"] for row in rows.rows(workspace, "task", where={"due_on": None})] == ["None"]
    assert [row["is_commitment"] for row in rows.rows(workspace, "task", where={"is_commitment": False})] == [False] * 2


def test_more_accounts_than_one_statement_takes_are_read_as_one(workspace, monkeypatch):
    monkeypatch.setattr(rows, "_AT_ONCE", 3)
    accounts = [f"a{number}" for number in range(10)]
    made = [
        note(workspace, account, account, now=NOW + timedelta(minutes=number))
        for number, account in enumerate(accounts)
    ]
    assert texts(workspace, accounts=accounts[::-1]) == accounts[::-1]
    assert rows.found(workspace, "note", [row.id for row in made]) == {row.id: row for row in made}
    assert texts(workspace, accounts=accounts, most=4) == accounts[:5:-1]
    assert set(rows.latest(workspace, "note", accounts=accounts)) == set(accounts)


def test_the_newest_sentiment_is_the_one_said_last_then_the_one_written_last(workspace):
    said = [("a", 5, 3, 0), ("a", 1, 2, 9), ("b", 2, 4, 1), ("b", 3, 4, 2), ("c", 4, 1, 0)]
    for account, score, day, minute in said:
        values = {"account": account, "score": score, "said_on": date(2026, 10, day)}
        rows.add(workspace, "sentiment", values, by="anna", now=NOW + timedelta(minutes=minute))
    newest = rows.latest(workspace, "sentiment")
    assert {account: row["score"] for account, row in newest.items()} == {"a": 5, "b": 3, "c": 4}
    assert rows.latest(workspace, "sentiment", accounts=["b", "z"]) == {"b": newest["b"]}
    rows.remove(workspace, "sentiment", newest["b"].id, 1, by="anna", now=LATER)
    assert rows.latest(workspace, "sentiment")["b"]["score"] == 2


# --- nothing is lost ------------------------------------------------------------------------------------------------


def test_of_two_who_edit_the_same_version_the_second_is_told_who_was_first(workspace):
    made = note(workspace)
    rows.change(workspace, "note", made.id, 1, {"text": "they pay late"}, by="berta", now=LATER)
    with pytest.raises(Conflict, match=r"The note was changed by berta, 1 Nov 2026, 10:00 UTC") as told:
        rows.change(workspace, "note", made.id, 1, {"text": "they pay early"}, by="cleo", now=LATER)
    assert (told.value.row.version, told.value.row["text"], told.value.row.made_by) == (2, "they pay late", "anna")
    assert texts(workspace) == ["they pay late"]
    rows.change(workspace, "note", made.id, told.value.row.version, {"text": "both"}, by="cleo", now=LATER)
    assert texts(workspace) == ["both"]


def test_a_removed_row_comes_back_and_a_stale_version_removes_nothing(workspace):
    made = note(workspace)
    changed = rows.change(workspace, "note", made.id, 1, {"text": "new"}, by="berta", now=LATER)
    with pytest.raises(Conflict, match="changed by berta"):
        rows.remove(workspace, "note", made.id, 1, by="anna", now=LATER)
    gone = rows.remove(workspace, "note", made.id, 2, by="anna", now=LATER)
    assert (gone.version, gone.removed_at, gone.changed_by) == (3, LATER, "anna")
    assert (texts(workspace), texts(workspace, removed=True), frame(workspace, "note").num_rows) == ([], ["new"], 0)
    with pytest.raises(Conflict, match="removed by anna, 1 Nov 2026, 10:00 UTC"):
        rows.change(workspace, "note", made.id, 2, {"text": "newer"}, by="berta", now=LATER)
    with pytest.raises(Refused, match=r"removed by anna.*restore it first"):
        rows.change(workspace, "note", made.id, 3, {"text": "newer"}, by="berta", now=LATER)
    with pytest.raises(Refused, match="removed already, by anna"):
        rows.remove(workspace, "note", made.id, 3, by="berta", now=LATER)
    back = rows.restore(workspace, "note", made.id, 3, by="berta", now=LATER)
    assert (back.version, back.removed_at, back.values) == (4, None, changed.values)
    with pytest.raises(Refused, match="nothing to restore"):
        rows.restore(workspace, "note", made.id, 4, by="berta", now=LATER)
    with pytest.raises(Refused, match="no note with the id 'nothing'"):
        rows.remove(workspace, "note", "nothing", 1, by="berta", now=LATER)


def test_an_account_has_one_living_handover(workspace):
    first = rows.add(workspace, "handover", {"account": "a", "pain": "spreadsheets"}, by="anna", now=NOW)
    with pytest.raises(Refused, match="There is a handover for account 'a' already, by anna"):
        rows.add(workspace, "handover", {"account": "a"}, by="berta", now=NOW)
    with pytest.raises(Refused, match="already"):
        many.add(workspace, "handover", ["b", "a"], {}, by="berta", now=NOW)
    rows.remove(workspace, "handover", first.id, 1, by="anna", now=NOW)
    second = rows.add(workspace, "handover", {"account": "a", "pain": "audits"}, by="berta", now=NOW)
    with pytest.raises(Refused, match="already, by berta"):
        rows.restore(workspace, "handover", first.id, 2, by="anna", now=NOW)
    assert rows.rows(workspace, "handover") == [second]


def test_a_row_for_many_accounts_is_added_to_all_or_to_none(workspace):
    made = many.add(
        workspace, "task", ["a", "b", "a", "c"], {"title": "call", "due_on": date(2026, 12, 1)}, by="anna", now=NOW
    )
    assert [row.account for row in made] == ["a", "b", "c"]
    assert {row.id: row for row in rows.rows(workspace, "task")} == {row.id: row for row in made}
    assert edition(workspace) == 1
    for accounts, values in (
        (["d", "", "e"], {"title": "call"}),
        (["d", "e"], {"title": ""}),
        (["d", 7], {"title": "call"}),
    ):
        with pytest.raises(Refused):
            many.add(workspace, "task", accounts, values, by="anna", now=NOW)
    assert many.add(workspace, "task", [], {"title": "call"}, by="anna", now=NOW) == []
    assert (len(rows.rows(workspace, "task")), edition(workspace)) == (3, 1)


def test_a_failure_in_the_middle_of_a_write_leaves_nothing_of_it(workspace):
    note(workspace)
    with pytest.raises(ZeroDivisionError), opening.writing(workspace, "note") as con:
        con.execute(SHEETS["note"].table.update().values(text="half"))
        raise ZeroDivisionError
    assert (texts(workspace), edition(workspace)) == (["called, no answer"], 1)


def test_five_thousand_accounts_are_written_while_the_reader_waits(workspace):
    began = time.monotonic()
    many.add(workspace, "touch", map(str, range(5_000)), {"kind": "email", "occurred_at": NOW}, by="anna", now=NOW)
    assert time.monotonic() - began < 5
    assert frame(workspace, "touch").num_rows == 5_000


def test_the_last_writer_of_a_key_wins_and_the_same_again_writes_nothing(workspace):
    key = {"who": "anna", "name": "columns"}
    first = rows.put(workspace, "preference", key, {"value": ["a"]}, by="anna", now=NOW)
    assert rows.put(workspace, "preference", key, {"value": ("a",)}, by="anna", now=LATER) == first
    assert edition(workspace) == 1
    second = rows.put(workspace, "preference", key, {"value": []}, by="anna", now=LATER)
    assert (second.id, second.version, second["value"]) == (first.id, 2, [])
    assert rows.rows(workspace, "preference") == [second]


# --- at the same time -----------------------------------------------------------------------------------------------


def renewal(workspace):
    values = {
        "account": "a",
        "renews_on": date(2027, 1, 1),
        "call": "likely",
        "called_on": date(2026, 11, 1),
        "amount": 0,
    }
    return rows.add(workspace, "renewal_call", values, by="anna", now=NOW)


def increment(workspace, id: str, times: int, *, retries: bool) -> tuple[int, int]:
    """How many increments of the amount were kept, and how many conflicts there were."""
    n_kept = n_conflicts = 0
    while n_kept < times if retries else n_kept + n_conflicts < times:
        row = rows.find(workspace, "renewal_call", id)
        try:
            rows.change(workspace, "renewal_call", id, row.version, {"amount": row["amount"] + 1}, by="anna", now=NOW)
            n_kept += 1
        except Conflict:
            n_conflicts += 1
    return n_kept, n_conflicts


@pytest.mark.parametrize("retries", [True, False])
def test_four_threads_of_a_hundred_increments_lose_none(workspace, retries):
    made, counted = renewal(workspace), []

    def work() -> None:
        counted.append(increment(workspace, made.id, 100, retries=retries))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    n_kept, n_conflicts = (sum(each) for each in zip(*counted, strict=True))
    row = rows.find(workspace, "renewal_call", made.id)
    assert (row["amount"], row.version, edition(workspace)) == (n_kept, n_kept + 1, n_kept + 1)
    assert n_conflicts > 0, "the threads never met"
    assert n_kept == 400 if retries else n_kept + n_conflicts == 400


def write_beside(url: str, id: str, who: str, may_go: Path) -> None:
    workspace = open_workspace(url)
    wait_for(may_go)
    for number in range(50):
        note(workspace, f"{who} {number}")
        increment(workspace, id, 1, retries=True)
        rows.put(workspace, "preference", {"who": "anna", "name": "columns"}, {"value": [who, number]}, by=who, now=NOW)


def wait_for(path: Path) -> None:
    until = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < until, f"{path.name} did not come"
        time.sleep(0.001)


def run(processes: list, may_go: Path) -> None:
    for process in processes:
        process.start()
    may_go.touch()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * len(processes)


def test_two_processes_write_at_once_and_nothing_is_lost(url, workspace, tmp_path):
    made, may_go = renewal(workspace), tmp_path / "may_go"
    run([fork.Process(target=write_beside, args=(url, made.id, who, may_go)) for who in ("anna", "bob")], may_go)
    assert sorted(texts(workspace)) == sorted(f"{who} {number}" for who in ("anna", "bob") for number in range(50))
    assert rows.find(workspace, "renewal_call", made.id)["amount"] == 100
    assert len(rows.rows(workspace, "preference")) == 1
    assert (edition(workspace, ["note"]), edition(workspace, ["renewal_call"])) == (100, 101)
    assert edition(workspace, ["preference"]) == rows.rows(workspace, "preference")[0].version


def open_first(url: str, who: str, may_go: Path) -> None:
    wait_for(may_go)
    workspace = open_workspace(url)
    note(workspace, who)
    workspace.close()


def test_four_processes_open_a_new_workspace_at_once(fresh, tmp_path):
    for turn in range(3):
        url, may_go = fresh(), tmp_path / f"may_go {turn}"
        run([fork.Process(target=open_first, args=(url, str(number), may_go)) for number in range(4)], may_go)
        workspace = open_workspace(url)
        assert sorted(texts(workspace)) == ["0", "1", "2", "3"]
        workspace.close()


def test_eight_threads_open_a_new_workspace_at_once(fresh):
    for _ in range(3):
        url, barrier, failed = fresh(), threading.Barrier(8), []
        threads = [threading.Thread(target=open_in_thread, args=(url, barrier, failed)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        workspace = open_workspace(url)
        assert (failed, len(texts(workspace))) == ([], 8)
        workspace.close()


def open_in_thread(url: str, barrier: threading.Barrier, failed: list[BaseException]) -> None:
    barrier.wait()
    try:
        workspace = open_workspace(url)
        note(workspace)
        workspace.close()
    except BaseException as error:
        failed.append(error)


def test_a_first_opening_waits_for_another_that_is_half_done(tmp_path):
    path = tmp_path / "workspace.db"
    with sqlite3.connect(path, isolation_level=None, check_same_thread=False) as other:
        other.execute("begin immediate")
        threading.Timer(0.3, other.execute, ["commit"]).start()
        note(open_workspace(f"sqlite:///{path}"))


SAVING = """
import sys
from datetime import datetime
from lib.workspace import many, open_workspace, rows
workspace, now = open_workspace(sys.argv[1]), datetime(2026, 11, 1)
while True:
    if sys.argv[2] == "one":
        print(rows.add(workspace, "note", {"account": "a", "text": "t"}, by="anna", now=now).id, flush=True)
    else:
        made = many.add(workspace, "note", map(str, range(500)), {"text": "t"}, by="anna", now=now)
        print(made[0].id, flush=True)
"""


@pytest.mark.parametrize("kind, seconds", [("one", 0.1), ("one", 0.217), ("many", 0.1), ("many", 0.333)])
def test_what_was_acknowledged_before_a_kill_is_there_and_nothing_is_half_there(file, kind, seconds):
    path, workspace = file
    process = subprocess.Popen(
        [sys.executable, "-c", SAVING, f"sqlite:///{path}", kind], cwd=ROOT, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    acknowledged = [process.stdout.readline().strip() for _ in range(4)]  # at work, however slow the machine is
    time.sleep(seconds)
    process.kill()
    acknowledged += [line.strip() for line in process.stdout if line.endswith("\n")]
    process.wait(30)
    found = rows.rows(workspace, "note")
    assert set(acknowledged) <= {row.id for row in found}
    at_once = 1 if kind == "one" else 500
    assert len(found) % at_once == 0
    assert len(found) // at_once == edition(workspace) in (len(acknowledged), len(acknowledged) + 1)
    note(workspace)  # and it can be written


def test_sqlite_writes_to_the_disk_and_begins_nothing_by_itself(file):
    _, workspace = file
    for _ in range(2):
        with opening.reading(workspace) as con:
            assert con.connection.driver_connection.isolation_level is None
            assert con.exec_driver_sql("pragma synchronous").scalar_one() == 2
            assert con.exec_driver_sql("pragma journal_mode").scalar_one() == "wal"
            assert con.connection.driver_connection.in_transaction
        with workspace.engine.raw_connection().driver_connection as con:
            assert not con.in_transaction
            con.execute("update edition set edition = edition")
            assert not con.in_transaction, "the driver began a transaction"


def test_a_reader_sees_one_moment_and_waits_for_no_writer(workspace):
    note(workspace)
    with opening.writing(workspace, "note") as con:
        con.execute(SHEETS["note"].table.update().values(text="new"))
        assert (texts(workspace), edition(workspace)) == (["called, no answer"], 1)
    assert (texts(workspace), edition(workspace)) == (["new"], 2)


def test_a_writer_whose_turn_does_not_come_is_told(url, monkeypatch):
    first = open_workspace(url)
    monkeypatch.setattr(opening, "PATIENCE", 0.2)
    impatient = open_workspace(url)
    with opening.writing(first, "note"), pytest.raises(Busy, match=r"in use by others .* Nothing was saved; try again"):
        note(impatient)
    note(impatient)
    assert len(texts(first)) == 1


# --- editions -------------------------------------------------------------------------------------------------------


def test_each_table_counts_its_own_writes_and_refusals_count_nothing(workspace):
    assert edition(workspace) == 0
    made = note(workspace)
    rows.add(workspace, "task", {"account": "a", "title": "call"}, by="anna", now=NOW)
    rows.change(workspace, "note", made.id, 1, {"text": "new"}, by="anna", now=NOW)
    counts = {tables: edition(workspace, tables) for tables in [("note",), ("task",), ("touch",), ("note", "task"), ()]}
    assert counts == {("note",): 2, ("task",): 1, ("touch",): 0, ("note", "task"): 3, (): 3}
    with pytest.raises(Conflict):
        rows.change(workspace, "note", made.id, 1, {"text": "newer"}, by="anna", now=NOW)
    with pytest.raises(Refused):
        rows.add(workspace, "note", {"account": "a"}, by="anna", now=NOW)
    assert edition(workspace) == 3
    rows.remove(workspace, "note", made.id, 2, by="anna", now=NOW)
    assert edition(workspace) == 4
    with pytest.raises(Refused, match="no table 'notes'; it has sentiment"):
        edition(workspace, ["notes"])


def test_an_edition_grows_for_other_processes(url, workspace, tmp_path):
    may_go = tmp_path / "may_go"
    run([fork.Process(target=open_first, args=(url, "bob", may_go))], may_go)
    assert (edition(workspace), edition(workspace, ["note"]), edition(workspace, ["task"])) == (1, 1, 0)
    assert texts(workspace) == ["bob"]


# --- for DuckDB -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", SHEETS)
def test_a_frame_has_the_same_columns_and_types_with_and_without_rows(workspace, table):
    empty = frame(workspace, table)
    assert empty.num_rows == 0
    given_values = {
        "sentiment": {"score": 1, "said_on": date(2026, 1, 1)}, "note": {"text": "t"}, "next_step": {"text": "t"},
        "touch": {"occurred_at": NOW, "kind": "qbr"}, "task": {"title": "t"},
        "save_plan": {"reason": "price", "opened_on": date(2026, 1, 1)}, "cancel_request": {"asked_on": date(2026, 1, 1)},
        "renewal_call": {"renews_on": date(2026, 1, 1), "call": "commit", "called_on": date(2026, 1, 1)},
        "exception_act": {"rule": "r", "act": "done", "acted_on": date(2026, 1, 1)},
        "hold_out": {"name": "n", "kind": "play", "is_held": True, "drawn_on": date(2026, 1, 1)},
        "handover": {}, "goal": {"category": "time"}, "saved_view": {"owner": "anna", "page": "p", "name": "n", "query": {}},
        "audience": {"owner": "anna", "name": "n", "whom": "people", "asks": "people", "page": "p", "n": 1},
        "link": {"query": {}}, "preference": {"who": "anna", "name": "n", "value": 1},
        "visit": {"who": "anna", "page": "p", "visited_at": NOW},
        "mapping": {"fingerprint": "f", "kind": "account", "who": "anna", "mapping": {}},
        "definition": {"words": {}, "hash": "h"},
    }[table]  # fmt: skip
    about = {"account": "a"} if "account" in SHEETS[table].rules else {}
    rows.add(workspace, table, {**about, **given_values}, by="anna", now=NOW)
    full = frame(workspace, table)
    assert (full.num_rows, full.schema, empty.schema) == (1, schema(table), schema(table))
    with duckdb.connect() as con:
        con.register("it", full)
        (found,) = con.execute(f"select {', '.join(full.column_names)} from it").fetchall()
    assert dict(zip(full.column_names, found, strict=True))["made_at"] == NOW


def test_duckdb_reads_what_was_written_and_adds_money_up_to_the_cent(workspace):
    values = {"renews_on": date(2027, 1, 1), "call": "likely", "called_on": date(2026, 11, 1)}
    for amount in ("0.10", "0.20", "9999999999999999.99", None):
        rows.add(
            workspace,
            "renewal_call",
            {"account": "a", **values, "amount": amount and Decimal(amount)},
            by="anna",
            now=NOW,
        )
    plan = {
        "reason": "price",
        "opened_on": date(2026, 10, 1),
        "steps": [{"text": "call", "done_on": date(2026, 10, 2)}],
    }
    rows.add(workspace, "save_plan", {"account": "a", **plan}, by="anna", now=NOW)
    rows.add(
        workspace,
        "touch",
        {"account": "a", "kind": "call", "occurred_at": LATER, "is_two_way": True},
        by="anna",
        now=NOW,
    )
    with duckdb.connect() as con:
        for table in ("renewal_call", "save_plan", "touch"):
            con.register(table, frame(workspace, table))
        total = con.execute("select sum(amount), count(amount), any_value(renews_on) from renewal_call").fetchone()
        assert total == (Decimal("10000000000000000.29"), 3, date(2027, 1, 1))
        assert con.execute("select (steps::json -> 0 ->> 'done_on')::date from save_plan").fetchone() == (
            date(2026, 10, 2),
        )
        assert con.execute("select occurred_at, is_two_way, is_proactive from touch").fetchone() == (LATER, True, None)
        about = con.execute("select column_name, column_type from (describe from touch)").fetchall()
    assert about == [
        ("id", "VARCHAR"), ("account", "VARCHAR"), ("occurred_at", "TIMESTAMP"), ("kind", "VARCHAR"), ("person", "VARCHAR"),
        ("is_two_way", "BOOLEAN"), ("is_proactive", "BOOLEAN"), ("play", "VARCHAR"), ("comment", "VARCHAR"), ("url", "VARCHAR"),
        ("version", "BIGINT"), ("made_by", "VARCHAR"), ("made_at", "TIMESTAMP"), ("changed_by", "VARCHAR"),
        ("changed_at", "TIMESTAMP"),
    ]  # fmt: skip


def test_a_frame_of_several_parts_is_whole(workspace, monkeypatch):
    monkeypatch.setattr("lib.workspace.frames._AT_ONCE", 7)
    made = many.add(workspace, "task", map(str, range(20)), {"title": "call"}, by="anna", now=NOW)
    rows.change(workspace, "task", made[19].id, 1, {"due_on": date(2026, 12, 1)}, by="anna", now=NOW)
    found = frame(workspace, "task")
    assert sorted(found["account"].to_pylist(), key=int) == [str(each) for each in range(20)]
    assert sorted(found["due_on"].to_pylist(), key=bool) == [None] * 19 + [date(2026, 12, 1)]


# --- opening --------------------------------------------------------------------------------------------------------


def test_a_workspace_of_a_newer_headlight_is_refused_and_left_alone(url):
    first = open_workspace(url)
    note(first)
    with first.engine.connect() as con:
        con.exec_driver_sql("update shape set shape = 99")
        con.commit()
    with pytest.raises(Refused, match=r"newer Headlight \(shape 99; this one knows 5\)") as told:
        open_workspace(url)
    assert "p@ss" not in str(told.value) and "p%40ss" not in str(told.value)
    assert len(texts(first)) == 1


def test_a_workspace_of_an_earlier_headlight_gets_what_it_lacks_and_keeps_what_it_has(url):
    """As shape 1 was, and as one before the mappings and the audiences would have been."""
    first = open_workspace(url)
    rows.add(first, "next_step", {"account": "a", "text": HOSTILE}, by="anna", now=NOW)
    with first.engine.begin() as con:
        con.exec_driver_sql("alter table next_step drop column done_on")
        con.exec_driver_sql("alter table visit drop column data_to")
        con.exec_driver_sql("alter table task drop column rule")
        for table in ("mapping", "audience", "definition", "exception_act"):
            con.exec_driver_sql(f"drop table {table}")
            con.exec_driver_sql(f"delete from edition where \"table\" = '{table}'")
        con.exec_driver_sql("update shape set shape = 1")
    first.close()
    was = [open_workspace(url) for _ in range(2)][1]
    (kept,) = rows.rows(was, "next_step")
    assert (kept["text"], kept["done_on"], kept.version) == (HOSTILE, None, 1)
    assert (
        rows.change(was, "next_step", kept.id, 1, {"done_on": NOW.date()}, by="bob", now=LATER)["done_on"] == NOW.date()
    )
    assert edition(was, ["next_step"]) == 2 and edition(was, ["mapping"]) == 0
    key = {"fingerprint": "f", "kind": "k", "who": "anna"}
    rows.put(was, "mapping", key, {"mapping": {}}, by="anna", now=NOW)
    with pytest.raises(Refused, match="for fingerprint 'f'"):  # its index came along
        rows.add(was, "mapping", {**key, "mapping": {}}, by="bob", now=NOW)


def test_a_database_of_something_else_is_refused_and_left_alone(url):
    first = open_workspace(url)
    with first.engine.connect() as con:
        con.exec_driver_sql("drop table shape")
        con.commit()
    with pytest.raises(Refused, match=r"is no workspace, and has a table 'audience'"):
        open_workspace(url)
    first.close()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("/srv/workspace.db", "no address of a database, such as sqlite"),
        ("sqlite://", "'sqlite' is neither"),
        ("sqlite:///:memory:", "'sqlite' is neither"),
        ("duckdb:///x", "'duckdb' is neither"),
        ("postgresql+pg8000://u:hunter2@127.0.0.1/d", "driver is missing"),
        ("postgresql+psycopg://u:hunter2@127.0.0.1:1/d", "cannot be opened"),
        ("postgresql://u:hunter2@127.0.0.1:1/d", "cannot be opened"),
    ],
)
def test_a_url_that_names_no_workspace_is_refused_without_its_password(url, told):
    with pytest.raises(Refused, match=told) as refusal:
        open_workspace(url)
    assert "hunter2" not in str(refusal.value)


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "workspace.db"
    path.write_text("account,name\n" * 1_000)
    with pytest.raises(Refused, match="file is not a database"):
        open_workspace(f"sqlite:///{path}")
    assert path.read_text() == "account,name\n" * 1_000
    (tmp_path / "a file").touch()
    with pytest.raises(Refused, match=r"folder .*a file cannot be made"):
        open_workspace(f"sqlite:///{tmp_path / 'a file' / 'workspace.db'}")


def test_the_workspace_is_beside_the_store_unless_the_environment_says_otherwise(monkeypatch, tmp_path):
    monkeypatch.delenv("HEADLIGHT_WORKSPACE", raising=False)
    assert make_url(default_url()).database == str(ROOT / "data" / "workspace.db")
    place = tmp_path / "an own %20 & folder?" / "w.db"
    url = URL.create("sqlite", database=str(place)).render_as_string()
    monkeypatch.setenv("HEADLIGHT_WORKSPACE", url)
    note(open_workspace())
    with sqlite3.connect(place) as con:
        assert con.execute("select text from note").fetchall() == [("called, no answer",)]


def test_one_act_on_many_rows_leaves_alone_those_that_changed_meanwhile(workspace):
    made = many.add(
        workspace,
        "task",
        ["a", "b", "c"],
        {"title": "t"},
        own={"b": {"title": "own", "owner": "jo"}},
        by="dana",
        now=NOW,
    )
    assert [(row.account, row["title"], row["owner"]) for row in made] == [
        ("a", "t", None),
        ("b", "own", "jo"),
        ("c", "t", None),
    ]
    rows.change(workspace, "task", made[1].id, 1, {"owner": "lee"}, by="lee", now=NOW)
    rows.remove(workspace, "task", made[2].id, 1, by="lee", now=NOW)
    before = edition(workspace)
    asked = [*[(row.id, 1, {"owner": "dana"}) for row in made], ("no such", 1, {})]
    done = many.change(workspace, {"task": asked}, by="dana", now=NOW)
    assert [row.account for row in done.rows] == ["a"] and set(done.refused) == {made[1].id, made[2].id, "no such"}
    assert isinstance(done.refused[made[1].id], Conflict) and done.refused[made[1].id].row["owner"] == "lee"
    assert edition(workspace) == before + 1  # one transaction
    assert rows.find(workspace, "task", made[1].id)["owner"] == "lee"
    gone = many.remove(workspace, "task", [(made[0].id, 2), (made[1].id, 1)], by="dana", now=NOW)
    assert [row.account for row in gone.rows] == ["a"] and list(gone.refused) == [made[1].id]
    for values in ({"title": ""}, {"account": "b"}, {"nonsense": 1}):
        with pytest.raises(Refused):
            many.change(workspace, {"task": [(made[1].id, 2, values)]}, by="dana", now=NOW)


def test_one_act_on_many_rows_of_several_tables_is_done_whole_or_not_at_all(workspace):
    task = rows.add(workspace, "task", {"account": "a", "title": "t"}, by="jo", now=NOW)
    step = rows.add(workspace, "next_step", {"account": "a", "text": "s"}, by="jo", now=NOW)
    wanted = {"task": [(task.id, 1, {"owner": "dana"})], "next_step": [(step.id, 1, {"owner": "dana"})]}
    with pytest.raises(RuntimeError), pytest.MonkeyPatch.context() as patch:
        patch.setattr(many, "updated", _breaks_at_the_second(many.updated))
        many.change(workspace, wanted, by="dana", now=NOW)
    assert rows.find(workspace, "task", task.id) == task and rows.find(workspace, "next_step", step.id) == step
    before = [edition(workspace, [each]) for each in ("task", "next_step", "note")]
    assert len(many.change(workspace, wanted, by="dana", now=NOW).rows) == 2
    assert [edition(workspace, [each]) for each in ("task", "next_step", "note")] == [
        before[0] + 1,
        before[1] + 1,
        before[2],
    ]
    assert many.change(workspace, {}, by="dana", now=NOW) == many.Done()


def _breaks_at_the_second(act):
    calls = []

    def broken(*asked, **named):
        calls.append(asked)
        if len(calls) == 2:
            raise RuntimeError("the disk went away")
        return act(*asked, **named)

    return broken


def test_a_removed_row_is_brought_back_and_changed_or_stays_removed(workspace):
    made = rows.add(workspace, "handover", {"account": "a", "buyer": "Ann"}, by="jo", now=NOW)
    gone = rows.remove(workspace, "handover", made.id, 1, by="jo", now=NOW)
    act = lambda version, values: rows.restore(workspace, "handover", made.id, version, values, by="lee", now=NOW)  # noqa: E731
    with pytest.raises(Conflict):
        act(1, {"buyer": "Bob"})
    for values in ({"nonsense": "x"}, {"account": "b"}):
        with pytest.raises(Refused):
            act(2, values)
    other = rows.add(workspace, "handover", {"account": "a"}, by="jo", now=NOW)
    with pytest.raises(Refused, match="already"):  # one living row an account
        act(2, {"buyer": "Bob"})
    assert rows.find(workspace, "handover", made.id) == gone
    rows.remove(workspace, "handover", other.id, 1, by="jo", now=NOW)
    back = act(2, {"buyer": "Bob"})
    assert (back.version, back["buyer"], back.removed_at, back.changed_by) == (3, "Bob", None, "lee")
    assert rows.find(workspace, "handover", made.id) == back
    with pytest.raises(Refused, match="not removed"):
        act(3, {})
