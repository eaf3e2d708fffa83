"""Secrets come from the environment, as ${VARIABLE}, and go into no message.

Secrets   fills variables in, remembers what it filled in during a run, and takes that out of what is said
"""

import os
import re
from collections.abc import Mapping
from urllib.parse import quote, quote_plus

from lib.errors import Refused

VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
HIDDEN = "***"
LONGEST = 500  # characters of a message of somebody else's


class Secrets:
    """The values that must not be shown."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ if environment is None else environment
        self._values: set[str] = set()

    def keep(self, value: str | None) -> None:
        """Hide `value` from now on."""
        if value:
            self._values |= {value, quote(value), quote(value, safe=""), quote_plus(value), repr(value)[1:-1]}

    def filled(self, text: str, where: str) -> str:
        """The text with every ${VARIABLE} replaced by its value, which is hidden from then on; refuses an unset one."""

        def value(found: re.Match) -> str:
            if found[1] not in self._environment:
                raise Refused(f"{where} asks for the environment variable {found[1]}, which is not set. Set it first.")
            self.keep(self._environment[found[1]])
            return self._environment[found[1]]

        return VARIABLE.sub(value, text)

    def without(self, text: str) -> str:
        """The text without what must not be shown."""
        for value in sorted(self._values, key=len, reverse=True):
            text = text.replace(value, HIDDEN)
        return text

    def hidden(self, said: object) -> str:
        """What was said, on one line and not too long, without what must not be shown."""
        text = " ".join(self.without(str(said)).split())
        return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"
