"""Tests of the source document's requests, responses and status codes."""

from typing import Any

import pytest

from analytics.examples import ANALYTICS_DATA, PROGRESS_METRICS
from analytics.models import AuditRecord

from .people import Clinic

UNKNOWN = "00000000-0000-4000-8000-000000000000"
MOMENT = "2025-01-01T10:30:00Z"


def _report(clinic: Clinic, **changes: Any) -> dict[str, Any]:
    return {
        "sessionId": str(clinic.session.pk),
        "progressMetrics": PROGRESS_METRICS,
        "therapistId": str(clinic.therapist.pk),
        "evaluationFeedback": "She kept a steady pace.",
        **changes,
    }


@pytest.fixture
def api(clinic: Clinic) -> Any:
    return clinic.client("therapist")


def _post(api: Any, name: str, body: Any, **headers: str) -> Any:
    return api.post(f"/api/session/{name}", body, format="json", headers=headers)


def _is_error(response: Any, status: int, code: str, *fields: str) -> None:
    assert response.status_code == status, response.content
    body = response.json()
    assert set(body) == {"error", "code", "details"}
    assert body["code"] == code
    assert isinstance(body["error"], str)
    assert body["error"]
    assert set(body["details"]) == set(fields)
    assert all(isinstance(text, str) for text in body["details"].values())


def test_progress(clinic: Clinic, api: Any) -> None:
    stored = _post(api, "progress", _report(clinic))
    assert (stored.status_code, stored.json()) == (
        200,
        {"success": True, "sessionId": str(clinic.session.pk)},
    )
    plain = api.get(f"/api/session/progress?sessionId={clinic.session.pk}")
    assert plain.status_code == 200
    assert plain.json() == {
        "sessionId": str(clinic.session.pk),
        "progressMetrics": PROGRESS_METRICS,
    }
    assert plain["Cache-Control"] == "no-store"
    full = api.get(
        "/api/session/progress", {"sessionId": clinic.session.pk, "includeFeedback": "true"}
    ).json()
    (feedback,) = full["feedback"]
    assert set(feedback) == {"therapistId", "feedback", "createdAt"}
    assert feedback["therapistId"] == str(clinic.therapist.pk)
    assert feedback["feedback"] == "She kept a steady pace."


def test_last_milestone_time_comes_back(clinic: Clinic, api: Any) -> None:
    metrics = {**PROGRESS_METRICS, "lastMilestoneTime": MOMENT}
    _post(api, "progress", _report(clinic, progressMetrics=metrics))
    shown = api.get(f"/api/session/progress?sessionId={clinic.session.pk}").json()
    assert shown["progressMetrics"] == metrics
    milestones = api.get(f"/api/session/snapshots?sessionId={clinic.session.pk}").json()[
        "milestones"
    ]
    assert {m["milestoneName"]: m["achievedAt"] for m in milestones}["exploration"] == MOMENT


def test_progress_that_nobody_reported_is_computed(clinic: Clinic, api: Any) -> None:
    _post(api, "skills", {"sessionId": str(clinic.session.pk), "skillScores": {"Empathy": 78}})
    metrics = api.get(f"/api/session/progress?sessionId={clinic.session.pk}").json()[
        "progressMetrics"
    ]
    assert set(metrics) == set(PROGRESS_METRICS)
    assert metrics["skillScores"] == {"Empathy": 78}
    assert metrics["totalMessages"] == 0


