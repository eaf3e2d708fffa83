"""From a lever to its list and back, in a real browser: every figure opens, one step of Back closes it, the link restores it."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.test_journey import WIDE, lists, query_of, settle, visit

pytestmark = pytest.mark.browser


def test_a_lever_opens_its_list_back_closes_it_and_the_link_restores_it(planted_url, chromium: Browser):
    page = chromium.new_context(viewport=WIDE).new_page()
    visit(page, f"{planted_url}/renewals")
    before = query_of(page)

    tile = page.locator(".st-key-tile-lapsed-without-notice")
    n = int(re.sub(r"\D", "", tile.get_by_role("button").inner_text()))
    assert n > 0
    tile.click()
    settle(page)
    lists(page, n)
    opened = query_of(page)
    assert "lever=lapsed" in opened and "piece=without" in opened
    page.go_back()
    settle(page)
    assert query_of(page) == before
    expect(page.locator(".st-key-renewals-opened")).to_have_count(0)

    bar = (
        page.locator(".js-plotly-plot").first.locator(".bars .point path").last
    )  # the unseen one, over the whole of up-sell
    bar.scroll_into_view_if_needed()
    page.wait_for_timeout(400)  # a click while the page still scrolls misses
    box = bar.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    settle(page)
    assert "lever=upsell" in query_of(page)
    page.get_by_role("radio", name="Calendar").click()
    settle(page)
    assert "view=calendar" in query_of(page) and "lever" not in query_of(page)
    expect(page.get_by_text("From opening to closing ARR")).to_be_visible()

    other = chromium.new_context(viewport=WIDE).new_page()
    visit(other, f"{planted_url}/renewals{opened}")
    lists(other, n)
    expect(other.locator(".st-key-renewals-opened")).to_contain_text("Lapsed, no notice")
