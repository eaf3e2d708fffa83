"""Exceptions lived through day by day, data that come late, and what the team did about them."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pandas as pd
import pyarrow as pa
import pytest

from lib.book import year_to
from lib.facts import exceptions, open_store
from lib.facts.ask import ask
from lib.scope import ALL, Scope
from tests.worldlets import WORDS, account_frame, contract_frame, open_world, publish_frames

RULES = WORDS.exceptions.triggers
_SPELLS = "select rule, _account, person, began_on, ended_on, began_value, value from exception_spell"


def spells(snapshot, day: date) -> set[tuple]:
    """Every exception that began up to `day`, as it is known on it."""
    with ask(snapshot, year_to(day), WORDS) as con:
        exceptions.lay(con, day, WORDS, RULES)
        rows = con.execute(_SPELLS).fetchall()
    assert len(set(rows)) == len(rows)
    return set(rows)


def as_of(whole: set[tuple], day: date) -> set[tuple]:
    """The same as the last day knows them: what ended later was open on the day."""
    return {(*row[:4], row[4] if row[4] and row[4] <= day else None, row[5]) for row in whole if row[3] <= day}


def replayed(snapshot, days: list[date]) -> None:
    last = snapshot.manifest.as_of
    whole = spells(snapshot, last)
    assert spells(snapshot, last) == whole  # a day run twice
    for one in by_whom(whole).values():
        assert all(ended_on is not None and ended_on <= next_on for (_, ended_on), (next_on, _) in pairwise(one))
    for day in days:
        found = spells(snapshot, day)
        then = {row[:6] for row in found}
        assert {row[:5] for row in then} == {row[:5] for row in as_of(whole, day)}, day
        began = {row[:4]: row[5] for row in as_of(whole, day)}
        assert {row[:4]: row[5] for row in then} == pytest.approx(began)
        assert all((row[6] is None) or row[4] is None for row in found)


def by_whom(whole: set[tuple]) -> dict:
    found = {}
    for rule, account, person, began_on, ended_on, *_ in sorted(whole, key=lambda row: row[3]):
        found.setdefault((rule, account, person), []).append((began_on, ended_on))
    return found


def test_a_day_is_what_the_last_day_knows_of_it(sample_store):
    """Three days in a row over a Sunday, and three of the two years: the same exceptions of all 28 rules, past ones included."""
    replayed(
        open_store(sample_store),
        [
            date(2026, 10, 24),
            date(2026, 10, 25),
            date(2026, 10, 26),
            date(2026, 5, 6),
            date(2025, 9, 30),
            date(2025, 1, 8),
        ],
    )


@pytest.mark.slow
def test_two_years_of_days(tmp_path):
    from lib.__main__ import main

    assert main(["sample", "--accounts", "300", "--seed", "3", "--store", str(tmp_path)]) == 0
    world = open_store(tmp_path)
    last = world.manifest.as_of
    replayed(world, [last - timedelta(ago) for ago in (*range(1, 15), *range(20, 730, 36))])
    told = {row[0] for row in spells(world, last)}
    assert told == {rule.rule for rule in RULES}


# -- by hand: Silent account is open 90 days after the last contact
LAST = date(2025, 12, 31)


def frames(*touches: tuple[str, date]) -> dict[str, pd.DataFrame]:
    terms = [{"account": each, "starts_on": date(2025, 1, 1), "ends_on": date(2028, 1, 1), "arr": 1.0} for each in "ab"]
    return {
        "account": account_frame(["a", "b"], csm=["Dana", "Jo"]),
        "contract": contract_frame(*terms),
        "touch": touched(*touches),
        "person": pd.DataFrame(
            [(f"p{n}", "a", "champion", datetime(2025, 1, 1), date(2025, 11, 1)) for n in (1, 2)],
            columns=["person", "account", "buying_role", "provisioned_at", "deactivated_on"],
        ),
    }


def touched(*touches: tuple[str, date]) -> pd.DataFrame:
    rows = [
        (f"{account} {day}", account, datetime.combine(day, datetime.min.time()), "call", True)
        for account, day in touches
    ]
    return pd.DataFrame(rows, columns=["touch", "account", "occurred_at", "kind", "is_two_way"])


KNOWN = (("a", date(2025, 1, 10)), ("a", date(2025, 8, 1)))
SILENT = "Silent account"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return open_world(tmp_path_factory.mktemp("states"), frames(*KNOWN))


def states(world, *acts: dict, on: date = LAST, day: date = LAST, scope: Scope = ALL, **written) -> dict:
    """(rule, account, person, began_on) -> state, owner, snoozed_until, reason."""
    acts = [
        {
            "account": "a",
            "rule": SILENT,
            "person": None,
            "until_on": None,
            "owner": None,
            "reason": None,
            "made_by": "dana",
        }
        | act
        | {"made_at": datetime(2025, 12, 1) + timedelta(minutes=n)}
        for n, act in enumerate(acts)
    ]
    kinds = {"until_on": pa.date32(), "acted_on": pa.date32(), "made_at": pa.timestamp("us")}
    names = [*acts[0]] if acts else []
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in names])
    said = written | ({"exception_act": pa.Table.from_pylist(acts, schema=schema)} if acts else {})
    with ask(world, year_to(day), WORDS, scope, written=said) as con:
        exceptions.lay(con, day, WORDS, [WORDS.exceptions.rule(SILENT), WORDS.exceptions.rule("Key user left")])
        rows = con.execute(
            f"select rule, account, person, began_on, state, owner, snoozed_until, reason from {exceptions.ON}",
            {"as_of": day, "on": on},
        ).fetchall()
    return {row[:4]: row[4:] for row in rows}


FIRST, SECOND = (SILENT, "a", None, date(2025, 4, 10)), (SILENT, "a", None, date(2025, 10, 30))
OTHER = (SILENT, "b", None, date(2025, 4, 1))  # never spoken with: 90 days after it began
LEFT = [("Key user left", "a", f"p{n}", date(2025, 11, 1)) for n in (1, 2)]


def test_what_nobody_did_anything_about_is_open_or_gone(world):
    found = states(world)
    assert found == {FIRST: ("gone", "Dana", None, None), OTHER: ("open", "Jo", None, None)} | dict.fromkeys(
        (SECOND, *LEFT), ("open", "Dana", None, None)
    )


def test_done_lasts_until_recovery_and_the_next_one_is_open_again(world):
    act = {"act": "done", "acted_on": date(2025, 5, 1)}
    assert [states(world, act, day=day)[FIRST][0] for day in (date(2025, 5, 1), date(2025, 7, 31))] == ["done", "done"]
    assert states(world, act, day=date(2025, 4, 30))[FIRST][0] == "open"  # nothing later is known
    found = states(world, act)
    assert (found[FIRST][0], found[SECOND][0]) == ("done", "open")
    about_nothing = states(world, act | {"acted_on": date(2025, 9, 1)})
    assert (about_nothing[FIRST][0], about_nothing[SECOND][0]) == ("gone", "open")
    assert states(world, act | {"acted_on": date(2025, 8, 1)})[SECOND][0] == "open"  # over on that day


def test_snoozed_is_quiet_until_its_day_and_reopened_before(world):
    act = {"act": "snoozed", "acted_on": date(2025, 11, 5), "until_on": date(2026, 1, 20), "reason": "holidays"}
    assert states(world, act)[SECOND] == ("snoozed", "Dana", date(2026, 1, 20), "holidays")
    assert states(world, act, on=date(2026, 1, 19))[SECOND][0] == "snoozed"
    assert states(world, act, on=date(2026, 1, 20))[SECOND][:3] == ("open", "Dana", None)
    assert states(world, act | {"until_on": None}, on=date(2027, 1, 1))[SECOND][0] == "snoozed"
    again = {"act": "reopened", "acted_on": date(2025, 11, 6)}
    assert states(world, act, again)[SECOND][0] == "open" and states(world, again, act)[SECOND][0] == "open"
    assert states(world, act | {"acted_on": date(2025, 6, 1)})[FIRST][0] == "gone"


def test_handed_over_changes_whose_it_is_and_nothing_else(world):
    done = {"act": "done", "acted_on": date(2025, 11, 5)}
    over = {"act": "handed_over", "acted_on": date(2025, 11, 6), "owner": "Mia"}
    assert states(world, over)[SECOND][:2] == ("open", "Mia")
    found = states(world, done, over)
    assert found[SECOND][:2] == ("done", "Mia") and found[FIRST][:2] == ("gone", "Dana")


def test_an_act_about_a_person_is_about_that_person_alone(world):
    act = {"rule": "Key user left", "act": "done", "acted_on": date(2025, 11, 5)}
    found = states(world, act | {"person": "p1"})
    assert [found[each][0] for each in (*LEFT, SECOND)] == ["done", "open", "open"]
    assert {each[0] for each in states(world, act).values()} == {"open", "gone"}  # about the account: about neither


def test_others_accounts_have_no_rows(world):
    assert set(states(world, scope=Scope(("Jo",)))) == {OTHER}
    act = {"act": "done", "acted_on": date(2025, 11, 5)}
    assert set(states(world, act, scope=Scope(("Jo",)))) == {OTHER}
    assert set(states(world, scope=Scope(("Dana",)))) == {FIRST, SECOND, *LEFT}


def late(tmp_path, *touches: tuple[str, date]):
    """The same store before and after these touches were delivered."""
    before = open_world(tmp_path, frames(*KNOWN))
    publish_frames(tmp_path, {"touch": touched(*touches)})
    return before, open_store(tmp_path)


def test_what_comes_late_opens_nothing_that_is_over_and_no_second_one(tmp_path):
    """In July we spoke with them; and in September, while the second was open and done."""
    done = {"act": "done", "acted_on": date(2025, 12, 20)}
    before, after = late(tmp_path, ("a", date(2025, 7, 1)), ("a", date(2025, 9, 1)), ("b", date(2025, 12, 24)))
    assert [states(before, done)[each][0] for each in (FIRST, SECOND, OTHER)] == ["gone", "done", "open"]
    found = {each: state for each, (state, *_) in states(after, done).items() if each[0] == SILENT}
    assert found == {FIRST: "gone", (SILENT, "a", None, date(2025, 11, 30)): "done", OTHER: "gone"}


def test_what_is_written_late_counts_on_its_day(world):
    """A request to cancel, written down when it had been withdrawn; a call, when the silence had begun."""
    call = {"account": "a", "occurred_at": datetime(2025, 9, 20), "kind": "call", "is_two_way": True, "made_by": "dana",
            "made_at": datetime(2025, 12, 30)}  # fmt: skip
    found = {
        each: state
        for each, (state, *_) in states(world, touch=pa.Table.from_pylist([call])).items()
        if each[:2] == (SILENT, "a")
    }
    assert found == {FIRST: "gone", (SILENT, "a", None, date(2025, 12, 19)): "open"}
    asked = {
        "account": "b",
        "asked_on": date(2025, 10, 1),
        "withdrawn_on": date(2025, 10, 8),
        "made_by": "jo",
        "made_at": LAST,
    }
    with ask(world, year_to(LAST), WORDS, written={"cancel_request": pa.Table.from_pylist([asked])}) as con:
        exceptions.lay(con, LAST, WORDS, [WORDS.exceptions.rule("Cancellation requested")])
        assert con.execute("select began_on, ended_on from exception_spell").fetchall() == [
            (date(2025, 10, 1), date(2025, 10, 8))
        ]
