"""The explorer of health: each answer against a naive twin in pandas, totals that add up, and lists as long as their figures."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib import stats
from lib.book import year_to
from lib.errors import Refused
from lib.facts import health, open_store
from lib.facts.ask import ask
from lib.measures.health.disagree import SAID, USE
from lib.measures.registry import healthbook, measure
from lib.scope import ALL
from tests.funnelworlds import answer
from tests.worldlets import WORDS, contract_frame, publish_frames

OWN = list(healthbook.MEASURES)


@pytest.fixture(scope="module")
def world(sample_store):
    return open_store(sample_store)


@pytest.fixture(scope="module")
def book(world):
    return year_to(world.manifest.as_of)


@pytest.fixture(scope="module")
def raw(world, book):
    """Every reading with its score, the accounts, and the points of the last reading, as the facts have them."""
    with ask(world, book, WORDS, ALL) as con:
        health.lay(con, book.as_of, WORDS)
        readings = con.execute(
            "select reading.*, score.health_score, coalesce(colour, 'none') as colour, score.profile, is_held "
            "from health_reading as reading left join health_score as score "
            "on score._account = reading._account and score.reading = reading.reading"
        ).df()
        accounts = con.execute("select _account, account, channel, csm from core.account").df()
        parts = con.execute("select place, fact from health_part_of order by place").df()
        points = con.execute("from health_part where reading = (select max(reading) from health_reading)").df()
    return readings.merge(accounts, on="_account"), parts, points


def on(readings: pd.DataFrame, day: date) -> pd.DataFrame:
    """The readings of the last day up to `day`."""
    days = pd.to_datetime(readings["day"])
    return readings[days == days[days <= pd.Timestamp(day)].max()]


def earlier_of(book) -> date:
    return book.as_of - timedelta(days=WORDS.health.movement_days)


def test_the_spread_is_what_pandas_counts(world, book, raw):
    now = on(raw[0], book.as_of)
    low = (now["health_score"] // 10 * 10).clip(upper=90)
    told = now.assign(low=low, arr=now["arr"].astype(float).fillna(0)).groupby(["colour", "low"], dropna=False)
    twin = {(colour, None if low != low else low): (len(rows), rows["arr"].sum()) for (colour, low), rows in told}
    table = answer(world, "health_spread", book).table
    found = {}
    for row in table.to_dict("records"):
        at = (row["colour"], None if pd.isna(row["score_from"]) else row["score_from"])
        n, arr = found.get(at, (0, 0))
        found[at] = (n + row["n_accounts"], arr + row["arr"])
    assert found.keys() == twin.keys() and len(found) > 4
    assert all(found[at] == (twin[at][0], pytest.approx(twin[at][1])) for at in twin)
    assert table["n_held"].sum() == now["is_held"].fillna(False).astype(bool).sum()


def test_the_movement_is_what_pandas_counts(world, book, raw):
    then, now = (on(raw[0], day).set_index("account") for day in (earlier_of(book), book.as_of))
    twin: dict = {}
    for account in then.index.union(now.index):
        at = tuple(rows["colour"].get(account, none) for rows, none in ((then, "new"), (now, "gone")))
        before = twin.get(at, (0, 0.0, 0.0))
        arr = [float(rows["arr"].get(account, 0) or 0) for rows in (then, now)]
        twin[at] = (before[0] + 1, before[1] + arr[0], before[2] + arr[1])
    table = answer(world, "health_movement", book).table
    found = {(row.from_colour, row.to_colour): (row.n_accounts, row.arr_then, row.arr) for row in table.itertuples()}
    assert found.keys() == twin.keys() and any(one != other for one, other in found)
    assert all(found[at] == pytest.approx(twin[at]) for at in twin)


def test_the_breakdown_is_what_pandas_counts(world, book, raw):
    now = on(raw[0], book.as_of)
    table = answer(world, "health_breakdown", book, by="channel").table
    assert table["n_accounts"].sum() == len(now)
    k, n = table["n_red"].sum(), table["n_with_score"].sum()
    for row in table.to_dict("records"):
        own = now[now["channel"].isna() if row["level"] is None else now["channel"] == row["level"]]
        for name in ("red", "amber", "green"):
            assert row[f"n_{name}"] == (own["colour"] == name).sum()
        assert row["n_no_score"] == own["health_score"].isna().sum()
        assert row["arr_red"] == pytest.approx(own.loc[own["colour"] == "red", "arr"].astype(float).sum())
        assert row["red_rate"] == pytest.approx(row["n_red"] / row["n_with_score"])
        assert row["rest_red_rate"] == pytest.approx((k - row["n_red"]) / (n - row["n_with_score"]))
        lo, hi = stats.wilson(row["n_red"], row["n_with_score"])
        assert (row["red_rate_lo"], row["red_rate_hi"]) == (pytest.approx(float(lo)), pytest.approx(float(hi)))
        assert row["is_small"] == (row["n_with_score"] < WORDS.reading.few_accounts) == np.isnan(row["q_value"])


def test_every_week_of_the_trend_is_what_pandas_counts(world, book, raw):
    table = answer(world, "health_trend", book).table
    known = raw[0][raw[0]["weekly_people_before"].notna()]
    assert table["scored_on"].min() == known["day"].min()  # before, use of eight weeks was not known
    for row in table.to_dict("records")[::20]:
        own = raw[0][raw[0]["day"] == row["scored_on"]]
        assert row["n_accounts"] == len(own) and row["n_red"] == (own["colour"] == "red").sum()
        assert row["health_mean"] == pytest.approx(own["health_score"].mean())
    assert not table["is_new_rules"].any()


def test_the_matrix_holds_every_account_once(world, book, raw):
    table, now = answer(world, "health_matrix", book).table, on(raw[0], book.as_of)
    assert table["n_accounts"].sum() == len(now) and table["arr"].sum() == pytest.approx(now["arr"].astype(float).sum())
    cells = table.drop_duplicates(["arr_band", "renewal_window"])
    assert cells["n_in_cell"].sum() == len(now) and cells["arr_in_cell"].sum() == pytest.approx(table["arr"].sum())
    n_of_band = table[table["arr_band"] > 0].groupby("arr_band")["n_accounts"].sum()
    assert len(n_of_band) == 4 and n_of_band.max() < 1.5 * n_of_band.min()  # quarters, but for rounding


@settings(max_examples=12)
@given(back=st.integers(0, 500), further=st.integers(1, 200))
def test_whatever_the_days_the_movement_adds_up_to_both_books(world, book, raw, back, further):
    day = book.as_of - timedelta(days=back)
    since = day - timedelta(days=further)
    table = answer(world, "health_movement", book, day=day.isoformat(), since=since.isoformat()).table
    then, now = table[table["from_colour"] != "new"], table[table["to_colour"] != "gone"]
    for rows, arr, read in ((then, "arr_then", since), (now, "arr", day)):
        twin = on(raw[0], read)
        assert rows["n_accounts"].sum() == len(twin)
        assert rows[arr].sum() == pytest.approx(twin["arr"].astype(float).sum())
    assert (
        now["n_accounts"].sum() == answer(world, "health_spread", book, day=day.isoformat()).table["n_accounts"].sum()
    )


def test_every_figure_opens_as_many_accounts(world, book):
    def n_of(**asked) -> int:
        listed = answer(world, "health_accounts", book, **asked).table
        assert listed["account"].is_unique and (listed.empty or listed["n_rows"].iat[0] == len(listed))
        return len(listed)

    spread = answer(world, "health_spread", book).table
    for row in spread.to_dict("records"):
        asked = {"why": row["why_no_score"]} if row["colour"] == "none" else {"score_from": int(row["score_from"])}
        assert n_of(colour=row["colour"], **asked) == row["n_accounts"]
    for row in answer(world, "health_movement", book).table.to_dict("records"):
        assert n_of(from_colour=row["from_colour"], to_colour=row["to_colour"]) == row["n_accounts"]
    for row in answer(world, "health_matrix", book).table.to_dict("records"):
        asked = {"colour": row["colour"], "band": row["arr_band"], "window": row["renewal_window"]}
        assert n_of(**asked) == row["n_accounts"]
    for by in ("channel", "profile"):
        for row in answer(world, "health_breakdown", book, by=by).table.to_dict("records"):
            assert n_of(by=by, level=row["level"] or "", colour="red") == row["n_red"]
    for row in answer(world, "health_trend", book).table.to_dict("records")[::40]:
        assert n_of(day=f"{row['scored_on']:%Y-%m-%d}", colour="amber") == row["n_amber"]


def test_movers_are_those_of_another_colour_and_their_parts_are_named(world, book):
    since = (book.as_of - timedelta(days=120)).isoformat()
    moved = answer(world, "health_movement", book, since=since).table
    both = moved[(moved["from_colour"] != "new") & (moved["to_colour"] != "gone")]
    n = both.loc[both["from_colour"] != both["to_colour"], "n_accounts"].sum()
    table = answer(world, "health_movers", book, since=since).table
    assert len(table) == n == table["n_rows"].iat[0] > 3
    assert all(len(each) for each in table.loc[table["health_change"].abs() > 2, "moved_by"])
    assert any("points of 100: −" in said for each in table["moved_by"] for said in each)
    worse = answer(world, "health_movers", book, since=since, which="worse", sort="fell").table
    assert (worse["health_change"] < 0).all() and worse["health_change"].is_monotonic_increasing
    second = answer(world, "health_movers", book, since=since, limit=2, offset=1).table
    assert second["account"].tolist() == table["account"].tolist()[1:3]
    assert second["moved_by"].tolist() == table["moved_by"].tolist()[1:3]


def test_the_parts_named_are_those_whose_contributions_moved_most(world, book, raw):
    """Against the contributions of both days themselves, taken apart in pandas."""
    since = book.as_of - timedelta(days=120)
    days = [on(raw[0], day).set_index("account") for day in (since, book.as_of)]
    with ask(world, book, WORDS, ALL) as con:
        found = measure("health_movers")(con, book, WORDS, since=since.isoformat()).table.to_dict("records")
        pieces = con.execute("from health_contribution").df()
    for row in found:
        if "none" in (row["from_colour"], row["to_colour"]):
            assert "score" in row["moved_by"][-1] and np.isnan(row["health_change"])
            continue
        then, now = (
            pieces[
                (pieces["_account"] == each.at[row["account"], "_account"])
                & (pieces["reading"] == each["reading"].iat[0])
            ].set_index("part")["contribution"]
            for each in days
        )
        moved = now.sub(then, fill_value=0)
        held = [each.at[row["account"], "is_held"] for each in days]
        if not any(held):
            assert moved.sum() == pytest.approx(row["health_change"])
        named = {part: said for said in row["moved_by"] for part in moved.index if said.startswith(f"{part} ")}
        most = moved[moved.abs() >= 0.5].abs().sort_values(ascending=False, kind="stable").head(3)
        assert moved[list(named)].abs().tolist() == pytest.approx(most.tolist())
        assert all(said.endswith(f"{moved[part]:+.1f}".replace("-", "−")) for part, said in named.items())


def test_ranks_are_those_of_pandas_and_the_queue_is_by_arr_times_gap(world, book, raw):
    readings, parts, points = raw
    now = on(readings, book.as_of).set_index("_account")
    named = {f"point_{place}": fact for place, fact in parts.itertuples(index=False)}
    points = points.set_index("_account")

    def ranks(values: pd.Series) -> pd.Series:
        return 100 * (values.rank() - 1) / (values.notna().sum() - 1)

    twin = pd.DataFrame({"rules_rank": ranks(now["health_score"])}).assign(
        **{
            name: ranks(points[[at for at, fact in named.items() if fact in facts]].astype(float).mean(axis=1))
            for name, facts in (("use_rank", USE), ("said_rank", SAID))
        }
    )
    twin = twin.assign(gap=twin.max(axis=1) - twin.min(axis=1), arr=now["arr"].astype(float), account=now["account"])
    far = twin[twin["gap"] >= WORDS.health.disagree_points].set_index("account")
    table = answer(world, "health_disagreements", book).table
    assert set(table["account"]) == set(far.index) and len(table) > 3
    for name in ("rules_rank", "use_rank", "said_rank"):
        both = table[name].to_numpy(float), far.loc[table["account"], name].to_numpy(float)
        assert np.allclose(*both, equal_nan=True)
    assert (table["arr"] * table["disagree_gap"]).is_monotonic_decreasing
    assert (
        table["disagreement"].str.contains(", but ").all() and table["risk_rank"].isna().all()
    )  # 80 accounts: too few to predict


def test_a_cancel_request_says_why_a_green_account_is_red(tmp_path):
    """Two accounts; one asks to cancel between the two days: its score is held at 20, and that is what moved it."""
    day = date(2026, 10, 31)
    accounts = pd.DataFrame(
        {"account": ["a", "b"], "name": ["![x](http://evil.example/a.png)", "B"], "overdue": [0, 0]}
    )
    contracts = contract_frame(
        *({"contract": each, "account": each, "starts_on": date(2025, 1, 1), "ends_on": date(2027, 1, 1), "arr": 100,
           "asked_to_cancel_on": day - timedelta(days=5) if each == "a" else None} for each in "ab")
    )  # fmt: skip
    events = pd.DataFrame(
        [
            {"account": each, "person": f"{each}{n}", "feature": f"f{n}",
             "occurred_at": pd.Timestamp(day) - pd.Timedelta(days=back)}
            for each in "ab" for n in range(4) for back in range(0, 200, 2)
        ]
    )  # fmt: skip
    publish_frames(tmp_path, {"account": accounts, "contract": contracts, "event": events})
    world = open_store(tmp_path)
    book = year_to(day)
    ((row,),) = (answer(world, "health_movers", book).table.to_dict("records"),)
    assert (row["account"], row["from_colour"], row["to_colour"], row["health_score"]) == ("a", "green", "red", 20)
    assert row["moved_by"][0] == "asked to cancel"
    listed = answer(world, "health_accounts", book, colour="red").table
    assert listed["held_by"].tolist() == ["asked to cancel"] and listed["from_colour"].tolist() == ["green"]


def test_an_empty_book_and_one_without_dates_have_the_same_columns(world, book, flag_store, hostile_store):
    nobody = book.where("channel", ["nobody has this"])
    flags = open_store(flag_store)
    for name in OWN:
        by = {"by": "channel"} if name == "health_breakdown" else {}
        assert answer(world, name, nobody, **by).table.empty
        usual = answer(world, name, book, **by).table.columns.tolist()
        by = {"by": "Contract"} if by else {}
        told = answer(flags, name, year_to(date(2026, 11, 1)), **by)
        assert told.table.columns.tolist() == usual
    undated = answer(flags, "health_movement", year_to(date(2026, 11, 1)))
    assert undated.table.empty and undated.left_out["reason"].str.contains("since when").any()
    hostile = open_store(hostile_store)
    spread = answer(hostile, "health_spread", year_to(date(2026, 11, 1))).table
    assert set(spread["colour"]) == {"none"} and spread["why_no_score"].notna().all()


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("health_spread", {"day": "soon"}),
        ("health_spread", {"day": "2030-01-01"}),
        ("health_spread", {"day": "2001-01-01"}),
        ("health_movement", {"since": "2026-12-01"}),
        ("health_movement", {"since": "2001-01-01"}),
        ("health_movers", {"which": "some"}),
        ("health_accounts", {"colour": "blue"}),
        ("health_accounts", {"window": "soon"}),
        ("health_accounts", {"limit": -1}),
        ("health_breakdown", {"by": "shoe size"}),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(world, book, name, asked):
    with pytest.raises(Refused) as refusal, ask(world, book, WORDS, ALL) as con:
        measure(name)(con, book, WORDS, **asked)
    assert str(refusal.value).endswith((".", "'")) or "choose from" in str(refusal.value)
