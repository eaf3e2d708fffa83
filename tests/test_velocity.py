"""Does a slow first stage go with later loss? By hand, by a loop over accounts, by statsmodels, and where the truth is known."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from lib import survival
from lib.book import Book
from lib.facts import open_store
from lib.facts.ask import ask as asking
from lib.measures.funnel.indicator import COLUMNS, NO_DAYS, _fitted, _sentence, velocity_hazard
from lib.store import folder
from lib.store.folder import Batch
from lib.store.publish import publish
from lib.store.sample import BLOCK, changes, company, contracts, fate, journey, truths
from tests.worldlets import NOW, WORDS, account_frame, contract_frame, open_world

TODAY = date(2026, 10, 31)
NOW_ON = Book(date(2025, 11, 1), date(2026, 11, 1), TODAY)
LANDMARK = WORDS.journey.landmark_days
KNOWN_TO = TODAY - timedelta(WORDS.renewals.grace_days)


def answer_of(snapshot, book: Book = NOW_ON, words=WORDS):
    with asking(snapshot, book, words) as con:
        return velocity_hazard(con, book, words)


# --- a world of a few hundred accounts, told by a loop


def world(n: int = 600, seed: int = 3) -> dict[str, pd.DataFrame]:
    """Three segments, one of them small, some that moved between them; slow accounts are lost twice as often."""
    dice = np.random.default_rng(seed)
    names = [f"a{number:04d}" for number in range(n)]
    segments = [
        None if d < 0.05 else "Tiny" if d < 0.08 else "SMB" if d < 0.6 else "Enterprise" for d in dice.random(n)
    ]
    terms, milestones, history = [], [], []
    for name, segment in zip(names, segments, strict=True):
        came = TODAY - timedelta(int(dice.integers(10, 1_200)))
        takes = int(dice.lognormal(np.log(60 if segment == "Enterprise" else 30), 0.6))
        stays = int(dice.exponential(500 if takes > 45 else 1_000)) + 5
        gone = came + timedelta(stays)
        is_gone = gone <= TODAY
        arr = None if dice.random() < 0.1 else round(float(dice.lognormal(9, 1)), 2)
        terms.append({"account": name, "starts_on": came, "arr": arr, "cancelled_on": gone if is_gone else None})
        more = came + timedelta(int(dice.integers(1, 200)))
        if dice.random() < 0.3 and more < min(gone, TODAY):
            terms.append(
                {"account": name, "starts_on": more, "arr": 5_000.0, "cancelled_on": gone if is_gone else None}
            )
        if dice.random() < 0.05:
            continue  # of whom nothing was recorded
        milestones.append({"account": name, "stage": "Onboarding", "reached_on": came})
        if came + timedelta(takes) < min(gone, TODAY):
            milestones.append({"account": name, "stage": "Adoption", "reached_on": came + timedelta(takes)})
        if dice.random() < 0.2:  # was of another segment, until a day before or after its landmark
            moved = min(came + timedelta(int(dice.integers(1, 2 * LANDMARK))), TODAY)
            history.append(
                {"account": name, "field": "segment", "from_on": date(2020, 1, 1), "until_on": moved, "value": "SMB"}
            )
    names.append("trial")
    terms.append({"account": "trial", "kind": "trial", "starts_on": date(2024, 1, 1), "ends_on": date(2024, 1, 15)})
    milestones.append({"account": "trial", "stage": "Onboarding", "reached_on": date(2024, 1, 1)})
    return {
        "account": account_frame(names, segment=[*segments, "SMB"]),
        "contract": contract_frame(*terms),
        "milestone": pd.DataFrame(milestones),
        "account_history": pd.DataFrame(history),
    }


def looped(frames: dict[str, pd.DataFrame]) -> tuple[pd.DataFrame, Counter]:
    """A row per account that counts, by the words of the docstring alone; and how many are left out, by why."""
    rows, left = [], Counter()
    history = {row.account: row for row in frames["account_history"].itertuples()}
    reached = {(row.account, row.stage): row.reached_on for row in frames["milestone"].itertuples()}
    terms = dict(list(frames["contract"].groupby("account")))
    for account in frames["account"].itertuples():
        mine = terms[account.account]
        came, through = reached.get((account.account, "Onboarding")), reached.get((account.account, "Adoption"))
        ended = [day for day in mine["cancelled_on"] if pd.notna(day)]
        gone = max(ended) if len(ended) == len(mine) and max(ended) <= KNOWN_TO else None
        if (mine["kind"] == "trial").all():
            left["a trial alone"] += 1
        elif came is None:
            left["no first stage of the journey known"] += 1
        elif gone and gone <= came + timedelta(LANDMARK):
            left["lost by the landmark day"] += 1
        elif came + timedelta(LANDMARK) >= KNOWN_TO:
            left["too young: the landmark day is not past"] += 1
        else:
            landmark = came + timedelta(LANDMARK)
            before = history.get(account.account)
            segment = before.value if before and before.until_on > landmark else account.segment
            live = [
                t.arr
                for t in mine.itertuples()
                if t.starts_on <= landmark and not (pd.notna(t.cancelled_on) and t.cancelled_on <= landmark)
            ]
            arr = sum(each for each in live if pd.notna(each))
            takes = (through - came).days if through and through <= landmark else None
            rows.append({
                "account": account.account, "segment": segment if pd.notna(segment) else "", "takes": takes, "log_size": round(np.log(arr), 1) if arr else None,
                "days": ((gone or KNOWN_TO) - landmark).days, "is_lost": gone is not None,
            })  # fmt: skip
    found = pd.DataFrame(rows)
    sizes = found["segment"].value_counts()
    found["peers"] = [
        each if sizes[each] >= WORDS.journey.least_accounts else "the small ones" for each in found["segment"]
    ]
    found["quartile"] = 0
    for _, peers in found.groupby("peers"):
        known = sorted(peers["takes"].fillna(LANDMARK + 1))
        cuts = [known[int(np.ceil(share * len(known))) - 1] for share in (0.25, 0.5, 0.75)]
        found.loc[peers.index, "quartile"] = [
            4 if pd.isna(takes) else 1 + sum(takes > cut for cut in cuts) for takes in peers["takes"]
        ]
    return found, left


@pytest.fixture(scope="module")
def frames():
    return world()


@pytest.fixture(scope="module")
def snapshot(frames, tmp_path_factory):
    return open_world(tmp_path_factory.mktemp("velocity"), frames)


@pytest.fixture(scope="module")
def answer(snapshot):
    return answer_of(snapshot)


def test_it_counts_as_a_loop_over_accounts_does(answer, frames):
    accounts, left = looped(frames)
    assert answer.left_out.set_index("reason")["n"].to_dict() == dict(left) and len(left) == 4
    assert list(answer.table) == COLUMNS and answer.table["quartile"].tolist() == [1, 2, 3, 4]
    assert accounts["peers"].nunique() == 3 and (accounts["quartile"] == 4).sum() > accounts["takes"].isna().sum() > 20
    for row in answer.table.itertuples():
        mine = accounts[accounts["quartile"] == row.quartile]
        assert (row.n, row.n_lost) == (len(mine), mine["is_lost"].sum())
        assert row.days_lo == mine["takes"].fillna(LANDMARK + 1).min()
        assert (row.days_hi == mine["takes"].max()) if row.quartile < 4 else np.isnan(row.days_hi)
        curve = survival.kaplan_meier(mine["days"], mine["is_lost"])
        assert row.lost_rate_year == pytest.approx(1 - survival.survival_at(curve, 365))
        assert row.lost_rate_year_lo < row.lost_rate_year < row.lost_rate_year_hi


def test_the_hazards_are_those_of_statsmodels_on_the_loop(answer, frames):
    from statsmodels.duration.hazard_regression import PHReg

    table, (accounts, _) = answer.table, looped(frames)
    size = accounts["log_size"].astype(float)
    adjusting = [size.fillna(size.mean()), size.isna()]
    x = np.column_stack([*(accounts["quartile"] == each for each in (2, 3, 4)), *adjusting]).astype(float)
    fit = PHReg(accounts["days"], x, accounts["is_lost"], strata=accounts["peers"], ties="efron").fit()
    bounds = np.exp(fit.conf_int())
    assert table["hazard_ratio"].to_numpy() == pytest.approx([1, *np.exp(fit.params[:3])], rel=1e-4)
    assert table["hazard_lo"].to_numpy()[1:] == pytest.approx(bounds[:3, 0], rel=1e-3)
    assert table["hazard_hi"].to_numpy()[1:] == pytest.approx(bounds[:3, 1], rel=1e-3)
    assert table["p_value"].to_numpy()[1:] == pytest.approx(fit.pvalues[:3], rel=1e-2)
    assert table.loc[0, ["hazard_lo", "hazard_hi", "p_value"]].isna().all()
    trend = PHReg(
        accounts["days"],
        np.column_stack([accounts["quartile"], *adjusting]).astype(float),
        accounts["is_lost"],
        strata=accounts["peers"],
        ties="efron",
    ).fit()
    said = f"p = {trend.pvalues[0]:.2g}" if trend.pvalues[0] >= 0.001 else "p < 0.001"
    assert answer.notes[0].startswith("A slow first stage goes with later loss: ") and answer.notes[0].endswith(
        f"quarters, {said}."
    )
    assert trend.pvalues[0] < 0.05


def test_nothing_after_the_landmark_says_how_quick_an_account_was(answer, frames, tmp_path):
    """Stages reached, sizes and segments of later days are changed: no account changes its quarter, and no figure moves."""
    counted = looped(frames)[0].set_index("account")["days"]
    landmark = {
        row.account: row.reached_on + timedelta(LANDMARK)
        for row in frames["milestone"].itertuples()
        if row.stage == "Onboarding" and row.account in counted
    }
    later, milestones = dict(frames), []
    for row in frames["milestone"].to_dict("records"):
        day = landmark.get(row["account"], TODAY)
        is_late = row["stage"] == "Adoption" and row["reached_on"] > day
        milestones += [] if is_late and ord(row["account"][-1]) % 2 else [row]
        milestones += [row | {"stage": "Usage", "reached_on": day + timedelta(30)}] * (row["stage"] == "Onboarding")
    later["milestone"] = pd.DataFrame([row for row in milestones if row["reached_on"] <= TODAY])
    grown = [
        {"account": account, "starts_on": day + timedelta(1), "ends_on": day + timedelta(2), "arr": 1e6}
        for account, day in landmark.items()
        if counted[account] > 2  # it is a customer until then
    ]
    terms = [{k: v for k, v in row.items() if k != "contract"} for row in frames["contract"].to_dict("records")]
    later["contract"] = contract_frame(*terms, *grown)
    moved = frames["account"].copy()
    was = dict(zip(moved["account"], moved["segment"], strict=True))
    known = set(frames["account_history"]["account"])
    leaves = [account for account in landmark if account not in known and was[account] is not None]
    moved.loc[moved["account"].isin(leaves), "segment"] = "Elsewhere"
    later["account"] = moved
    later["account_history"] = pd.concat([
        frames["account_history"],
        pd.DataFrame([{"account": a, "field": "segment", "from_on": date(2020, 1, 1), "until_on": landmark[a] + timedelta(3), "value": was[a]} for a in leaves]),
    ])  # fmt: skip
    pd.testing.assert_frame_equal(answer_of(open_world(tmp_path, later)).table, answer.table)


def test_a_book_is_its_own_accounts_against_the_same_peers(snapshot, frames):
    accounts, _ = looped(frames)
    now = dict(zip(frames["account"]["account"], frames["account"]["segment"], strict=True))
    table = answer_of(snapshot, NOW_ON.where("segment", ["SMB"])).table
    mine = accounts[[now[each] == "SMB" for each in accounts["account"]]]
    assert table["n"].tolist() == mine["quartile"].value_counts().sort_index().tolist()


# --- what is said where there is too little


def test_too_few_are_said_to_be(snapshot, answer):
    quickest, hazard = answer.table["n"][0], ["hazard_ratio", "hazard_lo", "hazard_hi", "p_value"]
    for least, said in (
        ({"least_lost": 10_000}, f"{answer.table['n_lost'].sum()} of these accounts were lost, and it takes 10,000."),
        ({"least_accounts": 9_999}, f"{quickest} accounts are in the quickest quarter, and it takes 9,999."),
    ):
        found = answer_of(snapshot, words=replace(WORDS, carries=replace(WORDS.carries, **least)))
        assert found.notes[0] == f"Too few to tell: {said}"
        assert found.table[hazard].isna().all(axis=None) and found.table["n"].tolist() == answer.table["n"].tolist()
    nobody = answer_of(snapshot, NOW_ON.where("segment", ["none such"]))
    assert list(nobody.table) == COLUMNS and len(nobody.table) == 0 and len(nobody.left_out) == 0
    assert (
        nobody.notes[0] == "Nobody to tell of: no account of this book was a customer on a landmark day that is past."
    )


def test_what_is_said_fits_what_was_compared():
    """A world of one segment without sizes, where it is the quick who leave and nobody of the slow."""
    counted = pd.DataFrame({
        "days": [100, 200] * 3, "n_lost": [20, 20, 10, 10, 0, 0], "n_kept": [0, 60, 0, 80, 0, 100], "quartile": [1, 1, 2, 2, 4, 4],
        "peers": 1, "size_by": None, "log_size": np.nan,
    })  # fmt: skip
    none = [np.nan] * 3
    table = pd.DataFrame(
        {"quartile": [1, 2, 4], "n_lost": [40, 20, 0], "hazard_ratio": none, "hazard_lo": none, "hazard_hi": none}
    )
    trend = _fitted(counted, counted[["quartile"]])
    assert trend.log_ratio[0] < 0
    assert _sentence(table, trend, counted) == (
        "A quick first stage goes with later loss: accounts of the slowest quarter were not lost at all; "
        "trend over the quarters, p < 0.001."
    )
    by_two = counted.assign(peers=[1, 1, 2, 2, 1, 1], size_by="seats")
    assert "were not lost at all, like compared with like by segment and seats; trend" in _sentence(
        table, trend, by_two
    )


def test_a_landmark_that_comes_before_most_are_through_is_said_to(snapshot):
    found = answer_of(snapshot, words=replace(WORDS, journey=replace(WORDS.journey, landmark_days=14)))
    n, n_slowest = found.table["n"].sum(), found.table["n"].iat[-1]
    assert n_slowest > n / 2 and found.table["days_hi"].isna().tolist()[-1] and found.table["quartile"].iat[-1] == 4
    assert found.notes[-1].startswith(f"{n_slowest:,} of {n:,} accounts are in the slowest quarter: ")


def test_who_has_not_begun_is_not_said_to_lack_a_stage(snapshot, frames):
    day = TODAY - timedelta(400)
    left = answer_of(snapshot, replace(NOW_ON, as_of=day)).left_out.set_index("reason")["n"]
    first = frames["contract"].groupby("account")["starts_on"].min()
    assert left["not begun yet, or no start known"] == (first > day).sum() > 100


def test_all_alike_are_not_compared(tmp_path):
    names = [f"a{number}" for number in range(200)]
    frames = {
        "account": account_frame(names),
        "contract": contract_frame(*({"account": name, "starts_on": date(2024, 1, 1)} for name in names)),
        "milestone": pd.DataFrame(
            [{"account": name, "stage": "Onboarding", "reached_on": date(2024, 1, 1)} for name in names]
        ),
    }
    answer = answer_of(open_world(tmp_path, frames))
    assert answer.notes[0] == "Too few to tell: 200 accounts can be told of, and none of them slower than others."
    assert answer.table[["quartile", "days_lo", "n", "n_lost"]].to_numpy().tolist() == [[4, LANDMARK + 1, 200, 0]]


def test_without_days_nothing_is_said(tmp_path):
    answer = answer_of(open_world(tmp_path, {"account": account_frame("abc", churned=[True, False, True])}))
    assert answer.notes == (NO_DAYS,) and list(answer.table) == COLUMNS and len(answer.table) == 0


# --- worlds where the truth is known


def made(store, accounts: int, seed: int, *, planted: bool):
    """The sample's accounts, their terms, changes and stages; no use, which this does not read."""
    parts: dict[str, list] = {}
    for block, first in enumerate(range(0, accounts, BLOCK)):
        who = company.draw(seed, block, first, min(BLOCK, accounts - first), planted=planted)
        end = fate.draw(seed, block, who, planted=planted)
        change = changes.draw(seed, block, who, end)
        for name, rows in (
            ("account", changes.account_table(seed, block, who, end, change)),
            ("account_history", changes.history_table(who, end, change)),
            ("contract", contracts.contract_table(seed, block, who, end)),
            ("milestone", journey.milestone_table(seed, block, who, end)),
        ):
            parts.setdefault(name, []).append(rows)
    with folder.staging(store) as staged:
        for name, tables in parts.items():
            parquet.write_table(pa.concat_tables(tables), staged / f"{name}.parquet")
        publish(store, staged, Batch("", "sample", "", tuple(parts), "anna", NOW.isoformat()), now=NOW)
    return open_store(store)


