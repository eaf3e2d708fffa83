"""The funnel: counted by hand, with statsmodels as its twin, on worlds with and without a slow stage, and on a pipeline of deals."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as example
from hypothesis import strategies as st

from lib.book import Book, year_to
from lib.definitions.journey import Stage
from lib.errors import Refused
from lib.facts.ask import ask
from lib.facts.levels import OTHER
from lib.measures.funnel.stages import COLUMNS, HALF, WITHIN
from lib.measures.funnel.stays import NO_STAGE, TODAY, WHOLE, Stays
from lib.scope import NOBODY, Scope
from lib.store.sample import truths
from tests.funnelworlds import JOURNEY, LAST, OWN, answer, by_chance, milestones, sampled
from tests.worldlets import WORDS, account_frame, contract_frame, open_world

TEN_MONTHS = Book(date(2026, 1, 1), date(2026, 11, 1), LAST)
COUNTS = ["n_now", "n_entered", "n_completed", "n_inside", "n_exited"]


def row(table: pd.DataFrame, stage: str, level: str | None = None, journey: str = "") -> pd.Series:
    is_level = table["level"].isna() if level is None else table["level"] == level
    found = table[(table["stage"] == stage) & is_level & (table["journey"] == journey)]
    assert len(found) == 1
    return found.iloc[0]


@pytest.fixture(scope="module")
def hand(tmp_path_factory):
    """Ten accounts, each with a way of its own."""
    reached = {
        "passes": {"Sign": "2026-01-10", "Setup": "2026-01-20", "Live": "2026-03-01"},  # the optional pilot passed over
        "whole": {"Sign": "2026-02-01", "Setup": "2026-02-21", "Pilot": "2026-03-03", "Live": "2026-03-13"},
        "inside": {"Sign": "2026-09-01"},
        "lost": {"Sign": "2026-03-01", "Lost": "2026-03-31"},
        "left": {"Sign": "2026-04-01", "Setup": "2026-05-01"},  # its contract ends on 31 May
        "disordered": {"Setup": "2026-06-01", "Sign": "2026-06-11"},  # signed by 1 June, whatever is recorded
        "skips": {"Live": "2026-07-01"},
        "today": {"Sign": "2026-10-31"},
        "earlier": {"Sign": "2025-12-01"},
        "half": {"Sign": "2025-12-20", "Setup": "2026-01-05"},
        "nowhere": {},
    }
    frames = {
        "account": account_frame(reached, segment=["SMB"] * 5 + ["Enterprise"] * 6),
        "milestone": milestones(reached),
        "contract": contract_frame({"account": "left", "starts_on": date(2026, 4, 1), "ends_on": date(2026, 5, 31)}),
    }
    return open_world(tmp_path_factory.mktemp("hand"), frames)


# --- worked by hand


def test_every_stage_counts_who_completed_exited_and_is_still_inside(hand):
    found = answer(hand, "funnel", TEN_MONTHS, OWN)
    assert list(found.table.columns) == COLUMNS
    assert found.table["stage"].tolist() == [WHOLE, "Sign", "Setup", "Pilot", "Live"]
    assert found.table[COUNTS].to_numpy().tolist() == [
        [5, 7, 2, 3, 2],  # in: all who signed in the year; through: passes, whole; out: lost, left
        [3, 7, 4, 2, 1],  # through: passes, whole, left, disordered; inside: inside, today (earlier is only there now)
        [2, 5, 2, 2, 1],  # in: passes, whole, left, disordered, half
        [0, 1, 1, 0, 0],  # nobody misses a pilot
        [3, 3, 0, 3, 0],  # who skips the others came to this one alone
    ]
    assert dict(found.left_out.to_numpy()) == {TODAY: 1, NO_STAGE: 1}


def test_shares_and_days_are_those_of_curves_drawn_by_hand(hand):
    """Sign without today's: days 0, 10, 20, 30 completed, 30 exited, 60 inside. Left after them: 5/6, 4/6, 3/6, 1/3."""
    sign = row(answer(hand, "funnel", TEN_MONTHS, OWN).table, "Sign")
    told = ["dwell_p25", "dwell_p50", "expected_days", "excess_days", "delay_days"]
    assert sign[told].tolist() == [10, 20, 10, 10, 60]  # of the six, not the one of today
    assert np.isnan([sign.dwell_p75, sign.dwell_p90, sign.within_90_rate]).all()  # not so many yet; nobody seen so long
    assert sign.conversion_days == 60  # the longest stay, below the horizon
    assert sign[["conversion_rate", "within_30_rate", "within_60_rate"]].tolist() == pytest.approx([4 / 6] * 3)
    assert sign.exited_rate == pytest.approx(1 / 6)
    setup = row(
        answer(hand, "funnel", TEN_MONTHS, OWN).table, "Setup"
    )  # 10, 40 completed, 30 exited, 152 and 299 inside
    assert (setup.dwell_p25, setup.conversion_days) == (40, 299)
    assert setup.conversion_rate == pytest.approx(1 / 5 + 4 / 5 * 3 / 4 * 1 / 3)
    assert setup.exited_rate == pytest.approx(4 / 5 * 1 / 4)


