"""How a batch comes in: update, insert, replace; events that come twice; the same file again; what was before a change."""

from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pyarrow.parquet as parquet
import pytest

from lib.book import Book
from lib.errors import Refused
from lib.facts import open_store
from lib.store import folder, publish
from lib.store.folder import Batch, Manifest
from lib.store.sources import already_in, hash_of
from tests.worldlets import NOW, YEAR, account_frame, as_arrow, ask, contract_frame, days


def bring(
    store: Path, frames: dict[str, pd.DataFrame], mode: str = "update", received: datetime = NOW, **about
) -> Manifest:
    batch = Batch(
        "", "frames", about.pop("file_hash", ""), tuple(frames), "anna", received.isoformat(), mode=mode, **about
    )
    with folder.staging(store) as staged:
        for table, frame in frames.items():
            parquet.write_table(as_arrow(table, frame), staged / f"{table}.parquet")
        return publish.publish(store, staged, batch, now=received)


def read(store: Path, sql: str) -> list[tuple]:
    with open_store(store).ask(YEAR) as con:
        return con.execute(sql).fetchall()


# --- modes ----------------------------------------------------------------------------------------------------------

CSM = "select account, csm::varchar from account order by account"


def three_batches(store: Path) -> None:
    """1: a, b by Ann; 2, inserting: b, c by Bob; 3: c by Cleo."""
    bring(store, {"account": account_frame("ab", csm="Ann")})
    bring(store, {"account": account_frame("bc", csm="Bob")}, mode="insert")
    bring(store, {"account": account_frame("c", csm="Cleo")})


def test_inserting_adds_new_keys_and_leaves_known_ones_as_they_are(tmp_path):
    three_batches(tmp_path)
    assert read(tmp_path, CSM) == [("a", "Ann"), ("b", "Ann"), ("c", "Cleo")]


@pytest.mark.parametrize(
    ("undone", "left"),
    [("000001", [("b", "Bob"), ("c", "Cleo")]), ("000002", [("a", "Ann"), ("b", "Ann"), ("c", "Cleo")]),
     ("000003", [("a", "Ann"), ("b", "Ann"), ("c", "Bob")])],
)  # fmt: skip
def test_inserting_sees_what_is_known_at_its_place_whatever_was_undone(tmp_path, undone, left):
    three_batches(tmp_path)
    publish.undo(tmp_path, undone, who="anna", now=NOW)
    assert read(tmp_path, CSM) == left


def test_a_column_that_only_an_inserting_file_has_stays_empty_for_known_keys(tmp_path):
    bring(tmp_path, {"account": account_frame("a", csm="Ann")})
    bring(tmp_path, {"account": account_frame("ab", region="N")}, mode="insert")
    assert read(tmp_path, "select account, csm::varchar, region::varchar from account order by account") == [
        ("a", "Ann", None), ("b", None, "N"),
    ]  # fmt: skip


def test_a_setting_of_the_whole_account_is_known_though_its_person_is_empty(tmp_path):
    first = pd.DataFrame({"account": ["a"], "person": [None], "setting": ["sso"], "value": ["on"]})
    second = pd.DataFrame(
        {"account": ["a", "a"], "person": [None, "p"], "setting": ["sso", "sso"], "value": ["off", "off"]}
    )
    bring(tmp_path, {"account": account_frame("a"), "setting": first})
    bring(tmp_path, {"setting": second}, mode="insert")
    assert read(tmp_path, "select person, value from setting order by 1 nulls first") == [(None, "on"), ("p", "off")]
    bring(tmp_path, {"setting": second})
    assert read(tmp_path, "select person, value from setting order by 1 nulls first") == [(None, "off"), ("p", "off")]


def test_replacing_hides_inserts_and_updates_before_it_and_none_after(tmp_path):
    three_batches(tmp_path)
    bring(tmp_path, {"account": account_frame("c", csm="Dan")}, mode="replace")
    bring(tmp_path, {"account": account_frame("cd", csm="Eve")}, mode="insert")
    assert read(tmp_path, CSM) == [("c", "Dan"), ("d", "Eve")]
    publish.undo(tmp_path, "000004", who="anna", now=NOW)
    assert read(tmp_path, CSM) == [("a", "Ann"), ("b", "Ann"), ("c", "Cleo"), ("d", "Eve")]


