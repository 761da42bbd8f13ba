"""Tests of fixation, cross-site requests, guessing, hostile input and lost stores."""

from unittest import mock

import pytest
from django.db import OperationalError

from anonymous_sessions.models import AnonymousSession
from sessions_core.rest.limits import windows_of

from .conftest import COOKIE, Visitor

PLANTED = "7e57d004-2b97-4e7a-b45f-5387367791cd"
ALSO_PLANTED = "11111111-1111-4111-8111-111111111111"


@pytest.mark.parametrize(
    ("cookie", "copy"),
    [(PLANTED, None), (None, PLANTED), (PLANTED, PLANTED), (PLANTED, ALSO_PLANTED)],
)
def test_a_planted_id_is_never_adopted(visitor, cookie, copy):
    if cookie:
        visitor.cookie = cookie
    body = visitor.open(client_session_id=copy)
    assert body["is_new_session"] is True
    assert body["session_id"] not in (PLANTED, ALSO_PLANTED)
    assert visitor.cookie == body["session_id"]
    for planted in (PLANTED, ALSO_PLANTED):
        visitor.cookie = planted
        assert visitor.call("GET", "/info").status_code == 404


def test_a_known_cookie_wins_over_the_clients_copy(visitor, other):
    mine, theirs = visitor.open()["session_id"], other.open()["session_id"]
    assert visitor.open(client_session_id=theirs)["session_id"] == mine
    visitor.cookie = PLANTED
    assert visitor.open(client_session_id=mine)["session_id"] == mine


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://testserver.evil.example"},
        {"origin": "http://testserver:8080"},
        {"origin": "https://testserver"},
        {"origin": "http://[::1"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/"),
        ("POST", "/sync"),
        ("POST", "/usage"),
        ("POST", "/rotate"),
        ("POST", "/transfer"),
        ("PUT", "/preferences"),
        ("POST", "/concepts"),
    ],
)
def test_another_site_is_refused(visitor, headers, method, path):
    visitor.open()
    response = visitor.call(method, path, {}, **headers)
    assert response.status_code == 403
    assert response.json()["error"] == "validation_error"
    assert AnonymousSession.objects.count() == 1


def test_the_sites_own_pages_and_trusted_ones_are_let_in(visitor, settings):
    settings.CSRF_TRUSTED_ORIGINS = ["https://*.example.org", "https://app.example.com"]
    for origin in ("http://testserver", "https://a.example.org", "https://app.example.com"):
        assert visitor.call("POST", "/", {}, origin=origin).status_code == 200
    for origin in ("http://a.example.org", "https://b.example.com", "https://aexample.org"):
        assert visitor.call("POST", "/", {}, origin=origin).status_code == 403
    assert visitor.call("POST", "/", {}, **{"sec-fetch-site": "same-origin"}).status_code == 200


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_only_json_is_read(visitor, kind):
    response = visitor.generic("POST", "/api/session/", '{"client_session_id": null}', kind)
    assert response.status_code == 415
    assert response.json()["error"] == "validation_error"
    assert COOKIE not in response.cookies


def test_guessing_is_limited_by_address_for_hits_too(visitor, other):
    mine = other.open()["session_id"]
    ((count, _),) = windows_of("anonymous_guess")
    for _ in range(count):
        missed = visitor.call("POST", "/sync", {"client_session_id": PLANTED})
        assert missed.status_code == 404
    for body in ({"client_session_id": PLANTED}, {"client_session_id": mine}):
        refused = visitor.call("POST", "/sync", body)
        assert refused.status_code == 429
        assert refused.json()["error"] == "rate_limit_exceeded"
        assert int(refused["Retry-After"]) >= 1
    code = other.call("POST", "/transfer", {}).json()["code"]
    assert visitor.call("POST", "/transfer/redeem", {"code": code}).status_code == 429
    spoofed = {"x-forwarded-for": "203.0.113.7"}
    again = visitor.call("POST", "/sync", {"client_session_id": mine}, **spoofed)
    assert again.status_code == 429


def test_hits_are_not_counted_as_guesses(visitor, other):
    mine = other.open()["session_id"]
    for _ in range(30):
        synced = visitor.call("POST", "/sync", {"client_session_id": mine})
        assert synced.status_code == 200


def test_new_sessions_are_limited_by_address(settings, db):
    settings.SESSIONS_LIMITS = {"anonymous_create": [(3, 3600)]}
    visitors = [Visitor() for _ in range(4)]
    statuses = [each.call("POST", "/", {}).status_code for each in visitors]
    assert statuses == [200, 200, 200, 429]
    assert AnonymousSession.objects.count() == 3
    assert visitors[0].open()["is_new_session"] is False


