"""Tests that the API document is complete and public, and its page loads no foreign files."""

import re
from functools import cache
from io import StringIO

import pytest
import yaml
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client


@cache
def schema() -> dict:
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    return yaml.safe_load(out.getvalue())


def operations() -> list[tuple[str, dict]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in schema()["paths"].items()
        for method, operation in methods.items()
    ]


def test_the_document_is_valid_and_nothing_in_it_is_guessed() -> None:
    assert len(operations()) > 40


def test_every_address_is_there_once_and_below_api() -> None:
    paths = list(schema()["paths"])

    assert all(path.startswith("/api/") for path in paths)
    assert len({path.rstrip("/") for path in paths}) == len(paths)


def test_every_operation_says_in_a_line_what_it_does() -> None:
    assert [name for name, operation in operations() if not operation.get("summary")] == []


def test_no_parameter_is_named_twice() -> None:
    for name, operation in operations():
        places = [(p["in"], p["name"]) for p in operation.get("parameters", [])]
        assert len(places) == len(set(places)), name


def test_every_error_has_a_shape_and_an_example() -> None:
    bare = [
        f"{name} {status}"
        for name, operation in operations()
        for status, response in operation["responses"].items()
        if int(status) >= 400
        for content in [response.get("content", {}).get("application/json", {})]
        if not content.get("schema") or not (content.get("examples") or content.get("example"))
    ]

    assert bare == []


def test_every_request_and_response_is_shown_by_an_example() -> None:
    bare = []
    for name, operation in operations():
        answers = [r for status, r in operation["responses"].items() if status < "300"]
        for part in [*answers, operation.get("requestBody", {})]:
            content = part.get("content", {}).get("application/json")
            if content is not None and not content.get("examples"):
                bare.append(name)

    assert bare == []


def test_every_operation_that_needs_a_token_says_so() -> None:
    for name, operation in operations():
        guarded = {} not in operation.get("security", [{}])
        assert ("401" in operation["responses"]) or not guarded, name


@pytest.mark.parametrize("path", ["/api/schema/", "/api/schema", "/api/docs/", "/api/docs"])
def test_the_pages_are_open(path) -> None:
    assert Client().get(path).status_code == 200


def test_the_docs_ask_no_other_server_for_anything() -> None:
    client = Client()
    page = client.get("/api/docs/").text
    script = client.get("/api/docs/?script=").text

    addresses = re.findall(r"""(?:src|href)=["']([^"']+)""", page)
    assert addresses
    assert all(address.startswith(("/", "data:")) for address in addresses)
    assert "//" not in re.sub(r"^\s*//.*$", "", script, flags=re.MULTILINE)
    assert not re.search(r"<script(?![^>]*src=)[^>]*>\s*\S", page)
    for address in addresses:
        path = address.partition("?")[0]
        if path.startswith("/static/"):
            assert finders.find(path.removeprefix("/static/")), address
