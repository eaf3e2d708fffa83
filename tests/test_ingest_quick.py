"""Events by the million go a quick way: it must say what the careful way says, of any file."""

import random

import duckdb
import pytest

from lib.store.ingest import quick, read

HEADER = "event id,account id,user id,feature,occurred at,quantity"
AMONG = {
    "moment": ["2024-02-01T10:00:00Z", "2024-02-01 10:00:00", "2024-02-01T10:00:00.123Z", "2024-02-01T10:00:00+02:00",
               "2024-02-01T10:00+02", " 2024-02-01 10:00 ", "2024-02-01", "", "soon", "1899-01-01T00:00:00Z", "NULL"],
    "text": ["A1", "b", " A1 ", "\u00a0x", "null", "N/A", "naïve", "\ufeffé", "#n/a", "None", "000000000000000AAA", "", "é", "1.03E+13"],
    "number": ["1", "2.5", "-3", "", " 7 ", "1e400", "many", "1,000", "12%"],
}  # fmt: skip


def messy(n: int, seed: int) -> str:
    """A few odd cells among many plain ones, rows alike, rows of nothing, rows too short."""
    rng = random.Random(seed)
    lines = [HEADER]
    for at in range(n):
        if rng.random() < 0.9:
            cells = [
                f"e{at}",
                f"A{at % 7}",
                f"u{at % 11}",
                "login",
                f"2024-02-{1 + at % 28:02d}T10:00:{at % 60:02d}Z",
                "1",
            ]
        else:
            some = [rng.choice(AMONG[kind]) for kind in ("text", "text", "text", "text", "moment", "number")]
            cells = [f'"{cell}"' for cell in some]
        lines.append(",".join(cells if rng.random() < 0.98 else rng.choice([cells[:3], [""] * 6, ["e1", *cells[1:]]])))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("time_zone", ["UTC", "Europe/Berlin"])
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("with_ids", [True, False])
def test_the_quick_way_says_what_the_careful_way_says(tmp_path, monkeypatch, seed, time_zone, with_ids):
    path = tmp_path / "events.csv"
    content = messy(600, seed)
    if not with_ids:
        content = "\n".join(line.split(",", 1)[-1] for line in content.splitlines())
    path.write_text(content)

    def reading(start: int):
        monkeypatch.setattr(quick, "FROM", start)
        return read(path, into=tmp_path / "out", table="event", time_zone=time_zone, on_refused="skip")

    careful, fast = reading(1 << 40), reading(0)
    assert careful.n_rows_refused > 10 and careful.n_rows_kept > 400
    for name in ("n_rows_read", "n_rows_kept", "n_rows_refused", "n_rows_merged", "columns", "mapping"):
        assert getattr(fast, name) == getattr(careful, name), name
    key = ["row", "column", "value", "reason"]
    assert fast.refused[key].sort_values(key).values.tolist() == careful.refused[key].sort_values(key).values.tolist()
    rows = [duckdb.sql(f"select * from read_parquet('{found.data}')").fetchall() for found in (careful, fast)]
    assert rows[0] == rows[1]


def test_a_file_whose_first_rows_do_not_tell_its_dates_is_read_with_care(tmp_path, monkeypatch):
    monkeypatch.setattr(quick, "FROM", 0)
    monkeypatch.setattr(quick, "N_FIRST", 2)
    path = tmp_path / "events.csv"
    path.write_text("account,occurred at\nA,01/02/2024 10:00\nA,02/02/2024 10:00\nA,31/01/2024 10:00\n")
    found = read(path, into=tmp_path / "out", table="event")
    months = duckdb.sql(f"select month(occurred_at) as m from read_parquet('{found.data}')").fetchall()
    assert found.is_whole and months == [(2,), (2,), (1,)]


def test_a_file_that_names_accounts_alone_is_judged_alike(tmp_path, monkeypatch):
    path = tmp_path / "events.csv"
    path.write_text("account,occurred at\nA,2024-02-01 10:00\n,2024-02-02 10:00\naccount,occurred at\n")
    found = []
    for start in (0, 1 << 40):
        monkeypatch.setattr(quick, "FROM", start)
        reading = read(path, into=tmp_path / "out", table="event", on_refused="skip")
        found.append(sorted(reading.refused[["row", "column", "reason"]].values.tolist()))
    assert (
        found[0]
        == found[1]
        == [
            [3, "account", "the account is blank"],
            [4, "account", "the header, repeated among the rows"],
            [4, "occurred at", "not a day or time"],
        ]
    )
