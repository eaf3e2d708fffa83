"""A world of five accounts of which all that rules tell is worked out by hand.

LAST      its last day, 30 June 2026
frames    its tables
WRITTEN   what the team wrote: a save plan for `plan`, and the tasks of plays
asked     a measure on it

big       Dana's, high touch: asked to cancel on 20 June; renews in 185 days, 900 ARR
near      Dana's, low touch: renews on 15 August, so near from 16 June; 300 ARR
plan      Dana's: renews on 9 August, near from 10 June; a save plan is open from 25 June
lost      Dana's: asked to cancel on 1 May, cancelled on 15 June
lee's     Lee's: asked to cancel on 29 June
"""

from dataclasses import replace
from datetime import date, datetime

from lib.book import year_to
from lib.facts.ask import ask
from lib.measures.registry import measure
from lib.scope import ALL
from tests.test_facts_standing import term, written
from tests.worldlets import WORDS, account_frame, contract_frame

LAST = date(2026, 6, 30)
CANCEL, NEAR = "Cancellation requested", "Renewal near, no save strategy"
SAVE, PREPARE = "Save the account", "Prepare the renewal"


def frames(names=("big", "near", "plan", "lost", "lee's")) -> dict:
    """The tables of the store; `names` are what the accounts are called."""
    ids = ["big", "near", "plan", "lost", "lee's"]
    touch = ["High", "low", "low", None, "low"]
    terms = [
        term("big", "2026-01-01", "2027-01-01", arr=900.0, asked_to_cancel_on="2026-06-20"),
        term("near", "2025-08-15", "2026-08-15", arr=300.0, notice_by="2026-07-10"),
        term("plan", "2025-08-09", "2026-08-09", arr=200.0),
        term("lost", "2025-01-01", "2026-12-31", arr=100.0, asked_to_cancel_on="2026-05-01", cancelled_on="2026-06-15"),
        term("lee's", "2026-01-01", "2027-01-01", arr=50.0, asked_to_cancel_on="2026-06-29"),
    ]
    accounts = account_frame(
        ids, name=list(names), csm=["Dana"] * 4 + ["Lee"], touch_model=touch, account_executive=["Eve", None, None, None, "Eve"]
    )  # fmt: skip
    return {"account": accounts, "contract": contract_frame(*terms)}


def at(day: str) -> datetime:
    """Noon of a day."""
    return datetime.fromisoformat(f"{day}T12:00")


def tasks(*rows: tuple) -> object:
    """Tasks of plays: account, rule, play, day written, day done, day due."""
    account, rule, play, made, done, due = zip(*rows, strict=True)
    return written(
        "task", account=list(account), rule=list(rule), play=list(play), made_at=[at(each) for each in made],
        done_on=[done and date.fromisoformat(done) for done in done], due_on=[due and date.fromisoformat(due) for due in due],
        title=[f"task {n}" for n in range(len(rows))], id=[f"t{n}" for n in range(len(rows))], version=[1] * len(rows),
        owner=["Dana"] * len(rows), role=["CSM"] * len(rows), made_by=["dana"] * len(rows), is_commitment=[False] * len(rows),
    )  # fmt: skip


TASKS = tasks(
    ("big", CANCEL, SAVE, "2026-06-19", None, None),  # the day before it began: of no exception
    ("big", CANCEL, SAVE, "2026-06-22", "2026-06-23", "2026-06-24"),
    ("big", CANCEL, SAVE, "2026-06-24", None, "2026-06-28"),
    ("plan", NEAR, PREPARE, "2026-06-12", "2026-06-12", "2026-06-15"),
    ("lost", CANCEL, SAVE, "2026-05-10", None, None),
    ("lost", CANCEL, SAVE, "2026-06-15", None, None),  # the day on which it was over
    ("near", NEAR, PREPARE, "2026-07-05", None, "2026-07-08"),  # after the last day of the data: it counts on that day
    ("lee's", CANCEL, SAVE, "2026-06-30", None, "2026-06-30"),
    ("big", None, None, "2026-06-25", None, "2026-06-30"),
)
WRITTEN = {
    "task": TASKS,
    "save_plan": written("save_plan", account=["plan"], opened_on=[date(2026, 6, 25)], steps=["[]"], made_at=[at("2026-06-25")]),
}  # fmt: skip


def acts(*rows: tuple) -> object:
    """Acts on exceptions: account, rule, act, day, until, owner."""
    account, rule, act, day, until, owner = zip(*rows, strict=True)
    return written(
        "exception_act", account=list(account), rule=list(rule), act=list(act), acted_on=[date.fromisoformat(each) for each in day],
        until_on=[each and date.fromisoformat(each) for each in until], owner=list(owner), made_at=[at(each) for each in day],
        made_by=["dana"] * len(rows),
    )  # fmt: skip


def checked_after(days: int):
    """The definitions with every play checked after so many days."""
    words = WORDS.exceptions
    return replace(
        WORDS, exceptions=replace(words, plays=tuple(replace(each, check_days=days) for each in words.plays))
    )


def asked(world, name: str, *, as_of=LAST, scope=ALL, words=WORDS, said=WRITTEN, **options):
    """The table of a measure."""
    with ask(world, year_to(as_of), words, scope, said) as con:
        return measure(name)(con, year_to(as_of), words, **options).table