def test_the_last_stage_has_no_completion_and_the_whole_journey_expects_what_is_not_optional(hand):
    table = answer(hand, "funnel", TEN_MONTHS, OWN).table
    live, whole = row(table, "Live"), row(table, WHOLE)
    assert live[COLUMNS[COLUMNS.index("conversion_rate") : COLUMNS.index("is_bottleneck")]].isna().all()
    assert (whole.place, whole.expected_days) == (0, 40)
    assert (
        whole.dwell_p25 == 50
    )  # left after day 40 (whole) 5/6, after 50 (passes) 2/3: lost at 30, left at 60, others inside
    assert not table["is_bottleneck"].any()  # fewer than least_accounts


def test_was_p50_is_the_answer_of_the_same_book_two_quarters_earlier(tmp_path):
    world = by_chance(tmp_path)
    back = timedelta(days=HALF)
    earlier = Book(TEN_MONTHS.opens_on - back, TEN_MONTHS.closes_on - back, LAST - back)
    for by in (None, "segment"):
        now, then = (answer(world, "funnel", book, OWN, by=by).table for book in (TEN_MONTHS, earlier))
        both = now.merge(then, on=["journey", "level", "stage"], suffixes=("", "_then"))
        assert len(both) == len(then) and both["was_p50"].notna().sum() >= 3
        pd.testing.assert_series_equal(both["was_p50"], both["dwell_p50_then"], check_names=False)
        pd.testing.assert_series_equal(both["slower_days"], both["dwell_p50"] - both["was_p50"], check_names=False)


def test_segments_can_be_on_journeys_of_their_own(hand):
    short = (Stage("Sign", journey="SMB"), Stage("Live", journey="SMB"), Stage("Lost", is_exit=True, journey="SMB"))
    words = replace(OWN, journey=replace(JOURNEY, by="segment", stages=(*JOURNEY.stages, *short)))
    table = answer(hand, "funnel", TEN_MONTHS, words).table
    assert table.groupby("journey", sort=False)["stage"].agg(list).to_dict() == {
        "": [WHOLE, "Sign", "Setup", "Pilot", "Live"],
        "SMB": [WHOLE, "Sign", "Live"],
    }
    assert row(table, "Sign", journey="SMB")[COUNTS].tolist() == [
        1,
        5,
        2,
        1,
        2,
    ]  # left signed, and left without going live
    assert row(table, "Sign")[COUNTS].tolist() == [2, 2, 1, 1, 0]  # disordered, today; earlier is there now
    only = answer(hand, "funnel", TEN_MONTHS, words, journey="SMB").table
    pd.testing.assert_frame_equal(only[COUNTS], table.loc[table["journey"] == "SMB", COUNTS].reset_index(drop=True))
    assert len(answer(hand, "stage_times", TEN_MONTHS, words, journey="SMB").table)


