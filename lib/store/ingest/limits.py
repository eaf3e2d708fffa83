"""How big may a file be? One frozen set of limits, read from the environment, and one sentence when one is passed.

Limits             every limit with its default; check() refuses what is beyond one
from_environment   the limits as the variables HEADLIGHT_MAX_... set them, such as HEADLIGHT_MAX_FILE_BYTES=8GB

Sizes are powers of 1,024. What is counted while a file is being unpacked is refused as soon as it passes its limit: the
value said is then the one reached, not the whole.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields

from lib.errors import Refused

PREFIX = "HEADLIGHT_MAX_"
UNITS = {"": 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}
LARGEST = 1 << 50
SAYS = {  # limit -> what a file does too much of, and what to do about it
    "file_bytes": ("is {} long", "Export fewer columns or a shorter period, or split it"),
    "unpacked_bytes": ("unpacks to {} or more", "Split it, and check that it is what you meant to send"),
    "unpack_ratio": ("unpacks to {} times its packed size or more", "Unpack it yourself and send the file inside"),
    "members": ("holds {} files", "Pack only the files to be read"),
    "sheets": ("has {} sheets", "Save the sheets to be read in a workbook of their own"),
    "rows": ("has {} rows", "Export a shorter period, or split it"),
    "columns": ("has {} columns", "Export only the columns you want to compare by"),
    "cells": ("spans {} cells, rows times columns", "Save the sheet as CSV, or delete what stands far from its table"),
    "workbook_bytes": ("has {} of XML inside", "Save its sheets as CSV"),
    "strings_bytes": ("has {} of text in its cells", "Save its sheets as CSV"),
}


@dataclass(frozen=True)
class Limits:
    """What one import may be at most. A workbook is held in memory, sheet by sheet; everything else streams."""

    file_bytes: int = 5 << 30  # of the file as given
    unpacked_bytes: int = 20 << 30  # of all that is written while it is unpacked
    unpack_ratio: int = 200  # bytes out for a byte in; CSV has 5 to 50, a bomb 1,000
    members: int = 1_000  # of an archive
    sheets: int = 200  # of all workbooks in a file
    rows: int = 50_000_000  # of a sheet
    columns: int = 1_000  # of a sheet; no more than dialect.COLUMN_LIMIT
    cells: int = 20_000_000  # rows times columns of a workbook's sheet: 32 bytes of memory each
    workbook_bytes: int = 4 << 30  # of the XML of a workbook
    strings_bytes: int = 1 << 30  # of the text a workbook's cells share, and of the text of all cells of a sheet

    def check(self, limit: str, found: float, subject: str) -> None:
        """Refuses when `subject` has more than `limit` allows: which limit, how many, and what to do."""
        most = getattr(self, limit)
        if found <= most:
            return
        does, advice = SAYS[limit]
        shown = _bytes if limit.endswith("_bytes") else "{:,.0f}".format
        raise Refused(
            f"{subject} {does.format(shown(found))}; at most {shown(most)} can be read. {advice}; "
            f"or set {PREFIX}{limit.upper()} higher (it is {most})."
        )


DEFAULTS = Limits()


def from_environment(environment: Mapping[str, str] | None = None) -> Limits:
    """The limits as set by HEADLIGHT_MAX_FILE_BYTES and its like; refuses what is no limit."""
    environment = os.environ if environment is None else environment
    names = {f"{PREFIX}{field.name.upper()}": field.name for field in fields(Limits)}
    unknown = sorted(name for name in environment if name.startswith(PREFIX) and name not in names)
    if unknown:
        raise Refused(f"{unknown[0]} is no limit. The limits are: {', '.join(names)}.")
    return Limits(**{names[name]: _number(name, environment[name]) for name in names if environment.get(name)})


def _number(name: str, value: str) -> int:
    found = re.fullmatch(r"(\d{1,16})\s*([KMG]B)?", value.strip().replace("_", "").upper())
    unit = found[2] or "" if found else ""
    if not found or (unit and not name.endswith("_BYTES")) or not 1 <= int(found[1]) * UNITS[unit] <= LARGEST:
        size = ", or a size such as 500MB or 8GB" if name.endswith("_BYTES") else ""
        raise Refused(f"{name} is {value!r}: it must be a whole number from 1 to {LARGEST}{size}.")
    return int(found[1]) * UNITS[unit]


def _bytes(n: float) -> str:
    for unit in ("GB", "MB", "KB"):
        if n >= UNITS[unit]:
            return f"{n / UNITS[unit]:,.1f} {unit}"
    return f"{n:,.0f} bytes"
