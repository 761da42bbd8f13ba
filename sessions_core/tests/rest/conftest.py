"""Imports wait in the fixtures: this file is read before the settings are chosen."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _nothing_remembered(run: object) -> Iterator[None]:
    from sessions_core import tokens
    from sessions_core.rest import limits

    limits.forget()
    tokens.forget()
    yield
    limits.forget()
    tokens.forget()


@pytest.fixture
def learner(django_user_model: Any, db: None) -> Any:
    return django_user_model.objects.create_user("learner", password="old brown shoes")


@pytest.fixture
def stranger(django_user_model: Any, db: None) -> Any:
    return django_user_model.objects.create_user("stranger", password="new brown shoes")


@pytest.fixture
def client_of() -> Callable[[Any], Any]:
    from rest_framework.test import APIClient

    from sessions_core import tokens

    def signed_in(user: Any) -> APIClient:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.issue(user).access}")
        client.default_format = "json"
        return client

    return signed_in


@pytest.fixture
def client(learner: Any, client_of: Callable[[Any], Any]) -> Any:
    return client_of(learner)
