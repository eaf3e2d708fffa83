"""Rules of health that are tried: drafts, what they would change, what losses suggest, and that nothing counts before it is published."""

import json
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.book import year_to
from lib.definitions import load, made_of
from lib.definitions.health import Earlier
from lib.errors import Refused
from lib.facts import health, healthdraft, open_store
from lib.facts.ask import ask
from lib.measures.health.draftrecord import share_of
from lib.measures.health.learning import PRIOR, learn, whole
from lib.measures.health.suggested import ADDS_NOTHING
from lib.measures.registry import measure
from tests.worldlets import account_frame, contract_frame, open_world

WORDS = load()
DAY = date(2026, 10, 31)


def section(**changes) -> dict:
    return WORDS.words()["health"] | changes


def draft(**changes) -> str:
    return json.dumps(section(**changes))


def with_weight(part: str, weight: float, profile: int = -1) -> str:
    said = section()
    said["profiles"][profile]["weights"][part] = weight
    return json.dumps(said)


# --- what a draft is


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "The draft cannot be read as JSON"),
        ("[" * 100_000, "The draft cannot be read as JSON"),
        ("[]", "The draft must be a section"),
        ('{"red_below": NaN}', "NaN is no number"),
        ("{}", "health.red_below is missing"),
        (draft(red_below=80), "The draft: health.green_from = 70.0 must be a score above red_below"),
        (draft(history_weeks=int("9" * 400)), "health.history_weeks = inf must be a whole number"),
        (draft(parts=[]), "health.parts must be 1 to 24 parts"),
        (draft(null_rule="guess"), "health.null_rule = 'guess' must be one of reweight, zero, none"),
        (draft(mood=1), "health.mood is not known"),
        (with_weight("Mood", 5), "health.profiles must be with weights of parts there are"),
        (with_weight("Trend", -5), "health.profiles must be with weights of 0 to 1000"),
        ("x" * 300_000, "The draft has 300,000 letters; at most 200,000 are read."),
    ],
)
def test_a_draft_that_is_wrong_is_refused_in_words(text, said):
    with pytest.raises(Refused, match=said.replace(".", r"\.").replace("(", r"\(")):
        healthdraft.read(WORDS, text)


def test_an_empty_draft_is_what_is_in_force_held_of_every_week():
    before = replace(WORDS.health, earlier=(Earlier("2026-01-01", replace(WORDS.health, red_below=30).as_rules()),))
    words = replace(WORDS, health=before)
    assert healthdraft.read(words, " ") == WORDS == healthdraft.read(words, draft())
    assert healthdraft.read(words, draft(earlier="what it says is not read")) == WORDS


def red_from(score: float):
    return replace(WORDS, health=replace(WORDS.health, red_below=score))


def test_published_from_a_day_on_keeps_what_was_before():
    first = healthdraft.from_day(WORDS, red_from(45), DAY)
    assert first.health.earlier == (Earlier("2026-10-31", WORDS.health.as_rules()),) and first.health.red_below == 45
    same_day = healthdraft.from_day(first, red_from(50), DAY)
    assert same_day.health.earlier == first.health.earlier and same_day.health.red_below == 50
    later = healthdraft.from_day(first, red_from(50), DAY + timedelta(7))
    assert [(each.until, each.rules.red_below) for each in later.health.earlier] == [
        ("2026-10-31", 40),
        ("2026-11-07", 45),
    ]
    assert healthdraft.from_day(later, red_from(60), DAY).health.earlier == later.health.earlier  # a day looked back to
    assert healthdraft.from_day(first, WORDS, DAY) == WORDS  # taken back on the day it came: as if it had not been
    assert healthdraft.from_day(first, red_from(45), DAY + timedelta(7)) == first  # no change is none
    made_of(later.words(), "an edit")


# --- the sample


@pytest.fixture(scope="module")
def sample(sample_store):
    return open_store(sample_store)


@pytest.fixture(scope="module")
def year(sample):
    return year_to(sample.manifest.as_of)


