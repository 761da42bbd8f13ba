"""Tests of the cookie's attributes and of the session's lifetime."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from anonymous_sessions.models import AnonymousSession

from .conftest import COOKIE


@pytest.mark.parametrize("debug", [True, False])
def test_the_cookie_is_as_documented(visitor, settings, debug):
    settings.DEBUG = debug
    morsel = visitor.call("POST", "/", {}).cookies[COOKIE]
    assert morsel["httponly"] is True
    assert morsel["samesite"] == "Lax"
    assert morsel["max-age"] == 30 * 24 * 3600
    assert morsel["path"] == "/"
    assert bool(morsel["secure"]) is not debug


def test_every_success_gives_the_cookie_another_thirty_days_and_no_failure_does(visitor):
    visitor.open()
    assert visitor.call("GET", "/info").cookies[COOKIE]["max-age"] == 30 * 24 * 3600
    refused = visitor.call("POST", "/usage", {"quota": "no such thing"})
    assert refused.status_code == 400
    assert COOKIE not in refused.cookies


def test_no_cache_keeps_an_answer(visitor):
    assert visitor.call("POST", "/", {})["Cache-Control"] == "no-store"


def test_the_database_does_not_hold_the_id(visitor):
    mine = visitor.open()["session_id"]
    row = AnonymousSession.objects.get()
    stored = {str(getattr(row, field.attname)) for field in row._meta.concrete_fields}
    assert mine not in stored
    assert mine.replace("-", "") not in {value.replace("-", "") for value in stored}


def test_an_id_survives_a_change_of_the_secret_key(visitor, settings):
    mine = visitor.open()["session_id"]
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-secret-" + "0123456789" * 4
    assert visitor.info()["session_id"] == mine


def test_a_session_lives_for_thirty_days_after_its_last_activity(visitor, clock):
    mine = visitor.open()["session_id"]
    for _ in range(3):
        clock.shift(timedelta(days=29))
        assert visitor.info()["session_id"] == mine
    clock.shift(timedelta(days=30, seconds=1))
    visitor.cookie = mine
    assert visitor.call("GET", "/info").status_code == 404
    assert visitor.open(client_session_id=mine)["is_new_session"] is True


def test_activity_is_written_once_a_minute(visitor, clock, django_assert_num_queries):
    visitor.open()
    clock.shift(timedelta(seconds=59))
    with django_assert_num_queries(2):
        assert visitor.info()["last_active"] == "2023-04-01T12:34:56Z"
    clock.shift(timedelta(seconds=1))
    with django_assert_num_queries(3):
        assert visitor.info()["last_active"] == "2023-04-01T12:35:56Z"


def test_purge_deletes_the_expired_and_its_dry_run_nothing(visitor, other, clock, capsys):
    visitor.open()
    visitor.call("POST", "/concepts", {"document": {}})
    clock.shift(timedelta(days=20))
    other.open()
    clock.shift(timedelta(days=10))
    call_command("purge_anonymous_sessions", "--dry-run")
    assert capsys.readouterr().out == "1 sessions would be deleted\n"
    assert AnonymousSession.objects.count() == 2
    call_command("purge_anonymous_sessions")
    assert "1 sessions deleted" in capsys.readouterr().out
    assert AnonymousSession.objects.count() == 1
    assert other.call("GET", "/info").status_code == 200


def test_purge_leaves_what_an_account_owns(visitor, ana, clock):
    visitor.open()
    visitor.sign_in(ana).call("POST", "/adopt", {})
    clock.shift(timedelta(days=31))
    call_command("purge_anonymous_sessions")
    assert AnonymousSession.objects.get().user == ana
