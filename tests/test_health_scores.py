"""Scores as answers: by hand for every profile, sums that are exact whatever the rules, lists, and the weeks of an account."""

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.book import Book
from lib.definitions.health import CONDITIONS, FACTS, NULL_RULES, TOUCHES, Earlier, Override, Part, Profile
from lib.errors import Refused
from lib.facts.ask import ask
from lib.measures.registry import measure
from lib.scope import Scope
from tests.healthworlds import BY_HAND, DAY, frames
from tests.worldlets import WORDS, account_frame, contract_frame, open_world

YEAR = Book(date(2025, 11, 2), date(2026, 11, 2), DAY)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return open_world(tmp_path_factory.mktemp("health"), frames())


def answer(world, name: str, words=WORDS, book=YEAR, scope=None, **options):
    with ask(world, book, words, **({"scope": scope} if scope else {})) as con:
        return measure(name)(con, book, words, **options)


def rows(world, name: str, words=WORDS, **options) -> list[dict]:
    return answer(world, name, words, **options).table.to_dict("records")


def listed(world, **options) -> list[str]:
    return [each["account_id"] for each in rows(world, "health", **options)]


def thousandths(value: float) -> int:
    return round(1000 * value)


# -- by hand


@pytest.mark.parametrize("account", BY_HAND)
def test_a_score_of_every_profile_is_what_one_works_out_by_hand(world, account):
    profile, colour, made = BY_HAND[account]
    (row,) = [each for each in rows(world, "health") if each["account_id"] == account]
    parts = rows(world, "health_parts", account=account)
    assert [
        (each["part"], each["points"], each["contribution"]) for each in sorted(parts, key=lambda each: each["part"])
    ] == sorted(made)
    assert (row["profile"], row["colour"]) == (profile, colour)
    assert thousandths(row["health_score"]) == sum(thousandths(gives) for _, _, gives in made)
    assert row["held_by"] != row["held_by"] or row["held_by"] is None


def test_an_override_is_a_part_of_its_own(world):
    """held is al, 85.653 by its parts, and asked to cancel: 20. gl asked as well, but has 3.404 anyway."""
    found = {each["account_id"]: each for each in rows(world, "health")}
    assert found["held"]["health_score"] == 20 and found["held"]["held_by"] == "asked to cancel, at most 20"
    assert found["held"]["parts"][-1] == "Asked to cancel, at most 20: −65.653"
    assert found["held"]["parts"][:-1] == found["al"]["parts"]
    *_, override = rows(world, "health_parts", account="held")
    assert (override["part"], override["fact"], override["contribution"]) == ("asked to cancel", "override", -65.653)
    assert thousandths(found["gl"]["health_score"]) == 3404 and "at most" not in str(found["gl"]["parts"])


def test_parts_are_said_as_people_read_them_what_costs_most_first(world):
    """al: Trend costs 15 % of 39.1, Breadth 60 % of 8.7, Active days 25 % of 13."""
    (row,) = rows(world, "health", search="The al")
    assert row["parts"] == [
        "Trend 1.00 times: 85 of 100 × 39.1 % = 33.261", "Breadth 2 features: 40 of 100 × 8.7 % = 3.478",
        "Active days 2.0 a week: 75 of 100 × 13 % = 9.783", "Utilisation 80 % of seats: 100 of 100 × 21.7 % = 21.739",
        "Silence 0 weeks: 100 of 100 × 8.7 % = 8.696", "Tickets 0.00 a person: 100 of 100 × 8.7 % = 8.696",
    ]  # fmt: skip
    found = {each["account_id"]: each["missing"] for each in rows(world, "health")}
    assert found["al"] == [] and found["oh"] == ["Sentiment"] and found["gh"] == ["Sentiment", "Champion"]
    parts = answer(world, "health_parts", account="gh")
    assert ("not known on 1 Nov 2026: Sentiment, Champion", 2) in parts.left_out.itertuples(index=False, name=None)


