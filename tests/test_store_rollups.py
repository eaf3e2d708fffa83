"""Rollups: every table against events counted one by one, and the same whatever road led to the same batches."""

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow.parquet as parquet
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from lib.store import rollups
from lib.store.rollups import TABLES, build_usage
from lib.store.sources import Source
from tests.worldlets import as_arrow

MONDAY = datetime(2026, 10, 5)
RECEIVED = date(2026, 11, 1)
FEATURES = {  # feature: is_system, role
    "login": (False, "login"), "help": (False, "help"), "edit": (False, "task"), "plan": (False, "task"),
    "begin": (False, "begins"), "finish": (False, "finishes"), "sync": (True, None), "read": (None, None),
}  # fmt: skip


def source(place: Path, rows: list[tuple], mode: str = "update", *, table: str = "event") -> Source:
    """A batch of (occurred_at, account, person, feature, quantity, id) rows; its number is that of its file."""
    number = len(list(place.glob("*.parquet"))) + 1
    names = ["occurred_at", "account", "person", "feature", "quantity", "event"]
    frame = pd.DataFrame(rows, columns=names, dtype=object) if table == "event" else pd.DataFrame(rows)
    file = place / f"{table}-{number}.parquet"
    parquet.write_table(as_arrow(table, frame), file)
    return Source((file,), mode, RECEIVED, f"{number:06d}")


def features(place: Path, said: dict = FEATURES) -> list[Source]:
    rows = [{"feature": name, "is_system": is_system, "role": role} for name, (is_system, role) in said.items()]
    return [source(place, rows, table="feature")]


def rows_of(file: Path, *tables: str) -> dict[str, list[tuple]]:
    with duckdb.connect(file, read_only=True) as con:
        return {table: con.execute(f"select * from {table} order by all").fetchall() for table in tables}


def rolled(place: Path, sources: dict[str, list[Source]], **options) -> dict[str, list[tuple]]:
    """Every table of rollups of these sources, in one go."""
    target = place / f"{len(list(place.iterdir()))}.duckdb"
    build_usage(target, sources, RECEIVED, **options)
    return rows_of(target, *TABLES, "usage_batch", "usage_batch_day")


# --- counted one by one ---------------------------------------------------------------------------------------------


def monday(moment: datetime) -> date:
    return (moment - timedelta(days=moment.weekday())).date()


def merged(batches: list[tuple[list[tuple], str]]) -> list[tuple]:
    """The events of batches of (rows, mode), each counted once, by asking every row for its likes."""
    known = [(number, mode, row) for number, (rows, mode) in enumerate(batches) for row in rows]
    kept = []
    for number, _, row in known:
        if row[5] is None:
            alike = [n for n, _, other in known if other == row]
            is_kept = number == min(alike)
        else:
            alike = [(n, m) for n, m, other in known if other[5] == row[5] and monday(other[0]) == monday(row[0])]
            is_kept = number == max([min(n for n, _ in alike)] + [n for n, m in alike if m != "insert"])
        kept += [row] if is_kept else []
    return kept


def expected(events: list[tuple], said: dict = FEATURES) -> dict[str, list[tuple]]:
    """The rollups of events that count once each."""
    is_system = {name for name, (is_system, _) in said.items() if is_system}
    role = {name: role for name, (_, role) in said.items()}
    acts = [row for row in events if row[2] is not None and row[3] not in is_system]
    tables: dict[str, list[tuple]] = {table: [] for table in TABLES}
    days, weeks, uses, owned = (defaultdict(list) for _ in range(4))
    for row in acts:
        moment, account, person, feature, *_ = row
        days[account, person, moment.date()].append(row)
        weeks[account, person, monday(moment)].append(row)
        if feature is not None:
            uses[account, person, feature, monday(moment)].append(row)
    for row in events:
        owned[row[1], monday(row[0])].append(row)
    for key, rows in days.items():
        tables["usage_person_day"].append((*key, len(rows), volume(rows)))
    for key, rows in weeks.items():
        active = sum(1 << weekday for weekday in {row[0].weekday() for row in rows})
        tables["usage_person_week"].append((*key, n_days(rows), len(rows), volume(rows), active))
        tables["usage_friction_week"].append((*key, *friction(rows, role)))
        tables["usage_barrier_week"] += [
            (*key[:2], feature, key[2], *held) for feature, held in barriers(rows, role).items()
        ]
    for key, rows in uses.items():
        tables["usage_person_feature_week"].append((*key, n_days(rows), len(rows)))
    for who in {key[:3] for key in uses}:
        tables["usage_first_use"].append((*who, min(key[3] for key in uses if key[:3] == who)))
    for account, feature, week in {(a, f, w) for a, _, f, w in uses}:
        found = [rows for (a, _, f, w), rows in uses.items() if (a, f, w) == (account, feature, week)]
        tables["usage_feature_week"].append((account, feature, week, len(found), sum(map(len, found))))
    for key, rows in owned.items():
        own = [row for row in rows if row in acts]
        n_features = len({row[3] for row in own} - {None})
        n_people = len({row[2] for row in own})
        tables["usage_week"].append(
            (
                *key,
                n_people,
                n_days(own),
                n_features,
                len(own),
                len(rows) - len(own),
                volume(own),
                volume([row for row in rows if row not in acts]),
            )
        )
    return {table: sorted(rows) for table, rows in tables.items()}


