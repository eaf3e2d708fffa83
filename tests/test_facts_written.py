"""What people write, as facts take it: the columns are those the workspace keeps, and what is not given is empty."""

from datetime import date, datetime

import pyarrow as pa
import pytest

from lib.facts.written import REAL, declared, laid
from lib.workspace import schema

KINDS = {
    "VARCHAR": pa.string(), "INTEGER": pa.int64(), "BIGINT": pa.int64(), "DOUBLE": pa.float64(), "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(), "TIMESTAMP": pa.timestamp("us"), "DECIMAL(18,2)": pa.decimal128(18, 2),
}  # fmt: skip
LAST = date(2026, 6, 30)


@pytest.mark.parametrize("table", declared())
def test_every_column_facts_read_is_kept_by_the_workspace(table):
    kept = {each.name: each.type for each in schema(table)}
    assert {
        name: KINDS[kind] for name, kind in declared()[table].items() if name != "place" and not name.startswith(REAL)
    }.items() <= kept.items()


def test_what_is_not_given_is_empty_and_what_happened_later_counts_on_the_last_day():
    said = laid(
        {"task": pa.table({"account": ["a"], "done_on": [date(2026, 7, 9)], "due_on": [date(2026, 8, 1)]})}, LAST
    )["task"]
    assert set(said.column_names) == set(declared()["task"])
    assert (
        said.to_pylist()[0] | {"account": "a", "done_on": LAST, "due_on": date(2026, 8, 1), "owner": None}
        == said.to_pylist()[0]
    )


def test_the_place_of_a_row_is_told_before_days_are_moved():
    days, made = (
        [date(2026, 7, 9), date(2026, 7, 2), date(2026, 7, 9)],
        [datetime(2026, 7, 9, hour) for hour in (8, 9, 7)],
    )
    said = laid({"sentiment": pa.table({"account": ["a"] * 3, "said_on": days, "made_at": made})}, LAST)["sentiment"]
    assert said["place"].to_pylist() == [2, 0, 1] and said["said_on"].to_pylist() == [LAST] * 3
    assert said["real_said_on"].to_pylist() == days  # what is told of it is the day it was
    assert laid({}, LAST) == {} and laid({"note": pa.table({"account": ["a"]})}, None)["note"].num_rows == 1
