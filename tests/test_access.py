"""Whose data a reader sees: every measure and every page as one of two CSMs, as nobody, as an admin; and who is kept out."""

import itertools
import json
import logging
import os
from dataclasses import replace
from datetime import date, datetime
from functools import cache

import pytest
import streamlit as st
from starlette.datastructures import Headers
from streamlit import config
from streamlit.runtime.secrets import secrets_singleton
from streamlit.testing.v1 import AppTest

from lib.__main__ import main
from lib.book import Book, year_to
from lib.errors import Refused
from lib.facts import open_store
from lib.facts.ask import ask
from lib.facts.kpis import KPIS
from lib.facts.levels import OTHER
from lib.measures import Answer
from lib.measures.registry import MEASURES, measure
from lib.scope import ALL, NOBODY, Scope
from lib.view import access, comeback, door
from lib.view.address import pair
from lib.workspace import audiences, open_workspace, rows, sending, views
from lib.workspace.audiences import Asked
from tests.conftest import ROOT
from tests.pages import is_well, text
from tests.twobooks import (
    ADA,
    BOSS,
    DANA,
    FOREIGN,
    LEE,
    LOST,
    STRANGER,
    UNKNOWN,
    VALUES,
    N,
    secrets,
    signed_in,
    two_books,
)
from tests.worldlets import WORDS

PAGES = sorted(f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py"))
AUDIENCES = "pages/audiences.py"
WITH_DATA = [page for page in PAGES if page not in ("pages/upload.py", AUDIENCES)]
OWN = Scope(("Dana Smith",))


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return two_books(tmp_path_factory.mktemp("books"))


@pytest.fixture
def house(request, monkeypatch, tmp_path_factory, one_session, store):
    """house(email, page, query) runs a page as a first visit of the reader with that address; "" is nobody signed in."""
    has_folder = "tmp_path" in request.fixturenames
    folder = request.getfixturevalue("tmp_path") if has_folder else tmp_path_factory.mktemp("house")
    monkeypatch.setenv("HEADLIGHT_STORE", str(store))
    before = config.get_option("secrets.files")
    config.set_option("secrets.files", [str(secrets(folder))])

    def run(email: str, page: str = "pages/hotspots.py", query: dict | None = None, /, **claims) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).switch_page(page)
        app.user = signed_in(email) | claims
        for name, values in (query or {}).items():
            app.query_params[name] = values
        return app.run()

    yield run
    config.set_option("secrets.files", before)
    secrets_singleton._reset()


def sent(app: AppTest) -> bytes:
    """All that went to the browser, tables and choices included."""
    found, left = [], [app._tree]
    while left:
        node = left.pop()
        left += getattr(node, "children", {}).values()
        if hasattr(getattr(node, "proto", None), "SerializeToString"):
            found.append(node.proto.SerializeToString())
    return b"".join(found)


def is_kept_out(app: AppTest) -> bool:
    """Whether nothing was drawn but a title and a reason: no table, no figure, no choice, no account."""
    drawn = [*app.dataframe, *app.multiselect, *app.selectbox, *app.get("plotly_chart"), *app.get("page_link")]
    return not drawn and not app.exception and b"Customer" not in sent(app) and b"account(s)" not in sent(app)


# --- the measures


LETTER = {"campaign": "All", "subject": "{account_name}", "body": "{person_name}, {role}, {csm}", "goal": {"condition": "trained"},
          "who": [{"condition": "account_left", "is_not": True}], "hold_share": 0.5}  # fmt: skip


def options_of(name: str) -> list[dict]:
    """Every option of a measure, with values of one's own, of others, and of nobody."""
    names = [*VALUES, "employees", "usage_frequency"]
    values = {
        "outcome": [None, "lost", "lapsed", "cancelled", "churned"],
        "within": [[(each, value)] for each, kinds in VALUES.items()
                   for value in (kinds[0], f"{FOREIGN} {'Lee' if each == 'csm' else kinds[0]}", OTHER, None)]
                  + [[("channel", "Direct"), ("region", f"{FOREIGN} US")]],
        "search": ["", FOREIGN, f"{FOREIGN}0001", "a"],
        "sort": ["account", "name", "csm", "arr", "is_lost", "tenure_days", "plan"],
        "weight": ["accounts", "arr"],
        "only": ["lost", "at_risk"],
        "since": ["2025-10-01"],
        "written_from": ["2025-01-01T00:00"],
        "written_until": ["2030-01-01T00:00"],
        "reader": [DANA],
        "depth": [1, 3],
        "min_n": [5, 1_000],
        "on": ["2026-06-30"],
        "owner": [["a"], [FOREIGN]],
        "whose": [["Dana Smith"], [f"{FOREIGN} Lee"]],
        "alpha": [0.5],
        "limit": [0, 3],
        "offset": [0, 3, 10_000],
        "account": ["", "A0001", f"{FOREIGN}0001", f"{UNKNOWN}0001"],
        "window": ["30 days", UNKNOWN],
        "trait": ["sync", f"{FOREIGN} sync"],
        "kind": ["", "contract", "change", "streak", "bracket"],
        "cohort": ["contract_start", "key_action", "first_use", "csm", "House rule", "employees"],
        "feature": ["sync", f"{FOREIGN} sync"],
        "brackets": [["0", "1"]],
        "n_steps": [1],
        "horizon": [12],
        "value": ["all", "Jan 2025", FOREIGN],
        "at": [0, 3],
        "options": ['{"user_class": "all"}', '{"search": "a"}', f'{{"user_class": "{UNKNOWN}"}}', "[]"],
        "conditions": ["[]", f'[{{"condition": "role", "values": ["{FOREIGN} Analyst"]}}]', '[{"condition": "feature", "is_not": true}]'],
        "campaign": ["Win-back", "Drive feature use", UNKNOWN, json.dumps(LETTER)],
        "moment": ["Welcome", UNKNOWN],
        "kpi": ["under_utilised_rate", "seats_assigned_rate", UNKNOWN],
        "journey": ["", FOREIGN],
        "stage": ["Value", f"{FOREIGN} Pilot"],
        "level": ["Direct", FOREIGN],
        "from_stage": ["Value", f"{FOREIGN} Pilot"],
        "to_stage": ["Value", f"{FOREIGN} Pilot"],
        "lead_days": [0, 30],
        "verdict": ["", "ahead"],
        "reason": ["", FOREIGN],
        "week": ["", "2026-11-02"],
        "accounts": [["A0001", f"{FOREIGN}0001"], [f"{UNKNOWN}0001"], []],
        "result": ["", "still open", "recovered"],
        "times": [1, 3],
        "tenth": [1, 10],
        "went_from": ["", "Team", f"{FOREIGN} Team"],
        "went_to": ["", f"{FOREIGN} Team"],
        "within_days": [1, 700],
        "quarter": ["", "2026-10-01"],
        "first": [f"{FOREIGN} Lee", "Jan 2025"],
        "second": [f"{FOREIGN} Lee", "Feb 2025"],
        "lever": ["lapsed", "upsell", "trials", "declining", "evangelists", "barriers", "pricing", UNKNOWN],
        "barrier": ["", "sync", f"{FOREIGN} sync"],
        "part": ["with notice", "volume"],
        "period_from": ["2025-01-01"],
        "period_until": ["2027-01-01"],
        "currency": ["", "EUR"],
        "csm": ["", "Dana Smith", f"{FOREIGN} Lee"],
        "day": ["", "2026-06-30"],
        "colour": ["", "green", "none"],
        "profile": ["Grown, high touch", f"{FOREIGN} profile"],
        "touch": ["", "high"],
        "score_from": [0, 70],
        "band": [0, 4],
        "draft": ["", UNKNOWN, json.dumps(WORDS.words()["health"] | {"red_below": 60})],
        "days": [90, 180],
        "said_from": [0.0, 40.0],
        "said_until": [0.1, 70.0],
        "lead": ["", "31 to 60", UNKNOWN],
        "rule": ["Key user left", "Never-used seat", UNKNOWN],
        "fact": ["silent_days"],
        "test": ["at_least"],
        "enter": [0.5],
        "leave": [0.5],
        "among": [["settled"]],
        "for_days": [7],
        "shared_with": ["Key user left"],
        "fired_day": ["2026-06-30"],
        "play": ["play", f"{FOREIGN} play", UNKNOWN],
        "bands": [{"employees": (100.0, 1_000.0)}, {"employees": (90_000_100.0,)}],
    }  # fmt: skip
    asked = []
    for option in MEASURES[name].options:
        if option.name == "by":
            several = (
                [[each] for each in names]
                + [list(two) for two in itertools.combinations(names, 2)]
                + [names[:4], names[:5]]
            )
            asked += [{"by": each} for each in (names if option.kind == "text" else several)]
        elif option.kind == "flag":
            asked.append({option.name: True})
        else:
            known = values.get(option.name, list(option.choices) or [UNKNOWN] if option.kind == "text" else [])
            assert known, f"this walk does not know the option {option.name} of {name}"
            asked += [{option.name: value} for value in known]
    if name == "adoption":  # all of them once; cut by each dimension, those of one family after another
        families = itertools.cycle({each.family: kpi for kpi, each in KPIS.items()}.values())
        asked = [{}, *({**each, "only": next(families)} if "by" in each else each for each in asked)]
    needs = (
        {"by": "channel"} if any(each.name == "by" and each.kind == "text" for each in MEASURES[name].options) else {}
    )
    return [{}, *asked] if not needs else [needs | each for each in asked]