def n_days(rows: list[tuple]) -> int:
    return len({row[0].date() for row in rows})


def volume(rows: list[tuple]) -> float:
    return float(sum(1 if row[4] is None else row[4] for row in rows))


def friction(rows: list[tuple], role: dict) -> tuple[int, int, int, int, int]:
    """(sessions, with nothing but logins, loops, begun, finished) of one person in one week."""
    sessions: list[list[tuple]] = []
    for row in sorted(rows, key=lambda row: (row[0], row[3] is not None, row[3])):
        if not sessions or row[0] - sessions[-1][-1][0] >= timedelta(minutes=30):
            sessions.append([])
        sessions[-1].append(row)
    only = sum(all(role.get(row[3]) == "login" for row in session) for session in sessions)
    held = barriers(rows, role).values()
    return len(sessions), only, *(sum(each[at] for each in held) for at in range(3))


def barriers(rows: list[tuple], role: dict) -> dict[str, tuple[int, int, int]]:
    """Feature -> (loops, begun, finished) of one person in one week, where there are any."""
    loops, task, was_helped, before = Counter(), None, False, None
    for row in sorted(rows, key=lambda row: (row[0], row[3] is not None, row[3])):
        if before is None or row[0] - before >= timedelta(minutes=30):
            task, was_helped = None, False
        before, feature = row[0], row[3]
        if role.get(feature) == "help":
            was_helped = True
        if role.get(feature) == "task":
            loops[feature] += feature == task and was_helped
            task, was_helped = feature, False
    done = Counter(row[3] for row in rows)
    counted = {f: (n, 0, 0) for f, n in loops.items() if n}
    counted |= {f: (0, n, 0) for f, n in done.items() if role.get(f) == "begins"}
    return counted | {f: (0, 0, n) for f, n in done.items() if role.get(f) == "finishes"}


moments = some.one_of(
    some.integers(0, 28).map(lambda day: MONDAY + timedelta(days=day, hours=9)),  # whole weeks, alike in many batches
    some.tuples(some.integers(0, 6), some.integers(0, 300)).map(lambda t: MONDAY + timedelta(days=7 * t[0] - 1, hours=22, minutes=t[1])),
)  # fmt: skip
events = some.lists(
    some.tuples(
        moments, some.sampled_from("ab"), some.sampled_from(["p", "q", None]), some.sampled_from([*FEATURES, None]),
        some.sampled_from([None, 1.0, 2.5]), some.sampled_from([None, None, "e1", "e2", "e3"]),
    ), min_size=1, max_size=14, unique_by=lambda row: row[5] or row[:5],
)  # fmt: skip
steps = some.lists(
    some.one_of(
        some.tuples(some.sampled_from(["update", "update", "insert", "replace"]), events),
        some.tuples(some.just("undo"), some.integers(0, 9)),
    ), min_size=1, max_size=5,
)  # fmt: skip


