"""The store under fire: what a fold keeps, who may write, and what is left when a writer dies."""

import json
import multiprocessing
import os
import random
import shutil
import signal
import threading
import time
from datetime import date, datetime
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.parquet as parquet
import pytest

from lib.errors import Busy, Refused
from lib.facts import open_store
from lib.store import folder, publish
from lib.store.draft import draft
from lib.store.fold import NUMBERED
from lib.store.folder import Batch
from lib.store.tables import KEYS
from tests.worldlets import NOW, YEAR, account_frame, as_arrow, contract_frame, days, open_world, publish_frames

fork = multiprocessing.get_context("forkserver")
fork.set_forkserver_preload(["tests.worldlets"])


def read(store: Path, sql: str) -> list[tuple]:
    """Rows of the current snapshot."""
    with open_store(store).ask(YEAR) as con:
        return con.execute(sql).fetchall()


# --- the fold -------------------------------------------------------------------------------------------------------


def test_a_later_file_updates_only_the_columns_it_has(tmp_path):
    publish_frames(tmp_path, {"account": account_frame(["1", "2"], csm=["Ann", "Bob"], region=["N", "S"])})
    publish_frames(tmp_path, {"account": account_frame(["2", "3"], csm=["Cleo", "Dan"])})
    assert read(tmp_path, "select account, csm, region from account order by account") == [
        ("1", "Ann", "N"),
        ("2", "Cleo", "S"),
        ("3", "Dan", None),
    ]


def test_an_empty_cell_of_a_later_file_empties_the_value(tmp_path):
    publish_frames(tmp_path, {"account": account_frame(["1", "2"], csm=["Ann", "Bob"])})
    publish_frames(tmp_path, {"account": account_frame(["1"], csm=[None])})
    assert read(tmp_path, "select csm from account order by account") == [(None,), ("Bob",)]


def test_the_last_row_of_a_key_wins_within_one_file(tmp_path):
    publish_frames(tmp_path, {"account": account_frame(["1", "1", "2"], csm=["Ann", "Bob", "Cleo"])})
    assert read(tmp_path, "select account, csm from account order by account") == [("1", "Bob"), ("2", "Cleo")]


def test_replacing_leaves_out_earlier_batches_of_the_same_tables_alone(tmp_path):
    publish_frames(tmp_path, {"account": account_frame(["1", "2"]), "contract": contract_frame({"account": "1"})})
    publish_frames(tmp_path, {"account": account_frame(["2", "3"])}, replaces=True)
    assert read(tmp_path, "select account from account order by account") == [("2",), ("3",)]
    assert read(tmp_path, "select count(*) from contract") == [(1,)]
    publish.undo(tmp_path, "000002", who="anna", now=NOW)
    assert read(tmp_path, "select account from account order by account") == [("1",), ("2",)]


@pytest.mark.parametrize(
    ("undone", "left"),
    [("000001", [("2", "B"), ("3", "C")]), ("000002", [("1", "A"), ("2", "A"), ("3", "C")]),
     ("000003", [("1", "A"), ("2", "B")])],
)  # fmt: skip
def test_undo_takes_any_batch_out_also_one_in_the_middle(tmp_path, undone, left):
    for accounts, region in (["1", "2"], "A"), (["2"], "B"), (["3"], "C"):
        publish_frames(tmp_path, {"account": account_frame(accounts, region=region)})
    publish.undo(tmp_path, undone, who="anna", now=NOW)
    assert read(tmp_path, "select account, region from account order by account") == left


def test_undo_refuses_a_batch_it_does_not_know_and_one_that_is_out_already(tmp_path):
    publish_frames(tmp_path, {"account": account_frame("a")})
    publish_frames(tmp_path, {"account": account_frame("b")})
    with pytest.raises(Refused, match="no batch 000009 to undo; the store holds 000001, 000002"):
        publish.undo(tmp_path, "000009", who="anna", now=NOW)
    publish.undo(tmp_path, "000002", who="berta", now=NOW)
    with pytest.raises(Refused, match=r"000002 was undone already, by berta at 2026-11-01T08:00:00 UTC"):
        publish.undo(tmp_path, "000002", who="anna", now=NOW)
    assert read(tmp_path, "select account from account") == [("a",)]


