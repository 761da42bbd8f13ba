"""Model fields whose column holds an envelope, never the text.

The text is opened on first access of the attribute, because its place includes the row's id; so
the row's id must be known before it is saved (a UUID default). Queries cannot compare the text:
``values()`` gives envelopes, ``filter()`` and ``update()`` refuse plain text.
"""

from base64 import b64encode
from typing import Any

import orjson
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from .envelope import Sealed, place, seal, unseal


class _OpenedOnAccess(DeferredAttribute):
    field: Any

    def __get__(self, instance: models.Model | None, cls: type | None = None) -> Any:
        if instance is None:
            return self
        value = super().__get__(instance, cls)
        if isinstance(value, Sealed):
            value = self.field.loads(unseal(value, self.field.place_of(instance)))
            instance.__dict__[self.field.attname] = value
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        """Without it Python would look into the instance first, and find the envelope."""
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.BinaryField):
    """A ``str`` (or ``None``) kept as AES-256-GCM. Reading raises ``Unreadable`` if altered."""

    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    descriptor_class = _OpenedOnAccess

    def dumps(self, value: Any) -> str:
        return str(value)

    def loads(self, text: str) -> Any:
        return text

    def place_of(self, instance: models.Model) -> bytes:
        return place(instance._meta.db_table, str(self.column), instance.pk)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = model_instance.__dict__.get(self.attname)
        if value is None or isinstance(value, Sealed):
            return value
        return seal(self.dumps(value), self.place_of(model_instance))

    def get_prep_value(self, value: Any) -> bytes | None:
        if value is None:
            return None
        if isinstance(value, Sealed):
            return value.envelope
        raise TypeError(f"{self.name} is encrypted: save the row instead of querying by its text.")

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        envelope = value if prepared else self.get_prep_value(value)
        return super().get_db_prep_value(envelope, connection, prepared=True)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        return None if value is None else Sealed(bytes(value))

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> str:
        """For ``dumpdata``: the envelope in base64. Such a dump is a backup, not an export."""
        value = self.pre_save(obj, add=False)
        return "" if value is None else b64encode(value.envelope).decode()


class EncryptedJSONField(EncryptedTextField):
    """Any JSON value, kept as AES-256-GCM."""

    def dumps(self, value: Any) -> str:
        return orjson.dumps(value).decode()

    def loads(self, text: str) -> Any:
        return orjson.loads(text)
