"""The ready campaigns of the definitions, and how many each would reach today.

campaigns   one row per campaign, in their order
COLUMNS     of the answer, whatever the options
"""

import duckdb
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.measures import Answer
from lib.measures.outreach.choices import audience_choices
from lib.measures.outreach.size import ALL, TO_WRITE, audience_size

COLUMNS = ["campaign", "feature", "feature_name", "n_members", "n_their_accounts", "n_to_write"]


def campaigns(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, feature: str = "") -> Answer:
    """How many the members of each are, and how many of them are to be written to.

    feature   of those that leave it open, by default the first that `audience_choices` has; one nobody of the scope knows is
              not said again
    """
    ready, rows, sql = definitions.campaigns.ready, [], ""
    known = audience_choices(con, book, definitions).table if any(each.needs_feature for each in ready) else None
    named = (
        {} if known is None else dict(known.loc[known["condition"] == "feature", ["choice", "choice_said"]].to_numpy())
    )
    for each in ready:
        about = each.feature or (feature or next(iter(named), "") if each.needs_feature else "")
        if each.needs_feature and not about:
            rows.append((each.campaign, None, None, 0, 0, 0))
            continue
        found = audience_size(con, book, definitions, campaign=each.campaign, feature=about)
        size, sql = found.table.set_index("outreach"), found.sql
        of_all = size.loc[ALL]
        shown = about if about in named else each.feature or None  # what nobody of the scope knows is not said again
        to_write = size.loc[TO_WRITE, "n_members"]
        rows.append(
            (each.campaign, shown, named.get(shown, shown), of_all["n_members"], of_all["n_their_accounts"], to_write)
        )
    return Answer(pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(COLUMNS[3:], "int64")), sql=sql)
