"""Audiences: saved from an open list, counted anew, of the reader's own accounts alone, renamed, removed, brought back."""

import io
import re
from datetime import datetime

import pandas as pd
import pytest
import streamlit as st

from lib.view.private import Dataset
from lib.workspace import audiences, open_workspace
from lib.workspace.audiences import Asked
from tests.pages import is_well, text

PAGE, COHORTS, LOYALTY = "pages/audiences.py", "pages/cohorts.py", "pages/loyalty.py"
NOW = datetime(2026, 11, 1)
CELL = {"open": ["all", "1"], "which": "eligible"}


@pytest.fixture
def space(tmp_path):
    """The workspace that `visit` opens."""
    return open_workspace(f"sqlite:///{tmp_path}/workspace.db")


@pytest.fixture
def offered(monkeypatch):
    """What the download buttons of the last runs give, by their labels."""
    found, button = {}, st.download_button

    def download(label, data, *rest, **options):
        found[label] = data
        return button(label, data, *rest, **options)

    monkeypatch.setattr(st, "download_button", download)
    return found


def keyed(widgets, start: str):
    return next(each for each in widgets if each.key and each.key.startswith(start))


def save(app, name: str):
    keyed(app.text_input, "audience name").set_value(name)
    return keyed(app.button, "audience save").click().run()


def rows_of(data) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(data() if callable(data) else data), dtype=str)


def n_of_foot(app) -> int:
    """Of how many rows the open list says to be."""
    return int(re.search(r"1–[\d,]+ of ([\d,]+)", text(app))[1].replace(",", ""))


def n_now(app) -> int:
    return int(
        re.search(r"hl-now.*?<b>([\d,]+)</b>", " ".join(each.proto.body for each in app.get("html")))[1].replace(
            ",", ""
        )
    )


def test_a_cell_is_saved_counted_anew_and_downloaded_whole(visit, sample_store, space, offered):
    cell = visit(sample_store, COHORTS, CELL)
    n = n_of_foot(cell)
    cell = save(cell, "  Month one ")
    assert is_well(cell) and "“Month one” is kept under Audiences." in text(cell)
    (row,) = audiences.own(space, "everyone")
    assert (row["name"], row["n"], row["whom"], row["asks"]) == ("Month one", n, "people", "cohort_members")
    assert row["book"] == {} and row["view"] == {"of": ["users"], "open": ["all", "1"], "which": ["eligible"]}

    app = visit(sample_store, PAGE)
    assert is_well(app) and f"{n:,} when it was saved" in text(app) and "members" not in offered
    assert "Cohorts: people by sign-up, all complete cohorts, month 1: all" in text(app)
    app.button(key=f"count {row.id}").click().run()
    assert n_now(app) == n and not app.dataframe
    app.button(key=f"open {row.id}").click().run()
    assert is_well(app) and n_now(app) == n and app.query_params["audience"] == row.id
    whom = next(data for label, data in offered.items() if re.fullmatch(r"Download [\d,]+", label))
    reachable = rows_of(whom)
    app.checkbox(key=f"everyone {row.id}").check().run()
    everyone = rows_of(offered[f"Download {n:,}"])
    assert len(everyone) == n > len(reachable) == everyone["reason"].isna().sum()
    assert {"person", "person_name", "email", "account", "csm", "role"} <= set(reachable) and reachable[
        "email"
    ].notna().all()
    app.segmented_control(key="audience members").set_value("apart").run()
    assert is_well(app) and set(app.dataframe[0].value["reason"]) <= {"opted out", "deactivated"}
    assert len(app.dataframe[0].value) == n - len(reachable)


def test_a_cohort_by_time_stays_the_one_it_was_named(visit, sample_store, space):
    """The period that names it is kept; the day as of which it is asked moves on."""
    app = save(visit(sample_store, COHORTS, {"open": ["is:Dec 2025", "1"]}), "December")
    (row,) = audiences.own(space, "everyone")
    assert is_well(app) and row["book"] == {"from": ["2025-11-01"], "to": ["2026-11-01"]}
    listed = visit(sample_store, PAGE, {"audience": row.id})
    assert n_now(listed) == row["n"] and "Dec 2025, month 1: retained" in text(listed)
    assert "1 Nov 2025 – 31 Oct 2026" in text(listed)


def test_saving_can_be_undone_and_two_clicks_save_once(visit, full_store, space):
    app = save(visit(full_store), "Once")
    app = keyed(app.button, "audience save").click().run()
    assert [row["name"] for row in audiences.own(space, "everyone")] == ["Once"] and "is kept" in text(app)
    app = keyed(app.button, "undo audience").click().run()
    assert audiences.own(space, "everyone") == [] and "“Once” is not kept." in text(app)
    app = keyed(app.button, "audience save").click().run()
    assert len(audiences.own(space, "everyone")) == 1


def test_a_class_of_people_and_accounts_against_their_renewal_are_saved(visit, sample_store, space):
    app = visit(sample_store, LOYALTY, {"people": "never", "which": "not_adopted"})
    for at, (name, list_) in enumerate((("Never came", "people"), ("Not adopted", "adoption_accounts"))):
        [each for each in app.text_input if each.key.startswith("audience name")][at].set_value(name)
        app.button(key=f"audience save {list_}").click().run()
    assert is_well(app), text(app)
    listed = visit(sample_store, PAGE)
    for row in audiences.own(space, "everyone"):
        listed.button(key=f"open {row.id}").click().run()
        assert is_well(listed) and n_now(listed) == row["n"] > 0, row["name"]
    assert len(audiences.own(space, "everyone")) == 2
    assert "Loyalty: people, never came · all accounts · on the newest day of the data" in text(listed)
    assert "Loyalty: accounts, not adopted" in text(listed)


