"""Scope: the accounts a viewer may see. A relation below the Book and never a part of it: no link and no filter widens it.

Scope     all accounts, or those of some CSMs
ALL       the scope of leaders, of admins, and of a house without sign-in
NOBODY    the scope of somebody without a role
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scope:
    """`csms` are those whose accounts may be seen, as the accounts name them now; None is all accounts, () is none."""

    csms: tuple[str, ...] | None = None

    @property
    def is_all(self) -> bool:
        """Whether nothing is hidden."""
        return self.csms is None

    @property
    def key(self) -> str:
        """Names this scope and no other: part of every cache key."""
        return "all" if self.is_all else repr(sorted(self.csms))


ALL = Scope()
NOBODY = Scope(())
