"""The renewals of the quarter on My book: which come up, by deadline, and what is known and said of each.

card   in a few figures, and the list beneath
"""

import pandas as pd

from lib.book import Book
from lib.measures import Answer
from lib.view import accountlink, door, look, numbers, tables
from lib.view.plain import plain

MOST = 1_000  # rows sent to the browser; the download has all
COLUMNS = [
    "name", "account", "renews_on", "notice_by", "days_to_notice", "arr_renewing", "renewal_outcome", "notice",
    "risk_reasons", "has_save_plan", "renewal_call", "call_amount", "last_touch_on", "csm",
]  # fmt: skip


def card(book: Book) -> dict[str, Answer]:
    """What comes up for renewal, the nearest deadline first."""
    answer = door.try_ask("triage", book, limit=MOST)
    if answer is None:
        return {}
    look.section("Renewals of the quarter", plain(answer.notes[0]) if answer.notes else "")
    table = answer.table
    if table.empty:
        look.empty(
            "No renewals",
            "No contract ends in this quarter, and no notice is due. Lift a filter, or look as of another day.",
        )
        return {"Renewals": answer}
    n_rows = int(table["n_rows"].iat[0])
    look.note(_said(table, n_rows))
    said = table.assign(risk_reasons=[", ".join(reasons) for reasons in table["risk_reasons"]])
    columns = [name for name in COLUMNS if said[name].notna().any()]
    listed, names = accountlink.opening(said[columns], key="renewals")
    tables.show(listed, key="renewals", height=330, config=names)
    tables.download("Download", "renewals.csv", door.whole("triage", book), key="download renewals", drop=("n_rows",))
    return {"Renewals": Answer(table.head(0), answer.left_out, answer.notes, answer.sql)}


def _said(table: pd.DataFrame, n_rows: int) -> str:
    """How many, and of those that are sent: who asked to cancel, who has a plan."""
    n_asked, n_planned = int(table["has_asked"].sum()), int(table["has_save_plan"].sum())
    first = f"The first {numbers.count(len(table))} of " if len(table) < n_rows else ""
    return (
        f"{first}{numbers.plural(n_rows, 'account')}: {numbers.count(n_asked)} asked to cancel, "
        f"{numbers.count(n_planned)} with a save plan under way."
    )
