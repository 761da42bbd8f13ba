"""The sockets' document says what the sockets do, and hangs together."""

import jsonschema
import pytest

from sessions_core.realtime.asyncapi import document
from sessions_core.realtime.definitions import CLIENT_MESSAGES, SERVER_MESSAGES

REFERENCE = {
    "type": "object",
    "properties": {"$ref": {"type": "string", "pattern": "^#/"}},
    "required": ["$ref"],
    "additionalProperties": False,
}
# The parts of AsyncAPI 3.0 that the document uses.
ASYNCAPI = {
    "type": "object",
    "required": ["asyncapi", "info", "channels", "operations", "components"],
    "properties": {
        "asyncapi": {"const": "3.0.0"},
        "info": {"type": "object", "required": ["title", "version"]},
        "defaultContentType": {"const": "application/json"},
        "channels": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["address", "messages"],
                "properties": {
                    "address": {"type": "string", "pattern": "^/"},
                    "description": {"type": "string"},
                    "messages": {"type": "object", "additionalProperties": REFERENCE},
                    "parameters": {
                        "type": "object",
                        "additionalProperties": {
                            "type": "object",
                            "properties": {"description": {"type": "string"}},
                            "additionalProperties": False,
                        },
                    },
                    "bindings": {"type": "object", "required": ["ws"]},
                },
                "additionalProperties": False,
            },
        },
        "operations": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["action", "channel"],
                "properties": {
                    "action": {"enum": ["send", "receive"]},
                    "summary": {"type": "string"},
                    "channel": REFERENCE,
                    "messages": {"type": "array", "items": REFERENCE},
                    "security": {"type": "array", "items": REFERENCE},
                },
                "additionalProperties": False,
            },
        },
        "components": {
            "type": "object",
            "properties": {
                "messages": {
                    "type": "object",
                    "additionalProperties": {
                        "type": "object",
                        "required": ["payload"],
                        "properties": {
                            "name": {"type": "string"},
                            "summary": {"type": "string"},
                            "payload": {"type": "object"},
                            "examples": {"type": "array"},
                        },
                        "additionalProperties": False,
                    },
                },
                "securitySchemes": {"type": "object"},
            },
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}


def references(node):
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for child in node.values():
            yield from references(child)
    elif isinstance(node, list):
        for child in node:
            yield from references(child)


def test_the_document_has_the_shape_of_asyncapi_3() -> None:
    jsonschema.validate(document(), ASYNCAPI)


def test_every_reference_leads_somewhere() -> None:
    whole = document()
    found = list(references(whole))
    assert found
    for reference in found:
        node = whole
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]


@pytest.mark.parametrize("name", [each.name for each in SERVER_MESSAGES + CLIENT_MESSAGES])
def test_every_message_has_a_valid_schema_and_an_example_that_fits_it(name: str) -> None:
    described = document()["components"]["messages"][name]
    jsonschema.Draft202012Validator.check_schema(described["payload"])
    for example in described["examples"]:
        jsonschema.validate(example["payload"], described["payload"])


def test_the_documented_events_of_the_source_document_fit() -> None:
    """The three events as the source document prints them, with the id that numbers them."""
    shown = [
        {
            "type": "progress_update",
            "id": 1,
            "data": {"completed": 5, "remaining": 15, "success_rate": 0.8, "current_streak": 3},
        },
        {"type": "time_update", "data": {"elapsed": 245, "remaining": 355}},
    ]
    for event in shown:
        jsonschema.validate(event, document()["components"]["messages"][event["type"]]["payload"])
    complete = document()["components"]["messages"]["session_complete"]["payload"]
    assert {"success_rate", "duration", "words_mastered"} <= set(
        complete["properties"]["data"]["required"]
    )
