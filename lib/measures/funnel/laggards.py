"""Who is slow: accounts longer in a stage than most of their peers took, those first that come to value after their renewal.

laggards   a row per slow account, sorted, searched and paged; `n_rows` of them in all
COLUMNS    of the answer, whatever the options
SORTS      name -> SQL of the order
"""

import duckdb
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import standing
from lib.facts.paging import check_page
from lib.measures import Answer, left_out
from lib.measures.funnel.peers import told
from lib.measures.funnel.stays import are_named, stages_of

COLUMNS = [
    "account", "name", "csm", "segment", "journey", "stage", "entered_on", "slow_since", "days", "expected_days", "peers",
    "n_peers", "peers_dwell_days", "velocity", "percentile", "next_rate", "next_lo", "next_hi", "expected_on", "arr", "renews_on",
    "is_late_for_renewal", "n_rows",
]  # fmt: skip
SORTS = {
    "cost": "coalesce(is_late_for_renewal, false) desc, arr desc nulls last",
    "slowest": "percentile desc nulls last, velocity desc nulls last, days desc",
    "renewal": "renews_on nulls last, arr desc nulls last",
    "account": "coalesce(name, account)",
}
UNTOLD = "inside a stage of too few peers, or too few that completed it, and without expected days"
_STAYS = """create or replace temp table laggard_stay as
select
    spell._account, journey, place, stage, is_last, entered_on, days, ending, scope.segment::varchar as segment,
    nullif(expected_days, 0) as expected_days
from journey_spell_on($as_of, $grace_days) as spell
join (select _account, segment from scope) as scope on scope._account = spell._account"""
_COUNTED = """select
    journey, place, segment, days, ending,
    entered_on >= $opens_on::date and entered_on < least($closes_on::date, $as_of::date) as is_peer,
    count(*) as n
from laggard_stay
where not is_last
group by all"""


