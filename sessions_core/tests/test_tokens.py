"""Families of tokens: rotated by one, revoked for all."""

import os
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from time_machine import travel

from sessions_core import tokens
from sessions_core.tokens import families

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_trusted():
    tokens.forget()
    yield
    tokens.forget()


@pytest.fixture
def learner() -> User:
    return User.objects.create_user("learner", password="old brown shoes")


def refused(verb, token: str) -> bool:
    try:
        verb(token)
    except tokens.InvalidToken:
        return True
    return False


def test_nothing_is_written_at_sign_in(learner, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        tokens.issue(learner)


def test_a_refresh_token_is_good_once(learner) -> None:
    first = tokens.issue(learner)
    second = tokens.rotate(first.refresh)

    assert refused(tokens.rotate, first.refresh)
    assert tokens.verify(second.access).actor.user_id == learner.pk
    assert not refused(tokens.rotate, second.refresh)


def test_an_access_token_refreshes_nothing(learner) -> None:
    assert refused(tokens.rotate, tokens.issue(learner).access)


@pytest.mark.parametrize("held", ["access", "refresh"])
def test_revoking_any_token_ends_the_family_at_once(learner, held) -> None:
    first = tokens.issue(learner)
    second = tokens.rotate(first.refresh)
    for pair in (first, second):
        tokens.verify(pair.access)

    tokens.revoke(getattr(first, held))

    assert all(refused(tokens.verify, pair.access) for pair in (first, second))
    assert refused(tokens.rotate, second.refresh)


def test_another_sign_in_is_another_family(learner) -> None:
    here, elsewhere = tokens.issue(learner), tokens.issue(learner)

    tokens.revoke(here.access)

    assert not refused(tokens.verify, elsewhere.access)


def test_revoking_twice_is_revoking_once(learner) -> None:
    pair = tokens.issue(learner)
    tokens.revoke(pair.access)
    tokens.revoke(pair.refresh)

    assert BlacklistedToken.objects.count() == 1


def test_no_token_is_kept(learner) -> None:
    pair = tokens.issue(learner)
    tokens.rotate(pair.refresh)
    tokens.revoke(pair.access)

    assert set(OutstandingToken.objects.values_list("token", flat=True)) == {""}


def test_records_go_once_their_tokens_have_expired(learner) -> None:
    pair = tokens.issue(learner)
    tokens.revoke(tokens.rotate(pair.refresh).access)
    assert tokens.purge() == 0

    with travel(timezone.now() + timedelta(days=15)):
        assert tokens.purge() == 4
    assert not OutstandingToken.objects.exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_twenty_refreshes_at_once_one_is_served(learner, monkeypatch, record_figure) -> None:
    refresh = tokens.issue(learner).refresh
    found, look_up = threading.Barrier(20), families.holder

    def look_up_together(payload: dict) -> User:
        user = look_up(payload)
        connection.close()  # There are fewer connections than threads.
        found.wait(120)  # All of them have seen a token that nobody has spent.
        return user

    monkeypatch.setattr(families, "holder", look_up_together)

    def rotate(_: int) -> str | None:
        try:
            return tokens.rotate(refresh).access
        except tokens.InvalidToken:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        served = [access for access in pool.map(rotate, range(20)) if access]

    record_figure(f"A2: 20 refreshes at once, {len(served)} served")
    assert len(served) == 1
    assert tokens.verify(served[0]).actor.user_id == learner.pk


def run_beside(run, script: str, *args: str) -> subprocess.Popen:
    """A process of the project over this test's database."""
    database = f"{run.postgres_url}/{connection.settings_dict['NAME']}"
    return subprocess.Popen(
        [sys.executable, "-c", script, *args],
        env={**os.environ, "DATABASE_URL": database},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


ROTATE = """
import django, sys
django.setup()
from sessions_core import tokens
input()
try:
    tokens.rotate(sys.argv[1])
except tokens.InvalidToken:
    print("refused")
else:
    print("served")
"""


@pytest.mark.postgres
@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_processes_agree_on_the_one_refresh(run, learner) -> None:
    refresh = tokens.issue(learner).refresh
    processes = [run_beside(run, ROTATE, refresh) for _ in range(3)]

    said = Counter(process.communicate("go\n")[0].strip() for process in processes)

    assert said == {"served": 1, "refused": 2}


WATCH = """
import django, sys, time
django.setup()
from django.conf import settings
from sessions_core import tokens
settings.SESSIONS_TOKEN_TRUST_SECONDS = 1
tokens.verify(sys.argv[1])
print("trusted", flush=True)
while True:
    try:
        tokens.verify(sys.argv[1])
    except tokens.InvalidToken:
        break
    time.sleep(0.05)
print("noticed")
"""


@pytest.mark.postgres
@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_another_process_notices_a_revocation(run, learner) -> None:
    access = tokens.issue(learner).access
    watcher = run_beside(run, WATCH, access)
    assert watcher.stdout.readline() == "trusted\n"

    tokens.revoke(access)

    assert watcher.communicate(timeout=120)[0] == "noticed\n"
