"""The page of the journey: its takeaway, each figure opens as many accounts as it counts, its link, and what is lacking."""

import html
import itertools
import re
from datetime import date, timedelta

import pandas as pd
import pytest

from tests.pages import is_well, text
from tests.worldlets import account_frame, contract_frame, publish_frames

PAGE = "pages/funnel.py"
LAST = date(2026, 6, 28)
MARKUP = "<b>x</b> :red[y]"
STAGES = ("Onboarding", "Adoption", "Usage", "Value", "Advocacy")


def world(folder, n: int, days_in_adoption: dict[str, int], stages=STAGES):
    """`n` accounts that come in one a day: 20 days of onboarding, then so many of adoption by segment, 50 of usage and 100 of value.
    Every tenth is lost after 30 days; nobody is followed beyond LAST."""
    names = [f"a{number:03d}" for number in range(n)]
    segments = [list(days_in_adoption)[number % len(days_in_adoption)] for number in range(n)]
    rows, contracts = [], []
    for number, (name, segment) in enumerate(zip(names, segments, strict=True)):
        began, lost = LAST - timedelta(number), number % 10 == 9
        ways = list(itertools.accumulate((0, 20, days_in_adoption[segment], 50, 100)))
        days = [began + timedelta(way) for way in ways[: 2 if lost else 5]]
        rows += [
            {"account": name, "stage": stage, "reached_on": day}
            for stage, day in zip(stages, days, strict=False)
            if day <= LAST
        ]
        gone = began + timedelta(30)
        contracts.append(
            {"account": name, "starts_on": began, "arr": 10.0 + number, "ends_on": gone if lost and gone <= LAST else date(2028, 1, 1)}
        )  # fmt: skip
    account = account_frame(names, name=[MARKUP, *names[1:]], csm="Dana", segment=segments)
    publish_frames(
        folder, {"account": account, "contract": contract_frame(*contracts), "milestone": pd.DataFrame(rows, dtype=object)}
    )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Adoption takes 40 days in S and 150 in M, where 60 are expected."""
    return world(tmp_path_factory.mktemp("funnel"), 360, {"S": 40, "M": 150})


def squeezed(app) -> str:
    return " ".join(text(app).split())


def listed(app) -> pd.DataFrame | None:
    return next((each.value for each in app.dataframe if "ending" in each.value or "entered_on" in each.value), None)


def figures(app, stage: str) -> dict[str, int]:
    """What the row of a stage says."""
    face = next(
        each.proto.body for each in app.get("html") if 'class="hl-stage' in each.proto.body and f"<b>{stage}</b>" in each.proto.body
    )  # fmt: skip
    said = html.unescape(re.sub("<[^>]+>", "", face))
    kinds = {"entered": "came in", "completed": "went on", "inside": "still inside", "exited": "left"}
    found = {name: re.search(rf"([\d,]+) {word}", said) for name, word in kinds.items()}
    return {name: int(each[1].replace(",", "")) for name, each in found.items() if each}


def test_the_slow_stage_of_one_segment_is_the_takeaway(visit, store):
    app = visit(store, PAGE)
    assert is_well(app), text(app)
    assert "Slowest: Adoption → Usage, median 150 days for M, 90 more than expected." in squeezed(app)


def test_each_figure_opens_as_many_accounts_as_it_counts(visit, store):
    app = visit(store, PAGE)
    for place, stage in enumerate(STAGES, start=1):
        told = figures(app, stage)
        now = int(
            next(each.label for each in app.button if each.key == f"open stage {place}").split()[0].replace(",", "")
        )
        app.button(key=f"open stage {place}").click().run()
        assert is_well(app), text(app)
        assert app.query_params["stage"] in (stage, [stage])
        assert (0 if listed(app) is None else len(listed(app))) == now
        for which, n in told.items():
            app.button_group(key="stage which").set_value(which).run()
            assert is_well(app), text(app)
            assert (0 if listed(app) is None else len(listed(app))) == n, (stage, which)
        app.button(key="close stage").click().run()
        assert listed(app) is None and "stage" not in app.query_params
    assert figures(app, "Onboarding") == {
        "entered": 360,
        "completed": 340,
        "inside": 20,
        "exited": 0,
    }  # 20 came in these 20 days
