"""The page of the rules of health: a draft is only a draft, published from a day on or for all of history, and never markup."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from lib.book import year_to
from lib.definitions import load, made_of
from lib.errors import Refused
from lib.facts import health, open_store
from lib.facts.ask import ask
from lib.view import access
from lib.view.healthrules import draftstate, preview, said
from lib.workspace import open_workspace, wording
from tests.pages import is_well, text

PAGE = "pages/healthrules.py"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
HOSTILE = '![x](http://e.example/x.png) <img src=x onerror="1"> **b** :material/x: $y$'
DAY = "2026-10-31"


@pytest.fixture
def space(visit, tmp_path):
    return open_workspace(f"sqlite:///{tmp_path}/workspace.db")


def drawn(app: AppTest) -> str:
    """What the keys of the draft's widgets end with, those of the table of weights aside."""
    draft = app.session_state["draft of the rules of health"]
    return f"{draft.n} {draft.n_drawn}"


def weighed(app: AppTest) -> str:
    """What the key of the table of weights ends with."""
    draft = app.session_state["draft of the rules of health"]
    return f"{draft.n} {draft.n_weighed}"


def red_below(app: AppTest) -> float:
    return app.number_input(key=f"health red_below {drawn(app)}").value


def edit(app: AppTest, table: str, *, rows=None, added=(), deleted=()) -> str:
    """Change cells, add and delete rows of a table."""
    changed = {"edited_rows": rows or {}, "added_rows": list(added), "deleted_rows": list(deleted)}
    app.session_state[f"health {table} {weighed(app) if table == 'weights' else drawn(app)}"] = changed
    app.run()
    assert is_well(app), app.exception
    return text(app)


def raise_red(app: AppTest, to: float = 62) -> str:
    app.number_input(key=f"health red_below {drawn(app)}").set_value(to).run()
    assert is_well(app), app.exception
    return text(app)


def publish(app: AppTest, way: str, comment: str) -> str:
    app.radio(key="health holds").set_value(way).run()
    app.text_input(key="health comment 0").set_value(comment).run()
    app.button(key="health publish").click().run()
    assert is_well(app), app.exception
    return text(app)


def colours(store, words) -> pd.DataFrame:
    book = year_to(date(2026, 10, 31))
    with ask(open_store(store), book, words) as con:
        health.lay(con, book.as_of, words)
        return con.execute(
            "select _account, day, health_score::double as score, colour from health_score order by all"
        ).df()


# --- the rows and what they make


def begun(words=None) -> draftstate.Draft:
    return draftstate.begun(words or load(), None, None)


def test_the_rows_of_the_default_make_the_default():
    draft = begun()
    assert draftstate.drafted(draft) == load() and draftstate.is_untouched(draft)
    assert draft.parts["cuts"].tolist()[0] == "0.2, 0.4, 0.6, 0.8" and len(draft.weights) == 15


def parts(draft: draftstate.Draft, *rows: dict) -> None:
    """The parts of the default, the last of them changed, one for each of `rows`."""
    whole = draft.parts.to_dict("records")
    for at, row in enumerate(rows, 1):
        whole[-at] |= row
    draft.parts_now = pd.DataFrame(whole, dtype=object)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"part": None}, "Part 15 has no name. Give it one, or delete its row."),
        ({"part": "trend "}, "“trend” comes twice. Give one of them another name, or delete it."),
        ({"fact": None}, "Say by what “Champion” is told."),
        ({"fact": "column"}, "“Champion” is told by a column of accounts: say which under “Column”."),
        ({"of": "plan"}, "“Champion” says “plan” under “Column”, but is told by champions and sponsors who left. Clear it."),
        ({"cuts": " "}, "“Champion” has no cuts. Say where its bands begin, such as 0.5, 0.7, 0.9."),
        ({"cuts": "1, many"}, "Cuts of “Champion” are “1, many”; say numbers such as 0.5, 0.7, 0.9."),
        ({"cuts": "2, 1"}, "The cuts of “Champion” must rise; they are 2, 1."),
        ({"points": "100"}, "“Champion” has 2 cuts, which make 3 bands, and points for 1."),
        ({"points": "100, 20, 120"}, "Points of “Champion” must be 0 to 100; they are 100, 20, 120."),
        ({"points": "100, nan, 0"}, "Points of “Champion” must be 0 to 100; they are 100, nan, 0."),
        ({"cuts": "1, inf"}, "health.parts must be with cuts that rise"),
        ({"fact": "mood"}, "health.parts must be told by a fact, one of"),
    ],
)  # fmt: skip
def test_what_is_no_part_is_refused_in_words(row, told):
    draft = begun()
    parts(draft, row)
    with pytest.raises(Refused) as refused:
        draftstate.drafted(draft)
    assert told in str(refused.value)


