"""Spells of exceptions against a second implementation: a plain state machine that lives through one day after another."""

from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lib import facts

FIRST = date(2026, 1, 1)
N_DAYS = 45
AS_OF = FIRST + timedelta(N_DAYS)
NEVER = date(9999, 12, 31)
WHO = ((1, None), (1, "p"), (2, None))
NEAR = 1e-9  # facts are sums and ratios of floats


@pytest.fixture(scope="module")
def con():
    here = Path(facts.__file__).parent
    con = duckdb.connect()
    for statement in here.joinpath("written.sql").read_text().split(";"):
        if "create table exception_" in statement:
            con.execute(statement)
    con.execute(here.joinpath("exception_spells.sql").read_text())
    return con


def day(number: int) -> date:
    return FIRST + timedelta(number)


@st.composite
def _lines(draw):
    """(value, pace) by the day they hold from; both empty: over; the value alone: not known."""
    days = sorted(draw(st.sets(st.integers(0, N_DAYS - 3), max_size=7)))
    values = st.integers(-3, 12).map(lambda n: n / 2)
    paces = st.sampled_from((0, 0, 1, -1, 0.5, -1 / 3))
    line = st.one_of(st.tuples(values, paces), st.tuples(values, paces), st.just((None, 0.0)), st.just((None, None)))
    return {number: draw(line) for number in days}


@st.composite
def _stretches(draw):
    """Stretches of days that never touch."""
    edges = sorted(draw(st.sets(st.integers(-5, N_DAYS + 9), max_size=6)))
    found = list(zip(edges[::2], edges[1::2], strict=False))
    return [*found, (edges[-1], 9_999)] if len(edges) % 2 else found or [(-5, 9_999)] * draw(st.booleans())


@st.composite
def _rules(draw):
    is_up, enter, band = draw(st.booleans()), draw(st.integers(0, 5)), draw(st.sampled_from((0, 0.5, 2)))
    gates = draw(st.sampled_from((["customer"], ["customer", "settled"], ["settled", "trial", "customer"])))
    leave = enter - band if is_up else enter + band
    return 1 if is_up else -1, float(enter), float(leave), draw(st.sampled_from((0, 0, 1, 3, 9))), gates


WORLDS = st.tuples(
    st.fixed_dictionaries({who: _lines() for who in WHO}),
    st.fixed_dictionaries(
        {(gate, account): _stretches() for gate in ("customer", "settled", "trial") for account in (1, 2)}
    ),
    st.lists(_rules(), min_size=1, max_size=4),
)
ALWAYS = {(gate, account): [(-5, 9_999)] for gate in ("customer", "settled", "trial") for account in (1, 2)}
NOBODY = {(1, "p"): {}, (2, None): {}}


@settings(max_examples=120)
@given(WORLDS)
@example(  # held on a day on which it was about to be over, and a gate that opens in the middle
    (
        {(1, None): {0: (0.0, 1), 9: (9.0, -1), 20: (None, 0.0), 25: (3.0, 0), 30: (None, None)}, **NOBODY},
        ALWAYS | {("settled", 1): [(5, 12), (14, 40)]},
        [(1, 5.0, 3.0, 0, ["customer", "settled"]), (-1, 3.0, 5.0, 3, ["customer"])],
    )
)
def test_spells_are_those_of_a_plain_state_machine(con, world):
    lines, gates, rules = world
    for table in ("exception_rule", "exception_signal", "exception_gate"):
        con.execute(f"delete from {table}")
    for place, (sign, enter, leave, for_days, among) in enumerate(rules):
        con.execute(
            "insert into exception_rule values (?, ?, 'f', ?, ?, ?, ?, ?, false)",
            [place, f"r{place}", sign, enter, leave, for_days, among],
        )
    for (account, person), mine in lines.items():
        days = [*map(day, mine), NEVER]
        for (value, pace), from_on, until_on in zip(mine.values(), days, days[1:], strict=False):
            con.execute(
                "insert into exception_signal values ('f', ?, ?, ?, ?, ?, ?)",
                [account, person, from_on, value, pace, until_on],
            )
    for (gate, account), stretches in gates.items():
        for opens, closes in stretches:
            until_on = NEVER if closes == 9_999 else day(closes)
            con.execute("insert into exception_gate values (?, ?, ?, ?)", [gate, account, day(opens), until_on])
    rows = con.execute(
        "select place, _account, person, began_on, ended_on, began_value, value from exception_spell_on($as_of)",
        {"as_of": AS_OF},
    ).fetchall()
    found = sorted(rows, key=str)
    expected = sorted(
        (
            (place, *who, *spell)
            for place, rule in enumerate(rules)
            for who in WHO
            for spell in _lived(lines[who], {gate: gates[gate, who[0]] for gate in rule[4]}, *rule[:4])
        ),
        key=str,
    )
    assert [row[:5] for row in found] == [row[:5] for row in expected]
    for ours, theirs in zip(found, expected, strict=True):
        assert (
            ours[5:] == pytest.approx(theirs[5:])
            if None not in theirs
            else ours[5:] == (pytest.approx(theirs[5]), theirs[6])
        )


def _lived(lines: dict, gates: dict, sign: int, enter: float, leave: float, for_days: int):
    """(began_on, ended_on, value on the first day, value on the last day if it lasts), lived through day by day."""
    spells, began, held_since = [], None, None
    for number in range(N_DAYS + 1):
        told_from = max((each for each in lines if each <= number), default=None)
        value, pace = (None, 0.0) if told_from is None else lines[told_from]
        is_over = told_from is not None and pace is None
        at = None if value is None else value + pace * (number - told_from)
        is_held = at is not None and sign * at >= sign * enter - NEAR
        held_since = (number if held_since is None else held_since) if is_held else None
        is_back = is_over or (at is not None and sign * at < sign * leave - NEAR)
        is_of = all(any(opens <= number < closes for opens, closes in stretches) for stretches in gates.values())
        if began is not None and (is_back or not is_of):
            spells.append((*began, day(number), None))
            began = None
        if began is None and is_of and is_held and number - held_since >= for_days:
            began = day(number), at
    lasting = [(*began, None, at)] if began else []
    return [(began_on, ended_on, first, last) for began_on, first, ended_on, last in spells + lasting]
