"""The play of an exception: offered, started once, and how far it is.

offer     a button that starts the plays of exceptions, of one account or of many; or how far one is
offer_one  the same for one, with its tasks to look at first
start     start them; for callbacks
standing  the exceptions of accounts that are open or snoozed by now
planned   the tasks of the play of an exception, as they would be written today
progress  how far a play is, in words
guide, links  what tasks go by
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256

import pandas as pd
import streamlit as st

from lib.book import Book, say_day, year_to
from lib.facts import plays
from lib.view import access, accountlink, door, look, numbers, tables
from lib.view.plain import plain
from lib.view.writing import acting, pen
from lib.workspace import Row
from lib.workspace.plays import Begun, Run


def offer(book: Book, rows: Sequence[dict], place: str = "exceptions") -> None:
    """A button that starts the plays of exceptions `rows` (account, exception_rule, person) that are open by now and have none;
    of one that has, how far it is. What comes of a click is told at `place` (lib.view.writing.told)."""
    asked = {_key(row) for row in rows}
    found = {_key(row): row for row in reversed(standing([row["account"] for row in rows])) if _key(row) in asked}
    begun = [row for row in found.values() if row["play_started_on"] is not None]
    to_start = [row for row in found.values() if row["play_started_on"] is None and planned(row)]
    if to_start and pen.can_write():
        n_tasks = sum(len(planned(row)) for row in to_start)
        named = plain(", ".join(dict.fromkeys(row["play"] for row in to_start)))
        st.button(
            f"Start {numbers.plural(len(to_start), 'play')}: {numbers.plural(n_tasks, 'task')}", help=named, type="primary",
            key=f"start plays {_mark(to_start, place)}", on_click=start, args=(place, to_start),
        )  # fmt: skip
    if len(begun) == 1:
        look.note(progress(begun[0]))


def offer_one(account: str, rule: str, person: str | None, place: str) -> None:
    """The same for `rule` of one account, or of one of its people, with the tasks to look at first."""
    found = [row for row in standing([account]) if (row["exception_rule"], row["person"]) == (rule, person)]
    if not found or not found[0]["play"]:
        return
    row = found[0]
    if row["play_started_on"] is not None:
        look.note(progress(row))
    elif pen.can_write():
        _offered(row, place)


def start(place: str, rows: Sequence[dict]) -> None:
    """Start the plays of the exceptions `rows`, as they are by now; those that were started already are named, and left."""
    acts, this = acting.acts(), ("play", *map(_key, rows))
    with acts.one(place):
        if this in acts.done:  # a second click
            return
        now = {_key(row): row for row in standing([row["account"] for row in rows])}
        runs, left = [], []
        for row in rows:
            run, why = _run(now.get(_key(row)), row)
            runs += [run] if run else []
            left += [] if run else [why]
        begun = pen.start(runs) if runs else Begun()
        left += [f"{why}." for _, why in begun.refused]
        if begun.rows:
            acts.done.add(this)
        undo = _undo(begun.rows, this) if begun.rows else None
        acts.tell(place, " ".join([_said(begun.rows), *dict.fromkeys(left)]), is_good=bool(begun.rows), undo=undo)


def standing(accounts: Sequence[str]) -> list[dict]:
    """The exceptions of `accounts` that are open or snoozed on the last day of the data, a play that was started first."""
    manifest = door.opened().manifest
    book = year_to(manifest.as_of or manifest.received_on)
    asked = {"accounts": list(dict.fromkeys(accounts)), "only": "standing", "on": access.today()}
    table = door.answer("account_exceptions", book, **asked).table
    rows = tables.records(table.astype(object).where(table.notna(), None))
    return sorted(rows, key=lambda row: row["play_started_on"] is None)


def planned(row: dict) -> list[dict]:
    """The tasks of the play of an exception, as they would be written today; none where nothing of it fits the account."""
    play = door.definitions().exceptions.play(row["play"] or "")
    owners = (row["exception_owner"], row["account_executive"])
    return plays.due(play, row["touch"], *owners, access.today()) if play else []


def progress(row: dict) -> str:
    """“Raise utilisation” since 3 Nov 2026: 1 of 3 tasks done, check on 2 Jan 2027. Past `plain`."""
    began = say_day(pd.Timestamp(row["play_started_on"]).date())
    done = f"{numbers.count(row['n_tasks_done'])} of {numbers.plural(row['n_tasks'], 'task')} done"
    check = ""
    if row["check_on"] is not None:
        due = say_day(pd.Timestamp(row["check_on"]).date())
        check = f", still open at its check on {due}" if row["check_result"] == "still open" else f", check on {due}"
    return f"“{plain(row['play'])}” since {began}: {done}{check}"


def guide(said: str) -> str:
    """What a task goes by: a link where a browser may follow it, else its name. Past `plain`."""
    url = accountlink.web(said)
    return f'<a href="{plain(url)}" target="_blank" rel="noopener noreferrer">{plain(url)}</a>' if url else plain(said)


def links(tasks: Iterable[Mapping[str, object]]) -> list[str]:
    """The guides of tasks that a browser may follow, once each. Past `plain`."""
    said = dict.fromkeys((task["detail"] or "").removeprefix(plays.GUIDE) for task in tasks)
    return [guide(each) for each in said if accountlink.web(each)]


def _offered(row: dict, place: str) -> None:
    name = _mark([row], place)
    with st.popover("Start the play", icon=":material/play_arrow:", type="tertiary", key=f"play {name}"):
        play, tasks = door.definitions().exceptions.play(row["play"]), planned(row)
        about = f"{plain(play.aim)}; checked after {numbers.plural(play.check_days, 'day')}, about {play.hours:g} h of work."
        look.html(f"<b>{plain(play.play)}</b>")
        look.note(about)
        if tasks:
            look.html(f'<ul class="hl-plan">{"".join(map(_line, tasks))}</ul>')
            st.button(
                f"Start it: {numbers.plural(len(tasks), 'task')}", key=f"start {name}", type="primary", on_click=start,
                args=(place, [row]),
            )  # fmt: skip
        else:
            look.note(f"None of its tasks is for accounts of {row['touch']} touch.")


def _line(task: dict) -> str:
    who = task["owner"] or f"no {task['role']} given"
    under = f"{plain(who)} · by {say_day(task['due_on'])}"
    if task["detail"]:
        under += f" · {guide(task['detail'].removeprefix(plays.GUIDE))}"
    return f"<li>{plain(task['title'])} <small>{under}</small></li>"


def _run(row: dict | None, asked: dict) -> tuple[Run | None, str]:
    """The play to start for an exception; or why there is none."""
    what = f"“{asked['exception_rule']}” of {asked['name'] or asked['account']}"
    if row is None:
        return None, f"{what} is not open any more."
    if not row["play"]:
        return None, f"{what} has no play."
    tasks = planned(row)
    if not tasks:
        return None, f"No task of “{row['play']}” is for accounts of {row['touch']} touch."
    began = pd.Timestamp(row["exception_began_on"]).date()
    return Run(row["account"], row["exception_rule"], row["play"], began, tuple(tasks), row["person"]), ""


def _key(row: dict) -> tuple:
    return row["account"], row["exception_rule"], row["person"]


def _mark(rows: Sequence[dict], place: str) -> str:
    """Names a button by what it is about."""
    return sha256(repr((place, *map(_key, rows))).encode()).hexdigest()[:12]


def _said(made: Sequence[Row]) -> str:
    n = len({(row.account, row["rule"], row["person"]) for row in made})
    return (
        f"{numbers.plural(n, 'play')} started: {numbers.plural(len(made), 'task')}." if made else "No play was started."
    )


def _undo(made: Sequence[Row], this: tuple) -> Callable[[], str]:
    """Takes the tasks away that nobody changed since."""
    acts = acting.acts()

    def undone() -> str:
        done = pen.take_back(made)
        acts.done.discard(this)
        stayed = f" {numbers.plural(len(done.refused), 'task')} changed since and stayed." if done.refused else ""
        return f"Taken back.{stayed}"

    return undone