def test_a_level_is_the_one_of_the_day_the_stage_was_entered(tmp_path):
    history = pd.DataFrame(
        [("a", "csm", date(2024, 1, 1), date(2026, 3, 1), "Ann")],
        columns=["account", "field", "from_on", "until_on", "value"],
    )
    reached = {"a": {"Sign": "2026-02-01", "Setup": "2026-04-01"}, "b": {"Sign": "2026-02-01"}}
    frames = {
        "account": account_frame("ab", csm=["Bob", None]),
        "milestone": milestones(reached),
        "account_history": history,
    }
    table = answer(open_world(tmp_path, frames), "funnel", TEN_MONTHS, OWN, by="csm").table
    assert row(table, "Sign", "Ann").n_completed == 1 and row(table, "Setup", "Bob").n_inside == 1
    assert row(table, "Sign").n_inside == 1  # of nobody's account the level is empty


def test_the_way_between_two_stages_is_binned_and_the_spread_is_told(hand):
    found = answer(
        hand, "stage_times", TEN_MONTHS, OWN
    )  # sign to live: 50 and 40 days; 60 and 152 so far; exits at 30 and 60
    table = found.table.set_index("from_days")
    assert table.loc[[14, 30, 60, 120], ["n_finished", "n_unfinished", "n_exited"]].to_numpy().tolist() == [
        [0, 0, 1], [2, 1, 1], [0, 0, 0], [0, 1, 0],
    ]  # fmt: skip
    assert table.loc[[14, 30, 120], "reached_rate"].tolist() == pytest.approx([0, 2 / 5, np.nan], nan_ok=True)
    assert found.notes[0].startswith(
        "2 accounts came from Sign to Live by the day: a quarter within 40, half within 40, three"
    )
    assert found.left_out["n"].tolist() == [1]
    setup = answer(hand, "stage_times", TEN_MONTHS, OWN, from_stage="setup").table  # to the pilot, or past it
    assert setup["n_finished"].sum() == 2 and setup["n_exited"].sum() == 1 and setup["n_unfinished"].sum() == 2


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("funnel", {"journey": "Other"}, "There is no such journey: all accounts are on one, without a name."),
        ("stage_times", {"from_stage": "Other"}, "There is no such stage; the journey has Sign, Setup, Pilot, Live."),
        ("stage_times", {"from_stage": "Setup", "to_stage": "Sign"}, "Name a stage that comes after Setup; the order is"),
        ("stage_times", {"from_stage": "Live"}, "Name a stage that comes after Live"),
        ("stage_trend", {"every": "day"}, "They come in by the week, month, quarter, year: choose one of these."),
    ],
)  # fmt: skip
def test_what_there_is_not_is_refused_with_what_there_is(hand, name, options, said):
    with pytest.raises(Refused, match=said.replace("?", "[?]")):
        answer(hand, name, TEN_MONTHS, OWN, **options)


def test_a_trend_goes_by_the_fiscal_quarter_and_says_where_it_is_unfinished(hand):
    words = replace(OWN, calendar=replace(OWN.calendar, fiscal_year_starts_in=2))
    table = answer(hand, "stage_trend", TEN_MONTHS, words).table
    sign = table[table["stage"] == "Sign"].set_index("entered_from")
    assert [f"{day:%Y-%m-%d}" for day in sign.index] == ["2026-01-01", "2026-02-01", "2026-05-01", "2026-08-01"]
    assert sign["n_entered"].tolist() == [1, 3, 1, 2]  # passes; whole, lost, left; disordered; inside, today
    assert sign["on_time_rate"].tolist() == pytest.approx([1, 0, 1, 0])  # 10 days; 20, exit, 30; 0; not by day 10
    assert sign["dwell_p50"].tolist() == pytest.approx([10, 30, 0, np.nan], nan_ok=True)
    assert sign["is_unfinished"].tolist() == [False] * 4
    on_15_jan = replace(TEN_MONTHS, as_of=date(2026, 1, 15))
    unfinished = answer(hand, "stage_trend", on_15_jan, words).table["is_unfinished"].tolist()
    assert unfinished == [True, False]  # 5 of 10 days; past Setup nobody was known to come by then: it ends nothing yet


# --- what must hold whatever the data


@pytest.fixture(scope="module")
def chance(tmp_path_factory):
    return by_chance(tmp_path_factory.mktemp("chance"))


books = st.builds(
    Book,
    st.dates(date(2024, 12, 1), date(2026, 9, 1)),
    st.dates(date(2026, 9, 2), date(2026, 12, 1)),
    st.sampled_from([LAST, date(2026, 8, 1)]),
)
SEEN = [name for name in COLUMNS if name not in ("n_now", "n_entered", "n_inside")]


