"""Tests with two real browsers that share a session."""

from collections.abc import Iterator
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CALL = """async ([method, path, body]) => {
    const answer = await fetch("/api/session" + path, {
        method,
        headers: body === null ? {} : {"Content-Type": "application/json"},
        body: body === null ? undefined : JSON.stringify(body),
    });
    return [answer.status, await answer.json()];
}"""


@pytest.fixture
def devices(live_server: Any, browser: Any) -> Iterator[list[Any]]:
    contexts = [browser.new_context(base_url=live_server.url, bypass_csp=True) for _ in range(2)]
    pages = [context.new_page() for context in contexts]
    for page in pages:
        page.goto("/health")
    yield pages
    for context in contexts:
        context.close()


def call(page: Any, method: str, path: str, body: Any = None) -> Any:
    return page.evaluate(CALL, [method, path, body])


def cookie(page: Any) -> dict[str, Any]:
    (found,) = page.context.cookies()
    return found


def generated(page: Any) -> int:
    return call(page, "GET", "/info")[1]["usage_stats"]["concepts_generated"]


def test_two_browsers_sync(devices):
    laptop, phone = devices
    status, opened = call(laptop, "POST", "/")
    assert status == 200
    assert opened["is_new_session"] is True
    handle = cookie(laptop)
    assert (handle["name"], handle["value"]) == ("concept_session", opened["session_id"])
    assert (handle["httpOnly"], handle["sameSite"], handle["secure"]) == (True, "Lax", True)
    assert laptop.evaluate("document.cookie") == ""

    call(phone, "POST", "/")
    for page, times in ((laptop, 2), (phone, 3)):
        for _ in range(times):
            assert call(page, "POST", "/usage", {"quota": "concept_generation"})[0] == 200
    for _ in range(2):
        status, synced = call(phone, "POST", "/sync", {"client_session_id": opened["session_id"]})
        assert (status, synced["is_synced"]) == (200, True)
    assert cookie(phone)["value"] == opened["session_id"]
    assert generated(laptop) == generated(phone) == 5


def test_a_code_moves_and_a_rotation_drops(devices):
    laptop, phone = devices
    call(laptop, "POST", "/", {})
    code = call(laptop, "POST", "/transfer", {})[1]["code"]
    assert call(phone, "POST", "/transfer/redeem", {"code": code})[0] == 200
    assert cookie(phone)["value"] == cookie(laptop)["value"]
    assert call(laptop, "POST", "/rotate", {})[0] == 200
    assert call(laptop, "GET", "/info")[0] == 200
    assert call(phone, "GET", "/info")[0] == 404


def test_a_page_of_another_site_changes_nothing(devices, live_server):
    laptop, _ = devices
    call(laptop, "POST", "/", {})
    before = cookie(laptop)["value"]
    # To a browser, localhost and 127.0.0.1 are different sites.
    evil = live_server.url.replace("localhost", "127.0.0.1") + "/health"
    laptop.goto(evil)
    with laptop.expect_response("**/api/session/rotate") as answered:
        laptop.evaluate(
            """url => fetch(url, {method: "POST", mode: "no-cors", credentials: "include"})
                .then(() => null)""",
            f"{live_server.url}/api/session/rotate",
        )
    assert answered.value.status == 403
    laptop.goto(f"{live_server.url}/health")
    assert cookie(laptop)["value"] == before
    assert call(laptop, "GET", "/info")[0] == 200
