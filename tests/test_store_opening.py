"""An opened store: nothing can be written or read beside it, and a book cuts it exactly, whatever things are called."""

import shutil
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from lib.errors import Refused
from lib.scope import Scope
from lib.store import relations
from lib.store.dimensions import band_labels, short_number
from lib.store.opening import open_snapshot
from tests.worldlets import YEAR, account_frame, ask, days, open_world, publish_frames

SCRIPTS = (
    "create table scope (account varchar); create macro first_of() as table select account from scope",
    "create macro second_of(said) as table select account || said from first_of()",
)
HOSTILE = [
    '"; drop table account; --', "it's", '"', "$x", "$opens_on", "$search", "d0", "had_outcome", "is_lost", "n_rows",
    "value", "field", "account.region", "select", "ünï 😀", "  ", "band of x", "value of x", "usage_frequency", "%s {0}",
]  # fmt: skip


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return open_world(
        tmp_path_factory.mktemp("store"),
        {"account": account_frame("abcd", region=["N", "S", None, "N"], plan=["x", "y", "y", None], churned=True)},
    )


@pytest.mark.parametrize(
    "statement",
    [
        "copy core.account to '{tmp}/out.csv'",
        "copy (select 1) to '{tmp}/out.parquet' (format parquet)",
        "export database '{tmp}/all'",
        "attach '{tmp}/other.duckdb' as other",
        "select * from read_text('/etc/passwd')",
        "select * from read_csv('/etc/passwd')",
        "select * from read_blob('/etc/passwd')",
        "select * from glob('/etc/*')",
        "from '/etc/passwd.csv'",
        "install httpfs",
        "load httpfs",
        "set memory_limit = '1GB'",
        "set enable_external_access = true",
        "set lock_configuration = false",
        "set allowed_directories = ['/']",
        "pragma threads = 1",
        "create table core.mine (a integer)",
        "insert into core.account (account) values ('x')",
        "update core.account set name = 'x'",
        "delete from core.account",
        "drop table core.account",
        "detach core",
        "create or replace macro facts.main.touch_on(as_of) as table select 1",
    ],
)
def test_an_opened_store_can_neither_be_written_nor_read_beside(small, tmp_path, statement):
    with small.ask(YEAR) as con, pytest.raises(duckdb.Error):
        con.execute(statement.format(tmp=tmp_path)).fetchall()
    assert list(tmp_path.iterdir()) == []
    with small.ask(YEAR) as con:
        assert con.execute("select count(*), count(name) from core.account").fetchone() == (4, 0)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([], "abcd"),
        ([("region", ["N"])], "ad"),
        ([("region", ["N", "S"])], "abd"),
        ([("region", [None])], "c"),
        ([("region", [None, "S"])], "bc"),
        ([("region", ["nowhere"])], ""),
        ([("region", ["N"]), ("plan", [None])], "d"),
        ([("Region", ["N"]), ("plan", ["x", None])], "ad"),
    ],
)
def test_a_filter_keeps_the_accounts_with_its_values_and_missing_is_a_value(small, filters, expected):
    book = YEAR
    for name, values in filters:
        book = book.where(name, values)
    with small.ask(book) as con:
        assert con.execute("select string_agg(account, '' order by account) from book").fetchone()[0] == (
            expected or None
        )
        assert con.execute("select count(*) from scope").fetchone() == (4,)


def test_books_on_one_snapshot_do_not_see_each_others_filters(small):
    with small.ask(YEAR.where("region", ["N"])) as one, small.ask(YEAR.where("region", ["S"])) as other:
        assert one.execute("select count(*) from book").fetchone() == (2,)
        assert other.execute("select count(*) from book").fetchone() == (1,)


def test_an_unknown_dimension_is_refused_with_the_names_there_are(small):
    with (
        pytest.raises(Refused, match="no dimension 'colour'; this data has region, plan"),
        small.ask(YEAR.where("colour", ["red"])),
    ):
        pass


