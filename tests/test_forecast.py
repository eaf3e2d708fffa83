"""The renewal forecast: its ranges against what came, and no leak."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy import stats

from lib import odds
from lib.book import Book, year_to
from lib.errors import Refused
from lib.facts import open_store
from lib.facts.ask import ask
from lib.measures.forecast import draws, worth
from lib.measures.forecast.draws import Ahead
from lib.measures.forecast.past import periods, quarters
from lib.measures.registry import measure
from lib.scope import ALL, Scope
from lib.store.opening import Snapshot
from tests.forecastworlds import LAST, by_odds
from tests.worldlets import WORDS, account_frame, contract_frame, open_world

CHANCES = (0.95, 0.6)
EASY = replace(WORDS, forecast=replace(WORDS.forecast, least_renewals=50, least_lost=10, least_days=92))


def asked(world: Snapshot, name: str, day: date = LAST, *, words=WORDS, scope=ALL, written=None, book=None, **options):
    book = book or year_to(day)
    with ask(world, book, words, scope, written) as con:
        return measure(name)(con, book, words, **options)


@pytest.fixture(scope="module")
def frames():
    return by_odds(CHANCES)


@pytest.fixture(scope="module")
def world(tmp_path_factory, frames):
    return open_world(tmp_path_factory.mktemp("odds"), frames)


# --- what is drawn


def certain(log_odds: float) -> odds.Odds:
    return odds.Odds(np.array([log_odds, 0.0]), np.eye(2) * 1e-12, np.zeros(1), np.ones(1))


def ahead(n: int, **given) -> Ahead:
    said = {
        "columns": np.zeros((n, 1)), "lead": np.zeros(n, int), "shift": np.zeros(n), "times": np.ones(n, int),
        "account": np.arange(n), "period": np.zeros(n, int), "cell": np.zeros(n, int), "arr_due": np.full(n, 100.0),
        "arr_signed": np.full(n, np.nan),
    }  # fmt: skip
    return Ahead(**said | given)


FLAT = worth.Worth(np.ones(1, np.float32), np.array([0, 1]), np.zeros(0), 0.0)


def drawn(renewals: Ahead, log_odds: float = 1.0, of=FLAT, shocks=(0.0, 0.0), n_cells=1):
    return draws.simulate(renewals, {0: certain(log_odds)}, of, shocks, n_cells)


def test_renewals_of_one_chance_are_a_binomial():
    chance = 1 / (1 + np.exp(-1.0))
    found = drawn(ahead(200))
    assert found.accounts.mean() == pytest.approx(200 * chance, rel=0.01)
    for share in (0.1, 0.25, 0.75, 0.9):
        assert np.quantile(found.accounts, share) == pytest.approx(stats.binom.ppf(share, 200, chance), abs=1.5)
    assert found.arr == pytest.approx(found.accounts * 100) and not found.upsell.any()


def test_a_large_account_makes_the_range_of_money_two_sided():
    """Nine accounts of 1 and one of 991, each at one half: 8 of 10 draws cannot do without both ends."""
    found = drawn(ahead(10, arr_due=np.r_[np.ones(9), 991.0]), log_odds=0.0)
    lo, hi = (draws.between(found.arr)[end][0] for end in ("lo", "hi"))
    assert lo < 10 and hi > 990


def test_what_is_signed_is_certain_and_an_account_has_one_luck():
    found = drawn(ahead(2, times=np.array([0, 0]), arr_signed=np.array([90.0, 130.0])), log_odds=-9)
    assert (found.accounts == 2).all() and (found.arr == 220).all()
    assert (found.base == 190).all() and (found.upsell == 30).all() and (found.downsell == 10).all()
    both = drawn(ahead(2, account=np.zeros(2, int)), log_odds=0.0).accounts
    assert set(np.unique(both)) == {0, 2}


def test_a_term_that_must_renew_twice_does_so_by_both_chances():
    chance = 1 / (1 + np.exp(-1.0))
    found = drawn(ahead(4_000, times=np.full(4_000, 2)))
    assert found.accounts.mean() / 4_000 == pytest.approx(chance**2, abs=0.005)


def test_a_shock_moves_a_whole_quarter():
    alone = np.std(drawn(ahead(2_000)).accounts)
    shaken = np.std(drawn(ahead(2_000), shocks=(0.3, 0.0)).accounts)
    p = 1 / (1 + np.exp(-1.0))
    assert shaken == pytest.approx(np.sqrt(alone**2 + (2_000 * p * (1 - p) * 0.3) ** 2), rel=0.1)


def test_what_renewals_are_worth_is_drawn_from_those_of_their_size():
    due = np.r_[np.full(150, 10.0), np.full(150, 1_000.0)]
    found = worth.learn(due, np.r_[np.full(150, 11.0), np.full(150, 800.0)], np.arange(300) % 4, np.ones(300, bool))
    ratios = found.draw(np.random.default_rng(0), found.group_of(np.array([5.0, 2_000.0])), 50)
    assert ratios[0] == pytest.approx(np.full(50, 1.1)) and ratios[1] == pytest.approx(np.full(50, 0.8))


# --- the quarters


def test_quarters_and_periods_follow_the_fiscal_year():
    in_february = replace(WORDS, calendar=replace(WORDS.calendar, fiscal_year_starts_in=2))
    assert periods(date(2026, 10, 31), in_february, "quarter") == [
        (date(2026, 11, 1), date(2027, 2, 1)), (date(2027, 2, 1), date(2027, 5, 1)), (date(2027, 5, 1), date(2027, 8, 1)),
        (date(2027, 8, 1), date(2027, 11, 1)),
    ]  # fmt: skip
    found = periods(date(2026, 10, 31), WORDS, "quarter")  # a quarter is under way: what is left of it, and four
    assert found[0] == (date(2026, 11, 1), date(2027, 1, 1)) and len(found) == 5 and found[-1][1] == date(2028, 1, 1)
    assert len(periods(date(2026, 10, 31), WORDS, "month")) == 14
    assert quarters(date(2026, 10, 31), WORDS)[-1] == (date(2026, 10, 1), date(2027, 1, 1))


# --- worlds of known odds


def test_the_odds_of_a_known_world_are_found(world, frames):
    kind = dict(zip(frames["account"]["account"], frames["account"]["kind"], strict=True))
    found = asked(world, "renewal_odds").table
    first = found[~found["is_again"]]
    for each, chance in zip(("k0", "k1"), CHANCES, strict=True):
        own = first[[kind[account] == each for account in first["account"]]]
        assert own["renew_rate"].mean() == pytest.approx(chance, abs=0.04)
        assert (own["renew_rate_lo"] <= own["renew_rate"]).all() and (own["renew_rate"] <= own["renew_rate_hi"]).all()
    assert found["arr_in_doubt"].to_numpy() == pytest.approx(found["arr_due"] * (1 - found["renew_rate"]))
    unsure = first[[kind[account] == "k1" for account in first["account"]]].iloc[0]
    assert unsure["odds_reasons"][0].startswith("kind k1, −")


def test_ranges_of_known_worlds_hold_what_came_8_times_of_10(tmp_path):
    inside = []
    for seed in (11, 12, 13):
        each = open_world(tmp_path / str(seed), by_odds(CHANCES, seed=seed, n=700))
        record = asked(each, "forecast_record", by="kind").table
        inside += list(record["is_inside"])
        assert (record["brier"] < record["brier_base"]).all() and (record["log_loss"] < record["log_loss_base"]).all()
        assert abs(record["bias_rate"].iat[0]) < 0.08
    n, lo_hi = len(inside), stats.binom.ppf([0.001, 0.999], len(inside), 0.8)
    assert n >= 40 and lo_hi[0] <= sum(inside) <= lo_hi[1], f"{sum(inside)} of {n}"


def test_a_range_opens_the_renewals_it_is_made_of(world):
    forecast = asked(world, "renewal_forecast").table
    for row in forecast.iloc[[0, 4]].to_dict("records"):
        span = {"due_from": row["due_from"], "due_until": row["due_until"]}
        behind = asked(world, "renewal_odds", **span).table
        assert len(behind) == row["n_due"] and behind["arr_due"].sum() == pytest.approx(row["arr_due"])
        assert behind["renew_rate"].sum() == pytest.approx(row["accounts_expected"], rel=0.03)
    page = asked(world, "renewal_odds", limit=5, offset=5, sort="renewal").table
    whole = asked(world, "renewal_odds", sort="renewal").table
    assert list(page["account"]) == list(whole["account"][5:10]) and (page["n_rows"] == len(whole)).all()
    assert set(asked(world, "renewal_odds", search="A0007").table["account"]) <= {"a0007"}


def test_parts_add_up_and_levels_share_what_is_due(world):
    whole, parts = (asked(world, "renewal_forecast", **each).table for each in ({}, {"by": "kind"}))
    assert (whole["base_expected"] + whole["upsell_expected"]).to_numpy() == pytest.approx(whole["arr_expected"])
    assert not whole["upsell_hi"].any() and not whole["downsell_hi"].any()  # all renew for what they had
    added = parts.groupby("due_from")[["n_due", "arr_due", "accounts_expected"]].sum()
    assert added["n_due"].to_list() == whole["n_due"].to_list()
    assert added["arr_due"].to_list() == pytest.approx(whole["arr_due"].to_list())
    assert added["accounts_expected"].to_list() == pytest.approx(whole["accounts_expected"].to_list(), rel=0.02)
    for name in ("accounts", "arr"):
        bounds = whole[[f"{name}_{each}" for each in ("lo", "lo50", "hi50", "hi")]].to_numpy()
        assert (np.diff(bounds, axis=1) >= 0).all() and (bounds[:, -1] <= whole["arr_due"] + 0.01).all()
    assert asked(world, "renewal_forecast", every="month").table["n_due"].sum() == whole["n_due"].sum()
    again = asked(world, "renewal_forecast").table
    pd.testing.assert_frame_equal(whole, again)  # the same question has the same answer


# --- nothing later is known


def tampered(frames: dict, day: date, seed: int) -> dict:
    """The same with all that came after `day` otherwise: terms that began, ends that were cut, notices, tickets."""
    dice = np.random.default_rng(seed)
    contract = frames["contract"]
    kept = contract[[each <= day or dice.random() < 0.5 for each in contract["starts_on"]]].copy()
    for name in ("cancelled_on", "notice_given_on", "asked_to_cancel_on"):
        kept[name] = [
            day + timedelta(int(dice.integers(1, 200))) if dice.random() < 0.3 else None for _ in range(len(kept))
        ]
    kept["arr"] = [arr if on <= day else arr * 3 for arr, on in zip(kept["arr"], kept["starts_on"], strict=True)]
    accounts = list(frames["account"]["account"])
    tickets = [(f"t{n}", accounts[n % len(accounts)], pd.Timestamp(day + timedelta(1 + n % 90))) for n in range(400)]
    return frames | {"contract": kept, "ticket": pd.DataFrame(tickets, columns=["ticket", "account", "opened_at"])}


@pytest.mark.parametrize("seed", [1])
def test_what_comes_after_the_day_changes_nothing_of_a_forecast(tmp_path, seed):
    day, before = date(2025, 9, 30), by_odds(CHANCES, seed=seed, n=500)
    worlds = [open_world(tmp_path / "a", before), open_world(tmp_path / "b", tampered(before, day, seed))]
    for name, options in (("renewal_forecast", {"by": "kind"}), ("forecast_record", {}), ("renewal_odds", {})):
        one, other = (asked(world, name, day, words=EASY, **options) for world in worlds)
        assert len(one.table)
        pd.testing.assert_frame_equal(one.table, other.table)
        assert one.notes == other.notes


@pytest.mark.parametrize("seed", [3])
def test_a_past_forecast_knows_nothing_of_what_came(tmp_path, seed):
    """The forecast of Jul-Sep 2025 in the record of a later day; by then some that was due had another end."""
    day, before = date(2025, 6, 30), by_odds(CHANCES, seed=seed, n=500)
    worlds = [open_world(tmp_path / "a", before), open_world(tmp_path / "b", tampered(before, day, seed))]
    rows = [asked(world, "forecast_record", words=EASY).table for world in worlds]
    rows = [each[each["due_from"] == date(2025, 7, 1)] for each in rows]
    names = [name for name in rows[0] if name.endswith(("_expected", "_lo", "_hi")) and not name.startswith("inside")]
    assert len(rows[0]) == 1 and rows[0]["arr_renewed"].iat[0] != rows[1]["arr_renewed"].iat[0]
    pd.testing.assert_frame_equal(rows[0][names].reset_index(drop=True), rows[1][names].reset_index(drop=True))


def test_nobody_hears_of_accounts_that_are_not_theirs(world):
    own = Scope(("Ann",))
    whole, mine = (asked(world, "renewal_forecast", scope=each).table for each in (ALL, own))
    assert 0 < mine["n_due"].sum() < whole["n_due"].sum()
    assert set(asked(world, "renewal_odds", scope=own).table["csm"]) == {"Ann"}
    assert set(asked(world, "renewal_forecast", scope=own, by="csm").table["level"]) == {"Ann"}
    assert set(asked(world, "forecast_record", scope=own, by="csm").table["level"]) == {"Ann"}
    book = year_to(LAST).where("csm", ["Ann"])  # a book of Ann's, by who sees all: the odds are those of all
    assert set(asked(world, "renewal_odds", book=book).table["csm"]) == {"Ann"}


# --- calls


def called(*rows: tuple) -> dict[str, pa.Table]:
    """(account, renews_on, call, amount, called_on) as the workspace keeps them."""
    names = ("account", "renews_on", "call", "amount", "called_on")
    kinds = (pa.string(), pa.date32(), pa.string(), pa.decimal128(18, 2), pa.date32())
    columns = {
        name: pa.array(column, kind) for name, column, kind in zip(names, zip(*rows, strict=True), kinds, strict=True)
    }
    made_at = pa.array([datetime(2026, 1, 1) + timedelta(hours=at) for at in range(len(rows))], pa.timestamp("us"))
    return {"renewal_call": pa.table(columns | {"made_by": pa.array(["ann"] * len(rows)), "made_at": made_at})}


def test_calls_are_held_against_what_came_and_beside_the_odds(world, frames):
    """Of Jul-Sep 2026: four that renewed called commit and one that did not; two that were lost called at risk, late or in time."""
    contract = frames["contract"]
    due = contract[[date(2026, 7, 1) <= each < date(2026, 9, 30) for each in contract["ends_on"]]]
    next_of = set(zip(contract["account"], contract["starts_on"], strict=True))
    is_kept = [each in next_of for each in zip(due["account"], due["ends_on"], strict=True)]
    kept, lost = (
        list(zip(each["account"], each["ends_on"], strict=True)) for each in (due[is_kept], due[np.invert(is_kept)])
    )
    ahead = contract[[date(2027, 1, 1) <= each < date(2027, 4, 1) for each in contract["ends_on"]]].iloc[0]
    in_time, late = date(2026, 6, 30), date(2026, 7, 15)
    rows = [(*each, "commit", None, in_time) for each in (*kept[:4], lost[0])]
    rows += [(*lost[1], "at_risk", None, in_time), (*lost[2], "at_risk", None, late)]
    rows += [
        (*kept[5], "at_risk", None, in_time - timedelta(9)),
        (*kept[5], "likely", None, in_time),
    ]  # the newest counts
    rows += [(ahead["account"], ahead["ends_on"], "commit", Decimal(77), date(2026, 10, 1))]
    found = asked(world, "renewal_calls", written=called(*rows)).table
    of = {row["renewal_call"]: row for row in found.to_dict("records")}
    assert list(of) == ["commit", "no call"]
    commit = of["commit"]
    assert (commit["n_due"], commit["arr_due"], commit["arr_called"]) == (1, pytest.approx(ahead["arr"]), 77.0)
    assert (commit["n_called_before"], commit["n_called_renewed"], commit["call_rate"]) == (5, 4, 0.8)
    assert commit["calls_expected"] == pytest.approx(77 * 0.8)
    assert (commit["call_lo"], commit["call_hi"]) == (pytest.approx(0.3755, abs=1e-4), pytest.approx(0.9638, abs=1e-4))
    # each commit by the other four: 3/4 where it renewed, 4/4 where not; at_risk and likely came once, and have no like
    assert commit["n_scored"] == 5 and commit["brier_calls"] == pytest.approx((4 * 0.25**2 + 1) / 5)
    assert of["no call"]["arr_called"] == 0 and np.isnan(of["no call"]["call_rate"])
    by_csm = asked(world, "renewal_calls", written=called(*rows), by="csm").table
    assert by_csm["n_due"].sum() == found["n_due"].sum() and set(by_csm["level"]) == {"Ann", "Bob"}


def test_without_calls_there_is_nothing_to_hold_against_what_came(world):
    found = asked(world, "renewal_calls")
    assert found.table.empty and "Nobody has called" in found.notes[0]
    foreign = called(("a0001", date(2026, 7, 1), "commit", None, date(2026, 6, 1)))  # of Bob's
    assert asked(world, "renewal_calls", written=foreign, scope=Scope(("Ann",))).table.empty


# --- by hand


def small(tmp_path: Path, *rows: dict) -> Snapshot:
    """The known world, and some accounts of its kind k0 whose terms are given."""
    frames = by_odds((0.9, 0.9), n=400)
    own = account_frame(sorted({row["account"] for row in rows}), kind="k0", csm="Zoe")
    contracts = [
        {"product": "Suite", **row} | {name: date.fromisoformat(row[name]) for name in ("starts_on", "ends_on")}
        for row in rows
    ]
    more = contract_frame(*contracts).assign(contract=[f"own{n}" for n in range(len(rows))])
    accounts = pd.concat([frames["account"], own])
    return open_world(tmp_path, {"account": accounts, "contract": pd.concat([frames["contract"], more])})


def test_signed_ahead_counts_on_the_last_day_alone_and_a_short_term_is_due_again(tmp_path):
    """Zed signed the year that begins on 1 Dec 2026, for 1,200 instead of 1,000. Hal renews every half year, next on 1 Feb 2027."""
    world = small(
        tmp_path,
        {"account": "Zed", "starts_on": "2025-12-01", "ends_on": "2026-12-01", "arr": 1_000.0},
        {"account": "Zed", "starts_on": "2026-12-01", "ends_on": "2027-12-01", "arr": 1_200.0},
        {"account": "Hal", "starts_on": "2026-08-01", "ends_on": "2027-02-01", "arr": 500.0},
    )
    book = year_to(LAST).where("csm", ["Zoe"])
    rows = asked(world, "renewal_odds", words=EASY, book=book, sort="renewal").table
    assert [(row["account"], row["renews_on"].date(), row["is_signed"], row["is_again"]) for row in rows.to_dict("records")] == [
        ("Zed", date(2026, 12, 1), True, False), ("Hal", date(2027, 2, 1), False, False), ("Hal", date(2027, 8, 1), False, True),
        ("Zed", date(2027, 12, 1), False, True),
    ]  # fmt: skip
    first, twice = rows["renew_rate"][1], rows["renew_rate"][2]
    assert rows["renew_rate"][0] == 1 and rows["odds_reasons"][0] == ["signed"]
    assert twice == pytest.approx(first**2) and rows["odds_reasons"][2][0] == "the term before must renew first"
    forecast = asked(world, "renewal_forecast", words=EASY, book=book).table
    assert forecast["n_signed"].to_list() == [1, 0, 0, 1 - 1] and forecast["arr_signed"].iat[0] == 1_200
    assert forecast["arr_lo"].iat[0] == forecast["arr_hi"].iat[0] == 1_200 and forecast["upsell_lo"].iat[0] == 200
    day = LAST - timedelta(1)
    book = Book(day - timedelta(364), LAST, day).where("csm", ["Zoe"])
    assert not asked(world, "renewal_odds", words=EASY, book=book).table["is_signed"].any()


def test_what_takes_its_place_early_is_signed_on_any_day_from_then(tmp_path):
    """Zed's next year began on 1 Oct 2026, two months before the one before it ends, for 1,200 instead of 1,000."""
    world = small(
        tmp_path,
        {"account": "Zed", "starts_on": "2025-12-01", "ends_on": "2026-12-01", "arr": 1_000.0},
        {"account": "Zed", "starts_on": "2026-10-01", "ends_on": "2027-12-01", "arr": 1_200.0},
    )
    for day, signed in ((date(2026, 9, 30), 0), (date(2026, 10, 1), 1_200), (LAST, 1_200)):
        book = Book(day - timedelta(365), day + timedelta(1), day).where("csm", ["Zoe"])
        found = asked(world, "renewal_forecast", words=EASY, book=book).table
        row = found[[each <= date(2026, 12, 1) for each in found["due_from"]]].iloc[-1]
        assert (row["arr_due"], row["arr_signed"], row["n_signed"]) == (1_000, signed, int(signed > 0))
        assert not signed or (row["arr_lo"], row["upsell_expected"]) == (1_200, 200)
        assert found["n_due"].sum() == (2 if signed else 1)  # the new year ends in the last of the quarters, once


