"""What is a file, by its first bytes? Its name is asked only to say so when the two disagree.

kind_of           text, gzip, zip, workbook, parquet or json; refuses, with what to do, what none of them is
misnamed          the sentence to say when a file's name promises something else
"""

import re
import zipfile
from pathlib import Path

from lib.errors import Refused

HEAD = 1 << 16
NAMED = {  # the end of a name -> what it promises
    ".csv": "text", ".tsv": "text", ".txt": "text", ".tab": "text", ".gz": "gzip", ".zip": "zip", ".xlsx": "workbook",
    ".xlsm": "workbook", ".parquet": "parquet", ".json": "json", ".jsonl": "json", ".ndjson": "json",
}  # fmt: skip
CALLED = {
    "text": "CSV text", "gzip": "a gzip archive", "zip": "a zip archive", "workbook": "an Excel workbook",
    "parquet": "a Parquet file", "json": "JSON",
}  # fmt: skip
NOT_WORKBOOKS = (  # what a zip archive holds when it is a document of another kind
    ("xl/workbook.bin", "an Excel binary workbook (.xlsb)", "Save it as .xlsx or CSV"),
    ("word/document.xml", "a Word document", "Save its table as CSV"),
    ("ppt/presentation.xml", "a presentation", "Export its data as CSV"),
    ("content.xml", "an OpenDocument file (.ods)", "Save it as .xlsx or CSV"),
    ("Index/Document.iwa", "a Numbers document", "Export it as .xlsx or CSV"),
)
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OTHERS = (
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "Pack it as .zip or .gz, or send the files inside"),
    (b"Rar!", "a RAR archive", "Pack it as .zip or .gz, or send the files inside"),
    (b"BZh", "a bzip2 archive", "Pack it as .zip or .gz, or send the file inside"),
    (b"\xfd7zXZ\x00", "an xz archive", "Pack it as .zip or .gz, or send the file inside"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive", "Pack it as .zip or .gz, or send the file inside"),
    (b"PARE", "an encrypted Parquet file", "Export it without encryption"),
    (b"%PDF", "a PDF", "Export the data it shows as CSV"),
    (b"\x89PNG", "a picture", "Export the data it shows as CSV"),
    (b"SQLite format 3", "a SQLite database", "Export the table as CSV"),
)
TEXTUAL = (b"Rar!", b"BZh", b"PARE")
CONTROL = {*range(9), *range(14, 27)}  # bytes that no text has


def kind_of(path: Path, name: str) -> str:
    """What the file at `path`, called `name`, is; refuses what cannot be read."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _workbook_or_zip(path, name)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(OLD_OFFICE):
        raise Refused(_old_office(path, name))
    if head[257:262] == b"ustar":
        raise Refused(f"{name} is a tar archive. Pack the files as .zip, or send them one by one.")
    for magic, what, advice in OTHERS:
        if head.startswith(magic) and (
            magic not in TEXTUAL or set(head) & CONTROL
        ):  # a header may begin with PARE, too
            raise Refused(f"{name} is {what}. {advice}.")
    if re.match(rb"\s*<(!doctype|html|table|\?xml)", head.removeprefix(b"\xef\xbb\xbf").lower()):
        raise Refused(f"{name} is a web page or XML, whatever its name. Open it in a spreadsheet and save it as CSV.")
    if re.match(rb'\s*(\{\s*["}]|\[\s*\{)', head.removeprefix(b"\xef\xbb\xbf")):
        return "json"
    promised = NAMED.get(Path(name).suffix.lower(), "text")
    if promised != "text" and (b"\0" in head or promised == "parquet" or not head):
        raise Refused(
            f"{name} is named like {CALLED[promised]} and does not begin like one: it is damaged or something else. "
            "Export it again."
        )
    return "text"


def misnamed(name: str, kind: str) -> str | None:
    """What to say when the name of a file promises another kind than it is."""
    promised = NAMED.get(Path(name).suffix.lower(), kind)
    return None if promised == kind else f"{name} is named like {CALLED[promised]} but is {CALLED[kind]}: read as that."


def _workbook_or_zip(path: Path, name: str) -> str:
    names = {info.filename for info in directory(path, name).infolist()}
    for part, what, advice in NOT_WORKBOOKS:
        if part in names and (part != "content.xml" or "mimetype" in names):
            raise Refused(f"{name} is {what}. {advice}.")
    return "workbook" if "xl/workbook.xml" in names else "zip"


def directory(path: Path, name: str) -> zipfile.ZipFile:
    """The zip archive at `path`, its list of members read; to be closed by whoever reads from it."""
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError) as error:
        raise Refused(
            f"{name} is a damaged zip archive or workbook, or only a part of one ({error}). Send it again."
        ) from None


def _old_office(path: Path, name: str) -> str:
    """Encrypted workbooks come in the same container as the Excel files of before 2007."""
    mark, held = "EncryptedPackage".encode("utf-16-le"), b""
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            if mark in held + chunk:
                return f"{name} is protected by a password. Open it, remove the password, save it and send that."
            held = chunk[-len(mark) :]
    return f"{name} is an old Excel workbook (.xls). Open it and save it as .xlsx or CSV."
