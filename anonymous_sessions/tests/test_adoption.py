"""Tests of adoption by signing in, of undoing it, and of what signing out leaves behind."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model

from anonymous_sessions import access, concepts, merge, opening, preferences, rotate
from anonymous_sessions import adopt as adoption
from anonymous_sessions.errors import UnknownSession
from anonymous_sessions.models import AnonymousSession

from .conftest import Visitor

PASSWORD = "Correct-Horse-9"


@pytest.fixture
def busy(visitor):
    visitor.open()
    visitor.use("concept_generation", 2)
    visitor.call("POST", "/concepts", {"document": {"n": 1}})
    visitor.call("PUT", "/preferences", {"preferences": {"theme": "dark"}})
    return visitor


def adopt(visitor, **body):
    return visitor.call("POST", "/adopt", body)


def test_a_dry_run_tells_and_changes_nothing(busy, ana, clock):
    mine = busy.cookie
    response = adopt(busy.sign_in(ana), dry_run=True)
    assert response.status_code == 200
    assert response.json() == {
        "session_id": mine,
        "adopted": False,
        "dry_run": True,
        "undo_until": None,
        "contents": {
            "usage_stats": {
                "concepts_generated": 2,
                "concepts_refined": 0,
                "concepts_stored": 1,
            },
            "concepts": 1,
            "preferences": 1,
            "learning_sessions": 0,
        },
    }
    assert AnonymousSession.objects.get().user is None


def test_adopting_gives_the_session_to_the_account_alone(busy, other, ana, ben):
    mine = busy.cookie
    assert adopt(busy.sign_in(ana)).json()["adopted"] is True
    assert adopt(busy).json()["adopted"] is True
    assert busy.info()["usage_stats"]["concepts_generated"] == 2
    other.cookie = mine
    assert other.call("GET", "/info").status_code == 404
    assert other.call("POST", "/sync", {"client_session_id": mine}).status_code == 404
    assert adopt(other.sign_in(ben)).status_code == 404
    assert other.open(client_session_id=mine)["is_new_session"] is True


def test_adopting_needs_a_sign_in(busy):
    response = adopt(busy)
    assert response.status_code == 401
    assert response.json()["error"] == "validation_error"


def test_signing_out_leaves_the_next_person_nothing(busy, ana):
    mine = busy.cookie
    adopt(busy.sign_in(ana))
    busy.token = ""
    assert busy.call("GET", "/concepts").status_code == 404
    fresh = busy.open(client_session_id=mine)
    assert fresh["is_new_session"] is True
    assert busy.call("GET", "/concepts").json()["total"] == 0
    assert busy.call("GET", "/preferences").json()["preferences"] == {}


def test_what_is_made_while_signed_in_stays_with_the_account(visitor, ana):
    visitor.sign_in(ana).open()
    visitor.call("POST", "/concepts", {"document": {"secret": 1}})
    visitor.token = ""
    assert visitor.call("GET", "/concepts").status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        lambda handle: rotate.rotate(handle),
        lambda handle: preferences.patch(handle.session, {"planted": 1}),
        lambda handle: preferences.put(handle.session, {"planted": 1}),
        lambda handle: concepts.store(handle.session, {"planted": 1}),
        lambda handle: merge.merge(opening.create().session, handle.session),
        lambda handle: adoption.adopt(
            handle.session, get_user_model().objects.get(username="ben").pk
        ),
    ],
)
def test_who_came_in_before_the_adoption_changes_nothing_after_it(busy, ana, ben, change, clock):
    """Somebody else with the same id has loaded the session just before the adoption."""
    handle = access.find(UUID(busy.cookie), None)
    adopt(busy.sign_in(ana))
    before = busy.info(), busy.call("GET", "/preferences").json()
    with pytest.raises(UnknownSession):
        change(handle)
    assert (busy.info(), busy.call("GET", "/preferences").json()) == before
    assert busy.call("GET", "/concepts").json()["total"] == 1


def test_a_session_planted_before_sign_in_is_lost_to_whoever_planted_it(visitor, other, ana):
    """Session fixation: a victim signs in with a cookie that an attacker has set."""
    planted = other.open()["session_id"]
    visitor.cookie = planted
    adopt(visitor.sign_in(ana))
    visitor.call("POST", "/concepts", {"document": {"secret": 1}})
    for method, path in (("GET", "/concepts"), ("GET", "/info"), ("POST", "/rotate")):
        assert other.call(method, path).status_code == 404
    assert other.call("POST", "/transfer", {}).status_code == 404
    assert other.open(client_session_id=planted)["session_id"] != planted
    assert visitor.call("POST", "/adopt/undo").json()["session_id"] != planted


def test_a_code_made_before_an_adoption_opens_nothing_after_it(busy, other, ana):
    code = busy.call("POST", "/transfer", {}).json()["code"]
    adopt(busy.sign_in(ana))
    assert other.call("POST", "/transfer/redeem", {"code": code}).status_code == 404
    code = busy.call("POST", "/transfer", {}).json()["code"]
    assert other.call("POST", "/transfer/redeem", {"code": code}).status_code == 404


def test_the_next_person_signs_in_to_nothing_of_the_one_before(busy, ana, ben):
    adopt(busy.sign_in(ana))
    busy.token = ""
    next_door = {"username": "ben", "password": PASSWORD}
    busy.post("/api/token/", next_door, content_type="application/json")
    busy.sign_in(ben)
    assert busy.open()["is_new_session"] is True
    assert busy.call("GET", "/concepts").json()["total"] == 0
    assert busy.call("GET", "/preferences").json()["preferences"] == {}
    assert busy.info()["usage_stats"]["concepts_generated"] == 0


def test_an_account_sees_its_concepts_on_every_device(busy, other, ana):
    adopt(busy.sign_in(ana))
    other.sign_in(ana).open()
    assert other.call("GET", "/concepts").json()["total"] == 1


def test_an_account_never_pours_into_a_session_without_one(busy, other, ana):
    shared = other.open()["session_id"]
    adopt(busy.sign_in(ana))
    assert busy.call("POST", "/sync", {"client_session_id": shared}).status_code == 200
    assert other.call("GET", "/concepts").json()["total"] == 0
    assert other.info()["usage_stats"]["concepts_generated"] == 0


def test_an_adoption_can_be_undone_for_a_day(busy, other, ana, clock):
    mine = busy.cookie
    token = busy.sign_in(ana).token
    assert adopt(busy).json()["undo_until"] == "2023-04-02T12:34:56Z"
    undone = busy.call("POST", "/adopt/undo")
    assert undone.status_code == 200
    body = undone.json()
    assert body["adopted"] is False
    assert body["contents"]["concepts"] == 1
    assert body["session_id"] not in (None, mine)
    busy.token = ""
    assert busy.info()["usage_stats"]["concepts_generated"] == 2
    other.cookie = mine
    assert other.call("GET", "/info").status_code == 404
    busy.token = token
    assert busy.call("POST", "/adopt/undo").status_code == 404


def test_after_a_day_an_adoption_stands(busy, ana, clock, settings):
    settings.SIMPLE_JWT = {**settings.SIMPLE_JWT, "ACCESS_TOKEN_LIFETIME": timedelta(days=9)}
    adopt(busy.sign_in(ana))
    clock.shift(timedelta(hours=24))
    response = busy.sign_in(ana).call("POST", "/adopt/undo")
    assert response.status_code == 404
    assert AnonymousSession.objects.get().user == ana


@pytest.mark.parametrize("wanted", [True, False])
def test_a_sign_in_by_token_adopts_where_the_host_wants_it(busy, ana, settings, wanted):
    settings.ANONYMOUS_SESSIONS_ADOPT_ON_LOGIN = wanted
    busy.post(
        "/api/token/", {"username": "ana", "password": PASSWORD}, content_type="application/json"
    )
    assert AnonymousSession.objects.get().user == (ana if wanted else None)


def test_registering_adopts(busy):
    response = busy.post(
        "/api/register",
        {"username": "carla", "password": PASSWORD},
        content_type="application/json",
    )
    assert response.status_code == 201
    assert AnonymousSession.objects.get().user.username == "carla"


def test_a_login_cookie_needs_no_csrf_token_but_its_own_site(ana):
    visitor = Visitor(enforce_csrf_checks=True)
    visitor.force_login(ana)
    assert visitor.call("POST", "/", {}).status_code == 200
    assert visitor.call("POST", "/", {}, origin="https://evil.example").status_code == 403
    visitor.logout()
    assert visitor.call("GET", "/info").status_code == 404
