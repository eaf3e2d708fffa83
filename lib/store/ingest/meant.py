"""What do rows mean that their cells do not say outright? Each change is told in a note.

understood   the columns as they are meant, after every cell was read: of lists of accounts the first, unanswered surveys
             without the day of an answer, ends of contracts as the day after their last one
by_interval  a contract's amount as a year's, by the column that says how often it is paid
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lib.store.ingest import values
from lib.store.ingest.fields import Mapped
from lib.store.ingest.kinds import Kind
from lib.store.ingest.profile import Profile
from lib.store.ingest.values import Column, Expression
from lib.store.ingest.words import meaning

if TYPE_CHECKING:
    import duckdb

AMOUNTS = {
    meaning(name) for name in ("amount", "plan amount", "price", "plan price", "recurring amount", "unit amount")
}
A_YEAR_HAS = {
    **dict.fromkeys(("month", "months", "monthly", "per month", "1 month", "m", "mo", "monatlich"), 12),
    **dict.fromkeys(("quarter", "quarterly", "3 months", "every 3 months", "vierteljährlich"), 4),
    **dict.fromkeys(("half-yearly", "semi-annual", "semi-annually", "semiannual", "6 months", "halbjährlich"), 2),
    **dict.fromkeys(("year", "years", "yearly", "annual", "annually", "per year", "1 year", "12 months", "y", "yr"), 1),
    "jährlich": 1,
}
_LEFT_OUT = "select n from refused where n is not null union all from merged union all from blank"
_LIST = r"'^[^\s;]+(;[^\s;]+)+$'"
_TERMS_IN_A_ROW = f"""
with term as (
    select {{account}} as account, {{product}} as product, {{starts}} as starts_on, {{ends}} as ends_on
    from raw
    where rowid not in ({_LEFT_OUT})
),
beside as (
    select ends_on, lead(starts_on) over (partition by account, product order by starts_on) as next_on
    from term
    where starts_on is not null and ends_on is not null
)
select count(*) filter (where next_on = ends_on + 1), count(*) filter (where next_on = ends_on) from beside
"""


def understood(
    con: "duckdb.DuckDBPyConnection", kind: Kind, columns: Sequence[Column]
) -> tuple[list[Column], list[str]]:
    """The columns as they are meant, and notes. Their cells have been judged already: none is refused for this."""
    by_name = {column.name: column for column in columns if not column.is_plain}
    changed: dict[str, Column] = {}
    notes: list[str] = []
    if kind.name not in ("account", "event") and "account" in by_name:
        changed |= _first_of_lists(con, by_name["account"], notes)
    if kind.name == "survey" and {"score", "answered_on"} <= by_name.keys():
        changed |= _unanswered(con, by_name, notes)
    if kind.name == "contract" and {"starts_on", "ends_on"} <= by_name.keys():
        changed |= _exclusive_ends(con, by_name, notes)
    known = [column if column.is_plain else changed.pop(column.name, column) for column in columns]
    return sorted(changed.values(), key=lambda column: column.name) + known, notes


def _first_of_lists(con: "duckdb.DuckDBPyConnection", account: Column, notes: list[str]) -> dict[str, Column]:
    """8001;8002: the row is the first one's."""
    is_list = f"(contains({account.how.sql}, ';') and regexp_matches({account.how.sql}, {_LIST}))"
    n, such = con.execute(f"select count(*), min({account.how.sql}) from raw where {is_list}").fetchone()
    if not n:
        return {}
    notes.append(f"{account.header!r} names several accounts in some rows ({n:,}), such as {such!r}: the first counts.")
    first = f"case when {is_list} then split_part({account.how.sql}, ';', 1) else {account.how.sql} end"
    return {"account": replace(account, how=replace(account.how, sql=first))}


