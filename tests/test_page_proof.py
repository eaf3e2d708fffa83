"""The page that judges the health score: its sentence adds up, each count opens as many rows, and the link brings it back."""

import pytest

from lib.book import year_to
from lib.facts import open_store
from lib.facts.ask import ask
from lib.measures.registry import measure
from tests.pages import is_well, text
from tests.worldlets import WORDS

PAGE = "pages/proof.py"


@pytest.fixture(scope="module")
def figures(sample_store):
    world = open_store(sample_store)
    book = year_to(world.manifest.as_of)
    with ask(world, book, WORDS) as con:
        losses, proof = (measure(name)(con, book, WORDS).table for name in ("health_losses", "health_proof"))
    return losses.iloc[0], proof.iloc[0]


def test_the_sentence_leads_and_each_count_opens_as_many(visit, sample_store, figures):
    losses, proof = figures
    app = visit(sample_store, PAGE, {"lost": "all", "which": "all"})
    assert is_well(app), text(app)
    assert f"Of {losses['n_proof_losses']} lost, {losses['n_red_before']} w" in text(app)
    tables = [each.value for each in app.dataframe if "account" in each.value]
    assert [len(each) for each in tables] == [losses["n_proof_losses"], proof["n_readings"]]
    app.button(key="open tile green").click().run()
    assert is_well(app) and "lost" not in app.query_params  # the list the page opens with
    n_green = int(losses["n_green_final"])
    listed = [each.value for each in app.dataframe if "colour_final" in each.value]
    assert (len(listed[0]) if listed else 0) == n_green
    assert n_green or "Nobody was green to the end" in text(app)


def test_of_few_lost_it_says_that_nothing_can_be_said(visit, sample_store, figures):
    _, proof = figures
    app = visit(sample_store, PAGE, {"by": "stage", "within": "180"})
    assert is_well(app)
    assert not proof["untold"] or "cannot be judged" in text(app)


@pytest.mark.parametrize("store", ["full_store", "flag_store", "hostile_store"])
def test_stores_without_use_or_days_say_what_is_missing(visit, request, store):
    app = visit(request.getfixturevalue(store), PAGE)
    assert is_well(app), text(app)
    said = text(app)
    assert (
        "Nothing can be proved here" in said
        if store != "full_store"
        else "No reading can be judged yet" in said or "cannot be judged" in said or "AUC" in said
    )


def test_an_empty_book(visit, sample_store):
    app = visit(sample_store, PAGE, {"named": "nobody is called so"})
    assert is_well(app) and "Nothing can be proved here" in text(app)


def test_what_of_a_link_cannot_be_used_is_said(visit, sample_store):
    query = {
        "by": "colour",
        "lost": "some",
        "lead": "3",
        "which": "x",
        "said": "a,b",
        "quarter": "soon",
        "within": "7",
        "score": "x",
    }
    app = visit(sample_store, PAGE, query)
    assert is_well(app) and text(app).count("The link's") == len(query)