def test_an_unknown_mode_is_refused():
    with pytest.raises(Refused, match="'upsert' is no way to bring rows in; it can be update, insert, replace"):
        Batch("", "x", "", ("account",), "anna", NOW.isoformat(), mode="upsert")


# --- events ---------------------------------------------------------------------------------------------------------

EVENTS = "select coalesce(sum(n_events + n_events_system), 0)::int, coalesce(sum(quantity), 0) from usage_week"


def event_frame(*rows: tuple, ids: list | None = None) -> pd.DataFrame:
    """Rows of (day of October 2026, account, person, quantity)."""
    frame = pd.DataFrame(
        {
            "occurred_at": [datetime(2026, 10, day) for day, *_ in rows],
            "account": [row[1] for row in rows],
            "person": [row[2] for row in rows],
            "quantity": [float(row[3]) for row in rows],
        }
    )
    return frame.assign(event=ids) if ids else frame


def test_events_of_two_files_that_overlap_count_once(tmp_path):
    bring(
        tmp_path,
        {"account": account_frame("ab"), "event": event_frame((1, "a", "p", 1), (5, "a", "p", 2), (6, "b", None, 3))},
    )
    assert read(tmp_path, EVENTS) == [(3, 3.0)]  # the one without a person is traffic: no quantity of anybody
    manifest = bring(tmp_path, {"event": event_frame((5, "a", "p", 2), (6, "b", None, 3), (7, "a", "p", 4))})
    assert read(tmp_path, EVENTS) == [(4, 7.0)]
    assert (manifest.n_rows["event"], manifest.n_merged) == (4, {"event": 2})


def test_a_column_that_differs_makes_another_event(tmp_path):
    bring(tmp_path, {"account": account_frame("a"), "event": event_frame((5, "a", "p", 2))})
    manifest = bring(tmp_path, {"event": event_frame((5, "a", "p", 3), (5, "a", "q", 2), (5, "b", "p", 2))})
    assert (manifest.n_rows["event"], manifest.n_merged) == (4, {"event": 0})


def test_rows_that_one_file_kept_twice_stay_two_and_are_known_to_the_next(tmp_path):
    twice = event_frame((5, "a", "p", 2), (5, "a", "p", 2))
    bring(tmp_path, {"account": account_frame("a"), "event": twice})
    manifest = bring(tmp_path, {"event": twice})
    assert (manifest.n_rows["event"], manifest.n_merged) == (2, {"event": 2})


@pytest.mark.parametrize(("mode", "quantity"), [("update", 9.0), ("insert", 2.0)])
def test_an_event_with_an_id_is_the_same_event_in_its_week_whatever_else_it_says(tmp_path, mode, quantity):
    """Monday 5 and Sunday 11 October are one week."""
    bring(tmp_path, {"account": account_frame("ab"), "event": event_frame((5, "a", "p", 2), ids=["e1"])})
    manifest = bring(
        tmp_path, {"event": event_frame((11, "b", "q", 9), (11, "a", "p", 0), ids=["e1", "e2"])}, mode=mode
    )
    assert read(tmp_path, EVENTS) == [(2, quantity)]
    assert manifest.n_merged == {"event": 1}


def test_an_id_that_comes_again_in_another_week_is_another_event(tmp_path):
    """Sunday 11 and Monday 12 October."""
    bring(tmp_path, {"account": account_frame("a"), "event": event_frame((11, "a", "p", 2), ids=["e1"])})
    manifest = bring(tmp_path, {"event": event_frame((12, "a", "p", 9), ids=["e1"])})
    assert read(tmp_path, EVENTS) == [(2, 11.0)]
    assert (manifest.n_rows["event"], manifest.n_merged) == (2, {"event": 0})


def test_events_before_within_and_after_the_shared_days_of_many_files_are_all_counted_once(tmp_path):
    """Six files of ten days, each beginning five days after the one before: days 1 to 31, two accounts a day."""
    start = {"account": account_frame("ab")}
    for number, first in enumerate((1, 6, 11, 16, 21, 26)):
        rows = [(day, account, "p", 1) for day in range(first, min(first + 10, 32)) for account in "ab"]
        manifest = bring(tmp_path, ({} if number else start) | {"event": event_frame(*rows)})
    assert read(tmp_path, EVENTS) == [(62, 62.0)]
    assert manifest.n_merged == {"event": (5 * 10 + 6 - 31) * 2}
    manifest = publish.undo(tmp_path, "000003", who="anna", now=NOW)  # days 11 to 20 are in the files beside it
    assert read(tmp_path, EVENTS) == [(62, 62.0)]
    assert manifest.n_merged == {"event": (4 * 10 + 6 - 31) * 2}


