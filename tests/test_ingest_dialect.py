"""How a file is written: encoding, delimiter, quote, header row and decimal mark, each on a tiny file of its own."""

import pytest

from lib.errors import Refused
from lib.store.ingest import copies, dialect, text


def find(tmp_path, content: bytes, *, encoding=None, **asked):
    path = tmp_path / "accounts.csv"
    path.write_bytes(content)
    checked = text.as_utf8(path, tmp_path, encoding)
    _, found, headers = dialect.find(checked, tmp_path, path.name, **asked)
    return found, headers


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_each_delimiter_is_found(tmp_path, delimiter):
    lines = [["id", "name", "note"], ["A1", "Acme", "x"], ["A2", "Beta", "y"]]
    found, headers = find(tmp_path, "\n".join(delimiter.join(line) for line in lines).encode())
    assert (found.delimiter, headers) == (delimiter, ("id", "name", "note"))


def test_a_delimiter_inside_values_does_not_win(tmp_path):
    found, _ = find(tmp_path, b'id,tags\nA1,"a;b;c;d"\nA2,"e;f;g;h"\nA3,"i;j;k;l"\n')
    assert found.delimiter == ","


def test_decimal_commas_do_not_win_over_semicolons(tmp_path):
    found, _ = find(tmp_path, b"id;mrr;cost\nA1;12,50;1,5\nA2;1.234,75;2,5\n")
    assert (found.delimiter, found.decimal) == (";", ",")


def test_a_number_with_thousands_alone_does_not_tell_the_decimal_mark(tmp_path):
    found, _ = find(tmp_path, b'id,mrr\nA1,"1,234"\nA2,"5,678"\n')
    assert found.decimal is None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16-le"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
    ],
)
def test_encodings_are_told_from_the_bytes(tmp_path, given, expected):
    found, headers = find(tmp_path, "Kunde,Straße\nA1,Köln\nA2,Zürich\n".encode(given))
    assert (found.encoding, headers) == (expected, ("Kunde", "Straße"))


def test_a_byte_that_cp1252_leaves_undefined_is_refused_and_latin_1_may_be_asked_for(tmp_path):
    content = b"id,name\nA1,caf\xe9 \x81\n"
    with pytest.raises(Refused, match=r"cannot be read as cp1252, at or after line 1.*name its encoding"):
        find(tmp_path, content)
    assert find(tmp_path, content, encoding="latin-1")[0].encoding == "iso8859-1"


def test_one_bad_byte_among_many_good_ones_is_damaged_utf8_and_not_cp1252(tmp_path):
    found, _ = find(tmp_path, "id,name\nA1,éèü\nA2,ñ".encode() + b"\xe9\n")
    assert found.encoding == "utf-8"


def test_an_unknown_encoding_is_refused(tmp_path):
    with pytest.raises(Refused, match="'klingon' is no known text encoding"):
        find(tmp_path, b"id,name\nA,B\n", encoding="klingon")


def test_titles_and_blank_lines_above_the_header_are_passed_over(tmp_path):
    found, headers = find(tmp_path, b"Accounts as of today\n\nid,name,plan\nA1,Acme,Gold\n")
    assert (found.header_row, headers) == (3, ("id", "name", "plan"))


def test_single_quotes_are_quotes_when_the_header_is_written_in_them(tmp_path):
    found, headers = find(tmp_path, b"'id','name'\n'A1','Acme, Inc'\n")
    assert (found.quote, headers) == ("'", ("id", "name"))


def test_a_backslash_escapes_only_where_it_must(tmp_path):
    assert find(tmp_path, b'id,name\nA1,"say \\"hi\\" now"\n')[0].escape == "\\"
    assert find(tmp_path, b'id,path\nA1,"C:\\"\nA2,"D:\\"\n')[0].escape == '"'


def test_nameless_columns_are_called_by_their_place(tmp_path):
    assert find(tmp_path, b"id,,plan\nA1,x,Gold\n")[1] == ("id", "column 2", "plan")


def test_a_header_narrower_than_all_rows_is_refused_rather_than_shifted(tmp_path):
    with pytest.raises(Refused, match="header in row 1 has 2 columns, but 3 of the first 3 rows have 3"):
        find(tmp_path, b"id,name\nA,B,1\nC,D,2\nE,F,3\n")


def test_a_delimiter_or_decimal_mark_that_is_none_is_refused(tmp_path):
    with pytest.raises(Refused, match="'x' cannot be the delimiter"):
        find(tmp_path, b"id,name\nA,B\n", delimiter="x")
    with pytest.raises(Refused, match="'x' cannot be the decimal mark"):
        find(tmp_path, b"id,name\nA,B\n", decimal="x")


def test_blank_lines_are_noticed_across_the_seams_of_chunks(tmp_path, monkeypatch):
    path = tmp_path / "f.csv"
    for size in range(1, 12):
        monkeypatch.setattr(text, "CHUNK", size)
        path.write_bytes(b"a,b\r\n1,2\r\n\r\n3,4\r\n")
        assert text.as_utf8(path, tmp_path).has_blank_lines
        path.write_bytes(b"a,b\r\n1,2\r\n3,4\r\n")
        assert not text.as_utf8(path, tmp_path).has_blank_lines


def test_mixed_line_ends_become_one_kind_whatever_the_chunks(tmp_path, monkeypatch):
    path = tmp_path / "f.csv"
    path.write_bytes(b"a\r\nb\nc\rd\r")
    for size in range(1, 9):
        monkeypatch.setattr(text, "CHUNK", size)
        copy = copies.without_mixed_line_ends(text.as_utf8(path, tmp_path), tmp_path)
        assert copy.path.read_bytes() == b"a\nb\nc\nd\n"
