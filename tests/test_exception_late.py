"""Events and tickets that are imported late: nothing of the past is told anew, what was done holds, and only a recovery re-arms.

Ten seats each; one person used them on every Monday, but four in the weeks from one day to another. Low licence utilisation is told
14 days after the first Sunday with a quarter or less (different people of four weeks / seats), and is over at more than 35 %.

low     four to 31 March 2025: 0.4 to Sunday 27 April, 0.1 on 4 May: told on 18 May. Four again from 1 September: over on 7 September
        with the week that ends then. Four to 27 October: 0.4 to 23 November, 0.1 on the 30th: told on 14 December
loud    of two with a login, two tickets on 2 June: told, and over 90 days later, on 31 August; two more on 3 November: told again
"""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pandas as pd
import pyarrow as pa
import pytest

from lib.book import year_to
from lib.facts import exceptions, open_store
from lib.facts.ask import ask
from lib.measures.registry import measure
from tests.test_facts_standing import written
from tests.worldlets import WORDS, account_frame, contract_frame, open_world, publish_frames

LOW, LOUD = "Low licence utilisation", "Support load high"
LAST = date(2025, 12, 28)
ONCE, AGAIN = date(2025, 5, 18), date(2025, 12, 14)  # low is told
FEW = ((date(2025, 4, 7), date(2025, 8, 31)), (date(2025, 11, 3), date(2025, 12, 28)))  # days on which one uses it
JUNE, NOVEMBER = date(2025, 6, 2), date(2025, 11, 3)  # loud is told
DONE, HELD = date(2025, 12, 22), date(2025, 11, 10)
_TRIGGERS = tuple(replace(rule, is_on=rule.rule in (LOW, LOUD)) for rule in WORDS.exceptions.triggers)
BOTH = replace(WORDS, exceptions=replace(WORDS.exceptions, triggers=_TRIGGERS))  # are on
THREE = ("ann", "bob", "cy")  # more than the one


def events(*used: tuple[date, tuple[str, ...]], account: str = "low") -> pd.DataFrame:
    rows = [
        (datetime.combine(day, datetime.min.time()), account, who, "Editor", 1.0)
        for day, people in used
        for who in people
    ]
    return pd.DataFrame(rows, columns=["occurred_at", "account", "person", "feature", "quantity"])


def tickets(*opened: tuple[str, date]) -> pd.DataFrame:
    rows = [
        (f"{account} {day} {n}", account, datetime.combine(day, datetime.min.time()))
        for n, (account, day) in enumerate(opened)
    ]
    return pd.DataFrame(rows, columns=["ticket", "account", "opened_at"])


