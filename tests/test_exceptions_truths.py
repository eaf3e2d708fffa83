"""What is planted in the sample company lands in its rule of exceptions: recall and precision, stated with their intervals."""

from datetime import timedelta
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from lib.__main__ import main
from lib.book import year_to
from lib.facts import exceptions, open_store
from lib.facts.ask import ask
from lib.ranking import flagged_of
from lib.stats import wilson
from lib.store.sample import BLOCK, company, fate, truths
from tests.worldlets import WORDS

pytestmark = pytest.mark.slow
N, SEED = 6_000, 1
DAY = np.timedelta64(1, "D")
DROP, FREQUENCY, DARK = "Significant drop in use", "Drop in frequency", "Gone dark before the contract ends"
_SPELLS = """
select rule, scope.account, spell.person, began_on, ended_on, lower(buying_role) as buying_role
from exception_spell as spell
join scope using (_account)
left join core.person as person on person.account = scope.account and person.person = spell.person
order by all
"""
_STANDS = """
select account, stood.day
from (select unnest($days::date[]) as day) as stood
join exception_gate as gate on gate.gate = 'settled' and gate.from_on <= stood.day and gate.until_on > stood.day
join exception_gate as customer
    on customer._account = gate._account and customer.gate = 'customer' and customer.from_on <= stood.day and customer.until_on > stood.day
join exception_signal as used
    on used._account = gate._account and used.fact = 'utilisation' and used.from_on <= stood.day and used.until_on > stood.day
join (select _account, account from scope) as scope on scope._account = gate._account
where used.value is not null
order by all
"""

_TELLABLE = """
select distinct account
from use_week
join scope using (_account)
where people_change is not null and day > $since
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """The spells of the whole company, what was planted account by account, and who stood past onboarding on ten days of the last year."""
    store = tmp_path_factory.mktemp("company")
    assert main(["sample", "--accounts", str(N), "--seed", str(SEED), "--store", str(store)]) == 0
    snapshot = open_store(store)
    last = snapshot.manifest.as_of
    days = [last - timedelta(36 * n) for n in range(10)]
    with ask(snapshot, year_to(last), WORDS) as con:
        exceptions.lay(con, last, WORDS, [*WORDS.exceptions.on(), WORDS.exceptions.rule(FREQUENCY)])
        spells = con.execute(_SPELLS).df()
        stands = con.execute(_STANDS, {"days": days}).df()
        tellable = con.execute(_TELLABLE, {"since": last - timedelta(365)}).fetchall()
    spells["at"], stands["at"] = (each["account"].str[1:].astype(int) for each in (spells, stands))
    blocks = [company.draw(SEED, block, block * BLOCK, BLOCK, planted=True) for block in range(N // BLOCK)]
    fates = [fate.draw(SEED, block, who) for block, who in enumerate(blocks)]
    planted = {name: np.concatenate([getattr(each, name) for each in fates]) for name in (
        "lost_on", "style", "champion_left_on", "right_sized_on", "is_lapse")}  # fmt: skip
    planted |= {name: np.concatenate([getattr(each, name) for each in blocks]) for name in (
        "sells_on", "is_over_provisioned", "is_api_only")}  # fmt: skip
    tellable = {int(account[1:]) for (account,) in tellable}
    return SimpleNamespace(spells=spells, stands=stands, tellable=tellable, last=np.datetime64(last), **planted)


def of_rule(world, rule: str) -> pd.DataFrame:
    return world.spells[world.spells["rule"] == rule]


def stated(capsys, name: str, k: int, n: int) -> tuple[float, float, float]:
    """A share with its interval, printed."""
    low, high = wilson(k, n)
    with capsys.disabled():
        print(f"\n{name}: {k / n:.3f} ({float(low):.3f}-{float(high):.3f}), {k} of {n}", end="")
    return k / n, float(low), float(high)


def test_champions_who_left(world, capsys):
    """Planted: the champion's login is closed while the account is a customer. Sponsors leave too, at a rate of their own."""
    left = world.champion_left_on
    is_planted = (left >= world.sells_on) & (left <= world.last)
    spells = of_rule(world, "Key user left")
    of_champions = spells[spells["buying_role"] == "champion"]
    began = set(zip(of_champions["at"], of_champions["began_on"].to_numpy().astype("M8[D]"), strict=True))
    who = np.flatnonzero(is_planted)
    recall = stated(capsys, "champion left, recall", sum((at, left[at]) in began for at in who), len(who))
    true = sum((at, left[at]) in began for at in who)
    precision = stated(capsys, "champion left, precision among champions", true, len(of_champions))
    among_all = stated(capsys, "champion left, precision among all", true, len(spells))
    assert recall[1] > 0.99 and precision[1] > 0.99 and among_all[1] > 0.8