def _unanswered(con: "duckdb.DuckDBPyConnection", by_name: dict[str, Column], notes: list[str]) -> dict[str, Column]:
    """A survey without a score was not answered: its day, if it has one, is another one's, or that of its sending."""
    answered, score = by_name["answered_on"], by_name["score"]
    unsaid = f"{score.how.sql} is null and {answered.how.sql} is not null"
    (n,) = con.execute(f"select count(*) from raw where {unsaid} and rowid not in ({_LEFT_OUT})").fetchone()
    if not n:
        return {}
    has_sent = "sent_on" in by_name
    becomes = "left out" if has_sent else "the day they were sent"
    notes.append(
        f"Rows without {score.header!r}, taken as surveys nobody answered: {n:,}. Their {answered.header!r} is {becomes}."
    )
    answer = f"case when {score.how.sql} is not null then {answered.how.sql} end"
    changed = {"answered_on": replace(answered, how=replace(answered.how, sql=answer))}
    if not has_sent:
        sent = f"case when {score.how.sql} is null then {answered.how.sql} end"
        changed["sent_on"] = replace(answered, name="sent_on", how=replace(answered.how, sql=sent))
    return changed


def _exclusive_ends(
    con: "duckdb.DuckDBPyConnection", by_name: dict[str, Column], notes: list[str]
) -> dict[str, Column]:
    """Where every term that follows another begins the day after its end, ends are last days; ours are the day after."""
    ends = by_name["ends_on"]
    product = by_name["product"].how.sql if "product" in by_name else "null"
    asked = _TERMS_IN_A_ROW.format(
        account=by_name["account"].how.sql, product=product, starts=by_name["starts_on"].how.sql, ends=ends.how.sql
    )
    n_day_after, n_same_day = con.execute(asked).fetchone()
    if not n_day_after or n_same_day:
        return {}
    notes.append(
        f"{ends.header!r} is the last day of a term, as {n_day_after:,} terms that follow one show: they begin a day later. "
        "One day was added to all of them: a contract is kept with the day on which the next may begin."
    )
    return {"ends_on": replace(ends, how=replace(ends.how, sql=f"({ends.how.sql} + 1)"))}


def by_interval(
    mapped: Sequence[Mapped], profiles: Sequence[Profile], decimal: Callable[[str, Profile], str]
) -> tuple[set[int], Column, str] | None:
    """The places of a contract's amount and interval, the column arr made of them, a note; None where it is not certain."""
    amounts = [at for at, each in enumerate(mapped) if each.means == "total_value" and meaning(each.header) in AMOUNTS]
    periods = [at for at, each in enumerate(mapped) if each.means == "billing_period" and profiles[at].n_filled]
    said = [at for at in periods if _are_intervals(profiles[at])]
    others = [at for at in periods if at not in said]
    once = all({value for value, _ in profiles[at].commonest} == {"1"} for at in others)  # every 1 month
    if len(amounts) != 1 or len(said) != 1 or not once or any(m.field and m.field.column == "arr" for m in mapped):
        return None
    at, interval = amounts[0], f"filled(c{said[0]})"
    header, profile = mapped[at].header, profiles[at]
    money = values.expression(
        f"c{at}", "money", header, profile, date_order=None, decimal=lambda: decimal(header, profile)
    )
    cases = " ".join(f"when '{word}' then {n}" for word, n in A_YEAR_HAS.items())
    sql = f"try_cast({money.sql} * case lower({interval}) {cases} end as decimal(18, 2))"
    note = (
        f"{header!r} is read as arr by {mapped[said[0]].header!r}: what is paid by the month counts twelve times. "
        "It is taken as the amount for all seats."
    )
    how = Expression(sql, money.kind, "not an amount, or nothing says how often it is paid")
    return {at, *periods}, Column(f"c{at}", header, "arr", how, profile, False), note


def _are_intervals(profile: Profile) -> bool:
    words = [value.lower() for value, _ in profile.commonest]
    return profile.n_values == len(words) and all(word in A_YEAR_HAS for word in words)
