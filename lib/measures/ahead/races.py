"""Adoption against the renewal: how accounts that are up compare with those that renewed, and what those as far off came to.

Adoption is people active a week, the mean of four full weeks, as a share of the account's seats.

race        a row per renewal ahead that can be told, its verdict; what is left out; the SQL
VERDICTS    AHEAD, ON_COURSE, IN_DOUBT, NOT, FEW: what is said of a renewal
check_within, notes   of the days ahead, and what readers must know
DISTANCES   weeks before the renewal at which past ones are read
"""

import duckdb
import numpy as np
import pandas as pd

from lib import stats
from lib.book import Book, say_day
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts import renewals
from lib.measures import left_out

AHEAD, ON_COURSE, IN_DOUBT, NOT, FEW = "ahead", "on course", "in doubt", "will not make it", "too few to tell"
VERDICTS = (NOT, IN_DOUBT, ON_COURSE, AHEAD, FEW)
DISTANCES = (0, 2, 4, 8, 13, 17, 21, 26, 39, 52)
FALLING, STEADY, RISING = -1, 0, 1
MOST_PAST = 20_000  # past renewals that are read: more tell no more
_SURE = 2.201  # Student's t with 11 degrees: a pace beyond chance
NO_SEATS, NOTICE = "no seats given", "notice given"
YOUNG = "not used for 13 full weeks yet, or use is not known in them"
_DUE = """create or replace temp table raced_renewal as
with due as (
    select
        renewal._account, scope.account, scope.segment, renews_on,
        case when count(distinct currency) = 1 then any_value(currency) end as currency,
        bool_or(outcome in ('renewed_flat', 'renewed_up', 'renewed_down')) as is_renewed,
        bool_or(outcome = 'pending') and not is_renewed as is_pending,
        bool_or(outcome = 'upcoming') as is_ahead,
        bool_and(has_notice) as has_notice,
        sum(arr_due) as arr_due
    from renewal
    join (select _account, account, segment::varchar as segment from scope) as scope on scope._account = renewal._account
    where is_due and (
        (renews_on >= $opens_on::date and renews_on < $closes_on::date and renews_on <= $as_of::date)
        or (outcome = 'upcoming' and renews_on <= $as_of::date + $within_days::integer)
    )
    group by renewal._account, scope.account, scope.segment, renews_on
),
chosen as (
    select *
    from due
    where not is_pending
    qualify is_ahead or row_number() over (partition by is_ahead order by hash(_account), renews_on) <= $most_past::integer
),
read as (
    select
        chosen.*,
        case when is_ahead then null else weeks end as weeks,
        case when is_ahead then $as_of::date + 1 else renews_on - 7 * weeks end as reads_on
    from chosen
    join (select unnest($distances::integer[]) as weeks) as distance on not is_ahead or weeks = 0
),
live as (
    select read._account, read.renews_on, read.reads_on, sum(term.seats) as seats
    from read
    join renewal_term as term on term._account = read._account
    where has_counted and counts_from < reads_on and coalesce(counts_until >= reads_on, true)
    group by read._account, read.renews_on, read.reads_on
)
select read.*, live.seats
from read
left join live on live._account = read._account and live.renews_on = read.renews_on and live.reads_on = read.reads_on"""
_READINGS = """create or replace temp table renewal_reading as
select distinct _account, account, reads_on, null as seats from raced_renewal"""
_READ = """select
    raced._account, raced.segment, renews_on, raced.currency, is_ahead, is_renewed, has_notice, weeks, raced.seats::double as seats,
    arr_due::double as arr_due, level / nullif(raced.seats, 0) as share, pace / nullif(raced.seats, 0) as pace,
    pace_error / nullif(raced.seats, 0) as pace_error,
    date_diff('day', raced.reads_on, renews_on) as days_left,
    raced._account in (select _account from book) as is_of_book,
    adoption._account is not null as is_told
from raced_renewal as raced
left join adoption_before() as adoption on adoption._account = raced._account and adoption.reads_on = raced.reads_on
order by raced._account, renews_on, weeks"""
SQL = ";\n\n".join((_DUE, _READINGS, _READ))


