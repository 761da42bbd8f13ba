"""Tests of the limit of the admin's sign-in page."""

from datetime import UTC, datetime

import pytest
import time_machine

from langportal.accounts.admin_login import PER_MINUTE

pytestmark = pytest.mark.django_db


@time_machine.travel(datetime(2026, 3, 1, 12, tzinfo=UTC), tick=False)  # The window must not end.
def test_an_address_is_refused_after_too_many_sign_ins(client):
    for number in range(PER_MINUTE):
        body = {"username": f"name{number}", "password": "wrong"}
        assert client.post("/admin/login/", body).status_code == 200
    response = client.post("/admin/login/", {"username": "ana", "password": "wrong"})
    assert response.status_code == 429
    assert response["Retry-After"] == "60"
    assert client.get("/admin/login/").status_code == 200


def test_signing_in_leads_to_the_admin(client, django_user_model):
    django_user_model.objects.create_superuser("root", password="a long enough phrase")
    body = {"username": "root", "password": "a long enough phrase"}
    response = client.post("/admin/login/", body)
    assert response["Location"] == "/admin/"
