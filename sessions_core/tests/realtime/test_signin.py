"""Who may sit at a socket: a token from a header or subprotocol, or a cookie of our own pages."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from sessions_core import tokens
from sessions_core.actor import Actor
from sessions_core.realtime import signin
from sessions_core.realtime.signin import Credentials, NotSignedIn, Principal


def scope(subprotocols: tuple[str, ...] = (), query: bytes = b"", **headers: str) -> dict:
    pairs = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    return {"headers": pairs, "subprotocols": list(subprotocols), "query_string": query}


def test_a_token_comes_in_the_header_or_as_a_subprotocol() -> None:
    assert signin.credentials(scope(authorization="Bearer abc")) == Credentials(token="abc")
    assert signin.credentials(scope(("bearer", "abc"))) == Credentials(
        token="abc", subprotocol="bearer"
    )


@pytest.mark.parametrize(
    "given",
    [
        scope(),
        scope(query=b"token=abc&access_token=abc"),
        scope(authorization="Basic abc"),
        scope(authorization="Bearer "),
        scope(("bearer",)),
        scope(("graphql-ws", "abc")),
        scope(cookie="sessionid=abcdefgh", host="127.0.0.1"),  # no Origin
        scope(cookie="sessionid=abcdefgh", host="127.0.0.1", origin="http://evil.example"),
        scope(cookie="sessionid=abcdefgh", host="127.0.0.1", origin="null"),
        scope(cookie="sessionid=abcdefgh", host="127.0.0.1", origin="http://[::1"),
        scope(cookie="sessionid=abcdefgh", host="127.0.0.1:8000", origin="http://127.0.0.1:81"),
        scope(cookie="sessionid=abcdefgh", host="evil.example", origin="http://evil.example"),
        scope(cookie='sessionid="a\\000bcdefgh"', host="127.0.0.1", origin="http://127.0.0.1"),
        scope(cookie="other=1", host="127.0.0.1", origin="http://127.0.0.1"),
    ],
)
def test_nothing_else_signs_in(given: dict) -> None:
    assert signin.credentials(given) is None


def test_the_login_cookie_counts_from_our_own_origin_and_from_trusted_ones(settings) -> None:
    ours = scope(cookie="sessionid=abcdefgh", host="127.0.0.1:8000", origin="http://127.0.0.1:8000")
    assert signin.credentials(ours) == Credentials(login="abcdefgh")
    settings.CSRF_TRUSTED_ORIGINS = ["https://app.example"]
    theirs = scope(cookie="sessionid=abcdefgh", host="127.0.0.1", origin="https://app.example")
    assert signin.credentials(theirs) == Credentials(login="abcdefgh")


class Doormen:
    """Lets visitors in under /ws/ by a cookie that spells their id backwards."""

    asked = 0

    def cookie(self, path, cookies):
        return cookies.get("visitor") if path.startswith("/ws/") else None

    def guests(self, cookies):
        Doormen.asked += 1
        return [VISITORS.get(cookie) for cookie in cookies]


VISITORS: dict[str, UUID] = {}


@pytest.fixture
def visitors(settings, monkeypatch):
    settings.SESSIONS_GUEST_SIGN_IN = f"{__name__}.Doormen"
    monkeypatch.setattr(Doormen, "asked", 0)
    VISITORS.clear()
    return VISITORS


def at(path: str, cookie: str, **headers: str) -> dict:
    ours = {"host": "127.0.0.1", "origin": "http://127.0.0.1"}
    return {**scope(cookie=cookie, **{**ours, **headers}), "path": path}


def test_a_visitors_cookie_counts_from_our_own_pages_where_the_host_lets_it(visitors) -> None:
    given = signin.credentials(at("/ws/sessions/1", "visitor=v"))
    assert given == Credentials(guest="v")
    assert signin.credentials(at("/elsewhere", "visitor=v")) is None
    for origin in ("", "null", "http://evil.example", "http://127.0.0.1.evil.example"):
        assert signin.credentials(at("/ws/sessions/1", "visitor=v", origin=origin)) is None
    token = signin.credentials(at("/ws/sessions/1", "visitor=v", authorization="Bearer abc"))
    assert token == Credentials(token="abc")


def test_by_default_no_visitor_gets_in(settings) -> None:
    del settings.SESSIONS_GUEST_SIGN_IN
    assert signin.credentials(at("/ws/sessions/1", "visitor=v; concept_session=v")) is None


def test_a_visitor_is_one_until_the_cookie_stands_for_nobody_or_another(db, visitors) -> None:
    one, two = uuid4(), uuid4()
    visitors.update(a=one, b=two)
    first, second = (signin.identify(Credentials(guest=cookie)) for cookie in "ab")
    assert (first.actor, second.actor) == (Actor(guest=one), Actor(guest=two))
    Doormen.asked = 0
    assert signin.lapsed([first, second]) == []
    assert Doormen.asked == 1
    visitors.update(a=two)
    del visitors["b"]
    assert signin.lapsed([first, second]) == [first, second]
    with pytest.raises(NotSignedIn):
        signin.identify(second.credentials)


def test_whoever_is_logged_in_is_no_visitor(db, django_user_model, visitors) -> None:
    visitors["v"] = uuid4()
    user = django_user_model.objects.create_user("ana", password="one")
    both = Credentials(login=login_session(user), guest="v")
    principal = signin.identify(both)
    assert principal.actor == Actor(user.pk)
    SessionStore(both.login).delete()
    assert signin.lapsed([principal]) == [principal]
    assert signin.identify(both).actor == Actor(guest=visitors["v"])


def login_session(user) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key


def test_a_login_holds_until_logout_password_change_or_deactivation(db, django_user_model) -> None:
    user = django_user_model.objects.create_user("ana", password="one")

    def principal() -> Principal:
        return signin.identify(Credentials(login=login_session(user)))

    assert principal().actor == Actor(user.pk)

    logged_out = principal()
    SessionStore(logged_out.credentials.login).delete()
    assert signin.lapsed([logged_out, keeps := principal()]) == [logged_out]

    user.set_password("two")
    user.save()
    assert signin.lapsed([keeps]) == [keeps]

    deactivated = principal()
    user.is_active = False
    user.save()
    assert signin.lapsed([deactivated]) == [deactivated]


def test_a_token_holds_until_revoked_or_expired(db, django_user_model) -> None:
    user = django_user_model.objects.create_user("ana", password="one")
    tokens.forget()
    principal = signin.identify(Credentials(token=tokens.issue(user).access))
    assert principal.actor == Actor(user.pk)
    assert signin.lapsed([principal]) == []

    past = Principal(
        principal.actor, principal.credentials, datetime.now(UTC) - timedelta(seconds=1)
    )
    assert signin.lapsed([past]) == [past]

    tokens.revoke(principal.credentials.token)
    assert signin.lapsed([principal]) == [principal]
    with pytest.raises(NotSignedIn):
        signin.identify(principal.credentials)


def test_a_member_of_staff_who_is_one_no_more_has_lapsed(db, django_user_model) -> None:
    user = django_user_model.objects.create_user("ana", is_staff=True)
    principal = signin.identify(Credentials(token=tokens.issue(user).access))
    django_user_model.objects.filter(pk=user.pk).update(is_staff=False)
    tokens.forget()
    assert signin.lapsed([principal]) == [principal]
