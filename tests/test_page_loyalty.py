"""The page of who becomes loyal: its tiles open exactly what they count, it restores from its link, and it says what is lacking."""

import re
from datetime import date, datetime, timedelta

import pandas as pd
import pytest

from tests.pages import is_well, text
from tests.worldlets import account_frame, contract_frame, publish_frames

PAGE = "pages/loyalty.py"
LAST = date(2026, 6, 28)  # a Sunday
CLASSES = ("loyal", "casual", "dormant", "never", "deactivated")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """120 accounts of one person each over 28 weeks: half use it every week, the others once; one name is markup."""
    folder = tmp_path_factory.mktemp("loyalty")
    names = [f"a{number:03d}" for number in range(120)]
    began = [LAST - timedelta(7 * 28 - 1 - number % 7) for number in range(120)]
    people = [
        {"person": f"p{number}", "account": name, "name": "<b>Ann</b>" if number == 0 else f"Person {number}",
         "provisioned_at": datetime.combine(began[number], datetime.min.time()),
         "deactivated_on": LAST - timedelta(30) if number % 20 == 7 else None}
        for number, name in enumerate(names)
    ]  # fmt: skip
    events = [
        {"occurred_at": datetime.combine(began[number] + timedelta(7 * week), datetime.min.time()), "account": name,
         "person": f"p{number}", "feature": "report"}
        for number, name in enumerate(names)
        for week in (range(28) if number % 2 == 0 else range(1))
        if began[number] + timedelta(7 * week) <= LAST and number % 5 != 4
    ]  # fmt: skip
    publish_frames(
        folder,
        {
            "account": account_frame(names, name=names, csm="Dana", segment=["S", "M"] * 60),
            "contract": contract_frame(
                *(
                    {"account": n, "starts_on": d, "ends_on": date(2027, 1, 1), "arr": 10.0}
                    for n, d in zip(names, began, strict=True)
                )
            ),
            "person": pd.DataFrame(people, dtype=object),
            "event": pd.DataFrame(events),
        },
    )
    return folder


def tile(app, label: str) -> int:
    face = next(
        each.proto.body for each in app.get("html") if f">{label}<" in each.proto.body and "hl-tile" in each.proto.body
    )
    return int(re.search(r'hl-value[^"]*">([\d,]+)', face)[1].replace(",", ""))


def people(app) -> pd.DataFrame | None:
    return next((each.value for each in app.dataframe if "person" in each.value), None)


def test_it_says_what_can_be_said_of_half_a_year(visit, store):
    app = visit(store, PAGE)
    assert is_well(app), text(app)
    said = text(app)
    assert "Too early to tell whether the 90/10 rule holds here." in said and "could be followed for" in said
    assert len(app.get("plotly_chart")) == 1 and "day 90" in app.get("plotly_chart")[0].proto.spec


def test_each_tile_opens_as_many_people_as_it_counts(visit, store):
    labels = {
        "loyal": "Loyal",
        "casual": "Casual",
        "dormant": "Dormant",
        "never": "Never came",
        "deactivated": "Deactivated",
    }
    app = visit(store, PAGE)
    counted = {name: tile(app, label) for name, label in labels.items()}
    assert sum(counted.values()) == 120 and counted["loyal"] and counted["never"] and counted["deactivated"] == 6
    for name, n in counted.items():
        app.button(key=f"open tile {name}").click().run()
        assert is_well(app) and app.query_params["people"] in (name, [name])
        found = people(app)
        assert (0 if found is None else len(found)) == n, name
    app.button(key="close people").click().run()
    assert people(app) is None and "people" not in app.query_params


def test_a_link_restores_clock_groups_and_lists(visit, store):
    app = visit(
        store, PAGE, {"of": "accounts", "by": "segment", "people": "loyal", "order": "newest", "which": "not_adopted"}
    )
    assert is_well(app), text(app)
    assert (
        app.selectbox(key="clock by").value == "segment" and app.selectbox(key="adoption which").value == "not_adopted"
    )
    listed = next(each.value for each in app.dataframe if "renews_on" in each.value)
    assert set(listed["adopted_share_rate"]) == {0.0}
    app.selectbox(key="clock by").set_value("").run()
    assert is_well(app) and "by" not in app.query_params and "accounts" in app.query_params["of"]


def test_a_link_that_lies_is_told_and_left_aside(visit, store):
    app = visit(
        store,
        PAGE,
        {"of": "dogs", "by": "nothing", "people": "x", "people_page": "-1", "window": "y", "which": "z", "order": "q"},
    )
    assert is_well(app), text(app)
    assert text(app).count("was used") == 7


def test_a_page_past_the_last_and_a_book_without_anybody(visit, store):
    assert "Nobody here" in text(visit(store, PAGE, {"people": "loyal", "people_page": "9"}))
    nobody = visit(store, PAGE, {"named": "nobody is called so"})
    assert is_well(nobody), text(nobody)


def test_without_people_it_says_which_files_would_fill_it(visit, full_store):
    said = text(visit(full_store, PAGE))
    assert "No people known yet" in said and "people.csv events.csv" in said


def test_the_passport_says_the_rules_and_counts_people_as_people(visit, store):
    app = visit(store, PAGE)
    app.session_state["passport"] = True
    app.run()
    said = text(app)
    assert is_well(app) and "**Nurture pays until**: the last day on which the interval" in said
    assert "use in 3 of the last 4 full weeks" in said and "Left out: 1 account" not in said
