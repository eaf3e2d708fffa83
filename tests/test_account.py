"""One account on one page: every answer by hand, as of a day; and against the facts that lists are made of."""

from datetime import date, datetime, timedelta

import pandas as pd
import pyarrow as pa
import pytest

from lib.book import year_to
from lib.errors import Refused
from lib.facts import health, open_store
from lib.facts.ask import ask
from lib.facts.standing import STOOD, parameters
from lib.measures.registry import MEASURES, measure
from lib.scope import ALL, Scope
from tests.test_facts_standing import DAY, TERMS, WEEKS, random_world, term
from tests.worldlets import WORDS, account_frame, contract_frame, open_world

OF_ONE = [name for name, each in MEASURES.items() if any(option.name == "account" for option in each.options)]
AT = datetime(2026, 6, 1, 9)


def asked(world, name, account, day=DAY, scope=ALL, written=None, **options):
    with ask(world, year_to(day), WORDS, scope, written=written) as con:
        return measure(name)(con, year_to(day), WORDS, account=account, **options)


def rows(world, name, account, day=DAY, **options) -> list[dict]:
    return asked(world, name, account, day, **options).table.to_dict("records")


def events(account, person, feature, weeks, n=1):
    """n events of a person on the Monday of each week."""
    return [
        {"occurred_at": datetime.combine(week, datetime.min.time()) + timedelta(minutes=each), "account": account,
         "person": person, "feature": feature}
        for week in weeks for each in range(n)
    ]  # fmt: skip


