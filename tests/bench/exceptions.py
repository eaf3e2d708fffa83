"""What it costs to live through the days of exceptions:  python -m tests.bench.exceptions [--accounts 100000] [--rules 18] [--days 180]

bare     one look at every value that the facts of the rules are made of
laid     everything that a rule was ever told: the lines of its fact, and the exceptions
days     how many began and were open on each of the last days, rule by rule
again    the same with another threshold, from the lines that are there

The sample company, with the use of 6,000 accounts repeated for all of them, so that each has two years of it; or a store there is.
"""

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

from lib import definitions
from lib.book import year_to
from lib.facts import exceptions, open_store
from lib.facts.ask import ask
from lib.facts.shelf import Shelf
from tests.bench.health import BARE, made, now, scanned, since

USE = ("usage_week", "usage_person_week", "usage_feature_week", "usage_person_day", "usage_friction_week",
       "usage_barrier_week")  # fmt: skip
INPUTS = {name: columns for name, columns in BARE.items() if name != "core.goal"} | {
    "usage.usage_person_day": ("account", "person", "day")
}
DAYS = """
with day as (
    select $as_of::date - unnest(range($days::integer))::integer as day
)
select rule, day, count(*) filter (where began_on = day) as n_began, count(*) as n_open
from exception_spell
join day on began_on <= day and coalesce(ended_on > day, true)
group by rule, day
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--rules", type=int, default=18)
    parser.add_argument("--days", type=int, default=180)
    parser.add_argument("--store", type=Path, help="a store there is, only read")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="headlight-") as folder:
        store = options.store or made(Path(folder), options.accounts, USE)
        _measured(open_store(store), options.rules, options.days)


def _measured(snapshot, n_rules: int, n_days: int) -> None:
    words, as_of = definitions.load(), snapshot.manifest.as_of
    rules, spent = words.exceptions.triggers[:n_rules], {}
    with ask(snapshot, year_to(as_of), words) as con:
        spent["bare"] = scanned(con, INPUTS)
        _timed(spent)
        at = now()
        exceptions.lay(con, as_of, words, rules)
        spent["laid"] = since(at)
        at = now()
        found = con.execute(DAYS, {"as_of": as_of, "days": n_days}).fetchall()
        spent["days"] = since(at)
        ((n, n_all),) = con.execute(
            "select (select count(*) from exception_spell), (select count(*) from core.account)"
        ).fetchall()
        first, *rest = rules
        at = now()
        exceptions.lay(con, as_of, words, [replace(first, enter=first.enter * 0.9), *rest])
        spent["again"] = since(at)
    n_began = sum(row[2] for row in found)
    print(
        f"{n_all:,} accounts, {len(rules)} rules: {n:,} exceptions, {n_began:,} of them began in the last {n_days} days"
    )
    for name, (seconds, work) in spent.items():
        print(f"    {name:24}{seconds:8.2f} s ({work:.2f} s of processor time)")
    for unit, said in enumerate(("of seconds", "of processor time")):
        whole, bare = spent["laid"][unit] + spent["days"][unit], spent["bare"][unit]
        print(f"{f'{n_days} days lived through / bare, {said}':48}{whole / bare:8.2f}")
        print(f"{f'another threshold / bare, {said}':48}{spent['again'][unit] / bare:8.2f}")
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    print(f"{'peak of memory, GB':48}{int(peak.split()[1]) / 1e6:8.2f}")


def _timed(spent: dict) -> None:
    """Measure what shelves make, each by its number: what one is made of before it counts in it too."""
    lay = Shelf.lay

    def measured(shelf, con, key, make) -> None:
        def made_in(name, table) -> None:
            at = now()
            make(name, table)
            spent[f"  {len(spent)} {name}"] = since(at)

        lay(shelf, con, key, made_in)

    Shelf.lay = measured


if __name__ == "__main__":
    main()
