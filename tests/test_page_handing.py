"""Exceptions handed over where people sign in: found by whoever got them, with no more of the account; never given to who may not see it."""

from datetime import date

import pytest
from streamlit import config
from streamlit.runtime.secrets import secrets_singleton
from streamlit.testing.v1 import AppTest

from lib.book import year_to
from lib.facts import about
from lib.facts.ask import ask
from lib.scope import ALL, NOBODY, Scope
from lib.view import access
from lib.workspace import open_workspace, rows
from tests.conftest import ROOT
from tests.pages import is_well, text
from tests.playworlds import CANCEL, LAST, NEAR, SAVE, acts, asked, at, frames
from tests.test_page_plays import press
from tests.twobooks import secrets, signed_in
from tests.worldlets import WORDS, open_world, publish_frames

TODAY = date(2026, 7, 1)
LEAD = """
[roles."lee@acme.com"]
sees = "team"
csm = ["lee"]
team = ["Dana"]
"""
ROLES = """
[roles."dana@acme.com"]
sees = "own"
csm = ["dana"]

[roles."kim@acme.com"]
sees = "own"
csm = ["Kim", "Lee"]

[roles."boss@acme.com"]
sees = "all"
"""
HANDED = acts(("near", CANCEL, "handed_over", "2026-06-28", None, "Lee"))


def two_of_near() -> dict:
    """The world of plays, where `near` has asked to cancel as well: two open exceptions."""
    found = frames()
    of = found["contract"]
    of.loc[of["account"] == "near", "asked_to_cancel_on"] = of.loc[of["account"] == "big", "asked_to_cancel_on"].iat[0]
    return found


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return open_world(tmp_path_factory.mktemp("world"), two_of_near())


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("handing") / "store"
    publish_frames(folder, two_of_near())
    return folder


@pytest.fixture
def space(tmp_path):
    return open_workspace(f"sqlite:///{tmp_path}/workspace.db")


@pytest.fixture
def house(monkeypatch, tmp_path, one_session, store):
    """house(email, page, query) is the visit of who has that address."""
    monkeypatch.setenv("HEADLIGHT_STORE", str(store))
    monkeypatch.setattr(access, "today", lambda: TODAY)
    before = config.get_option("secrets.files")
    config.set_option("secrets.files", [str(secrets(tmp_path, roles=ROLES + LEAD))])

    def run(email: str, page: str = "pages/book.py", **query: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).switch_page(page)
        app.user = signed_in(email)
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        assert is_well(app), app.exception
        return app

    yield run
    config.set_option("secrets.files", before)
    secrets_singleton._reset()


def listed(table) -> list[tuple]:
    return [(row.account, row.exception_rule) for row in table.itertuples()]


# --- what was handed over is its new owner's


def test_whose_work_it_is_follows_the_hand_over_and_brings_no_more_of_the_account(world):
    said = {"exception_act": HANDED}
    found = asked(world, "my_exceptions", said=said, whose=["LEE "])
    assert [(row.account, row.n_exceptions, row.csm) for row in found.itertuples()] == [
        ("near", 1, "Dana"), ("lee's", 1, "Lee"),
    ]  # fmt: skip
    assert found["exceptions"].iat[0] == [f"{CANCEL}, since 20 Jun 2026"]
    one = asked(world, "account_exceptions", said=said, whose=["Lee"], accounts=["near"], only="open")
    assert listed(one) == [("near", CANCEL)]
    whole = asked(world, "account_exceptions", said=said, accounts=["near"], only="open")
    assert sorted(listed(whole)) == [("near", CANCEL), ("near", NEAR)]
    hers = asked(world, "my_exceptions", said=said, whose=["Dana"])  # her accounts are hers, whoever helps with them
    assert {row.account: row.n_exceptions for row in hers.itertuples()}["near"] == 2