def said(con, name: str, book, options: dict) -> str:
    """The whole answer, or the whole refusal."""
    try:
        return spelt(measure(name)(con, book, WORDS, **options))
    except Refused as refusal:
        return str(refusal)


def spelt(found: Answer) -> str:
    """All of an answer."""
    return "\n".join([found.table.to_json(), found.left_out.to_json(), *found.notes, found.sql])


@pytest.fixture(scope="module")
def snapshot(store):
    return open_store(store)


NAMING = ("accounts", "breakdown", "change", "facets", "hotspots")  # which name values: the walk is not over nothing


@pytest.fixture
def two_days(monkeypatch):
    """A trend of two days in place of a year: it is the same statement once a day."""
    from lib.measures.kpis import trend

    monkeypatch.setattr(trend, "N_DAYS", 2)


ONE_OF_EACH = sorted({each.path.rsplit(".", 1)[0]: name for name, each in MEASURES.items()}.values())  # package


def books_of(snapshot) -> list[Book]:
    """The year whole, and cut by what some have, by what others have, and by nothing of one's own."""
    year = year_to(snapshot.manifest.as_of)
    return [year, year.standing("stage", ["Value", None]), year.where("channel", ["Direct", f"{FOREIGN} Direct"]),
            year.where("csm", [f"{FOREIGN} Lee"]), replace(year, search=FOREIGN.lower())]  # fmt: skip


def one_of_each(name: str) -> list[dict]:
    """One value of each option, of others where it can be; another one for another measure, so that all of them come up."""
    first, *rest = options_of(name)
    kinds: dict[tuple, list[dict]] = {}
    for options in rest:
        kinds.setdefault(tuple(options), []).append(options)
    turn = list(MEASURES).index(name)
    chosen = [[each for each in kind if FOREIGN in str(each)] or kind for kind in kinds.values()]
    return [first, *(kind[turn % len(kind)] for kind in chosen)]


def at_once(con, name: str, book, several: list[dict]) -> str:
    """What is said of several options together; of one after another where they do not go together."""
    together = {option: value for each in several for option, value in each.items()}
    try:
        return spelt(measure(name)(con, book, WORDS, **together))
    except Refused:
        return "\n".join(said(con, name, book, each) for each in several)


@pytest.mark.parametrize("name", MEASURES)
def test_no_measure_tells_of_another_book(snapshot, name, two_days):
    """Each option once, those that name others alone; one measure of each package of every book. The slow walk takes every value."""
    year, *others = books_of(snapshot)
    first, *rest = one_of_each(name)
    own = [each for each in rest if FOREIGN not in str(each) and not {"offset", "limit"} & set(each)]
    with ask(snapshot, year, WORDS, OWN) as con:
        assert FOREIGN not in at_once(con, name, year, own), own
        for options in [first, *(each for each in rest if FOREIGN in str(each))]:
            assert FOREIGN not in said(con, name, year, options), options
    for book in others if name in ONE_OF_EACH else ():
        with ask(snapshot, book, WORDS, OWN) as con:
            assert FOREIGN not in said(con, name, book, first)
    if name in NAMING:
        with ask(snapshot, year, WORDS, ALL) as con:
            whole = options_of(name)
            asked = (first, whole[-1], next((each for each in whole if each.get("by")), first))
            assert FOREIGN in "".join(said(con, name, year, options) for options in asked)


@pytest.mark.slow
@pytest.mark.parametrize("name", MEASURES)
def test_no_measure_tells_of_another_book_whatever_it_is_asked(snapshot, name, two_days):
    first, *rest = options_of(name)
    books = books_of(snapshot)
    for number, book in enumerate(books):  # every option is asked of the first book, and of one of the others
        with ask(snapshot, book, WORDS, OWN) as con:
            for options in [first, *(rest[number - 1 :: len(books) - 1] if number else rest)]:
                assert FOREIGN not in said(con, name, book, options), options


