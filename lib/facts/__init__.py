"""Facts: account-level relations with a stated grain; the one place where definitions meet data.

outcome.sql   outcome_lost, outcome_lapsed, outcome_cancelled (opens_on, closes_on, as_of, grace_days)
usage.sql     usage_before (day, n_weeks)
levels        which values of a dimension a base tells apart
base          the customer base of a question: outcome and dimensions of every account at risk
open_store    a store's current snapshot with all facts in reach
"""

from functools import cache
from pathlib import Path

from lib.store.opening import Snapshot, open_snapshot


@cache
def scripts() -> tuple[str, ...]:
    """The SQL of every fact, as macros for an opened snapshot."""
    return tuple(path.read_text() for path in sorted(Path(__file__).parent.glob("*.sql")))


def open_store(store: Path) -> Snapshot:
    """Open the current snapshot of `store` with the facts installed."""
    return open_snapshot(store, scripts())
