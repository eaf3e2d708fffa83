"""The digest: what is new by hand, nobody else's accounts, the same twice; and a mail in which nothing from data is markup."""

import csv
import io
import json
from datetime import date
from functools import cache
from html.parser import HTMLParser

import pytest

from lib import facts
from lib.__main__ import main
from lib.facts.written import declared
from lib.measures.plays.digest import COLUMNS, NEWS
from lib.scope import Scope
from lib.workspace import open_workspace, rows
from tests.playworlds import CANCEL, LAST, NEAR, WRITTEN, acts, asked, at, frames
from tests.worldlets import open_world, publish_frames

HOSTILE = "<img src=http://evil.example/x onerror=alert(1)>\u202e www.evil.example a@evil.example"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return open_world(tmp_path_factory.mktemp("store"), frames())


def told(world, **options) -> list[tuple]:
    found = asked(world, "digest", **options)
    assert [*found.columns] == COLUMNS and set(found["n_rows"]) <= {len(found)}
    return list(zip(found["news"], found["account"], found["title"], strict=True))


def test_what_is_new_since_the_day_before(world):
    """30 June: only lee's began on the 29th, and `since` the 29th tells of nothing that began by then."""
    late = [("overdue", "big", "task 2")]  # due on the 28th; task 1 is done, task 6 (near) is due in July
    due = [("due", "big", "task 8"), ("due", "lee's", "task 7")]
    deadline = [("deadline", "near", "Notice by")]  # 10 July, the renewal is in August
    assert told(world) == [*late, *due, *deadline]
    assert told(world, since="2026-06-28") == [*late, *due, ("new", "lee's", CANCEL), *deadline]
    # since the 14th: near began on the 16th, big on the 20th; lost was over on the 15th, plan on the 25th
    found = told(world, since="2026-06-14")
    assert found[3:6] == [("new", "big", CANCEL), ("new", "near", NEAR), ("new", "lee's", CANCEL)]
    assert found[6:] == [*deadline, ("gone", "plan", NEAR), ("gone", "lost", CANCEL)]


def test_what_is_known_stands_beside_it(world):
    found = asked(world, "digest", since="2026-06-14").set_index(["news", "account"])
    assert found.loc[("gone", "lost"), "detail"] == "since 1 May 2026; the account was lost"
    assert found.loc[("gone", "plan"), "detail"] == "since 10 Jun 2026"
    assert found.loc[("gone", "plan"), "happened_on"].date() == date(2026, 6, 25)
    assert found.loc[("new", "near"), "detail"] == "renews in 46 days"
    assert found.loc[("deadline", "near"), ["detail", "due_on"]].tolist() == ["renews on 15 Aug 2026", found.loc[("deadline", "near"), "due_on"]]  # fmt: skip
    assert found.loc[("overdue", "big"), "days_overdue"] == 2


def test_a_snooze_that_ends_is_told_on_its_day_alone(world):
    said = WRITTEN | {"exception_act": acts(("big", CANCEL, "snoozed", "2026-06-22", "2026-06-30", None))}
    again = ("again", "big", CANCEL)
    assert again in told(world, said=said)
    assert again not in told(world, said=said, on="2026-07-01") and again not in told(world, said=said, on="2026-06-29")
    assert ("new", "big", CANCEL) not in told(world, said=said, since="2026-06-14")  # it is told of as open again
    done = WRITTEN | {"exception_act": acts(("lee's", CANCEL, "done", "2026-06-29", None, None))}
    assert ("new", "lee's", CANCEL) not in told(world, said=done, since="2026-06-28")


def test_a_deadline_is_fourteen_days_ahead_at_most_and_past_one_gives_way_to_the_renewal(world):
    def of(on):
        return [(title, day.date()) for title, day in _deadlines(asked(world, "digest", on=on)) if title]

    def _deadlines(found):
        rows = found[found["news"] == "deadline"]
        return zip(rows["title"], rows["due_on"], strict=True)

    assert of("2026-06-25") == [] and of("2026-06-26") == [("Notice by", date(2026, 7, 10))]
    assert of("2026-07-10") == [("Notice by", date(2026, 7, 10))] and of("2026-07-11") == []
    assert of("2026-08-01") == [("Renews", date(2026, 8, 9)), ("Renews", date(2026, 8, 15))]


def test_nobody_elses_accounts_and_the_same_twice(world):
    scope = Scope(("Lee",))
    first = asked(world, "digest", scope=scope, since="2026-06-14")
    assert set(first["account"]) == {"lee's"} and len(first) == 2
    assert first.to_csv() == asked(world, "digest", scope=scope, since="2026-06-14").to_csv()
    assert asked(world, "digest", said={}, on="2026-07-20", scope=scope).empty


# --- from a shell