def test_who_has_no_score_is_listed_with_why(world):
    """machine is used by no person: it has nothing but silence (10), contact (5), of 100: 15 %."""
    found = {each["account_id"]: each for each in rows(world, "health")}
    assert found["machine"]["colour"] == "none" and found["machine"]["parts"] == [
        "Contact 669 days ago: 0 of 100", "Silence 0 weeks: 100 of 100",
    ]  # fmt: skip
    assert found["machine"]["why_not"] == "used by machines alone: 15 % of the weight is known, 50 % are needed"
    parts = answer(world, "health_parts", account="machine").table
    assert parts["points"].notna().all() and parts["contribution"].isna().all()
    none = replace(WORDS, health=replace(WORDS.health, null_rule="none"))
    why = {each["account_id"]: each["why_not"] for each in rows(world, "health", none)}
    assert why["gh"] == "a part is not known, and the rules ask for all"
    one = replace(WORDS, health=replace(WORDS.health, profiles=(Profile("Trial", (("Breadth", 1.0),), ("trial",)),)))
    found = {each["account_id"]: each for each in rows(world, "health", one)}
    assert found["t"]["health_score"] == 40 and found["gh"]["why_not"].startswith("no profile of the rules fits")


def test_each_null_rule_weighs_as_it_says(world):
    """oh: Sentiment is not known, 10 of 100. Reweighted 5275 / 90; counting nothing 5275 / 100; none: no score."""
    scores = {}
    for rule in NULL_RULES:
        words = replace(WORDS, health=replace(WORDS.health, null_rule=rule))
        (row,) = rows(world, "health", words, search="The oh")
        scores[rule] = row["health_score"]
        parts = rows(world, "health_parts", words, account="oh")
        if rule != "none":
            assert sum(thousandths(each["contribution"]) for each in parts) == thousandths(row["health_score"])
    assert scores["reweight"] == 58.611 and scores["zero"] == 52.75 and scores["none"] != scores["none"]


# -- sums, whatever the rules

NAMES = [f"P{at}" for at in range(6)]
numbers = st.floats(0, 1_000, allow_nan=False).map(lambda value: round(value, 3))


@st.composite
def rules(draw):
    """Rules at random: parts of any fact, in any bands, any weights, null rule and overrides."""
    parts = []
    for name in NAMES[: draw(st.integers(1, 6))]:
        cuts = sorted(
            draw(st.sets(st.floats(-1, 20, allow_nan=False).map(lambda value: round(value, 2)), min_size=1, max_size=4))
        )
        points = draw(st.lists(st.integers(0, 100), min_size=len(cuts) + 1, max_size=len(cuts) + 1))
        fact = draw(st.sampled_from(sorted(set(FACTS) - {"column"})))
        parts.append(Part(name, fact, tuple(cuts), tuple(map(float, points))))
    weighed = st.dictionaries(st.sampled_from([each.part for each in parts]), numbers, min_size=1).filter(
        lambda each: sum(each.values()) > 0
    )
    profiles = [
        Profile(f"of {at}", tuple(draw(weighed).items()), draw(st.sampled_from([(), ("trial",), ("Adoption", "Usage")])), draw(st.sampled_from(["", *TOUCHES])))
        for at in range(draw(st.integers(0, 2)))
    ]  # fmt: skip
    profiles.append(Profile("rest", tuple(draw(weighed).items())))
    held = draw(st.dictionaries(st.sampled_from(list(CONDITIONS)), st.integers(0, 100).map(float)))
    return replace(
        WORDS.health, parts=tuple(parts), profiles=tuple(profiles), overrides=tuple(Override(*each) for each in held.items()),
        renewal_weights=tuple(draw(st.dictionaries(st.sampled_from([each.part for each in parts]), numbers)).items()),
        history_weeks=13, null_rule=draw(st.sampled_from(list(NULL_RULES))), least_weight=draw(st.sampled_from([0.01, 0.5, 1.0])),
    )  # fmt: skip


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    now=rules(),
    before=rules(),
    some=st.sets(st.sampled_from([*BY_HAND, "held", "machine", "moved"]), min_size=2, max_size=2),
)
def test_contributions_add_up_to_the_score_and_their_changes_to_its_change(world, now, before, some):
    """By any rules, and where other rules held of the earlier day: to the thousandth, in the table and in the words."""
    words = replace(WORDS, health=replace(now, earlier=(Earlier("2026-10-19", before.as_rules()),)))
    with ask(world, YEAR, words) as con:
        table = measure("health")(con, YEAR, words, since="2026-10-18").table
        assert len(table) == 10
        for row in table.itertuples():
            if row.health_score == row.health_score:
                assert added(row.parts) == thousandths(row.health_score)
            if row.account_id not in some:
                continue
            parts = measure("health_parts")(con, YEAR, words, account=row.account_id, since="2026-10-18").table
            for end, score in (("", row.health_score), ("_before", row.health_score_before)):
                gives = parts[f"contribution{end}"]
                if score == score:
                    assert sum(map(thousandths, gives)) == thousandths(score)
                else:
                    assert gives.isna().all()
            if row.health_change == row.health_change:
                assert sum(map(thousandths, parts["contribution_change"])) == thousandths(row.health_change)


