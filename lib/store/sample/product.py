"""What the product can do, and what accounts chose to switch on.

FEATURES       every kind of use, with its level, plan and rhythm
ROLES          what a feature is to whoever uses it: a login, help, a task, the beginning or end of a guided process
feature_table  the same as a table
usual_mix      how an account's people spread their use over the features
setting_table  configuration choices
"""

import numpy as np
import pyarrow as pa

from lib.store.sample import arrow, dice, truths
from lib.store.sample.company import LABELS, Accounts
from lib.store.sample.people import People

# feature: name, level, plan, released, cadence, weight in use, share of accounts that take it up
FEATURES = {
    "login": ("Login", "simple", "Starter", "2022-01-10", "daily", 20.0, 1.0),
    "report": ("Reports", "simple", "Starter", "2022-01-10", "weekly", 16.0, 1.0),
    "search": ("Search", "simple", "Starter", "2022-01-10", "daily", 12.0, 1.0),
    "task": ("Tasks", "simple", "Starter", "2022-01-10", "daily", 10.0, 0.9),
    "comment": ("Comments", "simple", "Starter", "2022-03-01", "weekly", 5.0, 0.7),
    "export": ("Export", "simple", "Starter", "2022-03-01", "monthly", 4.0, 0.6),
    "mobile_view": ("Mobile app", "simple", "Starter", "2023-02-14", "daily", 5.0, 0.4),
    "help": ("Help centre", "simple", "Starter", "2022-01-10", "monthly", 2.0, 1.0),
    "import_begun": ("Guided import: begun", "simple", "Starter", "2022-06-01", "quarterly", 1.0, 0.8),
    "import_finished": ("Guided import: finished", "simple", "Starter", "2022-06-01", "quarterly", 0.7, 0.7),
    "automation": ("Automations", "advanced", "Starter", "2022-09-01", "weekly", 9.0, None),
    "shared_dashboard": ("Shared dashboards", "simple", "Starter", "2022-05-01", "weekly", 9.0, None),
    "approval": ("Approvals", "advanced", "Starter", "2023-05-02", "weekly", 9.0, None),
    "template": ("Templates", "simple", "Team", "2022-11-01", "monthly", 3.0, 0.5),
    "segment_builder": ("Segment builder", "advanced", "Team", "2023-09-12", "weekly", 4.0, 0.5),
    "scenario": ("Scenarios", "advanced", "Business", "2024-04-16", "monthly", 3.0, 0.5),
    "forecast": ("Forecasts", "advanced", "Business", "2026-02-03", "weekly", 4.0, 0.5),
    "api_call": ("API calls", "advanced", "Starter", "2022-01-10", "daily", 0.0, 0.0),
    "nightly_sync": ("Nightly sync", "simple", "Starter", "2022-01-10", "daily", 0.0, 0.0),
}
ROLES = {
    "login": "login", "help": "help", "import_begun": "begins", "import_finished": "finishes",
    **dict.fromkeys(("report", "task", "export", "automation", "approval", "template", "segment_builder", "scenario",
                     "forecast"), "task"),
}  # fmt: skip
PROCESSES = {"import_begun": "import", "import_finished": "import"}
IDS = tuple(FEATURES)
SYSTEM = ("api_call", "nightly_sync")  # events without a person
LATE = "forecast"  # released within the two years: no use before
SETTINGS = {
    "single_sign_on": ("off", "on"),
    "two_factor": ("optional", "required"),
    "data_retention": ("1 year", "3 years", "unlimited"),
    "digest": ("off", "daily", "weekly"),
    "language": ("en", "de", "es", "fr", "ja", "pt"),
}


def feature_table() -> pa.Table:
    name, level, plan, released, cadence, _, _ = zip(*FEATURES.values(), strict=True)
    return arrow.table(
        "feature",
        {
            "feature": list(IDS), "name": list(name), "level": list(level), "plan": list(plan),
            "released_on": np.array(released, "M8[D]"), "cadence": list(cadence),
            "is_system": [f in SYSTEM for f in IDS], "role": [ROLES.get(f) for f in IDS],
            "process": [PROCESSES.get(f) for f in IDS],
        },
    )  # fmt: skip


def usual_mix(rng: np.random.Generator, accounts: Accounts) -> np.ndarray:
    """(accounts, features): weights of use; 0 where a feature is not taken up or not in the plan."""
    _, _, plan, _, _, weight, share = zip(*FEATURES.values(), strict=True)
    carrying = list(truths.CARRYING_FEATURES)
    taken = rng.random((len(accounts), len(IDS))) < np.array([1.0 if s is None else s for s in share])
    taken[:, [IDS.index(f) for f in carrying]] = accounts.carrying
    included = accounts.codes["plan"][:, None] >= np.array([LABELS["plan"].index(p) for p in plan])
    return np.array(weight) * taken * included * rng.lognormal(0, 0.25, taken.shape)


def setting_table(seed: int, block: int, accounts: Accounts, people: People) -> pa.Table:
    """Each choice is made once by the first person of an account, in its first months or later."""
    rng = dice.stream(seed, block, "settings")
    n, names = len(accounts), list(SETTINGS)
    chosen = rng.random((n, len(names))) < 0.4
    account, setting = np.nonzero(chosen & (people.first_of >= 0)[:, None])
    person = people.first_of[account]
    set_on = people.provisioned_on[person] + 1 + rng.exponential(60, len(account)).astype(np.int64)
    known = np.flatnonzero(set_on < people.until[person])
    account, setting, person, set_on = account[known], setting[known], person[known], set_on[known]
    values = [v for options in SETTINGS.values() for v in options]
    sizes = np.array([len(options) for options in SETTINGS.values()])
    first = np.cumsum(sizes) - sizes
    value = first[setting] + np.floor(rng.random(len(setting)) * sizes[setting]).astype(np.int64)
    return arrow.table(
        "setting",
        {
            "account": accounts.ids.take(pa.array(account)),
            "person": people.ids.take(pa.array(person)),
            "setting": arrow.labels(tuple(names), setting),
            "value": arrow.labels(tuple(values), value),
            "set_on": set_on,
        },
    )
