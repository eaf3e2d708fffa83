"""What goes with staying: counted by hand, adjusted for mix, nothing of the period read, lists that equal their figures."""

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from lib import stats
from lib.errors import Refused
from lib.facts import open_store
from lib.facts.ask import ask as asking
from lib.facts.carried import TRAIT, parameters
from lib.measures.carries.counted import SILENT, YOUNG, Counts
from lib.measures.carries.traits import (
    CHANCE,
    COLUMNS,
    FEW,
    IN_EVERY_PLAN,
    IN_NO_PLAN,
    LEAVING,
    NO_DAYS,
    STAYING,
    _table,
)
from lib.measures.registry import measure
from tests.worldlets import WORDS, YEAR, account_frame, contract_frame, open_world

MONDAY = date(2025, 10, 27)  # the weeks before YEAR end on it


def ask(snapshot, name: str = "carries", book=YEAR, **options):
    with asking(snapshot, book, WORDS) as con:
        return measure(name)(con, book, WORDS, **options)


def at(day: date, hour: int = 9) -> datetime:
    return datetime.combine(day, datetime.min.time()) + timedelta(hours=hour)


def used(account: str, feature: str, weeks=range(1, 14), person: str | None = "p") -> list[dict]:
    """An event in each of `weeks`, counted back from the opening."""
    return [
        {"account": account, "person": person and f"{account} {person}", "feature": feature, "occurred_at": at(MONDAY - timedelta(7 * week))}
        for week in weeks
    ]  # fmt: skip


def term(account: str, *, is_lost: bool = False, **more) -> dict:
    return {
        "account": account,
        "starts_on": date(2024, 1, 1),
        "arr": 100.0,
        "cancelled_on": date(2026, 3, 1) if is_lost else None,
    } | more


def row_of(table: pd.DataFrame, trait: str) -> pd.Series:
    (found,) = [row for _, row in table.iterrows() if row["trait"] == trait]
    return found


# --- a world counted by hand: 100 accounts with `sync`, 10 lost; 100 without, 40 lost; five that are left out or silent


def by_hand() -> dict[str, pd.DataFrame]:
    names = [f"a{number:03d}" for number in range(200)]
    is_lost = [number % 100 < (10 if number < 100 else 40) for number in range(200)]
    contracts = [term(name, is_lost=lost) for name, lost in zip(names, is_lost, strict=True)]
    events = [event for name in names for event in used(name, "login")]
    events += [event for name in names[:100] for event in used(name, "sync", weeks=[13])]
    contracts += [
        term("young", starts_on=date(2025, 10, 6)),  # three full weeks
        term("pending", ends_on=date(2026, 10, 20)),  # inside its grace days
        term("silent", is_lost=True),
        term("machine"),
        term("trial", starts_on=date(2025, 10, 6)),
        {
            "account": "trial",
            "starts_on": date(2025, 9, 29),
            "ends_on": date(2025, 10, 6),
            "kind": "trial",
        },  # four weeks before
    ]
    events += used("young", "sync", weeks=[1]) + used("pending", "sync") + used("machine", "job", person=None)
    names += ["young", "pending", "silent", "machine", "trial"]
    features = pd.DataFrame(
        [{"feature": "sync", "name": "Sync", "level": "advanced", "plan": "Basic"}, {"feature": "login", "plan": None}]
    )
    return {
        "account": account_frame(names, name=None, plan=["Basic"] * 100 + ["Pro"] * (len(names) - 100)),
        "contract": contract_frame(*(each | {"arr": 100.0} for each in contracts)),
        "event": pd.DataFrame(events),
        "feature": features,
    }


@pytest.fixture(scope="module")
def hand(tmp_path_factory):
    return open_world(tmp_path_factory.mktemp("hand"), by_hand())


def test_a_feature_by_hand(hand):
    answer = ask(hand)
    sync = row_of(answer.table, "sync")
    # of those that used anything: 100 with, 100 + machine without; the trial that bought has not used anything either
    assert (sync["n_with"], sync["n_lost_with"], sync["n_without"], sync["n_lost_without"]) == (100, 10, 101, 40)
    assert (sync["retained_with_rate"], sync["retained_without_rate"]) == pytest.approx((0.9, 61 / 101))
    lo, hi = stats.wilson(90, 100)
    assert (sync["retained_with_rate_lo"], sync["retained_with_rate_hi"]) == pytest.approx((lo, hi))
    assert sync["adjusted_difference"] == pytest.approx(0.9 - 61 / 101)  # one stratum: nothing to adjust for
    assert sync["odds_ratio"] == pytest.approx((90 / 10) / (61 / 40))
    assert (sync["goes_with"], sync["trait_name"], sync["level"]) == (STAYING, "Sync", "advanced")
    assert sync["q_value"] == sync["p_value"] < 1e-5  # of all that occur, nothing else has 30 accounts on both sides
    assert row_of(answer.table, "login")["goes_with"] == FEW


