"""Facts: account-level relations with a stated grain; the one place where definitions meet data.

outcome.sql   outcome_lost, outcome_lapsed, outcome_cancelled (opens_on, closes_on, as_of, grace_days)
usage.sql     usage_before (day, n_weeks); use_span (as_of): of which days use is known
written.sql   the accounts and the written tables the facts below read, where a cursor has none of its own (written: as it has)
touch.sql     touch_on (as_of): contacts by the team, of files and written
renewal_terms.sql, renewals.sql, moves.sql   which term renews which, what was due, what moved, who was a customer when;
              renewals: lays the terms on a cursor
ahead.sql     renewal_ahead, known_ahead (days): renewals ahead of past days, what was known then, what came; ahead: as a data frame
before_renewal.sql, before_seats.sql   what accounts had before the days laid as renewal_reading, and their seats in use
terms.sql, use.sql, reached.sql, stages.sql, contact.sql, risk.sql, standing.sql   how accounts stand as of a day, each on
              those before it
cohorts.sql   who began when, and what is known of them since
carried.sql   trait_before (day): features, settings and behaviours an account had before a day; corner.sql: corner_on (as_of)
health_terms.sql, health_use.sql, health_steps.sql, health_reading.sql, health_said.sql   what is known of accounts at the end of
              every week; health: lays them, and the scores that healthrules makes of them
prediction.sql   readings as numbers, beside what came; prediction: the chance of a loss, learnt from them as of past days
shelf         what a snapshot is made into once, kept beside it
one.sql       facts of one account: its terms, its weeks, its peers; said.sql: what was written about it
journey.sql   journey_spell_on (as_of): the stays of accounts in the stages of their journey; journey: lays its stages on a cursor
settings.sql  setting_on (as_of): the configuration choices in use
people.sql, lives.sql, adopting.sql   people, their class on a day, their lives, and accounts as users; people: what they bind
features.sql  features, and what accounts use of them
addressees.sql   people as whom one may write to; addressees: conditions on them as SQL; goalread: as of past days
kpi_*.sql     what every account adds to a KPI, a family of them a file; kpis: which there are, and what they bind
signal_*.sql  what rules of exceptions are told by, and of whom; exception_spells.sql: when they held;
              exception_states.sql: what was done about it; exceptions: lays them; exceptionqueue: when a CSM is told of them;
              exceptionsaid: what they say, in words
plays.sql     exceptions with the play that was started for each, and what came of it; plays: lays them, and who does what by when
saves         save plans, and accounts at risk without one, with what became of them
trying.sql, limits.sql, effort.sql   what the revenue levers are told by: trials, seats, allowances, weeks and people;
              barriers.sql: where people are held up
trials        trials under way
levers        what accounts are worth by currency, and what the facts of levers bind
moved         in which stage accounts stand by one journey, and by another
about         what a form needs to know of the accounts it is about
levels        which values of a dimension a base tells apart
days          days that are asked for, and fiscal quarters
paging        the rows of a list that are asked for at once
base          the customer base of a question: outcome and dimensions of every account at risk
open_store    a store's current snapshot with all facts in reach
"""

from functools import cache
from pathlib import Path

from lib.store.opening import Snapshot, open_snapshot

_IN_ORDER = (
    "outcome", "usage", "written", "touch", "renewal_terms", "renewals", "moves", "ahead", "terms", "use", "reached", "stages",
    "contact", "risk", "standing", "before_renewal", "before_seats", "health_terms", "health_use", "health_steps",
    "health_reading", "health_said", "prediction", "one", "said", "settings", "people", "lives", "adopting", "cohorts", "carried",
    "corner", "kpi_seats", "kpi_onboarding", "journey", "kpi_voice", "kpi_growth", "kpi_use", "features", "kpi_features",
    "barriers", "signal_use", "signal_people", "signal_contact", "signal_terms", "signal_journey", "signal_gates",
    "exception_spells", "exception_states", "addressees", "plays",
    "trying", "limits", "effort",
)  # fmt: skip


@cache
def scripts() -> tuple[str, ...]:
    """The SQL of every fact, as macros for an opened snapshot; a fact stands behind those it is made of."""
    return tuple((Path(__file__).parent / f"{name}.sql").read_text() for name in _IN_ORDER)


def open_store(store: Path) -> Snapshot:
    """Open the current snapshot of `store` with the facts installed."""
    return open_snapshot(store, scripts())