def race(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, within_days: int
) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """The renewals of the book within so many days that can be told; what is left out; and how many past ones they are held to.

    Past renewals are those of the scope that came up in the period and are decided. goal_rate is the lower quartile of what those
    that renewed had in the four weeks before: three in four had as much. peers_rate is their median as many weeks before as the
    account is now; of the account's segment where least_accounts of it renewed, else of all.

    chance_rate is counted, not modelled: of past renewals as far off, renewed or not, that were on the same side of the goal and
    went at the same pace (rising, steady or falling; a pace that chance could make is steady), the share that gained as much
    as the account lacks, or lost no more than it can spare. Where fewer than least_accounts were so, those of any pace.
    """
    renewals.lay(con, book.as_of, definitions)
    con.execute(
        _DUE,
        {
            "opens_on": book.opens_on, "closes_on": book.closes_on, "as_of": book.as_of, "within_days": within_days,
            "distances": [weeks for weeks in DISTANCES if 7 * weeks <= within_days + 21], "most_past": MOST_PAST,
        },
    )  # fmt: skip
    con.execute(_READINGS)
    rows = con.execute(_READ).df()
    rows["went"] = np.where(rows["pace"].abs() > _SURE * rows["pace_error"], np.sign(rows["pace"]), STEADY)
    ahead = rows[rows["is_ahead"] & rows["is_of_book"]]
    why = np.select(
        [~(ahead["seats"] > 0), ahead["has_notice"].astype(bool), ~ahead["is_told"].astype(bool)],
        ["seats", "notice", "young"],
        "",
    )
    past = rows[~rows["is_ahead"] & rows["is_told"] & (rows["seats"] > 0)]
    told = _raced(ahead[why == ""].reset_index(drop=True), past, definitions)
    left = left_out(
        *(
            (said, int((why == name).sum()))
            for name, said in (("seats", NO_SEATS), ("notice", NOTICE), ("young", YOUNG))
        )
    )
    return told, left, len(past[["_account", "renews_on"]].drop_duplicates())


def _raced(ahead: pd.DataFrame, past: pd.DataFrame, definitions: Definitions) -> pd.DataFrame:
    least = definitions.carries.least_accounts
    weeks = np.array(sorted(past["weeks"].dropna().unique()), float)
    nearest = np.abs(ahead["days_left"].to_numpy(float)[:, None] / 7 - weeks[None, :])
    at = weeks[nearest.argmin(axis=1)] if len(weeks) else np.full(len(ahead), np.nan)
    renewed = past[past["is_renewed"].astype(bool)]
    goal, n_goal = _quantile(renewed[renewed["weeks"] == 0], ahead["segment"], least, 0.25)
    peers = np.full(len(ahead), np.nan)
    for week in np.unique(at[~np.isnan(at)]):
        here = at == week
        peers[here] = _quantile(renewed[renewed["weeks"] == week], ahead["segment"][here], least, 0.5)[0]
    k, n = _came(ahead, past, at, goal, least)
    with np.errstate(divide="ignore", invalid="ignore"):
        chance = np.where(n > 0, k / n, np.nan)
    lo, hi = stats.wilson(k, n)
    share, pace_4 = ahead["share"].to_numpy(float), 4 * ahead["pace"].to_numpy(float)
    half = 4 * _SURE * ahead["pace_error"].to_numpy(float)
    verdict = np.select(
        [
            np.isnan(chance) | (n < least),
            chance < definitions.renewals_ahead.race_unlikely,
            chance < 0.5,
            share < peers,
        ],
        [FEW, NOT, IN_DOUBT, ON_COURSE],
        AHEAD,
    )
    return ahead.assign(
        adoption_share_rate=share, pace_points=pace_4, pace_points_lo=pace_4 - half, pace_points_hi=pace_4 + half,
        peers_rate=peers, goal_rate=goal, n_goal=n_goal, n_alike=n, n_reached=k, reach_chance_rate=chance, reach_chance_lo=lo,
        reach_chance_hi=hi, race_verdict=verdict, weeks_before=at,
    )  # fmt: skip


