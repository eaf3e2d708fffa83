"""Events by the million go a quick way: it must say what the careful way says, of any file."""

import random
import re
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from lib.store.ingest import quick, read, text, values

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
@pytest.mark.parametrize("seed", range(2))  # long files: a file costs a second, a row nothing
@pytest.mark.parametrize("with_ids", [True, False])
def test_the_quick_way_says_what_the_careful_way_says(tmp_path, monkeypatch, seed, time_zone, with_ids):
    path = tmp_path / "events.csv"
    content = messy(1_800, seed)
    if not with_ids:
        content = "\n".join(line.split(",", 1)[-1] for line in content.splitlines())
    path.write_text(content)
    monkeypatch.setattr(quick, "_N_SORTED", 500)

    def reading(start: int):
        monkeypatch.setattr(quick, "FROM", start)
        return read(path, into=tmp_path / "out", table="event", time_zone=time_zone, on_refused="skip")

    careful, fast = reading(1 << 40), reading(0)
    assert careful.n_rows_refused > 30 and careful.n_rows_kept > 1_200
    for name in ("n_rows_read", "n_rows_kept", "n_rows_refused", "n_rows_merged", "columns", "mapping"):
        assert getattr(fast, name) == getattr(careful, name), name
    key = ["row", "column", "value", "reason"]
    assert fast.refused[key].sort_values(key).values.tolist() == careful.refused[key].sort_values(key).values.tolist()
    rows = [duckdb.sql(f"select * from read_parquet('{found.data}')").fetchall() for found in (careful, fast)]
    assert rows[0] == rows[1]


WRITTEN = {
    "zoned": "%Y-%m-%dT%H:%M:%SZ",
    "a space between": "%Y-%m-%d %H:%M:%S",
    "milliseconds": "%Y-%m-%dT%H:%M:%S.123Z",
    "microseconds": "%Y-%m-%d %H:%M:%S.123456",
    "an offset": "%Y-%m-%dT%H:%M:%S+02:00",
    "an offset and a fraction": "%Y-%m-%dT%H:%M:%S.5-05:30",
    "days": "%Y-%m-%d",
    "day first": "%d/%m/%Y %H:%M",
    "month first, seconds": "%m/%d/%Y %H:%M:%S",
    "half days": "%m/%d/%Y %I:%M %p",
    "dots, not padded": "%-d.%-m.%Y %-H:%M",
    "seconds since 1970": "%s",
    "no known way": "%d %b %Y %H:%M",
}
ODD = ["2024-02-01T10:00:00Z", "2024-02-01 10:00", "31.12.2024 24:00", "12/31/2024 13:30 PM", "2024-02-01T10:00:00.1 NZ",
       "2024-02-01 10:00-02", "2024-02-01 10:00:00 NZ", "2024-03-31 02:30:00", " 2024-02-01", "1e9", "1700000000.5",
       "1712345678901", "soon", "", "infinity", "epoch", "2101-01-01", "9/9/1949 9:09", "30/02/2024 10:00", "-", "44000"]  # fmt: skip


@pytest.mark.parametrize(
    ("way", "time_zone"),
    [(way, "Europe/Berlin") for way in WRITTEN]
    + [(way, "UTC") for way in ("zoned", "a space between", "day first", "no known way")],
)
def test_moments_are_read_alike_however_they_are_written(tmp_path, monkeypatch, way, time_zone):
    rng = random.Random(way)
    lines = ["account,quantity,occurred at,note,amount"]
    for at in range(900):
        is_odd = at > 300 and rng.random() < 0.1
        moment = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=rng.randrange(366 * 86400))
        cell = rng.choice(ODD) if is_odd else moment.strftime(WRITTEN[way])
        number = rng.choice(["1_000", "1e5", "1,500", ".5", "5.", "007", "1" * 400]) if is_odd else str(at % 30)
        lines.append(f'A{at % 9},{number},"{cell}",{rng.choice(["", "x"])},{at}')
    path = tmp_path / "events.csv"
    path.write_text("\n".join(lines))
    monkeypatch.setattr(quick, "N_FIRST", 300)
    order = "mdy" if way in ("month first, seconds", "half days") else "dmy"
    given = {"mapping": {"note": "skip"}, "date_order": {"occurred at": order}, "decimal": "."}
    said = []
    for start in (0, 1 << 40):
        monkeypatch.setattr(quick, "FROM", start)
        found = read(path, into=tmp_path / "out", table="event", time_zone=time_zone, on_refused="skip", **given)
        refused = found.refused.query("column != 'quantity'")[["row", "column", "value", "reason"]]
        rows = duckdb.sql(f"select * from read_parquet('{found.data}')").fetchall()
        said.append((found.columns, rows, sorted(refused.values.tolist()), found.n_rows_merged))
    assert len(said[0][1]) > 750
    for fast, careful in zip(*said, strict=True):
        assert fast == careful


def test_texts_that_mean_nothing_are_those_of_the_rules():
    con = duckdb.connect()
    con.execute(values.macros())
    assert all(con.execute(f"select text_of({text}) is null").fetchone()[0] for text in quick._nothing())
    listed = re.search(r"macro meant\(b\) as\s*case when lower\(left\(b, 20\)\) in \((.*?)\)", values.macros())[1]
    assert listed == ", ".join(f"'{word}'" for word in values.NOTHING)


@pytest.mark.parametrize(
    ("content", "has_spaces"),
    [
        ("a,b\nx y,z\n", False),
        ("a,b\r\nx y,z\r\n", False),
        ('a,b\n"x, y","z"\n', True),  # in doubt: the comma may stand between cells
        ('a,b\n"x y","z"\n', False),
        ('a,b\n"x\ny","z"\n', False),
        ('a,b\n"\nx","z"\n', True),
        ('a,b\nw,"x\n"\n', True),
        ("a,b\nx ,z\n", True),
        ("a,b\nx,z ", True),
        ("a,b\nx,\tz\n", True),
        ("a;b\nx,\tz;y\n", False),
        ("a,b\n\u00a0x,z\n", True),
        ("a,b\nx\u00a0,z\n", True),
        ("a,b\n\ufeffx,z\n", True),
        ("a,b\nnaïvé,é\n", False),
        ("a,b\nx,z\n" * 2 + " y,z\n", True),
    ],
)
@pytest.mark.parametrize("chunk", [3, 1 << 20])
def test_white_space_at_the_ends_of_cells_is_seen(tmp_path, monkeypatch, content, has_spaces, chunk):
    monkeypatch.setattr(text, "CHUNK", chunk)
    path = tmp_path / "some.csv"
    path.write_bytes(content.encode())
    delimiter = ";" if ";" in content else ","
    whole = text.Text(path, "utf-8", 0, path.stat().st_size)
    assert text.has_spaces_at_cell_ends(whole, delimiter, '"') == has_spaces
    for of in (2, 3):
        assert any(text.has_spaces_at_cell_ends(whole, delimiter, '"', nth, of) for nth in range(of)) == has_spaces


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
