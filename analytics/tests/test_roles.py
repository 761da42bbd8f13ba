"""Tests every route of the surface for users with every role and relationship to the record.

The routes are read from the URLconf, so that a new one fails until its rights are declared.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.urls import URLPattern
from django.utils import timezone

from analytics import urls as analytics_urls
from analytics.examples import ANALYTICS_DATA, PROGRESS_METRICS
from analytics.models import EvaluatorAssignment, SupervisorLink, TherapistSession
from analytics.recording.sessions import begin
from analytics.recording.skills import add_scores
from evaluations import recording
from evaluations import urls as evaluations_urls
from evaluations.models import Evaluation

from .people import Clinic

MISSING = "00000000-0000-4000-8000-000000000000"
PEOPLE = (
    "anonymous",
    "learner",
    "therapist",
    "stranger",
    "supervisor",
    "far_supervisor",
    "evaluator",
    "far_evaluator",
    "staff",
    "auditor",
)


def _rights(**statuses: int) -> dict[str, int]:
    """Users not listed get a 403, and requests without a user a 401. An auditor is staff."""
    found = dict.fromkeys(PEOPLE, 403) | {"anonymous": 401} | statuses
    return found | {"auditor": statuses.get("auditor", statuses.get("staff", 403))}


READ = _rights(therapist=200, supervisor=200, evaluator=200, staff=200)
TEXT = READ | {"staff": 403, "auditor": 403}
WRITE = _rights(therapist=200, staff=200)
EVALUATE = _rights(supervisor=201, evaluator=201)


@dataclass(frozen=True)
class Case:
    """``path`` and ``body`` are functions of a session's id, an evaluation's id and the clinic."""

    method: str
    path: str
    expected: dict[str, int]
    body: Callable[[str, Clinic], dict[str, Any]] | None = None
    missing: bool = True


def _session_body(**more: Any) -> Callable[[str, Clinic], dict[str, Any]]:
    return lambda session_id, clinic: {"sessionId": session_id, **more}


def _comparison(session_id: str, clinic: Clinic) -> dict[str, Any]:
    return {"currentSessionId": session_id, "previousSessionId": str(clinic.earlier.pk)}


SNAPSHOTS = [{"timestamp": "2025-01-01T10:00:00Z", "value": 1}]
CASES: dict[str, list[Case]] = {
    "training-sessions": [
        Case(
            "get",
            "/api/session/sessions",
            _rights(**dict.fromkeys(PEOPLE[2:], 200)),
            missing=False,
        ),
        Case(
            "post",
            "/api/session/sessions",
            _rights(therapist=201, stranger=201),
            lambda session_id, clinic: {"clientId": "c"},
            missing=False,
        ),
    ],
    "training-session": [
        Case("get", "/api/session/sessions/{id}", READ),
        Case("patch", "/api/session/sessions/{id}", WRITE, lambda s, c: {"progress": 5}),
    ],
    "training-progress": [
        Case("get", "/api/session/progress?sessionId={id}", READ),
        Case("get", "/api/session/progress?includeFeedback=true&sessionId={id}", TEXT),
        Case(
            "post", "/api/session/progress", WRITE, _session_body(progressMetrics=PROGRESS_METRICS)
        ),
    ],
    "training-snapshots": [
        Case("get", "/api/session/snapshots?sessionId={id}", READ),
        Case("post", "/api/session/snapshots", WRITE, _session_body(snapshots=SNAPSHOTS)),
    ],
    "training-skills": [
        Case("get", "/api/session/skills?sessionId={id}", READ),
        Case("post", "/api/session/skills", WRITE, _session_body(skillScores={"Empathy": 1})),
    ],
    "training-analytics": [
        Case("get", "/api/session/analytics?sessionId={id}", READ),
        Case("post", "/api/session/analytics", WRITE, _session_body(analyticsData=ANALYTICS_DATA)),
    ],
    "training-comparison": [
        Case("get", "/api/session/comparison?sessionId={id}", READ),
        Case(
            "post",
            "/api/session/comparison",
            WRITE | {"therapist": 201, "staff": 201, "auditor": 201},
            _comparison,
            missing=False,
        ),
    ],
    "training-audit": [
        Case(
            "get",
            "/api/session/audit",
            _rights(therapist=200, stranger=200, auditor=200),
            missing=False,
        ),
    ],
    "evaluations": [
        Case("get", "/api/evaluation?sessionId={id}", TEXT),
        Case("post", "/api/evaluation", EVALUATE, _session_body(feedback="ok", rating=3)),
    ],
    "evaluation": [
        Case("get", "/api/evaluation/{evaluation}", TEXT),
        Case(
            "patch",
            "/api/evaluation/{evaluation}",
            _rights(evaluator=200),
            lambda s, c: {"rating": 2},
        ),
    ],
}


def _route_names() -> set[str]:
    patterns: list[URLPattern] = [*analytics_urls.urlpatterns, *evaluations_urls.urlpatterns]
    return {pattern.name for pattern in patterns if pattern.name}


def _methods(name: str) -> set[str]:
    patterns = [*analytics_urls.urlpatterns, *evaluations_urls.urlpatterns]
    (view,) = {pattern.callback for pattern in patterns if pattern.name == name}
    return set(view.actions) - {"head"}


def test_every_route_and_method_is_declared() -> None:
    assert set(CASES) == _route_names()
    for name, cases in CASES.items():
        assert {case.method for case in cases} == _methods(name), name


def _evaluation(clinic: Clinic) -> Evaluation:
    return recording.write(
        clinic.session, clinic.evaluator.pk, rating=4, feedback="fine", comments=""
    )


def _ask(clinic: Clinic, case: Case, who: str, session_id: str, evaluation_id: str) -> int:
    path = case.path.format(id=session_id, evaluation=evaluation_id)
    body = case.body(session_id, clinic) if case.body else None
    call = getattr(clinic.client(who), case.method)
    return (call(path, body, format="json") if body is not None else call(path)).status_code


ALL = [
    pytest.param(case, id=f"{case.method} {case.path}") for one in CASES.values() for case in one
]


def _names_a_record(case: Case) -> bool:
    return "{" in case.path or case.method != "get"


def test_how_many_cases_there_are(record_figure: Callable[[str], None]) -> None:
    of_records = [case for case in ALL if _names_a_record(case.values[0])]
    missing = [case for case in ALL if case.values[0].missing]
    count = len(PEOPLE) * (len(ALL) + len(missing)) + (3 + 2) * len(of_records)
    record_figure(
        f"A1: therapist surface: {len(ALL)} requests, {count} cases of role and relationship"
    )
    assert count > 400


@pytest.mark.parametrize("case", ALL)
def test_rights(clinic: Clinic, case: Case) -> None:
    evaluation = _evaluation(clinic)
    found = {
        who: _ask(clinic, case, who, str(clinic.session.pk), str(evaluation.pk)) for who in PEOPLE
    }
    assert found == case.expected


@pytest.mark.parametrize("case", [param for param in ALL if param.values[0].missing])
def test_what_is_missing(clinic: Clinic, case: Case) -> None:
    found = {who: _ask(clinic, case, who, MISSING, MISSING) for who in PEOPLE}
    assert found == dict.fromkeys(PEOPLE, 404) | {"anonymous": 401, "learner": 403}


@pytest.mark.parametrize("case", [one for one in ALL if _names_a_record(one.values[0])])
def test_a_right_that_has_not_begun_is_none(clinic: Clinic, case: Case) -> None:
    evaluation = _evaluation(clinic)
    tomorrow = timezone.now() + timedelta(days=1)
    SupervisorLink.objects.update(began_at=tomorrow)
    EvaluatorAssignment.objects.update(began_at=tomorrow)
    for who in ("supervisor", "evaluator"):
        assert _ask(clinic, case, who, str(clinic.session.pk), str(evaluation.pk)) == 403


@pytest.mark.parametrize("case", [one for one in ALL if _names_a_record(one.values[0])])
def test_a_right_taken_away_is_gone_on_the_next_request(clinic: Clinic, case: Case) -> None:
    """Rights end with links, assignments and groups, although tokens stay the same."""
    evaluation = _evaluation(clinic)
    ids = str(clinic.session.pk), str(evaluation.pk)
    for who in ("supervisor", "evaluator", "therapist"):
        _ask(clinic, case, who, *ids)
    SupervisorLink.objects.update(ended_at=timezone.now())
    EvaluatorAssignment.objects.update(ended_at=timezone.now())
    clinic.therapist.groups.clear()
    for who in ("supervisor", "evaluator", "therapist"):
        assert _ask(clinic, case, who, *ids) == 403


def test_a_replayed_key_does_not_outlive_the_right(clinic: Clinic) -> None:
    api = clinic.client("evaluator")
    body = {"sessionId": str(clinic.session.pk), "feedback": "ok", "rating": 3}
    first = api.post("/api/evaluation", body, format="json", headers={"Idempotency-Key": "k"})
    assert first.status_code == 201
    EvaluatorAssignment.objects.all().delete()
    again = api.post("/api/evaluation", body, format="json", headers={"Idempotency-Key": "k"})
    assert again.status_code == 403


def test_the_body_does_not_say_who_one_is(clinic: Clinic) -> None:
    body = {
        "sessionId": str(clinic.session.pk),
        "therapistId": str(clinic.therapist.pk),
        "skillScores": {"Empathy": 1},
    }
    refused = clinic.client("stranger").post("/api/session/skills", body, format="json")
    assert (refused.status_code, refused.json()["code"]) == (403, "NOT_THE_CALLER")
    body["therapistId"] = str(clinic.stranger.pk)
    own_name = clinic.client("therapist").post("/api/session/skills", body, format="json")
    assert own_name.status_code == 403


@pytest.mark.parametrize(
    ("who", "client_id"),
    [
        ("therapist", "client-17"),
        ("supervisor", "client-17"),
        ("evaluator", ""),
        ("staff", ""),
    ],
)
def test_who_may_know_the_client(clinic: Clinic, who: str, client_id: str) -> None:
    api = clinic.client(who)
    one = api.get(f"/api/session/sessions/{clinic.session.pk}").json()
    listed = api.get(f"/api/session/sessions?therapistId={clinic.therapist.pk}").json()
    assert one["clientId"] == client_id
    assert {entry["clientId"] for entry in listed["sessions"]} == {client_id}


def test_an_evaluator_sees_the_assigned_session_alone(clinic: Clinic) -> None:
    therapist, api = clinic.client("therapist"), clinic.client("evaluator")
    for session in (clinic.earlier, clinic.session):
        body = {"sessionId": str(session.pk), "skillScores": {"Empathy": 50}}
        therapist.post("/api/session/skills", body, format="json")
    therapist.post(
        "/api/session/comparison", _comparison(str(clinic.session.pk), clinic), format="json"
    )
    url = f"/api/session/skills?therapistId={clinic.therapist.pk}"
    assert api.get(url).json()["skills"][0]["practiceSessions"] == 1
    assert therapist.get(url).json()["skills"][0]["practiceSessions"] == 2
    url = f"/api/session/comparison?sessionId={clinic.session.pk}"
    assert api.get(url).json()["comparisons"] == []
    data = api.get(f"/api/session/analytics?sessionId={clinic.session.pk}").json()["analyticsData"]
    assert "previousSession" not in data["comparativeData"]


@pytest.mark.parametrize(
    ("who", "query", "metadata"),
    [
        ("therapist", "", {"note": "cried"}),
        ("supervisor", "", {"note": "cried"}),
        ("evaluator", "", {}),
        ("staff", "", {}),
        ("staff", "&reason=complaint+12", {"note": "cried"}),
    ],
)
def test_a_note_with_a_milestone_is_text(
    clinic: Clinic, who: str, query: str, metadata: dict[str, str]
) -> None:
    body = {
        "sessionId": str(clinic.session.pk),
        "snapshots": SNAPSHOTS,
        "milestones": [{"milestoneName": "m", "metadata": {"note": "cried"}}],
    }
    clinic.client("therapist").post("/api/session/snapshots", body, format="json")
    url = f"/api/session/snapshots?sessionId={clinic.session.pk}{query}"
    (milestone,) = clinic.client(who).get(url).json()["milestones"]
    assert milestone["metadata"] == metadata


def test_an_assignment_lends_staff_no_reason(clinic: Clinic) -> None:
    """Staff who evaluate a session read their own texts there, and others for a reason."""
    clinic.staff.groups.add(Group.objects.get(name="evaluator"))
    EvaluatorAssignment.objects.create(evaluator=clinic.staff, session=clinic.session)
    others = recording.write(
        clinic.session, clinic.supervisor.pk, rating=1, feedback="cold", comments=""
    )
    own = recording.write(clinic.session, clinic.staff.pk, rating=4, feedback="ok", comments="")
    report = {
        "sessionId": str(clinic.session.pk),
        "progressMetrics": PROGRESS_METRICS,
        "evaluationFeedback": "hers",
    }
    clinic.client("therapist").post("/api/session/progress", report, format="json")
    api, session = clinic.client("staff"), f"sessionId={clinic.session.pk}"

    def shown(more: str = "") -> set[str]:
        listed = api.get(f"/api/evaluation?{session}{more}").json()["evaluations"]
        return {entry["id"] for entry in listed}

    assert shown() == {str(own.pk)}
    assert shown("&search=cold") == set()
    assert api.get(f"/api/evaluation/{others.pk}").status_code == 403
    feedback = f"/api/session/progress?includeFeedback=true&{session}"
    assert api.get(feedback).json()["feedback"] == []
    assert shown("&reason=complaint+12") == {str(own.pk), str(others.pk)}
    assert api.get(f"/api/evaluation/{others.pk}?reason=complaint+12").status_code == 200
    assert len(api.get(f"{feedback}&reason=complaint+12").json()["feedback"]) == 1


def test_staff_do_not_have_themselves_evaluated_in_anothers_name(clinic: Clinic) -> None:
    clinic.therapist.is_staff = True
    clinic.therapist.save()
    body = {
        "sessionId": str(clinic.session.pk),
        "evaluatorId": str(clinic.supervisor.pk),
        "feedback": "Brilliant",
        "rating": 5,
    }
    refused = clinic.client("therapist").post("/api/evaluation", body, format="json")
    assert (refused.status_code, refused.json()["code"]) == (403, "SELF_EVALUATION")


def test_an_evaluator_is_told_nothing_of_the_noise_in_other_sessions(clinic: Clinic) -> None:
    """Noise estimated from sessions that are not assigned would reveal something about them."""
    EvaluatorAssignment.objects.create(evaluator=clinic.evaluator, session=clinic.earlier)
    for session, score in ((clinic.earlier, 40), (clinic.session, 60)):
        _score(session, score)
    for score in (1, 99, 1, 99, 1, 99):
        _score(begin(clinic.therapist.pk, client_id="c"), score)
    url = f"/api/session/analytics?sessionId={clinic.session.pk}"

    def source(who: str) -> str:
        data = clinic.client(who).get(url).json()["analyticsData"]["comparativeData"]
        return data["reliableChange"]["measures"][0]["source"]

    assert (source("therapist"), source("evaluator")) == ("estimated", "assumed")


def _score(session: TherapistSession, score: float) -> None:
    add_scores(session, {"Empathy": score}, timezone.now())
    session.save(update_fields=["last_seq"])


@pytest.mark.parametrize("spelling", ["{{{}}}", "{}"])
def test_ids_come_back_as_we_write_them(clinic: Clinic, spelling: str) -> None:
    query = {"sessionId": spelling.format(clinic.session.pk).upper()}
    query["therapistId"] = f" {clinic.therapist.pk} "
    for name in ("skills", "comparison"):
        shown = clinic.client("therapist").get(f"/api/session/{name}", query).json()
        assert shown["sessionId"] == str(clinic.session.pk)
        assert shown["therapistId"] == str(clinic.therapist.pk)


def test_an_evaluator_reads_only_what_it_wrote(clinic: Clinic) -> None:
    recording.write(clinic.session, clinic.supervisor.pk, rating=1, feedback="cold", comments="")
    own = _evaluation(clinic)
    api = clinic.client("evaluator")
    shown = api.get(f"/api/evaluation?sessionId={clinic.session.pk}").json()
    assert [entry["id"] for entry in shown["evaluations"]] == [str(own.pk)]
    assert api.get("/api/evaluation?search=cold").json()["evaluations"] == []
