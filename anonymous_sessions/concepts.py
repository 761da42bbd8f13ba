"""The concepts of a session: small JSON documents, counted as they are stored."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from sessions_core import clock
from sessions_core.errors import KeyReused

from .app_settings import app_settings
from .charges import charge, made_before
from .documents import check
from .errors import TooLarge, UnknownConcept
from .locks import lock_held
from .models import AnonymousSession, Charge, Concept


def store(
    session: AnonymousSession, document: dict[str, Any], *, also: str = "", key: str = ""
) -> Concept:
    """Keep ``document``, charge its storage and, if named, the quota ``also``: all or nothing.

    The same ``key`` stores once. Raises ``TooLarge``, ``QuotaExceeded``, ``UnknownQuota``,
    ``KeyReused``.
    """
    check(document, app_settings.MAX_CONCEPT_BYTES)
    with transaction.atomic():
        # First, so that this and a merge never wait for each other; it also makes the count exact.
        (root,) = lock_held(session)
        earlier = made_before(root, app_settings.STORAGE_QUOTA, key)
        if earlier is not None:
            return _stored(earlier, document)
        paid = charge(root, app_settings.STORAGE_QUOTA, key=key)
        if root.concepts.count() >= app_settings.MAX_CONCEPTS:
            raise TooLarge(f"A session keeps at most {app_settings.MAX_CONCEPTS} concepts")
        if also and also != app_settings.STORAGE_QUOTA:
            charge(root, also, key=key)
        return Concept.objects.create(
            session=root, document=document, charge=paid, created_at=clock.now()
        )


def _stored(paid: Charge, document: dict[str, Any]) -> Concept:
    """What was stored for a charge made before. Raises ``KeyReused`` for anything else."""
    earlier = Concept.objects.filter(charge=paid).first()
    if earlier is None or earlier.document != document:
        raise KeyReused
    return earlier


def of(session: AnonymousSession) -> QuerySet[Concept]:
    """The session's concepts, newest first; an adopted one shows those of its whole account."""
    mine = Q(session=session)
    if session.user_id is not None:
        mine |= Q(session__user_id=session.user_id)
    return Concept.objects.filter(mine)


def remove(session: AnonymousSession, concept_id: UUID) -> None:
    """Delete one. What was counted when it was stored stays counted. Raises ``UnknownConcept``."""
    if not of(session).filter(pk=concept_id).delete()[0]:
        raise UnknownConcept
