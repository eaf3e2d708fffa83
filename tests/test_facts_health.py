"""Readings of accounts at the end of every week, their points and scores: against how accounts stand, plain twins, and by hand."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from lib.book import Book
from lib.definitions import load
from lib.definitions.health import Earlier, Override, Part, Profile
from lib.facts import health, open_store
from lib.facts.ask import ask
from lib.facts.standing import RISK, STAGE, parameters
from lib.scope import Scope
from tests.worldlets import account_frame, contract_frame, on_contracts, open_world, publish_frames

WORDS = load()
LAST = date(2026, 10, 31)  # a Saturday
SUNDAY = date(2026, 10, 25)
PAST = [SUNDAY, date(2026, 5, 3), date(2025, 8, 10), date(2024, 12, 29)]


@pytest.fixture(scope="module")
def sample(sample_store):
    return open_store(sample_store)


def asked(snapshot, as_of=LAST, words=WORDS, **options):
    return ask(snapshot, Book(as_of - timedelta(365), as_of + timedelta(1), as_of), words, **options)


def health_words(**changed):
    return replace(WORDS, health=replace(WORDS.health, **changed))


def of_day(con, day: date, what: str = "health_reading") -> pd.DataFrame:
    return con.execute(f"from {what} where day = $day order by _account", {"day": day}).df()


def same(found: object, expected: float) -> bool:
    """Equal, or both not known."""
    return pd.isna(expected) if pd.isna(found) else found == pytest.approx(expected)


@pytest.mark.parametrize("day", [LAST, *PAST])
def test_a_reading_says_what_is_said_of_how_accounts_stand_on_its_day(sample, day):
    """Two ways to the same facts: readings of all weeks in one pass, and how accounts stand, asked for the day alone."""
    with asked(sample, day) as con:
        stands = con.execute(
            f"from {RISK} where is_live or is_pending order by _account", parameters(RISK, day, WORDS)
        ).df()
        stage = con.execute(f"select _account, stage, stage_since from {STAGE}", parameters(STAGE, day, WORDS)).df()
        health.lay(con, LAST, WORDS)
        read = of_day(con, day)
    read = read[~read["is_trial"]].reset_index(drop=True)
    assert len(read) > 30 and read["_account"].tolist() == stands["_account"].tolist()
    pairs = {
        "arr": "arr",
        "seats": "seats",
        "renews_on": "renews_on",
        "notice_by": "notice_by",
        "last_touch_on": "touched_on",
    }
    for theirs, ours in (
        pairs | {name: name for name in ("is_pending", "has_notice", "has_asked", "started_on")}
    ).items():
        pd.testing.assert_series_equal(read[ours], stands[theirs], check_names=False, check_dtype=False)
    people = ~read["is_machine"].fillna(False).astype(bool)
    assert read.loc[people, "active_people"].tolist() == stands.loc[people, "n_active_people"].tolist()
    stage = read[["_account"]].merge(stage, how="left", on="_account")
    pd.testing.assert_frame_equal(read[["stage", "stage_since"]], stage[["stage", "stage_since"]], check_dtype=False)


def test_terms_of_every_kind_are_read_as_they_stand():
    """Evergreen, cancelled, refused, overdue, several at once, on trial: random terms, on random days."""
    dice = np.random.default_rng(7)
    rows = []
    for _ in range(400):
        starts = LAST - timedelta(int(dice.integers(0, 900)))
        ends = None if dice.random() < 0.2 else starts + timedelta(int(dice.choice([20, 90, 365, 730])))
        row = {
            "account": f"a{dice.integers(0, 220)}",
            "starts_on": starts,
            "ends_on": ends,
            "arr": float(dice.integers(1, 99) * 100),
        }
        row |= {"seats": int(dice.integers(1, 50)), "kind": "trial" if dice.random() < 0.15 else "subscription"}
        for name, share in (
            ("notice_given_on", 0.1),
            ("cancelled_on", 0.15),
            ("asked_to_cancel_on", 0.1),
            ("notice_by", 0.3),
        ):
            row[name] = starts + timedelta(int(dice.integers(5, 400))) if dice.random() < share else None
        row["is_recurring"] = bool(dice.random() < 0.9)
        rows.append(row)
    con = on_contracts(*rows)
    con.execute(
        "delete from core.account; insert into core.account by name select distinct _account, account from core.contract"
    )
    con.execute("create or replace temp view scope as from core.account")
    try:
        sql = "from health_reading_on($day, 20, 30, []::varchar[], 90, 180, 180) where not is_trial order by reading, _account"
        read = con.execute(sql, {"day": LAST}).df()
        n_seen = 0
        for day, found in read.groupby("day"):
            day = day.date()
            term = con.execute(
                "from term_on($day, 30, [30]) where is_live or is_pending order by _account", {"day": day}
            ).df()
            assert found["_account"].tolist() == term["_account"].tolist(), day
            for name in (
                "is_pending",
                "arr",
                "seats",
                "renews_on",
                "notice_by",
                "has_notice",
                "has_asked",
                "started_on",
            ):
                ours = found[name].reset_index(drop=True)
                pd.testing.assert_series_equal(ours, term[name], check_names=False, check_dtype=False)
            n_seen += len(found)
        assert n_seen > 1000 and read["is_pending"].any()
    finally:
        con.execute("delete from core.account")


def test_use_and_what_happens_seldom_are_as_a_plain_count_has_them(sample):
    """A naive count from the tables, for accounts and readings drawn by chance."""
    with asked(sample) as con:
        health.lay(con, LAST, WORDS)
        read = con.execute("from health_reading").df()
        tables = {
            name: con.execute(f"select * from {name}").df()
            for name in (
                "core.account",
                "core.person",
                "core.ticket",
                "core.survey",
                "core.goal",
                "core.feature",
                "usage.usage_week",
                "usage.usage_person_week",
                "usage.usage_feature_week",
            )
        }
    names = tables["core.account"].set_index("_account")["account"]
    high = set(tables["core.feature"].query("level == 'advanced'")["feature"])
    first_week = tables["usage.usage_week"]["week"].min()
    for row in read.sample(150, random_state=3).to_dict("records"):
        account, day = names[row["_account"]], row["day"]
        closes = day - pd.Timedelta((day.weekday() + 1) % 7, "D") + pd.Timedelta(1, "D")
        mine = {name: each[each["account"] == account] for name, each in tables.items() if "account" in each}

        def weeks(table, first, last=0, mine=mine, closes=closes):
            each = mine[f"usage.{table}"]
            return each[
                (each["week"] >= closes - pd.Timedelta(7 * first, "D"))
                & (each["week"] < closes - pd.Timedelta(7 * last, "D"))
            ]

        use, features = weeks("usage_week", 4), weeks("usage_feature_week", 4)
        features = features[features["n_active_people"] > 0]
        known = max(min((closes - max(row["began_on"], first_week)).days // 7, 4), 1)
        quarter = weeks("usage_week", 13)
        is_machine = quarter["n_events"].sum() == 0 and quarter["n_events_system"].sum() > 0
        assert (row["is_machine"] is True) == is_machine
        if row["is_machine"] is not True:
            assert row["active_people"] == weeks("usage_person_week", 4)["person"].nunique()
            assert row["weekly_people"] == use["n_active_people"].sum()
            assert row["active_days"] == pytest.approx(use["n_active_days"].sum() / known)
            assert row["breadth"] == features["feature"].nunique()
            assert row["key_features"] == pytest.approx(features["feature"].isin(high).sum() / known)
            is_old = row["began_on"] <= closes - pd.Timedelta(56, "D") and first_week <= closes - pd.Timedelta(56, "D")
            before = weeks("usage_week", 8, 4)["n_active_people"].sum() if is_old else np.nan
            assert same(row["weekly_people_before"], before)
        used = mine["usage.usage_week"].query("n_events + n_events_system > 0")["week"]
        used = used[used < closes]
        since = used.max() if len(used) else max(row["began_on"], first_week) - pd.Timedelta(7, "D")
        assert row["silent_weeks"] == (closes - since).days // 7 - 1
        people = mine["core.person"]
        is_there = people["deactivated_on"].isna() | (people["deactivated_on"] > day)
        assert row["logins"] == (is_there & (people["provisioned_at"].dt.normalize() <= day)).sum()
        tickets = mine["core.ticket"]
        opened = tickets["opened_at"].dt.normalize()
        assert row["n_tickets"] == ((opened <= day) & (opened > day - pd.Timedelta(90, "D"))).sum()
        said = mine["core.survey"].query("kind == 'nps'").dropna(subset=["score", "answered_on"])
        said = said[(said["answered_on"] <= day) & (said["answered_on"] > day - pd.Timedelta(180, "D"))]
        assert same(row["nps"], said["score"].mean())
        goals = mine["core.goal"]
        due = goals[goals["due_on"] <= day]
        assert (row["goals_due"], row["goals_reached"]) == (len(due), (due["reached_on"] <= day).sum())


def test_what_comes_later_changes_no_earlier_reading(sample):
    """Laid as of a day of last year, and as of the last day: the weeks before are alike. Nothing later is in them."""
    day = date(2025, 11, 8)
    with asked(sample, day) as con:
        health.lay(con, day, WORDS)
        then = con.execute("select * exclude (reading) from health_reading order by day, _account").df()
    with asked(sample) as con:
        health.lay(con, LAST, WORDS)
        now = con.execute(
            "select * exclude (reading) from health_reading where day <= $day order by day, _account", {"day": day}
        ).df()
    then = then[(then["day"] < pd.Timestamp(day)) & (then["day"] >= now["day"].min())].reset_index(drop=True)
    assert now["day"].nunique() > 40 and len(now) > 1000
    pd.testing.assert_frame_equal(then, now, check_dtype=False)


# -- scores, by hand: a world without use; parts are told by tickets, contact, a column and what the team says
PARTS = (
    Part("Tickets", "tickets", (0.5, 1), (100, 50, 0)),
    Part("NPS", "nps", (7,), (0, 80)),
    Part("Sentiment", "sentiment", (3,), (10, 90)),
)
ALIKE = {
    "parts": PARTS,
    "profiles": (Profile("All", (("Tickets", 50.0), ("NPS", 30.0), ("Sentiment", 20.0))),),
    "renewal_weights": (),
    "overrides": (),
    "earlier": (),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """a: all is known but what the team says. b: a rating of 3 only. c: tickets only, and on notice. d: on trial."""
    accounts = ["a", "b", "c", "d"]
    day = pd.Timestamp(2026, 10, 20)
    contracts = contract_frame(
        {"account": "a", "starts_on": date(2025, 1, 1), "ends_on": date(2027, 1, 1), "arr": 100.0},
        {"account": "b", "starts_on": date(2025, 1, 1), "ends_on": date(2028, 1, 1), "arr": 200.0},
        {
            "account": "c",
            "starts_on": date(2025, 1, 1),
            "ends_on": date(2028, 1, 1),
            "arr": 300.0,
            "notice_given_on": date(2026, 10, 1),
        },
        {"account": "d", "starts_on": date(2026, 10, 10), "ends_on": date(2026, 11, 10), "kind": "trial"},
    )
    people = pd.DataFrame(
        [(f"p{n}", account, pd.Timestamp(2025, 1, 1)) for n, account in enumerate("aacc")],
        columns=["person", "account", "provisioned_at"],
    )
    tickets = pd.DataFrame(
        [
            ("t1", "a", day, "low"),
            ("t2", "c", day, "low"),
            ("t3", "c", day, "low"),
            ("t4", "b", pd.Timestamp(LAST), "low"),
        ],
        columns=["ticket", "account", "opened_at", "severity"],
    )
    surveys = pd.DataFrame(
        [("s1", "a", "nps", day, day, 9.0), ("s2", "b", "nps", day, day, 3.0)],
        columns=["survey", "account", "kind", "sent_on", "answered_on", "score"],
    )
    frames = {"account": account_frame(accounts, touch_model=["high", "low", "low", "high"]), "contract": contracts}
    frames |= {"person": people, "ticket": tickets, "survey": surveys}
    return open_world(tmp_path_factory.mktemp("health"), frames)


def scored(snapshot, words, as_of=LAST, written=None, what="health_score, colour") -> dict:
    with ask(snapshot, Book(as_of - timedelta(365), as_of + timedelta(1), as_of), words, written=written) as con:
        health.lay(con, as_of, words)
        rows = con.execute(
            f"select account, {what} from health_score join core.account using (_account) where day = $day order by account",
            {"day": as_of},
        ).fetchall()
    return {account: found[0] if len(found) == 1 else tuple(found) for account, *found in rows}


def said(day: date, **scores: int) -> dict:
    """The team's sentiment, as the workspace gives it."""
    rows = [{"account": account, "score": score, "said_on": day} for account, score in scores.items()]
    schema = pa.schema([("account", pa.string()), ("score", pa.int32()), ("said_on", pa.date32())])
    made = pa.array([pd.Timestamp(day)] * len(rows), pa.timestamp("us"))
    return {"sentiment": pa.Table.from_pylist(rows, schema=schema).append_column("made_at", made)}


