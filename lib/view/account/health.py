"""The health of one account: its score in a line, what makes it, what moved it, and its weeks.

panel   the section
"""

from collections.abc import Sequence
from datetime import date

import pandas as pd
import streamlit as st

from lib.book import Book, say_day
from lib.definitions.health import NULL_RULES, Rules
from lib.measures import Answer
from lib.measures.health.parts import OVERRIDE
from lib.view import door, look, numbers, tables
from lib.view.account import head, paper
from lib.view.account.paper import Column, day
from lib.view.account.state import OneAccount
from lib.view.charts import cascade, scored, theme
from lib.view.charts.cascade import Row, signed
from lib.view.charts.scored import Band, Week
from lib.view.health import words
from lib.view.plain import plain

_STILL = {"displayModeBar": False, "doubleClick": False}
_FEWEST = 3  # weeks with a score that make a line


def panel(book: Book, state: OneAccount) -> dict[str, Answer]:
    """The section: designed for who has no score, who is on trial, and who has left."""
    look.section("Health", "0 to 100, by the rules of where it stands", place="health")
    history = head.ask("health_history", book, state)
    if history is None:
        return {}
    weeks = tables.records(history.table)
    if not weeks:
        look.empty(
            "No health by this day",
            "It is told of customers and of trials: a contract with a start and an end begins it.",
        )
        return {"Health by week": history}
    last = weeks[-1]
    made = head.ask("health_parts", book, state)
    if made is None:
        return {"Health by week": history}
    is_here = _date(last["day"]) == book.as_of
    look.html(f'<p class="hl-said">{_line(last, made, is_here=is_here)}</p>')
    if is_here:
        _made(last, made)
    _weeks(weeks)
    return {"Health by week": history, "Health by part": made}


def _line(last: dict, made: Answer, *, is_here: bool) -> str:
    """Score, colour and profile in one line; of who has none, why."""
    if not is_here:
        return f"No customer any more, and not on trial: the last score, of {_day(last['day'])}, was {_scored(last)}."
    said = [_scored(last), plain(last["profile"]) if _is_said(last["profile"]) else "no profile"]
    change = made.table["contribution_change"]
    if len(change) and change.notna().all():
        moved = round(float(change.sum()), 1)
        before = _day(made.table["day_before"].iloc[0])
        said.append(f"{signed(moved)} since {before}" if moved else f"as on {before}")
    said += ["renewal coming up: some parts count more"] if last["is_renewing"] else []
    said += [f'<span class="hl-worse">held down: {plain(last["held_by"])}</span>'] if _is_said(last["held_by"]) else []
    said += (
        [f"{numbers.percent(last['risk_90'], 0)} risk of loss in 90 days, predicted"]
        if _is_said(last["risk_90"])
        else []
    )
    said += [f"{numbers.percent(last['convert_rate'], 0)} chance to convert"] if _is_said(last["convert_rate"]) else []
    why = f"<br>Why there is none: {plain(last['why_not'])}." if _is_said(last["why_not"]) else ""
    return " · ".join(said) + why


def _scored(week: dict) -> str:
    value = (
        f"<b class=hl-score>{words.score(week['health_score'])}</b> of 100 " if _is_said(week["health_score"]) else ""
    )
    return f"{value}{words.said(week['colour'])}"


def _made(last: dict, made: Answer) -> None:
    """What makes the score beside what moved it; what is not known in a line."""
    parts = tables.records(made.table)
    if _is_said(last["health_score"]):
        left, right = st.columns(2, gap="medium")
        with left:
            st.html("<h3 class=hl-part>What makes it</h3>")
            rows = _now(parts, last)
            _chart(rows, "health now", "points; pale: what a part could give on top", "What makes the score")
        with right:
            st.html("<h3 class=hl-part>What moved it</h3>")
            moves = _moved(parts)
            if moves:
                _chart(moves, "health moved", "points", "What moved the score")
            else:
                is_first = made.table["contribution_before"].isna().all()
                look.note(
                    "Nothing to compare with: it had no score then."
                    if is_first
                    else "Nothing: no part gives more or less."
                )
    else:
        told = [
            f"{plain(each['part'])} {plain(each['value_said'])}: {each['points']:.0f} of 100"
            for each in parts
            if _is_said(each["points"])
        ]
        look.note(f"What is known: {'; '.join(told) or 'nothing'}.")
    lines = [plain(note) for note in made.notes if note.startswith(("The profile", "Other rules"))]
    if missing := [each for each in made.left_out["reason"] if each.startswith(f"not known on {_day(last['day'])}")]:
        share = numbers.percent(1 - last["known_share"], 0)
        lines.append(f"N{plain(missing[0][1:])}: {share} of the weight; {NULL_RULES[_rules(last['day']).null_rule]}.")
    for line in lines:
        look.note(line)


def _now(parts: list[dict], last: dict) -> list[Row]:
    """A row per part that is known, what costs most first; what holds the score down; the score."""
    known = [each for each in parts if _is_said(each["points"]) and each["fact"] != OVERRIDE]
    known.sort(key=lambda each: -each["weight_share"] * (100 - each["points"]))
    rows, at = [], 0.0
    for each in known:
        gives, most = each["contribution"], 100 * each["weight_share"]
        rows.append(
            Row(
                f"{each['part']} · {each['value_said']}", cascade.GIVES, at, at + gives, f"{gives:.1f} of {most:.1f}",
                f"<b>{plain(each['part'])}</b>: {plain(each['value_said'])}<br>{each['points']:.0f} of 100 points, weighs "
                f"{numbers.percent(each['weight_share'])}: gives {gives:.1f} of {most:.1f}",
                more=max(most - gives, 0.0),
            )
        )  # fmt: skip
        at += gives
    for each in (each for each in parts if each["fact"] == OVERRIDE and each["contribution"]):
        ends = at + each["contribution"]
        rows.append(_override(each, at, ends, each["contribution"]))
        at = ends
    score = last["health_score"]
    return [*rows, Row("Health", cascade.STANDS, 0, score, f"<b>{score:.1f}</b>", f"<b>{score:.1f}</b> of 100")]


