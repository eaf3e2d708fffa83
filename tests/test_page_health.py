"""The page of health: every figure opens as many accounts, links bring it back, and what is not known is said."""

from datetime import timedelta

import pytest

from lib.book import year_to
from lib.facts import open_store
from tests import stores
from tests.funnelworlds import answer
from tests.pages import is_well, text

PAGE = "pages/health.py"
BACK = 180  # days, so that a small store has movers


@pytest.fixture(scope="module")
def world(sample_store):
    return open_store(sample_store)


@pytest.fixture(scope="module")
def book(world):
    return year_to(world.manifest.as_of)


def listed(app, *, below: str = "The accounts"):
    """The list behind a figure: the first table of the page."""
    assert is_well(app) and below in text(app)
    return app.dataframe[0].value


def test_a_tile_opens_its_accounts_and_closes(visit, sample_store, world, book):
    spread = answer(world, "health_spread", book).table
    app = visit(sample_store, PAGE)
    n_red = spread.loc[spread["colour"] == "red", "n_accounts"].sum()
    assert is_well(app) and f"{n_red} of" in text(app) and "Where the signs disagree" in text(app)
    for colour in ("red", "green"):
        app.button(key=f"open tile health {colour}").click().run()
        assert len(listed(app)) == spread.loc[spread["colour"] == colour, "n_accounts"].sum()
        assert app.query_params["colour"] == colour or app.query_params["colour"] == [colour]
    app.button(key="close health list").click().run()
    assert is_well(app) and "The accounts" not in text(app) and "at" not in app.query_params


def test_links_open_what_a_bar_a_cell_a_value_and_a_week_stand_for(visit, sample_store, world, book):
    since = (book.as_of - timedelta(days=BACK)).isoformat()
    moved = answer(world, "health_movement", book, since=since).table.iloc[0]
    cell = answer(world, "health_matrix", book).table.iloc[-1]
    level = answer(world, "health_breakdown", book, by="channel").table.iloc[0]
    week = answer(world, "health_trend", book).table.iloc[5]
    bar = answer(world, "health_spread", book).table.iloc[3]
    for query, n in (
        ({"at": "colours", "colour": bar["colour"], "score": str(int(bar["score_from"]))}, bar["n_accounts"]),
        (
            {"at": "colours", "back": str(BACK), "from_colour": moved["from_colour"], "to_colour": moved["to_colour"]},
            moved["n_accounts"],
        ),
        (
            {"at": "matrix", "colour": cell["colour"], "band": str(cell["arr_band"]), "window": cell["renewal_window"]},
            cell["n_accounts"],
        ),
        ({"at": "levels", "by": "channel", "level": level["level"], "colour": "green"}, level["n_green"]),
        ({"at": "weeks", "week": f"{week['scored_on']:%Y-%m-%d}", "colour": "amber"}, week["n_amber"]),
    ):
        app = visit(sample_store, PAGE, query)
        assert is_well(app) and "The accounts" in text(app), query
        # which of the page's tables it is depends on where the figure stands: the one with as many rows, and names
        assert n in [len(each.value) for each in app.dataframe], query


def test_movers_say_why(visit, sample_store, world, book):
    since = (book.as_of - timedelta(days=BACK)).isoformat()
    n = len(answer(world, "health_movers", book, since=since, which="worse").table)
    app = visit(sample_store, PAGE, {"back": str(BACK), "which": "worse"})
    table = next(each.value for each in app.dataframe if "why" in each.value)
    assert is_well(app) and len(table) == n > 0 and (table["health_change"] < 0).all()
    assert table["why"].str.contains("→").any() and not table["why"].str.contains("points of 100").any()


def test_red_gathers_nowhere_is_said_and_too_few_to_tell_is_said_otherwise(visit, sample_store, world, book):
    told = answer(world, "health_breakdown", book, by="channel").table
    assert told["is_small"].all()  # a small store
    app = visit(sample_store, PAGE, {"by": "channel"})
    assert is_well(app) and "Too few to tell." in text(app) and "Nothing stands out" not in text(app)
    told = answer(world, "health_breakdown", book, by="touch").table
    assert not told["is_small"].all() and not (told["q_value"] <= 0.05).any()
    app = visit(sample_store, PAGE, {"by": "touch"})
    assert is_well(app) and "Nothing stands out." in text(app) and "Red gathers" not in text(app)


def test_what_of_a_link_cannot_be_used_is_said(visit, sample_store):
    odd = {"back": "2", "by": "colour", "at": "moon", "week": "soon", "score": "5", "band": "9", "list_page": "-1"}
    app = visit(sample_store, PAGE, odd)
    assert is_well(app) and text(app).count("The link's") == len(odd)
    early = visit(sample_store, PAGE, {"at": "weeks", "week": "2001-01-01"})
    assert is_well(early) and "Scores begin on" in text(early)


@pytest.mark.parametrize("store", ["flag_store", "hostile_store"])
def test_without_use_it_says_what_would_tell(visit, store, request):
    app = visit(request.getfixturevalue(store), PAGE, {"at": "colours", "colour": "none"})
    assert is_well(app) and "No account has a score" in text(app) and "events.csv" in text(app)
    assert len(app.dataframe) == 1 and len(app.dataframe[0].value) > 100  # and who they are
    assert "Who changed colour" not in text(app) and stores.NAMES[0] not in "".join(str(each) for each in app.markdown)


def test_an_empty_book_says_so(visit, sample_store):
    app = visit(sample_store, PAGE, {"named": "nobody is called so"})
    assert is_well(app) and "No account" in text(app)
