"""The live sockets: what is recorded arrives, for those who may see it, while they may."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import jsonschema
import pytest
from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async
from django.db.backends.utils import CursorWrapper
from django.test import override_settings
from django.utils import timezone

from analytics.limits import SCOPE
from analytics.models import AuditRecord, EvaluatorAssignment, Snapshot, SupervisorLink
from sessions_core import tokens
from sessions_core.realtime import housekeeping, hub
from sessions_core.realtime.asyncapi import document

from .people import Clinic, make_clinic

pytestmark = pytest.mark.django_db(transaction=True)

# Only ends a test that would wait in vain.
PATIENCE = 120

# Django's own ``aget`` and the like keep their thread's connection, and the database cannot go.
_in_thread = database_sync_to_async


@pytest.fixture
def clinic(transactional_db: None) -> Clinic:
    return make_clinic()


async def _connect(
    path: str, user: Any, *more_headers: tuple[bytes, bytes]
) -> ApplicationCommunicator:
    from langportal.sockets import application

    headers = [*more_headers]
    if user is not None:
        token = (await _in_thread(tokens.issue)(user)).access
        headers = [(b"authorization", f"Bearer {token}".encode())]
    path, _, query = path.partition("?")
    scope = {
        "type": "websocket",
        "path": path,
        "query_string": query.encode(),
        "headers": headers,
        "subprotocols": [],
        "client": ["127.0.0.1", 1],
    }
    socket = ApplicationCommunicator(application, scope)
    await socket.send_input({"type": "websocket.connect"})
    assert (await socket.receive_output(PATIENCE))["type"] == "websocket.accept"
    return socket


async def _next(socket: ApplicationCommunicator) -> dict[str, Any]:
    """The next message, which must be as the AsyncAPI document says."""
    found = json.loads((await socket.receive_output(PATIENCE))["text"])
    described = document()["components"]["messages"][f"training_{found['type']}"]
    jsonschema.validate(found, described["payload"])
    return found


async def _leave(socket: ApplicationCommunicator) -> None:
    await socket.send_input({"type": "websocket.disconnect", "code": 1000})
    await socket.wait(PATIENCE)


async def _closing_code(socket: ApplicationCommunicator) -> int:
    while True:
        event = await socket.receive_output(PATIENCE)
        if event["type"] == "websocket.close":
            await _leave(socket)
            return event["code"]


@_in_thread
def _record(clinic: Clinic, value: float) -> None:
    body = {
        "sessionId": str(clinic.session.pk),
        "snapshots": [{"timestamp": f"2025-01-01T10:{int(value):02}:00Z", "value": value}],
        "milestones": [{"milestoneName": f"at {value}"}],
    }
    api = clinic.client("therapist")
    assert api.post("/api/session/snapshots", body, format="json").status_code == 200
    body = {"sessionId": str(clinic.session.pk), "skillScores": {"Empathy": value}}
    assert api.post("/api/session/skills", body, format="json").status_code == 200


@pytest.mark.parametrize("who", ["therapist", "supervisor", "evaluator", "staff"])
async def test_what_is_recorded_arrives(clinic: Clinic, who: str) -> None:
    socket = await _connect(f"/ws/therapist-sessions/{clinic.session.pk}", getattr(clinic, who))
    state = await _next(socket)
    assert (state["type"], state["data"]["lastId"]) == ("session", 0)
    assert state["data"]["clientId"] == ("client-17" if who in {"therapist", "supervisor"} else "")
    await _record(clinic, 25)
    found = [await _next(socket) for _ in range(4)]
    events = [event for event in found if "id" in event]
    assert [event["id"] for event in events] == [1, 2, 3]
    assert [event["type"] for event in events] == ["snapshot", "milestone", "skill"]
    assert events[0]["data"]["value"] == 25
    await _leave(socket)


async def test_a_supervisor_has_all_of_a_therapist_on_the_wall(clinic: Clinic) -> None:
    socket = await _connect(f"/ws/therapists/{clinic.therapist.pk}", clinic.supervisor)
    shown = {(await _next(socket))["data"]["id"] for _ in range(2)}
    assert shown == {str(clinic.session.pk), str(clinic.earlier.pk)}
    await _record(clinic, 40)
    types = [(await _next(socket))["type"] for _ in range(4)]
    assert sorted(types) == ["milestone", "session", "skill", "snapshot"]
    await _leave(socket)


async def test_replay_after_an_id(clinic: Clinic) -> None:
    await _record(clinic, 10)
    await _record(clinic, 20)
    path = f"/ws/therapist-sessions/{clinic.session.pk}?after=4"
    socket = await _connect(path, clinic.therapist)
    assert (await _next(socket))["data"]["lastId"] == 6
    assert [(await _next(socket))["id"] for _ in range(2)] == [5, 6]
    await _leave(socket)
    path = f"/ws/therapist-sessions/{clinic.session.pk}?after=nonsense"
    socket = await _connect(path, clinic.therapist)
    assert [(await _next(socket))["type"] for _ in range(2)] == ["session", "resync"]
    await _leave(socket)


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("anonymous", 4401),
        ("learner", 4403),
        ("stranger", 4403),
        ("far_supervisor", 4403),
        ("far_evaluator", 4403),
    ],
)
async def test_who_may_not_is_told_so_and_recorded(clinic: Clinic, who: str, code: int) -> None:
    user = None if who == "anonymous" else getattr(clinic, who)
    paths = f"/ws/therapist-sessions/{clinic.session.pk}", f"/ws/therapists/{clinic.therapist.pk}"
    for path in paths:
        assert await _closing_code(await _connect(path, user)) == code
    statuses = await _in_thread(list)(AuditRecord.objects.values_list("status", flat=True))
    assert statuses == [code, code]


@override_settings(SESSIONS_LIMITS={SCOPE: [(1, 60)]})
async def test_opening_sockets_counts_against_the_limit(clinic: Clinic) -> None:
    path = f"/ws/therapist-sessions/{clinic.session.pk}"
    first = await _connect(path, clinic.therapist)
    await _next(first)  # It is in, and counted: a socket is accepted before it is admitted.
    assert await _closing_code(await _connect(path, clinic.therapist)) == 1008
    await _leave(first)
    statuses = AuditRecord.objects.order_by("seq").values_list("status", flat=True)
    assert await _in_thread(list)(statuses) == [101, 1008]


@override_settings(TRUSTED_PROXIES=["127.0.0.0/8"])
async def test_the_audit_has_the_address_that_our_proxy_reports(clinic: Clinic) -> None:
    path = f"/ws/therapist-sessions/{clinic.session.pk}"
    forwarded = (b"x-forwarded-for", b"203.0.113.9, 127.0.0.1")
    assert await _closing_code(await _connect(path, None, forwarded)) == 4401
    record = await _in_thread(AuditRecord.objects.get)()
    assert record.private["address"] == "203.0.113.9"


@pytest.mark.parametrize("id_text", ["nope", "%00", "é", "0" * 36, "9" * 30])
async def test_an_unknown_id_is_4404(clinic: Clinic, id_text: str) -> None:
    for kind in ("therapist-sessions", "therapists"):
        socket = await _connect(f"/ws/{kind}/{id_text}", clinic.staff)
        assert await _closing_code(socket) == 4404


@override_settings(ANALYTICS_SOCKET_RECHECK_SECONDS=0.2)
async def test_a_link_removed_closes_the_socket(clinic: Clinic) -> None:
    sockets = [
        await _connect(path, clinic.supervisor)
        for path in (
            f"/ws/therapist-sessions/{clinic.session.pk}",
            f"/ws/therapists/{clinic.therapist.pk}",
        )
    ]
    await asyncio.gather(*map(_next, sockets))
    await _in_thread(SupervisorLink.objects.all().delete)()
    assert [await _closing_code(socket) for socket in sockets] == [4403, 4403]


@override_settings(ANALYTICS_SOCKET_RECHECK_SECONDS=0.2)
async def test_of_two_assignments_the_ended_one_goes_silent(clinic: Clinic) -> None:
    ended = await _in_thread(EvaluatorAssignment.objects.get)(session=clinic.session)
    await _in_thread(EvaluatorAssignment.objects.create)(
        evaluator=clinic.evaluator, session=clinic.earlier
    )
    socket = await _connect(f"/ws/therapists/{clinic.therapist.pk}", clinic.evaluator)
    for _ in range(2):
        await _next(socket)
    ended.ended_at = timezone.now()
    await _in_thread(ended.save)()
    await asyncio.sleep(1)
    await _record(clinic, 40)
    assert await socket.receive_nothing(4)
    await _leave(socket)


@override_settings(ANALYTICS_SOCKET_RECHECK_SECONDS=0.2)
async def test_a_supervisor_who_is_staff_alone_by_now_no_longer_knows_the_client(
    clinic: Clinic,
) -> None:
    clinic.supervisor.is_staff = True
    await _in_thread(clinic.supervisor.save)()
    path = f"/ws/therapist-sessions/{clinic.session.pk}"
    socket = await _connect(path, clinic.supervisor)
    assert (await _next(socket))["data"]["clientId"] == "client-17"
    await _in_thread(SupervisorLink.objects.update)(ended_at=timezone.now())
    assert (await _next(socket))["data"]["clientId"] == ""
    await _leave(socket)


@contextmanager
def _statements() -> Iterator[list[str]]:
    """What is asked of analytics' tables meanwhile, in whatever thread."""
    asked: list[str] = []
    execute = CursorWrapper.execute

    def recorded(self: CursorWrapper, sql: str, params: Any = None) -> Any:
        if "analytics_" in sql:
            asked.append(sql)
        return execute(self, sql, params)

    with mock.patch.object(CursorWrapper, "execute", recorded):
        yield asked


