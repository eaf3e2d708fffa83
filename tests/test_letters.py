"""Letters: who gets one, who is spared and why, what is written; held out by a draw that stays; and new people contacted in time."""

import hashlib
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.book import year_to
from lib.definitions import made_of, words_of
from lib.definitions.campaigns import FIELDS, Campaign
from lib.definitions.conditions import Condition
from lib.errors import Refused
from lib.export import safe_csv
from lib.facts import open_store
from lib.facts.ask import ask as asking
from lib.measures.outreach.letters import COLUMNS, filled
from lib.measures.outreach.spared import REASONS
from lib.measures.registry import measure, reads
from lib.stats import wilson
from lib.workspace import frame, open_workspace, sending
from tests.worldlets import WORDS, account_frame, contract_frame, open_world

DAY = date(2026, 6, 30)
GOAL = Condition("last_login", days=14)
PLAIN = Campaign(
    "Hello",
    "About {account_name}",
    "Dear {person_name},\n\n{csm}",
    GOAL,
    (Condition("trained", is_not=True),),
    quiet_days=0,
)
EVIL = '=cmd("{csm}")'


def at(days_ago: int) -> datetime:
    return datetime.combine(DAY - timedelta(days=days_ago), datetime.min.time()) + timedelta(hours=9)


def on(days_ago: int) -> date:
    return DAY - timedelta(days=days_ago)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """One person for each reason, in two accounts."""
    names = ["plain", "out", "closed", "nowhere", "ticket", "lately", "expert", "evil", "of_b"]
    said = {
        "out": {"opted_out_on": on(9)},
        "closed": {"deactivated_on": on(9)},
        "nowhere": {"email": None},
        "evil": {"name": EVIL},
    }
    person = [
        {
            "person": who,
            "account": "b" if who == "of_b" else "a",
            "name": who.title(),
            "email": f"{who}@x.example",
            "provisioned_at": at(100 + n),
            "opted_out_on": None,
            "deactivated_on": None,
            **said.get(who, {}),
        }
        for n, who in enumerate(names)
    ]
    events = [
        {"event": f"e{n}", "occurred_at": at(n * 7), "account": "a", "person": "expert", "feature": what}
        for n, what in enumerate(["one", "two"] * 8)
    ]
    frames = {
        "account": account_frame(["a", "b"], name=["Alpha", "=Beta()"], csm=["Dana", None]),
        "contract": contract_frame({"account": "a", "starts_on": on(300)}, {"account": "b", "starts_on": on(300)}),
        "person": pd.DataFrame(person, dtype=object),
        "event": pd.DataFrame(events),
        "feature": pd.DataFrame([{"feature": each, "name": each.title(), "level": "advanced"} for each in ("one", "two")]),
        "ticket": pd.DataFrame(
            [
                {"ticket": "t1", "account": "a", "person": "ticket", "opened_at": at(5), "closed_at": None},
                {"ticket": "t2", "account": "a", "person": "plain", "opened_at": at(9), "closed_at": at(8)},
            ],
            dtype=object,
        ),
        "touch": pd.DataFrame([{"touch": "u", "account": "a", "person": "lately", "occurred_at": at(6), "kind": "call"}]),
    }  # fmt: skip
    return open_world(tmp_path_factory.mktemp("letters"), frames)


def ask(snapshot, name, campaign=None, *, day=DAY, words=WORDS, space=None, **options):
    book = year_to(day)
    said = {each: frame(space, each) for each in reads(name, is_cut_by_states=False)} if space else None
    said_as = campaign if isinstance(campaign, str) else json.dumps(words_of(campaign)) if campaign else ""
    asked = {"campaign": said_as} if campaign else {}
    with asking(snapshot, book, words, written=said) as con:
        return measure(name)(con, book, words, **asked, **options)


def reasons(snapshot, campaign, **options) -> dict[str, str | None]:
    table = ask(snapshot, "letters", campaign, which="all", **options).table
    return dict(zip(table["person"], table["reason"].astype(object).where(table["reason"].notna(), None), strict=True))


EVERY = {"out": "opted out", "closed": "deactivated", "nowhere": "no e-mail address"}
FINE = dict.fromkeys(["plain", "ticket", "lately", "expert", "evil", "of_b"])


