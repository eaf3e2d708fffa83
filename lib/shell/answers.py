"""An answer from a shell: the book the options name, the measure asked, its table printed.

answer     the command of every measure
found      its answer
show       print an answer, and beside it what was left out
scope_of   what the viewer who was named may see
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from lib import roles
from lib.book import Book, year_to
from lib.errors import Refused
from lib.measures import Answer
from lib.measures.registry import MEASURES, reads
from lib.scope import ALL, Scope
from lib.shell.output import say, write
from lib.shell.wording import definitions_of
from lib.store.opening import FAULTS, Snapshot


def answer(options: argparse.Namespace) -> None:
    """Print the answer of the measure that was named, and beside it what was left out and what to know."""
    show(found(options), options.format)


def found(
    options: argparse.Namespace, more: Callable[[Snapshot], Mapping[str, object]] = lambda snapshot: {}
) -> Answer:
    """The answer of the measure that was named, of the book the options name; `more` says what else it is asked."""
    from lib.facts import open_store
    from lib.facts.ask import ask
    from lib.measures.registry import measure

    words = definitions_of(options)
    snapshot = open_store(options.store)
    book, asks = _book(options, snapshot, options.where), {**_asked(options), **more(snapshot)}

    def asked(snapshot: Snapshot) -> Answer:
        with ask(snapshot, book, words, scope_of(options), _written(options, book)) as con:
            return measure(options.measure)(con, book, words, **asks)

    try:
        return asked(snapshot)
    except FAULTS:  # of DuckDB itself: the data is opened anew, and mostly answers then
        return asked(open_store(options.store))


def show(found: Answer, form: str) -> None:
    """Print an answer, and beside it what was left out and what to know."""
    print(write(found.table, form), end="")
    for row in found.left_out.itertuples():
        say(f"left out: {row.n:,}: {row.reason}")
    for note in found.notes:
        say(note)


def _written(options: argparse.Namespace, book: Book) -> dict:
    """What people wrote in the app, of what the answer depends on."""
    from lib.workspace import default_url, frame, is_there, open_workspace

    names = reads(options.measure, is_cut_by_states=bool(book.states))
    url = options.workspace or default_url(beside=options.store)
    if not names or not (options.workspace or is_there(url)):
        return {}
    workspace = open_workspace(url)
    try:
        return {name: frame(workspace, name) for name in names}
    finally:
        workspace.close()


def scope_of(options: argparse.Namespace) -> Scope:
    """What the viewer who was named may see; all where nobody was."""
    if options.viewer is None:
        return ALL
    role = roles.load(options.secrets).of(options.viewer)
    if role is None:
        raise Refused(f"{options.viewer!r} has no role in {options.secrets}, so there is nothing they see.")
    return role.scope(options.today)


def _asked(options: argparse.Namespace) -> dict:
    """The options that were given, as the measure takes them."""
    asked = {option.name: getattr(options, option.name) for option in MEASURES[options.measure].options}
    if asked.get("within"):
        asked["within"] = [(name, value or None) for name, value in asked["within"]]
    if asked.get("bands"):
        asked["bands"] = dict(asked["bands"])
    return {name: value for name, value in asked.items() if value is not None}


def _book(options: argparse.Namespace, snapshot: Snapshot, where: Sequence[tuple[str, str]]) -> Book:
    """The period the options name, and filters; by default the year to the last day the data knows."""
    as_of = options.as_of or snapshot.manifest.as_of or snapshot.manifest.received_on
    book = year_to(as_of)
    if options.closes_on:
        book = replace(year_to(options.closes_on), closes_on=options.closes_on, as_of=as_of)
    if options.opens_on:
        book = replace(book, opens_on=options.opens_on)
    if book.opens_on >= book.closes_on:
        raise Refused(f"The period ends ({book.closes_on}) before it opens ({book.opens_on}).")
    for name in dict.fromkeys(name for name, _ in where):
        dimension = snapshot.dimension(name)
        values = [value or None for key, value in where if key == name]
        book = book.where(dimension.name, values)
    return book
