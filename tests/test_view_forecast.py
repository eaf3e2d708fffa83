"""The forecast on a page: the sentence, the ranges, the renewals behind one, and what it says where it has nothing to say."""

import base64
import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from lib.measures.forecast.calls import NO_CALLS
from tests.forecastworlds import by_odds
from tests.pages import is_well, text
from tests.worldlets import open_world

PAGE = """
from lib.book import year_to
from lib.view import door, step
from lib.view.ahead import forecast
from lib.view.ahead.aheadstate import read_state
from lib.view import address
import streamlit as st

snapshot = door.look_up()
book, query = year_to(snapshot.manifest.as_of), address.read()
step.arrive("been here" not in st.session_state)
st.session_state["been here"] = True
state, _ = read_state({{"by": ["{by}"]}} | query if "{by}" else query, snapshot.dimensions)
step.stand(book, state)
forecast.section(book, state)
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("odds")
    open_world(folder, by_odds((0.95, 0.6), n=600))
    return folder


@pytest.fixture
def show(monkeypatch, tmp_path):
    """show(store, by) runs a page that is the section alone."""
    from streamlit.runtime.caching import clear_session_data_cache, clear_session_resource_cache

    monkeypatch.setenv("HEADLIGHT_PRIVATE", str(tmp_path / "private"))
    monkeypatch.setenv("HEADLIGHT_WORKSPACE", f"sqlite:///{tmp_path}/workspace.db")
    for clear in (clear_session_data_cache, clear_session_resource_cache):
        clear("test session id")

    def run(store, by: str = "") -> AppTest:
        monkeypatch.setenv("HEADLIGHT_STORE", str(store))
        return AppTest.from_string(PAGE.format(by=by), default_timeout=60).run()

    return run


def drawn(app: AppTest, at: int) -> dict:
    return json.loads(app.get("plotly_chart")[at].proto.spec)


def numbers_of(values) -> list[float]:
    if isinstance(values, dict):  # as plotly packs them
        return list(np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"]))
    return values


def test_the_sentence_the_ranges_and_the_renewals_behind_one(show, store):
    app = show(store, "kind")
    assert is_well(app)
    assert "In Jan–Mar 2027" in text(app) and "8 times of 10. Of the last 8 quarters" in text(app)
    assert NO_CALLS in text(app) and "Past forecasts, made when the quarter opened" in text(app)
    ahead, past = (drawn(app, at)["data"] for at in (0, 1))
    assert len(numbers_of(ahead[1]["x"])) == 5 and len(numbers_of(past[1]["x"])) == 8
    outer, inner = (numbers_of(ahead[each]["x"]) for each in (1, 2))
    assert all(wide >= narrow >= 0 for wide, narrow in zip(outer, inner, strict=True))
    by_value, listed = (each.value for each in app.dataframe)
    assert set(by_value["level"]) == {"k0", "k1"} and listed["arr_in_doubt"].is_monotonic_decreasing
    assert listed["renews_on"].max().year == 2026 and by_value["n_due"].sum() == len(listed)
    app.button_group(key="forecast quarter").set_value("Apr–Jun 2027").run()
    assert is_well(app) and listed["account"].to_list() != app.dataframe[1].value["account"].to_list()
    assert set(app.dataframe[1].value["renews_on"].dt.quarter) == {2}


def test_too_little_past_says_what_is_missing(show, tmp_path):
    open_world(tmp_path / "few", by_odds((0.99,), n=60))
    app = show(tmp_path / "few")
    assert (
        is_well(app)
        and "Too little past to forecast from" in text(app)
        and "it takes 30 past renewals that were lost (here 3)" in text(app)
    )
    assert not app.get("plotly_chart")
