"""The lists behind the figures of renewals: each as long as its figure counts, in every view; who is due; who lost most."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from lib.book import Book, year_to
from lib.errors import Refused
from lib.facts.levels import OTHER
from lib.measures.registry import MEASURES
from lib.measures.renewals.concentration import gini
from lib.measures.renewals.listing import VIEWS
from tests.funnelworlds import answer, sampled
from tests.worldlets import account_frame, contract_frame, days, open_world

YEAR = Book(date(2025, 11, 1), date(2026, 11, 1), date(2026, 10, 31))


def term(account: str, begins: str, ends: str | None, arr: float, **more) -> dict:
    return {"account": account, "starts_on": days(begins), "ends_on": days(ends), "arr": arr, **more}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Of each fate one account, a year each; of Dana's, but for c and d, which Lee has, and e, which nobody has."""
    people = dict.fromkeys("abcdefghi", "Dana") | {"c": "Lee", "d": "Lee", "e": None}
    return open_world(
        tmp_path_factory.mktemp("fates"),
        {
            "account": account_frame(people, name=[f"Firm {name}" for name in people], csm=list(people.values())),
            "contract": contract_frame(
                term("a", "2025-03-01", "2026-03-01", 100.0, seats=10, plan="Pro", product_family="Base"),
                term(
                    "a", "2026-03-01", "2027-03-01", 150.0, seats=12, plan="Pro", product_family="Base"
                ),  # up: 20 volume, 30 price
                term("b", "2025-03-15", "2026-03-15", 200.0),
                term("b", "2026-03-15", "2027-03-15", 200.0),  # flat
                term("c", "2025-04-01", "2026-04-01", 400.0),
                term("c", "2026-04-01", "2027-04-01", 300.0),  # down by 100
                term(
                    "d", "2025-05-01", "2026-05-01", 500.0, notice_given_on=days("2026-02-01"), lost_reason="Price"
                ),  # lapsed
                term("e", "2025-06-01", "2026-06-01", 60.0),  # lapsed without notice
                term("f", "2025-10-20", "2026-10-20", 70.0),  # pending
                term(
                    "g", "2026-01-01", "2027-01-01", 80.0, notice_given_on=days("2026-10-01")
                ),  # new, ahead, with notice
                term("h", "2025-02-01", "2027-02-01", 90.0, cancelled_on=days("2026-07-01")),  # cancelled between
                term("i", "2025-08-01", None, 1000.0),  # evergreen
            ),
        },
    )


def listed(world, book=YEAR, **options) -> list[str]:
    return answer(world, "renewal_accounts", book, **{"sort": "account"} | options).table["account"].tolist()


def test_every_fate_stands_in_its_list(world):
    assert listed(world) == ["a", "b", "c", "d", "e", "f"]
    fates = {"renewed_up": "a", "renewed_flat": "b", "renewed_down": "c", "lapsed": "de", "pending": "f", "upcoming": "",
             "cancelled": "h", "decided": "abcde", "gone": "de", "downsell": "c", "upsell": "a", "new": "g"}  # fmt: skip
    for lever, accounts in fates.items():
        assert listed(world, lever=lever) == list(accounts), lever
    assert listed(world, lever="lapsed", part="with notice") == ["d"]
    assert listed(world, lever="lapsed", part="without notice") == ["e"]
    moved = {"new": "g", "upsell": "a", "downsell": "c", "lapse": "de", "cancellation": "h", "lost": "cdeh", "moved": "acdegh",
             "opening": "abcdefhi", "closing": "abcfgi", "customers": "abcdefhi", "gone": "deh"}  # fmt: skip
    for lever, accounts in moved.items():
        assert listed(world, view="calendar", lever=lever) == list(accounts), lever


def test_a_row_says_what_was_and_what_is(world):
    row = answer(world, "renewal_accounts", YEAR, lever="renewed_up").table.iloc[0]
    assert (row["line"], row["arr_from"], row["arr_to"], row["arr_moved"]) == ("Base", 100.0, 150.0, 50.0)
    assert (row["seats_from"], row["seats_to"], row["plan_from"], row["plan_to"]) == (10, 12, "Pro", "Pro")
    assert row["moved_on"].date() == date(2026, 3, 1)
    for part, amount in (("volume", 20.0), ("price", 30.0)):
        cut = answer(world, "renewal_accounts", YEAR, lever="upsell", part=part).table.iloc[0]
        assert cut["lever_arr"] == cut["arr_rows"] == amount
    gone = answer(world, "renewal_accounts", YEAR, view="calendar", lever="lapse").table.set_index("account")
    assert gone.loc["d", "lost_reason"] == "Price" and gone.loc["d", "notice"] == "notice given"
    assert gone["arr_moved"].to_dict() == {"d": -500.0, "e": -60.0} and set(gone["arr_to"]) == {0.0}
    pending = answer(world, "renewal_accounts", YEAR, lever="pending", money="mrr").table.iloc[0]
    assert pending["arr_from"] == pytest.approx(70 / 12) and np.isnan(pending["arr_to"])