@pytest.mark.parametrize(
    "name", [name for name, each in MEASURES.items() if any(o.name == "within" for o in each.options)]
)
def test_what_others_have_and_what_nobody_has_look_the_same(snapshot, name):
    book = year_to(snapshot.manifest.as_of)
    needs = options_of(name)[0] if "by" in options_of(name)[0] else {}
    for each in ("channel", "csm", "region"):
        found = []
        for value in (f"{FOREIGN} Lee" if each == "csm" else f"{FOREIGN} US", f"{UNKNOWN} Lee"):
            with ask(snapshot, book, WORDS, OWN) as con:
                answer = measure(name)(con, book, WORDS, **needs, within=[(each, value)])
                found.append((answer.table.to_json(), answer.left_out.to_json(), answer.notes))
        assert found[0] == found[1]


def test_a_stage_that_others_reached_is_refused_as_one_that_nobody_did(snapshot):
    book = year_to(snapshot.manifest.as_of)
    refusals = []
    for word in (FOREIGN, UNKNOWN):
        with pytest.raises(Refused) as refusal, ask(snapshot, book.standing("stage", [f"{word} Pilot"]), WORDS, OWN):
            pass
        refusals.append(str(refusal.value).replace(word, "~"))
    assert refusals[0] == refusals[1] and "it has Onboarding, Adoption, Value" in refusals[0]


@pytest.mark.parametrize("name", ["account", "account_timeline"])
def test_a_parent_is_named_to_who_sees_it_too(snapshot, name):
    """A0001 belongs to an account of the other book, and did to another before."""
    book = year_to(snapshot.manifest.as_of)
    for scope, is_named in ((OWN, False), (ALL, True)):
        with ask(snapshot, book, WORDS, scope) as con:
            assert (f"{FOREIGN}0001" in said(con, name, book, {"account": "A0001"})) == is_named


@pytest.mark.parametrize("names", [[*NAMING, *ONE_OF_EACH], pytest.param([*MEASURES], marks=pytest.mark.slow)])
def test_nobody_sees_nothing(snapshot, two_days, names):
    book = year_to(snapshot.manifest.as_of)
    with ask(snapshot, book, WORDS, NOBODY) as con:
        for name in names:
            for options in one_of_each(name):
                found = said(con, name, book, options)
                assert not [word for word in (FOREIGN, "Customer", "Reseller", "EMEA") if word in found], (
                    name,
                    options,
                )


# --- the pages


LINKS = [
    {},
    {"f.csm": [f"{FOREIGN} Lee"]},
    {"f.channel": [f"{FOREIGN} Direct", "Direct"]},
    {"path": [pair("region", f"{FOREIGN} US")]},
    {"path": [pair("channel", "Direct")], "by": "csm", "rows": "lost"},
    {"by": "csm", "view": "pareto"},
    {"by": "House rule", "view": "change", "find": FOREIGN},
    {"find": f"{FOREIGN}0001"},
    {"batch": "000001"},
    {"search": ["csm", "region"], "depth": "2"},
    {"s.stage": [f"{FOREIGN} Pilot"]},
    {"s.stage": ["Value"]},
    {"account": "A0001"},
    {"account": f"{FOREIGN}0001"},
    {"kpi": "seats_assigned_rate", "by": "csm", "which": "all"},
    {"by": "csm", "at": "reach", "which": "touched", "level": f"{FOREIGN} Lee"},
    {"at": "plays", "play": f"{FOREIGN} play", "outcome": "used", "cover": "channel"},
    {"stage": "Value", "by": "csm", "level": f"{FOREIGN} Lee", "which": "entered", "slow_stage": f"{FOREIGN} Pilot"},
]


@pytest.fixture
def asked_once(monkeypatch):
    """What a scope asked is not worked out again, for a download either: the links of a walk mostly ask the same."""
    asked, kept = door._asked, {}

    def once(snapshot, name, book, meaning, scope, options, said):
        question = repr((snapshot.version, name, book, meaning.hash, scope.key, options))
        if question not in kept:
            kept[question] = asked(snapshot, name, book, meaning, scope, options, said)
        return kept[question]

    monkeypatch.setattr(door, "_asked", once)


ALL_AT_ONCE = {"f.csm": ["{} Lee"], "f.region": ["{} US", "US"], "s.stage": ["{} Pilot", "Value"], "account": ["{}0001"],
               "path": ["region:{} US", "channel:Direct"], "find": ["{} Works"], "level": ["{} Lee"], "play": ["{} play"]}  # fmt: skip
OWN_LINK = {
    "f.channel": ["Direct"],
    "by": "csm",
    "account": "A0001",
    "rows": "lost",
    "which": "all",
    "s.stage": ["Value"],
}
OF_A_PAGE = {
    "adoption": ["kpi"],
    "overview": ["batch"],
    "funnel": ["stage"],
    "reach": ["at"],
    "hotspots": ["path", "view", "find", "search"],
}


def links_of(page: str) -> list[dict]:
    """No word, what the reader has, and what only this page understands; what others have is asked for below."""
    own = OF_A_PAGE.get(page.removeprefix("pages/").removesuffix(".py"), [])
    return [{}, OWN_LINK, *(link for link in LINKS if set(own) & set(link))]


def shows_nothing_of_others(house, page: str, links: list[dict], monkeypatch) -> int:
    """Looks through all that the page sends, offers and lets choose by these links; how many downloads there were."""
    offered = []
    button = st.download_button

    def download(label, data, *rest, **options):
        offered.append(data)
        return button(label, data, *rest, **options)

    monkeypatch.setattr(st, "download_button", download)
    n_offered = 0
    for query in links:
        offered.clear()
        app = house(DANA, page, query)
        assert is_well(app), (query, text(app))
        asked = "".join(itertools.chain.from_iterable(query.values()))
        if FOREIGN not in asked:  # what a link asks for is said again
            assert FOREIGN.encode() not in sent(app), query
        n_offered += len(offered)
        for data in offered:
            assert FOREIGN.encode() not in (data() if callable(data) else data)
        for box in (*app.multiselect, *app.selectbox):
            assert FOREIGN not in str(box.options), box.label
        for table in app.dataframe:
            assert FOREIGN not in table.value.to_csv()
    return n_offered


@pytest.mark.parametrize("page", PAGES)
def test_no_page_shows_another_book(house, page, monkeypatch, two_days, asked_once):
    """Nor what is kept from a reader who may see it."""
    n_offered = shows_nothing_of_others(house, page, links_of(page), monkeypatch)
    if page == "pages/hotspots.py":
        assert n_offered
    if page in WITH_DATA:
        for email, n in ((BOSS, 2 * N), (DANA, N)):
            app = house(email, page)
            assert f"{n:,} accounts" in text(app) and (FOREIGN.encode() in sent(app)) == (email == BOSS), email


