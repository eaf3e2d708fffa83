"""The account page in a real browser: from a list by one click and back by one step; and on paper, whole."""

import shutil
import subprocess
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from lib.book import year_to
from lib.facts import open_store
from lib.facts.ask import ask
from lib.glossary import TERMS
from lib.measures.registry import measure
from lib.workspace import default_url, many, open_workspace
from tests.test_journey import WIDE, settle, visit
from tests.worldlets import WORDS

pytestmark = pytest.mark.browser
ROW, HEAD = 32, 33  # pixels of a row and of the header of a list


@pytest.fixture(scope="module")
def listed(sample_store) -> list[dict]:
    """My book in its own order."""
    snapshot = open_store(sample_store)
    book = year_to(snapshot.manifest.as_of)
    with ask(snapshot, book, WORDS) as con:
        return measure("mybook")(con, book, WORDS, sort="arr").table.to_dict("records")


@pytest.fixture(scope="module")
def url(shown, sample_store) -> str:
    return shown(sample_store)


def click_name(page: Page, key: str, number: int) -> None:
    """Click the name in a row of a list, the first being 0."""
    grid = page.locator(f'[class*="st-key-{key}-"] canvas').first
    grid.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    box = grid.bounding_box()
    page.mouse.click(box["x"] + 80, box["y"] + HEAD + ROW * number + ROW / 2)


def test_a_name_opens_the_account_and_back_is_one_step(url, chromium: Browser, listed):
    page = chromium.new_context(viewport=WIDE).new_page()
    visit(page, f"{url}/book", {"sort": "arr", "columns": ["arr", "csm"]})
    address, n_steps = page.evaluate("location.href"), page.evaluate("history.length")
    click_name(page, "mybook", 2)
    expect(page.locator("h1")).to_have_text(listed[2]["name"])
    settle(page)
    assert f"account={listed[2]['account']}" in page.evaluate("location.search")
    assert page.evaluate("history.length") == n_steps + 1

    page.go_back()
    expect(page.locator("h1")).to_have_text("Which accounts need me now?")
    settle(page)
    page.wait_for_timeout(500)  # it does not open again by itself
    assert page.evaluate("location.href") == address
    page.go_forward()
    expect(page.locator("h1")).to_have_text(listed[2]["name"])
    link = page.evaluate("location.href")
    page.go_back()
    expect(page.locator("h1")).to_have_text("Which accounts need me now?")
    settle(page)
    click_name(page, "mybook", 0)  # the next one opens as the first did
    expect(page.locator("h1")).to_have_text(listed[0]["name"])

    fresh = chromium.new_context(viewport=WIDE).new_page()  # somebody else opens the link
    fresh.goto(link)
    expect(fresh.locator("h1")).to_have_text(listed[2]["name"])
    for each in (page, fresh):
        each.context.close()


def test_a_found_account_stays_in_the_address(url, chromium: Browser, listed):
    page = chromium.new_context(viewport=WIDE).new_page()
    visit(page, f"{url}/account")
    n_steps = page.evaluate("history.length")
    page.locator(".st-key-account-found-0 button").click()
    expect(page.locator("h1")).not_to_have_text("Which account?")
    settle(page)
    name = page.locator("h1").inner_text()
    link = page.evaluate("location.search")
    assert "account=" in link and page.evaluate("history.length") == n_steps + 1
    page.reload()
    expect(page.locator("h1")).to_have_text(name)
    page.go_back()
    expect(page.locator("h1")).to_have_text("Which account?")
    settle(page)
    assert "account=" not in page.evaluate("location.search")
    page.go_forward()
    expect(page.locator("h1")).to_have_text(name)
    assert page.evaluate("location.search") == link
    page.context.close()


def test_an_address_in_a_step_of_a_plan_is_text(serve, sample_store, chromium: Browser, listed, tmp_path, monkeypatch):
    place, account = f"sqlite:///{tmp_path}/workspace.db", listed[0]["account"]
    monkeypatch.setenv("HEADLIGHT_WORKSPACE", place)
    said = "Read http://evil.example/a and www.evil.example, ask dana@evil.example"
    plan = {"reason": "Leaving", "opened_on": date(2026, 10, 1), "steps": [{"text": said, "done_on": None}]}
    many.add(open_workspace(place), "save_plan", [account], plan, by="lee", now=datetime(2026, 10, 1, tzinfo=UTC))
    page = chromium.new_context(viewport=WIDE).new_page()
    visit(page, f"{serve(sample_store)}/account", {"account": account})
    step = page.locator('[class*="st-key-kept-steps-"]')
    expect(step).to_contain_text("Read http:")
    assert step.inner_text().replace("\u2060", "").strip() == said
    assert step.locator("a").count() == 0
    page.context.close()


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="there is no pdftotext here")
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_on_paper_nothing_is_cut(url, chromium: Browser, sample_store, listed, tmp_path, theme):
    account = listed[0]["account"]
    space, wrote = (
        open_workspace(default_url(beside=sample_store)),
        {"by": "lee", "now": datetime(2026, 10, 1, tzinfo=UTC)},
    )
    notes = [f"{theme} note {number} {'word ' * (70 * (number == 3))}ends here {number}" for number in range(9)]
    for note in notes:
        many.add(space, "note", [account], {"text": note}, **wrote)
    page = chromium.new_context(viewport=WIDE, color_scheme=theme).new_page()
    visit(page, f"{url}/account", {"account": account})
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    page.pdf(path=tmp_path / "account.pdf", prefer_css_page_size=True)
    page.context.close()
    printed = subprocess.run(
        ["pdftotext", "-raw", tmp_path / "account.pdf", "-"], capture_output=True, text=True, check=True
    )
    said = "".join(printed.stdout.split())
    written = said[said.index("Whattheteamwrote") :]  # where the screen folds them away
    assert ["".join(note.split()) in written for note in notes] == [True] * len(notes)
    snapshot = open_store(sample_store)
    book = year_to(snapshot.manifest.as_of)
    n = 0
    with ask(snapshot, book, WORDS) as con:
        for name, columns in {
            "account": ["name", "csm", "stage"], "account_people": ["person_name", "role"], "account_terms": ["contract"],
            "account_timeline": ["title", "detail", "who"], "account_features": ["feature_name"], "account_goals": ["category"],
        }.items():  # fmt: skip
            table = measure(name)(con, book, WORDS, account=account).table
            for column in columns:
                for value in table[column].dropna():
                    assert "".join(value.split()) in said, (name, value)
                    n += 1
        for kpi in measure("account_kpis")(con, book, WORDS, account=account).table["kpi"]:
            assert "".join(TERMS[kpi].label.split()) in said[said.index("KPIsagainsttargets") :], kpi
    assert n > 60
    for days in [table["happened_on"] for table in [_timeline(snapshot, book, account)]]:
        for day, times in days.value_counts().items():
            assert said.count("".join(f"{day.day} {day:%b %Y}".split())) >= times
    assert "Download" not in said and "Howisthiscomputed" not in said


def _timeline(snapshot, book, account):
    with ask(snapshot, book, WORDS) as con:
        return measure("account_timeline")(con, book, WORDS, account=account).table
