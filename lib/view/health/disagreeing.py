"""The queue of accounts whose signs disagree: rules, prediction, use and what people say.

section   the list, most ARR times gap first
"""

from dataclasses import replace

import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.measures.health.disagree import SIGNS
from lib.view import accountlist, door, look, numbers
from lib.view.health import behind
from lib.view.health.explorerstate import Explorer
from lib.view.paging import PAGE

_COLUMNS = [
    "name", "account", "disagreement", "colour", "health_score", *SIGNS, "disagree_gap", "arr", "renews_on", "csm",
]  # fmt: skip
_LABELS = {"rules_rank": "Rules", "risk_rank": "Prediction", "use_rank": "Use", "said_rank": "Said"}


def section(book: Book, state: Explorer) -> dict[str, Answer]:
    """Accounts to look at with one's own eyes: the signs cannot all be right."""
    points = door.definitions().health.disagree_points
    look.section(
        "Where the signs disagree",
        f"ranks among the book, 0 the worst, 100 the best, {points:g} or more apart; most ARR × gap first",
    )
    found = door.try_ask("health_disagreements", book, limit=PAGE, offset=(state.disagree_page - 1) * PAGE)
    if found is None:
        return {}
    if found.table.empty:
        look.html('<div class="hl-quiet"><b>The signs agree, as far as they are known.</b></div>')
        return {"Disagreements": found}
    table = found.table
    ranks = {
        name: st.column_config.ProgressColumn(label, format="%.0f", min_value=0, max_value=100, width="small")
        for name, label in _LABELS.items()
    }
    said = {
        "account": None,  # the name opens it
        "disagreement": st.column_config.TextColumn("How they disagree", width=440),
        "disagree_gap": st.column_config.NumberColumn("Gap", format="%.0f"),
    }
    shown = [name for name in _COLUMNS if name == "account" or table[name].notna().any()]
    accountlist.show(
        table, shown, door.whole("health_disagreements", book), key="health disagreements", page=state.disagree_page,
        parameter="disagree_page", file_name="health-disagreements.csv", most=420, config=behind.SCORES | said | ranks,
    )  # fmt: skip
    unknown = [label.lower() for name, label in _LABELS.items() if table[name].isna().all()]
    lacks = f" Not known of anybody: {', '.join(unknown)}." if unknown else ""
    look.note(f"{numbers.plural(table['n_rows'].iat[0], 'account')} of the book.{lacks}")
    return {"Disagreements": replace(found, table=table.head(0))}  # the list itself stands above, whole