def test_a_scope_is_a_wall_that_no_hand_over_opens(world):
    said = {"exception_act": HANDED}
    for name in ("my_exceptions", "account_exceptions", "digest"):
        found = asked(world, name, said=said, whose=["Lee"], scope=Scope(("Lee",)))
        assert set(found["account"]) == ({"lee's"} if name != "digest" else set()), name


def test_the_digest_tells_the_new_owner_too(world):
    found = asked(world, "digest", said={"exception_act": HANDED}, whose=["Lee"], since=date(2026, 6, 1))
    assert {(row.account, row.title) for row in found.itertuples() if row.news == "new"} == {
        ("near", CANCEL), ("lee's", CANCEL),
    }  # fmt: skip
    assert "near" not in set(found[found["news"] == "deadline"]["account"])


def test_my_book_of_the_new_owner_has_it_and_its_tasks(house, space):
    task = {"account": "near", "rule": CANCEL, "play": SAVE, "role": "CSM", "title": "Call the buyer", "due_on": LAST}
    for values in ({"owner": "Dana"}, {"title": "Something else", "rule": NEAR, "owner": "Dana"}):
        rows.add(space, "task", task | values, by="dana@acme.com", now=at("2026-06-25"))
    app = house("lee@acme.com")
    assert "1 account off the path" in text(app) and "Call the buyer" not in said(app)
    dana = house("dana@acme.com", "pages/account.py", account="near")
    assert "2 open" in text(dana)
    give(dana, CANCEL, "lee")
    assert "1 exception and 1 open task handed to lee." in text(dana)
    app = house("lee@acme.com")
    assert "2 accounts off the path" in text(app) and "1 open, 1 overdue" in " ".join(
        text(app).replace(" ,", ",").split()
    )
    assert "Call the buyer" in said(app) and "Something else" not in said(app) and "Renewal near" not in said(app)


# --- never to who may not see it


def said(app: AppTest) -> str:
    return " ".join(each.value.to_csv() for each in app.dataframe)


def boxes(app: AppTest) -> list:
    return [each for each in app.selectbox if (each.key or "").startswith("exception handed to")]


def give(app: AppTest, rule: str, to: str) -> None:
    """Hand one of the account's exceptions over."""
    heads = [each.proto.body for each in app.get("html") if 'class="hl-kept"' in each.proto.body]
    at = next(number for number, head in enumerate(heads) if rule in head)
    box = boxes(app)[at]
    box.set_value(to)
    press(app, box.key.replace("exception handed to", "hand exception"))


def test_only_who_may_see_the_account_is_offered_and_another_is_refused(house, space, tmp_path):
    app = house("dana@acme.com", "pages/account.py", account="near")
    assert boxes(app)[0].options == ["dana@acme.com", "Dana", "boss@acme.com", "lee"]  # Kim shares Lee's accounts alone
    secrets(tmp_path, roles=ROLES)  # Lee leads no longer; the page stays as it was drawn
    give(app, CANCEL, "lee")
    assert "lee may not see this account" in text(app) and "Among those who may: Dana, boss@acme.com." in text(app)
    assert rows.rows(space, "exception_act") == []
    give(house("boss@acme.com", "pages/account.py", account="near"), CANCEL, "Dana")
    assert [row["owner"] for row in rows.rows(space, "exception_act")] == ["Dana"]


def test_who_sees_an_account_is_compared_as_a_scope_is(world):
    sights = [("All", ALL), ("None", NOBODY), ("Spaced", Scope((" DANA\t",))), ("Lee", Scope(("lee",))), ("Both", Scope(("Lee", "dana")))]  # fmt: skip

    def who(*accounts: str) -> list[str]:
        with ask(world, year_to(LAST), WORDS) as con:
            return about.who_see(con, accounts, sights)

    assert who("big") == ["Dana", "All", "Spaced", "Both"]
    assert who("lee's") == ["Lee", "All", "Lee", "Both"]
    assert who("big", "lee's") == ["All", "Both"]
