"""Tests of evaluations: the source document's examples, edits, search and agreement."""

from typing import Any

import pytest

from analytics.models import EvaluatorAssignment
from analytics.recording import sessions
from analytics.tests.people import Clinic, client_of, make_user
from evaluations import recording
from evaluations.agreement import correlation

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def _body(clinic: Clinic, **changes: Any) -> dict[str, Any]:
    return {
        "sessionId": str(clinic.session.pk),
        "feedback": "Warm and clear",
        "evaluatorId": str(clinic.evaluator.pk),
        "rating": 5,
        "comments": "Ready for more",
        **changes,
    }


@pytest.fixture
def api(clinic: Clinic) -> Any:
    return clinic.client("evaluator")


def _post(api: Any, body: Any) -> Any:
    return api.post("/api/evaluation", body, format="json")


def test_store_and_retrieve(clinic: Clinic, api: Any) -> None:
    stored = _post(api, _body(clinic))
    assert stored.status_code == 201
    assert set(stored.json()) == {"success", "evaluationId"}
    assert stored.json()["success"] is True
    for name in ("evaluator", "therapist", "supervisor"):
        shown = clinic.client(name).get(f"/api/evaluation?sessionId={clinic.session.pk}")
        assert shown.status_code == 200
        assert shown.json()["sessionId"] == str(clinic.session.pk)
        (entry,) = shown.json()["evaluations"]
        expected = {**_body(clinic), "id": stored.json()["evaluationId"]}
        assert expected.items() <= entry.items()
        assert entry["createdAt"].endswith("Z")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"rating": 0}, "rating"),
        ({"rating": 6}, "rating"),
        ({"rating": "5"}, "rating"),
        ({"rating": 4.5}, "rating"),
        ({"rating": True}, "rating"),
        ({"feedback": ""}, "feedback"),
        ({"feedback": 7}, "feedback"),
        ({"feedback": "x" * 20_001}, "feedback"),
        ({"comments": None}, "comments"),
    ],
)
def test_bad_values_are_400(clinic: Clinic, api: Any, changes: Any, field: str) -> None:
    response = _post(api, _body(clinic, **changes))
    assert response.status_code == 400
    assert response.json()["code"] == "VALIDATION_ERROR"
    assert set(response.json()["details"]) == {field}


def test_missing_fields_and_ids(clinic: Clinic, api: Any) -> None:
    assert set(_post(api, {}).json()["details"]) == {"sessionId", "feedback", "rating"}
    assert api.get("/api/evaluation").status_code == 400
    assert api.get(f"/api/evaluation?sessionId={UNKNOWN}").json()["code"] == "SESSION_NOT_FOUND"
    assert _post(api, _body(clinic, sessionId="nope")).status_code == 404
    missing = api.get(f"/api/evaluation/{UNKNOWN}")
    assert (missing.status_code, missing.json()["code"]) == (404, "EVALUATION_NOT_FOUND")
    assert api.get("/api/evaluation/a/b").json()["code"] == "NOT_FOUND"


def test_nobody_evaluates_themselves_or_for_another(clinic: Clinic) -> None:
    therapist = clinic.client("therapist")
    refused = _post(therapist, _body(clinic, evaluatorId=str(clinic.therapist.pk)))
    assert (refused.status_code, refused.json()["code"]) == (403, "SELF_EVALUATION")
    refused = _post(clinic.client("supervisor"), _body(clinic))
    assert (refused.status_code, refused.json()["code"]) == (403, "NOT_THE_CALLER")


def test_an_edit_keeps_the_earlier_version(clinic: Clinic, api: Any) -> None:
    evaluation_id = _post(api, _body(clinic)).json()["evaluationId"]
    url = f"/api/evaluation/{evaluation_id}"
    edited = api.patch(url, {"rating": 3, "feedback": "Hurried"}, format="json")
    assert edited.status_code == 200
    assert (edited.json()["rating"], edited.json()["version"]) == (3, 2)
    shown = clinic.client("therapist").get(url).json()
    (earlier,) = shown["versions"]
    assert (earlier["version"], earlier["rating"], earlier["feedback"]) == (1, 5, "Warm and clear")
    assert clinic.client("supervisor").patch(url, {"rating": 1}, format="json").status_code == 403
    EvaluatorAssignment.objects.all().delete()
    assert api.patch(url, {"rating": 1}, format="json").status_code == 403