@pytest.mark.parametrize(
    ("rules", "spared"),
    [
        ({"open_tickets": "none"}, {}),
        ({}, {"ticket": "open ticket"}),
        ({"open_tickets": "account"}, dict.fromkeys(("plain", "ticket", "lately", "expert", "evil"), "open ticket")),
        ({"quiet_days": 6}, {"ticket": "open ticket"}),
        ({"quiet_days": 7}, {"ticket": "open ticket", "lately": "contacted lately"}),
        ({"most_advanced": 2}, {"ticket": "open ticket"}),
        ({"most_advanced": 1}, {"ticket": "open ticket", "expert": "no beginner any more"}),
    ],
)
def test_each_is_spared_for_what_the_campaign_says_and_counted_once(world, rules, spared):
    campaign = replace(PLAIN, **rules)
    assert reasons(world, campaign) == FINE | EVERY | spared
    written, apart = ask(world, "letters", campaign), ask(world, "letters", campaign, which="spared")
    assert set(written.table["person"]) == {each for each, why in (FINE | spared).items() if not why}
    assert len(written.table) + len(apart.table) == 9 == len(written.table) + written.left_out["n"].sum()
    size = ask(world, "audience_size", campaign).table.set_index("outreach")
    assert size.loc["all"].tolist() == [9, 2] and size.loc["to write to", "n_members"] == len(written.table)
    assert size["n_members"].iloc[2:].to_dict() == dict(
        zip(written.left_out["reason"], written.left_out["n"], strict=True)
    )
    assert list(written.table) == COLUMNS and apart.left_out.empty


def test_a_letter_is_filled_in_one_go_and_no_cell_of_the_file_is_a_formula(world):
    table = ask(world, "letters", PLAIN).table.set_index("person")
    assert table.loc["plain", ["subject", "body"]].tolist() == ["About Alpha", "Dear Plain,\n\nDana"]
    assert table.loc["evil", "body"] == f"Dear {EVIL},\n\nDana"  # what a name holds is no field
    assert table.loc["of_b", "body"] == "Dear Of_B,\n\nyour customer success team"
    sent = pd.read_csv(io.StringIO(safe_csv(table.reset_index()[["person_name", "name", "subject", "body"]])))
    assert not sent.map(lambda cell: str(cell).startswith(("=", "+", "-", "@"))).any().any()
    assert f"'{EVIL}" in sent["person_name"].tolist()


@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), st.text(max_size=30)), st.text(alphabet="ab {}", max_size=40))
def test_filling_leaves_no_field_and_takes_values_as_they_are(values, rest):
    text = "".join(f"<{{{name}}}>" for name in FIELDS)
    assert filled(text, values) == "".join(f"<{values.get(name) or instead}>" for name, instead in FIELDS.items())
    if "{" not in rest:
        assert filled(rest, values) == rest


# --- what went out counts at once; a draw stays


@pytest.fixture
def space(tmp_path):
    return open_workspace(f"sqlite:///{tmp_path}/workspace.db")


def send(space, snapshot, campaign, *, day=DAY):
    """As the page does: the letters there are, logged."""
    table = ask(snapshot, "letters", campaign, which="all", space=space, day=day).table
    pairs = list(zip(table["account"], table["person"], strict=True))
    to = [each for each, why in zip(pairs, table["reason"], strict=True) if why is None or why != why]
    held = [each for each, why in zip(pairs, table["reason"], strict=True) if why == "held out"]
    now = {"by": "dana", "now": datetime(2026, 11, 3, tzinfo=UTC)}  # long after the data ends
    return sending.send(
        space, campaign.play(), to, held, draws=campaign.hold_share > 0, is_once=campaign.send_once, **now
    )


def test_what_was_sent_is_spared_at_once_on_whatever_day_the_audience_is_asked(world, space):
    sent = send(space, world, PLAIN)
    assert len(sent.to) == 5
    for day in (DAY, on(40)):
        found = reasons(world, PLAIN, space=space, day=day)
        assert {who for who, why in found.items() if why == "already sent"} == {person for _, person in sent.to}
    assert send(space, world, PLAIN).to == set() and send(space, world, PLAIN, day=on(40)).to == set()
    other = replace(PLAIN, campaign="Other")
    assert {who for who, why in reasons(world, other, space=space).items() if not why} == {
        person for _, person in sent.to
    }
    quiet = reasons(world, replace(other, quiet_days=3), space=space)
    assert {who for who, why in quiet.items() if why == "contacted lately"} == {person for _, person in sent.to}
    again = replace(PLAIN, send_once=False)
    assert {who for who, why in reasons(world, again, space=space).items() if not why} == {
        person for _, person in sent.to
    }
    sending.take_back(space, sent, by="dana", now=datetime(2026, 11, 3, tzinfo=UTC))
    assert reasons(world, PLAIN, space=space) == reasons(world, PLAIN)


def place(salt, account, person) -> float:
    """Where somebody lies in a draw, a second time."""
    return int(hashlib.md5("\x1f".join([salt, account, person]).encode()).hexdigest()[:13], 16) / 2**52