def added(said: list[str]) -> int:
    """What the words of the parts add up to, in thousandths."""
    found = [re.search(r"(= |: −)([\d.e-]+)$", each) for each in said]
    return sum((1 if each[1] == "= " else -1) * thousandths(float(each[2])) for each in found)


def test_what_left_the_profile_counts_nothing_now_and_what_came_nothing_before(world):
    """Until 18 October NPS alone counted: gh had 75."""
    then = replace(WORDS.health, profiles=(Profile("Then", (("NPS", 1.0),)),)).as_rules()
    words = replace(WORDS, health=replace(WORDS.health, earlier=(Earlier("2026-10-19", then),)))
    found = answer(world, "health_parts", words, account="gh", since="2026-10-18")
    parts = {each["part"]: each for each in found.table.to_dict("records")}
    assert parts["NPS"]["contribution_before"] == 75 and parts["Trend"]["contribution_before"] == 0
    assert parts["Trend"]["contribution_change"] == 23.611 and parts["NPS"]["contribution_change"] == pytest.approx(
        4.167 - 75
    )
    assert found.notes[1:] == (
        "The profile was Then, and is Grown, high touch: other parts count, with other weights.",
        "Other rules hold from 19 Oct 2026 on.",
    )


# -- the list


def test_the_list_is_cut_sorted_and_paged(world):
    everybody = ["ah", "al", "gh", "gl", "held", "machine", "moved", "oh", "ol", "t"]
    assert sorted(listed(world)) == everybody
    assert sorted(listed(world, colour="red")) == ["gl", "held", "moved"] and listed(world, colour="none") == [
        "machine"
    ]
    assert listed(world, profile="Adoption, low touch", sort="score") == ["moved", "held", "al"]
    assert sorted(listed(world, touch="high")) == ["ah", "gh", "machine", "oh"]
    assert sorted(listed(world, by="segment", level="SMB")) == ["al", "ol"]
    assert listed(world, search="THE A", sort="account") == ["ah", "al"]
    assert listed(world, sort="arr", limit=2) == ["gh", "ah"]
    assert listed(world, sort="score", limit=3) == ["moved", "gl", "held"]
    # ARR below green: gl 4,000 x 66.596 %, moved 2,000 x 70 %, ah 9,000 x 14.722 %, held 1,000 x 50 %, oh 1,000 x 11.389 %
    assert listed(world, limit=5) == ["gl", "moved", "ah", "held", "oh"]
    assert listed(world, sort="account", limit=2, offset=3) == everybody[3:5]
    whole, page = answer(world, "health"), answer(world, "health", limit=2, offset=9)
    assert set(whole.table["n_rows"]) == {10} and len(page.table) == 1
    assert whole.left_out.values.tolist() == [["no contract, and no trial, on 1 Nov 2026", 2]]
    assert whole.table["arr_below_green"][0] == pytest.approx(4_000 * (70 - 3.404) / 100)