def test_who_is_left_out_is_counted_and_silence_is_no_lack_of_a_feature(hand):
    answer = ask(hand)
    left = answer.left_out.set_index("reason")["n"].to_dict()
    assert left == {
        "the renewal is pending inside the grace days": 1,
        YOUNG: 1,
        SILENT: 2,
    }  # silent, and the trial that bought
    anything = row_of(answer.table, "any use")
    assert (anything["n_with"], anything["n_without"], anything["n_lost_without"]) == (201, 2, 1)
    assert (row_of(answer.table, "API use")["n_with"], row_of(answer.table, "API use")["n_without"]) == (1, 200)


def test_nothing_after_the_opening_leaks_in(hand, tmp_path):
    frames = by_hand()
    later = [event for number in range(200) for event in used(f"a{number:03d}", "sync", weeks=range(-30, 1))]
    frames["event"] = pd.concat(
        [frames["event"], pd.DataFrame(later), pd.DataFrame(used("silent", "sync", weeks=[-1, 0]))]
    )
    accounts = [f"a{number:03d}" for number in range(150)]
    frames["setting"] = pd.DataFrame(
        [{"account": a, "setting": "sso", "value": "on", "set_on": YEAR.opens_on} for a in accounts]
    )
    frames["touch"] = pd.DataFrame(
        [
            {"account": a, "touch": a, "kind": "qbr", "is_two_way": True, "occurred_at": at(YEAR.opens_on, 0)}
            for a in accounts
        ]
    )
    frames["person"] = pd.DataFrame(
        [{"account": a, "person": f"{a} p", "role": "Analyst", "buying_role": "champion", "provisioned_at": at(YEAR.opens_on),
          "trained_on": YEAR.opens_on} for a in accounts]
    )  # fmt: skip
    table = ask(open_world(tmp_path, frames)).table
    pd.testing.assert_frame_equal(table, ask(hand).table)


@pytest.mark.parametrize(
    "trait", [("feature", "sync"), ("feature", "login"), ("behaviour", "any use"), ("behaviour", "API use")]
)
def test_the_list_has_as_many_rows_as_the_figure(hand, trait):
    row = row_of(ask(hand).table, trait[1])
    asked = {"trait_kind": trait[0], "trait": trait[1]}
    for side in ("with", "without"):
        n, n_lost = row[f"n_{side}"], row[f"n_lost_{side}"]
        for which, wanted in (("all", n), ("lost", n_lost), ("kept", n - n_lost)):
            found = ask(hand, "carries_accounts", **asked, side=side, which=which).table
            assert len(found) == wanted and set(found["n_rows"]) <= {wanted}
            assert set(found["has_trait"]) <= {side == "with"} and (
                which == "all" or set(found["is_lost"]) <= {which == "lost"}
            )


def test_a_list_is_sorted_and_paged(hand):
    first, second = (
        ask(hand, "carries_accounts", trait="sync", sort="account", limit=60, offset=n).table for n in (0, 60)
    )
    assert first["account"].tolist() + second["account"].tolist() == [f"a{number:03d}" for number in range(100)]
    assert set(second["n_rows"]) == {100}
    assert ask(hand, "carries_accounts", trait="sync", sort="lost", limit=10).table["is_lost"].all()
    assert ask(hand, "carries_accounts", trait="of nobody").table.empty


@pytest.mark.parametrize(
    ("name", "options"),
    [("carries", {"outcome": "x"}), ("carries_accounts", {"trait_kind": "x"}), ("carries_accounts", {"side": "x"}),
     ("carries_accounts", {"sort": "x"}), ("carries_accounts", {"limit": -1}), ("corner_accounts", {"corner": "x"}),
     ("corner_accounts", {"proficiency": "x"}), ("corner_accounts", {"sort": "x"}), ("corner_accounts", {"offset": -1})],
)  # fmt: skip
def test_what_there_is_none_of_is_refused(hand, name, options):
    with pytest.raises(Refused):
        ask(hand, name, **options)


# --- adjusted for the mix


