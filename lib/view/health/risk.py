"""What goes with a loss, as the predicted risk learnt it, and the trials under way.

section   both, with what is lacking where nothing is predicted; what was asked, for the passport
"""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.view import door, look, numbers, tables
from lib.view.accountlink import opening
from lib.view.charts import oddsdots, theme
from lib.view.plain import plain

MOST_DRAWN, MOST_TRIALS = 14, 200
_Q = 0.05
_CALLED = {
    "risk_90": "Lost within 90 days", "risk_180": "Lost within 180 days", "convert_rate": "Trial converts in time",
}  # fmt: skip
_TRIAL = ["name", "account", "csm", "trial_began_on", "trial_days_left", "convert_rate", "convert_reasons"]


def section(book: Book) -> dict[str, Answer]:
    """The traits, strongest first, and the trials, those least likely to convert first."""
    look.section(
        "What goes with leaving", "odds ratios, all other traits the same; learnt from all accounts of the store"
    )
    model, trials = door.try_ask("risk_model", book), door.try_ask("trial_odds", book, limit=MOST_TRIALS)
    if model is None or trials is None:
        return {}
    with st.container():  # always there: what comes and goes must not move what stands below it
        lacking = [each for each in model.notes if "is not predicted" in each or each.startswith("Caution")]
        if lacking and not model.table.empty:
            look.notice(*(plain(each) for each in lacking))
    if model.table.empty:
        look.empty("Nothing is predicted yet", *(plain(each) for each in model.notes))
    else:
        _model(model.table)
    look.section("Trials under way", "the chance of each to become a customer in time")
    _trials(book, trials)
    return {"What goes with leaving": model, "Trials": trials}


def _model(table: pd.DataFrame) -> None:
    there = [name for name in _CALLED if name in set(table["risk_outcome"])]
    chosen = st.selectbox(
        "Predicted", there, key="risk outcome", format_func=_CALLED.get, width=270, label_visibility="collapsed"
    )
    rows = tables.records(table[table["risk_outcome"] == (chosen or there[0])])
    first, sure = rows[0], [row for row in rows if row["q_value"] <= _Q]
    happened = "converted" if chosen == "convert_rate" else "were lost"
    look.html(
        f'<p class="hl-said">{numbers.plural(len(sure), "trait")} of {numbers.count(len(rows))} '
        f"{'goes' if len(sure) == 1 else 'go'} with it beyond chance.</p>"
    )
    learnt, n_happened = numbers.plural(first["n_taught"], "account"), numbers.count(first["n_taught_happened"])
    base = f"{numbers.percent(first['taught_rate'])} of {numbers.count(first['n_taught_rows'])} readings"
    look.note(
        f"Learnt from {learnt}, of which {n_happened} {happened}: {base}. What goes with it need not be its cause."
    )
    _picture(rows, chosen or there[0])


def _picture(rows: Sequence[dict], outcome: str) -> None:
    """The traits that are surest; those beyond chance in colour."""
    drawn = sorted(rows, key=lambda row: row["q_value"])[:MOST_DRAWN]
    drawn = sorted(drawn, key=lambda row: -row["risk_odds"])
    dots = [
        oddsdots.Row(
            f"{row['risk_trait']}", row["risk_odds"], row["risk_odds_lo"], row["risk_odds_hi"],
            (1 if row["risk_odds"] > 1 else -1) if row["q_value"] <= _Q else 0,
            f"<b>{plain(row['risk_trait'])}</b><br>{plain(row['risk_step'])}<br>"
            f"odds {oddsdots.between(row['risk_odds'], row['risk_odds_lo'], row['risk_odds_hi'])}<br>q {row['q_value']:.3f}",
        )
        for row in drawn
    ]  # fmt: skip
    theme.show(
        oddsdots.figure(
            dots,
            title="odds for the step, times those without it",
            colours=theme.palette(),
            is_more_good=outcome == "convert_rate",
        ),
        f"risk {outcome}",
        alt=oddsdots.alternative(dots, of="odds ratios by trait"),
        on_click=lambda at: None,
    )
    look.note("Filled: beyond chance among all traits (a diamond: more likely; a circle: less). Open and grey: not.")
    shown = pd.DataFrame(drawn)[["risk_trait", "risk_step", "risk_odds", "risk_odds_lo", "risk_odds_hi", "q_value"]]
    with st.expander("The figures"):
        tables.show(shown, key=f"risk table {outcome}", height=min(430, 42 + 32 * len(shown)))


def _trials(book: Book, trials: Answer) -> None:
    if trials.table.empty:
        look.empty("No trial is under way", "An account is on trial where its first contract is of the kind trial.")
        return
    if trials.table["convert_rate"].isna().all():
        look.notice(*(plain(each) for each in trials.notes))
    shown, config = opening(trials.table[_TRIAL], key="trials")
    tables.show(shown, key="trials", height=min(430, 42 + 32 * len(shown)), config=config)
    look.note(
        f"{numbers.plural(int(trials.table['n_rows'].iat[0]), 'account')} on trial, those least likely to convert first."
    )
    tables.download("Download", "trials.csv", door.whole("trial_odds", book), key="download trials", is_quiet=True)
