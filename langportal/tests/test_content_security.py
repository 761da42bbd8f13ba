"""Tests of the strict policy, and of the looser one, which only the admin gets."""

import pytest
from django.test import Client


def policy(client: Client, path: str) -> dict[str, str]:
    header = client.get(path)["Content-Security-Policy"]
    return dict(part.strip().split(" ", 1) for part in header.split(";"))


def test_pages_run_only_their_own_files(client: Client) -> None:
    rules = policy(client, "/health")
    assert rules["default-src"] == "'self'"
    assert "script-src" not in rules
    assert "style-src" not in rules
    assert "connect-src" not in rules


@pytest.mark.django_db
def test_the_admin_alone_may_evaluate(client: Client) -> None:
    rules = policy(client, "/admin/login/")
    assert rules["script-src"] == "'self' 'unsafe-eval'"
    assert rules["style-src"] == "'self' 'unsafe-inline'"
    assert rules["default-src"] == "'self'"
