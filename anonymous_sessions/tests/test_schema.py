"""Tests that the responses match the OpenAPI document."""

from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator

from anonymous_sessions.urls import urlpatterns

from .test_protection import PLANTED


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return SchemaGenerator().get_schema(request=None, public=True)


def operations(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if operation.get("tags") == ["Anonymous sessions"]:
                yield path, method, operation


def nullable(schema: Any) -> Any:
    """Translates OpenAPI 3.0's ``nullable`` into JSON Schema."""
    if isinstance(schema, list):
        return [nullable(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: nullable(each) for name, each in schema.items() if name != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain


def check(document, schema, value):
    resolved = nullable({**schema, "components": {"schemas": document["components"]["schemas"]}})
    Draft202012Validator(resolved).validate(value)


def test_every_address_is_there_once(document):
    documented = {path for path, _, _ in operations(document)}
    assert len(documented) == len(urlpatterns) / 2
    assert "/api/session/" in documented


def test_every_operation_has_examples_that_fit_and_the_documents_errors(document):
    for path, method, operation in operations(document):
        for status, response in operation["responses"].items():
            for kind in response.get("content", {}).values():
                assert kind["examples"], (path, method, status)
                for example in kind["examples"].values():
                    check(document, kind["schema"], example["value"])
        assert {"400", "503"} <= set(operation["responses"]), (path, method)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/", {}),
        ("GET", "/info", None),
        ("POST", "/sync", {"client_session_id": PLANTED}),
        ("POST", "/usage", {"quota": "concept_generation"}),
        ("POST", "/concepts", {"document": {"a": 1}}),
        ("GET", "/concepts", None),
        ("PUT", "/preferences", {"preferences": {"a": 1}}),
        ("POST", "/transfer", {}),
        ("POST", "/adopt", {}),
    ],
)
def test_answers_fit_the_document(visitor, document, method, path, body):
    visitor.open()
    response = visitor.call(method, path, body)
    operation = document["paths"][f"/api/session{path}"][method.lower()]
    described = operation["responses"][str(response.status_code)]
    check(document, described["content"]["application/json"]["schema"], response.json())
