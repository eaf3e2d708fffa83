"""Facts of exceptions on the sample: what other relations say of the same Sunday, and plain counts where no other does."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from lib.book import year_to
from lib.definitions.exceptions import FACTS
from lib.facts import exceptions, health, open_store
from lib.facts.ask import ask
from tests.worldlets import WORDS

LAST = date(2026, 10, 31)
SUNDAYS = [date(2026, 10, 25), date(2026, 6, 7), date(2025, 11, 30), date(2025, 3, 2)]
ALL = replace(WORDS, health=replace(WORDS.health, history_weeks=104), standing=replace(WORDS.standing, least_peers=5))
_ON = """
select fact, _account, person, value + pace * ($day::date - from_on) as value, value is null and pace is null as is_over
from exception_signal
where from_on <= $day::date and until_on > $day::date
"""

_USED = """
select
    _account, max(week + 6) as used_on, max(week + 6) filter (where n_events > 0) as by_people_on,
    (select min(week) from usage.usage_week) as first_week
from usage.usage_week
join core.account using (account)
where week + 6 <= $day::date
group by _account
"""


@pytest.fixture(scope="module")
def laid(sample_store):
    with ask(open_store(sample_store), year_to(LAST), ALL) as con:
        exceptions.lines(con, LAST, ALL, list(FACTS))
        yield con


def on(con, day: date) -> dict[str, pd.DataFrame]:
    """fact -> what it is on a day, of whom it is not over."""
    found = con.execute(_ON, {"day": day}).df()
    return {fact: each.set_index("_account") for fact, each in found[~found["is_over"]].groupby("fact")}


def same(ours: pd.Series, theirs: pd.Series) -> None:
    """Equal, and not known alike."""
    assert len(ours) > 10 and ours.notna().sum() > 3
    np.testing.assert_allclose(
        ours.to_numpy(float), theirs.reindex(ours.index).to_numpy(float), rtol=1e-6, equal_nan=True
    )


def test_no_fact_has_two_lines_of_a_day_and_the_sample_tells_every_fact(laid):
    sql = "select count(*) filter (where until_on <= from_on), count(distinct fact) from exception_signal"
    assert laid.execute(sql).fetchall() == [(0, len(FACTS))]


@pytest.mark.parametrize("day", SUNDAYS)
def test_use_health_and_words_are_what_health_reads(laid, day):
    health.lay(laid, LAST, ALL)
    read = (
        laid.execute("from health_reading where day = $day and not is_trial", {"day": day}).df().set_index("_account")
    )
    score = laid.execute("from health_score where day = $day", {"day": day}).df().set_index("_account")["health_score"]
    told = on(laid, day)

    def of(fact: str) -> pd.Series:
        return told[fact]["value"].reindex(read.index)

    same(of("active_people"), read["active_people"])
    same(of("utilisation"), read["active_people"] / read["seats"].where(read["seats"] > 0))
    for fact in ("active_days", "breadth", "key_features"):
        same(of(fact), read[fact])
    is_told = of("people_change").notna()
    assert day == SUNDAYS[-1] or is_told.sum() > 10
    change = read["weekly_people"] / read["weekly_people_before"]
    np.testing.assert_allclose(of("people_change")[is_told], change[is_told], rtol=1e-6)
    used = laid.execute(_USED, {"day": day}).df().set_index("_account").reindex(read.index)
    is_of_people = read["is_machine"].map(lambda is_machine: is_machine is not True)
    never = read["began_on"].clip(lower=used["first_week"].max()) - pd.Timedelta(1, "D")
    silent = (pd.Timestamp(day) - used["by_people_on"].fillna(never)).dt.days
    same(of("silent_days")[is_of_people], silent[is_of_people])
    alike = is_of_people & (used["used_on"] == used["by_people_on"])
    same((of("silent_days") / 7)[alike], read["silent_weeks"][alike])
    same(of("health_score"), score.reindex(read.index))
    tickets = read["n_tickets"] / read["logins"].where(read["logins"] > 0)
    same(of("tickets").fillna(0), tickets.fillna(0))


@pytest.mark.parametrize("day", [LAST, *SUNDAYS, date(2025, 7, 16)])
def test_contacts_answers_and_stages_are_what_other_facts_say_of_the_day(laid, day):
    told = on(laid, day)
    contact = laid.execute("from contact_on($day)", {"day": day}).df().set_index("_account")
    days = (pd.Timestamp(day) - contact["last_touch_on"]).dt.days.dropna()
    same(told["contact_days"]["value"].reindex(days.index), days)
    recent = contact[contact["nps_on"] > pd.Timestamp(day - timedelta(WORDS.voice.survey_days))]
    assert told["nps"]["value"].sort_index().equals(recent["nps"].astype(float).sort_index().rename("value"))
    stage = laid.execute("from stage_on($day)", {"day": day}).df().merge(
        laid.execute("select place, expected_days from journey_stage").df(), on="place"
    )  # fmt: skip
    stage = stage[stage["expected_days"] > 0].set_index("_account")
    same(told["stage_days"]["value"].reindex(stage.index), stage["dwell_days"] / stage["expected_days"])


@pytest.mark.parametrize("day", SUNDAYS[:3])
def test_adoption_behind_the_contract_is_the_term_less_who_has_adopted(laid, day):
    words = WORDS.adoption
    sql = "from account_adoption_on($day, 30, [30], $a, $b, $c, $d, 0.75)"
    bound = {"a": words.adopted_days, "b": words.adopted_within_days, "c": words.loyal_weeks, "d": words.loyal_of_weeks}
    adopted = laid.execute(sql, {"day": day} | bound).df().set_index("_account")["adopted_share"]
    term = laid.execute(
        "select _account, max(($day::date - starts_on) / (ends_on - starts_on)) as share from core.contract "
        "where kind is distinct from 'trial' and coalesce(is_recurring, true) and ends_on > starts_on + 92 "
        "and starts_on <= $day and least(ends_on, cancelled_on) > $day group by _account",
        {"day": day},
    ).df().set_index("_account")["share"]  # fmt: skip
    gap = on(laid, day)["adoption_gap"]["value"]
    assert set(gap.index) == set(term.index) & set(adopted.index)
    same(gap, term - adopted)


@pytest.mark.parametrize("day", SUNDAYS[:3])
def test_peers_are_those_of_the_segment_on_the_day(laid, day):
    told = on(laid, day)
    used = told["utilisation"][["value"]].join(
        laid.execute("select _account, segment from scope").df().set_index("_account")
    )
    used = used[
        laid.execute("from use_week where day = $day", {"day": day})
        .df()
        .set_index("_account")
        .reindex(used.index)["day"]
        .notna()
    ].dropna(subset="value")
    median = used.groupby("segment", dropna=False)["value"].transform("median")
    n = used.groupby("segment", dropna=False)["value"].transform("count")
    expected = (used["value"] / median.where(median > 0)).where(n >= 5)
    same(told["utilisation_to_peers"]["value"].reindex(used.index), expected)


@pytest.mark.parametrize("day", SUNDAYS[:3])
def test_sessions_are_those_of_four_weeks(laid, day):
    rows = laid.execute(
        "select _account, used.* from usage.usage_friction_week as used join core.account using (account) where week + 6 between $from and $day",
        {"from": day - timedelta(27), "day": day},
    ).df()
    summed = rows.groupby("_account")[["n_sessions", "n_help_loops", "n_begun", "n_finished"]].sum().astype(float)
    told, least = on(laid, day), WORDS.exceptions.least_sessions
    enough = summed[summed["n_sessions"] >= least]
    assert set(told["help_loops"].index) == set(enough.index)
    same(told["help_loops"]["value"], enough["n_help_loops"] / enough["n_sessions"])
    begun = summed[summed["n_begun"] >= least]
    abandoned = told["abandoned"]["value"] if len(begun) else begun["n_begun"]
    assert abandoned.to_dict() == pytest.approx(
        ((begun["n_begun"] - begun["n_finished"]).clip(lower=0) / begun["n_begun"]).to_dict()
    )
    each = rows.dropna(subset="person").groupby("person")[["n_sessions", "n_login_only"]].sum().astype(float)
    each = each[each["n_sessions"] >= least]
    same(told["login_only"].set_index("person")["value"], each["n_login_only"] / each["n_sessions"])


@pytest.mark.parametrize("day", [LAST, date(2026, 3, 4)])
def test_people_are_as_people_are_met_on_the_day(laid, day):
    met = laid.execute("from person_on($day, 30)", {"day": day}).df().set_index("person")
    told = on(laid, day)
    since = met["provisioned_on"].clip(lower=met["opens_on"])
    never = met[met["first_use_on"].isna() & met["deactivated_on"].isna() & (met["begins_with"] == "provisioning")]
    ours = told["never_used_days"].set_index("person")["value"]
    assert set(ours.index) == set(never.index)
    same(ours, (pd.Timestamp(day) - since).dt.days)
    champions = met[met["buying_role"].isin(["champion", "sponsor"])]
    left = champions[champions["deactivated_on"] > pd.Timestamp(day - timedelta(WORDS.health.champion_days))]
    has_heir = [
        ((champions["_account"] == account) & (champions["provisioned_on"] > gone_on)).any()
        for account, gone_on in zip(left["_account"], left["deactivated_on"], strict=True)
    ]
    assert set(told["champion_left"]["person"]) == set(left.index[~np.array(has_heir, bool)]) and len(left) > 1
