"""Tests of several devices with one session: sync, merge, transfer codes, rotation."""

from datetime import timedelta

import pytest

from anonymous_sessions import opening
from anonymous_sessions.charges import charge, refund
from anonymous_sessions.merge import merge
from anonymous_sessions.models import AnonymousSession, TransferCode
from sessions_core.clock import now as clock_now

from .conftest import Visitor


def used(visitor):
    return visitor.info()["usage_stats"]["concepts_generated"]


def sync(visitor, session_id):
    response = visitor.call("POST", "/sync", {"client_session_id": session_id})
    assert response.status_code == 200, response.content
    assert response.json()["session_id"] == session_id == visitor.cookie


@pytest.fixture
def ids(visitor, other):
    """Returns two browsers with a session each, which generated three and four concepts."""
    given = visitor.open()["session_id"], other.open()["session_id"]
    visitor.use("concept_generation", 3)
    other.use("concept_generation", 4)
    return given


@pytest.mark.parametrize("again", [1, 3])
def test_counters_are_merged_once_however_often(visitor, other, ids, again):
    for _ in range(again):
        sync(other, ids[0])
    assert used(visitor) == used(other) == 7
    assert visitor.info()["rate_limits"]["concept_generation"]["remaining"] == 3


def test_counters_are_merged_once_whichever_way(visitor, other, ids):
    sync(other, ids[0])
    sync(visitor, ids[1])
    sync(other, ids[1])
    sync(visitor, ids[0])
    assert used(visitor) == used(other) == 7


def test_a_third_device_with_the_old_id_follows(visitor, other, ids):
    third = Visitor()
    third.cookie = ids[1]
    sync(other, ids[0])
    assert used(third) == 7
    third.use("concept_generation")
    assert used(visitor) == 8


def test_chains_of_merges_lead_to_one_session(visitor, other, ids):
    third = Visitor()
    last = third.open()["session_id"]
    third.use("concept_generation", 2)
    sync(other, ids[0])
    sync(visitor, last)
    assert used(visitor) == used(other) == used(third) == 9
    assert AnonymousSession.objects.filter(merged_into=None).count() == 1


def test_concepts_and_preferences_come_along(visitor, other, ids):
    visitor.call("PUT", "/preferences", {"preferences": {"theme": "dark"}})
    other.call("PUT", "/preferences", {"preferences": {"theme": "light", "size": 2}})
    other.call("POST", "/concepts", {"document": {"from": "other"}})
    sync(other, ids[0])
    assert visitor.call("GET", "/concepts").json()["concepts"][0]["document"] == {"from": "other"}
    kept = visitor.call("GET", "/preferences").json()["preferences"]
    assert kept == {"theme": "dark", "size": 2}


def test_merged_windows_end_with_the_later_one(clock, db):
    first, second = opening.create().session, opening.create().session
    charge(first, "concept_refinement", cost=2)
    clock.shift(timedelta(hours=6))
    charge(second, "concept_refinement", cost=3)
    taker = merge(first, second)
    row = taker.usage.get(quota="concept_refinement")
    assert (row.used, row.total) == (5, 5)
    assert row.resets_at.isoformat() == "2023-04-02T18:34:56+00:00"


def test_a_window_that_is_over_merges_as_nothing(clock, db):
    first, second = opening.create().session, opening.create().session
    charge(first, "concept_refinement", cost=2)
    clock.shift(timedelta(days=2))
    charge(second, "concept_refinement", cost=3)
    row = merge(first, second).usage.get(quota="concept_refinement")
    assert (row.used, row.total) == (3, 5)


def test_a_charge_made_before_the_merge_is_refunded_after_it(db):
    first, second = opening.create().session, opening.create().session
    made = charge(first, "concept_generation", cost=2)
    taker = merge(first, second)
    assert refund(made) is True
    assert taker.usage.get().total == 0


def test_a_charge_on_a_merged_session_counts_where_it_leads(db):
    first, second = opening.create().session, opening.create().session
    charge(second, "concept_generation")
    merge(first, second)
    charge(first, "concept_generation")
    assert second.usage.get().total == 2


