"""Whatever people send becomes text the engine reads, or is refused in words; and a hostile file harms nobody."""

import csv
import gzip
import io
import stat
import struct
import time
import zipfile

import duckdb
import pytest

from lib.errors import Refused
from lib.store.ingest import dialect, read
from lib.store.ingest.formats import Limits, sheets
from lib.store.ingest.limits import from_environment

CSV = b"id,plan\nA,Gold\nB,Silver\n"
ROWS = [["id", "plan"], ["A", "Gold"], ["B", "Silver"]]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
GOOD = '<row r="1"><c r="A1" t="str"><v>id</v></c><c r="B1" t="str"><v>plan</v></c></row><row r="2"><c r="A2" t="str"><v>A</v></c><c r="B2" t="str"><v>Gold</v></c></row>'


@pytest.fixture
def work(tmp_path):
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


@pytest.fixture
def given(tmp_path):
    """A file with this name and content."""

    def make(name: str, content: bytes):
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    return make


@pytest.fixture
def refusal(given, work, tmp_path):
    """The message with which a file is refused; nothing stays behind, nor stands anywhere else."""

    def of(name: str, content: bytes, **limits) -> str:
        path = given(name, content)
        before = set(tmp_path.rglob("*"))
        began = time.perf_counter()
        with pytest.raises(Refused) as caught:
            sheets(path, work, Limits(**limits))
        assert set(tmp_path.rglob("*")) == before
        assert time.perf_counter() - began < 20
        return str(caught.value)

    return of