def test_snapshots_and_milestones(clinic: Clinic, api: Any) -> None:
    body = {
        "sessionId": str(clinic.session.pk),
        "snapshots": [
            {"timestamp": "2025-01-01T10:20:00Z", "value": 10},
            {"timestamp": MOMENT, "value": 20},
            {"timestamp": MOMENT, "value": 25.5},
        ],
    }
    stored = _post(api, "snapshots", body)
    assert (stored.status_code, stored.json()) == (
        200,
        {"success": True, "sessionId": str(clinic.session.pk)},
    )
    _post(api, "progress", _report(clinic))
    shown = api.get(f"/api/session/snapshots?sessionId={clinic.session.pk}")
    assert shown.status_code == 200
    assert shown.json()["snapshots"] == [
        {"timestamp": "2025-01-01T10:20:00Z", "value": 10},
        {"timestamp": MOMENT, "value": 25.5},
    ]
    milestones = shown.json()["milestones"]
    assert [m["milestoneName"] for m in milestones] == ["introduction", "exploration"]
    for milestone in milestones:
        assert set(milestone) == {"milestoneName", "milestoneValue", "achievedAt", "metadata"}
        assert milestone["milestoneValue"] == 25.5
        assert milestone["metadata"] == {}


def test_milestones_sent_with_snapshots_keep_their_metadata(clinic: Clinic, api: Any) -> None:
    body = {
        "sessionId": str(clinic.session.pk),
        "snapshots": [{"timestamp": MOMENT, "value": 50}],
        "milestones": [{"milestoneName": "rapport", "metadata": {"note": ["ok", 1]}}],
    }
    assert _post(api, "snapshots", body).status_code == 200
    (milestone,) = api.get(f"/api/session/snapshots?sessionId={clinic.session.pk}").json()[
        "milestones"
    ]
    assert milestone["metadata"] == {"note": ["ok", 1]}
    assert milestone["milestoneValue"] == 50


def test_skills(clinic: Clinic, api: Any) -> None:
    scores = {"Active Listening": 85, "Empathy": 78}
    therapist = str(clinic.therapist.pk)
    for session, shift in ((clinic.earlier, -10), (clinic.session, 0)):
        body = {
            "sessionId": str(session.pk),
            "therapistId": therapist,
            "skillScores": {name: score + shift for name, score in scores.items()},
        }
        stored = _post(api, "skills", body)
        assert (stored.status_code, stored.json()) == (
            200,
            {"success": True, "sessionId": str(session.pk), "therapistId": therapist},
        )
    _post(api, "skills", {"sessionId": str(clinic.session.pk), "skillScores": {"Empathy": 80}})
    shown = api.get(f"/api/session/skills?therapistId={therapist}")
    assert shown.status_code == 200
    body = shown.json()
    assert (body["therapistId"], body["sessionId"]) == (therapist, "")
    assert [skill["skillName"] for skill in body["skills"]] == ["Empathy", "Active Listening"]
    empathy = body["skills"][0]
    assert set(empathy) == {
        "skillName",
        "skillCategory",
        "currentScore",
        "practiceSessions",
        "lastPracticed",
        "createdAt",
    }
    assert (empathy["currentScore"], empathy["practiceSessions"]) == (80, 2)
    assert empathy["skillCategory"] == "therapeutic"
    assert empathy["createdAt"] < empathy["lastPracticed"]
    of_one = api.get(f"/api/session/skills?sessionId={clinic.earlier.pk}").json()
    assert {s["skillName"]: s["currentScore"] for s in of_one["skills"]} == {
        "Active Listening": 75,
        "Empathy": 68,
    }
    assert of_one["therapistId"] == therapist


def test_analytics_come_back_as_they_were_sent(clinic: Clinic, api: Any) -> None:
    sent = {
        **ANALYTICS_DATA,
        "skillProgress": [{**ANALYTICS_DATA["skillProgress"][0], "ownField": {"b": 1, "a": 2.5}}],
        "comparativeData": {
            "currentSession": ANALYTICS_DATA["sessionMetrics"][0],
            "trend": "improving",
        },
    }
    body = {"sessionId": str(clinic.session.pk), "analyticsData": sent}
    stored = _post(api, "analytics", body)
    assert (stored.status_code, stored.json()) == (
        200,
        {"success": True, "sessionId": str(clinic.session.pk)},
    )
    shown = api.get(f"/api/session/analytics?sessionId={clinic.session.pk}")
    assert (shown.status_code, shown.json()) == (200, body)


