"""Tests of charges over HTTP and in Python: limits, windows, refunds, retries."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from anonymous_sessions import charges, opening, quotas
from anonymous_sessions.errors import QuotaExceeded, UnknownQuota
from anonymous_sessions.models import Charge
from sessions_core.errors import KeyReused


@pytest.fixture
def session(db):
    return opening.create().session


@pytest.fixture
def auckland():
    with timezone.override("Pacific/Auckland"):
        yield


def quota_state(session, name="concept_generation"):
    return quotas.quota_states(session.usage.all(), timezone.now())[name]


def test_usage_charges_one_unit(visitor, clock):
    mine = visitor.open()["session_id"]
    response = visitor.call("POST", "/usage", {"quota": "concept_refinement"})
    assert response.status_code == 200
    body = response.json()
    assert body["session_id"] == mine
    assert body["usage_stats"]["concepts_refined"] == 1
    assert body["rate_limits"]["concept_refinement"] == {
        "limit": 10,
        "remaining": 9,
        "reset_at": "2023-04-02T12:34:56Z",
    }


def test_over_the_limit_is_a_429_with_the_true_wait_and_charges_nothing(visitor, clock):
    visitor.open()
    visitor.use("concept_refinement", 10)
    clock.shift(timedelta(hours=1))
    response = visitor.call("POST", "/usage", {"quota": "concept_refinement"})
    assert response.status_code == 429
    assert response["Retry-After"] == str(23 * 3600)
    assert response.json() == {
        "error": "rate_limit_exceeded",
        "message": "The limit of concept_refinement is reached",
    }
    assert visitor.info()["usage_stats"]["concepts_refined"] == 10
    clock.shift(timedelta(hours=23))
    visitor.use("concept_refinement")
    assert visitor.info()["rate_limits"]["concept_refinement"]["remaining"] == 9


@pytest.mark.parametrize("name", ["", "nonsense", "concept_storage", None, 5, ["x"]])
def test_only_declared_quotas_can_be_charged(visitor, name):
    visitor.open()
    response = visitor.call("POST", "/usage", {"quota": name})
    assert response.status_code == 400
    assert response.json()["error"] == "validation_error"


def test_a_retried_request_charges_once(visitor):
    visitor.open()
    for _ in range(3):
        sent = visitor.call(
            "post", "/usage", {"quota": "concept_generation"}, **{"idempotency-key": "a"}
        )
        assert sent.status_code == 200
    assert visitor.info()["usage_stats"]["concepts_generated"] == 1


def test_a_key_is_the_sessions_own(visitor, other):
    for each in (visitor, other):
        each.open()
        each.call("POST", "/usage", {"quota": "concept_generation"}, **{"idempotency-key": "a"})
        assert each.info()["usage_stats"]["concepts_generated"] == 1


def test_a_retry_of_the_last_unit_is_served_though_the_quota_is_full(session):
    charges.charge(session, "concept_generation", cost=9)
    first = charges.charge(session, "concept_generation", key="last")
    assert charges.charge(session, "concept_generation", key="last") == first
    with pytest.raises(QuotaExceeded):
        charges.charge(session, "concept_generation", key="another")


def test_a_key_with_another_cost_is_refused(session):
    charges.charge(session, "concept_generation", key="k")
    with pytest.raises(KeyReused):
        charges.charge(session, "concept_generation", key="k", cost=2)


def test_a_cost_is_charged_whole_or_not_at_all(session):
    charges.charge(session, "concept_generation", cost=8)
    with pytest.raises(QuotaExceeded):
        charges.charge(session, "concept_generation", cost=3)
    assert quota_state(session).remaining == 2
    with pytest.raises(QuotaExceeded):
        charges.charge(opening.create().session, "concept_generation", cost=11)


def test_an_undeclared_quota_is_an_error(session):
    with pytest.raises(UnknownQuota):
        charges.charge(session, "nonsense")


def test_a_refund_gives_back_once(session):
    kept = charges.charge(session, "concept_generation")
    failed = charges.charge(session, "concept_generation", cost=2)
    assert charges.refund(failed) is True
    assert charges.refund(Charge.objects.get(pk=failed.pk)) is False
    assert quota_state(session).remaining == 9
    assert charges.refund(kept) is True
    assert quotas.usage_stats(session.usage.all())["concepts_generated"] == 0


@pytest.mark.parametrize("cost", [0, -1, -10])
def test_nobody_gains_by_a_cost_below_one(session, cost):
    with pytest.raises(ValueError, match="1 or more"):
        charges.charge(session, "concept_generation", cost=cost)
    assert quota_state(session).remaining == 10


def test_refunds_never_give_more_than_was_charged(session):
    made = [charges.charge(session, "concept_generation", cost=cost) for cost in (1, 2, 3)]
    for each in made * 3:
        charges.refund(each)
    assert quota_state(session).remaining == 10
    assert quotas.usage_stats(session.usage.all())["concepts_generated"] == 0
    with pytest.raises(QuotaExceeded):
        charges.charge(session, "concept_generation", cost=11)


def test_a_refunded_key_pays_again(session):
    """Otherwise a retry of the failed work would be free."""
    failed = charges.charge(session, "concept_generation", key="job")
    charges.refund(failed)
    retried = charges.charge(session, "concept_generation", key="job")
    assert retried != failed
    assert quota_state(session).remaining == 9
    assert charges.refund(failed) is False
    assert charges.charge(session, "concept_generation", key="job") == retried
    assert quota_state(session).remaining == 9


def test_a_window_in_which_all_was_refunded_begins_with_the_next_use(session, clock):
    charges.refund(charges.charge(session, "concept_refinement"))
    clock.shift(timedelta(hours=3))
    shown = quota_state(session, "concept_refinement").reset_at
    charges.charge(session, "concept_refinement")
    assert quota_state(session, "concept_refinement").reset_at == shown
    assert shown == datetime(2023, 4, 2, 15, 34, 56, tzinfo=UTC)


def test_a_key_is_known_after_a_change_of_the_secret_key(session, settings):
    first = charges.charge(session, "concept_generation", key="job")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-secret-" + "0123456789" * 4
    assert charges.charge(session, "concept_generation", key="job") == first


def test_a_refund_after_the_window_leaves_the_next_one_alone(session, clock):
    early = charges.charge(session, "concept_refinement")
    clock.shift(timedelta(days=2))
    charges.charge(session, "concept_refinement")
    charges.refund(early)
    assert quota_state(session, "concept_refinement").remaining == 9
    assert quotas.usage_stats(session.usage.all())["concepts_refined"] == 1


@pytest.mark.parametrize(
    ("moment", "reset"),
    [
        ("2023-04-30T23:59:59Z", "2023-05-01T00:00:00Z"),
        ("2023-12-31T12:00:00Z", "2024-01-01T00:00:00Z"),
        ("2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"),
        ("2023-05-01T01:30:00+02:00", "2023-05-01T00:00:00Z"),
        ("2023-02-28T23:59:59.999999Z", "2023-03-01T00:00:00Z"),
        ("2024-02-28T23:00:00Z", "2024-03-01T00:00:00Z"),
        ("2024-12-31T23:59:59.999999Z", "2025-01-01T00:00:00Z"),
        # Daylight saving time starts in Europe, and ends in New Zealand and America.
        ("2024-03-31T00:59:59Z", "2024-04-01T00:00:00Z"),
        ("2024-04-06T14:30:00Z", "2024-05-01T00:00:00Z"),
        ("2024-10-31T23:30:00-04:00", "2024-12-01T00:00:00Z"),
    ],
)
def test_a_calendar_month_ends_in_utc(session, clock, auckland, moment, reset):
    clock.move_to(datetime.fromisoformat(moment))
    charges.charge(session, "concept_generation", cost=10)
    falls = datetime.fromisoformat(reset)
    assert quota_state(session).reset_at == falls
    clock.move_to(falls - timedelta(microseconds=1))
    with pytest.raises(QuotaExceeded) as caught:
        charges.charge(session, "concept_generation")
    assert caught.value.retry_after == 1
    clock.move_to(falls)
    charges.charge(session, "concept_generation")


def test_a_rolling_period_runs_from_the_first_use_to_a_whole_second(session, clock):
    clock.move_to(datetime(2023, 4, 1, 12, 0, 0, 250_000, tzinfo=UTC))
    charges.charge(session, "concept_refinement")
    clock.shift(timedelta(hours=5))
    charges.charge(session, "concept_refinement", cost=9)
    falls = datetime(2023, 4, 2, 12, 0, 1, tzinfo=UTC)
    assert quota_state(session, "concept_refinement").reset_at == falls
    clock.move_to(falls)
    assert quota_state(session, "concept_refinement").remaining == 10
    charges.charge(session, "concept_refinement")


@pytest.mark.parametrize("zone", ["Europe/Madrid", "Pacific/Auckland", "America/New_York"])
@pytest.mark.parametrize("moment", ["2024-03-30T12:00:00Z", "2024-10-26T12:00:00Z"])
def test_a_rolling_day_has_24_hours_even_where_the_clocks_change(session, clock, zone, moment):
    clock.move_to(datetime.fromisoformat(moment))
    with timezone.override(zone):
        charges.charge(session, "concept_refinement", cost=10)
        falls = quota_state(session, "concept_refinement").reset_at
        assert falls - datetime.fromisoformat(moment) == timedelta(hours=24)
        clock.move_to(falls - timedelta(microseconds=1))
        with pytest.raises(QuotaExceeded) as caught:
            charges.charge(session, "concept_refinement")
        assert caught.value.retry_after == 1
        clock.move_to(falls)
        charges.charge(session, "concept_refinement", cost=10)
        assert quota_state(session, "concept_refinement").reset_at == falls + timedelta(hours=24)


def test_fixed_periods_follow_one_another(session, clock, settings):
    settings.ANONYMOUS_SESSIONS_QUOTAS = {
        "hints": {"counter": "hints", "limit": 1, "window": "fixed", "seconds": 3600},
        "concept_storage": {"counter": "concepts_stored", "limit": None},
    }
    charges.charge(session, "hints")
    assert quota_state(session, "hints").reset_at == datetime(2023, 4, 1, 13, tzinfo=UTC)
    clock.move_to(datetime(2023, 4, 1, 13, tzinfo=UTC))
    charges.charge(session, "hints")
    assert quotas.usage_stats(session.usage.all()) == {"hints": 2, "concepts_stored": 0}


def test_declared_quotas_show_in_the_answers(visitor, settings):
    settings.ANONYMOUS_SESSIONS_QUOTAS = {
        "hints": {"counter": "hints", "limit": 1, "window": "fixed", "seconds": 3600},
        "more_hints": {"counter": "hints", "limit": 5, "window": "rolling", "seconds": 60},
        "concept_storage": {"counter": "concepts_stored", "limit": None},
    }
    visitor.open()
    visitor.use("hints")
    visitor.use("more_hints", 2)
    body = visitor.info()
    assert body["usage_stats"] == {"hints": 3, "concepts_stored": 0}
    assert set(body["rate_limits"]) == {"hints", "more_hints"}