@pytest.mark.parametrize("salt", ["", "s1"])
def test_who_is_held_out_is_drawn_once_by_salt_and_person(world, space, salt):
    half = replace(PLAIN, hold_share=0.5, salt=salt)
    found = reasons(world, half)
    eligible = {who for who, why in reasons(world, PLAIN).items() if not why}
    held = {who for who in eligible if place(salt or "Hello", "b" if who == "of_b" else "a", who) < 0.5}
    assert {who for who, why in found.items() if why == "held out"} == held
    sent = send(space, world, half)
    assert {person for _, person in sent.to} == eligible - held
    drawn = {row["person"]: row["is_held"] for row in sent.drawn}
    assert drawn == {who: who in held for who in eligible}
    for other in (replace(half, salt="another"), replace(half, hold_share=0.0)):
        later = reasons(world, replace(other, send_once=False), space=space)
        assert {who for who, why in later.items() if why == "held out"} == held
        assert {who for who in eligible if later[who] is None} == eligible - held


opened = cache(open_store)


def test_a_draw_of_many_has_the_share_that_was_asked_for(sample_store):
    snapshot = opened(sample_store)
    third = Campaign(
        "All",
        "x",
        "y",
        GOAL,
        (Condition("account_left", is_not=True),),
        quiet_days=0,
        open_tickets="none",
        hold_share=0.3,
    )
    size = ask(snapshot, "audience_size", third, day=snapshot.manifest.as_of).table.set_index("outreach")["n_members"]
    lo, hi = wilson(size["held out"], size["held out"] + size["to write to"], 0.999)
    assert lo < 0.3 < hi and size["held out"] + size["to write to"] > 150


@given(
    rules=st.fixed_dictionaries({
        "quiet_days": st.sampled_from([0, 14, 200]), "open_tickets": st.sampled_from(["none", "person", "account"]),
        "most_advanced": st.sampled_from([-1, 0, 2]), "hold_share": st.sampled_from([0.0, 0.2, 0.5]),
    }),
    who=st.sampled_from(WORDS.campaigns.ready),
)  # fmt: skip
@settings(max_examples=6)
def test_members_and_those_apart_are_the_list_and_nobody_spared_is_in_the_file(sample_store, rules, who):
    snapshot = opened(sample_store)
    campaign, day, feature = replace(who, **rules), snapshot.manifest.as_of, {"feature": "forecast"}
    whole = ask(
        snapshot, "contacts", conditions=json.dumps([words_of(each) for each in who.who]), day=day, **feature
    ).table
    written = ask(snapshot, "letters", campaign, day=day, **feature)
    apart = ask(snapshot, "letters", campaign, which="spared", day=day, **feature).table
    assert len(written.table) + len(apart) == len(whole) == len(written.table) + written.left_out["n"].sum()
    pairs = [set(zip(each["account"], each["person"], strict=True)) for each in (written.table, apart, whole)]
    assert pairs[0] | pairs[1] == pairs[2] and not pairs[0] & pairs[1]
    assert (
        set(apart["reason"]) <= set(REASONS)
        and written.table["reason"].isna().all()
        and written.table["email"].notna().all()
    )
    assert (
        not written.table["subject"].str.contains(r"\{\w+\}").any()
        and not written.table["body"].str.contains(r"\{\w+\}").any()
    )


def test_accounts_are_written_to_without_a_person(world):
    asked = {"asks": "contacts", "options": '{"whom": "accounts", "conditions": "[]"}', "which": "all"}
    table = ask(world, "letters", replace(PLAIN, quiet_days=7, open_tickets="none"), **asked).table
    assert table["person"].isna().all()
    assert dict(zip(table["account"], table["subject"], strict=True)) == {"a": "About Alpha", "b": "About =Beta()"}
    assert dict(zip(table["account"], table["reason"].notna(), strict=True)) == {"a": True, "b": False}


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"campaign": "Nope"}, "There is no campaign 'Nope'; ready are New-user welcome"),
        ({"campaign": "{"}, "no object of JSON"),
        ({"campaign": "{}"}, "campaign.campaign is missing"),
        ({"campaign": "Drive feature use"}, "“Drive feature use” is about a feature: say which"),
        (
            {"campaign": json.dumps(words_of(PLAIN) | {"body": "Dear {customer}"})},
            "body must be a text whose fields are among",
        ),
        ({"campaign": json.dumps(words_of(PLAIN) | {"hold_share": 0.9})}, "hold_share must be a share, 0 to 0.5"),
        ({"campaign": json.dumps(words_of(PLAIN) | {"subject": "a\nb"})}, "subject must be one line"),
        ({"which": "some"}, "There is no choice 'some' of letters"),
        ({"asks": "account"}, "There is no list 'account'"),
    ],
)
def test_what_cannot_be_written_is_refused_in_words(world, options, why):
    with pytest.raises(Refused, match=why):
        ask(world, "letters", **options)