def test_after_the_only_batch_is_undone_the_store_has_no_data_but_a_log(tmp_path):
    publish_frames(tmp_path, {"account": account_frame("a")})
    manifest = publish.undo(tmp_path, "000001", who="berta", now=NOW)
    assert manifest.batches == ()
    assert folder.current(tmp_path) is None
    with pytest.raises(Refused, match="no data in"):
        open_store(tmp_path)
    with pytest.raises(Refused, match="undone already"):
        publish.undo(tmp_path, "000001", who="anna", now=NOW)
    again = publish_frames(tmp_path, {"account": account_frame("b")})
    assert read(tmp_path, "select account from account") == [("b",)]
    assert [(each.batch, each.undone_by) for each in again.log] == [("000001", "berta"), ("000002", "")]


def test_the_log_tells_of_every_batch_and_of_who_took_it_back(tmp_path):
    for name in "abc":
        publish_frames(tmp_path, {"account": account_frame([name])}, who=f"from {name}")
    publish.undo(tmp_path, "000002", who="berta", now=datetime(2026, 11, 2, 9))
    publish_frames(tmp_path, {"account": account_frame("d")}, who="from d")
    manifest = folder.read_manifest(folder.require_current(tmp_path))
    assert [(each.batch, each.who, each.undone_by, each.undone_at) for each in manifest.log] == [
        ("000001", "from a", "", ""),
        ("000002", "from b", "berta", "2026-11-02T09:00:00"),
        ("000003", "from c", "", ""),
        ("000004", "from d", "", ""),
    ]


def test_a_manifest_written_before_there_were_modes_can_be_read(tmp_path):
    publish_frames(tmp_path, {"account": account_frame("a")})
    publish_frames(tmp_path, {"account": account_frame("b")}, replaces=True)
    place = folder.require_current(tmp_path) / "manifest.json"
    raw = json.loads(place.read_text())
    for name in ("undone", "n_merged"):
        del raw[name]
    for batch in raw["batches"]:
        replaces = batch["mode"] == "replace"
        for name in ("mode", "files", "undone_by", "undone_at"):
            del batch[name]
        batch["replaces"] = replaces
    place.write_text(json.dumps(raw))
    assert [each.mode for each in folder.read_manifest(place.parent).batches] == ["update", "replace"]
    publish_frames(tmp_path, {"account": account_frame("c")})
    assert read(tmp_path, "select account from account order by 1") == [("b",), ("c",)]


def test_a_batch_number_is_never_given_twice(tmp_path):
    for region in "AB":
        publish_frames(tmp_path, {"account": account_frame("a", region=region)})
    publish.undo(tmp_path, "000002", who="anna", now=NOW)
    manifest = publish_frames(tmp_path, {"account": account_frame("a", region="C")})
    assert [batch.batch for batch in manifest.batches] == ["000001", "000003"]
    assert read(tmp_path, "select region from account") == [("C",)]


def test_extra_columns_that_disagree_in_type_become_text(tmp_path):
    publish_frames(tmp_path, {"account": account_frame(["1", "2"], score=[1, 2])})
    publish_frames(tmp_path, {"account": account_frame(["2", "3"], score=["high", None])})
    assert read(tmp_path, "select account, score::varchar from account order by account") == [
        ("1", "1"), ("2", "high"), ("3", None),
    ]  # fmt: skip


def test_column_names_that_differ_by_case_are_one_column(tmp_path):
    publish_frames(tmp_path, {"account": account_frame(["1", "2"], Region="N", Colour=["red", "blue"])})
    publish_frames(tmp_path, {"account": account_frame(["2"], COLOUR=["green"])})
    assert read(tmp_path, 'select account, region::varchar, "Colour"::varchar from account order by account') == [
        ("1", "N", "red"), ("2", "N", "green"),
    ]  # fmt: skip
    assert [each.name for each in open_store(tmp_path).dimensions] == ["region", "Colour"]


