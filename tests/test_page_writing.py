"""Writing through the page: every form on two accounts, what it changes at once, two people at once, and who may not."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from lib.book import year_to
from lib.facts import open_store
from lib.facts.ask import ask
from lib.measures.registry import MEASURES, measure
from lib.view import access, tables
from lib.workspace import frame, many, open_workspace, rows
from lib.workspace.tables import HANDOVER
from tests.pages import is_well
from tests.pages import text as spaced
from tests.test_access import FOREIGN, house, sent, store  # noqa: F401
from tests.twobooks import ADA, DANA, LEE, signed_in
from tests.worldlets import WORDS

NOW = datetime(2026, 11, 1, tzinfo=UTC)
PAGE = "pages/book.py"
HOSTILE = "<img src=x onerror=alert(1)> ![a](http://evil.example/x.png) :material/x: $y$ **b** é😀 "


def text(app: AppTest) -> str:
    """What a reader sees, without the spaces that tags leave."""
    return re.sub(r" (?=[,;:.])", "", " ".join(spaced(app).split()))


@pytest.fixture
def space(tmp_path):
    """The workspace that the pages open."""
    return open_workspace(f"sqlite:///{tmp_path}/workspace.db")


@pytest.fixture(autouse=True)
def today(monkeypatch):
    """A day after the data's last one."""
    monkeypatch.setattr(access, "today", lambda: date(2026, 11, 20))
    return date(2026, 11, 20)


def tick(app: AppTest, *at: int) -> list[str]:
    """Tick rows of the list of accounts."""
    listed = app.dataframe[0].value["account"]
    app.session_state[tables.named("mybook", listed)] = {"selection": {"rows": list(at), "columns": [], "cells": []}}
    app.run()
    return [listed.iat[each] for each in at]


def choose(app: AppTest, kind: str, place: str = "") -> None:
    app.session_state[f"kind of what is written {place}"] = kind
    app.run()


def fill(app: AppTest, **held) -> None:
    """Type into the form that is open, whichever it is."""
    for name, value in held.items():
        kinds = (
            app.text_area,
            app.text_input,
            app.number_input,
            app.date_input,
            app.checkbox,
            app.selectbox,
            app.button_group,
        )
        (box,) = [
            each
            for kind in kinds
            for each in kind
            if each.key and each.key.endswith(f" {name}") and each.key.startswith(("write", "edit"))
        ]
        box.set_value(value)
    app.run()


def press(app: AppTest, begins: str) -> None:
    next(each for each in app.button if each.key and each.key.startswith(begins)).click().run()
    assert is_well(app), text(app)


opened = cache(open_store)


def asked(where, space, name: str, **options):
    """The answer of a measure on what was written, a row an account."""
    snapshot = opened(where)
    book = year_to(snapshot.manifest.as_of)
    said = {table: frame(space, table) for table in MEASURES[name].reads}
    with ask(snapshot, book, WORDS, written=said) as con:
        return measure(name)(con, book, WORDS, **options).table


FILLED = {  # kind -> what is typed; a column that it lacks first, and what is then said
    "note": ({"text": "CFO left"}, "Write the note first."),
    "touch": ({"kind": "call", "is_two_way": True, "occurred_at": date(2026, 11, 17)}, "Choose what it was"),
    "sentiment": ({"score": 1, "comment": "angry"}, "Choose how the customer feels, from 1 to 5."),
    "next_step": ({"text": "Call the CFO", "due_on": date(2026, 11, 25)}, "Say what the next step is."),
    "task": ({"title": "Send the plan", "is_commitment": True, "due_on": date(2026, 11, 18), "owner": "Jo Park"}, "Say what is to be done."),
    "save_plan": ({"reason": "Costs", "steps": "one\n\n two ", "arr": 12.5}, "Say why the account may leave."),
    "cancel_request": ({"reason": "Price"}, "Give their reason"),
    "renewal_call": ({"call": "at_risk", "renews_on": date(2026, 12, 1), "amount": 100.0}, "Choose the call"),
    "goal": ({"category": "Go live", "due_on": date(2026, 12, 24)}, "Say what the customer wants to reach."),
}  # fmt: skip