@example(max_examples=12)
@given(book=books, by=st.sampled_from([None, "segment", "csm"]))
def test_today_s_entrants_change_no_figure_of_those_who_could_complete(chance, book, by):
    words = replace(OWN, journey=replace(JOURNEY, least_accounts=10))
    without, all_of_them = (
        answer(chance, "funnel", each, words, by=by).table for each in (book.where("came", ["before"]), book)
    )
    keys = ["journey", "level", "place"]
    both = [each.sort_values(keys).reset_index(drop=True)[SEEN] for each in (without, all_of_them)]
    pd.testing.assert_frame_equal(*both)
    if book.as_of == LAST < book.closes_on:
        assert (all_of_them["n_entered"].sum() > without["n_entered"].sum()) and all_of_them["n_now"].sum() > without[
            "n_now"
        ].sum()


@example(max_examples=8)
@given(book=books, by=st.sampled_from(["segment", "csm"]))
def test_ends_add_up_and_so_do_levels(chance, book, by):
    whole, levels = answer(chance, "funnel", book, OWN).table, answer(chance, "funnel", book, OWN, by=by).table
    for table in (whole, levels):
        assert (table["n_entered"] == table["n_completed"] + table["n_inside"] + table["n_exited"]).all()
        rates = table[["conversion_rate", "exited_rate"]].sum(axis=1, skipna=False).dropna()
        assert (rates <= 1 + 1e-12).all()
    summed = levels.groupby("place")[COUNTS].sum()
    pd.testing.assert_frame_equal(summed, whole.set_index("place")[COUNTS], check_dtype=False)


@pytest.mark.parametrize("name", ["funnel", "stage_times", "stage_trend"])
def test_a_book_of_one_reader_is_what_that_reader_may_see_and_nobody_sees_nothing(chance, name):
    mine = answer(chance, name, TEN_MONTHS, OWN, scope=Scope(("Ann",)))
    pd.testing.assert_frame_equal(mine.table, answer(chance, name, TEN_MONTHS.where("csm", ["Ann"]), OWN).table)
    nothing = answer(chance, name, TEN_MONTHS, OWN, scope=NOBODY)
    assert len(mine.table) and nothing.table.empty and list(nothing.table.columns) == list(mine.table.columns)


def test_a_stage_of_the_files_that_nobody_of_a_reader_s_accounts_came_to_is_unknown_to_them(tmp_path):
    reached = {"a": {"Hello": "2026-02-01", "Deal": "2026-03-01"}, "b": {"Hello": "2026-02-01", "Secret": "2026-02-20"}}
    frames = {"account": account_frame("ab", csm=["Ann", "Bob"]), "milestone": milestones(reached)}
    world = open_world(tmp_path, frames)
    assert answer(world, "funnel", TEN_MONTHS).table["stage"].tolist() == [WHOLE, "Hello", "Secret", "Deal"]
    assert answer(world, "funnel", TEN_MONTHS, scope=Scope(("Ann",))).table["stage"].tolist() == [
        WHOLE,
        "Hello",
        "Deal",
    ]
    for name in ("Secret", "Nonsense"):
        with pytest.raises(Refused, match=r"There is no such stage; the journey has Hello, Deal\."):
            answer(world, "stage_times", TEN_MONTHS, scope=Scope(("Ann",)), to_stage=name)


def test_the_most_common_levels_are_told_apart_and_the_others_together(tmp_path):
    """Of 40 CSMs the first has 40 accounts, the last has one: 28 stand alone, twelve with 1 to 12 accounts are together."""
    csms = [f"c{number:02d}" for number in range(40) for _ in range(40 - number)]
    reached = {f"a{number}": {"Sign": "2026-02-01"} for number in range(len(csms))}
    frames = {
        "account": account_frame([*reached, "z"], csm=[*csms, None]),
        "milestone": milestones(reached | {"z": {"Sign": "2026-02-02"}}),
    }
    signed = answer(open_world(tmp_path, frames), "funnel", TEN_MONTHS, OWN, by="csm").table.query("stage == 'Sign'")
    n = dict(zip(signed["level"].fillna("missing"), signed["n_entered"], strict=True))
    assert (n[OTHER], n["c00"], n["c27"], n["missing"]) == (sum(range(1, 13)), 40, 13, 1)
    assert len(n) == 30 and "c28" not in n