def test_spellings_of_one_value_become_the_most_common_one_now_and_then(tmp_path):
    history = pd.DataFrame(
        {
            "account": ["1"],
            "field": ["value"],
            "from_on": [date(2020, 1, 1)],
            "until_on": [date(2021, 1, 1)],
            "value": ["dsl"],
        }
    )
    frames = {"account": account_frame("123", value=["DSL", " dsl ", "DSL"]), "account_history": history}
    world = open_world(tmp_path, frames)
    assert world.dimension("value").values == ("DSL",)


def test_importing_the_same_file_again_changes_nothing(tmp_path):
    frames = {
        "account": account_frame("abc", region=["N", "S", None], arr=[1.5, None, 3]),
        "contract": contract_frame({"account": "a", "arr": 7}, {"account": "b"}),
    }
    first = publish_frames(tmp_path, frames)
    everything = "select * from account order by account", "select * from contract order by contract"
    before = [read(tmp_path, sql) for sql in everything]
    again = publish_frames(tmp_path, frames)
    assert [read(tmp_path, sql) for sql in everything] == before
    assert again.n_rows == first.n_rows


@pytest.mark.parametrize("table", NUMBERED)
def test_rows_of_an_account_have_its_number_and_lie_together(tmp_path, table):
    """In two batches, an account nobody knows among them, and accounts in another order than the rows."""
    key = KEYS[table][0] if table != "milestone" else "stage"
    for batch in ("1", "2"):
        rows = {key: [f"{key}{n}{batch}" for n in range(4)], "account": ["b", "a", "nobody", "b"]}
        publish_frames(
            tmp_path, {"account": account_frame(["b", "a"] if batch == "1" else ["c"]), table: pd.DataFrame(rows)}
        )
    found = read(
        tmp_path,
        f"select said.account, said._account is not distinct from account._account, said._account "
        f"from core.{table} as said left join core.account as account using (account) order by said.rowid",
    )
    assert len(found) == 8 and all(is_its for _, is_its, _ in found)
    numbers = [number for account, _, number in found if account != "nobody"]
    assert numbers == sorted(numbers) and [n for account, _, n in found if account == "nobody"] == [None, None]


def test_accounts_without_contracts_get_one_derived_from_their_dates(tmp_path):
    frames = {
        "account": account_frame(
            ["kept", "gone", "given", "bare"],
            started_on=[days("2024-01-01"), days("2024-02-01"), days("2024-03-01"), None],
            churned_on=[None, days("2025-06-01"), days("2025-07-01"), None],
            arr=[10, 20, 30, 40],
        ),
        "contract": contract_frame({"account": "given", "starts_on": days("2024-03-01"), "arr": 5}),
    }
    publish_frames(tmp_path, frames)
    sql = "select account, starts_on, cancelled_on, arr::int, is_derived from contract order by account"
    assert read(tmp_path, sql) == [
        ("given", date(2024, 3, 1), None, 5, None),
        ("gone", date(2024, 2, 1), date(2025, 6, 1), 20, True),
        ("kept", date(2024, 1, 1), None, 10, True),
    ]
    publish_frames(tmp_path, {"contract": contract_frame({"contract": "real", "account": "kept", "arr": 11})})
    assert read(tmp_path, "select arr::int from contract where account = 'kept'") == [(11,)]


def test_the_last_day_is_the_newest_record_that_is_not_after_the_import(tmp_path):
    frames = {
        "account": account_frame("ab", started_on=[days("2024-01-01"), days("2030-01-01")]),
        "contract": contract_frame({"starts_on": days("2024-01-01"), "ends_on": days("2026-10-30"),
                                    "cancelled_on": days("2026-09-30")}),
    }  # fmt: skip
    assert publish_frames(tmp_path, frames).as_of == date(2026, 9, 30)  # ends_on is a plan, 2030 has not come
    event = pd.DataFrame({"occurred_at": [datetime(2026, 10, 5), datetime(2027, 1, 1)], "account": "a", "person": "p"})
    assert publish_frames(tmp_path, {"event": event}).as_of == date(2026, 10, 5)