def test_the_weight_of_what_is_not_known_goes_to_the_rest(world):
    """a: one ticket for two people is 0.5: 50 points; NPS 9: 80. (50 x 50 + 30 x 80) / 80 = 61.25.
    b: NPS 3 alone, 30 of 100 of the weight: less than half is known, no score. c: two tickets for two people: 0 of 50.
    d: on trial, and the profile is for customers: no profile, no score.
    """
    assert scored(world, health_words(**ALIKE)) == {
        "a": (61.25, "amber"), "b": (None, "none"), "c": (0.0, "red"), "d": (None, "none"),
    }  # fmt: skip
    less = health_words(**ALIKE, least_weight=0.3)
    assert scored(world, less)["b"] == (0.0, "red")


def test_what_is_not_known_may_count_nothing_or_leave_no_score(world):
    """a: (50 x 50 + 30 x 80) / 100 = 49."""
    assert scored(world, health_words(**ALIKE, null_rule="zero"))["a"] == (49.0, "amber")
    assert scored(world, health_words(**ALIKE, null_rule="none"))["a"] == (None, "none")
    known = said(LAST, a=5)
    assert scored(world, health_words(**ALIKE, null_rule="none"), written=known)["a"] == (
        67.0,
        "amber",
    )  # + 20 x 90 / 100