def test_a_feature_that_only_goes_with_a_segment_goes_with_nothing(tmp_path):
    """In S half are kept whatever they use, in M nine in ten; most of M have the feature: 82 % kept with it, 58 % without."""
    accounts, contracts, events, segments = [], [], [], []
    for segment, n_with, kept_with, n_without, kept_without in (("S", 20, 10, 80, 40), ("M", 80, 72, 20, 18)):
        for n, kept, has in ((n_with, kept_with, True), (n_without, kept_without, False)):
            for number in range(n):
                name = f"{segment}{has}{number}"
                accounts.append(name)
                segments.append(segment)
                contracts.append(term(name, is_lost=number >= kept))
                events += used(name, "login") + (used(name, "sync") if has else [])
    frames = {
        "account": account_frame(accounts, segment=segments), "contract": contract_frame(*contracts), "event": pd.DataFrame(events),
    }  # fmt: skip
    sync = row_of(ask(open_world(tmp_path, frames)).table, "sync")
    assert (sync["retained_with_rate"], sync["retained_without_rate"]) == pytest.approx((0.82, 0.58))
    assert sync["adjusted_difference"] == pytest.approx(0, abs=1e-12) and sync["odds_ratio"] == pytest.approx(1)
    assert sync["goes_with"] == CHANCE and sync["p_value"] == pytest.approx(1)


# --- verdicts over many traits, and what chance makes of them


def counts(n_with, lost_with, n_without, lost_without, names) -> Counts:
    each = (np.asarray(x, float)[:, None] for x in (n_with, lost_with, n_without, lost_without))
    kinds = np.array(["feature"] * len(names), object)
    return Counts(kinds, np.array(names, object), *each, [], 0, 0)


def features(**plans) -> pd.DataFrame:
    rows = [(name, None, None, plan, place, True) for name, (plan, place) in plans.items()]
    return pd.DataFrame(rows, columns=["feature", "trait_name", "level", "plan", "place", "has_plans"]).set_index(
        "feature"
    )


def test_verdicts_and_price_hints_by_hand():
    found = _table(
        counts(
            [500, 500, 500, 500, 20, 500], [20, 20, 20, 90, 0, 51], [500] * 6, [80, 80, 80, 30, 100, 50],
            ["cheap", "dear", "loose", "leaves", "rare", "even"],
        ),
        features(cheap=("Basic", 1), dear=("Pro", 2), loose=(None, np.nan), leaves=("Basic", 1)), WORDS,
    ).set_index("trait")  # fmt: skip
    assert found["goes_with"].to_dict() == {
        "cheap": STAYING, "dear": STAYING, "loose": STAYING, "leaves": LEAVING, "even": CHANCE, "rare": FEW,
    }  # fmt: skip
    assert found["goes_with"].tolist() == [STAYING] * 3 + [LEAVING, CHANCE, FEW]
    hints = {name: hint for name, hint in found["price_hint"].items() if isinstance(hint, str)}
    assert hints == {"cheap": IN_EVERY_PLAN, "loose": IN_NO_PLAN}
    assert found["p_value"].isna().to_dict()["rare"] and found["q_value"].notna().sum() == 5


def test_among_many_that_are_chance_one_lucky_one_is_not_news():
    """p = 0.01 alone goes with staying; as one of forty it does not."""
    alone = _table(counts([300], [30], [300], [50], ["x"]), features(), WORDS)
    n = 40
    many = _table(
        counts([300] * n, [30] + [40] * (n - 1), [300] * n, [50] + [40] * (n - 1), list(range(n))), features(), WORDS
    )
    assert alone["p_value"].iat[0] < 0.03 and alone["goes_with"].iat[0] == STAYING
    assert set(many["goes_with"]) == {CHANCE}


def test_too_few_say_what_is_missing(tmp_path):
    names = [f"a{number}" for number in range(40)]
    frames = {
        "account": account_frame(names),
        "contract": contract_frame(*(term(name, is_lost=number < 3) for number, name in enumerate(names))),
        "event": pd.DataFrame([event for name in names[:20] for event in used(name, "sync")]),
    }
    answer = ask(open_world(tmp_path, frames))
    assert set(answer.table["goes_with"]) == {FEW} and answer.table["p_value"].isna().all()
    said = " ".join(answer.notes)
    assert "40 accounts can be told of, and it takes 30 that have a trait and 30 that do not" in said
    assert "3 accounts were lost, and it takes 20" in said and "A caution: 1 feature is tracked" in said


def test_without_use_before_the_period_features_are_not_looked_at(hand):
    from lib.book import Book

    answer = ask(
        hand, book=Book(date(2025, 8, 10), date(2026, 8, 10), date(2026, 11, 1))
    )  # use is known for a week before
    assert "feature" not in set(answer.table["trait_kind"])
    assert any("Use is not known in the four full weeks" in note for note in answer.notes)
    some = ask(hand, book=Book(date(2025, 9, 14), date(2026, 9, 14), date(2026, 11, 1)))
    assert any(note == "Use is known for 6 of the 13 full weeks before the period." for note in some.notes)


