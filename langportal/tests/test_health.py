"""Tests that health views respond with the right status and in time, whatever is down."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from django.test import Client, override_settings

from langportal.health import probes

ASK = """
import django, json; django.setup()
from django.test import Client
client = Client(headers={"host": "localhost"})
for path in ("/health", "/ready"):
    response = client.get(path)
    print(json.dumps([response.status_code, response.json()]))
"""


@pytest.fixture
def silent_server() -> Iterator[str]:
    """Returns ``host:port`` of a server that accepts connections and never responds."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def ask_with_database(url: str) -> list[list]:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "langportal.settings",
        "DATABASE_URL": url,
        "REDIS_URL": "",
        "DEBUG": "1",
    }
    run = subprocess.run(
        [sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in run.stdout.splitlines()]


@pytest.mark.parametrize("path", ["/health", "/health/", "/ready", "/ready/"])
@pytest.mark.django_db
def test_answers_with_and_without_slash_to_readers_only(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200
    assert client.head(path).status_code == 200
    refused = client.post(path)
    assert refused.status_code == 405
    assert refused["Allow"] == "GET, HEAD"


@pytest.mark.django_db
def test_ready_without_redis_configured(client: Client) -> None:
    with override_settings(REDIS_URL=""):
        response = client.get("/ready")
    assert response.json() == {
        "status": "ready",
        "checks": {"database": "ok", "redis": "not configured"},
    }
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_degraded_when_redis_hangs(client: Client, silent_server: str) -> None:
    with override_settings(REDIS_URL=f"redis://{silent_server}/0"):
        response = client.get("/ready")
    assert response.status_code == 200
    assert response.json()["status"] == "degraded"
    assert response.json()["checks"]["redis"] == "unreachable"


def test_unavailable_without_its_database_but_alive(silent_server: str) -> None:
    for address in (silent_server, "127.0.0.1:1"):
        health, ready = ask_with_database(f"postgres://nobody@{address}/none")
        assert health == [200, {"status": "alive"}]
        assert ready[0] == 503
        assert ready[1]["status"] == "unavailable"


def test_probes_that_hang_are_not_waited_for_and_do_not_pile_up() -> None:
    """The view must respond within two seconds, so the probes get less in total."""
    assert probes.TIMEOUT_SECONDS < 2
    never = threading.Event()

    def deaf() -> str:
        never.wait()
        return probes.OK

    before = threading.active_count()
    for _ in range(5):
        assert probes.run(one=deaf, two=deaf, three=deaf) == dict.fromkeys(
            ("one", "two", "three"), probes.UNREACHABLE
        )
    assert threading.active_count() - before <= 8
    never.set()
