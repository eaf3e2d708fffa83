"""KPIs of use and of features of the sample, counted a second time: plainly, account by account, from raw events."""

from datetime import date, timedelta

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from lib.facts import open_store
from lib.facts.kpis import KPIS
from lib.store import folder, sample
from lib.store.folder import Batch
from lib.store.publish import publish
from tests.test_kpis_use import rows
from tests.worldlets import NOW, WORDS

DAY = date(2026, 8, 12)  # a Wednesday: what happens after it is in the files
CLOSES = date(2026, 8, 10)
ACCOUNTS = 80
TABLES = ("account", "account_history", "contract", "person", "event", "feature", "setting")
COUNTED = [
    "dau_mau", "wau_mau", "weekly_active_rate", "adopted_share_rate", "high_engaged_users", "medium_engaged_users",
    "low_engaged_users", "use_gini", "one_person_rate", "roles_in_use_rate", "features_per_user", "high_value_rate", "advanced_rate",
    "new_features_rate", "features_per_month", "settings_tuned",
]  # fmt: skip


@pytest.fixture(scope="module")
def raw():
    parts: dict[str, list] = {}
    for name, part in sample.tables(ACCOUNTS, seed=3):
        parts.setdefault(name, []).append(part)
    return {name: pa.concat_tables(parts[name]) for name in TABLES}


@pytest.fixture(scope="module")
def tables(raw):
    return {name: rows.to_pandas(date_as_object=True) for name, rows in raw.items()}


@pytest.fixture(scope="module")
def found(raw, tmp_path_factory):
    store = tmp_path_factory.mktemp("sample")
    with folder.staging(store) as staged:
        for name, table in raw.items():
            parquet.write_table(table, staged / f"{name}.parquet")
        publish(store, staged, Batch("", "sample", "", TABLES, "anna", NOW.isoformat()), now=NOW)
    return rows(open_store(store), COUNTED, DAY)


def gini(values: list[float]) -> float:
    """Half the mean difference of all pairs, against the mean."""
    pairs = [abs(one - other) for one in values for other in values]
    return sum(pairs) / len(pairs) / 2 / (sum(values) / len(values))


def has_adopted(days: list[date]) -> bool:
    rule = WORDS.adoption
    return any(
        sum(first <= day < first + timedelta(rule.adopted_within_days) for day in days) >= rule.adopted_days
        for first in days
    )


@pytest.fixture(scope="module")
def expected(tables):
    events = tables["event"].merge(tables["feature"][["feature", "is_system"]], on="feature", how="left")
    events["day"] = events["occurred_at"].dt.date
    events = events[events["day"] <= DAY]
    events["week"] = [day - timedelta(day.weekday()) for day in events["day"]]
    by_people = events[events["person"].notna() & ~events["is_system"]]
    full = by_people[by_people["week"] < CLOSES]
    begun = tables["contract"][tables["contract"]["starts_on"] <= DAY]
    plans = plans_on(tables)
    open_to = open_features(tables["feature"], full, plans)
    known_from = full["week"].min()
    return {
        account: of_account(account, tables, events, by_people, full, plans, open_to, starts["starts_on"].min(), known_from)
        for account, starts in begun.groupby("account")
        if is_live(starts)
    }  # fmt: skip


def is_live(terms: pd.DataFrame) -> bool:
    return any(
        term.kind != "trial" and (term.cancelled_on if pd.notna(term.cancelled_on) else term.ends_on or date.max) > DAY
        for term in terms.itertuples()
    )


def plans_on(tables) -> dict[str, tuple[str, date]]:
    """Account -> its plan on the day, and since when."""
    found = {row.account: (row.plan, date.min) for row in tables["account"].itertuples()}
    for row in tables["account_history"].sort_values("from_on").itertuples():
        if row.field == "plan" and row.from_on <= DAY:
            found[row.account] = (row.value, row.from_on)
    return found


def open_features(features: pd.DataFrame, full: pd.DataFrame, plans) -> dict[str, set[str]]:
    used: dict[str, dict[str, set]] = {}
    for account, feature, week in full[["account", "feature", "week"]].drop_duplicates().itertuples(index=False):
        plan, since = plans[account]
        if week >= since:
            used.setdefault(plan, {}).setdefault(feature, set()).add(account)
    return {
        plan: {name for name, who in by.items() if len(who) >= WORDS.adoption.open_share * len(set().union(*by.values()))}
        | set(features.loc[features["plan"] == plan, "feature"])
        for plan, by in used.items()
    }  # fmt: skip


