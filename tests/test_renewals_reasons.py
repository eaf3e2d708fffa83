"""Reasons, deadlines, save plans, moves between plans, and who renews flat: small companies by hand."""

from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from lib import stats
from lib.book import Book
from lib.errors import Refused
from lib.facts.ask import ask
from lib.measures.ahead import deadlines, saves
from lib.measures.registry import measure
from lib.scope import Scope
from tests.funnelworlds import answer
from tests.test_renewals_deciles import term
from tests.worldlets import WORDS, account_frame, contract_frame, open_world

DAY = date(2026, 12, 31)
YEAR = Book(date(2026, 1, 1), date(2027, 1, 1), DAY)
FROM = "2025-06-01"


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """a lapsed for its price with both lines in May; b was cancelled in July; c gave no reason; d left in euros; e, f, g renewed."""
    return open_world(
        tmp_path_factory.mktemp("reasons"),
        {
            "account": account_frame("abcdefg", csm=["Ann"] * 3 + ["Bob"] * 4, tier=["Gold"] * 7),
            "account_history": pd.DataFrame(
                [{"account": "e", "field": "tier", "from_on": day("2025-01-01"), "until_on": day("2026-06-10"), "value": "Silver"}]
            ),
            "contract": contract_frame(
                term("a", FROM, "2026-05-01", lost_reason="Price", arr=100.0),
                term("a", FROM, "2026-05-02", lost_reason="Price", arr=10.0, product_family="More"),
                term("b", FROM, "2027-06-01", lost_reason="Price", arr=300.0, cancelled_on=day("2026-07-15")),
                term("c", FROM, "2026-05-20", arr=50.0),
                term("d", FROM, "2026-05-01", lost_reason=" ", arr=70.0, currency="EUR"),
                term("e", FROM, "2026-06-01", plan="Team", lost_reason="Price"),
                term("e", "2026-06-01", "2027-06-01", plan="Business", arr=180.0, notice_by=day("2027-01-04")),
                term("f", "2023-06-01", "2024-06-01", plan="Team", arr=90.0),
                *(term("f", f"{year}-06-01", f"{year + 1}-06-01", plan="Team", notice_by=day("2027-01-10")) for year in (2024, 2025, 2026)),
                term("g", FROM, "2027-06-01", plan="Team", cancelled_on=day("2026-03-01")),
                term("g", "2026-03-01", "2027-03-01", plan="Starter", arr=40.0, notice_by=day("2027-01-11"), asked_to_cancel_on=day("2026-12-01")),
            ),
        },
    )  # fmt: skip


def test_losses_by_reason_by_hand(world):
    found = answer(world, "loss_reasons", YEAR).table
    dollars = found[found["currency"] == "USD"].set_index("lost_reason")
    assert dollars.index.tolist() == ["Price", "not given"] and dollars["n_lost_accounts"].tolist() == [2, 1]
    assert dollars["n_lost_lines"].tolist() == [3, 1] and dollars["of_lost_accounts"].tolist() == [3, 3]
    assert dollars["lost_arr"].tolist() == [410, 50] and dollars["reason_arr_rate"].tolist() == pytest.approx(
        [410 / 460, 50 / 460]
    )
    assert np.allclose(dollars["reason_rate_hi"], stats.wilson([2, 1], [3, 3])[1])
    euros = found[found["currency"] == "EUR"]
    assert euros[["lost_reason", "n_lost_accounts", "lost_arr"]].values.tolist() == [["not given", 1, 70]]


def test_parts_of_a_period_are_fiscal_and_add_up(world):
    fiscal = replace(WORDS, calendar=replace(WORDS.calendar, fiscal_year_starts_in=2))
    found = answer(world, "loss_reasons", YEAR, fiscal, every="quarter").table
    dollars = found[found["currency"] == "USD"]
    assert (
        dollars["lost_from"].dt.date.tolist()
        == [day("2026-05-01"), day("2026-05-01"), day("2026-05-01")][: len(dollars)]
    )
    months = answer(world, "loss_reasons", replace(YEAR, opens_on=day("2026-05-02")), every="month").table
    assert months["lost_from"].dt.date.tolist() == [day("2026-05-02")] * 2 + [
        day("2026-07-01")
    ]  # the period begins in mid-May
    assert months["lost_until"].dt.date.tolist() == [day("2026-06-01")] * 2 + [day("2026-08-01")]
    assert answer(world, "loss_reasons", YEAR, every="month").table["lost_arr"].sum() == found["lost_arr"].sum() == 530
    with pytest.raises(Refused):
        answer(world, "loss_reasons", YEAR, every="fortnight")


