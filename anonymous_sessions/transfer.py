"""Short codes that move another device to a session, so that nobody has to read out its id.

A code has eight characters of Crockford's base 32, without I, L, O and U. Its 40 bits would have to
be guessed within ten minutes, and under the limit of wrong codes for each address.
"""

import re
import secrets
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from sessions_core import clock
from sessions_core.rest import sealing

from . import identity
from .access import SessionHandle
from .app_settings import app_settings
from .errors import InvalidTransferCode, UnknownTransferCode
from .models import TransferCode

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 8
_READ_AS = str.maketrans("ILO", "110", "- ")


def issue(handle: SessionHandle) -> tuple[str, TransferCode]:
    """Creates a code for ``handle``, as ``XXXX-XXXX``. It replaces the session's earlier code."""
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    made, _ = TransferCode.objects.update_or_create(
        session=handle.session,
        defaults={
            "digest": identity.digest("transfer", code.encode()),
            "sealed_id": sealing.seal(handle.id.bytes, code.encode()),
            "expires_at": clock.now() + timedelta(minutes=app_settings.TRANSFER_MINUTES),
        },
    )
    return f"{code[:4]}-{code[4:]}", made


def redeem(text: str) -> UUID:
    """Returns the session id of the code and deletes the code, so that it works once.

    Raises ``InvalidTransferCode``, ``UnknownTransferCode``.
    """
    code = normalise(text).encode()
    with transaction.atomic():
        found = (
            TransferCode.objects.select_for_update()
            .filter(digest__in=identity.digests("transfer", code), expires_at__gt=clock.now())
            .first()
        )
        if found is None or not TransferCode.objects.filter(pk=found.pk).delete()[0]:
            raise UnknownTransferCode
    return UUID(bytes=sealing.unseal(bytes(found.sealed_id), code))


def normalise(text: str) -> str:
    """Ignores case, spaces and hyphens, and reads I, L, O as the digits they look like."""
    code = text.upper().translate(_READ_AS)
    if not re.fullmatch(f"[{_ALPHABET}]{{{_LENGTH}}}", code):
        raise InvalidTransferCode
    return code
