"""Tests of the date hierarchy of sessions."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from sessions_core.admin.periods import PeriodsQuerySet
from sessions_core.models import Session

from ..builders import learner
from .worlds import page

pytestmark = pytest.mark.django_db


def begun(*moments: datetime) -> None:
    ana = learner("ana")
    Session.objects.bulk_create(
        Session(user=ana, dialect="portal", started_at=at, local_day=at.date()) for at in moments
    )


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("year", ["2023-01-01", "2024-01-01"]),
        ("month", ["2023-12-01", "2024-01-01", "2024-02-01", "2024-03-01"]),
    ],
)
def test_every_period_between_the_ends(kind: str, expected: list[str]) -> None:
    begun(datetime(2023, 12, 31, 12, tzinfo=UTC), datetime(2024, 3, 1, tzinfo=UTC))
    periods = PeriodsQuerySet(Session).datetimes("started_at", kind)
    assert [f"{each:%Y-%m-%d}" for each in periods] == expected


def test_a_leap_day_is_a_day() -> None:
    begun(datetime(2024, 2, 28, 23, tzinfo=UTC), datetime(2024, 3, 1, tzinfo=UTC))
    days = PeriodsQuerySet(Session).datetimes("started_at", "day")
    assert [(day.month, day.day) for day in days] == [(2, 28), (2, 29), (3, 1)]


def test_without_sessions_there_is_nothing_to_choose(client: Client, staff: Any) -> None:
    assert PeriodsQuerySet(Session).datetimes("started_at", "year") == []
    assert client.get(page("session")).status_code == 200


def test_a_month_shows_its_sessions(client: Client, staff: Any) -> None:
    begun(timezone.make_aware(datetime(2024, 1, 31, 12)), datetime(2024, 3, 1, 12, tzinfo=UTC))
    response = client.get(page("session"))
    assert "started_at__month=2" in response.content.decode()
    chosen = client.get(page("session"), {"started_at__year": 2024, "started_at__month": 1})
    (session,) = chosen.context["cl"].result_list
    assert session.started_at.month == 1
    assert [each.pk for each in response.context["cl"].result_list][1] == session.pk
