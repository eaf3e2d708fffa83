"""Published samples through our curves: medians, shares and log-rank as printed, and scipy and statsmodels to nine digits."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import CensoredData, ecdf
from scipy.stats import logrank as scipy_logrank
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

from lib import survival
from lib.__main__ import main
from lib.book import year_to
from lib.facts import open_store
from tests.funnelworlds import answer

SHARED = Path(__file__).parents[2] / "shared" / "data"
DATA = SHARED / "lifelines"
NINE = {"rel": 1e-9, "abs": 1e-9}

pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"the public data sets are not at {DATA}")


def waltons() -> pd.DataFrame:
    rows = pd.read_csv(DATA / "waltons_dataset.csv")
    return pd.DataFrame({"days": rows["T"], "is_event": rows["E"] == 1, "group": rows["group"]})


def lung() -> pd.DataFrame:
    rows = pd.read_csv(DATA / "lung.csv")
    group = rows["sex"].map({1: "male", 2: "female"})
    return pd.DataFrame({"days": rows["time"], "is_event": rows["status"] == 1, "group": group})  # 2 where not recoded


def leukemia() -> pd.DataFrame:
    rows = pd.read_csv(DATA / "anderson.csv", sep=" ")
    return pd.DataFrame({"days": rows["t"], "is_event": rows["status"] == 1, "group": "Rx" + rows["Rx"].astype(str)})


def dd(by: str = "democracy") -> pd.DataFrame:
    rows = pd.read_csv(DATA / "dd.csv")
    return pd.DataFrame({"days": rows["duration"], "is_event": rows["observed"] == 1, "group": rows[by]})


SAMPLES = {"waltons": waltons, "lung": lung, "leukemia": leukemia, "dd": dd}
each_sample = pytest.mark.parametrize("name", SAMPLES)


@pytest.fixture(scope="module")
def known(known_of) -> dict[str, dict]:
    return {name.removeprefix("lifelines."): said for name, said in known_of.items()}


@pytest.fixture(scope="module")
def known_of() -> dict[str, dict]:
    answers = json.loads((SHARED / "known_answers.json").read_text())["answers"]
    return {each["id"]: each["answer"] for each in answers}


def parts(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {"overall": rows, **dict(list(rows.groupby("group")))}


@each_sample
def test_curves_are_as_printed(name, known):
    rows = SAMPLES[name]()
    assert len(rows) == known[name].get("n", len(rows))
    found = parts(rows)
    answers = {key: each for key, each in known[name].items() if isinstance(each, dict)}
    assert len(answers) >= 2 and set(answers) <= set(found)
    for key, printed in answers.items():
        part = found[key]
        curve = survival.kaplan_meier(part["days"], part["is_event"])
        assert (len(part), int(part["is_event"].sum())) == (printed["n"], printed["events"]), key
        assert survival.median_survival(curve) == printed["median"], key
        shares = survival.survival_at(curve, [int(day) for day in printed["S"]])
        assert shares == pytest.approx(list(printed["S"].values()), abs=1e-6), key


@each_sample
def test_logrank_is_as_printed(name, known):
    rows, answer = SAMPLES[name](), known[name]
    chi2, freedom, p = survival.logrank(rows["days"], rows["is_event"], rows["group"])
    assert (chi2, freedom) == pytest.approx((answer.get("logrank_chi2", answer.get("logrank2_chi2")), 1), rel=1e-7)
    if "p" in answer:
        assert p == pytest.approx(answer["p"], rel=1e-5)


def test_logrank_of_six_regimes_is_as_printed(known):
    rows = dd("regime")
    chi2, freedom, _ = survival.logrank(rows["days"], rows["is_event"], rows["group"])
    assert (chi2, freedom) == pytest.approx((known["dd"]["logrank6_chi2"], 5), rel=1e-8)
    theirs = survdiff(rows["days"], rows["is_event"], rows["group"])
    assert chi2 == pytest.approx(theirs[0], **NINE)


@each_sample
def test_ours_scipy_and_statsmodels_agree_to_nine_digits(name):
    for part in parts(SAMPLES[name]()).values():
        days, is_event = part["days"].to_numpy(float), part["is_event"].to_numpy(bool)
        ours = survival.kaplan_meier(days, is_event)
        scipys = ecdf(CensoredData(uncensored=days[is_event], right=days[~is_event])).sf
        theirs = SurvfuncRight(days, is_event)
        assert scipys.evaluate(theirs.surv_times) == pytest.approx(theirs.surv_prob, **NINE)
        assert ours.share == pytest.approx(theirs.surv_prob, **NINE)
        assert survival.survival_at(ours, days) == pytest.approx(scipys.evaluate(days), **NINE)
        inside = ours.share > 1e-12
        assert survival.greenwood(ours)[inside] == pytest.approx(theirs.surv_prob_se[inside], **NINE)
        lo, hi = survival.log_log(ours.share, survival.greenwood(ours))
        band = scipys.confidence_interval(method="log-log")
        wanted = np.array([band.low.evaluate(ours.times), band.high.evaluate(ours.times)])
        assert np.stack([lo, hi])[:, inside] == pytest.approx(wanted[:, inside], **NINE, nan_ok=True)


@each_sample
def test_logrank_of_ours_scipy_and_statsmodels_agree_to_nine_digits(name):
    rows = SAMPLES[name]()
    ours = survival.logrank(rows["days"], rows["is_event"], rows["group"])
    theirs = survdiff(rows["days"], rows["is_event"], rows["group"])
    samples = [
        CensoredData(uncensored=part["days"][part["is_event"]], right=part["days"][~part["is_event"]])
        for _, part in rows.groupby("group")
    ]
    scipys = scipy_logrank(*samples)
    assert ours[0] == pytest.approx(theirs[0], **NINE) and ours[0] == pytest.approx(scipys.statistic**2, **NINE)
    assert ours[2] == pytest.approx(theirs[1], rel=1e-7) and ours[2] == pytest.approx(scipys.pvalue, rel=1e-7)


@each_sample
def test_restricted_means_are_the_areas_that_a_fine_grid_adds_up(name):
    """Days and weeks are whole numbers: the curve on each of them is its area, by scipy."""
    for part in parts(SAMPLES[name]()).values():
        days, is_event = part["days"].to_numpy(float), part["is_event"].to_numpy(bool)
        until = int(np.median(days))
        scipys = ecdf(CensoredData(uncensored=days[is_event], right=days[~is_event])).sf
        ours = survival.restricted_mean(survival.kaplan_meier(days, is_event), until)[0]
        assert ours == pytest.approx(scipys.evaluate(np.arange(until, dtype=float)).sum(), **NINE)


def test_a_file_of_months_and_who_has_left_is_answered_as_published(known_of, tmp_path):
    """IBM's Telco base has no dates: a number of months, and whether the customer has left."""
    assert (
        main(
            [
                "import",
                str(SHARED / "telco_ibm" / "Telco-Customer-Churn.csv"),
                "--as",
                "account",
                "--store",
                str(tmp_path),
            ]
        )
        == 0
    )
    store = open_store(tmp_path)
    wanted, book = known_of["telco_base.km.contract"], year_to(store.manifest.received_on)
    whole, by = (answer(store, "survival", book, by=name).table for name in (None, "Contract"))
    groups = {"overall": whole, **dict(list(by.groupby("level")))}
    for name, said in {"overall": wanted["overall"], **wanted["by_contract"]}.items():
        rows = groups[name].set_index("month")
        assert (rows["n_lives"].iat[0], rows["n_lives_ended"].iat[0]) == (said["n"], said["events"]), name
        shares = [rows["survival_rate"][int(month)] for month in said["S"]]
        assert shares == pytest.approx(list(said["S"].values()), abs=1e-6), name
    assert by["p_lives"].iat[0] < 1e-300 and set(answer(store, "customer_ends", book).table["first_end"]) == {"left"}
    assert answer(store, "economics", book).table["n_lives"].sum() == 7_043
