"""Cohort curves: how people, accounts and ARR that began together are retained, or first use a feature, step by step.

cohorts         one row per cohort and step, and the pooled mean
COLUMNS         of the answer, whatever the options
counted         the cells of a question as they were counted
keys            cohorts by their names
question        the options of a reader, checked
statement       the SQL of who began, and of the counts
spans           the SQL of when they are retained
rates           the pooled mean, intervals and tests of the cells
money           intervals of ARR retained
members         who is behind a cell
compare         two cohorts against each other
features        the features there are to adopt
"""

from collections.abc import Sequence
from datetime import timedelta

import duckdb
import pandas as pd

from lib.book import Book, say_day
from lib.definitions import Definitions
from lib.measures import Answer, left_out
from lib.measures.cohorts import money, rates
from lib.measures.cohorts.question import Question, asked
from lib.measures.cohorts.statement import cells, parameters

COLUMNS = [
    "cohort", "is_pooled", "cohort_opens_on", "step", "step_label", "n_cohort", "n_eligible", "n_retained",
    "retained_rate", "retained_rate_lo", "retained_rate_hi", "is_complete", "completes_on", "arr_eligible", "arr_retained",
    "gross_retained_rate", "p_value", "q_value",
]  # fmt: skip


def cohorts(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    of: str = "users",
    cohort: str | None = None,
    every: str = "month",
    step: str = "month",
    n_steps: int | None = None,
    brackets: Sequence[str | int] = (),
    kind: str = "on",
    calendar: str = "rolling",
    feature: str = "",
) -> Answer:
    """The share of every cohort that is retained in each step, oldest cohort first; pooled over all cohorts at the end.

    of        users (people), accounts, arr_gross or arr_net: ARR kept, of the ARR on the day each account began
    cohort    what begins a member's time and names the cohort: signup, contract_start, key_action, first_use; or a dimension,
              whose value on that day names it (people then begin with their sign-up, accounts with their contract)
    every     week, month or quarter: how long a cohort takes people in
    step      day, week or month; n_steps of them after the one a member begins in
    kind      on: used in the step (an account: lives on its last day); on_or_after: in it or later; on_or_before: again by its end;
              streak: in every step so far; bracket: on, in steps of brackets, bounds in units of step: 0,1,7,30
    calendar  rolling: steps count from the day a member began; calendar: by days, Mondays or months of the calendar
    feature   the share that has used this feature by the end of the step, for the first time: kind is not asked

    Cohorts are of members who began in the book's period. A member is eligible in a step that lies whole within what is known:
    within the usage data by the as-of day; of an account whose renewal is pending, before the end of its term; of people
    who came after their account began, from the first step that began with them there. Who left stays eligible: that is a loss.
    A cell is complete when the cohort takes in no one any more and everybody in it has finished the step; by a dimension,
    where anybody has. The pooled mean is sum retained / sum eligible of complete cells alone.
    Intervals: Wilson; of ARR the middle 95 % of a bootstrap over accounts. p_value: against the other complete cells of the
    step; q_value: Benjamini and Hochberg's over the cohorts of the step. Raises Refused for options there are none of.
    """
    question = asked(
        con, of=of, cohort=cohort, every=every, step=step, n_steps=n_steps, brackets=brackets, kind=kind,
        calendar=calendar, feature=feature,
    )  # fmt: skip
    found, dropped, sql = counted(con, question, book, definitions)
    drawn = money.draws(con, question, book, definitions) if question.is_money and len(found) else {}
    table = rates.table(found, question, drawn)
    return Answer(table[COLUMNS], dropped, _notes(question, book, found), sql)


def counted(
    con: duckdb.DuckDBPyConnection, question: Question, book: Book, definitions: Definitions
) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    """The cells of a question, a row per cohort and step; who was left out; and the SQL. `key` is the cohort as SQL says it."""
    sql = cells(question)
    rows = con.execute(sql, parameters(sql, question, book, definitions)).df()
    dropped = left_out(*((each["reason"], int(each["n"])) for each in rows["dropped"].iat[0]))
    rows = rows[rows["n_cohort"].notna()].reset_index(drop=True)
    rows["key"] = rows["cohort"].astype(object).where(rows["cohort"].notna(), None)
    rows["cohort"] = rows["key"] if question.dimension else [name_of(day, question) for day in rows["cohort_opens_on"]]
    whole = ["n_cohort", "step", "n_eligible", "n_unfinished", "n_retained"]
    rows = rows.astype(dict.fromkeys(whole, "int64"))
    rows["step_label"] = [question.step_labels[at] for at in rows["step"]]
    is_whole = (rows["n_unfinished"] == 0) & rows["is_closed"].astype(bool)
    rows["is_complete"] = (rows["n_eligible"] > 0) if question.dimension else is_whole
    return rows, dropped, sql


def name_of(day: pd.Timestamp, question: Question) -> str:
    """What people call the cohort that opens on a day: Nov 2025; week of 3 Nov 2025; Q4 2025; Nov 2025 to Jan 2026."""
    if question.every == "week":
        return f"week of {say_day(day)}"
    if question.every == "month":
        return f"{day:%b %Y}"
    if day.month % 3 == 1:
        return f"Q{day.quarter} {day.year}"
    return f"{day:%b %Y} to {day + pd.DateOffset(months=2):%b %Y}"


def keys(question: Question, book: Book, definitions: Definitions) -> dict[str, str]:
    """The cohorts by time that can begin in the book's period: name -> the cohort as SQL says it."""
    shift = (definitions.calendar.fiscal_year_starts_in - 1) % 3
    found = {}
    for day in pd.date_range(book.opens_on, book.closes_on - timedelta(days=1)):
        if question.every == "week":
            opens_on = day - timedelta(days=day.weekday())
        else:
            months = (day.month - 1 - shift) % 3 if question.every == "quarter" else 0
            opens_on = day.replace(day=1) - pd.DateOffset(months=months)
        found[name_of(opens_on, question)] = opens_on.date().isoformat()
    return found


def _notes(question: Question, book: Book, found: pd.DataFrame) -> tuple[str, ...]:
    """What a reader must know to read the table rightly."""
    said = [f"Those who began from {say_day(book.opens_on)} to {say_day(book.closes_on - timedelta(days=1))}."]
    if question.dimension:
        said.append("A cohort has the value of the day each began, and counts whoever has finished a step.")
    elif len(found) and found["cohort_opens_on"].min() < pd.Timestamp(book.opens_on):
        said.append("The first cohort began before the period opens: those of the period alone are counted.")
    if question.is_of_people:
        said.append(
            "People of an account that left stay in the count: not to come back is a loss, whatever the reason."
        )
        said.append("Intervals take people as independent of one another; those of one account are less so.")
    elif not question.feature:
        said.append("An account counts as retained where it has a live term on the last day of the step.")
    if question.begins == "contract_start" and question.is_of_people:
        said.append(
            "Steps count from the start of the account's contract; who came later counts from the first step they were there for."
        )
    if question.begins == "key_action" or question.feature:
        said.append(
            "The first use of a feature is known by its week; its day is taken to be the first day of use in that week."
        )
    if question.kind == "on_or_after" and not question.feature:
        said.append("Older cohorts had more time to come back: on or after favours them.")
    return tuple(said)
