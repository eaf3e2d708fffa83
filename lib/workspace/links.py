"""Books too long for an address: kept here, and the link carries their hash.

keep   a query -> its hash; the same query always has the same one
find   back
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

from lib.workspace import rows
from lib.workspace.opening import Workspace

TABLE = "link"


def keep(workspace: Workspace, query: Mapping[str, list[str]], *, by: str, now: datetime) -> str:
    """Keep `query` and give its hash. Refuses one of over 1 MB."""
    written = json.dumps(query, sort_keys=True, default=str)
    name = hashlib.sha256(written.encode()).hexdigest()[:32]
    rows.add_once(workspace, TABLE, name, {"query": dict(query)}, by=by, now=now)
    return name


def find(workspace: Workspace, name: str) -> dict[str, list[str]] | None:
    """The query of a hash; None where nobody kept it."""
    row = rows.find(workspace, TABLE, name)
    return row["query"] if row and not row.removed_at else None