def test_what_is_no_set_of_weights_or_words_is_refused_in_words():
    draft = begun()
    draft.weights_now = draft.weights.assign(w0=float("nan"))
    with pytest.raises(Refused, match="“Trial” has no weight left"):
        draftstate.drafted(draft)
    draft = begun()
    draft.said = draft.said | {"red_below": 80.0}
    with pytest.raises(Refused, match="must be a score above red_below"):
        draftstate.drafted(draft)


def test_a_part_that_gets_another_name_keeps_its_weights_and_one_that_goes_loses_them():
    draft = begun()
    for at, name in enumerate(("Momentum", "Drive"), 1):  # twice: the second time from its new name
        draft.parts_now = draft.parts.copy()
        draft.parts_now.loc[1, "part"] = name
        draftstate.follow_parts(draft)
        draftstate.follow_parts(draft)
        assert draft.n_weighed == at and draft.n_drawn == 0  # whoever types in the table of parts goes on
    assert draftstate.renamed(draft) == {"Trend": "Drive"}
    words = draftstate.drafted(draft).health
    was = load().health
    assert dict(words.profiles[-1].weights)["Drive"] == 35 and dict(words.renewal_weights)["Drive"] == 1.5
    assert [each.profile for each in words.profiles] == [each.profile for each in was.profiles]
    draft.parts_now = draft.parts_now.drop(index=1)
    draftstate.follow_parts(draft)
    gone = draftstate.drafted(draft).health
    assert "Drive" not in {name for each in gone.profiles for name, _ in each.weights} | {
        name for name, _ in gone.renewal_weights
    }
    new = [{"part": name, "fact": "csat", "cuts": "3", "points": "0 100"} for name in ("New", "Newer")]
    draft.parts_now = pd.concat([draft.parts_now, pd.DataFrame(new, index=[15, 16], dtype=object)])
    draftstate.follow_parts(draft)
    assert draft.weights_now.iloc[-1].isna().tolist()[1:] == [True] * 8
    draft.type_weights({14: {"w0": 7}, 15: {"w0": 8}})
    draft.parts_now = draft.parts_now.drop(index=15).rename(index={16: 15})  # as the grid numbers its new rows
    draftstate.follow_parts(draft)
    assert draft.weights_now["w0"].tolist()[-1] == 8


def test_a_name_that_comes_twice_for_a_moment_loses_no_weight():
    draft = begun()
    parts(draft, {"part": "Trend"})
    draftstate.follow_parts(draft)
    assert draft.n_weighed == 0 and draft.weights_now.equals(draft.weights)


def test_two_parts_that_change_names_keep_their_weights():
    draft = begun()
    for row, name in ((0, "Trend"), (1, "Utilisation")):
        draft.parts_now = draft.parts_now.copy()
        draft.parts_now.loc[row, "part"] = name
        draftstate.follow_parts(draft)
    was, now = (dict(each.profiles[-1].weights) for each in (load().health, draftstate.drafted(draft).health))
    assert now == was | {"Trend": was["Utilisation"], "Utilisation": was["Trend"]}


def test_differences_are_sentences():
    was = load().health
    would = made_of(
        load().words()
        | {"health": draftstate.section(was) | {"red_below": 45, "overrides": [{"when": "in_grace", "at_most": 30}]}},
        "a test",
    ).health
    assert said.differences(was, was) == []
    assert said.differences(was.as_rules(), would.as_rules()) == [
        "red below 40 → 45", "asked to cancel: held down no more", "notice given: held down no more", "renewal overdue: at most 30",
    ]  # fmt: skip
    assert said.bands(was.parts[-1]) == "champions and sponsors who left: 100 points below 1, 20 from 1, 0 from 2"