def test_the_last_day_does_not_depend_on_the_road_that_led_to_the_same_batches(tmp_path):
    account = {"account": account_frame("a", started_on=days("2024-01-01"), churned_on=days("2026-11-20"))}
    event = {"event": pd.DataFrame({"occurred_at": [datetime(2026, 10, 5)], "account": "a", "person": "p"})}
    publish_frames(tmp_path, account, received=datetime(2026, 11, 1))
    straight = publish_frames(tmp_path, event, received=datetime(2026, 12, 1))
    publish_frames(tmp_path, {"account": account_frame("b")}, received=datetime(2026, 12, 2))
    by_undo = publish.undo(tmp_path, "000003", who="anna", now=NOW)
    assert straight.batches == by_undo.batches
    assert straight.last_day == by_undo.last_day


def test_without_dates_the_data_is_as_of_the_day_its_newest_batch_arrived(tmp_path):
    manifest = publish_frames(tmp_path, {"account": account_frame("a", churned=True)}, received=datetime(2026, 5, 4, 9))
    assert manifest.as_of is None
    assert manifest.received_on == date(2026, 5, 4)


def test_events_may_lack_columns_and_a_feature_may_stop_being_a_system_one(tmp_path):
    event = pd.DataFrame({"occurred_at": [datetime(2026, 10, 5)], "account": "a", "person": "p", "feature": "sync"})
    publish_frames(
        tmp_path, {"account": account_frame("a"), "event": event, "feature": pd.DataFrame({"feature": ["x"]})}
    )
    people = "select n_active_people, n_events_system from usage_week"
    assert read(tmp_path, people) == [(1, 0)]
    publish_frames(tmp_path, {"feature": pd.DataFrame({"feature": ["sync"], "is_system": [True]})})
    assert read(tmp_path, people) == [(0, 1)]
    publish_frames(tmp_path, {"feature": pd.DataFrame({"feature": ["sync"], "is_system": [False]})})
    assert read(tmp_path, people) == [(1, 0)]


def test_an_event_without_a_person_is_the_accounts_traffic_alone(tmp_path):
    bare = pd.DataFrame({"occurred_at": [datetime(2026, 10, 5)] * 2, "account": "a"})
    publish_frames(tmp_path, {"account": account_frame("a"), "event": bare})
    assert read(tmp_path, "select n_active_people, n_active_days, n_events, n_events_system from usage_week") == [
        (0, 0, 0, 2)
    ]


def test_a_file_that_did_not_change_is_linked_and_not_built_again(tmp_path):
    event = pd.DataFrame({"occurred_at": [datetime(2026, 10, 5)], "account": "a", "person": "p"})
    publish_frames(tmp_path, {"account": account_frame("a"), "event": event})
    publish_frames(tmp_path, {"account": account_frame("b")})
    publish_frames(tmp_path, {"event": event})
    node = {
        (number, name): (tmp_path / "snapshots" / number / f"{name}.duckdb").stat().st_ino
        for number in ("000001", "000002", "000003")
        for name in ("core", "usage")
    }
    assert node["000001", "usage"] == node["000002", "usage"] != node["000003", "usage"]
    assert node["000001", "core"] != node["000002", "core"] == node["000003", "core"]


def test_the_last_ten_snapshots_stay_behind_the_current_one(tmp_path):
    publish_frames(tmp_path, {"account": account_frame("a")})
    opened = open_store(tmp_path)
    shape = (tmp_path / "snapshots" / "000001").iterdir()
    files = {path.name: path.read_bytes() for path in shape}
    for number in range(2, 14):  # what a sweep sees: folders, oldest first
        (tmp_path / "snapshots" / f"{number:06d}").mkdir()
        for name, content in files.items():
            (tmp_path / "snapshots" / f"{number:06d}" / name).write_bytes(content)
    (tmp_path / "snapshots" / "000013" / "manifest.json").write_bytes(
        files["manifest.json"].replace(b'"snapshot": "000001"', b'"snapshot": "000013"')
    )
    (tmp_path / "current").write_text("000013")
    publish_frames(tmp_path, {"account": account_frame("b")})
    kept = sorted(path.name for path in (tmp_path / "snapshots").iterdir())
    assert kept == [f"{number:06d}" for number in range(4, 15)]
    with opened.ask(YEAR) as con:  # its file has lost its name, not its content
        assert con.execute("select account from book").fetchall() == [("a",)]


# --- two processes, really ------------------------------------------------------------------------------------------


