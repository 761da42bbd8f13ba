"""Tests hostile values in every field: a 4xx in the surface's format, or stored as sent."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings

from analytics.examples import ANALYTICS_DATA, PROGRESS_METRICS
from analytics.views.base import SCOPE

from .people import Clinic

HOSTILE: list[Any] = [
    None,
    True,
    "",
    " ",
    "x" * 100_000,
    "\u202e\ufeff\u200b",
    "'; DROP TABLE auth_user; --",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "${jndi:ldap://x}",
    "9999-99-99T99:99:99Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    -1,
    0.1,
    101,
    2**31,
    2**63,
    1e308,
    -1e308,
    [],
    {},
    [[[]]],
    {"": {"a": [None]}},
]


def _bodies(clinic: Clinic) -> dict[str, dict[str, Any]]:
    session = str(clinic.session.pk)
    return {
        "/api/session/progress": {
            "sessionId": session,
            "therapistId": str(clinic.therapist.pk),
            "evaluationFeedback": "x",
            "progressMetrics": {**PROGRESS_METRICS, "lastMilestoneTime": "2025-01-01T00:00:00Z"},
        },
        "/api/session/snapshots": {
            "sessionId": session,
            "snapshots": [{"timestamp": "2025-01-01T00:00:00Z", "value": 1}],
            "milestones": [{"milestoneName": "m", "metadata": {"a": 1}}],
        },
        "/api/session/skills": {"sessionId": session, "skillScores": {"Empathy": 1}},
        "/api/session/analytics": {"sessionId": session, "analyticsData": ANALYTICS_DATA},
        "/api/session/comparison": {
            "currentSessionId": session,
            "previousSessionId": str(clinic.earlier.pk),
            "improvementScore": 1,
            "metrics": {"progressImprovement": 1},
        },
        "/api/session/sessions": {"clientId": "c", "startTime": "2025-01-01T00:00:00Z"},
        "/api/evaluation": {
            "sessionId": session,
            "feedback": "x",
            "rating": 3,
            "comments": "",
            "evaluatorId": "1",
        },
    }


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _places(child, (*path, key))
    elif isinstance(value, list):
        for number, child in enumerate(value):
            yield from _places(child, (*path, number))


def _with(body: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(body)
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return changed


@override_settings(SESSIONS_LIMITS={SCOPE: [(1_000_000, 60)]})
def test_no_value_in_any_field_is_a_fault(clinic: Clinic) -> None:
    clients = {"evaluation": clinic.client("supervisor"), "session": clinic.client("therapist")}
    sent = 0
    for url, body in _bodies(clinic).items():
        api = clients[url.split("/")[2]]
        for path in _places(body):
            # Each field gets every other value, and all fields together get all, to save time.
            for value in HOSTILE[sent % 3 :: 3]:
                answer = api.post(url, _with(body, path, value), format="json")
                sent += 1
                assert answer.status_code < 500, (url, path, value)
                if answer.status_code >= 400:
                    assert set(answer.json()) == {"error", "code", "details"}, (url, path, value)
    assert sent > 400


@pytest.mark.parametrize(
    "raw",
    [
        b"\xff",
        b"[]",
        b"null",
        b"{" * 70,
        b'{"sessionId": "\\ud800"}',
        b'{"sessionId": "\\u0000"}',
        b'{"sessionId": NaN}',
        b'{"a":' * 100 + b"1" + b"}" * 100,
    ],
)
def test_bytes_that_are_no_request(clinic: Clinic, raw: bytes) -> None:
    answer = clinic.client("therapist").post(
        "/api/session/skills", raw, content_type="application/json"
    )
    assert answer.status_code == 400
    assert answer.json()["code"] == "VALIDATION_ERROR"


@pytest.mark.parametrize(
    "query", ["sessionId=%00", "sessionId=%ff", "sessionId=a&timeRange[]=1", "reason=%00", "%00=1"]
)
def test_hostile_addresses(clinic: Clinic, query: str) -> None:
    answer = clinic.client("staff").get(f"/api/session/analytics?{query}")
    assert answer.status_code in {400, 404}
    assert set(answer.json()) == {"error", "code", "details"}