def test_the_contracts_behind_a_reason_are_as_many_as_it_counts(world):
    for reason, n in (("Price", 3), ("not given", 2), ("Weather", 0), (None, 5)):
        found = answer(world, "loss_accounts", YEAR, reason=reason).table
        assert len(found) == n and (not n or found["n_rows"].iat[0] == n)
    first = answer(world, "loss_accounts", YEAR, reason="Price", limit=1).table
    assert first[["account", "renewal_ending", "lost_arr"]].values.tolist() == [["b", "cancelled", 300]]
    assert set(answer(world, "loss_accounts", YEAR, scope=Scope(("Ann",))).table["account"]) == {"a", "b", "c"}


def test_deadlines_by_week_and_their_accounts(world):
    found = answer(world, "notice_deadlines", YEAR)
    rows = found.table
    assert rows["week_from"].dt.date.tolist() == [
        day("2027-01-04"),
        day("2027-01-11"),
    ]  # Sunday the 10th is of the first
    assert rows["n_deadlines"].tolist() == [2, 1] and rows["n_asked"].tolist() == [0, 1]
    assert rows["arr_due"].tolist() == [280, 40] and rows["arr_asked"].tolist() == [0, 40]
    listed = answer(world, "notice_accounts", YEAR, week="2027-01-08").table
    assert listed["account"].tolist() == ["e", "f"] and listed["days_to_notice"].tolist() == [4, 10]
    assert answer(world, "notice_accounts", YEAR, within_days=4).table["account"].tolist() == ["e"]
    assert answer(world, "notice_accounts", YEAR.where("csm", ["Ann"])).table.empty
    with pytest.raises(Refused):
        answer(world, "notice_accounts", YEAR, week="soon")


def test_who_gave_notice_or_has_no_deadline_is_left_out(tmp_path):
    world = open_world(
        tmp_path,
        {
            "account": account_frame("ab"),
            "contract": contract_frame(
                term("a", FROM, "2027-01-20", notice_by=day("2027-01-05"), notice_given_on=day("2026-12-01")),
                term("b", FROM, "2027-01-20"),
            ),
        },
    )
    found = answer(world, "notice_deadlines", YEAR)
    assert found.table.empty and dict(found.left_out.itertuples(index=False)) == {
        deadlines.NOTICE: 1,
        deadlines.NO_DEADLINE: 1,
    }


def test_from_plan_to_plan_by_hand(world):
    found = answer(world, "plan_moves", YEAR).table
    found = found[found["went_from"].notna()]
    rows = found.set_index(["moved_when", "went_from", "went_to"])
    assert set(rows.index) == {
        ("at renewal", "Team", "Team"),
        ("at renewal", "Team", "Business"),
        ("mid-term", "Team", "Starter"),
    }
    up = rows.loc[("at renewal", "Team", "Business")]
    assert up[["n_moved_accounts", "of_plan_accounts", "arr_before", "arr_after", "arr_gained"]].tolist() == [
        1,
        2,
        100,
        180,
        80,
    ]
    assert up["plan_rate"] == 0.5 and up["is_move"] and not rows.loc[("at renewal", "Team", "Team"), "is_move"]
    down = rows.loc[("mid-term", "Team", "Starter")]
    assert down["arr_gained"] == -60 and down["of_plan_accounts"] == 1


def test_the_terms_behind_a_move_are_as_many_as_it_counts(world):
    for what in ("plan", "tier"):
        for row in answer(world, "plan_moves", YEAR, what=what).table.itertuples():
            asked = {
                name: getattr(row, name) if isinstance(getattr(row, name), str) else ""
                for name in ("went_from", "went_to")
            }
            listed = answer(world, "moved_accounts", YEAR, what=what, moved_when=row.moved_when, **asked).table
            assert len(listed) == row.n_moved_lines and listed["arr_gained"].sum() == row.arr_gained
    every = answer(world, "moved_accounts", YEAR).table
    assert every[["account", "arr_gained"]].values.tolist() == [["e", 80], ["g", -60]] and every["n_rows"].tolist() == [
        2,
        2,
    ]
    with pytest.raises(Refused):
        answer(world, "moved_accounts", YEAR, moved_when="never")


def test_a_tier_is_that_of_the_day_before_and_of_the_end_of_the_grace_days(world):
    found = answer(world, "plan_moves", YEAR, what="tier").table
    at = found[found["moved_when"] == "at renewal"]
    assert at[["went_from", "went_to", "n_moved_accounts"]].values.tolist() == [
        ["Gold", "Gold", 1],
        ["Silver", "Gold", 1],
    ]
    with pytest.raises(Refused):
        answer(world, "plan_moves", YEAR, what="mood")


def test_who_renews_flat_again_and_again(world):
    found = answer(world, "flat_renewers", YEAR).table
    # f was raised in 2024, and flat in 2025 and 2026
    assert found[["account", "n_flat", "arr_due"]].values.tolist() == [["f", 2, 100]]
    assert found["flat_since_on"].dt.date.tolist() == [day("2025-06-01")] and found["days_to_renewal"].tolist() == [152]
    assert answer(world, "flat_renewers", YEAR, times=3).table.empty
    with pytest.raises(Refused):
        answer(world, "flat_renewers", YEAR, times=0)


# --- save plans


