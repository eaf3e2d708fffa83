"""Roles of secrets.toml: whose accounts, to which day, under which address; and files that are refused in words."""

from datetime import date, datetime

import pytest

from lib import roles
from lib.errors import Refused
from lib.scope import ALL, Scope

DAY = date(2026, 12, 31)
FILE = """
[auth]
client_secret = "hush"

[roles."Dana@Acme.com"]
sees = "own"
csm = ["Dana Smith", " D. Smith "]
cover = [{csm = "Ann Bo", until = 2026-12-31}, {csm = "Jo Park", until = 2026-06-30}]

[roles."lead@acme.com"]
sees = "team"
csm = ["Lena Lead"]
team = ["Lee Wong", "Özgür Şen"]

[roles."boss@acme.com"]
sees = "all"

[roles."ada@acme.com"]
sees = "admin"
csm = ["Ada Admin"]
"""


@pytest.fixture
def known(tmp_path) -> roles.Roles:
    (tmp_path / "secrets.toml").write_text(FILE, "utf-8")
    return roles.load(tmp_path / "secrets.toml")


def one(**section) -> roles.Role:
    return roles.load({"roles": {"a@b.c": section}}).of("a@b.c")


def test_each_sees_what_their_role_says(known):
    assert known.of("lead@acme.com").scope(DAY) == Scope(("Lena Lead", "Lee Wong", "Özgür Şen"))
    assert known.of("boss@acme.com").scope(DAY) == ALL == known.of("ada@acme.com").scope(DAY)
    assert [known.of(f"{who}@acme.com").is_admin for who in ("dana", "lead", "boss", "ada")] == [False] * 3 + [True]
    assert known.of("ada@acme.com").csm == ("Ada Admin",)
    assert known.admins == ("ada@acme.com",)
    assert known.emails == ("Dana@Acme.com", "ada@acme.com", "boss@acme.com", "lead@acme.com")


@pytest.mark.parametrize(
    ("day", "csms"),
    [
        (date(2026, 6, 30), ("Dana Smith", "D. Smith", "Ann Bo", "Jo Park")),
        (date(2026, 7, 1), ("Dana Smith", "D. Smith", "Ann Bo")),
        (date(2026, 12, 31), ("Dana Smith", "D. Smith", "Ann Bo")),
        (date(2027, 1, 1), ("Dana Smith", "D. Smith")),
    ],
)
def test_a_cover_holds_to_its_last_day_and_not_beyond(known, day, csms):
    assert known.of("dana@acme.com").scope(day) == Scope(csms)


def test_a_lead_may_have_no_accounts_of_their_own_and_may_cover():
    role = one(sees="team", team=["Lee"], cover=[{"csm": "Bo", "until": DAY}])
    assert role.scope(DAY) == Scope(("Lee", "Bo")) and role.scope(date(2027, 1, 1)) == Scope(("Lee",))


@pytest.mark.parametrize("email", ["dana@acme.com", "DANA@ACME.COM", "  Dana@acme.com\n"])
def test_case_and_outer_spaces_of_an_address_do_not_matter(known, email):
    assert known.of(email).csm == ("Dana Smith", "D. Smith")


@pytest.mark.parametrize(
    "email", ["", " ", "dana", "dana@acme.com.evil.example", "d ana@acme.com", "dana@acme.com\0", None, 7, ["dana@acme.com"],
              "lead@acme.co", "dana@acme.\u212aom"]
)  # fmt: skip
def test_everybody_else_has_no_role(known, email):
    assert known.of(email) is None


def test_a_letter_that_only_looks_like_another_makes_another_reader():
    found = roles.load({"roles": {"kim@acme.com": {"sees": "all"}, "ÖZ@acme.com": {"sees": "admin"}}})
    assert found.of("\u212aim@acme.com") is None  # the Kelvin sign is a small k in lower case
    assert found.of("öz@acme.com").is_admin and found.of("oz@acme.com") is None


def test_a_file_without_roles_has_none(tmp_path):
    (tmp_path / "secrets.toml").write_text("[auth]\nclient_id = 'x'\n")
    assert roles.load(tmp_path / "secrets.toml").emails == () and roles.load({}).of("a@b.c") is None


