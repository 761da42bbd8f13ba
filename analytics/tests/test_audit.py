"""Tests that every request is recorded, and that any change of the chain is detected."""

import random
import threading
from collections.abc import Callable
from io import StringIO
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import override_settings

from analytics.audit import anchor
from analytics.audit.chain import AuditEvent, append
from analytics.audit.verify import breaks
from analytics.examples import PROGRESS_METRICS
from analytics.models import AuditHead, AuditRecord, AuditSubject, SupervisorLink
from analytics.views.base import SCOPE
from evaluations import recording

from .people import Clinic, make_user

WIDE = override_settings(SESSIONS_LIMITS={SCOPE: [(100_000, 60)]})


def _is_whole() -> bool:
    out = StringIO()
    try:
        call_command("verify_audit", stdout=out, stderr=out)
    except CommandError:
        return False
    return True


@WIDE
@pytest.mark.parametrize("calls", [100, pytest.param(1000, marks=pytest.mark.torture)])
def test_mixed_calls_leave_a_chained_row_each(
    clinic: Clinic, record_figure: Callable[[str], None], calls: int
) -> None:
    chance = random.Random(4)
    names = ["therapist", "stranger", "supervisor", "evaluator", "staff", "learner", "anonymous"]
    clients = {name: clinic.client(name) for name in names}
    session = str(clinic.session.pk)

    def call(api: Any) -> Any:
        report = {"sessionId": session, "progressMetrics": PROGRESS_METRICS}
        return chance.choice(
            [
                lambda: api.get(f"/api/session/progress?sessionId={session}"),
                lambda: api.get("/api/session/progress"),
                lambda: api.get("/api/session/skills/", {"sessionId": "nope"}),
                lambda: api.get(f"/api/evaluation?sessionId={session}"),
                lambda: api.post("/api/session/progress", report, format="json"),
                lambda: api.post("/api/session/skills", "{", content_type="application/json"),
                lambda: api.delete("/api/session/analytics"),
            ]
        )()

    answered = [call(clients[chance.choice(names)]).status_code for _ in range(calls)]
    recorded = list(AuditRecord.objects.order_by("seq").values_list("seq", "status"))
    assert recorded == list(enumerate(answered, start=1))
    assert not list(breaks())
    record_figure(
        f"P3: {calls} mixed calls, {len(recorded)} chained audit rows, statuses "
        + ", ".join(f"{status} x{answered.count(status)}" for status in sorted(set(answered)))
    )


def test_a_record_says_who_what_whose_when_where_and_how_it_ended(clinic: Clinic) -> None:
    url = f"/api/session/progress?sessionId={clinic.session.pk}&reason=complaint+12"
    clinic.client("staff").get(url, REMOTE_ADDR="203.0.113.9")
    record = AuditRecord.objects.get()
    assert record.actor.user_id == clinic.staff.pk
    assert record.subject.user_id == clinic.therapist.pk
    assert (record.action, record.status) == ("progress.list", 200)
    assert record.session_id == str(clinic.session.pk)
    assert record.private["address"] == "203.0.113.9"
    assert record.private["reason"] == "complaint 12"


def test_staff_on_behalf_is_recorded_as_such(clinic: Clinic) -> None:
    body = {
        "sessionId": str(clinic.session.pk),
        "therapistId": str(clinic.therapist.pk),
        "skillScores": {"Empathy": 1},
    }
    assert (
        clinic.client("staff").post("/api/session/skills", body, format="json").status_code == 200
    )
    record = AuditRecord.objects.get()
    assert record.actor.user_id == clinic.staff.pk
    assert record.behalf.user_id == clinic.therapist.pk


def test_a_therapist_sees_who_read_its_record(clinic: Clinic) -> None:
    url = f"/api/session/snapshots?sessionId={clinic.session.pk}"
    clinic.client("supervisor").get(url)
    clinic.client("far_supervisor").get(url)
    clinic.client("stranger").get(f"/api/session/snapshots?sessionId={clinic.foreign.pk}")
    shown = clinic.client("therapist").get("/api/session/audit").json()
    assert shown["total"] == 2
    assert [(entry["actorId"], entry["status"]) for entry in shown["records"]] == [
        (str(clinic.far_supervisor.pk), 403),
        (str(clinic.supervisor.pk), 200),
    ]
    assert "address" not in shown["records"][0]
    everything = clinic.client("auditor").get("/api/session/audit").json()
    assert everything["total"] == 4
    assert everything["records"][0]["address"] == "127.0.0.1"


@pytest.mark.parametrize(
    ("who", "url"),
    [
        ("staff", "/api/session/sessions"),
        ("supervisor", "/api/evaluation?search=warm"),
        ("staff", "/api/evaluation?search=warm&reason=quality+review"),
    ],
)
def test_a_list_of_several_therapists_names_each(clinic: Clinic, who: str, url: str) -> None:
    SupervisorLink.objects.create(supervisor=clinic.supervisor, therapist=clinic.stranger)
    for session in (clinic.session, clinic.foreign):
        recording.write(session, clinic.supervisor.pk, rating=4, feedback="warm", comments="")
    assert clinic.client(who).get(url).status_code == 200
    for name in ("therapist", "stranger"):
        shown = clinic.client(name).get("/api/session/audit").json()
        assert shown["records"][-1]["actorId"] == str(getattr(clinic, who).pk)
    everything = clinic.client("auditor").get("/api/session/audit").json()["records"]
    both = {str(clinic.therapist.pk), str(clinic.stranger.pk)}
    assert set(everything[-1]["alsoAbout"]) == both
    assert _is_whole()
    AuditSubject.objects.filter(person__user=clinic.stranger).delete()
    assert not _is_whole(), "whose record it was is in the hash"