@pytest.mark.parametrize("n", [5, pytest.param(300, marks=pytest.mark.slow)])
def test_rollups_are_those_of_events_counted_one_by_one_whatever_road_led_there(tmp_path_factory, monkeypatch, n):
    """Imports in every mode and undos, each rolled from the rollups before it, in stretches of a few events."""
    monkeypatch.setattr(rollups, "MOST_PATCHED", 1.0)
    monkeypatch.setattr(rollups, "EVENTS_AT_ONCE", 10)

    @settings(
        max_examples=n, deadline=None, suppress_health_check=list(HealthCheck), database=None, phases=[Phase.generate]
    )
    @given(steps)
    def hold(road: list[tuple]) -> None:
        place = tmp_path_factory.mktemp("road")
        said, standing, earlier = features(place), [], None
        for number, (act, what) in enumerate(road):
            if act == "undo":
                standing = [each for at, each in enumerate(standing) if at != what]
            else:
                batch = (source(place, what, act), what, act)
                standing = [batch] if act == "replace" else [*standing, batch]
            held = {"event": [each for each, _, _ in standing], "feature": said}
            target = place / f"step {number}.duckdb"
            about = build_usage(target, held, RECEIVED, earlier=earlier)
            assert about["n_patches"] == (earlier is not None)
            earlier = target
            found = rows_of(target, *TABLES, "usage_batch", "usage_batch_day")
            counted = merged([(rows, mode) for _, rows, mode in standing])
            assert {table: found[table] for table in TABLES} == expected(counted)
            assert about["n_rows"]["event"] == len(counted)
            assert about["n_merged"]["event"] == sum(len(rows) for _, rows, _ in standing) - len(counted)
        assert found == rolled(place, held)

    hold()


# --- by hand --------------------------------------------------------------------------------------------------------


def at(day: int, clock: str) -> datetime:
    """A moment of October 2026; the 5th and the 12th are Mondays."""
    return datetime.fromisoformat(f"2026-10-{day:02d} {clock}")


def did(*acts: tuple[datetime, str | None], account="a", person="p", quantity=None) -> list[tuple]:
    return [(moment, account, person, feature, quantity, None) for moment, feature in acts]


def friction_of(place: Path, *acts: tuple[datetime, str | None], said: dict = FEATURES) -> list[tuple]:
    """(day of the Monday, sessions, login only, loops, begun, finished) of one person, by week."""
    found = rolled(place, {"event": [source(place, did(*acts))], "feature": features(place, said) if said else []})
    return [(row[2].day, *row[3:]) for row in found["usage_friction_week"]]


def test_a_session_goes_on_for_less_than_thirty_minutes_and_over_midnight_but_not_over_a_week(tmp_path):
    acts = [(at(6, "09:00"), "edit"), (at(6, "09:29:59"), "edit"), (at(6, "09:59:59"), "edit")]  # the third is 30 later
    acts += [(at(7, "23:50"), "edit"), (at(8, "00:10"), "login")]  # one, over midnight
    acts += [(at(11, "23:50"), "edit"), (at(12, "00:10"), "edit")]  # two: Monday cuts
    assert friction_of(tmp_path, *acts) == [(5, 4, 0, 0, 0, 0), (12, 1, 0, 0, 0, 0)]


def test_a_session_with_nothing_beyond_login(tmp_path):
    acts = [(at(6, "09:00"), "login"), (at(6, "09:05"), "login"), (at(6, "12:00"), "login"), (at(6, "12:01"), None)]
    assert friction_of(tmp_path, *acts) == [(5, 2, 1, 0, 0, 0)]


def test_each_way_from_a_task_to_help_and_back_is_a_loop(tmp_path):
    def day(n: int, *names: str) -> list:
        return [(at(n, f"09:{minute:02d}"), name) for minute, name in enumerate(names)]

    acts = day(5, "edit", "help", "edit", "help", "edit") + day(6, "edit", "read", "help", "help", "login", "edit")
    acts += day(7, "edit", "help", "plan") + day(8, "help", "edit") + day(9, "edit", "edit")
    acts += [(at(10, "09:00"), "edit"), (at(10, "09:01"), "help"), (at(10, "09:31"), "edit")]  # another session
    assert friction_of(tmp_path, *acts)[0][3] == 2 + 1