def scores(sample, words) -> pd.DataFrame:
    book = year_to(sample.manifest.as_of)
    with ask(sample, book, words) as con:
        health.lay(con, book.as_of, words)
        found = con.execute(
            "select _account, reading, day, health_score::double as score, colour, arr::double as arr from health_score "
            "join health_reading using (_account, reading, day) order by all"
        ).df()
        health.outcomes(con, book.as_of, words)
        lost = con.execute("select _account, reading, lost_on, decided_to from health_outcome").df()
    return found.merge(lost, "left", on=["_account", "reading"])


def answer(sample, name: str, words=WORDS, **options):
    book = year_to(sample.manifest.as_of)
    with ask(sample, book, words) as con:
        return measure(name)(con, book, words, **options)


OTHER = with_weight("Trend", 90).replace('"red_below": 40.0', '"red_below": 62.0')


def test_weeks_before_the_day_keep_the_score_of_the_earlier_rules_and_a_rewritten_history_does_not(sample, year):
    would = healthdraft.read(WORDS, OTHER)
    day = year.as_of - timedelta(100)
    was, now = scores(sample, WORDS), scores(sample, would)
    both = scores(sample, healthdraft.from_day(WORDS, would, day))
    is_before = (both["day"] < pd.Timestamp(day)).to_numpy()
    assert is_before.any() and (~is_before).any()
    columns = ["_account", "reading", "score", "colour"]
    pd.testing.assert_frame_equal(both.loc[is_before, columns], was.loc[is_before, columns])
    pd.testing.assert_frame_equal(both.loc[~is_before, columns], now.loc[~is_before, columns])
    assert (was.loc[is_before, "colour"] != now.loc[is_before, "colour"]).any()


def test_colours_by_both_are_those_of_two_layings_and_every_cell_opens(sample, year):
    table = answer(sample, "health_draft", draft=OTHER).table
    was, now = (
        each[each["day"] == pd.Timestamp(year.as_of)]
        for each in (scores(sample, WORDS), scores(sample, healthdraft.read(WORDS, OTHER)))
    )
    twin = was.merge(now, on="_account").groupby(["colour_x", "colour_y"])["arr_x"].agg(["size", "sum"])
    found = table.set_index(["colour_in_force", "colour_draft"]).sort_index()
    assert found["n_accounts"].tolist() == twin["size"].tolist() and np.allclose(found["arr"], twin["sum"])
    assert found.index.tolist() == twin.index.tolist() and table["n_accounts"].sum() == len(was)
    moved = table[table["colour_in_force"] != table["colour_draft"]]["n_accounts"].sum()
    listed = answer(sample, "health_draft_movers", draft=OTHER).table
    assert len(listed) == moved > 0 and set(listed["n_rows"]) == {moved}
    assert listed["draft_reason"].str.len().min() > 0
    for row in table.itertuples():
        cell = answer(
            sample, "health_draft_movers", draft=OTHER, from_colour=row.colour_in_force, to_colour=row.colour_draft
        ).table
        assert len(cell) == row.n_accounts
    paged = answer(sample, "health_draft_movers", draft=OTHER, limit=2, offset=1).table
    assert paged["account"].tolist() == listed["account"].tolist()[1:3]


def test_rules_in_force_move_nobody(sample):
    table = answer(sample, "health_draft").table
    assert (table["colour_in_force"] == table["colour_draft"]).all() and len(table) > 1
    assert answer(sample, "health_draft_movers").table.empty


def test_reasons_say_what_moved(sample):
    only_edge = answer(sample, "health_draft_movers", draft=draft(red_below=62)).table
    assert set(only_edge["draft_reason"]) == {"red below 62 instead of 40"}
    weighed = answer(sample, "health_draft_movers", draft=with_weight("Trend", 900)).table
    assert weighed["draft_reason"].str.contains("Trend weighs").any()
    assert (weighed["profile_draft"] == "Grown, low touch").all()  # the one that was changed