PEERS = [f"peer {number}" for number in range(10)]
CONTRACTS = [
    term("a", "2024-06-01", "2025-06-01", contract="c1", product="P", plan="Team", arr=1000.0),
    term("a", "2025-06-01", "2026-06-01", contract="c2", product="P", plan="Team", arr=1500.0),
    term("a", "2026-06-01", "2027-06-01", contract="c3", product="P", plan="Team", arr=1200.0, seats=8, notice_by="2027-03-01"),
    term("a", "2027-06-01", "2028-06-01", contract="c4", product="P", plan="Team"),
    term("a", "2026-01-01", "2027-01-01", contract="x1", product="Q", plan="Team", seats=2, cancelled_on="2026-05-01",
         lost_reason="Price"),
    term("a", "2024-05-01", "2024-06-01", contract="t1", product="P", kind="trial", arr=0.0, seats=5),
    *[term("m", f"2026-0{month}-01", f"2026-0{month + 1}-01", contract=f"m{month}", product="P", arr=10.0 + 5 * (month == 5))
      for month in range(1, 6)],
    term("w", "2025-05-01", "2026-05-01", contract="w1", product="P"),
    term("w", "2026-05-01", "2027-05-01", contract="w2", product="P"),
    *[term(each, "2025-01-01", None) for each in PEERS],
]  # fmt: skip
EVENTS = [
    *events("a", "p2", "f", WEEKS[:10], 8),
    *events("a", "p3", "g", WEEKS[5:6], 20),
    *events("a", "p1", "f", [WEEKS[12] - timedelta(weeks=8)]),
    *[each for number in range(5) for each in events("w", f"w{number}", "f", [WEEKS[0] - timedelta(weeks=back) for back in range(20)])],
    *[each for number in range(5, 9) for each in events("w", f"w{number}", "f", WEEKS[:3])],
    *[each for number in range(3) for each in events("w", f"w{number}", "n", WEEKS[:2])],
    *[each for peer in PEERS for feature in ("f", "h") for each in events(peer, f"{peer} p", feature, WEEKS[:1])],
]  # fmt: skip
WRITTEN = {
    "note": pa.table({"account": ["a", "w"], "text": ["Said hello", "other"], "made_at": [AT, AT], "made_by": ["dana", "dana"]}),
    "sentiment": pa.table({"account": ["a"], "score": [2], "said_on": [date(2026, 6, 30)], "made_at": [AT], "comment": ["slow"]}),
    "goal": pa.table({"account": ["a"], "category": ["Go live"], "promised_on": [date(2026, 3, 1)], "due_on": [date(2026, 6, 1)],
                      "reached_on": pa.array([None], pa.date32())}),
    "task": pa.table({"account": ["a"], "due_on": [date(2026, 8, 1)], "done_on": pa.array([None], pa.date32()), "owner": ["lee"],
                      "title": ["Call them"], "made_at": [datetime(2026, 7, 9)], "made_by": ["dana"]}),
}  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    frames = {
        "account": account_frame(["a", "w", "m", *PEERS, "bare"], name=["Acme", "Wins", "Monthly", *PEERS, None], csm="Dana",
                                 plan="Team", segment="SMB", url=["https://crm.example/a", *[None] * 13],
                                 parent=["w", *[None] * 13]),
        "account_history": pd.DataFrame({"account": ["a", "a"], "field": ["csm", "plan"], "from_on": [date(2024, 6, 1)] * 2,
                                         "until_on": [date(2026, 1, 1), date(2026, 8, 1)], "value": ["Zoe", "Starter"]}),
        "contract": contract_frame(*CONTRACTS),
        "event": pd.DataFrame(EVENTS),
        "feature": pd.DataFrame({"feature": ["f", "g", "h", "n", "s"], "name": ["Files", "Graphs", "Help", "News", "System"],
                                 "is_system": [False, False, False, False, True]}),
        "person": pd.DataFrame({
            "person": ["p1", "p2", "p3", "p4", "p5", "w0"], "account": ["a"] * 5 + ["w"], "name": ["Ann", "Bob", "Cy", "Di", "Ed", "Flo"],
            "buying_role": ["champion", "user", "Buyer", "sponsor", "user", "user"],
            "provisioned_at": [AT] * 4 + [datetime(2026, 7, 5), AT],
            "deactivated_on": [date(2026, 6, 10), None, None, None, None, None], "trained_on": [None, date(2026, 7, 1), date(2025, 1, 1)] + [None] * 3,
        }),
        "milestone": pd.DataFrame([("a", "Onboarding", date(2024, 6, 1)), ("a", "Adoption", date(2026, 7, 15)),
                                   ("w", "Adoption", date(2026, 6, 10)), ("w", "Onboarding", date(2025, 5, 1))],
                                  columns=["account", "stage", "reached_on"]),
        "ticket": pd.DataFrame({"ticket": ["t1", "t2"], "account": ["a", "a"], "person": ["p2", None],
                                "opened_at": [datetime(2026, 6, 30, 23), datetime(2026, 7, 1)], "closed_at": [datetime(2026, 7, 2), None],
                                "severity": ["high", "low"], "csat": [3.0, None], "url": ["https://t.example/1", "javascript:alert(1)"]}),
        "survey": pd.DataFrame({"survey": ["s1", "s2", "s3"], "account": ["a", "a", "w"], "person": ["p2", None, None], "kind": "nps",
                                "sent_on": [date(2026, 6, 1), date(2026, 6, 29), date(2026, 6, 1)],
                                "answered_on": [date(2026, 6, 5), date(2026, 7, 3), date(2026, 6, 2)], "score": [8.0, 2.0, 10.0],
                                "comment": ["fine", "late", None]}),
        "touch": pd.DataFrame({"touch": ["k1"], "account": ["a"], "person": ["p3"], "occurred_at": [datetime(2026, 4, 4, 9)],
                               "kind": ["qbr"], "made_by": ["Zoe"], "is_two_way": [True], "play": [None]}),
        "goal": pd.DataFrame({"goal": ["g1", "g2"], "account": ["a", "w"], "category": ["Save time"] * 2,
                              "promised_on": [date(2025, 1, 1)] * 2, "due_on": [date(2026, 6, 10), date(2026, 6, 30)],
                              "reached_on": [date(2026, 6, 20)] * 2, "value": [500.0, None]}),
    }  # fmt: skip
    return open_world(tmp_path_factory.mktemp("store"), frames)


def test_the_head_says_who_it_is_on_the_day(world):
    (row,) = rows(world, "account", "a")
    assert (row["name"], row["csm"], row["plan"], row["parent_name"]) == ("Acme", "Dana", "Starter", "Wins")
    assert (row["account_state"], row["arr"], row["seats"], row["n_active_people"]) == ("live", 1200.0, 8.0, 1)
    assert (row["renews_on"], row["days_to_renewal"], row["days_to_notice"]) == (pd.Timestamp("2027-06-01"), 336, 244)
    assert (row["stage"], row["dwell_days"], row["n_peers"]) == ("Onboarding", 759, 2)
    assert pd.isna(row["peers_dwell_days"]) and pd.isna(row["dwell_ratio"])  # two accounts are too few
    (parent,) = rows(world, "account", "w")
    assert parent["n_children"] == 1 and pd.isna(parent["parent_name"])
    (before,) = rows(world, "account", "a", date(2025, 12, 31))
    assert (before["csm"], before["arr"], before["n_open_tickets"]) == ("Zoe", 1500.0, 0)


