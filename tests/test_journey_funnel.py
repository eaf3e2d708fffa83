"""From the slowest stage to its accounts and back, in a real browser: every figure opens, one step of Back closes it."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.test_journey import WIDE, lists, query_of, settle, visit

pytestmark = pytest.mark.browser


def test_a_figure_of_a_stage_opens_its_accounts_and_back_closes_them(planted_url, chromium: Browser):
    page = chromium.new_context(viewport=WIDE).new_page()
    visit(page, f"{planted_url}/funnel")
    before = query_of(page)
    opener = page.get_by_role("button", name=re.compile("inside now$")).nth(1)
    n = int(re.sub(r"\D", "", opener.inner_text()))
    assert n > 0
    opener.click()
    settle(page)
    lists(page.locator(".st-key-stage-opened"), n)
    assert "stage=Adoption" in query_of(page)
    page.go_back()
    settle(page)
    assert query_of(page) == before
    expect(page.get_by_text("Who is slow").first).to_be_visible()
