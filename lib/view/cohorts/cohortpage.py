"""The parts of the page of cohorts: what is asked, the sentence, the triangle, the curves, the table.

stand     the state of this run
choose    what, by what, how long, in which steps; the rest under More
ask       the cohorts; where there are none, says what would bring them and ends the page
said      the headline sentence
pictures  the triangle of cells, the curves beside what they are compared with
table     every cell with all figures, and the download
counted   what is counted, one and many
"""

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.view import address, booklink, door, frame, look, numbers, step, tables
from lib.view.charts import cohortmap, curves, theme
from lib.view.cohorts import controls, sentences
from lib.view.cohorts.cohortstate import Cohorts, read_state
from lib.view.plain import plain

MOST_ROWS, MOST_CURVES = 14, 14
_FILES = {
    "users": "usage events (account, person, feature, time), and people with the day they came",
    "accounts": "contracts (account, start, end), or accounts with the day they began",
    "arr": "contracts with their amounts (account, start, end, ARR)",
}


def stand(book: Book) -> Cohorts:
    """The state of this run: what the link says, and what is usual."""
    query = address.read()
    usual = "users" if query.get("of") or not _nobody(book) else "accounts"
    state, dropped = read_state(query, door.opened().dimensions, usual)
    step.stand(state=state)
    frame.notices(dropped)
    return state


