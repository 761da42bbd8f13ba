"""Tests of concurrent requests, on the database of the test run."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from anonymous_sessions import adopt, charges, concepts, opening, quotas, transfer
from anonymous_sessions.errors import QuotaExceeded, UnknownSession, UnknownTransferCode
from anonymous_sessions.merge import merge
from anonymous_sessions.models import Adoption, AnonymousSession, Charge, Concept

from .conftest import Visitor

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls):
    """Starts all ``calls`` at once; returns their results or the classes of their exceptions."""
    gate = threading.Barrier(len(calls))

    def run(call):
        gate.wait()
        try:
            return call()
        except (QuotaExceeded, UnknownSession, UnknownTransferCode) as error:
            return type(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def generated(session):
    return quotas.usage_stats(session.usage.all())["concepts_generated"]


def test_fifty_at_once_against_a_limit_of_ten_charge_ten(record_figure):
    visitor = Visitor()
    visitor.open()

    def use():
        mine = Visitor()
        mine.cookie = visitor.cookie
        while True:
            response = mine.call("POST", "/usage", {"quota": "concept_generation"})
            if response.status_code != 503:  # There are more requests than connections in the pool.
                return response.status_code

    assert Counter(at_once(*[use] * 50)) == {200: 10, 429: 40}
    body = visitor.info()
    assert body["usage_stats"]["concepts_generated"] == 10
    assert body["rate_limits"]["concept_generation"]["remaining"] == 0
    assert Charge.objects.count() == 10
    record_figure("50 charges at once against a limit of 10: 10 x 200, 40 x 429, 10 in the ledger")


def test_sixty_guesses_at_once_are_told_twenty_times_that_they_missed(record_figure):
    owner = Visitor()
    owner.open()
    code = owner.call("POST", "/transfer", {}).json()["code"]

    def guess():
        while True:
            response = Visitor().call("POST", "/transfer/redeem", {"code": "ZZZZ-ZZZZ"})
            if response.status_code != 503:
                return response.status_code

    assert Counter(at_once(*[guess] * 60)) == {404: 20, 429: 40}
    # Over the limit, valid and unknown ids get the same response.
    assert Visitor().call("POST", "/transfer/redeem", {"code": code}).status_code == 429
    record_figure("60 wrong codes at once from one address: 20 x 404, 40 x 429")


def test_charges_of_several_units_never_pass_the_limit():
    session = opening.create().session
    made = at_once(*[lambda: charges.charge(session, "concept_refinement", cost=3)] * 8)
    assert sum(isinstance(each, Charge) for each in made) == 3
    assert session.usage.get().used == 9


def test_one_key_at_once_charges_once():
    session = opening.create().session
    made = at_once(*[lambda: charges.charge(session, "concept_generation", key="k")] * 8)
    assert len({each.pk for each in made}) == 1
    assert generated(session) == 1


def test_a_refund_at_once_gives_back_once():
    session = opening.create().session
    charges.charge(session, "concept_generation", cost=5)
    made = charges.charge(session, "concept_generation")
    assert sorted(at_once(*[lambda: charges.refund(made)] * 8)) == [False] * 7 + [True]
    assert generated(session) == 5


def test_merges_in_both_directions_at_once_count_once():
    for _ in range(5):
        first, second = opening.create().session, opening.create().session
        charges.charge(first, "concept_generation", cost=2)
        charges.charge(second, "concept_generation", cost=3)
        calls = [lambda a=first, b=second: merge(a, b), lambda a=first, b=second: merge(b, a)]
        roots = at_once(*calls * 3)
        assert len({root.pk for root in roots}) == 1
        assert generated(roots[0]) == 5


def synced(visitor, session_id):
    """Returns the status of a sync, which is repeated if no connection was free."""
    while True:
        response = visitor.call("POST", "/sync", {"client_session_id": session_id})
        if response.status_code != 503:
            return response.status_code


@pytest.mark.parametrize("round_", range(3))
def test_crossed_syncs_at_once_count_once(round_, record_figure):
    """Three browsers sync in a circle, three times each, and then back."""
    browsers = [Visitor() for _ in range(3)]
    ids = [each.open()["session_id"] for each in browsers]
    for number, each in enumerate(browsers, start=1):
        each.use("concept_generation", number)

    def move(number, to):
        mine = Visitor()
        mine.cookie = ids[number]
        return synced(mine, ids[to % 3])

    ring = [lambda n=n, s=step: move(n, n + s) for n in range(3) for step in (1, 2)]
    assert Counter(at_once(*ring * 3)) == {200: 18}
    for each in browsers:
        assert each.info()["usage_stats"]["concepts_generated"] == 6
    assert AnonymousSession.objects.filter(merged_into=None).count() == 1
    root = AnonymousSession.objects.get(merged_into=None)
    assert root.aliases.count() == 2
    assert Charge.objects.filter(session=root).count() == 6
    record_figure("3 browsers, 18 crossed syncs at once: 1 session, 1 + 2 + 3 = 6 counted")


def test_charges_during_a_merge_are_never_lost():
    for _ in range(5):
        first, second = opening.create().session, opening.create().session
        charges.charge(second, "concept_generation")
        at_once(
            lambda a=first, b=second: merge(a, b),
            *[lambda a=first: charges.charge(a, "concept_generation")] * 4,
            *[lambda b=second: concepts.store(b, {}, extra_quota="concept_generation")] * 3,
        )
        assert generated(second) == 8
        assert generated(first) == 0
        assert Concept.objects.filter(session=second).count() == 3


def test_one_account_wins():
    users = [get_user_model().objects.create_user(f"user{n}") for n in range(6)]
    session = opening.create().session
    results = at_once(*[lambda u=user: adopt.adopt(session, u.pk) for user in users])
    assert Counter(results)[UnknownSession] == 5
    assert Adoption.objects.get().user_id == AnonymousSession.objects.get().user_id


def test_a_code_is_redeemed_once():
    handle = opening.create()
    code, _ = transfer.issue(handle)
    results = at_once(*[lambda: transfer.redeem(code)] * 8)
    assert Counter(results) == {handle.id: 1, UnknownTransferCode: 7}


def test_storing_at_once_keeps_to_the_number_allowed(settings):
    from anonymous_sessions.errors import TooLarge

    settings.ANONYMOUS_SESSIONS_MAX_CONCEPTS = 3
    session = opening.create().session

    def store():
        try:
            return bool(concepts.store(session, {}))
        except TooLarge:
            return False

    assert sum(at_once(*[store] * 8)) == 3
    assert Concept.objects.count() == 3