def test_replacing_events_leaves_nothing_to_merge(tmp_path):
    bring(tmp_path, {"account": account_frame("a"), "event": event_frame((5, "a", "p", 2), (6, "a", "p", 2))})
    manifest = bring(tmp_path, {"event": event_frame((5, "a", "p", 2))}, mode="replace")
    assert (manifest.n_rows["event"], manifest.n_merged) == (1, {"event": 0})


# --- the same file again --------------------------------------------------------------------------------------------


def test_the_very_file_is_in_until_something_changed_what_it_said(tmp_path):
    table = ("account",)
    one = bring(tmp_path, {"account": account_frame("a", csm="Ann")}, file_hash="h1")
    assert already_in(one, "h1", table).batch == "000001"
    assert already_in(one, "h2", table) is None
    assert already_in(one, "h1", ("person",)) is None
    assert already_in(None, "h1", table) is None
    two = bring(tmp_path, {"account": account_frame("a", csm="Bob")}, file_hash="h2")
    assert already_in(two, "h1", table) is None  # bringing it again would bring Ann back
    assert already_in(two, "h1", table, mode="insert").batch == "000001"
    assert already_in(two, "h2", table).batch == "000002"
    assert already_in(two, "h2", table, mode="replace") is None  # the first would go
    undone = publish.undo(tmp_path, "000002", who="anna", now=NOW)
    assert already_in(undone, "h2", table) is None
    assert already_in(undone, "h1", table).batch == "000001"
    replaced = bring(tmp_path, {"account": account_frame("z")}, mode="replace", file_hash="h3")
    assert already_in(replaced, "h1", table, mode="insert") is None
    assert already_in(replaced, "h3", table, mode="replace").batch == "000003"


def test_a_file_of_events_is_in_whatever_came_after_it(tmp_path):
    bring(tmp_path, {"event": event_frame((5, "a", "p", 2))}, file_hash="e1")
    manifest = bring(tmp_path, {"event": event_frame((6, "a", "p", 2))}, file_hash="e2")
    assert already_in(manifest, "e1", ("event",)).batch == "000001"


def heading_frame(header: str, field: str) -> pd.DataFrame:
    return pd.DataFrame({"header": [header], "field": [field]})


def test_a_file_of_another_table_hides_neither_a_file_nor_its_headings(tmp_path):
    accounts = {"account": account_frame("a", csm="Ann"), "heading": heading_frame("Owner", "csm")}
    contracts = {"contract": contract_frame({"account": "a"}), "heading": heading_frame("Deal", "contract")}
    bring(tmp_path, accounts, file_hash="h1")
    manifest = bring(tmp_path, contracts, mode="replace", file_hash="h2")
    assert already_in(manifest, "h1", tuple(accounts), mode="replace").batch == "000001"
    assert [each.also_called for each in open_store(tmp_path).dimensions] == [("Owner",)]
    bring(tmp_path, accounts | {"heading": heading_frame("Manager", "csm")}, mode="replace")
    assert [each.also_called for each in open_store(tmp_path).dimensions] == [("Manager",)]


def test_an_inserting_file_that_left_known_rows_alone_is_not_in_as_an_update(tmp_path):
    bring(tmp_path, {"account": account_frame("a", csm="Ann")}, file_hash="h1")
    manifest = bring(tmp_path, {"account": account_frame("a", csm="Bob")}, mode="insert", file_hash="h2")
    assert already_in(manifest, "h2", ("account",)) is None
    assert already_in(manifest, "h2", ("account",), mode="insert").batch == "000002"


def test_the_same_content_read_in_another_way_is_not_the_same(tmp_path):
    read_so = {"name": "a.csv", "hash": "h1", "table": "account", "n_read": 1, "mapping": {"Owner": "csm"}}
    manifest = bring(tmp_path, {"account": account_frame("a")}, file_hash="h1", files=(read_so,))
    assert folder.read_manifest(folder.require_current(tmp_path)).batches[0].files == (read_so,)
    assert already_in(manifest, "h1", ("account",), files=[read_so | {"name": "b.csv"}]).batch == "000001"
    assert already_in(manifest, "h1", ("account",), files=[read_so | {"mapping": {"Owner": "name"}}]) is None


