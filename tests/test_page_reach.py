"""Did it help?, the page: its figures are those of the answers, each opens as many accounts, and the link brings it back."""

import pytest

from lib.book import year_to
from lib.facts import open_store
from lib.facts.ask import ask
from lib.measures.registry import measure
from tests.pages import is_well, text
from tests.worldlets import WORDS

PAGE = "pages/reach.py"


@pytest.fixture(scope="module")
def found(sample_store):
    world = open_store(sample_store)
    book = year_to(world.manifest.as_of)
    with ask(world, book, WORDS) as con:
        return {
            name: measure(name)(con, book, WORDS).table
            for name in ("reach", "coverage", "coverage_tail", "impact", "play_effects")
        }


def lists(app) -> list:
    return [each.value for each in app.dataframe if "account" in each.value]


@pytest.mark.parametrize(
    ("tile", "column", "which"),
    [("reach", "n_reached_accounts", "reached"), ("digital", "n_digital_only", "digital only"), ("proactive", "n_reactive_accounts", "reactive")],
)  # fmt: skip
def test_a_tile_opens_the_accounts_it_counts(visit, sample_store, found, tile, column, which):
    app = visit(sample_store, PAGE)
    assert is_well(app), text(app)
    app.button(key=f"open tile {tile}").click().run()
    assert is_well(app) and app.query_params["which"] == which and app.query_params["at"] == "reach"
    (listed,) = lists(app)
    assert len(listed) == found["reach"].iloc[0][column]
    app.button(key="close reach list").click().run()
    assert not lists(app) and "at" not in app.query_params


def test_the_page_says_what_the_answers_say(visit, sample_store, found):
    app = visit(sample_store, PAGE)
    whole, plays = found["reach"].iloc[0], found["play_effects"]
    assert f"A person reached {100 * whole['reach_rate']:.0f} % of customers in 90 days" in text(app)
    assert f"of {len(plays)}" in text(app)
    n_behind = found["coverage"].iloc[0][["n_not_met", "n_unmanaged"]].sum()
    app.button(key="open tile met").click().run()
    assert [len(each) for each in lists(app)] == [n_behind]


def test_a_link_opens_each_list(visit, sample_store, found):
    tail = found["coverage_tail"].set_index("coverage_then")
    state = next(name for name in tail.index if isinstance(name, str))
    app = visit(sample_store, PAGE, {"at": "tail", "state": state})
    assert is_well(app) and [len(each) for each in lists(app)] == [tail.loc[state, "n_then_customers"]]
    kept = found["impact"].set_index("impact_figure").loc["kept"]
    app = visit(sample_store, PAGE, {"at": "impact", "figure": "kept", "side": "with"})
    assert is_well(app) and [len(each) for each in lists(app)] == ([kept["n_with_it"]] if kept["n_with_it"] else [])
    play = found["play_effects"].iloc[0]
    app = visit(sample_store, PAGE, {"at": "plays", "play": play["play"]})
    assert is_well(app) and [len(each) for each in lists(app)] == ([play["n_with_it"]] if play["n_with_it"] else [])


def test_other_dimensions_and_outcomes(visit, sample_store):
    app = visit(sample_store, PAGE, {"by": "segment", "gain": "expanded", "cover": "touch_model", "outcome": "used"})
    assert is_well(app), text(app)
    app.selectbox(key="reach cover").select("region").run()
    assert is_well(app) and app.query_params["cover"] == "region"


@pytest.mark.parametrize(
    ("store", "said"),
    [("full_store", "No contact by the team is known"), ("hostile_store", "No contact by the team is known")],
)
def test_stores_without_contact_say_what_is_missing(visit, request, store, said):
    app = visit(request.getfixturevalue(store), PAGE)
    assert is_well(app) and said in text(app) and "import touches.csv" in text(app)


def test_an_empty_book(visit, sample_store):
    app = visit(sample_store, PAGE, {"named": "nobody is called so"})
    assert is_well(app) and "No customer is in this book" in text(app)


def test_what_of_a_link_cannot_be_used_is_said(visit, sample_store):
    query = {
        "by": "x",
        "gain": "x",
        "cover": "x",
        "outcome": "x",
        "at": "x",
        "state": "x",
        "figure": "x",
        "side": "x",
        "list_page": "x",
    }
    app = visit(sample_store, PAGE, query)
    assert is_well(app) and text(app).count("The link's") == len(query)


def test_a_play_there_is_none_of_is_refused_in_its_place(visit, sample_store):
    app = visit(sample_store, PAGE, {"at": "plays", "play": "![x](http://evil.example/a.png)"})
    assert is_well(app) and "No account of this book was first touched by such a play" in text(app)