ROLES = """
[roles."dana@acme.com"]
sees = "own"
csm = ["dana"]

[roles."boss@acme.com"]
sees = "all"

[roles."lead@acme.com"]
sees = "team"
csm = ["lee"]
team = ["Dana", "Lee"]

[roles."new@acme.com"]
sees = "own"
csm = ["Nobody"]
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A store with hostile names, a workspace with a hostile task, and roles."""
    folder = tmp_path_factory.mktemp("house")
    publish_frames(folder / "store", frames((HOSTILE, "Near & Co", "Plan", "Lost", f"Lee {HOSTILE}")))
    (folder / "secrets.toml").write_text(ROLES, "utf-8")
    space = open_workspace(f"sqlite:///{folder}/workspace.db")
    rows.add(
        space,
        "task",
        {"account": "big", "title": HOSTILE, "owner": HOSTILE, "due_on": LAST},
        by="x",
        now=at("2026-06-29"),
    )
    space.close()
    assert "detail" not in declared()["task"]  # a task's own text is not in a mail
    return folder


@pytest.fixture(autouse=True)
def opened_once(monkeypatch):
    """A store is opened once: to open it takes longer than to ask."""
    monkeypatch.setattr(facts, "open_store", _opened)


_opened = cache(facts.open_store)


def shell(house, capsys, *more: str, code: int = 0) -> tuple[str, str]:
    asks = [
        "--store",
        str(house / "store"),
        "--workspace",
        f"sqlite:///{house}/workspace.db",
        "--secrets",
        str(house / "secrets.toml"),
    ]
    assert main(["digest", *asks, "--as-of", "2026-06-30", "--since", "2026-06-28", *more]) == code
    return capsys.readouterr()


class Seen(HTMLParser):
    """The tags, the attributes and the text of a page."""

    def __init__(self, page: str):
        super().__init__()
        self.tags, self.links, self.said = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [(name, value) for name, value in attrs if name in ("href", "src", "action", "background")]
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data):
        self.said.append(data)


def test_a_mail_is_one_file_and_nothing_of_data_is_markup_or_a_link(house, capsys):
    page, beside = shell(house, capsys, "--format", "html")
    seen = Seen(page)
    assert set(seen.tags) <= {
        "html",
        "head",
        "meta",
        "title",
        "body",
        "div",
        "h1",
        "h2",
        "p",
        "span",
        "table",
        "tr",
        "td",
        "bdi",
        "br",
    }
    assert seen.links == [] and "url(" not in page and "<script" not in page and "@import" not in page
    said = " ".join(seen.said)
    assert "<img src=http" in said and "\u202e" not in page  # shown letter by letter
    for address in ("http://evil", "www.evil", "a@evil", "evil.example"):
        assert address not in page
    assert NEWS["due"] in said and "Cancellation requested" in said and "since 28 Jun 2026" in beside


def test_links_lead_to_the_app_alone(house, capsys):
    page, _ = shell(house, capsys, "--format", "html", "--base-url", "https://h.example/app/")
    assert {value for _, value in Seen(page).links} == {
        f"https://h.example/app/account?account={each}" for each in ("big", "near", "lee%27s")
    }
    text, _ = shell(house, capsys, "--base-url", "https://h.example")
    assert "https://h.example/account?account=near" in text
    for odd in (
        "javascript:alert(1)",
        "//h.example",
        "https://",
        "https://h.example/?x=1",
        "http://[",
        "https://h.example/ x",
    ):
        assert "must be where the app is" in shell(house, capsys, "--base-url", odd, code=1)[1]


def test_a_viewer_gets_their_own_accounts(house, capsys):
    def of(viewer):
        return {row["account"] for row in json.loads(shell(house, capsys, "--viewer", viewer, "--format", "json")[0])}

    assert of("dana@acme.com") == {"big", "near"}
    assert of("boss@acme.com") == {"big", "near", "lee's"}
    assert of("lead@acme.com") == {"lee's"}  # a team of two, and a book of their own
    assert "has no role" in shell(house, capsys, "--viewer", "x@acme.com", code=1)[1]
    assert (
        "for dana@" not in shell(house, capsys, "--viewer", "dana@acme.com", "--format", "html")[0]
    )  # it would be a link


def test_nothing_new_is_no_mail(house, capsys):
    for form in ("html", "text"):
        page, beside = shell(house, capsys, "--viewer", "new@acme.com", "--format", form)
        assert page == "" and beside.startswith("Nothing is new.")
    assert json.loads(shell(house, capsys, "--viewer", "new@acme.com", "--format", "json")[0]) == []


def test_every_format_says_the_same_and_twice_the_same(house, capsys):
    page, _ = shell(house, capsys, "--format", "html")
    assert page == shell(house, capsys, "--format", "html")[0]
    listed = list(csv.DictReader(io.StringIO(shell(house, capsys, "--format", "csv")[0])))
    text, _ = shell(house, capsys)
    assert len(listed) == page.count("<tr>") == sum(line.startswith("  ") for line in text.splitlines()) == 3
    assert all(not row["title"].startswith(("=", "+", "-", "@")) for row in listed)


def test_without_a_day_it_is_read_today(house, capsys):
    asks = ["digest", "--store", str(house / "store"), "--workspace", f"sqlite:///{house}/workspace.db"]
    assert main(asks) == 0
    text, _ = capsys.readouterr()
    assert "Overdue (1)" in text and "days overdue" in text  # due on 30 June, long ago
