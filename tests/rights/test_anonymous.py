"""Anonymous sessions: the cookie is the right, and signing in adds none to another's session."""

import json
from typing import Any

import pytest
from django.test import Client

from analytics.tests.people import make_user
from sessions_core import tokens

from . import table
from .people import left_no_trace

pytestmark = pytest.mark.django_db

UNKNOWN = "00000000-0000-4000-8000-000000000000"
BODIES = {
    "POST /api/session/usage": {"quota": "concept_generation"},
    "POST /api/session/concepts": {"document": {"a": 1}},
    "PUT /api/session/preferences": {"preferences": {"a": 1}},
    "PATCH /api/session/preferences": {"preferences": {"a": 1}},
    "POST /api/session/adopt": {"dry_run": True},
}


class Browser:
    def __init__(self, user: Any = None) -> None:
        self.client = Client()
        self.headers = {}
        if user is not None:
            self.headers = {"Authorization": f"Bearer {tokens.issue(user).access}"}

    def call(self, operation: str, body: Any = None) -> Any:
        method, path = operation.split(" ")
        sent = json.dumps(BODIES.get(operation) if body is None else body)
        if method == "GET":
            return self.client.get(path, headers=self.headers)
        return self.client.generic(method, path, sent, "application/json", headers=self.headers)

    def opened(self) -> "Browser":
        self.session_id = self.call("POST /api/session", {}).json()["session_id"]
        stored = self.call("POST /api/session/concepts").json()
        self.concept_id = stored["id"]
        return self

    def try_out(self, operation: str, concept_id: str = "") -> int:
        with left_no_trace():
            return self.call(operation.replace("<concept_id>", concept_id)).status_code


@pytest.mark.parametrize("operation", sorted(table.COOKIE))
def test_the_cookie_opens_its_own_session_and_nothing_else(operation) -> None:
    owner, visitor = Browser().opened(), Browser()
    stranger, staff = Browser().opened(), Browser(make_user("staff", is_staff=True))
    concept = owner.concept_id

    assert owner.try_out(operation, concept) < 300
    assert visitor.try_out(operation, concept) == 404
    assert staff.try_out(operation, concept) == 404
    visitor.client.cookies["concept_session"] = UNKNOWN
    assert visitor.try_out(operation, concept) == 404
    visitor.client.cookies["concept_session"] = "1"
    assert visitor.try_out(operation, concept) == 400
    if "concept_id" in operation:
        assert stranger.try_out(operation, concept) == 404


@pytest.mark.parametrize("operation", sorted(table.COOKIE_GIVEN))
def test_a_session_is_given_to_whoever_holds_its_id_or_code(operation) -> None:
    owner, visitor = Browser().opened(), Browser()
    code = owner.call("POST /api/session/transfer").json()["code"]
    held, unknown = {
        "POST /api/session": ({"client_session_id": owner.session_id}, None),
        "POST /api/session/sync": (
            {"client_session_id": owner.session_id},
            {"client_session_id": UNKNOWN},
        ),
        "POST /api/session/transfer/redeem": ({"code": code}, {"code": "AAAA-AAAA"}),
    }[operation]

    if unknown is not None:
        assert visitor.call(operation, unknown).status_code == 404
    assert visitor.call(operation, held).json()["session_id"] == owner.session_id


@pytest.mark.parametrize("operation", sorted(table.COOKIE_AND_ACCOUNT))
def test_an_account_is_needed_to_adopt_and_a_cookie_to_say_what(operation) -> None:
    nobody, user = Browser().opened(), make_user("ana")
    signed_in, without = Browser(user).opened(), Browser(user)

    assert nobody.try_out(operation) == 401
    assert without.try_out(operation) == 404
    assert signed_in.try_out(operation) in {200, 404}  # 404: nothing was adopted to be undone.


def test_an_adopted_session_is_closed_to_another_account() -> None:
    owner = Browser(make_user("ana")).opened()
    owner.call("POST /api/session/adopt", {"dry_run": False})
    thief = Browser(make_user("eva"))
    thief.client.cookies["concept_session"] = owner.session_id

    for operation in table.COOKIE | table.COOKIE_AND_ACCOUNT:
        assert thief.try_out(operation, owner.concept_id) == 404, operation
