"""Adoption: an account takes over an anonymous session, and can undo it for a time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from sessions_core import clock
from sessions_core.retrying import retrying

from . import learning_sessions, quotas
from .access import SessionHandle
from .app_settings import app_settings
from .errors import NothingToUndo, UnknownSession
from .locks import lock_root
from .models import Adoption, AnonymousSession, TransferCode
from .rotate import replace_id


@dataclass(frozen=True, slots=True)
class Inventory:
    """The contents that an account would receive, or has received."""

    usage_stats: dict[str, int]
    concepts: int
    preferences: int
    learning_sessions: int


def inventory(session: AnonymousSession) -> Inventory:
    """Returns the contents of ``session``, which a dry run of ``adopt`` shows."""
    return Inventory(
        usage_stats=quotas.usage_stats(session.usage.all()),
        concepts=session.concepts.count(),
        preferences=len(session.preferences),
        learning_sessions=learning_sessions.count(session),
    )


def adopt(session: AnonymousSession, user_id: int) -> Adoption | None:
    """Gives ``session`` to the account. The first account wins.

    Returns ``None`` if the account had it already. Raises ``UnknownSession`` for a later account.
    """
    return retrying(_adopt, session, user_id)


def _adopt(session: AnonymousSession, user_id: int) -> Adoption | None:
    with transaction.atomic():
        root = lock_root(session.pk)
        if root.user_id == user_id:
            return None
        if root.user_id is not None:
            raise UnknownSession
        root.user_id = user_id
        root.save(update_fields=["user"])
        TransferCode.objects.filter(session=root).delete()
        return Adoption.objects.create(
            session=root,
            user_id=user_id,
            at=clock.now(),
            moved=learning_sessions.claim(root, user_id),
        )


def undo_until(session: AnonymousSession, user_id: int) -> datetime | None:
    """Returns until when the account can undo the adoption; ``None`` if it cannot."""
    adoption = _undoable_adoption(session, user_id)
    return None if adoption is None else _undo_deadline(adoption)


def undo(session: AnonymousSession, user_id: int) -> SessionHandle:
    """Makes ``session`` anonymous again, within 24 hours of its adoption.

    It gets a new id, because others who know the old one must not see what the account added.
    Raises ``NothingToUndo``.
    """
    return retrying(_undo, session, user_id)


def _undo(session: AnonymousSession, user_id: int) -> SessionHandle:
    with transaction.atomic():
        root = lock_root(session.pk)
        adoption = _undoable_adoption(root, user_id)
        if adoption is None:
            raise NothingToUndo
        root.user = None
        root.save(update_fields=["user"])
        learning_sessions.release(root, user_id, adoption.moved)
        Adoption.objects.filter(pk=adoption.pk).update(undone_at=clock.now())
        return replace_id(root)


def _undoable_adoption(session: AnonymousSession, user_id: int) -> Adoption | None:
    adoption = Adoption.objects.filter(session=session, user_id=user_id, undone_at=None).first()
    return adoption if adoption is not None and _undo_deadline(adoption) > clock.now() else None


def _undo_deadline(adoption: Adoption) -> datetime:
    return adoption.at + timedelta(hours=app_settings.UNDO_HOURS)
