"""What a reader likes: chosen columns and the like, one value a name. The last writer wins.

keep   remember a value
find   back
"""

from datetime import datetime

from lib.workspace import rows
from lib.workspace.opening import Workspace

TABLE = "preference"


def keep(workspace: Workspace, name: str, value: object, *, who: str, now: datetime) -> None:
    """Remember `value`, anything JSON can say; the same again writes nothing."""
    rows.put(workspace, TABLE, {"who": who, "name": name}, {"value": value}, by=who, now=now)


def find(workspace: Workspace, name: str, *, who: str, default: object = None) -> object:
    """What was remembered, or `default`."""
    found = rows.rows(workspace, TABLE, where={"who": who, "name": name}, most=1)
    return found[0]["value"] if found else default
