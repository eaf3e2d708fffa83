"""What a file can be: a table of the store, or rows that become rows of other tables (kinds.sql).

KINDS      every kind that can be named or recognised
Kind       one of them: its columns, what a row must say, what makes it one row
WHO        the columns that say whom a row is about
kind_of    the kind of this name
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lib.errors import Refused
from lib.store import tables

_DERIVED = (Path(__file__).parent / "kinds.sql").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Kind:
    """One kind of file.

    columns    name -> DuckDB type, as in schema.sql or kinds.sql
    key        the columns that make a row unique; empty for events, which are unique as a whole
    needs      groups of columns: a file must have one column of each group, and every row a value in one of them
    stands_in  (column, other): a blank in the first is filled from the second
    numbered   the key is made from these columns where the file has none of its own
    in_order   days or moments of a row that must not go backwards
    keeps      columns that are no field are kept too (as dimensions); of other kinds they are left out
    """

    name: str
    columns: dict[str, str]
    key: tuple[str, ...]
    needs: tuple[tuple[str, ...], ...]
    numbered: tuple[str, ...] = ()
    stands_in: tuple[tuple[str, str], ...] = ()
    in_order: tuple[tuple[str, str], ...] = ()
    keeps: bool = False


WHO = ("account", "person")  # a person says whose account it is, where the file does not
_RULES: dict[str, dict] = {
    "account": {"needs": (("account",),), "in_order": (("started_on", "churned_on"),), "keeps": True},
    "contract": {
        "needs": (("account",), ("starts_on", "ends_on")),
        "numbered": ("account", "product", "starts_on"),
        "in_order": (("starts_on", "ends_on"), ("starts_on", "cancelled_on")),
    },
    "person": {
        "needs": (("person", "email"), ("account",)),
        "numbered": ("email",),
        "stands_in": (("person", "email"),),
        "in_order": (("provisioned_at", "deactivated_on"),),
    },
    "event": {"needs": (WHO, ("occurred_at",))},
    "milestone": {"needs": (("account",), ("stage",), ("reached_on",))},
    "ticket": {
        "needs": (WHO, ("opened_at",)),
        "numbered": ("account", "person", "opened_at"),
        "in_order": (("opened_at", "closed_at"),),
    },
    "survey": {
        "needs": (WHO, ("sent_on", "answered_on")),
        "numbered": ("account", "person", "kind", "sent_on", "answered_on"),
        "in_order": (("sent_on", "answered_on"),),
    },
    "touch": {"needs": (WHO, ("occurred_at",)), "numbered": ("account", "person", "kind", "occurred_at")},
    "setting": {"needs": (WHO, ("setting",))},
    "entitlement": {"needs": (("account",), ("metric",), ("allowance",))},
    "feature": {"needs": (("feature",),)},
    "goal": {"needs": (("account",), ("category",)), "numbered": ("account", "category", "promised_on")},
    "account_history": {"needs": (("account",), ("field",), ("from_on",))},
    "deal": {"needs": (("account",), ("stage",)), "numbered": ("account", "name", "created_on")},
    "invoice": {"needs": (("account",), ("paid_on",), ("amount",)), "numbered": ("account", "paid_on", "product")},
}
_KEYS = {"deal": ("deal",), "invoice": ("invoice",)}
KINDS = tuple(_RULES)


@cache
def kind_of(name: str) -> Kind:
    """The kind called `name`; raises Refused with those there are."""
    if name not in _RULES:
        raise Refused(f"A file cannot be read as {name!r}; it can be {', '.join(KINDS)}.")
    of_store = name in tables.KEYS
    columns = tables.columns(name) if of_store else _derived_columns()[name]
    return Kind(name, columns, tables.KEYS[name] if of_store else _KEYS[name], **_RULES[name])


@cache
def _derived_columns() -> dict[str, dict[str, str]]:
    return tables.columns_of_schema(_DERIVED)
