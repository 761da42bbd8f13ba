"""Tests that staff see the usage of sessions, but nothing that gives access to one."""

import pytest
from django.test import Client

from anonymous_sessions.models import AnonymousSession

from .conftest import Visitor

LIST = "/admin/anonymous_sessions/anonymoussession/"


@pytest.fixture
def staff(admin_user):
    client = Client()
    client.force_login(admin_user)
    return client


def test_the_list_shows_usage(staff, visitor):
    visitor.open()
    visitor.use("concept_generation", 4)
    page = staff.get(LIST).content.decode()
    assert "concepts generated: 4" in page


def test_no_page_gives_the_id_or_what_leads_to_it(staff, visitor):
    mine = visitor.open()["session_id"]
    visitor.call("POST", "/transfer", {})
    row = AnonymousSession.objects.get()
    for path in (LIST, f"{LIST}{row.pk}/change/"):
        response = staff.get(path)
        assert response.status_code == 200
        page = response.content.decode()
        for secret in (mine, row.digest, row.digest.hex, row.guest, row.guest.hex):
            assert str(secret) not in page


def test_a_session_is_found_by_its_whole_id_alone(staff, visitor, other):
    mine = visitor.open()["session_id"]
    theirs = other.open()["session_id"]
    other.call("POST", "/sync", {"client_session_id": mine})
    row = AnonymousSession.objects.get(merged_into=None)

    def found(text):
        return [each.pk for each in staff.get(LIST, {"q": text}).context["cl"].result_list]

    assert found(mine) == found(f" {theirs} ") == [row.pk]
    for part in (mine[:8], row.digest, row.digest.hex[:8], "%", "0"):
        assert found(str(part)) == []


def test_nothing_can_be_changed_or_added(staff, visitor):
    visitor.open()
    row = AnonymousSession.objects.get()
    assert staff.get(f"{LIST}add/").status_code == 403
    assert staff.post(f"{LIST}{row.pk}/change/", {"user": 1}).status_code == 403


def test_the_list_costs_the_same_however_many_it_shows(staff, django_assert_num_queries):
    def grow(number):
        for _ in range(number):
            visitor = Visitor()
            visitor.open()
            visitor.use("concept_generation")
            visitor.call("POST", "/concepts", {"document": {}})

    def cost():
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as queries:
            assert staff.get(LIST).status_code == 200
        return len(queries)

    grow(1)
    first = cost()
    grow(9)
    assert cost() == first
