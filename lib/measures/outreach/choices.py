"""The values people can choose in conditions, of those the scope holds.

audience_choices   one row per condition and value
COLUMNS            of the answer, whatever the options
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.facts.addressees import lay, parameters
from lib.measures import Answer

COLUMNS = ["condition", "choice", "choice_said", "n_have"]
_SQL = """with met as (
    from addressee
),
used as (
    select used.feature, count(*) as n
    from usage.usage_first_use as used
    where used.account in (select account from scope) and is_week_known(week, $as_of)
    group by used.feature
),
feature as (
    select
        coalesce(said.feature, used.feature) as feature,
        coalesce(said.name, used.feature) as name,
        coalesce(n, 0) as n,
        coalesce(
            lower(trim(said.level)) = 'advanced' or list_contains($high_value_features::varchar[], said.feature), false
        ) as is_first,
        coalesce(said.role in ('login', 'help'), false) as is_last
    from core.feature as said
    full join used on used.feature = said.feature
    where coalesce(not said.is_system, true) and coalesce(said.released_on <= $as_of::date, true)
)
select condition, choice, choice_said, n as n_have
from (
    select 'role' as condition, role as choice, role as choice_said, count(*) as n, 0 as sorted
    from met where role is not null group by role
    union all
    select 'buying_role', buying_role, buying_role, count(*), 0 from met where buying_role is not null group by buying_role
    union all
    select 'stage', stage, stage, count(distinct _account), 0 from met where stage is not null group by stage
    union all
    select 'feature', feature, name, n, is_last::integer * 2 - is_first::integer from feature
)
order by condition, sorted, n desc, choice"""


def audience_choices(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions) -> Answer:
    """Roles, buying roles and stages with so many people (accounts) each, and features with those who ever used them.

    Advanced features come first, log-in and help last.
    """
    lay(con, book.as_of, definitions)
    return Answer(con.execute(_SQL, parameters(_SQL, book.as_of, definitions)).df()[COLUMNS], sql=_SQL)
