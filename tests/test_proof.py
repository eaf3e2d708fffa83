"""Whether health scores told who was lost: the sentence, days of warning, red against what came, by hand and by a plain twin."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from lib import calibration, ranking, stats
from lib.__main__ import main
from lib.book import year_to
from lib.errors import Refused
from lib.facts import open_store
from lib.facts.ask import ask
from lib.measures.health.drift import health_drift
from lib.measures.health.lead import false_greens, health_lead
from lib.measures.health.leads import health_losses
from lib.measures.health.proof import UNTOLD, health_proof
from lib.measures.health.proofreadings import WHICH, proof_readings
from lib.measures.health.warning import health_warning
from lib.view.proof import sentences
from tests import worldlets
from tests.proofworlds import AS_OF, BOOK, WORDS, random, world

LOST = date(2026, 6, 28)  # a Sunday
BEGAN = date(2025, 1, 1)


def before(days: int) -> date:
    return LOST - timedelta(days)


# red: no call for 90 days. The readings are Sundays: 60 days before the loss that of 63 before, 14 before that of 14 before.
TERMS = [(name, BEGAN, None, LOST) for name in ("silent", "called", "late", "fell", "rose")]
TERMS += [("new", before(20), None, LOST), ("kept", BEGAN, None, None), ("early", BEGAN, None, date(2025, 6, 1)), ("open", BEGAN, None, AS_OF)]  # fmt: skip
CALLS = [
    ("silent", before(300)),  # red for long: since the Sunday 90 days after the call or the next one
    *(("called", before(days)) for days in range(0, 500, 20)),  # green to the end
    ("late", before(100)),  # 63 before: 37 days, green; 14 before: 86, amber; 7 before: 93, red
    ("fell", before(110)),  # 63 before: 47 days, amber; 14 before: 96, red; 21 before: 89, not yet
    ("rose", before(200)), ("rose", before(20)),  # 63 before: red; 14 before: 6 days, green
    ("new", before(19)),
    ("kept", before(300)),
]  # fmt: skip


def test_the_sentence_and_the_days_of_warning_by_hand():
    con = world(TERMS, CALLS)
    row = health_losses(con, BOOK, WORDS).table.iloc[0]
    assert row["n_proof_losses"] == 6  # not the one lost in the year before, nor the one in its grace days
    assert [row[f"n_{each}_before"] for each in ("red", "amber", "green", "none")] == [2, 1, 2, 1]
    assert [row[f"n_{each}_final"] for each in ("red", "amber", "green", "none")] == [2, 1, 3, 0]
    assert sentences.leading(row, 60, 14) == "Of 6 lost, 2 were red 60 days before; 3 were green to the end."
    listed = health_lead(con, BOOK, WORDS).table.set_index("account")
    first_red = next(day for day in (before(300) + timedelta(k) for k in range(90, 97)) if day.weekday() == 6)
    assert listed["lead_days"].to_dict() == {
        "silent": (LOST - first_red).days, "called": 0, "late": 7, "fell": 14, "rose": 0, "new": 0,
    }  # fmt: skip
    assert set(false_greens(con, BOOK, WORDS).table["account"]) == {"called", "rose", "new"}
    assert set(health_lead(con, BOOK, WORDS, lead="1 to 14 days").table["account"]) == {"late", "fell"}
    assert row["n_red_at_end"] == 3 and row["lead_p50_days"] == 14
    warned = health_warning(con, BOOK, WORDS).table.set_index("lead")["n_proof_losses"]
    assert warned["not red at the end"] == 3 and warned["1 to 14 days"] == 2 and warned["181 and more"] == 1
    assert health_losses(con, BOOK, WORDS).left_out["n"].tolist() == [1]


def test_precision_and_recall_by_hand():
    """One that is red all the time and lost, nine green and lost, ten red and kept, ten green and kept."""
    kinds = {
        "hit": (1, True, True),
        "missed": (10, False, True),
        "alarm": (10, True, False),
        "well": (10, False, False),
    }
    terms, calls = [], []
    for kind, (n, is_red, is_lost) in kinds.items():
        for at in range(n):
            terms.append((f"{kind}{at}", BEGAN, None, LOST if is_lost else None))
            calls += [(f"{kind}{at}", BEGAN)] if is_red else [(f"{kind}{at}", BEGAN + timedelta(days)) for days in range(0, 700, 20)]  # fmt: skip
    con = world(terms, calls)
    last, decided = AS_OF, AS_OF - timedelta(WORDS.renewals.grace_days + 90)
    days = [day for day in (last - timedelta(28 * k) for k in range(20)) if BOOK.opens_on <= day <= decided]
    near = [day for day in days if day < LOST <= day + timedelta(90)]
    there = [day for day in days if day < LOST]
    row = health_proof(con, BOOK, WORDS).table.iloc[0]
    n_red, n_lost = len(there) + 10 * len(days), 11 * len(near)
    assert row["n_readings"] == 11 * len(there) + 20 * len(days)
    assert (row["n_red_readings"], row["n_red_lost"], row["n_readings_lost"], row["n_proof_lost"]) == (
        n_red,
        len(near),
        n_lost,
        11,
    )
    assert row["precision_red"] == pytest.approx(len(near) / n_red) and row["recall_red"] == pytest.approx(1 / 11)
    assert row["red_lift"] == pytest.approx(len(near) / n_red / (n_lost / row["n_readings"]))
    assert row["precision_red_lo"] < row["precision_red"] < row["precision_red_hi"]
    for which, n in (
        ("all", row["n_readings"]),
        ("red", n_red),
        ("red and lost", len(near)),
        ("missed", 10 * len(near)),
    ):
        assert len(proof_readings(con, BOOK, WORDS, which=which).table) == n
    assert set(WHICH) >= {"all", "red", "lost"}


def test_with_few_lost_nothing_is_said_and_why():
    row = health_proof(world(TERMS, CALLS), BOOK, WORDS).table.iloc[0]
    assert row["untold"] == UNTOLD and np.isnan(row["auc"]) and "cannot be judged" in sentences.verdict(row, 90)[0]


def by_chance(seeds) -> int:
    """In how many worlds, whose churn is random, the interval holds 0.5; the sentence says the same in each."""
    n = 0
    for seed in seeds:
        row = health_proof(world(*random(seed)), BOOK, WORDS).table.iloc[0]
        holds = row["auc_lo"] <= 0.5 <= row["auc_hi"]
        said, fails = sentences.verdict(row, 90)
        assert fails == (row["auc_lo"] <= 0.5) and fails == ("The score does not work here" in said)
        n += holds
    return n


def test_where_churn_is_random_the_score_does_not_work():
    assert by_chance(range(12)) >= 10


@pytest.mark.slow
def test_of_a_hundred_worlds_whose_churn_is_random_ninety_or_more_say_so():
    assert 90 <= by_chance(range(100, 200)) <= 99


def test_what_comes_after_a_reading_changes_no_score():
    terms, calls = random(5, 60)
    first = date(2026, 5, 3)
    whole = proof_readings(world(terms, calls), BOOK, WORDS, sort="account").table
    cut = [(account, day) for account, day in calls if day <= first]
    fewer = proof_readings(world(terms, cut), BOOK, WORDS, sort="account").table
    same = ["account", "read_on", "score_read", "colour_read"]
    until = [each[each["read_on"] <= pd.Timestamp(first)][same].reset_index(drop=True) for each in (whole, fewer)]
    assert len(until[0]) and until[0].equals(until[1])
    assert not whole[same].equals(fewer[same])


def test_nothing_and_nonsense():
    con = world([("a", BEGAN, None, None)], [])
    for measure in (health_losses, health_lead, health_proof, health_drift, health_warning):
        measure(con, BOOK, WORDS)
    for asked in ({"days": 30}, {"by": "nowhere"}):
        with pytest.raises(Refused):
            health_proof(con, BOOK, WORDS, **asked)
    with pytest.raises(Refused):
        health_lead(con, BOOK, WORDS, before="blue")
    with pytest.raises(Refused):
        proof_readings(con, BOOK, WORDS, which="some")


# --- the sample, and a plain twin


@pytest.fixture(scope="module")
def sample(sample_store):
    snapshot = open_store(sample_store)
    return snapshot, year_to(snapshot.manifest.as_of)


def test_a_plain_count_of_the_sample_says_the_same(sample):
    snapshot, book = sample
    with ask(snapshot, book, worldlets.WORDS) as con:
        found = health_proof(con, book, worldlets.WORDS).table.iloc[0]
        losses = health_losses(con, book, worldlets.WORDS).table.iloc[0]
        scores = con.execute("select _account, reading, day, colour, health_score from health_score").df()
        outcome = con.execute("select _account, reading, lost_on, decided_to from health_outcome").df()
        spells = con.execute("select _account, ended_on, ending from customer_spell").df()
    rows = outcome.merge(scores, on=["_account", "reading"])
    decided = rows["day"] + pd.Timedelta(90, "D") <= rows["decided_to"]
    grid = (scores["reading"].max() - rows["reading"].astype(int)) % 4 == 0
    rows = rows[decided & grid & (rows["day"] >= pd.Timestamp(book.opens_on)) & rows["health_score"].notna()]
    lost = rows["lost_on"] <= rows["day"] + pd.Timedelta(90, "D")
    assert found["n_readings"] == len(rows) and found["n_readings_lost"] == lost.sum()
    assert (
        found["n_red_readings"] == (rows["colour"] == "red").sum()
        and found["n_proof_accounts"] == rows["_account"].nunique()
    )
    until = pd.Timestamp(outcome["decided_to"].iat[0])
    ended = spells[
        spells["ending"].isin(["lapsed", "cancelled"])
        & (spells["ended_on"] >= pd.Timestamp(book.opens_on))
        & (spells["ended_on"] <= until)
    ]
    by_account = {account: own.set_index("day")["colour"].sort_index() for account, own in scores.groupby("_account")}
    days = pd.DatetimeIndex(sorted(scores["day"].unique()))
    colours = []
    for account, ended_on in ended.groupby("_account")["ended_on"].max().items():
        known = days[days <= ended_on - pd.Timedelta(60, "D")]
        colours.append(
            by_account.get(account, pd.Series(dtype=object)).get(known[-1], "none") if len(known) else "none"
        )
    assert [losses[f"n_{each}_before"] for each in ("red", "amber", "green", "none")] == [
        colours.count(each) for each in ("red", "amber", "green", "none")
    ]
    assert losses["n_proof_losses"] == len(colours) > 0


def test_shuffled_outcomes_rank_by_chance(sample):
    snapshot, book = sample
    with ask(snapshot, book, worldlets.WORDS) as con:
        from lib.measures.health import proven

        rows = proven.read(con, book, worldlets.WORDS).rows
    dice = np.random.default_rng(3)
    first = rows.groupby("_account")["is_lost"].any()
    n_held = 0
    for _ in range(20):
        shuffled = dict(zip(first.index, dice.permutation(first.to_numpy()), strict=True))
        of = ranking.auc_of(
            -rows["health_score"].to_numpy(), rows["_account"].map(shuffled).to_numpy(bool), rows["_account"].to_numpy()
        )
        n_held += of.lo <= 0.5 <= of.hi
    assert n_held >= 17


# --- shares of clusters, and a shell


def test_shares_of_clusters():
    """Alone each row is Wilson's; a cluster whose rows are all alike is hardly more than a row."""
    lo, hi = stats.wilson_of_clusters(np.r_[np.ones(30), np.zeros(70)], np.ones(100))
    plain_lo, plain_hi = stats.wilson(30, 100)
    assert lo == pytest.approx(plain_lo, abs=0.005) and hi == pytest.approx(plain_hi, abs=0.005)
    alike = stats.wilson_of_clusters(10 * np.r_[np.ones(30), np.zeros(70)], np.full(100, 10))
    assert alike == pytest.approx((lo, hi), abs=0.005)
    none = stats.wilson_of_clusters(np.zeros(20), np.full(20, 3))
    assert none[0] == 0 and none[1] == pytest.approx(float(stats.wilson(0, 20)[1]), abs=0.02)
    assert np.isnan(stats.wilson_of_clusters([], [])).all()


