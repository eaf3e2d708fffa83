"""The page of the journey: its takeaway, each figure opens as many accounts as it counts, its link, and what is lacking."""

import html
import itertools
import json
import math
import re
from datetime import date, timedelta

import pandas as pd
import pytest

from lib import definitions
from lib.book import year_to
from lib.errors import Refused
from lib.facts import open_store
from lib.facts.ask import ask
from lib.measures.funnel.listing import WHICH
from lib.measures.registry import measure
from lib.view.funnel import sentences
from tests.pages import is_well, text
from tests.worldlets import WORDS, account_frame, contract_frame, publish_frames

PAGE = "pages/funnel.py"
LAST = date(2026, 6, 28)
MARKUP = "<b>x</b> :red[y]"
STAGES = ("Onboarding", "Adoption", "Usage", "Value", "Advocacy")


def world(folder, n: int, days_in_adoption: dict[str, int], stages=STAGES, stuck: int = 0):
    """`n` accounts that come in one a day: 20 days of onboarding, then so many (give or take 5) of adoption by segment, 50 of usage and 100 of value.
    Every tenth is lost after 30 days; every tenth of the first `stuck` stays in adoption; nobody is followed beyond LAST."""
    names = [f"a{number:03d}" for number in range(n)]
    segments = [list(days_in_adoption)[number % len(days_in_adoption)] for number in range(n)]
    rows, contracts = [], []
    for number, (name, segment) in enumerate(zip(names, segments, strict=True)):
        began, lost = LAST - timedelta(number), number % 10 == 9
        ways = list(itertools.accumulate((0, 20, days_in_adoption[segment] + number * 7 % 11 - 5, 50, 100)))
        days = [began + timedelta(way) for way in ways[: 2 if lost or (number % 10 == 4 and number < stuck) else 5]]
        rows += [
            {"account": name, "stage": stage, "reached_on": day}
            for stage, day in zip(stages, days, strict=False)
            if day <= LAST
        ]
        gone = began + timedelta(30)
        contracts.append(
            {"account": name, "starts_on": began, "arr": 10.0 + number, "ends_on": gone if lost and gone <= LAST else date(2028, 1, 1)}
        )  # fmt: skip
    account = account_frame(names, name=[MARKUP, *names[1:]], csm="Dana", segment=segments)
    publish_frames(
        folder, {"account": account, "contract": contract_frame(*contracts), "milestone": pd.DataFrame(rows, dtype=object)}
    )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Adoption takes 40 days in S and 150 in M, where 60 are expected; 20 of S are stuck in it."""
    return world(tmp_path_factory.mktemp("funnel"), 360, {"S": 40, "M": 150}, stuck=200)


def squeezed(app) -> str:
    return " ".join(text(app).split())


def listed(app) -> pd.DataFrame | None:
    return next(
        (each.value for each in app.dataframe if "entered_on" in each.value and "velocity" not in each.value), None
    )


def figures(app, stage: str) -> dict[str, int]:
    """What the row of a stage says; nothing where there is none."""
    drawn = [each.proto.body for each in app.get("html") if 'class="hl-stage' in each.proto.body]
    face = next((each for each in drawn if f"<b>{stage}</b>" in each), "")
    said = html.unescape(re.sub("<[^>]+>", "", face))
    kinds = {"entered": "came in", "completed": "went on", "inside": "still inside", "exited": "left"}
    found = {name: re.search(rf"([\d,]+) {word}", said) for name, word in kinds.items()}
    return {name: int(each[1].replace(",", "")) for name, each in found.items() if each}


def test_the_slow_stage_of_one_segment_is_the_takeaway(visit, store):
    app = visit(store, PAGE)
    assert is_well(app), text(app)
    assert "Slowest: Adoption → Usage, median 150 days for M, 90 more than expected." in squeezed(app)


def test_each_figure_opens_as_many_accounts_as_it_counts(visit, store):
    app = visit(store, PAGE)
    for place, stage in enumerate(STAGES, start=1):
        told = figures(app, stage)
        now = int(
            next(each.label for each in app.button if each.key == f"open stage {place}").split()[0].replace(",", "")
        )
        app.button(key=f"open stage {place}").click().run()
        assert is_well(app), text(app)
        assert app.query_params["stage"] in (stage, [stage])
        assert (0 if listed(app) is None else len(listed(app))) == now
        for which, n in told.items() if stage == "Adoption" else ():
            app.button_group(key="stage which").set_value(which).run()
            assert is_well(app), text(app)
            assert (0 if listed(app) is None else len(listed(app))) == n, (stage, which)
        app.button(key="close stage").click().run()
        assert listed(app) is None and "stage" not in app.query_params
    assert figures(app, "Onboarding") == {
        "entered": 360,
        "completed": 340,
        "inside": 20,
        "exited": 0,
    }  # 20 came in these 20 days


def test_a_cell_opens_the_accounts_of_its_value(visit, store):
    """180 came in of each segment; those of M that came in within the last 20 days are not in Adoption yet."""
    app = visit(store, PAGE, {"stage": "Adoption", "level": "M", "which": "entered"})
    assert is_well(app), text(app)
    assert "Adoption · M: the accounts" in squeezed(app) and len(listed(app)) == 170
    drawn = [json.loads(each.proto.spec)["layout"].get("annotations", []) for each in app.get("plotly_chart")]
    assert [each for each in itertools.chain(*drawn) if "150 days" in each["text"] and "×2.5 · n = 170" in each["text"]]


def slow(app) -> pd.DataFrame | None:
    return next((each.value for each in app.dataframe if "velocity" in each.value), None)


def test_who_is_slow_is_listed_by_stage_and_the_list_is_as_long_as_its_sentence(visit, store):
    """Of the 20 that are stuck those who came in 74 days ago, and earlier, are slow beyond doubt."""
    app = visit(store, PAGE)
    n, n_inside = map(int, re.search(r"(\d+) of (\d+) accounts inside a stage are slow", text(app)).groups())
    assert len(slow(app)) == n and n_inside == sum(figures(app, stage)["inside"] for stage in STAGES[:-1])
    app.selectbox(key="slow stage").set_value("Adoption").run()
    assert is_well(app) and app.query_params["slow_stage"] in ("Adoption", ["Adoption"])
    found = slow(app)
    assert "stage" not in found and len(found) == int(re.search(r"(\d+) of \d+ accounts inside", text(app))[1])
    assert {f"a{number:03d}" for number in range(74, 200, 10)} <= set(found["account"])
    app.selectbox(key="slow order").set_value("slowest").run()
    assert is_well(app) and app.query_params["slow_order"] in ("slowest", ["slowest"])
    assert "No accounts here" in text(visit(store, PAGE, {"slow_page": "9"}))
    app.selectbox(key="slow stage").set_value("Value").run()
    assert is_well(app) and "Nobody is slow here" in text(app)


def test_where_every_stage_takes_the_days_expected_nothing_stands_out(visit, tmp_path):
    app = visit(world(tmp_path, 200, {"S": 55, "M": 55}), PAGE)
    assert is_well(app), text(app)
    assert "Nothing stands out: every stage takes about the days expected." in squeezed(app)
    assert "Nothing differs beyond chance between these values" in squeezed(app)
    drawn = [each.proto.body for each in app.get("html") if 'class="hl-stage' in each.proto.body]
    assert len(drawn) == 6 and "hl-slowest" not in "".join(drawn)


def test_a_handful_of_accounts_is_too_few_to_tell(visit, tmp_path):
    said = squeezed(visit(world(tmp_path, 12, {"S": 40, "M": 150}), PAGE))
    assert (
        "Too few accounts to tell which stage is slow. At most 12 came into one in this period; 30 are compared."
        in said
    )
    assert "Too few to compare: two values of 30 accounts or more are needed." in said


def test_stages_of_other_names_stand_in_the_order_of_the_files(visit, tmp_path):
    names = ("Kick-off", MARKUP, "Live", "Grown", "Proud")
    app = visit(world(tmp_path, 200, {"S": 40, "M": 40}, names), PAGE)
    assert is_well(app), text(app)
    said = squeezed(app)
    assert (
        "The stages are those of the files, in the order in which accounts come to them; no days are expected" in said
    )
    assert "Nothing stands out: no stage takes longer than two quarters ago, beyond chance." in said
    assert ", expected" not in said and f"{MARKUP} 180 came in" in said
    assert app.selectbox(key="times after").options == ["From Kick-off", f"From {MARKUP}", "From Live"]
    shown = [each.proto.body for each in app.get("html")]
    drawn = [json.dumps(json.loads(each.proto.spec)) for each in app.get("plotly_chart")]
    assert len(drawn) == 3 and "<b>x</b>" not in "".join(shown + drawn)


def test_with_one_stage_alone_the_page_says_what_would_show_more(visit, tmp_path):
    names = [f"a{number}" for number in range(40)]
    rows = [{"account": name, "stage": "Onboarding", "reached_on": LAST - timedelta(5)} for name in names]
    contracts = [{"account": name, "starts_on": LAST - timedelta(9), "ends_on": date(2028, 1, 1)} for name in names]
    frames = {"account": account_frame(names), "contract": contract_frame(*contracts)}
    publish_frames(tmp_path, {**frames, "milestone": pd.DataFrame(rows, dtype=object)})
    app = visit(tmp_path, PAGE)
    assert is_well(app), text(app)
    assert "Nobody is known to be past the first stage." in squeezed(app)
    one = [each | {"stage": "Live"} for each in rows]
    publish_frames(tmp_path, {**frames, "milestone": pd.DataFrame(one, dtype=object)}, replaces=True)
    app = visit(tmp_path, PAGE)
    assert is_well(app), text(app)
    assert "Only one stage is known, Live : nobody can be followed to a next one." in squeezed(app)
    assert "Who is slow" not in text(app) and "How long between" not in text(app)


def test_a_link_restores_what_was_open_and_one_that_lies_is_told(visit, store):
    asked = {
        "stage": "Adoption",
        "which": "completed",
        "order": "arr",
        "after": "Adoption",
        "until": "Usage",
        "by": "csm",
    }
    app = visit(store, PAGE, asked)
    assert is_well(app), text(app)
    assert len(listed(app)) == figures(app, "Adoption")["completed"]
    assert app.selectbox(key="times after").value == "Adoption" and app.selectbox(key="times until").value == "Usage"
    assert app.selectbox(key="stage order").value == "arr" and app.selectbox(key="funnel by").value == "csm"
    assert "for M, 90 more than expected" in squeezed(app)  # whatever is chosen
    app.selectbox(key="times after").set_value("Usage").run()
    assert is_well(app) and app.selectbox(key="times until").value == "Advocacy" and "until" not in app.query_params
    lies = {"stage": "x", "which": "x", "order": "x", "after": "Advocacy", "until": "Onboarding", "by": "x", "journey": "x",
            "accounts_page": "x", "slow_page": "-1", "slow_order": "x", "slow_stage": "Advocacy"}  # fmt: skip
    app = visit(store, PAGE, lies)
    assert is_well(app) and text(app).count("was used") == 11
    assert "No such accounts here" in text(visit(store, PAGE, {"stage": "Adoption", "level": "nobody's"}))
    assert "No accounts here" in text(visit(store, PAGE, {"stage": "Adoption", "accounts_page": "9"}))


def test_of_several_journeys_one_is_shown_and_its_figures_are_its_own(visit, store, tmp_path, monkeypatch):
    """M has a journey of its own, of three stages; everybody else keeps the usual one."""
    said = definitions.DEFAULT.read_text()
    own = "".join(f'    {{ stage = "{name}", journey = "M", expected_days = 200 }},\n' for name in STAGES[:3])
    said = re.sub(r'(?m)^by = ""(.*a column of accounts)', r'by = "segment"\1', said).replace(
        "stages = [ ", f"stages = [\n{own} "
    )
    path = tmp_path / "definitions.toml"
    path.write_text(said)
    monkeypatch.setattr(definitions, "DEFAULT", path)
    app = visit(store, PAGE)
    assert is_well(app), text(app)
    assert app.selectbox(key="funnel journey").options == ["Journey of everybody else", "Journey of M"]
    assert figures(app, "Adoption")["entered"] == 170 and "Advocacy" in text(app)
    app.selectbox(key="funnel journey").set_value("M").run()
    assert is_well(app) and app.query_params["journey"] in ("M", ["M"])
    assert figures(app, "Adoption")["entered"] == 170 and not figures(app, "Value")
    app.button(key="open stage 2").click().run()
    assert set(listed(app)["account"].str[1:].astype(int) % 2) == {1}  # every other account is of M


def test_nobody_in_the_book_and_no_stages_at_all(visit, store, flag_store):
    nobody = visit(store, PAGE, {"named": "nobody is called so"})
    assert is_well(nobody) and "Nobody came into a stage" in text(nobody)
    none = visit(flag_store, PAGE)
    assert is_well(none) and "No stages are known yet" in text(none) and "import milestones.csv" in text(none)


def test_the_passport_says_the_rules_and_what_is_left_out(visit, store):
    app = visit(store, PAGE)
    app.session_state["passport"] = True
    app.run()
    said = text(app)
    assert is_well(app) and "**Go on within**: the share that goes on within 365 days" in said
    assert "came in on the day itself: nothing is seen of them yet" in said


def test_the_journey_is_changed_below_also_where_no_stage_is_known(visit, store, flag_store):
    for place in (store, flag_store):
        app = visit(place, PAGE)
        assert "Save for everybody" not in text(app)
        app.session_state["change the journey"] = True
        app.run()
        assert is_well(app) and "Save for everybody" in text(app)


def test_every_figure_of_every_cell_has_as_many_accounts(sample_store):
    """The sample: several segments, histories and losses; what `funnel` counts is what `stage_accounts` lists."""
    snapshot = open_store(sample_store)
    book, figures_of = (
        year_to(snapshot.manifest.as_of),
        {"now": "n_now", **{name: f"n_{name}" for name in list(WHICH)[1:]}},
    )
    with ask(snapshot, book, WORDS) as con:
        table = measure("funnel")(con, book, WORDS, by="segment").table
        n_told = 0
        for row in table[table["place"] > 0].to_dict("records"):
            asked = {
                "stage": row["stage"],
                "journey": row["journey"],
                "by": "segment",
                "level": row["level"],
                "limit": 1,
            }
            for which, column in figures_of.items():
                found = measure("stage_accounts")(con, book, WORDS, **asked, which=which).table["n_rows"]
                assert (found.iat[0] if len(found) else 0) == row[column], (row["stage"], row["level"], which)
                n_told += row[column]
    assert n_told > 100
    with ask(snapshot, book, WORDS) as con, pytest.raises(Refused, match="no selection 'x'"):
        measure("stage_accounts")(con, book, WORDS, which="x")


def told(place: int, **said) -> dict:
    """A stage as sentences take it: 40 came in, 60 days where 60 are expected."""
    return {
        "place": place, "stage": f"<s{place}>", "level": None, "n_entered": 40, "expected_days": 60.0, "dwell_p50": 60.0,
        "dwell_p50_lo": 50.0, "dwell_p50_hi": 70.0, "excess_days": 0.0, "delay_days": 0.0, "slower_days": math.nan,
        "is_bottleneck": False, **said,
    }  # fmt: skip


SLOW = {"dwell_p50": 132.0, "dwell_p50_lo": 110.0, "excess_days": 72.0, "delay_days": 72.0 * 40, "is_bottleneck": True}
SLOWER = {"dwell_p50": 62.0, "excess_days": 2.0, "delay_days": 80.0, "slower_days": 17.0, "is_bottleneck": True}
NOT_HALF = {
    "dwell_p50": math.nan,
    "dwell_p50_lo": math.nan,
    "excess_days": math.nan,
    "delay_days": math.nan,
    "is_bottleneck": True,
}


@pytest.mark.parametrize(
    ("whole", "levels", "said"),
    [
        ([told(1), told(2, **SLOW), told(3)], [],
         "Slowest: <s2> → <s3>, median 132 days, 72 more than expected."),
        ([told(1), told(2), told(3)], [told(2, level="<M>", **SLOW)],
         "Slowest: <s2> → <s3>, median 132 days for <M>, 72 more than expected."),
        ([told(1), told(2, **SLOWER), told(3)], [],
         "Slowest: <s2> → <s3>, median 62 days, 17 more than two quarters ago."),
        ([told(1, **SLOWER), told(2), told(3)], [told(2, level="M", **SLOW)],
         "Slowest: <s2> → <s3>, median 132 days for M, 72 more than expected. Of all accounts: <s1> → <s2>, median 62 days, 17 more than "
         "two quarters ago."),
        ([told(1), told(2, **NOT_HALF), told(3)], [told(2, level="M", **SLOW)],
         "Slowest: <s2> → <s3>, median 132 days for M, 72 more than expected. All together: fewer than half have gone on so far, beyond "
         "the 60 days expected."),
        ([told(1), told(2, n_entered=3), told(3)], [],
         "Nothing stands out: every stage takes about the days expected. Fewer than 30 accounts came into <s2>: not judged."),
        ([told(1, n_entered=9), told(2)], [],
         "Too few accounts to tell which stage is slow. At most 9 came into one in this period; 30 are compared."),
    ],
)  # fmt: skip
def test_the_takeaway_in_every_case(whole, levels, said):
    found = sentences.takeaway(whole, levels, 30)
    assert "<s2>" not in found and "<M>" not in found
    assert html.unescape(re.sub("<[^>]+>", "", found)) == said