def test_the_ready_ones_are_as_many_as_their_letters(sample_store):
    snapshot = opened(sample_store)
    day = snapshot.manifest.as_of
    table = ask(snapshot, "campaigns", day=day).table.set_index("campaign")
    assert (
        list(table.index) == [each.campaign for each in WORDS.campaigns.ready] and (table["n_members"] > 0).sum() >= 5
    )
    for each in ("Win-back", "Drive feature use"):
        row = table.loc[each]
        feature = row["feature"] if each == "Drive feature use" else ""
        found = ask(snapshot, "letters", campaign=each, feature=feature, day=day)
        assert (
            len(found.table) == row["n_to_write"] and row["n_members"] == len(found.table) + found.left_out["n"].sum()
        )
    assert table["feature"].notna().sum() == 2


# --- coverage


def words(*moments):
    whole = WORDS.words()
    whole["campaigns"] = whole["campaigns"] | {"moments": list(moments), "new_user_days": 60}
    return made_of(whole, "a test")


@pytest.fixture(scope="module")
def new_people(tmp_path_factory):
    """Seven who came; with the day of the first touch after that."""
    came = {"in_time": 40, "last_day": 40, "too_late": 40, "never": 40, "open": 3, "open_done": 3, "old": 61, "out": 40}
    touches = {"in_time": 40, "last_day": 34, "too_late": 33, "open_done": 2, "old": 61, "out": 40}
    person = [
        {
            "person": who,
            "account": "a" if n % 2 else "b",
            "provisioned_at": at(ago),
            "opted_out_on": on(1) if who == "out" else None,
        }
        for n, (who, ago) in enumerate(came.items())
    ]
    of = {each["person"]: each["account"] for each in person}
    touch = [
        {"touch": who, "account": of[who], "person": who, "occurred_at": at(ago), "kind": "email"}
        for who, ago in touches.items()
    ]
    used = {"in_time": 30, "never": 20}
    frames = {
        "account": account_frame(["a", "b"]),
        "contract": contract_frame({"account": "a", "starts_on": on(300)}, {"account": "b", "starts_on": on(300)}),
        "person": pd.DataFrame(person, dtype=object),
        "touch": pd.DataFrame(touch),
        "event": pd.DataFrame(
            [{"occurred_at": at(ago), "account": of[who], "person": who, "feature": "f"} for who, ago in used.items()]
        ),
    }
    return open_world(tmp_path_factory.mktemp("moments"), frames)


def test_who_was_contacted_in_the_days_of_a_moment(new_people):
    """Seven days from the day they came: days 40 to 34 ago. Who opted out is not counted; who came 61 days ago is not new."""
    welcome = words({"moment": "Welcome", "begins": "signed_up", "within_days": 7})
    row = ask(new_people, "moment_coverage", words=welcome)
    assert row.table.loc[0, ["n_came", "n_contacted", "n_missed", "n_in_time"]].tolist() == [4, 2, 2, 1]
    assert row.table.loc[0, ["contact_rate", "contact_rate_lo", "contact_rate_hi"]].tolist() == [
        0.5,
        0,
        1,
    ]  # two accounts
    assert row.left_out.values.tolist() == [["opted out", 1]]
    expected = {"missed": {"too_late", "never"}, "contacted": {"in_time", "last_day"}, "still": {"open"}}
    for which, who in expected.items():
        found = ask(new_people, "moment_people", words=welcome, moment="Welcome", which=which).table
        assert set(found["person"]) == who and set(found["n_rows"]) == {len(who)}


def test_moments_begin_with_a_first_log_in_or_its_absence(new_people):
    several = words(
        {"moment": "First", "begins": "first_use", "within_days": 7},
        {"moment": "Silent", "begins": "not_begun", "after_days": 15, "within_days": 7},
        {"moment": "Trained", "begins": "trained", "within_days": 7},
    )
    table = ask(new_people, "moment_coverage", words=several).table.set_index("moment")
    assert table.loc["First", ["n_came", "n_contacted"]].tolist() == [2, 0]  # 30 and 20 days ago
    assert table.loc["Silent", ["n_came", "n_missed"]].tolist() == [
        3,
        3,
    ]  # who used it after ten days is not silent for 15
    assert table.loc["Trained", "n_came"] == 0 and table["contact_rate"].isna().tolist() == [False, False, True]
    silent = ask(new_people, "moment_people", words=several, moment="Silent").table
    assert set(silent["person"]) == {"last_day", "too_late", "never"}
    with pytest.raises(Refused, match="There is no moment 'Nope'; the definitions have First, Silent, Trained"):
        ask(new_people, "moment_people", words=several, moment="Nope")
