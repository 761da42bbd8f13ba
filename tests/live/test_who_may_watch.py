"""L8, L9: sign-in, its end, other people's sessions, hostile addresses and origins."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from rest_framework_simplejwt.tokens import AccessToken

from sessions_core import tokens
from sessions_core.app_settings import app_settings
from sessions_core.models import StaffAccess
from sessions_core.realtime import housekeeping
from sessions_core.tests.builders import learner
from tests.support.product import Product

from .learning import Learning
from .watcher import Watcher, close_code

pytestmark = pytest.mark.processes


def login_cookie(user) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"sessionid={session.session_key}"


def test_the_three_ways_to_sign_in(product: Product, learning: Learning) -> None:
    session = learning.start()
    cookie = {"Cookie": login_cookie(learning.user)}
    with Watcher(product, session.pk, learning.token) as by_header:
        by_header.until_id(0)
    with Watcher(
        product, session.pk, None, subprotocols=["bearer", learning.token]
    ) as by_subprotocol:
        by_subprotocol.until_id(0)
        assert by_subprotocol.socket.subprotocol == "bearer"
    with Watcher(
        product, session.pk, None, additional_headers=cookie, origin=product.base_url
    ) as by_cookie:
        by_cookie.until_id(0)


def test_without_a_sign_in_that_holds_the_socket_closes_with_4401(
    product: Product, learning: Learning
) -> None:
    session = learning.start()
    cookie = {"Cookie": login_cookie(learning.user)}
    for refused in (
        {"token": None},
        {"token": "nonsense"},
        {"token": f"{learning.token}x"},
        {"token": "é" * 10},
        {"token": "x" * 5000},
        {"token": tokens.issue(learning.user).refresh},
        {"token": None, "after": f"0&token={learning.token}"},
        {"token": None, "additional_headers": cookie},
        {"token": None, "additional_headers": cookie, "origin": "http://evil.example"},
        {"token": None, "additional_headers": cookie, "origin": "null"},
        {"token": None, "additional_headers": {"Cookie": "sessionid=abcdefghijkl"}},
        {"token": None, "subprotocols": ["bearer", "nonsense"]},
    ):
        assert close_code(product, session.pk, **refused) == 4401, refused


def test_other_peoples_sessions_and_hostile_addresses_close_with_4404(
    product: Product, learning: Learning
) -> None:
    """L9. Nothing of it leaves a trace of an error in the log."""
    session = learning.start()
    before = len(product.log.read_text(errors="replace"))
    stranger = tokens.issue(learner("eve")).access
    assert close_code(product, session.pk, stranger) == 4404
    assert close_code(product, session.public_id, stranger) == 4404
    for hostile in (
        *("é", "a;b", "a" * 100, "a" * 3000, "%00", "%0A", "%FF%FE", "..%2f..%2fetc", "%2F", " "),
        *("-1", "0", "9" * 19, "9" * 40, "1e3", "１２", "1'%20OR%201=1--", f"{session.pk}/x"),
        *("", "/", "../../admin", f"{session.pk}%00", "{session_id}", "<script>", "\U0001f600"),
    ):
        assert close_code(product, hostile, learning.token) == 4404, hostile
    said = product.log.read_text(errors="replace")[before:]
    assert "Traceback" not in said
    assert "ERROR" not in said


def test_staff_may_watch_and_it_is_recorded(product: Product, learning: Learning) -> None:
    session = learning.start()
    member = learner("sam", is_staff=True)
    with Watcher(product, session.pk, tokens.issue(member).access) as seen:
        seen.until_id(0)
        learning.answer(session)
        seen.until_id(1)
    assert StaffAccess.objects.get().staff_id == member.pk


@pytest.mark.torture
def test_a_sign_in_that_ends_closes_the_socket_within_30_seconds(
    product: Product, learning: Learning, record_figure
) -> None:
    """L8: revoked, expired, user disabled, password changed, logged out."""
    others = {name: Learning(learner(name), learning.activity) for name in ("bo", "cy", "di", "ed")}
    short = AccessToken.for_user(learning.user)
    short.set_exp(lifetime=timedelta(seconds=12))
    cookie = login_cookie(others["ed"].user)
    by_cookie = {"additional_headers": {"Cookie": cookie}, "origin": product.base_url}
    with ExitStack() as stack:

        def watch(who: Learning, token: str | None, **options: object) -> Watcher:
            seen = stack.enter_context(Watcher(product, who.start().pk, token, **options))
            seen.until_id(0)
            return seen

        stays = watch(learning, learning.token)
        ends = {
            "expired": watch(learning, str(short)),
            "revoked": watch(others["bo"], others["bo"].token),
            "disabled": watch(others["cy"], others["cy"].token),
            "password": watch(others["di"], others["di"].token),
            "logout": watch(others["ed"], None, **by_cookie),
        }
        tokens.revoke(others["bo"].token)
        others["cy"].user.is_active = False
        others["cy"].user.save()
        others["di"].user.set_password("another")
        others["di"].user.save()
        SessionStore(cookie.removeprefix("sessionid=")).delete()

        began = time.monotonic()
        with ThreadPoolExecutor() as waiting:
            closing = {
                why: waiting.submit(lambda seen=seen: (seen.until_closed(), time.monotonic()))
                for why, seen in ends.items()
            }
            closed = {why: future.result() for why, future in closing.items()}
        assert {code for code, _ in closed.values()} == {4401}
        assert not stays.closed
    took = {why: moment - began for why, (_, moment) in closed.items()}
    record_figure(
        "L8: sockets closed after " + ", ".join(f"{why} {s:.0f} s" for why, s in took.items())
    )
    # The rest is the machine's own slowness.
    assert housekeeping.CHECK_EVERY + app_settings.TOKEN_TRUST_SECONDS < 30
