"""How does a column of text become values? What stands in it decides, over all of its rows; then one SQL expression.

profile      what stands in a column: how many cells are numbers, days, flags, and what speaks for which order or mark
expression   the SQL that turns a raw column into values, and the reason for a cell that it cannot turn
decide_day_order, decide_decimal, decide_plain   the decisions; each refuses or keeps text rather than guess

The rules for a single cell are macros.sql. Identifiers here are generated (c0, c1, ...): no text of a file is SQL.
"""
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from lib.errors import Refused

if TYPE_CHECKING:
    import duckdb

FIRST_DAY, LAST_DAY = "1950-01-01", "2100-12-31"
ORDERS = {"dmy": "day first", "mdy": "month first", "ymd": "year first"}
NAMES_OF_CODES = {"id", "code", "zip", "postal", "postcode", "phone", "fax", "mobile", "uuid", "guid", "key", "sku"}
FEW_VALUES = 1_000  # up to here the values of a column are counted without regard to case and spaces

CELL = "create temp table cell (place integer, raw varchar, n bigint)"
FILL_CELL = "insert into cell select {at}, c{at}, count(*) from raw group by all"
PROFILE = """
with cleaned as materialized (
    select place, raw, n, text_of(raw) as word, filled(raw) as v, may_be_number(filled(raw)) as may_be_number,
           may_be_day(filled(raw)) as may_be_day
    from cell
),
undressed as materialized (
    select *, case when may_be_number then undressed(v) end as bare_number,
           case when may_be_day then day_text(v) end as day
    from cleaned
),
shape as materialized (
    select *, point_digits(bare_number) as point, comma_digits(bare_number) as comma, parts_of(day) as parts,
           coalesce(day_year_first(day), day_in_words(day)) is not null as is_plain_day
    from undressed
),
judged as materialized (
    select *, try_cast(parts.one as integer) as one, try_cast(parts.two as integer) as two,
           try_cast(parts.year as integer) as year, length(parts.year) as year_digits,
           coalesce(point, comma) is not null as is_number
    from shape
)
select
    place,
    coalesce(sum(n) filter (v is not null), 0)::bigint as n_filled,
    count(*) as n_distinct,
    count(*) as n_values,
    max(n) = 1 and count(*) filter (word is distinct from raw) = 0 as is_unique,
    coalesce(sum(n) filter (word is distinct from raw), 0)::bigint as n_other_words,
    coalesce(sum(n) filter (v is distinct from raw), 0)::bigint as n_cleaned,
    coalesce(bool_and(coalesce(point = v, v is null)), false) as is_simple_number,
    coalesce(bool_and(regexp_full_match(v, '\\d{4}-\\d{2}-\\d{2}')), false) as is_iso_day,
    coalesce(sum(n) filter (word is not null and word <> raw), 0)::bigint as n_trimmed,
    coalesce(sum(n) filter (word is null and bare(raw) <> ''), 0)::bigint as n_null_words,
    coalesce(sum(n) filter (lower(word) in ('none', 'na', 'nan')), 0)::bigint as n_none_words,
    coalesce(sum(n) filter (coalesce(bare(raw), '') = ''), 0)::bigint as n_blank,
    coalesce(sum(n) filter (is_number), 0)::bigint as n_number,
    coalesce(sum(n) filter (whole_of(point) is not null or whole_of(comma) is not null), 0)::bigint as n_whole,
    coalesce(sum(n) filter (point is not null and comma is null), 0)::bigint as n_point,
    coalesce(sum(n) filter (comma is not null and point is null), 0)::bigint as n_comma,
    coalesce(sum(n) filter (point <> comma), 0)::bigint as n_either,
    coalesce(bool_or(regexp_matches(v, '^[-+]?0\\d|^\\+|^\\d{16,}$')) filter (is_number), false) as is_code,
    coalesce(bool_or(ends_with(v, '%')), false) as has_percent,
    coalesce(bool_or(bare_number <> v) filter (is_number), false) as is_dressed,
    coalesce(list(distinct currency_of(v)) filter (is_number and currency_of(v) is not null), []) as currencies,
    coalesce(sum(n) filter (is_plain_day or one is not null), 0)::bigint as n_day,
    coalesce(sum(n) filter (is_plain_day), 0)::bigint as n_plain_day,
    coalesce(sum(n) filter (one > 12), 0)::bigint as n_one_past_12,
    coalesce(sum(n) filter (two > 12), 0)::bigint as n_two_past_12,
    coalesce(sum(n) filter (one <= 12 and two <= 12 and one <> two), 0)::bigint as n_unordered,
    coalesce(bool_and(parts.mark = '.') filter (one is not null), false) as has_dots_only,
    coalesce(bool_and(year_digits = 2 and year between 1 and 31 and two <= 12 and length(parts.one) = 2)
        filter (one is not null), false) as may_have_year_first,
    count(distinct one) as n_ones,
    count(distinct year) as n_years,
    coalesce(sum(n) filter (year_digits = 2), 0)::bigint as n_short_years,
    arg_max(v, n) filter (one > 12) as one_past_12,
    arg_max(v, n) filter (two > 12) as two_past_12,
    arg_max(v, n) filter (one <= 12 and two <= 12 and one <> two) as unordered,
    arg_max(v, n) filter (point <> comma) as either,
    coalesce(sum(n) filter (length(v) > length(day)), 0)::bigint as n_with_time,
    coalesce(sum(n) filter (read_flag(v) is not null), 0)::bigint as n_flag,
    coalesce(sum(n) filter (read_gone(v) is not null), 0)::bigint as n_gone,
    coalesce(sum(n) filter (is_damaged(v)), 0)::bigint as n_damaged,
    min(v) as example
from judged
group by place
"""
COMMONEST = """
with value as (
    select place, lower(filled(raw)) as folded, arg_max(bare(raw), n) as value, sum(n)::bigint as n
    from cell
    where list_contains($few, place) and filled(raw) is not null
    group by place, lower(filled(raw))
)
select place, value, n, count(*) over (partition by place) as n_values
from value
qualify row_number() over (partition by place order by n desc, folded) <= 8
order by place, n desc, folded
"""


