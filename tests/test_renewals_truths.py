"""What is planted in the sample is found again; stated chances come true; nothing of other scopes or of later days is read."""

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from lib.__main__ import main
from lib.book import Book, year_to
from lib.facts import open_store
from lib.facts.ask import ask
from lib.measures.ahead.races import AHEAD, IN_DOUBT, NOT, ON_COURSE
from lib.scope import Scope
from tests.funnelworlds import answer
from tests.worldlets import WORDS, account_frame, contract_frame, open_world


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    store = tmp_path_factory.mktemp("company")
    assert main(["sample", "--accounts", "1500", "--seed", "4", "--store", str(store)]) == 0
    return open_store(store)


def outcomes(world, told, columns: str):
    """What became of renewals told of on an earlier day, as it is known now."""
    with ask(world, year_to(world.manifest.as_of), WORDS) as con:
        from lib.facts import renewals

        renewals.lay(con, world.manifest.as_of, WORDS)
        con.register("told", told[["account", "renews_on", "seats"]])
        con.execute(
            "create or replace temp table renewal_reading as select _account, account, told.renews_on::date as reads_on, null as seats "
            "from told join (select _account, account from scope) using (account)"
        )
        found = con.execute(
            f"""with due as (
                select _account, renews_on, bool_or(outcome like 'renewed%') as is_renewed,
                    bool_or(outcome = 'renewed_down') or sum(seats_renewed) < sum(seats_due) as is_cut
                from renewal where is_due group by _account, renews_on
            )
            select told.account, told.renews_on, {columns}
            from told
            join (select _account, account from scope) as scope on scope.account = told.account
            join due on due._account = scope._account and due.renews_on = told.renews_on::date
            left join adoption_before() as adoption on adoption._account = scope._account and adoption.reads_on = told.renews_on::date"""
        ).df()
    return told.merge(found, on=["account", "renews_on"])


def test_accounts_exposed_on_a_past_day_shrank_more_often_than_the_others(company):
    """A sixth of the accounts bought seats for two to four times their people; a third of their renewals cut them."""
    day = company.manifest.as_of - timedelta(184)
    told = answer(company, "right_sizing", year_to(day), use="assigned").table
    rest = answer(company, "adoption_race", year_to(day)).table
    rest = rest[~rest["account"].isin(told["account"])]
    exposed, others = (outcomes(company, each, "is_renewed, is_cut") for each in (told, rest))
    exposed, others = (each[each["is_renewed"]]["is_cut"].mean() for each in (exposed, others))
    assert len(told) > 40 and exposed > others + 0.05


def test_seats_never_assigned_go_with_leaving_and_with_a_cut(company):
    book = year_to(company.manifest.as_of)
    over, others = answer(company, "sizing_record", book, use="assigned").table.itertuples(index=False)
    assert over.cut_rate > others.cut_rate_hi and over.arr_kept_rate < others.arr_kept_rate_lo
    tenths = answer(company, "renewal_deciles", book, trait="seats_assigned_rate").table
    assert tenths["rank_correlation"].iat[0] > 0


def test_stated_chances_come_true(company):
    """Of renewals of the next half year, told on a past day: as many come to the goal as was said."""
    told = answer(company, "adoption_race", year_to(company.manifest.as_of - timedelta(184))).table
    both = outcomes(company, told, "level").dropna(subset="level")
    came = both["level"] / both["seats"] >= both["goal_rate"]
    for verdict, low, high in ((NOT, 0, 0.2), (ON_COURSE, 0.6, 1), (AHEAD, 0.9, 1)):
        assert low <= came[both["race_verdict"] == verdict].mean() <= high, verdict
    doubtful = both["race_verdict"].isin([IN_DOUBT])
    assert doubtful.sum() < 0.1 * len(both)
    assert came.mean() == pytest.approx(both["reach_chance_rate"].mean(), abs=0.06)


OURS = (
    "renewal_deciles", "tenth_accounts", "right_sizing", "sizing_quarters", "sizing_record", "adoption_race", "race_verdicts",
    "loss_reasons", "loss_accounts", "notice_deadlines", "notice_accounts", "save_rate", "save_accounts", "moved_accounts", "plan_moves", "flat_renewers",
)  # fmt: skip


def test_who_sees_a_part_of_the_accounts_hears_of_no_others(company):
    """Lists have their own accounts alone, and counts are those of the book cut to them."""
    book = year_to(company.manifest.as_of)
    with ask(company, book, WORDS) as con:
        csm, _ = con.execute(
            "select csm::varchar, count(*) from scope group by all order by 2 desc, 1 limit 1"
        ).fetchone()
        own = {
            each
            for (each,) in con.execute("select account from scope where csm::varchar = $csm", {"csm": csm}).fetchall()
        }
    for name in OURS:
        seen = answer(company, name, book, scope=Scope((csm,))).table
        if "account" in seen:
            assert set(seen["account"]) <= own, name
        if not name.startswith(("adoption_race", "race")):  # which hold renewals to those of the scope
            cut = answer(company, name, book.where("csm", [csm])).table
            assert seen.to_json(date_format="iso") == cut.to_json(date_format="iso"), name


