"""Tests that pages of sessions are complete and read-only, and each view is recorded."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sessions_core.admin.session_panels import PAGE
from sessions_core.lifecycle import start
from sessions_core.models import StaffAccess

from ..builders import actor_of, learner, vocabulary
from .worlds import give, page, practised

pytestmark = pytest.mark.django_db


def test_a_session_page_costs_the_same_queries_for_5_attempts_and_for_50(
    client: Client, staff: Any
) -> None:
    activity = vocabulary()
    ana = learner("ana")
    session = start.start(actor_of(ana), "portal", start.Wishes(activity_id=activity.pk))
    give(ana, session, session.plan.item_ids[:5])
    client.get(page("session", "change", session.pk))
    with CaptureQueriesContext(connection) as few:
        client.get(page("session", "change", session.pk))
    for _ in range(9):
        give(ana, session, session.plan.item_ids[:5])
    with CaptureQueriesContext(connection) as many:
        response = client.get(page("session", "change", session.pk))
    assert len(response.context["panels"][0].rows) == 50
    assert len(many) == len(few)


def test_attempts_are_paged_from_the_newest(client: Client, staff: Any) -> None:
    ana = learner("ana")
    activity = vocabulary()
    session = start.start(actor_of(ana), "portal", start.Wishes(activity_id=activity.pk))
    give(ana, session, session.plan.item_ids * 6)
    address = page("session", "change", session.pk)
    first = client.get(address).context["panels"][0]
    assert [row[0] for row in first.rows] == list(range(120, 120 - PAGE, -1))
    second = client.get(address + first.older).context["panels"][0]
    assert [row[0] for row in second.rows] == list(range(20, 0, -1))
    assert not second.older
    assert client.get(address + "?attempts_below=x%00").status_code == 200


@pytest.mark.parametrize("spelling", ["pk", "public_id"])
def test_a_look_at_somebodys_session_is_recorded(client: Client, staff: Any, spelling: str) -> None:
    session = practised(1, vocabulary(), staff)
    StaffAccess.objects.all().delete()
    client.get(page("session", "changelist"))
    assert not StaffAccess.objects.exists()
    address = page("session", "change", getattr(session, spelling))
    assert session.public_id in client.get(address).content.decode()
    record = StaffAccess.objects.get()
    assert (record.staff_id, record.session_id, record.route) == (staff.pk, session.pk, address)


@pytest.mark.parametrize("given", ["0", "999", "nosuch", "é", "99999999999999999999"])
def test_an_unknown_session_is_no_error_of_ours(client: Client, staff: Any, given: str) -> None:
    assert client.get(page("session", "change", given)).status_code == 302
    assert not StaffAccess.objects.exists()


def test_found_by_public_id_integer_id_and_name(client: Client, staff: Any) -> None:
    activity = vocabulary()
    wanted, other = practised(1, activity, staff), practised(2, activity, staff)

    def found(text: str) -> set[int]:
        result = client.get(page("session"), {"q": text}).context["cl"].result_list
        return {session.pk for session in result}

    assert found(wanted.public_id) == {wanted.pk}
    assert found(str(other.pk)) == {other.pk}
    assert found("LEARNER1") == {wanted.pk}
    assert found("learner") == {wanted.pk, other.pk}
    assert found("nobody") == set()


@pytest.mark.parametrize("query", [{"q": "\0"}, {"q": "9" * 400}, {"status": "x"}, {"p": "z"}])
def test_odd_queries_are_no_error_of_ours(client: Client, staff: Any, query: dict) -> None:
    assert client.get(page("session"), query).status_code in (200, 302)


@pytest.mark.parametrize("model", ["session", "awardedachievement", "practiceday", "staffaccess"])
def test_what_happened_can_be_neither_added_nor_changed_nor_deleted(
    client: Client, staff: Any, model: str
) -> None:
    practised(1, vocabulary(), staff)
    row = client.get(page(model)).context["cl"].result_list[0]
    assert client.get(page(model, "add")).status_code == 403
    assert client.post(page(model, "change", row.pk), {"status": "active"}).status_code == 403
    assert client.post(page(model, "delete", row.pk), {"post": "yes"}).status_code == 403
