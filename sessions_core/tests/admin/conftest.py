"""Fixtures import models themselves, because pytest imports this file without settings."""

from typing import Any

import pytest


@pytest.fixture
def staff(client: Any, db: None) -> Any:
    """Returns the client of a user with every permission for this app alone."""
    from django.contrib.auth.models import Permission

    from ..builders import learner

    user = learner("staff", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="sessions_core"))
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user
