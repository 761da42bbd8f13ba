"""Checks the chain from its first record to its sealed end and reports every break."""

from collections.abc import Iterator
from dataclasses import dataclass

from ..crypto.envelope import DecryptionError
from ..models import AuditHead, AuditRecord
from .sealing import GENESIS, commitment_of, digest_of, is_sealed


@dataclass(frozen=True, slots=True)
class Break:
    seq: int
    what: str


def breaks() -> Iterator[Break]:
    """Yields every break, in the order of the records; nothing if the chain is intact."""
    expected, previous = 1, GENESIS
    records = (
        AuditRecord.objects.select_related("actor", "subject")
        .prefetch_related("also_about__person")
        .order_by("seq")
    )
    for record in records.iterator(chunk_size=2000):
        if record.seq != expected:
            yield Break(expected, f"records {expected} to {record.seq - 1} were removed")
        elif record.previous != previous:
            yield Break(record.seq, "does not follow from the record before it")
        also_about = [each.person_id for each in record.also_about.all()]
        if record.digest != digest_of(record, also_about):
            yield Break(record.seq, "was edited")
        elif fault := _private_fault(record):
            yield Break(record.seq, fault)
        expected, previous = record.seq + 1, record.digest
    yield from _end_breaks(expected - 1, previous)


def _end_breaks(last_seq: int, last_digest: str) -> Iterator[Break]:
    head = AuditHead.objects.filter(pk=1).first()
    if head is None:
        if last_seq:
            yield Break(last_seq, "the sealed end of the chain was removed")
        return
    if not is_sealed(head):
        yield Break(last_seq, "the seal of the end does not hold: the end was edited")
    if head.count > last_seq:
        yield Break(last_seq + 1, f"the tail was cut: {head.count} records were sealed")
    elif (head.count, head.digest) != (last_seq, last_digest):
        yield Break(last_seq, "the end differs from what was sealed")


def _private_fault(record: AuditRecord) -> str | None:
    """Address and reason may be missing only if a person of the record was erased."""
    try:
        private = record.private
    except DecryptionError:
        return "its address and reason cannot be opened"
    if private is None:
        people = [record.actor, record.subject, *(each.person for each in record.also_about.all())]
        erased = any(person is not None and person.user_id is None for person in people)
        return None if erased else "its address and reason were removed"
    return None if commitment_of(private) == record.commitment else "its address was edited"