def test_what_the_team_says_counts_from_the_day_it_is_said_and_for_so_long(world):
    """a with sentiment 5: (2500 + 2400 + 1800) / 100 = 67; with 2: (2500 + 2400 + 200) / 100 = 51."""
    words = health_words(**ALIKE)
    assert scored(world, words, written=said(date(2026, 10, 26), a=5))["a"] == (67.0, "amber")
    assert scored(world, words, written=said(date(2026, 10, 26), a=2))["a"] == (51.0, "amber")
    assert scored(world, words, as_of=SUNDAY, written=said(date(2026, 10, 26), a=2))["a"] == (61.25, "amber")
    assert scored(world, words, written=said(LAST - timedelta(WORDS.corners.said_days), a=2))["a"] == (61.25, "amber")


def test_a_near_renewal_changes_weights_and_an_override_holds_down(world):
    """a renews on 1 January, 62 days ahead: tickets count twice: 38.462 + 18.462 of 130. c is on notice."""
    near = ALIKE | {"renewal_weights": (("Tickets", 2.0),)}
    assert scored(world, health_words(**near))["a"] == (56.924, "amber")
    assert scored(world, health_words(**near, renewal_days=61))["a"] == (61.25, "amber")
    held = ALIKE | {"overrides": (Override("notice_given", 5.0),), "null_rule": "zero"}
    high = held | {"parts": (Part("Tickets", "tickets", (9,), (100, 0)), *PARTS[1:])}
    found = scored(world, health_words(**high), what="added_score, health_score, is_held")
    assert found["c"] == (50.0, 5.0, True) and found["a"] == (74.0, 74.0, False)