@pytest.mark.parametrize("name", HOSTILE)
def test_a_column_may_be_called_anything(hostile, name):
    book = YEAR.where(name, ["u", None])
    for outcome in ("lost", "churned"):
        table = ask(hostile, "breakdown", book, by=[name], outcome=outcome).table
        assert {tuple(row.values()): n for row, n in zip(table["segment"], table["n"], strict=True)} == {
            ("u",): 1,
            (None,): 1,
        }
        assert ask(hostile, "accounts", book, within=[(name, "u")], outcome=outcome).table["account"].tolist() == ["a"]
    assert ask(hostile, "breakdown", by=[name, "x"], outcome="lost").table["n"].sum() == 3


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """Three accounts, and every hostile name as a column; x is a number with a dimension of its own."""
    frame = account_frame(
        "abc", started_on=days("2020-01-01"), churned_on=[days("2026-01-05"), None, None], churned=[True, False, False],
        x=[1, 2, 3], **{name: ["u", "v", None] for name in HOSTILE},
    )  # fmt: skip
    return open_world(tmp_path_factory.mktemp("store"), {"account": frame})


def test_values_may_say_anything(tmp_path):
    values = ["'", '"; drop table account; --', "é😀", "a\nb", "NULL", "$1", "=1+1", "x" * 5000, "missing", "{0}%s"]
    frame = account_frame([str(i) for i in range(len(values) * 2)], note=values * 2, churned=True)
    world = open_world(tmp_path, {"account": frame})
    for number, value in enumerate(values):
        expected = {str(number), str(number + len(values))}
        assert set(ask(world, "accounts", YEAR.where("note", [value])).table["account"]) == expected
        assert set(ask(world, "accounts", within=[("note", value)]).table["account"]) == expected


def test_a_number_of_which_there_are_few_stays_a_number(tmp_path):
    """A handful of accounts, or of prices, must not turn money into words."""
    world = open_world(
        tmp_path, {"account": account_frame("abc", arr=[10, 20, 20], tenure_months=[1, 2, 2], churned=True)}
    )
    assert ask(world, "breakdown", by=["arr"]).table[["n", "arr"]].values.tolist() == [[2, 40], [1, 10]]
    assert ask(world, "accounts", sort="arr").table["arr"].tolist() == [20, 20, 10]


def test_a_column_called_like_the_bands_of_another_keeps_its_own_values(tmp_path):
    frame = account_frame([str(i) for i in range(12)], x=[float(i) for i in range(12)], churned=True,
                          **{"band of x": ["u", "v"] * 6})  # fmt: skip
    world = open_world(tmp_path, {"account": frame})
    words = ask(world, "breakdown", by=["band of x"]).table
    assert [row["band of x"] for row in words["segment"]] == ["u", "v"]
    assert ask(world, "breakdown", by=["x"]).table["n"].tolist() == [3, 3, 3, 3]
    assert ask(world, "breakdown", by=["x"], bands={"x": (2,)}).table["n"].tolist() == [9, 3]


def test_infinite_and_odd_numbers_do_not_break_the_bands(tmp_path):
    odd = [float("inf"), float("-inf"), *[float(i) for i in range(18)]]
    world = open_world(tmp_path, {"account": account_frame([str(i) for i in range(20)], z=odd, churned=True)})
    assert all(abs(cut) < 20 for cut in world.dimension("z").cuts)
    assert ask(world, "breakdown", by=["z"]).table["n"].sum() == 20


# --- history --------------------------------------------------------------------------------------------------------


def spell(account: str, value: str | None, since: str, until: str | None) -> dict:
    return {"account": account, "field": "csm", "from_on": days(since), "until_on": days(until), "value": value}


@pytest.fixture(scope="module")
def moved(tmp_path_factory):
    """a: Ann until 1 June 2026, then Bob. b: nobody until 1 June, then Bob. c: always Cleo, no history."""
    history = pd.DataFrame([
        spell("a", "Ann", "2025-01-01", "2026-06-01"), spell("a", "Bob", "2026-06-01", None),
        spell("b", None, "2025-01-01", "2026-06-01"), spell("b", "Bob", "2026-06-01", None),
    ])  # fmt: skip
    frame = account_frame("abc", csm=["Bob", "Bob", "Cleo"], started_on=days("2024-01-01"))
    return open_world(tmp_path_factory.mktemp("store"), {"account": frame, "account_history": history})


@pytest.mark.parametrize(
    ("as_of", "csm", "expected"),
    [
        ("2026-05-31", "Ann", "a"),
        ("2026-06-01", "Ann", None),
        ("2026-05-31", "Bob", None),
        ("2026-06-01", "Bob", "ab"),
        ("2026-05-31", None, "b"),
        ("2026-06-01", None, None),
        ("2024-12-31", "Bob", "ab"),  # before the history begins, the latest value is all there is
        ("2026-05-31", "Cleo", "c"),
    ],
)
def test_a_filter_reads_the_value_that_held_on_the_as_of_day(moved, as_of, csm, expected):
    with moved.ask(replace(YEAR, as_of=date.fromisoformat(as_of)).where("csm", [csm])) as con:
        assert con.execute("select string_agg(account, '' order by account) from book").fetchone()[0] == expected


