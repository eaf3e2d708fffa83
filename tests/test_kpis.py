"""KPIs as figures: sums over accounts, the error of a change, months, the accounts of each, and one account beside its peers."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import stats, survival
from lib.book import year_to
from lib.errors import Refused
from lib.facts import kpis, open_store, standing
from lib.facts.ask import ask
from lib.facts.kpis import GROUPS, KPIS
from lib.glossary import TERMS
from lib.measures.kpis.adoption import is_met
from lib.measures.kpis.changes import ratio_change
from lib.measures.kpis.trend import days
from lib.measures.registry import measure
from lib.view.kpis import spelt
from lib.view.kpis.board import FEEDS
from lib.view.kpis.headline import headline, how_far
from lib.view.kpis.units import SIDES, UNITS
from tests.worldlets import WORDS, account_frame, contract_frame, open_world

NAMES = list(KPIS)
SEATS = [name for name in NAMES if KPIS[name].group == "Seats"]


@pytest.fixture(scope="module")
def sample(sample_store):
    return open_store(sample_store)


@pytest.fixture(scope="module")
def asked(sample):
    """asked(measure, options): an answer of the sample on its last day; each is asked once."""
    kept = {}

    def of(name: str, **options) -> pd.DataFrame:
        key = (name, *sorted(options.items()))
        if key not in kept:
            book = year_to(sample.manifest.as_of)
            with ask(sample, book, WORDS) as con:
                kept[key] = measure(name)(con, book, WORDS, **options).table
        return kept[key]

    return of


# --- what every KPI needs


@pytest.mark.parametrize("name", NAMES)
def test_a_kpi_has_a_short_name_a_target_and_a_file_that_feeds_it(name):
    assert len(TERMS[name].label) <= 25 and TERMS[name].meaning
    assert getattr(WORDS.targets, name) is not None
    assert (name in SIDES) <= (KPIS[name].kind == "ratio") and (name in UNITS) <= (
        TERMS[name].unit in ("ratio", "rate")
    )
    assert KPIS[name].group in GROUPS and KPIS[name].group in FEEDS and KPIS[name].kind in ("share", "ratio", "time")


@pytest.mark.parametrize("name", NAMES)
def test_the_list_of_a_kpi_has_every_account_it_counts_or_leaves_out(asked, name):
    row = asked("adoption").set_index("kpi").loc[name]
    listed = asked("kpi_accounts", kpi=name)
    assert (
        len(listed) == row["n_kpi_accounts"] + row["n_kpi_left_out"] == (listed["n_rows"].iat[0] if len(listed) else 0)
    )
    assert listed["why_not"].notna().sum() == row["n_kpi_left_out"] and listed["account"].is_unique
    counted = listed[listed["why_not"].isna()]
    if KPIS[name].kind != "time" and row["n_kpi_accounts"]:
        assert counted["kpi_k"].sum() / counted["kpi_n"].sum() == pytest.approx(row["kpi_value"])
    assert pd.isna(row["is_met"]) == np.isnan(row["kpi_value"])


@pytest.mark.parametrize("name", {each.kind: name for name, each in KPIS.items()}.values())
def test_the_lists_of_those_that_meet_the_target_and_those_that_do_not_are_parts_of_the_whole(asked, name):
    listed = asked("kpi_accounts", kpi=name).set_index("account")["is_met"]
    for which, is_it in (("met", listed.fillna(False)), ("missed", ~listed.fillna(True)), ("unknown", listed.isna())):
        found = asked("kpi_accounts", kpi=name, which=which, sort="account")
        assert (
            set(found["account"]) == set(listed.index[is_it.to_numpy(bool)]) and (found["n_rows"] == len(found)).all()
        )


@pytest.mark.parametrize("name", NAMES)
def test_intervals_are_those_of_the_accounts(asked, name):
    row = asked("adoption").set_index("kpi").loc[name]
    listed = asked("kpi_accounts", kpi=name).dropna(subset=["kpi_k"])
    k, n = listed["kpi_k"].to_numpy(float), listed["kpi_n"].to_numpy(float)
    if KPIS[name].kind == "share":
        lo, hi = stats.wilson(k.sum(), len(k))
    elif KPIS[name].kind == "ratio":
        least, most = KPIS[name].bounds
        assert (k >= least * n - 1e-9).all() and (k <= most * n + 1e-9).all()  # no account lies outside, so no mean can
        lo, hi = np.clip(stats.ratio_of_sums(k.sum(), n.sum(), k @ k, k @ n, n @ n, len(k)), least, most)
    else:
        _, lo, hi = survival.median_interval(survival.kaplan_meier(k, n > 0))
    assert (row["kpi_value_lo"], row["kpi_value_hi"]) == pytest.approx((float(lo), float(hi)), nan_ok=True)


def test_what_is_left_out_is_said_with_why(asked):
    for row in asked("adoption").itertuples():
        reasons = asked("kpi_accounts", kpi=row.kpi)["why_not"].dropna().value_counts().to_dict()
        said = dict(each.split(" ", 1)[::-1] for each in row.why_left_out.split("; ") if each)
        assert {reason: int(n.replace(",", "")) for reason, n in said.items()} == reasons


# --- by segment, in time


def test_segments_add_up_to_the_whole(asked):
    found = asked("adoption", by="segment")
    whole, parts = found[found["segment"].map(len) == 0], found[found["segment"].map(len) > 0]
    for each in ("n_kpi_accounts", "n_kpi_left_out"):
        assert parts.groupby("kpi")[each].sum().to_dict() == whole.set_index("kpi")[each].to_dict()


def test_the_last_day_of_the_trend_is_the_day_itself(asked):
    name = "seats_active_rate"
    found = asked("adoption_trend", kpi=name, by="segment")
    whole = found[found["segment"].map(len) == 0]
    now = asked("adoption").set_index("kpi").loc[name]
    assert len(whole) == 13 and whole["kpi_on"].is_monotonic_increasing
    assert whole["kpi_value"].iat[-1] == now["kpi_value"] and whole["n_kpi_accounts"].iat[-1] == now["n_kpi_accounts"]
    assert len(found) % 13 == 0 and len(found) <= 7 * 13


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_months_end_on_their_last_day(as_of):
    first, *others = days(as_of)
    assert first == as_of and len(others) == 12 and all((day + timedelta(1)).day == 1 for day in others)
    assert [as_of.year * 12 + as_of.month - (day.year * 12 + day.month) for day in others] == list(range(1, 13))


# --- the change


def test_the_error_of_a_change_is_that_of_its_accounts_row_by_row():
    """Second check: the linearised change of each account, its variance, Student's t, in plain numpy."""
    from scipy.stats import t

    dice = np.random.default_rng(3)
    n_0, n_1 = dice.integers(1, 20, 60).astype(float), dice.integers(1, 20, 60).astype(float)
    k_0, k_1 = dice.binomial(n_0.astype(int), 0.5).astype(float), dice.binomial(n_1.astype(int), 0.4).astype(float)
    n_0[:5] = k_0[:5] = 0  # not there any more
    n_1[-5:] = k_1[-5:] = 0  # not there yet
    r_0, r_1 = k_0.sum() / n_0.sum(), k_1.sum() / n_1.sum()
    each = (k_0 - r_0 * n_0) / n_0.sum() - (k_1 - r_1 * n_1) / n_1.sum()
    error = np.sqrt((each**2).sum() * 60 / 59)
    half = t.ppf(0.975, 59) * error
    sums = [(k.sum(), n.sum(), k @ k, k @ n, n @ n) for k, n in ((k_0, n_0), (k_1, n_1))]
    lo, hi, p = ratio_change(*sums, (k_0 @ k_1, k_0 @ n_1, n_0 @ k_1, n_0 @ n_1), 60)
    assert (lo, hi) == pytest.approx((r_0 - r_1 - half, r_0 - r_1 + half))
    assert p == pytest.approx(2 * t.sf(abs(r_0 - r_1) / error, 59))


