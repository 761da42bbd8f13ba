"""Tests that the responses of the therapist operations match the API document."""

from collections.abc import Iterator
from functools import cache
from io import StringIO
from typing import Any

import jsonschema
import pytest
import yaml
from django.core.management import call_command

from analytics.examples import ANALYTICS_DATA, PROGRESS_METRICS
from analytics.models import EvaluatorAssignment

from .people import Clinic, client_of, make_user

ROOTS = ("/api/session/", "/api/evaluation")
OURS = {"Therapist training"}
#: The source document lists these statuses for all operations, and 404 for those with an id.
EVERYWHERE = {"400", "401", "403", "429", "500", "503"}


@cache
def _document() -> dict[str, Any]:
    out = StringIO()
    call_command("spectacular", stdout=out)
    return _without_nullable(yaml.safe_load(out.getvalue()))


def _without_nullable(node: Any) -> Any:
    """Translates OpenAPI 3.0's ``nullable`` into JSON Schema."""
    if isinstance(node, list):
        return [_without_nullable(each) for each in node]
    if not isinstance(node, dict):
        return node
    plain = {name: _without_nullable(child) for name, child in node.items()}
    if plain.pop("nullable", False) is True:
        return {"anyOf": [plain, {"type": "null"}]}
    return plain


def _operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in _document()["paths"].items():
        for method, operation in methods.items():
            if path.startswith(ROOTS) and OURS & set(operation["tags"]):
                yield f"{method} {path}", operation


def _content(name: str, status: int) -> dict[str, Any]:
    operation = dict(_operations())[name]
    return operation["responses"][str(status)]["content"]["application/json"]


def _check(value: Any, schema: dict[str, Any]) -> None:
    whole = {**schema, "components": _document()["components"]}
    jsonschema.validate(value, whole, jsonschema.Draft202012Validator)


def _undocumented(value: Any, schema: dict[str, Any]) -> Iterator[str]:
    """Yields the members of ``value`` that ``schema`` does not name."""
    while "$ref" in schema or "allOf" in schema or "anyOf" in schema:
        if "$ref" in schema:
            schema = _document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        else:
            schema = (schema.get("allOf") or schema["anyOf"])[0]
    if isinstance(value, list):
        for each in value:
            yield from _undocumented(each, schema["items"])
    elif isinstance(value, dict) and "properties" in schema:
        for name, child in value.items():
            if name in schema["properties"]:
                yield from _undocumented(child, schema["properties"][name])
            else:
                yield name


def test_every_operation_has_a_true_schema_and_every_documented_status() -> None:
    found = dict(_operations())
    assert len(found) == 19
    for name, operation in found.items():
        needed = EVERYWHERE - ({"400"} if name == "get /api/evaluation/{evaluation_id}" else set())
        assert needed <= set(operation["responses"]), name
        for status, response in operation["responses"].items():
            content = response["content"]["application/json"]
            if int(status) >= 400:
                assert content["schema"] == {"$ref": "#/components/schemas/TrainingError"}, name
            else:
                assert content["schema"].keys() == {"$ref"}, name
            for example in content["examples"].values():
                _check(example["value"], content["schema"])
                assert not list(_undocumented(example["value"], content["schema"])), name
        if "requestBody" in operation:
            content = operation["requestBody"]["content"]["application/json"]
            for example in content["examples"].values():
                _check(example["value"], content["schema"])


@pytest.mark.parametrize("posted", [True, False], ids=["posted", "computed"])
def test_every_answer_fits(clinic: Clinic, posted: bool) -> None:
    for name, answer in _everything(clinic, posted):
        content = _content(name, answer.status_code)
        _check(answer.json(), content["schema"])
        assert not list(_undocumented(answer.json(), content["schema"])), name


def test_every_refusal_fits(clinic: Clinic) -> None:
    for name in dict(_operations()):
        method, path = name.split(" ")
        path = path.format(session_id=clinic.session.pk, evaluation_id=clinic.session.pk)
        for who in ("anonymous", "learner", "stranger"):
            answer = getattr(clinic.client(who), method)(path, {}, format="json")
            if answer.status_code >= 400:
                _check(answer.json(), _content(name, answer.status_code)["schema"])


def _everything(clinic: Clinic, posted: bool) -> Iterator[tuple[str, Any]]:
    """Yields the responses of each operation."""
    therapist, evaluator = clinic.client("therapist"), clinic.client("evaluator")
    one, session = str(clinic.session.pk), {"sessionId": str(clinic.session.pk)}

    def post(api: Any, path: str, body: dict[str, Any]) -> tuple[str, Any]:
        return f"post {path}", api.post(path, body, format="json")

    yield post(therapist, "/api/session/sessions", {"clientId": "c"})
    report = {"progressMetrics": PROGRESS_METRICS, "evaluationFeedback": "Steady"}
    for each in (clinic.earlier, clinic.session):
        body = {"sessionId": str(each.pk), **report}
        yield post(therapist, "/api/session/progress", body)
    points = {"snapshots": [{"timestamp": "2025-01-01T10:00:00Z", "value": 40.5}]}
    milestones = {"milestones": [{"milestoneName": "m", "metadata": {"a": [1]}}]}
    yield post(therapist, "/api/session/snapshots", {**session, **points, **milestones})
    yield post(therapist, "/api/session/skills", {**session, "skillScores": {"Empathy": 70}})
    if posted:
        data = {"analyticsData": ANALYTICS_DATA}
        yield post(therapist, "/api/session/analytics", {**session, **data})
    pair = {"currentSessionId": one, "previousSessionId": str(clinic.earlier.pk)}
    yield post(therapist, "/api/session/comparison", pair)
    for path in ("progress", "snapshots", "skills", "analytics", "comparison"):
        query = {**session, "includeFeedback": "true"} if path == "progress" else session
        yield f"get /api/session/{path}", therapist.get(f"/api/session/{path}", query)
    said = {**session, "feedback": "Warm", "rating": 4}
    second = make_user("evi", "evaluator")
    EvaluatorAssignment.objects.create(evaluator=second, session=clinic.session)
    for api in (evaluator, client_of(second)):
        stored = post(api, "/api/evaluation", said)
        yield stored
    change = f"/api/evaluation/{stored[1].json()['evaluationId']}"
    name = "/api/evaluation/{evaluation_id}"
    yield f"patch {name}", client_of(second).patch(change, {"rating": 3}, format="json")
    yield f"get {name}", therapist.get(change)
    yield "get /api/evaluation", therapist.get("/api/evaluation", session)
    yield "get /api/evaluation", therapist.get("/api/evaluation?search=warm")
    name = "/api/session/sessions/{session_id}"
    end = {"status": "completed"}
    answer = therapist.patch(f"/api/session/sessions/{one}", end, format="json")
    yield f"patch {name}", answer
    yield f"get {name}", therapist.get(f"/api/session/sessions/{one}")
    for api in (therapist, clinic.client("staff")):
        yield "get /api/session/sessions", api.get("/api/session/sessions")
    for api in (therapist, clinic.client("auditor")):
        yield "get /api/session/audit", api.get("/api/session/audit")