@_in_thread
def _record_elsewhere(clinic: Clinic, value: float) -> None:
    """As another process does, of which no hint arrives."""
    with mock.patch("analytics.live.feed.publish"):
        body = {
            "sessionId": str(clinic.session.pk),
            "snapshots": [{"timestamp": f"2025-01-01T10:{int(value):02}:00Z", "value": value}],
        }
        api = clinic.client("therapist")
        assert api.post("/api/session/snapshots", body, format="json").status_code == 200


@pytest.fixture
def _no_timers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "LOOK_EVERY", 3600)
    monkeypatch.setattr(housekeeping, "CHECK_EVERY", 3600)


@pytest.mark.usefixtures("_no_timers")
@override_settings(ANALYTICS_SOCKET_RECHECK_SECONDS=3600)
async def test_many_sockets_on_one_session_cost_what_one_costs(clinic: Clinic) -> None:
    path = f"/ws/therapist-sessions/{clinic.session.pk}"
    people = clinic.therapist, clinic.supervisor, clinic.evaluator, clinic.staff
    sockets = [await _connect(path, person) for person in people * 3]
    for socket in sockets:
        await _next(socket)
    look = hub.current().housekeeping.look
    with _statements() as asked:
        await look()
    assert len(asked) == 1, asked
    await _record_elsewhere(clinic, 30)
    with _statements() as asked:
        await look()
        for socket in sockets:
            found = [await _next(socket), await _next(socket)]
            assert {each["type"] for each in found} == {"session", "snapshot"}
    # The look; then for all: the session, its snapshots, its milestones, its skills.
    assert len(asked) == 5, asked
    with _statements() as asked:
        await look()
    assert len(asked) == 1, asked
    await asyncio.gather(*map(_leave, sockets))
    assert not hub.current().subscriptions