def _quantile(renewed: pd.DataFrame, segments: pd.Series, least: int, share: float) -> tuple[np.ndarray, np.ndarray]:
    """The quantile of adoption of those that renewed, of each segment asked for; of all where fewer than `least` are of it."""
    by_segment = renewed.groupby("segment")["share"].agg([lambda each: each.quantile(share), "size"])
    value, n = (dict(zip(by_segment.index, by_segment[name], strict=True)) for name in by_segment.columns)
    whole = (renewed["share"].quantile(share), len(renewed)) if len(renewed) >= least else (np.nan, len(renewed))
    found = [(value[each], n[each]) if n.get(each, 0) >= least else whole for each in segments]
    return (
        np.array([each for each, _ in found], float).reshape(len(segments)),
        np.array([each for _, each in found], int).reshape(len(segments)),
    )


def _came(ahead: pd.DataFrame, past: pd.DataFrame, at, goal, least: int) -> tuple[np.ndarray, np.ndarray]:
    """Of past renewals like each of those ahead: how many gained as much as it lacks, and how many there are."""
    key = ["_account", "renews_on"]
    last = past[past["weeks"] == 0].set_index(key)["share"].rename("at_last")
    then = past.join(last, on=key, how="inner")
    then["gain"] = then["at_last"] - then["share"]
    then_goal = _quantile_by(then, least)
    then["is_there"] = then["share"].to_numpy() >= then_goal
    lack = goal - ahead["share"].to_numpy(float)
    k, n = np.zeros(len(ahead), int), np.zeros(len(ahead), int)
    went = ahead["went"].to_numpy()
    for week in np.unique(at[~np.isnan(at)]):
        for is_there in (True, False):
            alike = then[(then["weeks"] == week) & (then["is_there"] == is_there)]
            gains = {pace: np.sort(alike["gain"][alike["went"] == pace]) for pace in (FALLING, STEADY, RISING)}
            whole = np.sort(alike["gain"])
            for pace, own in gains.items():
                here = (at == week) & ((lack <= 0) == is_there) & (went == pace) & ~np.isnan(lack)
                held = own if len(own) >= least else whole
                k[here] = len(held) - np.searchsorted(held, lack[here] - 1e-12, "left")
                n[here] = len(held)
    return k, n


def _quantile_by(then: pd.DataFrame, least: int) -> np.ndarray:
    """The goal of the segment of every past renewal."""
    renewed = then[then["is_renewed"].astype(bool) & (then["weeks"] == 0)]
    return _quantile(renewed, then["segment"], least, 0.25)[0]


def check_within(within_days: int | None, definitions: Definitions) -> int:
    """Days ahead that are looked at, those of the definitions where none are said; raises Refused for what is none."""
    within = definitions.renewals_ahead.race_days if within_days is None else within_days
    if not 1 <= within <= 3_660:
        raise Refused(f"Renewals ahead are those within 1 to 3,660 days; {within} were asked for.")
    return within


def notes(rows: pd.DataFrame, n_past: int, book: Book, definitions: Definitions, within: int) -> tuple[str, ...]:
    """What readers must know of the race."""
    n = {verdict: int((rows["race_verdict"] == verdict).sum()) for verdict in VERDICTS}
    words, least = definitions.renewals_ahead, definitions.carries.least_accounts
    said = [
        f"{len(rows):,} renewals within {within:,} days of {say_day(book.as_of)}, held to {n_past:,} of the period that are "
        f"decided: {n[NOT]:,} will not make it, {n[IN_DOUBT]:,} are in doubt, {n[ON_COURSE]:,} on course and {n[AHEAD]:,} ahead.",
        "Adoption is people active a week, the mean of four full weeks, as a share of the seats. The goal is what three in four of "
        "those that renewed had in the four weeks before.",
        "The chance is the share of past renewals as far off, on the same side of the goal and at the same pace, that came to it, "
        f"renewed or not; below {words.race_unlikely * 100:g} % it will not make it. A pace that chance could make counts as none.",
        "Reaching the goal goes with renewing, and need not bring it about.",
    ]
    if n[FEW]:
        said.insert(1, f"Of {n[FEW]:,} nothing is said: fewer than {least:,} past renewals are like them.")
    return tuple(said)
