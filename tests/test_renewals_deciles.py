"""What went with renewing, in tenths: by hand, against a second implementation in pandas, and nothing of the day or after it."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from lib import stats
from lib.book import Book, year_to
from lib.errors import Refused
from lib.facts import open_store, renewals
from lib.facts.ask import ask
from lib.measures.ahead import before
from lib.scope import Scope
from tests.funnelworlds import answer
from tests.worldlets import WORDS, account_frame, contract_frame, open_world

YEAR = Book(date(2026, 1, 1), date(2027, 1, 1), date(2026, 12, 31))
MONDAY = date(2026, 3, 2)
EASY = replace(WORDS, carries=replace(WORDS.carries, least_accounts=4, least_lost=1))


def term(account: str, starts_on: str, ends_on: str, **more) -> dict:
    days = {name: date.fromisoformat(value) for name, value in (("starts_on", starts_on), ("ends_on", ends_on))}
    return {"account": account, "product_family": "Core", "currency": "USD", "arr": 100.0, "seats": 4} | days | more


def used(account: str, day: date, person: str = "p", feature: str = "sync") -> dict:
    return {
        "occurred_at": datetime.combine(day, datetime.min.time()), "account": account, "person": f"{account} {person}",
        "feature": feature, "quantity": 1.0,
    }  # fmt: skip


@pytest.fixture(scope="module")
def four(tmp_path_factory):
    """Four accounts of one year each to 1 June 2026, read on 3 March (90 days before), that is up to Monday 2 March; a, b renew."""
    events = [used("d", date(2025, 6, 2) + timedelta(weeks=week)) for week in range(80)]  # use is known all the time
    events += [
        used("a", MONDAY - timedelta(days), f"p{days}", f"f{days}") for days in (1, 8, 27)
    ]  # three in four weeks
    events += [
        used("a", MONDAY - timedelta(29), "p29", "f29"),
        used("a", MONDAY, "late"),
        used("a", date(2026, 3, 3), "later"),
    ]
    events += [used("b", MONDAY - timedelta(2), "p1"), used("b", MONDAY - timedelta(3), "p2")]
    events += [used("c", date(2026, 3, 4) + timedelta(days), f"p{days}") for days in range(40)]  # all of it too late
    tickets = [
        ("a", datetime(2026, 3, 2, 23)),
        ("a", datetime(2026, 3, 3, 0)),
        ("a", datetime(2025, 12, 3)),
        ("b", datetime(2025, 12, 2)),
    ]
    return open_world(
        tmp_path_factory.mktemp("four"),
        {
            "account": account_frame("abcd", csm=["Ann", "Ann", "Bob", "Bob"]),
            "contract": contract_frame(
                *(term(each, "2025-06-01", "2026-06-01") for each in "abcd"),
                term("a", "2026-06-01", "2027-06-01", arr=80.0),
                term("b", "2026-06-01", "2027-06-01", arr=150.0),
            ),
            "event": pd.DataFrame(events),
            "ticket": pd.DataFrame(
                [{"ticket": f"t{n}", "account": account, "opened_at": at} for n, (account, at) in enumerate(tickets)]
            ),
            "survey": pd.DataFrame(
                [
                    {"survey": f"s{day}{account}", "account": account, "kind": "nps", "answered_on": date.fromisoformat(day), "score": score}
                    for account, day, score in (("a", "2026-01-05", 3.0), ("a", "2026-03-02", 9.0), ("a", "2026-03-03", 1.0), ("b", "2025-06-02", 8.0))
                ]
            ),
            "person": pd.DataFrame(
                [
                    {"person": f"x{n}", "account": "a", "provisioned_at": datetime.fromisoformat(since), "deactivated_on": until}
                    for n, (since, until) in enumerate((("2026-03-02", None), ("2026-03-03", None), ("2025-06-01", date(2026, 3, 2)), ("2025-06-01", date(2026, 3, 3))))
                ]
            ),
        },
    )  # fmt: skip


def test_what_accounts_had_is_read_up_to_the_day_before(four):
    with ask(four, YEAR, WORDS) as con:
        before.lay(con, YEAR, WORDS, None)
        rows = con.execute(
            "select account, reading.* from trait_reading as reading join book using (_account) order by 1"
        ).df()
    rows = rows.set_index("account")
    assert set(rows["reads_on"].dt.date) == {date(2026, 3, 3)}
    assert rows["active_people"].tolist() == [3, 2, 0, 1]  # who came on the Monday or later had not come yet
    assert rows["seats_active_rate"].tolist() == [0.75, 0.5, 0, 0.25]
    assert rows["breadth"].tolist() == [4, 1, 0, 1] and rows["weeks_in_use"].tolist() == [4, 1, 0, 13]
    assert rows["tickets"].tolist() == [2, 0, 0, 0]  # of 3 December up to 2 March
    assert rows["nps"].tolist()[0] == 9 and rows["nps"].isna().tolist() == [False, True, True, True]
    assert rows["seats_assigned_rate"].tolist() == [0.5, 0, 0, 0]  # since 2 March, and until 3 March
    assert rows["tenure_days"].tolist() == [275] * 4
    assert rows["usage_trend"].isna().all() and rows["depth"].isna().all()  # fewer than five people; no levels given


def test_a_tenth_has_its_renewals_rate_and_money_by_hand(four):
    found = answer(four, "renewal_deciles", YEAR, EASY, trait="seats_active_rate").table
    assert found["tenth"].tolist() == [2, 4, 7, 9] and found["trait_from"].tolist() == [0, 0.25, 0.5, 0.75]
    assert found["n_decided"].tolist() == [1] * 4 and found["n_renewed"].tolist() == [0, 0, 1, 1]
    assert found["renewed_rate"].tolist() == [0, 0, 1, 1]
    assert found["arr_due"].tolist() == [100] * 4 and found["arr_kept"].tolist() == [0, 0, 100, 80]
    lo, hi = stats.wilson([0, 0, 1, 1], [1] * 4)
    assert np.allclose(found["renewed_rate_lo"], lo) and np.allclose(found["renewed_rate_hi"], hi)
    # ranks 1..4 less 2.5 against 0, 0, 1, 1 less a half: 0.75 + 0.25 + 0.25 + 0.75 = 2, over the root of 5 x 1
    assert found["rank_correlation"].iat[0] == pytest.approx(2 / 5**0.5)
    # squares of the terms: 2 x (9 + 1) / 16 = 1.25; z = 2 / sqrt(1.25) = 1.789: two-sided 0.0736
    assert found["p_value"].iat[0] == pytest.approx(0.0736, abs=5e-5)


def test_a_tenth_lists_as_many_renewals_as_it_counts(sample_store):
    world = open_store(sample_store)
    book = year_to(world.manifest.as_of)
    counted = answer(world, "renewal_deciles", book, trait="breadth").table
    for row in counted.itertuples():
        listed = answer(world, "tenth_accounts", book, trait="breadth", tenth=row.tenth).table
        assert len(listed) == row.n_decided and listed["is_renewed"].sum() == row.n_renewed
        assert (
            listed["trait_value"].between(row.trait_from, row.trait_until).all()
            and listed["is_renewed"].is_monotonic_increasing
        )
    assert len(answer(world, "tenth_accounts", book, trait="breadth", limit=3).table) == 3
    with pytest.raises(Refused):
        answer(world, "tenth_accounts", book, trait="luck")


def test_what_is_pending_or_ahead_or_came_later_is_left_out(tmp_path):
    world = open_world(
        tmp_path,
        {
            "account": account_frame(["in grace", "ahead", "young", "old"]),
            "contract": contract_frame(
                term("in grace", "2025-06-01", "2026-06-01"),
                term("ahead", "2025-07-01", "2026-07-01"),
                term("young", "2026-03-15", "2026-05-05"),
                term("old", "2025-05-01", "2026-05-01"),
            ),
        },
    )
    found = answer(world, "renewal_deciles", replace(YEAR, as_of=date(2026, 6, 10)), EASY)
    said = dict(found.left_out.itertuples(index=False))
    assert said == {before.PENDING: 1, before.AHEAD: 1, before.YOUNG: 1}
    assert found.table["n_decided"].tolist() == [1] and found.table["trait"].tolist() == ["tenure_days"]
    assert found.table["renewal_goes_with"].tolist() == ["too few to tell"]


def test_an_account_outside_the_scope_counts_nowhere(four):
    found = answer(four, "renewal_deciles", YEAR, EASY, Scope(("Ann",)), trait="seats_active_rate").table
    assert found["n_decided"].sum() == 2 and found["n_renewed"].sum() == 2
    assert (
        answer(four, "renewal_deciles", YEAR.where("csm", ["Bob"]), EASY, trait="tickets").table["n_renewed"].sum() == 0
    )


def test_a_trait_there_is_none_of_and_a_lead_before_all_time_are_refused(four):
    for options in ({"trait": "luck"}, {"lead_days": -1}, {"lead_days": 731}):
        with pytest.raises(Refused):
            answer(four, "renewal_deciles", YEAR, **options)


def test_rank_trend_is_mann_and_whitneys_where_rows_are_apart():
    from scipy.stats import mannwhitneyu

    dice = np.random.default_rng(7)
    for shift in (0, 0.15, 0.3):
        happened = dice.random(1_500) < 0.4
        values = np.round(dice.normal(size=1_500) + shift * happened, 1)
        correlation, p = stats.rank_trend(values, happened, np.arange(1_500))
        theirs = mannwhitneyu(values[happened], values[~happened]).pvalue
        assert np.log(p) == pytest.approx(np.log(theirs), rel=0.06, abs=0.03) and (correlation > 0) == (
            values[happened].mean() > values[~happened].mean()
        )
    doubled = stats.rank_trend(np.repeat(values, 3), np.repeat(happened, 3), np.repeat(np.arange(1_500), 3))
    assert doubled == pytest.approx((correlation, p))  # an account's rows three times over are no more accounts
    assert np.isnan(stats.rank_trend([1, 1], [True, False], [1, 2])).all()


def test_rank_trend_is_rarely_sure_of_chance():
    dice = np.random.default_rng(3)
    p = [
        stats.rank_trend(np.repeat(dice.normal(size=150), 2), np.repeat(dice.random(150) < 0.3, 2), np.repeat(np.arange(150), 2))[1]
        for _ in range(800)
    ]  # fmt: skip
    assert 0.03 < np.mean(np.array(p) <= 0.05) < 0.075


def test_the_sample_against_a_second_implementation(sample_store):
    world = open_store(sample_store)
    book = year_to(world.manifest.as_of)
    found = answer(world, "renewal_deciles", book)
    with ask(world, book, WORDS) as con:
        renewals.lay(con, book.as_of, WORDS)
        due = con.execute("select * from renewal join (select _account, account from scope) using (_account)").df()
        weeks = con.execute("select * from usage.usage_person_week").df()
    due = due[
        due["is_due"]
        & (due["renews_on"] >= pd.Timestamp(book.opens_on))
        & (due["renews_on"] < pd.Timestamp(book.closes_on))
    ]
    rows = []
    for (account, renews_on), lines in due.groupby(["account", "renews_on"]):
        outcomes = set(lines["outcome"])
        is_renewed = any(each.startswith("renewed") for each in outcomes)
        if "pending" in outcomes and not is_renewed:
            continue
        day = renews_on - pd.Timedelta(days=90)
        monday = day - pd.Timedelta(days=day.weekday())
        theirs = weeks[
            (weeks["account"] == account) & (weeks["week"] < monday) & (weeks["week"] >= monday - pd.Timedelta(days=28))
        ]
        rows.append((theirs["person"].nunique(), is_renewed))
    naive = pd.DataFrame(rows, columns=["people", "is_renewed"])
    mine = found.table[found.table["trait"] == "active_people"]
    if mine["n_decided"].sum() == len(naive):  # nobody is too young, nor any use unknown
        place = naive["people"].rank(method="average") - 0.5
        by_hand = naive.groupby(np.minimum(1 + (10 * place / len(naive) + 1e-9).astype(int), 10))["is_renewed"].agg(
            ["size", "sum"]
        )
        assert mine["tenth"].tolist() == by_hand.index.tolist()
        assert (
            mine["n_decided"].tolist() == by_hand["size"].tolist()
            and mine["n_renewed"].tolist() == by_hand["sum"].tolist()
        )
    else:
        pytest.fail(f"{mine['n_decided'].sum()} of {len(naive)}")


def test_money_of_several_currencies_is_not_added_up_without_a_rate(tmp_path):
    contracts = [term(each, "2025-05-01", "2026-05-01", currency=money) for each, money in (("a", "USD"), ("b", "EUR"))]
    world = open_world(tmp_path, {"account": account_frame("ab"), "contract": contract_frame(*contracts)})
    found = answer(world, "renewal_deciles", YEAR, EASY)
    assert found.table["n_decided"].sum() == 2 and found.table[["arr_due", "currency"]].isna().all(axis=None)
    assert any("several currencies" in note for note in found.notes)
    rated = replace(EASY, renewals=replace(EASY.renewals, currency="USD", rates=("EUR 2",)))
    table = answer(world, "renewal_deciles", YEAR, rated).table
    assert table["arr_due"].tolist() == [300]
    assert set(table["currency"]) == {"USD"}
