"""The page of KPIs: the headline says what the list shows, a KPI opens with its accounts, links restore, and what lacks is said."""

import re

import pytest

from lib.facts.kpis import KPIS
from lib.glossary import TERMS
from tests.pages import is_well, text

PAGE = "pages/adoption.py"
NAME = "seats_active_rate"


@pytest.fixture
def answer(sample_store):
    """answer(measure, options): the answer the page asks for."""
    from lib.book import year_to
    from lib.facts import open_store
    from lib.facts.ask import ask
    from lib.measures.registry import measure
    from tests.worldlets import WORDS

    snapshot = open_store(sample_store)
    book = year_to(snapshot.manifest.as_of)

    def asked(name: str, **options):
        with ask(snapshot, book, WORDS) as con:
            return measure(name)(con, book, WORDS, **options).table

    return asked


@pytest.fixture(autouse=True)
def three_months(monkeypatch):
    """A trend of three months in place of a year: it is the same statement once a day."""
    from lib.measures.kpis import trend

    monkeypatch.setattr(trend, "N_DAYS", 3)


def lines(app) -> dict[str, str]:
    """The lines of the list: what people call the KPI -> the line."""
    found = {}
    for each in app.get("html"):
        if each.proto.body.startswith('<div class="hl-kpi') and "hl-kpi-head" not in each.proto.body:
            found[re.search(r"<b>(.*?)</b>", each.proto.body)[1]] = each.proto.body
    return found


def accounts(app):
    return next((each.value for each in app.dataframe if "kpi_value" in each.value and "renews_on" in each.value), None)


def test_the_list_has_every_kpi_that_can_be_told_and_the_headline_counts_it(visit, sample_store, answer):
    app = visit(sample_store, PAGE)
    assert is_well(app), text(app)
    found = answer("adoption")
    told = found[found["kpi_value"].notna()]
    shown = lines(app)
    assert set(shown) == {TERMS[name].label for name in told["kpi"]} and len(shown) > 3
    assert f"{told['is_met'].sum()} of {len(told)} targets met." in text(app) and "Furthest off: " in text(app)
    for row in told.itertuples():
        line = shown[TERMS[row.kpi].label]
        assert ("met" if row.is_met else "missed") in line and (
            "at most" if KPIS[row.kpi].is_less_better else "at least"
        ) in line
        assert f"{row.n_kpi_accounts:,}" in line and (f"{row.n_kpi_left_out} left out" in line) == bool(
            row.n_kpi_left_out
        )
    assert not app.get("plotly_chart")  # the first answer does not wait for a trend


def test_a_click_opens_a_kpi_and_another_closes_it(visit, sample_store, answer):
    app = visit(sample_store, PAGE)
    app.button(key=f"open kpi {NAME}").click().run()
    assert is_well(app) and app.query_params["kpi"] in (NAME, [NAME])
    assert len(app.get("plotly_chart")) == 2  # the trend and the segments
    missed = answer("kpi_accounts", kpi=NAME, which="missed")
    listed = accounts(app)
    assert listed["account"].tolist() == missed["account"].tolist() and len(listed)
    assert listed["kpi_value"].tolist() == pytest.approx((missed["kpi_value"] * 100).tolist())
    app.button(key=f"open kpi {NAME}").click().run()
    assert is_well(app) and "kpi" not in app.query_params and accounts(app) is None


def test_a_link_restores_the_kpi_its_dimension_and_its_accounts(visit, sample_store, answer):
    app = visit(sample_store, PAGE, {"kpi": "under_utilised_rate", "by": "region", "which": "met", "sort": "arr"})
    assert is_well(app), text(app)
    assert app.selectbox(key="kpi by").value == "region" and app.selectbox(key="kpi sort").value == "arr"
    met = answer("kpi_accounts", kpi="under_utilised_rate", which="met", sort="arr")
    assert accounts(app)["account"].tolist() == met["account"].tolist() and set(accounts(app)["kpi_value"]) == {"no"}
    app.selectbox(key="kpi sort").set_value("account").run()
    assert is_well(app) and "account" in app.query_params["sort"] and "region" in app.query_params["by"]


def test_a_link_that_lies_is_told_and_left_aside(visit, sample_store):
    app = visit(sample_store, PAGE, {"kpi": "dogs", "by": "nothing", "which": "x", "sort": "y", "page": "-1"})
    assert is_well(app), text(app)
    assert text(app).count("was used") == 5


def test_a_page_past_the_last_and_a_book_without_anybody(visit, sample_store):
    app = visit(sample_store, PAGE, {"kpi": NAME, "page": "9"})
    assert is_well(app) and "No accounts here" in text(app)
    nobody = visit(sample_store, PAGE, {"named": "nobody is called so"})
    assert is_well(nobody) and "No account past onboarding is in this book" in text(nobody)


def test_contracts_without_seats_and_nobody_known_say_which_files_would_fill_it(visit, full_store):
    app = visit(full_store, PAGE)
    said = text(app)
    assert is_well(app) and TERMS["seats_assigned_rate"].label not in lines(app)
    assert "contracts with their seats, people, usage events" in said
    assert ("Not told, for want of data" if lines(app) else "No KPI can be told yet") in said


def test_accounts_of_which_no_start_is_known_are_past_no_onboarding(visit, flag_store):
    app = visit(flag_store, PAGE)
    assert is_well(app) and not lines(app)
    assert "No account past onboarding is in this book" in text(app) or "No KPI can be told yet" in text(app)


def test_the_passport_says_the_rules(visit, sample_store):
    app = visit(sample_store, PAGE)
    app.session_state["passport"] = True
    app.run()
    assert is_well(app) and "**Change**: against 30 days before" in text(app)


def test_the_account_page_holds_its_kpis_against_targets(visit, sample_store, answer):
    listed = answer("kpi_accounts", kpi=NAME, which="missed")
    app = visit(sample_store, "pages/account.py", {"account": listed["account"].iat[0]})
    assert is_well(app), text(app)
    table = next(each.proto.body for each in app.get("html") if "KPIs of the account against" in each.proto.body)
    assert f"{listed['kpi_k'].iat[0]:.0f} of {listed['kpi_n'].iat[0]:.0f}" in table and "missed" in table


@pytest.mark.parametrize(
    "name, measure, rows",
    [("advanced_rate", "feature_adoption", "feature_name"), ("ttv_days", "value_times", "category")],
)
def test_what_a_kpi_is_made_of_stands_below_its_accounts(visit, sample_store, answer, name, measure, rows):
    app = visit(sample_store, PAGE, {"kpi": name})
    assert is_well(app), text(app)
    found, shown = answer(measure), app.dataframe[-1].value
    assert len(shown) == len(found) > 1 and not accounts(app).equals(shown)
    said = shown.iloc[:, 0].tolist()
    if measure == "feature_adoption":
        assert said == found[rows].tolist()
        users, people = found["n_feature_users"].iat[0], found["n_active_people"].iat[0]
        assert (
            shown["depth"].iat[0].startswith(f"{users / people:.1%}".replace("%", " %"))
            and f"of {people:,}" in shown["depth"].iat[0]
        )
    else:
        assert said[0] == "All" and set(said[1:]) == set(found[rows].dropna())
        assert shown["reached"].iat[0] == f"{found['n_goals_reached'].iat[0]:,} of {found['n_goals'].iat[0]:,}"