def test_nothing_from_the_lead_day_on_is_read(tmp_path):
    """Forty accounts with use, tickets, answers and touches at random; the same without all that came from their own day on."""
    dice = np.random.default_rng(9)
    frames: dict[bool, dict[str, pd.DataFrame]] = {}
    contracts, rows = [], {"event": [], "ticket": [], "survey": [], "touch": []}
    for number in range(40):
        account, ends_on = f"a{number:02d}", date(2026, 3, 1) + timedelta(int(dice.integers(90)))
        contracts.append(
            {"account": account, "starts_on": ends_on - timedelta(365), "ends_on": ends_on, "arr": 100.0, "seats": 6}
        )
        if dice.random() < 0.6:
            contracts.append(
                {
                    "account": account,
                    "starts_on": ends_on,
                    "ends_on": ends_on + timedelta(365),
                    "arr": 100.0,
                    "seats": 6,
                }
            )
        lead = ends_on - timedelta(WORDS.renewals_ahead.lead_days)
        for n in range(60):
            at = datetime.combine(ends_on - timedelta(int(dice.integers(300))), datetime.min.time()) + timedelta(
                hours=int(dice.integers(24))
            )
            is_late = at.date() >= lead
            rows["event"].append(
                (
                    is_late,
                    {
                        "occurred_at": at,
                        "account": account,
                        "person": f"{account}{n % 7}",
                        "feature": f"f{n % 9}",
                        "quantity": 1.0,
                    },
                )
            )
            if n % 9 == 0:
                rows["ticket"].append((is_late, {"ticket": f"{account}{n}", "account": account, "opened_at": at}))
                rows["survey"].append(
                    (
                        is_late,
                        {
                            "survey": f"{account}{n}",
                            "account": account,
                            "kind": "nps",
                            "answered_on": at.date(),
                            "score": float(n % 11),
                        },
                    )
                )
                rows["touch"].append(
                    (
                        is_late,
                        {
                            "touch": f"{account}{n}",
                            "account": account,
                            "occurred_at": at,
                            "kind": "call",
                            "is_two_way": True,
                        },
                    )
                )
    rows["event"] += [
        (
            False,
            {
                "occurred_at": datetime(2025, 1, 6) + timedelta(weeks=week),
                "account": "z",
                "person": "z",
                "feature": "f",
                "quantity": 1.0,
            },
        )
        for week in range(90)
    ]  # so that use is known all the time
    for is_whole in (True, False):
        frames[is_whole] = {
            "account": account_frame([*(f"a{number:02d}" for number in range(40)), "z"]),
            "contract": contract_frame(
                *contracts, {"account": "z", "starts_on": date(2025, 1, 1), "ends_on": None, "arr": 1.0}
            ),
            **{
                name: pd.DataFrame([row for is_late, row in held if is_whole or not is_late])
                for name, held in rows.items()
            },
        }
    book = Book(date(2026, 1, 1), date(2026, 10, 1), date(2026, 9, 30))
    whole, before = (
        answer(open_world(tmp_path / str(is_whole), each), "renewal_deciles", book).table
        for is_whole, each in frames.items()
    )
    assert len(whole) > 40 and whole["n_told"].max() == 40
    assert whole.to_json(date_format="iso") == before.to_json(date_format="iso")


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("loss_reasons", ["n_lost_lines", "lost_arr"]), ("sizing_quarters", ["n_renewals", "n_over", "arr_exposed"]),
        ("notice_deadlines", ["n_deadlines", "n_asked", "arr_due"]), ("plan_moves", ["n_moved_lines", "arr_gained"]),
        ("renewal_deciles", ["n_decided", "n_renewed", "arr_due"]), ("sizing_record", ["n_decided", "n_cut", "n_lapsed"]),
        ("save_rate", ["n_plans", "n_saved"]),
    ],
)  # fmt: skip
def test_parts_of_the_book_add_up_to_the_whole(company, name, columns):
    book, sums = year_to(company.manifest.as_of), []
    values = company.dimension("segment").values
    for cut in (book, *(book.where("segment", [each]) for each in (*values, None))):
        sums.append(answer(company, name, cut).table[columns].astype(float).sum())
    whole, parts = sums[0], sum(sums[1:])
    assert whole.iloc[0] > 0 and parts.tolist() == pytest.approx(whole.tolist())
