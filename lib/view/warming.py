"""What takes longest is made ready beside the readers: health and its predictions, and exceptions, of new data or of new words.

allow    from now on, as a server says when it starts; or no longer, as it stops
begin    at the start of a page, once for each snapshot and words: who opens Health then finds it made, or on its way
"""

import logging
from collections.abc import Mapping
from threading import Lock, Thread

from lib.book import year_to
from lib.definitions import Definitions
from lib.facts import exceptions, health, prediction
from lib.facts.ask import ask
from lib.store.opening import Snapshot
from lib.view import door, inforce, private, written

READ = tuple(dict.fromkeys((*health.WRITTEN, *exceptions.WRITTEN)))

_log = logging.getLogger("headlight")
_begun: set[tuple[str, str]] = set()
_lock = Lock()
_is_allowed = False


def allow(is_on: bool = True) -> None:
    """From now on, or no longer."""
    global _is_allowed
    _is_allowed = is_on


def begin() -> Thread | None:
    """Make ready what the snapshot of this run and the words in force are asked for most; None where it was begun before."""
    if not _is_allowed or private.is_on() or inforce.is_old():
        return None
    snapshot, meaning = door.whole_store(), door.definitions()
    with _lock:
        if (snapshot.version, meaning.hash) in _begun:
            return None
        _begun.add((snapshot.version, meaning.hash))
    thread = Thread(target=_make, args=(snapshot, meaning, written.tables(READ)), name="headlight warming", daemon=True)
    thread.start()
    return thread


def _make(snapshot: Snapshot, meaning: Definitions, said: Mapping) -> None:
    """Whatever goes wrong here goes wrong again where it is asked for, and is told there."""
    as_of = snapshot.manifest.as_of
    if as_of is None:
        return
    try:
        with ask(snapshot, year_to(as_of), meaning, written=said) as con:
            health.lay(con, as_of, meaning)
            prediction.lay(con, as_of, meaning)
            exceptions.lay(con, as_of, meaning)
    except Exception as error:
        _log.info("not made ready: %s", type(error).__name__)