def test_the_accounts_of_a_hot_spot_are_saved(visit, full_store, space):
    app = save(visit(full_store, query={"path": "channel:Reseller", "rows": "lost", "sort": "name"}), "Lost resellers")
    (row,) = audiences.own(space, "everyone")
    listed = visit(full_store, PAGE, {"audience": row.id})
    assert is_well(app) and is_well(listed) and n_now(listed) == row["n"] > 100
    assert "Hot-spots: Reseller, lost · all accounts" in text(listed)


@pytest.mark.parametrize("name", ["![x](http://evil.example/a.png)", "=cmd()", "<b>x</b>", ":material/x: $y$"])
def test_a_hostile_name_is_letters(visit, full_store, space, name):
    app = save(visit(full_store), name)
    assert is_well(app) and f"“{name}” is kept" in text(app)
    listed = visit(full_store, PAGE)
    assert is_well(listed) and name in text(listed)
    assert "http://evil" not in "".join(each.proto.body for each in listed.get("html"))


@pytest.mark.parametrize(
    ("name", "said"), [("", "Give the audience a name first."), ("a\u202eb", "without hidden ones")]
)
def test_a_name_that_is_none_is_said(visit, full_store, space, name, said):
    app = save(visit(full_store), name)
    assert is_well(app) and said in text(app) and audiences.own(space, "everyone") == []


def test_a_readers_own_upload_has_none(visit, full_store, quiet_store, space):
    keep(space)
    app = visit(full_store)
    app.session_state["the reader's own dataset"] = Dataset(quiet_store, ("mine.csv",))
    app.session_state["whether the pages show it"] = True
    assert is_well(app.run()) and not [each for each in app.text_input if each.key.startswith("audience name")]
    app.switch_page(PAGE).run()
    assert is_well(app) and "audiences of the shared data" in text(app) and "Mine" not in text(app)


def test_without_any_it_says_how_to_make_one(visit, full_store, tmp_path):
    app = visit(full_store, PAGE)
    assert is_well(app) and "choose “Save as audience”" in text(app) and "Cohorts ›" in text(app)
    assert "There is no data yet" in text(visit(tmp_path / "nowhere", PAGE))


def keep(space, name="Mine", *, by="everyone", is_shared=False, n=7, **asked):
    usual = {"whom": "accounts", "asks": "accounts", "options": {}, "book": {}, "page": "pages/hotspots.py"}
    return audiences.save(space, name, Asked(**{**usual, **asked}), n, is_shared=is_shared, by=by, now=NOW)


def test_one_is_renamed_removed_and_brought_back(visit, full_store, space):
    row, _ = keep(space), keep(space, "Other")
    app = visit(full_store, PAGE)
    keyed(app.text_input, f"name of {row.id}").set_value("Other")
    app.button(key=f"rename {row.id}").click().run()
    assert "You have an audience “Other” already" in text(app)
    keyed(app.text_input, f"name of {row.id}").set_value("Better")
    app.button(key=f"rename {row.id}").click().run()
    assert is_well(app) and "“Mine” is called “Better” now." in text(app)
    app.button(key=f"remove {row.id}").click().run()
    assert [each["name"] for each in audiences.own(space, "everyone")] == ["Other"]
    app.button(key="undo audiences").click().run()
    assert is_well(app) and [each["name"] for each in audiences.own(space, "everyone")] == ["Better", "Other"]


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"book": {"f.nowhere": ["x"]}}, "There is no dimension 'nowhere'"),
        ({"options": {"colour": "red"}}, "The list accounts has no option 'colour' any more."),
        ({"options": {"within": "x"}}, "The list accounts cannot be asked with within = 'x'."),
        ({"options": {"within": [["nowhere", "x"]]}}, "There is no dimension 'nowhere'"),
        ({"asks": "gone"}, "There is no list 'gone' of people or accounts"),
        ({"book": {"from": ["yesterday"]}}, "The link's from is not a date"),
        ({"asks": "people", "whom": "people", "options": {"user_class": "dogs"}}, "There is no class 'dogs'"),
        ({"page": "pages/gone.py"}, "2,"),
    ],
)
def test_a_question_that_cannot_be_asked_any_more_is_said_and_can_be_removed(visit, full_store, space, asked, why):
    row = keep(space, **asked)
    app = visit(full_store, PAGE, {"audience": row.id})
    assert is_well(app) and why in text(app), text(app)
    app.button(key=f"remove {row.id}").click().run()
    assert is_well(app) and audiences.own(space, "everyone") == []


def test_a_link_to_one_that_is_not_there_or_lies_is_said(visit, full_store, space):
    keep(space)
    assert "There is no such audience, or it is not shared" in text(
        visit(full_store, PAGE, {"audience": "'; drop table x"})
    )
    odd = visit(full_store, PAGE, {"members": "<b>"})
    assert is_well(odd) and "is not known; the default was used" in text(odd)
