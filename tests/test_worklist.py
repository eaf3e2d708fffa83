"""The work list and the hand-over: which rows, in which order, what a day knew of them, and nothing of another book."""

import json
from datetime import date, datetime, timedelta

import pandas as pd
import pytest

from lib.book import year_to
from lib.errors import Refused
from lib.facts import about
from lib.facts.ask import ask
from lib.facts.handover import FIELDS
from lib.measures.handover import COLUMNS as HANDOVER_COLUMNS
from lib.measures.handover import handover
from lib.measures.worklist import COLUMNS, worklist
from lib.scope import Scope
from lib.workspace import open_workspace, rows
from tests.test_facts_standing import term, written
from tests.worldlets import WORDS, account_frame, contract_frame, open_world

LAST = date(2026, 6, 30)  # the last day of the data, a Tuesday
TODAY = date(2026, 7, 15)  # a Wednesday: the week is 13 to 19 July
NAMES = ["big", "small", "free", "lee's"]


def at(day: str) -> datetime:
    return datetime.fromisoformat(day)


TASKS = written(
    "task",
    account=["small", "big", "small", "big", "free", "lee's", "gone", "big"],
    title=["late", "later", "today", "sunday", "monday", "foreign", "of nobody", "done"],
    owner=["Dana", "Jo", "dana", None, "Jo", "Lee", "Jo", "Dana"],
    due_on=[date(2026, 7, 1), date(2026, 7, 10), TODAY, date(2026, 7, 19), date(2026, 7, 20), TODAY, TODAY, date(2026, 7, 1)],
    done_on=[None] * 7 + [date(2026, 7, 14)],
    is_commitment=[True] + [False] * 7,
    id=list("abcdefgh"), version=list(range(1, 9)),
    made_at=[at("2026-06-01"), at("2026-07-02"), *[at("2026-07-14")] * 6], changed_at=[at("2026-07-14")] * 8,
)  # fmt: skip
STEPS = written(
    "next_step", account=["small", "big"], text=["undated small", "undated big"], id=["i", "j"], version=[1, 1], made_at=[at("2026-07-14")] * 2
)  # fmt: skip
PLANS = written(
    "save_plan", account=["small", "big"], id=["k", "l"], version=[4, 1], opened_on=[TODAY] * 2, closed_on=[None, TODAY], outcome=[None, "lost"],
    steps=['[{"text":"call \\"x\\"","done_on":null},{"text":"write","done_on":"2026-07-14"},{"text":"visit","done_on":null}]', '[{"text":"no","done_on":null}]'],
    owner=["Dana", "Dana"], made_at=[at("2026-07-14")] * 2,
)  # fmt: skip
WRITTEN = {"task": TASKS, "next_step": STEPS, "save_plan": PLANS}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    terms = [
        term("big", "2026-01-01", "2027-01-01", arr=900.0, notice_by="2026-06-30"),
        term("small", "2026-01-01", "2027-01-01", arr=10.0),
    ]
    csms = ["Dana", "Dana", "Dana", "Lee"]
    frames = {
        "account": account_frame(NAMES, csm=csms, id="x", work="y", step="z", title="t"),
        "contract": contract_frame(*terms),
        "milestone": pd.DataFrame({"account": ["big"], "stage": ["Live"], "reached_on": [LAST]}),
        "person": pd.DataFrame({"person": ["p1", "p2", "p3", "p4", "p5"], "account": ["big", "big", "big", "lee's", "big"], "name": ["Ann", "Bo", "Cy", "Di", "Ann"],
                                "role": ["Analyst", None, None, None, "Analyst"], "buying_role": ["user", "buyer", None, "buyer", None],
                                "deactivated_on": [None, None, date(2026, 1, 1), None, None]}),
    }  # fmt: skip
    return open_world(tmp_path_factory.mktemp("store"), frames)


def asked(world, as_of=LAST, scope=None, **options):
    with ask(world, year_to(as_of), WORDS, *([scope] if scope else []), written=WRITTEN) as con:
        return worklist(con, year_to(as_of), WORDS, **options).table


def test_the_longest_overdue_come_first_and_what_has_no_day_last(world):
    found = asked(world, on=TODAY)
    assert found["title"].tolist() == [
        "late", "later", "today", "foreign", "sunday", "monday", "undated big", "undated small", 'call "x"', "visit",
    ]  # fmt: skip
    assert found["days_overdue"].tolist()[:4] == [14, 5, 0, 0] and set(found["n_overdue"]) == {2}
    assert found["work"].tolist()[0] == "commitment" and found["work"].tolist()[-1] == "save plan step"
    assert found[["id", "version", "step"]].values.tolist()[-1] == ["k", 4, 2] and set(found["n_rows"]) == {10}
    assert found["arr"].tolist()[:2] == [10, 900] and list(found.columns) == COLUMNS


