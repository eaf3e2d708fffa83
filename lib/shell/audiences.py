"""Audiences from a shell: which there are, and who is in one today.

audiences   print those there are; of a viewer, their own and the shared ones
audience    print the members of one, and how many are left out
"""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import pandas as pd

from lib.errors import Refused
from lib.shell.answers import scope_of, show
from lib.shell.output import write
from lib.shell.wording import definitions_of
from lib.workspace import Row, Workspace, default_url, frame, is_there, open_workspace, rows
from lib.workspace import audiences as kept

COLUMNS = ["name", "owner", "is_shared", "whom", "asks", "n_then", "made_at"]


def audiences(options: argparse.Namespace) -> None:
    """Print the audiences there are, by name."""
    sees_all, listed = scope_of(options).is_all, []
    with _opened(options) as space:
        found = _visible(space, options.viewer)
    for row in found:
        # what another's asks may name accounts that the viewer does not see, and its figure counts them
        is_known = sees_all or _is_own(row, options.viewer)
        said = (row["says"], row["n"]) if is_known else (None, None)
        listed.append([row["name"], row["owner"], row["is_shared"], row["whom"], *said, row.made_at])
    print(write(pd.DataFrame(listed, columns=COLUMNS).astype({"n_then": "Int64"}), options.format), end="")


def audience(options: argparse.Namespace) -> None:
    """Print who is in an audience today, without those who opted out or are deactivated unless all are asked for."""
    from lib.facts import open_store
    from lib.facts.ask import ask
    from lib.measures.registry import measure, reads

    scope = scope_of(options)
    words = definitions_of(options)
    snapshot = open_store(options.store)
    with _opened(options) as space:
        row = _named(_visible(space, options.viewer), options)
        question = kept.asked(row)
        book = question.book_on(snapshot.manifest.as_of or snapshot.manifest.received_on)
        said = {name: frame(space, name) for name in reads("members", is_cut_by_states=bool(book.states))}
    asked = {"asks": question.asks, "options": question.options, "which": "all" if options.all else "reachable"}
    try:
        with ask(snapshot, book, words, scope, said) as con:
            found = measure("members")(con, book, words, **asked)
    except Refused:
        if scope.is_all or _is_own(row, options.viewer):
            raise
        # why would tell what another's question names
        raise Refused("This audience asks for what this data does not have, or for what you do not see.") from None
    show(replace(found, table=found.table.drop(columns=["n_rows"])), options.format)


@contextmanager
def _opened(options: argparse.Namespace) -> Iterator[Workspace]:
    """The workspace; where there is none, nobody saved an audience."""
    url = options.workspace or default_url(beside=options.store)
    if not is_there(url):
        raise Refused("There is no workspace here, so no audience was saved. Say where it is with --workspace.")
    space = open_workspace(url)
    try:
        yield space
    finally:
        space.close()


def _visible(space: Workspace, viewer: str | None) -> list[Row]:
    """The audiences there are, by name; of a viewer their own and the shared ones."""
    found = [row for row in rows.rows(space, kept.TABLE) if viewer is None or row["is_shared"] or _is_own(row, viewer)]
    return sorted(found, key=lambda row: (row["name"].casefold(), row["owner"]))


def _is_own(row: Row, viewer: str | None) -> bool:
    return viewer is not None and row["owner"].casefold() == viewer.strip().casefold()


def _named(found: Sequence[Row], options: argparse.Namespace) -> Row:
    """The one called so; refuses where there is none, or several."""
    called = [row for row in found if row["name"] == options.name and options.owner in (None, row["owner"])]
    if not called:
        raise Refused(f"There is no audience {options.name!r}; python -m lib audiences lists those there are.")
    if len(called) > 1:
        owners = ", ".join(row["owner"] for row in called)
        raise Refused(f"{len(called)} audiences are called {options.name!r}; say whose with --owner: {owners}.")
    return called[0]