def _moved(parts: list[dict]) -> list[Row]:
    """From the score before to the score now, what took most first; none where nothing moved, or nothing is compared."""
    moves = [each for each in parts if _is_said(each["contribution_change"]) and each["contribution_change"]]
    if not moves:
        return []
    before = sum(each["contribution_before"] for each in parts)
    rows = [
        Row(_day(parts[0]["day_before"]), cascade.STANDS, 0, before, f"<b>{before:.1f}</b>", f"{before:.1f} of 100")
    ]
    at = before
    for each in sorted(moves, key=lambda each: each["contribution_change"]):
        change = each["contribution_change"]
        if each["fact"] == OVERRIDE:
            rows.append(_override(each, at, at + change, change))
        else:
            rows.append(
                Row(each["part"], cascade.ADDS if change > 0 else cascade.TAKES, at, at + change, signed(change), _why(each))
            )  # fmt: skip
        at += change
    return [*rows, Row(_day(parts[0]["day"]), cascade.STANDS, 0, at, f"<b>{at:.1f}</b>", f"{at:.1f} of 100")]


def _override(each: dict, begins: float, ends: float, change: float) -> Row:
    kind = cascade.TAKES if change < 0 else cascade.ADDS
    said = each["value_said"] if _is_said(each["value_said"]) else "no more"
    name = f"{each['part'][0].upper()}{each['part'][1:]}, {said}"
    return Row(name, kind, begins, ends, signed(change), f"<b>{plain(name)}</b><br>{signed(change)} points")


def _why(each: dict) -> str:
    """What the fact said, the points and the weight, before and now."""
    sides = []
    for end in ("_before", ""):
        if not _is_said(each[f"points{end}"]):
            sides.append("not known, or no part of the profile")
        else:
            said, points, share = each[f"value_said{end}"], each[f"points{end}"], each[f"weight_share{end}"]
            sides.append(f"{plain(said)}, {points:.0f} of 100 × {numbers.percent(share)}")
    return (
        f"<b>{plain(each['part'])}</b> {signed(each['contribution_change'])}<br>before: {sides[0]}<br>now: {sides[1]}"
    )


def _chart(rows: list[Row], key: str, title_x: str, about: str) -> None:
    figure = cascade.figure(rows, colours=theme.palette(), title_x=title_x)
    st.plotly_chart(figure, key=key, theme=None, alt=cascade.alternative(rows, about), config=_STILL)


def _weeks(rows: list[dict]) -> None:
    """The weeks over their colours, and what happened on the way."""
    weeks = [
        Week(_date(row["day"]), row["health_score"] if _is_said(row["health_score"]) else None, row["colour"],
             row["profile"] if _is_said(row["profile"]) else "no profile", row["marks"])
        for row in rows
    ]  # fmt: skip
    n_scored = sum(week.score is not None for week in weeks)
    if n_scored < _FEWEST:
        look.note(
            "No line yet: it has a score in fewer than three weeks." if n_scored else "It had no score in any week."
        )
        return
    marked = [week for week in reversed(weeks) if week.marks]
    left, right = st.columns([5, 3], gap="medium")
    with left:
        st.html("<h3 class=hl-part>Week by week</h3>")
        figure = scored.figure(weeks, _bands(weeks), colours=theme.palette())
        st.plotly_chart(figure, key="health weeks", theme=None, alt=scored.alternative(weeks), config=_STILL)
    with right:
        st.html("<h3 class=hl-part>What happened</h3>")
        if not marked:
            look.note("Nothing that changes how it is scored.")
            return
        columns = [
            Column("Week to", lambda week: f"{_sign(week['marks'])} {day(week['day'])}", is_narrow=True),
            Column("What", lambda week: "<br>".join(plain(mark) for mark in week["marks"])),
        ]
        listed = [{"day": week.day, "marks": week.marks} for week in marked]
        paper.table(listed, columns, label="What happened to its health", height=250)


def _sign(marks: Sequence[str]) -> str:
    sign = scored.sign_of(marks)
    return f'<span class="hl-sign{" hl-worse" if sign == "x" else ""}">{scored.LETTERS[sign]}</span>'


def _bands(weeks: list[Week]) -> list[Band]:
    """The colours that held, from the first week to the last."""
    first, last = weeks[0].day, weeks[-1].day
    return [
        Band(max(since or first, first), min(until or last, last), rules.red_below, rules.green_from)
        for since, until, rules in door.definitions().health.spans()
        if (since or first) <= last and (until or last) >= first
    ]


def _rules(when: object) -> Rules:
    """The rules that hold of a day."""
    on = _date(when)
    spans = door.definitions().health.spans()
    return next(
        rules for since, until, rules in spans if (since is None or since <= on) and (until is None or on < until)
    )


def _date(value: object) -> date:
    return pd.Timestamp(value).date()


def _day(value: object) -> str:
    return say_day(_date(value))


def _is_said(value: object) -> bool:
    return value is not None and value == value and value is not pd.NA
