"""Replaces a session's id, in case others know the old one."""

from django.db import transaction

from . import identity
from .access import SessionHandle
from .locks import lock_if_owner_unchanged
from .models import AnonymousSession, TransferCode


def rotate(handle: SessionHandle) -> SessionHandle:
    """Gives the session a new id. All its older ids, on any device, become invalid."""
    with transaction.atomic():
        (root,) = lock_if_owner_unchanged(handle.session)
        return replace_id(root)


def replace_id(root: AnonymousSession) -> SessionHandle:
    """Does the same for a session that the caller has locked."""
    session_id = identity.new_id()
    TransferCode.objects.filter(session=root).delete()
    root.aliases.all().delete()
    root.digest = identity.id_digest(session_id)
    root.save(update_fields=["digest"])
    return SessionHandle(session_id, root)