@pytest.mark.parametrize(("time_range", "left"), [("7d", 1), ("30d", 2), ("90d", 3), ("1y", 4)])
def test_time_range_filters_the_dated_lists(
    clinic: Clinic, api: Any, time_range: str, left: int
) -> None:
    from datetime import timedelta

    from sessions_core.clock import now

    days = [now() - timedelta(days=ago) for ago in (3, 20, 80, 300, 400)]
    metrics = [{"date": day.date().isoformat(), "sessions": 1} for day in days]
    points = [{"timestamp": day.isoformat(), "value": 1} for day in days]
    sent = {**ANALYTICS_DATA, "sessionMetrics": metrics, "progressSnapshots": points}
    _post(api, "analytics", {"sessionId": str(clinic.session.pk), "analyticsData": sent})
    url = f"/api/session/analytics?sessionId={clinic.session.pk}&timeRange={time_range}"
    data = api.get(url).json()["analyticsData"]
    assert data["sessionMetrics"] == metrics[:left]
    assert data["progressSnapshots"] == points[:left]
    assert data["skillProgress"] == sent["skillProgress"]


def test_analytics_that_nobody_sent_are_computed(clinic: Clinic, api: Any) -> None:
    _post(
        api,
        "snapshots",
        {
            "sessionId": str(clinic.session.pk),
            "snapshots": [{"timestamp": MOMENT, "value": 60}],
        },
    )
    _post(api, "skills", {"sessionId": str(clinic.earlier.pk), "skillScores": {"Empathy": 40}})
    _post(api, "progress", _report(clinic))
    data = api.get(f"/api/session/analytics?sessionId={clinic.session.pk}").json()["analyticsData"]
    for part in ("sessionMetrics", "skillProgress", "summaryStats", "progressSnapshots"):
        assert data[part], part
        for entry in data[part]:
            assert set(entry) == set(ANALYTICS_DATA[part][0]), part
    assert data["sessionMetrics"][0]["date"] == "2025-01-01"
    skill = {entry["skill"]: entry for entry in data["skillProgress"]}["Empathy"]
    assert (skill["trend"], skill["averageImprovement"]) == ("up", 38)
    comparative = data["comparativeData"]
    assert comparative["trend"] == "improving"
    assert comparative["previousSession"]["sessionId"] == str(clinic.earlier.pk)


def _comparison(clinic: Clinic, **changes: Any) -> dict[str, Any]:
    return {
        "therapistId": str(clinic.therapist.pk),
        "currentSessionId": str(clinic.session.pk),
        "previousSessionId": str(clinic.earlier.pk),
        "improvementScore": 85,
        "metrics": {
            "progressImprovement": 10,
            "skillScoreImprovement": 5,
            "responseTimeImprovement": 0.5,
        },
        **changes,
    }


def test_comparison(clinic: Clinic, api: Any) -> None:
    sent = _comparison(clinic)
    stored = _post(api, "comparison", sent)
    assert stored.status_code == 201
    answer = stored.json()
    assert set(answer) == {"success", "comparisonId", "therapistId", "currentSessionId"}
    assert answer["success"] is True
    for query in (f"therapistId={clinic.therapist.pk}", f"sessionId={clinic.session.pk}"):
        shown = api.get(f"/api/session/comparison?{query}&timeRange=7d")
        assert shown.status_code == 200
        assert shown.json()["therapistId"] == str(clinic.therapist.pk)
        (entry,) = shown.json()["comparisons"]
        assert entry.pop("id") == answer["comparisonId"]
        assert entry.pop("analyzedAt")
        assert entry.pop("currentSessionStartedAt") > entry.pop("previousSessionStartedAt")
        evidence = entry.pop("reliableChange")
        assert evidence["smallestDetectableChange"] == pytest.approx(12.396, abs=0.001)
        assert entry.pop("trend") == "stable"  # a change of 5 points is within the noise
        assert entry == sent