@pytest.mark.parametrize(
    ("proxies", "remote", "claimed", "counted_apart"),
    [
        ([], "192.0.2.1", ["203.0.113.1", "203.0.113.2"], False),
        (["10.0.0.0/8"], "192.0.2.1", ["203.0.113.1", "203.0.113.2"], False),
        (["10.0.0.0/8"], "10.1.1.1", ["203.0.113.1", "203.0.113.2"], True),
        # A proxy appends to the header, so a client's forged address is to the left.
        (["10.0.0.0/8"], "10.1.1.1", ["198.51.100.1, 203.0.113.1", "8.8.8.8, 203.0.113.1"], False),
        (["10.0.0.0/8"], "10.1.1.1", ["2001:db8::1", "2001:db8::2"], False),
        (["10.0.0.0/8"], "10.1.1.1", ["2001:db8:0:1::1", "2001:db8:0:2::1"], True),
    ],
)
def test_addresses_are_those_that_our_own_proxies_report(
    db, settings, proxies, remote, claimed, counted_apart
):
    settings.TRUSTED_PROXIES = proxies
    settings.SESSIONS_LIMITS = {"anonymous_create": [(1, 3600)], "anonymous_guess": [(1, 600)]}

    def sent(path, body, forwarded):
        headers = {"x-forwarded-for": forwarded, "x-real-ip": forwarded, "forwarded": forwarded}
        return Visitor(REMOTE_ADDR=remote).call("POST", path, body, **headers).status_code

    first, second = claimed
    assert sent("/", {}, first) == 200
    assert sent("/", {}, second) == (200 if counted_apart else 429)
    wrong = {"client_session_id": PLANTED}
    assert sent("/sync", wrong, first) == 404
    assert sent("/sync", wrong, second) == (404 if counted_apart else 429)


def test_a_store_that_is_away_is_a_503(visitor):
    visitor.open()
    away = mock.patch("anonymous_sessions.access.identity.id_digests", side_effect=OperationalError)
    for method, path in (("GET", "/info"), ("POST", "/"), ("GET", "/concepts")):
        with away:
            response = visitor.call(method, path)
        assert response.status_code == 503
        assert int(response["Retry-After"]) >= 1
        assert response.json() == {
            "error": "service_unavailable",
            "message": "The service is temporarily unavailable",
        }


HOSTILE = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"x"',
    b"7",
    b'{"a": NaN}',
    b'{"a": "\xff"}',
    b'{"document": {"a": "\\u0000"}}',
    b'{"document": {"a": "\\ud800"}}',
    b'{"document": ' + b'{"a":' * 200 + b"1" + b"}" * 201,
    b'{"document": {"a": 1e999}}',
    b'{"document": []}',
    b'{"document": "x"}',
    b'{"document": {"a": "' + b"x" * 20_000 + b'"}}',
    b'{"document": {"a": "' + b"x" * 2_000_000 + b'"}}',
    b'{"preferences": 5}',
    b'{"preferences": {"a": "\\u0000"}}',
    b'{"preferences": ' + b'{"a":' * 20 + b"1" + b"}" * 21,
    b'{"preferences": {"a": "' + b"x" * 9_000 + b'"}}',
    b'{"client_session_id": {"a": 1}}',
    b'{"client_session_id": "\\u0000"}',
    b'{"code": {"a": 1}}',
    b'{"quota": {"a": 1}}',
    b'{"quota": "' + b"x" * 100_000 + b'"}',
    b'{"dry_run": "perhaps"}',
]
ROUTES = [
    ("POST", "/sync"),
    ("POST", "/usage"),
    ("POST", "/transfer/redeem"),
    ("POST", "/concepts"),
    ("PUT", "/preferences"),
    ("PATCH", "/preferences"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_bodies_are_a_4xx_in_the_dialect(visitor, method, path, number):
    visitor.open()
    sent = HOSTILE[number]
    response = visitor.generic(method, f"/api/session{path}", sent, "application/json")
    assert 400 <= response.status_code < 500, (sent[:60], response.content)
    assert set(response.json()) == {"error", "message"}
    assert response.json()["error"] == "validation_error"
    assert AnonymousSession.objects.get().preferences == {}


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "offset=-1", "limit=%00", "offset=99999999999999"]
)
def test_hostile_pages_are_a_400(visitor, query):
    visitor.open()
    assert visitor.call("GET", f"/concepts?{query}").status_code == 400


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_bad_idempotency_key_is_a_400(visitor, key):
    visitor.open()
    response = visitor.call(
        "POST", "/usage", {"quota": "concept_generation"}, **{"idempotency-key": key}
    )
    assert response.status_code == 400
    assert visitor.info()["usage_stats"]["concepts_generated"] == 0
