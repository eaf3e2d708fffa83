"""A dry run: what would be added, changed and gone, what it does to the figures, and that publishing gives just that."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow.parquet as parquet
import pytest

from lib.facts import open_store, scripts
from lib.measures.impact import COLUMNS as FIGURE_COLUMNS
from lib.measures.impact import FIGURES, impact
from lib.store import folder, publish
from lib.store.diff import COLUMNS, N_EXAMPLES, compare
from lib.store.draft import Draft, draft, draft_without
from lib.store.folder import Batch
from lib.store.opening import open_at
from tests.worldlets import NOW, WORDS, YEAR, account_frame, as_arrow, contract_frame, days, publish_frames


@contextmanager
def drafting(store: Path, frames: dict, mode: str = "update") -> Iterator[tuple[Draft, Path, Batch]]:
    """A draft of `frames`, the folder they are staged in, and their batch."""
    batch = Batch("", "new.csv", "hash", tuple(frames), "berta", NOW.isoformat(), mode=mode)
    with folder.staging(store) as staged:
        for table, frame in frames.items():
            parquet.write_table(as_arrow(table, frame), staged / f"{table}.parquet")
        with draft(store, staged, batch, now=NOW) as made:
            yield made, staged, batch


def compared(store: Path, frames: dict, mode: str = "update") -> pd.DataFrame:
    with drafting(store, frames, mode) as (made, *_):
        return compare(made.before, made.after).set_index("table")


def counts(row: pd.Series) -> tuple:
    return tuple(row[["n_before", "n_after", "n_added", "n_changed", "n_same", "n_missing"]])


def everything(snapshot: Path) -> dict[str, list]:
    """Every row of every table of both databases of a snapshot."""
    rows = {}
    for name in ("core", "usage"):
        with duckdb.connect(str(snapshot / f"{name}.duckdb"), read_only=True) as con:
            for (table,) in con.execute("select table_name from duckdb_tables()").fetchall():
                rows[name, table] = con.execute(f'select * from "{table}" order by all').fetchall()
    return rows


# --- the draft ------------------------------------------------------------------------------------------------------

EVENT = pd.DataFrame({"occurred_at": [datetime(2026, 10, 5), datetime(2026, 10, 6)], "account": "a", "person": "p"})


@pytest.mark.parametrize("takes_the_draft", [True, False])
@pytest.mark.parametrize("mode", ["update", "insert", "replace"])
def test_publishing_after_a_dry_run_gives_exactly_the_drafted_data(tmp_path, mode, takes_the_draft):
    publish_frames(
        tmp_path,
        {"account": account_frame("abc", csm="Ann", region="N"), "event": EVENT},
        received=datetime(2026, 1, 1),
    )
    frames = {"account": account_frame("bcd", csm=["Ann", "Bob", "Bob"]), "event": EVENT}
    with drafting(tmp_path, frames, mode) as (made, staged, batch):
        drafted, node = everything(made.after), (made.after / "core.duckdb").stat().st_ino
        manifest = publish.publish(tmp_path, staged, batch, now=NOW, drafted=made if takes_the_draft else None)
    place = folder.require_current(tmp_path)
    assert everything(place) == drafted
    assert manifest == made.manifest == folder.read_manifest(place)
    assert ((place / "core.duckdb").stat().st_ino == node) is takes_the_draft
    assert list((tmp_path / "incoming").iterdir()) == []


def test_a_draft_changes_nothing_that_others_see_and_is_gone_afterwards(tmp_path):
    publish_frames(tmp_path, {"account": account_frame("a")})
    before = sorted(str(path) for path in tmp_path.rglob("*"))
    with drafting(tmp_path, {"account": account_frame("b")}) as (made, *_):
        with open_store(tmp_path).ask(YEAR) as con:
            assert con.execute("select account from book").fetchall() == [("a",)]
        with open_store(made.place).ask(YEAR) as con:
            assert con.execute("select account from book order by 1").fetchall() == [("a",), ("b",)]
    after = sorted(str(path) for path in tmp_path.rglob("*"))
    assert set(after) - set(before) == {str(tmp_path / "incoming")} - set(before)


def test_a_draft_of_another_batch_is_not_taken_for_this_one(tmp_path):
    publish_frames(tmp_path, {"account": account_frame("a")})
    with drafting(tmp_path, {"account": account_frame("b")}) as (made, _, batch), folder.staging(tmp_path) as other:
        parquet.write_table(as_arrow("account", account_frame("c")), other / "account.parquet")
        publish.publish(tmp_path, other, batch, now=NOW, drafted=made)
    with open_store(tmp_path).ask(YEAR) as con:
        assert con.execute("select account from book order by 1").fetchall() == [("a",), ("c",)]


def test_the_first_import_can_be_drafted_too(tmp_path):
    with drafting(tmp_path, {"account": account_frame("abc"), "event": EVENT}) as (made, staged, batch):
        assert made.before is None
        table = compare(made.before, made.after).set_index("table")
        assert counts(table.loc["account"]) == (0, 3, 3, 0, 0, 0)
        assert counts(table.loc["event"]) == (0, 2, 2, 0, 0, 0)
        assert not made.is_stale
        publish.publish(tmp_path, staged, batch, now=NOW, drafted=made)
        assert made.is_stale


@pytest.mark.parametrize("batch", ["000001", "000002", "000003"])
def test_taking_a_batch_out_gives_exactly_the_drafted_data(tmp_path, batch):
    for accounts, csm in (("abc", "Ann"), ("bcd", "Bob"), ("cde", "Cleo")):
        publish_frames(tmp_path, {"account": account_frame(accounts, csm=csm), "event": EVENT})
    with draft_without(tmp_path, batch, now=NOW) as made:
        drafted, expects = everything(made.after), made.drafted_from
        gone = compare(made.before, made.after).set_index("table").loc["account", "n_missing"]
    publish.undo(tmp_path, batch, who="anna", now=NOW, expects=expects)
    assert everything(folder.require_current(tmp_path)) == drafted
    assert gone == (0 if batch == "000002" else 1)  # a and e have one batch alone, the others two or three
    assert list((tmp_path / "incoming").iterdir()) == []


# --- what changed ---------------------------------------------------------------------------------------------------


def test_added_changed_same_and_missing_rows_of_each_table(tmp_path):
    frames = {
        "account": account_frame("abcd", csm="Ann", region=["N", "N", None, "S"], arr=[1, 2, 3, 4]),
        "contract": contract_frame(
            {"contract": "k1", "account": "a", "arr": 5}, {"contract": "k2", "account": "b", "arr": 6}
        ),
    }
    publish_frames(tmp_path, frames)
    new = {"account": account_frame("bcde", csm=["Bob", "Ann", "Ann", "Eve"], region=["S", "W", "S", "S"])}
    table = compared(tmp_path, new)
    assert list(table.reset_index().columns) == COLUMNS
    assert counts(table.loc["account"]) == (4, 5, 1, 2, 2, 0)
    assert table.loc["account", "by_column"] == (("region", 2), ("csm", 1))
    assert table.loc["account", "examples"] == (
        {"key": "b", "column": "region", "before": "N", "after": "S"},
        {"key": "b", "column": "csm", "before": "Ann", "after": "Bob"},
        {"key": "c", "column": "region", "before": None, "after": "W"},
    )
    assert counts(table.loc["contract"]) == (2, 2, 0, 0, 2, 0)
    replaced = compared(tmp_path, new, mode="replace")
    assert counts(replaced.loc["account"]) == (4, 4, 1, 3, 0, 1)  # every arr is empty now; a is gone
    assert dict(replaced.loc["account", "by_column"]) == {"arr": 3, "region": 2, "csm": 1}
    inserted = compared(tmp_path, new, mode="insert")
    assert counts(inserted.loc["account"]) == (4, 5, 1, 0, 4, 0)
    assert inserted.loc["account", "examples"] == ()


def test_the_same_file_again_changes_nothing(tmp_path):
    frames = {"account": account_frame("abc", csm=["Ann", None, "Bob"], score=[1.5, 2, None]), "event": EVENT}
    publish_frames(tmp_path, frames)
    table = compared(tmp_path, frames)
    assert counts(table.loc["account"]) == (3, 3, 0, 0, 3, 0)
    assert counts(table.loc["event"]) == (2, 2, 0, 0, 2, 0)
    assert list(table.index) == ["account", "event"]


def test_new_columns_other_spellings_and_other_types_are_compared_by_what_they_say(tmp_path):
    publish_frames(tmp_path, {"account": account_frame(["1", "2"], Shade=["red", "blue"], size=[1, 2])})
    new = {"account": account_frame(["1", "2"], SHADE=["red", "green"], size=["1", "large"], Fresh=["x", None])}
    table = compared(tmp_path, new, mode="replace")
    assert counts(table.loc["account"]) == (2, 2, 0, 2, 0, 0)
    assert dict(table.loc["account", "by_column"]) == {"SHADE": 1, "size": 1, "Fresh": 1}
    assert {(e["key"], e["column"], e["before"], e["after"]) for e in table.loc["account", "examples"]} == {
        ("1", "Fresh", None, "x"), ("2", "SHADE", "blue", "green"), ("2", "size", "2", "large"),
    }  # fmt: skip


def test_examples_are_few_however_much_changed(tmp_path):
    many = [f"a{number:03d}" for number in range(100)]
    publish_frames(tmp_path, {"account": account_frame(many, csm="Ann")})
    row = compared(tmp_path, {"account": account_frame(many, csm="Bob")}).loc["account"]
    assert (row["n_changed"], len(row["examples"])) == (100, N_EXAMPLES)
    assert row["examples"][-1] == {"key": "a019", "column": "csm", "before": "Ann", "after": "Bob"}


def test_keys_of_several_columns_some_of_them_empty(tmp_path):
    setting = pd.DataFrame({"account": ["a", "a"], "person": [None, "p"], "setting": "sso", "value": "on"})
    publish_frames(tmp_path, {"account": account_frame("a"), "setting": setting})
    row = compared(tmp_path, {"setting": setting.assign(value=["off", "on"])}).loc["setting"]
    assert counts(row) == (2, 2, 0, 1, 1, 0)
    assert row["examples"] == ({"key": "a · sso", "column": "value", "before": "on", "after": "off"},)


def test_what_was_before_a_change_is_itself_a_row_added(tmp_path):
    publish_frames(tmp_path, {"account": account_frame("ab", csm="Ann")}, received=datetime(2026, 1, 1))
    table = compared(tmp_path, {"account": account_frame("a", csm="Bob")})
    assert counts(table.loc["account_history"]) == (0, 2, 2, 0, 0, 0)


def test_events_are_counted_by_week(tmp_path):
    """Monday 5 October holds two; the new file has one of them again, one more, and one on Thursday the 22nd."""
    publish_frames(tmp_path, {"account": account_frame("a"), "event": EVENT})
    moments = [datetime(2026, 10, 6), datetime(2026, 10, 7), datetime(2026, 10, 22)]
    new = {"event": pd.DataFrame({"occurred_at": moments, "account": "a", "person": "p"})}
    row = compared(tmp_path, new).loc["event"]
    assert counts(row) == (2, 4, 2, 0, 2, 0)
    assert (row["first_on"], row["last_on"]) == (date(2026, 10, 5), date(2026, 10, 25))
    assert row["examples"] == (
        {"key": "2026-10-19 to 2026-10-25", "column": "events", "before": "0", "after": "1"},
        {"key": "2026-10-05 to 2026-10-11", "column": "events", "before": "2", "after": "3"},
    )
    assert counts(compared(tmp_path, new, mode="replace").loc["event"]) == (2, 3, 1, 0, 2, 0)


# --- what it does to the figures ------------------------------------------------------------------------------------


def customers(**cancelled: str | None) -> dict[str, pd.DataFrame]:
    """Accounts of 100 a year each since 2024, cancelled on that day."""
    rows = [
        {"contract": name, "account": name, "starts_on": days("2024-01-01"), "arr": 100, "cancelled_on": days(on)}
        for name, on in cancelled.items()
    ]
    return {"account": account_frame(list(cancelled)), "contract": contract_frame(*rows)}


def figures(store: Path, frames: dict, told: bool = True) -> pd.DataFrame:
    with drafting(store, frames) as (made, *_):
        before = open_at(made.before, scripts()) if made.before else None
        changes = compare(made.before, made.after) if told else None
        table = impact(before, open_at(made.after, scripts()), WORDS, changes=changes)
    assert list(table.columns) == FIGURE_COLUMNS
    assert list(table["figure"]) == [each.name for each in FIGURES]
    return table.set_index("figure")


def test_each_figure_before_and_after_with_a_sentence_where_it_moved(tmp_path):
    """Four accounts, one lost in September; the file brings a fifth and says that another was lost in October."""
    publish_frames(tmp_path, customers(a=None, b=None, c=None, d="2026-09-01"))
    table = figures(tmp_path, customers(c="2026-10-01", e=None))
    assert list(zip(table["before"], table["after"], strict=True)) == [
        (4, 5), (4, 5), (1, 2), (0.25, 0.4), (400, 500), (100, 200),
    ]  # fmt: skip
    assert tuple(table.loc["churn_rate", ["n_before", "n_after"]]) == (4, 5)
    assert (
        table.loc["churn_rate", "sentence"]
        == "Churn rate 25.0 % → 40.0 %: 1 account added; 1 contract added, 1 changed."
    )
    assert table.loc["arr", "sentence"] == "ARR at the start 400 → 500: 1 account added; 1 contract added, 1 changed."
    table = figures(tmp_path, customers(c="2026-10-01", e=None), told=False)
    assert table.loc["accounts", "sentence"] == "Accounts 4 → 5: 1 account more."


def test_both_are_read_for_the_year_to_the_last_day_of_the_new_data(tmp_path):
    """An account lost in October 2025: in the year to September 2026 that the store ended with, not in the next one."""
    publish_frames(tmp_path, customers(a=None, b="2025-10-01", c="2026-09-01"))
    table = figures(tmp_path, customers(d="2026-10-30"))
    assert tuple(table.loc["n_lost", ["before", "after"]]) == (1, 2)
    assert tuple(table.loc["n", ["before", "after"]]) == (2, 3)


def test_figures_that_stay_say_nothing(tmp_path):
    publish_frames(tmp_path, customers(a=None, b="2026-09-01"))
    table = figures(tmp_path, customers(a=None, b="2026-09-01"))
    assert not table["has_moved"].any()
    assert set(table["sentence"]) == {""}
    assert set(table["difference"]) == {0.0}


def test_a_rate_that_moved_little_is_said_with_the_digits_that_moved(tmp_path):
    """2 of 200, then 2 of 201: 1.0 % either way, and 1.00 %, and then 0.995 %."""
    kept = {f"k{number}": None for number in range(198)}
    publish_frames(tmp_path, customers(**kept, x="2026-09-01", y="2026-09-01"))
    table = figures(tmp_path, customers(z=None))
    assert table.loc["churn_rate", "sentence"].startswith("Churn rate 1.000 % → 0.995 %: ")


def test_before_any_data_there_was_nothing_and_no_rate(tmp_path):
    table = figures(tmp_path, customers(a=None, b="2026-09-01"))
    assert tuple(table.loc["accounts", ["before", "after"]]) == (0, 2)
    assert np.isnan(table.loc["churn_rate", "before"])
    assert table.loc["churn_rate", "after"] == 0.5
    assert table.loc["churn_rate", "sentence"].startswith("Churn rate unknown → 50.0 %: 2 accounts added")


def test_what_the_old_data_could_not_answer_is_unknown(tmp_path):
    publish_frames(tmp_path, {"account": account_frame("ab", churned=[True, False])})
    table = figures(tmp_path, customers(a=None, b="2026-09-01"))
    assert tuple(table.loc["accounts", ["before", "after"]]) == (2, 2)
    assert np.isnan(table.loc["n_lost", "before"])
    assert table.loc["n_lost", "after"] == 1
