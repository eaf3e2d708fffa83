"""A file read whole: values written out, rows that add up, and row numbers as a spreadsheet shows them."""

import csv
import datetime as dt
import io
import os
import time
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from lib.errors import Refused
from lib.store.ingest import read, rows

TELCO = Path(__file__).parents[2] / "shared" / "data" / "telco_ibm"


@pytest.fixture
def reading(tmp_path):
    """Reads the bytes or text given as a file of its own."""

    def of(content: bytes | str, name: str = "accounts.csv", **options):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read(path, into=tmp_path / "out", **options)

    return of


def rows_of(reading) -> list[tuple]:
    return duckdb.read_parquet(str(reading.data)).fetchall()


def names_of(reading) -> list[str]:
    return [name for name, _ in reading.columns]


def refused_of(reading) -> list[tuple]:
    return list(reading.refused[["row", "column", "value", "reason"]].itertuples(index=False, name=None))


def test_an_export_as_people_have_it(reading):
    found = reading(
        "Customer ID,Company Name,Account Owner,MRR,Start Date,Churned,Seats,Contract\n"
        '0042," Acme, Inc ",Ann,"$1,200.50",31/01/2023,Yes,10,"two\nlines"\n'
        "0043,Béta,Bob, ,01/02/2023,no,200,N/A\n"
    )
    assert found.is_whole and found.notes
    assert names_of(found) == ["account", "name", "csm", "started_on", "arr", "seats", "churned", "Contract"]
    assert rows_of(found) == [
        ("0042", "Acme, Inc", "Ann", dt.date(2023, 1, 31), Decimal("14406.00"), 10, True, "two\nlines"),
        ("0043", "Béta", "Bob", dt.date(2023, 2, 1), None, 200, False, None),
    ]
    assert {m.header: (m.field.name if m.field else None, m.how) for m in found.mapping}["MRR"] == ("mrr", "by name")
    assert "'Start Date' is read day first." in found.notes
    assert "Cells that had spaces around them, taken off: 'Company Name' (1)." in found.notes


def test_semicolons_decimal_commas_and_cp1252(reading):
    found = reading("Kunde;customer id;ARR\nKöln;A;1.234,50\nZürich;B;12,5\n".encode("cp1252"))
    assert rows_of(found) == [("A", Decimal("1234.50"), "Köln"), ("B", Decimal("12.50"), "Zürich")]
    assert (found.dialect.encoding, found.dialect.delimiter, found.dialect.decimal) == ("cp1252", ";", ",")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_marks_and_wide_encodings(reading, encoding):
    assert rows_of(reading("id,name\r\nA,Köln\r\n".encode(encoding))) == [("A", "Köln")]


def test_a_clash_with_the_schema_gets_a_suffix(reading):
    found = reading("account id,ARR,arr in words,Region,region code\nA,5,five,North,N\n", mapping={"Region": "plain"})
    assert names_of(found) == ["account", "arr", "arr in words", "Region (file)", "region code"]


def test_a_mapping_given_wins(reading):
    found = reading("key,who,amount\n1,Ann,5\n2,Bob,6\n", mapping={"key": "account", "AMOUNT": "mrr", "who": "skip"})
    assert rows_of(found) == [("1", Decimal("60.00")), ("2", Decimal("72.00"))]


def test_row_numbers_survive_titles_blank_lines_quoted_newlines_and_ragged_rows(reading):
    content = (
        "A title\n"  # row 1
        "\n"
        "id,mrr,note\n"  # row 3
        'A,1,"one\n\ntwo"\n'
        "\n"  # row 5
        "B,x,\n"
        "C,2\n"
        "D,3,a,b\n"
        ",4,\n"
        ",,\n"  # row 10
        "E,y,\n"
    )
    found = reading(content)
    assert not found.is_whole and found.data is None
    assert [(row, column, value) for row, column, value, _ in refused_of(found)] == [
        (6, "mrr", "x"),
        (7, "", "C,2"),
        (8, "", "D,3,a,b"),
        (9, "id", ""),
        (11, "mrr", "y"),
    ]
    assert (found.n_rows_read, found.n_rows_kept, found.n_rows_refused) == (6, 1, 5)
    spreadsheet = list(csv.reader(io.StringIO(content)))
    assert [spreadsheet[row - 1][0] for row in (6, 7, 8, 11)] == ["B", "C", "D", "E"]


def test_skip_leaves_out_only_the_refused_rows_and_keeps_the_order(reading):
    found = reading("id,mrr\nC,1\nB,x\nA,3\n", on_refused="skip")
    assert found.is_whole
    assert rows_of(found) == [("C", Decimal("12.00")), ("A", Decimal("36.00"))]
    assert refused_of(found) == [(3, "mrr", "x", "not an amount")]


def test_alike_rows_are_merged_and_different_ones_refused_naming_both(reading):
    found = reading("id,plan\nA,Gold\nB,Gold\n A ,Gold\nB,Silver\nC,x\n", on_refused="skip")
    assert rows_of(found) == [("A", "Gold"), ("C", "x")]
    assert (found.n_rows_read, found.n_rows_kept, found.n_rows_refused, found.n_rows_merged) == (5, 2, 2, 1)
    why = "the id stands on several rows with different values (rows 3 and 5)"
    assert refused_of(found) == [(3, "id", "B", why), (5, "id", "B", why)]
    assert "Rows that repeat another row and were merged into it: 1." in found.notes


