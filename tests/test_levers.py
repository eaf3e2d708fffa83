"""The six revenue levers: each by hand in a small world, equal to the pages that own a figure, and silent where nothing is."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from lib.book import year_to
from lib.errors import Refused
from lib.facts import open_store
from lib.measures.carries.traits import STAYING
from lib.measures.levers.found import LEVERS
from lib.store.sample import company, fate
from lib.store.sample.days import NEVER
from tests import leverworlds
from tests.funnelworlds import ALL, answer, ask
from tests.worldlets import WORDS, YEAR


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return leverworlds.hand(tmp_path_factory.mktemp("hand"))


@pytest.fixture(scope="module")
def trying(tmp_path_factory):
    return leverworlds.trying(tmp_path_factory.mktemp("trying"), planted=True)


@pytest.fixture(scope="module")
def carrying(tmp_path_factory):
    return leverworlds.carrying(tmp_path_factory.mktemp("carrying"))


def accounts(world, lever: str, **options):
    return answer(world, "lever_accounts", YEAR, lever=lever, **options).table.set_index("account")


def summed(world, lever: str):
    return answer(world, "levers", YEAR, lever=lever).table


# --- trials


def test_trials_that_have_not_engaged_by_hand(world):
    found = accounts(world, "trials", sort="account")
    assert list(found.index) == ["t0", "t2", "ty"]  # t4 used it four times; tn is on its first day
    assert found.loc["ty", "lever_why"] == "no use in its first 2 days"
    assert found.loc["t0", "lever_why"] == "no use in its first 7 days"
    assert found.loc["t2", "lever_why"] == "nothing on its first day, 2 uses in its first 7 days"
    left = answer(world, "lever_accounts", YEAR, lever="trials").left_out
    assert left["n"].tolist() == [1] and "too soon" in left["reason"].iat[0]


def test_trials_under_way_are_those_that_health_tells_of(world):
    under_way = answer(world, "trial_odds", YEAR).table
    assert summed(world, "trials")["n_looked_at"].iat[0] == len(under_way) == 5
    assert set(accounts(world, "trials").index) <= set(under_way["account"])


def test_the_chance_to_convert_is_the_one_of_the_page_of_health(trying):
    book = replace(YEAR, as_of=date(2026, 8, 20), closes_on=date(2026, 8, 20))
    listed = answer(trying, "lever_accounts", book, lever="trials", chances=True).table.set_index("account")[
        "convert_rate"
    ]
    told = answer(trying, "trial_odds", book).table.set_index("account")["convert_rate"]
    assert len(listed) > 10
    pd.testing.assert_series_equal(listed, told.reindex(listed.index))


def test_early_features_that_go_with_conversion_are_found_with_their_difference(trying):
    found = answer(trying, "trial_features", YEAR).table.set_index("feature")
    plan = found.loc["plan"]
    assert (
        plan["early_goes_with"] == "goes with converting" and plan["n_trials_with"] == plan["n_trials_without"] == 120
    )
    by_hand = plan["n_converted_with"] / 120 - plan["n_converted_without"] / 120  # one segment: no adjustment
    assert (
        plan["early_difference"] == pytest.approx(by_hand)
        and plan["early_difference_lo"] < 0.55 < plan["early_difference_hi"]
    )
    k_1, k_2 = plan["n_converted_with"], plan["n_converted_without"]
    assert plan["early_odds"] == pytest.approx(k_1 * (120 - k_2) / (k_2 * (120 - k_1)))
    assert found.loc["help", "early_goes_with"] == "not beyond chance"
    assert (
        found.loc["edit", "early_goes_with"] == "too few to tell" and "login" not in found.index
    )  # every trial used it


def test_where_conversion_goes_with_nothing_nothing_stands_out(tmp_path):
    found = answer(leverworlds.trying(tmp_path, planted=False), "trial_features", YEAR)
    assert set(found.table["early_goes_with"]) == {"not beyond chance", "too few to tell"}
    assert found.notes[0].startswith("Nothing stands out: no feature goes with converting")


def test_few_trials_are_refused_a_verdict(world):
    found = answer(world, "trial_features", YEAR)
    assert found.notes[0].startswith("Too few to tell") and set(found.table["early_goes_with"]) <= {"too few to tell"}


# --- up-sell


def test_seats_near_their_limit_are_those_that_the_kpi_counts(world):
    found = accounts(world, "upsell", need="seats", sort="account")
    assert set(found.index) == {"s9", "s10", "x"}
    kpi = answer(world, "kpi_accounts", YEAR, kpi="seats_assigned_rate").table.set_index("account")
    name = next(each for each in ("account_kpi", "kpi_value", "value") if each in kpi)
    assert found["level_rate"].to_dict() == kpi.loc[found.index, name].to_dict() == {"s10": 1.0, "s9": 0.9, "x": 1.0}
    assert found.loc["s10", "lever_why"] == "10 of 10 seats assigned: 100 %"
    assert (
        found.loc["s9", "crosses_rate"] == 1 and found["crosses_on"].isna().all()
    )  # nobody came in 13 weeks: no day to tell


def test_an_allowance_by_hand(world):
    """Weeks of 100, 110 ... 220: the last four 205 a week, 878.6 in 30 days; 42.9 more each week, so 1,000 in 2.83 weeks: 20 days."""
    found = accounts(world, "upsell", need="capacity").loc["m"]
    assert found["level_now"] == pytest.approx(205 * 30 / 7) and found["level_rate"] == pytest.approx(0.87857, abs=1e-5)
    days = [found[name].date() for name in ("crosses_on", "crosses_lo_on", "crosses_hi_on")]
    assert days == [date(2026, 11, 21)] * 3  # a line without noise has no interval
    left = answer(world, "lever_accounts", YEAR, lever="upsell").left_out
    assert left.loc[left["reason"].str.contains("storage"), "n"].tolist() == [1]


def test_currencies_stay_apart_and_an_account_is_counted_once(world):
    found = summed(world, "upsell")
    assert found[["currency", "stake_arr", "n_stake_accounts"]].to_numpy().tolist() == [
        ["USD", 3_000.0, 3],
        ["EUR", 500.0, 1],
    ]
    assert (found["n_found_accounts"] == 4).all() and len(accounts(world, "upsell")) == 4
    mine = answer(world, "mybook", YEAR).table.set_index("account")["arr"]
    assert accounts(world, "upsell")["stake_arr"].to_dict() == {each: mine[each] for each in ("m", "s10", "s9", "x")}


# --- declining use


def test_use_that_fell_is_told_with_its_week(world):
    found = accounts(world, "declining")
    assert list(found.index) == ["d"]
    assert found.loc["d", "lever_since_on"].date() == leverworlds.weeks(26)[18]
    assert (found.loc["d", "level_before"], found.loc["d", "level_now"]) == (6, 2) and found.loc["d", "q_value"] < 0.01
    assert answer(world, "lever_parts", YEAR, lever="declining").table["need"].tolist() == [
        leverworlds.weeks(26)[18].isoformat()
    ]


def test_where_no_use_fell_nothing_stands_out(carrying):
    assert "Nothing" in summed(carrying, "declining")["lever_finding"].iat[0]


# --- evangelists, barriers, pricing


def test_evangelists_use_what_is_of_high_value_where_nothing_is_known_to_carry(world):
    levers = replace(WORDS.levers, heavy_share=0.5, heavy_events=10)
    red = answer(world, "lever_people", YEAR, replace(WORDS, levers=levers), lever="evangelists", which="apart").table
    assert red.set_index("person").loc["e-0", "why_not_now"] == "account: health is red"
    words = replace(WORDS, levers=levers, health=replace(WORDS.health, red_below=1.0))
    everybody = answer(world, "lever_people", YEAR, words, lever="evangelists", which="all").table.set_index("person")
    assert everybody["n_times"].to_dict() == {"e-0": 15, "n-0": 15, "o-0": 15}
    assert everybody["why_not_now"].fillna("").to_dict() == {
        "e-0": "",
        "n-0": "account: notice given",
        "o-0": "opted out",
    }
    now = answer(world, "lever_people", YEAR, words, lever="evangelists").table
    found = answer(world, "levers", YEAR, words, lever="evangelists").table.iloc[0]
    assert now["person"].tolist() == ["e-0"] and (
        found["n_found_people"],
        found["n_found_accounts"],
        found["n_looked_at"],
    ) == (1, 1, 3)


def test_who_logs_in_for_nothing_is_found_and_what_cannot_be_told_is_said(world):
    found = accounts(world, "barriers")
    assert (
        found["lever_why"].to_dict() == {"b": "2 of 3 people: login and nothing else"}
        and found.loc["b", "level_rate"] == 2 / 3
    )
    people = answer(world, "lever_people", YEAR, lever="barriers").table
    assert people["person"].tolist() == ["b-0", "b-1"] and people["n_times"].tolist() == [3, 3]
    notes = answer(world, "levers", YEAR, lever="barriers").notes
    assert "beginning of a guided process" in " ".join(notes) and "a task" not in " ".join(notes)


@pytest.fixture(scope="module")
def held_up(tmp_path_factory):
    return leverworlds.held_up(tmp_path_factory.mktemp("held"))


def test_where_people_are_held_up_by_hand(held_up):
    found = answer(held_up, "barrier_features", YEAR).table.set_index(["need", "barrier"])
    wanted = [
        "barrier_name",
        "n_people_using",
        "n_people_held",
        "n_held_times",
        "n_found_accounts",
        "n_found_people",
        "stake_arr",
    ]
    assert found[wanted].to_dict("index") == {
        ("loops", "edit"): dict(zip(wanted, ("Edit", 3, 2, 4, 1, 2, 1_000.0), strict=True)),
        ("loops", "plan"): dict(zip(wanted, ("Planner", 1, 0, 0, 0, 0, 0.0), strict=True)),
        ("unfinished", "import"): dict(zip(wanted, ("Import", 2, 0, 0, 0, 0, 0.0), strict=True)),
        ("unfinished", "setup"): dict(zip(wanted, ("Setup", 3, 3, 5, 1, 2, 1_000.0), strict=True)),
    }
    assert found.loc[("loops", "edit"), ["held_rate_lo", "held_rate_hi"]].tolist() == pytest.approx(
        proportion_confint(2, 3, method="wilson")
    )


def test_lists_of_a_place_are_as_long_as_its_figures_say(held_up):
    for row in answer(held_up, "barrier_features", YEAR).table.to_dict("records"):
        asked = {"lever": "barriers", "need": row["need"], "barrier": row["barrier"]}
        assert len(answer(held_up, "lever_accounts", YEAR, **asked).table) == row["n_found_accounts"]
        assert len(answer(held_up, "lever_people", YEAR, **asked).table) == row["n_found_people"]
    said = accounts(held_up, "barriers")["lever_why"].to_dict()
    assert said == {
        "a": "2 of 2 people: loops with help, most with Edit; 2 of 2 people: guided processes unfinished, most with Setup"
    }
    people = answer(held_up, "lever_people", YEAR, lever="barriers").table.set_index("person")["lever_why"]
    assert people["a-0"] == "loops with help: Edit; guided processes unfinished: Setup"


def test_a_process_that_was_finished_does_not_make_up_for_another_that_was_left(held_up):
    """b-0 finished the import more often than it began it, and left the setup once."""
    with ask(held_up, YEAR, WORDS, ALL) as con:
        met = con.execute(
            "select person, need, barrier, n_times from barrier_met_on($day, 13)", {"day": YEAR.as_of}
        ).df()
        told = con.execute(
            "from signal_friction_on($day, 1) where fact = 'abandoned' and from_on = date '2026-11-01'",
            {"day": YEAR.as_of},
        )
        abandoned = told.df().set_index("_account")["value"]
        b = con.execute("select _account from scope where account = 'b'").fetchall()[0][0]
    own = met[(met["person"] == "b-0") & (met["need"] == "unfinished")].set_index("barrier")["n_times"]
    assert own.to_dict() == {"import": 0, "setup": 1} and abandoned[b] == 1 / 2


def test_what_to_price_is_what_carries_says(carrying):
    carries = answer(carrying, "carries", YEAR).table
    hinted = carries[carries["price_hint"].notna()]
    assert hinted["trait"].tolist() == ["plan"] and hinted["goes_with"].tolist() == [STAYING]
    found = answer(carrying, "lever_parts", YEAR, lever="pricing").table
    assert found["need"].tolist() == ["plan"]
    uses = [int(name[1:]) % 2 for name in accounts(carrying, "pricing").index]
    assert (
        all(uses)
        and len(uses)
        == found["n_found_accounts"].iat[0]
        == summed(carrying, "pricing")["n_found_accounts"].iat[0]
        > 150
    )


def test_evangelists_use_the_features_that_go_with_staying(carrying):
    words = replace(WORDS, levers=replace(WORDS.levers, heavy_events=2))
    people = answer(carrying, "lever_people", YEAR, words, lever="evangelists", which="all").table
    assert set(people["lever_why"]) == {"Planner"} and (people["n_times"] == 18).all()  # nine uses in each of two weeks
    assert "1 feature that goes with staying" in summed(carrying, "evangelists")["lever_finding"].iat[0]


# --- all of them


@pytest.mark.parametrize("lever", LEVERS)
def test_lists_are_as_long_as_the_figures_say(world, lever):
    whole = summed(world, lever).iloc[0]
    listed = answer(world, "lever_accounts", YEAR, lever=lever)
    assert len(listed.table) == whole["n_found_accounts"] and (listed.table["n_rows"] == len(listed.table)).all()
    assert len(answer(world, "lever_people", YEAR, lever=lever).table) == whole["n_found_people"]
    parts = answer(world, "lever_parts", YEAR, lever=lever).table
    for need, n in dict(zip(parts["need"], parts["n_found_accounts"], strict=True)).items():
        assert len(answer(world, "lever_accounts", YEAR, lever=lever, need=need).table) == n
    assert len(answer(world, "lever_accounts", YEAR, lever=lever, limit=1, offset=1).table) == min(
        max(len(listed.table) - 1, 0), 1
    )


def test_an_empty_book_has_six_levers_that_found_nobody(world):
    found = answer(world, "levers", replace(YEAR, search="nobody is called so")).table
    assert (
        found["revenue_lever"].tolist() == list(LEVERS)
        and not found[["n_found_accounts", "stake_arr"]].to_numpy().any()
    )


def test_on_a_day_before_everything_nothing_is_known(world):
    found = answer(world, "levers", year_to(date(2020, 1, 1))).table
    assert len(found) == 6 and not found["n_found_accounts"].any()


def test_what_there_is_not_is_refused(world):
    for options in ({"lever": "luck"}, {"lever": "trials", "sort": "luck"}):
        with pytest.raises(Refused):
            answer(world, "lever_accounts", YEAR, **options)
    with pytest.raises(Refused):
        answer(world, "lever_people", YEAR, which="luck")


def test_an_audience_of_a_lever_has_as_many_members_as_its_list(world):
    found = answer(world, "members", YEAR, asks="lever_accounts", options='{"lever": "upsell", "need": "seats"}').table
    assert set(found["account"]) == {"s9", "s10", "x"}
    people = answer(world, "members", YEAR, asks="lever_people", options='{"lever": "barriers"}').table
    assert people["person"].tolist() == ["b-0", "b-1"]


def test_nobody_planted_as_over_provisioned_is_near_the_limit_of_seats(sample_store):
    """data/README.md: some accounts have far more seats than people, until they are right-sized."""
    who = company.draw(1, 0, 0, 80)
    fat = {account for account, is_over in zip(who.ids.to_pylist(), who.is_over_provisioned, strict=True) if is_over}
    cut = fate.draw(1, 0, who).right_sized_on < NEVER
    fat -= {account for account, is_cut in zip(who.ids.to_pylist(), cut, strict=True) if is_cut}
    world = open_store(sample_store)
    found = answer(world, "lever_accounts", year_to(world.manifest.as_of), lever="upsell", need="seats").table
    assert len(fat) > 5 and len(found) > 10 and not fat & set(found["account"])
