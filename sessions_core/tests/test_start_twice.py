"""A start that is sent again under its key, as the first page does after a lost connection."""

import pytest

from sessions_core.models import Session

from .builders import client_of, learner, vocabulary


@pytest.mark.django_db
def test_the_same_start_again_begins_no_second_session():
    activity = vocabulary()
    client = client_of(learner("ana"))

    def start(**settings):
        return client.post(
            "/api/v1/sessions/start",
            {"activity_id": activity.pk, "settings": settings},
            format="json",
            headers={"Idempotency-Key": "one"},
        )

    first = start(word_count=5)
    again = start(word_count=5)
    assert first.status_code == again.status_code == 201
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    assert start(word_count=6).status_code == 422
    assert Session.objects.count() == 1
