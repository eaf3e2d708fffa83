"""What a table of the workspace is, and what holds of its rows.

Sheet      one table, and what holds of its rows
SHEETS     name -> sheet, of those that tables.py declares
sheet, about_account   declare one
sheet_of   the sheet of a name; refuses what is none
checked    the values of a row as they are kept; refuses what breaks a rule
EVERY      the columns that every table has; WHO, MOMENT: the rules of those that say who and when
SHAPE      counts up when the tables change; an older Headlight then keeps out, a newer one makes what is lacking
METADATA, SHAPE_TABLE, EDITION_TABLE   for opening
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, DateTime, Index, Integer, MetaData, Table, Text

from lib.errors import Refused
from lib.workspace.rules import Rule, line, moment, needed

SHAPE = 5
METADATA = MetaData()
EVERY = ("id", "version", "made_by", "made_at", "changed_by", "changed_at", "removed_at")
WHO = needed(line())
MOMENT = needed(moment())

# one row: the SHAPE of the Headlight that made these tables
SHAPE_TABLE = Table("shape", METADATA, Column("shape", Integer, primary_key=True, autoincrement=False))

# one row per table of tables.py: how many transactions wrote it
EDITION_TABLE = Table("edition", METADATA, Column("table", Text, primary_key=True), Column("edition", BigInteger))


@dataclass(frozen=True)
class Sheet:
    """One table, and what holds of its rows.

    newest   the column by which the newest row counts; where it is the same, the one made last
    one_per  the columns of which there is one living row a value
    span     two days, the second never before the first
    """

    table: Table
    rules: Mapping[str, Rule]
    newest: str = "made_at"
    one_per: tuple[str, ...] = ()
    span: tuple[str, str] | None = None

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def says(self) -> str:
        """The name in words."""
        return self.name.replace("_", " ")


SHEETS: dict[str, Sheet] = {}


def sheet(name: str, rules: dict[str, Rule], *, finds: tuple[str, ...] = (), **holds) -> None:
    """Declare a table; `holds` is what holds of its rows."""
    table = Table(
        name,
        METADATA,
        Column("id", Text, primary_key=True),
        *[Column(each, rule.sql, nullable=not rule.is_needed) for each, rule in rules.items() if each not in EVERY],
        Column("version", Integer, nullable=False),
        Column("made_by", Text, nullable=False),
        Column("made_at", DateTime, nullable=False),
        Column("changed_by", Text, nullable=False),
        Column("changed_at", DateTime, nullable=False),
        Column("removed_at", DateTime),
    )
    made = SHEETS[name] = Sheet(table, rules, **holds)
    if finds:
        Index(f"{name}_by_{finds[0]}", *[table.c[each] for each in finds])
    if made.one_per:
        living = table.c.removed_at.is_(None)
        columns = [table.c[each] for each in made.one_per]
        Index(f"{name}_one_living", *columns, unique=True, sqlite_where=living, postgresql_where=living)


def about_account(name: str, rules: dict[str, Rule], **holds) -> None:
    """Declare a table of rows about accounts."""
    sheet(name, {"account": needed(line(500)), **rules}, finds=("account",), **holds)


def sheet_of(name: str) -> Sheet:
    """The sheet called `name`."""
    if name not in SHEETS:
        raise Refused(f"The workspace has no table {name!r}; it has {', '.join(SHEETS)}.")
    return SHEETS[name]


def checked(sheet: Sheet, values: Mapping[str, object], *, is_new: bool) -> dict[str, object]:
    """`values` as they are kept; for a new row all columns, else those that change."""
    for column in values:
        if column not in sheet.rules:
            raise Refused(f"{sheet.name} has no column {column!r}; it has {', '.join(sheet.rules)}.")
    return {
        column: rule.kept(f"{sheet.name}.{column}", values.get(column, rule.default))
        for column, rule in sheet.rules.items()
        if is_new or column in values
    }