@pytest.mark.parametrize(
    ("options", "titles"),
    [
        ({"only": "overdue"}, ["late", "later"]),
        ({"only": "this_week"}, ["today", "foreign", "sunday"]),
        ({"only": "done", "sort": "account"}, ["done", "write"]),
        ({"owner": ["DANA"]}, ["late", "today", 'call "x"', "visit"]),
        ({"owner": ["nobody"]}, []),
        ({"owner": []}, []),
        ({"limit": 2, "offset": 1}, ["later", "today"]),
        ({"sort": "arr", "limit": 3}, ["later", "sunday", "undated big"]),
        ({"on": "2026-06-30", "only": "overdue"}, []),
    ],
)
def test_what_can_be_asked_for(world, options, titles):
    assert asked(world, **{"on": TODAY} | options)["title"].tolist() == titles


def test_an_earlier_day_knows_only_what_was_written_by_then(world):
    assert asked(world, LAST - timedelta(1))["title"].tolist() == ["late"]


def test_another_book_is_not_told_of(world):
    found = asked(world, on=TODAY, scope=Scope(("Dana",)))
    assert "foreign" not in found["title"].tolist() and set(found["n_rows"]) == {9}
    assert asked(world, on=TODAY, scope=Scope(("Lee",)))["title"].tolist() == ["foreign"]


def test_nonsense_is_refused(world):
    for options in ({"only": "x"}, {"sort": "arr; drop"}, {"on": "soon"}, {"limit": -1}, {"offset": -1}):
        with pytest.raises(Refused):
            asked(world, **options)


def test_a_handover_says_how_much_of_it_is_there(world):
    said = written(
        "handover", account=["big", "lee's"], pain=["p", "x"], buyer=["Ann", None], made_at=[at("2026-07-01")] * 2, changed_by=["dana", "lee"]
    )  # fmt: skip
    with ask(world, year_to(LAST), WORDS, Scope(("Dana",)), {"handover": said}) as con:
        found = handover(con, year_to(LAST), WORDS).table.set_index("account")
        page = handover(con, year_to(LAST), WORDS, limit=1, offset=2).table
    assert found["n_filled"].to_dict() == {"free": 0, "small": 0, "big": 2} and list(page["account"]) == ["big"]
    assert set(FIELDS) - set(found.loc["big", "missing"]) == {"pain", "buyer"} and found.loc["big", "n_fields"] == 9
    assert found.loc["big", "changed_by"] == "dana" and [*page.columns] == HANDOVER_COLUMNS
    with ask(world, year_to(LAST - timedelta(1)), WORDS, written={"handover": said}) as con:
        assert set(handover(con, year_to(LAST - timedelta(1)), WORDS).table["n_filled"]) == {0}
        with pytest.raises(Refused):
            handover(con, year_to(LAST), WORDS, limit=-1)


def test_what_a_form_knows_of_its_accounts(world):
    with ask(world, year_to(LAST), WORDS, Scope(("Dana",))) as con:
        assert about.seen(con, ["big", "lee's", "nobody", "'; drop", "big"]) == {"big"}
        assert about.people(con, "big") == {"p2": "Bo (buyer)", "p1": "Ann (Analyst) · p1", "p5": "Ann (Analyst) · p5"}
        assert about.people(con, "lee's") == {}
        found = about.renewals(con, NAMES, LAST, WORDS)
    assert found == {"big": (date(2027, 1, 1), 900), "small": (date(2027, 1, 1), 10)}


def test_the_shell_reads_what_the_team_wrote(world, tmp_path, capsys):
    from lib.__main__ import main

    url = f"sqlite:///{tmp_path}/workspace.db"
    store = str(world.path.parent.parent)
    assert main(["worklist", "--store", store, "--format", "json"]) == 0 and json.loads(capsys.readouterr().out) == []
    space = open_workspace(url)
    rows.add(
        space, "task", {"account": "big", "title": "Call", "due_on": date(2026, 7, 1)}, by="dana", now=at("2026-07-14")
    )
    asks = ["worklist", "--store", store, "--workspace", url, "--on", "2026-07-03", "--format", "json"]
    assert main(asks) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["title"], row["days_overdue"], row["owner"]) == ("Call", 2, None)
    assert main([*asks, "--owner", "dana,lee"]) == 0 and json.loads(capsys.readouterr().out) == []
    assert main([*asks[:4], "nonsense"]) == 1 and "address of a database" in capsys.readouterr().err
