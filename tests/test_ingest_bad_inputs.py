"""Files nobody should send and somebody will: each is refused in words, or its cells are, and nothing is half read."""

import time

import pandas as pd
import pytest

from lib.errors import Refused
from lib.store.ingest import read, text

GOOD = "".join(f"A{n},Gold,{n}\n" for n in range(30))


@pytest.fixture
def refusal(tmp_path):
    """The message with which the file is refused."""

    def of(content: bytes | str, **options) -> str:
        path = tmp_path / "accounts.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        with pytest.raises(Refused) as caught:
            read(path, into=tmp_path / "out", **options)
        return str(caught.value)

    return of


@pytest.fixture
def cells(tmp_path):
    """The refused cells of a file that can be read: (row, column, value, reason)."""

    def of(content: bytes | str, **options) -> list[tuple]:
        path = tmp_path / "accounts.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        found = read(path, into=tmp_path / "out", **options)
        assert not found.is_whole and found.data is None
        return list(found.refused[["row", "column", "value", "reason"]].itertuples(index=False, name=None))

    return of


@pytest.mark.parametrize("content", ["", "\n\n \n", "\ufeff"])
def test_empty_file(refusal, content):
    assert "accounts.csv is empty" in refusal(content)


@pytest.mark.parametrize("content", ["id,plan", "id,plan\n", "id,plan\n\n\n", "id,plan\n,\n,\n"])
def test_header_only(refusal, content):
    assert refusal(content) == "accounts.csv has a header and no rows of data below it."


def test_one_column(refusal):
    assert "has one column only ('account')" in refusal("account\nA\nB\n")


def test_ten_thousand_columns(refusal):
    header = ",".join(f"c{n}" for n in range(10_000))
    assert "has 10,000 columns; at most 1,000 can be read" in refusal(f"{header}\n{'1,' * 9_999}1\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (bytes(range(256)) * 20, "NUL byte in line 1"),
        (b"\x01\x02\x03\x04,\x05" * 100, "is not text: 500 of its first 600 bytes are control characters"),
        (b"PK\x03\x04rest", "an Excel workbook or a zip archive"),
        (b"PAR1rest", "a Parquet file"),
        (b"%PDF-1.7", "a PDF"),
    ],
)
def test_binary(refusal, content, said):
    assert said in refusal(content)


def test_nul_bytes(refusal):
    assert "has a NUL byte in line 3" in refusal(b"id,plan\nA,Gold\nB,Sil\0ver\n")
    late = f"id,plan,mrr\n{GOOD * 4000}".encode() + b"B,Sil\0ver,1\n"
    assert "has a NUL byte in line 120,002" in refusal(late)


def test_a_huge_row(refusal, monkeypatch):
    monkeypatch.setattr(text, "LINE_LIMIT", 200_000)
    monkeypatch.setattr(text, "CHUNK", 100_000)
    said = refusal(b"id,plan\nA,Gold\nB," + b"x" * 20_000_000 + b"\nC,Gold\n")
    assert "line 3 is longer than 200,000 bytes" in said


@pytest.mark.slow
def test_a_row_of_a_gigabyte_is_refused_without_being_read(tmp_path):
    path = tmp_path / "accounts.csv"
    with path.open("wb") as file:
        file.write(b"id,plan\nA,Gold\nB,")
        for _ in range(1_000):
            file.write(b"x" * 1_000_000)
        file.write(b"\n")
    began = time.perf_counter()
    with pytest.raises(Refused, match="line 3 is longer than 2,000,000 bytes"):
        read(path, into=tmp_path / "out")
    assert time.perf_counter() - began < 10


def test_duplicate_headers(refusal):
    said = refusal("id,Plan,mrr, PLAN \nA,1,2,3\n")
    assert "the header 'PLAN' stands twice, over columns 2 and 4" in said


def test_no_id_column(refusal):
    said = refusal("Company,plan,mrr\nAcme,Gold,1\nBeta,Gold,2\n")
    assert "No column says which account a row is about. Its headers: 'Company', 'plan', 'mrr'" in said
    assert "'Company' differs on every row: --map 'Company=account' would use it." in said


def test_blank_damaged_and_repeated_ids(cells):
    found = cells("id,plan\nA,Gold\n ,Gold\n1.03E+13,Gold\nid,plan\nN/A,x\n")
    assert [(row, reason) for row, _, _, reason in found] == [
        (3, "the id is blank"),
        (4, "an id cut short by a spreadsheet: export it as text"),
        (5, "the header, repeated among the rows"),
        (6, "the id is blank"),
    ]


