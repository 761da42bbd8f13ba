"""The only writer of the audit: a response is sent after its record is in the database."""

import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.db import transaction

from sessions_core.clock import now

from ..models import AuditHead, AuditRecord, AuditSubject
from .people import pseudonyms
from .sealing import GENESIS, commitment_of, digest_of, is_sealed, put_seal


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """What one record of the audit says: a request, an admin view, a change of role.

    The three ids are users' ids. ``status`` is the HTTP status of the response, or the close code
    of a socket. ``also_about`` are the therapists, beside the subject, whose records it shows.
    """

    action: str
    route: str
    status: int
    actor_id: Any = None
    subject_id: Any = None
    behalf_id: Any = None
    session_id: object = ""
    address: str = ""
    reason: str = ""
    also_about: frozenset[Any] = frozenset()


AGGREGATED_REFUSALS = AuditEvent("refused.counted", "", 0)
AGGREGATION_PERIOD = timedelta(minutes=1)


def append(event: AuditEvent) -> AuditRecord:
    """Write ``event`` to the end of the chain.

    Every request takes the lock on the end last in its transaction and holds it until the commit,
    so that writers wait as briefly as possible and cannot deadlock.
    """
    event = _with_subject(event)
    with transaction.atomic():
        people = pseudonyms([event.actor_id, event.subject_id, event.behalf_id, *event.also_about])
        others = [people[each] for each in event.also_about if each in people]
        head = _locked_head()
        _write_aggregated_refusals(head)
        record = _record(event, people, head, [other.pk for other in others])
        record.save(force_insert=True)
        AuditSubject.objects.bulk_create(
            AuditSubject(record=record, person=other) for other in others
        )
        _advance(head, record)
    return record


def count_refusal() -> None:
    """Count a refusal that gets no row of its own; ``append`` writes one row for all of them."""
    with transaction.atomic():
        head = _locked_head()
        sound = is_sealed(head)
        head.surplus += 1
        head.surplus_since = head.surplus_since or now()
        if sound:
            put_seal(head)
        head.save(update_fields=["surplus", "surplus_since", "key_id", "seal"])
        _write_aggregated_refusals(head)


def _write_aggregated_refusals(head: AuditHead) -> None:
    """Write the row for the counted refusals once ``AGGREGATION_PERIOD`` is over.

    The caller has locked ``head``.
    """
    since = head.surplus_since
    if since is None or now() - since < AGGREGATION_PERIOD:
        return
    record = _record(AGGREGATED_REFUSALS, {}, head, [], calls=head.surplus)
    record.save(force_insert=True)
    _advance(head, record, surplus=0, surplus_since=None)


def _with_subject(event: AuditEvent) -> AuditEvent:
    """``event`` without its subject in ``also_about``; a single therapist there is the subject."""
    others = event.also_about - {event.subject_id}
    if event.subject_id is None and len(others) == 1:
        return replace(event, subject_id=next(iter(others)), also_about=frozenset())
    return replace(event, also_about=others)


def _locked_head() -> AuditHead:
    rows = AuditHead.objects.select_for_update()
    head = rows.filter(pk=1).first()
    if head is None:
        head, _ = rows.get_or_create(pk=1, defaults=_first_head())
    return head


def _first_head() -> dict[str, Any]:
    """A new chain starts sealed. One whose head is missing goes on from its last row, unsealed."""
    last = AuditRecord.objects.order_by("-seq").first()
    if last is not None:
        return {"count": last.seq, "digest": last.digest, "key_id": "", "seal": ""}
    head = AuditHead(count=0, digest=GENESIS)
    put_seal(head)
    return {"count": 0, "digest": GENESIS, "key_id": head.key_id, "seal": head.seal}


def _record(
    event: AuditEvent,
    people: dict[Any, Any],
    head: AuditHead,
    also_about: list[Any],
    calls: int = 1,
) -> AuditRecord:
    private = {"salt": secrets.token_hex(16), "address": event.address, "reason": event.reason}
    record = AuditRecord(
        seq=head.count + 1,
        at=now(),
        actor=people.get(event.actor_id),
        subject=people.get(event.subject_id),
        behalf=people.get(event.behalf_id),
        action=event.action,
        session_id=str(event.session_id or ""),
        route=event.route,
        status=event.status,
        calls=calls,
        private=private,
        commitment=commitment_of(private),
        previous=head.digest,
    )
    record.digest = digest_of(record, also_about)
    return record


def _advance(head: AuditHead, record: AuditRecord, **changes: Any) -> None:
    """Make ``record`` the end of the chain.

    A seal that does not hold is not renewed, because a new one would hide the manipulation.
    """
    sound = is_sealed(head)
    head.count, head.digest = record.seq, record.digest
    for name, value in changes.items():
        setattr(head, name, value)
    if sound:
        put_seal(head)
    head.save(update_fields=["count", "digest", "key_id", "seal", *changes])
