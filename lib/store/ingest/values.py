"""How does a column of text become values? What stands in it decides, over all of its rows; then one SQL expression.

expression   the SQL that turns a raw column into values, and the reason for a cell that it cannot turn
decide_day_order, decide_decimal, decide_plain   the decisions; each refuses or keeps text rather than guess

The rules for a single cell are macros.sql. Identifiers here are generated (c0, c1, ...): no text of a file is SQL.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from lib.errors import Refused
from lib.store.ingest.profile import Profile

FIRST_DAY, LAST_DAY = "1950-01-01", "2100-12-31"
ORDERS = {"dmy": "day first", "mdy": "month first", "ymd": "year first"}
UNMARKED = {
    "epoch": "seconds or milliseconds since 1970",
    "compact": "days written without marks",
    "serial": "days counted by a spreadsheet",
}
NOTHING = ("", "null", "<null>", r"\n", "n/a", "#n/a", "000000000000000aaa")  # as macro `meant` has them
NAMES_OF_DAYS = {"date", "day", "on", "datum", "fecha"}
NAMES_OF_CODES = {"id", "code", "zip", "postal", "postcode", "phone", "fax", "mobile", "uuid", "guid", "key", "sku"}


@dataclass(frozen=True)
class Expression:
    """How one raw column is read: static SQL over it, its type, and why a cell may be refused."""

    sql: str
    kind: str
    refusal: str | None = None  # None: every text is a value
    order: str | None = None  # of days: dmy, mdy or ymd; compact or serial where they are bare numbers


@dataclass(frozen=True)
class Column:
    """One column of the data to be written."""

    raw: str
    header: str
    name: str
    how: Expression
    profile: Profile
    is_plain: bool


@cache
def macros() -> str:
    """The macros every ingest connection needs."""
    return (Path(__file__).parent / "macros.sql").read_text(encoding="utf-8")


def is_time_zone(name: object) -> bool:
    """Whether times can be read in the zone of this name."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError, TypeError):
        return False
    return True


def expression(
    column: str, reads: str, header: str, profile: Profile, *, date_order: str | None, decimal: Callable[[], str]
) -> Expression:
    """How the raw column `column` is read as `reads`; `decimal` is asked only where a number needs it."""
    if reads in ("id", "text"):
        return Expression(f"text_of({column})" if profile.n_other_words else column, "VARCHAR")
    filled = f"filled({column})" if profile.n_cleaned else column  # a million clean cells then cost nothing
    unmarked = None if date_order else profile.unmarked
    if reads == "day" and unmarked:
        return Expression(f"read_{unmarked}({filled})", "DATE", "not a day", unmarked)
    if reads == "moment" and unmarked and unmarked != "epoch":
        return Expression(f"moment_{unmarked}({filled})", "TIMESTAMP", "not a day or time", unmarked)
    if reads == "day":
        order = decide_day_order(header, profile, date_order)
        how = f"try_cast({filled} as date)" if profile.n_iso_day == profile.n_filled else f"read_{order}({filled})"
        return Expression(how, "DATE", "not a day", order)
    if reads == "moment":
        is_iso = profile.n_iso_moment + profile.n_iso_day == profile.n_filled
        needs_none = is_iso or profile.n_epoch == profile.n_filled
        order = date_order or ("ymd" if needs_none else decide_day_order(header, profile, None))
        return Expression(
            f"iso_moment({filled})" if is_iso else f"moment_{order}({filled})", "TIMESTAMP", "not a day or time", order
        )
    if reads in ("flag", "gone", "stays"):
        return Expression(f"read_{reads}({filled})", "BOOLEAN", "neither yes nor no")
    if reads in ("money", "monthly") and len(profile.currencies) > 1:
        raise Refused(
            f"{header!r} has amounts in {' and '.join(profile.currencies)}: one file, one currency. "
            "Convert them, or split the file."
        )
    digits = _digits(filled, mark := decimal(), profile)
    if profile.n_short and reads in ("money", "monthly"):
        digits = f"coalesce({digits}, short_{'comma' if mark == ',' else 'point'}(short_of({filled})))"
    if reads == "money":
        return Expression(f"money_of({digits})", "DECIMAL(18,2)", "not an amount")
    if reads == "monthly":
        return Expression(f"year_of_months({digits})", "DECIMAL(18,2)", "not an amount")
    if reads == "whole":
        return Expression(f"whole_of({digits})", "BIGINT", "not a whole number")
    return Expression(f"{'share' if profile.has_percent else 'number'}_of({digits})", "DOUBLE", "not a number")