def test_the_intervals_of_flags_hold_what_was_planted_where_accounts_come_often():
    """Accounts of 8 readings, each with a chance of its own: precision 0.3, lift 0.3 / (0.3 x 0.2 + 0.1 x 0.8)."""
    dice, held = np.random.default_rng(8), np.zeros(2)
    for _ in range(200):
        flagged = np.repeat(dice.random(150) < 0.2, 8)
        own = np.repeat(dice.beta(1, 2, 150), 8)
        chance = np.where(flagged, 0.9 * own, 0.3 * own)
        at = np.repeat(np.arange(150), 8)
        of = ranking.flagged_of(flagged, dice.random(1200) < chance, at)
        held += [of.precision_lo <= 0.3 <= of.precision_hi, of.lift_lo <= 0.3 / 0.14 <= of.lift_hi]
        bins = calibration.reliability_of(chance, dice.random(1200) < chance, 5, at)
        assert (bins.lo <= bins.rate).all() and (bins.rate <= bins.hi).all()
    assert (held >= 180).all()


def test_a_shell_takes_hyphens(sample_store, capsys):
    found = []
    for name in ("health_proof", "health-proof"):
        assert main([name, "--store", str(sample_store), "--format", "json"]) == 0
        found.append(capsys.readouterr().out)
    assert found[0] == found[1] and "scored_by" in found[0]