NAMES_RULE = 'must be a list of names, such as ["Dana Smith"]'
COVER_RULE = 'a list such as [{csm = "Ann Bo", until = 2026-12-31}]'


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ({}, ".sees is missing; it can be own, team, all, admin"),
        ({"sees": "everything"}, ".sees = 'everything' must be one of own, team, all, admin"),
        ({"sees": True}, ".sees = True must be one of"),
        ({"sees": ["own"]}, ".sees = ['own'] must be one of"),
        ({"sees": "Own", "csm": ["A"]}, ".sees = 'Own' must be one of"),
        ({"sees": "own"}, ".csm must name at least one CSM"),
        ({"sees": "own", "csm": []}, ".csm must name at least one CSM"),
        ({"sees": "own", "cover": [{"csm": "A", "until": DAY}]}, ".csm must name at least one CSM"),
        ({"sees": "own", "csm": "Dana"}, f".csm = 'Dana' {NAMES_RULE}"),
        ({"sees": "own", "csm": [""]}, f".csm = [''] {NAMES_RULE}"),
        ({"sees": "own", "csm": [" "]}, NAMES_RULE),
        ({"sees": "own", "csm": [7]}, f".csm = [7] {NAMES_RULE}"),
        ({"sees": "own", "csm": ["a\0b"]}, NAMES_RULE),
        ({"sees": "own", "csm": ["a\nb"]}, NAMES_RULE),
        ({"sees": "own", "csm": ["\ud800"]}, NAMES_RULE),
        ({"sees": "own", "csm": {"Dana": 1}}, NAMES_RULE),
        ({"sees": "own", "csm": ["A"], "team": ["B"]}, ".team = ['B'] is for those who see their team"),
        ({"sees": "team", "csm": ["A"]}, ".team must name at least one CSM"),
        ({"sees": "team", "team": [None]}, NAMES_RULE),
        ({"sees": "all", "role": "x"}, ".role is not known; known are sees, csm, team, cover"),
        ({"sees": "own", "csm": ["A"], "cover": {"csm": "B", "until": DAY}}, COVER_RULE),
        ({"sees": "own", "csm": ["A"], "cover": ["B"]}, COVER_RULE),
        ({"sees": "own", "csm": ["A"], "cover": [{"csm": "B"}]}, COVER_RULE),
        ({"sees": "own", "csm": ["A"], "cover": [{"csm": "B", "until": DAY, "from": DAY}]}, COVER_RULE),
        ({"sees": "own", "csm": ["A"], "cover": [{"csm": 3, "until": DAY}]}, "has csm = 3, which must be a name"),
        ({"sees": "own", "csm": ["A"], "cover": [{"csm": "B", "until": "2026-12-31"}]}, "which must be a day, such as 2026-12-31"),
        ({"sees": "own", "csm": ["A"], "cover": [{"csm": "B", "until": datetime(2026, 12, 31, 9)}]}, "which must be a day"),
    ],
)  # fmt: skip
def test_a_wrong_role_is_refused_with_key_value_and_rule(section, said):
    with pytest.raises(Refused) as refused:
        one(**section)
    assert "roles.'a@b.c'" in str(refused.value) and said in str(refused.value)


@pytest.mark.parametrize(
    "held",
    [
        {"roles": ["a@b.c"]},
        {"roles": "a@b.c"},
        {"roles": {"a@b.c": "all"}},
        {"roles": {"dana": {"sees": "all"}}},
        {"roles": {"@b.c": {"sees": "all"}}},
        {"roles": {"a@": {"sees": "all"}}},
        {"roles": {"a b@c": {"sees": "all"}}},
        {"roles": {"a@b\0": {"sees": "all"}}},
        {"roles": {"A@b.c": {"sees": "all"}, "a@B.c ": {"sees": "own", "csm": ["A"]}}},
    ],
)
def test_wrong_sections_are_refused(held):
    with pytest.raises(Refused, match=r"secrets\.toml: roles"):
        roles.load(held)


@pytest.mark.parametrize(
    "written",
    [
        b"[auth]\nclient_secret = hush\n",
        b"\xff\xfe",
        b"[auth]\nclient_secret = 'hush'\n[auth]\n",
        b"roles = {",
        b"x = 'hush",
    ],
)
def test_a_file_that_cannot_be_read_is_refused_without_repeating_it(tmp_path, written):
    (tmp_path / "secrets.toml").write_bytes(written)
    with pytest.raises(Refused, match="cannot be read") as refused:
        roles.load(tmp_path / "secrets.toml")
    assert "hush" not in str(refused.value)
    with pytest.raises(Refused, match=r"There is no .*nowhere\.toml.* --where csm=NAME"):
        roles.load(tmp_path / "nowhere.toml")


def test_a_refusal_repeats_no_other_section(tmp_path):
    (tmp_path / "secrets.toml").write_text(FILE + '\n[roles."x@y.z"]\nsees = "some"\n', "utf-8")
    with pytest.raises(Refused) as refused:
        roles.load(tmp_path / "secrets.toml")
    assert not [word for word in ("hush", "dana", "Dana", "Lee", "boss") if word in str(refused.value)]
