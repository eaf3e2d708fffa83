"""The page of renewals: its tiles open exactly what they count, the link restores it, and it says what is lacking."""

import re
from datetime import date, datetime, timedelta

import pytest

from lib.book import year_to
from lib.facts import open_store
from lib.view.charts.waterfall import DOWN, LEVEL, UP, Step, begins_at
from lib.view.renewals import board, bridge, spelt
from lib.view.renewals.renewalsstate import Renewals
from tests.funnelworlds import answer
from tests.pages import is_well, text
from tests.stores import NAMES
from tests.worldlets import account_frame, contract_frame, publish_frames

PAGE = "pages/renewals.py"
LAST = date(2026, 10, 31)
N = 120


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """120 accounts with a year each, ten due a month; every sixth lapses, every tenth grows, two are paid in euros."""
    folder = tmp_path_factory.mktemp("renewals")
    names = [f"a{number:03d}" for number in range(N)]
    rows = []
    for number, name in enumerate(names):
        ends = date(2025, 11, 1) + timedelta(3 * number)
        money = {"currency": "EUR" if number < 2 else "USD", "seats": 10, "plan": "Pro"}
        notice = {"notice_given_on": ends - timedelta(40), "lost_reason": "Price"} if number % 12 == 0 else {}
        rows.append(
            {
                "account": name,
                "starts_on": ends - timedelta(365),
                "ends_on": ends,
                "arr": 1_000.0 + number,
                **money,
                **notice,
            }
        )
        if number % 6:
            arr = 1_500.0 + number if number % 10 == 1 else 1_000.0 + number
            money |= {"notice_given_on": LAST} if number == N - 1 else {}  # the last day the data knows
            rows.append({"account": name, "starts_on": ends, "ends_on": ends + timedelta(365), "arr": arr, **money})
    publish_frames(
        folder,
        {
            "account": account_frame(names, name=[*NAMES, *names[len(NAMES):]], csm=["Dana", "Lee", None] * 40, segment=["S", "M"] * 60),
            "contract": contract_frame(*rows),
        },
        received=datetime(2026, 11, 1),
    )  # fmt: skip
    return folder


def tile(app, name: str) -> str:
    """The words of the click of a tile."""
    return app.button(key=f"open tile {name}").label


def listed(app):
    return next((each.value for each in app.dataframe if "moved_on" in each.value or "arr_to" in each.value), None)


@pytest.mark.parametrize("view", ["pool", "calendar"])
def test_each_tile_opens_as_many_rows_as_it_counts(visit, store, view):
    app = visit(store, PAGE, {"view": view, "shows": "lost"})
    assert is_well(app), text(app)
    tiles = [each.key.removeprefix("open tile ") for each in app.button if (each.key or "").startswith("open tile ")]
    assert {"grr", "nrr", "logos", "churn"} <= set(tiles) and len(tiles) > 8
    for name in tiles:
        said = tile(app, name)
        n = re.search(r"([\d,]+) (renewal|move|term|account)s?\b", said)
        app.button(key=f"open tile {name}").click().run()
        assert is_well(app), text(app)
        rows = listed(app)
        if n:
            count = 0 if rows is None else rows["account"].nunique() if n[2] == "account" else len(rows)
            assert count == int(n[1].replace(",", "")), (name, said)
    app.button(key="close renewals").click().run()
    assert listed(app) is None and "lever" not in app.query_params


def test_gross_and_net_stand_side_by_side_and_both_logo_rates_are_named(visit, store):
    said = text(visit(store, PAGE))
    assert (
        said.index("Gross retention")
        < said.index("Net retention")
        < said.index("Logo retention")
        < said.index("Logo churn")
    )
    assert "renewed:" in said and "The largest loss:" in said and "net churn" not in said.lower()


def test_a_link_restores_view_part_list_and_order(visit, store):
    query = {
        "view": "calendar",
        "shows": "lost",
        "lever": "lapse",
        "order": "account",
        "currency": "USD",
        "money": "mrr",
    }
    app = visit(store, PAGE, query)
    assert is_well(app), text(app)
    assert app.get("button_group")[0].value is not None and app.selectbox(key="listed lever").value == "lapse"
    assert app.selectbox(key="listed order").value == "account" and "Who the loss comes from" in text(app)
    rows = listed(app)
    assert len(rows) == 18 and rows["arr_from"].max() < 100  # a month's; of 20 one is in euros, one pending
    app.selectbox(key="listed lever").set_value("new").run()
    assert is_well(app) and app.query_params["lever"] in ("new", ["new"])


def test_a_link_that_lies_is_told_and_left_aside(visit, store):
    lies = {"view": "x", "shows": "x", "money": "x", "every": "x", "by": "x", "lever": "x", "of": "x", "order": "x", "begins": "x",
            "ends": "2026-99-01", "listed_page": "0", "currency": "XXX"}  # fmt: skip
    app = visit(store, PAGE, lies)
    assert is_well(app), text(app)
    assert text(app).count("was used") == 11