def laggards(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    stage: str | None = None,
    journey: str | None = None,
    sort: str = "cost",
    search: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """The accounts of the book inside a stage that are slow, rows `offset` to `offset + limit`; n_rows of them in all.

    stage, journey   those of one alone
    sort             cost (late for their renewal first, then ARR), slowest, renewal, account
    search           text that the account's id or name holds, whatever its case

    Slow: inside for as many days as those by which slow_share of the peers have completed the stage, or where no such day can be
    told for the expected ones. Peers came to the stage in the period and are of the account's segment as it is now; of all
    segments where those are too few. They are accounts of the scope, whatever the book is cut to.
    """
    if sort not in SORTS:
        raise Refused(f"There is no order {sort!r}; choose from {', '.join(SORTS)}.")
    check_page(limit, offset)
    stages = stages_of(con, journey)
    con.execute(_STAYS, {"as_of": book.as_of, "grace_days": definitions.renewals.grace_days})
    _check_stage(con, stage, stages, definitions)
    asked = {"as_of": book.as_of, "opens_on": book.opens_on, "closes_on": book.closes_on}
    counted = con.execute(_COUNTED, asked).df()
    con.register("peers_told", _as_table(told(counted, stages_of(con, None), definitions)))
    sql = _statement(sort)
    values = {"stage": stage, "journey": journey, "search": search.lower(), "limit": limit, "offset": offset}
    rows = con.execute(sql, standing.parameters(sql, book.as_of, definitions) | values).df()
    con.unregister("peers_told")
    n = {name: int(rows[name].iat[0]) for name in ("n_slow", "n_inside", "n_by_expected", "n_untold")}
    table = rows[rows["account"].notna()].reset_index(drop=True)
    table["is_late_for_renewal"] = table["is_late_for_renewal"].astype("boolean")
    return Answer(table[COLUMNS], left_out((UNTOLD, n["n_untold"])), _notes(n, definitions), f"{_STAYS};\n\n{sql}")


def _check_stage(con, stage: str | None, stages: pd.DataFrame, definitions: Definitions) -> None:
    """Raises Refused for a stage that none of the journeys asked has, or that nobody one sees has come to."""
    if stage is None:
        return
    reached = set(con.execute("select distinct journey, place from laggard_stay").fetchall())
    known = stages.loc[are_named(stages, reached, definitions), "stage"]
    if stage not in set(known):
        raise Refused(f"There is no such stage: there are {', '.join(dict.fromkeys(known)) or 'none'}.")


def _as_table(frame: pd.DataFrame):
    """The rows as the store takes them: texts as texts, whatever was empty."""
    import pyarrow as pa

    texts = {"journey", "segment", "peers"}
    return pa.table({
        name: pa.array(frame[name], pa.string() if name in texts else None, from_pandas=True) for name in frame.columns
    })  # fmt: skip


def _statement(sort: str) -> str:
    return f"""with met as materialized (
    select
        account.account, account.name, account.csm, stay.segment, stay.journey, stay.stage, stay.entered_on,
        stay.days, stay.expected_days, peers, n_peers, peers_dwell_days,
        stay.days / nullif(peers_dwell_days, 0) as velocity,
        percentile, next_rate, next_lo, next_hi,
        $as_of::date + remaining_days::integer as expected_on,
        term.arr::double as arr, term.renews_on,
        case
            when later_days is null or term.renews_on is null then false
            when term.renews_on < $as_of::date + (coalesce(remaining_days, 0) + later_days)::integer then true
            when remaining_days is not null and is_later_known then false
        end as is_late_for_renewal,
        coalesce(peers_slow_days, stay.expected_days)::integer as slow_days,
        peers_slow_days is null as is_by_expected,
        stay.entered_on + slow_days as slow_since,
        coalesce(slow_since <= $as_of::date, false) as is_slow
    from laggard_stay as stay
    join (select _account, account, name, csm::varchar as csm from book) as account on account._account = stay._account
    left join peers_told
        on peers_told.journey = stay.journey and peers_told.place = stay.place
        and peers_told.segment is not distinct from stay.segment and peers_told.days = stay.days
    left join (select _account, arr, renews_on from {standing.TERMS}) as term on term._account = stay._account
    where stay.ending = 'inside' and not stay.is_last
      and ($stage::varchar is null or stay.stage = $stage::varchar)
      and ($journey::varchar is null or stay.journey = $journey::varchar)
),
counted as (
    select
        count(*) as n_inside,
        count(*) filter (where is_slow) as n_slow,
        count(*) filter (where is_by_expected and slow_days is not null) as n_by_expected,
        count(*) filter (where slow_days is null) as n_untold
    from met
),
page as (
    select *, count(*) over () as n_rows
    from met
    where is_slow and (contains(lower(account), $search::varchar) or coalesce(contains(lower(name), $search::varchar), false))
    order by {SORTS[sort]}, account
    limit $limit offset $offset
)
select counted.*, page.*
from counted
left join page on true
order by {SORTS[sort]}, account"""


def _notes(n: dict[str, int], definitions: Definitions) -> tuple[str, ...]:
    words = definitions.journey
    share, least = f"{words.slow_share * 100:g}", words.least_accounts
    if not n["n_inside"]:
        return ("No account of the book is inside a stage before the last.",)
    n_told = n["n_inside"] - n["n_untold"]
    if not n_told:
        return (
            f"Nobody can be called slow: not {share} % of {least:,} peers have completed a stage that accounts of the book are "
            "inside, and no days are expected of it.",
        )
    notes = [
        f"{n['n_slow']:,} of {n_told:,} accounts inside a stage are slow: as long in it as {share} % of their peers took.",
        "Peers came to the stage in the period, and are of the same segment, or of all where fewer than "
        f"{least:,} are: who is still inside counts, too, and exits do not count as completing (Kaplan and Meier).",
    ]
    if n["n_by_expected"]:
        notes.append(
            f"Of {n['n_by_expected']:,} peers tell no such day, being fewer than {least:,} or too few of them through: "
            "they are slow once the expected days have passed."
        )
    return tuple(notes)
