"""Who is let in: one kind of token, signed here, alive, of a user who is still there."""

import base64
import json
import time
from datetime import timedelta

import jwt
import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.test import Client
from rest_framework_simplejwt.tokens import AccessToken, SlidingToken
from time_machine import travel

from sessions_core import tokens
from sessions_core.errors import Unavailable
from sessions_core.tokens import accounts, trust

pytestmark = [pytest.mark.urls("sessions_core.tests.rest.surface"), pytest.mark.django_db]


def segment(data: dict) -> str:
    return base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")


def signed_anew(user: User, key: str, algorithm: str = "HS256", **changes: object) -> str:
    payload = {**AccessToken.for_user(user).payload, **changes}
    return jwt.encode({k: v for k, v in payload.items() if v is not None}, key, algorithm)


def without_signature(user: User, algorithm: str) -> str:
    payload = AccessToken.for_user(user).payload
    return f"{segment({'alg': algorithm, 'typ': 'JWT'})}.{segment(payload)}."


def with_another_body(user: User) -> str:
    head, body, signature = tokens.issue(user).access.split(".")
    payload = json.loads(base64.urlsafe_b64decode(body + "=="))
    return f"{head}.{segment({**payload, 'user_id': '1'})}.{signature}"


@pytest.fixture
def secret(settings) -> str:
    return settings.SECRET_KEY


BAD_TOKENS = {
    "nothing": lambda user, secret: "",
    "a word": lambda user, secret: "token",
    "three dots": lambda user, secret: "...",
    "accents": lambda user, secret: "é.é.é",
    "ten thousand characters": lambda user, secret: "a" * 10_000,
    "two tokens": lambda user, secret: f"{tokens.issue(user).access} more",
    "alg none": lambda user, secret: without_signature(user, "none"),
    "alg NONE": lambda user, secret: without_signature(user, "NONE"),
    "alg HS256 without a signature": lambda user, secret: without_signature(user, "HS256"),
    "another algorithm": lambda user, secret: signed_anew(user, secret, "HS512"),
    "another key": lambda user, secret: signed_anew(user, "another-key-" * 4),
    "a changed body": lambda user, secret: with_another_body(user),
    "a refresh token": lambda user, secret: tokens.issue(user).refresh,
    "a sliding token": lambda user, secret: str(SlidingToken.for_user(user)),
    "expired": lambda user, secret: signed_anew(user, secret, exp=int(time.time()) - 1),
    "no expiry": lambda user, secret: signed_anew(user, secret, exp=None),
    "no id": lambda user, secret: signed_anew(user, secret, jti=None),
    "no kind": lambda user, secret: signed_anew(user, secret, token_type=None),
    "no user": lambda user, secret: signed_anew(user, secret, user_id=None),
    "a user that is no number": lambda user, secret: signed_anew(user, secret, user_id="admin"),
    "a user out of range": lambda user, secret: signed_anew(user, secret, user_id=str(2**70)),
    "a user who never was": lambda user, secret: signed_anew(user, secret, user_id="999999"),
    "an older password": lambda user, secret: signed_anew(user, secret, hash_password="x"),
    "no password": lambda user, secret: signed_anew(user, secret, hash_password=None),
}


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize("make", BAD_TOKENS.values(), ids=BAD_TOKENS)
def test_a_bad_token_is_a_401_that_says_how_to_sign_in(client, learner, secret, make) -> None:
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {make(learner, secret)}")

    response = client.get("/kit/limited")

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="api"'
    assert response.json()["code"] == "not_authenticated"


@pytest.mark.parametrize("header", ["", "Basic YTpi", "Token x", "Bearer"])
def test_another_way_to_sign_in_is_nobody(client, header) -> None:
    client.credentials(HTTP_AUTHORIZATION=header)

    assert client.get("/kit/limited").status_code == 401


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_may_be_written_in_any_case(client, learner, scheme) -> None:
    client.credentials(HTTP_AUTHORIZATION=f"{scheme} {tokens.issue(learner).access}")

    assert client.get("/kit/limited").status_code == 200


def change(user: User, **values: object) -> None:
    User.objects.filter(pk=user.pk).update(**values)


DISMISSALS = {
    "deleted": lambda user: user.delete(),
    "disabled": lambda user: change(user, is_active=False),
    "with another password": lambda user: change(user, password="another"),
}


@pytest.mark.parametrize("dismiss", DISMISSALS.values(), ids=DISMISSALS)
def test_a_token_does_not_outlive_its_user(client, learner, settings, dismiss) -> None:
    settings.SESSIONS_TOKEN_TRUST_SECONDS = 0
    assert client.get("/kit/limited").status_code == 200

    dismiss(learner)

    assert client.get("/kit/limited").status_code == 401


