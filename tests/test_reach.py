"""Whom the team reaches, how accounts are covered, and what came where they were: a small company by hand."""

from dataclasses import replace
from datetime import date, datetime

import pandas as pd
import pyarrow as pa
import pytest

from lib import effects, stats
from lib.book import Book
from lib.errors import Refused
from lib.facts.ask import ask
from lib.measures.reach import coverageaccounts, impactaccounts, reachaccounts, tailaccounts
from lib.measures.reach.reach import NO_TOUCHES
from lib.measures.registry import MEASURES, measure
from tests.worldlets import WORDS, account_frame, contract_frame, open_world

DAY = date(2026, 12, 31)
YEAR = Book(date(2026, 1, 1), date(2027, 1, 1), DAY)
MODEL = {
    "ann": "high",
    "bob": "High ",
    "cat": "mid",
    "dan": "mid",
    "eve": "low",
    "fay": "digital",
    "gus": "low",
    "hal": "mid",
    "ira": "white glove",
}
CSM = {"dan": None, "hal": None}
ARR = {
    "ann": 400.0,
    "bob": 300.0,
    "cat": 200.0,
    "dan": 100.0,
    "eve": 50.0,
    "fay": 25.0,
    "gus": 25.0,
    "hal": 10.0,
    "ira": 25.0,
}
FIELDS = {
    "account": pa.string(), "occurred_at": pa.timestamp("us"), "kind": pa.string(), "is_two_way": pa.bool_(),
}  # fmt: skip


def touch(account: str, day: str, kind: str = "call", *, two_way: bool = True, proactive: bool | None = None) -> dict:
    at = datetime.fromisoformat(f"{day}T12:00")
    return {"account": account, "occurred_at": at, "kind": kind, "is_two_way": two_way, "is_proactive": proactive}