def test_the_head_is_what_the_lists_say_of_every_account(tmp_path):
    given = random_world(7)
    frames = {
        "account": account_frame(given["names"], segment=given["segments"]),
        "contract": contract_frame(*given["terms"]),
        "event": pd.DataFrame(given["events"]),
        "milestone": pd.DataFrame(given["stages"], columns=["account", "stage", "reached_on"]),
    }
    world = open_world(tmp_path, frames)
    some = given["names"][:50]
    sql = f"select scope.account, stood.* from {STOOD} as stood join scope using (_account)"
    with ask(world, year_to(DAY), WORDS) as con:
        health.red(con, WORDS, DAY)
        stood = con.execute(sql, parameters(sql, DAY, WORDS)).df().set_index("account")
        heads = [measure("account")(con, year_to(DAY), WORDS, account=name).table for name in some]
    found = pd.concat(heads).set_index("account")
    shared = [name for name in found if name in stood]
    assert {"dwell_ratio", "peers_dwell_days", "stage", "arr", "renews_on", "notice", "movement"} <= set(shared)
    assert found["dwell_ratio"].notna().sum() > 5
    for name in shared:
        for account in some:
            one, other = found.at[account, name], stood.at[account, name]
            assert (
                list(one) == list(other)
                if name == "risk_reasons"
                else (pd.isna(one) and pd.isna(other)) or one == other
            ), (account, name)


@pytest.fixture(scope="module")
def terms_world(tmp_path_factory):
    names = list(dict.fromkeys([*(each["account"] for each in TERMS), "nothing"]))
    frames = {"account": account_frame(names), "contract": contract_frame(*TERMS)}
    return open_world(tmp_path_factory.mktemp("terms"), frames)


@pytest.mark.parametrize(
    ("account", "state"),
    [("year", "live"), ("grace", "in grace"), ("refused", "left"), ("cancelled", "left"), ("begins tomorrow", "not begun"),
     ("trial", "trial"), ("nothing", "no contract")],
)  # fmt: skip
def test_accounts_that_left_or_have_not_begun_have_a_head_too(terms_world, account, state):
    (row,) = rows(terms_world, "account", account)
    assert row["account_state"] == state


def test_terms_follow_one_another_within_a_product(world):
    found = {row["contract"]: (row["became"], row["term_state"]) for row in rows(world, "account_terms", "a")}
    assert found == {
        "t1": ("trial", "ended"), "c1": ("began", "renewed"), "c2": ("renewed up", "renewed"), "c3": ("renewed down", "live"),
        "x1": ("began", "cancelled"),
    }  # fmt: skip
    assert [row["lost_reason"] for row in rows(world, "account_terms", "a") if row["contract"] == "x1"] == ["Price"]
    early = {row["contract"]: row for row in rows(world, "account_terms", "a", date(2026, 4, 30))}
    assert (
        early["x1"]["term_state"] == "live"
        and pd.isna(early["x1"]["cancelled_on"])
        and pd.isna(early["x1"]["lost_reason"])
    )


@pytest.mark.parametrize(
    ("second", "became"),
    [
        (("2026-01-01", "2027-01-01", 100.0, 10), "renewed"),
        (("2026-01-31", "2027-01-01", 100.0, 10), "renewed"),  # the last of the grace days
        (("2026-02-01", "2027-01-01", 100.0, 10), "came back"),
        (("2025-12-02", "2027-01-01", 100.0, 10), "renewed"),  # renewed early
        (("2025-12-01", "2027-01-01", 100.0, 10), "added"),
        (("2026-01-01", "2027-01-01", 100.01, 1), "renewed up"),
        (("2026-01-01", "2027-01-01", 99.99, 99), "renewed down"),
        (("2026-01-01", "2027-01-01", 100.0, 11), "renewed up"),
        (("2026-01-01", "2027-01-01", 100.0, 9), "renewed down"),
    ],
)
def test_what_a_second_term_is_against_the_first(tmp_path, second, became):
    starts, ends, arr, seats = second
    terms = [term("a", "2025-01-01", "2026-01-01"), term("a", starts, ends, arr=arr, seats=seats)]
    world = open_world(tmp_path, {"account": account_frame(["a"]), "contract": contract_frame(*terms)})
    found = rows(world, "account_terms", "a")
    assert [row["became"] for row in found] == [became, "began"]
    assert found[1]["term_state"] == ("renewed" if became.startswith("renewed") else "ended")


