"""Whom an audience writes to: every row of its list once, who opted out or is deactivated apart, whatever day is asked about."""

from datetime import date, datetime

import pandas as pd
import pytest

from lib.errors import Refused
from lib.measures.members import COLUMNS
from tests.worldlets import YEAR, account_frame, ask, contract_frame, open_world

CAME = datetime(2026, 3, 2)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    """Two accounts. Of five people one has opted out, one is deactivated, one both, and one has no address."""
    people = [
        {"person": "p1", "account": "a", "name": "Ann", "email": "ann@a.example"},
        {"person": "p2", "account": "a", "name": "Bob", "email": "bob@a.example", "opted_out_on": date(2026, 12, 1)},
        {"person": "p1", "account": "b", "name": "Cy", "email": "cy@b.example", "deactivated_on": date(2026, 9, 1)},
        {"person": "p3", "account": "b", "name": "Di", "email": "di@b.example", "opted_out_on": date(2026, 1, 1),
         "deactivated_on": date(2026, 9, 1)},
        {"person": "p4", "account": "b", "name": "Ed", "email": None},
    ]  # fmt: skip
    frames = {
        "account": account_frame(["a", "b"], name=["Alpha", "Beta"], csm="Dana"),
        "contract": contract_frame(*({"account": n, "starts_on": date(2026, 1, 1), "arr": 10.0} for n in "ab")),
        "person": pd.DataFrame([{"provisioned_at": CAME, **each} for each in people], dtype=object),
        "event": pd.DataFrame([{"occurred_at": CAME, "account": "a", "person": "p1", "feature": "f"}]),
    }
    return open_world(tmp_path_factory.mktemp("members"), frames)


CELL = {"of": "users", "value": "Mar 2026", "at": 0, "which": "eligible", "kind": "on_or_before"}


def names(found) -> list[tuple]:
    return list(found.table[["person_name", "reason"]].astype(object).where(found.table["reason"].notna(), None)
                .assign(person_name=found.table["person_name"]).itertuples(index=False, name=None))  # fmt: skip


def test_every_person_of_the_list_once_and_apart_whom_one_may_not_write_to(snapshot):
    asked = {"asks": "cohort_members", "options": {**CELL, "step": "day"}}
    n = len(ask(snapshot, "cohort_members", YEAR, **asked["options"]).table)
    assert n == 5
    reachable = ask(snapshot, "members", YEAR, **asked)
    assert names(reachable) == [("Ann", None), ("Ed", None)] and list(reachable.table) == COLUMNS
    assert list(reachable.left_out.itertuples(index=False, name=None)) == [("opted out", 2), ("deactivated", 1)]
    assert reachable.notes == ("1 person has no e-mail address in the data.",)
    apart = ask(snapshot, "members", YEAR, **asked, which="apart")
    assert names(apart) == [("Bob", "opted out"), ("Cy", "deactivated"), ("Di", "opted out")]
    whole = ask(snapshot, "members", YEAR, **asked, which="all")
    assert len(whole.table) == n and set(whole.table["n_rows"]) == {n} and whole.left_out.empty
    page = ask(snapshot, "members", YEAR, **asked, which="all", limit=2, offset=3)
    assert page.table["person_name"].tolist() == ["Di", "Ed"] and set(page.table["n_rows"]) == {n}


def test_accounts_are_members_without_a_person(snapshot):
    found = ask(snapshot, "members", YEAR, asks="adoption_accounts")
    assert found.table["name"].tolist() == ["Alpha", "Beta"] and found.table["person"].isna().all()
    assert found.left_out.empty and found.notes == ()


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"asks": "account"}, "There is no list 'account'"),
        ({"options": "no json"}, "an object of JSON"),
        ({"options": "[]"}, "an object of JSON"),
        ({"options": {"limit": 3}}, "has no option 'limit'"),
        ({"options": {"user_class": ["loyal"]}}, "cannot be asked with user_class"),
        ({"asks": "cohort_members", "options": {"at": True}}, "cannot be asked with at"),
        ({"asks": "accounts", "options": {"within": [["a"]]}}, "cannot be asked with within"),
        ({"which": "some"}, "There is no choice 'some'"),
        ({"limit": -1}, "no negative rows"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(snapshot, options, why):
    with pytest.raises(Refused, match=why):
        ask(snapshot, "members", YEAR, **options)