def test_a_charge_in_a_merged_window_is_refunded_until_that_ends(clock, db):
    first, second = opening.create().session, opening.create().session
    made = charge(first, "concept_refinement", cost=2)
    clock.shift(timedelta(hours=6))
    charge(second, "concept_refinement", cost=3)
    taker = merge(first, second)
    clock.shift(timedelta(hours=20))
    row = taker.usage.get()
    assert row.used_at(clock_now()) == 5
    refund(made)
    row.refresh_from_db()
    assert row.used_at(clock_now()) == 3


def test_a_retry_after_a_sync_charges_nothing_again(visitor, other, ids):
    """A client repeats a request whose response was lost, after the browser has synced."""
    sent = {"quota": "concept_generation"}, {"idempotency-key": "k"}
    for each in (visitor, other):
        assert each.call("POST", "/usage", sent[0], **sent[1]).status_code == 200
    sync(other, ids[0])
    for each in (visitor, other):
        assert each.call("POST", "/usage", sent[0], **sent[1]).status_code == 200
    assert used(visitor) == 9


def test_a_key_is_one_requests_own(visitor):
    visitor.open()
    key = {"idempotency-key": "k"}
    body = {"document": {"n": 1}, "charge": "concept_generation"}
    assert visitor.call("POST", "/usage", {"quota": "concept_generation"}, **key).status_code == 200
    made = visitor.call("POST", "/concepts", body, **key).json()
    assert used(visitor) == 2
    visitor.call("DELETE", f"/concepts/{made['id']}")
    for document in ({"n": 1}, {"n": 2}):
        again = visitor.call("POST", "/concepts", {**body, "document": document}, **key)
        assert again.status_code == 400
    assert used(visitor) == 2
    assert visitor.call("GET", "/concepts").json()["total"] == 0


def test_a_transfer_code_moves_the_session_once(visitor, other, ids):
    response = visitor.call("POST", "/transfer", {})
    assert response.status_code == 201
    code = response.json()["code"]
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    redeemed = other.call("POST", "/transfer/redeem", {"code": typed})
    assert redeemed.json() == {
        "session_id": ids[0],
        "is_synced": True,
        "message": "Sessions synchronized successfully",
    }
    assert other.cookie == ids[0]
    assert used(other) == 7
    again = Visitor().call("POST", "/transfer/redeem", {"code": code})
    assert again.status_code == 404
    assert again.json()["error"] == "resource_not_found"


def test_a_transfer_code_lasts_ten_minutes_and_the_newest_counts(visitor, other, clock):
    visitor.open()
    first = visitor.call("POST", "/transfer", {}).json()
    assert first["expires_at"] == "2023-04-01T12:44:56Z"
    second = visitor.call("POST", "/transfer", {}).json()
    clock.shift(timedelta(minutes=9, seconds=59))
    assert other.call("POST", "/transfer/redeem", {"code": first["code"]}).status_code == 404
    assert other.call("POST", "/transfer/redeem", {"code": second["code"]}).status_code == 200
    third = visitor.call("POST", "/transfer", {}).json()
    clock.shift(timedelta(minutes=10))
    assert other.call("POST", "/transfer/redeem", {"code": third["code"]}).status_code == 404


def test_the_database_holds_neither_code_nor_id(visitor):
    mine = visitor.open()["session_id"]
    code = visitor.call("POST", "/transfer", {}).json()["code"].replace("-", "")
    row = TransferCode.objects.get()
    assert bytes.fromhex(mine.replace("-", "")) not in bytes(row.sealed_id)
    assert code.encode() not in bytes(row.sealed_id)


@pytest.mark.parametrize("code", ["", "abc", "U" * 8, "1234567é", "123456789", 12345678.5, None])
def test_a_code_in_another_form_is_a_400(visitor, code):
    response = visitor.call("POST", "/transfer/redeem", {"code": code})
    assert response.status_code == 400
    assert response.json()["error"] == "validation_error"


def test_rotating_drops_every_other_device(visitor, other, ids):
    sync(other, ids[0])
    code = other.call("POST", "/transfer", {}).json()["code"]
    response = visitor.call("POST", "/rotate")
    assert response.status_code == 200
    fresh = response.json()["session_id"]
    assert fresh not in ids
    assert visitor.cookie == fresh
    assert used(visitor) == 7
    for old in ids:
        other.cookie = old
        assert other.call("GET", "/info").status_code == 404
    assert other.call("POST", "/transfer/redeem", {"code": code}).status_code == 404
