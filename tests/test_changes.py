"""What changed: every kind of change by hand, told once, the gravest money first; and the sums agree with the tiles."""

from datetime import date, datetime, timedelta

import pandas as pd
import pyarrow as pa
import pytest

from lib.book import year_to
from lib.errors import Refused
from lib.facts.ask import ask
from lib.measures.mybook.changes import CHANGES, COLUMNS, changes
from lib.measures.mybook.tiles import mybook_tiles
from tests.test_facts_standing import random_world, term, uses
from tests.worldlets import WORDS, account_frame, contract_frame, open_world

DAY, SINCE = date(2026, 6, 30), date(2026, 5, 31)
BEFORE, RECENT = [[date(2026, 6, 22) - timedelta(weeks=n) for n in weeks] for weeks in (range(4, 12), range(4))]
TERMS = [
    term("quiet", "2026-01-01", "2027-01-01"),
    term("lost", "2025-05-02", "2026-05-02", arr=900.0),  # in grace until 1 June
    term("gone before", "2025-01-01", "2026-01-01"),
    term("new", "2026-06-30", "2027-06-30", arr=70.0),
    term("begins later", "2026-07-01", "2027-07-01"),
    term("back", "2024-01-01", "2025-01-01"), term("back", "2026-06-01", "2027-06-01", arr=60.0),
    term("notice", "2026-01-01", "2027-01-01", arr=500.0, notice_given_on="2026-06-01"),
    term("notice before", "2026-01-01", "2027-01-01", notice_given_on="2026-05-31", asked_to_cancel_on="2026-06-30"),
    term("more", "2026-01-01", "2027-01-01"), term("more", "2026-06-15", "2027-01-01", arr=25.5),
    term("less", "2026-01-01", "2027-01-01"), term("less", "2026-01-01", "2027-01-01", arr=40.0, cancelled_on="2026-06-10"),
    term("near", "2025-09-28", "2026-09-28"),  # 90 days from 30 June
    term("not near", "2025-09-29", "2026-09-29"),
    term("drops", "2025-01-01", "2027-01-01", arr=300.0),
    term("rises", "2025-01-01", "2027-01-01"),
    term("saved", "2026-01-01", "2027-01-01"),
    term("angry", "2026-01-01", "2027-01-01", arr=200.0),
    term("ticket", "2026-01-01", "2027-01-01"),
    term("answers", "2026-01-01", "2027-01-01"),
    term("moves", "2026-01-01", "2027-01-01"),
    term("climbs", "2026-01-01", "2027-01-01"),
    term("noted", "2026-01-01", "2027-01-01"),
]  # fmt: skip
NAMES = list(dict.fromkeys(each["account"] for each in TERMS))
EXPECTED = {
    "lost": ["lost"], "notice": ["at risk", "notice given"], "drops": ["at risk", "health red", "usage drop"],
    "angry": ["at risk", "low sentiment", "written about"], "notice before": ["cancel asked"], "less": ["ARR down"],
    "near": ["renewal near"], "ticket": ["ticket opened"], "answers": ["NPS answered"], "moves": ["CSM changed"],
    "climbs": ["stage reached"], "noted": ["written about"], "rises": ["use rose"], "saved": ["no longer at risk"],
    "more": ["ARR up"], "new": ["new"], "back": ["back"],
}  # fmt: skip
MADE = datetime(2026, 6, 10, 9)
WRITTEN = {
    "sentiment": pa.table({"account": ["angry", "angry"], "score": [4, 1], "said_on": [date(2026, 5, 1), DAY], "made_at": [MADE, MADE],
                           "changed_by": ["bob", "bob"], "changed_at": [datetime(2026, 5, 1), MADE]}),
    "save_plan": pa.table({"account": ["saved"], "opened_on": [date(2026, 5, 1)], "closed_on": [date(2026, 6, 3)], "outcome": ["saved"]}),
    "note": pa.table({"account": ["noted", "quiet", "quiet"], "changed_by": ["bob", "anna", "bob"],
                      "changed_at": [datetime(2026, 6, 1), MADE, datetime(2026, 5, 31, 23, 59)]}),
}  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    frames = {
        "account": account_frame(NAMES, csm="Dana", told="x", changes="y"),
        "account_history": pd.DataFrame({"account": ["moves", "quiet"], "field": ["csm"] * 2, "from_on": [date(2020, 1, 1)] * 2,
                                         "until_on": [date(2026, 6, 1), date(2026, 5, 31)], "value": ["Zoe", "Zoe"]}),
        "contract": contract_frame(*TERMS),
        "event": pd.DataFrame(uses("drops", 10, BEFORE) + uses("drops", 2, RECENT) + uses("rises", 5, BEFORE) + uses("rises", 10, RECENT)
                              + uses("quiet", 8, BEFORE + RECENT)),
        "ticket": pd.DataFrame({"ticket": ["1", "2", "3"], "account": ["ticket", "ticket", "quiet"],
                                "opened_at": [datetime(2026, 6, 1), datetime(2026, 6, 30, 23), datetime(2026, 5, 31, 23)]}),
        "survey": pd.DataFrame({"survey": ["1", "2"], "account": ["answers", "quiet"], "kind": "nps", "score": [4.0, 9.0],
                                "answered_on": [date(2026, 6, 1), date(2026, 5, 31)]}),
        "milestone": pd.DataFrame({"account": ["climbs", "climbs", "quiet"], "stage": ["A", "B", "A"],
                                   "reached_on": [date(2026, 5, 31), date(2026, 6, 1), date(2026, 5, 31)]}),
    }  # fmt: skip
    return open_world(tmp_path_factory.mktemp("store"), frames)


