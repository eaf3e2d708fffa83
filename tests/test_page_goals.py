"""The goals of campaigns on the page of audiences: lines, the people behind a figure, kept as an audience; what is not there."""

from datetime import UTC, datetime, timedelta

import pytest

from lib.facts import open_store
from lib.measures.outreach.goalpeople import WHICH
from lib.view.audiences.audiencestate import OF_SENT
from lib.workspace import audiences, sending
from tests.pages import is_well, text
from tests.test_page_audiences import keyed, n_now, rows_of
from tests.test_page_campaigns import offered, space  # noqa: F401

PAGE = "pages/audiences.py"
EVIL = "Drive feature use: ![x](http://evil.example/a.png) <b>y</b> $z$ {first_name}"


@pytest.fixture(scope="module")
def people(sample_store):
    """People of the sample, and the day it ends."""
    snapshot = open_store(sample_store)
    with snapshot.root.cursor() as con:
        found = con.execute("select account, person from core.person order by all").fetchall()
    return found, datetime.combine(snapshot.manifest.as_of, datetime.min.time(), UTC)


def send(space, play, to, day, held=()):  # noqa: F811
    sending.send(space, play, to, held, draws=bool(held), is_once=True, by="everyone", now=day)


def test_the_lines_say_how_many_met_it_and_open_them(visit, sample_store, space, people, offered):  # noqa: F811
    """Eight campaigns: the latest six stand open, the names are letters, and every figure opens as many people."""
    some, day = people
    send(space, "New-user welcome", some[:60], day - timedelta(days=200), some[60:100])
    send(space, "Win-back", some[:20], day - timedelta(days=9))
    for n in range(5):
        send(space, f"Drive feature use: f{n}", some[:3], day - timedelta(days=120 + n))
    send(space, EVIL, some[:5], day - timedelta(days=100))
    app = visit(sample_store, PAGE, {"sent": "New-user welcome"})
    said, html = text(app), "".join(each.proto.body for each in app.get("html"))
    assert is_well(app) and "Did campaigns reach their goal?" in said and "used it on 3 or more days" in said
    assert "60 written to" in said and "of those held out" in said and "cannot tell yet: nobody was held out" in said
    assert EVIL in said and "<b>y</b>" not in html and "http://evil" not in html
    (earlier,) = [each for each in app.expander if "earlier" in each.label]
    assert earlier.label == "2 earlier campaigns" and said.index("Win-back  cannot") < said.index(
        "New-user welcome  cannot"
    )
    options = next(each.options for each in app.get("button_group") if each.key == "which of a campaign")
    n = {each.rsplit(" ", 1)[0]: int(each.rsplit(" ", 1)[1]) for each in options}
    assert n.pop("Held out") == 40 and sum(n.get(each, 0) for each in ("Not met", "Met", "Before", "Too early")) == 60
    app.segmented_control(key="which of a campaign").set_value("met").run()
    assert is_well(app) and len(app.dataframe[0].value) == n["Met"] == len(rows_of(offered[f"Download {n['Met']}"])) > 0
    app.button(key="open sent Win-back").click().run()
    assert app.query_params["sent"] in ("Win-back", ["Win-back"]) and len(app.dataframe[0].value) > 0


def test_who_did_not_meet_it_is_kept_and_written_to_again(visit, sample_store, space, people):  # noqa: F811
    some, day = people
    send(space, "New-user welcome", some[:60], day - timedelta(days=200))
    app = visit(sample_store, PAGE, {"sent": "New-user welcome", "came": "not met"})
    n = len(app.dataframe[0].value)
    keyed(app.text_input, "audience name").set_value("Once more")
    keyed(app.button, "audience save campaign_goal_people").click().run()
    (row,) = audiences.own(space, "everyone")
    assert is_well(app) and (row["n"], row["says"]) == (n, "New-user welcome: not met") and n > 0
    listed = visit(sample_store, PAGE, {"audience": row.id})
    assert is_well(listed) and n_now(listed) == n and "on the newest day of the data" in text(listed)
    listed.button(key=f"show {row.id}").click().run()
    assert is_well(listed) and listed.query_params["sent"] in ("New-user welcome", ["New-user welcome"])
    assert "audience" not in listed.query_params and len(listed.dataframe[0].value) == n


@pytest.mark.parametrize("came", OF_SENT)
def test_every_choice_of_the_link_is_one_of_the_answer(came):
    assert came in WHICH


def test_where_none_was_sent_it_says_what_to_do_and_a_link_that_lies_is_said(visit, sample_store, space):  # noqa: F811
    app = visit(sample_store, PAGE, {"sent": "<b>Nope", "came": "<b>"})
    assert is_well(app) and "No campaign with a goal was sent yet" in text(app)
    assert "No campaign of the name in the link" in text(app) and "is not known; the default was used" in text(app)
