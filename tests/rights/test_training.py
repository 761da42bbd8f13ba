"""Therapist training: everybody as they stand to one therapist's session."""

from typing import Any

import pytest

from analytics import examples
from analytics.tests.people import Clinic, make_clinic
from evaluations.models import Evaluation

from . import table
from .people import status_of

pytestmark = pytest.mark.django_db

COMPARE = "POST /api/session/comparison"
UNKNOWN = "00000000-0000-4000-8000-000000000000"
#: Whoever has no part in the therapist surface, or none in this record.
OUTSIDE = {
    "anonymous": 401,
    "learner": 403,
    "stranger": 403,
    "far_supervisor": 403,
    "far_evaluator": 403,
}
READ = {**OUTSIDE, "therapist": 200, "supervisor": 200, "evaluator": 200, "staff": 200}
WRITE = {**OUTSIDE, "therapist": 200, "supervisor": 403, "evaluator": 403, "staff": 200}
TEXT = {**READ, "staff": 403, "auditor": 403}
EVALUATE = {**OUTSIDE, "therapist": 403, "supervisor": 200, "evaluator": 200, "staff": 403}
#: Of an evaluation that the supervisor wrote, the evaluator reads nothing.
ANOTHERS_TEXT = {**TEXT, "evaluator": 403}
AUTHOR = {**OUTSIDE, "therapist": 403, "supervisor": 200, "evaluator": 403, "staff": 403}
LIST = {**dict.fromkeys(READ, 200), "anonymous": 401, "learner": 403}
START = {**LIST, "supervisor": 403, "far_supervisor": 403, "evaluator": 403, "far_evaluator": 403}
MISSING = {**dict.fromkeys(READ, 404), "anonymous": 401, "learner": 403}


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


@pytest.fixture
def evaluation(clinic: Clinic) -> Evaluation:
    client = clinic.client("supervisor")
    client.post("/api/evaluation", evaluation_of(clinic, clinic.supervisor), format="json")
    return Evaluation.objects.get()


def evaluation_of(clinic: Clinic, evaluator: Any) -> dict[str, Any]:
    return {
        "sessionId": str(clinic.session.pk),
        "evaluatorId": str(evaluator.pk),
        "feedback": "Warm and clear",
        "rating": 5,
        "comments": "Ready for more",
    }


def id_of(clinic: Clinic, name: str) -> str:
    """The caller's own; staff hold no sessions, and act on the therapist's behalf."""
    return str(getattr(clinic, "therapist" if name in {"staff", "anonymous"} else name).pk)


def body_of(clinic: Clinic, operation: str, session_id: Any) -> dict[str, Any]:
    session = {"sessionId": str(session_id)}
    return {
        "PATCH /api/session/sessions/<session_id>": {"progress": 40},
        "POST /api/session/progress": {
            **session,
            "progressMetrics": examples.PROGRESS_METRICS,
        },
        "POST /api/session/snapshots": {**session, "snapshots": examples.SNAPSHOTS},
        "POST /api/session/skills": {**session, "skillScores": {"Empathy": 78}},
        "POST /api/session/analytics": {**session, "analyticsData": examples.ANALYTICS_DATA},
        "POST /api/session/comparison": {
            "therapistId": lambda name: id_of(clinic, name),
            "currentSessionId": str(session_id),
            "previousSessionId": str(clinic.earlier.pk),
        },
    }.get(operation, session)


def statuses(clinic: Clinic, operation: str, body: Any, people: Any, **path: Any) -> dict[str, int]:
    found = {}
    for name in people:
        person = None if name == "anonymous" else getattr(clinic, name)
        sent = {k: v(name) if callable(v) else v for k, v in (body or {}).items()}
        found[name] = status_of(person, operation, sent, **path)
    return found


@pytest.mark.parametrize("operation", sorted(table.METRICS_READ))
def test_metrics_are_read_by_those_of_the_record(clinic, operation) -> None:
    session_id = clinic.session.pk
    found = statuses(clinic, operation, {"sessionId": session_id}, READ, session_id=session_id)
    assert found == READ


@pytest.mark.parametrize("operation", sorted(table.METRICS_WRITE))
def test_metrics_are_written_by_the_therapist_or_on_their_behalf(clinic, operation) -> None:
    session_id = clinic.session.pk
    body = body_of(clinic, operation, session_id)
    assert statuses(clinic, operation, body, WRITE, session_id=session_id) == WRITE


@pytest.mark.parametrize("operation", sorted(table.METRICS_READ | table.METRICS_WRITE - {COMPARE}))
def test_an_unknown_session_is_a_404_to_whoever_has_a_part(clinic, operation) -> None:
    body = body_of(clinic, operation, UNKNOWN)
    assert statuses(clinic, operation, body, MISSING, session_id=UNKNOWN) == MISSING


