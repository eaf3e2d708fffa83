"""What stands in each column? Counted over all of its cells, each different text judged once however often it stands.

Profile       the counts and examples by which headers find their fields and columns their readings
profiles_of   the profile of every raw column, from three questions: of all texts, of those that may be a number or a
              day, and of columns with few values
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

FEW_VALUES = 1_000  # up to here the values of a column are counted without regard to case and spaces

CELL = "create temp table cell (place integer, raw varchar, n bigint, word varchar, v varchar)"
FILL_CELL = """
insert into cell
with cell as materialized (select c{place} as raw, count(*) as n from raw group by all),
trimmed as materialized (select raw, n, bare(raw) as b from cell)
select {place}, raw, n, meant(b), given(b)
from trimmed
"""
OF_ALL = """
select
    place,
    coalesce(sum(n) filter (v is not null), 0)::bigint as n_filled,
    count(*) as n_distinct,
    count(*) as n_values,
    max(n) = 1 and count(*) filter (word is distinct from raw) = 0 as is_unique,
    coalesce(sum(n) filter (coalesce(bare(raw), '') = ''), 0)::bigint as n_blank,
    coalesce(sum(n) filter (word is distinct from raw), 0)::bigint as n_other_words,
    coalesce(sum(n) filter (v is distinct from raw), 0)::bigint as n_cleaned,
    coalesce(sum(n) filter (word is not null and word <> raw), 0)::bigint as n_trimmed,
    coalesce(sum(n) filter (word is null and bare(raw) <> ''), 0)::bigint as n_null_words,
    coalesce(sum(n) filter (
        word is not null and v is null and strlen(word) < 5 and lower(word) in ('none', 'na', 'nan')), 0)::bigint
        as n_none_words,
    left(min(v), 200) as example
from cell
group by place
"""
OF_NUMBERS_AND_DAYS = """
with looked_at as (
    select place, n, v, case when may_be_number(v) then undressed(v) end as bare_number,
           case when may_be_day(v) then day_text(v) end as day, short_of(v) as short
    from cell
    where may_be_number(v) or may_be_day(v) or is_damaged(v)
),
shape as materialized (
    select *, point_digits(bare_number) as point, comma_digits(bare_number) as comma, parts_of(day) as parts,
           coalesce(day_year_first(day), day_in_words(day)) is not null as is_plain_day
    from looked_at
),
judged as materialized (
    select *, try_cast(parts.one as integer) as one, try_cast(parts.two as integer) as two,
           try_cast(parts.year as integer) as year, length(parts.year) as year_digits,
           coalesce(point, comma) is not null as is_number
    from shape
)
select
    place,
    coalesce(sum(n) filter (is_number), 0)::bigint as n_number,
    coalesce(sum(n) filter (whole_of(point) is not null or whole_of(comma) is not null), 0)::bigint as n_whole,
    coalesce(sum(n) filter (point is not null and comma is null), 0)::bigint as n_point,
    coalesce(sum(n) filter (comma is not null and point is null), 0)::bigint as n_comma,
    coalesce(sum(n) filter (point <> comma), 0)::bigint as n_either,
    coalesce(sum(n) filter (coalesce(short_point(short), short_comma(short)) is not null), 0)::bigint as n_short,
    min(v) filter (coalesce(short_point(short), short_comma(short)) is not null) as short,
    coalesce(sum(n) filter (point = v), 0)::bigint as n_simple_number,
    coalesce(bool_or(regexp_matches(v, '^[-+]?0\\d|^\\+|^\\d{16,}$')) filter (is_number), false) as is_code,
    coalesce(bool_or(ends_with(v, '%')) filter (is_number), false) as has_percent,
    coalesce(bool_or(bare_number <> v) filter (is_number), false) as is_dressed,
    coalesce(list_sort(list(distinct currency_of(v)) filter (bare_number <> v and currency_of(v) is not null)), [])
        as currencies,
    coalesce(sum(n) filter (is_plain_day or one is not null), 0)::bigint as n_day,
    coalesce(sum(n) filter (is_plain_day), 0)::bigint as n_plain_day,
    coalesce(sum(n) filter (regexp_full_match(v, '\\d{4}-\\d{2}-\\d{2}')), 0)::bigint as n_iso_day,
    coalesce(sum(n) filter (length(v) > length(day)), 0)::bigint as n_with_time,
    coalesce(sum(n) filter (is_iso_moment(v)), 0)::bigint as n_iso_moment,
    coalesce(sum(n) filter (is_zoned(v)), 0)::bigint as n_zoned,
    coalesce(sum(n) filter (is_epoch(v)), 0)::bigint as n_epoch,
    coalesce(sum(n) filter (moment_compact(v) is not null), 0)::bigint as n_compact,
    coalesce(sum(n) filter (moment_serial(v) is not null), 0)::bigint as n_serial,
    coalesce(sum(n) filter (is_number and starts_with(bare_number, '-') and regexp_matches(v, '[1-9]')), 0)::bigint
        as n_below_zero,
    coalesce(sum(n) filter (year_digits = 2), 0)::bigint as n_short_years,
    coalesce(sum(n) filter (one > 12), 0)::bigint as n_one_past_12,
    coalesce(sum(n) filter (two > 12), 0)::bigint as n_two_past_12,
    coalesce(sum(n) filter (one <= 12 and two <= 12 and one <> two), 0)::bigint as n_unordered,
    coalesce(bool_and(parts.mark = '.') filter (one is not null), false) as has_dots_only,
    coalesce(bool_and(year_digits = 2 and year between 1 and 31 and two <= 12 and length(parts.one) = 2)
        filter (one is not null), false) as may_have_year_first,
    count(distinct one) as n_ones,
    count(distinct year) as n_years,
    arg_max(v, n) filter (one > 12) as one_past_12,
    arg_max(v, n) filter (two > 12) as two_past_12,
    arg_max(v, n) filter (one <= 12 and two <= 12 and one <> two) as unordered,
    arg_max(v, n) filter (point <> comma) as either,
    coalesce(sum(n) filter (is_damaged(v)), 0)::bigint as n_damaged
