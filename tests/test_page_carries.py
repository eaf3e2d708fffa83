"""The page of what goes with staying: its sentence, what a trait and a corner open, its link, and what is lacking."""

import html
import json
import re
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from lib.measures.carries.traits import CHANCE, FEW, IN_EVERY_PLAN, IN_NO_PLAN, LEAVING, STAYING
from lib.view.carries import sentences
from tests.pages import is_well, text
from tests.worldlets import account_frame, contract_frame, publish_frames

PAGE = "pages/carries.py"
LAST = date(2026, 6, 28)  # a Sunday
MARKUP = "<b>x</b> :red[y]"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """400 accounts seen by a year to LAST: half used `good` before it and lose 5 %, the others 25 %; one feature is markup."""
    folder = tmp_path_factory.mktemp("carries")
    names = [f"a{number:03d}" for number in range(400)]
    is_lost = [number % 200 < (10 if number < 200 else 50) for number in range(400)]
    events, surveys = [], []
    for number, name in enumerate(names):
        used = ["login", *(["good"] if number < 200 else []), *([MARKUP] if number % 2 else [])]
        events += [
            {"account": name, "person": f"{name} p", "feature": feature, "occurred_at": datetime(2025, 6, 23, 9) - timedelta(weeks=week)}
            for feature in used for week in (0, 1, 2, 3, 4)
        ]  # fmt: skip
        if not is_lost[number]:
            weeks = range(4) if number % 4 else range(1)
            events += [{"account": name, "person": f"{name} p", "feature": "login", "occurred_at": datetime(2026, 6, 28, 9) - timedelta(weeks=week)}
                       for week in weeks]  # fmt: skip
            if number % 5:
                surveys.append({"survey": name, "account": name, "person": f"{name} p", "kind": "nps", "answered_on": date(2026, 5, 1),
                                "score": 3.0 if number % 3 == 0 else 9.0})  # fmt: skip
    contracts = [
        {
            "account": name,
            "starts_on": date(2024, 1, 1),
            "arr": 10.0,
            "cancelled_on": date(2026, 1, 5) if lost else None,
        }
        for name, lost in zip(names, is_lost, strict=True)
    ]
    publish_frames(
        folder,
        {
            "account": account_frame(names, name=[MARKUP, *names[1:]], csm="Dana", plan="Basic"),
            "contract": contract_frame(*contracts), "event": pd.DataFrame(events), "survey": pd.DataFrame(surveys),
            "feature": pd.DataFrame([{"feature": "good", "name": "Good thing", "plan": "Basic", "level": "advanced"}]),
        },
    )  # fmt: skip
    return folder


def listed(app, column: str) -> pd.DataFrame | None:
    return next((each.value for each in app.dataframe if column in each.value and "account" in each.value), None)


def test_it_says_what_goes_with_staying_and_hints_at_its_price(visit, store):
    app = visit(store, PAGE)
    assert is_well(app), text(app)
    said = text(app)
    assert (
        "1 of 2 features, settings and behaviours goes with staying , beyond chance and beyond age, segment and size: Good thing +20.0 points"
        in said
    )
    assert (
        "Good thing is in every plan: it could be worth more." in said and "A caution: 3 features are tracked" in said
    )
    drawn = json.loads(app.get("plotly_chart")[0].proto.spec)
    assert drawn["layout"]["yaxis"]["ticktext"][0] == "Good thing"
    assert all("<b>x" not in name for name in drawn["layout"]["yaxis"]["ticktext"])
    table = next(each.value for each in app.dataframe if "adjusted" in each.value)
    assert table.loc[0, ["name", "verdict", "with", "without"]].tolist() == [
        "Good thing", "goes with staying", "95.0 % (91.0–97.3) of 200", "75.0 % (68.6–80.5) of 200",
    ]  # fmt: skip


def test_a_trait_opens_its_accounts_and_the_list_is_as_long_as_the_figure(visit, store):
    app = visit(store, PAGE)
    app.selectbox(key="carries trait").set_value(0).run()
    assert is_well(app), text(app)
    assert app.query_params["trait"] in ("good", ["good"]) and "Good thing: the accounts" in text(app)
    assert len(listed(app, "state")) == 200
    app.button_group(key="carries which").set_value("lost").run()
    assert len(listed(app, "state")) == 10 and set(listed(app, "state")["state"]) == {"lost"}
    app.button_group(key="carries side").set_value("without").run()
    assert len(listed(app, "state")) == 50
    app.button(key="close carries").click().run()
    assert listed(app, "state") is None and "trait" not in app.query_params


def tile(app, label: str) -> int:
    face = next(
        each.proto.body for each in app.get("html") if f">{label}" in each.proto.body and "hl-tile" in each.proto.body
    )
    return int(face.split("hl-value")[1].split(">")[1].split("<")[0].replace(",", ""))


def test_each_corner_opens_as_many_accounts_as_it_counts(visit, store):
    app, n_in_all = visit(store, PAGE), 0
    for name, label in (("false comfort", "False comfort"), ("strong", "Strong"), ("at the edge", "At the edge"),
                        ("quiet champions", "Quiet champions")):  # fmt: skip
        n = tile(app, label)
        n_in_all += n
        app.button(key=f"open tile corner-{name.replace(' ', '-')}").click().run()
        assert is_well(app), text(app)
        assert len(listed(app, "satisfied_by")) == n > 0, name
    assert n_in_all == 272  # 340 are kept, 68 of them answered no survey
    app.button(key="open corner unknown").click().run()
    assert len(listed(app, "usage_level")) == 68
    app.button(key="close corner").click().run()
    assert "corner" not in app.query_params