def generation(number: int) -> dict[str, pd.DataFrame]:
    """Accounts whose number, sum and contracts belong together, and only together."""
    accounts = [f"g{number}-{i}" for i in range(number * 3)]
    return {
        "account": account_frame(accounts, employees=number, region=f"r{number}"),
        "contract": contract_frame(*[{"contract": a, "account": a, "arr": number} for a in accounts]),
    }


def check_whole(store: Path) -> int:
    """The generation of the current snapshot; fails where its parts are of different ones."""
    snapshot = open_store(store)
    with snapshot.ask(YEAR) as con:
        n, low, high, regions = con.execute(
            "select count(*), min(employees), max(employees), list(distinct region::varchar) from book"
        ).fetchone()
        n_contracts, arr = con.execute("select count(*), sum(arr)::int from core.contract").fetchone()
    number = low
    assert (n, high, regions, n_contracts, arr) == (number * 3, number, [f"r{number}"], number * 3, number * number * 3)
    assert snapshot.manifest.n_rows["account"] == n
    return number


def publish_generation(store: Path, number: int) -> None:
    publish_frames(store, generation(number), replaces=True, who=f"writer {number}")


def write_generations(store: Path, n: int) -> None:
    for number in range(1, n + 1):
        publish_generation(store, number)


def read_generations(store: Path, last: int, seen: Path) -> None:
    numbers = []
    while not numbers or numbers[-1] < last:
        numbers.append(check_whole(store))
    seen.write_text(json.dumps(numbers))


def test_every_read_sees_a_whole_snapshot_while_another_process_publishes_twenty(tmp_path):
    store = tmp_path / "store"
    publish_generation(store, 1)
    reader = fork.Process(target=read_generations, args=(store, 20, tmp_path / "seen.json"))
    writer = fork.Process(target=write_generations, args=(store, 20))
    reader.start()
    writer.start()
    writer.join(60)
    reader.join(20)
    assert (writer.exitcode, reader.exitcode) == (0, 0)
    seen = json.loads((tmp_path / "seen.json").read_text())
    assert seen[-1] == 20
    assert len(set(seen)) >= 5, "the reader saw too few generations to have raced the writer"


def junk(store: Path) -> list[str]:
    """What lies in a store that no reader and no writer needs."""
    known = {"current", "lock", "incoming", "batches", "snapshots"}
    found = [path.name for path in store.iterdir() if path.name not in known]
    found += [path.name for path in (store / "incoming").iterdir()]
    return found + [path.name for path in (store / "snapshots").iterdir() if path.name.startswith(".")]


def kill_at(step: int, store: Path, number: int, count_in: Path | None) -> None:
    """Publish, but die by SIGKILL instead of making the `step`-th change to the disk."""
    steps = 0

    def dying(real):
        def call(*args, **kwargs):
            nonlocal steps
            steps += 1
            if steps == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **kwargs)

        return call

    for name in ("rename", "replace", "link", "fsync", "mkdir", "unlink"):
        setattr(os, name, dying(getattr(os, name)))
    shutil.rmtree = dying(shutil.rmtree)
    duckdb.connect = dying(duckdb.connect)
    publish_generation(store, number)
    if count_in:
        count_in.write_text(str(steps))


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_writer_killed_at_any_step_leaves_a_whole_snapshot_and_no_junk_for_long(tmp_path, every):
    store, count = tmp_path / "store", tmp_path / "count"
    publish_generation(store, 1)
    process = fork.Process(target=kill_at, args=(0, store, 2, count))
    process.start()
    process.join(30)
    n_steps, number, flips = int(count.read_text()), 2, set()
    assert n_steps > 20
    around_the_flip = range(n_steps, n_steps - 16, -2)
    for step in range(n_steps, 0, -1) if every else [*around_the_flip, *range(n_steps - 16, 0, -9)]:
        process = fork.Process(target=kill_at, args=(step, store, number + 1, None))
        process.start()
        process.join(30)
        assert process.exitcode == -signal.SIGKILL
        found = check_whole(store)
        assert found in (number, number + 1)
        flips.add(found - number)
        if step % 2 == 1:
            publish_generation(store, found + 2)
            assert junk(store) == []
        number = check_whole(store)
    assert flips == {0, 1}, "the steps did not reach from before the flip to after it"