def test_more_refused_cells_than_are_shown_are_still_counted(reading, monkeypatch):
    monkeypatch.setattr(rows, "DETAIL_LIMIT", 3)
    found = reading("id,mrr\n" + "".join(f"A{n},{'x' if n < 7 else n}\n" for n in range(20)))
    assert [row for row, *_ in refused_of(found)] == [2, 3, 4]
    assert found.refused_counts.to_dict("records") == [{"column": "mrr", "reason": "not an amount", "n": 7}]


def test_a_glob_in_the_name_opens_that_file_and_no_other(reading, tmp_path):
    (tmp_path / "g1.csv").write_text("id,plan\nwrong,wrong\n")
    assert rows_of(reading("id,plan\nright,right\n", name="g[1]*.csv")) == [("right", "right")]


def test_a_quote_in_a_header_or_a_name_is_only_a_name(reading):
    found = reading('id,"na""me; drop table raw; --"\nA,"=cmd()|\'x\'!A1"\nB,<script>![x](http://x)$x^2$\n')
    assert names_of(found) == ["account", 'na"me; drop table raw; --']
    assert rows_of(found) == [("A", "=cmd()|'x'!A1"), ("B", "<script>![x](http://x)$x^2$")]


def test_the_connection_can_read_its_file_and_nothing_else(tmp_path):
    (tmp_path / "mine.csv").write_text("a,b\n1,2\n")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    work = tmp_path / "work"
    work.mkdir()
    with rows.connect(tmp_path / "mine.csv", work, 1) as con:
        for attempt in (
            f"select * from read_csv('{tmp_path}/other.csv')",
            "select * from read_text('/etc/hostname')",
            f"copy (select 1 as a) to '{tmp_path}/out.csv'",
            "set enable_external_access = true",
            "install httpfs",
        ):
            with pytest.raises(duckdb.Error):
                con.execute(attempt)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(Refused, match="There is no file"):
        read(tmp_path / "none.csv", into=tmp_path)


def test_nothing_but_the_data_is_left_behind(reading, tmp_path):
    found = reading("id,plan\nA,Gold\n")
    assert os.listdir(tmp_path / "out") == [found.data.name]
    with pytest.raises(Refused):
        reading("plan,size\nA,Gold\n")
    assert len(os.listdir(tmp_path / "out")) == 1


@pytest.mark.parametrize("name", ["Telco-Customer-Churn.csv", "Telco-Customer-Churn.eulerian.csv"])
def test_telco_needs_no_mapping(tmp_path, name):
    if not (TELCO / name).is_file():
        pytest.skip(f"no Telco file at {TELCO}")
    found = read(TELCO / name, into=tmp_path)
    accounts = duckdb.read_parquet(str(found.data))
    assert (found.is_whole, found.n_rows_kept) == (True, 7043)
    assert names_of(found)[:4] == ["account", "tenure_months", "arr", "churned"]
    assert dict(found.columns) | {"SeniorCitizen": "VARCHAR", "TotalCharges": "DOUBLE"} == dict(found.columns)
    facts = 'count(*) filter (churned), count("TotalCharges"), sum(arr), count(distinct "SeniorCitizen")'
    assert accounts.aggregate(facts).fetchall() == [(1869, 7032, Decimal("5473399.20"), 2)]
    first = accounts.filter("account = '7590-VHVEG'").project('tenure_months, arr, churned, "Contract"').fetchall()
    assert first == [(1.0, Decimal("358.20"), False, "Month-to-month")]


@pytest.mark.slow
def test_a_million_accounts(tmp_path):
    """Reading, checking and writing a million accounts: printed as a multiple of DuckDB's bare read of the file."""
    path = tmp_path / "million.csv"
    with duckdb.connect() as con:
        con.execute(
            """
            copy (select 'A' || i as "customerID", 'Company ' || i as name, 'Plan ' || i % 5 as plan,
                         'Region ' || i % 12 as region, (i * 37 % 100000) / 100 as "MonthlyCharges",
                         date '2020-01-01' + (i % 1000)::integer as "start date",
                         case when i % 9 = 0 then 'Yes' else 'No' end as "Churn", i % 400 as "Seats"
                  from range(1_000_000) as r(i)) to $path
            """,
            {"path": str(path)},
        )
        began = time.perf_counter()
        con.execute("create table bare as select * from read_csv($path, all_varchar = true)", {"path": str(path)})
        bare = time.perf_counter() - began
    began = time.perf_counter()
    found = read(path, into=tmp_path)
    took = time.perf_counter() - began
    print(f"\nread and checked in {took:.1f} s, {took / bare:.1f} x a bare read_csv ({bare:.2f} s)")
    assert found.is_whole and found.n_rows_kept == 1_000_000
    churned = duckdb.read_parquet(str(found.data)).aggregate("count(*) filter (churned), sum(arr)").fetchall()
    assert churned == [(111_112, Decimal("5999940000.00"))]
