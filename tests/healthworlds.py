"""A world of one account per profile of the default rules, worked by hand; and what each part of its score should be.

frames      the tables; the scores are of DAY, a Sunday, and use goes back to the first week of FIRST
BY_HAND     account -> profile, colour, and (part, points, contribution) of each part that is known
"""

from datetime import date, datetime, timedelta

import pandas as pd

from tests.worldlets import account_frame, contract_frame

DAY = date(2026, 11, 1)
FIRST = date(2026, 9, 7)
_NOW = [date(2026, 10, 5) + timedelta(7 * week) for week in range(4)]  # the last four full weeks
_BEFORE = [day - timedelta(28) for day in _NOW]
_FEATURES = ["open", "share", "print", "sort", "sum", "chart", "api"]  # api is a high-value one
_TOUCH = {"oh": "high", "ol": "low", "al": "digital", "held": "digital", "gh": "mid", "gl": "low", "moved": "low"}

BY_HAND = {
    # on trial for four weeks: 2 people, 8 days of use in 4 weeks, 3 features
    "t": ("Trial", "amber", [("Active people", 75, 22.5), ("Active days", 75, 30.0), ("Breadth", 40, 12.0)]),
    # 40 days in a stage of 30: 1.33; 1 person, 2 days a week, 1 feature; contact 37 days ago; a champion left. Sentiment is not
    # known: 90 of 100 are: 25 x 70 / 90 = 19.444, 20 x 40 / 90 = 8.889, 15 x 75 / 90, 0, 15 x 100 / 90, 5 x 20 / 90
    "oh": (
        "Onboarding, high touch", "amber",
        [("Velocity", 70, 19.444), ("Active people", 40, 8.889), ("Active days", 75, 12.5), ("Breadth", 0, 0.0), ("Contact", 100, 16.667),
         ("Champion", 20, 1.111)],
    ),
    # 20 days of 30; 3 people; 9 days in the 3 weeks since it began; 2 tickets for 3 people: 0.67
    "ol": (
        "Onboarding, low touch", "green",
        [("Velocity", 100, 30.0), ("Active people", 100, 30.0), ("Active days", 100, 25.0), ("Tickets", 60, 9.0)],
    ),
    # 123 days of 60: 2.05; 4 of 10 seats; 16 person-weeks after 32; a day a week; 4 features; contact 123 days ago; a champion is there.
    # 90 of 100 known: 15 x 65 / 90, 20 x 30 / 90, 15 x 40 / 90, 10 x 75 / 90, 10 x 40 / 90, 10 x 100 / 90, 5 x 30 / 90, 5 x 100 / 90
    "ah": (
        "Adoption, high touch", "amber",
        [("Utilisation", 65, 10.833), ("Trend", 30, 6.667), ("Active days", 40, 6.667), ("Breadth", 75, 8.333), ("Velocity", 40, 4.444),
         ("Silence", 100, 11.111), ("Contact", 30, 1.667), ("Champion", 100, 5.556)],
    ),
    # renews in 75 days, so Trend weighs 30 x 1.5 of 115; 4 of 5 seats; 16 person-weeks after 16; 2 days; 2 features; no ticket
    "al": (
        "Adoption, low touch", "green",
        [("Utilisation", 100, 21.739), ("Trend", 85, 33.261), ("Active days", 75, 9.783), ("Breadth", 40, 3.478), ("Silence", 100, 8.696),
         ("Tickets", 100, 8.696)],
    ),
    # 12 of 20 seats, as before; 5 days; 7 features, one of high value once a week; 1 ticket for 12 people, rated 3; NPS 8; contact 10
    # days ago; 1 of 3 outcomes reached. Sentiment and champion are not known: 90 of 100 are
    "gh": (
        "Grown, high touch", "green",
        [("Utilisation", 90, 15.0), ("Trend", 85, 23.611), ("Active days", 100, 5.556), ("Breadth", 100, 5.556), ("Key features", 80, 4.444),
         ("Silence", 100, 11.111), ("Tickets", 100, 5.556), ("Support rating", 40, 2.222), ("NPS", 75, 4.167), ("Contact", 100, 5.556),
         ("Outcomes", 0, 0.0)],
    ),
    # nobody since 4 October, 24 person-weeks before; 6 tickets for 6 people; renews in 92 days: Trend weighs 35 x 1.5 of 117.5.
    # 5 x 20 / 117.5 = 0.851, 10 x 30 / 117.5 = 2.553
    "gl": (
        "Grown, low touch", "red",
        [("Utilisation", 0, 0.0), ("Trend", 0, 0.0), ("Active days", 0, 0.0), ("Breadth", 0, 0.0), ("Key features", 20, 0.851),
         ("Silence", 0, 0.0), ("Tickets", 30, 2.553)],
    ),
}  # fmt: skip


