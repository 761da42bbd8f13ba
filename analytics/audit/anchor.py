"""A point of the chain as text, to be kept where the database's administrator cannot reach it."""

from ..models import AuditHead, AuditRecord
from .sealing import GENESIS


def present() -> str:
    """The end as ``SEQ:DIGEST``."""
    head = AuditHead.objects.filter(pk=1).first()
    return f"{head.count}:{head.digest}" if head else f"0:{GENESIS}"


def matches(anchor: str) -> bool:
    """Whether the chain still contains the record that ``anchor`` names."""
    seq, _, digest = anchor.partition(":")
    return seq.isdecimal() and AuditRecord.objects.filter(seq=int(seq), digest=digest).exists()
