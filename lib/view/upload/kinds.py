"""What sheets and columns can be, as people say it.

LABELS        kind -> what it is called, and what a row of it is
kind_label    Accounts – one row per customer
kind_name     Accounts
rows_of       what n of its rows are called within a sentence: account, contracts
field_label   what a column becomes
choices       the fields a column of a sheet can become
"""

from collections.abc import Callable

from lib.errors import Refused
from lib.store.ingest.fields import fields_of
from lib.store.ingest.kinds import KINDS, kind_of
from lib.view.upload.state import PLAIN, SKIP, Sheet
from lib.view.words import word

LABELS = {
    "account": ("Accounts", "one row per customer"),
    "contract": ("Contracts", "one row per term and product"),
    "person": ("People", "one row per end user"),
    "event": ("Usage events", "one row per thing somebody did"),
    "milestone": ("Milestones", "one row per stage reached"),
    "ticket": ("Support tickets", "one row per ticket"),
    "survey": ("Surveys", "one row per survey sent"),
    "touch": ("Touches", "one row per call, email or meeting"),
    "setting": ("Settings", "one row per configuration choice"),
    "entitlement": ("Allowances", "one row per account and what it may use"),
    "feature": ("Features", "one row per feature of the product"),
    "goal": ("Goals", "one row per outcome promised"),
    "account_history": ("Account history", "one row per value an account had"),
    "deal": ("Deals", "one row per opportunity"),
    "invoice": ("Invoices", "one row per payment"),
    SKIP: ("Leave it out", ""),
}
FOUND_LATER = ""


def kind_label(kind: str) -> str:
    """Accounts – one row per customer."""
    name, row = LABELS.get(kind, (word(kind), ""))
    return f"{name} – {row}" if row else name


def kind_name(kind: str) -> str:
    """Accounts."""
    return LABELS.get(kind, (word(kind),))[0]


def rows_of(kind: str, n: int) -> str:
    """What n rows of a kind are called within a sentence."""
    said = kind_name(kind).lower()
    return said[:-1] if n == 1 and said.endswith("s") else said


def kinds_of(sheet: Sheet) -> list[str]:
    """Every kind a sheet can be: what it looks like first, then its rivals, then the rest, then left out."""
    likely = [sheet.kind, sheet.recognised, *sheet.rivals]
    return [*dict.fromkeys(kind for kind in (*likely, *KINDS) if kind != SKIP), SKIP]


def keeps(kind: str) -> bool:
    """Whether columns that are no field are kept, as dimensions."""
    try:
        return kind_of(kind).keeps
    except Refused:
        return False


def choices(sheet: Sheet) -> list[str]:
    """The fields a column of this sheet can become."""
    known = sheet.fields if sheet.kind == sheet.found_as and sheet.fields else _fields(sheet.kind)
    more = [PLAIN, SKIP] if keeps(sheet.kind) else [PLAIN]
    first = [] if sheet.map else [FOUND_LATER]
    return list(
        dict.fromkeys([*first, *(name for name in known if name not in (PLAIN, SKIP)), *more, *sheet.map.values()])
    )


def field_label(kind: str) -> Callable[[str], str]:
    """How the fields of a kind are called."""
    plain_one = "kept as it is" if keeps(kind) else "not used"
    said = {PLAIN: plain_one, SKIP: "left out", FOUND_LATER: "found when it is read"}
    return lambda name: said.get(name) or word(name)


def _fields(kind: str) -> list[str]:
    try:
        return list(fields_of(kind))
    except Refused:
        return []
