"""Tests of sign-in, refresh, revocation and registration over HTTP."""

import pytest
from axes.models import AccessAttempt
from django.contrib.auth import hashers
from django.contrib.auth.models import User
from django.db import OperationalError
from rest_framework.test import APIClient

from sessions_core import tokens

pytestmark = pytest.mark.django_db

PASSWORD = "old brown shoes"


@pytest.fixture
def learner() -> User:
    return User.objects.create_user("learner", password=PASSWORD)


@pytest.fixture
def client() -> APIClient:
    tokens.forget()
    client = APIClient()
    client.default_format = "json"
    return client


def sign_in(client, username: str = "learner", password: str = PASSWORD, **extra):
    return client.post("/api/token/", {"username": username, "password": password}, **extra)


def register(client, **data: object):
    return client.post("/api/register", {"username": "ana", "password": PASSWORD, **data})


class TestSignIn:
    @pytest.mark.parametrize("path", ["/api/token/", "/api/token"])
    def test_a_password_buys_a_pair_of_tokens(self, client, learner, path) -> None:
        response = client.post(path, {"username": "learner", "password": PASSWORD})

        assert response.status_code == 200
        assert set(response.json()) == {"access", "refresh"}
        assert response["Cache-Control"] == "no-store"
        assert tokens.verify(response.json()["access"]).actor.user_id == learner.pk

    def test_it_is_kept_when_somebody_last_signed_in(self, client, learner) -> None:
        sign_in(client)

        learner.refresh_from_db()
        assert learner.last_login is not None

    @pytest.mark.parametrize(
        ("username", "password"),
        [("learner", "wrong"), ("nobody", PASSWORD), ("LEARNER", PASSWORD), ("ｌearner ", "x")],
    )
    def test_a_wrong_name_and_a_wrong_password_look_alike(
        self, client, learner, username, password
    ) -> None:
        response = sign_in(client, username, password)

        assert response.status_code == 401
        assert response["WWW-Authenticate"] == 'Bearer realm="api"'
        assert response.json() == {
            "error": "not_authenticated",
            "message": "No active account has these credentials",
        }

    def test_a_disabled_user_looks_like_a_wrong_password(self, client, learner) -> None:
        User.objects.update(is_active=False)

        assert sign_in(client).json() == sign_in(client, password="wrong").json()

    def test_an_unknown_name_costs_the_same_hashing(self, client, learner, monkeypatch) -> None:
        hashed = []
        encode = hashers.MD5PasswordHasher.encode
        monkeypatch.setattr(
            hashers.MD5PasswordHasher,
            "encode",
            lambda self, password, salt: hashed.append(password) or encode(self, password, salt),
        )

        sign_in(client, "learner", "wrong one")
        known = len(hashed)
        sign_in(client, "nobody", "wrong two")

        assert known == len(hashed) - known > 0

    @pytest.mark.parametrize(
        ("data", "field"),
        [
            ({}, "username"),
            ({"username": "learner"}, "password"),
            ({"username": "", "password": "x"}, "username"),
            ({"username": "learner", "password": ""}, "password"),
            ({"username": "x" * 151, "password": "x"}, "username"),
            ({"username": "learner", "password": "x" * 1025}, "password"),
            ({"username": ["learner"], "password": "x"}, "username"),
            ({"username": {"a": 1}, "password": "x"}, "username"),
            ({"username": "learner", "password": None}, "password"),
            ({"username": True, "password": "x"}, "username"),
        ],
    )
    def test_bad_input_names_its_field(self, client, data, field) -> None:
        response = client.post("/api/token/", data)

        assert response.status_code == 400
        assert response.json()["error"] == "invalid_request"
        assert field in response.json()["details"]

    def test_a_name_in_another_normal_form_is_the_same_name(self, client) -> None:
        register(client, username="añanä")

        assert sign_in(client, "an\u0303ana\u0308").status_code == 200

    def test_a_session_cookie_or_stale_token_does_not_stand_in_the_way(
        self, client, learner
    ) -> None:
        client.credentials(HTTP_AUTHORIZATION="Bearer stale")
        client.force_login(learner)

        assert sign_in(client).status_code == 200

    def test_without_a_database_it_is_a_503(self, client, monkeypatch) -> None:
        def fail(*args: object, **kwargs: object) -> None:
            raise OperationalError("gone")

        monkeypatch.setattr("langportal.accounts.signin.authenticate", fail)

        assert sign_in(client).status_code == 503


