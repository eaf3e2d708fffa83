"""What the page says, in sentences; past `plain`.

leading   how many a person reached, how many nobody did
then      whether meetings keep to time, whether plays help
helping   how many plays help, or harm
points    a difference with its interval
rate      a share with its interval
visible   the smallest effect
verdict   1, -1 or 0, of a figure of impact
hours     an amount of work
"""

from collections.abc import Mapping, Sequence

from lib.effects import HARMS, HELPS
from lib.measures.reach.impact import LESS, MORE
from lib.view import numbers


def leading(reach: Mapping, days: int) -> str:
    """A person reached 37 % of customers in 90 days, 61 % of ARR; 32 % nobody touched."""
    share, money, nobody = (
        numbers.percent(each, 0)
        for each in (reach["reach_rate"], reach["arr_reach_rate"], reach["n_not_touched"] / reach["n_customers_now"])
    )
    arr = f", {money} of ARR" if money != numbers.NOTHING else ""
    return f"A person reached {share} of customers in {days} days{arr}; {nobody} nobody touched."


def then(coverage: Mapping | None, plays: Sequence[Mapping]) -> str:
    """Of 2,988 to be met, 52 % were met in time. Of 5 plays none can be told to help yet."""
    said = []
    if coverage and coverage["n_to_meet"]:
        met = numbers.percent(coverage["coverage_rate"], 0)
        said.append(f"Of {numbers.count(coverage['n_to_meet'])} to be met, {met} were met in time.")
    return " ".join([*said, helping(plays)]).strip()


def helping(plays: Sequence[Mapping]) -> str:
    """How many plays can be told to help, or to harm."""
    if not plays:
        return ""
    good, bad = (sum(row["effect_verdict"] == each for row in plays) for each in (HELPS, HARMS))
    if not good and not bad:
        return f"Of {numbers.plural(len(plays), 'play')} none can be told to help yet."
    verbs = ((good, "helps", "help"), (bad, "harms", "harm"))
    told = [f"{numbers.count(n)} {one if n == 1 else many}" for n, one, many in verbs if n]
    return f"Of {numbers.plural(len(plays), 'play')} {' and '.join(told)}, beyond chance."


def points(row: Mapping, name: str) -> str:
    """+1.2 (+0.3 to +2.1), in points; a dash where there is none."""
    return numbers.points_between(row[name], row[f"{name}_lo"], row[f"{name}_hi"])


def rate(row: Mapping, name: str) -> str:
    """11.2 % (8.4–14.7)."""
    return numbers.interval(row[name], row[f"{name}_lo"], row[f"{name}_hi"])


def verdict(row: Mapping) -> int:
    """1 where there is more with reach beyond chance, -1 where there is less, else 0."""
    return {MORE: 1, LESS: -1}.get(row["impact_verdict"], 0)


def hours(value: float) -> str:
    """1,464 h; 1.2 h."""
    if value != value:
        return numbers.NOTHING
    return f"{value:,.0f} h" if value >= 10 or value == 0 else f"{value:.1f} h"


def visible(value: float) -> str:
    """The smallest effect that would have been seen."""
    return f"+{value * 100:.1f}" if value == value else "none possible"
