"""A pipeline of deals as a journey: known answers of a public CRM export, from the file to the answer by the shell's own road."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest

from lib.__main__ import main
from lib.book import Book
from lib.definitions.journey import Stage
from lib.facts import open_store
from lib.measures.funnel.stays import NO_STAGE, WHOLE
from tests.funnelworlds import answer
from tests.worldlets import WORDS

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
ALL_DEALS = Book(date(2016, 10, 1), date(2018, 1, 1), date(2017, 12, 31))
AS_ACCOUNTS = [
    "--as=account", "--map=opportunity_id=account", "--map=account=name", "--map=sales_agent=account_executive",
    "--map=engage_date=skip", "--map=close_date=skip", "--map=close_value=skip",
]  # fmt: skip
AS_DEALS = [
    "--as=deal", "--map=opportunity_id=account", "--map=account=skip", "--map=engage_date=entered:Engaging",
    "--map=close_date=closes_on",
]  # fmt: skip


@pytest.fixture(scope="module", params=["crm_maven", "crm_maven_iso"])
def deals(request, tmp_path_factory):
    """The opportunities of one file, once as accounts and once as their deals; its days are American, or ISO."""
    file = SHARED / request.param / "sales_pipeline.csv"
    if not file.exists():
        pytest.skip(f"the CRM export is not at {file}")
    store = tmp_path_factory.mktemp(request.param) / "store"
    for said in (AS_ACCOUNTS, AS_DEALS):
        assert main(["import", str(file), *said, "--store", str(store)]) == 0
    return file, open_store(store)


@pytest.fixture(scope="module")
def raw(deals) -> pd.DataFrame:
    """The same file as pandas reads it."""
    file, _ = deals
    read = pd.read_csv(file)
    layout = "%m/%d/%Y" if "/" in str(read["engage_date"].dropna().iloc[0]) else "%Y-%m-%d"
    for name in ("engage_date", "close_date"):
        read[name] = [datetime.strptime(each, layout) if isinstance(each, str) else pd.NaT for each in read[name]]
    return read


def test_won_lost_and_open_are_counted_and_half_of_all_would_be_won_within_93_days(deals):
    found = answer(deals[1], "funnel", ALL_DEALS)
    table = found.table.set_index("stage")
    assert table.index.tolist() == [WHOLE, "Engaging", "Won"]
    engaging, won = table.loc["Engaging"], table.loc["Won"]
    assert (engaging.n_entered, engaging.n_completed, engaging.n_exited, engaging.n_inside) == (
        8_300,
        4_238,
        2_473,
        1_589,
    )
    assert (won.n_entered, won.n_now) == (4_238, 4_238)
    assert engaging.dwell_p50 == 93  # Kaplan and Meier: open deals censored, lost ones too
    assert dict(found.left_out.to_numpy())[NO_STAGE] == 500  # prospects have no day
    assert not table["is_bottleneck"].any()


def test_a_journey_of_the_definitions_that_begins_with_prospecting_says_the_same(deals):
    stages = (Stage("Prospecting"), Stage("Engaging"), Stage("Won"), Stage("Lost", is_exit=True))
    words = replace(WORDS, journey=replace(WORDS.journey, stages=stages))
    own, defined = (answer(deals[1], "funnel", ALL_DEALS, each).table.set_index("stage") for each in (WORDS, words))
    assert defined.index.tolist() == [WHOLE, "Prospecting", "Engaging", "Won"]
    assert defined.loc[[WHOLE, "Prospecting"], "n_entered"].tolist() == [0, 0]  # nobody is known to have come into it
    same = own.columns.drop(["place", "q_levels"])
    pd.testing.assert_frame_equal(defined.loc[["Engaging", "Won"], same], own.loc[["Engaging", "Won"], same])


def test_days_to_win_and_to_lose_of_those_decided_are_told(deals, raw):
    found = answer(deals[1], "stage_times", ALL_DEALS, from_stage="Engaging", to_stage="Won")
    assert found.notes[0].startswith(
        "4,238 accounts came from Engaging to Won by the day: a quarter within 9, half within 57,"
    )
    assert found.notes[1].startswith("2,473 accounts exited on the way: a quarter within 7, half within 14,")
    days = (raw["close_date"] - raw["engage_date"]).dt.days
    assert days.groupby(raw["deal_stage"]).median()[["Won", "Lost"]].tolist() == [57, 14]
    table = found.table.set_index("until_days")
    for lo, hi in ((-1, 7), (7, 14), (60, 90), (120, 180)):
        inside = raw[(days > lo) & (days <= hi)]
        assert (
            table.loc[hi, ["n_finished", "n_exited"]].tolist()
            == inside["deal_stage"].value_counts()[["Won", "Lost"]].tolist()
        )
    known = {
        7: 0.905506,
        30: 0.757891,
        60: 0.700814,
        90: 0.520085,
        120: 0.3564,
    }  # still not won, published with the file
    assert [1 - table.loc[day, "reached_rate"] for day in known] == pytest.approx(list(known.values()), abs=1e-6)


def test_a_product_s_deals_are_those_of_the_file(deals, raw):
    table = answer(deals[1], "funnel", ALL_DEALS, by="product").table
    won = table[table["stage"] == "Engaging"].set_index("level")["n_completed"].to_dict()
    assert won == raw[raw["deal_stage"] == "Won"]["product"].value_counts().to_dict()