@dataclass(frozen=True)
class Profile:
    """What stands in a column, counted over all of its cells. The defaults are those of an empty column."""

    n_filled: int = 0
    n_distinct: int = 0  # texts as typed, blank ones too
    n_values: int = 0  # filled cells, case and spaces aside; exact where there are few
    is_unique: bool = False  # as typed, and typed as read: no value twice
    n_other_words: int = 0  # cells that are not, read as text, what is typed: spaces, NULL
    n_cleaned: int = 0  # the same, read as anything else
    is_simple_number: bool = False  # every filled cell is digits, at most with a point
    is_iso_day: bool = False
    n_trimmed: int = 0
    n_null_words: int = 0
    n_none_words: int = 0
    n_blank: int = 0
    n_number: int = 0
    n_whole: int = 0
    n_point: int = 0
    n_comma: int = 0
    n_either: int = 0
    is_code: bool = False
    has_percent: bool = False
    is_dressed: bool = False  # with currency signs or brackets
    currencies: tuple[str, ...] = ()
    n_day: int = 0
    n_plain_day: int = 0
    n_one_past_12: int = 0
    n_two_past_12: int = 0
    n_unordered: int = 0
    has_dots_only: bool = False
    may_have_year_first: bool = False
    n_ones: int = 0
    n_years: int = 0
    n_short_years: int = 0
    one_past_12: str | None = None
    two_past_12: str | None = None
    unordered: str | None = None
    either: str | None = None
    n_with_time: int = 0
    n_flag: int = 0
    n_gone: int = 0
    n_damaged: int = 0
    example: str | None = None
    commonest: tuple[tuple[str, int], ...] = ()  # empty where values are many