# --- the twin: statsmodels on the raw stays


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    return sampled(tmp_path_factory.mktemp("planted"), 3_000, 2, planted=True)


@pytest.fixture(scope="module")
def raw(planted):
    """A row per stay of the year, as the facts have it."""
    book = year_to(planted.manifest.as_of)
    with ask(planted, book, WORDS) as con:
        return con.execute(
            "select spell.*, segment::varchar as segment from journey_spell_on($as_of, $grace) as spell join scope using (_account)",
            {"as_of": book.as_of, "grace": WORDS.renewals.grace_days},
        ).df()


@pytest.mark.filterwarnings("ignore::RuntimeWarning:statsmodels")
@pytest.mark.parametrize("stage", ["Onboarding", "Adoption", "Usage", "Value"])
def test_curves_are_statsmodels_of_the_raw_stays(planted, raw, stage):
    from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight

    book = year_to(planted.manifest.as_of)
    found = row(answer(planted, "funnel", book).table, stage)
    is_in = (raw["entered_on"] >= pd.Timestamp(book.opens_on)) & (raw["entered_on"] < pd.Timestamp(book.as_of))
    own = raw[is_in & (raw["stage"] == stage)]
    curve = SurvfuncRight(own["days"], own["ending"] == "completed")
    for share in (25, 50, 75, 90):
        assert found[f"dwell_p{share}"] == pytest.approx(curve.quantile(share / 100), nan_ok=True)
    bounds = curve.quantile_ci(0.5, method="cloglog")
    assert (found.dwell_p50_lo, found.dwell_p50_hi) == pytest.approx(
        np.where(np.isinf(bounds), np.nan, bounds), nan_ok=True
    )
    times, (completed, exited) = _incidence(CumIncidenceRight, own)
    for days in (*WITHIN, found.conversion_days):
        at = np.searchsorted(times, days, side="right") - 1
        name = f"within_{days}_rate" if days in WITHIN else "conversion_rate"
        assert found[name] == pytest.approx(completed[at] if at >= 0 else 0, abs=1e-9)
    assert found.exited_rate == pytest.approx(exited[-1], abs=1e-9)


def _incidence(right, own: pd.DataFrame) -> tuple[np.ndarray, list[np.ndarray]]:
    status = own["ending"].map({"inside": 0, "completed": 1, "exited": 2})
    fitted = right(own["days"].to_numpy(float), status.to_numpy())
    return fitted.times, fitted.cinc


