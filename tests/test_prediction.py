"""The predicted risk: it knows nothing of later days, finds what is planted, finds nothing in chance, and says when it cannot tell."""

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from lib import odds
from lib.__main__ import main
from lib.book import year_to
from lib.calibration import calibration_of
from lib.facts import health, open_store, prediction, predictionlearn
from lib.facts import predictiontraits as traits
from lib.facts.ask import ask
from lib.ranking import auc_of
from lib.scope import ALL, Scope
from tests.funnelworlds import answer
from tests.worldlets import WORDS, account_frame, contract_frame, open_world

SUNDAY = date(2026, 11, 1)


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    store = tmp_path_factory.mktemp("company")
    assert main(["sample", "--accounts", "2500", "--seed", "4", "--store", str(store)]) == 0
    return open_store(store)


def laid(world, sql: str, scope: Scope = ALL, as_of: date | None = None) -> pd.DataFrame:
    day = as_of or world.manifest.as_of
    with ask(world, year_to(day), WORDS, scope) as con:
        health.lay(con, day, WORDS)
        prediction.lay(con, day, WORDS)
        return con.execute(sql).df()


@pytest.fixture(scope="module")
def judged(company):
    """Past chances of a loss within 90 days beside what came."""
    with ask(company, year_to(company.manifest.as_of), WORDS) as con:
        health.lay(con, company.manifest.as_of, WORDS)
        prediction.lay(con, company.manifest.as_of, WORDS)
        health.outcomes(con, company.manifest.as_of, WORDS)
        return con.execute(
            "select risk.*, coalesce(lost_on <= risk.day + 90, false) as is_lost from health_risk as risk "
            "join health_outcome as came on came._account = risk._account and came.reading = risk.reading "
            "where risk_90 is not null and risk.day + 90 <= decided_to"
        ).df()


def test_later_losses_are_ranked_and_chances_mean_what_they_say(judged):
    risk, lost, account = (judged[name].to_numpy() for name in ("risk_90", "is_lost", "_account"))
    assert (judged["taught_to"] <= judged["day"]).all() and lost.sum() > 300
    ranked, said = auc_of(risk, lost, account), calibration_of(risk, lost, account)
    assert ranked.lo > 0.75
    assert 0.65 < said.slope < 1.2 and 0.8 < said.ratio < 1.25  # of 20,000 accounts: 0.91, and AUC 0.856


def test_shuffled_outcomes_are_not_ranked(company):
    """Who is lost is shuffled among the rows that are learnt from; what is learnt says nothing of the true ones."""
    dice = np.random.default_rng(5)
    with ask(company, year_to(company.manifest.as_of), WORDS) as con:
        health.lay(con, company.manifest.as_of, WORDS)
        prediction.lay(con, company.manifest.as_of, WORDS)
        read = predictionlearn.reader(con, company.manifest.as_of, WORDS)
        day = company.manifest.as_of - timedelta(200)
        rows = read.rows(date(2024, 11, 10), day - timedelta(120), is_trial=False)
        of_account = rows.groupby("_account")["lost_in"].first()
        swapped = pd.Series(dice.permutation(of_account.to_numpy()), of_account.index)
        shuffled = rows.assign(lost_in=rows["_account"].map(swapped))
        taught = predictionlearn.teach(shuffled, "risk_90", day, date(2024, 11, 4), WORDS, read.values)
        later = read.rows(day, company.manifest.as_of - timedelta(120), is_trial=False)
    found = auc_of(taught.chances(later), (later["lost_in"] <= 90).to_numpy(), later["_account"].to_numpy())
    assert found.lo - 0.05 < 0.5 < found.hi + 0.05


