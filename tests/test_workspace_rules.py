"""What each column of the workspace takes: every refusal names the table, the column, the value and the rule."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.errors import Refused
from lib.workspace import open_workspace, rows
from lib.workspace.rules import money
from lib.workspace.sheets import EVERY, checked
from lib.workspace.tables import SHEETS

NOW = datetime(2026, 11, 1, 8, 0, 0)
DAY = date(2026, 10, 31)
WHOLE = {
    "sentiment": {"account": "a", "score": 3, "said_on": DAY},
    "note": {"account": "a", "text": "t"},
    "touch": {"account": "a", "occurred_at": NOW, "kind": "call", "made_by": "anna"},
    "task": {"account": "a", "title": "t"},
    "save_plan": {"account": "a", "reason": "price", "opened_on": DAY},
    "cancel_request": {"account": "a", "asked_on": DAY},
    "renewal_call": {"account": "a", "renews_on": DAY, "call": "commit", "called_on": DAY},
    "goal": {"account": "a", "category": "time"},
    "saved_view": {"owner": "anna", "page": "p", "name": "n", "query": {}},
    "preference": {"who": "anna", "name": "n", "value": 1},
    "audience": {"owner": "anna", "name": "n", "whom": "people", "asks": "people", "page": "p", "n": 1},
}


def kept(table: str, **values) -> dict:
    return checked(SHEETS[table], {**WHOLE[table], **values}, is_new=True)


WRONG = [
    ("sentiment", "score", 0, "0 must be a whole number from 1 to 5"),
    ("sentiment", "score", 6, "6 must be"),
    ("sentiment", "score", 3.0, "3.0 must be"),
    ("sentiment", "score", True, "True must be"),
    ("sentiment", "score", "3", "'3' must be"),
    ("sentiment", "score", None, "it must not be empty; it must be a whole number from 1 to 5"),
    ("sentiment", "said_on", "2026-10-31", "'2026-10-31' must be a date from 1900 to 2199"),
    ("sentiment", "said_on", NOW, "datetime.datetime(2026, 11, 1, 8, 0) must be a date"),
    ("sentiment", "said_on", pd.NaT, "NaT must be a date"),
    ("sentiment", "said_on", date(1899, 12, 31), "must be a date from 1900 to 2199"),
    ("sentiment", "said_on", date(2200, 1, 1), "must be a date from 1900 to 2199"),
    ("note", "account", "", "it must not be empty; it must be text of at most 500 characters"),
    ("note", "account", "a" * 501, "...aaaaaaaaaaaaaaaaaaaaaaaaaaaa' must be text of at most 500 characters"),
    ("note", "account", 7, "7 must be text"),
    ("note", "text", " \n\t", "it must not be empty"),
    ("note", "text", "a" * 10_001, "...aaaaaaaaaaaaaaaaaaaaaaaaaaaa' must be text of at most 10,000 characters"),
    ("note", "text", "a\x00b", "'a\\x00b' must be text of at most 10,000 characters, without NUL"),
    ("note", "text", b"bytes", "b'bytes' must be text"),
    ("touch", "kind", "fax", "'fax' must be one of call, email, training, qbr, campaign"),
    ("touch", "kind", "", "it must not be empty"),
    ("touch", "kind", ["call"], "['call'] must be one of"),
    ("touch", "occurred_at", DAY, "datetime.date(2026, 10, 31) must be a point in time (UTC)"),
    ("touch", "occurred_at", pd.NaT, "NaT must be a point in time"),
    ("touch", "is_two_way", 1, "1 must be yes or no"),
    ("touch", "is_two_way", "yes", "'yes' must be yes or no"),
    ("touch", "made_by", None, "it must not be empty"),
    ("touch", "url", "javascript:alert(1)", "'javascript:alert(1)' must be an address that begins with http://"),
    ("touch", "url", " https://x", "' https://x' must be an address"),
    ("touch", "url", "https://" + "x" * 2_000, "must be an address"),
    ("task", "is_commitment", None, "it must not be empty; it must be yes or no"),
    ("save_plan", "arr", Decimal("-0.01"), "Decimal('-0.01') must be an amount of money: 0 or more"),
    ("save_plan", "arr", Decimal("0.001"), "must be an amount of money"),
    ("save_plan", "arr", Decimal("NaN"), "must be an amount of money"),
    ("save_plan", "arr", Decimal("sNaN"), "must be an amount of money"),
    ("save_plan", "arr", Decimal("Infinity"), "must be an amount of money"),
    ("save_plan", "arr", float("nan"), "nan must be an amount of money"),
    ("save_plan", "arr", 0.1 + 0.2, "0.30000000000000004 must be an amount of money"),
    ("save_plan", "arr", 10**16, "must be an amount of money"),
    ("save_plan", "arr", Decimal("1e999999"), "must be an amount of money"),
    ("save_plan", "arr", True, "True must be an amount of money"),
    ("save_plan", "arr", "5", "'5' must be an amount of money"),
    ("save_plan", "outcome", "won", "'won' must be one of saved, lost"),
    ("save_plan", "closed_on", date(2026, 10, 30), "2026-10-30 must not be before opened_on, 2026-10-31"),
    ("save_plan", "steps", "call", "'call' must be a list of at most 100 steps"),
    ("save_plan", "steps", ["call"], "['call'] must be a list"),
    ("save_plan", "steps", [{"text": ""}], "must be a list"),
    ("save_plan", "steps", [{"text": "t", "done_on": "2026-10-31"}], "must be a list"),
    ("save_plan", "steps", [{"text": "t", "owner": "anna"}], "must be a list"),
    ("save_plan", "steps", [{"text": "t"}] * 101, "must be a list"),
    ("cancel_request", "withdrawn_on", date(2026, 10, 30), "2026-10-30 must not be before asked_on, 2026-10-31"),
    ("goal", "value", float("inf"), "inf must be a number"),
    ("goal", "value", "5", "'5' must be a number"),
    ("audience", "name", " ", "it must not be empty; it must be a name of at most 100 characters on one line"),
    ("audience", "name", "a" * 101, "must be a name of at most 100 characters on one line, without hidden ones"),
    ("audience", "name", "a\nb", "must be a name of at most 100"),
    ("audience", "name", "a\u202eb", "must be a name of at most 100"),
    ("audience", "name", "a\u200bb", "must be a name of at most 100"),
    ("audience", "whom", "dogs", "'dogs' must be one of people, accounts"),
    ("audience", "n", -1, "-1 must be a whole number from 0 to 1000000000"),
    ("saved_view", "query", ["a"], "['a'] must be an object of JSON"),
    ("saved_view", "query", {"a": DAY}, "must be an object of JSON"),
    ("saved_view", "query", {"a": float("nan")}, "must be an object of JSON"),
    ("saved_view", "query", {"a\x00": 1}, "must be an object of JSON"),
    ("saved_view", "query", {"a": ["\ud800"]}, "must be an object of JSON"),
    ("saved_view", "query", {"a": "é" * 500_000}, "must be an object of JSON, of at most 1 MB"),
    ("preference", "value", None, "it must not be empty; it must be a value JSON can say"),
    ("preference", "value", {1, 2}, "{1, 2} must be a value JSON can say"),
]  # fmt: skip


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    opened = open_workspace(f"sqlite:///{tmp_path_factory.mktemp('workspace') / 'workspace.db'}")
    yield opened
    opened.close()


@pytest.mark.parametrize(("table", "column", "value", "told"), WRONG, ids=lambda each: str(each)[:20])
def test_a_wrong_value_is_refused_with_its_table_column_value_and_rule(workspace, table, column, value, told):
    with pytest.raises(Refused) as refusal:
        rows.add(workspace, table, {**WHOLE[table], column: value}, by="anna", now=NOW)
    said = str(refusal.value)
    assert said.startswith(f"{table}.{column}: ") and told in said
    assert len(said) < 300
    assert rows.rows(workspace, table) == []


def test_a_value_that_never_ends_is_refused():
    deep: list = []
    for _ in range(100_000):
        deep = [deep]
    ring: dict = {}
    ring["ring"] = ring
    for value in (deep, ring):
        with pytest.raises(Refused, match=r"preference\.value"):
            kept("preference", value=value)


def test_a_change_may_not_break_a_rule_with_what_is_there(workspace):
    made = rows.add(workspace, "save_plan", WHOLE["save_plan"], by="anna", now=NOW)
    for values, told in (
        ({"closed_on": date(2026, 10, 30)}, "closed_on: 2026-10-30 must not be before opened_on"),
        ({"reason": None}, "reason: it must not be empty"),
        ({"account": "b"}, "account: a save plan stays with its account"),
        ({"version": 7}, "save_plan has no column 'version'; it has account, reason, steps"),
        ({"removed_at": NOW}, "no column 'removed_at'"),
    ):
        with pytest.raises(Refused, match=told):
            rows.change(workspace, "save_plan", made.id, 1, values, by="anna", now=NOW)
    assert rows.find(workspace, "save_plan", made.id) == made
    rows.remove(workspace, "save_plan", made.id, 1, by="anna", now=NOW)


def test_unknown_tables_columns_writers_and_moments_are_refused(workspace):
    for table, values, by, now, told in (
        ("notes", {"account": "a", "text": "t"}, "anna", NOW, "no table 'notes'; it has sentiment, note"),
        (
            "note",
            {"account": "a", "text": "t", "'; drop": 1},
            "anna",
            NOW,
            'note has no column "\'; drop"; it has account, text',
        ),
        ("note", {"account": "a", "text": "t"}, " ", NOW, "by: it must not be empty"),
        ("note", {"account": "a", "text": "t"}, "anna", DAY, "now: .* must be a point in time"),
        ("note", {"text": "t"}, "anna", NOW, "account: it must not be empty"),
        ("link", {"account": "a", "query": {}}, "anna", NOW, "link has no column 'account'"),
    ):
        with pytest.raises(Refused, match=told):
            rows.add(workspace, table, values, by=by, now=now)
    with pytest.raises(Refused, match="note has no column 'texts'"):
        rows.rows(workspace, "note", where={"texts": "t"})
    with pytest.raises(Refused, match="score"):
        rows.rows(workspace, "sentiment", where={"score": "3 or 1=1"})


def test_what_nobody_said_is_empty_or_the_default():
    task = kept("task", owner="  ", detail="")
    assert (task["owner"], task["detail"], task["due_on"], task["is_commitment"]) == (None, None, None, False)
    plan = kept("save_plan", outcome="", steps=[{"text": "call"}])
    assert (plan["outcome"], plan["steps"]) == (None, [{"text": "call", "done_on": None}])
    assert kept("save_plan")["steps"] == []
    assert kept("save_plan")["steps"] is not kept("save_plan")["steps"]


def test_values_at_the_edge_of_a_rule_are_kept_exactly():
    assert kept("note", text=" a\r\n" + "b" * 9_996)["text"] == " a\r\n" + "b" * 9_996
    assert kept("saved_view", query={"a": "x" * 999_992})["query"] == {"a": "x" * 999_992}  # {"a":""} is 8 bytes
    assert kept("save_plan", arr=Decimal("9999999999999999.99"))["arr"] == Decimal("9999999999999999.99")
    assert str(kept("save_plan", arr=12.3)["arr"]) == str(kept("save_plan", arr=Decimal("12.300"))["arr"]) == "12.30"
    assert str(kept("save_plan", arr=Decimal("-0"))["arr"]) == "0.00"
    assert kept("touch", occurred_at=pd.Timestamp("2026-11-01 08:00:00.000001", tz=UTC))["occurred_at"] == NOW.replace(
        microsecond=1
    )
    assert type(kept("touch", occurred_at=pd.Timestamp(NOW))["occurred_at"]) is datetime
    assert kept("touch", url="HTTPS://x")["url"] == "HTTPS://x"


@given(st.decimals(0, 10**15, allow_nan=False) | st.floats(0, 1e13, allow_nan=False) | st.integers(0, 10**15))
def test_money_is_kept_exactly_or_refused_never_rounded(value):
    try:
        found = money().kept("save_plan.arr", value)
    except Refused:
        assert Decimal(str(value)) != round(Decimal(str(value)), 2)
    else:
        assert found == Decimal(str(value)) and found.as_tuple().exponent == -2


@given(st.one_of(st.none(), st.text(), st.integers(), st.floats(), st.binary(), st.dates(), st.lists(st.text()),
                 st.dictionaries(st.text(), st.integers()), st.decimals(), st.complex_numbers()))  # fmt: skip
def test_any_value_is_kept_or_refused_in_words(value):
    for name, sheet in SHEETS.items():
        for column, rule in sheet.rules.items():
            try:
                rule.kept(f"{name}.{column}", value)
            except Refused as refusal:
                assert str(refusal).startswith(f"{name}.{column}: ")


def test_every_table_has_what_every_row_has():
    for sheet in SHEETS.values():
        assert set(EVERY) <= set(sheet.table.c.keys())
        assert set(sheet.rules) <= set(sheet.table.c.keys())
        assert {sheet.newest, *sheet.one_per, *(sheet.span or ())} <= set(sheet.table.c.keys())
