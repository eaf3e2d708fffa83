"""Does slowness in the first stage of the journey go with later loss? A landmark: slowness is read by a day, loss after it.

velocity_hazard   a row per quarter of accounts, the quickest first
COLUMNS           of the answer
"""

from collections.abc import Iterator

import duckdb
import numpy as np
import pandas as pd

from lib import hazards, survival
from lib.book import Book
from lib.definitions import Definitions
from lib.facts.base import default_outcome
from lib.facts.dimensions import available
from lib.measures import Answer, left_out
from lib.store.tables import quote

COLUMNS = [
    "quartile", "days_lo", "days_hi", "n", "n_lost", "hazard_ratio", "hazard_lo", "hazard_hi", "p_value",
    "lost_rate_year", "lost_rate_year_lo", "lost_rate_year_hi",
]  # fmt: skip
YEAR = 365
ALPHA = 0.05  # a trend of a larger p is said to be chance
NO_DAYS = "The data does not say when accounts left, so nothing can be said to have come before."
MANY = 1 / 3  # of the accounts in the slowest quarter: it is said why
_TRIAL = "a trial alone"
_NOT_BEGUN = "not begun yet, or no start known"
_NO_STAGE = "no first stage of the journey known"
_LOST = "lost by the landmark day"
_YOUNG = "too young: the landmark day is not past"


def velocity_hazard(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions) -> Answer:
    """A row per quarter of accounts by days in the first stage of their journey, and how many times as often each is lost.

    The landmark is the day an account has had landmark_days since it came into the first stage. Who is a customer of ours on
    it is placed by what was known then: the days the stage took; who was still in it is of the slowest quarter, however long it
    took in the end. Quarters are those of its peers: accounts of the viewer of the same journey and the segment of that day;
    segments of fewer than the journey's least_accounts are peers of one another. Of losses those after the landmark count, to the
    last day of which it is known who left (the grace days before the book's day); the book's filters cut, its period does not.

    hazard_ratio is Cox's against the quickest quarter, within those peers, adjusted for the logarithm of ARR on the landmark, or
    of seats or employees where no account has the one before; in steps of a tenth, so that a million accounts are counts per
    day. lost_rate_year is Kaplan and Meier's, in the year after the landmark. Nothing is said of hazards with fewer than
    least_lost lost in all, or with fewer than least_accounts in a quarter (those of [carries]).
    """
    if default_outcome(con) == "churned":
        return Answer(pd.DataFrame(columns=COLUMNS), notes=(NO_DAYS,))
    sql = _statement(con, definitions)
    bound = {
        "as_of": book.as_of,
        "grace_days": definitions.renewals.grace_days,
        "landmark_days": definitions.journey.landmark_days,
        "least_accounts": definitions.journey.least_accounts,
    }
    rows = con.execute(sql, bound).df()
    is_counted = rows["why_not"].isna()
    left = left_out(*rows[~is_counted].groupby("why_not")["n_kept"].sum().astype(int).items())
    counted = rows[is_counted]
    table = pd.DataFrame(_quarters(counted), columns=COLUMNS)
    missing = _missing(table, definitions)
    if missing:
        return Answer(table, left, (missing, *_design(table, definitions)), sql)
    trend = _fitted(counted, counted[["quartile"]])
    ratios = _fitted(counted, pd.get_dummies(counted["quartile"])[table["quartile"][1:]])
    none = [np.nan]
    for column, found in (
        ("hazard_ratio", [1.0, *ratios.ratio]), ("hazard_lo", [*none, *ratios.lo]), ("hazard_hi", [*none, *ratios.hi]),
        ("p_value", [*none, *ratios.p]),
    ):  # fmt: skip
        table[column] = found[: len(table)]
    return Answer(table, left, (_sentence(table, trend, counted), *_design(table, definitions)), sql)


