"""The book in a real browser: what a reader chose follows them to every page, survives a fresh browser, and Back undoes it."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from lib.view.rooms import ROOMS
from tests.test_journey import WIDE, query_of, settle, visit

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)
WITHOUT_BOOK = ("Bring your export", "Account", "Audiences")  # they stand without a book, and carry it on
PAGES = [room.title for group in ROOMS.values() for room in group if room.title not in WITHOUT_BOOK]


def sidebar(page: Page) -> Locator:
    return page.locator('[data-testid="stSidebar"]')


def go_to(page: Page, title: str) -> None:
    sidebar(page).get_by_role("link", name=title, exact=True).click()
    expect(page).to_have_title(re.compile(f"^{title} "))
    settle(page)


def choose(page: Page, label: str, value: str) -> None:
    """Choose a value in a filter of the bar, as a person does: open, type, click."""
    box = sidebar(page).get_by_label(label, exact=True).first
    box.click()
    box.press_sequentially(value)
    page.locator('[role="option"]').filter(has_text=re.compile(f"^{re.escape(value)}")).first.click()
    page.keyboard.press("Escape")


def sentence(page: Page) -> str:
    return page.locator(".hl-title p").inner_text().replace("\n", " ")


def n_accounts(page: Page) -> int:
    return int(re.match(r"([\d,]+) accounts?\b", sentence(page))[1].replace(",", ""))


def counts(page: Page, n: int) -> dict[str, int]:
    """The `n` chosen values in the bar, each with the number of accounts beside it."""
    chips = sidebar(page).locator('[data-testid="stMultiSelect"] .react-aria-ComboBox [data-tag]')
    expect(chips).to_have_count(n)
    parts = [said.split("·") for said in chips.all_inner_texts()]
    return {value.strip(): int(number.replace(",", "")) for value, number in parts}


@pytest.fixture(scope="module")
def url(shown, full_store) -> str:
    return shown(full_store)


def chosen(page: Page, url: str) -> tuple[str, dict[str, int]]:
    """Choose three filters and a name on My book: what its line says then, and the counts beside the values."""
    visit(page, f"{url}/book")
    everybody = sentence(page)
    page.locator(".st-key-tile-accounts").get_by_role("button").click()
    settle(page)
    page.locator(".st-key-columns").get_by_role("button").click()  # folded away until now, it shows what is chosen
    expect(page.locator('[data-testid="stPopoverBody"]').locator(".react-aria-ComboBox [data-tag]").first).to_have_text(
        "ARR"
    )
    page.keyboard.press("Escape")
    for label, value in (("Region", "EMEA"), ("Segment", "SMB"), ("Plan", "Team")):
        choose(page, label, value)
        expect(page.locator(".hl-title p")).to_contain_text(value)
    find = sidebar(page).get_by_label("Accounts named")
    find.fill("Customer 1")
    find.press("Enter")
    expect(page.locator(".hl-title p")).to_contain_text("Customer 1")
    settle(page)
    said, beside = sentence(page), counts(page, 3)
    assert said != everybody and n_accounts(page) > 0
    assert beside == dict.fromkeys(("EMEA", "SMB", "Team"), n_accounts(page))  # as many as with the others chosen
    return said, beside


def stands(page: Page, said: str, beside: dict[str, int], title: str) -> None:
    expect(page.locator(".hl-title p")).to_contain_text("Customer 1")
    assert (sentence(page), counts(page, 3)) == (said, beside), title


def follows(page: Page, said: str, beside: dict[str, int]) -> dict[str, str]:
    """Go to every page there is by its link, the book with one: the addresses of those that stand on it."""
    addresses = {}
    for title in [*PAGES, *WITHOUT_BOOK, PAGES[0]]:
        if title not in {room.title for group in ROOMS.values() for room in group}:
            continue
        go_to(page, title)
        if title in WITHOUT_BOOK:
            continue
        stands(page, said, beside, title)
        addresses[title] = page.url
    assert set(addresses) == set(PAGES)
    return addresses


def is_restored(chromium: Browser, address: str, said: str, beside: dict[str, int], title: str) -> None:
    fresh = chromium.new_context(viewport=WIDE).new_page()
    fresh.goto(address)
    settle(fresh)
    stands(fresh, said, beside, title)
    fresh.context.close()


def test_a_book_follows_to_every_page_and_into_a_fresh_browser(url, chromium: Browser):
    """tests/test_pages.py asks every page whether it reads its book from a link; here what a browser adds."""
    page = chromium.new_context(viewport=WIDE).new_page()
    said, beside = chosen(page, url)
    addresses = follows(page, said, beside)
    page.context.close()
    for title in ("Hot-spots", "My book"):
        is_restored(chromium, addresses[title], said, beside, title)


@pytest.mark.slow
def test_the_address_of_every_page_brings_the_book_into_a_fresh_browser(url, chromium: Browser):
    page = chromium.new_context(viewport=WIDE).new_page()
    said, beside = chosen(page, url)
    for title, address in follows(page, said, beside).items():
        is_restored(chromium, address, said, beside, title)
    page.context.close()


def test_back_and_forward_step_through_filters_and_pages(url, chromium: Browser):
    """Two filters, Back, Back, Forward, a page change, Back: each shows what it should, the bar included."""
    page = chromium.new_context(viewport=WIDE).new_page()
    visit(page, f"{url}/hotspots")

    def shows(*values: str) -> None:
        for value in ("EMEA", "SMB"):
            said = page.locator(".hl-title p")
            (expect(said).to_contain_text if value in values else expect(said).not_to_contain_text)(value)
        settle(page)
        assert set(counts(page, len(values))) == set(values)
        assert [value for value in ("EMEA", "SMB") if value in query_of(page)] == list(values)

    shows()
    choose(page, "Region", "EMEA")
    shows("EMEA")
    choose(page, "Segment", "SMB")
    shows("EMEA", "SMB")
    page.go_back()
    shows("EMEA")
    page.go_back()
    shows()
    page.go_forward()
    shows("EMEA")
    go_to(page, "My book")
    expect(page.locator("h1")).to_have_text("Which accounts need me now?")
    shows("EMEA")
    page.go_back()
    expect(page.locator("h1")).to_have_text("Where is churn hot?")
    shows("EMEA")
    page.go_forward()
    expect(page.locator("h1")).to_have_text("Which accounts need me now?")
    shows("EMEA")
    page.context.close()
