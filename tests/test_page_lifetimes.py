"""The page of customers' lives: each count opens as many customers, one value's alone, and the link brings it back."""

import pytest

from lib.book import year_to
from lib.facts import open_store
from tests.funnelworlds import answer, sampled
from tests.pages import is_well, text

PAGE = "pages/lifetimes.py"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    path = tmp_path_factory.mktemp("lifetimes")
    sampled(path, 900, 5, planted=True)
    return path


def test_each_count_opens_as_many_customers(visit, store):
    world = open_store(store)
    told = answer(world, "survival", year_to(world.manifest.as_of), by="channel").table
    whole = told[told["is_whole"].astype(bool)].iloc[0]
    app = visit(store, PAGE, {"by": "channel", "which": "left"})
    assert is_well(app) and len(app.dataframe[-1].value) == whole["n_lives_ended"]
    app.segmented_control(key="lives which").set_value("still").run()
    assert len(app.dataframe[-1].value) == whole["n_lives"] - whole["n_lives_ended"]
    own = told[told["level"] == "Direct"].iloc[0]
    app.selectbox(key="lives level").set_value("Direct").run()
    app.segmented_control(key="lives which").set_value("all").run()
    assert is_well(app) and len(app.dataframe[-1].value) == own["n_lives"]
    assert app.query_params["level"] == "Direct" and app.query_params["which"] == "all"
    app.button(key="close lives").click().run()
    assert is_well(app) and "which" not in app.query_params and "level" not in app.query_params


def test_what_of_a_link_cannot_be_used_is_said(visit, store):
    app = visit(store, PAGE, {"by": "colour", "which": "some", "order": "luck", "lives_page": "-1"})
    assert is_well(app) and text(app).count("The link's") == 4


def test_without_lives_it_says_what_would_tell(visit, flag_store):
    app = visit(flag_store, PAGE)
    assert is_well(app) and "No customer's life is known here" in text(app)
