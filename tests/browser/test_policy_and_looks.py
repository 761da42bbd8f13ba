"""Nothing from outside, nothing against the policy, and nothing that falls off a small screen."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from .conftest import Portal
from .steps import begin, give_right, sign_in

pytestmark = pytest.mark.browser

NO_WORD_BREAKS = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


def width_of(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth")


@pytest.mark.parametrize("address", ["/", "/api/docs/", "/admin/login/", "/no-such-page"])
def test_no_violation_and_no_outside_request(page: Page, trouble: list[str], address: str) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    assert [line for line in trouble if "404" not in line] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_fits_a_phone_at_every_step(home: Page, portal: Portal, shots: Path, scheme: str) -> None:
    home.emulate_media(color_scheme=scheme)
    home.set_viewport_size({"width": 375, "height": 740})

    def look(step: str) -> None:
        home.screenshot(path=shots / f"{scheme}-{step}.png", full_page=True)
        assert width_of(home) <= 375, step

    def lengthen(route: Route) -> None:
        response = route.fetch()
        told = response.json()
        told["first_item"]["word"] = NO_WORD_BREAKS
        route.fulfill(response=response, json=told)

    look("signed-out")
    sign_in(home)
    look("choose")
    home.route("**/api/v1/sessions/start", lengthen)
    begin(home, words=40)
    look("long-word")
    home.unroute("**/api/v1/sessions/start")
    home.get_by_role("button", name="I don’t know").click()
    expect(home.locator(".verdict")).to_contain_text("Not this time.")
    give_right(home, portal)
    look("answering")
    home.get_by_role("button", name="Finish now").click()
    expect(home.get_by_role("heading", name="Done.")).to_be_visible()
    look("result")


def test_moves_nothing_for_who_asks_for_stillness(home: Page, portal: Portal) -> None:
    home.emulate_media(reduced_motion="reduce")
    sign_in(home)
    begin(home)
    give_right(home, portal)
    strong = home.locator(".verdict strong")
    assert strong.evaluate("element => getComputedStyle(element).animationName") == "none"