def test_over_provisioned_accounts(world, capsys):
    """Planted: 2.6 to 4 seats a person, until a renewal cuts them. Ten days of a year; an account is a cluster of its days.

    Nine in ten are told of, and half of what is told is of them: others use few of their seats for want of people who come.
    """
    stands, spells = world.stands, of_rule(world, "Low licence utilisation")
    day, at = stands["day"].to_numpy().astype("M8[D]"), stands["at"].to_numpy()
    is_planted = world.is_over_provisioned[at] & (world.right_sized_on[at] > day)
    is_open = np.zeros(len(stands), bool)
    joined = stands.reset_index().merge(spells, on="at")
    lasts = (joined["began_on"] <= joined["day"]) & (joined["ended_on"].isna() | (joined["ended_on"] > joined["day"]))
    is_open[joined.loc[lasts, "index"].unique()] = True
    found = flagged_of(is_open, is_planted, at)
    with capsys.disabled():
        print(
            f"\nover-provisioned, recall: {found.recall:.3f} ({found.recall_lo:.3f}-{found.recall_hi:.3f}), of {found.n_happened} days"
        )
        print(f"low utilisation, precision: {found.precision:.3f} ({found.precision_lo:.3f}-{found.precision_hi:.3f}), "
              f"{found.lift:.2f} times the base rate of {found.base_rate:.3f}", end="")  # fmt: skip
    assert found.recall_lo > 0.85 and found.lift_lo > 4


def losses(world, style: str, *, lapsed: bool = False) -> np.ndarray:
    """Accounts lost in the last year in that way."""
    lost = world.lost_on
    is_so = (world.style == truths.STYLES.index(style)) & (lost <= world.last) & (lost > world.last - 365 * DAY)
    return np.flatnonzero(is_so & (world.is_lapse if lapsed else True))


def lead(world, who: np.ndarray, days: int, *rules: str) -> np.ndarray:
    """Days from the first exception within `days` before each loss, to the loss; NaN without one."""
    spells = world.spells[world.spells["rule"].isin(rules)]
    began = {at: each.to_numpy().astype("M8[D]") for at, each in spells.groupby("at")["began_on"]}
    found = []
    for at in who:
        before = (world.lost_on[at] - began.get(at, np.array([], "M8[D]"))) / DAY
        before = before[(before > 0) & (before <= days)]
        found.append(before.max() if len(before) else np.nan)
    return np.array(found)


def precision(world, capsys, rule: str, days: int, name: str) -> tuple[float, float, float]:
    """Of exceptions that began in the year before the last `days`: the share that a loss came after within them."""
    spells = of_rule(world, rule)
    began, lost = spells["began_on"].to_numpy().astype("M8[D]"), world.lost_on[spells["at"]]
    is_judged = (began > world.last - 365 * DAY) & (began <= world.last - days * DAY)
    is_right = (lost > began) & (lost <= began + days * DAY)
    return stated(capsys, name, int((is_right & is_judged).sum()), int(is_judged.sum()))


def base(world, days: int) -> float:
    """The share of customers past onboarding lost within so many days of a day."""
    judged = world.stands[world.stands["day"].to_numpy().astype("M8[D]") <= world.last - days * DAY]
    day, lost = judged["day"].to_numpy().astype("M8[D]"), world.lost_on[judged["at"]]
    return float(((lost > day) & (lost <= day + days * DAY)).mean())


def test_declining_accounts(world, capsys):
    """Planted: use falls to a twelfth over 8 to 10 weeks before the loss. Of few people nothing is said (least_people), and the four
    weeks' mean follows late: so the rule finds some, shortly before the loss, and is right far more often than chance.
    """
    who = losses(world, "declining")
    days = lead(world, who, 90, DROP)
    recall = stated(
        capsys, "declining, recall of the drop in the 90 days before the loss", int(np.isfinite(days).sum()), len(who)
    )
    told = np.array([at in world.tellable for at in who])
    of_told = stated(capsys, "  of those with enough people", int(np.isfinite(days[told]).sum()), int(told.sum()))
    either = np.isfinite(lead(world, who, 90, DROP, FREQUENCY))
    of_either = stated(capsys, "  of the drop in use or in frequency", int(either.sum()), len(who))
    right = precision(world, capsys, DROP, 90, "drop in use, precision: lost within 90 days")
    with capsys.disabled():
        print(f"\n  {np.nanmedian(days):.0f} days before the loss (median); base rate {base(world, 90):.3f}", end="")
    assert recall[1] > 0.3 and of_told[1] > 0.6 and of_either[1] > 0.55 and right[1] > 3.5 * base(world, 90)


def test_accounts_that_went_dark(world, capsys):
    """Planted: no use in the last 6 to 9 weeks of the term."""
    who = losses(world, "dark", lapsed=True)
    days = lead(world, who, 120, DARK)
    recall = stated(capsys, "dark, recall before the end of the term", int(np.isfinite(days).sum()), len(who))
    right = precision(world, capsys, DARK, 120, "gone dark, precision: lost within 120 days")
    with capsys.disabled():
        print(f"\n  {np.nanmedian(days):.0f} days before the loss (median); base rate {base(world, 120):.3f}", end="")
    assert recall[1] > 0.7 and right[1] > 4 * base(world, 120) and np.nanmedian(days) > 21