def test_comparison_computes_what_is_left_out(clinic: Clinic, api: Any) -> None:
    for session, score, seconds in ((clinic.earlier, 50, 3.0), (clinic.session, 90, 2.5)):
        metrics = {**PROGRESS_METRICS, "skillScores": {"Empathy": score}, "responseTime": seconds}
        _post(api, "progress", _report(clinic, sessionId=str(session.pk), progressMetrics=metrics))
    sent = {
        "currentSessionId": str(clinic.session.pk),
        "previousSessionId": str(clinic.earlier.pk),
    }
    assert _post(api, "comparison", sent).status_code == 201
    (entry,) = api.get(f"/api/session/comparison?sessionId={clinic.session.pk}").json()[
        "comparisons"
    ]
    assert entry["trend"] == "improving"
    assert entry["metrics"]["skillScoreImprovement"] == 40
    assert entry["metrics"]["responseTimeImprovement"] == 0.5
    assert entry["improvementScore"] > 97.5
    assert entry["reliableChange"]["insufficientData"] is False


def test_the_session_itself(clinic: Clinic, api: Any) -> None:
    begun = _post(api, "sessions", {"clientId": "client-5", "startTime": "2025-01-01T10:00:00Z"})
    assert begun.status_code == 201
    session = begun.json()
    assert session == {
        "id": session["id"],
        "clientId": "client-5",
        "therapistId": str(clinic.therapist.pk),
        "startTime": "2025-01-01T10:00:00Z",
        "status": "active",
        "progress": 0,
    }
    url = f"/api/session/sessions/{session['id']}"
    changed = api.patch(url, {"status": "completed", "progress": 80.5}, format="json")
    assert changed.status_code == 200
    assert (changed.json()["status"], changed.json()["progress"]) == ("completed", 80.5)
    assert changed.json()["endTime"]
    _is_error(
        api.patch(url, {"status": "active"}, format="json"), 400, "VALIDATION_ERROR", "status"
    )
    full = api.get(url).json()
    assert {"progressSnapshots", "analyticsData", "sessionMetrics", "progressMetrics"} <= set(full)
    listed = api.get("/api/session/sessions?status=completed").json()
    assert (listed["total"], listed["sessions"][0]["id"]) == (1, session["id"])


@pytest.mark.parametrize(
    "name", ["progress", "snapshots", "skills", "analytics", "comparison", "sessions"]
)
def test_missing_fields_are_400(api: Any, name: str) -> None:
    response = _post(api, name, {})
    assert response.status_code == 400
    assert response.json()["code"] == "VALIDATION_ERROR"
    assert response.json()["details"]


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("progress", "sessionId"),
        ("snapshots", "sessionId"),
        ("analytics", "sessionId"),
        ("skills", "sessionId"),
        ("comparison", "sessionId"),
    ],
)
def test_reading_without_an_id_is_400(api: Any, name: str, field: str) -> None:
    _is_error(api.get(f"/api/session/{name}"), 400, "VALIDATION_ERROR", field)


@pytest.mark.parametrize("unknown", [UNKNOWN, "string", "12", "é", "a" * 99])
@pytest.mark.parametrize("name", ["progress", "snapshots", "skills", "analytics", "comparison"])
def test_an_unknown_session_is_404(api: Any, name: str, unknown: str) -> None:
    _is_error(api.get(f"/api/session/{name}", {"sessionId": unknown}), 404, "SESSION_NOT_FOUND")


@pytest.mark.parametrize("name", ["skills", "comparison"])
@pytest.mark.parametrize("unknown", ["999999", "nobody", "9" * 30])
def test_an_unknown_therapist_is_404(api: Any, name: str, unknown: str) -> None:
    _is_error(api.get(f"/api/session/{name}", {"therapistId": unknown}), 404, "THERAPIST_NOT_FOUND")


