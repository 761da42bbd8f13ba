"""Re-encrypts all values with the newest key while the product stays in use.

No row is locked. A column is updated only if it still has the envelope that was read; if somebody
else has written it meanwhile, the row is read again.
"""

from collections.abc import Callable, Iterator

from django.apps import apps
from django.db import transaction

from ..audit.sealing import is_sealed, put_seal
from ..models import AuditHead
from .envelope import EncryptedValue, decrypt, encrypt
from .fields import EncryptedTextField
from .keyring import keyring

# Further steps of a rotation, by name. Each returns the number of values it renewed.
_extra_steps: dict[str, Callable[[], int]] = {}


def register_step(name: str, step: Callable[[], int]) -> None:
    """Makes ``rotate`` call ``step`` after the columns, for an app whose index uses the keys."""
    _extra_steps[name] = step


def rotate() -> Iterator[tuple[str, int]]:
    """Yields the name of each column and further step with the number of renewed values."""
    for field in encrypted_fields():
        yield f"{field.model._meta.db_table}.{field.column}", _rotate_column(field)
    for name, step in _extra_steps.items():
        yield name, step()
    yield "audit seal", _rotate_seal()


def encrypted_fields() -> Iterator[EncryptedTextField]:
    """Yields the encrypted fields of all installed models."""
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, EncryptedTextField):
                yield field


def _rotate_column(field: EncryptedTextField) -> int:
    rows = field.model._base_manager.exclude(**{field.name: None}).order_by("pk")
    found = rows.values_list("pk", field.attname).iterator(chunk_size=1000)
    return sum(_rotate_value(field, pk, value) for pk, value in found)


def _rotate_value(field: EncryptedTextField, pk: object, value: EncryptedValue | None) -> bool:
    """Raises ``DecryptionError`` for a value that cannot be read, rather than dropping it."""
    rows = field.model._base_manager.filter(pk=pk)
    while value is not None and value.key_id != keyring().newest.id:
        where = field.associated_data_of(field.model(pk=pk))
        fresh = encrypt(decrypt(value, where), where)
        if rows.filter(**{field.name: value}).update(**{field.name: fresh}):
            return True
        value = rows.values_list(field.attname, flat=True).first()
    return False


def _rotate_seal() -> int:
    """A seal that does not hold is not renewed, because it is evidence of a manipulation."""
    with transaction.atomic():
        head = AuditHead.objects.select_for_update().filter(pk=1).first()
        if head is None or head.key_id == keyring().newest.id or not is_sealed(head):
            return 0
        put_seal(head)
        head.save(update_fields=["key_id", "seal"])
        return 1