def test_a_list_is_cut_by_days_by_csm_and_by_a_value(world):
    assert listed(world, period_from="2026-03-01", period_until="2026-04-01") == ["a", "b"]
    assert listed(world, period_from="2026-11-01", period_until="2027-12-01") == ["a", "b", "c", "g"]
    assert listed(world, csm="Lee") == listed(world, by="csm", level="Lee") == ["c", "d"]
    assert listed(world, csm="") == listed(world, by="csm", level="") == ["e"]
    assert listed(world, lever="lapsed", csm="Dana") == []
    for odd in ({"view": "x"}, {"lever": "opening"}, {"part": "x"}, {"sort": "x"}, {"money": "x"}, {"by": "x"}, {"limit": -1},
                {"period_from": "soon"}, {"period_from": "2026-03-01", "period_until": "2026-03-01"}):  # fmt: skip
        with pytest.raises(Refused):
            listed(world, **odd)


def test_the_calendar_of_the_pool_says_who_is_due_when_and_each_cell_is_its_list(world):
    due = answer(world, "due_calendar", YEAR).table
    everyone = due[due["is_everyone"]].set_index("period_from")
    assert everyone.loc["2026-03-01", ["n_due", "arr_due", "n_renewed", "n_lapsed"]].tolist() == [2, 300.0, 2, 0]
    assert everyone.loc["2026-05-01", ["n_lapsed", "arr_lapsed"]].tolist() == [1, 500.0]
    ahead = everyone.loc["2027-01-01"]
    assert (ahead["n_open"], ahead["n_open_notice"], ahead["is_ahead"], ahead["arr_open"]) == (1, 1, True, 80.0)
    for row in due.itertuples():
        csm = {} if row.is_everyone else {"csm": row.csm if isinstance(row.csm, str) else ""}
        span = {"period_from": f"{row.period_from:%Y-%m-%d}", "period_until": f"{row.period_until:%Y-%m-%d}"}
        assert len(listed(world, **csm, **span)) == row.n_due, row


def test_the_renewal_is_of_the_csm_of_its_day(tmp_path):
    """Lee had it until it was Dana's in June: the renewal of March was Lee's, the next one is Dana's."""
    history = pd.DataFrame(
        {
            "account": ["a"],
            "field": ["csm"],
            "from_on": [date(2020, 1, 1)],
            "until_on": [date(2026, 6, 1)],
            "value": ["Lee"],
        }
    )
    contracts = contract_frame(term("a", "2025-03-01", "2026-03-01", 1.0), term("a", "2026-03-01", "2027-03-01", 1.0))
    world = open_world(
        tmp_path, {"account": account_frame(["a"], csm="Dana"), "contract": contracts, "account_history": history}
    )
    due = answer(world, "due_calendar", YEAR).table
    own = due[~due["is_everyone"]]
    found = dict(zip(own["period_from"].dt.strftime("%Y-%m"), own["csm"], strict=True))
    assert found == {"2026-03": "Lee", "2027-03": "Dana"}
    assert listed(world, csm="Lee") == ["a"] and listed(world, csm="Dana") == []


def test_who_lost_most(world):
    found = answer(world, "largest_losses", YEAR).table
    assert found["account"].tolist() == ["d", "c", "h", "e"] and found["arr_lost_all"].tolist() == [
        500.0,
        100.0,
        90.0,
        60.0,
    ]
    assert found["lost_running_rate"].tolist() == pytest.approx([500 / 750, 600 / 750, 690 / 750, 1])
    assert found.loc[0, ["arr_lapse", "arr_cancellation", "arr_downsell"]].tolist() == [500.0, 0.0, 0.0]
    curve = answer(world, "lost_concentration", YEAR).table
    losers = curve[curve["concentration_of"] == "losers"]
    assert losers["n_of"].iat[0] == 4 and losers["lost_share_rate"].iloc[[0, 25, 50, 100]].tolist() == pytest.approx(
        [0, 500 / 750, 600 / 750, 1]
    )
    assert curve[curve["concentration_of"] == "customers"]["n_of"].iat[0] == 9  # g came in the period
    assert curve["top_share_rate"].iat[0] == 1 and curve["gini_lo"].isna().all()  # four accounts have no interval
    assert losers["gini"].iat[0] == pytest.approx(by_pairs([500, 100, 90, 60]))


def by_pairs(amounts) -> float:
    """Gini's coefficient, pair by pair."""
    x = np.asarray(amounts, float)
    n = len(x)
    return sum(abs(one - other) for one in x for other in x) / (2 * n * n * x.mean()) * n / (n - 1)


