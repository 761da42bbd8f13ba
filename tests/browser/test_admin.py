"""The admin in a real browser: its scripts run under its policy, and its lists look right."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .conftest import Portal

pytestmark = pytest.mark.browser

SESSIONS = "/admin/sessions_core/session/"


@pytest.fixture
def admin(page: Page, portal: Portal, trouble: list[str]) -> Page:
    page.goto(f"/admin/login/?next={SESSIONS}")
    page.get_by_label("Username").fill("staff")
    page.get_by_label("Password").fill(portal.told["users"]["staff"]["password"])
    page.keyboard.press("Enter")
    expect(page.locator("#result_list")).to_be_visible()
    return page


def test_the_list_is_found_filtered_and_opened(
    admin: Page, trouble: list[str], shots: Path
) -> None:
    rows = admin.locator("#result_list tbody tr")
    expect(rows).to_have_count(50)
    admin.screenshot(path=shots / "sessions.png")
    admin.locator("a", has_text="Filters").first.click()
    expect(admin.get_by_role("link", name="Expired")).to_be_visible()
    admin.screenshot(path=shots / "filters.png")
    admin.goto(f"{SESSIONS}?q=learner3&status__exact=completed")
    expect(rows.first).to_contain_text("learner3")
    rows.first.locator("a").first.click()
    expect(admin.get_by_role("heading", name="Attempts")).to_be_visible()
    admin.screenshot(path=shots / "session.png", full_page=True)
    assert trouble == []


def test_a_running_session_is_ended_by_an_action(
    admin: Page, trouble: list[str], shots: Path
) -> None:
    admin.goto(f"{SESSIONS}?status__exact=paused")
    row = admin.locator("#result_list tbody tr").first
    row.locator("input.action-select").check()
    admin.locator("select[name=action]").select_option(label="Cancel the chosen sessions")
    admin.get_by_role("button", name="Run").click()
    expect(admin.get_by_text("1 session was cancelled.")).to_be_visible()
    admin.screenshot(path=shots / "cancelled.png")
    assert trouble == []


def test_the_catalogue_is_edited(admin: Page, trouble: list[str], shots: Path) -> None:
    admin.goto("/admin/sessions_core/activity/")
    admin.get_by_role("link", name="Basic Vocabulary").click()
    expect(admin.locator("#id_items-0-prompt")).to_have_value("hello")
    admin.screenshot(path=shots / "activity.png", full_page=True)
    admin.locator("#id_items-0-explanation").fill("To anybody, at any hour.")
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.get_by_text("was changed successfully")).to_be_visible()
    assert trouble == []
