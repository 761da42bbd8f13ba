"""What goes wrong between the page and the server, and that no answer is lost or counted twice."""

import pytest
from playwright.sync_api import Page, Route, expect

from .conftest import Portal
from .steps import answer_line, begin, give_right, live, sign_in, word

pytestmark = pytest.mark.browser

PROGRESS = "**/api/v1/sessions/*/progress"
SPOIL = """(names) => {
  const tokens = JSON.parse(sessionStorage.getItem("langportal.tokens"));
  sessionStorage.setItem("langportal.tokens", JSON.stringify({
    ...tokens, ...Object.fromEntries(names.map((name) => [name, "spoilt"])),
  }));
}"""


def send(page: Page, text: str) -> None:
    answer_line(page).fill(text)
    answer_line(page).press("Enter")


def test_a_lost_response_is_asked_for_again_under_the_same_key(home: Page, portal: Portal) -> None:
    sign_in(home)
    session = begin(home)
    keys = []

    def lose_the_first(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 1:
            assert route.fetch().ok  # counted; but the page never hears of it
            route.abort()
        else:
            route.continue_()

    home.route(PROGRESS, lose_the_first)
    send(home, portal.right[word(home)])
    expect(home.locator("#practice .tally")).to_have_attribute("aria-valuenow", "1")
    assert len(keys) == 2
    assert keys[0] == keys[1]
    assert portal.attempts(session) == 1
    expect(live(home, "completed")).to_have_text("1 of 3")


def test_offline_an_answer_waits_and_goes_out_when_the_network_is_back(
    home: Page, portal: Portal
) -> None:
    sign_in(home)
    session = begin(home)
    home.context.set_offline(True)
    send(home, portal.right[word(home)])
    expect(home.get_by_role("alert").filter(has_text="No connection")).to_be_visible()
    expect(home.get_by_role("button", name="Try again now")).to_be_visible()
    expect(answer_line(home)).not_to_be_editable()
    assert portal.attempts(session) == 0
    home.context.set_offline(False)
    expect(home.locator("#practice .tally")).to_have_attribute("aria-valuenow", "1")
    expect(home.get_by_text("No connection")).to_be_hidden()
    give_right(home, portal)
    assert portal.attempts(session) == 2


def test_a_waiting_answer_outlives_a_reload(home: Page, portal: Portal) -> None:
    sign_in(home)
    session = begin(home)
    home.route(PROGRESS, lambda route: route.abort())
    send(home, portal.right[word(home)])
    expect(home.get_by_text("No connection")).to_be_visible()
    home.unroute(PROGRESS)
    home.reload()
    expect(live(home, "completed")).to_have_text("1 of 3")
    expect(answer_line(home)).to_be_focused()
    assert portal.attempts(session) == 1


def test_over_the_limit_it_waits_as_long_as_it_is_told(home: Page, portal: Portal) -> None:
    sign_in(home)
    session = begin(home)
    refusals = []

    def refuse_once(route: Route) -> None:
        if refusals:
            return route.continue_()
        refusals.append(1)
        return route.fulfill(
            status=429,
            headers={"Retry-After": "2"},
            json={"error": "rate_limit_exceeded", "message": "Too many", "retry_after": 2},
        )

    home.route(PROGRESS, refuse_once)
    send(home, portal.right[word(home)])
    expect(home.get_by_text("goes out in 2 seconds")).to_be_visible()
    expect(home.locator("#practice .tally")).to_have_attribute("aria-valuenow", "1")
    assert portal.attempts(session) == 1


def test_an_expired_token_is_renewed_without_a_word(home: Page, portal: Portal) -> None:
    sign_in(home)
    begin(home)
    home.evaluate(SPOIL, ["access"])
    home.reload()
    expect(answer_line(home)).to_be_focused()
    give_right(home, portal)
    expect(live(home, "completed")).to_have_text("1 of 3")


def test_a_sign_in_that_cannot_be_renewed_is_asked_for_and_the_answer_kept(
    home: Page, portal: Portal
) -> None:
    sign_in(home, "learner3")
    session = begin(home)
    home.route(PROGRESS, lambda route: route.fulfill(status=401, json={}))
    home.route("**/api/token/refresh", lambda route: route.fulfill(status=401, json={}))
    send(home, portal.right[word(home)])
    expect(home.get_by_text("Your sign-in has run out")).to_be_visible()
    home.unroute(PROGRESS)
    home.unroute("**/api/token/refresh")
    home.get_by_label("Name").fill("learner3")
    home.get_by_label("Password").fill(portal.told["users"]["learner3"]["password"])
    home.get_by_role("button", name="Sign in").click()
    expect(home.locator("#practice .tally")).to_have_attribute("aria-valuenow", "1")
    assert portal.attempts(session) == 1


def test_a_wrong_password_is_told(home: Page) -> None:
    home.get_by_label("Name").fill("learner")
    home.get_by_label("Password").fill("not this")
    home.get_by_role("button", name="Sign in").click()
    expect(home.get_by_text("No account has this name and password.")).to_be_visible()


def test_a_broken_socket_is_opened_again_and_misses_nothing(home: Page, portal: Portal) -> None:
    sign_in(home)
    begin(home, words=5)
    give_right(home, portal)
    expect(live(home, "completed")).to_have_text("1 of 5")
    home.context.set_offline(True)
    home.context.set_offline(False)
    give_right(home, portal)
    give_right(home, portal)
    expect(live(home, "completed")).to_have_text("3 of 5")
    expect(live(home, "state")).to_have_text("connected")
    assert live(home, "log").locator(".number").all_inner_texts()[:3] == ["3", "2", "1"]