def table(sheet) -> list[list[str]]:
    with sheet.path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def zipped(*files, method=zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return held.getvalue()


def workbook(
    *rows: str, names=("Accounts",), states=(), strings="", styles="", before="", more=(), properties=""
) -> bytes:
    """A workbook written by hand: the XML of the rows of each sheet, shared strings, formats of cells, other parts."""
    state = dict(zip(names, states, strict=False))
    listed = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="r{n}" state="{state.get(name, "visible")}"/>'
        for n, name in enumerate(names, 1)
    )
    links = "".join(
        f'<Relationship Id="r{n}" Type="{RELS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(names) + 1)
    )
    links += f'<Relationship Id="rs" Type="{RELS}/sharedStrings" Target="sharedStrings.xml"/>' * bool(strings)
    links += f'<Relationship Id="rf" Type="{RELS}/styles" Target="styles.xml"/>' * bool(styles)
    parts = [
        ("[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'),
        ("_rels/.rels", f'<Relationships xmlns="{PACKAGE}"><Relationship Id="w" Type="{RELS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'),
        ("xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{RELS}">{properties}<sheets>{listed}</sheets></workbook>'),
        ("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{PACKAGE}">{links}</Relationships>'),
    ]  # fmt: skip
    if strings:
        parts.append(("xl/sharedStrings.xml", f'{before}<sst xmlns="{MAIN}">{strings}</sst>'))
    if styles:
        formats = "".join(f'<xf numFmtId="{number}"/>' for number in styles)
        parts.append(("xl/styles.xml", f'<styleSheet xmlns="{MAIN}"><cellXfs>{formats}</cellXfs></styleSheet>'))
    for n, body in enumerate(rows, 1):
        data = body if "<sheetData>" in body else f"<sheetData>{body}</sheetData>"
        parts.append(
            (
                f"xl/worksheets/sheet{n}.xml",
                f'<?xml version="1.0"?>{"" if strings else before}<worksheet xmlns="{MAIN}">{data}</worksheet>',
            )
        )
    return zipped(*parts, *more)


@pytest.mark.parametrize("name", ["accounts.csv", "accounts.tsv", "accounts.txt", "accounts", "a[1]*.csv"])
@pytest.mark.parametrize("content", [CSV, CSV.decode().encode("utf-16"), b"id;plan\nZ\xfcrich;x\n", b""])
def test_text_is_left_alone(given, work, name, content):
    (sheet,) = sheets(given(name, content), work)
    assert (sheet.name, sheet.path.read_bytes(), sheet.format, sheet.notes) == (name, content, "text", ())
    assert sheet.path.name == name and not list(work.iterdir())


# gzip


def test_gzip_is_known_by_its_bytes(given, work):
    (sheet,) = sheets(given("accounts.csv.gz", gzip.compress(CSV)), work)
    assert (sheet.name, table(sheet), sheet.notes) == ("accounts.csv.gz", ROWS, ())
    (sheet,) = sheets(given("accounts.csv", gzip.compress(CSV)), work)
    assert table(sheet) == ROWS
    assert sheet.notes == ("accounts.csv is named like CSV text but is a gzip archive: read as that.",)


def test_gzip_in_several_parts_is_one_file(given, work):
    path = given("a.gz", gzip.compress(CSV) + gzip.compress(b"C,Gold\n") + b"\0" * 512)  # padded, as tape drives do
    assert table(sheets(path, work)[0]) == [*ROWS, ["C", "Gold"]]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (gzip.compress(CSV * 999)[:-20], "is cut short"),
        (gzip.compress(CSV)[:-3], "is cut short"),
        (gzip.compress(CSV) + b"rubbish", "is followed by bytes that are no gzip"),
        (gzip.compress(CSV)[:-8] + b"\1" * 8, "is damaged (CRC check failed"),
        (b"\x1f\x8b\x08\0" + b"\xff" * 90, "is damaged"),
        (gzip.compress(gzip.compress(CSV)), "is an archive inside an archive"),
        (gzip.compress(zipped(("a.csv", CSV))), "is an archive inside an archive"),
    ],
    ids=["cut", "cut at its end", "rubbish behind", "checksum", "header alone", "gzip in gzip", "zip in gzip"],
)
def test_damaged_gzip(refusal, content, said):
    assert said in refusal("a.csv.gz", content)


def test_bombs_are_stopped_while_they_unpack(refusal):
    bomb = gzip.compress(b"\0" * (60 << 20))
    assert "times its packed size or more; at most 200 can be read" in refusal("a.gz", bomb)
    said = refusal("a.gz", gzip.compress(CSV * 100_000), unpacked_bytes=1 << 20)
    assert said == (
        "a.gz unpacks to 2.0 MB or more; at most 1.0 MB can be read. Split it, and check that it is what you meant to "
        "send; or set HEADLIGHT_MAX_UNPACKED_BYTES higher (it is 1048576)."
    )


@pytest.mark.slow
def test_ten_gigabytes_of_zeros(refusal):
    once = gzip.compress(b"\0" * (64 << 20))
    assert "HEADLIGHT_MAX_UNPACK_RATIO" in refusal("a.gz", once * 160)


# zip


def test_zip_gives_each_table_and_says_what_it_left_out(given, work):
    content = zipped(
        ("tickets.csv", CSV), ("sub/", b""), ("sub/b.tsv.gz", gzip.compress(b"id\tplan\n1\t2\n")), ("q3.xlsx", workbook(GOOD)),
        ("__MACOSX/._tickets.csv", b"x"), (".hidden.csv", CSV), ("readme.pdf", b"%PDF"),
    )  # fmt: skip
    found = sheets(given("exports.zip", content), work)
    assert [sheet.name for sheet in found] == [
        "exports.zip › tickets.csv", "exports.zip › sub/b.tsv.gz", "exports.zip › q3.xlsx › Accounts"
    ]  # fmt: skip
    assert table(found[0]) == ROWS and found[1].path.read_text() == "id\tplan\n1\t2\n" and table(found[2]) == ROWS[:2]
    assert found[0].notes == (
        "__MACOSX/._tickets.csv is left out: it is a hidden file of the system.",
        ".hidden.csv is left out: it is a hidden file of the system.",
        "readme.pdf is left out: it is no CSV, TSV, TXT, XLSX, Parquet, JSON or gz file.",
    )
    assert sorted(path for path in work.rglob("*") if path.is_file()) == sorted(sheet.path for sheet in found)


@pytest.mark.parametrize(
    "name", ["../../evil.csv", "/tmp/evil.csv", "C:\\evil.csv", "..\\evil.csv", "a/../../evil.csv"]
)
def test_names_that_lead_out_of_an_archive(given, work, tmp_path, name):
    (sheet,) = sheets(given("x.zip", zipped((name, CSV), ("good.csv", CSV))), work)
    assert sheet.name == "x.zip › good.csv" and "has a name that leads out of the archive" in sheet.notes[0]
    assert not list(tmp_path.rglob("*evil*"))


def test_links_in_an_archive(given, work):
    link = zipfile.ZipInfo("passwd.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    (sheet,) = sheets(given("x.zip", zipped((link, "/etc/passwd"), ("good.csv", CSV))), work)
    assert sheet.notes == ("passwd.csv is left out: it is a link.",)


def test_hostile_archives(refusal, recwarn):
    assert "is an archive inside an archive" in refusal("x.zip", zipped(("y.zip", zipped(("a.csv", CSV)))))
    assert "has two files named A.csv" in refusal("x.zip", zipped(("a.csv", CSV), ("A.csv", CSV)))
    assert "holds nothing that can be read" in refusal("x.zip", zipped(("a.pdf", CSV)))
    assert "x.zip holds 5 files; at most 4" in refusal(
        "x.zip", zipped(*((f"{n}.csv", CSV) for n in range(5))), members=4
    )
    assert "HEADLIGHT_MAX_UNPACK_RATIO" in refusal("x.zip", zipped(("a.csv", b"\0" * (60 << 20))))
    assert "HEADLIGHT_MAX_UNPACKED_BYTES" in refusal("x.zip", zipped(("a.csv", CSV), ("b.csv", CSV)), unpacked_bytes=40)
    assert "in an unusual way (method 14)" in refusal("x.zip", zipped(("a.csv", CSV), method=zipfile.ZIP_LZMA))
    assert "damaged" in refusal("x.zip", zipped(("a.csv", CSV))[:-30])
    assert "HEADLIGHT_MAX_FILE_BYTES" in refusal("x.csv", CSV, file_bytes=10)


def test_overlapping_members(refusal):
    content = zipped(("a.csv", CSV), ("b.csv", CSV))
    second = content.rindex(b"PK\1\2")
    overlapping = content[: second + 42] + struct.pack("<I", 0) + content[second + 46 :]  # b where a begins
    assert "its members overlap at" in refusal("x.zip", overlapping)


def test_a_member_whose_size_is_a_lie_or_a_secret(refusal):
    content = bytearray(zipped(("a.csv", CSV * 100)))
    central = content.rindex(b"PK\1\2")
    content[central + 24 : central + 28] = struct.pack("<I", 10)
    assert "a.csv is damaged: Bad CRC-32" in refusal("x.zip", bytes(content))
    content = bytearray(zipped(("a.csv", CSV)))
    end = content.rindex(b"PK\5\6") + 16
    content[end : end + 4] = struct.pack("<I", 500)  # the list of members further on than it is: a begins before byte 0
    assert "x.zip › a.csv is damaged" in refusal("x.zip", bytes(content))
    content = bytearray(zipped(("a.csv", CSV)))
    content[content.rindex(b"PK\1\2") + 8] |= 1
    assert "is protected by a password" in refusal("x.zip", bytes(content))


# workbooks


def test_cells_of_every_kind(given, work):
    rows = (
        '<row r="2"><c r="B2" t="s"><v>0</v></c><c r="C2" t="inlineStr"><is><t>v</t></is></c></row>'
        '<row r="3"><c r="B3" t="str"><v>00123</v></c><c r="C3"><v>12</v></c></row>'
        '<row r="4"><c r="B4" t="b"><v>1</v></c><c r="C4" t="b"><v>0</v></c></row>'
        '<row r="5"><c r="B5" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="C5" t="e"><v>#N/A</v></c></row>'
        '<row r="6"><c r="B6" s="1"><v>45292</v></c><c r="C6" s="2"><v>45292.75</v></c></row>'
        '<row r="7"><c r="B7" s="3"><v>0.25</v></c><c r="C7"><f>SUM(1,2)</f><v>3.5</v></c></row>'
        '<row r="8"><c r="B8"><v>12345678901234567</v></c><c r="C8"><f>A1</f><v></v></c></row>'
        '<row r="9"><c r="B9" t="s"><v>1</v></c><c r="C9"><v>-0.1</v></c></row>'
    )
    strings = "<si><r><t>i</t></r><r><t>d</t></r></si><si><t>two\nlines, &amp; more</t></si>"
    (sheet,) = sheets(given("q3.xlsx", workbook(rows, strings=strings, styles=(0, 14, 22, 9))), work)
    found = table(sheet)
    assert found == [
        ["", ""],
        ["id", "v"],
        ["00123", "12"],
        ["TRUE", "FALSE"],
        ["#DIV/0!", "#N/A"],
        ["2024-01-01", "2024-01-01 18:00:00"],
        ["0.25", "3.5"],
        ["1.23456789012346e+16", ""],
        ["two\nlines, & more", "-0.1"],
    ]
    assert (sheet.name, sheet.format) == ("q3.xlsx › Accounts", "workbook")
    assert "'Accounts' has formulas without a stored value (1)" in sheet.notes[0]
    assert sheet.notes[1] == "'Accounts' has cells with an error (2: #DIV/0!, #N/A), kept as they stand."


def test_days_counted_from_1904(given, work):
    rows = GOOD + '<row r="3"><c r="A3" t="str"><v>B</v></c><c r="B3" s="1"><v>43830</v></c></row>'
    content = workbook(rows, styles=(0, 14), properties='<workbookPr date1904="1"/>')
    assert table(sheets(given("mac.xlsx", content), work)[0])[2] == ["B", "2024-01-01"]  # 45,292 less 1,462


def test_every_sheet_with_data_and_a_word_on_the_rest(given, work):
    header = '<row r="1"><c r="A1" t="str"><v>only a title</v></c></row>'
    content = workbook(
        GOOD, header, GOOD, "", names=("One", "Title", "Secret", "None"), states=("visible", "visible", "veryHidden")
    )
    found = sheets(given("q3.xlsx", content), work)
    assert [sheet.name for sheet in found] == ["q3.xlsx › One", "q3.xlsx › Secret"]
    assert found[0].notes == (
        "'Title' is left out: it has no rows of data.",
        "'None' is left out: it has no rows of data.",
    )
    assert found[1].notes == ("'Secret' is a hidden sheet; it is read like the others.",)
    assert {path for path in work.rglob("*") if path.is_file()} == {sheet.path for sheet in found}


def test_the_engine_reads_what_is_written(given, work, tmp_path):
    title = '<row r="1"><c r="A1" t="str"><v>Accounts of Q3</v></c></row>'
    body = GOOD.replace('r="2"', 'r="4"').replace("A2", "A4").replace("B2", "B4")
    body = body.replace('r="1"', 'r="3"').replace("A1", "A3").replace("B1", "B3")
    (sheet,) = sheets(given("q3.xlsx", workbook(title + body)), work)
    found = read(sheet.path, into=tmp_path / "out")
    assert (found.n_rows_kept, found.dialect.header_row) == (1, 3)


BOMB = '<!DOCTYPE z [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
EXTERNAL = '<!DOCTYPE z [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("before", [BOMB, EXTERNAL])
def test_workbooks_with_entities(refusal, before):
    cell = '<row r="1"><c r="A1" t="str"><v>&a;</v></c></row>'
    assert "declares a document type" in refusal("q3.xlsx", workbook(cell, before=before))
    assert "declares a document type" in refusal(
        "q3.xlsx", workbook(GOOD, strings="<si><t>&a;</t></si>", before=before)
    )
    utf16 = f'<?xml version="1.0" encoding="utf-16"?>{before}<x/>'.encode("utf-16")
    assert "declares a document type" in refusal("q3.xlsx", workbook(GOOD, more=[("xl/theme/theme1.xml", utf16)]))


@pytest.mark.parametrize(
    ("last", "said"),
    [
        ('<row r="1000000000"><c r="A1000000000"><v>1</v></c></row>', "has 1,000,000,000 rows; at most 50,000,000"),
        ('<row r="3"><c r="XFD3"><v>1</v></c></row>', "has 16,384 columns; at most 1,000"),
        ('<row r="1048576"><c r="ALL1048576"><v>1</v></c></row>', "spans 1,048,576,000 cells"),
        ('<row r="3"><c r="ZZZZZZ3"><v>1</v></c></row>', "which is no place in a sheet"),
        ('<row r="99999999999"><c><v>1</v></c></row>', "has a row numbered '99999999999'"),
        ('<row r="-1"><c><v>1</v></c></row>', "has a row numbered '-1'"),
        ('<x:row xmlns:x="u" r="3"><x:c r="A1048576"/></x:row>', "mixes names of two kinds"),
        ("<row r='3'><c r='A3'>", "is damaged: mismatched tag"),
    ],
)
def test_sheets_that_claim_too_much(refusal, last, said):
    assert said in refusal("q3.xlsx", workbook(GOOD + last))


def test_a_dimension_that_lies(given, work):
    for claimed in ("A1:XFD1048576", "A1:A1", "B7:A1", "nonsense"):
        body = f'<dimension ref="{claimed}"/><sheetData>{GOOD}</sheetData>'
        try:
            assert table(sheets(given("q3.xlsx", workbook(body)), work)[0]) == ROWS[:2]
        except Refused as refused:
            assert claimed in ("B7:A1", "nonsense") and "cannot be read" in str(refused)


def test_links_to_elsewhere_are_not_followed(given, work, refusal):
    link = ("xl/externalLinks/externalLink1.xml", f'<externalLink xmlns="{MAIN}"><externalBook/></externalLink>')
    (sheet,) = sheets(given("q3.xlsx", workbook(GOOD, more=[link])), work)
    assert table(sheet) == ROWS[:2]
    with zipfile.ZipFile(io.BytesIO(workbook(GOOD))) as archive:
        parts = [(info.filename, archive.read(info)) for info in archive.infolist()]
    parts = [(name, part.replace(b"worksheets/sheet1.xml", b"../../../etc/passwd")) for name, part in parts]
    assert "is damaged: its sheet 'Accounts' is missing" in refusal("q3.xlsx", zipped(*parts))


def test_one_long_text_in_very_many_cells(refusal, given, work):
    cells = "".join(
        f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c><c r="B{n}" t="s"><v>1</v></c></row>' for n in range(1, 2001)
    )
    content = workbook(cells, strings=f"<si><t>{'x' * 30_000}</t></si><si><t>y</t></si>")
    assert "has 57.2 MB of text in its cells; at most 50.0 MB" in refusal("q3.xlsx", content, strings_bytes=50 << 20)
    short = cells.replace("<v>0</v>", "<v>1</v>", 1999)  # as many cells, and one long text among them
    content = workbook(short, strings=f"<si><t>{'x' * 30_000}</t></si><si><t>y</t></si>")
    (sheet,) = sheets(given("q3.xlsx", content), work, Limits(strings_bytes=50 << 20))
    assert len(table(sheet)) == 2000


def test_limits_of_workbooks(refusal):
    assert "HEADLIGHT_MAX_SHEETS" in refusal("q.xlsx", workbook(GOOD, GOOD, names=("A", "B")), sheets=1)
    assert "HEADLIGHT_MAX_WORKBOOK_BYTES" in refusal("q.xlsx", workbook(GOOD), workbook_bytes=500)
    assert "HEADLIGHT_MAX_STRINGS_BYTES" in refusal("q.xlsx", workbook(GOOD, strings="<si/>" * 500), strings_bytes=1000)
    assert "HEADLIGHT_MAX_UNPACKED_BYTES" in refusal("q.xlsx", workbook(GOOD), unpacked_bytes=1000)
    bomb = workbook(GOOD, more=[("xl/media/a.png", b"\0" * (60 << 20))])
    assert "HEADLIGHT_MAX_UNPACK_RATIO" in refusal("q.xlsx", bomb)


def test_workbooks_that_cannot_be_read(refusal):
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500
    assert "old Excel workbook (.xls). Open it and save it as .xlsx or CSV" in refusal("q3.xls", old)
    assert "protected by a password" in refusal("q3.xlsx", old + "EncryptedPackage".encode("utf-16-le"))
    assert "(.xlsb). Save it as .xlsx" in refusal("q3.xlsb", zipped(("xl/workbook.bin", b"")))
    assert "has no sheet with a header and a row" in refusal("q3.xlsx", workbook(""))
    assert "damaged" in refusal("q3.xlsx", workbook(GOOD)[:-40])
    assert "xl/_rels/workbook.xml.rels is missing" in refusal("q3.xlsx", zipped(("xl/workbook.xml", "<workbook/>")))
    assert "web page or XML" in refusal("q3.xls", b"<html><table><tr><td>id</td></tr></table></html>")


def test_endings_that_lie(given, work, refusal):
    (sheet,) = sheets(given("a.xlsx", CSV), work)
    assert (table(sheet), sheet.format) == (ROWS, "text")
    assert sheet.notes == ("a.xlsx is named like an Excel workbook but is CSV text: read as that.",)
    (sheet,) = sheets(given("b.csv", workbook(GOOD)), work)
    assert (table(sheet), sheet.format, sheet.name) == (ROWS[:2], "workbook", "b.csv › Accounts")
    assert "b.csv is named like CSV text but is an Excel workbook" in sheet.notes[0]
    assert "does not begin like one" in refusal("c.parquet", CSV)
    assert "does not begin like one" in refusal("d.xlsx", b"\1\0\2\0rubbish")


# Parquet and JSON


@pytest.fixture
def parquet(tmp_path):
    """A Parquet file of this query."""

    def make(query: str):
        path = tmp_path / "a[1].parquet"
        duckdb.connect().execute(f"copy ({query}) to '{path}' (format parquet)")
        return path

    return make


def test_parquet(parquet, work):
    path = parquet(
        """select '00123' as id, 12.0::double as n, 0.1::double as tenth, 1e17::double as long, 12.30::decimal(18, 2) as money,
        date '2024-01-31' as day, timestamp '2024-01-31 10:00:00' as moment, true as flag, null::integer as empty,
        timestamptz '2024-01-31 10:00:00+02' as zoned, {'a': 1, 'b': ['x']} as nested, [1, 2] as list, 'x'::blob as bytes"""
    )
    (sheet,) = sheets(path, work)
    header, row = table(sheet)
    assert dict(zip(header, row, strict=True)) == {
        "id": "00123", "n": "12", "tenth": "0.1", "long": "1e+17", "money": "12.30", "day": "2024-01-31",
        "moment": "2024-01-31 10:00:00", "flag": "true", "empty": "", "zoned": "2024-01-31 08:00:00Z",
        "nested": '{"a":1,"b":["x"]}', "list": "[1,2]",
    }  # fmt: skip
    assert (sheet.name, sheet.format) == ("a[1].parquet", "parquet")
    assert sheet.notes == ("'bytes' is left out: it holds bytes, not text.",)
    assert [path for path in work.rglob("*") if path.is_file()] == [sheet.path]


def test_parquet_beyond_limits(parquet, refusal):
    content = parquet("select range as id, repeat('x', 1000) as v from range(20000)").read_bytes()
    assert "has 20,000 rows; at most 19,999" in refusal("b.parquet", content, rows=19_999)
    assert "HEADLIGHT_MAX_UNPACKED_BYTES" in refusal("b.parquet", content, unpacked_bytes=1 << 20)
    assert "has 2 columns; at most 1" in refusal("b.parquet", content, columns=1)
    assert "columns of bytes only" in refusal("b.parquet", parquet("select 'x'::blob as b").read_bytes())


def test_what_would_outgrow_its_limit_is_refused_before_a_byte_is_written(parquet, refusal, work):
    content = parquet("select range as id, md5(range::varchar) as v, null as n from range(200000)").read_bytes()
    assert "HEADLIGHT_MAX_UNPACKED_BYTES" in refusal("b.parquet", content, unpacked_bytes=1 << 20)
    assert not list(work.rglob("*.csv"))
    records = b'{"id": 1, "v": "' + b"x" * 10_000 + b'"}\n'
    assert "HEADLIGHT_MAX_UNPACKED_BYTES" in refusal("b.jsonl", records * 200, unpacked_bytes=1 << 20)


@pytest.mark.parametrize(
    "content",
    [b"PAR1", b"PAR1" + b"\xff" * 100 + b"PAR1", b"PAR1" + bytes(range(200)) + b"\x40\0\0\0PAR1", b"PARE" + b"\0" * 90],
)
def test_damaged_parquet(refusal, content):
    assert refusal("a.parquet", content).startswith("a.parquet ")


def test_json_lines(given, work):
    content = (
        b'{"id":"00123","user":{"plan":"Gold","deep":{"x":1}},"n":1.5,"list":[1,2],"a/b~":true,"":1}\n\n'
        b'{"id":"B","user":{"plan":null},"new \\"key\\"":"2024-01-31"}\n'
    )
    expected = [
        ["id", "user.plan", "user.deep", "n", "list", "a/b~", "unnamed", 'new "key"'],
        ["00123", "Gold", '{"x":1}', "1.5", "[1,2]", "true", "1", ""],
        ["B", "", "", "", "", "", "", "2024-01-31"],
    ]
    for name in ("a.jsonl", "a.ndjson", "a.json"):
        (sheet,) = sheets(given(name, content), work)
        assert (table(sheet), sheet.format, sheet.notes) == (expected, "json", ())
    (sheet,) = sheets(given("e.json.gz", gzip.compress(content)), work)
    assert table(sheet) == expected
    lines = content.split(b"\n")
    (sheet,) = sheets(given("a.json", b"\xef\xbb\xbf [\n" + lines[0] + b",\n" + lines[2] + b"]"), work)
    assert table(sheet) == expected


def test_json_that_is_no_table(refusal):
    assert "at byte 1 in line 5" in refusal("a.jsonl", b'{"id":"A"}\n' * 4 + b"nonsense\n" + b'{"id":"A"}\n' * 4)
    assert "at byte 7 in line 2" in refusal("a.jsonl", b'{"id":"A"}\n{"id":\n{"id":"B"}\n')
    assert "with its records in a list inside it ('data')" in refusal("a.json", b'{"data":[{"id":1}]}')
    assert "not of objects with keys alone" in refusal("a.json", b'[{"id":1}, 7]')
    assert "not of objects with keys alone" in refusal("a.jsonl", b"{}\n{}\n")
    assert "has 3 columns; at most 2" in refusal("a.jsonl", b'{"a":1,"b":{"c":1,"d":2}}\n{}', columns=2)
    assert "HEADLIGHT_MAX_ROWS" in refusal("a.jsonl", b'{"a":1}\n' * 9, rows=8)
    assert "cannot be read" in refusal("a.json", b'[{"a":' * 100_000)


# limits


def test_limits_from_the_environment():
    found = from_environment(
        {"HEADLIGHT_MAX_FILE_BYTES": "2 gb", "HEADLIGHT_MAX_ROWS": "1_000", "HEADLIGHT_STORE": "x"}
    )
    assert found == Limits(file_bytes=2 * 1024**3, rows=1000)
    assert from_environment({"HEADLIGHT_MAX_ROWS": ""}) == Limits()
    assert Limits().columns == dialect.COLUMN_LIMIT


@pytest.mark.parametrize("value", ["0", "-1", "many", "1.5", "5GB", "9" * 17, "1e6"])
def test_nonsense_limits(value):
    with pytest.raises(Refused, match=r"HEADLIGHT_MAX_ROWS is .* it must be a whole number from 1"):
        from_environment({"HEADLIGHT_MAX_ROWS": value})


def test_unknown_limits():
    with pytest.raises(
        Refused, match=r"HEADLIGHT_MAX_FILESIZE is no limit\. The limits are: HEADLIGHT_MAX_FILE_BYTES, "
    ):
        from_environment({"HEADLIGHT_MAX_FILESIZE": "1"})


def test_a_header_that_begins_like_an_archive_is_text(given, work):
    for header in ("PARENT,name", "BZh,name", "Rar!,name"):
        (sheet,) = sheets(given("x.csv", f"{header}\nA,b\n".encode()), work)
        assert sheet.format == "text"


def test_an_archive_that_says_to_be_too_big_is_not_unpacked_first(refusal, tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"id,plan\n" + b"A1,Gold\n" * (8 << 20))
    assert "times its packed size or more" in refusal("a.zip", packed.getvalue())