# --- names of numbers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.25, "0.25"), (20, "20"), (49.5, "49.5"), (4500, "4,500"), (12_300, "12.3 k"), (999_999, "1,000 k"),
     (12_300_000, "12.3 M"), (2.5e9, "2.5 B"), (4.75e13, "47,500 B"), (-5000, "-5,000")],
)  # fmt: skip
def test_numbers_are_said_short(value, said):
    assert short_number(value) == said


def test_bands_are_said_from_their_cut_points():
    assert band_labels((20, 49.5)) == ["up to 20", "over 20 to 49.5", "over 49.5"]


def seen(snapshot, scope, book=YEAR) -> str:
    with snapshot.ask(book, scope) as con:
        return "".join(sorted(account for (account,) in con.execute("select account from book").fetchall()))


@pytest.fixture(scope="module")
def owned(tmp_path_factory):
    csm = ["Dana", "Lee", None, "İbo", "ibo", "ΣΟΦΟΣ", "\u00a0Ann\t", "x'); --"]
    return open_world(
        tmp_path_factory.mktemp("owned"),
        {"account": account_frame("abcdefgh", csm=csm, region=["N", "S"] * 4, churned=True)},
    )


@pytest.mark.parametrize(
    ("csms", "expected"),
    [
        (None, "abcdefgh"),
        ((), ""),
        (("Dana",), "a"),
        ((" dana ", "LEE"), "ab"),
        (("ΣΟΦΟΣ",), "f"),
        (("Ann",), "g"),
        (("x'); --",), "h"),
        (("",), ""),
        (("Dan", "%", "a' or true --"), ""),
    ],
)
def test_a_scope_shows_the_accounts_of_its_csms_and_no_other(owned, csms, expected):
    assert seen(owned, Scope(csms)) == expected
    assert seen(owned, Scope(csms), YEAR.where("region", ["N"])) == "".join(each for each in expected if each in "aceg")


def test_no_filter_and_no_search_widens_a_scope(owned):
    for book in (YEAR.where("csm", ["Lee"]), replace(YEAR, search="b"), YEAR.where("csm", [None])):
        assert seen(owned, Scope(("Dana",)), book) == ""
    assert seen(owned, Scope(("Dana",)), replace(YEAR, search="A")) == "a"


def test_scopes_that_may_see_alike_share_a_key_and_others_do_not():
    assert Scope(("a", "b")).key == Scope(("b", "a")).key != Scope(("a",)).key
    assert len({Scope().key, Scope(()).key, Scope(("all",)).key, Scope(("",)).key}) == 4


def _answered(n: int) -> int:
    """What the last of n macros says, made or found by this process."""
    with duckdb.connect() as con:
        relations.attach(con, [f"create macro nth_{each}() as {each}" for each in range(n)])
        return con.execute(f"select facts.nth_{n - 1}()").fetchall()[0][0]


def test_forks_of_a_process_that_made_facts_make_their_own():
    assert _answered(1) == 0
    with ProcessPoolExecutor(4, mp_context=get_context("fork")) as pool:
        assert set(pool.map(_answered, [400] * 4)) == {399}


def test_facts_made_once_serve_every_store_and_are_made_anew_where_they_were_tidied_away(tmp_path):
    for name in "ab":
        publish_frames(tmp_path / name, {"account": account_frame(name)})

    def asked(name: str) -> tuple[str, str]:
        with open_snapshot(tmp_path / name, SCRIPTS).ask(YEAR) as con:
            (account,) = con.execute("from second_of('?')").fetchone()
            (file,) = con.execute("select path from duckdb_databases() where database_name = 'facts'").fetchone()
            return account, file

    with ThreadPoolExecutor() as pool:
        found = list(pool.map(asked, "abababab"))
    assert [account for account, _ in found] == ["a?", "b?"] * 4
    (file,) = {file for _, file in found}
    shutil.rmtree(Path(file).parent)
    assert asked("a") == ("a?", file) and asked("b") == ("b?", file)
