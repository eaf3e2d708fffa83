"""Rollups: every table against events counted one by one, and the same whatever road led to the same batches."""

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
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


def rows_of(file: Path, table: str) -> list[tuple]:
    with duckdb.connect(file, read_only=True) as con:
        return con.execute(f"select * from {table} order by all").fetchall()


def rolled(place: Path, sources: dict[str, list[Source]], **options) -> dict[str, list[tuple]]:
    """Every table of rollups of these sources, in one go."""
    target = place / f"{len(list(place.iterdir()))}.duckdb"
    build_usage(target, sources, RECEIVED, **options)
    return {table: rows_of(target, table) for table in (*TABLES, "usage_batch", "usage_batch_day")}


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
        tables["usage_person_week"].append((*key, n_days(rows), len(rows), volume(rows)))
        tables["usage_friction_week"].append((*key, *friction(rows, role)))
    for key, rows in uses.items():
        tables["usage_person_feature_week"].append((*key, n_days(rows), len(rows)))
    for account, feature, week in {(a, f, w) for a, _, f, w in uses}:
        found = [rows for (a, _, f, w), rows in uses.items() if (a, f, w) == (account, feature, week)]
        tables["usage_feature_week"].append((account, feature, week, len(found), sum(map(len, found))))
    for key, rows in owned.items():
        own = [row for row in rows if row in acts]
        n_features = len({row[3] for row in own} - {None})
        n_people = len({row[2] for row in own})
        tables["usage_week"].append(
            (*key, n_people, n_days(own), n_features, len(own), len(rows) - len(own), volume(own))
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
    n_loops = 0
    for session in sessions:
        task, was_helped = None, False
        for feature in (row[3] for row in session):
            if role.get(feature) == "help":
                was_helped = True
            if role.get(feature) == "task":
                n_loops += feature == task and was_helped
                task, was_helped = feature, False
    roles = Counter(role.get(row[3]) for row in rows)
    only = sum(all(role.get(row[3]) == "login" for row in session) for session in sessions)
    return len(sessions), only, n_loops, roles["begins"], roles["finishes"]


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


@pytest.mark.parametrize("n", [12, pytest.param(300, marks=pytest.mark.slow)])
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
            found = {table: rows_of(target, table) for table in (*TABLES, "usage_batch", "usage_batch_day")}
            counted = merged([(rows, mode) for _, rows, mode in standing])
            assert {table: found[table] for table in TABLES} == expected(counted)
            assert about["n_rows"]["event"] == len(counted)
            assert about["n_merged"]["event"] == sum(len(rows) for _, rows, _ in standing) - len(counted)
        assert found == rolled(place, held)

    hold()
