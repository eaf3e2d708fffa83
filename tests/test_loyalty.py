"""The 90/10 clock: curves against other libraries, errors against a bootstrap over accounts, planted worlds, and verdicts."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import stats, survival
from lib.book import year_to
from lib.errors import Refused
from lib.facts import open_store
from lib.facts.ask import ask as asking
from lib.measures.loyalty.clock import COLUMNS, FAILS, FEW, HOLDS, SHORT, judge, nurture_until
from lib.measures.loyalty.incidence import BECAME, CENSORED, LEFT, incidence
from lib.measures.loyalty.lives import Lives, read
from lib.store import folder, sample
from lib.store.folder import Batch
from lib.store.publish import publish
from tests.worldlets import NOW, WORDS, account_frame, ask, contract_frame, open_world

RULE = WORDS.adoption
LIFELINES = Path(__file__).resolve().parents[2] / "shared" / "data" / "lifelines"
SAMPLES = {  # file -> its columns of time and of whether the end was seen, and what of it says so
    "anderson.csv": ("t", "status", 1), "dd.csv": ("duration", "observed", 1), "lung.csv": ("time", "status", 1),
    "waltons_dataset.csv": ("T", "E", 1),
}  # fmt: skip


# --- curves


def parity(durations, observed) -> None:
    """Ours, scipy and statsmodels alike to 1e-9: the curve, its standard error and its log-log interval."""
    from scipy.stats import CensoredData, ecdf
    from statsmodels.duration.survfunc import SurvfuncRight

    data = CensoredData(uncensored=durations[observed], right=durations[~observed])
    theirs, other = ecdf(data).sf, SurvfuncRight(durations, observed)
    ours = survival.kaplan_meier(durations, observed)
    at = ours.times
    assert np.allclose(ours.share, theirs.evaluate(at), rtol=0, atol=1e-9)
    assert np.allclose(other.surv_prob, theirs.evaluate(other.surv_times), rtol=0, atol=1e-9)
    error = survival.greenwood(ours)
    is_left = ours.share > 1e-12
    assert np.allclose(error[is_left], other.surv_prob_se[is_left], rtol=0, atol=1e-9)
    lo, hi = survival.log_log(ours.share, error)
    band = theirs.confidence_interval(method="log-log")
    inside = (ours.share > 1e-12) & (ours.share < 1)
    assert np.allclose(lo[inside], band.low.evaluate(at)[inside], rtol=0, atol=1e-9)
    assert np.allclose(hi[inside], band.high.evaluate(at)[inside], rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", SAMPLES)
def test_time_to_adopt_is_alike_in_scipy_and_statsmodels_on_public_data(name):
    if not (LIFELINES / name).exists():
        pytest.skip("the public survival data is not here")
    time, seen, yes = SAMPLES[name]
    rows = pd.read_csv(LIFELINES / name, sep=" " if name == "anderson.csv" else ",")
    parity(rows[time].to_numpy(float), (rows[seen] == yes).to_numpy())


@pytest.mark.parametrize("seed", range(5))
def test_time_to_adopt_is_alike_in_scipy_and_statsmodels_on_random_data(seed):
    dice = np.random.default_rng(seed)
    parity(dice.integers(1, 60, 300).astype(float), dice.random(300) < 0.6)


people_seen = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 2), st.integers(0, 5)), min_size=2, max_size=40)


@given(people_seen)
def test_a_curve_where_some_leave_is_statsmodels(seen):
    from statsmodels.duration.survfunc import CumIncidenceRight

    days, ended, account = (np.array(each) for each in zip(*seen, strict=True))
    curve = incidence(days, ended, account, 20)
    if not (ended == BECAME).any():
        assert curve.share.max() == 0
        return
    theirs = CumIncidenceRight(days.astype(float), ended)
    share = np.concatenate([[0.0], theirs.cinc[0]])[np.searchsorted(theirs.times, np.arange(21), side="right")]
    assert np.allclose(curve.share, share, rtol=0, atol=1e-9)


@given(people_seen)
def test_where_nobody_leaves_it_is_kaplan_and_meier(seen):
    days, ended, account = (np.array(each) for each in zip(*seen, strict=True))
    curve = incidence(days, np.where(ended == LEFT, CENSORED, ended), account, 20)
    still = survival.survival_at(survival.kaplan_meier(days, ended == BECAME), np.arange(21))
    assert np.allclose(1 - curve.share, still, rtol=0, atol=1e-9) and np.allclose(curve.waiting, still, atol=1e-9)


def test_a_curve_by_hand():
    """Five people: loyal on day 1, gone on day 2, loyal on day 3, lost from sight on day 3, still there on day 9."""
    curve = incidence([1, 2, 3, 3, 9], [BECAME, LEFT, BECAME, CENSORED, CENSORED], [0, 1, 2, 3, 4], 5)
    # day 1: 1/5. day 2: 3/5 of them are left and waiting. day 3: 3/5 x 1/3 more
    assert curve.share == pytest.approx([0, 0.2, 0.2, 0.4, 0.4, 0.4])
    assert curve.waiting == pytest.approx([1, 0.8, 0.6, 0.4, 0.4, 0.4])
    assert [curve.n_waiting(day) for day in range(6)] == [5, 4, 3, 1, 1, 1]
    assert curve.chance(1, 5).value == pytest.approx(0.2 / 0.8) and curve.made(1, 5).value == pytest.approx(0.5)
    assert np.isnan(curve.made(0, 0).value)


def test_what_one_more_person_adds_is_the_slope_of_the_curve():
    """The table of influence against differences: a person more, in each cell in turn."""
    from lib.measures.loyalty.incidence import _curves, _influence

    dice = np.random.default_rng(2)
    table = dice.integers(0, 5, (12, 3)).astype(float)
    found, here, small = _influence(table), _curves(table), 1e-6
    for cell in range(table.size):
        more = table.copy().ravel()
        more[cell] += small
        for slope, new, old in zip(found, _curves(more.reshape(-1, 3)), here, strict=True):
            assert np.allclose(slope[:-1, cell], ((new - old) / small)[:-1], atol=1e-4)


@pytest.fixture(scope="module")
def accounts_alike():
    """120 accounts of 1 to 8 people; people of one account are much alike."""
    dice = np.random.default_rng(4)
    size = dice.integers(1, 9, 120)
    account = np.repeat(np.arange(120), size)
    pace = np.repeat(dice.gamma(1.2, 60, 120), size)
    days = np.minimum(dice.exponential(pace), dice.uniform(100, 300, len(account))).astype(int)
    return days, np.where(days < 90, BECAME, dice.integers(0, 3, len(account))), account


def test_errors_are_those_of_a_bootstrap_over_accounts(accounts_alike):
    days, ended, account = accounts_alike
    curve, dice = incidence(days, ended, account, 200), np.random.default_rng(9)
    members = [np.flatnonzero(account == number) for number in range(120)]
    drawn = []
    for _ in range(400):
        at = np.concatenate([members[number] for number in dice.integers(0, 120, 120)])
        each = incidence(days[at], ended[at], np.zeros(len(at)), 200)
        drawn.append([(each.share[200] - each.share[60]) / each.waiting[60], each.share[60] / each.share[200]])
    for found, error in zip((curve.chance(60, 200), curve.made(60, 200)), np.std(drawn, axis=0), strict=True):
        assert (found.hi - found.lo) / 3.92 == pytest.approx(error, rel=0.15)
    alone = incidence(days, ended, np.arange(len(days)), 200)  # as if each were a witness of their own: too sure
    assert alone.by(60).hi - alone.by(60).lo < 0.8 * (curve.by(60).hi - curve.by(60).lo)


def test_where_each_is_an_account_the_error_is_greenwoods():
    dice = np.random.default_rng(5)
    days, ended = dice.integers(1, 80, 2_000), dice.integers(0, 2, 2_000)
    curve = incidence(days, ended, np.arange(2_000), 60)
    ours = survival.kaplan_meier(days, ended == BECAME)
    lo, hi = survival.log_log(ours.share, survival.greenwood(ours))
    at = [int(np.searchsorted(ours.times, day)) for day in (10, 30, 50)]
    band = curve.band([10, 30, 50])
    assert band[0] == pytest.approx(1 - hi[at], abs=1e-3) and band[1] == pytest.approx(1 - lo[at], abs=1e-3)


# --- verdicts: worlds of known chances, where everybody is followed for 500 days


def lived(seed: int, n: int, when) -> Lives:
    """n people of accounts of four; `when(dice, n)` is the day they would become so, if nothing came between."""
    dice = np.random.default_rng(seed)
    day, followed = when(dice, n), dice.integers(370, 500, n)
    gone = dice.exponential(2_000, n)
    days = np.minimum(np.minimum(day, gone), followed).astype(int)
    ended = np.where(day <= np.minimum(gone, followed), BECAME, np.where(gone < followed, LEFT, CENSORED))
    return Lives({}, days, ended, np.arange(n) // 4, followed)


def clock_of_90(dice, n):
    late = dice.random(n) < 0.1
    day = np.where(late, dice.uniform(95, 330, n), dice.uniform(27, 85, n))
    return np.where(dice.random(n) < 0.6, day, 10_000)


def constant(yearly: float):
    return lambda dice, n: 27 + dice.exponential(-365 / np.log(1 - yearly), n)


def verdict(lives: Lives) -> str:
    return judge(lives.curve(365), RULE, lives.told_until(365, 30))


def test_the_rule_holds_where_it_was_planted():
    assert {verdict(lived(seed, 4_000, clock_of_90)) for seed in range(5)} == {HOLDS}


@pytest.mark.parametrize("yearly", [0.05, 0.3, 0.7, 0.95, 0.9999])
def test_a_constant_chance_is_never_said_to_be_the_rule(yearly):
    """Not even where the chance is so high that nearly all become so within 90 days: then the others still do."""
    found = {verdict(lived(seed, n, constant(yearly))) for seed in range(5) for n in (40, 400, 4_000)}
    assert HOLDS not in found and FAILS in found


def test_few_are_not_judged_and_short_lives_neither():
    assert verdict(lived(1, 100, clock_of_90)) in (FEW, SHORT)
    short = lived(1, 4_000, clock_of_90)
    short = replace(short, followed=np.minimum(short.followed, 200), days=np.minimum(short.days, 200))
    assert verdict(short) == SHORT and short.told_until(365, 30) == 200
    nobody = Lives({}, *(np.array([], int) for _ in range(4)))
    assert verdict(nobody) == FEW and nobody.told_until(365, 30) == -1


def test_nurture_stops_paying_where_the_planted_rush_ends():
    """Early ones come evenly from day 27 to 85: of those waiting, more than 5 % in 30 days until shortly before day 85."""
    lives = lived(3, 20_000, clock_of_90)
    until = nurture_until(lives.curve(365), RULE, 365, 30)
    # after day d there are 58 steps of 54 % in all; left waiting near day 80: about 0.46 + (85 - d) x 0.54 / 58
    assert 75 <= until <= 84
    assert nurture_until(lived(3, 20_000, constant(0.9)).curve(365), RULE, 365, 30) == 335  # all that can be told
    assert nurture_until(lived(3, 20_000, constant(0.01)).curve(365), RULE, 365, 30) is None
    few = lived(3, 120, constant(0.97)).curve(365)  # a chance is not told of fewer than are asked for
    until = nurture_until(few, RULE, 365, 30)
    assert few.n_waiting(until) >= 30 > few.n_waiting(335) and nurture_until(few, RULE, 365, 1) > until


# --- the sample


def made(store: Path, accounts: int, *, planted: bool) -> Path:
    from pyarrow import parquet

    parts: dict[str, list] = {}
    for name, rows in sample.tables(accounts, seed=1, planted=planted, events_per_account=None):
        if name in ("account", "contract", "person", "event", "feature"):
            parts.setdefault(name, []).append(rows)
    with folder.staging(store) as staged:
        for name, tables in parts.items():
            parquet.write_table(pa.concat_tables(tables), staged / f"{name}.parquet")
        publish(store, staged, Batch("", "sample", "", tuple(parts), "anna", NOW.isoformat()), now=NOW)
    return store


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    return open_store(made(tmp_path_factory.mktemp("planted"), 1_500, planted=True))


@pytest.fixture(scope="module")
def unplanted(tmp_path_factory):
    return open_store(made(tmp_path_factory.mktemp("unplanted"), 700, planted=False))


def test_the_planted_clock_is_recovered_within_its_interval(planted):
    """data/README.md: nine in ten of those who become loyal are so by day 90, where nobody leaves before."""
    last = planted.manifest.as_of
    with asking(planted, year_to(last), WORDS) as con:
        whole = read(con, year_to(last), WORDS, "people", None)[0][0]
    staying = whole.curve(365, is_staying=True).made(90, 365)
    assert staying.lo <= 0.90 <= staying.hi and staying.hi - staying.lo < 0.05
    table = ask(planted, "loyalty", year_to(last)).table
    assert set(table["verdict"]) == {HOLDS} and table["nurture_until_days"].between(40, 90).all()
    row = table[table["by_day"] == 90].iloc[0]
    crude = (whole.ended == BECAME) & (whole.days <= 365) & (whole.followed >= 365)
    assert row["made_rate_lo"] <= (whole.days[crude] <= 90).mean() <= row["made_rate_hi"]
    assert row["chance_rate_lo"] > 0.1 and row["chance_rate_hi"] < 0.2


def test_a_world_without_it_reports_none(unplanted):
    answer = ask(unplanted, "loyalty", year_to(unplanted.manifest.as_of))
    assert set(answer.table["verdict"]) == {FAILS}
    row = answer.table[answer.table["by_day"] == 90].iloc[0]
    assert row["made_rate_hi"] < 0.6 and row["chance_rate_lo"] > 0.3


def test_groups_and_the_whole_add_up(planted):
    year = year_to(planted.manifest.as_of)
    answer = ask(planted, "loyalty", year, by="segment")
    by_day = answer.table.assign(is_whole=[not each for each in answer.table["segment"]])
    for name in ("n_followed", "n_became", "n_at_risk"):
        sums = by_day.groupby(["by_day", "is_whole"])[name].sum().unstack()
        assert (sums[True] == sums[False]).all(), name
    assert list(answer.table) == COLUMNS and "people who became loyal within 365 days" in answer.notes[0]


def test_groups_stand_by_size_and_those_alike_by_name(planted):
    table = ask(planted, "loyalty", year_to(planted.manifest.as_of), of="accounts", by="csm").table
    groups = table[table["by_day"] == 0].iloc[1:]
    order = [(-row.n_followed, row.segment["csm"]) for row in groups.itertuples()]
    assert len(order) > 5 and order == sorted(order) and len({n for n, _ in order}) < len(order)


def test_a_curve_is_that_of_the_clock_and_rises(planted):
    year = year_to(planted.manifest.as_of)
    curve = ask(planted, "loyalty_curve", year).table.set_index("by_day")
    clock = ask(planted, "loyalty", year).table.set_index("by_day")
    assert curve["reached_rate"].is_monotonic_increasing and curve.index.max() == 365
    for day in (30, 60, 90, 180, 365):
        assert curve.loc[day, "reached_rate"] == clock.loc[day, "reached_rate"]
        assert curve.loc[day, "n_at_risk"] == clock.loc[day, "n_at_risk"]
    inside = curve[curve["reached_rate"] > 0]
    assert (inside["reached_rate_lo"] < inside["reached_rate"]).all() and (
        inside["reached_rate"] < inside["reached_rate_hi"]
    ).all()


def test_the_day_shifts_what_is_known_and_nothing_else(planted):
    """Seen half a year before, the same lives, cut: nobody had become loyal since."""
    last = planted.manifest.as_of
    earlier = year_to(last - timedelta(days=183))
    with asking(planted, earlier, WORDS) as con:
        cut = read(con, earlier, WORDS, "people", None)[0][0]
    assert cut.followed.max() == (earlier.as_of - date(2024, 10, 28)).days
    assert (cut.days <= cut.followed).all()


# --- classes, people, accounts


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    last = date(2026, 6, 28)
    monday = last - timedelta(6)
    come = datetime.combine(last - timedelta(200), datetime.min.time())
    use = {"loyal": (0, 1, 2), "loyal too": (0, 1, 3), "casual": (0, 2), "dormant": (9, 10, 11), "never": ()}
    rows = [{"person": name, "account": "a", "provisioned_at": come, "deactivated_on": None} for name in use]
    rows += [{"person": "closed", "account": "a", "provisioned_at": come, "deactivated_on": last}]
    rows += [{"person": "elsewhere", "account": "b", "provisioned_at": come, "deactivated_on": None}]
    events = [
        {"occurred_at": datetime.combine(monday - timedelta(7 * week), datetime.min.time()), "account": "a", "person": name, "feature": "f"}
        for name, weeks in use.items() for week in weeks
    ]  # fmt: skip
    events += [  # use is known all along
        {"occurred_at": datetime.combine(monday - timedelta(7 * week), datetime.min.time()), "account": "b", "person": None, "feature": "f"}
        for week in range(29)
    ]  # fmt: skip
    frames = {
        "account": account_frame(["a", "b"], name=["Acme", None], csm="Dana", segment=["S", None]),
        "contract": contract_frame(*({"account": each, "starts_on": date(2025, 1, 1), "ends_on": date(2026, 7, 20), "arr": 7.0} for each in "ab")),
        "person": pd.DataFrame(rows, dtype=object),
        "event": pd.DataFrame(events),
    }  # fmt: skip
    return open_world(tmp_path_factory.mktemp("small"), frames)


SMALL = year_to(date(2026, 6, 28))


def test_classes_by_hand(small):
    table = ask(small, "user_classes", SMALL, by="segment").table
    whole = table[[not each for each in table["segment"]]].set_index("user_class")
    assert whole["n_users"].to_dict() == {"loyal": 2, "casual": 1, "dormant": 1, "never": 2, "deactivated": 1}
    assert set(whole["n_in_all"]) == {6, 7} and whole.loc["deactivated", "n_in_all"] == 7
    assert whole.loc["loyal", "class_rate"] == pytest.approx(2 / 6)
    lo, hi = stats.wilson(2, 6)
    assert (whole.loc["loyal", "class_rate_lo"], whole.loc["loyal", "class_rate_hi"]) == pytest.approx((lo, hi))
    # 30 days before, a Friday: full weeks to 24 May; the one who is dormant used it last in the week of 20 April, in none of four
    assert whole["n_users_earlier"].to_dict() == {"loyal": 0, "casual": 0, "dormant": 1, "never": 6, "deactivated": 0}
    assert whole["n_users_change"].to_dict() == {"loyal": 2, "casual": 1, "dormant": 0, "never": -4, "deactivated": 1}
    first_weeks = ask(small, "user_classes", year_to(date(2025, 12, 28))).table  # 30 days before, use was not known yet
    assert first_weeks["n_users"].sum() == 7 and first_weeks["n_users_change"].isna().all()
    missing = table[[each == {"segment": None} for each in table["segment"]]].set_index("user_class")
    assert missing["n_users"].to_dict() == {"loyal": 0, "casual": 0, "dormant": 0, "never": 1, "deactivated": 0}


def test_each_class_lists_its_people(small):
    counted = ask(small, "user_classes", SMALL).table.set_index("user_class")["n_users"]
    for name, n in counted.items():
        table = ask(small, "people", SMALL, user_class=name).table
        assert len(table) == n and set(table["user_class"]) == {name} and set(table["n_rows"]) == {n}
    first, second = (ask(small, "people", SMALL, sort="person", limit=2, offset=n).table for n in (0, 2))
    assert first["person"].tolist() == ["casual", "closed"] and second["person"].tolist() == ["dormant", "elsewhere"]
    assert set(first["n_rows"]) == {7}


def test_people_have_the_chance_of_those_who_came_as_long_ago(planted):
    year = year_to(planted.manifest.as_of)
    table = ask(planted, "people", year).table
    is_new = table["loyal_on"].isna() & (table["days_since_coming"] < 365) & (table["user_class"] != "deactivated")
    assert table["hope_rate"].notna().equals(is_new)
    clock = ask(planted, "loyalty", year).table.set_index("by_day")
    at_90 = table[is_new & (table["days_since_coming"] == 90)]
    assert len(at_90) and set(at_90["hope_rate"]) == {clock.loc[90, "chance_rate"]}


def test_accounts_against_their_renewal_and_the_accounts_behind(small, planted):
    table = ask(small, "account_adoption", SMALL).table
    assert table[["renewal_window", "n_accounts", "n_accounts_adopted", "n_accounts_not_adopted"]].values.tolist() == [
        ["30 days", 2, 0, 2]
    ]
    assert (table["arr"].iat[0], table["arr_not_adopted"].iat[0]) == (14.0, 14.0)
    year = year_to(planted.manifest.as_of)
    for row in list(ask(planted, "account_adoption", year).table.itertuples())[1:2]:
        for which, n in (
            ("adopted", row.n_accounts_adopted),
            ("not_adopted", row.n_accounts_not_adopted),
            ("unknown", row.n_accounts_unknown),
        ):
            listed = ask(planted, "adoption_accounts", year, which=which, window=row.renewal_window, limit=1).table
            assert (listed["n_rows"].iat[0] if len(listed) else 0) == n


@pytest.mark.parametrize(
    ("name", "options"),
    [("loyalty", {"of": "dogs"}), ("people", {"user_class": "x"}), ("people", {"sort": "x"}), ("people", {"limit": -1}),
     ("adoption_accounts", {"window": "x"}), ("adoption_accounts", {"which": "x"}), ("adoption_accounts", {"offset": -1}),
     ("user_classes", {"by": "x"}), ("loyalty", {"by": "usage_frequency"})],
)  # fmt: skip
def test_what_there_is_none_of_is_refused(small, name, options):
    with pytest.raises(Refused):
        ask(small, name, SMALL, **options)


def test_a_store_without_people_has_an_empty_answer_of_the_same_shape(full_store):
    snapshot = open_store(full_store)
    book = year_to(snapshot.manifest.as_of)
    found = ask(snapshot, "loyalty", book)
    assert list(found.table) == COLUMNS and set(found.table["n_followed"]) == {0} and "Nobody came" in found.notes[0]
    assert (
        set(ask(snapshot, "user_classes", book).table["n_users"]) == {0} and ask(snapshot, "people", book).table.empty
    )