def test_profiles_go_by_stage_and_touch_the_first_that_fits(world):
    profiles = (
        Profile("Trial", (("NPS", 1.0),), ("trial",)),
        Profile("Many hands", (("Tickets", 1.0),), (), "high"),
        Profile("The rest", (("Tickets", 1.0),)),
    )
    words = health_words(**ALIKE | {"profiles": profiles})
    assert scored(world, words, what="profile") == {"a": "Many hands", "b": "The rest", "c": "The rest", "d": "Trial"}
    assert (
        scored(world, replace(words, health=replace(words.health, high_touch=("low",))), what="profile")["b"]
        == "Many hands"
    )


def test_the_rules_before_a_day_hold_of_the_weeks_before_it_still(world):
    """Until 26 October NPS alone counted: a had 80; then the rules of now: 61.25. An earlier link is not needed for that."""
    before = replace(health_words(**ALIKE).health, profiles=(Profile("Then", (("NPS", 1.0),)),)).as_rules()
    words = health_words(**ALIKE | {"earlier": (Earlier("2026-10-26", before),)})
    with asked(world, words=words) as con:
        health.lay(con, LAST, words)
        rows = con.execute(
            "select day, health_score, profile from health_score join core.account using (_account) "
            "where account = 'a' and day >= date '2026-10-25' order by day"
        ).fetchall()
    assert rows == [(SUNDAY, 80.0, "Then"), (LAST, 61.25, "All")]