def test_weeks_stand_beside_the_seats_of_their_sundays(world):
    found = {row["week_on"].date(): row for row in rows(world, "account_weeks", "a")}
    assert (found[WEEKS[0]]["n_people"], found[WEEKS[0]]["n_events"], found[WEEKS[0]]["seats"]) == (1, 8, 8)
    assert (found[WEEKS[5]]["n_people"], found[WEEKS[5]]["n_events"], found[WEEKS[5]]["n_features"]) == (2, 28, 2)
    assert (
        found[date(2026, 4, 20)]["seats"] == 12 and found[date(2026, 4, 27)]["seats"] == 10
    )  # cancelled on Friday, 1 May
    assert found[date(2026, 5, 25)]["seats"] == 10 and found[date(2026, 6, 1)]["seats"] == 8
    assert min(found) == date(2024, 7, 1) and max(found) == WEEKS[0] and len(found) == 104
    assert pd.isna(found[date(2025, 1, 6)]["n_people"])  # before anybody's use is known
    assert found[WEEKS[10]]["n_people"] == 0


def test_people_their_share_and_those_who_are_gone(world):
    answer = asked(world, "account_people", "a")
    found = {row["person"]: row for row in answer.table.to_dict("records")}
    assert list(found) == ["p2", "p3", "p1", "p4"]  # p5 came later
    assert [row["person_state"] for row in found.values()] == ["active", "silent", "left", "never active"]
    assert (found["p2"]["n_events"], found["p2"]["use_share"], found["p2"]["n_active_days"]) == (80, 0.8, 4)
    assert (found["p3"]["n_events"], found["p3"]["n_active_days"], found["p3"]["last_week_on"].date()) == (
        20,
        0,
        WEEKS[5],
    )
    assert [row["is_key"] for row in found.values()] == [False, True, True, True]
    assert pd.isna(found["p2"]["trained_on"]) and found["p3"]["trained_on"].date() == date(2025, 1, 1)
    assert answer.notes == ("1 of 2 people does 80 % of the use in 13 weeks.",)
    assert asked(world, "account_people", "w").notes == ()  # 32 events say nothing
    assert rows(world, "account_people", "a", date(2026, 6, 9))[-2]["person_state"] != "left"


def test_features_against_peers(world):
    answer = asked(world, "account_features", "a")
    found = {row["feature"]: row for row in answer.table.to_dict("records")}
    assert {name: row["feature_state"] for name, row in found.items()} == {
        "f": "in use", "g": "no longer used", "h": "not used yet", "n": "not used yet",
    }  # fmt: skip
    assert (found["f"]["n_people_most"], found["f"]["n_events"], found["g"]["n_events"]) == (1, 80, 20)
    assert {row["n_features"] for row in found.values()} == {1} and {
        row["peers_n_features"] for row in found.values()
    } == {2.0}
    assert (found["h"]["peers_use_rate"], found["n"]["peers_use_rate"]) == (
        pytest.approx(10 / 11),
        pytest.approx(1 / 11),
    )
    assert answer.notes == ("1 feature in use in the last 4 weeks; the median of 11 peers is 2.",)
    news = {row["feature"]: row["feature_state"] for row in rows(world, "account_features", "w")}
    assert news["n"] == "new"