class TestGuessing:
    def test_it_is_locked_out_in_the_dialect_of_the_api(self, client, learner, settings) -> None:
        settings.AXES_FAILURE_LIMIT = 3
        statuses = [sign_in(client, password="wrong").status_code for _ in range(3)]
        response = sign_in(client)

        assert statuses == [401, 401, 429]
        assert response.status_code == 429
        assert response.json()["error"] == "rate_limit_exceeded"
        assert 1 <= response.json()["retry_after"] <= 15 * 60
        assert response["Retry-After"] == str(response.json()["retry_after"])

    def test_it_locks_out_nobody_else(self, client, learner, settings) -> None:
        settings.AXES_FAILURE_LIMIT = 1
        User.objects.create_user("other", password=PASSWORD)
        sign_in(client, password="wrong")

        assert sign_in(client, "other").status_code == 200
        assert sign_in(client, REMOTE_ADDR="192.0.2.7").status_code == 200

    def test_a_success_wipes_the_slate(self, client, learner, settings) -> None:
        settings.AXES_FAILURE_LIMIT = 3
        for _ in range(4):
            sign_in(client, password="wrong")
            assert sign_in(client).status_code == 200

    def test_a_claimed_address_changes_nothing(self, client, learner, settings) -> None:
        settings.AXES_FAILURE_LIMIT = 3
        for number in range(3):
            sign_in(client, password="wrong", HTTP_X_FORWARDED_FOR=f"10.0.0.{number}")

        assert set(AccessAttempt.objects.values_list("ip_address", flat=True)) == {"127.0.0.1"}
        assert sign_in(client).status_code == 429

    def test_sign_ins_are_limited_by_address(self, client, learner, settings) -> None:
        settings.SESSIONS_LIMITS = {"sign_in": [(2, 60)]}
        here = [
            sign_in(client, HTTP_X_FORWARDED_FOR=f"10.0.0.{number}").status_code
            for number in range(3)
        ]

        assert here == [200, 200, 429]
        assert sign_in(client, REMOTE_ADDR="192.0.2.7").status_code == 200

    def test_behind_our_proxy_the_reported_address_counts(self, client, learner, settings) -> None:
        settings.SESSIONS_LIMITS = {"sign_in": [(1, 60)]}
        settings.TRUSTED_PROXIES = ["127.0.0.1", "10.0.0.0/8"]

        def status(forwarded: str) -> int:
            return sign_in(client, HTTP_X_FORWARDED_FOR=forwarded).status_code

        assert status("192.0.2.1") == 200
        assert status("198.51.100.9, 192.0.2.1, 10.1.1.1") == 429  # The forged part is ignored.
        assert status("192.0.2.2, 10.1.1.1") == 200

    def test_a_household_of_ipv6_addresses_is_one(self, client, learner, settings) -> None:
        settings.SESSIONS_LIMITS = {"sign_in": [(1, 60)]}

        assert sign_in(client, REMOTE_ADDR="2001:db8::1").status_code == 200
        assert sign_in(client, REMOTE_ADDR="2001:db8::ffff:2").status_code == 429
        assert sign_in(client, REMOTE_ADDR="2001:db8:0:1::1").status_code == 200


class TestTokens:
    @pytest.fixture
    def pair(self, learner) -> tokens.Pair:
        return tokens.issue(learner)

    @pytest.mark.parametrize("slash", ["", "/"])
    def test_a_refresh_token_is_spent_for_a_new_pair(self, client, pair, slash) -> None:
        path = f"/api/token/refresh{slash}"
        response = client.post(path, {"refresh": pair.refresh})
        again = client.post(path, {"refresh": pair.refresh})

        assert response.status_code == 200
        assert set(response.json()) == {"access", "refresh"}
        assert again.status_code == 401
        assert again["WWW-Authenticate"] == 'Bearer realm="api"'

    @pytest.mark.parametrize("slash", ["", "/"])
    def test_verify_says_whether_a_token_holds(self, client, pair, slash) -> None:
        path = f"/api/token/verify{slash}"

        assert client.post(path, {"token": pair.access}).status_code == 200
        assert client.post(path, {"token": pair.refresh}).status_code == 200
        assert client.post(path, {"token": pair.access + "x"}).status_code == 401

    @pytest.mark.parametrize("name", ["token", "access", "refresh"])
    @pytest.mark.parametrize("slash", ["", "/"])
    def test_revoking_ends_both_tokens(self, client, pair, name, slash) -> None:
        token = pair.refresh if name == "refresh" else pair.access
        response = client.post(f"/api/token/revoke{slash}", {name: token})

        assert response.status_code == 200
        for path, data in [
            ("/api/token/verify", {"token": pair.access}),
            ("/api/token/refresh", {"refresh": pair.refresh}),
        ]:
            assert client.post(path, data).status_code == 401

    def test_revoking_nothing_is_refused(self, client) -> None:
        assert client.post("/api/token/revoke", {}).status_code == 400
        assert client.post("/api/token/revoke", {"token": "x"}).status_code == 401

    def test_a_deleted_user_refreshes_nothing(self, client, learner, pair) -> None:
        learner.delete()

        response = client.post("/api/token/refresh", {"refresh": pair.refresh})

        assert response.status_code == 401
        assert response.json()["error"] == "not_authenticated"

    def test_after_a_change_of_password_the_old_tokens_are_nothing(
        self, client, learner, pair
    ) -> None:
        learner.set_password("another one")
        learner.save()

        assert client.post("/api/token/refresh", {"refresh": pair.refresh}).status_code == 401
        assert client.post("/api/token/verify", {"token": pair.access}).status_code == 401


