"""Imports wait in the fixture: this file is read before the settings are chosen."""

from typing import Any

import pytest


@pytest.fixture
def staff(client: Any, db: None) -> Any:
    """Signed in, with every right over this app and no other."""
    from django.contrib.auth.models import Permission

    from ..builders import learner

    user = learner("staff", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="sessions_core"))
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user
