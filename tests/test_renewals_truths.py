"""What is planted in the sample is found again: over-provisioned accounts are cut, and stated chances come true."""

from datetime import timedelta

import pytest

from lib.__main__ import main
from lib.book import year_to
from lib.facts import open_store
from lib.facts.ask import ask
from lib.measures.renewals.races import AHEAD, IN_DOUBT, NOT, ON_COURSE
from tests.funnelworlds import answer
from tests.worldlets import WORDS


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    store = tmp_path_factory.mktemp("company")
    assert main(["sample", "--accounts", "1500", "--seed", "4", "--store", str(store)]) == 0
    return open_store(store)


def outcomes(world, told, columns: str):
    """What became of renewals told of on an earlier day, as it is known now."""
    with ask(world, year_to(world.manifest.as_of), WORDS) as con:
        from lib.facts import renewals

        renewals.lay(con, world.manifest.as_of, WORDS)
        con.register("told", told[["account", "renews_on", "seats"]])
        con.execute(
            "create or replace temp table renewal_reading as select _account, account, told.renews_on::date as reads_on, null as seats "
            "from told join (select _account, account from scope) using (account)"
        )
        found = con.execute(
            f"""with due as (
                select _account, renews_on, bool_or(outcome like 'renewed%') as is_renewed,
                    bool_or(outcome = 'renewed_down') or sum(seats_renewed) < sum(seats_due) as is_cut
                from renewal() where is_due group by _account, renews_on
            )
            select told.account, told.renews_on, {columns}
            from told
            join (select _account, account from scope) as scope on scope.account = told.account
            join due on due._account = scope._account and due.renews_on = told.renews_on::date
            left join adoption_before() as adoption on adoption._account = scope._account and adoption.reads_on = told.renews_on::date"""
        ).df()
    return told.merge(found, on=["account", "renews_on"])


def test_accounts_exposed_on_a_past_day_shrank_more_often_than_the_others(company):
    """A sixth of the accounts bought seats for two to four times their people; a third of their renewals cut them."""
    day = company.manifest.as_of - timedelta(184)
    told = answer(company, "right_sizing", year_to(day), use="assigned").table
    rest = answer(company, "adoption_race", year_to(day)).table
    rest = rest[~rest["account"].isin(told["account"])]
    exposed, others = (outcomes(company, each, "is_renewed, is_cut") for each in (told, rest))
    exposed, others = (each[each["is_renewed"]]["is_cut"].mean() for each in (exposed, others))
    assert len(told) > 40 and exposed > others + 0.05


def test_seats_never_assigned_go_with_leaving_and_with_a_cut(company):
    book = year_to(company.manifest.as_of)
    over, others = answer(company, "sizing_record", book, use="assigned").table.itertuples(index=False)
    assert over.cut_rate > others.cut_rate_hi and over.arr_kept_rate < others.arr_kept_rate_lo
    tenths = answer(company, "renewal_deciles", book, trait="seats_assigned_rate").table
    assert tenths["rank_correlation"].iat[0] > 0


def test_stated_chances_come_true(company):
    """Of renewals of the next half year, told on a past day: as many come to the goal as was said."""
    told = answer(company, "adoption_race", year_to(company.manifest.as_of - timedelta(184))).table
    both = outcomes(company, told, "level").dropna(subset="level")
    came = both["level"] / both["seats"] >= both["goal_rate"]
    for verdict, low, high in ((NOT, 0, 0.2), (ON_COURSE, 0.6, 1), (AHEAD, 0.9, 1)):
        assert low <= came[both["race_verdict"] == verdict].mean() <= high, verdict
    doubtful = both["race_verdict"].isin([IN_DOUBT])
    assert doubtful.sum() < 0.1 * len(both)
    assert came.mean() == pytest.approx(both["reach_chance_rate"].mean(), abs=0.06)
