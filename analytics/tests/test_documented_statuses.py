"""Tests of each status that the source document lists for an operation."""

from typing import Any
from unittest import mock

import pytest
from django.db import InternalError, OperationalError
from django.test import override_settings

from analytics.limits import SCOPE

from .people import Clinic

OPERATIONS = [
    (method, path)
    for path in (
        "/api/session/progress",
        "/api/session/snapshots",
        "/api/session/skills",
        "/api/session/analytics",
        "/api/session/comparison",
        "/api/evaluation",
    )
    for method in ("post", "get")
]
each_operation = pytest.mark.parametrize(("method", "path"), OPERATIONS)


def _ask(clinic: Clinic, who: str, method: str, path: str) -> Any:
    api = clinic.client(who)
    api.raise_request_exception = False
    return getattr(api, method)(path, {}, format="json")


def _is_error(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert set(answer.json()) == {"error", "code", "details"}


@each_operation
def test_400_without_the_required_fields(clinic: Clinic, method: str, path: str) -> None:
    _is_error(_ask(clinic, "supervisor", method, path), 400, "VALIDATION_ERROR")


@each_operation
def test_401_without_a_token(clinic: Clinic, method: str, path: str) -> None:
    answer = _ask(clinic, "anonymous", method, path)
    _is_error(answer, 401, "UNAUTHORIZED")
    assert answer["WWW-Authenticate"].startswith("Bearer")


@each_operation
def test_403_without_a_role(clinic: Clinic, method: str, path: str) -> None:
    _is_error(_ask(clinic, "learner", method, path), 403, "FORBIDDEN")


@each_operation
@override_settings(SESSIONS_LIMITS={SCOPE: [(1, 60)]})
def test_429_over_the_limit(clinic: Clinic, method: str, path: str) -> None:
    first = _ask(clinic, "therapist", method, path)
    assert (first["RateLimit-Limit"], first["RateLimit-Remaining"]) == ("1", "0")
    answer = _ask(clinic, "therapist", method, path)
    _is_error(answer, 429, "RATE_LIMIT_EXCEEDED")
    assert 1 <= int(answer["Retry-After"]) <= 60


@each_operation
def test_500_on_a_database_error(clinic: Clinic, method: str, path: str) -> None:
    broken = mock.patch("analytics.views.base.AuditedView.cleaned", side_effect=InternalError("x"))
    with broken:
        _is_error(_ask(clinic, "therapist", method, path), 500, "INTERNAL_ERROR")


@each_operation
def test_503_while_the_database_is_away(clinic: Clinic, method: str, path: str) -> None:
    away = mock.patch("analytics.views.base.AuditedView.cleaned", side_effect=OperationalError("x"))
    with away:
        answer = _ask(clinic, "therapist", method, path)
    _is_error(answer, 503, "SERVICE_UNAVAILABLE")
    assert int(answer["Retry-After"]) >= 1
