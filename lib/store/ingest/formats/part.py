"""One XML part of a workbook, seen once as a stream: what it claims, and what no honest workbook has.

Part   feed() it the bytes of the part, then finish(); the counts are its attributes

A document type is refused before anything is made of it: without one there are no entities to expand and no files to
fetch. Cells and rows are told by their own addresses, never by the dimension that the part announces.
"""

import re
import xml.parsers.expat as expat
from array import array
from collections.abc import Callable

from lib.errors import Refused

LETTERS = re.compile(r"[A-Za-z]{1,4}")
ERROR_LIMIT = 1_000_000  # cells with an error that are remembered


class Part:
    """A worksheet's extent, errors and formulas without a value, or the lengths of the texts that cells share."""

    def __init__(self, name: str, lengths: array | None = None) -> None:
        self.name = name
        self.root = ""
        self.n_rows = self.n_columns = self.n_shared = self.n_unvalued = self.text_bytes = 0
        self.errors: dict[tuple[int, int], str] = {}  # (row, column) from 0 -> #N/A
        self.lengths = array("L")  # of each shared text
        self._row = self._column = 0
        self._row_text, self._columns, self._is_listening = "", {}, False
        self._shared_lengths, self._held, self._has_formula = lengths, "", False
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._see_root
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype

    def feed(self, chunk: bytes) -> None:
        """The next bytes of the part."""
        try:
            self._parser.Parse(chunk)
        except expat.ExpatError as error:
            raise Refused(f"{self.name} is damaged: {error}. Open it, save it again and send that.") from None

    def finish(self) -> "Part":
        """The part, when all of it has been fed."""
        try:
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise Refused(f"{self.name} is damaged: {error}. Open it, save it again and send that.") from None
        self.n_unvalued += self._has_formula
        return self

    def _refuse_doctype(self, *_) -> None:
        raise Refused(
            f"{self.name} declares a document type, which no workbook needs and attacks do. "
            "Open it in a spreadsheet and save it as CSV."
        )

    def _see_root(self, tag: str, _attributes: dict) -> None:
        prefix, _, self.root = tag.rpartition(":")
        prefix = f"{prefix}:" if prefix else ""
        self._parser.StartElementHandler = None
        if self.root == "worksheet":
            self._parser.StartElementHandler = self._cell_watcher(prefix)
            if self._shared_lengths is not None:
                self._parser.EndElementHandler = self._shared_watcher(f"{prefix}v")
        elif self.root == "sst":
            self._parser.StartElementHandler = self._text_watcher(f"{prefix}si")
            self._parser.CharacterDataHandler = self._measure

    def _cell_watcher(self, prefix: str) -> Callable:
        cell, value, formula, row = (prefix + tag for tag in ("c", "v", "f", "row"))

        def watch(tag: str, attributes: dict) -> None:
            if tag == cell:
                kind = attributes.get("t")
                self._place(attributes.get("r"))
                if self._is_listening:
                    self._parser.CharacterDataHandler = None
                    self._is_listening = False
                if self._has_formula:
                    self.n_unvalued += 1
                    self._has_formula = False
                if kind == "s":
                    self.n_shared += 1
                    if self._shared_lengths is not None:
                        self._listen()
                elif kind == "e":
                    self._listen()
            elif tag == value:
                if self._has_formula and not self._parser.CharacterDataHandler:
                    self._parser.CharacterDataHandler = self._see_value
                    self._is_listening = True
            elif tag == formula:
                self._has_formula = True
            elif tag == row:
                self._row = self._number(attributes.get("r")) or self._row + 1
                self._row_text = str(self._row)
                self.n_rows = max(self.n_rows, self._row)
                self._column = 0
            elif tag.endswith((":c", ":row")) or tag in ("c", "row"):
                raise Refused(f"{self.name} mixes names of two kinds for its cells. Open it and save it again.")

        return watch

    def _place(self, address: str | None) -> None:
        """Counts the cell in: at its address, else after the one before it."""
        if address:
            letters = address.rstrip("0123456789")
            self._column = self._columns.get(letters) or self._column_of(letters, address)
            row = address[len(letters) :]
            if row != self._row_text:
                self._row_text, self._row = row, self._number(row)
                self.n_rows = max(self.n_rows, self._row)
        else:
            self._column += 1
        if self._column > self.n_columns:
            self.n_columns = self._column

    def _column_of(self, letters: str, address: str) -> int:
        """A for 1, AA for 27; remembered."""
        if not LETTERS.fullmatch(letters) or letters == address:
            raise Refused(f"{self.name} has a cell at {address[:40]!r}, which is no place in a sheet. Save it again.")
        column = 0
        for letter in letters.upper():
            column = column * 26 + ord(letter) - 64
        self._columns[letters] = column
        return column

    def _number(self, text: str | None) -> int:
        if text is None:
            return 0
        if not re.fullmatch(r"[0-9]{1,10}", text):
            raise Refused(f"{self.name} has a row numbered {text[:40]!r}. Open it, save it again and send that.")
        return int(text)

    def _listen(self) -> None:
        """The text of the cell that begins here, until it ends: an error, or the number of a shared text."""
        self._held = ""
        self._parser.CharacterDataHandler = self._hold
        if self._shared_lengths is None:
            self._parser.EndElementHandler = self._end_error

    def _hold(self, text: str) -> None:
        self._held = (self._held + text)[:40]

    def _see_value(self, text: str) -> None:
        """A formula's stored value; where it has none, the next cell begins first."""
        if text.strip():
            self._has_formula = False

    def _end_error(self, tag: str) -> None:
        if tag.rpartition(":")[2] != "v":
            self._held = "" if tag.rpartition(":")[2] == "f" else self._held  # a formula's own text
            if tag.rpartition(":")[2] != "c":
                return
        if len(self.errors) < ERROR_LIMIT and self._held.startswith("#"):
            self.errors[self._row - 1, self._column - 1] = self._held.strip()
            self._has_formula = False
        self._parser.CharacterDataHandler = self._parser.EndElementHandler = None

    def _shared_watcher(self, value: str) -> Callable:
        def end(tag: str) -> None:
            if tag == value and self._parser.CharacterDataHandler:
                at = int(self._held) if self._held.strip().isdecimal() else -1
                if 0 <= at < len(self._shared_lengths):
                    self.text_bytes += self._shared_lengths[at]
                self._parser.CharacterDataHandler = None

        return end

    def _text_watcher(self, item: str) -> Callable:
        def watch(tag: str, _attributes: dict) -> None:
            if tag == item:
                self.lengths.append(0)

        return watch

    def _measure(self, text: str) -> None:
        if self.lengths:
            self.lengths[-1] += len(text)