@pytest.mark.parametrize("n_others", [0, 1, 30])
def test_gini_is_the_mean_difference_over_twice_the_mean(n_others):
    dice = np.random.default_rng(n_others)
    amounts = np.sort(dice.exponential(1, 20))[::-1]
    assert gini(amounts, 20 + n_others) == pytest.approx(by_pairs([*amounts, *[0] * n_others]))
    assert gini(np.ones(5), 5) == pytest.approx(0) and np.isnan(gini(np.ones(1), 1))
    weights = np.array([2, 0, 1] + [0] * 17)
    assert gini(amounts, 3, weights) == pytest.approx(by_pairs([amounts[0], amounts[0], amounts[2]]))


def test_a_book_of_nobody_has_the_columns_and_no_rows(world):
    nobody = replace(YEAR, search="nobody is called so")
    for name in ("renewal_accounts", "due_calendar", "lost_concentration", "largest_losses"):
        empty, full = answer(world, name, nobody).table, answer(world, name, YEAR).table
        assert empty.empty and list(empty) == list(full) and MEASURES[name].summary


# --- against the figures


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return sampled(tmp_path_factory.mktemp("sample"), 500, 3, planted=True)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("by", [None, "segment"])
def test_every_figure_of_the_levers_is_as_long_as_its_list(sample, view, by):
    book = year_to(sample.manifest.as_of)
    figures = answer(sample, "renewals", book, view=view, by=by, money="mrr").table
    told = figures[figures["n_terms"] > 0]
    assert len(told) > 10
    for row in (told.groupby("lever").sample(1, random_state=1) if by else told).itertuples():  # of the levels one each
        level = {"by": by, "level": row.level if isinstance(row.level, str) else ""} if by else {}
        found = answer(
            sample,
            "renewal_accounts",
            book,
            view=view,
            lever=row.lever,
            part=row.part,
            currency=row.currency,
            money="mrr",
            **level,
        ).table
        said = (found["n_rows"].iat[0], found["n_rows_accounts"].iat[0], len(found), found["account"].nunique())
        assert said == (row.n_terms, row.n_accounts, row.n_terms, row.n_accounts), row
        assert found["arr_rows"].iat[0] == pytest.approx(row.lever_arr), row
        assert found["lever_arr"].sum() == pytest.approx(row.lever_arr), row


@pytest.mark.parametrize("view", VIEWS)
def test_a_quarter_of_a_value_is_as_long_as_its_list(sample, view):
    book = year_to(sample.manifest.as_of)
    figures = answer(sample, "renewals", book, view=view, by="csm", every="quarter").table
    for row in figures[(figures["n_terms"] > 0) & (figures["part"] == "")].sample(12, random_state=1).itertuples():
        span = {"period_from": f"{row.period_from:%Y-%m-%d}", "period_until": f"{row.period_until:%Y-%m-%d}"}
        level = {"by": "csm", "level": row.level if isinstance(row.level, str) else ""}
        if row.level == OTHER:
            continue
        found = answer(sample, "renewal_accounts", book, view=view, lever=row.lever, **span, **level).table
        assert (len(found), found["arr_rows"].iat[0]) == (row.n_terms, pytest.approx(row.lever_arr)), row


@pytest.mark.parametrize("view", VIEWS)
def test_what_is_kept_is_of_as_many_accounts_as_its_list(sample, view):
    book = year_to(sample.manifest.as_of)
    quarters = answer(sample, "retention", book, view=view, every="quarter").table
    for row in quarters.itertuples():
        span = {"period_from": f"{row.period_from:%Y-%m-%d}", "period_until": f"{row.period_until:%Y-%m-%d}"}
        for lever, n in (("decided" if view == "pool" else "customers", row.n_customers), ("gone", row.n_lost)):
            found = answer(sample, "renewal_accounts", book, view=view, lever=lever, **span).table
            assert found["account"].nunique() == n, (row, lever)
        whole = answer(
            sample, "renewal_accounts", book, view=view, lever="decided" if view == "pool" else "customers", **span
        ).table
        assert whole["arr_from"].sum() == pytest.approx(row.arr_base)


def test_what_the_concentration_adds_up_is_what_the_levers_say_was_lost(sample):
    book = year_to(sample.manifest.as_of)
    levers = answer(sample, "renewals", book, view="calendar").table
    lost = levers[
        levers["lever"].isin(("lapse", "cancellation", "downsell", "downsell_mid_term")) & (levers["part"] == "")
    ]
    curve = answer(sample, "lost_concentration", book).table
    assert curve["arr_lost_all"].iat[0] == pytest.approx(-lost["lever_arr"].sum())
    first = curve[curve["concentration_of"] == "losers"]
    assert (np.diff(first["lost_share_rate"]) >= 0).all() and first["gini_lo"].iat[0] < first["gini"].iat[0] < first[
        "gini_hi"
    ].iat[0]
    largest = answer(sample, "largest_losses", book, limit=10).table
    assert largest["arr_lost_all"].sum() / curve["arr_lost_all"].iat[0] == pytest.approx(curve["top_share_rate"].iat[0])