def test_a_link_restores_the_lists_and_one_that_lies_is_told(visit, store):
    app = visit(
        store,
        PAGE,
        {"kind": "feature", "trait": MARKUP, "side": "without", "order": "account", "corner": "strong", "drawn": "all"},
    )
    assert is_well(app), text(app)
    assert len(listed(app, "state")) == 200 and app.selectbox(key="carries order").value == "account"
    lies = {"kind": "x", "trait": "good", "side": "x", "which": "x", "order": "x", "accounts_page": "-1", "corner": "x",
            "skilled": "x", "corner_order": "x", "corner_page": "x", "drawn": "x", "outcome": "x"}  # fmt: skip
    app = visit(store, PAGE, lies)
    assert is_well(app) and text(app).count("was used") == 11
    app = visit(store, PAGE, {"kind": "feature", "trait": "of nobody"})
    assert is_well(app) and "Nobody had it" in text(app)
    assert "No accounts here" in text(visit(store, PAGE, {"kind": "feature", "trait": "good", "accounts_page": "9"}))


def test_without_use_it_says_which_files_would_fill_it(visit, full_store, flag_store):
    said = text(visit(full_store, PAGE))
    assert "Nothing known from before the period" in said and "import events.csv settings.csv" in said
    assert "Too little is known to tell" in said
    said = text(visit(flag_store, PAGE))
    assert "When did they leave?" in said and "import contracts.csv" in said


def test_a_book_without_anybody_and_the_passport(visit, store):
    nobody = visit(store, PAGE, {"named": "nobody is called so"})
    assert is_well(nobody), text(nobody)
    app = visit(store, PAGE)
    app.session_state["passport"] = True
    app.run()
    said = text(app)
    assert is_well(app) and "**Adjusted difference**: retention with it" in said and "Klingenberg 2014" in said


def test_nothing_stands_out_where_nothing_does(visit, tmp_path):
    dice = np.random.default_rng(4)
    names = [f"a{number:03d}" for number in range(300)]
    events = [
        {"account": name, "person": f"{name} p", "feature": feature, "occurred_at": datetime(2025, 6, 23, 9) - timedelta(weeks=week)}
        for name in names for feature in ("login", *np.array(["a", "b", "c"])[dice.random(3) < 0.5]) for week in range(5)
    ]  # fmt: skip
    events.append({"account": names[0], "person": "p", "feature": "login", "occurred_at": datetime(2026, 6, 22)})
    contracts = [
        {
            "account": name,
            "starts_on": date(2024, 1, 1),
            "arr": 10.0,
            "cancelled_on": date(2026, 1, 5) if lost else None,
        }
        for name, lost in zip(names, dice.random(300) < 0.2, strict=True)
    ]
    publish_frames(
        tmp_path,
        {"account": account_frame(names), "contract": contract_frame(*contracts), "event": pd.DataFrame(events)},
    )
    app = visit(tmp_path, PAGE)
    assert is_well(app) and "Nothing stands out: none of 3 features, settings and behaviours" in " ".join(
        text(app).split()
    )


def told(*rows: tuple[str, str, float, str | None]) -> list[dict]:
    """Traits as sentences take them: name, verdict, points, price hint."""
    return [
        {"trait_kind": "feature", "trait": name, "trait_name": name, "goes_with": verdict, "adjusted_difference": points / 100,
         "adjusted_difference_lo": points / 100 - 0.01, "adjusted_difference_hi": points / 100 + 0.01, "price_hint": hint,
         "p_value": None if verdict == FEW else 0.01}
        for name, verdict, points, hint in rows
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("a", STAYING, 3, None), ("b", LEAVING, -2, None), ("c", LEAVING, -5, None), ("d", CHANCE, 0, None), ("e", FEW, 9, None)],
         "1 of 4 features, settings and behaviours goes with staying, beyond chance and beyond age, segment and size: A +3.0 points "
         "(+2.0 to +4.0). 2 go with leaving: C −5.0 points (−6.0 to −4.0), B −2.0 points (−3.0 to −1.0)."),
        ([("b", LEAVING, -2, None)],
         "None of 1 features, settings and behaviours goes with staying beyond chance and beyond age, segment and size. 1 goes with "
         "leaving: B −2.0 points (−3.0 to −1.0)."),
        ([("e", FEW, 9, None)], "Too few to tell what goes with staying."),
    ],
)  # fmt: skip
def test_the_headline_in_every_case(rows, said):
    rows = told(*rows)
    found = sentences.headline(pd.DataFrame(rows), rows)
    assert html.unescape(re.sub("<[^>]+>", "", found)) == said


def test_price_hints_are_told_together():
    rows = told(("a", STAYING, 3, IN_EVERY_PLAN), ("b", STAYING, 3, IN_NO_PLAN), ("<c>", STAYING, 3, IN_EVERY_PLAN))
    found = sentences.priced(rows)
    assert "<c>" not in found
    said = html.unescape(re.sub("<[^>]+>", "", found))
    assert (
        said
        == "Price hint: A and <c> are in every plan: they could be worth more. B is in no plan: it could be worth more."
    )
    assert sentences.priced(told(("a", STAYING, 3, None))) == ""