def test_the_planted_slowness_is_found_with_its_ratio(tmp_path):
    answer = answer_of(made(tmp_path, 6_000, 1, planted=True))
    slowest = answer.table.iloc[3]
    assert slowest["hazard_lo"] <= truths.SLOW_ONBOARDING["lift"] <= slowest["hazard_hi"] and slowest["hazard_lo"] > 1
    assert answer.table["days_hi"][2] < truths.SLOW_ONBOARDING["days"] + 5  # the slowest quarter is that of the slow
    assert answer.notes[0].startswith(
        "A slow first stage goes with later loss: accounts of the slowest quarter are lost 1."
    )


def test_a_world_without_it_says_nothing(tmp_path):
    answer = answer_of(made(tmp_path, 3_000, 2, planted=False))
    assert answer.notes[0].startswith("Nothing stands out: ")
    assert ((answer.table["hazard_lo"] <= 1) & (answer.table["hazard_hi"] >= 1))[1:].all()


@pytest.mark.slow
def test_chance_alone_is_called_a_trend_one_time_in_twenty(tmp_path):
    found = [
        answer_of(made(tmp_path / str(seed), 1_000, seed, planted=False)).notes[0].startswith("A ")
        for seed in range(100, 160)
    ]
    assert sum(found) <= 8  # of 60: binomial(60, 0.05) is above 8 in 0.3 % of tries
