"""Practising on the first page, by keyboard, with the live view in step."""

import re

import pytest
from playwright.sync_api import Page, expect

from .conftest import Portal
from .steps import answer_line, begin, give, give_right, live, sign_in, word

pytestmark = pytest.mark.browser


def test_by_keyboard_from_signing_in_to_the_result(
    home: Page, portal: Portal, trouble: list[str]
) -> None:
    home.get_by_role("button", name="learner2", exact=True).focus()
    home.keyboard.press("Enter")
    expect(home.get_by_label("Activity")).to_be_focused()
    home.keyboard.type("Basic")
    home.keyboard.press("Tab")
    home.keyboard.press("ControlOrMeta+a")
    home.keyboard.type("4")
    home.keyboard.press("Enter")
    expect(answer_line(home)).to_be_focused()
    for done in range(1, 5):
        asked = word(home)
        home.keyboard.type("no idea" if done == 2 else portal.right[asked])
        home.keyboard.press("Enter")
        expect(live(home, "completed")).to_have_text(f"{done} of 4")
        expect(home.locator(".verdict")).to_contain_text(portal.right[asked])
        if done < 4:
            expect(answer_line(home)).to_be_focused()
            expect(home.locator("#practice .tally")).to_have_attribute("aria-valuenow", str(done))
    expect(home.get_by_role("heading", name="Done.")).to_be_focused()
    expect(home.locator('[data-result="summary"]')).to_contain_text("3 right and 1 wrong: 75 %")
    expect(home.locator('[data-result="words"] li')).to_have_count(1)
    expect(live(home, "rate")).to_have_text("75 %")
    expect(live(home, "state")).to_have_text("ended")
    expect(live(home, "log").locator("li").first).to_contain_text("session_complete")
    assert live(home, "log").locator(".number").all_inner_texts() == ["5", "4", "3", "2", "1", "0"]
    assert trouble == []


def test_a_near_miss_says_what_differs(home: Page, portal: Portal) -> None:
    sign_in(home)
    begin(home, words=20)
    while len(right := portal.right[word(home)]) < 6 or " " in right:
        give_right(home, portal)
    give(home, right[:2] + right[3:])
    verdict = home.locator(".verdict")
    expect(verdict).to_have_attribute("data-kind", "close")
    expect(verdict).to_contain_text("Close, but not it.")
    expect(verdict).to_contain_text(f"for “{right}”" if "“" in verdict.inner_text() else right)


def test_the_live_view_shows_the_run_and_both_tallies_agree(home: Page, portal: Portal) -> None:
    sign_in(home)
    begin(home, words=6)
    give_right(home, portal)
    give(home, "no idea")
    give_right(home, portal)
    expect(live(home, "streak")).to_have_text("1")
    for side in ("#practice", "#live"):
        strokes = home.locator(f"{side} .tally i")
        assert strokes.evaluate_all("marks => marks.map(mark => mark.className)") == [
            "right",
            "wrong",
            "right",
            *["ahead"] * 3,
        ]


def test_a_reload_carries_on_where_it_was(home: Page, portal: Portal) -> None:
    sign_in(home)
    session = begin(home, words=4)
    give_right(home, portal)
    asked = word(home)
    home.reload()
    expect(answer_line(home)).to_be_focused()
    assert word(home) == asked
    expect(live(home, "completed")).to_have_text("1 of 4")
    give_right(home, portal)
    expect(live(home, "completed")).to_have_text("2 of 4")
    assert portal.attempts(session) == 2


def test_not_knowing_is_an_answer_and_finishing_early_is_allowed(
    home: Page, portal: Portal
) -> None:
    sign_in(home)
    begin(home, words=5)
    home.get_by_role("button", name="I don’t know").click()
    expect(home.locator(".verdict")).to_contain_text("Not this time.")
    home.get_by_role("button", name="Finish now").click()
    expect(home.locator('[data-result="summary"]')).to_contain_text("1 word in")
    home.get_by_role("button", name="Once more").click()
    expect(live(home, "completed")).to_have_text("0 of 5")


def test_a_letter_missing_on_the_keyboard_is_put_where_the_caret_is(home: Page) -> None:
    sign_in(home)
    begin(home)
    answer_line(home).fill("ao")
    answer_line(home).press("ArrowLeft")
    home.get_by_role("button", name="ñ").click()
    expect(answer_line(home)).to_have_value("año")
    expect(answer_line(home)).to_be_focused()


def test_a_time_limit_ends_it(home: Page, portal: Portal) -> None:
    def shorten(route) -> None:
        told = route.request.post_data_json
        told["settings"]["time_limit"] = 10
        route.continue_(post_data=told)

    home.route("**/api/v1/sessions/start", shorten)
    sign_in(home)
    begin(home)
    give_right(home, portal)
    expect(live(home, "left")).to_have_text(re.compile(r"0:0\d"))
    expect(home.get_by_role("heading", name="Time is up.")).to_be_visible(timeout=120_000)
    expect(home.locator('[data-result="summary"]')).to_contain_text("1 word in 0:10")
