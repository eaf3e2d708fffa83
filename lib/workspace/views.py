"""Saved views: a page with everything chosen on it, under a name. Only its owner changes one.

save        keep a view
own         those of a reader
shared      those that others share
open_view   one of them, by its id
rename, share, repoint, remove   change one, by the version that was read
"""

from collections.abc import Mapping
from datetime import datetime

from lib.errors import Refused
from lib.workspace import rows
from lib.workspace.opening import Workspace
from lib.workspace.rows import Row

TABLE = "saved_view"


def save(
    workspace: Workspace,
    name: str,
    page: str,
    query: Mapping[str, list[str]],
    *,
    is_shared: bool = False,
    by: str,
    now: datetime,
) -> Row:
    """Keep a view; raises Refused where its owner has one of that name on the page."""
    values = {"owner": by, "page": page, "name": name, "query": dict(query), "is_shared": is_shared}
    return rows.add(workspace, TABLE, values, by=by, now=now)


def own(workspace: Workspace, who: str) -> list[Row]:
    """The views of `who`, by name."""
    return _by_name(rows.rows(workspace, TABLE, where={"owner": who}))


def shared(workspace: Workspace, who: str) -> list[Row]:
    """The views that others than `who` share, by name."""
    return _by_name([row for row in rows.rows(workspace, TABLE, where={"is_shared": True}) if row["owner"] != who])


def open_view(workspace: Workspace, id: str, *, who: str) -> Row:
    """The view with this id, if it is shared or one's own."""
    row = rows.find(workspace, TABLE, id)
    if row is None or not (row["is_shared"] or row["owner"] == who):
        raise Refused("There is no such view, or it is not shared. Ask whoever gave you the link to share it.")
    if row.removed_at:
        raise Refused(f"The view {row['name']!r} was removed by {row.changed_by}.")
    return row


def rename(workspace: Workspace, id: str, version: int, name: str, *, by: str, now: datetime) -> Row:
    """Give a view another name."""
    _require_owner(workspace, id, by)
    return rows.change(workspace, TABLE, id, version, {"name": name}, by=by, now=now)


def share(workspace: Workspace, id: str, version: int, is_shared: bool, *, by: str, now: datetime) -> Row:
    """Let others see a view, or no longer."""
    _require_owner(workspace, id, by)
    return rows.change(workspace, TABLE, id, version, {"is_shared": is_shared}, by=by, now=now)


def repoint(
    workspace: Workspace, id: str, version: int, query: Mapping[str, list[str]], *, by: str, now: datetime
) -> Row:
    """Let a view show something else."""
    _require_owner(workspace, id, by)
    return rows.change(workspace, TABLE, id, version, {"query": dict(query)}, by=by, now=now)


def remove(workspace: Workspace, id: str, version: int, *, by: str, now: datetime) -> Row:
    """Take a view away."""
    _require_owner(workspace, id, by)
    return rows.remove(workspace, TABLE, id, version, by=by, now=now)


def _require_owner(workspace: Workspace, id: str, by: str) -> None:
    """Looked up on its own: an owner never changes."""
    row = rows.find(workspace, TABLE, id)
    if row is None or not (row["is_shared"] or row["owner"] == by):
        raise Refused("There is no such view.")
    if row["owner"] != by:
        raise Refused(
            f"The view {row['name']!r} is {row['owner']}'s; only its owner changes it. Save it under your own name."
        )


def _by_name(found: list[Row]) -> list[Row]:
    return sorted(found, key=lambda row: (row["name"].casefold(), row["page"], row["owner"]))
