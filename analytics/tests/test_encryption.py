"""Tests of encrypted fields: associated data, rotation under load, search without decryption."""

import base64
import threading
import uuid
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from analytics.crypto import keyring as rings
from analytics.crypto.envelope import DecryptionError, EncryptedValue
from analytics.models import ProgressFeedback, TherapistSession
from analytics.recording import sessions

from .people import Clinic, make_user

OLD = "old:" + base64.b64encode(b"o" * 32).decode()
NEW = "new:" + base64.b64encode(b"n" * 32).decode()


def _feedback(session: TherapistSession, text: str) -> ProgressFeedback:
    return ProgressFeedback.objects.create(
        session=session, text=text, created_at=session.started_at
    )


def _envelope(row: ProgressFeedback) -> bytes:
    (sealed,) = ProgressFeedback.objects.filter(pk=row.pk).values_list("text", flat=True)
    return sealed.envelope


def _overwrite(row: ProgressFeedback, envelope: bytes) -> ProgressFeedback:
    ProgressFeedback.objects.filter(pk=row.pk).update(text=EncryptedValue(envelope))
    return ProgressFeedback.objects.get(pk=row.pk)


@pytest.mark.parametrize("text", ["", "a", "naïve ¿señor? 日本語 🙂", "x" * 20_000])
def test_what_is_written_is_read(clinic: Clinic, text: str) -> None:
    row = _feedback(clinic.session, text)
    assert ProgressFeedback.objects.get(pk=row.pk).text == text
    assert text.encode() not in _envelope(row) or not text.strip("a")


def test_a_swapped_envelope_does_not_open(clinic: Clinic) -> None:
    one, two = _feedback(clinic.session, "one"), _feedback(clinic.session, "two")
    with pytest.raises(DecryptionError):
        _ = _overwrite(one, _envelope(two)).text


def test_flipped_or_cut_envelopes_do_not_open(clinic: Clinic) -> None:
    row = _feedback(clinic.session, "about a person")
    envelope = _envelope(row)
    for at in range(len(envelope)):
        flipped = bytes([*envelope[:at], envelope[at] ^ 1, *envelope[at + 1 :]])
        with pytest.raises(DecryptionError):
            _ = _overwrite(row, flipped).text
        with pytest.raises(DecryptionError):
            _ = _overwrite(row, envelope[:at]).text


def test_queries_cannot_use_the_text(clinic: Clinic) -> None:
    with pytest.raises(TypeError, match="encrypted"):
        ProgressFeedback.objects.filter(text="x").exists()
    with pytest.raises(TypeError, match="encrypted"):
        ProgressFeedback.objects.update(text="x")


@pytest.mark.parametrize(
    "keys",
    [
        [],
        ["noid"],
        ["a:short"],
        ["a:" + base64.b64encode(b"k" * 31).decode()],
        ["bad id:" + NEW[4:]],
        [NEW, NEW],
    ],
)
def test_without_good_keys_the_process_does_not_start(keys: list[str]) -> None:
    with (
        override_settings(FIELD_ENCRYPTION_KEYS=keys),
        pytest.raises(ImproperlyConfigured, match="FIELD_ENCRYPTION_KEYS"),
    ):
        rings.keyring()


def test_rotation_moves_everything_and_the_old_key_can_go(clinic: Clinic) -> None:
    with override_settings(FIELD_ENCRYPTION_KEYS=[OLD]):
        session = sessions.begin(clinic.therapist.pk, client_id="client-5")
        row = _feedback(session, "kept")
        clinic.client("therapist").get("/api/session/audit")
    TherapistSession.objects.exclude(pk=session.pk).delete()
    ProgressFeedback.objects.exclude(pk=row.pk).delete()
    with override_settings(FIELD_ENCRYPTION_KEYS=[NEW, OLD]):
        assert ProgressFeedback.objects.get(pk=row.pk).text == "kept"
        out = StringIO()
        call_command("rotate_keys", stdout=out)
        assert "analytics_progressfeedback.text: 1 moved" in out.getvalue()
    with override_settings(FIELD_ENCRYPTION_KEYS=[NEW]):
        assert ProgressFeedback.objects.get(pk=row.pk).text == "kept"
        assert TherapistSession.objects.get(pk=session.pk).client_id == "client-5"
        call_command("verify_audit", stdout=StringIO())
    with (
        override_settings(FIELD_ENCRYPTION_KEYS=[OLD]),
        pytest.raises(DecryptionError, match="new"),
    ):
        _ = ProgressFeedback.objects.get(pk=row.pk).text


@pytest.mark.django_db(transaction=True)
def test_rotation_while_people_write(record_figure: Callable[[str], None]) -> None:
    """Writers change every text during a rotation; none is lost or unreadable."""
    with override_settings(FIELD_ENCRYPTION_KEYS=[OLD]):
        session = sessions.begin(make_user("thea", "therapist").pk, client_id="c")
        rows = [_feedback(session, f"{n}:0") for n in range(60)]
    done, failures, counts = threading.Event(), [], {"reads": 0, "writes": 0}

    def write(part: list[ProgressFeedback]) -> None:
        try:
            turn = 0
            while not done.is_set() or turn < 3:
                turn += 1
                for row in part:
                    fresh = ProgressFeedback.objects.get(pk=row.pk)
                    counts["reads"] += 1
                    assert fresh.text == f"{rows.index(row)}:{turn - 1}"
                    fresh.text = f"{rows.index(row)}:{turn}"
                    fresh.save(update_fields=["text"])
                    counts["writes"] += 1
                ends[part[0].pk] = turn
        except (AssertionError, DecryptionError) as error:
            failures.append(error)
        finally:
            connection.close()

    ends: dict[uuid.UUID, int] = {}
    parts = [rows[n::3] for n in range(3)]
    with override_settings(FIELD_ENCRYPTION_KEYS=[NEW, OLD]):
        threads = [threading.Thread(target=write, args=[part]) for part in parts]
        for thread in threads:
            thread.start()
        for _ in range(5):
            call_command("rotate_keys", stdout=StringIO())
        done.set()
        for thread in threads:
            thread.join()
    assert not failures
    with override_settings(FIELD_ENCRYPTION_KEYS=[NEW]):
        for part in parts:
            for row in part:
                text = ProgressFeedback.objects.get(pk=row.pk).text
                assert text == f"{rows.index(row)}:{ends[part[0].pk]}"
    record_figure(
        f"P2: rotation under writers: {counts['reads']} reads, 0 failed; {counts['writes']} writes"
    )


def test_search_works_before_and_after_rotation(clinic: Clinic) -> None:
    def found() -> int:
        api: Any = clinic.client("evaluator")
        return len(api.get("/api/evaluation?search=calmly").json()["evaluations"])

    with override_settings(FIELD_ENCRYPTION_KEYS=[OLD]):
        body = {"sessionId": str(clinic.session.pk), "feedback": "Very calm", "rating": 4}
        written = clinic.client("evaluator").post("/api/evaluation", body, format="json")
        assert written.status_code == 201
    with override_settings(FIELD_ENCRYPTION_KEYS=[NEW, OLD, *settings.FIELD_ENCRYPTION_KEYS]):
        assert found() == 1
        call_command("rotate_keys", stdout=StringIO())
        assert found() == 1
    with override_settings(FIELD_ENCRYPTION_KEYS=[NEW]):
        assert found() == 1
