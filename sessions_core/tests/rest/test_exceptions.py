"""Whatever goes wrong leaves in the dialect of its view, with the headers it needs."""

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.db import InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions as drf
from rest_framework_simplejwt.exceptions import InvalidToken

from sessions_core import errors
from sessions_core.rest.dialect import ErrorDialect
from sessions_core.rest.problems import BadInput, FieldError

from .surface import KitView

pytestmark = [pytest.mark.urls("sessions_core.tests.rest.surface"), pytest.mark.django_db]

TABLE = [
    (errors.SessionNotFound("x"), 404, "session_not_found"),
    (errors.NotYourSession("x"), 404, "session_not_found"),
    (errors.ActivityNotFound("x"), 404, "activity_not_found"),
    (errors.ItemNotFound(), 404, "item_not_found"),
    (errors.ItemNotInSession(), 400, "invalid_request"),
    (errors.SessionPaused(), 400, "invalid_request"),
    (errors.KeyReused(), 422, "idempotency_key_reused"),
    (errors.KeyInProgress(), 409, "idempotency_key_in_progress"),
    (errors.RateLimited("Too many session starts", 60), 429, "rate_limit_exceeded"),
    (errors.Unavailable(), 503, "service_unavailable"),
    (OperationalError("the server closed the connection"), 503, "service_unavailable"),
    (InterfaceError("connection already closed"), 503, "service_unavailable"),
    (Http404("a row"), 404, "not_found"),
    (PermissionDenied("a reason"), 403, "permission_denied"),
    (RequestDataTooBig(), 413, "request_too_large"),
    (ValidationError({"name": ["Too odd."]}), 400, "invalid_request"),
    (BadInput(FieldError(("header", "X-Key"), "Too long"), 400), 400, "invalid_request"),
    (drf.NotAuthenticated(), 401, "not_authenticated"),
    (drf.AuthenticationFailed("Token is expired"), 401, "not_authenticated"),
    (InvalidToken("Token is expired"), 401, "not_authenticated"),
    (drf.PermissionDenied(), 403, "permission_denied"),
    (drf.NotFound(), 404, "not_found"),
    (drf.ParseError(), 400, "invalid_request"),
    (drf.NotAcceptable(), 406, "error"),
    (drf.UnsupportedMediaType("text/plain"), 415, "unsupported_media_type"),
    (drf.Throttled(wait=1.2), 429, "rate_limit_exceeded"),
    (drf.ValidationError("Not so."), 400, "invalid_request"),
    (drf.ValidationError([]), 400, "invalid_request"),
]


@pytest.fixture
def answer_to(client, monkeypatch):
    def fail_with(error: Exception):
        monkeypatch.setattr(KitView, "failure", error)
        return client.get("/kit/fail")

    return fail_with


@pytest.mark.parametrize(("error", "status", "code"), TABLE, ids=lambda v: type(v).__name__)
def test_each_error_has_its_status_and_code(answer_to, error, status, code) -> None:
    response = answer_to(error)

    assert response.status_code == status
    assert response.json()["code"] == code
    assert isinstance(response.json()["message"], str)


def test_details_of_a_domain_error_are_kept(answer_to) -> None:
    response = answer_to(errors.SessionError("Session already completed", status="completed"))

    assert response.json()["message"] == "Session already completed"
    assert response.json()["details"] == {"status": "completed"}


@pytest.mark.parametrize("error", [drf.NotAuthenticated(), InvalidToken("expired")])
def test_a_401_says_how_to_sign_in(answer_to, error) -> None:
    assert answer_to(error)["WWW-Authenticate"] == 'Bearer realm="api"'


def test_the_message_of_simplejwt_is_a_text(answer_to) -> None:
    assert answer_to(InvalidToken("Token is expired")).json()["message"] == "Token is expired"


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (errors.RateLimited("Too many", 60), "60"),
        (errors.RateLimited("Too many", 0), "1"),
        (drf.Throttled(wait=1.2), "2"),
        (drf.Throttled(), "1"),
        (errors.Unavailable(), "1"),
        (OperationalError("gone"), "1"),
    ],
)
def test_a_client_is_told_when_to_come_back(answer_to, error, seconds) -> None:
    assert answer_to(error)["Retry-After"] == seconds


def test_a_database_error_does_not_reach_the_client(answer_to) -> None:
    response = answer_to(OperationalError("FATAL: password of role postgres"))

    assert "postgres" not in response.text


def test_a_fault_of_ours_is_not_dressed_up_as_the_clients(answer_to) -> None:
    with pytest.raises(ZeroDivisionError):
        answer_to(ZeroDivisionError())


def test_validation_names_the_field_within_its_list(client) -> None:
    order = {"items": [{"name": "a"}, {"name": "b" * 81, "size": 101}]}

    response = client.post("/kit/order", order)

    assert list(response.json()["fields"]) == ["items.1.name", "items.1.size"]


def test_validation_as_fastapi_clients_read_it(client) -> None:
    response = client.post("/fast/order", {"items": [{"name": "a"}, {"size": -1}]})

    assert response.status_code == 422
    assert [(e["loc"], e["type"]) for e in response.json()["detail"]] == [
        (["body", "items", 1, "name"], "missing"),
        (["body", "items", 1, "size"], "greater_than_equal"),
    ]
    assert {"loc", "msg", "type"} == set(response.json()["detail"][0])


def test_a_key_of_digits_is_no_place_in_a_list(client, monkeypatch) -> None:
    error = drf.ValidationError({"9" * 30: ["Not so."], "items": {"2": ["Not so."]}})
    monkeypatch.setattr(KitView, "failure", error)

    response = client.get("/fast/fail")

    assert response.status_code == 422
    assert [e["loc"] for e in response.json()["detail"]] == [
        ["query", "9" * 30],
        ["query", "items", 2],
    ]


def test_a_dialect_departs_from_the_common_table_where_it_says_so() -> None:
    class Forbidding(ErrorDialect):
        table = {errors.NotYourSession: (403, "forbidden")}

    class Late(errors.NotYourSession):
        """A class of some host project."""

    dialect = Forbidding()
    assert dialect.domain_problem(Late("x")).status == 403
    assert dialect.domain_problem(errors.SessionNotFound("x")).status == 404


@pytest.mark.parametrize("path", ["/kit/limited", "/kit/limited/"])
def test_a_path_answers_with_and_without_its_slash(client, path) -> None:
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_another_method_is_a_405_in_the_dialect(client, method) -> None:
    response = client.generic(method, "/kit/limited", b"{}", content_type="application/json")

    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD, OPTIONS"
    assert response.json()["code"] == "method_not_allowed"


def test_options_says_what_is_allowed(client) -> None:
    response = client.options("/kit/echo")

    assert response.status_code == 204
    assert set(response["Allow"].split(", ")) >= {"GET", "POST", "OPTIONS"}


@pytest.mark.parametrize("path", ["/kit/", "/kit/nope", "/kit/limited/x", "/kit/%0A%00é", "/kit//"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "BREW"])
def test_an_address_that_leads_nowhere_is_a_404_in_the_dialect(client, path, method) -> None:
    response = client.generic(method, path, b"{", content_type="text/plain")

    assert response.status_code == 404
    assert response.json()["code"] == "not_found"


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/*;q=0", "nonsense", ""])
def test_an_accept_that_cannot_be_met_is_answered_in_json(client, accept) -> None:
    response = client.get("/kit/limited", HTTP_ACCEPT=accept)

    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
