"""Tests that static files are served under ASGI and under WSGI."""

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from langportal.asgi import application
from sessions_core.tests.fast.asgi import Post, headers

ADDRESS = "/static/langportal/js/api.js"


@pytest.fixture
def content() -> bytes:
    return Path(finders.find(ADDRESS.removeprefix("/static/"))).read_bytes()


def test_a_file_is_served_with_its_type_and_the_headers_of_a_page(
    client: Client, content: bytes
) -> None:
    response = client.get(ADDRESS)
    assert response.status_code == 200
    assert b"".join(response) == content
    assert response["Content-Type"].startswith("text/javascript")
    assert response["Content-Length"] == str(len(content))
    assert response["X-Content-Type-Options"] == "nosniff"


# Closing a response makes Django check connections that an earlier test may have left.
@pytest.mark.django_db
def test_a_client_that_has_it_is_told_so(client: Client) -> None:
    whole = client.get(ADDRESS)
    modified = whole["Last-Modified"]
    whole.close()
    response = client.get(ADDRESS, headers={"If-Modified-Since": modified})
    assert (response.status_code, b"".join(response)) == (304, b"")


def test_its_head_alone_has_no_content(client: Client, content: bytes) -> None:
    response = client.head(ADDRESS)
    assert response["Content-Length"] == str(len(content))
    assert b"".join(response) == b""


def test_there_is_nothing_outside_the_apps_files(client: Client) -> None:
    for path in ("/static/nothing.js", "/static/../manage.py", "/static/%2e%2e/manage.py"):
        assert client.get(path).status_code == 404


async def test_it_comes_whole_through_asgi(content: bytes) -> None:
    http = application.application_mapping["http"]
    answer = await Post(ADDRESS, headers(None, b""), (b"",), "GET").to(http)
    assert answer.status == 200
    assert answer.body == content
