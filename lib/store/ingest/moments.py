"""Moments by the million: where all are written alike, one cast reads them. The rules of macros.sql read any moment, and
take twenty times as long; what is said here they say too.

cast     the SQL that reads a cell written as an example is, and the SQL that says whether it is written so
"""

import re

ISO = re.compile(r"\d{4}-\d\d-\d\d(?:([T ])\d\d:\d\d:\d\d(\.\d+)?(Z|[-+]\d\d:\d\d)?)?")
PARTS = re.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{4} \d{1,2}:\d\d(:\d\d)?( [AaPp][Mm])?")
EPOCH = re.compile(r"1\d{9}")
DAYS = {"dmy": "%d{mark}%m{mark}%Y", "mdy": "%m{mark}%d{mark}%Y"}


def cast(cell: str, example: str, order: str | None, time_zone: str) -> tuple[str, str] | None:
    """(the moment in UTC or null, whether the cell is written as the example is) as SQL; None where no cast will do.

    cell        the text, as SQL
    order       of days in three numbers: dmy or mdy
    time_zone   of times without an offset, and of the connection
    """
    if found := ISO.fullmatch(example):
        read, looks, is_local = _iso(cell, *found.groups())
    elif (found := PARTS.fullmatch(example)) and order in DAYS:
        read, looks, is_local = _in_parts(cell, DAYS[order], *found.groups())
    elif EPOCH.fullmatch(example):
        read, looks = f"make_timestamp(1000000 * try_cast({cell} as bigint))", _matches(cell, EPOCH.pattern)
        is_local = False
    else:
        return None
    if is_local and time_zone != "UTC":
        read = f"({read})::timestamptz at time zone 'UTC'"
    return read, looks


def _iso(cell: str, gap: str | None, fraction: str | None, zone: str | None) -> tuple[str, str, bool]:
    if not gap:
        return f"try_cast({cell} as timestamp)", f"{cell} like '____-__-__'", False  # a day alone stays that day
    is_offset = zone not in (None, "Z")
    if fraction:
        end = r"[-+]\d\d:\d\d" if is_offset else zone or ""
        looks = _matches(cell, rf"....-..-..{gap}..:..:..\.\d+{end}")
    else:
        looks = f"{cell} like '____-__-__{gap}__:__:__{'___:__' if is_offset else zone or ''}'"
    read = f"try_cast({cell} as timestamptz) at time zone 'UTC'" if is_offset else f"try_cast({cell} as timestamp)"
    return read, looks, not zone


def _in_parts(cell: str, days: str, mark: str, seconds: str | None, half: str | None) -> tuple[str, str, bool]:
    time = f"%{'I' if half else 'H'}:%M{':%S' if seconds else ''}{' %p' if half else ''}"
    pattern = rf"\d{{1,2}}[{mark}]\d{{1,2}}[{mark}]\d{{4}} \d{{1,2}}:\d\d"
    pattern += (r":\d\d" if seconds else "") + (" [AaPp][Mm]" if half else "")
    padded = f"__{mark}__{mark}____ __:__{':__' if seconds else ''}{' _M' if half else ''}"  # cheaper to look for
    read = f"try_strptime({cell}, '{days.format(mark=mark)} {time}')"
    return read, f"({cell} like '{padded}' or {_matches(cell, pattern)})", True


def _matches(cell: str, pattern: str) -> str:
    return f"regexp_full_match({cell}, '{pattern}')"