def test_a_verified_token_costs_no_query_while_it_is_trusted(
    client, learner, django_assert_num_queries
) -> None:
    client.get("/kit/limited")

    with django_assert_num_queries(0):
        client.get("/kit/limited")


def test_trust_ends_after_its_time(learner, monkeypatch, django_assert_num_queries) -> None:
    access = tokens.issue(learner).access
    tokens.verify(access)
    later = time.monotonic() + 15.1

    monkeypatch.setattr(trust.time, "monotonic", lambda: later)

    assert tokens.verify_cached(access) is None
    with django_assert_num_queries(2):
        tokens.verify(access)


def test_tokens_in_use_are_looked_at_in_company(monkeypatch, django_assert_num_queries) -> None:
    users = [User.objects.create_user(name) for name in ("one", "two", "gone", "idle")]
    one, two, gone, idle = (tokens.issue(user).access for user in users)
    for token in (one, two, gone, idle):
        tokens.verify(token)
    clock = time.monotonic()
    monkeypatch.setattr(trust.time, "monotonic", lambda: clock)

    clock += 8
    for token in (one, two, gone):
        tokens.verify(token)
    users[2].delete()
    clock += 8
    tokens.verify(one)
    with django_assert_num_queries(0):
        tokens.verify(two)
    with pytest.raises(tokens.InvalidToken):
        tokens.verify(gone)
    clock += 16
    tokens.verify(one)

    assert tokens.verify_cached(two) is not None
    assert tokens.verify_cached(idle) is None


def test_a_trusted_token_still_expires(learner, settings) -> None:
    settings.SESSIONS_TOKEN_TRUST_SECONDS = 100_000
    access = tokens.issue(learner).access
    expires_at = tokens.verify(access).expires_at

    with travel(expires_at - timedelta(seconds=1), tick=False):
        tokens.verify(access)
    with travel(expires_at, tick=False), pytest.raises(tokens.InvalidToken):
        tokens.verify(access)


def test_staff_is_what_the_database_says_not_the_token(learner, settings, secret) -> None:
    settings.SESSIONS_TOKEN_TRUST_SECONDS = 0
    access = signed_anew(learner, secret, is_staff=True)
    assert not tokens.verify(access).actor.is_staff

    change(learner, is_staff=True)
    assert tokens.verify(access).actor.is_staff


@pytest.fixture
def database_away(learner, monkeypatch) -> None:
    def fail() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(accounts, "look_up", lambda *_: fail())


def test_a_database_that_does_not_answer_makes_no_token_bad(client, database_away) -> None:
    response = client.get("/kit/limited")

    assert response.status_code == 503
    assert response["Retry-After"] == "1"


def test_every_verb_says_unavailable_without_a_database(learner, request) -> None:
    pair = tokens.issue(learner)
    request.getfixturevalue("database_away")
    for verb, token in [
        (tokens.verify, pair.access),
        (tokens.check, pair.access),
        (tokens.rotate, pair.refresh),
    ]:
        with pytest.raises(Unavailable):
            verb(token)


def test_the_cache_is_bounded(learner, monkeypatch) -> None:
    monkeypatch.setattr(trust, "MAX_CACHED", 3)
    accesses = [tokens.issue(learner).access for _ in range(5)]
    for access in accesses:
        tokens.verify(access)

    assert [tokens.verify_cached(access) is not None for access in accesses] == [
        False,
        False,
        True,
        True,
        True,
    ]


class TestLoginSession:
    """Django's own login, for the pages."""

    def test_it_reads_without_a_token(self, learner) -> None:
        browser = Client()
        browser.force_login(learner)

        assert browser.get("/kit/limited").status_code == 200

    def test_it_writes_only_with_the_csrf_token(self, learner) -> None:
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(learner)
        browser.cookies["csrftoken"] = "a" * 32

        refused = browser.post("/kit/echo", "{}", "application/json")
        allowed = browser.post(
            "/kit/echo", "{}", "application/json", headers={"X-CSRFToken": "a" * 32}
        )

        assert refused.status_code == 403
        assert refused.json()["code"] == "permission_denied"
        assert allowed.status_code == 200

    def test_a_bad_token_is_not_made_good_by_the_cookie(self, learner) -> None:
        browser = Client()
        browser.force_login(learner)

        response = browser.get("/kit/limited", headers={"Authorization": "Bearer bad"})

        assert response.status_code == 401
