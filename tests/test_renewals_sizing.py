"""Seats bought against seats used before a renewal: by hand, the sample against pandas, and whether it finds who was right-sized."""

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
from lib.measures.ahead import sized
from lib.scope import Scope
from tests.funnelworlds import answer
from tests.test_renewals_deciles import term, used
from tests.worldlets import WORDS, account_frame, contract_frame, open_world

DAY = date(2026, 6, 30)  # a Tuesday: the last four full weeks are 1 June until before 29 June
YEAR = Book(date(2025, 7, 1), date(2026, 7, 1), DAY)
SINCE = date(2026, 6, 1)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Of ten seats each: "few" uses 3 and has 6 logins, "full" 5, "idle" none, "bot" none but by machines, and the others are left out."""
    events = [used("few", SINCE, f"p{n}") for n in (1, 2, 3)] + [
        used("few", SINCE - timedelta(1), "p4"),
        used("few", date(2026, 6, 29), "p5"),
    ]
    events += [used("full", date(2026, 6, 28), f"p{n}") for n in range(5)] + [used("gone", date(2026, 5, 4))]
    events += [
        {"occurred_at": datetime(2026, 6, 5), "account": "bot", "person": None, "feature": "api", "quantity": 1.0}
    ]
    events += [used("two", SINCE, "p1"), used("two", SINCE, "p2")]
    until = "2026-09-01"
    return open_world(
        tmp_path_factory.mktemp("sizing"),
        {
            "account": account_frame(
                ["few", "full", "idle", "bot", "seatless", "gone", "new", "later", "two"],
                csm=["Ann"] * 4 + ["Bob"] * 5, name=["Few Ltd", *[None] * 8],
            ),
            "contract": contract_frame(
                term("few", "2025-09-01", until, seats=10, arr=1_000.0),
                term("full", "2025-09-01", until, seats=10),
                term("idle", "2025-11-01", "2026-11-01", seats=10, arr=500.0),
                term("bot", "2025-09-01", until, seats=10),
                term("seatless", "2025-09-01", until, seats=None),
                term("gone", "2025-09-01", until, seats=10, notice_given_on=date(2026, 6, 1)),
                term("new", "2026-05-01", until, seats=10),
                term("later", "2026-01-01", "2026-12-28", seats=10),
                term("two", "2025-09-01", until, seats=4, arr=400.0),
                term("two", "2026-01-01", "2027-06-01", seats=16, arr=9_000.0, product_family="More"),
            ),
            "event": pd.DataFrame(events),
            "person": pd.DataFrame([{"person": f"few p{n}", "account": "few", "provisioned_at": datetime(2025, 9, 1)} for n in range(6)]),
        },
    )  # fmt: skip


def test_what_is_exposed_by_hand(world):
    found = answer(world, "right_sizing", YEAR)
    rows = found.table.set_index("account")
    assert rows.index.tolist() == ["few", "idle", "two"]  # the most exposed first
    # three of ten used: 3.3 are kept, so four; six tenths of 1,000 are exposed
    assert rows.loc["few", ["seats", "n_active_people", "n_assigned", "seats_needed", "seats_over"]].tolist() == [
        10,
        3,
        6,
        4,
        6,
    ]
    assert rows.loc["few", "seats_used_rate"] == 0.3 and rows.loc["few", "arr_exposed"] == 600
    assert rows.loc["few", "days_to_renewal"] == 63
    assert rows.loc["idle", "arr_exposed"] == 500  # nobody uses it: all of it
    # two of twenty used over both lines: 2.2, so three are kept; 17 twentieths of the 400 that come up
    assert rows.loc["two", ["seats", "seats_needed"]].tolist() == [20, 3] and rows.loc[
        "two", "arr_exposed"
    ] == pytest.approx(340)
    assert dict(found.left_out.itertuples(index=False)) == {
        sized.NO_SEATS: 1, sized.NOTICE: 1, sized.NEW: 1, sized.MACHINES: 1,
    }  # fmt: skip
    assert found.table["n_rows"].tolist() == [3] * 3 and found.notes[0].startswith("3 of 4 renewals within 180 days")


def test_logins_may_be_held_against_seats_instead(world):
    found = answer(world, "right_sizing", YEAR, use="assigned").table.set_index("account")
    assert "few" not in found.index and found.loc["full", "seats_used_rate"] == 0


def test_the_list_is_found_cut_and_paged(world):
    assert answer(world, "right_sizing", YEAR, search="FEW").table["account"].tolist() == ["few"]
    paged = answer(world, "right_sizing", YEAR, sort="account", limit=1, offset=1).table
    assert paged["account"].tolist() == ["idle"] and paged["n_rows"].tolist() == [3]
    assert answer(world, "right_sizing", YEAR, quarter="2026-10-01").table["account"].tolist() == ["idle"]
    assert answer(world, "right_sizing", YEAR, within_days=70).table["account"].tolist() == ["few", "two"]
    assert answer(world, "right_sizing", YEAR, scope=Scope(("Bob",))).table["account"].tolist() == ["two"]
    for options in ({"use": "love"}, {"sort": "luck"}, {"quarter": "Q3"}, {"within_days": 0}, {"limit": -1}):
        with pytest.raises(Refused):
            answer(world, "right_sizing", YEAR, **options)


def test_quarters_add_up_to_the_list(world):
    fiscal = replace(WORDS, calendar=replace(WORDS.calendar, fiscal_year_starts_in=2))
    found = answer(world, "sizing_quarters", YEAR, fiscal).table
    assert found["quarter_opens_on"].dt.date.tolist() == [date(2026, 8, 1), date(2026, 11, 1)]
    assert found["n_renewals"].tolist() == [3, 1] and found["n_over"].tolist() == [2, 1]
    assert found["arr_exposed"].tolist() == [940, 500]
    assert np.allclose(found["over_rate_lo"], stats.wilson([2, 1], [3, 1])[0])
    calendar = answer(world, "sizing_quarters", YEAR).table
    assert calendar["quarter_opens_on"].dt.date.tolist() == [date(2026, 7, 1), date(2026, 10, 1)]


def test_a_company_without_use_or_seats_has_nothing_to_size(tmp_path):
    world = open_world(
        tmp_path, {"account": account_frame(["a"]), "contract": contract_frame(term("a", "2025-09-01", "2026-09-01"))}
    )
    found = answer(world, "right_sizing", YEAR)
    assert found.table.empty and dict(found.left_out.itertuples(index=False)) == {sized.NOT_KNOWN["active"]: 1}
    assert answer(world, "sizing_record", YEAR).table["n_decided"].tolist() == [0, 0]
    assert answer(world, "sizing_quarters", YEAR).table.empty


def test_the_record_by_hand(tmp_path):
    """All renew on 1 March and are read on 1 December: one of ten used, cut; one of ten, not renewed; nine of ten, renewed."""
    begun, due = "2025-03-01", "2026-03-01"
    day = date(2025, 11, 25)
    world = open_world(
        tmp_path,
        {
            "account": account_frame(["cut", "lost", "full"]),
            "contract": contract_frame(
                *(term(each, begun, due, seats=10) for each in ("cut", "lost", "full")),
                term("cut", due, "2027-03-01", seats=6, arr=100.0),  # fewer seats for the same ARR is a cut, too
                term("full", due, "2027-03-01", seats=10),
            ),
            "event": pd.DataFrame(
                [
                    used("cut", day),
                    used("lost", day),
                    *(used("full", day, f"p{n}") for n in range(9)),
                    used("full", date(2025, 3, 3)),
                ]
            ),
        },
    )
    found = answer(world, "sizing_record", YEAR).table
    assert (
        found["n_decided"].tolist() == [2, 1]
        and found["n_cut"].tolist() == [1, 0]
        and found["n_lapsed"].tolist() == [1, 0]
    )
    assert found["cut_rate"].tolist() == [0.5, 0] and found["arr_kept_rate"].tolist() == [0.5, 1]


def test_the_sample_against_a_second_implementation(sample_store):
    world = open_store(sample_store)
    book = year_to(world.manifest.as_of)
    found = answer(world, "right_sizing", book)
    mine = found.table.set_index(["account", "renews_on"])["arr_exposed"]
    with ask(world, book, WORDS) as con:
        renewals.lay(con, book.as_of, WORDS)
        due = con.execute("select * from renewal join (select _account, account from scope) using (_account)").df()
        terms = con.execute(
            "select _account, seats from renewal_term where has_begun and ending in ('upcoming', 'pending', 'open')"
        ).df()
        weeks = con.execute("select * from usage.usage_person_week").df()
        machines = con.execute("select * from usage.usage_week where n_events_system > 0").df()
    monday = pd.Timestamp(book.as_of + timedelta(1))
    monday -= pd.Timedelta(days=monday.weekday())
    recent = {
        name: rows[(rows["week"] < monday) & (rows["week"] >= monday - pd.Timedelta(days=28))]
        for name, rows in (("p", weeks), ("m", machines))
    }
    people = recent["p"].groupby("account")["person"].nunique()
    soon = due[
        (due["outcome"] == "upcoming")
        & due["is_due"]
        & ~due["has_notice"]
        & (due["renews_on"] <= pd.Timestamp(book.as_of) + pd.Timedelta(days=180))
    ]
    naive, n_told = {}, 0
    for (account, renews_on), lines in soon.groupby(["account", "renews_on"]):
        seats = terms.loc[terms["_account"] == lines["_account"].iat[0], "seats"].sum()
        n = people.get(account, 0)
        if not lines["seats_due"].sum() or (not n and account in set(recent["m"]["account"])):
            continue
        n_told += 1
        if n / seats < 0.5:
            needed = min(seats, -(-round(n * 1.1, 6) // 1))
            naive[account, renews_on] = (
                float(lines.loc[lines["seats_due"] > 0, "arr_due"].astype(float).sum()) * (seats - needed) / seats
            )
    assert n_told > 10 and mine.to_dict() == pytest.approx(naive) and len(naive) > 3
    assert sum(answer(world, "sizing_quarters", book).table["n_renewals"]) == n_told
