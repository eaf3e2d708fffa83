"""People and accounts as the curves take them: how long each was seen, how that ended, and who belongs together.

Lives      one group: days, end, account
OF         what is followed: people until they are loyal, accounts until they have adopted
read       the whole book as one group, then each value of a dimension; what was left out
chosen     the dimension of a name
"""

from dataclasses import dataclass

import duckdb
import numpy as np

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.people import ADOPTION, LOYAL, parameters
from lib.measures.loyalty.incidence import BECAME, CENSORED, LEFT, Incidence, incidence
from lib.store.dimensions import StoredDimension, find_dimension, read_catalogue
from lib.store.opening import value_on

OF = {"people": (LOYAL, "days_to_loyal"), "accounts": (ADOPTION, "days_to_adopted")}
MOST_VALUES = 30  # of a dimension


@dataclass(frozen=True)
class Lives:
    """A group of N people or accounts: arrays of N. `followed` is how long each could have been seen, had nobody left."""

    segment: dict[str, str | None]
    days: np.ndarray
    ended: np.ndarray
    account: np.ndarray
    followed: np.ndarray

    def curve(self, horizon: int, *, is_staying: bool = False) -> Incidence:
        """How many become so in time. `is_staying`: as if nobody left before (Kaplan and Meier 1958), not as it went."""
        ended = np.where(self.ended == LEFT, CENSORED, self.ended) if is_staying else self.ended
        return incidence(self.days, ended, self.account, horizon)

    def told_until(self, horizon: int, few: int) -> int:
        """The last day, `horizon` at most, to which people of at least `few` accounts could be followed; -1 for none."""
        _, at = np.unique(self.account, return_inverse=True)
        longest = np.full(len(np.unique(at)), -1)
        np.maximum.at(longest, at, self.followed)
        longest = np.sort(longest)[::-1]
        return int(min(longest[few - 1], horizon)) if len(longest) >= few else -1


def read(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, of: str, by: str | None
) -> tuple[list[Lives], list[tuple[str, int]], str]:
    """The book as one group, and a group for each value of `by` (most people first); why others were left out; the SQL.

    Only those whose first day lies where use is known: of the others nobody knows when they became what they are.
    """
    if of not in OF:
        raise Refused(f"There is no clock of {of!r}; choose from {', '.join(OF)}.")
    relation, became = OF[of]
    dimension = chosen(con, by)
    segment = value_on(dimension, "$as_of::date") if dimension else "null::varchar"
    sql = f"""with life as (
    select _account, {became} as became_days, seen_days, followed_days, is_start_seen, left_by,
        {"provisioned_on is null" if of == "people" else "not has_people"} as is_unknown
    from {relation}
),
cut as (
    select account._account, {segment} as segment from book as account
)
select
    cut._account, segment, is_unknown, became_days, seen_days, followed_days,
    coalesce(is_start_seen, false) as is_start_seen, left_by is not null as has_left
from life
join cut on cut._account = life._account"""
    rows = con.execute(sql, parameters(sql, book.as_of, definitions)).df()
    unknown = rows["is_unknown"]
    late = ~unknown & ~rows["is_start_seen"]
    absent = ~unknown & ~late & rows["seen_days"].isna()
    left = [
        ("nothing says when they came" if of == "people" else "nobody of them is known", int(unknown.sum())),
        ("they came before use is known, so that nobody saw when", int(late.sum())),
        ("they were gone before they came", int(absent.sum())),
    ]
    rows = rows[~unknown & ~late & ~absent]
    ended = np.where(rows["became_days"].notna(), BECAME, np.where(rows["has_left"], LEFT, CENSORED))
    days = rows["became_days"].fillna(rows["seen_days"]).to_numpy(int)
    whole = Lives({}, days, ended, rows["_account"].to_numpy(int), rows["followed_days"].to_numpy(int))
    groups = [whole]
    if dimension:
        values = rows["segment"].to_numpy(object)
        known = rows["segment"].value_counts(dropna=False).sort_index().sort_values(ascending=False, kind="stable")
        for value in list(known.index)[:MOST_VALUES]:
            is_in = rows["segment"].isna().to_numpy() if value != value or value is None else values == value
            said = None if value != value else value
            groups.append(
                Lives({dimension.name: said}, days[is_in], ended[is_in], whole.account[is_in], whole.followed[is_in])
            )
    return groups, left, sql


def chosen(con: duckdb.DuckDBPyConnection, by: str | None) -> StoredDimension | None:
    """The dimension called `by`; raises Refused with the names there are."""
    return find_dimension(read_catalogue(con), by) if by else None