def _statement(con: duckdb.DuckDBPyConnection, definitions: Definitions) -> str:
    """A row per peers, quarter, size and days seen after the landmark; and per reason of those left out."""
    segment = [each for each in available(con, definitions) if each.name == "segment" and each.kind == "category"]
    code = f"enum_code({quote(segment[0].column)})::integer" if segment else "null::integer"
    return f"""with came as (
    select _account, journey, entered_on, left_on from journey_spell_on($as_of, $grace_days) where place = 1
),
asked as (
    select
        account.*, journey, entered_on, left_on, began_on, gone_on,
        entered_on + $landmark_days::integer as landmark_on,
        $as_of::date - $grace_days::integer as known_to,
        case
            when not has_contract then '{_TRIAL}'
            when entered_on is null and began_on is null then '{_NOT_BEGUN}'
            when entered_on is null then '{_NO_STAGE}'
            when gone_on <= landmark_on then '{_LOST}'
            when landmark_on >= known_to then '{_YOUNG}'
        end as why_not
    from (select _account, employees, {code} as segment_now from scope) as account
    join begun_on($as_of, $grace_days) as begun on begun._account = account._account
    left join came on came._account = account._account
),
was as (
    select asked._account, any_value(code) as segment
    from asked
    join core.dimension_spell as past
        on past._account = asked._account and past.dimension = 'segment' and from_on <= landmark_on and until_on > landmark_on
    where why_not is null
    group by asked._account
),
worth as (
    select asked._account, sum(arr) filter (where coalesce(is_recurring, true))::double as arr, sum(seats)::double as seats
    from asked
    join core.contract as term on term._account = asked._account and term.kind is distinct from 'trial'
    where why_not is null
      and coalesce(starts_on <= landmark_on, true)
      and coalesce(least(ends_on, cancelled_on) > landmark_on, true)
    group by asked._account
),
told as (
    select
        asked.*, arr, seats,
        coalesce(case when was._account is null then segment_now else was.segment end, -1) as segment,
        case when left_on <= landmark_on then left_on - entered_on end as first_days
    from asked
    left join was on was._account = asked._account
    left join worth on worth._account = asked._account
    where why_not is null
),
given as (
    select
        case when max(arr) > 0 then 'ARR' when max(seats) > 0 then 'seats' when max(employees) > 0 then 'employees' end as size_by
    from told
),
placed as (
    select
        * exclude (segment),
        case when count(*) over (partition by journey, segment) >= $least_accounts then segment else -2 end as peers,
        case size_by when 'ARR' then arr when 'seats' then seats else employees end as size
    from told
    cross join given
),
cut as (
    select journey, peers, quantile_disc(coalesce(first_days, $landmark_days + 1), [0.25, 0.5, 0.75]) as cuts
    from placed
    group by journey, peers
)
select
    null as why_not,
    dense_rank() over (order by placed.journey, placed.peers) as peers,
    case when first_days is null then 4 else 1 + len(list_filter(cuts, lambda cut: first_days > cut)) end as quartile,
    size_by,
    case when size > 0 then round(ln(size), 1) end as log_size,
    coalesce(gone_on, known_to) - landmark_on as days,
    count(gone_on) as n_lost,
    count(*) - count(gone_on) as n_kept,
    min(coalesce(first_days, $landmark_days + 1)) as days_lo,
    case when count(first_days) = count(*) then max(first_days) end as days_hi
from placed
join cut on cut.journey = placed.journey and cut.peers = placed.peers
semi join (select _account from book) as book on book._account = placed._account
group by placed.journey, placed.peers, quartile, size_by, log_size, days
union all
select why_not, null, null, null, null, null, 0, count(*), null, null
from asked
semi join (select _account from book) as book on book._account = asked._account
where why_not is not null
group by why_not
order by all"""