def told(world, day=DAY, book=None, **options):
    options = {"since": SINCE, "reader": "anna"} | options
    book = book or year_to(day)
    with ask(world, book, WORDS, written=WRITTEN) as con:
        return changes(con, book, WORDS, **options).table


def test_every_kind_of_change_is_told_once_of_the_accounts_it_is_of(world):
    table = told(world).set_index("account")
    assert table["changes"].to_dict() == EXPECTED
    assert set().union(*table["changes"]) == set(CHANGES) - {"in a save plan"}
    came = told(world, date(2026, 5, 31), since="2026-04-30").set_index("account")
    assert came.loc["saved", "changes"] == [
        "in a save plan"
    ]  # at risk before: nobody has used it, and its health is red


def test_the_gravest_money_comes_first(world):
    table = told(world)
    assert table["account"].tolist()[:6] == ["lost", "notice", "drops", "angry", "notice before", "less"]
    assert table["arr_at_stake"].tolist()[:6] == [900, 500, 300, 200, 100, 40]
    rest = table.iloc[6:]
    assert (rest["arr_at_stake"] == 0).all() and rest["account"].tolist()[:3] == ["new", "back", "more"]
    assert table["n_rows"].tolist() == [len(EXPECTED)] * len(EXPECTED)
    pages = [told(world, limit=4, offset=at)["account"].tolist() for at in range(0, len(table), 4)]
    assert [account for page in pages for account in page] == table["account"].tolist()


def test_what_the_changes_say(world):
    table = told(world).set_index("account")
    assert table.loc["lost", ["arr", "arr_earlier", "arr_change"]].tolist() == [0, 900, -900]
    assert table.loc["more", ["arr", "arr_earlier", "arr_change"]].tolist() == [125.5, 100, 25.5]
    assert table.loc["new", ["arr", "arr_earlier"]].tolist() == [70, 0]
    assert table.loc["moves", ["csm", "csm_earlier"]].tolist() == ["Dana", "Zoe"]
    assert table.loc["ticket", "n_tickets_opened"] == 2 and table.loc["answers", "nps"] == 4
    assert table.loc["climbs", "stage"] == "B" and table.loc["noted", "n_written"] == 1
    sums = {each["change"]: (each["n"], each["arr"], each["arr_change"]) for each in table["by_change"].iat[0]}
    assert sums["lost"] == (1, 0, -900) and sums["at risk"] == (3, 1000, 0) and sums["written about"] == (2, 300, 0)


def test_one_kind_alone_keeps_the_sums_of_all(world):
    table = told(world, only="at risk")
    assert table["account"].tolist() == ["notice", "drops", "angry"] and table["n_rows"].tolist() == [3] * 3
    assert {each["change"] for each in table["by_change"].iat[0]} == set(CHANGES) - {"in a save plan"}
    assert told(world, book=year_to(DAY).where("csm", ["nobody"])).empty


def test_what_was_written_counts_by_its_moment_and_never_ones_own(world):
    assert set(told(world, only="written about", written_from="2026-06-01T00:01")["account"]) == {"angry"}
    assert set(told(world, only="written about", written_until=datetime(2026, 6, 10, 9))["account"]) == {"noted"}
    everyone = told(world, only="written about", reader="", written_from=datetime(2026, 5, 31))
    assert everyone.set_index("account")["n_written"].to_dict() == {"angry": 1, "noted": 1, "quiet": 2}
    assert told(world, only="written about", reader="bob")["account"].tolist() == ["quiet"]


def test_nothing_is_different_from_the_day_itself(world):
    table = told(world, since=DAY, reader="bob")
    assert table.empty and list(table.columns) == COLUMNS


def test_what_cannot_be_asked_is_refused(world):
    for options in (
        {"since": "soon"},
        {"since": date(2026, 7, 1)},
        {"only": "x"},
        {"limit": -1},
        {"offset": -1},
        {"written_from": "x"},
    ):
        with pytest.raises(Refused):
            told(world, **options)


def test_changes_add_up_to_what_the_tiles_moved(tmp_path):
    given = random_world(11)
    frames = {
        "account": account_frame(given["names"], segment=given["segments"]),
        "contract": contract_frame(*given["terms"]),
        "event": pd.DataFrame(given["events"]),
        "milestone": pd.DataFrame(given["stages"], columns=["account", "stage", "reached_on"]),
    }
    world, book = open_world(tmp_path, frames), year_to(DAY)
    table = told(world)
    with ask(world, book, WORDS, written=WRITTEN) as con:
        tiles = mybook_tiles(con, book, WORDS).table.set_index("tile")
    moved = {each["change"]: each["n"] for each in table["by_change"].iat[0]}
    n_came = moved.get("new", 0) + moved.get("back", 0)
    assert tiles.loc["accounts", "n_change"] == n_came - moved.get("lost", 0) and n_came and moved["lost"]
    assert tiles.loc["arr", "arr_change"] == pytest.approx(table["arr_change"].sum(), abs=0.01)