def forms_alone(accounts: list[str]) -> None:
    import streamlit as st

    from lib.view import door
    from lib.view.writing import writing

    st.session_state.setdefault("whether the reader just came to the page", False)
    door.look_up()
    writing.panel(accounts, accounts)


def test_every_form_is_filled_in_on_two_accounts_and_counts_at_once(sit, full_store, space):
    accounts = asked(full_store, space, "mybook", limit=6)["account"].iloc[[3, 5]].tolist()
    app = sit(accounts, forms_alone)
    for kind, (held, lacking) in FILLED.items():
        choose(app, kind)
        press(app, f"save write  {kind}")
        assert lacking in text(app) and not rows.rows(space, kind), kind
        fill(app, **held)
        press(app, f"save write  {kind}")
        made = rows.rows(space, kind, accounts=accounts)
        assert len(made) == 2 and {row.account for row in made} == set(accounts), text(app)
        for name, value in held.items():
            kept = made[0][name]
            if name not in ("steps", "occurred_at"):
                assert kept == (Decimal(str(value)) if name in ("arr", "amount") else value), (kind, name)
    assert rows.rows(space, "touch")[0]["occurred_at"].date() == date(2026, 11, 17)
    assert rows.rows(space, "sentiment")[0]["said_on"] == date(2026, 11, 20)
    assert rows.rows(space, "save_plan")[0]["steps"] == [{"text": each, "done_on": None} for each in ("one", "two")]
    book = asked(full_store, space, "mybook").set_index("account").loc[accounts]
    assert book["is_at_risk"].all() and (book["sentiment"] == 1).all()
    assert [set(each) for each in book["risk_reasons"]] == [{"cancel asked", "in a save plan", "low sentiment"}] * 2
    assert {day.date() for day in book["last_touch_on"]} == {
        date(2026, 11, 17)
    }  # the day it was, though the data ends before
    work = asked(full_store, space, "worklist", on=date(2026, 11, 20))
    assert work["work"].tolist() == ["commitment"] * 2 + ["next step"] * 2 + ["save plan step"] * 4
    assert work["days_overdue"].tolist()[:2] == [2, 2] and set(work["account"]) == set(accounts)


def test_a_call_is_of_each_accounts_own_renewal_and_a_backdated_one_does_not_outdo_it(visit, tmp_path, space):
    from tests.test_facts_standing import term
    from tests.worldlets import account_frame, contract_frame, open_world

    terms = [
        term("a", "2025-11-20", "2026-11-20", arr=10.5),
        term("b", "2025-12-01", "2026-12-01", arr=20.0),
        term("c", "2025-12-01"),
    ]
    people = pd.DataFrame({"person": ["p1"], "account": ["a"], "name": ["Ann"]})
    open_world(
        tmp_path / "store",
        {"account": account_frame(list("abc")), "contract": contract_frame(*terms), "person": people},
    )
    app = visit(tmp_path / "store", PAGE, {"sort": "account", "up": "yes"})
    tick(app, 0, 1, 2)
    choose(app, "renewal_call")
    assert "3 accounts" in text(app) and "1 account without one" in text(app)
    fill(app, call="likely")
    press(app, "save write  renewal_call")
    assert "No renewal is known of c" in text(app) and not rows.rows(space, "renewal_call")
    tick(app, 0, 1)
    press(app, "save write  renewal_call")
    made = {row.account: row.values for row in rows.rows(space, "renewal_call")}
    assert {name: (row["renews_on"], row["amount"]) for name, row in made.items()} == {
        "a": (date(2026, 11, 20), Decimal("10.5")), "b": (date(2026, 12, 1), 20)}  # fmt: skip
    snapshot = opened(tmp_path / "store")
    days = {"quarter_opens_on": date(2026, 10, 1), "quarter_closes_on": date(2027, 1, 1)}
    found = asked(tmp_path / "store", space, "triage", **days).set_index("account")
    assert found["renewal_call"].to_dict() == {"a": "likely", "b": "likely"} and found.loc["a", "call_amount"] == 10.5
    assert snapshot.manifest.as_of < date(2026, 11, 20)  # the call was made after the data ended
    tick(app, 0)
    choose(app, "touch")
    fill(app, kind="email", is_two_way=False, person="p1")
    tick(app, 0, 1)
    press(app, "save write  touch")  # whoever was chosen for one account is no person of the other
    assert [row["person"] for row in rows.rows(space, "touch")] == [None, None]
    tick(app, 0)
    fill(app, kind="call", is_two_way=True, person="p1", url="javascript:alert(1)")
    press(app, "save write  touch")
    assert "must be an address that begins with http" in text(app) and len(rows.rows(space, "touch")) == 2
    fill(app, url="https://example.com/call")
    press(app, "save write  touch")
    assert rows.rows(space, "touch", most=1)[0]["person"] == "p1"


