"""What My book costs beside its bare queries:  python -m tests.bench.book [--accounts N] [--store DIR] [--rounds N]

page    mybook, the first 50 rows by attention
tiles   mybook_tiles, on the day and 30 days before
changes changes in 30 days, the first 50 accounts
filter  page and tiles again for the accounts of one CSM, and what the book bar asks then: the accounts beside each choice
bare    the scans and aggregations these need, over the same rows of the same tables, each on its own: contracts, people
        of eight weeks, tickets, touches, surveys, milestones; without joins to accounts, windows, sorts, lists and text.
        Each aggregate is looked at, as the database leaves out what nobody does.
        counts by CSM, channel, segment, region and plan for a filter.
        For changes the days of the tiles again, and the stages.
        For the page once; for the tiles twice without milestones, as they look at two days and at no stage

In turn, round after round; medians of wall-clock seconds, and of the processor's, which other programs disturb less.
"""

import argparse
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lib import definitions
from lib.book import year_to
from lib.facts import open_store
from lib.facts.ask import ask
from lib.measures.facets import facets
from lib.measures.mybook.changes import changes
from lib.measures.mybook.listing import mybook
from lib.measures.mybook.tiles import EARLIER, mybook_tiles

TARGET = "< 3"
PAGE = 50
FIRST = ("csm", "channel", "segment", "region", "plan")
_CONTRACTS = """
select max(columns(*)) from (
    select
        _account, min(starts_on) as started_on, max(least(ends_on, cancelled_on)) as ended_on,
        sum(arr) filter (where coalesce(least(ends_on, cancelled_on) > $day, true)) as arr,
        sum(seats) filter (where coalesce(least(ends_on, cancelled_on) > $day, true)) as seats,
        min(ends_on) filter (where ends_on > $day) as renews_on,
        min(notice_by) filter (where ends_on > $day) as notice_by,
        bool_or(notice_given_on <= $day) as has_notice, bool_or(asked_to_cancel_on <= $day) as has_asked
    from core.contract where coalesce(starts_on <= $day, true) group by _account
)"""
_PEOPLE = """
select max(columns(*)) from (
    select account, count(*) filter (where is_active) as n_active, count(*) filter (where was_active) as n_before from (
        select account, person, bool_or(week >= $day - 28) as is_active, bool_or(week < $day - 28) as was_active
        from usage.usage_person_week where week >= $day - 56 and week < $day group by account, person
    ) group by account
)"""
_TICKETS = """
select max(columns(*)) from (
    select _account, count(*) as n from core.ticket where opened_at < $day and (closed_at is null or closed_at >= $day) group by _account
)"""
_TOUCHES = """
select max(columns(*)) from (
    select _account, max(occurred_at) as last_at from core.touch
    where is_two_way and kind <> 'campaign' and occurred_at < $day group by _account
)"""
_SURVEYS = """
select max(columns(*)) from (
    select _account, arg_max(score, answered_on) as nps from core.survey
    where kind = 'nps' and score is not null and answered_on <= $day group by _account
)"""
_STAGES = """
select max(columns(*)) from (
    select _account, min(reached_on) as first_on, max(reached_on) as last_on from core.milestone where reached_on <= $day group by _account
)"""
_BY_STAGE = (
    "select stage, median(reached_on - $day), count(*) from core.milestone where reached_on <= $day group by stage"
)
_WEEKLY = """
select count(*), sum(n) from (
    select account, week, count(*) as n from usage.usage_person_week
    where week >= $day - 91 and week < $day and account in (select account from core.account limit 50) group by account, week
)"""
_COUNTS = [f"select {name}, count(*) from core.account group by {name}" for name in FIRST]
_RISK = (_CONTRACTS, _PEOPLE, _TICKETS, _TOUCHES, _SURVEYS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--store", type=Path, help="a store that exists, instead of a sample of --accounts")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        _compare(options.store or _sample_store(options.accounts, Path(place) / "store"), options.rounds)


def _compare(store: Path, rounds: int) -> None:
    snapshot, words = open_store(store), definitions.load()
    book = year_to(snapshot.manifest.as_of)
    days = {"day": book.as_of}, {"day": book.as_of - timedelta(days=EARLIER)}

    name = snapshot.dimension("csm").values[0]
    cut = book.where("csm", [name])
    free = tuple(each for each in FIRST if each != "csm")

    def filtered(con):
        mybook(con, cut, words, limit=PAGE)
        mybook_tiles(con, cut, words)
        facets(con, cut, words, by=free)

    def bare(con):
        for sql in (*_RISK, _STAGES, _BY_STAGE, _WEEKLY):
            con.execute(sql, days[0]).fetchall()
        for day in days:
            for sql in _RISK:
                con.execute(sql, day).fetchall()

    def bare_changes(con):
        for day in days:
            for sql in _RISK:
                con.execute(sql, day).fetchall()
        for sql in (_STAGES, _BY_STAGE):
            con.execute(sql, days[0]).fetchall()

    acts = {
        "page": lambda con: mybook(con, book, words, limit=PAGE),
        "tiles": lambda con: mybook_tiles(con, book, words),
        "changes": lambda con: changes(con, book, words, limit=PAGE),
        "filter": filtered,
        "bare": bare,
        "bare_changes": bare_changes,
        "counts": lambda con: [con.execute(sql).fetchall() for sql in _COUNTS],
    }
    spent = {name: [] for name in acts}
    for number in range(rounds + 1):
        for name, act in acts.items():
            with ask(snapshot, cut if name == "filter" else book, words) as con:
                begun, worked = time.perf_counter(), time.process_time()
                act(con)
                if number:  # the first round reads the files
                    spent[name].append((time.perf_counter() - begun, time.process_time() - worked))
    for at, clock in enumerate(("wall", "processor")):
        took = {name: statistics.median(each[at] for each in found) for name, found in spent.items()}
        opened = (took["page"] + took["tiles"]) / took["bare"]
        whole = (took["page"] + took["tiles"] + took["changes"]) / (took["bare"] + took["bare_changes"])
        turned = took["filter"] / (took["bare"] + took["counts"])
        print(f"{clock:10} seconds: " + ", ".join(f"{name} {seconds:.3f}" for name, seconds in took.items()))
        print(f"{clock:10} {'(page + tiles) / bare':28}{opened:8.2f}   target {TARGET}")
        print(f"{clock:10} {'with changes / bare of all':28}{whole:8.2f}   target {TARGET}")
        print(f"{clock:10} {'filter / (bare + counts)':28}{turned:8.2f}   target {TARGET}")


def _sample_store(n: int, store: Path) -> Path:
    from lib.__main__ import main as shell

    print(f"making a sample of {n:,} accounts ({datetime.now(UTC):%H:%M} UTC)")
    assert shell(["sample", "--accounts", str(n), "--events-per-account", "60", "--store", str(store)]) == 0
    return store


if __name__ == "__main__":
    main()