def test_chances_are_those_of_the_columns_that_were_learnt_from(company):
    """Looking values up is multiplying by their flags; and a second implementation has the same coefficients and errors."""
    with ask(company, year_to(company.manifest.as_of), WORDS) as con:
        health.lay(con, company.manifest.as_of, WORDS)
        prediction.lay(con, company.manifest.as_of, WORDS)
        read = predictionlearn.reader(con, company.manifest.as_of, WORDS)
        rows = read.rows(date(2025, 2, 1), company.manifest.as_of - timedelta(120), is_trial=False, most=8_000)
    taught = predictionlearn.teach(rows, "risk_90", company.manifest.as_of, date(2024, 11, 4), WORDS, read.values)
    flags = [each for name, codes in taught.kept for each in traits.flags(rows[name].to_numpy(), codes)]
    columns = np.column_stack([*traits.numbers(rows, "risk_90").values(), *flags])
    assert len(taught.names) == columns.shape[1]
    assert taught.chances(rows) == pytest.approx(1 / (1 + np.exp(-taught.odds.log_odds(columns))), abs=1e-9)


def test_errors_of_clusters_are_those_of_statsmodels():
    dice = np.random.default_rng(2)
    group = np.repeat(np.arange(300), 6)
    columns = np.column_stack([dice.normal(size=1_800), np.repeat(dice.normal(size=300), 6)])
    chance = 1 / (1 + np.exp(1 - columns @ [0.5, 0.8] - np.repeat(dice.normal(size=300), 6)))
    outcome = (dice.random(1_800) < chance).astype(float)
    found = odds.fit(columns, outcome, prior=1e4)
    other = sm.GLM(outcome, found.design(columns), family=sm.families.Binomial()).fit(
        cov_type="cluster", cov_kwds={"groups": group, "use_correction": False}
    )
    assert found.coefficients == pytest.approx(other.params, abs=1e-3)
    ours = odds.clustered(found, columns, outcome, group) * 299 / 300
    assert np.sqrt(np.diag(ours)) == pytest.approx(other.bse, rel=1e-3)


def test_planted_traits_are_found(company):
    """Use that falls, hospitality, resellers (of North America), a champion who left, too many seats: each goes with leaving."""
    table = answer(company, "risk_model", year_to(company.manifest.as_of), outcome="risk_90").table.set_index(
        "risk_trait"
    )
    assert set(table["risk_outcome"]) == {"risk_90"}
    for trait in (
        "Weekly active people",
        "Industry: Hospitality",
        "Renewal due",
    ):
        assert table.at[trait, "risk_odds_lo"] > 1 and table.at[trait, "q_value"] < 0.1, trait
    inside = (table["risk_odds_lo"] <= table["risk_odds"]) & (table["risk_odds"] <= table["risk_odds_hi"])
    assert inside.all()