def test_what_was_typed_survives_a_refusal_and_an_untick_and_is_saved_once(visit, full_store, space):
    app = visit(full_store, PAGE)
    (account,) = tick(app, 0)
    choose(app, "task")
    fill(app, title="Send it", is_commitment=True)
    press(app, "save write  task")
    assert "Say by when it was promised." in text(app) and app.text_input(key="write  task 0 title").value == "Send it"
    choose(app, "note")
    fill(app, text="meanwhile")
    press(app, "save write  note")
    tick(app)
    assert not [each for each in app.text_area if each.key.startswith("write")]
    tick(app, 0)
    choose(app, "task")
    assert app.text_input(key="write  task 0 title").value == "Send it"
    fill(app, due_on=date(2026, 12, 1))
    press(app, "save write  task")
    assert [row.account for row in rows.rows(space, "task")] == [account]
    press(app, "undo writing ")
    assert rows.rows(space, "task") == [] and "Taken back" in text(app)


# --- one account


def script(account: str) -> None:
    import streamlit as st

    from lib.view import door
    from lib.view.writing import handover, kept

    st.session_state.setdefault("whether the reader just came to the page", False)
    door.look_up()
    kept.panel(account, "Customer")
    handover.panel(account)


@pytest.fixture
def sit(monkeypatch, tmp_path, full_store):
    """sit(account) is a reader at the page of one account, in a session of their own; or at the forms of several."""
    monkeypatch.setenv("HEADLIGHT_STORE", str(full_store))
    monkeypatch.setenv("HEADLIGHT_WORKSPACE", f"sqlite:///{tmp_path}/workspace.db")

    def run(account: str | list[str] = "A00000", shown=script) -> AppTest:
        return AppTest.from_function(shown, args=(account,), default_timeout=60).run()

    return run


def test_a_row_is_changed_closed_opened_again_removed_and_brought_back(sit, space):
    task = rows.add(
        space, "task", {"account": "A00000", "title": "Call", "due_on": date(2026, 11, 19)}, by="jo", now=NOW
    )
    app = sit()
    assert "due 19 Nov 2026, 1 day overdue" in text(app)
    press(app, f"end {task.id}")
    assert rows.find(space, "task", task.id)["done_on"] == date(2026, 11, 20) and "Done." in text(app)
    press(app, "undo kept")
    assert rows.find(space, "task", task.id)["done_on"] is None
    press(app, f"open {task.id}")
    fill(app, title="Call twice")
    press(app, "save edit")
    assert (rows.find(space, "task", task.id)["title"], rows.find(space, "task", task.id).changed_by) == (
        "Call twice",
        "everyone",
    )
    press(app, f"remove {task.id}")
    assert rows.rows(space, "task") == [] and "Nothing yet" in text(app)
    press(app, "undo kept")
    assert [row["title"] for row in rows.rows(space, "task")] == ["Call twice"]


def test_a_click_on_what_somebody_changed_meanwhile_is_told_and_does_nothing(sit, space):
    task = rows.add(space, "task", {"account": "A00000", "title": "Call"}, by="jo", now=NOW)
    app = sit()
    rows.change(space, "task", task.id, 1, {"title": "Call Ann"}, by="lee", now=NOW)
    press(app, f"end {task.id}")
    assert "lee changed it while you looked at it" in text(app) and "Call Ann" in text(app)
    assert rows.find(space, "task", task.id)["done_on"] is None


