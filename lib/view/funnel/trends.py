"""Quarter by quarter: the median days of each stage by when accounts came in.

section   a small chart per stage
"""

from collections.abc import Sequence

import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.view import door, look, tables
from lib.view.charts import stagetrend, theme
from lib.view.charts.stagetrend import Panel, Point


def section(book: Book, whole: Sequence[dict]) -> dict[str, Answer]:
    """A chart per stage but the last; nothing where the journey has one stage."""
    if len(whole) < 2:
        return {}
    look.section("Faster or slower?", "median days in each stage, by the quarter in which accounts came in")
    with st.skeleton(height=stagetrend.HEIGHT):
        answer = door.try_ask("stage_trend", book)
    if answer is None:
        return {}
    panels = [_panel(row, answer) for row in whole[:-1]]
    if not any(point.days == point.days for panel in panels for point in panel.points):
        look.empty("Too few to draw", "In no quarter half of those who came into a stage have gone on so far.")
        return {"Trend": answer}
    st.plotly_chart(
        stagetrend.figure(panels, colours=theme.palette()), key="stage trend", theme=None, alt=stagetrend.alternative(panels),
        config={"displayModeBar": False, "doubleClick": False},
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        look.note("Bands are 95 %. Dashed, with rings: quarters of which fewer than half had time enough to go on.")
        tables.download(
            "Download", "stage-trend.csv", door.whole("stage_trend", book), key="download trend", is_quiet=True
        )
    return {"Trend": answer}


def _panel(stage: dict, answer: Answer) -> Panel:
    few = door.definitions().journey.least_accounts
    rows = answer.table[(answer.table["stage"] == stage["stage"]) & (answer.table["journey"] == stage["journey"])]
    points = [
        Point(row["entered_from"].date(), f"{row['entered_from']:%b %y}", row["n_entered"], row["dwell_p50"], row["dwell_p50_lo"],
              row["dwell_p50_hi"], bool(row["is_unfinished"]), row["n_entered"] < few)
        for row in tables.records(rows.sort_values("entered_from"))
    ]  # fmt: skip
    return Panel(stage["stage"], stage["expected_days"], points)