TOUCHES = (
    touch("ann", "2024-06-01"),  # contact is known since then
    touch("ann", "2025-12-20", proactive=True), touch("ann", "2026-12-10", proactive=True), touch("ann", "2026-12-12", proactive=False),
    touch("bob", "2025-11-01"), touch("bob", "2026-11-20", proactive=True), touch("bob", "2026-12-30", "campaign", two_way=False, proactive=True),
    touch("cat", "2025-11-15"), touch("cat", "2026-12-01", "campaign", two_way=True),  # nobody is reached by a campaign
    touch("dan", "2026-12-05", "email", two_way=False, proactive=False),
    touch("eve", "2025-12-01"), touch("eve", "2026-07-05"),
    touch("ira", "2026-11-30", proactive=True),
)  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Customers since 2024; eve bought more in March, gus left in May, ira began in September and hal in December."""
    since = {name: date(2024, 1, 1) for name in MODEL} | {"hal": date(2026, 12, 1), "ira": date(2026, 9, 1)}
    contracts = [
        {"account": name, "starts_on": since[name], "arr": ARR[name], "product_family": "Core", "currency": "USD"}
        for name in MODEL
        if name != "gus"
    ]
    contracts += [
        {"account": "gus", "starts_on": since["gus"], "arr": 25.0, "product_family": "Core", "currency": "USD", "cancelled_on": date(2026, 5, 1)},
        {"account": "eve", "starts_on": date(2026, 3, 1), "arr": 10.0, "product_family": "More", "currency": "USD"},
        {"account": "old", "starts_on": date(2023, 1, 1), "arr": 9.0, "product_family": "Core", "currency": "USD", "cancelled_on": date(2025, 3, 1)},
    ]  # fmt: skip
    names = [*MODEL, "old"]
    return open_world(
        tmp_path_factory.mktemp("reach"),
        {
            "account": account_frame(
                names, name=[name.title() for name in names], csm=[CSM.get(name, "Dana") for name in names],
                tier=["One" if name in ("ann", "bob", "old") else "Two" for name in names],
                touch_model=[MODEL.get(name, "high") for name in names],
            ),
            "contract": contract_frame(*contracts),
            "touch": pd.DataFrame([{"touch": f"t{n}", **row} for n, row in enumerate(TOUCHES)]),
            "survey": pd.DataFrame(
                [{"survey": "s1", "account": "bob", "kind": "nps", "answered_on": date(2026, 4, 1), "score": 9.0},
                 {"survey": "s2", "account": "cat", "kind": "nps", "answered_on": date(2025, 4, 1), "score": 10.0},
                 {"survey": "s3", "account": "cat", "kind": "nps", "answered_on": date(2026, 4, 1), "score": 10.0}]
            ),
        },
        received=datetime(2027, 1, 2),
    )  # fmt: skip


def asked(world, name: str, book: Book = YEAR, words=WORDS, written=(), **options):
    said = {
        "touch": pa.table(
            {column: pa.array([row.get(column) for row in written], kind) for column, kind in FIELDS.items()}
        )
    }
    with ask(world, book, words, written=said if written else None) as con:
        return measure(name)(con, book, words, **options)


def listed(world, name: str, **options) -> set[str]:
    return set(asked(world, name, **options).table["account"])


def test_reach_by_hand(world):
    """Of eight customers on 31 December: ann, bob, ira spoke with a person since 3 October; cat got a campaign, dan a mail."""
    whole = asked(world, "reach", by="").table.iloc[0]
    counts = ("n_customers_now", "n_reached_accounts", "n_digital_only", "n_one_way_only", "n_not_touched")
    assert [whole[name] for name in counts] == [8, 3, 1, 1, 3]
    assert (whole["n_digital_accounts"], whole["n_touched_accounts"]) == (2, 5)
    assert (whole["n_proactive_accounts"], whole["n_reactive_accounts"]) == (3, 2)
    assert whole["reach_rate"] == 3 / 8 and whole["arr_reach_rate"] == pytest.approx(725 / 1_120)
    assert (whole["reach_rate_lo"], whole["reach_rate_hi"]) == pytest.approx(tuple(map(float, stats.wilson(3, 8))))
    assert (
        whole["n_human_touches"] == 5 and whole["proactive_touch_rate"] == 3 / 5
    )  # ann 1 of 2, bob, ira, dan's was asked for
    by_tier = asked(world, "reach").table
    assert by_tier["reach_level"].tolist()[1:] == ["Two", "One"] and by_tier["n_reached_accounts"].tolist() == [3, 1, 2]


def test_every_share_of_reach_lists_as_many_accounts(world):
    whole = asked(world, "reach", by="").table.iloc[0]
    of = {
        "all": "n_customers_now", "reached": "n_reached_accounts", "digital only": "n_digital_only", "one-way only": "n_one_way_only",
        "not touched": "n_not_touched", "digital": "n_digital_accounts", "touched": "n_touched_accounts",
        "proactive": "n_proactive_accounts", "reactive": "n_reactive_accounts",
    }  # fmt: skip
    assert set(of) == set(reachaccounts.WHICH)
    for which, count in of.items():
        assert len(listed(world, "reach_accounts", which=which)) == whole[count], which
    assert listed(world, "reach_accounts", which="not touched") == {"eve", "fay", "hal"}
    assert listed(world, "reach_accounts", which="reached", by="tier", level="Two") == {"ira"}
    assert listed(world, "reach_accounts", by="csm", level="") == {"dan", "hal"}
    assert listed(world, "reach_accounts", days=30, which="reached") == {"ann"}


def test_what_the_team_wrote_counts_as_what_files_say(world):
    at = datetime(2027, 1, 5)  # after the data's last day: it counts on that day
    said = [{"account": "eve", "occurred_at": at, "kind": "call", "is_two_way": True, "is_proactive": False}]
    assert asked(world, "reach", by="", written=said).table["n_reached_accounts"].iat[0] == 4
    row = asked(world, "reach_accounts", which="reached", search="eve", written=said).table.iloc[0]
    assert row["reached_last_on"] == pd.Timestamp("2027-01-05")
    earlier = replace(YEAR, as_of=date(2026, 12, 1))
    assert (
        asked(world, "reach", earlier, by="", written=said).table["n_reached_accounts"].iat[0] == 2
    )  # bob, ira; ann not yet


def test_coverage_by_hand(world):
    """High: ann met 19 days ago, bob 41. Mid: cat and dan never of late; hal is a month old. Low: eve met 179 days ago."""
    states = asked(world, "coverage_accounts", which="all").table.set_index("account")
    assert states["coverage_state"].to_dict() == {
        "ann": "met in time", "bob": "not met in time", "cat": "not met in time", "dan": "not met, no CSM", "eve": "met in time",
        "fay": "none asked", "hal": "too new", "ira": "no rule",
    }  # fmt: skip
    assert states.loc["bob", ["every_days", "days_since_met"]].tolist() == [30, 42]
    whole, dana, nobody = asked(world, "coverage").table.to_dict("records")
    assert (whole["n_to_meet"], whole["n_met_in_time"], whole["n_not_met"], whole["n_unmanaged"]) == (5, 2, 2, 1)
    assert (whole["n_too_new"], whole["n_none_asked"], whole["n_no_rule"], whole["n_contact_not_known"]) == (1, 1, 1, 0)
    assert whole["coverage_rate"] == 0.4 and whole["arr_coverage_rate"] == pytest.approx(460 / 1_060)
    assert whole["arr_not_met"] == 600 and whole["late_p50_days"] == (12 + (412 - 90)) / 2
    assert (dana["coverage_level"], dana["n_to_meet"]) == ("Dana", 4) and nobody["n_unmanaged"] == 1
    for which in coverageaccounts.WHICH:
        assert listed(world, "coverage_accounts", which=which) <= set(MODEL)
    assert listed(world, "coverage_accounts") == {"bob", "cat", "dan"}
    assert listed(world, "coverage_accounts", which="to meet", by="tier", level="One") == {"ann", "bob"}


def test_meetings_on_the_very_day_are_in_time_and_the_day_after_are_not(world):
    for every, state in ((42, "met in time"), (41, "not met in time")):
        words = replace(WORDS, reach=replace(WORDS.reach, meet_every_days=(("HIGH", float(every)),)))
        found = asked(world, "coverage_accounts", words=words, which="all").table.set_index("account")["coverage_state"]
        assert found["bob"] == state and found["cat"] == "no rule"


def test_the_tail_reads_coverage_before_the_period_and_losses_in_it(world):
    """On 1 January: ann met 12 days before, bob 61, cat 47, dan never, eve 31; gus never, and was lost in May."""
    whole, *rows = asked(world, "coverage_tail").table.to_dict("records")
    found = pd.DataFrame(rows).set_index("coverage_then")
    assert (whole["n_then_customers"], whole["n_tail_lost"]) == (7, 1)
    assert found["n_then_customers"].to_dict() == {
        "met in time": 3, "not met in time": 2, "not met, no CSM": 1, "none asked": 1,
    }  # fmt: skip
    assert found["n_tail_lost"].to_dict()["not met in time"] == found["n_tail_lost"].sum() == 1
    assert listed(world, "tail_accounts") == {"bob", "dan", "gus"}
    assert listed(world, "tail_accounts", state="all", which="lost") == {"gus"}
    for state in tailaccounts.STATES:
        assert listed(world, "tail_accounts", state=state) <= set(MODEL)


def test_a_contact_in_the_period_covers_nobody_when_it_opens(world):
    said = [{"account": "bob", "occurred_at": datetime(2026, 1, 1), "kind": "call", "is_two_way": True}]
    before, after = (asked(world, "coverage_tail", written=each).table for each in ((), said))
    pd.testing.assert_frame_equal(before, after)


def test_impact_by_hand(world):
    """Reached since 3 October 2025: ann, bob, cat, eve; not: dan, fay, gus. Eve bought more; bob answers 9; cat did before."""
    found = asked(world, "impact").table.set_index("impact_figure")
    assert found.loc["kept", ["n_with_it", "n_came_with_it", "n_without_it", "n_came_without_it"]].tolist() == [
        4,
        4,
        3,
        2,
    ]
    assert found.loc["expanded", ["n_with_it", "n_came_with_it", "n_without_it", "n_came_without_it"]].tolist() == [
        4,
        1,
        3,
        0,
    ]
    assert found.loc["advocates", ["n_with_it", "n_came_with_it", "n_without_it", "n_came_without_it"]].tolist() == [
        3,
        1,
        3,
        0,
    ]
    assert set(found["impact_verdict"]) == {"not like with like", "", effects.UNTOLD}
    assert listed(world, "impact_accounts", figure="expanded", which="came") == {"eve"}
    assert listed(world, "impact_accounts", figure="advocates", side="with") == {"ann", "bob", "eve"}
    assert listed(world, "impact_accounts", figure="kept", side="without", which="not") == {"gus"}
    by_tier = asked(world, "impact", by="tier").table
    of = by_tier[(by_tier["impact_figure"] == "kept") & ~by_tier["is_whole"].astype(bool)].set_index("impact_level")
    assert of["n_with_it"].to_dict() == {"One": 2, "Two": 2}


def test_save_plans_lead_by_the_days_to_the_loss_or_the_renewal(world):
    fields = {"account": pa.string(), "opened_on": pa.date32(), "closed_on": pa.date32(), "outcome": pa.string()}
    rows = [
        {"account": "gus", "opened_on": date(2026, 4, 1)},
        {"account": "ann", "opened_on": date(2026, 4, 1), "closed_on": date(2026, 6, 1), "outcome": "saved"},
    ]
    written = {
        "save_plan": pa.table({name: pa.array([row.get(name) for row in rows], kind) for name, kind in fields.items()})
    }
    with ask(world, YEAR, WORDS, written=written) as con:
        found = measure("impact")(con, YEAR, WORDS).table.set_index("impact_figure")
        leads = measure("impact_accounts")(con, YEAR, WORDS, figure="lead time").table
    assert found.loc["saved", ["n_with_it", "n_came_with_it"]].tolist() == [2, 1]
    assert found.loc["lead time", ["n_with_it", "before_p50_days"]].tolist() == [1, 30]  # ann's contract has no end
    assert leads[["account", "days_before", "impact_came"]].values.tolist() == [["gus", 30, "no"]]


def test_without_contact_it_is_said(tmp_path):
    bare = open_world(
        tmp_path,
        {
            "account": account_frame(["a"], touch_model="mid"),
            "contract": contract_frame({"starts_on": date(2020, 1, 1)}),
        },
    )
    assert NO_TOUCHES in asked(bare, "reach").notes
    assert asked(bare, "coverage", by="").table["n_contact_not_known"].tolist() == [1]
    assert asked(bare, "play_effects").table.empty


NEW = [name for name, each in MEASURES.items() if each.path.startswith("lib.measures.reach.")]


def test_an_empty_book_gives_empty_answers(world):
    nobody = replace(YEAR, search="nobody is called so")
    for name in NEW:
        if name != "play_accounts":
            assert asked(world, name, nobody).table.empty, name


@pytest.mark.parametrize(
    ("name", "options"),
    [("reach_accounts", {"which": "x"}), ("reach_accounts", {"sort": "x"}), ("reach_accounts", {"level": "One"}), ("reach", {"days": 0}),
     ("reach", {"by": "shoe size"}), ("coverage_accounts", {"which": "x"}), ("tail_accounts", {"state": "x"}), ("tail_accounts", {"limit": -1}),
     ("impact_accounts", {"figure": "x"}), ("impact_accounts", {"side": "x"}), ("play_effects", {"outcome": "x"}), ("play_accounts", {"play": "x"}),
     ("play_accounts", {"side": "x"})],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(world, name, options):
    with pytest.raises(Refused):
        asked(world, name, **options)


def test_choices_of_the_shell_are_those_of_the_answers():
    for name, choices in (("reach_accounts", reachaccounts.WHICH), ("coverage_accounts", coverageaccounts.WHICH),
                          ("tail_accounts", tailaccounts.WHICH), ("impact_accounts", impactaccounts.WHICH)):  # fmt: skip
        option = next(each for each in MEASURES[name].options if each.name == "which")
        assert set(option.choices) == set(choices), name
