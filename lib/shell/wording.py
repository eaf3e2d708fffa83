"""The definitions from a shell: which versions people made, what one says, and which an answer is by.

definitions     print the versions, or one as a definitions file
definitions_of  those the options name: a file, a version by its hash; else those in force
"""

import argparse
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from lib.definitions import DEFAULT, Definitions, load
from lib.errors import Refused
from lib.shell.output import write
from lib.workspace import Workspace, default_url, is_there, open_workspace, wording

COLUMNS = ["hash", "made_at", "made_by", "comment", "changed"]
_HASH = re.compile("[0-9a-f]{12}")


def definitions(options: argparse.Namespace) -> None:
    """Print the versions there are, newest first and the default last, or one of them as a definitions file."""
    if options.show:
        import tomli_w

        print(tomli_w.dumps(_of_hash(options, options.show).words()), end="")
        return
    with _opened(options) as space:
        found = wording.versions(space) if space else []
    before = [*(each.definitions for each in found[1:]), load()]
    listed = [
        [each.name, each.made_at, each.made_by, each.comment, ", ".join(wording.changes(was, each.definitions))]
        for each, was in zip(found, before, strict=False)  # of none, the default stands alone
    ]
    listed.append([load().hash, pd.NaT, None, DEFAULT.name, None])
    print(write(pd.DataFrame(listed, columns=COLUMNS), options.format), end="")


def definitions_of(options: argparse.Namespace) -> Definitions:
    """The definitions the options name, a file or a hash; without a word those in force."""
    named = getattr(options, "definitions", None)
    if named:
        return _of_hash(options, named) if _HASH.fullmatch(named) and not Path(named).exists() else load(Path(named))
    with _opened(options) as space:
        found = space and wording.newest(space)
    return found.definitions if found else load()


def _of_hash(options: argparse.Namespace, name: str) -> Definitions:
    with _opened(options) as space:
        found = space and wording.of_hash(space, name)
    if found:
        return found.definitions
    if name == load().hash:
        return load()
    raise Refused(f"No definitions are kept under {name!r}; python -m lib definitions lists those there are.")


@contextmanager
def _opened(options: argparse.Namespace) -> Iterator[Workspace | None]:
    """The workspace; None where there is none, so that nobody changed anything."""
    named = getattr(options, "workspace", None)
    url = named or default_url(beside=options.store)
    if not (named or is_there(url)):
        yield None
        return
    space = open_workspace(url)
    try:
        yield space
    finally:
        space.close()