def test_an_unknown_session_is_compared_with_nothing(clinic) -> None:
    for current, previous in [(UNKNOWN, clinic.earlier.pk), (clinic.session.pk, UNKNOWN)]:
        body = {
            "therapistId": str(clinic.therapist.pk),
            "currentSessionId": str(current),
            "previousSessionId": str(previous),
        }
        assert statuses(clinic, COMPARE, body, ["therapist", "staff"]) == {
            "therapist": 404,
            "staff": 404,
        }


@pytest.mark.parametrize("operation", sorted(table.TEXT_READ))
def test_text_about_people_is_read_by_those_of_the_record(clinic, operation) -> None:
    asked = {"sessionId": clinic.session.pk}
    assert statuses(clinic, operation, asked, TEXT) == TEXT


@pytest.mark.parametrize("operation", sorted(table.TEXT_READ))
def test_staff_read_text_for_a_stated_reason_alone(clinic, operation) -> None:
    asked = {"sessionId": clinic.session.pk, "reason": "A complaint of 3 May"}
    assert statuses(clinic, operation, asked, ["staff", "learner"]) == {
        "staff": 200,
        "learner": 403,
    }


@pytest.mark.parametrize("operation", sorted(table.EVALUATE))
def test_evaluations_are_written_by_those_linked_or_assigned(clinic, operation) -> None:
    body = {
        **evaluation_of(clinic, clinic.supervisor),
        "evaluatorId": lambda name: id_of(clinic, name),
    }
    assert statuses(clinic, operation, body, EVALUATE) == EVALUATE


@pytest.mark.parametrize("operation", sorted(table.EVALUATE | table.METRICS_WRITE))
def test_nobody_writes_as_somebody_else(clinic, operation) -> None:
    body = {
        **evaluation_of(clinic, clinic.supervisor),
        **body_of(clinic, operation, clinic.session.pk),
        "evaluatorId": str(clinic.supervisor.pk),
        "therapistId": str(clinic.therapist.pk),
    }
    outsiders = ["stranger", "far_supervisor", "far_evaluator", "evaluator"]
    found = statuses(clinic, operation, body, outsiders, session_id=clinic.session.pk)
    assert found == dict.fromkeys(outsiders, 403)


@pytest.mark.parametrize("operation", sorted(table.EVALUATION_READ))
def test_one_evaluation(clinic, evaluation, operation) -> None:
    found = statuses(clinic, operation, None, ANOTHERS_TEXT, evaluation_id=evaluation.pk)
    assert found == ANOTHERS_TEXT


@pytest.mark.parametrize("operation", sorted(table.EVALUATION_WRITE))
def test_an_evaluation_is_edited_by_its_author(clinic, evaluation, operation) -> None:
    found = statuses(clinic, operation, {"rating": 4}, AUTHOR, evaluation_id=evaluation.pk)
    assert found == AUTHOR


@pytest.mark.parametrize("operation", sorted(table.EVALUATION_READ | table.EVALUATION_WRITE))
def test_an_unknown_evaluation(clinic, operation) -> None:
    found = statuses(clinic, operation, {"rating": 4}, MISSING, evaluation_id=UNKNOWN)
    assert found == MISSING


@pytest.mark.parametrize("operation", sorted(table.TRAINING_LIST))
def test_a_list_shows_what_the_caller_may_see(clinic, operation) -> None:
    assert statuses(clinic, operation, None, LIST) == LIST
    seen = {
        name: len(clinic.client(name).get("/api/session/sessions").json()["sessions"])
        for name in LIST
        if LIST[name] == 200
    }
    assert seen == {
        "therapist": 2,
        "stranger": 1,
        "supervisor": 2,
        "far_supervisor": 0,
        "evaluator": 1,
        "far_evaluator": 0,
        "staff": 3,
    }


@pytest.mark.parametrize("operation", sorted(table.TRAINING_START))
def test_therapists_begin_sessions(clinic, operation) -> None:
    body = {
        "clientId": "client-3",
        "therapistId": lambda name: id_of(clinic, name),
    }
    assert statuses(clinic, operation, body, START) == START


@pytest.mark.parametrize("operation", sorted(table.AUDIT))
def test_the_audit_is_read_by_auditors_and_of_oneself(clinic, operation) -> None:
    expected = {
        "anonymous": 401,
        "learner": 403,
        "therapist": 200,
        "stranger": 200,
        "supervisor": 403,
        "evaluator": 403,
        "staff": 403,
        "auditor": 200,
    }
    assert statuses(clinic, operation, None, expected) == expected
    records = clinic.client("stranger").get("/api/session/audit").json()["records"]
    assert {record["therapistId"] for record in records} <= {str(clinic.stranger.pk)}
