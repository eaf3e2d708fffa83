"""Who views, and what of it they may see. The one place where sign-in will stand.

Viewer   who it is, and the name of their scope: part of every cache key
viewer   the viewer of this run; for now everyone sees all
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Viewer:
    """A reader and their scope."""

    name: str
    scope: str


def viewer() -> Viewer:
    """The viewer of this run."""
    return Viewer("everyone", "all")
