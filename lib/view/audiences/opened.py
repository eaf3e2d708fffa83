"""Who is in an audience now: how many, whom one may write to, and who stands apart; the list and the download.

counted   the answer that counts them; None where it cannot be asked, which is said
n_of      how many they are, those apart included
panel     the members of the one that is open
"""

import streamlit as st

from lib.book import Book, say_day
from lib.measures import Answer
from lib.view import door, look, numbers, step, tables
from lib.view.audiences.audiencestate import Audiences, turn
from lib.view.plain import plain
from lib.workspace import Row
from lib.workspace.audiences import Asked

_MOST = 500  # rows sent to the browser; the download has all
_COLUMNS = {
    "people": ["person_name", "reason", "email", "name", "csm", "role", "person", "account"],
    "accounts": ["name", "csm", "account"],
}
_NAMED_BY = {"person": "person_name", "account": "name"}  # an id is shown where one of the list has no name


def counted(question: Asked, book: Book) -> Answer | None:
    """The answer that counts the members; None where it cannot be asked of this data any more, which is said."""
    answer = door.try_ask("members", book, **_asked(question), limit=1)
    if answer is None:
        look.note(
            "It cannot be asked of this data any more, so nobody is in it. Save it anew where it came from, or remove it."
        )
    return answer


def n_of(answer: Answer) -> int:
    """How many they are, those apart included."""
    return _n_rows(answer) + int(answer.left_out["n"].sum())


def panel(row: Row, question: Asked, book: Book, answer: Answer | None, state: Audiences) -> dict[str, Answer]:
    """The members of the open audience, with the download of all of them."""
    if answer is None:
        return {}
    look.note(_said(question, answer))
    if not n_of(answer):
        look.empty("Nobody is in it now", "The question is kept: whoever comes to fit it will be.")
        return {"Members": answer}
    _choose(answer, state)
    listed = door.try_ask("members", book, **_asked(question), which=state.members, limit=_MOST)
    if listed is None:
        return {}
    table = listed.table
    if table.empty:
        look.note(
            "All of them opted out or are deactivated: there is nobody to write to."
            if state.members == "reachable"
            else "Nobody is left out."
        )
    else:
        columns = [name for name in _COLUMNS[question.whom] if table[name].notna().any()]
        columns = [name for name in columns if name not in _NAMED_BY or table[_NAMED_BY[name]].isna().any()]
        tables.show(table[columns], key=f"members {row.id} {state.members}", height=min(420, 40 + 32 * len(table)),
                    labels={"name": "Account", "account": "Account's id", "reason": "Left out"})  # fmt: skip
    _foot(row, question, book, answer, len(table), _n_rows(listed))
    return {"Members": answer}


def _asked(question: Asked) -> dict:
    return {"asks": question.asks, "options": question.options}


def _n_rows(answer: Answer) -> int:
    return int(answer.table["n_rows"].iat[0]) if len(answer.table) else 0


def _said(question: Asked, answer: Answer) -> str:
    """398 people now, by data to 31 Oct 2026: 376 to write to; 12 opted out, 10 deactivated. 3 people have no e-mail address."""
    one, many = ("person", "people") if question.whom == "people" else ("account", "accounts")
    apart = [f"{numbers.count(each.n)} {plain(each.reason)}" for each in answer.left_out.itertuples()]
    last_day = door.opened().manifest.as_of
    whole = (
        f"<b>{numbers.plural(n_of(answer), one, many)} now</b>{f', by data to {say_day(last_day)}' if last_day else ''}"
    )
    split = f": {numbers.count(_n_rows(answer))} to write to, {', '.join(apart)}" if apart else ""
    return " ".join([f"{whole}{split}.", *map(plain, answer.notes)])


def _choose(answer: Answer, state: Audiences) -> None:
    """Whom one may write to, or who stands apart; where nobody does there is no choice."""
    n_apart = int(answer.left_out["n"].sum())
    if not n_apart and state.members == "reachable":
        return
    labels = {
        "reachable": f"To write to {numbers.count(_n_rows(answer))}",
        "apart": f"Left out {numbers.count(n_apart)}",
    }
    step.show("audience members", state.members)
    st.segmented_control(
        "Which", list(labels), key="audience members", format_func=labels.get, required=True, label_visibility="collapsed",
        on_change=lambda: turn(members=st.session_state["audience members"]),
    )  # fmt: skip


def _foot(row: Row, question: Asked, book: Book, answer: Answer, n_shown: int, n_rows: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if n_shown < n_rows:
            look.note(f"The first {numbers.count(n_shown)} of {numbers.count(n_rows)}; the download has all.")
        everyone = False
        if len(answer.left_out):
            everyone = st.checkbox(
                "With those left out", key=f"everyone {row.id}", help="Those who opted out or are deactivated are in the file, too."
            )  # fmt: skip
        which = "all" if everyone else "reachable"
        n = n_of(answer) if everyone else _n_rows(answer)
        drop = (
            ("n_rows",) if question.whom == "people" else ("n_rows", "person", "person_name", "email", "role", "reason")
        )
        tables.download(
            f"Download {numbers.count(n)}", "audience.csv", door.whole("members", book, **_asked(question), which=which),
            key=f"download {row.id}", drop=drop,
        )  # fmt: skip