def test_the_owner_of_the_other_book_sees_it_and_nothing_of_danas(house):
    app = house(LEE)
    assert f"{N:,} accounts" in text(app) and FOREIGN.encode() in sent(app) and b"Dana Smith" not in sent(app)


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_no_page_shows_another_book_by_any_link(house, page, monkeypatch, two_days, asked_once):
    shows_nothing_of_others(house, page, LINKS, monkeypatch)


def test_each_scope_keeps_its_answers_under_a_name_of_its_own():
    assert len({each.key for each in (ALL, NOBODY, OWN, Scope(("all",)), Scope(("a", "b")), Scope(("a', 'b",)))}) == 6


ORACLES = [
    {"f.csm": ["{} Lee"], "f.employees": ["{}"], "s.stage": ["{} Pilot"]},
    {"f.region": ["{} US", "US"], "s.stage": ["{} Pilot", "Value"]},
    {"path": ["region:{} US"], "account": ["{}0001"]},
    {"path": ["channel:{} Direct", "region:US"], "rows": ["lost"]},
    {"find": ["{}0001"]},
    {"find": ["{} Works"]},
]


@pytest.mark.parametrize(
    ("page", "query"),
    [(page, ALL_AT_ONCE) for page in WITH_DATA] + [("pages/hotspots.py", each) for each in ORACLES]
    + [pytest.param(page, each, marks=pytest.mark.slow) for page in WITH_DATA if page != "pages/hotspots.py" for each in ORACLES],
)  # fmt: skip
def test_a_link_tells_nothing_of_what_others_have(house, page, query, two_days, asked_once):
    """What exists outside the scope and what does not exist at all look the same: no oracle."""
    shown = []
    for word in (FOREIGN, UNKNOWN):
        app = house(DANA, page, {name: [value.format(word) for value in values] for name, values in query.items()})
        tables = [table.value.to_csv() for table in app.dataframe]
        boxes = [(box.label, list(box.options)) for box in (*app.multiselect, *app.selectbox)]
        shown.append(json.dumps([text(app), tables, boxes, dict(app.query_params)]).replace(word, "~"))
    assert shown[0] == shown[1]


@pytest.mark.parametrize("page", PAGES)
def test_who_is_not_signed_in_sees_a_title_and_a_button(house, page, monkeypatch):
    monkeypatch.setattr(door, "_newest", lambda *_: pytest.fail("data was read"))
    app = house("", page, {"f.csm": ["Dana Smith"], "path": "region:US"})
    assert is_kept_out(app)
    assert [each.label for each in app.button] == ["Sign in"] and text(app).split() == ["Headlight", "Sign", "in"]


NO_ROLE = f"You are signed in as {STRANGER}, but have no role here"


@pytest.mark.parametrize(
    ("page", "email", "claims", "why"),
    [(page, STRANGER, {}, NO_ROLE) for page in PAGES]
    + [
        ("pages/hotspots.py", *each)
        for each in (
            ("![x](http://evil.example)@b.c", {}, "You are signed in as ![x](http://evil.example)@b.c, but have no role here"),
            (DANA, {"email_verified": False}, "but that address is not verified"),
            (BOSS, {"email_verified": "false"}, "but that address is not verified"),
            (ADA, {"email_verified": None}, "but that address is not verified"),
            (DANA, {"email": None}, "You are signed in without an e-mail address"),
            (DANA, {"email": [DANA]}, "You are signed in without an e-mail address"),
        )
    ],
)  # fmt: skip
def test_who_has_no_role_sees_why_and_nothing_else(house, page, email, claims, why, caplog):
    app = house(email, page, **claims)
    assert is_kept_out(app) and why in text(app) and [each.label for each in app.button] == ["Sign out"]
    assert [record for record in caplog.records if record.name == "headlight" and "kept out" in record.message]


def test_one_who_is_let_in_is_not_logged(house, caplog):
    caplog.set_level(logging.INFO)
    house(DANA)
    assert "dana" not in caplog.text.lower()


def test_an_address_is_read_as_people_write_it_and_without_a_word_of_verification(house):
    app = house(f"  {DANA.upper()} ")
    del app.user["email_verified"]
    assert f"{N:,} accounts" in text(app.run())


def test_a_role_that_no_account_belongs_to_is_said(house):
    for page in WITH_DATA:
        app = house(LOST, page)
        assert is_well(app) and "No account here is yours" in text(app) and not app.dataframe and not app.multiselect


def test_the_reader_is_named_and_can_leave(house):
    app = house(DANA)
    assert f"Signed in as {DANA}" in " ".join(text(app).split()) and "Open:" not in text(app)
    assert "See as" not in [box.label for box in app.selectbox]
    app.button(key="sign out").click().run()
    assert is_kept_out(app) and [each.label for each in app.button] == ["Sign in"]


# --- the reader's own upload


def test_of_their_own_upload_a_reader_sees_all_and_without_a_role_nothing(house, tmp_path):
    """The upload holds accounts of everybody: they are the reader's who brought them."""
    from lib.view.private import Dataset

    own = two_books(tmp_path / "own")
    app = house(DANA)
    app.session_state["the reader's own dataset"] = Dataset(own, ("export.csv",))
    app.session_state["whether the pages show it"] = True
    assert f"{2 * N:,} accounts" in text(app.run()) and FOREIGN.encode() in sent(app)
    app.switch_page("pages/overview.py").run()
    assert f"{2 * N:,} accounts" in text(app) and "1 row refused" in text(app)
    app.switch_page("pages/upload.py").run()
    assert "what was imported" not in text(app)  # into the shared data
    assert "what was imported" in text(house(BOSS, "pages/upload.py"))
    secrets(tmp_path, roles=f'[roles."{BOSS}"]\nsees = "all"\n')
    assert is_kept_out(app.run()) and FOREIGN.encode() not in sent(app)


def test_who_is_kept_out_gets_no_leave_to_send_a_file(house, monkeypatch):
    from lib.view.upload import large, tickets

    monkeypatch.setattr(large, "show", lambda *_: pytest.fail("the box for large files was drawn"))
    monkeypatch.setattr(tickets, "issue", lambda *_: pytest.fail("leave was given"))
    for email in ("", STRANGER):
        assert is_kept_out(house(email, "pages/upload.py"))


# --- what changes while the server runs


def test_a_role_is_read_anew_when_its_file_changes(house, tmp_path):
    app = house(DANA)
    assert f"{N:,} accounts" in text(app)
    secrets(tmp_path, roles=f'[roles."{DANA}"]\nsees = "all"\n')
    assert f"{2 * N:,} accounts" in text(app.run())
    secrets(tmp_path, roles=f'[roles."{BOSS}"]\nsees = "all"\n')
    assert is_kept_out(app.run()) and "no role" in text(app)


