"""A reader's journey in a real browser: a link first, clicks, Back, reload; two readers; names that would call elsewhere."""

import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from lib.view.address import pair
from tests.stores import HOSTILE_COLUMN, NAMES

pytestmark = pytest.mark.browser
WIDE = {"width": 1440, "height": 1000}
expect.set_options(timeout=20_000)


def visit(page: Page, url: str, query: dict | None = None) -> None:
    page.goto(f"{url}?{urlencode(query, doseq=True)}" if query else url)
    settle(page)


def settle(page: Page) -> None:
    """Wait until the page is whole and the server has nothing more to say."""
    expect(page.locator(".hl-title")).to_be_visible()
    page.wait_for_timeout(150)  # a click needs a moment to become a run
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=20_000)


def crumbs(page: Page) -> list[str]:
    expect(page.locator(".st-key-crumbs")).to_contain_text("All")  # buttons are drawn a moment after the run
    return [said for said in page.locator(".st-key-crumbs").inner_text().split("\n") if ":" in said]


def standing(page: Page) -> tuple[int, int]:
    """Accounts and lost ones of the selection, as its line says."""
    line = page.locator(".hl-note").filter(has_text=re.compile(r"accounts? · .* lost:")).first.inner_text()
    return tuple(
        int(figure.replace(",", "")) for figure in re.match(r"([\d,]+) accounts? · ([\d,]+) lost", line).groups()
    )


def lists(page: Page, n: int) -> None:
    """The list of accounts has, or in a moment will have, n rows."""
    foot = page.locator(".hl-note").filter(has_text=re.compile(r"^[\d,]+–[\d,]+ of [\d,]+$"))
    expect(foot).to_have_text(re.compile(f" of {n:,}$"))


def click_bar(page: Page, number: int) -> None:
    """Click the bar of a row, the first being 0, as a person would: inside its drawing."""
    bar = page.locator(".js-plotly-plot .bars .point path").nth(number)
    bar.scroll_into_view_if_needed()
    page.wait_for_timeout(400)  # a click while the page still scrolls misses
    box = bar.bounding_box()
    page.mouse.click(box["x"] + 12, box["y"] + box["height"] / 2)


def query_of(page: Page) -> str:
    return page.evaluate("location.search")


@pytest.fixture(scope="module")
def url(serve_all, full_store) -> str:
    """A server that the first test meets fresh: nobody has opened its front page."""
    return serve_all(full_store)


def test_a_link_first_then_clicks_back_and_reload(url, chromium: Browser):
    page = chromium.new_context(viewport=WIDE).new_page()
    visit(
        page,
        f"{url}/hotspots",
        {"path": pair("channel", "Reseller"), "f.segment": ["SMB", "Enterprise"], "by": "region"},
    )
    assert crumbs(page) == ["Channel: Reseller"]
    expect(page.locator(".hl-title")).to_contain_text("in segment Enterprise or SMB")
    lists(page, standing(page)[0])

    click_bar(page, 0)  # the highest rate: US
    expect(page.locator(".st-key-crumbs")).to_contain_text("Region: US")
    settle(page)
    n, n_lost = standing(page)
    lists(page, n)
    page.get_by_role("radio", name=re.compile("^Lost")).click()
    settle(page)
    lists(page, n_lost)
    address = query_of(page)

    page.reload()
    expect(page.locator(".st-key-crumbs")).to_contain_text("Region: US")
    settle(page)
    lists(page, n_lost)
    assert (query_of(page), crumbs(page)) == (address, ["Channel: Reseller", "Region: US"])

    page.go_back()
    expect(page.get_by_role("radio", name=re.compile("^All"))).to_be_checked()
    settle(page)
    lists(page, n)
    page.go_back()
    expect(page.locator(".st-key-crumbs")).not_to_contain_text("Region")
    assert crumbs(page) == ["Channel: Reseller"]
    page.go_forward()
    page.go_forward()
    expect(page.get_by_role("radio", name=re.compile("^Lost"))).to_be_checked()
    settle(page)
    lists(page, n_lost)
    assert query_of(page) == address

    page.locator(".st-key-crumbs").get_by_role("button", name="Channel: Reseller").click()
    expect(page.locator(".st-key-crumbs")).not_to_contain_text("Region")
    page.get_by_role("button", name="Lock").click()
    expect(page.locator(".hl-title")).to_contain_text(re.compile(r"in segment .*, in channel Reseller"))

    page.locator('[data-testid="stSidebar"] a').filter(has_text="Overview").click()  # filters follow the reader
    expect(page.locator("h1")).to_have_text("What needs attention now?")
    expect(page.locator(".hl-title")).to_contain_text(re.compile(r"in segment .*, in channel Reseller"))
    page.go_back()
    expect(page.locator("h1")).to_have_text("Where is churn hot?")
    page.context.close()


