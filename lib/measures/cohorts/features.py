"""The features there are to adopt.

cohort_features   one row per feature that people of the book have used by the day, the most widely used first
COLUMNS           of the answer
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.measures import Answer

COLUMNS = ["feature", "feature_name", "released_on"]
_SQL = """
with used as (
    select feature, count(distinct account) as n
    from usage.usage_feature_week
    where account in (select account from book) and feature is not null and week < (select weeks_to from cohort_known($as_of))
    group by feature
)
select used.feature, coalesce(feature.name, used.feature) as feature_name, feature.released_on
from used
left join core.feature on feature.feature = used.feature
order by used.n desc, used.feature
"""


def cohort_features(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions) -> Answer:
    """The features that people of the book have used by the day."""
    return Answer(con.execute(_SQL, {"as_of": book.as_of}).df()[COLUMNS], sql=_SQL)
