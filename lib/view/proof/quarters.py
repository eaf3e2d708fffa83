"""Whether the score still works as it did: its ranking by quarter, and what drifts beyond chance.

section   the sentence, the chart, the table
"""

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd

from lib.book import Book, say_day
from lib.measures import Answer
from lib.measures.health.proven import PREDICTION, RULES
from lib.view import door, look, numbers, step, tables
from lib.view.account import paper
from lib.view.account.paper import Column
from lib.view.charts import dots, theme
from lib.view.charts.dots import Dot
from lib.view.proof import sentences
from lib.view.proof.proofstate import Proof


def section(book: Book, state: Proof) -> dict[str, Answer]:
    """Quarter by quarter."""
    look.section("Does it still work as it did?", "by quarter of the reading; each against the first")
    answer = door.try_ask("health_drift", book, days=int(state.within))
    if answer is None:
        return {}
    rows = tables.records(answer.table)
    if not rows:
        look.empty("No quarter can be judged yet", "Widen the period, or look as of a later day.")
        return {"By quarter": answer}
    look.html(f'<p class="hl-said">{_said(rows)}</p>')
    by = PREDICTION if any(row["scored_by"] == PREDICTION for row in rows) else RULES
    shown = [row for row in rows if row["scored_by"] == by]
    if any(row["auc"] == row["auc"] for row in shown):
        _chart(shown, by)
    paper.table(rows, _columns(), label="The score by quarter", height=360)
    return {"By quarter": answer}


def _said(rows: Sequence[Mapping]) -> str:
    drifting = [row for row in rows if row["drifts"]]
    if not drifting:
        n = len({row["quarter_opens_on"] for row in rows})
        return (
            "One quarter can be read: there is nothing to hold it against."
            if n < 2
            else "Nothing drifts beyond chance."
        )
    said = "; ".join(f"{_quarter(row)} ({row['scored_by']}): {row['drifts']}" for row in drifting)
    return f"<b>It drifts beyond chance</b>: {said}."


def _chart(rows: Sequence[dict], by: str) -> None:
    drawn = [
        Dot(
            number, row["auc"], row["auc_lo"], row["auc_hi"], _quarter(row),
            f"<b>{_quarter(row)}</b><br>AUC {sentences.interval(row, 'auc', 2)}<br>{numbers.count(row['n_readings'])} readings, "
            f"{numbers.count(row['n_proof_lost'])} accounts lost after",
            is_hot="ranking" in row["drifts"],
        )
        for number, row in enumerate(rows)
    ]  # fmt: skip

    def opened(number: int) -> None:
        first = pd.Timestamp(rows[number]["quarter_opens_on"]).date().isoformat()
        step.turn(which="all", score=by, quarter=first, said="", level="")
        look.ask_to_scroll("readings")

    theme.show(
        dots.figure(
            drawn, title_x="quarter of the reading", title_y="AUC", colours=theme.palette(), level=0.5, is_y_rate=False, named=True
        ),
        "proof quarters", alt=dots.alternative(drawn, of="AUC by quarter, 0.5 is chance"), on_click=partial(opened),
    )  # fmt: skip
    look.note("The dashed line is chance.")


def _quarter(row: Mapping) -> str:
    return f"from {say_day(pd.Timestamp(row['quarter_opens_on']).date())}"


def _columns() -> list[Column]:
    return [
        Column("Quarter", _quarter),
        Column("Score", lambda row: row["scored_by"], is_narrow=True),
        Column("Readings", lambda row: numbers.count(row["n_readings"]), is_number=True),
        Column("Accounts lost after", lambda row: numbers.count(row["n_proof_lost"]), is_number=True),
        Column("AUC", lambda row: sentences.interval(row, "auc", 2), is_number=True),
        Column("Said on average", _mean, is_number=True),
        Column("Came", lambda row: numbers.percent(row["loss_base_rate"]), is_number=True),
        Column("Lost / expected", lambda row: sentences.interval(row, "observed_ratio", 2), is_number=True),
        Column("Stability index", _index, is_number=True),
        Column("Drifts", lambda row: row["drifts"] or row["untold"] or numbers.NOTHING),
    ]


def _mean(row: Mapping) -> str:
    return numbers.percent(row["said_mean"]) if row["scored_by"] == PREDICTION else f"{row['said_mean']:.1f}"


def _index(row: Mapping) -> str:
    index = row["stability_index"]
    return numbers.NOTHING if index != index else f"{index:.3f} (chance: up to {row['stability_by_chance']:.3f})"
