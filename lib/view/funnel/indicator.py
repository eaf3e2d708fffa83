"""Does slow onboarding go with churn here? Hazard ratios by quartile of the days in the first stage.

section   the sentence of the answer and its picture
"""

import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.view import door, look, numbers, tables
from lib.view.charts import hazards, theme
from lib.view.charts.hazards import Row
from lib.view.plain import plain

_NOTHING = "Nothing stands out"
_QUARTERS = {1: "Quickest", 2: "Second", 3: "Third", 4: "Slowest"}


def section(book: Book) -> dict[str, Answer]:
    """How often those of each quartile are lost, against the fastest."""
    landmark = door.definitions().journey.landmark_days
    look.section(
        "Does slow onboarding go with churn here?",
        f"days in the first stage as known on day {landmark}; churn only after it",
    )
    with st.skeleton(height=200):
        answer = door.try_ask("velocity_hazard", book)
    if answer is None:
        return {}
    said = [plain(each) for each in answer.notes]
    rows = [_row(each, is_told=not said[0].startswith(_NOTHING)) for each in tables.records(answer.table)]
    if not any(row.ratio == row.ratio for row in rows):
        look.empty("Too little to tell", *said)
        return {"Churn by velocity": answer}
    look.html(f'<p class="hl-said">{said[0]}</p>')
    st.plotly_chart(
        hazards.figure(rows, title="lost, times as often as the fastest quarter", colours=theme.palette()), key="velocity hazard",
        theme=None, alt=hazards.alternative(rows, of="how often accounts are lost by their days in the first stage"),
        config={"displayModeBar": False, "doubleClick": False},
    )  # fmt: skip
    if said[1:]:
        look.note(" ".join(said[1:]))
    return {"Churn by velocity": answer}


def _row(row: dict, *, is_told: bool) -> Row:
    """A quarter of the accounts; `is_told` where the answer says that slowness goes with loss."""
    ratio, lo, hi = row["hazard_ratio"], row["hazard_lo"], row["hazard_hi"]
    days = (
        f"{row['days_lo']:.0f} days or more"
        if row["days_hi"] != row["days_hi"]
        else f"{row['days_lo']:.0f}–{row['days_hi']:.0f} days"
    )
    lost = numbers.interval(row["lost_rate_year"], row["lost_rate_year_lo"], row["lost_rate_year_hi"])
    times = "×1: compared with" if lo != lo else f"×{ratio:.2f} ({lo:.2f}–{hi:.2f})"
    n = f"{numbers.count(row['n_lost'])} of {numbers.count(row['n'])} lost"
    hover = f"<b>{_QUARTERS[row['quartile']]} quarter</b>, {days}<br>{n}<br>{lost} lost within a year of that day"
    return Row(f"{_QUARTERS[row['quartile']]}: {days}", ratio, lo, hi, is_told and lo > 1, f"{times} · {n}", hover)
