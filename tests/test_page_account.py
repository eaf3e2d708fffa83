"""The account page: whole for any account, silent about those that are not the reader's, and each number has its rows."""

import html
import re
from datetime import UTC, date, datetime
from functools import cache

import pandas as pd
import pytest

from lib.book import year_to
from lib.facts import open_store
from lib.facts.ask import ask
from lib.measures.registry import measure
from lib.view.accountlink import web
from lib.workspace import frame, many, open_workspace
from tests.pages import is_well, text
from tests.stores import NAMES
from tests.worldlets import WORDS, account_frame, contract_frame, publish_frames

PAGE = "pages/account.py"
NOW = datetime(2026, 11, 1, tzinfo=UTC)


opened = cache(open_store)


@pytest.fixture(scope="module")
def busiest(sample_store) -> str:
    """The live account of the sample on which most happened."""
    snapshot = opened(sample_store)
    book = year_to(snapshot.manifest.as_of)
    with ask(snapshot, book, WORDS) as con:
        live = measure("mybook")(con, book, WORDS).table["account"]
        return max(live, key=lambda each: len(measure("account_timeline")(con, book, WORDS, account=each).table))


def bodies(app) -> list[str]:
    return [each.proto.body for each in app.get("html")]


def listed(app, label: str) -> list[list[str]]:
    """The rows of a table of the page, as read."""
    found = [body for body in bodies(app) if f'aria-label="{label}"' in body]
    if not found:
        return []
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", found[0]) if "<td" in row]
    return [[html.unescape(re.sub(r"<[^>]+>", " ", cell)).strip() for cell in row] for row in cells]


def tile(app, label: str) -> str:
    body = next(body for body in bodies(app) if f'"hl-label">{label}<' in body)
    return html.unescape(re.search(r'"hl-value[^"]*">([^<]+)', body)[1])


def answer(store, name: str, account: str, day: date | None = None):
    snapshot = opened(store)
    book = year_to(day or snapshot.manifest.as_of)
    with ask(snapshot, book, WORDS) as con:
        return measure(name)(con, book, WORDS, account=account).table


def test_every_number_of_the_head_has_its_rows(visit, sample_store, busiest):
    app = visit(sample_store, PAGE, {"account": busiest})
    assert is_well(app), text(app)
    head = answer(sample_store, "account", busiest).iloc[0]
    assert head["name"] in text(app) and f"CSM {head['csm']}" in text(app)
    people = listed(app, "People")
    assert len(people) == len(answer(sample_store, "account_people", busiest)) > 3
    assert (
        int(tile(app, "Seats active")) == len([row for row in people if int(row[1]) > 0]) == head["n_active_people"] > 0
    )
    story = listed(app, "Timeline")
    assert len(story) == len(answer(sample_store, "account_timeline", busiest)) > 10
    n_open = len(
        [row for row in story if row[1] == "ticket" and re.search(r"\bopen\b", row[2].removeprefix("Ticket opened"))]
    )
    assert n_open == head["n_open_tickets"]
    assert len(listed(app, "Contracts")) == len(answer(sample_store, "account_terms", busiest)) > 0
    assert len(listed(app, "Goals")) == len(answer(sample_store, "account_goals", busiest))
    assert len(listed(app, "Small wins")) == len(answer(sample_store, "account_wins", busiest))
    assert len(listed(app, "Features")) == len(answer(sample_store, "account_features", busiest))


def test_a_tile_shows_its_part_of_the_timeline(visit, sample_store, busiest):
    app = visit(sample_store, PAGE, {"account": busiest})
    app.button(key="open tile stage").click().run()
    assert is_well(app) and "milestone" in app.query_params["kind"]
    assert {row[1] for row in listed(app, "Timeline")} == {"milestone"}
    odd = visit(sample_store, PAGE, {"account": busiest, "kind": "'; drop", "page": "x"})
    assert is_well(odd) and "is not known; the default was used" in text(odd) and "is no number" in text(odd)


def test_a_day_in_the_past_shows_nothing_of_later(visit, sample_store, busiest):
    day = date(2025, 12, 31)
    app = visit(sample_store, PAGE, {"account": busiest, "as_of": day.isoformat()})
    assert is_well(app) and "as known on 31 Dec 2025" in text(app)
    days = [pd.to_datetime(row[0], format="%d %b %Y").date() for row in listed(app, "Timeline")]
    assert days and max(days) <= day and len(days) == len(answer(sample_store, "account_timeline", busiest, day))