def test_two_readers_do_not_meet(url, chromium: Browser):
    dana, jo = (chromium.new_context(viewport=WIDE).new_page() for _ in range(2))
    visit(dana, f"{url}/hotspots", {"f.region": "US"})
    visit(jo, f"{url}/hotspots", {"f.region": "EMEA", "rows": "lost"})
    for _ in range(2):
        for page, region in ((dana, "US"), (jo, "EMEA")):
            page.get_by_role("radio", name=re.compile("ARR|Accounts")).and_(
                page.locator('[aria-checked="false"]')
            ).first.click()
            settle(page)
            expect(page.locator(".hl-title")).to_contain_text(f" in {region} ")
    assert "rows=lost" in query_of(jo) and "rows" not in query_of(dana)
    for said in ("Where the loss is", "Lost"):  # two clicks, the second before the first has come back
        dana.evaluate(
            "said => [...document.querySelectorAll('[role=radio]')].find(x => x.innerText.startsWith(said)).click()",
            said,
        )
    expect(dana.get_by_role("radio", name=re.compile("^Lost"))).to_be_checked()
    settle(dana)
    assert "view=pareto" in query_of(dana) and "rows=lost" in query_of(dana)
    for page in (dana, jo):
        page.context.close()


def test_names_people_fear_call_nobody_and_read_as_typed(serve, chromium: Browser, hostile_store):
    url = serve(hostile_store)
    page = chromium.new_context(viewport={"width": 1440, "height": 2200}).new_page()
    asked, opened = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (opened.append(dialog.message), dialog.dismiss()))
    path = [pair("channel", NAMES[0]), pair("segment", NAMES[1])]
    links = [
        ("/", {}),
        ("/", {"batch": "000001", "f.csm": [NAMES[5], NAMES[4]], "f.nowhere": NAMES[0]}),
        ("/hotspots", {"by": "channel"}),
        ("/hotspots", {"path": path, "by": HOSTILE_COLUMN}),
        ("/hotspots", {"view": "pareto", "by": "csm", "path": [pair(NAMES[0], NAMES[6])]}),
    ]
    seen = []
    for place, query in links:
        visit(page, f"{url}{place}", query)
        if place == "/hotspots":
            expect(page.locator(".js-plotly-plot .bars").first).to_be_visible()
            page.get_by_role("button", name="More", exact=True).click()
            page.get_by_text("How is this computed?").click()
            page.locator(".js-plotly-plot .bars .point path").first.hover(force=True)
            page.wait_for_timeout(300)
        seen.append(
            page.evaluate(
                "document.body.innerText + [...document.querySelectorAll('svg text')].map(t => t.textContent).join('\\n')"
            )
        )
    shown = "\n".join(seen)
    for name in (*NAMES[:6], HOSTILE_COLUMN):
        assert name in shown, name
    assert "&#" not in shown and "\u2060" not in shown
    assert [each for each in asked if not re.match(rf"(http|ws)://{url[7:]}/|data:|blob:", each)] == []
    assert not opened and page.locator("img[src*=evil]").count() == 0
    page.context.close()
