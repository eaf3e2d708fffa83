"""The page of audiences at work: a ready campaign is sent, spared at once, taken back; one is built, changed, written to."""

import pytest
import streamlit as st

from lib.view.audiences import builder
from lib.workspace import audiences, open_workspace, rows
from tests.pages import is_well, text
from tests.test_page_audiences import keyed, n_now, rows_of

PAGE = "pages/audiences.py"
EVIL = "<img src=x onerror=alert(1)> {first_name} =cmd()"


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


def chosen(app) -> list[str]:
    return next(each.options for each in app.get("button_group") if str(each.key).startswith("letters of"))


def test_a_ready_campaign_is_sent_once_spared_at_once_and_taken_back(visit, sample_store, space, offered):
    app = visit(sample_store, PAGE, {"ready": "Win-back"})
    assert is_well(app) and "account has not left" in text(app)
    log = app.button(key="log Win-back")
    n = int(log.label.split()[1].replace(",", ""))
    assert n > 10 and f"{n} to write to" in text(app)
    log.click().run()
    assert is_well(app) and f"{n} letters are logged; the file is ready." in text(app)
    sent = rows.rows(space, "touch")
    assert len(sent) == n and {(row["kind"], row["play"], row["is_proactive"]) for row in sent} == {
        ("campaign", "Win-back", True)
    }
    file = rows_of(offered[f"Download {n} letters"])
    assert {(each.account, each.person) for each in file.itertuples()} == {(row.account, row["person"]) for row in sent}
    assert file["subject"].str.startswith("What kept you away, ").all() and file["email"].notna().all()
    assert app.button(key="log Win-back").disabled and f"{n} already sent" in text(app)
    again = visit(sample_store, PAGE, {"ready": "Win-back", "members": "apart"})
    assert again.button(key="log Win-back").disabled and "already sent" in set(again.dataframe[0].value["reason"])
    app.button(key="undo letters Win-back").click().run()
    assert is_well(app) and f"{n} letters are not logged any more" in text(app) and not rows.rows(space, "touch")
    assert app.button(key="log Win-back").label == f"Log {n} letters and make the file"


def test_a_hold_out_is_drawn_on_request_and_nobody_of_it_is_in_the_file(visit, sample_store, space, offered):
    app = visit(sample_store, PAGE, {"ready": "Win-back"})
    n = int(app.button(key="log Win-back").label.split()[1])
    app.number_input(key="hold out Win-back").set_value(40).run()
    n_sent = int(app.button(key="log Win-back").label.split()[1])
    assert is_well(app) and 0 < n_sent < n and f"{n - n_sent} held out" in text(app)
    app.button(key="log Win-back").click().run()
    drawn = {(row.account, row["person"]): row["is_held"] for row in rows.rows(space, "hold_out")}
    file = rows_of(offered[f"Download {n_sent} letters"])
    assert len(drawn) == n and {each for each, is_held in drawn.items() if not is_held} == set(
        zip(file["account"], file["person"], strict=True)
    )
    app.number_input(key="hold out Win-back").set_value(0).run()
    assert app.button(key="log Win-back").disabled and f"{n - n_sent} held out" in text(app)  # a draw stays


def test_a_feature_is_chosen_and_each_is_a_campaign_of_its_own(visit, sample_store, space):
    app = visit(sample_store, PAGE, {"ready": "Drive feature use", "feature": "forecast"})
    assert is_well(app) and app.selectbox(key="feature of a campaign").value == "forecast"
    app.button(key="log Drive feature use").click().run()
    assert {row["play"] for row in rows.rows(space, "touch")} == {"Drive feature use: forecast"}
    app.selectbox(key="feature of a campaign").set_value("scenario").run()
    assert (
        is_well(app) and app.query_params["feature"] in ("scenario", ["scenario"]) and "contacted lately" in text(app)
    )


def add(app, kind: str):
    return keyed(app.selectbox, "add condition").set_value(kind).run()


def n_said(app) -> int:
    """How many the builder says they are."""
    return int(text(app).split(" people  in ")[0].split()[-1].replace(",", ""))


