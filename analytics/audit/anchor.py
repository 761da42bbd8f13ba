"""Anchors: a position of the chain as text. Operators keep it outside the database."""

from ..models import AuditHead, AuditRecord
from .sealing import GENESIS


def current_anchor() -> str:
    """Returns the end of the chain as ``SEQ:DIGEST``."""
    head = AuditHead.objects.filter(pk=1).first()
    return f"{head.count}:{head.digest}" if head else f"0:{GENESIS}"


def is_in_chain(anchor: str) -> bool:
    """Returns whether the chain still contains the record that ``anchor`` names."""
    seq, _, digest = anchor.partition(":")
    return seq.isdecimal() and AuditRecord.objects.filter(seq=int(seq), digest=digest).exists()