@pytest.mark.usefixtures("_no_timers")
@override_settings(ANALYTICS_SOCKET_RECHECK_SECONDS=3600)
async def test_many_walls_cost_a_query_a_look(clinic: Clinic) -> None:
    path = f"/ws/therapists/{clinic.therapist.pk}"
    sockets = [await _connect(path, who) for who in (clinic.supervisor, clinic.staff) * 3]
    for socket in sockets:
        for _ in range(2):
            await _next(socket)
    with _statements() as asked:
        await hub.current().housekeeping.look()
    assert len(asked) == 1, asked
    await asyncio.gather(*map(_leave, sockets))


@pytest.mark.usefixtures("_no_timers")
@override_settings(ANALYTICS_SOCKET_RECHECK_SECONDS=3600)
async def test_a_wall_shows_nothing_of_an_assignment_that_has_just_ended(clinic: Clinic) -> None:
    """Not even until the next check of the right to be there."""
    socket = await _connect(f"/ws/therapists/{clinic.therapist.pk}", clinic.evaluator)
    await _next(socket)
    await _in_thread(EvaluatorAssignment.objects.update)(ended_at=timezone.now())
    await _record(clinic, 40)
    assert await socket.receive_nothing(1)
    await _leave(socket)


@override_settings(ANALYTICS_SOCKET_RECHECK_SECONDS=0.2)
async def test_a_wall_shows_what_is_newly_assigned(clinic: Clinic) -> None:
    socket = await _connect(f"/ws/therapists/{clinic.therapist.pk}", clinic.evaluator)
    assert (await _next(socket))["data"]["id"] == str(clinic.session.pk)
    await _in_thread(EvaluatorAssignment.objects.create)(
        evaluator=clinic.evaluator, session=clinic.earlier
    )
    assert (await _next(socket))["data"]["id"] == str(clinic.earlier.pk)
    await _leave(socket)