def test_the_timeline_holds_everything_once_and_nothing_of_later(world):
    found = [(f"{row['happened_on']:%Y-%m-%d}", row["happening"], row["title"], None if pd.isna(row["detail"]) else row["detail"])
             for row in rows(world, "account_timeline", "a", written=WRITTEN)]  # fmt: skip
    assert found == [
        ("2026-06-30", "ticket", "Ticket opened", "high, open"),
        ("2026-06-30", "written", "Sentiment 2", "slow"),
        ("2026-06-29", "survey", "NPS survey sent, no answer", None),
        ("2026-06-20", "goal", "Goal reached: Save time", "10 days late"),
        ("2026-06-05", "survey", "NPS 8", "fine"),
        ("2026-06-01", "contract", "Contract renewed down", "P: Team, 1,500 to 1,200 ARR, 10 to 8 seats"),
        ("2026-06-01", "written", "Note", "Said hello"),
        ("2026-05-01", "contract", "Contract cancelled", "Q: Team, Price, 100 ARR"),
        ("2026-04-04", "touch", "Business review", "with Cy; two-way"),
        ("2026-03-01", "goal", "Goal promised: Go live", None),
        ("2026-01-01", "change", "CSM changed", "Zoe → Dana"),
        ("2026-01-01", "contract", "Contract began", "Q: Team, 100 ARR, 2 seats"),
        ("2025-06-01", "contract", "Contract renewed up", "P: Team, 1,000 to 1,500 ARR, 10 seats"),
        ("2025-01-01", "goal", "Goal promised: Save time", "due 10 Jun 2026"),
        ("2024-06-01", "contract", "Contract began", "P: Team, 1,000 ARR, 10 seats"),
        ("2024-06-01", "contract", "Trial ended", "P, 0 ARR"),
        ("2024-06-01", "milestone", "Reached Onboarding", None),
        ("2024-05-01", "contract", "Trial began", "P, 0 ARR, 5 seats"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "day", [date(2024, 5, 1), date(2025, 6, 1), date(2026, 1, 1), date(2026, 6, 1), DAY, date(2026, 7, 20)]
)
def test_no_day_knows_of_a_later_one(world, day):
    days = [row["happened_on"].date() for row in rows(world, "account_timeline", "a", day)]
    assert days and max(days) <= day and days == sorted(days, reverse=True)


def test_the_timeline_is_filtered_and_paged(world):
    whole = rows(world, "account_timeline", "a")
    kinds = {row["happening"] for row in whole}
    parts = [row for kind in kinds for row in rows(world, "account_timeline", "a", kind=kind)]
    assert len(parts) == len(whole) == whole[0]["n_rows"]
    pages = [rows(world, "account_timeline", "a", limit=4, offset=at) for at in range(0, len(whole), 4)]
    assert [row["title"] for page in pages for row in page] == [row["title"] for row in whole]
    for options in ({"kind": "gossip"}, {"limit": -1}, {"offset": -1}):
        with pytest.raises(Refused):
            rows(world, "account_timeline", "a", **options)


def test_months_that_rolled_on_are_counted_and_not_listed(world):
    answer = asked(world, "account_timeline", "m", kind="contract")
    assert [(f"{row.happened_on:%m-%d}", row.title) for row in answer.table.itertuples()] == [
        ("06-01", "Contract ended, renewal pending"), ("05-01", "Contract renewed up"), ("01-01", "Contract began"),
    ]  # fmt: skip
    assert answer.notes == ("3 monthly terms that rolled on unchanged are not listed.",)


def test_goals_from_the_data_and_from_the_team(world):
    found = [
        (row["category"], row["goal_state"], row["days_late"])
        for row in rows(world, "account_goals", "a", written=WRITTEN)
    ]
    assert found == [("Go live", "overdue", 29.0), ("Save time", "reached late", 10.0)]
    assert [row["goal_state"] for row in rows(world, "account_goals", "w")] == ["reached on time"]
    assert [row["goal_state"] for row in rows(world, "account_goals", "a", date(2026, 6, 10))] == ["open"]


def test_small_wins_by_their_rules(world):
    found = [(f"{row['happened_on']:%m-%d}", row["win"], row["title"]) for row in rows(world, "account_wins", "w")]
    assert found == [
        ("06-21", "feature", "Took up News"),
        ("06-20", "goal", "Goal reached: Save time"),
        ("06-14", "record", "9 people active in a week"),  # those after it were no more
        ("06-14", "seats", "90 % of seats active"),
        ("06-10", "stage", "Reached Adoption"),
        ("06-02", "promoter", "NPS 10"),
        ("05-01", "renewed", "Contract renewed"),
    ]
    assert "promoter" not in {row["win"] for row in rows(world, "account_wins", "a")}  # an 8 is none
    assert not rows(world, "account_wins", "w", date(2026, 9, 29))  # more than 90 days later


def test_finding_is_plain_text_and_exact_ones_come_first(world):
    def found(text, **options):
        with ask(world, year_to(DAY), WORDS) as con:
            return measure("account_find")(con, year_to(DAY), WORDS, search=text, **options).table["account"].tolist()

    assert found("A")[0] == "a" and found("acme") == ["a"] and found("%") == [] and len(found("peer")) == 10
    assert len(found("", limit=3)) == 3 and len(found("")) == 14


@pytest.mark.parametrize("name", OF_ONE)
def test_an_account_of_others_is_as_one_that_does_not_exist(world, name):
    nobody = Scope(("Lee",))
    theirs, none = (asked(world, name, account, scope=nobody, written=WRITTEN) for account in ("a", "no such id"))
    assert (
        theirs.table.empty
        and theirs.table.to_csv() == none.table.to_csv()
        and theirs.notes == none.notes
        and theirs.sql == none.sql
    )
    assert theirs.table.dtypes.equals(asked(world, name, "", scope=nobody).table.dtypes)


@pytest.mark.parametrize("name", OF_ONE)
def test_an_account_with_a_row_and_nothing_else_is_answered(world, flag_store, name):
    assert list(asked(world, name, "bare").table.columns) == list(asked(world, name, "a").table.columns)
    asked(open_store(flag_store), name, "a1")
