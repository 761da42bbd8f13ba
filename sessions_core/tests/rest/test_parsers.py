"""Hostile bodies are refused before a serializer or a database sees them."""

import io

import pytest
from django.core.handlers.asgi import ASGIRequest
from rest_framework.exceptions import ParseError

from sessions_core import tokens
from sessions_core.rest.parsers import MAX_DEPTH, parse_object

from .surface import KitView

pytestmark = [pytest.mark.urls("sessions_core.tests.rest.surface"), pytest.mark.django_db]


def nested(depth: int) -> bytes:
    """An object of lists, ``depth`` levels deep in all."""
    return b'{"a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


REFUSED = {
    "cut short": b'{"a": 1',
    "trailing comma": b'{"a": 1,}',
    "two documents": b"{}{}",
    "a word": b"hello",
    "single quotes": b"{'a': 1}",
    "a form": b"a=1&b=2",
    "a list": b"[1, 2]",
    "a number": b"7",
    "null": b"null",
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": -Infinity}',
    "out of the range of a double": b'{"a": 1e999}',
    "NUL in a value": b'{"a": "b\\u0000"}',
    "NUL in a key": b'{"a\\u0000": 1}',
    "NUL deep down": b'{"a": [{"b": ["\\u0000"]}]}',
    "a raw NUL": b'{"a": "b\x00"}',
    "NUL bytes alone": b"\x00\x00",
    "a high surrogate alone": b'{"a": "\\ud800"}',
    "a low surrogate alone": b'{"a": "\\udc00"}',
    "a surrogate as bytes": b'{"a": "\xed\xa0\x80"}',
    "Latin-1": '{"a": "ñ"}'.encode("latin-1"),
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "an overlong encoding": b'{"a": "\xc0\xaf"}',
    "a raw newline in a string": b'{"a": "b\nc"}',
    "one level too deep": nested(MAX_DEPTH + 1),
    "a hundred thousand levels": nested(100_000),
}
ACCEPTED = {
    "empty": (b"", {}),
    "white space": (b" \n\t", {}),
    "the deepest allowed": (nested(MAX_DEPTH), None),
    "many brackets side by side": (b'{"a": [' + b"[]," * 500 + b"{}]}", None),
    "the words of an escape": (b'{"a": "\\\\u0000"}', {"a": "\\u0000"}),
    "a pair of surrogates": (b'{"a": "\\ud83e\\udd8a"}', {"a": "🦊"}),
    "a repeated key": (b'{"a": 1, "a": 2}', {"a": 2}),
    "right to left": ('{"a": "\u202eabc"}'.encode(), {"a": "\u202eabc"}),
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_a_hostile_body_is_refused(body) -> None:
    with pytest.raises(ParseError):
        parse_object(body)


@pytest.mark.parametrize(("body", "expected"), ACCEPTED.values(), ids=ACCEPTED)
def test_an_odd_but_sound_body_is_read(body, expected) -> None:
    data = parse_object(body)

    assert expected is None or data == expected


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_over_http_a_hostile_body_is_a_400_in_the_dialect(client, body) -> None:
    response = client.post("/kit/echo", body, content_type="application/json")

    assert response.status_code == 400
    assert response.json()["code"] == "invalid_request"
    assert list(response.json()["fields"]) == ["body"]


@pytest.mark.parametrize("body", [b'{"a":', b"[]"])
def test_fastapi_clients_are_told_in_their_own_words(client, body) -> None:
    response = client.post("/fast/echo", body, content_type="application/json")

    assert response.status_code == 422
    (entry,) = response.json()["detail"]
    assert entry["loc"] == ["body"]
    assert entry["type"] == "json_invalid"


def test_a_body_of_the_limit_is_read_and_one_byte_more_is_not(client, settings) -> None:
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    body = b'{"a": "' + b"x" * (limit - 9) + b'"}'

    assert client.post("/kit/echo", body, content_type="application/json").status_code == 200
    response = client.post("/kit/echo", body + b" ", content_type="application/json")
    assert response.status_code == 413
    assert response.json()["code"] == "request_too_large"


def test_a_body_over_the_limit_is_refused_where_nobody_would_read_it(client, settings) -> None:
    body = b" " * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)

    response = client.generic("GET", "/kit/limited", body, content_type="application/json")

    assert response.status_code == 413


def test_a_body_in_chunks_is_not_taken_for_an_empty_one(learner) -> None:
    headers = {
        "authorization": f"Bearer {tokens.issue(learner).access}",
        "content-type": "application/json",
        "transfer-encoding": "chunked",
    }
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/kit/echo",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    request = ASGIRequest(scope, io.BytesIO(b'{"a": "chunked"}'))

    response = KitView.as_view({"post": "echo"})(request)

    assert response.data == {"a": "chunked"}


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/xml", "multipart/form-data; boundary=x", "nonsense", "a/b;;="],
)
def test_another_content_type_is_a_415_in_the_dialect(client, content_type) -> None:
    response = client.generic("POST", "/kit/echo", b"a=1", content_type=content_type)

    assert response.status_code == 415
    assert response.json()["code"] == "unsupported_media_type"


def test_no_body_at_all_is_an_empty_object(client) -> None:
    response = client.generic("POST", "/kit/echo", b"", content_type="text/plain")

    assert response.json() == {}


def test_a_nul_in_the_query_is_refused(client) -> None:
    response = client.get("/kit/echo?q=a%00b")

    assert response.status_code == 400
    assert "q" in response.json()["fields"]
