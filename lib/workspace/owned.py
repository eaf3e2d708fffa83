"""What somebody keeps under a name, for themselves or for all: rows with an owner, whom alone they let change them.

Owned   a table of such rows, and what people call one
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lib.errors import Refused
from lib.workspace import rows
from lib.workspace.opening import Workspace
from lib.workspace.rows import Row


@dataclass(frozen=True)
class Owned:
    """A table whose rows have an owner, a name, and may be shared; `says` is what people call one."""

    table: str
    says: str

    def save(
        self, workspace: Workspace, name: str, values: Mapping[str, object], *, is_shared: bool, by: str, now: datetime
    ) -> Row:
        """Keep one; raises Refused where its owner has one of that name."""
        whole = {**values, "owner": by, "name": name, "is_shared": is_shared}
        return rows.add(workspace, self.table, whole, by=by, now=now)

    def own(self, workspace: Workspace, who: str) -> list[Row]:
        """Those of `who`, by name."""
        return _by_name(rows.rows(workspace, self.table, where={"owner": who}))

    def shared(self, workspace: Workspace, who: str) -> list[Row]:
        """Those that others than `who` share, by name."""
        found = rows.rows(workspace, self.table, where={"is_shared": True})
        return _by_name([row for row in found if row["owner"] != who])

    def find(self, workspace: Workspace, id: str, *, who: str) -> Row:
        """The one with this id, if it is shared or one's own."""
        row = rows.find(workspace, self.table, id)
        if row is None or not (row["is_shared"] or row["owner"] == who):
            raise Refused(
                f"There is no such {self.says}, or it is not shared. Ask whoever gave you the link to share it."
            )
        if row.removed_at:
            raise Refused(f"The {self.says} {row['name']!r} was removed by {row.changed_by}.")
        return row

    def change(
        self, workspace: Workspace, id: str, version: int, values: Mapping[str, object], *, by: str, now: datetime
    ) -> Row:
        """Change columns of one's own, by the version that was read."""
        self._require_owner(workspace, id, by)
        return rows.change(workspace, self.table, id, version, values, by=by, now=now)

    def remove(self, workspace: Workspace, id: str, version: int, *, by: str, now: datetime) -> Row:
        """Take one's own away."""
        self._require_owner(workspace, id, by)
        return rows.remove(workspace, self.table, id, version, by=by, now=now)

    def restore(self, workspace: Workspace, id: str, version: int, *, by: str, now: datetime) -> Row:
        """Bring one's own back."""
        self._require_owner(workspace, id, by)
        return rows.restore(workspace, self.table, id, version, by=by, now=now)

    def _require_owner(self, workspace: Workspace, id: str, by: str) -> None:
        """Looked up on its own: an owner never changes."""
        row = rows.find(workspace, self.table, id)
        if row is None or not (row["is_shared"] or row["owner"] == by):
            raise Refused(f"There is no such {self.says}.")
        if row["owner"] != by:
            raise Refused(
                f"The {self.says} {row['name']!r} is {row['owner']}'s; only its owner changes it. "
                "Save it under your own name."
            )


def _by_name(found: list[Row]) -> list[Row]:
    return sorted(found, key=lambda row: (row["name"].casefold(), row.values.get("page", ""), row["owner"]))
