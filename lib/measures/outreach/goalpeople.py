"""The people behind a figure of a campaign's goal: met, not met, before, too early, held out.

campaign_goal_people   a row per person (or account), the latest letters first; `n_rows` of them in all
COLUMNS                of the answer, whatever the options
WHICH                  name -> SQL: which of them are listed
"""

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.errors import Refused
from lib.facts.paging import check_page
from lib.measures import Answer
from lib.measures.outreach import goalrows

COLUMNS = [
    "account", "name", "csm", "person", "person_name", "email", "role", "campaign", "goal_side", "letter_state", "is_met_by_now",
    "goal_from_on", "goal_over_on", "n_rows",
]  # fmt: skip
WHICH = {
    "not met": "side = 'written' and state = 'not met'",
    "met": "side = 'written' and state = 'met'",
    "before": "side = 'written' and state = 'before'",
    "too early": "side = 'written' and state = 'too early'",
    "not read": "side = 'written' and state = 'not read'",
    "written": "side = 'written'",
    "held": "side = 'held'",
    "compared": "side <> 'held' and is_drawn and state in ('met', 'not met')",
}


def campaign_goal_people(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    campaign: str = "",
    which: str = "not met",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """Rows `offset` to `offset + limit` of those behind one figure of a campaign; n_rows of them in all.

    campaign   by the name of its letters; empty: the people of all
    which      not met, met, before, too early, not read: what became of those written to, who are `written` together;
               held: all held out; compared: those of the others that stand against them
    """
    if which not in WHICH:
        raise Refused(f"There is no choice {which!r} of them; choose from {', '.join(WHICH)}.")
    check_page(limit, offset)
    laid = goalrows.lay(con, book, definitions, campaign or None)
    sql = f"""select
    account.account, account.name, account.csm::varchar as csm, reading.person, said.name as person_name, said.email, said.role,
    reading.play as campaign, reading.side as goal_side, reading.state as letter_state, reading.is_met_by_now,
    reading.from_on as goal_from_on, reading.over_on as goal_over_on, count(*) over () as n_rows
from goal_row as reading
join book as account on account._account = reading._account
left join core.person as said on said.account = account.account and said.person = reading.person
where {WHICH[which]}
order by from_on desc, coalesce(account.name, account.account), account.account, coalesce(said.name, reading.person), play
limit $limit offset $offset"""
    table = con.execute(sql, {"limit": limit, "offset": offset}).df()
    notes = ("No campaign of this name, with a goal that is known, wrote to anybody of these accounts by the day.",)
    return Answer(table[COLUMNS], notes=() if not campaign or laid.goals else notes, sql=f"{laid.sql};\n\n{sql}")