def test_an_account_decides_at_once_and_money_of_two_currencies_is_never_added_up(tmp_path):
    """Two products of one day are one renewal; a third in euros is one of its own."""
    world = small(
        tmp_path,
        {"account": "Zed", "starts_on": "2026-02-01", "ends_on": "2027-02-01", "arr": 1_000.0},
        {"account": "Zed", "starts_on": "2026-02-01", "ends_on": "2027-02-01", "arr": 300.0, "product": "Add-on"},
        {
            "account": "Zed",
            "starts_on": "2026-02-01",
            "ends_on": "2027-02-01",
            "arr": 70.0,
            "currency": "EUR",
            "product": "Desk",
        },
    )
    book = year_to(LAST).where("csm", ["Zoe"])
    found = asked(world, "renewal_forecast", words=EASY, book=book).table
    assert [(row["currency"], row["n_due"], row["arr_due"]) for row in found.to_dict("records")] == [
        ("", 1, 1_300),
        ("EUR", 1, 70),
    ]


def test_a_past_too_short_is_told(tmp_path):
    world = open_world(tmp_path, by_odds((0.99, 0.99), n=150))
    for name in ("renewal_forecast", "forecast_record", "renewal_odds"):
        found = asked(world, name)
        assert found.table.empty and list(found.table.columns) == list(asked(world, name).table.columns)
        assert "it takes 30 past renewals that were lost (here " in found.notes[0]
    empty = year_to(LAST).where("csm", ["Nobody"])
    for name in ("renewal_forecast", "forecast_record", "renewal_odds", "renewal_calls"):
        assert asked(world, name, words=EASY, book=empty).table.empty


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("renewal_forecast", {"every": "week"}, "no length 'week'"),
        ("renewal_forecast", {"by": "mood"}, "no dimension 'mood'"),
        ("renewal_odds", {"sort": "luck"}, "no order 'luck'"),
        ("renewal_odds", {"due_from": "soon"}, "'soon' is not a day"),
        ("renewal_odds", {"due_from": "2027-05-01", "due_until": "2027-05-01"}, "before it begins"),
        ("renewal_odds", {"limit": -1}, "no negative rows"),
    ],
)
def test_what_cannot_be_asked_is_refused(world, name, options, said):
    with pytest.raises(Refused, match=said):
        asked(world, name, **options)


@pytest.mark.parametrize("store", ["full_store", "quiet_store", "flag_store", "hostile_store", "sample_store"])
def test_any_data_is_answered_or_told_what_it_lacks(request, store):
    snapshot = open_store(request.getfixturevalue(store))
    day = snapshot.manifest.as_of or LAST
    for name in ("renewal_forecast", "forecast_record", "renewal_odds", "renewal_calls"):
        for words in (WORDS, EASY):
            found = asked(snapshot, name, day, words=words)
            assert len(found.table) or found.notes
