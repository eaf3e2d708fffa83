"""How readers mapped the headers of a file: the next file of the same layout is read the same way.

remember   a mapping
recall     the reader's own, else the newest of anybody
"""

from collections.abc import Mapping
from datetime import datetime

from lib.workspace import rows
from lib.workspace.opening import Workspace

TABLE = "mapping"


def remember(
    workspace: Workspace, fingerprint: str, kind: str, mapping: Mapping[str, object], *, who: str, now: datetime
) -> None:
    """Remember how `who` mapped a file of this layout as the table `kind`; the same again writes nothing."""
    key = {"fingerprint": fingerprint, "kind": kind, "who": who}
    rows.put(workspace, TABLE, key, {"mapping": dict(mapping)}, by=who, now=now)


def recall(workspace: Workspace, fingerprint: str, kind: str, *, who: str) -> dict[str, object] | None:
    """The mapping to begin with; None where nobody had such a file."""
    found = rows.rows(workspace, TABLE, where={"fingerprint": fingerprint, "kind": kind})
    found.sort(key=lambda row: (row["who"] == who, row.changed_at), reverse=True)
    return found[0]["mapping"] if found else None