def test_a_column_of_accounts_is_a_part_with_its_history(tmp_path):
    """Days overdue were 40 until the second file came, then 5. A column nobody changed says nothing of earlier days."""
    part = Part("Payment", "column", (30,), (100, 0), "days_overdue")
    words = health_words(**ALIKE | {"parts": (part,), "profiles": (Profile("All", (("Payment", 1.0),)),)})
    contracts = contract_frame({"account": "a", "starts_on": date(2025, 1, 1), "ends_on": date(2028, 1, 1), "arr": 1.0})
    first = {"account": account_frame(["a"], days_overdue=[40]), "contract": contracts}
    tickets = pd.DataFrame([("t", "a", pd.Timestamp(2026, 10, 1))], columns=["ticket", "account", "opened_at"])
    publish_frames(tmp_path, first, received=pd.Timestamp(2026, 9, 1).to_pydatetime())
    assert scored(open_store(tmp_path), words, date(2026, 9, 1))["a"] == (0.0, "red")
    assert scored(open_store(tmp_path), words, date(2026, 8, 30)) == {"a": (0.0, "red")}
    publish_frames(
        tmp_path,
        {"account": account_frame(["a"], days_overdue=[5]), "ticket": tickets},
        received=pd.Timestamp(2026, 10, 1).to_pydatetime(),
    )
    later = open_store(tmp_path)
    assert scored(later, words, date(2026, 10, 1))["a"] == (100.0, "green")
    assert scored(later, words, date(2026, 9, 27))["a"] == (0.0, "red")


def test_another_weight_uses_the_points_and_another_band_the_readings(world):
    """Sets of tables beside the snapshot: what does not change is not made again."""

    def sets() -> dict:
        with world.root.cursor() as con:
            names = [
                n
                for (n,) in con.execute(
                    "select table_name from duckdb_tables() where table_name like 'health_%'"
                ).fetchall()
            ]
        return {
            kind: sum(name.startswith(kind) for name in names)
            for kind in ("health_reading_", "health_part_", "health_score_")
        }

    scored(world, health_words(**ALIKE))
    before = sets()
    heavier = ALIKE | {"profiles": (Profile("All", (("Tickets", 51.0), ("NPS", 30.0), ("Sentiment", 20.0))),)}
    scored(world, health_words(**heavier))
    assert sets()["health_reading_"] == before["health_reading_"] and sets()["health_part_"] == before["health_part_"]
    for n in range(12):
        scored(world, health_words(**ALIKE | {"parts": (replace(PARTS[0], cuts=(0.5, 1.1 + n)), *PARTS[1:])}))
    assert sets()["health_reading_"] == before["health_reading_"]
    assert sets()["health_part_"] <= health.POINTS.most and sets()["health_score_"] <= health.SCORES.most


def test_a_reader_of_few_accounts_lays_what_is_right_for_all(tmp_path, sample_store):
    """Readings are of all accounts whoever asks first, stages too; a scope is joined afterwards."""
    with asked(open_store(sample_store), scope=Scope(("nobody",))) as con:
        health.lay(con, LAST, WORDS)
        few = con.execute(
            "select day, health_score, stage from health_reading join health_score using (_account, reading, day)"
        ).df()
    with asked(open_store(sample_store)) as con:
        health.lay(con, LAST, WORDS)
        whole = con.execute(
            "select day, health_score, stage from health_reading join health_score using (_account, reading, day)"
        ).df()
    pd.testing.assert_frame_equal(few, whole)
    assert few["stage"].notna().mean() > 0.9


@pytest.mark.parametrize("day", [LAST, SUNDAY, date(2025, 8, 13)])
def test_the_day_alone_reads_as_the_whole_history_does(sample, day):
    with asked(sample, day) as con:
        health.lay(con, day, WORDS)
        whole = [of_day(con, day, what).drop(columns="reading") for what in ("health_reading", "health_score")]
        health.lay(con, day, WORDS, is_of_day=True)
        alone = [of_day(con, day, what).drop(columns="reading") for what in ("health_reading", "health_score")]
        health.red(con, WORDS, day)
        red = con.execute("select _account from health_red order by _account").df()["_account"].tolist()
    for one, other in zip(whole, alone, strict=True):
        pd.testing.assert_frame_equal(one, other)
    assert red == whole[1].query("colour == 'red'")["_account"].tolist() and red
