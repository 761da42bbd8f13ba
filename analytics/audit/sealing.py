"""Computes the digest of a record, which chains it, and the keyed seal of the chain's end."""

import hashlib
import hmac
from collections.abc import Iterable
from typing import Any

import orjson

from ..crypto.keyring import keyring
from ..models import AuditHead, AuditRecord

GENESIS = "0" * 64


def commitment_of(private: dict[str, str]) -> str:
    """Returns the SHA-256 of salt, address and reason. The salt prevents guessing the address."""
    parts = [private["salt"], private["address"], private["reason"]]
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()


def digest_of(record: AuditRecord, also_about: Iterable[Any] = ()) -> str:
    """Returns the SHA-256 of the record, the persons ``also_about``, and the previous digest."""
    covered: list[Any] = [
        record.previous,
        record.seq,
        record.at.isoformat(),
        str(record.actor_id),
        str(record.subject_id),
        str(record.behalf_id),
        record.action,
        record.session_id,
        record.route,
        record.status,
        record.commitment,
        *sorted(map(str, also_about)),
    ]
    if record.calls != 1:
        covered.append({"calls": record.calls})
    return hashlib.sha256(orjson.dumps(covered)).hexdigest()


def put_seal(head: AuditHead) -> None:
    key = keyring().newest
    head.key_id = key.id
    head.seal = _seal(key.audit_key, head)


def is_sealed(head: AuditHead) -> bool:
    key = keyring().get(head.key_id)
    return key is not None and hmac.compare_digest(_seal(key.audit_key, head), head.seal)


def _seal(audit_key: bytes, head: AuditHead) -> str:
    covered = f"{head.count}:{head.digest}"
    if head.surplus:
        covered += f":{head.surplus}"
    return hmac.new(audit_key, covered.encode(), hashlib.sha256).hexdigest()