def test_the_hash_of_several_files_does_not_depend_on_their_order():
    a, b = {"name": "a.csv", "hash": "1"}, {"name": "b.csv", "hash": "2"}
    assert hash_of([a]) == "1"
    assert hash_of([a, b]) == hash_of([b, a]) != hash_of([a, b | {"hash": "3"}])


# --- what was before ------------------------------------------------------------------------------------------------

HISTORY = "select account, field, from_on, until_on, value from account_history order by 1, 2, 3"
SINCE = date(1900, 1, 1)


def told(store: Path, *said: tuple[int, str | None]) -> None:
    """Batches of account `a`, each received on that day of January 2026, with that csm; `b` always is Zoe's."""
    for day, csm in said:
        bring(store, {"account": account_frame("ab", csm=[csm, "Zoe"])}, received=datetime(2026, 1, day, 9))


def test_what_a_later_file_changed_held_until_the_day_it_was_received(tmp_path):
    told(tmp_path, (5, "Ann"), (9, "Bob"), (12, "Bob"), (20, None))
    assert read(tmp_path, HISTORY) == [
        ("a", "csm", SINCE, date(2026, 1, 9), "Ann"),
        ("a", "csm", date(2026, 1, 9), date(2026, 1, 20), "Bob"),
        ("a", "csm", date(2026, 1, 20), None, None),
    ]
    publish.undo(tmp_path, "000002", who="anna", now=NOW)
    assert [row[2:] for row in read(tmp_path, HISTORY)] == [
        (SINCE, date(2026, 1, 12), "Ann"), (date(2026, 1, 12), date(2026, 1, 20), "Bob"), (date(2026, 1, 20), None, None),
    ]  # fmt: skip
    publish.undo(tmp_path, "000004", who="anna", now=NOW)
    publish.undo(tmp_path, "000003", who="anna", now=NOW)
    assert read(tmp_path, HISTORY) == []


def test_of_batches_received_on_one_day_the_later_wins(tmp_path):
    told(tmp_path, (5, "Ann"), (9, "Bob"), (9, "Cleo"), (12, "Dan"), (12, "Cleo"))
    assert [row[2:] for row in read(tmp_path, HISTORY)] == [
        (SINCE, date(2026, 1, 9), "Ann"),
        (date(2026, 1, 9), None, "Cleo"),
    ]


def test_what_was_corrected_on_its_first_day_has_no_history(tmp_path):
    told(tmp_path, (5, "Ann"), (5, "Bob"))
    assert read(tmp_path, HISTORY) == []


def test_another_spelling_is_no_change(tmp_path):
    told(tmp_path, (5, "Ann"), (9, " ANN "), (12, "ann"))
    assert read(tmp_path, HISTORY) == []
    told(tmp_path, (15, "Bob"))
    assert [row[2:4] for row in read(tmp_path, HISTORY)] == [(SINCE, date(2026, 1, 15)), (date(2026, 1, 15), None)]


def test_every_category_has_history_and_numbers_names_and_columns_that_did_not_come_have_none(tmp_path):
    n = [f"a{number}" for number in range(40)]
    shade = ["red", "blue"] * 20
    first = account_frame(n, region="N", plan="S", Shade=shade, name=n, employees=list(range(40)))
    second = account_frame(n[:1], region="S", Shade="green", name="other", employees=7, tier="gold")
    bring(tmp_path, {"account": first}, received=datetime(2026, 1, 5))
    bring(tmp_path, {"account": second}, received=datetime(2026, 1, 9))
    nine = date(2026, 1, 9)
    assert read(tmp_path, HISTORY) == [
        ("a0", "Shade", SINCE, nine, "red"), ("a0", "Shade", nine, None, "green"),
        ("a0", "region", SINCE, nine, "N"), ("a0", "region", nine, None, "S"),
    ]  # fmt: skip
    assert [each.name for each in open_store(tmp_path).dimensions if each.has_history] == ["region", "Shade"]


def test_rows_of_a_history_file_win_for_their_account_and_field(tmp_path):
    given = pd.DataFrame({"account": ["a"], "field": ["CSM"], "from_on": [date(2025, 1, 1)], "until_on": [date(2025, 6, 1)],
                          "value": ["Zoe"]})  # fmt: skip
    bring(
        tmp_path,
        {"account": account_frame("ab", csm="Ann", region="N"), "account_history": given},
        received=datetime(2026, 1, 5),
    )
    bring(tmp_path, {"account": account_frame("ab", csm="Bob", region="S")}, received=datetime(2026, 1, 9))
    assert [row[:2] for row in read(tmp_path, HISTORY)] == [
        ("a", "CSM"), ("a", "region"), ("a", "region"), ("b", "csm"), ("b", "csm"), ("b", "region"), ("b", "region"),
    ]  # fmt: skip


