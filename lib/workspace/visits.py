"""When a reader saw a page before: "since your last visit".

note       a reader is here: the visit before this one
previous   the same, without being here
Two rows a reader and page are kept; the older one is written over.
"""

from contextlib import suppress
from datetime import datetime, timedelta

from lib.workspace import rows
from lib.workspace.opening import Workspace
from lib.workspace.rows import Conflict, Row
from lib.workspace.tables import MOMENT

TABLE = "visit"
ONE_VISIT = timedelta(hours=1)  # whoever opens the page again within it is still there: a reload is no visit


def note(workspace: Workspace, page: str, *, who: str, now: datetime) -> datetime | None:
    """Remember that `who` opened `page`; gives when they came the last time, None where it is the first."""
    at = MOMENT.kept("now", now)
    seen = _seen(workspace, page, who)
    if seen and at - seen[0]["visited_at"] < ONE_VISIT:
        return _before(seen, seen[0]["visited_at"])
    if len(seen) < 2:
        rows.add(workspace, TABLE, {"who": who, "page": page, "visited_at": at}, by=who, now=at)
    else:
        with suppress(Conflict):  # another window of the same reader was first
            rows.change(workspace, TABLE, seen[-1].id, seen[-1].version, {"visited_at": at}, by=who, now=at)
    return _before(seen, at)


def previous(workspace: Workspace, page: str, *, who: str) -> datetime | None:
    """When `who` came before their newest visit of `page`; None where there was no other."""
    seen = _seen(workspace, page, who)
    return _before(seen, seen[0]["visited_at"]) if seen else None


def _seen(workspace: Workspace, page: str, who: str) -> list[Row]:
    return rows.rows(workspace, TABLE, where={"who": who, "page": page})


def _before(seen: list[Row], at: datetime) -> datetime | None:
    """The newest visit that is another than that of `at`."""
    return next((row["visited_at"] for row in seen if at - row["visited_at"] >= ONE_VISIT), None)
