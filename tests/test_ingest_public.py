"""Public files brought in whole, against answers worked out from them by other means (known_answers.json)."""

import json
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from lib.store.ingest.prepare import prepare

DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture
def staged(tmp_path):
    """Prepares the named files together; gives what came of them and a connection with a view of each table."""
    con = duckdb.connect()

    def of(*names: str, **options):
        missing = [name for name in names if not (DATA / name).is_file()]
        if missing:
            pytest.skip(f"no {missing[0]} at {DATA}")
        place = tmp_path / "staged"
        place.mkdir()
        found = prepare([DATA / name for name in names], place, **options)
        for table in found.n_rows:
            con.execute(f"create view {table} as from read_parquet('{place}/{table}*.parquet', union_by_name = true)")
        return found, con

    yield of
    con.close()


def answer(name: str):
    answers = json.loads((DATA / "known_answers.json").read_text())["answers"]
    return next(each["answer"] for each in answers if each["id"] == name)


def test_the_recurring_revenue_of_every_month_of_the_playbook(staged):
    found, con = staged("dbt_mrr_playbook/subscription_periods.csv")
    assert found.is_whole and found.n_rows == {"contract": 121, "account": 55}
    months = {each["date_month"]: (each["mrr"], each["active"]) for each in answer("dbt_mrr_playbook.monthly")}
    by_month = con.execute(
        "select month, coalesce(sum(arr), 0) / 12, count(distinct account) "
        "from unnest($months) as m(month) left join contract on starts_on <= month::date and ends_on > month::date group by month",
        {"months": list(months)},
    ).fetchall()
    assert {month: (Decimal(mrr).quantize(Decimal("0.01")), n) for month, mrr, n in by_month} == {
        month: (Decimal(mrr).quantize(Decimal("0.01")), n) for month, (mrr, n) in months.items()
    }


@pytest.mark.parametrize("folder", ["crm_maven", "crm_maven_iso"])
def test_a_pipeline_says_when_each_account_first_reached_each_stage(staged, folder):
    found, con = staged(f"{folder}/accounts.csv", f"{folder}/sales_pipeline.csv", on_refused="skip")
    deals = next(each for each in found.readings if each.table == "deal")
    stages = answer("crm_maven.stages")
    assert deals.n_rows_read == sum(each["n"] for each in stages)
    assert deals.n_rows_kept == sum(each["with_account"] for each in stages)
    expected = con.execute(
        "select account, deal_stage, min(case when deal_stage in ('Won', 'Lost') then close_date else engage_date end) as day "
        "from read_csv($file) where account is not null group by all having day is not null order by all",
        {"file": str(DATA / "crm_maven_iso" / "sales_pipeline.csv")},
    ).fetchall()
    assert con.execute("select account, stage, reached_on from milestone order by all").fetchall() == expected
    n_undated = next(each["with_account"] for each in stages if each["deal_stage"] == "Prospecting")
    assert any(f"{n_undated:,} deals do not say on which day" in note for note in found.notes)