@pytest.mark.parametrize("kills", [4, pytest.param(60, marks=pytest.mark.slow)])
def test_a_writer_killed_at_any_moment_leaves_a_whole_snapshot(tmp_path, kills):
    store, chance = tmp_path / "store", random.Random(7)
    publish_generation(store, 1)
    number = 1
    for _ in range(kills):
        process = fork.Process(target=write_two, args=(store, number))
        process.start()
        time.sleep(chance.uniform(0.05, 0.9))
        process.kill()
        process.join(30)
        found = check_whole(store)
        assert number <= found <= number + 2
        number = found
    publish_generation(store, number + 1)
    assert check_whole(store) == number + 1
    assert junk(store) == []


def write_two(store: Path, number: int) -> None:
    publish_generation(store, number + 1)
    publish_generation(store, number + 2)


def hold(store: Path, holding: Path, may_go: Path) -> None:
    with folder.writing(store, who="berta", now=datetime(2026, 11, 1, 7, 30), wait_seconds=5):
        holding.touch()
        wait_for(may_go)


def wait_for(path: Path) -> None:
    until = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < until, f"{path.name} did not come"
        time.sleep(0.01)


@pytest.fixture
def held(tmp_path):
    """A store whose lock another process holds: (store, the process, a file that lets it go)."""
    store = tmp_path / "store"
    publish_frames(store, {"account": account_frame("a")})
    holding, may_go = tmp_path / "holding", tmp_path / "may_go"  # a killed process would take an Event's lock with it
    process = fork.Process(target=hold, args=(store, holding, may_go))
    process.start()
    wait_for(holding)
    yield store, process, may_go
    may_go.touch()
    process.join(30)


def test_a_writer_that_cannot_wait_is_told_who_holds_the_store(held):
    store, process, _ = held
    with pytest.raises(Busy, match=rf"berta \(process {process.pid}, since 2026-11-01T07:30:00 UTC\)"):
        publish_frames(store, {"account": account_frame("b")}, wait_seconds=0)
    assert read(store, "select account from account") == [("a",)]
    assert list((store / "incoming").iterdir()) == []


def test_readers_never_wait_for_a_writer(held):
    began = time.monotonic()
    assert read(held[0], "select account from account") == [("a",)]
    assert time.monotonic() - began < 2


def test_a_writer_that_can_wait_gets_its_turn(held):
    store, _, may_go = held
    threading.Timer(0.3, may_go.touch).start()
    publish_frames(store, {"account": account_frame("b")}, wait_seconds=20)
    assert read(store, "select account from account order by 1") == [("a",), ("b",)]


def test_the_lock_of_a_killed_writer_is_free(held):
    store, process, _ = held
    os.kill(process.pid, signal.SIGKILL)
    process.join(30)
    publish_frames(store, {"account": account_frame("b")}, wait_seconds=0)
    assert junk(store) == []


def publish_one(store: Path, account: str) -> None:
    publish_frames(store, {"account": account_frame([account])})