def test_the_filters_of_the_book_do_not_hide_an_account_and_follow_in_the_links(visit, sample_store, busiest):
    other = {"f.segment": ["nobody's"], "named": ["no such name"]}
    app = visit(sample_store, PAGE, {"account": busiest, **other})
    assert is_well(app) and len(listed(app, "People")) > 3
    assert (
        "named=no+such+name"
        in next(each.proto for each in app.get("page_link") if each.label == "My book").query_string
    )


def test_an_account_with_one_row_says_what_would_fill_the_page(visit, flag_store):
    app = visit(flag_store, PAGE, {"account": "a1"})
    assert is_well(app), text(app)
    for said in ("No use known by this day", "No people known by this day", "Nothing happened here by this day"):
        assert said in text(app)


def test_without_an_account_there_is_a_box_to_find_one(visit, sample_store, busiest):
    app = visit(sample_store, PAGE)
    found = [each for each in app.button if each.label.endswith("›")]
    assert is_well(app) and "Those that need somebody first" in text(app) and len(found) == 12
    name = html.unescape(found[1].label).removesuffix(" ›")
    found[1].click().run()
    assert is_well(app) and name in text(app) and "account" in app.query_params and listed(app, "Contracts")
    unknown = visit(sample_store, PAGE, {"account": "no such id"})
    assert is_well(unknown) and "There is no account “no such id” here" in text(unknown)
    unknown.text_input(key="find an account").set_value(busiest).run()
    assert is_well(unknown) and "1 account" in text(unknown) and busiest in text(unknown)
    unknown.text_input(key="find an account").set_value("%'; --").run()
    assert is_well(unknown) and "No account is called that" in text(unknown)


def test_what_the_team_wrote_stands_on_the_timeline_at_once(visit, sample_store, busiest, tmp_path):
    app = visit(sample_store, PAGE, {"account": busiest})
    space = open_workspace(f"sqlite:///{tmp_path}/workspace.db")
    many.add(space, "note", [busiest], {"text": "Ask about *Q1* <b>now</b>"}, by="dana", now=NOW)
    assert "Ask about *Q1* <b>now</b>" in [
        row[2].removeprefix("Note ").strip() for row in listed(app.run(), "Timeline")
    ]
    assert is_well(app)


def test_a_parent_opens_by_a_step_of_its_own(visit, tmp_path):
    frames = {"account": account_frame(["x", "top"], name=["X", "The Top"], parent=["top", None])}
    publish_frames(tmp_path / "store", frames)
    app = visit(tmp_path / "store", PAGE, {"account": "x", "kind": "ticket"})
    app.button(key="open parent").click().run()
    assert is_well(app) and app.query_params["account"] == "top" and "kind" not in app.query_params
    assert "The Top" in text(app).split("·")[0]


def test_many_long_texts_are_sent_in_parts(visit, sample_store, busiest, tmp_path):
    """500 notes of 10,000 letters that five others stand for: whole they would be 50 MB, and no page at all."""
    space = open_workspace(f"sqlite:///{tmp_path}/workspace.db")
    visit(sample_store, PAGE, {"account": busiest})
    for number in range(500):
        many.add(space, "note", [busiest], {"text": f"{number} " + "<" * 9_990}, by="dana", now=NOW)

    def n_sent(app) -> int:
        assert is_well(app), text(app)
        return sum(len(body) for body in bodies(app))

    app = visit(sample_store, PAGE, {"account": busiest})
    assert n_sent(app) < 2_000_000 and len(listed(app, "Timeline")) == 200
    assert all(len(row[2]) < 320 for row in listed(app, "Timeline"))
    assert re.search(r"1–200 of 5\d\d", text(app))
    app.button(key=f"show Notes {busiest}").click().run()
    assert n_sent(app) < 4_000_000
    first = [body for body in bodies(app) if 'class="hl-kept"' in body]
    assert len(first) >= 25 and "<details>" in first[0]
    app.session_state[f"page of Notes of {busiest}"] = 20
    app.run()
    last = [body for body in bodies(app) if 'class="hl-kept"' in body]
    assert n_sent(app) < 4_000_000 and len(last) == len(first) and not set(last) & set(first)
    assert [row[2] for row in listed(visit(sample_store, PAGE, {"account": busiest, "page": "2"}), "Timeline")]
    whole = details_of(sample_store, tmp_path, busiest)
    assert whole.str.len().max() == 9_990 + len("499 ")  # of the download