def test_staff_read_for_a_reason_and_write_for_an_evaluator(clinic: Clinic, api: Any) -> None:
    _post(api, _body(clinic))
    staff = clinic.client("staff")
    url = f"/api/evaluation?sessionId={clinic.session.pk}"
    assert staff.get(url).json()["code"] == "REASON_REQUIRED"
    assert staff.get("/api/evaluation?search=warm").json()["code"] == "REASON_REQUIRED"
    assert len(staff.get(f"{url}&reason=complaint+12").json()["evaluations"]) == 1
    assert _post(staff, _body(clinic)).status_code == 201
    far = str(clinic.far_evaluator.pk)
    assert _post(staff, _body(clinic, evaluatorId=far)).status_code == 403


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("listen", True),
        ("LISTENED", True),
        ("emotional naïve", True),
        ("naive", True),
        ("listening calm", False),
        ("liste", False),
    ],
)
def test_search_knows_inflections_and_ignores_accents(
    clinic: Clinic, api: Any, search: str, found: bool
) -> None:
    text = "Listening well, a little naïve about emotions."
    _post(api, _body(clinic, feedback=text, comments=""))
    for name, sees in (
        ("evaluator", found),
        ("therapist", found),
        ("supervisor", found),
        ("stranger", False),
        ("far_supervisor", False),
        ("far_evaluator", False),
    ):
        shown = clinic.client(name).get("/api/evaluation", {"search": search}).json()
        assert len(shown["evaluations"]) == int(sees), name


def test_an_edited_word_is_no_longer_found(clinic: Clinic, api: Any) -> None:
    url = f"/api/evaluation/{_post(api, _body(clinic)).json()['evaluationId']}"
    api.patch(url, {"feedback": "Cold"}, format="json")
    assert api.get("/api/evaluation?search=warm").json()["evaluations"] == []
    assert len(api.get("/api/evaluation?search=cold").json()["evaluations"]) == 1
    assert api.get("/api/evaluation?search=...").status_code == 400


def test_shrout_and_fleiss_table_2() -> None:
    """The paper's example: six targets and four judges give ICC(2,1) = .29, ICC(2,4) = .62."""
    ratings = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    found = correlation(ratings)
    assert found is not None
    assert found.single == pytest.approx(0.29, abs=0.005)
    assert found.average == pytest.approx(0.62, abs=0.005)
    assert correlation([[3, 3], [3, 3]]) is None
    assert correlation([[3, 4]]) is None


def test_agreement_of_two_evaluators(clinic: Clinic, api: Any) -> None:
    second = make_user("evi", "evaluator")
    training = [clinic.session, clinic.earlier, sessions.begin(clinic.therapist.pk, client_id="c")]
    for session in training:
        for evaluator in (clinic.evaluator, second):
            EvaluatorAssignment.objects.get_or_create(evaluator=evaluator, session=session)
    one, two = client_of(clinic.evaluator), client_of(second)
    url = f"/api/evaluation?sessionId={clinic.session.pk}"
    therapist = clinic.client("therapist")
    _post(one, _body(clinic, rating=5))
    assert "agreement" not in therapist.get(url).json()
    _post(two, _body(clinic, rating=4, evaluatorId=str(second.pk)))
    assert therapist.get(url).json()["agreement"]["insufficientData"] is True
    for session, ratings in zip(training[1:], [(2, 2), (3, 4)], strict=True):
        for client, evaluator, rating in zip(
            (one, two), (clinic.evaluator, second), ratings, strict=True
        ):
            body = _body(clinic, sessionId=str(session.pk), rating=rating)
            assert _post(client, {**body, "evaluatorId": str(evaluator.pk)}).status_code == 201
    found = therapist.get(url).json()["agreement"]
    assert (found["evaluators"], found["sessions"], found["meanRating"]) == (2, 3, 4.5)
    assert found["icc"] == pytest.approx(0.8, abs=0.01)
    assert "agreement" not in one.get(url).json(), "an evaluator would learn the other's rating"


def test_agreement_tells_nothing_of_sessions_that_one_may_not_read(clinic: Clinic) -> None:
    """A coefficient over an own and a foreign session would reveal the foreign ratings."""
    second = make_user("evi", "evaluator")
    for session, ratings in ((clinic.session, (5, 4)), (clinic.foreign, (1, 2))):
        for evaluator, rating in zip((clinic.evaluator, second), ratings, strict=True):
            recording.write(session, evaluator.pk, rating=rating, feedback="x", comments="")
    url = f"/api/evaluation?sessionId={clinic.session.pk}"
    for name in ("therapist", "supervisor"):
        found = clinic.client(name).get(url).json()["agreement"]
        assert (found["sessions"], found["insufficientData"]) == (1, True)
    found = clinic.client("staff").get(f"{url}&reason=quality+review").json()["agreement"]
    assert (found["sessions"], found["insufficientData"]) == (2, False)
