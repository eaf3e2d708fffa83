"""My book: every account of the book as it stands on the day, and the tiles above them.

listing   `mybook`: the accounts, one row each, sorted, searched and paged
changes   `changes`: what is different about them from an earlier day
tiles     `mybook_tiles`: how many accounts and how much ARR each tile stands for, and 30 days before
LISTED    SQL: which accounts are listed, those that are live or whose renewal is pending
RENEWING  SQL: whose renewal is near, or in grace
ONLY      name -> SQL over RISK: what a tile counts, and which rows `only` keeps, so that the two cannot differ
AT_RISK     what puts an account at risk, in words
parameters  what a statement of this package binds
"""

from lib.book import Book
from lib.definitions import Definitions
from lib.facts import standing

LISTED = "(is_live or is_pending)"
RENEWING = "coalesce(days_to_renewal <= $renewing_days, false)"  # in grace: the renewal day is past, and still counts
ONLY = {
    "accounts": "true",
    "arr": "true",
    "at_risk": "is_at_risk",
    "renewing": RENEWING,
    "at_risk_and_renewing": f"(is_at_risk and {RENEWING})",
    "in_grace": "is_pending",
    "under_used": "utilisation = list_extract($utilisation_labels::varchar[], 1)",
    "dropping": "movement = 'significant drop'",
    "rising": "movement = 'rising'",
}
AT_RISK = "notice given, asked to cancel, in a save plan, health red, use down by much, or a low sentiment."


def parameters(sql: str, book: Book, definitions: Definitions) -> dict:
    """The values `sql` binds, of the book and of the words."""
    renewing = {"renewing_days": definitions.standing.renewing_days} if "$renewing_days" in sql else {}
    return standing.parameters(sql, book.as_of, definitions) | renewing
