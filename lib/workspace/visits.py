"""When a reader saw a page before, and the last day of the data they saw then: "since your last visit".

Visit      one visit
note       a reader is here: the visit before this one
previous   the same, without being here
Two rows a reader and page are kept; the older one is written over.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lib.workspace import rows
from lib.workspace.opening import Workspace
from lib.workspace.rows import Conflict, Row
from lib.workspace.sheets import MOMENT

TABLE = "visit"
ONE_VISIT = timedelta(hours=1)  # whoever opens the page again within it is still there: a reload is no visit


@dataclass(frozen=True)
class Visit:
    """When it was, and the last day of the data that was seen; None where the data had no dates, or nobody kept it."""

    at: datetime
    data_to: date | None = None


def note(workspace: Workspace, page: str, *, who: str, now: datetime, data_to: date | None = None) -> Visit | None:
    """Remember that `who` opened `page` with data up to `data_to`; gives the last visit, None where this is the first."""
    at = MOMENT.kept("now", now)
    seen = _seen(workspace, page, who)
    if seen and at - seen[0]["visited_at"] < ONE_VISIT:
        if data_to != seen[0]["data_to"]:  # newer data came meanwhile, and they see it
            _change(workspace, seen[0], {"data_to": data_to}, who, at)
        return _before(seen, seen[0]["visited_at"])
    if len(seen) < 2:
        values = {"who": who, "page": page, "visited_at": at, "data_to": data_to}
        rows.add(workspace, TABLE, values, by=who, now=at)
    else:
        _change(workspace, seen[-1], {"visited_at": at, "data_to": data_to}, who, at)
    return _before(seen, at)


def previous(workspace: Workspace, page: str, *, who: str) -> Visit | None:
    """The visit of `who` before their newest one of `page`; None where there was no other."""
    seen = _seen(workspace, page, who)
    return _before(seen, seen[0]["visited_at"]) if seen else None


def _change(workspace: Workspace, row: Row, values: dict, who: str, at: datetime) -> None:
    with suppress(Conflict):  # another window of the same reader was first
        rows.change(workspace, TABLE, row.id, row.version, values, by=who, now=at)


def _seen(workspace: Workspace, page: str, who: str) -> list[Row]:
    return rows.rows(workspace, TABLE, where={"who": who, "page": page})


def _before(seen: list[Row], at: datetime) -> Visit | None:
    """The newest visit that is another than that of `at`."""
    earlier = (row for row in seen if at - row["visited_at"] >= ONE_VISIT)
    return next((Visit(row["visited_at"], row["data_to"]) for row in earlier), None)