def test_the_sentence_of_an_edit():
    rows = [
        ("amber", "red", 12, 400_000.0),
        ("green", "red", 1, 20_000.0),
        ("amber", "green", 3, 9_000.0),
        ("red", "none", 1, 0.0),
        ("red", "red", 83, 1.0),
    ]
    table = pd.DataFrame(rows, columns=["colour_in_force", "colour_draft", "n_accounts", "arr"])
    assert preview.told(table) == (
        "<b>13 accounts turn red (420 k ARR), 3 turn green (9,000 ARR), 1 loses its score (0 ARR)</b>, of 100 accounts."
    )
    assert preview.told(table.tail(1)) == "No account would change colour, of 83 accounts."


# --- the page


def test_nothing_counts_before_it_is_published_and_then_from_the_day_on(visit, sample_store, space):
    before = colours(sample_store, load())
    app = visit(sample_store, PAGE)
    assert is_well(app) and "Nothing is changed." in text(app)
    assert "turn red" in raise_red(app) and "Changed: red below 40 → 62" in text(app)
    assert wording.newest(space) is None and "words" not in app.query_params
    assert colours(sample_store, load()).equals(before)
    shown = publish(app, "from", "Sooner in red")
    assert "in force for everybody" in shown and "“Sooner in red”" in shown and "red below 40 → 62" in shown
    assert "Nothing is changed." in shown
    kept = wording.newest(space)
    assert kept.comment == "Sooner in red" and kept.made_by == access.publisher()
    assert [(each.until, each.rules.red_below) for each in kept.definitions.health.earlier] == [(DAY, 40)]
    after = colours(sample_store, kept.definitions)
    is_before = (before["day"] < pd.Timestamp(DAY)).to_numpy()
    assert after[is_before].equals(before[is_before]) and not after[~is_before].equals(before[~is_before])


def test_for_all_of_history_rewrites_it(visit, sample_store, space):
    app = visit(sample_store, PAGE)
    raise_red(app)
    publish(app, "always", "")
    kept = wording.newest(space).definitions.health
    assert kept.earlier == () and kept.red_below == 62


def test_an_old_link_shows_the_rules_of_its_day_and_says_so(visit, sample_store, space):
    words = replace(load(), health=replace(load().health, red_below=62.0))
    wording.kept(space, words, "hm", after=None, by="anna", now=NOW)
    app = visit(sample_store, PAGE, {"words": load().hash})
    assert "With the default definitions, since changed" in text(app)
    assert "The link shows older definitions; what is changed here are the rules of today." in text(app)
    assert red_below(app) == 62
    assert wording.newest(space).definitions == words


def test_discarding_leaves_everything_and_a_version_can_be_taken_up_again(visit, sample_store, space):
    words = replace(load(), health=replace(load().health, red_below=50.0))
    kept = wording.kept(space, words, "first", after=None, by="anna", now=NOW)
    app = visit(sample_store, PAGE)
    raise_red(app, 60)
    app.button(key="health discard").click().run()
    assert is_well(app) and "Nothing is changed." in text(app) and red_below(app) == 50
    app.button(key="health again default").click().run()
    assert is_well(app) and "Changed: red below 50 → 40" in text(app) and wording.newest(space) == kept
    assert red_below(app) == 40


def test_of_two_who_edit_the_second_is_told_and_keeps_the_draft(visit, sample_store, space):
    app = visit(sample_store, PAGE)
    raise_red(app)
    words = replace(load(), health=replace(load().health, red_below=30.0))
    wording.kept(space, words, "mine", after=None, by="bea", now=NOW)
    app.button(key="health publish").click().run()
    assert is_well(app) and "changed the definitions after you began" in text(app)
    assert red_below(app) == 62 and wording.newest(space).made_by == "bea"


