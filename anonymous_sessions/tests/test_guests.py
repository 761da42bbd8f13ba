"""Tests of learners without an account, on the paths where the host admits them."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from anonymous_sessions.models import AnonymousSession
from sessions_core.models import (
    Activity,
    AwardedAchievement,
    Item,
    ItemMemory,
    PracticeDay,
    Session,
)

from .conftest import Visitor

START = "/api/v1/sessions/start"
ADMIN = "/admin/anonymous_sessions/anonymoussession/"


@pytest.fixture
def welcome(settings):
    settings.ANONYMOUS_SESSIONS_GUEST_PATHS = ["/api/v1/sessions/"]


@pytest.fixture
def activity(db):
    made = Activity.objects.create(key="greetings", name="Greetings")
    for position, word in enumerate(("hello", "goodbye")):
        Item.objects.create(activity=made, key=word, position=position, prompt=word, answer="x")
    return made


def start(visitor, activity, **headers):
    return visitor.post(
        START, {"activity_id": activity.pk}, content_type="application/json", headers=headers
    )


@pytest.fixture
def guest(visitor, activity, welcome):
    """Returns a visitor with one learning session."""
    visitor.open()
    assert start(visitor, activity).status_code == 201
    return visitor


def test_guests_are_turned_away_by_default(visitor, activity):
    visitor.open()
    assert start(visitor, activity).status_code == 401


def test_a_guest_owns_what_it_starts(guest, other, activity):
    session = Session.objects.get()
    assert session.user is None
    answered = guest.post(
        f"/api/v1/sessions/{session.public_id}/progress",
        {"item_id": Item.objects.first().pk, "answer": "x", "response_time": 900},
        content_type="application/json",
    )
    assert answered.status_code == 200, answered.content
    other.open()
    stolen = other.get(f"/api/v1/sessions/{session.public_id}")
    assert stolen.status_code == 404


def test_a_guest_is_one_only_where_the_host_says_so(guest):
    assert guest.get("/api/exercises/sessions").status_code in (401, 404)


def test_another_sites_page_starts_nothing(guest, activity):
    assert start(guest, activity, origin="https://evil.example").status_code == 403
    assert Session.objects.count() == 1


def test_learning_sessions_follow_a_merge(guest, other, activity):
    mine = other.open()["session_id"]
    assert guest.call("POST", "/sync", {"client_session_id": mine}).status_code == 200
    session = Session.objects.get()
    assert other.get(f"/api/v1/sessions/{session.public_id}").status_code == 200


def test_signing_in_takes_them_along_and_an_undo_gives_them_back(guest, ana, activity):
    guest.sign_in(ana)
    dry = guest.call("POST", "/adopt", {"dry_run": True}).json()
    assert dry["contents"]["learning_sessions"] == 1
    guest.call("POST", "/adopt", {})
    session = Session.objects.get()
    assert session.user == ana
    assert session.guest is None
    assert start(guest, activity, authorization=f"Bearer {guest.token}").status_code == 201
    assert guest.call("POST", "/adopt/undo").status_code == 200
    session.refresh_from_db()
    assert session.user is None
    assert Session.objects.filter(user=ana).count() == 1
    guest.token = ""
    assert guest.get(f"/api/v1/sessions/{session.public_id}").status_code == 200


def test_what_a_guest_practised_teaches_and_earns_once_the_account_has_it(guest, ana):
    """The adoption counts it once, a second device or a merge not again; an undo reverts it."""
    session = Session.objects.get()
    for item in Item.objects.all():
        guest.post(
            f"/api/v1/sessions/{session.public_id}/progress",
            {"item_id": item.pk, "answer": "x", "response_time": 900},
            content_type="application/json",
        )
    guest.post(f"/api/v1/sessions/{session.public_id}/complete", content_type="application/json")

    def has():
        memories = ItemMemory.objects.filter(user=ana).order_by("item_id")
        awards = AwardedAchievement.objects.filter(user=ana)
        return [list(rows.values()) for rows in (memories, awards)]

    assert has() == [[], []]
    for _ in range(2):
        assert guest.sign_in(ana).call("POST", "/adopt", {}).status_code == 200
    memories, awards = given = has()
    assert len(memories) == 2
    assert [award["code"] for award in awards] == ["first-step"]
    second = Visitor()
    second.open()
    second.sign_in(ana).call("POST", "/sync", {"client_session_id": guest.cookie})
    assert has() == given
    assert guest.call("POST", "/adopt/undo").status_code == 200
    assert has() == [[], []]


def test_an_undo_also_gives_back_what_came_by_a_merge(guest, other, ana, activity):
    mine = other.open()["session_id"]
    other.sign_in(ana).call("POST", "/adopt", {})
    guest.sign_in(ana).call("POST", "/sync", {"client_session_id": mine})
    assert Session.objects.get().user == ana
    assert guest.call("POST", "/adopt/undo").status_code == 200
    session = Session.objects.get()
    assert session.user is None
    guest.token = ""
    assert guest.get(f"/api/v1/sessions/{session.public_id}").status_code == 200


def test_the_days_practised_come_and_go_with_the_sessions(guest, ana):
    session = Session.objects.get()
    guest.post(f"/api/v1/sessions/{session.public_id}/complete", content_type="application/json")
    assert not PracticeDay.objects.exists()
    guest.sign_in(ana).call("POST", "/adopt", {})
    day = PracticeDay.objects.get(user=ana)
    assert (day.started, day.ended) == (1, 1)
    guest.call("POST", "/adopt/undo")
    day.refresh_from_db()
    assert (day.started, day.ended, day.seconds) == (0, 0, 0)


def test_sockets_know_a_guest_by_its_cookie(guest, other, ana, settings, django_assert_num_queries):
    from anonymous_sessions.sockets import CookieGuests

    guests, row = CookieGuests(), AnonymousSession.objects.get()
    given = {"concept_session": guest.cookie, "sessionid": "x"}
    assert guests.cookie("/ws/sessions/1", given) is None
    settings.ANONYMOUS_SESSIONS_GUEST_PATHS = ["/api/v1/sessions/", "/ws/sessions/"]
    assert guests.cookie("/ws/sessions/1", given) == guest.cookie
    assert guests.cookie("/ws/therapists/1", given) is None
    assert guests.cookie("/ws/sessions/1", {"sessionid": "x"}) is None

    another = other.open()["session_id"]
    cookies = [guest.cookie, "not-an-id", str(row.guest), another, guest.cookie]
    with django_assert_num_queries(1):
        known = guests.guests(cookies)
    assert known[:3] == [row.guest, None, None]
    assert known[3] not in (None, row.guest)
    assert known[4] == row.guest
    guest.call("POST", "/sync", {"client_session_id": another})
    assert guests.guests([cookies[0], another]) == [known[3]] * 2
    other.sign_in(ana).call("POST", "/adopt", {})
    assert guests.guests([cookies[0], another]) == [None, None]


def test_an_expired_session_is_no_guest(guest, clock):
    from anonymous_sessions.sockets import CookieGuests

    clock.shift(timedelta(days=365 * 20))
    assert CookieGuests().guests([guest.cookie]) == [None]


def test_after_signing_out_nobody_is_the_account(guest, ana):
    guest.sign_in(ana).call("POST", "/adopt", {})
    guest.token = ""
    assert guest.get(f"/api/v1/sessions/{Session.objects.get().public_id}").status_code == 401


def test_purging_takes_a_guests_learning_sessions_along(guest, clock):
    clock.shift(timedelta(days=365 * 20))
    call_command("purge_anonymous_sessions")
    assert Session.objects.count() == 0


@pytest.mark.parametrize("path", ["{pk}/delete/", ""])
def test_what_staff_deletes_goes_with_its_learning_sessions(
    admin_client, visitor, other, ana, path
):
    visitor.open()
    other.sign_in(ana).open()
    row, account = AnonymousSession.objects.order_by("pk")
    guest = Session.objects.create(guest=row.guest, dialect="portal", local_day="2026-03-02")
    kept = Session.objects.create(user=ana, dialect="portal", local_day="2026-03-02")
    many = {"action": "delete_selected", "_selected_action": [row.pk, account.pk], "post": "yes"}
    for key in (row.pk, account.pk):
        admin_client.post(ADMIN + path.format(pk=key), many if path == "" else {"post": "yes"})
    assert not AnonymousSession.objects.exists()
    assert list(Session.objects.all()) == [kept]
    assert guest not in Session.objects.all()
