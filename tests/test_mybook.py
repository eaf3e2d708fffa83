"""My book: tiles equal the rows behind them, rows come sorted, searched and paged, and money is right to the cent."""

from datetime import date

import pandas as pd
import pytest

from lib.book import year_to
from lib.errors import Refused
from lib.facts import open_store
from lib.facts.ask import ask
from lib.measures.mybook import ONLY
from lib.measures.mybook.listing import COLUMNS, SORTABLE, mybook
from lib.measures.mybook.tiles import COLUMNS as TILE_COLUMNS
from lib.measures.mybook.tiles import TILES, mybook_tiles
from tests.test_facts_standing import DAY, random_world, term
from tests.worldlets import WORDS, account_frame, contract_frame, open_world

BOOK = year_to(DAY)


def listed(world, book=BOOK, **options):
    with ask(world, book, WORDS) as con:
        return mybook(con, book, WORDS, **options)


def tiles(world, book=BOOK):
    with ask(world, book, WORDS) as con:
        return mybook_tiles(con, book, WORDS).table.set_index("tile")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    given = random_world(7)
    history = pd.DataFrame(
        {
            "account": ["a1"],
            "field": ["csm"],
            "from_on": [date(2020, 1, 1)],
            "until_on": [date(2026, 7, 1)],
            "value": ["Zoe"],
        }
    )
    frames = {
        "account": account_frame(given["names"], name=[f"Acme {n}" for n in given["names"]], segment=given["segments"], csm="Dana",
                                 stage="x", weekly="y", movement="z", is_live="w", key_0="v", tier=["1", "2"] * 80),
        "account_history": history,
        "contract": contract_frame(*given["terms"]),
        "event": pd.DataFrame(given["events"]),
        "milestone": pd.DataFrame(given["stages"], columns=["account", "stage", "reached_on"]),
    }  # fmt: skip
    return open_world(tmp_path_factory.mktemp("store"), frames)


@pytest.mark.parametrize("tile", TILES)
def test_a_tile_counts_the_rows_behind_it(world, tile):
    for book in (BOOK, BOOK.where("tier", ["1"]), BOOK.standing("movement", ["steady", "significant drop"])):
        rows, row = listed(world, book, only=tile).table, tiles(world, book).loc[tile]
        assert row["n"] == len(rows) == len(set(rows["account"]))
        assert row["arr"] == pytest.approx(rows["arr"].sum(), abs=0.005)
        assert row["n_change"] == row["n"] - row["n_earlier"]


def test_the_earlier_figures_are_those_of_that_day(world):
    earlier = year_to(date(2026, 5, 31))
    assert tiles(world)["n_earlier"].to_dict() == tiles(world, earlier)["n"].to_dict()
    assert tiles(world)["arr_earlier"].to_dict() == tiles(world, earlier)["arr"].to_dict()


@pytest.mark.parametrize("only", ONLY)
def test_a_selection_is_part_of_the_whole(world, only):
    whole, part = listed(world).table, listed(world, only=only).table
    assert set(part["account"]) <= set(whole["account"]) and set(part["n_rows"]) <= {len(part)}


def test_everybody_is_listed_or_left_out_once(world):
    answer = listed(world)
    assert len(answer.table) + answer.left_out["n"].sum() == 160
    assert (answer.table["arr_at_risk"] == answer.table["arr"].fillna(0).where(answer.table["is_at_risk"], 0)).all()
    assert {len(each) for each in answer.table["weekly"]} == {13}


@pytest.mark.parametrize("sort", SORTABLE)
@pytest.mark.parametrize("descending", [True, False])
def test_pages_hold_every_row_once_and_what_is_missing_comes_last(world, sort, descending):
    whole = listed(world, sort=sort, descending=descending).table
    pages = [
        listed(world, sort=sort, descending=descending, limit=40, offset=at).table["account"]
        for at in range(0, len(whole), 40)
    ]
    assert [account for page in pages for account in page] == whole["account"].tolist()
    if sort != "attention":
        missing = whole[sort].isna().tolist()
        there = whole[sort].tolist()[: len(whole) - sum(missing)]
        assert missing == sorted(missing) and there == sorted(there, reverse=descending)


def test_attention_is_money_at_risk_then_the_nearest_renewal(world):
    table = listed(world).table
    keys = [
        (-row.arr_at_risk, not row.is_at_risk, 1e9 if pd.isna(row.days_to_renewal) else row.days_to_renewal)
        for row in table.itertuples()
    ]
    assert keys == sorted(keys)


def test_the_csm_is_the_one_of_the_day(world):
    for book, name in ((BOOK, "Zoe"), (year_to(date(2026, 7, 1)), "Dana")):
        table = listed(world, book, search="ACME A1", sort="csm").table.set_index("account")
        assert "a1" not in table.index or table.loc["a1", "csm"] == name
    assert {"Zoe", "Dana"} >= set(listed(world).table["csm"])


def test_weekly_is_the_usage_rollup(world):
    with ask(world, BOOK, WORDS) as con:
        rows = con.execute("select account, week, n_active_people from usage.usage_week").fetchall()
    n = {(account, week): people for account, week, people in rows}
    for row in listed(world, limit=30).table.itertuples():
        weeks = [(pd.Timestamp("2026-06-22") - pd.Timedelta(weeks=ago)).date() for ago in range(12, -1, -1)]
        assert row.weekly == [n.get((row.account, week), 0) for week in weeks]


def test_what_cannot_be_asked_is_refused(world):
    for options in ({"sort": "arr; drop"}, {"only": "all"}, {"limit": -1}, {"offset": -1}):
        with pytest.raises(Refused):
            listed(world, **options)


def test_search_is_plain_text(world):
    for text in ("%", "'", "$search", '"; drop'):
        assert listed(world, search=text).table.empty
    empty = listed(world, search="nobody")
    assert list(empty.table.columns) == COLUMNS and empty.left_out["n"].sum()


def test_an_empty_book_flags_alone_and_hostile_names(flag_store, hostile_store):
    for store in (flag_store, hostile_store):
        opened, book = open_store(store), year_to(date(2026, 11, 1))
        assert len(listed(opened, book).table) == tiles(opened, book).loc["accounts", "n"] > 0
        nobody = BOOK.where("channel" if store is hostile_store else "Contract", ["nowhere"])
        assert listed(opened, nobody).table.empty and list(listed(opened, nobody).table.columns) == COLUMNS
        assert (
            tiles(opened, nobody)["n"].sum() == 0 and list(tiles(opened, nobody).reset_index().columns) == TILE_COLUMNS
        )


def test_money_in_grace_is_still_in_the_book(tmp_path):
    world = open_world(tmp_path, {"account": account_frame(["grace", "gone"]), "contract": contract_frame(
        term("grace", "2025-06-20", "2026-06-20", arr=0.1), term("gone", "2025-05-02", "2026-05-02", arr=5))})  # fmt: skip
    found = tiles(world)
    assert found.loc["arr", ["n", "arr", "n_earlier", "arr_earlier"]].tolist() == [1, 0.1, 2, 5.1]
    assert found.loc["renewing", "n"] == 1