def test_who_may_not_publish_may_try(visit, sample_store, space, monkeypatch):
    monkeypatch.setattr(access, "may_publish", lambda: False)
    monkeypatch.setattr(access, "admins", lambda: ("ada@acme.com",))
    app = visit(sample_store, PAGE)
    assert "turn red" in raise_red(app) and "ask ada@acme.com" in text(app).replace("\u2060", "")
    assert "health publish" not in [each.key for each in app.button]


def test_weights_and_parts_are_edited_in_tables(visit, sample_store, space):
    app = visit(sample_store, PAGE)
    assert "Grown, low touch: Trend 35 → 95" in edit(app, "weights", rows={1: {"w6": 95}})
    told = edit(app, "parts", added=[{"part": "Again", "fact": "breadth", "cuts": "2", "points": "0, 100"}])
    assert "Again is new" in told and "Trend 35 → 95" in told
    told = edit(app, "parts", rows={1: {"part": "Momentum"}})
    assert "Trend is called Momentum" in told and "Momentum 35 → 95" in told and "Again is" not in told
    told = edit(app, "parts", rows={1: {"part": "Momentum"}, 2: {"part": "People"}})
    assert (
        "Trend is called Momentum" in told and "Active people is called People" in told and "Momentum 35 → 95" in told
    )
    told = edit(app, "parts", rows={0: {"cuts": "none"}})
    assert "Cuts of “Utilisation” are “none”; say numbers" in told and "What it would do" in told
    assert app.button(key="health publish").disabled


def test_whom_a_profile_is_for_is_edited_in_a_table_and_what_it_leaves_out_is_said(visit, sample_store, space):
    app = visit(sample_store, PAGE)
    edit(app, "weights", rows={1: {"w6": 95}})
    told = edit(app, "fits", rows={3: {"stages": ["Adoption", "Usage"]}, 4: {"touch": "both"}})
    assert "Adoption, high touch is for accounts of Adoption, Usage, high touch" in told
    assert "Adoption, low touch is for accounts of Adoption" in told and "Trend 35 → 95" in told  # what was typed stays
    assert "Nobody's profile" not in told and "No profile" not in told
    told = edit(app, "fits", rows={1: {"stages": ["trial"]}, 5: {"stages": ["Value"]}})
    assert "Nobody's profile, since one above it takes its accounts: Onboarding, high touch." in told
    assert (
        "No profile, and so no score: Onboarding, high touch · Usage, high touch · Advocacy, high touch · any other stage, high touch."
        in told
    )
    app.radio(key="health holds").set_value("always").run()
    app.button(key="health publish").click().run()
    assert is_well(app), app.exception
    kept = wording.newest(space).definitions.health.profiles
    assert [each.stages for each in kept[1:6:4]] == [("trial",), ("Value",)]


def test_hostile_names_are_plain_text_everywhere(visit, sample_store, space):
    whole = (
        json.dumps(load().words()["health"])
        .replace('"Trend"', json.dumps(HOSTILE * 3))
        .replace('"Grown, low touch"', json.dumps(HOSTILE))
    )
    words = made_of(load().words() | {"health": json.loads(whole)}, "a test")
    wording.kept(space, words, HOSTILE, after=None, by=HOSTILE, now=NOW)
    app = visit(sample_store, PAGE)
    edit(app, "weights", rows={1: {"w6": 95}})
    app.session_state["health suggestions"] = True
    app.session_state["passport"] = True
    app.run()
    assert is_well(app), app.exception
    sent = [each.proto.body for each in app.get("html")] + [each.value for each in (*app.markdown, *app.caption)]
    assert not [each for each in sent if "<img" in each or "![x]" in each or "**b**" in each]
    assert "<img src=x onerror" in text(app)  # letter by letter, once it is read


def test_too_little_says_what_is_missing(visit, sample_store, space):
    app = visit(sample_store, PAGE)
    app.session_state["health suggestions"] = True
    app.run()
    assert is_well(app) and "Too little is known to suggest weights" in text(app) and "are needed" in text(app)


def test_a_book_without_readings_says_so(visit, flag_store, space):
    app = visit(flag_store, PAGE)
    assert is_well(app)
    raise_red(app)
    assert (
        "No account of this book has a reading" in text(app) or "turn" in text(app) or "No account would" in text(app)
    )