def world(tmp_path, days: int, cut: date | None = None, planted: bool = False, n: int = 260):
    """Customers who use the product for `days`; one in three leaves at random. cut: nothing from that day on is in the data."""
    dice = np.random.default_rng(8)
    contracts, events, surveys = [], [], []
    first = SUNDAY - timedelta(days)
    status = []
    for number in range(n):
        account = f"a{number:03d}"
        is_lost = dice.random() < 0.35
        gone_on = first + timedelta(int(dice.integers(5, max(days - 20, 6)))) if is_lost else None
        known_gone = gone_on if gone_on and (cut is None or gone_on < cut) else None
        status.append("churned" if known_gone else "live")
        contracts.append(
            {
                "account": account,
                "starts_on": first - timedelta(30),
                "ends_on": SUNDAY + timedelta(500),
                "arr": 100.0,
                "seats": 3,
                "cancelled_on": known_gone,
            }
        )
        for week in range(days // 7):
            answers = dice.random() < 0.05
            at = datetime.combine(first + timedelta(7 * week + int(dice.integers(7))), datetime.min.time())
            if (cut is None or at.date() < cut) and (gone_on is None or at.date() < gone_on):
                events.append(
                    {
                        "occurred_at": at,
                        "account": account,
                        "person": f"{account}p",
                        "feature": f"f{week % 3}",
                        "quantity": 1.0,
                    }
                )
                if answers:
                    surveys.append(
                        {
                            "survey": f"{account}{week}",
                            "account": account,
                            "kind": "nps",
                            "answered_on": at.date(),
                            "score": 7.0,
                        }
                    )
    extra = {"status": status} if planted else {}
    frames = {
        "account": account_frame([f"a{number:03d}" for number in range(n)], **extra),
        "contract": contract_frame(*contracts),
        "event": pd.DataFrame(events),
    }
    if surveys:
        frames["survey"] = pd.DataFrame(surveys)
    return open_world(tmp_path, frames)


def test_a_month_of_history_is_refused_and_what_is_missing_is_said(tmp_path):
    found = answer(world(tmp_path, 30), "risk_model", year_to(SUNDAY))
    assert found.table.empty
    assert found.notes[0].startswith("A loss within 90 days is not predicted: it takes 180 days of history (here 3")
    assert "Caution: use of only 3 features is tracked" in found.notes[-1]
    lack = laid(open_store(tmp_path), "select * from health_lack", as_of=SUNDAY)
    assert set(lack["outcome"]) == {"risk_90", "risk_180", "convert_rate"}


def test_nothing_from_a_day_on_is_read_of_it(tmp_path):
    """The same world, and the same without all that came from a day on: what is known of the days before is the same.

    What came after them is not: were it a trait, this would tell.
    """
    cut = SUNDAY - timedelta(182)
    day = cut - timedelta(1)
    sql = (
        "select * exclude (reading) from prediction_known_on($as_of, 104, 180, "
        "(select list(distinct reading) from health_reading)) where day <= $day order by day, _account"
    )
    told = []
    for name, last in (("whole", None), ("before", cut)):
        found = world(tmp_path / name, 600, last)
        with ask(found, year_to(SUNDAY), WORDS) as con:
            health.lay(con, SUNDAY, WORDS)
            prediction.lay(con, SUNDAY, WORDS)
            told.append(con.execute(sql, {"as_of": SUNDAY, "day": day}).df())
    whole, before = (each.drop(columns=["lost_in", "converts_in"]) for each in told)
    assert len(whole) > 10_000
    pd.testing.assert_frame_equal(whole, before)
    assert not told[0]["lost_in"].equals(told[1]["lost_in"])


def test_a_column_that_says_who_has_left_is_no_trait(tmp_path):
    """A status of today, "churned" for those who left later, would tell the future of every past reading."""
    found = world(tmp_path, 600, planted=True)
    with ask(found, year_to(SUNDAY), WORDS) as con:
        health.lay(con, SUNDAY, WORDS)
        prediction.lay(con, SUNDAY, WORDS)
        named = [each.name for each in predictionlearn.reader(con, SUNDAY, WORDS).dimensions.values() if each]
        traits_of_it = con.execute("select count(*) from health_model where starts_with(trait, 'status')").fetchall()[
            0
        ][0]
        n_taught = con.execute("select count(*) from health_model").fetchall()[0][0]
    assert [each.name for each in found.dimensions if each.name == "status"] == ["status"]
    assert n_taught and "status" not in named and not traits_of_it


def test_a_past_chance_is_what_it_was_on_its_day(company):
    """The model of a past quarter, and so its chances, are those that stood there on its first day."""
    day = company.manifest.as_of - timedelta(predictionlearn.EVERY_DAYS)
    sql = f"select trait, coefficient from health_model where outcome = 'risk_90' and taught_to = date '{day}' order by place"
    now, then = laid(company, sql), laid(company, sql, as_of=day)
    both = now.merge(then, on="trait", suffixes=("", "_then"))
    assert len(both) > 50
    assert np.corrcoef(both["coefficient"], both["coefficient_then"])[0, 1] > 0.9


def test_a_csm_reads_the_risk_that_the_leader_reads(company):
    day = company.manifest.as_of
    of_all = laid(company, "select account, risk_90, risk_180 from health_risk join scope using (_account) where risk_90 is not null "
                  f"and day = date '{day}' order by 1").set_index("account")  # fmt: skip
    csm = laid(company, "select csm::varchar as csm, count(*) as n from scope group by all order by n desc limit 1")[
        "csm"
    ].iat[0]
    own = laid(company, "select account, risk_90, risk_180 from health_risk join scope using (_account) where risk_90 is not null "
               f"and day = date '{day}' order by 1", Scope((csm,))).set_index("account")  # fmt: skip
    assert 5 < len(own) < len(of_all)
    pd.testing.assert_frame_equal(own, of_all.loc[own.index])


def test_reasons_are_points_against_the_average_account(company):
    """Worked by hand: the chance, less the chance without the part, of the trait that moves it most."""
    day = company.manifest.as_of
    with ask(company, year_to(day), WORDS) as con:
        health.lay(con, day, WORDS)
        prediction.lay(con, day, WORDS)
        con.execute(
            "create temp table health_asked as select _account, reading from health_risk where risk_90 is not null "
            "order by reading desc, risk_90 desc limit 30"
        )
        prediction.explain(con, day, WORDS)
        reason = con.execute("select * from health_reason where outcome = 'risk_90' order by _account, place").df()
        rows = predictionlearn.reader(con, day, WORDS).asked(
            con.execute("select list(distinct reading) from health_asked").fetchall()[0][0]
        )
        risk = con.execute("select risk.* from health_risk as risk join health_asked using (_account, reading)").df()
        model = con.execute(
            "select * from health_model where outcome = 'risk_90' and taught_to = $day", {"day": day}
        ).df()
    assert reason["_account"].nunique() == 30 and (reason["place"] <= 4).all()
    assert (reason["trait"] == "trend").any()
    for _, each in reason[reason["trait"] == "trend"].iterrows():
        row = rows[rows["_account"] == each["_account"]].iloc[0]
        of = model[model["trait"] == "trend"].iloc[0]
        value = np.clip(np.log((row["weekly_people"] + 0.5) / (row["weekly_people_before"] + 0.5)), -3, 2)
        part = of["coefficient"] * (value - of["centre"]) / of["scale"]
        chance = risk.set_index("_account").at[each["_account"], "risk_90"]
        without = 1 / (1 + np.exp(-(np.log(chance / (1 - chance)) - part)))
        assert each["points"] == pytest.approx(100 * (chance - without), abs=1e-4)
        assert each["reason"].startswith("weekly active people ") and each["reason"].endswith("points")


def _page():
    from lib.book import year_to
    from lib.view import door
    from lib.view.health import risk

    risk.section(year_to(door.opened().manifest.as_of))


@pytest.mark.parametrize("is_there", [True, False])
def test_the_section_shows_what_was_learnt_or_what_is_missing(company, tmp_path, monkeypatch, is_there):
    from streamlit.testing.v1 import AppTest

    store = company.path.parent.parent if is_there else tmp_path / "young"
    if not is_there:
        world(store, 30)
    monkeypatch.setenv("HEADLIGHT_STORE", str(store))
    seen = AppTest.from_function(_page, default_timeout=120).run()
    said = " ".join(str(each.proto.body) for each in (*seen.get("html"), *seen.markdown))
    assert not seen.exception
    assert ("beyond chance" in said) == is_there and ("Nothing is predicted yet" in said) != is_there


def test_trials_that_use_the_product_convert(company):
    """A trial that converted in time is 1; few trials are refused (here there are not thirty of each)."""
    lack = laid(company, "select * from health_lack where outcome = 'convert_rate'")
    found = answer(company, "trial_odds", year_to(company.manifest.as_of))
    if len(lack):
        assert found.table["convert_rate"].isna().all() and "trials" in found.notes[0]
    else:
        model = answer(company, "risk_model", year_to(company.manifest.as_of), outcome="convert_rate").table.set_index(
            "risk_trait"
        )
        assert model.at["Days of use a week", "risk_odds"] > 1
    assert list(found.table["n_rows"].unique()) in ([], [len(found.table)])