def test_data_without_days_says_so(flag_store):
    snapshot = open_store(flag_store)
    answer = ask(snapshot)
    assert list(answer.table) == COLUMNS and answer.table.empty and answer.notes == (NO_DAYS,)
    assert ask(snapshot, "carries_accounts").table.empty


# --- each trait on its edge


def test_each_trait_on_its_edge(tmp_path):
    """One account per case; the day is 1 Nov 2025, its weeks end on Monday 27 Oct."""
    day = YEAR.opens_on
    people, touches, settings, events = [], [], [], []

    def person(account, name="p", **more):
        people.append({"account": account, "person": f"{account} {name}"} | more)

    def touch(account, occurred_at, kind="call", is_two_way=True):
        touches.append(
            {"account": account, "touch": account, "kind": kind, "is_two_way": is_two_way, "occurred_at": occurred_at}
        )

    events += used("weekly", "f", weeks=[1, 2, 3, 4]) + used("three of four", "f", weeks=[1, 2, 3, 5])
    events += (
        used("last of 13", "f", weeks=[13]) + used("too early", "f", weeks=[14]) + used("too late", "f", weeks=[0])
    )
    events += used("machine", "f", weeks=[2], person=None)
    for account, roles in (("two roles", "AB"), ("one role", "AA")):
        for name, role in zip("pq", roles, strict=True):
            person(account, name, role=role)
            events += used(account, "f", weeks=[4], person=name)
    events += used("guided", "end", weeks=[9])
    person("trained", trained_on=day - timedelta(1))
    person("trained late", trained_on=day)
    person("trained and gone", trained_on=date(2025, 1, 1), deactivated_on=day - timedelta(1))
    person("champion", buying_role="champion", deactivated_on=day)  # there until the day
    person("champion gone", buying_role="champion", deactivated_on=day - timedelta(1))
    person("champion later", buying_role="champion", provisioned_at=at(day))
    touch("touched", at(day - timedelta(90), 0))
    touch("touched too early", at(day - timedelta(91), 23))
    touch("campaign", at(day - timedelta(5)), kind="campaign")
    touch("one way", at(day - timedelta(5)), is_two_way=False)
    touch("reviewed", at(day - timedelta(92), 0), kind="qbr", is_two_way=False)
    for account, setting, value, set_on in (
        ("on", "sso", "on", day - timedelta(1)), ("off", "sso", "off", date(2024, 1, 1)), ("set late", "sso", "on", day),
        ("no day", "sso", "on", None), *((f"l{n}", "language", f"v{n}", date(2025, 1, 1)) for n in range(4)),
    ):  # fmt: skip
        settings.append({"account": account, "setting": setting, "value": value, "set_on": set_on})
    known = {each["account"] for each in (*people, *touches, *settings, *events)}
    snapshot = open_world(
        tmp_path,
        {
            "account": account_frame(sorted(known)), "contract": contract_frame(*(term(each) for each in sorted(known))),
            "event": pd.DataFrame(events + used("always", "f", weeks=range(-2, 20))), "person": pd.DataFrame(people),
            "touch": pd.DataFrame(touches), "setting": pd.DataFrame(settings, dtype=object),
            "feature": pd.DataFrame([{"feature": "end", "role": "finishes", "process": "x"}]),
        },
    )  # fmt: skip
    sql = f"select account, trait from {TRAIT} join scope using (_account) where trait not in ('f', 'any use')"
    with asking(snapshot, YEAR, WORDS) as con:
        found = con.execute(sql, parameters(sql, YEAR, WORDS)).fetchall()
        sql = sql.replace("trait not in ('f', 'any use')", "trait = 'f'")
        feature = {account for account, _ in con.execute(sql, parameters(sql, YEAR, WORDS)).fetchall()}
    assert sorted(found) == sorted([
        ("weekly", "use in every week"), ("machine", "API use"), ("two roles", "several roles active"),
        ("guided", "end"), ("guided", "guided process finished"), ("trained", "trained people"), ("champion", "champion present"),
        ("touched", "two-way touch"), ("reviewed", "business review"), ("on", "sso: on"), ("off", "sso: off"),
        *((f"l{n}", "language") for n in range(4)),
    ])  # fmt: skip
    assert feature == {
        "weekly",
        "three of four",
        "last of 13",
        "two roles",
        "one role",
    }  # always is no account of any file
