"""A short code that carries a session to another device, safer to read out than its id.

Eight characters of Crockford's base 32: no I, L, O or U, and 40 bits to guess, within ten minutes
and the limit of misses per address.
"""

import re
import secrets
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from sessions_core import clock
from sessions_core.rest import sealing

from . import identity
from .access import Held
from .app_settings import app_settings
from .errors import SessionError, UnknownTransferCode
from .models import TransferCode

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 8
_READ_AS = str.maketrans("ILO", "110", "- ")


class InvalidTransferCode(SessionError):
    code = "validation_error"
    message = "Invalid transfer code format"


def issue(held: Held) -> tuple[str, TransferCode]:
    """A code for ``held``, written ``XXXX-XXXX``. An earlier one of the session is void."""
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    made, _ = TransferCode.objects.update_or_create(
        session=held.session,
        defaults={
            "digest": identity.digest("transfer", code.encode()),
            "sealed_id": sealing.seal(held.id.bytes, code.encode()),
            "expires_at": clock.now() + timedelta(minutes=app_settings.TRANSFER_MINUTES),
        },
    )
    return f"{code[:4]}-{code[4:]}", made


def redeem(text: str) -> UUID:
    """The session id that the code carries; the code is spent.

    Raises ``InvalidTransferCode``, ``UnknownTransferCode``. Of several at once, one succeeds.
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
    """Case, spaces and hyphens do not matter, and I, L, O are read as the digits they look like."""
    code = text.upper().translate(_READ_AS)
    if not re.fullmatch(f"[{_ALPHABET}]{{{_LENGTH}}}", code):
        raise InvalidTransferCode
    return code
