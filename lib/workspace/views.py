"""Saved views: a page with everything chosen on it, under a name. Only its owner changes one.

save        keep a view
own         those of a reader
shared      those that others share
open_view   one of them, by its id
rename, share, repoint, remove   change one, by the version that was read
"""

from collections.abc import Mapping
from datetime import datetime

from lib.workspace.opening import Workspace
from lib.workspace.owned import Owned
from lib.workspace.rows import Row

TABLE = "saved_view"
_VIEWS = Owned(TABLE, "view")
own, shared, open_view, remove = _VIEWS.own, _VIEWS.shared, _VIEWS.find, _VIEWS.remove


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
    return _VIEWS.save(workspace, name, {"page": page, "query": dict(query)}, is_shared=is_shared, by=by, now=now)


def rename(workspace: Workspace, id: str, version: int, name: str, *, by: str, now: datetime) -> Row:
    """Give a view another name."""
    return _VIEWS.change(workspace, id, version, {"name": name}, by=by, now=now)


def share(workspace: Workspace, id: str, version: int, is_shared: bool, *, by: str, now: datetime) -> Row:
    """Let others see a view, or no longer."""
    return _VIEWS.change(workspace, id, version, {"is_shared": is_shared}, by=by, now=now)


def repoint(
    workspace: Workspace, id: str, version: int, query: Mapping[str, list[str]], *, by: str, now: datetime
) -> Row:
    """Let a view show something else."""
    return _VIEWS.change(workspace, id, version, {"query": dict(query)}, by=by, now=now)
