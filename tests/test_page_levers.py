"""The page of the revenue levers: six cards on one screen, the open one with its list, its link, and what is lacking."""

import pytest

from lib.measures.levers.found import LEVERS
from lib.view.levers.leverstate import Lever, read_state
from lib.view.levers.whom import _limit
from lib.view.levers.words import NAMES, money
from tests import leverworlds
from tests.pages import is_well, text
from tests.worldlets import account_frame, contract_frame, publish_frames

PAGE = "pages/levers.py"
MARKUP = "<b>x</b> :red[y]"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("levers")
    leverworlds.hand(folder)
    return folder


def test_six_levers_stand_side_by_side_and_a_click_opens_one(visit, store):
    app = visit(store, PAGE)
    assert is_well(app), text(app)
    assert all(name in text(app) for name in NAMES.values())
    assert "3 of 5 trials under way have not engaged" in text(app)
    assert list(app.dataframe[0].value["account"]) == ["t0", "t2", "ty"]
    app.button(key="open lever upsell").click().run()
    assert is_well(app) and app.query_params["lever"] == "upsell"
    assert "3,000 USD, 500 EUR" in text(app) and len(app.dataframe[0].value) == 4
    assert app.button(key="open lever upsell").disabled


@pytest.mark.parametrize("lever", LEVERS)
def test_every_lever_opens_by_its_link(visit, store, lever):
    app = visit(store, PAGE, {"lever": lever})
    assert is_well(app), text(app)
    assert "Whom to turn to" in text(app) and "›" in text(app)


def test_a_matter_and_people_of_the_link_are_listed(visit, store):
    app = visit(store, PAGE, {"lever": "upsell", "need": "capacity"})
    assert list(app.dataframe[0].value["account"]) == ["m"]
    assert app.dataframe[0].value["limit_said"].iat[0] == "21 Nov 2026 (21 Nov 2026 to 21 Nov 2026)"
    app.button(key="all needs").click().run()
    assert "need" not in app.query_params and len(app.dataframe[0].value) == 4
    people = visit(store, PAGE, {"lever": "barriers", "lists": "people"})
    assert list(people.dataframe[-1].value["person"]) == ["b-0", "b-1"]


def test_where_people_are_held_up_is_told_and_a_place_of_the_link_is_listed(visit, tmp_path):
    leverworlds.held_up(tmp_path)
    app = visit(tmp_path, PAGE, {"lever": "barriers"})
    assert is_well(app), text(app)
    where = app.dataframe[0].value
    assert list(where["Where"]) == ["Setup", "Edit", "Planner", "Import"]
    assert where.to_dict("records")[1] == {
        "Where": "Edit", "Barrier": "loops with help", "Held up": "66.7 % (20.8–93.9)", "Of people": "3", "Accounts listed": "1",
        "ARR at stake": "1,000 USD",
    }  # fmt: skip
    listed = app.dataframe[-1].value
    assert list(listed["account"]) == ["a"]
    assert "limit_said" not in listed  # all its people are held up: that is no limit
    app = visit(tmp_path, PAGE, {"lever": "barriers", "lists": "people", "need": "unfinished", "barrier": "setup"})
    assert list(app.dataframe[-1].value["person"]) == ["a-0", "a-1"] and "Setup ✕" in [
        each.label for each in app.button
    ]
    app.button(key="all barriers").click().run()
    assert is_well(app) and "barrier" not in app.query_params and app.query_params["need"] == "unfinished"


def test_a_list_is_offered_as_an_audience(visit, store):
    app = visit(store, PAGE, {"lever": "barriers", "lists": "people"})
    next(each for each in app.text_input if each.key.startswith("audience name")).set_value("Stuck at the door").run()
    app.button(key="audience save lever_people").click().run()
    assert is_well(app) and "is kept under Audiences" in text(app)
    audiences = visit(store, "pages/audiences.py")
    assert is_well(audiences) and "Stuck at the door" in text(audiences)


def test_what_of_a_link_cannot_be_used_is_said(visit, store):
    app = visit(store, PAGE, {"lever": "luck", "need": MARKUP, "lists": "x", "accounts_page": "-1"})
    assert is_well(app) and text(app).count("The link's") == 4
    assert is_well(visit(store, PAGE, {"lever": "pricing", "need": MARKUP}))


def test_the_state_goes_to_the_link_and_back():
    state = Lever(lever="evangelists", need=MARKUP, lists="people", which="apart", people_order="person", people_page=2)
    assert read_state(state.to_query()) == (state, [])


def test_accounts_alone_leave_six_quiet_cards(visit, tmp_path):
    publish_frames(tmp_path, {"account": account_frame("ab", name=MARKUP), "contract": contract_frame({"arr": 10.0})})
    for lever in ("trials", "upsell", "barriers"):
        app = visit(tmp_path, PAGE, {"lever": lever})
        assert is_well(app), text(app)
        assert not app.dataframe and all(MARKUP not in each.proto.body for each in app.get("html"))


def test_amounts_and_limits_read_as_people_say_them():
    assert money({"USD": 1_200_000.0, "EUR": 0.0, "GBP": 9_000.0}) == "1.2 M USD, 9,000 GBP" and money({"": 0.0}) == "–"
    past = {
        "crosses_rate": float("nan"),
        "level_rate": 1.2,
        "crosses_on": None,
        "crosses_lo_on": None,
        "crosses_hi_on": None,
    }
    assert _limit(past) == "past it"