def choose(book: Book, state: Cohorts) -> None:
    """What is asked, and the link to this view."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        controls.row(state, door.opened().dimensions, door.try_ask("cohort_features", book))
        st.space("stretch")
        frame.share({**booklink.query(book), **state.to_query()})


def ask(book: Book, state: Cohorts) -> Answer:
    """The cohorts; where nobody began in the period, says what would bring them and ends the page."""
    with st.skeleton(height=300):
        answer = door.ask("cohorts", book, **state.options())
    if answer.table.empty:
        _empty(answer, state)
    return answer


def said(book: Book, answer: Answer, state: Cohorts) -> None:
    """The headline sentence, and what of the data it does not count."""
    few = door.definitions().reading.few_accounts
    with st.container():
        told = sentences.headline(answer.table, state, few, _feature(book, state))
        look.html(f'<p class="hl-said"><b>{plain(told)}</b></p>')
        look.note(plain(sentences.aside(answer.table, few)))


def pictures(book: Book, answer: Answer, state: Cohorts) -> None:
    """The triangle of cells, and under it the curves. A click on a cell opens its members."""
    colours, verb = theme.palette(), sentences.verb(state, _feature(book, state))
    rows, steps, cells = _cells(answer.table, state)
    figure = cohortmap.figure(
        cells,
        [row["name"] for row in rows],
        [row["n"] for row in rows],
        [_short(label) for label in steps],
        verb=verb,
        colours=colours,
    )
    scale = cohortmap.scale(cells)
    look.section(
        "Cohorts by step",
        f"share that {plain(verb)}; one scale for all cells, {scale}; a click opens who is behind a cell"
        if scale
        else "",
    )

    def opened(at: int) -> None:
        step.turn(open=(controls.written(rows[at // 1_000]), str(at % 1_000)), members_page=1)
        look.ask_to_scroll("members")

    theme.show(
        figure,
        f"cohort map {state}",
        alt=cohortmap.alternative(cells, [row["name"] for row in rows], verb=verb),
        on_click=opened,
    )
    look.note(_legend(answer.table, rows, state))
    drawn = _curves(answer.table, state)
    if sum(len(curve.points) > 1 for curve in drawn):
        look.section("Curves", f"share that {plain(verb)}, in complete cells; bands are 95 % intervals")
        st.plotly_chart(
            curves.figure(drawn, [_short(label) for label in steps], verb=verb, colours=colours),
            key="cohort curves", theme=None, alt=curves.alternative(drawn, verb=verb),
            config={"displayModeBar": False, "doubleClick": False},
        )  # fmt: skip


def table(book: Book, answer: Answer, state: Cohorts) -> None:
    """Every cell with all figures, and the download."""
    look.section("Every cell", "unfinished cells are in no mean")
    hidden = [
        "is_pooled",
        "step",
        *([] if state.of.startswith("arr_") else ["arr_eligible", "arr_retained", "gross_retained_rate"]),
    ]
    hidden += ["cohort_opens_on", "completes_on"] if answer.table["cohort_opens_on"].isna().all() else []
    names = [name for name in answer.table.columns if name not in hidden]
    shown = answer.table[answer.table["n_eligible"] > 0]
    tables.show(
        shown[names].assign(cohort=[controls.called(name) for name in shown["cohort"]]), key="cohort cells", height=300
    )
    tables.download(
        "Download", "cohorts.csv", door.whole("cohorts", book, **state.options()), key="download cohorts", is_quiet=True
    )


def counted(state: Cohorts) -> tuple[str, str]:
    """What is counted, one and many."""
    return ("person", "people") if state.of == "users" else ("account", "accounts")


def _feature(book: Book, state: Cohorts) -> str:
    """What people call the feature that is asked about."""
    features = door.try_ask("cohort_features", book) if state.feature else None
    named = (
        {} if features is None else dict(zip(features.table["feature"], features.table["feature_name"], strict=True))
    )
    return named.get(state.feature, state.feature)


def _nobody(book: Book) -> bool:
    """Whether there are no people whose use could be told in this period."""
    answer = door.try_ask("cohorts", book, **Cohorts(of="users").options())
    return answer is None or answer.table.empty


def _empty(answer: Answer, state: Cohorts) -> None:
    """What is not there, why, and which file would bring it; ends the page."""
    why = "; ".join(f"{numbers.plural(row.n, *counted(state))}: {row.reason}" for row in answer.left_out.itertuples())
    reasons = set(answer.left_out["reason"])
    what = "ARR" if state.of.startswith("arr_") else "people" if state.of == "users" else "accounts"
    if reasons == {"began outside the period"}:
        look.empty(
            f"Nobody began in this period ({what})", "Widen the period, or lift a filter.", f"Left out: {plain(why)}."
        )
    else:
        file = _FILES["arr" if what == "ARR" else state.of]
        lines = [f"It needs {file}.", *([f"Left out: {plain(why)}."] if why else [])]
        look.empty(f"No cohort of {what} to show", *lines, "Or count something else, above.")
    st.stop()


def _rows(found: pd.DataFrame, state: Cohorts) -> list[dict]:
    """The rows of the triangle: cohorts in the reader's order, the largest where there are many, and all together."""
    firsts = found[~found["is_pooled"]].drop_duplicates("cohort")
    if firsts["cohort_opens_on"].notna().any():
        firsts = firsts.tail(MOST_ROWS) if len(firsts) > MOST_ROWS else firsts
        firsts = firsts.iloc[::-1] if state.order == "newest" else firsts
    else:
        firsts = firsts.sort_values("n_cohort", ascending=False, kind="stable").head(MOST_ROWS)
    rows = [
        {"cohort": cohort, "name": controls.called(cohort), "n": n, "is_pooled": False}
        for cohort, n in zip(firsts["cohort"], firsts["n_cohort"], strict=True)
    ]
    n_all = int(found.loc[~found["is_pooled"]].drop_duplicates("cohort")["n_cohort"].sum())
    return [*rows, {"cohort": "all", "name": "All complete", "n": n_all, "is_pooled": True}]


def _steps(found: pd.DataFrame) -> list[str]:
    """The labels of the steps that some cohort has finished, and of one more."""
    reached = found.loc[found["is_complete"] & (found["n_eligible"] > 0), "step"].max()
    labels = found.drop_duplicates("step").sort_values("step")["step_label"].tolist()
    return labels[: 2 if pd.isna(reached) else int(reached) + 2]


