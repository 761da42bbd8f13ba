"""Visitors let in without an account: to learners' addresses, to their own sessions there alone."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from sessions_core.models import Session

from . import table
from .test_learning import World

pytestmark = pytest.mark.django_db
GUEST_PATHS = ("/api/v1/sessions/", "/v1/sessions/", "/ws/sessions/")
ADMITTED = {each for each in table.declared() if each.partition(" ")[2].startswith(GUEST_PATHS)}
ABOUT_ONE = {each for each in ADMITTED - table.with_aliases(table.SHARED) if table.ONE in each}
CLOSED = (
    table.declared()
    - ADMITTED
    - table.with_aliases(table.OPEN | table.SHARED)
    - (table.COOKIE | table.COOKIE_GIVEN | table.COOKIE_AND_ACCOUNT)
)


class Guest:
    def __init__(self) -> None:
        self.client = Client()
        self.call("POST /api/session/", {})

    def call(self, operation: str, body: Any = None, **places: Any) -> Any:
        method, path = operation.split(" ")
        path = re.sub(r"<(\w+)>", lambda place: str(places.get(place[1], 1)), path)
        sent = "" if method in {"GET", "DELETE"} else json.dumps(body or {})
        return self.client.generic(method, path, sent, "application/json")

    def start(self, world: World) -> Session:
        begun = self.call(f"POST {table.LEARNING}/start", {"activity_id": world.activity.pk})
        assert begun.status_code == 201, begun.content
        return Session.objects.latest("pk")


@pytest.fixture
def world(settings) -> World:
    settings.ANONYMOUS_SESSIONS_GUEST_PATHS = list(GUEST_PATHS)
    return World()


def plain(operation: str) -> str:
    return operation.replace(" /v1/", " /api/v1/")


@pytest.mark.parametrize("operation", sorted(ADMITTED - table.with_aliases(table.SHARED)))
def test_a_guest_is_served_as_a_learner_is(world, operation) -> None:
    guest = Guest()
    key = guest.start(world).pk
    response = guest.call(operation, world.body(plain(operation), key), session_id=key)
    assert response.status_code in {200, 201, 204, 404}, response.content
    if response.status_code == 404:
        assert operation.startswith("DELETE"), "there is no share to revoke"


@pytest.mark.parametrize("operation", sorted(ABOUT_ONE))
def test_a_session_of_another_guest_or_of_an_account_is_closed(world, operation) -> None:
    guest, other = Guest(), Guest()
    for key in (other.start(world).pk, world.sessions["learner"].pk):
        before = Session.objects.filter(pk=key).values().get()
        body = world.body(plain(operation), key)
        response = guest.call(operation, body, session_id=key)
        if "batch" in operation and response.status_code == 200:
            # Each answer in it is turned away by itself.
            assert all("error" in each for each in response.json()["results"])
        else:
            assert response.status_code in {403, 404}, response.content
        assert Session.objects.filter(pk=key).values().get() == before


@pytest.mark.parametrize("operation", sorted(CLOSED))
def test_everywhere_else_a_guest_is_nobody(world, operation) -> None:
    assert Guest().call(operation, world.body(operation, 1)).status_code == 401