@pytest.mark.parametrize(
    "broken", ["[auth", "", '[roles."dana@acme.com"]\nsees = "all"\n', '[auth]\ncookie_secret = "x"\n']
)
def test_a_file_that_breaks_lets_nobody_in(house, tmp_path, broken, caplog):
    app = house(DANA)
    (tmp_path / "secrets.toml").write_text(broken)
    app.run()
    assert is_kept_out(app) and "not set up rightly" in text(app) and "secrets.toml" not in text(app)
    assert "nobody is let in" in caplog.text
    app.user = {}
    assert is_kept_out(app.run())
    (tmp_path / "secrets.toml").unlink()
    assert is_kept_out(app.run())


def test_a_cover_ends_at_midnight_without_a_restart(house, tmp_path, monkeypatch):
    cover = f'[roles."{DANA}"]\nsees="own"\ncsm=["Dana Smith"]\ncover=[{{csm="{FOREIGN} Lee", until=2026-12-31}}]\n'
    secrets(tmp_path, roles=cover)
    monkeypatch.setattr(access, "today", lambda: date(2026, 12, 31))
    app = house(DANA)
    assert f"{2 * N:,} accounts" in text(app)
    monkeypatch.setattr(access, "today", lambda: date(2027, 1, 1))
    assert f"{N:,} accounts" in text(app.run()) and FOREIGN.encode() not in sent(app)


def test_a_download_offered_before_midnight_holds_after_it_what_may_be_seen_then(house, tmp_path, monkeypatch):
    offered = {}
    button = st.download_button
    monkeypatch.setattr(
        st,
        "download_button",
        lambda label, data, **more: (offered.update({label: data}), button(label, data, **more))[1],
    )
    cover = f'[roles."{DANA}"]\nsees="own"\ncsm=["Dana Smith"]\ncover=[{{csm="{FOREIGN} Lee", until=2026-12-31}}]\n'
    secrets(tmp_path, roles=cover)
    monkeypatch.setattr(access, "today", lambda: date(2026, 12, 31))
    house(DANA)
    download = offered["Download"]
    assert FOREIGN.encode() in download()
    monkeypatch.setattr(access, "today", lambda: date(2027, 1, 1))
    assert FOREIGN.encode() not in download() and b"Customer" in download()
    secrets(tmp_path, roles=f'[roles."{BOSS}"]\nsees="all"\n')
    with pytest.raises(Refused, match="no role here any more"):
        download()


# --- as another person


def test_an_admin_sees_what_another_sees_and_comes_back(house):
    app = house(ADA)
    assert f"{2 * N:,} accounts" in text(app) and "You see what" not in text(app)
    box = app.selectbox(key="view as")
    assert box.options == ["Myself", BOSS, DANA, LEE, LOST]
    box.select(DANA).run()
    assert f"You see what {DANA} sees." in text(app) and FOREIGN.encode() not in sent(app)
    assert f"{N:,} accounts" in text(app) and FOREIGN not in app.query_params.get("f.csm", "")
    app.switch_page("pages/overview.py").run()
    assert f"You see what {DANA} sees." in text(app) and FOREIGN.encode() not in sent(app)
    app.button(key="view as myself").click().run()
    assert "You see what" not in text(app) and f"{2 * N:,} accounts" in text(app)


def test_seeing_as_another_never_widens(house, tmp_path):
    app = house(DANA)
    app.session_state["whom the admin sees as"] = BOSS  # as if a browser could say so
    assert f"{N:,} accounts" in text(app.run()) and "You see what" not in text(app)
    app = house(ADA)
    app.selectbox(key="view as").select(LEE).run()
    secrets(tmp_path, roles=f'[roles."{ADA}"]\nsees="admin"\n')
    assert "No account here is yours" in text(
        app.run()
    )  # who has no role any more sees nothing, nor does who sees as them
    secrets(tmp_path, roles=f'[roles."{ADA}"]\nsees="own"\ncsm=["Dana Smith"]\n[roles."{LEE}"]\nsees="all"\n')
    assert f"{N:,} accounts" in text(app.run()) and "You see what" not in text(app)


# --- views that others share


def test_a_shared_view_that_names_what_a_reader_may_not_see_is_not_offered_to_them(house, tmp_path):
    space = open_workspace(f"sqlite:///{tmp_path}/workspace.db")
    offered = {
        "All of Direct": {"f.channel": ["Direct"], "s.notice": ["notice given"]},
        "Who sees value": {"s.stage": ["Value", ""], "s.utilisation": ["no use known"]},
        "Without a region": {"missing": ["region"], "path": [pair("region", None), pair("channel", "Direct")]},
    }
    kept_back = {
        "Their CSM": {"f.csm": [f"{FOREIGN} Lee"]},
        "Theirs and ours": {"f.channel": ["Direct", f"{FOREIGN} Direct"]},
        "Their drill": {"path": [pair("region", f"{FOREIGN} US")]},
        "Their stage": {"s.stage": [f"{FOREIGN} Pilot"]},
        "Their stage and ours": {"s.stage": ["Value", f"{FOREIGN} Pilot"]},
        "A stage nobody reached": {"s.stage": [f"{UNKNOWN} Pilot"]},
        "Their account": {"account": [f"{FOREIGN}0001"]},
        "Their name": {"find": ["Works 1"]},
        "Their search": {"named": ["Works 1"]},
        "A long one": {"cut": ["0" * 32]},
        "A column nobody has": {"f.nowhere": ["x"]},
    }
    now = datetime(2026, 11, 1)
    for name, query in (offered | kept_back).items():
        views.save(space, name, "pages/hotspots.py", query, is_shared=True, by=LEE, now=now)
    for email, names in ((DANA, offered), (BOSS, offered | kept_back)):
        shown = {each.proto.label for each in house(email).get("page_link")} & set(offered | kept_back)
        assert shown == set(names)


# --- audiences


USED = {
    "from": ["2024-01-01"],
    "to": ["2025-10-27"],
    "as_of": ["2025-10-26"],
}  # days on which people are known by their use


def keep_audience(space, name: str, n: int = 7, *, by: str = LEE, is_shared: bool = True, **asked):
    usual = {"whom": "people", "asks": "people", "options": {"user_class": "all"}, "page": "pages/loyalty.py"}
    book = asked.get("book", {}) | ({} if asked.get("asks") == "accounts" else USED)
    says = f"{FOREIGN} said" if FOREIGN in str(asked) else "people"
    question = Asked(**{**usual, **asked, "book": book}, says=says)
    return audiences.save(space, name, question, n, is_shared=is_shared, by=by, now=datetime(2026, 11, 1))


