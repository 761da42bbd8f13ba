"""Addresses of two surfaces: which of them answers, in whose words, and what they allow."""

import pytest
from rest_framework.test import APIClient

from sessions_core.models import Session

from .builders import client_of, learner, vocabulary

pytestmark = pytest.mark.django_db

ROOT = "/api/v1/sessions"
START = f"{ROOT}/start"


@pytest.fixture
def client():
    return client_of(learner())


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize(
    ("method", "route", "allowed"),
    [
        ("get", "start", "POST, OPTIONS"),
        ("put", "start", "POST, OPTIONS"),
        ("get", "1/resume", "POST, PUT, OPTIONS"),
        ("delete", "1/resume", "POST, PUT, OPTIONS"),
        ("post", "1", "GET, PATCH, HEAD, OPTIONS"),
        ("delete", "1", "GET, PATCH, HEAD, OPTIONS"),
    ],
)
def test_another_method_is_refused_in_the_portals_words(client, method, route, allowed, slash):
    response = getattr(client, method)(f"{ROOT}/{route}{slash}")
    assert response.status_code == 405
    assert response.json()["error"] == "method_not_allowed"
    options = client.options(f"{ROOT}/{route}{slash}")
    assert options.status_code == 204
    assert response["Allow"] == options["Allow"] == allowed
    assert getattr(APIClient(), method)(f"{ROOT}/{route}{slash}").status_code == 401


def test_a_look_at_the_head_is_a_look(client):
    session_id = client.post(START).json()["session_id"]
    response = client.head(f"{ROOT}/{session_id}")
    assert (response.status_code, response.content) == (200, b"")
    assert client.head(f"{ROOT}/999").status_code == 404


@pytest.mark.parametrize(
    ("body", "content_type", "status", "portals"),
    [
        (b"{", "application/json", 400, True),
        (b"[]", "application/json", 400, True),
        (b'{"a": "\\u0000"}', "application/json", 400, True),
        (b"{}", "text/plain", 415, True),
        (b" " * 3_000_000, "application/json", 413, True),
        (b'{"settings": 1}', "application/json", 400, True),
        (b'{"activity_id": null}', "application/json", 400, True),
        (b'{"activity_id": 1, "sequence_id": 1}', "application/json", 404, True),
        (b'{"sequence_id": 999}', "application/json", 404, False),
        (b'{"setings": {}}', "application/json", 422, False),
    ],
)
def test_a_start_is_refused_in_the_words_of_whom_it_is_for(
    client, body, content_type, status, portals
):
    response = client.generic("POST", START, body, content_type)
    assert response.status_code == status
    assert ("error" in response.json()) is portals
    assert ("detail" in response.json()) is not portals
    assert not Session.objects.exists()


def test_without_a_token_a_start_is_refused_in_the_same_words():
    client = APIClient()
    assert client.post(START, {"activity_id": 1}, format="json").json().keys() >= {"error"}
    assert client.post(START).json().keys() == {"detail"}


def test_both_starts_are_one_limit(client, settings):
    settings.SESSIONS_LIMITS = {"session_start": [(2, 60)]}
    activity = {"activity_id": vocabulary().pk}
    responses = [client.post(START, body, format="json") for body in (activity, {}, activity, {})]
    assert [response.status_code for response in responses] == [201, 201, 429, 429]
    assert responses[2].json()["error"] == "rate_limit_exceeded"
    assert responses[3].json().keys() == {"detail"}
