"""Use, satisfaction and proficiency read together: each rule on its edge, and lists that equal their figures."""

from datetime import date, datetime, timedelta

import pandas as pd
import pyarrow as pa
import pytest

from lib.facts.ask import ask as asking
from lib.measures.registry import measure
from tests.worldlets import WORDS, YEAR, account_frame, contract_frame, open_world

DAY = YEAR.as_of  # Sunday, 1 Nov 2026: the last of its week


def ask(snapshot, name: str = "corner_accounts", **options):
    said = pa.table(
        {"account": ["felt", "felt low"], "score": pa.array([3, 2], pa.int32()), "said_on": [DAY - timedelta(9)] * 2, "comment": ["", ""],
         "changed_by": ["x"] * 2, "made_by": ["x"] * 2, "made_at": [datetime(2026, 10, 1)] * 2, "changed_at": [datetime(2026, 10, 1)] * 2}
    )  # fmt: skip
    with asking(snapshot, YEAR, WORDS, written={"sentiment": said}) as con:
        return measure(name)(con, YEAR, WORDS, **options)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    accounts, contracts, surveys, tickets, events = [], [], [], [], []

    def account(name: str, seats: int | None = 1, plan: str = "Basic", is_lost: bool = False) -> None:
        accounts.append((name, plan))
        contracts.append(
            {"account": name, "starts_on": date(2025, 1, 1), "ends_on": date(2027, 1, 1 if seats == 1 else 31), "arr": 10.0, "seats": seats,
             "cancelled_on": date(2026, 9, 1) if is_lost else None}
        )  # fmt: skip

    def use(name: str, weeks, feature: str = "report") -> None:
        """In each of `weeks`, 0 the last full one."""
        for week in weeks:
            events.append(
                {
                    "account": name,
                    "person": f"{name} p",
                    "feature": feature,
                    "occurred_at": datetime(2026, 10, 26, 9) - timedelta(weeks=week),
                }
            )

    def survey(name: str, score: float, kind: str = "nps", person: str = "p", answered_on: date = DAY) -> None:
        surveys.append({"survey": f"s{len(surveys):03d}", "account": name, "person": f"{name} {person}", "kind": kind,
                        "answered_on": answered_on, "score": score})  # fmt: skip

    def ticket(name: str, csat: float, closed_on: date = DAY) -> None:
        tickets.append({"ticket": f"t{len(tickets)}", "account": name, "csat": csat, "opened_at": datetime(2026, 1, 1),
                        "closed_at": datetime.combine(closed_on, datetime.min.time())})  # fmt: skip

    account("latest counts")  # one active person of one seat; each person's latest answer: (3 + 10) / 2 = 6.5
    use("latest counts", [0])
    survey("latest counts", 9, answered_on=DAY - timedelta(30))
    survey("latest counts", 3)
    survey("latest counts", 10, person="q")
    account("just satisfied", seats=None)  # (4 + 10) / 2 = 7; without seats, used in each of the last four weeks
    use("just satisfied", range(4))
    survey("just satisfied", 4)
    survey("just satisfied", 10, person="q")
    account("three of four", seats=None)
    use("three of four", [0, 1, 3])
    survey("three of four", 8)
    account("too old", seats=5)  # its NPS is; CSAT of a ticket and of a survey: (3 + 4.8) / 2 = 3.9
    survey("too old", 10, answered_on=DAY - timedelta(365))
    ticket("too old", 3)
    survey("too old", 4.8, kind="csat")
    account("rated", seats=5)
    ticket("rated", 4)
    ticket("rated", 1, closed_on=DAY - timedelta(365))
    account("later", seats=5)  # nothing after the day is known
    survey("later", 10, answered_on=DAY + timedelta(1))
    ticket("later", 5, closed_on=DAY + timedelta(1))
    account("felt", seats=5)
    account("felt low", seats=5)
    account("lost", is_lost=True)
    survey("lost", 10)
    for name, score in (("one of two", None), ("none of two", None), ("says no", 3.9), ("says yes", 4.0)):
        account(name, plan="Pro")
        survey(name, 10)
        use(name, [0])
        if score:
            survey(name, score, kind="proficiency")
    use("one of two", [12], "automation")
    use("says no", [1], "automation")
    use("says no", [13], "too early")
    use("says yes", [1], "approval")
    use("always", range(20))
    features = [{"feature": each, "level": "advanced"} for each in ("automation", "approval", "too early", "unused")]
    frames = {
        "account": account_frame([name for name, _ in accounts], plan=[plan for _, plan in accounts]),
        "contract": contract_frame(*contracts), "survey": pd.DataFrame(surveys), "ticket": pd.DataFrame(tickets),
        "event": pd.DataFrame(events), "feature": pd.DataFrame([*features, {"feature": "report", "level": "simple"}]),
    }  # fmt: skip
    return open_world(tmp_path_factory.mktemp("corners"), frames)