def mondays(first: date, last: date) -> list[date]:
    return [first + timedelta(7 * week) for week in range((last - first).days // 7 + 1)]


def frames() -> dict[str, pd.DataFrame]:
    terms = [{"account": each, "starts_on": date(2024, 6, 1), "ends_on": date(2028, 6, 1), "arr": 1.0, "seats": 10}
             for each in ("low", "loud", "z")]  # fmt: skip
    used = [
        (day, ("jo",) if any(first <= day <= last for first, last in FEW) else ("jo", *THREE))
        for day in mondays(date(2025, 1, 6), LAST)
    ]
    people = [(f"p{n}", "loud", datetime(2024, 6, 1)) for n in (1, 2)]
    return {
        "account": account_frame(["low", "loud", "z"], csm="Dana"),
        "contract": contract_frame(*terms),
        "event": events(*used),
        "person": pd.DataFrame(people, columns=["person", "account", "provisioned_at"]),
        "ticket": tickets(*[("loud", JUNE)] * 2, *[("loud", NOVEMBER)] * 2, ("z", LAST)),
    }


def acts(*rows: tuple[str, str, str, date]) -> dict:
    account, rule, act, day = zip(*rows, strict=True)
    until = [date(2026, 3, 1) if each == "snoozed" else None for each in act]
    made = [datetime.combine(each, datetime.min.time()) for each in day]
    n = len(rows)
    return {"exception_act": written(
        "exception_act", account=list(account), rule=list(rule), act=list(act), acted_on=list(day), until_on=until,
        owner=pa.nulls(n, pa.string()).to_pylist(), made_at=made, made_by=["dana"] * n, reason=["told them"] * n,
    )}  # fmt: skip


def states(world, rule: str, day: date = LAST, **said) -> list[tuple]:
    with ask(world, year_to(day), WORDS, written=said) as con:
        exceptions.lay(con, day, WORDS, [WORDS.exceptions.rule(rule)])
        sql = f"select account, began_on, ended_on, state from {exceptions.ON} where account in ('low', 'loud') and rule = $rule order by 1, 2"
        rows = con.execute(sql, {"as_of": day, "on": day, "rule": rule}).fetchall()
    return [row for row in rows if row[0] == ("low" if rule == LOW else "loud")]


def news(world, day: date = LAST, **said) -> list[tuple]:
    """What the digest of a day tells of exceptions: of the last day, nothing that is not new on it."""
    with ask(world, year_to(day), BOTH, written=said) as con:
        table = measure("digest")(con, year_to(day), BOTH).table
    return [(row.news, row.account) for row in table.itertuples() if row.news in ("new", "gone", "again")]


@pytest.fixture
def late(tmp_path):
    """late(table, frame) imports rows of the past into the store, as another batch; gives the store opened anew."""

    def imported(table: str, frame: pd.DataFrame):
        publish_frames(tmp_path, {table: frame})
        return open_store(tmp_path)

    imported.before = open_world(tmp_path, frames())
    return imported


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    return open_world(tmp_path_factory.mktemp("before"), frames())


def test_what_was_told_without_them(before):
    done = acts(("low", LOW, "done", DONE), ("loud", LOUD, "snoozed", HELD))
    assert states(before, LOW, **done) == [("low", ONCE, date(2025, 9, 7), "gone"), ("low", AGAIN, None, "done")]
    assert states(before, LOUD, **done) == [
        ("loud", JUNE, date(2025, 8, 31), "gone"),
        ("loud", NOVEMBER, None, "snoozed"),
    ]
    assert news(before, **done) == []
    told = [news(before, day) for day in (AGAIN, NOVEMBER, date(2025, 8, 31), date(2025, 9, 7))]
    assert told == [[("new", "low")], [("new", "loud")], [("gone", "loud")], [("gone", "low")]]


def test_late_events_split_what_is_over_and_tell_of_nothing_anew(late):
    """Three more in the week of 2 June: 0.4 from Sunday 8 June to the 29th, 0.1 on 6 July: told 14 days later."""
    done = acts(("low", LOW, "done", DONE))
    after = late("event", events((date(2025, 6, 2), THREE)))
    assert states(after, LOW, **done) == [
        ("low", ONCE, date(2025, 6, 8), "gone"), ("low", date(2025, 7, 20), date(2025, 9, 7), "gone"), ("low", AGAIN, None, "done"),
    ]  # fmt: skip
    assert news(after, **done) == []


def test_late_events_by_which_it_began_later_reopen_nothing_that_was_done_since(late):
    """Three more in the week of 3 November: 0.4 to Sunday the 30th, 0.1 on 7 December: told on the 21st, a day before the act."""
    after = late("event", events((NOVEMBER, THREE)))
    for act in ("done", "snoozed"):
        said = acts(("low", LOW, act, DONE))
        assert states(after, LOW, **said)[1:] == [("low", date(2025, 12, 21), None, act)] and news(after, **said) == []
        early = acts(("low", LOW, act, date(2025, 12, 20)))
        assert states(after, LOW, **early)[1][3] == "open"  # on that day there was none to act on


def test_only_a_recovery_that_late_events_show_arms_it_again(late):
    """Three more in the week of 15 December: 0.4 on the 21st, over. Six weeks on one uses it: 0.1 on 18 January, told on 1 February."""
    done, day = acts(("low", LOW, "done", date(2025, 12, 16))), date(2026, 2, 1)
    on = events(*((day, ("jo",)) for day in mondays(date(2025, 12, 29), date(2026, 1, 26))))
    held = late("event", on)
    assert states(held, LOW, day, **done)[1:] == [("low", AGAIN, None, "done")]
    after = late("event", events((date(2025, 12, 15), THREE)))
    assert states(after, LOW, day, **done)[1:] == [
        ("low", AGAIN, date(2025, 12, 21), "done"),
        ("low", day, None, "open"),
    ]


def test_late_tickets_by_which_it_began_earlier_are_the_same_exception(late):
    """Two of 20 October: told on that day, and it lasts; it was done in November."""
    after = late("ticket", tickets(*[("loud", date(2025, 10, 20))] * 2))
    for act in ("done", "snoozed"):
        said = acts(("loud", LOUD, act, HELD))
        assert (
            states(after, LOUD, **said)[1:] == [("loud", date(2025, 10, 20), None, act)] and news(after, **said) == []
        )


def test_late_tickets_that_join_two_make_one_that_is_done(late):
    """One of 20 August is half a ticket a person to 18 November: not under a half, so what began in June was never over."""
    after = late("ticket", tickets(("loud", date(2025, 8, 20))))
    first = acts(("loud", LOUD, "done", date(2025, 7, 1)))
    assert states(late.before, LOUD, **first)[1][3] == "open"
    assert states(after, LOUD, **first) == [("loud", JUNE, None, "done")]
    then = acts(("loud", LOUD, "done", date(2025, 7, 1)), ("loud", LOUD, "snoozed", HELD))
    assert states(after, LOUD, **then) == [("loud", JUNE, None, "snoozed")] and news(after, **then) == []