def frames() -> dict[str, pd.DataFrame]:
    """Besides those of BY_HAND: held is al and asked to cancel; machine is used by no person; moved went through everything;
    left has gone; bare has no contract."""
    accounts = [*BY_HAND, "held", "machine", "moved", "left", "bare"]
    return {
        "account": account_frame(
            accounts,
            name=[f"The {each}" for each in accounts],
            csm=["Dana" if each in ("ah", "gh", "machine") else None for each in accounts],
            touch_model=[_TOUCH.get(each) for each in accounts],
            segment=["SMB" if each in ("ol", "al") else "Enterprise" for each in accounts],
        ),
        "contract": _contracts(),
        "person": _people(),
        "event": _events(),
        "feature": pd.DataFrame({"feature": _FEATURES, "level": [*["simple"] * 6, "advanced"]}),
        "milestone": pd.DataFrame(_STAGES, columns=["account", "stage", "reached_on"]),
        "ticket": pd.DataFrame(
            [(f"t{n}", account, datetime(2026, 10, 12), csat)
             for n, (account, csat) in enumerate([("ol", None)] * 2 + [("gh", 3.0)] + [("gl", None)] * 6)],
            columns=["ticket", "account", "opened_at", "csat"],
        ),
        "survey": pd.DataFrame([("s", "gh", "nps", date(2026, 9, 1), date(2026, 9, 2), 8.0)],
                               columns=["survey", "account", "kind", "sent_on", "answered_on", "score"]),
        "touch": pd.DataFrame(
            [(f"u{account}", account, datetime(day.year, day.month, day.day), "call", True)
             for account, day in (("oh", date(2026, 9, 25)), ("ah", date(2026, 7, 1)), ("gh", date(2026, 10, 22)))],
            columns=["touch", "account", "occurred_at", "kind", "is_two_way"],
        ),
        "goal": pd.DataFrame(
            [(f"g{n}", "gh", date(2026, 1, 1), date(2026, 6, 1), date(2026, 5, 1) if n == 0 else None) for n in range(3)],
            columns=["goal", "account", "promised_on", "due_on", "reached_on"],
        ),
    }  # fmt: skip


_STAGES = [
    ("oh", "Onboarding", date(2026, 9, 22)), ("ol", "Onboarding", date(2026, 10, 12)),
    ("ah", "Onboarding", date(2026, 5, 1)), ("ah", "Adoption", date(2026, 7, 1)),
    *((each, "Adoption", date(2026, 3, 1)) for each in ("al", "held")),
    ("gh", "Usage", date(2026, 6, 1)), ("gl", "Value", date(2026, 4, 1)), ("machine", "Usage", date(2025, 6, 1)),
    ("moved", "Onboarding", date(2025, 6, 1)), ("moved", "Adoption", date(2025, 9, 1)),
]  # fmt: skip


def _contracts() -> pd.DataFrame:
    def term(account: str, starts: date, ends: date, **more) -> dict:
        return {"account": account, "starts_on": starts, "ends_on": ends, "arr": 1_000.0, "kind": "subscription"} | more

    return contract_frame(
        term("t", date(2026, 10, 5), date(2026, 11, 10), kind="trial", arr=None, seats=5),
        term("oh", date(2026, 9, 22), date(2027, 9, 22), seats=9),
        term("ol", date(2026, 10, 12), date(2027, 10, 12), seats=9),
        term("ah", date(2026, 5, 1), date(2027, 5, 1), seats=10, arr=9_000.0),
        term("al", date(2026, 1, 15), date(2027, 1, 15), seats=5),
        term("held", date(2026, 1, 15), date(2027, 1, 15), seats=5, asked_to_cancel_on=date(2026, 10, 28)),
        term("gh", date(2025, 1, 1), date(2028, 1, 1), seats=20, arr=50_000.0),
        term("gl", date(2026, 2, 1), date(2027, 2, 1), seats=100, asked_to_cancel_on=date(2026, 10, 28), arr=4_000.0),
        term("machine", date(2025, 1, 1), date(2028, 1, 1), seats=8),
        term("moved", date(2025, 5, 1), date(2025, 6, 1), kind="trial", arr=None, seats=5),
        term("moved", date(2025, 6, 1), date(2026, 6, 1), seats=10),
        term("moved", date(2026, 6, 1), date(2027, 6, 1), seats=20, arr=2_000.0, notice_given_on=date(2026, 10, 20)),
        term("left", date(2025, 1, 1), date(2026, 6, 1), seats=3),
    )


def _people() -> pd.DataFrame:
    n = {"t": 2, "oh": 1, "ol": 3, "ah": 8, "al": 4, "held": 4, "gh": 12, "gl": 6}
    rows = [(f"{account}{at}", account, "user", None) for account, most in n.items() for at in range(most)]
    rows += [("oh boss", "oh", "champion", date(2026, 10, 20)), ("ah boss", "ah", "champion", None)]
    frame = pd.DataFrame(rows, columns=["person", "account", "buying_role", "deactivated_on"])
    return frame.assign(provisioned_at=datetime(2025, 1, 1))


def _events() -> pd.DataFrame:
    """account, people, days a week, features, and in which weeks; machine's have no person."""
    used = [
        ("t", 2, 2, 3, _NOW), ("oh", 1, 2, 1, _NOW), ("ol", 3, 3, 4, _NOW[1:]), ("ah", 8, 1, 4, _BEFORE), ("ah", 4, 1, 4, _NOW),
        *((each, 4, 2, 2, [*_BEFORE, *_NOW]) for each in ("al", "held")), ("gh", 12, 5, 7, [*_BEFORE, *_NOW]), ("gl", 6, 1, 2, _BEFORE),
        ("machine", 0, 2, 1, [*_BEFORE, *_NOW]),
    ]  # fmt: skip
    rows = [
        (datetime(monday.year, monday.month, monday.day, 9) + timedelta(day), account, person, feature)
        for account, n_people, n_days, n_features, weeks in used
        for monday in weeks
        for day in range(n_days)
        for person in ([f"{account}{at}" for at in range(n_people)] or [None])
        for feature in _FEATURES[:n_features]
    ]
    return pd.DataFrame(rows, columns=["occurred_at", "account", "person", "feature"]).assign(quantity=1.0)