def _quarters(counted: pd.DataFrame) -> Iterator[dict]:
    for quartile, each in counted.groupby("quartile"):
        curve = survival.aalen_johansen(each["days"], each["n_lost"], np.zeros(len(each)), each["n_kept"])
        rate, lo, hi = (float(value) for value in survival.incidence_at(curve, YEAR))
        yield {
            "quartile": int(quartile),
            "days_lo": each["days_lo"].min(),
            "days_hi": each["days_hi"].max() if each["days_hi"].notna().all() else np.nan,
            "n": int(each["n_lost"].sum() + each["n_kept"].sum()),
            "n_lost": int(each["n_lost"].sum()),
            "lost_rate_year": rate,
            "lost_rate_year_lo": lo,
            "lost_rate_year_hi": hi,
        }


def _fitted(counted: pd.DataFrame, slowness: pd.DataFrame) -> hazards.Hazards:
    """Hazard ratios of `slowness`, the first of the covariates: adjusted for size, and for size not being known, within peers."""
    size = counted["log_size"].astype(float)
    covariates = np.column_stack([slowness.to_numpy(float), size.fillna(size.mean()).fillna(0), size.isna()])
    return hazards.cox_of(counted["days"], counted["n_lost"], counted["n_kept"], covariates, counted["peers"])


def _missing(table: pd.DataFrame, definitions: Definitions) -> str:
    """Why nothing can be said of hazards; empty where it can."""
    words, n_lost = definitions.carries, int(table["n_lost"].sum())
    few = table[table["n"] < words.least_accounts]
    if not len(table):
        return "Nobody to tell of: no account of this book was a customer on a landmark day that is past."
    if len(table) < 2:
        return (
            f"Too few to tell: {int(table['n'].sum()):,} accounts can be told of, and none of them slower than others."
        )
    if len(few):
        n, quarter = int(few["n"].iat[0]), _QUARTERS[few["quartile"].iat[0]]
        return f"Too few to tell: {n:,} accounts are in the {quarter} quarter, and it takes {words.least_accounts:,}."
    if n_lost < words.least_lost:
        return f"Too few to tell: {n_lost:,} of these accounts were lost, and it takes {words.least_lost:,}."
    if not table["n_lost"].iat[0]:
        return "Too few to tell: none of the quickest quarter was lost, so there is nothing to compare with."
    return ""


_QUARTERS = {1: "quickest", 2: "second", 3: "third", 4: "slowest"}


def _sentence(table: pd.DataFrame, trend: hazards.Hazards, counted: pd.DataFrame) -> str:
    p, slope, last = float(trend.p[0]), float(trend.log_ratio[0]), table.iloc[-1]
    if not p < ALPHA:
        return (
            "Nothing stands out: how long accounts take over the first stage does not go with later loss by more than chance "
            f"(trend over the quarters, {_said(p)})."
        )
    alike = ["segment"] * (counted["peers"].nunique() > 1) + list(counted["size_by"].dropna().unique())
    by = f", like compared with like by {' and '.join(alike)}" if alike else ""
    pace, quarter = "slow" if slope > 0 else "quick", _QUARTERS[last["quartile"]]
    interval = f"(95 %: {last['hazard_lo']:#.3g} to {last['hazard_hi']:#.3g})"
    often = f"are lost {last['hazard_ratio']:#.3g} times as often as those of the quickest {interval}"
    if not last["n_lost"]:
        often = "were not lost at all"
    return (
        f"A {pace} first stage goes with later loss: accounts of the {quarter} quarter {often}{by}; "
        f"trend over the quarters, {_said(p)}."
    )


def _said(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"


def _design(table: pd.DataFrame, definitions: Definitions) -> Iterator[str]:
    yield (
        f"How quick an account was is what was known {definitions.journey.landmark_days} days after it came into the first stage, "
        "against its peers; only losses after that day count, so nothing that came later is read."
    )
    n, n_slowest = table["n"].sum(), table["n"][table["quartile"] == 4].sum()
    if n_slowest > MANY * n:
        yield (
            f"{n_slowest:,} of {n:,} accounts are in the slowest quarter: those still in the first stage on that day are not told "
            "apart."
        )