def test_writing_to_an_unknown_session_is_404(clinic: Clinic, api: Any) -> None:
    bodies = {
        "progress": _report(clinic, sessionId=UNKNOWN),
        "snapshots": {
            "sessionId": UNKNOWN,
            "snapshots": [{"timestamp": MOMENT, "value": 1}],
        },
        "skills": {"sessionId": UNKNOWN, "skillScores": {"Empathy": 1}},
        "analytics": {"sessionId": UNKNOWN, "analyticsData": ANALYTICS_DATA},
        "comparison": _comparison(clinic, previousSessionId=UNKNOWN),
    }
    for name, body in bodies.items():
        _is_error(_post(api, name, body), 404, "SESSION_NOT_FOUND")


def test_errors_of_the_frame_have_the_same_shape(clinic: Clinic, api: Any) -> None:
    anonymous = clinic.client("anonymous").get("/api/session/progress")
    _is_error(anonymous, 401, "UNAUTHORIZED")
    assert anonymous["WWW-Authenticate"].startswith("Bearer")
    _is_error(api.delete("/api/session/progress"), 405, "METHOD_NOT_ALLOWED")
    _is_error(api.get("/api/session/nothing/here"), 404, "NOT_FOUND")
    broken = api.post("/api/session/progress", "{", content_type="application/json")
    assert (broken.status_code, broken.json()["code"]) == (400, "VALIDATION_ERROR")
    text = api.post("/api/session/progress", "x", content_type="text/plain")
    _is_error(text, 415, "UNSUPPORTED_MEDIA_TYPE")
    other_range = api.get(f"/api/session/analytics?sessionId={clinic.session.pk}&timeRange=2d")
    _is_error(other_range, 400, "VALIDATION_ERROR", "timeRange")


def test_the_limit_is_a_hundred_a_minute(clinic: Clinic, api: Any) -> None:
    url = f"/api/session/snapshots?sessionId={clinic.session.pk}"
    first = api.get(url)
    assert (first["RateLimit-Limit"], first["RateLimit-Remaining"]) == ("100", "99")
    statuses = [api.get(url).status_code for _ in range(99)]
    assert set(statuses) == {200}
    refused = api.get(url)
    _is_error(refused, 429, "RATE_LIMIT_EXCEEDED")
    assert int(refused["Retry-After"]) >= 1
    assert clinic.client("supervisor").get(url).status_code == 200
    assert AuditRecord.objects.filter(status=429).count() == 1


def test_a_key_again_stores_nothing_again(clinic: Clinic, api: Any) -> None:
    key = {"Idempotency-Key": "one"}
    first = _post(api, "progress", _report(clinic), **key)
    again = _post(api, "progress", _report(clinic), **key)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again["Idempotency-Replayed"] == "true"
    assert clinic.session.progress_records.count() == 1
    assert clinic.session.feedback.count() == 1
    other = _post(api, "progress", _report(clinic, evaluationFeedback="x"), **key)
    assert other.status_code == 422
    assert clinic.session.progress_records.count() == 1


def test_the_same_key_text_for_another_list_is_another_key(clinic: Clinic, api: Any) -> None:
    key = {"Idempotency-Key": "one"}
    skills = {"sessionId": str(clinic.session.pk), "skillScores": {"Empathy": 78}}
    sent = [("progress", _report(clinic)), ("skills", skills)]
    first = [_post(api, name, body, **key) for name, body in sent]
    again = [_post(api, f"{name}/", body, **key) for name, body in sent]
    assert not any("Idempotency-Replayed" in response for response in first)
    assert all(response["Idempotency-Replayed"] == "true" for response in again)
    changes = [
        api.patch(f"/api/session/sessions/{one.pk}", {"progress": 5}, format="json", headers=key)
        for one in (clinic.session, clinic.earlier)
    ]
    assert [response.status_code for response in changes] == [200, 200]
    assert not any("Idempotency-Replayed" in response for response in changes)


@pytest.mark.parametrize("slash", ["", "/"])
def test_every_path_answers_with_and_without_the_slash(
    clinic: Clinic, api: Any, slash: str
) -> None:
    url = f"/api/session/progress{slash}?sessionId={clinic.session.pk}"
    assert api.get(url).status_code == 200