def details_of(store, folder, account: str) -> pd.Series:
    """What the timeline's download says of each row."""
    space = open_workspace(f"sqlite:///{folder}/workspace.db")
    snapshot = opened(store)
    book = year_to(snapshot.manifest.as_of)
    with ask(snapshot, book, WORDS, written={"note": frame(space, "note")}) as con:
        return measure("account_timeline")(con, book, WORDS, account=account).table["detail"]


def test_names_people_fear_are_letters(visit, tmp_path):
    n = len(NAMES)
    frames = {
        "account": account_frame(["x"], name=[NAMES[0]], csm=NAMES[1], segment=NAMES[2], plan=NAMES[7], url=["javascript:alert(1)"]),
        "contract": contract_frame({"account": "x", "starts_on": date(2026, 1, 1), "product": NAMES[1], "seats": 5, "arr": 9.0}),
        "person": pd.DataFrame({"person": [f"p{at}" for at in range(n)], "account": "x", "name": NAMES, "role": NAMES[::-1], "buying_role": NAMES}),
        "event": pd.DataFrame({"occurred_at": datetime(2026, 6, 1), "account": "x", "person": [f"p{at}" for at in range(n)], "feature": NAMES}),
        "ticket": pd.DataFrame({"ticket": ["t", "u"], "account": "x", "opened_at": datetime(2026, 5, 1), "severity": NAMES[1],
                                "url": ['https://e.example/"onmouseover="alert(1)', "data:text/html,x"]}),
        "survey": pd.DataFrame({"survey": ["s"], "account": "x", "kind": [NAMES[0]], "answered_on": date(2026, 5, 2), "score": 1.0, "comment": NAMES[6]}),
        "milestone": pd.DataFrame({"account": ["x"], "stage": [NAMES[0]], "reached_on": [date(2026, 2, 1)]}),
        "goal": pd.DataFrame({"goal": ["g"], "account": "x", "category": [NAMES[1]], "promised_on": [date(2026, 2, 1)]}),
    }  # fmt: skip
    publish_frames(tmp_path / "store", frames)
    app = visit(tmp_path / "store", PAGE, {"account": "x"})
    assert is_well(app), text(app)
    markup = "".join(body for body in bodies(app) if "<style>" not in body)
    assert not re.search(r"<img|<script>alert|javascript:|data:text|onmouseover=\"", markup)
    assert NAMES[1] in text(app)
    for name in NAMES:
        assert [row for row in listed(app, "People") if row[0].startswith(name)], name
    assert not app.get("link_button")


def test_a_name_in_a_list_opens_the_account_once(visit, sample_store, busiest):
    """What a click leaves in the session; the click itself is the browser's (test_journey_account)."""
    app = visit(sample_store, "pages/book.py", {"f.segment": ["SMB"]})
    app.session_state["account the reader opens"] = (busiest, "**Acme**")
    opened = [each.proto for each in app.run().get("page_link") if each.proto.label.startswith("Open ")]
    assert (
        len(opened) == 1
        and f"account={busiest}" in opened[0].query_string
        and "f.segment=SMB" in opened[0].query_string
    )
    assert "**" not in opened[0].label
    assert not [each for each in app.run().get("page_link") if each.proto.label.startswith("Open ")]


@pytest.mark.parametrize(
    ("url", "kept"),
    [("https://crm.example/a?b=c", True), ("HTTP://x", True), ("javascript:alert(1)", False), ("data:text/html,x", False),
     ("https://", False), ("//x.example", False), ("/local", False), ("java\nscript:x", False), ("https://a b", False),
     ("https://[x", False), (None, False), (float("nan"), False), ("", False)],
)  # fmt: skip
def test_only_addresses_a_browser_may_follow_are_links(url, kept):
    assert web(url) == (url if kept else "")