def test_churned_flag_with_three_values(refusal):
    said = refusal("id,churn\nA,yes\nB,no\nC,maybe\nD,yes\nE,\n")
    assert "'churn' should say yes or no (churned)" in said
    assert "more than two values: 'yes' (2), 'maybe' (1), 'no' (1)" in said


def test_days_out_of_range_and_out_of_order(cells):
    assert cells(
        "id,started_on,churned_on\n"
        "A,1949-12-31,\nB,2020-01-01,2019-12-31\nC,2101-01-01,\nD,2020-02-30,\nE,2020-05-05,2021-01-01\n"
    ) == [
        (2, "started_on", "1949-12-31", "a day outside 1950-01-01 to 2100-12-31"),
        (3, "churned_on", "2019-12-31", "before 'started_on' (that is 2020-01-01)"),
        (4, "started_on", "2101-01-01", "a day outside 1950-01-01 to 2100-12-31"),
        (5, "started_on", "2020-02-30", "not a day"),
    ]


def test_ambiguous_days_are_asked_for_and_the_answer_is_taken(refusal, tmp_path):
    content = "id,start date\nA,01/02/2023\nB,03/04/2023\n"
    assert "Say which: --date-order 'start date=ORDER', where ORDER is dmy or mdy" in refusal(content)
    (tmp_path / "accounts.csv").write_text(content)
    found = read(tmp_path / "accounts.csv", into=tmp_path, date_order={"Start Date": "mdy"})
    assert "'start date' is read month first." in found.notes


def test_ambiguous_days_of_a_plain_column_stay_text_with_a_note(tmp_path):
    (tmp_path / "accounts.csv").write_text("id,last call\nA,01/02/2023\nB,03/04/2023\n")
    found = read(tmp_path / "accounts.csv", into=tmp_path)
    assert dict(found.columns)["last call"] == "VARCHAR"
    assert found.notes[0].endswith("Until then 'last call' is kept as text.")


def test_contradictory_days(refusal):
    said = refusal("id,start date\nA,13/02/2023\nB,03/14/2023\n")
    assert "'13/02/2023' can only be day first" in said and "'03/14/2023' only month first" in said


def test_a_date_order_that_cannot_be(refusal):
    assert "'ydm' is no date order" in refusal("id,start date\nA,1/2/2023\n", date_order={"start date": "ydm"})
    assert "'when', which is no column" in refusal("id,start date\nA,1/2/2023\n", date_order={"when": "dmy"})


@pytest.mark.parametrize("n_rows_below", [1, 300_000])
def test_an_unterminated_quote_says_where_it_opens(refusal, n_rows_below):
    below = "".join(f"C{n},Gold,{n}\n" for n in range(n_rows_below))
    said = refusal(f'id,plan,mrr\n{GOOD}B,"x,1\n{below}')
    assert said.startswith('In row 32 a quote (") opens a value and is not closed properly')


def test_a_quote_that_swallows_rows_up_to_the_next_quote(refusal):
    assert refusal(f'id,plan,mrr\n{GOOD}B,"x,1\nC,"y",2\n{GOOD}').startswith("In row 32 a quote")


def test_an_unterminated_quote_in_the_header(refusal):
    assert "the header in row 1 does not end" in refusal(f'id,"plan,mrr\n{GOOD}')


def test_text_after_a_closing_quote_is_a_refused_row(cells):
    found = cells(f'id,plan,mrr\n{GOOD}B,"x"y,1\n')
    assert found == [(32, "", 'B,"x"y,1', "text stands after a closing quote")]


def test_ragged_rows(cells):
    found = cells(f"id,plan,mrr\n{GOOD}B,Gold\nC,Gold,1,2\n")
    assert [(row, value) for row, _, value, _ in found] == [(32, "B,Gold"), (33, "C,Gold,1,2")]
    assert "fewer columns than the header" in found[0][3] and "more columns than the header" in found[1][3]


def test_damaged_utf8_is_a_refused_row(cells):
    found = cells("id,name\nA,é\nB,ü\nC,ß\n".encode() + b"D,\xe9\n")
    assert [(row, reason) for row, _, _, reason in found] == [(5, "the row has bytes that are not UTF-8")]


def test_mixed_line_ends_are_read(tmp_path):
    (tmp_path / "accounts.csv").write_bytes(b"id,plan\r\nA,Gold\nB,Silver\r\n")
    assert read(tmp_path / "accounts.csv", into=tmp_path).n_rows_kept == 2


