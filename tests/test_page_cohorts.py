"""The page of cohorts: its figures are the measure's, a cell opens as many members as it counts, its link restores it."""

import json
import re

import pytest

from lib.view.charts import shades
from lib.view.charts.theme import DARK, LIGHT
from tests.pages import is_well, text

PAGE = "pages/cohorts.py"


def drawn(app, at: int = 0) -> dict:
    return json.loads(app.get("plotly_chart")[at].proto.spec)


@pytest.fixture(scope="module")
def store(sample_store):
    return sample_store


def test_people_begin_with_their_sign_up_and_all_is_said(visit, store):
    app = visit(store, PAGE)
    assert is_well(app), text(app)
    said = text(app)
    assert re.search(r"In month \d+, [\d.]+ % \([\d.]+–[\d.]+\) of [\d,]+ people in \d+ cohorts used anything", said)
    assert "one scale for all cells" in said and "Hatched: unfinished" in said
    grid = drawn(app)
    assert grid["data"][1]["marker"]["pattern"]["shape"] == "/"  # unfinished cells
    assert any(re.fullmatch(r"\d+ [A-Z][a-z]{2}", each["text"]) for each in grid["layout"]["annotations"])
    assert "Nov 2025" in grid["layout"]["yaxis"]["ticktext"] and "All complete" in grid["layout"]["yaxis"]["ticktext"]


def test_a_cell_opens_its_members(visit, store):
    for which, column in (("retained", 1), ("lost", 2), ("eligible", 3)):
        app = visit(store, PAGE, {"open": ["all", "1"], "which": which})
        assert is_well(app), text(app)
        cells = next(
            each.value for each in app.dataframe if "n_eligible" in each.value and "completes_on" in each.value
        )
        of = cells[(cells["cohort"] == "all") & (cells["step_label"] == "month 1")].iloc[0]
        n = {1: of["n_retained"], 2: of["n_eligible"] - of["n_retained"], 3: of["n_eligible"]}[column]
        assert re.search(rf"1–[\d,]+ of {n:,}\b", text(app)), which
    closed = app.button(key="close cell").click().run()
    assert is_well(closed) and "open" not in closed.query_params


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"of": "accounts", "order": "newest"}, "accounts in"),
        ({"of": "arr_net"}, "growth included; gross"),
        ({"of": "arr_gross", "kind": "streak"}, "was kept, gross"),
        ({"cohort": "segment", "feature": "export"}, "had used Export by then"),
        ({"kind": "bracket", "unit": "week", "brackets": ["0", "1", "4"]}, "used anything"),
        (
            {"kind": "streak", "calendar": "calendar", "every": "quarter", "cohort": "key_action"},
            "in every step so far",
        ),
    ],
)
def test_every_question_is_in_the_link(visit, store, query, words):
    app = visit(store, PAGE, query)
    assert is_well(app) and words in text(app), text(app)
    if query.get("order") == "newest":
        names = drawn(app)["layout"]["yaxis"]["ticktext"]
        assert names[-1] == "All complete" and names[0].endswith("2026")


def test_two_cohorts_are_compared(visit, store):
    app = visit(store, PAGE, {"first": "is:Dec 2025", "second": "is:Jan 2026"})
    assert is_well(app) and re.search(r"Dec 2025 is [\d.]+ points (above|below) Jan 2026", text(app))
    chosen = app.selectbox(key="cohort second")
    assert "Dec 2025" not in chosen.options


def test_a_control_is_a_step(visit, store):
    app = visit(store, PAGE, {"open": ["all", "1"]})
    app.segmented_control(key="of").set_value("accounts").run()
    assert is_well(app) and app.query_params["of"] == "accounts" and "open" not in app.query_params
    app.selectbox(key="unit").set_value("week").run()
    assert is_well(app) and app.query_params["unit"] == "week" and "In week" in text(app)


def test_an_odd_link_says_what_it_cannot_use(visit, store):
    odd = {"of": "x", "cohort": "'; drop", "every": "7", "unit": "x", "kind": "y", "calendar": "z", "steps": "99", "order": "q",
           "brackets": ["3", "1"], "open": ["a"], "which": "w", "members_page": "-1"}  # fmt: skip
    app = visit(store, PAGE, odd)
    assert is_well(app) and text(app).count("is not known; the default was used") == 8
    assert "not whole numbers that rise" in text(app) and "a cell that there is not" in text(app)
    gone = visit(store, PAGE, {"open": ["is:May 1999", "3"], "first": "is:nobody", "feature": "<b>x</b>"})
    assert is_well(gone) and "not among these cohorts" in text(gone)


def test_data_without_use_counts_accounts_and_says_what_people_need(visit, full_store):
    app = visit(full_store, PAGE, {"from": "2023-01-01"})
    assert is_well(app) and "accounts in" in text(app)
    people = visit(full_store, PAGE, {"of": "users"})
    assert is_well(people) and "No cohort of people to show" in text(people) and "needs usage events" in text(people)


def test_flags_alone_and_hostile_names_are_calm(visit, flag_store, hostile_store):
    app = visit(flag_store, PAGE)
    assert is_well(app) and "No cohort of accounts to show" in text(app) and "needs contracts" in text(app)
    assert is_well(visit(hostile_store, PAGE, {"cohort": "channel", "of": "accounts"}))


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_letters_can_be_read_on_every_shade(colours):
    for at in range(21):
        shade = shades.shade(at / 20, colours)
        on = shades._light([int(each) for each in shade[4:-1].split(",")])
        assert shades._contrast(on, shades._light(shades._parts(shades.letters_on(shade, colours)))) >= 3.9
