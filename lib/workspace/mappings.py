"""How readers mapped the headers of a file: the next file of the same layout is read the same way.

remember   a mapping
recall     the reader's own, else, where others' count, the newest of anybody
Mapped     what was remembered, of whom and since when
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lib.workspace import rows
from lib.workspace.opening import Workspace

TABLE = "mapping"


@dataclass(frozen=True)
class Mapped:
    """What was remembered, who mapped so, and when."""

    mapping: dict[str, object]
    who: str
    on: datetime


def remember(
    workspace: Workspace, fingerprint: str, kind: str, mapping: Mapping[str, object], *, who: str, now: datetime
) -> None:
    """Remember how `who` mapped a file of this layout as the table `kind`; the same again writes nothing."""
    key = {"fingerprint": fingerprint, "kind": kind, "who": who}
    rows.put(workspace, TABLE, key, {"mapping": dict(mapping)}, by=who, now=now)


def recall(workspace: Workspace, fingerprint: str, kind: str, *, who: str, is_shared: bool = True) -> Mapped | None:
    """The mapping to begin with; None where nobody had such a file. is_shared: whether that of somebody else counts."""
    found = rows.rows(workspace, TABLE, where={"fingerprint": fingerprint, "kind": kind})
    found = [row for row in found if is_shared or row["who"] == who]
    found.sort(key=lambda row: (row["who"] == who, row.changed_at), reverse=True)
    return Mapped(found[0]["mapping"], found[0]["who"], found[0].changed_at) if found else None