def test_amounts_that_are_none(cells):
    found = cells("id,ARR\nA,12\nB,lots\nC,99999999999999999999\nD,1.2E+05\nE,7%\nF,13\nG,14\nH,15\nI,16\n")
    assert [(row, value) for row, _, value, _ in found] == [
        (3, "lots"),
        (4, "99999999999999999999"),
        (5, "1.2E+05"),
        (6, "7%"),
    ]
    assert found[2][3] == "a number cut short by a spreadsheet: export it in full"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_in_letters_that_leave_no_zeros(tmp_path, encoding):
    path = tmp_path / "accounts.csv"
    path.write_bytes(("顧客ID,会社名\n" + "".join(f"甲{n},会社名の名{n}\n" for n in range(30))).encode(encoding))
    found = read(path, into=tmp_path / "out")
    assert (found.n_rows_kept, found.dialect.encoding) == (30, encoding)


def test_a_nul_in_every_line_is_no_utf16(refusal):
    assert "NUL byte in line 2" in refusal(b"id,plan\n" + b"A1,x\0y\nA2,z\n" * 50)


def test_japanese_excel_writes_the_yen_where_others_have_a_backslash(tmp_path):
    path = tmp_path / "accounts.csv"
    rows = "".join(f"A{n},カタカナ,\\{n},000\n".replace(f"\\{n},000", f'"\\{n},000"') for n in range(1, 30))
    path.write_bytes(("account id,プラン,arr\n" + rows).encode("cp932"))
    found = read(path, into=tmp_path / "out")
    assert found.dialect.encoding == "cp932"
    assert pd.read_parquet(found.data)["arr"].tolist() == [1000 * n for n in range(1, 30)]


def test_western_letters_are_not_taken_for_japanese(tmp_path):
    path = tmp_path / "accounts.csv"
    path.write_bytes(("account id,plan\n" + "".join(f"A{n},Prémiér Größe\n" for n in range(30))).encode("cp1252"))
    assert read(path, into=tmp_path / "out").dialect.encoding == "cp1252"


def test_amounts_written_short(tmp_path):
    path = tmp_path / "accounts.csv"
    path.write_text("account id,arr\nA1,$45.3K\nA2,1.2M\nA3,-3k\nA4,$900.50\nA5,2 bn\n")
    found = read(path, into=tmp_path / "out")
    assert [float(arr) for arr in pd.read_parquet(found.data)["arr"]] == [45_300, 1_200_000, -3_000, 900.5, 2e9]
    assert any("amounts written short (4)" in note for note in found.notes)


def test_months_are_no_millions(tmp_path):
    path = tmp_path / "accounts.csv"
    path.write_text("account id,plan,term\nA1,Pro,12M\nA2,Pro,6M\n")
    assert pd.read_parquet(read(path, into=tmp_path / "out").data)["term"].tolist() == ["12M", "6M"]


def test_an_id_written_as_a_formula_of_text_is_the_text(tmp_path):
    path = tmp_path / "accounts.csv"
    path.write_text('account id,plan\n"=""0012""",Pro\n0013,=1+1\n=0014,Pro\n')
    data = pd.read_parquet(read(path, into=tmp_path / "out").data)
    assert data["account"].tolist() == ["0012", "0013", "=0014"]
    assert data["plan"].tolist() == ["Pro", "=1+1", "Pro"]


@pytest.mark.parametrize(
    "footer",
    ["Total Records: 30,,,,", "Filtered by: All accounts,,,,", "Average,,5,,", "Count,30,,,", "Page 1 of 3,,,,"],
)
def test_what_a_report_writer_counts_below_the_rows_is_no_account(tmp_path, footer):
    path = tmp_path / "accounts.csv"
    rows = "".join(f"A{n},Co,5,Ann,Pro\n" for n in range(30))
    path.write_text("account id,name,arr,csm,plan\n" + rows + footer + "\n")
    found = read(path, into=tmp_path / "out")
    assert found.n_rows_read == 30
    assert any("a footer, left out" in note for note in found.notes)


def test_a_company_called_count_on_a_full_last_row_stays(tmp_path):
    path = tmp_path / "accounts.csv"
    path.write_text("account id,name,arr\n" + GOOD.replace("Gold", "Co") + "Count,Count & Sons,5\n")
    assert read(path, into=tmp_path / "out").n_rows_read == 31


def test_a_row_cut_short_says_how_many_columns_it_has(cells):
    assert cells("id,plan,arr\n" + GOOD + "B1,Gold\n")[-1][3] == "the row has fewer columns than the header (2 of 3)"


def test_a_header_longer_than_is_looked_at_has_at_least_so_many_columns(refusal):
    assert "has at least" in refusal("id," + ",".join(f"c{n}" for n in range(200_000)) + "\nA1\n")


def test_a_message_does_not_repeat_a_long_text(refusal):
    said = refusal("account id,churned\n" + "".join(f"A{n},{'no words ' * 9_000}{n}\n" for n in range(9)))
    assert "should say yes or no" in said
    assert len(said) < 3_000