@pytest.mark.parametrize("method", ["get", "post"])
def test_without_its_record_nothing_is_read_or_written(clinic: Clinic, method: str) -> None:
    api = clinic.client("therapist")
    with mock.patch("analytics.views.base.append", side_effect=OperationalError("gone")):
        if method == "get":
            answer = api.get(f"/api/session/progress?sessionId={clinic.session.pk}")
        else:
            body = {"sessionId": str(clinic.session.pk), "skillScores": {"Empathy": 9}}
            answer = api.post("/api/session/skills", body, format="json")
    assert answer.status_code == 503
    assert answer.json()["code"] == "SERVICE_UNAVAILABLE"
    assert int(answer["Retry-After"]) >= 1
    assert not clinic.session.skill_scores.exists()


def test_a_fault_of_ours_is_recorded_too(clinic: Clinic) -> None:
    api = clinic.client("therapist")
    api.raise_request_exception = False
    with mock.patch("analytics.views.progress.progress_of", side_effect=ZeroDivisionError):
        answer = api.get(f"/api/session/progress?sessionId={clinic.session.pk}")
    assert answer.status_code == 500
    assert answer.json()["code"] == "INTERNAL_ERROR"
    assert AuditRecord.objects.get().status == 500


def test_roles_given_and_taken_are_recorded(clinic: Clinic) -> None:
    user = make_user("newcomer", "evaluator", "supervisor", is_staff=True)
    Group.objects.get(name="evaluator").user_set.remove(user)
    user.groups.clear()
    user.is_staff = False
    user.save()
    records = AuditRecord.objects.order_by("seq")
    assert [record.action for record in records] == [
        "role.given.staff",
        "role.given.evaluator",
        "role.given.supervisor",
        "role.taken.evaluator",
        "role.taken.supervisor",
        "role.taken.staff",
    ]
    assert {record.subject.user_id for record in records} == {user.pk}


@pytest.fixture
def chain(clinic: Clinic) -> Clinic:
    for n in range(10):
        append(
            AuditEvent(
                "progress.list", "r", 200, clinic.staff.pk, clinic.therapist.pk, address=str(n)
            )
        )
    assert _is_whole()
    return clinic


@pytest.mark.parametrize(
    "change",
    [
        {"status": 403},
        {"action": "x"},
        {"session_id": "x"},
        {"actor": None},
        {"previous": "0" * 64},
        {"digest": "0" * 64},
        {"private": None},
        {"commitment": "0" * 64},
    ],
)
def test_an_edit_shows(chain: Clinic, change: dict[str, Any]) -> None:
    AuditRecord.objects.filter(seq=5).update(**change)
    assert not _is_whole()


@pytest.mark.parametrize("seq", [1, 5, 10])
def test_a_removal_shows(chain: Clinic, seq: int) -> None:
    AuditRecord.objects.filter(seq=seq).delete()
    assert not _is_whole()


def test_a_cut_tail_shows_even_with_its_end_put_back(chain: Clinic) -> None:
    AuditRecord.objects.filter(seq__gt=7).delete()
    last = AuditRecord.objects.get(seq=7)
    assert not _is_whole()
    AuditHead.objects.update(count=7, digest=last.digest)
    assert not _is_whole()
    append(AuditEvent("progress.list", "r", 200))
    assert not _is_whole(), "going on must not heal a cut"


def test_a_removed_end_shows(chain: Clinic) -> None:
    AuditHead.objects.all().delete()
    assert not _is_whole()
    append(AuditEvent("progress.list", "r", 200))
    assert not _is_whole()


def test_swapped_records_show(chain: Clinic) -> None:
    third, fourth = AuditRecord.objects.get(seq=3), AuditRecord.objects.get(seq=4)
    AuditRecord.objects.filter(seq=3).update(seq=1000)
    AuditRecord.objects.filter(seq=4).update(seq=3)
    AuditRecord.objects.filter(seq=1000).update(seq=4)
    assert third.digest != fourth.digest
    assert not _is_whole()


def test_an_anchor_kept_elsewhere_shows_a_database_put_back(chain: Clinic) -> None:
    head = AuditHead.objects.get()
    append(AuditEvent("progress.list", "r", 200))
    kept = anchor.current_anchor()
    assert anchor.is_in_chain(kept)
    AuditRecord.objects.filter(seq=11).delete()
    head.save()
    assert _is_whole(), "the chain by itself looks like the day before"
    with pytest.raises(CommandError):
        call_command("verify_audit", anchor=kept, stderr=StringIO())


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_make_one_chain() -> None:
    user = make_user("thea")

    def write() -> None:
        for _ in range(20):
            append(AuditEvent("progress.list", "r", 200, user.pk, user.pk))
        connection.close()

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert AuditRecord.objects.count() == 160
    assert not list(breaks())