def test_comparisons_are_statsmodels_of_the_raw_stays(planted, raw):
    from statsmodels.duration.survfunc import survdiff
    from statsmodels.stats.multitest import multipletests

    book = year_to(planted.manifest.as_of)
    table = answer(planted, "funnel", book, by="segment").table
    p_levels = {}
    for stage in ("Onboarding", "Adoption", "Usage", "Value"):
        own = raw[(raw["stage"] == stage) & (raw["entered_on"] < pd.Timestamp(book.as_of))]
        days_ago = (pd.Timestamp(book.closes_on) - own["entered_on"]).dt.days - 1
        year = own[own["entered_on"] >= pd.Timestamp(book.opens_on)]
        kept = year[year.groupby("segment")["days"].transform("size") >= WORDS.journey.least_accounts]
        p_levels[stage] = survdiff(kept["days"], kept["ending"] == "completed", kept["segment"])[1]
        assert row(table, stage, "SMB").p_levels == pytest.approx(p_levels[stage], abs=1e-9)
        smb = own[(own["segment"] == "SMB") & (days_ago < 2 * HALF)]
        p_past = survdiff(smb["days"], smb["ending"] == "completed", days_ago[smb.index] // HALF)[1]
        assert row(table, stage, "SMB").p_past == pytest.approx(p_past, abs=1e-9)
    p = [row(table, WHOLE, "SMB").p_levels, *p_levels.values()]
    q = multipletests(p, method="fdr_bh")[1]
    assert [row(table, stage, "SMB").q_levels for stage in (WHOLE, *p_levels)] == pytest.approx(list(q), abs=1e-9)


# --- the bottleneck


def test_the_planted_slow_stage_is_the_bottleneck_of_its_segment(planted):
    book = year_to(planted.manifest.as_of)
    table = answer(planted, "funnel", book, by="segment").table
    named = table[table["is_bottleneck"]]
    assert named[["level", "stage"]].to_numpy().tolist() == [[truths.SLOW_STAGE["segment"], truths.SLOW_STAGE["stage"]]]
    planted_days = truths.DWELL[truths.SLOW_STAGE["stage"]] * truths.SLOW_STAGE["times"]
    assert named["dwell_p50_lo"].item() <= planted_days <= named["dwell_p50_hi"].item()
    assert named["q_levels"].item() < 1e-6


def test_a_stage_that_got_slower_is_named_though_no_days_are_expected(tmp_path):
    """60 a half-year: 10 to 19 days in the older half, 30 to 39 in the newer."""
    reached = {}
    for number in range(120):
        is_new = number % 2
        begun = LAST - timedelta(days=(60 if is_new else 200) + number)
        on = begun + timedelta(days=(30 if is_new else 10) + number % 10)
        reached[f"a{number}"] = {"Sign": str(begun), "Setup": str(on)}
    words = replace(OWN, journey=replace(JOURNEY, stages=(Stage("Sign"), Stage("Setup"), Stage("Live"))))
    world = open_world(tmp_path, {"account": account_frame(reached), "milestone": milestones(reached)})
    sign = row(answer(world, "funnel", TEN_MONTHS, words).table, "Sign")
    assert sign.is_bottleneck and sign.p_past < 1e-9 and sign.slower_days > 0 and np.isnan(sign.delay_days)
    faster = {account: {"Sign": days["Sign"], "Setup": str(date.fromisoformat(days["Sign"]) + timedelta(days=5))}
              if int(account[1:]) % 2 else days for account, days in reached.items()}  # fmt: skip
    world = open_world(tmp_path / "faster", {"account": account_frame(faster), "milestone": milestones(faster)})
    sign = row(answer(world, "funnel", TEN_MONTHS, words).table, "Sign")
    assert not sign.is_bottleneck and sign.p_past < 1e-9 and sign.slower_days < 0


def test_a_stage_that_nobody_gets_through_is_longer_than_expected_once_there_are_enough():
    def waiting(n: int) -> Stays:
        return Stays(np.array([100.0]), np.zeros(1), np.zeros(1), np.array([float(n)]))

    assert waiting(50).is_longer_than(30, 0.95) and not waiting(3).is_longer_than(30, 0.95)
    assert not waiting(50).is_longer_than(120, 0.95)  # nobody was seen so long


@pytest.mark.slow
def test_no_stage_is_named_where_nothing_is_planted(tmp_path):
    """Twenty companies, as a whole and by segment: at 5 % a company, one or two may be."""
    named = {None: 0, "segment": 0}
    for seed in range(20):
        world = sampled(tmp_path / str(seed), 6_000, seed, planted=False)
        book = year_to(world.manifest.as_of)
        for by in named:
            named[by] += answer(world, "funnel", book, by=by).table["is_bottleneck"].any()
    assert max(named.values()) <= 2


def test_a_stage_that_nobody_can_be_seen_to_leave_is_not_called_slow(tmp_path):
    """Of the five stages files record three: who is in Usage may have had value long ago."""
    names = {"Onboarding": 0, "Adoption": 30, "Usage": 60}
    began = {f"a{number}": LAST - timedelta(300 + number) for number in range(60)}
    reached = {
        account: {name: (day + timedelta(after)).isoformat() for name, after in names.items()}
        for account, day in began.items()
    }
    world = open_world(tmp_path, {"account": account_frame(reached), "milestone": milestones(reached)})
    table = answer(world, "funnel", year_to(LAST)).table
    assert not table["is_bottleneck"].any()
    usage = row(table, "Usage")
    assert usage["n_inside"] == 60 and np.isnan(usage["conversion_rate"])
    assert not len(answer(world, "laggards", year_to(LAST)).table)