def test_processes_begun_and_finished_are_counted_in_the_week_of_each(tmp_path):
    acts = [(at(6, "09:00"), "begin"), (at(11, "09:00"), "begin"), (at(12, "09:00"), "finish")]
    assert friction_of(tmp_path, *acts) == [(5, 2, 0, 0, 2, 0), (12, 1, 0, 0, 0, 1)]


@pytest.mark.parametrize(
    ("said", "loops"), [({}, 0), ({"Log-In": (None, None)}, 0), ({"edit": (None, " TASK ")}, 0),
                        ({"edit": (None, "task"), "Help Centre": (None, "help")}, 1)],
)  # fmt: skip
def test_login_and_help_go_by_plain_names_only_where_no_feature_has_a_role(tmp_path, said, loops):
    """A task is never guessed, so there are no loops without roles; with any role nothing is guessed."""
    acts = [
        (at(6, "08:00"), "Log-In"),
        (at(6, "09:00"), "edit"),
        (at(6, "09:01"), "Help Centre"),
        (at(6, "09:02"), "edit"),
    ]
    is_guessed = not any(role for _, role in said.values())
    assert friction_of(tmp_path, *acts, said=said) == [(5, 2, 1 if is_guessed else 0, loops, 0, 0)]


def test_days_weeks_and_features_of_people_and_the_accounts_traffic(tmp_path):
    rows = did((at(6, "09:00"), "edit"), (at(6, "10:00"), "edit"), (at(8, "09:00"), "plan"), quantity=2.5)
    rows += did((at(8, "23:59:59"), None), person="q") + did((at(9, "09:00"), "sync"), (at(9, "09:00"), "sync"))
    rows += did((at(9, "09:00"), "edit"), person=None) + did((at(12, "00:00"), "edit"), account="b")
    found = rolled(tmp_path, {"event": [source(tmp_path, rows)], "feature": features(tmp_path)})
    first, second = date(2026, 10, 5), date(2026, 10, 12)
    assert found["usage_person_day"] == [
        ("a", "p", date(2026, 10, 6), 2, 5.0), ("a", "p", date(2026, 10, 8), 1, 2.5), ("a", "q", date(2026, 10, 8), 1, 1.0),
        ("b", "p", second, 1, 1.0),
    ]  # fmt: skip
    assert found["usage_person_week"] == [
        ("a", "p", first, 2, 3, 7.5, 0b1010),  # a Tuesday and a Thursday, Monday being the lowest bit
        ("a", "q", first, 1, 1, 1.0, 0b1000), ("b", "p", second, 1, 1, 1.0, 0b1),
    ]  # fmt: skip
    assert found["usage_person_feature_week"] == [
        ("a", "p", "edit", first, 1, 2), ("a", "p", "plan", first, 1, 1), ("b", "p", "edit", second, 1, 1),
    ]  # fmt: skip
    assert found["usage_first_use"] == [
        ("a", "p", "edit", first), ("a", "p", "plan", first), ("b", "p", "edit", second),
    ]  # fmt: skip
    assert found["usage_feature_week"] == [
        ("a", "edit", first, 1, 2), ("a", "plan", first, 1, 1), ("b", "edit", second, 1, 1),
    ]  # fmt: skip
    assert found["usage_week"] == [("a", first, 2, 2, 2, 4, 3, 8.5, 3.0), ("b", second, 1, 1, 1, 1, 0, 1.0, 0.0)]


def test_only_the_weeks_of_what_came_or_went_are_rolled_again(tmp_path, monkeypatch):
    """Ten weeks; then a batch with a late event, which is undone again; then features get a role."""
    held = {
        "event": [source(tmp_path, did(*[(MONDAY - timedelta(weeks=n), "edit") for n in range(10)]))],
        "feature": [],
    }
    spans: list[tuple[date, date]] = []
    view_events = rollups.view_events
    monkeypatch.setattr(rollups, "view_events", lambda *args: spans.append(args[2:]) or view_events(*args))
    about, late = (
        {},
        source(tmp_path, did((MONDAY + timedelta(days=3), "plan"), (MONDAY - timedelta(weeks=6, hours=1), "plan"))),
    )

    def step(n: int) -> list[tuple[date, date]]:
        spans.clear()
        earlier = {"earlier": tmp_path / f"{n - 1}.duckdb", "n_patches": about["n_patches"]} if n else {}
        about.update(build_usage(tmp_path / f"{n}.duckdb", held, RECEIVED, **earlier))
        return spans

    now, then = date(2026, 10, 5), date(2026, 8, 17)
    week = timedelta(days=7)
    touched = [(then, then + week), (now, now + week)]
    assert step(0) == [(date(2026, 8, 3), now + week)]
    held["event"].append(late)
    assert step(1) == touched and about["n_patches"] == 1
    held["event"].pop()
    assert step(2) == touched
    assert step(3) == [] and about["n_patches"] == 3
    held["feature"] = features(tmp_path)
    assert len(step(4)) == 1 and about["n_patches"] == 0
    assert rows_of(tmp_path / "3.duckdb", "usage_week") == rows_of(tmp_path / "0.duckdb", "usage_week")