COHORT = {"whom": "accounts", "asks": "cohort_members", "page": "pages/cohorts.py"}
ACCOUNTS = {"whom": "accounts", "asks": "accounts", "page": "pages/hotspots.py"}
BUILT = {"whom": "people", "asks": "contacts", "page": "pages/audiences.py"}
KEPT_BACK = {
    "Their book": {"book": {"f.csm": [f"{FOREIGN} Lee"]}},
    "Theirs and ours": {"book": {"f.channel": ["Direct", f"{FOREIGN} Direct"]}},
    "Their stage": {"book": {"s.stage": [f"{FOREIGN} Pilot"]}},
    "Their name": {"book": {"named": ["Works 1"]}},
    "Their accounts": ACCOUNTS | {"options": {"within": [["region", f"{FOREIGN} US"]]}},
    "Their search": ACCOUNTS | {"options": {"search": "Works 1"}},
    "Their cohort": COHORT | {"options": {"of": "accounts", "cohort": "csm", "value": f"{FOREIGN} Lee"}},
    "Their role": BUILT | {"options": {"conditions": f'[{{"condition": "role", "values": ["{FOREIGN} Analyst"]}}]'}},
    "Their letter": BUILT
    | {"options": {"conditions": f'[{{"condition": "feature", "feature": "{FOREIGN} sync"}}]'}, "campaign": LETTER},
    "Their feature": COHORT
    | {"options": {"of": "users", "step": "day", "feature": f"{FOREIGN} sync"}, "whom": "people"},
    "Their campaign": BUILT
    | {"asks": "campaign_goal_people", "options": {"campaign": f"{FOREIGN} news", "which": "met"}},
}
OPEN = {
    "All": {},
    "Direct": {"book": {"f.channel": ["Direct"]}},
    "In Direct": ACCOUNTS | {"options": {"within": [["channel", "Direct"], ["region", None]]}},
    "A cohort": COHORT | {"options": {"of": "accounts", "cohort": "csm", "value": "all", "pooled": True}},
    "Dana's": COHORT | {"options": {"of": "accounts", "cohort": "csm", "value": "Dana Smith"}},
    "The feature": COHORT | {"options": {"of": "users", "step": "day", "feature": "sync"}, "whom": "people"},
    "Built": BUILT | {"options": {"conditions": '[{"condition": "account_left", "is_not": true}]'}},
    "Written to": BUILT
    | {
        "options": {"conditions": '[{"condition": "account_left", "is_not": true}]'},
        "campaign": LETTER | {"hold_share": 0.0, "quiet_days": 0, "open_tickets": "none"},
    },
}


def test_of_a_shared_audience_a_reader_sees_their_own_part_and_nothing_of_others(house, tmp_path, monkeypatch):
    """Those that name what is outside the scope are not shown; the others answer with the reader's own rows, and how many their
    owner saw is not said."""
    offered, button = [], st.download_button
    monkeypatch.setattr(
        st, "download_button", lambda label, data, **more: (offered.append(data), button(label, data, **more))[1]
    )
    space = open_workspace(f"sqlite:///{tmp_path}/workspace.db")
    kept = {name: keep_audience(space, name, 4_711, **asked) for name, asked in (KEPT_BACK | OPEN).items()}
    keep_audience(space, "Hers alone", is_shared=False)
    for email, names in ((DANA, OPEN), (BOSS, KEPT_BACK | OPEN)):
        said = text(house(email, AUDIENCES))
        assert {name for name in (*kept, "Hers alone") if f" {name} " in said} == set(names), email
        assert ("4,711" in said) == (email == BOSS)
    for name, row in kept.items():
        app = house(DANA, AUDIENCES, {"audience": row.id})
        assert is_well(app) and FOREIGN.encode() not in sent(app), name
        assert ("There is no such audience" in text(app)) == (name in KEPT_BACK)
        assert bool(app.dataframe) == (name in OPEN), (name, text(app))
        everyone = house(BOSS, AUDIENCES, {"audience": row.id})
        assert is_well(everyone) and (FOREIGN.encode() in sent(everyone)), name
    house(DANA, AUDIENCES, {"audience": kept["All"].id})
    assert FOREIGN.encode() not in offered[-1]() and offered[-1]().count(b"\n") == N + 1
    secrets(tmp_path, roles=f'[roles."{BOSS}"]\nsees="all"\n')
    with pytest.raises(Refused, match="no role here any more"):
        offered[-1]()


@pytest.mark.parametrize(
    "query", [{"ready": "Progress report to champions"}, {"build": "yes"}, {"moment": "Welcome"}, {"audience": "own"}]
)
def test_letters_and_the_builder_know_nobody_of_others(house, tmp_path, query, asked_once):
    space = open_workspace(f"sqlite:///{tmp_path}/workspace.db")
    row = keep_audience(space, "Mine", by=DANA, is_shared=False, **OPEN["Written to"])
    app = house(DANA, AUDIENCES, {"audience": row.id} if "audience" in query else query)
    assert is_well(app) and FOREIGN.encode() not in sent(app) and "Mine" in text(app)
    if "audience" in query:
        app.button(key=f"log {row.id}").click().run()
        touched = {each.account for each in rows.rows(space, "touch")}
        assert is_well(app) and touched and not [each for each in touched if FOREIGN in each]
        ((_, content),) = app.session_state["files of letters that were logged"].values()
        assert FOREIGN.encode() not in content and content.count(b"@mail.example") == len(touched)


def test_of_what_was_sent_one_sees_ones_own_people_and_no_goal_that_names_what_is_others(house, tmp_path):
    """One campaign to both; one to theirs alone; and one to ours whose goal, in a letter of Lee's, names a feature of theirs."""
    space = open_workspace(f"sqlite:///{tmp_path}/workspace.db")
    ours, theirs = ([(f"{of}{n:04d}", f"{of}{n:04d} p") for n in (1, 2, 3)] for of in ("A", FOREIGN))
    told = LETTER | {"campaign": "Told", "goal": {"condition": "feature", "feature": f"{FOREIGN} sync"}, "who": []}
    keep_audience(space, "Lee's letter", is_shared=False, **BUILT, options={}, campaign=told)
    keep_audience(
        space, "Lee's news", is_shared=False, **BUILT, options={}, campaign=told | {"campaign": f"{FOREIGN} news"}
    )
    for play, to in (("Win-back", [*ours, *theirs[:1]]), (f"{FOREIGN} news", theirs), ("Told", ours[:1])):
        sending.send(space, play, to, draws=False, is_once=True, by=LEE, now=datetime(2025, 9, 1))
    said, everyone = {}, {}
    for email, found in ((DANA, said), (BOSS, everyone)):
        app = house(email, AUDIENCES, {"sent": "Win-back", "came": "too early"})
        assert is_well(app) and (FOREIGN.encode() in sent(app)) == (email == BOSS), email
        found["lines"] = {
            each.key.removeprefix("open sent ") for each in app.button if str(each.key).startswith("open sent")
        }
        found["n"] = int(text(app).split(" written to")[0].split()[-1]) if email == DANA else text(app)
    assert said == {"lines": {"Win-back"}, "n": 3}
    assert everyone["lines"] == {"Win-back", f"{FOREIGN} news", "Told"} and " 4 written to" in everyone["n"]