def test_batches_of_writers_at_the_same_time_are_all_there(tmp_path):
    writers = [fork.Process(target=publish_one, args=(tmp_path, name)) for name in ("a", "b", "c")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    assert read(tmp_path, "select account from account order by 1") == [("a",), ("b",), ("c",)]
    manifest = folder.read_manifest(folder.require_current(tmp_path))
    assert [batch.batch for batch in manifest.batches] == ["000001", "000002", "000003"]


def import_nightly(store: Path, drafted: Path) -> None:
    """The shell's import: it waits for a draft to be open in the app, then publishes."""
    wait_for(drafted)
    publish_frames(store, {"account": account_frame(["night"])}, who="the nightly import")


def publish_drafted(store: Path, drafted: Path) -> None:
    """The app's import: draft, let the other process in, then publish what was drafted."""
    batch = Batch("", "app.csv", "h", ("account",), "berta", NOW.isoformat())
    with folder.staging(store) as staged:
        parquet.write_table(as_arrow("account", account_frame(["app"])), staged / "account.parquet")
        with draft(store, staged, batch, now=NOW) as made:
            drafted.touch()
            until = time.monotonic() + 30
            while not made.is_stale:
                assert time.monotonic() < until, "the other writer did not come"
                time.sleep(0.01)
            publish.publish(store, staged, batch, now=NOW, drafted=made)


def test_an_import_between_a_dry_run_and_its_publishing_is_not_lost(tmp_path):
    store, drafted = tmp_path / "store", tmp_path / "drafted"
    publish_frames(store, {"account": account_frame("a")})
    writers = [
        fork.Process(target=import_nightly, args=(store, drafted)),
        fork.Process(target=publish_drafted, args=(store, drafted)),
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert read(store, "select account from account order by 1") == [("a",), ("app",), ("night",)]
    assert junk(store) == []


def draft_and_hang(store: Path, drafted: Path) -> None:
    batch = Batch("", "app.csv", "h", ("account",), "berta", NOW.isoformat())
    with folder.staging(store) as staged:
        parquet.write_table(as_arrow("account", account_frame(["app"])), staged / "account.parquet")
        with draft(store, staged, batch, now=NOW):
            drafted.touch()
            time.sleep(60)


def test_a_dry_run_that_is_killed_leaves_nothing_after_the_next_import(tmp_path):
    store, drafted = tmp_path / "store", tmp_path / "drafted"
    publish_frames(store, {"account": account_frame("a")})
    process = fork.Process(target=draft_and_hang, args=(store, drafted))
    process.start()
    wait_for(drafted)
    process.kill()
    process.join(30)
    assert len(list((store / "incoming").iterdir())) == 2  # what it had staged, and its draft
    assert read(store, "select account from account") == [("a",)]
    publish_frames(store, {"account": account_frame("b")}, wait_seconds=0)
    assert junk(store) == []


def test_what_is_being_prepared_is_for_its_own_user_and_a_batch_for_all_who_read_the_store(tmp_path):
    with folder.staging(tmp_path) as staged:
        assert staged.parent.stat().st_mode & 0o777 == 0o700 and staged.parent.parent == tmp_path / "incoming"
    publish_frames(tmp_path, {"account": account_frame("a")})
    assert (tmp_path / "batches" / "000001").stat().st_mode & 0o055
    for name in ("0-preparing-x", "99999999-dead", f"{os.getpid()}-alive", "odd-name"):
        (tmp_path / "incoming" / name).mkdir()
    folder.sweep_incoming(tmp_path)
    assert [each.name for each in (tmp_path / "incoming").iterdir()] == [f"{os.getpid()}-alive"]


def test_writers_in_threads_of_one_process_take_turns_too(tmp_path):
    threads = [threading.Thread(target=publish_one, args=(tmp_path, name)) for name in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert read(tmp_path, "select account from account order by 1") == [("a",), ("b",), ("c",)]


# --- an opened snapshot ---------------------------------------------------------------------------------------------


def test_an_opened_snapshot_keeps_its_data_and_opening_again_sees_the_new(tmp_path):
    publish_generation(tmp_path, 2)
    old = open_store(tmp_path)
    publish_generation(tmp_path, 3)
    new = open_store(tmp_path)
    for snapshot, n in ((old, 6), (new, 9)):
        with snapshot.ask(YEAR) as con:
            assert con.execute("select count(*) from book").fetchone() == (n,)
    assert old.version != new.version


def test_threads_on_one_snapshot_never_get_each_others_rows(tmp_path):
    world = open_world(tmp_path, {"account": account_frame([str(i) for i in range(300)], region=["N", "S", "W"] * 100)})
    right, wrong = [], []

    def questions(thread: int) -> None:
        for turn in range(100):
            region = "NSW"[(thread + turn) % 3]
            with world.ask(YEAR.where("region", [region])) as con:
                row = con.execute(
                    "select ?, count(*), min(region::varchar) from book", [thread * 1000 + turn]
                ).fetchone()
            (right if row == (thread * 1000 + turn, 100, region) else wrong).append(row)

    threads = [threading.Thread(target=questions, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert wrong == []
    assert len(right) == 800, "a thread died of an error"


def test_a_store_without_data_says_how_to_get_some(tmp_path):
    with pytest.raises(Refused, match=r"no data in .*python -m lib import"):
        open_store(tmp_path / "nothing")