async def test_one_who_replays_among_others_gets_each_event_once(clinic: Clinic) -> None:
    path = f"/ws/therapist-sessions/{clinic.session.pk}"
    live = await _connect(path, clinic.therapist)
    await _next(live)
    await _record(clinic, 10)
    late = await _connect(f"{path}?after=1", clinic.supervisor)
    await _record(clinic, 20)
    for socket, first in ((live, 1), (late, 2)):
        ids: list[int] = []
        while 6 not in ids:
            found = await _next(socket)
            ids += [found["id"]] if "id" in found else []
        assert ids == list(range(first, 7))
        await _leave(socket)
    assert await _in_thread(Snapshot.objects.count)() == 2


async def test_a_ping_and_a_nonsense_are_answered_as_documented(clinic: Clinic) -> None:
    socket = await _connect(f"/ws/therapist-sessions/{clinic.session.pk}", clinic.therapist)
    await _next(socket)
    for sent, answer in (({"type": "ping"}, "pong"), ({"type": "dance"}, "error")):
        await socket.send_input({"type": "websocket.receive", "text": json.dumps(sent)})
        assert (await _next(socket))["type"] == answer
    await _leave(socket)


def test_every_therapist_socket_is_in_the_document() -> None:
    from analytics.live.routing import websocket_urlpatterns

    addresses = {channel["address"] for channel in document()["channels"].values()}
    for pattern in websocket_urlpatterns:
        written = str(pattern.pattern).replace("(?P<id>[^/]*)/?\\Z", "{id}").replace("^", "/")
        assert written in addresses


def test_every_therapist_message_has_an_example_that_fits() -> None:
    messages = document()["components"]["messages"]
    ours = [each for name, each in messages.items() if name.startswith("training_")]
    assert len(ours) == 8
    for each in ours:
        jsonschema.Draft202012Validator.check_schema(each["payload"])
        for example in each["examples"]:
            jsonschema.validate(example["payload"], each["payload"])


def test_the_recheck_is_well_below_the_thirty_seconds_promised() -> None:
    from analytics.app_settings import app_settings

    assert app_settings.SOCKET_RECHECK_SECONDS <= 15