def test_inserting_and_replacing_make_no_history(tmp_path):
    told(tmp_path, (5, "Ann"))
    bring(tmp_path, {"account": account_frame("a", csm="Bob")}, mode="insert", received=datetime(2026, 1, 9))
    assert read(tmp_path, HISTORY) == []
    bring(tmp_path, {"account": account_frame("a", csm="Bob")}, mode="replace", received=datetime(2026, 1, 12))
    assert read(tmp_path, HISTORY) == []


def dated(store: Path, last_day: str, received: datetime, csm: str, more: dict | None = None) -> Manifest:
    contracts = contract_frame(
        {"account": "a", "starts_on": days("2023-01-01"), "arr": 100},
        {"account": "b", "starts_on": days("2023-01-01"), "arr": 100, "cancelled_on": days(last_day)},
    )
    frames = {"account": account_frame("ab", csm=csm), "contract": contracts} | (more or {})
    return bring(store, frames, received=received)


def test_no_change_is_dated_after_the_last_day_the_data_knows(tmp_path):
    """Data to 10 October, imported in November: who looks at it as of 10 October sees what the newest file says."""
    dated(tmp_path, "2026-10-10", datetime(2026, 11, 1), "Ann")
    manifest = dated(tmp_path, "2026-10-10", datetime(2026, 11, 20), "Bob")
    assert manifest.as_of == date(2026, 10, 10)  # that an import changed a value is no day of the data
    assert [row[2:] for row in read(tmp_path, HISTORY)][:2] == [
        (SINCE, date(2026, 10, 10), "Ann"),
        (date(2026, 10, 10), None, "Bob"),
    ]
    book = Book(date(2025, 10, 11), date(2026, 10, 11), date(2026, 10, 10)).where("csm", ["Bob"])
    with open_store(tmp_path).ask(book) as con:
        assert con.execute("select count(*) from book").fetchone() == (2,)


def test_the_last_day_of_use_dates_a_change_too_and_a_later_night_moves_it(tmp_path):
    one = {"event": event_frame((11, "a", "p", 1))}
    dated(tmp_path, "2026-10-10", datetime(2026, 10, 11), "Ann", one)
    dated(tmp_path, "2026-10-10", datetime(2026, 10, 25), "Bob")
    assert [row[2:4] for row in read(tmp_path, HISTORY)][:1] == [(SINCE, date(2026, 10, 11))]
    for day in (20, 30, 31):
        bring(tmp_path, {"event": event_frame((day, "a", "p", 1))}, received=datetime(2026, 11, day - 10))
        assert read(tmp_path, HISTORY)[0][3] == date(2026, 10, min(day, 25))
    files = [tmp_path / "snapshots" / f"{number:06d}" / "core.duckdb" for number in (3, 4, 5)]
    nodes = [file.stat().st_ino for file in files]
    assert nodes[0] != nodes[1] == nodes[2]  # once its day is past, a night of events leaves it alone


def test_figures_of_an_earlier_period_keep_the_value_that_held_then(tmp_path):
    """Account b, lost in March, was Ann's when the year opened; Bob took over in June and is not blamed."""
    dated(tmp_path, "2026-03-01", datetime(2026, 3, 5), "Ann")
    more = {"milestone": pd.DataFrame({"account": ["a"], "stage": ["x"], "reached_on": [days("2026-10-31")]})}
    dated(tmp_path, "2026-03-01", datetime(2026, 6, 1), "Bob", more)
    table = ask(open_store(tmp_path), "breakdown", by=["csm"]).table
    assert [(row["segment"], row["n"], row["n_lost"]) for _, row in table.iterrows()] == [({"csm": "Ann"}, 2, 1)]
    july = Book(date(2026, 7, 1), date(2026, 11, 1), date(2026, 11, 1))
    table = ask(open_store(tmp_path), "breakdown", july, by=["csm"]).table
    assert [(row["segment"], row["n"], row["n_lost"]) for _, row in table.iterrows()] == [({"csm": "Bob"}, 1, 0)]