def test_each_corner_on_its_edge(world):
    table = ask(world).table.set_index("account")
    found = table.loc[
        table["satisfied_by"].notna() & (table["satisfied_score"] != 10), ["corner", "satisfied_by", "satisfied_score"]
    ]
    assert table.loc[table["satisfied_by"].isna(), "corner"].to_dict() == {"later": "not known"}
    assert {name: tuple(row) for name, row in found.iterrows()} == {
        "latest counts": ("false comfort", "NPS", 6.5),
        "just satisfied": ("strong", "NPS", 7.0),
        "three of four": ("quiet champions", "NPS", 8.0),
        "too old": ("at the edge", "CSAT", pytest.approx(3.9)),
        "rated": ("quiet champions", "CSAT", 4.0),
        "felt": ("quiet champions", "sentiment", 3.0),
        "felt low": ("at the edge", "sentiment", 2.0),
    }


def test_proficiency_on_its_edge(world):
    """Accounts of Pro used two advanced features in the last 13 weeks; whoever answered the survey is what they say."""
    table = ask(world, sort="account").table.set_index("account")
    assert table.loc[["one of two", "none of two", "says no", "says yes"], "proficiency"].tolist() == [
        "proficient", "not proficient", "not proficient", "proficient",
    ]  # fmt: skip
    assert table.loc[["one of two", "none of two"], "advanced_used_rate"].tolist() == [0.5, 0.0]
    assert set(table.loc[["latest counts", "felt"], "proficiency"]) == {"not known"}  # nobody of Basic used one


def test_the_figures_and_the_lists_are_the_same_accounts(world):
    table = ask(world, "corners").table
    assert table["n_accounts"].sum() == 12 and table["arr"].sum() == 120.0
    for (corner, skilled), rows in table.groupby(["corner", "proficiency"]):
        listed = ask(world, corner=corner, proficiency=skilled).table
        assert len(listed) == rows["n_accounts"].sum() and listed["arr"].sum() == rows["arr"].sum()
        assert (listed["days_to_renewal"] <= 90).sum() == rows["n_renewing"].sum()
    # on 1 Jan 2027, in 61 days: those with one seat; the others in 91
    assert table["n_renewing"].sum() == 5 and table["arr_renewing"].sum() == 50.0
    first, second = (ask(world, sort="account", limit=7, offset=n).table for n in (0, 7))
    assert len(first) == 7 and len(second) == 5 and not set(first["account"]) & set(second["account"])


def test_a_day_past_the_end_of_use_puts_nobody_in_a_corner(world):
    later = YEAR.__class__(YEAR.opens_on, YEAR.closes_on, DAY + timedelta(40))
    with asking(world, later, WORDS) as con:
        table = measure("corners")(con, later, WORDS).table
    assert set(table["usage_level"]) == {"not known"} and set(table["corner"]) == {"not known"}
