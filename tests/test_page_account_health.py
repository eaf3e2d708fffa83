"""The health of one account on its page: what is shown adds up, and who has no score is told why."""

import json
import re
from datetime import date

import pytest

from lib.book import year_to
from lib.facts import open_store
from lib.facts.ask import ask
from lib.measures.registry import measure
from lib.view.charts import cascade, scored, theme
from lib.view.charts.scored import Band, Week
from lib.view.health import words
from tests.healthworlds import frames
from tests.pages import is_well, text
from tests.worldlets import WORDS, publish_frames

PAGE = "pages/account.py"
HOSTILE = "<script>alert(1)</script> **b** $x$"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    store = tmp_path_factory.mktemp("health")
    publish_frames(store, frames())
    return store


def answer(store, name: str, account: str):
    snapshot = open_store(store)
    book = year_to(snapshot.manifest.as_of)
    with ask(snapshot, book, WORDS) as con:
        return measure(name)(con, book, WORDS, account=account).table


def charts(app) -> dict[str, dict]:
    """alt text -> figure."""
    return {each.proto.alt: json.loads(each.proto.spec) for each in app.get("plotly_chart")}


def test_the_score_its_parts_and_its_weeks_stand_on_the_page_and_add_up(visit, store):
    app = visit(store, PAGE, {"account": "held"})
    assert is_well(app), text(app)
    for said in (
        "20.0 of 100",
        "▼ red",
        "Adoption, low touch",
        "held down: asked to cancel, at most 20",
        "What makes it",
        "What moved it",
    ):
        assert said in " ".join(text(app).split()), said
    made = next(each for each in charts(app) if each.startswith("What makes the score"))
    parts = answer(store, "health_parts", "held")
    given = [float(each) for each in re.findall(r" ([\d.]+) of [\d.]+", made)]
    assert len(given) == len(parts) - 1 and sum(given) == pytest.approx(parts["contribution"][:-1].sum(), abs=0.31)
    assert "Asked to cancel, at most 20 −" in made and "<b>20.0</b>" in made
    weeks = next(each for each in charts(app) if each.startswith("The score week by week"))
    assert "asked to cancel" in weeks and "renewal in 120 days or less" in weeks
    assert "asked to cancel" in text(app).split("What happened")[1]


@pytest.mark.parametrize(
    ("account", "said"),
    [
        ("machine", "no score · Grown, high touch Why there is none: used by machines alone"),
        ("t", "of 100 ◆ amber · Trial"),
        ("left", "No customer any more, and not on trial: the last score, of"),
        ("bare", "No health by this day"),
    ],
)
def test_who_has_no_score_or_is_on_trial_is_told_so(visit, store, account, said):
    app = visit(store, PAGE, {"account": account})
    assert is_well(app) and said in " ".join(text(app).split()), text(app)
    if account == "machine":
        assert "of the weight; the weight of a part that is not known goes to those that are" in text(app)
    if account != "t":
        assert not [alt for alt in charts(app) if alt.startswith("What makes")]


def test_a_cascade_begins_each_row_where_the_one_before_ends():
    rows = [
        cascade.Row("a", cascade.GIVES, 0, 10, "10.0 of 12.0", "", more=2),
        cascade.Row("b", cascade.GIVES, 10, 40, "30.0 of 30.0", ""),
        cascade.Row("held", cascade.TAKES, 40, 20, "−20.0", ""),
        cascade.Row("Health", cascade.STANDS, 0, 20, "20.0", ""),
    ]
    made = cascade.figure(rows, colours=theme.LIGHT, title_x="points").to_dict()
    bars, tails, *_ = made["data"]
    assert list(bars["base"]) == [0, 10, 20, 0] and list(bars["x"]) == [10, 30, 20, 20]
    assert list(tails["base"]) == [10] and list(tails["x"]) == [2] and list(tails["y"]) == [0]
    assert [each["x0"] for each in made["layout"]["shapes"]] == [10, 40, 20]
    assert [cascade.signed(each) for each in (3.04, -30.4, 0)] == ["+3.0", "−30.4", "0.0"]


def test_the_line_breaks_where_nobody_was_a_customer_and_names_are_letters():
    weeks = [
        Week(date(2026, 1, 4), 50.0, "amber", "x", []),
        Week(date(2026, 1, 11), 45.0, "amber", HOSTILE, ["notice given", "seats 1 → 2"]),
        Week(date(2026, 3, 1), None, "none", "x", [f"reached {HOSTILE}"]),
    ]
    made = scored.figure(weeks, [Band(date(2026, 1, 4), date(2026, 3, 1), 40, 70)], colours=theme.DARK).to_dict()
    assert list(made["data"][0]["y"]) == [50, 45, None, None]
    assert "<script>" not in json.dumps(made, default=str) and "**b**" not in json.dumps(made, default=str)
    assert [scored.sign_of(each) for each in (weeks[1].marks, weeks[2].marks, ["profile: a → b"])] == [
        "x",
        "triangle-up",
        "cross",
    ]
    assert "45.0" in scored.alternative(weeks[:2])


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK])
def test_every_colour_has_a_word_a_sign_and_an_ink_of_its_own(colours):
    for of in (words.WORDS, words.SIGNS):
        assert list(of) == list(words.COLOURS) and len(set(of.values())) == 4
    assert len({words.ink(each, colours) for each in words.COLOURS}) == 4
    assert words.SIGNS["red"] in words.said("red") and words.score(float("nan")) == "–"