def test_the_record_is_that_of_a_second_count(sample, year):
    """Precision, recall and lead by loops over readings; AUC by pairs."""
    table = answer(sample, "health_draft_record", draft=OTHER).table.set_index("rule_set")
    was, now = scores(sample, WORDS), scores(sample, healthdraft.read(WORDS, OTHER))
    both = was.merge(now[["_account", "reading", "score", "colour"]], on=["_account", "reading"], suffixes=("", "_now"))
    in_period = both["day"].between(pd.Timestamp(year.opens_on), pd.Timestamp(year.closes_on), inclusive="left")
    marks = both[
        in_period
        & (both["reading"] % 4 == 103 % 4) & (both["reading"] < 104)
        & (both["day"] + pd.Timedelta(days=90) <= both["decided_to"])
        & both["score"].notna() & both["score_now"].notna()
    ]  # fmt: skip
    lost = (marks["lost_on"] <= marks["day"] + pd.Timedelta(days=90)).to_numpy()
    for name, end in (("in force", ""), ("draft", "_now")):
        row, red = table.loc[name], (marks[f"colour{end}"] == "red").to_numpy()
        assert (row.n_landmarks, row.n_landmarks_lost, row.n_landmarks_red) == (len(marks), lost.sum(), red.sum())
        leads = []
        for _, own in both[
            both["lost_on"].between(pd.Timestamp(year.opens_on), pd.Timestamp(year.closes_on), inclusive="left")
        ].groupby("_account"):
            own = own[own["lost_on"] == own["lost_on"].max()].sort_values("reading")
            if own.iloc[-1][["score", "score_now"]].isna().any():
                continue
            lead = 0
            for each in reversed(own.to_dict("records")):
                if each[f"colour{end}"] != "red":
                    break
                lead = (each["lost_on"] - each["day"]).days
            leads.append(lead)
        assert (row.n_lead, row.n_never_red) == (len(leads), leads.count(0))


def test_below_ten_lost_nothing_is_said_of_how_well_rules_tell(sample):
    found = answer(sample, "health_draft_record", draft=OTHER)
    n_lost = int(found.notes[0].split("; ")[1].split()[0])
    assert (n_lost < 10) == found.table["rank_auc"].isna().all() == (len(found.notes) == 2)


def test_a_share_counts_accounts_not_readings():
    """Two accounts of 3 readings and one of 1: (3 + 3 + 1)^2 / (9 + 9 + 1) = 49/19 trials of a share of 3/7."""
    from lib.stats import wilson

    share, lo, hi = share_of(np.array([1, 1, 1, 0, 0, 0, 0]), np.array([7, 7, 7, 8, 8, 8, 9]))
    expected = wilson(3 / 7 * 49 / 19, 49 / 19)
    assert share == 3 / 7 and (lo, hi) == pytest.approx((float(expected[0]), float(expected[1])))
    assert np.isnan(share_of(np.array([]), np.array([]))).all()


def test_a_part_that_is_new_or_renamed_or_gone_is_told(sample):
    said = section()
    said["parts"] = [each for each in said["parts"] if each["part"] != "Trend"] + [
        {"part": "Anything <b>", "fact": "breadth", "cuts": [1], "points": [0, 0]}
    ]
    del said["renewal_weights"]["Trend"]
    for each in said["profiles"]:
        if each["weights"].pop("Trend", None):
            each["weights"]["Anything <b>"] = 900
    listed = answer(sample, "health_draft_movers", draft=json.dumps(said)).table
    assert listed["draft_reason"].str.contains("Trend counts no more").any()
    assert (listed["colour_draft"] == "red").any()
    twin = json.dumps(section()).replace("Trend", "![x](http://e.example) <img>" * 20)
    assert answer(sample, "health_draft_movers", draft=twin).table.empty  # only the name is another


# --- weights that losses suggest