def _cells(found: pd.DataFrame, state: Cohorts) -> tuple[list[dict], list[str], list[cohortmap.Cell]]:
    rows, steps, few = _rows(found, state), _steps(found), door.definitions().reading.few_accounts
    place = {(row["is_pooled"], row["cohort"]): at for at, row in enumerate(rows)}
    cells = []
    for each in tables.records(found):
        cohort = None if each["cohort"] != each["cohort"] else each["cohort"]
        at = place.get((each["is_pooled"], cohort))
        if at is None or each["step"] >= len(steps) or (each["is_pooled"] and not each["is_complete"]):
            continue
        gross = each["gross_retained_rate"]
        beside = [f"gross {numbers.percent(gross)}"] if state.of == "arr_net" and gross == gross else []
        if state.of.startswith("arr_") and each["arr_eligible"]:
            beside.append(f"{numbers.money(each['arr_retained'])} of {numbers.money(each['arr_eligible'])} ARR")
        cells.append(
            cohortmap.Cell(
                row=at, step=each["step"], cohort=rows[at]["name"], label=each["step_label"],
                n_eligible=each["n_eligible"], n_retained=each["n_retained"],
                rate=each["retained_rate"], lo=each["retained_rate_lo"], hi=each["retained_rate_hi"],
                is_complete=each["is_complete"], is_small=each["n_eligible"] < few,
                completes_on=None if each["is_complete"] else each["completes_on"], beside="<br>".join(beside),
                under=f"gross {numbers.percent(gross, 0)}" if state.of == "arr_net" else "",
                is_open=state.open == (controls.written(rows[at]), str(each["step"])),
            )
        )  # fmt: skip
    return rows, steps, cells


def _curves(found: pd.DataFrame, state: Cohorts) -> list[curves.Curve]:
    """A curve per cohort over its complete cells; the two that are compared, or the oldest and the newest, in colour."""
    whole = found[found["is_complete"] & (found["n_eligible"] > 0)]
    shown = [row for row in _rows(found, state) if not row["is_pooled"]][:MOST_CURVES]
    few = door.definitions().reading.few_accounts
    picked = controls.picked(found, state, few)
    drawn = []
    for row in [*shown, {"cohort": "all", "name": "All complete", "is_pooled": True}]:
        is_it = whole["cohort"].isna() if row["cohort"] is None else whole["cohort"] == row["cohort"]
        of = whole[is_it & (whole["is_pooled"] == row["is_pooled"])]
        role = "pooled" if row["is_pooled"] else {picked[0]: "first", picked[1]: "second"}.get(row["cohort"], "other")
        columns = ("step", "retained_rate", "retained_rate_lo", "retained_rate_hi", "n_eligible")
        if len(of) and of["n_eligible"].iat[0] >= few:  # a curve ends where few are left of it
            of = of[of["n_eligible"] >= few]
        points = tuple(zip(*(of[name].tolist() for name in columns), strict=True))
        if points:
            drawn.append(curves.Curve(row["name"], points, role))
        if row["is_pooled"] and points and state.of == "arr_net":
            gross = [
                (at, rate, float("nan"), float("nan"), n)
                for at, rate, n in zip(of["step"], of["gross_retained_rate"], of["n_eligible"], strict=True)
            ]
            drawn.append(curves.Curve("All, gross", tuple(gross), "gross"))
    return drawn


def _legend(found: pd.DataFrame, rows: list[dict], state: Cohorts) -> str:
    notes = [
        "Hatched: unfinished, with the day it completes; in no mean. In italics: few, so loose; a curve ends where few are left."
    ]
    hidden = found[~found["is_pooled"]]["cohort"].nunique(dropna=False) - (len(rows) - 1)
    if hidden > 0:
        notes.append(f"{numbers.plural(hidden, 'more cohort')} in the table below.")
    if state.of == "arr_net":
        notes.append("Net may exceed 100 %; gross stands under it in every cell.")
    return " ".join(notes)


def _short(label: str) -> str:
    """Month 3 as M3; days 1 to 6 as D1–6."""
    unit, _, rest = label.partition(" ")
    return f"{unit[0].upper()}{rest.replace(' to ', '–')}"
