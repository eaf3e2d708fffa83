"""What came of plays: a loop that does it by hand, worlds with an effect and with none, and touches dealt out by chance."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from lib import effects
from lib.book import Book
from lib.effects import HELPS, UNTOLD
from lib.errors import Refused
from lib.facts.ask import ask
from lib.measures.reach import plays
from lib.measures.registry import measure
from tests.worldlets import WORDS, account_frame, contract_frame, open_world

DAY = date(2026, 12, 31)
FIRST = date(2025, 7, 1)
YEAR = Book(date(2026, 1, 1), date(2027, 1, 1), DAY)
N = 900
FACTOR = 0.25  # how often an account leaves after a touch by the play that helps, against before
HELD_OUT = {
    "account": pa.string(), "person": pa.string(), "name": pa.string(), "kind": pa.string(), "is_held": pa.bool_(), "drawn_on": pa.date32(),
}  # fmt: skip


def company(folder, *, seed: int, factor: float, n: int = N):
    """Accounts of two touch models, of which one leaves thrice as often and is touched thrice as often.

    "Rescue" changes how often they leave by `factor` from the touch on, "Postcard" nothing. Nobody is touched who has left.
    """
    dice = np.random.default_rng(seed)
    is_high = dice.random(n) < 0.5
    leaves, touched = np.where(is_high, 0.0024, 0.0008), np.where(is_high, 0.003, 0.001)
    left = dice.exponential(1 / leaves)
    rescued, sent = dice.exponential(1 / touched), dice.exponential(1 / touched)
    left = np.where(left > rescued, rescued + dice.exponential(1 / (leaves * factor)), left)
    names = [f"a{number:04d}" for number in range(n)]
    rows = [
        {"touch": f"{play} {name}", "account": name, "occurred_at": datetime.combine(FIRST, datetime.min.time()) + timedelta(float(day)),
         "kind": kind, "is_two_way": False, "is_proactive": True, "play": play}
        for play, kind, days in (("Rescue", "call", rescued), ("Postcard", "campaign", sent))
        for name, day, gone in zip(names, days, left, strict=True)
        if day < gone and day < (DAY - FIRST).days
    ]  # fmt: skip
    gone_on = [FIRST + timedelta(int(day)) if day < 548 else None for day in left]
    contracts = [
        {"account": name, "starts_on": date(2024, 1, 1), "arr": 100.0, "currency": "USD", "cancelled_on": gone}
        for name, gone in zip(names, gone_on, strict=True)
    ]
    return open_world(
        folder,
        {
            "account": account_frame(names, touch_model=["high" if each else "low" for each in is_high]),
            "contract": contract_frame(*contracts), "touch": pd.DataFrame(rows),
        },
        received=datetime(2027, 1, 2),
    )  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return company(tmp_path_factory.mktemp("plays"), seed=3, factor=FACTOR)


@pytest.fixture(scope="module")
def found(world):
    with ask(world, YEAR, WORDS) as con:
        return measure("play_effects")(con, YEAR, WORDS)


def test_a_play_that_helps_is_told_from_one_that_does_not(found):
    rows = found.table.set_index("play")
    assert rows.loc["Rescue", "effect_verdict"] == HELPS and rows.loc["Postcard", "effect_verdict"] == UNTOLD
    assert rows.loc["Postcard", "effect_lo"] < 0 < rows.loc["Postcard", "effect_hi"]
    assert rows.loc["Postcard", "play_kind"] == "campaign" and rows.loc["Rescue", "play_kind"] == "play"
    assert set(rows["compared_by"]) == {"adjusted"}


def in_truth(leave: float, touch: float, factor: float, within: float) -> float:
    """Kept with a touch less kept without one now, where one may come later, in closed form."""
    go = leave + touch
    later = touch * (np.exp(-leave * factor * within) - np.exp(-go * within)) / (go - leave * factor)
    return np.exp(-leave * factor * within) - np.exp(-go * within) - later


def test_the_interval_holds_what_was_planted(found):
    """Between the truths of the two touch models, of which most touches are of the one that leaves more."""
    row = found.table.set_index("play").loc["Rescue"]
    low, high = (in_truth(leave, touch, FACTOR, 90) for leave, touch in ((0.0008, 0.001), (0.0024, 0.003)))
    assert row["effect_lo"] < high and row["effect_hi"] > low
    assert low < row["effect"] < high + 0.03


def test_what_each_play_took(found):
    rows = found.table.set_index("play")
    assert rows["hours_spent"].to_dict() == pytest.approx(
        {
            "Rescue": 0.75 * rows.loc["Rescue", "n_play_touches"],
            "Postcard": 0.02 * rows.loc["Postcard", "n_play_touches"],
        }
    )
    assert rows["hours_an_account"].to_dict() == pytest.approx({"Rescue": 0.75, "Postcard": 0.02})


_STOOD = """select outcome._account, outcome.day, account.touch_model, score.colour, before.has_notice
from health_outcome as outcome
join core.account as account on account._account = outcome._account
join health_reading as before on before._account = outcome._account and before.reading + 1 = outcome.reading
left join health_score as score on score._account = before._account and score.reading = before.reading"""


def by_hand(con, play: str) -> tuple[float, int, int]:
    """The same account by account and Sunday by Sunday: the difference, how many with it, how many others."""
    stood = {(account, day): (model, colour) for account, day, model, colour, _ in con.execute(_STOOD).fetchall()}
    left = dict(con.execute("select _account, cancelled_on from core.contract").fetchall())
    first = dict(
        con.execute(
            "select _account, min(occurred_at)::date from core.touch where play = $p group by 1", {"p": play}
        ).fetchall()
    )
    sides: dict[tuple, dict[int, list[bool]]] = {}
    who: dict[tuple, dict[int, set]] = {}
    sunday = date(2026, 1, 4)
    while sunday + timedelta(90) <= DAY - timedelta(WORDS.renewals.grace_days):
        for account in left:
            touched = first.get(account, date.max)
            if (account, sunday) not in stood or touched <= sunday - timedelta(7):
                continue
            side, stratum = int(touched <= sunday), (sunday, *stood[account, sunday])
            kept = left[account] is None or left[account] > sunday + timedelta(90)
            sides.setdefault(stratum, {0: [], 1: []})[side].append(kept)
            who.setdefault(stratum, {0: set(), 1: set()})[side].add(account)
        sunday += timedelta(7)
    top = bottom = n_with = 0.0
    others: set = set()
    for stratum, side in sides.items():
        n_1, n_0 = len(side[1]), len(side[0])
        if n_1 and n_0:
            weight = n_1 * n_0 / (n_1 + n_0)
            top += weight * (np.mean(side[1]) - np.mean(side[0]))
            bottom, n_with, others = bottom + weight, n_with + n_1, others | who[stratum][0]
    return top / bottom, int(n_with), len(others)


@pytest.mark.parametrize("play", ["Rescue", "Postcard"])
def test_the_effect_is_that_of_a_loop_by_hand(world, found, play):
    row = found.table.set_index("play").loc[play]
    with ask(world, YEAR, WORDS) as con:
        plays.lay(con, YEAR, WORDS)
        difference, n_with, n_others = by_hand(con, play)
    assert row["effect"] == pytest.approx(difference) and (row["n_with_it"], row["n_others"]) == (n_with, n_others)


def test_the_accounts_behind_an_effect_are_as_many_as_it_counts(world, found):
    row = found.table.set_index("play").loc["Rescue"]
    with ask(world, YEAR, WORDS) as con:
        with_it, came, others = (
            measure("play_accounts")(con, YEAR, WORDS, play="Rescue", **options).table
            for options in ({}, {"which": "came"}, {"side": "without"})
        )
        with pytest.raises(Refused):
            measure("play_accounts")(con, YEAR, WORDS, play="Nothing")
    assert (len(with_it), len(came), len(others)) == (row["n_with_it"], row["n_came_with_it"], row["n_others"])


def test_nothing_after_the_touch_chooses_who_is_compared(world, found):
    """What is known by the day of the last Sunday that counts is enough: losses after its 90 days change nothing."""
    row = found.table.set_index("play").loc["Rescue"]
    left = dict(zip(found.left_out["reason"], found.left_out["n"], strict=True))
    assert sum(left.values()) == found.table["n_first_touched"].sum() - found.table["n_with_it"].sum()
    shorter = replace(
        YEAR, closes_on=date(2026, 9, 1), as_of=date(2026, 12, 31)
    )  # Sundays to 30 August are all decided
    with ask(world, shorter, WORDS) as con:
        again = measure("play_effects")(con, shorter, WORDS).table.set_index("play").loc["Rescue"]
    assert again["effect"] == pytest.approx(row["effect"]) and again["n_with_it"] == row["n_with_it"]


def test_ever_touched_against_never_would_call_a_postcard_a_help(tmp_path):
    """Who leaves early has less time to be touched: in a world without any effect that comparison finds one, ours does not."""
    world = company(tmp_path, seed=11, factor=1.0, n=1_500)
    with ask(world, YEAR, WORDS) as con:
        rows = con.execute(
            "select account._account, play is not null, cancelled_on is null or cancelled_on > $until, touch_model from core.account "
            "join core.contract using (_account) left join core.touch on touch._account = account._account and play = 'Postcard'",
            {"until": date(2026, 9, 1)},
        ).fetchall()
        table = measure("play_effects")(con, YEAR, WORDS).table
    account, is_touched, kept, model = (np.array(each) for each in zip(*rows, strict=True))
    assert effects.adjusted(kept, is_touched, model, account).lo > 0.02
    assert set(table["effect_verdict"]) == {UNTOLD}


def test_touches_dealt_out_by_chance_help_no_more_often_than_chance_has_it(world):
    """The days of first touches are dealt to other accounts, 60 times for five plays; what they say is chance and nothing else."""
    dice = np.random.default_rng(1)
    with ask(world, YEAR, WORDS) as con:
        plays.lay(con, YEAR, WORDS)
        first = con.execute(plays._FIRST, plays._bound(plays._FIRST, YEAR, WORDS)).df()
        rows = con.execute("select _account, day, stratum, kept as came from compared_row").fetchnumpy()
    days = first.loc[first["play"] == "Rescue", "first_on"].to_numpy()
    families, p = 0, []
    for _ in range(60):
        found = []
        for _play in range(5):
            own = pd.DataFrame({"_account": dice.permutation(N)[: len(days)], "first_on": dice.permutation(days)})
            found.append(plays._alike("x", "play", own, rows, "kept", 30, 0))
        _, said = effects.verdicts([each.effect for each in found], [each.is_told for each in found])
        families += any(each != UNTOLD for each in said)
        p += [each.effect.p for each in found]
    assert families <= 8  # of 60 at most 5 % are expected: 3; more than 8 come once in 300 times
    assert np.mean(np.array(p) < 0.05) < 0.1 and 0.35 < np.mean(p) < 0.65


def drawn(people: bool = False, n: int = 700, share: float = 0.4, seed: int = 2) -> pa.Table:
    dice = np.random.default_rng(seed)
    rows = [
        {"account": f"a{number:04d}", "person": f"p{number}" if people else None, "name": "Workshop", "kind": "play",
         "is_held": bool(dice.random() < share), "drawn_on": date(2026, 3, 4)}
        for number in range(n)
    ]  # fmt: skip
    return pa.table({name: pa.array([row[name] for row in rows], kind) for name, kind in HELD_OUT.items()})


def test_a_hold_out_is_read_as_drawn_by_hand(world):
    """Customers on the day of the draw, those held out against the others, whoever was touched; kept for 90 days."""
    rows = drawn()
    with ask(world, YEAR, WORDS, written={"hold_out": rows}) as con:
        row = measure("play_effects")(con, YEAR, WORDS).table.set_index("play").loc["Workshop"]
        listed = measure("play_accounts")(con, YEAR, WORDS, play="Workshop", side="without", which="not").table
        left = dict(con.execute("select account, cancelled_on from core.contract").fetchall())
    day, until = date(2026, 3, 4), date(2026, 6, 2)
    said = [(held, left[account] is None or left[account] > until) for account, held in
            zip(rows["account"].to_pylist(), rows["is_held"].to_pylist(), strict=True) if left[account] is None or left[account] > day]  # fmt: skip
    kept = {side: [each for held, each in said if held == side] for side in (False, True)}
    assert row["compared_by"] == "hold-out" and (row["n_with_it"], row["n_others"]) == (
        len(kept[False]),
        len(kept[True]),
    )
    assert row["effect"] == pytest.approx(np.mean(kept[False]) - np.mean(kept[True]))
    assert len(listed) == kept[True].count(False) and set(listed["play_side"]) == {"held out"}


def test_a_hold_out_that_is_not_decided_yet_is_no_hold_out(world):
    late = drawn().set_column(5, "drawn_on", pa.array([date(2026, 11, 4)] * 700, pa.date32()))
    with ask(world, YEAR, WORDS, written={"hold_out": late}) as con:
        row = measure("play_effects")(con, YEAR, WORDS).table.set_index("play").loc["Workshop"]
    assert (
        row["n_with_it"] == 0 and row["effect_verdict"] == UNTOLD and row["untold_because"].startswith("fewer than 30")
    )


def test_people_who_are_drawn_are_counted_by_their_use(tmp_path):
    """Two people an account; the one who used it in a full week within 90 days came, before or after that did not."""
    names = [f"a{number}" for number in range(40)]
    monday = datetime(2026, 3, 9)
    events = [
        {"occurred_at": monday + timedelta(days), "account": name, "person": f"{name}-{who}", "feature": "sync", "quantity": 1.0}
        for number, name in enumerate(names)
        for who, days in ((0, 7 if number % 2 else -30), (1, 7 if number % 4 == 0 else 200))
    ]  # fmt: skip
    world = open_world(
        tmp_path,
        {"account": account_frame(names), "event": pd.DataFrame(events),
         "contract": contract_frame(*({"account": name, "starts_on": date(2024, 1, 1)} for name in names))},
        received=datetime(2027, 1, 2),
    )  # fmt: skip
    rows = [
        {"account": name, "person": f"{name}-{who}", "name": "Tips", "kind": "campaign", "is_held": who == 1, "drawn_on": date(2026, 3, 10)}
        for name in names for who in (0, 1)
    ]  # fmt: skip
    written = {
        "hold_out": pa.table({name: pa.array([row[name] for row in rows], kind) for name, kind in HELD_OUT.items()})
    }
    book = replace(YEAR, as_of=date(2026, 12, 31))
    with ask(world, book, WORDS, written=written) as con:
        row = measure("play_effects")(con, book, WORDS).table.iloc[0]
    assert (row["play_kind"], row["compared_by"], row["effect_outcome"]) == ("campaign", "hold-out", "used")
    assert (row["n_with_it"], row["n_came_with_it"], row["n_others"]) == (40, 20, 40)
    assert row["effect"] == 0.5 - 0.25
