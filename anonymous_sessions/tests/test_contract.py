"""Tests of the source document's requests and responses."""

from uuid import UUID

import pytest

from .conftest import COOKIE

ZEROES = {"concepts_generated": 0, "concepts_refined": 0, "concepts_stored": 0}
UNKNOWN = "7e57d004-2b97-4e7a-b45f-5387367791cd"


def test_create_answers_as_documented(visitor, clock):
    response = visitor.call("POST", "/", {})
    assert response.status_code == 200
    body = response.json()
    assert UUID(body.pop("session_id")).version == 4
    assert body == {
        "is_new_session": True,
        "created_at": "2023-04-01T12:34:56Z",
        "last_active": "2023-04-01T12:34:56Z",
        "usage_stats": ZEROES,
    }


@pytest.mark.parametrize("body", [None, {}, {"client_session_id": None}, {"client_session_id": ""}])
def test_create_needs_no_body(visitor, body):
    assert visitor.call("POST", "/", body).json()["is_new_session"] is True


def test_create_sets_the_cookie_to_the_session_id(visitor):
    assert visitor.open()["session_id"] == visitor.cookie


def test_create_gives_the_session_that_the_browser_has(visitor):
    first = visitor.open()
    again = visitor.open()
    assert again["session_id"] == first["session_id"]
    assert again["is_new_session"] is False


def test_create_recovers_a_lost_cookie_from_the_clients_copy(visitor):
    mine = visitor.open()["session_id"]
    visitor.use("concept_generation", 3)
    visitor.cookies.clear()
    back = visitor.open(client_session_id=mine)
    assert back["session_id"] == mine == visitor.cookie
    assert back["is_new_session"] is False
    assert back["usage_stats"] == {**ZEROES, "concepts_generated": 3}


def test_create_with_an_unknown_copy_gives_a_new_session(visitor):
    body = visitor.open(client_session_id=UNKNOWN)
    assert body["is_new_session"] is True
    assert body["session_id"] != UNKNOWN


def test_sync_answers_as_documented(visitor, other):
    mine = visitor.open()["session_id"]
    response = other.call("POST", "/sync", {"client_session_id": mine})
    assert response.status_code == 200
    assert response.json() == {
        "session_id": mine,
        "is_synced": True,
        "message": "Sessions synchronized successfully",
    }
    assert other.cookie == mine


def test_info_answers_as_documented(visitor, clock):
    mine = visitor.open()["session_id"]
    visitor.use("concept_generation", 5)
    visitor.use("concept_refinement", 2)
    for number in range(3):
        visitor.call("POST", "/concepts", {"document": {"n": number}})
    assert visitor.info() == {
        "session_id": mine,
        "created_at": "2023-04-01T12:34:56Z",
        "last_active": "2023-04-01T12:34:56Z",
        "usage_stats": {"concepts_generated": 5, "concepts_refined": 2, "concepts_stored": 3},
        "rate_limits": {
            "concept_generation": {
                "limit": 10,
                "remaining": 5,
                "reset_at": "2023-05-01T00:00:00Z",
            },
            "concept_refinement": {
                "limit": 10,
                "remaining": 8,
                "reset_at": "2023-04-02T12:34:56Z",
            },
        },
    }


@pytest.mark.parametrize("path", ["/", "/sync"])
@pytest.mark.parametrize(
    "given",
    [
        "not-an-id",
        "9b2f8f0e6a524c1e9d0c2f8a3a5f7c11",
        "{9b2f8f0e-6a52-4c1e-9d0c-2f8a3a5f7c11}",
        "9b2f8f0e-6a52-1c1e-9d0c-2f8a3a5f7c11",
        " 9b2f8f0e-6a52-4c1e-9d0c-2f8a3a5f7c11",
        "9b2f8f0e-6a52-4c1e-9d0c-2f8a3a5f7c1١",
        "x" * 10_000,
        7,
    ],
)
def test_an_id_in_another_form_is_a_400(visitor, path, given):
    response = visitor.call("POST", path, {"client_session_id": given})
    assert response.status_code == 400
    assert response.json() == {
        "error": "validation_error",
        "message": "Invalid session ID format",
    }


def test_sync_needs_the_id(visitor):
    response = visitor.call("POST", "/sync", {})
    assert response.status_code == 400
    assert response.json()["error"] == "validation_error"


def test_sync_to_an_unknown_session_is_a_404(visitor):
    response = visitor.call("POST", "/sync", {"client_session_id": UNKNOWN})
    assert response.status_code == 404
    assert response.json() == {"error": "resource_not_found", "message": "Session not found"}
    assert COOKIE not in response.cookies


def test_info_without_a_session_is_a_404(visitor):
    response = visitor.call("GET", "/info")
    assert response.status_code == 404
    assert response.json() == {"error": "resource_not_found", "message": "Session not found"}


def test_info_with_a_cookie_that_is_no_id_is_a_400_and_create_mends_it(visitor):
    visitor.cookie = "not-an-id"
    assert visitor.call("GET", "/info").status_code == 400
    assert visitor.open()["is_new_session"] is True
    assert visitor.info()["session_id"] == visitor.cookie


def test_every_address_answers_with_and_without_its_slash(visitor):
    mine = visitor.call("POST", "", {}).json()["session_id"]
    assert visitor.call("GET", "/info/").json()["session_id"] == mine
    assert visitor.call("POST", "/sync/", {"client_session_id": mine}).status_code == 200
    assert visitor.call("GET", "/concepts/").status_code == 200
    assert visitor.call("GET", "/preferences/").status_code == 200


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("DELETE", "/"), ("POST", "/info"), ("PUT", "/usage")]
)
def test_another_method_is_a_405_in_the_dialect(visitor, method, path):
    response = visitor.call(method, path)
    assert response.status_code == 405
    assert response.json()["error"] == "validation_error"