def test_on_an_upload_of_ones_own_nothing_is_read_or_written(sit, space, monkeypatch):
    from lib.view import private

    rows.add(space, "note", {"account": "A00000", "text": "of the shared data"}, by="jo", now=NOW)
    app = sit()
    monkeypatch.setattr(private, "is_on", lambda: True)
    monkeypatch.setattr(private, "store", lambda: None)
    choose(app, "note", "A00000")
    assert is_well(app) and not app.get("html") and not app.text_area


def test_a_save_plan_is_worked_off_and_closed_with_its_outcome(sit, space):
    steps = [{"text": "one", "done_on": None}, {"text": "two", "done_on": None}]
    plan = rows.add(
        space,
        "save_plan",
        {"account": "A00000", "reason": "r", "steps": steps, "opened_on": date(2026, 11, 1)},
        by="jo",
        now=NOW,
    )
    app = sit()
    app.checkbox(key=f"step 1 {plan.id} 1").check().run()
    assert [step["done_on"] for step in rows.find(space, "save_plan", plan.id)["steps"]] == [None, date(2026, 11, 20)]
    press(app, f"end {plan.id}")
    assert "Choose whether the account was saved or lost." in text(app)
    app.session_state[f"outcome {plan.id}"] = "lost"
    app.date_input(key=f"closed on {plan.id}").set_value(date(2026, 11, 10)).run()
    press(app, f"end {plan.id}")
    kept = rows.find(space, "save_plan", plan.id)
    assert (kept["outcome"], kept["closed_on"]) == ("lost", date(2026, 11, 10)) and "lost on 10 Nov 2026" in text(app)
    goal = rows.add(space, "goal", {"account": "A00000", "category": "Go live"}, by="jo", now=NOW)
    asks = rows.add(
        space, "cancel_request", {"account": "A00000", "reason": "x", "asked_on": date(2026, 11, 2)}, by="jo", now=NOW
    )
    app.run()
    press(app, f"end {goal.id}")
    press(app, f"end {asks.id}")
    assert (
        rows.find(space, "goal", goal.id)["reached_on"]
        == rows.find(space, "cancel_request", asks.id)["withdrawn_on"]
        == date(2026, 11, 20)
    )


def test_the_second_of_two_is_told_sees_theirs_and_loses_nothing(sit, space):
    step = rows.add(space, "next_step", {"account": "A00000", "text": "Call"}, by="jo", now=NOW)
    one, other = sit(), sit()
    for app in (one, other):
        press(app, f"open {step.id}")
    fill(one, text="Call on Monday", due_on=date(2026, 11, 23))
    press(one, "save edit")
    fill(other, text="Call on Friday")
    press(other, "save edit")
    kept = rows.find(space, "next_step", step.id)
    assert kept["text"] == "Call on Monday"
    assert (
        "everyone changed “Next step”, “Due” on" in text(other)
        and "Yours is not saved yet" in text(other)
        and "everyone: Call on Monday" in text(other)
    )
    assert [each.value for each in other.text_area if each.key.startswith("edit")] == ["Call on Friday"]
    assert [each.value for each in other.date_input if each.key.startswith("edit")] == [date(2026, 11, 23)]
    press(other, "save edit")
    kept = rows.find(space, "next_step", step.id)
    assert (kept["text"], kept["due_on"], kept.version) == ("Call on Friday", date(2026, 11, 23), 3)
    third, fourth = sit(), sit()
    press(third, f"open {step.id}")
    press(fourth, f"remove {step.id}")
    fill(third, text="Mine")
    press(third, "save edit")
    assert "removed it on" in text(third)
    press(third, "save edit")
    assert (
        rows.find(space, "next_step", step.id)["text"] == "Mine"
        and rows.find(space, "next_step", step.id).removed_at is None
    )


