"""The rules of health edited in a real browser: what is typed one after the other is all taken up, and nothing is lost on the way."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.test_journey import settle

pytestmark = pytest.mark.browser
HEAD, ROW = 40, 32  # pixels of the tables
HUMAN = 60  # milliseconds a key; the grid loses what is followed by Enter within a frame


@pytest.fixture(scope="module")
def url(shown, sample_store) -> str:
    return shown(sample_store)


def open_cell(page: Page, row: int, x: float) -> None:
    """Open the cell of the table in sight, as far from its left edge, from its right one where x is below 0."""
    table = page.locator('[data-testid="stDataFrame"]:visible').first
    expect(table.locator("canvas").first).to_be_visible()
    box = table.bounding_box()
    at = box["x"] + (x if x > 0 else box["width"] + x), box["y"] + HEAD + ROW * (row + 0.5)
    page.mouse.click(*at)
    page.wait_for_timeout(300)
    page.mouse.dblclick(*at)
    expect(page.locator("#portal").locator("input, textarea")).to_be_focused()


def write(page: Page, text: str) -> None:
    page.keyboard.type(text, delay=HUMAN)
    page.wait_for_timeout(HUMAN)
    page.keyboard.press("Enter")


def changed(page: Page):
    return page.locator(".hl-note").filter(has_text=re.compile("^Changed: "))


def test_parts_renamed_one_after_the_other_right_after_a_weight_are_all_taken_up(url, chromium: Browser):
    page = chromium.new_context(viewport={"width": 1440, "height": 1100}).new_page()
    page.goto(f"{url}/healthrules")
    settle(page)
    open_cell(page, 1, -200)  # Trend, of the grown ones, low touch
    page.keyboard.press("Control+A")
    write(page, "60")
    page.get_by_role("tab", name="Parts and bands").click()  # without waiting for what the weight does
    open_cell(page, 1, 100)
    page.keyboard.press("Control+A")
    write(page, "Momentum")  # Enter goes to the next part
    page.wait_for_timeout(10 * HUMAN)
    write(page, "Some of the people")  # ... which is typed while the first name is taken up
    for said in ("Trend is called Momentum", "Active people is called Some of the people", "Momentum 35 → 60"):
        expect(changed(page)).to_contain_text(said)
    page.context.close()


def test_a_cell_of_the_matrix_lists_its_accounts_and_all_weights_are_in_sight(url, chromium: Browser):
    page = chromium.new_context(viewport={"width": 1280, "height": 1300}).new_page()
    page.goto(f"{url}/healthrules")
    settle(page)
    wide = page.locator('[data-testid="stDataFrame"] .dvn-scroller').first
    assert wide.evaluate("each => each.scrollWidth <= each.clientWidth")  # no weight stands aside
    page.get_by_role("tab", name="Thresholds and overrides").click()
    page.get_by_role("spinbutton", name="Red below").fill("69")
    page.keyboard.press("Enter")
    expect(changed(page)).to_contain_text("red below 40 → 69")
    cell = page.locator('[class*="st-key-health-draft-matrix"] .bars .point path').first
    cell.scroll_into_view_if_needed()
    page.wait_for_timeout(600)  # a click while the page still scrolls misses
    n = page.locator('[class*="st-key-health-draft-matrix"] .annotation-text tspan').first.text_content()
    box = cell.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    which = page.locator('[class*="st-key-health-movers-of"]').first
    expect(which.locator("input").first).to_have_value(re.compile(rf"^\w+ → [\w ]+ \({n}\)$"))
    page.context.close()
