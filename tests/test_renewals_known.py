"""Real subscriptions with known answers: dbt's MRR playbook, by its own rules and by those of Fighting Churn With Data."""

import json
from datetime import date

import pandas as pd
import pytest

from lib.__main__ import main
from lib.book import Book
from lib.facts import open_store
from lib.facts.ask import ask
from lib.measures.registry import measure
from tests.test_known_answers import SHARED
from tests.worldlets import WORDS

FILE = SHARED / "dbt_mrr_playbook" / "subscription_periods.csv"
AFTER = date(2020, 3, 31)  # when the grace days of the last terms are over
pytestmark = pytest.mark.skipif(not FILE.exists(), reason="the subscriptions of dbt's MRR playbook are not here")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    store = tmp_path_factory.mktemp("dbt")
    assert main(["import", str(FILE), "--store", str(store)]) == 0
    return open_store(store)


def answers(name: str) -> list[dict]:
    known = json.loads((SHARED / "known_answers.json").read_text())["answers"]
    return next(each["answer"] for each in known if each["id"] == name)


def asked(world, name: str, opens_on: date, closes_on: date, **options) -> pd.DataFrame:
    book = Book(opens_on, closes_on, AFTER)
    with ask(world, book, WORDS) as con:
        return measure(name)(con, book, WORDS, view="calendar", money="mrr", **options).table


def test_totals_of_every_lever(world):
    table = asked(world, "renewals", date(2017, 9, 1), date(2020, 3, 1))
    whole = table[table["part"] == ""].set_index("lever")
    named = {
        "new": "new",
        "upgrade": "upsell",
        "downgrade": "downsell",
        "churn": "lapse",
        "reactivation": "reactivated",
    }
    for row in answers("dbt_mrr_playbook.totals"):
        assert whole.loc[named[row["cat"]], ["n_terms", "lever_arr"]].tolist() == [row["n"], row["mrr_change"]]


def test_every_month(world):
    table = asked(world, "renewals", date(2017, 9, 1), date(2020, 3, 1), every="month")
    whole = table[table["part"] == ""].pivot_table(index="period_from", columns="lever", values="lever_arr")
    named = {
        "mrr": "closing", "new": "new", "upgrade": "upsell", "downgrade": "downsell", "churn": "lapse",
        "reactivation": "reactivated",
    }  # fmt: skip
    for row in answers("dbt_mrr_playbook.monthly"):
        own = whole.loc[pd.Timestamp(row["date_month"])]
        assert {name: own[lever] for name, lever in named.items()} == {name: row[name] or 0 for name in named}


def test_retention_of_every_month_of_2019(world):
    table = asked(world, "retention", date(2019, 1, 1), date(2020, 1, 1), every="month").set_index("period_from")
    for row in answers("dbt_mrr_playbook.fightchurn_formulas"):
        own = table.loc[pd.Timestamp(row["period_start"])]
        assert own[["n_customers", "n_lost", "arr_base", "arr_net"]].tolist() == [
            row["n_start"], row["n_churn"], row["start_mrr"], row["retain_mrr"],
        ]  # fmt: skip
        found = own[["logo_churn_rate", "nrr", "revenue_churn_rate"]].astype(float).round(6).tolist()
        assert found == [row["churn_rate"], row["net_mrr_retention"], row["mrr_churn"]]


def test_july_2019_and_the_last_months(world):
    july = asked(world, "retention", date(2019, 7, 1), date(2019, 8, 1)).iloc[0]
    assert (july["n_lost"], july["n_customers"], july["arr_base"]) == (3, 26, 1_350)
    assert round(100 * july["nrr"], 4) == 84.0741
    months = asked(world, "retention", date(2019, 9, 1), date(2020, 3, 1), every="month")
    unfinished = months.loc[months["is_unfinished"], "period_from"].dt.strftime("%Y-%m").tolist()
    assert unfinished == ["2019-12", "2020-01", "2020-02"]  # the file ends on 1 January 2020