def test_one_saves_for_all_and_who_sees_as_another_does_not(house, tmp_path):
    space = open_workspace(f"sqlite:///{tmp_path}/workspace.db")
    app = house(DANA, "pages/hotspots.py", {"path": [pair("channel", "Direct")]})
    next(each for each in app.text_input if each.key.startswith("audience name")).set_value("Direct ones")
    next(each for each in app.checkbox if each.key.startswith("audience shared")).check()
    app.button(key="audience save accounts").click().run()
    (row,) = audiences.shared(space, BOSS)
    assert is_well(app) and (row["name"], row["owner"]) == ("Direct ones", DANA)
    assert f"{row['n']:,} when it was saved" in text(house(BOSS, AUDIENCES)) and f"by {DANA}" in text(
        house(BOSS, AUDIENCES)
    )
    admin = house(ADA, "pages/hotspots.py")
    assert "audience save accounts" in {each.key for each in admin.button}
    admin.selectbox(key="view as").select(DANA).run()
    assert is_well(admin) and "audience save accounts" not in {each.key for each in admin.button}


def test_nobody_changes_the_audience_of_another_or_sees_ones_own_as_another(house, tmp_path):
    space = open_workspace(f"sqlite:///{tmp_path}/workspace.db")
    row, own = keep_audience(space, "Lee's"), keep_audience(space, "Ada's own", by=ADA, is_shared=False)
    app = house(DANA, AUDIENCES)
    assert f"open {row.id}" in {each.key for each in app.button}
    assert not {f"remove {row.id}", f"share {row.id}", f"rename {row.id}"} & {each.key for each in app.button}
    admin = house(ADA, AUDIENCES)
    admin.button(key=f"remove {own.id}").click()
    admin.session_state[access._AS] = DANA
    admin.run()
    assert is_well(admin) and "Audiences are one's own" in text(admin) and "Ada's own" not in text(admin)
    assert [each["name"] for each in audiences.own(space, ADA)] == ["Ada's own"]


def test_the_shell_lists_and_asks_audiences_as_a_person_sees_them(store, tmp_path, capsys, opened_once):
    place, path = f"sqlite:///{tmp_path}/workspace.db", str(secrets(tmp_path))
    space = open_workspace(place)
    for name, asked in (KEPT_BACK | OPEN).items():
        keep_audience(space, name, **asked)
    keep_audience(space, "Hers alone", is_shared=False)
    asked = ["--store", str(store), "--workspace", place, "--secrets", path, "--format", "json"]

    def said(*arguments) -> list[dict]:
        assert main([*arguments, *asked]) == 0
        return json.loads(capsys.readouterr().out)

    found = said("audiences", "--viewer", DANA)
    assert {row["name"] for row in found} == {*KEPT_BACK, *OPEN} and FOREIGN not in json.dumps(found)
    assert {row["n_then"] for row in found} == {None} and len(said("audiences")) == len(KEPT_BACK | OPEN) + 1
    assert {row["n_then"] for row in said("audiences", "--viewer", f" {LEE.upper()} ")} == {7}
    assert len(said("audience", "All", "--viewer", DANA)) == N and len(said("audience", "All")) == 2 * N
    for name in KEPT_BACK | OPEN:
        code = main(["audience", name, "--viewer", DANA, *asked])
        out, err = capsys.readouterr()
        assert FOREIGN not in out + err and code == (name == "Their stage"), name
        assert (len(json.loads(out or "[]")) > 0) == (name in (*OPEN, "Theirs and ours")), name
    assert main(["audience", "Hers alone", "--viewer", DANA, *asked]) == 1
    assert "There is no audience 'Hers alone'" in capsys.readouterr().err


# --- a house without sign-in


@pytest.fixture
def asked(monkeypatch):
    """asked(host, origin, ip, address, **headers): what a question looks like to the server."""

    def as_if(host="127.0.0.1:8501", origin="", ip=None, address="127.0.0.1", **headers) -> bool:
        held = Headers({"Host": host, **({"Origin": origin} if origin else {}), **headers})
        monkeypatch.setattr(access.st, "context", type("Context", (), {"headers": held, "ip_address": ip}))
        monkeypatch.setattr(access.st, "get_option", lambda name: address)
        return access._is_on_loopback()

    return as_if


@pytest.mark.parametrize(
    "question",
    [{}, {"host": "localhost:8501"}, {"host": "[::1]:8501", "address": "::1"}, {"origin": "http://127.0.0.1:8501"},
     {"ip": "127.0.0.1"}, {"ip": "::ffff:127.0.0.1"}, {"address": "localhost"}, {"host": "127.8.0.1"}],
)  # fmt: skip
def test_without_sign_in_this_machine_is_answered(asked, question):
    assert asked(**question)


@pytest.mark.parametrize(
    "question",
    [{"address": None}, {"address": ""}, {"address": "0.0.0.0"}, {"address": "192.168.1.5"}, {"address": "::"},
     {"host": "192.168.1.5:8501"}, {"host": "evil.example"}, {"host": "127.0.0.1.evil.example"}, {"host": "localhost.evil.example"},
     {"host": "["}, {"host": "127.0.0.1@evil.example"}, {"origin": "http://evil.example"}, {"origin": "null"},
     {"ip": "192.168.1.9"}, {"ip": "::ffff:192.168.1.9"}, {"ip": "testclient"},
     {"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=127.0.0.1"}, {"Via": "1.1 proxy"}, {"x-real-ip": "127.0.0.1"}],
)  # fmt: skip
def test_without_sign_in_nobody_else_is(asked, question):
    assert not asked(**question)


@pytest.mark.parametrize("page", ["pages/hotspots.py", "pages/upload.py"])
def test_a_house_without_sign_in_says_so(house, tmp_path, page):
    secrets(tmp_path, auth=False)
    app = house("", page)
    app.user = {}
    app.run()
    assert is_well(app) and "Open: anybody who reaches this address sees everything" in text(app)
    assert "Sign out" not in [each.label for each in app.button]


@pytest.mark.parametrize("page", PAGES)
def test_a_house_without_sign_in_answers_only_this_machine(house, tmp_path, page, monkeypatch):
    secrets(tmp_path, auth=False)
    monkeypatch.setattr(access, "_is_on_loopback", lambda: False)
    app = house("", page)
    app.user = {}
    app.run()
    assert is_kept_out(app) and "only this machine is answered" in text(app) and "secrets.toml" in text(app)