def test_a_level_or_a_csm_there_is_none_of_lists_nobody(visit, store):
    for odd in ({"level": "<b>X</b>"}, {"csm": "<b>X</b>"}, {"listed_page": "9"}):
        app = visit(store, PAGE, {"lever": "due", **odd})
        assert is_well(app) and "Nothing here" in text(app)
    assert len(listed(visit(store, PAGE, {"lever": "due", "csm": "(nobody)"}))) == 40
    assert (
        len(
            listed(
                visit(
                    store,
                    PAGE,
                    {"lever": "due", "by": "segment", "level": "S", "begins": "2025-12-01", "ends": "2026-01-01"},
                )
            )
        )
        == 6
    )


def test_currencies_are_chosen_and_never_added(visit, store):
    app = visit(store, PAGE)
    assert app.selectbox(key="renewals currency").value == "USD" and tile(app, "whole") == "Of 118 accounts ›"
    app.selectbox(key="renewals currency").set_value("EUR").run()
    assert is_well(app) and tile(app, "whole") == "Of 2 accounts ›"
    assert "2 accounts: too few to tell much" in text(app)


def test_a_day_past_the_data_is_cautioned(visit, store):
    assert "The data ends on" not in text(visit(store, PAGE))
    assert "The data ends on 31 Oct 2026, before 31 Dec 2026" in text(visit(store, PAGE, {"as_of": "2026-12-31"}))


def test_every_part_is_well_in_both_views(visit, store):
    for shows, said in (
        ("moved", "Period by period"),
        ("split", "Levers by CSM"),
        ("due", "Who is due when"),
        ("lost", "accounts are"),
    ):
        for view in ("pool", "calendar"):
            app = visit(store, PAGE, {"shows": shows, "view": view, "every": "quarter", "by": "csm"})
            assert is_well(app) and said in text(app), text(app)


def test_a_cell_of_the_calendar_and_a_month_of_the_trend_list_their_own(visit, store):
    app = visit(
        store,
        PAGE,
        {"shows": "due", "lever": "due", "of": "pool", "csm": "Dana", "begins": "2026-02-01", "ends": "2026-03-01"},
    )
    assert "Due · Dana · Feb 2026" in text(app) and len(listed(app)) == 3
    spec = app.get("plotly_chart")[0].proto.spec
    assert "Dana" in spec and "31 Oct" not in spec


def test_evergreen_contracts_have_no_pool_and_the_page_offers_the_calendar(visit, full_store):
    app = visit(full_store, PAGE)
    assert "No renewals fall in this period" in text(app)
    app.button(key="other view").click().run()
    assert is_well(app) and "From opening to closing ARR" in text(app)
    assert "No renewals" not in text(app)


def test_flags_alone_have_no_renewals_and_it_says_what_would_bring_them(visit, flag_store):
    said = text(visit(flag_store, PAGE))
    assert "No dates, no renewals" in said and "contracts.csv" in said


def test_a_book_of_nobody_and_a_period_before_all_contracts(visit, store):
    for query in ({"named": "nobody is called so"}, {"from": "2001-01-01", "to": "2002-01-01"}):
        app = visit(store, PAGE, query)
        assert is_well(app) and "No contracts here" in text(app)


def test_other_rules_and_the_passport_open(visit, store):
    app = visit(store, PAGE)
    app.session_state["other rules"] = True
    app.session_state["passport"] = True
    app.run()
    said = text(app)
    assert is_well(app) and "Gainsight" in said and "Shopify" in said and "**Lapsed**" in said
    assert any("renewal_term" in each.value or "renewal()" in each.value for each in app.code)


@pytest.mark.parametrize("view,made", [("pool", bridge._due), ("calendar", bridge._moved)])
def test_every_column_of_the_bridge_begins_where_the_last_one_ends(store, view, made):
    """From what was due down to nothing; from the opening through all that moved to the closing."""
    world = open_store(store)
    levers = answer(world, "renewals", year_to(world.manifest.as_of), view=view)
    state = Renewals(view=view)
    keys, steps = made(board.told(levers, state), state)
    assert len(keys) == len(steps) > 3
    height = steps[0].amount
    for step in steps[1:-1]:
        ends = (step.base, step.base + step.amount)
        assert height == pytest.approx(ends[0] if step.kind == UP else ends[1])
        height = ends[1] if step.kind == UP else ends[0]
    assert height == pytest.approx(0 if view == "pool" else steps[-1].amount)


def test_an_axis_that_does_not_begin_at_nothing_is_told():
    def step(kind, base, amount):
        return Step("x", kind, base, amount, "", "")

    far = [step(LEVEL, 0, 100), step(UP, 100, 5), step(LEVEL, 0, 105)]
    assert begins_at(far) == pytest.approx(100 - 0.35 * 5)
    assert begins_at([step(LEVEL, 0, 100), step(DOWN, 20, 80), step(LEVEL, 0, 20)]) == 0


def test_the_calendar_draws_the_months_of_a_period_long_ago(visit, store):
    app = visit(store, PAGE, {"shows": "due", "from": "2025-11-01", "to": "2026-02-01"})
    assert is_well(app) and "Jan 2026" in app.get("plotly_chart")[0].proto.alt


@pytest.mark.parametrize(
    "begins,ends,said",
    [
        ("2026-03-01", "2026-04-01", "Mar 2026"),
        ("2025-12-01", "2026-01-01", "Dec 2025"),
        ("2026-03-01", "2026-03-15", "1 Mar 2026 – 14 Mar 2026"),
    ],
)
def test_a_month_is_called_so(begins, ends, said):
    assert spelt.period(begins, ends) == said
