"""The only writer of the audit. A call is answered after its record is in the database."""

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
class Call:
    """One call of the surface. Ids are users'; ``status`` is the HTTP status of the answer.

    ``also_about``: therapists, beside the subject, whose records the answer shows.
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


COUNTED = Call("refused.counted", "", 0)
COUNTED_FOR = timedelta(minutes=1)


def append(call: Call) -> AuditRecord:
    """Write ``call`` to the end of the chain.

    The lock on the end is taken last in a call's transaction and held until it commits, so that
    writers queue for as short as can be and never wait for each other in a circle.
    """
    call = _with_subject(call)
    with transaction.atomic():
        people = pseudonyms([call.actor_id, call.subject_id, call.behalf_id, *call.also_about])
        others = [people[each] for each in call.also_about if each in people]
        head = _locked_head()
        _write_counted(head)
        record = _record(call, people, head, [other.pk for other in others])
        record.save(force_insert=True)
        AuditSubject.objects.bulk_create(
            AuditSubject(record=record, person=other) for other in others
        )
        _advance(head, record)
    return record


def count() -> None:
    """One more refusal without a row of its own; ``append`` writes them as one row."""
    with transaction.atomic():
        head = _locked_head()
        sound = is_sealed(head)
        head.surplus += 1
        head.surplus_since = head.surplus_since or now()
        if sound:
            put_seal(head)
        head.save(update_fields=["surplus", "surplus_since", "key_id", "seal"])
        _write_counted(head)


def _write_counted(head: AuditHead) -> None:
    """The row for what was counted, once it has been counted for a while. ``head`` is locked."""
    since = head.surplus_since
    if since is None or now() - since < COUNTED_FOR:
        return
    record = _record(COUNTED, {}, head, [], calls=head.surplus)
    record.save(force_insert=True)
    _advance(head, record, surplus=0, surplus_since=None)


def _with_subject(call: Call) -> Call:
    """The subject out of ``also_about``; where only one is there, it is the subject."""
    others = call.also_about - {call.subject_id}
    if call.subject_id is None and len(others) == 1:
        return replace(call, subject_id=next(iter(others)), also_about=frozenset())
    return replace(call, also_about=others)


def _locked_head() -> AuditHead:
    rows = AuditHead.objects.select_for_update()
    head = rows.filter(pk=1).first()
    if head is None:
        head, _ = rows.get_or_create(pk=1, defaults=_first_head())
    return head


def _first_head() -> dict[str, Any]:
    """A new chain begins sealed; one whose end is missing carries on from its rows, unsealed."""
    last = AuditRecord.objects.order_by("-seq").first()
    if last is not None:
        return {"count": last.seq, "digest": last.digest, "key_id": "", "seal": ""}
    head = AuditHead(count=0, digest=GENESIS)
    put_seal(head)
    return {"count": 0, "digest": GENESIS, "key_id": head.key_id, "seal": head.seal}


def _record(
    call: Call, people: dict[Any, Any], head: AuditHead, also_about: list[Any], calls: int = 1
) -> AuditRecord:
    private = {"salt": secrets.token_hex(16), "address": call.address, "reason": call.reason}
    record = AuditRecord(
        seq=head.count + 1,
        at=now(),
        actor=people.get(call.actor_id),
        subject=people.get(call.subject_id),
        behalf=people.get(call.behalf_id),
        action=call.action,
        session_id=str(call.session_id or ""),
        route=call.route,
        status=call.status,
        calls=calls,
        private=private,
        commitment=commitment_of(private),
        previous=head.digest,
    )
    record.digest = digest_of(record, also_about)
    return record


def _advance(head: AuditHead, record: AuditRecord, **changes: Any) -> None:
    """Move the end. One whose seal was broken stays broken: renewing it would hide the break."""
    sound = is_sealed(head)
    head.count, head.digest = record.seq, record.digest
    for name, value in changes.items():
        setattr(head, name, value)
    if sound:
        put_seal(head)
    head.save(update_fields=["count", "digest", "key_id", "seal", *changes])