def test_a_header_that_names_people_is_no_sign_in(house):
    before = config.get_option("server.trustedUserHeaders")
    config.set_option("server.trustedUserHeaders", {"X-Forwarded-Email": "email"})
    try:
        assert is_kept_out(house(DANA))
    finally:
        config.set_option("server.trustedUserHeaders", before)


# --- back to the view


@pytest.mark.parametrize(
    ("referer", "view"),
    [
        ("http://h:1/hotspots?f.csm=A%20B&path=x", "/hotspots?f.csm=A%20B&path=x"),
        ("http://H:1/", "/"),
        ("http://evil.example/hotspots", ""),
        ("http://h:1@evil.example/", ""),
        ("http://h:1//evil.example", ""),
        ("http://h:1/\\evil.example", ""),
        ("http://h:1/a b", ""),
        ("http://h:1/" + "x" * 3_000, ""),
        ("http://[", ""),
        ("", ""),
    ],
)
def test_only_a_view_of_this_server_is_come_back_to(referer, view):
    assert comeback.view_of(Headers({"host": "h:1", "referer": referer})) == view
    assert comeback.view_of(Headers({"host": "h:2", "referer": referer})) == ""


# --- the shell


@pytest.fixture
def opened_once(monkeypatch):
    """A store that a shell opens anew for each command stays open."""
    monkeypatch.setattr("lib.facts.open_store", cache(open_store))


ASK_OF_WHAT = {name for name in MEASURES if name.startswith(("exception_trial", "exception_overlap"))} | {
    "play_accounts"
}


@pytest.mark.parametrize("names", [[*ONE_OF_EACH, *ASK_OF_WHAT], pytest.param([*MEASURES], marks=pytest.mark.slow)])
def test_the_shell_shows_what_a_person_sees(store, tmp_path, capsys, two_days, opened_once, names):
    path = str(secrets(tmp_path))

    def rows(*arguments) -> list[dict]:
        assert main([*arguments, "--store", str(store), "--format", "json"]) == 0
        return json.loads(capsys.readouterr().out)

    refused = []
    for name in names:
        by = ["--by", "channel"] if any(each.name == "by" for each in MEASURES[name].options) else []
        asked = [name, *by, "--viewer", DANA.upper(), "--secrets", path, "--store", str(store), "--format", "json"]
        is_refused = main(asked) != 0
        out, err = capsys.readouterr()
        assert FOREIGN not in out + err and (err if is_refused else out), name
        refused += [name] * is_refused
    assert set(refused) == ASK_OF_WHAT  # first
    accounts = ("accounts", "--limit", "1")
    assert rows(*accounts)[0]["n_rows"] == rows(*accounts, "--viewer", BOSS, "--secrets", path)[0]["n_rows"]
    assert rows(*accounts, "--viewer", LEE, "--secrets", path)[0]["csm"] == f"{FOREIGN} Lee"
    assert rows("facets", "--by", "csm", "--viewer", DANA, "--secrets", path)[0]["n"] == N
    assert rows("facets", "--viewer", LOST, "--secrets", path)[0]["n"] == 0


@pytest.mark.parametrize(("email", "file"), [(STRANGER, "secrets.toml"), ("", "secrets.toml"), (DANA, "nowhere.toml")])
def test_the_shell_knows_no_strangers(store, tmp_path, capsys, email, file):
    secrets(tmp_path)
    arguments = ["breakdown", "--by", "channel", "--store", str(store), "--viewer", email]
    assert main([*arguments, "--secrets", str(tmp_path / file)]) == 1
    out, err = capsys.readouterr()
    assert out == "" and file in err and "hush" not in err and os.linesep in err


# --- my book is of my accounts


_OWN_AND_MORE = f"""
[roles."{BOSS}"]
sees = "all"
csm = [" DANA smith"]

[roles."{LEE}"]
sees = "team"
csm = ["{FOREIGN} lee"]
team = ["Dana Smith"]

[roles."{DANA}"]
sees = "own"
csm = ["dana smith"]

[roles."{ADA}"]
sees = "admin"

[roles."{LOST}"]
sees = "all"
csm = ["Nobody Known"]
"""
BOOK = "pages/book.py"


@pytest.fixture
def leaders(house, tmp_path):
    """The same with roles of those who have accounts of their own and see more."""
    secrets(tmp_path, roles=_OWN_AND_MORE)
    return house


def n_in_line(app) -> int:
    """The accounts of the line under the title."""
    return int(text(app).split("now?")[1].split(" account")[0].replace(",", ""))


def test_who_sees_more_lands_on_their_own_accounts_and_lifts_it_with_a_click(leaders):
    app = leaders(BOSS, BOOK)
    assert is_well(app) and n_in_line(app) == N and "accounts of Dana Smith" in text(app)
    assert (
        "f.csm" not in app.query_params
    )  # a link without a word on the CSM means one's own: nothing to go Back through
    app.button(key="whose").click().run()
    assert n_in_line(app) == 2 * N and app.query_params["whose"] == "all" and "Show my own accounts" in text(app)
    app.button(key="whose").click().run()
    assert n_in_line(app) == N and "whose" not in app.query_params and app.query_params["f.csm"] == "Dana Smith"
    assert "Show my whole team" in text(leaders(LEE, BOOK))
    assert n_in_line(leaders(BOSS, "pages/book.py", {"whose": "all"})) == 2 * N


def test_clearing_the_filter_lifts_it_too_and_it_stays_lifted_on_the_way(leaders):
    app = leaders(BOSS, BOOK)
    app.multiselect(key="book filter csm").set_value([]).run()
    assert is_well(app) and n_in_line(app) == 2 * N and app.query_params["whose"] == "all"
    app.button(key="open tile at_risk").click().run()
    assert n_in_line(app) == 2 * N and app.query_params["whose"] == "all"
    links = [each.proto.query_string for each in app.get("page_link") if "book" in each.proto.page]
    assert links and all("whose=all" in each for each in links)


@pytest.mark.parametrize("query", [{"f.csm": f"{FOREIGN} Lee"}, {"missing": "csm", "f.csm": "Dana Smith"}])
def test_a_link_that_names_a_csm_wins(leaders, query):
    app = leaders(BOSS, BOOK, query)
    assert is_well(app) and n_in_line(app) == N and (FOREIGN in text(app)) == (FOREIGN in str(query))


@pytest.mark.parametrize(("email", "n"), [(DANA, N), (ADA, 2 * N), (LOST, 2 * N)])
def test_who_has_no_more_or_no_accounts_of_their_own_sees_what_they_saw(leaders, email, n):
    app = leaders(email, BOOK)
    assert is_well(app) and n_in_line(app) == n and "Show " not in text(app)
    other = leaders(BOSS, "pages/overview.py")  # and other pages begin with all
    assert "f.csm" not in other.query_params and f"{2 * N:,} accounts" in text(other)