def test_much_that_came_and_many_imports_lay_the_tables_anew(tmp_path, monkeypatch):
    held = {"event": [source(tmp_path, did(*[(MONDAY - timedelta(weeks=n), "edit") for n in range(5)]))]}
    first = tmp_path / "first.duckdb"
    build_usage(first, held, RECEIVED)
    held["event"].append(source(tmp_path, did((MONDAY, "plan"), (MONDAY - timedelta(weeks=1), "plan"))))
    again = build_usage(tmp_path / "half.duckdb", held, RECEIVED, earlier=first)  # four of seven events
    assert again["n_patches"] == 0
    held["event"][1] = source(tmp_path, did((MONDAY, "plan")))
    often = build_usage(tmp_path / "third.duckdb", held, RECEIVED, earlier=first, n_patches=rollups.MOST_PATCHES)
    assert often["n_patches"] == 0
    assert build_usage(tmp_path / "little.duckdb", held, RECEIVED, earlier=first, n_patches=5)["n_patches"] == 6


def test_sessions_of_many_row_groups_are_those_of_a_sorted_frame(tmp_path):
    """The rollup reads rows in the order they lie in; a frame sorted by pandas says what that has to be."""
    rng = np.random.default_rng(5)
    n = 250_000  # two row groups and more
    frame = pd.DataFrame(
        {
            "occurred_at": pd.Timestamp(MONDAY) + pd.to_timedelta(np.sort(rng.integers(0, 12 * 86_400, n)), unit="s"),
            "account": rng.integers(0, 40, n).astype(str),
            "person": np.char.add("p", rng.integers(0, 25, n).astype(str)),
            "feature": rng.choice(["login", "help", "edit", "plan", "read"], n, p=[0.3, 0.1, 0.2, 0.2, 0.2]),
        }
    )
    file = tmp_path / "event-1.parquet"
    parquet.write_table(as_arrow("event", frame), file)
    target = tmp_path / "usage.duckdb"
    build_usage(
        target, {"event": [Source((file,), "update", RECEIVED, "000001")], "feature": features(tmp_path)}, RECEIVED
    )

    frame["week"] = frame["occurred_at"].dt.to_period("W").dt.start_time
    of_person = ["account", "person", "week"]
    frame = frame.sort_values([*of_person, "occurred_at", "feature"], ignore_index=True)
    goes_on = frame.groupby(of_person)["occurred_at"].diff() < pd.Timedelta(minutes=30)
    frame["session"] = (~goes_on).cumsum()
    frame["n_helps"] = (frame["feature"] == "help").cumsum()
    tasks = frame[frame["feature"].isin(["edit", "plan"])]
    same, helped = tasks[["session", "feature"]] == tasks[["session", "feature"]].shift(), tasks["n_helps"].diff() > 0
    found = frame.groupby(of_person).agg(n_sessions=("session", "nunique"))
    only = (frame["feature"] == "login").groupby([frame[name] for name in (*of_person, "session")]).min()
    found["n_login_only"] = only.groupby(of_person).sum()
    found["n_loops"] = tasks[same.all(axis=1) & helped].groupby(of_person).size()
    wanted = sorted((*key, *map(int, row)) for key, row in zip(found.index, found.fillna(0).to_numpy(), strict=True))
    got = rows_of(target, "usage_friction_week")["usage_friction_week"]
    assert [(account, person, pd.Timestamp(week), *rest[:3]) for account, person, week, *rest in got] == wanted
    assert sum(row[-1] for row in wanted) > 300