def of_account(account, tables, events, by_people, full, plans, open_to, started_on, known_from) -> dict:
    """KPI -> (k, n), or None where nothing can be said."""
    everything, all_days, mine = (each[each["account"] == account] for each in (events, by_people, full))
    people = tables["person"][tables["person"]["account"] == account]
    people = people[people["provisioned_at"].dt.date <= DAY]
    is_open = [gone is None or pd.isna(gone) or gone > DAY for gone in people["deactivated_on"]]
    logins, roles = set(people["person"][is_open]), dict(zip(people["person"], people["role"], strict=True))
    recent = mine[mine["week"] >= CLOSES - timedelta(28)]
    active = set(recent["person"])
    weeks = recent[["person", "week"]].drop_duplicates().groupby("person").size()
    days = recent[["person", "day"]].drop_duplicates()
    is_young = started_on > CLOSES - timedelta(28)
    said: dict = dict.fromkeys(COUNTED)
    if not is_young:
        seen = set(everything["week"][everything["week"] < CLOSES])
        said["weekly_active_rate"] = (int(all(CLOSES - timedelta(7 * n) in seen for n in (1, 2, 3, 4))), 1)
        if active:
            said["dau_mau"] = (sum(day.weekday() < 5 for day in days["day"]) / 20, len(active))
            said["wau_mau"] = (weeks.sum() / 4, len(active))
            said["features_per_user"] = (len(recent[["person", "feature"]].drop_duplicates()), len(active))
    if logins:
        used_on = all_days.groupby("person")["day"].unique()
        said["adopted_share_rate"] = (sum(has_adopted(list(used_on.get(each, ()))) for each in logins), len(logins))
    if logins and not is_young:
        counts = [weeks.get(each, 0) for each in logins]
        said["high_engaged_users"] = (sum(n >= 3 for n in counts), 1)
        said["medium_engaged_users"] = (sum(0 < n < 3 for n in counts), 1)
        said["low_engaged_users"] = (sum(n == 0 for n in counts), 1)
        said["roles_in_use_rate"] = (
            len({roles[each] for each in logins & active}),
            len({roles[each] for each in logins}),
        )
    spread = mine[mine["week"] >= CLOSES - timedelta(91)].groupby("person").size()
    amounts = [int(spread.get(each, 0)) for each in logins]
    if len(logins) >= 2 and sum(amounts) >= WORDS.one_account.spread_least_events:
        said["use_gini"] = (gini(amounts), 1)
        said["one_person_rate"] = (int(max(amounts) >= 0.8 * sum(amounts)), 1)
    if (logins or active) and not is_young:
        said |= of_features(tables["feature"], mine, open_to.get(plans[account][0], set()))
        if started_on >= known_from:
            said["features_per_month"] = (mine["feature"].nunique(), (CLOSES - started_on).days / 30.4375)
    settings = tables["setting"][tables["setting"]["set_on"] <= DAY]
    said["settings_tuned"] = (
        settings[settings["account"] == account]["setting"].nunique(),
        settings["setting"].nunique(),
    )
    return said


def of_features(features: pd.DataFrame, mine: pd.DataFrame, open_to: set[str]) -> dict:
    said, weeks = {}, {feature: set(rows["week"]) for feature, rows in mine.groupby("feature")}
    features = features[features["feature"].isin(open_to) & (features["released_on"] <= DAY) & ~features["is_system"]]
    advanced = features[features["level"] == "advanced"]
    new = set(features["feature"][features["released_on"] > DAY - timedelta(365)])

    def uses(feature, least, among):
        return sum(week >= CLOSES - timedelta(7 * among) for week in weeks.get(feature, ())) >= least

    rhythm = {"weekly": (4, 4), "monthly": (1, 4), "quarterly": (1, 13)}
    if len(advanced):
        at = sum(uses(row.feature, *rhythm[row.cadence]) for row in advanced.itertuples())
        said["high_value_rate"] = (at, len(advanced))
        said["advanced_rate"] = (sum(uses(name, 1, 13) for name in advanced["feature"]), len(advanced))
    if new:
        said["new_features_rate"] = (len(new & set(weeks)), len(new))
    return said


@pytest.mark.parametrize("name", COUNTED)
def test_the_sample_is_counted_alike_from_raw_events(found, expected, name):
    ours = {account: found[(account, name)] for account in expected}
    assert {account: said if isinstance(said, tuple) else None for account, said in ours.items()} == {
        account: pytest.approx(said[name]) if said[name] else None for account, said in expected.items()
    }
    assert sum(isinstance(said, tuple) for said in ours.values()) >= 5


def test_every_kpi_of_use_and_of_features_is_counted_twice():
    assert {name for name, each in KPIS.items() if each.group in ("Use", "Features")} == set(COUNTED)