from judged
group by place
"""
OF_FEW_VALUES = """
with value as (
    select place, case when strlen(v) > 200 then v else lower(v) end as folded, left(arg_max(v, n), 200) as value,
           sum(n)::bigint as n
    from cell
    where list_contains($few, place) and v is not null
    group by place, folded
)
select place, count(*) as n_values,
       coalesce(sum(n) filter (read_flag(value) is not null), 0)::bigint as n_flag,
       coalesce(sum(n) filter (read_gone(value) is not null), 0)::bigint as n_gone,
       list((value, n) order by n desc, value)[:8] as commonest
from value
group by place
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
    n_simple_number: int = 0  # digits, at most with a point
    n_iso_day: int = 0  # 2024-01-31
    n_trimmed: int = 0
    n_null_words: int = 0
    n_none_words: int = 0
    n_blank: int = 0
    n_number: int = 0
    n_whole: int = 0
    n_point: int = 0
    n_comma: int = 0
    n_either: int = 0
    n_short: int = 0  # 45.3K, $1.2M
    short: str | None = None
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
    n_iso_moment: int = 0  # 2024-01-31T10:00:00Z
    n_zoned: int = 0  # with an offset from UTC
    n_epoch: int = 0  # seconds or milliseconds since 1970
    n_compact: int = 0  # 20240131
    n_serial: int = 0  # 45322, as a spreadsheet counts days
    n_below_zero: int = 0
    n_flag: int = 0
    n_gone: int = 0
    n_damaged: int = 0
    example: str | None = None
    commonest: tuple[tuple[str, int], ...] = ()  # empty where values are many

    @property
    def unmarked(self) -> str | None:
        """compact, serial or epoch, where every filled cell may be a day that is written as a bare number so."""
        if not self.n_filled:
            return None
        if self.n_epoch == self.n_filled:
            return "epoch"
        return "compact" if self.n_compact == self.n_filled else "serial" if self.n_serial == self.n_filled else None


def profiles_of(con: "duckdb.DuckDBPyConnection", n_columns: int) -> list[Profile]:
    """The profile of each of the raw columns c0, c1, ..."""
    con.execute(CELL)
    for place in range(n_columns):
        con.execute(FILL_CELL.format(place=place))
    found: dict[int, dict] = {place: {} for place in range(n_columns)}
    _add(found, con.execute(OF_ALL))
    _add(found, con.execute(OF_NUMBERS_AND_DAYS))
    few = [place for place, counts in found.items() if counts.get("n_distinct", 0) <= FEW_VALUES]
    _add(found, con.execute(OF_FEW_VALUES, {"few": few}))
    con.execute("drop table cell")
    return [Profile(**counts) for counts in found.values()]


def _add(found: dict[int, dict], answer: "duckdb.DuckDBPyConnection") -> None:
    names = [column[0] for column in answer.description[1:]]
    for place, *counts in answer.fetchall():
        tuples = (tuple(count) if isinstance(count, list) else count for count in counts)
        found[place] |= dict(zip(names, tuples, strict=True))