def plans(*rows: dict) -> pa.Table:
    kinds = {
        "account": pa.string(),
        "opened_on": pa.date32(),
        "closed_on": pa.date32(),
        "outcome": pa.string(),
        "id": pa.string(),
    }
    return pa.table({name: pa.array([row.get(name) for row in rows], kind) for name, kind in kinds.items()})


@pytest.fixture(scope="module")
def risky(tmp_path_factory):
    """Of six: "kept" renewed, "left" lapsed, the others run on. Notice of "noticed" was given before the year."""
    until, rolling = "2026-09-01", {"ends_on": None}
    return open_world(
        tmp_path_factory.mktemp("risky"),
        {
            "account": account_frame(["kept", "left", "said saved", "said lost", "open", "noticed", "asked", "well"]),
            "ticket": pd.DataFrame([{"ticket": "t", "account": "well", "opened_at": datetime(2026, 12, 31)}]),  # the last day known
            "contract": contract_frame(
                term("kept", FROM, until, arr=100.0), term("kept", until, "2027-09-01", arr=100.0), term("left", FROM, until, arr=300.0),
                *(term(each, FROM, until, arr=50.0) | rolling for each in ("said saved", "said lost", "open", "well")),
                term("noticed", FROM, until, arr=80.0, notice_given_on=day("2025-12-01")),
                term("asked", FROM, until, arr=20.0, asked_to_cancel_on=day("2025-12-01")), term("asked", until, "2027-09-01", arr=20.0),
            ),
        },
        received=datetime(2027, 1, 2),
    )  # fmt: skip


def saved(world, *rows: dict, book: Book = YEAR, name: str = "save_rate", **options):
    with ask(world, book, WORDS, written={"save_plan": plans(*rows)}) as con:
        return measure(name)(con, book, WORDS, **options)


def test_what_became_of_save_plans_by_hand(risky):
    opened = {"opened_on": day("2026-06-01")}
    closed = {"closed_on": day("2026-10-01")}
    written = (
        {"account": "kept", "id": "1"} | opened,
        {"account": "left", "id": "2", "outcome": "saved"} | opened | closed,  # whatever was said of it
        {"account": "said saved", "id": "3", "outcome": "saved"} | opened | closed,
        {"account": "said lost", "id": "4", "outcome": "lost"} | opened | closed,
        {"account": "open", "id": "5"} | opened,
        {
            "account": "well",
            "id": "6",
            "opened_on": day("2025-06-01"),
            "closed_on": day("2025-07-01"),
            "outcome": "lost",
        },
    )
    found = saved(risky, *written)
    plan, rest = found.table.to_dict("records")
    assert (plan["n_plans"], plan["n_decided_accounts"], plan["n_saved"]) == (5, 4, 2)
    assert (plan["arr_decided"], plan["arr_saved"]) == (500, 150) and plan["save_rate"] == 0.5
    # at risk on 1 January without a plan: who gave notice left, who asked to cancel renewed
    assert (rest["n_plans"], rest["n_decided_accounts"], rest["n_saved"]) == (2, 2, 1)
    assert (rest["arr_decided"], rest["arr_saved"]) == (100, 20)
    assert dict(found.left_out.itertuples(index=False)) == {saves.OPEN: 1}
    lo, hi = stats.newcombe(2, 4, 1, 2)
    assert f"{100 * float(lo):+.1f} to {100 * float(hi):+.1f}" in found.notes[1]
    for group, name, counted in (("plan", saves.WITH, plan), ("none", saves.WITHOUT, rest)):
        for which, n in (("all", "n_plans"), ("saved", "n_saved")):
            listed = saved(risky, *written, name="save_accounts", group=group, which=which).table
            assert len(listed) == counted[n] and set(listed["save_group"]) == {name}
    listed = saved(risky, *written, name="save_accounts", which="lost").table
    assert listed[["account", "arr_then"]].values.tolist() == [["left", 300], ["noticed", 80], ["said lost", 50]]
    with pytest.raises(Refused):
        saved(risky, name="save_accounts", group="ours")


def test_nothing_of_a_later_day_is_known(risky):
    found = saved(
        risky,
        {
            "account": "said saved",
            "id": "3",
            "opened_on": day("2026-06-01"),
            "closed_on": day("2026-10-01"),
            "outcome": "saved",
        },
        {"account": "open", "id": "5", "opened_on": day("2026-08-01")},
        book=replace(YEAR, as_of=day("2026-07-01")),
    )
    assert found.table["n_plans"].tolist()[0] == 1 and found.table["n_decided_accounts"].tolist() == [0, 0]


def test_without_plans_or_risk_there_is_nothing_to_rate(tmp_path):
    world = open_world(
        tmp_path, {"account": account_frame("a"), "contract": contract_frame(term("a", FROM, "2027-06-01"))}
    )
    found = answer(world, "save_rate", YEAR).table
    assert found["n_plans"].tolist() == [0, 0] and found["save_rate"].isna().all()