@dataclass(frozen=True)
class Expression:
    """How one raw column is read: static SQL over it, its type, and why a cell may be refused."""

    sql: str
    kind: str
    refusal: str | None = None  # None: every text is a value


@cache
def macros() -> str:
    """The macros every ingest connection needs."""
    return (Path(__file__).parent / "macros.sql").read_text(encoding="utf-8")


def profile(con: "duckdb.DuckDBPyConnection", n_columns: int) -> list[Profile]:
    """What stands in each raw column. Every value is judged once, however often it occurs."""
    con.execute(CELL)
    for at in range(n_columns):
        con.execute(FILL_CELL.format(at=at))
    answer = con.execute(PROFILE)
    names = [column[0] for column in answer.description]
    found = {row[0]: dict(zip(names[1:], row[1:], strict=True)) for row in answer.fetchall()}
    few = [at for at, column in found.items() if column["n_distinct"] <= FEW_VALUES]
    commonest: dict[int, list[tuple[str, int]]] = {}
    for at, value, n, n_values in con.execute(COMMONEST, {"few": few}).fetchall():
        commonest.setdefault(at, []).append((value, n))
        found[at]["n_values"] = n_values
    con.execute("drop table cell")
    for at, column in found.items():
        column["currencies"] = tuple(sorted(column["currencies"]))
        column["commonest"] = tuple(commonest.get(at, ()))
    return [Profile(**found.get(at, {})) for at in range(n_columns)]


def expression(
    column: str, reads: str, header: str, profile: Profile, *, date_order: str | None, decimal: Callable[[], str]
) -> Expression:
    """How the raw column `column` is read as `reads`; `decimal` is asked only where a number needs it."""
    if reads in ("id", "text"):
        return Expression(f"text_of({column})" if profile.n_other_words else column, "VARCHAR")
    filled = f"filled({column})" if profile.n_cleaned else column  # a million clean cells then cost nothing
    if reads == "day":
        order = decide_day_order(header, profile, date_order)
        how = f"try_cast({filled} as date)" if profile.is_iso_day else f"read_{order}({filled})"
        return Expression(how, "DATE", "not a day")
    if reads in ("flag", "gone", "stays"):
        return Expression(f"read_{reads}({filled})", "BOOLEAN", "neither yes nor no")
    if reads in ("money", "monthly") and len(profile.currencies) > 1:
        raise Refused(
            f"{header!r} has amounts in {' and '.join(profile.currencies)}: one file, one currency. "
            "Convert them, or split the file."
        )
    digits = _digits(filled, decimal(), profile)
    if reads == "money":
        return Expression(f"money_of({digits})", "DECIMAL(18,2)", "not an amount")
    if reads == "monthly":
        return Expression(f"year_of_months({digits})", "DECIMAL(18,2)", "not an amount")
    if reads == "whole":
        return Expression(f"whole_of({digits})", "BIGINT", "not a whole number")
    return Expression(f"{'share' if profile.has_percent else 'number'}_of({digits})", "DOUBLE", "not a number")


def _digits(filled: str, mark: str, profile: Profile) -> str:
    if mark == "." and profile.is_simple_number:
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
        raise Refused(
            f"{header!r} has days in three short numbers that may have the year first or last"
            f"{f', such as {profile.one_past_12 or profile.unordered!r}'}. {_how_to_order(header, 'dmy, mdy or ymd')}"
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
    n_under_one_mark = profile.n_number - min(profile.n_point, profile.n_comma)
    if profile.is_code or profile.n_damaged or n_under_one_mark < profile.n_filled:
        return "text"
    if {value for value, _ in profile.commonest} <= {"0", "1"}:
        return "text"  # a yes and a no, kept as typed
    return "whole" if profile.n_whole == profile.n_filled and not profile.has_percent else "number"


def _how_to_order(header: str, orders: str) -> str:
    return f"Say which: date order {orders} for {header!r}, or map it to plain, or write the days as 2024-01-31."