def planted(n: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Points of a part that tells, of one that is noise and of one that goes the wrong way; losses by them."""
    rng = np.random.default_rng(seed)
    points = rng.choice([0.0, 40, 75, 100], (n, 3))
    log_odds = -1.5 - 3 * (points[:, 0] - 50) / 100 + 2 * (points[:, 2] - 50) / 100
    return points, rng.random(n) < 1 / (1 + np.exp(-log_odds))


def test_what_was_planted_is_learned_noise_gets_nothing_and_the_wrong_way_is_named():
    points, lost = planted(20_000)
    found = learn(points, lost, np.zeros((len(lost), 0)), len(lost))
    weights = whole(found.strength)
    assert weights[0] >= 95 and weights[1] <= 5 and weights[2] == 0
    assert found.is_wrong_way.tolist() == [False, False, True]
    alone = learn(points[:, :2], lost, points[:, 2:], len(lost))  # with what goes the wrong way held equal
    assert alone.strength[0] == pytest.approx(3, abs=0.2) and alone.strength[1] < 0.15
    points[::3, 0] = np.nan  # what is not known is as on average
    assert whole(learn(points, lost, np.zeros((len(lost), 0)), len(lost)).strength)[0] >= 90


def test_a_second_solver_learns_the_same():
    from scipy.optimize import minimize

    points, lost = planted(400, seed=3)
    beside = np.arange(400)[:, None] % 2.0
    x = np.hstack([np.ones((400, 1)), beside - beside.mean(), (points - points.mean(axis=0)) / -100])
    held = np.r_[1e-4, [PRIOR**-2] * 4]

    def loss(at):
        return np.logaddexp(0, x @ at).sum() - lost @ (x @ at) + 0.5 * (held * at**2).sum()

    bounds = [(None, None)] * 2 + [(0, None)] * 3
    twin = minimize(loss, np.zeros(5), method="SLSQP", bounds=bounds, options={"ftol": 1e-12, "maxiter": 1000})
    found = learn(points, lost, beside, 400)
    assert found.strength == pytest.approx(twin.x[2:], abs=1e-3)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=20), st.integers(0, 100))
def test_whole_weights_add_up(strength, total):
    found = whole(np.array(strength), total)
    assert (
        found.sum() == (total if sum(strength) > 0 else 0) and (found >= 0).all() and (found == np.round(found)).all()
    )


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """600 accounts of two years: with a late payment 1 in 2 is lost, at any time; else 1 in 20. Luck tells nothing."""
    rng = np.random.default_rng(5)
    names = [f"a{number:03d}" for number in range(600)]
    late, luck = rng.integers(0, 2, 600) * 90, rng.integers(0, 2, 600) * 90
    lost = rng.random(600) < np.where(late > 0, 0.6, 0.05)
    began, last = date(2024, 10, 1), date(2026, 10, 31)
    contracts = [
        {"contract": f"c{name}", "account": name, "starts_on": began, "ends_on": date(2028, 1, 1), "arr": 100.0}
        | ({"cancelled_on": began + timedelta(int(days))} if is_lost and days < 700 else {})
        for name, is_lost, days in zip(names, lost, rng.integers(40, 760, 600), strict=True)
    ]
    history = [
        {"account": name, "field": field, "from_on": began, "until_on": None, "value": str(value)}
        for field, values in (("days_late", late), ("luck", luck))
        for name, value in zip(names, values.tolist(), strict=True)
    ]
    frames = {
        "account": account_frame(names, csm="Dana", started_on=began, days_late=late.tolist(), luck=luck.tolist()),
        "account_history": pd.DataFrame(history, dtype=object),
        "contract": contract_frame(*contracts),
    }
    said = section(
        parts=[
            {"part": "Payment", "fact": "column", "of": "days_late", "cuts": [30], "points": [100, 0]},
            {"part": "Luck", "fact": "column", "of": "luck", "cuts": [30], "points": [100, 0]},
        ],
        profiles=[{"profile": "All", "weights": {"Payment": 20, "Luck": 80}}],
        renewal_weights={},
    )
    return (
        open_world(tmp_path_factory.mktemp("told"), frames),
        made_of(WORDS.words() | {"health": said}, "a test"),
        last,
    )


def suggested(told, **changes):
    snapshot, words, last = told
    words = replace(words, health=replace(words.health, **changes))
    with ask(snapshot, year_to(last), words) as con:
        return measure("suggested_weights")(con, year_to(last), words)


def test_losses_suggest_the_part_that_was_planted(told):
    table = suggested(told).table
    parts = table[table["part_of_score"] != ""].set_index("part_of_score")
    assert parts.loc["Payment", "weight_suggested"] >= 90 and parts["weight_suggested"].sum() == 100
    assert parts.loc["Luck", "weight_remark"] in ("", ADDS_NOTHING) and not parts["is_learned_together"].any()
    worth = table[table["profile_of_weights"] == "All"].iloc[0]
    assert worth["auc_suggested"] > 0.7 and worth["auc_gain_lo"] > 0
    assert worth["auc_gain"] == pytest.approx(worth["auc_suggested"] - worth["auc_in_force"])


def test_the_past_is_judged_as_loops_over_pairs_and_readings_judge_it(told):
    """Payment alone against the rules in force, in which luck weighs most: every reading red or green by payment."""
    snapshot, words, last = told
    rules = words.words()["health"]
    rules["profiles"][0]["weights"] = {"Payment": 100}
    would = json.dumps(rules)
    with ask(snapshot, year_to(last), words) as con:
        table = measure("health_draft_record")(con, year_to(last), words, draft=would).table.set_index("rule_set")
        rows = con.execute("select _account, is_lost, score_before, score, is_red_before, is_red from draft_past").df()
        marks = con.execute("select day, lost_on, is_lost from health_landmark").df()
        weeks = con.execute("from draft_weeks order by _account, reading desc").df()
    within = (marks["lost_on"] - marks["day"]).dt.days
    assert (marks["is_lost"] == (within <= 90)).all() and (within == 90).any() and (within == 91).any()
    for name, end in (("in force", "_before"), ("draft", "")):
        row = table.loc[name]
        lost, kept = (rows.loc[rows["is_lost"] == is_lost, f"score{end}"].to_numpy() for is_lost in (True, False))
        pairs = (lost[:, None] < kept[None, :]).mean() + (lost[:, None] == kept[None, :]).mean() / 2
        assert row.rank_auc == pytest.approx(pairs) and row.rank_auc_lo < pairs < row.rank_auc_hi
        red = rows[rows[f"is_red{end}"]]
        assert row.red_precision == pytest.approx(red["is_lost"].mean())
        assert row.red_recall == pytest.approx(rows.loc[rows["is_lost"], f"is_red{end}"].mean())
        assert row.red_precision_lo < row.red_precision < row.red_precision_hi
        leads = []
        for _, own in weeks.groupby("_account"):
            lead = 0
            for each in own.to_dict("records"):
                if not each[f"is_red{end}"]:
                    break
                lead = (each["lost_on"] - each["day"]).days
            leads.append(lead)
        assert (row.n_lead, row.n_never_red, row.lead_median_days) == (len(leads), leads.count(0), np.median(leads))
    assert table.loc["draft", "auc_gain"] == pytest.approx(
        table.loc["draft", "rank_auc"] - table.loc["in force", "rank_auc"]
    )
    assert table.loc["draft", "lead_median_days"] != table.loc["in force", "lead_median_days"]
    assert table.loc["draft", "auc_gain_lo"] > 0 and table.loc["draft", "red_recall"] > 0.8


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"least_lost": 500}, "accounts lost to learn from, and 500 are needed"),
        ({"least_accounts": 5000}, "accounts to learn from, and 5,000 are needed"),
        ({"learn_days": 180}, "too few to learn on some and judge by later ones"),
    ],
)
def test_too_little_to_learn_from_is_said_in_numbers(told, changes, said):
    found = suggested(told, **changes)
    assert found.table.empty and said in found.notes[0]


def test_a_small_book_of_the_sample_suggests_nothing(sample):
    found = answer(sample, "suggested_weights")
    assert found.table.empty and found.notes[0].startswith("No weights are suggested: there are ")
