"""How long it takes from any stage of the journey to any later one: accounts by their days, and the share that is through.

section   the choice of both stages, the picture, and the quantiles in words
"""

from collections.abc import Sequence

import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.view import door, look, step, tables
from lib.view.charts import theme, waiting
from lib.view.charts.waiting import Bin
from lib.view.funnel.funnelstate import Funnel
from lib.view.plain import plain


def section(book: Book, whole: Sequence[dict], state: Funnel) -> dict[str, Answer]:
    """The times from entering one stage to entering another; nothing where the journey has no two."""
    names = [row["stage"] for row in whole]
    if len(names) < 2:
        return {}
    look.section("How long between any two stages", "from entering one to entering the other")
    first, last = _stages(names, state)
    asked = {"from_stage": first, "to_stage": last, "journey": whole[0]["journey"]}
    _choose(book, names, first, last, asked)
    with st.skeleton(height=waiting.HEIGHT):
        answer = door.try_ask("stage_times", book, **asked)
    if answer is None:
        return {}
    bins = _bins(answer)
    if not any(each.n_finished + each.n_unfinished + each.n_exited for each in bins):
        look.empty("Nobody to follow", f"No account of this book came into {plain(first)} in this period.")
        return {"Times": answer}
    st.plotly_chart(
        waiting.figure(bins, colours=theme.palette()), key="stage times", theme=None, alt=waiting.alternative(bins),
        config={"displayModeBar": False, "doubleClick": False},
    )  # fmt: skip
    look.note(
        f"{' '.join(plain(each) for each in answer.notes[:-1])} Solid: came to {plain(last)} after so many days. Hatched: on the "
        "way, so many days so far. Grey: left. The line: the share that is there by the end of each bin."
    )
    return {"Times": answer}


def _stages(names: Sequence[str], state: Funnel) -> tuple[str, str]:
    """The two stages, the later one after the earlier."""
    first = state.after or names[0]
    later = names[names.index(first) + 1 :]
    return first, state.until if state.until in later else later[-1]


def _choose(book: Book, names: Sequence[str], first: str, last: str, asked: dict) -> None:
    later = names[names.index(first) + 1 :]
    step.show("times after", first)
    step.show("times until", last)

    def turned() -> None:
        after, until = st.session_state["times after"], st.session_state["times until"]
        is_later = names.index(until) > names.index(after)
        step.turn(after="" if after == names[0] else after, until="" if until == names[-1] or not is_later else until)

    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="funnel times"):
        st.selectbox("From", names[:-1], key="times after", on_change=turned, width=220, label_visibility="collapsed",
                     format_func=lambda name: f"From {name}")  # fmt: skip
        st.selectbox("To", later, key="times until", on_change=turned, width=220, label_visibility="collapsed",
                     format_func=lambda name: f"to {name}")  # fmt: skip
        tables.download("Download", "stage-times.csv", door.whole("stage_times", book, **asked), key="download times",
                        is_quiet=True)  # fmt: skip


def _bins(answer: Answer) -> list[Bin]:
    """The bins up to the last that holds anybody."""
    counts = ("n_finished", "n_unfinished", "n_exited", "reached_rate", "reached_rate_lo", "reached_rate_hi")
    bins = [
        Bin(*_ends(row["from_days"], row["until_days"]), *(row[each] for each in counts))
        for row in tables.records(answer.table)
    ]
    held = [at for at, each in enumerate(bins) if each.n_finished + each.n_unfinished + each.n_exited]
    return bins[: max(held, default=-1) + 1]


def _ends(over: float, upto: float) -> tuple[int, int | None]:
    """The first and the last whole day of what is over one number of days, up to and with another; the first bin begins at 0."""
    return int(over) + (over > 0), None if upto != upto else int(upto)
