"""How long customers stay, as a section of a page: its words, its pictures, and its empty states, on a sample and on little."""

import itertools

import pytest
from streamlit.testing.v1 import AppTest

from lib.view.charts import lasting, theme
from lib.view.charts.lasting import Curve
from lib.view.lives import staying
from tests.funnelworlds import sampled
from tests.pages import is_well, text
from tests.worldlets import account_frame, open_world

PAGE = """
import streamlit as st

from lib.book import year_to
from lib.view import address, door, step
from lib.view.lives import lives
from lib.view.lives.livesstate import Lives

snapshot = door.look_up()
book = year_to(snapshot.manifest.as_of or snapshot.manifest.received_on)
step.arrive("been here" not in st.session_state)
st.session_state["been here"] = True
state = Lives((address.read().get("by") or [""])[-1])
step.stand(book, state)
lives.section(book, state)
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    path = tmp_path_factory.mktemp("lives")
    sampled(path, 2_000, 3, planted=True)
    return path


@pytest.fixture
def shown(monkeypatch, tmp_path):
    """shown(store, by) is the section on the data of a store."""

    def run(store, by: str = "") -> AppTest:
        monkeypatch.setenv("HEADLIGHT_STORE", str(store))
        monkeypatch.setenv("HEADLIGHT_PRIVATE", str(tmp_path / "private"))
        monkeypatch.setenv("HEADLIGHT_WORKSPACE", f"sqlite:///{tmp_path}/workspace.db")
        app = AppTest.from_string(PAGE, default_timeout=60)
        if by:
            app.query_params["by"] = by
        return app.run()

    return run


def test_all_customers_and_then_by_channel(shown, store):
    app = shown(store)
    assert is_well(app) and "of the customers are still there after 3 years" in text(app)
    assert len(app.get("plotly_chart")) == 2 and "What a customer is worth" in text(app)
    app.selectbox("lives by").set_value("channel").run()
    assert is_well(app) and "channel" in app.query_params["by"]
    assert "Reseller customers leave sooner" in text(app) and "each against all others together" in text(app)


def test_by_what_makes_no_difference_nothing_stands_out(shown, store):
    assert "By lead source nothing stands out beyond chance." in text(shown(store, "lead_source"))


def test_without_any_life_it_says_what_would_tell(shown, tmp_path):
    open_world(tmp_path / "nothing", {"account": account_frame("abc", segment=["x", "y", "y"])})
    app = shown(tmp_path / "nothing")
    assert is_well(app) and "No customer's life is known here" in text(app) and "starts_on" in text(app)


def test_a_file_of_months_has_one_curve_and_no_ends(shown, tmp_path):
    n = 40
    accounts = account_frame([f"a{at}" for at in range(n)], tenure_months=[float(at) for at in range(n)],
                             churned=[at % 2 == 0 for at in range(n)], arr=[100.0] * n)  # fmt: skip
    open_world(tmp_path / "months", {"account": accounts})
    app = shown(tmp_path / "months")
    assert is_well(app) and len(app.get("plotly_chart")) == 1 and "No acquisition cost is given" in text(app)


def test_a_handful_is_too_few_to_tell(shown, tmp_path):
    accounts = account_frame("abc", tenure_months=[1.0, 2.0, 3.0], churned=[True, False, False])
    open_world(tmp_path / "handful", {"account": accounts})
    app = shown(tmp_path / "handful")
    assert is_well(app) and "3 customers of this book could be followed; 30 would tell" in text(app)
    assert not app.get("plotly_chart")


def row(**values) -> dict:
    return {
        "level": "Reseller", "q_rest": 0.0002, "life_difference": -2.25, "horizon_months": 36, "arr_difference_lo": -3.0,
        "arr_difference_hi": -1.0, "arr_difference_worth": -3_230.9, "currency": "USD",
    } | values  # fmt: skip


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "2.2 months less of the first 36 than the rest (q&nbsp;&lt;&nbsp;0.001), 3,231 USD less each."),
        ({"currency": ""}, "(q&nbsp;&lt;&nbsp;0.001), 3,231 less each."),
        ({"arr_difference_hi": 0.5}, "(q&nbsp;&lt;&nbsp;0.001)."),  # of ARR it is not sure
        ({"life_difference": 1.0, "q_rest": 0.04, "arr_difference_worth": 900, "arr_difference_lo": 0.1,
          "arr_difference_hi": 1.0}, "stay longer</b>: 1.0 months more of the first 36 than the rest (q&nbsp;=&nbsp;0.04), 900 USD more each."),
    ],
)  # fmt: skip
def test_a_difference_is_said_with_its_money_only_where_that_is_sure(values, said):
    assert staying._differs(row(**values)).endswith(said)


def test_names_from_data_are_no_markup_and_lie_apart():
    name = "<b>x</b> ![y](http://z)"
    curves = [
        Curve(each, [0, 1], [1, rate], [1, rate], [1, rate], [9, 5])
        for each, rate in ((name, 0.5), ("b", 0.5), ("c", 0.51))
    ]
    drawn = lasting.figure(curves, verb="still there", colours=theme.LIGHT)
    said = [each.text for each in drawn.layout.annotations]
    assert not any("<b>x" in each or "](" in each for each in said)
    places = sorted(each.y for each in drawn.layout.annotations)
    assert min(high - low for low, high in itertools.pairwise(places)) > 0.02
    assert "after 1 months" in lasting.alternative(curves, verb="still there")
