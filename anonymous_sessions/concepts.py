"""Stores a session's concepts, small JSON documents, and charges for them."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from sessions_core import clock
from sessions_core.errors import KeyReused

from .app_settings import app_settings
from .charges import charge, earlier_charge
from .documents import check
from .errors import TooLarge, UnknownConcept
from .locks import lock_if_owner_unchanged
from .models import AnonymousSession, Charge, Concept


def store(
    session: AnonymousSession, document: dict[str, Any], *, extra_quota: str = "", key: str = ""
) -> Concept:
    """Stores ``document``, charging its storage and ``extra_quota`` if given, all or nothing.

    The same ``key`` stores once. Raises ``TooLarge``, ``QuotaExceeded``, ``UnknownQuota``,
    ``KeyReused``.
    """
    check(document, app_settings.MAX_CONCEPT_BYTES)
    with transaction.atomic():
        # The lock is taken first, so that this and a merge cannot deadlock and the count is exact.
        (root,) = lock_if_owner_unchanged(session)
        earlier = earlier_charge(root, app_settings.STORAGE_QUOTA, key)
        if earlier is not None:
            return _stored(earlier, document)
        paid = charge(root, app_settings.STORAGE_QUOTA, key=key)
        if root.concepts.count() >= app_settings.MAX_CONCEPTS:
            raise TooLarge(f"A session keeps at most {app_settings.MAX_CONCEPTS} concepts")
        if extra_quota and extra_quota != app_settings.STORAGE_QUOTA:
            charge(root, extra_quota, key=key)
        return Concept.objects.create(
            session=root, document=document, charge=paid, created_at=clock.now()
        )


def _stored(paid: Charge, document: dict[str, Any]) -> Concept:
    """Returns the concept stored for the earlier charge. Raises ``KeyReused`` if it differs."""
    earlier = Concept.objects.filter(charge=paid).first()
    if earlier is None or earlier.document != document:
        raise KeyReused
    return earlier


def of(session: AnonymousSession) -> QuerySet[Concept]:
    """Returns the session's concepts, newest first; for an adopted one, all of the account's."""
    mine = Q(session=session)
    if session.user_id is not None:
        mine |= Q(session__user_id=session.user_id)
    return Concept.objects.filter(mine)


def remove(session: AnonymousSession, concept_id: UUID) -> None:
    """Deletes a concept without refunding its charge. Raises ``UnknownConcept``."""
    if not of(session).filter(pk=concept_id).delete()[0]:
        raise UnknownConcept
