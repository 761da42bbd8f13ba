"""Tokens in use are looked at again before somebody has to wait for it."""

import asyncio
import gc
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from sessions_core import tokens
from sessions_core.app_settings import app_settings
from sessions_core.errors import Unavailable
from sessions_core.fastlane import checks, workers
from sessions_core.fastlane.checks import TokenChecks
from sessions_core.tokens import claims, trust

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_trusted(monkeypatch) -> Iterator[None]:
    monkeypatch.setattr(checks, "LOOK", 0)  # Here time goes by in leaps.
    tokens.forget()
    yield
    tokens.forget()


@pytest.fixture
def access() -> str:
    return tokens.issue(User.objects.create_user("learner")).access


def wait_for(share: float) -> None:
    """As if this share of the trust had gone by."""
    for known in trust._known.values():
        known.checked -= share * app_settings.TOKEN_TRUST_SECONDS


def change_all(**what: bool) -> None:
    User.objects.update(**what)
    connection.close()  # This thread's own.


async def settled() -> None:
    """All that was begun beside the requests is done."""
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(others)


async def use_but_one(here: TokenChecks, unused: str, other: str) -> None:
    """Both are looked at; then only ``other`` is in use, for longer than trust lasts."""
    await here.verified(unused)
    for _ in range(4):
        await here.verified(other)
        await settled()
        wait_for(0.6)


def run(work: Callable[[TokenChecks], Coroutine[Any, Any, None]]) -> None:
    async def begun() -> None:
        try:
            await work(TokenChecks())
        finally:
            workers.close()

    asyncio.run(begun())


def test_who_comes_while_a_token_is_still_trusted_never_waits(access, monkeypatch) -> None:
    async def work(here: TokenChecks) -> None:
        await here.verified(access)
        monkeypatch.setattr(here, "_look_up", None)  # For which a request would wait.
        for _ in range(5):
            wait_for(0.6)
            await here.verified(access)
            await settled()

    run(work)


def test_what_has_been_revoked_is_noticed(access) -> None:
    async def work(here: TokenChecks) -> None:
        await here.verified(access)
        await asyncio.to_thread(change_all, is_active=False)
        wait_for(0.6)
        await here.verified(access)
        await settled()
        with pytest.raises(tokens.InvalidToken):
            await here.verified(access)

    run(work)


def test_who_has_joined_the_staff_is_noticed(access) -> None:
    async def work(here: TokenChecks) -> None:
        assert not (await here.verified(access)).actor.is_staff
        await asyncio.to_thread(change_all, is_staff=True)
        wait_for(0.6)
        await here.verified(access)
        await settled()
        assert (await here.verified(access)).actor.is_staff

    run(work)


def test_what_is_revoked_here_while_it_is_looked_at_stays_so(access, monkeypatch) -> None:
    judged = claims._judged

    def revoked_meanwhile(*args: Any) -> list[Any]:
        found = judged(*args)
        with ThreadPoolExecutor(1) as thread:
            thread.submit(tokens.revoke, access).result()
            thread.submit(connection.close).result()
        return found

    async def work(here: TokenChecks) -> None:
        await here.verified(access)
        wait_for(0.6)
        with monkeypatch.context() as racing:
            racing.setattr(claims, "_judged", revoked_meanwhile)
            await here.verified(access)
            await settled()
        with pytest.raises(tokens.InvalidToken):
            await here.verified(access)

    run(work)


def test_while_the_database_is_away_trust_lasts_as_long_as_ever(
    access, monkeypatch, caplog
) -> None:
    asked: list[float] = []

    def away(*_: object) -> None:
        asked.append(1)
        raise Unavailable

    async def work(here: TokenChecks) -> None:
        await here.verified(access)
        monkeypatch.setattr(claims, "_judged", away)
        wait_for(0.6)
        for _ in range(2):
            await here.verified(access)
            await settled()
        wait_for(0.6)
        with pytest.raises(Unavailable):
            await here.verified(access)

    run(work)
    gc.collect()  # Then asyncio complains of errors that nobody has heard of.
    assert len(asked) > 1
    assert not caplog.records


def test_whoever_waits_hears_of_a_fault_and_the_next_are_looked_up(access, monkeypatch) -> None:
    async def fault(_: object) -> None:
        raise ZeroDivisionError

    async def work(here: TokenChecks) -> None:
        with monkeypatch.context() as broken:
            broken.setattr(checks, "_verify", fault)
            for _ in range(2):
                with pytest.raises(ZeroDivisionError):
                    async with asyncio.timeout(20):
                        await here.verified(access)
        await here.verified(access)

    run(work)


def test_one_that_is_no_longer_used_is_let_go(access) -> None:
    other = tokens.issue(User.objects.create_user("another")).access

    async def work(here: TokenChecks) -> None:
        await use_but_one(here, access, other)

    run(work)
    assert len(trust._known) == 1


def test_one_that_comes_back_is_looked_up_but_not_decoded_again(access, monkeypatch) -> None:
    other = tokens.issue(User.objects.create_user("another")).access

    async def work(here: TokenChecks) -> None:
        await use_but_one(here, access, other)
        monkeypatch.setattr(trust, "decode", None)
        assert (await here.verified(access)).actor != (await here.verified(other)).actor
        await asyncio.to_thread(change_all, is_active=False)
        wait_for(1.2)
        with pytest.raises(tokens.InvalidToken):
            await here.verified(access)

    run(work)


@pytest.mark.postgres
def test_on_postgres_no_thread_is_needed(access, monkeypatch) -> None:
    async def work(here: TokenChecks) -> None:
        monkeypatch.setattr(checks, "in_thread", None)
        assert (await here.verified(access)).actor.user_id is not None
        with pytest.raises(tokens.InvalidToken):
            await here.verified(access[:-2])

    run(work)


@pytest.mark.postgres
def test_where_the_line_cannot_be_used_a_thread_is(access, monkeypatch) -> None:
    def refused(_: object) -> Any:
        raise workers.NotDone
        yield

    async def work(here: TokenChecks) -> None:
        monkeypatch.setattr(tokens, "verifying", refused)
        assert (await here.verified(access)).actor.user_id is not None

    run(work)