class TestRegistration:
    @pytest.mark.parametrize("path", ["/api/register", "/api/register/"])
    def test_a_new_user_can_sign_in(self, client, path) -> None:
        response = client.post(path, {"username": "ana", "password": PASSWORD})

        assert response.status_code == 201
        assert response.json() == {"id": User.objects.get().pk, "username": "ana"}
        assert sign_in(client, "ana").status_code == 200

    def test_it_makes_learners_whatever_else_is_sent(self, client) -> None:
        register(client, is_staff=True, is_superuser=True, id=7, groups=[1], email="a@example.org")

        user = User.objects.get()
        assert (user.is_staff, user.is_superuser, user.email) == (False, False, "a@example.org")
        assert not user.groups.exists()

    @pytest.mark.parametrize("username", ["ana", "ANA", "Ana", "ａna"])
    def test_a_name_is_taken_in_any_spelling(self, client, username) -> None:
        register(client)

        response = register(client, username=username)

        assert response.status_code == 409
        assert response.json()["error"] == "username_taken"

    @pytest.mark.parametrize("username", ["álvaro", "李小龙", "user.name+1@-_", "Иван", "x" * 150])
    def test_names_of_the_world_are_names(self, client, username) -> None:
        assert register(client, username=username).json()["username"] == username

    @pytest.mark.parametrize(
        ("username", "why"),
        [
            ("аna", "a Cyrillic a"),
            ("admіn", "a Cyrillic i"),
            ("a b", "a space"),
            ("a/b", "a slash"),
            ("ﷺ", "a ligature of many words"),
            ("a\u200bb", "a space of no width"),
            ("a\u202eb", "right to left"),
            ("", "nothing"),
            ("x" * 151, "too long"),
            ("ﬃ" * 60, "too long once written out"),
            ("🦊", "an emoji"),
        ],
    )
    def test_names_that_mislead_are_refused(self, client, username, why) -> None:
        response = register(client, username=username)

        assert response.status_code == 400, why
        assert "username" in response.json()["details"]
        assert not User.objects.exists()

    @pytest.mark.parametrize("password", ["short", "password", "12345678901", "", "x" * 1025])
    def test_a_poor_password_is_refused_with_the_reason(self, client, password) -> None:
        response = register(client, password=password)

        assert response.status_code == 400
        assert response.json()["details"]["password"]

    def test_a_password_like_the_name_is_refused(self, client) -> None:
        assert register(client, username="anabelle", password="anabelle1").status_code == 400

    def test_a_bad_address_is_refused(self, client) -> None:
        assert "email" in register(client, email="no").json()["details"]

    def test_registrations_are_limited_by_address(self, client, settings) -> None:
        settings.SESSIONS_LIMITS = {"register": [(1, 3600)]}
        register(client)

        response = register(client, username="eva")

        assert response.status_code == 429
        assert response.json()["message"] == "Too many registrations from this address"


def test_passwords_are_hashed_with_bcrypt_whatever_their_length(client, settings) -> None:
    settings.PASSWORD_HASHERS = [h for h in settings.PASSWORD_HASHERS if "MD5" not in h]
    password = "pässword " * 15

    register(client, password=password)

    assert User.objects.get().password.startswith("bcrypt_sha256$")
    assert sign_in(client, "ana", password).status_code == 200
    assert sign_in(client, "ana", password[:-1]).status_code == 401


@pytest.mark.parametrize("path", ["/api/token/nothing", "/api/token/verify/x"])
def test_an_unknown_address_is_a_404_in_the_dialect(client, path) -> None:
    response = client.post(path, {})

    assert response.status_code == 404
    assert response.json() == {
        "error": "not_found",
        "message": "There is nothing at this address",
    }
