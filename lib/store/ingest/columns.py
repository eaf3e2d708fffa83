"""Which columns a file gives, under which names, read how.

columns_of   the fields of its kind in the schema's order, then the plain ones in the file's
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from lib.errors import Refused
from lib.store import tables
from lib.store.ingest import fields, values
from lib.store.ingest.dialect import Dialect
from lib.store.ingest.fields import Mapped
from lib.store.ingest.kinds import Kind
from lib.store.ingest.meant import by_interval
from lib.store.ingest.profile import Profile
from lib.store.ingest.values import Column

if TYPE_CHECKING:
    import duckdb


def columns_of(
    con: "duckdb.DuckDBPyConnection",
    kind: Kind,
    mapped: Sequence[Mapped],
    profiles: Sequence[Profile],
    asked_orders: Mapping[str, str],
    decimal: str | None,
    dialect: Dialect,
) -> tuple[list[Column], list[str]]:
    """The columns to write, and notes; a kind that keeps no other columns than its own leaves those out, and says so."""
    orders = _asked_orders(asked_orders, [m.header for m in mapped])
    notes: list[str] = []
    found: list[Column] = []
    left_out: list[str] = []
    names = {name.casefold() for name in kind.columns} | {tables.NUMBER}
    yearly = (
        by_interval(mapped, profiles, lambda header, profile: _mark(header, profile, decimal, dialect))
        if kind.name == "contract"
        else None
    )
    if yearly:
        found.append(yearly[1])
        notes.append(yearly[2])
    for at, (m, profile) in enumerate(zip(mapped, profiles, strict=True)):
        raw = f"c{at}"

        def mark(header=m.header, profile=profile) -> str:
            return _mark(header, profile, decimal, dialect)

        if yearly and at in yearly[0]:
            continue
        if m.field and m.field.column:
            how = values.expression(raw, m.reads, m.header, profile, date_order=orders.get(m.header), decimal=mark)
            found.append(Column(raw, m.header, m.field.column, how, profile, False))
        elif m.how == "skipped" or (m.header == f"column {at + 1}" and not profile.n_filled):
            continue  # left out, or what a delimiter at the end of every line makes
        elif kind.keeps:
            how, note = _plain(con, raw, m.header, profile, orders.get(m.header), mark)
            notes += [note] if note else []
            found.append(Column(raw, m.header, _free_name(m.header, names), how, profile, True))
        else:
            left_out.append(repr(m.header[:60]))
    if left_out:
        more = f" and {len(left_out) - 12} more" if len(left_out) > 12 else ""
        notes.append(f"Not read, since a {kind.name} has no such field: {', '.join(left_out[:12])}{more}.")
    place = {name: at for at, name in enumerate(kind.columns)}
    return sorted(
        found, key=lambda column: len(place) if column.is_plain else place.get(column.name, len(place))
    ), notes


def _mark(header: str, profile: Profile, decimal: str | None, dialect: Dialect) -> str:
    return values.decide_decimal(header, profile, decimal, dialect.decimal, dialect.delimiter)


def _plain(
    con: "duckdb.DuckDBPyConnection",
    raw: str,
    header: str,
    profile: Profile,
    order: str | None,
    decimal: Callable[[], str],
) -> tuple[values.Expression, str | None]:
    """A column without a field as number, day or text; text where one cell will not fit or the order is not certain."""
    text = values.expression(raw, "text", header, profile, date_order=None, decimal=decimal)
    reads = values.decide_plain(fields.meaning(header), profile)
    if reads == "text":
        return text, None
    try:
        how = values.expression(raw, reads, header, profile, date_order=order, decimal=decimal)
    except Refused as doubt:
        return text, f"{doubt} Until then {header!r} is kept as text."
    misfit = f"select 1 from raw where {how.sql} is null and filled({raw}) is not null limit 1"
    return (text if reads == "day" and con.execute(misfit).fetchone() else how), None


def _free_name(header: str, names: set[str]) -> str:
    """The header as typed, with a suffix where the schema or another column has the name."""
    name, n = header, 1
    while name.casefold() in names:
        name = f"{header} (file)" if n == 1 else f"{header} (file {n})"
        n += 1
    names.add(name.casefold())
    return name


def _asked_orders(asked: Mapping[str, str], headers: Sequence[str]) -> dict[str, str]:
    by_case = {header.casefold(): header for header in headers}
    for header, order in asked.items():
        if order not in values.ORDERS:
            raise Refused(f"{order!r} is no date order: it must be {' or '.join(values.ORDERS)}.")
        if header.strip().casefold() not in by_case:
            raise Refused(f"A date order is given for {header!r}, which is no column of the file.")
    return {by_case[header.strip().casefold()]: order for header, order in asked.items()}
