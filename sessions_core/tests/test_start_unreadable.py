"""A start whose body cannot be read: what is wrong with it is said, not that a field is missing."""

import pytest

from .builders import client_of, learner

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "one"}])
@pytest.mark.parametrize("body", ['{"activity_id": 1', "[1]", '{"activity_id": NaN}', '"\\u0000"'])
def test_the_body_is_what_is_complained_of(body, headers) -> None:
    client = client_of(learner("ana"))
    for _ in range(2):
        response = client.post(
            "/api/v1/sessions/start", body, content_type="application/json", headers=headers
        )
        assert response.status_code == 400
        assert response.json()["error"] == "invalid_request"
        assert "activity_id" not in response.json().get("details", {})
        assert "required" not in response.json()["message"]