def test_a_handover_is_filled_in_by_two_at_once(sit, space):
    one, other = sit(), sit()
    assert "0 of 9 filled in" in text(one)
    for app in (one, other):
        press(app, "open handover")
    fill(one, pain="Slow", buyer="Ann")
    press(one, "save edit")
    fill(other, pain="Costly", blockers="Bo")
    press(other, "save edit")
    assert "everyone changed “Pain”, “Buyer” on" in text(other) and "Slow" in text(other)
    assert next(each.value for each in other.text_area if each.key.endswith(" buyer")) == "Ann"
    press(other, "save edit")
    (kept,) = rows.rows(space, "handover")
    assert {name: kept[name] for name in HANDOVER if kept[name]} == {"pain": "Costly", "buyer": "Ann", "blockers": "Bo"}
    assert (
        "3 of 9 filled in; missing: impact, critical event, success criteria, champions, verbal commitments, complexity"
        in text(other)
    )


def test_hostile_words_are_shown_as_they_were_written(sit, space):
    long = HOSTILE * (10_000 // len(HOSTILE))
    for table, values in {
        "note": {"text": long}, "task": {"title": HOSTILE, "owner": HOSTILE, "detail": long}, "goal": {"category": HOSTILE},
        "save_plan": {"reason": long, "opened_on": date(2026, 11, 1), "steps": [{"text": HOSTILE, "done_on": None}]},
        "touch": {"kind": "call", "occurred_at": NOW, "url": 'http://x"onmouseover="alert(1)', "person": HOSTILE, "comment": long},
        "handover": dict.fromkeys(HANDOVER, long),
    }.items():  # fmt: skip
        rows.add(space, table, {"account": "A00000", **values}, by=HOSTILE, now=NOW)
    app = sit()
    assert is_well(app) and HOSTILE.strip() in spaced(app)
    bodies = "".join(each.proto.body for each in app.get("html")) + "".join(each.label for each in app.checkbox)
    for word in ("<img", "![a]", ":material/x", 'onmouseover="', "**b**"):
        assert word not in bodies, word


# --- who may not


def of(house, email: str, account: str) -> AppTest:  # noqa: F811
    app = AppTest.from_function(script, args=(account,), default_timeout=60)
    house(email)
    app.user = signed_in(email)
    return app.run()


def test_nobody_reads_or_writes_about_an_account_of_another_book(house, space):  # noqa: F811
    foreign, own = f"{FOREIGN}0001", "A0001"
    secret = rows.add(
        space, "task", {"account": foreign, "title": f"{FOREIGN} secret", "due_on": date(2026, 11, 1)}, by=LEE, now=NOW
    )
    rows.add(space, "handover", {"account": foreign, "pain": f"{FOREIGN} pain"}, by=LEE, now=NOW)
    rows.add(space, "task", {"account": own, "title": "mine"}, by=DANA, now=NOW)
    app = of(house, DANA, foreign)
    assert is_well(app) and not app.get("html") and not app.button
    app = of(house, DANA, own)
    assert "mine" in text(app)

    def forged() -> None:
        import streamlit as st

        from lib.errors import Refused
        from lib.view import door
        from lib.view.writing import pen
        from lib.workspace import Conflict

        door.look_up()
        theirs, id = st.session_state["theirs"], st.session_state["id"]
        acts = [
            lambda: pen.add("note", ["A0001", theirs], {"text": "x"}),
            lambda: pen.add("note", ["nobody's"], {"text": "x"}),
            lambda: pen.change("task", id, 1, {"title": "x"}),
            lambda: pen.remove("task", id, 1),
            lambda: pen.restore("task", id, 1),
            lambda: pen.change("task", id, 99, {"title": "x"}),
        ]
        said = []
        for act in acts:
            try:
                act()
            except Refused as refusal:
                said.append(f"{refusal}{' of a row' * isinstance(refusal, Conflict)}")
        done = pen.change_many({"task": [(id, 1, {"title": "x"})]})
        st.session_state["said"] = [*said, *map(str, done.refused.values())]
        st.session_state["seen"] = [
            pen.found("task", [id]).get(id),
            pen.kept(theirs)["task"],
            pen.people(theirs),
            pen.renewals([theirs]),
        ]

    app = AppTest.from_function(forged, default_timeout=60)
    app.user = signed_in(DANA)
    app.session_state["theirs"], app.session_state["id"] = foreign, secret.id
    app.run()
    assert not app.exception and len(app.session_state["said"]) == 7
    assert all("not yours" in said or "not one of yours" in said for said in app.session_state["said"])
    assert app.session_state["seen"] == [None, [], {}, {}]
    assert rows.find(space, "task", secret.id) == secret and rows.rows(space, "note") == []
    book = house(DANA, PAGE)
    assert "1 open" in text(book) and FOREIGN.encode() not in sent(book)
    assert "1 open, 1 overdue" in text(house(LEE, PAGE))


def test_an_admin_who_sees_as_another_reads_and_does_not_write(house, space):  # noqa: F811
    rows.add(space, "note", {"account": "A0001", "text": "hello"}, by=DANA, now=NOW)
    app = AppTest.from_function(script, args=("A0001",), default_timeout=60)
    house(ADA)
    app.user = signed_in(ADA)
    app.session_state[access._AS] = DANA
    app.run()
    assert (
        "hello" in text(app) and not [each for each in app.button if each.key != "close"] and not app.button_group[1:]
    )


def test_the_work_list_of_a_page_is_done_postponed_and_handed_over(visit, full_store, space):
    many.add(
        space, "task", ["A00000", "A00001", "A00002"], {"title": "Call", "due_on": date(2026, 11, 18)}, by="jo", now=NOW
    )
    plan = rows.add(space, "save_plan", {"account": "A00000", "reason": "r", "opened_on": date(2026, 11, 1),
                                         "steps": [{"text": "one", "done_on": None}, {"text": "two", "done_on": None}]}, by="jo", now=NOW)  # fmt: skip
    rows.add(
        space, "cancel_request", {"account": "A00001", "reason": "r", "asked_on": date(2026, 11, 1)}, by="jo", now=NOW
    )
    assert "1 open, 1 overdue" in text(visit(full_store, PAGE, {"s.notice": "cancel asked"}))
    app = visit(full_store, PAGE)
    assert "5 open, 3 overdue" in text(app)

    def work() -> list[dict]:
        return asked(full_store, space, "worklist", on=date(2026, 11, 20)).to_dict("records")

    def tick_work(*at: int) -> None:
        table = asked(full_store, space, "worklist", on=date(2026, 11, 20))
        app.session_state[tables.named("work", table[["id", "version", "step"]])] = {
            "selection": {"rows": list(at), "columns": [], "cells": []}
        }
        app.run()

    tick_work(0, 1, 4)
    rows.change(space, "task", work()[1]["id"], 1, {"title": "Call now"}, by="lee", now=NOW)
    press(app, "done ")
    assert "2 done." in text(app) and "“Call” changed meanwhile" in text(app)
    assert [row["title"] for row in work()] == ["Call now", "Call", "one"]
    press(app, "undo work list")
    assert [row["title"] for row in work()] == ["Call", "Call now", "Call", "one", "two"]
    tick_work(0, 3)
    day = next(each for each in app.date_input if each.key.startswith("postponed"))
    day.set_value(date(2026, 12, 1)).run()
    press(app, "postpone ")
    assert "1 postponed to 1 Dec 2026." in text(app) and "1 step of a save plan has no day" in text(app)
    tick_work(0, 3)
    next(each for each in app.selectbox if each.key.startswith("handed")).set_value("Mia Koch").run()
    press(app, "hand ")
    assert [row["owner"] for row in work()].count("Mia Koch") == 3  # a task, and both steps of the plan
    assert rows.find(space, "save_plan", plan.id)["owner"] == "Mia Koch"


def test_a_day_of_what_happened_is_not_after_today():
    from lib.view.writing.forms import FORMS, lacking

    said = lacking(FORMS["sentiment"], {"score": 3, "said_on": date(2026, 11, 20) + timedelta(1), "comment": ""})
    assert said == ["Day: that day is still to come."]