def test_accounts_that_stay_as_they_are_make_no_error():
    k, n = np.array([1.0, 4, 2]), np.array([2.0, 5, 9])
    sums = (k.sum(), n.sum(), k @ k, k @ n, n @ n)
    lo, hi, p = ratio_change(sums, sums, (k @ k, k @ n, n @ k, n @ n), 3)
    assert (lo, hi, p) == (pytest.approx(0, abs=1e-8), pytest.approx(0, abs=1e-8), 1)


def test_the_change_of_the_sample_lies_in_its_interval_and_small_books_say_nothing(asked):
    known = asked("adoption").dropna(subset=["kpi_change_lo"])
    assert len(known) and (known["kpi_change_lo"] <= known["kpi_change"] + 1e-12).all()
    assert (known["kpi_change"] <= known["kpi_change_hi"] + 1e-12).all()
    small = asked("adoption", by="segment")
    few = small[small["n_kpi_accounts"] < WORDS.reading.few_accounts]
    assert len(few) and few["is_moved"].isna().all() and few["q_value"].isna().all()


# --- a world worked by hand


LAST = date(2026, 6, 28)  # a Sunday


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Three accounts of 10, 4 and no seats: 5, 4 and 1 logins; 1, 3 and 0 people used it in the last four weeks."""
    names = ["a", "b", "c"]
    people = [("a", number) for number in range(5)] + [("b", number) for number in range(4)] + [("c", 0)]
    used = [("a", 0), ("b", 0), ("b", 1), ("b", 2)]
    frames = {
        "account": account_frame(names, name=["A", "B", "C"], segment="S"),
        "contract": contract_frame(
            *(
                {
                    "account": name,
                    "starts_on": date(2025, 1, 1),
                    "ends_on": date(2027, 1, 1),
                    "arr": 9.0,
                    "seats": seats,
                }
                for name, seats in zip(names, (10, 4, None), strict=True)
            )
        ),
        "person": pd.DataFrame(
            [
                {"person": f"{name}{number}", "account": name, "provisioned_at": pd.Timestamp("2025-02-01")}
                for name, number in people
            ]
        ),
        "event": pd.DataFrame(
            [
                {"occurred_at": pd.Timestamp(day), "account": name, "person": f"{name}{number}", "feature": "report"}
                for name, number in used
                for day in ("2026-03-02", "2026-06-24")
            ]
        ),
    }
    return open_world(tmp_path_factory.mktemp("kpis"), frames)


def of_world(world, name: str, as_of: date = LAST, **options) -> pd.DataFrame:
    book = year_to(as_of)
    with ask(world, book, WORDS) as con:
        return measure(name)(con, book, WORDS, **options).table


def test_seats_worked_by_hand(world):
    found = of_world(world, "adoption").set_index("kpi")
    values = {
        "seats_assigned_rate": 9 / 14,
        "activated_seats_rate": 4 / 14,
        "seats_active_rate": 4 / 14,
        "under_utilised_rate": 1 / 2,
    }
    assert {name: found.loc[name, "kpi_value"] for name in values} == pytest.approx(values)
    assert found.loc["seats_active_rate", "why_left_out"] == "1 no seats given"
    assert not found.loc[SEATS, "is_met"].dropna().any() and found.loc["seats_active_rate", "n_kpi_accounts"] == 2
    one = of_world(world, "account_kpis", account="b").set_index("kpi").loc[SEATS]
    assert one.loc["seats_active_rate", ["kpi_value", "kpi_k", "kpi_n"]].tolist() == [0.75, 3, 4]
    assert one.loc["seats_active_rate", "is_met"] and not one.loc["under_utilised_rate", "kpi_value"]
    assert one.loc["under_utilised_rate", "is_met"] and one["peers_kpi_value"].isna().all()  # two peers are too few
    assert one["n_kpi_peers"].max() == 2
    assert set(of_world(world, "account_kpis", account="c").set_index("kpi").loc[SEATS, "why_not"]) == {
        "no seats given"
    }
    assert of_world(world, "account_kpis", account="nobody").empty


def test_worst_first_is_by_what_is_better(world):
    assert of_world(world, "kpi_accounts", kpi="seats_active_rate")["account"].tolist() == ["a", "b", "c"]
    assert of_world(world, "kpi_accounts", kpi="under_utilised_rate")["account"].tolist() == ["a", "b", "c"]
    assert of_world(world, "kpi_accounts", kpi="seats_active_rate", limit=1, offset=1)["account"].tolist() == ["b"]
    for bad in ({"kpi": "dogs"}, {"which": "dogs"}, {"sort": "dogs"}, {"limit": -1}):
        with pytest.raises(Refused):
            of_world(world, "kpi_accounts", **bad)


def test_before_use_and_before_people_are_known_there_is_nothing_and_no_zero(world):
    early = of_world(world, "adoption", date(2025, 6, 30)).set_index("kpi")
    assert early.loc["seats_assigned_rate", "kpi_value"] == 9 / 14  # logins are known
    for name in ("seats_active_rate", "activated_seats_rate", "under_utilised_rate"):
        assert np.isnan(early.loc[name, "kpi_value"]) and "2 no use known" in early.loc[name, "why_left_out"]
    nobody = of_world(world, "kpi_accounts", date(2025, 1, 31), kpi="seats_assigned_rate")
    assert nobody.empty  # in onboarding still
    trend = of_world(world, "adoption_trend", kpi="seats_active_rate")
    is_known = trend["kpi_value"].notna()
    assert is_known.iat[-1] and not is_known.iat[0] and trend["is_met"].isna().equals(~is_known)


def test_accounts_of_another_stand_are_told_why_not(world):
    young = of_world(world, "account_kpis", date(2025, 1, 20), account="a").set_index("kpi").loc[SEATS]
    assert set(young["why_not"]) == {"told once it is past onboarding"} and young["kpi_value"].isna().all()


def test_what_settled_says_is_what_stood_says(sample):
    """The light relation and the whole one, account by account."""
    book = year_to(sample.manifest.as_of)
    with ask(sample, book, WORDS) as con:
        both = [
            con.execute(sql, standing.parameters(sql, book.as_of, WORDS)).fetchall()
            for sql in (
                f"select _account, is_live, is_past_onboarding, arr, renews_on from {each} order by _account"
                for each in (standing.SETTLED, standing.STOOD)
            )
        ]
    assert both[0] == both[1] and len({row[2] for row in both[0]}) == 2


def test_a_kpi_that_there_is_none_of_is_refused_with_those_there_are(world):
    with pytest.raises(Refused, match="seats_active_rate"):
        of_world(world, "adoption_trend", kpi="dogs")
    assert kpis.kpi("risen_rate").kind == "share"


# --- met, and in words


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [("seats_active_rate", 0.6, True), ("seats_active_rate", 0.59, False), ("under_utilised_rate", 0.2, True),
     ("under_utilised_rate", 0.21, False), ("seats_active_rate", float("nan"), None)],
)  # fmt: skip
def test_met_is_at_the_target_or_better(name, value, expected):
    assert is_met(name, value, WORDS) is expected


def test_a_kpi_is_spelt_by_its_unit(monkeypatch):
    nan = float("nan")
    made = {"a_count": ("ratio", "ratio"), "a_score": ("ratio", "ratio"), "a_time": ("time", "days")}
    for name, (kind, unit) in made.items():
        monkeypatch.setitem(KPIS, name, kpis.Kpi("Use", kind, "", is_less_better=kind == "time"))
        monkeypatch.setitem(TERMS, name, type(TERMS["kpi"])(name, unit, ""))
    monkeypatch.setitem(UNITS, "a_count", "per account")
    monkeypatch.setitem(UNITS, "a_score", "score")
    rate = "seats_active_rate"
    assert spelt.interval(rate, 0.442, 0.431, 0.453) == "44.2 % (43.1–45.3)"
    assert spelt.target(rate, 0.6) == "at least 60 %" and spelt.target("under_utilised_rate", 0.125) == "at most 12.5 %"
    assert spelt.change(rate, -0.0251, 0.09) == "▼ 2.5 points" and spelt.change(rate, 0.0001, 0.4) == "as before"
    assert spelt.interval("a_count", 3.41, 3.2, 3.64) == "3.4 per account (3.2–3.6)"
    assert (
        spelt.value("a_score", 0.32) == "+32"
        and spelt.value("a_score", -0.05) == "−5"
        and spelt.value("a_score", 0) == "0"
    )
    assert spelt.change("a_score", 0.041, 0.3) == "▲ 4 points" and spelt.target("a_score", 0.3) == "at least +30"
    assert spelt.interval("a_time", 41, 30, nan) == "41 days (30 or more)" and spelt.value("a_time", 1) == "1 day"
    assert spelt.change("a_time", -3, 41) == "▼ 3 days" and spelt.is_better("a_time", -3)
    assert spelt.of_account("a_time", 12, 0) == "12 days so far" and spelt.of_account("a_time", 12, 1) == "12 days"
    assert spelt.of_account("under_utilised_rate", 1, 1) == "yes" and spelt.of_account("a_count", 7, 1) == "7"
    assert spelt.target("a_count", 0.25) == "at least 0.25" and spelt.target("a_time", 14) == "at most 14 days"
    assert spelt.bounds("a_score", 0.17, 0.13, 0.22) == "+13 to +22"
    assert {spelt.value(name, nan) for name in made} | {spelt.change(rate, nan)} == {"–"}
    assert "met" in spelt.verdict(True) and "missed" in spelt.verdict(False) and spelt.verdict(None) == ""


def test_the_headline_says_what_is_met_the_furthest_off_and_what_moved():
    def row(name, value, target, met, change=0.0, moved=False) -> dict:
        return {"kpi": name, "kpi_value": value, "target_value": target, "is_met": met, "kpi_change": change,
                "kpi_value_earlier": value - change, "is_moved": moved}  # fmt: skip

    rows = [
        row("seats_active_rate", 0.3, 0.6, False),
        row("under_utilised_rate", 0.8, 0.2, False),
        row("risen_rate", 0.06, 0.05, True),
    ]
    assert how_far(rows[0]) == pytest.approx(0.5) and how_far(rows[1]) == pytest.approx(0.75)
    said = headline(rows)
    assert (
        "1 of 3 targets met." in said
        and "Furthest off: Under 60 % utilisation, 80.0 %, the target is at most 20 %." in said
    )
    assert "Nothing moved beyond chance in 30 days." in said
    rows[1] |= {"kpi_change": 0.1, "kpi_value_earlier": 0.7, "is_moved": True}
    told = headline(rows)
    assert (
        "Moved most beyond chance: Under 60 % utilisation, " in told
        and "▲ 10.0 points</span> in 30 days, worse." in told
    )
    assert "Furthest off" not in headline(rows[2:])
