"""How few accounts most of the loss comes from: the Lorenz curve, and the accounts that lost most.

section   both, side by side
"""

import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.measures.renewals.concentration import TOP
from lib.view import accountlink, door, look, numbers, tables
from lib.view.charts import lorenz, theme
from lib.view.charts.lorenz import Curve
from lib.view.renewals import board, spelt
from lib.view.renewals.renewalsstate import Renewals

_COLUMNS = ["name", "account", "csm", "arr_lost_all", "lost_share_rate", "lost_running_rate"]
_LABELS = {"lost_share_rate": "Share", "lost_running_rate": "So far"}


def section(book: Book, levers: Answer, state: Renewals) -> dict[str, Answer]:
    """The curve and the list."""
    unit, currency = spelt.amount(state.money), board.shown_currency(levers, state)
    with st.skeleton(height=360):
        answer = door.try_ask("lost_concentration", book, money=state.money)
    if answer is None:
        return {}
    rows = tables.records(answer.table[answer.table["currency"] == currency])
    look.section(
        "Who the loss comes from",
        f"{unit} lost by lapses, cancellations and down-sells of the period; nothing gained is set against it",
    )
    if not rows:
        look.empty("Nothing was lost", "No line lapsed, was cancelled or went on for less in this period.")
        return {"Concentration": answer}
    look.html(f'<p class="hl-said">{_takeaway(rows, unit)}</p>')
    left, right = st.columns([0.44, 0.56], gap="medium")
    with left:
        curves = [
            _curve(rows, of, name) for of, name in (("customers", "all customers"), ("losers", "those that lost any"))
        ]
        st.plotly_chart(
            lorenz.figure(curves, colours=theme.palette()), key="lorenz", theme=None, alt=lorenz.alternative(curves),
            config={"displayModeBar": False, "doubleClick": False},
        )  # fmt: skip
        look.note(_gini(rows))
    with right:
        shown = _largest(book, currency, state)
    return {"Concentration": answer, **shown}


def _takeaway(rows: list[dict], unit: str) -> str:
    first = rows[0]
    n = first["n_lost_any"]
    if n <= TOP:
        return f"<b>{numbers.plural(n, 'account')} lost {numbers.money(first['arr_lost_all'])} {unit}.</b>"
    share = numbers.percent(first["top_share_rate"], 0)
    by_tenth = next(row for row in rows if row["concentration_of"] == "losers" and row["first_rate"] >= 0.1)
    return (
        f"<b>{TOP} accounts are {share} of the {numbers.money(first['arr_lost_all'])} {unit} lost</b>, of {numbers.count(n)} "
        "that lost any; "
        f"the tenth that lost most, {numbers.plural(by_tenth['n_first'], 'account')}, "
        f"{numbers.percent(by_tenth['lost_share_rate'], 0)}."
    )


def _curve(rows: list[dict], of: str, name: str) -> Curve:
    own = [row for row in rows if row["concentration_of"] == of]
    return Curve(
        name, [row["first_rate"] for row in own], [row["lost_share_rate"] for row in own], [row["n_first"] for row in own],
        of == "losers",
    )  # fmt: skip


def _gini(rows: list[dict]) -> str:
    said = []
    for of, name in (("losers", "accounts that lost any"), ("customers", "customers of the period")):
        row = next(each for each in rows if each["concentration_of"] == of)
        between = f" ({row['gini_lo']:.2f}–{row['gini_hi']:.2f})" if row["gini_lo"] == row["gini_lo"] else ""
        said.append(f"{row['gini']:.2f}{between} among {numbers.count(row['n_of'])} {name}")
    return f"Gini (0: all lost alike, 1: one lost it all): {'; '.join(said)}."


def _largest(book: Book, currency: str, state: Renewals) -> dict[str, Answer]:
    asked = {"currency": currency, "money": state.money}
    answer = door.try_ask("largest_losses", book, **asked, limit=TOP)
    if answer is None:
        return {}
    listed, names = accountlink.opening(answer.table[_COLUMNS], key="largest losses")
    labels = {**_LABELS, "arr_lost_all": f"{spelt.amount(state.money)} lost"}
    listed = listed.drop(columns="account") if "name" in names else listed
    tables.show(listed, key="largest losses", height="content", labels=labels, config=names)
    n = int(answer.table["n_rows"].iat[0])
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="largest foot"):
        look.note(
            f"The {numbers.count(len(listed))} largest of {numbers.count(n)}. A click on a name opens the account."
        )
        tables.download("All", "largest-losses.csv", door.whole("largest_losses", book, **asked), key="download losses",
                        drop=("n_rows",), is_quiet=True)  # fmt: skip
    return {"Largest losses": answer}