def _digits(filled: str, mark: str, profile: Profile) -> str:
    if mark == "." and profile.n_simple_number == profile.n_filled:
        return filled
    return f"{'comma' if mark == ',' else 'point'}_digits({f'undressed({filled})' if profile.is_dressed else filled})"


def decide_day_order(header: str, profile: Profile, asked: str | None) -> str:
    """dmy, mdy or ymd for the days written as three numbers; refuses to guess."""
    if asked:
        return asked
    if profile.n_one_past_12 and profile.n_two_past_12:
        raise Refused(
            f"{header!r} has days that contradict each other: {profile.one_past_12!r} can only be day first "
            f"({profile.n_one_past_12:,} values), {profile.two_past_12!r} only month first "
            f"({profile.n_two_past_12:,} values). Write the column in one order, best as 2024-01-31."
        )
    if profile.may_have_year_first and profile.n_ones <= profile.n_years:
        shown = profile.one_past_12 or profile.unordered or profile.example
        raise Refused(
            f"{header!r} has days in three short numbers that may have the year first or last, such as {shown!r}. "
            f"{_how_to_order(header, 'dmy, mdy or ymd')}"
        )
    if profile.n_one_past_12:
        return "dmy"
    if profile.n_two_past_12:
        return "mdy"
    if profile.n_unordered and not profile.has_dots_only:
        raise Refused(
            f"{header!r} has days that can be read in two ways: no value has a part above 12, so "
            f"{profile.unordered!r} may be day first or month first ({profile.n_unordered:,} such values). "
            f"{_how_to_order(header, 'dmy or mdy')}"
        )
    return "dmy"  # 31.12.2024: dots are written day first


def decide_decimal(header: str, profile: Profile, asked: str | None, of_file: str | None, delimiter: str) -> str:
    """The decimal mark of a column: as asked, as its values show, as the file's other values show; else asked for."""
    if asked:
        return asked
    if profile.n_comma != profile.n_point:
        return "," if profile.n_comma > profile.n_point else "."
    if of_file or not profile.n_either:
        return of_file or "."
    if delimiter == ";":
        raise Refused(
            f"{header!r} has numbers that can be read in two ways: {profile.either!r} may have a decimal mark or a "
            "thousands separator. Say which mark is the decimal one: . or ,."
        )
    return "."


def decide_plain(header_words: frozenset[str], profile: Profile) -> str:
    """What a column without a field is: a number or a day where every filled cell is one, else text."""
    if not profile.n_filled or header_words & NAMES_OF_CODES:
        return "text"
    if profile.n_day == profile.n_filled and not profile.n_short_years:
        return "day"  # not with two-digit years: 1.2.10 may be a version
    if profile.unmarked and header_words & NAMES_OF_DAYS:
        return "day"
    n_under_one_mark = profile.n_number - min(profile.n_point, profile.n_comma)
    if profile.is_code or profile.n_damaged or n_under_one_mark < profile.n_filled:
        return "text"
    if profile.n_values <= 2 and {value for value, _ in profile.commonest} <= {"0", "1"}:
        return "text"  # a yes and a no, kept as typed
    return "whole" if profile.n_whole == profile.n_filled and not profile.has_percent else "number"


def _how_to_order(header: str, orders: str) -> str:
    return (
        f"Say which: --date-order '{header}=ORDER', where ORDER is {orders}; or keep the text with --map '{header}=plain', "
        "or write the days as 2024-01-31."
    )