def test_who_changed_colour_is_told_against_the_earlier_day(world):
    """held was green until it asked on 28 October: 86.071, as Trend was not known then: 6025 of 70. Nothing else changed colour."""
    found = {each["account_id"]: each for each in rows(world, "health", is_changed=True, since="2026-10-25")}
    assert found["held"]["colour_before"] == "green" and found["held"]["health_change"] == -66.071
    assert {each["day_before"].date() for each in found.values()} == {date(2026, 10, 25)} and "gh" not in found
    earlier = {each["account_id"]: each for each in rows(world, "health", day="2026-10-27")}
    assert earlier["held"]["colour"] == "green" and earlier["held"]["day"].date() == date(2026, 10, 25)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"sort": "luck"}, "no order 'luck'"), ({"colour": "blue"}, "no colour 'blue'"), ({"touch": "mid"}, "no touch 'mid'"),
        ({"day": "2026-11-02"}, "1 Nov 2026, the day the data is seen as of"), ({"day": "2019-01-01"}, "is told from"),
        ({"since": "2026-11-01"}, "an earlier day"), ({"day": "soon"}, "not a day"), ({"limit": -1}, "no negative rows"),
        ({"by": "shoe size", "level": "9"}, "no dimension"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_in_a_sentence(world, options, said):
    with pytest.raises(Refused, match=said):
        answer(world, "health", **options)


def test_a_reader_sees_their_own_accounts_and_the_filters_cut_the_list_alone(world):
    own = Scope(("Dana",))
    assert sorted(answer(world, "health", scope=own).table["account_id"]) == ["ah", "gh", "machine"]
    for name in ("health_parts", "health_history"):
        assert answer(world, name, scope=own, account="al").table.empty and len(
            answer(world, name, scope=own, account="gh").table
        )
    small = YEAR.where("segment", ["SMB"])
    assert sorted(answer(world, "health", book=small).table["account_id"]) == ["al", "ol"]
    assert len(answer(world, "health_parts", book=small, account="gh").table)


# -- the weeks


def test_the_weeks_of_an_account_say_what_happened_on_the_way(world):
    found = rows(world, "health_history", account="moved")
    marks = {each["day"].date(): each["marks"] for each in found if each["marks"]}
    assert marks == {
        date(2025, 6, 1): [
            "from trial to customer", "reached Onboarding", "profile: Trial → Onboarding, low touch", "seats 5 → 10",
        ],
        date(2025, 9, 7): ["reached Adoption", "profile: Onboarding, low touch → Adoption, low touch"],
        date(2026, 2, 1): ["renewal in 120 days or less"],
        date(2026, 6, 7): ["renewed, until 1 Jun 2027", "seats 10 → 20", "ARR 1,000 → 2,000"],
        date(2026, 10, 25): ["notice given"],
    }  # fmt: skip
    assert [each["day"] for each in found] == sorted(each["day"] for each in found)
    assert found[0]["stage"] == "trial" and found[-1]["day"].date() == DAY


def test_the_weeks_end_in_the_score_of_the_list_and_know_of_new_rules(world):
    then = replace(WORDS.health, profiles=(Profile("Then", (("NPS", 1.0),)),)).as_rules()
    words = replace(WORDS, health=replace(WORDS.health, earlier=(Earlier("2026-10-19", then),)))
    found = rows(world, "health_history", words, account="gh")
    assert found[-1]["health_score"] == 82.779 and found[-3]["health_score"] == 75 and found[-3]["profile"] == "Then"
    assert found[-2]["marks"] == ["new rules from 19 Oct 2026", "profile: Then → Grown, high touch"]
    assert rows(world, "health_history", account="nobody") == [] and len(rows(world, "health_history", account="left"))


def test_a_gap_is_said(tmp_path):
    terms = contract_frame(
        {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 3, 1), "arr": 1.0, "notice_given_on": date(2026, 2, 1)},
        {"starts_on": date(2026, 6, 1), "ends_on": date(2027, 6, 1), "arr": 1.0},
    )
    gone = open_world(tmp_path, {"account": account_frame(["a"]), "contract": terms})
    found = rows(gone, "health_history", account="a")
    assert "back after a gap" in next(each["marks"] for each in found if each["day"].date() == date(2026, 6, 7))
    assert not [each for each in found if date(2026, 4, 5) < each["day"].date() < date(2026, 6, 1)]
