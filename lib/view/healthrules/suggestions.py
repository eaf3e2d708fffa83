"""Weights that past losses suggest, beside those of the draft, and what both are worth; a button puts them into the draft.

folded   the part, asked once it is opened
"""

import math

import streamlit as st

from lib.book import Book
from lib.definitions import Definitions
from lib.measures import Answer
from lib.view import door, look, numbers, tables
from lib.view.account import paper
from lib.view.healthrules import draftstate, editor
from lib.view.healthrules.draftstate import Draft
from lib.view.plain import plain


def folded(book: Book, draft: Draft, words: Definitions | None) -> dict[str, Answer]:
    """What losses suggest for the parts, bands and profiles of the draft, drawn once it is opened."""
    part = st.expander(
        "Weights that past losses suggest", icon=":material/school:", key="health suggestions", on_change="rerun"
    )
    if not part.open:
        return {}
    with part:
        if words is None:
            look.note("Mend the rules above first.")
            return {}
        with st.skeleton(height=300):
            answer = door.try_ask("suggested_weights", book, meaning=draft.base, draft=draftstate.text_of(words))
        if answer is None:
            return {}
        if answer.table.empty:
            look.empty("Too little is known to suggest weights", *map(plain, answer.notes))
            return {"Suggested weights": answer}
        _show(answer, draft)
        return {"Suggested weights": answer}


def _show(answer: Answer, draft: Draft) -> None:
    rows = tables.records(answer.table)
    heads = [row for row in rows if not row["part_of_score"]]
    look.html(f'<p class="hl-said">{worth(heads[-1])}</p>')
    look.note(" ".join(map(plain, answer.notes)))
    learned = {row["profile_of_weights"] for row in rows if math.isfinite(row["weight_suggested"])}
    profiles = [row["profile_of_weights"] for row in heads[:-1]]
    together = {row["profile_of_weights"] for row in heads if row["is_learned_together"]}
    profiles.sort(key=lambda name: (name not in learned, name in together))
    profile = st.selectbox("Profile", profiles, key="health suggested profile", width=300)
    head = next((row for row in heads[:-1] if row["profile_of_weights"] == profile), heads[0])
    own = [row for row in rows if row["part_of_score"] and row["profile_of_weights"] == head["profile_of_weights"]]
    columns = [
        paper.Column("Part", lambda row: paper.short(row["part_of_score"])),
        paper.Column("Share now", lambda row: _share(row, own), is_number=True),
        paper.Column("Suggested", lambda row: f"<b>{numbers.count(row['weight_suggested'])}</b>", is_number=True),
        paper.Column("", lambda row: plain(row["weight_remark"])),
    ]
    paper.table(own, columns, label="Weights in the draft and as losses suggest")
    told = f"Learned on {numbers.plural(head['n_learned_lost'], 'lost account')} of its own"
    look.note(f"{told}{', and on all other profiles' if head['is_learned_together'] else ''}. {worth(head)}")
    weights = {}
    for row in rows:
        if row["part_of_score"] and math.isfinite(row["weight_suggested"]):
            weights.setdefault(row["profile_of_weights"], {})[row["part_of_score"]] = row["weight_suggested"]

    def fill() -> None:
        editor.leave(draftstate.drafted_again(draft, weights))

    st.button("Put these weights into the draft", key="health fill", on_click=fill, disabled=not weights)
    look.note("A suggestion: what goes with losses need not cause them. Nothing changes until you publish.")


def worth(head: dict) -> str:
    """What both weights reach on the later part of the past, in a sentence."""
    if not math.isfinite(head["auc_gain"]):
        return "Too few were lost later on to tell what the weights are worth."
    if head["auc_gain"] == head["auc_gain_lo"] == head["auc_gain_hi"]:
        return "They rank who is lost just as the weights of the draft do."
    now, would = (
        f"{head[name]:.3f} ({head[f'{name}_lo']:.2f}–{head[f'{name}_hi']:.2f})"
        for name in ("auc_in_force", "auc_suggested")
    )
    gain = " to ".join(f"{head[name]:+.3f}".replace("-", numbers.MINUS) for name in ("auc_gain_lo", "auc_gain_hi"))
    better = "better" if head["auc_gain_lo"] > 0 else "worse" if head["auc_gain_hi"] < 0 else "no better beyond chance"
    n = numbers.plural(head["n_later_lost"], "account")
    return f"Later on these weights rank who is lost <b>{better}</b>: AUC {would} against {now}, difference {gain}; {n} lost."


def _share(row: dict, own: list[dict]) -> str:
    return numbers.count(100 * row["weight_in_force"] / sum(each["weight_in_force"] for each in own))
