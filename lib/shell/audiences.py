"""Audiences from a shell: which there are, and who is in one today.

audiences   print those there are; of a viewer, their own and the shared ones
audience    print the members of one, or the letters of one that has a campaign, and how many are left out
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import pandas as pd

from lib.book import year_to
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
    """Print who is in an audience today, or in a ready campaign of that name, with the letter each gets where one is written;
    without those who are spared unless all are asked for."""
    from lib.facts import open_store
    from lib.facts.ask import ask
    from lib.measures.registry import measure, reads

    scope = scope_of(options)
    words = definitions_of(options)
    snapshot = open_store(options.store)
    last_day = snapshot.manifest.as_of or snapshot.manifest.received_on
    is_ready = options.name in {each.campaign for each in words.campaigns.ready}
    row, said = None, {}
    if not is_ready or is_there(options.workspace or default_url(beside=options.store)):
        with _opened(options) as space:
            visible = _visible(space, options.viewer)
            if not is_ready or any(each["name"] == options.name for each in visible):
                row = _named(visible, options)
            said = {name: frame(space, name) for name in reads("letters", is_cut_by_states=True)}
    book = kept.asked(row).book_on(last_day) if row else year_to(last_day)
    name, asked = _asked(row, options)
    try:
        with ask(snapshot, book, words, scope, said) as con:
            found = measure(name)(con, book, words, **asked)
    except Refused:
        if row is None or scope.is_all or _is_own(row, options.viewer):
            raise
        # why would tell what another's question names
        raise Refused("This audience asks for what this data does not have, or for what you do not see.") from None
    show(replace(found, table=found.table.drop(columns=["n_rows"])), options.format)


def _asked(row: Row | None, options: argparse.Namespace) -> tuple[str, dict]:
    """The measure that answers, and how it is asked: letters of what has a campaign, else members."""
    about = {"feature": options.feature} if options.feature else {}
    if row is None:
        return "letters", {"campaign": options.name, "which": "all" if options.all else "to_write", **about}
    question = kept.asked(row)
    asked = {"asks": question.asks, "options": question.options}
    if question.campaign:
        asked |= {
            "campaign": json.dumps(dict(question.campaign)),
            "which": "all" if options.all else "to_write",
            **about,
        }
        return "letters", asked
    return "members", asked | {"which": "all" if options.all else "reachable"}


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
