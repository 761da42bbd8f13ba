"""What a person does on the first page."""

from playwright.sync_api import Locator, Page, expect

from .conftest import Portal


def sign_in(page: Page, name: str = "learner") -> None:
    page.get_by_role("button", name=name, exact=True).click()
    expect(page.get_by_label("Activity")).to_be_visible()


def begin(page: Page, words: int = 3) -> str:
    """Start a session of the first seeded activity; returns its public id."""
    page.get_by_label("Activity").select_option(label="Basic Vocabulary (42)")
    page.get_by_role("spinbutton", name="Words").fill(str(words))
    page.get_by_role("button", name="Begin").click()
    expect(answer_line(page)).to_be_focused()
    return live(page, "session").inner_text()


def answer_line(page: Page) -> Locator:
    return page.get_by_label("Your answer")


def word(page: Page) -> str:
    return page.locator("#word").inner_text()


def live(page: Page, name: str) -> Locator:
    """A part of the live view."""
    return page.locator(f'#live [data-live="{name}"]')


def give(page: Page, text: str) -> None:
    """Write an answer, send it with Enter, and wait until it has been taken."""
    asked = word(page)
    answer_line(page).fill(text)
    answer_line(page).press("Enter")
    expect(page.locator(".verdict")).to_contain_text(f"{asked} →")


def give_right(page: Page, portal: Portal) -> None:
    give(page, portal.right[word(page)])
