"""An account takes over an anonymous session."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from sessions_core import clock
from sessions_core.retrying import retrying

from . import learners, quotas
from .access import Held
from .app_settings import app_settings
from .errors import NothingToUndo, UnknownSession
from .locks import lock_root
from .models import Adoption, AnonymousSession, TransferCode
from .rotate import replace_id


@dataclass(frozen=True, slots=True)
class Belongings:
    """What an account would receive, or has received."""

    usage_stats: dict[str, int]
    concepts: int
    preferences: int
    learning_sessions: int


def belongings(session: AnonymousSession) -> Belongings:
    """What ``session`` holds now. Changes nothing: the dry run of ``adopt``."""
    return Belongings(
        usage_stats=quotas.usage_stats(session.usage.all()),
        concepts=session.concepts.count(),
        preferences=len(session.preferences),
        learning_sessions=learners.count(session),
    )


def adopt(session: AnonymousSession, user_id: int) -> Adoption | None:
    """Give ``session`` to the account. The first account wins; once it has it, nothing changes.

    ``None`` where the account had it already. Raises ``UnknownSession`` for every later account.
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
            moved=learners.claim(root, user_id),
        )


def undo_until(session: AnonymousSession, user_id: int) -> datetime | None:
    """Until when the account can give ``session`` back; ``None`` where it cannot."""
    adoption = _standing(session, user_id)
    return None if adoption is None else _ends(adoption)


def undo(session: AnonymousSession, user_id: int) -> Held:
    """Make ``session`` anonymous again, within 24 hours of its adoption.

    Its id changes: whoever else knew it must not see what was added in the account's time.
    Raises ``NothingToUndo``.
    """
    return retrying(_undo, session, user_id)


def _undo(session: AnonymousSession, user_id: int) -> Held:
    with transaction.atomic():
        root = lock_root(session.pk)
        adoption = _standing(root, user_id)
        if adoption is None:
            raise NothingToUndo
        root.user = None
        root.save(update_fields=["user"])
        learners.release(root, user_id, adoption.moved)
        Adoption.objects.filter(pk=adoption.pk).update(undone_at=clock.now())
        return replace_id(root)


def _standing(session: AnonymousSession, user_id: int) -> Adoption | None:
    adoption = Adoption.objects.filter(session=session, user_id=user_id, undone_at=None).first()
    return adoption if adoption is not None and _ends(adoption) > clock.now() else None


def _ends(adoption: Adoption) -> datetime:
    return adoption.at + timedelta(hours=app_settings.UNDO_HOURS)
