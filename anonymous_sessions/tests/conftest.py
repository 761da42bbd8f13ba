"""Fixtures for simulated browsers, which keep cookies and send JSON."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.test import Client
from time_machine import travel

COOKIE = "concept_session"


class Visitor(Client):
    """A browser that sends JSON to ``/api/session/`` and keeps its cookies."""

    token = ""

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        sent, kind = ("", "") if body is None else (json.dumps(body), "application/json")
        return self.generic(method, f"/api/session{path}", sent, kind, headers=headers)

    def open(self, **body: Any) -> dict[str, Any]:
        response = self.call("POST", "/", body)
        assert response.status_code == 200, response.content
        return response.json()

    def info(self) -> dict[str, Any]:
        response = self.call("GET", "/info")
        assert response.status_code == 200, response.content
        return response.json()

    def use(self, quota: str, times: int = 1) -> None:
        for _ in range(times):
            assert self.call("POST", "/usage", {"quota": quota}).status_code == 200

    def sign_in(self, user: Any) -> "Visitor":
        from sessions_core import tokens  # pytest imports this file before the settings are chosen.

        self.token = tokens.issue(user).access
        return self

    @property
    def cookie(self) -> str | None:
        return self.cookies[COOKIE].value if COOKIE in self.cookies else None

    @cookie.setter
    def cookie(self, value: str) -> None:
        self.cookies[COOKIE] = value


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    from sessions_core.rest import limits

    limits.forget()


@pytest.fixture
def visitor(db: None) -> Visitor:
    return Visitor()


@pytest.fixture
def other(db: None) -> Visitor:
    return Visitor()


@pytest.fixture
def make_user(db: None) -> Callable[[str], Any]:
    return lambda name: get_user_model().objects.create_user(name, password="Correct-Horse-9")


@pytest.fixture
def ana(make_user: Callable[[str], Any]) -> Any:
    return make_user("ana")


@pytest.fixture
def ben(make_user: Callable[[str], Any]) -> Any:
    return make_user("ben")


@pytest.fixture
def clock() -> Iterator[Any]:
    """Freezes the clock at the time of the source document's examples."""
    with travel("2023-04-01T12:34:56Z", tick=False) as moved:
        yield moved
