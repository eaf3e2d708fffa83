"""The page of renewals ahead: what each part says, what a tile and a bar open, its link, and what is lacking."""

from datetime import date

import pandas as pd
import pytest

from lib.book import year_to
from lib.facts import open_store
from lib.view.ahead.aheadstate import PARTS, Ahead, read_state
from tests.funnelworlds import answer
from tests.pages import is_well, text
from tests.worldlets import account_frame, contract_frame, publish_frames

PAGE = "pages/ahead.py"
MARKUP = "<b>x</b> :red[y]"


def test_every_part_is_drawn_and_comes_back_by_its_link(visit, sample_store):
    for part, said in PARTS.items():
        app = visit(sample_store, PAGE, {"shows": part})
        assert is_well(app), (part, text(app))
        assert app.segmented_control(key="ahead part").value == part and said
    app = visit(sample_store, PAGE)
    app.segmented_control(key="ahead part").set_value("why").run()
    assert is_well(app) and app.query_params["shows"] == "why" and "Why customers left" in text(app)


def test_tiles_of_quarters_list_as_many_renewals_as_they_say(visit, sample_store):
    world = open_store(sample_store)
    quarters = answer(world, "sizing_quarters", year_to(world.manifest.as_of)).table
    app = visit(sample_store, PAGE, {"shows": "seats"})
    assert f"{quarters['n_over'].sum()} of {quarters['n_renewals'].sum()} renewals" in text(app)
    at = int(quarters["n_over"].argmax())
    app.button(key=f"open tile quarter {at}").click().run()
    assert is_well(app) and app.query_params["quarter"] == quarters["quarter_opens_on"].iat[at].date().isoformat()
    assert len(app.dataframe[0].value) == quarters["n_over"].iat[at]
    app.button(key=f"open tile quarter {at}").click().run()
    assert "quarter" not in app.query_params and len(app.dataframe[0].value) == quarters["n_over"].sum()


def test_a_tenth_and_a_reason_of_the_link_open_their_lists(visit, sample_store):
    world = open_store(sample_store)
    book = year_to(world.manifest.as_of)
    tenth = answer(world, "renewal_deciles", book, trait="breadth").table.iloc[0]
    app = visit(sample_store, PAGE, {"shows": "before", "trait": "breadth", "tenth": str(tenth["tenth"])})
    assert is_well(app) and len(app.dataframe[0].value) == tenth["n_decided"]
    reason = answer(world, "loss_reasons", book).table.iloc[0]
    app = visit(sample_store, PAGE, {"shows": "why", "reason": reason["lost_reason"]})
    assert is_well(app) and len(app.dataframe[0].value) == reason["n_lost_lines"]


def test_moves_and_saves_of_the_link_open_their_lists(visit, sample_store):
    world = open_store(sample_store)
    book = year_to(world.manifest.as_of)
    risky = answer(world, "save_rate", book).table["n_plans"].iat[1]
    app = visit(sample_store, PAGE, {"shows": "moves", "saved": "none all", "move": "All that moved"})
    n_moved = len(answer(world, "moved_accounts", book).table)
    listed = [len(each.value) for each in app.dataframe]
    assert is_well(app) and listed == [n for n in (risky, n_moved) if n] + listed[-1:]
    assert is_well(visit(sample_store, PAGE, {"shows": "moves", "move": f"{MARKUP} → x"}))


def test_what_of_a_link_cannot_be_used_is_said(visit, sample_store):
    app = visit(sample_store, PAGE, {"shows": "luck", "quarter": "soon", "verdict": "win", "size_page": "-1"})
    assert is_well(app) and text(app).count("The link's") == 4
    assert is_well(visit(sample_store, PAGE, {"shows": "why", "reason": MARKUP}))


def test_the_state_goes_to_the_link_and_back():
    state = Ahead(shows="race", verdict="ahead", race_page=2, tenth="3", reason=MARKUP, week="2026-11-02")
    assert read_state(state.to_query(), ()) == (state, [])


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """Two renewals without seats, use, plan or deadline; one left for a reason that is markup."""
    store = tmp_path_factory.mktemp("bare")
    rows = [
        {
            "account": name,
            "starts_on": date(2025, 6, 1),
            "ends_on": date(2026, 6, 1),
            "arr": 10.0,
            "lost_reason": reason,
        }
        for name, reason in (("a", None), ("b", MARKUP))
    ]
    publish_frames(
        store,
        {
            "account": account_frame("ab", name=MARKUP),
            "contract": contract_frame(*rows, {"account": "a", "starts_on": date(2026, 6, 1), "ends_on": date(2026, 12, 1), "arr": 10.0}),
            "ticket": pd.DataFrame([{"ticket": "t", "account": "a", "opened_at": pd.Timestamp("2026-10-01")}]),
        },
    )  # fmt: skip
    return store


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("seats", "No seats are known"), ("race", "Nothing can be told"), ("notice", "No deadlines ahead"),
        ("before", "Too few renewals were decided"), ("why", "is named most"), ("moves", "No plans are known"),
    ],
)  # fmt: skip
def test_what_is_lacking_is_said_with_the_file_that_would_fill_it(visit, bare, part, said):
    app = visit(bare, PAGE, {"shows": part})
    assert is_well(app) and said in text(app)
    assert all(MARKUP not in each.proto.body for each in app.get("html"))
