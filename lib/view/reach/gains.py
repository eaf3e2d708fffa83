"""What came where the team reached accounts, and where not: saved, lead time, stayed, bought more, speak for us.

section   the table, and the accounts behind
"""

from collections.abc import Mapping

from lib.book import Book
from lib.measures import Answer
from lib.measures.reach.impact import LEAD, SAVED, UNLIKE
from lib.view import door, look, numbers, tables
from lib.view.plain import plain
from lib.view.reach import behind, opening, sentences
from lib.view.reach.reachstate import Reach

CALLED = {
    SAVED: "Saved by a plan", LEAD: "Lead of a plan", "kept": "Stayed if reached", "expanded": "Bought more if reached",
    "advocates": "Spoke for us if reached",
}  # fmt: skip
_LABELS = {
    "figure": "What came", "with": "With it", "n_with": "of", "without": "Without it", "n_without": "of",
    "more": "More with it, points", "smallest": "Smallest visible", "said": "Verdict",
}  # fmt: skip


def section(book: Book, state: Reach) -> dict[str, Answer]:
    """The figures of all accounts of the book."""
    look.section("What came where we reached them?", "customers when the period opened; save plans opened in it")
    answer = door.try_ask("impact", book)
    if answer is None:
        return {}
    rows = [row for row in tables.records(answer.table) if row["n_with_it"] or row["n_without_it"]]
    if not rows:
        look.empty("Nothing to tell yet", *(plain(note) for note in answer.notes))
        return {"Impact": answer}
    opening.table(rows, _cells, _open, key="impact table", labels=_LABELS, left=("said",))
    look.note("<br>".join(plain(note) for note in answer.notes))
    return {"Impact": answer} | behind.panel(book, state, "impact")


def _cells(row: Mapping) -> dict[str, str]:
    figure = row["impact_figure"]
    said = {"figure": CALLED[figure], "n_with": numbers.count(row["n_with_it"])}
    if figure == LEAD:
        median = row["before_p50_days"]
        days = numbers.NOTHING if median != median else f"{numbers.plural(median, 'day')} (median)"
        between = (
            f"half between {numbers.count(row['before_p25_days'])} and {numbers.count(row['before_p75_days'])} days"
        )
        blank = dict.fromkeys(("without", "n_without", "more", "smallest"), "")
        return said | blank | {"with": days, "said": between if median == median else ""}
    return said | {
        "with": sentences.rate(row, "came_with_rate"), "without": sentences.rate(row, "came_without_rate"),
        "n_without": numbers.count(row["n_without_it"]), "more": sentences.points(row, "impact_more"),
        "smallest": numbers.NOTHING if row["impact_verdict"] == UNLIKE else sentences.visible(row["smallest_effect"]),
        "said": row["impact_verdict"],
    }  # fmt: skip


def _open(row: Mapping) -> None:
    opening.show("impact", figure=row["impact_figure"])