def test_one_is_built_counted_at_each_step_saved_written_to_and_changed(visit, sample_store, space, offered):
    app = visit(sample_store, PAGE)
    app.button(key="build").click().run()
    assert is_well(app) and app.query_params["build"] in ("yes", ["yes"])
    n_all = n_said(app)
    app = add(app, "trained")
    n_trained = n_said(app)
    assert is_well(app) and 0 < n_trained < n_all
    app = add(app, "logins")
    keyed(app.number_input, "condition 1 2 least").set_value(3).run()
    n_busy = n_said(app)
    assert n_busy < n_trained
    app = add(app, "role")
    assert "Not counted yet: Role: values must be 1 to 100" in text(app) and n_said(app) == n_busy
    keyed(app.multiselect, "condition 1 3 values").set_value(["Analyst"]).run()
    n_analysts = n_said(app)
    assert is_well(app) and 0 < n_analysts < n_busy
    app.button(key="condition 1 3 remove").click().run()
    assert n_said(app) == n_busy
    app.toggle(key="has letter 1").set_value(True).run()
    app.text_input(key="subject 1").set_value("Dear {customer}").run()
    assert (
        is_well(app)
        and "subject must be a text whose fields are among" in text(app)
        and app.button(key="save draft 1").disabled
    )
    app.text_input(key="subject 1").set_value(EVIL).run()
    app.text_input(key="name of draft 1").set_value(" Busy ones ")
    app.button(key="save draft 1").click().run()
    assert is_well(app) and "“Busy ones” is kept." in text(app)
    (row,) = audiences.own(space, "everyone")
    assert (row["name"], row["n"], row["asks"], row["campaign"]["subject"]) == ("Busy ones", n_busy, "contacts", EVIL)
    assert row["says"] == "people: account has not left; finished training; 3 or more log-ins"
    assert app.query_params["audience"] in (row.id, [row.id]) and not [
        each for each in app.button if each.key == f"save draft {1}"
    ]
    sent = "".join(each.proto.body for each in app.get("html"))
    assert "<img src=x" not in sent and "onerror" in text(app)
    app.button(key=f"log {row.id}").click().run()
    (file,) = [rows_of(data) for label, data in offered.items() if label.endswith("letters")]
    assert (
        is_well(app)
        and len(file) == len(rows.rows(space, "touch")) > 0
        and file["subject"].str.startswith("<img src=x").all()
    )

    app.button(key=f"change {row.id}").click().run()
    assert is_well(app) and n_said(app) == n_busy and "Change the audience" in text(app)
    app.button(key="condition 2 1 remove").click().run()
    app.button(key="save draft 2").click().run()
    (now,) = audiences.own(space, "everyone")
    assert is_well(app) and now.id == row.id and now["says"] == "people: account has not left; 3 or more log-ins"


def test_a_ready_one_is_adapted_and_left_again(visit, sample_store, space):
    app = visit(sample_store, PAGE, {"ready": "Ready for the next step", "feature": "forecast"})
    app.button(key="adapt Ready for the next step").click().run()
    assert is_well(app) and app.text_input(key="name of draft 1").value == "Ready for the next step: forecast"
    assert len([each for each in app.button if str(each.key).startswith("condition 1")]) == 6
    assert app.text_input(key="subject 1").value == "{feature} is your next step, {first_name}"
    app.button(key="save draft 1").click().run()
    (row,) = audiences.own(space, "everyone")
    assert is_well(app) and "did not use forecast" in row["says"] and row["campaign"]["feature"] == "forecast"
    app.button(key="build").click().run()
    app.button(key="close builder").click().run()
    assert is_well(app) and "build" not in app.query_params and builder._DRAFT not in app.session_state


def test_who_was_not_contacted_at_a_moment_is_opened_and_kept(visit, sample_store, space, offered):
    app = visit(sample_store, PAGE)
    button = app.button(key="open tile moment Welcome")
    n = int(button.label.split()[0])
    button.click().run()
    assert (
        is_well(app)
        and len(app.dataframe[0].value) == n > 0
        and f"Not contacted {n}" in str(app.get("button_group")[0].options)
    )
    assert len(rows_of(offered[f"Download {n}"])) == n
    keyed(app.text_input, "audience name").set_value("Never welcomed")
    keyed(app.button, "audience save moment_people").click().run()
    (row,) = audiences.own(space, "everyone")
    listed = visit(sample_store, PAGE, {"audience": row.id})
    assert is_well(listed) and row["n"] == n == n_now(listed)


def test_without_people_it_says_which_file_would_help(visit, full_store, space):
    app = visit(full_store, PAGE, {"build": "yes", "ready": "Nope", "moment": "<b>"})
    assert is_well(app) and "No people are known yet" in text(app) and "Bring a file of people" in text(app)
    assert "reach their goal" not in text(app)
