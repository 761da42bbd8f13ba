"""A new id for a session, for when the old one may be in other hands."""

from django.db import transaction

from . import identity
from .access import Held
from .locks import lock_held
from .models import AnonymousSession, TransferCode


def rotate(held: Held) -> Held:
    """Every older id of the session, on whatever device, is worth nothing from now on."""
    with transaction.atomic():
        (root,) = lock_held(held.session)
        return replace_id(root)


def replace_id(root: AnonymousSession) -> Held:
    """The same for a session that the caller holds locked."""
    session_id = identity.new_id()
    TransferCode.objects.filter(session=root).delete()
    root.aliases.all().delete()
    root.digest = identity.id_digest(session_id)
    root.save(update_fields=["digest"])
    return Held(session_id, root)
