"""Moving everything that is encrypted to the newest key, while people go on writing.

No lock is taken. A row is replaced only while its column still holds the envelope that was read;
where a writer came first, the row is read again.
"""

from collections.abc import Callable, Iterator

from django.apps import apps
from django.db import transaction

from ..audit.sealing import is_sealed, put_seal
from ..models import AuditHead
from .envelope import Sealed, seal, unseal
from .fields import EncryptedTextField
from .keyring import keyring

# What else depends on the keys, by name: each returns how much it moved.
_also: dict[str, Callable[[], int]] = {}


def also(name: str, move: Callable[[], int]) -> None:
    """Let ``rotate`` call ``move`` after the columns: an app's own index, say."""
    _also[name] = move


def rotate() -> Iterator[tuple[str, int]]:
    """Each column, and what else there is, with the number of values moved."""
    for field in encrypted_fields():
        yield f"{field.model._meta.db_table}.{field.column}", _rotate_column(field)
    for name, move in _also.items():
        yield name, move()
    yield "audit seal", _rotate_seal()


def encrypted_fields() -> Iterator[EncryptedTextField]:
    """Of every installed model."""
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, EncryptedTextField):
                yield field


def _rotate_column(field: EncryptedTextField) -> int:
    rows = field.model._base_manager.exclude(**{field.name: None}).order_by("pk")
    found = rows.values_list("pk", field.attname).iterator(chunk_size=1000)
    return sum(_rotate_value(field, pk, sealed) for pk, sealed in found)


def _rotate_value(field: EncryptedTextField, pk: object, sealed: Sealed | None) -> bool:
    """Raises ``Unreadable`` where a value cannot be opened: nothing is dropped silently."""
    rows = field.model._base_manager.filter(pk=pk)
    while sealed is not None and sealed.key_id != keyring().newest.id:
        where = field.place_of(field.model(pk=pk))
        fresh = seal(unseal(sealed, where), where)
        if rows.filter(**{field.name: sealed}).update(**{field.name: fresh}):
            return True
        sealed = rows.values_list(field.attname, flat=True).first()
    return False


def _rotate_seal() -> int:
    """A broken seal stays broken: it is evidence."""
    with transaction.atomic():
        head = AuditHead.objects.select_for_update().filter(pk=1).first()
        if head is None or head.key_id == keyring().newest.id or not is_sealed(head):
            return 0
        put_seal(head)
        head.save(update_fields=["key_id", "seal"])
        return 1
